// A write touches what it is about and nothing beside it: around every write of the story all rows of all tables are compared,
// and of no table has more than one row changed or gone. A condition that is missing in an UPDATE or DELETE shows here, whatever
// the slice.
import assert from "node:assert/strict";
import { after } from "node:test";
import { watchWrites } from "./harness.mjs";
import { address, sql } from "./upkeep.mjs";

// What may change many rows of a table: [what was sent, the table, why].
const MANY = [
  [/./, /^access_session$/, "who was seen when is written once a minute for all; a new password ends the others"],
  [/^POST \S+\/grids /, /^region$/, "a village that begins makes the divisions above it active"],
  [/^POST \S+\/objections\/\d+\/decide /, /^objection$/, "a claim refused by one objection answers the others"],
  [/^POST \S+\/claims\/\d+\/(record|false) /, /^ledger_account$/, "both sides of a posting"],
  [/^POST \S+\/claims\/batch /, /^(claim|notice|ledger_account)$/, "many claims at once"],
];

const questions = new Map(); // by place

/** One line for each row of each table: «table|columns». */
function question(place) {
  if (address(place)) {
    const tables = sql(place, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'").split("\n");
    return tables.map((t) => `SELECT '${t}|' || to_jsonb(t)::text FROM ${t} t`).join(";");
  }
  const tables = sql(place, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").split("\n");
  return tables.map((t) => {
    const columns = sql(place, `SELECT name FROM pragma_table_info('${t}')`).split("\n");
    return `SELECT '${t}|' || ${columns.map((c) => `replace(quote(${c}), char(10), ' ')`).join(" || ',' || ")} FROM ${t}`;
  }).join(";");
}

function rows(place) {
  const lines = new Map();
  if (!questions.has(place)) questions.set(place, question(place));
  for (const line of sql(place, questions.get(place)).split("\n")) lines.set(line, (lines.get(line) ?? 0) + 1);
  return lines;
}

let writes = 0, last = Promise.resolve();
watchWrites((server, what, send) => { // one after the other: what two do at once cannot be told apart
  const mine = last.then(async () => {
    const { place } = server;
    const before = rows(place);
    const r = await send();
    writes++;
    const now = rows(place), gone = new Map();
    for (const [line, n] of before)
      if ((now.get(line) ?? 0) < n) gone.set(line.split("|")[0], [...(gone.get(line.split("|")[0]) ?? []), line]);
    for (const [table, lines] of gone)
      if (lines.length > 1 && !MANY.some(([sent, where]) => sent.test(`${what} `) && where.test(table)))
        assert.fail(`${what} → ${r.status}: ${lines.length} rows of ${table} are others or gone:\n${lines.join("\n").slice(0, 2000)}`);
    return r;
  });
  last = mine.catch(() => {});
  return mine;
});

await import("./story.test.mjs");

after(() => assert.ok(writes > 100, `${writes} writes were looked at`));

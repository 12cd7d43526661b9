// An installation carried from one engine to the other and back: the same rows, the same answers, the source closed. Without
// PostgreSQL at hand it goes from one SQLite folder to another.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { freshData, postgres, program, run, serve } from "./harness.mjs";
import { address, emptyPlace, killedAfter, names, ok, on, refused, rowCounts, sql, withFilesOf } from "./upkeep.mjs";
import { VILLAGE, world } from "./world.mjs";

const ROUNDS = process.env.SHANZHI_LONG ? 20 : 4;
const PASSWORD = "shan-zhi-story-2026";
let w, shelf;
const keyOf = (place) => join(place.data, "key");
let folders = 0;
const folder = () => join(shelf, `f${folders++}`);
const inFolder = (data) => ({ data, flags: ["--data", data] });
/** What a server writes by itself is left out. */
const rows = (place) => {
  const { node_lease, heartbeat, ...counts } = rowCounts(place);
  assert.ok(node_lease !== undefined && heartbeat !== undefined);
  return counts;
};
const book = () => `/villages/${VILLAGE}/passbooks/resident/${w.residents.张小丰}`;
async function answers(place) {
  const s = await serve({ place, env: { SHANZHI_TEST_CLOCK: w.clock } });
  const cadre = await s.signIn("cadre2", PASSWORD);
  const got = [];
  for (const path of [book(), `${w.claims}?limit=200`, `/villages/${VILLAGE}/residents?limit=200`]) got.push((await s.api("GET", path, { as: cadre })).body);
  await s.stop();
  return got;
}
/** A target on the other engine, where there is one: the place, and what --to takes. */
function target() {
  if (!postgres || address(w.place)) {
    const data = folder();
    return { place: inFolder(data), to: `sqlite:${data}` };
  }
  const place = emptyPlace();
  copyFileSync(keyOf(w.place), keyOf(place));
  return { place, to: address(place) };
}

before(async () => {
  shelf = mkdtempSync(join(tmpdir(), "shanzhi-move-"));
  w = await world();
  for (let i = 0; i < 3; i++) await w.claimed("recorded", w.deed("张小丰", { item: "A03", chosen: "2.00", place: `路口${i}` }));
  await w.ok("zhang", "POST", w.claims, w.deed("张小丰", { place: "还没有审核" }));
});
after(() => rmSync(shelf, { recursive: true, force: true }));

describe("move", { concurrency: false }, () => {
  test("refuses while a server is at work, and the server does not notice", async () => {
    const t = target();
    refused(on(w.place, "move", "--to", t.to), 1, /Stop it first/);
    if (!address(t.place)) assert.deepEqual(existsSync(t.place.data) ? names(t.place.data).filter((n) => n.startsWith("shanzhi.db")) : [], []);
    await w.ok("zhang", "POST", w.claims, w.deed("张小丰", { item: "A03", chosen: "2.00", place: "仍在服务" }));
    await w.server.stop();
  });

  test("takes one of two forms of target", () => {
    for (const to of [[], ["--to", "mysql://x"], ["--to", "sqlite:"], ["--to", "/a/folder"]]) assert.equal(on(w.place, "move", ...to).status, 2, to.join(" "));
    refused(on(w.place, "move", "--to", `sqlite:${join(shelf, "none", "x")}`), 1, /there is no folder \S+none /);
    refused(on(w.place, "move", "--to", "postgres://127.0.0.1:1/none"), 1, /connect|refused/i);
    refused(on(emptyPlace(), "move", "--to", `sqlite:${folder()}`), 3, /no installation/i);
  });

  test("refuses when a server comes just before it is alone", { skip: postgres ? false : "of a SQLite file it holds the lock" }, async () => {
    const theirs = spawn("psql", ["-X", "-q", "-A", "-t", "-d", address(w.place)], { stdio: ["pipe", "pipe", "inherit"] });
    const says = (text, word) => new Promise((resolve) => {
      theirs.stdout.on("data", (d) => d.toString().includes(word) && resolve());
      theirs.stdin.write(`${text}; SELECT '${word}';\n`);
    });
    await says("BEGIN; LOCK TABLE heartbeat IN ROW EXCLUSIVE MODE", "held");
    const move = spawn(program, ["move", ...w.place.flags, "--to", `sqlite:${folder()}`], { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    move.stderr.on("data", (d) => { said += d; });
    const ended = new Promise((resolve) => { move.on("exit", resolve); });
    while (sql(w.place, "SELECT count(*) FROM pg_locks WHERE NOT granted") === "0" && move.exitCode === null) await new Promise(setImmediate);
    await says("INSERT INTO node_lease VALUES (15, 'elsewhere', (extract(epoch FROM clock_timestamp()) * 1000)::bigint + 60000, 0); COMMIT", "there");
    assert.equal(await ended, 1, said);
    assert.match(said, /Stop it first/);
    sql(w.place, "DELETE FROM node_lease WHERE node = 15");
    theirs.stdin.end();
  });

  test("refuses a target that is not empty, and leaves it", () => {
    const data = folder(), key = freshData();
    mkdirSync(data);
    writeFileSync(join(data, "shanzhi.db"), "mine");
    refused(on(w.place, "move", "--to", `sqlite:${data}`), 1, /exists and is not written over/);
    assert.equal(readFileSync(join(data, "shanzhi.db"), "utf8"), "mine");
    const other = folder();
    mkdirSync(other);
    copyFileSync(keyOf(key), join(other, "key"));
    const was = readFileSync(keyOf(key), "utf8");
    refused(on(w.place, "move", "--to", `sqlite:${other}`), 1, /another installation/);
    assert.equal(readFileSync(join(other, "key"), "utf8"), was);
    assert.deepEqual(names(other), ["key"]);
    refused(on(w.place, "move", "--to", address(w.place) ?? `sqlite:${w.place.data}`), 1, /not empty|exists|in use/);
    ok(w.place, "ledger", "verify");
  });

  test("with any table in a PostgreSQL target it does not begin", { skip: postgres ? false : "no PostgreSQL" }, () => {
    const place = emptyPlace();
    sql(place, "CREATE TABLE theirs (id BIGINT PRIMARY KEY)");
    refused(on(w.place, "move", "--to", address(place)), 1, /not empty/);
    assert.equal(sql(place, "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"), "1");
  });

  test("on a full disk fails and leaves no database", () => {
    const data = folder();
    refused(withFilesOf(100, ["move", ...w.place.flags, "--to", `sqlite:${data}`]), 1, /disk is full|File too large/i);
    assert.deepEqual(names(data).filter((n) => n.startsWith("shanzhi.db")), []);
    ok(w.place, "ledger", "verify");
  });

  test(`killed ${ROUNDS} times in the middle: the source goes on, the target is none, and doing it again is the remedy`, async () => {
    const started = performance.now();
    ok(w.place, "move", "--to", target().to);
    const takes = performance.now() - started;
    ok(w.place, "move", "--reopen");
    let killed = 0;
    for (let i = 0; i < ROUNDS; i++) {
      const t = target(), before_ = rows(w.place);
      const end = await killedAfter((takes * (i + 1)) / (ROUNDS + 1), ["move", ...w.place.flags, "--to", t.to]);
      if (end.signal) killed++;
      else takes = Math.min(takes, performance.now() - started); // through already: the next is killed sooner
      const there = on(t.place, "ledger", "verify");
      if (there.status !== 0) {
        refused(there, 3, /no installation/i);
        refused(run(["serve", "--port", "0", ...t.place.flags]), 3, /no installation/i);
        assert.deepEqual(rows(w.place), before_);
        ok(w.place, "move", "--to", t.to);
      }
      ok(t.place, "ledger", "verify");
      assert.deepEqual(rows(t.place), before_);
      if (on(w.place, "ledger", "verify").status === 3) ok(w.place, "move", "--reopen");
    }
    assert.ok(killed > 0);
  });

  test("refuses books that do not agree", { skip: postgres ? "the file is spoiled by hand" : false }, () => {
    const place = inFolder(folder()), to = folder();
    ok(w.place, "move", "--to", `sqlite:${place.data}`);
    ok(w.place, "move", "--reopen");
    sql(place, "DROP TRIGGER ledger_entry_kept_1; UPDATE ledger_entry SET amount_c = amount_c + 100 WHERE line = 1 AND posting = (SELECT MIN(posting) FROM ledger_entry)");
    refused(on(place, "move", "--to", `sqlite:${to}`), 1, /out of balance[^]*do not agree/);
    assert.deepEqual(names(to).filter((n) => n.startsWith("shanzhi.db")), []);
    assert.equal(on(place, "ledger", "verify").status, 1, "and the source is still open");
  });
});

describe("there and back", { concurrency: false }, () => {
  let first, t;
  test("every row, the id and the key arrive, and the answers are the same", async () => {
    first = await answers(w.place);
    t = target();
    const before_ = rows(w.place);
    const out = ok(w.place, "move", "--to", t.to);
    assert.match(out, /^ledger_entry +\d+ +sha256 [0-9a-f]{16}$/m);
    assert.match(out, /all balances agree at the target/);
    assert.deepEqual(rows(t.place), before_);
    assert.equal(sql(t.place, "SELECT id FROM installation"), sql(w.place, "SELECT id FROM installation"));
    assert.equal(readFileSync(keyOf(t.place), "utf8"), readFileSync(keyOf(w.place), "utf8"));
    assert.equal(statSync(keyOf(t.place)).mode & 0o777, address(t.place) ? statSync(keyOf(t.place)).mode & 0o777 : 0o600);
    chmodSync(keyOf(t.place), 0o600);
    ok(t.place, "ledger", "verify");
    assert.deepEqual(await answers(t.place), first);
  });

  test("the source is closed to everything, and says where to go", () => {
    for (const command of [["ledger", "verify"], ["account", "list"], ["backup", join(shelf, "no")], ["serve", "--port", "0"], ["init"], ["move", "--to", `sqlite:${folder()}`]])
      refused(on(w.place, ...command), 3, /was moved to/);
    const said = on(w.place, "ledger", "verify").stderr;
    if (address(t.place)) {
      assert.ok(said.includes(new URL(address(t.place)).pathname));
      const { password } = new URL(address(t.place));
      assert.ok(password && !said.includes(password), "no password is kept");
    } else assert.ok(said.includes(t.place.data));
    assert.ok(!existsSync(join(shelf, "no")));
  });

  test("what happens at the target comes back to a third place", async () => {
    const s = await serve({ place: t.place, env: { SHANZHI_TEST_CLOCK: w.clock } });
    const zhang = await s.signIn("zhang", PASSWORD);
    const made = (await s.api("POST", w.claims, { as: zhang, body: w.deed("张小丰", { item: "A03", chosen: "2.00", place: "迁移之后" }) })).body;
    assert.ok(made.id, JSON.stringify(made));
    await s.stop();
    const back = address(t.place) ? (() => { const data = folder(); return { place: inFolder(data), to: `sqlite:${data}` }; })() : postgres ? (() => {
      const place = emptyPlace();
      copyFileSync(keyOf(t.place), keyOf(place));
      return { place, to: address(place) };
    })() : (() => { const data = folder(); return { place: inFolder(data), to: `sqlite:${data}` }; })();
    ok(t.place, "move", "--to", back.to);
    const [passbook, claims] = await answers(back.place);
    assert.deepEqual(passbook, first[0]);
    assert.equal(claims.rows.length, first[1].rows.length + 1);
    ok(back.place, "ledger", "verify");
  });

  test("the move is given up by --reopen, once", () => {
    ok(w.place, "move", "--reopen");
    ok(w.place, "ledger", "verify");
    refused(on(w.place, "move", "--reopen"), 1, /was not moved/);
  });
});

// The program answers as it did when tests/record/answers were recorded, but for what the list `wanted` says (and on
// PostgreSQL the list `postgresql`). ./test replay
import { ANSWERS, NEVER_SAID, record } from "./record.mjs"; // first: it sets the clock
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { postgres } from "../api/place.mjs";
import { read } from "./answers.mjs";
import { differences, readWanted, tell, unexcused } from "./compare.mjs";

const list = (name) => readWanted(readFileSync(new URL(name, import.meta.url), "utf8"), `tests/record/${name}`);
const { answers, never } = await record();

test("every operation of the API document is done by some request", () => assert.deepEqual(never, [], NEVER_SAID));

test("the answers are those that were recorded, but for the wanted differences", () => {
  const { left, faults } = unexcused(differences(read(ANSWERS), answers), [...list("wanted"), ...(postgres ? list("postgresql") : [])]);
  const said = [];
  if (faults.length) said.push(`blocks of the lists that do not fit:\n\n${faults.join("\n")}`);
  if (left.length) said.push(`${left.length} fields differ; if a difference is wanted, its block and why go into tests/record/wanted:\n\n${tell(left)}`);
  assert.equal(said.length, 0, `${said.join("\n\n")}\n`);
});

// What ./bench --compare says: the table there and back, and what counts as worse.
import assert from "node:assert/strict";
import { test } from "node:test";
import { compareCounts, countTable, readCounts } from "../bench/compare.mjs";
import { costOf } from "../bench/callgrind.mjs";

const before = [
  { what: "claim by proxy", instructions: 500_000, statements: 12 },
  { what: "record", instructions: 1_000_000, statements: 26.8 },
  { what: "public board, cached", instructions: 20_000, statements: 0 },
];
const now = (changes) => before.map((c) => ({ ...c, ...changes[c.what] }));

test("the table of the document is read back as it was written", () => {
  const text = `# Benchmarks\n\n| what | Shanzhi | reference | ratio | aim |\n|---|---|---|---|---|\n| start | 54 ms | – | – | ≤ 1 s |\n\n${countTable(before)}\n\nHow it is counted`;
  assert.match(text, /^\| claim by proxy \| 500,000 \| 12 \|$/m);
  assert.deepEqual(readCounts(text), before);
  assert.deepEqual(readCounts("# Benchmarks\n"), []);
});

test("up to five per cent more is no regression, nor is less", () => {
  assert.deepEqual(compareCounts(before, before), []);
  assert.deepEqual(compareCounts(before, now({ "claim by proxy": { instructions: 525_000 }, record: { instructions: 700_000, statements: 20 } })), []);
});

test("more than five per cent is named with both counts, and so is a statement more", () => {
  assert.deepEqual(compareCounts(before, now({ "claim by proxy": { instructions: 525_001 } })), ["claim by proxy: 525,001 instructions, 5.0 % more than 500,000"]);
  assert.deepEqual(compareCounts(before, now({ "claim by proxy": { statements: 13 } })), ["claim by proxy: 13 SQL statements instead of 12"]);
  assert.deepEqual(compareCounts(before, now({ "public board, cached": { statements: 0.1 } })), ["public board, cached: 0.1 SQL statements instead of 0"]);
});

test("what is only on one side is named", () => {
  assert.deepEqual(compareCounts(before, before.slice(1)), ["claim by proxy: in docs/benchmarks.md, but not counted"]);
  assert.match(compareCounts(before.slice(1), before)[0], /^claim by proxy: not in docs/);
});

test("callgrind's own costs are summed by library, the callees' not twice", () => {
  const text = `version: 1
events: Ir

ob=(1) /usr/bin/shanzhi
fl=(1) a.c
fn=(1) main
10 100
cob=(2) /usr/lib/libsqlite3.so.0.8.6
cfn=(2) sqlite3_step
calls=3 20
12 700
+2 30

ob=(2)
fl=(2) ???
fn=(2)
0 700

totals: 830
`;
  const { total, byLibrary } = costOf(text);
  assert.equal(total, 830);
  assert.deepEqual([...byLibrary], [["shanzhi", 130], ["libsqlite3", 700]]);
});

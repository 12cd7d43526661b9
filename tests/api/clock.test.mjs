// The set clock itself: all programs of a test share it, days pass for all of them, and a server that is started again with an
// earlier clock goes on where it was.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { DAY_MS, earlier, now, today } from "./clock.mjs";
import { expect, run, serve } from "./harness.mjs";
import { VILLAGE, world } from "./world.mjs";

const w = await world();
let server = w.server;
after(async () => { await server.stop(); });
const clockOf = async () => Date.parse((await server.raw("GET", "/healthz")).headers.date);

test("the server lives at the test's instant, and a command at the server's", async () => {
  const at = await clockOf();
  assert.ok(Math.abs(at - now()) < 60_000, `${at} is not ${now()}`);
  const line = JSON.parse(run(["account", "list", ...w.place.flags], { env: { SHANZHI_NO_SUCH: "1" } }).stderr.split("\n")[0]); // it warns
  assert.ok(Math.abs(Date.parse(line.time) - now()) < 60_000, line.time);
  const c = await w.ok("zhang", "POST", w.claims, w.deed("张小丰"));
  assert.equal(c.deed_on, today());
  assert.ok(Math.abs(Date.parse(c.steps[0].at) - now()) < 60_000, c.steps[0].at);
});

test("days pass when the test says so", async () => {
  await w.days(3);
  let at; // the loop looks at the clock once a second
  for (const end = performance.now() + 60_000; (at = await clockOf()) < now() + 2 * DAY_MS && performance.now() < end;);
  assert.ok(Math.abs(at - (now() + 3 * DAY_MS)) < 60_000, `${at} is not ${now() + 3 * DAY_MS}`);
  assert.equal((await w.ok("mei", "POST", w.claims, w.deed("王梅"))).deed_on, today(3));
});

test("started again an hour earlier, it goes on: what was made is there once, and more is made", async () => {
  const had = (await w.ok("cadre2", "GET", `${w.claims}?limit=200`)).rows.map((c) => c.id);
  await server.stop();
  server = await serve({ place: w.place, env: earlier(60) });
  assert.ok(await clockOf() < now());
  const zhang = await server.signIn("zhang", "shan-zhi-story-2026");
  const made = [];
  for (const place of ["桥头", "村口", "河边"])
    made.push(expect(await server.api("POST", w.claims, { as: zhang, body: { ...w.deed("张小丰", { item: "C05", quantity: "1.00", place }), deed_on: today() } }), 201).body.id);
  const cadre = await server.signIn("cadre2", "shan-zhi-story-2026");
  const rows = expect(await server.api("GET", `${w.claims}?limit=200`, { as: cadre }), 200).body.rows.map((c) => c.id);
  assert.deepEqual(rows.sort(), [...had, ...made].sort());
  assert.equal(new Set(rows).size, had.length + 3);
  assert.match(run(["ledger", "verify", "--village", VILLAGE, ...w.place.flags]).stdout, /all balances agree/);
});

test("what is no instant stops the program, so that a slip in it is not the machine's clock", () => {
  const r = run(["account", "list", ...w.place.flags], { env: { SHANZHI_TEST_NOW: "yesterday" } });
  assert.equal(r.status, 2);
  assert.match(r.stderr, /SHANZHI_TEST_NOW is not an instant: yesterday/);
});

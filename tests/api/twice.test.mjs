// Whatever writes may run twice: after a deadlock, or when its node number went to somebody else. Here everything does
// (SHANZHI_TEST_TWICE refuses each first commit): the whole story has the same numbers as it has once, and a password that is
// printed is the one that holds.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { expect, freshData, run, serve } from "./harness.mjs";

process.env.SHANZHI_TEST_TWICE = "1"; // of every program that this file starts
const VILLAGE = "441621102205";
const lines = (r) => {
  assert.equal(r.status, 0, r.stderr);
  return r.stdout.trim().split("\n").filter((l) => l.includes("\t")).map((l) => l.split("\t"));
};

describe("commands that run twice", { concurrency: false }, () => {
  const place = freshData({ empty: true });
  test("init prints three passwords, and they hold", async () => {
    const printed = lines(run(["init", ...place.flags]));
    assert.deepEqual(printed.map(([name]) => name), ["sysadmin", "secadmin", "auditor"]);
    const s = await serve({ place });
    for (const [name, password] of printed) await s.signIn(name, password);
    await s.stop();
  });
  test("so do those of an account added and of one set anew", async () => {
    const added = lines(run(["account", "add", "somebody", "--village", VILLAGE, ...place.flags]));
    const anew = lines(run(["account", "passwd", "somebody", ...place.flags]));
    assert.deepEqual([...added, ...anew].map(([name]) => name), ["somebody", "somebody"]);
    const s = await serve({ place });
    expect(await s.raw("POST", "/api/v1/session", { headers: { "content-type": "application/json" }, body: JSON.stringify({ name: "somebody", password: added[0][1] }) }), 401);
    await s.signIn("somebody", anew[0][1]);
    const retried = Number(/^shanzhi_store_retries_total (\d+)$/m.exec((await s.raw("GET", "/metrics")).text)[1]);
    assert.ok(retried >= 2, `${retried}: nothing ran twice here`);
    await s.stop();
  });
});

await import("./story.test.mjs");

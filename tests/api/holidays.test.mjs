// From November on the operator is told that next year's public holidays are not known, and no longer when they are.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { freshData, serve } from "./harness.mjs";

// What /readyz, /metrics and the log say on that day.
async function told(now, holidays) {
  const place = freshData();
  const flags = [];
  if (holidays) {
    const path = join(place.data, "holidays");
    writeFileSync(path, holidays);
    flags.push("--holidays", path);
  }
  const server = await serve({ place, flags, env: { SHANZHI_TEST_NOW: now } });
  const ready = await fetch(`http://127.0.0.1:${server.port}/readyz`);
  const { checks } = await ready.json();
  const metrics = await (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text();
  await server.stop();
  return {
    status: ready.status,
    check: checks.find((c) => c.name === "holidays"),
    metric: /^shanzhi_health\{check="holidays"\} (\S+)$/m.exec(metrics)?.[1],
    logged: /"check":"holidays"/.test(server.log),
  };
}

test("a warning from November on, never a failure", async () => {
  const october = await told("2026-10-31T10:00:00+08:00");
  assert.deepEqual([october.status, october.check.result, october.metric, october.logged], [200, "pass", "1", false]);
  const november = await told("2026-11-01T10:00:00+08:00");
  assert.deepEqual([november.status, november.check.result, november.metric, november.logged], [200, "warn", "0.5", true]);
  assert.match(november.check.detail, /2027/);
});

test("it ends with the notice, as published or day by day", async () => {
  const lines = await told("2026-11-30T10:00:00+08:00", "2027-01-01 off 元旦\n2027-02-05 off 春节\n");
  assert.deepEqual([lines.check.result, lines.metric, lines.logged], ["pass", "1", false]);
});

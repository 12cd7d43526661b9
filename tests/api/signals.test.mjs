// What an operator sends a running server: SIGTERM under load, again and again; SIGHUP.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { expect, freshData, run, serve } from "./harness.mjs";
import { world } from "./world.mjs";

const ROUNDS = process.env.SHANZHI_LONG ? 20 : 4;
const CLIENTS = 64;

describe("SIGTERM while 64 clients write", { concurrency: false }, () => {
  test(`${ROUNDS} times: the server ends by itself, and what it acknowledged is there`, async () => {
    const w = await world();
    const sessions = [await w.session("recorder"), await w.session("mei"), await w.session("zhang")];
    const cadre = await w.session("cadre");
    const flags = ["--loops", "4"]; // more loops than cores: some end early
    await w.server.stop();
    for (let round = 0; round < ROUNDS; round++) {
      const s = await serve({ place: w.place, flags, env: { SHANZHI_TEST_CLOCK: w.clock } });
      const acknowledged = [];
      let stopping;
      await Promise.all(Array.from({ length: CLIENTS }, async (_, client) => {
        for (let i = 0; ; i++) {
          const as = sessions[client % sessions.length];
          const body = w.deed("王梅", { item: "A03", chosen: "2.00", place: `停${round}轮${client}号${i}` });
          let r;
          try {
            r = await s.api("POST", w.claims, { key: randomUUID(), body, as });
          } catch (e) {
            if (e instanceof assert.AssertionError) throw e;
            assert.ok(stopping, `the connection broke before the stop: ${e.message}`);
            return;
          }
          assert.equal(r.status, 201, r.text);
          acknowledged.push(r.body);
          if (acknowledged.length === CLIENTS + 17 * round) stopping = s.stop();
        }
      }));
      await stopping; // throws when the server did not end with 0
      const t = await serve({ place: w.place, env: { SHANZHI_TEST_CLOCK: w.clock } });
      const there = new Map();
      for (let after = ""; after !== null;) {
        const page = expect(await t.api("GET", `${w.claims}?limit=200${after && `&after=${after}`}`, { as: cadre }), 200).body;
        for (const c of page.rows) there.set(c.id, c.number);
        after = page.next;
      }
      for (const c of acknowledged) assert.equal(there.get(c.id), c.number, `claim ${c.number} was acknowledged`);
      await t.stop();
    }
  });
});

describe("SIGHUP", { concurrency: false }, () => {
  test("without a log file nothing is reopened, and the server goes on; during a storm of them, too", async () => {
    const s = await serve();
    s.child.kill("SIGHUP");
    await s.logged(/SIGHUP: the log goes to standard error/);
    const asked = Promise.all(Array.from({ length: 50 }, () => s.raw("GET", "/healthz")));
    for (let i = 0; i < 200; i++) s.child.kill("SIGHUP");
    for (const r of await asked) expect(r, 200);
    expect(await s.raw("GET", "/readyz"), 200);
    await s.stop();
  });
  test("with a log file: moved away and opened anew, no line lost or in two", async () => {
    const place = freshData(), file = join(place.data, "s.log");
    const s = await serve({ place, logFile: file });
    let asked = 0;
    for (let turn = 0; turn < 5; turn++) {
      const many = Promise.all(Array.from({ length: 40 }, () => s.raw("GET", `/api/v1/public/regions?turn=${turn}`)));
      asked += 40;
      renameSync(file, `${file}.${turn}`);
      s.child.kill("SIGHUP");
      await many;
      for (;;) if (existsSync(file) && /opened anew/.test(readFileSync(file, "utf8"))) break; else await new Promise((ok) => setTimeout(ok, 10));
    }
    await s.stop();
    const lines = [file, ...[0, 1, 2, 3, 4].map((i) => `${file}.${i}`)].flatMap((f) => readFileSync(f, "utf8").trim().split("\n"));
    const requests = lines.map((l) => JSON.parse(l)).filter((l) => l.path === "/api/v1/public/regions");
    assert.equal(requests.length, asked);
    assert.equal(statSync(file).mode & 0o777, 0o640);
  });
  test("a log file that cannot be made is said at the start; one that cannot be made anew ends nothing", async () => {
    const place = freshData();
    const r = run(["serve", "--port", "0", ...place.flags, "--log-file", join(place.data, "none/s.log")]);
    assert.notEqual(r.status, 0);
    assert.match(r.stderr, /log-file|日志文件/);
    mkdirSync(join(place.data, "logs"));
    const file = join(place.data, "logs/s.log");
    const s = await serve({ place, logFile: file });
    renameSync(join(place.data, "logs"), join(place.data, "moved"));
    s.child.kill("SIGHUP");
    for (;;) if (/cannot be opened anew/.test(readFileSync(join(place.data, "moved/s.log"), "utf8"))) break; else await new Promise((ok) => setTimeout(ok, 10));
    expect(await s.raw("GET", "/healthz"), 200);
    await s.stop();
  });
});

describe("SIGTERM, again and again", { concurrency: false }, () => {
  test("while it stops, and while it starts", async () => {
    const s = await serve();
    const asked = Array.from({ length: 8 }, (_, i) => s.api("POST", "/session", { body: { name: `n-${i}`, password: "Wrong-Horse-7" }, key: null }).catch(() => null));
    await Promise.race(asked);
    for (let i = 0; i < 20; i++) s.child.kill("SIGTERM");
    s.child.kill("SIGHUP");
    await s.stop(); // ends with 0
  });
});

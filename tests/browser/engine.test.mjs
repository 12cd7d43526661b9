// The engine in a real browser, from the built pages, under their content security policy: fetched when asked for and not
// before, and the same bytes as the program for random schemes and facts.
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { expect, freshData, root, run, serve } from "../api/harness.mjs";
import { examples, factsFor, period, presets, random, schemeText } from "../api/engine-cases.mjs";
import { launch, person } from "./browser.mjs";

// The same every time, others in the long round and when asked for.
const SEED = Number(process.env.SHANZHI_SEED ?? (process.env.SHANZHI_LONG ? randomInt(1e9) : 20261122));
const chunk = `/assets/${readdirSync(join(root, "build/web/assets")).find((f) => /^desk-engine-.*\.js$/.test(f))}`;
const place = freshData();
let server, user, browser, page;

before(async () => {
  run(["init", ...place.flags]);
  run(["account", "add", "tester", "--password-stdin", ...place.flags], { input: "paddy-and-tea-9\n" });
  server = await serve({ place });
  user = await server.signIn("tester", "paddy-and-tea-9");
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const inPage = (question, ...with_) => page.evaluate(async ([from, q, args]) => (await (await import(from)).engine()).json(q, ...args), [chunk, question, with_]);
const program = async (path, body) => expect(await server.api("POST", path, { as: user, body, ...(typeof body === "string" ? { type: "text/yaml" } : {}) }), 200).text;

describe("in Chromium", { concurrency: false }, () => {
  test("a page fetches the module when it is asked for, compressed, and once", async () => {
    page = await person(browser, server.url, { size: { width: 1440, height: 900 } });
    const fetched = [];
    page.on("response", (r) => { if (r.url().endsWith(".wasm")) fetched.push(r); });
    await page.goto("/desk/#/sign-in");
    await page.locator("#name").waitFor();
    assert.deepEqual(fetched, []);
    await inPage("schema", [], 0);
    await inPage("check", [presets[0]]);
    assert.equal(fetched.length, 1);
    const head = await fetched[0].allHeaders();
    assert.equal(head["content-type"], "application/wasm");
    assert.equal(head["content-encoding"], "br");
    assert.match(head["cache-control"], /immutable/);
    assert.deepEqual(page.troubles, []);
  });
  test("random schemes: the same findings", async () => {
    const r = random(SEED);
    for (const text of [...presets, ...Array.from({ length: 60 }, () => schemeText(r))]) {
      const mine = await inPage("check", [text]), theirs = await program("/schemes/check", text);
      if (/not valid YAML/.test(mine + theirs)) continue; // tests/api/engine.test.mjs says what of that may differ
      assert.equal(mine, theirs, `SHANZHI_SEED=${SEED}\n${text}`);
    }
  });
  test("random facts: the same results", async () => {
    const r = random(SEED + 1);
    let worked = 0;
    for (const scheme of [...presets, ...examples().map(([s]) => s)]) {
      const facts = factsFor(r, scheme), when = period(r);
      const mine = await inPage("explain", [scheme, facts], when, "");
      assert.equal(mine, await program("/schemes/explain", { scheme, facts, period: when }), `SHANZHI_SEED=${SEED}\n${scheme}\n${facts}`);
      if (JSON.parse(mine).ok) worked++;
    }
    assert.ok(worked > 5);
  });
  test("hostile texts are findings, and the page lives on", async () => {
    for (const text of ["[".repeat(100_000), `items: [${"1,".repeat(100_000)}]`, `title: ${"x".repeat(1 << 20)}`, "a: \ud800", "a\0b"]) {
      const r = JSON.parse(await inPage("check", [text]));
      assert.ok(!r.ok && r.findings.length > 0);
    }
    assert.equal(await inPage("check", [presets[0]]), await program("/schemes/check", presets[0]));
    assert.deepEqual(page.troubles, []);
  });
});

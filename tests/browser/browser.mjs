// Chromium for the pages' tests: one browser per file, a context per person, axe, and what a test needs
// to say about a page. playwright-core and axe-core come from web/node_modules.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { now } from "../api/clock.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const require = createRequire(join(root, "web/package.json"));
const { chromium } = require("playwright-core");
const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const shots = join(root, "build/test-logs");

const LONG_MS = 10_000;
const PATIENCE_MS = 60_000; // only what fails waits as long: a busy machine is not a fault

export const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium-headless-shell",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

/**
 * Somebody with a device of their own. Whatever the page logs as an error, throws, or is refused by the
 * CSP is collected in `page.troubles`; refused requests are the test's business. The device lives on the server's day: on the
 * tests' clock, `at` milliseconds later (what `w.days` has moved it by: world().at).
 */
export async function person(browser, base, { size = { width: 360, height: 740 }, storage = {}, offlineReady = false, at = 0 } = {}) {
  const context = await browser.newContext({
    viewport: size, locale: "zh-CN", timezoneId: "Asia/Shanghai", baseURL: base,
    serviceWorkers: offlineReady ? "allow" : "block",
  });
  context.setDefaultTimeout(PATIENCE_MS);
  // Only what the page reads as the time: its timers are the browser's own.
  await context.addInitScript((ahead) => {
    const machine = Date.now; // the machine's clock: what the set one is made of
    globalThis.Date = new Proxy(Date, {
      construct: (of, given, target) => Reflect.construct(of, given.length ? given : [machine() + ahead], target),
      apply: (of) => new of(machine() + ahead).toString(),
      get: (of, name) => (name === "now" ? () => machine() + ahead : Reflect.get(of, name)),
    });
  }, now() + at - Date.now()); // the machine's clock: what the page would read
  // What a page does every so often (look again, send again, turn over) it does when the test says so: on a busy machine
  // it would come in between. Short intervals are of animations and the like.
  await context.addInitScript((long) => {
    const { setInterval, clearInterval } = globalThis, held = new Map();
    let last = 0;
    globalThis.setInterval = (body, ms, ...given) => {
      if (!(ms >= long)) return setInterval(body, ms, ...given);
      held.set(--last, () => body(...given));
      return last;
    };
    globalThis.clearInterval = (id) => held.delete(id) || clearInterval(id);
    globalThis.everyInterval = () => held.forEach((body) => body());
  }, LONG_MS);
  await context.addInitScript((pairs) => {
    for (const [k, v] of Object.entries(pairs)) if (localStorage.getItem(k) === null) localStorage.setItem(k, v);
  }, storage);
  const page = await context.newPage();
  /** The next turn of everything that the page does at intervals of ten seconds or more. */
  page.tick = () => page.evaluate(() => globalThis.everyInterval());
  page.asked = new Set();
  page.on("request", (r) => { page.asked.add(r); });
  for (const over of ["requestfinished", "requestfailed"]) page.on(over, (r) => { page.asked.delete(r); });
  page.troubles = [];
  page.on("pageerror", (e) => page.troubles.push(`thrown: ${e.stack ?? e}`));
  page.on("console", (m) => {
    if (m.type() === "error" && !/Failed to load resource/.test(m.text())) page.troubles.push(m.text());
  });
  return page;
}

/** No findings of axe, nothing wider than the screen, nothing thrown. */
export async function sound(page, label) {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axeSource);
  const found = await page.evaluate(async () => {
    const r = await globalThis.axe.run(document, { resultTypes: ["violations"] });
    return r.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(" ")} ${n.any[0]?.message ?? n.all[0]?.message ?? n.none[0]?.message ?? ""}`));
  });
  assert.deepEqual(found, [], `axe on ${label}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `${label} is ${wide} px wider than the screen`);
  assert.deepEqual(page.troubles, [], label);
}

/** The page has all that it asked for, and has drawn it: two frames and a moment later it has still asked for nothing. */
export async function idle(page) {
  const drawn = (ms) => page.evaluate((after) => new Promise((ok) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(ok, after)))), ms);
  await until(async () => {
    if (page.asked.size) return false;
    let more = 0;
    const asks = () => { more++; };
    page.on("request", asks);
    await drawn(100);
    page.off("request", asks);
    return more === 0 && page.asked.size === 0;
  });
}

/** Asks again until the answer is true. */
export async function until(ask) {
  for (const end = performance.now() + PATIENCE_MS; !(await ask()); await new Promise((ok) => setTimeout(ok, 50)))
    assert.ok(performance.now() < end, `still not: ${ask}`);
}

/** The field comes to hold the value: what is loaded or kept arrives after the field does. */
export async function holds(field, value) {
  let seen;
  await until(async () => (seen = await field.inputValue()) === value).catch((e) => assert.equal(seen, value, e.message));
}

/** Runs the body; when it fails, leaves a picture of every open page in build/test-logs. */
export async function pictured(name, browser, body) {
  try {
    await body();
  } catch (e) {
    mkdirSync(shots, { recursive: true });
    let n = 0;
    for (const context of browser.contexts())
      for (const page of context.pages()) {
        const file = join(shots, `${name.replace(/[^\w]+/g, "-")}-${++n}.png`);
        await page.screenshot({ path: file, fullPage: true }).catch(() => {});
        console.error(`${page.url()} → ${file}`);
      }
    throw e;
  }
}

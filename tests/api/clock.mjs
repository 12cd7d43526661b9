// The one clock of the tests. Nothing that is tested may depend on the day it runs: the programs that a test starts, the
// pages it opens and the test itself live at the instant of tests/now, or on the day that SHANZHI_TEST_DATE names:
//
//   SHANZHI_TEST_DATE=2028-02-29 node --test tests/api/story.test.mjs        (or ./test api)
//   SHANZHI_TEST_DATE=2026-12-31T07:30:00+08:00 …                            (UTC is still at the day before)
//
// tests/now is an ordinary day: a Wednesday in the middle of its month and quarter, weeks from every public holiday, in a
// year whose working days are built in, and the ninety days before it are of the same year; ten in the morning, when UTC and
// Shanghai agree on the date.
import { readFileSync } from "node:fs";

const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
const ordinary = readFileSync(new URL("../now", import.meta.url), "utf8").trim();
const asked = process.env.SHANZHI_TEST_DATE ?? process.env.SHANZHI_TEST_NOW ?? ordinary;
const instant = asked.includes("T") ? asked : asked + ordinary.slice(asked.length);
const start = Date.parse(instant);
if (Number.isNaN(start)) throw new Error(`SHANZHI_TEST_DATE is a date or an instant such as 2028-02-29 or ${ordinary}, not ${asked}`);
const began = process.hrtime.bigint(); // CLOCK_MONOTONIC, which the programs read, too

// Every program started from here on shares this clock, however late it starts (src/kernel/date.c).
process.env.SHANZHI_TEST_NOW = instant;
process.env.SHANZHI_TEST_SINCE = String(began / 1_000_000n);

const still = process.env.SHANZHI_TEST_STILL !== undefined; // tests/record: instants are the same each time

/** Now, in milliseconds since 1970: the clock of the programs, without what a test has moved it by. */
export const now = () => (still ? start : start + Number((process.hrtime.bigint() - began) / 1_000_000n));

/** The business date in Shanghai, `plus` days on, at an instant. */
export const today = (plus = 0, at = now()) => new Date(at + 8 * HOUR_MS + plus * DAY_MS).toISOString().slice(0, 10);

/** The environment of a program that ran so many minutes earlier. */
export const earlier = (minutes) => ({ SHANZHI_TEST_NOW: new Date(start - minutes * 60_000).toISOString() });

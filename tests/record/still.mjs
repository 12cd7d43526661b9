// Imported before everything else: what is recorded lives on the day of tests/now, whatever day the tests around it live on,
// and its clock moves only when the story says so. So the instants in the answers are the same each time.
import { readFileSync } from "node:fs";

delete process.env.SHANZHI_TEST_DATE;
Object.assign(process.env, {
  SHANZHI_TEST_NOW: readFileSync(new URL("../now", import.meta.url), "utf8").trim(),
  SHANZHI_TEST_STILL: "1",
  SHANZHI_PUBLIC_URL: "https://shanzhi.example", // on paper, instead of the port of today
  SHANZHI_LOCK_AFTER: "1000", // wrong passwords are asked on purpose
  SHANZHI_LOCK_ADDRESS_AFTER: "1000000",
});

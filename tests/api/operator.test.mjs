// What the operator does: init, help, a wrong command. Backups are in backup.test.mjs.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { freshData, run, serve } from "./harness.mjs";

test("help lists every command, each with what it does", () => {
  const { stdout, status } = run(["help"]);
  assert.equal(status, 0);
  const shown = [...stdout.split("\nSettings")[0].matchAll(/^ {2}([a-z]+(?: [a-z]+)?) {2,}(\S.+)$/gm)].map((m) => m[1]);
  for (const name of ["serve", "migrate", "init", "backup", "account add", "region import", "scheme check", "ledger verify", "claim import", "demo", "openapi"])
    assert.ok(shown.includes(name), `${name} among ${shown}`);
  assert.equal(new Set(shown).size, shown.length, "no command twice");
});

test("--help of a command prints its row and does nothing", () => {
  const place = freshData({ empty: true });
  const { stdout, status } = run(["serve", "--help", ...place.flags]);
  assert.equal(status, 0);
  assert.match(stdout, /^ {2}serve .*服务/m);
  assert.ok(!existsSync(join(place.data, "shanzhi.db")));
  assert.equal(run(["--help"]).status, 0);
});

test("an unknown command is refused and names the nearest", () => {
  const { status, stderr } = run(["acount", "list"]);
  assert.notEqual(status, 0);
  assert.match(stderr, /account/);
});

test("init prints one-time passwords that must be changed; a second init changes nothing", async () => {
  const place = freshData({ empty: true });
  const first = run(["init", ...place.flags]);
  assert.equal(first.status, 0, first.stderr);
  const password = /^sysadmin\t(\S+)$/m.exec(first.stdout)?.[1];
  assert.ok(password, first.stdout);
  assert.doesNotMatch(run(["init", ...place.flags]).stdout, /^sysadmin\t/m, "no second password");
  const s = await serve({ place });
  const me = await s.signIn("sysadmin", password);
  assert.equal(me.must_change, true);
  assert.equal((await s.api("GET", "/accounts", { as: me })).status, 403, "nothing else before the password is changed");
  await s.stop();
});

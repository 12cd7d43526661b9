// What the operator does: init, help, backup while the server runs, restore by copying, a wrong command.
import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { engine, freshData, postgres, run, serve } from "./harness.mjs";

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

test("a backup made while the server runs restores by copying", { skip: postgres ? "PostgreSQL has pg_dump" : false }, async () => {
  const place = freshData();
  const password = /^sysadmin\t(\S+)$/m.exec(run(["init", ...place.flags]).stdout)[1];
  const s = await serve({ place });
  const copy = join(place.data, "copy.db");
  assert.match(s.command(["backup", copy]).stdout, /copy\.db/);
  assert.notEqual(s.command(["backup", copy], { fails: true }).status, 0, "never over an existing file");
  const me = await s.signIn("sysadmin", password); // after the backup: not in it
  await s.api("POST", "/me/password", { as: me, key: null, body: { current: password, password: "Later than the copy 1" } });
  await s.stop();

  const restored = freshData({ empty: true });
  mkdirSync(restored.data, { recursive: true });
  copyFileSync(copy, join(restored.data, "shanzhi.db"));
  copyFileSync(join(place.data, "key"), join(restored.data, "key"));
  const again = await serve({ place: restored });
  assert.equal((await again.signIn("sysadmin", password)).must_change, true);
  await again.stop();
  assert.ok(!existsSync(join(restored.data, "copy.db")));
});

test("on PostgreSQL backup names pg_dump", { skip: engine === "sqlite" ? "SQLite has its own" : false }, () => {
  const place = freshData();
  run(["init", ...place.flags]);
  const r = run(["backup", join(place.data, "x"), ...place.flags]);
  assert.notEqual(r.status, 0);
  assert.match(r.stderr, /pg_dump/);
});

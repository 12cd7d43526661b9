// Every command of the table: wrong words, no installation, an output that nobody takes. What the table says is read
// from `shanzhi help`; what each command needs to run is written here by hand.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, closeSync, openSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { freshData, postgres, program, root, run } from "./harness.mjs";

const VILLAGE = "441621102205";
const scheme = join(root, "schemes/zengxiang.yaml");

/** Words that make a command run, and what it needs: an installation, nothing, or that it makes one; quiet: prints nothing. */
const commands = {
  serve: { words: [], needs: "installation", quiet: true },
  migrate: { words: [], needs: "installation" },
  backup: { words: ["/dev/null/no-folder"], needs: "installation" },
  restore: { words: ["no-such-backup"], needs: "nothing" },
  move: { words: ["--to", "sqlite:/dev/null/no-folder"], needs: "installation" },
  openapi: { words: [], needs: "nothing" },
  routes: { words: ["--json"], needs: "nothing" },
  version: { words: [], needs: "nothing" },
  help: { words: ["account", "add"], needs: "nothing" },
  init: { words: [], needs: "creates" },
  demo: { words: [], needs: "creates" },
  "account add": { words: ["somebody"], needs: "installation" },
  "account list": { words: [], needs: "installation" },
  "account passwd": { words: ["sysadmin"], needs: "installation" },
  "account lock": { words: ["sysadmin"], needs: "installation", quiet: true },
  "account unlock": { words: ["sysadmin"], needs: "installation", quiet: true },
  "account grant": { words: ["sysadmin", "cadre"], needs: "installation" },
  "account revoke": { words: ["sysadmin", "cadre"], needs: "installation" },
  roles: { words: [], needs: "nothing" },
  "region import": { words: ["codes.csv"], needs: "installation" },
  "scheme check": { words: [scheme], needs: "nothing" },
  "scheme explain": { words: [scheme, "--facts", "facts.yaml", "--period", "2026"], needs: "nothing" },
  "scheme diff": { words: [scheme, scheme], needs: "nothing" },
  "scheme print": { words: [scheme], needs: "nothing" },
  "scheme schema": { words: [], needs: "nothing" },
  "scheme reference": { words: [], needs: "nothing" },
  "scheme new": { words: [], needs: "nothing" },
  "scheme adopt": { words: [scheme, "--village", VILLAGE, "--from", "2026-01-01"], needs: "installation" },
  "scheme simulate": { words: [scheme, "--village", VILLAGE, "--period", "2026"], needs: "installation" },
  "ledger open": { words: ["points.csv", "--village", VILLAGE], needs: "installation" },
  "ledger verify": { words: [], needs: "installation" },
  "claim import": { words: ["claims.csv", "--village", VILLAGE, "--as", "sysadmin"], needs: "installation" },
  "claim list": { words: ["--village", VILLAGE], needs: "installation", quiet: true },
};

/** { name, args } as help prints them. */
const table = [...run(["help"]).stdout.split("\nSettings")[0].matchAll(/^ {2}([a-z]+(?: [a-z]+)?) {2,}\S.*$(?:\n {30,}(\S.*)$)?/gm)]
  .map(([, name, args]) => ({ name, args: args ?? "" }));

test("the table of this test is the program's", () => {
  assert.deepEqual(table.map((c) => c.name).sort(), Object.keys(commands).sort(), "a command is missing here, or is no more");
});

/** The command is refused as wrong use, and nothing has been made. */
function misused(words, place, pattern) {
  const r = run([...words, ...place.flags]);
  assert.equal(r.status, 2, `shanzhi ${words.join(" ")}: ${r.status} ${r.stderr}`);
  assert.match(r.stderr, pattern);
  assert.equal(r.stdout, "");
  assert.deepEqual(readdirSync(place.data), [], "nothing was made");
}

const empty = freshData({ empty: true });
const made = freshData({ empty: true });
assert.equal(run(["init", ...made.flags]).status, 0);

/** With standard output on a device that is always full. */
function unheard(words, place) {
  const full = openSync("/dev/full", "w");
  try {
    return run([...words, ...place.flags], { stdout: full });
  } finally {
    closeSync(full);
  }
}

const grammar = { skip: postgres ? "refused before a database is asked: the run on SQLite has it" : false };

for (const { name, args } of table) {
  const { words, needs, quiet } = commands[name] ?? { words: [], needs: "nothing" };
  const call = [...name.split(" "), ...words];

  describe(`shanzhi ${name}`, () => {
    test("an unknown option is refused and the nearest named", grammar, () => {
      misused([...call, "--databse", "x"], empty, /did you mean --database\?/);
      const [, option] = /--([a-z-]{5,})/.exec(args) ?? [];
      if (option) misused([...name.split(" "), `--${option}s`], empty, new RegExp(`no option --${option}s; did you mean --${option}\\?`));
    });

    test("an option without its value is refused, and a flag with one", grammar, () => {
      for (const [, option, value] of args.matchAll(/--([a-z-]+)(?: ([^\s\]|)[-][^\s\])]*))?/g)) {
        const without = call.filter((w, i) => w !== `--${option}` && call[i - 1] !== `--${option}`);
        if (value) {
          misused([...without, `--${option}`], empty, new RegExp(`--${option} wants a value`));
        } else {
          misused([...without, `--${option}=yes`], empty, new RegExp(`--${option} takes no value`));
        }
      }
    });

    test("a word too many is refused, and one too few", grammar, () => {
      if (!args.includes("…")) misused([...call, ...Array(9).fill("x")], empty, /too many/);
      if (/^[A-Z]/.test(args) || /(^|\] )--/.test(args)) misused(name.split(" "), empty, /is missing/);
    });

    test("where there is no installation it says so", { skip: needs === "installation" ? false : "needs none" }, () => {
      const r = run([...call, ...empty.flags]);
      assert.equal(r.status, 3, r.stderr);
      assert.match(r.stderr, /no installation.*(--data|--database).*shanzhi init/s);
      assert.deepEqual(readdirSync(empty.data), [], "nothing was made");
    });

    test("an output that cannot be written is a failure", () => {
      assert.equal(unheard([...name.split(" "), "--help"], empty).status, 1);
      if (quiet) return;
      const r = unheard(call, made);
      assert.ok(r.status === 1 || r.status === 2, `${r.status}`);
      assert.notEqual(r.stderr, "");
    });
  });
}

test("help names one command, a group, or refuses", () => {
  assert.match(run(["help", "account", "add"]).stdout, /^ {2}account add .*\n +NAME/);
  assert.equal(run(["help", "account", "add"]).stdout.match(/^ {2}account/gm).length, 1);
  assert.ok(run(["help", "account"]).stdout.match(/^ {2}account/gm).length > 4);
  assert.equal(run(["help", "acc"]).status, 2, "no part of a word");
  const r = run(["help", "nosuch"]);
  assert.equal(r.status, 2);
  assert.match(r.stderr, /no such command: nosuch/);
  assert.match(run(["help", "acount"]).stderr, /did you mean: shanzhi account\n/);
  assert.match(run(["help", "account", "ad"]).stderr, /did you mean: shanzhi account add/);
});

test("--flag value and --flag=value are the same, and -- ends the flags", () => {
  const a = run(["scheme", "print", "--lang", "en", scheme]), b = run(["scheme", "print", "--lang=en", scheme]);
  assert.equal(a.status, 0);
  assert.equal(a.stdout, b.stdout);
  assert.match(run(["scheme", "check", "--", "--port"]).stderr, /--port/, "a file of that name");
  assert.equal(run(["scheme", "check", "--json", scheme]).status, 0, "the word behind a flag is an argument");
  assert.equal(run(["scheme", "print", scheme, "--lang", "en", "--lang", "zh"]).status, 2, "twice");
  assert.equal(run(["scheme", "print", scheme, "--lang="]).status, 2, "empty");
  assert.match(run(["version", "-x"]).stderr, /no option -x/);
  assert.match(run(["version", "--zzzzzzzzzz"]).stderr, /no option --zzzzzzzzzz\./);
});

describe("a password that nobody could read is not set", () => {
  const place = freshData({ empty: true });

  test("init", () => {
    const r = unheard(["init"], place);
    assert.equal(r.status, 1);
    assert.match(r.stderr, /nothing was changed/);
    const again = run(["init", ...place.flags]);
    assert.equal(again.status, 0, again.stderr);
    assert.match(again.stdout, /^sysadmin\t\S+$/m, "the administrators are still to be made");
  });

  test("account add", () => {
    assert.equal(unheard(["account", "add", "clerk"], place).status, 1);
    assert.doesNotMatch(run(["account", "list", ...place.flags]).stdout, /clerk/);
    assert.match(run(["account", "add", "clerk", ...place.flags]).stdout, /^clerk\t\S+\n$/);
  });

  test("account passwd", () => {
    const audit = () => run(["account", "list", "clerk", ...place.flags]).stdout;
    const before = audit();
    assert.equal(unheard(["account", "passwd", "clerk"], place).status, 1);
    assert.equal(audit(), before);
  });
});

test("a closed standard output does not put messages into the database", { skip: postgres ? "a file of SQLite" : false }, () => {
  const r = spawnSync("/bin/sh", ["-c", `exec "$0" "$@" >&- 2>&- <&-`, program, "account", "list", ...made.flags], { encoding: "utf8" });
  assert.equal(r.status, 1);
  assert.equal(run(["ledger", "verify", ...made.flags]).status, 0);
});

test("settings are held against what they mean", () => {
  const refused = (words, pattern, env) => {
    const r = run([...words, ...made.flags], { env });
    assert.equal(r.status, 2, `${words.join(" ")}: ${r.stderr}`);
    assert.match(r.stderr, pattern);
  };
  refused(["account", "list", "--port", "abc"], /setting port \(flag\)/);
  refused(["account", "list", "--port", "-1"], /0…65535/);
  refused(["account", "list", "--data="], /--data wants a value/);
  refused(["account", "list", "--trusted-proxy", "nginx"], /setting trusted-proxy \(flag\): "nginx" should be 127\.0\.0\.1/);
  refused(["account", "list", "--public-url", "ftp://x"], /public-url.*https:\/\//);
  refused(["account", "list", "--public-url", "https://"], /public-url/);
  refused(["account", "list"], /trusted-proxy \(environment\)/, { SHANZHI_TRUSTED_PROXY: "10.0.0.0.1" });
  refused(["account", "list", "--trusted-proxy", "127.0.0.1, 10.1.0.0/8"], /setting trusted-proxy \(flag\): "127\.0\.0\.1, 10\.1\.0\.0\/8" should be 10\.0\.0\.0\/8 /);
  refused(["account", "list", "--trusted-proxy", "0.0.0.0/0"], /holds every address/);
  assert.equal(run(["account", "list", "--trusted-proxy", "::1", "--public-url", "https://x.example", ...made.flags]).status, 0);
  assert.equal(run(["account", "list", ...made.flags], { env: { SHANZHI_PORT: "", SHANZHI_TRUSTED_PROXY: "" } }).status, 0, "empty is unset");
  const mysql = run(["account", "list", "--data", made.data, "--database", "mysql://me:secret@x/y"]);
  assert.equal(mysql.status, 2);
  assert.match(mysql.stderr, /setting database \(flag\): "mysql…" should be postgres:\/\//);
  assert.doesNotMatch(mysql.stderr, /secret/, "a password does not end in a log");
});

test("a file with the database's password is not for everybody to read", () => {
  const file = join(made.data, "shanzhi.conf");
  const with_ = (database, mode, ...more) => {
    writeFileSync(file, `data = ${made.data}\ndatabase = ${database}\n`);
    chmodSync(file, mode);
    return run(["roles", "--config", file, ...more]);
  };
  for (const url of ["postgres://shanzhi:secret@127.0.0.1/x", "postgres://127.0.0.1/x?user=a&password=b"]) {
    const r = with_(url, 0o644);
    assert.equal(r.status, 2);
    assert.match(r.stderr, /password.*chmod 640/);
    assert.equal(with_(url, 0o644, "--database", "postgres://127.0.0.1/y").status, 2, "used or not");
    assert.equal(with_(url, 0o640).status, 0);
    assert.equal(with_(url, 0o600).status, 0);
  }
  assert.equal(with_("postgres://shanzhi@127.0.0.1:5432/x", 0o644).status, 0, "no password in it");
});

// A PostgreSQL 15 server of a test's own, to be stopped, started and crowded:
//   const pg = await cluster("max_connections=30");   // { url, does(shell command), end() }
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { createInterface } from "node:readline";

export async function cluster(...settings) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([k]) => !k.startsWith("PG")));
  // root's clusters would all lie in one place; another user's lie in a folder of their own
  const user = process.getuid() === 0 ? ["runuser", "-u", "postgres", "--"] : [];
  const options = ["fsync=off", ...settings].flatMap((s) => ["-o", s]);
  const [program, ...args] = [...user, "pg_virtualenv", "-v", "15", ...options, "sh"];
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"], env: { ...env, HOME: tmpdir() }, cwd: tmpdir() });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const does = async (command) => {
    child.stdin.write(`${command}; echo "=$?"\n`);
    const out = [];
    for (;;) {
      const { value, done } = await lines.next();
      assert.ok(!done, "pg_virtualenv ended");
      const end = /^(.*)=(\d+)$/.exec(value);
      if (end) {
        assert.equal(end[2], "0", `${command}: ${out.join("\n")}`);
        return [...out, end[1]].join("\n").trim();
      }
      out.push(value);
    }
  };
  const url = await does('echo "postgres://$PGUSER:$PGPASSWORD@$PGHOST:$PGPORT/postgres"');
  const ended = new Promise((ok) => child.on("exit", ok));
  return { url: url.split("\n").at(-1), does, end: async () => { child.stdin.end(); await ended; } };
}

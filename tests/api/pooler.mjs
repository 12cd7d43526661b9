// A PgBouncer of a test's own before the tests' PostgreSQL, on a socket in a folder of its own:
//   const b = await pooler("default_pool_size = 2");   // { place(place), end() }
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { postgres } from "./harness.mjs";

const PORT = 6432; // only the socket's name: every pooler has its own folder

export async function pooler(...settings) {
  const folder = mkdtempSync(join(tmpdir(), "shanzhi-pooler-"));
  chmodSync(folder, 0o777);
  const { hostname, port, username, password } = new URL(postgres);
  const file = join(folder, "pgbouncer.ini");
  writeFileSync(file, ["[databases]", `* = host=${hostname} port=${port} user=${username} password=${decodeURIComponent(password)}`,
    "[pgbouncer]", `unix_socket_dir = ${folder}`, `listen_port = ${PORT}`, "auth_type = any", "pool_mode = transaction", ...settings, ""].join("\n"));
  // it refuses to run as root
  const user = process.getuid() === 0 ? ["runuser", "-u", "postgres", "--"] : [];
  const [program, ...args] = [...user, "/usr/sbin/pgbouncer", "-q", file];
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "", over = false;
  child.stderr.on("data", (d) => { said += d; });
  const ended = new Promise((ok) => child.on("exit", () => { over = true; ok(); }));
  while (!existsSync(join(folder, `.s.PGSQL.${PORT}`))) {
    assert.ok(!over, `pgbouncer ended: ${said}`);
    await new Promise((ok) => setTimeout(ok, 20));
  }
  /** The same place, reached through the pooler. */
  const place = ({ data, database }) => ({ data, database, flags: ["--data", data, "--database", `postgres://${username}@/${database}?host=${folder}&port=${PORT}`] });
  const end = async () => {
    child.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  return { place, end };
}

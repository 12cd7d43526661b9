// Starts the program on a free port with a fresh database (SQLite, or a new PostgreSQL database when
// SHANZHI_TEST_PG is a libpq URL of a server where databases can be made), talks to it, and cleans up.
//
//   import { serve, steps } from "./harness.mjs";
//   const s = await serve();                          // { port, url, api, signIn, command, stop, … }
//   const clerk = await s.signIn("lk-recorder", password);
//   const r = await s.api("POST", "/villages/441621102205/claims", { as: clerk, body: { … } });
//   r.status, r.body, r.headers, r.etag, r.text
//
//   steps("a claim from phone to passbook", s, [
//     ["a villager claims a deed", async (t) => { t.claim = … }],
//   ]);
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import http from "node:http";
import { after, describe, test } from "node:test";
import { FONTS, apiDocument, demoData, dropData, dropPlaces, engine, freshData, postgres, program, root, run } from "./place.mjs";
import { checkAnswer } from "./schema.mjs";

export { apiDocument, demoData, dropData, engine, freshData, postgres, program, root, run };

const START_MS = 60_000; // a sanitized program on a busy machine, with migrations
const STOP_MS = 40_000;

const running = new Set();

function cleanUp() {
  for (const server of running) server.child.kill("SIGKILL");
  dropPlaces();
}
process.on("exit", cleanUp);
for (const sig of ["SIGINT", "SIGTERM"]) process.once(sig, () => process.exit(130));

// A connection that has rested is not used again: the server closes it after a minute, and while a command blocks this
// process (run below), or the machine is busy, that is not seen before the next request is on its way into the void.
const RESTED_MS = 5_000;
const agent = new http.Agent({ keepAlive: true });
agent.on("free", (socket) => { socket.restsSince = performance.now(); });
function dropRested() {
  for (const sockets of Object.values(agent.freeSockets))
    for (const socket of sockets) if (performance.now() - socket.restsSince > RESTED_MS) socket.destroy();
}

/** One request as bytes: { status, headers, text, bytes, body }; body is the parsed JSON, if it is JSON. */
export function request(port, method, path, { headers = {}, body, host = "127.0.0.1", signal } = {}) {
  dropRested();
  return new Promise((resolve, reject) => {
    const req = http.request({ port, host, method, path, headers, agent, signal }, (res) => {
      const parts = [];
      if (/^text\/event-stream/.test(res.headers["content-type"] ?? "")) { // it has no end: the head is the answer
        resolve({ status: res.statusCode, headers: res.headers, text: "", bytes: Buffer.alloc(0) });
        res.on("error", () => {});
        res.destroy();
        return;
      }
      res.on("data", (d) => parts.push(d));
      res.on("error", reject);
      res.on("end", () => {
        const bytes = Buffer.concat(parts);
        const text = bytes.toString("utf8");
        let json;
        if (/json/.test(res.headers["content-type"] ?? "") && !res.headers["content-encoding"] && text)
          json = JSON.parse(text);
        resolve({ status: res.statusCode, headers: res.headers, text, bytes, body: json, etag: res.headers.etag });
      });
    });
    req.on("error", reject);
    req.end(body);
  });
}

let around = (server, what, send) => send();
/** Every write that goes through api() from now on is sent by `look(server, "POST /…", send)`, which gives back the answer. */
export const watchWrites = (look) => { around = look; };

/**
 * Starts a server and waits until it listens. Options: flags (more of them), place (from freshData, to
 * start again on the same data), env, ulimit (what the shell's ulimit takes, "-n 1024"), binary, logFile. The result's `log` is what it wrote.
 */
export async function serve({ flags = [], place = freshData(), env = {}, ulimit, binary = program, logFile } = {}) {
  const args = ["serve", "--port", "0", "--rate-per-minute", "0", ...place.flags, ...(logFile ? ["--log-file", logFile] : []), ...flags];
  const under = ulimit ? ["sh", "-c", `ulimit ${ulimit}; exec "$0" "$@"`, binary] : [binary];
  const child = spawn(under[0], [...under.slice(1), ...args], { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, ...FONTS, ...env } });
  child.unref(); // a failed test must not keep the runner waiting; cleanUp kills
  child.stderr.unref();
  const server = { child, place, data: place.data, log: "", exit: null };
  running.add(server);
  let listening, failed;
  const started = new Promise((ok, no) => { listening = ok; failed = no; });
  let seen = 0; // complete lines of the log looked at
  const look = (log) => {
    for (let end; server.port === undefined && (end = log.indexOf("\n", seen)) >= 0; seen = end + 1) {
      const m = /"msg":"listening".*?"port":(\d+)/.exec(log.slice(seen, end));
      if (!m) continue;
      server.port = Number(m[1]);
      listening();
    }
  };
  child.stderr.setEncoding("utf8");
  child.stderr.on("data", (d) => {
    server.log += d;
    if (!logFile) look(server.log);
  });
  const polling = logFile ? setInterval(() => { if (existsSync(logFile)) look(readFileSync(logFile, "utf8")); }, 20) : undefined;
  server.ended = new Promise((ok) => child.on("exit", (code, signal) => {
    server.exit = { code, signal };
    running.delete(server);
    failed(new Error(`the server ended (${code ?? signal}) before it listened:\n${server.log}`));
    ok(server.exit);
  }));
  const timer = setTimeout(() => failed(new Error(`the server did not listen:\n${server.log}`)), START_MS);
  try {
    await started;
  } catch (e) {
    child.kill("SIGKILL");
    throw e;
  } finally {
    clearTimeout(timer);
    clearInterval(polling);
  }
  server.url = `http://127.0.0.1:${server.port}`;

  /** A raw request to any path. */
  server.raw = (method, path, options) => request(server.port, method, path, options);

  /**
   * An API call below /api/v1. `as` is what signIn gave; `key` replaces the fresh Idempotency-Key
   * (null: none); `match` is If-Match; `type` the media type of a body given as text.
   */
  server.api = async (method, path, { body, as, headers = {}, key, match, type, lang } = {}) => {
    const h = { ...headers };
    let bytes;
    if (body !== undefined) {
      bytes = typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body);
      h["content-type"] ??= type ?? "application/json";
      h["content-length"] = Buffer.byteLength(bytes);
    } else if (method !== "GET" && method !== "HEAD") {
      h["content-length"] = 0;
    }
    if (method === "POST" && key !== null) h["idempotency-key"] ??= `"${key ?? randomUUID()}"`;
    if (match !== undefined) h["if-match"] = match;
    if (lang) h["accept-language"] = lang;
    if (as?.token) h.authorization = `Bearer ${as.token}`;
    if (as?.cookie) {
      h.cookie = as.cookie;
      if (method !== "GET" && method !== "HEAD") h["x-csrf-token"] = as.csrf;
    }
    const below = path.startsWith("/api/v1/") ? path.slice("/api/v1".length) : path;
    const send = () => server.raw(method, `/api/v1${below}`, { headers: h, body: bytes });
    const r = await (method === "GET" || method === "HEAD" ? send() : around(server, `${method} ${below}`, send));
    const wrong = checkAnswer(apiDocument(), method, below, r); // every answer that a test gets is held against the document
    assert.deepEqual(wrong, [], "the answer breaks the API document");
    return r;
  };

  /** Signs in and returns the session for `as`: { cookie, csrf, ...me }. */
  server.signIn = async (name, password, more = {}) => {
    const r = await server.api("POST", "/session", { body: { name, password, ...more }, key: null });
    assert.ok(r.status === 200 || r.status === 201, `sign-in of ${name}: ${r.status} ${r.text}`);
    const cookie = (r.headers["set-cookie"] ?? []).map((c) => c.split(";")[0]).join("; ");
    assert.match(cookie, /shanzhi_session=/, "the session cookie");
    return { ...r.body, cookie };
  };

  /** Runs a command on the same data; throws when it fails unless `fails` is set. */
  server.command = (args, options = {}) => {
    const r = run([...args, ...place.flags], options);
    if (!options.fails) assert.equal(r.status, 0, `shanzhi ${args.join(" ")}: ${r.stderr}${r.stdout}`);
    return r;
  };

  /** SIGTERM and wait; a crash or a leak (sanitizers) makes it throw with the log. */
  server.stop = async (signal = "SIGTERM") => {
    if (!server.exit) child.kill(signal);
    const late = setTimeout(() => child.kill("SIGABRT"), STOP_MS);
    const end = await server.ended;
    clearTimeout(late);
    if (signal === "SIGKILL") return end;
    assert.equal(end.code, 0, `the server ended with ${end.code ?? end.signal}:\n${server.log.slice(-20_000)}`);
    return end;
  };

  /** Waits until the log holds the pattern. */
  server.logged = async (pattern) => {
    const awake = setTimeout(() => {}, START_MS); // the child's pipe alone does not keep node running
    while (!pattern.test(server.log)) {
      if (server.exit) throw new Error(`the server ended without logging ${pattern}`);
      await new Promise((ok) => child.stderr.once("data", ok));
    }
    clearTimeout(awake);
  };
  return server;
}

/** A server for one test file: started now, stopped (and its exit checked) after the tests. */
export async function serveForFile(options) {
  const server = await serve(options);
  after(async () => { await server.stop(); });
  return server;
}

/** Asserts the status and shows the answer when it is another one. Returns the answer. */
export function expect(r, status) {
  assert.equal(r.status, status, `expected ${status}, got ${r.status}: ${r.text.slice(0, 2000)}`);
  return r;
}

/** Asserts a problem document of this code. */
export function problem(r, status, code) {
  expect(r, status);
  assert.match(r.headers["content-type"], /^application\/problem\+json/);
  assert.equal(r.body.type, `/problems/${code}`, r.text);
  assert.equal(r.body.status, status);
  assert.ok(r.body.title && r.body.detail && r.body.request_id, r.text);
  return r;
}

/**
 * A story: labelled steps that run in order and share `t` (with `t.server`); after the first failure
 * the rest is skipped and the end of the server's log is shown.
 */
export function steps(title, server, list) {
  describe(title, { concurrency: false }, () => {
    const t = { server };
    let broken = null;
    for (const [label, run] of list) {
      test(label, async (ctx) => {
        if (broken) return ctx.skip(`after "${broken}" failed`);
        try {
          t.server = typeof server === "function" ? server() : server;
          await run(t, ctx);
        } catch (e) {
          broken = label;
          if (t.server?.log) console.error(t.server.log.split("\n").slice(-40).join("\n"));
          throw e;
        }
      });
    }
  });
}

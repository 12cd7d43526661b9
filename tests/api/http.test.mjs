// The wire: what the server does with hostile, broken, slow and hurried clients, whatever slice is behind.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import net from "node:net";
import { after, before, describe, test } from "node:test";
import zlib from "node:zlib";
import { expect, freshData, problem, run, serve } from "./harness.mjs";

const PASSWORD = "Correct-Horse-7";
let s, boss;

before(async () => {
  s = await serve({ flags: ["--request-seconds", "3"] });
  s.command(["account", "add", "boss", "--password-stdin"], { input: `${PASSWORD}\n` });
  s.command(["account", "grant", "boss", "sysadmin"]);
  boss = await s.signIn("boss", PASSWORD);
});
after(async () => { await s?.stop(); });

/** Sends bytes on a fresh connection and reads until the server closes it. */
function wire(bytes, { port = s.port, end = false, ms = 20_000 } = {}) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, "127.0.0.1", () => (end ? socket.end(bytes) : socket.write(bytes)));
    const parts = [];
    const late = setTimeout(() => { socket.destroy(); reject(new Error(`no end after ${ms} ms: ${Buffer.concat(parts)}`)); }, ms);
    socket.on("data", (d) => parts.push(d));
    socket.on("error", (e) => { if (e.code !== "ECONNRESET" && e.code !== "EPIPE") reject(e); });
    socket.on("close", () => { clearTimeout(late); resolve(Buffer.concat(parts).toString("utf8")); });
  });
}

/** Splits what came over the wire into answers (all have a Content-Length or no body). */
function answers(text, methods = []) {
  const out = [];
  let rest = Buffer.from(text);
  for (let i = 0; rest.length; i++) {
    const end = rest.indexOf("\r\n\r\n");
    assert.ok(end > 0, `a head: ${rest}`);
    const head = rest.subarray(0, end).toString();
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)[1]);
    const empty = status === 100 || status === 204 || status === 304 || methods[i] === "HEAD";
    const n = empty ? 0 : Number(/\r\ncontent-length: (\d+)/i.exec(head)[1]);
    out.push({ status, head, body: rest.subarray(end + 4, end + 4 + n).toString() });
    rest = rest.subarray(end + 4 + n);
  }
  return out;
}

const get = (path, more = "") => `GET ${path} HTTP/1.1\r\nHost: test\r\n${more}\r\n`;
const CLOSE = "Connection: close\r\n";

describe("request lines, headers and framing that a proxy could read otherwise", () => {
  const post = (headers, body = "") => `POST /api/v1/session HTTP/1.1\r\nHost: test\r\n${headers}\r\n${body}`;
  const cases = [
    ["two Content-Length", post("Content-Length: 2\r\nContent-Length: 2\r\n", "{}"), 400],
    ["two different Content-Length", post("Content-Length: 2\r\nContent-Length: 30\r\n", "{}"), 400],
    ["a list of Content-Length", post("Content-Length: 2, 2\r\n", "{}"), 400],
    ["Content-Length with a plus", post("Content-Length: +2\r\n", "{}"), 400],
    ["negative Content-Length", post("Content-Length: -1\r\n", "{}"), 400],
    ["Content-Length in hex", post("Content-Length: 0x2\r\n", "{}"), 400],
    ["empty Content-Length", post("Content-Length:\r\n", "{}"), 400],
    ["huge Content-Length", post("Content-Length: 99999999999999999999\r\n", "{}"), 400],
    ["Content-Length beside chunked", post("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400],
    ["chunked beside Content-Length", post("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n", "0\r\n\r\n"), 400],
    ["gzip, chunked", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 400],
    ["chunked, identity", post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"), 400],
    ["two Transfer-Encoding", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"), 400],
    ["x chunked", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 400],
    ["a space before the colon", post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"), 400],
    ["a folded line", post("X-A: b\r\n Transfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400],
    ["a bare line feed", "GET / HTTP/1.1\nHost: test\n\n", 400],
    ["a bare carriage return in a value", get("/", "X-A: b\rTransfer-Encoding: chunked\r\n"), 400],
    ["a NUL in a value", get("/", "X-A: b\0c\r\n"), 400],
    ["a NUL in the target", get("/a\0b"), 400],
    ["no Host", "GET / HTTP/1.1\r\n\r\n", 400],
    ["an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400],
    ["two Host", get("/", "Host: other\r\n"), 400],
    ["a Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400],
    ["a chunk without a size", post("Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n", "\r\n{}\r\n0\r\n\r\n"), 400],
    ["a negative chunk", post("Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n", "-1\r\n{}\r\n0\r\n\r\n"), 400],
    ["a chunk size with 0x", post("Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n", "0x2\r\n{}\r\n0\r\n\r\n"), 400],
    ["a chunk longer than it says", post("Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n", "1\r\n{}\r\n0\r\n\r\n"), 400],
    ["a chunk line by line feed", post("Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n", "2\n{}\r\n0\r\n\r\n"), 400],
    ["an enormous chunk", post("Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n", "fffffffff\r\n{}"), 413],
    ["nothing but a word", "hello\r\n\r\n", 400],
    ["TLS on a plain port", Buffer.from("160301020001000\r\n\r\n"), 400],
    ["HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505],
    ["HTTP/1.2", "GET / HTTP/1.2\r\nHost: test\r\n\r\n", 505],
    ["a fragment in the target", get("/#x"), 400],
    ["a relative target", get("x"), 400],
    ["a tab in the request line", "GET\t/ HTTP/1.1\r\nHost: test\r\n\r\n", 400],
    ["two spaces", "GET  / HTTP/1.1\r\nHost: test\r\n\r\n", 400],
    ["a long target", get(`/${"a".repeat(9000)}`), 414],
    ["a large header", get("/", `X-A: ${"a".repeat(20_000)}\r\n`), 431],
    ["too many headers", get("/", "X-A: 1\r\n".repeat(100)), 431],
    ["a method nobody knows", `BREW / HTTP/1.1\r\nHost: test\r\n${CLOSE}\r\n`, 501],
    ["CONNECT", `CONNECT test:80 HTTP/1.1\r\nHost: test\r\n\r\n`, 400],
  ];
  for (const [name, bytes, status] of cases) {
    test(name, async () => {
      // a second request is smuggled behind: it must never be answered
      const all = answers(await wire(Buffer.concat([Buffer.from(bytes), Buffer.from(get("/smuggled"))])));
      assert.equal(all.length, 1, JSON.stringify(all));
      assert.equal(all[0].status, status, all[0].head + all[0].body);
      assert.match(all[0].head, /connection: close/i);
      assert.match(all[0].head, /content-type: application\/problem\+json/i);
      assert.equal(JSON.parse(all[0].body).status, status);
    });
  }

  test("what is allowed is served: empty lines before, absolute form, spaces around a value, HTTP/1.0", async () => {
    for (const bytes of [
      `\r\n\r\n${get("/healthz", CLOSE)}`,
      `GET http://test/healthz HTTP/1.1\r\nHost: test\r\n${CLOSE}\r\n`,
      `GET /healthz HTTP/1.1\r\nHost:  \t test \t\r\n${CLOSE}\r\n`,
      "GET /healthz HTTP/1.0\r\n\r\n",
    ]) {
      const all = answers(await wire(bytes));
      assert.deepEqual(all.map((a) => [a.status, a.body]), [[200, "ok\n"]], bytes);
    }
  });
});

describe("bodies", () => {
  const send = (body, type = "application/json", headers = {}) =>
    s.api("POST", "/session", { body, type, key: null, lang: "en", headers });
  test("malformed JSON names line and column", async () => {
    for (const body of ["{", "nonsense", "[1,2", '{"name":"a",}', "{'name':1}", '{"name":"a"} x', "\u0000", '{"name":NaN}']) {
      const r = problem(await send(body), 400, "malformed");
      assert.match(r.body.detail, /line|position|column/i, r.text);
    }
  });
  test("JSON that is no object", async () => {
    for (const body of ["[]", "1", '"a"', "null", "true"]) {
      const r = await send(body);
      assert.equal(r.status, 400, `${body}: ${r.text}`);
    }
  });
  test("a repeated key is refused", async () => {
    const r = await send('{"name":"a","name":"b","password":"c"}');
    assert.equal(r.status, 400, r.text);
    assert.match(r.text, /name|duplicate/i);
  });
  test("bytes that are not UTF-8", async () => {
    expect(await send(Buffer.from([0x7b, 0x22, 0x6e, 0x61, 0x6d, 0x65, 0x22, 0x3a, 0x22, 0xff, 0xfe, 0x22, 0x7d])), 400);
    expect(await send(Buffer.from('{"name":"\xc0\xaf","password":"x"}', "latin1")), 400);
    expect(await send('{"name":"\\ud800","password":"x"}'), 400);
  });
  test("deep nesting stops early", async () => {
    expect(await send(`${"[".repeat(100_000)}${"]".repeat(100_000)}`), 400);
    expect(await send(`${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`), 400);
  });
  test("every finding at once", async () => {
    const r = problem(await send({ name: 7, password: ["x"], nickname: "n", other: 1 }), 400, "invalid");
    const fields = r.body.errors.map((e) => e.field).sort();
    assert.deepEqual(fields, ["name", "nickname", "other", "password"]);
  });
  test("an empty body names what is required", async () => {
    const r = problem(await send("", "application/json"), 400, "invalid");
    assert.deepEqual(r.body.errors.map((e) => e.field).sort(), ["name", "password"]);
  });
  test("in Chinese or English", async () => {
    const zh = await s.api("POST", "/session", { body: {}, key: null, lang: "zh-CN,zh;q=0.9,en;q=0.8" });
    const en = await s.api("POST", "/session", { body: {}, key: null, lang: "en-GB,en;q=0.9,zh;q=0.1" });
    assert.match(zh.body.title, /[\u4e00-\u9fff]/);
    assert.equal(zh.headers["content-language"], "zh-CN");
    assert.doesNotMatch(en.body.title, /[\u4e00-\u9fff]/);
    assert.equal(en.headers["content-language"], "en");
    assert.deepEqual(zh.body.errors.map((e) => e.field), en.body.errors.map((e) => e.field));
  });
  test("other media types and codings", async () => {
    problem(await send("name=a", "application/x-www-form-urlencoded"), 415, "media-type");
    problem(await send("{}", "text/plain"), 415, "media-type");
    problem(await send(zlib.gzipSync("{}"), "application/json", { "content-encoding": "gzip" }), 415, "media-type");
    expect(await send("{}", "application/json; charset=utf-8"), 400);
  });
  test("over a mebibyte, announced or in chunks", async () => {
    problem(await send(`{"name":"${"a".repeat(1024 * 1024)}"}`), 413, "too-large");
    const chunk = `10000\r\n${"a".repeat(65536)}\r\n`;
    const text = await wire(`POST /api/v1/session HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(20)}0\r\n\r\n`);
    assert.equal(answers(text)[0].status, 413);
  });
  test("chunked is decoded: extensions, trailers, one byte at a time", async () => {
    const body = `POST /api/v1/session HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\nAccept-Language: en\r\nTransfer-Encoding: chunked\r\n${CLOSE}\r\n` +
      '2;note="x"\r\n{"\r\n8\r\nname":7}\r\n000\r\nX-Trailer: 1\r\n\r\n';
    const whole = answers(await wire(body))[0];
    assert.equal(whole.status, 400);
    assert.deepEqual(JSON.parse(whole.body).errors.map((e) => e.field).sort(), ["name", "password"]);
    const slow = await new Promise((resolve, reject) => {
      const socket = net.connect(s.port, "127.0.0.1");
      socket.setNoDelay(true);
      let text = "";
      socket.on("data", (d) => { text += d; });
      socket.on("error", reject);
      socket.on("close", () => resolve(text));
      let i = 0;
      const step = () => { if (i < body.length) socket.write(body[i++], step); };
      socket.on("connect", step);
    });
    assert.equal(answers(slow)[0].status, 400);
    assert.deepEqual(JSON.parse(answers(slow)[0].body).errors, JSON.parse(whole.body).errors);
  });
  test("a truncated upload is dropped, and nothing is done", async () => {
    const text = await wire("POST /api/v1/session HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"na", { end: true });
    assert.equal(text, "");
    const chunked = await wire("POST /api/v1/session HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"na", { end: true });
    assert.equal(chunked, "");
  });
  test("Expect: 100-continue is answered before the body", async () => {
    const socket = net.connect(s.port, "127.0.0.1");
    const first = new Promise((ok) => socket.once("data", (d) => ok(d.toString())));
    socket.write(`POST /api/v1/session HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n${CLOSE}\r\n`);
    assert.match(await first, /^HTTP\/1\.1 100 Continue\r\n\r\n$/);
    const rest = new Promise((ok) => { let t = ""; socket.on("data", (d) => { t += d; }); socket.on("close", () => ok(t)); });
    socket.write("{}");
    assert.equal(answers(await rest)[0].status, 400);
  });
  test("a body where none belongs", async () => {
    const r = await s.api("DELETE", "/session", { as: boss, body: { a: 1 } });
    problem(r, 400, "invalid");
  });
});

describe("addresses and methods", () => {
  test("unknown addresses are 404 with a problem", async () => {
    for (const path of ["/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v1/session/", "/api/v1//session", "/api/v1/%73ession/x", "/api/v1/session/../roles", "/api/v2/session", "/nothing.js", "/../etc/passwd", "/assets/%00.js"])
      problem(await s.raw("GET", path), 404, "not-found");
  });
  test("405 names what is allowed", async () => {
    const r = problem(await s.api("PUT", "/session", { as: boss, body: {} }), 405, "method");
    assert.equal(r.headers.allow, "GET, HEAD, POST, DELETE, OPTIONS");
    problem(await s.raw("TRACE", "/api/v1/session"), 405, "method");
    assert.equal(problem(await s.raw("POST", "/healthz"), 405, "method").headers.allow, "GET, HEAD, OPTIONS");
  });
  test("OPTIONS", async () => {
    const r = expect(await s.raw("OPTIONS", "/api/v1/session"), 204);
    assert.equal(r.headers.allow, "GET, HEAD, POST, DELETE, OPTIONS");
    assert.equal(r.headers["access-control-allow-origin"], undefined);
    assert.equal(answers(await wire(`OPTIONS * HTTP/1.1\r\nHost: t\r\n${CLOSE}\r\n`))[0].status, 204);
  });
  test("HEAD is GET without the body", async () => {
    for (const path of ["/api/v1/session", "/healthz", "/api/v1/openapi.json", "/problems/invalid"]) {
      const a = await s.raw("GET", path, { headers: { cookie: boss.cookie } });
      const b = await s.raw("HEAD", path, { headers: { cookie: boss.cookie } });
      assert.equal(b.status, a.status);
      assert.equal(b.text, "");
      assert.equal(b.headers["content-length"], a.headers["content-length"]);
    }
  });
  test("query: unknown, repeated, out of range, not UTF-8, all at once", async () => {
    const r = problem(await s.raw("GET", "/api/v1/public/regions?zz=1&limit=0&limit=2&after=%ff&%zz=1", { headers: { "accept-language": "en" } }), 400, "invalid");
    assert.deepEqual(r.body.errors.map((e) => e.field).sort(), ["?", "after", "limit", "limit", "zz"].sort());
  });
  test("a forged cursor", async () => {
    for (const after of ["x", "00", "a".repeat(48), "0".repeat(200)])
      problem(await s.raw("GET", `/api/v1/public/regions?after=${after}`), 400, "invalid");
  });
});

describe("connections", () => {
  test("pipelined requests are answered in order on one connection", async () => {
    const many = 50;
    let bytes = "";
    for (let i = 0; i < many; i++) bytes += i % 2 ? get("/healthz") : get("/api/v1/session", `Cookie: ${boss.cookie}\r\n`);
    const all = answers(await wire(bytes + get("/nothing.js", CLOSE)));
    assert.equal(all.length, many + 1);
    all.slice(0, many).forEach((a, i) => assert.equal(a.status, 200, `${i}: ${a.head}`));
    assert.equal(JSON.parse(all[0].body).name !== undefined, true);
    assert.equal(all[1].body, "ok\n");
    assert.equal(all[many].status, 404);
  });
  test("who reads later than the answers come gets all of them, and the connection goes on", async () => {
    const many = 24; // a megabyte each: more than the machine holds for a connection (tcp_wmem and tcp_rmem, 10 MB)
    const path = "/api/v1/openapi.json", whole = (await s.raw("GET", path)).text;
    const socket = net.connect({ port: s.port, host: "127.0.0.1" });
    const parts = [], want = Buffer.byteLength(whole);
    let bytes = 0;
    const arrived = async (done) => {
      for (const late = performance.now() + 60_000; !done(); ) {
        assert.ok(performance.now() < late, `after a minute ${bytes} bytes`);
        const part = socket.read();
        if (part) parts.push(part), bytes += part.length;
        await new Promise((ok) => setTimeout(ok, part ? 0 : 5)); // nobody reads ahead of the sender
      }
    };
    socket.on("readable", () => {}); // it is read when the test says so
    socket.write(get(path).repeat(many));
    await s.raw("GET", "/healthz");
    await arrived(() => bytes > many * want);
    socket.write(get("/healthz", CLOSE));
    await arrived(() => socket.readableEnded);
    const all = answers(Buffer.concat(parts).toString());
    assert.deepEqual(all.map((a) => a.status), Array(many + 1).fill(200));
    for (const a of all.slice(0, many)) assert.ok(a.body === whole, "an answer is another one");
    assert.equal(all[many].body, "ok\n");
  });
  test("pipelined requests behind a body", async () => {
    const one = "POST /api/v1/session HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
    const chunked = "POST /api/v1/session HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
    const all = answers(await wire(one + chunked + one + get("/healthz", CLOSE)));
    assert.deepEqual(all.map((a) => a.status), [400, 400, 400, 200]);
  });
  test("a request in two pieces, cut anywhere", async () => {
    const bytes = get("/healthz", `X-A: b\r\n${CLOSE}`);
    for (let cut = 1; cut < bytes.length; cut += 7) {
      const text = await new Promise((resolve, reject) => {
        const socket = net.connect(s.port, "127.0.0.1", () => {
          socket.setNoDelay(true);
          socket.write(bytes.slice(0, cut), () => setImmediate(() => socket.write(bytes.slice(cut))));
        });
        let t = "";
        socket.on("data", (d) => { t += d; });
        socket.on("error", reject);
        socket.on("close", () => resolve(t));
      });
      assert.equal(answers(text)[0].status, 200, `cut at ${cut}`);
    }
  });
  test("slow clients are cut off: a head that never ends, a body that drips, silence", async () => {
    const drip = (first) => new Promise((resolve) => {
      const socket = net.connect(s.port, "127.0.0.1", () => socket.write(first));
      const timer = setInterval(() => socket.write("a"), 200);
      let text = "";
      socket.on("data", (d) => { text += d; });
      socket.on("error", () => {});
      socket.on("close", () => { clearInterval(timer); resolve(text); });
    });
    const [head, body, silent] = await Promise.all([
      drip("GET / HTTP/1.1\r\nHost: t\r\nX-A: "),
      drip("POST /api/v1/session HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"),
      wire(""),
    ]);
    assert.equal(answers(head)[0].status, 408);
    assert.equal(answers(body)[0].status, 408);
    assert.equal(JSON.parse(answers(head)[0].body).type, "/problems/timeout");
    assert.equal(silent, "");
  });
  test("connections of one address: a quarter of the descriptors, and a village hall's 2,048 at most", async () => {
    for (const [ulimit, most] of [["-n 400", 100], [undefined, 2048]]) {
      const t = await serve({ ulimit });
      const sockets = [];
      let refused = 0;
      for (let i = 0; i < most + 20; i++) {
        const socket = net.connect(t.port, "127.0.0.1");
        socket.on("error", () => {});
        socket.on("close", () => { refused++; });
        sockets.push(socket);
        if (i % 100 === 99) await new Promise((ok) => socket.once("connect", ok)); // no more than the backlog holds
      }
      while (refused < 20) await new Promise((ok) => setTimeout(ok, 20));
      for (const socket of sockets) socket.destroy();
      // and they are let in again
      for (;;) {
        const r = await t.raw("GET", "/healthz", { headers: { connection: "close" } }).catch(() => null);
        if (r?.status === 200) break;
      }
      await t.stop();
    }
  });
});

describe("answers", () => {
  test("security headers and the request id", async () => {
    for (const path of ["/api/v1/openapi.json", "/api/v1/nothing", "/healthz"]) {
      const r = await s.raw("GET", path);
      assert.match(r.headers["x-request-id"], /^[0-9a-f]{16}$/);
      assert.equal(r.headers["x-content-type-options"], "nosniff");
      assert.match(r.headers["content-security-policy"], /frame-ancestors 'none'/);
      assert.doesNotMatch(r.headers["content-security-policy"], /script-src[^;]*unsafe-inline/);
      assert.equal(r.headers.server, undefined);
    }
  });
  test("compressed when large and wanted, the same bytes, with a tag of its own", async () => {
    const plain = await s.api("GET", "/roles", { as: boss });
    for (const [wish, undo] of [["br", zlib.brotliDecompressSync], ["gzip", zlib.gunzipSync], ["gzip;q=0.5, br;q=0", zlib.gunzipSync]]) {
      const r = expect(await s.api("GET", "/roles", { as: boss, headers: { "accept-encoding": wish } }), 200);
      assert.equal(r.headers["content-encoding"], wish.startsWith("br") ? "br" : "gzip");
      assert.match(r.headers.vary, /accept-encoding/i);
      assert.ok(r.bytes.length < plain.bytes.length / 2);
      assert.equal(undo(r.bytes).toString(), plain.text);
    }
    const small = await s.api("GET", "/session", { as: boss, headers: { "accept-encoding": "br" } });
    if (small.bytes.length < 1024) assert.equal(small.headers["content-encoding"], undefined);
  });
  test("the API document: tagged, 304, compressed", async () => {
    const r = expect(await s.raw("GET", "/api/v1/openapi.json"), 200);
    assert.equal(r.body.openapi, "3.1.0");
    const same = await s.raw("GET", "/api/v1/openapi.json", { headers: { "if-none-match": `W/"x", ${r.etag}` } });
    assert.equal(same.status, 304);
    assert.equal(same.text, "");
    const br = await s.raw("GET", "/api/v1/openapi.json", { headers: { "accept-encoding": "br" } });
    assert.equal(zlib.brotliDecompressSync(br.bytes).toString(), r.text);
    assert.notEqual(br.etag, r.etag);
    assert.equal((await s.raw("GET", "/api/v1/openapi.json", { headers: { "if-none-match": br.etag } })).status, 304);
  });
  test("every problem type has its page", async () => {
    const r = expect(await s.raw("GET", "/problems/invalid"), 200);
    assert.match(r.headers["content-type"], /text\/html/);
    assert.match(r.text, /[\u4e00-\u9fff]/);
    problem(await s.raw("GET", "/problems/no-such-code"), 404, "not-found");
  });
  test("health, readiness, metrics", async () => {
    assert.equal(expect(await s.raw("GET", "/healthz"), 200).text, "ok\n");
    expect(await s.raw("GET", "/readyz"), 200); // health.test has the rest
    await s.api("GET", "/session", { as: boss });
    const m = expect(await s.raw("GET", "/metrics"), 200).text;
    const n = Number(/shanzhi_http_requests_total\{method="GET",route="\/api\/v1\/session",status="200"\} (\d+)/.exec(m)[1]);
    assert.ok(n >= 1);
    assert.match(m, /shanzhi_http_request_seconds_bucket\{method="GET",route="\/api\/v1\/session",le="\+Inf"\} \d+/);
    assert.match(m, /shanzhi_store_writes_total \d+/);
    assert.match(m, /process_resident_memory_bytes [1-9]\d+/);
    for (const line of m.trim().split("\n")) assert.match(line, /^(# (HELP|TYPE) .+|[a-z_]+(\{[^}]*\})? [0-9.]+)$/);
    problem(await s.raw("GET", "/metrics", { headers: { "x-forwarded-for": "203.0.113.9" } }), 404, "not-found");
  });
  test("the access log names the request", async () => {
    const r = await s.raw("GET", "/api/v1/nothing-logged");
    await s.logged(new RegExp(`"id":"${r.headers["x-request-id"]}".*nothing-logged`));
  });
});

describe("Idempotency-Key", () => {
  const csv = (name) => `code,name\n440000000000,${name}\n`;
  const send = (name, headers) => s.api("POST", "/regions/import?dry_run=false", { as: boss, body: csv(name), type: "text/csv", key: null, headers });
  test("missing, or not a quoted string", async () => {
    for (const headers of [{}, { "idempotency-key": "abc" }, { "idempotency-key": '""' }, { "idempotency-key": '"a' }, { "idempotency-key": '"a"b"' }, { "idempotency-key": `"${"a".repeat(300)}"` }]) {
      const r = problem(await send("广东省", headers), 400, "invalid");
      assert.deepEqual(r.body.errors.map((e) => e.field), ["Idempotency-Key"]);
    }
  });
  test("the same again is replayed; another payload is refused", async () => {
    const key = { "idempotency-key": `"${randomUUID()}"` };
    const a = expect(await send("广东省", key), 200);
    const b = expect(await send("广东省", key), 200);
    assert.equal(a.headers["idempotency-replayed"], undefined);
    assert.equal(b.headers["idempotency-replayed"], "true");
    assert.deepEqual(b.body, a.body);
    problem(await send("另一个省", key), 422, "idempotency");
  });
  test("many at once have one effect, and each answer says what happened", async () => {
    const key = { "idempotency-key": `"${randomUUID()}"` };
    const all = await Promise.all(Array.from({ length: 12 }, () => send("广东省", key)));
    const fresh = all.filter((r) => r.status === 200 && !r.headers["idempotency-replayed"]);
    assert.equal(fresh.length, 1, all.map((r) => r.status).join());
    for (const r of all) {
      if (r.status === 409) assert.ok(problem(r, 409, "in-progress").headers["retry-after"]);
      else assert.deepEqual(expect(r, 200).body, fresh[0].body);
    }
  });
});

describe("limits of the whole server", () => {
  test("a full queue is 503 with Retry-After, and the server goes on", async () => {
    const t = await serve({ flags: ["--workers", "1", "--queue", "2"] });
    // sign-in is slow on purpose (argon2id), so one worker is soon behind
    const all = await Promise.all(Array.from({ length: 40 }, (_, i) =>
      t.api("POST", "/session", { body: { name: `nobody-${i}`, password: "Wrong-Horse-7" }, key: null })));
    const busy = all.filter((r) => r.status === 503);
    assert.ok(busy.length > 0, all.map((r) => r.status).join());
    for (const r of busy) assert.ok(problem(r, 503, "busy").headers["retry-after"]);
    assert.ok(all.some((r) => r.status === 401), "some were served");
    expect(await t.raw("GET", "/readyz"), 200);
    await t.stop();
  });
  test("a stop finishes what was accepted", async () => {
    const t = await serve();
    const slow = Array.from({ length: 8 }, (_, i) =>
      t.api("POST", "/session", { body: { name: `nobody-${i}`, password: "Wrong-Horse-7" }, key: null }));
    // the first answer shows that the others are accepted
    await Promise.race(slow);
    const idle = net.connect(t.port, "127.0.0.1");
    await new Promise((ok) => idle.once("connect", ok));
    const closed = new Promise((ok) => idle.once("close", ok));
    await t.stop();
    for (const r of await Promise.all(slow)) {
      assert.ok([401, 429].includes(r.status), `${r.status} ${r.text}`);
    }
    await closed;
    await assert.rejects(t.raw("GET", "/healthz", { headers: { connection: "close" } }), /ECONNREFUSED/);
  });
  test("a second server on the port says so", async () => {
    const r = run(["serve", "--port", String(s.port), ...freshData().flags]); // an installation of its own, that nobody serves
    assert.equal(r.status, 1);
    assert.match(r.stderr, new RegExp(`${s.port}`));
  });
});

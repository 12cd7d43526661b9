// Asks and keeps: what was asked, in words that are the same each time, and what was answered. Left out of an answer is what
// it always has (USUAL, and of a problem what its request says already): what is not as usual stands there.
import { execFileSync } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { root, run } from "../api/place.mjs";
import { namesOf } from "./names.mjs";

const UNSTEADY = new Set(["date", "x-request-id", "content-length", "connection", "keep-alive", "transfer-encoding"]);
const USUAL = {
  "x-content-type-options": "nosniff",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};
const USUAL_OF = (status) => (status >= 400
  ? { ...USUAL, "content-type": "application/problem+json", vary: "Accept-Encoding, Accept-Language", "cache-control": "no-store", "content-language": "zh-CN" }
  : USUAL);

function headersOf(r) {
  const usual = USUAL_OF(r.status), out = {};
  for (const name of new Set([...Object.keys(usual), ...Object.keys(r.headers)].sort())) {
    if (UNSTEADY.has(name)) continue;
    let value = r.headers[name] ?? null;
    if (name === "etag") value = value.replace(/"[^"]{7,}?(-br|-gz)?"$/, '"‹hash›$1"'); // a number is the row's version
    if (value !== usual[name]) out[name] = value;
  }
  return out;
}

/** A problem without what is said twice. */
function problem(body, r) {
  const { request_id, instance, status, detail, errors, ...rest } = body;
  if (request_id !== r.headers["x-request-id"]) rest.request_id = request_id;
  if (instance !== r.path.split("?")[0]) rest.instance = instance;
  if (status !== r.status) rest.status = status;
  if (detail !== body.title) rest.detail = detail;
  if (errors?.length !== 0) rest.errors = errors;
  return rest;
}

const lines = (text) => text.split("\n").map((line) => line.trimEnd());

function paper(bytes) {
  const folder = mkdtempSync(join(tmpdir(), "shanzhi-record-"));
  try {
    writeFileSync(join(folder, "a.pdf"), bytes);
    const text = execFileSync("pdftotext", ["-layout", join(folder, "a.pdf"), "-"], { encoding: "utf8" });
    return text.split("\f").slice(0, -1).map((page) => lines(page).filter(Boolean));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function bodyOf(r) {
  const type = (r.headers["content-type"] ?? "").split(";")[0];
  const bytes = { br: brotliDecompressSync, gzip: gunzipSync }[r.headers["content-encoding"]]?.(r.bytes) ?? r.bytes;
  if (!bytes.length) return undefined;
  const text = bytes.toString("utf8");
  if (type === "application/problem+json") return problem(JSON.parse(text), r);
  if (/json$/.test(type)) return JSON.parse(text);
  if (type === "application/pdf") return { pages: paper(bytes) };
  if (/javascript|css/.test(type)) return undefined; // a page's; other tests look at pages
  if (type === "text/html") return { lines: lines(text.replace(/<(script|link)\b[^>]*\/assets\/[^>]*>(<\/script>)?/g, "")) };
  if (/^text\//.test(type)) return { lines: lines(text) };
  return { sha256: createHash("sha256").update(bytes).digest("hex") };
}

/** Of a world: { ask, command, keep, call, answers }. */
export function tapeOf(w) {
  const answers = new Map();
  const names = namesOf([[w.place.data, "‹data›"], [root, "‹root›"], [w.place.database ?? "\0", "‹database›"]]);

  function keep(what, answer) {
    const said = names.text(what);
    let ask = said;
    for (let n = 2; answers.has(ask); n++) ask = `${said} (${n})`;
    answers.set(ask, JSON.parse(JSON.stringify(names.plain(answer, ask)))); // as a file gives it back
  }

  /**
   * One request, as `who` (null: a stranger): with a session of the world's, or as `as` says. `path` is below /api/v1 unless
   * `whole`; `label` what it is called instead of the path, `note` what is said of it besides, `of` what the id in the answer
   * is called.
   */
  async function ask(who, method, path, more = {}) {
    const { body, type = "application/json", lang, match, key = randomUUID(), headers = {}, whole, label, note, of } = more;
    const session = more.as ?? (who ? await w.session(who) : undefined);
    const h = { ...headers };
    const bytes = body === undefined || typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    if (bytes !== undefined && type) h["content-type"] = type;
    if (bytes !== undefined || !/^(GET|HEAD|OPTIONS)$/.test(method)) h["content-length"] = bytes === undefined ? 0 : Buffer.byteLength(bytes);
    if (method === "POST" && key !== null) h["idempotency-key"] = `"${key}"`;
    if (match) h["if-match"] = match;
    if (lang) h["accept-language"] = lang;
    if (session?.token) h.authorization = `Bearer ${session.token}`;
    if (session?.cookie) h.cookie = session.cookie;
    if (session?.cookie && !/^(GET|HEAD|OPTIONS)$/.test(method)) h["x-csrf-token"] ??= session.csrf;
    const target = whole ? path : `/api/v1${path}`;
    const r = await w.server.raw(method, target, { headers: h, body: bytes });
    if (of && r.body?.id) names.call(r.body.id, `#${of}`);
    if (r.body?.notice) names.call(r.body.notice, `${names.plain(r.body.id, label ?? path)}的公示`);
    const said = [`${method} ${label ?? (whole ? `server${path}` : path)}`, who && `as ${who}`, lang && `in ${lang}`, note];
    keep(said.filter(Boolean).join(" "), { status: r.status, headers: headersOf(r), body: bodyOf({ ...r, path: target }) });
    if (r.status === 401 && who) w.sessions.delete(who); // signed out by what was done before
    return r;
  }

  /** One command on the world's data. */
  function command(args, { input, note, on = w.place.flags } = {}) {
    const env = { SHANZHI_TEST_CLOCK: w.clock, LC_ALL: "zh_CN.UTF-8" };
    const r = run([...args, ...on], { input, env });
    keep(["shanzhi", ...args, note].filter(Boolean).join(" "), { status: r.status, out: lines(r.stdout), err: lines(r.stderr) });
    return r;
  }

  return { ask, command, keep, call: names.call, answers };
}

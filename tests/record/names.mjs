// What differs from one run to the next and means nothing gets a name: ids, cursors, secrets, hashes, places on this machine.
// An id is named after the place where it was first seen (or by the story: `call`), so that one more id somewhere does not
// rename all that come after it.
import { createHash } from "node:crypto";

const ID_MIN = 1e14, ID_MAX = 1e15 - 1; // src/kernel/id.h: milliseconds since 2024 in the upper 41 of 53 bits
const HASH_CHARS = 10;

const UNSTEADY = { token: "‹secret›", csrf: "‹secret›", one_time_password: "‹secret›", secret: "‹secret›", uri: "‹secret›", request: "‹request›", request_id: "‹request›" };
const TEXTS = [
  [/\b[2-9a-z]{4}-[2-9a-z]{4}-[2-9a-z]{4}\b/g, "‹password›"],
  [/\b[0-9a-f]{48,}\b/g, "‹cursor›"],
  [/\b(shanzhi_session=)[\w-]{20,}/g, "$1‹secret›"],
  [/((?:installation 安装|key 密钥) )[0-9a-f]+/g, "$1‹hex›"],
  [/\b\d+( bytes\b)/g, "‹n›$1"], // of a database file
  [/\bin \d+\.\d s\b/g, "in ‹n› s"],
  [/(127\.0\.0\.1|localhost):\d+/g, "$1:‹port›"],
  [/([\w/]+)-[\w-]{8}\.(js|css|woff2?|wasm)\b/g, "$1-‹hash›.$2"], // a page's file, named by its content
];

const idsIn = /(?<!\d)[1-9]\d{14}(?!\d)/g; // until 2031

/** `places`: what stands for a folder or address of this run, as [text, name]. */
export function namesOf(places = []) {
  const known = new Map(), taken = new Set();

  function call(id, name) {
    if (!known.has(Number(id))) known.set(Number(id), name);
  }

  function nameOf(id, at) {
    if (known.has(id)) return known.get(id);
    let name;
    for (let n = 0; !name || taken.has(name); n++)
      name = `#${createHash("sha256").update(`${at} ${n}`).digest("hex").slice(0, HASH_CHARS)}`;
    taken.add(name);
    known.set(id, name);
    return name;
  }

  /** `at` names the place of the text: the request, and where in its answer; a request is its own place. */
  function text(s, at = s.replace(idsIn, "#")) {
    let out = s, n = 0;
    for (const [what, name] of places) out = out.replaceAll(what, name);
    for (const [pattern, name] of TEXTS) out = out.replace(pattern, name);
    return out.replace(idsIn, (digits) => nameOf(Number(digits), `${at} ${n++}`));
  }

  function plain(value, at) {
    if (typeof value === "string") return text(value, at);
    if (typeof value === "number") return Number.isInteger(value) && value >= ID_MIN && value <= ID_MAX ? nameOf(value, at) : value;
    if (Array.isArray(value)) return value.map((v, i) => plain(v, `${at}/${i}`));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, v]) =>
      [key, typeof v === "string" && UNSTEADY[key] || plain(v, `${at}/${key}`)]));
  }

  return { call, text, plain };
}

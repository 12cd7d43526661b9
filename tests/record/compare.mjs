// Answers of before beside answers of now, field by field, and the list of the differences that are wanted.
//
// A difference is a request, a field (status, header NAME, a JSON pointer into the answer, or `answered`: the request is new or
// gone), what it was and what it is. Where something is refused that was not, or otherwise, that is one difference, of status. The list `wanted` has one block for each, in the form in which they are printed, and why:
//
//   ask    POST /villages/{village}/claims/{claim}/check as gridb
//   field  status
//   before "404 /problems/not-found"
//   after  "403 /problems/forbidden"
//   why    The route names its permission; it is asked before the claim is looked for.
//
// Values are JSON; one that is not there is `absent`. Where the very same happens to one field of many requests, `ask` may hold
// `*` (any text), and `times 12` says of how many. Fields have no wildcard. A block that excuses nothing, or another number, is
// a fault like a difference that no block excuses.

const absent = Symbol("absent");
const show = (v) => (v === absent ? "absent" : JSON.stringify(v));
const isObject = (v) => v !== null && typeof v === "object" && !Array.isArray(v);
const named = (v) => JSON.stringify(v)?.replace(/#[0-9a-f]{10}/g, "#"); // but for ids named after their place

/** The order of `before`'s items in `after`, when they are the same items in another order; else null. */
function reordered(before, after) {
  if (before.length !== after.length || before.length < 2) return null;
  const was = before.map(named), order = [];
  for (const v of after.map(named)) {
    const at = was.findIndex((x, i) => x === v && !order.includes(i));
    if (at < 0) return null;
    order.push(at);
  }
  return order.some((at, i) => at !== i) ? order : null;
}

function* fields(before, after, at) {
  if (Array.isArray(before) && Array.isArray(after)) {
    const order = reordered(before, after);
    if (order) {
      yield [`${at} order`, [...order].sort((a, b) => a - b).join(" "), order.join(" ")];
      return;
    }
    for (let i = 0; i < Math.max(before.length, after.length); i++)
      yield* fields(i < before.length ? before[i] : absent, i < after.length ? after[i] : absent, `${at}/${i}`);
    return;
  }
  if (isObject(before) && isObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)]))
      yield* fields(key in before ? before[key] : absent, key in after ? after[key] : absent, `${at}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`);
    return;
  }
  if (before !== after && show(before) !== show(after)) yield [at, before, after];
}

const isProblem = (answer) => answer.status >= 400;
const statusOf = ({ status, body }) => (status >= 400 && body?.type ? `${status} ${body.type}` : status);

/** All differences between two recordings (maps of request → answer): { ask, field, before, after }, values as text. */
export function differences(was, is) {
  const found = [];
  const add = (ask, field, before, after) => found.push({ ask, field, before: show(before), after: show(after) });
  for (const ask of new Set([...was.keys(), ...is.keys()])) {
    const a = was.get(ask), b = is.get(ask);
    if (!a || !b) {
      add(ask, "answered", a ? true : absent, b ? true : absent);
      continue;
    }
    if (a.status !== b.status) {
      add(ask, "status", statusOf(a), statusOf(b));
      if (isProblem(a) || isProblem(b)) continue; // another answer altogether
    }
    for (const name of new Set([...Object.keys(a.headers ?? {}), ...Object.keys(b.headers ?? {})])) {
      const [x, y] = [a, b].map((one) => (name in (one.headers ?? {}) ? one.headers[name] : absent));
      if (show(x) !== show(y)) add(ask, `header ${name}`, x, y);
    }
    for (const part of ["body", "out", "err"]) {
      const [x, y] = [a, b].map((one) => (part in one && one[part] !== undefined ? one[part] : absent));
      for (const [field, before, after] of fields(x, y, part === "body" ? "" : part)) add(ask, field || "body", before, after);
    }
  }
  return found;
}

const KEYS = ["ask", "field", "before", "after", "times", "why"];

/** The blocks of a list; throws at the first that is none. */
export function readWanted(text, name = "wanted") {
  const blocks = [];
  let block = null;
  text.split("\n").forEach((raw, i) => {
    const line = raw.trimEnd(), fault = (what) => { throw new Error(`${name}:${i + 1}: ${what}`); };
    if (/^#( |$)/.test(line)) return;
    if (!line) {
      block = null;
      return;
    }
    const [, key, value] = /^(\w+) +(.*)$/.exec(line) ?? fault(`no "key value": ${line}`);
    if (!KEYS.includes(key)) fault(`${key} is none of ${KEYS.join(", ")}`);
    if (!block) blocks.push((block = { at: `${name}:${i + 1}` }));
    if (key in block) fault(`${key} twice; an empty line divides blocks`);
    block[key] = value;
  });
  for (const b of blocks) {
    const lacks = KEYS.filter((key) => key !== "times" && !b[key]);
    if (lacks.length) throw new Error(`${b.at}: ${lacks.join(", ")} is missing`);
    if (b.field.includes("*")) throw new Error(`${b.at}: a field has no wildcard`);
    if (b.ask.includes("*") !== "times" in b) throw new Error(`${b.at}: \`times\` goes with \`*\` in ask, and the other way round`);
    b.matches = new RegExp(`^${b.ask.split("*").map((s) => s.replace(/[.+?^${}()|[\]\\]/g, "\\$&")).join(".*")}$`, "u");
  }
  return blocks;
}

/** What of the differences no block excuses, and what is wrong with the blocks: { left: [difference], faults: [text] }. */
export function unexcused(found, blocks) {
  const used = new Map(blocks.map((b) => [b, 0]));
  const left = [];
  for (const d of found) {
    const b = blocks.find((one) => one.field === d.field && one.before === d.before && one.after === d.after && one.matches.test(d.ask));
    if (b) used.set(b, used.get(b) + 1);
    else left.push(d);
  }
  const faults = [];
  for (const [b, n] of used) {
    const wants = Number(b.times ?? 1);
    if (n !== wants) faults.push(`${b.at}: excuses ${n} difference${n === 1 ? "" : "s"}, not ${wants}: ${b.ask}, ${b.field}`);
  }
  return { left, faults };
}

const TOLD = 60, EXAMPLES = 3;

/** Differences as blocks, the same one of many requests once: what to read, and what to put into the list with a reason. */
export function tell(left) {
  const groups = new Map();
  for (const d of left) {
    const key = `${d.field}\n${d.before}\n${d.after}`;
    groups.set(key, [...(groups.get(key) ?? []), d]);
  }
  const blocks = [...groups.values()].map((all) => {
    const { ask, field, before, after } = all[0];
    const more = all.length > 1 ? `\n# and ${all.length - 1} more: ${all.slice(1, 1 + EXAMPLES).map((d) => d.ask).join("; ")}${all.length > 1 + EXAMPLES ? "; …" : ""}` : "";
    return `ask    ${ask}\nfield  ${field}\nbefore ${before}\nafter  ${after}${more}`;
  });
  const rest = blocks.length > TOLD ? [`# and ${blocks.length - TOLD} more`] : [];
  return [...blocks.slice(0, TOLD), ...rest].join("\n\n");
}

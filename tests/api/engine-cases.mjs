// Random schemes and facts, from a seed, for comparing the two ways into the engine. Texts are mutations of the presets and
// of the manual's examples, so that most of them are wrong somewhere; facts are made for the scheme they meet.
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { root } from "./harness.mjs";

const { parse } = createRequire(join(root, "web/package.json"))("yaml");

/** mulberry32: a small generator that is the same everywhere. */
export function random(seed) {
  let a = seed >>> 0;
  const next = () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (n) => Math.floor(next() * n);
  return { below, one: (list) => list[below(list.length)], chance: (p) => next() < p };
}

const folder = join(root, "schemes");
export const presets = readdirSync(folder).filter((f) => f.endsWith(".yaml")).map((f) => readFileSync(join(folder, f), "utf8"));

/** The manual's examples: [scheme, facts or null]. What an example leaves out is put before it. */
export function examples() {
  const manual = readFileSync(join(root, "docs/scheme-language.md"), "utf8");
  const found = [...manual.matchAll(/^```yaml (scheme|facts)\n([\s\S]*?)^```/gm)];
  const usual = { publicity: "publicity: {days: 3}\n", false_claims: "false_claims: {times: 2}\n",
    classes: "classes:\n  - {code: resident, label: 村民, kind: resident}\n  - {code: household, label: 家庭, kind: household}\n  - {code: village, label: 村, kind: village}\n  - {code: grid_worker, label: 网格员, kind: grid_worker}\n" };
  const out = [];
  for (const [, kind, text] of found) {
    if (kind === "facts") { if (out.length) out[out.length - 1][1] = text; continue; }
    const missing = Object.entries(usual).filter(([k]) => !new RegExp(`^${k}:`, "m").test(text)).map(([, line]) => line);
    out.push([`scheme: example\ntitle: 示例\n${missing.join("")}${text}`, null]);
  }
  return out;
}

const values = ["5", "2..10", "-3", "0", "1.25", "1e3", "0x10", "+7", "1_000", "yes", "no", "true", "~", "null", "", "''", '""', '"5"', "'2..10'", "是", "month", "monht", "year", "2026-02-30", "2026-03-01", "10-31",
  "resident", "家庭", "[a, b]", "[村民, 党员]", "{a: 1}", "{}", "[]", "[ ]", "\"多\\n行\"", "\"\\u4e00\\x41\\t\"", "'it''s'", "汉字 with space", "a#b", "a #b", "𠀀𠀁", "é", "\"a: b\"", "- x", "? y", "&a 5", "*a", "!!str 5", "!x 5", "|", ">-", "@x", "`x", "%x", "a: b", "\"open", "[open", "x".repeat(2001), "99999999999999999999", ".5", "5.", "5.005", "NaN", ".inf", "<<"];
const keys = ["points", "poinst", "分值", "code", "label", "名称", "cap", "per", "every", "for", "choice", "x", "\"points\"", "'code'", "? z", "<<", "1", "null", "true", "𠀀"];
const blanks = [" ", "  ", "\t", "\u00a0", "\u3000", ""];

/** One change to a text, as a person or a broken program would make it. */
function mutate(r, text) {
  const lines = text.split("\n");
  const i = r.below(lines.length), line = lines[i];
  switch (r.below(15)) {
    case 0: case 1: case 2: lines[i] = line.replace(/:( +)[^,{}[\]]+?(?=[,}]|$)/, (_, s) => `:${s}${r.one(values)}`); break;
    case 3: case 4: { // a value inside of a flow mapping
      const found = [...line.matchAll(/: ([^,{}[\]]+)/g)];
      if (!found.length) break;
      const m = r.one(found);
      lines[i] = line.slice(0, m.index + 2) + r.one(values) + line.slice(m.index + m[0].length);
      break;
    }
    case 5: case 6: { // a key
      const found = [...line.matchAll(/([\w\u4e00-\u9fff]+):/g)];
      if (!found.length) break;
      const m = r.one(found);
      lines[i] = line.slice(0, m.index) + r.one(keys) + line.slice(m.index + m[1].length);
      break;
    }
    case 7: lines.splice(i, 1); break;
    case 8: lines.splice(i, 0, line); break;
    case 9: lines.splice(r.below(lines.length), 0, line); break;
    case 10: { const at = r.below(line.length + 1); lines[i] = line.slice(0, at) + r.one([...values, ...blanks, ",", ":", "#", "{", "}", "\"", "'", "-"]) + line.slice(at); break; }
    case 11: { const at = r.below(line.length + 1); lines[i] = line.slice(0, at) + line.slice(at + 1 + r.below(3)); break; }
    case 12: lines.splice(i, 0, r.one(["# 说明", "", "   ", "---", "...", "%YAML 1.2", "x: |\n  block\n  text", "y: >\n  folded\n  text", "z: plain\n  goes on", "q: \"goes\n  on\"", "w: {a: b,\n  c: d}", "v: [a,\n  b]"])); break;
    case 13: lines[i] = r.one([" ", "  ", "\t"]) + line; break;
    case 14: return r.one([text.replace(/\n/g, "\r\n"), `\ufeff${text}`, text.slice(0, r.below(text.length)), text.replace(/\n/g, "\r"), text.trimEnd()]);
  }
  return lines.join("\n");
}

export function schemeText(r) {
  let text = r.chance(0.7) ? r.one(presets) : r.one(examples())[0];
  for (let n = r.chance(0.3) ? 0 : 1 + r.below(3); n > 0; n--) text = mutate(r, text);
  return text;
}

const list = (x) => (x === undefined || x === null ? [] : Array.isArray(x) ? x : [x]);
const day = (r) => `2026-${String(1 + r.below(12)).padStart(2, "0")}-${String(1 + r.below(28)).padStart(2, "0")}`;
const amount = (r, most) => (r.chance(0.5) ? r.below(most + 1) : (r.below(most * 100 + 1) / 100));
const some = (r, most, make) => Array.from({ length: r.below(most + 1) }, make);

/** Facts that fit a scheme, mostly: codes, lines and levels are its own, now and then one that is not. */
export function factsFor(r, text) {
  const s = parse(text), items = list(s.items), kinds = list(s.classes).map((c) => c.code);
  const sheets = Object.fromEntries(list(s.sheets).map((x) => [x.code, list(x.sections).flatMap((y) => list(y.lines))]));
  const names = Object.fromEntries(list(s.classes).map((c) => [c.label, c.code]));
  const deed = (kind) => {
    const fit = items.filter((x) => !x.for || list(x.for).some((c) => (names[c] ?? c) === kind));
    const i = fit.length && r.chance(0.997) ? r.one(fit) : { code: "nothing" };
    const d = { item: i.code, on: day(r) };
    if (i.levels) d.level = r.one(Object.keys(i.levels));
    if (i.multiplier) d.difficulty = r.one(Object.keys(i.multiplier));
    if (/\.\./.test(String(i.points)) || r.chance(0.002)) d.chosen = Number(String(i.points).split("..")[r.below(2)] ?? 1) || 1;
    if (i.per || i.steps || i.short_of) d.quantity = 0.5 + r.below(12);
    if (i.reverse && r.chance(0.3)) d.reverse = true;
    if (r.chance(0.04)) d.false = r.one(["before", "after"]);
    if (r.chance(0.1)) d.case = r.one(["a", "b"]);
    return d;
  };
  const visit = () => {
    const round = r.one(s.rounds), v = { round: round.code, on: day(r), assessor: r.one(["甲", "乙", "丙"]) };
    const lines = sheets[round.sheet] ?? [];
    if (r.chance(0.05)) v.excused = true;
    else if (!lines.length || r.chance(0.4)) v.total = amount(r, 100);
    else v.marks = Object.fromEntries(lines.filter((l) => !(l.per_fault || l.veto) || r.chance(0.5)).map((l) => [l.code, r.below((l.veto ? 1 : l.per_fault ? 4 : Number(l.max ?? 5)) + 1)]));
    if (v.marks && !Object.keys(v.marks).length) delete v.marks;
    if (list(round.assessors?.roles).length) v.role = r.one(list(round.assessors.roles));
    return v;
  };
  const result = () => {
    const a = r.one(s.assessments), x = { assessment: a.code, part: r.one(list(a.parts ?? a.sections)).code, on: day(r) };
    return r.chance(0.4) ? { ...x, mark: amount(r, 50) } : { ...x, plus: amount(r, 6), minus: amount(r, 6) };
  };
  const put = (o, key, rows) => { if (rows.length) o[key] = rows; };
  const subjects = Array.from({ length: 1 + r.below(12) }, (_, n) => {
    const f = { id: 100 + n, label: `${r.one([..."张王李赵钱"])}${n}户`, class: kinds.length ? r.one(kinds) : "household", group: r.one(["一组", "二组"]) };
    if (items.length) put(f, "deeds", some(r, 8, () => deed(f.class)));
    if (list(s.rounds).length) put(f, "visits", some(r, 14, visit));
    if (list(s.assessments).length) put(f, "results", some(r, 8, result));
    if (f.class === "household") put(f, "members", some(r, 3, () => ({ id: 1000 + n * 10 + r.below(10), takes_part: r.chance(0.8), ...(items.length && r.chance(0.8) ? { deeds: [deed("resident"), deed("resident")] } : {}) })));
    put(f, "earned", some(r, 2, () => ({ on: day(r), points: amount(r, 30) })));
    put(f, "spent", some(r, 2, () => ({ on: day(r), points: amount(r, 20) })));
    if (r.chance(0.2)) f.shares = r.below(5);
    if (r.chance(0.05)) f.barred = true;
    return f;
  });
  const facts = { subjects };
  if (r.chance(0.6)) facts.residents = 1 + r.below(2000);
  if (r.chance(0.4)) facts.pool = amount(r, 5000);
  return JSON.stringify(facts, null, r.chance(0.5) ? 1 : 0);
}

export const period = (r) => r.one(["2026", "2026", "2026-H1", "2026-Q2", "2026-03", "2026-07", "2026-W10", "2026-03-05", "2025", ...(r.chance(0.1) ? ["never"] : [])]);

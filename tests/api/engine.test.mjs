// The page's engine against the program: the same C code behind two readers of YAML, libfyaml here and npm yaml there. Random
// schemes and facts, the manual's examples and every kind of value must get the same answer, byte for byte:
// findings with their lines and columns, numbers, ranks, sentences, trees.
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { expect, freshData, root, run, serve } from "./harness.mjs";
import { examples, factsFor, period, presets, random, schemeText } from "./engine-cases.mjs";
import { load } from "../../web/tests/load.mjs";

// The same every time, others in the long round and when asked for.
const SEED = Number(process.env.SHANZHI_SEED ?? (process.env.SHANZHI_LONG ? randomInt(1e9) : 20261122));
const MANY = process.env.SHANZHI_LONG ? 10 : 1;
const { openEngine } = await load("shared/engine/engine.ts");
const page = openEngine(new WebAssembly.Module(readFileSync(join(root, "build/web-engine/engine.wasm"))));
const folder = mkdtempSync(join(tmpdir(), "shanzhi-engine-"));
const place = freshData();
let server, user;

before(async () => {
  const r = run(["init", ...place.flags]);
  assert.equal(r.status, 0, r.stderr);
  assert.equal(run(["account", "add", "tester", "--password-stdin", ...place.flags], { input: "paddy-and-tea-9\n" }).status, 0);
  server = await serve({ place });
  user = await server.signIn("tester", "paddy-and-tea-9");
});
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server?.stop();
});

/** What the program finds in each text: one process, an answer a line. */
function programChecks(texts) {
  const files = texts.map((t, i) => {
    writeFileSync(join(folder, String(i)), t);
    return join(folder, String(i));
  });
  const r = run(["scheme", "check", "--json", ...files]);
  const lines = r.stdout.trimEnd().split("\n");
  assert.equal(lines.length, texts.length, r.stderr);
  return lines;
}
const program = async (path, body) => expect(await server.api("POST", path, { as: user, body }), 200).text;
const notYaml = (json) => /not valid YAML/.test(json);

/** Text that is no YAML has each reader's own words and sometimes its own place; both refuse it. What only one of them refuses
 * is known: the page is stricter about very long keys and words behind a document, the program about tabs and about block
 * texts that are not indented. Nothing is read as something else. */
const STRICT_PAGE = /must be at most 1024 chars|Missing directives-end/;
const STRICT_PROGRAM = /tab .*used as indentation|lines of a block are indented/;
function same(mine, theirs, text, label) {
  if (mine === theirs) return;
  if (notYaml(mine) && (notYaml(theirs) || STRICT_PAGE.test(mine))) return;
  if (STRICT_PROGRAM.test(theirs)) return;
  const [a, b] = [JSON.parse(theirs), JSON.parse(mine)];
  const told = (x) => (x.findings ?? []).map((f) => `${f.line}:${f.column} ${f.path} ${f.en}`);
  const only = (x, y) => told(x).filter((f) => !told(y).includes(f)).slice(0, 5);
  assert.fail(`${label} (SHANZHI_SEED=${SEED})\nprogram only: ${only(a, b).join("\n  ")}\npage only: ${only(b, a).join("\n  ")}\n${text.slice(0, 3000)}`);
}

/** Long answers: where they part. */
function equal(mine, theirs, label) {
  if (mine === theirs) return;
  let i = 0;
  while (mine[i] === theirs[i]) i++;
  assert.fail(`page: …${mine.slice(Math.max(0, i - 150), i + 150)}\nprogram: …${theirs.slice(Math.max(0, i - 150), i + 150)}\n${label ?? ""} (SHANZHI_SEED=${SEED})`);
}

describe("findings", () => {
  test("presets, examples and random mutations of them", () => {
    const r = random(SEED);
    const texts = [...presets, ...examples().map(([s]) => s), ...Array.from({ length: 400 * MANY }, () => schemeText(r))];
    const theirs = programChecks(texts);
    let right = 0, wrong = 0, unread = 0;
    texts.forEach((text, i) => {
      const mine = page.json("check", [text]);
      same(mine, theirs[i], text, `text ${i}`);
      if (notYaml(mine)) unread++;
      else if (JSON.parse(mine).ok) right++;
      else wrong++;
    });
    console.log(`# ${right} right, ${wrong} with findings, ${unread} not YAML (SHANZHI_SEED=${SEED})`);
    assert.ok(right >= 30 && wrong >= 60, "the mutations are worth something");
  });
});

describe("a township's template", () => {
  test("holds a village's file to it with the same words", () => {
    const longwo = presets.find((p) => /^scheme: longwo$/m.test(p));
    const template = `${longwo}\ntemplate:\n  change:\n    - {item: L01, points: 1..3}\n`;
    const village = longwo.replace("scheme: longwo", "scheme: likeng\nextends: longwo").replace("points: 2, per: 次", "points: 5, per: 次");
    const paths = [template, village].map((t, i) => {
      writeFileSync(join(folder, `t${i}`), t);
      return join(folder, `t${i}`);
    });
    const theirs = run(["scheme", "check", "--json", "--template", ...paths]).stdout.trimEnd();
    equal(page.json("check", [village, template]), theirs.split("\n").at(-1));
    assert.equal(page.check(village, template).findings.find((f) => f.path === "items/L01/points")?.zh, "积分项目“参加调解、议事和志愿服务”：分值由2改为5。镇模板允许的范围是1到3。");
    assert.equal(page.check(village).ok, true);
  });
});

describe("results", () => {
  test("random facts by every preset and example", async () => {
    const r = random(SEED + 1);
    let worked = 0, refused = 0;
    const schemes = [...presets, ...examples().map(([s]) => s)];
    for (let i = 0; i < schemes.length * 6 * MANY; i++) {
      const scheme = schemes[i % schemes.length], facts = factsFor(r, scheme), when = period(r);
      const subject = r.chance(0.3) ? 100 + r.below(6) : undefined;
      const theirs = await program("/schemes/explain", { scheme, facts, period: when, ...(subject ? { subject } : {}) });
      const mine = page.json("explain", [scheme, facts], when, subject === undefined ? "" : String(subject));
      equal(mine, theirs, `case ${i}\n${when} ${subject}\n${scheme}\n${facts}`);
      if (JSON.parse(mine).ok) worked++;
      else refused++;
    }
    console.log(`# ${worked} worked out, ${refused} refused (SHANZHI_SEED=${SEED})`);
    assert.ok(worked > refused, "the facts fit the schemes");
  });
  test("the manual's own facts, in both languages of the notice, with choices and differences", async () => {
    for (const [scheme, facts] of examples()) {
      if (facts) equal(page.json("explain", [scheme, facts], "2026", ""), await program("/schemes/explain", { scheme, facts, period: "2026" }));
    }
    for (const [i, scheme] of presets.entries()) {
      const other = presets[(i + 1) % presets.length];
      equal(page.json("diff", [scheme, other]), await program("/schemes/diff", { before: scheme, after: other }));
      for (const [lang, n] of [["zh-CN", 0], ["en", 1]]) {
        const theirs = await server.api("POST", "/schemes/print", { as: user, body: scheme, type: "text/yaml", lang });
        equal(page.json("notice", [scheme], n), expect(theirs, 200).text);
      }
      equal(page.json("choices", [scheme]), expect(await server.api("POST", "/schemes/choices", { as: user, body: scheme, type: "text/yaml" }), 200).text);
    }
    equal(page.json("schema", [], 0), run(["scheme", "schema"]).stdout.trimEnd());
    equal(page.json("schema", [], 1), run(["scheme", "schema", "--facts"]).stdout.trimEnd());
  });
  test("single deeds", async () => {
    const r = random(SEED + 2);
    let worth = 0;
    for (let i = 0; i < 60 * MANY; i++) {
      const scheme = r.one(presets.filter((p) => /^items:/m.test(p)));
      const subject = JSON.parse(factsFor(r, scheme)).subjects.find((s) => s.deeds);
      if (!subject) continue;
      const [deed, ...earlier] = subject.deeds;
      const facts = JSON.stringify({ class: subject.class, deed, earlier });
      const mine = page.json("award", [scheme, facts]);
      equal(mine, await program("/schemes/award", { scheme, facts }), `case ${i}\n${facts}`);
      if (JSON.parse(mine).ok) worth++;
    }
    assert.ok(worth > 5);
  });
});

describe("where the two readers of YAML differ", () => {
  const head = "scheme: x\ntitle: y\nclasses: [{code: resident, label: 村民, kind: resident}]\npublicity: {days: 3}\n";
  const cases = {
    "nothing": "", "blank lines": "\n\n", "a comment only": "# nothing\n", "an empty document": "---\n", "two empty documents": "---\n---\n", "two documents": `${head}---\na: b\n`,
    "a word": "x\n", "a list": "- a\n- b\n", "a byte order mark": `\ufeff${head}titel: y\n`, "a marked document": `---\n${head}...\n`, "more after the end": `${head}...\nc: d\n`, "an end before the beginning": `...\n${head}`, "ends only": "...\n...\n", "an end between": `${head}...\n...\n`, "a directive": `%YAML 1.2\n---\n${head}a: b\n`,
    "tabs between": "scheme:\tx\ntitle:\t\tб\nfoo:   bar\n", "wide characters": `${head}方案二: 甲\n𠀀𠀀: {x: y}\nnote: {𠀀: 1, é: 2}\n`, "CRLF": `${head}foo: bar\n`.replace(/\n/g, "\r\n"), "CR": `${head}foo: bar\n`.replace(/\n/g, "\r"),
    "plain text over lines": `${head}covenant: this is\n  a long\n\n  text\nfoo: bar\n`, "quoted over lines": `${head}covenant: "x\n  y\n\n  z"\nfoo: 'a\n  b'\n`, "escapes": `${head}covenant: "a\\nb \\u4e00 \\x41 \\U00020000 \\/ \\" \\\\"\nfoo: 'it''s'\n`,
    "two quotes": `${head}covenant: 'a''b'''\nplace: 'c'' ''d'\n`, "block text": `${head}covenant: |\n  one\n  two\nplace: >-\n  folded\n  text\nsource: |2\n   x\nchoice: |+\n  kept\n\nfoo: x\n`, "blocks in a list": `${head}items:\n  - code: a\n    label: |\n      甲\n      乙\n    note: >\n\n     丙\n  - |\n   x\n`, "a line feed in quotes": `${head}covenant: "a\\tb"\n`, "a control character in quotes": `${head}covenant: "\\x01"\n`,
    "flow": "{scheme: x, items: [{code: a, labl: \"b\"}, {code: }], foo, \"bar\": , ? q : r}\n", "flow over lines": `${head}items: [\n  {code: a,\n   foo: b},\n  c ]\n`, "trailing commas": `${head}items: [{code: a,},]\n`, "pairs in a list": `${head}items: [a: b, "c": d]\n`,
    "numbers": `${head}items:\n  - {code: 0x3, points: 1e3}\n  - {code: 007, points: 5.00}\n  - {points: +5}\n  - {points: .5, per: 12:30}\n  - {points: 1_000}\n`, "words for yes": `${head}balances: [{code: a, label: 甲, spend: Yes}, {code: b, label: 乙, spend: On}]\n`, "dates": `${head}adopted: {date: 2026-01-01, meeting: 2026-01-01T00:00:00Z}\n`,
    "nothing as a value": `${head}covenant:\nplace: ~\nitems:\n  -\n  - code:\n  - \nfoo: null\nbar: ""\nbaz: ''\n`, "empty lists": `${head}items: []\nsheets: {}\n`,
    "anchors, aliases, tags": "a: &x 1\nb: *x\nc: !!str foo\nd: !foo {a: b}\n&k e: f\n? &q [a]\n: b\ng: &m\n  h: i\nj: !<tag:yaml.org,2002:str> k\nl: &n !!int 5\n*x : y\n", "a merge": `${head}<<: {a: b}\n`, "the same key twice": `${head}scheme: b\nitems:\n  - {code: a, code: b}\n`,
    "keys that are no words": `${head}? [a, b]\n: c\n? {x: y}\n: z\n? plain\n: w\n: v\n`, "quoted keys": `${head}"q": d\n'r' : e\n`, "hash signs": `${head}a: b #c\nb: c#d\n#e\nc: "#"\n`, "lists without indent": `${head}items:\n- code: a\n- code: b\n  foo: c\n`, "spaces": `${head}a:   b   \nb   : c\n`,
    "line separators": `${head}a: x\u2028y\nfoo: b\n`, "next line": `${head}a: x\u0085y\nfoo: b\n`, "wide spaces": `${head}a: b\u00a0c\u3000d\n`, "a deep list": "[".repeat(20) + "]".repeat(20), "a deep mapping": `a:\n${Array.from({ length: 20 }, (_, i) => `${" ".repeat(i + 1)}a:\n`).join("")}`,
    "a long text": `${head}covenant: ${"x".repeat(2100)}`, "600,000 bytes": `a: ${"x".repeat(600_000)}`, "40,001 values": `items: [${"1,".repeat(41000)}]`, "more findings than are told": Array.from({ length: 300 }, (_, i) => `k${i}: 1`).join("\n"),
  };
  const theirs = programChecks(Object.values(cases));
  for (const [i, [name, text]] of Object.entries(cases).entries()) test(name, () => {
    assert.ok(!notYaml(theirs[i]), "this is YAML");
    same(page.json("check", [text]), theirs[i], text, name);
  });
  // No YAML: each says so in its reader's words, at the line where the reader stopped.
  for (const [name, text] of Object.entries({ "a tab for indent": "a:\n\t- b\n", "wrong indent": "a: 1\n  b: 2\n c: 3\n", "an open list": "a: [1, 2\nb: 3\n", "an open quote": "a: \"x\n", "two colons": "a: b: c\n", "a reserved sign": "a: @x\n", "an unknown escape": "a: \"\\q\"\n" }))
    test(`no YAML: ${name}`, () => {
      const [found] = programChecks([text]), mine = page.check(text);
      assert.ok(notYaml(found));
      assert.ok(notYaml(JSON.stringify(mine)) && !mine.ok && mine.findings[0].line >= 1 && mine.findings[0].column >= 1);
    });
  for (const [name, text] of Object.entries({ "in a value": `${head}covenant: 'a''''b'\n`, "in a key": `${head}'a''''': 1\n`, "alone, and many": `${head}covenant: '${"''".repeat(500)}'\n` }))
    test(`several quotes in a row: ${name}`, () => {
      const [found] = programChecks([text]);
      assert.match(found, /use double quotes/);
      same(page.json("check", [text]), found, text, name);
    });
  test("lines behind an empty block are not taken for its text", () => {
    const text = `${head}items:\n  - code: a\n    label: |\n    points: 5\n`;
    const found = JSON.parse(programChecks([text])[0]);
    assert.match(found.findings.find((f) => f.line === 8)?.en ?? "", /the lines of a block are indented more than its key/);
    assert.equal(page.check(text).findings.find((f) => f.path === "items/0/label").line, 7);
  });
});

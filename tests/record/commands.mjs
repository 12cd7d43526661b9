// The command line: what every command says of itself, what it prints and how it ends.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freshData, root } from "../api/place.mjs";
import { resolve } from "../api/schema.mjs";
import { VILLAGE } from "../api/world.mjs";

const preset = (name) => join(root, `schemes/${name}.yaml`);
const MARKS = "yard: 15, hall: 9, kitchen: 9, bedroom: 8, toilet: 4, lead: 10, voice: 4, law: 5, support: 5, study: 5, industrious: 4, job: 5, family: 5, neighbours: 5";

/** Words without an installation, or of the tape's. */
const BARE = [
  ["version"], ["roles"], ["routes"], ["roles", "--json"], ["help"], ["help", "account", "add"], ["help", "nosuch"], ["claim", "import", "--help"], ["acount", "list"], ["scheme"], [],
  ["scheme", "schema", "--facts"], ["scheme", "reference"], ["scheme", "new"], ["scheme", "new", "--from", "zhongping", "--name", "lk", "--village", "礼坑村"],
  ["scheme", "check", preset("zengxiang")], ["scheme", "check", "--choices", preset("zhongping"), preset("anji")], ["scheme", "check", "--json", preset("longwo")],
  ["scheme", "check", "/nowhere.yaml"], ["scheme", "print", preset("zengxiang")], ["scheme", "print", preset("zhongping"), "--lang", "en"], ["scheme", "print", preset("xingji"), "--card"],
  ["scheme", "print", preset("zengxiang"), "--lang", "fr"], ["scheme", "diff", preset("zengxiang"), preset("zengxiang")],
  ["account", "list", "--data", "/nowhere"], ["account", "list", "--port", "abc"], ["account", "list", "--databse", "x"], ["account", "grant"],
];
const INSTALLED = [
  ["account", "list"], ["account", "list", "zhang"], ["account", "add", "zhang"], ["account", "grant", "nobody", "cadre"], ["account", "grant", "zhang", "king"],
  ["account", "lock", "shop"], ["account", "unlock", "shop"], ["account", "revoke", "shop", "shopkeeper", "--region", VILLAGE],
  ["claim", "list", "--village", VILLAGE], ["claim", "list", "--village", VILLAGE, "--state", "recorded"], ["claim", "list", "--village", "12"],
  ["ledger", "verify"], ["ledger", "verify", "--village", VILLAGE], ["migrate"], ["init"],
  ["scheme", "adopt", "--village", VILLAGE, "--from", "2026-01-01", preset("zengxiang")],
  ["scheme", "simulate", preset("zhongping"), "--village", VILLAGE, "--period", "2026"],
];

export function commands(w, tape) {
  const folder = mkdtempSync(join(tmpdir(), "shanzhi-record-"));
  const file = (name, text) => { writeFileSync(join(folder, name), text); return join(folder, name); };
  try {
    for (const words of BARE) tape.command(words, { on: [] });
    for (const words of INSTALLED) tape.command(words);
    process.chdir(folder); // so that words and answers have no folder in them
    file("facts.yaml", `subjects:\n  - {id: 12, label: 张三家, visits: [{round: monthly, on: 2026-01-22, marks: {${MARKS}}}]}\n`);
    file("wrong.yaml", "title: 试一试\nitmes: []\n");
    file("codes.csv", "code,name\n440000000000,广东省\n");
    const head = "户号,姓名,项目,日期,地点,事由,分值,渠道,申报人\n";
    file("claims.csv", `${head}001,张小丰,A03,${w.today()},导入一,清理水沟,3,paper,张小丰\n`);
    file("faults.csv", `${head}009,无此户,A03,${w.today()},导入二,清理水沟,3,,\n001,王梅,A03,明天,导入三,清理水沟,3,,\n001,李大海,A03,${w.today()},导入四,清理水沟,三,微博,\n,,Z9,,,,,,\n`);
    file("other.csv", "对象类别,对象编号,项目,心情\nhorse,1,A03,好\n");
    file("empty.csv", "");
    const explain = ["scheme", "explain", preset("zhongping"), "--facts", "facts.yaml", "--period", "2026"];
    for (const words of [explain, [...explain, "--lang", "en", "--subject", "12"], [...explain, "--json"], [...explain, "--subject", "13"], ["scheme", "check", "wrong.yaml"], ["scheme", "print", "wrong.yaml"]])
      tape.command(words, { on: [] });
    for (const words of [["region", "import", "codes.csv", "--dry-run"], ["claim", "import", "faults.csv", "--village", VILLAGE, "--as", "grid1"], ["claim", "import", "claims.csv", "--village", VILLAGE, "--as", "grid1", "--dry-run"],
      ["claim", "import", "claims.csv", "--village", VILLAGE, "--as", "grid1"], ["claim", "import", "claims.csv", "--village", VILLAGE, "--as", "gridb"], ["claim", "import", "other.csv", "--village", VILLAGE, "--as", "grid1"], ["claim", "import", "empty.csv", "--village", VILLAGE, "--as", "grid1"],
      ["claim", "import", "claims.csv", "--village"], ["claim", "import", "claims.csv", "too", "many", "--village", VILLAGE, "--as", "grid1"], ["account", "add", "nobody", "--password-stdin"],
      ["backup", "copy", "--verify"]]) tape.command(words);
    const demo = freshData({ empty: true }).flags;
    for (const words of [["demo", "--log-level", "warn"], ["account", "list"], ["claim", "list", "--village", VILLAGE]]) tape.command(words, { on: demo, note: "of the demo" });
    tape.command(["restore", "copy", "--check"], { on: ["--data", w.place.data] });
    tape.command(["restore", "nowhere"], { on: ["--data", "empty"] });
  } finally {
    process.chdir(root);
    rmSync(folder, { recursive: true });
  }
}

/** A schema with its references followed, without prose. */
function whole(doc, schema) {
  if (Array.isArray(schema)) return schema.map((s) => whole(doc, s));
  if (schema === null || typeof schema !== "object") return schema;
  return Object.fromEntries(Object.entries(resolve(doc, schema)).filter(([key]) => key !== "description").map(([key, v]) => [key, whole(doc, v)]));
}

/** The API document, operation by operation: what goes in; of what comes out, the statuses and types (answers show the rest). */
export function document(doc, tape) {
  for (const [path, item] of Object.entries(doc.paths))
    for (const [method, o] of Object.entries(item)) {
      const { summary, tags, operationId, security } = o;
      tape.keep(`${method.toUpperCase()} ${path} in the API document`, { body: {
        summary, tags, operationId, security, permission: o["x-permission"],
        parameters: Object.fromEntries(o.parameters.map((p) => resolve(doc, p)).map((p) => [`${p.in} ${p.name}`, { required: p.required ?? false, ...whole(doc, p.schema) }])),
        request: Object.fromEntries(Object.entries(o.requestBody?.content ?? {}).map(([type, c]) => [type, whole(doc, c.schema)])),
        responses: Object.fromEntries(Object.entries(o.responses).map(([status, r]) => [status, Object.keys(resolve(doc, r).content ?? {}).join(" ")])),
      } });
    }
}

/** What is no API: pages, the document, health. */
export async function server(tape) {
  const ask = (method, path, more) => tape.ask(null, method, path, { whole: true, ...more });
  for (const path of ["/", "/desk/", "/screen/", "/index.html", "/desk", "/manifest.webmanifest", "/sw.js", "/favicon.ico", "/robots.txt", "/nowhere", "/../etc/passwd", "/api", "/api/v1", "/api/v1/nowhere", "/healthz"]) {
    await ask("GET", path);
    await ask("HEAD", path);
  }
  for (const method of ["OPTIONS", "POST", "DELETE", "PURGE"]) await ask(method, "/", { body: method === "POST" ? "x" : undefined, key: null });
  await ask("GET", "/desk/", { headers: { "accept-encoding": "br" }, note: "in brotli" });
  await ask("GET", "/problems/forbidden", { lang: "en" });
  await ask("GET", "/problems/forbidden");
  await ask("GET", "/problems/nowhere");
}

// The recorded answers as files: a line of JSON per request, sorted, a file for each part of the API.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const SAME_MIN = 300; // a body that long is written once per file; others say whose they equal

/** The file of a request: what its address is about. */
export function partOf(ask) {
  const [method, path] = ask.split(" ");
  if (method === "shanzhi") return "commands";
  if (path.startsWith("server/")) return "server";
  const words = path.split("?")[0].split("/").filter((word) => word && word !== "public");
  return (words[0] === "villages" ? words[2] ?? "villages" : words[0]).replace(/\W.*$/, "");
}

export function write(folder, answers) {
  const parts = new Map();
  for (const ask of [...answers.keys()].sort()) {
    const part = partOf(ask);
    if (!parts.has(part)) parts.set(part, { lines: [], seen: new Map() });
    const { lines, seen } = parts.get(part), { body, ...rest } = answers.get(ask);
    const text = JSON.stringify(body);
    if (text === undefined) lines.push({ ask, ...rest });
    else if (seen.has(text)) lines.push({ ask, ...rest, same: seen.get(text) });
    else lines.push({ ask, ...rest, body });
    if (text?.length >= SAME_MIN && !seen.has(text)) seen.set(text, ask);
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [part, { lines }] of parts) writeFileSync(join(folder, `${part}.jsonl`), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

export function read(folder) {
  const answers = new Map();
  for (const file of existsSync(folder) ? readdirSync(folder) : []) {
    for (const line of readFileSync(join(folder, file), "utf8").split("\n").filter(Boolean)) {
      const { ask, same, ...answer } = JSON.parse(line);
      if (same) answer.body = answers.get(same).body; // it stands above: lines are sorted
      answers.set(ask, answer);
    }
  }
  return answers;
}

// The faults that are written down: `listed` (put in every time) and `excused` (they change nothing anybody could see).
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { functionsOf, mask } from "./mutate.mjs";

const here = dirname(fileURLToPath(import.meta.url)), root = join(here, "../..");

/** Blocks of a file: { file, before, after, why }: a name, "- line", "+ line", and lines of words. */
function blocksOf(name) {
  return readFileSync(join(here, name), "utf8").split(/\n\s*\n/).map((b) => b.split("\n").filter((l) => l && !l.startsWith("#"))).filter((b) => b.length)
    .map(([file, ...rest]) => ({
      file,
      before: rest.find((l) => l.startsWith("- "))?.slice(2).trim(),
      after: rest.find((l) => l.startsWith("+ "))?.slice(2).trim(),
      why: rest.filter((l) => !/^[-+] /.test(l)).join(" ").trim(),
    }));
}

/** As faultsOf (mutate.mjs) has them. Throws when a line is not in its file, exactly once. */
export function listedFaults() {
  return blocksOf("listed").map((b) => {
    const text = readFileSync(join(root, b.file), "utf8"), lines = text.split("\n");
    const at = lines.flatMap((l, i) => (l.trim() === b.before ? [i] : []));
    if (at.length !== 1) throw new Error(`tests/mutants/listed: ${b.file} has ${at.length} lines «${b.before}»; write the fault anew`);
    const before = lines[at[0]];
    const { first } = functionsOf(mask(text)).find((f) => f.first <= at[0] + 1 && at[0] + 1 <= f.last) ?? {};
    return { file: b.file, line: at[0] + 1, first, kind: "listed", before, after: before.replace(b.before, () => b.after), why: b.why };
  });
}

/** { file, before, after, why }. Throws when a line is no longer in its file, or there is no reason. */
export function excusedFaults() {
  const excuses = blocksOf("excused");
  for (const e of excuses)
    if (!e.why || !readFileSync(join(root, e.file), "utf8").split("\n").some((l) => l.trim() === e.before))
      throw new Error(`tests/mutants/excused: ${e.file} has no line «${e.before}», or there is no reason`);
  return excuses;
}

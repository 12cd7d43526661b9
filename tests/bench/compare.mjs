/* The counts of docs/benchmarks.md as a table, there and back, and what got worse since. */

export const WORSE = 1.05; /* counts of the same program differed by 1.5 % at most, sign-in aside */

const number = (n) => Math.round(n).toLocaleString('en');
const some = (n) => (Number.isInteger(n) ? String(n) : n.toFixed(1));

export const countTable = (counts) => ['| request | instructions | SQL statements |', '|---|---|---|',
    ...counts.map((c) => `| ${c.what} | ${number(c.instructions)} | ${some(c.statements)} |`)].join('\n');

/* From the text of the document; a document without such rows gives none. */
export function readCounts(text) {
    const rows = text.matchAll(/^\| ([^|]+) \| ([\d,]+) \| ([\d.]+) \|$/gm);
    return [...rows].map(([, what, instructions, statements]) => ({ what, instructions: Number(instructions.replaceAll(',', '')), statements: Number(statements) }));
}

/* Lines for people: what got worse, and what could not be compared. Both fail the comparison. */
export function compareCounts(before, now) {
    const lines = [];
    const old = new Map(before.map((c) => [c.what, c]));
    for (const c of now) {
        const was = old.get(c.what);
        old.delete(c.what);
        if (!was) {
            lines.push(`${c.what}: not in docs/benchmarks.md; run ./bench --only instructions`);
            continue;
        }
        if (c.instructions > was.instructions * WORSE)
            lines.push(`${c.what}: ${number(c.instructions)} instructions, ${((c.instructions / was.instructions - 1) * 100).toFixed(1)} % more than ${number(was.instructions)}`);
        if (c.statements > was.statements * WORSE) lines.push(`${c.what}: ${some(c.statements)} SQL statements instead of ${some(was.statements)}`);
    }
    for (const what of old.keys()) lines.push(`${what}: in docs/benchmarks.md, but not counted`);
    return lines;
}

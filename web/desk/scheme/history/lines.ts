/* Hunks of a line diff with a few unchanged lines around each, near ones joined. */
import { type Hunk } from '../model/merge';

export interface Line { kind: 'same' | 'added' | 'removed'; text: string }
export interface Part { line: number; lines: Line[] }
const AROUND = 2;

export function around(after: string, hunks: Hunk[]): Part[] {
    const text = after.split('\n');
    const as = (kind: Line['kind'], lines: string[]) => lines.map((t): Line => ({ kind, text: t }));
    const out: Part[] = [];
    let told = 0; // lines of the newer text that stand already
    hunks.forEach((h, i) => {
        const first = h.line - 1, end = first + h.after.length;
        const from = Math.max(first - AROUND, told);
        if (!out.length || from > told) out.push({ line: from + 1, lines: [] });
        told = Math.min(end + AROUND, i + 1 < hunks.length ? hunks[i + 1]!.line - 1 : text.length);
        out[out.length - 1]!.lines.push(...as('same', text.slice(from, first)), ...as('removed', h.before), ...as('added', h.after), ...as('same', text.slice(end, told)));
    });
    return out;
}

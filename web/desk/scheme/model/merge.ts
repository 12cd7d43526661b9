/* Two people changed the same text: what each did, line by line, and one text of both where they do not touch each other. */
import { diff3Merge, diffPatch } from 'node-diff3';

export interface Hunk { line: number; before: string[]; after: string[] }
export function changes(before: string, after: string): Hunk[] {
    return diffPatch(before.split('\n'), after.split('\n')).map((p) => ({ line: p.buffer2.offset + 1, before: p.buffer1.chunk as string[], after: p.buffer2.chunk as string[] }));
}
/* null: both changed the same lines. */
export function merged(mine: string, base: string, theirs: string): string | null {
    const out: string[] = [];
    for (const r of diff3Merge(mine.split('\n'), base.split('\n'), theirs.split('\n'), { excludeFalseConflicts: true })) {
        if (r.conflict) return null;
        out.push(...(r.ok ?? []));
    }
    return out.join('\n');
}

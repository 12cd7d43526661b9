import type { Answer } from '@/api/client';
import type { Reason } from '@/components/ExplainTree.vue';
import { formatPoints } from '@/format';
import { language } from '@/i18n';

export type Passbook = Answer<'/villages/{village}/passbooks/{kind}/{subject}'>;
export type Entry = Passbook['rows'][number];
interface Node { zh: string; en: string; points: string; from?: Node[] }
/* The derivation the server keeps with an entry, from the deed to the result, one line per step. */
export function reasonsOf(tree: unknown): Reason[] {
    let node: Node | undefined;
    try {
        node = (typeof tree === 'string' ? JSON.parse(tree) : tree) as Node | undefined;
    } catch {
        return []; // the sentence beside it says the same
    }
    const lines: Reason[] = [];
    for (let n = node; n && typeof n.zh === 'string'; n = n.from?.[0])
        lines.unshift({ label: language.value === 'en' ? n.en : n.zh, value: formatPoints(n.points, language.value) });
    return lines;
}

/* The server's derivation tree ({op, zh, en, points, from}) as the nested list ExplainTree shows. */
import type { Reason } from './components/ExplainTree.vue';
import { formatPoints, type Language } from './format';

interface Node { zh?: string; en?: string; points?: string | null; from?: Node[] }
export function reasonsOf(tree: unknown, language: Language): Reason[] {
    if (!tree || typeof tree !== 'object') return [];
    const of = (n: Node): Reason => ({
        label: (language === 'en' ? n.en : n.zh) ?? '',
        ...(n.points ? { value: formatPoints(n.points, language, true) } : {}),
        ...(n.from?.length ? { reasons: n.from.map(of) } : {}),
    });
    return [of(tree as Node)];
}

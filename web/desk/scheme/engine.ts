/* Who checks and tells what is being edited: the program's C code in the page (WebAssembly), so that it works while one types and
 * without network; where that cannot be loaded, the server, which gives the same answers. */
import { type Answer, sendText } from '@/api/client';

export type Checked = Answer<'/schemes/check', 'post'>;
export interface Block { kind: string; text?: string | null; columns: { head: string; weight: number }[]; rows: { cells: string[] }[] }
export interface Engine {
    check(text: string): Promise<Checked>;
    notice(text: string): Promise<Block[] | null>; // null: not while there are errors
}
const served: Engine = {
    check: (text) => sendText('post', '/schemes/check', {}, text) as Promise<Checked>,
    notice: async () => null,
};
/* An answer of old: the notice as lines. */
function blocksOf(n: { ok?: boolean | null; text?: string | null; blocks?: unknown }): Block[] | null {
    if (!n.ok) return null;
    if (Array.isArray(n.blocks)) return n.blocks as Block[];
    return (n.text ?? '').split('\n').filter(Boolean).map((text, i) => ({ kind: i ? 'text' : 'title', text, columns: [], rows: [] }));
}
export async function openEngine(): Promise<Engine> {
    try {
        const { engine } = await import('@/engine');
        const own = await engine();
        return { check: async (text) => own.check(text), notice: async (text) => blocksOf(own.notice(text)) };
    } catch {
        return served; // an old browser, or the file did not come
    }
}

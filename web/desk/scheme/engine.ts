/* Who checks and tells what is being edited: the program's C code in the page (WebAssembly), so that it works while one types and
 * without network; where that cannot be loaded, the server, which gives the same answers. */
import { type Answer, sendText } from '@/api/client';
import { language } from '@/i18n';

export type Checked = Answer<'/schemes/check', 'post'>;
export interface Block { kind: string; text?: string | null; columns: { head: string; weight: number }[]; rows: { cells: string[] }[] }
export interface Engine {
    check(text: string): Promise<Checked>;
    /* The same, and whether it holds to the township's template: the server has that. */
    checkWithTemplate(text: string): Promise<Checked>;
    notice(text: string): Promise<Block[] | null>; // null: not while there are errors
}
function served(village: string): Engine {
    const check = (text: string) => sendText('post', '/schemes/check', {}, text, { query: { village } }) as Promise<Checked>;
    return {
        check, checkWithTemplate: check,
        notice: async (text) => blocksOf((await sendText('post', '/schemes/print', {}, text)) as Answer<'/schemes/print', 'post'>),
    };
}
const blocksOf = (n: { ok?: boolean | null; blocks?: unknown }): Block[] | null => (n.ok ? (n.blocks as Block[]) : null);
export async function openEngine(village: string): Promise<Engine> {
    const server = served(village);
    try {
        const { engine } = await import('@/engine');
        const own = await engine();
        return { ...server, check: async (text) => own.check(text), notice: async (text) => blocksOf(own.notice(text, language.value === 'en' ? 'en' : 'zh')) };
    } catch {
        return server; // an old browser, or the file did not come
    }
}

/* A simulation in words and numbers: which periods can be asked for, the one sentence at the top, money without floating point. */
import { type Answer } from '@/api/client';

export type Simulated = Answer<'/villages/{village}/simulations', 'post'>;
type T = (key: string, values?: Record<string, unknown>) => string;

/* "37.50" → 3750; "-0.05" → -5. Amounts of the API have two decimals. */
export function cents(amount: string): number {
    const m = /^(-?)(\d+)\.(\d\d)$/.exec(amount);
    if (!m) throw new Error(`not an amount: ${amount}`);
    return (m[1] ? -1 : 1) * (Number(m[2]) * 100 + Number(m[3]));
}
/* 3750 → "37.50", 123456789 → "1,234,567.89". */
export function money(c: number): string {
    const a = Math.abs(c);
    return `${c < 0 ? '−' : ''}${String(Math.floor(a / 100)).replace(/\B(?=(\d{3})+$)/g, ',')}.${String(a % 100).padStart(2, '0')}`;
}

export interface Period { key: string; value: string }
/* What people ask about: this year, the one before, the quarter, the one before, the month before. */
export function periods(today: string): Period[] {
    const [y, m] = [Number(today.slice(0, 4)), Number(today.slice(5, 7))];
    const q = Math.floor((m - 1) / 3) + 1;
    const month = m === 1 ? `${y - 1}-12` : `${y}-${String(m - 1).padStart(2, '0')}`;
    return [
        { key: 'this_year', value: String(y) }, { key: 'last_year', value: String(y - 1) },
        { key: 'this_quarter', value: `${y}-Q${q}` }, { key: 'last_quarter', value: q === 1 ? `${y - 1}-Q4` : `${y}-Q${q - 1}` },
        { key: 'last_month', value: month },
    ];
}

/* 45户; where the village has several kinds of subjects, each by its name: 村民1人、家庭3户. */
const unit = (code: string, t: T) => t(code === 'household' ? 'flows.unit_homes' : code === 'resident' || code === 'party_member' ? 'flows.unit_people' : 'flows.unit_each');
function counted(classes: Simulated['classes'], all: number, of: (c: Simulated['classes'][number]) => number, t: T): string {
    const some = classes.filter((c) => of(c) > 0);
    if (classes.filter((c) => c.n > 0).length <= 1) return `${all}${unit(classes.find((c) => c.n > 0)?.code ?? '', t)}`;
    return some.map((c) => t('flows.head_of', { label: c.label, n: of(c), unit: unit(c.code, t) })).join(t('flows.head_list'));
}
/* "45户增加，12户减少；最多多花320.00元；3个称号易主。" */
export function headline(s: Pick<Simulated, 'classes' | 'gain' | 'lose' | 'subjects' | 'titles_changed' | 'now_cost' | 'draft_cost'>, t: T): string {
    const moves = [s.gain ? t('flows.head_gain', { who: counted(s.classes, s.gain, (c) => c.gain, t) }) : '', s.lose ? t('flows.head_lose', { who: counted(s.classes, s.lose, (c) => c.lose, t) }) : ''].filter(Boolean);
    const parts = [moves.length ? moves.join(t('flows.head_and')) : t('flows.head_same')];
    const [now, draft] = [s.now_cost.total, s.draft_cost.total];
    if (now !== null && draft !== null) {
        const more = cents(draft) - cents(now);
        parts.push(more > 0 ? t('flows.head_more', { yuan: money(more) }) : more < 0 ? t('flows.head_less', { yuan: money(-more) }) : t('flows.head_cost_same'));
    }
    if (s.titles_changed) parts.push(t('flows.head_titles', { n: s.titles_changed }));
    return parts.join(t('flows.head_then')) + t('flows.head_end');
}
/* How much of the ceiling, in percent with one decimal: "0.6". */
export const share = (part: string, whole: string) => String(cents(whole) > 0 ? Math.round((cents(part) * 1000) / cents(whole)) / 10 : 0);
/* A histogram's bars as people read them: "0～10", "−10～−5". */
const plain = (amount: string) => money(cents(amount)).replace(/\.?0+$/, (z) => (z.startsWith('.') ? '' : z));
export const binName = (b: { from: string; to: string }) => `${plain(b.from)}～${plain(b.to)}`;

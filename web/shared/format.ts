/* How dates, points and counts look to people. Business dates are the village's (Asia/Shanghai) and come
 * as "2026-11-21"; instants come as RFC 3339 UTC; points as strings with two decimals. */
export type Language = 'zh' | 'en';
const ZONE = 'Asia/Shanghai';
const WEEK_ZH = ['日', '一', '二', '三', '四', '五', '六'];
const WEEK_EN = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTH_EN = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/* Today in the village, as a business date. */
export function today(now: Date = new Date()): string {
    return new Intl.DateTimeFormat('en-CA', { timeZone: ZONE, year: 'numeric', month: '2-digit', day: '2-digit' }).format(now);
}

export function addDays(date: string, days: number): string {
    const d = new Date(`${date}T00:00:00Z`);
    d.setUTCDate(d.getUTCDate() + days);
    return d.toISOString().slice(0, 10);
}

export function daysBetween(from: string, to: string): number {
    return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}

/* 11月21日(周六); with the year when it is not this one: 2025年11月21日(周五). */
export function formatDate(date: string | null | undefined, language: Language = 'zh', now: string = today()): string {
    const m = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date ?? '');
    if (!m) return '';
    const [year, month, day] = [Number(m[1]), Number(m[2]), Number(m[3])];
    const week = new Date(`${m[0]}T00:00:00Z`).getUTCDay();
    const other = m[1] !== now.slice(0, 4);
    if (language === 'en') return `${WEEK_EN[week]} ${day} ${MONTH_EN[month - 1]}${other ? ` ${year}` : ''}`;
    return `${other ? `${year}年` : ''}${month}月${day}日(周${WEEK_ZH[week]})`;
}

/* An instant in the village's time: 11月21日(周六) 08:30. */
export function formatInstant(instant: string | number | null | undefined, language: Language = 'zh', now: string = today()): string {
    if (instant === null || instant === undefined || instant === '') return '';
    const d = new Date(instant);
    if (Number.isNaN(d.getTime())) return '';
    const clock = new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, hour: '2-digit', minute: '2-digit' }).format(d);
    return `${formatDate(today(d), language, now)} ${clock}`;
}

/* 今天, 昨天, 还有3天, 已过2天: how far a date is, for deadlines. */
export function relativeDay(date: string, language: Language = 'zh', now: string = today()): string {
    const n = daysBetween(now, date);
    if (language === 'en') {
        if (n === 0) return 'today';
        if (n === 1) return 'tomorrow';
        if (n === -1) return 'yesterday';
        return n > 0 ? `in ${n} days` : `${-n} days ago`;
    }
    if (n === 0) return '今天';
    if (n === 1) return '明天';
    if (n === -1) return '昨天';
    return n > 0 ? `还有${n}天` : `已过${-n}天`;
}

/* "3.00" → "3"; "37.50" → "37.5"; "1234.00" → "1,234". Never through floating point. */
export function trimPoints(points: string | number | null | undefined): string {
    const s = String(points ?? '').trim();
    const m = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(s);
    if (!m) return s;
    const whole = m[2]!.replace(/^0+(?=\d)/, '').replace(/\B(?=(\d{3})+$)/g, ',');
    const part = (m[3] ?? '').replace(/0+$/, '');
    return `${m[1] === '-' ? '−' : ''}${whole}${part ? `.${part}` : ''}`;
}

/* 3分, −10分; signed: +3分. */
export function formatPoints(points: string | number | null | undefined, language: Language = 'zh', signed = false): string {
    const t = trimPoints(points);
    if (!t) return '';
    const plus = signed && !t.startsWith('−') && t !== '0' ? '+' : '';
    if (language === 'en') return `${plus}${t} ${t === '1' || t === '−1' ? 'point' : 'points'}`;
    return `${plus}${t}分`;
}

/* 5分 or 2–5分. */
export function formatRange(min: string, max: string, language: Language = 'zh'): string {
    if (trimPoints(min) === trimPoints(max)) return formatPoints(max, language);
    return `${trimPoints(min)}–${formatPoints(max, language)}`;
}

export const isNegative = (points: string | number | null | undefined) => String(points ?? '').trim().startsWith('-');

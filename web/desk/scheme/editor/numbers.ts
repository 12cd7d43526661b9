/* Numbers of a scheme for drawing and adding up: whole hundredths, as the program has them. */
export function hundredths(v: unknown): number | null {
    const m = /^([+-]?)(\d{1,9})(?:\.(\d{1,2}))?$/.exec(String(v ?? ''));
    if (!m) return null;
    const n = Number(m[2]) * 100 + Number((m[3] ?? '').padEnd(2, '0'));
    return m[1] === '-' ? -n : n;
}
export function fromHundredths(n: number): string {
    const whole = Math.trunc(Math.abs(n) / 100), rest = Math.abs(n) % 100;
    return `${n < 0 ? '−' : ''}${whole}${rest ? `.${String(rest).padStart(2, '0').replace(/0$/, '')}` : ''}`;
}
/* A bound as a place on a line: a number, or the day of the year. */
export function place(v: unknown): number | null {
    const day = /^(\d{2})-(\d{2})$/.exec(String(v ?? ''));
    return day ? (Number(day[1]) * 31 + Number(day[2])) * 100 : hundredths(v);
}

/* What the village meeting decided, before it is entered: do the votes carry, and from which day can the rules be in force. The
 * server decides the same (scheme_store.c: check_meeting, check_from); here it is told while somebody types. */
import { addDays } from '@/format';

export interface Votes { for: number | undefined; against: number | undefined; abstain: number | undefined }
export interface Tally { present: number; carries: boolean; needed: number }
/* 村民委员会组织法 第二十六条: more than half of those present. null: not all three are written. */
export function tally(v: Votes): Tally | null {
    if (v.for === undefined || v.against === undefined || v.abstain === undefined) return null;
    const present = v.for + v.against + v.abstain;
    return { present, needed: Math.floor(present / 2) + 1, carries: v.for * 2 > present };
}

/* The first day a new version can begin on: today, after every other version's first day, not before the meeting. A first
 * scheme may begin in the past. */
export function earliest(today: string, taken: string[], meetingOn: string): string {
    const last = [...taken].sort().pop();
    if (!last) return meetingOn;
    const day = [addDays(last, 1), today, meetingOn].sort().pop()!;
    return day;
}
/* A proposal that leaves time to hang the notice: the first day of the next month that is allowed. */
export function proposal(today: string, first: string): string {
    const from = first > today ? first : today;
    const [y, m] = [Number(from.slice(0, 4)), Number(from.slice(5, 7))];
    return m === 12 ? `${y + 1}-01-01` : `${y}-${String(m + 1).padStart(2, '0')}-01`;
}

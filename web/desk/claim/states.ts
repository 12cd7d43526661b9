/* How a claim's state looks on the desk. */
import { formatDate, today } from '@/format';
import { language, t } from '@/i18n';

export const STATES = ['submitted', 'returned', 'checked', 'published', 'objected', 'approved', 'recorded', 'rejected', 'withdrawn', 'reversed'] as const;
export type State = (typeof STATES)[number];
export const tone = (state: string): 'warning' | 'success' | 'danger' | 'info' =>
    state === 'recorded' || state === 'approved' ? 'success'
    : state === 'objected' || state === 'rejected' || state === 'reversed' ? 'danger'
    : state === 'withdrawn' ? 'info' : 'warning';
/* Acts that take a reason, in the words of claim_moves (src/claim/claim_rules.c). */
export const WITH_REASON = ['return', 'reject', 'false'];
/* The list that shows what a step of the to-do list counts. */
export const stepLink = (step: string): { path: string; query: Record<string, string> } => {
    const state: Record<string, string> = { check: 'submitted', publish: 'checked', approve: 'published', record: 'approved', correct: 'returned', publicity: 'published' };
    return step === 'objection' ? { path: '/objections', query: { state: 'open' } } : { path: '/claims', query: { state: state[step] ?? '' } };
};
/* What happens next; once publicity is over, that it is over rather than until when it was. */
export const nextOf = (c: { state: string; next?: string | null; last_day?: string | null; due_on?: string | null }): string => {
    if (c.state !== 'published' || !c.last_day || c.last_day >= today()) return c.next ?? '';
    return c.due_on ? t('claim.publicity_over_by', { day: formatDate(c.due_on, language.value) }) : t('claim.publicity_over');
};

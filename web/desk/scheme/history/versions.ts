/* How versions are told: their state's colour, their days, their votes. */
import { type Answer } from '@/api/client';
import { formatDate } from '@/format';
import { language, t } from '@/i18n';

export type Version = Answer<'/villages/{village}/schemes/{scheme}'>;
export const tone = (state: Version['state']) => ({ in_force: 'success', waiting: 'warning', replaced: 'info', withdrawn: 'danger' } as const)[state];
export function days(v: Pick<Version, 'from' | 'until' | 'state'>): string {
    const from = formatDate(v.from, language.value);
    if (v.state === 'withdrawn') return t('flows.never_from', { day: from });
    return v.until ? t('flows.from_until', { from, until: formatDate(v.until, language.value) }) : t('flows.from_on', { from });
}
export function meeting(v: Pick<Version, 'meeting' | 'meeting_on'>): string {
    return [v.meeting_on ? formatDate(v.meeting_on, language.value) : '', v.meeting ?? ''].filter(Boolean).join(' ');
}
export function votes(v: Pick<Version, 'votes_for' | 'votes_against' | 'votes_abstain'>): string {
    if (v.votes_for === null) return '';
    return t('scheme.votes', { y: v.votes_for, n: v.votes_against ?? 0, a: v.votes_abstain ?? 0 });
}
/* "曾巷村社会治理积分细则" of 2026-01-01 → a file's name. */
export const fileName = (v: Pick<Version, 'title' | 'from'>) => `${v.title.replace(/[\\/:*?"<>|\s]+/g, '')} ${v.from}.yaml`;

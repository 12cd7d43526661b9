import type { Answer } from '@/api/client';
import type { Step } from '@/components/StepLine.vue';
import { formatInstant } from '@/format';
import { language, t } from '@/i18n';

export type ClaimBrief = Answer<'/villages/{village}/claims'>['rows'][number];
export type Claim = Answer<'/villages/{village}/claims/{claim}'>;

export const stateName = (s: string) => t(`claim.state_${s}`);
const tones: Record<string, string> = {
    submitted: 'wait', checked: 'wait', published: 'wait', approved: 'wait', recorded: 'good',
    returned: 'bad', objected: 'bad', rejected: 'bad', reversed: 'bad', withdrawn: '',
};
export const stateTone = (s: string) => tones[s] ?? '';

/* What follows the step that is waited for now (the claim's own words say who and by when). */
const road = ['check', 'publish', 'approve', 'record'];
const waitsFor: Record<string, string> = { submitted: 'check', checked: 'publish', published: 'approve', approved: 'record' };
const bad = ['return', 'reject', 'withdraw', 'false', 'object', 'uphold'];

export function stepsOf(c: Claim): Step[] {
    const done: Step[] = (c.steps ?? []).map((s) => ({
        label: t(`claim.did_${s.action}`), phase: bad.includes(s.action) ? 'stopped' : 'done',
        who: s.by_name, when: formatInstant(s.at, language.value), ...(s.reason ? { note: t('claim.reason_is', { reason: s.reason }) } : {}),
    }));
    if (!c.next) return done;
    const act = waitsFor[c.state];
    const now: Step = { label: act ? t(`claim.will_${act}`) : stateName(c.state), phase: 'now', when: c.next };
    const later = act ? road.slice(road.indexOf(act) + 1).map((a): Step => ({ label: t(`claim.will_${a}`), phase: 'next' })) : [];
    return [...done, now, ...later];
}

/* What a person has filled in so far; kept on the phone until sent, with the key it will be sent under. */
import { uuid } from '@/api/id';
import { today } from '@/format';
import type { Photo } from '@/store/db';

export interface Form {
    key: string;
    whose: 'me' | 'household' | 'other';
    subject_kind: string;
    subject: number | null;
    subject_name: string;
    item: string;
    deed_on: string;
    place: string;
    cause: string;
    evidence: string;
    level: string;
    difficulty: string;
    contrary: boolean;
    quantity: string;
    channel: string;
    reporter: string;
    photos: Photo[];
}
export const emptyForm = (): Form => ({
    key: uuid(), whose: 'me', subject_kind: '', subject: null, subject_name: '', item: '', deed_on: today(),
    place: '', cause: '', evidence: '', level: '', difficulty: '', contrary: false, quantity: '1', channel: '', reporter: '', photos: [],
});
export const draftKey = (account: number) => `claim ${account}`;

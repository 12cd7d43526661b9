/* Photos of a claim: made small in the page (a village line is slow), then sent one by one. */
import { API } from '@/api/client';
import { uuid } from '@/api/id';
import { Problem, asProblem, problemOf } from '@/api/problem';
import { language, t } from '@/i18n';
import { session } from '@/session';

export const MOST_PHOTOS = 4; // CLAIM_PHOTOS in src/claim
const LONGEST_PX = 1600; // enough to read a certificate
async function small(file: File): Promise<Blob> {
    const url = URL.createObjectURL(file);
    try {
        const image = new Image();
        image.src = url;
        await image.decode();
        const scale = Math.min(1, LONGEST_PX / Math.max(image.naturalWidth, image.naturalHeight));
        const canvas = document.createElement('canvas');
        canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
        canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
        canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
        return await new Promise<Blob>((ok, no) => canvas.toBlob((b) => (b ? ok(b) : no(new Error(file.name))), 'image/jpeg', 0.85));
    } finally {
        URL.revokeObjectURL(url);
    }
}
async function sendOne(village: string, claim: number, file: File): Promise<void> {
    const r = await fetch(`${API}/villages/${village}/claims/${claim}/photos`, { method: 'POST', credentials: 'same-origin', body: await small(file),
        headers: { 'Content-Type': 'image/jpeg', 'X-CSRF-Token': session.me?.csrf ?? '', 'Idempotency-Key': `"${uuid()}"`, 'Accept-Language': language.value === 'en' ? 'en' : 'zh-CN' } })
        .catch(() => { throw new Problem('offline', 0, t('common.offline_title')); });
    if (!r.ok) throw await problemOf(r);
}
/* What to tell when some did not arrive; "" when all did. */
export async function sendPhotos(village: string, claim: number, files: File[]): Promise<string> {
    const lost: string[] = [];
    for (const f of files) await sendOne(village, claim, f).catch((e: unknown) => lost.push(asProblem(e).message));
    return lost.length ? t('claim.photo_lost', { n: lost.length, why: lost[0] }) : '';
}

/* What people type, as the language writes it. */
import { type Key, type Word, wordLabel, wordOf } from '../model/language';
import { type Value } from '../model/references';
import { t } from '@/i18n';

const WIDE = /[\uff01-\uff5e]/g; // full-width letters, digits and signs of a Chinese keyboard
const half = (s: string) => s.replace(WIDE, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).replace(/\u3000/g, ' ').replace(/\u3002/g, '.');
const NUMBER = '[+-]?\\d+(?:\\.\\d+)?';
const BETWEEN = new RegExp(`^(${NUMBER})\\s*(?:\\.\\.+|…+|[~—–至到]+|-)\\s*(${NUMBER})$`);

export function tidy(key: Key, typed: string): string {
    const s = typed.replace(/[ \t]+$/g, '').trim();
    if (key.kind === 'range' || key.kind === 'points' || key.kind === 'int' || key.kind === 'bound') {
        const n = half(s).replace(/\u2212/g, '-').replace(/\s*[分元次天名%]$/, '');
        const day = /^(\d{1,2})\s*[月/]\s*(\d{1,2})\s*日?$/.exec(n);
        if (key.kind === 'bound' && day) return `${day[1]!.padStart(2, '0')}-${day[2]!.padStart(2, '0')}`;
        const range = key.kind === 'range' ? BETWEEN.exec(n) : null;
        if (range) return `${range[1]}..${range[2]}`;
        return n;
    }
    if (key.kind === 'code') return half(s).replace(/\s+/g, '_');
    return s;
}

/* A word of the language as people read it; the few that have no Chinese name in the table have one here. */
export function wordText(w: Word, language: string): string {
    if (language !== 'en' && !w.zh) {
        const own = `editor.word.${w.name}`;
        const said = t(own);
        if (said !== own) return said;
    }
    return wordLabel(w, language);
}
export const writtenWord = (key: Key, v: Value, language: string): string => {
    const w = wordOf(key, String(v ?? ''));
    return w ? wordText(w, language) : String(v ?? '');
};
/* "每月4次" of a cap, or of whatever has such keys. */
export function capText(per: string, times: Value, points: Value): string {
    const parts = [times ? t('editor.times', { n: String(times) }) : '', points ? t('editor.points_n', { n: String(points) }) : ''].filter(Boolean);
    return t('editor.cap', { per, what: parts.join('、') });
}

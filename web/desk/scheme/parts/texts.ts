/* The words of the pages around the editor come with those pages: the desk's other pages do not carry them. */
import { lateTexts } from '@/i18n';
import zh from './locales/zh.json';

lateTexts('flows', zh, () => import('./locales/en.json').then((m) => m.default));

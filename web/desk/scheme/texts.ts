/* The editor's words come with the editor: the desk's other pages do not carry them. */
import { lateTexts } from '@/i18n';
import zh from './locales/zh.json';

lateTexts('editor', zh, () => import('./locales/en.json').then((m) => m.default));

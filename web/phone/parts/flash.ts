/* One line at the top that says what just happened, read by screen readers, gone with the next page but one. */
import { reactive } from 'vue';

export const flash = reactive({ text: '' });
const SHOWN_MS = 8_000; // long enough for slow readers; the page itself says it too
let timer: ReturnType<typeof setTimeout> | undefined;
export function say(text: string): void {
    flash.text = text;
    clearTimeout(timer);
    timer = setTimeout(() => (flash.text = ''), SHOWN_MS);
}

/* 大字版: larger text and targets everywhere (tokens.css), remembered on the phone, and a page's main message
 * read aloud where the phone can speak. */
import { ref, watchEffect } from 'vue';

const KEY = 'shanzhi.elder';
export const elder = ref(typeof localStorage !== 'undefined' && localStorage.getItem(KEY) === '1');
export function watchElder(): void {
    watchEffect(() => {
        document.documentElement.toggleAttribute('data-elder', elder.value);
        localStorage.setItem(KEY, elder.value ? '1' : '0');
    });
}

export const canSpeak = typeof window !== 'undefined' && 'speechSynthesis' in window;
export const speaking = ref(false);
/* A second call while speaking stops it. */
export function speak(text: string, lang = 'zh-CN'): void {
    if (!canSpeak) return;
    if (speaking.value) {
        speechSynthesis.cancel();
        speaking.value = false;
        return;
    }
    const u = new SpeechSynthesisUtterance(text);
    u.lang = lang;
    u.rate = 0.9;
    u.onend = u.onerror = () => (speaking.value = false);
    speaking.value = true;
    speechSynthesis.speak(u);
}

/* Who works here: the session's person, and — between the end of a session and signing in again — the one before, so that
 * the page under the sign-in keeps its village, its menu and all that was typed. */
import { shallowRef, watch } from 'vue';
import { type Me, session } from '@/session';

export const person = shallowRef<Me | null>(session.me);
watch(() => session.me, (now) => {
    if (now || !session.expired) person.value = now;
}, { flush: 'sync' });

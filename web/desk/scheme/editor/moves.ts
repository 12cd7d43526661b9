/* Enter goes on to the next field of a form or table, as on the desk's other pages; arrows go up and down in a table. */
const FIELDS = 'input:not([type=hidden]):not(:disabled), select:not(:disabled), textarea:not(:disabled), button.control:not(:disabled)';
export const fieldsIn = (root: Element) => [...root.querySelectorAll<HTMLElement>(FIELDS)].filter((f) => f.offsetParent !== null);
export function focusOn(f: HTMLElement | undefined | null): boolean {
    if (!f) return false;
    f.focus();
    if (f instanceof HTMLInputElement && f.type === 'text') f.select();
    return true;
}
/* True when there was a next one. */
export function enterNext(e: KeyboardEvent): boolean {
    const at = e.target as HTMLElement;
    if (e.key !== 'Enter' || e.isComposing || e.shiftKey || e.ctrlKey || e.altKey || at.tagName === 'TEXTAREA' || at.tagName === 'BUTTON') return false;
    const fields = fieldsIn(e.currentTarget as Element);
    const next = fields[fields.indexOf(at) + 1];
    e.preventDefault();
    e.stopPropagation();
    return focusOn(next);
}

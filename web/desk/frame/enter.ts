/* @keydown.capture of a form that is filled in a row: Enter goes to the next field, Ctrl+Enter sends from anywhere. Lists that are open keep their Enter. */
export function enterMoves(e: KeyboardEvent): void {
    const at = e.target as HTMLElement;
    if (e.key !== 'Enter' || e.isComposing || e.shiftKey || e.altKey) return;
    const form = at.closest('form');
    if (!form) return;
    if (e.ctrlKey || e.metaKey) {
        e.preventDefault();
        form.requestSubmit ? form.requestSubmit() : form.querySelector<HTMLButtonElement>('button[type=submit]')?.click(); // Chrome 75
        return;
    }
    if (at.tagName !== 'INPUT' || (at.getAttribute('aria-expanded') === 'true' && !at.closest('.el-date-editor'))) return;
    const fields = [...form.querySelectorAll<HTMLElement>('input:not([type=hidden]):not([type=file]):not(:disabled), textarea:not(:disabled), button[type=submit]:not(:disabled)')].filter((f) => f.offsetParent !== null);
    /* A day is filled in already as a rule; Tab still gets there. */
    const next = fields.slice(fields.indexOf(at) + 1).find((f) => !(f.closest('.el-date-editor') && (f as HTMLInputElement).value));
    if (!next) return;
    e.preventDefault();
    e.stopPropagation(); // closed lists would open, the calendar would keep it
    next.focus();
}

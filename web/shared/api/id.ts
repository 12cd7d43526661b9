/* A random UUID. crypto.randomUUID is missing in old WebViews and on pages served without TLS. */
export function uuid(): string {
    const b = crypto.getRandomValues(new Uint8Array(16));
    b[6] = (b[6]! & 0x0f) | 0x40;
    b[8] = (b[8]! & 0x3f) | 0x80;
    const hex = Array.from(b, (x) => x.toString(16).padStart(2, '0')).join('');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/* One key per user action: made when the form opens, kept over every retry, renewed after success. Sending
 * again after a lost answer then has one effect. */
export class ActionKey {
    private value = uuid();
    get key(): string {
        return this.value;
    }
    renew(): void {
        this.value = uuid();
    }
}

/* What went wrong, in the words the person reads. The server's problem+json says it already in the asked
 * language; what never reached the server gets its text from the locale (offline, unreadable answer). */
export interface FieldError {
    field: string;
    detail: string;
}

export class Problem extends Error {
    constructor(
        readonly type: string, // last part of the problem type: "over-cap", "offline", …
        readonly status: number, // 0: no answer came
        message: string,
        readonly errors: FieldError[] = [],
        readonly requestId: string | null = null,
        readonly retryAfter: number | null = null,
    ) {
        super(message);
    }
    get offline(): boolean {
        return this.status === 0;
    }
    /* Worth sending again later, unchanged: nothing was decided about it. */
    get passing(): boolean {
        return this.status === 0 || this.status === 429 || this.status === 503 || this.type === 'in-progress';
    }
    field(name: string): string | undefined {
        return this.errors.find((e) => e.field === name)?.detail;
    }
}

export function offlineProblem(): Problem {
    return new Problem('offline', 0, '');
}

export async function problemOf(response: Response): Promise<Problem> {
    const after = Number(response.headers.get('Retry-After'));
    let body: Record<string, unknown> = {};
    try {
        body = (await response.json()) as Record<string, unknown>;
    } catch {
        // an answer of a proxy between us and the server: its status is all there is
    }
    const text = (k: string) => (typeof body[k] === 'string' ? (body[k] as string) : '');
    const errors = Array.isArray(body['errors']) ? (body['errors'] as FieldError[]) : [];
    const type = text('type').replace(/^.*[/:#]/, '') || `http-${response.status}`;
    return new Problem(type, response.status, text('detail') || text('title'), errors, text('request_id') || null,
        Number.isFinite(after) && after > 0 ? after : null);
}

export function asProblem(e: unknown): Problem {
    return e instanceof Problem ? e : new Problem('page', -1, e instanceof Error ? e.message : String(e));
}

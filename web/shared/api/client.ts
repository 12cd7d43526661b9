/* The one way to the server. Types come from the API document (schema.d.ts, npm run types).
 *
 *   const page = await get('/villages/{village}/claims', { path: { village }, query: { state: 'checked' } });
 *   await post('/villages/{village}/claims', { path: { village }, body, key: action.key });
 *
 * Every failure is a thrown Problem. Writes carry the CSRF token; POSTs an Idempotency-Key, the caller's
 * (kept over retries) or a fresh one. */
import createClient from 'openapi-fetch';
import { reactive } from 'vue';
import { uuid } from './id';
import { Problem, offlineProblem, problemOf } from './problem';
import type { paths } from './schema';

/* What the pages may show about the line: false after a request that got no answer, until one does. */
export const line = reactive({ online: typeof navigator === 'undefined' || navigator.onLine });
if (typeof window !== 'undefined') {
    window.addEventListener('offline', () => (line.online = false));
    window.addEventListener('online', () => (line.online = true));
}

/* A WebView on a bad line says "online" all the time and fires no event: ask now and then until an answer comes. */
const PROBE_FIRST_MS = 4_000, PROBE_LAST_MS = 60_000;
let probing: ReturnType<typeof setTimeout> | undefined;
function probe(after: number): void {
    if (probing) return;
    probing = setTimeout(() => {
        probing = undefined;
        if (line.online) return;
        if (!navigator.onLine) return; // the "online" event will come
        fetch('/healthz', { cache: 'no-store' }).then(() => (line.online = true), () => probe(Math.min(after * 2, PROBE_LAST_MS)));
    }, after);
}

/* A request outside this client got no answer. */
export function noLine(): void {
    line.online = false;
    probe(PROBE_FIRST_MS);
}

const context = { csrf: '', language: 'zh-CN', onSignedOut: () => {} };
export const setCsrf = (token: string) => (context.csrf = token);
export const setLanguage = (tag: string) => (context.language = tag);
/* Called when the server no longer knows the session. */
export const onSignedOut = (f: () => void) => (context.onSignedOut = f);

const TIMEOUT_MS = 20_000; // a village line is slow; longer than this people give up
const PHOTO_TIMEOUT_MS = 90_000; // 300 kB at 2G speed

async function send(request: Request): Promise<Response> {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), request.headers.get('Content-Type')?.startsWith('image/') ? PHOTO_TIMEOUT_MS : TIMEOUT_MS);
    try {
        // the ETag is the row's version: what else an answer shows (photos, who may do what) can change under the same one
        const own = request.method === 'GET' && !request.url.includes('/public/');
        const response = await fetch(new Request(request, { signal: stop.signal, ...(own ? { cache: 'no-store' as const } : {}) }));
        line.online = true;
        return response;
    } catch {
        noLine();
        throw offlineProblem();
    } finally {
        clearTimeout(timer);
    }
}

export const API = '/api/v1';
export const raw = createClient<paths>({ baseUrl: API, fetch: send, credentials: 'same-origin' });
raw.use({
    onRequest({ request }) {
        request.headers.set('Accept-Language', context.language);
        if (request.method !== 'GET' && context.csrf) request.headers.set('X-CSRF-Token', context.csrf);
        if (request.method === 'POST' && !request.headers.has('Idempotency-Key'))
            request.headers.set('Idempotency-Key', `"${uuid()}"`);
        return request;
    },
    async onResponse({ response }) {
        if (response.ok) return undefined;
        const problem = await problemOf(response);
        if (problem.type === 'sign-in') context.onSignedOut();
        throw problem;
    },
});

/* ---- typed helpers over the generated paths ---- */
type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
export type PathsWith<M extends Method> = {
    [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never;
}[keyof paths];
type Op<P extends keyof paths, M extends Method> = paths[P] extends Record<M, infer O> ? O : never;
type Content<R> = R extends { content: { 'application/json': infer C } } ? C : undefined;
type Answers<O> = O extends { responses: infer R }
    ? Content<R extends Record<200, infer A> ? A : R extends Record<201, infer B> ? B : undefined>
    : never;
export type Answer<P extends keyof paths, M extends Method = 'get'> = Answers<Op<P, M>>;
export type Body<P extends keyof paths, M extends Method = 'post'> =
    Op<P, M> extends { requestBody?: { content: { 'application/json': infer B } } } ? B : undefined;
export type PathParams<P extends keyof paths, M extends Method> =
    Op<P, M> extends { parameters: { path: infer T } } ? T : Record<string, never>;
export type Query<P extends keyof paths, M extends Method> =
    Op<P, M> extends { parameters: { query?: infer T } } ? T : undefined;
export interface Options<P extends keyof paths, M extends Method> {
    path?: PathParams<P, M>;
    query?: Query<P, M>;
    body?: Body<P, M>;
    key?: string; // Idempotency-Key without its quotes
    version?: number; // If-Match
}

async function call<P extends keyof paths, M extends Method>(method: M, path: P, o: Options<P, M>): Promise<Answer<P, M>> {
    const headers: Record<string, string> = {};
    if (o.key) headers['Idempotency-Key'] = `"${o.key}"`;
    if (o.version !== undefined) headers['If-Match'] = `"${o.version}"`;
    const run = raw.request as unknown as (m: string, p: string, init: unknown) => Promise<{ data?: unknown }>;
    const { data } = await run(method, path as string, { params: { path: o.path, query: o.query }, body: o.body, headers });
    return data as Answer<P, M>;
}
export const get = <P extends PathsWith<'get'>>(path: P, o: Options<P, 'get'> = {}) => call('get', path, o);
export const post = <P extends PathsWith<'post'>>(path: P, o: Options<P, 'post'> = {}) => call('post', path, o);
export const put = <P extends PathsWith<'put'>>(path: P, o: Options<P, 'put'> = {}) => call('put', path, o);
export const patch = <P extends PathsWith<'patch'>>(path: P, o: Options<P, 'patch'> = {}) => call('patch', path, o);
export const del = <P extends PathsWith<'delete'>>(path: P, o: Options<P, 'delete'> = {}) => call('delete', path, o);

/* A picture as the body of a POST; what comes back is not needed by anybody yet. */
export async function postPicture(path: PathsWith<'post'>, values: Record<string, string | number>, picture: Blob, key: string): Promise<void> {
    const run = raw.request as unknown as (m: string, p: string, init: unknown) => Promise<unknown>;
    await run('post', path as string, { params: { path: values }, body: picture, bodySerializer: (b: Blob) => b,
        headers: { 'Content-Type': picture.type, 'Idempotency-Key': `"${key}"` } });
}

/* A text as the body (YAML), with the version it was read at. */
export async function sendText(method: 'post' | 'put', path: keyof paths, values: Record<string, string | number>, text: string,
    o: { version?: number; key?: string; query?: Record<string, string> } = {}): Promise<unknown> {
    const run = raw.request as unknown as (m: string, p: string, init: unknown) => Promise<{ data?: unknown }>;
    const headers: Record<string, string> = { 'Content-Type': 'text/yaml' };
    if (o.key) headers['Idempotency-Key'] = `"${o.key}"`;
    if (o.version !== undefined) headers['If-Match'] = `"${o.version}"`;
    return (await run(method, path, { params: { path: values, query: o.query }, body: text, bodySerializer: (b: string) => b, headers })).data;
}
/* The same where the answer is a file. */
export async function sendForFile(path: keyof paths, values: Record<string, string | number>, text: string, query: Record<string, string> = {}): Promise<Blob> {
    const run = raw.request as unknown as (m: string, p: string, init: unknown) => Promise<{ data?: Blob }>;
    return (await run('post', path, { params: { path: values, query }, body: text, bodySerializer: (b: string) => b, headers: { 'Content-Type': 'text/yaml' }, parseAs: 'blob' })).data!;
}

/* The address of a file answer (slip, export), for links: the browser sends the cookie itself. */
export function fileUrl(path: string, values: Record<string, string | number>, query: Record<string, string> = {}): string {
    const filled = path.replace(/\{(\w+)\}/g, (_, k: string) => encodeURIComponent(String(values[k])));
    const q = new URLSearchParams(query).toString();
    return API + filled + (q ? `?${q}` : '');
}

export { Problem };

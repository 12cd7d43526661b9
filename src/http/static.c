/* What is bytes in memory and answered on the loop: the pages, the problem pages, health, metrics, the
 * API document. The head of a file's answer is prepared at the start, so that serving it is one look-up
 * and one write; the API document is made for the first who asks.
 *
 * Names with a content hash (assets/…) are cached for good; everything else is asked for again each
 * time and answered 304. /desk/ and /screen/ are pages of their own; below them, and below /, an
 * address without a file is the page itself (its router reads the address).
 */
#include <pthread.h>
#include <string.h>

#include "http/inside.h"

#define PAGE_HEADERS \
    "X-Content-Type-Options: nosniff\r\n" \
    "Content-Security-Policy: default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; " \
    "style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; " \
    "worker-src 'self'; manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; " \
    "frame-ancestors 'none'\r\n" \
    "Referrer-Policy: same-origin\r\n" \
    "Permissions-Policy: camera=(self), geolocation=(self), microphone=()\r\n" \
    "Cross-Origin-Opener-Policy: same-origin\r\n" \
    "Cross-Origin-Resource-Policy: same-origin\r\n"

enum { CODINGS = 3 };
struct variant { struct bytes body; const char *head; };
struct asset { const char *path, *etag; struct variant as[CODINGS]; };
struct assets {
    struct asset **table;
    size_t size;
    struct asset *openapi; /* NULL until somebody asks */
    struct arena openapi_mem;
    pthread_mutex_t openapi_lock;
};

static const char *type_of(const char *path)
{
    static const struct { const char *end, *type; } types[] = {
        { ".html", "text/html; charset=utf-8" },
        { ".js", "text/javascript; charset=utf-8" },
        { ".mjs", "text/javascript; charset=utf-8" },
        { ".css", "text/css; charset=utf-8" },
        { ".json", "application/json" },
        { ".map", "application/json" },
        { ".webmanifest", "application/manifest+json" },
        { ".svg", "image/svg+xml" },
        { ".png", "image/png" },
        { ".jpg", "image/jpeg" },
        { ".webp", "image/webp" },
        { ".ico", "image/x-icon" },
        { ".woff2", "font/woff2" },
        { ".wasm", "application/wasm" },
        { ".txt", "text/plain; charset=utf-8" },
        { ".pdf", "application/pdf" },
        { ".yaml", "application/yaml" },
    };
    size_t n = strlen(path);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        size_t end = strlen(types[i].end);
        if (n > end && !strcmp(path + n - end, types[i].end)) return types[i].type;
    }
    return "application/octet-stream";
}

static struct asset **slot(const struct assets *a, const char *path, size_t n)
{
    size_t i = hash64(path, n, 0) % a->size;
    while (a->table[i] && (strlen(a->table[i]->path) != n || memcmp(a->table[i]->path, path, n)))
        i = (i + 1) % a->size;
    return &a->table[i];
}

static const char *const coding_suffix[CODINGS] = { "", ".gz", ".br" };
static const char *const coding_tag[CODINGS] = { "", "-gz", "-br" };
static const char *const coding_name[CODINGS] = { NULL, "gzip", "br" };

static void prepare(struct arena *mem, struct asset *a, const char *type, const char *caching)
{
    bool many = a->as[CODING_GZIP].body.p || a->as[CODING_BR].body.p;
    for (int i = 0; i < CODINGS; i++) {
        if (!a->as[i].body.p) continue;
        struct buf b = buf_in(mem, 8 * 1024);
        buf_printf(&b, PAGE_HEADERS "Content-Type: %s\r\nCache-Control: %s\r\nETag: \"%s%s\"\r\n", type,
                   caching, a->etag, coding_tag[i]);
        if (coding_name[i]) buf_printf(&b, "Content-Encoding: %s\r\n", coding_name[i]);
        if (many) buf_puts(&b, "Vary: Accept-Encoding\r\n");
        a->as[i].head = b.p;
    }
}

static struct asset *asset_new(struct arena *mem, const char *path, struct bytes body)
{
    struct asset *a = arena_new(mem, struct asset);
    a->path = path;
    a->as[CODING_NONE].body = body;
    a->etag = arena_printf(mem, "%016llx", (unsigned long long)hash64(body.p, body.n, 0));
    return a;
}

/* "index.html.br" is a coding of "index.html". */
static int coding_in(const char *path, size_t *stem)
{
    *stem = strlen(path);
    for (int i = 1; i < CODINGS; i++)
        if (*stem > 3 && !strcmp(path + *stem - 3, coding_suffix[i])) {
            *stem -= 3;
            return i;
        }
    return CODING_NONE;
}

struct assets *assets_build(struct arena *mem, const struct embedded *files)
{
    struct assets *all = arena_new(mem, struct assets);
    size_t n = 0, stem;
    for (const struct embedded *f = files; f && f->path; f++) n++;
    all->size = 2 * n + 1;
    pthread_mutex_init(&all->openapi_lock, NULL);
    all->table = arena_array(mem, struct asset *, all->size);
    for (const struct embedded *f = files; f && f->path; f++)
        if (coding_in(f->path, &stem) == CODING_NONE)
            *slot(all, f->path, stem) =
                asset_new(mem, f->path, (struct bytes){ f->p, (size_t)(f->end - f->p) });
    for (const struct embedded *f = files; f && f->path; f++) {
        int coding = coding_in(f->path, &stem);
        struct asset *a = *slot(all, f->path, stem);
        size_t size = (size_t)(f->end - f->p);
        if (coding != CODING_NONE && a && size < a->as[0].body.n)
            a->as[coding].body = (struct bytes){ f->p, size };
    }
    for (size_t i = 0; i < all->size; i++)
        if (all->table[i])
            prepare(mem, all->table[i], type_of(all->table[i]->path),
                    strstr(all->table[i]->path, "assets/") ? "public, max-age=31536000, immutable" : "no-cache");
    return all;
}

/* ---- the API document: a megabyte that most servers are never asked for ---- */

struct openapi_job { struct arena *mem; const struct slice *const *slices; struct asset *made; };

static void openapi_make(void *arg)
{
    struct openapi_job *job = arg;
    struct arena *mem = job->mem, *scratch = arena_child(mem);
    const char *made = http_openapi(scratch, job->slices);
    size_t n = strlen(made);
    struct bytes json = { arena_copy(mem, made, n), n };
    arena_clear(scratch);
    struct asset *a = asset_new(mem, "openapi.json", json);
    if (!compress_gzip(mem, json.p, n, &a->as[CODING_GZIP].body) ||
        !compress_br(mem, json.p, n, &a->as[CODING_BR].body))
        arena_exhausted(n);
    prepare(mem, a, "application/json", "no-cache");
    job->made = a;
}

/* NULL: there is no memory for it now. */
static const struct asset *openapi(struct server *s)
{
    struct assets *all = s->assets;
    pthread_mutex_lock(&all->openapi_lock);
    if (!all->openapi) {
        struct openapi_job job = { .mem = &all->openapi_mem, .slices = s->slices };
        if (arena_try(openapi_make, &job)) all->openapi = job.made;
        else arena_clear(&all->openapi_mem);
    }
    const struct asset *a = all->openapi;
    pthread_mutex_unlock(&all->openapi_lock);
    return a;
}

void assets_free(struct assets *all)
{
    arena_clear(&all->openapi_mem);
    pthread_mutex_destroy(&all->openapi_lock);
}

static bool send_asset(struct exchange *x, const struct asset *a)
{
    int coding = coding_of(gate_find(&x->gate, "accept-encoding"));
    const char *have = gate_find(&x->gate, "if-none-match");
    if (coding == CODING_BR && !a->as[CODING_BR].body.p) coding = CODING_GZIP;
    if (!a->as[coding].body.p) coding = CODING_NONE;
    x->status = have && etag_matches(have, a->etag) ? 304 : 200;
    x->ready_head = a->as[coding].head;
    x->reply = a->as[coding].body.p;
    x->reply_n = a->as[coding].body.n;
    return true;
}

static bool send_text(struct exchange *x, const char *type, const char *text, size_t n)
{
    x->status = 200;
    x->type = type;
    x->reply = text;
    x->reply_n = n;
    return true;
}

/* GET /problems/<code>: what the `type` of an error points to. */
void problem_page(struct exchange *x, const char *code)
{
    for (int i = 1; i < ERR_COUNT; i++) {
        const struct err_info *e = err_info((enum err_code)i);
        if (strcmp(e->code, code)) continue;
        const char *page = arena_printf(x->mem,
            "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><meta name=\"viewport\" "
            "content=\"width=device-width\"><title>%s</title><h1>%s</h1><p>%s</p><p lang=\"en\">%s</p>"
            "<p>HTTP %d · <code>%s</code></p></html>\n", e->code, e->zh,
            e->status >= 500 ? "这是系统一侧的问题，稍后再试即可；若一直出现，请把请求编号告诉管理员。"
                             : "请按上面的说明修改后再试；仍不清楚时，请把请求编号告诉村管理员。",
            e->en, e->status, e->code);
        send_text(x, "text/html; charset=utf-8", page, strlen(page));
        return;
    }
    reply_code(x, ERR_NOT_FOUND);
}

/* The operator's own machines: not what a proxy passed on from outside. */
bool from_inside(const struct exchange *x)
{
    if (gate_find(&x->gate, "x-forwarded-for") || gate_find(&x->gate, "forwarded")) return false;
    return networks_hold(&x->server->inside, x->address);
}

/* The pages keep their addresses behind the #, so that three paths open all of them. */
static const struct asset *page_for(const struct assets *all, const char *path)
{
    static const char *const entries[][2] = {
        { "", "index.html" }, { "desk/", "desk/index.html" }, { "screen/", "screen/index.html" },
    };
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++)
        if (!strcmp(path, entries[i][0])) path = entries[i][1];
    return *slot(all, path, strlen(path));
}

bool assets_answer(struct exchange *x)
{
    const struct assets *all = x->server->assets;
    const char *path = x->gate.path + 1;
    if (!strcmp(x->gate.method, "OPTIONS") || (!x->head && strcmp(x->gate.method, "GET"))) {
        if (*x->gate.method == 'O') x->status = 204;
        else reply_code(x, ERR_METHOD);
        reply_header(x, "Allow", "GET, HEAD, OPTIONS");
        return true;
    }
    if (!strcmp(path, "healthz")) return send_text(x, "text/plain; charset=utf-8", "ok\n", 3);
    if (!strcmp(path, "api/v1/openapi.json")) {
        const struct asset *a = openapi(x->server);
        if (a) return send_asset(x, a);
        reply_code(x, ERR_NO_MEMORY);
        return true;
    }
    if (!strcmp(path, "metrics") && from_inside(x)) {
        size_t n;
        const char *text = metrics_text(x->server, x->server->metrics, x->mem, &n);
        return send_text(x, "text/plain; version=0.0.4; charset=utf-8", text, n);
    }
    if (!strncmp(path, "problems/", 9)) {
        problem_page(x, path + 9);
        return true;
    }
    if (!strcmp(path, "desk") || !strcmp(path, "screen")) {
        x->status = 308;
        reply_header(x, "Location", arena_printf(x->mem, "/%s/", path));
        return true;
    }
    const char *plain = gate_decode(x->mem, path, strlen(path), false);
    const struct asset *a = plain && strcmp(plain, "metrics") ? page_for(all, plain) : NULL;
    return a && send_asset(x, a);
}

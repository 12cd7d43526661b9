/* Dispatch: what is the same for every request stands here once. On the loop: the route, the
 * limits, what can be answered from memory. On a worker: input, transaction, who and whether they
 * may, idempotency, the handler, audit, commit, reply. */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "http/health.h"
#include "http/inside.h"
#include "kernel/date.h"
#include "kernel/id.h"
#include "kernel/memory.h"

enum {
    ATTEMPTS = 8, /* of a handler the database asks to run again */
    BACKOFF_FIRST_US = 500,
    BODY_TIMES = 24, /* what a body of many small JSON values takes as a tree */
};

static const char api_prefix[] = "/api/v1";

/* ---- on the loop ---- */

static enum head_verdict refuse(struct exchange *x, enum err_code code)
{
    reply_code(x, code);
    x->close = x->close || x->gate.length > 0 || x->gate.chunked;
    return HEAD_ANSWERED;
}

static bool known_method(const char *m)
{
    static const char *const others[] = { "HEAD", "OPTIONS", "TRACE", "CONNECT", NULL };
    for (int i = 0; others[i]; i++)
        if (!strcmp(m, others[i])) return true;
    return method_index(m) >= 0;
}

static enum head_verdict answer_options(struct exchange *x, const char *allow)
{
    x->status = 204;
    reply_header(x, "Allow", allow);
    return HEAD_READ_BODY;
}

/* "text/csv; charset=utf-8" is text/csv; `types` may list several, separated by ", ". */
static bool media_type_is(const char *given, const char *types)
{
    size_t n = strcspn(given, "; \t");
    for (const char *p = types; *p;) {
        p += strspn(p, ", ");
        size_t len = strcspn(p, ", ");
        if (len == n && !strncasecmp(p, given, n)) return true;
        p += len;
    }
    return false;
}

static enum err_code check_media(const struct exchange *x)
{
    bool has_body = x->gate.chunked || x->gate.length;
    const char *type = gate_find(&x->gate, "content-type");
    const char *coding = gate_find(&x->gate, "content-encoding");
    if (coding && strcasecmp(coding, "identity")) return ERR_MEDIA_TYPE;
    if (!has_body || !x->at->type) return ERR_NONE;
    return type && media_type_is(type, x->at->type) ? ERR_NONE : ERR_MEDIA_TYPE;
}

static enum head_verdict route(struct exchange *x)
{
    const char *path = x->gate.path + sizeof api_prefix - 1;
    x->node = routes_find(x->server->routes, x->mem, path, x->params);
    int m = method_index(x->head ? "GET" : x->gate.method);
    const struct endpoint *at = x->node && m >= 0 ? x->node->methods[m] : NULL;
    bool cached = at && (at->route->flags & ROUTE_CACHE); /* exchange_ready sees what it costs */
    if (!cached && !rate_ok(x, false)) return HEAD_ANSWERED;
    if (!x->node) return refuse(x, ERR_NOT_FOUND);
    if (!strcmp(x->gate.method, "OPTIONS")) return answer_options(x, x->node->allow);
    x->at = at;
    if (!x->at) {
        enum head_verdict v = refuse(x, ERR_METHOD);
        reply_header(x, "Allow", x->node->allow);
        return v;
    }
    enum err_code media = check_media(x);
    if (media) return refuse(x, media);
    x->body.max = x->at->raw ? LIMIT_RAW_BODY_BYTES : LIMIT_BODY_BYTES;
    if (x->gate.length > (int64_t)x->body.max) return refuse(x, ERR_TOO_LARGE);
    return HEAD_READ_BODY;
}

enum head_verdict exchange_head(struct exchange *x)
{
    x->head = !strcmp(x->gate.method, "HEAD");
    x->close = x->close || !x->gate.keep_alive;
    x->lang = lang_of(gate_find(&x->gate, "accept-language"));
    x->body = buf_in(x->mem, LIMIT_BODY_BYTES);
    if (!known_method(x->gate.method)) return refuse(x, ERR_NOT_IMPLEMENTED);
    if (*x->gate.path == '*') {
        if (!strcmp(x->gate.method, "OPTIONS"))
            return answer_options(x, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
        return refuse(x, ERR_MALFORMED);
    }
    if (!strncmp(x->gate.path, api_prefix, sizeof api_prefix - 1) &&
        (x->gate.path[sizeof api_prefix - 1] == '/' || !x->gate.path[sizeof api_prefix - 1])) {
        if (!strcmp(x->gate.path, "/api/v1/openapi.json")) return HEAD_READ_BODY;
        return route(x);
    }
    if (x->gate.length > 0 || x->gate.chunked) x->body.max = 4096; /* nobody sends pages a body */
    return HEAD_READ_BODY;
}

bool exchange_ready(struct exchange *x)
{
    if (x->status) return true; /* OPTIONS */
    if (!x->at && !strcmp(x->gate.path, "/readyz") && (x->head || !strcmp(x->gate.method, "GET")))
        return health_answer(x);
    if (!x->at) {
        if (!assets_answer(x)) reply_code(x, ERR_NOT_FOUND);
        return true;
    }
    if (x->at->route->flags & ROUTE_CACHE) {
        if (!rate_ok(x, true) || cache_answer(x) || !rate_ok(x, false)) return true;
    }
    if (queue_push(x->server, x)) return false;
    reply_code(x, ERR_BUSY);
    return true;
}

/* ---- on a worker ---- */

struct mark {
    bool done;
    const struct err *e;
};

static void mark_end(void *arg, const struct err *e)
{
    struct mark *m = arg;
    m->done = true;
    m->e = e;
}

/* Rolls back, or ends a read: both are immediate. */
static const struct err *end_now(struct exchange *x, bool commit)
{
    struct mark m = { 0 };
    tx_end(&x->r, commit, mark_end, &m);
    if (!m.done) BUG("a transaction that wrote nothing ended later");
    return m.e;
}

static void leave_in_flight(struct exchange *x)
{
    if (x->in_flight) inflight_leave(x->server, x->in_flight);
    x->in_flight = 0;
}

/* A write is answered when two things are through: its commit, on the committer's thread or this one, and the
 * compression of its answer, on the worker's, which has let the next one write before it compresses. The second
 * of the two comes here; until then the arena is the worker's. */
static void half_done(struct exchange *x)
{
    struct server *s = x->server;
    if (atomic_fetch_add(&x->halves, 1) == 0) return;
    if (x->end) {
        reply_err(x, x->end);
    } else {
        cache_bump(s->cache, x->village);
        server_publish(s, x->topics);
    }
    leave_in_flight(x);
    loop_reply(x); /* x may be gone */
    commit_done(s);
}

/* The data is durable, or it is not. */
static void committed(void *arg, const struct err *e)
{
    struct exchange *x = arg;
    x->end = e;
    half_done(x);
}

static void hand_over(struct exchange *x)
{
    atomic_store(&x->halves, 0);
    commit_handed(x->server);
    tx_end(&x->r, true, committed, x);
    if (memory_has(x->reply_n * 4)) reply_compress(x); /* it is written: the answer leaves in any case */
    half_done(x);
}

static uint64_t key_in_flight(const struct exchange *x)
{
    const char *cookie = http_cookie(&x->r, "shanzhi_session");
    const char *who = cookie ? cookie : gate_find(&x->gate, "authorization");
    uint64_t h = hash64(x->idem_key, strlen(x->idem_key), 1);
    h = who ? hash64(who, strlen(who), h) : hash64(x->address, strlen(x->address), h);
    return h ? h : 1;
}

/* Reads the Idempotency-Key, if the route wants one. */
static const struct err *idem_read(struct exchange *x)
{
    const char *s = gate_find(&x->gate, "idempotency-key");
    if (!x->at->idem) return NULL;
    if (s && idem_key_of(s, x->mem, &x->idem_key)) return NULL;
    struct err *e = err_new(x->mem, ERR_INVALID, NULL);
    if (s)
        err_finding(x->mem, e, "Idempotency-Key", "请写成带双引号的字符串。",
                    "must be a string in double quotes");
    else err_finding(x->mem, e, "Idempotency-Key", "缺少请求编号。", "is required");
    return e;
}

/* What must be the same when a key comes again. */
static void idem_hash(struct exchange *x)
{
    const char *parts[] = { x->gate.method, x->gate.path, x->gate.query ? x->gate.query : "" };
    crypto_hash_sha256_state c;
    crypto_hash_sha256_init(&c);
    for (int i = 0; i < 3; i++)
        crypto_hash_sha256_update(&c, (const unsigned char *)parts[i], strlen(parts[i]) + 1);
    crypto_hash_sha256_update(&c, (const unsigned char *)x->body.p, x->body.n);
    crypto_hash_sha256_final(&c, x->idem_hash);
}

static const struct err *guards(struct exchange *x)
{
    const struct route *route = x->at->route;
    const struct guard *g = x->server->guard;
    bool credentials = gate_find(&x->gate, "cookie") || gate_find(&x->gate, "authorization");
    if (route->flags & ROUTE_CACHE) return NULL; /* the same for everybody */
    if (g && credentials) {
        const struct err *e = g->identify(&x->r, route);
        rate_remember(x);
        if (e && !(route->allow == PERM_PUBLIC && e->code == ERR_SIGN_IN)) return e;
    }
    if (route->allow == PERM_PUBLIC) return NULL;
    if (!x->r.who) return err_new(x->mem, ERR_SIGN_IN, NULL);
    return g->allow(&x->r, route->allow, x->village);
}

/* The answer a handler gave, as bytes. */
static const struct err *encode(struct exchange *x)
{
    const struct route *route = x->at->route;
    struct req *r = &x->r;
    x->status = route->flags & ROUTE_CREATED ? 201 : 200;
    if (x->file || x->subscribe) return NULL;
    if (!route->out || !r->out) {
        if (route->out) BUG("%s %s: no answer", route->method, route->path);
        if (x->status == 200) x->status = 204;
        return NULL;
    }
    struct buf b = buf_in(x->mem, LIMIT_REPLY_BYTES);
    struct json j = json_to(&b);
    if (route->flags & ROUTE_PAGE) {
        const struct page *p = r->out;
        json_object(&j);
        json_key(&j, "rows");
        json_array(&j);
        const char *row = p->rows.items;
        for (size_t i = 0; i < p->rows.n; i++)
            json_record(&j, route->out, row + i * route->out->size, false);
        json_end(&j);
        json_key(&j, "next");
        json_text(&j, p->next);
        json_key(&j, "total");
        if (p->total == NONE) json_null(&j);
        else json_int(&j, p->total);
        json_end(&j);
    } else {
        json_record(&j, route->out, r->out, false);
    }
    if (b.over) return err_new(x->mem, ERR_TOO_LARGE, NULL);
    x->type = "application/json";
    x->reply = b.p;
    x->reply_n = b.n;
    return NULL;
}

/* <…?after=…>; rel="next", the other parameters as they came. */
static void link_next(struct exchange *x)
{
    const struct page *p = x->r.out;
    if (!p->next) return;
    struct buf b = buf_in(x->mem, 16 * 1024);
    buf_printf(&b, "<%s?", x->gate.path);
    for (const char *q = x->gate.query; q && *q;) {
        size_t n = strcspn(q, "&");
        if (n && strncmp(q, "after=", 6)) {
            buf_add(&b, q, n);
            buf_putc(&b, '&');
        }
        q += n + (q[n] == '&');
    }
    buf_printf(&b, "after=%s>; rel=\"next\"", p->next);
    reply_header(x, "Link", b.p);
}

static void tag(struct exchange *x)
{
    const struct field *f = x->at->etag;
    if (x->at->route->flags & ROUTE_PAGE) link_next(x);
    if (!f || !x->r.out) return;
    const char *at = (const char *)x->r.out + f->at;
    const char *value = f->kind == K_TEXT ? *(const char *const *)at : NULL;
    int64_t n = f->kind == K_TEXT ? 0 : *(const int64_t *)at;
    if (n == NONE || (f->kind == K_TEXT && !value)) return;
    const char *etag = value ? value : arena_printf(x->mem, "%" PRId64, n);
    reply_header(x, "ETag", arena_printf(x->mem, "\"%s\"", etag));
    if (x->at->write) return;
    reply_header(x, "Cache-Control", "private, no-cache");
    const char *have = gate_find(&x->gate, "if-none-match");
    if (have && etag_matches(have, etag)) x->status = 304;
}

static const char *audit_body(struct exchange *x)
{
    struct buf b = buf_in(x->mem, LIMIT_BODY_BYTES);
    struct json j = json_to(&b);
    if (!x->at->route->in || x->at->raw) return NULL;
    json_record(&j, x->at->route->in, x->r.in, true);
    return b.over ? NULL : b.p;
}

#define TYPE_LINE "Content-Type"

/* Headers that a replay must give again, the type first: a sheet of paper is no JSON the second time either. */
static const char *stored_headers(struct exchange *x)
{
    struct buf b = buf_in(x->mem, 8 * 1024);
    if (x->type) buf_printf(&b, TYPE_LINE ": %s\n", x->type);
    for (const struct header_line *h = x->headers; h; h = h->next)
        if (strncmp(h->name, "RateLimit", 9) && strcasecmp(h->name, "set-cookie"))
            buf_printf(&b, "%s: %s\n", h->name, h->value);
    return b.p;
}

/* Audit row and stored reply, in the handler's transaction. */
static const struct err *seal_write(struct exchange *x)
{
    const struct route *route = x->at->route;
    const struct guard *g = x->server->guard;
    if (!g || route->tx != TX_WRITE) return NULL;
    if (!(route->flags & ROUTE_QUIET)) TRY(g->audit(&x->r, route, x->status, audit_body(x)));
    if (!x->idem_key) return NULL;
    struct stored_reply stored = {
        .status = x->status, .headers = stored_headers(x), .body = x->reply, .body_n = x->reply_n
    };
    return g->idem_finish(&x->r, x->idem_key, &stored);
}

static void replay(struct exchange *x, const struct stored_reply *s)
{
    x->status = s->status;
    x->reply = s->body;
    x->reply_n = s->body ? s->body_n : 0;
    x->type = NULL;
    for (const char *p = s->headers; p && *p;) {
        size_t n = strcspn(p, "\n"), at = strcspn(p, ":");
        if (at + 2 <= n) {
            const char *name = arena_strndup(x->mem, p, at), *value = arena_strndup(x->mem, p + at + 2, n - at - 2);
            if (!strcmp(name, TYPE_LINE)) x->type = value;
            else reply_header(x, name, value);
        }
        p += n + (p[n] == '\n');
    }
    reply_header(x, "Idempotency-Replayed", "true");
}

enum outcome { OUT_ANSWERED, OUT_AGAIN, OUT_HAND_OVER };

/* Ends a request that failed: usually nothing has happened; with `keep` what it wrote stays. */
static enum outcome ended_badly(struct exchange *x, const struct err *e)
{
    if (!x->r.keep || x->at->route->tx != TX_WRITE) {
        const struct err *end = end_now(x, false);
        (void)end; /* the first error says more */
        reply_err(x, e);
        return OUT_ANSWERED;
    }
    reply_err(x, e);
    const struct guard *g = x->server->guard;
    const struct err *kept = NULL;
    if (g && !(x->at->route->flags & ROUTE_QUIET)) kept = g->audit(&x->r, x->at->route, x->status, audit_body(x));
    if (!kept) kept = tx_confirm(&x->r);
    if (!kept) return OUT_HAND_OVER;
    const struct err *end = end_now(x, false);
    (void)end;
    if (kept->code != ERR_RETRY) return OUT_ANSWERED;
    reply_reset(x);
    return OUT_AGAIN;
}

static const struct err *handle(struct exchange *x, const struct err *invalid, bool bad_path,
                                struct stored_reply **again)
{
    const struct route *route = x->at->route;
    if (bad_path && route->allow == PERM_PUBLIC) return invalid;
    TRY(guards(x));
    if (invalid) return invalid;
    if (x->idem_key && x->server->guard) {
        TRY(x->server->guard->idem_begin(&x->r, route, x->idem_key, x->idem_hash, again));
        if (*again) return NULL;
    }
    return route->run(&x->r);
}

static enum outcome attempt(struct exchange *x, void *in, const struct err *invalid, bool bad_path)
{
    const struct route *route = x->at->route;
    struct db *db = x->r.db;
    struct stored_reply *again = NULL;
    x->r = (struct req){ .mem = x->mem,
                         .db = db,
                         .now = clock_now(),
                         .lang = x->lang,
                         .id = x->id,
                         .in = in,
                         .http = x,
                         .village = x->village,
                         .audit_subject = NONE,
                         .audit_village = NONE };
    x->r.today = date_of_instant(x->r.now);
    /* Input that is refused anyway does not take the writer's turn. */
    enum tx mode = invalid && route->tx == TX_WRITE ? TX_READ : route->tx;
    bool opened = mode != TX_NONE;
    if (!opened && route->allow != PERM_PUBLIC) {
        const struct err *e = tx_begin(&x->r, TX_READ);
        if (!e) {
            e = guards(x);
            const struct err *end = end_now(x, false);
            e = e ? e : end;
        }
        if (!e && invalid) e = invalid;
        if (e) {
            if (e->code == ERR_RETRY) return OUT_AGAIN;
            reply_err(x, e);
            return OUT_ANSWERED;
        }
    }
    const struct err *e = opened ? tx_begin(&x->r, mode) : NULL;
    if (e) {
        if (e->code == ERR_RETRY) return OUT_AGAIN;
        reply_err(x, e);
        return OUT_ANSWERED;
    }
    if (!opened) e = invalid ? invalid : route->run(&x->r);
    else e = handle(x, invalid, bad_path, &again);
    if (!e && !again) e = encode(x);
    if (!e && !again) {
        tag(x);
        if (mode == TX_WRITE) e = seal_write(x);
        if (!e) e = tx_confirm(&x->r); /* here it can still run again */
    }
    if (e && e->code == ERR_RETRY) {
        if (opened) (void)end_now(x, false);
        reply_reset(x);
        return OUT_AGAIN;
    }
    if (e && !opened) {
        reply_err(x, e);
        return OUT_ANSWERED;
    }
    if (e) return ended_badly(x, e);
    if (again) replay(x, again);
    if (mode != TX_WRITE || again) {
        const struct err *end = opened ? end_now(x, false) : NULL;
        if (end && end->code != ERR_NONE) reply_err(x, end);
        return OUT_ANSWERED;
    }
    return OUT_HAND_OVER;
}

static void back_off(int n)
{
    uint16_t dice;
    random_bytes(&dice, sizeof dice);
    long us = BACKOFF_FIRST_US << n;
    us = us / 2 + dice % us;
    nanosleep(&(struct timespec){ .tv_nsec = us * 1000 }, NULL);
}

/* Encodes the reply for the way out. What the cache keeps is made under a hold: it has locks. */
static void pack(struct exchange *x)
{
    bool keep = (x->at->route->flags & ROUTE_CACHE) && x->status == 200;
    if (!keep || !memory_has(x->reply_n * 4)) {
        reply_compress(x);
        return;
    }
    arena_hold();
    cache_store(x);
    arena_let_go();
}

static void answer(struct exchange *x)
{
    leave_in_flight(x);
    loop_reply(x);
}

static int64_t village_of(const struct exchange *x, const void *in)
{
    const struct field *f = x->at->village;
    return f ? *(const int64_t *)((const char *)in + f->at) : NONE;
}

struct running { struct exchange *x; enum outcome outcome; };

/* The whole of a request's work, up to a commit or a finished reply. */
static void work(void *arg)
{
    struct running *w = arg;
    struct exchange *x = w->x;
    const struct record *rec = x->at->route->in;
    void *in = arena_alloc(x->mem, rec ? rec->size : 1);
    bool bad_path = false;
    if (x->body.n && !memory_make_room(x->body.n * BODY_TIMES)) arena_exhausted(x->body.n);
    const struct err *invalid =
        rec || x->gate.query || x->body.n ? bind_input(x, in, &bad_path) : NULL;
    const struct err *idem = idem_read(x);
    if (idem && (!invalid || invalid->code == ERR_PRECONDITION)) invalid = idem;
    x->village = bad_path ? NONE : village_of(x, in);
    x->generation = cache_generation(x->server->cache, x->village);
    w->outcome = OUT_ANSWERED;
    if (x->idem_key && !invalid) {
        uint64_t key = key_in_flight(x);
        if (!inflight_enter(x->server, key)) {
            struct err *e = err_new(x->mem, ERR_IN_PROGRESS, NULL);
            e->retry_after_s = 1;
            reply_err(x, e);
            return;
        }
        x->in_flight = key;
        idem_hash(x); /* here, so that the turn to write is not kept for it */
    }
    for (int i = 0; i < ATTEMPTS; i++) {
        w->outcome = attempt(x, in, invalid, bad_path);
        if (w->outcome == OUT_HAND_OVER) return;
        if (w->outcome == OUT_ANSWERED) {
            pack(x);
            return;
        }
        back_off(i);
    }
    w->outcome = OUT_ANSWERED;
    reply_code(x, ERR_BUSY);
}

/* The memory did not suffice: nothing has happened, and the reply has room where the work was. */
static void give_up(struct exchange *x, const struct arena_mark *before)
{
    static const struct err e = { .code = ERR_NO_MEMORY, .retry_after_s = 5 };
    x->r.mem = x->mem; /* it may have been another one for a while */
    tx_abandon(&x->r);
    log_warn("http", "a request needs more memory than there is", LS("path", x->gate.path),
             LI("bytes", x->mem->total - before->total));
    arena_back(x->mem, before);
    x->idem_key = NULL;
    reply_err(x, &e);
}

void exchange_run(struct exchange *x, struct db *db)
{
    x->r.db = db;
    x->r.http = x;
    struct running w = { .x = x };
    struct arena_mark before = arena_mark(x->mem);
    if (!arena_try(work, &w)) give_up(x, &before);
    else if (w.outcome == OUT_HAND_OVER) {
        hand_over(x); /* x may be gone already */
        return;
    }
    answer(x);
}

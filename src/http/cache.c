/* Answers of ROUTE_CACHE kept in memory. An entry holds as long as nothing was written to its
 * village by this server (a generation per village, counted up before the writer is answered, so
 * whoever wrote sees it) and for at most a second, which bounds what another server or the CLI has
 * written meanwhile. When the second is over, one request computes the answer anew and the others
 * still get the old one for a moment, so a popular board costs one query a second.
 */
#include <stdlib.h>
#include <string.h>

#include "http/inside.h"
#include "kernel/date.h"

enum {
    ROWS = 1024,
    VILLAGES = 4096, /* counters; two villages may share one: that only costs a query */
    FRESH_US = 1000 * 1000,
    STALE_US = 2000 * 1000,   /* while one request computes it anew */
    ENTRY_BYTES = 512 * 1024, /* larger answers are not kept */
    TOTAL_BYTES = 32 * 1024 * 1024,
};

struct cached {
    struct arena mem; /* the entry itself lives in it */
    _Atomic int users;
    uint64_t key;
    char *name; /* what it answers, whole: keys may collide */
    uint32_t generation;
    int64_t village, made_us;
    bool renewing;
    struct bytes body[3]; /* by coding */
    const char *type, *etag, *extra;
};
struct row {
    pthread_mutex_t lock;
    struct cached *entry;
};
struct cache {
    struct row rows[ROWS];
    _Atomic uint32_t generations[VILLAGES];
    _Atomic uint32_t any; /* every write: for answers that belong to no village */
    _Atomic size_t bytes;
};

struct cache *cache_new(struct arena *mem)
{
    struct cache *c = arena_new(mem, struct cache);
    for (int i = 0; i < ROWS; i++) pthread_mutex_init(&c->rows[i].lock, NULL);
    return c;
}

void cache_release(struct cached *e)
{
    if (atomic_fetch_sub(&e->users, 1) != 1) return;
    struct arena mem = e->mem;
    arena_clear(&mem);
}

void cache_clear(struct cache *c)
{
    for (int i = 0; i < ROWS; i++) {
        if (c->rows[i].entry) cache_release(c->rows[i].entry);
        c->rows[i].entry = NULL;
        pthread_mutex_destroy(&c->rows[i].lock);
    }
}

size_t cache_bytes(const struct cache *c)
{
    return atomic_load(&c->bytes);
}

static _Atomic uint32_t *counter(struct cache *c, int64_t village)
{
    return &c->generations[hash64(&village, sizeof village, 7) % VILLAGES];
}

uint32_t cache_generation(struct cache *c, int64_t village)
{
    return atomic_load(village == NONE ? &c->any : counter(c, village));
}

/* A write that names no village may concern any of them. */
void cache_bump(struct cache *c, int64_t village)
{
    atomic_fetch_add(&c->any, 1);
    if (village != NONE) atomic_fetch_add(counter(c, village), 1);
    for (int i = 0; village == NONE && i < VILLAGES; i++) atomic_fetch_add(&c->generations[i], 1);
}

static char *name_of(struct exchange *x)
{
    return arena_printf(x->mem, "%d %s?%s", (int)x->lang, x->gate.path,
                        x->gate.query ? x->gate.query : "");
}

static void use(struct exchange *x, struct cached *e)
{
    int coding =
        e->body[CODING_GZIP].p ? coding_of(gate_find(&x->gate, "accept-encoding")) : CODING_NONE;
    x->cached = e;
    x->status = 200;
    x->type = e->type;
    x->reply = e->body[coding].p;
    x->reply_n = e->body[coding].n;
    x->coding = (typeof(x->coding))coding;
    reply_header(x, "ETag", arena_printf(x->mem, "\"%s\"", e->etag));
    reply_header(x, "Cache-Control", "public, max-age=0, must-revalidate");
    if (e->extra) reply_header(x, "Link", e->extra);
    const char *have = gate_find(&x->gate, "if-none-match");
    if (have && etag_matches(have, e->etag)) x->status = 304;
}

/* On the loop. The village is known only after binding, so an entry remembers its own. */
bool cache_answer(struct exchange *x)
{
    struct cache *c = x->server->cache;
    const char *name = name_of(x);
    uint64_t key = hash64(name, strlen(name), 0);
    struct row *row = &c->rows[key % ROWS];
    pthread_mutex_lock(&row->lock);
    struct cached *e = row->entry;
    if (e && e->key == key && !strcmp(e->name, name) &&
        e->generation == cache_generation(c, e->village)) {
        int64_t age = clock_monotonic_us() - e->made_us;
        if (age > STALE_US || (age > FRESH_US && !e->renewing)) {
            e->renewing = true; /* this request computes it */
            e = NULL;
        }
    } else {
        e = NULL;
    }
    if (e) atomic_fetch_add(&e->users, 1);
    pthread_mutex_unlock(&row->lock);
    if (!e) return false;
    use(x, e);
    return true;
}

static const char *header_value(const struct exchange *x, const char *name)
{
    for (const struct header_line *h = x->headers; h; h = h->next)
        if (!strcmp(h->name, name)) return h->value;
    return NULL;
}

static struct cached *entry_new(struct exchange *x)
{
    struct arena mem = { 0 };
    struct cached *e = arena_new(&mem, struct cached);
    e->name = arena_strdup(&mem, name_of(x));
    e->key = hash64(e->name, strlen(e->name), 0);
    e->generation = x->generation;
    e->village = x->village;
    e->made_us = clock_monotonic_us();
    e->type = arena_strdup(&mem, x->type);
    e->extra = arena_strdup(&mem, header_value(x, "Link"));
    e->body[CODING_NONE] = (struct bytes){ arena_copy(&mem, x->reply, x->reply_n), x->reply_n };
    if (x->reply_n > 1024 &&
        (!compress_gzip(&mem, x->reply, x->reply_n, &e->body[CODING_GZIP]) ||
         !compress_br(&mem, x->reply, x->reply_n, &e->body[CODING_BR])))
        e->body[CODING_GZIP] = e->body[CODING_BR] = (struct bytes){ 0 };
    e->etag =
        arena_printf(&mem, "%016llx", (unsigned long long)hash64(x->reply, x->reply_n, x->lang));
    atomic_store(&e->users, 2); /* the table's and this exchange's */
    e->mem = mem;
    return e;
}

/* On the worker, with the encoded answer; also makes it this exchange's reply. */
void cache_store(struct exchange *x)
{
    struct cache *c = x->server->cache;
    struct cached *e = entry_new(x);
    struct row *row = &c->rows[e->key % ROWS];
    bool keep = x->reply_n <= ENTRY_BYTES;
    pthread_mutex_lock(&row->lock);
    struct cached *old = row->entry;
    size_t gone = old ? old->mem.total : 0;
    keep = keep && atomic_load(&c->bytes) - gone + e->mem.total <= TOTAL_BYTES;
    row->entry = keep ? e : NULL;
    atomic_fetch_add(&c->bytes, (keep ? e->mem.total : 0) - gone);
    pthread_mutex_unlock(&row->lock);
    if (old) cache_release(old);
    if (!keep) cache_release(e);
    x->headers = NULL;
    x->headers_end = &x->headers;
    use(x, e);
}

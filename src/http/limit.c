/* Limits per address, and the Idempotency-Keys at work. Fixed tables under striped locks: an
 * attacker with many addresses cannot make them grow; when a row is full, its oldest entry makes
 * room. */
#include <string.h>

#include "http/inside.h"
#include "kernel/date.h"

enum { STRIPES = 64, WAYS = 32, WINDOW_S = 60, PROBES = 64 };

struct address {
    char name[46];
    int connections;
    int used;       /* requests in this window */
    int64_t window; /* when it began, seconds */
};
struct stripe {
    pthread_mutex_t lock;
    struct address at[WAYS];
};
struct limiter {
    int per_minute;
    struct stripe stripes[STRIPES];
};

/* FNV-1a with a finishing mix: spreads, does not hide. */
uint64_t hash64(const void *p, size_t n, uint64_t seed)
{
    uint64_t h = seed ^ UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < n; i++)
        h = (h ^ ((const unsigned char *)p)[i]) * UINT64_C(0x100000001b3);
    h ^= h >> 32;
    h *= UINT64_C(0x9e3779b97f4a7c15);
    return h ^ (h >> 29);
}

struct limiter *limiter_new(struct arena *mem, int per_minute)
{
    struct limiter *l = arena_new(mem, struct limiter);
    l->per_minute = per_minute;
    for (int i = 0; i < STRIPES; i++) pthread_mutex_init(&l->stripes[i].lock, NULL);
    return l;
}

static struct stripe *stripe_of(struct limiter *l, const char *address)
{
    return &l->stripes[hash64(address, strlen(address), 0) % STRIPES];
}

/* The entry of an address, made if absent; NULL when the row is full of live connections. */
static struct address *entry(struct stripe *s, const char *address)
{
    struct address *oldest = NULL;
    for (int i = 0; i < WAYS; i++) {
        struct address *a = &s->at[i];
        if (!strcmp(a->name, address)) return a;
        if (!a->connections && (!oldest || a->window < oldest->window)) oldest = a;
    }
    if (!oldest) return NULL;
    *oldest = (struct address){ .connections = 0 };
    memcpy(oldest->name, address, strlen(address) + 1);
    return oldest;
}

bool limiter_request(struct limiter *l, const char *address, struct rate *out)
{
    *out = (struct rate){ 0 };
    if (l->per_minute <= 0) return true;
    int64_t now = clock_monotonic_us() / 1000000;
    struct stripe *s = stripe_of(l, address);
    pthread_mutex_lock(&s->lock);
    struct address *a = entry(s, address);
    bool ok = true;
    *out = (struct rate){ .limit = l->per_minute, .left = 0, .reset_s = 1 };
    if (a) {
        if (!a->window || now - a->window >= WINDOW_S) {
            a->window = now;
            a->used = 0;
        }
        ok = a->used < l->per_minute;
        if (ok) a->used++;
        out->left = l->per_minute - a->used;
        out->reset_s = (int)(WINDOW_S - (now - a->window));
    }
    pthread_mutex_unlock(&s->lock);
    return ok;
}

bool limiter_connect(struct limiter *l, const char *address)
{
    struct stripe *s = stripe_of(l, address);
    pthread_mutex_lock(&s->lock);
    struct address *a = entry(s, address);
    bool ok = a && a->connections < LIMIT_CONNECTIONS_PER_ADDRESS;
    if (ok) a->connections++;
    pthread_mutex_unlock(&s->lock);
    return ok;
}

void limiter_leave(struct limiter *l, const char *address)
{
    struct stripe *s = stripe_of(l, address);
    pthread_mutex_lock(&s->lock);
    struct address *a = entry(s, address);
    if (!a || a->connections < 1) BUG("%s left without having come", address);
    a->connections--;
    pthread_mutex_unlock(&s->lock);
}

/* ---- Idempotency-Keys being handled by this process ---- */

bool inflight_enter(struct server *s, uint64_t key)
{
    pthread_mutex_lock(&s->in_flight_lock);
    uint64_t *free_at = NULL;
    bool there = false;
    for (uint64_t i = 0; i < PROBES && !there; i++) {
        uint64_t *at = &s->in_flight[(key + i) % IN_FLIGHT];
        there = *at == key;
        if (!*at && !free_at) free_at = at;
    }
    if (!there && free_at) *free_at = key; /* no room: the database's key still guards */
    pthread_mutex_unlock(&s->in_flight_lock);
    return !there;
}

void inflight_leave(struct server *s, uint64_t key)
{
    pthread_mutex_lock(&s->in_flight_lock);
    for (uint64_t i = 0; i < PROBES; i++) {
        uint64_t *at = &s->in_flight[(key + i) % IN_FLIGHT];
        if (*at != key) continue;
        *at = 0;
        break;
    }
    pthread_mutex_unlock(&s->in_flight_lock);
}

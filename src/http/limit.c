/* Who may ask how often, and hold how much. Three allowances of requests a minute: an account's (all its
 * sessions share it), an address's for strangers, and an address's for answers from memory, which cost
 * next to nothing. A village behind one NAT shares only the last two.
 *
 * A loop knows no accounts: it finds the token among those that a worker recognised lately. So a token
 * that is wrong counts against the address it came from and makes no row anywhere.
 *
 * Requests are counted in fixed tables under striped locks: who has many addresses cannot make them grow;
 * when a row is full, its oldest entry makes room, which only forgives that one. What is held
 * (connections, streams) is counted exactly, in as many nodes as there are holders at most. Places in the
 * tables come from a keyed hash, so nobody can aim at another's row.
 */
#include <sodium.h>
#include <string.h>
#include <sys/resource.h>

#include "http/inside.h"
#include "kernel/date.h"

enum {
    STRIPES = 64,
    ROWS = 32,   /* of a stripe; with the ways: 16,384 allowances and 16,384 tokens, 0.8 MB */
    WAYS = 8,
    CHAINS = 64, /* of a stripe, for what is held */
    WINDOW_S = 60,
    PROBES = 64,
};

struct bucket { uint64_t key; int64_t window; int used; }; /* window: when it began, seconds */
struct known { uint64_t token, account; int64_t seen; };
struct holder { struct holder *next; uint64_t key; int n; };
struct stripe {
    pthread_mutex_t lock;
    struct bucket buckets[ROWS][WAYS];
    struct known known[ROWS][WAYS];
    struct holder *chains[CHAINS], *spare;
    struct arena mem; /* holders */
};
struct limiter {
    int per_minute[ALLOWANCES], held_max[HELD_KINDS];
    unsigned char secret[crypto_shorthash_KEYBYTES];
    _Atomic uint64_t refused[ALLOWANCES], refused_held[HELD_KINDS];
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

/* A quarter of the descriptors at most, so that one address cannot take them all. */
static int connections_max(void)
{
    struct rlimit l;
    if (getrlimit(RLIMIT_NOFILE, &l) || l.rlim_cur / 4 > LIMIT_CONNECTIONS_PER_ADDRESS)
        return LIMIT_CONNECTIONS_PER_ADDRESS;
    return (int)(l.rlim_cur / 4);
}

struct limiter *limiter_new(struct arena *mem, int address_per_minute, int account_per_minute)
{
    struct limiter *l = arena_new(mem, struct limiter);
    l->per_minute[BY_ADDRESS] = address_per_minute;
    l->per_minute[BY_ACCOUNT] = address_per_minute ? account_per_minute : 0;
    l->per_minute[FROM_MEMORY] = address_per_minute * LIMIT_CACHED_TIMES;
    l->held_max[HELD_CONNECTION] = connections_max();
    l->held_max[HELD_STREAM] = LIMIT_STREAMS_PER_ADDRESS;
    crypto_shorthash_keygen(l->secret);
    for (int i = 0; i < STRIPES; i++) pthread_mutex_init(&l->stripes[i].lock, NULL);
    return l;
}

void limiter_clear(struct limiter *l)
{
    for (int i = 0; i < STRIPES; i++) {
        arena_clear(&l->stripes[i].mem);
        pthread_mutex_destroy(&l->stripes[i].lock);
    }
}

/* ---- who ---- */

static uint64_t key_of(const struct limiter *l, const void *p, size_t n)
{
    uint64_t h;
    crypto_shorthash((unsigned char *)&h, p, n, l->secret);
    return h ? h : 1; /* 0 is an empty place */
}

size_t network_of(const char *address, unsigned char out[16])
{
    static const unsigned char nat64[12] = { 0x00, 0x64, 0xff, 0x9b };
    struct address a;
    if (!address_read(address, &a)) return 0;
    bool translated = a.n == 16 && !memcmp(a.bytes, nat64, sizeof nat64);
    memcpy(out, translated ? a.bytes + 12 : a.bytes, 16 - (translated ? 12 : 0));
    return a.n == 4 || translated ? 4 : 8;
}

uint64_t limiter_address(const struct limiter *l, const char *address)
{
    unsigned char network[16];
    size_t n = network_of(address, network);
    return n ? key_of(l, network, n) : key_of(l, address, strlen(address));
}

uint64_t limiter_token(const struct limiter *l, const char *token)
{
    return key_of(l, token, strlen(token));
}

static struct stripe *stripe_of(struct limiter *l, uint64_t key)
{
    return &l->stripes[key % STRIPES];
}

static struct known *known_in(struct stripe *s, uint64_t token)
{
    struct known *row = s->known[token / STRIPES % ROWS];
    for (int i = 0; i < WAYS; i++)
        if (row[i].token == token) return &row[i];
    return NULL;
}

uint64_t limiter_known(struct limiter *l, uint64_t token)
{
    struct stripe *s = stripe_of(l, token);
    pthread_mutex_lock(&s->lock);
    const struct known *k = known_in(s, token);
    uint64_t account = k ? k->account : 0;
    pthread_mutex_unlock(&s->lock);
    return account;
}

void limiter_know(struct limiter *l, uint64_t token, int64_t account, int64_t now_s)
{
    struct stripe *s = stripe_of(l, token);
    pthread_mutex_lock(&s->lock);
    struct known *k = known_in(s, token);
    if (!k) {
        struct known *row = s->known[token / STRIPES % ROWS];
        k = row;
        for (int i = 0; i < WAYS; i++)
            if (!row[i].token || row[i].seen < k->seen) k = &row[i];
    }
    *k = (struct known){ .token = token, .account = key_of(l, &account, sizeof account), .seen = now_s };
    pthread_mutex_unlock(&s->lock);
}

void limiter_forget(struct limiter *l, uint64_t token)
{
    struct stripe *s = stripe_of(l, token);
    pthread_mutex_lock(&s->lock);
    struct known *k = known_in(s, token);
    if (k) *k = (struct known){ 0 };
    pthread_mutex_unlock(&s->lock);
}

/* ---- how often ---- */

static struct bucket *bucket_in(struct stripe *s, uint64_t key)
{
    struct bucket *row = s->buckets[key / STRIPES % ROWS], *oldest = row;
    for (int i = 0; i < WAYS; i++) {
        if (row[i].key == key) return &row[i];
        if (row[i].window < oldest->window) oldest = &row[i];
    }
    *oldest = (struct bucket){ .key = key, .window = INT64_MIN / 2 };
    return oldest;
}

bool limiter_request(struct limiter *l, enum allowance kind, uint64_t who, int64_t now_s,
                     struct rate *out)
{
    static const char *const names[ALLOWANCES] = { "address", "account", "cached" };
    *out = (struct rate){ 0 };
    int most = l->per_minute[kind];
    if (most <= 0) return true;
    uint64_t key = who ^ (uint64_t)kind << 56; /* an address has two */
    if (!key) key = 1;
    struct stripe *s = stripe_of(l, key);
    pthread_mutex_lock(&s->lock);
    struct bucket *b = bucket_in(s, key);
    if (now_s - b->window >= WINDOW_S) {
        b->window = now_s;
        b->used = 0;
    }
    bool ok = b->used < most;
    if (ok) b->used++;
    *out = (struct rate){ .policy = names[kind],
                          .limit = most,
                          .left = most - b->used,
                          .reset_s = (int)(WINDOW_S - (now_s - b->window)) };
    pthread_mutex_unlock(&s->lock);
    if (!ok) atomic_fetch_add(&l->refused[kind], 1);
    return ok;
}

/* ---- how much at once ---- */

static struct holder **holder_at(struct stripe *s, uint64_t key)
{
    struct holder **at = &s->chains[key / STRIPES % CHAINS];
    while (*at && (*at)->key != key) at = &(*at)->next;
    return at;
}

bool limiter_hold(struct limiter *l, enum held kind, uint64_t who)
{
    uint64_t key = who ^ (uint64_t)kind << 56;
    struct stripe *s = stripe_of(l, key);
    pthread_mutex_lock(&s->lock);
    struct holder **at = holder_at(s, key), *h = *at;
    bool ok = (h ? h->n : 0) < l->held_max[kind];
    if (ok && !h) {
        h = s->spare;
        if (h) s->spare = h->next;
        else h = arena_new(&s->mem, struct holder);
        *h = (struct holder){ .key = key };
        *at = h;
    }
    if (ok) h->n++;
    pthread_mutex_unlock(&s->lock);
    if (!ok) atomic_fetch_add(&l->refused_held[kind], 1);
    return ok;
}

void limiter_release(struct limiter *l, enum held kind, uint64_t who)
{
    uint64_t key = who ^ (uint64_t)kind << 56;
    struct stripe *s = stripe_of(l, key);
    pthread_mutex_lock(&s->lock);
    struct holder **at = holder_at(s, key), *h = *at;
    if (!h) BUG("somebody left without having come");
    if (!--h->n) {
        *at = h->next;
        h->next = s->spare;
        s->spare = h;
    }
    pthread_mutex_unlock(&s->lock);
}

void limiter_stats(const struct limiter *l, struct limiter_stats *out)
{
    for (int i = 0; i < ALLOWANCES; i++) out->refused[i] = atomic_load(&l->refused[i]);
    for (int i = 0; i < HELD_KINDS; i++) out->refused_held[i] = atomic_load(&l->refused_held[i]);
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

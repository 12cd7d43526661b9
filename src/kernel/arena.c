/* Arena: a list of chunks, newest first; big requests get a chunk of their own. */
#include "kernel/arena.h"

#include <malloc.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/err.h"
#ifndef __wasm__
#include <setjmp.h>
#include <stdatomic.h>

#include "kernel/memory.h"
#endif

enum { CHUNK_BYTES = 16 * 1024 - 64, TRIM_BYTES = 32 * 1024 * 1024 };

struct arena_chunk {
    struct arena_chunk *next;
    size_t size;
    alignas(max_align_t) unsigned char bytes[];
};
struct arena_hook {
    struct arena_hook *next;
    void (*fn)(void *);
    void *arg;
};

#ifdef __wasm__ /* the page's engine: no limits, no threads; the loader reads what is logged */
_Noreturn void arena_exhausted(size_t n)
{
    BUG("out of memory (%zu bytes)", n);
}

static void *get(size_t size)
{
    void *p = malloc(size);
    if (!p) arena_exhausted(size);
    return p;
}
#else
/* Given up once, when malloc fails where nothing can be given up: loops, commits. */
enum { BALLAST_BYTES = 2 * 1024 * 1024 };
static _Atomic(void *) ballast;

struct attempt { jmp_buf at; struct attempt *outer; };
static _Thread_local struct attempt *trying;
static _Thread_local int holds;
static _Thread_local bool was_short;

bool arena_try(void (*fn)(void *), void *arg)
{
    struct attempt t = { .outer = trying };
    if (!atomic_load(&ballast)) {
        void *none = NULL, *p = malloc(BALLAST_BYTES);
        if (p && !atomic_compare_exchange_strong(&ballast, &none, p)) free(p);
    }
    if (_setjmp(t.at)) {
        trying = t.outer;
        return false;
    }
    trying = &t;
    fn(arg);
    trying = t.outer;
    return true;
}

void arena_hold(void)
{
    if (!holds++) was_short = false;
}

bool arena_short(void)
{
    return holds && was_short;
}

bool arena_let_go(void)
{
    holds--;
    return was_short;
}

_Noreturn void arena_exhausted(size_t n)
{
    if (trying && !holds) longjmp(trying->at, 1);
    fprintf(stderr, "out of memory (%zu bytes)\n", n);
    abort();
}

#ifdef SHANZHI_TESTING
static _Thread_local long fail_at;

void arena_fail_at(long n)
{
    fail_at = n;
}
#endif

/* A request stops before the limit, so that there is something left for who cannot. */
static void *get(size_t size)
{
    if (trying && memory_watch(size) && !(holds ? memory_has(size) : memory_make_room(size))) {
        if (!holds) arena_exhausted(size);
        was_short = true;
    }
    void *p = malloc(size);
    while (!p && !holds && memory_give_back()) p = malloc(size);
    if (p) return p;
    if (trying && !holds) arena_exhausted(size);
    was_short = true;
    free(atomic_exchange(&ballast, NULL));
    p = malloc(size);
    if (!p) arena_exhausted(size);
    return p;
}
#endif

#ifdef SHANZHI_TESTING
static _Thread_local long held;

long arena_held(void)
{
    return held;
}
#define HELD(n) (held += (n))
#else
#define HELD(n) ((void)0)
#endif

static struct arena_chunk *chunk_new(size_t size)
{
    struct arena_chunk *c = get(sizeof *c + size);
    c->size = size;
    HELD(1);
    return c;
}

static void chunk_free(struct arena_chunk *c)
{
    HELD(-1);
    free(c);
}

void *arena_alloc(struct arena *a, size_t n)
{
    const size_t align = alignof(max_align_t);
    if (n > SIZE_MAX / 2) arena_exhausted(n);
    n = (n + align - 1) & ~(align - 1);
#if defined(SHANZHI_TESTING) && !defined(__wasm__)
    if (fail_at && trying && !holds && !--fail_at) arena_exhausted(n);
#endif
    if (a->chunks && a->size - a->used >= n) {
        void *p = a->chunks->bytes + a->used;
        a->used += n;
        return memset(p, 0, n);
    }
    if (a->chunks && n > CHUNK_BYTES / 2) { /* its own chunk, behind the current one */
        struct arena_chunk *c = chunk_new(n);
        c->next = a->chunks->next;
        a->chunks->next = c;
        a->total += n;
        return memset(c->bytes, 0, n);
    }
    struct arena_chunk *c = chunk_new(n > CHUNK_BYTES ? n : CHUNK_BYTES);
    c->next = a->chunks;
    a->chunks = c;
    a->size = c->size;
    a->used = n;
    a->total += c->size;
    return memset(c->bytes, 0, n);
}

void *arena_alloc_array(struct arena *a, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes)) arena_exhausted(n);
    return arena_alloc(a, bytes);
}

void *arena_copy(struct arena *a, const void *p, size_t n)
{
    void *out = arena_alloc(a, n);
    if (n) memcpy(out, p, n);
    return out;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
    char *out = arena_alloc(a, n + 1);
    if (n) memcpy(out, s, n);
    return out;
}

char *arena_strdup(struct arena *a, const char *s)
{
    return s ? arena_strndup(a, s, strlen(s)) : NULL;
}

char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
    char small[256]; /* nearly all of them: formatted once */
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(small, sizeof small, fmt, ap);
    if (n < 0) BUG("format %s", fmt);
    if ((size_t)n < sizeof small) {
        va_end(again);
        return arena_strndup(a, small, (size_t)n);
    }
    char *out = arena_alloc(a, (size_t)n + 1);
    vsnprintf(out, (size_t)n + 1, fmt, again);
    va_end(again);
    return out;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char *out = arena_vprintf(a, fmt, ap);
    va_end(ap);
    return out;
}

void arena_on_clear(struct arena *a, void (*fn)(void *), void *arg)
{
    struct arena_hook *h = arena_new(a, struct arena_hook);
    *h = (struct arena_hook){ .next = a->hooks, .fn = fn, .arg = arg };
    a->hooks = h;
}

static void run_hooks(struct arena *a, const struct arena_hook *until)
{
    while (a->hooks != until) {
        struct arena_hook *h = a->hooks;
        a->hooks = h->next;
        h->fn(h->arg);
    }
}

/* An import of 100,000 rows holds hundreds of megabytes in small chunks, which malloc would keep. */
static void give_back(size_t freed)
{
#ifdef __GLIBC__
    if (freed >= TRIM_BYTES) malloc_trim(0);
#else
    (void)freed;
#endif
}

void arena_clear(struct arena *a)
{
    size_t total = a->total;
    run_hooks(a, NULL);
    while (a->chunks) {
        struct arena_chunk *next = a->chunks->next;
        chunk_free(a->chunks);
        a->chunks = next;
    }
    *a = (struct arena){ 0 };
    give_back(total);
}

void arena_reset(struct arena *a)
{
    size_t total = a->total;
    run_hooks(a, NULL);
    struct arena_chunk *keep = NULL;
    while (a->chunks) {
        struct arena_chunk *next = a->chunks->next;
        if (!keep && a->chunks->size == CHUNK_BYTES)
            keep = a->chunks;
        else
            chunk_free(a->chunks);
        a->chunks = next;
    }
    *a = (struct arena){ 0 };
    if (keep) {
        keep->next = NULL;
        *a = (struct arena){ .chunks = keep, .size = keep->size, .total = keep->size };
    }
    give_back(total);
}

static void clear_child(void *arg)
{
    arena_clear(arg);
}

struct arena *arena_child(struct arena *parent)
{
    struct arena *a = arena_new(parent, struct arena);
    arena_on_clear(parent, clear_child, a);
    return a;
}

struct arena_mark arena_mark(const struct arena *a)
{
    return (struct arena_mark){ .head = a->chunks,
                                .behind = a->chunks ? a->chunks->next : NULL,
                                .hooks = a->hooks,
                                .used = a->used,
                                .total = a->total };
}

static void free_until(struct arena_chunk *c, const struct arena_chunk *end)
{
    while (c != end) {
        struct arena_chunk *next = c->next;
        chunk_free(c);
        c = next;
    }
}

void arena_back(struct arena *a, const struct arena_mark *m)
{
    size_t freed = a->total - m->total;
    run_hooks(a, m->hooks);
    free_until(a->chunks, m->head);
    if (m->head) { /* big ones came in behind it */
        free_until(m->head->next, m->behind);
        m->head->next = m->behind;
    }
    *a = (struct arena){ .chunks = m->head,
                         .hooks = m->hooks,
                         .used = m->used,
                         .size = m->head ? m->head->size : 0,
                         .total = m->total };
    give_back(freed);
}

/* Arena: a list of chunks, newest first; big requests get a chunk of their own. */
#include "kernel/arena.h"

#include <malloc.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/err.h"

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

static void out_of_memory(size_t n)
{
#ifdef __wasm__
    BUG("out of memory (%zu bytes)", n); /* no stderr; the loader reads what is logged */
#endif
    fprintf(stderr, "out of memory (%zu bytes)\n", n);
    abort();
}

static struct arena_chunk *chunk_new(size_t size)
{
    struct arena_chunk *c = malloc(sizeof *c + size);
    if (!c) out_of_memory(size);
    c->size = size;
    return c;
}

void *arena_alloc(struct arena *a, size_t n)
{
    const size_t align = alignof(max_align_t);
    if (n > SIZE_MAX / 2) out_of_memory(n);
    n = (n + align - 1) & ~(align - 1);
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
    if (__builtin_mul_overflow(n, size, &bytes)) out_of_memory(n);
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

static void run_hooks(struct arena *a)
{
    while (a->hooks) {
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
    run_hooks(a);
    while (a->chunks) {
        struct arena_chunk *next = a->chunks->next;
        free(a->chunks);
        a->chunks = next;
    }
    *a = (struct arena){ 0 };
    give_back(total);
}

void arena_reset(struct arena *a)
{
    size_t total = a->total;
    run_hooks(a);
    struct arena_chunk *keep = NULL;
    while (a->chunks) {
        struct arena_chunk *next = a->chunks->next;
        if (!keep && a->chunks->size == CHUNK_BYTES)
            keep = a->chunks;
        else
            free(a->chunks);
        a->chunks = next;
    }
    *a = (struct arena){ 0 };
    if (keep) {
        keep->next = NULL;
        *a = (struct arena){ .chunks = keep, .size = keep->size, .total = keep->size };
    }
    give_back(total);
}

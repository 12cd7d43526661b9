/* For tests: a store with its tables in a folder of its own. Include it behind cmocka. */
#ifndef STORE_BENCH_H
#define STORE_BENCH_H
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/store.h"

struct bench { struct arena mem; struct store *s; char dir[64]; };

static inline struct bench *bench_new(void)
{
    struct bench *b = calloc(1, sizeof *b);
    snprintf(b->dir, sizeof b->dir, "/tmp/shanzhi-bench-XXXXXX");
    if (!mkdtemp(b->dir)) abort();
    return b;
}

/* In the folder, or in the PostgreSQL database (NULL: none). */
static inline void bench_open(struct bench *b, const char *database, const struct migration *m, size_t n)
{
    struct store_config c = { .database = database, .sessions = 2, .path = arena_printf(&b->mem, "%s/test.db", b->dir), .create = true };
    if (store_open(&b->mem, &c, &b->s) || store_migrate(b->s, &b->mem, m, n, NULL)) abort();
}

/* A teardown. */
static inline int bench_close(void **state)
{
    static const char *const files[] = { "test.db", "test.db-wal", "test.db-shm" };
    struct bench *b = *state;
    store_close(b->s);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) unlink(arena_printf(&b->mem, "%s/%s", b->dir, files[i]));
    rmdir(b->dir);
    arena_clear(&b->mem);
    free(b);
    return 0;
}
#endif

/* For tests: a store with its tables in a folder of its own, and what is asked of it. Include it behind cmocka. */
#ifndef STORE_BENCH_H
#define STORE_BENCH_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/store.h"

struct bench { struct arena mem; struct store *s; struct store_config config; char dir[64]; };

static inline struct bench *bench_new(void)
{
    struct bench *b = calloc(1, sizeof *b);
    snprintf(b->dir, sizeof b->dir, "/tmp/shanzhi-bench-XXXXXX");
    if (!mkdtemp(b->dir)) abort();
    return b;
}

static inline const struct err *bench_fresh_schema(struct req *r, void *name)
{
    TRY(db_exec_(r, arena_printf(r->mem, "DROP SCHEMA IF EXISTS %s CASCADE", (const char *)name), NULL, DB_ARGS()));
    return db_exec_(r, arena_printf(r->mem, "CREATE SCHEMA %s", (const char *)name), NULL, DB_ARGS());
}

/* In the folder, or in a fresh schema of the PostgreSQL server (NULL: none). */
static inline void bench_open(struct bench *b, const char *server, const char *schema, const struct migration *m, size_t n)
{
    b->config = (struct store_config){ .sessions = 4, .path = arena_printf(&b->mem, "%s/test.db", b->dir), .create = true };
    if (server) {
        struct store *admin;
        if (store_open(&b->mem, &(struct store_config){ .database = server, .sessions = 1 }, &admin)) abort();
        if (store_run(admin, TX_WRITE, &b->mem, NULL, bench_fresh_schema, arena_strdup(&b->mem, schema))) abort();
        store_close(admin);
        b->config.database = arena_printf(&b->mem, "%s%soptions=-csearch_path%%3D%s", server, strchr(server, '?') ? "&" : "?", schema);
    }
    if (store_open(&b->mem, &b->config, &b->s) || store_migrate(b->s, &b->mem, m, n, NULL)) abort();
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

static inline void must(const struct err *e)
{
    if (e) print_error("%s: %s\n", err_text(e, LANG_EN), e->cause ? e->cause : "");
    assert_null(e);
}

static inline enum err_code code(const struct err *e)
{
    return e ? e->code : ERR_NONE;
}

/* Asks one number. */
struct bench_question { const char *sql; int64_t out; };

static inline const struct err *bench_asked(struct req *r, void *arg)
{
    struct bench_question *q = arg;
    return db_int_(r, &q->out, q->sql, DB_ARGS());
}

static inline int64_t ask(struct bench *b, const char *sql)
{
    struct bench_question q = { .sql = sql };
    must(store_run(b->s, TX_READ, &b->mem, NULL, bench_asked, &q));
    return q.out;
}
#endif

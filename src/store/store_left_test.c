/* What a request that is left for want of memory (arena_try) leaves behind in the store: nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/log.h"
#include "store/driver.h"

#include <cmocka.h>
#undef fail /* cmocka's; ours is in req.h */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct bench { struct arena mem; struct store *s; char dir[64]; };

static int open_bench(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    snprintf(b->dir, sizeof b->dir, "/tmp/shanzhi-left-XXXXXX");
    if (!mkdtemp(b->dir)) abort();
    struct store_config c = { .sessions = 2, .path = arena_printf(&b->mem, "%s/test.db", b->dir), .create = true };
    if (store_open(&b->mem, &c, &b->s) || store_migrate(b->s, &b->mem, NULL, 0, NULL)) abort();
    *state = b;
    return 0;
}

static int close_bench(void **state)
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

static void ended(void *arg, const struct err *e)
{
    (void)arg;
    assert_null(e);
}

/* ---- the lease, which the first write takes ---- */
static void begin_write(void *arg)
{
    assert_null(tx_begin(arg, TX_WRITE));
}

static void the_lease_is_let_go(void **state)
{
    struct bench *b = *state;
    struct req r = { .mem = &b->mem, .db = db_open(b->s) };
    for (long n = 1; n < 20; n++) {
        arena_fail_at(n);
        (void)arena_try(begin_write, &r);
        arena_fail_at(0);
        assert_false(r.db->leasing);
        assert_int_equal(pthread_mutex_trylock(&b->s->lease.mu), 0);
        pthread_mutex_unlock(&b->s->lease.mu);
        tx_abandon(&r);
        atomic_store(&b->s->lease.renew_us, 0); /* again the next time */
    }
    db_close(r.db);
}

/* ---- a statement's columns, mapped to one record, then to another ---- */
struct narrow { int64_t n; const char *s; };
static const struct field narrow_fields[] = { F(narrow, n, K_INT, 0, 0, 0, ""), F(narrow, s, K_TEXT, 0, 0, 0, ""), { 0 } };
static RECORD(narrow);
struct wide { char other[200]; const char *s; int64_t n; };
static const struct field wide_fields[] = { F(wide, n, K_INT, 0, 0, 0, ""), F(wide, s, K_TEXT, 0, 0, 0, ""), { 0 } };
static RECORD(wide);

static const char text[] = "SELECT 7 AS n, 'seven' AS s";
struct asking { struct req r; const struct record *rec; void *row; };

static void ask(void *arg)
{
    struct asking *a = arg;
    assert_null(db_find_(&a->r, a->rec, &a->row, text, DB_ARGS()));
}

static void half_a_map_is_none(void **state)
{
    struct bench *b = *state;
    struct asking a = { .r = { .mem = &b->mem, .db = db_open(b->s) } };
    bool whole = false;
    for (long n = 1; !whole; n++) {
        assert_null(tx_begin(&a.r, TX_READ));
        a.rec = &narrow_record;
        ask(&a);
        a.rec = &wide_record;
        arena_fail_at(n);
        whole = arena_try(ask, &a);
        arena_fail_at(0);
        tx_abandon(&a.r);
        assert_null(tx_begin(&a.r, TX_READ));
        a.rec = &narrow_record;
        ask(&a);
        const struct narrow *row = a.row;
        assert_int_equal(row->n, 7);
        assert_string_equal(row->s, "seven");
        tx_end(&a.r, true, ended, NULL);
    }
    db_close(a.r.db);
}

int main(void)
{
    log_set_level(LOG_WARN);
#define ON(t) cmocka_unit_test_setup_teardown(t, open_bench, close_bench)
    const struct CMUnitTest tests[] = { ON(the_lease_is_let_go), ON(half_a_map_is_none) };
    return cmocka_run_group_tests_name("left", tests, NULL, NULL);
}

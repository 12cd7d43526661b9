/* What a request that is left for want of memory (arena_try) leaves behind in the store: nothing. On SQLite, and with
 * SHANZHI_TEST_PG on PostgreSQL too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/log.h"
#include "store/driver.h"

#include <cmocka.h>
#undef fail /* cmocka's; ours is in req.h */
#include <stdlib.h>
#include <string.h>

#include "store/bench.h"

static const struct migration migrations[] = {
    { "test", 1, "001_test", "CREATE TABLE word (n BIGINT NOT NULL PRIMARY KEY, s TEXT NOT NULL)" },
};
static const char *server; /* libpq URL; NULL: SQLite */

static int open_bench(void **state)
{
    struct bench *b = bench_new();
    bench_open(b, server, "left_test", migrations, 1);
    *state = b;
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

static void find_one(void *arg)
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
        find_one(&a);
        a.rec = &wide_record;
        arena_fail_at(n);
        whole = arena_try(find_one, &a);
        arena_fail_at(0);
        tx_abandon(&a.r);
        assert_null(tx_begin(&a.r, TX_READ));
        a.rec = &narrow_record;
        find_one(&a);
        const struct narrow *row = a.row;
        assert_int_equal(row->n, 7);
        assert_string_equal(row->s, "seven");
        tx_end(&a.r, true, ended, NULL);
    }
    db_close(a.r.db);
}

/* ---- a whole transaction: rows written, streamed, listed, and an error of the engine's ---- */
static const struct err *each(struct req *r, void *row, void *arg)
{
    (void)row;
    ++*(int64_t *)arg;
    return db_exec(r, "UPDATE word SET s = 'seen' WHERE n = $1", I64(((struct narrow *)row)->n));
}

static const struct err *some_of_all(struct req *r, void *arg)
{
    struct list rows;
    int64_t seen = 0;
    for (int64_t n = 1; n <= 3; n++) TRY(db_exec(r, "INSERT INTO word (n, s) VALUES ($1, $2)", I64(*(int64_t *)arg + n), TEXT("new")));
    TRY(db_each(r, &narrow_record, each, &seen, "SELECT n, s FROM word ORDER BY n"));
    TRY(db_all(r, &narrow_record, &rows, "SELECT n, s FROM word ORDER BY n LIMIT 100"));
    return db_exec(r, "INSERT INTO word (n, s) VALUES ($1, 'twice')", I64(*(int64_t *)arg + 1)); /* the key is taken */
}

static const struct err *count(struct req *r, void *arg)
{
    return db_int(r, arg, "SELECT count(*) FROM word");
}

static void a_transaction_is_left_anywhere(void **state)
{
    struct bench *b = *state;
    enum err_code code = ERR_NO_MEMORY;
    int64_t rows, at = 0;
    for (long n = 1; code == ERR_NO_MEMORY; n++, at += 10) {
        struct arena mem = { 0 };
        arena_fail_at(n);
        const struct err *e = store_run(b->s, TX_WRITE, &mem, NULL, some_of_all, &at);
        arena_fail_at(0);
        assert_non_null(e);
        code = e->code;
        arena_clear(&mem);
        assert_null(store_run(b->s, TX_READ, &mem, NULL, count, &rows));
        assert_int_equal(rows, 0);
        arena_clear(&mem);
    }
    assert_int_equal(code, ERR_DUPLICATE);
}

int main(void)
{
    log_set_level(LOG_WARN);
#define ON(t) cmocka_unit_test_setup_teardown(t, open_bench, bench_close)
    const struct CMUnitTest tests[] = { ON(the_lease_is_let_go), ON(half_a_map_is_none), ON(a_transaction_is_left_anywhere) };
    int failed = cmocka_run_group_tests_name("SQLite", tests, NULL, NULL);
    server = getenv("SHANZHI_TEST_PG");
    if (server) failed += cmocka_run_group_tests_name("PostgreSQL", tests, NULL, NULL);
    return failed;
}

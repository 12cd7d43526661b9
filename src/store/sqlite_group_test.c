/* What a group owes its members when SQLite gives up the transaction in the middle: each is told that its write is lost. Who waits
 * for its turn or for another program, what is done to the log, and what SQLite's errors are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/date.h"
#include "kernel/log.h"
#include "store/sqlite.h"

#include <cmocka.h>
#undef fail /* cmocka's; ours is in req.h */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "store/bench.h"

static const struct migration migrations[] = {
    { "test", 1, "001_test", "CREATE TABLE word (id BIGINT NOT NULL PRIMARY KEY)" },
};
struct end { int times; enum err_code code; };

static void ended(void *arg, const struct err *e)
{
    struct end *end = arg;
    end->times++;
    end->code = e ? e->code : ERR_NONE;
}

static int open_bench(void **state)
{
    struct bench *b = bench_new();
    bench_open(b, NULL, NULL, migrations, 1);
    *state = b;
    return 0;
}

static const struct err *insert(struct req *r, int64_t id)
{
    return db_exec(r, "INSERT INTO word (id) VALUES ($1)", I64(id));
}

/* The second one: SQLite undoes the whole transaction, with the first one's write in it, as it does on a full disk. */
struct second { struct store *s; struct end end; enum err_code code; };

static void *spoil_the_group(void *arg)
{
    struct second *me = arg;
    struct arena mem = { 0 };
    struct req r = { .mem = &mem, .db = db_open(me->s) };
    if (tx_begin(&r, TX_WRITE) || insert(&r, 2)) abort();
    const struct err *e = db_exec(&r, "INSERT OR ROLLBACK INTO word (id) VALUES ($1)", I64(2));
    me->code = e ? e->code : ERR_NONE;
    tx_end(&r, true, ended, &me->end);
    db_close(r.db);
    arena_clear(&mem);
    return NULL;
}

static int queue_of(struct store *s)
{
    struct sqlite_store *w = s->engine;
    pthread_mutex_lock(&w->mu);
    int n = w->waiting;
    pthread_mutex_unlock(&w->mu);
    return n;
}

static const struct err *count(struct req *r, void *arg)
{
    return db_int(r, arg, "SELECT count(*) FROM word");
}

static const struct err *insert_one(struct req *r, void *arg)
{
    return insert(r, *(int64_t *)arg);
}

static void members_of_a_lost_group_are_told(void **state)
{
    struct bench *b = *state;
    struct req r = { .mem = &b->mem, .db = db_open(b->s) };
    struct end first = { 0 };
    struct second second = { .s = b->s };
    int64_t n, id = 3;
    pthread_t thread;
    log_set_level(LOG_ERROR + 1);
    assert_null(tx_begin(&r, TX_WRITE));
    assert_null(insert(&r, 1));
    pthread_create(&thread, NULL, spoil_the_group, &second);
    while (queue_of(b->s) < 1) sched_yield(); /* it is next: it gets the turn before the committer */
    tx_end(&r, true, ended, &first);
    pthread_join(thread, NULL);
    log_set_level(LOG_WARN);
    assert_int_equal(second.code, ERR_DUPLICATE);
    assert_int_equal(second.end.times, 1);
    assert_int_equal(second.end.code, ERR_DUPLICATE);
    assert_int_equal(first.times, 1);
    assert_int_equal(first.code, ERR_DATABASE);
    assert_null(store_run(b->s, TX_READ, &b->mem, NULL, count, &n));
    assert_int_equal(n, 0);
    assert_null(store_run(b->s, TX_WRITE, &b->mem, NULL, insert_one, &id)); /* and the next group is one again */
    assert_null(store_run(b->s, TX_READ, &b->mem, NULL, count, &n));
    assert_int_equal(n, 1);
    db_close(r.db);
}

/* ---- who waits for the turn ---- */
struct waiter { struct store *s; int patience; int64_t id; enum err_code code; int retry_after_s; _Atomic bool done; pthread_t thread; };

static void *write_one(void *arg)
{
    struct waiter *me = arg;
    struct arena mem = { 0 };
    store_patience(me->patience);
    const struct err *e = store_run(me->s, TX_WRITE, &mem, NULL, insert_one, &me->id);
    me->code = e ? e->code : ERR_NONE;
    me->retry_after_s = e ? e->retry_after_s : 0;
    arena_clear(&mem);
    me->done = true;
    return NULL;
}

/* Returns when it waits behind so many, or has given up already. */
static void begin_waiting(struct waiter *w, int behind)
{
    assert_int_equal(pthread_create(&w->thread, NULL, write_one, w), 0);
    while (queue_of(w->s) <= behind && !w->done) sched_yield();
}

/* In the middle of the queue, then alone in it: who gives up is told so, and the others get their turn. */
static void who_waits_too_long_leaves_the_queue(void **state)
{
    enum { LONG_MS = 60 * 1000 };
    struct bench *b = *state;
    struct req r = { .mem = &b->mem, .db = db_open(b->s) };
    struct end end = { 0 };
    int64_t n;
    struct waiter w[4] = { { .s = b->s, .patience = LONG_MS, .id = 1 }, { .s = b->s, .patience = 100, .id = 2 }, { .s = b->s, .patience = LONG_MS, .id = 3 },
                           { .s = b->s, .patience = 40, .id = 4 } };
    log_set_level(LOG_ERROR + 1);
    assert_null(store_lease(b->s, &b->mem));
    assert_null(tx_begin(&r, TX_WRITE));
    begin_waiting(&w[3], 0);
    pthread_join(w[3].thread, NULL);
    assert_int_equal(w[3].code, ERR_BUSY);
    assert_int_equal(w[3].retry_after_s, 1);
    assert_int_equal(queue_of(b->s), 0);
    begin_waiting(&w[0], 0);
    begin_waiting(&w[1], 1);
    begin_waiting(&w[2], 1); /* or 2: the second may have left already */
    pthread_join(w[1].thread, NULL);
    assert_int_equal(w[1].code, ERR_BUSY);
    while (queue_of(b->s) < 2) sched_yield();
    tx_end(&r, true, ended, &end);
    pthread_join(w[0].thread, NULL);
    pthread_join(w[2].thread, NULL);
    log_set_level(LOG_WARN);
    assert_int_equal(w[0].code, ERR_NONE);
    assert_int_equal(w[2].code, ERR_NONE);
    assert_null(store_run(b->s, TX_READ, &b->mem, NULL, count, &n));
    assert_int_equal(n, 2);
    db_close(r.db);
}

/* Another program's lock: waited for as long as this thread's patience, and nothing of ours is left in the file's way. */
static void who_finds_the_file_locked_is_told_soon(void **state)
{
    struct bench *b = *state;
    sqlite3 *h;
    int64_t began, id = 5, n;
    assert_null(store_lease(b->s, &b->mem));
    assert_int_equal(sqlite3_open(b->config.path, &h), SQLITE_OK);
    assert_int_equal(sqlite3_exec(h, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    log_set_level(LOG_ERROR + 1);
    store_patience(50);
    began = clock_monotonic_us();
    const struct err *e = store_run(b->s, TX_WRITE, &b->mem, NULL, insert_one, &id);
    store_patience(0);
    log_set_level(LOG_WARN);
    assert_non_null(e);
    assert_int_equal(e->code, ERR_BUSY);
    assert_int_equal(e->retry_after_s, 1);
    assert_true(clock_monotonic_us() - began < WRITER_WAIT_MS * 1000 / 2);
    assert_int_equal(sqlite3_exec(h, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    assert_null(store_run(b->s, TX_WRITE, &b->mem, NULL, insert_one, &id));
    log_set_level(LOG_ERROR + 1);
    e = store_run(b->s, TX_WRITE, &b->mem, NULL, insert_one, &id); /* refused: rolled back */
    log_set_level(LOG_WARN);
    assert_int_equal(e->code, ERR_DUPLICATE);
    assert_int_equal(sqlite3_exec(h, "BEGIN IMMEDIATE; COMMIT", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(h);
    assert_null(store_run(b->s, TX_READ, &b->mem, NULL, count, &n));
    assert_int_equal(n, 1);
}

/* ---- the log ---- */
static const struct err *insert_much(struct req *r, void *arg)
{
    (void)arg;
    return db_exec(r, "WITH RECURSIVE i(n) AS (SELECT 100 UNION ALL SELECT n + 1 FROM i WHERE n < 600000) INSERT INTO word (id) SELECT n FROM i");
}

/* A long log is copied soon, not at the next half minute; one that is too long is started over. */
static void a_log_that_grew_is_started_over(void **state)
{
    struct bench *b = *state;
    struct sqlite_store *w = b->s->engine;
    struct stat st;
    int64_t until = clock_monotonic_us() + 20 * 1000 * 1000;
    pthread_mutex_lock(&w->mu);
    w->force_pages = 100;
    pthread_mutex_unlock(&w->mu);
    assert_null(store_run(b->s, TX_WRITE, &b->mem, NULL, insert_much, NULL));
    const char *log = arena_printf(&b->mem, "%s-wal", b->config.path);
    do {
        assert_true(clock_monotonic_us() < until);
        sched_yield();
    } while (stat(log, &st) == 0 && st.st_size > 0);
    int64_t id = 1;
    assert_null(store_run(b->s, TX_WRITE, &b->mem, NULL, insert_one, &id)); /* and goes on */
}

/* ---- errors ---- */
static void what_sqlite_says_is_told_as_what_it_is(void **state)
{
    static const struct { int rc, why; enum err_code code; int retry_after_s; } cases[] = {
        { SQLITE_CONSTRAINT_UNIQUE, 0, ERR_DUPLICATE, 0 }, { SQLITE_CONSTRAINT_PRIMARYKEY, 0, ERR_DUPLICATE, 0 },
        { SQLITE_CONSTRAINT_CHECK, 0, ERR_CONFLICT, 0 }, { SQLITE_CONSTRAINT_DATATYPE, 0, ERR_INTERNAL, 0 },
        { SQLITE_BUSY, 0, ERR_BUSY, 1 }, { SQLITE_BUSY_SNAPSHOT, 0, ERR_RETRY, 0 }, { SQLITE_FULL, 0, ERR_DISK_FULL, 0 },
        { SQLITE_IOERR_WRITE, ENOSPC, ERR_DISK_FULL, 0 }, { SQLITE_IOERR_WRITE, EDQUOT, ERR_DISK_FULL, 0 },
        { SQLITE_IOERR_WRITE, EFBIG, ERR_DISK_FULL, 0 }, { SQLITE_IOERR_WRITE, EIO, ERR_DATABASE, 0 },
        { SQLITE_IOERR_FSYNC, EIO, ERR_DATABASE, 0 }, { SQLITE_CORRUPT, 0, ERR_DATABASE, 0 }, { SQLITE_NOMEM, 0, ERR_NO_MEMORY, 0 },
        { SQLITE_TOOBIG, 0, ERR_TOO_LARGE, 0 }, { SQLITE_ERROR, 0, ERR_INTERNAL, 0 },
    };
    struct bench *b = *state;
    struct sqlite_store *w = b->s->engine;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        errno = cases[i].why;
        const struct err *e = sqlite_fail(&b->mem, w->conn.h, cases[i].rc, "x");
        assert_int_equal(e->code, cases[i].code);
        assert_int_equal(e->retry_after_s, cases[i].retry_after_s);
    }
}

/* Who closes the store at once has been told all the same. */
static void what_is_under_way_is_told_before_the_store_is_closed(void **state)
{
    struct bench *b = *state;
    struct req r = { .mem = &b->mem, .db = db_open(b->s) };
    struct end end = { 0 };
    int64_t n;
    assert_null(tx_begin(&r, TX_WRITE));
    assert_null(insert(&r, 1));
    tx_end(&r, true, ended, &end);
    db_close(r.db);
    store_close(b->s);
    assert_int_equal(end.times, 1);
    assert_int_equal(end.code, ERR_NONE);
    assert_null(store_open(&b->mem, &b->config, &b->s));
    assert_null(store_run(b->s, TX_READ, &b->mem, NULL, count, &n));
    assert_int_equal(n, 1);
}

int main(void)
{
    log_set_level(LOG_WARN);
#define ON(t) cmocka_unit_test_setup_teardown(t, open_bench, bench_close)
    const struct CMUnitTest tests[] = {
        ON(members_of_a_lost_group_are_told), ON(who_waits_too_long_leaves_the_queue), ON(who_finds_the_file_locked_is_told_soon),
        ON(a_log_that_grew_is_started_over), ON(what_sqlite_says_is_told_as_what_it_is), ON(what_is_under_way_is_told_before_the_store_is_closed),
    };
    return cmocka_run_group_tests_name("group", tests, NULL, NULL);
}

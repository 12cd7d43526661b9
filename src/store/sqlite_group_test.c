/* What a group owes its members when SQLite gives up the transaction in the middle: each is told that its write is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/log.h"
#include "store/sqlite.h"

#include <cmocka.h>
#undef fail /* cmocka's; ours is in req.h */
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

int main(void)
{
    log_set_level(LOG_WARN);
    const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(members_of_a_lost_group_are_told, open_bench, bench_close) };
    return cmocka_run_group_tests_name("group", tests, NULL, NULL);
}

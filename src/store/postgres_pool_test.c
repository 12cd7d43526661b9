/* The pool of connections alone, without a server: who finds none, or is refused, does not wait for ever. */
#include "kernel/date.h"
#include "store/postgres.h"

#include <pthread.h>
#include <sched.h>

#include "kernel/test.h"

enum { LONG_US = 60 * 1000 * 1000 }; /* no test waits so long */

struct waiting { struct pg_pool *pool; int64_t until_us, took_us; struct pg_conn *got; };

static void *take(void *arg)
{
    struct waiting *w = arg;
    int64_t began = clock_monotonic_us();
    w->got = pool_take(w->pool, w->until_us);
    w->took_us = clock_monotonic_us() - began;
    return NULL;
}

static int64_t soon(void)
{
    return clock_monotonic_us() + LONG_US;
}

static int waiters(struct pg_pool *p)
{
    return (int)atomic_load(&p->waited);
}

/* PostgreSQL refuses each try: at the end of its time the request is told so, instead of trying on. */
static void who_is_refused_again_and_again_ends(void **state)
{
    struct pg_pool pool;
    (void)state;
    pool_open(&pool, 2);
    int64_t until = clock_monotonic_us() + 1000;
    struct pg_conn *conn;
    while ((conn = pool_take(&pool, until)) != NULL) {
        EXPECT(clock_monotonic_us() < until + LONG_US / 2, "it never ends");
        pool_refused(&pool, conn, until);
    }
    assert_int_equal(pool.open, 0);
    pool_close(&pool);
}

static void an_idle_connection_is_taken_however_late(void **state)
{
    struct pg_pool pool;
    (void)state;
    pool_open(&pool, 1);
    struct pg_conn *conn = pool_take(&pool, soon()), *again;
    assert_non_null(conn);
    pool.idle = conn; /* as pool_give does with one that is connected */
    again = pool_take(&pool, 0);
    assert_ptr_equal(again, conn);
    pool_give(&pool, again);
    assert_int_equal(pool.open, 0);
    pool_close(&pool);
}

/* Who waits because all were in use may try when the one that was refused gives up. */
static void who_waits_behind_a_refused_one_is_next(void **state)
{
    struct pg_pool pool;
    pthread_t thread;
    (void)state;
    pool_open(&pool, 1);
    struct pg_conn *first = pool_take(&pool, soon());
    struct waiting w = { .pool = &pool, .until_us = soon() };
    assert_int_equal(pthread_create(&thread, NULL, take, &w), 0);
    while (waiters(&pool) < 1) sched_yield();
    pool_refused(&pool, first, 0);
    assert_null(pool_take(&pool, 0));
    pthread_join(thread, NULL);
    assert_non_null(w.got);
    EXPECT(w.took_us < LONG_US / 2, "it waited %lld us", (long long)w.took_us);
    pool_give(&pool, w.got);
    pool_close(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_refused_again_and_again_ends),
        cmocka_unit_test(an_idle_connection_is_taken_however_late),
        cmocka_unit_test(who_waits_behind_a_refused_one_is_next),
    };
    return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}

/* The pool of connections without PostgreSQL: who finds none, or is refused, does not wait for ever; a server that refuses
 * in Chinese is understood. */
#include "kernel/date.h"
#include "kernel/log.h"
#include "store/postgres.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

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

static void who_waits_is_next_when_there_may_be_more(void **state)
{
    struct pg_pool pool;
    pthread_t thread;
    (void)state;
    pool_open(&pool, 0); /* one at least */
    struct pg_conn *first = pool_take(&pool, soon());
    assert_non_null(first);
    assert_null(pool_take(&pool, 0));
    struct waiting w = { .pool = &pool, .until_us = soon() };
    int before = waiters(&pool);
    assert_int_equal(pthread_create(&thread, NULL, take, &w), 0);
    while (waiters(&pool) == before) sched_yield();
    pool_most(&pool, 2);
    pthread_join(thread, NULL);
    assert_non_null(w.got);
    EXPECT(w.took_us < LONG_US / 2, "it waited %lld us", (long long)w.took_us);
    assert_int_equal(pool.open, 2);
    pool_most(&pool, 1); /* nobody rests: who gives back first goes */
    pool_give(&pool, first);
    pool_give(&pool, w.got);
    assert_int_equal(pool.open, 0);
    pool_close(&pool);
}

/* ---- a server that says no ---- */
struct refusing { int fd, tries; };

/* "E", the size, then fields: severity, state, words. */
static void refuse(int fd, const char *state, const char *words)
{
    char hello[512], fields[256];
    int n = snprintf(fields, sizeof fields, "S严重错误%cVFATAL%cC%s%cM%s%c", 0, 0, state, 0, words, 0) + 1;
    uint32_t size = htonl((uint32_t)n + 4);
    if (read(fd, hello, sizeof hello) <= 0 || write(fd, "E", 1) != 1 || write(fd, &size, 4) != 4 || write(fd, fields, (size_t)n) != n) abort();
    close(fd);
}

/* Four times no room, as PostgreSQL 15 puts it, three of them in Chinese; then something that does not get better by waiting. */
static void *refuse_all(void *arg)
{
    static const struct { const char *state, *words; } answers[] = {
        { "53300", "sorry, too many clients already" }, { "53300", "对不起, 已经有太多的客户" }, { "53300", "已保留的连接位置为执行非复制请求的超级用户预留" },
        { "53300", "由角色\"shanzhi\"发起的连接太多了" }, { "3D000", "数据库 \"x\" 不存在" },
    };
    struct refusing *r = arg;
    for (size_t i = 0; i < COUNT(answers); i++) {
        int fd = accept(r->fd, NULL, NULL);
        if (fd < 0) break;
        r->tries++;
        refuse(fd, answers[i].state, answers[i].words);
    }
    return NULL;
}

static const struct err *nothing(struct req *r, void *arg)
{
    (void)r, (void)arg;
    return NULL;
}

static void no_room_is_waited_for_in_chinese_too(void **state)
{
    struct arena *mem = *state;
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t at_n = sizeof at;
    struct refusing r = { .fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) };
    struct store *s;
    pthread_t thread;
    assert_int_equal(bind(r.fd, (struct sockaddr *)&at, at_n), 0);
    assert_int_equal(listen(r.fd, 4), 0);
    assert_int_equal(getsockname(r.fd, (struct sockaddr *)&at, &at_n), 0);
    assert_int_equal(pthread_create(&thread, NULL, refuse_all, &r), 0);
    const char *url = arena_printf(mem, "postgres://shanzhi@127.0.0.1:%d/x?sslmode=disable&gssencmode=disable", ntohs(at.sin_port));
    assert_null(store_open(mem, &(struct store_config){ .database = url, .sessions = 1 }, &s));
    log_set_level(LOG_ERROR + 1);
    const struct err *e = store_run(s, TX_READ, mem, NULL, nothing, NULL);
    log_set_level(LOG_WARN);
    shutdown(r.fd, SHUT_RDWR);
    pthread_join(thread, NULL);
    close(r.fd);
    store_close(s);
    assert_non_null(e);
    assert_int_equal(e->code, ERR_DATABASE);
    assert_int_equal(r.tries, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_refused_again_and_again_ends),
        cmocka_unit_test(an_idle_connection_is_taken_however_late),
        cmocka_unit_test(who_waits_behind_a_refused_one_is_next),
        cmocka_unit_test(who_waits_is_next_when_there_may_be_more),
        TEST(no_room_is_waited_for_in_chinese_too),
    };
    return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}

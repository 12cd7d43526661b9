/* The node number: who may take whose, what a write finds out at its end, and what the row promises of ids. On SQLite, and with
 * SHANZHI_TEST_PG on PostgreSQL too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/id.h"
#include "kernel/log.h"
#include "store/driver.h"

#include <cmocka.h>
#undef fail /* cmocka's; ours is in req.h */
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "store/bench.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const struct migration migrations[] = {
    { "test", 1, "001_test", "CREATE TABLE word (n BIGINT NOT NULL PRIMARY KEY)" },
};
static const char *server; /* libpq URL; NULL: SQLite */

static int open_bench(void **state)
{
    struct bench *b = bench_new();
    bench_open(b, server, "lease_test", migrations, 1);
    *state = b;
    return 0;
}

static const struct err *own_id(struct req *r, void *arg)
{
    int64_t id = id_new();
    *(int64_t *)arg = id >> 8 & 15;
    return db_exec(r, "INSERT INTO word (n) VALUES ($1)", I64(id));
}

/* The number with which another process's first write makes its ids. */
static const struct err *node_of_another(struct bench *b, int64_t *node)
{
    struct store *s;
    must(store_open(&b->mem, &b->config, &s));
    must(store_migrate(s, &b->mem, migrations, 1, NULL));
    const struct err *e = store_run(s, TX_WRITE, &b->mem, NULL, own_id, node);
    store_close(s);
    return e;
}

struct held { int64_t node, until_ms; const char *holder; }; /* until: from now; NONE: long ago */

/* Nobody's numbers but these. */
static const struct err *hold(struct req *r, void *arg)
{
    int64_t now;
    TRY(db_exec(r, "DELETE FROM node_lease"));
    TRY(db_int_(r, &now, r->db->s->d->clock_ms, DB_ARGS()));
    for (const struct held *h = arg; h->holder; h++)
        TRY(db_exec(r, "INSERT INTO node_lease (node, holder, until, ids_to) VALUES ($1, $2, $3, 0)", I64(h->node), TEXT(h->holder),
                    I64(h->until_ms == NONE ? 1 : now + h->until_ms)));
    return NULL;
}

static void only(struct bench *b, const struct held *rows)
{
    struct held *copy = arena_copy(&b->mem, rows, 20 * sizeof *rows);
    store_without_ids(b->s);
    must(store_run(b->s, TX_WRITE, &b->mem, NULL, hold, copy));
}

/* ---- whose number may be taken ---- */
static pid_t dead_process(void)
{
    pid_t pid = fork();
    if (!pid) _exit(0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    return pid;
}

static void numbers_of_the_dead_are_taken(void **state)
{
    struct bench *b = *state;
    int64_t node;
    must(store_lease(b->s, &b->mem));
    /* BOOT.NAMESPACE.PID.NOISE */
    const char *own = b->s->lease.holder, *pid = strrchr(own, '.');
    while (*--pid != '.') {}
    const char *here = arena_strndup(&b->mem, own, (size_t)(pid + 1 - own));
    assert_true(strlen(here) > 20);
    assert_non_null(strstr(here, ".pid:["));
    const char *dead = arena_printf(&b->mem, "%d", (int)dead_process()), *alive = arena_printf(&b->mem, "%d", (int)getpid());
    const struct { const char *holder; int64_t until_ms, node; } cases[] = {
        { "", 60000, 0 },
        { "elsewhere", NONE, 0 },
        { "elsewhere", 60000, 1 },
        { arena_printf(&b->mem, "%s%s.0123", here, dead), 60000, 0 },
        { arena_printf(&b->mem, "%s%s.0123", here, alive), 60000, 1 },
        { arena_printf(&b->mem, "another%s%s.0123", here, dead), 60000, 1 },
        { arena_printf(&b->mem, "%sx%s.0123", here, dead), 60000, 1 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct held rows[20] = { { 0, cases[i].until_ms, cases[i].holder } };
        only(b, rows);
        must(node_of_another(b, &node));
        if (node != cases[i].node) print_error("case %zu: %s\n", i, cases[i].holder);
        assert_int_equal(node, cases[i].node);
    }
    /* The first that may be taken, and no other with it. */
    only(b, (const struct held[20]){ { 0, 60000, "elsewhere" }, { 1, NONE, "" }, { 3, NONE, "" } });
    must(node_of_another(b, &node));
    assert_int_equal(node, 1);
    assert_int_equal(ask(b, "SELECT count(*) FROM node_lease WHERE until = 1"), 1);
}

struct racer { struct bench *b; int64_t node; enum err_code code; pthread_t thread; };

static void *take_too(void *arg)
{
    struct racer *me = arg;
    struct bench own = { .config = me->b->config };
    struct store *s;
    const struct err *e = store_open(&own.mem, &own.config, &s);
    if (!e) e = store_migrate(s, &own.mem, migrations, 1, NULL);
    if (!e) e = store_run(s, TX_WRITE, &own.mem, NULL, own_id, &me->node);
    me->code = e ? e->code : ERR_NONE;
    store_close(s);
    arena_clear(&own.mem);
    return NULL;
}

static void told(void *arg, const struct err *e)
{
    (void)arg;
    assert_null(e);
}

/* Whose number is renewed or taken while another waits for it: that one goes on to the next. On SQLite the second cannot begin. */
static void of_two_who_want_the_same_one_gets_it(void **state)
{
    struct bench *b = *state;
    struct req r = { .mem = &b->mem };
    struct racer second = { .b = b };
    if (!server) return;
    only(b, (const struct held[20]){ { 0, NONE, "elsewhere" } });
    r.db = db_open(b->s);
    must(tx_begin(&r, TX_WRITE));
    must(db_exec(&r, "UPDATE node_lease SET until = until + 1"));
    assert_int_equal(pthread_create(&second.thread, NULL, take_too, &second), 0);
    while (!ask(b, "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid WHERE NOT l.granted AND a.query LIKE 'UPDATE node_lease%'")) sched_yield();
    tx_end(&r, true, told, NULL);
    pthread_join(second.thread, NULL);
    db_close(r.db);
    assert_int_equal(second.code, ERR_NONE);
    assert_int_equal(second.node, 1);
    assert_int_equal(ask(b, "SELECT count(*) FROM node_lease WHERE node = 0 AND holder = 'elsewhere' AND until = 2"), 1);
}

static void all_numbers_are_held(void **state)
{
    struct bench *b = *state;
    struct held rows[20] = { 0 };
    int64_t node;
    for (int i = 0; i < 16; i++) rows[i] = (struct held){ i, 60000, "elsewhere" };
    only(b, rows);
    store_patience(100);
    log_set_level(LOG_ERROR + 1);
    const struct err *e = node_of_another(b, &node);
    log_set_level(LOG_WARN);
    store_patience(0);
    assert_non_null(e);
    assert_int_equal(e->code, ERR_BUSY);
    assert_string_equal(e->field, "node");
    assert_int_equal(ask(b, "SELECT count(*) FROM node_lease WHERE holder = 'elsewhere'"), 16);
    rows[15].holder = "";
    only(b, rows);
    must(node_of_another(b, &node));
    assert_int_equal(node, 15);
}

static const struct err *served(struct req *r, void *arg)
{
    return store_served(r, arg);
}

static void who_serves_is_known(void **state)
{
    struct bench *b = *state;
    int64_t left = 0;
    must(store_lease(b->s, &b->mem));
    const char *own = b->s->lease.holder;
    only(b, (const struct held[20]){ { 0, 50000, own }, { 1, 60000, "" }, { 2, NONE, "elsewhere" } });
    must(store_run(b->s, TX_READ, &b->mem, NULL, served, &left));
    assert_true(left == NONE);
    only(b, (const struct held[20]){ { 0, 50000, own }, { 1, 60000, "" }, { 2, 30000, "elsewhere" }, { 3, 20000, "another" } });
    must(store_run(b->s, TX_READ, &b->mem, NULL, served, &left));
    assert_true(left > 20000 && left <= 30000);
}

/* ---- what a write finds out at its end ---- */
struct thief { struct store *s; int runs, thefts; void (*act)(struct thief *t); };

static const struct err *stolen(struct req *r, void *arg)
{
    struct thief *t = arg;
    t->runs++;
    TRY(db_exec(r, "INSERT INTO word (n) VALUES ($1)", I64(id_new())));
    if (t->thefts-- <= 0) return NULL;
    if (t->act) t->act(t);
    else TRY(db_exec(r, "UPDATE node_lease SET holder = 'another'"));
    return NULL;
}

static void time_is_over(struct thief *t)
{
    atomic_store(&t->s->lease.until_us, 0);
    atomic_store(&t->s->lease.renew_us, 0);
}

static void another_thread_has_another_number(struct thief *t)
{
    t->s->lease.generation++;
}

/* In the first write of a process, and when another thread of it took another number: it runs again. */
static void a_write_whose_number_is_lost_runs_again(void **state)
{
    struct bench *b = *state;
    struct thief t = { b->s, 0, 1, another_thread_has_another_number };
    must(store_run(b->s, TX_WRITE, &b->mem, NULL, stolen, &t)); /* the process's first */
    assert_int_equal(t.runs, 2);
    t = (struct thief){ b->s, 0, 1, time_is_over }; /* nobody took it: it is kept */
    must(store_run(b->s, TX_WRITE, &b->mem, NULL, stolen, &t));
    assert_int_equal(t.runs, 1);
    assert_int_equal(ask(b, "SELECT count(*) FROM word"), 2);
    assert_int_equal(ask(b, "SELECT count(*) FROM node_lease"), 1);
}

static const struct err *row_is_behind(struct req *r, void *arg)
{
    (void)arg;
    TRY(db_exec(r, "UPDATE node_lease SET ids_to = 0"));
    (void)id_new();
    atomic_store(&r->db->s->lease.ids_to, id_last_ms());
    return NULL;
}

/* No id has the time of the row, or a later one: not when the clock goes forward beyond it, nor when it goes back. */
static void the_row_stays_ahead_of_the_ids(void **state)
{
    struct bench *b = *state;
    must(store_lease(b->s, &b->mem));
    must(store_run(b->s, TX_WRITE, &b->mem, NULL, row_is_behind, NULL));
    assert_true(ask(b, "SELECT ids_to FROM node_lease") > id_last_ms());

    int64_t ahead = id_last_ms() + 3600 * 1000, ids_to;
    id_set_node((int)b->s->lease.node, ahead); /* as after a clock that was set back by an hour */
    atomic_store(&b->s->lease.ids_to, 0);
    must(store_lease(b->s, &b->mem));
    ids_to = ask(b, "SELECT ids_to FROM node_lease");
    assert_true(id_last_ms() >= ahead);
    assert_true(ids_to > id_last_ms() && ids_to <= id_last_ms() + 31000);
    assert_true(atomic_load(&b->s->lease.ids_to) > id_last_ms());
}

static const struct err *drop_leases(struct req *r, void *arg)
{
    (void)arg;
    return db_exec(r, "ALTER TABLE node_lease RENAME TO aside");
}

static const struct err *back_again(struct req *r, void *arg)
{
    (void)arg;
    return db_exec(r, "ALTER TABLE aside RENAME TO node_lease");
}

/* While it is ours there is time to try again. */
static void a_renewal_that_fails_ends_no_write(void **state)
{
    struct bench *b = *state;
    int64_t node;
    must(store_lease(b->s, &b->mem));
    must(store_run(b->s, TX_WRITE, &b->mem, NULL, drop_leases, NULL));
    atomic_store(&b->s->lease.renew_us, 0);
    log_set_level(LOG_ERROR + 1);
    must(store_run(b->s, TX_WRITE, &b->mem, NULL, own_id, &node));
    time_is_over(&(struct thief){ .s = b->s });
    assert_non_null(store_run(b->s, TX_WRITE, &b->mem, NULL, own_id, &node));
    log_set_level(LOG_WARN);
    store_without_ids(b->s);
    must(store_run(b->s, TX_WRITE, &b->mem, NULL, back_again, NULL));
}

static void given_back_is_what_was_used(void **state)
{
    struct bench *b = *state;
    struct store *s;
    int64_t node;
    must(store_open(&b->mem, &b->config, &s));
    must(store_migrate(s, &b->mem, migrations, 1, NULL));
    must(store_run(s, TX_WRITE, &b->mem, NULL, own_id, &node));
    int64_t last = id_last_ms();
    store_close(s);
    assert_int_equal(ask(b, "SELECT ids_to FROM node_lease WHERE holder = ''"), last + 1);
}

int main(void)
{
    log_set_level(LOG_WARN);
#define ON(t) cmocka_unit_test_setup_teardown(t, open_bench, bench_close)
    const struct CMUnitTest tests[] = {
        ON(numbers_of_the_dead_are_taken), ON(of_two_who_want_the_same_one_gets_it), ON(all_numbers_are_held), ON(who_serves_is_known), ON(a_write_whose_number_is_lost_runs_again),
        ON(the_row_stays_ahead_of_the_ids), ON(a_renewal_that_fails_ends_no_write), ON(given_back_is_what_was_used),
    };
    int failed = cmocka_run_group_tests_name("SQLite", tests, NULL, NULL);
    server = getenv("SHANZHI_TEST_PG");
    if (server) failed += cmocka_run_group_tests_name("PostgreSQL", tests, NULL, NULL);
    return failed;
}

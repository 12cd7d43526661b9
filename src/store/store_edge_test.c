/* What the store promises at its edges: counters, tries, the statement cache, what is refused; the settings of a connection to
 * PostgreSQL and how many there are; what the engine says of itself. On SQLite, and with SHANZHI_TEST_PG on PostgreSQL, prepared
 * and pooled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/log.h"
#include "store/postgres.h"

#include <cmocka.h>
#undef fail /* cmocka's; ours is in req.h */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "store/bench.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const struct migration migrations[] = {
    { "test", 1, "001_test", "CREATE TABLE word (n BIGINT NOT NULL PRIMARY KEY, s TEXT)" },
};
struct word { int64_t n; const char *s; };
static const struct field word_fields[] = { F(word, n, K_INT, 0, 0, 0, ""), F(word, s, K_TEXT, 0, 0, 0, ""), { 0 } };
static RECORD(word);

static const char *server; /* libpq URL; NULL: SQLite */
static bool pooled;

static int open_bench(void **state)
{
    struct bench *b = bench_new();
    bench_open(b, server, "edge_test", migrations, 1);
    if (pooled) {
        store_close(b->s);
        b->config.pooled = true;
        if (store_open(&b->mem, &b->config, &b->s) || store_migrate(b->s, &b->mem, migrations, 1, NULL)) abort();
    }
    *state = b;
    return 0;
}

static const struct err *add(struct req *r, void *arg)
{
    return db_exec(r, "INSERT INTO word (n, s) VALUES ($1, 'a')", I64(*(int64_t *)arg));
}

static void ended(void *arg, const struct err *e)
{
    assert_null(e);
    if (arg) ++*(int *)arg;
}

/* ---- counters and tries ---- */
static const struct err *refuse(struct req *r, void *arg)
{
    TRY(add(r, arg));
    return fail(r, ERR_STATE, NULL);
}

static const struct err *refuse_but_keep(struct req *r, void *arg)
{
    r->keep = true;
    return refuse(r, arg);
}

static const struct err *never(struct req *r, void *arg)
{
    ++*(int *)arg;
    return fail(r, ERR_RETRY, NULL);
}

static void each_thing_is_counted_once(void **state)
{
    struct bench *b = *state;
    struct store_stats a, z;
    int runs = 0;
    must(store_lease(b->s, &b->mem));
    store_stats(b->s, &a);
    for (int64_t n = 1; n <= 5; n++) must(store_run(b->s, TX_WRITE, &b->mem, NULL, add, &n));
    for (int i = 0; i < 3; i++) assert_int_equal(ask(b, "SELECT count(*) FROM word"), 5);
    assert_int_equal(code(store_run(b->s, TX_WRITE, &b->mem, NULL, refuse, &(int64_t){ 6 })), ERR_STATE);
    assert_int_equal(code(store_run(b->s, TX_WRITE, &b->mem, NULL, refuse_but_keep, &(int64_t){ 7 })), ERR_STATE);
    store_stats(b->s, &z);
    assert_int_equal(z.writes - a.writes, 6);
    assert_int_equal(z.reads - a.reads, 3);
    assert_int_equal(z.rollbacks - a.rollbacks, 1);
    assert_int_equal(z.statements - a.statements, 10);
    assert_int_equal(z.groups - a.groups, server ? 0 : 6);
    assert_int_equal(z.grouped - a.grouped, server ? 0 : 6);
    assert_int_equal(z.retries - a.retries, 0);
    assert_int_equal(z.reconnects - a.reconnects, 0);
    assert_int_equal(ask(b, "SELECT n FROM word WHERE n > 5"), 7); /* kept in spite of the error */
    log_set_level(LOG_ERROR + 1);
    assert_int_equal(code(store_run(b->s, TX_WRITE, &b->mem, NULL, never, &runs)), ERR_RETRY);
    log_set_level(LOG_WARN);
    assert_int_equal(runs, 6);
    store_stats(b->s, &a);
    assert_int_equal(a.retries - z.retries, 5);
}

static void without_a_transaction_the_end_is_told_all_the_same(void **state)
{
    struct bench *b = *state;
    struct req r = { .mem = &b->mem, .db = db_open(b->s) };
    int times = 0;
    must(tx_begin(&r, TX_NONE));
    tx_end(&r, true, ended, &times);
    assert_int_equal(times, 1);
    tx_abandon(&r); /* nothing is open */
    db_close(r.db);
}

static const struct err *look_about(struct req *r, void *arg)
{
    (void)arg;
    int64_t n;
    return db_int(r, &n, "SELECT count(*) FROM word");
}

static void writes_are_refused_and_reads_are_not(void **state)
{
    struct bench *b = *state;
    store_refuse_writes(b->s, true);
    const struct err *e = store_run(b->s, TX_WRITE, &b->mem, NULL, add, &(int64_t){ 1 });
    assert_int_equal(code(e), ERR_DATABASE);
    assert_non_null(strstr(e->en, "was removed or replaced"));
    must(store_run(b->s, TX_READ, &b->mem, NULL, look_about, NULL));
    store_refuse_writes(b->s, false);
    must(store_run(b->s, TX_WRITE, &b->mem, NULL, add, &(int64_t){ 1 }));
}

/* ---- statements ---- */
static void parameters_are_counted(void **state)
{
    static const struct { const char *sql; int n; } cases[] = {
        { "SELECT 1", 0 }, { "SELECT $1", 1 }, { "SELECT $9, $1", 9 }, { "SELECT $10 + $2", 10 }, { "SELECT $12", 12 }, { "SELECT '$9', $2", 2 },
        { "SELECT 'it''s $9', $3 '$4'", 3 }, { "SELECT $0", 0 }, { "SELECT $", 0 }, { "SELECT $ 1", 0 }, { "SELECT $x", 0 }, { "SELECT $.1", 0 },
        { "SELECT $:", 0 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) assert_int_equal(count_params(cases[i].sql), cases[i].n);
}

static int busy(struct req *r)
{
    const struct statements *c = r->db->s->d->statements(r->db);
    int n = 0;
    for (size_t i = 0; i < COUNT(c->bucket); i++)
        for (const struct stmt *st = c->bucket[i]; st; st = st->next) n += st->busy;
    return n;
}

static int cached(struct req *r)
{
    return r->db->s->d->statements(r->db)->n;
}

static void many(struct req *r, int texts)
{
    for (int i = 0; i < texts; i++) {
        int64_t n;
        must(db_int_(r, &n, arena_printf(r->mem, "SELECT 0 * count(*) + %d FROM word", i), DB_ARGS()));
        assert_int_equal(n, i);
    }
}

static const struct err *many_within(struct req *r, void *row, void *arg)
{
    (void)row, (void)arg;
    many(r, 2 * STATEMENTS_MAX);
    assert_int_equal(cached(r), STATEMENTS_MAX); /* none is dropped under one that runs */
    assert_int_equal(busy(r), 1);
    return NULL;
}

static void the_cache_is_emptied_when_it_is_full(void **state)
{
    struct bench *b = *state;
    struct req r = { .mem = &b->mem, .db = db_open(b->s) };
    char text[40];
    int64_t n;
    must(tx_begin(&r, TX_READ));
    int had = cached(&r);
    many(&r, 2 * STATEMENTS_MAX + 10);
    assert_int_equal(cached(&r), had + 10);
    had = cached(&r);
    for (int i = 0; i < 3; i++) must(db_int(&r, &n, "SELECT 5")); /* the same text is one */
    assert_int_equal(cached(&r), had + 1);
    for (int i = 1; i <= 3; i++) { /* and another text is another, in the same place, too */
        snprintf(text, sizeof text, "SELECT %d", i);
        must(db_int_(&r, &n, text, DB_ARGS()));
        assert_int_equal(n, i);
    }
    tx_end(&r, true, ended, NULL);
    must(store_run(b->s, TX_WRITE, &b->mem, NULL, add, &(int64_t){ 1 }));
    must(tx_begin(&r, TX_READ));
    must(db_each(&r, &word_record, many_within, NULL, "SELECT n, s FROM word"));
    assert_int_equal(busy(&r), 0);
    tx_end(&r, true, ended, NULL);
    db_close(r.db);
}

static const struct err *add_many(struct req *r, void *arg)
{
    (void)arg;
    for (int64_t n = 1; n <= 1100; n++) TRY(db_exec(r, "INSERT INTO word (n, s) VALUES ($1, $2)", I64(n), TEXT(n % 2 ? "odd" : "even")));
    return NULL;
}

struct seen { const char *at; int64_t rows; };

static const struct err *one_place(struct req *r, void *row, void *arg)
{
    (void)r;
    struct seen *s = arg;
    const struct word *w = row;
    assert_int_equal(w->n, ++s->rows);
    if (s->rows > 2) assert_ptr_equal(w->s, s->at); /* memory does not grow with the rows */
    s->at = w->s;
    return NULL;
}

static const char all_words[] = "SELECT n, s FROM word WHERE n < $2 ORDER BY n"; /* $1 is not used */

static const struct err *read_many(struct req *r, void *arg)
{
    (void)arg;
    struct list all;
    struct seen seen = { 0 };
    struct word *w;
    int64_t n;
    must(db_each_(r, &word_record, one_place, &seen, all_words, DB_ARGS(I64(1), I64(1101))));
    assert_int_equal(seen.rows, 1100);
    must(db_all_(r, &word_record, &all, all_words, DB_ARGS(I64(1), I64(1101)))); /* the same text, not streamed */
    assert_int_equal(all.n, 1100);
    for (int64_t i = 0; i < 1100; i++) {
        assert_int_equal(LIST_AT(all, struct word, i).n, i + 1);
        assert_string_equal(LIST_AT(all, struct word, i).s, i % 2 ? "even" : "odd");
    }
    seen = (struct seen){ 0 };
    must(db_each_(r, &word_record, one_place, &seen, all_words, DB_ARGS(I64(1), I64(1001)))); /* ends with a whole fetch */
    assert_int_equal(seen.rows, 1000);
    must(db_int(r, &n, "SELECT n FROM word ORDER BY n"));
    assert_int_equal(n, 1);
    if (server) {
        must(db_int(r, &n, "SELECT count(*) FROM pg_cursors WHERE name LIKE 'c%'"));
        assert_int_equal(n, 0);
    }
    const struct err *e = db_find(r, &word_record, &w, "SELECT n FROM word WHERE n < 3");
    assert_int_equal(code(e), ERR_INTERNAL);
    assert_string_equal(e->cause, "more than one row: SELECT n FROM word WHERE n < 3");
    assert_int_equal(busy(r), 0);
    return e;
}

static const struct err *read_wrong(struct req *r, void *arg)
{
    struct seen seen = { 0 };
    const struct err *e = db_each_(r, &word_record, one_place, &seen, arg, DB_ARGS());
    assert_int_equal(seen.rows, strchr(arg, '/') ? 500 : 0);
    assert_int_equal(busy(r), 0);
    return e;
}

static void many_rows_and_no_row_too_many(void **state)
{
    struct bench *b = *state;
    must(store_run(b->s, TX_WRITE, &b->mem, NULL, add_many, NULL));
    log_set_level(LOG_ERROR + 1);
    assert_int_equal(code(store_run(b->s, TX_READ, &b->mem, NULL, read_many, NULL)), ERR_INTERNAL);
    assert_int_equal(code(store_run(b->s, TX_READ, &b->mem, NULL, read_wrong, (char *)"SELECT n FROM nowhere")), ERR_INTERNAL);
    if (server) /* at the second fetch */
        assert_int_equal(code(store_run(b->s, TX_READ, &b->mem, NULL, read_wrong,
                                        (char *)"SELECT n::bigint + 0 / (n - 600) AS n, 'x' AS s FROM generate_series(1, 1100) n")), ERR_INTERNAL);
    log_set_level(LOG_WARN);
    assert_int_equal(ask(b, "SELECT count(*) FROM word"), 1100);
}

static void what_is_remembered_is_of_what_was_asked(void **state)
{
    static const char what;
    struct req r = { 0 };
    (void)state;
    req_remember(&r, &what, 1, 2, "a");
    assert_string_equal(req_recall(&r, &what, 1, 2), "a");
    assert_null(req_recall(&r, &what, 1, 3));
    assert_null(req_recall(&r, &what, 3, 2));
}

/* ---- PostgreSQL ---- */
static const struct err *says(struct req *r, void *arg)
{
    return db_exec_(r, arg, NULL, DB_ARGS());
}

static void say(struct bench *b, const char *sql)
{
    must(store_run(b->s, TX_WRITE, &b->mem, NULL, says, arena_strdup(&b->mem, sql)));
}

static void a_connection_is_set_and_kept(void **state)
{
    static const char lock[] = "SELECT setting::bigint FROM pg_settings WHERE name = 'lock_timeout'", prepared[] = "SELECT count(*) FROM pg_prepared_statements";
    struct bench *b = *state;
    if (!server) return;
    assert_int_equal(ask(b, "SELECT setting::bigint FROM pg_settings WHERE name = 'statement_timeout'"), 30000);
    assert_int_equal(ask(b, "SELECT setting::bigint FROM pg_settings WHERE name = 'idle_in_transaction_session_timeout'"), 60000);
    assert_int_equal(ask(b, lock), 15000);
    store_patience(700);
    assert_int_equal(ask(b, lock), 700);
    store_patience(0);
    assert_int_equal(ask(b, lock), 15000);
    int64_t n = ask(b, prepared), pid = ask(b, "SELECT pg_backend_pid()");
    assert_true(pooled ? n == 0 : n > 0);
    n = ask(b, prepared);
    for (int i = 0; i < 3; i++) assert_int_equal(ask(b, prepared), n); /* once each */
    assert_int_equal(ask(b, "SELECT pg_backend_pid()"), pid);
    assert_int_equal(((struct pg_pool *)b->s->engine)->open, 1);

    /* A plan or statement that the server has no more: it runs again, on a new connection. */
    struct store_stats before, after;
    store_stats(b->s, &before);
    assert_int_equal(ask(b, "SELECT max(n) FROM word"), NONE);
    say(b, "ALTER TABLE word ALTER n TYPE NUMERIC");
    assert_int_equal(ask(b, "SELECT max(n) FROM word"), NONE);
    store_stats(b->s, &after);
    assert_int_equal(after.retries - before.retries, pooled ? 0 : 1);
    say(b, "DEALLOCATE ALL");
    assert_int_equal(ask(b, "SELECT max(n) FROM word"), NONE);
    store_stats(b->s, &after);
    assert_int_equal(after.retries - before.retries, pooled ? 0 : 2);
}

struct taking { struct store *s; enum err_code code; int retry_after_s; };

static void *take_another(void *arg)
{
    struct taking *t = arg;
    struct arena mem = { 0 };
    store_patience(50);
    const struct err *e = store_run(t->s, TX_READ, &mem, NULL, look_about, NULL);
    t->code = code(e);
    t->retry_after_s = e ? e->retry_after_s : 0;
    arena_clear(&mem);
    return NULL;
}

/* Of three connections that rest two are closed when one is our part; who finds none waits, and is told so. */
static void connections_are_as_many_as_our_part(void **state)
{
    struct bench *b = *state;
    if (!server) return;
    struct pg_pool *pool = b->s->engine;
    struct req r[3];
    struct taking t = { .s = b->s };
    pthread_t thread;
    for (int i = 0; i < 3; i++) {
        r[i] = (struct req){ .mem = &b->mem, .db = db_open(b->s) };
        must(tx_begin(&r[i], TX_READ));
    }
    assert_int_equal(pool->open, 3);
    tx_end(&r[0], true, ended, NULL);
    store_share(b->s, 1); /* one rests, two are at work */
    assert_int_equal(pool->open, 2);
    tx_end(&r[1], true, ended, NULL);
    assert_int_equal(pool->open, 1);
    log_set_level(LOG_ERROR + 1);
    assert_int_equal(pthread_create(&thread, NULL, take_another, &t), 0);
    pthread_join(thread, NULL);
    log_set_level(LOG_WARN);
    assert_int_equal(t.code, ERR_BUSY);
    assert_int_equal(t.retry_after_s, 1);
    tx_end(&r[2], true, ended, NULL);
    assert_int_equal(pool->open, 1);
    int64_t pid = ask(b, "SELECT pg_backend_pid()");
    assert_int_equal(ask(b, "SELECT pg_backend_pid()"), pid);
    store_share(b->s, 3);
    for (int i = 0; i < 3; i++) must(tx_begin(&r[i], TX_READ));
    for (int i = 0; i < 3; i++) tx_end(&r[i], true, ended, NULL);
    assert_int_equal(pool->open, 3);
    store_share(b->s, 1);
    assert_int_equal(pool->open, 1);
    for (int i = 0; i < 3; i++) db_close(r[i].db);
}

static const struct err *fail_unseen(struct req *r, void *arg)
{
    (void)arg;
    assert_non_null(r->db->s->d->script(r->db, r->mem, "SELECT 1 / 0"));
    return NULL;
}

static void a_commit_that_was_none_is_told(void **state)
{
    struct bench *b = *state;
    if (!server) return;
    log_set_level(LOG_ERROR + 1);
    const struct err *e = store_run(b->s, TX_WRITE, &b->mem, NULL, fail_unseen, NULL);
    log_set_level(LOG_WARN);
    assert_int_equal(code(e), ERR_INTERNAL);
    assert_string_equal(e->cause, "COMMIT was answered with ROLLBACK");
}

/* ---- what the engine says of itself ---- */
static void the_look_is_right(void **state)
{
    struct bench *b = *state;
    struct store_look look;
    must(store_run(b->s, TX_WRITE, &b->mem, NULL, add_many, NULL));
    const char *size = "SELECT pg_database_size(current_database())";
    int64_t least = server ? ask(b, size) : 0; /* PostgreSQL grows by itself, too: its vacuum notes where there is room */
    must(store_look(b->s, &b->mem, &look));
    assert_null(look.lost_en);
    assert_false(look.pooler_untold);
    if (server) {
        assert_true(look.unsafe); /* the tests' server does not sync */
        assert_true(look.connections >= 1 && look.connections_max == ask(b, "SELECT current_setting('max_connections')::bigint - 3"));
        assert_in_range(look.database_bytes, least, ask(b, size));
        return;
    }
    struct stat st;
    assert_false(look.unsafe);
    assert_int_equal(stat(b->config.path, &st), 0);
    assert_int_equal(look.database_bytes, st.st_size);
    assert_int_equal(stat(arena_printf(&b->mem, "%s-wal", b->config.path), &st), 0);
    assert_int_equal(look.wal_bytes, st.st_size);
    assert_true(look.disk_free > 0 && look.disk_size > look.disk_free);
    assert_true(look.connections == NONE);
}

static void a_copy_is_whole_or_not_there(void **state)
{
    struct bench *b = *state;
    struct stat st;
    struct rlimit was, small;
    if (server) return;
    const char *path = arena_printf(&b->mem, "%s/copy.db", b->dir), *part = arena_printf(&b->mem, "%s.part", path);
    must(store_run(b->s, TX_WRITE, &b->mem, NULL, add_many, NULL));
    fclose(fopen(part, "we")); /* of one that was killed */
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &was);
    small = was;
    small.rlim_cur = 8192;
    setrlimit(RLIMIT_FSIZE, &small);
    const struct err *e = store_backup(b->s, &b->mem, path);
    setrlimit(RLIMIT_FSIZE, &was);
    assert_int_equal(code(e), ERR_DISK_FULL);
    assert_int_equal(stat(path, &st), -1);
    assert_int_equal(stat(part, &st), -1);
    fclose(fopen(part, "we"));
    must(store_backup(b->s, &b->mem, path));
    assert_int_equal(stat(part, &st), -1);
    e = store_backup(b->s, &b->mem, "/nowhere/x.db");
    assert_int_equal(code(e), ERR_DATABASE);
    assert_string_equal(e->cause, "/nowhere/x.db.part: No such file or directory");
    unlink(path);
}

static void a_folder_is_no_database_and_no_lock(void **state)
{
    struct bench *b = *state;
    struct store *s;
    int fd;
    const struct err *e = store_open(&b->mem, &(struct store_config){ .path = b->dir, .sessions = 1 }, &s);
    assert_int_equal(code(e), ERR_DATABASE);
    const char *path = arena_printf(&b->mem, "%s/x.db", b->dir), *lock = arena_printf(&b->mem, "%s.lock", path);
    assert_int_equal(mkdir(lock, 0700), 0);
    e = store_lock(&b->mem, path, &fd);
    assert_int_equal(code(e), ERR_DATABASE);
    assert_int_equal(fd, -1);
    assert_string_equal(e->en, arena_printf(&b->mem, "cannot lock %s: Is a directory", lock));
    rmdir(lock);
}

int main(void)
{
    log_set_level(LOG_WARN);
#define ON(t) cmocka_unit_test_setup_teardown(t, open_bench, bench_close)
    const struct CMUnitTest tests[] = {
        ON(each_thing_is_counted_once), ON(without_a_transaction_the_end_is_told_all_the_same), ON(writes_are_refused_and_reads_are_not),
        cmocka_unit_test(parameters_are_counted), ON(the_cache_is_emptied_when_it_is_full), ON(many_rows_and_no_row_too_many),
        cmocka_unit_test(what_is_remembered_is_of_what_was_asked), ON(a_connection_is_set_and_kept), ON(connections_are_as_many_as_our_part),
        ON(a_commit_that_was_none_is_told), ON(the_look_is_right), ON(a_copy_is_whole_or_not_there), ON(a_folder_is_no_database_and_no_lock),
    };
    int failed = cmocka_run_group_tests_name("SQLite", tests, NULL, NULL);
    server = getenv("SHANZHI_TEST_PG");
    if (server) failed += cmocka_run_group_tests_name("PostgreSQL", tests, NULL, NULL);
    pooled = true;
    if (server) failed += cmocka_run_group_tests_name("PostgreSQL behind a pooler", tests, NULL, NULL);
    return failed;
}

/* The store on SQLite, and on PostgreSQL when SHANZHI_TEST_PG names a server: every test runs on both.
 * Crash rounds start this program again as `store_test --writer …` and kill it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/date.h"
#include "kernel/id.h"
#include "kernel/log.h"
#include "store/driver.h"

#include <cmocka.h>
#undef fail /* cmocka's; ours is in req.h */
#include "store/writing_child.h"
#include <errno.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const struct migration first[] = {
    { "test", 1, "001_test",
      "-- accounts; a type in a comment: BIGINT;\n"
      "CREATE TABLE account (village BIGINT NOT NULL, id BIGINT NOT NULL, name TEXT NOT NULL DEFAULT 'BIGINT;',\n"
      "  balance BIGINT NOT NULL CHECK (balance >= 0), photo BYTEA, PRIMARY KEY (village, id), UNIQUE (village, name));\n"
      "CREATE TABLE entry (village BIGINT NOT NULL, id BIGINT NOT NULL, account BIGINT NOT NULL, amount BIGINT NOT NULL,\n"
      "  half TEXT NOT NULL CHECK (half IN ('debit', 'credit')), PRIMARY KEY (village, id, half),\n"
      "  FOREIGN KEY (village, account) REFERENCES account (village, id));\n"
      "CREATE TABLE late (village BIGINT NOT NULL, id BIGINT NOT NULL, account BIGINT NOT NULL, PRIMARY KEY (village, id),\n"
      "  FOREIGN KEY (village, account) REFERENCES account (village, id) DEFERRABLE INITIALLY DEFERRED);\n"
      "CREATE INDEX entry_account ON entry (village, account);\n"
      "-- sqlite and postgresql have each their own, see below\n"
      "-- postgresql and sqlite, too\n"
      "-- sqlite:\n"
      "-- both are not meant here\n"
      "CREATE TABLE only_one (engine TEXT NOT NULL CHECK (engine = 'sqlite'));\n"
      "-- postgresql:\n"
      "-- both are not meant here, either\n"
      "CREATE TABLE only_one (engine TEXT NOT NULL CHECK (engine = 'postgresql'));\n"
      "-- both:\n"
      "CREATE TABLE for_both (n BIGINT NOT NULL)" },
};

struct account { int64_t village, id, balance; const char *name; struct bytes photo; };
static const struct field account_fields[] = {
    F(account, village, K_REGION, 0, 0, 0, "Village."),
    F(account, id, K_ID, 0, 0, 0, "Id."),
    F(account, balance, K_POINTS, 0, 0, 0, "Balance."),
    F(account, name, K_TEXT, 0, 0, 0, "Name."),
    F(account, photo, K_BYTES, 0, 0, 0, "Photo."),
    { 0 }
};
static RECORD(account);

enum { OWN = 1 }; /* migrations of the store itself */
enum { VILLAGE = 1000, WRITERS = 64, WRITES = 40, ACCOUNTS = 16 };

/* ---- a fresh database for each test ---- */
static const char *server; /* libpq URL; NULL: SQLite */
static bool pooled;
static const char *self;

struct bench {
    struct arena mem;
    struct store *s;
    struct store_config config;
    char dir[64], name[64], *target;
};

static void sql_on(const char *url, const char *sql)
{
    PGconn *c = PQconnectdb(url);
    PGresult *res = PQexec(c, sql);
    if (PQresultStatus(res) != PGRES_COMMAND_OK && PQresultStatus(res) != PGRES_TUPLES_OK) {
        fprintf(stderr, "%s: %s", sql, PQerrorMessage(c));
        abort();
    }
    PQclear(res);
    PQfinish(c);
}

static char *database_url(struct arena *mem, const char *name)
{
    size_t keep = (size_t)(strrchr(server, '/') - server);
    return arena_printf(mem, "%.*s/%s", (int)keep, server, name);
}

static void reopen(struct bench *b)
{
    if (b->s) store_close(b->s);
    if (store_open(&b->mem, &b->config, &b->s)) abort();
}

static int open_empty(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    snprintf(b->dir, sizeof b->dir, "/tmp/shanzhi-store-XXXXXX");
    if (!mkdtemp(b->dir)) abort();
    b->config.sessions = WRITERS;
    b->config.create = true;
    b->config.pooled = pooled;
    if (server) {
        snprintf(b->name, sizeof b->name, "store_test_%lld", (long long)id_new());
        sql_on(server, arena_printf(&b->mem, "CREATE DATABASE %s", b->name));
        b->config.database = b->target = database_url(&b->mem, b->name);
    } else {
        b->config.path = b->target = arena_printf(&b->mem, "%s/test.db", b->dir);
    }
    reopen(b);
    *state = b;
    return 0;
}

static int open_bench(void **state)
{
    open_empty(state);
    struct bench *b = *state;
    int applied = 0;
    const struct err *e = store_migrate(b->s, &b->mem, first, 1, &applied);
    if (e) fprintf(stderr, "%s\n", e->cause);
    return e || applied != OWN + 1;
}

static int close_bench(void **state)
{
    struct bench *b = *state;
    store_close(b->s);
    if (server) sql_on(server, arena_printf(&b->mem, "DROP DATABASE %s WITH (FORCE)", b->name));
    char *cmd = arena_printf(&b->mem, "rm -rf %s", b->dir);
    int rc = system(cmd);
    arena_clear(&b->mem);
    free(b);
    return rc;
}

/* For threads as well, where cmocka cannot report. */
static void must(const struct err *e)
{
    if (!e) return;
    fprintf(stderr, "unexpected %s: %s\n", err_info(e->code)->name, e->cause ? e->cause : err_text(e, LANG_EN));
    abort();
}

static enum err_code code(const struct err *e)
{
    return e ? e->code : ERR_NONE;
}

static const struct err *read_sql(struct req *r, void *arg)
{
    const char **p = arg;
    return db_int_(r, (int64_t *)(void *)&p[1], p[0], DB_ARGS());
}

static int64_t ask(struct bench *b, const char *sql)
{
    struct { const char *sql; int64_t out; } q = { sql, 0 };
    must(store_run(b->s, TX_READ, &b->mem, NULL, read_sql, &q));
    return q.out;
}

/* ---- rows ---- */
static const struct err *add_accounts(struct req *r, void *arg)
{
    int64_t n = *(int64_t *)arg;
    for (int64_t i = 1; i <= n; i++)
        TRY(db_exec(r, "INSERT INTO account (village, id, name, balance, photo) VALUES ($1, $2, $3, $4, $5)",
                    I64(VILLAGE), I64(i), TEXT(arena_printf(r->mem, "甲%d", (int)i)), I64(100),
                    BLOB(i % 2 ? "\0\1\2'" : NULL, 4)));
    return NULL;
}

static void fill_accounts(struct bench *b, int64_t n)
{
    must(store_run(b->s, TX_WRITE, &b->mem, NULL, add_accounts, &n));
}

static const struct err *read_rows(struct req *r, void *arg)
{
    (void)arg;
    struct account *a;
    struct list all;
    int64_t n, changed;
    must(db_one(r, &account_record, &a, "SELECT id, name, balance, photo FROM account WHERE village = $1 AND id = $2",
                I64(VILLAGE), I64(1)));
    assert_string_equal(a->name, "甲1");
    assert_int_equal(a->balance, 100);
    assert_true(a->village == NONE); /* no such column */
    assert_int_equal(a->photo.n, 4);
    assert_memory_equal(a->photo.p, "\0\1\2'", 4);
    must(db_find(r, &account_record, &a, "SELECT id, photo FROM account WHERE village = $1 AND id = $2", I64(VILLAGE), I64(2)));
    assert_null(a->photo.p);
    must(db_find(r, &account_record, &a, "SELECT id FROM account WHERE village = $1 AND id = $2", I64(VILLAGE), I64(99)));
    assert_null(a);
    assert_int_equal(code(db_one(r, &account_record, &a, "SELECT id FROM account WHERE id = $1", I64(99))), ERR_NOT_FOUND);
    must(db_all(r, &account_record, &all, "SELECT id, name FROM account WHERE village = $1 ORDER BY id", I64(VILLAGE)));
    assert_int_equal(all.n, ACCOUNTS);
    assert_int_equal(LIST_AT(all, struct account, 15).id, 16);
    must(db_int(r, &n, "SELECT sum(balance) FROM account"));
    assert_int_equal(n, 1600);
    must(db_int(r, &n, "SELECT max(balance) FROM account WHERE village = $1", I64(7)));
    assert_true(n == NONE);
    must(db_int(r, &n, "SELECT count(*) FROM account WHERE $2 = '甲' AND $1 IS NULL", I64(NONE), TEXT("甲"))); /* names, not places */
    assert_int_equal(n, ACCOUNTS);
    must(db_exec_n(r, &changed, "UPDATE account SET balance = $2 WHERE village = $1 AND balance < $2", I64(VILLAGE), I64(7)));
    assert_int_equal(changed, 0);
    must(db_exec_n(r, &changed, "UPDATE account SET balance = balance + 1 WHERE village = $1 AND id < $2", I64(VILLAGE), I64(4)));
    assert_int_equal(changed, 3);
    must(db_one(r, &account_record, &a, "UPDATE account SET balance = balance - 1 WHERE village = $1 AND id = $2 RETURNING balance",
                I64(VILLAGE), I64(1)));
    assert_int_equal(a->balance, 100);
    must(db_exec_n(r, &changed, "INSERT INTO account (village, id, name, balance) VALUES ($1, 1, 'x', 0) ON CONFLICT DO NOTHING", I64(VILLAGE)));
    assert_int_equal(changed, 0);
    return NULL;
}

static void nothing(void *arg, const struct err *e)
{
    (void)arg, (void)e;
}

static void test_rows(void **state)
{
    struct bench *b = *state;
    fill_accounts(b, ACCOUNTS);
    for (int i = 0; i < 2; i++) { /* the second time from the cache; rolled back by an error */
        struct req r = { .mem = &b->mem, .db = db_open(b->s) };
        must(tx_begin(&r, TX_WRITE));
        must(read_rows(&r, NULL));
        tx_end(&r, false, nothing, NULL);
        db_close(r.db);
    }
    must(store_run(b->s, TX_WRITE, &b->mem, NULL, read_rows, NULL));
    assert_int_equal(ask(b, "SELECT sum(balance) FROM account"), 1602);
    must(store_ready(b->s, &b->mem));
}

/* Rows streamed, each running statements of its own, one of them the text that is streaming. */
static const struct err *on_row(struct req *r, void *row, void *arg)
{
    const struct account *a = row;
    int64_t *seen = arg, n;
    struct account *again;
    assert_int_equal(a->id, ++*seen);
    TRY(db_int(r, &n, "SELECT balance FROM account WHERE village = $1 AND id = $2", I64(VILLAGE), I64(a->id)));
    assert_int_equal(n, 100);
    if (*seen == 3)
        TRY(db_find(r, &account_record, &again, "SELECT id, name FROM account WHERE village = $1 AND id <= $2 ORDER BY id", I64(VILLAGE), I64(1)));
    assert_string_equal(a->name, arena_printf(r->mem, "甲%d", (int)a->id));
    return *seen == 1400 ? fail_say(r, ERR_STATE, NULL, "够了", "enough") : NULL;
}

static const struct err *stream(struct req *r, void *arg)
{
    return db_each(r, &account_record, on_row, arg, "SELECT id, name FROM account WHERE village = $1 AND id <= $2 ORDER BY id",
                   I64(VILLAGE), I64(5000));
}

static void test_stream(void **state)
{
    struct bench *b = *state;
    int64_t seen = 0;
    fill_accounts(b, 1300);
    must(store_run(b->s, TX_READ, &b->mem, NULL, stream, &seen));
    assert_int_equal(seen, 1300);
    seen = 0;
    must(store_run(b->s, TX_WRITE, &b->mem, NULL, stream, &seen));
    assert_int_equal(seen, 1300);
}

static void test_stream_stops(void **state)
{
    struct bench *b = *state;
    int64_t seen = 0;
    fill_accounts(b, 2000);
    assert_int_equal(code(store_run(b->s, TX_READ, &b->mem, NULL, stream, &seen)), ERR_STATE);
    assert_int_equal(seen, 1400);
}

/* Left by arena_try while two statements run, one of them the other's text, and after a write. */
static const struct err *run_out(struct req *r, void *row, void *arg)
{
    struct account *a;
    (void)row;
    if (++*(int64_t *)arg < 3) return NULL;
    TRY(db_one(r, &account_record, &a, "SELECT id, name FROM account WHERE village = $1 AND id <= $2 ORDER BY id", I64(VILLAGE), I64(1)));
    arena_alloc(r->mem, SIZE_MAX / 2 + 1);
    return NULL;
}

static const struct err *short_of_memory(struct req *r, void *arg)
{
    if (arg) TRY(db_exec(r, "UPDATE account SET balance = 7 WHERE village = $1", I64(VILLAGE)));
    int64_t seen = 0;
    return db_each(r, &account_record, run_out, &seen, "SELECT id, name FROM account WHERE village = $1 AND id <= $2 ORDER BY id",
                   I64(VILLAGE), I64(5000));
}

static void test_memory(void **state)
{
    struct bench *b = *state;
    fill_accounts(b, 100);
    for (int i = 0; i < 5; i++) { /* more often than sessions could be lost unnoticed */
        const struct err *e = store_run(b->s, TX_READ, &b->mem, NULL, short_of_memory, NULL);
        assert_int_equal(code(e), ERR_NO_MEMORY);
        assert_int_equal(e->retry_after_s, 5);
        assert_int_equal(code(store_run(b->s, TX_WRITE, &b->mem, NULL, short_of_memory, b)), ERR_NO_MEMORY);
        assert_int_equal(ask(b, "SELECT sum(balance) FROM account"), 100 * 100);
    }
    int64_t seen = 0;
    must(store_run(b->s, TX_WRITE, &b->mem, NULL, stream, &seen));
    assert_int_equal(seen, 100);
}

static const struct err *many_texts(struct req *r, void *arg)
{
    (void)arg;
    for (int i = 0; i < 2 * STATEMENTS_MAX + 10; i++) {
        int64_t n;
        TRY(db_int_(r, &n, arena_printf(r->mem, "SELECT count(*) + %d FROM account", i), DB_ARGS()));
        assert_int_equal(n, i);
    }
    return NULL;
}

static void test_many_texts(void **state)
{
    struct bench *b = *state;
    must(store_run(b->s, TX_READ, &b->mem, NULL, many_texts, NULL));
}

/* ---- errors ---- */
struct wrong { const char *sql; enum err_code want; enum tx mode; };

static const struct err *do_wrong(struct req *r, void *arg)
{
    const struct wrong *w = arg;
    const struct err *e = db_exec_(r, w->sql, NULL, DB_ARGS());
    if (!e) return NULL;
    /* Spoiled: the same error for whatever comes next, on both engines. */
    int64_t n;
    assert_ptr_equal(db_int(r, &n, "SELECT count(*) FROM account"), e);
    r->keep = true;
    return e;
}

static void test_errors(void **state)
{
    static const struct wrong cases[] = {
        { "INSERT INTO account (village, id, name, balance) VALUES (1000, 1, 'new', 0)", ERR_DUPLICATE, TX_WRITE },
        { "INSERT INTO account (village, id, name, balance) VALUES (1000, 99, '甲1', 0)", ERR_DUPLICATE, TX_WRITE },
        { "INSERT INTO account (village, id, name, balance) VALUES (1000, 99, 'new', -1)", ERR_CONFLICT, TX_WRITE },
        { "INSERT INTO account (village, id, name, balance) VALUES (1000, 99, NULL, 1)", ERR_CONFLICT, TX_WRITE },
        { "INSERT INTO entry (village, id, account, amount, half) VALUES (1000, 1, 77, 1, 'debit')", ERR_CONFLICT, TX_WRITE },
        { "INSERT INTO entry (village, id, account, amount, half) VALUES (1000, 1, 1, 1, 'third')", ERR_CONFLICT, TX_WRITE },
        { "INSERT INTO late (village, id, account) VALUES (1000, 1, 77)", ERR_CONFLICT, TX_WRITE },
        { "UPDATE account SET balance = 9223372036854775807 + balance", ERR_INTERNAL, TX_WRITE },
        { "UPDATE account SET balance = 0", ERR_INTERNAL, TX_READ },
        { "SELECT nothing FROM nowhere", ERR_INTERNAL, TX_READ },
        { "SELECT count(*) FROM account", ERR_NONE, TX_READ },
    };
    struct bench *b = *state;
    fill_accounts(b, 2);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct wrong w = cases[i];
        enum err_code got = code(store_run(b->s, w.mode, &b->mem, NULL, do_wrong, &w));
        if (got != w.want) print_error("%s: %s\n", w.sql, err_info(got)->name);
        assert_int_equal(got, w.want);
    }
    assert_int_equal(ask(b, "SELECT sum(balance) FROM account"), 200);
    assert_int_equal(ask(b, "SELECT count(*) FROM late"), 0);
}

/* What cannot be provoked here is raised on the server by its code. */
static const struct err *raise_state(struct req *r, void *arg)
{
    return db_exec_(r, arena_printf(r->mem, "DO 'BEGIN RAISE EXCEPTION USING ERRCODE = ''%s''; END'", (const char *)arg), NULL, DB_ARGS());
}

static void test_server_codes(void **state)
{
    static struct { char state[6]; enum err_code want; } cases[] = {
        { "40001", ERR_RETRY }, { "40P01", ERR_RETRY }, { "23505", ERR_DUPLICATE }, { "23503", ERR_CONFLICT },
        { "53100", ERR_DISK_FULL }, { "57014", ERR_BUSY }, { "55P03", ERR_BUSY }, { "57P03", ERR_DATABASE },
        { "53300", ERR_DATABASE }, { "22012", ERR_INTERNAL }, { "0A000", ERR_RETRY },
    };
    struct bench *b = *state;
    if (!server) skip();
    log_set_level(LOG_ERROR + 1);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct err *e = store_run(b->s, TX_WRITE, &b->mem, NULL, raise_state, cases[i].state);
        assert_int_equal(code(e), cases[i].want);
        assert_int_equal(e->retry_after_s, cases[i].want == ERR_DATABASE || cases[i].want == ERR_BUSY);
    }
    log_set_level(LOG_WARN);
}

/* ---- concurrent writers ---- */
struct writer { struct bench *b; int n; pthread_t thread; };

/* Moves one point from an account to another; every fifth gives up after writing. */
struct move { int64_t from, to; bool give_up; };
static const struct err *move_point(struct req *r, void *arg)
{
    const struct move *m = arg;
    int64_t changed, id = id_new(), lower = m->from < m->to ? m->from : m->to;
    /* Rows are locked in the order of their ids, as every slice should: else PostgreSQL finds deadlocks. */
    TRY(db_exec(r, "UPDATE account SET balance = balance WHERE village = $1 AND id = $2", I64(VILLAGE), I64(lower)));
    TRY(db_exec_n(r, &changed, "UPDATE account SET balance = balance - 1 WHERE village = $1 AND id = $2 AND balance >= 1",
                  I64(VILLAGE), I64(m->from)));
    if (!changed) return fail(r, ERR_OVERDRAWN, NULL);
    TRY(db_exec(r, "INSERT INTO entry (village, id, account, amount, half) VALUES ($1, $2, $3, -1, 'debit')", I64(VILLAGE), I64(id), I64(m->from)));
    TRY(db_exec(r, "UPDATE account SET balance = balance + 1 WHERE village = $1 AND id = $2", I64(VILLAGE), I64(m->to)));
    TRY(db_exec(r, "INSERT INTO entry (village, id, account, amount, half) VALUES ($1, $2, $3, 1, 'credit')", I64(VILLAGE), I64(id), I64(m->to)));
    return m->give_up ? fail(r, ERR_STATE, NULL) : NULL;
}

static void *write_moves(void *arg)
{
    struct writer *w = arg;
    struct arena mem = { 0 };
    for (int i = 0; i < WRITES; i++) {
        struct move m = { 1 + (w->n + i) % ACCOUNTS, 1 + (w->n + 5 * i + 1) % ACCOUNTS, i % 5 == 4 };
        enum err_code got = code(store_run(w->b->s, TX_WRITE, &mem, NULL, move_point, &m));
        if (got != (m.give_up ? ERR_STATE : ERR_NONE) && got != ERR_OVERDRAWN) {
            fprintf(stderr, "writer got %s\n", err_info(got)->name);
            abort();
        }
        arena_reset(&mem);
    }
    arena_clear(&mem);
    return NULL;
}

static _Atomic bool reading;
static _Atomic int64_t snapshots;

static const struct err *check_sum(struct req *r, void *arg)
{
    int64_t sum, entries, again;
    (void)arg;
    TRY(db_int(r, &entries, "SELECT count(*) FROM entry"));
    TRY(db_int(r, &sum, "SELECT sum(balance) FROM account"));
    TRY(db_int(r, &again, "SELECT count(*) FROM entry WHERE half IN ('debit', 'credit')"));
    if (sum != 100 * ACCOUNTS || entries % 2 || entries != again) {
        fprintf(stderr, "a reader saw %lld points, %lld then %lld entries\n", (long long)sum, (long long)entries, (long long)again);
        abort();
    }
    return NULL;
}

static void *read_sums(void *arg)
{
    struct bench *b = arg;
    struct arena mem = { 0 };
    while (reading) {
        must(store_run(b->s, TX_READ, &mem, NULL, check_sum, NULL));
        snapshots++;
        arena_reset(&mem);
    }
    arena_clear(&mem);
    return NULL;
}

static void test_writers(void **state)
{
    struct bench *b = *state;
    static struct writer w[WRITERS];
    pthread_t readers[2];
    struct store_stats before, stats;
    fill_accounts(b, ACCOUNTS);
    store_stats(b->s, &before);
    atomic_store(&b->s->lease.renew_us, INT64_MAX); /* a renewal would be a write more */
    reading = true;
    snapshots = 0;
    for (size_t i = 0; i < COUNT(readers); i++) pthread_create(&readers[i], NULL, read_sums, b);
    for (int i = 0; i < WRITERS; i++) {
        w[i] = (struct writer){ .b = b, .n = i };
        pthread_create(&w[i].thread, NULL, write_moves, &w[i]);
    }
    for (int i = 0; i < WRITERS; i++) pthread_join(w[i].thread, NULL);
    reading = false;
    for (size_t i = 0; i < COUNT(readers); i++) pthread_join(readers[i], NULL);
    assert_true(snapshots > 0);
    assert_int_equal(ask(b, "SELECT sum(balance) FROM account"), 100 * ACCOUNTS);
    assert_int_equal(ask(b, "SELECT count(*) FROM account a WHERE balance <> 100 + (SELECT coalesce(sum(amount), 0) FROM entry e WHERE e.village = a.village AND e.account = a.id)"), 0);
    store_stats(b->s, &stats);
    /* Every move but those given up is there. */
    assert_int_equal(ask(b, "SELECT count(*) FROM entry"), 2 * (int64_t)(stats.writes - before.writes));
    if (!server) {
        assert_int_equal(stats.grouped, stats.writes);
        assert_true(stats.groups < stats.writes / 4);
    }
}

/* ---- kill -9 ---- */
struct crash_writer { struct store *s; int n, fd; };

static const struct err *write_pair(struct req *r, void *arg)
{
    int64_t id = *(int64_t *)arg;
    TRY(db_exec(r, "INSERT INTO entry (village, id, account, amount, half) VALUES ($1, $2, 1, -1, 'debit')", I64(VILLAGE), I64(id)));
    return db_exec(r, "INSERT INTO entry (village, id, account, amount, half) VALUES ($1, $2, 2, 1, 'credit')", I64(VILLAGE), I64(id));
}

static void *write_until_killed(void *arg)
{
    struct crash_writer *w = arg;
    struct arena mem = { 0 };
    for (;;) {
        int64_t id = id_new();
        must(store_run(w->s, TX_WRITE, &mem, NULL, write_pair, &id));
        if (write(w->fd, &id, sizeof id) != sizeof id) abort();
        arena_reset(&mem);
    }
    return NULL;
}

static int crash_child(const char *engine, const char *target)
{
    struct arena mem = { 0 };
    struct store_config c = { .sessions = 8, .create = true };
    struct store *s;
    static struct crash_writer w[8];
    pthread_t t;
    if (strcmp(engine, "sqlite") == 0) c.path = target;
    else c.database = target;
    must(store_open(&mem, &c, &s));
    must(store_migrate(s, &mem, first, 1, NULL));
    must(store_lease(s, &mem)); /* its ids are made before its writes begin */
    for (size_t i = 0; i < COUNT(w); i++) {
        w[i] = (struct crash_writer){ s, (int)i, STDOUT_FILENO };
        pthread_create(&t, NULL, write_until_killed, &w[i]);
    }
    for (;;) pause();
    return 0;
}

/* Lets the child acknowledge `wanted` writes and kills it; returns how many it acknowledged. */
static size_t kill_after(struct bench *b, size_t wanted, int64_t *acked, size_t max)
{
    char *argv[] = { arena_strdup(&b->mem, self), "--writer", arena_strdup(&b->mem, store_engine(b->s)), arena_strdup(&b->mem, b->target), NULL };
    return writing_child(argv, wanted, acked, max);
}

static const struct err *count_acked(struct req *r, void *arg)
{
    int64_t *id = arg, there;
    for (; *id; id++) {
        TRY(db_int(r, &there, "SELECT count(*) FROM entry WHERE village = $1 AND id = $2", I64(VILLAGE), I64(*id)));
        if (there != 2) return fail_say(r, ERR_STATE, NULL, "", arena_printf(r->mem, "%lld has %lld halves", (long long)*id, (long long)there));
    }
    return NULL;
}

static void test_kill(void **state)
{
    enum { MAX = 20000 };
    struct bench *b = *state;
    static int64_t acked[MAX + 1];
    fill_accounts(b, 2);
    store_close(b->s);
    b->s = NULL;
    for (int round = 0; round < 6; round++) {
        memset(acked, 0, sizeof acked);
        reopen(b); /* for the engine's name; an idle second process must not matter */
        size_t n = kill_after(b, (size_t)(1 + 37 * round), acked, MAX);
        assert_true(n >= (size_t)(1 + 37 * round));
        reopen(b);
        must(store_run(b->s, TX_READ, &b->mem, NULL, count_acked, acked));
        assert_int_equal(ask(b, "SELECT count(*) FROM (SELECT id FROM entry GROUP BY village, id HAVING count(*) <> 2) AS torn"), 0);
    }
    assert_true(ask(b, "SELECT count(*) FROM entry") > 400);
}

/* ---- the disk is full ---- */
static const struct err *write_big(struct req *r, void *arg)
{
    int64_t id = *(int64_t *)arg;
    TRY(write_pair(r, arg));
    static char photo[8000];
    return db_exec(r, "UPDATE account SET photo = $3 WHERE village = $1 AND id = $2", I64(VILLAGE), I64(1 + id % 2), BLOB(photo, sizeof photo));
}

static struct { _Atomic int fine, full, other; } counts;

static void *write_until_full(void *arg)
{
    struct bench *b = arg;
    struct arena mem = { 0 };
    for (int i = 0; i < 400; i++) {
        int64_t id = id_new();
        enum err_code got = code(store_run(b->s, TX_WRITE, &mem, NULL, write_big, &id));
        if (got == ERR_NONE) counts.fine++;
        else if (got == ERR_DISK_FULL) counts.full++;
        else counts.other++;
        arena_reset(&mem);
    }
    arena_clear(&mem);
    return NULL;
}

static void test_disk_full(void **state)
{
    struct bench *b = *state;
    pthread_t t[8];
    struct rlimit was, small;
    if (server) skip(); /* the server's disk is not ours to fill */
    fill_accounts(b, 2);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &was);
    small = was;
    small.rlim_cur = 512 * 1024;
    log_set_level(LOG_ERROR + 1);
    setrlimit(RLIMIT_FSIZE, &small);
    for (size_t i = 0; i < COUNT(t); i++) pthread_create(&t[i], NULL, write_until_full, b);
    for (size_t i = 0; i < COUNT(t); i++) pthread_join(t[i], NULL);
    int64_t there = ask(b, "SELECT count(*) FROM entry"); /* readers still work */
    setrlimit(RLIMIT_FSIZE, &was);
    log_set_level(LOG_WARN);
    assert_true(counts.fine > 0);
    assert_true(counts.full > 0);
    assert_int_equal(counts.other, 0);
    assert_int_equal(there, 2 * counts.fine);
    int64_t id = id_new(); /* space came back */
    must(store_run(b->s, TX_WRITE, &b->mem, NULL, write_big, &id));
    reopen(b);
    assert_int_equal(ask(b, "SELECT count(*) FROM entry"), 2 * (counts.fine + 1));
    assert_int_equal(ask(b, "SELECT count(*) FROM (SELECT id FROM entry GROUP BY village, id HAVING count(*) <> 2) AS torn"), 0);
}

/* ---- the database goes away and comes back ---- */
static void terminate_all(struct bench *b)
{
    sql_on(server, arena_printf(&b->mem, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%s'", b->name));
}

static const struct err *lose_it(struct req *r, void *arg)
{
    int64_t id = id_new();
    TRY(write_pair(r, &id));
    terminate_all(arg);
    id++;
    return write_pair(r, &id);
}

static const struct err *lose_it_at_the_end(struct req *r, void *arg)
{
    int64_t id = id_new();
    TRY(write_pair(r, &id));
    terminate_all(arg);
    return NULL;
}

static void test_connection_lost(void **state)
{
    struct bench *b = *state;
    if (!server) skip();
    fill_accounts(b, 2);
    log_set_level(LOG_ERROR + 1);
    assert_int_equal(b->s->reconnects, 0);
    assert_int_equal(code(store_run(b->s, TX_WRITE, &b->mem, NULL, lose_it, b)), ERR_DATABASE);
    assert_int_equal(b->s->reconnects, 1);
    assert_int_equal(ask(b, "SELECT count(*) FROM entry"), 0);
    const struct err *e = store_run(b->s, TX_WRITE, &b->mem, NULL, lose_it_at_the_end, b);
    assert_int_equal(code(e), ERR_DATABASE);
    assert_string_equal(e->en, "The connection to the database was lost while saving; check whether it was saved before you try again.");
    assert_int_equal(b->s->reconnects, 2);
    assert_int_equal(ask(b, "SELECT count(*) FROM entry"), 0);
    terminate_all(b); /* while nobody works: nobody notices */
    assert_int_equal(ask(b, "SELECT count(*) FROM entry"), 0);
    assert_int_equal(b->s->reconnects, 3);
    int64_t id = id_new();
    must(store_run(b->s, TX_WRITE, &b->mem, NULL, write_pair, &id));
    /* No new connections for a while. */
    sql_on(server, arena_printf(&b->mem, "ALTER DATABASE %s WITH ALLOW_CONNECTIONS false", b->name));
    terminate_all(b);
    assert_int_equal(code(store_ready(b->s, &b->mem)), ERR_DATABASE);
    sql_on(server, arena_printf(&b->mem, "ALTER DATABASE %s WITH ALLOW_CONNECTIONS true", b->name));
    must(store_ready(b->s, &b->mem));
    assert_int_equal(ask(b, "SELECT count(*) FROM entry"), 2);
    assert_int_equal(b->s->reconnects, 4);
    log_set_level(LOG_WARN);
}

/* ---- snapshots ---- */
/* What a request has asked is known until its transaction ends; the statements of it are counted. */
static void test_remembered(void **state)
{
    struct bench *b = *state;
    static const char what, other;
    int64_t n;
    struct store_stats before, after;
    struct req r = { .mem = &b->mem, .db = db_open(b->s) };
    store_stats(b->s, &before);
    must(tx_begin(&r, TX_READ));
    assert_null(req_recall(&r, &what, 1, 2));
    req_remember(&r, &what, 1, 2, "a");
    req_remember(&r, &other, 1, 2, "b");
    assert_string_equal(req_recall(&r, &what, 1, 2), "a");
    assert_string_equal(req_recall(&r, &other, 1, 2), "b");
    assert_null(req_recall(&r, &what, 2, 1));
    req_forget(&r, &what);
    assert_null(req_recall(&r, &what, 1, 2));
    assert_string_equal(req_recall(&r, &other, 1, 2), "b");
    for (int64_t i = 0; i < REQ_REMEMBERS; i++) req_remember(&r, &what, i, 0, "c");
    assert_null(req_recall(&r, &other, 1, 2)); /* the oldest gave way */
    must(db_int(&r, &n, "SELECT count(*) FROM account"));
    must(db_int(&r, &n, "SELECT count(*) FROM entry"));
    tx_end(&r, true, nothing, NULL);
    must(tx_begin(&r, TX_READ));
    assert_null(req_recall(&r, &what, 0, 0));
    tx_end(&r, true, nothing, NULL);
    store_stats(b->s, &after);
    assert_int_equal(after.statements - before.statements, 2);
    db_close(r.db);
}

static void test_snapshot(void **state)
{
    struct bench *b = *state;
    int64_t before, after, n = 3;
    struct req r = { .mem = &b->mem, .db = db_open(b->s) };
    must(tx_begin(&r, TX_READ));
    must(db_int(&r, &before, "SELECT count(*) FROM account"));
    must(store_run(b->s, TX_WRITE, &b->mem, NULL, add_accounts, &n));
    must(db_int(&r, &after, "SELECT count(*) FROM account"));
    assert_int_equal(before, 0);
    assert_int_equal(after, 0);
    tx_end(&r, true, nothing, NULL);
    must(tx_begin(&r, TX_READ));
    must(db_int(&r, &after, "SELECT count(*) FROM account"));
    tx_end(&r, true, nothing, NULL);
    db_close(r.db);
    assert_int_equal(after, 3);
}

/* Two that lock two rows the other way round: PostgreSQL ends one with 40P01, which is run again. They
 * meet when each holds its first row; on SQLite the second could not even begin. */
struct cross { struct writer w; pthread_barrier_t *meet; int tries; };

static const struct err *cross(struct req *r, void *arg)
{
    struct cross *c = arg;
    c->tries++;
    for (int i = 0; i < 2; i++) {
        TRY(db_exec(r, "UPDATE account SET balance = balance + 1 WHERE village = $1 AND id = $2", I64(VILLAGE), I64(1 + (c->w.n + i) % 2)));
        if (server && !i && c->tries == 1) pthread_barrier_wait(c->meet);
    }
    return NULL;
}

static void *run_cross(void *arg)
{
    struct cross *c = arg;
    struct arena mem = { 0 };
    must(store_run(c->w.b->s, TX_WRITE, &mem, NULL, cross, c));
    arena_clear(&mem);
    return NULL;
}

static void test_deadlock(void **state)
{
    struct bench *b = *state;
    pthread_barrier_t meet;
    struct cross c[2] = { { .w = { b, 0, 0 }, .meet = &meet }, { .w = { b, 1, 0 }, .meet = &meet } };
    struct store_stats stats;
    fill_accounts(b, 2);
    pthread_barrier_init(&meet, NULL, 2);
    for (int i = 0; i < 2; i++) pthread_create(&c[i].w.thread, NULL, run_cross, &c[i]);
    for (int i = 0; i < 2; i++) pthread_join(c[i].w.thread, NULL);
    pthread_barrier_destroy(&meet);
    assert_int_equal(ask(b, "SELECT sum(balance) FROM account"), 204);
    store_stats(b->s, &stats);
    assert_true(server ? stats.retries > 0 : stats.retries == 0);
}

/* ---- fail the n-th call ---- */
static void test_faults(void **state)
{
    struct bench *b = *state;
    struct move m = { 1, 2, false };
    fill_accounts(b, 2);
    log_set_level(LOG_ERROR + 1);
    int n = 1;
    for (;; n++) {
        store_test_fail_at(n);
        enum err_code got = code(store_run(b->s, TX_WRITE, &b->mem, NULL, move_point, &m));
        store_test_fail_at(0);
        if (got == ERR_NONE) break;
        assert_int_equal(got, ERR_DATABASE);
        assert_int_equal(ask(b, "SELECT count(*) FROM entry"), 0);
        assert_int_equal(ask(b, "SELECT balance FROM account WHERE id = 1"), 100);
    }
    log_set_level(LOG_WARN);
    assert_int_equal(n, 8); /* begin, five statements, commit */
    assert_int_equal(ask(b, "SELECT count(*) FROM entry"), 2);
}

/* ---- migrations ---- */
static void test_translate(void **state)
{
    static const struct { const char *sql, *sqlite, *postgres; } cases[] = {
        { "CREATE TABLE a (b BIGINT, c text, d Bytea);", "CREATE TABLE a (b INTEGER, c text, d BLOB) STRICT;",
          "CREATE TABLE a (b BIGINT, c TEXT COLLATE \"C\", d Bytea);" },
        { "CREATE TABLE a (b BIGINT) WITHOUT ROWID;", "CREATE TABLE a (b INTEGER) WITHOUT ROWID, STRICT;", NULL },
        { "CREATE TABLE a (b BIGINT)", "CREATE TABLE a (b INTEGER) STRICT", NULL },
        { "INSERT INTO a VALUES ('BIGINT; it''s TEXT'); -- BYTEA;\n/* BIGINT */", NULL, NULL },
        { "ALTER TABLE a ADD COLUMN x TEXT NOT NULL DEFAULT '';", NULL, "ALTER TABLE a ADD COLUMN x TEXT COLLATE \"C\" NOT NULL DEFAULT '';" },
        { "CREATE INDEX i ON a (c);CREATE TABLE z (k BIGINT CHECK (CAST(k AS TEXT) <> ''));",
          "CREATE INDEX i ON a (c);CREATE TABLE z (k INTEGER CHECK (CAST(k AS TEXT) <> '')) STRICT;",
          "CREATE INDEX i ON a (c);CREATE TABLE z (k BIGINT CHECK (CAST(k AS TEXT) <> ''));" },
        { "CREATE TABLE a (\"TEXT\" BIGINT, my_bigint BIGINT, bigint_of BIGINT, texture BIGINT, x BIGINT DEFAULT -1, y BIGINT, s TEXT CHECK (s <> 'x'));",
          "CREATE TABLE a (\"TEXT\" INTEGER, my_bigint INTEGER, bigint_of INTEGER, texture INTEGER, x INTEGER DEFAULT -1, y INTEGER, s TEXT CHECK (s <> 'x')) STRICT;",
          "CREATE TABLE a (\"TEXT\" BIGINT, my_bigint BIGINT, bigint_of BIGINT, texture BIGINT, x BIGINT DEFAULT -1, y BIGINT, s TEXT COLLATE \"C\" CHECK (s <> 'x'));" },
        { "CREATE TABLE a (s TEXT DEFAULT '', b BIGINT, c BIGINT-- BIGINT\n, d BIGINT CHECK (2*d / 2 = CAST(d AS BIGINT)), /**/e BIGINT/*/ BIGINT */, f/* x */BIGINT);",
          "CREATE TABLE a (s TEXT DEFAULT '', b INTEGER, c INTEGER-- BIGINT\n, d INTEGER CHECK (2*d / 2 = CAST(d AS INTEGER)), /**/e INTEGER/*/ BIGINT */, f/* x */INTEGER) STRICT;",
          "CREATE TABLE a (s TEXT COLLATE \"C\" DEFAULT '', b BIGINT, c BIGINT-- BIGINT\n, d BIGINT CHECK (2*d / 2 = CAST(d AS BIGINT)), /**/e BIGINT/*/ BIGINT */, f/* x */BIGINT);" },
        { "CREATE TABLE a (s TEXT CHECK (s::TEXT <> (s AS TEXT)));", "CREATE TABLE a (s TEXT CHECK (s::TEXT <> (s AS TEXT))) STRICT;",
          "CREATE TABLE a (s TEXT COLLATE \"C\" CHECK (s::TEXT <> (s AS TEXT)));" },
        { "DROP TABLE a; CREATE INDEX i ON a (BIGINT) WHERE 'open BIGINT", "DROP TABLE a; CREATE INDEX i ON a (INTEGER) WHERE 'open BIGINT", NULL },
        { "UPDATE a SET b = 1 /* open BIGINT", NULL, NULL },
    };
    struct arena mem = { 0 };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *sql = cases[i].sql;
        assert_string_equal(sqlite_driver.translate(&mem, sql), cases[i].sqlite ? cases[i].sqlite : sql);
        const char *pg = cases[i].postgres;
        if (i != 1 && i != 2) assert_string_equal(postgres_driver.translate(&mem, sql), pg ? pg : sql);
    }
    arena_clear(&mem);
}

static const struct err *spoil_the_first(struct req *r, void *arg)
{
    (void)arg;
    return db_exec(r, "UPDATE schema_migration SET checksum = 'x' WHERE slice = 'store'");
}

static void test_migrations(void **state)
{
    struct bench *b = *state;
    struct migration m[] = {
        first[0],
        { "test", 2, "002_more", "CREATE TABLE more (village BIGINT NOT NULL, id BIGINT NOT NULL, PRIMARY KEY (village, id));" },
        { "test", 3, "003_broken", "CREATE TABLE broken (village BIGINT NOT NULL); INSERT INTO nowhere VALUES (1);" },
    };
    int applied = -1;
    must(store_migrate(b->s, &b->mem, m, 1, &applied));
    assert_int_equal(applied, 0);
    log_set_level(LOG_ERROR + 1);
    assert_int_equal(code(store_migrate(b->s, &b->mem, m, 3, &applied)), ERR_INTERNAL);
    log_set_level(LOG_WARN);
    assert_int_equal(ask(b, "SELECT count(*) FROM schema_migration"), OWN + 2); /* the second stays, the third left nothing */
    m[2].sql = "CREATE TABLE broken (village BIGINT NOT NULL);";
    must(store_migrate(b->s, &b->mem, m, 3, &applied));
    assert_int_equal(applied, 1);
    must(store_ready(b->s, &b->mem));
    assert_int_equal(ask(b, "SELECT count(*) FROM broken"), 0);
    const struct err *e = store_migrate(b->s, &b->mem, m, 2, &applied); /* an older program */
    assert_int_equal(code(e), ERR_NOT_MIGRATED);
    assert_non_null(strstr(e->en, "newer"));
    m[1].sql = "CREATE TABLE more (village BIGINT);";
    e = store_migrate(b->s, &b->mem, m, 3, &applied);
    assert_int_equal(code(e), ERR_NOT_MIGRATED);
    assert_string_equal(e->en, "Migration test/002_more was changed after it had been applied; refusing.");
    /* The first of all, too: the store's own. */
    must(store_run(b->s, TX_WRITE, &b->mem, NULL, spoil_the_first, NULL));
    e = store_migrate(b->s, &b->mem, first, 1, &applied);
    assert_int_equal(code(e), ERR_NOT_MIGRATED);
    assert_string_equal(e->en, "Migration store/001_store was changed after it had been applied; refusing.");
}

/* Looking changes nothing, not even in an empty database. */
static void test_state(void **state)
{
    struct bench *b = *state;
    const struct migration two[] = {
        first[0],
        { "test", 2, "002_more", "CREATE TABLE more (village BIGINT NOT NULL, id BIGINT NOT NULL, PRIMARY KEY (village, id));" },
    };
    enum store_state at;
    int pending;
    const char *id;
    must(store_state(b->s, &b->mem, two, 2, &at, &pending));
    assert_int_equal(at, STORE_BARE);
    assert_int_equal(pending, OWN + 2);
    must(store_installation(b->s, &b->mem, &id));
    assert_null(id);
    assert_int_equal(code(store_ready(b->s, &b->mem)), ERR_DATABASE);
    must(store_migrate(b->s, &b->mem, first, 1, NULL));
    must(store_state(b->s, &b->mem, two, 2, &at, &pending));
    assert_int_equal(at, STORE_BEHIND);
    assert_int_equal(pending, 1);
    must(store_state(b->s, &b->mem, two, 1, &at, &pending));
    assert_int_equal(at, STORE_CURRENT);
    must(store_migrate(b->s, &b->mem, two, 2, NULL));
    assert_int_equal(code(store_state(b->s, &b->mem, two, 1, &at, &pending)), ERR_NOT_MIGRATED);
}

static const struct err *found_it(struct req *r, void *arg)
{
    bool mine, *out = arg;
    TRY(store_found(r, *out ? "first" : "second", &mine));
    *out = mine;
    return NULL;
}

static void test_installation(void **state)
{
    struct bench *b = *state;
    const char *id;
    bool mine = true;
    must(store_run(b->s, TX_WRITE, &b->mem, NULL, found_it, &mine));
    assert_true(mine);
    mine = false;
    must(store_run(b->s, TX_WRITE, &b->mem, NULL, found_it, &mine));
    assert_false(mine);
    must(store_installation(b->s, &b->mem, &id));
    assert_string_equal(id, "first");
}

/* ---- node numbers ---- */
static const struct err *own_id(struct req *r, void *arg)
{
    (void)r;
    *(int64_t *)arg = id_new();
    return NULL;
}

static int64_t node_of(struct bench *b, struct store *s)
{
    int64_t id;
    must(store_run(s, TX_WRITE, &b->mem, NULL, own_id, &id));
    return id >> 8 & 15;
}

static const struct err *far_ahead(struct req *r, void *arg)
{
    return db_exec(r, "UPDATE node_lease SET holder = '', ids_to = $1 WHERE node = 0", I64(*(int64_t *)arg));
}

static void test_lease(void **state)
{
    struct bench *b = *state;
    struct store *other, *third;
    must(store_open(&b->mem, &b->config, &other));
    must(store_migrate(other, &b->mem, first, 1, NULL));
    assert_int_equal(ask(b, "SELECT count(*) FROM node_lease"), 0); /* reading and migrating take none */
    assert_int_equal(node_of(b, b->s), 0);
    assert_int_equal(node_of(b, other), 1);
    assert_int_equal(b->s->lease.node, 0);
    assert_int_equal(ask(b, "SELECT count(DISTINCT holder) FROM node_lease"), 2);

    /* Given back at the end; the next begins behind the last id made with it. */
    store_close(other);
    assert_int_equal(ask(b, "SELECT count(*) FROM node_lease WHERE node = 1 AND holder = ''"), 1);
    int64_t ahead = clock_now() + 3600 * 1000, id;
    store_close(b->s);
    b->s = NULL;
    reopen(b);
    must(store_run(b->s, TX_WRITE, &b->mem, NULL, far_ahead, &ahead)); /* no migrations known: no lease */
    must(store_migrate(b->s, &b->mem, first, 1, NULL));
    must(store_run(b->s, TX_WRITE, &b->mem, NULL, own_id, &id));
    assert_int_equal(b->s->lease.node, 0);
    assert_true((id >> 12) + INT64_C(1704067200000) >= ahead);
    assert_true(ask(b, "SELECT ids_to FROM node_lease WHERE node = 0") > (id >> 12) + INT64_C(1704067200000));

    must(store_open(&b->mem, &b->config, &third));
    must(store_migrate(third, &b->mem, first, 1, NULL));
    assert_int_equal(node_of(b, third), 1);
    store_close(third);
}

static const struct err *expire(struct req *r, void *arg)
{
    (void)arg;
    return db_exec(r, "UPDATE node_lease SET until = 1");
}

struct thief { struct store *s; int runs, thefts; };

/* Somebody takes the number over while the transaction is open, and our own time is over. */
static const struct err *stolen(struct req *r, void *arg)
{
    struct thief *t = arg;
    t->runs++;
    if (t->thefts-- > 0) {
        TRY(db_exec(r, "UPDATE node_lease SET holder = 'another'"));
        atomic_store(&t->s->lease.until_us, 0);
        atomic_store(&t->s->lease.renew_us, 0);
    }
    return db_exec(r, "INSERT INTO for_both (n) VALUES ($1)", I64(id_new()));
}

static void test_lease_lost(void **state)
{
    struct bench *b = *state;
    struct store *other;
    struct thief t = { b->s, 0, 1 };
    assert_int_equal(node_of(b, b->s), 0);
    must(store_run(b->s, TX_WRITE, &b->mem, NULL, stolen, &t));
    assert_int_equal(t.runs, 2);
    assert_int_equal(ask(b, "SELECT count(*) FROM for_both"), 1);

    /* Its time ran out while it was idle, and another took the number: it takes another one. */
    must(store_run(b->s, TX_WRITE, &b->mem, NULL, expire, NULL));
    must(store_open(&b->mem, &b->config, &other));
    must(store_migrate(other, &b->mem, first, 1, NULL));
    assert_int_equal(node_of(b, other), 0);
    atomic_store(&b->s->lease.until_us, 0);
    atomic_store(&b->s->lease.renew_us, 0);
    log_set_level(LOG_ERROR);
    assert_int_equal(node_of(b, b->s), 1);
    log_set_level(LOG_WARN);
    /* Nobody took it: it is kept, and for longer. */
    must(store_run(b->s, TX_WRITE, &b->mem, NULL, expire, NULL));
    atomic_store(&b->s->lease.renew_us, 0);
    must(store_lease(b->s, &b->mem));
    assert_int_equal(b->s->lease.node, 1);
    assert_int_equal(ask(b, "SELECT count(*) FROM node_lease WHERE node = 1 AND until > 1"), 1);
    store_close(other);
}

static const struct err *moved_away(struct req *r, void *arg)
{
    bool mine;
    (void)arg;
    TRY(store_found(r, "moved", &mine));
    return store_set_moved(r, "postgres://elsewhere/x");
}

/* Who began before the installation was moved, and writes only now, gets no number and writes nothing. */
static void test_lease_of_a_moved_one(void **state)
{
    struct bench *b = *state;
    struct store *other;
    int64_t id;
    must(store_open(&b->mem, &b->config, &other));
    must(store_migrate(other, &b->mem, first, 1, NULL));
    must(store_run(b->s, TX_WRITE, &b->mem, NULL, moved_away, NULL));
    const struct err *e = store_run(other, TX_WRITE, &b->mem, NULL, own_id, &id);
    assert_int_equal(code(e), ERR_NO_INSTALLATION);
    assert_non_null(strstr(e->en, "postgres://elsewhere/x"));
    assert_int_equal(ask(b, "SELECT count(DISTINCT holder) FROM node_lease"), 1);
    store_close(other);
}

static const struct err *beats(struct req *r, void *arg)
{
    const int64_t *ages = arg;
    int64_t now;
    TRY(db_int_(r, &now, r->db->s->d->clock_ms, DB_ARGS()));
    for (int64_t node = 1; ages[node - 1] != NONE; node++)
        TRY(db_exec(r, "INSERT INTO heartbeat (node, at) VALUES ($1, $2)", I64(node), I64(now - ages[node - 1] * 1000)));
    return NULL;
}

/* By the database's clock, whatever this process's says (a unit test's is days off); of before that one was set back: no server. */
static void test_heartbeats(void **state)
{
    struct bench *b = *state;
    int64_t ages[] = { 5, 30, 60, -60, -3600, -86400, NONE }, servers;
    must(store_run(b->s, TX_WRITE, &b->mem, NULL, beats, ages));
    must(store_servers(b->s, &b->mem, 0, &servers));
    assert_int_equal(servers, 4); /* 5 and 30 s ago, one that is a minute ahead, and we; a minute ago is too long */
    must(store_beat(b->s, &b->mem, 3));
    must(store_beat(b->s, &b->mem, 5));
    must(store_servers(b->s, &b->mem, 0, &servers));
    assert_int_equal(servers, 6);
    must(store_servers(b->s, &b->mem, 5, &servers));
    assert_int_equal(servers, 5);
}

static void test_lock(void **state)
{
    struct bench *b = *state;
    int one, two;
    const char *path = arena_printf(&b->mem, "%s/x.db", b->dir);
    must(store_lock(&b->mem, path, &one));
    const struct err *e = store_lock(&b->mem, path, &two);
    assert_int_equal(code(e), ERR_STATE);
    assert_non_null(strstr(e->en, arena_printf(&b->mem, "%s.lock is in use by another Shanzhi process (%d): one server", path, getpid())));
    close(one);
    must(store_lock(&b->mem, path, &two));
    close(two);
    assert_int_equal(code(store_lock(&b->mem, "/nowhere/x.db", &two)), ERR_DATABASE);
}

/* The file, or its log alone, goes away under an open store: nothing is acknowledged that would be lost, nothing comes
 * back empty. */
static void test_file_gone(void **state)
{
    struct bench *b = *state;
    if (server) return;
    fill_accounts(b, 1);
    const char *log = arena_printf(&b->mem, "%s-wal", b->target), *aside = arena_printf(&b->mem, "%s.aside", b->target);
    log_set_level(LOG_ERROR + 1);
    assert_int_equal(rename(log, aside), 0);
    assert_int_equal(code(store_lease(b->s, &b->mem)), ERR_DATABASE);
    assert_int_equal(rename(aside, log), 0);
    must(store_lease(b->s, &b->mem));
    assert_int_equal(rename(b->target, aside), 0);
    enum store_state at;
    int pending;
    assert_int_equal(code(store_state(b->s, &b->mem, first, 1, &at, &pending)), ERR_DATABASE);
    assert_int_equal(code(store_lease(b->s, &b->mem)), ERR_DATABASE);
    assert_int_equal(access(b->target, F_OK), -1);
    assert_int_equal(rename(aside, b->target), 0);
    assert_int_equal(ask(b, "SELECT count(*) FROM account"), 1);
    log_set_level(LOG_WARN);
}

static const struct err *name_engine(struct req *r, void *arg)
{
    TRY(db_exec(r, "INSERT INTO only_one (engine) VALUES ($1)", TEXT(arg)));
    return db_exec(r, "INSERT INTO for_both (n) VALUES ($1)", I64(1));
}

/* "-- sqlite:" and "-- postgresql:" in a migration: each engine has its own part and what is for both. */
static void test_engine_parts(void **state)
{
    struct bench *b = *state;
    char engine[16];
    snprintf(engine, sizeof engine, "%s", store_engine(b->s));
    must(store_run(b->s, TX_WRITE, &b->mem, NULL, name_engine, engine));
    assert_int_equal(code(store_run(b->s, TX_WRITE, &b->mem, NULL, name_engine, (char *)"another")), ERR_CONFLICT);
}

static void *migrate_too(void *arg)
{
    struct bench *b = arg;
    struct arena mem = { 0 };
    struct store *s;
    int applied;
    must(store_open(&mem, &b->config, &s));
    must(store_migrate(s, &mem, first, 1, &applied));
    store_close(s);
    arena_clear(&mem);
    return (void *)(intptr_t)applied;
}

static void test_migrate_at_once(void **state)
{
    struct bench *b = *state;
    pthread_t t[4];
    intptr_t total = 0;
    for (size_t i = 0; i < COUNT(t); i++) pthread_create(&t[i], NULL, migrate_too, b);
    for (size_t i = 0; i < COUNT(t); i++) {
        void *applied;
        pthread_join(t[i], &applied);
        total += (intptr_t)applied;
    }
    assert_int_equal(total, OWN + 1);
    assert_int_equal(ask(b, "SELECT count(*) FROM schema_migration"), OWN + 1);
}

static void test_not_migrated(void **state)
{
    struct bench *b = *state;
    assert_int_equal(code(store_ready(b->s, &b->mem)), ERR_DATABASE);
}

/* ---- backup ---- */
static void test_backup(void **state)
{
    struct bench *b = *state;
    char *path = arena_printf(&b->mem, "%s/copy.db", b->dir);
    fill_accounts(b, 5);
    const struct err *e = store_backup(b->s, &b->mem, path);
    if (server) {
        assert_int_equal(code(e), ERR_DATABASE);
        return;
    }
    must(e);
    struct stat st;
    assert_true(!stat(path, &st) && (st.st_mode & 0777) == 0600);
    assert_true(!stat(b->target, &st) && (st.st_mode & 0777) == 0600);
    assert_int_equal(code(store_backup(b->s, &b->mem, path)), ERR_DUPLICATE);
    store_close(b->s);
    assert_int_equal(rename(path, b->target), 0);
    b->s = NULL;
    reopen(b);
    must(store_migrate(b->s, &b->mem, first, 1, NULL));
    assert_int_equal(ask(b, "SELECT count(*) FROM account"), 5);
    assert_int_equal(code(store_backup(b->s, &b->mem, "/nowhere/at/all.db")), ERR_DATABASE);
}

static void test_cannot_open(void **state)
{
    struct bench *b = *state;
    struct store *s;
    const char *paths[] = { "/nowhere/at/all.db", b->dir, arena_printf(&b->mem, "%s/text.db", b->dir) };
    FILE *f = fopen(paths[2], "w");
    for (int i = 0; i < 500; i++) fputs("this is no database\n", f);
    fclose(f);
    for (size_t i = 0; i < COUNT(paths); i++) {
        const struct err *e = store_open(&b->mem, &(struct store_config){ .path = paths[i], .sessions = 1, .create = true }, &s);
        assert_int_equal(code(e), ERR_DATABASE);
        assert_non_null(strstr(e->en, paths[i]));
    }
    const char *missing = arena_printf(&b->mem, "%s/missing.db", b->dir);
    const struct err *e = store_open(&b->mem, &(struct store_config){ .path = missing, .sessions = 1 }, &s);
    assert_int_equal(code(e), ERR_NO_INSTALLATION);
    assert_non_null(strstr(e->en, missing));
    assert_int_equal(access(missing, F_OK), -1);
}

/* Text compares by bytes and LIKE minds case on both engines. */
static const struct err *add_names(struct req *r, void *arg)
{
    static const char *const names[] = { "b", "B", "a", "Z", "啊", "_", "ab" };
    (void)arg;
    for (size_t i = 0; i < COUNT(names); i++)
        TRY(db_exec(r, "INSERT INTO account (village, id, name, balance) VALUES ($1, $2, $3, 0)", I64(VILLAGE), I64((int64_t)i + 1), TEXT(names[i])));
    return NULL;
}

static const struct err *read_names(struct req *r, void *arg)
{
    struct list all;
    const char **out = arg;
    TRY(db_all(r, &account_record, &all, "SELECT name FROM account WHERE village = $1 ORDER BY name", I64(VILLAGE)));
    for (size_t i = 0; i < all.n; i++) *out = arena_printf(r->mem, "%s%s ", *out, LIST_AT(all, struct account, i).name);
    int64_t n;
    TRY(db_int(r, &n, "SELECT count(*) FROM account WHERE village = $1 AND name LIKE $2", I64(VILLAGE), TEXT("B%")));
    assert_int_equal(n, 1);
    return NULL;
}

static void test_order(void **state)
{
    struct bench *b = *state;
    const char *out = "";
    must(store_run(b->s, TX_WRITE, &b->mem, NULL, add_names, NULL));
    must(store_run(b->s, TX_READ, &b->mem, NULL, read_names, &out));
    assert_string_equal(out, "B Z _ a ab b 啊 ");
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "--writer") == 0) return crash_child(argv[2], argv[3]);
    self = argv[0];
    char since[24]; /* the processes that are killed share one clock, or their ids come twice */
    snprintf(since, sizeof since, "%lld", (long long)(clock_monotonic_us() / 1000));
    setenv("SHANZHI_TEST_SINCE", since, 0);
    log_set_level(LOG_WARN);
#define ON(open, t) cmocka_unit_test_setup_teardown(t, open, close_bench)
    const struct CMUnitTest tests[] = {
        ON(open_bench, test_rows), ON(open_bench, test_stream), ON(open_bench, test_stream_stops), ON(open_bench, test_memory),
        ON(open_bench, test_many_texts), ON(open_bench, test_errors), ON(open_bench, test_server_codes), ON(open_bench, test_writers),
        ON(open_bench, test_kill), ON(open_bench, test_disk_full), ON(open_bench, test_connection_lost),
        ON(open_bench, test_snapshot), ON(open_bench, test_remembered), ON(open_bench, test_deadlock), ON(open_bench, test_faults),
        ON(open_bench, test_migrations), ON(open_empty, test_state), ON(open_bench, test_installation), ON(open_bench, test_lease), ON(open_bench, test_lease_lost), ON(open_bench, test_lease_of_a_moved_one), ON(open_bench, test_heartbeats), ON(open_bench, test_lock),
        ON(open_bench, test_file_gone), ON(open_bench, test_engine_parts), ON(open_empty, test_migrate_at_once), ON(open_empty, test_not_migrated),
        ON(open_bench, test_backup), ON(open_bench, test_order), ON(open_empty, test_cannot_open), cmocka_unit_test(test_translate),
    };
    int failed = cmocka_run_group_tests_name("SQLite", tests, NULL, NULL);
    server = getenv("SHANZHI_TEST_PG");
    if (server) failed += cmocka_run_group_tests_name("PostgreSQL", tests, NULL, NULL);
    pooled = true;
    if (server) failed += cmocka_run_group_tests_name("PostgreSQL behind a pooler", tests, NULL, NULL);
    return failed;
}

/* The copier between every pair of engines at hand: SQLite alone, or with SHANZHI_TEST_PG both, four ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/id.h"
#include "kernel/log.h"
#include "kernel/text.h"
#include "store/driver.h"

#include <cmocka.h>
#undef fail /* cmocka's; ours is in req.h */
#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* A row names another of its table, before and behind it; a seed that the source has changed; a key of three
 * kinds of column; a table without rows. */
static const struct migration all[] = {
    { "test", 1, "001_test",
      "CREATE TABLE person (village BIGINT NOT NULL, id BIGINT NOT NULL, name TEXT NOT NULL, nick TEXT, photo BYTEA, of_id BIGINT,\n"
      "  PRIMARY KEY (village, id), FOREIGN KEY (village, of_id) REFERENCES person (village, id));\n"
      "CREATE TABLE note (k BYTEA NOT NULL, word TEXT NOT NULL, n BIGINT NOT NULL, words TEXT, PRIMARY KEY (word, k, n));\n"
      "CREATE INDEX note_n ON note (n);\n"
      "CREATE TABLE seeded (id BIGINT NOT NULL PRIMARY KEY, v TEXT NOT NULL);\n"
      "INSERT INTO seeded (id, v) VALUES (1, 'as made'), (2, 'as made');\n"
      "CREATE TABLE nobody (id BIGINT NOT NULL PRIMARY KEY);" },
    { "test", 2, "002_test", "ALTER TABLE nobody ADD COLUMN more TEXT;" },
};

static const char *server;

struct side { struct store *s; char *path, *name; };
struct bench { struct arena mem; char dir[64]; int n; };

static void must(const struct err *e)
{
    if (e) print_error("%s: %s\n", err_text(e, LANG_EN), e->cause ? e->cause : "");
    assert_null(e);
}

static void sql_on(const char *url, const char *sql)
{
    PGconn *c = PQconnectdb(url);
    PGresult *res = PQexec(c, sql);
    if (PQresultStatus(res) != PGRES_COMMAND_OK) print_error("%s: %s", sql, PQerrorMessage(c));
    PQclear(res);
    PQfinish(c);
}

static struct side open_side(struct bench *b, bool pg, enum store_use use)
{
    struct side side = { 0 };
    struct store_config c = { .use = use, .sessions = 4, .create = true };
    if (pg) {
        side.name = arena_printf(&b->mem, "copy_test_%lld", (long long)id_new());
        sql_on(server, arena_printf(&b->mem, "CREATE DATABASE %s", side.name));
        c.database = arena_printf(&b->mem, "%.*s/%s", (int)(strrchr(server, '/') - server), server, side.name);
    } else {
        c.path = side.path = arena_printf(&b->mem, "%s/%d.db", b->dir, ++b->n);
    }
    must(store_open(&b->mem, &c, &side.s));
    return side;
}

static void close_side(struct bench *b, struct side *side)
{
    store_close(side->s);
    if (side->name) sql_on(server, arena_printf(&b->mem, "DROP DATABASE %s WITH (FORCE)", side->name));
}

static int open_bench(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    snprintf(b->dir, sizeof b->dir, "/tmp/shanzhi-copy-XXXXXX");
    if (!mkdtemp(b->dir)) abort();
    *state = b;
    return 0;
}

static int close_bench(void **state)
{
    struct bench *b = *state;
    for (int i = 1; i <= b->n; i++) {
        static const char *const tails[] = { "", "-wal", "-shm" };
        for (size_t t = 0; t < COUNT(tails); t++) unlink(arena_printf(&b->mem, "%s/%d.db%s", b->dir, i, tails[t]));
    }
    rmdir(b->dir);
    arena_clear(&b->mem);
    free(b);
    return 0;
}

enum { NOTES = 3000, BIG = 3 * 1024 * 1024 };

static const struct err *fill(struct req *r, void *arg)
{
    (void)arg;
    char *big = arena_alloc(r->mem, BIG);
    for (size_t i = 0; i < BIG; i++) big[i] = (char)(i * 7 % 251);
    TRY(db_exec(r, "INSERT INTO person (village, id, name, nick, photo, of_id) VALUES (2, 1, '', NULL, NULL, NULL)"));
    TRY(db_exec(r, "INSERT INTO person (village, id, name, nick, photo, of_id) VALUES (1, 5, '五', '', $1, NULL)", BLOB("", 0)));
    TRY(db_exec(r, "INSERT INTO person (village, id, name, nick, photo, of_id) VALUES (1, 2, '𠮷野', 'a\"b\\c\tд', $1, 5)", BLOB(big, BIG)));
    TRY(db_exec(r, "INSERT INTO person (village, id, name, of_id) VALUES (1, 9, '九', 2)"));
    TRY(db_exec(r, "UPDATE seeded SET v = 'changed' WHERE id = 2"));
    TRY(db_exec(r, "DELETE FROM seeded WHERE id = 1"));
    for (int64_t i = 0; i < NOTES; i++)
        TRY(db_exec(r, "INSERT INTO note (k, word, n, words) VALUES ($1, $2, $3, $4)", BLOB(&i, sizeof i), TEXT(i % 3 ? "B" : i % 2 ? "b" : "啊"),
                    I64(i % 2 ? i - NOTES : INT64_MAX - i), TEXT(i % 5 ? "some words" : NULL)));
    return NULL;
}

static const struct err *make_source(struct req *r, void *arg)
{
    TRY(store_migrate_within(r, all, *(const size_t *)arg));
    return fill(r, NULL);
}

struct carry { struct store *to; struct req *from; struct list done; size_t n; };

static const struct err *carry_in(struct req *to, void *arg)
{
    struct carry *c = arg;
    bool empty;
    TRY(store_is_empty(to, &empty));
    assert_true(empty);
    TRY(store_migrate_within(to, all, c->n));
    return store_copy(c->from, to, &c->done);
}

static const struct err *carry_out(struct req *from, void *arg)
{
    struct carry *c = arg;
    c->from = from;
    return store_run(c->to, TX_WRITE, from->mem, NULL, carry_in, c);
}

static const struct err *digests(struct req *r, void *arg)
{
    return store_digest(r, arg);
}

static const struct copied *of(const struct list *l, const char *table)
{
    for (size_t i = 0; i < l->n; i++)
        if (text_equal(LIST_AT(*l, struct copied, i).table, table)) return &LIST_AT(*l, struct copied, i);
    return NULL;
}

static const struct err *dangling(struct req *r, void *arg)
{
    (void)arg;
    return db_exec(r, "INSERT INTO person (village, id, name, of_id) VALUES (3, 1, 'x', 77)");
}

static const struct err *check_integrity(struct req *r, void *arg)
{
    return store_integrity(r, arg);
}

static void each_pair(struct bench *b, void (*fn)(struct bench *, bool from, bool to))
{
    for (int from = 0; from <= (server != NULL); from++)
        for (int to = 0; to <= (server != NULL); to++) {
            print_message("  %s to %s\n", from ? "PostgreSQL" : "SQLite", to ? "PostgreSQL" : "SQLite");
            fn(b, from, to);
        }
}

static void copy_all(struct bench *b, bool from_pg, bool to_pg)
{
    size_t n = COUNT(all);
    struct side from = open_side(b, from_pg, STORE_LIVE), to = open_side(b, to_pg, STORE_BUILD);
    struct carry c = { .to = to.s, .n = n };
    struct list before, after;
    must(store_run(from.s, TX_WRITE, &b->mem, NULL, make_source, &n));
    must(store_run(from.s, TX_READ, &b->mem, NULL, carry_out, &c));
    must(store_run(from.s, TX_READ, &b->mem, NULL, digests, &before));
    must(store_run(to.s, TX_WRITE, &b->mem, NULL, digests, &after));
    assert_int_equal(c.done.n, 5); /* schema_migration, too */
    assert_int_equal(of(&c.done, "person")->rows, 4);
    assert_int_equal(of(&c.done, "note")->rows, NOTES);
    assert_int_equal(of(&c.done, "seeded")->rows, 1);
    assert_int_equal(of(&c.done, "nobody")->rows, 0);
    assert_int_equal(of(&c.done, "schema_migration")->rows, 2);
    for (size_t i = 0; i < before.n; i++) {
        const struct copied *x = &LIST_AT(before, struct copied, i), *y = of(&after, x->table), *z = of(&c.done, x->table);
        assert_string_equal(x->digest, y->digest);
        assert_string_equal(x->digest, z->digest);
        assert_int_equal(x->rows, y->rows);
    }
    /* The target keeps its foreign keys: SQLite enforces them when it is opened to be served. */
    if (to.path) {
        store_close(to.s);
        must(store_open(&b->mem, &(struct store_config){ .path = to.path, .sessions = 2 }, &to.s));
    }
    const struct err *e = store_run(to.s, TX_WRITE, &b->mem, NULL, dangling, NULL);
    assert_non_null(e);
    assert_int_equal(e->code, ERR_CONFLICT);
    struct store_integrity whole = { 0 };
    must(store_run(to.s, TX_READ, &b->mem, NULL, check_integrity, &whole));
    assert_int_equal(whole.faults, 0);
    close_side(b, &from);
    close_side(b, &to);
}

static void test_copy(void **state)
{
    each_pair(*state, copy_all);
}

/* The digest is the content's, not the engine's: written by hand for a known row. */
static void test_digest_is_stable(void **state)
{
    struct bench *b = *state;
    size_t one = 1;
    const char *first = NULL;
    for (int pg = 0; pg <= (server != NULL); pg++) {
        struct side s = open_side(b, pg, STORE_LIVE);
        struct list l;
        must(store_run(s.s, TX_WRITE, &b->mem, NULL, make_source, &one));
        must(store_run(s.s, TX_READ, &b->mem, NULL, digests, &l));
        if (first) assert_string_equal(of(&l, "note")->digest, first);
        first = of(&l, "note")->digest;
        /* SHA-256 of nothing. */
        assert_string_equal(of(&l, "nobody")->digest, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        close_side(b, &s);
    }
}

/* An old source: the target gets the migrations that the source has, and no others. */
static const struct err *which(struct req *r, void *arg)
{
    struct migration *some;
    return store_migrated(r, all, COUNT(all), &some, arg);
}

static void copy_old(struct bench *b, bool from_pg, bool to_pg)
{
    size_t one = 1, have = 0;
    struct side from = open_side(b, from_pg, STORE_LIVE), to = open_side(b, to_pg, STORE_BUILD);
    must(store_run(from.s, TX_WRITE, &b->mem, NULL, make_source, &one));
    must(store_run(from.s, TX_READ, &b->mem, NULL, which, &have));
    assert_int_equal(have, 1);
    struct carry c = { .to = to.s, .n = have };
    must(store_run(from.s, TX_READ, &b->mem, NULL, carry_out, &c));
    must(store_run(to.s, TX_WRITE, &b->mem, NULL, which, &have));
    assert_int_equal(have, 1);
    close_side(b, &from);
    close_side(b, &to);
}

static void test_old_schema(void **state)
{
    each_pair(*state, copy_old);
}

/* A target of another schema than the source, and a source whose rows name rows that are not there. */
static void copy_unlike(struct bench *b, bool from_pg, bool to_pg)
{
    size_t one = 1;
    struct side from = open_side(b, from_pg, STORE_LIVE), to = open_side(b, to_pg, STORE_BUILD);
    must(store_run(from.s, TX_WRITE, &b->mem, NULL, make_source, &one));
    struct carry c = { .to = to.s, .n = 2 };
    log_set_level(LOG_ERROR + 1);
    const struct err *e = store_run(from.s, TX_READ, &b->mem, NULL, carry_out, &c);
    log_set_level(LOG_WARN);
    assert_non_null(e);
    assert_string_equal(e->field, "nobody");
    assert_non_null(strstr(e->en, "more")); /* the column */
    close_side(b, &from);
    close_side(b, &to);
}

static void test_unlike(void **state)
{
    each_pair(*state, copy_unlike);
}

static const struct err *raw(struct store *s, struct arena *mem, const char *path, const char *sql)
{
    sqlite3 *h;
    (void)s, (void)mem;
    if (sqlite3_open(path, &h) != SQLITE_OK || sqlite3_exec(h, sql, NULL, NULL, NULL) != SQLITE_OK) print_error("%s\n", sqlite3_errmsg(h));
    sqlite3_close(h);
    return NULL;
}

/* Rows that a foreign key forbids are refused at the end of the load, on both engines, and nothing of them is
 * kept on PostgreSQL. */
static void test_dangling(void **state)
{
    struct bench *b = *state;
    size_t n = 2;
    struct side from = open_side(b, false, STORE_LIVE);
    must(store_run(from.s, TX_WRITE, &b->mem, NULL, make_source, &n));
    must(raw(from.s, &b->mem, from.path, "PRAGMA foreign_keys = OFF; INSERT INTO person (village, id, name, of_id) VALUES (3, 1, 'x', 77)"));
    struct store_integrity whole = { 0 };
    must(store_run(from.s, TX_READ, &b->mem, NULL, check_integrity, &whole));
    assert_int_equal(whole.faults, 1);
    log_set_level(LOG_ERROR + 1);
    for (int pg = 0; pg <= (server != NULL); pg++) {
        struct side to = open_side(b, pg, STORE_BUILD);
        struct carry c = { .to = to.s, .n = n };
        const struct err *e = store_run(from.s, TX_READ, &b->mem, NULL, carry_out, &c);
        assert_non_null(e);
        assert_int_equal(e->code, ERR_CONFLICT);
        if (pg) {
            struct list l;
            must(store_run(to.s, TX_READ, &b->mem, NULL, digests, &l));
            assert_int_equal(l.n, 0);
        }
        close_side(b, &to);
    }
    log_set_level(LOG_WARN);
    close_side(b, &from);
}

/* The n-th call fails, for every n: an error each time, and never half a copy on PostgreSQL. Or it is left at an allocation,
 * for many of them: then nothing is left open, or the store could not be closed. */
static void fail_at(long n, bool memory)
{
    if (memory) arena_fail_at(n);
    else store_test_fail_at(n);
}

static void fail_each_of(struct bench *b, bool from_pg, bool to_pg, bool memory)
{
    size_t n = 1;
    int at = 1, whole = 0, tries = 0;
    struct side from = open_side(b, from_pg, STORE_LIVE);
    must(store_run(from.s, TX_WRITE, &b->mem, NULL, make_source, &n));
    log_set_level(LOG_ERROR + 1);
    for (;; at += memory ? 1 + at / 3 : 1, tries++) {
        struct side to = open_side(b, to_pg, STORE_BUILD);
        struct carry c = { .to = to.s, .n = n };
        fail_at(at, memory);
        const struct err *e = store_run(from.s, TX_READ, &b->mem, NULL, carry_out, &c);
        fail_at(0, memory);
        if (e && to_pg) {
            struct list l;
            must(store_run(to.s, TX_READ, &b->mem, NULL, digests, &l));
            if (l.n) whole++; /* the call that failed was the end of the source's transaction */
            assert_true(l.n == 0 || l.n == 5);
        }
        close_side(b, &to);
        if (!e) break;
        assert_int_equal(e->code, memory ? ERR_NO_MEMORY : ERR_DATABASE);
    }
    log_set_level(LOG_WARN);
    assert_true(tries >= 14);
    assert_int_equal(whole, to_pg && !memory);
    close_side(b, &from);
}

static void fail_each(struct bench *b, bool from_pg, bool to_pg)
{
    fail_each_of(b, from_pg, to_pg, false);
}

/* Where there are two engines, from one to the other: each half is met once. */
static void leave_each(struct bench *b, bool from_pg, bool to_pg)
{
    if (server && from_pg == to_pg) return;
    fail_each_of(b, from_pg, to_pg, true);
}

static void test_faults(void **state)
{
    each_pair(*state, fail_each);
}

static void test_left(void **state)
{
    each_pair(*state, leave_each);
}

/* A sealed file is read where nothing can be made beside it, and is not changed. */
static void test_sealed(void **state)
{
    struct bench *b = *state;
    size_t n = 2;
    struct list before, after;
    struct side from = open_side(b, false, STORE_LIVE);
    char *copy = arena_printf(&b->mem, "%s/%d.db", b->dir, ++b->n);
    must(store_run(from.s, TX_WRITE, &b->mem, NULL, make_source, &n));
    must(store_run(from.s, TX_READ, &b->mem, NULL, digests, &before));
    must(store_backup(from.s, &b->mem, copy));
    close_side(b, &from);
    struct store *s;
    must(store_open(&b->mem, &(struct store_config){ .use = STORE_SEALED, .path = copy, .sessions = 1 }, &s));
    must(store_run(s, TX_READ, &b->mem, NULL, digests, &after));
    struct stat st;
    assert_int_not_equal(stat(arena_printf(&b->mem, "%s-wal", copy), &st), 0);
    assert_int_not_equal(stat(arena_printf(&b->mem, "%s-shm", copy), &st), 0);
    store_close(s);
    for (size_t i = 0; i < before.n; i++)
        assert_string_equal(LIST_AT(before, struct copied, i).digest, LIST_AT(after, struct copied, i).digest);
    assert_int_not_equal(store_open(&b->mem, &(struct store_config){ .use = STORE_SEALED, .path = "/nowhere/x.db", .sessions = 1 }, &s) == NULL, 1);
}

int main(void)
{
#define ON(t) cmocka_unit_test_setup_teardown(t, open_bench, close_bench)
    const struct CMUnitTest tests[] = {
        ON(test_copy), ON(test_digest_is_stable), ON(test_old_schema), ON(test_unlike), ON(test_dangling), ON(test_faults), ON(test_left), ON(test_sealed),
    };
    log_set_level(LOG_WARN);
    server = getenv("SHANZHI_TEST_PG");
    return cmocka_run_group_tests_name("copies", tests, NULL, NULL);
}

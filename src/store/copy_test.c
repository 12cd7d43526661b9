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
      "CREATE TABLE known (id BIGINT NOT NULL PRIMARY KEY CHECK (id <> 0), s TEXT, b BYTEA, n BIGINT);\n"
      "CREATE TABLE nobody (id BIGINT NOT NULL PRIMARY KEY);" },
    { "test", 2, "002_test", "ALTER TABLE nobody ADD COLUMN more TEXT;" },
    /* not the source's: what arrives is changed */
    { "test", 3, "003_test",
      "-- sqlite:\n"
      "CREATE TRIGGER spoil AFTER INSERT ON known BEGIN UPDATE known SET s = 'else' WHERE id = new.id; END;\n"
      "-- postgresql:\n"
      "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.s := ''else''; RETURN NEW; END';\n"
      "CREATE TRIGGER spoil BEFORE INSERT ON known FOR EACH ROW EXECUTE FUNCTION spoil();\n" },
};
enum { OWN = 2, TABLES = 6 }; /* of these the source's; schema_migration, too */

static const char *server; /* a database of this run; each side has a schema of its own in it */

struct side { struct store *s; char *path, *name, *url; };
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
        sql_on(server, arena_printf(&b->mem, "CREATE SCHEMA %s", side.name));
        c.database = side.url = arena_printf(&b->mem, "%s?options=-csearch_path%%3D%s", server, side.name);
    } else {
        c.path = side.path = arena_printf(&b->mem, "%s/%d.db", b->dir, ++b->n);
    }
    must(store_open(&b->mem, &c, &side.s));
    return side;
}

static void close_side(struct bench *b, struct side *side)
{
    store_close(side->s);
    if (side->name) sql_on(server, arena_printf(&b->mem, "SET client_min_messages = warning; DROP SCHEMA %s CASCADE", side->name));
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
    TRY(db_exec(r, "INSERT INTO known (id, s, b, n) VALUES (7, 'ab', $1, NULL), (-1, NULL, NULL, 5)", BLOB("\0\377", 2)));
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

/* No time-out of a request's ends it, and it sorts on disk. */
static const struct err *assert_patient(struct req *r)
{
    int64_t n;
    if (text_equal(r->db->s->d->name, "sqlite")) {
        TRY(db_int(r, &n, "SELECT temp_store FROM pragma_temp_store"));
        assert_int_equal(n, 1);
        return NULL;
    }
    TRY(db_int(r, &n, "SELECT count(*) FROM pg_settings WHERE setting = '0' AND name IN ('statement_timeout', 'lock_timeout', "
                       "'idle_in_transaction_session_timeout')"));
    assert_int_equal(n, 3);
    return NULL;
}

struct carry { struct store *to; struct req *from; struct list done; size_t n; };

static const struct err *carry_in(struct req *to, void *arg)
{
    struct carry *c = arg;
    bool empty;
    TRY(store_is_empty(to, &empty));
    assert_true(empty);
    TRY(store_migrate_within(to, all, c->n));
    TRY(store_copy(c->from, to, &c->done));
    TRY(assert_patient(c->from));
    return assert_patient(to);
}

static const struct err *carry_out(struct req *from, void *arg)
{
    struct carry *c = arg;
    c->from = from;
    return store_run(c->to, TX_WRITE, from->mem, NULL, carry_in, c);
}

static const struct err *digests(struct req *r, void *arg)
{
    TRY(store_digest(r, arg));
    return assert_patient(r);
}

static const struct err *counts(struct req *r, void *arg)
{
    TRY(store_counts(r, arg));
    return assert_patient(r);
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
    TRY(store_integrity(r, arg));
    return assert_patient(r);
}

static const struct err *only_integrity(struct req *r, void *arg)
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
    size_t n = OWN;
    struct side from = open_side(b, from_pg, STORE_LIVE), to = open_side(b, to_pg, STORE_BUILD);
    struct carry c = { .to = to.s, .n = n };
    struct list before, after, counted;
    must(store_run(from.s, TX_WRITE, &b->mem, NULL, make_source, &n));
    must(store_run(from.s, TX_READ, &b->mem, NULL, carry_out, &c));
    must(store_run(from.s, TX_READ, &b->mem, NULL, counts, &counted));
    must(store_run(from.s, TX_READ, &b->mem, NULL, digests, &before));
    must(store_run(to.s, TX_WRITE, &b->mem, NULL, digests, &after));
    assert_int_equal(c.done.n, TABLES);
    assert_int_equal(counted.n, TABLES);
    assert_int_equal(of(&c.done, "known")->rows, 2);
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
        assert_string_equal(LIST_AT(counted, struct copied, i).table, x->table);
        assert_int_equal(LIST_AT(counted, struct copied, i).rows, x->rows);
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
        /* Of each cell its kind and size, or the number, as eight bytes each, then what it holds: (-1, NULL, NULL, 5), (7, ab, 00ff, NULL). */
        assert_string_equal(of(&l, "known")->digest, "b4852c8e36c64f72f65edf1e73e4e46dd98555651d58086f7ba84e39c708cea0");
        /* SHA-256 of nothing. */
        assert_string_equal(of(&l, "nobody")->digest, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        close_side(b, &s);
    }
}

/* An old source: the target gets the migrations that the source has, and no others. */
static const struct err *which(struct req *r, void *arg)
{
    struct migration *some;
    return store_migrated(r, all, OWN, &some, arg);
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

static const struct err *raw(struct store *s, struct arena *mem, const char *path, const char *sql)
{
    sqlite3 *h;
    (void)s, (void)mem;
    if (sqlite3_open(path, &h) != SQLITE_OK || sqlite3_exec(h, sql, NULL, NULL, NULL) != SQLITE_OK) print_error("%s\n", sqlite3_errmsg(h));
    sqlite3_close(h);
    return NULL;
}

/* Sources that cannot be copied: what is said of which table, and nothing is there. */
struct unlike { size_t source, target; const char *sql; enum err_code code; const char *field, *en, *zh; };

static void copy_unlike(struct bench *b, const struct unlike *u, bool to_pg)
{
    size_t n = u->source;
    struct side from = open_side(b, false, STORE_LIVE), to = open_side(b, to_pg, STORE_BUILD);
    must(store_run(from.s, TX_WRITE, &b->mem, NULL, make_source, &n));
    if (u->sql) must(raw(from.s, &b->mem, from.path, u->sql));
    struct carry c = { .to = to.s, .n = u->target };
    const struct err *e = store_run(from.s, TX_READ, &b->mem, NULL, carry_out, &c);
    assert_non_null(e);
    if (e->code != u->code) print_error("%s: %s\n", u->sql, err_text(e, LANG_EN));
    assert_int_equal(e->code, u->code);
    if (u->field) assert_string_equal(e->field, u->field);
    if (u->en) assert_string_equal(e->en, arena_printf(&b->mem, "The table %s cannot be copied: %s", u->field, u->en));
    if (u->zh) assert_string_equal(e->zh, u->zh);
    close_side(b, &from);
    close_side(b, &to);
}

static void test_unlike(void **state)
{
    static const struct unlike cases[] = {
        { 1, 2, NULL, ERR_DATABASE, "nobody", "more", "数据表 nobody 无法复制：more" },
        { 2, 1, NULL, ERR_DATABASE, "nobody", "the source has more columns", NULL },
        { 2, 2, "DROP TABLE known", ERR_DATABASE, "known", "the source has no such table", NULL },
        { 2, 2, "DROP TABLE seeded", ERR_DATABASE, "seeded", "the source has no such table", NULL },
        { 2, 2, "DROP TABLE nobody; CREATE TABLE nobody (id INTEGER PRIMARY KEY, more BLOB)", ERR_DATABASE, "nobody", "more", NULL },
        { 2, 2, "CREATE TABLE loose (x INTEGER)", ERR_DATABASE, "loose", "no primary key", NULL },
        { 2, 2, "CREATE TABLE odd (x REAL PRIMARY KEY)", ERR_DATABASE, "odd", "x REAL", NULL },
        { 2, 2, "DROP TABLE nobody; CREATE TABLE nobody (id INTEGER PRIMARY KEY, more TEXT); INSERT INTO nobody VALUES (1, x'00'), (2, 'b')",
          ERR_DATABASE, "nobody", "more", NULL },
        { 2, 2, "PRAGMA ignore_check_constraints = ON; INSERT INTO known (id) VALUES (0), (1)", ERR_CONFLICT, NULL, NULL, NULL },
        { 2, 3, NULL, ERR_DATABASE, "known", "2 rows were sent and 2 are there, or one is not as it was", NULL },
    };
    log_set_level(LOG_ERROR + 1);
    for (size_t i = 0; i < COUNT(cases); i++)
        for (int pg = 0; pg <= (server != NULL); pg++) copy_unlike(*state, &cases[i], pg);
    log_set_level(LOG_WARN);
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
            assert_true(l.n == 0 || l.n == TABLES);
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

/* ---- integrity ---- */
struct told { struct arena *mem; const char *lines; };

static void tell(void *arg, const char *line)
{
    struct told *t = arg;
    t->lines = arena_printf(t->mem, "%s%s\n", t->lines, line);
}

static void check_says(struct bench *b, struct store *s, tx_fn *fn, const char *lines, int64_t faults, const char *note)
{
    struct told t = { &b->mem, "" };
    struct store_integrity whole = { .say = tell, .arg = &t };
    must(store_run(s, TX_READ, &b->mem, NULL, fn, &whole));
    assert_string_equal(t.lines, lines);
    assert_int_equal(whole.faults, faults);
    if (note) assert_string_equal(whole.note, note);
    else assert_null(whole.note);
}

static void test_integrity_sqlite(void **state)
{
    struct bench *b = *state;
    size_t n = OWN;
    struct side side = open_side(b, false, STORE_LIVE);
    must(store_run(side.s, TX_WRITE, &b->mem, NULL, make_source, &n));
    check_says(b, side.s, check_integrity, "", 0, NULL);
    must(raw(side.s, &b->mem, side.path, "PRAGMA foreign_keys = OFF; INSERT INTO person (village, id, name, of_id) VALUES (3, 1, 'x', 77), (3, 2, 'y', 3)"));
    check_says(b, side.s, check_integrity, "person: row 5 names a row of person that is not there\nperson: row 6 names a row of person that is not there\n", 2, NULL);
    /* The first kind of fault is told alone. */
    must(raw(side.s, &b->mem, side.path, "PRAGMA ignore_check_constraints = ON; INSERT INTO known (id) VALUES (0)"));
    check_says(b, side.s, check_integrity, "CHECK constraint failed in known\n", 1, NULL);
    /* So broken that the check itself ends. */
    must(raw(side.s, &b->mem, side.path, "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE nobody (' WHERE name = 'nobody'"));
    store_close(side.s);
    must(store_open(&b->mem, &(struct store_config){ .use = STORE_SEALED, .path = side.path, .sessions = 1 }, &side.s));
    struct told t = { &b->mem, "" };
    struct store_integrity whole = { .say = tell, .arg = &t };
    must(store_run(side.s, TX_READ, &b->mem, NULL, only_integrity, &whole));
    assert_int_equal(whole.faults, 1);
    assert_non_null(strstr(t.lines, "malformed database schema (nobody)"));
    close_side(b, &side);
}

static const struct err *check_as_another(struct req *r, void *arg)
{
    TRY(db_exec(r, "SET LOCAL ROLE pg_read_all_data"));
    return store_integrity(r, arg);
}

/* amcheck, when it is made and may be run, looks at every index of ours: those of functions that changed since do not fit their
 * tables. An index of another kind or place, or one that is not used, is none of ours. */
static void test_integrity_postgres(void **state)
{
    static const char off[] = "PostgreSQL: page checksums are off (pg_checksums --enable while the server is stopped) and indexes were not compared with"
                              " their tables (CREATE EXTENSION amcheck, and GRANT EXECUTE on bt_index_check to this account)";
    struct bench *b = *state;
    size_t n = OWN;
    if (!server) return;
    struct side side = open_side(b, true, STORE_LIVE);
    must(store_run(side.s, TX_WRITE, &b->mem, NULL, make_source, &n));
    check_says(b, side.s, check_integrity, "", 0, off);
    sql_on(side.url, "CREATE SCHEMA hidden; CREATE EXTENSION amcheck SCHEMA hidden");
    check_says(b, side.s, check_integrity, "", 0, off);
    sql_on(side.url, arena_printf(&b->mem, "ALTER EXTENSION amcheck SET SCHEMA %s", side.name));
    check_says(b, side.s, check_integrity, "", 0, NULL);
    check_says(b, side.s, check_as_another, "", 0, off);
    sql_on(side.url, "CREATE FUNCTION lie(x BIGINT) RETURNS BIGINT IMMUTABLE LANGUAGE sql AS 'SELECT x'; CREATE INDEX b_lie ON seeded (lie(id));"
                "CREATE INDEX a_lie ON seeded (lie(id)); CREATE INDEX unused ON seeded (lie(id)); CREATE INDEX another ON note USING hash (word);"
                "CREATE TABLE hidden.t AS SELECT id FROM seeded; CREATE INDEX c_lie ON hidden.t (lie(id));"
                "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'unused'::regclass;"
                "CREATE OR REPLACE FUNCTION lie(x BIGINT) RETURNS BIGINT IMMUTABLE LANGUAGE sql AS 'SELECT -x'");
    check_says(b, side.s, check_integrity,
               arena_printf(&b->mem, "%s.a_lie: heap tuple (0,2) from table \"seeded\" lacks matching index tuple within index \"a_lie\"\n"
                                     "%s.b_lie: heap tuple (0,2) from table \"seeded\" lacks matching index tuple within index \"b_lie\"\n",
                            side.name, side.name), 2, NULL);
    sql_on(side.url, "DROP SCHEMA hidden CASCADE");
    close_side(b, &side);
}

/* ---- alone with the tables ---- */
struct holding { struct store *beside; size_t refused; };

static const struct err *try_write(struct req *r, void *arg)
{
    return db_exec_(r, arena_printf(r->mem, "DELETE FROM \"%s\" WHERE 1 = 0", (const char *)arg), NULL, DB_ARGS());
}

static const struct err *hold(struct req *r, void *arg)
{
    static const char *const tables[] = { "known", "nobody", "note", "person", "schema_migration", "seeded" };
    struct holding *h = arg;
    TRY(store_hold(r));
    store_patience(20);
    for (size_t i = 0; i < COUNT(tables); i++) {
        struct arena mem = { 0 };
        const struct err *e = store_run(h->beside, TX_WRITE, &mem, NULL, try_write, (void *)(uintptr_t)tables[i]);
        h->refused += e && e->code == ERR_BUSY;
        arena_clear(&mem);
    }
    store_patience(0);
    return NULL;
}

static void test_hold(void **state)
{
    struct bench *b = *state;
    size_t n = OWN;
    log_set_level(LOG_ERROR + 1);
    for (int pg = 0; pg <= (server != NULL); pg++) {
        struct side side = open_side(b, pg, STORE_LIVE);
        struct holding h = { 0 };
        must(store_run(side.s, TX_WRITE, &b->mem, NULL, make_source, &n));
        must(store_open(&b->mem, &side.s->config, &h.beside));
        must(store_run(side.s, TX_WRITE, &b->mem, NULL, hold, &h));
        assert_int_equal(h.refused, TABLES);
        must(store_run(h.beside, TX_WRITE, &b->mem, NULL, try_write, (void *)(uintptr_t) "note"));
        store_close(h.beside);
        close_side(b, &side);
    }
    log_set_level(LOG_WARN);
}

/* ---- a table that breaks off in the middle ---- */
struct broken { const char *sql; int rows; enum err_code open, next; };

static const struct err *dump_broken(struct req *r, void *arg)
{
    struct column x = { "x", CELL_I64 };
    const struct table t = { .name = "t", .columns = &x, .n = 1 };
    struct broken *c = arg;
    const struct driver *d = r->db->s->d;
    struct dump *dump;
    struct cell cell;
    bool row = true;
    const struct err *e = d->dump_open(r->db, r->mem, &t, c->sql, &dump);
    c->open = e ? e->code : ERR_NONE;
    if (e) return e;
    while (!e && row) {
        e = d->dump_next(dump, &cell, &row);
        if (!e && row) assert_int_equal(cell.i, ++c->rows);
    }
    c->next = e ? e->code : ERR_NONE;
    d->dump_close(dump);
    return e;
}

static void test_broken(void **state)
{
    struct bench *b = *state;
    size_t n = OWN;
    struct broken pg[] = { { .sql = "SELECT i + 0 / (3 - i) FROM generate_series(1::bigint, 5) i" }, { .sql = "SELECT nothing" },
                           { .sql = "SELECT i FROM generate_series(1::bigint, 5) i" } };
    struct broken lite[] = { { .sql = "SELECT CASE value WHEN 3 THEN abs(-9223372036854775808) ELSE value END FROM json_each('[1, 2, 3, 4]')" },
                             { .sql = "SELECT nothing" }, { .sql = "SELECT value FROM json_each('[1, 2, 3, 4, 5]')" } };
    log_set_level(LOG_ERROR + 1);
    for (int engine = 0; engine <= (server != NULL); engine++) {
        struct side side = open_side(b, engine, STORE_LIVE);
        struct broken *c = engine ? pg : lite;
        must(store_run(side.s, TX_WRITE, &b->mem, NULL, make_source, &n));
        for (int i = 0; i < 2; i++) assert_int_equal(store_run(side.s, TX_READ, &b->mem, NULL, dump_broken, &c[i])->code, ERR_INTERNAL);
        must(store_run(side.s, TX_READ, &b->mem, NULL, dump_broken, &c[2]));
        assert_int_equal(c[0].rows, 2);
        assert_int_equal(c[0].open, ERR_NONE);
        assert_int_equal(c[0].next, ERR_INTERNAL);
        assert_int_equal(c[1].open, ERR_INTERNAL);
        assert_int_equal(c[2].rows, 5);
        close_side(b, &side);
    }
    log_set_level(LOG_WARN);
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
    const struct err *e = store_open(&b->mem, &(struct store_config){ .use = STORE_SEALED, .path = "/nowhere/x.db", .sessions = 1 }, &s);
    assert_non_null(e);
    assert_int_equal(e->code, ERR_DATABASE);
}

int main(void)
{
#define ON(t) cmocka_unit_test_setup_teardown(t, open_bench, close_bench)
    const struct CMUnitTest tests[] = {
        ON(test_copy), ON(test_digest_is_stable), ON(test_old_schema), ON(test_unlike), ON(test_dangling), ON(test_faults), ON(test_left), ON(test_sealed),
        ON(test_integrity_sqlite), ON(test_integrity_postgres), ON(test_hold), ON(test_broken),
    };
    log_set_level(LOG_WARN);
    const char *admin = getenv("SHANZHI_TEST_PG");
    struct arena mem = { 0 };
    char *name = arena_printf(&mem, "copy_test_%lld", (long long)id_new());
    if (admin) {
        sql_on(admin, arena_printf(&mem, "CREATE DATABASE %s", name));
        server = arena_printf(&mem, "%.*s/%s", (int)(strrchr(admin, '/') - admin), admin, name);
    }
    int failed = cmocka_run_group_tests_name("copies", tests, NULL, NULL);
    if (admin) sql_on(admin, arena_printf(&mem, "DROP DATABASE %s WITH (FORCE)", name));
    arena_clear(&mem);
    return failed;
}

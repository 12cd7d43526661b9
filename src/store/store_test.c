/* The store on SQLite, and on PostgreSQL when SHANZHI_TEST_PG names a server: every test runs on both. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/id.h"
#include "store/store.h" /* before cmocka, which has a macro fail() */

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct migration first[] = {
    { "test", 1, "001_test",
      "-- accounts; a type in a comment: BIGINT\n"
      "CREATE TABLE account (village BIGINT NOT NULL, id BIGINT NOT NULL, name TEXT NOT NULL DEFAULT 'BIGINT;',\n"
      "  balance BIGINT NOT NULL CHECK (balance >= 0), photo BYTEA, PRIMARY KEY (village, id), UNIQUE (village, name));\n"
      "CREATE TABLE entry (village BIGINT NOT NULL, id BIGINT NOT NULL, account BIGINT NOT NULL, amount BIGINT NOT NULL,\n"
      "  PRIMARY KEY (village, id), FOREIGN KEY (village, account) REFERENCES account (village, id));\n"
      "CREATE INDEX entry_account ON entry (village, account);\n"
      "-- sqlite:\n"
      "CREATE TABLE only_one (engine TEXT NOT NULL CHECK (engine = 'sqlite'));\n"
      "-- postgresql:\n"
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

enum { VILLAGE = 1000 };

struct bench {
    struct arena mem;
    struct store *s;
    char dir[64], path[128];
};

static int open_bench(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    snprintf(b->dir, sizeof b->dir, "/tmp/shanzhi-store-XXXXXX");
    assert_non_null(mkdtemp(b->dir));
    snprintf(b->path, sizeof b->path, "%s/test.db", b->dir);
    assert_null(store_open(&b->mem, &(struct store_config){ .path = b->path, .sessions = 80 }, &b->s));
    int applied = 0;
    assert_null(store_migrate(b->s, &b->mem, first, 1, &applied));
    assert_int_equal(applied, 1);
    *state = b;
    return 0;
}

static int close_bench(void **state)
{
    struct bench *b = *state;
    char cmd[128];
    store_close(b->s);
    arena_clear(&b->mem);
    snprintf(cmd, sizeof cmd, "rm -rf %s", b->dir);
    assert_int_equal(system(cmd), 0);
    free(b);
    return 0;
}

static const struct err *add_account(struct req *r, void *arg)
{
    (void)arg;
    return db_exec(r, "INSERT INTO account (village, id, name, balance, photo) VALUES ($1, $2, $3, $4, $5)",
                   I64(VILLAGE), I64(1), TEXT("甲"), I64(100), BLOB("\0\1\2", 3));
}

static const struct err *read_account(struct req *r, void *arg)
{
    return db_one(r, &account_record, (struct account **)arg,
                  "SELECT id, name, balance, photo FROM account WHERE village = $1 AND id = $2", I64(VILLAGE), I64(1));
}

static void test_round_trip(void **state)
{
    struct bench *b = *state;
    struct account *a = NULL;
    assert_null(store_run(b->s, TX_WRITE, &b->mem, NULL, add_account, NULL));
    assert_null(store_run(b->s, TX_READ, &b->mem, NULL, read_account, &a));
    assert_string_equal(a->name, "甲");
    assert_int_equal(a->balance, 100);
    assert_true(a->village == NONE);
    assert_int_equal(a->photo.n, 3);
    assert_memory_equal(a->photo.p, "\0\1\2", 3);
    const struct err *e = store_run(b->s, TX_WRITE, &b->mem, NULL, add_account, NULL);
    assert_non_null(e);
    assert_int_equal(e->code, ERR_DUPLICATE);
    assert_null(store_ready(b->s, &b->mem));
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
    assert_null(store_run(b->s, TX_WRITE, &b->mem, NULL, name_engine, engine));
    assert_non_null(store_run(b->s, TX_WRITE, &b->mem, NULL, name_engine, (char *)"another"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_round_trip, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(test_engine_parts, open_bench, close_bench),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

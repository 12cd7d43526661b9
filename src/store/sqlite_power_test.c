/* Power cuts on SQLite, through the VFS of power.c: nobody is told "done" before the sync that covers it, and
 * when the power goes at a random moment with all that is not synced, what was acknowledged is there and the
 * database is whole. The rounds start this program again as `sqlite_power_test --writer FILE`; a failed one is run
 * again with the SHANZHI_TEST_SEED it printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/id.h"
#include "kernel/log.h"
#include "kernel/text.h"
#include "store/sqlite.h"

#include <cmocka.h>
#undef fail /* cmocka's; ours is in req.h */
#include "store/writing_child.h"
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WRITERS = 8, WRITES = 25, ACKS_MAX = 20000, ROUNDS = 12, LONG_ROUNDS = 100 };

static const struct migration migrations[] = {
    { "test", 1, "001_test",
      "CREATE TABLE pair (id BIGINT NOT NULL, half TEXT NOT NULL, photo BYTEA NOT NULL, PRIMARY KEY (id, half))" },
};
static const char *self;

static void must(const struct err *e)
{
    if (!e) return;
    fprintf(stderr, "unexpected %s: %s\n", err_info(e->code)->name, e->cause ? e->cause : err_text(e, LANG_EN));
    abort();
}

struct bench { struct arena mem; struct store *s; struct store_config config; char dir[64]; };

static int open_bench(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    snprintf(b->dir, sizeof b->dir, "/tmp/shanzhi-power-XXXXXX");
    if (!mkdtemp(b->dir)) abort();
    setenv("SHANZHI_TEST_POWER", b->dir, 1);
    b->config = (struct store_config){ .sessions = WRITERS, .path = arena_printf(&b->mem, "%s/test.db", b->dir), .create = true };
    int applied;
    must(store_open(&b->mem, &b->config, &b->s));
    must(store_migrate(b->s, &b->mem, migrations, 1, &applied));
    *state = b;
    return 0;
}

static int close_bench(void **state)
{
    struct bench *b = *state;
    if (b->s) store_close(b->s);
    static const char *const files[] = { "test.db", "test.db-wal", "test.db-shm", "cut" };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) unlink(arena_printf(&b->mem, "%s/%s", b->dir, files[i]));
    rmdir(b->dir);
    arena_clear(&b->mem);
    free(b);
    return 0;
}

static const struct err *write_pair(struct req *r, void *arg)
{
    static const char photo[3000];
    int64_t id = *(int64_t *)arg;
    TRY(db_exec(r, "INSERT INTO pair (id, half, photo) VALUES ($1, 'debit', $2)", I64(id), BLOB(photo, sizeof photo)));
    return db_exec(r, "INSERT INTO pair (id, half, photo) VALUES ($1, 'credit', $2)", I64(id), BLOB(photo, sizeof photo));
}

/* ---- the order ---- */
struct waiter {
    pthread_mutex_t mu;
    pthread_cond_t cv;
    bool done;
    int64_t written, synced; /* when it was told */
};

static void told(void *arg, const struct err *e)
{
    struct waiter *w = arg;
    must(e);
    pthread_mutex_lock(&w->mu);
    power_counts(&w->written, &w->synced);
    w->done = true;
    pthread_cond_signal(&w->cv);
    pthread_mutex_unlock(&w->mu);
}

static void *write_and_look(void *arg)
{
    struct bench *b = arg;
    struct arena mem = { 0 };
    struct db *db = db_open(b->s);
    for (int i = 0; i < WRITES; i++) {
        struct req r = { .mem = &mem, .db = db };
        struct waiter w = { .mu = PTHREAD_MUTEX_INITIALIZER, .cv = PTHREAD_COND_INITIALIZER };
        int64_t id = id_new(), before, ignored;
        must(tx_begin(&r, TX_WRITE));
        must(write_pair(&r, &id));
        power_counts(&before, &ignored);
        tx_end(&r, true, told, &w);
        pthread_mutex_lock(&w.mu);
        while (!w.done) pthread_cond_wait(&w.cv, &w.mu);
        pthread_mutex_unlock(&w.mu);
        /* A commit writes the log's last frame after this member joined: a sync covers that one, too. */
        if (w.written <= before || w.synced <= before) {
            fprintf(stderr, "told after %lld writes to the log, %lld of them synced; it joined after %lld\n",
                    (long long)w.written, (long long)w.synced, (long long)before);
            abort(); /* cmocka cannot report from a thread */
        }
        arena_reset(&mem);
    }
    db_close(db);
    arena_clear(&mem);
    return NULL;
}

static void test_told_after_sync(void **state)
{
    write_and_look(*state); /* alone: each commit is its own */
}

static void test_told_after_sync_in_groups(void **state)
{
    pthread_t t[WRITERS];
    for (int i = 0; i < WRITERS; i++) pthread_create(&t[i], NULL, write_and_look, *state);
    for (int i = 0; i < WRITERS; i++) pthread_join(t[i], NULL);
    struct store_stats stats;
    store_stats(((struct bench *)*state)->s, &stats);
    assert_true(stats.groups < stats.grouped);
}

/* ---- the cut ---- */
static void *write_until_cut(void *arg)
{
    struct arena mem = { 0 };
    for (;;) {
        int64_t id = id_new();
        must(store_run(arg, TX_WRITE, &mem, NULL, write_pair, &id));
        if (write(STDOUT_FILENO, &id, sizeof id) != sizeof id) abort();
        arena_reset(&mem);
    }
    return NULL;
}

static int writer(const char *path)
{
    struct arena mem = { 0 };
    struct store_config c = { .sessions = WRITERS, .path = path, .create = true };
    struct store *s;
    pthread_t t;
    must(store_open(&mem, &c, &s));
    for (int i = 0; i < WRITERS; i++) pthread_create(&t, NULL, write_until_cut, s);
    for (;;) pause();
    return 0;
}

/* Lets a child write until the power goes; returns how many writes it acknowledged. */
static size_t run_until_cut(struct bench *b, int64_t *acked)
{
    char *argv[] = { arena_strdup(&b->mem, self), "--writer", arena_strdup(&b->mem, b->config.path), NULL };
    return writing_child(argv, SIZE_MAX, acked, ACKS_MAX);
}

static const struct err *look(struct req *r, void *arg)
{
    int64_t n;
    TRY(db_int(r, &n, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"));
    assert_int_equal(n, 1);
    TRY(db_int(r, &n, "SELECT count(*) FROM (SELECT id FROM pair GROUP BY id HAVING count(*) <> 2) AS torn"));
    assert_int_equal(n, 0);
    for (const int64_t *id = arg; *id; id++) {
        TRY(db_int(r, &n, "SELECT count(*) FROM pair WHERE id = $1", I64(*id)));
        if (n != 2) print_message("%lld was acknowledged and is gone\n", (long long)*id);
        assert_int_equal(n, 2);
    }
    return NULL;
}

static void ask_for_cut(const struct bench *b, int64_t after, int64_t seed)
{
    char path[80];
    snprintf(path, sizeof path, "%s/cut", b->dir);
    FILE *f = fopen(path, "we");
    if (!f || fprintf(f, "%lld %lld", (long long)after, (long long)seed) < 0 || fclose(f) != 0) abort();
}

static void test_power_cut(void **state)
{
    struct bench *b = *state;
    static int64_t acked[ACKS_MAX + 1];
    const char *given = getenv("SHANZHI_TEST_SEED");
    size_t total = 0;
    int64_t seed;
    for (int round = 0; round < (getenv("SHANZHI_LONG") ? LONG_ROUNDS : ROUNDS); round++) {
        if (!given || !text_int(given, 0, INT32_MAX, &seed)) random_bytes(&seed, sizeof seed);
        seed &= INT32_MAX;
        /* Early, before anything is acknowledged, or late, after checkpoints. */
        int64_t after = round % 3 ? 1 + seed % 400 : 1 + seed % 6000;
        print_message("power cut after %lld operations, SHANZHI_TEST_SEED=%lld\n", (long long)after, (long long)seed);
        store_close(b->s); /* no second process keeps anything */
        b->s = NULL;
        memset(acked, 0, sizeof acked);
        ask_for_cut(b, after, seed);
        total += run_until_cut(b, acked);
        unlink(arena_printf(&b->mem, "%s/cut", b->dir));
        must(store_open(&b->mem, &b->config, &b->s));
        must(store_run(b->s, TX_READ, &b->mem, NULL, look, acked));
    }
    assert_true(given || total > 0);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--writer") == 0) return writer(argv[2]);
    self = argv[0];
    log_set_level(LOG_WARN);
#define ON(t) cmocka_unit_test_setup_teardown(t, open_bench, close_bench)
    const struct CMUnitTest tests[] = { ON(test_told_after_sync), ON(test_told_after_sync_in_groups), ON(test_power_cut) };
    return cmocka_run_group_tests_name("power", tests, NULL, NULL);
}

/* Durable writes a second through the store at 1, 4, 16 and 64 clients, against bare SQLite with the
 * same statements and one commit per write, on the same disk in the same run.
 *
 *     build/release/store_commit [--seconds 3] [folder]
 *
 * One write is what an ordinary request writes: read a balance, change it, insert an entry and an
 * audit row. A client begins its next write when the one before is durable. */
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/date.h"
#include "kernel/id.h"
#include "kernel/log.h"
#include "store/store.h"

#define SQL_READ "SELECT balance FROM account WHERE village = $1 AND id = $2"
#define SQL_ADD "UPDATE account SET balance = balance + $3 WHERE village = $1 AND id = $2"
#define SQL_ENTRY "INSERT INTO entry (village, id, account, amount) VALUES ($1, $2, $3, $4)"
#define SQL_AUDIT "INSERT INTO audit (village, id, what) VALUES ($1, $2, $3)"
#define AUDIT_TEXT "{\"route\":\"POST /villages/{village}/claims\",\"status\":201,\"body\":{\"points\":\"37.50\"}}"
enum { VILLAGE = 1000, ACCOUNTS = 1000 };

static const struct migration tables[] = { { "bench", 1, "001_bench",
    "CREATE TABLE account (village BIGINT NOT NULL, id BIGINT NOT NULL, balance BIGINT NOT NULL, PRIMARY KEY (village, id));"
    "CREATE TABLE entry (village BIGINT NOT NULL, id BIGINT NOT NULL, account BIGINT NOT NULL, amount BIGINT NOT NULL,"
    " PRIMARY KEY (village, id));"
    "CREATE TABLE audit (village BIGINT NOT NULL, id BIGINT NOT NULL, what TEXT NOT NULL, PRIMARY KEY (village, id));" } };

static double seconds = 3;
static _Atomic int64_t wrote;
static _Atomic bool stop;

static void die(const struct err *e)
{
    if (!e) return;
    fprintf(stderr, "%s: %s\n", err_text(e, LANG_EN), e->cause ? e->cause : "");
    exit(1);
}

static const struct err *fill(struct req *r, void *arg)
{
    (void)arg;
    for (int64_t i = 0; i < ACCOUNTS; i++)
        TRY(db_exec(r, "INSERT INTO account (village, id, balance) VALUES ($1, $2, 0)", I64(VILLAGE), I64(i)));
    return NULL;
}

static const struct err *one_write(struct req *r, void *arg)
{
    int64_t account = *(int64_t *)arg, balance;
    TRY(db_int(r, &balance, SQL_READ, I64(VILLAGE), I64(account)));
    TRY(db_exec(r, SQL_ADD, I64(VILLAGE), I64(account), I64(1)));
    TRY(db_exec(r, SQL_ENTRY, I64(VILLAGE), I64(id_new()), I64(account), I64(1)));
    return db_exec(r, SQL_AUDIT, I64(VILLAGE), I64(id_new()), TEXT(AUDIT_TEXT));
}

struct client { struct store *s; int64_t n, account; pthread_t thread; int64_t *latency_us; size_t samples; };
enum { SAMPLES = 200000 };

static void *client(void *arg)
{
    struct client *c = arg;
    struct arena mem = { 0 };
    while (!stop) {
        int64_t account = (c->account = (c->account * 7919 + 13) % ACCOUNTS);
        int64_t t = clock_monotonic_us();
        die(store_run(c->s, TX_WRITE, &mem, NULL, one_write, &account));
        if (c->samples < SAMPLES) c->latency_us[c->samples++] = clock_monotonic_us() - t;
        atomic_fetch_add(&wrote, 1);
        arena_reset(&mem);
    }
    arena_clear(&mem);
    return NULL;
}

static void nap(double s)
{
    usleep((useconds_t)(s * 1e6));
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static double through_store(struct store *s, int clients)
{
    struct client *c = calloc((size_t)clients, sizeof *c);
    struct store_stats before, after;
    store_stats(s, &before);
    wrote = 0;
    stop = false;
    int64_t t = clock_monotonic_us();
    for (int i = 0; i < clients; i++) {
        c[i] = (struct client){ .s = s, .account = i, .latency_us = malloc(SAMPLES * sizeof(int64_t)) };
        pthread_create(&c[i].thread, NULL, client, &c[i]);
    }
    nap(seconds);
    stop = true;
    size_t n = 0;
    int64_t *all = malloc((size_t)clients * SAMPLES * sizeof *all);
    for (int i = 0; i < clients; i++) {
        pthread_join(c[i].thread, NULL);
        memcpy(all + n, c[i].latency_us, c[i].samples * sizeof *all);
        n += c[i].samples;
        free(c[i].latency_us);
    }
    double took = (double)(clock_monotonic_us() - t) / 1e6, rate = (double)wrote / took;
    store_stats(s, &after);
    qsort(all, n, sizeof *all, by_size);
    printf("| store, %2d clients | %7.0f | %5.2f | %5.2f | %6.1f |", clients, rate, (double)all[n / 2] / 1e3,
           (double)all[n * 99 / 100] / 1e3, (double)(after.grouped - before.grouped) / (double)(after.groups - before.groups));
    free(all);
    free(c);
    return rate;
}

static void run(sqlite3 *h, sqlite3_stmt *q)
{
    int rc = sqlite3_step(q);
    if (rc != SQLITE_DONE && rc != SQLITE_ROW) {
        fprintf(stderr, "%s\n", sqlite3_errmsg(h));
        exit(1);
    }
    sqlite3_reset(q);
}

/* What SQLite does by itself: the same durability settings, one connection, one commit per write. */
static double bare(const char *path)
{
    sqlite3 *h;
    sqlite3_stmt *q[6];
    const char *sql[] = { "BEGIN IMMEDIATE", SQL_READ, SQL_ADD, SQL_ENTRY, SQL_AUDIT, "COMMIT" };
    if (sqlite3_open(path, &h) != SQLITE_OK) exit(1);
    sqlite3_exec(h, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON", NULL, NULL, NULL);
    for (int i = 0; i < 6; i++)
        if (sqlite3_prepare_v2(h, sql[i], -1, &q[i], NULL) != SQLITE_OK) exit(1);
    int64_t n = 0, account = 1, start = clock_monotonic_us(), now = start;
    for (; (double)(now - start) < seconds * 1e6; n++, now = clock_monotonic_us()) {
        account = (account * 7919 + 13) % ACCOUNTS;
        sqlite3_bind_int64(q[1], 1, VILLAGE);
        sqlite3_bind_int64(q[3], 1, VILLAGE);
        sqlite3_bind_int64(q[4], 1, VILLAGE);
        sqlite3_bind_int64(q[1], 2, account);
        sqlite3_bind_int64(q[3], 2, id_new());
        sqlite3_bind_int64(q[3], 3, account);
        sqlite3_bind_int64(q[3], 4, 1);
        sqlite3_bind_int64(q[4], 2, id_new());
        sqlite3_bind_text(q[4], 3, AUDIT_TEXT, -1, SQLITE_STATIC);
        /* `$n` is a name here: this text names $3 first. */
        sqlite3_bind_int64(q[2], sqlite3_bind_parameter_index(q[2], "$1"), VILLAGE);
        sqlite3_bind_int64(q[2], sqlite3_bind_parameter_index(q[2], "$2"), account);
        sqlite3_bind_int64(q[2], sqlite3_bind_parameter_index(q[2], "$3"), 1);
        for (int i = 0; i < 6; i++) run(h, q[i]);
    }
    for (int i = 0; i < 6; i++) sqlite3_finalize(q[i]);
    sqlite3_close(h);
    return (double)n / ((double)(now - start) / 1e6);
}

int main(int argc, char **argv)
{
    const char *folder = ".";
    char path[512];
    struct arena mem = { 0 };
    struct store *s;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--seconds") == 0 && i + 1 < argc) seconds = atof(argv[++i]);
        else folder = argv[i];
    }
    log_set_level(LOG_WARN);
    snprintf(path, sizeof path, "%s/store_commit.%d.db", folder, (int)getpid());
    die(store_open(&mem, &(struct store_config){ .path = path, .sessions = 64, .create = true }, &s));
    die(store_migrate(s, &mem, tables, 1, NULL));
    die(store_run(s, TX_WRITE, &mem, NULL, fill, NULL));
    store_close(s);
    printf("| | writes/s | median ms | p99 ms | per fsync | ratio |\n|---|---|---|---|---|---|\n");
    /* Disks change their mood: each number is divided by the bare ones just before and just after. */
    double before = bare(path);
    printf("| bare SQLite, one commit each | %7.0f | %5.2f | | 1.0 | |\n", before, 1e3 / before);
    for (int clients = 1; clients <= 64; clients *= 4) {
        die(store_open(&mem, &(struct store_config){ .path = path, .sessions = 64, .create = true }, &s));
        double rate = through_store(s, clients);
        store_close(s);
        double after = bare(path);
        printf(" %.1f |\n| bare SQLite, one commit each | %7.0f | %5.2f | | 1.0 | |\n", rate / ((before + after) / 2),
               after, 1e3 / after);
        before = after;
    }
    arena_clear(&mem);
    return unlink(path) != 0; /* closing removed the log */
}

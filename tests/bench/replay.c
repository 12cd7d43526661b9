/* Bare SQLite doing what the server did: replays the statements that SHANZHI_TEST_SQL_TRACE recorded, on a copy of the
 * database as it was before them, with prepared statements, WAL and synchronous=FULL.
 *
 *     replay DATABASE TRACE COMMIT_EVERY     prints transactions per second
 *
 * COMMIT_EVERY 1 is one durable commit per write; larger is a batch. The trace is read into memory before the clock starts. */
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct value { char type; int64_t i; char *p; };
struct step { sqlite3_stmt **stmt; int n; struct value *values; char end; }; /* end: 'C', 'R' or 0 */
struct text { char *sql; sqlite3_stmt *stmt; };

static struct step *steps;
static size_t steps_n;
static struct text *texts[4096];
static size_t texts_n;

static void die(const char *what)
{
    fprintf(stderr, "replay: %s\n", what);
    exit(1);
}

static char *take(FILE *f, size_t n)
{
    char *p = malloc(n + 1);
    if (!p || fread(p, 1, n, f) != n || fgetc(f) != '\n') die("the trace is cut off");
    p[n] = 0;
    return p;
}

static sqlite3_stmt **intern(char *sql)
{
    for (size_t i = 0; i < texts_n; i++)
        if (strcmp(texts[i]->sql, sql) == 0) {
            free(sql);
            return &texts[i]->stmt;
        }
    if (texts_n == sizeof texts / sizeof *texts) die("too many statements");
    texts[texts_n] = calloc(1, sizeof **texts);
    texts[texts_n]->sql = sql;
    return &texts[texts_n++]->stmt;
}

static void load(const char *path)
{
    FILE *f = fopen(path, "r");
    size_t cap = 0;
    int c;
    if (!f) die("no trace");
    while ((c = fgetc(f)) != EOF) {
        if (steps_n == cap) steps = realloc(steps, (cap = cap ? cap * 2 : 4096) * sizeof *steps);
        struct step *s = &steps[steps_n++];
        *s = (struct step){ 0 };
        if (c == 'C' || c == 'R') {
            s->end = (char)c;
            if (fgetc(f) != '\n') die("bad trace");
            continue;
        }
        size_t len;
        if (c != 'S' || fscanf(f, " %zu %d", &len, &s->n) != 2 || fgetc(f) != '\n') die("bad trace");
        s->stmt = intern(take(f, len));
        s->values = calloc((size_t)s->n + 1, sizeof *s->values);
        for (int i = 0; i < s->n; i++) {
            struct value *v = &s->values[i];
            v->type = (char)fgetc(f);
            if (v->type == 'n') {
                if (fgetc(f) != '\n') die("bad trace");
            } else {
                if (fscanf(f, " %" SCNd64, &v->i) != 1 || fgetc(f) != '\n') die("bad trace");
                if (v->type != 'i') v->p = take(f, (size_t)v->i);
            }
        }
    }
    fclose(f);
}

static void must(sqlite3 *db, int rc, const char *what)
{
    if (rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW) return;
    fprintf(stderr, "replay: %s: %s\n", what, sqlite3_errmsg(db));
    exit(1);
}

static void run(sqlite3 *db, const struct step *s)
{
    sqlite3_stmt *st = *s->stmt;
    for (int i = 0; i < s->n; i++) {
        const struct value *v = &s->values[i];
        char name[16];
        snprintf(name, sizeof name, "$%d", i + 1);
        int at = sqlite3_bind_parameter_index(st, name);
        if (!at) continue;
        switch (v->type) {
        case 'i': must(db, sqlite3_bind_int64(st, at, v->i), "bind"); break;
        case 't': must(db, sqlite3_bind_text(st, at, v->p, (int)v->i, SQLITE_STATIC), "bind"); break;
        case 'b': must(db, sqlite3_bind_blob(st, at, v->p, (int)v->i, SQLITE_STATIC), "bind"); break;
        default: must(db, sqlite3_bind_null(st, at), "bind");
        }
    }
    int rc;
    while ((rc = sqlite3_step(st)) == SQLITE_ROW) {}
    must(db, rc, sqlite3_sql(st));
    sqlite3_reset(st);
}

int main(int argc, char **argv)
{
    sqlite3 *db;
    if (argc != 4) die("DATABASE TRACE COMMIT_EVERY");
    int every = atoi(argv[3]);
    load(argv[2]);
    if (sqlite3_open(argv[1], &db)) die("cannot open the database");
    must(db, sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON", NULL, NULL, NULL), "pragma");
    for (size_t i = 0; i < texts_n; i++)
        must(db, sqlite3_prepare_v3(db, texts[i]->sql, -1, SQLITE_PREPARE_PERSISTENT, &texts[i]->stmt, NULL), texts[i]->sql);
    sqlite3_stmt *begin, *commit;
    must(db, sqlite3_prepare_v2(db, "BEGIN IMMEDIATE", -1, &begin, NULL), "begin");
    must(db, sqlite3_prepare_v2(db, "COMMIT", -1, &commit, NULL), "commit");
    struct timespec a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    int open = 0, in_group = 0;
    long done = 0;
    for (size_t i = 0; i < steps_n; i++) {
        if (steps[i].end) {
            if (steps[i].end == 'R') die("the trace holds a rollback; record a clean run");
            if (open) done++, in_group++;
            if (open && in_group >= every) {
                must(db, sqlite3_step(commit), "commit");
                sqlite3_reset(commit);
                open = in_group = 0;
            }
            continue;
        }
        if (!open) {
            must(db, sqlite3_step(begin), "begin");
            sqlite3_reset(begin);
            open = 1;
        }
        run(db, &steps[i]);
    }
    if (open) must(db, sqlite3_step(commit), "commit");
    clock_gettime(CLOCK_MONOTONIC, &b);
    double seconds = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
    printf("%.0f\n", (double)done / seconds);
    return 0;
}

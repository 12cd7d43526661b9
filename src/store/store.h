/* One small interface over SQLite (embedded default) and PostgreSQL. One SQL text runs on both:
 * `$1` parameters, BIGINT/TEXT/BYTEA columns only, explicit column lists, RETURNING and
 * ON CONFLICT where needed. Dialect differences live in this folder only.
 *
 *     TRY(db_exec(r, "UPDATE claim SET state = $3 WHERE village = $1 AND id = $2",
 *                 I64(v), I64(id), TEXT("approved")));
 *     struct claim *c;
 *     TRY(db_one(r, &claim_record, &c, "SELECT id, state, points AS points FROM claim WHERE …", I64(id)));
 *
 * Rows land in structs by name: each result column must be a field of the record (or it is a BUG);
 * fields without a column stay absent (NONE / NULL). NULL columns are absent too.
 * Results live in the request's arena. Statements are prepared once per session and SQL text.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H
#include <stdbool.h>
#include "store/req.h"

struct store;
enum tx { TX_UNSET, TX_NONE, TX_READ, TX_WRITE };

/* ---- arguments ---- */
struct db_arg {
    enum { DB_END, DB_I64, DB_TEXT, DB_BLOB, DB_NULL_I64, DB_NULL_TEXT, DB_NULL_BLOB } type;
    int64_t i;      /* also the blob's size */
    const void *p;
};
/* NONE and NULL become SQL NULL. */
#define I64(v) db_i64(v)
#define TEXT(v) db_text(v)
#define BLOB(p, n) db_blob((p), (n))
static inline struct db_arg db_i64(int64_t v)
{
    return (struct db_arg){ .type = v == NONE ? DB_NULL_I64 : DB_I64, .i = v };
}
static inline struct db_arg db_text(const char *s)
{
    return (struct db_arg){ .type = s ? DB_TEXT : DB_NULL_TEXT, .p = s };
}
static inline struct db_arg db_blob(const void *p, size_t n)
{
    return (struct db_arg){ .type = p ? DB_BLOB : DB_NULL_BLOB, .i = (int64_t)n, .p = p };
}
#define DB_ARGS(...) ((const struct db_arg[]){ __VA_ARGS__ __VA_OPT__(,) { .type = DB_END } })

/* ---- statements inside the request's transaction ---- */
/* `"" sql` makes a variable a compile error: SQL is literal text beside its use. */
#define db_exec(r, sql, ...) db_exec_((r), "" sql, NULL, DB_ARGS(__VA_ARGS__))
/* *changed = rows changed: compare-and-set updates look at it. */
#define db_exec_n(r, changed, sql, ...) db_exec_((r), "" sql, (changed), DB_ARGS(__VA_ARGS__))
/* Exactly one row into a new struct; none: ERR_NOT_FOUND (the caller may want another error). */
#define db_one(r, rec, out, sql, ...) db_one_((r), (rec), (void **)(out), "" sql, DB_ARGS(__VA_ARGS__))
/* At most one row; none: *out = NULL. */
#define db_find(r, rec, out, sql, ...) db_find_((r), (rec), (void **)(out), "" sql, DB_ARGS(__VA_ARGS__))
/* All rows; the SQL must bound them (LIMIT, or a key that does). */
#define db_all(r, rec, list, sql, ...) db_all_((r), (rec), (list), "" sql, DB_ARGS(__VA_ARGS__))
/* One integer; no row or NULL: *out = NONE. */
#define db_int(r, out, sql, ...) db_int_((r), (out), "" sql, DB_ARGS(__VA_ARGS__))
/* Streams rows through fn with constant memory; `row` is reused. fn's error stops and is returned. */
#define db_each(r, rec, fn, arg, sql, ...) db_each_((r), (rec), (fn), (arg), "" sql, DB_ARGS(__VA_ARGS__))
typedef const struct err *db_row_fn(struct req *r, void *row, void *arg);

MUST_CHECK const struct err *db_exec_(struct req *r, const char *sql, int64_t *changed, const struct db_arg *args);
MUST_CHECK const struct err *db_one_(struct req *r, const struct record *rec, void **out, const char *sql, const struct db_arg *args);
MUST_CHECK const struct err *db_find_(struct req *r, const struct record *rec, void **out, const char *sql, const struct db_arg *args);
MUST_CHECK const struct err *db_all_(struct req *r, const struct record *rec, struct list *out, const char *sql, const struct db_arg *args);
MUST_CHECK const struct err *db_int_(struct req *r, int64_t *out, const char *sql, const struct db_arg *args);
MUST_CHECK const struct err *db_each_(struct req *r, const struct record *rec, db_row_fn *fn, void *arg, const char *sql, const struct db_arg *args);
/* Unique-key violations come back as ERR_DUPLICATE, other constraint violations as ERR_CONFLICT;
 * after any error the statement has had no effect. On PostgreSQL the transaction is then unusable:
 * return the error. The store does the same on SQLite: after an error every later statement gives that
 * error again, and the end rolls back. To insert "unless there is one", write ON CONFLICT DO NOTHING
 * and db_exec_n. ERR_NOT_FOUND of db_one and an error of db_each's fn spoil nothing. */

/* ---- life of a store ---- */
/* For SQLite: a file that is served; a copy that nobody writes, opened for reading only, so that nothing is
 * made beside it; a new file being filled in bulk, that is thrown away if that fails (no log, no foreign
 * keys, no fsync until its maker does one: store/copy.h). PostgreSQL knows only the first. */
enum store_use { STORE_LIVE, STORE_SEALED, STORE_BUILD };
struct store_config {
    enum store_use use;
    const char *database;  /* "postgres://…", or NULL: SQLite at path */
    const char *path;      /* SQLite file */
    int sessions;          /* how many sessions may be open (workers + CLI) */
    bool pooled;           /* behind a transaction pooler: no server-side prepared statements */
    bool create;           /* make a missing SQLite file: init, demo, the target of a restore or a move */
};
/* A missing SQLite file: ERR_NO_INSTALLATION, unless `create`. */
MUST_CHECK const struct err *store_open(struct arena *mem, const struct store_config *c, struct store **out);
void store_close(struct store *s);
const char *store_engine(const struct store *s); /* "sqlite" or "postgresql" */

/* A worker's session. Never fails: on PostgreSQL it connects (again) when a transaction begins. */
struct db *db_open(struct store *s);
void db_close(struct db *db);

/* begin → handler → end. r->db must be set. */
MUST_CHECK const struct err *tx_begin(struct req *r, enum tx mode);
typedef void tx_done_fn(void *arg, const struct err *e);
/* Ends the transaction. commit=false rolls back; done is called once, with NULL when the data is
 * durable or an error when it is not: at once on this thread (reads, rollbacks, PostgreSQL), or later
 * on the committer's thread (SQLite group commit). The caller may use its session again at once. */
void tx_end(struct req *r, bool commit, tx_done_fn *done, void *arg);
/* What a write must hold before it ends well: its ids are still ours. ERR_RETRY: roll back and run it again. For who cannot
 * run again what tx_end finds out; tx_end asks for who has not asked. */
MUST_CHECK const struct err *tx_confirm(struct req *r);

/* After arena_try left the code that ran statements: ends them and rolls back what is open. */
void tx_abandon(struct req *r);
/* For whoever runs tx_begin … tx_end itself: is e worth another try after `tries` of them? Then it has
 * slept some milliseconds already (doubling, with jitter). */
bool tx_again(struct req *r, const struct err *e, int tries);

/* Runs fn in one transaction, synchronously, with retries: CLI, jobs, tests. Fills r->mem/db/now/today
 * when unset. */
typedef const struct err *tx_fn(struct req *r, void *arg);
MUST_CHECK const struct err *store_run(struct store *s, enum tx mode, struct arena *mem, const struct actor *who,
                                       tx_fn *fn, void *arg);

/* Runs fn in one transaction of the request's own session and waits until it is durable, with
 * retries. For handlers of TX_NONE routes, which have slow work to do between two transactions
 * (hashing a password must not hold the only writer). r->keep commits in spite of fn's error. */
MUST_CHECK const struct err *tx_run(struct req *r, enum tx mode, tx_fn *fn, void *arg);

/* ---- migrations ---- */
struct migration { const char *slice; int number; const char *name; const char *sql; };
/* Applies what is missing, the store's own first, then in the given order, each in its own
 * transaction; refuses a database that is newer than the program. *applied: how many it did, of one that fails, too. */
MUST_CHECK const struct err *store_migrate(struct store *s, struct arena *mem, const struct migration *all, size_t n, int *applied);
/* What a database has had. */
struct applied { const char *slice; int64_t number; const char *name, *checksum; };
MUST_CHECK const struct err *store_applied(struct req *r, struct list *out);
/* These inside the open transaction, and no others, for a new database that is to be there as a whole or not at all. */
MUST_CHECK const struct err *store_migrate_within(struct req *r, const struct migration *all, size_t n);
/* Which of the program's migrations (the store's own among them) the database has, in their order: a copy of it gets no others. Refuses
 * what the program does not know, as store_migrate does. */
MUST_CHECK const struct err *store_migrated(struct req *r, const struct migration *all, size_t n, struct migration **out, size_t *out_n);
/* Looks only: how far is the database? STORE_BARE: none of ours (a new file). Newer than the program,
 * or changed migrations: the error that store_migrate gives. */
enum store_state { STORE_BARE, STORE_BEHIND, STORE_CURRENT };
MUST_CHECK const struct err *store_state(struct store *s, struct arena *mem, const struct migration *all, size_t n,
                                         enum store_state *out, int *pending);

/* ---- the installation ---- */
/* Its id, as in the key file and in every backup; NULL before store_found. */
MUST_CHECK const struct err *store_installation(struct store *s, struct arena *mem, const char **id);
/* In a write transaction: gives the database this id if it has none; *mine = false: it has one. */
MUST_CHECK const struct err *store_found(struct req *r, const char *id, bool *mine);

/* It lives elsewhere now, and store_installation refuses it (ERR_NO_INSTALLATION) until it is reopened. */
MUST_CHECK const struct err *store_set_moved(struct req *r, const char *to);
MUST_CHECK const struct err *store_reopen(struct store *s, struct arena *mem);
/* For how long another process that writes to it, a server above all, holds a node number; NONE: nobody does. */
MUST_CHECK const struct err *store_served(struct req *r, int64_t *ms);
/* In a copy: gives back the numbers that are held at its source. What they promise of ids stays. */
MUST_CHECK const struct err *store_unserve(struct req *r);
/* A good backup was made; verified: the books in it agreed. For /readyz and the metrics. */
MUST_CHECK const struct err *store_note_backup(struct req *r, int64_t at, const char *place, int64_t bytes, bool verified);
/* One server, one migration or one restore at a time in the folder of a SQLite file: holds PATH.lock until *fd is
 * closed or the process ends. Another holds it: ERR_STATE that names its process. Commands beside a server do not ask. */
MUST_CHECK const struct err *store_lock(struct arena *mem, const char *path, int *fd);
/* Takes a node number for this process's ids now; else the first write does. A server wants to know at its start. */
MUST_CHECK const struct err *store_lease(struct store *s, struct arena *mem);

/* ---- health: what /readyz and /metrics are made of ---- */
/* From now on this thread's transactions wait so long for a lock, a connection or the turn to write, then ERR_BUSY: who
 * must say soon what is wrong cannot wait as long as a request does. */
void store_patience(int ms);
/* Is it reachable and migrated? */
MUST_CHECK const struct err *store_ready(struct store *s, struct arena *mem);
/* Writes the node's heartbeat and waits until it is durable: proves that a write would be. */
MUST_CHECK const struct err *store_beat(struct store *s, struct arena *mem, int node);
/* The last good backup and the installation's age; NONE: none yet. */
struct store_backups { int64_t last_at, made_at; };
MUST_CHECK const struct err *store_backups(struct store *s, struct arena *mem, struct store_backups *out);
/* What the engine says of itself. Numbers that an engine does not know are NONE. */
struct store_look {
    int64_t disk_free, disk_size;         /* of the file system with the database, bytes */
    int64_t database_bytes, wal_bytes;
    int64_t connections, connections_max; /* to PostgreSQL, of everybody */
    const char *lost_zh, *lost_en;        /* the file or its log is gone: NULL when all is there */
    bool pooler_untold;                   /* a pooler stands between us and PostgreSQL, and `pooled` does not say so */
    bool unsafe;                          /* PostgreSQL runs with fsync or synchronous_commit off */
};
MUST_CHECK const struct err *store_look(struct store *s, struct arena *mem, struct store_look *out);
/* How many servers wrote a heartbeat lately, this one with them. */
MUST_CHECK const struct err *store_servers(struct store *s, struct arena *mem, int node, int64_t *out);
/* From now on at most so many connections to PostgreSQL; SQLite has none. */
void store_share(struct store *s, int connections);
/* Writes are refused from now on (the file they would go to is not the one people read), or allowed again. */
void store_refuse_writes(struct store *s, bool refuse);

/* A copy of the SQLite database as of now, made while the server runs; path must not exist: the file of a
 * backup (src/upkeep) from SQLite. From PostgreSQL it is made by store_copy. */
MUST_CHECK const struct err *store_backup(struct store *s, struct arena *mem, const char *path);

/* Counters for /metrics. */
struct store_stats { uint64_t reads, writes, rollbacks, statements, groups, grouped, retries, reconnects; };
void store_stats(const struct store *s, struct store_stats *out);

#ifdef SHANZHI_TESTING
/* The n-th database call of this thread from now fails with ERR_DATABASE (0: none). Calls are: begin,
 * each statement, commit. The environment's SHANZHI_FAIL_DB=n does it once for the n-th of the process; SHANZHI_TEST_FAIL_DB names a
 * file in which a test asks for the n-th call of the transaction that begins next. With SHANZHI_TEST_TWICE the first commit of
 * whatever writes is ERR_RETRY. */
void store_test_fail_at(int64_t n);
int64_t store_test_calls(void); /* of this thread so far */
#endif
#endif

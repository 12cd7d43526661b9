/* Inside store/ only: what an engine gives and what the common half (store.c) keeps for it. An
 * engine knows connections, statements and cells; it knows nothing of records, retries or counters
 * of calls. Rules of the vtable:
 *   - run, next… , finish come in this order for a statement; finish is called also after an error.
 *   - an engine's error is a struct err in `mem` whose cause names what the engine said.
 *   - after an error the common half lets nothing but rollback through.
 */
#ifndef STORE_DRIVER_H
#define STORE_DRIVER_H
#include <pthread.h>
#include <stdatomic.h>
#include "store/store.h"

enum {
    STATEMENTS_MAX = 1024,        /* per connection; the program has some hundreds of literal texts */
    PARAMS_MAX = 64,              /* the widest INSERT has about 30 */
    WRITER_WAIT_MS = 15 * 1000,   /* for the turn to write: as long as a whole request may take */
    STATEMENT_TIMEOUT_MS = 30 * 1000,
    IDLE_IN_TX_TIMEOUT_MS = 60 * 1000, /* a handler that died must not keep its locks */
    RETRY_MAX = 6,
    STREAM_ROWS = 500,            /* db_each on PostgreSQL fetches this many at a time */
};

/* One column of the current row; p is valid until the next call of next or finish. */
struct cell {
    enum { CELL_NULL, CELL_I64, CELL_TEXT, CELL_BLOB, CELL_REAL } type;
    int64_t i;
    const char *p;
    size_t n;
};

/* A prepared statement of one connection, with the map from its columns to the fields of the record
 * it was last used with. Engines embed it as their first member. */
struct stmt {
    struct stmt *next;            /* in the hash chain */
    const char *sql;
    uint64_t hash;
    int params;                   /* highest $n */
    bool busy;                    /* between run and finish */
    bool single;                  /* not in the cache: freed at finish */
    const struct record *rec;
    int columns;
    const struct field **map;
    void *blank;                  /* a struct with everything absent */
};

struct statements {
    struct arena mem;
    struct stmt *bucket[256];
    int n;
};

struct driver {
    const char *name;
    const struct err *(*open)(struct store *s, struct arena *mem, const struct store_config *c);
    void (*close)(struct store *s);
    size_t session_size, statement_size;
    void (*session_close)(struct db *db);
    const struct err *(*begin)(struct db *db, struct arena *mem, enum tx mode);
    /* Calls done, once, now or later. */
    void (*commit)(struct db *db, struct arena *mem, tx_done_fn *done, void *arg);
    void (*rollback)(struct db *db);
    struct statements *(*statements)(struct db *db); /* of the connection in use */
    const struct err *(*prepare)(struct db *db, struct arena *mem, struct stmt *st, const struct db_arg *args, int n);
    void (*forget)(struct stmt *st);
    const struct err *(*run)(struct db *db, struct arena *mem, struct stmt *st, const struct db_arg *args, int n, bool stream);
    const struct err *(*next)(struct db *db, struct arena *mem, struct stmt *st, bool *row);
    int (*columns)(struct stmt *st);
    const char *(*column_name)(struct stmt *st, int i);
    struct cell (*cell)(struct stmt *st, int i);
    void (*finish)(struct db *db, struct stmt *st, int64_t *changed);
    /* Several statements without parameters: migrations. */
    const struct err *(*script)(struct db *db, struct arena *mem, const char *sql);
    /* Held to the end of the transaction, so that several servers may migrate at once. */
    const struct err *(*migration_lock)(struct db *db, struct arena *mem);
    char *(*translate)(struct arena *mem, const char *sql);
    const struct err *(*backup)(struct store *s, struct arena *mem, const char *path);
};
extern const struct driver sqlite_driver, postgres_driver;

struct store {
    const struct driver *d;
    struct store_config config;
    void *engine;                 /* the driver's half */
    _Atomic uint64_t reads, writes, rollbacks, groups, grouped, retries, reconnects;
    pthread_mutex_t mu;           /* guards idle */
    struct db *idle;              /* sessions of store_run */
    _Atomic int64_t migrations;   /* how many the program has; -1 before store_migrate */
};

struct db {
    struct store *s;
    struct arena mem;             /* the session itself lives in it */
    struct db *next;
    enum tx mode;
    const struct err *failed;     /* what spoiled the open transaction */
};

void statements_drop(const struct driver *d, struct statements *c);
int count_params(const char *sql);
/* Walks SQL text for translation: copies all but the words `swap` replaces (pairs, closed by NULL)
 * and appends `table_suffix` to each CREATE TABLE. Text in quotes and comments stays. */
char *sql_translate(struct arena *mem, const char *sql, const char *const *swap, const char *table_suffix);

/* trace.c: write transactions to a file, for ./bench. */
void trace_open(void);
void trace_statement(const struct db *db, const char *sql, const struct db_arg *args, int n);
void trace_end(const struct db *db, bool commit);

#ifdef SHANZHI_TESTING
const struct err *fault(struct arena *mem);
#else
static inline const struct err *fault(struct arena *mem)
{
    (void)mem;
    return NULL;
}
#endif
#endif

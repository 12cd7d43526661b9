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
#include "store/copy.h"

enum {
    STATEMENTS_MAX = 1024,        /* per connection; the program has some hundreds of literal texts */
    PARAMS_MAX = 64,              /* the widest INSERT has about 30 */
    WRITER_WAIT_MS = 15 * 1000,   /* for the turn to write, a lock or a connection: as long as a whole request may take */
    STATEMENT_TIMEOUT_MS = 30 * 1000,
    IDLE_IN_TX_TIMEOUT_MS = 60 * 1000, /* a handler that died must not keep its locks */
    RETRY_MAX = 6,
    STREAM_ROWS = 500,            /* db_each on PostgreSQL fetches this many at a time */
    COPY_SQL_MAX = 256 * 1024,    /* of what the copier writes: names of all columns, or of all tables */
    UNMIGRATED = -1,              /* nothing is known of the tables yet */
};

/* One column of the current row; p is valid until the next call of next or finish. */
enum cell_type { CELL_NULL, CELL_I64, CELL_TEXT, CELL_BLOB, CELL_REAL };
struct cell {
    enum cell_type type;
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

/* What the copier knows of a table: its columns in their order, and which are its primary key. */
struct column { const char *name; enum cell_type type; };
struct table {
    const char *name;
    struct column *columns;
    int n;
    const char **key;
    int keys;
};
struct dump; /* a table being read in bulk */
struct load; /* a table being filled in bulk */

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
    const char *has_table;        /* SQL: is there a table $1? */
    void (*share)(struct store *s, int connections); /* may be NULL */
    const struct err *(*look)(struct store *s, struct arena *mem, struct store_look *out);
    const char *clock_ms;         /* SQL: the database's clock, milliseconds since 1970 */
    const struct err *(*backup)(struct store *s, struct arena *mem, const char *path);
    /* The copier's half (copy.c), inside the session's open transaction. */
    const char *schema_sql;       /* tbl, name, type, key of every column, in order */
    const struct err *(*dump_open)(struct db *db, struct arena *mem, const struct table *t, const char *select, struct dump **out);
    const struct err *(*dump_next)(struct dump *d, struct cell *cells, bool *row); /* cells last until the next call */
    void (*dump_close)(struct dump *d);
    const struct err *(*load_begin)(struct db *db, struct arena *mem); /* before all tables, and after */
    const struct err *(*load_end)(struct db *db, struct arena *mem);
    const struct err *(*load_open)(struct db *db, struct arena *mem, const struct table *t, struct load **out);
    const struct err *(*load_row)(struct load *l, const struct cell *cells);
    const struct err *(*load_close)(struct load *l, bool failed);
    const struct err *(*integrity)(struct req *r, struct store_integrity *out);
    const struct err *(*patient)(struct db *db, struct arena *mem);
    const struct err *(*hold)(struct db *db, struct arena *mem, const struct list *tables);
};
#define COPIER(engine) \
    .schema_sql = engine##_schema_sql, .dump_open = engine##_dump_open, .dump_next = engine##_dump_next, \
    .dump_close = engine##_dump_close, .load_begin = engine##_load_begin, .load_end = engine##_load_end, \
    .load_open = engine##_load_open, .load_row = engine##_load_row, .load_close = engine##_load_close, \
    .integrity = engine##_integrity, .patient = engine##_patient, .hold = engine##_hold
#define COPIER_DECLARED(engine) \
    extern const char engine##_schema_sql[]; \
    const struct err *engine##_dump_open(struct db *, struct arena *, const struct table *, const char *, struct dump **); \
    const struct err *engine##_dump_next(struct dump *, struct cell *, bool *); \
    void engine##_dump_close(struct dump *); \
    const struct err *engine##_load_begin(struct db *, struct arena *); \
    const struct err *engine##_load_end(struct db *, struct arena *); \
    const struct err *engine##_load_open(struct db *, struct arena *, const struct table *, struct load **); \
    const struct err *engine##_load_row(struct load *, const struct cell *); \
    const struct err *engine##_load_close(struct load *, bool); \
    const struct err *engine##_integrity(struct req *, struct store_integrity *); \
    const struct err *engine##_patient(struct db *, struct arena *); \
    const struct err *engine##_hold(struct db *, struct arena *, const struct list *)
COPIER_DECLARED(sqlite);
COPIER_DECLARED(postgres);
extern const struct driver sqlite_driver, postgres_driver;

/* lease.c: the node number of this process. */
struct lease {
    pthread_mutex_t mu;           /* guards what follows; the atomic ones are read without */
    const char *holder;           /* who we are in the table */
    int64_t node, taken, floor_ms, reserved_ms;
    _Atomic int64_t ids_to;       /* as the table has it */
    _Atomic int64_t generation;   /* one more whenever the number changes; 0: none yet */
    _Atomic int64_t until_us, renew_us; /* of clock_monotonic_us */
};

struct store {
    const struct driver *d;
    struct lease lease;
    struct arena mem;             /* of the store */
    struct store_config config;
    void *engine;                 /* the driver's half */
    _Atomic uint64_t reads, writes, rollbacks, statements, groups, grouped, retries, reconnects;
    pthread_mutex_t mu;           /* guards idle */
    struct db *idle;              /* sessions of store_run */
    _Atomic bool refuse_writes;
    _Atomic int64_t migrations;   /* how many the program has; -1 before store_migrate */
};

struct db {
    struct store *s;
    struct arena mem;             /* the session itself lives in it */
    struct db *next;
    enum tx mode;
    const struct err *failed;     /* what spoiled the open transaction */
    uint64_t statements;          /* of the open transaction */
    struct stmt *singles;         /* running beside the cache */
    bool leasing;                 /* the transaction is the lease's own */
    int64_t generation;           /* of the lease when the write began; 0: none */
    bool confirmed;               /* tx_confirm has said yes */
};

int patience_ms(void); /* of this thread: WRITER_WAIT_MS, or what store_patience said */
void statements_drop(const struct driver *d, struct statements *c);
int count_params(const char *sql);
/* Walks SQL text for translation: copies all but the words `swap` replaces (pairs, closed by NULL)
 * and appends `table_suffix` to each CREATE TABLE. Text in quotes and comments stays. */
char *sql_translate(struct arena *mem, const char *sql, const char *const *swap, const char *table_suffix);

/* migrate.c. A tx_fn: the installation's id; ERR_NO_INSTALLATION when it lives elsewhere now. */
const struct err *installation_here(struct req *r, void *id);

/* lease.c. Before a write begins; before it commits (ERR_RETRY: its ids are not ours any more); at the end. */
const struct err *lease_hold(struct req *r);
const struct err *lease_confirm(struct req *r);
void lease_end(struct store *s);

/* trace.c: write transactions to a file, for ./bench. */
void trace_open(void);
void trace_statement(const struct db *db, const char *sql, const struct db_arg *args, int n);
void trace_end(const struct db *db, bool commit);

#ifdef SHANZHI_TESTING
const struct err *fault(struct arena *mem);
void fault_pause(bool on); /* what this thread does meanwhile is not counted */
#else
static inline void fault_pause(bool on)
{
    (void)on;
}
static inline const struct err *fault(struct arena *mem)
{
    (void)mem;
    return NULL;
}
#endif
#endif

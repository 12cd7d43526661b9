/* Inside the PostgreSQL driver only. */
#ifndef STORE_POSTGRES_H
#define STORE_POSTGRES_H
#include <libpq-fe.h>
#include "store/driver.h"

struct pg_conn {
    struct arena mem;     /* it lives in it */
    struct pg_conn *next; /* among the idle ones */
    PGconn *c;
    struct statements statements;
    int64_t names;        /* of prepared statements and cursors on this connection */
    bool stale;           /* the server changed under its prepared statements: forget them */
    bool pooled;          /* a pooler stands between: nothing may be left on the backend after a transaction */
};

/* A connection belongs to a session from begin to the end of its transaction. */
struct pg_session {
    struct db common;
    struct pg_conn *conn;
};

/* The connections of this process. */
struct pg_pool {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct pg_conn *idle; /* the last used first */
    int open, most;
    _Atomic uint64_t waited;
};
/* For the next transaction: one that is idle, or a new one (c NULL) while there may be more, else waits. NULL: it is
 * later than that, also for who tries again after pool_refused. */
struct pg_conn *pool_take(struct pg_pool *p, int64_t until_us);
void pool_give(struct pg_pool *p, struct pg_conn *conn);
/* PostgreSQL has no room for this one. Waits a moment for another to become free. */
void pool_refused(struct pg_pool *p, struct pg_conn *conn, int64_t until_us);
void pool_open(struct pg_pool *p, int most);
void pool_most(struct pg_pool *p, int most);
void pool_close(struct pg_pool *p);
void pg_disconnect(struct pg_conn *conn);

/* What the server said about res (consumed; may be NULL) as an error. */
const struct err *pg_fail(struct db *db, struct arena *mem, PGresult *res, const char *sql);
/* A command without parameters or rows. */
const struct err *pg_command(struct db *db, struct arena *mem, const char *sql);
#endif

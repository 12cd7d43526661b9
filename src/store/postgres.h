/* Inside the PostgreSQL driver only. */
#ifndef STORE_POSTGRES_H
#define STORE_POSTGRES_H
#include <libpq-fe.h>
#include "store/driver.h"

struct pg_session {
    struct db common;
    PGconn *c;
    struct statements statements;
    int64_t names;        /* of prepared statements and cursors on this connection */
    bool stale;           /* the server changed under its prepared statements: forget them */
};

/* What the server said about res (consumed; may be NULL) as an error. */
const struct err *pg_fail(struct db *db, struct arena *mem, PGresult *res, const char *sql);
/* A command without parameters or rows. */
const struct err *pg_command(struct db *db, struct arena *mem, const char *sql);
#endif

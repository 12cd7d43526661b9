/* A whole database carried to another one, on either engine: what `shanzhi move`, a backup from PostgreSQL
 * and a restore into PostgreSQL are made of. Nothing here knows a table by name: the tables, their columns
 * and their keys are read from the target's schema, which the program's own migrations have just made.
 *
 *     // in a write transaction `to` of an empty database and a transaction `from` that sees a snapshot:
 *     TRY(store_migrate_within(to, migrations, n));
 *     TRY(store_copy(from, to, &tables));            // list of struct copied
 *
 * Rows go one at a time in the order of their primary key, so memory does not grow with the table; a
 * SHA-256 over the rows is taken while they are read and again from the target, and must agree.
 */
#ifndef STORE_COPY_H
#define STORE_COPY_H
#include "store/store.h"

struct copied {
    const char *table;
    int64_t rows;
    const char *digest; /* hex, over all rows in the order of the key: the same on both engines */
};

/* Fills the tables of `to` with the rows of `from`. Foreign keys are checked once at the end, so that no
 * order of rows or tables matters. A table or column the source lacks, one that is of another type, a row
 * that did not arrive as it was: an error that names it. */
MUST_CHECK const struct err *store_copy(struct req *from, struct req *to, struct list *out);
/* Rows and digest of every table, without a copy. */
MUST_CHECK const struct err *store_digest(struct req *r, struct list *out);
/* Rows of every table, without a digest: struct copied. */
MUST_CHECK const struct err *store_counts(struct req *r, struct list *out);
/* No table stands in the database. */
MUST_CHECK const struct err *store_is_empty(struct req *r, bool *empty);

/* What the engine itself can say about its files: structure, indexes against tables, foreign keys.
 * One line per fault to say(); `note` tells what could not be looked at and how it could, NULL: all was. */
struct store_integrity {
    void (*say)(void *arg, const char *line);
    void *arg;
    int64_t faults;
    const char *note;
};
MUST_CHECK const struct err *store_integrity(struct req *r, struct store_integrity *out);

/* This transaction may run long and sort much: no time-out of a request, sorting on disk. */
MUST_CHECK const struct err *store_patient(struct req *r);
/* This process makes no ids in it: its writes take no node number, and killed it holds none. */
void store_without_ids(struct store *s);
/* Nobody else writes until the transaction ends, other servers and commands included. */
MUST_CHECK const struct err *store_hold(struct req *r);
#endif

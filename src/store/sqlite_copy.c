/* SQLite's half of the copier, and its integrity check. */
#include <errno.h>
#include <string.h>

#include "kernel/buf.h"
#include "store/sqlite.h"

const char sqlite_schema_sql[] =
    "SELECT m.name AS tbl, p.name AS name, p.type AS type, p.pk AS key FROM sqlite_schema m, pragma_table_xinfo(m.name) p"
    " WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY m.name, p.cid";

struct dump { sqlite3 *h; struct arena *mem; sqlite3_stmt *q; const struct table *t; const char *sql; };
struct load { sqlite3 *h; struct arena *mem; sqlite3_stmt *q; const struct table *t; const char *sql; };

/* ---- reading ---- */
const struct err *sqlite_dump_open(struct db *db, struct arena *mem, const struct table *t, const char *sql, struct dump **out)
{
    struct dump *d = arena_new(mem, struct dump);
    *d = (struct dump){ .h = sqlite_conn_of(db)->h, .mem = mem, .t = t, .sql = sql };
    int rc = sqlite3_prepare_v2(d->h, sql, WHOLE_TEXT, &d->q, NULL);
    if (rc != SQLITE_OK) return sqlite_fail(mem, d->h, rc, sql);
    *out = d;
    return NULL;
}

const struct err *sqlite_dump_next(struct dump *d, struct cell *cells, bool *row)
{
    int rc = sqlite3_step(d->q);
    *row = rc == SQLITE_ROW;
    if (rc == SQLITE_DONE) return NULL;
    if (rc != SQLITE_ROW) return sqlite_fail(d->mem, d->h, rc, d->sql);
    for (int i = 0; i < d->t->n; i++) cells[i] = sqlite_cell(d->q, i);
    return NULL;
}

void sqlite_dump_close(struct dump *d)
{
    sqlite3_finalize(d->q);
}

/* ---- loading ---- */
const struct err *sqlite_load_begin(struct db *db, struct arena *mem)
{
    (void)mem;
    if (db->s->config.use != STORE_BUILD) BUG("a bulk load into a store that was not opened for one");
    return NULL;
}

const struct err *sqlite_load_open(struct db *db, struct arena *mem, const struct table *t, struct load **out)
{
    struct load *l = arena_new(mem, struct load);
    struct buf b = buf_in(mem, COPY_SQL_MAX);
    *l = (struct load){ .h = sqlite_conn_of(db)->h, .mem = mem, .t = t };
    /* What a migration put into the table comes from the source like every other row. */
    const char *empty = arena_printf(mem, "DELETE FROM \"%s\"", t->name);
    int rc = sqlite3_exec(l->h, empty, NULL, NULL, NULL);
    if (rc != SQLITE_OK) return sqlite_fail(mem, l->h, rc, empty);
    buf_printf(&b, "INSERT INTO \"%s\" (", t->name);
    for (int i = 0; i < t->n; i++) buf_printf(&b, "%s\"%s\"", i ? ", " : "", t->columns[i].name);
    buf_puts(&b, ") VALUES (");
    for (int i = 0; i < t->n; i++) buf_printf(&b, "%s?%d", i ? ", " : "", i + 1);
    buf_puts(&b, ")");
    l->sql = b.p;
    rc = sqlite3_prepare_v3(l->h, l->sql, WHOLE_TEXT, SQLITE_PREPARE_PERSISTENT, &l->q, NULL);
    if (rc != SQLITE_OK) return sqlite_fail(mem, l->h, rc, l->sql);
    *out = l;
    return NULL;
}

static int bind_cell(sqlite3_stmt *q, int i, const struct cell *c)
{
    switch (c->type) {
    case CELL_NULL: return sqlite3_bind_null(q, i);
    case CELL_I64: return sqlite3_bind_int64(q, i, c->i);
    case CELL_TEXT: return sqlite3_bind_text64(q, i, c->n ? c->p : "", c->n, SQLITE_STATIC, SQLITE_UTF8);
    case CELL_BLOB: return c->n ? sqlite3_bind_blob64(q, i, c->p, c->n, SQLITE_STATIC) : sqlite3_bind_zeroblob(q, i, 0);
    case CELL_REAL: break;
    }
    BUG("a cell of type %d", (int)c->type);
}

const struct err *sqlite_load_row(struct load *l, const struct cell *cells)
{
    int rc = SQLITE_OK;
    for (int i = 0; rc == SQLITE_OK && i < l->t->n; i++) rc = bind_cell(l->q, i + 1, &cells[i]);
    errno = 0;
    if (rc == SQLITE_OK) sqlite3_step(l->q);
    int why = errno, end = sqlite3_reset(l->q);
    errno = why;
    if (rc == SQLITE_OK) rc = end;
    return rc == SQLITE_OK ? NULL : sqlite_fail(l->mem, l->h, rc, l->sql);
}

const struct err *sqlite_load_close(struct load *l, bool failed)
{
    (void)failed;
    sqlite3_finalize(l->q);
    return NULL;
}

/* ---- integrity ---- */
/* Every row of a check is a fault, but for the one "ok". */
static const struct err *run_check(struct req *r, const char *sql, bool keys, struct store_integrity *out)
{
    sqlite3 *h = sqlite_conn_of(r->db)->h;
    sqlite3_stmt *q;
    int rc = sqlite3_prepare_v2(h, sql, WHOLE_TEXT, &q, NULL);
    if (rc != SQLITE_OK) return sqlite_fail(r->mem, h, rc, sql);
    while ((rc = sqlite3_step(q)) == SQLITE_ROW) {
        const char *first = (const char *)sqlite3_column_text(q, 0);
        if (!keys && strcmp(first, "ok") == 0) continue;
        out->faults++;
        if (!out->say) continue;
        arena_hold(); /* whoever leaves here leaves the statement behind */
        out->say(out->arg, keys ? arena_printf(r->mem, "%s: row %lld names a row of %s that is not there", first,
                                               (long long)sqlite3_column_int64(q, 1), (const char *)sqlite3_column_text(q, 2))
                                : first);
        arena_let_go();
    }
    sqlite3_finalize(q);
    return rc == SQLITE_DONE ? NULL : sqlite_fail(r->mem, h, rc, sql);
}

static const struct err *all_checks(struct req *r, struct store_integrity *out)
{
    TRY(run_check(r, "PRAGMA integrity_check", false, out));
    return out->faults ? NULL : run_check(r, "PRAGMA foreign_key_check", true, out);
}

/* A file so broken that the check itself ends is a fault like the others, not a database out of reach. */
const struct err *sqlite_integrity(struct req *r, struct store_integrity *out)
{
    const struct err *e = all_checks(r, out);
    sqlite3 *h = sqlite_conn_of(r->db)->h;
    int rc = sqlite3_errcode(h) & 0xff;
    if (!e || (rc != SQLITE_CORRUPT && rc != SQLITE_NOTADB)) return e;
    out->faults++;
    if (out->say) out->say(out->arg, sqlite3_errmsg(h));
    return NULL;
}

const struct err *sqlite_load_end(struct db *db, struct arena *mem)
{
    struct req r = { .mem = mem, .db = db };
    struct store_integrity keys = { 0 };
    TRY(run_check(&r, "PRAGMA foreign_key_check", true, &keys));
    if (!keys.faults) return NULL;
    return err_say(mem, ERR_CONFLICT, NULL, arena_printf(mem, "源数据库中有 %lld 行引用了不存在的行。", (long long)keys.faults),
                   arena_printf(mem, "In the source %lld rows name rows that are not there.", (long long)keys.faults));
}

/* Sorting a county's entries belongs on disk. */
const struct err *sqlite_patient(struct db *db, struct arena *mem)
{
    sqlite3 *h = sqlite_conn_of(db)->h;
    int rc = sqlite3_exec(h, "PRAGMA temp_store = FILE", NULL, NULL, NULL); /* again: nothing is done, nothing refused */
    return rc == SQLITE_OK ? NULL : sqlite_fail(mem, h, rc, "temp_store");
}

const struct err *sqlite_hold(struct db *db, struct arena *mem, const struct list *tables)
{
    (void)db, (void)mem, (void)tables; /* BEGIN IMMEDIATE does */
    return NULL;
}

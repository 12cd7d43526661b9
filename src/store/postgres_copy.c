/* PostgreSQL's half of the copier: COPY in its binary form, both ways, and what can be asked about the
 * server's files. The binary form is a head, then each row as a count of fields and each field as a length
 * and its bytes in network order, then -1. */
#include <endian.h>
#include <string.h>

#include "kernel/buf.h"
#include "kernel/text.h"
#include "store/postgres.h"

const char postgres_schema_sql[] =
    "SELECT c.relname::text AS tbl, a.attname::text AS name, t.typname::text AS type,"
    " CAST(COALESCE(array_position(i.indkey::int2[], a.attnum) + 1, 0) AS BIGINT) AS key"
    " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
    " JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary"
    " WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace"
    " ORDER BY c.relname COLLATE \"C\", a.attnum";

static const char head[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0"; /* 19 bytes: signature, flags, no extension */
enum { HEAD_SIZE = 19, SEND_BYTES = 64 * 1024, ROW_MAX = 1 << 30 };

static PGconn *conn(struct db *db)
{
    return ((struct pg_session *)db)->conn->c;
}

/* ---- reading ---- */
/* A message of the server's is one row, always (the protocol's CopyData); the head comes before the first. */
struct dump {
    struct db *db;
    struct arena *mem;
    const struct table *t;
    const char *sql;
    char *message;          /* the row at hand */
    const char *at, *end;   /* what of it is not used up */
    bool started;
};

const struct err *postgres_dump_open(struct db *db, struct arena *mem, const struct table *t, const char *sql, struct dump **out)
{
    struct dump *d = arena_new(mem, struct dump);
    *d = (struct dump){ .db = db, .mem = mem, .t = t, .sql = arena_printf(mem, "COPY (%s) TO STDOUT (FORMAT binary)", sql) };
    PGresult *res = PQexec(conn(db), d->sql);
    if (PQresultStatus(res) != PGRES_COPY_OUT) return pg_fail(db, mem, res, d->sql);
    PQclear(res);
    *out = d;
    return NULL;
}

/* The end of a COPY on the connection: the server's verdict. */
static const struct err *verdict(struct db *db, struct arena *mem, const char *sql)
{
    const struct err *e = NULL;
    for (PGresult *res; (res = PQgetResult(conn(db)));) {
        if (PQresultStatus(res) == PGRES_COMMAND_OK || e) PQclear(res);
        else e = pg_fail(db, mem, res, sql);
        if (PQstatus(conn(db)) != CONNECTION_OK) break;
    }
    return e;
}

static const char *take(struct dump *d, size_t n)
{
    const char *at = d->at;
    if ((size_t)(d->end - at) < n) BUG("a row of COPY ends too soon: %s", d->sql);
    d->at += n;
    return at;
}

static uint16_t two(struct dump *d)
{
    uint16_t v;
    memcpy(&v, take(d, sizeof v), sizeof v);
    return be16toh(v);
}

static uint32_t four(struct dump *d)
{
    uint32_t v;
    memcpy(&v, take(d, sizeof v), sizeof v);
    return be32toh(v);
}

static void take_fields(struct dump *d, struct cell *cells)
{
    for (int i = 0; i < d->t->n; i++) {
        uint32_t n = four(d);
        cells[i] = (struct cell){ .type = CELL_NULL };
        if (n == UINT32_MAX) continue;
        cells[i].type = d->t->columns[i].type;
        const char *p = take(d, n);
        if (cells[i].type == CELL_I64) {
            uint64_t v;
            memcpy(&v, p, sizeof v);
            cells[i].i = (int64_t)be64toh(v);
        } else {
            cells[i].p = p;
            cells[i].n = n;
        }
    }
}

const struct err *postgres_dump_next(struct dump *d, struct cell *cells, bool *row)
{
    *row = false;
    PQfreemem(d->message);
    d->message = NULL;
    int n = PQgetCopyData(conn(d->db), &d->message, 0);
    if (n < 0) return verdict(d->db, d->mem, d->sql); /* it broke off: why */
    d->at = d->message;
    d->end = d->message + n;
    if (!d->started) take(d, HEAD_SIZE);
    d->started = true;
    uint16_t fields = two(d);
    if (fields == UINT16_MAX) return NULL;
    if (fields != d->t->n) BUG("%d fields for %d columns: %s", fields, d->t->n, d->sql);
    take_fields(d, cells);
    *row = true;
    return NULL;
}

/* What still comes when it is left early is thrown away by the connection's next command. */
void postgres_dump_close(struct dump *d)
{
    PQfreemem(d->message);
}

/* ---- loading ---- */
struct load {
    struct db *db;
    struct arena *mem;
    const struct table *t;
    const char *sql;
    struct arena out_mem;
    struct buf out;         /* rows to be sent together */
};

/* Foreign keys wait until all rows are there: then each is one join instead of a question per row, and no
 * order of rows matters. They are put down in a table of the transaction's own. */
const struct err *postgres_load_begin(struct db *db, struct arena *mem)
{
    return pg_command(db, mem,
        "CREATE TEMPORARY TABLE shanzhi_keys ON COMMIT DROP AS SELECT conrelid::regclass::text AS tbl, conname::text AS name,"
        " pg_get_constraintdef(oid) AS def FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace;"
        "DO $$ DECLARE k record; BEGIN FOR k IN SELECT * FROM shanzhi_keys LOOP"
        " EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', k.tbl, k.name); END LOOP; END $$");
}

const struct err *postgres_load_end(struct db *db, struct arena *mem)
{
    return pg_command(db, mem,
        "DO $$ DECLARE k record; BEGIN FOR k IN SELECT * FROM shanzhi_keys LOOP"
        " EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', k.tbl, k.name, k.def); END LOOP; END $$;"
        "DROP TABLE shanzhi_keys; ANALYZE");
}

static void put_two(struct load *l, int v)
{
    uint16_t be = htobe16((uint16_t)v);
    buf_add(&l->out, &be, sizeof be);
}

static void put_four(struct load *l, uint32_t v)
{
    uint32_t be = htobe32(v);
    buf_add(&l->out, &be, sizeof be);
}

static const struct err *send_out(struct load *l)
{
    if (PQputCopyData(conn(l->db), l->out.p, (int)l->out.n) != 1) return pg_fail(l->db, l->mem, NULL, l->sql);
    l->out.n = 0;
    return NULL;
}

/* What a migration put into the table comes from the source like every other row. */
const struct err *postgres_load_open(struct db *db, struct arena *mem, const struct table *t, struct load **out)
{
    struct load *l = arena_new(mem, struct load);
    struct buf b = buf_in(mem, COPY_SQL_MAX);
    *l = (struct load){ .db = db, .mem = mem, .t = t };
    l->out = buf_in(&l->out_mem, SEND_BYTES + ROW_MAX);
    TRY(pg_command(db, mem, arena_printf(mem, "DELETE FROM \"%s\"", t->name)));
    buf_printf(&b, "COPY \"%s\" (", t->name);
    for (int i = 0; i < t->n; i++) buf_printf(&b, "%s\"%s\"", i ? ", " : "", t->columns[i].name);
    buf_puts(&b, ") FROM STDIN (FORMAT binary)");
    l->sql = b.p;
    PGresult *res = PQexec(conn(db), l->sql);
    if (PQresultStatus(res) != PGRES_COPY_IN) return pg_fail(db, mem, res, l->sql);
    PQclear(res);
    buf_add(&l->out, head, HEAD_SIZE);
    *out = l;
    return NULL;
}

const struct err *postgres_load_row(struct load *l, const struct cell *cells)
{
    put_two(l, l->t->n);
    for (int i = 0; i < l->t->n; i++) {
        const struct cell *c = &cells[i];
        uint64_t number = htobe64((uint64_t)c->i);
        put_four(l, c->type == CELL_NULL ? UINT32_MAX : c->type == CELL_I64 ? sizeof number : (uint32_t)c->n);
        if (c->type == CELL_I64) buf_add(&l->out, &number, sizeof number);
        else buf_add(&l->out, c->p, c->n);
    }
    if (l->out.over) return err_new(l->mem, ERR_TOO_LARGE, l->t->name);
    return l->out.n >= SEND_BYTES ? send_out(l) : NULL;
}

const struct err *postgres_load_close(struct load *l, bool failed)
{
    const struct err *e = NULL;
    if (!failed) {
        put_two(l, -1);
        e = send_out(l);
    }
    (void)PQputCopyEnd(conn(l->db), failed ? "the source failed" : NULL); /* when it cannot be said, the verdict tells why */
    const struct err *end = verdict(l->db, l->mem, l->sql);
    arena_clear(&l->out_mem);
    return e ? e : end;
}

/* ---- integrity ---- */
/* The first column of each row of a check is a fault. */
static const struct err *run_check(struct req *r, const char *sql, struct store_integrity *out)
{
    PGresult *res = PQexec(conn(r->db), sql);
    if (PQresultStatus(res) != PGRES_TUPLES_OK) return pg_fail(r->db, r->mem, res, sql);
    for (int i = 0; i < PQntuples(res); i++) {
        out->faults++;
        if (out->say) out->say(out->arg, PQgetvalue(res, i, 0));
    }
    PQclear(res);
    return NULL;
}

/* PostgreSQL enforces its foreign keys and has no check of a whole database in reach of an ordinary
 * account. What there is: pages that failed their checksum since the statistics began, and the extension
 * amcheck, when the operator made it. Each index is looked at under a savepoint: what amcheck finds is an
 * error, and the next index is to be looked at all the same. */
static const struct err *each_index(struct req *r, struct store_integrity *out)
{
    static const char list[] =
        "SELECT format('%I.%I', n.nspname, i.relname) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_am a ON a.oid = i.relam"
        " JOIN pg_namespace n ON n.oid = i.relnamespace WHERE a.amname = 'btree' AND i.relkind = 'i' AND x.indisvalid"
        " AND i.relnamespace = current_schema()::regnamespace ORDER BY 1";
    PGresult *all = PQexec(conn(r->db), list);
    if (PQresultStatus(all) != PGRES_TUPLES_OK) return pg_fail(r->db, r->mem, all, list);
    const struct err *e = NULL;
    for (int i = 0; !e && i < PQntuples(all); i++) {
        const char *sql = arena_printf(r->mem, "SELECT bt_index_check('%s'::regclass, true)", PQgetvalue(all, i, 0));
        e = pg_command(r->db, r->mem, "SAVEPOINT integrity");
        if (e) break;
        PGresult *res = PQexec(conn(r->db), sql);
        const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
        if (PQresultStatus(res) == PGRES_TUPLES_OK) {
            PQclear(res);
        } else if (state && text_starts(state, "XX")) { /* data or index corrupted */
            out->faults++;
            if (out->say) out->say(out->arg, arena_printf(r->mem, "%s: %s", PQgetvalue(all, i, 0), PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY)));
            PQclear(res);
        } else {
            e = pg_fail(r->db, r->mem, res, sql);
            break;
        }
        e = pg_command(r->db, r->mem, "ROLLBACK TO SAVEPOINT integrity; RELEASE SAVEPOINT integrity");
    }
    PQclear(all);
    return e;
}

const struct err *postgres_integrity(struct req *r, struct store_integrity *out)
{
    int64_t there, sums;
    TRY(run_check(r, "SELECT format('%s pages of the database failed their checksum since %s', checksum_failures, stats_reset)"
                     " FROM pg_stat_database WHERE datname = current_database() AND checksum_failures > 0", out));
    TRY(db_int_(r, &sums, "SELECT count(*) FROM pg_settings WHERE name = 'data_checksums' AND setting = 'on'", DB_ARGS()));
    TRY(db_int_(r, &there, "SELECT count(*) FROM pg_proc WHERE proname = 'bt_index_check'"
                           " AND has_function_privilege(oid, 'EXECUTE') AND pg_function_is_visible(oid)", DB_ARGS()));
    if (there) return each_index(r, out);
    out->note = sums ? "PostgreSQL: page checksums are on; indexes were not compared with their tables (CREATE EXTENSION amcheck, and"
                       " GRANT EXECUTE on bt_index_check to this account)"
                     : "PostgreSQL: page checksums are off (pg_checksums --enable while the server is stopped) and indexes were not compared with"
                       " their tables (CREATE EXTENSION amcheck, and GRANT EXECUTE on bt_index_check to this account)";
    return NULL;
}

const struct err *postgres_patient(struct db *db, struct arena *mem)
{
    return pg_command(db, mem, "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL lock_timeout = 0");
}

const struct err *postgres_hold(struct db *db, struct arena *mem, const struct list *tables)
{
    struct buf b = buf_in(mem, COPY_SQL_MAX);
    buf_printf(&b, "SET LOCAL lock_timeout = %d; LOCK TABLE ", WRITER_WAIT_MS);
    for (size_t i = 0; i < tables->n; i++) buf_printf(&b, "%s\"%s\"", i ? ", " : "", LIST_AT(*tables, struct table, i).name);
    buf_puts(&b, " IN SHARE MODE");
    return pg_command(db, mem, b.p);
}

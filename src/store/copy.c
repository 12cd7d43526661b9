/* The copier: tables of the schema, row by row, with a digest on both sides. What differs between the
 * engines (reading and loading in bulk) is in sqlite_copy.c and postgres_copy.c. */
#include "store/copy.h"

#include <endian.h>
#include <sodium.h>
#include <string.h>

#include "kernel/buf.h"
#include "kernel/text.h"
#include "store/driver.h"

/* ---- the schema ---- */
struct column_row { const char *tbl, *name, *type; int64_t key; };
static const struct field column_row_fields[] = {
    F(column_row, tbl, K_TEXT, 0, 0, 0, "Table."),
    F(column_row, name, K_TEXT, 0, 0, 0, "Column."),
    F(column_row, type, K_TEXT, 0, 0, 0, "The engine's type."),
    F(column_row, key, K_INT, 0, 0, 0, "Place in the primary key, 0: not in it."),
    { 0 }
};
static RECORD(column_row);

static const struct err *unfit(struct req *r, const char *table, const char *what)
{
    return fail_say(r, ERR_DATABASE, table, arena_printf(r->mem, "数据表 %s 无法复制：%s", table, what),
                    arena_printf(r->mem, "The table %s cannot be copied: %s", table, what));
}

static bool type_of(const char *name, enum cell_type *out)
{
    static const struct { const char *name; enum cell_type type; } types[] = {
        { "INTEGER", CELL_I64 }, { "TEXT", CELL_TEXT }, { "BLOB", CELL_BLOB },
        { "int8", CELL_I64 },    { "text", CELL_TEXT }, { "bytea", CELL_BLOB },
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (text_equal(types[i].name, name)) {
            *out = types[i].type;
            return true;
        }
    return false;
}

static const struct err *add_column(struct req *r, struct table *t, const struct column_row *c)
{
    struct column *column = &t->columns[t->n++];
    column->name = c->name;
    if (!type_of(c->type, &column->type)) return unfit(r, t->name, arena_printf(r->mem, "%s %s", c->name, c->type));
    if (c->key > 0) {
        t->key[c->key - 1] = c->name;
        t->keys++;
    }
    return NULL;
}

/* The tables' columns lie behind each other, as their rows do. */
static const struct err *schema(struct req *r, struct list *out)
{
    struct list rows;
    TRY(db_all_(r, &column_row_record, &rows, r->db->s->d->schema_sql, DB_ARGS()));
    struct table *all = arena_array(r->mem, struct table, rows.n + 1), *t = NULL;
    struct column *columns = arena_array(r->mem, struct column, rows.n + 1);
    const char **keys = arena_array(r->mem, const char *, rows.n + 1);
    *out = (struct list){ .items = all };
    for (size_t i = 0; i < rows.n; i++) {
        const struct column_row *c = &LIST_AT(rows, struct column_row, i);
        if (!t || !text_equal(t->name, c->tbl)) {
            t = &all[out->n++];
            *t = (struct table){ .name = c->tbl, .columns = &columns[i], .key = &keys[i] };
        }
        TRY(add_column(r, t, c));
    }
    for (size_t i = 0; i < out->n; i++)
        if (!all[i].keys) return unfit(r, all[i].name, "no primary key");
    return NULL;
}

/* The source's table has every column of the target's, of the same type. */
static const struct err *same_shape(struct req *r, const struct table *want, const struct list *have)
{
    for (size_t i = 0; i < have->n; i++) {
        const struct table *t = &LIST_AT(*have, struct table, i);
        if (!text_equal(t->name, want->name)) continue;
        for (int c = 0; c < want->n; c++) {
            int at = 0;
            while (at < t->n && !text_equal(t->columns[at].name, want->columns[c].name)) at++;
            if (at == t->n || t->columns[at].type != want->columns[c].type) return unfit(r, t->name, want->columns[c].name);
        }
        return t->n == want->n ? NULL : unfit(r, t->name, "the source has more columns");
    }
    return unfit(r, want->name, "the source has no such table");
}

/* ---- the digest ---- */
static void add_cell(crypto_hash_sha256_state *h, const struct cell *c)
{
    struct { uint64_t type, size; } head = { htobe64((uint64_t)c->type), htobe64(c->type == CELL_I64 ? (uint64_t)c->i : c->n) };
    crypto_hash_sha256_update(h, (const unsigned char *)&head, sizeof head);
    crypto_hash_sha256_update(h, (const unsigned char *)c->p, c->n); /* of a number and NULL: none */
}

static const char *digest_end(struct arena *mem, crypto_hash_sha256_state *h)
{
    unsigned char md[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_final(h, md);
    return hex_encode(mem, md, sizeof md);
}

static const char *select_sql(struct arena *mem, const struct table *t)
{
    struct buf b = buf_in(mem, COPY_SQL_MAX);
    buf_puts(&b, "SELECT ");
    for (int i = 0; i < t->n; i++) buf_printf(&b, "%s\"%s\"", i ? ", " : "", t->columns[i].name);
    buf_printf(&b, " FROM \"%s\" ORDER BY ", t->name);
    for (int i = 0; i < t->keys; i++) buf_printf(&b, "%s\"%s\"", i ? ", " : "", t->key[i]);
    if (b.over) BUG("a table with too many columns: %s", t->name);
    return b.p;
}

/* ---- rows ---- */
/* Reading a table, into the other side's load when there is one. */
struct pass { struct req *r, *to; const struct table *t; struct dump *dump; struct load *load; struct copied *out; const struct err *e; };

static void each_row(void *arg)
{
    struct pass *p = arg;
    const struct driver *d = p->r->db->s->d;
    struct cell *cells = arena_array(p->r->mem, struct cell, (size_t)p->t->n);
    crypto_hash_sha256_state h;
    bool row = false;
    crypto_hash_sha256_init(&h);
    const struct err *e = d->dump_next(p->dump, cells, &row);
    for (; !e && row; e = e ? e : d->dump_next(p->dump, cells, &row)) {
        p->out->rows++;
        for (int i = 0; !e && i < p->t->n; i++) {
            if (cells[i].type != CELL_NULL && cells[i].type != p->t->columns[i].type) e = unfit(p->r, p->t->name, p->t->columns[i].name);
            add_cell(&h, &cells[i]);
        }
        if (!e && p->load) e = p->to->db->s->d->load_row(p->load, cells);
    }
    p->out->digest = digest_end(p->r->mem, &h);
    p->e = e;
}

/* Every row of the table in the order of its key. Left for want of memory, the table is closed first. */
static const struct err *pass_rows(struct req *r, const struct table *t, struct req *to, struct load *load, struct copied *out)
{
    const struct driver *d = r->db->s->d;
    struct pass p = { .r = r, .to = to, .t = t, .load = load, .out = out };
    *out = (struct copied){ .table = t->name };
    TRY(fault(r->mem));
    TRY(d->dump_open(r->db, r->mem, t, select_sql(r->mem, t), &p.dump));
    bool whole = arena_try(each_row, &p);
    d->dump_close(p.dump);
    if (!whole) arena_exhausted(0);
    return p.e;
}

static void pass_all(void *arg)
{
    struct pass *p = arg;
    p->e = pass_rows(p->r, p->t, p->to, p->load, p->out);
}

static const struct err *copy_table(struct req *from, struct req *to, const struct table *t, struct copied *out)
{
    const struct driver *d = to->db->s->d;
    struct pass p = { .r = from, .to = to, .t = t, .out = out };
    TRY(fault(to->mem));
    TRY(d->load_open(to->db, to->mem, t, &p.load));
    bool whole = arena_try(pass_all, &p);
    const struct err *end = d->load_close(p.load, !whole || p.e);
    if (!whole) arena_exhausted(0);
    return p.e ? p.e : end;
}

static const struct err *compare(struct req *to, const struct table *t, const struct copied *sent)
{
    struct copied there;
    TRY(pass_rows(to, t, NULL, NULL, &there));
    if (text_equal(there.digest, sent->digest)) return NULL;
    return unfit(to, t->name, arena_printf(to->mem, "%lld rows were sent and %lld are there, or one is not as it was",
                                           (long long)sent->rows, (long long)there.rows));
}

const struct err *store_copy(struct req *from, struct req *to, struct list *out)
{
    struct list tables, have;
    if (sodium_init() < 0) BUG("libsodium does not start");
    TRY(schema(to, &tables));
    TRY(schema(from, &have));
    for (size_t i = 0; i < tables.n; i++) TRY(same_shape(from, &LIST_AT(tables, struct table, i), &have));
    const struct driver *d = to->db->s->d;
    struct copied *all = arena_array(from->mem, struct copied, tables.n);
    TRY(store_patient(from));
    TRY(store_patient(to));
    TRY(d->load_begin(to->db, to->mem));
    for (size_t i = 0; i < tables.n; i++) TRY(copy_table(from, to, &LIST_AT(tables, struct table, i), &all[i]));
    TRY(d->load_end(to->db, to->mem));
    for (size_t i = 0; i < tables.n; i++) TRY(compare(to, &LIST_AT(tables, struct table, i), &all[i]));
    *out = (struct list){ all, tables.n };
    return NULL;
}

static const struct err *each_table(struct req *r, struct list *out, bool digest)
{
    struct list tables;
    if (sodium_init() < 0) BUG("libsodium does not start");
    TRY(store_patient(r));
    TRY(schema(r, &tables));
    struct copied *all = arena_array(r->mem, struct copied, tables.n);
    for (size_t i = 0; i < tables.n; i++) {
        const struct table *t = &LIST_AT(tables, struct table, i);
        all[i].table = t->name;
        if (digest) TRY(pass_rows(r, t, NULL, NULL, &all[i]));
        else TRY(db_int_(r, &all[i].rows, arena_printf(r->mem, "SELECT count(*) FROM \"%s\"", t->name), DB_ARGS()));
    }
    *out = (struct list){ all, tables.n };
    return NULL;
}

const struct err *store_digest(struct req *r, struct list *out)
{
    return each_table(r, out, true);
}

const struct err *store_counts(struct req *r, struct list *out)
{
    return each_table(r, out, false);
}

const struct err *store_is_empty(struct req *r, bool *empty)
{
    struct list rows;
    TRY(db_all_(r, &column_row_record, &rows, r->db->s->d->schema_sql, DB_ARGS()));
    *empty = rows.n == 0;
    return NULL;
}

/* ---- what the engines do each in their way ---- */
const struct err *store_integrity(struct req *r, struct store_integrity *out)
{
    out->faults = 0;
    out->note = NULL;
    TRY(store_patient(r));
    return r->db->s->d->integrity(r, out);
}

const struct err *store_patient(struct req *r)
{
    return r->db->s->d->patient(r->db, r->mem);
}

const struct err *store_hold(struct req *r)
{
    struct list tables;
    TRY(store_patient(r));
    TRY(schema(r, &tables));
    return r->db->s->d->hold(r->db, r->mem, &tables);
}

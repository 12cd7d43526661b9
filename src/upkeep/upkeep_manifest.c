/* The manifest: what a backup says of itself, read and written by one record table, and made by opening the file. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "access/access.h"
#include "kernel/buf.h"
#include "kernel/file.h"
#include "kernel/json.h"
#include "kernel/text.h"
#include "ledger/ledger_verify.h"
#include "upkeep/upkeep_in.h"

static const struct field applied_fields[] = {
    F(applied, slice, K_TEXT, 0, 1, 100, "Slice."),
    F(applied, number, K_INT, 0, 0, INT32_MAX, "Number in the slice."),
    F(applied, name, K_TEXT, 0, 1, 200, "File name."),
    F(applied, checksum, K_TEXT, 0, 64, 64, "SHA-256 of the text."),
    { 0 }
};
static RECORD(applied);
static const struct field table_rows_fields[] = {
    F(table_rows, name, K_TEXT, 0, 1, 100, "Table."),
    F(table_rows, rows, K_INT, 0, 0, INT64_MAX, "Rows."),
    { 0 }
};
static RECORD(table_rows);
static const struct field books_fields[] = {
    F(books, postings, K_INT, 0, 0, INT64_MAX, "Postings."),
    F(books, entries, K_INT, 0, 0, INT64_MAX, "Entries."),
    F(books, accounts, K_INT, 0, 0, INT64_MAX, "Accounts."),
    F(books, faults, K_INT, 0, 0, INT64_MAX, "What did not agree."),
    { 0 }
};
static RECORD(books);
static const struct field manifest_fields[] = {
    F(manifest, format, K_INT, 0, 1, INT32_MAX, "Version of this form."),
    F(manifest, installation, K_TEXT, 0, 1, 100, "Whose backup it is."),
    F(manifest, program, K_TEXT, 0, 1, 100, "Version of the program that made it."),
    F(manifest, engine, K_TEXT, 0, 1, 40, "Engine it was made from."),
    F(manifest, made_at, K_INSTANT, 0, 0, 0, "When."),
    F(manifest, key, K_TEXT, 0, 1, 64, "Fingerprint of the key that belongs to it."),
    F(manifest, bytes, K_INT, 0, 1, INT64_MAX, "Size of the file."),
    F(manifest, sha256, K_TEXT, 0, 64, 64, "SHA-256 of the file."),
    F_SUB(manifest, migrations, K_LIST, 0, 1, 10000, applied_record, "Its schema."),
    F_SUB(manifest, tables, K_LIST, 0, 1, 10000, table_rows_record, "Rows of each table."),
    F_SUB(manifest, books, K_OBJECT, OPT, 0, 0, books_record, "The books recomputed."),
    { 0 }
};
static RECORD(manifest);

const struct err *manifest_read(struct arena *mem, const char *place, struct manifest *out)
{
    const char *path = arena_printf(mem, "%s/" BACKUP_MANIFEST, place), *text;
    size_t n;
    size_t end = strlen(place);
    while (end > 1 && place[end - 1] == '/') end--;
    bool part = end > 5 && !strncmp(place + end - 5, ".part", 5); /* whole, it may be, but for its name: killed just before that */
    if (part || (!file_there(path) && (errno == ENOENT || errno == ENOTDIR)))
        return err_say(mem, ERR_INVALID, NULL, arena_printf(mem, part ? "%s 不是备份：没有写完（以 .part 结尾）。" : "%s 不是备份：其中没有 " BACKUP_MANIFEST "。", place),
                       arena_printf(mem, part ? "%s is not a backup: it was not finished (it ends in .part)." : "%s is not a backup: it has no " BACKUP_MANIFEST ".", place));
    TRY(file_read(mem, path, MANIFEST_BYTES, &text, &n));
    record_blank(&manifest_record, out);
    const struct err *bad = json_read(mem, text, n, &manifest_record, 0, out);
    if (bad) {
        struct err *e = err_say(mem, ERR_INVALID, NULL, arena_printf(mem, "%s 已损坏，这份备份不可用。", path),
                                arena_printf(mem, "%s is damaged; this backup cannot be used.", path));
        e->findings = bad->findings;
        return e;
    }
    if (out->format == MANIFEST_FORMAT) return NULL;
    return err_say(mem, ERR_INVALID, NULL, arena_printf(mem, "%s 由更新的程序（%s）写成，请用新程序。", path, out->program),
                   arena_printf(mem, "%s was written by a newer program (%s); use that.", path, out->program));
}

const struct err *manifest_write(struct arena *mem, const char *place, const struct manifest *m)
{
    const char *path = arena_printf(mem, "%s/" BACKUP_MANIFEST, place);
    struct buf b = buf_in(mem, MANIFEST_BYTES);
    struct json j = json_to(&b);
    json_record(&j, &manifest_record, m, false);
    buf_putc(&b, '\n');
    if (b.over) BUG("a manifest of more than %d bytes", MANIFEST_BYTES);
    return file_make(path, b.p, b.n) ? NULL : file_fail(mem, path);
}

/* ---- out of the file ---- */
struct looking { struct cli *c; const char *file; bool books; struct manifest *out; bool current; struct store_integrity engine; };

static const struct err *look_at_books(struct req *r, struct manifest *out)
{
    struct ledger_verdict v = { .village = NONE, .say = say_line };
    struct books *b = arena_new(r->mem, struct books);
    TRY(ledger_verify(r, &v));
    *b = (struct books){ v.postings, v.entries, v.accounts, v.faults };
    out->books = b;
    return NULL;
}

static const struct err *look(struct req *r, void *arg)
{
    struct looking *l = arg;
    struct list counts;
    TRY(store_integrity(r, &l->engine));
    if (l->engine.faults)
        return fail_say(r, ERR_DATABASE, NULL, arena_printf(r->mem, "%s 已损坏（%" PRId64 " 处），不可用。", l->file, l->engine.faults),
                        arena_printf(r->mem, "%s is damaged (%" PRId64 " faults) and cannot be used.", l->file, l->engine.faults));
    TRY(store_applied(r, &l->out->migrations));
    TRY(store_counts(r, &counts));
    struct table_rows *rows = arena_array(r->mem, struct table_rows, counts.n);
    for (size_t i = 0; i < counts.n; i++) rows[i] = (struct table_rows){ LIST_AT(counts, struct copied, i).table, LIST_AT(counts, struct copied, i).rows };
    l->out->tables = (struct list){ rows, counts.n };
    TRY(access_key_fingerprint(r, &l->out->key));
    return l->books && l->current ? look_at_books(r, l->out) : NULL;
}

static const struct err *foreign(struct arena *mem, const char *file)
{
    return err_say(mem, ERR_INVALID, NULL, arena_printf(mem, "%s 不是善治的数据库。", file), arena_printf(mem, "%s is no database of this program.", file));
}

const struct err *manifest_of_file(struct cli *c, const char *file, bool books, struct manifest *out)
{
    struct store *sealed, *was = c->store;
    struct looking l = { .c = c, .file = file, .books = books, .out = out, .engine.say = say_line };
    enum store_state state = STORE_BARE;
    int pending = 0;
    TRY(store_open(c->mem, &(struct store_config){ .use = STORE_SEALED, .path = file, .sessions = 1 }, &sealed));
    c->store = sealed;
    const struct err *e = cli_store_state(c, &state, &pending);
    if (!e && state == STORE_BARE) e = foreign(c->mem, file);
    l.current = state == STORE_CURRENT;
    if (!e) e = store_installation(sealed, c->mem, &out->installation);
    if (!e && !out->installation) e = foreign(c->mem, file);
    if (!e) e = store_run(sealed, TX_READ, c->mem, NULL, look, &l);
    c->store = was;
    store_close(sealed);
    return e;
}

const char *manifest_differs(struct arena *mem, const struct manifest *a, const struct manifest *b)
{
    if (!text_equal(a->installation, b->installation)) return "installation";
    if (!text_equal(a->key, b->key)) return "key";
    if (a->migrations.n != b->migrations.n) return "migrations";
    for (size_t i = 0; i < a->migrations.n; i++)
        if (!text_equal(LIST_AT(a->migrations, struct applied, i).checksum, LIST_AT(b->migrations, struct applied, i).checksum)) return "migrations";
    if (a->tables.n != b->tables.n) return "tables";
    for (size_t i = 0; i < a->tables.n; i++) {
        const struct table_rows *x = &LIST_AT(a->tables, struct table_rows, i), *y = &LIST_AT(b->tables, struct table_rows, i);
        if (!text_equal(x->name, y->name) || x->rows != y->rows) return arena_printf(mem, "tables: %s", x->name);
    }
    return a->books && b->books && memcmp(a->books, b->books, sizeof *a->books) != 0 ? "books" : NULL;
}

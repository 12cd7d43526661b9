/* Division codes from CSV: everything is checked before anything is written, and only what differs
 * from the table is written, so that importing the same file again costs one ordered scan.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/command.h"
#include "kernel/csv.h"
#include "kernel/text.h"
#include "region/region_store.h"

enum { NAME_MAX_CHARS = 60 };

struct line { int64_t code, parent; const char *name; int line; bool there, same; };
struct import {
    struct req *r;
    struct csv_faults faults;
    struct line *lines; /* sorted by code after reading */
    size_t n, cap;
    size_t at; /* merge position */
};

static void find(struct import *im, int line, const char *column, const char *zh, const char *en)
{
    csv_fault(&im->faults, line, column, zh, en);
}

/* 礼坑村村民委员会 → 礼坑村, 龙窝社区居民委员会 → 龙窝社区, 谷穗村委会 → 谷穗村; others stay. */
static const char *short_name(struct arena *mem, const char *s)
{
    static const struct { const char *end, *instead; } ends[] = {
        { "村村民委员会", "村" }, { "村民委员会", "村" }, { "村委会", "村" },
        { "社区居民委员会", "社区" }, { "社区居委会", "社区" }, { "居民委员会", "居委会" },
    };
    size_t n = strlen(s);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t e = strlen(ends[i].end);
        if (n > e && !strcmp(s + n - e, ends[i].end))
            return arena_printf(mem, "%.*s%s", (int)(n - e), s, ends[i].instead);
    }
    return s;
}

/* Codes come short in some tables: 44, 4416, 441621, 441621102. */
static bool code_parse(const char *s, int64_t *out)
{
    size_t n = strlen(s);
    if (n != 2 && n != 4 && n != 6 && n != 9 && n != 12) return false;
    if (!text_int(s, 1, INT64_C(999999999999), out)) return false;
    for (; n < 12; n++) *out *= 10;
    return access_level(*out) > 0;
}

/* The nearest region above by zeroing groups from the right; NONE above a province. A county-less
 * city (东莞 441900) stands in for its own county. */
static int64_t code_above(int64_t code)
{
    static const int64_t groups[] = { 1000, 1000000, 100000000, INT64_C(10000000000) };
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (code % groups[i]) return code - code % groups[i];
    return NONE;
}

static int by_code(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    if (x->code != y->code) return x->code < y->code ? -1 : 1;
    return x->line - y->line;
}

static struct line *line_of(struct import *im, int64_t code)
{
    size_t lo = 0, hi = im->n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (im->lines[mid].code < code) lo = mid + 1;
        else hi = mid;
    }
    return lo < im->n && im->lines[lo].code == code ? &im->lines[lo] : NULL;
}

static void line_add(struct import *im, struct line l)
{
    if (im->n == im->cap) {
        size_t cap = im->cap ? im->cap * 2 : 1024;
        struct line *more = arena_array(im->r->mem, struct line, cap);
        if (im->n) memcpy(more, im->lines, im->n * sizeof *more);
        im->lines = more;
        im->cap = cap;
    }
    im->lines[im->n++] = l;
}

enum column { COL_CODE, COL_NAME, COL_PARENT, COLUMNS };
static const char *const column_names[COLUMNS][4] = {
    [COL_CODE] = { "code", "代码", "区划代码", NULL },
    [COL_NAME] = { "name", "名称", "区划名称", NULL },
    [COL_PARENT] = { "parent", "上级", "上级代码", NULL },
};

static const struct err *read_header(struct import *im, const struct csv_row *row, int at[COLUMNS])
{
    for (int c = 0; c < COLUMNS; c++) {
        at[c] = -1;
        for (int i = 0; i < row->n; i++) {
            const char *cell = text_normal(im->r->mem, row->cells[i]);
            for (int k = 0; column_names[c][k]; k++)
                if (!strcmp(cell, column_names[c][k])) at[c] = i;
        }
    }
    if (at[COL_CODE] < 0) find(im, row->line, "code", "缺少“代码”列。", "The column code is missing.");
    if (at[COL_NAME] < 0) find(im, row->line, "name", "缺少“名称”列。", "The column name is missing.");
    return im->faults.n ? csv_faults_err(&im->faults) : NULL;
}

static const char *cell(const struct csv_row *row, int at)
{
    return at >= 0 && at < row->n ? row->cells[at] : "";
}

static void read_line(struct import *im, const struct csv_row *row, const int at[COLUMNS])
{
    struct arena *mem = im->r->mem;
    struct line l = { .line = row->line };
    const char *code = text_normal(mem, cell(row, at[COL_CODE]));
    const char *parent = text_normal(mem, cell(row, at[COL_PARENT]));
    l.name = text_normal(mem, cell(row, at[COL_NAME]));
    size_t chars = utf8_length(l.name);

    bool ok = code_parse(code, &l.code);
    if (!ok)
        find(im, row->line, "code", "区划代码应为 2、4、6、9 或 12 位数字。",
             "A code has 2, 4, 6, 9 or 12 digits.");
    if (!chars || chars > NAME_MAX_CHARS || !text_clean(l.name)) {
        find(im, row->line, "name", "名称应为 1 到 60 个字。", "A name has 1 to 60 characters.");
        ok = false;
    }
    if (*parent && !code_parse(parent, &l.parent)) {
        find(im, row->line, "parent", "上级代码不正确。", "The parent is not a code.");
        ok = false;
    }
    if (!ok) return;
    if (!*parent) l.parent = code_above(l.code);
    if (l.parent != NONE && !access_covers(l.parent, l.code)) {
        find(im, row->line, "parent", "上级代码与本级代码不相符。", "The code does not lie below that parent.");
        return;
    }
    line_add(im, l);
}

static const struct err *check_lines(struct import *im)
{
    int64_t asked = NONE;
    bool found = false;
    qsort(im->lines, im->n, sizeof *im->lines, by_code);
    for (size_t i = 0; i < im->n; i++) {
        struct line *l = &im->lines[i];
        if (i && l[-1].code == l->code)
            find(im, l->line, "code", arena_printf(im->r->mem, "与第 %d 行的代码重复。", l[-1].line),
                 arena_printf(im->r->mem, "The same code as on line %d.", l[-1].line));
        if (l->parent == NONE || line_of(im, l->parent)) continue;
        if (l->parent != asked) { /* children stand together: one look-up for all of them */
            int64_t code;
            TRY(db_int(im->r, &code, "SELECT code FROM region WHERE code = $1", I64(l->parent)));
            asked = l->parent;
            found = code != NONE;
        }
        if (!found)
            find(im, l->line, "parent",
                 arena_printf(im->r->mem, "上级 %lld 既不在文件中，也还没有导入。", (long long)l->parent),
                 arena_printf(im->r->mem, "The region above, %lld, is neither in the file nor in the table.",
                              (long long)l->parent));
    }
    return im->faults.n ? csv_faults_err(&im->faults) : NULL;
}

/* Ordered merge of the table's rows with the file's. */
static const struct err *mark_there(struct req *r, void *row, void *arg)
{
    const struct region *old = row;
    struct import *im = arg;
    (void)r;
    while (im->at < im->n && im->lines[im->at].code < old->code) im->at++;
    if (im->at < im->n && im->lines[im->at].code == old->code) {
        struct line *l = &im->lines[im->at];
        l->there = true;
        l->same = l->parent == old->parent && !strcmp(l->name, old->official);
    }
    return NULL;
}

static const struct err *write_line(struct req *r, const struct line *l)
{
    const char *name = short_name(r->mem, l->name);
    if (l->there)
        return db_exec(r, "UPDATE region SET name = $2, official = $3, name_key = $4, parent = $5 WHERE code = $1",
                       I64(l->code), TEXT(name), TEXT(l->name), BLOB(name, strlen(name)), I64(l->parent));
    return db_exec(r,
                   "INSERT INTO region (code, name, official, name_key, parent, level)"
                   " VALUES ($1, $2, $3, $4, $5, $6)"
                   /* another import may have brought it meanwhile: the later one has its way */
                   " ON CONFLICT (code) DO UPDATE SET name = excluded.name, official = excluded.official,"
                   " name_key = excluded.name_key, parent = excluded.parent",
                   I64(l->code), TEXT(name), TEXT(l->name), BLOB(name, strlen(name)), I64(l->parent),
                   I64(access_level(l->code)));
}

const struct err *region_import_csv(struct req *r, const void *p, size_t n, bool dry,
                                    struct region_imported *out)
{
    struct import im = { .r = r, .faults = { .mem = r->mem } };
    struct csv csv = csv_open_any(r->mem, p, n);
    struct csv_row row;
    int at[COLUMNS];

    *out = (struct region_imported){ .dry_run = dry };
    if (csv_next(&csv, &row)) TRY(read_header(&im, &row, at));
    while (csv_next(&csv, &row)) {
        out->rows++;
        read_line(&im, &row, at);
    }
    if (csv.err) return csv.err;
    if (!out->rows) find(&im, 1, "code", "文件里没有数据行。", "The file has no rows.");
    if (im.faults.n) return csv_faults_err(&im.faults);
    TRY(check_lines(&im));
    TRY(db_each(r, &region_record, mark_there, &im,
                "SELECT code, official, parent FROM region WHERE code >= $1 AND code <= $2 ORDER BY code",
                I64(im.lines[0].code), I64(im.lines[im.n - 1].code)));
    for (size_t i = 0; i < im.n; i++) {
        const struct line *l = &im.lines[i];
        if (l->same) continue;
        out->added += !l->there;
        out->changed += l->there;
        if (!dry) TRY(write_line(r, l));
    }
    return NULL;
}

const struct err *region_import(struct req *r, const void *csv, size_t n, int64_t *rows)
{
    struct region_imported done;
    TRY(region_import_csv(r, csv, n, false, &done));
    *rows = done.rows;
    return NULL;
}

/* ---- shanzhi region import FILE ---- */

enum { FILE_MAX_BYTES = 64 * 1024 * 1024 }; /* all of China is 22 MB */

struct import_file { const char *p; size_t n; bool dry; struct region_imported done; };

static const struct err *import_file(struct req *r, void *arg)
{
    struct import_file *f = arg;
    return region_import_csv(r, f->p, f->n, f->dry, &f->done);
}

static int cmd_import(struct cli *c)
{
    const char *path = cli_arg(c, 0);
    if (!path) {
        fputs("shanzhi region import FILE.csv [--dry-run]\n", stderr);
        return 2;
    }
    FILE *in = fopen(path, "rbe");
    if (!in) {
        perror(path);
        return 1;
    }
    struct buf b = buf_in(c->mem, FILE_MAX_BYTES);
    char chunk[1 << 16];
    size_t got;
    while ((got = fread(chunk, 1, sizeof chunk, in)) > 0) buf_add(&b, chunk, got);
    bool broken = ferror(in);
    fclose(in);
    if (broken || b.over) {
        fprintf(stderr, "%s: %s\n", path, broken ? "cannot be read" : "is larger than 64 MiB");
        return 1;
    }
    struct import_file f = { b.p, b.n, cli_option(c, "dry-run") != NULL, { 0 } };
    const struct err *e = store_run(c->store, TX_WRITE, c->mem, access_operator(c->mem), import_file, &f);
    if (e) return cli_fail(c, e);
    printf("%lld rows: %lld added, %lld changed%s\n", (long long)f.done.rows, (long long)f.done.added,
           (long long)f.done.changed, f.dry ? " (dry run, nothing written)" : "");
    return 0;
}

extern const struct command region_commands[];
const struct command region_commands[] = {
    { "region import", "FILE.csv [--dry-run]", "Import division codes (code,name[,parent]). 导入区划", true, cmd_import },
    { 0 }
};

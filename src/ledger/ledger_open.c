/* `shanzhi ledger open FILE.csv --village CODE`: points that households earned on paper before the system came
 * (期初积分), from a table with 户号, 积分, 说明. Everything is checked first; each household opens once, so that
 * the same file again changes nothing.
 */
#include <inttypes.h>
#include <stdio.h>
#include "http/command.h"
#include "kernel/csv.h"
#include "kernel/dec.h"
#include "kernel/file.h"
#include "kernel/json.h"
#include "kernel/limits.h"
#include "kernel/text.h"
#include "ledger/ledger.h"

enum { COL_NUMBER, COL_POINTS, COL_NOTE, COLS };
/* Characters of a note, a line of a passbook; bytes of what explains the number, twice the note. */
enum { NOTE_MAX = 200, TREE_MAX = 4096 };
static const struct { int column; const char *word; } words[] = {
    { COL_NUMBER, "户号" }, { COL_NUMBER, "household_number" }, { COL_POINTS, "积分" }, { COL_POINTS, "points" },
    { COL_NOTE, "说明" }, { COL_NOTE, "note" },
};

struct open_row { int64_t household, points_c; const char *note; };
struct opening {
    int64_t village, on, rows, posted;
    bool dry;
    const char *csv;
    size_t n;
    struct csv_faults faults;
};

static bool columns(const struct csv_row *row, int at[COLS])
{
    for (int c = 0; c < COLS; c++) at[c] = -1;
    for (int i = 0; i < row->n; i++)
        for (size_t w = 0; w < sizeof words / sizeof *words; w++)
            if (text_equal(row->cells[i], words[w].word)) at[words[w].column] = i;
    return at[COL_NUMBER] >= 0 && at[COL_POINTS] >= 0;
}

static const struct err *open_one(struct req *r, struct opening *o, const struct open_row *row)
{
    int64_t before, posting;
    char points[DEC_SIZE], human[DEC_SIZE];
    struct buf b = buf_in(r->mem, TREE_MAX);
    struct json j = json_to(&b);
    const char *zh = arena_printf(r->mem, "期初积分%s分%s%s", dec_human(row->points_c, human), *row->note ? "：" : "", row->note);
    const char *en = arena_printf(r->mem, "Opening balance of %s points%s%s", dec_human(row->points_c, human), *row->note ? ": " : "", row->note);
    json_object(&j);
    json_key(&j, "op"), json_text(&j, "opening");
    json_key(&j, "zh"), json_text(&j, zh);
    json_key(&j, "en"), json_text(&j, en);
    json_key(&j, "points"), json_text(&j, dec_format(row->points_c, points));
    json_end(&j);
    TRY(ledger_find(r, o->village, "opening", row->household, "adjust", &before));
    if (before != NONE) return NULL;
    o->posted++;
    return ledger_post(r, &(struct ledger_award){
        .village = o->village, .subject_kind = "household", .subject = row->household, .points_c = row->points_c, .on = o->on,
        .cause_kind = "opening", .cause = row->household, .part = "adjust", .memo = zh, .tree = b.p }, &posting);
}

static const struct err *read_row(struct req *r, struct opening *o, const struct csv_row *row, const int at[COLS], struct open_row *out)
{
    struct csv_faults *f = &o->faults;
    const struct err *e = people_household_by_number(r, o->village, text_normal(r->mem, csv_at(row, at[COL_NUMBER])), &out->household);
    if (e && e->code != ERR_NOT_FOUND) return e;
    if (e) csv_fault(f, row->line, "户号", "没有这个户号。", "No household has this number.");
    if (!dec_parse(text_normal(r->mem, csv_at(row, at[COL_POINTS])), &out->points_c) || out->points_c <= 0)
        csv_fault(f, row->line, "积分", "请写大于0的数，最多两位小数。", "A number above 0 with at most two decimals.");
    out->note = csv_at(row, at[COL_NOTE]);
    if (utf8_length(out->note) > NOTE_MAX) csv_fault(f, row->line, "说明", "最多200个字。", "At most 200 characters.");
    return NULL;
}

static const struct err *open_run(struct req *r, void *arg)
{
    struct opening *o = arg;
    struct csv csv = csv_open(r->mem, o->csv, o->n);
    struct csv_row row;
    struct open_row *rows = arena_array(r->mem, struct open_row, LIMIT_IMPORT_ROWS); /* csv_open reads no more */
    int at[COLS];

    o->rows = o->posted = 0;
    o->faults = (struct csv_faults){ .mem = r->mem };
    if (!csv_next(&csv, &row) || !columns(&row, at))
        return csv.err ? csv.err : fail_say(r, ERR_INVALID, NULL, "第一行要有“户号”和“积分”两列。", "The first line needs the columns 户号 and 积分.");
    while (csv_next(&csv, &row)) TRY(read_row(r, o, &row, at, &rows[o->rows++]));
    if (csv.err) return csv.err;
    if (o->faults.n) return csv_faults_err(&o->faults);
    for (int64_t i = 0; i < o->rows && !o->dry; i++) TRY(open_one(r, o, &rows[i]));
    return NULL;
}

int ledger_open_command(struct cli *c);

int ledger_open_command(struct cli *c)
{
    struct opening o = { .on = date_of_instant(clock_now()), .dry = cli_option(c, "dry-run") != NULL };
    const char *on = cli_option(c, "on");
    const struct err *e = cli_village(c, &o.village);
    if (!e && on && !date_parse(on, &o.on)) e = err_say(c->mem, ERR_INVALID, "on", "日期写成 2026-11-21。", "Write days as 2026-11-21.");
    if (e) return cli_misuse(c, e);
    e = file_bytes(c->mem, cli_arg(c, 0), LIMIT_RAW_BODY_BYTES, &o.csv, &o.n); /* GB 18030, too: the CSV reader knows it */
    if (!e) e = store_run(c->store, TX_WRITE, c->mem, access_operator(c->mem), open_run, &o);
    if (e) return cli_fail(c, e);
    printf("%" PRId64 " rows 行, %" PRId64 " opened 入账%s\n", o.rows, o.posted, o.dry ? " (dry run 试运行)" : "");
    return 0;
}

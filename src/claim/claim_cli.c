/* Claims from the command line: a batch from a file, and a list. A batch goes through the same
 * service as the pages, in one transaction: one bad row stops all of it. */
#include "claim/claim.h"

#include <stddef.h>
#include <stdio.h>

#include "claim/claim_rows.h"
#include "http/command.h"
#include "kernel/csv.h"
#include "kernel/dec.h"
#include "kernel/file.h"
#include "kernel/id.h"
#include "kernel/limits.h"
#include "kernel/text.h"

/* ---- the file ---- */
enum column {
    COL_KIND,
    COL_HOUSEHOLD,
    COL_NAME,
    COL_SUBJECT,
    COL_DAY,
    COL_CHOSEN,
    COL_QUANTITY,
    COL_CHANNEL,
    COL_ITEM,
    COL_PLACE,
    COL_CAUSE,
    COL_EVIDENCE,
    COL_LEVEL,
    COL_DIFFICULTY,
    COL_REPORTER,
    COLUMNS_N,
};
/* A text: characters at most, as in the route's record, and its place. */
#define TEXT_AT(member, max) max, offsetof(struct claim_new, member)
static const struct {
    const char *zh, *en;
    bool needed;
    size_t max, at;
} heads[COLUMNS_N] = {
    [COL_KIND] = { "对象类别", "subject_kind", false, 0, 0 }, /* resident if empty */
    [COL_HOUSEHOLD] = { "户号", "household", false, 0, 0 },
    [COL_NAME] = { "姓名", "name", false, 0, 0 },
    [COL_SUBJECT] = { "对象编号", "subject", false, 0, 0 }, /* instead of household and name */
    [COL_DAY] = { "日期", "deed_on", true, 0, 0 },
    [COL_CHOSEN] = { "分值", "chosen", false, 0, 0 },
    [COL_QUANTITY] = { "数量", "quantity", false, 0, 0 },
    [COL_CHANNEL] = { "渠道", "channel", false, 0, 0 }, /* paper if empty */
    [COL_ITEM] = { "项目", "item", true, TEXT_AT(item, 40) },
    [COL_PLACE] = { "地点", "place", true, TEXT_AT(place, 100) },
    [COL_CAUSE] = { "事由", "cause", true, TEXT_AT(cause, 500) },
    [COL_EVIDENCE] = { "佐证", "evidence", false, TEXT_AT(evidence, 500) },
    [COL_LEVEL] = { "级别", "level", false, TEXT_AT(level, 20) },
    [COL_DIFFICULTY] = { "难度", "difficulty", false, TEXT_AT(difficulty, 20) },
    [COL_REPORTER] = { "申报人", "reporter", false, TEXT_AT(reporter, 40) },
};

struct import {
    int64_t village;
    const char *as, *csv;
    size_t csv_n;
    bool dry;
    int at[COLUMNS_N]; /* column of each; -1: absent */
    int rows;
    struct csv_faults faults;
    const struct err *undone; /* a dry run's end, which rolls back */
};

/* NULL: empty, or no such column. */
static const char *cell(const struct import *im, const struct csv_row *row, enum column c)
{
    const char *s = csv_at(row, im->at[c]);
    return *s ? s : NULL;
}

static void head_read(struct import *im, const struct csv_row *row)
{
    for (int c = 0; c < COLUMNS_N; c++) im->at[c] = -1;
    for (int i = 0; i < row->n; i++) {
        int c = 0;
        while (c < COLUMNS_N && !text_equal(row->cells[i], heads[c].zh) && !text_equal(row->cells[i], heads[c].en)) c++;
        if (c == COLUMNS_N || im->at[c] >= 0)
            csv_fault(&im->faults, row->line, row->cells[i], "没有这一列，或者写了两次。", "There is no such column, or it stands there twice.");
        else
            im->at[c] = i;
    }
    for (int c = 0; c < COLUMNS_N; c++)
        if (heads[c].needed && im->at[c] < 0)
            csv_fault(&im->faults, row->line, heads[c].zh, "缺少这一列。", "This column is missing.");
}

/* ---- whose ---- */
static const struct err *subject_of(struct req *r, const struct import *im,
                                    const struct csv_row *row, struct claim_new *n)
{
    const char *id = cell(im, row, COL_SUBJECT), *number = cell(im, row, COL_HOUSEHOLD),
               *name = cell(im, row, COL_NAME);
    int64_t household, found = NONE;
    struct list members;

    if (id) return id_read(id, &n->subject) ? NULL : fail(r, ERR_INVALID, "subject");
    if (!number)
        return fail_say(r, ERR_INVALID, "household", "请填写户号或对象编号。",
                        "Give the household's number or the subject's id.");
    TRY(people_household_by_number(r, im->village, number, &household));
    n->subject = household;
    if (text_equal(n->subject_kind, "household")) return NULL;
    if (!name) return fail_say(r, ERR_INVALID, "name", "请填写姓名。", "Give the name.");
    TRY(people_members(r, im->village, household, &members));
    for (size_t i = 0; i < members.n; i++) {
        const struct subject *s = &LIST_AT(members, struct subject, i);
        if (!text_equal(s->name, name)) continue;
        if (found != NONE)
            return fail_say(r, ERR_INVALID, "name", "户内有同名的人，请填对象编号。",
                            "Two of that name live there; give the subject's id.");
        found = s->id;
    }
    if (found == NONE)
        return fail_say(r, ERR_NOT_FOUND, "name", "该户没有这个人。",
                        "Nobody of that name lives there.");
    n->subject = found;
    return NULL;
}

static const struct err *number_cell(struct req *r, const struct import *im,
                                     const struct csv_row *row, enum column c, int64_t *out)
{
    const char *s = cell(im, row, c);
    *out = NONE;
    if (!s || dec_parse(s, out)) return NULL;
    return fail_say(r, ERR_INVALID, heads[c].en, "不是数字（最多两位小数）。",
                    "Not a number with at most two decimals.");
}

static const struct err *text_cell(struct req *r, const struct import *im,
                                   const struct csv_row *row, enum column c, struct claim_new *n)
{
    const char *s = cell(im, row, c);
    if (!s && heads[c].needed)
        return fail_say(r, ERR_INVALID, heads[c].en, "不能为空。", "Must not be empty.");
    if (s && (!text_clean(s) || utf8_length(s) > heads[c].max))
        return fail_say(r, ERR_INVALID, heads[c].en, "太长或含有不能用的字符。",
                        "Too long, or with characters that cannot be used.");
    *(const char **)((char *)n + heads[c].at) = s;
    return NULL;
}

static const struct err *row_read(struct req *r, const struct import *im, const struct csv_row *row,
                                  struct claim_new *n)
{
    const char *kind = cell(im, row, COL_KIND), *channel = cell(im, row, COL_CHANNEL);

    *n = (struct claim_new){ .village = im->village,
                             .subject_kind = kind ? kind : "resident",
                             .channel = channel ? channel : "paper" };
    if (text_place(subject_kinds, n->subject_kind) < 0)
        return fail_say(r, ERR_INVALID, "subject_kind",
                        "对象类别是 resident、household 或 organisation。",
                        "One of resident, household, organisation.");
    if (text_place(claim_channels, n->channel) < 0)
        return fail_say(r, ERR_INVALID, "channel", "没有这种渠道。", "There is no such channel.");
    if (!date_parse(csv_at(row, im->at[COL_DAY]), &n->deed_on))
        return fail_say(r, ERR_INVALID, "deed_on", "日期写成 2026-11-21。",
                        "Write days as 2026-11-21.");
    for (int c = 0; c < COLUMNS_N; c++)
        if (heads[c].max) TRY(text_cell(r, im, row, c, n));
    TRY(number_cell(r, im, row, COL_CHOSEN, &n->chosen_c));
    TRY(number_cell(r, im, row, COL_QUANTITY, &n->quantity_c));
    return subject_of(r, im, row, n);
}

static const struct err *import_row(struct req *r, const struct import *im,
                                    const struct csv_row *row)
{
    struct claim_new n;
    struct claim *c;

    TRY(row_read(r, im, row, &n));
    return claim_submit(r, &n, &c);
}

/* One transaction: with a single bad row nothing of it stays. */
static const struct err *import_all(struct req *r, void *arg)
{
    struct import *im = arg;
    struct csv csv = csv_open(r->mem, im->csv, im->csv_n);
    struct csv_row row;

    im->rows = 0; /* the transaction may run again */
    im->faults = (struct csv_faults){ .mem = r->mem };
    TRY(access_actor(r, im->as, &r->who));
    if (csv_next(&csv, &row)) head_read(im, &row);
    else if (!csv.err) return fail_say(r, ERR_INVALID, NULL, "文件是空的。", "The file is empty.");
    if (im->faults.n) return csv_faults_err(&im->faults);
    while (csv_next(&csv, &row)) {
        im->rows++;
        const struct err *e = import_row(r, im, &row);
        if (e && !claim_row_error(e)) return e;
        const struct finding *f = e ? e->findings : NULL;
        if (f) csv_fault(&im->faults, row.line, f->field, f->zh, f->en);
        else if (e) csv_fault(&im->faults, row.line, e->field ? e->field : "", err_text(e, LANG_ZH), err_text(e, LANG_EN));
    }
    if (csv.err) return csv.err;
    if (im->faults.n) return csv_faults_err(&im->faults);
    if (im->dry) return im->undone = fail(r, ERR_INVALID, NULL);
    return access_audit(r, "claim import", im->village, NONE,
                        arena_printf(r->mem, "%d 条", im->rows));
}

static int cmd_import(struct cli *c)
{
    struct import im = { .as = cli_option(c, "as"), .dry = cli_option(c, "dry-run") != NULL };
    const struct err *e = cli_village(c, &im.village);
    if (e) return cli_misuse(c, e);
    /* Bytes as they are: tables from old spreadsheets come in GB 18030, which the CSV reader knows. */
    e = file_bytes(c->mem, cli_arg(c, 0), LIMIT_RAW_BODY_BYTES, &im.csv, &im.csv_n);
    if (!e) e = store_run(c->store, TX_WRITE, c->mem, NULL, import_all, &im);
    if (e != im.undone) return cli_fail(c, e);
    if (im.dry)
        printf("试运行：%d 条可以导入，没有写入。 dry run: %d rows are right, nothing written\n", im.rows, im.rows);
    else
        printf("已导入 %d 条申报。 %d claims imported\n", im.rows, im.rows);
    return 0;
}

/* ---- list ---- */
struct listing {
    int64_t village;
    const char *state;
};

static const struct err *print_row(struct req *r, void *row, void *arg)
{
    (void)r;
    (void)arg;
    const struct claim *c = row;
    char day[DATE_SIZE], points[DEC_SIZE];
    printf("%s\t%s\t%s\t%s\t%s\t%s\n", c->number, c->state, date_format(c->deed_on, day),
           c->subject_masked, c->item_label, dec_format(c->points_c, points));
    return NULL;
}

static const struct err *list_all(struct req *r, void *arg)
{
    const struct listing *l = arg;
    return db_each(r, &claim_row_record, print_row, NULL,
                   "SELECT number, state, deed_on, subject_masked, item_label, points FROM claim"
                   " WHERE village = $1 AND ($2 = '' OR state = $2) ORDER BY id",
                   I64(l->village), TEXT(l->state ? l->state : ""));
}

static int cmd_list(struct cli *c)
{
    struct listing l = { .state = cli_option(c, "state") };
    const struct err *e = cli_village(c, &l.village);
    if (e) return cli_misuse(c, e);
    if (l.state && text_place(claim_states + 1, l.state) < 0)
        return cli_misuse(c, err_say(c->mem, ERR_INVALID, "state", "没有这种状态。", "There is no such state."));
    e = store_run(c->store, TX_READ, c->mem, access_operator(c->mem), list_all, &l);
    return e ? cli_fail(c, e) : 0;
}

const struct command claim_commands[] = {
    { "claim import", "FILE.csv --village CODE --as ACCOUNT [--dry-run]",
      "Put the rows of a table forward as claims; tried whole first, nothing half imported. "
      "批量申报",
      true, cmd_import },
    { "claim list", "--village CODE [--state STATE]",
      "Print a village's claims, names masked. 申报清单", true, cmd_list },
    { 0 }
};

/* Claims from the command line: a batch from a file, and a list. A batch goes through the same
 * service as the pages; it is tried whole first, and one bad row stops all of it. */
#include "claim/claim.h"

#include <stdio.h>
#include <string.h>

#include "claim/claim_rows.h"
#include "http/command.h"
#include "kernel/csv.h"
#include "kernel/dec.h"
#include "kernel/id.h"
#include "kernel/limits.h"
#include "kernel/text.h"

/* ---- the file ---- */
enum column {
    COL_KIND,
    COL_HOUSEHOLD,
    COL_NAME,
    COL_SUBJECT,
    COL_ITEM,
    COL_DAY,
    COL_PLACE,
    COL_CAUSE,
    COL_EVIDENCE,
    COL_LEVEL,
    COL_DIFFICULTY,
    COL_CHOSEN,
    COL_QUANTITY,
    COL_CHANNEL,
    COL_REPORTER,
    COLUMNS_N,
};
static const struct {
    const char *zh, *en;
    bool needed;
} heads[COLUMNS_N] = {
    [COL_KIND] = { "对象类别", "subject_kind", false }, /* resident if empty */
    [COL_HOUSEHOLD] = { "户号", "household", false },
    [COL_NAME] = { "姓名", "name", false },
    [COL_SUBJECT] = { "对象编号", "subject", false }, /* instead of household and name */
    [COL_ITEM] = { "项目", "item", true },
    [COL_DAY] = { "日期", "deed_on", true },
    [COL_PLACE] = { "地点", "place", true },
    [COL_CAUSE] = { "事由", "cause", true },
    [COL_EVIDENCE] = { "佐证", "evidence", false },
    [COL_LEVEL] = { "级别", "level", false },
    [COL_DIFFICULTY] = { "难度", "difficulty", false },
    [COL_CHOSEN] = { "分值", "chosen", false },
    [COL_QUANTITY] = { "数量", "quantity", false },
    [COL_CHANNEL] = { "渠道", "channel", false }, /* paper if empty */
    [COL_REPORTER] = { "申报人", "reporter", false },
};

struct import {
    struct cli *cli;
    int64_t village;
    const char *as, *csv;
    size_t csv_n;
    bool dry;
    int at[COLUMNS_N]; /* column of each; -1: absent */
    int rows, bad;
    struct err *findings;
};

static void finding(struct req *r, struct import *im, int line, const char *field, const char *zh,
                    const char *en)
{
    im->bad++;
    err_finding(r->mem, im->findings, arena_printf(r->mem, "%d/%s", line, field ? field : ""), zh,
                en);
}

static const char *cell(const struct import *im, const struct csv_row *row, enum column c)
{
    int i = im->at[c];
    const char *s = i >= 0 && i < row->n ? row->cells[i] : NULL;
    return s && *s ? s : NULL;
}

static const struct err *head_read(struct req *r, struct import *im, const struct csv_row *row)
{
    struct err *e = fail(r, ERR_INVALID, "head");
    for (int c = 0; c < COLUMNS_N; c++) {
        im->at[c] = -1;
        for (int i = 0; i < row->n; i++)
            if (text_equal(row->cells[i], heads[c].zh) || text_equal(row->cells[i], heads[c].en))
                im->at[c] = i;
        if (im->at[c] < 0 && heads[c].needed)
            err_finding(r->mem, e, heads[c].zh, "缺少这一列。", "This column is missing.");
    }
    for (int i = 0; i < row->n; i++) {
        bool known = false;
        for (int c = 0; c < COLUMNS_N; c++) known = known || im->at[c] == i;
        if (!known)
            err_finding(r->mem, e, row->cells[i], "没有这一列。", "There is no such column.");
    }
    return e->findings ? e : NULL;
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

static bool one_of(const char *s, const char *const *words)
{
    for (; *words; words++)
        if (text_equal(s, *words)) return true;
    return false;
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
                                   const struct csv_row *row, enum column c, size_t max,
                                   const char **out)
{
    *out = cell(im, row, c);
    if (!*out && heads[c].needed)
        return fail_say(r, ERR_INVALID, heads[c].en, "不能为空。", "Must not be empty.");
    if (*out && (!text_clean(*out) || utf8_length(*out) > max))
        return fail_say(r, ERR_INVALID, heads[c].en, "太长或含有不能用的字符。",
                        "Too long, or with characters that cannot be used.");
    return NULL;
}

/* The same limits as the route's record. */
static const struct err *row_read(struct req *r, const struct import *im, const struct csv_row *row,
                                  struct claim_new *n)
{
    const char *kind = cell(im, row, COL_KIND), *channel = cell(im, row, COL_CHANNEL), *day;

    *n = (struct claim_new){ .village = im->village,
                             .subject_kind = kind ? kind : "resident",
                             .channel = channel ? channel : "paper" };
    if (!one_of(n->subject_kind, subject_kinds))
        return fail_say(r, ERR_INVALID, "subject_kind",
                        "对象类别是 resident、household 或 organisation。",
                        "One of resident, household, organisation.");
    if (!one_of(n->channel, claim_channels))
        return fail_say(r, ERR_INVALID, "channel", "没有这种渠道。", "There is no such channel.");
    TRY(text_cell(r, im, row, COL_DAY, 10, &day));
    if (!date_parse(day, &n->deed_on))
        return fail_say(r, ERR_INVALID, "deed_on", "日期写成 2026-11-21。",
                        "Write days as 2026-11-21.");
    TRY(text_cell(r, im, row, COL_ITEM, 40, &n->item));
    TRY(text_cell(r, im, row, COL_PLACE, 100, &n->place));
    TRY(text_cell(r, im, row, COL_CAUSE, 500, &n->cause));
    TRY(text_cell(r, im, row, COL_EVIDENCE, 500, &n->evidence));
    TRY(text_cell(r, im, row, COL_LEVEL, 20, &n->level));
    TRY(text_cell(r, im, row, COL_DIFFICULTY, 20, &n->difficulty));
    TRY(text_cell(r, im, row, COL_REPORTER, 40, &n->reporter));
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

static const struct err *import_all(struct req *r, void *arg)
{
    struct import *im = arg;
    struct csv csv = csv_open(r->mem, im->csv, im->csv_n);
    struct csv_row row;

    im->rows = im->bad = 0; /* the transaction may run again */
    im->findings = fail(r, ERR_INVALID, NULL);
    TRY(access_actor(r, im->as, &r->who));
    if (!csv_next(&csv, &row))
        return csv.err ? csv.err
                       : fail_say(r, ERR_INVALID, NULL, "文件是空的。", "The file is empty.");
    TRY(head_read(r, im, &row));
    while (csv_next(&csv, &row)) {
        im->rows++;
        TRY(db_exec(r, "SAVEPOINT claim_row"));
        const struct err *e = import_row(r, im, &row);
        if (e && (err_info(e->code)->status >= 500 || e->cause)) return e;
        if (e) {
            TRY(db_exec(r, "ROLLBACK TO SAVEPOINT claim_row"));
            const struct finding *f = e->findings;
            finding(r, im, row.line, f ? f->field : e->field, f ? f->zh : err_text(e, LANG_ZH),
                    f ? f->en : err_text(e, LANG_EN));
        }
        TRY(db_exec(r, "RELEASE SAVEPOINT claim_row"));
    }
    if (csv.err) return csv.err;
    if (im->bad || im->dry) return im->findings; /* rolls back */
    return access_audit(r, "claim import", im->village, NONE,
                        arena_printf(r->mem, "%d 条", im->rows));
}

/* Bytes as they are: tables from old spreadsheets come in GB 18030, which the CSV reader knows. */
static const struct err *table_read(struct arena *mem, const char *path, struct import *im)
{
    struct buf b = buf_in(mem, LIMIT_RAW_BODY_BYTES);
    char part[8192];
    size_t n;
    FILE *f = fopen(path, "rb");
    if (!f)
        return err_say(mem, ERR_INVALID, path, "打不开这个文件。", "The file cannot be opened.");
    while ((n = fread(part, 1, sizeof part, f)) > 0) buf_add(&b, part, n);
    bool broken = ferror(f);
    fclose(f);
    if (b.over) return err_new(mem, ERR_TOO_LARGE, path);
    if (broken)
        return err_say(mem, ERR_INVALID, path, "读不了这个文件。", "The file cannot be read.");
    im->csv = b.p;
    im->csv_n = b.n;
    return NULL;
}

static int usage(const struct command *row)
{
    fprintf(stderr, "shanzhi %s %s\n", row->name, row->args);
    return 2;
}

static int cmd_import(struct cli *c)
{
    struct import im = { .cli = c, .as = cli_option(c, "as"), .dry = true };
    const char *path = cli_arg(c, 0), *village = cli_option(c, "village");

    if (!path || !im.as || !village || !region_parse(village, &im.village))
        return usage(&claim_commands[0]);
    const struct err *e = table_read(c->mem, path, &im);
    if (e) return cli_fail(c, e);
    e = store_run(c->store, TX_WRITE, c->mem, NULL, import_all, &im);
    bool tried = e && e == im.findings && !im.bad;
    if (!tried) return cli_fail(c, e);
    if (cli_option(c, "dry-run")) {
        printf("试运行：%d 条可以导入，没有写入。 dry run: %d rows are right, nothing written\n",
               im.rows, im.rows);
        return 0;
    }
    im.dry = false;
    e = store_run(c->store, TX_WRITE, c->mem, NULL, import_all, &im);
    if (e) return cli_fail(c, e);
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
    const char *village = cli_option(c, "village");

    if (!village || !region_parse(village, &l.village) ||
        (l.state && !one_of(l.state, claim_states + 1)))
        return usage(&claim_commands[1]);
    const struct err *e =
        store_run(c->store, TX_READ, c->mem, access_operator(c->mem), list_all, &l);
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

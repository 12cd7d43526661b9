/* Passbooks 存折, the list of postings for staff with its export, and the public points board.
 */
#include <stdio.h>
#include "http/command.h"
#include "kernel/csv.h"
#include "kernel/dec.h"
#include "kernel/limits.h"
#include "kernel/text.h"
#include "ledger/ledger_store.h"

/* The cursor of these lists is the id of the last posting shown. */
static const struct err *after_id(struct req *r, const char *after, int64_t *before)
{
    int64_t unused;
    return page_after(r, after, before, &unused, NULL);
}

/* ---- passbooks ---- */

struct passbook {
    int64_t village, subject, household, minor, active;
    const char *kind, *name, *grid, *next;
    struct list balances, rows;
};
static const struct field passbook_fields[] = {
    F(passbook, village, K_REGION, 0, 0, 0, "Village code. 村代码"),
    F(passbook, kind, K_TEXT, 0, 0, 0, "resident, household or organisation."),
    F(passbook, subject, K_ID, 0, 0, 0, "Whose it is."),
    F(passbook, name, K_TEXT, 0, 0, 0, "The holder: masked, except in one's own passbook. 户名"),
    F(passbook, grid, K_TEXT, OPT, 0, 0, "Grid code."),
    F(passbook, household, K_ID, OPT, 0, 0, "Household."),
    F(passbook, active, K_BOOL, 0, 0, 0, "False when moved out, dead or dissolved."),
    F_SUB(passbook, balances, K_LIST, 0, 0, 0, balance_record, "Every balance, honour first. 余额"),
    F_SUB(passbook, rows, K_LIST, 0, 0, 0, posting_record, "Postings, newest first, each with its explanation. 明细"),
    F(passbook, next, K_TEXT, OPT, 0, 0, "Cursor of the page after, null at the end."),
    { 0 }
};
static RECORD(passbook);

/* The scheme's balances in its order, 0.00 where nothing was posted yet. */
static void order_balances(struct req *r, const struct scheme *s, struct list *l)
{
    struct balance *out = arena_array(r->mem, struct balance, s->accounts.n + l->n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s->accounts.n; i++) {
        const struct scheme_balance *b = &LIST_AT(s->accounts, struct scheme_balance, i);
        out[n] = (struct balance){ .currency = b->code, .label = b->label };
        for (size_t k = 0; k < l->n; k++)
            if (text_equal(LIST_AT(*l, struct balance, k).currency, b->code)) {
                out[n].points_c = LIST_AT(*l, struct balance, k).points_c;
                out[n].entries = LIST_AT(*l, struct balance, k).entries;
                LIST_AT(*l, struct balance, k).currency = NULL;
            }
        n++;
    }
    /* Balances of an earlier scheme that the present one no longer has. */
    for (size_t k = 0; k < l->n; k++) {
        const struct balance *old = &LIST_AT(*l, struct balance, k);
        if (old->currency) out[n++] = (struct balance){ old->currency, scheme_balance_label(s, old->currency), old->points_c, old->entries };
    }
    *l = (struct list){ out, n };
}

static const struct err *passbook_fill(struct req *r, const struct subject *who, int64_t before, int64_t limit, struct passbook *out)
{
    const struct scheme *s;
    TRY(scheme_in_force(r, who->village, r->today, &s));
    out->village = who->village;
    out->kind = who->kind;
    out->subject = who->id;
    out->name = who->masked;
    out->grid = who->grid;
    out->household = who->household;
    out->active = who->active == 1;
    TRY(ledger_balances(r, who->village, who->kind, who->id, &out->balances));
    order_balances(r, s, &out->balances);
    struct page *page = arena_new(r->mem, struct page);
    TRY(ledger_pages(r, who->village, who->kind, who->id, before, page_limit(limit), &page->rows));
    bool more = page_cut(page, limit);
    for (size_t i = 0; i < page->rows.n; i++) {
        struct posting *p = &LIST_AT(page->rows, struct posting, i);
        for (size_t k = 0; k < p->effects.n; k++) {
            struct effect *e = &LIST_AT(p->effects, struct effect, k);
            e->label = scheme_balance_label(s, e->currency);
        }
    }
    out->rows = page->rows;
    if (more) out->next = page_cursor(r, LIST_AT(page->rows, struct posting, page->rows.n - 1).id, NONE, NULL);
    return NULL;
}

struct passbook_in { int64_t village, subject; const char *kind; PAGE_MEMBERS; };
static const struct field passbook_in_fields[] = {
    F(passbook_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F_ENUM(passbook_in, kind, IN_PATH, subject_kinds, "resident, household or organisation."),
    F(passbook_in, subject, K_ID, IN_PATH, 0, 0, "Whose."),
    PAGE_FIELDS(passbook_in),
    { 0 }
};
static RECORD(passbook_in);

static const struct err *get_passbook(struct req *r)
{
    const struct passbook_in *in = r->in;
    struct passbook *out = arena_new(r->mem, struct passbook);
    struct subject *who;
    int64_t before;

    TRY(people_subject(r, in->village, in->kind, in->subject, &who));
    TRY(access_require_at(r, PERM_PASSBOOK_READ, in->village, who->grid, who->household));
    TRY(after_id(r, in->after, &before));
    TRY(passbook_fill(r, who, before, in->limit, out));
    r->out = out;
    return NULL;
}

/* ---- my passbook ---- */

struct me_in { const char *of; PAGE_MEMBERS; };
static const char *const me_kinds[] = { "resident", "household", NULL };
static const struct field me_in_fields[] = {
    F_ENUM(me_in, of, IN_QUERY | OPT, me_kinds, "Whose further page `after` belongs to."),
    PAGE_FIELDS(me_in),
    { 0 }
};
static RECORD(me_in);

struct my_passbook { struct passbook *own, *household; };
static const struct field my_passbook_fields[] = {
    F_SUB(my_passbook, own, K_OBJECT, OPT, 0, 0, passbook_record, "One's own. 本人存折"),
    F_SUB(my_passbook, household, K_OBJECT, OPT, 0, 0, passbook_record, "The household's. 家庭存折"),
    { 0 }
};
static RECORD(my_passbook);

static const struct err *one_of_mine(struct req *r, const char *kind, int64_t id, int64_t before, int64_t limit, struct passbook **out)
{
    struct subject *who;
    const struct scheme *s;
    if (id == NONE) return NULL;
    TRY(people_subject(r, r->who->village, kind, id, &who));
    TRY(scheme_in_force(r, who->village, r->today, &s));
    if (!scheme_class_of(s, who->class_)) return NULL;
    *out = arena_new(r->mem, struct passbook);
    TRY(passbook_fill(r, who, before, limit, *out));
    (*out)->name = who->name;
    return NULL;
}

static const struct err *get_my_passbook(struct req *r)
{
    const struct me_in *in = r->in;
    struct my_passbook *out = arena_new(r->mem, struct my_passbook);
    int64_t before;

    if (r->who->resident == NONE)
        return fail_say(r, ERR_NOT_FOUND, NULL, "这个账号没有对应的村民，请联系村管理员。",
                        "This account belongs to no resident; ask the village administrator.");
    TRY(after_id(r, in->after, &before));
    bool household = text_equal(in->of, "household");
    TRY(one_of_mine(r, "resident", r->who->resident, household ? NONE : before, in->limit, &out->own));
    TRY(one_of_mine(r, "household", r->who->household, household ? before : NONE, in->limit, &out->household));
    r->out = out;
    return NULL;
}

/* ---- postings ---- */

static const char *const parts[] = { "award", "penalty", "reversal", "redeem", "expire", "transfer", "dividend", "adjust", NULL };
struct postings_in { struct posting_filter f; PAGE_MEMBERS; };
#define FILTER_FIELDS \
    F_AS(postings_in, f.village, "village", K_REGION, IN_PATH, 0, 0, "Village code. 村代码"), \
    F_AS(postings_in, f.from, "from", K_DATE, IN_QUERY | OPT, 0, 0, "Business date, from. 起"), \
    F_AS(postings_in, f.to, "to", K_DATE, IN_QUERY | OPT, 0, 0, "Business date, to. 止"), \
    { .name = "kind", .kind = K_ENUM, .flags = IN_QUERY | OPT, .at = offsetof(struct postings_in, f.kind), .options = subject_kinds, \
      .doc = "resident, household or organisation." }, \
    F_AS(postings_in, f.subject, "subject", K_ID, IN_QUERY | OPT, 0, 0, "Of one subject."), \
    { .name = "part", .kind = K_ENUM, .flags = IN_QUERY | OPT, .at = offsetof(struct postings_in, f.part), .options = parts, \
      .doc = "award 奖分, penalty 扣分, reversal 冲正 …" }, \
    F_AS(postings_in, f.rule, "rule", K_TEXT, IN_QUERY | OPT, 1, 32, "Item code. 项目"), \
    F_AS(postings_in, f.grid, "grid", K_TEXT, IN_QUERY | OPT, 2, 11, "Grid code, and all below it. 网格")
static const struct field postings_in_fields[] = { FILTER_FIELDS, PAGE_FIELDS(postings_in), { 0 } };
static const struct field postings_export_fields[] = { FILTER_FIELDS, { 0 } };
static RECORD(postings_in);
static const struct record postings_export_record = { "postings_export", sizeof(struct postings_in), postings_export_fields };

static const struct err *get_postings(struct req *r)
{
    const struct postings_in *in = r->in;
    struct page *page = arena_new(r->mem, struct page);
    int64_t before;

    TRY(access_require(r, PERM_LEDGER_READ, in->f.village));
    TRY(after_id(r, in->after, &before));
    TRY(ledger_list(r, &in->f, before, page_limit(in->limit), &page->rows));
    page->total = NONE;
    if (page_cut(page, in->limit)) page->next = page_cursor(r, LIST_AT(page->rows, struct posting, page->rows.n - 1).id, NONE, NULL);
    r->out = page;
    return NULL;
}

static const char *const parts_zh[] = { "奖分", "扣分", "冲正", "兑换", "过期", "转移", "分红", "调整" }; /* of parts */

static const struct err *sheet_row(struct req *r, void *row, void *arg)
{
    const struct posting *p = row;
    struct buf *b = arg;
    char date[DATE_SIZE], at[INSTANT_SIZE], points[DEC_SIZE], id[24];

    csv_cell(b, date_format(p->on, date));
    csv_cell(b, instant_format(p->at, at));
    csv_cell(b, p->kind);
    csv_cell(b, p->name);
    csv_cell(b, p->grid ? p->grid : "");
    csv_cell(b, r->lang == LANG_ZH ? parts_zh[text_place(parts, p->part)] : p->part);
    csv_cell(b, p->rule ? p->rule : "");
    csv_cell(b, dec_format(p->points_c, points));
    csv_cell(b, p->memo);
    csv_cell(b, p->reversed_by == NONE ? "" : r->lang == LANG_ZH ? "已冲正" : "reversed");
    csv_cell(b, p->by ? p->by : "");
    snprintf(id, sizeof id, "%lld", (long long)p->id);
    csv_cell(b, id);
    csv_end_row(b);
    return b->over ? fail_say(r, ERR_TOO_LARGE, NULL, "记录太多，请缩小日期范围后再导出。", "Too many rows; choose a shorter span of dates.") : NULL;
}

static const struct err *export_postings(struct req *r)
{
    static const char *const zh[] = { "业务日期", "入账时间", "对象", "姓名", "网格", "类型", "项目", "积分", "摘要", "状态", "录入人", "编号", NULL };
    static const char *const en[] = { "date", "recorded", "kind", "name", "grid", "part", "item", "points", "memo", "state", "by", "id", NULL };
    const struct postings_in *in = r->in;
    struct buf b = buf_in(r->mem, LIMIT_REPLY_BYTES);

    TRY(access_require(r, PERM_LEDGER_READ, in->f.village));
    buf_puts(&b, CSV_BOM);
    for (int i = 0; zh[i]; i++) csv_cell(&b, r->lang == LANG_ZH ? zh[i] : en[i]);
    csv_end_row(&b);
    TRY(ledger_each(r, &in->f, sheet_row, &b));
    http_send_file(r, "text/csv; charset=utf-8", "postings.csv", b.p, b.n);
    return NULL;
}

/* ---- the board ---- */

struct board_in { int64_t village, year, limit; const char *kind; };
static const struct field board_in_fields[] = {
    F(board_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(board_in, year, K_INT, IN_QUERY | OPT, 2000, 2199, "Points of one year; absent: all years. 年度"),
    F_ENUM(board_in, kind, IN_QUERY | OPT, subject_kinds, "resident if absent."),
    F(board_in, limit, K_INT, IN_QUERY | OPT, 1, 100, "How many, 50 if absent."),
    { 0 }
};
static RECORD(board_in);

struct board { int64_t village, year; const char *kind, *label; struct list rows; };
static const struct field board_fields[] = {
    F(board, village, K_REGION, 0, 0, 0, "Village code. 村代码"),
    F(board, year, K_INT, OPT, 0, 0, "The year; null: all years."),
    F(board, kind, K_TEXT, 0, 0, 0, "Whose points."),
    F(board, label, K_TEXT, 0, 0, 0, "Which balance. 荣誉积分"),
    F_SUB(board, rows, K_LIST, 0, 0, 0, board_row_record, "Best first; names masked, minors not named."),
    { 0 }
};
static RECORD(board);

static const struct err *get_board(struct req *r)
{
    const struct board_in *in = r->in;
    struct board *out = arena_new(r->mem, struct board);
    const struct scheme *s;

    TRY(scheme_in_force(r, in->village, r->today, &s));
    const char *honour = LIST_AT(s->balances, const char *, 0);
    *out = (struct board){ .village = in->village, .year = in->year, .kind = in->kind ? in->kind : "resident",
                           .label = scheme_balance_label(s, honour) };
    TRY(ledger_board(r, in->village, out->kind, honour, in->year, in->limit == NONE ? LIMIT_PAGE_DEFAULT : in->limit, &out->rows));
    r->out = out;
    return NULL;
}

static const enum err_code read_errors[] = { ERR_NOT_FOUND, ERR_NO_SCHEME, ERR_NONE };
static const enum err_code export_errors[] = { ERR_TOO_LARGE, ERR_NONE };
static const enum err_code board_errors[] = { ERR_NO_SCHEME, ERR_NONE };

static const struct route ledger_routes[] = {
    { "GET", "/villages/{village}/passbooks/{kind}/{subject}", PERM_PASSBOOK_READ, TX_READ, &passbook_in_record, &passbook_record,
      get_passbook, read_errors, 0, NULL, NULL, "A passbook: balances and postings with their explanations, newest first." },
    { "GET", "/me/passbook", PERM_SELF, TX_READ, &me_in_record, &my_passbook_record, get_my_passbook, read_errors, 0, NULL, NULL,
      "One's own passbook and the household's." },
    { "GET", "/villages/{village}/postings", PERM_LEDGER_READ, TX_READ, &postings_in_record, &posting_record, get_postings, NULL,
      ROUTE_PAGE, NULL, NULL, "All postings of a village, newest first." },
    { "GET", "/villages/{village}/postings/export", PERM_LEDGER_READ, TX_READ, &postings_export_record, NULL, export_postings,
      export_errors, ROUTE_FILE, NULL, "text/csv", "The same list as CSV." },
    { "GET", "/public/villages/{village}/board", PERM_PUBLIC, TX_READ, &board_in_record, &board_record, get_board, board_errors,
      ROUTE_CACHE, NULL, NULL, "The points board, without sign-in." },
    { 0 }
};

extern const struct migration ledger_migrations[];
extern const struct command ledger_commands[];
const struct slice ledger_slice = {
    .name = "ledger", .routes = ledger_routes, .migrations = ledger_migrations, .commands = ledger_commands,
};

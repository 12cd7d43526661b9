/* Claims over HTTP: records, routes, and the handlers that only translate. */
#include "claim/claim.h"

#include <stdlib.h>
#include <string.h>

#include "claim/claim_rows.h"
#include "kernel/id.h"
#include "kernel/text.h"

/* ---- answers ---- */
static const struct field claim_step_out_fields[] = {
    F(claim_step_out, seq, K_INT, 0, 0, 0, "Number of the step: the claim's version after it."),
    F(claim_step_out, action, K_TEXT, 0, 0, 0, "submit, check, return, publish, approve, reject, record, withdraw, false, object, uphold, dismiss."),
    F(claim_step_out, from_state, K_TEXT, OPT, 0, 0, "State before."),
    F(claim_step_out, to_state, K_TEXT, 0, 0, 0, "State after."),
    F(claim_step_out, by_name, K_TEXT, 0, 0, 0, "Who. 经办人"),
    F(claim_step_out, at, K_INSTANT, 0, 0, 0, "When."),
    F(claim_step_out, reason, K_TEXT, OPT, 0, 0, "Why. 理由"),
    F(claim_step_out, changes, K_JSON, 0, 0, 0, "What became different: {\"points\":[\"3.00\",\"5.00\"]}."),
    { 0 }
};
static const struct record claim_step_out_record = { "claim_step", sizeof(struct claim_step_out), claim_step_out_fields };

#define C(m, k, d) F_AS(claim_out, c.m, #m, k, 0, 0, 0, d)
#define MAYBE(m, k, d) F_AS(claim_out, c.m, #m, k, OPT, 0, 0, d) /* null until there is one */
static const struct field claim_out_fields[] = {
    C(village, K_REGION, "Village code. 村代码"),
    C(id, K_ID, "Claim id."),
    C(number, K_TEXT, "Number within village and year, as people say it. 编号"),
    { .name = "state", .kind = K_ENUM, .at = offsetof(struct claim_out, c.state), .options = claim_states + 1,
      .doc = "submitted 已申报, returned 已退回, checked 已初审, published 公示中, objected 有异议, approved 已审核, recorded 已入账, rejected 未通过, withdrawn 已撤回, reversed 已冲正." },
    { .name = "version", .kind = K_INT, .at = offsetof(struct claim_out, c.version), .doc = "Grows with every step." },
    C(subject_kind, K_TEXT, "resident 村民, household 户, organisation 单位."),
    C(subject, K_ID, "Whose deed."),
    F(claim_out, name, K_TEXT, 0, 0, 0, "Whose deed: in full for one's own and with people.unmask, else masked. 姓名"),
    F_AS(claim_out, c.class_, "class", K_TEXT, 0, 0, 0, "Class of the scheme. 对象类别"),
    MAYBE(household, K_ID, "The household."),
    MAYBE(grid, K_TEXT, "Grid code. 网格"),
    C(item, K_TEXT, "Item code. 项目代码"),
    C(item_label, K_TEXT, "Item. 项目"),
    C(category, K_TEXT, "Category. 类别"),
    C(scheme_version, K_INT, "Version of the scheme it is computed with."),
    C(deed_on, K_DATE, "Day of the deed. 行为日期"),
    C(place, K_TEXT, "Place. 地点"),
    C(cause, K_TEXT, "What happened. 事由"),
    MAYBE(evidence, K_TEXT, "What proves it. 佐证"),
    MAYBE(level, K_TEXT, "Level, for items by level. 级别"),
    MAYBE(difficulty, K_TEXT, "Difficulty, for items that have it. 难度"),
    C(reverse, K_BOOL, "The contrary of the deed was done: a deduction. 反之"),
    F_AS(claim_out, c.chosen_c, "chosen", K_POINTS, OPT, 0, 0, "Points picked from the item's range. 选定分值"),
    F_AS(claim_out, c.quantity_c, "quantity", K_POINTS, OPT, 0, 0, "Units, for items per unit. 数量"),
    F_AS(claim_out, c.points_c, "points", K_POINTS, 0, 0, 0, "Points. 分值"),
    F(claim_out, explain, K_TEXT, 0, 0, 0, "How the points came about, in words. 算分说明"),
    C(tree, K_JSON, "How the points came about, as a tree."),
    C(channel, K_TEXT, "How it came: phone_page, oral, phone, sms, qq, wechat, paper, grid_worker. 渠道"),
    C(claimant, K_TEXT, "self 自行申报, proxy 代报, recorder 录入员代录."),
    MAYBE(reporter, K_TEXT, "Who said so, when somebody else typed it. 口头申报人"),
    C(claimed_by_name, K_TEXT, "Who put it forward. 申报人"),
    MAYBE(decided_by_name, K_TEXT, "Who decided. 审核人"),
    MAYBE(decided_on, K_DATE, "When it was decided."),
    MAYBE(notice, K_ID, "Its notice on the board. 公示"),
    MAYBE(first_day, K_DATE, "First day on the board. 公示起"),
    MAYBE(last_day, K_DATE, "Last day on the board. 公示止"),
    MAYBE(due_on, K_DATE, "When the next step is due. 办理期限"),
    F(claim_out, next, K_TEXT, OPT, 0, 0, "What happens next, who does it and by when."),
    MAYBE(posting, K_ID, "The posting in the ledger. 记账"),
    MAYBE(reversal, K_ID, "Its reversal. 冲正"),
    MAYBE(penalty, K_ID, "The penalty's posting. 虚假申报扣分"),
    C(false_claim, K_BOOL, "Found false. 虚假"),
    C(created_at, K_INSTANT, "When it was put forward."),
    C(updated_at, K_INSTANT, "Last step."),
    F(claim_out, mine, K_BOOL, 0, 0, 0, "Put forward by you, or about your household."),
    { .name = "actions", .kind = K_TEXTS, .at = offsetof(struct claim_out, actions), .doc = "What you may do now (one claim only); approving only when publicity is over." },
    { .name = "steps", .kind = K_LIST, .at = offsetof(struct claim_out, steps), .sub = &claim_step_out_record, .doc = "All steps so far (one claim only)." },
    { .name = "photos", .kind = K_IDS, .at = offsetof(struct claim_out, photos), .doc = "Ids of its photos (one claim only)." },
    { .name = "warnings", .kind = K_TEXTS, .at = offsetof(struct claim_out, warnings), .doc = "What to look at: similar claims." },
    { 0 }
};
const struct record claim_out_record = { "claim", sizeof(struct claim_out), claim_out_fields };

static struct list actions(struct req *r, const struct claim *c)
{
    const char **names = arena_array(r->mem, const char *, CLAIM_ACTIONS);
    size_t n = 0;
    for (enum claim_action a = ACT_SUBMIT; a < ACT_OBJECT; a++)
        if (!claim_may(r, a, c) && (a != ACT_APPROVE || r->today > c->last_day)) /* publicity comes first */
            names[n++] = claim_actions[a];
    return (struct list){ names, n };
}

struct id_row { int64_t id; };
static const struct field id_row_fields[] = { F(id_row, id, K_ID, 0, 0, 0, ""), { 0 } };
static RECORD(id_row);

/* Same subject and item within a week: perhaps the same deed told twice. */
struct similar { int64_t id; const char *number; };
static const struct field similar_fields[] = {
    F(similar, id, K_ID, 0, 0, 0, ""),
    F(similar, number, K_TEXT, 0, 0, 0, ""),
    { 0 }
};
static RECORD(similar);

static int older(const void *a, const void *b)
{
    const struct similar *x = a, *y = b;
    return id_order(x->id, y->id);
}

/* Sorted here: there is hardly ever more than one, and in SQL sorting costs as much as everything else in it. */
static const struct err *similar(struct req *r, const struct claim *c, struct list *out)
{
    enum { SIMILAR_MAX = 5 };
    struct list rows;
    TRY(db_all(r, &similar_record, &rows,
               "SELECT id, number FROM claim WHERE village = $1 AND subject_kind = $2 AND subject = $3 AND item = $4"
               " AND deed_on BETWEEN $5 AND $6 AND id <> $7 AND state <> 'rejected' AND state <> 'withdrawn'"
               " AND state <> 'reversed'",
               I64(c->village), TEXT(c->subject_kind), I64(c->subject), TEXT(c->item), I64(c->deed_on - 7),
               I64(c->deed_on + 7), I64(c->id)));
    if (rows.n > 1) qsort(rows.items, rows.n, sizeof(struct similar), older);
    if (rows.n > SIMILAR_MAX) rows.n = SIMILAR_MAX;
    const char **texts = arena_array(r->mem, const char *, rows.n + 1);
    for (size_t i = 0; i < rows.n; i++) {
        const char *number = LIST_AT(rows, struct similar, i).number;
        texts[i] = r->lang == LANG_EN
            ? arena_printf(r->mem, "Number %s claims the same item within a week: the same deed?", number)
            : arena_printf(r->mem, "编号 %s 在一周内申报了同一项目，请核实是否重复。", number);
    }
    *out = (struct list){ texts, rows.n };
    return NULL;
}

/* What has just been put forward has one step and no photo. */
static void details_fresh(struct req *r, const struct claim *c, struct claim_out *o)
{
    struct claim_step_out *step = arena_new(r->mem, struct claim_step_out);
    *step = (struct claim_step_out){ .seq = c->version, .action = claim_actions[ACT_SUBMIT], .to_state = c->state,
                                     .by_name = c->claimed_by_name, .at = c->created_at };
    o->steps = (struct list){ step, 1 };
}

static const struct err *details(struct req *r, const struct claim *c, struct claim_out *o)
{
    TRY(db_all(r, &claim_step_out_record, &o->steps,
               "SELECT seq, action, from_state, to_state, by_name, at, reason, changes FROM claim_step"
               " WHERE village = $1 AND claim = $2 ORDER BY seq",
               I64(c->village), I64(c->id)));
    struct list rows;
    TRY(db_all(r, &id_row_record, &rows, "SELECT id FROM claim_photo WHERE village = $1 AND claim = $2 ORDER BY id",
               I64(c->village), I64(c->id)));
    o->photos = rows; /* one int64_t per row */
    o->actions = actions(r, c);
    return similar(r, c, &o->warnings);
}

const struct err *claim_answer(struct req *r, const struct claim *c, bool full, struct claim_out **out)
{
    struct claim_out *o = arena_new(r->mem, struct claim_out);

    record_blank(&claim_out_record, o);
    o->c = *c;
    if (c->posting == CLAIM_NOTHING_POSTED) o->c.posting = NONE;
    if (c->reversal == CLAIM_NOTHING_POSTED) o->c.reversal = NONE;
    o->mine = claim_is_mine(r, c);
    bool open = access_own(r, c->household)
                || access_may_at(r, PERM_PEOPLE_UNMASK, c->village, c->grid, c->household);
    o->name = open ? c->subject_name : c->subject_masked;
    o->explain = r->lang == LANG_EN ? c->explain_en : c->explain_zh;
    o->next = claim_next(r->mem, claim_state_of(c->state), c->last_day, c->due_on, r->lang);
    if (full) TRY(details(r, c, o));
    *out = o;
    return NULL;
}

static const struct err *answer(struct req *r, const struct claim *c)
{
    struct claim_out *o;
    TRY(claim_answer(r, c, true, &o));
    r->out = o;
    return NULL;
}

/* ---- put forward ---- */
#define VILLAGE(T) F(T, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码")
static const struct field claim_new_fields[] = {
    VILLAGE(claim_new),
    F_ENUM(claim_new, subject_kind, 0, subject_kinds, "resident 村民, household 户, organisation 单位."),
    F(claim_new, subject, K_ID, 0, 0, 0, "Whose deed."),
    F(claim_new, item, K_TEXT, 0, 1, 40, "Item code of the scheme. 项目代码"),
    F(claim_new, deed_on, K_DATE, 0, 0, 0, "Day of the deed: not after today, at most three months ago. 行为日期"),
    F(claim_new, place, K_TEXT, 0, 1, 100, "Place. 地点"),
    F(claim_new, cause, K_TEXT, 0, 2, 500, "What happened. 事由"),
    F(claim_new, evidence, K_TEXT, OPT, 1, 500, "What proves it. 佐证"),
    F(claim_new, level, K_TEXT, OPT, 1, 20, "Level, for items by level. 级别"),
    F(claim_new, difficulty, K_TEXT, OPT, 1, 20, "Difficulty, for items that have it. 难度"),
    F(claim_new, reverse, K_BOOL, OPT, 0, 0, "The contrary of the deed was done: a deduction, which the recorder enters. 反之"),
    F_AS(claim_new, chosen_c, "chosen", K_POINTS, OPT, -10000000, 10000000, "Self-mark within the item's range. 自评分值"),
    F_AS(claim_new, quantity_c, "quantity", K_POINTS, OPT, 1, 1000000000, "Units, for items per unit. 数量"),
    F_ENUM(claim_new, channel, OPT, claim_channels, "How it came; phone_page if absent. 渠道"),
    F_ENUM(claim_new, claimant, OPT, claim_claimants, "self, proxy or recorder; found out if absent."),
    F(claim_new, reporter, K_TEXT, OPT, 1, 40, "Who said so, when somebody else types. 口头、电话等申报人"),
    { 0 }
};
static RECORD(claim_new);

static const struct err *add(struct req *r)
{
    struct claim_new in = *(const struct claim_new *)r->in;
    struct claim *c;

    if (!in.channel) in.channel = "phone_page";
    TRY(claim_submit(r, &in, &c));
    struct claim_out *o;
    TRY(claim_answer(r, c, false, &o));
    details_fresh(r, c, o);
    o->actions = actions(r, c);
    TRY(similar(r, c, &o->warnings));
    r->out = o;
    return NULL;
}

/* ---- lists ---- */
struct claim_list {
    int64_t village;
    const char *state, *q, *grid, *item, *subject_kind;
    int64_t subject, from, to, mine, overdue;
    PAGE_MEMBERS;
};
static const struct field claim_list_fields[] = {
    VILLAGE(claim_list),
    { .name = "state", .kind = K_ENUM, .flags = IN_QUERY | OPT, .at = offsetof(struct claim_list, state),
      .options = claim_states + 1, .doc = "Only those in this state." },
    F(claim_list, q, K_TEXT, IN_QUERY | OPT, 1, 40, "Number, name, item or place."),
    F(claim_list, grid, K_TEXT, IN_QUERY | OPT, 1, 20, "This grid and below. 网格"),
    F(claim_list, item, K_TEXT, IN_QUERY | OPT, 1, 40, "Item code."),
    F_ENUM(claim_list, subject_kind, IN_QUERY | OPT, subject_kinds, "With subject: whose deeds."),
    F(claim_list, subject, K_ID, IN_QUERY | OPT, 0, 0, "With subject_kind: whose deeds."),
    F(claim_list, from, K_DATE, IN_QUERY | OPT, 0, 0, "Deeds from this day."),
    F(claim_list, to, K_DATE, IN_QUERY | OPT, 0, 0, "Deeds until this day."),
    F(claim_list, mine, K_BOOL, IN_QUERY | OPT, 0, 0, "Only one's own: put forward by me or about my household."),
    F(claim_list, overdue, K_BOOL, IN_QUERY | OPT, 0, 0, "Only those past their date."),
    PAGE_FIELDS(claim_list),
    { 0 }
};
static RECORD(claim_list);

/* "|01.02|03|": the grids one may see, for a test by LIKE on each ancestor of a claim's grid (codes are
 * two digits per level). "" when the whole village is open. */
enum { GRIDS_MAX = 64 * 1024 };
static const char *grid_set(struct req *r, const struct list *grids)
{
    struct buf b = buf_in(r->mem, GRIDS_MAX);
    if (!grids) return "";
    buf_putc(&b, '|');
    for (size_t i = 0; i < grids->n; i++) {
        buf_puts(&b, LIST_AT(*grids, const char *, i));
        buf_putc(&b, '|');
    }
    return b.p;
}

/* Three ways in, each along its index: one's own (the sign keeps the planner from walking all ids), those
 * in a state, all. */
#define LIST_MINE \
    "+id < $2 AND $3 = 'mine' AND id IN (SELECT id FROM claim WHERE village = $1 AND claimed_by = $4" \
    " UNION SELECT id FROM claim WHERE village = $1 AND household = $5) AND ($6 = '' OR state = $6)"
#define LIST_SEEN \
    "id < $2 AND ($3 = '' OR claimed_by = $4 OR household = $5" \
    "  OR ($3 <> 'mine' AND ($3 LIKE '%|' || substr(grid, 1, 2) || '|%' OR $3 LIKE '%|' || substr(grid, 1, 5) || '|%'" \
    "   OR $3 LIKE '%|' || substr(grid, 1, 8) || '|%' OR $3 LIKE '%|' || grid || '|%')))"
#define WHERE_LIST(way) \
    " FROM claim WHERE village = $1 AND " way \
    " AND ($7 = '' OR number LIKE '%' || $7 || '%' OR subject_name LIKE '%' || $7 || '%'" \
    "  OR item_label LIKE '%' || $7 || '%' OR place LIKE '%' || $7 || '%')" \
    " AND ($8 = '' OR grid = $8 OR grid LIKE $8 || '.%') AND ($9 = '' OR item = $9)" \
    " AND ($10 = '' OR (subject_kind = $10 AND subject = $11)) AND deed_on BETWEEN $12 AND $13" \
    " AND ($14 = 0 OR due_on < $15)"

static const struct err *list(struct req *r)
{
    const struct claim_list *in = r->in;
    struct page *page = arena_new(r->mem, struct page);
    int64_t before, unused;

    TRY(page_after(r, in->after, &before, &unused, NULL));
    struct list *grids = access_grids(r, PERM_CLAIM_READ, in->village);
    const char *see = in->mine == 1 || (grids && !grids->n) ? "mine" : grid_set(r, grids);
    /* One list of arguments for both statements; the last is the page's bound. */
    #define ARGS(first) \
        I64(in->village), I64(first), TEXT(see), I64(claim_me(r)), I64(claim_home(r)), TEXT(in->state ? in->state : ""), \
        TEXT(in->q ? in->q : ""), TEXT(in->grid ? in->grid : ""), TEXT(in->item ? in->item : ""), \
        TEXT(in->subject_kind ? in->subject_kind : ""), I64(in->subject == NONE ? 0 : in->subject), \
        I64(in->from == NONE ? DATE_MIN : in->from), I64(in->to == NONE ? DATE_MAX : in->to), \
        I64(in->overdue == 1), I64(r->today)
    #define LIST(way) \
        TRY(db_all(r, &claim_row_record, &page->rows, \
                   "SELECT village, id, number, state, version, subject_kind, subject, subject_name, subject_masked," \
                   " class, household, grid, item, item_label, category, scheme_version, deed_on, place, cause," \
                   " evidence, level, difficulty, reverse, chosen, quantity, points, explain_zh, explain_en, channel, claimant, reporter," \
                   " claimed_by, claimed_by_name, checked_by, decided_by_name, decided_on, notice, first_day, last_day," \
                   " due_on, posting, reversal, penalty, false_claim, created_at, updated_at" \
                   WHERE_LIST(way) " ORDER BY id DESC LIMIT $16", \
                   ARGS(before == NONE ? INT64_MAX : before), I64(page_limit(in->limit)))); \
        TRY(db_int(r, &page->total, "SELECT count(*) FROM (SELECT 1 AS one" WHERE_LIST(way) " LIMIT $16) AS counted", \
                   ARGS(INT64_MAX), I64(LIMIT_COUNT_ROWS + 1)))
    if (!strcmp(see, "mine")) {
        LIST(LIST_MINE);
    } else if (in->state) {
        LIST(LIST_SEEN " AND state = $6");
    } else {
        LIST(LIST_SEEN " AND $6 = ''");
    }
    if (page->total > LIMIT_COUNT_ROWS) page->total = NONE;
    if (page_cut(page, in->limit))
        page->next = page_cursor(r, LIST_AT(page->rows, struct claim, page->rows.n - 1).id, NONE, NULL);
    struct claim_out *out = arena_array(r->mem, struct claim_out, page->rows.n ? page->rows.n : 1);
    for (size_t i = 0; i < page->rows.n; i++) {
        struct claim_out *o;
        TRY(claim_answer(r, &LIST_AT(page->rows, struct claim, i), false, &o));
        out[i] = *o;
    }
    page->rows.items = out;
    r->out = page;
    return NULL;
}

static const struct field claim_get_fields[] = {
    VILLAGE(claim_get),
    F(claim_get, claim, K_ID, IN_PATH, 0, 0, "Claim id."),
    { 0 }
};
RECORD(claim_get);

static const struct err *get(struct req *r)
{
    const struct claim_get *in = r->in;
    struct claim *c;

    TRY(claim_load(r, in->village, in->claim, &c));
    if (!claim_is_visible(r, c)) return fail(r, ERR_FORBIDDEN, NULL);
    return answer(r, c);
}

/* ---- what a slip's QR code opens: is this paper real? ---- */
struct claim_public {
    const char *number, *state, *name, *item_label, *category;
    int64_t points_c, deed_on, decided_on, notice;
};
static const struct field claim_public_fields[] = {
    F(claim_public, number, K_TEXT, 0, 0, 0, "Number on the slip. 编号"),
    F(claim_public, state, K_TEXT, 0, 0, 0, "State."),
    F(claim_public, name, K_TEXT, 0, 0, 0, "Whose deed, masked. 姓名"),
    F(claim_public, item_label, K_TEXT, 0, 0, 0, "Item. 项目"),
    F(claim_public, category, K_TEXT, 0, 0, 0, "Category. 类别"),
    F_AS(claim_public, points_c, "points", K_POINTS, 0, 0, 0, "Points. 分值"),
    F(claim_public, deed_on, K_DATE, 0, 0, 0, "Day of the deed. 行为日期"),
    F(claim_public, decided_on, K_DATE, OPT, 0, 0, "Day of the decision. 审核日期"),
    F(claim_public, notice, K_ID, 0, 0, 0, "Its notice on the board. 公示"),
    { 0 }
};
static RECORD(claim_public);
struct number_get { int64_t village; const char *number; };
static const struct field number_get_fields[] = {
    VILLAGE(number_get),
    F(number_get, number, K_TEXT, IN_PATH, 1, 20, "Number, as on the slip. 编号"),
    { 0 }
};
static RECORD(number_get);

static const struct err *public_get(struct req *r)
{
    const struct number_get *in = r->in;
    struct claim *c;

    TRY(claim_by_number(r, in->village, in->number, &c));
    /* Only what was on the board is public; withdrawn and refused claims are not. */
    enum claim_state s = claim_state_of(c->state);
    if (c->notice == NONE || s == CLAIM_REJECTED || s == CLAIM_WITHDRAWN) return fail(r, ERR_NOT_FOUND, NULL);
    struct claim_public *o = arena_new(r->mem, struct claim_public);
    *o = (struct claim_public){
        .number = c->number, .state = c->state, .name = c->subject_public, .item_label = c->item_label,
        .category = c->category, .points_c = c->points_c, .deed_on = c->deed_on,
        .decided_on = c->decided_on, .notice = c->notice,
    };
    r->out = o;
    return NULL;
}

/* ---- the acts: one handler each, one service ---- */
#define CLAIM_OF F(claim_do, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"), \
    F(claim_do, claim, K_ID, IN_PATH, 0, 0, "Claim id."), \
    F(claim_do, version, K_INT, OPT, 1, INT32_MAX, "The version you saw; when it has grown: 412.")
#define REASON(opt) F(claim_do, reason, K_TEXT, opt, 2, 500, "Reason, shown to the claimant. 理由")
static const struct field claim_deed_fields[] = {
    CLAIM_OF, REASON(OPT),
    F(claim_do, deed_on, K_DATE, OPT, 0, 0, "Day, as found. 行为日期"),
    F(claim_do, place, K_TEXT, OPT, 1, 100, "Place, as found. 地点"),
    F(claim_do, cause, K_TEXT, OPT, 2, 500, "What happened, as found. 事由"),
    F(claim_do, evidence, K_TEXT, OPT, 1, 500, "What proves it. 佐证"),
    F(claim_do, level, K_TEXT, OPT, 1, 20, "Level, for items by level. 级别"),
    F(claim_do, difficulty, K_TEXT, OPT, 1, 20, "Difficulty, for items that have it. 难度"),
    F(claim_do, reverse, K_BOOL, OPT, 0, 0, "The contrary of the deed was done. 反之"),
    F_AS(claim_do, chosen_c, "chosen", K_POINTS, OPT, -10000000, 10000000, "Points picked from the item's range. 选定分值"),
    F_AS(claim_do, quantity_c, "quantity", K_POINTS, OPT, 1, 1000000000, "Units. 数量"),
    { 0 }
};
static const struct field claim_publish_fields[] = {
    CLAIM_OF, REASON(OPT),
    F(claim_do, public_text, K_TEXT, OPT, 2, 500, "Wording for the wall instead of the cause; names and numbers are masked. 公示文字"),
    { 0 }
};
static const struct field claim_step_fields[] = { CLAIM_OF, REASON(OPT), { 0 } };
static const struct field claim_reason_fields[] = { CLAIM_OF, REASON(0), { 0 } };
static const struct record claim_deed_record = { "claim_deed", sizeof(struct claim_do), claim_deed_fields };
static const struct record claim_publish_record = { "claim_publish", sizeof(struct claim_do), claim_publish_fields };
static const struct record claim_step_record = { "claim_step_in", sizeof(struct claim_do), claim_step_fields };
static const struct record claim_reason_record = { "claim_reason", sizeof(struct claim_do), claim_reason_fields };

static const struct err *act(struct req *r, enum claim_action a)
{
    struct claim *c;
    TRY(claim_do(r, a, r->in, &c));
    return answer(r, c);
}
#define ACT(name, action) static const struct err *name(struct req *r) { return act(r, action); }
ACT(do_submit, ACT_SUBMIT)
ACT(do_check, ACT_CHECK)
ACT(do_return, ACT_RETURN)
ACT(do_publish, ACT_PUBLISH)
ACT(do_approve, ACT_APPROVE)
ACT(do_reject, ACT_REJECT)
ACT(do_record, ACT_RECORD)
ACT(do_withdraw, ACT_WITHDRAW)
ACT(do_false, ACT_FALSE)

static const enum err_code add_errors[] = { ERR_NOT_FOUND, ERR_NO_SCHEME, ERR_DUPLICATE, ERR_OVER_CAP, ERR_NONE };
static const enum err_code get_errors[] = { ERR_NOT_FOUND, ERR_FORBIDDEN, ERR_NONE };
static const enum err_code estimate_errors[] = { ERR_NOT_FOUND, ERR_NO_SCHEME, ERR_NONE };
static const enum err_code slip_errors[] = { ERR_NOT_FOUND, ERR_FORBIDDEN, ERR_STATE, ERR_NONE };
static const enum err_code act_errors[] = { ERR_NOT_FOUND, ERR_STATE, ERR_CLAIM_CLOSED, ERR_STALE, ERR_CONFLICT_OF_INTEREST, ERR_NONE };
static const enum err_code deed_errors[] = { ERR_NOT_FOUND, ERR_STATE, ERR_CLAIM_CLOSED, ERR_STALE, ERR_CONFLICT_OF_INTEREST, ERR_DUPLICATE, ERR_OVER_CAP, ERR_NO_SCHEME, ERR_NONE };
static const enum err_code approve_errors[] = { ERR_NOT_FOUND, ERR_STATE, ERR_CLAIM_CLOSED, ERR_STALE, ERR_CONFLICT_OF_INTEREST, ERR_IN_PUBLICITY, ERR_OBJECTION_OPEN, ERR_OVER_CAP, ERR_NONE };
static const enum err_code photo_errors[] = { ERR_NOT_FOUND, ERR_STATE, ERR_TOO_LARGE, ERR_MEDIA_TYPE, ERR_NONE };

#define CLAIMS "/villages/{village}/claims"
#define CLAIM CLAIMS "/{claim}"
static const struct route claim_routes[] = {
    { "POST", CLAIMS, PERM_SELF, TX_WRITE, &claim_new_record, &claim_out_record, add, add_errors, ROUTE_CREATED, NULL, NULL,
      "Put a deed forward, for oneself or for somebody. 申报、代报" },
    { "GET", CLAIMS, PERM_SELF, TX_READ, &claim_list_record, &claim_out_record, list, NULL, ROUTE_PAGE, NULL, NULL,
      "Claims one may see, newest first: all of one's grids, else one's own. 申报列表" },
    { "GET", CLAIM, PERM_SELF, TX_READ, &claim_get_record, &claim_out_record, get, get_errors, 0, NULL, NULL,
      "One claim with its steps and what one may do now. 申报详情" },
    { "POST", CLAIM "/submit", PERM_SELF, TX_WRITE, &claim_deed_record, &claim_out_record, do_submit, deed_errors, 0, NULL, NULL,
      "Correct a returned claim and send it again. 更正重报" },
    { "POST", CLAIM "/withdraw", PERM_SELF, TX_WRITE, &claim_step_record, &claim_out_record, do_withdraw, act_errors, 0, NULL, NULL,
      "Take one's claim back before it is approved. 撤回" },
    { "POST", CLAIM "/check", PERM_CLAIM_CHECK, TX_WRITE, &claim_deed_record, &claim_out_record, do_check, deed_errors, 0, NULL, NULL,
      "Check time, place and cause; correct them and pick points. 初审" },
    { "POST", CLAIM "/return", PERM_CLAIM_READ, TX_WRITE, &claim_reason_record, &claim_out_record, do_return, act_errors, 0, NULL, NULL,
      "Send it back to the claimant with a reason; the permission is that of the step it waits for. 退回" },
    { "POST", CLAIM "/publish", PERM_CLAIM_PUBLISH, TX_WRITE, &claim_publish_record, &claim_out_record, do_publish, act_errors, 0, NULL, NULL,
      "Put a checked claim on the board. 公示" },
    { "POST", CLAIM "/approve", PERM_CLAIM_APPROVE, TX_WRITE, &claim_step_record, &claim_out_record, do_approve, approve_errors, 0, NULL, NULL,
      "Approve a claim whose publicity is over. 审核" },
    { "POST", CLAIM "/reject", PERM_CLAIM_READ, TX_WRITE, &claim_reason_record, &claim_out_record, do_reject, act_errors, 0, NULL, NULL,
      "Refuse it with a reason; the permission is that of the step it waits for. 不予通过" },
    { "POST", CLAIM "/record", PERM_CLAIM_RECORD, TX_WRITE, &claim_step_record, &claim_out_record, do_record, approve_errors, 0, NULL, NULL,
      "Record an approved claim: the points land in the passbook. 录入" },
    { "POST", CLAIM "/false", PERM_CLAIM_REVERSE, TX_WRITE, &claim_reason_record, &claim_out_record, do_false, act_errors, 0, NULL, NULL,
      "Find it false: the points are reversed and a multiple is deducted. 认定虚假" },
    { "POST", CLAIMS "/batch", PERM_CLAIM_READ, TX_WRITE, &batch_in_record, &batch_out_record, claim_batch, NULL, 0, NULL, NULL,
      "One act on many claims; each row answers for itself. 批量办理" },
    { "GET", CLAIM "/slip", PERM_SELF, TX_READ, &claim_get_record, NULL, claim_slip, slip_errors, ROUTE_FILE, NULL, "application/pdf",
      "The slip of a recorded claim, A5; other people's names masked. 奖分通知单" },
    { "POST", CLAIM "/slip", PERM_PEOPLE_UNMASK, TX_WRITE, &claim_get_record, NULL, claim_slip_full, slip_errors, ROUTE_FILE, NULL, "application/pdf",
      "The same with the full name, for handing out; audited. 奖分通知单（实名）" },
    { "POST", CLAIM "/photos", PERM_SELF, TX_WRITE, &photo_in_record, &photo_out_record, claim_photo_add, photo_errors, ROUTE_RAW | ROUTE_CREATED,
      "image/jpeg, image/png", NULL, "Add a photo to a claim that is not on the board yet. 佐证照片" },
    { "GET", CLAIM "/photos/{photo}", PERM_SELF, TX_READ, &photo_get_record, NULL, claim_photo_get, get_errors, ROUTE_FILE, NULL, "image/jpeg, image/png",
      "A photo, for those who may see the claim." },
    { "GET", "/public/villages/{village}/claims/{number}", PERM_PUBLIC, TX_READ, &number_get_record, &claim_public_record, public_get, get_errors,
      ROUTE_CACHE, NULL, NULL, "What a slip's QR code opens: the claim as the board shows it, names masked. 核验" },
    { "GET", "/villages/{village}/estimate", PERM_SELF, TX_READ, &claim_estimate_in_record, &scheme_estimate_record, claim_estimate,
      estimate_errors, 0, NULL, NULL, "What a deed of somebody would earn, and what their limits leave. 这件事能得几分" },
    { "GET", "/todo", PERM_SELF, TX_READ, NULL, &todo_record, claim_todo, NULL, 0, NULL, NULL,
      "What waits for me, by step, with counts and the oldest date. 待办" },
    { 0 }
};

extern const struct migration claim_migrations[];
const struct slice claim_slice = {
    .name = "claim", .routes = claim_routes, .migrations = claim_migrations, .commands = claim_commands,
};

/* The notice slice calls us when somebody objects; registered before main runs, once. */
__attribute__((constructor)) static void register_hook(void)
{
    notice_hook_add(&claim_notice_hook);
}

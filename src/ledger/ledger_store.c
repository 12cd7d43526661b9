/* Postings and what is read back from them. Few statements per posting: the cause (which is also the test for
 * "posted already"), the holder (which is also the subject's lock), and per balance one upsert of the account
 * and one insert of both entries.
 */
#include "ledger/ledger_store.h"

#include <stdlib.h>
#include <string.h>
#include "kernel/dec.h"
#include "kernel/id.h"
#include "kernel/json.h"
#include "kernel/text.h"

/* Subjects of the kind "system". */
enum { SYSTEM_SOURCE = 1, SYSTEM_SINK = 2 };

static const struct field effect_fields[] = {
    F(effect, posting, K_ID, OPT, 0, 0, "Posting id."),
    F(effect, currency, K_TEXT, 0, 0, 0, "Code of the balance."),
    F(effect, label, K_TEXT, OPT, 0, 0, "Its name. 荣誉积分, 可兑积分"),
    F_AS(effect, points_c, "points", K_POINTS, 0, 0, 0, "What the posting changed."),
    F_AS(effect, after_c, "after", K_POINTS, 0, 0, 0, "The balance after it. 余额"),
    { 0 }
};
RECORD(effect);

/* As read from the table: with its line. */
static const struct field effect_row_fields[] = {
    F(effect, posting, K_ID, 0, 0, 0, ""),
    F(effect, line, K_INT, 0, 0, 0, ""),
    F(effect, currency, K_TEXT, 0, 0, 0, ""),
    F_AS(effect, points_c, "points", K_POINTS, 0, 0, 0, ""),
    F_AS(effect, after_c, "after", K_POINTS, 0, 0, 0, ""),
    { 0 }
};
static const struct record effect_row_record = { "effect_row", sizeof(struct effect), effect_row_fields };

static const struct field posting_fields[] = {
    F(posting, id, K_ID, 0, 0, 0, "Posting id."),
    F(posting, on, K_DATE, 0, 0, 0, "Business date of the deed. 日期"),
    F(posting, at, K_INSTANT, 0, 0, 0, "When it was recorded. 入账时间"),
    F(posting, kind, K_TEXT, OPT, 0, 0, "resident, household or organisation."),
    F(posting, subject, K_ID, OPT, 0, 0, "Whose."),
    F(posting, name, K_TEXT, OPT, 0, 0, "Masked name. 姓名(脱敏)"),
    F(posting, grid, K_TEXT, OPT, 0, 0, "Grid code."),
    F(posting, household, K_ID, OPT, 0, 0, "Household."),
    F(posting, part, K_TEXT, 0, 0, 0, "award 奖分, penalty 扣分, reversal 冲正 …"),
    F_AS(posting, points_c, "points", K_POINTS, 0, 0, 0, "Points, to every balance of the scheme. 积分"),
    F(posting, rule, K_TEXT, OPT, 0, 0, "Item code. 项目"),
    F(posting, item, K_TEXT, OPT, 0, 0, "The item's label in the version it was computed with."),
    F(posting, memo, K_TEXT, 0, 0, 0, "What the passbook says. 摘要"),
    F(posting, cause_kind, K_TEXT, 0, 0, 0, "What caused it: claim, posting …"),
    F(posting, cause, K_ID, 0, 0, 0, "Its id."),
    F(posting, reverses, K_ID, OPT, 0, 0, "The posting that this one takes back."),
    F(posting, reversed_by, K_ID, OPT, 0, 0, "The posting that took this one back."),
    F(posting, scheme_version, K_ID, OPT, 0, 0, "Version of the scheme it was computed with."),
    F(posting, by, K_TEXT, OPT, 0, 0, "Who recorded it. 录入人"),
    F_AS(posting, tree, "explanation", K_JSON, OPT, 0, 0, "How the number came about: {op, zh, en, points, from:[…]}."),
    F_SUB(posting, effects, K_LIST, OPT, 0, 0, effect_record, "The change of each balance."),
    { 0 }
};
RECORD(posting);

static const struct field balance_fields[] = {
    F(balance, currency, K_TEXT, 0, 0, 0, "Code of the balance."),
    F(balance, label, K_TEXT, OPT, 0, 0, "Its name. 荣誉积分, 可兑积分"),
    F_AS(balance, points_c, "points", K_POINTS, 0, 0, 0, "Points now. 余额"),
    F(balance, entries, K_INT, OPT, 0, 0, "How many entries it has."),
    { 0 }
};
RECORD(balance);

static const struct field board_row_fields[] = {
    F(board_row, rank, K_INT, 0, 0, 0, "Place; equal points share it (1, 2, 2, 4). 名次"),
    F(board_row, kind, K_TEXT, 0, 0, 0, "resident, household or organisation."),
    F(board_row, name, K_TEXT, 0, 0, 0, "Masked name; minors are not named. 姓名(脱敏)"),
    F_AS(board_row, points_c, "points", K_POINTS, 0, 0, 0, "Points. 积分"),
    { 0 }
};
RECORD(board_row);

/* As read from the table: with what the public answer leaves out. */
static const struct field board_sql_fields[] = {
    F(board_row, kind, K_TEXT, 0, 0, 0, ""),
    F(board_row, subject, K_INT, 0, 0, 0, ""),
    F(board_row, name, K_TEXT, 0, 0, 0, ""),
    F(board_row, minor, K_INT, 0, 0, 0, ""),
    F_AS(board_row, points_c, "points", K_POINTS, 0, 0, 0, ""),
    { 0 }
};
static const struct record board_sql_record = { "board_sql", sizeof(struct board_row), board_sql_fields };

/* ---- posting ---- */

const struct err *ledger_lock(struct req *r, int64_t village, const char *kind, int64_t subject)
{
    struct subject *s;
    TRY(people_subject(r, village, kind, subject, &s));
    return db_exec(r,
                   "INSERT INTO ledger_holder (village, kind, subject, masked, class, grid, household, minor, touched)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (village, kind, subject) DO UPDATE SET"
                   " masked = excluded.masked, class = excluded.class, grid = excluded.grid, household = excluded.household,"
                   " minor = excluded.minor, touched = excluded.touched",
                   I64(village), TEXT(kind), I64(subject), TEXT(s->masked), TEXT(s->class_), TEXT(s->grid), I64(s->household),
                   I64(s->minor == 1), I64(r->now));
}

/* What the account holds after one more entry. */
struct after { int64_t balance, entries; };
static const struct field after_fields[] = {
    F(after, balance, K_INT, 0, 0, 0, ""),
    F(after, entries, K_INT, 0, 0, 0, ""),
    { 0 }
};
static RECORD(after);

/* The subject's first entry in a currency: the system's accounts are there too from now on. */
static const struct err *open_system(struct req *r, int64_t village, const char *currency)
{
    TRY(db_exec(r,
                "INSERT INTO ledger_holder (village, kind, subject, masked, touched)"
                " VALUES ($1, 'system', 1, '积分来源', $2), ($1, 'system', 2, '积分收回', $2) ON CONFLICT DO NOTHING",
                I64(village), I64(r->now)));
    return db_exec(r,
                   "INSERT INTO ledger_account (village, kind, subject, currency, opened_at)"
                   " VALUES ($1, 'system', 1, $2, $3), ($1, 'system', 2, $2, $3) ON CONFLICT DO NOTHING",
                   I64(village), TEXT(currency), I64(r->now));
}

/* Two entries that cancel out: the subject's and the system's, in one statement from one amount. */
static const struct err *enter(struct req *r, int64_t village, int64_t posting, int64_t line, const char *kind, int64_t subject,
                               const char *currency, int64_t amount_c, int64_t system)
{
    struct after *a;
    TRY(db_one(r, &after_record, &a,
               "INSERT INTO ledger_account (village, kind, subject, currency, balance, entries, opened_at)"
               " VALUES ($1, $2, $3, $4, $5, 1, $6) ON CONFLICT (village, kind, subject, currency) DO UPDATE SET"
               " balance = ledger_account.balance + excluded.balance, entries = ledger_account.entries + 1"
               " RETURNING balance, entries",
               I64(village), TEXT(kind), I64(subject), TEXT(currency), I64(amount_c), I64(r->now)));
    if (a->balance > DEC_MAX || a->balance < -DEC_MAX) return fail(r, ERR_CONFLICT, "points");
    if (a->entries == 1) TRY(open_system(r, village, currency));
    return db_exec(r,
                   "INSERT INTO ledger_entry (village, posting, line, kind, subject, currency, amount_c, seq, after_c)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9),"
                   " ($1, $2, CAST($3 AS BIGINT) + 1, 'system', $10, $6, 0 - CAST($7 AS BIGINT), NULL, NULL)",
                   I64(village), I64(posting), I64(line), TEXT(kind), I64(subject), TEXT(currency), I64(amount_c),
                   I64(a->entries), I64(a->balance), I64(system));
}

/* One row of ledger_posting; *fresh false: the cause has posted before, and *id is that posting's. */
static const struct err *write_posting(struct req *r, const struct ledger_award *a, int64_t reverses, int64_t *id, bool *fresh)
{
    int64_t changed, mine = id_new();
    TRY(db_exec_n(r, &changed,
                  "INSERT INTO ledger_posting (village, id, cause_kind, cause, part, kind, subject, on_day, points_c,"
                  " scheme_version, rule, memo, tree, reverses, posted_at, posted_by, posted_by_name)"
                  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"
                  " ON CONFLICT (village, cause_kind, cause, part) DO NOTHING",
                  I64(a->village), I64(mine), TEXT(a->cause_kind), I64(a->cause), TEXT(a->part), TEXT(a->subject_kind),
                  I64(a->subject), I64(a->on), I64(a->points_c), I64(a->scheme_version), TEXT(a->rule),
                  TEXT(a->memo), TEXT(a->tree), I64(reverses), I64(r->now), I64(r->who ? r->who->account : NONE),
                  TEXT(r->who ? r->who->name : NULL)));
    *fresh = changed == 1;
    *id = mine;
    return *fresh ? NULL : ledger_find(r, a->village, a->cause_kind, a->cause, a->part, id);
}

const struct err *ledger_find(struct req *r, int64_t village, const char *cause_kind, int64_t cause, const char *part, int64_t *posting)
{
    return db_int(r, posting, "SELECT id FROM ledger_posting WHERE village = $1 AND cause_kind = $2 AND cause = $3 AND part = $4",
                  I64(village), TEXT(cause_kind), I64(cause), TEXT(part));
}

const struct err *ledger_post(struct req *r, const struct ledger_award *a, int64_t *posting)
{
    const struct scheme *s;
    bool fresh;

    if (a->points_c == 0 || !a->memo || !a->part || !strcmp(a->part, "reversal")) BUG("posting %s of %lld points", a->part ? a->part : "-", (long long)a->points_c);
    if (a->points_c > DEC_MAX || a->points_c < -DEC_MAX) return fail(r, ERR_INVALID, "points");
    TRY(ledger_find(r, a->village, a->cause_kind, a->cause, a->part, posting));
    if (*posting != NONE) return NULL;
    if (a->scheme_version > 0) TRY(scheme_by_version(r, a->village, a->scheme_version, &s));
    else TRY(scheme_in_force(r, a->village, a->on, &s));
    if (!a->locked) TRY(ledger_lock(r, a->village, a->subject_kind, a->subject));
    struct ledger_award mine = *a;
    mine.scheme_version = s->version;
    TRY(write_posting(r, &mine, NONE, posting, &fresh));
    if (!fresh) return NULL;
    for (size_t i = 0; i < s->balances.n; i++)
        TRY(enter(r, a->village, *posting, (int64_t)(2 * i + 1), a->subject_kind, a->subject, LIST_AT(s->balances, const char *, i),
                  a->points_c, a->points_c > 0 ? SYSTEM_SOURCE : SYSTEM_SINK));
    return NULL;
}

/* ---- reversing ---- */

enum { TREE_MAX = 128 * 1024 }; /* that of the posting taken back, and the words around it */
static const char *reversal_tree(struct req *r, const struct posting *p, const char *zh, const char *en)
{
    struct buf b = buf_in(r->mem, TREE_MAX);
    struct json j = json_to(&b);
    char s[DEC_SIZE];
    json_object(&j);
    json_key(&j, "op"), json_text(&j, "reversal");
    json_key(&j, "zh"), json_text(&j, zh);
    json_key(&j, "en"), json_text(&j, en);
    json_key(&j, "points"), json_text(&j, dec_format(-p->points_c, s));
    if (p->tree) {
        json_key(&j, "from");
        json_array(&j);
        json_raw(&j, p->tree);
        json_end(&j);
    }
    json_end(&j);
    return b.p;
}

struct line { int64_t line, amount_c, system; const char *currency; };
static const struct field line_fields[] = {
    F(line, line, K_INT, 0, 0, 0, ""),
    F(line, amount_c, K_INT, 0, 0, 0, ""),
    F(line, system, K_INT, 0, 0, 0, ""),
    F(line, currency, K_TEXT, 0, 0, 0, ""),
    { 0 }
};
static RECORD(line);

const struct err *ledger_reverse(struct req *r, int64_t village, int64_t posting, const char *reason, int64_t on, int64_t *reversal)
{
    struct posting *p;
    struct list lines;
    bool fresh;

    TRY(db_find(r, &posting_record, &p,
                "SELECT id, kind, subject, points_c AS points, part, rule, memo, tree AS explanation, scheme_version"
                " FROM ledger_posting WHERE village = $1 AND id = $2", I64(village), I64(posting)));
    if (!p) return fail(r, ERR_NOT_FOUND, "posting");
    if (text_equal(p->part, "reversal"))
        return fail_say(r, ERR_STATE, "posting", "冲正不能再冲正，请重新入账。", "A reversal is not reversed; post again instead.");
    TRY(ledger_find(r, village, "posting", posting, "reversal", reversal));
    if (*reversal != NONE) return NULL;
    TRY(ledger_lock(r, village, p->kind, p->subject));
    const char *zh = arena_printf(r->mem, "冲正：%s", reason ? reason : p->memo);
    const char *en = arena_printf(r->mem, "Reversal: %s", reason ? reason : p->memo);
    TRY(write_posting(r, &(struct ledger_award){
        .village = village, .subject_kind = p->kind, .subject = p->subject, .points_c = -p->points_c, .on = on,
        .cause_kind = "posting", .cause = posting, .part = "reversal",
        .scheme_version = p->scheme_version, .rule = p->rule, .memo = zh,
        .tree = reversal_tree(r, p, zh, en) }, posting, reversal, &fresh));
    if (!fresh) return NULL;
    TRY(db_all(r, &line_record, &lines,
               "SELECT e.line, e.amount_c, e.currency, s.subject AS system FROM ledger_entry e JOIN ledger_entry s"
               " ON s.village = e.village AND s.posting = e.posting AND s.line = e.line + 1"
               " WHERE e.village = $1 AND e.posting = $2 AND s.kind = 'system' ORDER BY e.line",
               I64(village), I64(posting)));
    if (!lines.n) BUG("posting %lld has no entries", (long long)posting);
    for (size_t i = 0; i < lines.n; i++) {
        const struct line *l = &LIST_AT(lines, struct line, i);
        TRY(enter(r, village, *reversal, l->line, p->kind, p->subject, l->currency, -l->amount_c, l->system));
    }
    return NULL;
}

/* ---- reading ---- */

struct used { int64_t times, points_c; };
static const struct field used_fields[] = {
    F(used, times, K_INT, 0, 0, 0, ""),
    F(used, points_c, K_INT, 0, 0, 0, ""),
    { 0 }
};
static RECORD(used);

const struct err *ledger_used(struct req *r, int64_t village, const char *kind, int64_t subject, const char *rule, struct span in,
                              int64_t sign, int64_t *times, int64_t *points_c)
{
    struct used *u;
    *times = *points_c = 0;
    if (in.first > in.last) return NULL;
    TRY(db_one(r, &used_record, &u,
               "SELECT COUNT(*) AS times, CAST(COALESCE(SUM(p.points_c), 0) AS BIGINT) AS points_c FROM ledger_posting p"
               " WHERE p.village = $1 AND p.kind = $2 AND p.subject = $3 AND p.rule = $4 AND p.part = 'award'"
               " AND p.on_day BETWEEN $5 AND $6 AND p.points_c * $7 >= 0 AND NOT EXISTS (SELECT 1 FROM ledger_posting x WHERE x.village = p.village"
               " AND x.cause_kind = 'posting' AND x.cause = p.id AND x.part = 'reversal')",
               I64(village), TEXT(kind), I64(subject), TEXT(rule), I64(in.first), I64(in.last), I64(sign)));
    *times = u->times;
    *points_c = u->points_c;
    return NULL;
}

const struct err *ledger_balance(struct req *r, int64_t village, const char *kind, int64_t subject, const char *currency, int64_t *points_c)
{
    TRY(db_int(r, points_c, "SELECT balance FROM ledger_account WHERE village = $1 AND kind = $2 AND subject = $3 AND currency = $4",
               I64(village), TEXT(kind), I64(subject), TEXT(currency)));
    if (*points_c == NONE) *points_c = 0;
    return NULL;
}

const struct err *ledger_balances(struct req *r, int64_t village, const char *kind, int64_t subject, struct list *out)
{
    return db_all(r, &balance_record, out,
                  "SELECT currency, balance AS points, entries FROM ledger_account WHERE village = $1 AND kind = $2 AND subject = $3"
                  " ORDER BY currency LIMIT 100", I64(village), TEXT(kind), I64(subject));
}

/* Labels are those of the version that computed the row. */
static const struct err *name_items(struct req *r, int64_t village, struct list *rows)
{
    for (size_t i = 0; i < rows->n; i++) {
        struct posting *p = &LIST_AT(*rows, struct posting, i);
        const struct scheme *s;
        const struct scheme_item *item;
        if (p->scheme_version == NONE || !p->rule) continue;
        TRY(scheme_by_version(r, village, p->scheme_version, &s));
        item = scheme_item_find(s, p->rule);
        p->item = item ? item->label : NULL;
    }
    return NULL;
}

#define POSTING_COLUMNS \
    "p.id, p.on_day AS \"on\", p.posted_at AS at, p.kind, p.subject, p.part, p.points_c AS points, p.rule, p.memo, p.cause_kind," \
    " p.cause, p.reverses, x.id AS reversed_by, p.scheme_version, p.posted_by_name AS \"by\", p.tree AS explanation"
#define POSTING_TABLES \
    " FROM ledger_posting p LEFT JOIN ledger_posting x ON x.village = p.village AND x.cause_kind = 'posting' AND x.cause = p.id" \
    " AND x.part = 'reversal'"
/* An absent filter is the empty text or 0; dates and ids have bounds instead. */
#define LIST_SQL \
    "SELECT " POSTING_COLUMNS ", h.masked AS name, h.grid, h.household" POSTING_TABLES \
    " JOIN ledger_holder h ON h.village = p.village AND h.kind = p.kind AND h.subject = p.subject" \
    " WHERE p.village = $1 AND p.id < $2 AND p.on_day BETWEEN $3 AND $4 AND ($5 = 0 OR p.subject = $5) AND ($6 = '' OR p.kind = $6)" \
    " AND ($7 = '' OR p.part = $7) AND ($8 = '' OR p.rule = $8) AND ($9 = '' OR substr(h.grid, 1, length($9)) = $9)" \
    " ORDER BY p.id DESC LIMIT $10"
#define LIST_ARGS(f, before, limit) \
    I64((f)->village), I64((before) == NONE ? INT64_MAX : (before)), I64((f)->from == NONE ? -1000000 : (f)->from), \
    I64((f)->to == NONE ? 1000000 : (f)->to), I64((f)->subject == NONE ? 0 : (f)->subject), TEXT((f)->kind ? (f)->kind : ""), \
    TEXT((f)->part ? (f)->part : ""), TEXT((f)->rule ? (f)->rule : ""), TEXT((f)->grid ? (f)->grid : ""), I64(limit)

const struct err *ledger_list(struct req *r, const struct posting_filter *f, int64_t before, int64_t limit, struct list *out)
{
    TRY(db_all(r, &posting_record, out, LIST_SQL, LIST_ARGS(f, before, limit)));
    return name_items(r, f->village, out);
}

const struct err *ledger_each(struct req *r, const struct posting_filter *f, db_row_fn *fn, void *arg)
{
    return db_each(r, &posting_record, fn, arg, LIST_SQL, LIST_ARGS(f, NONE, INT64_MAX));
}

/* From new to old, the lines of a posting in order. */
static int newer(const void *a, const void *b)
{
    const struct effect *x = a, *y = b;
    int by = id_order(y->posting, x->posting);
    return by ? by : id_order(x->line, y->line);
}

const struct err *ledger_pages(struct req *r, int64_t village, const char *kind, int64_t subject, int64_t before, int64_t limit, struct list *out)
{
    struct list effects;
    TRY(db_all(r, &posting_record, out,
               "SELECT " POSTING_COLUMNS POSTING_TABLES
               " WHERE p.village = $1 AND p.kind = $2 AND p.subject = $3 AND p.id < $4 ORDER BY p.id DESC LIMIT $5",
               I64(village), TEXT(kind), I64(subject), I64(before == NONE ? INT64_MAX : before), I64(limit)));
    TRY(name_items(r, village, out));
    /* The same page again, as the outer loop, then its entries by their key: CROSS JOIN and LIMIT keep the planner from
     * walking all entries of the village. They come in order nearly always; SQL would sort. */
    TRY(db_all(r, &effect_row_record, &effects,
               "SELECT e.posting, e.line, e.currency, e.amount_c AS points, e.after_c AS after FROM"
               " (SELECT village, id, kind, subject FROM ledger_posting WHERE village = $1 AND kind = $2 AND subject = $3 AND id < $4"
               " ORDER BY id DESC LIMIT $5) p CROSS JOIN ledger_entry e"
               " WHERE e.village = p.village AND e.posting = p.id AND e.kind <> 'system'"
               " LIMIT 1000",
               I64(village), TEXT(kind), I64(subject), I64(before == NONE ? INT64_MAX : before), I64(limit)));
    if (effects.n) qsort(effects.items, effects.n, sizeof(struct effect), newer);
    size_t at = 0;
    for (size_t i = 0; i < out->n; i++) {
        struct posting *p = &LIST_AT(*out, struct posting, i);
        p->effects.items = &LIST_AT(effects, struct effect, at);
        for (; at < effects.n && LIST_AT(effects, struct effect, at).posting == p->id; at++) p->effects.n++;
    }
    return NULL;
}

const struct err *ledger_board(struct req *r, int64_t village, const char *kind, const char *currency, int64_t year, int64_t limit, struct list *out)
{
    if (year == NONE)
        TRY(db_all(r, &board_sql_record, out,
                   "SELECT a.kind, a.subject, h.masked AS name, h.minor, a.balance AS points FROM ledger_account a JOIN ledger_holder h"
                   " ON h.village = a.village AND h.kind = a.kind AND h.subject = a.subject"
                   " WHERE a.village = $1 AND a.kind = $2 AND a.currency = $3 AND a.balance > 0"
                   " ORDER BY a.balance DESC, a.subject LIMIT $4",
                   I64(village), TEXT(kind), TEXT(currency), I64(limit)));
    else
        TRY(db_all(r, &board_sql_record, out,
                   "SELECT t.kind, t.subject, h.masked AS name, h.minor, t.points FROM"
                   " (SELECT village, kind, subject, CAST(SUM(points_c) AS BIGINT) AS points FROM ledger_posting"
                   " WHERE village = $1 AND kind = $2 AND on_day BETWEEN $3 AND $4 AND (part = 'award' OR part = 'penalty' OR part = 'reversal')"
                   " GROUP BY village, kind, subject) t"
                   " JOIN ledger_holder h ON h.village = t.village AND h.kind = t.kind AND h.subject = t.subject"
                   " WHERE t.points > 0 ORDER BY t.points DESC, t.subject LIMIT $5",
                   I64(village), TEXT(kind), I64(date_of((int)year, 1, 1)), I64(date_of((int)year, 12, 31)), I64(limit)));
    for (size_t i = 0; i < out->n; i++) {
        struct board_row *b = &LIST_AT(*out, struct board_row, i);
        const struct board_row *above = i ? b - 1 : NULL;
        b->rank = above && above->points_c == b->points_c ? above->rank : (int64_t)i + 1;
        if (b->minor) b->name = r->lang == LANG_ZH ? "未成年村民" : "a minor";
    }
    return NULL;
}

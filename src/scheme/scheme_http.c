/* The rules as people read them, the versions of a village, adoption, and the checker. */
#include "http/command.h"
#include "kernel/limits.h"
#include "kernel/text.h"
#include "scheme/scheme_store.h"

/* ---- the rules in words ---- */

struct level_out { const char *name; int64_t min_c, max_c; };
static const struct field level_out_fields[] = {
    F(level_out, name, K_TEXT, 0, 0, 0, "Level: 村, 镇, 县 …"),
    F_AS(level_out, min_c, "min", K_POINTS, 0, 0, 0, "Points, or the least the checker may pick."),
    F_AS(level_out, max_c, "max", K_POINTS, 0, 0, 0, "Points, or the most."),
    { 0 }
};
static RECORD(level_out);

struct cap_out { int64_t times, points_c; const char *per; };
static const struct field cap_out_fields[] = {
    F(cap_out, times, K_INT, OPT, 0, 0, "At most this many awards in the period."),
    F_AS(cap_out, points_c, "points", K_POINTS, OPT, 0, 0, "At most this many points in the period."),
    F(cap_out, per, K_TEXT, 0, 0, 0, "day, week, month, quarter, half, year or life."),
    { 0 }
};
static RECORD(cap_out);

struct item_out {
    const char *code, *label, *unit, *count, *evidence, *clause, *note, *source, *choice;
    const char *points_zh, *points_en, *cap_zh, *cap_en;
    int64_t min_c, max_c, deduction;
    struct cap_out *cap;
    struct list classes, claimants, levels;
};
static const struct field item_out_fields[] = {
    F(item_out, code, K_TEXT, 0, 0, 0, "Item code. 项目代号"),
    F(item_out, label, K_TEXT, 0, 0, 0, "What it is. 项目名称"),
    F_AS(item_out, points_zh, "points_text", K_TEXT, 0, 0, 0, "Points as a villager reads them: 每小时2分. 分值"),
    F_AS(item_out, points_en, "points_text_en", K_TEXT, 0, 0, 0, "The same in English."),
    F_AS(item_out, cap_zh, "cap_text", K_TEXT, OPT, 0, 0, "The cap in words: 每月最多4次. 上限"),
    F_AS(item_out, cap_en, "cap_text_en", K_TEXT, OPT, 0, 0, "The same in English."),
    F_AS(item_out, min_c, "min", K_POINTS, 0, 0, 0, "Points, or the least the checker may pick (per unit when there is a unit)."),
    F_AS(item_out, max_c, "max", K_POINTS, 0, 0, 0, "Points, or the most."),
    F(item_out, unit, K_TEXT, OPT, 0, 0, "Points are per this unit: 小时, 次. 计分单位"),
    F(item_out, count, K_TEXT, OPT, 0, 0, "How part of a unit counts: exact, down, up, nearest."),
    F_SUB(item_out, levels, K_LIST, OPT, 0, 0, level_out_record, "Points by level; empty when not by level. 级别"),
    F_SUB(item_out, cap, K_OBJECT, OPT, 0, 0, cap_out_record, "The cap."),
    F(item_out, classes, K_TEXTS, OPT, 0, 0, "Codes of the classes it applies to; empty: all. 适用对象"),
    F(item_out, claimants, K_TEXTS, OPT, 0, 0, "Who may claim: self 本人, proxy 代报, recorder 录入员."),
    F(item_out, evidence, K_TEXT, 0, 0, 0, "required 必须, optional 可选, none 不需要. 证据"),
    F(item_out, deduction, K_BOOL, 0, 0, 0, "It takes points. 扣分"),
    F(item_out, clause, K_TEXT, OPT, 0, 0, "The clause of the covenant a deduction rests on. 依据"),
    F(item_out, note, K_TEXT, OPT, 0, 0, "A note for the villager. 说明"),
    F(item_out, source, K_TEXT, OPT, 0, 0, "Where it comes from. 出处"),
    F(item_out, choice, K_TEXT, OPT, 0, 0, "What the village chose where the source is silent. 取值理由"),
    { 0 }
};
static RECORD(item_out);

struct category_out { const char *code, *label; struct list items; };
static const struct field category_out_fields[] = {
    F(category_out, code, K_TEXT, 0, 0, 0, "Category code."),
    F(category_out, label, K_TEXT, 0, 0, 0, "Category. 类别"),
    F_SUB(category_out, items, K_LIST, 0, 0, 0, item_out_record, "Its items in the order of the text."),
    { 0 }
};
static RECORD(category_out);

static const struct field scheme_class_fields[] = {
    F(scheme_class, code, K_TEXT, 0, 0, 0, "Class code."),
    F(scheme_class, label, K_TEXT, 0, 0, 0, "Class. 积分对象"),
    F(scheme_class, kind, K_TEXT, 0, 0, 0, "Who holds the account: resident, household, organisation."),
    { 0 }
};
static RECORD(scheme_class);
static const struct field scheme_balance_fields[] = {
    F(scheme_balance, code, K_TEXT, 0, 0, 0, "Balance code; the first is honour."),
    F(scheme_balance, label, K_TEXT, 0, 0, 0, "Name. 积分种类"),
    F(scheme_balance, spend, K_BOOL, 0, 0, 0, "Whether it can be redeemed. 可兑换"),
    { 0 }
};
static RECORD(scheme_balance);

struct rules {
    int64_t village, version, from, publicity_days, publicity_workdays, false_claim_times;
    const char *name, *title, *place, *source, *choice, *covenant, *meeting;
    int64_t meeting_on, votes_for, votes_against, votes_abstain;
    struct list balances, classes, categories;
};
static const struct field rules_fields[] = {
    F(rules, village, K_REGION, OPT, 0, 0, "Village code. 村代码"),
    F(rules, version, K_ID, OPT, 0, 0, "Version of the scheme."),
    F(rules, from, K_DATE, OPT, 0, 0, "In force from. 生效日期"),
    F(rules, name, K_TEXT, 0, 0, 0, "Code of the scheme."),
    F(rules, title, K_TEXT, 0, 0, 0, "Title. 标题"),
    F(rules, place, K_TEXT, OPT, 0, 0, "Where it was written for."),
    F(rules, source, K_TEXT, OPT, 0, 0, "Where it comes from. 出处"),
    F(rules, choice, K_TEXT, OPT, 0, 0, "What was chosen where the source is silent. 取值理由"),
    F(rules, covenant, K_TEXT, OPT, 0, 0, "The covenant deductions rest on. 村规民约"),
    F(rules, meeting, K_TEXT, OPT, 0, 0, "The meeting that adopted it. 通过会议"),
    F(rules, meeting_on, K_DATE, OPT, 0, 0, "The day of the meeting. 会议日期"),
    F(rules, votes_for, K_INT, OPT, 0, 0, "Votes for. 赞成"),
    F(rules, votes_against, K_INT, OPT, 0, 0, "Votes against. 反对"),
    F(rules, votes_abstain, K_INT, OPT, 0, 0, "Abstentions. 弃权"),
    F(rules, publicity_days, K_INT, 0, 0, 0, "Days a claim is public before approval. 公示天数"),
    F(rules, publicity_workdays, K_BOOL, 0, 0, 0, "Only working days count."),
    F(rules, false_claim_times, K_INT, 0, 0, 0, "A false claim costs this many times its points. 虚假申报加倍扣分"),
    F_SUB(rules, balances, K_LIST, 0, 0, 0, scheme_balance_record, "Balances, honour first."),
    F_SUB(rules, classes, K_LIST, 0, 0, 0, scheme_class_record, "Who holds accounts."),
    F_SUB(rules, categories, K_LIST, 0, 0, 0, category_out_record, "Items by category."),
    { 0 }
};
static RECORD(rules);

static void item_words(struct arena *mem, const struct scheme_item *i, struct item_out *out)
{
    static const char *const per[] = { "day", "week", "month", "quarter", "half", "year", "life" };
    *out = (struct item_out){
        .code = i->code, .label = i->label, .unit = i->unit, .count = i->unit ? i->count : NULL, .evidence = i->evidence,
        .clause = i->clause, .note = i->note, .source = i->source, .choice = i->choice,
        .points_zh = scheme_points_text(mem, i, LANG_ZH), .points_en = scheme_points_text(mem, i, LANG_EN),
        .cap_zh = scheme_cap_text(mem, i, LANG_ZH), .cap_en = scheme_cap_text(mem, i, LANG_EN),
        .min_c = i->points_min_c, .max_c = i->points_max_c, .deduction = i->points_min_c < 0,
        .classes = i->classes, .claimants = i->claimants,
    };
    struct level_out *levels = arena_array(mem, struct level_out, i->levels.n + 1);
    for (size_t k = 0; k < i->levels.n; k++) {
        const struct scheme_level *l = &LIST_AT(i->levels, struct scheme_level, k);
        levels[k] = (struct level_out){ l->name, l->points.min_c, l->points.max_c };
    }
    out->levels = (struct list){ levels, i->levels.n };
    if (!i->cap) return;
    out->cap = arena_new(mem, struct cap_out);
    *out->cap = (struct cap_out){ i->cap->times, i->cap->points_c, per[i->cap->per] };
}

static struct rules *rules_words(struct arena *mem, const struct scheme *s)
{
    struct rules *out = arena_new(mem, struct rules);
    struct category_out *cats = arena_array(mem, struct category_out, s->categories.n + 1);

    *out = (struct rules){
        .village = NONE, .version = s->version ? s->version : NONE, .from = s->from, .name = s->name, .title = s->title,
        .place = s->place, .source = s->source, .choice = s->choice, .covenant = s->covenant, .meeting_on = NONE, .votes_for = NONE,
        .votes_against = NONE, .votes_abstain = NONE, .publicity_days = s->publicity_days,
        .publicity_workdays = s->publicity_workdays, .false_claim_times = s->false_claim_times, .balances = s->accounts,
        .classes = s->classes, .categories = { cats, s->categories.n },
    };
    for (size_t k = 0; k < s->categories.n; k++) {
        const struct scheme_category *c = &LIST_AT(s->categories, struct scheme_category, k);
        struct item_out *items = arena_array(mem, struct item_out, s->items.n + 1);
        size_t n = 0;
        for (size_t i = 0; i < s->items.n; i++)
            if (text_equal(LIST_AT(s->items, struct scheme_item, i).category, c->code))
                item_words(mem, &LIST_AT(s->items, struct scheme_item, i), &items[n++]);
        cats[k] = (struct category_out){ c->code, c->label, { items, n } };
    }
    return out;
}

struct rules_in { int64_t village, on; };
static const struct field rules_in_fields[] = {
    F(rules_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(rules_in, on, K_DATE, IN_QUERY | OPT, 0, 0, "The rules in force on this date; today if absent."),
    { 0 }
};
static RECORD(rules_in);

static const struct err *get_rules(struct req *r)
{
    const struct rules_in *in = r->in;
    const struct scheme *s;
    struct scheme_version *v;

    TRY(scheme_in_force(r, in->village, in->on == NONE ? r->today : in->on, &s));
    TRY(scheme_version_load(r, in->village, s->version, &v));
    struct rules *out = rules_words(r->mem, s);
    out->village = in->village;
    out->meeting = v->meeting;
    out->meeting_on = v->meeting_on;
    out->votes_for = v->votes_for;
    out->votes_against = v->votes_against;
    out->votes_abstain = v->votes_abstain;
    r->out = out;
    return NULL;
}

/* ---- versions ---- */

struct schemes_in { int64_t village; PAGE_MEMBERS; };
static const struct field schemes_in_fields[] = {
    F(schemes_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    PAGE_FIELDS(schemes_in),
    { 0 }
};
static RECORD(schemes_in);

static const struct err *mark_in_force(struct req *r, int64_t village, struct scheme_version *v, size_t n)
{
    const struct scheme *now;
    const struct err *e = scheme_in_force(r, village, r->today, &now);
    if (e && e->code != ERR_NO_SCHEME) return e;
    for (size_t i = 0; i < n; i++) v[i].in_force = !e && v[i].id == now->version;
    return NULL;
}

static const struct err *get_schemes(struct req *r)
{
    const struct schemes_in *in = r->in;
    struct page *page = arena_new(r->mem, struct page);
    int64_t before, unused;
    const char *text;

    TRY(page_after(r, in->after, &before, &unused, &text));
    TRY(scheme_versions(r, in->village, before == NONE ? INT64_MAX : before, page_limit(in->limit), &page->rows));
    page->total = NONE;
    if (page_cut(page, in->limit))
        page->next = page_cursor(r, LIST_AT(page->rows, struct scheme_version, page->rows.n - 1).first_day, NONE, NULL);
    TRY(mark_in_force(r, in->village, page->rows.items, page->rows.n));
    r->out = page;
    return NULL;
}

struct scheme_key_in { int64_t village, scheme; };
static const struct field scheme_key_in_fields[] = {
    F(scheme_key_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(scheme_key_in, scheme, K_ID, IN_PATH, 0, 0, "Version id."),
    { 0 }
};
static RECORD(scheme_key_in);

static const struct err *get_scheme(struct req *r)
{
    const struct scheme_key_in *in = r->in;
    struct scheme_version *v;
    TRY(scheme_version_load(r, in->village, in->scheme, &v));
    TRY(mark_in_force(r, in->village, v, 1));
    r->out = v;
    return NULL;
}

struct adopt_in { int64_t village, from; struct scheme_meeting m; struct bytes body; };
static const struct field adopt_in_fields[] = {
    F(adopt_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(adopt_in, from, K_DATE, IN_QUERY, 0, 0, "In force from this date: today or later, except a village's first scheme. 生效日期"),
    F_AS(adopt_in, m.meeting, "meeting", K_TEXT, IN_QUERY | OPT, 1, 60, "The meeting; absent: as the text says. 通过会议"),
    F_AS(adopt_in, m.on, "meeting_on", K_DATE, IN_QUERY | OPT, 0, 0, "The day of the meeting. 会议日期"),
    F_AS(adopt_in, m.votes_for, "votes_for", K_INT, IN_QUERY | OPT, 0, 100000, "Votes for. 赞成"),
    F_AS(adopt_in, m.votes_against, "votes_against", K_INT, IN_QUERY | OPT, 0, 100000, "Votes against. 反对"),
    F_AS(adopt_in, m.votes_abstain, "votes_abstain", K_INT, IN_QUERY | OPT, 0, 100000, "Abstentions. 弃权"),
    F(adopt_in, body, K_BYTES, IN_RAW, 0, 0, "The scheme, YAML."),
    { 0 }
};
static RECORD(adopt_in);

static const struct err *post_scheme(struct req *r)
{
    const struct adopt_in *in = r->in;
    struct region *village;
    struct scheme_version *v;
    int64_t version;

    TRY(region_load(r, in->village, &village));
    TRY(scheme_adopt_by(r, in->village, in->from, &in->m, in->body.p, in->body.n, &version));
    TRY(scheme_version_load(r, in->village, version, &v));
    TRY(mark_in_force(r, in->village, v, 1));
    r->audit_subject = version;
    r->out = v;
    return NULL;
}

/* ---- the checker ---- */

struct finding_out { int64_t line, column, warning; const char *path, *zh, *en; };
static const struct field finding_out_fields[] = {
    F(finding_out, line, K_INT, 0, 0, 0, "Line, from 1. 行"),
    F(finding_out, column, K_INT, 0, 0, 0, "Column, from 1. 列"),
    F(finding_out, warning, K_BOOL, 0, 0, 0, "False: an error, the scheme cannot be used. 仅提醒"),
    F(finding_out, path, K_TEXT, 0, 0, 0, "Where in the text: items/3/points."),
    F(finding_out, zh, K_TEXT, 0, 0, 0, "What is wrong, Chinese."),
    F(finding_out, en, K_TEXT, 0, 0, 0, "What is wrong, English."),
    { 0 }
};
static RECORD(finding_out);

struct checked { int64_t ok, errors, warnings; struct list findings; struct rules *rules; };
static const struct field checked_fields[] = {
    F(checked, ok, K_BOOL, 0, 0, 0, "No errors: it could be adopted."),
    F(checked, errors, K_INT, 0, 0, 0, "How many errors."),
    F(checked, warnings, K_INT, 0, 0, 0, "How many warnings."),
    F_SUB(checked, findings, K_LIST, 0, 0, 0, finding_out_record, "All findings in the order of the text."),
    F_SUB(checked, rules, K_OBJECT, OPT, 0, 0, rules_record, "The rules in words, when there is no error."),
    { 0 }
};
static RECORD(checked);

struct check_in { struct bytes body; };
static const struct field check_in_fields[] = {
    F(check_in, body, K_BYTES, IN_RAW, 0, 0, "The scheme, YAML."),
    { 0 }
};
static RECORD(check_in);

static const struct err *post_check(struct req *r)
{
    const struct check_in *in = r->in;
    struct checked *out = arena_new(r->mem, struct checked);
    struct scheme_finding *found;
    const struct scheme *s = scheme_parse(r->mem, "scheme", in->body.p, in->body.n, &found);
    struct finding_out *rows = arena_array(r->mem, struct finding_out, 1024);
    size_t n = 0;

    for (const struct scheme_finding *f = found; f && n < 1024; f = f->next) {
        rows[n++] = (struct finding_out){ f->line, f->column, f->warning, f->path, f->zh, f->en };
        if (f->warning) out->warnings++;
        else out->errors++;
    }
    out->ok = s != NULL;
    out->findings = (struct list){ rows, n };
    if (s) out->rules = rules_words(r->mem, s);
    r->out = out;
    return NULL;
}

static const enum err_code rules_errors[] = { ERR_NO_SCHEME, ERR_NONE };
static const enum err_code read_errors[] = { ERR_NOT_FOUND, ERR_NONE };
static const enum err_code adopt_errors[] = { ERR_NOT_FOUND, ERR_SCHEME, ERR_SCHEME_FROM, ERR_DUPLICATE, ERR_NONE };

static const struct route scheme_routes[] = {
    { "GET", "/public/villages/{village}/scheme", PERM_PUBLIC, TX_READ, &rules_in_record, &rules_record, get_rules, rules_errors,
      ROUTE_CACHE, NULL, NULL, "The rules in force, in words, by category." },
    { "GET", "/villages/{village}/schemes", PERM_SELF, TX_READ, &schemes_in_record, &scheme_version_record, get_schemes, NULL,
      ROUTE_PAGE, NULL, NULL, "Versions of a village's scheme, newest first." },
    { "GET", "/villages/{village}/schemes/{scheme}", PERM_SELF, TX_READ, &scheme_key_in_record, &scheme_version_record, get_scheme,
      read_errors, 0, NULL, NULL, "One version with its text." },
    { "POST", "/villages/{village}/schemes", PERM_SCHEME_WRITE, TX_WRITE, &adopt_in_record, &scheme_version_record, post_scheme,
      adopt_errors, ROUTE_RAW | ROUTE_CREATED, "text/yaml", NULL, "Put a scheme in force from a date, with the meeting that adopted it." },
    { "POST", "/schemes/check", PERM_SELF, TX_READ, &check_in_record, &checked_record, post_check, NULL, ROUTE_RAW | ROUTE_QUIET,
      "text/yaml", NULL, "Check a scheme: all findings with line and column, and the rules in words." },
    { 0 }
};

extern const struct migration scheme_migrations[];
extern const struct command scheme_commands[];
const struct slice scheme_slice = {
    .name = "scheme", .routes = scheme_routes, .migrations = scheme_migrations, .commands = scheme_commands,
};

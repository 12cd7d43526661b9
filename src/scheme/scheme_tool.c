/* What the tools answer, with the records that write it: scheme_tool.h. */
#include "scheme/scheme_tool.h"

#include "kernel/text.h"
#include "scheme/scheme_diff.h"
#include "scheme/scheme_notice.h"
#include "scheme/scheme_tell.h"

enum { TEXT_MAX = 4 * 1024 * 1024 };

/* ---- the rules in words ---- */

struct level_out {
    const char *name;
    int64_t min_c, max_c;
};
static const struct field level_out_fields[] = {
    F(level_out, name, K_TEXT, 0, 0, 0, "Level: 村, 镇, 县 …"),
    F_AS(level_out, min_c, "min", K_POINTS, 0, 0, 0, "Points, or the least the checker may pick."),
    F_AS(level_out, max_c, "max", K_POINTS, 0, 0, 0, "Points, or the most."),
    { 0 }
};
static RECORD(level_out);

struct cap_out {
    int64_t times, points_c;
    const char *per;
};
static const struct field cap_out_fields[] = {
    F(cap_out, times, K_INT, OPT, 0, 0, "At most this many awards in the period."),
    F_AS(cap_out, points_c, "points", K_POINTS, OPT, 0, 0,
         "At most this many points in the period."),
    F(cap_out, per, K_TEXT, 0, 0, 0,
      "day, week, month, quarter, half, year, life, or event: each single deed."),
    { 0 }
};
static RECORD(cap_out);

struct item_out {
    const char *code, *label, *unit, *count, *evidence, *clause, *note, *source, *choice;
    const char *points_zh, *points_en, *cap_zh, *cap_en;
    int64_t min_c, max_c, deduction;
    int64_t yuan, reverse_c;
    struct list classes, claimants, levels, caps, difficulties, asks;
};
static const struct field item_out_fields[] = {
    F(item_out, code, K_TEXT, 0, 0, 0, "Item code. 项目代号"),
    F(item_out, label, K_TEXT, 0, 0, 0, "What it is. 项目名称"),
    F_AS(item_out, points_zh, "points_text", K_TEXT, 0, 0, 0,
         "Points as a villager reads them: 每小时2分. 分值"),
    F_AS(item_out, points_en, "points_text_en", K_TEXT, 0, 0, 0, "The same in English."),
    F_AS(item_out, cap_zh, "cap_text", K_TEXT, OPT, 0, 0, "The cap in words: 每月最多4次. 上限"),
    F_AS(item_out, cap_en, "cap_text_en", K_TEXT, OPT, 0, 0, "The same in English."),
    F_AS(item_out, min_c, "min", K_POINTS, 0, 0, 0,
         "Points, or the least the checker may pick (per unit when there is a unit)."),
    F_AS(item_out, max_c, "max", K_POINTS, 0, 0, 0, "Points, or the most."),
    F(item_out, unit, K_TEXT, OPT, 0, 0, "Points are per this unit: 小时, 次. 计分单位"),
    F(item_out, count, K_TEXT, OPT, 0, 0, "How part of a unit counts: exact, down, up, nearest."),
    F_SUB(item_out, levels, K_LIST, OPT, 0, 0, level_out_record,
          "Points by level; empty when not by level. 级别"),
    F_SUB(item_out, caps, K_LIST, 0, 0, 0, cap_out_record, "All its caps; empty: none. 上限"),
    F(item_out, classes, K_TEXTS, OPT, 0, 0,
      "Codes of the classes it applies to; empty: all. 适用对象"),
    F(item_out, claimants, K_TEXTS, OPT, 0, 0,
      "Who may claim: self 本人, proxy 代报, recorder 录入员."),
    F(item_out, yuan, K_BOOL, 0, 0, 0, "It counts yuan, not points. 以元计"),
    F_AS(item_out, reverse_c, "reverse", K_POINTS, OPT, 0, 0, "What the contrary costs. 反之"),
    F(item_out, difficulties, K_TEXTS, 0, 0, 0, "Difficulties to choose from; empty: none. 难度"),
    F(item_out, asks, K_TEXTS, 0, 0, 0,
      "What must be said to know its worth: quantity 数量, level 级别, difficulty 难度, day 日期."),
    F(item_out, evidence, K_TEXT, 0, 0, 0, "required 必须, optional 可选, none 不需要. 证据"),
    F(item_out, deduction, K_BOOL, 0, 0, 0, "It takes points. 扣分"),
    F(item_out, clause, K_TEXT, OPT, 0, 0, "The clause of the covenant a deduction rests on. 依据"),
    F(item_out, note, K_TEXT, OPT, 0, 0, "A note for the villager. 说明"),
    F(item_out, source, K_TEXT, OPT, 0, 0, "Where it comes from. 出处"),
    F(item_out, choice, K_TEXT, OPT, 0, 0,
      "What the village chose where the source is silent. 取值理由"),
    { 0 }
};
static RECORD(item_out);

struct category_out {
    const char *code, *label;
    struct list items;
};
static const struct field category_out_fields[] = {
    F(category_out, code, K_TEXT, 0, 0, 0, "Category code."),
    F(category_out, label, K_TEXT, 0, 0, 0, "Category. 类别"),
    F_SUB(category_out, items, K_LIST, 0, 0, 0, item_out_record,
          "Its items in the order of the text."),
    { 0 }
};
static RECORD(category_out);

static const struct field scheme_class_fields[] = {
    F(scheme_class, code, K_TEXT, 0, 0, 0, "Class code."),
    F(scheme_class, label, K_TEXT, 0, 0, 0, "Class. 积分对象"),
    F(scheme_class, kind, K_TEXT, 0, 0, 0,
      "Who holds the account: resident, household, organisation."),
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
    F(rules, false_claim_times, K_INT, 0, 0, 0,
      "A false claim costs this many times its points. 虚假申报加倍扣分"),
    F_SUB(rules, balances, K_LIST, 0, 0, 0, scheme_balance_record, "Balances, honour first."),
    F_SUB(rules, classes, K_LIST, 0, 0, 0, scheme_class_record, "Who holds accounts."),
    F_SUB(rules, categories, K_LIST, 0, 0, 0, category_out_record, "Items by category."),
    { 0 }
};
RECORD(rules);

/* What its worth depends on besides the deed itself. */
static struct list asks_of(struct arena *mem, const struct scheme_item *i)
{
    const char **asks = arena_array(mem, const char *, 4);
    size_t n = 0;
    bool day = i->steps.n && scheme_steps_by_day(i);
    if ((i->unit && !day) || (i->steps.n && !day) || i->short_of_c != NONE) asks[n++] = "quantity";
    if (i->levels.n) asks[n++] = "level";
    if (i->multipliers.n) asks[n++] = "difficulty";
    if (day) asks[n++] = "day";
    return (struct list){ asks, n };
}

static void item_words(struct arena *mem, const struct scheme_item *i, struct item_out *out)
{
    static const char *const per[] = { "day",  "week", "month", "quarter",
                                       "half", "year", "life",  "event" };
    *out = (struct item_out){
        .code = i->code,
        .label = i->label,
        .unit = i->unit,
        .count = i->unit ? i->count : NULL,
        .evidence = i->evidence,
        .clause = i->clause,
        .note = i->note,
        .source = i->source,
        .choice = i->choice,
        .points_zh = scheme_points_text(mem, i, LANG_ZH),
        .points_en = scheme_points_text(mem, i, LANG_EN),
        .cap_zh = scheme_cap_text(mem, i, LANG_ZH),
        .cap_en = scheme_cap_text(mem, i, LANG_EN),
        .min_c = i->points_min_c,
        .max_c = i->points_max_c,
        .deduction = i->points_min_c < 0,
        .classes = i->classes,
        .claimants = i->claimants,
        .yuan = i->yuan,
        .reverse_c = i->reverse_c,
        .asks = asks_of(mem, i),
    };
    const char **difficulties = arena_array(mem, const char *, i->multipliers.n + 1);
    for (size_t k = 0; k < i->multipliers.n; k++)
        difficulties[k] = LIST_AT(i->multipliers, struct scheme_level, k).name;
    out->difficulties = (struct list){ difficulties, i->multipliers.n };
    struct level_out *levels = arena_array(mem, struct level_out, i->levels.n + 1);
    for (size_t k = 0; k < i->levels.n; k++) {
        const struct scheme_level *l = &LIST_AT(i->levels, struct scheme_level, k);
        levels[k] = (struct level_out){ l->name, l->points.min_c, l->points.max_c };
    }
    out->levels = (struct list){ levels, i->levels.n };
    struct cap_out *caps = arena_array(mem, struct cap_out, i->caps.n + 1);
    for (size_t k = 0; k < i->caps.n; k++) {
        const struct scheme_cap *cap = &LIST_AT(i->caps, struct scheme_cap, k);
        caps[k] = (struct cap_out){ cap->times, cap->points_c, per[cap->per] };
    }
    out->caps = (struct list){ caps, i->caps.n };
}

struct rules *tool_rules(struct arena *mem, const struct scheme *s)
{
    struct rules *out = arena_new(mem, struct rules);
    struct category_out *cats = arena_array(mem, struct category_out, s->categories.n + 1);

    *out = (struct rules){
        .village = NONE,
        .version = s->version ? s->version : NONE,
        .from = s->from,
        .name = s->name,
        .title = s->title,
        .place = s->place,
        .source = s->source,
        .choice = s->choice,
        .covenant = s->covenant,
        .meeting_on = NONE,
        .votes_for = NONE,
        .votes_against = NONE,
        .votes_abstain = NONE,
        .publicity_days = s->publicity_days,
        .publicity_workdays = s->publicity_workdays,
        .false_claim_times = s->false_claim_times,
        .balances = s->accounts,
        .classes = s->classes,
        .categories = { cats, s->categories.n },
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

/* ---- findings ---- */

static const struct field finding_out_fields[] = {
    F(finding_out, line, K_INT, 0, 0, 0, "Line, from 1. 行"),
    F(finding_out, column, K_INT, 0, 0, 0, "Column, from 1. 列"),
    F(finding_out, warning, K_BOOL, 0, 0, 0, "False: an error, the scheme cannot be used. 仅提醒"),
    F(finding_out, path, K_TEXT, 0, 0, 0, "Where in the text: items/3/points."),
    F(finding_out, zh, K_TEXT, 0, 0, 0, "What is wrong, Chinese."),
    F(finding_out, en, K_TEXT, 0, 0, 0, "What is wrong, English."),
    { 0 }
};
RECORD(finding_out);

struct list tool_findings(struct arena *mem, const struct scheme_finding *found)
{
    struct finding_out *rows = arena_array(mem, struct finding_out, SCHEME_FINDINGS + 1);
    size_t n = 0;
    for (const struct scheme_finding *f = found; f; f = f->next)
        rows[n++] = (struct finding_out){ f->line, f->column, f->warning, f->path, f->zh, f->en };
    return (struct list){ rows, n };
}

/* ---- differences ---- */

static const char *const change_kinds[] = { "added", "removed", "changed", NULL };
static const struct field change_out_fields[] = {
    F_ENUM(change_out, kind, 0, change_kinds, "added, removed or changed."),
    F(change_out, path, K_TEXT, 0, 0, 0, "What: items/C05/points (English keys, codes)."),
    F(change_out, line, K_INT, 0, 0, 0, "Line in the newer text, from 1. 行"),
    F(change_out, zh, K_TEXT, 0, 0, 0, "The sentence, Chinese."),
    F(change_out, en, K_TEXT, 0, 0, 0, "The sentence, English."),
    { 0 }
};
RECORD(change_out);

struct list tool_changes(struct arena *mem, const struct scheme *before, const struct scheme *after)
{
    struct list l = scheme_changes(mem, before, after);
    struct change_out *rows = arena_array(mem, struct change_out, l.n + 1);
    for (size_t i = 0; i < l.n; i++) {
        const struct scheme_change *c = &LIST_AT(l, struct scheme_change, i);
        rows[i] = (struct change_out){ change_kinds[c->kind], c->path, c->zh, c->en, c->line };
    }
    return (struct list){ rows, l.n };
}

/* ---- the checker ---- */

/* A construct that the scheme has: so many rounds, so many titles. */
struct part_out {
    const char *key, *zh;
    int64_t count;
};
static const struct field part_out_fields[] = {
    F(part_out, key, K_TEXT, 0, 0, 0, "Key of the file: items, rounds, titles …"),
    F(part_out, zh, K_TEXT, 0, 0, 0, "The same in Chinese. 项目、评比、称号 …"),
    F(part_out, count, K_INT, 0, 0, 0, "How many entries; 1 for what stands once."),
    { 0 }
};
static RECORD(part_out);

static struct list parts_out(struct arena *mem, const struct scheme *s)
{
    struct part_out *rows;
    size_t n = 0;
    for (const struct scheme_key *k = scheme_shape.keys; k->kind; k++) n++;
    rows = arena_array(mem, struct part_out, n);
    n = 0;
    for (const struct scheme_key *k = scheme_shape.keys; k->kind; k++) {
        const struct scheme_node *v = node_get(s->root, k->name);
        if (!v && k->name_zh) v = node_get(s->root, k->name_zh);
        if (!v || !k->sub) continue;
        rows[n] = (struct part_out){ k->name, k->name_zh ? k->name_zh : k->name,
                                     v->kind == NODE_LIST ? 0 : 1 };
        for (const struct scheme_node *e = v->kind == NODE_LIST ? v->child : NULL; e; e = e->next)
            rows[n].count++;
        n++;
    }
    return (struct list){ rows, n };
}

static const struct field checked_fields[] = {
    F(checked, ok, K_BOOL, 0, 0, 0, "No errors: it could be adopted."),
    F(checked, errors, K_INT, 0, 0, 0, "How many errors."),
    F(checked, warnings, K_INT, 0, 0, 0, "How many warnings."),
    F_SUB(checked, findings, K_LIST, 0, 0, 0, finding_out_record,
          "All findings in the order of the text."),
    F_SUB(checked, parts, K_LIST, 0, 0, 0, part_out_record,
          "What the scheme has: so many items, rounds, titles. Empty when there is an error."),
    F_SUB(checked, rules, K_OBJECT, OPT, 0, 0, rules_record,
          "The rules in words, when there is no error."),
    { 0 }
};
RECORD(checked);

struct checked *tool_check(struct arena *mem, const struct scheme *s,
                           const struct scheme_finding *found)
{
    struct checked *out = arena_new(mem, struct checked);
    for (const struct scheme_finding *f = found; f; f = f->next) {
        if (f->warning) out->warnings++;
        else out->errors++;
    }
    out->ok = s != NULL;
    out->findings = tool_findings(mem, found);
    if (!s) return out;
    out->parts = parts_out(mem, s);
    out->rules = tool_rules(mem, s);
    return out;
}

/* ---- in words ---- */

static const struct field noticed_fields[] = {
    F(noticed, ok, K_BOOL, 0, 0, 0, "No errors."),
    F_SUB(noticed, findings, K_LIST, 0, 0, 0, finding_out_record,
          "All findings in the order of the text."),
    F(noticed, text, K_TEXT, OPT, 0, 0, "The notice that hangs on the wall. 公示文本"),
    F_SUB(noticed, blocks, K_LIST, 0, 0, 0, notice_block_record,
          "The same in blocks, for showing it."),
    { 0 }
};
RECORD(noticed);

struct noticed *tool_notice(struct arena *mem, const struct scheme *s,
                            const struct scheme_finding *found, enum lang lang)
{
    struct noticed *out = arena_new(mem, struct noticed);
    struct buf text = buf_in(mem, TEXT_MAX);
    *out = (struct noticed){ .ok = s != NULL, .findings = tool_findings(mem, found) };
    if (!s) return out;
    out->blocks = scheme_notice(mem, s, &(struct notice_about){ NOTICE_ABOUT, .lang = lang });
    notice_text(&text, &out->blocks);
    out->text = text.p;
    return out;
}

/* ---- choices ---- */

static const struct field scheme_choice_fields[] = {
    F(scheme_choice, line, K_INT, 0, 0, 0, "Line of what it is about, from 1. 行"),
    F(scheme_choice, path, K_TEXT, 0, 0, 0, "Where in the text: items/3; empty: the whole."),
    F(scheme_choice, zh, K_TEXT, 0, 0, 0, "What it is about, Chinese: 积分项目“义务劳动”."),
    F(scheme_choice, en, K_TEXT, 0, 0, 0, "The same in English."),
    F(scheme_choice, choice, K_TEXT, 0, 0, 0, "What was chosen and why. 取值理由"),
    F(scheme_choice, source, K_TEXT, OPT, 0, 0, "The source that is silent about it. 出处"),
    { 0 }
};
static RECORD(scheme_choice);
static const struct field choices_told_fields[] = {
    F(choices_told, ok, K_BOOL, 0, 0, 0, "No errors."),
    F_SUB(choices_told, findings, K_LIST, 0, 0, 0, finding_out_record,
          "All findings in the order of the text."),
    F_SUB(choices_told, choices, K_LIST, 0, 0, 0, scheme_choice_record,
          "What was chosen where the source is silent."),
    { 0 }
};
RECORD(choices_told);

struct choices_told *tool_choices(struct arena *mem, const struct scheme *s,
                                  const struct scheme_finding *found)
{
    struct choices_told *out = arena_new(mem, struct choices_told);
    *out = (struct choices_told){ .ok = s != NULL, .findings = tool_findings(mem, found) };
    if (s) out->choices = scheme_choices(mem, s);
    return out;
}

/* ---- two texts ---- */

static const struct field compared_fields[] = {
    F(compared, ok, K_BOOL, 0, 0, 0, "Neither has errors."),
    F_SUB(compared, before_findings, K_LIST, 0, 0, 0, finding_out_record,
          "Findings in the older text."),
    F_SUB(compared, after_findings, K_LIST, 0, 0, 0, finding_out_record,
          "Findings in the newer text."),
    F_SUB(compared, changes, K_LIST, 0, 0, 0, change_out_record,
          "Every difference; empty: they say the same."),
    { 0 }
};
RECORD(compared);

struct compared *tool_diff(struct arena *mem, const struct scheme *before,
                           const struct scheme_finding *before_found, const struct scheme *after,
                           const struct scheme_finding *after_found)
{
    struct compared *out = arena_new(mem, struct compared);
    *out = (struct compared){
        .ok = before && after,
        .before_findings = tool_findings(mem, before_found),
        .after_findings = tool_findings(mem, after_found),
    };
    if (before && after) out->changes = tool_changes(mem, before, after);
    return out;
}

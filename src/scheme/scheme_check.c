/* The rules about the whole: references, duplicates, what can never happen, and what a village may
 * not decide by points at all.
 */
#include <string.h>

#include "kernel/dec.h"
#include "kernel/text.h"
#include "scheme/scheme_extend.h"

/* Position of a key's value in a mapping, or the mapping itself. */
const struct scheme_node *key_or_self(const struct scheme_node *map, const char *key,
                                      const char *key_zh)
{
    const struct scheme_node *n = node_get(map, key);
    if (!n) n = node_get(map, key_zh);
    return n ? n : map;
}

void check_codes(struct scheme_check *c, const struct list *l, size_t size, size_t code_at,
                 size_t node_at)
{
    for (size_t i = 0; i < l->n; i++) {
        const char *p = (const char *)l->items + i * size;
        const char *code = *(const char *const *)(p + code_at);
        for (size_t k = 0; code && k < i; k++) {
            const char *q = (const char *)l->items + k * size;
            const struct scheme_node *node = *(const struct scheme_node *const *)(p + node_at);
            const struct scheme_node *before = *(const struct scheme_node *const *)(q + node_at);
            if (!text_equal(code, *(const char *const *)(q + code_at))) continue;
            const struct scheme_node *at = key_or_self(node, "code", "代号");
            check_error(c, at,
                        arena_printf(c->mem, "代号“%s”重复，前一个在第%d行。", code, before->line),
                        arena_printf(c->mem, "code \"%s\" is used already, on line %d", code,
                                     before->line));
            break;
        }
    }
}

/* What there is instead, when it fits a line. */
static const char *all_of(struct scheme_check *c, const char *lead, const char *between,
                          const char *const *words)
{
    const char *s = "";
    for (size_t i = 0; words[i]; i++) {
        if (i == 12) return "";
        s = arena_printf(c->mem, "%s%s%s", s, i ? between : lead, words[i]);
    }
    return s;
}

void unknown_reference(struct scheme_check *c, const struct scheme_node *at, const char *what_zh,
                       const char *what_en, const char *text, const char *const *words)
{
    const char *near = text_nearest(text, words);
    const char *zh = arena_printf(c->mem, "没有“%s”这个%s", text, what_zh);
    const char *en = arena_printf(c->mem, "there is no %s \"%s\"", what_en, text);
    if (near)
        check_error(c, at, arena_printf(c->mem, "%s，是不是“%s”？", zh, near),
                    arena_printf(c->mem, "%s; did you mean \"%s\"?", en, near));
    else
        check_error(c, at, arena_printf(c->mem, "%s%s。", zh, all_of(c, "；有：", "、", words)),
                    arena_printf(c->mem, "%s%s", en, all_of(c, "; there are: ", ", ", words)));
}

const char *resolve_category(struct scheme_check *c, const struct scheme *s, const char *name,
                             const struct scheme_node *at)
{
    const char *words[2 * 32 + 1];
    int w = 0;
    for (size_t i = 0; i < s->categories.n; i++) {
        const struct scheme_category *k = &LIST_AT(s->categories, struct scheme_category, i);
        if (!k->code || !k->label) continue;
        if (text_equal(k->code, name) || text_equal(k->label, name)) return k->code;
        words[w++] = k->code;
        words[w++] = k->label;
    }
    words[w] = NULL;
    unknown_reference(c, at, "类别", "category", name, words);
    return NULL;
}

const char *resolve_class(struct scheme_check *c, const struct scheme *s, const char *name,
                          const struct scheme_node *at)
{
    const char *words[2 * 16 + 1];
    int w = 0;
    for (size_t i = 0; i < s->classes.n; i++) {
        const struct scheme_class *k = &LIST_AT(s->classes, struct scheme_class, i);
        if (!k->code || !k->label) continue;
        if (text_equal(k->code, name) || text_equal(k->label, name)) return k->code;
        words[w++] = k->code;
        words[w++] = k->label;
    }
    words[w] = NULL;
    unknown_reference(c, at, "积分对象", "class", name, words);
    return NULL;
}

static void resolve_item(struct scheme_check *c, struct scheme *s, struct scheme_item *item)
{
    if (item->category) {
        const char *code =
            resolve_category(c, s, item->category, key_or_self(item->node, "category", "类别"));
        if (code) item->category = code;
    }
    for (size_t k = 0; k < s->categories.n; k++)
        if (text_equal(LIST_AT(s->categories, struct scheme_category, k).code, item->category))
            item->yuan = LIST_AT(s->categories, struct scheme_category, k).yuan == 1;
    for (size_t i = 0; i < item->classes.n; i++) {
        const char **name = &LIST_AT(item->classes, const char *, i);
        const char *code = resolve_class(c, s, *name, key_or_self(item->node, "for", "适用"));
        if (code) *name = code;
    }
    if (!item->one_of) return;
    const char *words[50 + 1];
    size_t w = 0;
    for (size_t i = 0; i < s->rules.groups.n && w < 50; i++) {
        const struct scheme_group *g = &LIST_AT(s->rules.groups, struct scheme_group, i);
        if (text_equal(g->code, item->one_of)) return;
        if (g->code) words[w++] = g->code;
    }
    words[w] = NULL;
    unknown_reference(c, key_or_self(item->node, "one_of", "互斥组"), "互斥组", "group",
                      item->one_of, words);
}

/* From below all to above all without a gap: nothing is left for "else". */
static bool covers_all(const struct list *steps)
{
    int64_t next = NONE; /* the lowest number that nothing covers yet; NONE: all so far */
    for (size_t n = 0; n < steps->n; n++) {
        const struct scheme_bounds *in = NULL;
        for (size_t i = 0; i < steps->n && !in; i++) {
            const struct scheme_bounds *x = &LIST_AT(*steps, struct scheme_band, i).in;
            int64_t low = x->from_c != NONE    ? x->from_c
                          : x->above_c != NONE ? x->above_c + 1
                                               : NONE;
            if (low == next) in = x;
        }
        if (!in) return false;
        if (in->to_c == NONE && in->below_c == NONE) return true;
        next = in->to_c != NONE ? in->to_c + 1 : in->below_c;
    }
    return false;
}

/* The points of an item stand in exactly one place: points, levels or steps. What costs part of a
 * pay needs none. */
static void check_value(struct scheme_check *c, struct scheme_item *item)
{
    const struct scheme_node *points = key_or_self(item->node, "points", "分值");
    const struct scheme_node *levels = key_or_self(item->node, "levels", "级别");
    const struct scheme_node *steps = key_or_self(item->node, "steps", "分档");
    bool has_points = points != item->node, has_levels = levels != item->node,
         has_steps = steps != item->node;
    const struct scheme_node *at = has_steps ? steps : has_levels ? levels : points;

    item->points_min_c = item->points_max_c = 0;
    if (has_points + has_levels + has_steps != 1) {
        if (!has_points && !has_levels && !has_steps && item->loses.n) return;
        check_error(c, at,
                    has_points || has_levels
                        ? has_steps ? "分值、级别和分档只能写一个。" : "分值和级别只能写一个。"
                        : "要写分值（points）或级别（levels）。",
                    has_points || has_levels
                        ? has_steps ? "give points, levels or steps, only one of them"
                                    : "give points or levels, not both"
                        : "\"points\" or \"levels\" is missing");
        return;
    }
    if (has_points && item->points.min_c != NONE)
        item->points_min_c = item->points.min_c, item->points_max_c = item->points.max_c;
    for (size_t i = 0; i < item->levels.n; i++) {
        const struct scheme_range v = LIST_AT(item->levels, struct scheme_level, i).points;
        if (!i || v.min_c < item->points_min_c) item->points_min_c = v.min_c;
        if (!i || v.max_c > item->points_max_c) item->points_max_c = v.max_c;
    }
    for (size_t i = 0; i < item->steps.n; i++) {
        const struct scheme_band *b = &LIST_AT(item->steps, struct scheme_band, i);
        if (b->points_c == NONE) {
            if (b->node && b->node->kind == NODE_MAP &&
                key_or_self(b->node, "points", "分值") == b->node)
                check_error(c, b->node, "这一档要写分值（points）。", "a step has points");
            continue;
        }
        if (!i || b->points_c < item->points_min_c) item->points_min_c = b->points_c;
        if (!i || b->points_c > item->points_max_c) item->points_max_c = b->points_c;
    }
    if (has_steps) {
        check_bands(c, &item->steps, NONE, NONE, true, steps);
        if (item->otherwise_c == NONE && !covers_all(&item->steps) &&
            key_or_self(item->node, "else", "其他") == item->node)
            check_error(c, steps, "分档之外的情况要写明：其他（else）计多少分，例如 0。",
                        "say what counts outside the steps: \"else\", such as 0");
    }
    if ((has_points && item->points.min_c == NONE) || (has_levels && !item->levels.n) ||
        (has_steps && !item->steps.n))
        return;
    if (!has_steps && item->points_min_c < 0 && item->points_max_c > 0)
        check_error(c, at, "一个项目不能又加分又扣分，请分成两项。",
                    "one item cannot both give and take points; make two items");
    else if (item->points_min_c == 0 && item->points_max_c == 0)
        check_error(c, at,
                    item->bars ? "分值是0。只为取消评选（bars）的项目也要写扣几分，例如 -1。"
                               : "分值是0，这个项目没有用处。",
                    item->bars ? "the points are 0: an item that bars takes points too, such as -1"
                               : "worth nothing: the points are 0");
}

static int64_t amount(int64_t c)
{
    return c < 0 ? -c : c;
}

static void check_cap(struct scheme_check *c, const struct scheme_item *item,
                      const struct scheme_cap *cap)
{
    if (!cap->node) return;
    if (cap->times == NONE && cap->points_c == NONE && !node_get(cap->node, "times") &&
        !node_get(cap->node, "points") && !node_get(cap->node, "次数") &&
        !node_get(cap->node, "分数")) {
        check_error(c, cap->node, "上限要写次数（times）或分数（points）。",
                    "a cap has times or points");
        return;
    }
    if (cap->points_c == NONE) return;
    const struct scheme_node *at = key_or_self(cap->node, "points", "分数");
    int64_t most = amount(item->points_min_c) > amount(item->points_max_c)
                       ? amount(item->points_min_c)
                       : amount(item->points_max_c);
    int64_t least = amount(item->points_min_c) < amount(item->points_max_c)
                        ? amount(item->points_min_c)
                        : amount(item->points_max_c);
    if (cap->points_c <= 0)
        check_error(c, at, "上限要大于0（扣分项目也写正数）。",
                    "a cap is more than 0 (also for deductions)");
    else if (!item->unit && !item->multipliers.n && !item->steps.n && least > cap->points_c)
        check_error(c, at, "上限比一次的分值还低，永远得不到标明的分。",
                    "the cap is below a single award: nobody can get the points named");
    else if (!item->unit && !item->multipliers.n && cap->times != NONE &&
             most <= DEC_MAX / cap->times && most * cap->times <= cap->points_c)
        check_error(c, at,
                    arena_printf(c->mem, "分数上限永远用不上：%d次最多也不到。请删去或改小。",
                                 (int)cap->times),
                    "this cap can never bind: the cap in times is always reached first");
}

/* The forms that go with points: what they need, and what cannot be together. */
static void check_forms(struct scheme_check *c, struct scheme_item *item)
{
    if (item->reverse_c != NONE && (item->reverse_c >= 0 || item->points_min_c < 0))
        check_error(c, key_or_self(item->node, "reverse", "反之"), "反之要写负数，项目本身是加分。",
                    "the contrary costs points (a negative number) and the item itself gives them");
    if (item->reverse_c != NONE && !item->clause)
        check_warn(c, key_or_self(item->node, "reverse", "反之"),
                   "扣分没有写依据（clause）：请写明村规民约的哪一条。",
                   "a deduction without the clause of the covenant it rests on");
    if (item->warnings && item->points_min_c >= 0 && item->reverse_c == NONE)
        check_error(c, key_or_self(item->node, "warnings", "先提醒"), "先提醒只用于扣分项目。",
                    "warnings belong to deductions");
    if (item->warnings && item->warnings->times == NONE)
        check_error(c, key_or_self(item->node, "warnings", "先提醒"), "先提醒要写次数（times）。",
                    "warnings have times");
    if (item->short_of_c != NONE && !item->unit)
        check_error(c, key_or_self(item->node, "short_of", "应有"),
                    "写了应有数量，也要写按什么计（per）。", "\"short_of\" needs \"per\"");
    for (size_t i = 0; i < item->multipliers.n; i++)
        if (LIST_AT(item->multipliers, struct scheme_level, i).points.min_c <= 0)
            check_error(c, key_or_self(item->node, "multiplier", "难度"), "倍数要大于0。",
                        "a factor is more than 0");
    if (item->loses.n && !item->yuan)
        check_error(c, key_or_self(item->node, "loses", "扣减款项"),
                    "扣减款项只用于以元计的类别（yuan: yes）。",
                    "\"loses\" belongs to a category in yuan");
    for (size_t i = 0; i < item->loses.n; i++) {
        int64_t v = LIST_AT(item->loses, struct scheme_level, i).points.min_c;
        if (v <= 0 || v > 10000)
            check_error(c, key_or_self(item->node, "loses", "扣减款项"), "要写1到100（百分之几）。",
                        "a percentage from 1 to 100");
    }
    item->cap = item->caps.n ? item->caps.items : NULL;
}

static void check_fairness(struct scheme_check *c, struct scheme_item *item)
{
    bool deduction = item->points_min_c < 0;

    if (deduction && !item->clause && !item->yuan)
        check_warn(c, key_or_self(item->node, "points", "分值"),
                   "扣分没有写依据（clause）：请写明村规民约的哪一条。",
                   "a deduction without the clause of the covenant it rests on");
    if (!deduction && item->reverse_c == NONE && item->clause && !item->levels.n &&
        item->points_min_c > 0)
        check_warn(c, key_or_self(item->node, "clause", "依据"), "依据只用于扣分项目。",
                   "a clause belongs to deductions");
    item->penalty = deduction ? (item->clause ? item->clause : "") : NULL;
}

/* Who may claim, unless the file says so: an award anyone, a deduction the recorder (nobody reports
 * themselves, and neighbours should not be made to). */
static void default_claimants(struct scheme_check *c, struct scheme_item *item)
{
    static const char *const award[] = { "self", "proxy", "recorder" };
    static const char *const deduction[] = { "recorder" };
    item->names_claimants =
        item->claimants.n || key_or_self(item->node, "claim", "申报人") != item->node;
    if (item->names_claimants) return;
    bool minus = item->points_min_c < 0;
    item->claimants.n = minus ? 1 : 3;
    item->claimants.items =
        arena_copy(c->mem, minus ? deduction : award, item->claimants.n * sizeof(char *));
}

static void check_item(struct scheme_check *c, struct scheme *s, struct scheme_item *item)
{
    if (item->node->kind != NODE_MAP) return;
    resolve_item(c, s, item);
    check_value(c, item);
    check_forms(c, item);
    for (size_t i = 0; i < item->caps.n; i++)
        check_cap(c, item, &LIST_AT(item->caps, struct scheme_cap, i));
    check_fairness(c, item);
    default_claimants(c, item);
    if (!item->unit && node_get(item->node, "count"))
        check_error(c, node_get(item->node, "count"), "只有按单位计分（per）的项目才写计数。",
                    "only an item with \"per\" counts units");
    if (item->choice && !item->source)
        check_warn(c, item->node, "写了取值理由（choice），也要写出处（source）。",
                   "a choice also names its source");
}

static void check_balances(struct scheme_check *c, struct scheme *s)
{
    static struct scheme_balance usual[] = {
        { .code = "honour", .label = "荣誉积分", .spend = 0, .valid = "never", .months = NONE },
        { .code = "spendable", .label = "可兑积分", .spend = 1, .valid = "never", .months = NONE }
    };
    int spend = 0;
    if (!s->accounts.n) s->accounts = (struct list){ usual, 2 };
    const char **codes = arena_array(c->mem, const char *, s->accounts.n + 1);
    for (size_t i = 0; i < s->accounts.n; i++) {
        const struct scheme_balance *b = &LIST_AT(s->accounts, struct scheme_balance, i);
        codes[i] = b->code;
        spend += b->spend == 1;
        if (b->valid && (b->months == NONE) == !strcmp(b->valid, "months"))
            check_error(c, key_or_self(b->node, "valid", "有效期"),
                        "按月失效要写月数（months），其他不写。",
                        "\"months\" goes with valid: months, and only with it");
        if (i == 0 && b->valid && strcmp(b->valid, "never"))
            check_error(c, key_or_self(b->node, "valid", "有效期"), "荣誉积分终身有效。",
                        "the honour balance never expires");
        if (i == 0 && b->spend == 1)
            check_error(c, b->node, "第一种是荣誉积分，不能用来兑换（spend: no）。",
                        "the first balance is honour and is never spent (spend: no)");
    }
    s->balances = (struct list){ codes, s->accounts.n };
    if (s->accounts.n && !spend)
        check_warn(c, LIST_AT(s->accounts, struct scheme_balance, 0).node, "没有一种积分可以兑换。",
                   "no balance can be spent");
}

void scheme_check_whole(struct scheme_check *c, struct scheme *s)
{
    CHECK_CODES(c, &s->classes, scheme_class);
    CHECK_CODES(c, &s->categories, scheme_category);
    CHECK_CODES(c, &s->accounts, scheme_balance);
    CHECK_CODES(c, &s->items, scheme_item);
    check_balances(c, s);
    CHECK_CODES(c, &s->rules.groups, scheme_group);
    for (size_t i = 0; i < s->items.n; i++)
        check_item(c, s, &LIST_AT(s->items, struct scheme_item, i));
    /* With errors above, items may be missing only because they could not be read. */
    for (size_t k = 0; !c->errors && k < s->categories.n; k++) {
        const struct scheme_category *cat = &LIST_AT(s->categories, struct scheme_category, k);
        bool used = false;
        for (size_t i = 0; i < s->items.n && !used; i++)
            used = text_equal(LIST_AT(s->items, struct scheme_item, i).category, cat->code);
        if (!used && cat->code)
            check_warn(c, cat->node, "这个类别没有项目。", "this category has no items");
    }
    scheme_check_rules(c, s);
    scheme_check_reach(c, s);
    scheme_check_rights(c, s);
    scheme_check_template(c, s);
}

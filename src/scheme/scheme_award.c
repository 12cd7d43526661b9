/* What a claim is worth: rate → times units → cap. Integer hundredths, no store, no clock. Each
 * step is a node of the derivation tree; the sentence is the tree read aloud.
 */
#include <string.h>

#include "kernel/buf.h"
#include "kernel/dec.h"
#include "kernel/text.h"
#include "scheme/scheme.h"
#include "scheme/scheme_why.h"

static const char *points(struct arena *mem, int64_t c)
{
    char s[DEC_SIZE];
    return arena_strdup(mem, dec_human(c, s));
}

static struct scheme_why *why(struct arena *mem, const char *op, int64_t points_c,
                              struct scheme_why *from, const char *zh, const char *en)
{
    struct scheme_why *w = why_new(mem, op, points_c, zh, en);
    why_under(w, from);
    return w;
}

/* The way from the deed to the result: the number, and, unless only that is wanted, the tree. Texts
 * are arguments of STEP and are not made when nobody asks for them. */
struct steps {
    struct arena *mem;
    enum award_say say;
    int64_t value_c;
    struct scheme_why *w;
    bool warned;
};
#define STEP(t, op, c, zh, en)                                                                     \
    do {                                                                                           \
        int64_t c_ = (c);                                                                          \
        if ((t)->say != AWARD_POINTS) (t)->w = why((t)->mem, (op), c_, (t)->w, (zh), (en));        \
        (t)->value_c = c_;                                                                         \
    } while (0)

/* A limit leaves nothing. */
static const struct err over_cap = { .code = ERR_OVER_CAP, .field = "item" };

/* The steps from the deed to the result, joined: "义务劳动（C05）：每小时2分×3.5小时=7分；本月…".
 */
static void read_aloud(struct buf *zh, struct buf *en, const struct scheme_why *w)
{
    if (w->from) read_aloud(zh, en, w->from);
    if (w->from)
        buf_puts(zh, !strcmp(w->from->op, "item") ? "：" : "；"),
            buf_puts(en, !strcmp(w->from->op, "item") ? ": " : "; ");
    buf_puts(zh, w->zh);
    buf_puts(en, w->en);
}

static void award_set(const struct steps *t, struct award *out)
{
    *out = (struct award){ .points_c = t->value_c, .warned = t->warned };
    if (t->say == AWARD_POINTS) return;
    struct buf zh = buf_in(t->mem, 4096), en = buf_in(t->mem, 4096);
    read_aloud(&zh, &en, t->w);
    buf_puts(&zh, "。");
    buf_puts(&en, ".");
    out->explain_zh = zh.p;
    out->explain_en = en.p;
    out->why = t->w;
    if (t->say == AWARD_ALL) out->tree = why_json(t->mem, t->w);
}

static struct err *wrong(struct arena *mem, const char *field, const char *zh, const char *en)
{
    struct err *e = err_say(mem, ERR_INVALID, field, zh, en);
    err_finding(mem, e, field, zh, en);
    return e;
}

static const char *list_text(struct arena *mem, const struct scheme *s, const struct list *classes)
{
    char *text = arena_strdup(mem, "");
    for (size_t i = 0; i < classes->n; i++)
        text = arena_printf(mem, "%s%s%s", text, i ? "、" : "",
                            scheme_class_label(s, LIST_AT(*classes, const char *, i)));
    return text;
}

static bool has(const struct list *l, const char *word)
{
    for (size_t i = 0; i < l->n; i++)
        if (text_equal(LIST_AT(*l, const char *, i), word)) return true;
    return false;
}

static const struct err *check_who(struct arena *mem, const struct scheme *s,
                                   const struct scheme_item *item, const struct award_facts *f)
{
    const char *class_ = f->picked ? f->picked : scheme_class_pick(s, f->class_, &f->tags);
    if (!class_)
        return wrong(mem, "class", "本村方案没有这一类积分账户。",
                     "the scheme has no accounts for this class");
    if (item->classes.n && !has(&item->classes, class_))
        return wrong(
            mem, "class",
            arena_printf(mem, "“%s”只适用于%s。", item->label, list_text(mem, s, &item->classes)),
            arena_printf(mem, "\"%s\" applies to %s only", item->label,
                         list_text(mem, s, &item->classes)));
    /* The contrary is a deduction: the recorder's, unless the file says who may claim. */
    if (f->claimant && f->reverse && !text_equal(f->claimant, "recorder") &&
        !(item->names_claimants && has(&item->claimants, f->claimant)))
        return wrong(
            mem, "claimant", arena_printf(mem, "“%s”的相反行为由录入员登记。", item->label),
            arena_printf(mem, "the contrary of \"%s\" is the recorder's to enter", item->label));
    if (f->claimant && !f->reverse && !has(&item->claimants, f->claimant))
        return wrong(mem, "claimant", arena_printf(mem, "“%s”不能由此方式申报。", item->label),
                     arena_printf(mem, "\"%s\" cannot be claimed this way", item->label));
    return NULL;
}

static const char *level_names(struct arena *mem, const struct list *levels)
{
    struct buf b = buf_in(mem, 4096);
    for (size_t i = 0; i < levels->n; i++)
        buf_printf(&b, "%s%s", i ? "、" : "", LIST_AT(*levels, struct scheme_level, i).name);
    return b.p;
}

/* What the steps of an item are about: the day of the year, or a quantity. */
bool scheme_steps_by_day(const struct scheme_item *item)
{
    const struct scheme_bounds *in = &LIST_AT(item->steps, struct scheme_band, 0).in;
    return in->from_c >= DAY_BOUND || in->above_c >= DAY_BOUND || in->to_c >= DAY_BOUND ||
           in->below_c >= DAY_BOUND;
}

static const struct err *pick_step(struct arena *mem, const struct scheme_item *item,
                                   const struct award_facts *f, struct scheme_range *out)
{
    struct ymd d = date_ymd(f->on);
    int64_t v = scheme_steps_by_day(item)
                    ? DAY_BOUND + date_of(2024, d.month, d.day) - date_of(2023, 12, 31)
                    : f->quantity_c;
    if (v == NONE) return wrong(mem, "quantity", "请填写数量。", "say how many");
    const struct scheme_band *b = scheme_band_of(&item->steps, v);
    int64_t c = b ? b->points_c : item->otherwise_c;
    *out = (struct scheme_range){ c, c };
    return NULL;
}

static const struct err *pick_range(struct arena *mem, const struct scheme_item *item,
                                    const struct award_facts *f, struct scheme_range *out)
{
    *out = item->points;
    if (f->reverse) {
        if (item->reverse_c == NONE)
            return wrong(mem, "reverse", "这个项目没有写反之扣分。", "this item has no contrary");
        *out = (struct scheme_range){ item->reverse_c, item->reverse_c };
        return NULL;
    }
    if (item->steps.n) return pick_step(mem, item, f, out);
    if (!item->levels.n) {
        if (f->level) return wrong(mem, "level", "这个项目不分级别。", "this item has no levels");
        return NULL;
    }
    for (size_t i = 0; i < item->levels.n; i++) {
        const struct scheme_level *l = &LIST_AT(item->levels, struct scheme_level, i);
        if (!text_equal(l->name, f->level)) continue;
        *out = l->points;
        return NULL;
    }
    const char *names = level_names(mem, &item->levels);
    return wrong(mem, "level", arena_printf(mem, "请选择级别：%s。", names),
                 arena_printf(mem, "choose a level: %s", names));
}

/* The points per deed or per unit: fixed, or the checker's pick. */
static const struct err *rate(struct arena *mem, const struct scheme_item *item,
                              const struct award_facts *f, int64_t *out)
{
    struct scheme_range v;
    TRY(pick_range(mem, item, f, &v));
    if (v.min_c == NONE)
        v = (struct scheme_range){ 0, 0 }; /* an item that only costs part of a pay */
    *out = f->chosen_c == NONE ? v.min_c : f->chosen_c;
    if (f->chosen_c == NONE && v.min_c != v.max_c)
        return wrong(mem, "chosen",
                     arena_printf(mem, "请在%s分至%s分之间评定。", points(mem, v.min_c),
                                  points(mem, v.max_c)),
                     arena_printf(mem, "pick from %s to %s points", points(mem, v.min_c),
                                  points(mem, v.max_c)));
    if (*out >= v.min_c && *out <= v.max_c) return NULL;
    if (v.min_c == v.max_c)
        return wrong(mem, "chosen", arena_printf(mem, "这个项目固定为%s分。", points(mem, v.min_c)),
                     arena_printf(mem, "this item is fixed at %s points", points(mem, v.min_c)));
    return wrong(
        mem, "chosen",
        arena_printf(mem, "要在%s分至%s分之间。", points(mem, v.min_c), points(mem, v.max_c)),
        arena_printf(mem, "must be from %s to %s points", points(mem, v.min_c),
                     points(mem, v.max_c)));
}

/* A million units of anything in one deed is a slip of the pen. */
#define UNITS_MAX_C INT64_C(100000000)

static const struct err *units(struct arena *mem, const struct scheme_item *item,
                               const struct award_facts *f, int64_t *out)
{
    *out = f->quantity_c == NONE ? 100 : f->quantity_c;
    if (item->steps.n || f->reverse) {
        *out = 100;
        return NULL;
    }
    if (item->short_of_c != NONE) {
        if (f->quantity_c == NONE || f->quantity_c < 0)
            return wrong(mem, "quantity", "请填写实有数量。", "say how many there are");
        *out = f->quantity_c < item->short_of_c ? item->short_of_c - f->quantity_c : 0;
        return NULL;
    }
    if (!item->unit) {
        if (*out == 100) return NULL;
        return wrong(mem, "quantity", "这个项目不按数量计分。", "this item does not count units");
    }
    if (*out <= 0 || *out > UNITS_MAX_C)
        return wrong(mem, "quantity", "数量要大于0，不超过1000000。",
                     "more than 0 and at most 1000000 units");
    int64_t part = *out % 100;
    if (text_equal(item->count, "down")) *out -= part;
    if (text_equal(item->count, "up") && part) *out += 100 - part;
    if (text_equal(item->count, "nearest")) *out += part >= 50 ? 100 - part : -part;
    if (*out) return NULL;
    return wrong(mem, "quantity", arena_printf(mem, "不足1%s，不计分。", item->unit),
                 arena_printf(mem, "less than one %s counts nothing", item->unit));
}

static const char *const period_zh[] = {
    "当日", "本周", "本月", "本季度", "本半年", "本年", "累计", "一次",
};
static const char *const period_en[] = { "today",        "this week",      "this month",
                                         "this quarter", "this half-year", "this year",
                                         "altogether",   "at a time" };

/* One limit: refuses, or leaves what is left. Deductions are limited by amount. */
static const struct err *limit_times(struct steps *t, const char *label,
                                     const struct scheme_limit *l)
{
    struct arena *mem = t->mem;
    if (l->times == NONE || l->used_times < l->times || l->best) return NULL;
    if (t->say == AWARD_POINTS) return &over_cap;
    const char *zh = period_zh[l->per], *en = period_en[l->per];
    if (l->scope == LIMIT_GROUP)
        return err_say(
            mem, ERR_OVER_CAP, "item",
            arena_printf(mem, "“%s”所在的互斥组%s已计过一项，不再计。", label, zh),
            arena_printf(mem, "of the group of \"%s\" one item counts %s already", label, en));
    return err_say(mem, ERR_OVER_CAP, "item",
                   arena_printf(mem, "“%s”%s已计%d次，上限%d次，不能再计。", label, zh,
                                (int)l->used_times, (int)l->times),
                   arena_printf(mem, "\"%s\" counted %d times %s; the cap is %d", label,
                                (int)l->used_times, en, (int)l->times));
}

static const struct err *limit_points(struct steps *t, const char *label,
                                      const struct scheme_limit *l)
{
    struct arena *mem = t->mem;
    if (l->points_c == NONE) return NULL;
    const char *zh = period_zh[l->per], *en = period_en[l->per];
    int64_t used = l->used_c < 0 ? -l->used_c : l->used_c, left = l->points_c - used;
    int64_t amount = t->value_c < 0 ? -t->value_c : t->value_c;
    if (left <= 0 && t->say == AWARD_POINTS) return &over_cap;
    if (left <= 0)
        return err_say(mem, ERR_OVER_CAP, "item",
                       arena_printf(mem, "“%s”%s已计%s分，上限%s分，不能再计。", label, zh,
                                    points(mem, used), points(mem, l->points_c)),
                       arena_printf(mem, "\"%s\" has %s points %s; the cap is %s", label,
                                    points(mem, used), en, points(mem, l->points_c)));
    if (amount <= left) return NULL;
    int64_t granted = t->value_c < 0 ? -left : left;
    STEP(t, "cap", granted,
         arena_printf(mem, "%s已计%s分，上限%s分，计%s分", zh, points(mem, used),
                      points(mem, l->points_c), points(mem, granted)),
         arena_printf(mem, "%s points counted %s, cap %s, so %s", points(mem, used), en,
                      points(mem, l->points_c), points(mem, granted)));
    return NULL;
}

static const struct err *limited(struct steps *t, const struct scheme *s,
                                 const struct scheme_item *item, const struct scheme_limit *l)
{
    struct arena *mem = t->mem;
    const char *label = t->say == AWARD_POINTS       ? NULL
                        : l->scope == LIMIT_CATEGORY ? scheme_category_label(s, l->code)
                        : l->scope == LIMIT_ACCOUNT  ? "全部加分"
                                                     : item->label;
    /* Caps of a category or an account limit what is given, never what is taken. */
    if ((l->scope == LIMIT_CATEGORY || l->scope == LIMIT_ACCOUNT) && t->value_c <= 0) return NULL;
    if (l->scope == LIMIT_WARNING) {
        if (t->value_c >= 0 || l->used_times >= l->times) return NULL;
        t->warned = true;
        STEP(t, "warning", 0,
             arena_printf(mem, "第%d次提醒（前%d次只提醒），不扣分", (int)l->used_times + 1,
                          (int)l->times),
             arena_printf(mem, "warning %d of %d: nothing is taken", (int)l->used_times + 1,
                          (int)l->times));
        return NULL;
    }
    /* Of deductions the best is the hardest. */
    if (l->best && l->used_c != 0) {
        int64_t more = t->value_c - l->used_c;
        if ((more > 0) != (l->used_c > 0)) more = 0;
        STEP(t, "best", more,
             arena_printf(mem, "同组已计%s分，按最高的一项，再计%s分", points(mem, l->used_c),
                          points(mem, more)),
             arena_printf(mem, "%s points of the group counted; the best counts, so %s more",
                          points(mem, l->used_c), points(mem, more)));
        return NULL;
    }
    TRY(limit_times(t, label, l));
    return limit_points(t, label, l);
}

static const struct err *all_limits(struct steps *t, const struct scheme *s,
                                    const struct scheme_item *item, const struct award_facts *f)
{
    for (size_t i = 0; i < f->limits_n; i++) TRY(limited(t, s, item, &f->limits[i]));
    if (f->limits || !item->cap) return NULL;
    return limited(t, s, item,
                   &(struct scheme_limit){ .scope = LIMIT_ITEM,
                                           .per = item->cap->per,
                                           .times = item->cap->times,
                                           .points_c = item->cap->points_c,
                                           .used_times = f->used_times,
                                           .used_c = f->used_c });
}

static const struct err *multiplied(struct steps *t, const struct scheme_item *item,
                                    const struct award_facts *f)
{
    struct arena *mem = t->mem;
    int64_t c;
    if (!item->multipliers.n || f->reverse) return NULL;
    for (size_t i = 0; i < item->multipliers.n; i++) {
        const struct scheme_level *l = &LIST_AT(item->multipliers, struct scheme_level, i);
        if (!text_equal(l->name, f->difficulty)) continue;
        if (!dec_muldiv(t->value_c, l->points.min_c, 100, DEC_NEAREST, &c))
            return wrong(mem, "difficulty", "分值太大。", "too many points");
        STEP(t, "multiplier", c,
             arena_printf(mem, "难度%s×%s=%s分", l->name, points(mem, l->points.min_c),
                          points(mem, c)),
             arena_printf(mem, "difficulty %s × %s = %s points", l->name,
                          points(mem, l->points.min_c), points(mem, c)));
        return NULL;
    }
    const char *names = level_names(mem, &item->multipliers);
    return wrong(mem, "difficulty", arena_printf(mem, "请选择难度：%s。", names),
                 arena_printf(mem, "choose a difficulty: %s", names));
}

/* The first two steps: the item with its rate, and the rate times what it counts. */
static void first_steps(struct steps *t, const struct scheme_item *item,
                        const struct award_facts *f, int64_t rate_c, int64_t units_c,
                        int64_t total_c)
{
    struct arena *mem = t->mem;
    t->value_c = total_c;
    if (t->say == AWARD_POINTS) return;
    const char *fen = item->yuan ? "元" : "分", *en_fen = item->yuan ? "yuan" : "points";
    const char *level_zh =
        f->level ? arena_printf(mem, "%s%s", f->level, scheme_level_suffix(f->level)) : "";
    const char *level_en = f->level ? arena_printf(mem, "level %s, ", f->level) : "";
    bool pick =
        item->points_min_c != item->points_max_c && !f->level && !item->steps.n && !f->reverse;
    const char *picked_zh = pick ? "评定" : "";
    STEP(t, "item", rate_c, arena_printf(mem, "%s（%s）", item->label, item->code),
         arena_printf(mem, "%s (%s)", item->label, item->code));
    if (item->steps.n && !f->reverse) {
        char day[DATE_ZH_SIZE];
        const char *at = scheme_steps_by_day(item)
                             ? date_zh(f->on, day)
                             : arena_printf(mem, "%s%s", points(mem, f->quantity_c),
                                            item->unit ? item->unit : "");
        STEP(t, "step", total_c, arena_printf(mem, "%s，%s%s", at, points(mem, total_c), fen),
             arena_printf(mem, "%s: %s %s", at, points(mem, total_c), en_fen));
        return;
    }
    if (item->unit && !f->reverse) {
        STEP(t, item->short_of_c != NONE ? "short" : "units", total_c,
             arena_printf(mem, "%s%s%s每%s%s%s×%s%s=%s%s", level_zh, picked_zh,
                          item->short_of_c != NONE ? "差额" : "", item->unit, points(mem, rate_c),
                          fen, points(mem, units_c), item->unit, points(mem, total_c), fen),
             arena_printf(mem, "%s%s %s per %s × %s = %s %s", level_en, points(mem, rate_c), en_fen,
                          item->unit, points(mem, units_c), points(mem, total_c), en_fen));
        return;
    }
    STEP(t,
         f->reverse ? "reverse"
         : f->level ? "level"
         : pick     ? "pick"
                    : "fixed",
         total_c,
         arena_printf(mem, "%s%s%s%s%s", f->reverse ? "反之" : "", level_zh, picked_zh,
                      points(mem, total_c), fen),
         arena_printf(mem, "%s%s%s %s", f->reverse ? "the contrary: " : "", level_en,
                      points(mem, total_c), en_fen));
}

const struct err *scheme_award(struct arena *mem, const struct scheme *s,
                               const struct award_facts *f, struct award *out)
{
    const struct scheme_item *item = f->found ? f->found : scheme_item_find(s, f->item);
    struct steps t = { .mem = mem, .say = f->say };
    int64_t rate_c, units_c, total_c;

    if (!item) return wrong(mem, "item", "方案里没有这个项目。", "the scheme has no such item");
    TRY(check_who(mem, s, item, f));
    TRY(rate(mem, item, f, &rate_c));
    TRY(units(mem, item, f, &units_c));
    total_c = rate_c; /* mostly it is one */
    if (units_c != 100 && !dec_muldiv(rate_c, units_c, 100, DEC_NEAREST, &total_c))
        return wrong(mem, "quantity", "数量太大。", "too many units");
    first_steps(&t, item, f, rate_c, units_c, total_c);
    TRY(multiplied(&t, item, f));
    TRY(all_limits(&t, s, item, f));
    award_set(&t, out);
    return NULL;
}

const struct err *scheme_false_points(struct arena *mem, const struct scheme *s, int64_t claimed_c,
                                      int64_t *out)
{
    if (dec_mul(claimed_c < 0 ? -claimed_c : claimed_c, -s->false_claim_times, out)) return NULL;
    return wrong(mem, "points", "分值太大。", "too many points");
}

const struct err *scheme_false_claim(struct arena *mem, const struct scheme *s, const char *code,
                                     int64_t claimed_c, struct award *out)
{
    const struct scheme_item *item = scheme_item_find(s, code);
    int64_t claimed = claimed_c < 0 ? -claimed_c : claimed_c, penalty_c;
    struct steps t = { .mem = mem };
    if (!item) return wrong(mem, "item", "方案里没有这个项目。", "the scheme has no such item");
    TRY(scheme_false_points(mem, s, claimed_c, &penalty_c));
    STEP(&t, "item", claimed, arena_printf(mem, "%s（%s）", item->label, item->code),
         arena_printf(mem, "%s (%s)", item->label, item->code));
    STEP(&t, "false_claim", penalty_c,
         arena_printf(mem, "申报%s分确认为虚假，按%d倍扣分，%s分", points(mem, claimed),
                      (int)s->false_claim_times, points(mem, penalty_c)),
         arena_printf(mem, "a claim of %s points found false costs %d times as much: %s",
                      points(mem, claimed), (int)s->false_claim_times, points(mem, penalty_c)));
    award_set(&t, out);
    return NULL;
}

struct span scheme_cap_span(const struct scheme *s, const struct scheme_item *i, int64_t on)
{
    (void)s; /* caps of categories and accounts will need it */
    if (!i->cap || i->cap->per == CAP_EVENT) return (struct span){ 1, 0 };
    return period_span((enum period)i->cap->per, on);
}

const struct scheme_band *scheme_band_of(const struct list *bands, int64_t v)
{
    for (size_t i = 0; i < bands->n; i++) {
        const struct scheme_band *b = &LIST_AT(*bands, struct scheme_band, i);
        if (scheme_within(&b->in, v)) return b;
    }
    return NULL;
}

bool scheme_within(const struct scheme_bounds *in, int64_t v)
{
    return (in->from_c == NONE || v >= in->from_c) && (in->above_c == NONE || v > in->above_c) &&
           (in->to_c == NONE || v <= in->to_c) && (in->below_c == NONE || v < in->below_c);
}

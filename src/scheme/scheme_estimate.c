/* What would this earn? The award asked twice where the checker picks from a range, and what the limits
 * leave in words. */
#include "kernel/buf.h"
#include "kernel/dec.h"
#include "kernel/text.h"
#include "scheme/scheme.h"

static const struct field estimate_left_fields[] = {
    F(estimate_left, text, K_TEXT, 0, 0, 0, "本月还可得2次"),
    F(estimate_left, text_en, K_TEXT, 0, 0, 0, "The same in English."),
    F(estimate_left, times, K_INT, OPT, 0, 0, "How often it can still count in the period."),
    F_AS(estimate_left, points_c, "points", K_POINTS, OPT, 0, 0, "How many points are left in the period."),
    { 0 }
};
static RECORD(estimate_left);
static const struct field scheme_estimate_fields[] = {
    F(scheme_estimate, item, K_TEXT, 0, 0, 0, "Item code. 项目"),
    F(scheme_estimate, label, K_TEXT, 0, 0, 0, "What it is."),
    F(scheme_estimate, category, K_TEXT, 0, 0, 0, "Its category. 类别"),
    F_AS(scheme_estimate, points_c, "points", K_POINTS, 0, 0, 0, "What it earns; of a range the least. 能得几分"),
    F_AS(scheme_estimate, most_c, "most", K_POINTS, 0, 0, 0, "Of a range the most, else the same."),
    F(scheme_estimate, yuan, K_BOOL, 0, 0, 0, "It counts yuan, not points. 以元计"),
    F(scheme_estimate, range, K_BOOL, 0, 0, 0, "The checker picks within the range. 由初审人评定"),
    F(scheme_estimate, full, K_BOOL, 0, 0, 0, "A limit leaves nothing for now. 已到上限"),
    F(scheme_estimate, explain, K_TEXT, 0, 0, 0, "How it comes about, in a sentence. 说明"),
    F(scheme_estimate, explain_en, K_TEXT, 0, 0, 0, "The same in English."),
    F(scheme_estimate, tree, K_JSON, OPT, 0, 0, "The derivation."),
    F_SUB(scheme_estimate, left, K_LIST, 0, 0, 0, estimate_left_record, "What the limits still leave, when it is known who asks."),
    { 0 }
};
RECORD(scheme_estimate);

/* ---- the range ---- */

/* What the checker may pick; equal: nothing to pick. */
static struct scheme_range picked(const struct scheme_item *i, const struct award_facts *f)
{
    struct scheme_range v = { NONE, NONE };
    if (f->chosen_c != NONE || f->reverse || i->steps.n) return v;
    if (!i->levels.n) return i->points;
    for (size_t k = 0; k < i->levels.n; k++) {
        const struct scheme_level *l = &LIST_AT(i->levels, struct scheme_level, k);
        if (text_equal(l->name, f->level)) v = l->points;
    }
    return v;
}

/* ---- what is left ---- */

static const char *const period_zh[] = { "今天", "本周", "本月", "本季度", "本半年", "今年", "一共" };
static const char *const period_en[] = { "today",          "this week", "this month", "this quarter",
                                         "this half-year", "this year", "altogether" };

/* "“村建设”一类", "所有加分合起来"; of the item itself nothing. */
static void whose(const struct scheme *s, const struct scheme_limit *l, struct buf *zh, struct buf *en)
{
    if (l->scope == LIMIT_CATEGORY) {
        buf_printf(zh, "“%s”一类", scheme_category_label(s, l->code));
        buf_printf(en, "all of \"%s\": ", scheme_category_label(s, l->code));
    }
    if (l->scope == LIMIT_ACCOUNT) buf_puts(zh, "所有加分合起来"), buf_puts(en, "all together: ");
    if (l->scope == LIMIT_GROUP) buf_puts(zh, "同组只计一项，"), buf_puts(en, "one of its group counts: ");
}

static void tell_left(struct arena *mem, const struct scheme *s, const struct scheme_limit *l, struct estimate_left *out)
{
    struct buf zh = buf_in(mem, 1024), en = buf_in(mem, 1024);
    char p[DEC_SIZE];
    int64_t used = l->used_c < 0 ? -l->used_c : l->used_c;
    *out = (struct estimate_left){ .times = NONE, .points_c = NONE };
    if (l->times != NONE) out->times = l->used_times < l->times ? l->times - l->used_times : 0;
    if (l->points_c != NONE) out->points_c = used < l->points_c ? l->points_c - used : 0;
    whose(s, l, &zh, &en);
    buf_puts(&zh, period_zh[l->per]);
    buf_puts(&en, period_en[l->per]);
    if (l->scope == LIMIT_WARNING) {
        buf_printf(&zh, "还有%d次只提醒不扣分", (int)out->times);
        buf_printf(&en, " %d more only warn", (int)out->times);
    } else {
        buf_puts(&zh, "还可得");
        buf_puts(&en, " there is left: ");
        if (out->times != NONE) buf_printf(&zh, "%d次", (int)out->times), buf_printf(&en, "%d times", (int)out->times);
        if (out->times != NONE && out->points_c != NONE) buf_puts(&zh, "、"), buf_puts(&en, ", ");
        if (out->points_c != NONE) {
            dec_human(out->points_c, p);
            buf_printf(&zh, "%s%s", p, "分");
            buf_printf(&en, "%s points", p);
        }
    }
    out->text = zh.p;
    out->text_en = en.p;
}

static struct list all_left(struct arena *mem, const struct scheme *s, const struct award_facts *f, bool minus)
{
    struct estimate_left *left = arena_array(mem, struct estimate_left, f->limits_n + 1);
    size_t n = 0;
    for (size_t i = 0; i < f->limits_n; i++) {
        const struct scheme_limit *l = &f->limits[i];
        /* A cap of each deed leaves as much as ever; wider limits are about what is given. */
        if (l->per > PERIOD_LIFE || (minus && l->scope != LIMIT_WARNING)) continue;
        if (!minus && l->scope == LIMIT_WARNING) continue;
        tell_left(mem, s, l, &left[n++]);
    }
    return (struct list){ left, n };
}

/* ---- the answer ---- */

static const struct err *one(struct arena *mem, const struct scheme *s, const struct award_facts *f, struct scheme_estimate *out,
                             struct award *a)
{
    const struct err *e = scheme_award(mem, s, f, a);
    if (!e || e->code != ERR_OVER_CAP) return e;
    *a = (struct award){ .points_c = 0, .explain_zh = err_text(e, LANG_ZH), .explain_en = err_text(e, LANG_EN) };
    out->full = 1;
    return NULL;
}

const struct err *scheme_estimate(struct arena *mem, const struct scheme *s, const struct award_facts *f, bool counted,
                                  struct scheme_estimate **answer)
{
    const struct scheme_item *i = scheme_item_find(s, f->item);
    struct scheme_estimate *out = arena_new(mem, struct scheme_estimate);
    struct award_facts facts = *f;
    struct award low, high;

    if (!i) {
        struct err *e = err_new(mem, ERR_INVALID, "item");
        err_finding(mem, e, "item", "方案里没有这个项目。", "the scheme has no such item");
        return e;
    }
    struct scheme_range v = picked(i, f);
    bool range = v.min_c != v.max_c;
    if (range) facts.chosen_c = v.min_c;
    TRY(one(mem, s, &facts, out, &low));
    high = low;
    if (range) facts.chosen_c = v.max_c;
    if (range) TRY(one(mem, s, &facts, out, &high));
    *out = (struct scheme_estimate){
        .item = i->code, .label = i->label, .category = scheme_category_label(s, i->category),
        .points_c = low.points_c, .most_c = high.points_c, .yuan = i->yuan, .range = low.points_c != high.points_c,
        .full = out->full, .explain = low.explain_zh, .explain_en = low.explain_en, .tree = low.tree, .of = i,
    };
    if (out->range && !out->full) {
        char a[DEC_SIZE], b[DEC_SIZE];
        const char *unit = i->yuan ? "元" : "分", *en = i->yuan ? "yuan" : "points";
        bool minus = high.points_c <= 0;
        dec_human(minus ? -high.points_c : low.points_c, a);
        dec_human(minus ? -low.points_c : high.points_c, b);
        out->explain = arena_printf(mem, "%s：%s%s%s至%s%s，由初审人评定。", i->label, minus ? "扣" : "", a, unit, b, unit);
        out->explain_en = arena_printf(mem, "%s: %s%s to %s %s, picked by the checker.", i->label, minus ? "minus " : "", a, b, en);
        out->tree = high.tree;
    }
    if (counted) out->left = all_left(mem, s, f, low.points_c < 0 || i->points_max_c < 0);
    *answer = out;
    return NULL;
}

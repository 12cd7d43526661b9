/* What a claim is worth: rate → times units → cap. Integer hundredths, no store, no clock. Each step is a
 * node of the derivation tree; the sentence is the tree read aloud.
 */
#include <string.h>
#include "kernel/dec.h"
#include "kernel/json.h"
#include "kernel/text.h"
#include "scheme/scheme.h"

struct step {
    const char *op, *zh, *en;
    int64_t points_c;
    const struct step *from;
};

static const char *points(struct arena *mem, int64_t c)
{
    char s[DEC_SIZE];
    return arena_strdup(mem, dec_human(c, s));
}

static const struct step *why(struct arena *mem, const char *op, int64_t points_c, const struct step *from, const char *zh, const char *en)
{
    struct step *w = arena_new(mem, struct step);
    *w = (struct step){ op, zh, en, points_c, from };
    return w;
}

static void why_json(struct json *j, const struct step *w)
{
    char s[DEC_SIZE];
    json_object(j);
    json_key(j, "op"), json_text(j, w->op);
    json_key(j, "zh"), json_text(j, w->zh);
    json_key(j, "en"), json_text(j, w->en);
    json_key(j, "points"), json_text(j, dec_format(w->points_c, s));
    if (w->from) {
        json_key(j, "from");
        json_array(j);
        why_json(j, w->from);
        json_end(j);
    }
    json_end(j);
}

/* The steps from the deed to the result, joined: "义务劳动（C05）：每小时2分×3.5小时=7分；本月…". */
static void read_aloud(struct buf *zh, struct buf *en, const struct step *w)
{
    if (w->from) read_aloud(zh, en, w->from);
    if (w->from) buf_puts(zh, !strcmp(w->from->op, "item") ? "：" : "；"), buf_puts(en, !strcmp(w->from->op, "item") ? ": " : "; ");
    buf_puts(zh, w->zh);
    buf_puts(en, w->en);
}

static void award_set(struct arena *mem, const struct step *w, struct award *out)
{
    struct buf zh = buf_in(mem, 4096), en = buf_in(mem, 4096), tree = buf_in(mem, 64 * 1024);
    struct json j = json_to(&tree);
    read_aloud(&zh, &en, w);
    buf_puts(&zh, "。");
    buf_puts(&en, ".");
    why_json(&j, w);
    *out = (struct award){ w->points_c, zh.p, en.p, tree.p };
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
        text = arena_printf(mem, "%s%s%s", text, i ? "、" : "", scheme_class_label(s, LIST_AT(*classes, const char *, i)));
    return text;
}

static bool has(const struct list *l, const char *word)
{
    for (size_t i = 0; i < l->n; i++)
        if (text_equal(LIST_AT(*l, const char *, i), word)) return true;
    return false;
}

static const struct err *check_who(struct arena *mem, const struct scheme *s, const struct scheme_item *item, const struct award_facts *f)
{
    const char *class_ = scheme_class_of(s, f->class_);
    if (!class_)
        return wrong(mem, "class", "本村方案没有这一类积分账户。", "the scheme has no accounts for this class");
    if (item->classes.n && !has(&item->classes, class_))
        return wrong(mem, "class", arena_printf(mem, "“%s”只适用于%s。", item->label, list_text(mem, s, &item->classes)),
                     arena_printf(mem, "\"%s\" applies to %s only", item->label, list_text(mem, s, &item->classes)));
    if (f->claimant && !has(&item->claimants, f->claimant))
        return wrong(mem, "claimant", arena_printf(mem, "“%s”不能由此方式申报。", item->label),
                     arena_printf(mem, "\"%s\" cannot be claimed this way", item->label));
    return NULL;
}

static const struct err *pick_range(struct arena *mem, const struct scheme_item *item, const struct award_facts *f, struct scheme_range *out)
{
    *out = item->points;
    if (!item->levels.n) {
        if (f->level) return wrong(mem, "level", "这个项目不分级别。", "this item has no levels");
        return NULL;
    }
    char *names = arena_strdup(mem, "");
    for (size_t i = 0; i < item->levels.n; i++) {
        const struct scheme_level *l = &LIST_AT(item->levels, struct scheme_level, i);
        if (text_equal(l->name, f->level)) {
            *out = l->points;
            return NULL;
        }
        names = arena_printf(mem, "%s%s%s", names, i ? "、" : "", l->name);
    }
    return wrong(mem, "level", arena_printf(mem, "请选择级别：%s。", names), arena_printf(mem, "choose a level: %s", names));
}

/* The points per deed or per unit: fixed, or the checker's pick. */
static const struct err *rate(struct arena *mem, const struct scheme_item *item, const struct award_facts *f, int64_t *out)
{
    struct scheme_range v;
    TRY(pick_range(mem, item, f, &v));
    *out = f->chosen_c == NONE ? v.min_c : f->chosen_c;
    if (f->chosen_c == NONE && v.min_c != v.max_c)
        return wrong(mem, "chosen", arena_printf(mem, "请在%s分至%s分之间评定。", points(mem, v.min_c), points(mem, v.max_c)),
                     arena_printf(mem, "pick from %s to %s points", points(mem, v.min_c), points(mem, v.max_c)));
    if (*out >= v.min_c && *out <= v.max_c) return NULL;
    if (v.min_c == v.max_c)
        return wrong(mem, "chosen", arena_printf(mem, "这个项目固定为%s分。", points(mem, v.min_c)),
                     arena_printf(mem, "this item is fixed at %s points", points(mem, v.min_c)));
    return wrong(mem, "chosen", arena_printf(mem, "要在%s分至%s分之间。", points(mem, v.min_c), points(mem, v.max_c)),
                 arena_printf(mem, "must be from %s to %s points", points(mem, v.min_c), points(mem, v.max_c)));
}

/* A million units of anything in one deed is a slip of the pen. */
#define UNITS_MAX_C INT64_C(100000000)

static const struct err *units(struct arena *mem, const struct scheme_item *item, const struct award_facts *f, int64_t *out)
{
    *out = f->quantity_c == NONE ? 100 : f->quantity_c;
    if (!item->unit) {
        if (*out == 100) return NULL;
        return wrong(mem, "quantity", "这个项目不按数量计分。", "this item does not count units");
    }
    if (*out <= 0 || *out > UNITS_MAX_C)
        return wrong(mem, "quantity", "数量要大于0，不超过1000000。", "more than 0 and at most 1000000 units");
    int64_t part = *out % 100;
    if (text_equal(item->count, "down")) *out -= part;
    if (text_equal(item->count, "up") && part) *out += 100 - part;
    if (text_equal(item->count, "nearest")) *out += part >= 50 ? 100 - part : -part;
    if (*out) return NULL;
    return wrong(mem, "quantity", arena_printf(mem, "不足1%s，不计分。", item->unit), arena_printf(mem, "less than one %s counts nothing", item->unit));
}

static const char *const period_zh[] = { "当日", "本周", "本月", "本季度", "本半年", "本年", "累计" };
static const char *const period_en[] = { "today", "this week", "this month", "this quarter", "this half-year", "this year", "altogether" };

static const struct err *capped(struct arena *mem, const struct scheme_item *item, const struct award_facts *f, const struct step **w)
{
    const struct scheme_cap *cap = item->cap;
    if (!cap) return NULL;
    const char *zh = period_zh[cap->per], *en = period_en[cap->per];
    if (cap->times != NONE && f->used_times >= cap->times)
        return err_say(mem, ERR_OVER_CAP, "item", arena_printf(mem, "“%s”%s已计%d次，上限%d次，不能再计。", item->label, zh, (int)f->used_times, (int)cap->times),
                       arena_printf(mem, "\"%s\" counted %d times %s; the cap is %d", item->label, (int)f->used_times, en, (int)cap->times));
    if (cap->points_c == NONE) return NULL;
    /* Deductions are capped by amount. */
    int64_t used = f->used_c < 0 ? -f->used_c : f->used_c, left = cap->points_c - used;
    int64_t amount = (*w)->points_c < 0 ? -(*w)->points_c : (*w)->points_c;
    if (left <= 0)
        return err_say(mem, ERR_OVER_CAP, "item", arena_printf(mem, "“%s”%s已计%s分，上限%s分，不能再计。", item->label, zh, points(mem, used), points(mem, cap->points_c)),
                       arena_printf(mem, "\"%s\" has %s points %s; the cap is %s", item->label, points(mem, used), en, points(mem, cap->points_c)));
    if (amount <= left) return NULL;
    int64_t granted = (*w)->points_c < 0 ? -left : left;
    *w = why(mem, "cap", granted, *w,
             arena_printf(mem, "%s已计%s分，上限%s分，计%s分", zh, points(mem, used), points(mem, cap->points_c), points(mem, granted)),
             arena_printf(mem, "%s points counted %s, cap %s, so %s", points(mem, used), en, points(mem, cap->points_c), points(mem, granted)));
    return NULL;
}

const struct err *scheme_award(struct arena *mem, const struct scheme *s, const struct award_facts *f, struct award *out)
{
    const struct scheme_item *item = scheme_item_find(s, f->item);
    int64_t rate_c, units_c, total_c;

    if (!item) return wrong(mem, "item", "方案里没有这个项目。", "the scheme has no such item");
    TRY(check_who(mem, s, item, f));
    TRY(rate(mem, item, f, &rate_c));
    TRY(units(mem, item, f, &units_c));
    if (!dec_muldiv(rate_c, units_c, 100, DEC_NEAREST, &total_c)) return wrong(mem, "quantity", "数量太大。", "too many units");

    const struct step *w = why(mem, "item", rate_c, NULL, arena_printf(mem, "%s（%s）", item->label, item->code),
                              arena_printf(mem, "%s (%s)", item->label, item->code));
    const char *level_zh = f->level ? arena_printf(mem, "%s级", f->level) : "";
    const char *level_en = f->level ? arena_printf(mem, "level %s, ", f->level) : "";
    const char *picked_zh = item->points_min_c != item->points_max_c && !f->level ? "评定" : "";
    if (item->unit)
        w = why(mem, "units", total_c, w,
                arena_printf(mem, "%s%s每%s%s分×%s%s=%s分", level_zh, picked_zh, item->unit, points(mem, rate_c), points(mem, units_c), item->unit, points(mem, total_c)),
                arena_printf(mem, "%s%s points per %s × %s = %s points", level_en, points(mem, rate_c), item->unit, points(mem, units_c), points(mem, total_c)));
    else
        w = why(mem, f->level ? "level" : *picked_zh ? "pick" : "fixed", total_c, w,
                arena_printf(mem, "%s%s%s分", level_zh, picked_zh, points(mem, total_c)),
                arena_printf(mem, "%s%s points", level_en, points(mem, total_c)));
    TRY(capped(mem, item, f, &w));
    award_set(mem, w, out);
    return NULL;
}

const struct err *scheme_false_claim(struct arena *mem, const struct scheme *s, const char *code, int64_t claimed_c, struct award *out)
{
    const struct scheme_item *item = scheme_item_find(s, code);
    int64_t claimed = claimed_c < 0 ? -claimed_c : claimed_c, penalty_c;
    if (!item) return wrong(mem, "item", "方案里没有这个项目。", "the scheme has no such item");
    if (!dec_mul(claimed, -s->false_claim_times, &penalty_c)) return wrong(mem, "points", "分值太大。", "too many points");
    const struct step *w = why(mem, "item", claimed, NULL, arena_printf(mem, "%s（%s）", item->label, item->code),
                              arena_printf(mem, "%s (%s)", item->label, item->code));
    w = why(mem, "false_claim", penalty_c, w,
            arena_printf(mem, "申报%s分确认为虚假，按%d倍扣分，%s分", points(mem, claimed), (int)s->false_claim_times, points(mem, penalty_c)),
            arena_printf(mem, "a claim of %s points found false costs %d times as much: %s", points(mem, claimed), (int)s->false_claim_times, points(mem, penalty_c)));
    award_set(mem, w, out);
    return NULL;
}

struct span scheme_cap_span(const struct scheme *s, const struct scheme_item *i, int64_t on)
{
    (void)s; /* caps of categories and accounts will need it */
    if (!i->cap) return (struct span){ 1, 0 };
    return period_span((enum period)i->cap->per, on);
}

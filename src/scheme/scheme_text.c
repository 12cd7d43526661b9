/* Rules in the words of the village: "每小时2分", "2分至10分，由初审人评定", "每月最多4次". */
#include "kernel/buf.h"
#include "kernel/dec.h"
#include "kernel/text.h"
#include "scheme/scheme.h"

static const char *unit_text(const struct scheme_item *i, enum lang lang)
{
    return i->yuan ? (lang == LANG_ZH ? "元" : " yuan") : (lang == LANG_ZH ? "分" : " points");
}

static void range_text(struct buf *b, struct scheme_range v, const char *unit, enum lang lang)
{
    char low[DEC_SIZE], high[DEC_SIZE];
    dec_human(v.min_c, low);
    dec_human(v.max_c, high);
    /* A deduction reads from the mild to the hard: 扣2分至10分. */
    if (v.max_c < 0) {
        dec_human(-v.max_c, low);
        dec_human(-v.min_c, high);
    }
    const char *minus = v.max_c < 0 ? (lang == LANG_ZH ? "扣" : "minus ") : "";
    if (v.min_c == v.max_c) buf_printf(b, "%s%s%s", minus, v.max_c < 0 ? low : high, unit);
    else if (lang == LANG_ZH) buf_printf(b, "%s%s%s至%s%s", minus, low, unit, high, unit);
    else buf_printf(b, "%s%s to %s%s", minus, low, high, unit);
}

static void bound_text(struct buf *b, int64_t c, const char *unit, enum lang lang)
{
    char s[DEC_SIZE];
    if (c < DAY_BOUND) {
        buf_printf(b, "%s%s", dec_human(c, s), unit ? unit : "");
        return;
    }
    struct ymd d = date_ymd(date_of(2023, 12, 31) + c - DAY_BOUND);
    buf_printf(b, lang == LANG_ZH ? "%d月%d日" : "%d-%d", d.month, d.day);
}

/* "10月31日以前（含）5分，其他0分" */
static void steps_text(struct buf *b, const struct scheme_item *i, enum lang lang)
{
    bool zh = lang == LANG_ZH;
    for (size_t k = 0; k < i->steps.n; k++) {
        const struct scheme_band *s = &LIST_AT(i->steps, struct scheme_band, k);
        const struct {
            int64_t c;
            const char *zh, *en;
        } ends[] = {
            { s->in.from_c, "从", "from " },
            { s->in.above_c, "超过", "above " },
            { s->in.to_c, "到", "to " },
            { s->in.below_c, "不到", "below " },
        };
        if (k) buf_puts(b, zh ? "，" : ", ");
        for (int e = 0; e < 4; e++) {
            if (ends[e].c == NONE) continue;
            buf_puts(b, zh ? ends[e].zh : ends[e].en);
            bound_text(b, ends[e].c, i->unit, lang);
            if (!zh) buf_puts(b, " ");
        }
        buf_puts(b, zh ? "的" : ": ");
        range_text(b, (struct scheme_range){ s->points_c, s->points_c }, unit_text(i, lang), lang);
    }
    if (i->otherwise_c == NONE) return;
    buf_puts(b, zh ? "，其他" : ", else ");
    range_text(b, (struct scheme_range){ i->otherwise_c, i->otherwise_c }, unit_text(i, lang),
               lang);
}

static void more_text(struct buf *b, const struct scheme_item *i, enum lang lang)
{
    bool zh = lang == LANG_ZH;
    char s[DEC_SIZE];
    for (size_t k = 0; k < i->multipliers.n; k++) {
        const struct scheme_level *m = &LIST_AT(i->multipliers, struct scheme_level, k);
        buf_printf(b, zh ? "%s%s×%s" : "%s%s × %s",
                   k ? (zh ? "、" : ", ") : (zh ? "，难度" : "; difficulty "), m->name,
                   dec_human(m->points.min_c, s));
    }
    if (i->reverse_c != NONE) {
        buf_puts(b, zh ? "，反之" : "; the contrary ");
        range_text(b, (struct scheme_range){ i->reverse_c, i->reverse_c }, unit_text(i, lang),
                   lang);
    }
    if (i->warnings && i->warnings->times != NONE)
        buf_printf(b, zh ? "，前%d次只提醒" : "; the first %d only warn", (int)i->warnings->times);
    for (size_t k = 0; k < i->loses.n; k++) {
        const struct scheme_level *l = &LIST_AT(i->loses, struct scheme_level, k);
        buf_printf(b, zh ? "%s%s扣%s%%" : "%s%s loses %s%%", b->n ? (zh ? "，" : ", ") : "",
                   l->name, dec_human(l->points.min_c, s));
    }
}

const char *scheme_level_suffix(const char *level)
{
    static const char *const places[] = { "组", "村", "乡", "镇", "街道", "区", "县",
                                          "市", "州", "省", "国家", "全国" };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (text_equal(level, places[i])) return "级";
    return "";
}

const char *scheme_points_text(struct arena *mem, const struct scheme_item *i, enum lang lang)
{
    struct buf b = buf_in(mem, 4096);
    bool picked = i->points.min_c != i->points.max_c;
    char short_of[DEC_SIZE];
    if (i->steps.n) {
        steps_text(&b, i, lang);
        more_text(&b, i, lang);
        return b.p;
    }
    if (i->points.min_c == NONE && !i->levels.n) {
        more_text(&b, i, lang);
        return b.p ? b.p : "";
    }
    if (i->short_of_c != NONE)
        buf_printf(&b, lang == LANG_ZH ? "应有%s%s，少的" : "of %s %s, short by: ",
                   dec_human(i->short_of_c, short_of), i->unit ? i->unit : "");
    if (i->unit && lang == LANG_ZH) buf_printf(&b, "每%s", i->unit);
    for (size_t k = 0; k < i->levels.n; k++) {
        const struct scheme_level *l = &LIST_AT(i->levels, struct scheme_level, k);
        buf_printf(&b, "%s%s%s", k ? (lang == LANG_ZH ? "，" : ", ") : "", l->name,
                   lang == LANG_ZH ? scheme_level_suffix(l->name) : " ");
        range_text(&b, l->points, unit_text(i, lang), lang);
        picked |= l->points.min_c != l->points.max_c;
    }
    if (!i->levels.n) range_text(&b, i->points, unit_text(i, lang), lang);
    if (i->unit && lang == LANG_EN) buf_printf(&b, " per %s", i->unit);
    if (picked) buf_puts(&b, lang == LANG_ZH ? "，由初审人评定" : ", picked by the checker");
    more_text(&b, i, lang);
    return b.p;
}

const char *scheme_cap_text(struct arena *mem, const struct scheme_item *i, enum lang lang)
{
    static const char *const zh[] = { "每日", "每周", "每月", "每季度", "每半年", "每年", "终身", "每次" };
    static const char *const en[] = { "a day",       "a week", "a month",  "a quarter",
                                      "half a year", "a year", "in a life", "at a time" };
    struct buf b = buf_in(mem, 4096);
    char s[DEC_SIZE];
    bool chinese = lang == LANG_ZH;
    for (size_t k = 0; k < i->caps.n; k++) {
        const struct scheme_cap *cap = &LIST_AT(i->caps, struct scheme_cap, k);
        if (k) buf_puts(&b, chinese ? "，" : "; ");
        buf_puts(&b, chinese ? zh[cap->per] : "at most ");
        if (chinese) buf_puts(&b, "最多");
        if (cap->times != NONE) buf_printf(&b, chinese ? "%d次" : "%d times", (int)cap->times);
        if (cap->times != NONE && cap->points_c != NONE) buf_puts(&b, chinese ? "、" : " and ");
        if (cap->points_c != NONE)
            buf_printf(&b, chinese ? "%s分" : "%s points", dec_human(cap->points_c, s));
        if (!chinese) buf_printf(&b, " %s", en[cap->per]);
    }
    return i->caps.n ? b.p : NULL;
}

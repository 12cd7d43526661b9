/* Rules in the words of the village: "每小时2分", "2分至10分，由初审人评定", "每月最多4次". */
#include "kernel/buf.h"
#include "kernel/dec.h"
#include "scheme/scheme.h"

static void range_text(struct buf *b, struct scheme_range v, enum lang lang)
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
    if (v.min_c == v.max_c) buf_printf(b, lang == LANG_ZH ? "%s%s分" : "%s%s points", minus, v.max_c < 0 ? low : high);
    else buf_printf(b, lang == LANG_ZH ? "%s%s分至%s分" : "%s%s to %s points", minus, low, high);
}

const char *scheme_points_text(struct arena *mem, const struct scheme_item *i, enum lang lang)
{
    struct buf b = buf_in(mem, 4096);
    bool picked = i->points.min_c != i->points.max_c;
    if (i->unit && lang == LANG_ZH) buf_printf(&b, "每%s", i->unit);
    for (size_t k = 0; k < i->levels.n; k++) {
        const struct scheme_level *l = &LIST_AT(i->levels, struct scheme_level, k);
        buf_printf(&b, lang == LANG_ZH ? "%s%s级" : "%s%s ", k ? (lang == LANG_ZH ? "，" : ", ") : "", l->name);
        range_text(&b, l->points, lang);
        picked |= l->points.min_c != l->points.max_c;
    }
    if (!i->levels.n) range_text(&b, i->points, lang);
    if (i->unit && lang == LANG_EN) buf_printf(&b, " per %s", i->unit);
    if (picked) buf_puts(&b, lang == LANG_ZH ? "，由初审人评定" : ", picked by the checker");
    return b.p;
}

const char *scheme_cap_text(struct arena *mem, const struct scheme_item *i, enum lang lang)
{
    static const char *const zh[] = { "每日", "每周", "每月", "每季度", "每半年", "每年", "终身" };
    static const char *const en[] = { "a day", "a week", "a month", "a quarter", "half a year", "a year", "in a life" };
    const struct scheme_cap *cap = i->cap;
    struct buf b = buf_in(mem, 1024);
    char s[DEC_SIZE];
    if (!cap) return NULL;
    buf_puts(&b, lang == LANG_ZH ? zh[cap->per] : "at most ");
    if (lang == LANG_ZH) buf_puts(&b, "最多");
    if (cap->times != NONE) buf_printf(&b, lang == LANG_ZH ? "%d次" : "%d times", (int)cap->times);
    if (cap->times != NONE && cap->points_c != NONE) buf_puts(&b, lang == LANG_ZH ? "、" : " and ");
    if (cap->points_c != NONE) buf_printf(&b, lang == LANG_ZH ? "%s分" : "%s points", dec_human(cap->points_c, s));
    if (lang == LANG_EN) buf_printf(&b, " %s", en[cap->per]);
    return b.p;
}

/* Words of the notice: amounts, ranges, periods, roles, as villagers say them. */
#include <string.h>

#include "kernel/dec.h"
#include "kernel/text.h"
#include "scheme/scheme_key_rows.h"
#include "scheme/scheme_notice_in.h"

const char *points_word(const struct telling *t, int64_t c)
{
    char s[DEC_SIZE];
    return told(t, SAY(t, "%s分", c == 100 ? "%s point" : "%s points"), dec_human(c, s));
}

const char *yuan_word(const struct telling *t, int64_t c)
{
    char s[DEC_SIZE];
    return told(t, SAY(t, "%s元", "%s yuan"), dec_human(c, s));
}

static const char *bound(const struct telling *t, int64_t c, const char *unit)
{
    char s[DEC_SIZE];
    if (c < DAY_BOUND) return told(t, "%s%s", dec_human(c, s), unit);
    struct ymd d = date_ymd(date_of(2023, 12, 31) + c - DAY_BOUND);
    return told(t, SAY(t, "%d月%d日", "%d-%d"), d.month, d.day);
}

/* "80分到85分", "高于85分到90分", "60分以上、不到85分", "不到60分", "85分以上". 以上, 以下 include.
 */
const char *bounds_word(const struct telling *t, const struct scheme_bounds *in, const char *unit)
{
    bool from = in->from_c != NONE, above = in->above_c != NONE, to = in->to_c != NONE,
         below = in->below_c != NONE;
    const char *low = from || above ? bound(t, from ? in->from_c : in->above_c, unit) : "";
    const char *high = to || below ? bound(t, to ? in->to_c : in->below_c, unit) : "";
    if (from && to && in->from_c == in->to_c) return low;
    if (from && to) return told(t, SAY(t, "%s到%s", "%s to %s"), low, high);
    if (above && to) return told(t, SAY(t, "高于%s到%s", "above %s to %s"), low, high);
    if (from && below) return told(t, SAY(t, "%s以上、不到%s", "%s or more, below %s"), low, high);
    if (above && below) return told(t, SAY(t, "高于%s、不到%s", "above %s, below %s"), low, high);
    if (from) return told(t, SAY(t, "%s以上", "%s or more"), low);
    if (above) return told(t, SAY(t, "高于%s", "above %s"), low);
    if (to) return told(t, SAY(t, "%s以下", "%s or less"), high);
    if (below) return told(t, SAY(t, "不到%s", "below %s"), high);
    return SAY(t, "不论多少", "any");
}

/* A word of the language by its row in the table of keys, so that no list is kept twice. */
static const char *key_word(const struct telling *t, const struct scheme_shape *shape,
                            const char *key, const char *word)
{
    for (const struct scheme_key *k = shape->keys; k->kind; k++) {
        if (!k->words || !text_equal(k->name, key)) continue;
        for (const struct scheme_word *w = k->words; w->name; w++)
            if (text_equal(w->name, word)) {
                char *s = arena_strdup(t->mem, t->zh && w->zh ? w->zh : w->name);
                for (char *p = s; *p; p++)
                    if (*p == '_') *p = ' ';
                return s;
            }
    }
    return word;
}

const char *role_word(const struct telling *t, const char *role)
{
    return role ? key_word(t, &step_shape, "role", role) : NULL;
}

const char *colour_word(const struct telling *t, const char *colour)
{
    return colour ? key_word(t, &band_shape, "colour", colour) : NULL;
}

/* Also of a cap: CAP_EVENT. */
const char *every_word(const struct telling *t, int64_t per)
{
    static const char *const zh[] = { "每天",   "每周", "每月", "每季度",
                                      "每半年", "每年", "终身", "每次" };
    static const char *const en[] = { "a day",       "a week", "a month",   "a quarter",
                                      "half a year", "a year", "in a life", "each time" };
    return SAY(t, zh, en)[per];
}

const char *within_word(const struct telling *t, int64_t per)
{
    static const char *const zh[] = { "当天", "当周", "当月", "当季", "半年内", "当年", "一直" };
    static const char *const en[] = { "that day",       "that week", "that month", "that quarter",
                                      "that half-year", "that year", "for life" };
    return SAY(t, zh, en)[per];
}

const char *span_word(const struct telling *t, int64_t per, int64_t n)
{
    static const char *const zh[] = { "%d天",     "%d周", "%d个月", "%d个季度",
                                      "%d个半年", "%d年", "%d次" };
    static const char *const en[] = { "%d days",       "%d weeks", "%d months", "%d quarters",
                                      "%d half-years", "%d years", "%d times" };
    const char *s = SAY(t, zh, en)[per];
    return told(t, "%d%s", (int)n, s + 2);
}

const char *names_word(const struct telling *t, const struct list *names)
{
    struct buf b = buf_in(t->mem, 64 * 1024);
    for (size_t i = 0; i < names->n; i++)
        buf_printf(&b, "%s%s", i ? SAY(t, "、", ", ") : "", LIST_AT(*names, const char *, i));
    return b.p ? b.p : "";
}

const char *class_word(const struct telling *t, const char *class_)
{
    return scheme_class_label(t->s, class_);
}

const char *cap_word(const struct telling *t, const struct scheme_cap *cap, const char *unit)
{
    char s[DEC_SIZE];
    struct buf b = buf_in(t->mem, 4096);
    if (t->zh) buf_puts(&b, every_word(t, cap->per));
    if (cap->times != NONE) buf_printf(&b, SAY(t, "%d次", "%d times"), (int)cap->times);
    if (cap->times != NONE && cap->points_c != NONE) buf_puts(&b, SAY(t, "、", " and "));
    if (cap->points_c != NONE) buf_printf(&b, "%s%s", dec_human(cap->points_c, s), unit);
    if (!t->zh) buf_printf(&b, " %s", every_word(t, cap->per));
    return b.p;
}

const char *board_word(const struct telling *t, const char *code)
{
    for (size_t i = 0; code && i < t->s->rules.boards.n; i++) {
        const struct scheme_board *b = &LIST_AT(t->s->rules.boards, struct scheme_board, i);
        if (text_equal(b->code, code)) return told(t, SAY(t, "“%s”", "\"%s\""), b->label);
    }
    return NULL;
}

const char *bars_word(const struct telling *t, const char *bars)
{
    return text_equal(bars, "year") ? SAY(t, "当年", "that year")
                                    : SAY(t, "当年和次年", "that year and the next");
}

bool class_told(const struct telling *t, const char *class_)
{
    const struct list *only = t->about->classes;
    for (size_t i = 0; only && i < only->n; i++)
        if (text_equal(LIST_AT(*only, const char *, i), class_)) return true;
    return !only;
}

bool class_held(const struct telling *t, const char *class_)
{
    const struct list *only = t->about->classes;
    for (size_t i = 0; only && i < only->n; i++)
        if (scheme_class_is(t->s, LIST_AT(*only, const char *, i), class_)) return true;
    return !only;
}

bool kind_told(const struct telling *t, const char *kind)
{
    const struct list *only = t->about->classes;
    for (size_t i = 0; only && i < only->n; i++)
        if (text_equal(scheme_class_kind(t->s, LIST_AT(*only, const char *, i)), kind)) return true;
    return !only;
}

bool item_told(const struct telling *t, const struct scheme_item *item)
{
    for (size_t i = 0; i < item->classes.n; i++)
        if (class_told(t, LIST_AT(item->classes, const char *, i))) return true;
    return item->classes.n == 0;
}

const char *publicity_word(const struct telling *t)
{
    return told(t,
                t->s->publicity_workdays ? SAY(t, "%d个工作日", "%d working days")
                                         : SAY(t, "%d天", "%d days"),
                (int)t->s->publicity_days);
}

static const char *objection(const struct telling *t, const char *word)
{
    if (text_equal(word, "stops")) return SAY(t, "先停下，查清再定", "it stops until decided");
    if (text_equal(word, "returns")) return SAY(t, "退回上一步重做", "back to the step before");
    if (text_equal(word, "recheck")) return SAY(t, "重新核实", "it is checked again");
    return word;
}

void tell_steps(struct telling *t, const struct list *steps, const char *caption)
{
    struct telling_table table;
    table_open(
        t, &table,
        SAY(t, "步骤*3|谁来做*2|时间*2|有异议时*3", "Step*3|Who*2|Time*2|On an objection*3"));
    for (size_t i = 0; i < steps->n; i++) {
        const struct scheme_step *s = &LIST_AT(*steps, struct scheme_step, i);
        bool days = s->days != NONE && s->days > 0;
        const char *const cells[] = {
            told(t, "%d. %s", (int)i + 1, s->label),
            role_word(t, s->role),
            days ? told(t, SAY(t, "%d天", "%d days"), (int)s->days) : NULL,
            objection(t, s->objection),
        };
        table_row(&table, cells);
    }
    table_close(&table, caption);
}

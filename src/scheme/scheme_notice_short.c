/* The rules in one line each, for the card: scheme_notice_in.h. */
#include "kernel/dec.h"
#include "kernel/text.h"
#include "scheme/scheme_notice_in.h"

/* Lines of a form that a card names; the wall has them all. */
enum { LINES_SHOWN = 24 };

const char *round_line(struct telling *t, const struct scheme_round *r)
{
    struct buf b = buf_in(t->mem, 16 * 1024);
    buf_printf(&b, SAY(t, "%s：%s一次%s", "%s: once %s%s"), r->label, every_word(t, r->every),
               r->window ? window_word(t, r) : "");
    for (size_t i = 0; r->bands_ && i <= r->bands_->bands.n; i++) {
        bool last = i == r->bands_->bands.n;
        const struct scheme_band *k =
            last ? r->bands_->otherwise : &LIST_AT(r->bands_->bands, struct scheme_band, i);
        if (!k) continue;
        buf_printf(&b, SAY(t, "%s%s", "%s%s"), i ? SAY(t, "，", ", ") : SAY(t, "；", "; "),
                   last ? SAY(t, "其他", "else") : bounds_word(t, &k->in, SAY(t, "分", "")));
        if (k->label) buf_printf(&b, SAY(t, "为%s", " is %s"), k->label);
        if (k->points_c != NONE)
            buf_printf(&b, SAY(t, "得%s", ": %s"), points_word(t, k->points_c));
        if (k->amount_c != NONE) buf_printf(&b, SAY(t, "得%s", ", %s"), yuan_word(t, k->amount_c));
    }
    buf_puts(&b, SAY(t, "。", "."));
    return b.p;
}

const char *sheet_line(struct telling *t, const struct scheme_sheet *s)
{
    struct buf b = buf_in(t->mem, 16 * 1024);
    char max[DEC_SIZE];
    int n = 0;
    buf_printf(&b, SAY(t, "看什么：", "What is looked at: "));
    for (size_t i = 0; i < s->sections.n; i++) {
        const struct scheme_section *section = &LIST_AT(s->sections, struct scheme_section, i);
        for (size_t k = 0; k < section->lines.n; k++) {
            const struct scheme_line *l = &LIST_AT(section->lines, struct scheme_line, k);
            if (l->veto || n > LINES_SHOWN) continue;
            if (n++ == LINES_SHOWN) {
                buf_puts(&b, SAY(t, "等", " and more"));
                continue;
            }
            buf_printf(&b, SAY(t, "%s%s%s分", "%s%s %s"), n > 1 ? SAY(t, "、", ", ") : "", l->label,
                       dec_human(l->max_c, max));
        }
    }
    buf_puts(&b, SAY(t, "。", "."));
    return b.p;
}

const char *assessment_line(struct telling *t, const struct scheme_assessment *a)
{
    struct buf b = buf_in(t->mem, 16 * 1024);
    buf_printf(&b, SAY(t, "%s：%s评一次，", "%s: once %s; "), a->label, every_word(t, a->per));
    for (size_t i = 0; i < a->parts.n; i++) {
        const struct scheme_part *p = &LIST_AT(a->parts, struct scheme_part, i);
        buf_printf(&b, "%s%s", i ? SAY(t, "、", ", ") : "", p->label);
        if (p->base_c) buf_printf(&b, SAY(t, "基础%s", " from %s"), points_word(t, p->base_c));
    }
    buf_puts(&b, SAY(t, "，做得好加分，不好减分。", "; more or less by what was done."));
    return b.p;
}

const char *title_line(struct telling *t, const struct scheme_title *title)
{
    struct buf b = buf_in(t->mem, 16 * 1024);
    buf_printf(&b, SAY(t, "%s：", "%s: "), title->label);
    for (size_t i = 0; i < title->ladder.n; i++) {
        const struct scheme_rung *r = &LIST_AT(title->ladder, struct scheme_rung, i);
        buf_printf(&b, SAY(t, "%s%s评“%s”", "%s%s: \"%s\""), i ? SAY(t, "，", ", ") : "",
                   rung_word(t, r, i == 0), r->label);
        if (r->amount_c != NONE) buf_printf(&b, SAY(t, "奖%s", ", %s"), yuan_word(t, r->amount_c));
    }
    buf_puts(&b, SAY(t, "。", "."));
    return b.p;
}

const char *exchange_line(struct telling *t, const struct scheme_exchange *x)
{
    struct buf b = buf_in(t->mem, 16 * 1024);
    buf_printf(&b, SAY(t, "兑换：1分兑%s的东西", "Exchange: 1 point for %s"),
               yuan_word(t, x->rate_c));
    if (x->minimum_c != NONE)
        buf_printf(&b, SAY(t, "，一次至少%s", ", at least %s"), points_word(t, x->minimum_c));
    for (size_t i = 0; i < x->limits.n; i++)
        buf_printf(&b, SAY(t, "，一户最多%s", ", a household at most %s"),
                   limit_word(t, &LIST_AT(x->limits, struct scheme_limit_rule, i)));
    if (x->days.n) buf_printf(&b, SAY(t, "，每月%s日兑换", ", on day %s"), names_word(t, &x->days));
    for (size_t i = 0; i < x->services.n; i++) {
        const struct scheme_service *s = &LIST_AT(x->services, struct scheme_service, i);
        buf_printf(&b, SAY(t, "，%s%s", ", %s %s"), s->label, points_word(t, s->points_c));
    }
    buf_puts(&b, SAY(t, "。", "."));
    return b.p;
}

const char *steps_line(struct telling *t)
{
    struct buf b = buf_in(t->mem, 16 * 1024);
    struct list steps = claim_steps(t);
    for (size_t i = 0; i < steps.n; i++) {
        const struct scheme_step *s = &LIST_AT(steps, struct scheme_step, i);
        buf_printf(&b, "%s%s", i ? "→" : "", s->label);
        if (s->days != NONE && s->days > 0)
            buf_printf(&b, SAY(t, "%d天", " %d days"), (int)s->days);
    }
    return b.p ? b.p : "";
}

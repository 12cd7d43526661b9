/* Deeds by the versions of their days: trial_explain.h. Few deeds of one subject, so limits are
 * counted by going through what came before. */
#include "kernel/dec.h"
#include "kernel/text.h"
#include "scheme/scheme_why.h"
#include "trial/trial_explain.h"

static const struct scheme *scheme_on(const struct list *schemes, int64_t on)
{
    const struct scheme *s = LIST_AT(*schemes, const struct scheme *, 0);
    for (size_t i = 1; i < schemes->n && LIST_AT(*schemes, const struct scheme *, i)->from <= on;
         i++)
        s = LIST_AT(*schemes, const struct scheme *, i);
    return s;
}

static bool is_fault(const struct valued *v)
{
    return v->deed->reverse == 1 || v->item->points_max_c < 0;
}

/* What each limit has let through, whichever version gave it. */
static void count_before(const struct valued *done, size_t n, const struct valued *v,
                         struct list *limits)
{
    for (size_t k = 0; k < limits->n; k++) {
        struct scheme_limit *l = &LIST_AT(*limits, struct scheme_limit, k);
        for (size_t i = 0; i < n; i++) {
            const struct valued *d = &done[i];
            if (!d->item || d->deed->proved_false || d->deed->on < l->span.first ||
                d->deed->on > l->span.last)
                continue;
            if (!scheme_limit_counts(l, d->item)) continue;
            if (l->scope == LIMIT_WARNING ? !is_fault(d)
                                          : is_fault(d) != is_fault(v) || !d->points_c)
                continue;
            l->used_times++;
            l->used_c += d->points_c;
        }
    }
}

static const struct err *one(struct arena *mem, const char *class_, const struct list *tags,
                             bool explain, const struct valued *done, size_t n, struct valued *v)
{
    const struct fact_deed *f = v->deed;
    struct list limits = { 0 };
    struct award a;
    v->item = scheme_item_find(v->scheme, f->item);
    if (v->item) {
        limits = scheme_limits(mem, v->scheme, v->item, f->on);
        count_before(done, n, v, &limits);
    }
    static struct scheme_limit none[1];
    const struct err *x =
        scheme_award(mem, v->scheme,
                     &(struct award_facts){ .item = f->item,
                                            .class_ = f->class_ ? f->class_ : class_,
                                            .tags = f->class_ ? (struct list){ 0 } : *tags,
                                            .chosen_c = f->chosen_c,
                                            .quantity_c = f->quantity_c,
                                            .level = f->level,
                                            .on = f->on,
                                            .reverse = f->reverse == 1,
                                            .difficulty = f->difficulty,
                                            .limits = limits.n ? limits.items : none,
                                            .limits_n = limits.n,
                                            .say = explain ? AWARD_ALL : AWARD_POINTS },
                     &a);
    v->placed = !x || x->code == ERR_OVER_CAP;
    v->points_c = x ? 0 : a.points_c;
    v->zh = x ? err_text(x, LANG_ZH) : a.explain_zh;
    v->en = x ? err_text(x, LANG_EN) : a.explain_en;
    v->why = x || !explain ? NULL : a.why;
    if (!f->proved_false || v->points_c <= 0) return NULL;
    if (!explain) return scheme_false_points(mem, v->scheme, v->points_c, &v->points_c);
    struct award penalty;
    TRY(scheme_false_claim(mem, v->scheme, f->item, v->points_c, &penalty));
    struct scheme_why *w =
        why_new(mem, "false_claim", penalty.points_c, penalty.explain_zh, penalty.explain_en);
    why_under(w, a.why);
    why_under(w, penalty.why);
    v->points_c = penalty.points_c;
    v->zh = penalty.explain_zh;
    v->en = penalty.explain_en;
    v->why = w;
    return NULL;
}

const struct err *trial_value(struct arena *mem, const struct list *schemes, const char *class_,
                              const struct list *tags, const struct list *deeds, bool explain,
                              struct list *out)
{
    struct valued *v = arena_array(mem, struct valued, deeds->n + 1);
    /* Claims come in order of day. */
    for (size_t i = 0; i < deeds->n; i++) {
        v[i].deed = &LIST_AT(*deeds, struct fact_deed, i);
        v[i].scheme = scheme_on(schemes, v[i].deed->on);
        TRY(one(mem, class_, tags, explain, v, i, &v[i]));
    }
    *out = (struct list){ v, deeds->n };
    return NULL;
}

/* Penalties: one deed is punished once, what bars from titles and from exchange, and for how long.
 */
#include <string.h>

#include "kernel/dec.h"
#include "kernel/text.h"
#include "scheme/scheme_eval.h"
#include "scheme/scheme_index.h"

static const char *human(struct arena *mem, int64_t c)
{
    char s[DEC_SIZE];
    return arena_strdup(mem, dec_human(c, s));
}

/* Two entries of one deed: of the same case; without a case, the same item on the same day, unless
 * it counts units (three lapses of one day are three). */
static bool same_deed(const struct eval_deed *a, const struct eval_deed *b)
{
    const struct fact_deed *x = a->deed, *y = b->deed;
    if (x->case_ || y->case_) return text_equal(x->case_, y->case_);
    return a->item && a->item == b->item && x->on == y->on && !a->item->unit &&
           x->reverse == y->reverse && x->level == y->level;
}

void eval_once(struct eval *e, const struct list *done, struct eval_deed *d)
{
    int64_t taken = 0;
    for (size_t i = done->n; d->points_c < 0 && i-- > 0;) {
        const struct eval_deed *before = &LIST_AT(*done, struct eval_deed, i);
        if (!d->deed->case_ && before->deed->on < d->deed->on) break; /* deeds come by day */
        if (before->points_c < 0 && same_deed(before, d)) taken += before->points_c;
    }
    if (!taken) return;
    int64_t more = d->points_c < taken ? d->points_c - taken : 0;
    if (e->explain) {
        struct scheme_why *w = why_new(
            e->mem, "once", more,
            arena_printf(e->mem, "同一件事已扣%s，只罚一次，按重的算，再扣%s",
                         human(e->mem, -taken), human(e->mem, -more)),
            arena_printf(e->mem, "%s taken for the same deed; the hardest counts once, so %s more",
                         human(e->mem, -taken), human(e->mem, -more)));
        why_under(w, d->why);
        d->why = w;
    }
    d->points_c = more;
}

/* ---- what bars ---- */

static int years_of(const char *bars)
{
    return !bars ? 0 : text_equal(bars, "year") ? 1 : 2;
}

/* For how many years a deed bars, its own included; 0: not at all. A claim proved false is a false
 * claim, not the deed it claimed. */
static int bars_for(const struct scheme *s, const struct fact_deed *d, bool exchange)
{
    int from_exchange = exchange && s->rules.exchange ? years_of(s->rules.exchange->barred) : 0;
    if (d->proved_false) return exchange ? from_exchange : (int)s->false_claim_bars;
    const struct scheme_item *item = scheme_item_find(s, d->item);
    if (!item || !item->bars || (item->points_min_c > 0 && d->reverse != 1)) return 0;
    return exchange ? from_exchange : years_of(item->bars);
}

static bool barred_by(const struct scheme *s, const struct list *deeds, int64_t on, bool exchange)
{
    int year = date_ymd(on).year;
    bool items = !s->index || s->index->bars; /* else only false claims do, and they are few */
    for (size_t i = 0; i < deeds->n; i++) {
        const struct fact_deed *d = &LIST_AT(*deeds, struct fact_deed, i);
        if (d->on > on || (!items && !d->proved_false)) continue;
        if (year - date_ymd(d->on).year < bars_for(s, d, exchange)) return true;
    }
    return false;
}

bool eval_barred(const struct scheme *s, const struct fact_subject *f, int64_t on, bool exchange)
{
    if (f->barred == 1 && (!exchange || (s->rules.exchange && s->rules.exchange->barred)))
        return true;
    bool found = barred_by(s, &f->deeds, on, exchange);
    for (size_t i = 0; i < f->members.n && !found; i++)
        found = barred_by(s, &LIST_AT(f->members, struct fact_member, i).deeds, on, exchange);
    return found;
}

/* ---- boards ---- */

/* Names of people are masked; villages, groups and shops are no secret. */
static const char *board_name(struct arena *mem, const struct scheme *s,
                              const struct scheme_board *b, const struct fact_subject *f)
{
    const char *kind = scheme_class_kind(s, scheme_class_pick(s, f->class_, &f->tags));
    bool person = text_equal(kind, "resident") || text_equal(kind, "household") ||
                  text_equal(kind, "grid_worker");
    if (!f->label || b->masked == 0 || !person) return f->label;
    /* "张三丰户" is 张*丰户: the household is not part of the name. */
    size_t n = strlen(f->label), tail = strlen("户");
    if (n <= tail || strcmp(f->label + n - tail, "户")) return text_mask_name(mem, f->label);
    return arena_printf(mem, "%s户", text_mask_name(mem, arena_strndup(mem, f->label, n - tail)));
}

void eval_board(struct arena *mem, const struct scheme *s, const struct scheme_board *b,
                const struct fact_subject *f, int64_t on, const char *why, const char *help,
                struct eval_board *out)
{
    *out = (struct eval_board){
        .board = b,
        .subject = f->id,
        .from = on,
        .until = on + b->days - 1,
        .appeal_until = b->appeal_days == NONE ? NONE : on + b->appeal_days - 1,
        .name = board_name(mem, s, b, f),
        .why = why,
        .help = help,
        .mentor = b->mentor == 1 ? f->mentor : NULL,
    };
    for (size_t i = 0; i < f->appeals.n; i++) {
        const struct fact_appeal *a = &LIST_AT(f->appeals, struct fact_appeal, i);
        if (!text_equal(a->board, b->code) || a->upheld != 1) continue;
        if (a->on < out->from || out->appeal_until == NONE || a->on > out->appeal_until) continue;
        out->upheld = true;
        if (a->on - 1 < out->until) out->until = a->on - 1;
    }
}

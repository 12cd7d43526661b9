/* Deeds beside their limits. Every limit has running counts, one for what is given and one for what
 * is taken; as deeds come in order of day, a count starts again when its period is another, so that
 * a deed costs its own limits and not all deeds before it. */
#include <string.h>

#include "kernel/dec.h"
#include "kernel/text.h"
#include "scheme/scheme_eval.h"
#include "scheme/scheme_index.h"
#include "scheme/scheme_sort.h"

struct counter {
    int64_t used_c, used_times;
    int64_t first; /* of the period it counts */
    uint64_t stamp;
};
struct memo {
    const struct list *deeds;
    struct list worth;
};
/* Spans by the last bits of the day: a year and a half without two days in one place. */
enum { DAYS = 512 };
struct eval_work {
    struct arena *mem;
    const struct scheme_index *index;
    struct counter *counters; /* two for each: given, taken */
    uint64_t stamp;           /* counts with another stamp are of other deeds */
    struct scheme_limit *limits;
    struct span *spans[PERIOD_LIFE + 1]; /* of days, where they were asked for; see DAYS */
    bool remembers;
    struct memo *memos;
    size_t memos_n, memos_cap;
    struct {
        const char *class_, *code;
        const void *tags;
    } picks[4]; /* classes of this subject and its members */
    size_t picks_n;
    struct eval_marks marks;
};

struct eval_work *eval_work_new(struct arena *mem, const struct scheme *s)
{
    struct eval_work *w = arena_new(mem, struct eval_work);
    w->index = scheme_index_of(mem, s);
    w->counters = arena_array(mem, struct counter, 2 * (size_t)w->index->counters + 1);
    w->limits = arena_array(mem, struct scheme_limit, w->index->limits_most + 1);
    w->mem = mem;
    return w;
}

void eval_work_begin(struct eval_work *w, struct eval *e)
{
    e->work = w;
    w->remembers = true;
    w->memos = NULL;
    w->memos_n = w->memos_cap = 0;
    w->picks_n = 0;
    w->marks.sheet = NULL;
}

static struct span span_at(struct eval_work *w, enum period per, int64_t on)
{
    if (!w->spans[per]) {
        w->spans[per] = arena_array(w->mem, struct span, DAYS);
        for (size_t i = 0; i < DAYS; i++) w->spans[per][i] = (struct span){ 1, 0 };
    }
    struct span *p = &w->spans[per][(uint64_t)on % DAYS];
    if (on < p->first || on > p->last) *p = period_span(per, on);
    return *p;
}

static struct eval_work *work_of(struct eval *e)
{
    if (!e->work) e->work = eval_work_new(e->mem, e->s);
    return e->work;
}

/* A household's members mostly are of one class; texts of facts that were seen before are the same.
 */
const char *eval_class(struct eval *e, const char *class_, const struct list *tags)
{
    struct eval_work *w = work_of(e);
    const void *at = tags && tags->n ? tags->items : NULL;
    for (uint32_t i = 0; !at && i < w->index->classes.n; i++)
        if (w->index->picks[i] == class_) return class_;
    for (size_t i = 0; i < w->picks_n; i++)
        if (w->picks[i].class_ == class_ && w->picks[i].tags == at) return w->picks[i].code;
    uint32_t known = at ? 0 : names_find(&w->index->classes, class_);
    const char *code = known ? w->index->picks[known - 1] : scheme_class_pick(e->s, class_, tags);
    if (!code) code = class_;
    if (!w->remembers || w->picks_n == sizeof w->picks / sizeof *w->picks) return code;
    w->picks[w->picks_n].class_ = class_;
    w->picks[w->picks_n].tags = at;
    w->picks[w->picks_n++].code = code;
    return code;
}

struct eval_marks *eval_marks_of(struct eval *e, const struct index_sheet *sheet)
{
    struct eval_marks *m = &work_of(e)->marks;
    if (sheet->slots.n > m->cap) {
        m->cap = sheet->slots.n;
        m->marks = arena_array(e->work->mem, int64_t, m->cap);
        m->as = arena_alloc_array(e->work->mem, m->cap, sizeof *m->as);
        m->sheet = NULL;
    }
    if (m->sheet != sheet) m->seen = 0, m->whole = false;
    m->sheet = e->work->remembers ? sheet : NULL;
    return m;
}

struct span eval_period(struct eval *e, enum period per, int64_t on)
{
    return span_at(work_of(e), per, on);
}

const struct scheme_index *eval_index(struct eval *e)
{
    return work_of(e)->index;
}

static const struct list *remembered(const struct eval_work *w, const struct list *deeds)
{
    for (size_t i = 0; i < w->memos_n; i++)
        if (w->memos[i].deeds == deeds) return &w->memos[i].worth;
    return NULL;
}

static void remember(struct eval *e, const struct list *deeds, const struct list *worth)
{
    struct eval_work *w = e->work;
    if (w->memos_n == w->memos_cap) {
        struct memo *old = w->memos;
        w->memos_cap = w->memos_cap ? 4 * w->memos_cap : 8;
        w->memos = arena_array(e->mem, struct memo, w->memos_cap);
        if (old) memcpy(w->memos, old, w->memos_n * sizeof *old);
    }
    w->memos[w->memos_n++] = (struct memo){ deeds, *worth };
}

/* ---- limits ---- */

static bool is_fault(const struct scheme_item *item, const struct fact_deed *d)
{
    return d->reverse == 1 || item->points_max_c < 0;
}

/* The count of a limit for a deed; NULL: the limit is of one deed. */
static struct counter *counter_of(struct eval_work *w, const struct scheme_limit *l, uint32_t id,
                                  bool fault, int64_t on)
{
    if (l->per == CAP_EVENT) return NULL;
    struct counter *c = &w->counters[2 * (size_t)id + (fault || l->scope == LIMIT_WARNING)];
    int64_t first = span_at(w, (enum period)l->per, on).first;
    if (c->stamp != w->stamp || c->first != first)
        *c = (struct counter){ .first = first, .stamp = w->stamp };
    return c;
}

static void count_before(struct eval_work *w, const struct index_item *x, bool fault, int64_t on)
{
    for (size_t i = 0; i < x->limits.n; i++) {
        struct scheme_limit *l = &w->limits[i];
        *l = LIST_AT(x->limits, struct scheme_limit, i);
        const struct counter *c = counter_of(w, l, x->counters[i], fault, on);
        if (!c) continue;
        l->used_times = c->used_times;
        l->used_c = c->used_c;
    }
}

/* Warnings count faults, whatever they cost; the others what was given or taken: a refused deed
 * used nothing. */
static void count(struct eval_work *w, const struct index_item *x, bool fault, int64_t on,
                  int64_t points_c)
{
    for (size_t i = 0; i < x->limits.n; i++) {
        const struct scheme_limit *l = &LIST_AT(x->limits, struct scheme_limit, i);
        if (l->scope == LIMIT_WARNING ? !fault : points_c == 0) continue;
        struct counter *c = counter_of(w, l, x->counters[i], fault, on);
        if (!c) continue;
        c->used_times++;
        c->used_c += points_c;
    }
}

/* ---- one deed ---- */

/* W2: found before it was recorded, the award never was; after, it is reversed: either way its
 * points are gone and the penalty remains. */
static const struct err *proved_false(struct eval *e, struct eval_deed *d)
{
    struct award penalty;
    char s[DEC_SIZE];
    if (!e->explain) return scheme_false_points(e->mem, e->s, d->points_c, &d->points_c);
    TRY(scheme_false_claim(e->mem, e->s, d->deed->item, d->points_c, &penalty));
    struct scheme_why *w =
        why_new(e->mem, "false_claim", penalty.points_c, penalty.explain_zh, penalty.explain_en);
    if (!strcmp(d->deed->proved_false, "after")) {
        why_under(w, d->why);
        why_under(w, why_new(e->mem, "reversal", -d->points_c,
                             arena_printf(e->mem, "冲正%s分", dec_human(-d->points_c, s)),
                             "the award is reversed"));
    }
    why_under(w, penalty.why);
    d->why = w;
    d->points_c = penalty.points_c;
    return NULL;
}

static void explain(struct eval *e, struct eval_deed *d, const struct err *refused,
                    const struct award *a)
{
    char day[DATE_SIZE];
    date_format(d->deed->on, day);
    d->why = why_new(e->mem, "deed", d->points_c,
                     arena_printf(e->mem, "%s %s", day, refused ? refused->zh : a->explain_zh),
                     arena_printf(e->mem, "%s %s", day, refused ? refused->en : a->explain_en));
    if (!refused) why_under(d->why, a->why);
}

/* done: the deeds before it. */
static const struct err *one_deed(struct eval *e, const char *class_, const char *picked,
                                  const struct list *done, struct eval_deed *d)
{
    const struct fact_deed *f = d->deed;
    struct eval_work *w = e->work;
    struct award a;
    struct award_facts facts = {
        .item = f->item,
        .class_ = f->class_ ? f->class_ : class_,
        .chosen_c = f->chosen_c,
        .quantity_c = f->quantity_c,
        .level = f->level,
        .on = f->on,
        .claimant = f->claimant,
        .reverse = f->reverse == 1,
        .difficulty = f->difficulty,
        .say = e->explain ? AWARD_TREE : AWARD_POINTS,
        .picked = f->class_ ? NULL : picked,
    };
    const struct index_item *x = NULL;
    uint32_t at = names_find(&w->index->codes, f->item);
    bool fault = false;
    if (at) {
        d->item = &LIST_AT(e->s->items, struct scheme_item, at - 1);
        x = &w->index->items[at - 1];
        fault = is_fault(d->item, f);
        count_before(w, x, fault, f->on);
        facts.found = d->item;
        facts.limits = w->limits;
        facts.limits_n = x->limits.n;
    }
    const struct err *refused = scheme_award(e->mem, e->s, &facts, &a);
    if (refused && refused->code != ERR_OVER_CAP) return refused;
    d->points_c = refused ? 0 : a.points_c;
    if (e->explain) explain(e, d, refused, &a);
    if (f->proved_false) TRY(proved_false(e, d));
    eval_once(e, done, d);
    if (x && !f->proved_false) count(w, x, fault, f->on, d->points_c);
    return NULL;
}

/* ---- all deeds of a subject or member ---- */

static int by_day(const void *pa, const void *pb, const void *arg)
{
    const struct fact_deed *const *a = pa, *const *b = pb;
    (void)arg;
    return ((*a)->on > (*b)->on) - ((*a)->on < (*b)->on);
}

const struct err *eval_deeds(struct eval *e, const char *class_, const struct list *deeds,
                             struct list *out)
{
    work_of(e);
    const struct list *known = e->work->remembers ? remembered(e->work, deeds) : NULL;
    if (known) {
        *out = *known;
        return NULL;
    }
    *out = (struct list){ arena_array(e->mem, struct eval_deed, deeds->n + 1), deeds->n };
    const struct fact_deed **order = arena_array(e->mem, const struct fact_deed *, deeds->n + 1);
    for (size_t i = 0; i < deeds->n; i++) order[i] = &LIST_AT(*deeds, struct fact_deed, i);
    sort_stable(e->mem, order, deeds->n, sizeof *order, by_day, NULL);
    const char *picked = deeds->n ? eval_class(e, class_, NULL) : NULL;
    e->work->stamp++;
    for (size_t i = 0; i < deeds->n; i++) {
        struct eval_deed *d = &LIST_AT(*out, struct eval_deed, i);
        d->deed = order[i];
        TRY(one_deed(e, class_, picked, &(struct list){ out->items, i }, d));
    }
    if (e->work->remembers) remember(e, deeds, out);
    return NULL;
}

/* Sums of one subject: deeds beside their limits, points of a period, assessments, households,
 * payments.
 */
#include <string.h>

#include "kernel/dec.h"
#include "kernel/text.h"
#include "scheme/scheme_eval.h"

static struct scheme_why *node(struct eval *e, const char *op, const char *zh, const char *en)
{
    return e->explain ? why_new(e->mem, op, 0, zh, en) : NULL;
}

static const char *human(struct arena *mem, int64_t c)
{
    char s[DEC_SIZE];
    return arena_strdup(mem, dec_human(c, s));
}

static const struct err *too_large(struct arena *mem)
{
    return err_say(mem, ERR_INVALID, "points", "数字太大。", "a number is too large");
}
#define ADD(mem, sum, more)                                                                        \
    do {                                                                                           \
        if (!dec_add((sum), (more))) return too_large(mem);                                        \
    } while (0)

/* Adds a leaf or a tree to a sum. */
static const struct err *add(struct eval *e, struct eval_sum *sum, int64_t value_c,
                             struct scheme_why *why)
{
    ADD(e->mem, &sum->value_c, value_c);
    sum->count++;
    if (!sum->why) return NULL;
    why_under(sum->why, why);
    sum->why->value_c = sum->value_c;
    return NULL;
}

static bool inside(struct span in, int64_t on)
{
    return on >= in.first && on <= in.last;
}

/* Deeds and what was earned already, of a household or of one member. yuan: items in yuan, else
 * those in points. */
static const struct err *add_deeds(struct eval *e, const char *class_, const struct list *deeds,
                                   struct span in, struct eval_sum *out)
{
    struct list worth;
    TRY(eval_deeds(e, class_, deeds, &worth));
    for (size_t i = 0; i < worth.n; i++) {
        const struct eval_deed *d = &LIST_AT(worth, struct eval_deed, i);
        if (inside(in, d->deed->on) && !d->item->yuan) TRY(add(e, out, d->points_c, d->why));
    }
    return NULL;
}

static const struct err *add_earned(struct eval *e, const struct list *earned, struct span in,
                                    struct eval_sum *out)
{
    char day[DATE_SIZE];
    for (size_t i = 0; i < earned->n; i++) {
        const struct fact_earned *x = &LIST_AT(*earned, struct fact_earned, i);
        if (!inside(in, x->on)) continue;
        const char *text = e->explain ? arena_printf(e->mem, "%s %s", date_format(x->on, day),
                                                     x->what ? x->what : "已入账")
                                      : NULL;
        TRY(add(e, out, x->points_c, node(e, "earned", text, text)));
        if (out->why) out->why->last->value_c = x->points_c;
    }
    return NULL;
}

const struct err *eval_rounds_of(struct eval *e, size_t i, const struct fact_subject *f,
                                 struct list *out)
{
    if (e->rounds) {
        *out = e->rounds[i];
        return NULL;
    }
    return eval_rounds(e, &LIST_AT(e->s->rules.rounds, struct scheme_round, i), f, out);
}

static struct scheme_why *streak_node(struct eval *e, const struct scheme_streak *streak,
                                      const struct scheme_round *round,
                                      const struct eval_streak *hit)
{
    char name[DATE_SIZE];
    if (!e->explain) return NULL;
    period_name((enum period)round->every, hit->in.first, name);
    return why_new(e->mem, "streak", hit->points_c,
                   arena_printf(e->mem, "%s（到%s）", streak->label, name),
                   arena_printf(e->mem, "%s (to %s)", streak->label, name));
}

/* Points of one round and of the streaks over it. */
static const struct err *add_round(struct eval *e, size_t i, const struct fact_subject *f,
                                   struct span in, struct eval_sum *out)
{
    const struct scheme_round *round = &LIST_AT(e->s->rules.rounds, struct scheme_round, i);
    struct list results;
    TRY(eval_rounds_of(e, i, f, &results));
    for (size_t k = 0; k < results.n; k++) {
        const struct eval_round *r = &LIST_AT(results, struct eval_round, k);
        if (inside(in, r->in.last) && r->counted) TRY(add(e, out, r->points_c, r->why));
        else if (inside(in, r->in.last) && out->why)
            why_under(out->why, r->why); /* says why it does not count */
    }
    for (size_t k = 0; k < e->s->rules.streaks.n; k++) {
        const struct scheme_streak *streak = &LIST_AT(e->s->rules.streaks, struct scheme_streak, k);
        if (streak->round_ != round) continue;
        struct list hits = eval_streaks(e, streak, &results);
        for (size_t h = 0; h < hits.n; h++) {
            const struct eval_streak *hit = &LIST_AT(hits, struct eval_streak, h);
            if (!inside(in, hit->in.last) || !hit->points_c) continue;
            TRY(add(e, out, hit->points_c, streak_node(e, streak, round, hit)));
        }
    }
    return NULL;
}

const struct err *eval_points(struct eval *e, const struct fact_subject *f, struct span in,
                              struct eval_sum *out)
{
    *out = (struct eval_sum){ .why = node(e, "points", "积分合计", "points altogether") };
    TRY(add_deeds(e, eval_class(e, f->class_, &f->tags), &f->deeds, in, out));
    TRY(add_earned(e, &f->earned, in, out));
    for (size_t i = 0; i < e->s->rules.rounds.n; i++) TRY(add_round(e, i, f, in, out));
    return NULL;
}

/* ---- assessments ---- */

/* A part in one of its periods: the mark, or base + plus − minus (+ items of its category). */
struct cell {
    struct span in;
    int64_t mark_c, change_c;
    int64_t marks_c, marks; /* of the part's round: their sum, how many */
    bool any;
    struct scheme_why *why; /* what it is made of; NULL without explain */
};
struct cells {
    const struct scheme_part *part;
    struct cell *v;
    size_t n;
};

static size_t cells_in(struct eval *e, enum period per, struct span whole, struct cell *out)
{
    size_t n = 0;
    for (int64_t on = whole.first; on <= whole.last; n++) {
        struct span in = eval_period(e, per, on);
        if (out) out[n] = (struct cell){ .in = in, .mark_c = NONE };
        on = in.last + 1;
    }
    return n;
}

/* The tree of each period: its name, then what comes to it. */
static void begin_cells(struct eval *e, const struct cells *part)
{
    char name[DATE_SIZE];
    for (size_t i = 0; i < part->n; i++) {
        period_name((enum period)part->part->every, part->v[i].in.first, name);
        const char *text = arena_strdup(e->mem, name);
        part->v[i].why = why_new(e->mem, "period", 0, text, text);
    }
}

static struct cell *cell_of(const struct cells *c, int64_t on)
{
    size_t low = 0, high = c->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (on > c->v[mid].in.last) low = mid + 1;
        else high = mid;
    }
    return low < c->n && on >= c->v[low].in.first ? &c->v[low] : NULL;
}

static void told(struct eval *e, struct cell *c, const char *op, int64_t value_c, const char *zh,
                 const char *en)
{
    if (c->why) why_under(c->why, why_new(e->mem, op, value_c, zh, en));
}

/* Every result and deed goes to its part's period, in one pass over them. count: the deeds. */
static const struct err *fill_cells(struct eval *e, const struct scheme_assessment *a,
                                    const struct fact_subject *f, const struct list *deeds,
                                    struct span whole, struct cells *parts, int64_t *count)
{
    for (size_t i = 0; i < f->results.n; i++) {
        const struct fact_result *r = &LIST_AT(f->results, struct fact_result, i);
        if (!inside(whole, r->on) || !text_equal(r->assessment, a->code)) continue;
        for (size_t p = 0; p < a->parts.n; p++) {
            if (!text_equal(r->part, parts[p].part->code)) continue;
            struct cell *c = cell_of(&parts[p], r->on);
            if (!c) continue;
            c->any = true;
            if (r->mark_c != NONE) c->mark_c = r->mark_c;
            int64_t minus_c = r->minus_c < 0 ? -r->minus_c : r->minus_c;
            ADD(e->mem, &c->change_c, r->plus_c);
            ADD(e->mem, &c->change_c, -minus_c);
            if (r->plus_c) told(e, c, "plus", r->plus_c, "加分", "plus");
            if (minus_c) told(e, c, "minus", -minus_c, "扣分", "minus");
        }
    }
    for (size_t p = 0; p < a->parts.n; p++) {
        for (size_t i = 0; parts[p].part->category && i < deeds->n; i++) {
            const struct eval_deed *d = &LIST_AT(*deeds, struct eval_deed, i);
            struct cell *c =
                inside(whole, d->deed->on) && text_equal(d->item->category, parts[p].part->category)
                    ? cell_of(&parts[p], d->deed->on)
                    : NULL;
            if (!c) continue;
            c->any = true;
            ++*count;
            ADD(e->mem, &c->change_c, d->points_c);
            if (!c->why) continue;
            struct scheme_why *own = arena_new(e->mem, struct scheme_why);
            *own = *d->why; /* two parts may name one category */
            own->next = NULL;
            why_under(c->why, own);
        }
    }
    return NULL;
}

/* Marks of a part's round, where no mark was told. */
static const struct err *fill_marks(struct eval *e, const struct fact_subject *f,
                                    const struct cells *part, int64_t *count)
{
    const struct scheme_round *round = part->part->round_;
    struct list results;
    TRY(eval_rounds_of(e, (size_t)(round - (const struct scheme_round *)e->s->rules.rounds.items),
                       f, &results));
    for (size_t k = 0; k < results.n; k++) {
        const struct eval_round *r = &LIST_AT(results, struct eval_round, k);
        struct cell *c = r->counted ? cell_of(part, r->in.last) : NULL;
        if (!c) continue;
        ADD(e->mem, &c->marks_c, r->mark_c);
        c->marks++;
        ++*count;
    }
    for (size_t i = 0; i < part->n; i++) {
        struct cell *c = &part->v[i];
        if (!c->marks || c->mark_c != NONE) continue;
        if (!dec_muldiv(c->marks_c, 1, c->marks, DEC_NEAREST, &c->mark_c)) return too_large(e->mem);
        c->any = true;
    }
    return NULL;
}

static const struct err *cell_value(struct eval *e, const struct scheme_part *p,
                                    const struct cell *c, int64_t *out)
{
    *out = c->mark_c != NONE ? c->mark_c : p->base_c;
    ADD(e->mem, out, c->change_c);
    if (p->floor_c != NONE && *out < p->floor_c) *out = p->floor_c;
    if (p->ceiling_c != NONE && *out > p->ceiling_c) *out = p->ceiling_c;
    return NULL;
}

/* What stands before the changes goes first, what a floor or ceiling takes or adds last: the tree adds up. */
static const struct err *tell_cell(struct eval *e, const struct scheme_part *p, struct cell *c,
                                   int64_t value_c)
{
    bool marked = c->mark_c != NONE;
    int64_t before_c = marked ? c->mark_c : p->base_c, beyond_c = value_c;
    struct scheme_why *w = why_new(e->mem, marked ? "mark" : "base", before_c,
                                   marked ? "评分" : "基础分", marked ? "mark" : "base");
    w->next = c->why->from;
    c->why->from = w;
    ADD(e->mem, &beyond_c, -before_c);
    ADD(e->mem, &beyond_c, -c->change_c);
    if (beyond_c)
        told(e, c, "bounded", beyond_c, "最高、最低分以外的不计", "beyond the highest or lowest");
    return NULL;
}

static const struct err *part_sum(struct eval *e, const struct cells *cells, struct eval_sum *out)
{
    const struct scheme_part *p = cells->part;
    int64_t sum = 0, best = INT64_MIN, worst = INT64_MAX, last = p->base_c, n = 0, v;
    bool skip = text_equal(p->missing, "skip"), zero = text_equal(p->missing, "zero");
    struct scheme_why *why = node(e, "part", p->label, p->label);
    for (size_t i = 0; i < cells->n; i++) {
        struct cell *c = &cells->v[i];
        TRY(cell_value(e, p, c, &v));
        if (!c->any && skip) continue;
        if (!c->any && zero) v = 0;
        ADD(e->mem, &sum, v);
        if (v > best) best = v;
        if (v < worst) worst = v;
        last = v;
        n++;
        if (c->why && c->why->from) TRY(tell_cell(e, p, c, v));
        if (!c->why) continue;
        c->why->value_c = v;
        why_under(why, c->why);
    }
    v = p->base_c; /* nothing in the whole period: the base stands */
    if (n && !strcmp(p->combine, "sum")) v = sum;
    else if (n && !strcmp(p->combine, "best")) v = best;
    else if (n && !strcmp(p->combine, "worst")) v = worst;
    else if (n && !strcmp(p->combine, "last")) v = last;
    else if (n && !dec_muldiv(sum, 1, n, DEC_NEAREST, &v)) return too_large(e->mem);
    if (why) why->value_c = v;
    return add(e, out, v, why);
}

static const struct err *all_parts(struct eval *e, const struct scheme_assessment *a,
                                   const struct fact_subject *f, struct span whole,
                                   struct eval_sum *out, int64_t *marked)
{
    struct cells *parts = arena_array(e->mem, struct cells, a->parts.n + 1);
    struct list deeds;
    TRY(eval_deeds(e, eval_class(e, f->class_, &f->tags), &f->deeds, &deeds));
    for (size_t i = 0; i < a->parts.n; i++) {
        const struct scheme_part *p = &LIST_AT(a->parts, struct scheme_part, i);
        size_t n = cells_in(e, (enum period)p->every, whole, NULL);
        parts[i] = (struct cells){ p, arena_array(e->mem, struct cell, n + 1), n };
        cells_in(e, (enum period)p->every, whole, parts[i].v);
    }
    for (size_t i = 0; e->explain && i < a->parts.n; i++) begin_cells(e, &parts[i]);
    TRY(fill_cells(e, a, f, &deeds, whole, parts, marked));
    for (size_t i = 0; i < a->parts.n; i++)
        if (parts[i].part->round_) TRY(fill_marks(e, f, &parts[i], marked));
    for (size_t i = 0; i < a->parts.n; i++) TRY(part_sum(e, &parts[i], out));
    return NULL;
}

const struct err *eval_assessment(struct eval *e, const struct scheme_assessment *a,
                                  const struct fact_subject *f, int64_t on, struct eval_sum *out)
{
    struct span whole = eval_period(e, (enum period)a->per, on);
    char name[DATE_SIZE];
    if (e->explain) period_name((enum period)a->per, on, name);
    *out = (struct eval_sum){
        .why = node(e, "assessment",
                    e->explain ? arena_printf(e->mem, "%s %s", a->label, name) : NULL, a->label)
    };
    int64_t marked = 0;
    TRY(all_parts(e, a, f, whole, out, &marked));
    int64_t before = out->value_c;
    if (a->floor_c != NONE && out->value_c < a->floor_c) out->value_c = a->floor_c;
    if (a->ceiling_c != NONE && out->value_c > a->ceiling_c) out->value_c = a->ceiling_c;
    out->count = marked;
    for (size_t i = 0; i < f->results.n; i++) {
        const struct fact_result *r = &LIST_AT(f->results, struct fact_result, i);
        out->count += text_equal(r->assessment, a->code) && inside(whole, r->on);
    }
    if (!e->explain || before == out->value_c) return NULL;
    struct scheme_why *w =
        why_new(e->mem, "bounded", out->value_c,
                arena_printf(e->mem, "%s：限制在最低、最高分之内", out->why->zh), out->why->en);
    why_under(w, out->why);
    out->why = w;
    return NULL;
}

/* ---- households ---- */

static struct scheme_why *member_node(struct eval *e, const struct fact_member *m)
{
    if (!e->explain) return NULL;
    if (m->label) return why_new(e->mem, "member", 0, m->label, m->label);
    return why_new(e->mem, "member", 0, arena_printf(e->mem, "成员%lld", (long long)m->id),
                   arena_printf(e->mem, "member %lld", (long long)m->id));
}

static const struct err *household_period(struct eval *e, const struct fact_subject *f,
                                          struct span in, struct eval_household *out)
{
    struct eval_sum own, member;
    *out = (struct eval_household){ 0 };
    out->total.why = node(e, "total", "家庭总积分", "household total");
    TRY(eval_points(e, f, in, &own));
    if (own.why) own.why->zh = "家庭自身", own.why->en = "the household itself";
    TRY(add(e, &out->total, own.value_c, own.why));
    for (size_t i = 0; i < f->members.n; i++) {
        const struct fact_member *m = &LIST_AT(f->members, struct fact_member, i);
        bool there =
            (m->since == NONE || m->since <= in.last) && (m->until == NONE || m->until >= in.first);
        if (!there) continue;
        if (m->takes_part == 1 ||
            text_equal(e->s->rules.household ? e->s->rules.household->members : NULL, "all"))
            out->members++;
        if (m->takes_part != 1) continue;
        member = (struct eval_sum){ .why = member_node(e, m) };
        TRY(add_deeds(e, eval_class(e, m->class_, &m->tags), &m->deeds, in, &member));
        TRY(add_earned(e, &m->earned, in, &member));
        TRY(add(e, &out->total, member.value_c, member.why));
    }
    int64_t n = out->members ? out->members : 1;
    if (!dec_muldiv(out->total.value_c, 1, n, DEC_NEAREST, &out->average.value_c))
        return too_large(e->mem);
    out->total.count = own.count;
    if (!e->explain) return NULL;
    out->average.why = why_new(
        e->mem, "average", out->average.value_c,
        arena_printf(e->mem, "户均：%s分÷%d人", human(e->mem, out->total.value_c), (int)n),
        arena_printf(e->mem, "average: %s ÷ %d", human(e->mem, out->total.value_c), (int)n));
    why_under(out->average.why, out->total.why);
    return NULL;
}

static void earliest(const struct list *list, size_t size, size_t at, int64_t *day)
{
    for (size_t i = 0; i < list->n; i++) {
        int64_t on = *(const int64_t *)((const char *)list->items + i * size + at);
        if (on < *day) *day = on;
    }
}

static int64_t first_day(const struct fact_subject *f, int64_t on)
{
    earliest(&f->deeds, sizeof(struct fact_deed), offsetof(struct fact_deed, on), &on);
    earliest(&f->earned, sizeof(struct fact_earned), offsetof(struct fact_earned, on), &on);
    earliest(&f->visits, sizeof(struct fact_visit), offsetof(struct fact_visit, on), &on);
    for (size_t i = 0; i < f->members.n; i++) {
        const struct fact_member *m = &LIST_AT(f->members, struct fact_member, i);
        earliest(&m->deeds, sizeof(struct fact_deed), offsetof(struct fact_deed, on), &on);
        earliest(&m->earned, sizeof(struct fact_earned), offsetof(struct fact_earned, on), &on);
    }
    return on;
}

const struct err *eval_household(struct eval *e, const struct fact_subject *f, int64_t on,
                                 struct eval_household *out)
{
    enum period per = e->s->rules.household ? (enum period)e->s->rules.household->per : PERIOD_YEAR;
    struct span now = eval_period(e, per, on);
    struct eval_sum life = { .why = node(e, "lifetime", "累计户均", "averages of all years") };
    struct eval_household one = { 0 };
    /* Every past period with its own average over who took part then. */
    if (e->s->rules.household && e->s->rules.household->accumulate == 1)
        for (int64_t day = first_day(f, now.first); day < now.first;
             day = period_span(per, day).last + 1) {
            TRY(household_period(e, f, period_span(per, day), &one));
            TRY(add(e, &life, one.average.value_c, one.average.why));
        }
    TRY(household_period(e, f, now, out));
    TRY(add(e, &life, out->average.value_c, out->average.why));
    out->lifetime = life;
    return NULL;
}

/* ---- payments in yuan ---- */

static bool among(const struct list *words, const char *word)
{
    for (size_t i = 0; i < words->n; i++)
        if (text_equal(LIST_AT(*words, const char *, i), word)) return true;
    return false;
}

/* The hardest loss of the period counts for each pay: one deed, one penalty. 一事不二罚 */
static int64_t hardest_loss(const struct list *worth, const struct scheme_payment *p,
                            struct span in, const char *pay, const struct eval_deed **because)
{
    int64_t most = 0;
    *because = NULL;
    for (size_t i = 0; i < worth->n; i++) {
        const struct eval_deed *d = &LIST_AT(*worth, struct eval_deed, i);
        if (!inside(in, d->deed->on) || !among(&p->categories, d->item->category)) continue;
        for (size_t k = 0; k < d->item->loses.n; k++) {
            const struct scheme_level *l = &LIST_AT(d->item->loses, struct scheme_level, k);
            if (text_equal(l->name, pay) && l->points.min_c > most)
                most = l->points.min_c, *because = d;
        }
    }
    return most;
}

/* What the bands of a round are worth in yuan. */
static const struct err *add_amounts(struct eval *e, const char *code, const struct fact_subject *f,
                                     struct span in, struct eval_sum *out)
{
    struct list results;
    size_t r = 0;
    while (r < e->s->rules.rounds.n &&
           !text_equal(LIST_AT(e->s->rules.rounds, struct scheme_round, r).code, code))
        r++;
    if (r == e->s->rules.rounds.n) return NULL;
    TRY(eval_rounds_of(e, r, f, &results));
    for (size_t k = 0; k < results.n; k++) {
        const struct eval_round *x = &LIST_AT(results, struct eval_round, k);
        if (!inside(in, x->in.last) || !x->counted || !x->band || x->band->amount_c == NONE)
            continue;
        struct scheme_why *w = NULL;
        if (e->explain)
            w = why_new(e->mem, "amount", x->band->amount_c,
                        arena_printf(e->mem, "%s，%s元", x->why ? x->why->zh : "",
                                     human(e->mem, x->band->amount_c)),
                        arena_printf(e->mem, "%s, %s yuan", x->why ? x->why->en : "",
                                     human(e->mem, x->band->amount_c)));
        TRY(add(e, out, x->band->amount_c, w));
    }
    return NULL;
}

const struct err *eval_payment(struct eval *e, const struct scheme_payment *p,
                               const struct fact_subject *f, int64_t on, struct eval_payment *out)
{
    struct span in = eval_period(e, (enum period)p->per, on);
    struct list worth;
    *out = (struct eval_payment){ .items = { .why = node(e, "payment", p->label, p->label) } };
    TRY(eval_deeds(e, eval_class(e, f->class_, &f->tags), &f->deeds, &worth));
    for (size_t i = 0; i < worth.n; i++) {
        const struct eval_deed *d = &LIST_AT(worth, struct eval_deed, i);
        if (inside(in, d->deed->on) && among(&p->categories, d->item->category))
            TRY(add(e, &out->items, d->points_c, d->why));
    }
    for (size_t i = 0; i < p->rounds.n; i++)
        TRY(add_amounts(e, LIST_AT(p->rounds, const char *, i), f, in, &out->items));
    if (p->floor_c != NONE && out->items.value_c < p->floor_c) {
        out->items.value_c = p->floor_c;
        struct scheme_why *w = node(e, "floor", "不低于最低数", "not below the floor");
        if (w) w->value_c = p->floor_c;
        why_under(w, out->items.why);
        out->items.why = w;
    }
    out->pays = (struct list){ arena_array(e->mem, struct eval_pay, p->pays.n + 1), p->pays.n };
    for (size_t i = 0; i < p->pays.n; i++) {
        const struct scheme_pay *pay = &LIST_AT(p->pays, struct scheme_pay, i);
        struct eval_pay *x = &LIST_AT(out->pays, struct eval_pay, i);
        int64_t lost;
        *x = (struct eval_pay){ .code = pay->code, .label = pay->label };
        for (size_t k = 0; k < f->pays.n; k++)
            if (text_equal(LIST_AT(f->pays, struct scheme_level, k).name, pay->code))
                x->before_c = LIST_AT(f->pays, struct scheme_level, k).points.min_c;
        if (!dec_muldiv(x->before_c, hardest_loss(&worth, p, in, pay->code, &x->because), 10000,
                        DEC_NEAREST, &lost))
            return too_large(e->mem);
        x->after_c = x->before_c - lost;
    }
    return NULL;
}

/* ---- any of them ---- */

static const struct err *mean_mark(struct eval *e, const struct scheme_round *round,
                                   const struct fact_subject *f, struct span in,
                                   struct eval_sum *out)
{
    struct list results;
    *out = (struct eval_sum){ .why = node(e, "mean", round->label, round->label) };
    TRY(eval_rounds_of(e, (size_t)(round - (const struct scheme_round *)e->s->rules.rounds.items),
                       f, &results));
    for (size_t k = 0; k < results.n; k++) {
        const struct eval_round *r = &LIST_AT(results, struct eval_round, k);
        if (inside(in, r->in.last) && r->counted) TRY(add(e, out, r->mark_c, r->why));
    }
    if (out->count && !dec_muldiv(out->value_c, 1, out->count, DEC_NEAREST, &out->value_c))
        return too_large(e->mem);
    if (out->why) out->why->value_c = out->value_c;
    return NULL;
}

const struct err *eval_number(struct eval *e, struct scheme_number number,
                              const struct fact_subject *f, struct span in, struct eval_sum *out)
{
    struct eval_household home;
    struct eval_settlement pay;
    switch (number.kind) {
    case NUMBER_POINTS:
        return eval_points(e, f, in, out);
    case NUMBER_TOTAL:
    case NUMBER_AVERAGE:
    case NUMBER_LIFETIME:
        TRY(eval_household(e, f, in.last, &home));
        *out = number.kind == NUMBER_TOTAL     ? home.total
               : number.kind == NUMBER_AVERAGE ? home.average
                                               : home.lifetime;
        return NULL;
    case NUMBER_ROUND:
        if (number.mark) return mean_mark(e, number.rule, f, in, out);
        *out =
            (struct eval_sum){ .why = node(e, "round",
                                           ((const struct scheme_round *)number.rule)->label, "") };
        return add_round(e,
                         (size_t)((const struct scheme_round *)number.rule -
                                  (const struct scheme_round *)e->s->rules.rounds.items),
                         f, in, out);
    case NUMBER_ASSESSMENT:
        return eval_assessment(e, number.rule, f, in.first, out);
    case NUMBER_MONEY:
        TRY(eval_settlement(e, number.rule, f, in, &pay));
        *out = pay.items;
        return NULL;
    }
    return NULL;
}

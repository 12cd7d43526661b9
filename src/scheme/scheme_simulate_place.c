/* Past facts in front of other rules: what a scheme cannot use is taken out and told, what it can
 * use under an assumption is told too (scheme_simulate.h). Whether a deed can be used is asked of
 * scheme_award itself, so that there is one opinion on it.
 */
#include <string.h>

#include "kernel/dec.h"
#include "kernel/text.h"
#include "scheme/scheme_simulate_in.h"

static bool inside(struct span in, int64_t on)
{
    return on >= in.first && on <= in.last;
}

static void told(struct placed *p, enum sim_why why, const char *code, const char *label,
                 int64_t on)
{
    struct simulating *sim = p->sim;
    struct sim_miss *m = NULL;
    if (!p->count || on > sim->out->in.last) return;
    for (size_t i = 0; i < sim->misses.n && !m; i++) {
        struct sim_miss *x = WORDS_AT(&sim->misses, struct sim_miss, i);
        if (x->side == p->side && x->why == why && text_equal(x->code, code)) m = x;
    }
    if (!m) {
        m = words_add(&sim->misses);
        *m = (struct sim_miss){ p->side,
                                why,
                                arena_strdup(sim->mem, code),
                                arena_strdup(sim->mem, label ? label : code),
                                0,
                                0 };
    }
    *(inside(sim->out->in, on) ? &m->times : &m->before) += 1;
}

/* ---- deeds ---- */

/* As the draft calls it, else as the present scheme does, else as it was written down. */
static const char *item_label(const struct simulation *out, const char *code, const char *what)
{
    for (int side = SIM_SIDES; side-- > 0;) {
        const struct scheme_item *i = scheme_item_find(out->scheme[side], code);
        if (i) return i->label;
    }
    return what ? what : code;
}

static struct sim_item *item_row(struct placed *p, const char *code, const char *label)
{
    struct simulating *sim = p->sim;
    for (size_t i = 0; i < sim->items.n; i++) {
        struct sim_item *x = WORDS_AT(&sim->items, struct sim_item, i);
        if (text_equal(x->code, code)) return x;
    }
    const struct scheme_item *now = scheme_item_find(sim->out->scheme[SIM_NOW], code),
                             *draft = scheme_item_find(sim->out->scheme[SIM_DRAFT], code);
    struct sim_item *x = words_add(&sim->items);
    x->code = arena_strdup(sim->mem, code);
    x->label = draft || now ? item_label(sim->out, code, label)
                            : arena_strdup(sim->mem, label ? label : code);
    x->yuan = draft ? draft->yuan == 1 : now && now->yuan == 1;
    return x;
}

/* The points an item or the deed's level leaves to the checker; false: fixed. */
static bool pick_range(const struct scheme_item *i, const struct fact_deed *d,
                       struct scheme_range *out)
{
    if (d->reverse == 1 || i->steps.n) return false;
    *out = i->points;
    for (size_t k = 0; k < i->levels.n; k++)
        if (text_equal(LIST_AT(i->levels, struct scheme_level, k).name, d->level))
            *out = LIST_AT(i->levels, struct scheme_level, k).points;
    return out->min_c != NONE && out->min_c != out->max_c;
}

/* Brings a deed into the form the item asks for now. SIM_WHYS: nothing had to be assumed. */
static enum sim_why adapt(const struct scheme_item *i, struct fact_deed *d)
{
    struct scheme_range pick;
    enum sim_why why = SIM_WHYS;
    if (!i->levels.n) d->level = NULL;
    if (!i->unit && i->short_of_c == NONE && !i->steps.n && d->quantity_c != NONE) {
        if (d->quantity_c != 100) why = SIM_ASSUMED_ONE;
        d->quantity_c = NONE;
    }
    if (!pick_range(i, d, &pick)) {
        d->chosen_c = NONE;
        return why;
    }
    if (d->chosen_c == NONE) {
        d->chosen_c = pick.min_c;
        return SIM_ASSUMED_LEAST;
    }
    if (d->chosen_c >= pick.min_c && d->chosen_c <= pick.max_c) return why;
    d->chosen_c = d->chosen_c < pick.min_c ? pick.min_c : pick.max_c;
    return SIM_ASSUMED_EDGE;
}

static enum sim_why why_of(const char *field)
{
    static const struct {
        const char *field;
        enum sim_why why;
    } fields[] = {
        { "item", SIM_ITEM_GONE },    { "class", SIM_CLASS },           { "level", SIM_LEVEL },
        { "quantity", SIM_QUANTITY }, { "difficulty", SIM_DIFFICULTY }, { "reverse", SIM_REVERSE },
        { "claimant", SIM_CLAIMANT }, { "chosen", SIM_PICK_LOST },
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (text_equal(fields[i].field, field)) return fields[i].why;
    return SIM_QUANTITY;
}

/* *why: SIM_WHYS, or what was assumed, or why it is lost (then false). */
static bool usable(const struct placed *p, struct arena *mem, const char *class_,
                   struct fact_deed *d, enum sim_why *why)
{
    static struct scheme_limit none[1]; /* no limits: caps are the evaluation's */
    const struct scheme_item *i = scheme_item_find(p->s, d->item);
    struct award a;
    *why = SIM_ITEM_GONE;
    if (!i) return false;
    enum sim_why assumed = adapt(i, d);
    const struct err *x =
        scheme_award(mem, p->s,
                     &(struct award_facts){ .item = d->item,
                                            .class_ = d->class_ ? d->class_ : class_,
                                            .chosen_c = d->chosen_c,
                                            .quantity_c = d->quantity_c,
                                            .level = d->level,
                                            .on = d->on,
                                            .claimant = d->claimant,
                                            .reverse = d->reverse == 1,
                                            .difficulty = d->difficulty,
                                            .limits = none,
                                            .limits_n = 0,
                                            .say = AWARD_POINTS },
                     &a);
    *why = x ? why_of(x->field) : assumed;
    return !x;
}

static struct list deeds_of(struct placed *p, struct arena *mem, const char *class_,
                            struct list deeds)
{
    struct list out = { arena_array(mem, struct fact_deed, deeds.n + 1), 0 };
    for (size_t i = 0; i < deeds.n; i++) {
        struct fact_deed d = LIST_AT(deeds, struct fact_deed, i);
        enum sim_why why;
        bool use = usable(p, mem, class_, &d, &why);
        if (use) LIST_AT(out, struct fact_deed, out.n++) = d;
        else if (p->count && inside(p->sim->out->in, d.on))
            item_row(p, d.item, d.what)->lost[p->side]++;
        if (why != SIM_WHYS && p->count)
            told(p, why, d.item, item_label(p->sim->out, d.item, d.what), d.on);
    }
    return out;
}

/* What the usable deeds of the span are worth, by item. */
static const struct err *weigh(struct placed *p, struct arena *mem, const char *class_,
                               const struct list *deeds, struct list *worth)
{
    struct eval e = { .mem = mem, .s = p->s };
    *worth = (struct list){ 0 };
    if ((!p->count && p->s->rules.household) || !deeds->n) return NULL;
    TRY(eval_deeds(&e, class_, deeds, worth));
    for (size_t i = 0; i < worth->n && p->count; i++) {
        const struct eval_deed *d = &LIST_AT(*worth, struct eval_deed, i);
        if (!inside(p->sim->out->in, d->deed->on)) continue;
        struct sim_item *row = item_row(p, d->item->code, NULL);
        row->times[p->side]++;
        if (!dec_add(&row->points_c[p->side], d->points_c)) return sim_too_large(p->sim->mem);
    }
    return NULL;
}

/* ---- rounds and assessments ---- */

static struct list visits_of(struct placed *p, struct arena *mem, struct list visits)
{
    const struct list *rounds = &p->s->rules.rounds;
    struct list out = { arena_array(mem, struct fact_visit, visits.n + 1), 0 };
    for (size_t i = 0; i < visits.n; i++) {
        const struct fact_visit *v = &LIST_AT(visits, struct fact_visit, i);
        const struct scheme_round *r = NULL;
        for (size_t k = 0; k < rounds->n && !r; k++)
            if (text_equal(LIST_AT(*rounds, struct scheme_round, k).code, v->round))
                r = &LIST_AT(*rounds, struct scheme_round, k);
        struct eval e = { .mem = mem, .s = p->s };
        struct eval_sum mark;
        if (!r) told(p, SIM_ROUND_GONE, v->round, NULL, v->on);
        else if (v->excused != 1 && eval_mark(&e, r->sheet_, v, &mark))
            told(p, SIM_MARK, v->round, r->label, v->on);
        else {
            LIST_AT(out, struct fact_visit, out.n++) = *v;
            p->sim->visits[p->side] += p->count && inside(p->sim->out->in, v->on);
        }
    }
    return out;
}

static bool has_part(const struct scheme *s, const struct fact_result *r)
{
    for (size_t i = 0; i < s->rules.assessments.n; i++) {
        const struct scheme_assessment *a =
            &LIST_AT(s->rules.assessments, struct scheme_assessment, i);
        if (!text_equal(a->code, r->assessment)) continue;
        for (size_t k = 0; k < a->parts.n; k++)
            if (text_equal(LIST_AT(a->parts, struct scheme_part, k).code, r->part)) return true;
    }
    return false;
}

static struct list results_of(struct placed *p, struct arena *mem, struct list results)
{
    struct list out = { arena_array(mem, struct fact_result, results.n + 1), 0 };
    for (size_t i = 0; i < results.n; i++) {
        const struct fact_result *r = &LIST_AT(results, struct fact_result, i);
        if (!has_part(p->s, r)) {
            told(p, SIM_PART_GONE, arena_printf(mem, "%s/%s", r->assessment, r->part), NULL, r->on);
            continue;
        }
        LIST_AT(out, struct fact_result, out.n++) = *r;
        p->sim->results[p->side] += p->count && inside(p->sim->out->in, r->on);
    }
    return out;
}

/* ---- the source ---- */

/* A scheme that does not add up households has an account for each member; beside one that does,
 * the household is told by what its members' accounts hold. Each member's limits are their own. */
static void own_accounts(const struct fact_member *m, const struct list *worth, struct list *earned)
{
    for (size_t i = 0; i < worth->n; i++) {
        const struct eval_deed *d = &LIST_AT(*worth, struct eval_deed, i);
        if (d->item->yuan) continue;
        LIST_AT(*earned, struct fact_earned, earned->n++) =
            (struct fact_earned){ .on = d->deed->on, .points_c = d->points_c, .amount_c = NONE };
    }
    for (size_t i = 0; i < m->earned.n; i++)
        LIST_AT(*earned, struct fact_earned, earned->n++) =
            LIST_AT(m->earned, struct fact_earned, i);
}

static const struct err *members_of(struct placed *p, struct arena *mem,
                                    const struct fact_subject *f, struct fact_subject *mine)
{
    struct eval e = { .mem = mem, .s = p->s };
    bool apart = !p->s->rules.household;
    struct fact_member *members = arena_array(mem, struct fact_member, f->members.n + 1);
    struct list earned = f->earned, worth;
    size_t most = f->earned.n;
    for (size_t i = 0; i < f->members.n; i++)
        most += LIST_AT(f->members, struct fact_member, i).deeds.n +
                LIST_AT(f->members, struct fact_member, i).earned.n;
    if (apart && f->members.n) {
        earned.items = arena_array(mem, struct fact_earned, most + 1);
        if (f->earned.n)
            memcpy(earned.items, f->earned.items, f->earned.n * sizeof(struct fact_earned));
    }
    for (size_t i = 0; i < f->members.n; i++) {
        struct fact_member *m = &members[i];
        *m = LIST_AT(f->members, struct fact_member, i);
        const char *class_ = eval_class(&e, m->class_, &m->tags);
        m->deeds = deeds_of(p, mem, class_, m->deeds);
        if (m->takes_part != 1) continue;
        TRY(weigh(p, mem, class_, &m->deeds, &worth));
        if (apart) own_accounts(m, &worth, &earned);
    }
    mine->earned = earned;
    mine->members = apart ? (struct list){ 0 } : (struct list){ members, f->members.n };
    return NULL;
}

static const struct err *next(struct fact_source *self, struct arena *mem,
                              const struct fact_subject **out)
{
    struct placed *p = (struct placed *)(void *)self;
    const struct fact_subject *f;
    TRY(p->from->next(p->from, mem, &f));
    p->source.residents = p->from->residents;
    p->source.pool_c = p->from->pool_c;
    *out = NULL;
    if (!f) return NULL;
    struct eval e = { .mem = mem, .s = p->s };
    const char *class_ = eval_class(&e, f->class_, &f->tags);
    p->group = sim_keep(p->sim, f->group);
    p->absent = !scheme_class_pick(p->s, f->class_, &f->tags);
    struct fact_subject *mine = arena_new(mem, struct fact_subject);
    *mine = *f;
    mine->deeds = deeds_of(p, mem, class_, f->deeds);
    struct list worth;
    TRY(weigh(p, mem, class_, &mine->deeds, &worth));
    mine->visits = visits_of(p, mem, f->visits);
    mine->results = results_of(p, mem, f->results);
    p->sim->pays[p->side] += p->count ? (int64_t)f->pays.n : 0;
    TRY(members_of(p, mem, f, mine));
    *out = mine;
    return NULL;
}

static const struct err *again(struct fact_source *self)
{
    struct placed *p = (struct placed *)(void *)self;
    return p->from->rewind(p->from);
}

struct placed place_source(struct simulating *sim, int side, struct fact_source *from)
{
    return (struct placed){ .source = { .next = next,
                                        .rewind = again,
                                        .residents = from->residents,
                                        .pool_c = from->pool_c },
                            .from = from,
                            .sim = sim,
                            .s = sim->out->scheme[side],
                            .side = side };
}

/* Two schemes over the same facts: scheme_simulate.h. Each is run by scheme_run.h over what it can
 * use of them; one row per subject is kept from both runs, and everything else is counted from the
 * rows.
 */
#include <string.h>

#include "kernel/dec.h"
#include "kernel/text.h"
#include "scheme/scheme_simulate_in.h"
#include "scheme/scheme_sort.h"

struct err *sim_too_large(struct arena *mem)
{
    return err_say(mem, ERR_INVALID, "points", "数字太大。", "a number is too large");
}
#define ADD(sum, more)                                                                             \
    do {                                                                                           \
        if (!dec_add((sum), (more))) return sim_too_large(sim->mem);                               \
    } while (0)

/* ---- the headline ---- */

bool sim_gives_points(const struct scheme *s)
{
    for (size_t i = 0; i < s->items.n; i++)
        if (!LIST_AT(s->items, struct scheme_item, i).yuan) return true;
    for (size_t i = 0; i < s->rules.rounds.n; i++)
        if (LIST_AT(s->rules.rounds, struct scheme_round, i).bands_) return true;
    return false;
}

struct head {
    const char *code, *zh, *en;
    enum run_unit unit;
};

/* What a scheme can be told by, the most telling first. */
static struct list heads_of(struct arena *mem, const struct scheme *s)
{
    const struct scheme_rules *r = &s->rules;
    struct head *h = arena_array(mem, struct head, 4 + r->assessments.n + r->payments.n);
    size_t n = 0;
    if (r->household)
        h[n++] = (struct head){ "total", "家庭总积分", "household total", RUN_POINTS };
    if (sim_gives_points(s)) h[n++] = (struct head){ "points", "积分", "points", RUN_POINTS };
    for (size_t i = 0; i < r->assessments.n; i++) {
        const struct scheme_assessment *a = &LIST_AT(r->assessments, struct scheme_assessment, i);
        h[n++] = (struct head){ a->code, a->label, a->label, RUN_MARKS };
    }
    for (size_t i = 0; i < r->payments.n; i++) {
        const struct scheme_payment *p = &LIST_AT(r->payments, struct scheme_payment, i);
        h[n++] = (struct head){ p->code, p->label, p->label, RUN_YUAN };
    }
    if (r->rounds.n)
        h[n++] = (struct head){ "mark", "评比平均得分", "mean mark of the rounds", RUN_MARKS };
    if (!n) h[n++] = (struct head){ "points", "积分", "points", RUN_POINTS };
    return (struct list){ h, n };
}

static void choose_heads(struct simulating *sim)
{
    struct simulation *out = sim->out;
    struct list now = heads_of(sim->mem, out->scheme[SIM_NOW]),
                draft = heads_of(sim->mem, out->scheme[SIM_DRAFT]);
    const struct head *h[SIM_SIDES] = { now.items, draft.items };
    /* A household's total and what its members' accounts hold together are the same thing. */
    bool one = !out->scheme[SIM_NOW]->rules.household != !out->scheme[SIM_DRAFT]->rules.household,
         common = false;
    for (int k = 0; k < SIM_SIDES && one; k++) one = sim_gives_points(out->scheme[k]);
    common = one;
    for (size_t i = 0; i < now.n && !common; i++)
        for (size_t k = 0; k < draft.n && !common; k++) {
            const struct head *a = &LIST_AT(now, struct head, i),
                              *b = &LIST_AT(draft, struct head, k);
            if (!text_equal(a->code, b->code) || a->unit != b->unit) continue;
            h[SIM_NOW] = a;
            h[SIM_DRAFT] = b;
            common = true;
        }
    for (int k = 0; k < SIM_SIDES; k++) {
        out->head[k] = h[k]->code;
        out->head_zh[k] = h[k]->zh;
        out->head_en[k] = h[k]->en;
        out->unit[k] = h[k]->unit;
        out->head_in[k] = out->in;
    }
}

/* ---- one subject ---- */

struct collecting {
    struct simulating *sim;
    int side;
    size_t at;
    const struct placed *source;
};

/* What a payment settles over a longer period is the sum of what is told by its own periods. */
static bool is_settlement(const struct scheme *s, const struct run_number *n)
{
    for (size_t i = 0; i < s->rules.payments.n && n->unit == RUN_YUAN; i++) {
        const struct scheme_payment *p = &LIST_AT(s->rules.payments, struct scheme_payment, i);
        if (text_equal(p->code, n->code))
            return period_span((enum period)p->per, n->in.first).last != n->in.last;
    }
    return false;
}

/* The sum of a number's periods; false: the subject has none of that code. */
static bool number_of(const struct scheme *s, const struct run_result *r, const char *code,
                      struct span *in, int64_t *out, bool *over)
{
    bool found = false;
    *out = 0;
    for (size_t i = 0; i < r->numbers.n; i++) {
        const struct run_number *n = &LIST_AT(r->numbers, struct run_number, i);
        if (!text_equal(n->code, code) || is_settlement(s, n)) continue;
        found = true;
        if (in) *in = n->in;
        if (!dec_add(out, n->value_c)) *over = true;
    }
    return found;
}

static int64_t mean_mark(const struct run_result *r, bool *over)
{
    int64_t sum = 0, n = 0, mean = 0;
    for (size_t i = 0; i < r->rounds.n; i++) {
        const struct eval_round *x = &LIST_AT(r->rounds, struct run_round, i).result;
        if (!x->counted) continue;
        n++;
        if (!dec_add(&sum, x->mark_c)) *over = true;
    }
    if (n && !dec_muldiv(sum, 1, n, DEC_NEAREST, &mean)) *over = true;
    return mean;
}

static const struct err *cost_of(struct collecting *c, const struct run_result *r,
                                 struct sim_side *side)
{
    struct simulating *sim = c->sim;
    const struct scheme *s = sim->out->scheme[c->side];
    struct sim_cost *cost = &sim->out->cost[c->side];
    int64_t points = 0, yuan = 0, paid = 0, prizes = 0;
    bool over = false;
    if (!number_of(s, r, "total", NULL, &points, &over))
        (void)number_of(s, r, "points", NULL, &points, &over);
    if (points < 0) points = 0;
    if (cost->rate_c != NONE && !dec_muldiv(points, cost->rate_c, 100, DEC_DOWN, &yuan))
        over = true;
    for (size_t i = 0; i < r->numbers.n; i++) {
        const struct run_number *n = &LIST_AT(r->numbers, struct run_number, i);
        if (n->unit == RUN_YUAN && !is_settlement(s, n) && !dec_add(&paid, n->value_c)) over = true;
    }
    for (size_t i = 0; i < r->pays.n; i++) {
        const struct run_pay *p = &LIST_AT(r->pays, struct run_pay, i);
        bool settled = period_span((enum period)p->payment->per, p->in.first).last != p->in.last;
        if (!settled && !dec_add(&paid, p->after_c)) over = true;
    }
    for (size_t i = 0; i < r->titles.n; i++) {
        const struct scheme_rung *rung = LIST_AT(r->titles, struct run_title, i).rung;
        if (rung && rung->amount_c != NONE && !dec_add(&prizes, rung->amount_c)) over = true;
    }
    side->yuan_c = yuan;
    if (over || !dec_add(&side->yuan_c, paid) || !dec_add(&side->yuan_c, prizes))
        return sim_too_large(sim->mem);
    ADD(&cost->points_c, points);
    ADD(&cost->exchange_c, yuan);
    ADD(&cost->payments_c, paid);
    ADD(&cost->prizes_c, prizes);
    return NULL;
}

static void places_of(struct collecting *c, const struct run_result *r, struct sim_side *side)
{
    const struct scheme_rules *rules = &c->sim->out->scheme[c->side]->rules;
    for (size_t i = 0; i < r->ranks.n; i++) {
        const struct run_rank *k = &LIST_AT(r->ranks, struct run_rank, i);
        if (k->ranking != rules->rankings.items) continue;
        side->rank = k->rank;
        side->of = k->of;
    }
    size_t n = 0;
    for (size_t i = 0; i < r->titles.n; i++)
        n += LIST_AT(r->titles, struct run_title, i).rung != NULL;
    if (!n) return;
    struct sim_held *held = arena_array(c->sim->mem, struct sim_held, n);
    for (size_t i = 0; i < r->titles.n; i++) {
        const struct run_title *t = &LIST_AT(r->titles, struct run_title, i);
        if (t->rung) held[side->titles.n++] = (struct sim_held){ t->title, t->rung, t->in };
    }
    side->titles.items = held;
}

const char *sim_keep(struct simulating *sim, const char *text)
{
    if (!text) return NULL;
    uint32_t at = names_of(&sim->names, text); /* may move names.text */
    return sim->names.text[at];
}

static const struct err *collect(void *arg, const struct run_result *r)
{
    struct collecting *c = arg;
    struct simulating *sim = c->sim;
    struct simulation *out = sim->out;
    const struct scheme *s = out->scheme[c->side];
    struct sim_row *row =
        c->side == SIM_NOW ? words_add(&sim->rows) : WORDS_AT(&sim->rows, struct sim_row, c->at);
    bool over = false;
    c->at++;
    if (c->side == SIM_NOW) {
        row->id = r->id;
        row->label = arena_strdup(sim->mem, r->label);
        row->class_ = sim_keep(sim, r->class_);
        row->group = c->source->group;
    } else if (row->id != r->id) {
        BUG("simulation: the source told another subject the second time");
    }
    struct sim_side *side = &row->side[c->side];
    side->absent = c->source->absent;
    if (text_equal(out->head[c->side], "mark")) side->value_c = mean_mark(r, &over);
    else if (!number_of(s, r, out->head[c->side], &out->head_in[c->side], &side->value_c, &over))
        (void)number_of(s, r, "points", NULL, &side->value_c, &over);
    if (over) return sim_too_large(sim->mem);
    TRY(cost_of(c, r, side));
    places_of(c, r, side);
    return NULL;
}

/* ---- one scheme ---- */

static const struct err *one_side(struct simulating *sim, int side, struct fact_source *from)
{
    struct simulation *out = sim->out;
    const struct scheme *s = out->scheme[side];
    struct placed source = place_source(sim, side, from);
    struct collecting c = { sim, side, 0, &source };
    struct scheme_run *run;
    struct sim_cost *cost = &out->cost[side];
    *cost = (struct sim_cost){ .rate_c = s->rules.exchange ? s->rules.exchange->rate_c : NONE,
                               .total_c = NONE,
                               .ceiling_c = NONE,
                               .funded_c = NONE,
                               .at_ceiling = s->rules.budget ? s->rules.budget->at_ceiling : NULL };
    TRY(run_open(sim->mem, s, &source.source, out->in, &run));
    source.count = true; /* what is told is told once, in the last of the streams */
    TRY(run_each(run, false, collect, &c));
    if (side == SIM_DRAFT && c.at != sim->rows.n)
        BUG("simulation: the source told fewer subjects the second time");
    if (cost->rate_c != NONE || !sim_gives_points(s)) {
        cost->total_c = cost->exchange_c;
        ADD(&cost->total_c, cost->payments_c);
        ADD(&cost->total_c, cost->prizes_c);
    }
    if (!s->rules.budget || from->residents == NONE) return NULL;
    struct eval_budget b;
    TRY(eval_budget(sim->mem, s->rules.budget, from->residents, &b));
    cost->ceiling_c = b.ceiling_c;
    cost->funded_c = b.funded_c;
    struct span year = period_span(PERIOD_YEAR, out->in.last), in = out->head_in[side];
    cost->over = in.first == year.first && in.last == year.last && cost->total_c != NONE &&
                 cost->total_c > cost->ceiling_c;
    return NULL;
}

static struct simulating begin(struct arena *mem, const struct scheme *now,
                               const struct scheme *draft, struct span in)
{
    struct simulating sim = { .mem = mem,
                              .out = arena_new(mem, struct simulation),
                              .rows = { .mem = mem, .size = sizeof(struct sim_row) },
                              .misses = { .mem = mem, .size = sizeof(struct sim_miss) },
                              .items = { .mem = mem, .size = sizeof(struct sim_item) },
                              .names = { .mem = mem } };
    sim.out->scheme[SIM_NOW] = now;
    sim.out->scheme[SIM_DRAFT] = draft;
    sim.out->in = in;
    return sim;
}

const struct err *scheme_simulate(struct arena *mem, const struct scheme *now,
                                  const struct scheme *draft, struct fact_source *source,
                                  struct span in, struct simulation **out)
{
    struct simulating sim = begin(mem, now, draft, in);
    choose_heads(&sim);
    for (int side = 0; side < SIM_SIDES; side++) TRY(one_side(&sim, side, source));
    TRY(sim_count(&sim, source));
    *out = sim.out;
    return NULL;
}

const struct err *scheme_simulate_one(struct arena *mem, const struct scheme *now,
                                      const struct scheme *draft, struct fact_source *source,
                                      struct span in, int64_t id, struct run_result out[SIM_SIDES])
{
    struct simulating sim = begin(mem, now, draft, in);
    for (int side = 0; side < SIM_SIDES; side++) {
        struct placed placed = place_source(&sim, side, source);
        struct scheme_run *run;
        TRY(run_open(mem, sim.out->scheme[side], &placed.source, in, &run));
        TRY(run_find(run, mem, id, true, &out[side]));
    }
    return NULL;
}

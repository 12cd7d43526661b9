/* Counting over the rows of a simulation: spreads, bins, classes, titles, items, notes. */
#include <string.h>

#include "kernel/dec.h"
#include "kernel/text.h"
#include "scheme/scheme_simulate_in.h"
#include "scheme/scheme_sort.h"

#define ADD(sum, more)                                                                             \
    do {                                                                                           \
        if (!dec_add((sum), (more))) return sim_too_large(sim->mem);                               \
    } while (0)

static struct list list_of(struct arena *mem, const struct words *w)
{
    struct list out = { arena_alloc_array(mem, w->n + 1, w->size), w->n };
    for (size_t i = 0; i < w->n; i += WORDS_BLOCK)
        memcpy((char *)out.items + i * w->size, w->blocks[i / WORDS_BLOCK],
               (w->n - i < WORDS_BLOCK ? w->n - i : WORDS_BLOCK) * w->size);
    return out;
}

static int sign(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

/* ---- rows ---- */

static int by_change(const void *a, const void *b, const void *arg)
{
    const struct sim_row *x = a, *y = b;
    (void)arg;
    return x->change_c != y->change_c ? sign(y->change_c, x->change_c) : sign(x->id, y->id);
}

static const struct err *rows(struct simulating *sim)
{
    struct simulation *out = sim->out;
    out->rows = list_of(sim->mem, &sim->rows);
    for (size_t i = 0; i < out->rows.n; i++) {
        struct sim_row *r = &LIST_AT(out->rows, struct sim_row, i);
        r->change_c = r->side[SIM_DRAFT].value_c;
        ADD(&r->change_c, -r->side[SIM_NOW].value_c);
        *(r->change_c > 0 ? &out->gain : r->change_c < 0 ? &out->lose : &out->same) += 1;
    }
    sort_stable(sim->mem, out->rows.items, out->rows.n, sizeof(struct sim_row), by_change, NULL);
    return NULL;
}

static const struct err *classes(struct simulating *sim)
{
    struct simulation *out = sim->out;
    struct words w = { .mem = sim->mem, .size = sizeof(struct sim_class) };
    for (size_t i = 0; i < out->rows.n; i++) {
        const struct sim_row *r = &LIST_AT(out->rows, struct sim_row, i);
        struct sim_class *c = NULL;
        for (size_t k = 0; k < w.n && !c; k++)
            if (text_equal(WORDS_AT(&w, struct sim_class, k)->code, r->class_))
                c = WORDS_AT(&w, struct sim_class, k);
        if (!c) {
            const struct scheme *s =
                out->scheme[scheme_class_of(out->scheme[SIM_DRAFT], r->class_) ? SIM_DRAFT
                                                                               : SIM_NOW];
            c = words_add(&w);
            c->code = r->class_;
            c->label = scheme_class_label(s, r->class_);
        }
        c->n++;
        c->gain += r->change_c > 0;
        c->lose += r->change_c < 0;
        for (int k = 0; k < SIM_SIDES; k++) ADD(&c->sum_c[k], r->side[k].value_c);
    }
    out->classes = list_of(sim->mem, &w);
    return NULL;
}

/* ---- the spread ---- */

static int by_number(const void *a, const void *b, const void *arg)
{
    const int64_t *x = a, *y = b;
    (void)arg;
    return sign(*x, *y);
}

/* Nearest rank: the least value that at least this share of the subjects does not exceed. */
static int64_t quantile(const int64_t *v, size_t n, size_t percent)
{
    return v[(n * percent + 99) / 100 - (percent > 0)];
}

static const struct err *spread(struct simulating *sim, int side, int64_t *v)
{
    struct sim_spread *s = &sim->out->spread[side];
    int64_t above = 0, top = 0;
    size_t n = 0;
    for (size_t i = 0; i < sim->out->rows.n; i++) {
        const struct sim_side *x = &LIST_AT(sim->out->rows, struct sim_row, i).side[side];
        if (!x->absent) v[n++] = x->value_c;
    }
    s->n = (int64_t)n;
    s->top_tenth_c = NONE;
    if (!n) return NULL;
    sort_stable(sim->mem, v, n, sizeof *v, by_number, NULL);
    for (size_t i = 0; i < n; i++) {
        s->zero += v[i] == 0;
        ADD(&s->sum_c, v[i]);
        if (v[i] > 0) ADD(&above, v[i]);
        if (v[i] > 0 && i >= n - (n + 9) / 10) ADD(&top, v[i]);
    }
    if (!dec_muldiv(s->sum_c, 1, (int64_t)n, DEC_NEAREST, &s->mean_c))
        return sim_too_large(sim->mem);
    s->least_c = v[0];
    s->p10_c = quantile(v, n, 10);
    s->p25_c = quantile(v, n, 25);
    s->median_c = quantile(v, n, 50);
    s->p75_c = quantile(v, n, 75);
    s->p90_c = quantile(v, n, 90);
    s->most_c = v[n - 1];
    if (above && !dec_muldiv(top, 10000, above, DEC_NEAREST, &s->top_tenth_c))
        return sim_too_large(sim->mem);
    return NULL;
}

/* 1, 2, 5, 10, 20 … points: the first width by which ten bins reach. */
static int64_t width_of(int64_t range)
{
    int64_t w = 100;
    for (int k = 0; w < DEC_MAX && (range + w - 1) / w > 10; k++)
        w = k % 3 == 1 ? w / 2 * 5 : w * 2;
    return w;
}

static int64_t floor_to(int64_t v, int64_t w)
{
    return v >= 0 ? v / w * w : -((-v + w - 1) / w * w);
}

static void bins(struct simulating *sim)
{
    struct simulation *out = sim->out;
    int64_t low = INT64_MAX, high = INT64_MIN;
    for (size_t i = 0; i < out->rows.n; i++)
        for (int k = 0; k < SIM_SIDES; k++) {
            const struct sim_side *x = &LIST_AT(out->rows, struct sim_row, i).side[k];
            if (x->absent || !x->value_c) continue;
            if (x->value_c < low) low = x->value_c;
            if (x->value_c > high) high = x->value_c;
        }
    if (low > high) return;
    int64_t w = width_of(high - low), first = floor_to(low, w);
    size_t n = (size_t)((high - first) / w) + 1;
    struct sim_bin *b = arena_array(sim->mem, struct sim_bin, n);
    for (size_t i = 0; i < n; i++) {
        b[i].from_c = first + (int64_t)i * w;
        b[i].to_c = b[i].from_c + w;
    }
    for (size_t i = 0; i < out->rows.n; i++)
        for (int k = 0; k < SIM_SIDES; k++) {
            const struct sim_side *x = &LIST_AT(out->rows, struct sim_row, i).side[k];
            if (!x->absent && x->value_c) b[(x->value_c - first) / w].count[k]++;
        }
    out->bins = (struct list){ b, n };
}

/* ---- titles ---- */

static const struct sim_held *held_of(const struct list *held, const struct sim_held *like)
{
    for (size_t i = 0; i < held->n; i++) {
        const struct sim_held *h = &LIST_AT(*held, struct sim_held, i);
        if (text_equal(h->title->code, like->title->code) && h->in.first == like->in.first)
            return h;
    }
    return NULL;
}

static void count_rung(struct words *w, const struct sim_held *h, int side)
{
    struct sim_rung *x = NULL;
    for (size_t i = 0; i < w->n && !x; i++) {
        struct sim_rung *y = WORDS_AT(w, struct sim_rung, i);
        if (text_equal(y->code, h->title->code) && text_equal(y->rung, h->rung->code)) x = y;
    }
    if (!x) {
        x = words_add(w);
        *x = (struct sim_rung){
            h->title->code, h->title->label, h->rung->code, h->rung->label, { 0, 0 }
        };
    }
    x->count[side]++;
}

static void changed(struct words *w, const struct sim_row *r, const struct sim_held *from,
                    const struct sim_held *to)
{
    const struct sim_held *h = to ? to : from;
    if (from && to && text_equal(from->rung->code, to->rung->code)) return;
    *(struct sim_title *)words_add(w) = (struct sim_title){ r,
                                                            h->title->code,
                                                            h->title->label,
                                                            from ? from->rung->label : NULL,
                                                            to ? to->rung->label : NULL,
                                                            h->in };
}

static void titles(struct simulating *sim)
{
    struct simulation *out = sim->out;
    struct words all = { .mem = sim->mem, .size = sizeof(struct sim_title) },
                 rungs = { .mem = sim->mem, .size = sizeof(struct sim_rung) };
    for (size_t i = 0; i < out->rows.n; i++) {
        const struct sim_row *r = &LIST_AT(out->rows, struct sim_row, i);
        const struct list *now = &r->side[SIM_NOW].titles, *draft = &r->side[SIM_DRAFT].titles;
        for (size_t k = 0; k < now->n; k++) {
            const struct sim_held *h = &LIST_AT(*now, struct sim_held, k);
            count_rung(&rungs, h, SIM_NOW);
            changed(&all, r, h, held_of(draft, h));
        }
        for (size_t k = 0; k < draft->n; k++) {
            const struct sim_held *h = &LIST_AT(*draft, struct sim_held, k);
            count_rung(&rungs, h, SIM_DRAFT);
            if (!held_of(now, h)) changed(&all, r, NULL, h);
        }
    }
    out->titles = list_of(sim->mem, &all);
    out->rungs = list_of(sim->mem, &rungs);
}

/* ---- items and misses ---- */

static int by_item(const void *a, const void *b, const void *arg)
{
    const struct sim_item *x = a, *y = b;
    int64_t dx = x->points_c[SIM_DRAFT] - x->points_c[SIM_NOW],
            dy = y->points_c[SIM_DRAFT] - y->points_c[SIM_NOW];
    (void)arg;
    return sign(dy < 0 ? -dy : dy, dx < 0 ? -dx : dx);
}

static int by_times(const void *a, const void *b, const void *arg)
{
    const struct sim_miss *x = a, *y = b;
    (void)arg;
    return x->side != y->side ? sign(y->side, x->side) : sign(y->times, x->times);
}

/* ---- what is missing for a fair comparison ---- */

static void note(struct simulating *sim, struct words *w, const char *zh, const char *en)
{
    for (size_t i = 0; i < w->n; i++)
        if (text_equal(WORDS_AT(w, struct sim_note, i)->zh, zh)) return;
    *(struct sim_note *)words_add(w) = (struct sim_note){ zh, en };
    (void)sim;
}

static void missing(struct simulating *sim, struct words *w, int side,
                    const struct fact_source *source)
{
    const struct scheme *s = sim->out->scheme[side];
    const struct scheme_rules *r = &s->rules;
    struct arena *mem = sim->mem;
    for (size_t i = 0; i < r->rounds.n && !sim->visits[side]; i++) {
        const char *label = LIST_AT(r->rounds, struct scheme_round, i).label;
        note(sim, w, arena_printf(mem, "这段时间没有“%s”的评比记录，这部分没有算进去。", label),
             arena_printf(
                 mem, "There are no marks of \"%s\" in this time; that part is not in the numbers.",
                 label));
    }
    for (size_t i = 0; i < r->assessments.n && !sim->results[side]; i++) {
        const char *label = LIST_AT(r->assessments, struct scheme_assessment, i).label;
        note(sim, w, arena_printf(mem, "这段时间没有“%s”的评议结果，都按基础分算。", label),
             arena_printf(mem,
                          "There are no results of \"%s\" in this time; everybody has the base.",
                          label));
    }
    for (size_t i = 0; i < r->payments.n && !sim->pays[side]; i++) {
        const struct scheme_payment *p = &LIST_AT(r->payments, struct scheme_payment, i);
        if (p->pays.n)
            note(sim, w,
                 arena_printf(mem, "没有“%s”各笔款项的数额，按规定扣减的部分没有算。", p->label),
                 arena_printf(
                     mem,
                     "The pays of \"%s\" are not known; what is taken from them is not counted.",
                     p->label));
    }
    if (r->budget && source->residents == NONE)
        note(sim, w, "不知道常住人口数，算不出经费上限。",
             "The number of residents is not known, so the ceiling is not either.");
    if (r->dividend && source->pool_c == NONE)
        note(sim, w, "没有分红总额，没有算分红。", "There is no pool, so dividends are left out.");
    if (sim_gives_points(s) && !r->exchange)
        note(sim, w, arena_printf(mem, "“%s”没有写1分兑多少元，算不出花费。", s->title),
             arena_printf(mem,
                          "\"%s\" states no rate from points to yuan, so its cost is not known.",
                          s->title));
}

static void notes(struct simulating *sim, const struct fact_source *source)
{
    struct simulation *out = sim->out;
    struct words w = { .mem = sim->mem, .size = sizeof(struct sim_note) };
    struct span in = out->head_in[SIM_DRAFT];
    char first[DATE_SIZE], last[DATE_SIZE];
    bool both_points = out->unit[SIM_NOW] == RUN_POINTS && out->unit[SIM_DRAFT] == RUN_POINTS;
    if (!text_equal(out->head[SIM_NOW], out->head[SIM_DRAFT]) && !both_points)
        note(sim, &w,
             arena_printf(sim->mem, "两个方案算的不是同一个数：现行是%s，草案是%s，增减只能参考。",
                          out->head_zh[SIM_NOW], out->head_zh[SIM_DRAFT]),
             arena_printf(sim->mem,
                          "The two schemes do not yield the same number: %s now, %s in the draft. "
                          "Take gains and losses as a hint.",
                          out->head_en[SIM_NOW], out->head_en[SIM_DRAFT]));
    if (in.first != out->in.first || in.last != out->in.last)
        note(sim, &w,
             arena_printf(sim->mem, "%s按%s至%s的整期算。", out->head_zh[SIM_DRAFT],
                          date_format(in.first, first), date_format(in.last, last)),
             arena_printf(sim->mem, "The %s is that of its whole period, %s to %s.",
                          out->head_en[SIM_DRAFT], date_format(in.first, first),
                          date_format(in.last, last)));
    for (int side = SIM_SIDES; side-- > 0;) missing(sim, &w, side, source);
    out->notes = list_of(sim->mem, &w);
}

const struct err *sim_count(struct simulating *sim, const struct fact_source *source)
{
    struct simulation *out = sim->out;
    TRY(rows(sim));
    TRY(classes(sim));
    int64_t *v = arena_array(sim->mem, int64_t, out->rows.n + 1);
    for (int side = 0; side < SIM_SIDES; side++) TRY(spread(sim, side, v));
    bins(sim);
    titles(sim);
    out->items = list_of(sim->mem, &sim->items);
    sort_stable(sim->mem, out->items.items, out->items.n, sizeof(struct sim_item), by_item, NULL);
    out->misses = list_of(sim->mem, &sim->misses);
    sort_stable(sim->mem, out->misses.items, out->misses.n, sizeof(struct sim_miss), by_times,
                NULL);
    notes(sim, source);
    return NULL;
}

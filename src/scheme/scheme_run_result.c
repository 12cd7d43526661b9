/* One subject's results, with the words that pass 1 kept: scheme_run.h. */
#include <string.h>

#include "kernel/dec.h"
#include "kernel/text.h"
#include "scheme/scheme_run_in.h"

struct growing {
    struct list list;
    size_t cap;
};
/* What one result is made in. */
struct making {
    struct scheme_run *run;
    struct eval e;
    const struct fact_subject *f;
    size_t at; /* the subject's index in the source */
    struct run_result *out;
    struct growing numbers, pays, ranks, titles, boards, rounds, redeemed;
};

/* Room for one more in a list of a result: most have a handful. */
static void *more(struct making *m, struct growing *g, size_t size)
{
    if (g->list.n == g->cap) {
        void *old = g->list.items;
        g->cap = g->cap ? 2 * g->cap : 4;
        g->list.items = arena_alloc_array(m->e.mem, g->cap, size);
        if (old) memcpy(g->list.items, old, g->list.n * size);
    }
    return (char *)g->list.items + g->list.n++ * size;
}

static bool inside(struct span in, int64_t on)
{
    return on >= in.first && on <= in.last;
}

/* ---- numbers ---- */

static void number(struct making *m, const char *code, const char *zh, const char *en,
                   enum run_unit unit, struct span in, const struct eval_sum *v)
{
    *(struct run_number *)more(m, &m->numbers, sizeof(struct run_number)) =
        (struct run_number){ code, zh, en, unit, in, v->value_c, v->count, v->why };
}

/* Of several periods within the span only those in which something happened are told. */
static bool dull(const struct making *m, struct span p, int64_t count)
{
    struct span in = m->out->in;
    return count == 0 && (p.first > in.first || p.last < in.last);
}

static const struct err *assessments(struct making *m)
{
    const struct list *rules = &m->run->s->rules.assessments;
    for (size_t i = 0; i < rules->n; i++) {
        const struct scheme_assessment *a = &LIST_AT(*rules, struct scheme_assessment, i);
        enum period per = (enum period)a->per;
        struct span in = m->out->in;
        if (!run_is_of(m->run->s, m->f, a->class_, false)) continue;
        for (struct span p = run_period(per, in); p.first <= p.last;
             p = run_next_period(per, in, p)) {
            struct eval_sum v;
            TRY(eval_assessment(&m->e, a, m->f, p.first, &v));
            if (!dull(m, p, v.count)) number(m, a->code, a->label, a->label, RUN_MARKS, p, &v);
        }
    }
    return NULL;
}

static const struct err *household(struct making *m)
{
    const struct scheme_household *h = m->run->s->rules.household;
    struct span in = m->out->in;
    if (!h || !run_is_of(m->run->s, m->f, NULL, true)) return NULL;
    for (struct span p = run_period((enum period)h->per, in); p.first <= p.last;
         p = run_next_period((enum period)h->per, in, p)) {
        struct eval_household home;
        TRY(eval_household(&m->e, m->f, p.last, &home));
        if (dull(m, p, home.total.count)) continue;
        number(m, "total", "家庭总积分", "household total", RUN_POINTS, p, &home.total);
        number(m, "average", "户均", "average", RUN_POINTS, p, &home.average);
        if (h->accumulate == 1)
            number(m, "lifetime", "累计户均", "lifetime average", RUN_POINTS, p, &home.lifetime);
    }
    return NULL;
}

static const char *lost(struct making *m, const struct eval_pay *x, enum lang lang)
{
    char day[DATE_SIZE];
    if (!x->because || x->before_c == x->after_c) return NULL;
    date_format(x->because->deed->on, day);
    return arena_printf(m->e.mem, lang == LANG_ZH ? "%s%s" : "%s %s", day, x->because->item->label);
}

/* Months are told one by one; what is paid out at the end of the quarter is their sum. */
static const struct err *settlement(struct making *m, const struct scheme_payment *r)
{
    struct span in = m->out->in;
    if (r->settle == NONE || r->settle <= r->per) return NULL;
    enum period per = (enum period)r->settle;
    for (struct span p = run_period(per, in); p.first <= p.last; p = run_next_period(per, in, p)) {
        struct eval_settlement v;
        char name[DATE_SIZE];
        TRY(eval_settlement(&m->e, r, m->f, p, &v));
        if (dull(m, p, v.items.count)) continue;
        period_name(per, p.first, name);
        number(m, r->code, arena_printf(m->e.mem, "%s（%s兑现）", r->label, name),
               arena_printf(m->e.mem, "%s (paid out for %s)", r->label, name), RUN_YUAN, p,
               &v.items);
        for (size_t k = 0; k < v.pays.n; k++) {
            const struct eval_pay *x = &LIST_AT(v.pays, struct eval_pay, k);
            *(struct run_pay *)more(m, &m->pays, sizeof(struct run_pay)) =
                (struct run_pay){ r, p, x->code, x->label, x->before_c, x->after_c, NULL, NULL };
        }
    }
    return NULL;
}

static const struct err *payments(struct making *m)
{
    const struct list *rules = &m->run->s->rules.payments;
    struct span in = m->out->in;
    for (size_t i = 0; i < rules->n; i++) {
        const struct scheme_payment *r = &LIST_AT(*rules, struct scheme_payment, i);
        enum period per = (enum period)r->per;
        if (!run_is_of(m->run->s, m->f, r->class_, false)) continue;
        TRY(settlement(m, r));
        for (struct span p = run_period(per, in); p.first <= p.last;
             p = run_next_period(per, in, p)) {
            struct eval_payment v;
            TRY(eval_payment(&m->e, r, m->f, p.first, &v));
            if (dull(m, p, v.items.count)) continue;
            number(m, r->code, r->label, r->label, RUN_YUAN, p, &v.items);
            for (size_t k = 0; k < v.pays.n; k++) {
                const struct eval_pay *x = &LIST_AT(v.pays, struct eval_pay, k);
                *(struct run_pay *)more(m, &m->pays, sizeof(struct run_pay)) =
                    (struct run_pay){ r,
                                      p,
                                      x->code,
                                      x->label,
                                      x->before_c,
                                      x->after_c,
                                      lost(m, x, LANG_ZH),
                                      lost(m, x, LANG_EN) };
            }
        }
    }
    return NULL;
}

static const struct err *numbers(struct making *m)
{
    const struct scheme *s = m->run->s;
    if (s->items.n || s->rules.rounds.n) {
        struct eval_sum v;
        TRY(eval_points(&m->e, m->f, m->out->in, &v));
        number(m, "points", "积分", "points", RUN_POINTS, m->out->in, &v);
    }
    TRY(assessments(m));
    TRY(household(m));
    return payments(m);
}

/* ---- balances and what they fetch ---- */

static const struct err *balances(struct making *m)
{
    const struct scheme *s = m->run->s;
    const struct scheme_exchange *x = s->rules.exchange;
    int64_t on = m->out->in.last;
    struct run_balance *v = arena_array(m->e.mem, struct run_balance, s->accounts.n + 1);
    struct redeem_facts r = { .on = on, .barred = eval_barred(s, m->f, on, true), .any_day = true };
    for (size_t i = 0; i < s->accounts.n; i++) {
        const struct scheme_balance *b = &LIST_AT(s->accounts, struct scheme_balance, i);
        v[i].balance = b;
        TRY(eval_balance(&m->e, b, m->f, on, &v[i].value_c));
        *(b->spend == 1 ? &r.balance_c : &r.earned_c) = v[i].value_c;
    }
    m->out->balances = (struct list){ v, s->accounts.n };
    if (!x) return NULL;
    struct run_exchange *out = m->out->exchange = arena_new(m->e.mem, struct run_exchange);
    struct list redeemed;
    TRY(eval_redemptions(&m->e, m->f, &redeemed));
    for (size_t i = 0; i < redeemed.n; i++) {
        const struct eval_redemption *d = &LIST_AT(redeemed, struct eval_redemption, i);
        if (inside(m->out->in, d->spent->on))
            *(struct eval_redemption *)more(m, &m->redeemed, sizeof(struct eval_redemption)) = *d;
    }
    eval_redeem_used(x, &redeemed, on, &r);
    r.points_c = out->points_c = r.balance_c;
    if (r.balance_c <= 0) {
        out->why_zh = "没有可兑的积分。", out->why_en = "no spendable points";
        return NULL;
    }
    const struct err *no = eval_redeem(m->e.mem, s, &r, &out->yuan_c, &out->left_c);
    if (no) *out = (struct run_exchange){ r.points_c, 0, r.balance_c, no->zh, no->en };
    return NULL;
}

/* ---- boards ---- */

static void board(struct making *m, const char *code, int64_t on, const char *why, const char *help)
{
    const struct list *boards = &m->run->s->rules.boards;
    for (size_t i = 0; code && i < boards->n; i++) {
        const struct scheme_board *b = &LIST_AT(*boards, struct scheme_board, i);
        if (!text_equal(b->code, code)) continue;
        eval_board(m->e.mem, m->run->s, b, m->f, on, why, help,
                   more(m, &m->boards, sizeof(struct eval_board)));
    }
}

/* Items that lead to a board: by what was done, unless it was refused, warned of or not true. */
static const struct err *deeds(struct making *m)
{
    const struct list *items = &m->run->s->items;
    bool any = false;
    struct list worth;
    for (size_t i = 0; i < items->n && !any; i++)
        any = LIST_AT(*items, struct scheme_item, i).board != NULL;
    if (!any) return NULL;
    TRY(eval_deeds(&m->e, eval_class(&m->e, m->f->class_, &m->f->tags), &m->f->deeds, &worth));
    for (size_t i = 0; i < worth.n; i++) {
        const struct eval_deed *d = &LIST_AT(worth, struct eval_deed, i);
        if (d->points_c && !d->deed->proved_false && inside(m->out->in, d->deed->on))
            board(m, d->item->board, d->deed->on, d->item->label, NULL);
    }
    return NULL;
}

static void rounds(struct making *m)
{
    const struct scheme_rules *r = &m->run->s->rules;
    for (size_t i = 0; i < r->rounds.n; i++) {
        const struct scheme_round *round = &LIST_AT(r->rounds, struct scheme_round, i);
        const struct list *results = &m->e.rounds[i];
        for (size_t k = 0; k < results->n; k++) {
            const struct eval_round *x = &LIST_AT(*results, struct eval_round, k);
            if (!inside(m->out->in, x->in.last)) continue;
            *(struct run_round *)more(m, &m->rounds, sizeof(struct run_round)) =
                (struct run_round){ round, *x };
            if (x->band) board(m, x->band->board, x->in.last, x->band->label, NULL);
        }
        for (size_t k = 0; k < r->streaks.n; k++) {
            const struct scheme_streak *streak = &LIST_AT(r->streaks, struct scheme_streak, k);
            if (streak->round_ != round) continue;
            struct list hits = eval_streaks(&m->e, streak, results);
            for (size_t h = 0; h < hits.n; h++) {
                int64_t day = LIST_AT(hits, struct eval_streak, h).in.last;
                if (inside(m->out->in, day))
                    board(m, streak->board, day, streak->label, streak->help);
            }
        }
    }
}

/* ---- ranks and titles ---- */

/* The subject's word in a ranking; they stand in the order of the subjects. */
static const struct slot_word *word_of(const struct run_slot *slot, size_t subject, size_t *at)
{
    size_t low = 0, high = slot->words.n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        const struct slot_word *w = WORDS_AT(&slot->words, struct slot_word, mid);
        if (w->subject == subject) {
            *at = mid;
            return w;
        }
        if (w->subject < subject) low = mid + 1;
        else high = mid;
    }
    return NULL;
}

static void why_no_title(struct making *m, const struct scheme_title *t, const struct slot_word *w,
                         struct run_title *out)
{
    char s[DEC_SIZE];
    const struct scheme_rung *g = t->ladder.items;
    if (!w->rank) {
        out->why_zh = "未参加排名", out->why_en = "not ranked";
        return;
    }
    if (w->barred) {
        out->why_zh = "有虚假申报或受过处罚，不评", out->why_en = "barred by a penalty";
        return;
    }
    if (t->floor_c != NONE && w->value_c < t->floor_c) {
        dec_human(t->floor_c, s);
        out->why_zh = arena_printf(m->e.mem, "低于%s分", s);
        out->why_en = arena_printf(m->e.mem, "below %s", s);
        return;
    }
    bool threshold = t->ladder.n && g->share_c == NONE && g->places == NONE;
    if (!threshold && !w->count && !w->value_c) {
        out->why_zh = "没有积分，不评", out->why_en = "nothing was done";
        return;
    }
    out->why_zh = threshold ? "分数不在评定范围" : "名次在名额之外";
    out->why_en = threshold ? "not within the thresholds" : "outside the places";
}

static void titles(struct making *m, const struct run_slot *slot, const struct slot_word *w,
                   size_t at)
{
    const struct list *rules = &m->run->s->rules.titles;
    for (size_t t = 0; t < rules->n; t++) {
        const struct scheme_title *title = &LIST_AT(*rules, struct scheme_title, t);
        if (title->ranking_ != slot->ranking) continue;
        struct run_title *out = more(m, &m->titles, sizeof(struct run_title));
        size_t rung = *WORDS_AT(&slot->rungs[t], uint16_t, at);
        *out = (struct run_title){ .title = title, .in = slot->in };
        if (!rung) {
            why_no_title(m, title, w, out);
            continue;
        }
        out->rung = &LIST_AT(title->ladder, struct scheme_rung, rung - 1);
        if (inside(m->out->in, slot->in.last))
            board(m, out->rung->board, slot->in.last, out->rung->label, NULL);
    }
}

static void ranks(struct making *m)
{
    struct scheme_run *run = m->run;
    for (size_t k = 0; k < run->slots_n; k++) {
        const struct run_slot *slot = &run->slots[k];
        size_t at;
        const struct slot_word *w = word_of(slot, m->at, &at);
        if (!w || dull(m, slot->in, slot->any)) continue;
        *(struct run_rank *)more(m, &m->ranks, sizeof(struct run_rank)) = (struct run_rank){
            .ranking = slot->ranking,
            .in = slot->in,
            .set = w->set ? run->sets.text[w->set] : NULL,
            .rank = w->rank,
            .of = slot->of[w->set],
            .value_c = w->value_c,
            .count = w->count,
            .barred = w->barred,
        };
        titles(m, slot, w, at);
    }
}

/* ---- all of it ---- */

static bool index_of(const struct scheme_run *run, int64_t id, size_t *at)
{
    size_t low = 0, high = run->ids.n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (run->by_id[mid].id == id) {
            *at = run->by_id[mid].at;
            return true;
        }
        if (run->by_id[mid].id < id) low = mid + 1;
        else high = mid;
    }
    return false;
}

static const struct err *make(struct scheme_run *run, struct arena *mem, size_t at,
                              const struct fact_subject *f, bool explain, struct run_result *out)
{
    struct making m = { .run = run, .f = f, .at = at, .out = out };
    const char *own = scheme_class_pick(run->s, f->class_, &f->tags);
    *out = (struct run_result){ .id = f->id,
                                .label = f->label,
                                .class_ = own ? own : f->class_,
                                .in = run->in,
                                .dividend_c = NONE };
    TRY(run_begin(run, at, f, mem, explain, &m.e));
    TRY(numbers(&m));
    TRY(balances(&m));
    TRY(deeds(&m));
    rounds(&m);
    ranks(&m);
    if (run->divided) out->dividend_c = WORDS_AT(&run->shares, struct share_word, at)->amount_c;
    out->numbers = m.numbers.list;
    out->pays = m.pays.list;
    out->ranks = m.ranks.list;
    out->titles = m.titles.list;
    out->boards = m.boards.list;
    out->redeemed = m.redeemed.list;
    out->rounds = m.rounds.list;
    return NULL;
}

const struct err *run_result(struct scheme_run *run, struct arena *mem,
                             const struct fact_subject *f, bool explain, struct run_result *out)
{
    size_t at;
    if (!index_of(run, f->id, &at))
        return err_say(mem, ERR_INVALID, "id", "这个对象不在本次计算的数据里。",
                       "the run did not see this subject");
    return make(run, mem, at, f, explain, out);
}

const struct err *run_find(struct scheme_run *run, struct arena *mem, int64_t id, bool explain,
                           struct run_result *out)
{
    /* Results point at texts of the facts, so these stay as long as mem. */
    struct arena *facts = arena_child(mem);
    const struct fact_subject *f = NULL;
    size_t at;
    if (!index_of(run, id, &at)) return err_new(mem, ERR_NOT_FOUND, "subject");
    TRY(run->source->rewind(run->source));
    do {
        arena_reset(facts);
        TRY(run->source->next(run->source, facts, &f));
    } while (f && f->id != id);
    if (!f) return err_new(mem, ERR_NOT_FOUND, "subject");
    return make(run, mem, at, f, explain, out);
}

const struct err *run_each(struct scheme_run *run, bool explain, run_fn *fn, void *arg)
{
    struct arena *scratch = arena_child(run->mem);
    const struct err *x = run->source->rewind(run->source);
    const struct fact_subject *f = NULL;
    do {
        struct run_result r;
        if (!x) x = run->source->next(run->source, scratch, &f);
        bool of_subject = !x && f;
        if (of_subject) x = run_result(run, scratch, f, explain, &r);
        if (of_subject && !x) x = fn(arg, &r);
        if (x) x = run_keep(run->mem, x, of_subject ? f : NULL);
        arena_reset(scratch);
    } while (!x && f);
    arena_clear(scratch);
    return x;
}

/* Pass 1 over a village's or a county's facts: scheme_run.h. First the marks of rounds whose places
 * a streak asks for, then the numbers that rankings and the dividend need; each stream leaves a few
 * words per subject. */
#include "scheme/scheme_run.h"

#include <string.h>

#include "kernel/dec.h"
#include "kernel/text.h"
#include "scheme/scheme_run_in.h"
#include "scheme/scheme_sort.h"

/* A day's ranking over a year; more would be a list that nobody reads. */
enum { PERIODS_MAX = 400 };

const struct err *run_keep(struct arena *mem, const struct err *x, const struct fact_subject *f)
{
    const char *zh = arena_strdup(mem, err_text(x, LANG_ZH)),
               *en = arena_strdup(mem, err_text(x, LANG_EN));
    if (f) {
        zh = arena_printf(mem, "%s（编号%lld）", zh, (long long)f->id);
        en = arena_printf(mem, "%s (id %lld)", en, (long long)f->id);
    }
    struct err *e = err_say(mem, x->code, arena_strdup(mem, x->field), zh, en);
    for (const struct finding *k = x->findings; k; k = k->next)
        err_finding(mem, e, arena_strdup(mem, k->field), arena_strdup(mem, k->zh),
                    arena_strdup(mem, k->en));
    return e;
}

/* ---- periods ---- */

struct span run_period(enum period per, struct span in)
{
    struct span p = period_span(per, in.last);
    return p.first <= in.first ? p : period_span(per, in.first);
}

struct span run_next_period(enum period per, struct span in, struct span was)
{
    static const struct span none = { 1, 0 };
    if (was.last >= in.last) return none;
    struct span p = period_span(per, was.last + 1);
    return p.last <= in.last ? p : none;
}

static size_t count_periods(enum period per, struct span in)
{
    size_t n = 0;
    for (struct span p = run_period(per, in); p.first <= p.last && n <= PERIODS_MAX; n++)
        p = run_next_period(per, in, p);
    return n;
}

static const struct err *few_periods(const struct scheme_run *run, enum period per,
                                     const char *label)
{
    if (count_periods(per, run->in) <= PERIODS_MAX) return NULL;
    return err_say(
        run->mem, ERR_INVALID, "period",
        arena_printf(run->mem, "期间太长：“%s”最多算%d期，请选短一些的期间。", label, PERIODS_MAX),
        arena_printf(run->mem, "too long: \"%s\" has more than %d periods in it", label,
                     PERIODS_MAX));
}

static const struct err *check_periods(const struct scheme_run *run)
{
    const struct scheme_rules *r = &run->s->rules;
    for (size_t i = 0; i < r->rankings.n; i++) {
        const struct scheme_ranking *x = &LIST_AT(r->rankings, struct scheme_ranking, i);
        TRY(few_periods(run, (enum period)x->per, x->label));
    }
    for (size_t i = 0; i < r->assessments.n; i++) {
        const struct scheme_assessment *x = &LIST_AT(r->assessments, struct scheme_assessment, i);
        TRY(few_periods(run, (enum period)x->per, x->label));
    }
    for (size_t i = 0; i < r->payments.n; i++) {
        const struct scheme_payment *x = &LIST_AT(r->payments, struct scheme_payment, i);
        TRY(few_periods(run, (enum period)x->per, x->label));
    }
    if (!r->household) return NULL;
    return few_periods(run, (enum period)r->household->per, "household");
}

/* ---- one subject ---- */

const struct err *run_begin(struct scheme_run *run, size_t i, const struct fact_subject *f,
                            struct arena *mem, bool explain, struct eval *out)
{
    const struct list *rounds = &run->s->rules.rounds;
    struct list *results = arena_array(mem, struct list, rounds->n + 1);
    *out = (struct eval){ .mem = mem, .s = run->s, .explain = explain };
    eval_work_begin(run->work, out);
    for (size_t r = 0; r < rounds->n; r++) {
        struct run_places *p = &run->places[r];
        TRY(eval_rounds(out, &LIST_AT(*rounds, struct scheme_round, r), f, &results[r]));
        if (!p->wanted) continue;
        size_t at = *WORDS_AT(&p->start, uint32_t, i);
        for (size_t k = 0; k < results[r].n; k++) {
            struct eval_round *x = &LIST_AT(results[r], struct eval_round, k);
            if (!x->counted) continue;
            const struct place_word *w = WORDS_AT(&p->words, struct place_word, at);
            at++;
            x->from_first = w->from_first;
            x->from_last = w->from_last;
        }
    }
    out->rounds = results;
    return NULL;
}

bool run_is_of(const struct scheme *s, const struct fact_subject *f, const char *class_,
               bool households)
{
    if (!class_ && !households) return true;
    const char *own = scheme_class_pick(s, f->class_, &f->tags);
    if (households) return text_equal(scheme_class_kind(s, own), "household");
    return text_equal(own ? own : f->class_, class_) || (own && scheme_class_is(s, own, class_));
}

/* ---- streams ---- */

typedef const struct err *visit_fn(struct scheme_run *run, size_t i, const struct fact_subject *f,
                                   struct arena *scratch);

static const struct err *same_again(struct scheme_run *run, size_t i, const struct fact_subject *f,
                                    bool first)
{
    if (first) {
        if (run->ids.n >= UINT32_MAX / 2)
            return err_say(run->mem, ERR_INVALID, "id", "对象太多。", "too many subjects");
        *(int64_t *)words_add(&run->ids) = f->id;
        return NULL;
    }
    if (i < run->ids.n && *WORDS_AT(&run->ids, int64_t, i) == f->id) return NULL;
    return err_say(run->mem, ERR_INVALID, "id", "数据在计算过程中变了，请重新计算。",
                   "the facts changed while they were read: start again");
}

static const struct err *stream(struct scheme_run *run, bool first, visit_fn *fn)
{
    struct arena *scratch = arena_child(run->mem);
    const struct fact_subject *f;
    const struct err *x = run->source->rewind(run->source);
    size_t i = 0;
    for (; !x; i++) {
        x = run->source->next(run->source, scratch, &f);
        if (x || !f) break;
        x = same_again(run, i, f, first);
        if (!x) x = fn(run, i, f, scratch);
        if (x) x = run_keep(run->mem, x, f);
        arena_reset(scratch);
    }
    if (x) x = run_keep(run->mem, x, NULL);
    arena_clear(scratch);
    if (x || i == run->ids.n) return x;
    return err_say(run->mem, ERR_INVALID, "id", "数据在计算过程中变了，请重新计算。",
                   "the facts changed while they were read: start again");
}

/* ---- places in rounds ---- */

static const struct err *keep_marks(struct scheme_run *run, size_t i, const struct fact_subject *f,
                                    struct arena *scratch)
{
    struct eval e = { .mem = scratch, .s = run->s };
    (void)i;
    for (size_t r = 0; r < run->s->rules.rounds.n; r++) {
        struct run_places *p = &run->places[r];
        struct list results;
        if (!p->wanted) continue;
        *(uint32_t *)words_add(&p->start) = (uint32_t)p->words.n;
        TRY(eval_rounds(&e, &LIST_AT(run->s->rules.rounds, struct scheme_round, r), f, &results));
        for (size_t k = 0; k < results.n; k++) {
            const struct eval_round *x = &LIST_AT(results, struct eval_round, k);
            if (!x->counted) continue;
            if (p->words.n >= UINT32_MAX - 1)
                return err_say(scratch, ERR_INVALID, "visits", "评比记录太多。", "too many visits");
            *(struct place_word *)words_add(&p->words) =
                (struct place_word){ .mark_c = x->mark_c, .period = (int32_t)x->in.first };
        }
    }
    return NULL;
}

struct placed {
    int64_t mark_c;
    int32_t period;
    uint32_t at;
};
static int by_mark(const void *pa, const void *pb, const void *arg)
{
    const struct placed *a = pa, *b = pb;
    (void)arg;
    if (a->period != b->period) return a->period < b->period ? -1 : 1;
    return a->mark_c == b->mark_c ? 0 : a->mark_c > b->mark_c ? -1 : 1;
}

/* A place is 1 + how many are strictly better (or worse): equals share it. */
static void give_places(struct scheme_run *run, struct run_places *p)
{
    struct arena *mem = arena_child(run->mem);
    size_t n = p->words.n;
    struct placed *v = arena_array(mem, struct placed, n + 1);
#define WORD(i) WORDS_AT(&p->words, struct place_word, v[i].at)
    for (size_t i = 0; i < n; i++) {
        const struct place_word *w = WORDS_AT(&p->words, struct place_word, i);
        v[i] = (struct placed){ w->mark_c, w->period, (uint32_t)i };
    }
    sort_stable(mem, v, n, sizeof *v, by_mark, NULL);
    for (size_t first = 0, end; first < n; first = end) {
        for (end = first; end < n && v[end].period == v[first].period;) end++;
        for (size_t i = first; i < end; i++) {
            bool equal = i > first && v[i].mark_c == v[i - 1].mark_c;
            WORD(i)->from_first = equal ? WORD(i - 1)->from_first : (uint32_t)(i - first) + 1;
            size_t j = end - 1 - (i - first);
            equal = j + 1 < end && v[j].mark_c == v[j + 1].mark_c;
            WORD(j)->from_last = equal ? WORD(j + 1)->from_last : (uint32_t)(end - j);
        }
    }
#undef WORD
    arena_clear(mem);
}

static bool find_places(struct scheme_run *run)
{
    const struct scheme_rules *r = &run->s->rules;
    bool any = false;
    run->places = arena_array(run->mem, struct run_places, r->rounds.n + 1);
    for (size_t i = 0; i < r->rounds.n; i++) {
        struct run_places *p = &run->places[i];
        *p = (struct run_places){ .start = { .mem = run->mem, .size = sizeof(uint32_t) },
                                  .words = { .mem = run->mem, .size = sizeof(struct place_word) } };
        for (size_t k = 0; k < r->streaks.n; k++) {
            const struct scheme_streak *s = &LIST_AT(r->streaks, struct scheme_streak, k);
            p->wanted |= s->round_ == &LIST_AT(r->rounds, struct scheme_round, i) &&
                         (s->first != NONE || s->last != NONE);
        }
        any |= p->wanted;
    }
    return any;
}

/* ---- numbers of rankings and the dividend ---- */

/* Of whom a number can be asked. */
static const char *class_of_number(struct scheme_number n)
{
    switch (n.kind) {
    case NUMBER_ROUND:
        return ((const struct scheme_round *)n.rule)->class_;
    case NUMBER_ASSESSMENT:
        return ((const struct scheme_assessment *)n.rule)->class_;
    case NUMBER_MONEY:
        return ((const struct scheme_payment *)n.rule)->class_;
    case NUMBER_POINTS:
    case NUMBER_TOTAL:
    case NUMBER_AVERAGE:
    case NUMBER_LIFETIME:
        break;
    }
    return NULL;
}

static bool of_households(struct scheme_number n)
{
    return n.kind == NUMBER_TOTAL || n.kind == NUMBER_AVERAGE || n.kind == NUMBER_LIFETIME;
}

/* NULL: all together. A village's facts need not name the village. */
static const char *set_of(const struct scheme *s, const struct scheme_ranking *r,
                          const struct fact_subject *f)
{
    if (text_equal(r->within, "village")) return f->village;
    if (text_equal(r->within, "group")) return f->group ? f->group : "";
    if (text_equal(r->within, "class")) {
        const char *class_ = scheme_class_pick(s, f->class_, &f->tags);
        return class_ ? class_ : f->class_;
    }
    if (text_equal(r->within, "township")) return f->township ? f->township : "";
    return NULL;
}

static void make_slots(struct scheme_run *run)
{
    const struct scheme_rules *rules = &run->s->rules;
    size_t n = 0;
    for (size_t i = 0; i < rules->rankings.n; i++)
        n += count_periods((enum period)LIST_AT(rules->rankings, struct scheme_ranking, i).per,
                           run->in);
    run->slots = arena_array(run->mem, struct run_slot, n + 1);
    for (size_t i = 0; i < rules->rankings.n; i++) {
        const struct scheme_ranking *r = &LIST_AT(rules->rankings, struct scheme_ranking, i);
        enum period per = (enum period)r->per;
        for (struct span p = run_period(per, run->in); p.first <= p.last;
             p = run_next_period(per, run->in, p)) {
            run->slots[run->slots_n++] = (struct run_slot){
                .ranking = r,
                .in = p,
                .class_ = class_of_number(r->number),
                .households = of_households(r->number),
                .words = { .mem = run->mem, .size = sizeof(struct slot_word) },
                .keys = { .mem = run->mem, .size = sizeof(int64_t) },
                .keys_n = r->numbers.n < 4 ? r->numbers.n : 4,
            };
        }
    }
}

static const struct err *keep_number(struct scheme_run *run, struct run_slot *slot, size_t i,
                                     struct eval *e, const struct fact_subject *f)
{
    const struct scheme_ranking *r = slot->ranking;
    struct eval_sum v;
    if (!run_is_of(run->s, f, slot->class_, slot->households)) return NULL;
    if (!run_is_of(run->s, f, r->class_, false)) return NULL;
    TRY(eval_number(e, r->number, f, slot->in, &v));
    *(struct slot_word *)words_add(&slot->words) = (struct slot_word){
        .value_c = v.value_c,
        .subject = (uint32_t)i,
        .set = names_of(&run->sets, set_of(run->s, r, f)),
        .count = (uint32_t)v.count & INT32_MAX,
        .barred = eval_barred(run->s, f, slot->in.last, false),
    };
    slot->any |= v.count > 0;
    for (size_t k = 0; k < slot->keys_n; k++) {
        TRY(eval_number(e, LIST_AT(r->numbers, struct scheme_number, k), f, slot->in, &v));
        *(int64_t *)words_add(&slot->keys) = v.value_c;
    }
    return NULL;
}

static bool few_places(const struct scheme *s)
{
    for (size_t i = 0; s->rules.exchange && i < s->rules.exchange->services.n; i++)
        if (LIST_AT(s->rules.exchange->services, struct scheme_service, i).places != NONE)
            return true;
    return false;
}

static const struct err *keep_numbers(struct scheme_run *run, size_t i,
                                      const struct fact_subject *f, struct arena *scratch)
{
    struct eval e;
    TRY(run_begin(run, i, f, scratch, false, &e));
    for (size_t k = 0; k < run->slots_n; k++) TRY(keep_number(run, &run->slots[k], i, &e, f));
    if (run->s->rules.budget && run->source->residents != NONE) TRY(run_spend_keep(run, &e, f));
    if (few_places(run->s)) TRY(run_wish_keep(run, &e, f));
    if (!run->s->rules.dividend) return NULL;
    struct eval_household h;
    TRY(eval_household(&e, f, run->in.last, &h));
    *(struct share_word *)words_add(&run->shares) =
        (struct share_word){ .shares_c = f->shares_c, .points_c = h.total.value_c };
    return NULL;
}

/* ---- ranks and titles, once ---- */

static struct rank_entry *entries_of(const struct scheme_run *run, const struct run_slot *slot,
                                     struct arena *mem)
{
    struct rank_entry *v = arena_array(mem, struct rank_entry, slot->words.n + 1);
    for (size_t i = 0; i < slot->words.n; i++) {
        const struct slot_word *w = WORDS_AT(&slot->words, struct slot_word, i);
        v[i] = (struct rank_entry){ .id = *WORDS_AT(&run->ids, int64_t, w->subject),
                                    .value_c = w->value_c,
                                    .set = w->set ? run->sets.text[w->set] : NULL,
                                    .count = w->count,
                                    .barred = w->barred,
                                    .at = i };
        for (size_t k = 0; k < slot->keys_n; k++)
            v[i].keys_c[k] = *WORDS_AT(&slot->keys, int64_t, i * slot->keys_n + k);
    }
    eval_rank(slot->ranking, v, slot->words.n);
    return v;
}

static void rank_slot(struct scheme_run *run, struct run_slot *slot)
{
    const struct list *titles = &run->s->rules.titles;
    struct arena *mem = arena_child(run->mem);
    size_t n = slot->words.n;
    struct rank_entry *v = entries_of(run, slot, mem);
    slot->of = arena_array(run->mem, uint32_t, run->sets.n + 1);
    slot->rungs = arena_array(run->mem, struct words, titles->n + 1);
    for (size_t i = 0; i < n; i++) {
        struct slot_word *w = WORDS_AT(&slot->words, struct slot_word, v[i].at);
        w->rank = (uint32_t)v[i].rank;
        slot->of[w->set] += w->rank > 0;
    }
    for (size_t t = 0; t < titles->n; t++) {
        const struct scheme_title *title = &LIST_AT(*titles, struct scheme_title, t);
        if (title->ranking_ != slot->ranking) continue;
        slot->rungs[t] = (struct words){ .mem = run->mem, .size = sizeof(uint16_t) };
        eval_titles(title, v, n);
        for (size_t i = 0; i < n; i++) words_add(&slot->rungs[t]);
        for (size_t i = 0; i < n; i++)
            if (v[i].rung)
                *WORDS_AT(&slot->rungs[t], uint16_t, v[i].at) =
                    (uint16_t)(v[i].rung - (const struct scheme_rung *)title->ladder.items + 1);
    }
    arena_clear(mem);
}

static const struct err *divide(struct scheme_run *run)
{
    size_t n = run->shares.n;
    if (!run->s->rules.dividend || run->source->pool_c == NONE) return NULL;
    struct arena *mem = arena_child(run->mem);
    struct dividend_share *who = arena_array(mem, struct dividend_share, n + 1);
    for (size_t i = 0; i < n; i++) {
        const struct share_word *w = WORDS_AT(&run->shares, struct share_word, i);
        who[i] = (struct dividend_share){ .id = *WORDS_AT(&run->ids, int64_t, i),
                                          .shares_c = w->shares_c,
                                          .points_c = w->points_c };
    }
    const struct err *x = eval_dividend(mem, run->s->rules.dividend, run->source->pool_c, who, n);
    for (size_t i = 0; i < n && !x; i++)
        WORDS_AT(&run->shares, struct share_word, i)->amount_c = who[i].amount_c;
    if (x) x = run_keep(run->mem, x, NULL);
    run->divided = !x;
    arena_clear(mem);
    return x;
}

/* ---- the run ---- */

static int by_id(const void *pa, const void *pb, const void *arg)
{
    const struct subject_word *a = pa, *b = pb;
    (void)arg;
    return (a->id > b->id) - (a->id < b->id);
}

static const struct err *index_ids(struct scheme_run *run)
{
    struct arena *spare = arena_child(run->mem);
    size_t n = run->ids.n;
    struct subject_word *v = run->by_id = arena_array(run->mem, struct subject_word, n + 1);
    for (size_t i = 0; i < n; i++)
        v[i] = (struct subject_word){ *WORDS_AT(&run->ids, int64_t, i), (uint32_t)i };
    sort_stable(spare, v, n, sizeof *v, by_id, NULL);
    arena_clear(spare);
    for (size_t i = 1; i < n; i++)
        if (v[i].id == v[i - 1].id)
            return err_say(run->mem, ERR_INVALID, "id",
                           arena_printf(run->mem, "编号%lld出现了两次，每个对象的编号要不同。",
                                        (long long)v[i].id),
                           arena_printf(run->mem, "id %lld occurs twice: each subject has its own",
                                        (long long)v[i].id));
    return NULL;
}

const struct err *run_open(struct arena *mem, const struct scheme *s, struct fact_source *source,
                           struct span in, struct scheme_run **out)
{
    struct scheme_run *run = *out = arena_new(mem, struct scheme_run);
    *run = (struct scheme_run){ .mem = mem,
                                .s = s,
                                .source = source,
                                .in = in,
                                .ids = { .mem = mem, .size = sizeof(int64_t) },
                                .sets = { .mem = mem },
                                .work = eval_work_new(mem, s),
                                .shares = { .mem = mem, .size = sizeof(struct share_word) },
                                .spends = { .mem = mem, .size = sizeof(struct spend_word) },
                                .wishes = { .mem = mem, .size = sizeof(struct service_wish) },
                                .purposes = { .mem = mem } };
    TRY(check_periods(run));
    make_slots(run);
    /* Ids are wanted in any case, and numbers need the places first. */
    bool places = find_places(run);
    if (places) {
        TRY(stream(run, true, keep_marks));
        for (size_t r = 0; r < s->rules.rounds.n; r++)
            if (run->places[r].wanted) give_places(run, &run->places[r]);
    }
    if (!places || run->slots_n || s->rules.dividend || s->rules.budget || few_places(s))
        TRY(stream(run, !places, keep_numbers));
    TRY(index_ids(run));
    for (size_t k = 0; k < run->slots_n; k++) rank_slot(run, &run->slots[k]);
    return divide(run);
}

size_t run_subjects(const struct scheme_run *run)
{
    return run->ids.n;
}

const struct err *run_ranked(struct scheme_run *run, struct arena *mem,
                             const struct scheme_ranking *r, int64_t on, struct list *out)
{
    for (size_t k = 0; k < run->slots_n; k++) {
        const struct run_slot *slot = &run->slots[k];
        if (slot->ranking != r || on < slot->in.first || on > slot->in.last) continue;
        *out = (struct list){ entries_of(run, slot, mem), slot->words.n };
        for (size_t t = 0; t < run->s->rules.titles.n; t++) {
            const struct scheme_title *title =
                &LIST_AT(run->s->rules.titles, struct scheme_title, t);
            if (title->ranking_ != r) continue;
            eval_titles(title, out->items, out->n);
            break;
        }
        return NULL;
    }
    return err_say(mem, ERR_INVALID, "period", "计算的期间里没有这一期排名。",
                   "the span of this run has no such period of the ranking");
}

static int by_share_id(const void *pa, const void *pb, const void *arg)
{
    const struct dividend_share *a = pa, *b = pb;
    (void)arg;
    return (a->id > b->id) - (a->id < b->id);
}

const struct err *run_village(struct scheme_run *run, struct arena *mem, struct run_village *out)
{
    const struct scheme_rules *rules = &run->s->rules;
    *out = (struct run_village){ 0 };
    if (rules->budget && run->source->residents != NONE) {
        out->budget = arena_new(mem, struct eval_budget);
        TRY(eval_budget(mem, rules->budget, run->source->residents, out->budget));
        TRY(run_spend(run, mem, out));
    }
    run_services(run, mem, out);
    if (!run->divided) return NULL;
    struct dividend_share *v = arena_array(mem, struct dividend_share, run->shares.n + 1);
    for (size_t i = 0; i < run->shares.n; i++) {
        const struct share_word *w = WORDS_AT(&run->shares, struct share_word, i);
        v[i] = (struct dividend_share){ *WORDS_AT(&run->ids, int64_t, i), w->shares_c, w->points_c,
                                        w->amount_c };
    }
    sort_stable(mem, v, run->shares.n, sizeof *v, by_share_id, NULL);
    out->dividend = (struct list){ v, run->shares.n };
    return NULL;
}

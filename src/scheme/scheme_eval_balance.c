/* Balances: lots by their validity, the oldest spent first; what is spent beyond them is a debt
 * that later points pay first.
 */
#include "kernel/dec.h"
#include "kernel/text.h"
#include "scheme/scheme_eval.h"
#include "scheme/scheme_sort.h"

struct event {
    int64_t on, c, expires;
};

enum valid { VALID_ALWAYS, VALID_YEAR, VALID_MONTHS };
static enum valid valid_of(const struct scheme_balance *b)
{
    if (text_equal(b->valid, "year")) return VALID_YEAR;
    return text_equal(b->valid, "months") ? VALID_MONTHS : VALID_ALWAYS;
}

static int64_t expiry(struct eval *e, const struct scheme_balance *b, enum valid valid, int64_t on)
{
    if (valid == VALID_YEAR) return eval_period(e, PERIOD_YEAR, on).last;
    if (valid == VALID_ALWAYS) return DATE_MAX;
    struct ymd d = date_ymd(on);
    int month = d.month - 1 + (int)b->months, year = d.year + month / 12;
    if (year > 2199) return DATE_MAX;
    /* Earned on the 31st, a month without one: its last day. */
    int64_t first = date_of(year, month % 12 + 1, 1), last = period_span(PERIOD_MONTH, first).last;
    return first + d.day - 1 < last ? first + d.day - 1 : last;
}

static const struct err *events_of(struct eval *e, const struct scheme_balance *b,
                                   const struct fact_subject *f, int64_t on, struct event **out,
                                   size_t *n)
{
    size_t most =
        f->deeds.n + f->earned.n + f->spent.n + 2 * f->visits.n * (1 + e->s->rules.streaks.n);
    for (size_t i = 0; i < f->members.n; i++)
        most += LIST_AT(f->members, struct fact_member, i).deeds.n +
                LIST_AT(f->members, struct fact_member, i).earned.n;
    struct event *v = arena_array(e->mem, struct event, most + 1);
    struct list worth;
    enum valid valid = valid_of(b);
    size_t k = 0;
#define EVENT(day, points)                                                                         \
    do {                                                                                           \
        if ((day) <= on) v[k++] = (struct event){ (day), (points), expiry(e, b, valid, (day)) };   \
    } while (0)
    TRY(eval_deeds(e, eval_class(e, f->class_, &f->tags), &f->deeds, &worth));
    for (size_t i = 0; i < worth.n; i++)
        if (!LIST_AT(worth, struct eval_deed, i).item->yuan)
            EVENT(LIST_AT(worth, struct eval_deed, i).deed->on,
                  LIST_AT(worth, struct eval_deed, i).points_c);
    for (size_t i = 0; i < f->earned.n; i++)
        EVENT(LIST_AT(f->earned, struct fact_earned, i).on,
              LIST_AT(f->earned, struct fact_earned, i).points_c);
    for (size_t m = 0; m < f->members.n; m++) {
        const struct fact_member *member = &LIST_AT(f->members, struct fact_member, m);
        if (member->takes_part != 1) continue;
        TRY(eval_deeds(e, eval_class(e, member->class_, &member->tags), &member->deeds, &worth));
        for (size_t i = 0; i < worth.n; i++)
            EVENT(LIST_AT(worth, struct eval_deed, i).deed->on,
                  LIST_AT(worth, struct eval_deed, i).points_c);
        for (size_t i = 0; i < member->earned.n; i++)
            EVENT(LIST_AT(member->earned, struct fact_earned, i).on,
                  LIST_AT(member->earned, struct fact_earned, i).points_c);
    }
    for (size_t r = 0; r < e->s->rules.rounds.n; r++) {
        struct list results;
        TRY(eval_rounds_of(e, r, f, &results));
        for (size_t i = 0; i < results.n; i++)
            if (LIST_AT(results, struct eval_round, i).counted)
                EVENT(LIST_AT(results, struct eval_round, i).in.last,
                      LIST_AT(results, struct eval_round, i).points_c);
        for (size_t s = 0; s < e->s->rules.streaks.n; s++) {
            const struct scheme_streak *streak =
                &LIST_AT(e->s->rules.streaks, struct scheme_streak, s);
            if (streak->round_ != &LIST_AT(e->s->rules.rounds, struct scheme_round, r)) continue;
            struct list hits = eval_streaks(e, streak, &results);
            for (size_t i = 0; i < hits.n; i++)
                EVENT(LIST_AT(hits, struct eval_streak, i).in.last,
                      LIST_AT(hits, struct eval_streak, i).points_c);
        }
    }
    for (size_t i = 0; i < f->spent.n && b->spend == 1; i++) {
        if (e->s->rules.exchange && e->s->rules.exchange->deducts == 0) break;
        EVENT(LIST_AT(f->spent, struct fact_earned, i).on,
              -eval_spent_points(e->s, &LIST_AT(f->spent, struct fact_earned, i)));
    }
#undef EVENT
    *out = v;
    *n = k;
    return NULL;
}

/* Credits of a day before its debits. */
static int by_day(const void *pa, const void *pb, const void *arg)
{
    const struct event *a = pa, *b = pb;
    (void)arg;
    if (a->on != b->on) return a->on < b->on ? -1 : 1;
    return (a->c < 0) - (b->c < 0);
}

const struct err *eval_balance(struct eval *e, const struct scheme_balance *b,
                               const struct fact_subject *f, int64_t on, int64_t *out)
{
    struct event *v;
    size_t n;
    int64_t debt = 0;
    TRY(events_of(e, b, f, on, &v, &n));
    sort_stable(e->mem, v, n, sizeof *v, by_day, NULL);
    /* Credits stay in place as lots; a debit eats live lots, earliest expiry first. All lots of a
     * balance last equally long, so that is their order already, and what is eaten or gone before a
     * debit is so for all later ones: `live` never goes back. */
    size_t live = 0;
    for (size_t i = 0; i < n; i++) {
        if (v[i].c > 0) {
            int64_t pays = debt < v[i].c ? debt : v[i].c;
            debt -= pays;
            v[i].c -= pays;
            continue;
        }
        int64_t need = -v[i].c;
        v[i].c = 0;
        while (need > 0) {
            while (live < i && (v[live].c <= 0 || v[live].expires < v[i].on)) live++;
            if (live == i) break;
            int64_t take = need < v[live].c ? need : v[live].c;
            v[live].c -= take;
            need -= take;
        }
        debt += need;
    }
    bool sum_ok = true;
    *out = -debt;
    for (size_t i = 0; i < n; i++)
        if (v[i].c > 0 && v[i].expires >= on) sum_ok &= dec_add(out, v[i].c);
    if (!sum_ok)
        return err_say(e->mem, ERR_INVALID, "points", "数字太大。", "a number is too large");
    return NULL;
}

/* Rankings, titles, dividends, budgets, redemptions: the second pass, over numbers. */
#include <string.h>

#include "kernel/dec.h"
#include "kernel/text.h"
#include "scheme/scheme_eval.h"
#include "scheme/scheme_sort.h"

/* ---- ranking ---- */

static int64_t compare_text(const char *a, const char *b)
{
    if (!a || !b) return (a != NULL) - (b != NULL);
    return strcmp(a, b);
}

/* Negative: a stands before b. Ids only order what is equal; they give no rank. */
static int64_t compare(const struct scheme_ranking *r, const struct rank_entry *a,
                       const struct rank_entry *b, bool ids)
{
    int sign = text_equal(r->order, "low") ? 1 : -1;
    int64_t set = compare_text(a->set, b->set);
    if (set) return set;
    /* Who took part too seldom stands behind all. */
    bool out_a = r->at_least != NONE && a->count < r->at_least,
         out_b = r->at_least != NONE && b->count < r->at_least;
    if (out_a != out_b) return out_a ? 1 : -1;
    if (a->value_c != b->value_c) return a->value_c < b->value_c ? -sign : sign;
    for (size_t k = 0; k < r->numbers.n && k < 4; k++)
        if (a->keys_c[k] != b->keys_c[k]) return a->keys_c[k] < b->keys_c[k] ? -sign : sign;
    return !ids || a->id == b->id ? 0 : a->id < b->id ? -1 : 1;
}

/* Heap sort: in place and never slow, whatever the numbers. The order is total because of the ids.
 */
static void sift(const struct scheme_ranking *r, struct rank_entry *v, size_t at, size_t n)
{
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && compare(r, &v[child], &v[child + 1], true) < 0) child++;
        if (compare(r, &v[at], &v[child], true) >= 0) return;
        struct rank_entry t = v[at];
        v[at] = v[child];
        v[child] = t;
    }
}

void eval_rank(const struct scheme_ranking *r, struct rank_entry *v, size_t n)
{
    for (size_t i = n / 2; i-- > 0;) sift(r, v, i, n);
    for (size_t i = n; i-- > 1;) {
        struct rank_entry t = v[0];
        v[0] = v[i];
        v[i] = t;
        sift(r, v, 0, i);
    }
    int64_t dense = 0;
    for (size_t first = 0, start = 0, end; first < n; first = end) {
        for (end = first + 1; end < n && compare(r, &v[first], &v[end], false) == 0;) end++;
        if (first == 0 || compare_text(v[first].set, v[first - 1].set)) start = first, dense = 0;
        dense++;
        int64_t rank = text_equal(r->ties, "dense")    ? dense
                       : text_equal(r->ties, "shared") ? (int64_t)(end - start)
                                                       : (int64_t)(first - start) + 1;
        bool seldom = r->at_least != NONE && v[first].count < r->at_least;
        for (size_t i = first; i < end; i++) v[i].rank = seldom ? 0 : rank;
    }
}

/* ---- titles ---- */

/* How many places a cut of share × n leaves: rounded as the scheme says. */
static size_t places(const struct scheme_title *t, int64_t share_c, size_t n)
{
    int64_t out;
    enum dec_round how = text_equal(t->round, "up")        ? DEC_UP
                         : text_equal(t->round, "nearest") ? DEC_NEAREST
                                                           : DEC_DOWN;
    if (!dec_muldiv((int64_t)n, share_c, 10000, how, &out)) return 0;
    return out < 0 ? 0 : (size_t)out;
}

/* The cut moved to the edge of the equals it would divide: behind them (admit) or before them
 * (exclude). */
static size_t settle_ties(const struct scheme_title *t, const struct rank_entry *v, size_t n,
                          size_t cut)
{
    if (cut == 0 || cut >= n) return cut > n ? n : cut;
    const struct scheme_ranking *r = t->ranking_;
    if (compare(r, &v[cut - 1], &v[cut], false)) return cut;
    if (text_equal(t->ties, "exclude"))
        while (cut > 0 && compare(r, &v[cut - 1], &v[cut], false) == 0) cut--;
    else
        while (cut < n && compare(r, &v[cut - 1], &v[cut], false) == 0) cut++;
    return cut;
}

static bool worthy(const struct scheme_title *t, const struct rank_entry *e)
{
    return e->rank > 0 && !e->barred && (t->floor_c == NONE || e->value_c >= t->floor_c);
}

/* A place among the first is for somebody who did something: where hardly anybody did, all others share a place with
 * 0 points, and the cut would fall among them. Thresholds say themselves what 0 is worth. */
static bool wins(const struct scheme_title *t, const struct rank_entry *e)
{
    return worthy(t, e) && (e->count || e->value_c || text_equal(t->ranking_->order, "low"));
}

static void one_set(const struct scheme_title *t, struct rank_entry *v, size_t n)
{
    int64_t share_c = 0, count = 0;
    size_t from = 0, ranked = 0;
    while (ranked < n && v[ranked].rank > 0) ranked++;
    for (size_t k = 0; k < t->ladder.n; k++) {
        const struct scheme_rung *g = &LIST_AT(t->ladder, struct scheme_rung, k);
        if (g->share_c == NONE && g->places == NONE) {
            for (size_t i = 0; i < ranked; i++)
                if (!v[i].rung && worthy(t, &v[i]) && scheme_within(&g->in, v[i].value_c))
                    v[i].rung = g;
            continue;
        }
        if (g->share_c != NONE) share_c += g->share_c;
        if (g->places != NONE) count += g->places;
        size_t cut = settle_ties(t, v, ranked, places(t, share_c, ranked) + (size_t)count);
        for (size_t i = from; i < cut; i++)
            if (!v[i].rung && wins(t, &v[i])) v[i].rung = g;
        if (cut > from) from = cut;
    }
}

void eval_titles(const struct scheme_title *t, struct rank_entry *v, size_t n)
{
    for (size_t i = 0; i < n; i++) v[i].rung = NULL;
    for (size_t first = 0, end; first < n; first = end) {
        for (end = first + 1; end < n && !compare_text(v[first].set, v[end].set);) end++;
        one_set(t, v + first, end - first);
    }
}

/* ---- dividing money ---- */

struct remainder {
    __int128 rest;
    int64_t id;
    size_t at;
};
/* The largest first, the lower id among equals. */
static int by_rest(const void *pa, const void *pb, const void *arg)
{
    const struct remainder *a = pa, *b = pb;
    (void)arg;
    if (a->rest != b->rest) return a->rest > b->rest ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

bool eval_split(struct arena *mem, int64_t pool_c, struct share *v, size_t n)
{
    __int128 sum = 0, left = pool_c;
    if (pool_c < 0 || pool_c > DEC_MAX) return false;
    for (size_t i = 0; i < n; i++) {
        if (v[i].weight_c < 0 || v[i].weight_c > DEC_MAX) return false;
        v[i].amount_c = 0;
        sum += v[i].weight_c;
    }
    if (!sum) return true;
    struct remainder *rests = arena_array(mem, struct remainder, n);
    for (size_t i = 0; i < n; i++) {
        __int128 part = (__int128)pool_c * v[i].weight_c;
        v[i].amount_c = (int64_t)(part / sum);
        rests[i] = (struct remainder){ part % sum, v[i].id, i };
        left -= v[i].amount_c;
    }
    /* What is left is fewer hundredths than entries. */
    sort_stable(mem, rests, n, sizeof *rests, by_rest, NULL);
    for (size_t i = 0; i < n && left > 0; i++, left--) v[rests[i].at].amount_c++;
    return true;
}

const struct err *eval_dividend(struct arena *mem, const struct scheme_dividend *d, int64_t pool_c,
                                struct dividend_share *who, size_t n)
{
    int64_t by_shares_c;
    struct share *v = arena_array(mem, struct share, n + 1);
    if (pool_c < 0 || !dec_muldiv(pool_c, d->shares_c, 10000, DEC_NEAREST, &by_shares_c))
        return err_say(mem, ERR_INVALID, "pool", "分红总额不对。", "the pool is wrong");
    for (size_t i = 0; i < n; i++) who[i].amount_c = 0;
    for (int pass = 0; pass < 2; pass++) {
        /* Points below zero earn nothing. */
        for (size_t i = 0; i < n; i++) {
            int64_t w = pass ? who[i].points_c : who[i].shares_c;
            v[i] = (struct share){ .id = who[i].id, .weight_c = w > 0 ? w : 0 };
        }
        if (!eval_split(mem, pass ? pool_c - by_shares_c : by_shares_c, v, n))
            return err_say(mem, ERR_INVALID, "shares", "股份或积分不对。",
                           "shares or points are wrong");
        for (size_t i = 0; i < n; i++) who[i].amount_c += v[i].amount_c;
    }
    return NULL;
}

/* ---- budget and exchange ---- */

const struct err *eval_budget(struct arena *mem, const struct scheme_budget *b, int64_t residents,
                              struct eval_budget *out)
{
    *out = (struct eval_budget){ .sources = { arena_array(mem, struct eval_pay, b->sources.n + 1),
                                              b->sources.n } };
    if (residents < 0 || !dec_mul(b->per_resident_c, residents, &out->ceiling_c))
        return err_say(mem, ERR_INVALID, "residents", "人口数不对。",
                       "the number of residents is wrong");
    for (size_t i = 0; i < b->sources.n; i++) {
        const struct scheme_money_source *s = &LIST_AT(b->sources, struct scheme_money_source, i);
        int64_t c = 0;
        if (s->per_resident_c != NONE && !dec_mul(s->per_resident_c, residents, &c))
            return err_say(mem, ERR_INVALID, "residents", "人口数不对。",
                           "the number of residents is wrong");
        if (s->amount_c != NONE && !dec_add(&c, s->amount_c))
            return err_say(mem, ERR_INVALID, "residents", "数字太大。", "a number is too large");
        LIST_AT(out->sources, struct eval_pay, i) =
            (struct eval_pay){ .label = s->label, .after_c = c };
        if (!dec_add(&out->funded_c, c))
            return err_say(mem, ERR_INVALID, "residents", "数字太大。", "a number is too large");
    }
    return NULL;
}

static const struct err *refuse(struct arena *mem, const char *zh, const char *en)
{
    return err_say(mem, ERR_INVALID, "points", zh, en);
}

static bool on_exchange_day(const struct scheme_exchange *x, int64_t on)
{
    int64_t day;
    for (size_t i = 0; i < x->days.n; i++)
        if (text_int(LIST_AT(x->days, const char *, i), 1, 31, &day) && day == date_ymd(on).day)
            return true;
    return !x->days.n;
}

const struct err *eval_redeem(struct arena *mem, const struct scheme *s,
                              const struct redeem_facts *f, int64_t *yuan_c, int64_t *left_c)
{
    const struct scheme_exchange *x = s->rules.exchange;
    char n[DEC_SIZE];
    if (!x) return refuse(mem, "本方案不兑换。", "this scheme has no exchange");
    if (f->points_c <= 0) return refuse(mem, "兑换分数要大于0。", "redeem more than 0 points");
    const struct scheme_service *service = eval_service(s, f->service);
    if (f->service && !service)
        return refuse(mem, arena_printf(mem, "没有“%s”这项服务。", f->service),
                      arena_printf(mem, "there is no service \"%s\"", f->service));
    if (service && f->points_c % service->points_c)
        return refuse(
            mem,
            arena_printf(mem, "“%s”每次%s分。", service->label, dec_human(service->points_c, n)),
            arena_printf(mem, "\"%s\" is %s points each time", service->label,
                         dec_human(service->points_c, n)));
    if (!service && x->minimum_c != NONE && f->points_c < x->minimum_c)
        return refuse(
            mem, arena_printf(mem, "一次至少兑%s分。", dec_human(x->minimum_c, n)),
            arena_printf(mem, "at least %s points at a time", dec_human(x->minimum_c, n)));
    if (f->points_c > f->balance_c)
        return refuse(mem, "可兑积分不够。", "not enough spendable points");
    if (x->earned_c != NONE && f->earned_c < x->earned_c)
        return refuse(mem,
                      arena_printf(mem, "累计积分达到%s分才能兑换。", dec_human(x->earned_c, n)),
                      arena_printf(mem, "only with %s points earned", dec_human(x->earned_c, n)));
    if (f->barred && x->barred)
        return refuse(mem, "受过处罚，停兑期内不能兑换。", "barred by a penalty");
    if (!f->any_day && !on_exchange_day(x, f->on))
        return refuse(mem, "今天不是兑换日。", "not a day of exchange");
    *yuan_c = 0;
    if (!service && !dec_muldiv(f->points_c, x->rate_c, 100, DEC_DOWN, yuan_c))
        return refuse(mem, "分数太大。", "too many points");
    for (size_t i = 0; i < x->limits.n && i < 6; i++) {
        const struct scheme_limit_rule *l = &LIST_AT(x->limits, struct scheme_limit_rule, i);
        if ((l->times != NONE && f->used_times[i] >= l->times) ||
            (l->points_c != NONE && f->points_c > l->points_c - f->used_c[i]) ||
            (l->amount_c != NONE && *yuan_c > l->amount_c - f->used_yuan_c[i]))
            return refuse(mem, "超过本期限额。", "over the limit of this period");
    }
    *left_c = x->deducts == 1 ? f->balance_c - f->points_c : f->balance_c;
    return NULL;
}

/* Money over time: what a budget pays, and from which source; redemptions one after another; places
 * of a service; monthly sums settled at the end of a quarter.
 */
#include <string.h>

#include "kernel/dec.h"
#include "kernel/text.h"
#include "scheme/scheme_eval.h"
#include "scheme/scheme_sort.h"

static const struct err *too_large(struct arena *mem, const char *field)
{
    return err_say(mem, ERR_INVALID, field, "数字太大。", "a number is too large");
}

/* ---- what the budget pays ---- */

/* Purposes that a source is earmarked for are told apart; all others share the general money. */
enum { PURPOSES = 13, GENERAL = 0 };

struct purse {
    const struct scheme_budget *b;
    struct list *sources; /* struct eval_source */
    int64_t ceiling_left_c;
    bool blocked[PURPOSES]; /* an earlier wish of this purpose did not fit */
};

/* The earmark a wish can draw on: the number of the first source of that name, from 1. */
static size_t purpose_of(const struct scheme_budget *b, const char *for_)
{
    for (size_t i = 0; for_ && i < b->sources.n && i + 1 < PURPOSES; i++)
        if (text_equal(LIST_AT(b->sources, struct scheme_money_source, i).for_, for_)) return i + 1;
    return GENERAL;
}

static bool may_pay(const struct purse *p, const struct eval_source *x, size_t purpose)
{
    return !x->source->for_ || purpose_of(p->b, x->source->for_) == purpose;
}

/* What can still be spent on a purpose. Without sources only the ceiling binds. */
static int64_t available(const struct purse *p, size_t purpose)
{
    int64_t sum = 0;
    if (!p->sources->n) return p->ceiling_left_c;
    for (size_t i = 0; i < p->sources->n; i++) {
        const struct eval_source *x = &LIST_AT(*p->sources, struct eval_source, i);
        if (may_pay(p, x, purpose)) sum += x->has_c - x->used_c;
    }
    return sum < p->ceiling_left_c ? sum : p->ceiling_left_c;
}

/* Earmarked money first, so that what is free stays free. */
static void take(struct purse *p, size_t purpose, int64_t c)
{
    p->ceiling_left_c -= c;
    for (int earmarked = 1; earmarked >= 0; earmarked--)
        for (size_t i = 0; i < p->sources->n && c > 0; i++) {
            struct eval_source *x = &LIST_AT(*p->sources, struct eval_source, i);
            if ((x->source->for_ != NULL) != earmarked || !may_pay(p, x, purpose)) continue;
            int64_t part = x->has_c - x->used_c < c ? x->has_c - x->used_c : c;
            x->used_c += part;
            c -= part;
        }
}

static int by_day(const void *x, const void *y, const void *arg)
{
    const struct spend *a = x, *b = y;
    (void)arg;
    if (a->on != b->on) return a->on < b->on ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

/* In order: the first that does not fit, and all of its purpose behind it, go without; so nobody
 * overtakes with a smaller wish. */
static void pay_in_order(struct purse *p, struct spend *v, size_t n, bool queue, int year)
{
    for (size_t i = 0; i < n; i++) {
        bool waits = v[i].state == SPEND_QUEUED;
        size_t purpose = purpose_of(p->b, v[i].for_);
        if (!waits && date_ymd(v[i].on).year != year) continue;
        if (p->blocked[purpose] || available(p, purpose) < v[i].asked_c) {
            p->blocked[purpose] = true;
            v[i].state = queue ? SPEND_QUEUED : SPEND_REFUSED;
            continue;
        }
        take(p, purpose, v[i].asked_c);
        v[i].paid_c = v[i].asked_c;
        v[i].paid_on = waits ? date_of(year, 1, 1) : v[i].on;
        v[i].state = SPEND_PAID;
    }
}

/* Everybody gets the same share of what they asked for: earmarked money within its purpose, then
 * the general money over what is left of all. Largest remainder, so that it adds up. */
static const struct err *pay_scaled(struct arena *mem, struct purse *p, struct spend *v, size_t n,
                                    int year)
{
    struct share own[PURPOSES], rest[PURPOSES], *each = arena_array(mem, struct share, n + 1);
    int64_t asked[PURPOSES] = { 0 }, own_sum = 0, rest_sum = 0, general = 0;
    for (size_t i = 0; i < n; i++)
        if (date_ymd(v[i].on).year == year)
            if (!dec_add(&asked[purpose_of(p->b, v[i].for_)], v[i].asked_c))
                return too_large(mem, "amount");
    for (size_t i = 0; i < p->sources->n; i++) {
        const struct eval_source *x = &LIST_AT(*p->sources, struct eval_source, i);
        if (!x->source->for_) general += x->has_c;
    }
    if (!p->sources->n) general = p->ceiling_left_c;
    for (size_t k = 0; k < PURPOSES; k++) {
        int64_t has = 0;
        for (size_t i = 0; i < p->sources->n && k != GENERAL; i++) {
            const struct eval_source *x = &LIST_AT(*p->sources, struct eval_source, i);
            if (x->source->for_ && may_pay(p, x, k)) has += x->has_c;
        }
        own[k] = (struct share){ .id = (int64_t)k, .weight_c = asked[k] < has ? asked[k] : has };
        own_sum += own[k].weight_c;
    }
    if (!eval_split(mem, own_sum < p->ceiling_left_c ? own_sum : p->ceiling_left_c, own, PURPOSES))
        return too_large(mem, "amount");
    int64_t left = p->ceiling_left_c;
    for (size_t k = 0; k < PURPOSES; k++) {
        rest[k] = (struct share){ .id = (int64_t)k, .weight_c = asked[k] - own[k].amount_c };
        rest_sum += rest[k].weight_c;
        left -= own[k].amount_c;
    }
    if (general < left) left = general;
    if (!eval_split(mem, rest_sum < left ? rest_sum : left, rest, PURPOSES))
        return too_large(mem, "amount");
    for (size_t k = 0; k < PURPOSES; k++) {
        size_t m = 0;
        for (size_t i = 0; i < n; i++)
            if (date_ymd(v[i].on).year == year && purpose_of(p->b, v[i].for_) == k)
                each[m++] = (struct share){ .id = (int64_t)i, .weight_c = v[i].asked_c };
        if (!eval_split(mem, own[k].amount_c + rest[k].amount_c, each, m))
            return too_large(mem, "amount");
        for (size_t i = 0; i < m; i++) {
            struct spend *x = &v[each[i].id];
            x->paid_c = each[i].amount_c;
            x->paid_on = x->on;
            x->state = x->paid_c == x->asked_c ? SPEND_PAID : SPEND_SCALED;
        }
        take(p, k, own[k].amount_c + rest[k].amount_c);
    }
    return NULL;
}

static const struct err *open_purse(struct arena *mem, const struct scheme_budget *b,
                                    int64_t residents, struct list *sources, struct purse *out)
{
    struct eval_budget year;
    TRY(eval_budget(mem, b, residents, &year));
    *sources =
        (struct list){ arena_array(mem, struct eval_source, b->sources.n + 1), b->sources.n };
    for (size_t i = 0; i < b->sources.n; i++)
        LIST_AT(*sources, struct eval_source, i) =
            (struct eval_source){ &LIST_AT(b->sources, struct scheme_money_source, i),
                                  LIST_AT(year.sources, struct eval_pay, i).after_c, 0 };
    *out = (struct purse){ .b = b, .sources = sources, .ceiling_left_c = year.ceiling_c };
    return NULL;
}

const struct err *eval_spend(struct arena *mem, const struct scheme_budget *b, int64_t residents,
                             int year, struct spend *wishes, size_t n, struct eval_spending *out)
{
    bool queue = text_equal(b->at_ceiling, "queue"), scale = text_equal(b->at_ceiling, "scale");
    struct purse p;
    *out = (struct eval_spending){ 0 };
    for (size_t i = 0; i < n; i++) {
        if (wishes[i].asked_c < 0) return too_large(mem, "amount");
        wishes[i].paid_c = 0;
        wishes[i].paid_on = NONE;
        wishes[i].state = SPEND_LATER;
    }
    sort_stable(mem, wishes, n, sizeof *wishes, by_day, NULL);
    /* A queue remembers: every year begins with those that wait. */
    int first = queue && n ? date_ymd(wishes[0].on).year : year;
    for (int y = first < year ? first : year; y <= year; y++) {
        TRY(open_purse(mem, b, residents, &out->sources, &p));
        out->ceiling_c = p.ceiling_left_c;
        if (scale) TRY(pay_scaled(mem, &p, wishes, n, y));
        else pay_in_order(&p, wishes, n, queue, y);
        out->paid_c = out->ceiling_c - p.ceiling_left_c;
    }
    for (size_t i = 0; i < n; i++) {
        if (wishes[i].state == SPEND_QUEUED) out->queued_c += wishes[i].asked_c;
        if (wishes[i].state == SPEND_REFUSED || wishes[i].state == SPEND_SCALED)
            out->refused_c += wishes[i].asked_c - wishes[i].paid_c;
    }
    return NULL;
}

/* ---- settlements ---- */

static void pays_add(struct list *sum, const struct list *more)
{
    for (size_t i = 0; i < more->n; i++) {
        struct eval_pay *x = &LIST_AT(*sum, struct eval_pay, i);
        const struct eval_pay *y = &LIST_AT(*more, struct eval_pay, i);
        x->before_c += y->before_c;
        x->after_c += y->after_c;
    }
}

const struct err *eval_settlement(struct eval *e, const struct scheme_payment *p,
                                  const struct fact_subject *f, struct span in,
                                  struct eval_settlement *out)
{
    size_t n = 0;
    for (int64_t day = in.first; day <= in.last;
         day = period_span((enum period)p->per, day).last + 1)
        n++;
    *out = (struct eval_settlement){
        .in = in,
        .months = { arena_array(e->mem, struct eval_payment, n + 1), 0 },
        .items.why = e->explain ? why_new(e->mem, "settlement", 0, p->label, p->label) : NULL,
    };
    for (int64_t day = in.first; day <= in.last;) {
        struct span one = period_span((enum period)p->per, day);
        struct eval_payment *m = &LIST_AT(out->months, struct eval_payment, out->months.n++);
        char name[DATE_SIZE];
        TRY(eval_payment(e, p, f, day, m));
        if (m->items.why) {
            period_name((enum period)p->per, day, name);
            m->items.why->value_c = m->items.value_c;
            m->items.why->zh = m->items.why->en = arena_printf(e->mem, "%s %s", p->label, name);
            why_under(out->items.why, m->items.why);
        }
        if (!dec_add(&out->items.value_c, m->items.value_c)) return too_large(e->mem, "amount");
        out->items.count += m->items.count;
        if (out->pays.n) pays_add(&out->pays, &m->pays);
        else
            out->pays = (struct list){ arena_copy(e->mem, m->pays.items,
                                                  (m->pays.n + 1) * sizeof(struct eval_pay)),
                                       m->pays.n };
        day = one.last + 1;
    }
    if (out->items.why) out->items.why->value_c = out->items.value_c;
    return NULL;
}

/* ---- redemptions ---- */

const struct scheme_service *eval_service(const struct scheme *s, const char *label)
{
    for (size_t i = 0; s->rules.exchange && label && i < s->rules.exchange->services.n; i++) {
        const struct scheme_service *x =
            &LIST_AT(s->rules.exchange->services, struct scheme_service, i);
        if (text_equal(x->label, label)) return x;
    }
    return NULL;
}

int64_t eval_spent_points(const struct scheme *s, const struct fact_earned *x)
{
    const struct scheme_service *service = eval_service(s, x->service);
    if (service && x->points_c == NONE) return service->points_c;
    return x->points_c == NONE ? 0 : x->points_c < 0 ? -x->points_c : x->points_c;
}

static const struct err *balances_on(struct eval *e, const struct fact_subject *f, int64_t on,
                                     struct redeem_facts *r)
{
    for (size_t i = 0; i < e->s->accounts.n; i++) {
        const struct scheme_balance *b = &LIST_AT(e->s->accounts, struct scheme_balance, i);
        if (b->spend == 1 || i == 0)
            TRY(eval_balance(e, b, f, on, b->spend == 1 ? &r->balance_c : &r->earned_c));
    }
    return NULL;
}

void eval_redeem_used(const struct scheme_exchange *x, const struct list *done, int64_t on,
                      struct redeem_facts *r)
{
    for (size_t k = 0; k < x->limits.n && k < sizeof r->used_c / sizeof *r->used_c; k++) {
        const struct scheme_limit_rule *l = &LIST_AT(x->limits, struct scheme_limit_rule, k);
        struct span in = period_span((enum period)l->per, on);
        r->used_times[k] = r->used_c[k] = r->used_yuan_c[k] = 0;
        for (size_t i = 0; i < done->n; i++) {
            const struct eval_redemption *d = &LIST_AT(*done, struct eval_redemption, i);
            if (d->why_zh || d->spent->on < in.first || d->spent->on > in.last) continue;
            r->used_times[k]++;
            r->used_c[k] += d->points_c;
            r->used_yuan_c[k] += d->yuan_c;
        }
    }
}

const struct err *eval_redemptions(struct eval *e, const struct fact_subject *f, struct list *out)
{
    const struct scheme_exchange *x = e->s->rules.exchange;
    *out = (struct list){ arena_array(e->mem, struct eval_redemption, f->spent.n + 1), 0 };
    const struct fact_earned **order =
        arena_array(e->mem, const struct fact_earned *, f->spent.n + 1);
    for (size_t i = 0; i < f->spent.n; i++) {
        const struct fact_earned *d = &LIST_AT(f->spent, struct fact_earned, i);
        size_t k = i;
        for (; k > 0 && order[k - 1]->on > d->on; k--) order[k] = order[k - 1];
        order[k] = d;
    }
    for (size_t i = 0; x && i < f->spent.n; i++) {
        struct eval_redemption *d = &LIST_AT(*out, struct eval_redemption, i);
        *d = (struct eval_redemption){ .spent = order[i],
                                       .points_c = eval_spent_points(e->s, order[i]) };
        struct redeem_facts r = { .points_c = d->points_c,
                                  .on = d->spent->on,
                                  .service = d->spent->service,
                                  .barred = eval_barred(e->s, f, d->spent->on, true) };
        TRY(balances_on(e, f, d->spent->on, &r));
        /* The balance of that day is after the redemption. */
        if (x->deducts == 1) r.balance_c += d->points_c;
        eval_redeem_used(x, out, d->spent->on, &r);
        int64_t left;
        const struct err *no = eval_redeem(e->mem, e->s, &r, &d->yuan_c, &left);
        if (no) d->why_zh = no->zh, d->why_en = no->en, d->yuan_c = 0;
        out->n++;
    }
    return NULL;
}

/* ---- places of a service ---- */

static int by_place(const void *x, const void *y, const void *arg)
{
    const struct service_wish *a = x, *b = y;
    (void)arg;
    if (a->service != b->service) return strcmp(a->service->label, b->service->label);
    int64_t p = period_span((enum period)a->service->per, a->on).first,
            q = period_span((enum period)b->service->per, b->on).first;
    if (p != q) return p < q ? -1 : 1;
    if (text_equal(a->service->priority, "honour") && a->honour_c != b->honour_c)
        return a->honour_c > b->honour_c ? -1 : 1;
    if (a->on != b->on) return a->on < b->on ? -1 : 1;
    return a->id < b->id ? -1 : a->id > b->id;
}

void eval_services(struct arena *mem, struct service_wish *v, size_t n)
{
    sort_stable(mem, v, n, sizeof *v, by_place, NULL);
    for (size_t i = 0, first = 0; i < n; i++) {
        enum period per = (enum period)v[i].service->per;
        if (v[i].service != v[first].service ||
            period_span(per, v[i].on).first != period_span(per, v[first].on).first)
            first = i;
        v[i].place = (int64_t)(i - first) + 1;
        v[i].served = v[i].service->places == NONE || v[i].place <= v[i].service->places;
    }
}

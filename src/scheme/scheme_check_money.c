/* The rules about the whole, for money: payments, budgets, exchange, dividends. */
#include <string.h>

#include "kernel/dec.h"
#include "kernel/text.h"
#include "scheme/scheme_keys.h"

static const char *human(struct arena *mem, int64_t c)
{
    char s[DEC_SIZE];
    return arena_strdup(mem, dec_human(c, s));
}

static bool any_amount(const struct scheme_bands *b)
{
    for (size_t i = 0; i < b->bands.n; i++)
        if (LIST_AT(b->bands, struct scheme_band, i).amount_c != NONE) return true;
    return b->otherwise && b->otherwise->amount_c != NONE;
}

static void check_paid_round(struct scheme_check *c, const struct scheme *s, const char *code,
                             const struct scheme_node *at)
{
    const struct scheme_round *r =
        FIND(c, &s->rules.rounds, scheme_round, code, at, "评比", "round");
    if (r && (!r->bands_ || !any_amount(r->bands_)))
        check_error(c, at, arena_printf(c->mem, "“%s”的分段没有金额（amount）。", r->label),
                    arena_printf(c->mem, "the bands of \"%s\" have no amounts", r->label));
}

/* Yuan that no payment pays. */
static void check_amounts(struct scheme_check *c, const struct scheme *s)
{
    for (size_t i = 0; i < s->rules.bands.n; i++) {
        const struct scheme_bands *b = &LIST_AT(s->rules.bands, struct scheme_bands, i);
        bool paid = !any_amount(b);
        for (size_t p = 0; p < s->rules.payments.n && !paid; p++) {
            const struct list *rounds =
                &LIST_AT(s->rules.payments, struct scheme_payment, p).rounds;
            for (size_t k = 0; k < rounds->n && !paid; k++)
                for (size_t r = 0; r < s->rules.rounds.n && !paid; r++) {
                    const struct scheme_round *x =
                        &LIST_AT(s->rules.rounds, struct scheme_round, r);
                    paid = x->bands_ == b && text_equal(x->code, LIST_AT(*rounds, const char *, k));
                }
        }
        if (!paid)
            check_warn(c, b->node, "分段写了金额，但没有结算（payments 的 rounds）会付。",
                       "the bands have amounts, but no payment (rounds) pays them");
    }
}

static void check_payments(struct scheme_check *c, struct scheme *s)
{
    for (size_t i = 0; i < s->rules.payments.n; i++) {
        struct scheme_payment *p = &LIST_AT(s->rules.payments, struct scheme_payment, i);
        if (p->node->kind != NODE_MAP) continue;
        check_class(c, s, &p->class_, p->node);
        check_steps(c, &p->steps);
        if (!p->categories.n && !p->rounds.n)
            check_error(c, p->node, "要写算什么：类别（categories）或评比（rounds）。",
                        "say what it pays: categories or rounds");
        if (p->settle != NONE && p->per != NONE && p->settle < p->per)
            check_error(c, key_or_self(p->node, "settle", "兑现"), "兑现的周期比结算的周期还短。",
                        "it is paid out more often than it is worked out");
        if (p->settle == PERIOD_LIFE && p->per != PERIOD_LIFE)
            check_error(c, key_or_self(p->node, "settle", "兑现"), "兑现的周期最长一年。",
                        "it is settled within a year at most");
        for (size_t k = 0; k < p->rounds.n; k++)
            check_paid_round(c, s, LIST_AT(p->rounds, const char *, k),
                             key_or_self(p->node, "rounds", "评比"));
        for (size_t k = 0; k < p->categories.n; k++) {
            const char **name = &LIST_AT(p->categories, const char *, k);
            const struct scheme_node *at = key_or_self(p->node, "categories", "类别");
            const char *code = resolve_category(c, s, *name, at);
            if (!code) continue;
            *name = code;
            for (size_t g = 0; g < s->categories.n; g++) {
                const struct scheme_category *category =
                    &LIST_AT(s->categories, struct scheme_category, g);
                if (text_equal(category->code, code) && category->yuan != 1)
                    check_error(c, at,
                                arena_printf(c->mem, "“%s”不是以元计的类别（yuan: yes）。",
                                             category->label),
                                arena_printf(c->mem,
                                             "category \"%s\" does not count yuan (yuan: yes)",
                                             category->label));
            }
        }
    }
    for (size_t i = 0; i < s->items.n; i++) {
        const struct scheme_item *item = &LIST_AT(s->items, struct scheme_item, i);
        for (size_t k = 0; k < item->loses.n; k++) {
            const char *pay = LIST_AT(item->loses, struct scheme_level, k).name;
            bool found = false;
            for (size_t p = 0; p < s->rules.payments.n && !found; p++) {
                const struct list *pays =
                    &LIST_AT(s->rules.payments, struct scheme_payment, p).pays;
                for (size_t q = 0; q < pays->n && !found; q++)
                    found = text_equal(LIST_AT(*pays, struct scheme_pay, q).code, pay);
            }
            if (!found)
                unknown_reference(c, key_or_self(item->node, "loses", "扣减款项"), "款项", "pay",
                                  pay, (const char *const[]){ NULL });
        }
    }
}

static void check_money(struct scheme_check *c, struct scheme *s)
{
    const struct scheme_dividend *d = s->rules.dividend;
    if (d && d->shares_c != NONE && d->points_c != NONE && d->shares_c + d->points_c != 10000)
        check_error(c, d->node, "按股份和按积分加起来要等于100。",
                    "shares and points together are 100");
    const struct scheme_budget *b = s->rules.budget;
    int64_t funded = 0;
    for (size_t i = 0; b && i < b->sources.n; i++) {
        const struct scheme_money_source *x = &LIST_AT(b->sources, struct scheme_money_source, i);
        if (x->amount_c != NONE) funded = INT64_MIN; /* depends on the number of residents */
        if (x->amount_c == NONE && x->per_resident_c == NONE && x->node->kind == NODE_MAP)
            check_error(c, x->node, "要写出多少钱：人均（per_resident）或金额（amount）。",
                        "say how much: per_resident or amount");
        if (funded >= 0 && x->per_resident_c != NONE) funded += x->per_resident_c;
    }
    if (b && b->sources.n && funded >= 0 && b->per_resident_c != NONE && funded < b->per_resident_c)
        check_warn(c, key_or_self(b->node, "sources", "来源"),
                   arena_printf(c->mem, "来源人均合计%s元，到不了上限%s元。", human(c->mem, funded),
                                human(c->mem, b->per_resident_c)),
                   arena_printf(c->mem, "the sources are %s yuan a head, less than the ceiling %s",
                                human(c->mem, funded), human(c->mem, b->per_resident_c)));
    const struct scheme_exchange *e = s->rules.exchange;
    for (size_t i = 0; e && i < e->services.n; i++)
        for (size_t k = 0; k < i; k++)
            if (text_equal(LIST_AT(e->services, struct scheme_service, i).label,
                           LIST_AT(e->services, struct scheme_service, k).label))
                check_error(c, LIST_AT(e->services, struct scheme_service, i).node,
                            "这项服务写了两次。", "this service is given twice");
    for (size_t i = 0; e && i < e->days.n; i++) {
        int64_t day;
        if (!text_int(LIST_AT(e->days, const char *, i), 1, 31, &day))
            check_error(c, key_or_self(e->node, "days", "兑换日"), "兑换日要写1到31。",
                        "a day of the month is from 1 to 31");
    }
}

void scheme_check_money(struct scheme_check *c, struct scheme *s)
{
    check_payments(c, s);
    check_amounts(c, s);
    check_money(c, s);
}

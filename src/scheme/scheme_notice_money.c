/* The notice: exchange, payments in yuan, dividend, budget. */
#include "kernel/dec.h"
#include "kernel/text.h"
#include "scheme/scheme_notice_in.h"

const char *limit_word(struct telling *t, const struct scheme_limit_rule *l)
{
    struct buf b = buf_in(t->mem, 1024);
    const char *sep = SAY(t, "、", ", ");
    if (t->zh) buf_puts(&b, every_word(t, l->per));
    if (l->times != NONE) buf_printf(&b, SAY(t, "%d次", "%d times"), (int)l->times);
    if (l->points_c != NONE)
        buf_printf(&b, "%s%s", l->times != NONE ? sep : "", points_word(t, l->points_c));
    if (l->amount_c != NONE)
        buf_printf(&b, "%s%s", l->times != NONE || l->points_c != NONE ? sep : "",
                   yuan_word(t, l->amount_c));
    if (!t->zh) buf_printf(&b, " %s", every_word(t, l->per));
    return b.p;
}

void tell_exchange(struct telling *t)
{
    const struct scheme_exchange *x = t->s->rules.exchange;
    if (!x) return;
    tell_chapter(t, SAY(t, "积分兑换", "Exchange"));
    const char *honour =
        t->s->accounts.n ? LIST_AT(t->s->accounts, struct scheme_balance, 0).label : "";
    if (x->deducts == 1)
        tell(t, NOTICE_POINT,
             SAY(t, "1分兑%s的东西，兑多少扣多少；%s不减少。",
                 "1 point buys goods for %s and is taken from what can be redeemed; %s stays."),
             yuan_word(t, x->rate_c), honour);
    else
        tell(t, NOTICE_POINT,
             SAY(t, "1分兑%s的东西，兑了不扣积分。",
                 "1 point buys goods for %s; no points are taken."),
             yuan_word(t, x->rate_c));
    if (x->minimum_c != NONE)
        tell(t, NOTICE_POINT, SAY(t, "一次至少兑%s。", "At least %s at a time."),
             points_word(t, x->minimum_c));
    if (x->earned_c != NONE)
        tell(t, NOTICE_POINT, SAY(t, "累计得过%s才能兑。", "Only who has earned %s altogether."),
             points_word(t, x->earned_c));
    for (size_t i = 0; i < x->limits.n; i++)
        tell(t, NOTICE_POINT, SAY(t, "一户最多%s。", "A household at most %s."),
             limit_word(t, &LIST_AT(x->limits, struct scheme_limit_rule, i)));
    if (x->days.n)
        tell(t, NOTICE_POINT, SAY(t, "每月%s日兑换。", "On day %s of the month."),
             names_word(t, &x->days));
    if (x->barred)
        tell(t, NOTICE_POINT,
             SAY(t, "弄虚作假受过处罚的，%s停止兑换。", "Who was penalised may not redeem %s."),
             bars_word(t, x->barred));
    struct telling_table table;
    table_open(t, &table,
               SAY(t, "换什么服务*4|多久*2|用多少积分*2|名额*2|人多时谁先*3",
                   "Service*4|How long*2|Points*2|Places*2|Who comes first*3"));
    for (size_t i = 0; i < x->services.n; i++) {
        const struct scheme_service *s = &LIST_AT(x->services, struct scheme_service, i);
        char hours[DEC_SIZE];
        const char *const cells[] = {
            s->label,
            s->hours_c != NONE ? told(t, SAY(t, "%s小时", "%s hours"), dec_human(s->hours_c, hours))
                               : NULL,
            points_word(t, s->points_c),
            s->places == NONE ? NULL
            : t->zh           ? told(t, "%s%d个", every_word(t, s->per), (int)s->places)
                              : told(t, "%d %s", (int)s->places, every_word(t, s->per)),
            s->places == NONE ? NULL
            : text_equal(s->priority, "honour")
                ? told(t, SAY(t, "%s多的先", "more %s first"), honour)
                : SAY(t, "先申请的先", "the earlier request"),
        };
        table_row(&table, cells);
    }
    table_close(&table, SAY(t, "也可以换服务", "Services"));
}

static const char *round_label(const struct scheme *s, const char *code)
{
    for (size_t i = 0; i < s->rules.rounds.n; i++) {
        const struct scheme_round *r = &LIST_AT(s->rules.rounds, struct scheme_round, i);
        if (text_equal(r->code, code)) return r->label;
    }
    return code;
}

void tell_payments(struct telling *t)
{
    const struct list *payments = &t->s->rules.payments;
    bool open = false;
    for (size_t i = 0; i < payments->n; i++) {
        const struct scheme_payment *p = &LIST_AT(*payments, struct scheme_payment, i);
        struct buf b = buf_in(t->mem, 8192), counted = buf_in(t->mem, 4096);
        if (!class_held(t, p->class_)) continue;
        if (!open) tell_chapter(t, SAY(t, "算账和兑现", "Payments"));
        open = true;
        for (size_t k = 0; k < p->categories.n; k++)
            buf_printf(&counted, SAY(t, "%s“%s”的加减金额", "%sthe amounts of \"%s\""),
                       counted.n ? SAY(t, "、", ", ") : "",
                       scheme_category_label(t->s, LIST_AT(p->categories, const char *, k)));
        for (size_t k = 0; k < p->rounds.n; k++)
            buf_printf(&counted, SAY(t, "%s“%s”各档的钱", "%sthe amounts of the round \"%s\""),
                       counted.n ? SAY(t, "、", ", ") : "",
                       round_label(t->s, LIST_AT(p->rounds, const char *, k)));
        tell(t, NOTICE_SUBHEAD, "%s", p->label);
        buf_printf(
            &b,
            SAY(t, "%s给%s算一次账：%s；%s兑现一次。", "Worked out %s for each %s: %s; paid %s."),
            every_word(t, p->per), class_word(t, p->class_), counted.p ? counted.p : "",
            every_word(t, p->settle != NONE ? p->settle : p->per));
        if (p->floor_c != NONE)
            buf_printf(&b, SAY(t, "最低不少于%s。", " Never below %s."), yuan_word(t, p->floor_c));
        tell(t, NOTICE_TEXT, "%s", b.p);
        struct buf pays = buf_in(t->mem, 4096);
        for (size_t k = 0; k < p->pays.n; k++)
            buf_printf(&pays, "%s%s", k ? SAY(t, "、", ", ") : "",
                       LIST_AT(p->pays, struct scheme_pay, k).label);
        if (pays.n)
            tell(t, NOTICE_TEXT,
                 SAY(t, "可能被扣减的有：%s；同一期里按最重的一次扣，不重复扣。",
                     "What may be cut: %s; within a period the hardest cut counts, once."),
                 pays.p);
        tell_steps(t, &p->steps, p->steps.n ? SAY(t, "步骤", "The steps") : NULL);
    }
}

void tell_dividend(struct telling *t)
{
    const struct scheme_dividend *d = t->s->rules.dividend;
    char shares[DEC_SIZE], points[DEC_SIZE];
    if (!d) return;
    tell_chapter(t, SAY(t, "分红", "Dividend"));
    tell(t, NOTICE_TEXT,
         SAY(t,
             "拿出来分的钱，%s%%按股份分，%s%%"
             "按积分分；零头按余数从大到小补齐，分出去的合计正好等于总数。%s%s%s",
             "Of the pool %s%% goes by shares and %s%% by points; the last fen go to the largest "
             "remainders, so that the parts add up exactly.%s%s%s"),
         dec_human(d->shares_c, shares), dec_human(d->points_c, points),
         d->consent ? SAY(t, "分红须经", " It needs: ") : "", d->consent ? d->consent : "",
         d->consent ? SAY(t, "。", ".") : "");
}

void tell_budget(struct telling *t)
{
    const struct scheme_budget *x = t->s->rules.budget;
    struct telling_table table;
    if (!x) return;
    tell_chapter(t, SAY(t, "经费", "Budget"));
    tell(t, NOTICE_TEXT,
         SAY(t, "奖励花的钱，一年按常住人口平均每人不超过%s；用完时%s。",
             "Rewards cost at most %s a year per resident; when that is used up %s."),
         yuan_word(t, x->per_resident_c),
         text_equal(x->at_ceiling, "queue")
             ? SAY(t, "排队等下一年", "redemptions queue for the next year")
         : text_equal(x->at_ceiling, "scale")
             ? SAY(t, "大家按同样的比例减少", "all are scaled down alike")
             : SAY(t, "停止兑换", "redeeming stops"));
    table_open(t, &table,
               SAY(t, "钱从哪里来*4|按人口*3|固定金额*3|专门用于*4",
                   "Source*4|Per resident*3|Fixed*3|Only for*4"));
    for (size_t i = 0; i < x->sources.n; i++) {
        const struct scheme_money_source *m = &LIST_AT(x->sources, struct scheme_money_source, i);
        const char *const cells[] = {
            m->label,
            m->per_resident_c != NONE
                ? told(t, SAY(t, "每人%s", "%s each"), yuan_word(t, m->per_resident_c))
                : NULL,
            m->amount_c != NONE ? yuan_word(t, m->amount_c) : NULL,
            m->for_,
        };
        table_row(&table, cells);
    }
    table_close(&table, NULL);
}

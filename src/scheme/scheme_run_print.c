/* Results in words, Chinese and English: what `shanzhi scheme explain` says. */
#include "kernel/dec.h"
#include "kernel/text.h"
#include "scheme/scheme_run.h"

/* " 2026-03", where the number's period is not the span itself. */
static const char *when(struct arena *mem, struct span in, struct span p, enum period per)
{
    char name[DATE_SIZE];
    if (p.first <= in.first && p.last >= in.last) return "";
    return arena_printf(mem, " %s", period_name(per, p.first, name));
}

static enum period period_of(struct span p)
{
    for (enum period per = PERIOD_DAY; per < PERIOD_LIFE; per++) {
        struct span x = period_span(per, p.first);
        if (x.first == p.first && x.last == p.last) return per;
    }
    return PERIOD_LIFE;
}

static const char *at(const struct run_result *r, struct span p, struct buf *out)
{
    return when(out->mem, r->in, p, period_of(p));
}

static void print_pay(const struct run_pay *x, enum lang lang, struct buf *out)
{
    char n[DEC_SIZE], m[DEC_SIZE];
    const char *why = lang == LANG_ZH ? x->why_zh : x->why_en;
    buf_printf(out, "  %s: %s → %s", x->label, dec_human(x->before_c, n), dec_human(x->after_c, m));
    if (why) buf_printf(out, lang == LANG_ZH ? "（%s）" : " (%s)", why);
    buf_puts(out, "\n");
}

static void print_numbers(const struct run_result *r, enum lang lang, struct buf *out)
{
    char n[DEC_SIZE];
    for (size_t i = 0; i < r->numbers.n; i++) {
        const struct run_number *v = &LIST_AT(r->numbers, struct run_number, i);
        /* The average's tree tells the total and what it is made of. */
        if (text_equal(v->code, "total")) continue;
        buf_printf(out, "%s%s: %s\n", lang == LANG_ZH ? v->zh : v->en, at(r, v->in, out),
                   dec_human(v->value_c, n));
        if (v->why && !text_equal(v->code, "lifetime")) why_print(out, v->why, lang, 1);
        for (size_t k = 0; v->unit == RUN_YUAN && k < r->pays.n; k++) {
            const struct run_pay *x = &LIST_AT(r->pays, struct run_pay, k);
            if (x->payment->code == v->code && x->in.first == v->in.first &&
                x->in.last == v->in.last)
                print_pay(x, lang, out);
        }
    }
}

static void print_redeemed(const struct eval_redemption *d, enum lang lang, struct buf *out)
{
    char n[DEC_SIZE], m[DEC_SIZE], day[DATE_SIZE];
    bool zh = lang == LANG_ZH;
    buf_printf(out, zh ? "%s 兑换: %s分" : "%s redeemed: %s points", date_format(d->spent->on, day),
               dec_human(d->points_c, n));
    if (d->why_zh)
        buf_printf(out, zh ? "，不合规定：%s\n" : ", against the rules: %s\n",
                   zh ? d->why_zh : d->why_en);
    else if (d->spent->service) buf_printf(out, zh ? "，%s\n" : ", %s\n", d->spent->service);
    else buf_printf(out, zh ? "，%s元\n" : ", %s yuan\n", dec_human(d->yuan_c, m));
}

static void print_balances(const struct run_result *r, enum lang lang, struct buf *out)
{
    char n[DEC_SIZE], m[DEC_SIZE];
    const struct run_exchange *x = r->exchange;
    for (size_t i = 0; i < r->balances.n; i++) {
        const struct run_balance *b = &LIST_AT(r->balances, struct run_balance, i);
        buf_printf(out, "%s: %s\n", b->balance->label, dec_human(b->value_c, n));
    }
    for (size_t i = 0; i < r->redeemed.n; i++)
        print_redeemed(&LIST_AT(r->redeemed, struct eval_redemption, i), lang, out);
    if (!x) return;
    const char *why = lang == LANG_ZH ? x->why_zh : x->why_en;
    if (why) buf_printf(out, "%s: %s\n", lang == LANG_ZH ? "兑换" : "exchange", why);
    else
        buf_printf(out,
                   lang == LANG_ZH ? "兑换: %s分可兑%s元\n" : "exchange: %s points are %s yuan\n",
                   dec_human(x->points_c, n), dec_human(x->yuan_c, m));
}

static void print_rank(const struct run_result *r, const struct run_rank *v, enum lang lang,
                       struct buf *out)
{
    char n[DEC_SIZE];
    const char *label = v->ranking->label, *p = at(r, v->in, out);
    if (!v->rank)
        buf_printf(out, lang == LANG_ZH ? "%s%s: 未参加排名\n" : "%s%s: not ranked\n", label, p);
    else
        buf_printf(out,
                   lang == LANG_ZH ? "%s%s: %s，第%d名（共%d）\n" : "%s%s: %s, rank %d of %d\n",
                   label, p, dec_human(v->value_c, n), (int)v->rank, (int)v->of);
}

static void print_title(const struct run_result *r, const struct run_title *v, enum lang lang,
                        struct buf *out)
{
    const char *open = lang == LANG_ZH ? "（" : " (", *close = lang == LANG_ZH ? "）" : ")";
    buf_printf(out, "%s%s: ", v->title->label, at(r, v->in, out));
    if (!v->rung) {
        buf_printf(out, "%s%s%s%s\n", lang == LANG_ZH ? "无" : "none", open,
                   lang == LANG_ZH ? v->why_zh : v->why_en, close);
        return;
    }
    buf_puts(out, v->rung->label);
    bool prize = v->rung->amount_c != NONE;
    char n[DEC_SIZE];
    if (prize)
        buf_printf(out, lang == LANG_ZH ? "%s奖金%s元" : "%sa prize of %s yuan", open,
                   dec_human(v->rung->amount_c, n));
    for (size_t c = 0; c < v->rung->carries.n; c++)
        buf_printf(out, "%s%s", c || prize ? lang == LANG_ZH ? "、" : ", " : open,
                   LIST_AT(v->rung->carries, const char *, c));
    buf_printf(out, "%s\n", v->rung->carries.n || prize ? close : "");
}

static void print_board(const struct eval_board *b, enum lang lang, struct buf *out)
{
    char from[DATE_SIZE], until[DATE_SIZE];
    bool zh = lang == LANG_ZH;
    const char *comma = zh ? "，" : ", ";
    buf_printf(out, "%s: %s%s%s%s%s%s%s", b->board->label, b->why ? b->why : "",
               b->why ? comma : "", date_format(b->from, from), zh ? "至" : " to ",
               date_format(b->until, until), b->help ? comma : "", b->help ? b->help : "");
    if (b->upheld) buf_puts(out, zh ? "，申诉成立，已撤下" : ", taken down: the appeal was upheld");
    buf_puts(out, "\n");
    if (b->upheld) return;
    if (b->name) buf_printf(out, zh ? "  榜上写：%s\n" : "  shown as %s\n", b->name);
    if (b->appeal_until != NONE)
        buf_printf(out, zh ? "  %s以前可以申诉\n" : "  an appeal is in time until %s\n",
                   date_format(b->appeal_until, until));
    if (b->board->mentor == 1)
        buf_printf(out, zh ? "  帮教责任人：%s\n" : "  helped by %s\n",
                   b->mentor ? b->mentor
                   : zh      ? "待指定"
                             : "nobody yet: name somebody");
}

void run_print(const struct run_result *r, enum lang lang, struct buf *out)
{
    char n[DEC_SIZE];
    print_numbers(r, lang, out);
    print_balances(r, lang, out);
    for (size_t i = 0; i < r->ranks.n; i++) {
        const struct run_rank *v = &LIST_AT(r->ranks, struct run_rank, i);
        print_rank(r, v, lang, out);
        for (size_t k = 0; k < r->titles.n; k++) {
            const struct run_title *t = &LIST_AT(r->titles, struct run_title, k);
            if (t->title->ranking_ == v->ranking && t->in.first == v->in.first)
                print_title(r, t, lang, out);
        }
    }
    for (size_t i = 0; i < r->boards.n; i++)
        print_board(&LIST_AT(r->boards, struct eval_board, i), lang, out);
    if (r->dividend_c != NONE)
        buf_printf(out, lang == LANG_ZH ? "分红: %s元\n" : "dividend: %s yuan\n",
                   dec_human(r->dividend_c, n));
}

/* What the year paid, and who went without, wholly or in part. */
static void print_spending(const struct run_village *v, bool zh, struct buf *out)
{
    const struct eval_spending *s = v->spending;
    char n[DEC_SIZE], m[DEC_SIZE], day[DATE_SIZE];
    if (!v->spends.n) return;
    buf_printf(out, zh ? "经费已付: %s元，还有%s元\n" : "paid: %s yuan, %s yuan left\n",
               dec_human(s->paid_c, n), dec_human(s->ceiling_c - s->paid_c, m));
    for (size_t i = 0; i < s->sources.n; i++) {
        const struct eval_source *x = &LIST_AT(s->sources, struct eval_source, i);
        buf_printf(out, zh ? "  %s已付: %s元\n" : "  %s paid: %s yuan\n", x->source->label,
                   dec_human(x->used_c, n));
    }
    for (size_t i = 0; i < v->spends.n; i++) {
        const struct spend *x = &LIST_AT(v->spends, struct spend, i);
        const char *state = NULL;
        switch (x->state) {
        case SPEND_SCALED:
            state = zh ? "按比例付" : "scaled to";
            break;
        case SPEND_QUEUED:
            state = zh ? "排队，已付" : "queued, paid";
            break;
        case SPEND_REFUSED:
            state = zh ? "经费用完，已付" : "nothing left, paid";
            break;
        case SPEND_PAID:
        case SPEND_LATER:
            break;
        }
        if (x->state == SPEND_PAID && x->paid_on != x->on) state = zh ? "排队后付" : "paid late:";
        if (!state) continue;
        buf_printf(out, zh ? "  %lld %s: %s元，%s%s元\n" : "  %lld %s: %s yuan, %s %s yuan\n",
                   (long long)x->id, date_format(x->on, day), dec_human(x->asked_c, n), state,
                   dec_human(x->paid_c, m));
    }
}

void run_print_village(const struct run_village *v, enum lang lang, struct buf *out)
{
    char n[DEC_SIZE];
    bool zh = lang == LANG_ZH;
    if (v->budget) {
        buf_printf(out, zh ? "经费上限: %s元\n" : "budget ceiling: %s yuan\n",
                   dec_human(v->budget->ceiling_c, n));
        for (size_t i = 0; i < v->budget->sources.n; i++) {
            const struct eval_pay *s = &LIST_AT(v->budget->sources, struct eval_pay, i);
            buf_printf(out, zh ? "  %s: %s元\n" : "  %s: %s yuan\n", s->label,
                       dec_human(s->after_c, n));
        }
        print_spending(v, zh, out);
    }
    for (size_t i = 0; i < v->services.n; i++) {
        const struct service_wish *w = &LIST_AT(v->services, struct service_wish, i);
        char day[DATE_SIZE];
        buf_printf(out,
                   w->served ? zh ? "%s: %lld %s，第%d个\n" : "%s: %lld %s, number %d\n"
                   : zh      ? "%s: %lld %s，第%d个，名额已满\n"
                             : "%s: %lld %s, number %d, no place left\n",
                   w->service->label, (long long)w->id, date_format(w->on, day), (int)w->place);
    }
    for (size_t i = 0; i < v->dividend.n; i++) {
        const struct dividend_share *s = &LIST_AT(v->dividend, struct dividend_share, i);
        buf_printf(out, zh ? "分红 %lld: %s元\n" : "dividend of %lld: %s yuan\n", (long long)s->id,
                   dec_human(s->amount_c, n));
    }
}

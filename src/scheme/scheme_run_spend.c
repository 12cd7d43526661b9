/* What a year's budget paid: redemptions, rewards and the prizes of titles, in order of day
 * (eval_spend). Pass 1 keeps a few words for each. */
#include "kernel/text.h"
#include "scheme/scheme_run_in.h"

const struct err *run_spend_keep(struct scheme_run *run, struct eval *e,
                                 const struct fact_subject *f)
{
    struct list redeemed;
    TRY(eval_redemptions(e, f, &redeemed));
    for (size_t i = 0; i < redeemed.n; i++) {
        const struct eval_redemption *r = &LIST_AT(redeemed, struct eval_redemption, i);
        if (r->why_zh || r->yuan_c <= 0 || r->spent->on > run->in.last) continue;
        *(struct spend_word *)words_add(&run->spends) =
            (struct spend_word){ f->id, r->spent->on, r->yuan_c,
                                 names_of(&run->purposes, r->spent->for_) };
    }
    for (size_t i = 0; i < f->rewards.n; i++) {
        const struct fact_earned *r = &LIST_AT(f->rewards, struct fact_earned, i);
        if (r->amount_c <= 0 || r->on > run->in.last) continue;
        *(struct spend_word *)words_add(&run->spends) =
            (struct spend_word){ f->id, r->on, r->amount_c, names_of(&run->purposes, r->for_) };
    }
    return NULL;
}

/* Prizes fall due on the last day of the ranking's period; their purpose is the title's name. */
static void keep_prizes(struct scheme_run *run)
{
    const struct list *titles = &run->s->rules.titles;
    for (size_t k = 0; k < run->slots_n; k++) {
        const struct run_slot *slot = &run->slots[k];
        for (size_t t = 0; t < titles->n; t++) {
            const struct scheme_title *title = &LIST_AT(*titles, struct scheme_title, t);
            if (title->ranking_ != slot->ranking || slot->in.last > run->in.last) continue;
            for (size_t i = 0; i < slot->words.n; i++) {
                size_t rung = *WORDS_AT(&slot->rungs[t], uint16_t, i);
                if (!rung) continue;
                int64_t c = LIST_AT(title->ladder, struct scheme_rung, rung - 1).amount_c;
                if (c == NONE) continue;
                const struct slot_word *w = WORDS_AT(&slot->words, struct slot_word, i);
                *(struct spend_word *)words_add(&run->spends) =
                    (struct spend_word){ *WORDS_AT(&run->ids, int64_t, w->subject), slot->in.last,
                                         c, names_of(&run->purposes, title->label) };
            }
        }
    }
}

const struct err *run_spend(struct scheme_run *run, struct arena *mem, struct run_village *out)
{
    if (!run->prizes) keep_prizes(run);
    run->prizes = true;
    size_t n = run->spends.n;
    struct spend *v = arena_array(mem, struct spend, n + 1);
    for (size_t i = 0; i < n; i++) {
        const struct spend_word *w = WORDS_AT(&run->spends, struct spend_word, i);
        v[i] = (struct spend){ .id = w->id,
                               .on = w->on,
                               .asked_c = w->asked_c,
                               .for_ = w->purpose ? run->purposes.text[w->purpose] : NULL };
    }
    out->spending = arena_new(mem, struct eval_spending);
    TRY(eval_spend(mem, run->s->rules.budget, run->source->residents, date_ymd(run->in.last).year,
                   v, n, out->spending));
    out->spends = (struct list){ v, n };
    return NULL;
}

/* ---- places of services ---- */

const struct err *run_wish_keep(struct scheme_run *run, struct eval *e,
                                const struct fact_subject *f)
{
    struct list redeemed;
    TRY(eval_redemptions(e, f, &redeemed));
    for (size_t i = 0; i < redeemed.n; i++) {
        const struct eval_redemption *d = &LIST_AT(redeemed, struct eval_redemption, i);
        const struct scheme_service *s = eval_service(run->s, d->spent->service);
        if (!s || s->places == NONE || d->why_zh || d->spent->on < run->in.first ||
            d->spent->on > run->in.last)
            continue;
        int64_t honour_c = 0;
        if (text_equal(s->priority, "honour") && run->s->accounts.n)
            TRY(eval_balance(e, run->s->accounts.items, f, d->spent->on, &honour_c));
        *(struct service_wish *)words_add(&run->wishes) =
            (struct service_wish){ .service = s, .id = f->id, .on = d->spent->on,
                                   .honour_c = honour_c };
    }
    return NULL;
}

void run_services(struct scheme_run *run, struct arena *mem, struct run_village *out)
{
    struct service_wish *v = arena_array(mem, struct service_wish, run->wishes.n + 1);
    for (size_t i = 0; i < run->wishes.n; i++)
        v[i] = *WORDS_AT(&run->wishes, struct service_wish, i);
    eval_services(mem, v, run->wishes.n);
    out->services = (struct list){ v, run->wishes.n };
}

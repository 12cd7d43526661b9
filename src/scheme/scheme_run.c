/* A village's facts through its scheme: scheme_run.h. */
#include "scheme/scheme_run.h"

#include <string.h>

#include "kernel/dec.h"
#include "kernel/text.h"

const struct err *run_open(struct arena *mem, const struct scheme *s,
                           const struct scheme_facts *facts, struct scheme_run *out)
{
    size_t rounds = s->rules.rounds.n, n = facts->subjects.n;
    struct eval e = { mem, s, true, NULL };
    *out = (struct scheme_run){ mem, s, facts, arena_array(mem, struct list, rounds * n + 1) };
    struct list *column = arena_array(mem, struct list, n + 1);
    for (size_t r = 0; r < rounds; r++) {
        for (size_t i = 0; i < n; i++)
            TRY(eval_rounds(&e, &LIST_AT(s->rules.rounds, struct scheme_round, r),
                            &LIST_AT(facts->subjects, struct fact_subject, i), &column[i]));
        eval_round_places(mem, column, n);
        for (size_t i = 0; i < n; i++) out->rounds[i * rounds + r] = column[i];
    }
    return NULL;
}

struct eval run_eval(const struct scheme_run *run, size_t subject, struct arena *mem, bool explain)
{
    return (struct eval){ mem, run->s, explain, run->rounds + subject * run->s->rules.rounds.n };
}

const struct fact_subject *run_subject(const struct scheme_run *run, int64_t id)
{
    for (size_t i = 0; i < run->facts->subjects.n; i++) {
        const struct fact_subject *f = &LIST_AT(run->facts->subjects, struct fact_subject, i);
        if (f->id == id) return f;
    }
    return NULL;
}

/* Of whom a number can be asked. */
static const char *class_of_number(struct scheme_number n)
{
    switch (n.kind) {
    case NUMBER_TOTAL:
    case NUMBER_AVERAGE:
    case NUMBER_LIFETIME:
        return "household";
    case NUMBER_ROUND:
        return ((const struct scheme_round *)n.rule)->class_;
    case NUMBER_ASSESSMENT:
        return ((const struct scheme_assessment *)n.rule)->class_;
    case NUMBER_MONEY:
        return ((const struct scheme_payment *)n.rule)->class_;
    case NUMBER_POINTS:
        break;
    }
    return NULL;
}

static const char *set_of(const struct scheme_ranking *r, const struct fact_subject *f)
{
    if (text_equal(r->within, "group")) return f->group ? f->group : "";
    if (text_equal(r->within, "class")) return f->class_;
    if (text_equal(r->within, "township")) return f->township ? f->township : "";
    return NULL;
}

static bool false_in(const struct list *deeds, int64_t first_year, int64_t last_year)
{
    for (size_t i = 0; i < deeds->n; i++) {
        const struct fact_deed *d = &LIST_AT(*deeds, struct fact_deed, i);
        int year = date_ymd(d->on).year;
        if (d->proved_false && year >= first_year && year <= last_year) return true;
    }
    return false;
}

/* A false claim of the household or a member bars this year, or this and the next; so does a
 * penalty in the facts. */
static bool barred(const struct fact_subject *f, int64_t years, int64_t on)
{
    int year = date_ymd(on).year;
    if (f->barred == 1) return true;
    if (years <= 0) return false;
    bool found = false_in(&f->deeds, year - years + 1, year);
    for (size_t i = 0; i < f->members.n && !found; i++)
        found = false_in(&LIST_AT(f->members, struct fact_member, i).deeds, year - years + 1, year);
    return found;
}

const struct err *run_rank(const struct scheme_run *run, const struct scheme_ranking *r, int64_t on,
                           struct list *out)
{
    struct span in = period_span((enum period)r->per, on);
    const char *class_ = class_of_number(r->number);
    struct arena scratch = { 0 };
    const struct err *x = NULL;
    *out = (struct list){ arena_array(run->mem, struct rank_entry, run->facts->subjects.n + 1), 0 };
    for (size_t i = 0; i < run->facts->subjects.n && !x; i++) {
        const struct fact_subject *f = &LIST_AT(run->facts->subjects, struct fact_subject, i);
        struct eval e = run_eval(run, i, &scratch, false);
        struct eval_sum v;
        struct rank_entry entry = { .id = f->id,
                                    .set = set_of(r, f),
                                    .barred = barred(f, run->s->false_claim_bars, in.last) };
        if (class_ && !text_equal(f->class_, class_)) continue;
        x = eval_number(&e, r->number, f, in, &v);
        entry.value_c = x ? 0 : v.value_c;
        entry.count = x ? 0 : v.count;
        for (size_t k = 0; !x && k < r->numbers.n && k < 4; k++) {
            x = eval_number(&e, LIST_AT(r->numbers, struct scheme_number, k), f, in, &v);
            if (!x) entry.keys_c[k] = v.value_c;
        }
        LIST_AT(*out, struct rank_entry, out->n++) = entry;
        /* The error lives in the scratch arena. */
        if (x)
            x = err_say(run->mem, x->code, arena_strdup(run->mem, x->field),
                        arena_strdup(run->mem, x->zh), arena_strdup(run->mem, x->en));
        arena_reset(&scratch);
    }
    arena_clear(&scratch);
    if (!x) eval_rank(r, out->items, out->n);
    return x;
}

/* ---- boards ---- */

static void board_add(const struct scheme_run *run, struct list *out, const char *code,
                      int64_t subject, int64_t on, const char *why, const char *help)
{
    for (size_t i = 0; code && i < run->s->rules.boards.n; i++) {
        const struct scheme_board *b = &LIST_AT(run->s->rules.boards, struct scheme_board, i);
        if (!text_equal(b->code, code)) continue;
        LIST_AT(*out, struct run_board, out->n++) =
            (struct run_board){ b, subject, on, on + b->days - 1, why, help };
    }
}

const struct err *run_boards(const struct scheme_run *run, struct span in, struct list *out)
{
    const struct list *rounds = &run->s->rules.rounds, *streaks = &run->s->rules.streaks;
    size_t most = 0;
    for (size_t i = 0; i < run->facts->subjects.n * rounds->n; i++)
        most += run->rounds[i].n * (1 + streaks->n);
    *out = (struct list){ arena_array(run->mem, struct run_board, most + 1), 0 };
    for (size_t i = 0; i < run->facts->subjects.n; i++) {
        int64_t id = LIST_AT(run->facts->subjects, struct fact_subject, i).id;
        struct eval e = run_eval(run, i, run->mem, false);
        for (size_t r = 0; r < rounds->n; r++) {
            for (size_t k = 0; k < e.rounds[r].n; k++) {
                const struct eval_round *x = &LIST_AT(e.rounds[r], struct eval_round, k);
                if (x->band && x->in.last >= in.first && x->in.last <= in.last)
                    board_add(run, out, x->band->board, id, x->in.last, x->band->label, NULL);
            }
            for (size_t k = 0; k < streaks->n; k++) {
                const struct scheme_streak *streak = &LIST_AT(*streaks, struct scheme_streak, k);
                if (streak->round_ != &LIST_AT(*rounds, struct scheme_round, r)) continue;
                struct list hits = eval_streaks(&e, streak, &e.rounds[r]);
                for (size_t h = 0; h < hits.n; h++) {
                    int64_t day = LIST_AT(hits, struct eval_streak, h).in.last;
                    if (day >= in.first && day <= in.last)
                        board_add(run, out, streak->board, id, day, streak->label, streak->help);
                }
            }
        }
    }
    return NULL;
}

/* ---- in words ---- */

static void explain_number(struct buf *out, const char *name, const struct eval_sum *v,
                           enum lang lang)
{
    char s[DEC_SIZE];
    buf_printf(out, "%s: %s\n", name, dec_human(v->value_c, s));
    if (v->why) why_print(out, v->why, lang, 1);
}

static const struct err *explain_ranks(const struct scheme_run *run, const struct fact_subject *f,
                                       struct span in, struct buf *out)
{
    char s[DEC_SIZE];
    for (size_t i = 0; i < run->s->rules.rankings.n; i++) {
        const struct scheme_ranking *r = &LIST_AT(run->s->rules.rankings, struct scheme_ranking, i);
        struct list ranked;
        TRY(run_rank(run, r, in.first, &ranked));
        for (size_t k = 0; k < ranked.n; k++) {
            const struct rank_entry *e = &LIST_AT(ranked, struct rank_entry, k);
            if (e->id != f->id) continue;
            if (e->rank)
                buf_printf(out, "%s: %s，第%d名（共%d）\n", r->label, dec_human(e->value_c, s),
                           (int)e->rank, (int)ranked.n);
            else buf_printf(out, "%s: 未参加排名\n", r->label);
        }
        for (size_t t = 0; t < run->s->rules.titles.n; t++) {
            const struct scheme_title *title =
                &LIST_AT(run->s->rules.titles, struct scheme_title, t);
            if (title->ranking_ != r) continue;
            eval_titles(title, ranked.items, ranked.n);
            for (size_t k = 0; k < ranked.n; k++) {
                const struct rank_entry *e = &LIST_AT(ranked, struct rank_entry, k);
                if (e->id != f->id) continue;
                if (e->rung) {
                    buf_printf(out, "%s: %s", title->label, e->rung->label);
                    for (size_t c = 0; c < e->rung->carries.n; c++)
                        buf_printf(out, "%s%s", c ? "、" : "（",
                                   LIST_AT(e->rung->carries, const char *, c));
                    buf_puts(out, e->rung->carries.n ? "）\n" : "\n");
                } else {
                    buf_printf(
                        out, "%s: 无%s\n", title->label,
                        title->floor_c != NONE && e->value_c < title->floor_c
                            ? arena_printf(run->mem, "（低于%s分）", dec_human(title->floor_c, s))
                            : "");
                }
            }
        }
    }
    return NULL;
}

/* What the whole spendable balance would fetch on the last day. */
static const struct err *explain_exchange(const struct scheme_run *run, struct eval *e,
                                          const struct fact_subject *f, struct span in,
                                          struct buf *out)
{
    const char *bars = run->s->rules.exchange->barred;
    struct redeem_facts r = { .on = in.last,
                              .barred = barred(f,
                                               !bars                      ? 0
                                               : text_equal(bars, "year") ? 1
                                                                          : 2,
                                               in.last) };
    char n[DEC_SIZE], m[DEC_SIZE];
    int64_t yuan, left;
    for (size_t i = 0; i < run->s->accounts.n; i++) {
        const struct scheme_balance *b = &LIST_AT(run->s->accounts, struct scheme_balance, i);
        TRY(eval_balance(e, b, f, in.last, b->spend == 1 ? &r.balance_c : &r.earned_c));
    }
    r.points_c = r.balance_c;
    const struct err *x = eval_redeem(run->mem, run->s, &r, &yuan, &left);
    if (x) buf_printf(out, "兑换: %s\n", x->zh);
    else buf_printf(out, "兑换: %s分可兑%s元\n", dec_human(r.points_c, n), dec_human(yuan, m));
    return NULL;
}

const struct err *run_explain_village(const struct scheme_run *run, struct span in, struct buf *out)
{
    const struct scheme_rules *rules = &run->s->rules;
    const struct list *subjects = &run->facts->subjects;
    char n[DEC_SIZE];
    if (rules->budget && run->facts->residents != NONE) {
        struct eval_budget b;
        TRY(eval_budget(run->mem, rules->budget, run->facts->residents, &b));
        buf_printf(out, "经费上限: %s元\n", dec_human(b.ceiling_c, n));
        for (size_t i = 0; i < b.sources.n; i++)
            buf_printf(out, "  %s: %s元\n", LIST_AT(b.sources, struct eval_pay, i).label,
                       dec_human(LIST_AT(b.sources, struct eval_pay, i).after_c, n));
    }
    if (!rules->dividend || run->facts->pool_c == NONE) return NULL;
    struct dividend_share *who = arena_array(run->mem, struct dividend_share, subjects->n + 1);
    for (size_t i = 0; i < subjects->n; i++) {
        const struct fact_subject *f = &LIST_AT(*subjects, struct fact_subject, i);
        struct eval e = run_eval(run, i, run->mem, false);
        struct eval_household h;
        TRY(eval_household(&e, f, in.last, &h));
        who[i] = (struct dividend_share){ .id = f->id,
                                          .shares_c = f->shares_c,
                                          .points_c = h.total.value_c };
    }
    TRY(eval_dividend(run->mem, rules->dividend, run->facts->pool_c, who, subjects->n));
    for (size_t i = 0; i < subjects->n; i++)
        buf_printf(out, "分红 %lld: %s元\n", (long long)who[i].id, dec_human(who[i].amount_c, n));
    return NULL;
}

const struct err *run_explain(const struct scheme_run *run, size_t subject, struct span in,
                              enum lang lang, struct buf *out)
{
    const struct scheme *s = run->s;
    const struct fact_subject *f = &LIST_AT(run->facts->subjects, struct fact_subject, subject);
    struct eval e = run_eval(run, subject, run->mem, true);
    struct eval_sum v;
    char n[DEC_SIZE], m[DEC_SIZE];
    if (s->items.n || s->rules.rounds.n) {
        TRY(eval_points(&e, f, in, &v));
        explain_number(out, lang == LANG_ZH ? "积分" : "points", &v, lang);
    }
    for (size_t i = 0; i < s->rules.assessments.n; i++) {
        const struct scheme_assessment *a =
            &LIST_AT(s->rules.assessments, struct scheme_assessment, i);
        if (!text_equal(a->class_, f->class_)) continue;
        TRY(eval_assessment(&e, a, f, in.first, &v));
        explain_number(out, a->label, &v, lang);
    }
    if (s->rules.household && text_equal(f->class_, "household")) {
        struct eval_household home;
        TRY(eval_household(&e, f, in.last, &home));
        explain_number(out, lang == LANG_ZH ? "户均" : "average", &home.average, lang);
        if (s->rules.household->accumulate == 1)
            buf_printf(out, "%s: %s\n", lang == LANG_ZH ? "累计户均" : "lifetime average",
                       dec_human(home.lifetime.value_c, n));
    }
    for (size_t i = 0; i < s->rules.payments.n; i++) {
        const struct scheme_payment *p = &LIST_AT(s->rules.payments, struct scheme_payment, i);
        struct eval_payment pay;
        if (!text_equal(p->class_, f->class_)) continue;
        TRY(eval_payment(&e, p, f, in.first, &pay));
        explain_number(out, p->label, &pay.items, lang);
        for (size_t k = 0; k < pay.pays.n; k++) {
            const struct eval_pay *x = &LIST_AT(pay.pays, struct eval_pay, k);
            buf_printf(out, "  %s: %s → %s\n", x->label, dec_human(x->before_c, n),
                       dec_human(x->after_c, m));
        }
    }
    for (size_t i = 0; i < s->accounts.n; i++) {
        const struct scheme_balance *b = &LIST_AT(s->accounts, struct scheme_balance, i);
        int64_t c;
        TRY(eval_balance(&e, b, f, in.last, &c));
        buf_printf(out, "%s: %s\n", b->label, dec_human(c, n));
    }
    if (s->rules.exchange) TRY(explain_exchange(run, &e, f, in, out));
    TRY(explain_ranks(run, f, in, out));
    struct list boards;
    TRY(run_boards(run, in, &boards));
    for (size_t i = 0; i < boards.n; i++) {
        const struct run_board *b = &LIST_AT(boards, struct run_board, i);
        char from[DATE_SIZE], until[DATE_SIZE];
        if (b->subject == f->id)
            buf_printf(out, "%s: %s，%s至%s%s%s\n", b->board->label, b->why,
                       date_format(b->from, from), date_format(b->until, until),
                       b->help ? "，" : "", b->help ? b->help : "");
    }
    return NULL;
}

/* A village's or a county's facts through its scheme: numbers, places, ranks, titles, boards,
 * payments, balances of every subject in a span, each with its reasons.
 *
 * Subjects come from a source one at a time. run_open streams them once or twice (marks, where a
 * streak needs places; numbers that rankings and the dividend need) and keeps a few words per
 * subject; the facts themselves are gone after each. Results are then made on demand, for one
 * subject or for all in a third stream. So memory grows with the number of subjects, never with
 * their facts.
 *
 *     struct fact_list list = fact_list_of(facts);          // or any other fact_source
 *     struct scheme_run *run;
 *     struct run_result r;
 *     TRY(run_open(mem, scheme, &list.source, period_span(PERIOD_YEAR, today), &run));
 *     TRY(run_find(run, mem, 12, true, &r));                 // one subject, with trees
 *     run_print(&r, LANG_ZH, &out);
 *     TRY(run_each(run, false, count_titles, &counts));      // all of them
 *
 * Periods. What a rule gives per period that is shorter than the span is told for every period that
 * ends in it and in which anything happened; what is as long or longer, for the one that holds the
 * span's last day. Each number, rank and title says which span is its own.
 *
 * Order. A result does not depend on the order of the subjects. Deeds count in order of day; deeds
 * of one day in the order in which the facts tell them (that decides which of two meets a cap).
 *
 * Ids of subjects are unique: a second one with the same id is an error. Where the scheme has a
 * budget, redemptions and rewards are kept one by one, since it pays them in order of day.
 */
#ifndef SCHEME_SCHEME_RUN_H
#define SCHEME_SCHEME_RUN_H
#include "kernel/buf.h"
#include "scheme/scheme_eval.h"

struct scheme_run;
/* Pass 1. mem holds the words of the run; the source must stay as long as the run. */
MUST_CHECK const struct err *run_open(struct arena *mem, const struct scheme *s,
                                      struct fact_source *source, struct span in,
                                      struct scheme_run **out);
size_t run_subjects(const struct scheme_run *run); /* how many there are */

/* ---- one subject's results; everything in the arena it was asked for ---- */
enum run_unit { RUN_POINTS, RUN_YUAN, RUN_MARKS };
/* What a scheme adds up: code "points" (deeds, what was earned, rounds, streaks), "total",
 * "average", "lifetime" (of a household), or the code of an assessment or payment; a payment that
 * is settled over a longer period has a number for that period too. */
struct run_number {
    const char *code, *zh, *en;
    enum run_unit unit;
    struct span in;
    int64_t value_c, count;       /* count: how many things it rests on */
    const struct scheme_why *why; /* NULL without explain */
};
struct run_round {
    const struct scheme_round *round;
    struct eval_round
        result; /* mark, points, band; places when a streak of the scheme needs them */
};
struct run_balance {
    const struct scheme_balance *balance;
    int64_t value_c; /* on the last day of the span */
};
struct run_rank {
    const struct scheme_ranking *ranking;
    struct span in;
    const char *set;  /* the group, class or township; NULL: all together */
    int64_t rank, of; /* rank 0: took part too seldom; of: how many of the set are ranked */
    int64_t value_c, count;
    bool barred; /* keeps its place, gets no title */
};
struct run_title {
    const struct scheme_title *title;
    struct span in;
    const struct scheme_rung *rung; /* NULL: none, and why */
    const char *why_zh, *why_en;
};
struct run_pay {
    const struct scheme_payment *payment;
    struct span in;
    const char *code, *label;
    int64_t before_c, after_c;
    const char *why_zh, *why_en; /* the deed that cost part of it, with its day; NULL: none */
};
/* What the whole spendable balance would fetch on the last day; why_*: why nothing, else NULL. */
struct run_exchange {
    int64_t points_c, yuan_c, left_c;
    const char *why_zh, *why_en;
};
struct run_result {
    int64_t id;
    const char *label, *class_;
    struct span in;
    struct list numbers;  /* struct run_number */
    struct list rounds;   /* struct run_round: of periods that end in the span */
    struct list pays;     /* struct run_pay */
    struct list balances; /* struct run_balance */
    struct list ranks;    /* struct run_rank */
    struct list titles;   /* struct run_title: of every ranking it stands in */
    struct list boards;   /* struct eval_board: entries that begin in the span (the day after is not
                             counted: from is the day on which it was earned) */
    struct list redeemed; /* struct eval_redemption: within the span, held to the rules */
    struct run_exchange *exchange; /* NULL: the scheme has none */
    int64_t dividend_c;            /* NONE: no pool, or the scheme has no dividend */
};
/* f: a subject as the source gives it. ERR_INVALID when the run did not see it. */
MUST_CHECK const struct err *run_result(struct scheme_run *run, struct arena *mem,
                                        const struct fact_subject *f, bool explain,
                                        struct run_result *out);
/* Looks the subject up in the source. ERR_NOT_FOUND when it is not there. out points at texts of
 * the facts: of a source that keeps them elsewhere than in mem, until that is used again. */
MUST_CHECK const struct err *run_find(struct scheme_run *run, struct arena *mem, int64_t id,
                                      bool explain, struct run_result *out);
/* All of them in the order of the source; r and what it points at is gone after fn returns. */
typedef const struct err *run_fn(void *arg, const struct run_result *r);
MUST_CHECK const struct err *run_each(struct scheme_run *run, bool explain, run_fn *fn, void *arg);

/* ---- over all ---- */
/* Ranked entries of the ranking's period that holds `on`, best first, in mem; ERR_INVALID when the
 * run's span has no such period. rung: of the ranking's first title. */
MUST_CHECK const struct err *run_ranked(struct scheme_run *run, struct arena *mem,
                                        const struct scheme_ranking *r, int64_t on,
                                        struct list *out); /* struct rank_entry */
struct run_village {
    struct eval_budget *budget;     /* NULL: the scheme has none, or the facts name no residents */
    struct eval_spending *spending; /* with a budget: what the year of the span's last day paid */
    struct list spends;             /* struct spend, by day: what was asked and what became of it */
    struct list services;           /* struct service_wish: of services with few places, in the span */
    struct list dividend;           /* struct dividend_share, by id; empty: no pool */
};
MUST_CHECK const struct err *run_village(struct scheme_run *run, struct arena *mem,
                                         struct run_village *out);

/* ---- in words ---- */
void run_print(const struct run_result *r, enum lang lang, struct buf *out);
void run_print_village(const struct run_village *v, enum lang lang, struct buf *out);
#endif

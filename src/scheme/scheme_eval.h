/* From facts to numbers: pure functions over one subject at a time (so that a county streams
 * through them in bounded memory), then rankings and titles over the numbers. No store, no clock,
 * no floating point. Every result can bring its tree (scheme_why.h); without `explain` no text is
 * made.
 *
 *     struct eval e = { mem, scheme, true };
 *     struct eval_sum year;
 *     TRY(eval_number(&e, ranking->number, subject, period_span(PERIOD_YEAR, today), &year));
 *     … collect {subject->id, year.value_c}; then eval_rank, eval_titles.
 */
#ifndef SCHEME_SCHEME_EVAL_H
#define SCHEME_SCHEME_EVAL_H
#include "scheme/scheme_facts.h"
#include "scheme/scheme_why.h"

struct eval_work;
struct scheme_index;
struct index_sheet;
struct eval {
    struct arena *mem;
    const struct scheme *s;
    bool explain;
    const struct list *rounds; /* this subject's results with places, one list per round of the
                                  scheme; NULL: worked out, without places */
    struct eval_work *work;    /* NULL: made in mem when it is needed */
};
/* What evaluation of subject after subject can keep: running counts of limits, periods of days.
 * Within one subject it also remembers what deeds are worth, so that several numbers of it cost
 * little more than one: facts must not change between eval_work_begin and the next, mem and explain
 * neither. */
struct eval_work *eval_work_new(struct arena *mem, const struct scheme *s);
void eval_work_begin(struct eval_work *w, struct eval *e);
const struct scheme_index *eval_index(struct eval *e);
/* Room for the marks of one visit by slot, and where the names of the last visit's marks belong: a
 * household's visits tell the same lines in the same order, mostly by the same texts. */
struct eval_marks {
    const struct index_sheet *sheet;
    int64_t *marks;
    struct {
        const char *name;
        int64_t most; /* the full mark */
        size_t slot;
    } *as; /* `seen` of them */
    size_t seen, cap;
    bool whole; /* every line of the sheet is among them, once */
};
struct eval_marks *eval_marks_of(struct eval *e, const struct index_sheet *sheet);
/* period_span, but days that come again cost next to nothing. */
struct span eval_period(struct eval *e, enum period per, int64_t on);
/* A number with its tree (NULL without explain) and how many things it rests on. */
struct eval_sum {
    int64_t value_c;
    int64_t count;
    struct scheme_why *why;
};

/* ---- sheets, rounds, streaks (scheme_eval_round.c) ---- */
MUST_CHECK const struct err *eval_mark(struct eval *e, const struct scheme_sheet *sheet,
                                       const struct fact_visit *v, struct eval_sum *out);
struct eval_round {
    struct span in;        /* the period */
    bool counted, excused; /* neither: too few assessors or outside the window */
    int64_t mark_c, points_c;
    const struct scheme_band *band; /* NULL: none holds the mark */
    int64_t from_first, from_last;  /* places among all who were marked; 0: not ranked */
    struct scheme_why *why;
};
/* The subject's results of a round, one per period in which it was visited, oldest first. */
MUST_CHECK const struct err *eval_rounds(struct eval *e, const struct scheme_round *r,
                                         const struct fact_subject *f, struct list *out);
/* The same for the i-th round of the scheme: with places when e->rounds brings them. */
MUST_CHECK const struct err *eval_rounds_of(struct eval *e, size_t i, const struct fact_subject *f,
                                            struct list *out);
struct eval_streak {
    struct span in;
    int64_t points_c;
}; /* in: the period that completed it */
/* Times that a streak paid; windows do not overlap. */
struct list eval_streaks(struct eval *e, const struct scheme_streak *k, const struct list *rounds);

/* ---- deeds (scheme_eval_deed.c) ---- */
struct eval_deed {
    const struct fact_deed *deed;
    const struct scheme_item *item;
    int64_t points_c;
    struct scheme_why *why;
};
/* Deeds in order of day (of one day: as the facts tell them), each with what it is worth beside the
 * ones before it. A deed that a limit refuses is worth 0. */
MUST_CHECK const struct err *eval_deeds(struct eval *e, const char *class_,
                                        const struct list *deeds, struct list *out);
/* ---- sums (scheme_eval_sum.c) ---- */
MUST_CHECK const struct err *eval_points(struct eval *e, const struct fact_subject *f,
                                         struct span in, struct eval_sum *out);
MUST_CHECK const struct err *eval_assessment(struct eval *e, const struct scheme_assessment *a,
                                             const struct fact_subject *f, int64_t on,
                                             struct eval_sum *out);
struct eval_household {
    struct eval_sum total, average, lifetime;
    int64_t members;
};
MUST_CHECK const struct err *eval_household(struct eval *e, const struct fact_subject *f,
                                            int64_t on, struct eval_household *out);
struct eval_pay {
    const char *code, *label;
    int64_t before_c, after_c;
    const struct eval_deed *because; /* the deed that cost part of it; NULL: none */
};
struct eval_payment {
    struct eval_sum items;
    struct list pays; /* struct eval_pay */
};
MUST_CHECK const struct err *eval_payment(struct eval *e, const struct scheme_payment *p,
                                          const struct fact_subject *f, int64_t on,
                                          struct eval_payment *out);
/* The payments of a longer span, each with its own period: the months of a quarter. */
struct eval_settlement {
    struct span in;
    struct list months;    /* struct eval_payment, in order */
    struct eval_sum items; /* their sum */
    struct list pays;      /* struct eval_pay: sums */
};
MUST_CHECK const struct err *eval_settlement(struct eval *e, const struct scheme_payment *p,
                                             const struct fact_subject *f, struct span in,
                                             struct eval_settlement *out);
/* ---- penalties and boards (scheme_eval_penalty.c) ---- */
/* The code of the most specific class of somebody with these tags; class_ itself when the scheme
 * has none. */
const char *eval_class(struct eval *e, const char *class_, const struct list *tags);
/* 一事不二罚: takes back from d what an earlier entry of the same deed cost already. */
void eval_once(struct eval *e, const struct list *done, struct eval_deed *d);
/* Barred on that day from titles (or from exchange), by the facts, a false claim of the subject or
 * a member, or an item that bars. */
bool eval_barred(const struct scheme *s, const struct fact_subject *f, int64_t on, bool exchange);
/* Somebody on a board: shown from..until, by which name, until when an appeal is in time. */
struct eval_board {
    const struct scheme_board *board;
    int64_t subject, from, until, appeal_until; /* appeal_until NONE: no appeal */
    bool upheld;                                /* an appeal was upheld: taken down on that day */
    const char *name, *why, *help, *mentor;     /* mentor NULL: none named */
};
void eval_board(struct arena *mem, const struct scheme *s, const struct scheme_board *b,
                const struct fact_subject *f, int64_t on, const char *why, const char *help,
                struct eval_board *out);

/* Any number that can be ranked, over the period. */
MUST_CHECK const struct err *eval_number(struct eval *e, struct scheme_number number,
                                         const struct fact_subject *f, struct span in,
                                         struct eval_sum *out);
/* A balance on a day: lots by their validity, oldest expiry spent first; what is spent beyond them
 * is a debt. */
MUST_CHECK const struct err *eval_balance(struct eval *e, const struct scheme_balance *b,
                                          const struct fact_subject *f, int64_t on, int64_t *out);

/* ---- over many subjects (scheme_eval_rank.c) ---- */
struct rank_entry {
    int64_t id, value_c, keys_c[4]; /* keys: what breaks ties, in order */
    const char *set; /* group, class or township it is ranked within; NULL: all together */
    int64_t count;   /* how often it took part */
    bool barred;
    int64_t rank;                   /* out: 0 is not ranked */
    const struct scheme_rung *rung; /* out: its title */
    size_t at;                      /* the caller's own: where it came from */
};
/* Sorts the entries (set, then value, then keys, then id) and gives the ranks. */
void eval_rank(const struct scheme_ranking *r, struct rank_entry *entries, size_t n);
/* Titles of entries that eval_rank has sorted. */
void eval_titles(const struct scheme_title *t, struct rank_entry *entries, size_t n);
/* pool × weight ÷ sum of weights, by largest remainder, ties to the lower id: adds up exactly. All
 * weights 0: nobody gets anything. Entries sorted by id. */
struct share {
    int64_t id, weight_c, amount_c;
};
MUST_CHECK bool eval_split(struct arena *mem, int64_t pool_c, struct share *shares, size_t n);
struct dividend_share {
    int64_t id, shares_c, points_c, amount_c;
};
MUST_CHECK const struct err *eval_dividend(struct arena *mem, const struct scheme_dividend *d,
                                           int64_t pool_c, struct dividend_share *who, size_t n);

/* ---- money ---- */
struct eval_budget {
    int64_t ceiling_c, funded_c;
    struct list sources; /* struct eval_pay: after_c */
};
MUST_CHECK const struct err *eval_budget(struct arena *mem, const struct scheme_budget *b,
                                         int64_t residents, struct eval_budget *out);
struct redeem_facts {
    int64_t points_c, balance_c, earned_c, on;
    const char *service; /* points for a service; NULL: for goods */
    bool barred;
    bool any_day; /* what it would fetch on the next exchange day */
    int64_t used_times[6], used_c[6], used_yuan_c[6]; /* per limit: so far in its period */
};
/* Points into yuan (0 for a service); ERR_INVALID says why not. */
MUST_CHECK const struct err *eval_redeem(struct arena *mem, const struct scheme *s,
                                         const struct redeem_facts *f, int64_t *yuan_c,
                                         int64_t *left_c);
/* What a subject redeemed, in order of day, each held to the rules beside the ones before it. */
struct eval_redemption {
    const struct fact_earned *spent;
    int64_t points_c, yuan_c;
    const char *why_zh, *why_en; /* why the rules do not allow it; NULL: they do */
};
MUST_CHECK const struct err *eval_redemptions(struct eval *e, const struct fact_subject *f,
                                              struct list *out);
/* Fills used_*: what was redeemed (struct eval_redemption) within the period of each limit. */
void eval_redeem_used(const struct scheme_exchange *x, const struct list *redeemed, int64_t on,
                      struct redeem_facts *r);
const struct scheme_service *eval_service(const struct scheme *s, const char *label);
/* The points of a redemption: as told, or those of the service. */
int64_t eval_spent_points(const struct scheme *s, const struct fact_earned *x);
/* Requests for services: within a period the first places go by day or by honour. Sorts them. */
struct service_wish {
    const struct scheme_service *service;
    int64_t id, on, honour_c;
    int64_t place; /* out: from 1, within service and period */
    bool served;   /* out */
};
void eval_services(struct arena *mem, struct service_wish *wishes, size_t n);

/* ---- what the budget pays (scheme_eval_money.c) ---- */
enum spend_state { SPEND_LATER, SPEND_PAID, SPEND_SCALED, SPEND_QUEUED, SPEND_REFUSED };
struct spend { /* a redemption or a reward in yuan */
    int64_t id, on, asked_c;
    const char *for_; /* the purpose, for earmarked sources; NULL: any */
    /* out: */
    int64_t paid_c, paid_on; /* paid_on NONE: not */
    enum spend_state state;  /* SPEND_LATER: after the year; or, unless they queue, before it */
};
struct eval_source {
    const struct scheme_money_source *source;
    int64_t has_c, used_c;
};
struct eval_spending {
    int64_t ceiling_c, paid_c, queued_c, refused_c; /* paid_c: within the year */
    struct list sources;                            /* struct eval_source, of the year */
};
/* The wishes of a year against its ceiling and sources, in order of day, then id (sorts them).
 * stop: the first that does not fit and those of its purpose behind it get nothing. queue: they
 * wait, and are served first when the next year begins. scale: all get the same share, by largest
 * remainder. Earmarked sources pay only their purpose, and pay it first. */
MUST_CHECK const struct err *eval_spend(struct arena *mem, const struct scheme_budget *b,
                                        int64_t residents, int year, struct spend *wishes, size_t n,
                                        struct eval_spending *out);
#endif

/* What happened: the facts that a scheme is evaluated on. `explain`, `simulate` and the tests read
 * them from YAML by the same kind of table as schemes; the server fills the structs from its rows.
 * Amounts are hundredths, days are business dates, absent numbers NONE.
 *
 *     subjects:
 *       - id: 12
 *         class: household
 *         visits: [{round: monthly, on: 2026-01-22, marks: {yard: 15, hall: 9}}]
 */
#ifndef SCHEME_SCHEME_FACTS_H
#define SCHEME_SCHEME_FACTS_H
#include "scheme/scheme.h"

struct scheme_check;

struct fact_deed {
    const char *item, *class_, *claimant, *level, *difficulty, *what;
    int64_t on, chosen_c, quantity_c, reverse;
    const char *case_; /* deeds of one case are one deed: it is punished once 一事不二罚 */
    const char *proved_false; /* "before" or "after" it was recorded; NULL: true */
    const struct scheme_node *node;
};
/* What the ledger says already, without its rule; what was redeemed: points, or a service (whose
 * points the scheme knows: NONE); a reward in money: its amount. */
struct fact_earned {
    int64_t on, points_c, amount_c; /* amount_c: yuan, of rewards only */
    const char *what, *service, *for_; /* for_: what the money is for, where sources are earmarked */
    const struct scheme_node *node;
};
/* One assessor's marks in a round; or that the subject was excused. */
struct fact_visit {
    const char *round, *assessor, *role, *group; /* group: the assessor's own */
    int64_t on, total_c, excused;
    struct list marks; /* struct scheme_level: line: marks, or faults */
    const struct scheme_node *node;
};
/* A part of an assessment in one of its periods: the mark itself, or plus and minus to the base. */
struct fact_result {
    const char *assessment, *part;
    int64_t on, mark_c, plus_c, minus_c;
    const struct scheme_node *node;
};
/* Takes part in the periods from `since` to `until` (NONE: open), unless takes_part says no. */
struct fact_member {
    int64_t id, takes_part, since, until;
    const char *label, *class_;
    struct list tags; /* const char *: 党员 … */
    struct list deeds, earned;
    const struct scheme_node *node;
};
/* An appeal against standing on a board. */
struct fact_appeal {
    const char *board;
    int64_t on, upheld;
    const struct scheme_node *node;
};
struct fact_subject {
    int64_t id;
    const char *label, *class_, *group, *township, *village, *mentor;
    struct list tags; /* const char * */
    struct list deeds, earned, visits, results, members; /* members: of a household */
    struct list spent;                                   /* struct fact_earned: redeemed */
    struct list rewards;      /* struct fact_earned: rewards in money */
    struct list appeals;      /* struct fact_appeal */
    struct list pays;         /* struct scheme_level: pay: yuan of the period */
    int64_t shares_c, barred; /* barred: from titles and exchange, by a penalty */
    const struct scheme_node *node;
};
struct scheme_facts {
    struct list subjects; /* struct fact_subject */
    int64_t residents, pool_c;
    const struct scheme_node *node;
};

/* One deed to be tried, beside the earlier ones of the same account. */
struct fact_award {
    const char *class_;
    struct list tags; /* const char * */
    struct fact_deed *deed;
    struct list earlier; /* struct fact_deed */
    const struct scheme_node *node;
};
struct fact_award *scheme_award_parse(struct arena *mem, const char *text, size_t n, struct scheme_finding **findings);
struct fact_award *scheme_award_of_tree(struct scheme_check *c, const struct scheme_node *root);

/* Where subjects come from, one at a time, so that a county streams. */
struct fact_source {
    /* The next subject, in mem or wherever it lives until the next call; NULL: the end. */
    const struct err *(*next)(struct fact_source *self, struct arena *mem,
                              const struct fact_subject **out);
    /* Back to the first: the same subjects come again. */
    const struct err *(*rewind)(struct fact_source *self);
    int64_t residents, pool_c; /* NONE: not said; known when the end was reached once */
};
/* A source of facts that are in memory. */
struct fact_list {
    struct fact_source source; /* first: next and rewind find the rest by it */
    const struct scheme_facts *facts;
    size_t at;
};
struct fact_list fact_list_of(const struct scheme_facts *facts);

struct scheme_shape;
extern const struct scheme_shape facts_shape; /* for files that hold facts among others */
/* Facts from YAML; every finding with its place. NULL: errors. */
struct scheme_facts *scheme_facts_parse(struct arena *mem, const char *text, size_t n,
                                        struct scheme_finding **findings);
#endif

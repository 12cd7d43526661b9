/* Inside of a run (scheme_run.h): what pass 1 keeps, for scheme_run*.c only. */
#ifndef SCHEME_SCHEME_RUN_IN_H
#define SCHEME_SCHEME_RUN_IN_H
#include "scheme/scheme_run.h"
#include "scheme/scheme_words.h"

/* A counted round of a subject and its places; only of rounds whose places a streak asks for. */
struct place_word {
    int64_t mark_c;
    int32_t period; /* its first day */
    uint32_t from_first, from_last;
};
struct run_places {
    bool wanted;
    struct words start; /* uint32_t: index of the subject's first word */
    struct words words; /* struct place_word */
};
/* One subject's number in one ranking's period. */
struct slot_word {
    int64_t value_c;
    uint32_t subject, set, rank;
    uint32_t count : 31, barred : 1;
};
/* A ranking in one of its periods. */
struct run_slot {
    const struct scheme_ranking *ranking;
    struct span in;
    const char *class_; /* of whom the number can be asked; NULL: of all */
    bool households;    /* of households alone */
    struct words words; /* struct slot_word, by subject */
    struct words keys;  /* int64_t: what breaks ties, `keys_n` for each word */
    size_t keys_n;
    struct words *rungs; /* uint16_t for each word: 1 + the rung; one list per title of the scheme,
                            of this ranking's titles */
    uint32_t *of;        /* by set: how many are ranked */
    bool any;            /* somebody took part */
};
struct share_word {
    int64_t shares_c, points_c, amount_c;
};
/* A redemption, reward or prize in yuan, up to the last day of the run; with a budget. */
struct spend_word {
    int64_t id, on, asked_c;
    uint32_t purpose;
};
struct subject_word {
    int64_t id;
    uint32_t at;
};
struct scheme_run {
    struct arena *mem;
    const struct scheme *s;
    struct fact_source *source;
    struct span in;
    struct words ids; /* int64_t */
    struct subject_word *by_id;
    struct names sets;
    struct run_places *places; /* by round */
    struct run_slot *slots;
    size_t slots_n;
    struct eval_work *work;
    struct words shares; /* struct share_word; with a dividend */
    bool divided;
    struct words spends; /* struct spend_word */
    struct words wishes; /* struct service_wish: of services with few places */
    struct names purposes;
    bool prizes; /* spends has them */
};
/* What the periods of a rule are that a span is told in: the first, then the next; first > last: no
 * more. */
struct span run_period(enum period per, struct span in);
struct span run_next_period(enum period per, struct span in, struct span was);
/* Sets up the evaluation of the source's i-th subject with its places. */
MUST_CHECK const struct err *run_begin(struct scheme_run *run, size_t i,
                                       const struct fact_subject *f, struct arena *mem,
                                       bool explain, struct eval *out);
/* Of the class or one within it, or (households: the numbers that are theirs alone) of the kind. */
bool run_is_of(const struct scheme *s, const struct fact_subject *f, const char *class_,
               bool households);
/* What the subject spends or is to be paid; what a year's budget made of all of it. */
MUST_CHECK const struct err *run_spend_keep(struct scheme_run *run, struct eval *e,
                                            const struct fact_subject *f);
MUST_CHECK const struct err *run_spend(struct scheme_run *run, struct arena *mem,
                                       struct run_village *out);
/* Who gets the places of services. */
MUST_CHECK const struct err *run_wish_keep(struct scheme_run *run, struct eval *e,
                                           const struct fact_subject *f);
void run_services(struct scheme_run *run, struct arena *mem, struct run_village *out);
/* An error out of a scratch arena; f: whose it is, or NULL. */
const struct err *run_keep(struct arena *mem, const struct err *x, const struct fact_subject *f);
#endif

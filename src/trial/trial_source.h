/* A real village as a source of facts (scheme_facts.h), read from its registers, claims and books
 * in batches of subjects, a handful of statements each. A run streams its source several times:
 * what a village usually has is kept from the first time (TRIAL_KEEP facts, some 20 MiB); a larger
 * one is read again each time, and memory is one batch.
 *
 *     struct trial_source *v;
 *     TRY(trial_source_open(r, village, until, trial_has_homes(scheme), &v));
 *     TRY(run_open(r->mem, scheme, &v->source, span, &run));
 *
 * Who is a subject. With `homes` (the scheme adds up households, 家庭): households with everybody
 * who belonged to them, and organisations; a deed belongs to the household its doer lived in then.
 * Without: residents, households and organisations, each with what stands in their own passbook.
 * Either way every deed counts once. Deeds. Recorded claims, with class, level, quantity and the
 * checker's pick as recorded; reversed ones as found false after recording, rejected ones that were
 * found false as before. Who put a claim forward is left out: a draft that lets somebody else claim
 * does not undo the deed. The rest of the books (opening balances, adjustments) is `earned`;
 * redemptions are `spent`. Everybody in a household takes part: the register knows no other choice
 * yet.
 */
#ifndef TRIAL_SOURCE_H
#define TRIAL_SOURCE_H
#include "claim/claim.h"
#include "scheme/scheme_simulate.h"

/* Of one deed, beside its fact: which claim, and what the books gave. */
struct trial_deed {
    int64_t claim, points_c, version;
    const char *number, *state;
};
struct trial_source {
    struct fact_source source; /* first */
    struct req *r;
    int64_t village, until;
    bool homes;
    const char *only; /* set after opening: the village's one subject of this kind … */
    int64_t only_id;  /* … and id, where nobody else's facts are needed */
    const char *name, *township;
    struct list groups;        /* struct village_group */
    int kind;                  /* which of the kinds is being read */
    int64_t after;             /* id of the last subject told of that kind */
    struct trial_batch *batch; /* the one being told */
    struct trial_batch *first; /* kept ones */
    int64_t facts;             /* in the kept ones */
    bool keeps, complete;      /* complete: the kept ones are the whole village */
    size_t largest,
        all; /* bytes of the largest batch, of all batches read: how bounded memory is */
};
enum { TRIAL_KEEP = 60000 };
/* Facts up to the day `until`. r's transaction must stay open while the source is used. */
MUST_CHECK const struct err *trial_source_open(struct req *r, int64_t village, int64_t until,
                                               bool homes, struct trial_source **out);
/* What the source told beside a deed of its latest subject. */
const struct trial_deed *trial_deed_of(const struct trial_source *v, const struct fact_deed *d);
/* The display data of the latest subject. */
const struct people_stay *trial_who(const struct trial_source *v);
bool trial_has_homes(const struct scheme *s);
#endif

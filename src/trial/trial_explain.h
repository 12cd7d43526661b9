/* Inside of trial/: how a real subject came to its numbers.
 *
 * Each deed is computed by the version of the scheme in force on its day, beside the limits of that
 * version, which also count what earlier versions gave. Sums, rankings and titles are those of the
 * version in force at the end of the span (or today, when that is earlier). What was computed
 * stands beside what the books hold.
 */
#ifndef TRIAL_TRIAL_EXPLAIN_H
#define TRIAL_TRIAL_EXPLAIN_H
#include "trial/trial_source.h"

/* A deed by its version. */
struct valued {
    const struct fact_deed *deed;
    const struct scheme_item *item; /* NULL: the version has no such item */
    const struct scheme *scheme;
    int64_t points_c;
    bool placed; /* false: the version cannot place it; a limit may still leave it worth nothing */
    const char *zh, *en;          /* the sentence, or why it is worth nothing */
    const struct scheme_why *why; /* NULL unless explained, or refused */
};
/* schemes: const struct scheme *, the oldest first; deeds of before the first are computed by it.
 * By day; struct valued. explain: with sentences and trees. */
MUST_CHECK const struct err *trial_value(struct arena *mem, const struct list *schemes,
                                         const char *class_, const struct list *tags,
                                         const struct list *deeds, bool explain, struct list *out);

struct explained_version {
    int64_t id, from;
    const char *title;
};
struct explained_deed {
    int64_t claim, version, on, computed_c, booked_c, booked_on, same;
    const char *number, *who, *item, *label, *state, *text, *tree;
};
struct explained_other {
    int64_t on, points_c;
    const char *who, *text;
};
struct explained_real {
    int64_t village, subject, from, to, computed_c, booked_c, difference_c;
    const char *kind, *name;
    struct list versions, deeds, others, notes; /* notes: const char * */
    struct told_subject *result;
};
extern const struct record explained_real_record;
MUST_CHECK const struct err *trial_explain(struct req *r, const struct subject *who, struct span in,
                                           struct explained_real **out);
#endif

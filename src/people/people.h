/* Registers: residents 村民, households 户, organisations 单位; tags; memberships over time; sign-up 承诺签约.
 * A subject is whoever holds an account: one of the three.
 */
#ifndef PEOPLE_PEOPLE_H
#define PEOPLE_PEOPLE_H
#include "region/region.h"
extern const char *const subject_kinds[]; /* "resident", "household", "organisation", NULL */
struct subject {
    int64_t village, id;
    const char *kind;        /* of subject_kinds */
    const char *name;        /* full; never in a public answer */
    const char *masked;      /* 张*丰 */
    const char *class_;      /* scheme class: "resident", "party_member", "household", "organisation" 最具体的一类 */
    int64_t household;       /* the resident's, or itself; NONE for organisations */
    const char *grid;        /* grid code */
    int64_t minor;           /* under 14: never named in public */
    int64_t active;          /* 0: moved out, dead, dissolved */
    int64_t pledged;         /* the household signed up */
};
MUST_CHECK const struct err *people_subject(struct req *r, int64_t village, const char *kind, int64_t id, struct subject **out);
/* The resident's own household's subject etc. for `who`. */
MUST_CHECK const struct err *people_population(struct req *r, int64_t village, int64_t *residents, int64_t *households);
extern const struct slice people_slice;
#endif

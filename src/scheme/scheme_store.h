/* Inside the slice: versions as rows, for its routes and commands. */
#ifndef SCHEME_STORE_H
#define SCHEME_STORE_H
#include "people/people.h"
#include "scheme/scheme.h"
struct scheme_version {
    int64_t id, first_day, meeting_on, votes_for, votes_against, votes_abstain, adopted_at;
    int64_t in_force;            /* today */
    const char *name, *title, *text, *checksum, *meeting, *adopted_by_name;
};
extern const struct record scheme_version_record;
/* What the meeting decided; absent parts come from the text's `adopted`. */
struct scheme_meeting { const char *meeting; int64_t on, votes_for, votes_against, votes_abstain; };
MUST_CHECK const struct err *scheme_adopt_by(struct req *r, int64_t village, int64_t from, const struct scheme_meeting *m,
                                             const char *text, size_t n, int64_t *version);
MUST_CHECK const struct err *scheme_version_load(struct req *r, int64_t village, int64_t id, struct scheme_version **out);
MUST_CHECK const struct err *scheme_versions(struct req *r, int64_t village, int64_t before_day, int64_t limit, struct list *out);
#endif

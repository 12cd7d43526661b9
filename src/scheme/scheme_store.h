/* Inside the slice: versions and drafts as rows, for its routes and commands. */
#ifndef SCHEME_STORE_H
#define SCHEME_STORE_H
#include "people/people.h"
#include "scheme/scheme.h"

/* ---- versions ----
 * waiting (adopted, its first day is to come) → in_force → replaced; or withdrawn while waiting. */
struct scheme_version {
    int64_t id, first_day, until, meeting_on, votes_for, votes_against, votes_abstain, adopted_at, draft, withdrawn_at;
    int64_t in_force;            /* today */
    const char *state, *name, *title, *text, *checksum, *extends, *meeting, *minutes, *adopted_by_name;
    const char *withdrawn_by_name, *withdrawn_reason;
};
extern const struct record scheme_version_record;
/* A village's rules are the decision of a meeting, and the record shows it: ERR_MEETING names every part that is missing. A
 * township issues its template. */
MUST_CHECK const struct err *scheme_meeting_complete(struct req *r, const struct region *place, const struct scheme_meeting *m);
MUST_CHECK const struct err *scheme_version_load(struct req *r, int64_t village, int64_t id, struct scheme_version **out);
/* Newest first, withdrawn ones among them; before_day and before_id: those of the last row seen, or NONE. */
MUST_CHECK const struct err *scheme_versions(struct req *r, int64_t village, int64_t before_day, int64_t before_id, int64_t limit,
                                             struct list *out);
/* The version in force on a day; none: *out = NULL. */
MUST_CHECK const struct err *scheme_version_on(struct req *r, int64_t village, int64_t on, struct scheme_version **out);
/* ERR_STATE unless it waits. */
MUST_CHECK const struct err *scheme_withdraw(struct req *r, int64_t village, int64_t id, const char *reason);
/* A village's code, or a township's (its template): ERR_NOT_FOUND on "village" for any other. */
MUST_CHECK const struct err *scheme_place(struct req *r, int64_t code, struct region **out);

/* ---- the township's template (scheme_extend.h) ---- */
/* What a village's file has to hold to on a day: the template of its township. None in force, or not a village: *out = NULL. */
MUST_CHECK const struct err *scheme_template_on(struct req *r, int64_t village, int64_t on, const struct scheme **out);
/* A text read with all that is known of the place: NULL in *out when there is an error, also one against the template. A
 * township's text is a template, a village's is none. village NONE: no place. */
MUST_CHECK const struct err *scheme_read_at(struct req *r, int64_t village, int64_t on, const char *text, size_t n,
                                            const struct scheme **out, struct scheme_finding **found);

/* ---- drafts ---- */
enum {
    DRAFTS_MAX = 100,   /* open ones of a village: nobody keeps that many apart */
    DRAFTS_DELETED = 50 /* that many deleted ones can be brought back; older ones go */
};
struct scheme_draft {
    int64_t id, errors, warnings, version, created_at, changed_at, scheme, origin_id;
    const char *state, *title, *origin, *origin_name, *text, *created_by_name, *changed_by_name;
    struct list findings; /* struct finding_out; with a single draft only */
};
extern const struct record scheme_draft_record;
MUST_CHECK const struct err *draft_load(struct req *r, int64_t village, int64_t id, struct scheme_draft **out);
MUST_CHECK const struct err *drafts_list(struct req *r, int64_t village, const char *state, int64_t before_at, int64_t before_id,
                                         int64_t limit, struct list *out);
/* ERR_STALE when it is not `version` any more, ERR_STATE when it is not open. */
MUST_CHECK const struct err *draft_save(struct req *r, int64_t village, int64_t id, int64_t version, const char *text, size_t n);
/* open → deleted, deleted → open. */
MUST_CHECK const struct err *draft_delete(struct req *r, int64_t village, int64_t id, int64_t version);
MUST_CHECK const struct err *draft_restore(struct req *r, int64_t village, int64_t id);
/* open → adopted, as the version it becomes. */
MUST_CHECK const struct err *draft_adopt(struct req *r, int64_t village, int64_t id, int64_t version, int64_t from,
                                         const struct scheme_meeting *m, int64_t *scheme);
#endif

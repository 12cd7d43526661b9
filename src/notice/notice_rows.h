/* Rows of notice/, shared by its files only. */
#ifndef NOTICE_NOTICE_ROWS_H
#define NOTICE_NOTICE_ROWS_H
#include "notice/notice.h"

struct notice {
    int64_t village, id;
    const char *about_kind;
    int64_t about;
    const char *title, *body;
    int64_t household, first_day, last_day;
    const char *state;
    int64_t objections, open_objections;
    const char *end_reason;
    int64_t created_at;
};
extern const struct record notice_record;

struct objection {
    int64_t village, id, notice;
    const char *title, *about_kind;
    int64_t about;
    const char *reason, *channel, *objector;
    int64_t resident, household, filed_by, filed_at;
    const char *state, *decision, *decided_by_name;
    int64_t decided_at;
};
extern const struct record objection_record;
extern const char *const notice_states[], *const objection_states[];

MUST_CHECK const struct err *notice_load(struct req *r, int64_t village, int64_t id,
                                         struct notice **out);
MUST_CHECK const struct err *objection_load(struct req *r, int64_t village, int64_t id,
                                            struct objection **out);
struct notice_sheet_in {
    int64_t village;
};
extern const struct record notice_sheet_in_record;
/* The notices in publicity today as an A4 sheet for the wall. */
MUST_CHECK const struct err *notice_sheet(struct req *r);
#endif

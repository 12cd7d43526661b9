/* Shared by the files of claim/ only. */
#ifndef CLAIM_CLAIM_ROWS_H
#define CLAIM_CLAIM_ROWS_H
#include "claim/claim.h"
#include "http/command.h"
#include "kernel/json.h"

MUST_CHECK const struct err *claim_by_number(struct req *r, int64_t village, const char *number,
                                             struct claim **out);
/* The actor's account and household, for SQL; 0, which is nobody's, when there is none. */
int64_t claim_me(const struct req *r);
int64_t claim_home(const struct req *r);
/* Put forward by the actor, or about the actor's own household. */
bool claim_is_mine(const struct req *r, const struct claim *c);
bool claim_is_visible(const struct req *r, const struct claim *c);

/* claim_value.c. checked: points must have been picked; else the least of a range stands for it. */
MUST_CHECK const struct err *claim_bad(struct req *r, const char *field, const char *zh,
                                       const char *en);
MUST_CHECK const struct err *claim_check_day(struct req *r, int64_t day);
/* What each limit has let through already, from the books: fills in used_* of struct scheme_limit. */
MUST_CHECK const struct err *claim_count_used(struct req *r, const struct claim *c,
                                              const struct scheme *s,
                                              const struct scheme_item *own, struct list *limits);
MUST_CHECK const struct err *claim_value(struct req *r, struct claim *c, bool checked);
/* The most specific class that the scheme of the day has for the subject. */
MUST_CHECK const struct err *claim_class(struct req *r, struct claim *c);
MUST_CHECK const struct err *claim_value_again(struct req *r, const struct claim *c);
MUST_CHECK const struct err *claim_needs_evidence(struct req *r, const struct claim *c);
/* The deed is claimed already: ERR_DUPLICATE that names the other's number. */
MUST_CHECK const struct err *claim_twice(struct req *r, const struct claim *c);
const char *claim_place_key(struct req *r, const char *place);

extern const struct notice_hook claim_notice_hook;

/* The answer to clients: claim_http.c. */
struct claim_step_out {
    int64_t seq;
    const char *action, *from_state, *to_state, *by_name;
    int64_t at;
    const char *reason, *changes;
};
struct claim_out {
    struct claim c;
    const char *name, *explain, *next;
    int64_t mine;
    struct list actions;  /* const char *: what the actor may do now */
    struct list steps;    /* struct claim_step_out */
    struct list photos;   /* int64_t */
    struct list warnings; /* const char * */
};
extern const struct record claim_out_record;
/* Full: with steps, photos and actions. */
MUST_CHECK const struct err *claim_answer(struct req *r, const struct claim *c, bool full,
                                          struct claim_out **out);

/* Of many at once: the database being away, a full disk or a lost race end the whole batch; what people can
 * mend is a row's own answer. */
bool claim_row_error(const struct err *e);

/* Handlers in other files. */
handler claim_estimate, claim_todo, claim_batch, claim_slip, claim_slip_full, claim_photo_add, claim_photo_get;
struct claim_get {
    int64_t village, claim;
};
extern const struct record claim_estimate_in_record, claim_get_record, todo_record, batch_in_record, batch_out_record,
    photo_in_record, photo_get_record, photo_out_record;
extern const struct command claim_commands[];
#endif

/* Publicity 公示: what is published, for how long, and objections 异议 against it. An open objection
 * stops the item until somebody who is not involved has decided it, with a reason.
 *
 *     TRY(notice_publish(r, &(struct notice_new){ .village = v, .about_kind = "claim", … }, &id));
 *     …days later…
 *     TRY(notice_over(r, v, id));       // ERR_IN_PUBLICITY, ERR_OBJECTION_OPEN, ERR_STATE
 */
#ifndef NOTICE_NOTICE_H
#define NOTICE_NOTICE_H
#include "ledger/ledger.h"
struct notice_new {
    int64_t village;
    const char *about_kind; int64_t about;  /* "claim", id */
    const char *title, *body;               /* masked already: what hangs on the wall */
    int64_t household;                      /* at stake, for conflict of interest; NONE */
    int64_t first, last;                    /* dates it is public, both inclusive */
};
/* ERR_DUPLICATE when it is published already. */
MUST_CHECK const struct err *notice_publish(struct req *r, const struct notice_new *n, int64_t *id);
/* The last day of `days` days of publicity that begin on `first`: the first day does not count
 * (民法典 art. 201); working days if so declared. */
int64_t notice_last_day(int64_t first, int64_t days, bool workdays);
/* NULL when publicity is over without open or upheld objection; else ERR_IN_PUBLICITY, ERR_OBJECTION_OPEN, ERR_STATE. */
MUST_CHECK const struct err *notice_over(struct req *r, int64_t village, int64_t id);
/* Takes it off the board; open objections are closed with it. */
MUST_CHECK const struct err *notice_withdraw(struct req *r, int64_t village, int64_t id, const char *reason);

struct objection_new {
    int64_t village, notice;
    const char *reason;
    const char *channel;      /* as claims: phone_page, oral, … */
    const char *objector;     /* recorded for somebody: the name; NULL: the actor */
    int64_t resident;         /* and the resident, when known; NONE */
};
/* ERR_STATE when publicity is over. */
MUST_CHECK const struct err *notice_object(struct req *r, const struct objection_new *n, int64_t *id);
/* Not by the household at stake, the objector's household or who filed it: ERR_CONFLICT_OF_INTEREST. */
MUST_CHECK const struct err *notice_decide(struct req *r, int64_t village, int64_t objection, bool uphold, const char *reason);
/* Open objections and the oldest one's filing date within villages lo..hi, without the household's own; for to-do lists. */
MUST_CHECK const struct err *notice_waiting(struct req *r, int64_t lo, int64_t hi, int64_t household, int64_t *open, int64_t *oldest);

/* Called (when set by the slice that owns about_kind) in the transaction that files or decides an
 * objection: once when the first objection opens (open), once when the last open one is decided. An
 * error refuses the whole step. */
struct notice_hook { const char *about_kind; const struct err *(*objected)(struct req *r, int64_t village, int64_t about, bool open, bool upheld, const char *reason); };
void notice_hook_add(const struct notice_hook *h);
extern const char *const notice_channels[]; /* how an objection came */
extern const struct slice notice_slice;
#endif

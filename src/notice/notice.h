/* Publicity 公示: what is published, for how long, and objections 异议 against it. An open objection stops the item.
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
MUST_CHECK const struct err *notice_publish(struct req *r, const struct notice_new *n, int64_t *id);
/* NULL when publicity is over without open or upheld objection; else ERR_IN_PUBLICITY, ERR_OBJECTION_OPEN, ERR_STATE. */
MUST_CHECK const struct err *notice_over(struct req *r, int64_t village, int64_t id);
MUST_CHECK const struct err *notice_withdraw(struct req *r, int64_t village, int64_t id, const char *reason);
/* Called (when set by the slice that owns about_kind) in the transaction that files or decides an objection. */
struct notice_hook { const char *about_kind; const struct err *(*objected)(struct req *r, int64_t village, int64_t about, bool open, bool upheld, const char *reason); };
void notice_hook_add(const struct notice_hook *h);
extern const struct slice notice_slice;
#endif

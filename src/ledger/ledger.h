/* Double entry. A posting is a balanced set of entries; points come from the system's source account and
 * penalties go to its sink; the sum over all accounts of a currency is always zero. Entries are never
 * changed or deleted: a mistake is corrected by a reversal that names it. Each cause posts once.
 *
 *     TRY(ledger_lock(r, v, "resident", id));                  // before reading what a cap depends on
 *     TRY(ledger_used(r, v, "resident", id, item, span, 0, &times, &used_c));
 *     TRY(scheme_award(r->mem, s, &facts, &a));
 *     TRY(ledger_post(r, &(struct ledger_award){ .village = v, .subject_kind = "resident", .subject = id,
 *         .points_c = a.points_c, .on = on, .cause_kind = "claim", .cause = claim, .part = "award",
 *         .scheme_version = s->version, .rule = item, .memo = a.explain_zh, .tree = a.tree }, &posting));
 */
#ifndef LEDGER_LEDGER_H
#define LEDGER_LEDGER_H
#include "people/people.h"
#include "scheme/scheme.h"

struct ledger_award {
    int64_t village;
    const char *subject_kind; int64_t subject;
    int64_t points_c;             /* > 0 award, < 0 penalty; never 0 */
    int64_t on;                   /* business date */
    const char *cause_kind; int64_t cause; /* "claim", id; with `part` unique: posted once */
    const char *part;             /* "award", "penalty"; ledger_reverse writes "reversal" */
    int64_t scheme_version; const char *rule; /* item code; version 0: the one in force on `on` */
    const char *memo;             /* what the passbook says */
    const char *tree;             /* explanation JSON */
    bool locked;                  /* the caller holds the subject's accounts: ledger_lock, earlier in this transaction */
};
/* Posts to every balance of the scheme (honour, spendable). Posting the same cause+part again returns the
 * first posting's id and has no effect. */
MUST_CHECK const struct err *ledger_post(struct req *r, const struct ledger_award *a, int64_t *posting);
/* Takes back a posting whole, in every balance; a balance may go below zero. Again: the first reversal's id, no
 * effect. ERR_NOT_FOUND; ERR_STATE for a reversal. W2: reverse, then ledger_post the penalty. */
MUST_CHECK const struct err *ledger_reverse(struct req *r, int64_t village, int64_t posting, const char *reason, int64_t on, int64_t *reversal);
/* The posting of a cause and part; *posting = NONE when there is none. */
MUST_CHECK const struct err *ledger_find(struct req *r, int64_t village, const char *cause_kind, int64_t cause, const char *part, int64_t *posting);
/* Holds the subject's accounts to the end of the write transaction: two requests that each read what is
 * left of a cap and then post take turns. */
MUST_CHECK const struct err *ledger_lock(struct req *r, int64_t village, const char *kind, int64_t subject);
/* Sum and count of awards of a rule for a subject within a span, for caps; what was reversed does not count.
 * sign: an item with a contrary 反之 has both. */
enum { USED_TAKEN = -1, USED_BOTH, USED_GIVEN };
MUST_CHECK const struct err *ledger_used(struct req *r, int64_t village, const char *kind, int64_t subject, const char *rule, struct span in, int64_t sign, int64_t *times, int64_t *points_c);
/* 0 when the subject has no account yet. */
MUST_CHECK const struct err *ledger_balance(struct req *r, int64_t village, const char *kind, int64_t subject, const char *currency, int64_t *points_c);
/* ---- for trials and explanations (ledger_others.c) ---- */
/* Postings that do not come from claims. part: of a reversal, that of what it takes back; points as
 * posted, a redemption below zero. */
struct ledger_other {
    const char *kind;
    int64_t subject, household, on, points_c; /* household: the holder's, as last posted */
    const char *part, *memo;
};
/* kind NULL: of the households first…last and their members; else the subjects first…last of that kind.
 * Up to the day `until`. */
struct ledger_range {
    int64_t village;
    const char *kind;
    int64_t first, last, until;
};
/* struct ledger_other by household, subject, day. */
MUST_CHECK const struct err *ledger_others(struct req *r, const struct ledger_range *in, db_row_fn *fn, void *arg);
/* What the books hold of a subject for each cause of a kind, reversals and penalties in: struct ledger_booked by cause. */
struct ledger_booked { int64_t cause, points_c, last_day; };
MUST_CHECK const struct err *ledger_booked(struct req *r, int64_t village, const char *kind, int64_t subject, const char *cause_kind, struct list *out);
extern const struct slice ledger_slice;
#endif

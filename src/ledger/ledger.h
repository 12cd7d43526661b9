/* Double entry. A posting is a balanced set of entries; points come from the scheme's source account; the
 * sum over all accounts of a currency is always zero. Entries are never changed or deleted: a
 * mistake is corrected by a reversal that names it. Each cause posts once.
 */
#ifndef LEDGER_LEDGER_H
#define LEDGER_LEDGER_H
#include "scheme/scheme.h"

struct ledger_award {
    int64_t village;
    const char *subject_kind; int64_t subject;
    int64_t points_c;             /* > 0 award, < 0 penalty */
    int64_t on;                   /* business date */
    const char *cause_kind; int64_t cause; /* "claim", id; with `part` unique: posted once */
    const char *part;             /* "award", "penalty", "reversal" */
    int64_t scheme_version; const char *rule; /* item code */
    const char *memo;             /* what the passbook says */
    const char *tree;             /* explanation JSON */
};
/* Posts to every balance of the scheme (honour, spendable). Posting the same cause+part again returns the
 * first posting's id and has no effect. */
MUST_CHECK const struct err *ledger_post(struct req *r, const struct ledger_award *a, int64_t *posting);
MUST_CHECK const struct err *ledger_reverse(struct req *r, int64_t village, int64_t posting, const char *reason, int64_t on, int64_t *reversal);
/* Sum and count of points of a rule for a subject within a span, for caps. */
MUST_CHECK const struct err *ledger_used(struct req *r, int64_t village, const char *kind, int64_t subject, const char *rule, struct span in, int64_t *times, int64_t *points_c);
MUST_CHECK const struct err *ledger_balance(struct req *r, int64_t village, const char *kind, int64_t subject, const char *currency, int64_t *points_c);
extern const struct slice ledger_slice;
#endif

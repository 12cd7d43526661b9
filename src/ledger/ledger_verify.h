/* Public: all balances recomputed from the entries; a tx_fn for store_run. */
#ifndef LEDGER_VERIFY_H
#define LEDGER_VERIFY_H
#include "ledger/ledger.h"
struct ledger_verdict {
    int64_t village;                          /* NONE: all */
    void (*say)(void *arg, const char *line); /* one line per fault; NULL: only count */
    void *arg;
    int64_t faults, postings, entries, accounts;
};
MUST_CHECK const struct err *ledger_verify(struct req *r, void *arg);
#endif

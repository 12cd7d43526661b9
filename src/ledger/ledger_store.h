/* Inside the slice: rows for its routes and commands. */
#ifndef LEDGER_STORE_H
#define LEDGER_STORE_H
#include "ledger/ledger.h"

struct effect { int64_t posting, line; const char *currency, *label; int64_t points_c, after_c; };
struct posting {
    int64_t id, on, at, points_c, subject, household, cause, reverses, reversed_by, scheme_version;
    const char *kind, *name, *grid, *part, *rule, *item, *memo, *cause_kind, *by, *tree;
    struct list effects;          /* struct effect: one per balance */
};
struct balance { const char *currency, *label; int64_t points_c, entries; };
extern const struct record effect_record, posting_record, balance_record;

struct posting_filter {
    int64_t village, from, to, subject;
    const char *kind, *part, *rule, *grid;
};
/* Newest first, below `before` (NONE: from the newest). With names of holders; without effects. */
MUST_CHECK const struct err *ledger_list(struct req *r, const struct posting_filter *f, int64_t before, int64_t limit, struct list *out);
MUST_CHECK const struct err *ledger_each(struct req *r, const struct posting_filter *f, db_row_fn *fn, void *arg);
/* Of one subject, with the effect on each balance. */
MUST_CHECK const struct err *ledger_pages(struct req *r, int64_t village, const char *kind, int64_t subject, int64_t before, int64_t limit, struct list *out);
MUST_CHECK const struct err *ledger_balances(struct req *r, int64_t village, const char *kind, int64_t subject, struct list *out);
struct board_row { int64_t rank, points_c, minor, subject; const char *kind, *name; };
extern const struct record board_row_record;
/* Best first; year NONE: the lifetime honour balance. Only above zero. */
MUST_CHECK const struct err *ledger_board(struct req *r, int64_t village, const char *kind, const char *currency, int64_t year, int64_t limit, struct list *out);
#endif

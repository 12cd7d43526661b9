/* The rule language. scheme_parse and scheme_award are pure: no store, no clock. The store part keeps
 * versions per village; a past result is computed with the version in force on its business date.
 */
#ifndef SCHEME_SCHEME_H
#define SCHEME_SCHEME_H
#include "kernel/date.h"
#include "people/people.h"

struct scheme_item {
    const char *code, *category, *label;
    struct list classes;          /* const char *: subject classes it applies to; empty: all */
    int64_t points_min_c, points_max_c; /* equal: fixed; else the checker picks */
    const char *unit;             /* per unit (小时, 次, 元): points are per unit; NULL */
    const char *evidence;         /* "required", "optional", "none" */
    const char *penalty;          /* non-NULL: a deduction, with the covenant clause it rests on */
    struct list claimants;        /* const char *: "self", "proxy", "recorder" */
    /* caps, levels … see scheme.c */
    const struct scheme_rules *more;
};
struct scheme {
    const char *name, *title, *source;
    int64_t version;              /* id of the stored version; 0 when only parsed */
    struct list items;            /* struct scheme_item */
    struct list balances;         /* const char *: currency names, first is honour */
    int64_t publicity_days;
    bool publicity_workdays;
    int64_t false_claim_times;    /* penalty factor for a false claim: 2 (000 篇2 加倍扣分) */
};
/* All findings, with file:line:column, zh and en; NULL scheme when there is an error. */
struct scheme_finding { int line, column; bool warning; const char *path, *zh, *en; struct scheme_finding *next; };
struct scheme *scheme_parse(struct arena *mem, const char *file, const char *text, size_t n, struct scheme_finding **findings);
const struct scheme_item *scheme_item_find(const struct scheme *s, const char *code);

/* What a claim of an item is worth. Input: the facts; output: points and how they came about. */
struct award_facts {
    const char *item, *class_;
    int64_t chosen_c;             /* the checker's pick within a range; NONE: the item's fixed points */
    int64_t quantity_c;           /* units in hundredths; NONE: 1 */
    const char *level;            /* 村/镇/县… for items by level; NULL */
    int64_t on;                   /* business date of the deed */
    int64_t used_times, used_c;   /* so far within the cap's period, for this account and item */
    const char *claimant;         /* self, proxy, recorder */
};
struct award {
    int64_t points_c;
    const char *explain_zh, *explain_en; /* one sentence: deed → rule → sum */
    const char *tree;             /* the derivation as JSON */
};
MUST_CHECK const struct err *scheme_award(struct arena *mem, const struct scheme *s, const struct award_facts *f, struct award *out);
/* The span over which used_times/used_c must be counted for this item on this date; first > last: no cap. */
struct span scheme_cap_span(const struct scheme *s, const struct scheme_item *i, int64_t on);

/* Store part: ERR_NO_SCHEME when none is in force. Parsed schemes are cached by version id. */
MUST_CHECK const struct err *scheme_in_force(struct req *r, int64_t village, int64_t on, const struct scheme **out);
MUST_CHECK const struct err *scheme_adopt(struct req *r, int64_t village, int64_t from, const char *text, size_t n, int64_t *version);
extern const struct slice scheme_slice;
#endif

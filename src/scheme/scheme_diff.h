/* What two schemes do differently: one walk over both by the table of keys, so that a new construct is compared without a line
 * here. Values are compared as read (是 and yes, a class by code or name are the same); entries of lists belong together by
 * their code, else by their name, else by their period, else by their place.
 *
 *     struct list l = scheme_changes(mem, before, after);
 *     for (size_t i = 0; i < l.n; i++) puts(LIST_AT(l, struct scheme_change, i).zh);  // 积分项目“…”：分值由2改为3。
 *
 * The same walk tells how a village's file differs from its township's template (scheme_extend.h).
 */
#ifndef SCHEME_SCHEME_DIFF_H
#define SCHEME_SCHEME_DIFF_H
#include "scheme/scheme_keys.h"

enum change_kind {
    CHANGE_ADDED,   /* an entry of a list, or a mapping, that was not there */
    CHANGE_REMOVED,
    CHANGE_VALUE    /* one value; set where it was absent or gone where it was set, too */
};
struct scheme_change {
    enum change_kind kind;
    const char *path;                /* items/C05/points: English keys, codes or places of entries */
    const char *zh, *en;             /* one sentence */
    int line, column;                /* in `after`; of what holds it when it is not there any more */
    const struct scheme_shape *shape; /* VALUE: of the mapping that has the key; else of what was added or removed */
    const struct scheme_key *key;    /* VALUE: which; else the key of the list or mapping */
    const char *level;               /* VALUE: of a KEY_LEVELS: which level */
    const void *before, *after;      /* structs of `shape`; NULL: not there */
};
/* Of struct scheme_change, in the order of the table. */
struct list scheme_changes(struct arena *mem, const struct scheme *before, const struct scheme *after);
/* Every value of a scheme, with its path: for what has to look at all of them. `p`: struct of `shape` with the key; `level`: of
 * a KEY_LEVELS. */
typedef void scheme_value_fn(void *arg, const char *path, const struct scheme_shape *shape, const struct scheme_key *key,
                             const char *level, const void *p);
void scheme_visit(struct arena *mem, const struct scheme *s, scheme_value_fn *fn, void *arg);
/* The key whose value tells one entry of a list from another: its code, its name, or its period. NULL: only its place. */
const struct scheme_key *scheme_identity(const struct scheme_shape *shape);
/* A value of `shape` in words, as in the sentences; NULL: absent. */
const char *scheme_value_text(struct arena *mem, const struct scheme *s, const struct scheme_key *k, const void *p, enum lang lang);
#endif

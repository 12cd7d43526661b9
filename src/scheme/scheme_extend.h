/* Templates of a township: a village's file may say `extends: NAME`, and then holds to the template of that name. The village's
 * file stays complete and is evaluated alone; this says how it differs and whether it may.
 *
 * Every part of the template has to be there. A value may change where the template says so (`template: change`), within the
 * bounds it gives; limits may always be made stricter and never looser (which way is stricter: the table in scheme_extend.c);
 * what is the village's own (title, place, covenant, how it was adopted, notes) is free; entries may be added where the template
 * says so (`template: add`).
 *
 *     struct list l = scheme_extend(mem, template, village);   // struct scheme_difference
 *     if (scheme_extend_check(mem, template, village, &findings)) … it holds to the template …
 */
#ifndef SCHEME_SCHEME_EXTEND_H
#define SCHEME_SCHEME_EXTEND_H
#include "scheme/scheme_keys.h"

/* 可改: by item, by key, or by a key of an item; "*": every one. Without bounds: anything. */
struct scheme_may_change {
    const char *item, *key;
    struct scheme_range points, between; /* unset: NONE */
    struct list allow;                   /* const char * */
    const char *source, *choice;
    struct list paths;                   /* const char *: what it says, as patterns of paths (scheme_diff.h) */
    const struct scheme_node *node;
};
/* 可增: entries of a list of the file, or a part of it. */
struct scheme_may_add {
    const char *what;
    int64_t at_most;
    struct scheme_range points;          /* of added items */
    const char *source, *choice;
    const struct scheme_node *node;
};
struct scheme_template {
    struct list change, add;             /* struct scheme_may_change, scheme_may_add */
    const char *source, *choice;
    const struct scheme_node *node;
};
/* The template's own rules: patterns name something, bounds hold its own values and loosen nothing. */
void scheme_check_template(struct scheme_check *c, struct scheme *s);

enum difference_kind {
    DIFFERENCE_CHANGED,   /* as the template allows */
    DIFFERENCE_STRICTER,
    DIFFERENCE_ADDED,
    DIFFERENCE_BREACH     /* not allowed: `why` */
};
struct scheme_difference {
    enum difference_kind kind;
    const char *path, *zh, *en;          /* what differs, a sentence */
    const char *why_zh, *why_en;         /* BREACH: what the template allows */
    int line, column;                    /* in the village's file */
};
/* Of struct scheme_difference, without what every village may write as it likes. */
struct list scheme_extend(struct arena *mem, const struct scheme *template_, const struct scheme *village);
/* Adds a finding per breach, in file order; true: there is none. template_ NULL: the township has none in force. A file that
 * extends nothing holds to nothing. */
bool scheme_extend_check(struct arena *mem, const struct scheme *template_, const struct scheme *village,
                         struct scheme_finding **findings);
/* Which way a limit is stricter: -1 lower, 1 higher, 0: this path is no limit of a number. */
int scheme_stricter_way(const char *path);
/* A pattern of a path: "*" is one part, "**" any number of them. */
bool scheme_path_matches(const char *pattern, const char *path);
#endif

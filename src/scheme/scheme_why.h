/* The tree of a result: what it is, in words, and from what it came. `explain` prints it, the pages
 * show it, tests hold it to the result. Public: slices above may include this header.
 */
#ifndef SCHEME_SCHEME_WHY_H
#define SCHEME_SCHEME_WHY_H
#include "kernel/buf.h"
#include "kernel/err.h"

struct scheme_why {
    const char *op, *zh, *en;
    int64_t value_c;
    struct scheme_why *from, *last,
        *next; /* first and last cause; the next cause of the same result */
};
struct scheme_why *why_new(struct arena *mem, const char *op, int64_t value_c, const char *zh,
                           const char *en);
/* Puts a cause under a result; NULL on either side: nothing. */
void why_under(struct scheme_why *w, struct scheme_why *cause);
/* {"op","zh","en","points","from":[…]} */
const char *why_json(struct arena *mem, const struct scheme_why *w);
/* One line per node, indented: "39 分 = 三月评比". */
void why_print(struct buf *b, const struct scheme_why *w, enum lang lang, int depth);
#endif

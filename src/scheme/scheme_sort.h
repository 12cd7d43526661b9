/* Sorting that keeps equals in place. What is in order already costs one look at each pair, which
 * is the ordinary case for days.
 */
#ifndef SCHEME_SCHEME_SORT_H
#define SCHEME_SCHEME_SORT_H
#include "kernel/arena.h"

/* Negative, 0, positive as a stands before, with or behind b. */
typedef int sort_fn(const void *a, const void *b, const void *arg);
/* Items of at most SORT_ITEM_MAX bytes; mem for a second copy of them, when they are not in order.
 */
enum { SORT_ITEM_MAX = 256 };
void sort_stable(struct arena *mem, void *items, size_t n, size_t size, sort_fn *fn,
                 const void *arg);
#endif

/* Merge sort, bottom up: scheme_sort.h. */
#include "scheme/scheme_sort.h"

#include <stdalign.h>
#include <stdbool.h>
#include <string.h>

#include "kernel/err.h"

static bool ordered(const char *v, size_t n, size_t size, sort_fn *fn, const void *arg)
{
    for (size_t i = 1; i < n; i++)
        if (fn(v + (i - 1) * size, v + i * size, arg) > 0) return false;
    return true;
}

/* Runs of this many are sorted by insertion first: shorter merges cost more than they save. */
enum { RUN = 8 };

static void insertion(char *v, size_t n, size_t size, sort_fn *fn, const void *arg)
{
    alignas(max_align_t) char x[SORT_ITEM_MAX];
    for (size_t i = 1; i < n; i++) {
        size_t k = i;
        memcpy(x, v + i * size, size);
        while (k > 0 && fn(v + (k - 1) * size, x, arg) > 0) k--;
        memmove(v + (k + 1) * size, v + k * size, (i - k) * size);
        memcpy(v + k * size, x, size);
    }
}

static void merge(char *out, const char *a, size_t a_n, const char *b, size_t b_n, size_t size,
                  sort_fn *fn, const void *arg)
{
    while (a_n && b_n) {
        bool first = fn(a, b, arg) <= 0;
        memcpy(out, first ? a : b, size);
        out += size;
        if (first) a += size, a_n--;
        else b += size, b_n--;
    }
    memcpy(out, a, a_n * size);
    memcpy(out + a_n * size, b, b_n * size);
}

void sort_stable(struct arena *mem, void *items, size_t n, size_t size, sort_fn *fn,
                 const void *arg)
{
    char *from = items;
    if (n < 2 || ordered(from, n, size, fn, arg)) return;
    if (size > SORT_ITEM_MAX) BUG("items of %zu bytes", size);
    for (size_t i = 0; i < n; i += RUN)
        insertion(from + i * size, n - i < RUN ? n - i : RUN, size, fn, arg);
    if (n <= RUN) return;
    char *to = arena_alloc_array(mem, n, size);
    for (size_t width = RUN; width < n; width *= 2) {
        for (size_t i = 0; i < n; i += 2 * width) {
            size_t a = n - i < width ? n - i : width, b = n - i - a < width ? n - i - a : width;
            merge(to + i * size, from + i * size, a, from + (i + a) * size, b, size, fn, arg);
        }
        char *t = from;
        from = to;
        to = t;
    }
    if (from != (char *)items) memcpy(items, from, n * size);
}

/* Faults of a table by line and column. */
#include <stdlib.h>
#include <string.h>

#include "kernel/csv.h"

struct csv_fault { int line; size_t at; const char *column, *zh, *en; };

void csv_fault(struct csv_faults *f, int line, const char *column, const char *zh, const char *en)
{
    if (f->n == f->cap) {
        size_t cap = f->cap ? f->cap * 2 : 64;
        struct csv_fault *more = arena_array(f->mem, struct csv_fault, cap);
        if (f->n) memcpy(more, f->items, f->n * sizeof *more);
        f->items = more;
        f->cap = cap;
    }
    f->items[f->n] = (struct csv_fault){ line, f->n, column, zh, en };
    f->n++;
}

static int by_line(const void *a, const void *b)
{
    const struct csv_fault *x = a, *y = b;
    if (x->line != y->line) return x->line < y->line ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

struct err *csv_faults_err(const struct csv_faults *f)
{
    struct err *e = err_new(f->mem, ERR_INVALID, NULL);
    struct finding **end = &e->findings;
    if (f->n) qsort(f->items, f->n, sizeof *f->items, by_line);
    for (size_t i = 0; i < f->n; i++) {
        const struct csv_fault *one = &f->items[i];
        bool last = i + 1 == CSV_FAULTS_MAX && i + 1 < f->n;
        *end = arena_new(f->mem, struct finding);
        **end = (struct finding){
            .field = last ? arena_printf(f->mem, "%d", one->line) : arena_printf(f->mem, "%d/%s", one->line, one->column),
            .zh = last ? arena_printf(f->mem, "从这一行起还有 %zu 处错误未列出，请先改正以上问题。", f->n - i) : one->zh,
            .en = last ? arena_printf(f->mem, "From this line on %zu more are not listed; correct these first.", f->n - i) : one->en,
        };
        end = &(*end)->next;
        if (last) break;
    }
    return e;
}

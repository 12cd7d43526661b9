/* CSV (RFC 4180, comma or tab or semicolon found from the first line, UTF-8 with or without BOM, GB 18030
 * detected and converted by iconv) in, and out with spreadsheet-formula injection defused.
 *     struct csv csv = csv_open(mem, p, n);
 *     struct csv_row row; while (csv_next(&csv, &row)) … row.cells[i] …; if (csv.err) return csv.err;
 */
#ifndef KERNEL_CSV_H
#define KERNEL_CSV_H
#include <stdbool.h>
#include <stddef.h>
#include "kernel/buf.h"
#include "kernel/err.h"
struct csv_row { int line; int n; const char **cells; };
struct csv {
    struct arena *mem;
    const char *p, *end;
    char separator;
    int line;
    const struct err *err; /* malformed: names line and column */
};
struct csv csv_open(struct arena *mem, const void *p, size_t n);
bool csv_next(struct csv *c, struct csv_row *row);   /* false at the end or on error */
void csv_cell(struct buf *b, const char *s);         /* adds a separator when not first in the line */
void csv_end_row(struct buf *b);
#endif

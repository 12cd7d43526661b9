/* CSV (RFC 4180; comma, tab or semicolon found from the first line) in, and out with
 * spreadsheet-formula injection defused. Input may be UTF-8 with or without BOM, UTF-16 with BOM (Excel's
 * "Unicode text") or GB 18030 (Excel in China), which is told from UTF-8 by not being UTF-8.
 *     struct csv csv = csv_open(mem, p, n);
 *     struct csv_row row;
 *     while (csv_next(&csv, &row)) … row.cells[i] …
 *     if (csv.err) return csv.err;
 * Rows of nothing but empty cells are skipped. What csv_cell wrote, csv_next reads back the same
 * (line ends inside a cell become \n).
 */
#ifndef KERNEL_CSV_H
#define KERNEL_CSV_H
#include <stdbool.h>
#include <stddef.h>
#include "kernel/buf.h"
#include "kernel/err.h"
#define CSV_BOM "\xEF\xBB\xBF" /* Excel takes a file that begins so for UTF-8 */
struct csv_row { int line; int n; const char **cells; }; /* cells[n] is NULL */
struct csv {
    struct arena *mem;
    const char *p, *end;
    char separator;
    int line;              /* of p, from 1 */
    int rows;              /* read so far */
    bool any;              /* no bound on rows: csv_open_any */
    const struct err *err; /* malformed or over a limit: names line and column */
};
struct csv csv_open(struct arena *mem, const void *p, size_t n); /* at most LIMIT_RAW_BODY_BYTES */
/* For files of the operator, whose size the caller has looked at. */
struct csv csv_open_any(struct arena *mem, const void *p, size_t n);
bool csv_next(struct csv *c, struct csv_row *row);   /* false at the end or on error */
/* The cell, or "" beyond the row's end: short rows are common. */
const char *csv_at(const struct csv_row *row, int i);
void csv_cell(struct buf *b, const char *s);         /* adds a separator when not first in the line; NULL is empty */
void csv_end_row(struct buf *b);

/* Faults of a table, in any order; told in the order of lines, the first CSV_FAULTS_MAX of them.
 *     struct csv_faults f = { .mem = mem };
 *     csv_fault(&f, row.line, "身份证号", "…", "…");
 *     if (f.n) return csv_faults_err(&f);
 */
enum { CSV_FAULTS_MAX = 500 }; /* who has more must look for one mistake of a whole column */
struct csv_fault;
struct csv_faults { struct arena *mem; struct csv_fault *items; size_t n, cap; };
void csv_fault(struct csv_faults *f, int line, const char *column, const char *zh, const char *en);
/* ERR_INVALID with a finding "line/column" each. */
struct err *csv_faults_err(const struct csv_faults *f);
#endif

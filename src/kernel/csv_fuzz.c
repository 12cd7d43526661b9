/* Any file → rows; the cells are valid text, and what csv_cell writes of them reads back the same. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "kernel/csv.h"
#include "kernel/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Reading makes \n of other line ends; a row of empty cells is skipped, hence the closing mark. */
static void round_trip(struct arena *mem, const struct csv_row *row)
{
    struct buf b = buf_in(mem, 64 << 20);
    for (int i = 0; i < row->n; i++) csv_cell(&b, row->cells[i]);
    csv_cell(&b, "end");
    csv_end_row(&b);
    struct csv csv = csv_open(mem, b.p, b.n);
    struct csv_row again;
    if (!csv_next(&csv, &again) || again.n != row->n + 1) BUG("a row came back otherwise: %s", b.p);
    for (int i = 0; i < row->n; i++)
        if (strcmp(row->cells[i], again.cells[i]) != 0) BUG("\"%s\" came back as \"%s\"", row->cells[i], again.cells[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct arena mem;
    struct csv csv = csv_open(&mem, data, n);
    struct csv_row row;
    int line = 0;
    while (csv_next(&csv, &row)) {
        if (row.line <= line) BUG("line %d after %d", row.line, line);
        line = row.line;
        for (int i = 0; i < row.n; i++)
            if (!utf8_valid(row.cells[i], strlen(row.cells[i]))) BUG("a cell is not UTF-8");
        if (row.n < 255) round_trip(&mem, &row);
    }
    if (csv.err && (!*err_text(csv.err, LANG_ZH) || !*err_text(csv.err, LANG_EN))) BUG("an error without text");
    arena_reset(&mem);
    return 0;
}

/* Tables: columns share the width by what is in them, rows do not break, the head is repeated. */
#include "paper/paper_in.h"

#include <string.h>

static double cell_size(const struct block *k)
{
    return k->base * 0.9;
}

static double pad_x(const struct block *k)
{
    return k->base * 0.3;
}

static double pad_y(const struct block *k)
{
    return k->base * 0.2;
}

static const char *cell(const struct block *k, size_t row, int column)
{
    const char *s = k->cells[row * (size_t)k->n + (size_t)column];
    return s ? s : "";
}

static double natural(struct paper *p, const struct block *k, const char *s, bool bold)
{
    PangoLayout *l = text_new(p, s, cell_size(k), bold, -1);
    double w = text_width(l);
    g_object_unref(l);
    return w + 2 * pad_x(k) + 1;
}

/* A column that needs less than its share by weight gets what it needs; the others share the rest,
 * so that short columns stay short and long texts get the room. */
static void share(const struct block *k, const double *wanted, double *widths, double inner)
{
    bool fixed[PAPER_COLUMNS] = { false };
    double left = inner, sum = 0;
    for (bool again = true; again;) {
        int weights = 0;
        again = false;
        for (int i = 0; i < k->n; i++) weights += fixed[i] ? 0 : k->columns[i].weight;
        double room = left;
        for (int i = 0; i < k->n; i++) {
            if (fixed[i] || wanted[i] > room * k->columns[i].weight / weights) continue;
            fixed[i] = again = true;
            widths[i] = wanted[i];
            left -= wanted[i];
        }
        if (again) continue;
        for (int i = 0; i < k->n; i++)
            if (!fixed[i]) widths[i] = left * k->columns[i].weight / weights;
    }
    for (int i = 0; i < k->n; i++) sum += widths[i];
    for (int i = 0; i < k->n; i++) widths[i] *= inner / sum;
}

static double row_height(struct paper *p, const struct block *k, size_t row, double scale)
{
    double h = 0;
    for (int i = 0; i < k->n; i++) {
        PangoLayout *l =
            text_new(p, cell(k, row, i), cell_size(k) * scale, false, k->widths[i] - 2 * pad_x(k));
        double one = text_height(l);
        g_object_unref(l);
        if (one > h) h = one;
    }
    return h + 2 * pad_y(k);
}

static double head_height(struct paper *p, const struct block *k)
{
    double h = 0;
    for (int i = 0; i < k->n; i++) {
        PangoLayout *l =
            text_new(p, k->columns[i].head, cell_size(k), true, k->widths[i] - 2 * pad_x(k));
        double one = text_height(l);
        g_object_unref(l);
        if (one > h) h = one;
    }
    return h + 2 * pad_y(k);
}

/* Once per table: both passes use the same numbers. */
static void measure(struct paper *p, struct block *k)
{
    double wanted[PAPER_COLUMNS];
    if (k->widths) return;
    if (k->n > PAPER_COLUMNS) BUG("paper: a table of %d columns", k->n);
    k->widths = arena_array(p->mem, double, (size_t)k->n);
    k->heights = arena_array(p->mem, double, k->rows + 1);
    k->scales = arena_array(p->mem, double, k->rows + 1);
    for (int i = 0; i < k->n; i++) {
        wanted[i] = natural(p, k, k->columns[i].head, true);
        for (size_t r = 0; r < k->rows; r++) {
            double w = natural(p, k, cell(k, r, i), false);
            if (w > wanted[i]) wanted[i] = w;
        }
    }
    share(k, wanted, k->widths, paper_inner(p));
    double most = paper_room(p) - head_height(p, k);
    for (size_t r = 0; r < k->rows; r++) {
        k->scales[r] = 1;
        while ((k->heights[r] = row_height(p, k, r, k->scales[r])) > most && k->scales[r] > 0.2)
            k->scales[r] *= 0.8;
    }
}

/* An empty first cell belongs to the one above it: no line between them, and on a new page it is
 * said again. */
static bool joined(const struct block *k, size_t row)
{
    return row > 0 && row < k->rows && k->n > 1 && !*cell(k, row, 0);
}

/* The frame of a row: its verticals and the line below. */
static void frame(struct paper *p, const struct block *k, double y, double h, bool open)
{
    double x = p->margin;
    line_put(p, x, y, x, y + h, 0.5);
    for (int i = 0; i < k->n; i++) {
        x += k->widths[i];
        line_put(p, x, y, x, y + h, 0.5);
    }
    line_put(p, p->margin + (open ? k->widths[0] : 0), y + h, p->margin + paper_inner(p), y + h,
             0.5);
}

static void head_put(struct paper *p, const struct block *k)
{
    double x = p->margin, h = head_height(p, k);
    if (p->cr) {
        cairo_set_source_rgb(p->cr, 0.92, 0.92, 0.92);
        cairo_rectangle(p->cr, x, p->y, paper_inner(p), h);
        cairo_fill(p->cr);
        cairo_set_source_rgb(p->cr, 0, 0, 0);
    }
    line_put(p, x, p->y, x + paper_inner(p), p->y, 0.5);
    for (int i = 0; i < k->n; i++) {
        text_put(p,
                 text_new(p, k->columns[i].head, cell_size(k), true, k->widths[i] - 2 * pad_x(k)),
                 x + pad_x(k), p->y + pad_y(k));
        x += k->widths[i];
    }
    frame(p, k, p->y, h, false);
    p->y += h;
}

/* top: the first row on its page; last: the last on it. */
static void row_put(struct paper *p, const struct block *k, size_t row, bool top, bool last)
{
    double x = p->margin, h = k->heights[row];
    for (int i = 0; i < k->n && p->cr; i++) {
        size_t from = row;
        while (top && i == 0 && joined(k, from)) from--;
        PangoLayout *l = text_new(p, cell(k, from, i), cell_size(k) * k->scales[row], false,
                                  k->widths[i] - 2 * pad_x(k));
        double one = text_height(l);
        text_put(p, l, x + pad_x(k), p->y + (h - one) / 2);
        x += k->widths[i];
    }
    frame(p, k, p->y, h, !last && joined(k, row + 1));
    p->y += h;
}

double table_lead(struct paper *p, struct block *k)
{
    measure(p, k);
    return head_height(p, k) + (k->rows ? k->heights[0] : 0) + (k->rows > 1 ? k->heights[1] : 0);
}

/* What a row needs: the last one does not go to the next page alone. */
static double row_room(const struct block *k, size_t row)
{
    return k->heights[row] + (row + 2 == k->rows && row > 0 ? k->heights[row + 1] : 0);
}

void table_put(struct paper *p, struct block *k)
{
    paper_need(p, table_lead(p, k));
    head_put(p, k);
    for (size_t r = 0; r < k->rows; r++) {
        int page = p->page;
        paper_need(p, row_room(k, r));
        if (p->page != page) head_put(p, k);
        bool last = r + 1 < k->rows && !paper_fits(p, k->heights[r] + row_room(k, r + 1));
        row_put(p, k, r, r == 0 || p->page != page, last);
    }
    p->y += LINE_GAP;
}

/* Inside: the sheet under construction, shared by paper.c (blocks and pages) and paper_table.c. */
#ifndef PAPER_PAPER_IN_H
#define PAPER_PAPER_IN_H
#include "paper/paper.h"

#include <pango/pangocairo.h>

#define MM (72.0 / 25.4)
enum { LINE_GAP = 4 };

enum block_kind {
    TITLE,
    SUBTITLE,
    HEADING,
    SUBHEADING,
    TEXT_,
    POINT,
    RIGHT,
    SMALL,
    PAIR,
    PAIR_BIG,
    RULE,
    SPACE,
    TABLE,
    QR,
    BREAK
};
struct block {
    struct block *next;
    enum block_kind kind;
    const char *a, *b, *right;
    double mm, base; /* base: font size */
    const struct paper_column *columns;
    int n;
    const char *const *cells;
    size_t rows;
    /* A table's, once measured. scale: of the type of a row that would be taller than a page. */
    double *widths, *heights, *scales;
};
struct paper {
    struct arena *mem;
    double width, height, margin, base; /* points; base: font size of the next block */
    double foot;                        /* font size of the foot */
    bool numbers;
    const char *title, *created, *footer;
    struct block *first, **last;
    /* while drawing */
    cairo_t *cr; /* NULL in the counting pass */
    cairo_t *measure;
    PangoFontDescription *font;
    double y;
    int page, pages;
    bool missing; /* no font draws Chinese */
};

double paper_inner(const struct paper *p);
/* What fits below the head of a fresh page. */
double paper_room(const struct paper *p);
bool paper_fits(const struct paper *p, double h);
/* Starts the next page when h does not fit on this one. */
void paper_need(struct paper *p, double h);
/* width < 0: as wide as it is. */
PangoLayout *text_new(struct paper *p, const char *s, double size, bool bold, double width);
double text_height(PangoLayout *l);
double text_width(PangoLayout *l);
/* Draws (in the drawing pass) and frees; returns the height. */
double text_put(struct paper *p, PangoLayout *l, double x, double y);
void line_put(struct paper *p, double x0, double y0, double x1, double y1, double width);

void table_put(struct paper *p, struct block *k);
/* Height of the head and the first two rows. */
double table_lead(struct paper *p, struct block *k);
#endif

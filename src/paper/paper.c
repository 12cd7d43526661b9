/* Paper: what is put on a sheet is a list of blocks; closing it lays them out twice, once to count
 * the pages and once to draw them, because the foot says "page 1/3". */
#include "paper/paper.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <qrencode.h>
#include <string.h>

#include "kernel/buf.h"

#ifdef __SANITIZE_ADDRESS__
/* fontconfig keeps its patterns behind offsets, where the leak checker does not see them. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\nleak:libcairo\n";
}
#endif

#ifdef __SANITIZE_THREAD__
/* pango loads fonts in a thread of its own; the libraries are not instrumented, so that their locks are
 * not seen. Each of our threads has a font map of its own. */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
    return "race:libfontconfig\nrace:libpango\nrace:libglib\n";
}
#endif

#define MM (72.0 / 25.4)
/* The first installed one of these draws the text. */
#define FAMILY "Noto Sans CJK SC, Noto Sans SC, Source Han Sans SC, WenQuanYi Micro Hei, sans-serif"
enum { PDF_MAX = 16 * 1024 * 1024, LINE_GAP = 4, CELL_PAD = 4 };

enum block_kind { TITLE, SUBTITLE, TEXT_, SMALL, PAIR, PAIR_BIG, RULE, SPACE, TABLE, QR };
struct block {
    struct block *next;
    enum block_kind kind;
    const char *a, *b;
    double mm;
    const struct paper_column *columns;
    int n;
    const char *const *cells;
    size_t rows;
};
struct paper {
    struct arena *mem;
    double width, height, margin, base; /* points; base: font size */
    const char *title, *created, *footer;
    struct block *first, **last;
    /* while drawing */
    cairo_t *cr; /* NULL in the counting pass */
    cairo_t *measure;
    double y;
    int page, pages;
    bool missing; /* a character no font has */
};

struct paper *paper_new(struct arena *mem, enum paper_size size, const char *title,
                        const char *created)
{
    struct paper *p = arena_new(mem, struct paper);
    *p = (struct paper){
        .mem = mem,
        .title = title,
        .created = created,
        .width = (size == PAPER_A4 ? 210 : 148) * MM,
        .height = (size == PAPER_A4 ? 297 : 210) * MM,
        .margin = (size == PAPER_A4 ? 18 : 12) * MM,
        .base = size == PAPER_A4 ? 13 : 10.5,
    };
    p->last = &p->first;
    return p;
}

static struct block *add(struct paper *p, enum block_kind kind, const char *a, const char *b)
{
    struct block *k = arena_new(p->mem, struct block);
    *k = (struct block){ .kind = kind, .a = a ? a : "", .b = b };
    *p->last = k;
    p->last = &k->next;
    return k;
}

void paper_title(struct paper *p, const char *text)
{
    add(p, TITLE, text, NULL);
}
void paper_subtitle(struct paper *p, const char *text)
{
    add(p, SUBTITLE, text, NULL);
}
void paper_text(struct paper *p, const char *text)
{
    add(p, TEXT_, text, NULL);
}
void paper_small(struct paper *p, const char *text)
{
    add(p, SMALL, text, NULL);
}
void paper_rule(struct paper *p)
{
    add(p, RULE, NULL, NULL);
}
void paper_space(struct paper *p, double mm)
{
    add(p, SPACE, NULL, NULL)->mm = mm;
}
void paper_footer(struct paper *p, const char *text)
{
    p->footer = text;
}
void paper_qr(struct paper *p, const char *data, const char *beside)
{
    add(p, QR, data, beside ? beside : "");
}

void paper_pair(struct paper *p, const char *label, const char *value)
{
    if (value && *value) add(p, PAIR, label, value);
}

void paper_pair_big(struct paper *p, const char *label, const char *value)
{
    if (value && *value) add(p, PAIR_BIG, label, value);
}

void paper_table(struct paper *p, const struct paper_column *columns, int n,
                 const char *const *cells, size_t rows)
{
    struct block *k = add(p, TABLE, NULL, NULL);
    k->columns = columns;
    k->n = n;
    k->cells = cells;
    k->rows = rows;
}

/* ---- text ---- */
static double inner(const struct paper *p)
{
    return p->width - 2 * p->margin;
}

static PangoLayout *text_new(struct paper *p, const char *s, double size, bool bold, double width)
{
    cairo_t *cr = p->cr ? p->cr : p->measure;
    PangoLayout *l = pango_cairo_create_layout(cr);
    PangoFontDescription *d = pango_font_description_from_string(FAMILY);
    pango_font_description_set_absolute_size(d, size * PANGO_SCALE);
    pango_font_description_set_weight(d, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(l, d);
    pango_font_description_free(d);
    pango_layout_set_width(l, (int)(width * PANGO_SCALE));
    pango_layout_set_wrap(l, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_text(l, s, -1);
    if (pango_layout_get_unknown_glyphs_count(l) > 0) p->missing = true;
    return l;
}

static double text_height(PangoLayout *l)
{
    int h;
    pango_layout_get_size(l, NULL, &h);
    return (double)h / PANGO_SCALE;
}

/* Draws (in the drawing pass) and frees; returns the height. */
static double text_put(struct paper *p, PangoLayout *l, double x, double y)
{
    double h = text_height(l);
    if (p->cr) {
        cairo_move_to(p->cr, x, y);
        pango_cairo_show_layout(p->cr, l);
    }
    g_object_unref(l);
    return h;
}

/* ---- pages ---- */
static double bottom(const struct paper *p)
{
    return p->height - p->margin - 2 * p->base;
}

static void page_end(struct paper *p)
{
    PangoLayout *l = text_new(p,
                              arena_printf(p->mem, "%s%s%d/%d", p->footer ? p->footer : "",
                                           p->footer ? "　" : "", p->page, p->pages),
                              p->base * 0.8, false, inner(p));
    pango_layout_set_alignment(l, PANGO_ALIGN_CENTER);
    text_put(p, l, p->margin, p->height - p->margin - p->base);
    if (p->cr) cairo_show_page(p->cr);
}

static void page_start(struct paper *p)
{
    p->page++;
    p->y = p->margin;
}

static void need(struct paper *p, double h)
{
    if (p->y + h <= bottom(p) || p->y <= p->margin) return;
    page_end(p);
    page_start(p);
}

static void line(struct paper *p, double y, double width)
{
    if (!p->cr) return;
    cairo_set_line_width(p->cr, width);
    cairo_move_to(p->cr, p->margin, y);
    cairo_line_to(p->cr, p->width - p->margin, y);
    cairo_stroke(p->cr);
}

/* ---- blocks ---- */
static void put_text(struct paper *p, const char *s, double size, bool bold, bool centre,
                     double gap)
{
    PangoLayout *l = text_new(p, s, size, bold, inner(p));
    if (centre) pango_layout_set_alignment(l, PANGO_ALIGN_CENTER);
    need(p, text_height(l));
    p->y += text_put(p, l, p->margin, p->y) + gap;
}

static void put_pair(struct paper *p, const struct block *k)
{
    double label_w = p->base * 5.6, size = k->kind == PAIR_BIG ? p->base * 1.7 : p->base;
    PangoLayout *label = text_new(p, k->a, p->base, false, label_w);
    PangoLayout *value = text_new(p, k->b, size, k->kind == PAIR_BIG, inner(p) - label_w);
    double h = text_height(value), label_h = text_height(label);
    if (label_h > h) h = label_h;
    need(p, h);
    text_put(p, label, p->margin, p->y + (k->kind == PAIR_BIG ? size - p->base : 0));
    text_put(p, value, p->margin + label_w, p->y);
    p->y += h + LINE_GAP;
}

static double row_layout(struct paper *p, const struct block *k, const char *const *cells,
                         bool head, double y)
{
    int weights = 0;
    double x = p->margin, h = 0;
    for (int i = 0; i < k->n; i++) weights += k->columns[i].weight;
    cairo_t *cr = p->cr;
    for (int pass = 0; pass < 2; pass++) {
        if (pass == 0) p->cr = NULL; /* measure first: a row does not break */
        if (pass == 1) {
            p->cr = cr;
            if (y < 0) break;
        }
        x = p->margin;
        for (int i = 0; i < k->n; i++) {
            double w = inner(p) * k->columns[i].weight / weights;
            const char *s = head ? k->columns[i].head : cells[i];
            double cell = text_put(p, text_new(p, s ? s : "", p->base * 0.9, head, w - CELL_PAD), x,
                                   y + CELL_PAD / 2.0);
            if (cell > h) h = cell;
            x += w;
        }
    }
    p->cr = cr;
    return h + CELL_PAD;
}

static void put_head(struct paper *p, const struct block *k)
{
    p->y += row_layout(p, k, NULL, true, p->y);
    line(p, p->y, 0.8);
}

static void put_table(struct paper *p, const struct block *k)
{
    need(p, row_layout(p, k, NULL, true, -1) * 2);
    put_head(p, k);
    for (size_t i = 0; i < k->rows; i++) {
        const char *const *cells = k->cells + i * (size_t)k->n;
        int page = p->page;
        need(p, row_layout(p, k, cells, false, -1));
        if (p->page != page) put_head(p, k);
        p->y += row_layout(p, k, cells, false, p->y);
        line(p, p->y, 0.3);
    }
    p->y += LINE_GAP;
}

static void put_qr(struct paper *p, const struct block *k)
{
    enum { QUIET = 4 }; /* modules around it, as the standard asks */
    double side = 30 * MM;
    QRcode *code = QRcode_encodeString8bit(k->a, 0, QR_ECLEVEL_M);
    if (!code) BUG("paper: no QR code for %zu bytes", strlen(k->a));
    need(p, side);
    if (p->cr) {
        double module = side / (code->width + 2 * QUIET);
        for (int y = 0; y < code->width; y++)
            for (int x = 0; x < code->width; x++)
                if (code->data[y * code->width + x] & 1)
                    cairo_rectangle(p->cr, p->margin + (x + QUIET) * module,
                                    p->y + (y + QUIET) * module, module, module);
        cairo_fill(p->cr);
    }
    QRcode_free(code);
    PangoLayout *l = text_new(p, k->b, p->base * 0.9, false, inner(p) - side - 4 * MM);
    double h = text_height(l);
    text_put(p, l, p->margin + side + 4 * MM, p->y + (h < side ? (side - h) / 2 : 0));
    p->y += side + LINE_GAP;
}

static void put(struct paper *p, const struct block *k)
{
    switch (k->kind) {
    case TITLE:
        put_text(p, k->a, p->base * 2, true, true, p->base * 0.6);
        return;
    case SUBTITLE:
        put_text(p, k->a, p->base * 1.1, false, true, p->base * 0.8);
        return;
    case TEXT_:
        put_text(p, k->a, p->base, false, false, LINE_GAP);
        return;
    case SMALL:
        put_text(p, k->a, p->base * 0.8, false, false, LINE_GAP);
        return;
    case PAIR:
    case PAIR_BIG:
        put_pair(p, k);
        return;
    case RULE:
        line(p, p->y + LINE_GAP, 0.5);
        p->y += 2 * LINE_GAP;
        return;
    case SPACE:
        p->y += k->mm * MM;
        return;
    case TABLE:
        put_table(p, k);
        return;
    case QR:
        put_qr(p, k);
        return;
    }
}

static void run(struct paper *p, cairo_t *cr)
{
    p->cr = cr;
    p->page = 0;
    page_start(p);
    for (const struct block *k = p->first; k; k = k->next) put(p, k);
    page_end(p);
    p->pages = p->page;
}

static cairo_status_t write_bytes(void *to, const unsigned char *data, unsigned int n)
{
    buf_add(to, data, n);
    return CAIRO_STATUS_SUCCESS;
}

const struct err *paper_close(struct paper *p, struct bytes *out)
{
    struct buf *b = arena_new(p->mem, struct buf);
    *b = buf_in(p->mem, PDF_MAX);
    cairo_surface_t *pdf = cairo_pdf_surface_create_for_stream(write_bytes, b, p->width, p->height);
    cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_TITLE, p->title);
    cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_CREATE_DATE, p->created);
    cairo_t *cr = cairo_create(pdf);
    cairo_set_source_rgb(cr, 0, 0, 0);
    p->measure = cr;
    run(p, NULL);
    run(p, cr);
    cairo_destroy(cr);
    cairo_surface_finish(pdf);
    cairo_status_t status = cairo_surface_status(pdf);
    cairo_surface_destroy(pdf);
    if (b->over) return err_new(p->mem, ERR_TOO_LARGE, NULL);
    struct err *e = err_new(p->mem, ERR_INTERNAL, NULL);
    e->cause = status != CAIRO_STATUS_SUCCESS ? cairo_status_to_string(status)
               : p->missing ? "no installed font has all characters: install fonts-noto-cjk"
                            : NULL;
    if (e->cause) return e;
    *out = (struct bytes){ b->p, b->n };
    return NULL;
}

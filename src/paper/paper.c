/* Paper: what is put on a sheet is a list of blocks; closing it lays them out twice, once to count
 * the pages and once to draw them, because the foot says "page 1/3". */
#include "paper/paper_in.h"

#include <cairo-pdf.h>
#include <pthread.h>
#include <qrencode.h>
#include <string.h>

#include "kernel/buf.h"
#include "kernel/memory.h"
#include "kernel/text.h"

#ifdef __SANITIZE_ADDRESS__
/* fontconfig keeps its patterns behind offsets, where the leak checker does not see them. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\nleak:libcairo\n";
}
#endif

#ifdef __SANITIZE_THREAD__
/* pango loads fonts in a thread of its own; the libraries are not instrumented, so that their locks
 * are not seen. cairo takes its locks in two orders, which is why one sheet is drawn at a time (press_enter). */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
    return "race:libfontconfig\nrace:libpango\nrace:libglib\ndeadlock:libcairo\n";
}
#endif

/* The first installed one of these draws the text. */
#define FAMILY "Noto Sans CJK SC, Noto Sans SC, Source Han Sans SC, WenQuanYi Micro Hei, sans-serif"
enum { PDF_MAX = 64 * 1024 * 1024 };

struct paper *paper_new(struct arena *mem, enum paper_size size, const char *title,
                        const char *created)
{
    /* mm, and the type that goes with the distance it is read from. */
    static const struct {
        double width, height, margin, base;
    } sizes[] = {
        [PAPER_A4] = { 210, 297, 18, 13 },
        [PAPER_A5] = { 148, 210, 12, 10.5 },
        [PAPER_A3] = { 297, 420, 22, 18 },
    };
    struct paper *p = arena_new(mem, struct paper);
    *p = (struct paper){
        .mem = mem,
        .title = title,
        .created = created,
        .width = sizes[size].width * MM,
        .height = sizes[size].height * MM,
        .margin = sizes[size].margin * MM,
        .base = sizes[size].base,
        .foot = sizes[size].base * 0.8,
        .numbers = true,
    };
    p->last = &p->first;
    return p;
}

static struct block *add(struct paper *p, enum block_kind kind, const char *a, const char *b)
{
    struct block *k = arena_new(p->mem, struct block);
    *k = (struct block){ .kind = kind, .a = a ? a : "", .b = b, .base = p->base };
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
void paper_heading(struct paper *p, const char *text)
{
    add(p, HEADING, text, NULL);
}
void paper_subheading(struct paper *p, const char *text)
{
    add(p, SUBHEADING, text, NULL);
}
void paper_point(struct paper *p, const char *text)
{
    add(p, POINT, text, NULL);
}
void paper_right(struct paper *p, const char *text)
{
    add(p, RIGHT, text, NULL);
}
void paper_break(struct paper *p)
{
    add(p, BREAK, NULL, NULL);
}
void paper_type(struct paper *p, double points)
{
    p->base = points;
}
void paper_numbers(struct paper *p, bool shown)
{
    p->numbers = shown;
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
    paper_qr_of(p, data, beside, 30);
}
void paper_qr_of(struct paper *p, const char *data, const char *beside, double mm)
{
    add(p, QR, data, beside ? beside : "")->mm = mm;
}
void paper_qr_sign(struct paper *p, const char *data, const char *beside, double mm,
                   const char *right)
{
    struct block *k = add(p, QR, data, beside ? beside : "");
    k->mm = mm;
    k->right = right;
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
double paper_inner(const struct paper *p)
{
    return p->width - 2 * p->margin;
}

static bool drawable(PangoLayout *l, const char *s, size_t n)
{
    pango_layout_set_text(l, s, (int)n);
    return pango_layout_get_unknown_glyphs_count(l) == 0;
}

/* A character that no font has becomes 〓, the printers' mark for one to be written in by hand: one
 * rare name must not keep a village's cards from being printed. Without a font for Chinese at all
 * that is missing too, and the sheet is an error. */
static void text_set(struct paper *p, PangoLayout *l, const char *s)
{
    static const char mark[] = "〓";
    struct buf b = buf_in(p->mem, PDF_MAX);
    uint32_t cp;
    if (drawable(l, s, strlen(s))) return;
    if (!drawable(l, mark, sizeof mark - 1)) p->missing = true;
    for (size_t n = strlen(s), step; n && (step = utf8_step(s, n, &cp)); s += step, n -= step)
        if (drawable(l, s, step)) buf_add(&b, s, step);
        else buf_puts(&b, mark);
    pango_layout_set_text(l, b.p ? b.p : "", -1);
}

PangoLayout *text_new(struct paper *p, const char *s, double size, bool bold, double width)
{
    cairo_t *cr = p->cr ? p->cr : p->measure;
    PangoLayout *l = pango_cairo_create_layout(cr);
    pango_font_description_set_absolute_size(p->font, size * PANGO_SCALE);
    pango_font_description_set_weight(p->font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(l, p->font);
    pango_layout_set_width(l, width < 0 ? -1 : (int)(width * PANGO_SCALE));
    pango_layout_set_wrap(l, PANGO_WRAP_WORD_CHAR);
    text_set(p, l, s);
    return l;
}

double text_height(PangoLayout *l)
{
    int h;
    pango_layout_get_size(l, NULL, &h);
    return (double)h / PANGO_SCALE;
}

double text_width(PangoLayout *l)
{
    int w;
    pango_layout_get_size(l, &w, NULL);
    return (double)w / PANGO_SCALE;
}

double text_put(struct paper *p, PangoLayout *l, double x, double y)
{
    double h = text_height(l);
    if (p->cr) {
        cairo_move_to(p->cr, x, y);
        pango_cairo_show_layout(p->cr, l);
    }
    g_object_unref(l);
    return h;
}

void line_put(struct paper *p, double x0, double y0, double x1, double y1, double width)
{
    if (!p->cr) return;
    cairo_set_line_width(p->cr, width);
    cairo_move_to(p->cr, x0, y0);
    cairo_line_to(p->cr, x1, y1);
    cairo_stroke(p->cr);
}

/* ---- pages ---- */
static double bottom(const struct paper *p)
{
    return p->height - p->margin - (p->numbers || p->footer ? 2.5 * p->foot : 0);
}

double paper_room(const struct paper *p)
{
    return bottom(p) - p->margin;
}

static void page_end(struct paper *p)
{
    const char *number = p->numbers ? arena_printf(p->mem, "%d/%d", p->page, p->pages) : "";
    PangoLayout *l = text_new(p,
                              arena_printf(p->mem, "%s%s%s", p->footer ? p->footer : "",
                                           p->footer && *number ? "　" : "", number),
                              p->foot, false, paper_inner(p));
    pango_layout_set_alignment(l, PANGO_ALIGN_CENTER);
    text_put(p, l, p->margin, p->height - p->margin - 1.25 * p->foot);
    if (p->cr) cairo_show_page(p->cr);
}

static void page_start(struct paper *p)
{
    p->page++;
    p->y = p->margin;
}

bool paper_fits(const struct paper *p, double h)
{
    return p->y + h <= bottom(p);
}

void paper_need(struct paper *p, double h)
{
    if (paper_fits(p, h) || p->y <= p->margin) return;
    page_end(p);
    page_start(p);
}

/* ---- blocks ---- */
/* How a kind of text is set: size, weight, gaps before and after by the type's size. */
struct look {
    double size, before, after;
    bool bold;
    PangoAlignment align;
};
static const struct look looks[] = {
    [TITLE] = { 2, 0, 0.6, true, PANGO_ALIGN_CENTER },
    [SUBTITLE] = { 1.1, 0, 0.8, false, PANGO_ALIGN_CENTER },
    [HEADING] = { 1.25, 0.9, 0.45, true, PANGO_ALIGN_LEFT },
    [SUBHEADING] = { 1.05, 0.4, 0.35, true, PANGO_ALIGN_LEFT },
    [TEXT_] = { 1, 0, 0.3, false, PANGO_ALIGN_LEFT },
    [POINT] = { 1, 0, 0.25, false, PANGO_ALIGN_LEFT },
    [RIGHT] = { 1, 1.4, 0.3, false, PANGO_ALIGN_RIGHT },
    [SMALL] = { 0.8, 0, 0.3, false, PANGO_ALIGN_LEFT },
};

static PangoLayout *look_text(struct paper *p, const struct block *k)
{
    const struct look *look = &looks[k->kind];
    double indent = k->kind == POINT ? k->base * 1.1 : 0;
    PangoLayout *l = text_new(p, k->a, k->base * look->size, look->bold, paper_inner(p) - indent);
    pango_layout_set_alignment(l, look->align);
    return l;
}

/* What must stand together with the beginning of this block on one page: a heading with what it
 * heads, a table's head with its first row, the lines of a signature. */
static double lead(struct paper *p, struct block *k)
{
    if (!k) return 0;
    if (k->kind == TABLE) return table_lead(p, k);
    if (k->kind == QR) return k->mm * MM;
    if (k->kind > SMALL) return k->base;
    PangoLayout *l = look_text(p, k);
    double h = text_height(l) + (looks[k->kind].before + looks[k->kind].after) * k->base;
    g_object_unref(l);
    bool more = k->kind == HEADING || k->kind == SUBHEADING ||
                (k->kind == RIGHT && k->next && k->next->kind == RIGHT) ||
                (k->kind == TEXT_ && k->next &&
                 (k->next->kind == TABLE || k->next->kind == RIGHT || k->next->kind == QR));
    if (more) h += lead(p, k->next);
    return h < paper_room(p) ? h : paper_room(p);
}

static void put_text(struct paper *p, struct block *k)
{
    const struct look *look = &looks[k->kind];
    PangoLayout *l = look_text(p, k);
    double indent = k->kind == POINT ? k->base * 1.1 : 0;
    if (p->y > p->margin) p->y += look->before * k->base;
    paper_need(p, lead(p, k) - look->before * k->base);
    if (indent > 0) text_put(p, text_new(p, "·", k->base, true, indent), p->margin, p->y);
    p->y += text_put(p, l, p->margin + indent, p->y) + look->after * k->base;
}

static void put_pair(struct paper *p, const struct block *k)
{
    double label_w = k->base * 5.6, size = k->kind == PAIR_BIG ? k->base * 1.7 : k->base;
    PangoLayout *label = text_new(p, k->a, k->base, false, label_w);
    PangoLayout *value = text_new(p, k->b, size, k->kind == PAIR_BIG, paper_inner(p) - label_w);
    double h = text_height(value), label_h = text_height(label);
    if (label_h > h) h = label_h;
    paper_need(p, h);
    text_put(p, label, p->margin, p->y + (k->kind == PAIR_BIG ? size - k->base : 0));
    text_put(p, value, p->margin + label_w, p->y);
    p->y += h + LINE_GAP;
}

static void put_qr(struct paper *p, const struct block *k)
{
    enum { QUIET = 4 }; /* modules around it, as the standard asks */
    double side = k->mm * MM;
    QRcode *code = QRcode_encodeString8bit(k->a, 0, QR_ECLEVEL_M);
    if (!code) BUG("paper: no QR code for %zu bytes", strlen(k->a));
    paper_need(p, side);
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
    double width = (paper_inner(p) - side - 4 * MM) * (k->right ? 0.4 : 1);
    PangoLayout *l = text_new(p, k->b, k->base * 0.9, false, width);
    double h = text_height(l);
    text_put(p, l, p->margin + side + 4 * MM, p->y + (h < side ? (side - h) / 2 : 0));
    if (k->right) {
        double left = side + 8 * MM + width;
        l = text_new(p, k->right, k->base, false, paper_inner(p) - left);
        pango_layout_set_alignment(l, PANGO_ALIGN_RIGHT);
        h = text_height(l);
        text_put(p, l, p->margin + left, p->y + (h < side ? side - h : 0));
        if (h > side) side = h;
    }
    p->y += side + LINE_GAP;
}

static void put(struct paper *p, struct block *k)
{
    switch (k->kind) {
    case TITLE:
    case SUBTITLE:
    case HEADING:
    case SUBHEADING:
    case TEXT_:
    case POINT:
    case RIGHT:
    case SMALL:
        put_text(p, k);
        return;
    case PAIR:
    case PAIR_BIG:
        put_pair(p, k);
        return;
    case RULE:
        line_put(p, p->margin, p->y + LINE_GAP, p->width - p->margin, p->y + LINE_GAP, 0.5);
        p->y += 2 * LINE_GAP;
        return;
    case SPACE:
        p->y += k->mm * MM;
        return;
    case TABLE:
        table_put(p, k);
        return;
    case QR:
        put_qr(p, k);
        return;
    case BREAK:
        page_end(p);
        page_start(p);
        return;
    }
}

static void run(struct paper *p, cairo_t *cr)
{
    p->cr = cr;
    p->page = 0;
    page_start(p);
    for (struct block *k = p->first; k && !arena_short(); k = k->next) put(p, k);
    page_end(p);
    p->pages = p->page;
}

static cairo_status_t write_bytes(void *to, const unsigned char *data, unsigned int n)
{
    if (to) buf_add(to, data, n);
    return arena_short() ? CAIRO_STATUS_NO_MEMORY : CAIRO_STATUS_SUCCESS;
}

/* ---- one sheet at a time, within a limit on memory ----
 * Two threads in cairo 1.16 can wait for each other for ever: a font's lock is taken before that of the cache of all fonts'
 * glyphs when a glyph is drawn, and after it when that cache is full. So one sheet is drawn at a time (60 a second), with one
 * font map, which is dear: 20 MB, and more than that of address space.
 * glib ends the process when malloc fails, and fonts that cannot be mapped leave a sheet of blanks. So drawing begins only when
 * it has room for all that it may take, and goes on under arena_hold, because the libraries cannot be left in the middle. */
enum {
    FIRST_BYTES = 140 * 1024 * 1024, /* measured 134 MB of address space: glib, fontconfig, the fonts */
    NEXT_BYTES = 48 * 1024 * 1024,   /* measured 40 MB: the fonts once more */
    WARM_BYTES = 16 * 1024 * 1024,   /* glyphs, layouts and the sheet itself */
};
static pthread_mutex_t press_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t press_free = PTHREAD_COND_INITIALIZER;
static bool press_busy; /* who set it is alone with the rest, and with cairo */
static PangoFontMap *font_map;
static bool libraries_loaded; /* with the first font map; they stay */

static void press_leave(void)
{
    pthread_mutex_lock(&press_lock);
    press_busy = false;
    pthread_cond_signal(&press_free);
    pthread_mutex_unlock(&press_lock);
}

/* The font map is given up when memory is short (memory_spare), unless a sheet is being drawn: the next sheet makes a new one. */
static bool font_map_give_back(void)
{
    pthread_mutex_lock(&press_lock);
    bool mine = !press_busy && font_map;
    if (mine) press_busy = true;
    pthread_mutex_unlock(&press_lock);
    if (!mine) return false;
    g_clear_object(&font_map);
    press_leave();
    return true;
}

static void press_start(void)
{
    memory_spare(font_map_give_back);
}

/* Returns what is promised for this sheet. */
static size_t press_enter(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, press_start);
    pthread_mutex_lock(&press_lock);
    while (press_busy) pthread_cond_wait(&press_free, &press_lock);
    press_busy = true;
    pthread_mutex_unlock(&press_lock);
    size_t bytes = font_map ? WARM_BYTES : libraries_loaded ? NEXT_BYTES : FIRST_BYTES;
    if (!memory_promise(bytes)) {
        press_leave();
        arena_exhausted(bytes);
    }
    if (!font_map) font_map = pango_cairo_font_map_new();
    libraries_loaded = true;
    pango_cairo_font_map_set_default(PANGO_CAIRO_FONT_MAP(font_map)); /* of this thread */
    return bytes;
}

/* Lays it out on a PDF surface, counting first where page numbers are shown, and draws unless `to`
 * is NULL. */
static cairo_status_t draw(struct paper *p, struct buf *to)
{
    cairo_surface_t *pdf =
        cairo_pdf_surface_create_for_stream(write_bytes, to, p->width, p->height);
    cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_TITLE, p->title);
    cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_CREATE_DATE, p->created);
    cairo_t *cr = cairo_create(pdf);
    cairo_set_source_rgb(cr, 0, 0, 0);
    p->measure = cr;
    p->font = pango_font_description_from_string(FAMILY);
    if (!to || p->numbers) run(p, NULL);
    if (to) run(p, cr);
    pango_font_description_free(p->font);
    cairo_destroy(cr);
    cairo_surface_finish(pdf);
    cairo_status_t status = cairo_surface_status(pdf);
    cairo_surface_destroy(pdf);
    return status;
}

static cairo_status_t lay_out(struct paper *p, struct buf *to)
{
    size_t bytes = press_enter();
    arena_hold();
    cairo_status_t status = draw(p, to);
    bool over = arena_let_go();
    pango_cairo_font_map_set_default(NULL);
    memory_done(bytes);
    press_leave();
    if (over) arena_exhausted(bytes);
    return status;
}

int paper_pages(struct paper *p)
{
    lay_out(p, NULL);
    return p->pages;
}

const struct err *paper_close(struct paper *p, struct bytes *out)
{
    struct buf *b = arena_new(p->mem, struct buf);
    *b = buf_in(p->mem, PDF_MAX);
    cairo_status_t status = lay_out(p, b);
    if (b->over) return err_new(p->mem, ERR_TOO_LARGE, NULL);
    struct err *e = err_new(p->mem, ERR_INTERNAL, NULL);
    e->cause = status != CAIRO_STATUS_SUCCESS ? cairo_status_to_string(status)
               : p->missing ? "no installed font draws Chinese: install fonts-noto-cjk"
                            : NULL;
    if (e->cause) return e;
    *out = (struct bytes){ b->p, b->n };
    return NULL;
}

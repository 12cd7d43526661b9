/* Blocks of the notice on sheets for the wall: scheme_paper.h. */
#include "scheme/scheme_paper.h"

#include "kernel/text.h"
#include "paper/paper.h"

bool scheme_paper_size(const char *name, enum paper_size *out)
{
    if (!text_equal(name, "a3") && !text_equal(name, "a4") && !text_equal(name, "a5")) return false;
    *out = name[1] == '3' ? PAPER_A3 : name[1] == '4' ? PAPER_A4 : PAPER_A5;
    return true;
}

static void put_table(struct arena *mem, struct paper *p, const struct notice_block *b)
{
    size_t n = b->columns.n;
    struct paper_column *columns = arena_array(mem, struct paper_column, n);
    const char **cells = arena_array(mem, const char *, n * b->rows.n + 1);
    for (size_t c = 0; c < n; c++) {
        const struct notice_column *from = &LIST_AT(b->columns, struct notice_column, c);
        columns[c] = (struct paper_column){ from->head, (int)from->weight };
    }
    for (size_t r = 0; r < b->rows.n; r++)
        for (size_t c = 0; c < n; c++)
            cells[r * n + c] =
                LIST_AT(LIST_AT(b->rows, struct notice_row, r).cells, const char *, c);
    if (b->text) paper_text(p, b->text);
    paper_table(p, columns, (int)n, cells, b->rows.n);
}

static void put_block(struct arena *mem, struct paper *p, const struct notice_block *b)
{
    switch (b->kind) {
    case NOTICE_TITLE:
        paper_title(p, b->text);
        return;
    case NOTICE_SUBTITLE:
        paper_subtitle(p, b->text);
        return;
    case NOTICE_HEADING:
        paper_heading(p, b->text);
        return;
    case NOTICE_SUBHEAD:
        paper_subheading(p, b->text);
        return;
    case NOTICE_TEXT:
        paper_text(p, b->text);
        return;
    case NOTICE_POINT:
        paper_point(p, b->text);
        return;
    case NOTICE_TABLE:
        put_table(mem, p, b);
        return;
    case NOTICE_SIGN:
        paper_right(p, b->text);
        return;
    }
}

static struct paper *wall(struct arena *mem, const struct scheme *s, const struct list *blocks,
                          const struct scheme_print *how, double scale)
{
    struct paper *p = paper_new(mem, how->size, s->title, how->created);
    paper_type(p, scale);
    paper_footer(p, how->footer ? how->footer : s->title);
    struct buf sign = buf_in(mem, 4096);
    for (size_t i = 0; i < blocks->n; i++) {
        const struct notice_block *b = &LIST_AT(*blocks, struct notice_block, i);
        if (b->kind == NOTICE_SIGN && how->url)
            buf_printf(&sign, "%s%s", sign.n ? "\n\n" : "", b->text);
        else put_block(mem, p, b);
    }
    if (how->url)
        paper_qr_sign(p, how->url,
                      how->lang == LANG_ZH ? "扫码看最新的办法，查一件事能得几分。"
                                           : "Scan for the rules in force and what a deed earns.",
                      how->size == PAPER_A3 ? 40 : 30, sign.p ? sign.p : "");
    return p;
}

const struct err *scheme_notice_pdf(struct arena *mem, const struct scheme *s,
                                    const struct list *blocks, const struct scheme_print *how,
                                    struct bytes *out)
{
    static const double types[] = { [PAPER_A4] = 13, [PAPER_A5] = 10, [PAPER_A3] = 18 };
    double type = types[how->size], chosen = type;
    int pages = paper_pages(wall(mem, s, blocks, how, type));
    /* A last page with two lines on it is saved by type that is a little smaller. */
    for (int i = 1; i <= 4 && pages > 1; i++)
        if (paper_pages(wall(mem, s, blocks, how, type * (1 - 0.03 * i))) < pages) {
            chosen = type * (1 - 0.03 * i);
            break;
        }
    return paper_close(wall(mem, s, blocks, how, chosen), out);
}

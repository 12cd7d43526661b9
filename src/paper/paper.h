/* Paper: A3, A4 and A5 sheets as PDF (cairo, pango, qrencode). It knows nothing of villages. What is put
 * on it flows from top to bottom and breaks to the next page. The same calls give the same bytes:
 * no clock, no random tag. Needs a CJK font (Debian: fonts-noto-cjk): without one a sheet is an error,
 * never a page of boxes; a single character that it lacks is printed as 〓, to be written in by hand.
 *
 *     struct paper *p = paper_new(r->mem, PAPER_A5, "奖分通知单", "2026-11-21T00:00:00Z");
 *     paper_title(p, "奖分通知单");
 *     paper_pair(p, "姓名", "张*丰");
 *     paper_qr(p, "https://…", "扫码核验");
 *     TRY(paper_close(p, &bytes));
 */
#ifndef PAPER_PAPER_H
#define PAPER_PAPER_H
#include <stddef.h>
#include <stdint.h>
#include "http/http.h"

enum paper_size { PAPER_A4, PAPER_A5, PAPER_A3 };
struct paper;
/* `created` is the document's date, RFC 3339; it decides the bytes, so give a business date. */
struct paper *paper_new(struct arena *mem, enum paper_size size, const char *title, const char *created);
void paper_title(struct paper *p, const char *text);   /* large, centred */
void paper_subtitle(struct paper *p, const char *text);
void paper_heading(struct paper *p, const char *text); /* stays on the page of what it heads */
void paper_subheading(struct paper *p, const char *text);
void paper_text(struct paper *p, const char *text);
void paper_point(struct paper *p, const char *text);   /* with a dot before it */
void paper_right(struct paper *p, const char *text);   /* who signs; such lines stay together */
void paper_small(struct paper *p, const char *text);
/* "label  value", labels in one column; value may wrap. NULL or "" leaves the line out. */
void paper_pair(struct paper *p, const char *label, const char *value);
/* A pair whose value is what the sheet is about. */
void paper_pair_big(struct paper *p, const char *label, const char *value);
void paper_rule(struct paper *p);                      /* a thin line */
void paper_space(struct paper *p, double mm);
/* A column gets the width its texts need, up to its share by weight; the others share the rest. Rows do
 * not break and the last is never alone on a page; the head is repeated on each. cells: rows × columns. */
enum { PAPER_COLUMNS = 16 };
struct paper_column { const char *head; int weight; };
void paper_table(struct paper *p, const struct paper_column *columns, int n, const char *const *cells, size_t rows);
/* A QR code (level M) at the left with words beside it. */
void paper_qr(struct paper *p, const char *data, const char *beside);
void paper_qr_of(struct paper *p, const char *data, const char *beside, double mm); /* 30 else */
/* The same with lines at the right of it: who signs. */
void paper_qr_sign(struct paper *p, const char *data, const char *beside, double mm, const char *right);
/* What follows begins on a new page: several sheets in one document. */
void paper_break(struct paper *p);
/* Size of the type of what follows, in points; else by the size of the paper. */
void paper_type(struct paper *p, double points);
/* Whether the foot says "1/3"; else it does. */
void paper_numbers(struct paper *p, bool shown);
/* Pages of what is on it so far: for trying smaller type before a sheet goes over its page. */
int paper_pages(struct paper *p);
/* Repeated at the foot of each page, with "page/pages". Before the first content. */
void paper_footer(struct paper *p, const char *text);
MUST_CHECK const struct err *paper_close(struct paper *p, struct bytes *out);
#endif

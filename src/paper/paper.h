/* Paper: A4 and A5 sheets as PDF (cairo, pango, qrencode). It knows nothing of villages. What is put
 * on it flows from top to bottom and breaks to the next page. The same calls give the same bytes:
 * no clock, no random tag. Needs a CJK font (Debian: fonts-noto-cjk); a text that no installed font
 * can draw is an error, never a page of boxes.
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

enum paper_size { PAPER_A4, PAPER_A5 };
struct paper;
/* `created` is the document's date, RFC 3339; it decides the bytes, so give a business date. */
struct paper *paper_new(struct arena *mem, enum paper_size size, const char *title, const char *created);
void paper_title(struct paper *p, const char *text);   /* large, centred */
void paper_subtitle(struct paper *p, const char *text);
void paper_text(struct paper *p, const char *text);
void paper_small(struct paper *p, const char *text);
/* "label  value", labels in one column; value may wrap. NULL or "" leaves the line out. */
void paper_pair(struct paper *p, const char *label, const char *value);
/* A pair whose value is what the sheet is about. */
void paper_pair_big(struct paper *p, const char *label, const char *value);
void paper_rule(struct paper *p);                      /* a thin line */
void paper_space(struct paper *p, double mm);
/* Columns share the width by weight; the head is repeated on each page. cells: rows × columns. */
struct paper_column { const char *head; int weight; };
void paper_table(struct paper *p, const struct paper_column *columns, int n, const char *const *cells, size_t rows);
/* A QR code (level M) at the left with words beside it. */
void paper_qr(struct paper *p, const char *data, const char *beside);
/* Repeated at the foot of each page, with "page/pages". Before the first content. */
void paper_footer(struct paper *p, const char *text);
MUST_CHECK const struct err *paper_close(struct paper *p, struct bytes *out);
#endif

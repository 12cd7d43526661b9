/* The scheme on paper: the notice that hangs on the wall, and the card that each household keeps.
 *
 *     struct bytes pdf;
 *     struct list blocks = scheme_notice(mem, s, &about);
 *     TRY(scheme_notice_pdf(mem, s, &blocks, &(struct scheme_print){ .size = PAPER_A3, … }, &pdf));
 */
#ifndef SCHEME_SCHEME_PAPER_H
#define SCHEME_SCHEME_PAPER_H
#include "paper/paper.h"
#include "scheme/scheme_notice.h"

struct scheme_print {
    enum paper_size size;
    enum lang lang;
    const char *created; /* RFC 3339: the document's date; the same one gives the same bytes */
    const char *footer;  /* NULL: the title */
    const char *url;     /* behind the QR code; NULL: no code */
};
MUST_CHECK const struct err *scheme_notice_pdf(struct arena *mem, const struct scheme *s,
                                               const struct list *blocks,
                                               const struct scheme_print *how, struct bytes *out);

/* "a3", "a4", "a5". */
bool scheme_paper_size(const char *name, enum paper_size *out);

/* 明白卡: what a household must know, on one page. */
struct scheme_card {
    const char *household;  /* "001号 张*丰户"; NULL: a blank to fill in */
    const char *place;      /* "一组 01网格"; NULL */
    const char *grid_staff; /* who claims for those without a phone: "网格员王小明"; NULL */
    struct list classes;    /* const char *: the household's and its members' */
};
/* All classes of people and households that the scheme has, for a card of nobody in particular. */
struct list scheme_card_classes(struct arena *mem, const struct scheme *s);
/* The deeds of a card, struct scheme_item const *: what applies to one of the classes, at most `most`,
 * in the file's order. Choice where there are more: those that people can claim themselves, without
 * papers, and again and again come first. `all`: how many there are. */
struct list scheme_card_items(struct arena *mem, const struct scheme *s, const struct list *classes,
                              size_t most, size_t *all);
/* One page per card, in one document. ERR_TOO_LARGE on too many. */
enum { SCHEME_CARDS = 500 };
MUST_CHECK const struct err *scheme_cards_pdf(struct arena *mem, const struct scheme *s,
                                              const struct scheme_card *cards, size_t n,
                                              const struct scheme_print *how, struct bytes *out);
#endif

/* What evaluation looks up for every deed and every mark, worked out once per scheme: items by
 * code, what limits them and which of the running counts each limit uses, the lines of sheets by
 * code. scheme_of_tree makes it; scheme_index_of makes it for a scheme that was put together
 * otherwise.
 */
#ifndef SCHEME_SCHEME_INDEX_H
#define SCHEME_SCHEME_INDEX_H
#include "scheme/scheme.h"
#include "scheme/scheme_words.h"

struct index_item {
    struct list limits;       /* struct scheme_limit, without their spans */
    const uint32_t *counters; /* for each limit: its running count */
};
enum index_veto { VETO_NONE, VETO_LINE, VETO_SECTION, VETO_SHEET };
struct index_line {
    const struct scheme_line *line;
    uint32_t slot, of; /* where its mark stands; of a VETO_LINE: the slot of the line it zeroes */
    enum index_veto veto;
};
struct index_section {
    const struct scheme_section *section;
    struct list lines; /* struct index_line */
    bool vetoes;       /* one of its lines is a veto */
};
struct index_sheet {
    struct names slots; /* code → 1 + slot */
    struct list sections;
    int64_t *most; /* by slot: the full mark */
    bool plain;    /* every line is marked, none by faults, no veto: the mark is the sum */
};
/* Bands as whole numbers from..to. */
struct index_band {
    int64_t from, to;
    const struct scheme_band *band;
};
struct scheme_index {
    const void *items_at, *sheets_at; /* what it was made from */
    struct names codes;               /* of items: code → 1 + index */
    struct index_item *items;
    struct index_sheet *sheets;
    struct list *bands;   /* struct index_band, by bands of the rules */
    struct names classes; /* code → 1 + index in picks */
    const char **picks;   /* of who is named by a class and has no tags */
    uint32_t counters;    /* how many running counts there are */
    size_t limits_most;   /* of any item */
    bool bars;            /* an item bars from titles */
};
const struct scheme_index *scheme_index_new(struct arena *mem, const struct scheme *s);
const struct scheme_index *scheme_index_of(struct arena *mem, const struct scheme *s);
#endif

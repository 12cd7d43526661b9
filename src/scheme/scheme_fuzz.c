/* libFuzzer: any bytes through the parser; what parses is awarded with facts taken from the bytes. No crash, no
 * overflow, no hang; an award never exceeds the item's cap.
 */
#include <stdlib.h>
#include <string.h>
#include "scheme/scheme.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena mem = { 0 };
    struct scheme_finding *found;
    int64_t seed[4] = { 0 };
    const struct scheme *s = scheme_parse(&mem, "fuzz", (const char *)data, size, &found);

    if (!s && !found) abort(); /* refused without a reason */
    memcpy(seed, data, size < sizeof seed ? size : sizeof seed);
    for (size_t i = 0; s && i < s->items.n; i++) {
        const struct scheme_item *item = &LIST_AT(s->items, struct scheme_item, i);
        struct award a;
        struct award_facts f = {
            .item = item->code, .class_ = item->classes.n ? LIST_AT(item->classes, const char *, 0) : "resident",
            .chosen_c = i % 2 ? seed[0] : NONE, .quantity_c = i % 3 ? seed[1] : NONE,
            .level = item->levels.n ? LIST_AT(item->levels, struct scheme_level, 0).name : NULL, .on = 20000,
            .used_times = seed[2] & 0xff, .used_c = seed[3] & 0xffff,
        };
        if (scheme_award(&mem, s, &f, &a) == NULL && item->cap && item->cap->points_c != NONE &&
            llabs(a.points_c) + f.used_c > item->cap->points_c) abort();
        scheme_points_text(&mem, item, LANG_ZH);
        scheme_cap_text(&mem, item, LANG_EN);
        scheme_cap_span(s, item, 20000);
    }
    arena_clear(&mem);
    return 0;
}

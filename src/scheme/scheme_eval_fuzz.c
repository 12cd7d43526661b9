/* Parse → evaluate: a scheme and its facts, divided by a line "===", go all the way: numbers,
 * trees, ranks, titles, boards, dividends, the notice. Nothing may crash, hang or overflow; a
 * tree's root is its result. */
#include <stdlib.h>
#include <string.h>

#include "kernel/text.h"
#include "scheme/scheme_notice.h"
#include "scheme/scheme_run.h"
#include "scheme/scheme_tell.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct err *held(void *arg, const struct run_result *r)
{
    struct arena mem = { 0 };
    struct buf out = buf_in(&mem, 1 << 20);
    (void)arg;
    run_print(r, LANG_ZH, &out);
    run_print(r, LANG_EN, &out);
    for (size_t i = 0; i < r->numbers.n; i++) {
        const struct run_number *v = &LIST_AT(r->numbers, struct run_number, i);
        if (text_equal(v->code, "points") && v->why && v->why->value_c != v->value_c) abort();
    }
    arena_clear(&mem);
    return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena mem = { 0 };
    char *text = arena_strndup(&mem, (const char *)data, size);
    char *cut = strstr(text, "\n===\n");
    struct scheme_finding *found;
    const struct scheme *s =
        scheme_parse(&mem, "fuzz", text, cut ? (size_t)(cut + 1 - text) : strlen(text), &found);
    const struct scheme_facts *f =
        s && cut ? scheme_facts_parse(&mem, cut + 5, strlen(cut + 5), &found) : NULL;
    struct span year = period_span(PERIOD_YEAR, 20454); /* 2026 */
    struct scheme_run *run;

    if (s) {
        struct buf out = buf_in(&mem, 1 << 20);
        const struct list notice = scheme_notice(&mem, s, &(struct notice_about){ NOTICE_ABOUT });
        notice_text(&out, &notice);
        scheme_tell_choices(&mem, s, &out);
        if (scheme_tell_diff(&mem, s, s, LANG_ZH, &out)) abort();
    }
    struct fact_list list = f ? fact_list_of(f) : (struct fact_list){ 0 };
    if (f && !run_open(&mem, s, &list.source, year, &run)) {
        struct buf out = buf_in(&mem, 1 << 20);
        struct run_village village;
        const struct err *x = run_each(run, true, held, NULL);
        if (!x && !run_village(run, &mem, &village)) run_print_village(&village, LANG_ZH, &out);
    }
    arena_clear(&mem);
    return 0;
}

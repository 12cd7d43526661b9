/* Parse → evaluate: a scheme and its facts, divided by a line "===", go all the way: numbers,
 * trees, ranks, titles, boards, dividends, the notice. Nothing may crash, hang or overflow; a
 * tree's root is its result. */
#include <stdlib.h>
#include <string.h>

#include "scheme/scheme_run.h"
#include "scheme/scheme_tell.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void titles(struct scheme_run *run)
{
    for (size_t i = 0; i < run->s->rules.rankings.n; i++) {
        const struct scheme_ranking *r = &LIST_AT(run->s->rules.rankings, struct scheme_ranking, i);
        struct list ranked;
        if (run_rank(run, r, 20454, &ranked)) continue;
        for (size_t t = 0; t < run->s->rules.titles.n; t++) {
            const struct scheme_title *title =
                &LIST_AT(run->s->rules.titles, struct scheme_title, t);
            if (title->ranking_ == r) eval_titles(title, ranked.items, ranked.n);
        }
    }
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
    struct scheme_run run;

    if (s) {
        struct buf out = buf_in(&mem, 1 << 20);
        scheme_tell_notice(&mem, s, &out);
        scheme_tell_choices(s, &out);
        if (scheme_tell_diff(s, s, &out)) abort();
    }
    if (f && !run_open(&mem, s, f, &run)) {
        for (size_t i = 0; i < f->subjects.n && i < 20; i++) {
            struct buf out = buf_in(&mem, 1 << 20);
            struct eval e = run_eval(&run, i, &mem, true);
            struct eval_sum v;
            const struct err *x = run_explain(&run, i, year, LANG_ZH, &out);
            if (!eval_points(&e, &LIST_AT(f->subjects, struct fact_subject, i), year, &v) &&
                v.why && v.why->value_c != v.value_c)
                abort();
            (void)x;
        }
        struct buf village = buf_in(&mem, 1 << 20);
        const struct err *x = run_explain_village(&run, year, &village);
        (void)x;
        titles(&run);
    }
    arena_clear(&mem);
    return 0;
}

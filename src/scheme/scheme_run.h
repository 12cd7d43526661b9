/* A whole village's facts through its scheme: places in rounds, numbers, rankings, titles, boards.
 * Subjects are evaluated one at a time in a scratch arena; what is kept for the second pass is a
 * few words per subject.
 *
 *     struct scheme_run run;
 *     TRY(run_open(mem, scheme, facts, &run));
 *     struct list ranked;
 *     TRY(run_rank(&run, ranking, today, &ranked));
 *     eval_titles(title, ranked.items, ranked.n);
 */
#ifndef SCHEME_SCHEME_RUN_H
#define SCHEME_SCHEME_RUN_H
#include "scheme/scheme_eval.h"

struct scheme_run {
    struct arena *mem;
    const struct scheme *s;
    const struct scheme_facts *facts;
    struct list
        *rounds; /* [subject * rounds of the scheme + round]: struct eval_round with places */
};
MUST_CHECK const struct err *run_open(struct arena *mem, const struct scheme *s,
                                      const struct scheme_facts *facts, struct scheme_run *out);
/* For evaluating one subject with its places; results in mem. */
struct eval run_eval(const struct scheme_run *run, size_t subject, struct arena *mem, bool explain);
/* struct rank_entry, sorted and ranked, of the period that holds `on`. */
MUST_CHECK const struct err *run_rank(const struct scheme_run *run, const struct scheme_ranking *r,
                                      int64_t on, struct list *out);
/* Who is on a board since when: struct run_board, of streaks and bands completed in the span. */
struct run_board {
    const struct scheme_board *board;
    int64_t subject, from, until;
    const char *why, *help;
};
MUST_CHECK const struct err *run_boards(const struct scheme_run *run, struct span in,
                                        struct list *out);
const struct fact_subject *run_subject(const struct scheme_run *run, int64_t id);
/* Everything about one subject in a period, as a text for people. */
MUST_CHECK const struct err *run_explain_village(const struct scheme_run *run, struct span in,
                                                 struct buf *out); /* budget and dividend */
MUST_CHECK const struct err *run_explain(const struct scheme_run *run, size_t subject,
                                         struct span in, enum lang lang, struct buf *out);
#endif

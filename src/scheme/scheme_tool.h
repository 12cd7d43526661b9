/* What the tools answer about a scheme: checked, told, compared, worked out. Pure functions from
 * structs to structs with a record each; json_record writes them. The routes (scheme_http_tool.c),
 * the commands with --json (scheme_cli.c) and the WebAssembly module (scheme_wasm.c) hand on the
 * same answer, byte for byte, so a page may ask whichever is nearer. Public: slices above may
 * include this header.
 *
 * A text with errors is an answer, not a failure: `ok` is false, `findings` say why, and the part
 * that needs a scheme is null.
 */
#ifndef SCHEME_SCHEME_TOOL_H
#define SCHEME_SCHEME_TOOL_H
#include "kernel/record.h"
#include "scheme/scheme_facts.h"

/* The rules in words, by category. */
struct rules {
    int64_t village, version, from, publicity_days, publicity_workdays, false_claim_times;
    const char *name, *title, *place, *source, *choice, *covenant, *meeting;
    int64_t meeting_on, votes_for, votes_against, votes_abstain;
    struct list balances, classes, categories;
};
extern const struct record rules_record;
struct rules *tool_rules(struct arena *mem, const struct scheme *s);

/* Rows of what the checker found. */
struct finding_out {
    int64_t line, column, warning;
    const char *path, *zh, *en;
};
extern const struct record finding_out_record;
struct list tool_findings(struct arena *mem, const struct scheme_finding *found);

/* Every difference as a row with its sentence (scheme_diff.h). */
struct change_out {
    const char *kind, *path, *zh, *en;
    int64_t line;
};
extern const struct record change_out_record;
struct list tool_changes(struct arena *mem, const struct scheme *before,
                         const struct scheme *after);

/* What the checker found; s NULL: there was an error. */
struct checked {
    int64_t ok, errors, warnings;
    struct list findings, parts;
    struct rules *rules;
};
extern const struct record checked_record;
struct checked *tool_check(struct arena *mem, const struct scheme *s,
                           const struct scheme_finding *found);

/* The notice for the wall, as text and in blocks. */
struct noticed {
    int64_t ok;
    struct list findings;
    const char *text;
    struct list blocks;
};
extern const struct record noticed_record;
struct noticed *tool_notice(struct arena *mem, const struct scheme *s,
                            const struct scheme_finding *found, enum lang lang);

/* What was chosen where the source is silent. */
struct choices_told {
    int64_t ok;
    struct list findings, choices;
};
extern const struct record choices_told_record;
struct choices_told *tool_choices(struct arena *mem, const struct scheme *s,
                                  const struct scheme_finding *found);

/* What two texts do differently. */
struct compared {
    int64_t ok;
    struct list before_findings, after_findings, changes;
};
extern const struct record compared_record;
struct compared *tool_diff(struct arena *mem, const struct scheme *before,
                           const struct scheme_finding *before_found, const struct scheme *after,
                           const struct scheme_finding *after_found);

/* ---- worked out (scheme_tool_explain.c) ---- */
struct told_problem {
    const char *field, *zh, *en;
};
struct told_problem *tool_problem(struct arena *mem, const struct err *e);

/* Facts by a scheme over a period ("2026", "2026-03"): everything about every subject, or about one
 * (subject NONE: all), with trees. */
struct told_village;
struct explained {
    int64_t ok, from, until;
    struct list findings, facts_findings, subjects;
    struct told_problem *problem;
    struct told_village *village;
};
extern const struct record explained_record;
struct explained *tool_explain(struct arena *mem, const struct scheme *s,
                               const struct scheme_finding *found, const struct scheme_facts *facts,
                               const struct scheme_finding *facts_found, const char *period,
                               int64_t subject);

/* One subject's results, with their trees where the run was asked for them. */
struct run_result;
struct told_subject;
extern const struct record told_subject_record;
struct told_subject *tool_subject(struct arena *mem, const struct run_result *r);

/* "What would this earn?": one deed beside earlier ones; no claim, nothing is stored. */
struct awarded {
    int64_t ok, points_c;
    struct list findings, facts_findings;
    struct told_problem *problem;
    const char *zh, *en, *tree;
};
extern const struct record awarded_record;
struct awarded *tool_award(struct arena *mem, const struct scheme *s,
                           const struct scheme_finding *found, const struct fact_award *f,
                           const struct scheme_finding *facts_found);
#endif

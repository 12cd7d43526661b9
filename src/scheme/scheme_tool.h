/* What the tools answer about a scheme: checked, told, compared, worked out. Pure functions from structs to
 * structs with a record each; json_record writes them. The routes (scheme_http_tool.c), the commands
 * with --json (scheme_cli.c) and the WebAssembly module (scheme_wasm.c) hand on the same answer, byte
 * for byte, so a page may ask whichever is nearer.
 *
 * A text with errors is an answer, not a failure: `ok` is false, `findings` say why, and the part that
 * needs a scheme is null.
 */
#ifndef SCHEME_SCHEME_TOOL_H
#define SCHEME_SCHEME_TOOL_H
#include "kernel/record.h"
#include "scheme/scheme.h"

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
struct finding_out { int64_t line, column, warning; const char *path, *zh, *en; };
extern const struct record finding_out_record;
struct list tool_findings(struct arena *mem, const struct scheme_finding *found);

/* Every difference as a row with its sentence (scheme_diff.h). */
struct change_out { const char *kind, *path, *zh, *en; int64_t line; };
extern const struct record change_out_record;
struct list tool_changes(struct arena *mem, const struct scheme *before, const struct scheme *after);

/* What the checker found; s NULL: there was an error. */
struct checked {
    int64_t ok, errors, warnings;
    struct list findings, parts;
    struct rules *rules;
};
extern const struct record checked_record;
struct checked *tool_check(struct arena *mem, const struct scheme *s, const struct scheme_finding *found);

/* The notice for the wall, as text and in blocks (scheme_notice.h). */
struct noticed {
    int64_t ok;
    struct list findings, blocks;
    const char *text;
};
extern const struct record noticed_record;
struct noticed *tool_notice(struct arena *mem, const struct scheme *s, const struct scheme_finding *found);
#endif

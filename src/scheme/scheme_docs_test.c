/* Every example of docs/scheme-language.md is executed, and the tutorial in both languages:
 *   ```yaml scheme            a part of a scheme, with what every scheme needs put before it
 *   ```yaml wrong             the same, but it has findings
 *   ```yaml start, add, try   a whole file that grows; what is tried is not kept
 *   ```text findings          what the checker says, all of it ("path sentence")
 *   ```yaml facts [2026-01]   facts for the scheme before it, and the period
 *   ```yaml template, village and the text behind them: scheme_extend_test.c
 *   ```yaml now, draft, past and text trial: scheme_simulate_test.c
 *   ```text                   lines that `explain` prints ("1: …": of subject 1)
 */
#include <stdio.h>
#include <string.h>

#include "kernel/buf.h"
#include "kernel/file.h"
#include "kernel/text.h"
#include "scheme/scheme_run.h"

#include "kernel/test.h" /* after ours: cmocka has a macro fail() */

struct block {
    const char *info, *text;
    int line;
};

/* The next fenced block; false: no more. */
static bool next_block(struct arena *mem, const char *all, const char **at, struct block *out)
{
    const char *open = *at == all && !strncmp(all, "```", 3) ? all : strstr(*at, "\n```");
    if (!open) return false;
    if (*open == '\n') open++;
    const char *body = strchr(open, '\n') + 1, *close = strstr(body - 1, "\n```");
    EXPECT(close != NULL, "a block without end");
    *out = (struct block){ arena_strndup(mem, open + 3, (size_t)(body - 1 - open - 3)),
                           arena_strndup(mem, body, (size_t)(close + 1 - body)), 1 };
    for (const char *p = all; p < open; p++) out->line += *p == '\n';
    *at = close + 4;
    return true;
}

static bool has_key(const char *text, const char *key)
{
    for (const char *p = text; (p = strstr(p, key)) != NULL; p++)
        if (p == text || p[-1] == '\n') return true;
    return false;
}

static const char *whole(struct arena *mem, const char *part)
{
    static const struct {
        const char *key, *line;
    } usual[] = {
        { "publicity:", "publicity: {days: 3}\n" },
        { "false_claims:", "false_claims: {times: 2}\n" },
        { "classes:", "classes:\n  - {code: resident, label: 村民, kind: resident}\n  - {code: "
                      "household, label: 家庭, kind: household}\n"
                      "  - {code: village, label: 村, kind: village}\n  - {code: grid_worker, "
                      "label: 网格员, kind: grid_worker}\n" },
    };
    char *text = arena_printf(mem, "scheme: example\ntitle: 示例\n");
    for (size_t i = 0; i < COUNT(usual); i++)
        if (!has_key(part, usual[i].key)) text = arena_printf(mem, "%s%s", text, usual[i].line);
    return arena_printf(mem, "%s%s", text, part);
}

static void promised(struct arena *mem, const struct scheme *s, const struct block *facts_block,
                     const struct block *lines)
{
    struct scheme_finding *found;
    const struct scheme_facts *facts =
        scheme_facts_parse(mem, facts_block->text, strlen(facts_block->text), &found);
    enum period per;
    struct span in;
    struct scheme_run *run;
    struct run_village village;
    const char *period = facts_block->info + strlen("yaml facts");
    EXPECT(period_parse(*period ? period + 1 : "2026", &per, &in), "line %d: period%s",
           facts_block->line, period);
    EXPECT(facts != NULL, "facts on line %d: line %d: %s", facts_block->line,
           found ? found->line : 0, found ? found->en : "");
    struct fact_list list = fact_list_of(facts);
    const struct err *x = run_open(mem, s, &list.source, in, &run);
    struct buf all = buf_in(mem, 1 << 20);
    buf_puts(&all, "\n");
    for (size_t i = 0; !x && i < facts->subjects.n; i++) {
        struct buf one = buf_in(mem, 1 << 20);
        const struct fact_subject *f = &LIST_AT(facts->subjects, struct fact_subject, i);
        struct run_result r;
        x = run_result(run, mem, f, true, &r);
        if (x) break;
        run_print(&r, LANG_ZH, &one);
        buf_puts(&all, one.p ? one.p : "");
        for (char *p = one.p, *nl; p && (nl = strchr(p, '\n')) != NULL; p = nl + 1)
            buf_printf(&all, "%lld: %.*s\n", (long long)f->id, (int)(nl - p), p);
    }
    if (!x) x = run_village(run, mem, &village);
    if (!x) run_print_village(&village, LANG_ZH, &all);
    EXPECT(!x, "line %d: %s", facts_block->line, x ? x->en : "");
    for (const char *line = lines->text, *nl; (nl = strchr(line, '\n')) != NULL; line = nl + 1) {
        /* A whole line, or the end of one (a node of a tree). */
        if (strstr(all.p, arena_printf(mem, "%.*s\n", (int)(nl - line), line))) continue;
        fprintf(stderr, "explain says%s", all.p);
        fail_msg("line %d promises: %.*s", lines->line, (int)(nl - line), line);
    }
}

static void check_findings(struct arena *mem, const struct scheme_finding *found,
                           const struct block *said)
{
    struct buf b = buf_in(mem, 1 << 16);
    buf_puts(&b, "");
    for (const struct scheme_finding *f = found; f; f = f->next)
        buf_printf(&b, "%s%s%s\n", f->path, *f->path ? " " : "", f->zh);
    EXPECT(!strcmp(b.p, said->text), "line %d:\n--- the document\n%s--- the checker\n%s",
           said->line, said->text, b.p);
}

struct seen {
    int schemes, facts, findings;
    struct buf *tutorial; /* its blocks, to compare the languages */
};

static void one_document(struct arena *mem, const char *path, struct seen *seen)
{
    const char *all, *at, *file = "";
    size_t n;
    struct block b, facts = { 0 };
    const struct scheme *s = NULL;
    struct scheme_finding *found = NULL;
    bool wrong = false, elsewhere = false;
    assert_null(file_read(mem, path, 1 << 20, &all, &n));
    at = all;
    while (next_block(mem, all, &at, &b)) {
        bool tutorial = text_equal(b.info, "yaml start") || text_equal(b.info, "yaml add") ||
                        text_equal(b.info, "yaml try");
        EXPECT(!wrong || text_equal(b.info, "text findings"), "line %d: findings not told", b.line);
        if (text_equal(b.info, "sh") || text_equal(b.info, "yaml now") ||
            text_equal(b.info, "yaml draft") || text_equal(b.info, "yaml past") ||
            text_equal(b.info, "text trial"))
            continue;
        if (text_equal(b.info, "yaml template") || text_equal(b.info, "yaml village")) {
            elsewhere = true;
            continue;
        }
        if (elsewhere && text_equal(b.info, "text")) {
            elsewhere = false;
            continue;
        }
        if (tutorial) buf_printf(seen->tutorial, "%s\n%s", b.info, b.text);
        if (tutorial || text_equal(b.info, "yaml scheme") || text_equal(b.info, "yaml wrong")) {
            const char *text = tutorial ? arena_printf(mem, "%s%s", file, b.text)
                                        : whole(mem, b.text);
            wrong = text_equal(b.info, "yaml wrong") || text_equal(b.info, "yaml try");
            s = scheme_parse(mem, "example", text, strlen(text), &found);
            EXPECT(wrong ? found != NULL : s && !found, "%s:%d: line %d: %s", path, b.line,
                   found ? found->line : 0, found ? found->en : "no findings");
            if (tutorial && !wrong) file = text;
            seen->schemes++;
        } else if (text_equal(b.info, "text findings")) {
            EXPECT(wrong, "%s:%d: findings of what?", path, b.line);
            check_findings(mem, found, &b);
            wrong = false;
            seen->findings++;
        } else if (text_starts(b.info, "yaml facts")) {
            facts = b;
        } else if (text_equal(b.info, "text")) {
            EXPECT(facts.text && s, "%s:%d: promised of what?", path, b.line);
            promised(mem, s, &facts, &b);
            facts = (struct block){ 0 };
            seen->facts++;
        } else {
            fail_msg("%s:%d: a block of another kind: %s", path, b.line, b.info);
        }
    }
    EXPECT(!facts.text && !wrong, "%s: the last example promises nothing", path);
}

static void examples(void **state)
{
    struct arena *mem = *state;
    struct buf en = buf_in(mem, 1 << 16), zh = buf_in(mem, 1 << 16);
    struct seen reference = { .tutorial = &en }, tutorial = { .tutorial = &zh };
    one_document(mem, "docs/scheme-language.md", &reference);
    assert_int_equal(reference.schemes, 36);
    assert_int_equal(reference.facts, 27);
    assert_int_equal(reference.findings, 5);
    one_document(mem, "docs/scheme-language.zh.md", &tutorial);
    assert_int_equal(tutorial.facts, 1);
    assert_int_equal(tutorial.findings, 2);
    /* Both languages build the same file. */
    assert_string_equal(en.p, zh.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = { TEST(examples) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Every example of docs/scheme-language.md is executed: the scheme passes the checker, and
 * `explain` of the facts prints every line the example promises ("1: …": of subject 1).
 */
#include <stdio.h>
#include <string.h>

#include "kernel/file.h"
#include "kernel/text.h"
#include "scheme/scheme_run.h"

#include "kernel/test.h" /* after ours: cmocka has a macro fail() */

/* The text of the next ``` block of the kind, from *at; NULL: none before `end`. */
static char *block(struct arena *mem, const char **at, const char *kind, const char *end)
{
    const char *mark = arena_printf(mem, "\n```%s\n", kind), *p = strstr(*at, mark);
    if (!p || (end && p > end)) return NULL;
    p += strlen(mark);
    const char *close = strstr(p, "\n```");
    EXPECT(close != NULL, "a block without end");
    *at = close;
    return arena_strndup(mem, p, (size_t)(close + 1 - p));
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

static void promised(struct arena *mem, const struct scheme *s, const char *facts_text, char *lines,
                     int number)
{
    struct scheme_finding *found;
    const struct scheme_facts *facts =
        scheme_facts_parse(mem, facts_text, strlen(facts_text), &found);
    struct span year = period_span(PERIOD_YEAR, date_of(2026, 1, 1));
    struct scheme_run *run;
    struct run_village village;
    EXPECT(facts != NULL, "example %d, facts line %d: %s", number, found ? found->line : 0,
           found ? found->en : "");
    for (size_t i = 0; i < s->rules.payments.n; i++)
        if (LIST_AT(s->rules.payments, struct scheme_payment, i).per == PERIOD_MONTH)
            year = period_span(PERIOD_MONTH, date_of(2026, 1, 1));
    struct fact_list list = fact_list_of(facts);
    const struct err *x = run_open(mem, s, &list.source, year, &run);
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
    EXPECT(!x, "example %d: %s", number, x ? x->en : "");
    for (char *line = lines, *nl; (nl = strchr(line, '\n')) != NULL; line = nl + 1) {
        *nl = 0;
        /* A whole line, or the end of one (a node of a tree). */
        if (strstr(all.p, arena_printf(mem, "%s\n", line))) continue;
        fprintf(stderr, "explain says%s", all.p);
        fail_msg("example %d promises: %s", number, line);
    }
}

static void examples(void **state)
{
    struct arena *mem = *state;
    const char *text, *at, *part;
    size_t n;
    int number = 0, computed = 0;
    assert_null(file_read(mem, "docs/scheme-language.md", 1 << 20, &text, &n));
    at = text;
    while ((part = block(mem, &at, "yaml scheme", NULL)) != NULL) {
        struct scheme_finding *found;
        const char *full = whole(mem, part), *next = strstr(at, "\n```yaml scheme\n");
        const struct scheme *s = scheme_parse(mem, "example", full, strlen(full), &found);
        number++;
        EXPECT(s && !found, "example %d: line %d: %s\n%s", number, found ? found->line : 0,
               found ? found->en : "", full);
        const char *facts = block(mem, &at, "yaml facts", next);
        char *lines = facts ? block(mem, &at, "text", next) : NULL;
        EXPECT(!facts || lines, "example %d promises nothing", number);
        if (!facts) continue;
        promised(mem, s, facts, lines, number);
        computed++;
    }
    assert_int_equal(number, 16);
    assert_int_equal(computed, 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = { TEST(examples) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

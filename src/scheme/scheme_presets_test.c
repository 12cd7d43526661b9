/* Cases computed by hand from the sources: schemes/cases/NAME.yaml for every schemes/NAME.yaml, with facts, period and
 * the lines that `explain` must print ("1: …": of subject 1). The files say in comments how each number comes about.
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "kernel/file.h"
#include "kernel/text.h"
#include "scheme/scheme_key_rows.h"
#include "scheme/scheme_run.h"
#include "scheme/scheme_yaml.h"

#include "kernel/test.h"

struct preset_case {
    const char *name, *source, *period;
    struct scheme_facts *facts;
    struct list expect; /* const char * */
    const struct scheme_node *node;
};
struct preset_cases {
    struct list cases; /* struct preset_case */
    const struct scheme_node *node;
};
static const struct scheme_key case_keys[] = {
    K(preset_case, name, "case", "例", KEY_TEXT, KEY_REQUIRED, 1, 80, DOC("名称", "its name")),
    K(preset_case, source, "source", "出处", KEY_TEXT, KEY_REQUIRED, 1, 200, DOC("出处", "where it comes from")),
    K(preset_case, period, "period", "期间", KEY_TEXT, KEY_REQUIRED, 1, 20, DOC("期间", "the period")),
    K(preset_case, facts, "facts", "事实", KEY_MAP, KEY_REQUIRED, 0, 0, .sub = &facts_shape, DOC("事实", "the facts")),
    K(preset_case, expect, "expect", "应得", KEY_NAMES, KEY_REQUIRED, 1, 300, DOC("应有的行", "lines to be told")),
    { 0 },
};
static SHAPE(case_shape, "case", preset_case, case_keys, "例", "a case");
static const struct scheme_key cases_keys[] = {
    K(preset_cases, cases, "cases", "例子", KEY_LIST, KEY_REQUIRED, 3, 50, .sub = &case_shape, DOC("例子", "the cases")),
    { 0 },
};
static SHAPE(cases_shape, "cases", preset_cases, cases_keys, "例子", "cases");

static void read_all(struct arena *mem, const char *path, const char **text, size_t *n)
{
    const struct err *x = file_read(mem, path, 1 << 20, text, n);
    EXPECT(!x, "%s: cannot be read", path);
}

/* All that explain says, every line also with the subject's number before it. */
static const char *told(struct arena *mem, const struct scheme *s, const struct scheme_facts *f, struct span in,
                        const char *name)
{
    struct fact_list list = fact_list_of(f);
    struct scheme_run *run;
    struct run_village village;
    struct buf all = buf_in(mem, 1 << 20);
    const struct err *x = run_open(mem, s, &list.source, in, &run);
    buf_puts(&all, "\n");
    for (size_t i = 0; !x && i < f->subjects.n; i++) {
        struct buf one = buf_in(mem, 1 << 20);
        struct run_result r;
        x = run_result(run, mem, &LIST_AT(f->subjects, struct fact_subject, i), true, &r);
        if (x) break;
        run_print(&r, LANG_ZH, &one);
        for (char *p = one.p, *nl; p && (nl = strchr(p, '\n')) != NULL; p = nl + 1)
            buf_printf(&all, "%lld: %.*s\n", (long long)r.id, (int)(nl - p), p);
    }
    if (!x) x = run_village(run, mem, &village);
    EXPECT(!x, "%s: %s", name, x ? x->en : "");
    run_print_village(&village, LANG_ZH, &all);
    return all.p;
}

static void one_file(struct arena *mem, const char *preset)
{
    struct scheme_finding *found;
    struct preset_cases file;
    struct scheme_check c = { .mem = mem };
    const char *text, *path = arena_printf(mem, "schemes/cases/%s.yaml", preset);
    size_t n;
    read_all(mem, arena_printf(mem, "schemes/%s.yaml", preset), &text, &n);
    const struct scheme *s = scheme_parse(mem, preset, text, n, &found);
    EXPECT(s != NULL, "%s: %s", preset, found ? found->en : "");
    read_all(mem, path, &text, &n);
    const struct scheme_node *root = scheme_yaml(&c, text, n);
    if (root) scheme_bind(&c, &cases_shape, root, &file);
    EXPECT(root && !c.errors, "%s:%d: %s", path, c.first ? c.first->line : 0, c.first ? c.first->en : "");
    for (size_t i = 0; i < file.cases.n; i++) {
        const struct preset_case *k = &LIST_AT(file.cases, struct preset_case, i);
        const char *name = arena_printf(mem, "%s:%d %s", path, k->node->line, k->name);
        enum period per;
        struct span in;
        EXPECT(period_parse(k->period, &per, &in), "%s: period %s", name, k->period);
        const char *all = told(mem, s, k->facts, in, name);
        for (size_t l = 0; l < k->expect.n; l++) {
            const char *line = LIST_AT(k->expect, const char *, l);
            /* A whole line, or the end of one (a node of a tree). */
            if (strstr(all, arena_printf(mem, "%s\n", line))) continue;
            fprintf(stderr, "%s", all);
            fail_msg("%s: no line %s", name, line);
        }
    }
}

static void by_hand(void **state)
{
    struct arena *mem = *state;
    DIR *dir = opendir("schemes");
    int files = 0;
    assert_non_null(dir);
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        size_t n = strlen(e->d_name);
        if (n < 6 || strcmp(e->d_name + n - 5, ".yaml")) continue;
        one_file(mem, arena_strndup(mem, e->d_name, n - 5));
        files++;
    }
    closedir(dir);
    assert_int_equal(files, 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = { TEST(by_hand) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The file a village begins with: blank, from every preset, from a template; each checks clean. */
#include "kernel/test.h"

#include <string.h>

#include "kernel/text.h"
#include "scheme/scheme_diff.h"
#include "scheme/scheme_extend.h"
#include "scheme/scheme_preset.h"

static const struct scheme *clean(struct arena *mem, const char *name, const char *text)
{
    struct scheme_finding *found;
    const struct scheme *s = scheme_parse(mem, name, text, strlen(text), &found);
    EXPECT(s && !found, "%s:%d: %s", name, found ? found->line : 0, found ? found->en : "");
    return s;
}

static void blank_file(void **state)
{
    struct arena *mem = *state;
    const struct scheme *s = clean(mem, "blank", scheme_blank(mem, "likeng", "礼坑村"));
    assert_string_equal(s->name, "likeng");
    assert_string_equal(s->title, "礼坑村积分细则");
    assert_string_equal(s->covenant, "礼坑村村规民约");
    assert_int_equal(s->items.n, 4);
    clean(mem, "blank", scheme_blank(mem, NULL, NULL));
}

/* Nothing of the rules is lost on the way. */
static void from_every_preset(void **state)
{
    struct arena *mem = *state;
    struct list all = scheme_presets();
    assert_true(all.n >= 12);
    for (size_t i = 0; i < all.n; i++) {
        const struct scheme_preset *p = &LIST_AT(all, struct scheme_preset, i);
        const struct scheme *old = clean(mem, p->name, p->text);
        const char *text = scheme_begin(mem, old, p->text, "mine", "礼坑村");
        const struct scheme *s = clean(mem, p->name, text);
        EXPECT(text_equal(s->name, "mine") && text_equal(s->title, "礼坑村积分细则"), "%s: head",
               p->name);
        EXPECT(!s->adopted, "%s: how it was adopted elsewhere", p->name);
        struct list l = scheme_changes(mem, old, s);
        for (size_t k = 0; k < l.n; k++) {
            const char *path = LIST_AT(l, struct scheme_change, k).path;
            EXPECT(text_equal(path, "scheme") || text_equal(path, "title") ||
                       text_equal(path, "place") || text_equal(path, "covenant") ||
                       text_starts(path, "adopted") || scheme_path_matches("items/*/clause", path),
                   "%s: %s", p->name, LIST_AT(l, struct scheme_change, k).zh);
        }
        EXPECT(!strchr(p->text, '#') == !strchr(text, '#'), "%s: comments", p->name);
    }
}

static void from_a_template(void **state)
{
    static const char rules[] = "# 各村可以改\n"
                                "template:\n"
                                "  change: [{item: \"*\", key: label}]\n"
                                "\n"
                                "# 说明留下\n"
                                "cap: {points: 9000, per: life}\n";
    struct arena *mem = *state;
    struct list all = scheme_presets();
    int begun = 0;
    for (size_t i = 0; i < all.n; i++) {
        const struct scheme_preset *p = &LIST_AT(all, struct scheme_preset, i);
        struct scheme_finding *found = NULL;
        if (!p->items || strstr(p->text, "\ncap:")) continue;
        const char *text = arena_printf(mem, "%s\n%s", p->text, rules);
        const struct scheme *t = scheme_parse(mem, p->name, text, strlen(text), &found);
        EXPECT(t, "%s:%d %s", p->name, found ? found->line : 0, found ? found->en : "");
        const char *own = scheme_begin(mem, t, text, "mine", "礼坑村");
        const struct scheme *s = scheme_parse(mem, p->name, own, strlen(own), &found);
        EXPECT(s && !s->template_ && text_equal(s->extends, t->name), "%s: extends", p->name);
        EXPECT(strstr(own, "# 说明留下\ncap:"), "%s: a comment is gone", p->name);
        found = NULL;
        EXPECT(scheme_extend_check(mem, t, s, &found), "%s: %s", p->name, found ? found->en : "");
        EXPECT(scheme_extend(mem, t, s).n == 0, "%s differs already", p->name);
        begun++;
    }
    assert_true(begun >= 6);
}

/* Keys on one line stay as they are: better a wrong title than a broken file. */
static void flow_style(void **state)
{
    struct arena *mem = *state;
    static const char text[] = "{scheme: a, title: b, publicity: {days: 3}, false_claims: {times: 2}, "
                               "classes: [{code: resident, label: 村民, kind: resident}]}\n";
    const struct scheme *s = clean(mem, "flow", text);
    assert_string_equal(scheme_begin(mem, s, text, "mine", "礼坑村"), text);
}

int main(void)
{
    const struct CMUnitTest tests[] = { TEST(blank_file), TEST(from_every_preset),
                                        TEST(from_a_template), TEST(flow_style) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

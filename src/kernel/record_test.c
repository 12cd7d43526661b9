/* One field from text, as it comes from a path, a query or a CSV cell. */
#include "kernel/test.h"

#include <string.h>

#include "kernel/date.h"
#include "kernel/record.h"
#include "kernel/text.h"

struct in {
    int64_t num, yes, id, region, points_c, day, at;
    const char *text, *kind, *must;
    struct list tags, ids;
};
static const char *const kinds[] = { "plus", "minus", NULL };
static const struct field in_fields[] = {
    F(in, num, K_INT, OPT, -5, 5, ""),
    F(in, yes, K_BOOL, OPT, 0, 0, ""),
    F(in, id, K_ID, OPT, 0, 0, ""),
    F(in, region, K_REGION, OPT, 0, 0, ""),
    F_AS(in, points_c, "points", K_POINTS, OPT, -100, 100, ""),
    F(in, day, K_DATE, OPT, 0, 0, ""),
    F(in, at, K_INSTANT, OPT, 0, 0, ""),
    F(in, text, K_TEXT, OPT, 0, 3, ""),
    F_ENUM(in, kind, OPT, kinds, ""),
    F(in, must, K_TEXT, 0, 1, 3, ""),
    F(in, tags, K_TEXTS, OPT, 0, 2, ""),
    F(in, ids, K_IDS, OPT, 0, 3, ""),
    { 0 }
};

static const struct field *named(const char *name)
{
    for (const struct field *f = in_fields; f->name; f++)
        if (strcmp(f->name, name) == 0) return f;
    fail_msg("no field %s", name);
    return NULL;
}

static void numbers(void **state)
{
    static const struct { const char *field, *s; bool ok; int64_t want; } cases[] = {
        { "num", "5", true, 5 }, { "num", "-5", true, -5 }, { "num", "6", false, 0 }, { "num", "x", false, 0 },
        { "num", "-9223372036854775808", false, 0 }, { "num", "", true, NONE }, { "num", NULL, true, NONE },
        { "yes", "true", true, 1 }, { "yes", "0", true, 0 }, { "yes", "yes", false, 0 },
        { "id", "1", true, 1 }, { "id", "0", false, 0 }, { "id", "9007199254740992", false, 0 },
        { "region", "441621102205", true, 441621102205 }, { "region", "4416211022055", false, 0 },
        { "region", "", true, NONE }, { "points", "1", true, 100 }, { "points", "-1.00", true, -100 },
        { "points", "1.01", false, 0 }, { "points", "1.001", false, 0 }, { "day", "1970-01-02", true, 1 },
        { "day", "1970-1-2", false, 0 }, { "at", "1970-01-01T00:00:01Z", true, 1000 }, { "at", "1", false, 0 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct in in = { 0 };
        const char *zh = NULL, *en = NULL;
        const struct field *f = named(cases[i].field);
        bool ok = field_from_text(*state, f, cases[i].s, &in, &zh, &en);
        EXPECT(ok == cases[i].ok, "%s = %s", cases[i].field, cases[i].s);
        EXPECT(ok ? *(int64_t *)((char *)&in + f->at) == cases[i].want : zh && en && *zh && *en, "%s = %s",
               cases[i].field, cases[i].s);
    }
}

static void texts(void **state)
{
    static const struct { const char *field, *s; bool ok; const char *want; } cases[] = {
        { "text", "好的呀", true, "好的呀" }, { "text", "好的好的", false, NULL }, { "text", "a\x01", false, NULL },
        { "text", "\xD6\xD0", false, NULL }, { "text", "", true, NULL }, { "kind", "plus", true, "plus" },
        { "kind", "", true, NULL }, { "kind", "PLUS", false, NULL }, { "must", "", false, NULL },
        { "must", NULL, false, NULL }, { "must", "　", false, NULL }, { "must", "x", true, "x" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct in in = { 0 };
        const struct field *f = named(cases[i].field);
        bool ok = field_from_text(*state, f, cases[i].s, &in, NULL, NULL);
        const char *got = *(const char **)((char *)&in + f->at);
        EXPECT(ok == cases[i].ok, "%s = %s", cases[i].field, cases[i].s);
        EXPECT(!ok || text_equal(got, cases[i].want), "%s = %s", cases[i].field, cases[i].s);
    }
}

static void lists(void **state)
{
    struct in in = { 0 };
    assert_true(field_from_text(*state, named("tags"), "党员,a", &in, NULL, NULL));
    assert_int_equal(in.tags.n, 2);
    assert_string_equal(LIST_AT(in.tags, const char *, 0), "党员");
    assert_false(field_from_text(*state, named("tags"), "a,b,c", &in, NULL, NULL));
    assert_false(field_from_text(*state, named("tags"), "a,", &in, NULL, NULL));
    assert_true(field_from_text(*state, named("ids"), "1,22,333", &in, NULL, NULL));
    assert_int_equal(LIST_AT(in.ids, int64_t, 2), 333);
    assert_false(field_from_text(*state, named("ids"), "1,x", &in, NULL, NULL));
    assert_true(field_from_text(*state, named("ids"), "", &in, NULL, NULL));
    assert_int_equal(in.ids.n, 0);
}

static void regions(void **state)
{
    int64_t v;
    char s[REGION_SIZE];
    (void)state;
    assert_true(region_parse("441621102205", &v));
    assert_string_equal(region_format(v, s), "441621102205");
    assert_false(region_parse("44162110220５", &v));
    assert_false(region_parse("", &v));
    assert_false(region_parse(NULL, &v));
}

int main(void)
{
    const struct CMUnitTest tests[] = { TEST(numbers), TEST(texts), TEST(lists), TEST(regions) };
    return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}

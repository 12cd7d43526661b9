/* JSON body → struct: what is accepted, and every finding for what is not. */
#include "kernel/test.h"

#include <string.h>

#include "kernel/date.h"
#include "kernel/json.h"
#include "kernel/limits.h"

struct line { const char *item; int64_t points_c; };
static const struct field line_fields[] = {
    F(line, item, K_TEXT, 0, 1, 5, "Item."),
    F_AS(line, points_c, "points", K_POINTS, OPT, 0, 100000, "Points."),
    { 0 }
};
static RECORD(line);

struct form {
    int64_t village; /* from the path */
    int64_t id, count, yes, region, day, at;
    const char *note, *kind;
    struct line *first;
    struct list lines, tags, people;
};
static const char *const kinds[] = { "plus", "minus", NULL };
static const struct field form_fields[] = {
    F(form, village, K_REGION, IN_PATH, 0, 0, ""),
    F(form, id, K_ID, 0, 0, 0, ""),
    F(form, count, K_INT, OPT, 1, 10, ""),
    F(form, yes, K_BOOL, OPT, 0, 0, ""),
    F(form, region, K_REGION, OPT, 0, 0, ""),
    F(form, day, K_DATE, OPT, 0, 0, ""),
    F(form, at, K_INSTANT, OPT, 0, 0, ""),
    F(form, note, K_TEXT, OPT, 2, 4, ""),
    F_ENUM(form, kind, OPT, kinds, ""),
    F_SUB(form, first, K_OBJECT, OPT, 0, 0, line_record, ""),
    F_SUB(form, lines, K_LIST, OPT, 1, 2, line_record, ""),
    F(form, tags, K_TEXTS, OPT, 0, 3, ""),
    F(form, people, K_IDS, OPT, 0, 3, ""),
    { 0 }
};
static RECORD(form);

static const struct err *read(struct arena *mem, const char *text, struct form *out)
{
    return json_read(mem, text, strlen(text), &form_record, IN_PATH, out);
}

static void everything(void **state)
{
    struct form f = { .village = 77 };
    assert_null(read(*state,
        "{\"id\":9007199254740991,\"count\":10,\"yes\":true,\"region\":\"441621102205\",\"day\":\"2026-11-21\","
        "\"at\":\"2026-11-21T08:00:00+08:00\",\"note\":\"好人好事\",\"kind\":\"minus\","
        "\"first\":{\"item\":\"a\",\"points\":\"37.5\"},\"lines\":[{\"item\":\"b\"},{\"item\":\"c\",\"points\":\"1\"}],"
        "\"tags\":[\"党员\",\"x\"],\"people\":[1,2,3]}", &f));
    assert_int_equal(f.village, 77);
    assert_int_equal(f.id, INT64_C(9007199254740991));
    assert_int_equal(f.count, 10);
    assert_int_equal(f.yes, 1);
    assert_int_equal(f.region, INT64_C(441621102205));
    assert_int_equal(f.day, date_of(2026, 11, 21));
    assert_int_equal(f.at, date_of(2026, 11, 21) * INT64_C(86400000));
    assert_string_equal(f.note, "好人好事");
    assert_string_equal(f.kind, "minus");
    assert_int_equal(f.first->points_c, 3750);
    assert_int_equal(f.lines.n, 2);
    assert_string_equal(LIST_AT(f.lines, struct line, 1).item, "c");
    assert_true(LIST_AT(f.lines, struct line, 0).points_c == NONE);
    assert_string_equal(LIST_AT(f.tags, const char *, 0), "党员");
    assert_int_equal(LIST_AT(f.people, int64_t, 2), 3);
}

static void absent(void **state)
{
    static const char *const texts[] = { "{\"id\":1}", "{\"id\":1,\"note\":null,\"lines\":null,\"first\":null,\"count\":null}" };
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct form f;
        memset(&f, 0x5A, sizeof f);
        f.village = 77;
        assert_null(read(*state, texts[i], &f));
        assert_int_equal(f.village, 77);
        assert_true(f.count == NONE && f.yes == NONE && f.day == NONE && !f.note && !f.kind && !f.first &&
                    f.lines.n == 0 && !f.lines.items);
    }
}

/* "field" or "field field …": the findings in order. */
static void findings(void **state)
{
    static const struct { const char *text, *fields, *says; } cases[] = {
        { "{}", "id", "required" },
        { "", "id", "required" },
        { "{\"id\":null}", "id", "required" },
        { "{\"id\":0}", "id", "not an id" },
        { "{\"id\":-1}", "id", "not an id" },
        { "{\"id\":9007199254740992}", "id", "not an id" },
        { "{\"id\":\"5\"}", "id", "whole number" },
        { "{\"id\":1.0}", "id", "whole number" },
        { "{\"id\":1,\"count\":0}", "count", "between 1 and 10" },
        { "{\"id\":1,\"count\":11}", "count", "between 1 and 10" },
        { "{\"id\":1,\"count\":5e0}", "count", "whole number" },
        { "{\"id\":1,\"yes\":1}", "yes", "true or false" },
        { "{\"id\":1,\"region\":441621102205}", "region", "string" },
        { "{\"id\":1,\"region\":\"44162110220\"}", "region", "12 digits" },
        { "{\"id\":1,\"region\":\"-41621102205\"}", "region", "12 digits" },
        { "{\"id\":1,\"region\":\"041621102205\"}", "region", "12 digits" },
        { "{\"id\":1,\"day\":\"2026-02-30\"}", "day", "date" },
        { "{\"id\":1,\"at\":\"2026-02-20\"}", "at", "zone" },
        { "{\"id\":1,\"note\":\"长长的说明\"}", "note", "has 5 characters, at most 4" },
        { "{\"id\":1,\"note\":\"短\"}", "note", "at least 2" },
        { "{\"id\":1,\"note\":\"  \"}", "note", "empty" },
        { "{\"id\":1,\"note\":\"a\\u0007b\"}", "note", "control" },
        { "{\"id\":1,\"note\":\"a\\u202Eb\"}", "note", "control" },
        { "{\"id\":1,\"note\":5}", "note", "string" },
        { "{\"id\":1,\"kind\":\"Plus\"}", "kind", "one of: plus, minus" },
        { "{\"id\":1,\"kind\":{}}", "kind", "string" },
        { "{\"id\":1,\"first\":[]}", "first", "object" },
        { "{\"id\":1,\"first\":{}}", "first/item", "required" },
        { "{\"id\":1,\"first\":{\"item\":\"a\",\"points\":1}}", "first/points", "string" },
        { "{\"id\":1,\"first\":{\"item\":\"a\",\"points\":\"1.005\"}}", "first/points", "two decimals" },
        { "{\"id\":1,\"first\":{\"item\":\"a\",\"points\":\"1000.01\"}}", "first/points", "between 0 and 1000" },
        { "{\"id\":1,\"lines\":[]}", "lines", "0 items" },
        { "{\"id\":1,\"lines\":[{},{},{}]}", "lines", "3 items" },
        { "{\"id\":1,\"lines\":[{\"item\":\"a\"},7]}", "lines/1", "object" },
        { "{\"id\":1,\"lines\":[{\"item\":\"a\",\"x\":1},null]}", "lines/0/x lines/1", "not a known field" },
        { "{\"id\":1,\"tags\":\"a\"}", "tags", "list" },
        { "{\"id\":1,\"tags\":[\"a\",\"\",7]}", "tags/1 tags/2", "empty" },
        { "{\"id\":1,\"people\":[1,0,\"2\"]}", "people/1 people/2", "not an id" },
        { "{\"id\":1,\"village\":\"441621102205\"}", "village", "not a known field" },
        { "{\"id\":1,\"cuont\":3}", "cuont", "did you mean count?" },
        { "{\"id\":1,\"id\":2}", "id", "repeated" },
        { "{\"id\":1,\"first\":{\"item\":\"a\",\"item\":\"b\"}}", "item", "repeated" },
        { "{\"yes\":2,\"id\":1,\"id\":2,\"zzzzzz\":1}", "id yes zzzzzz", "repeated" },
        { "{\"count\":99,\"id\":0,\"note\":1}", "count id note", "between" },
        { "{\"lines\":[{}],\"kind\":\"\"}", "lines/0/item kind id", "required" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct form f;
        const struct err *e = read(*state, cases[i].text, &f);
        EXPECT(e && e->code == ERR_INVALID, "%s was not refused", cases[i].text);
        struct buf b = buf_in(*state, 1000);
        for (const struct finding *x = e->findings; x; x = x->next) {
            if (x != e->findings) buf_putc(&b, ' ');
            buf_puts(&b, x->field);
            EXPECT(*x->zh && *x->en, "%s without text", x->field);
        }
        EXPECT(strcmp(b.p, cases[i].fields) == 0, "%s found %s", cases[i].text, b.p);
        EXPECT(strstr(e->findings->en, cases[i].says), "%s says %s", cases[i].text, e->findings->en);
    }
}

static void malformed(void **state)
{
    static const struct { const char *text; size_t n; const char *says; } cases[] = {
        { "{", 1, "too early" },
        { "{\"id\":1}x", 9, "line 1, column 9" },
        { "{\n\"id\":}", 9, "line 2" },
        { "{'id':1}", 8, "not JSON" },
        { "{\"id\":NaN}", 10, "not JSON" },
        { "{\"id\":01}", 9, "not JSON" },
        { "{\"id\":99999999999999999999}", 27, "too large" },
        { "{\"id\":1e999}", 12, "too large" },
        { "{\"note\":\"\\u0000\"}", 17, "NUL" },
        { "{\"note\":\"\xD6\xD0\"}", 13, "UTF-8" },
        { "{\"note\":\"\\ud800\"}", 17, "not" },
        { "{\"id\":1,}", 9, "not JSON" },
        { "7", 1, "not JSON" },
        { "\0", 1, "too early" },
        { " ", 1, "too early" },
        { "\xEF\xBB\xBF{\"id\":1}", 11, "not JSON" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct form f;
        const struct err *e = json_read(*state, cases[i].text, cases[i].n, &form_record, IN_PATH, &f);
        EXPECT(e && e->code == ERR_MALFORMED, "case %zu (%s): %d", i, cases[i].text, e ? (int)e->code : 0);
        EXPECT(strstr(err_text(e, LANG_EN), cases[i].says), "%s says %s", cases[i].text, err_text(e, LANG_EN));
    }
    struct form f; /* a list where an object belongs is JSON, but not ours */
    const struct err *e = read(*state, "[]", &f);
    assert_non_null(e);
    assert_int_equal(e->code, ERR_INVALID);
}

static void deep(void **state)
{
    struct buf b = buf_in(*state, 1 << 20);
    struct form f;
    for (int i = 0; i < LIMIT_JSON_DEPTH + 1; i++) buf_puts(&b, "{\"first\":");
    const struct err *e = read(*state, b.p, &f);
    assert_int_equal(e->code, ERR_MALFORMED);
    assert_non_null(strstr(err_text(e, LANG_EN), "nested deeper than 16"));
    /* Brackets in a text do not count. */
    assert_null(read(*state, "{\"id\":1,\"tags\":[\"[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[[\"]}", &f));
    for (int i = 0; i < 300000; i++) buf_putc(&b, '[');
    assert_int_equal(read(*state, b.p, &f)->code, ERR_MALFORMED);
}

static void large(void **state)
{
    struct form f;
    char *p = arena_alloc(*state, LIMIT_BODY_BYTES + 1);
    memset(p, ' ', LIMIT_BODY_BYTES + 1);
    memcpy(p, "{\"id\":1}", 8);
    assert_null(json_read(*state, p, LIMIT_BODY_BYTES, &form_record, IN_PATH, &f));
    assert_int_equal(json_read(*state, p, LIMIT_BODY_BYTES + 1, &form_record, IN_PATH, &f)->code, ERR_TOO_LARGE);
}

static void many_findings_are_cut(void **state)
{
    struct form f;
    struct buf b = buf_in(*state, LIMIT_BODY_BYTES);
    buf_puts(&b, "{\"id\":1");
    for (int i = 0; i < 50000; i++) buf_printf(&b, ",\"k%d\":1", i);
    buf_putc(&b, '}');
    const struct err *e = read(*state, b.p, &f);
    int n = 0;
    for (const struct finding *x = e->findings; x; x = x->next) n++;
    assert_int_equal(n, LIMIT_FINDINGS);
}

static void long_names_are_cut(void **state)
{
    struct form f;
    struct buf b = buf_in(*state, LIMIT_BODY_BYTES);
    buf_puts(&b, "{\"id\":1,\"");
    for (int i = 0; i < 10000; i++) buf_puts(&b, "字");
    buf_puts(&b, "\":1}");
    const struct err *e = read(*state, b.p, &f);
    assert_int_equal(strlen(e->findings->field), 99);
}

struct reading { struct arena *mem; const char *text; };
static void read_it(void *arg)
{
    struct reading *g = arg;
    struct form f;
    const struct err *e = json_read(g->mem, g->text, strlen(g->text), &form_record, IN_PATH, &f);
    EXPECT(!e, "%s", err_text(e, LANG_EN));
}

static void left_for_want_of_memory(void **state)
{
    test_left_anywhere(*state, read_it, &(struct reading){ *state, "{\"id\":1,\"note\":\"一二三\",\"lines\":[{\"item\":\"甲\"}],\"tags\":[\"a\",\"b\"]}" });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(everything), TEST(absent), TEST(findings), TEST(malformed),
        TEST(deep), TEST(large), TEST(many_findings_are_cut), TEST(left_for_want_of_memory), TEST(long_names_are_cut),
    };
    return cmocka_run_group_tests_name("json_read", tests, NULL, NULL);
}

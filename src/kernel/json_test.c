/* The JSON writer, alone and by record. */
#include "kernel/test.h"

#include <string.h>

#include "kernel/date.h"
#include "kernel/id.h"
#include "kernel/json.h"

static void shapes(void **state)
{
    struct buf b = buf_in(*state, 1000);
    struct json j = json_to(&b);
    json_object(&j);
    json_key(&j, "a");
    json_array(&j);
    json_int(&j, 1);
    json_object(&j);
    json_end(&j);
    json_array(&j);
    json_end(&j);
    json_null(&j);
    json_end(&j);
    json_key(&j, "b");
    json_bool(&j, true);
    json_key(&j, "c");
    json_bool(&j, false);
    json_key(&j, "d");
    json_text(&j, NULL);
    json_key(&j, "e");
    json_raw(&j, "{\"x\":1}");
    json_end(&j);
    assert_string_equal(b.p, "{\"a\":[1,{},[],null],\"b\":true,\"c\":false,\"d\":null,\"e\":{\"x\":1}}");
    assert_int_equal(j.depth, 0);
}

static void strings(void **state)
{
    static const struct { const char *s; size_t n; const char *want; } cases[] = {
        { "", 0, "\"\"" },
        { "张三", 6, "\"张三\"" },
        { "a\"b\\c/", 6, "\"a\\\"b\\\\c/\"" },
        { "\b\t\n\f\r", 5, "\"\\b\\t\\n\\f\\r\"" },
        { "\0\x01\x1f\x7f", 4, "\"\\u0000\\u0001\\u001f\\u007f\"" },
        { "<script>", 8, "\"<script>\"" },
        { "x\xFFy", 3, "\"x\xEF\xBF\xBDy\"" },
        { "\xE4\xB8", 2, "\"\xEF\xBF\xBD\xEF\xBF\xBD\"" },
        { "\xF0\x9F\x91\x8D", 4, "\"\xF0\x9F\x91\x8D\"" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf b = buf_in(*state, 1000);
        json_quote(&b, cases[i].s, cases[i].n);
        EXPECT(strcmp(b.p, cases[i].want) == 0, "%s gave %s", cases[i].want, b.p);
    }
}

static void keys(void **state)
{
    struct buf b = buf_in(*state, 1000);
    struct json j = json_to(&b);
    json_object(&j);
    json_key(&j, "a\"b");
    json_int(&j, 1);
    json_key(&j, "姓名");
    json_int(&j, 2);
    json_key(&j, "");
    json_int(&j, 3);
    json_end(&j);
    assert_string_equal(b.p, "{\"a\\\"b\":1,\"姓名\":2,\"\":3}");
}

/* Every maximum: never a byte beyond it, and always closed. */
static void every_maximum(void **state)
{
    for (size_t max = 0; max < 80; max++) {
        struct buf b = buf_in(*state, max);
        struct json j = json_to(&b);
        json_object(&j);
        json_key(&j, "key");
        json_text(&j, "字\n");
        json_key(&j, "n");
        json_int(&j, -123456);
        json_end(&j);
        EXPECT(b.n <= max && strlen(b.p) == b.n, "%zu", max);
        EXPECT(b.over == (max < 27), "%zu over %d", max, b.over);
    }
}

static void maximum(void **state)
{
    struct buf b = buf_in(*state, 8);
    struct json j = json_to(&b);
    json_text(&j, "longer than eight");
    assert_true(b.over);
}

struct part { const char *name; int64_t points_c; };
static const struct field part_fields[] = {
    F(part, name, K_TEXT, 0, 1, 20, "Name."),
    F_AS(part, points_c, "points", K_POINTS, OPT, 0, 0, "Points."),
    { 0 }
};
static RECORD(part);

struct all {
    int64_t num, flag, id, region, points_c, day, at;
    const char *text, *word, *json;
    struct bytes bytes;
    struct part *one;
    struct list many, texts, ids;
    const char *secret;
};
static const char *const words[] = { "red", "black", NULL };
static const struct field all_fields[] = {
    F(all, num, K_INT, 0, 0, 0, ""),
    F(all, flag, K_BOOL, 0, 0, 0, ""),
    F(all, id, K_ID, 0, 0, 0, ""),
    F(all, region, K_REGION, 0, 0, 0, ""),
    F_AS(all, points_c, "points", K_POINTS, 0, 0, 0, ""),
    F(all, day, K_DATE, 0, 0, 0, ""),
    F(all, at, K_INSTANT, 0, 0, 0, ""),
    F(all, text, K_TEXT, 0, 0, 0, ""),
    F_ENUM(all, word, 0, words, ""),
    F(all, json, K_JSON, 0, 0, 0, ""),
    F(all, bytes, K_BYTES, 0, 0, 0, ""),
    F_SUB(all, one, K_OBJECT, 0, 0, 0, part_record, ""),
    F_SUB(all, many, K_LIST, 0, 0, 0, part_record, ""),
    F(all, texts, K_TEXTS, 0, 0, 0, ""),
    F(all, ids, K_IDS, 0, 0, 0, ""),
    F(all, secret, K_TEXT, OUT_SECRET, 0, 0, ""),
    { 0 }
};
static RECORD(all);

static const char *written(struct arena *mem, const void *p, bool hide)
{
    struct buf b = buf_in(mem, 100000);
    struct json j = json_to(&b);
    json_record(&j, &all_record, p, hide);
    return b.p;
}

static void record_full(void **state)
{
    struct part parts[] = { { "张三", 3750 }, { "李四", NONE } };
    const char *texts[] = { "a", "b" };
    int64_t ids[] = { 1, ID_MAX };
    struct all v = {
        .num = -5, .flag = 1, .id = 7, .region = 441621102205, .points_c = -50, .day = date_of(2026, 11, 21),
        .at = 0, .text = "x\ny", .word = "red", .json = "[1,2]", .bytes = { "z", 1 }, .one = &parts[1],
        .many = { parts, 2 }, .texts = { texts, 2 }, .ids = { ids, 2 }, .secret = "440…",
    };
    assert_string_equal(written(*state, &v, false),
        "{\"num\":-5,\"flag\":true,\"id\":7,\"region\":\"441621102205\",\"points\":\"-0.50\",\"day\":\"2026-11-21\","
        "\"at\":\"1970-01-01T00:00:00.000Z\",\"text\":\"x\\ny\",\"word\":\"red\",\"json\":[1,2],"
        "\"one\":{\"name\":\"李四\",\"points\":null},"
        "\"many\":[{\"name\":\"张三\",\"points\":\"37.50\"},{\"name\":\"李四\",\"points\":null}],"
        "\"texts\":[\"a\",\"b\"],\"ids\":[1,9007199254740991],\"secret\":\"440…\"}");
    assert_non_null(strstr(written(*state, &v, true), "\"secret\":\"…\"}"));
    assert_null(strstr(written(*state, &v, true), "440"));
}

static void record_absent(void **state)
{
    struct all v;
    memset(&v, 0x5A, sizeof v);
    record_blank(&all_record, &v);
    assert_string_equal(written(*state, &v, false),
        "{\"num\":null,\"flag\":null,\"id\":null,\"region\":null,\"points\":null,\"day\":null,\"at\":null,"
        "\"text\":null,\"word\":null,\"json\":null,\"one\":null,\"many\":[],\"texts\":[],\"ids\":[],\"secret\":null}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(shapes), TEST(strings), TEST(keys), TEST(every_maximum), TEST(maximum), TEST(record_full), TEST(record_absent),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}

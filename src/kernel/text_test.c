/* Text: UTF-8, folding, masks, numbers, "did you mean". */
#include "kernel/test.h"

#include <string.h>

#include "kernel/text.h"

static void utf8(void **state)
{
    static const struct { const char *name; const char *s; size_t n; bool ok; } cases[] = {
        { "empty", "", 0, true },
        { "ascii", "abc", 3, true },
        { "two", "\xC2\x80", 2, true },
        { "three", "中", 3, true },
        { "four", "\xF0\x9F\x91\x8D", 4, true },
        { "last", "\xF4\x8F\xBF\xBF", 4, true },
        { "before surrogates", "\xED\x9F\xBF", 3, true },
        { "after surrogates", "\xEE\x80\x80", 3, true },
        { "NUL", "a\0b", 3, false },
        { "overlong slash", "\xC0\xAF", 2, false },
        { "overlong C1", "\xC1\xBF", 2, false },
        { "overlong three", "\xE0\x9F\xBF", 3, false },
        { "overlong four", "\xF0\x8F\xBF\xBF", 4, false },
        { "surrogate", "\xED\xA0\x80", 3, false },
        { "beyond", "\xF4\x90\x80\x80", 4, false },
        { "F5", "\xF5\x80\x80\x80", 4, false },
        { "stray continuation", "a\x80", 2, false },
        { "cut", "\xE4\xB8", 2, false },
        { "cut by ascii", "\xE4\xB8" "a", 3, false },
        { "GB 18030", "\xD6\xD0", 2, false },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        EXPECT(utf8_valid(cases[i].s, cases[i].n) == cases[i].ok, "%s", cases[i].name);
    assert_int_equal(utf8_length("张3丰\xF0\x9F\x91\x8D"), 4);
}

static void clip(void **state)
{
    static const struct { const char *s; size_t max, want; } cases[] = {
        { "abc", 5, 3 }, { "abc", 2, 2 }, { "张三", 6, 6 }, { "张三", 5, 3 }, { "张三", 2, 0 }, { "", 0, 0 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        EXPECT(utf8_clip(cases[i].s, cases[i].max) == cases[i].want, "%s to %zu", cases[i].s, cases[i].max);
}

static void clean(void **state)
{
    static const struct { const char *s; bool ok; } cases[] = {
        { "两行\n文字\t。", true }, { "👍", true }, { "a\x01", false }, { "a\r", false }, { "\x7F", false },
        { "\xC2\x85", false },     /* NEL, a C1 control */
        { "\xE2\x80\xAE", false }, /* RLO, the Trojan Source override */
        { "\xE2\x81\xA6", false }, /* LRI */
        { "\xEF\xBF\xBF", false }, /* U+FFFF */
        { "\xFF", false },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        EXPECT(text_clean(cases[i].s) == cases[i].ok, "case %zu", i);
}

static void normal(void **state)
{
    static const struct { const char *in, *want; } cases[] = {
        { "  张三 ", "张三" }, { "　张三　", "张三" }, { "１３８ＡＢｚ", "138ABz" }, { "a　b", "a b" },
        { "", "" }, { "   ", "" }, { "\xEF\xBB\xBFx", "x" }, { "x\r\n", "x" }, { "，。", "，。" }, { "\xFF", "\xFF" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *got = text_normal(*state, cases[i].in);
        EXPECT(strcmp(got, cases[i].want) == 0, "\"%s\" became \"%s\"", cases[i].in, got);
    }
    assert_null(text_normal(*state, NULL));
    assert_true(text_blank(" 　\t"));
    assert_true(text_blank(""));
    assert_false(text_blank(" x"));
    assert_false(text_blank("\xFF"));
}

static void masks(void **state)
{
    static const struct { const char *in, *name, *phone; } cases[] = {
        { "张三丰", "张*丰", NULL }, { "张三", "张*", NULL }, { "欧阳春雪", "欧**雪", NULL }, { "张", "*", NULL },
        { "", "", "" }, { "买买提·艾力", "买****力", NULL }, { "𠮷田", "𠮷*", NULL },
        { "13812345678", NULL, "138****5678" }, { "8612345", NULL, "*****45" }, { "12345", NULL, "*****" },
        { "076278901234", NULL, "076*****1234" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *name = text_mask_name(*state, cases[i].in), *phone = text_mask_phone(*state, cases[i].in);
        EXPECT(!cases[i].name || strcmp(name, cases[i].name) == 0, "%s became %s", cases[i].in, name);
        EXPECT(!cases[i].phone || strcmp(phone, cases[i].phone) == 0, "%s became %s", cases[i].in, phone);
    }
    assert_null(text_mask_name(*state, NULL));
    assert_null(text_mask_phone(*state, NULL));
}

static void integers(void **state)
{
    static const struct { const char *s; bool ok; int64_t v; } cases[] = {
        { "0", true, 0 }, { "-5", true, -5 }, { "007", true, 7 }, { "9223372036854775807", true, INT64_MAX },
        { "-9223372036854775808", true, INT64_MIN }, { "9223372036854775808", false, 0 },
        { "-9223372036854775809", false, 0 }, { "", false, 0 }, { "-", false, 0 }, { "+1", false, 0 },
        { " 1", false, 0 }, { "1 ", false, 0 }, { "1.0", false, 0 }, { "0x1", false, 0 }, { "１", false, 0 },
        { NULL, false, 0 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t v = 42;
        EXPECT(text_int(cases[i].s, INT64_MIN, INT64_MAX, &v) == cases[i].ok, "\"%s\"", cases[i].s);
        EXPECT(v == (cases[i].ok ? cases[i].v : 42), "\"%s\" gave %lld", cases[i].s, (long long)v);
    }
    int64_t v;
    assert_true(text_int("5", 5, 5, &v));
    assert_false(text_int("6", 5, 5, &v));
    assert_false(text_int("4", 5, 5, &v));
}

static void nearest(void **state)
{
    static const char *const words[] = { "port", "address", "log-level", "node", NULL };
    static const struct { const char *s, *want; } cases[] = {
        { "prot", "port" }, { "adress", "address" }, { "loglevel", "log-level" }, { "nodes", "node" },
        { "zzzzzz", NULL }, { "", NULL }, { "x", NULL },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *got = text_nearest(cases[i].s, words);
        EXPECT(text_equal(got, cases[i].want), "%s: %s", cases[i].s, got ? got : "nothing");
    }
    char big[5000];
    memset(big, 'a', sizeof big - 1);
    big[sizeof big - 1] = 0;
    assert_null(text_nearest(big, words));
}

static void hex(void **state)
{
    unsigned char out[3] = { 0 };
    assert_string_equal(hex_encode(*state, "\x00\xAB\xFF", 3), "00abff");
    assert_true(hex_decode("00aBff", out, 3));
    assert_memory_equal(out, "\x00\xAB\xFF", 3);
    assert_false(hex_decode("00aB", out, 3));
    assert_false(hex_decode("00aBfff", out, 3));
    assert_false(hex_decode("00aBfg", out, 3));
    assert_false(hex_decode(NULL, out, 3));
}

static void comparisons(void **state)
{
    (void)state;
    assert_true(text_equal(NULL, NULL));
    assert_false(text_equal(NULL, ""));
    assert_true(text_equal("a", "a"));
    assert_true(text_starts("abc", "ab"));
    assert_false(text_starts("a", "ab"));
    assert_false(text_starts(NULL, "ab"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(utf8), TEST(clip), TEST(clean), TEST(normal), TEST(masks),
        TEST(integers), TEST(nearest), TEST(hex), TEST(comparisons),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}

/* Decimal hundredths. */
#include "kernel/test.h"

#include <string.h>

#include "kernel/dec.h"

static void parse(void **state)
{
    static const struct { const char *s; bool ok; int64_t c; } cases[] = {
        { "0", true, 0 }, { "-0", true, 0 }, { "3", true, 300 }, { "3.5", true, 350 }, { "3.50", true, 350 },
        { "-3", true, -300 }, { "-0.05", true, -5 }, { "0.1", true, 10 }, { "999999999999.99", true, DEC_MAX },
        { "-999999999999.99", true, -DEC_MAX }, { "1000000000000", false, 0 },
        { "99999999999999999999999999", false, 0 }, { "", false, 0 }, { "-", false, 0 }, { ".5", false, 0 },
        { "5.", false, 0 }, { "1.234", false, 0 }, { "+1", false, 0 }, { "1e2", false, 0 }, { " 1", false, 0 },
        { "1 ", false, 0 }, { "01", false, 0 }, { "00.5", false, 0 }, { "1,5", false, 0 }, { "--1", false, 0 },
        { "nan", false, 0 }, { "１", false, 0 }, { NULL, false, 0 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t c = 42;
        EXPECT(dec_parse(cases[i].s, &c) == cases[i].ok, "\"%s\"", cases[i].s);
        EXPECT(c == (cases[i].ok ? cases[i].c : 42), "\"%s\" gave %lld", cases[i].s, (long long)c);
    }
}

static void format(void **state)
{
    static const struct { int64_t c; const char *machine, *human; } cases[] = {
        { 0, "0.00", "0" }, { 5, "0.05", "0.05" }, { -5, "-0.05", "-0.05" }, { 50, "0.50", "0.5" },
        { 300, "3.00", "3" }, { 3750, "37.50", "37.5" }, { -1000, "-10.00", "-10" }, { 100000, "1000.00", "1000" },
        { DEC_MAX, "999999999999.99", "999999999999.99" },
        { INT64_MIN, "-92233720368547758.08", "-92233720368547758.08" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char s[DEC_SIZE];
        EXPECT(strcmp(dec_format(cases[i].c, s), cases[i].machine) == 0, "%s gave %s", cases[i].machine, s);
        EXPECT(strcmp(dec_human(cases[i].c, s), cases[i].human) == 0, "%s gave %s", cases[i].human, s);
    }
}

static void round_trip(void **state)
{
    (void)state;
    for (int64_t c = -123456; c <= 123456; c += 7) {
        char s[DEC_SIZE];
        int64_t back;
        EXPECT(dec_parse(dec_format(c, s), &back) && back == c, "%s", s);
        EXPECT(dec_parse(dec_human(c, s), &back) && back == c, "%s", s);
    }
}

static void arithmetic(void **state)
{
    int64_t v = DEC_MAX - 1;
    (void)state;
    assert_true(dec_add(&v, 1));
    assert_false(dec_add(&v, 1));
    assert_int_equal(v, DEC_MAX);
    assert_false(dec_add(&v, INT64_MAX));
    assert_true(dec_add(&v, -2 * DEC_MAX));
    assert_false(dec_add(&v, -1));
    assert_int_equal(v, -DEC_MAX);
    assert_true(dec_mul(350, -3, &v));
    assert_int_equal(v, -1050);
    assert_false(dec_mul(DEC_MAX, 2, &v));
    assert_false(dec_mul(INT64_MAX, INT64_MAX, &v));
    assert_int_equal(v, -1050);
}

static void rounding(void **state)
{
    static const struct { int64_t c, num, den; int64_t down, up, nearest; } cases[] = {
        { 1000, 1, 3, 333, 334, 333 },   { 1000, 2, 3, 666, 667, 667 },   { 5, 1, 2, 2, 3, 3 },
        { -5, 1, 2, -3, -2, -3 },        { -1000, 1, 3, -334, -333, -333 }, { 1000, -1, 3, -334, -333, -333 },
        { 1000, 3, 3, 1000, 1000, 1000 }, { 0, 7, 3, 0, 0, 0 },            { 1, 1, 3, 0, 1, 0 },
        { DEC_MAX, DEC_MAX, DEC_MAX, DEC_MAX, DEC_MAX, DEC_MAX },
        { DEC_MAX, INT64_MAX, INT64_MAX, DEC_MAX, DEC_MAX, DEC_MAX },
    };
    int64_t v = 42;
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t got[3];
        for (int how = 0; how < 3; how++)
            EXPECT(dec_muldiv(cases[i].c, cases[i].num, cases[i].den, (enum dec_round)how, &got[how]),
                   "case %zu overflowed", i);
        EXPECT(got[DEC_DOWN] == cases[i].down, "case %zu down %lld", i, (long long)got[DEC_DOWN]);
        EXPECT(got[DEC_UP] == cases[i].up, "case %zu up %lld", i, (long long)got[DEC_UP]);
        EXPECT(got[DEC_NEAREST] == cases[i].nearest, "case %zu nearest %lld", i, (long long)got[DEC_NEAREST]);
    }
    assert_false(dec_muldiv(1, 1, 0, DEC_DOWN, &v));
    assert_false(dec_muldiv(1, 1, -1, DEC_DOWN, &v));
    assert_false(dec_muldiv(DEC_MAX, 2, 1, DEC_DOWN, &v));
    assert_false(dec_muldiv(INT64_MIN, INT64_MIN, 1, DEC_NEAREST, &v));
    assert_int_equal(v, 42);
}

/* Where the product fits into 64 bits, division takes a shorter way: the same numbers a million million
 * times larger take the long one. */
static void both_ways_of_dividing(void **state)
{
    const int64_t large = INT64_C(1000000000000);
    uint64_t s = 3;
    (void)state;
    for (int i = 0; i < 20000; i++) {
        s = s * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        int64_t c = (int64_t)(s >> 33) % 2001 - 1000, num = (int64_t)(s >> 13) % 1001 - 500,
                den = (int64_t)(s >> 53) % 60 + 1, shorter, longer;
        for (int how = 0; how < 3; how++) {
            assert_true(dec_muldiv(c, num, den, (enum dec_round)how, &shorter));
            assert_true(dec_muldiv(c * large, num * 1000, den * large * 1000, (enum dec_round)how, &longer));
            EXPECT(shorter == longer, "%lld * %lld / %lld, %d: %lld or %lld", (long long)c, (long long)num,
                   (long long)den, how, (long long)shorter, (long long)longer);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(parse), TEST(format), TEST(round_trip), TEST(arithmetic), TEST(rounding), TEST(both_ways_of_dividing),
    };
    return cmocka_run_group_tests_name("dec", tests, NULL, NULL);
}

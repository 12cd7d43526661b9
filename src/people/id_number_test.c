/* GB 11643: known numbers, and every single wrong digit and neighbour swap is found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "kernel/date.h"
#include "people/id_number.h"

static int64_t today(void)
{
    return date_of(2026, 11, 21);
}

static void test_cases(void **state)
{
    static const struct { const char *s; enum id_number_fault want; } cases[] = {
        { "11010519491231002X", ID_NUMBER_OK }, /* the standard's own example */
        { "440524188001010014", ID_NUMBER_BIRTH }, /* the standard's other example: born 1880, before our calendar */
        { "11010519491231002x", ID_NUMBER_OK },
        { "110105194912310021", ID_NUMBER_CHECK },
        { "1101051949123100", ID_NUMBER_SHAPE },
        { "11010519491231002XX", ID_NUMBER_SHAPE },
        { "11010519491231X02X", ID_NUMBER_SHAPE },
        { "", ID_NUMBER_SHAPE },
        { "１１010519491231002X", ID_NUMBER_SHAPE }, /* full width: the caller normalises */
        { "001010519491231002", ID_NUMBER_DISTRICT },
        { "110105194902300020", ID_NUMBER_BIRTH },
        { "110105194913010020", ID_NUMBER_BIRTH },
        { "110105202611220020", ID_NUMBER_BIRTH }, /* tomorrow */
        { "441621202611210027", ID_NUMBER_OK }, /* today */
        { "110105190001010010", ID_NUMBER_CHECK }, /* a birth date at least */
        { "110105189912310010", ID_NUMBER_BIRTH },
        { "11010519491231002/", ID_NUMBER_SHAPE },
        { "11010519491231002:", ID_NUMBER_SHAPE },
        { "110105194912310/2X", ID_NUMBER_SHAPE },
        { "110105194912310:2X", ID_NUMBER_SHAPE },
        { "1101051949123100XX", ID_NUMBER_SHAPE },
        { "11010519491231002W", ID_NUMBER_SHAPE },
        { "110105490101002", ID_NUMBER_SHAPE }, /* first generation, 15 digits: no longer valid */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct id_number id;
        if (id_number_parse(cases[i].s, today(), &id) != cases[i].want) fail_msg("%s", cases[i].s);
    }
}

static void test_derives(void **state)
{
    struct id_number id;
    (void)state;
    assert_int_equal(id_number_parse("11010519491231002x", today(), &id), ID_NUMBER_OK);
    assert_string_equal(id.text, "11010519491231002X");
    assert_true(id.birth == date_of(1949, 12, 31));
    assert_false(id.male);
    assert_int_equal(id_number_parse("44162119800501019X", today(), &id), ID_NUMBER_OK);
    assert_true(id.male);
    assert_true(id.birth == date_of(1980, 5, 1));
}

/* The first and the last province of each part of the country, and what stands beside them. */
static void test_provinces(void **state)
{
    static const int known[] = { 11, 15, 21, 23, 31, 37, 41, 46, 50, 54, 61, 65, 71, 81, 83, 91 };
    static const int unknown[] = { 0, 10, 16, 20, 24, 30, 38, 40, 47, 49, 55, 60, 66, 70, 72, 80, 84, 90, 92, 99 };
    struct id_number id;
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known + sizeof unknown / sizeof *unknown; i++) {
        bool is = i < sizeof known / sizeof *known;
        int province = is ? known[i] : unknown[i - sizeof known / sizeof *known];
        char s[ID_NUMBER_SIZE] = "000101198005010110";
        s[0] = (char)('0' + province / 10);
        s[1] = (char)('0' + province % 10);
        s[17] = id_number_check(s);
        if (id_number_parse(s, today(), &id) != (is ? ID_NUMBER_OK : ID_NUMBER_DISTRICT)) fail_msg("%s", s);
    }
}

static void test_every_slip_is_found(void **state)
{
    static const char good[] = "441621198503070018";
    char s[ID_NUMBER_SIZE];
    struct id_number id;
    int found = 0;
    (void)state;
    memcpy(s, good, sizeof s);
    s[17] = id_number_check(s);
    assert_int_equal(id_number_parse(s, today(), &id), ID_NUMBER_OK);
    char right[ID_NUMBER_SIZE];
    memcpy(right, s, sizeof s);
    for (int i = 0; i < 17; i++) {
        for (char d = '0'; d <= '9'; d++) {
            memcpy(s, right, sizeof s);
            if (s[i] == d) continue;
            s[i] = d;
            assert_int_not_equal(id_number_parse(s, today(), &id), ID_NUMBER_OK);
            found++;
        }
        memcpy(s, right, sizeof s);
        if (i == 16 || s[i] == s[i + 1]) continue;
        char c = s[i];
        s[i] = s[i + 1];
        s[i + 1] = c;
        assert_int_not_equal(id_number_parse(s, today(), &id), ID_NUMBER_OK);
        found++;
    }
    assert_true(found > 150);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_derives),
        cmocka_unit_test(test_provinces),
        cmocka_unit_test(test_every_slip_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

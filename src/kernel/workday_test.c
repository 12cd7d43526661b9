/* Working days against the notices, day by day around each holiday, and the operator's file. */
#include "kernel/test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernel/date.h"

static void nth_working_day(void **state)
{
    static const struct { const char *from; int n; const char *want; } cases[] = {
        { "2024-03-04", 20, "2024-04-01" },
        { "2024-03-25", 20, "2024-04-23" }, /* Qingming 4–6 April off, Sunday 7 worked */
        { "2024-03-25", 0, "2024-03-25" },
        { "2024-04-06", 1, "2024-04-07" },
        { "2024-04-07", -1, "2024-04-03" },
        { "2026-02-13", 1, "2026-02-14" },  /* a Saturday worked before Spring Festival */
        { "2026-02-14", 1, "2026-02-24" },
        { "2026-09-30", 1, "2026-10-08" },
        { "2026-11-20", 5, "2026-11-27" },
        { "2026-11-21", 1, "2026-11-23" },
        { "2027-02-04", 1, "2027-02-09" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t from;
        char s[DATE_SIZE];
        assert_true(date_parse(cases[i].from, &from));
        date_format(workday_add(from, cases[i].n), s);
        EXPECT(strcmp(s, cases[i].want) == 0, "%s + %d gave %s", cases[i].from, cases[i].n, s);
    }
}

/* Working days of each month as an independent calendar has them (npm chinese-days 1.5.7). */
static void months(void **state)
{
    static const struct { int year; int days[12]; } cases[] = {
        { 2024, { 22, 18, 21, 22, 21, 19, 23, 22, 21, 19, 21, 22 } },
        { 2025, { 19, 19, 21, 22, 19, 20, 23, 21, 23, 18, 20, 23 } },
        { 2026, { 21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23 } },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        for (int m = 1; m <= 12; m++) {
            struct span s = period_span(PERIOD_MONTH, date_of(cases[i].year, m, 1));
            int n = 0;
            for (int64_t d = s.first; d <= s.last; d++) n += workday_is(d);
            EXPECT(n == cases[i].days[m - 1], "%d-%02d has %d", cases[i].year, m, n);
        }
    }
}

static void single_days(void **state)
{
    static const struct { const char *date; bool work; } cases[] = {
        { "2024-02-09", true },  { "2024-02-10", false }, { "2024-02-18", true },  { "2024-05-11", true },
        { "2025-01-28", false }, { "2025-01-27", true },  { "2025-05-02", false }, { "2025-05-05", false },
        { "2025-10-08", false }, { "2025-10-11", true },  { "2026-01-02", false }, { "2026-01-04", true },
        { "2026-09-25", false }, { "2027-02-05", false }, { "2027-02-06", false }, { "2027-02-08", false },
        { "2027-06-09", false }, { "2027-09-15", false }, { "2027-10-01", false }, { "2027-10-04", true },
        { "2023-10-02", true },  { "2030-01-05", false },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t d;
        assert_true(date_parse(cases[i].date, &d));
        EXPECT(workday_is(d) == cases[i].work, "%s", cases[i].date);
    }
    assert_true(workday_known(date_of(2027, 12, 31)));
    assert_false(workday_known(date_of(2028, 1, 1)));
    assert_false(workday_known(date_of(2023, 12, 31)));
}

static const char *file_of(struct arena *mem, const char *text)
{
    char *path = arena_strdup(mem, "/tmp/workday_test.XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    return path;
}

static void file(void **state)
{
    struct arena *mem = *state;
    static const struct { const char *text, *says; } bad[] = {
        { "2028-01-03 off\n2028-13-01 off\n", ":2:" }, { "2028-01-03 free\n", ":1:" }, { "2028-01-03\n", ":1:" },
        { "off 2028-01-03\n", ":1:" }, { "\xD6\xD0", "UTF-8" },
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        const char *path = file_of(mem, bad[i].text);
        const struct err *e = workday_load(mem, path);
        unlink(path);
        EXPECT(e && strstr(err_text(e, LANG_EN), bad[i].says), "case %zu: %s", i, e ? err_text(e, LANG_EN) : "fine");
        EXPECT(workday_is(date_of(2028, 1, 3)), "case %zu changed something", i);
    }
    assert_non_null(workday_load(mem, "/nonexistent/holidays"));

    const char *path = file_of(mem, "# 国务院办公厅通知\r\n\n2028-01-03 off 元旦\r\n2028-01-08 work\n2027-02-06 work 试\n");
    assert_null(workday_load(mem, path));
    unlink(path);
    assert_false(workday_is(date_of(2028, 1, 3)));
    assert_true(workday_is(date_of(2028, 1, 8)));
    assert_true(workday_known(date_of(2028, 6, 1)));
    /* 2027 is now the file's alone; 2026 is untouched. */
    assert_true(workday_is(date_of(2027, 2, 6)));
    assert_true(workday_is(date_of(2027, 2, 8)));
    assert_false(workday_is(date_of(2026, 10, 1)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nth_working_day), TEST(months), TEST(single_days), TEST(file), /* file changes the table: last */
    };
    return cmocka_run_group_tests_name("workday", tests, NULL, NULL);
}

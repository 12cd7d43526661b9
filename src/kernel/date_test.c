/* The calendar, instants and periods. */
#include "kernel/test.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kernel/date.h"

/* Against an independent calendar: every day of the range, counted one by one. */
static void every_day(void **state)
{
    static const int length[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int64_t date = DATE_MIN;
    int weekday = 1; /* 1900-01-01 was a Monday */
    (void)state;
    for (int y = 1900; y < 2200; y++) {
        bool leap = y % 400 == 0 || (y % 4 == 0 && y % 100 != 0);
        for (int m = 1; m <= 12; m++) {
            int days = length[m - 1] + (m == 2 && leap);
            for (int d = 1; d <= days; d++, date++) {
                struct ymd got = date_ymd(date);
                EXPECT(date_of(y, m, d) == date, "date_of %d-%d-%d", y, m, d);
                EXPECT(got.year == y && got.month == m && got.day == d, "date_ymd %d-%d-%d", y, m, d);
                EXPECT(date_weekday(date) == weekday, "weekday of %d-%d-%d", y, m, d);
                weekday = weekday % 7 + 1;
            }
            EXPECT(!date_valid(y, m, days + 1) && date_valid(y, m, days), "%d-%d", y, m);
        }
    }
    assert_int_equal(date - 1, DATE_MAX);
    assert_false(date_in_range(DATE_MIN - 1));
    assert_false(date_in_range(DATE_MAX + 1));
    assert_true(date_in_range(DATE_MAX));
}

static void parse(void **state)
{
    static const char *const bad[] = {
        "", "2026-11-2", "2026-11-211", "2026-13-01", "2026-00-10", "2026-02-29", "2025-02-29", "1900-02-29",
        "2026-11-00", "26-11-21", "2026/11/21", "2026-1-01", "1899-12-31", "2200-01-01", " 2026-11-21",
        "2026-11-21 ", "2026-11-21T00:00:00Z", "+026-11-21", "２026-11-21", "2026-04-31", NULL,
    };
    int64_t d = 42;
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++)
        EXPECT(!date_parse(bad[i], &d) && d == 42, "accepted %s", bad[i] ? bad[i] : "NULL");
    assert_true(date_parse("2026-11-21", &d));
    assert_int_equal(d, 20778);
    assert_true(date_parse("1970-01-01", &d));
    assert_int_equal(d, 0);
    assert_true(date_parse("2000-02-29", &d));
    char s[DATE_SIZE];
    assert_string_equal(date_format(d, s), "2000-02-29");
}

static void chinese(void **state)
{
    char s[DATE_ZH_SIZE];
    (void)state;
    assert_string_equal(date_zh(date_of(2026, 11, 21), s), "11月21日(周六)");
    assert_string_equal(date_zh(date_of(2026, 3, 1), s), "3月1日(周日)");
    assert_string_equal(date_zh(date_of(2026, 3, 2), s), "3月2日(周一)");
    assert_string_equal(date_zh_full(date_of(2026, 1, 5), s), "2026年1月5日");
    assert_string_equal(date_zh_full(date_of(2026, 11, 21), s), "2026年11月21日");
}

static void instants(void **state)
{
    static const struct { const char *s, *want; } good[] = {
        { "2026-11-21T14:42:18.123Z", "2026-11-21T14:42:18.123Z" },
        { "2026-11-21T14:42:18Z", "2026-11-21T14:42:18.000Z" },
        { "2026-11-21t14:42:18z", "2026-11-21T14:42:18.000Z" },
        { "2026-11-21T22:42:18+08:00", "2026-11-21T14:42:18.000Z" },
        { "2026-11-21T00:30:00+08:00", "2026-11-20T16:30:00.000Z" },
        { "2026-12-31T20:00:00-05:30", "2027-01-01T01:30:00.000Z" },
        { "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z" },
        { "2026-11-21T14:42:18.1Z", "2026-11-21T14:42:18.100Z" },
        { "2026-11-21T14:42:18.123456789Z", "2026-11-21T14:42:18.123Z" },
    };
    static const char *const bad[] = {
        "", "2026-11-21", "2026-11-21T14:42Z", "2026-11-21T14:42:18", "2026-11-21 14:42:18Z",
        "2026-11-21T24:00:00Z", "2026-11-21T14:60:00Z", "2026-11-21T14:42:60Z", "2026-11-21T14:42:18.Z",
        "2026-11-21T14:42:18.1234567890Z", "2026-11-21T14:42:18+0800", "2026-11-21T14:42:18+24:00",
        "2026-11-21T14:42:18+08:60", "2026-02-30T14:42:18Z", "2026-11-21T14:42:18ZZ", "2026-11-21T14:42:18,5Z", NULL,
    };
    char s[INSTANT_SIZE];
    int64_t ms = 42;
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++)
        EXPECT(!instant_parse(bad[i], &ms) && ms == 42, "accepted %s", bad[i] ? bad[i] : "NULL");
    for (size_t i = 0; i < COUNT(good); i++) {
        EXPECT(instant_parse(good[i].s, &ms), "refused %s", good[i].s);
        EXPECT(strcmp(instant_format(ms, s), good[i].want) == 0, "%s gave %s", good[i].s, s);
    }
    assert_true(instant_parse("2001-09-09T01:46:40Z", &ms));
    assert_int_equal(ms, INT64_C(1000000000000));
    char h[HTTP_DATE_SIZE];
    assert_string_equal(instant_http(ms + 999, h), "Sun, 09 Sep 2001 01:46:40 GMT");
    assert_string_equal(instant_http(784111777000, h), "Sun, 06 Nov 1994 08:49:37 GMT"); /* RFC 9110's own */
}

static void business_day_begins_in_shanghai(void **state)
{
    int64_t ms;
    (void)state;
    assert_true(instant_parse("2026-11-20T15:59:59.999Z", &ms));
    assert_int_equal(date_of_instant(ms), date_of(2026, 11, 20));
    assert_int_equal(date_of_instant(ms + 1), date_of(2026, 11, 21));
    assert_int_equal(instant_of_date(date_of(2026, 11, 21)), ms + 1);
    assert_int_equal(date_of_instant(-1), 0);
}

/* What `see` says in a process of its own, because the clock of a process starts once: 0 is right. */
static int elsewhere(int (*see)(const char *), const char *arg)
{
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) _exit(see(arg));
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

/* Within a minute after `from`, and it runs. */
static bool runs_from(int64_t from)
{
    int64_t now = clock_now(), later = now;
    if (now < from || now > from + 60000) return false;
    while (later == now) later = clock_now();
    return later > now && later <= from + 60000;
}

static int see_machine(const char *arg)
{
    (void)arg;
    unsetenv("SHANZHI_TEST_NOW");
    return !runs_from((int64_t)time(NULL) * 1000); /* the machine's clock: this is where it is asked */
}

static int see_set(const char *now)
{
    int64_t from;
    setenv("SHANZHI_TEST_NOW", now, 1);
    return !instant_parse(now, &from) || !runs_from(from);
}

/* Ten seconds ago it was that instant: what a process sees that starts later in the same test. */
static int see_since(const char *now)
{
    char since[24];
    int64_t from;
    snprintf(since, sizeof since, "%lld", (long long)(clock_monotonic_us() / 1000 - 10000));
    setenv("SHANZHI_TEST_NOW", now, 1);
    setenv("SHANZHI_TEST_SINCE", since, 1);
    return !instant_parse(now, &from) || !runs_from(from + 10000);
}

/* Five milliseconds later by the machine it is the same one. */
static int see_still(const char *now)
{
    int64_t from;
    setenv("SHANZHI_TEST_NOW", now, 1);
    setenv("SHANZHI_TEST_SINCE", "1", 1); /* of no effect */
    setenv("SHANZHI_TEST_STILL", "1", 1);
    if (!instant_parse(now, &from) || clock_now() != from) return 1;
    int64_t us = clock_monotonic_us();
    while (clock_monotonic_us() < us + 5000) continue;
    return clock_now() != from;
}

static int see_moved(const char *file)
{
    int64_t before = clock_now();
    FILE *f = fopen(file, "w");
    if (!f || fputs("86400000", f) < 0 || fclose(f) != 0) return 2;
    setenv("SHANZHI_TEST_CLOCK", file, 1);
    int64_t after = clock_now();
    return after < before + 86400000 || after > before + 86400000 + 60000;
}

/* Runs first: nobody has asked the clock of this process yet. */
static void clocks(void **state)
{
    char file[] = "/tmp/shanzhi-clock-XXXXXX";
    (void)state;
    assert_int_equal(elsewhere(see_machine, NULL), 0);
    assert_int_equal(elsewhere(see_set, "2028-02-29T23:59:59+08:00"), 0);
    assert_int_equal(elsewhere(see_set, "2027-01-01T00:00:00+08:00"), 0);
    assert_int_equal(elsewhere(see_since, "2026-12-31T23:59:55+08:00"), 0);
    assert_int_equal(elsewhere(see_still, "2027-01-01T00:00:00+08:00"), 0);
    int fd = mkstemp(file);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(elsewhere(see_moved, file), 0);
    unlink(file);
    int64_t us = clock_monotonic_us(), now;
    assert_true(clock_monotonic_us() >= us);
    assert_true(instant_parse(getenv("SHANZHI_TEST_NOW"), &now)); /* tests/clock.c has set it */
    assert_true(runs_from(now));
}

static void periods(void **state)
{
    static const struct { enum period p; const char *date, *name, *first, *last, *next; } cases[] = {
        { PERIOD_DAY, "2026-11-21", "2026-11-21", "2026-11-21", "2026-11-21", "2026-11-22" },
        { PERIOD_WEEK, "2026-11-21", "2026-W47", "2026-11-16", "2026-11-22", "2026-11-23" },
        { PERIOD_WEEK, "2026-12-31", "2026-W53", "2026-12-28", "2027-01-03", "2027-01-04" },
        { PERIOD_WEEK, "2027-01-01", "2026-W53", "2026-12-28", "2027-01-03", "2027-01-04" },
        { PERIOD_WEEK, "2024-12-30", "2025-W01", "2024-12-30", "2025-01-05", "2025-01-06" },
        { PERIOD_MONTH, "2024-02-29", "2024-02", "2024-02-01", "2024-02-29", "2024-03-01" },
        { PERIOD_MONTH, "2026-12-05", "2026-12", "2026-12-01", "2026-12-31", "2027-01-01" },
        { PERIOD_QUARTER, "2026-11-21", "2026-Q4", "2026-10-01", "2026-12-31", "2027-01-01" },
        { PERIOD_QUARTER, "2026-01-01", "2026-Q1", "2026-01-01", "2026-03-31", "2026-04-01" },
        { PERIOD_HALF, "2026-06-30", "2026-H1", "2026-01-01", "2026-06-30", "2026-07-01" },
        { PERIOD_HALF, "2026-07-01", "2026-H2", "2026-07-01", "2026-12-31", "2027-01-01" },
        { PERIOD_YEAR, "2026-11-21", "2026", "2026-01-01", "2026-12-31", "2027-01-01" },
        { PERIOD_LIFE, "2026-11-21", "life", "1900-01-01", "2199-12-31", "1900-01-01" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t date, first, last, next;
        char name[DATE_SIZE];
        assert_true(date_parse(cases[i].date, &date) && date_parse(cases[i].first, &first) &&
                    date_parse(cases[i].last, &last) && date_parse(cases[i].next, &next));
        struct span got = period_span(cases[i].p, date), parsed;
        enum period p;
        EXPECT(got.first == first && got.last == last, "%s of %s", cases[i].name, cases[i].date);
        EXPECT(strcmp(period_name(cases[i].p, date, name), cases[i].name) == 0, "%s: %s", cases[i].name, name);
        EXPECT(period_parse(name, &p, &parsed) && p == cases[i].p && parsed.first == first && parsed.last == last,
               "%s read back", name);
        EXPECT(period_step(cases[i].p, date, 1).first == next, "after %s", name);
        if (cases[i].p != PERIOD_LIFE)
            EXPECT(period_step(cases[i].p, next, -1).first == first, "before the one after %s", name);
    }
    assert_int_equal(period_step(PERIOD_MONTH, date_of(2026, 1, 31), 13).last, date_of(2027, 2, 28));
    assert_int_equal(period_step(PERIOD_YEAR, date_of(2199, 1, 31), 5).last, DATE_MAX);
}

/* Every day of forty years: spans meet without gap and names read back. */
static void periods_tile(void **state)
{
    (void)state;
    for (int p = PERIOD_DAY; p <= PERIOD_YEAR; p++) {
        for (int64_t d = date_of(2000, 1, 1); d < date_of(2040, 1, 1); d++) {
            struct span s = period_span((enum period)p, d);
            EXPECT(s.first <= d && d <= s.last, "period %d day %lld", p, (long long)d);
            EXPECT(period_step((enum period)p, d, 1).first == s.last + 1, "period %d day %lld", p, (long long)d);
        }
    }
}

static void period_nonsense(void **state)
{
    static const char *const bad[] = {
        "", "26", "2026-", "2026-W00", "2026-W54", "2025-W53", "2026-W1", "2026-W011", "2026-Q0", "2026-Q5",
        "2026-Q", "2026-Q11", "2026-H3", "2026-13", "2026-00", "2026-1", "2026-02-30", "2026-11-", "1899", "2200",
        "Life", "2026w47", NULL,
    };
    enum period p;
    struct span s;
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++)
        EXPECT(!period_parse(bad[i], &p, &s), "accepted %s", bad[i] ? bad[i] : "NULL");
}

static void windows(void **state)
{
    static const struct { int month, from, to, first, last; } cases[] = {
        { 2, 20, 25, 20, 25 }, { 2, 25, 31, 25, 28 }, { 2, 30, 31, 28, 28 }, { 4, 1, 31, 1, 30 }, { 4, 0, 5, 1, 5 },
        { 4, 9, 5, 9, 9 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct span s = month_window(date_of(2026, cases[i].month, 15), cases[i].from, cases[i].to);
        EXPECT(date_ymd(s.first).day == cases[i].first && date_ymd(s.last).day == cases[i].last &&
                   date_ymd(s.first).month == cases[i].month,
               "case %zu", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(clocks), TEST(every_day), TEST(parse), TEST(chinese), TEST(instants),
        TEST(business_day_begins_in_shanghai), TEST(periods), TEST(periods_tile), TEST(period_nonsense), TEST(windows),
    };
    return cmocka_run_group_tests_name("date", tests, NULL, NULL);
}

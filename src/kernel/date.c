/* The calendar in integers. Days are counted from 1970-01-01; the civil conversions are Howard
 * Hinnant's "chrono-Compatible Low-Level Date Algorithms" (public domain), with years that begin in
 * March so that the leap day comes last. */
#include "kernel/date.h"

#include <string.h>
#include <time.h>
#ifdef SHANZHI_TESTING
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#endif

enum { YEAR_MIN = 1900, YEAR_MAX = 2199 };
#define DAY_MS INT64_C(86400000)
#define SHANGHAI_MS (8 * INT64_C(3600000))

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static bool leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_days(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return month == 2 && leap(year) ? 29 : days[month - 1];
}

int64_t date_of(int year, int month, int day)
{
    int64_t y = year - (month <= 2);
    int64_t era = floor_div(y, 400), yoe = y - era * 400;
    int64_t doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

bool date_valid(int year, int month, int day)
{
    return year >= YEAR_MIN && year <= YEAR_MAX && month >= 1 && month <= 12 && day >= 1 &&
           day <= month_days(year, month);
}

bool date_in_range(int64_t date)
{
    return date >= DATE_MIN && date <= DATE_MAX;
}

struct ymd date_ymd(int64_t date)
{
    int64_t z = date + 719468, era = floor_div(z, 146097), doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    int month = (int)(mp < 10 ? mp + 3 : mp - 9);
    return (struct ymd){ .year = (int)(yoe + era * 400) + (month <= 2),
                         .month = month,
                         .day = (int)(doy - (153 * mp + 2) / 5) + 1 };
}

int date_weekday(int64_t date)
{
    return (int)(date + 3 - 7 * floor_div(date + 3, 7)) + 1; /* 1970-01-01 was a Thursday */
}

/* Exactly n digits. */
static bool take_digits(const char **s, int n, int *out)
{
    int v = 0;
    for (int i = 0; i < n; i++, (*s)++) {
        if (**s < '0' || **s > '9') return false;
        v = v * 10 + (**s - '0');
    }
    *out = v;
    return true;
}

static bool take_char(const char **s, char c)
{
    if (**s != c) return false;
    (*s)++;
    return true;
}

static bool take_date(const char **s, int64_t *out)
{
    int y, m, d;
    if (!take_digits(s, 4, &y) || !take_char(s, '-') || !take_digits(s, 2, &m) ||
        !take_char(s, '-') || !take_digits(s, 2, &d) || !date_valid(y, m, d))
        return false;
    *out = date_of(y, m, d);
    return true;
}

bool date_parse(const char *s, int64_t *out)
{
    int64_t date;
    if (!s || !take_date(&s, &date) || *s) return false;
    *out = date;
    return true;
}

static char *put_digits(char *p, int v, int n)
{
    for (int i = n - 1; i >= 0; i--, v /= 10) p[i] = (char)('0' + v % 10);
    return p + n;
}

/* As people write it, without leading zeros. */
static char *put_small(char *p, int v)
{
    return put_digits(p, v, v > 999 ? 4 : v > 9 ? 2 : 1);
}

static char *put_text(char *p, const char *s)
{
    size_t n = strlen(s);
    memcpy(p, s, n);
    return p + n;
}

static char *put_date(char *p, int64_t date)
{
    struct ymd d = date_ymd(date);
    p = put_digits(p, d.year, 4);
    *p++ = '-';
    p = put_digits(p, d.month, 2);
    *p++ = '-';
    return put_digits(p, d.day, 2);
}

char *date_format(int64_t date, char out[DATE_SIZE])
{
    *put_date(out, date) = 0;
    return out;
}

char *date_zh(int64_t date, char out[DATE_ZH_SIZE])
{
    static const char *const week[] = { "一", "二", "三", "四", "五", "六", "日" };
    struct ymd d = date_ymd(date);
    char *p = put_text(put_small(out, d.month), "月");
    p = put_text(put_small(p, d.day), "日(周");
    p = put_text(p, week[date_weekday(date) - 1]);
    *put_text(p, ")") = 0;
    return out;
}

char *date_zh_full(int64_t date, char out[DATE_ZH_SIZE])
{
    struct ymd d = date_ymd(date);
    char *p = put_text(put_small(out, d.year), "年");
    p = put_text(put_small(p, d.month), "月");
    *put_text(put_small(p, d.day), "日") = 0;
    return out;
}

int64_t date_of_instant(int64_t ms)
{
    return floor_div(ms + SHANGHAI_MS, DAY_MS);
}

int64_t instant_of_date(int64_t date)
{
    return date * DAY_MS - SHANGHAI_MS;
}

/* ".123456" → 123; more than nine digits are refused. */
static bool take_fraction(const char **s, int *ms)
{
    int n = 0, v = 0;
    for (; **s >= '0' && **s <= '9'; (*s)++, n++)
        if (n < 3) v = v * 10 + (**s - '0');
    if (n == 0 || n > 9) return false;
    for (; n < 3; n++) v *= 10;
    *ms = v;
    return true;
}

bool instant_parse(const char *s, int64_t *out)
{
    int64_t date;
    int h, m, sec, ms = 0, oh = 0, om = 0, sign = 1;
    if (!s || !take_date(&s, &date) || (*s != 'T' && *s != 't')) return false;
    s++;
    if (!take_digits(&s, 2, &h) || !take_char(&s, ':') || !take_digits(&s, 2, &m) ||
        !take_char(&s, ':') || !take_digits(&s, 2, &sec) || h > 23 || m > 59 || sec > 59)
        return false;
    if (*s == '.' && (s++, !take_fraction(&s, &ms))) return false;
    if (*s == 'Z' || *s == 'z') {
        s++;
    } else {
        if (*s != '+' && *s != '-') return false;
        sign = *s++ == '-' ? -1 : 1;
        if (!take_digits(&s, 2, &oh) || !take_char(&s, ':') || !take_digits(&s, 2, &om) || oh > 23 ||
            om > 59)
            return false;
    }
    if (*s) return false;
    int64_t seconds = (h * 60 + m) * 60 + sec - sign * (oh * 60 + om) * 60;
    *out = date * DAY_MS + seconds * 1000 + ms;
    return true;
}

char *instant_format(int64_t ms, char out[INSTANT_SIZE])
{
    int64_t date = floor_div(ms, DAY_MS);
    int rest = (int)(ms - date * DAY_MS);
    char *p = put_date(out, date);
    *p++ = 'T';
    p = put_digits(p, rest / 3600000, 2);
    *p++ = ':';
    p = put_digits(p, rest / 60000 % 60, 2);
    *p++ = ':';
    p = put_digits(p, rest / 1000 % 60, 2);
    *p++ = '.';
    p = put_digits(p, rest % 1000, 3);
    *p++ = 'Z';
    *p = 0;
    return out;
}

char *instant_http(int64_t ms, char out[HTTP_DATE_SIZE])
{
    static const char *const week[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    int64_t date = floor_div(ms, DAY_MS);
    int sec = (int)((ms - date * DAY_MS) / 1000);
    struct ymd d = date_ymd(date);
    char *p = put_text(put_text(out, week[date_weekday(date) - 1]), ", ");
    p = put_text(put_digits(p, d.day, 2), " ");
    p = put_text(put_text(p, months[d.month - 1]), " ");
    p = put_text(put_digits(p, d.year, 4), " ");
    p = put_text(put_digits(p, sec / 3600, 2), ":");
    p = put_text(put_digits(p, sec / 60 % 60, 2), ":");
    *put_text(put_digits(p, sec % 60, 2), " GMT") = 0;
    return out;
}

static int64_t clock_of_machine(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

#ifdef SHANZHI_TESTING
/* Tests set the clock, so that no test depends on the day it runs:
 *   SHANZHI_TEST_NOW    the instant at which the clock of the process starts (RFC 3339); it runs on from there
 *   SHANZHI_TEST_SINCE  the machine's monotonic milliseconds at which it was that instant: the processes of a
 *                       test share one clock, whenever they start. Without it, the first question starts it.
 *   SHANZHI_TEST_STILL  the clock does not run on by itself: what is recorded has the same instants each time
 *   SHANZHI_TEST_CLOCK  a file with milliseconds to add, which the test changes while the program runs
 * Publicity cannot be waited for. */
static pthread_once_t test_clock_once = PTHREAD_ONCE_INIT;
static int64_t test_clock_ahead; /* of the monotonic clock; of zero when it stands still */
static bool test_clock_set, test_clock_still;

static int64_t read_digits(const char *s)
{
    int64_t v = 0;
    for (; *s >= '0' && *s <= '9'; s++) v = v * 10 + (*s - '0');
    return v;
}

static void test_clock_start(void)
{
    const char *now = getenv("SHANZHI_TEST_NOW"), *since = getenv("SHANZHI_TEST_SINCE");
    int64_t start;
    if (!now) return;
    if (!instant_parse(now, &start)) { /* not BUG: the log would ask the clock */
        fprintf(stderr, "SHANZHI_TEST_NOW is not an instant: %s\n", now);
        _exit(2);
    }
    test_clock_still = getenv("SHANZHI_TEST_STILL") != NULL;
    test_clock_ahead = test_clock_still ? start : start - (since ? read_digits(since) : clock_monotonic_us() / 1000);
    test_clock_set = true;
}

static int64_t test_clock_shift(void)
{
    char s[24] = { 0 };
    const char *path = getenv("SHANZHI_TEST_CLOCK");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0) return 0;
    ssize_t n = read(fd, s, sizeof s - 1);
    close(fd);
    return n > 0 ? read_digits(s) : 0;
}

int64_t clock_now(void)
{
    pthread_once(&test_clock_once, test_clock_start);
    int64_t ran = test_clock_still ? 0 : clock_monotonic_us() / 1000;
    return (test_clock_set ? ran + test_clock_ahead : clock_of_machine()) + test_clock_shift();
}
#else
int64_t clock_now(void)
{
    return clock_of_machine();
}
#endif

int64_t clock_monotonic_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* ---- periods ---- */

static int months_of(enum period p)
{
    switch (p) {
    case PERIOD_MONTH: return 1;
    case PERIOD_QUARTER: return 3;
    case PERIOD_HALF: return 6;
    case PERIOD_YEAR: return 12;
    case PERIOD_DAY:
    case PERIOD_WEEK:
    case PERIOD_LIFE: return 0;
    }
    BUG("period %d", p);
}

static int64_t clamp_date(int64_t date)
{
    return date < DATE_MIN ? DATE_MIN : date > DATE_MAX ? DATE_MAX : date;
}

/* Months are counted from year 0, so that stepping is one addition. */
static struct span months_span(int64_t first_month, int months)
{
    int y = (int)floor_div(first_month, 12), m = (int)(first_month - 12 * (int64_t)y) + 1;
    int64_t after = first_month + months;
    int y2 = (int)floor_div(after, 12), m2 = (int)(after - 12 * (int64_t)y2) + 1;
    return (struct span){ clamp_date(date_of(y, m, 1)), clamp_date(date_of(y2, m2, 1) - 1) };
}

struct span period_step(enum period p, int64_t date, int n)
{
    if (p == PERIOD_LIFE) return (struct span){ DATE_MIN, DATE_MAX };
    if (p == PERIOD_DAY) {
        int64_t day = clamp_date(date + n);
        return (struct span){ day, day };
    }
    if (p == PERIOD_WEEK) {
        int64_t monday = date - (date_weekday(date) - 1) + 7 * (int64_t)n;
        return (struct span){ clamp_date(monday), clamp_date(monday + 6) };
    }
    int months = months_of(p);
    struct ymd d = date_ymd(date);
    int64_t month = (int64_t)d.year * 12 + (d.month - 1);
    return months_span((floor_div(month, months) + n) * months, months);
}

struct span period_span(enum period p, int64_t date)
{
    return period_step(p, date, 0);
}

/* ISO 8601: a week belongs to the year of its Thursday. */
static int iso_week(int64_t date, int *year)
{
    int64_t thursday = date - date_weekday(date) + 4;
    *year = date_ymd(thursday).year;
    return (int)((thursday - date_of(*year, 1, 1)) / 7) + 1;
}

char *period_name(enum period p, int64_t date, char out[DATE_SIZE])
{
    struct ymd d = date_ymd(date);
    char *at = out;
    int year;
    switch (p) {
    case PERIOD_DAY: return date_format(date, out);
    case PERIOD_WEEK: {
        int week = iso_week(date, &year);
        at = put_digits(put_text(put_digits(at, year, 4), "-W"), week, 2);
        break;
    }
    case PERIOD_MONTH:
        at = put_digits(put_text(put_digits(at, d.year, 4), "-"), d.month, 2);
        break;
    case PERIOD_QUARTER:
        at = put_digits(put_text(put_digits(at, d.year, 4), "-Q"), (d.month + 2) / 3, 1);
        break;
    case PERIOD_HALF:
        at = put_digits(put_text(put_digits(at, d.year, 4), "-H"), (d.month + 5) / 6, 1);
        break;
    case PERIOD_YEAR: at = put_digits(at, d.year, 4); break;
    case PERIOD_LIFE: at = put_text(at, "life"); break;
    }
    *at = 0;
    return out;
}

/* Reads what follows the year; the first day of the period, or false. */
static bool parse_tail(const char *s, int year, enum period *p, int64_t *first)
{
    int n, d;
    if (!*s) {
        *p = PERIOD_YEAR;
        *first = date_of(year, 1, 1);
        return true;
    }
    if (!take_char(&s, '-')) return false;
    if (take_char(&s, 'W')) {
        *p = PERIOD_WEEK;
        if (!take_digits(&s, 2, &n) || *s || n < 1 || n > 53) return false;
        int64_t fourth = date_of(year, 1, 4); /* always in week 1 */
        *first = fourth - (date_weekday(fourth) - 1) + 7 * (n - 1);
        int of_year;
        return iso_week(*first, &of_year) == n && of_year == year;
    }
    if (take_char(&s, 'Q')) {
        *p = PERIOD_QUARTER;
        if (!take_digits(&s, 1, &n) || *s || n < 1 || n > 4) return false;
        *first = date_of(year, 3 * n - 2, 1);
        return true;
    }
    if (take_char(&s, 'H')) {
        *p = PERIOD_HALF;
        if (!take_digits(&s, 1, &n) || *s || n < 1 || n > 2) return false;
        *first = date_of(year, 6 * n - 5, 1);
        return true;
    }
    if (!take_digits(&s, 2, &n) || !date_valid(year, n, 1)) return false;
    *p = PERIOD_MONTH;
    *first = date_of(year, n, 1);
    if (!*s) return true;
    *p = PERIOD_DAY;
    if (!take_char(&s, '-') || !take_digits(&s, 2, &d) || *s || !date_valid(year, n, d)) return false;
    *first = date_of(year, n, d);
    return true;
}

bool period_parse(const char *s, enum period *p, struct span *out)
{
    enum period kind = PERIOD_LIFE;
    int64_t first = 0;
    int year;
    if (!s) return false;
    if (strcmp(s, "life") != 0) {
        if (!take_digits(&s, 4, &year) || year < YEAR_MIN || year > YEAR_MAX) return false;
        if (!parse_tail(s, year, &kind, &first)) return false;
    }
    *p = kind;
    *out = period_span(kind, first);
    return true;
}

struct span month_window(int64_t date, int from_day, int to_day)
{
    struct span month = period_span(PERIOD_MONTH, date);
    int days = (int)(month.last - month.first) + 1;
    if (from_day < 1) from_day = 1;
    if (from_day > days) from_day = days;
    if (to_day > days) to_day = days;
    if (to_day < from_day) to_day = from_day;
    return (struct span){ month.first + from_day - 1, month.first + to_day - 1 };
}

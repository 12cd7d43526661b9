/* Business dates are days since 1970-01-01 in Asia/Shanghai (fixed UTC+8 since 1991); instants are
 * UTC milliseconds. Pure integer calendar, valid 1900-01-01 … 2199-12-31.
 */
#ifndef KERNEL_DATE_H
#define KERNEL_DATE_H
#include <stdbool.h>
#include <stdint.h>
#include "kernel/err.h"

#define DATE_MIN INT64_C(-25567) /* 1900-01-01 */
#define DATE_MAX INT64_C(84005)  /* 2199-12-31 */
struct ymd { int year, month, day; };
int64_t date_of(int year, int month, int day);   /* caller guarantees a valid date */
bool date_valid(int year, int month, int day);
bool date_in_range(int64_t date);
struct ymd date_ymd(int64_t date);
int date_weekday(int64_t date);                   /* 1 Monday … 7 Sunday */
MUST_CHECK bool date_parse(const char *s, int64_t *out); /* "2026-11-21" exactly; NULL is false */
enum { DATE_SIZE = 16, INSTANT_SIZE = 32, DATE_ZH_SIZE = 48 };
char *date_format(int64_t date, char out[DATE_SIZE]);
char *date_zh(int64_t date, char out[DATE_ZH_SIZE]);   /* "11月21日(周六)" */
char *date_zh_full(int64_t date, char out[DATE_ZH_SIZE]); /* "2026年11月21日" */
int64_t date_of_instant(int64_t ms);              /* the business date in Shanghai */
int64_t instant_of_date(int64_t date);            /* when it begins there: 00:00 +08:00 */
/* RFC 3339 with Z or an offset; finer than milliseconds is cut off; no leap seconds. */
MUST_CHECK bool instant_parse(const char *s, int64_t *out);
char *instant_format(int64_t ms, char out[INSTANT_SIZE]);   /* "2026-11-21T14:42:18.123Z" */
enum { HTTP_DATE_SIZE = 32 };
char *instant_http(int64_t ms, char out[HTTP_DATE_SIZE]); /* RFC 9110: "Sat, 21 Nov 2026 14:42:18 GMT" */
int64_t clock_now(void);                          /* wall clock, ms; the only place that asks; tests set it (date.c) */
int64_t clock_monotonic_us(void);

/* Periods: day, week (ISO, Monday), month, quarter, half, year, life. Clipped to the valid dates. */
enum period { PERIOD_DAY, PERIOD_WEEK, PERIOD_MONTH, PERIOD_QUARTER, PERIOD_HALF, PERIOD_YEAR, PERIOD_LIFE };
struct span { int64_t first, last; };             /* both included */
struct span period_span(enum period p, int64_t date);
struct span period_step(enum period p, int64_t date, int n); /* n periods later (or earlier) */
/* "2026-11-21" "2026-W47" "2026-11" "2026-Q4" "2026-H2" "2026" "life" */
char *period_name(enum period p, int64_t date, char out[DATE_SIZE]);
MUST_CHECK bool period_parse(const char *s, enum period *p, struct span *out);
/* Days from..to of the month of `date`, clipped to its end ("20th to 25th"). */
struct span month_window(int64_t date, int from_day, int to_day);

/* Working days: weekends off, but public holidays and make-up workdays by a table (2024–2027 built
 * in; 2027 until published is weekends plus the statutory days); a file extends or replaces years. */
bool workday_is(int64_t date);
/* The n-th working day after date (before, when n is negative); 0: date itself. 4 March 2024 + 20 is
 * 1 April 2024. */
int64_t workday_add(int64_t date, int n);
/* Is the year in the table, or are only its weekends known? */
bool workday_known(int64_t date);
/* The year whose notice the table lacks as of `today`, to be warned of: this year, or from November on the
 * next (the notice comes out in late October or in November); 0: none. Statutory days alone, as built in
 * for 2027, are no notice. */
int workday_missing(int64_t today);
/* Lines "2028-01-01 off 元旦" and "2028-02-05 work", # comments, and the text of the State Council's notices,
 * pasted (workday_notice.c). A year that the file names is taken from it alone. All or nothing, with a
 * finding for every line that was not understood; call it before threads start. */
MUST_CHECK const struct err *workday_load(struct arena *mem, const char *path);
#endif

/* Dates, instants and periods from text: what is accepted is in range and reads back the same. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "kernel/date.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void dates(const char *s)
{
    char text[DATE_SIZE];
    int64_t date;
    if (!date_parse(s, &date)) return;
    if (!date_in_range(date) || strcmp(date_format(date, text), s) != 0) BUG("date %s is %s", s, text);
    workday_is(date);
}

static void instants(const char *s)
{
    char text[INSTANT_SIZE];
    int64_t ms, again;
    if (!instant_parse(s, &ms)) return;
    if (!instant_parse(instant_format(ms, text), &again)) {
        /* An offset may carry an instant of the first or last day out of the calendar. */
        if (date_in_range(date_of_instant(ms) - 1) && date_in_range(date_of_instant(ms) + 1)) BUG("instant %s", text);
        return;
    }
    if (again != ms) BUG("instant %s is %s", s, text);
}

static void periods(const char *s)
{
    char text[DATE_SIZE];
    enum period p;
    struct span span;
    if (!period_parse(s, &p, &span)) return;
    if (span.first > span.last || !date_in_range(span.first) || !date_in_range(span.last)) BUG("period %s", s);
    int64_t inside = p == PERIOD_WEEK ? span.last : span.first;
    if (strcmp(period_name(p, inside, text), s) != 0 && span.last != DATE_MAX) BUG("period %s is %s", s, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char s[64];
    if (n >= sizeof s) return 0;
    memcpy(s, data, n);
    s[n] = 0;
    dates(s);
    instants(s);
    periods(s);
    return 0;
}

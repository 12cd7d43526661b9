/* How long something hangs: the first day does not count; working days skip weekends and holidays. */
#include "notice/notice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* cmocka has a macro fail: it comes last. */
#include <cmocka.h>

static void the_last_day(void **unused)
{
    (void)unused;
    static const struct {
        const char *name, *first;
        int64_t days;
        bool workdays;
        const char *last;
    } cases[] = {
        { "three days", "2026-11-21", 3, false, "2026-11-24" },
        { "over the month's end", "2026-11-29", 3, false, "2026-12-02" },
        { "no publicity: the day itself", "2026-11-21", 0, false, "2026-11-21" },
        { "working days from a Saturday", "2026-11-21", 3, true, "2026-11-25" },
        { "working days from a Friday", "2026-11-20", 1, true, "2026-11-23" },
        /* National Day 2025: 1 to 8 October off, Saturday the 11th worked (国办发明电〔2024〕12号). */
        { "over National Day", "2025-09-30", 3, true, "2025-10-11" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t first;
        char last[DATE_SIZE];
        assert_true(date_parse(cases[i].first, &first));
        date_format(notice_last_day(first, cases[i].days, cases[i].workdays), last);
        if (strcmp(last, cases[i].last))
            fail_msg("%s: %s, wanted %s", cases[i].name, last, cases[i].last);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_last_day) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

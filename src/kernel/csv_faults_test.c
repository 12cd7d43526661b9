/* Faults are told by line, in the order they were found within a line, and not without end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "kernel/csv.h"

static void test_order(void **state)
{
    struct arena mem = { 0 };
    struct csv_faults f = { .mem = &mem };
    (void)state;
    csv_fault(&f, 9, "a", "", "");
    csv_fault(&f, 2, "b", "", "");
    csv_fault(&f, 9, "c", "", "");
    csv_fault(&f, 2, "a", "", "");
    const struct finding *x = csv_faults_err(&f)->findings;
    static const char *const want[] = { "2/b", "2/a", "9/a", "9/c" };
    for (size_t i = 0; i < 4; i++, x = x->next) assert_string_equal(x->field, want[i]);
    assert_null(x);
    arena_clear(&mem);
}

static void test_bound(void **state)
{
    struct arena mem = { 0 };
    struct csv_faults f = { .mem = &mem };
    (void)state;
    for (int i = 5000; i > 0; i--) csv_fault(&f, i, "a", "zh", "en");
    int n = 0;
    const struct finding *last = NULL;
    for (const struct finding *x = csv_faults_err(&f)->findings; x; x = x->next) last = x, n++;
    assert_int_equal(n, CSV_FAULTS_MAX);
    assert_string_equal(last->field, "500");
    assert_non_null(strstr(last->en, "4501 more"));
    arena_clear(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_order), cmocka_unit_test(test_bound) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What unit tests share: cmocka with its headers in order, and a check that names the case. cmocka
 * leaves a failed test by longjmp, so memory hangs on an arena that setup and teardown own:
 *     static int setup(void **state) … use TEST(fn) for tests that take `struct arena *mem`.
 */
#ifndef KERNEL_TEST_H
#define KERNEL_TEST_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "kernel/arena.h"

#define EXPECT(cond, ...) \
    do { \
        if (!(cond)) fail_msg(__VA_ARGS__); \
    } while (0)
#define COUNT(a) (sizeof(a) / sizeof *(a))

static inline int test_setup(void **state)
{
    static struct arena mem;
    *state = &mem;
    return 0;
}
static inline int test_teardown(void **state)
{
    arena_clear(*state);
    return 0;
}
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, test_setup, test_teardown)
#endif

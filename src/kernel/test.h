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
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

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
/* fn is left (arena_try) where its first allocation cannot be had, then where its second cannot, … until nothing is
 * missing; the steps become longer. When mem is cleared, nothing that fn took may be left. */
static inline void test_left_anywhere(struct arena *mem, void (*fn)(void *), void *arg)
{
    arena_clear(mem);
    long before = arena_held(), n = 1;
    for (bool whole = false; !whole; n += 1 + n / 16) {
        arena_fail_at(n);
        whole = arena_try(fn, arg);
        arena_fail_at(0);
        arena_clear(mem);
        EXPECT(arena_held() == before, "%ld chunks are lost when allocation %ld cannot be had", arena_held() - before, n);
    }
    EXPECT(n > 2, "it allocates nothing");
#ifdef __SANITIZE_ADDRESS__
    EXPECT(!__lsan_do_recoverable_leak_check(), "what is no arena's is lost");
#endif
}
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, test_setup, test_teardown)
#endif

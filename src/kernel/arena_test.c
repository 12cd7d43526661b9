/* Arenas and buffers. */
#include "kernel/test.h"

#include <stdalign.h>
#include <string.h>

#include "kernel/buf.h"

static void alloc_is_zeroed_and_aligned(void **state)
{
    struct arena *mem = *state;
    for (int round = 0; round < 3; round++) {
        for (size_t n = 0; n < 40000; n = n * 2 + 1) {
            unsigned char *p = arena_alloc(mem, n);
            EXPECT((uintptr_t)p % alignof(max_align_t) == 0, "%zu bytes not aligned", n);
            for (size_t i = 0; i < n; i++) EXPECT(p[i] == 0, "%zu bytes not zeroed", n);
            memset(p, 0xA5, n); /* the sanitizer checks the bounds; the next round checks the zeroing */
        }
        arena_reset(mem);
    }
}

static void big_blocks_keep_the_open_chunk(void **state)
{
    struct arena *mem = *state;
    char *a = arena_alloc(mem, 16);
    arena_alloc(mem, 100000);
    char *b = arena_alloc(mem, 16);
    assert_ptr_equal(b, a + 16);
}

static void copies(void **state)
{
    struct arena *mem = *state;
    assert_string_equal(arena_strndup(mem, "abc\0def", 7), "abc");
    assert_memory_equal(arena_strndup(mem, "abc\0def", 7), "abc\0def", 8);
    assert_null(arena_strdup(mem, NULL));
    assert_string_equal(arena_printf(mem, "%s-%d", "x", 7), "x-7");
    char *big = arena_printf(mem, "%0*d", 30000, 5);
    assert_int_equal(strlen(big), 30000);
}

static char trace[8];
static void hook(void *arg)
{
    strncat(trace, arg, 1);
}

static void hooks_run_newest_first_and_once(void **state)
{
    struct arena *mem = *state;
    trace[0] = 0;
    arena_on_clear(mem, hook, "a");
    arena_on_clear(mem, hook, "b");
    arena_reset(mem);
    assert_string_equal(trace, "ba");
    arena_on_clear(mem, hook, "c");
    arena_clear(mem);
    arena_clear(mem);
    assert_string_equal(trace, "bac");
}

static void reset_keeps_one_chunk(void **state)
{
    struct arena *mem = *state;
    for (int i = 0; i < 100; i++) arena_alloc(mem, 5000);
    arena_reset(mem);
    size_t kept = mem->total;
    assert_in_range(kept, 1, 20000);
    arena_alloc(mem, 100);
    assert_int_equal(mem->total, kept);
}

static void buffer_grows_to_its_maximum(void **state)
{
    struct buf b = buf_in(*state, 1000);
    for (int i = 0; i < 100; i++) buf_puts(&b, "0123456789");
    assert_false(b.over);
    assert_int_equal(b.n, 1000);
    assert_int_equal(strlen(b.p), 1000);
    buf_putc(&b, 'x');
    assert_true(b.over);
    buf_puts(&b, "y");
    assert_int_equal(b.n, 1000);
}

static void buffer_integers(void **state)
{
    static const struct { int64_t v; const char *want; } cases[] = {
        { 0, "0" }, { 7, "7" }, { -7, "-7" }, { 1234567890, "1234567890" },
        { INT64_MAX, "9223372036854775807" }, { INT64_MIN, "-9223372036854775808" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf b = buf_in(*state, 100);
        buf_int(&b, cases[i].v);
        EXPECT(strcmp(b.p, cases[i].want) == 0, "%s became %s", cases[i].want, b.p);
    }
}

static void buffer_printf(void **state)
{
    struct buf b = buf_in(*state, 10);
    buf_printf(&b, "%s=%d", "a", 5);
    assert_string_equal(b.p, "a=5");
    buf_printf(&b, "%s", "12345678");
    assert_true(b.over);
    assert_string_equal(b.p, "a=5");
}

static void back_to_the_mark(void **state)
{
    struct arena *mem = *state;
    memset(trace, 0, sizeof trace);
    arena_on_clear(mem, hook, "a");
    char *kept = arena_strdup(mem, "kept");
    struct arena_mark m = arena_mark(mem);
    size_t total = mem->total;
    for (int i = 0; i < 3; i++) {
        arena_on_clear(mem, hook, "b");
        arena_alloc(mem, 100000); /* a chunk of its own, behind the current one */
        for (int k = 0; k < 50; k++) arena_alloc(mem, 1000);
        arena_alloc(arena_child(mem), 50000);
        arena_back(mem, &m);
        assert_int_equal(mem->total, total);
        assert_ptr_equal(arena_alloc(mem, 8), kept + 16); /* where it went on before */
        arena_back(mem, &m);
    }
    assert_string_equal(trace, "bbb");
    assert_string_equal(kept, "kept");
    struct arena empty = { 0 };
    m = arena_mark(&empty);
    arena_alloc(&empty, 100000);
    arena_back(&empty, &m);
    assert_null(empty.chunks);
}

struct greedy { struct arena *mem; int reached; bool inner; };

static void ask_for_everything(void *arg)
{
    struct greedy *g = arg;
    g->reached = 1;
    arena_alloc(g->mem, SIZE_MAX / 2 + 1);
    g->reached = 2;
}

static void ask_twice(void *arg)
{
    struct greedy *g = arg;
    g->inner = arena_try(ask_for_everything, g);
    arena_alloc_array(g->mem, SIZE_MAX / 4, 8);
    g->reached = 3;
}

static void ask_a_little(void *arg)
{
    struct greedy *g = arg;
    arena_hold();
    arena_alloc(g->mem, 100);
    assert_false(arena_short());
    assert_false(arena_let_go());
    g->reached = 4;
}

static void memory_that_cannot_be_had(void **state)
{
    struct greedy g = { .mem = *state, .inner = true };
    assert_false(arena_try(ask_for_everything, &g));
    assert_int_equal(g.reached, 1);
    assert_false(arena_try(ask_twice, &g)); /* the outer one counts again after the inner one */
    assert_false(g.inner);
    assert_int_equal(g.reached, 1);
    assert_true(arena_try(ask_a_little, &g));
    assert_int_equal(g.reached, 4);
}

static void with_scratch(void *arg)
{
    struct arena *scratch = arena_child(arg);
    for (int i = 0; i < 5; i++) arena_alloc(scratch, 30000);
    arena_clear(scratch);
}

static void scratch_goes_when_its_function_is_left(void **state)
{
    test_left_anywhere(*state, with_scratch, *state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(alloc_is_zeroed_and_aligned),
        TEST(big_blocks_keep_the_open_chunk),
        TEST(copies),
        TEST(hooks_run_newest_first_and_once),
        TEST(reset_keeps_one_chunk),
        TEST(buffer_grows_to_its_maximum),
        TEST(buffer_integers),
        TEST(buffer_printf),
        TEST(back_to_the_mark),
        TEST(memory_that_cannot_be_had),
        TEST(scratch_goes_when_its_function_is_left),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}

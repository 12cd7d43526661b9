/* Under a limit (RLIMIT_AS of this program, so much above what it has): who asks for memory gets what somebody keeps only
 * for speed, before he hears no. */
#include "kernel/test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

#include "kernel/memory.h"

#define MB (1024 * 1024)
enum { KEPT = 48 * MB, ROOM = 48 * MB };

static _Atomic(void *) kept[2];
static bool slow;

static void keep_both(void)
{
    for (int i = 0; i < 2; i++) {
        if (kept[i]) continue;
        kept[i] = mmap(NULL, KEPT, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        assert_ptr_not_equal(kept[i], MAP_FAILED);
    }
}

static int kept_n(void)
{
    return !!kept[0] + !!kept[1];
}

static bool give_back(void)
{
    for (int i = 0; i < 2; i++) {
        void *mine = atomic_exchange(&kept[i], NULL);
        if (!mine) continue;
        if (slow) nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL); /* the others ask meanwhile */
        munmap(mine, KEPT);
        return true;
    }
    return false;
}

static void limit(int64_t room)
{
    struct rlimit l;
    getrlimit(RLIMIT_AS, &l);
    l.rlim_cur = 1; /* no room at all: the look tells how much is in use */
    setrlimit(RLIMIT_AS, &l);
    l.rlim_cur = room ? (rlim_t)(1 - memory_room() + room) : l.rlim_max;
    setrlimit(RLIMIT_AS, &l);
}

static int setup(void **state)
{
    static struct arena mem;
    struct rlimit l;
    *state = &mem;
    keep_both();
    getrlimit(RLIMIT_AS, &l);
    l.rlim_cur = INT64_MAX - 1; /* a limit, so that it is looked at */
    setrlimit(RLIMIT_AS, &l);
    memory_start();
    limit(ROOM);
    return 0;
}

static int teardown(void **state)
{
    limit(0);
    arena_clear(*state);
    return 0;
}

static void what_is_spare_is_given_back_one_by_one(void **state)
{
    (void)state;
    assert_false(memory_has(ROOM)); /* the reserve is beside it; a look gives nothing back */
    assert_int_equal(kept_n(), 2);
    assert_true(memory_make_room(1 * MB)); /* there is room: nor does this */
    assert_int_equal(kept_n(), 2);
    assert_true(memory_make_room(ROOM));
    assert_int_equal(kept_n(), 1);
    assert_true(memory_promise(ROOM));
    assert_true(memory_promise(ROOM));
    assert_int_equal(kept_n(), 0);
    assert_false(memory_promise(ROOM)); /* nothing more to give */
    memory_done(ROOM);
    memory_done(ROOM);
    assert_true(memory_promise(ROOM));
    memory_done(ROOM);
    assert_false(memory_give_back());
}

static void take_room(void *mem)
{
    arena_alloc(mem, ROOM);
}

static void take_room_held(void *mem)
{
    arena_hold();
    arena_alloc(mem, ROOM / 2);
    assert_true(arena_let_go()); /* the reserve stood in */
}

/* Under a hold nobody is asked: who keeps something may need the lock of who holds. */
static void under_a_hold_nobody_is_asked(void **state)
{
    assert_true(arena_try(take_room_held, *state));
    assert_int_equal(kept_n(), 2);
}

static void a_request_gets_it(void **state)
{
    assert_true(arena_try(take_room, *state));
    assert_int_equal(kept_n(), 1);
    assert_true(arena_try(take_room, *state));
    assert_int_equal(kept_n(), 0);
    assert_false(arena_try(take_room, *state));
}

static bool enough[4];
static void *ask(void *of)
{
    *(bool *)of = memory_promise(4 * MB);
    return NULL;
}

/* Four at once, when there is one thing to give back, which takes a while, and room for all in it. */
static void who_comes_while_another_gives_back_gets_his_part(void **state)
{
    unsigned long threads[4];
    (void)state;
    give_back();
    slow = true;
    limit(20 * MB); /* less than the reserve */
    for (int i = 0; i < 4; i++) assert_int_equal(memory_thread(&threads[i], ask, &enough[i]), 0);
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    slow = false;
    for (int i = 0; i < 4; i++) EXPECT(enough[i], "%d did not get it", i);
    for (int i = 0; i < 4; i++) memory_done(4 * MB);
    assert_int_equal(kept_n(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_spare_is_given_back_one_by_one, setup, teardown),
        cmocka_unit_test_setup_teardown(a_request_gets_it, setup, teardown),
        cmocka_unit_test_setup_teardown(under_a_hold_nobody_is_asked, setup, teardown),
        cmocka_unit_test_setup_teardown(who_comes_while_another_gives_back_gets_his_part, setup, teardown),
    };
    memory_spare(give_back);
    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}

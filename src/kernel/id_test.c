/* Ids: unique across threads, ordered, within JavaScript's integers. */
#include "kernel/test.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/date.h"
#include "kernel/id.h"

enum { THREADS = 4, EACH = 20000 };
static int64_t ids[THREADS][EACH];

static void *take(void *arg)
{
    int64_t *out = arg;
    for (int i = 0; i < EACH; i++) out[i] = id_new();
    return NULL;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void unique_and_ordered(void **state)
{
    pthread_t threads[THREADS];
    (void)state;
    for (int t = 0; t < THREADS; t++) assert_int_equal(pthread_create(&threads[t], NULL, take, ids[t]), 0);
    for (int t = 0; t < THREADS; t++) pthread_join(threads[t], NULL);
    for (int t = 0; t < THREADS; t++)
        for (int i = 1; i < EACH; i++) EXPECT(ids[t][i] > ids[t][i - 1], "not ordered within a thread");
    int64_t *all = ids[0];
    qsort(all, THREADS * EACH, sizeof *all, compare);
    for (int i = 1; i < THREADS * EACH; i++) EXPECT(all[i] != all[i - 1], "repeated %lld", (long long)all[i]);
    EXPECT(all[0] >= 1 && all[THREADS * EACH - 1] <= ID_MAX, "out of 53 bits");
}

static void shape(void **state)
{
    (void)state;
    id_set_node(9, 0);
    int64_t id = id_new();
    assert_int_equal(id >> 8 & 15, 9);
    id_set_node(0, 0);
    assert_int_equal(id_new() >> 8 & 15, 0);
    /* The time is in it: at most the milliseconds that the test above has borrowed ahead. */
    int64_t ms = (id >> 12) + INT64_C(1704067200000), now = clock_now();
    assert_true(ms <= now + 1000 && ms > now - 60000);
}

static void written(void **state)
{
    int64_t id = -7;
    (void)state;
    assert_true(id_read("1", &id) && id == 1);
    assert_true(id_read("9007199254740991", &id) && id == INT64_C(9007199254740991));
    static const char *const none[] = { NULL, "", "0", "-1", "9007199254740992", "99999999999999999999", "1 ", "0x1", "1e3", "一" };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) EXPECT(!id_read(none[i], &id), "%s", none[i] ? none[i] : "NULL");
    assert_int_equal(id, INT64_C(9007199254740991)); /* as it was */
}

static void random_differs(void **state)
{
    unsigned char a[64] = { 0 }, b[64] = { 0 };
    (void)state;
    random_bytes(a, sizeof a);
    random_bytes(b, sizeof b);
    assert_memory_not_equal(a, b, sizeof a);
    random_bytes(NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { TEST(unique_and_ordered), TEST(shape), TEST(written), TEST(random_differs) };
    return cmocka_run_group_tests_name("id", tests, NULL, NULL);
}

/* Allowances by hand-set clocks: who shares one, who has their own, what fills the tables. */
#include <stdio.h>
#include <string.h>

#include "http/inside.h"

#include "kernel/test.h" /* last: it defines fail() */

enum { ADDRESS_MOST = 30, ACCOUNT_MOST = 10, NOW = 1000 };

static bool ask(struct limiter *l, enum allowance kind, uint64_t who, int64_t now)
{
    struct rate rate;
    bool ok = limiter_request(l, kind, who, now, &rate);
    assert_true(ok ? rate.left >= 0 : rate.left == 0);
    assert_in_range(rate.reset_s, 1, 60);
    return ok;
}

/* How many of 100,000 requests get through at once. */
static int through(struct limiter *l, enum allowance kind, uint64_t who, int64_t now)
{
    int n = 0;
    while (n < 100000 && ask(l, kind, who, now)) n++;
    return n;
}

static void windows(void **state)
{
    struct limiter *l = limiter_new(*state, ADDRESS_MOST, ACCOUNT_MOST);
    uint64_t a = limiter_address(l, "192.0.2.1"), b = limiter_address(l, "192.0.2.2");
    assert_int_equal(through(l, BY_ADDRESS, a, NOW), 30);
    assert_int_equal(through(l, BY_ADDRESS, b, NOW), 30); /* one abuser takes nothing from others */
    assert_int_equal(through(l, FROM_MEMORY, a, NOW), 300); /* ten times as many, apart */
    assert_int_equal(through(l, BY_ACCOUNT, 77, NOW), 10);
    assert_false(ask(l, BY_ADDRESS, a, NOW + 59));
    assert_int_equal(through(l, BY_ADDRESS, a, NOW + 60), 30);
    struct limiter_stats stats;
    limiter_stats(l, &stats);
    assert_int_equal(stats.refused[BY_ADDRESS], 4); /* the last of each run, and the one at 59 s */
    assert_int_equal(stats.refused[FROM_MEMORY], 1);
    assert_int_equal(stats.refused[BY_ACCOUNT], 1);
    struct rate rate;
    assert_true(limiter_request(l, BY_ACCOUNT, 78, NOW, &rate));
    assert_string_equal(rate.policy, "account");
    assert_int_equal(rate.limit, 10);
    assert_int_equal(rate.left, 9);
    assert_int_equal(rate.reset_s, 60);
    /* an answer from memory has a count of its own, and says so; the window runs from its first request */
    assert_true(limiter_request(l, FROM_MEMORY, b, NOW + 7, &rate));
    assert_true(limiter_request(l, FROM_MEMORY, b, NOW + 30, &rate));
    assert_string_equal(rate.policy, "cached");
    assert_int_equal(rate.limit, 300);
    assert_int_equal(rate.left, 298);
    assert_int_equal(rate.reset_s, 37);
    assert_true(limiter_request(l, FROM_MEMORY, b, NOW + 66, &rate));
    assert_int_equal(rate.left, 297);
    assert_int_equal(rate.reset_s, 1);
    assert_true(limiter_request(l, FROM_MEMORY, b, NOW + 67, &rate));
    assert_int_equal(rate.left, 299);
    assert_true(limiter_request(l, BY_ADDRESS, (uint64_t)BY_ADDRESS << 56, NOW, &rate)); /* whose key is 0 like an empty place's */
    assert_true(limiter_request(l, BY_ADDRESS, (uint64_t)BY_ADDRESS << 56, NOW + 1, &rate));
    assert_int_equal(rate.left, 28);
    assert_string_equal(rate.policy, "address");
    limiter_clear(l);
}

static void no_limit(void **state)
{
    struct limiter *l = limiter_new(*state, 0, ACCOUNT_MOST);
    struct rate rate;
    for (int i = 0; i < 1000; i++)
        for (int kind = 0; kind < ALLOWANCES; kind++)
            assert_true(limiter_request(l, (enum allowance)kind, 5, NOW, &rate));
    assert_int_equal(rate.limit, 0);
    limiter_clear(l);
}

static void networks(void **state)
{
    struct limiter *l = limiter_new(*state, ADDRESS_MOST, ACCOUNT_MOST);
    static const struct { const char *a, *b; bool same; } cases[] = {
        { "2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true }, /* a household's /64 */
        { "2001:db8:1:2::1", "2001:DB8:0001:0002::9", true },
        { "2001:db8:1:2::1", "2001:db8:1:3::1", false },
        { "203.0.113.1", "203.0.113.2", false },
        { "203.0.113.1", "::ffff:203.0.113.1", true },
        { "64:ff9b::203.0.113.1", "203.0.113.1", true },               /* through a NAT64 */
        { "64:ff9b::203.0.113.1", "64:ff9b::203.0.113.2", false },
        { "::1", "2001:db8::1", false },
        { "?", "203.0.113.1", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        EXPECT((limiter_address(l, cases[i].a) == limiter_address(l, cases[i].b)) == cases[i].same, "%s, %s",
               cases[i].a, cases[i].b);
    limiter_clear(l);
}

static void tokens(void **state)
{
    struct limiter *l = limiter_new(*state, ADDRESS_MOST, ACCOUNT_MOST);
    uint64_t phone = limiter_token(l, "phone"), desk = limiter_token(l, "desk"), bad = limiter_token(l, "bad");
    assert_int_equal(limiter_known(l, phone), 0);
    limiter_know(l, phone, 12, NOW);
    limiter_know(l, desk, 12, NOW);
    assert_int_not_equal(limiter_known(l, phone), 0);
    assert_int_equal(limiter_known(l, phone), limiter_known(l, desk)); /* signing in again fills nothing up */
    assert_int_equal(limiter_known(l, bad), 0);
    limiter_forget(l, bad);
    limiter_forget(l, phone); /* signed out */
    assert_int_equal(limiter_known(l, phone), 0);
    assert_int_not_equal(limiter_known(l, desk), 0);
    /* a county's sessions push out the oldest at most */
    size_t before = ((struct arena *)*state)->total;
    for (int i = 0; i < 200000; i++) {
        char name[24];
        snprintf(name, sizeof name, "session %d", i);
        limiter_know(l, limiter_token(l, name), 1000 + i, NOW + 1 + i / 1000);
    }
    assert_int_equal(limiter_known(l, desk), 0);
    assert_int_not_equal(limiter_known(l, limiter_token(l, "session 199999")), 0);
    assert_int_equal(((struct arena *)*state)->total, before);
    limiter_clear(l);
}

/* 100,000 addresses do not grow the tables; they take nothing from who is signed in or connected. */
static void flood(void **state)
{
    struct limiter *l = limiter_new(*state, ADDRESS_MOST, ACCOUNT_MOST);
    size_t before = ((struct arena *)*state)->total;
    uint64_t me = limiter_address(l, "192.0.2.1");
    uint64_t token = limiter_token(l, "mine");
    limiter_know(l, token, 12, NOW);
    assert_true(limiter_hold(l, HELD_CONNECTION, me));
    for (int i = 0; i < 100000; i++) {
        char name[46];
        snprintf(name, sizeof name, "10.%d.%d.%d", i >> 16, i >> 8 & 255, i & 255);
        assert_true(ask(l, BY_ADDRESS, limiter_address(l, name), NOW + 1));
    }
    assert_int_not_equal(limiter_known(l, token), 0);
    assert_true(ask(l, BY_ADDRESS, me, NOW + 1));
    assert_int_equal(((struct arena *)*state)->total, before);
    limiter_release(l, HELD_CONNECTION, me);
    limiter_clear(l);
}

/* A row that is full forgives its oldest only: eight of one row keep their counts, the ninth takes the first one's place. */
static void full_row(void **state)
{
    struct limiter *l = limiter_new(*state, ADDRESS_MOST, ACCOUNT_MOST);
    enum { ROW = 64 * 32 }; /* keys this far apart share a row */
    struct rate rate;
    for (uint64_t i = 1; i <= 8; i++) limiter_request(l, BY_ADDRESS, i * ROW, NOW + (int64_t)i, &rate);
    for (uint64_t i = 8; i >= 1; i--) {
        limiter_request(l, BY_ADDRESS, i * ROW, NOW + 20, &rate);
        assert_int_equal(rate.left, 28);
    }
    limiter_request(l, BY_ADDRESS, 9 * ROW, NOW + 20, &rate);
    assert_int_equal(rate.left, 29);
    for (uint64_t i = 2; i <= 9; i++) {
        limiter_request(l, BY_ADDRESS, i * ROW, NOW + 21, &rate);
        assert_int_equal(rate.left, i == 9 ? 28 : 27);
    }
    limiter_request(l, BY_ADDRESS, ROW, NOW + 21, &rate);
    assert_int_equal(rate.left, 29);
    /* tokens: the one not seen for longest goes */
    for (uint64_t i = 1; i <= 8; i++) limiter_know(l, i * ROW, 7, NOW - (int64_t)i);
    limiter_know(l, 8 * ROW, 7, NOW + 1);
    limiter_know(l, 9 * ROW, 8, NOW + 2);
    for (uint64_t i = 1; i <= 9; i++) assert_int_equal(limiter_known(l, i * ROW) != 0, i != 7);
    assert_int_not_equal(limiter_known(l, 9 * ROW), limiter_known(l, 8 * ROW));
    limiter_forget(l, 3 * ROW);
    limiter_know(l, 10 * ROW, 9, NOW + 3); /* an empty place before any other */
    for (uint64_t i = 1; i <= 10; i++) assert_int_equal(limiter_known(l, i * ROW) != 0, i != 7 && i != 3);
    limiter_clear(l);
}

static void held(void **state)
{
    struct limiter *l = limiter_new(*state, ADDRESS_MOST, ACCOUNT_MOST);
    uint64_t hall = limiter_address(l, "192.0.2.9");
    int n = 0;
    while (n < 100000 && limiter_hold(l, HELD_STREAM, hall)) n++;
    assert_int_equal(n, 200);
    for (n = 0; n < 100000 && limiter_hold(l, HELD_CONNECTION, hall);) n++;
    assert_in_range(n, 64, 2048); /* 2048, or a quarter of this machine's descriptors */
    /* however many hold something, one more is let in: nobody can fill the table with them */
    enum { MANY = 5000 };
    for (int i = 0; i < MANY; i++) assert_true(limiter_hold(l, HELD_CONNECTION, 1000 + (uint64_t)i * 64));
    for (int i = 0; i < MANY; i++) limiter_release(l, HELD_CONNECTION, 1000 + (uint64_t)i * 64);
    assert_false(limiter_hold(l, HELD_CONNECTION, hall));
    limiter_release(l, HELD_CONNECTION, hall);
    assert_true(limiter_hold(l, HELD_CONNECTION, hall));
    struct limiter_stats stats;
    limiter_stats(l, &stats);
    limiter_release(l, HELD_STREAM, hall);
    assert_true(limiter_hold(l, HELD_STREAM, hall));
    assert_int_equal(stats.refused_held[HELD_STREAM], 1);
    assert_int_equal(stats.refused_held[HELD_CONNECTION], 2);
    limiter_clear(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(windows), TEST(no_limit), TEST(networks), TEST(tokens), TEST(flood), TEST(full_row), TEST(held),
    };
    return cmocka_run_group_tests_name("limit", tests, NULL, NULL);
}

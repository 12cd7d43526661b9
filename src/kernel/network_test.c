#include "kernel/network.h"
#include "kernel/test.h"

#include <string.h>

static void holds(void **state)
{
    static const struct { const char *list, *address; bool in; } cases[] = {
        { "127.0.0.1", "127.0.0.1", true },
        { "127.0.0.1", "127.0.0.2", false },
        { "127.0.0.1", "::ffff:127.0.0.1", true },
        { "127.0.0.1", "::1", false },
        { "::1", "::1", true },
        { "::1", "0:0:0:0:0:0:0:1", true },
        { "::1", "0.0.0.1", false },
        { "10.0.0.0/8", "10.255.255.255", true },
        { "10.0.0.0/8", "11.0.0.0", false },
        { "10.0.0.0/8", "9.255.255.255", false },
        { "172.16.0.0/12", "172.31.255.255", true },
        { "172.16.0.0/12", "172.32.0.0", false },
        { "192.0.2.8/31", "192.0.2.9", true },
        { "192.0.2.8/31", "192.0.2.10", false },
        { "192.0.2.8/32", "192.0.2.8", true },
        { "192.0.2.8/32", "192.0.2.9", false },
        { "128.0.0.0/1", "255.0.0.1", true },
        { "128.0.0.0/1", "127.255.255.255", false },
        { "fd00::/8", "fdff:1::2", true },
        { "fd00::/8", "fe00::", false },
        { "2001:db8::/33", "2001:db8:7fff::1", true },
        { "2001:db8::/33", "2001:db8:8000::1", false },
        { "::ffff:10.0.0.0/104", "10.9.9.9", true },
        { "::ffff:10.0.0.0/104", "11.0.0.1", false },
        { "::/16", "10.0.0.1", false }, /* IPv4's clothes are no part of IPv6 */
        { "10.0.0.0/8,fd00::/8 , 192.0.2.7", "192.0.2.7", true },
        { "10.0.0.0/8,fd00::/8 , 192.0.2.7", "fd00::1", true },
        { "10.0.0.0/8,fd00::/8 , 192.0.2.7", "192.0.2.8", false },
        { "10.0.0.0/8", "nginx", false },
        { "10.0.0.0/8", "", false },
        { "10.0.0.0/8", "?", false },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct networks all;
        const char *wrong = networks_read(*state, cases[i].list, &all);
        EXPECT(!wrong, "%s: %s", cases[i].list, wrong);
        EXPECT(networks_hold(&all, cases[i].address) == cases[i].in, "%s in %s", cases[i].address, cases[i].list);
    }
}

static void mistakes(void **state)
{
    static const struct { const char *list, *says; } cases[] = {
        { "nginx", "no names" },
        { "10.0.0.0.1", "10.0.0.0/8" },
        { "10.0.0.0/33", "10.0.0.0/8" },
        { "10.0.0.0/-1", "10.0.0.0/8" },
        { "10.0.0.0/8/8", "10.0.0.0/8" },
        { "10.0.0.0/", "10.0.0.0/8" },
        { "10/8", "10.0.0.0/8" },
        { "fd00::/129", "fd00::/8" },
        { "fe80::1%eth0", "no names" },
        { "10.0.0.1:80", "no names" },
        { "10.0.0.1;10.0.0.2", "commas" },
        { "10.0.0.1,", "commas" },
        { ",10.0.0.1", "commas" },
        { "10.0.0.1 10.0.0.2", "commas" },
        { "10.1.2.3/8", "10.0.0.0/8 (10.1.2.3/8 has bits behind its mask" },
        { "fd00::1/8", "fd00::/8 (fd00::1/8 has bits" },
        { "0.0.0.0/0", "every address" },
        { "::/0", "every address" },
        { "::ffff:0:0/96", "every address" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct networks all;
        const char *wrong = networks_read(*state, cases[i].list, &all);
        EXPECT(wrong && strstr(wrong, cases[i].says), "%s: %s", cases[i].list, wrong ? wrong : "was accepted");
    }
}

static void many(void **state)
{
    struct networks all;
    char list[65 * 9 + 1] = "";
    for (int i = 0; i < 64; i++) memcpy(list + i * 9, "10.0.0.1,", 10);
    list[64 * 9 - 1] = '\0';
    assert_null(networks_read(*state, list, &all));
    assert_int_equal(all.n, 64);
    memcpy(list + 64 * 9 - 1, ",10.0.0.1", 10);
    assert_string_equal(networks_read(*state, list, &all), "64 addresses and networks at most 最多这么多");
}

int main(void)
{
    const struct CMUnitTest tests[] = { TEST(holds), TEST(mistakes), TEST(many) };
    return cmocka_run_group_tests_name("network", tests, NULL, NULL);
}

/* Part of every unit test program: its clock stands at the instant of tests/now, unless SHANZHI_TEST_NOW says
 * another, so that it finds the same on every day. Programs it starts go on with its clock: one that is killed and
 * started again would else give the same ids again. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

__attribute__((constructor)) static void set_clock(void)
{
    char since[24];
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    snprintf(since, sizeof since, "%lld", (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000);
    setenv("SHANZHI_TEST_NOW", SHANZHI_TEST_DEFAULT, 0);
    setenv("SHANZHI_TEST_SINCE", since, 0);
}

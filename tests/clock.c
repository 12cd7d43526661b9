/* Part of every unit test program: its clock stands at the instant of tests/now, unless SHANZHI_TEST_NOW says
 * another, so that it finds the same on every day. */
#include <stdlib.h>

__attribute__((constructor)) static void set_clock(void)
{
    setenv("SHANZHI_TEST_NOW", SHANZHI_TEST_DEFAULT, 0);
}

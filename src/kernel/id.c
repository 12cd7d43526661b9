/* One atomic counter in units of 1/256 ms: the next id is the clock or the last one plus one,
 * whichever is later. So ids never repeat in a process, survive a clock that steps back, and a
 * burst of more than 256 in a millisecond borrows from the next. */
#include "kernel/id.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/random.h>

#include "kernel/date.h"
#include "kernel/err.h"
#include "kernel/text.h"

#define EPOCH_MS INT64_C(1704067200000) /* 2024-01-01T00:00:00Z; 41 bits last until 2093 */

static _Atomic int64_t last;
static _Atomic int node_bits;

void id_set_node(int node, int64_t floor_ms)
{
    if (node < 0 || node >= ID_NODES) BUG("node %d", node);
    atomic_store(&node_bits, node);
    int64_t floor = floor_ms > EPOCH_MS ? (floor_ms - EPOCH_MS) << 8 : 0, seen = atomic_load(&last);
    while (seen < floor && !atomic_compare_exchange_weak(&last, &seen, floor));
}

int64_t id_last_ms(void)
{
    int64_t at = atomic_load(&last);
    return at ? (at >> 8) + EPOCH_MS : 0;
}

int id_node(void)
{
    return atomic_load(&node_bits);
}

bool id_read(const char *text, int64_t *out)
{
    return text_int(text, 1, ID_MAX, out);
}

int64_t id_new(void)
{
    int64_t now = (clock_now() - EPOCH_MS) << 8;
    int64_t seen = atomic_load(&last), next;
    do next = seen >= now ? seen + 1 : now;
    while (!atomic_compare_exchange_weak(&last, &seen, next));
    int64_t id = next >> 8 << 12 | (int64_t)atomic_load(&node_bits) << 8 | (next & 255);
    if (id <= 0 || id > ID_MAX) BUG("the clock is outside 2024…2093");
    return id;
}

void random_bytes(void *p, size_t n)
{
    unsigned char *at = p;
    while (n) {
        ssize_t got = getrandom(at, n, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) BUG("getrandom: errno %d", errno);
        at += got;
        n -= (size_t)got;
    }
}

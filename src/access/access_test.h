/* For the unit tests of this slice: codes, grants, and accounts on a real database. */
#ifndef ACCESS_TEST_H
#define ACCESS_TEST_H
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access/access_own.h"
#include "kernel/date.h"
#include "kernel/text.h"

#include "kernel/test.h" /* after ours: cmocka has a macro fail() */

#define COUNTY INT64_C(441621000000)
#define TOWN INT64_C(441621102000)
#define VILLAGE INT64_C(441621102205)
#define OTHER INT64_C(441621102232)

static inline struct grant grant_of(const char *role, int64_t region, const char *grid, int64_t household)
{
    struct grant g = { .scope = grid            ? GRANT_GRID
                                : household > 0 ? GRANT_HOUSEHOLD
                                                : GRANT_REGION,
                       .region = region,
                       .grid = grid,
                       .household = household,
                       .role = role };
    role_bits(role_find(role), g.perms);
    return g;
}

extern const struct migration access_migrations[];

struct house {
    struct arena mem;
    struct store *s;
    char dir[40];
};

static inline int open_house(void **state)
{
    struct house *h = calloc(1, sizeof *h);
    const struct migration *m = access_migrations;
    size_t n = 0;
    int applied;
    snprintf(h->dir, sizeof h->dir, "/tmp/shanzhi-access-XXXXXX");
    assert_non_null(mkdtemp(h->dir));
    assert_null(access_key_make(&h->mem, arena_printf(&h->mem, "%s/key", h->dir), "test"));
    assert_null(access_key_load(&h->mem, arena_printf(&h->mem, "%s/key", h->dir), "test"));
    assert_null(store_open(
        &h->mem,
        &(struct store_config){ .path = arena_printf(&h->mem, "%s/x.db", h->dir), .sessions = 4, .create = true },
        &h->s));
    while (m[n].slice) n++;
    assert_null(store_migrate(h->s, &h->mem, m, n, &applied));
    *state = h;
    return 0;
}

static inline int close_house(void **state)
{
    struct house *h = *state;
    char cmd[80];
    store_close(h->s);
    snprintf(cmd, sizeof cmd, "rm -rf %s", h->dir);
    assert_int_equal(system(cmd), 0);
    arena_clear(&h->mem);
    free(h);
    return 0;
}

static inline int load_key(void **state)
{
    char dir[] = "/tmp/shanzhi-key-XXXXXX";
    struct arena mem = { 0 };
    (void)state;
    assert_non_null(mkdtemp(dir));
    const char *path = arena_printf(&mem, "%s/key", dir);
    assert_null(access_key_make(&mem, path, "test"));
    assert_null(access_key_load(&mem, path, "test"));
    unlink(path);
    rmdir(dir);
    arena_clear(&mem);
    return 0;
}

#endif

/* Scope: what a grant covers, and the questions that handlers ask about it. Pure. */
#include <string.h>

#include "access/access_own.h"

int access_level(int64_t region)
{
    if (region < INT64_C(110000000000) || region > INT64_C(999999999999)) return 0;
    if (region % INT64_C(10000000000) == 0) return 1;
    if (region % 100000000 == 0) return 2;
    if (region % 1000000 == 0) return 3;
    return region % 1000 == 0 ? 4 : 5;
}

void access_span(int64_t scope, int64_t *first, int64_t *last)
{
    static const int64_t size[] = { 0, INT64_C(10000000000), 100000000, 1000000, 1000, 1 };
    int level = access_level(scope);
    *first = level ? scope : 0;
    *last = level ? scope + size[level] - 1 : -1;
    if (scope == 0) *last = INT64_C(999999999999); /* the whole installation */
}

bool access_covers(int64_t scope, int64_t region)
{
    int64_t first, last;
    access_span(scope, &first, &last);
    return region >= first && region <= last;
}

bool access_grant_holds(const struct grant *g, enum perm p)
{
    return perm_in(g->perms, p);
}

bool access_grid_covers(const char *scope, const char *grid)
{
    size_t n = strlen(scope);
    return grid && strncmp(scope, grid, n) == 0 && (grid[n] == '\0' || grid[n] == '.');
}

static bool grant_at(const struct grant *g, int64_t village, const char *grid, int64_t household)
{
    switch (g->scope) {
    case GRANT_REGION:
        return access_covers(g->region, village);
    case GRANT_GRID:
        return g->region == village && access_grid_covers(g->grid, grid);
    case GRANT_HOUSEHOLD:
        return g->region == village && g->household == household;
    }
    return false;
}

bool access_may(const struct req *r, enum perm p, int64_t region)
{
    return access_may_at(r, p, region, NULL, NONE);
}

bool access_may_at(const struct req *r, enum perm p, int64_t village, const char *grid,
                   int64_t household)
{
    if (!r->who) return false;
    for (int i = 0; i < r->who->grants_n; i++) {
        const struct grant *g = &r->who->grants[i];
        if (perm_in(g->perms, p) && grant_at(g, village, grid, household)) return true;
    }
    return false;
}

const struct err *access_require(struct req *r, enum perm p, int64_t region)
{
    return access_require_at(r, p, region, NULL, NONE);
}

const struct err *access_require_at(struct req *r, enum perm p, int64_t village, const char *grid,
                                    int64_t household)
{
    if (!r->who) return fail(r, ERR_SIGN_IN, NULL);
    if (!access_may_at(r, p, village, grid, household)) return fail(r, ERR_FORBIDDEN, NULL);
    return NULL;
}

bool access_own(const struct req *r, int64_t household)
{
    return r->who && household != NONE && r->who->household == household;
}

const struct err *access_not_own(struct req *r, int64_t household)
{
    if (!r->who) return fail(r, ERR_SIGN_IN, NULL);
    return access_own(r, household) ? fail(r, ERR_CONFLICT_OF_INTEREST, NULL) : NULL;
}

int64_t access_region(const struct req *r, enum perm p)
{
    int64_t widest = NONE;
    if (!r->who) return NONE;
    for (int i = 0; i < r->who->grants_n; i++) {
        const struct grant *g = &r->who->grants[i];
        if (g->scope != GRANT_REGION || !perm_in(g->perms, p)) continue;
        if (widest == NONE || access_level(g->region) < access_level(widest)) widest = g->region;
    }
    return widest;
}

struct list *access_grids(const struct req *r, enum perm p, int64_t village)
{
    struct list *out = arena_new(r->mem, struct list);
    if (access_may(r, p, village)) return NULL;
    if (!r->who) return out;
    const char **codes = arena_array(r->mem, const char *, (size_t)r->who->grants_n + 1);
    for (int i = 0; i < r->who->grants_n; i++) {
        const struct grant *g = &r->who->grants[i];
        if (g->scope == GRANT_GRID && g->region == village && perm_in(g->perms, p))
            codes[out->n++] = g->grid;
    }
    out->items = codes;
    return out;
}

const struct actor *access_operator(struct arena *mem)
{
    struct grant *g = arena_new(mem, struct grant);
    struct actor *who = arena_new(mem, struct actor);
    *g =
        (struct grant){ .scope = GRANT_REGION, .region = 0, .household = NONE, .role = "operator" };
    for (enum perm p = PERM_PUBLIC; p < PERM_COUNT; p++) perm_set(g->perms, p);
    *who = (struct actor){ .account = 0,
                           .name = "operator",
                           .village = NONE,
                           .resident = NONE,
                           .household = NONE,
                           .grants_n = 1,
                           .grants = g };
    return who;
}

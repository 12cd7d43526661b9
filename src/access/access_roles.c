/* Roles as data: roles.def as a table, permissions as bit sets, and the separated duties. */
#include <string.h>

#include "access/access_own.h"

_Static_assert(PERM_COUNT <= 64 * PERM_WORDS, "widen PERM_WORDS and struct grant");

#define P(id) PERM_##id
#define REGION ROLE_REGION
#define GRID ROLE_GRID
#define HOUSEHOLD ROLE_HOUSEHOLD
#define ROLE(n, z, e, sc, w, na, ra, gi, du, ...)                                                  \
    { .name = n,                                                                                   \
      .zh = z,                                                                                     \
      .en = e,                                                                                     \
      .scopes = sc,                                                                                \
      .widest = w,                                                                                 \
      .narrowest = na,                                                                             \
      .rank = ra,                                                                                  \
      .gives = gi,                                                                                 \
      .duty = du,                                                                                  \
      .perms = { __VA_ARGS__, PERM_UNSET } },
const struct role roles[] = {
#include "access/roles.def"
    { 0 }
};

const struct role *role_find(const char *name)
{
    for (const struct role *role = roles; role->name; role++)
        if (name && strcmp(role->name, name) == 0) return role;
    return NULL;
}

void role_bits(const struct role *role, uint64_t bits[PERM_WORDS])
{
    memset(bits, 0, PERM_WORDS * sizeof *bits);
    for (const enum perm *p = role->perms; *p; p++) perm_set(bits, *p);
}

bool role_compatible(const struct role *a, const struct role *b)
{
    return a->duty == DUTY_NONE || b->duty == DUTY_NONE || a->duty == b->duty;
}

enum perm perm_find(const char *name)
{
    for (enum perm p = PERM_PUBLIC; p < PERM_COUNT; p++)
        if (strcmp(perm_info(p)->name, name) == 0) return p;
    return PERM_UNSET;
}

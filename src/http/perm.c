/* The permissions by name. */
#include "http/http.h"

static const struct perm_info infos[PERM_COUNT] = {
    [PERM_UNSET] = { "UNSET", "", "", "" },
#define PERM(id, name, zh, en) [PERM_##id] = { #id, name, zh, en },
#include "http/perm.def"
#undef PERM
};

const struct perm_info *perm_info(enum perm p)
{
    return &infos[p];
}

/* Accounts and roles of the demo: who takes part in the main and the second village, and the offices above. */
#include <string.h>

#include "demo/demo.h"

static const struct err *person_account(struct req *r, const struct demo_village *v, enum demo_role part)
{
    static const struct { const char *name, *role; } parts[DEMO_PEOPLE] = {
        [DEMO_VILLAGER] = { "villager", NULL }, [DEMO_VILLAGER2] = { "villager2", NULL },
        [DEMO_GRID] = { "grid", "grid_worker" }, [DEMO_CADRE] = { "cadre", "cadre" },
        [DEMO_RECORDER] = { "recorder", "recorder" }, [DEMO_SUPERVISOR] = { "supervisor", "supervisor" },
        [DEMO_ADMIN] = { "admin", "village_admin" }, [DEMO_INFO] = { "info", "info_officer" },
    };
    struct demo_person *p = (struct demo_person *)&v->people[part];
    p->account = arena_printf(r->mem, "%s-%s", v->prefix, parts[part].name);
    TRY(people_account(r, v->code, p->resident, p->account, DEMO_PASSWORD, false, &p->id));
    if (!parts[part].role) return NULL;
    /* The grid worker has the large grid's first middle grid; the villager lives there. */
    const char *grid = part == DEMO_GRID ? "01.01" : NULL;
    return access_grant_add(r, p->id, parts[part].role, v->code, grid, NONE);
}

const struct err *demo_accounts(struct req *r, struct demo *d)
{
    static const struct { const char *name, *display, *role; int64_t region; } offices[] = {
        { "town", "龙窝镇经办人", "township", DEMO_TOWNSHIP }, { "county", "紫金县经办人", "county", DEMO_COUNTY },
        { "sysadmin", "系统管理员", "sysadmin", 0 }, { "secadmin", "安全管理员", "secadmin", 0 },
        { "auditor", "审计管理员", "auditor", 0 },
    };
    for (size_t i = 0; i < sizeof offices / sizeof *offices; i++) {
        int64_t id;
        const struct account_new a = {
            .name = offices[i].name, .display = offices[i].display, .password = DEMO_PASSWORD, .village = NONE,
            .resident = NONE, .household = NONE, .unit = offices[i].region,
        };
        TRY(access_account_add(r, &a, &id));
        TRY(access_grant_add(r, id, offices[i].role, offices[i].region, NULL, NONE));
    }
    for (int v = 0; v < 2; v++)
        for (int part = 0; part < DEMO_PEOPLE; part++)
            TRY(person_account(r, &d->villages[v], (enum demo_role)part));
    return NULL;
}

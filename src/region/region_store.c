/* Tables of regions, grids, their staff and groups. */
#include "region/region_store.h"

#include <string.h>

#include "kernel/id.h"
#include "kernel/text.h"

const char *const grid_duties[] = { "head", "full_time", "part_time", "instructor", NULL };

static const struct field region_fields[] = {
    F(region, code, K_REGION, 0, 0, 0, "12-digit division code. 区划代码"),
    F(region, name, K_TEXT, 0, 0, 0, "Name as people say it. 名称"),
    F(region, official, K_TEXT, 0, 0, 0, "Name in the statistics. 统计用名称"),
    F(region, parent, K_REGION, OPT, 0, 0, "Code of the region above. 上级"),
    F(region, level, K_INT, 0, 1, 5, "1 province, 2 prefecture, 3 county, 4 township, 5 village. 级别"),
    F(region, active, K_BOOL, 0, 0, 0, "It takes part, or a village below it does. 已启用"),
    { 0 }
};
RECORD(region);

static const struct field grid_staff_fields[] = {
    F(grid_staff, grid, K_TEXT, OPT, 0, 11, "Grid code."),
    F_ENUM(grid_staff, duty, 0, grid_duties,
           "head 网格长, full_time 专职网格员, part_time 兼职网格员, instructor 网格指导员."),
    F(grid_staff, name, K_TEXT, 0, 1, 40, "Name, as it hangs on the grid's plaque. 姓名"),
    F(grid_staff, resident, K_ID, OPT, 0, 0, "Resident, when it is one of the village."),
    F(grid_staff, first, K_DATE, OPT, 0, 0, "Since when. 任职日期"),
    { 0 }
};
RECORD(grid_staff);

static const struct field grid_fields[] = {
    F(grid, village, K_REGION, 0, 0, 0, "Village code. 村代码"),
    F(grid, code, K_TEXT, 0, 0, 0, "Path code, 01.02.03.04. 网格编码"),
    F(grid, name, K_TEXT, 0, 0, 0, "Name. 网格名称"),
    F(grid, level, K_INT, 0, 1, 4, "1 large 大, 2 middle 中, 3 small 小, 4 micro 微."),
    F(grid, parent, K_TEXT, OPT, 0, 0, "Code of the grid above. 上级网格"),
    F(grid, head, K_TEXT, OPT, 0, 0, "Grid head. 网格长"),
    F_SUB(grid, staff, K_LIST, OPT, 0, 50, grid_staff_record, "Who answers for it. 一长三员"),
    F(grid, version, K_INT, OUT_ETAG, 0, 0, "Version for If-Match."),
    { 0 }
};
RECORD(grid);

static const struct field village_group_fields[] = {
    F(village_group, village, K_REGION, 0, 0, 0, "Village code. 村代码"),
    F(village_group, id, K_ID, 0, 0, 0, "Group id."),
    F(village_group, name, K_TEXT, 0, 0, 0, "Name. 村民小组"),
    F(village_group, leader, K_TEXT, OPT, 0, 0, "Group leader. 小组长"),
    F(village_group, leader_resident, K_ID, OPT, 0, 0, "The leader, when a resident of the register."),
    F(village_group, version, K_INT, OUT_ETAG, 0, 0, "Version for If-Match."),
    { 0 }
};
RECORD(village_group);

/* ---- regions ---- */

const struct err *region_load(struct req *r, int64_t code, struct region **out)
{
    TRY(db_find(r, &region_record, out,
                "SELECT code, name, official, parent, level, active FROM region WHERE code = $1",
                I64(code)));
    if (!*out) return fail(r, ERR_NOT_FOUND, "region");
    return NULL;
}

const struct err *region_village(struct req *r, int64_t code, struct region **out)
{
    TRY(db_find(r, &region_record, out,
                "SELECT code, name, official, parent, level, active FROM region"
                " WHERE code = $1 AND level = 5",
                I64(code)));
    if (*out) return NULL;
    return fail_say(r, ERR_NOT_FOUND, "village", "没有这个村，请检查村代码，或先导入区划。",
                    "No such village; check the code, or import the regions first.");
}

const struct err *region_villages(struct req *r, int64_t region, int64_t after, int64_t limit, struct list *out)
{
    int64_t first, last;
    access_span(region, &first, &last);
    return db_all(r, &region_record, out,
                  "SELECT code, name, official, parent, level, active FROM region WHERE code BETWEEN $1 AND $2 AND code > $3"
                  " AND level = 5 AND active = 1 ORDER BY code LIMIT $4",
                  I64(first), I64(last), I64(after == NONE ? 0 : after), I64(limit));
}

const struct err *region_title(struct req *r, int64_t code, const char **out)
{
    struct region *here, *above;

    TRY(region_load(r, code, &here));
    *out = here->name;
    if (here->level < 5 || here->parent == NONE) return NULL;
    TRY(region_load(r, here->parent, &above));
    *out = arena_printf(r->mem, "%s%s", above->name, here->name);
    return NULL;
}

/* The first bytes after every text that starts with `prefix`: its last byte plus one. UTF-8 never
 * ends in 0xFF, so that there is always one. */
static struct bytes key_after(struct req *r, const char *prefix)
{
    size_t n = strlen(prefix);
    unsigned char *p = arena_copy(r->mem, prefix, n + 1);
    if (n) p[n - 1]++;
    return (struct bytes){ p, n };
}

const struct err *region_list(struct req *r, const struct region_list_in *in, struct page *out)
{
    int64_t last, unused;
    const char *text;
    int64_t rows = page_limit(in->limit);
    TRY(page_after(r, in->after, &last, &unused, &text));
    if (last == NONE) last = 0;

    if (in->q && *in->q) {
        char *q = text_normal(r->mem, in->q);
        int64_t digits;
        if (text_int(q, 0, INT64_C(999999999999), &digits)) {
            int64_t width = 1;
            for (size_t n = strlen(q); n < 12; n++) width *= 10;
            TRY(db_all(r, &region_record, &out->rows,
                       "SELECT code, name, official, parent, level, active FROM region"
                       " WHERE code >= $1 AND code < $2 AND code > $3"
                       " ORDER BY code LIMIT $4",
                       I64(digits * width), I64((digits + 1) * width), I64(last), I64(rows)));
        } else {
            struct bytes end = key_after(r, q);
            TRY(db_all(r, &region_record, &out->rows,
                       "SELECT code, name, official, parent, level, active FROM region"
                       " WHERE name_key >= $1 AND name_key < $2 AND code > $3"
                       " ORDER BY code LIMIT $4",
                       BLOB(q, strlen(q)), BLOB(end.p, end.n), I64(last), I64(rows)));
        }
    } else if (in->parent == NONE) {
        TRY(db_all(r, &region_record, &out->rows,
                   "SELECT code, name, official, parent, level, active FROM region"
                   " WHERE parent IS NULL AND code > $1 AND active >= $2 ORDER BY code LIMIT $3",
                   I64(last), I64(in->active == 1), I64(rows)));
    } else {
        TRY(db_all(r, &region_record, &out->rows,
                   "SELECT code, name, official, parent, level, active FROM region"
                   " WHERE parent = $1 AND code > $2 AND active >= $3 ORDER BY code LIMIT $4",
                   I64(in->parent), I64(last), I64(in->active == 1), I64(rows)));
    }
    if (page_cut(out, in->limit)) {
        const struct region *end = &LIST_AT(out->rows, struct region, out->rows.n - 1);
        out->next = page_cursor(r, end->code, NONE, NULL);
    }
    out->total = NONE;
    return NULL;
}

/* ---- grids ---- */

int region_grid_level(const char *code)
{
    int level = 0;
    if (!code) return 0;
    for (const char *p = code;; p += 3) {
        if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9') return 0;
        if (p[0] == '0' && p[1] == '0') return 0;
        if (++level > 4) return 0;
        if (!p[2]) return level;
        if (p[2] != '.') return 0;
    }
}

struct grid_range region_grid_range(const char *code)
{
    int level = region_grid_level(code);
    if (!level) return (struct grid_range){ NONE + 1, INT64_MAX };
    int64_t first = 0, width = 1;
    for (int i = 0; i < 4; i++) {
        const char *p = code + (size_t)i * 3;
        first = first * 100 + (i < level ? (p[0] - '0') * 10 + (p[1] - '0') : 0);
        if (i >= level) width *= 100;
    }
    return (struct grid_range){ first, first + width - 1 };
}

static const char *grid_parent(struct req *r, const char *code)
{
    size_t n = strlen(code);
    return n > 2 ? arena_strndup(r->mem, code, n - 3) : NULL;
}

const struct err *region_grid(struct req *r, int64_t village, const char *code, struct grid **out)
{
    TRY(db_find(r, &grid_record, out,
                "SELECT g.village, g.code, g.name, g.level, g.parent, g.version, d.name AS head"
                " FROM grid g LEFT JOIN grid_duty d ON d.village = g.village AND d.grid = g.code"
                " AND d.duty = 'head' AND d.last IS NULL"
                " WHERE g.village = $1 AND g.code = $2",
                I64(village), TEXT(code)));
    if (!*out) return fail(r, ERR_NOT_FOUND, "grid");
    return NULL;
}

const struct err *grid_with_staff(struct req *r, int64_t village, const char *code, struct grid **out)
{
    TRY(region_grid(r, village, code, out));
    return db_all(r, &grid_staff_record, &(*out)->staff,
                  "SELECT grid, duty, name, resident, first FROM grid_duty"
                  " WHERE village = $1 AND grid = $2 AND last IS NULL ORDER BY id",
                  I64(village), TEXT(code));
}

const struct err *region_grids(struct req *r, int64_t village, struct list *out)
{
    return db_all(r, &grid_record, out,
                  "SELECT village, code, name, level, parent, version FROM grid"
                  " WHERE village = $1 ORDER BY code",
                  I64(village));
}

/* Hands each grid of the page its staff; both lists are ordered by grid code. */
static void grid_deal_staff(struct list grids, struct list staff)
{
    size_t at = 0;
    for (size_t i = 0; i < grids.n; i++) {
        struct grid *g = &LIST_AT(grids, struct grid, i);
        while (at < staff.n && strcmp(LIST_AT(staff, struct grid_staff, at).grid, g->code) < 0) at++;
        size_t first = at;
        while (at < staff.n && !strcmp(LIST_AT(staff, struct grid_staff, at).grid, g->code)) {
            struct grid_staff *s = &LIST_AT(staff, struct grid_staff, at);
            if (!strcmp(s->duty, "head")) g->head = s->name;
            at++;
        }
        g->staff = (struct list){ (struct grid_staff *)staff.items + first, at - first };
    }
}

const struct err *grid_list(struct req *r, int64_t village, const char *after, int64_t limit,
                            struct page *out)
{
    int64_t a, b;
    const char *last;
    struct list staff = { 0 };
    TRY(page_after(r, after, &a, &b, &last));
    TRY(db_all(r, &grid_record, &out->rows,
               "SELECT village, code, name, level, parent, version FROM grid"
               " WHERE village = $1 AND code > $2 ORDER BY code LIMIT $3",
               I64(village), TEXT(last ? last : ""), I64(page_limit(limit))));
    if (page_cut(out, limit)) {
        const struct grid *end = &LIST_AT(out->rows, struct grid, out->rows.n - 1);
        out->next = page_cursor(r, NONE, NONE, end->code);
    }
    TRY(db_int(r, &out->total, "SELECT count(*) FROM grid WHERE village = $1", I64(village)));
    if (!out->rows.n) return NULL;
    TRY(db_all(r, &grid_staff_record, &staff,
               "SELECT grid, duty, name, resident, first FROM grid_duty"
               " WHERE village = $1 AND last IS NULL AND grid >= $2 AND grid <= $3 ORDER BY grid, id",
               I64(village), TEXT(LIST_AT(out->rows, struct grid, 0).code),
               TEXT(LIST_AT(out->rows, struct grid, out->rows.n - 1).code)));
    grid_deal_staff(out->rows, staff);
    return NULL;
}

const struct err *region_grid_add(struct req *r, int64_t village, const char *code, const char *name)
{
    struct region *v;
    int64_t added;
    int level = region_grid_level(code);

    if (!level)
        return fail_say(r, ERR_INVALID, "code", "网格编码应为每级两位数字、最多四级，如 01.02.03.04。",
                        "A grid code has two digits per level, at most four levels: 01.02.03.04.");
    TRY(region_village(r, village, &v));
    const char *parent = grid_parent(r, code);
    if (parent) {
        struct grid *above;
        TRY(db_find(r, &grid_record, &above, "SELECT code FROM grid WHERE village = $1 AND code = $2",
                    I64(village), TEXT(parent)));
        if (!above)
            return fail_say(r, ERR_INVALID, "code",
                            arena_printf(r->mem, "上级网格 %s 还没有，请先建上级网格。", parent),
                            arena_printf(r->mem, "There is no grid %s; add the grid above first.", parent));
    }
    TRY(db_exec_n(r, &added,
                  "INSERT INTO grid (village, code, name, level, parent) VALUES ($1, $2, $3, $4, $5)"
                  " ON CONFLICT DO NOTHING",
                  I64(village), TEXT(code), TEXT(name), I64(level), TEXT(parent)));
    if (!added) return fail(r, ERR_DUPLICATE, "code");
    if (v->active) return NULL;
    /* The first grid: the village takes part, and so do the regions above it. */
    int64_t up = village;
    for (int i = 0; i < 5 && up != NONE; i++) {
        TRY(db_exec(r, "UPDATE region SET active = 1 WHERE code = $1 AND active = 0", I64(up)));
        TRY(db_int(r, &up, "SELECT parent FROM region WHERE code = $1", I64(up)));
    }
    return NULL;
}

const struct err *region_grid_staff(struct req *r, int64_t village, const char *code, struct list staff)
{
    struct list now = { 0 };
    int heads = 0;
    TRY(db_all(r, &grid_staff_record, &now,
               "SELECT grid, duty, name, resident, first FROM grid_duty"
               " WHERE village = $1 AND grid = $2 AND last IS NULL ORDER BY id",
               I64(village), TEXT(code)));
    for (size_t i = 0; i < staff.n; i++)
        heads += !strcmp(LIST_AT(staff, struct grid_staff, i).duty, "head");
    if (heads > 1)
        return fail_say(r, ERR_INVALID, "staff", "一个网格只能有一位网格长。",
                        "A grid has one head only.");
    for (size_t i = 0; i < now.n; i++) {
        const struct grid_staff *old = &LIST_AT(now, struct grid_staff, i);
        bool stays = false;
        for (size_t k = 0; k < staff.n && !stays; k++) {
            const struct grid_staff *new = &LIST_AT(staff, struct grid_staff, k);
            stays = !strcmp(old->duty, new->duty) && !strcmp(old->name, new->name);
        }
        if (stays) continue;
        TRY(db_exec(r,
                    "UPDATE grid_duty SET last = $5 WHERE village = $1 AND grid = $2 AND duty = $3"
                    " AND name = $4 AND last IS NULL",
                    I64(village), TEXT(code), TEXT(old->duty), TEXT(old->name), I64(r->today)));
    }
    for (size_t k = 0; k < staff.n; k++) {
        const struct grid_staff *new = &LIST_AT(staff, struct grid_staff, k);
        bool there = false;
        for (size_t i = 0; i < now.n && !there; i++) {
            const struct grid_staff *old = &LIST_AT(now, struct grid_staff, i);
            there = !strcmp(old->duty, new->duty) && !strcmp(old->name, new->name);
        }
        for (size_t i = 0; i < k && !there; i++) {
            const struct grid_staff *twin = &LIST_AT(staff, struct grid_staff, i);
            there = !strcmp(twin->duty, new->duty) && !strcmp(twin->name, new->name);
        }
        if (there) continue;
        TRY(db_exec(r,
                    "INSERT INTO grid_duty (village, id, grid, duty, name, resident, first)"
                    " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                    I64(village), I64(id_new()), TEXT(code), TEXT(new->duty), TEXT(new->name),
                    I64(new->resident), I64(r->today)));
    }
    return NULL;
}

/* Compare-and-set by version: says whether it was stale or not there at all. */
static const struct err *grid_missed(struct req *r, int64_t village, const char *code)
{
    struct grid *g;
    TRY(region_grid(r, village, code, &g));
    return fail(r, ERR_STALE, NULL);
}

const struct err *grid_change(struct req *r, int64_t village, const char *code, const char *name,
                              int64_t version)
{
    int64_t changed;
    TRY(db_exec_n(r, &changed,
                  "UPDATE grid SET name = coalesce($4, name), version = version + 1"
                  " WHERE village = $1 AND code = $2 AND version = $3",
                  I64(village), TEXT(code), I64(version), TEXT(name)));
    return changed ? NULL : grid_missed(r, village, code);
}

const struct err *grid_drop(struct req *r, int64_t village, const char *code, int64_t version)
{
    int64_t below, changed;
    TRY(db_int(r, &below, "SELECT count(*) FROM grid WHERE village = $1 AND parent = $2", I64(village),
               TEXT(code)));
    if (below)
        return fail_say(r, ERR_CONFLICT, NULL, "此网格下还有下级网格，请先删除下级网格。",
                        "There are grids below this one; delete them first.");
    TRY(db_exec_n(r, &changed, "UPDATE grid SET version = version + 1 WHERE village = $1 AND code = $2 AND version = $3",
                  I64(village), TEXT(code), I64(version)));
    if (!changed) return grid_missed(r, village, code);
    TRY(db_exec(r, "DELETE FROM grid_duty WHERE village = $1 AND grid = $2", I64(village), TEXT(code)));
    /* Households in it: the foreign key of people/ refuses. */
    const struct err *e = db_exec(r, "DELETE FROM grid WHERE village = $1 AND code = $2", I64(village), TEXT(code));
    if (e && e->code == ERR_CONFLICT)
        return fail_say(r, ERR_CONFLICT, NULL, "此网格内还有农户，请先把他们调整到别的网格。",
                        "There are households in this grid; move them first.");
    return e;
}

/* ---- groups ---- */

const struct err *region_group(struct req *r, int64_t village, int64_t id, struct village_group **out)
{
    TRY(db_find(r, &village_group_record, out,
                "SELECT village, id, name, leader, leader_resident, version FROM village_group"
                " WHERE village = $1 AND id = $2",
                I64(village), I64(id)));
    if (!*out) return fail(r, ERR_NOT_FOUND, "group");
    return NULL;
}

const struct err *region_groups(struct req *r, int64_t village, struct list *out)
{
    return db_all(r, &village_group_record, out,
                  "SELECT village, id, name, leader, leader_resident, version FROM village_group"
                  " WHERE village = $1 ORDER BY id",
                  I64(village));
}

const struct err *region_group_add(struct req *r, int64_t village, const char *name,
                                   const char *leader, int64_t *id)
{
    struct region *v;
    int64_t added;
    TRY(region_village(r, village, &v));
    *id = id_new();
    TRY(db_exec_n(r, &added,
                  "INSERT INTO village_group (village, id, name, leader) VALUES ($1, $2, $3, $4)"
                  " ON CONFLICT DO NOTHING",
                  I64(village), I64(*id), TEXT(name), TEXT(leader)));
    if (!added) return fail(r, ERR_DUPLICATE, "name");
    return NULL;
}

const struct err *group_change(struct req *r, const struct village_group *g)
{
    int64_t changed, twin;
    struct village_group *there;
    if (g->name) {
        TRY(db_int(r, &twin, "SELECT id FROM village_group WHERE village = $1 AND name = $2 AND id <> $3",
                   I64(g->village), TEXT(g->name), I64(g->id)));
        if (twin != NONE) return fail(r, ERR_DUPLICATE, "name");
    }
    TRY(db_exec_n(r, &changed,
                  "UPDATE village_group SET name = coalesce($4, name), leader = coalesce($5, leader),"
                  " leader_resident = coalesce($6, leader_resident), version = version + 1"
                  " WHERE village = $1 AND id = $2 AND version = $3",
                  I64(g->village), I64(g->id), I64(g->version), TEXT(g->name), TEXT(g->leader),
                  I64(g->leader_resident)));
    if (changed) return NULL;
    TRY(region_group(r, g->village, g->id, &there));
    return fail(r, ERR_STALE, NULL);
}

const struct err *group_drop(struct req *r, int64_t village, int64_t id, int64_t version)
{
    int64_t changed;
    struct village_group *there;
    const struct err *e = db_exec_n(r, &changed,
        "DELETE FROM village_group WHERE village = $1 AND id = $2 AND version = $3",
        I64(village), I64(id), I64(version));
    if (e && e->code == ERR_CONFLICT)
        return fail_say(r, ERR_CONFLICT, NULL, "此小组内还有农户，请先把他们调整到别的小组。",
                        "There are households in this group; move them first.");
    if (e || changed) return e;
    TRY(region_group(r, village, id, &there));
    return fail(r, ERR_STALE, NULL);
}

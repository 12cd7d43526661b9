/* Routes of regions, grids and groups. */
#include <string.h>

#include "http/command.h"
#include "kernel/text.h"
#include "region/region_store.h"

/* ---- regions ---- */

struct regions_in { PAGE_MEMBERS; int64_t parent, active; const char *q; };
static const struct field regions_in_fields[] = {
    F(regions_in, parent, K_REGION, IN_QUERY | OPT, 0, 0, "Regions directly below this one. 上级"),
    F(regions_in, q, K_TEXT, IN_QUERY | OPT, 0, 40, "Beginning of a name, or of a code. 名称或代码"),
    F(regions_in, active, K_BOOL, IN_QUERY | OPT, 0, 0, "Only those that take part. 只看已启用"),
    PAGE_FIELDS(regions_in),
    { 0 }
};
static RECORD(regions_in);

static const struct err *get_regions(struct req *r)
{
    const struct regions_in *in = r->in;
    struct page *page = arena_new(r->mem, struct page);
    const struct region_list_in want = { in->after, in->limit, in->parent, in->active, in->q };
    TRY(region_list(r, &want, page));
    r->out = page;
    return NULL;
}

struct region_in { int64_t region; };
static const struct field region_in_fields[] = {
    F(region_in, region, K_REGION, IN_PATH, 0, 0, "Region code. 区划代码"),
    { 0 }
};
static RECORD(region_in);

static const struct err *get_region(struct req *r)
{
    const struct region_in *in = r->in;
    struct region *row;
    TRY(region_load(r, in->region, &row));
    r->out = row;
    return NULL;
}

static const struct field region_imported_fields[] = {
    F(region_imported, rows, K_INT, 0, 0, 0, "Rows in the file. 行数"),
    F(region_imported, added, K_INT, 0, 0, 0, "New regions. 新增"),
    F(region_imported, changed, K_INT, 0, 0, 0, "Renamed or moved. 变更"),
    F(region_imported, dry_run, K_BOOL, 0, 0, 0, "Nothing was written. 仅校验"),
    { 0 }
};
RECORD(region_imported);

struct regions_import { struct bytes body; int64_t dry_run; };
static const struct field regions_import_fields[] = {
    F(regions_import, dry_run, K_BOOL, IN_QUERY | OPT, 0, 0, "Check only, write nothing. 仅校验"),
    F(regions_import, body, K_BYTES, IN_RAW, 1, 0, "CSV with code,name[,parent]. 区划表"),
    { 0 }
};
static RECORD(regions_import);

static const struct err *post_import(struct req *r)
{
    const struct regions_import *in = r->in;
    struct region_imported *out = arena_new(r->mem, struct region_imported);
    TRY(region_import_csv(r, in->body.p, in->body.n, in->dry_run == 1, out));
    r->out = out;
    return NULL;
}

/* ---- grids ---- */

struct village_page { int64_t village; PAGE_MEMBERS; };
static const struct field village_page_fields[] = {
    F(village_page, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    PAGE_FIELDS(village_page),
    { 0 }
};
static RECORD(village_page);

static const struct err *get_grids(struct req *r)
{
    const struct village_page *in = r->in;
    struct region *v;
    struct page *page = arena_new(r->mem, struct page);
    TRY(region_village(r, in->village, &v));
    TRY(grid_list(r, in->village, in->after, in->limit, page));
    r->out = page;
    return NULL;
}

struct grid_new { int64_t village; const char *code, *name; struct list staff; };
static const struct field grid_new_fields[] = {
    F(grid_new, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(grid_new, code, K_TEXT, 0, 2, 11, "Path code: 01 large, 01.02 middle, 01.02.03 small, 01.02.03.04 micro. 网格编码"),
    F(grid_new, name, K_TEXT, 0, 1, 40, "Name. 网格名称"),
    F_SUB(grid_new, staff, K_LIST, OPT, 0, 50, grid_staff_record, "Who answers for it. 一长三员"),
    { 0 }
};
static RECORD(grid_new);

static const struct err *post_grid(struct req *r)
{
    const struct grid_new *in = r->in;
    struct grid *g;
    char *code = text_normal(r->mem, in->code);
    TRY(region_grid_add(r, in->village, code, in->name));
    if (in->staff.n) TRY(region_grid_staff(r, in->village, code, in->staff));
    TRY(grid_with_staff(r, in->village, code, &g));
    r->out = g;
    return NULL;
}

struct grid_key { int64_t village; const char *grid; };
static const struct field grid_key_fields[] = {
    F(grid_key, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(grid_key, grid, K_TEXT, IN_PATH, 2, 11, "Grid code. 网格编码"),
    { 0 }
};
static RECORD(grid_key);

static const struct err *get_grid(struct req *r)
{
    const struct grid_key *in = r->in;
    struct grid *g;
    TRY(grid_with_staff(r, in->village, in->grid, &g));
    r->out = g;
    return NULL;
}

struct grid_patch { int64_t village; const char *grid; int64_t version; const char *name; struct list staff; int64_t keep_staff; };
static const struct field grid_patch_fields[] = {
    F(grid_patch, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(grid_patch, grid, K_TEXT, IN_PATH, 2, 11, "Grid code. 网格编码"),
    F(grid_patch, version, K_INT, IN_MATCH, 0, 0, "Version read before."),
    F(grid_patch, name, K_TEXT, OPT, 1, 40, "Name. 网格名称"),
    F(grid_patch, keep_staff, K_BOOL, OPT, 0, 0, "Leave the staff as it is (only the name changes)."),
    F_SUB(grid_patch, staff, K_LIST, OPT, 0, 50, grid_staff_record,
          "The whole staff from today on; those not named any more end today. 一长三员"),
    { 0 }
};
static RECORD(grid_patch);

static const struct err *patch_grid(struct req *r)
{
    const struct grid_patch *in = r->in;
    struct grid *g;
    TRY(grid_change(r, in->village, in->grid, in->name, in->version));
    if (in->staff.items || in->keep_staff == 0)
        TRY(region_grid_staff(r, in->village, in->grid, in->staff));
    TRY(grid_with_staff(r, in->village, in->grid, &g));
    r->out = g;
    return NULL;
}

struct grid_delete { int64_t village; const char *grid; int64_t version; };
static const struct field grid_delete_fields[] = {
    F(grid_delete, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(grid_delete, grid, K_TEXT, IN_PATH, 2, 11, "Grid code. 网格编码"),
    F(grid_delete, version, K_INT, IN_MATCH, 0, 0, "Version read before."),
    { 0 }
};
static RECORD(grid_delete);

static const struct err *delete_grid(struct req *r)
{
    const struct grid_delete *in = r->in;
    return grid_drop(r, in->village, in->grid, in->version);
}

/* ---- groups ---- */

static const struct err *get_groups(struct req *r)
{
    const struct village_page *in = r->in;
    struct region *v;
    struct page *page = arena_new(r->mem, struct page);
    int64_t last, unused;
    const char *text;
    TRY(region_village(r, in->village, &v));
    TRY(page_after(r, in->after, &last, &unused, &text));
    TRY(db_all(r, &village_group_record, &page->rows,
               "SELECT village, id, name, leader, leader_resident, version FROM village_group"
               " WHERE village = $1 AND id > $2 ORDER BY id LIMIT $3",
               I64(in->village), I64(last == NONE ? 0 : last), I64(page_limit(in->limit))));
    if (page_cut(page, in->limit)) {
        const struct village_group *end = &LIST_AT(page->rows, struct village_group, page->rows.n - 1);
        page->next = page_cursor(r, end->id, NONE, NULL);
    }
    TRY(db_int(r, &page->total, "SELECT count(*) FROM village_group WHERE village = $1", I64(in->village)));
    r->out = page;
    return NULL;
}

struct group_new { int64_t village; const char *name, *leader; };
static const struct field group_new_fields[] = {
    F(group_new, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(group_new, name, K_TEXT, 0, 1, 40, "Name. 村民小组"),
    F(group_new, leader, K_TEXT, OPT, 0, 40, "Group leader. 小组长"),
    { 0 }
};
static RECORD(group_new);

static const struct err *post_group(struct req *r)
{
    const struct group_new *in = r->in;
    struct village_group *g;
    int64_t id;
    TRY(region_group_add(r, in->village, in->name, in->leader, &id));
    TRY(region_group(r, in->village, id, &g));
    r->out = g;
    return NULL;
}

struct group_patch { int64_t village, group, version; const char *name, *leader; int64_t leader_resident; };
static const struct field group_patch_fields[] = {
    F(group_patch, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(group_patch, group, K_ID, IN_PATH, 0, 0, "Group id."),
    F(group_patch, version, K_INT, IN_MATCH, 0, 0, "Version read before."),
    F(group_patch, name, K_TEXT, OPT, 1, 40, "Name. 村民小组"),
    F(group_patch, leader, K_TEXT, OPT, 0, 40, "Group leader. 小组长"),
    F(group_patch, leader_resident, K_ID, OPT, 0, 0, "The leader, when a resident of the register."),
    { 0 }
};
static RECORD(group_patch);

static const struct err *patch_group(struct req *r)
{
    const struct group_patch *in = r->in;
    struct village_group *g;
    const struct village_group want = {
        .village = in->village, .id = in->group, .name = in->name, .leader = in->leader,
        .leader_resident = in->leader_resident, .version = in->version,
    };
    TRY(group_change(r, &want));
    TRY(region_group(r, in->village, in->group, &g));
    r->out = g;
    return NULL;
}

struct group_delete { int64_t village, group, version; };
static const struct field group_delete_fields[] = {
    F(group_delete, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(group_delete, group, K_ID, IN_PATH, 0, 0, "Group id."),
    F(group_delete, version, K_INT, IN_MATCH, 0, 0, "Version read before."),
    { 0 }
};
static RECORD(group_delete);

static const struct err *delete_group(struct req *r)
{
    const struct group_delete *in = r->in;
    return group_drop(r, in->village, in->group, in->version);
}

static const enum err_code read_errors[] = { ERR_NOT_FOUND, ERR_NONE };
static const enum err_code write_errors[] = { ERR_NOT_FOUND, ERR_DUPLICATE, ERR_CONFLICT, ERR_STALE, ERR_NONE };

static const struct route region_routes[] = {
    { "GET", "/regions", PERM_SELF, TX_READ, &regions_in_record, &region_record, get_regions, NULL,
      ROUTE_PAGE, NULL, NULL, "Regions below one, or by the beginning of their name or code." },
    { "GET", "/regions/{region}", PERM_REGION_READ, TX_READ, &region_in_record, &region_record, get_region,
      read_errors, 0, NULL, NULL, "One region." },
    { "POST", "/regions/import", PERM_SYSTEM_WRITE, TX_WRITE, &regions_import_record,
      &region_imported_record, post_import, NULL, ROUTE_RAW, "text/csv", NULL,
      "Import division codes from CSV; nothing is written unless every row is right." },
    { "GET", "/public/regions", PERM_PUBLIC, TX_READ, &regions_in_record, &region_record, get_regions, NULL,
      ROUTE_PAGE, NULL, NULL, "Regions below one, without sign-in." },
    { "GET", "/villages/{village}/grids", PERM_REGION_READ, TX_READ, &village_page_record, &grid_record,
      get_grids, read_errors, ROUTE_PAGE, NULL, NULL, "Grids of a village with their staff, by code." },
    { "POST", "/villages/{village}/grids", PERM_REGION_WRITE, TX_WRITE, &grid_new_record, &grid_record,
      post_grid, write_errors, ROUTE_CREATED, NULL, NULL, "Add a grid below an existing one." },
    { "GET", "/villages/{village}/grids/{grid}", PERM_REGION_READ, TX_READ, &grid_key_record, &grid_record,
      get_grid, read_errors, 0, NULL, NULL, "One grid with its staff." },
    { "PATCH", "/villages/{village}/grids/{grid}", PERM_REGION_WRITE, TX_WRITE, &grid_patch_record,
      &grid_record, patch_grid, write_errors, 0, NULL, NULL, "Rename a grid or change its staff." },
    { "DELETE", "/villages/{village}/grids/{grid}", PERM_REGION_WRITE, TX_WRITE, &grid_delete_record, NULL,
      delete_grid, write_errors, 0, NULL, NULL, "Delete an empty grid." },
    { "GET", "/villages/{village}/groups", PERM_REGION_READ, TX_READ, &village_page_record,
      &village_group_record, get_groups, read_errors, ROUTE_PAGE, NULL, NULL, "Groups of a village." },
    { "POST", "/villages/{village}/groups", PERM_REGION_WRITE, TX_WRITE, &group_new_record,
      &village_group_record, post_group, write_errors, ROUTE_CREATED, NULL, NULL, "Add a group." },
    { "PATCH", "/villages/{village}/groups/{group}", PERM_REGION_WRITE, TX_WRITE, &group_patch_record,
      &village_group_record, patch_group, write_errors, 0, NULL, NULL, "Change a group." },
    { "DELETE", "/villages/{village}/groups/{group}", PERM_REGION_WRITE, TX_WRITE, &group_delete_record, NULL,
      delete_group, write_errors, 0, NULL, NULL, "Delete an empty group." },
    { 0 }
};

extern const struct migration region_migrations[];
extern const struct command region_commands[];
const struct slice region_slice = {
    .name = "region", .routes = region_routes, .migrations = region_migrations, .commands = region_commands,
};

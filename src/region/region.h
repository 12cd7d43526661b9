/* Regions by 12-digit statistical code, the grids (大/中/小/微网格) nested below a village, and village groups (村民小组).
 * A grid's code is its path: "01", "01.02", "01.02.03", "01.02.03.04" — large, middle, small, micro —
 * so that "below" is a prefix and staff scopes need no tree walk.
 */
#ifndef REGION_REGION_H
#define REGION_REGION_H
#include "access/access.h"
struct region {
    int64_t code;
    const char *name;     /* short: 礼坑村 */
    const char *official; /* 礼坑村村民委员会 */
    int64_t parent, level;
    int64_t active;       /* takes part, or a village below does */
};
extern const struct record region_record;
MUST_CHECK const struct err *region_load(struct req *r, int64_t code, struct region **out); /* ERR_NOT_FOUND */
/* As load, but the code must be a village's: ERR_NOT_FOUND on "village". */
MUST_CHECK const struct err *region_village(struct req *r, int64_t code, struct region **out);
/* "广东省河源市紫金县龙窝镇礼坑村" from the township down: short form "龙窝镇礼坑村". */
MUST_CHECK const struct err *region_title(struct req *r, int64_t code, const char **out);

/* The villages below a region that take part, by code, behind `after` (NONE: from the first). */
MUST_CHECK const struct err *region_villages(struct req *r, int64_t region, int64_t after, int64_t limit, struct list *out);

struct grid {
    int64_t village;
    const char *code, *name;
    int64_t level;
    const char *parent;
    const char *head;     /* 网格长, NULL when nobody */
    struct list staff;    /* of struct grid_staff, whole lists only */
    int64_t version;
};
struct grid_staff {
    const char *grid, *duty, *name;
    int64_t resident, first;
};
MUST_CHECK const struct err *region_grid(struct req *r, int64_t village, const char *code, struct grid **out);
/* All grids of a village by code, without staff: at most a few hundred. */
MUST_CHECK const struct err *region_grids(struct req *r, int64_t village, struct list *out);
/* 1 large … 4 micro; 0: not a grid code. */
int region_grid_level(const char *code);
/* A code as a number whose ranges are subtrees: "01.02" is 01020000 … 01029999, so that "in this
 * grid or below" is one index range on both engines, whatever the database's collation. */
struct grid_range { int64_t first, last; };
struct grid_range region_grid_range(const char *code); /* NULL or "": everything, {NONE+1, INT64_MAX} */

struct village_group { int64_t village, id; const char *name, *leader; int64_t leader_resident, version; };
MUST_CHECK const struct err *region_group(struct req *r, int64_t village, int64_t id, struct village_group **out);
/* All groups of a village by id: a few dozen. */
MUST_CHECK const struct err *region_groups(struct req *r, int64_t village, struct list *out);

/* Services for import and demo. */
/* CSV "code,name[,parent]" (also 代码,名称,上级), codes of 2, 4, 6, 9 or 12 digits. Every bad row is a finding
 * "line/column" of one ERR_INVALID and nothing is written; rows already there are renamed. Always checks;
 * writes unless dry. */
struct region_imported { int64_t rows, added, changed, dry_run; };
MUST_CHECK const struct err *region_import_csv(struct req *r, const void *csv, size_t n, bool dry,
                                               struct region_imported *out);
MUST_CHECK const struct err *region_import(struct req *r, const void *csv, size_t n, int64_t *rows);
MUST_CHECK const struct err *region_grid_add(struct req *r, int64_t village, const char *code, const char *name);
/* The staff of a grid from today on becomes exactly this list (duty, name, resident of each); what
 * ended is kept with its last day. At most one head. */
MUST_CHECK const struct err *region_grid_staff(struct req *r, int64_t village, const char *code, struct list staff);
MUST_CHECK const struct err *region_group_add(struct req *r, int64_t village, const char *name,
                                              const char *leader, int64_t *id);
extern const struct slice region_slice;
#endif

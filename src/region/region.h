/* Regions by 12-digit statistical code, the grids (大/中/小/微网格) nested below a village, and village groups (村民小组).
 * A grid's code is its path: "01", "01.02", "01.02.03", "01.02.03.04" — large, middle, small, micro —
 * so that "below" is a prefix and staff scopes need no tree walk.
 */
#ifndef REGION_REGION_H
#define REGION_REGION_H
#include "access/access.h"
struct region { int64_t code; const char *name; int64_t parent; int64_t level; };
extern const struct record region_record;
MUST_CHECK const struct err *region_load(struct req *r, int64_t code, struct region **out); /* ERR_NOT_FOUND */
/* "广东省河源市紫金县龙窝镇礼坑村" from the township down: short form "龙窝镇礼坑村". */
MUST_CHECK const struct err *region_title(struct req *r, int64_t code, const char **out);
struct grid { int64_t village; const char *code, *name; int64_t level; const char *head; };
MUST_CHECK const struct err *region_grid(struct req *r, int64_t village, const char *code, struct grid **out);
/* Services for import and demo. */
MUST_CHECK const struct err *region_import(struct req *r, const void *csv, size_t n, int64_t *rows);
MUST_CHECK const struct err *region_grid_add(struct req *r, int64_t village, const char *code, const char *name);
extern const struct slice region_slice;
#endif

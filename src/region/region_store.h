/* Inside region/: what its files share. */
#ifndef REGION_STORE_H
#define REGION_STORE_H
#include "region/region.h"
extern const struct record grid_record, grid_staff_record, village_group_record, region_imported_record;
extern const char *const grid_duties[];
struct region_list_in { const char *after; int64_t limit, parent, active; const char *q; };
MUST_CHECK const struct err *region_list(struct req *r, const struct region_list_in *in, struct page *out);
MUST_CHECK const struct err *grid_list(struct req *r, int64_t village, const char *after, int64_t limit, struct page *out);
MUST_CHECK const struct err *grid_change(struct req *r, int64_t village, const char *code, const char *name, int64_t version);
MUST_CHECK const struct err *grid_drop(struct req *r, int64_t village, const char *code, int64_t version);
MUST_CHECK const struct err *grid_with_staff(struct req *r, int64_t village, const char *code, struct grid **out);
MUST_CHECK const struct err *group_change(struct req *r, const struct village_group *g);
MUST_CHECK const struct err *group_drop(struct req *r, int64_t village, int64_t id, int64_t version);
#endif

/* Inside people/: records and handlers of its other files, whose rows stand in people_http.c. */
#ifndef PEOPLE_HTTP_H
#define PEOPLE_HTTP_H
#include "people/people_store.h"
extern const struct record household_record, household_full_record, households_in_record, household_key_record,
    household_new_in_record, household_patch_record, split_in_record, merge_in_record, pledge_in_record,
    unpledge_in_record, organisation_record, organisations_in_record, organisation_new_in_record,
    organisation_key_record, organisation_patch_record, register_import_record, people_imported_record,
    register_export_record, register_full_export_record;
handler get_households, get_household, post_household, patch_household, post_split, post_merge, post_pledge,
    post_unpledge, get_organisations, get_organisation, post_organisation, patch_organisation, post_register_import,
    get_register_export, post_register_export;
/* "4****************X" */
const char *people_mask_id(struct arena *mem, const char *id_number);
/* NULL when id is NONE or unknown. groups: of struct village_group. */
const char *people_group_name(struct list groups, int64_t id);
/* Where a household or organisation goes: r->who may write there, and grid and group exist (what does not is a finding
 * each). grid "": in none; NULL: where it is. */
MUST_CHECK const struct err *people_place(struct req *r, int64_t village, const char *grid, int64_t group);
/* ERR_INVALID on "grid" when it is not shaped like a code; NULL is fine. */
MUST_CHECK const struct err *people_check_grid(struct req *r, const char *grid);
#endif

/* Inside the slice: records and handlers of its route files; the rows stand in scheme_http.c. */
#ifndef SCHEME_HTTP_H
#define SCHEME_HTTP_H
#include "scheme/scheme_store.h"
#include "scheme/scheme_tool.h"

struct diff_side { int64_t scheme, first_day; const char *title; };
struct scheme_diff { struct diff_side *before, *after; struct list changes; };
/* Answers what `after` does differently from a version. */
MUST_CHECK const struct err *scheme_diff_of(struct req *r, int64_t village, int64_t against, const struct scheme *after,
                                            struct diff_side *side);

extern const struct record schemes_in_record, scheme_key_in_record, adopt_in_record,
    withdraw_in_record, public_version_record, public_schemes_in_record, scheme_diff_record, scheme_diff_in_record,
    scheme_preset_record, presets_in_record, preset_in_record;
handler get_schemes, get_scheme, post_scheme, post_withdraw, get_public_schemes, get_scheme_diff, get_presets, get_preset;

extern const struct record drafts_in_record, draft_new_in_record, draft_key_in_record, draft_match_in_record, draft_save_in_record,
    draft_diff_in_record, draft_adopt_in_record;
handler get_drafts, post_draft, get_draft, put_draft, delete_draft, post_draft_restore, get_draft_diff, post_draft_adopt;

extern const struct record notice_in_record, notice_pdf_in_record, version_pdf_in_record, scheme_notice_record, estimate_in_record, card_in_record,
    cards_in_record, my_classes_record;
handler get_notice, get_notice_pdf, get_version_pdf, get_estimate, get_my_classes, get_card, get_cards;
extern const struct record diff_side_record, beside_record, beside_in_record, draft_beside_in_record, village_scheme_record,
    region_schemes_in_record;
handler get_scheme_template, get_draft_template, get_region_schemes;
#endif

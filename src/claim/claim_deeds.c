/* Deeds as the books took them, streamed for trials and explanations. */
#include "claim/claim_rows.h"

static const struct field claim_deed_fields[] = {
    F(claim_deed, id, K_ID, 0, 0, 0, ""),
    F(claim_deed, number, K_TEXT, 0, 0, 0, ""),
    F(claim_deed, state, K_TEXT, 0, 0, 0, ""),
    F_AS(claim_deed, kind, "subject_kind", K_TEXT, 0, 0, 0, ""),
    F(claim_deed, subject, K_ID, 0, 0, 0, ""),
    F(claim_deed, household, K_ID, 0, 0, 0, ""),
    F_AS(claim_deed, class_, "class", K_TEXT, 0, 0, 0, ""),
    F(claim_deed, item, K_TEXT, 0, 0, 0, ""),
    F(claim_deed, item_label, K_TEXT, 0, 0, 0, ""),
    F_AS(claim_deed, on, "deed_on", K_DATE, 0, 0, 0, ""),
    F(claim_deed, level, K_TEXT, 0, 0, 0, ""),
    F(claim_deed, difficulty, K_TEXT, 0, 0, 0, ""),
    F(claim_deed, reverse, K_INT, 0, 0, 0, ""),
    F_AS(claim_deed, chosen_c, "chosen", K_POINTS, 0, 0, 0, ""),
    F_AS(claim_deed, quantity_c, "quantity", K_POINTS, 0, 0, 0, ""),
    F_AS(claim_deed, points_c, "points", K_POINTS, 0, 0, 0, ""),
    F(claim_deed, scheme_version, K_INT, 0, 0, 0, ""),
    F(claim_deed, posting, K_ID, 0, 0, 0, ""),
    F(claim_deed, reversal, K_ID, 0, 0, 0, ""),
    F(claim_deed, penalty, K_ID, 0, 0, 0, ""),
    F(claim_deed, false_claim, K_INT, 0, 0, 0, ""),
    { 0 }
};
static RECORD(claim_deed);

#define DEED_COLUMNS                                                                               \
    "id, number, state, subject_kind, subject, household, class, item, item_label, deed_on, "      \
    "level, difficulty, reverse, chosen, quantity, points, scheme_version, posting, reversal, "    \
    "penalty, false_claim"
/* In the books, or kept out of them as false. */
#define COUNTED                                                                                    \
    " AND (state IN ('recorded', 'reversed') OR (state = 'rejected' AND false_claim = 1))"

const struct err *claim_deeds(struct req *r, const struct claim_range *in, db_row_fn *fn, void *arg)
{
    if (!in->kind)
        return db_each(r, &claim_deed_record, fn, arg,
                       "SELECT " DEED_COLUMNS " FROM claim WHERE village = $1"
                       " AND household BETWEEN $2 AND $3 AND deed_on <= $4" COUNTED
                       " ORDER BY household, subject_kind, subject, deed_on, id",
                       I64(in->village), I64(in->first), I64(in->last), I64(in->until));
    return db_each(r, &claim_deed_record, fn, arg,
                   "SELECT " DEED_COLUMNS " FROM claim WHERE village = $1 AND subject_kind = $2"
                   " AND subject BETWEEN $3 AND $4 AND deed_on <= $5" COUNTED
                   " ORDER BY subject, deed_on, id",
                   I64(in->village), TEXT(in->kind), I64(in->first), I64(in->last), I64(in->until));
}

const struct err *claim_waiting(struct req *r, int64_t village, struct span in, int64_t *n)
{
    return db_int(
        r, n,
        "SELECT count(*) FROM claim WHERE village = $1 AND deed_on BETWEEN $2 AND $3"
        " AND state IN ('submitted', 'returned', 'checked', 'published', 'objected', 'approved')",
        I64(village), I64(in.first), I64(in.last));
}

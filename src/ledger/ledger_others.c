/* What the books hold besides claims: opening balances, adjustments, redemptions, whatever later
 * slices post. Streamed for trials and explanations. */
#include "ledger/ledger.h"

static const struct field ledger_other_fields[] = { F(ledger_other, kind, K_TEXT, 0, 0, 0, ""),
                                                    F(ledger_other, subject, K_ID, 0, 0, 0, ""),
                                                    F(ledger_other, household, K_ID, 0, 0, 0, ""),
                                                    F_AS(ledger_other, on, "on_day", K_DATE, 0, 0,
                                                         0, ""),
                                                    F(ledger_other, points_c, K_INT, 0, 0, 0, ""),
                                                    F(ledger_other, part, K_TEXT, 0, 0, 0, ""),
                                                    F(ledger_other, memo, K_TEXT, 0, 0, 0, ""),
                                                    { 0 } };
static RECORD(ledger_other);

/* A reversal has the part of what it takes back, so that a redemption and its reversal cancel out.
 */
#define OTHER_SQL                                                                                  \
    "SELECT p.kind, p.subject, h.household, p.on_day, p.points_c, p.memo,"                         \
    " CASE WHEN o.id IS NULL THEN p.part ELSE o.part END AS part"                                  \
    " FROM ledger_holder h JOIN ledger_posting p"                                                  \
    " ON p.village = h.village AND p.kind = h.kind AND p.subject = h.subject"                      \
    " LEFT JOIN ledger_posting o ON o.village = p.village AND o.id = p.reverses"                   \
    " WHERE h.village = $1 AND p.on_day <= $4 AND p.cause_kind <> 'claim'"                         \
    " AND (o.id IS NULL OR o.cause_kind <> 'claim')"

const struct err *ledger_others(struct req *r, const struct ledger_range *in, db_row_fn *fn,
                                void *arg)
{
    if (!in->kind)
        return db_each(r, &ledger_other_record, fn, arg,
                       OTHER_SQL " AND h.household BETWEEN $2 AND $3"
                                 " ORDER BY h.household, h.kind, h.subject, p.on_day, p.id",
                       I64(in->village), I64(in->first), I64(in->last), I64(in->until));
    return db_each(r, &ledger_other_record, fn, arg,
                   OTHER_SQL " AND h.kind = $5 AND h.subject BETWEEN $2 AND $3"
                             " ORDER BY h.subject, p.on_day, p.id",
                   I64(in->village), I64(in->first), I64(in->last), I64(in->until), TEXT(in->kind));
}

static const struct field ledger_booked_fields[] = { F(ledger_booked, cause, K_ID, 0, 0, 0, ""),
                                                     F(ledger_booked, points_c, K_INT, 0, 0, 0, ""),
                                                     F(ledger_booked, last_day, K_DATE, 0, 0, 0,
                                                       ""),
                                                     { 0 } };
static RECORD(ledger_booked);

const struct err *ledger_booked(struct req *r, int64_t village, const char *kind, int64_t subject,
                                const char *cause_kind, struct list *out)
{
    return db_all(r, &ledger_booked_record, out,
                  "SELECT t.cause, CAST(SUM(t.points_c) AS BIGINT) AS points_c, MAX(t.on_day) AS "
                  "last_day FROM"
                  " (SELECT CASE WHEN o.id IS NULL THEN p.cause ELSE o.cause END AS cause, "
                  "p.points_c, p.on_day"
                  " FROM ledger_posting p LEFT JOIN ledger_posting o ON o.village = p.village AND "
                  "o.id = p.reverses"
                  " WHERE p.village = $1 AND p.kind = $2 AND p.subject = $3"
                  " AND CASE WHEN o.id IS NULL THEN p.cause_kind ELSE o.cause_kind END = $4) t"
                  " GROUP BY t.cause ORDER BY t.cause LIMIT 100000",
                  I64(village), TEXT(kind), I64(subject), TEXT(cause_kind));
}

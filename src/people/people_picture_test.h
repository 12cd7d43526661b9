/* For the unit tests of this slice: what the tables hold, as text. */
#ifndef PEOPLE_PICTURE_TEST_H
#define PEOPLE_PICTURE_TEST_H
#include "people/people_test.h"

/* Households whose numbers are like `like` (others: all but those), with all that hangs on them: a line each, in order. */
static inline const struct err *picture(struct req *r, int64_t village, const char *like, bool others, const char **out)
{
    struct list h = { 0 }, s = { 0 }, m = { 0 }, t = { 0 }, p = { 0 };
    TRY(db_all(r, &house_line_record, &h,
               "SELECT h.number || ' ' || coalesce(k.name, '-') || ' ' || coalesce(h.grid, '-') || ' ' || h.grid_no || ' ' ||"
               " coalesce(g.name, '-') || ' ' || coalesce(h.address, '-') || ' ' || h.tags || ' ' || h.state || ' ' ||"
               " coalesce(i.number, '-') || ' ' || coalesce(date(h.pledged_on * 86400, 'unixepoch'), '-') || ' v' || h.version AS line"
               " FROM household h LEFT JOIN resident k ON k.village = h.village AND k.id = h.head"
               " LEFT JOIN village_group g ON g.village = h.village AND g.id = h.village_group"
               " LEFT JOIN household i ON i.village = h.village AND i.id = h.merged_into"
               " WHERE h.village = $1 AND (h.number LIKE $2) <> $3 ORDER BY h.number",
               I64(village), TEXT(like), I64(others)));
    TRY(db_all(r, &house_line_record, &s,
               "SELECT h.number || ' ' || s.name || ' ' || s.relation || ' ' || s.sex || ' ' || date(s.birth * 86400, 'unixepoch') || ' ' ||"
               " s.grid_no || ' ' || coalesce(g.name, '-') || ' ' || s.tags || ' ' || s.state ||"
               " CASE WHEN s.id_sealed IS NULL THEN '' ELSE ' id' END || CASE WHEN s.phone_sealed IS NULL THEN '' ELSE ' phone' END ||"
               " ' v' || s.version AS line FROM resident s JOIN household h ON h.village = s.village AND h.id = s.household"
               " LEFT JOIN village_group g ON g.village = s.village AND g.id = s.village_group"
               " WHERE s.village = $1 AND (h.number LIKE $2) <> $3 ORDER BY h.number, s.id",
               I64(village), TEXT(like), I64(others)));
    TRY(db_all(r, &house_line_record, &m,
               "SELECT h.number || ' ' || s.name || ' ' || m.relation || ' ' || m.began || ' ' || date(m.first * 86400, 'unixepoch') || ' ' ||"
               " coalesce(m.ended, '-') || ' ' || coalesce(date(m.last * 86400, 'unixepoch'), '-') || ' ' || coalesce(m.note, '-') AS line"
               " FROM membership m JOIN household h ON h.village = m.village AND h.id = m.household"
               " JOIN resident s ON s.village = m.village AND s.id = m.resident"
               " WHERE m.village = $1 AND (h.number LIKE $2) <> $3 ORDER BY h.number, s.id, m.id",
               I64(village), TEXT(like), I64(others)));
    TRY(db_all(r, &house_line_record, &t,
               "SELECT coalesce(s.name, h.number) || ' ' || t.tag || ' ' || date(t.first * 86400, 'unixepoch') || ' ' ||"
               " coalesce(date(t.last * 86400, 'unixepoch'), '-') AS line FROM subject_tag t"
               " LEFT JOIN resident s ON s.village = t.village AND s.id = t.subject"
               " JOIN household h ON h.village = t.village AND h.id = coalesce(s.household, t.subject)"
               " WHERE t.village = $1 AND (h.number LIKE $2) <> $3 ORDER BY h.number, coalesce(s.id, 0), t.tag, t.first",
               I64(village), TEXT(like), I64(others)));
    TRY(db_all(r, &house_line_record, &p,
               "SELECT h.number || ' ' || date(p.signed_on * 86400, 'unixepoch') || ' ' || coalesce(s.name, '-') || ' ' ||"
               " coalesce(p.terms, '-') || ' ' || coalesce(date(p.ended_on * 86400, 'unixepoch'), '-') || ' ' || coalesce(p.reason, '-') AS line"
               " FROM pledge p JOIN household h ON h.village = p.village AND h.id = p.household"
               " LEFT JOIN resident s ON s.village = p.village AND s.id = p.signer"
               " WHERE p.village = $1 AND (h.number LIKE $2) <> $3 ORDER BY h.number, p.id",
               I64(village), TEXT(like), I64(others)));
    *out = arena_printf(r->mem, "%s\n%s\n%s\n%s\n%s", joined(r, h), joined(r, s), joined(r, m), joined(r, t), joined(r, p));
    return NULL;
}

/* What an act did to the households like `like`; everything else, in both villages, is as before. */
struct seen { const char *like, *rest, *next; };

static inline const struct err *look(struct req *r, const char *like, struct seen *out)
{
    out->like = like;
    TRY(picture(r, VILLAGE, like, true, &out->rest));
    return picture(r, NEXT, "%", false, &out->next);
}

static inline const struct err *became(struct req *r, const struct seen *before, const char *what, const char *want)
{
    const char *now;
    struct seen after;
    TRY(picture(r, VILLAGE, before->like, false, &now));
    TRY(look(r, before->like, &after));
    same(what, now, want);
    same("the rest of the village", after.rest, before->rest);
    same("the next village", after.next, before->next);
    return NULL;
}
#endif

/* The register as a stream, in batches by id: for trials, reports and exports that go through a
 * whole village in bounded memory and with a few statements per batch. Former members and
 * households are there too, because the past is about them.
 */
#include <string.h>

#include "kernel/text.h"
#include "people/people_store.h"

struct roster_sql {
    const char *kind;
    int64_t subject, household, village_group, birth, since, until;
    const char *name, *number, *tags, *grid, *state;
};
static const struct field roster_sql_fields[] = { F(roster_sql, kind, K_TEXT, 0, 0, 0, ""),
                                                  F(roster_sql, subject, K_ID, 0, 0, 0, ""),
                                                  F(roster_sql, household, K_ID, 0, 0, 0, ""),
                                                  F(roster_sql, village_group, K_ID, 0, 0, 0, ""),
                                                  F(roster_sql, birth, K_DATE, 0, 0, 0, ""),
                                                  F(roster_sql, since, K_DATE, 0, 0, 0, ""),
                                                  F(roster_sql, until, K_DATE, 0, 0, 0, ""),
                                                  F(roster_sql, name, K_TEXT, 0, 0, 0, ""),
                                                  F(roster_sql, number, K_TEXT, 0, 0, 0, ""),
                                                  F(roster_sql, tags, K_TEXT, 0, 0, 0, ""),
                                                  F(roster_sql, grid, K_TEXT, 0, 0, 0, ""),
                                                  F(roster_sql, state, K_TEXT, 0, 0, 0, ""),
                                                  { 0 } };
static RECORD(roster_sql);

/* As subjects: masked and classed by the same rules as people_subject. */
static const struct err *answer(struct req *r, int64_t village, const struct list *rows,
                                struct list *out)
{
    struct list tags;
    TRY(tags_of(r, village, &tags));
    struct people_stay *all = arena_array(r->mem, struct people_stay, rows->n + 1);
    for (size_t i = 0; i < rows->n; i++) {
        const struct roster_sql *s = &LIST_AT(*rows, struct roster_sql, i);
        bool home = !strcmp(s->kind, "household"), person = !strcmp(s->kind, "resident");
        all[i] = (struct people_stay){
            .kind = s->kind,
            .subject = s->subject,
            .household = s->household,
            .group = s->village_group,
            .name = s->name ? s->name : s->number,
            .number = s->number,
            .grid = s->grid,
            .since = s->since,
            .until = s->until,
            .class_ = person && tags_have(s->tags, "party_member") ? "party_member" : s->kind,
            .tags = tags_names(r->mem, &tags, s->tags),
            .minor = s->birth >= people_minor_since(r->today), /* only persons have one */
            .active = !strcmp(s->state, "active"),
        };
        all[i].masked = person ? text_mask_name(r->mem, s->name)
                        : home ? arena_printf(r->mem, "%s户",
                                              s->name ? text_mask_name(r->mem, s->name) : s->number)
                               : s->name;
    }
    *out = (struct list){ all, rows->n };
    return NULL;
}

const struct err *people_roster(struct req *r, int64_t village, const char *kind, int64_t after,
                                int64_t limit, struct list *out)
{
    struct list rows = { 0 };
    if (!strcmp(kind, "household"))
        TRY(db_all(r, &roster_sql_record, &rows,
                   "SELECT 'household' AS kind, h.id AS subject, h.id AS household, "
                   "h.village_group, k.name, h.number,"
                   " h.tags, h.grid, h.state FROM household h"
                   " LEFT JOIN resident k ON k.village = h.village AND k.id = h.head"
                   " WHERE h.village = $1 AND h.id > $2 ORDER BY h.id LIMIT $3",
                   I64(village), I64(after), I64(limit)));
    else if (!strcmp(kind, "resident"))
        TRY(db_all(r, &roster_sql_record, &rows,
                   "SELECT 'resident' AS kind, s.id AS subject, s.household, s.village_group, "
                   "s.name, s.birth, s.tags,"
                   " h.number, h.grid, s.state FROM resident s"
                   " JOIN household h ON h.village = s.village AND h.id = s.household"
                   " WHERE s.village = $1 AND s.id > $2 ORDER BY s.id LIMIT $3",
                   I64(village), I64(after), I64(limit)));
    else
        TRY(db_all(r, &roster_sql_record, &rows,
                   "SELECT 'organisation' AS kind, id AS subject, name, tags, grid, state FROM "
                   "organisation"
                   " WHERE village = $1 AND id > $2 ORDER BY id LIMIT $3",
                   I64(village), I64(after), I64(limit)));
    return answer(r, village, &rows, out);
}

const struct err *people_stays(struct req *r, int64_t village, int64_t first, int64_t last,
                               struct list *out)
{
    struct list rows = { 0 };
    TRY(db_all(
        r, &roster_sql_record, &rows,
        "SELECT 'resident' AS kind, s.id AS subject, m.household, s.village_group, s.name, "
        "s.birth, s.tags, s.state,"
        " CASE WHEN m.began = 'register' THEN NULL ELSE m.first END AS since, m.last AS until"
        " FROM membership m JOIN resident s ON s.village = m.village AND s.id = m.resident"
        " WHERE m.village = $1 AND m.household BETWEEN $2 AND $3"
        " ORDER BY m.household, m.resident, m.first, m.id",
        I64(village), I64(first), I64(last)));
    return answer(r, village, &rows, out);
}

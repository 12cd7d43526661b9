/* Lists and search. Every statement reads a bounded stretch of one index: the key (paging by id), or,
 * when something is searched, the index of that something. A list never says more than r->who may see.
 */
#include <string.h>

#include "kernel/text.h"
#include "people/people_store.h"

/* In the filter's grid and in one of the scope's grids (",01.02,01.03,"; "" is the whole village): the
 * ancestors of a code are its first 2, 5, 8 and 11 characters. */
#define IN_SCOPE(grid, codes)                                                                      \
    " AND (" codes " = '' OR " codes " LIKE '%,' || substr(" grid ", 1, 2) || ',%'"                \
    " OR " codes " LIKE '%,' || substr(" grid ", 1, 5) || ',%'"                                    \
    " OR " codes " LIKE '%,' || substr(" grid ", 1, 8) || ',%'"                                    \
    " OR " codes " LIKE '%,' || substr(" grid ", 1, 11) || ',%')"
#define HOLDS_TAG(id, tag)                                                                         \
    " AND (" tag " = '' OR EXISTS (SELECT 1 FROM subject_tag t WHERE t.village = $1"               \
    " AND t.subject = " id " AND t.tag = " tag " AND t.last IS NULL))"

struct people_scope people_scope(struct req *r, enum perm p, int64_t village, const char *grid)
{
    struct grid_range want = region_grid_range(grid);
    struct people_scope s = { .codes = "", .first = want.first, .last = want.last };
    struct list *grids = access_grids(r, p, village);

    if (!grids) return s;
    s.none = grids->n == 0;
    struct buf b = buf_in(r->mem, 16384);
    int64_t first = INT64_MAX, last = NONE;
    buf_putc(&b, ',');
    for (size_t i = 0; i < grids->n; i++) {
        const char *code = LIST_AT(*grids, const char *, i);
        struct grid_range one = region_grid_range(code);
        if (one.first < first) first = one.first;
        if (one.last > last) last = one.last;
        buf_puts(&b, code);
        buf_putc(&b, ',');
    }
    if (b.over) s.none = true; /* more grids than a person can have: show nothing rather than all */
    s.codes = b.p;
    if (first > s.first) s.first = first;
    if (last < s.last) s.last = last;
    return s;
}

struct name_range name_range(struct req *r, const char *prefix)
{
    size_t n = strlen(prefix);
    unsigned char *end = arena_copy(r->mem, prefix, n + 1);
    if (n) end[n - 1]++; /* UTF-8 never ends in 0xFF */
    return (struct name_range){ { prefix, n }, { end, n } };
}

/* ---- what a search text means ---- */

struct search {
    enum { BY_NOTHING, BY_NAME, BY_NUMBER, BY_TAIL, BY_PHONE, BY_ID } by;
    const char *text;
    struct bytes blind;
    const char *like; /* household numbers that begin so */
};

static struct search search_of(struct req *r, const char *q)
{
    struct search s = { 0 };
    if (!q) return s;
    s.text = text_normal(r->mem, q);
    size_t n = strlen(s.text);
    if (!n) return s;
    for (const char *p = s.text; *p; p++) {
        if ((unsigned char)*p < 0x80 && *p != ' ') continue;
        s.by = BY_NAME;
        return s;
    }
    size_t digits = strspn(s.text, "0123456789");
    s.by = BY_NUMBER;
    char *like = arena_printf(r->mem, "%s%%", s.text);
    for (size_t i = 0; i < n; i++)
        if (like[i] == '%' || like[i] == '_') like[i] = '-'; /* no wild cards from outside */
    s.like = like;
    if (digits == n && n == 4) {
        s.by = BY_TAIL;
        s.blind = blind_tail(r, s.text);
    } else if (digits == n && n == 11) {
        s.by = BY_PHONE;
        s.blind = blind_phone(r, s.text);
    } else if (n == 18 && digits >= 17) {
        char *id = arena_strdup(r->mem, s.text);
        if (id[17] == 'x') id[17] = 'X';
        s.by = BY_ID;
        s.blind = blind_id(r, id);
    }
    return s;
}

/* A unary plus keeps a column out of the choice of an index (on both engines): a list without search runs
 * along (village, state, id), one of a small grid along the grids, a search along what is searched. */

/* ---- residents ---- */

#define RESIDENTS(id, grid_no, state)                                                              \
    "SELECT s.village, s.id, s.household, h.number, s.relation, s.name, s.sex, s.birth, s.id_sealed," \
    " s.phone_sealed, h.grid, s.village_group, s.tags, s.state, s.version"                         \
    " FROM resident s JOIN household h ON h.village = s.village AND h.id = s.household"            \
    " WHERE s.village = $1 AND " id " > $2 AND " state " = $3"                                     \
    " AND " grid_no " >= $4 AND " grid_no " <= $5 AND (+s.village_group = $6 OR $6 = 0)"           \
    " AND s.birth >= $7" HOLDS_TAG("s.id", "$8") IN_SCOPE("h.grid", "$9")
#define RESIDENTS_ALL RESIDENTS("s.id", "+s.grid_no", "s.state")
#define RESIDENTS_GRID RESIDENTS("+s.id", "s.grid_no", "s.state")
#define RESIDENTS_SEARCH RESIDENTS("+s.id", "+s.grid_no", "s.state || ''")
#define RESIDENTS_END " ORDER BY s.id LIMIT $10"
#define RESIDENTS_SORT " ORDER BY +s.id LIMIT $10"
#define RESIDENTS_ARGS                                                                             \
    I64(f->village), I64(last), TEXT(state), I64(at.first), I64(at.last),                          \
        I64(f->group == NONE ? 0 : f->group), I64(born), TEXT(f->tag ? f->tag : ""), TEXT(at.codes), \
        I64(page_limit(f->limit))

/* Counting is cheap along an index only: the whole of a state, or of a grid. */
static bool countable(const struct people_filter *f, const struct people_scope *at)
{
    return !f->after && !*at->codes && !f->tag && f->group == NONE && f->minor != 1 && f->pledged == NONE;
}

static const struct err *residents_unsearched(struct req *r, const struct people_filter *f, const struct people_scope at,
                                              int64_t last, int64_t born, const char *state, struct page *out)
{
    bool narrow = at.first > 0 && at.last - at.first < 10000; /* a small or micro grid: few rows to sort */
    if (narrow)
        TRY(db_all(r, &resident_row_record, &out->rows, RESIDENTS_GRID RESIDENTS_SORT, RESIDENTS_ARGS));
    else
        TRY(db_all(r, &resident_row_record, &out->rows, RESIDENTS_ALL RESIDENTS_END, RESIDENTS_ARGS));
    if (!countable(f, &at)) return NULL;
    return db_int(r, &out->total,
                  "SELECT count(*) FROM resident WHERE village = $1 AND state = $2 AND grid_no >= $3 AND grid_no <= $4",
                  I64(f->village), TEXT(state), I64(at.first), I64(at.last));
}

const struct err *resident_list(struct req *r, const struct people_filter *f, struct page *out)
{
    int64_t last, unused;
    const char *text;
    const char *state = f->state ? f->state : "active";
    int64_t born = f->minor == 1 ? people_minor_since(r->today) : NONE + 1;
    struct people_scope at = people_scope(r, PERM_PEOPLE_READ, f->village, f->grid);
    struct search q = search_of(r, f->q);

    out->total = NONE;
    TRY(page_after(r, f->after, &last, &unused, &text));
    if (last == NONE) last = 0;
    if (at.none) return NULL;
    if (f->household != NONE) {
        TRY(db_all(r, &resident_row_record, &out->rows, RESIDENTS_SEARCH " AND s.household = $11" RESIDENTS_SORT,
                   RESIDENTS_ARGS, I64(f->household)));
    } else switch (q.by) {
    case BY_NOTHING: TRY(residents_unsearched(r, f, at, last, born, state, out)); break;
    case BY_NAME: {
        struct name_range n = name_range(r, q.text);
        TRY(db_all(r, &resident_row_record, &out->rows,
                   RESIDENTS_SEARCH " AND ((s.name_key >= $11 AND s.name_key < $12)"
                                    " OR (s.given_key >= $11 AND s.given_key < $12))" RESIDENTS_SORT,
                   RESIDENTS_ARGS, BLOB(n.first.p, n.first.n), BLOB(n.end.p, n.end.n)));
        break;
    }
    case BY_NUMBER:
    case BY_TAIL: {
        int64_t household;
        TRY(db_int(r, &household, "SELECT id FROM household WHERE village = $1 AND number = $2",
                   I64(f->village), TEXT(q.text)));
        TRY(db_all(r, &resident_row_record, &out->rows,
                   RESIDENTS_SEARCH " AND s.id IN (SELECT id FROM resident WHERE village = $1 AND tail_blind = $11"
                                    " UNION SELECT id FROM resident WHERE village = $1 AND household = $12)" RESIDENTS_SORT, RESIDENTS_ARGS,
                   BLOB(q.blind.p ? q.blind.p : "", q.blind.n), I64(household)));
        break;
    }
    case BY_PHONE: {
        int64_t household;
        struct bytes tail = blind_tail(r, q.text + 7);
        TRY(db_int(r, &household, "SELECT id FROM household WHERE village = $1 AND number = $2",
                   I64(f->village), TEXT(q.text)));
        TRY(db_all(r, &resident_row_record, &out->rows,
                   RESIDENTS_SEARCH " AND s.id IN (SELECT id FROM resident WHERE village = $1 AND phone_blind = $12"
                                    " AND tail_blind = $11 UNION SELECT id FROM resident WHERE village = $1"
                                    " AND household = $13)" RESIDENTS_SORT,
                   RESIDENTS_ARGS, BLOB(tail.p, tail.n), BLOB(q.blind.p, q.blind.n), I64(household)));
        break;
    }
    case BY_ID:
        TRY(db_all(r, &resident_row_record, &out->rows, RESIDENTS_SEARCH " AND s.id_blind = $11" RESIDENTS_SORT,
                   RESIDENTS_ARGS, BLOB(q.blind.p, q.blind.n)));
        break;
    }
    if (page_cut(out, f->limit))
        out->next = page_cursor(r, LIST_AT(out->rows, struct resident_row, out->rows.n - 1).id, NONE, NULL);
    return NULL;
}

/* ---- households ---- */

#define HOUSEHOLDS(id, state)                                                                      \
    "SELECT h.village, h.id, h.number, h.head, k.name AS head_name, h.address, h.grid,"            \
    " h.village_group, h.tags, h.state, h.merged_into, h.pledged_on, h.version,"                   \
    " (SELECT count(*) FROM resident m WHERE m.village = h.village AND m.household = h.id"         \
    " AND m.state || '' = 'active') AS members"                                                         \
    " FROM household h LEFT JOIN resident k ON k.village = h.village AND k.id = h.head"            \
    " WHERE h.village = $1 AND " id " > $2 AND " state " = $3"                                     \
    " AND +h.grid_no >= $4 AND +h.grid_no <= $5 AND (+h.village_group = $6 OR $6 = 0)"           \
    " AND ($7 < 0 OR ($7 = 1 AND h.pledged_on IS NOT NULL) OR ($7 = 0 AND h.pledged_on IS NULL))"  \
    HOLDS_TAG("h.id", "$8") IN_SCOPE("h.grid", "$9")
#define HOUSEHOLDS_ALL HOUSEHOLDS("h.id", "h.state")
#define HOUSEHOLDS_SEARCH HOUSEHOLDS("+h.id", "h.state || ''")
#define HOUSEHOLDS_END " ORDER BY h.id LIMIT $10"
#define HOUSEHOLDS_SORT " ORDER BY +h.id LIMIT $10"
#define HOUSEHOLDS_ARGS                                                                            \
    I64(f->village), I64(last), TEXT(state), I64(at.first), I64(at.last),                          \
        I64(f->group == NONE ? 0 : f->group), I64(f->pledged == NONE ? -1 : f->pledged),           \
        TEXT(f->tag ? f->tag : ""), TEXT(at.codes), I64(page_limit(f->limit))

static const struct err *households_unsearched(struct req *r, const struct people_filter *f, const struct people_scope at,
                                               int64_t last, const char *state, struct page *out)
{
    TRY(db_all(r, &household_row_record, &out->rows, HOUSEHOLDS_ALL HOUSEHOLDS_END, HOUSEHOLDS_ARGS));
    if (!countable(f, &at)) return NULL;
    return db_int(r, &out->total,
                  "SELECT count(*) FROM household WHERE village = $1 AND state = $2 AND grid_no >= $3 AND grid_no <= $4",
                  I64(f->village), TEXT(state), I64(at.first), I64(at.last));
}

const struct err *household_list(struct req *r, const struct people_filter *f, struct page *out)
{
    int64_t last, unused;
    const char *text;
    const char *state = f->state ? f->state : "active";
    struct people_scope at = people_scope(r, PERM_PEOPLE_READ, f->village, f->grid);
    struct search q = search_of(r, f->q);

    out->total = NONE;
    TRY(page_after(r, f->after, &last, &unused, &text));
    if (last == NONE) last = 0;
    if (at.none) return NULL;
    switch (q.by) {
    case BY_NOTHING: TRY(households_unsearched(r, f, at, last, state, out)); break;
    case BY_NAME: {
        struct name_range n = name_range(r, q.text);
        TRY(db_all(r, &household_row_record, &out->rows,
                   HOUSEHOLDS_SEARCH " AND h.id IN (SELECT s.household FROM resident s WHERE s.village = $1"
                              " AND s.state || '' = 'active' AND ((s.name_key >= $11 AND s.name_key < $12)"
                              " OR (s.given_key >= $11 AND s.given_key < $12)))" HOUSEHOLDS_SORT,
                   HOUSEHOLDS_ARGS, BLOB(n.first.p, n.first.n), BLOB(n.end.p, n.end.n)));
        break;
    }
    case BY_NUMBER:
        TRY(db_all(r, &household_row_record, &out->rows, HOUSEHOLDS_ALL " AND h.number LIKE $11" HOUSEHOLDS_END,
                   HOUSEHOLDS_ARGS, TEXT(q.like)));
        break;
    case BY_TAIL:
        TRY(db_all(r, &household_row_record, &out->rows,
                   HOUSEHOLDS_ALL " AND (h.number LIKE $11 OR h.id IN (SELECT s.household FROM resident s"
                              " WHERE s.village = $1 AND s.tail_blind = $12))" HOUSEHOLDS_END,
                   HOUSEHOLDS_ARGS, TEXT(q.like), BLOB(q.blind.p, q.blind.n)));
        break;
    case BY_PHONE: {
        struct bytes tail = blind_tail(r, q.text + 7);
        TRY(db_all(r, &household_row_record, &out->rows,
                   HOUSEHOLDS_SEARCH " AND (h.number = $13 OR h.id IN (SELECT s.household FROM resident s"
                              " WHERE s.village = $1 AND s.tail_blind = $11 AND s.phone_blind = $12))" HOUSEHOLDS_SORT,
                   HOUSEHOLDS_ARGS, BLOB(tail.p, tail.n), BLOB(q.blind.p, q.blind.n), TEXT(q.text)));
        break;
    }
    case BY_ID:
        TRY(db_all(r, &household_row_record, &out->rows,
                   HOUSEHOLDS_SEARCH " AND h.id IN (SELECT s.household FROM resident s WHERE s.village = $1"
                              " AND s.id_blind = $11)" HOUSEHOLDS_SORT,
                   HOUSEHOLDS_ARGS, BLOB(q.blind.p, q.blind.n)));
        break;
    }
    if (page_cut(out, f->limit))
        out->next = page_cursor(r, LIST_AT(out->rows, struct household_row, out->rows.n - 1).id, NONE, NULL);
    return NULL;
}

/* ---- organisations ---- */

const struct err *organisation_list(struct req *r, const struct people_filter *f, struct page *out)
{
    int64_t last, unused;
    const char *text;
    const char *state = f->state ? f->state : "active";
    struct people_scope at = people_scope(r, PERM_PEOPLE_READ, f->village, f->grid);
    struct name_range n = name_range(r, f->q ? text_normal(r->mem, f->q) : "");

    out->total = NONE;
    TRY(page_after(r, f->after, &last, &unused, &text));
    if (at.none) return NULL;
    TRY(db_all(r, &organisation_row_record, &out->rows,
               "SELECT o.village, o.id, o.name, o.kind, o.contact, o.phone_sealed, o.address, o.grid, o.tags,"
               " o.state, o.version FROM organisation o"
               " WHERE o.village = $1 AND o.id > $2 AND (o.state = $3 OR $3 = '')"
               " AND o.grid_no >= $4 AND o.grid_no <= $5 AND (o.kind = $6 OR $6 = '')"
               " AND ($7 = 0 OR (o.name_key >= $11 AND o.name_key < $12))"
               HOLDS_TAG("o.id", "$8") IN_SCOPE("o.grid", "$9") " ORDER BY o.id LIMIT $10",
               I64(f->village), I64(last == NONE ? 0 : last), TEXT(state), I64(at.first), I64(at.last),
               TEXT(f->kind ? f->kind : ""), I64(n.first.n > 0), TEXT(f->tag ? f->tag : ""), TEXT(at.codes),
               I64(page_limit(f->limit)), BLOB(n.first.p, n.first.n), BLOB(n.end.p, n.end.n)));
    if (page_cut(out, f->limit))
        out->next = page_cursor(r, LIST_AT(out->rows, struct organisation_row, out->rows.n - 1).id, NONE, NULL);
    return NULL;
}

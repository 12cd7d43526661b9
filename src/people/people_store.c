/* Tables of residents, households, organisations: loading, adding, changing. */
#include "people/people_store.h"

#include <string.h>

#include "kernel/id.h"
#include "kernel/text.h"

const char *const subject_kinds[] = { "resident", "household", "organisation", NULL };
const char *const sexes[] = { "male", "female", NULL };
const char *const relations[] = { "head",   "spouse",      "son",     "daughter", "grandchild",
                                  "parent", "grandparent", "sibling", "other",    NULL };
const char *const organisation_kinds[] = { "shop", "association", "team", "enterprise", "other", NULL };
const char *const resident_states[] = { "active", "moved_out", "dead", NULL };
const char *const household_states[] = { "active", "merged", "dissolved", NULL };
const char *const organisation_states[] = { "active", "dissolved", NULL };

static const struct field id_row_fields[] = { F(id_row, id, K_ID, 0, 0, 0, "Id."), { 0 } };
RECORD(id_row);

static const struct field resident_row_fields[] = {
    F(resident_row, village, K_REGION, 0, 0, 0, ""),
    F(resident_row, id, K_ID, 0, 0, 0, ""),
    F(resident_row, household, K_ID, 0, 0, 0, ""),
    F(resident_row, number, K_TEXT, 0, 0, 0, ""),
    F_ENUM(resident_row, relation, 0, relations, ""),
    F(resident_row, name, K_TEXT, 0, 0, 0, ""),
    F_ENUM(resident_row, sex, 0, sexes, ""),
    F(resident_row, birth, K_DATE, 0, 0, 0, ""),
    F(resident_row, id_sealed, K_BYTES, OPT, 0, 0, ""),
    F(resident_row, phone_sealed, K_BYTES, OPT, 0, 0, ""),
    F(resident_row, grid, K_TEXT, OPT, 0, 0, ""),
    F(resident_row, village_group, K_ID, OPT, 0, 0, ""),
    F(resident_row, tags, K_TEXT, 0, 0, 0, ""),
    F_ENUM(resident_row, state, 0, resident_states, ""),
    F(resident_row, version, K_INT, 0, 0, 0, ""),
    F(resident_row, pledged_on, K_DATE, OPT, 0, 0, ""),
    { 0 }
};
RECORD(resident_row);

static const struct field household_row_fields[] = {
    F(household_row, village, K_REGION, 0, 0, 0, ""),
    F(household_row, id, K_ID, 0, 0, 0, ""),
    F(household_row, number, K_TEXT, 0, 0, 0, ""),
    F(household_row, head, K_ID, OPT, 0, 0, ""),
    F(household_row, head_name, K_TEXT, OPT, 0, 0, ""),
    F(household_row, address, K_TEXT, OPT, 0, 0, ""),
    F(household_row, grid, K_TEXT, OPT, 0, 0, ""),
    F(household_row, village_group, K_ID, OPT, 0, 0, ""),
    F(household_row, tags, K_TEXT, 0, 0, 0, ""),
    F_ENUM(household_row, state, 0, household_states, ""),
    F(household_row, merged_into, K_ID, OPT, 0, 0, ""),
    F(household_row, pledged_on, K_DATE, OPT, 0, 0, ""),
    F(household_row, members, K_INT, 0, 0, 0, ""),
    F(household_row, version, K_INT, 0, 0, 0, ""),
    { 0 }
};
RECORD(household_row);

static const struct field organisation_row_fields[] = {
    F(organisation_row, village, K_REGION, 0, 0, 0, ""),
    F(organisation_row, id, K_ID, 0, 0, 0, ""),
    F(organisation_row, name, K_TEXT, 0, 0, 0, ""),
    F_ENUM(organisation_row, kind, 0, organisation_kinds, ""),
    F(organisation_row, contact, K_TEXT, OPT, 0, 0, ""),
    F(organisation_row, phone_sealed, K_BYTES, OPT, 0, 0, ""),
    F(organisation_row, address, K_TEXT, OPT, 0, 0, ""),
    F(organisation_row, grid, K_TEXT, OPT, 0, 0, ""),
    F(organisation_row, tags, K_TEXT, 0, 0, 0, ""),
    F_ENUM(organisation_row, state, 0, organisation_states, ""),
    F(organisation_row, version, K_INT, 0, 0, 0, ""),
    { 0 }
};
RECORD(organisation_row);

/* ---- loading one ---- */

const struct err *resident_load(struct req *r, enum perm p, int64_t village, int64_t id, struct resident_row **out)
{
    TRY(db_find(r, &resident_row_record, out,
                "SELECT s.village, s.id, s.household, h.number, s.relation, s.name, s.sex, s.birth,"
                " s.id_sealed, s.phone_sealed, h.grid, s.village_group, s.tags, s.state, s.version"
                " FROM resident s JOIN household h ON h.village = s.village AND h.id = s.household"
                " WHERE s.village = $1 AND s.id = $2",
                I64(village), I64(id)));
    if (!*out) return fail(r, ERR_NOT_FOUND, "resident");
    return access_require_at(r, p, village, (*out)->grid, (*out)->household);
}

const struct err *household_load(struct req *r, enum perm p, int64_t village, int64_t id, struct household_row **out)
{
    TRY(db_find(r, &household_row_record, out,
                "SELECT h.village, h.id, h.number, h.head, k.name AS head_name, h.address, h.grid,"
                " h.village_group, h.tags, h.state, h.merged_into, h.pledged_on, h.version,"
                " (SELECT count(*) FROM resident m WHERE m.village = h.village AND m.household = h.id"
                " AND m.state = 'active') AS members"
                " FROM household h LEFT JOIN resident k ON k.village = h.village AND k.id = h.head"
                " WHERE h.village = $1 AND h.id = $2",
                I64(village), I64(id)));
    if (!*out) return fail(r, ERR_NOT_FOUND, "household");
    return access_require_at(r, p, village, (*out)->grid, id);
}

const struct err *organisation_load(struct req *r, enum perm p, int64_t village, int64_t id, struct organisation_row **out)
{
    TRY(db_find(r, &organisation_row_record, out,
                "SELECT village, id, name, kind, contact, phone_sealed, address, grid, tags, state, version"
                " FROM organisation WHERE village = $1 AND id = $2",
                I64(village), I64(id)));
    if (!*out) return fail(r, ERR_NOT_FOUND, "organisation");
    return access_require_at(r, p, village, (*out)->grid, NONE);
}

/* ---- residents ---- */

/* What the table keeps of a person's secrets and search keys. */
struct sealed { struct bytes id, id_blind, phone, phone_blind, tail, name, given; };

static struct sealed seal_person(struct req *r, const struct person *p)
{
    struct sealed s = { .id_blind = blind_id(r, p->id_number), .phone_blind = blind_phone(r, p->phone) };
    size_t n = strlen(p->name);
    size_t first = 1;
    while (first < n && ((unsigned char)p->name[first] & 0xC0) == 0x80) first++;
    s.name = (struct bytes){ p->name, n };
    s.given = (struct bytes){ p->name + (first < n ? first : n), n - (first < n ? first : n) };
    if (p->id_number) s.id = access_seal(r, p->id_number);
    if (p->phone) {
        s.phone = access_seal(r, p->phone);
        s.tail = blind_tail(r, p->phone + strlen(p->phone) - 4);
    }
    return s;
}

const struct err *resident_insert(struct req *r, const struct resident_new *n)
{
    const struct person *p = &n->person;
    struct sealed s = seal_person(r, p);
    int64_t added;
    TRY(db_exec_n(r, &added,
                  "INSERT INTO resident (village, id, household, relation, name, name_key, given_key, sex,"
                  " birth, id_sealed, id_blind, phone_sealed, phone_blind, tail_blind, grid_no,"
                  " village_group, tags, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,"
                  " $12, $13, $14, $15, $16, $17, 'active') ON CONFLICT DO NOTHING",
                  I64(n->village), I64(n->id), I64(n->household), TEXT(p->relation), TEXT(p->name),
                  BLOB(s.name.p, s.name.n), BLOB(s.given.p, s.given.n), TEXT(p->sex), I64(p->birth),
                  BLOB(s.id.p, s.id.n), BLOB(s.id_blind.p, s.id_blind.n), BLOB(s.phone.p, s.phone.n),
                  BLOB(s.phone_blind.p, s.phone_blind.n), BLOB(s.tail.p, s.tail.n), I64(n->grid_no),
                  I64(n->group), TEXT(n->tags)));
    if (!added)
        return fail_say(r, ERR_DUPLICATE, "id_number", "这个身份证号已在本村登记。",
                        "This ID number is in the village's register already.");
    TRY(db_exec(r,
                "INSERT INTO membership (village, id, resident, household, relation, first, began)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                I64(n->village), I64(id_new()), I64(n->id), I64(n->household), TEXT(p->relation),
                I64(n->first), TEXT(n->began)));
    return tags_begin(r, n->village, n->id, n->tags, n->first);
}

const struct err *resident_update(struct req *r, int64_t village, int64_t id, int64_t version, const struct person *p)
{
    struct sealed s = seal_person(r, p);
    int64_t changed, twin = NONE;
    if (p->id_number)
        TRY(db_int(r, &twin, "SELECT id FROM resident WHERE village = $1 AND id_blind = $2 AND id <> $3",
                   I64(village), BLOB(s.id_blind.p, s.id_blind.n), I64(id)));
    if (twin != NONE)
        return fail_say(r, ERR_DUPLICATE, "id_number", "这个身份证号已在本村登记。",
                        "This ID number is in the village's register already.");
    TRY(db_exec_n(r, &changed,
                  "UPDATE resident SET relation = $4, name = $5, name_key = $6, given_key = $7, sex = $8,"
                  " birth = $9, id_sealed = $10, id_blind = $11, phone_sealed = $12, phone_blind = $13,"
                  " tail_blind = $14, version = version + 1 WHERE village = $1 AND id = $2 AND version = $3",
                  I64(village), I64(id), I64(version), TEXT(p->relation), TEXT(p->name),
                  BLOB(s.name.p, s.name.n), BLOB(s.given.p, s.given.n), TEXT(p->sex), I64(p->birth),
                  BLOB(s.id.p, s.id.n), BLOB(s.id_blind.p, s.id_blind.n), BLOB(s.phone.p, s.phone.n),
                  BLOB(s.phone_blind.p, s.phone_blind.n), BLOB(s.tail.p, s.tail.n)));
    return changed ? NULL : fail(r, ERR_STALE, NULL);
}

/* ---- households ---- */

const struct err *household_insert(struct req *r, const struct household_new *n)
{
    int64_t added;
    TRY(db_exec_n(r, &added,
                  "INSERT INTO household (village, id, number, head, address, grid, grid_no, village_group,"
                  " tags, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'active')"
                  " ON CONFLICT DO NOTHING",
                  I64(n->village), I64(n->id), TEXT(n->number), I64(n->head), TEXT(n->address),
                  TEXT(n->grid), I64(n->grid ? region_grid_range(n->grid).first : 0), I64(n->group),
                  TEXT(n->tags)));
    if (!added)
        return fail_say(r, ERR_DUPLICATE, "number", "本村已有这个户号。", "The village has a household of that number already.");
    return tags_begin(r, n->village, n->id, n->tags, r->today);
}

const struct err *household_set_head(struct req *r, int64_t village, int64_t household, int64_t resident)
{
    int64_t changed;
    TRY(db_exec(r,
                "UPDATE resident SET relation = 'other', version = version + 1 WHERE village = $1"
                " AND household = $2 AND relation = 'head'",
                I64(village), I64(household)));
    TRY(db_exec_n(r, &changed,
                  "UPDATE resident SET relation = 'head', version = version + 1 WHERE village = $1"
                  " AND household = $2 AND id = $3 AND state = 'active'",
                  I64(village), I64(household), I64(resident)));
    if (!changed)
        return fail_say(r, ERR_INVALID, "head", "户主必须是本户在册的成员。",
                        "The head must be an active member of the household.");
    return db_exec(r, "UPDATE household SET head = $3, version = version + 1 WHERE village = $1 AND id = $2",
                   I64(village), I64(household), I64(resident));
}

const struct err *people_household_by_number(struct req *r, int64_t village, const char *number, int64_t *id)
{
    TRY(db_int(r, id, "SELECT id FROM household WHERE village = $1 AND number = $2", I64(village), TEXT(number)));
    return *id == NONE ? fail(r, ERR_NOT_FOUND, "household") : NULL;
}

const struct err *people_resident_by_id_number(struct req *r, int64_t village, const char *id_number, int64_t *id)
{
    struct bytes blind = blind_id(r, id_number);
    TRY(db_int(r, id, "SELECT id FROM resident WHERE village = $1 AND id_blind = $2", I64(village),
               BLOB(blind.p, blind.n)));
    return *id == NONE ? fail(r, ERR_NOT_FOUND, "id_number") : NULL;
}

const struct err *people_population(struct req *r, int64_t village, int64_t *residents, int64_t *households)
{
    TRY(db_int(r, residents, "SELECT count(*) FROM resident WHERE village = $1 AND state = 'active'", I64(village)));
    return db_int(r, households, "SELECT count(*) FROM household WHERE village = $1 AND state = 'active'", I64(village));
}

const struct err *people_pledge(struct req *r, int64_t village, int64_t household, int64_t on,
                                int64_t signer, const char *terms)
{
    int64_t changed;
    TRY(db_exec_n(r, &changed,
                  "UPDATE household SET pledged_on = $3, version = version + 1 WHERE village = $1 AND id = $2"
                  " AND pledged_on IS NULL AND state = 'active'",
                  I64(village), I64(household), I64(on)));
    if (!changed)
        return fail_say(r, ERR_STATE, NULL, "本户已签承诺书，或已不在册。",
                        "The household has signed already, or is not active.");
    return db_exec(r,
                   "INSERT INTO pledge (village, id, household, signed_on, signer, terms)"
                   " SELECT village, $3, id, $4, coalesce($5, head), $6 FROM household"
                   " WHERE village = $1 AND id = $2",
                   I64(village), I64(household), I64(id_new()), I64(on), I64(signer), TEXT(terms));
}

const struct err *people_organisation_add(struct req *r, const struct organisation_new *o, int64_t *id)
{
    struct region *v;
    struct grid *g;
    int64_t added;
    const char *tags, *phone = NULL;
    TRY(region_village(r, o->village, &v));
    if (o->grid) TRY(region_grid(r, o->village, o->grid, &g));
    if (o->phone && *o->phone && !(phone = phone_normal(r->mem, o->phone)))
        return fail_say(r, ERR_INVALID, "phone", "电话应为 11 位手机号，或带区号的固定电话。",
                        "A phone number has 11 digits, or an area code and a number.");
    struct bytes sealed = phone ? access_seal(r, phone) : (struct bytes){ 0 };
    const char *name = text_normal(r->mem, o->name);
    *id = id_new();
    TRY(tags_set(r, o->village, *id, "organisation", "", o->tags, &tags));
    TRY(db_exec_n(r, &added,
                  "INSERT INTO organisation (village, id, name, name_key, kind, contact, phone_sealed,"
                  " address, grid, grid_no, tags, state)"
                  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'active') ON CONFLICT DO NOTHING",
                  I64(o->village), I64(*id), TEXT(name), BLOB(name, strlen(name)), TEXT(o->kind),
                  TEXT(o->contact), BLOB(sealed.p, sealed.n), TEXT(o->address), TEXT(o->grid),
                  I64(o->grid ? region_grid_range(o->grid).first : 0), TEXT(tags)));
    return added ? NULL : fail(r, ERR_DUPLICATE, "name");
}

/* ---- subjects ---- */

static void subject_of_resident(struct req *r, const struct resident_row *s, struct subject *out)
{
    *out = (struct subject){
        .village = s->village, .id = s->id, .kind = "resident", .name = s->name,
        .masked = text_mask_name(r->mem, s->name),
        .class_ = tags_have(s->tags, "party_member") ? "party_member" : "resident",
        .household = s->household, .number = s->number, .grid = s->grid,
        .minor = s->birth >= people_minor_since(r->today), .active = !strcmp(s->state, "active"),
        .pledged = s->pledged_on != NONE,
    };
}

static const struct err *subject_household(struct req *r, int64_t village, int64_t id, struct subject *out)
{
    struct household_row *h;
    TRY(db_find(r, &household_row_record, &h,
                "SELECT h.id, h.number, k.name AS head_name, h.grid, h.state, h.pledged_on FROM household h"
                " LEFT JOIN resident k ON k.village = h.village AND k.id = h.head"
                " WHERE h.village = $1 AND h.id = $2",
                I64(village), I64(id)));
    if (!h) return fail(r, ERR_NOT_FOUND, "subject");
    const char *name = h->head_name ? h->head_name : h->number;
    *out = (struct subject){
        .village = village, .id = id, .kind = "household", .name = name,
        .masked = arena_printf(r->mem, "%s户", h->head_name ? text_mask_name(r->mem, name) : name),
        .class_ = "household", .household = id, .number = h->number, .grid = h->grid,
        .active = !strcmp(h->state, "active"), .pledged = h->pledged_on != NONE,
    };
    return NULL;
}

const struct err *people_subject(struct req *r, int64_t village, const char *kind, int64_t id, struct subject **out)
{
    *out = arena_new(r->mem, struct subject);
    if (!strcmp(kind, "household")) return subject_household(r, village, id, *out);
    if (!strcmp(kind, "organisation")) {
        struct organisation_row *o;
        TRY(db_find(r, &organisation_row_record, &o,
                    "SELECT name, grid, state FROM organisation WHERE village = $1 AND id = $2", I64(village),
                    I64(id)));
        if (!o) return fail(r, ERR_NOT_FOUND, "subject");
        **out = (struct subject){
            .village = village, .id = id, .kind = "organisation", .name = o->name, .masked = o->name,
            .class_ = "organisation", .household = NONE, .grid = o->grid,
            .active = !strcmp(o->state, "active"), .pledged = 1,
        };
        return NULL;
    }
    if (strcmp(kind, "resident")) return fail(r, ERR_INVALID, "kind");
    struct resident_row *s;
    TRY(db_find(r, &resident_row_record, &s,
                "SELECT s.village, s.id, s.household, h.number, s.name, s.birth, h.grid, s.tags, s.state, h.pledged_on"
                " FROM resident s JOIN household h ON h.village = s.village AND h.id = s.household"
                " WHERE s.village = $1 AND s.id = $2",
                I64(village), I64(id)));
    if (!s) return fail(r, ERR_NOT_FOUND, "subject");
    subject_of_resident(r, s, *out);
    return NULL;
}

const struct err *people_members(struct req *r, int64_t village, int64_t household, struct list *out)
{
    struct list rows = { 0 };
    TRY(db_all(r, &resident_row_record, &rows,
               "SELECT s.village, s.id, s.household, h.number, s.relation, s.name, s.birth, h.grid, s.tags, s.state,"
               " h.pledged_on"
               " FROM resident s JOIN household h ON h.village = s.village AND h.id = s.household"
               " WHERE s.village = $1 AND s.household = $2 AND s.state = 'active' ORDER BY s.id LIMIT 200",
               I64(village), I64(household)));
    struct subject *all = arena_array(r->mem, struct subject, rows.n + 1);
    for (size_t i = 0; i < rows.n; i++)
        subject_of_resident(r, &LIST_AT(rows, struct resident_row, i), &all[i]);
    *out = (struct list){ all, rows.n };
    return NULL;
}

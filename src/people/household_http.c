/* Households, their sign-up, splitting and merging; organisations. The rows stand in people_http.c. */
#include <string.h>

#include "kernel/id.h"
#include "kernel/text.h"
#include "people/people_http.h"

/* ---- households ---- */

struct household {
    int64_t id, version, head, group, members, pledged_on, merged_into;
    const char *number, *head_name, *address, *grid, *group_name, *state;
    struct list tags, pledges;
};
struct pledge_row { int64_t id, signed_on, signer, ended_on; const char *terms, *reason; };
static const struct field pledge_row_fields[] = {
    F(pledge_row, id, K_ID, 0, 0, 0, "Pledge id."),
    F(pledge_row, signed_on, K_DATE, 0, 0, 0, "Signed on. 签约日期"),
    F(pledge_row, signer, K_ID, OPT, 0, 0, "Resident who signed. 签约人"),
    F(pledge_row, terms, K_TEXT, OPT, 0, 0, "Which text was signed. 承诺书"),
    F(pledge_row, ended_on, K_DATE, OPT, 0, 0, "Withdrawn on. 解约日期"),
    F(pledge_row, reason, K_TEXT, OPT, 0, 0, "Why it ended. 原因"),
    { 0 }
};
static RECORD(pledge_row);

#define HOUSEHOLD_FIELDS                                                                           \
    F(household, id, K_ID, 0, 0, 0, "Household id."),                                              \
    F(household, number, K_TEXT, 0, 0, 0, "Household number. 户号"),                               \
    F(household, head, K_ID, OPT, 0, 0, "Resident id of the head. 户主"),                          \
    F(household, head_name, K_TEXT, OPT, 0, 0, "Masked name of the head. 户主（脱敏）"),           \
    F(household, members, K_INT, 0, 0, 0, "Active members. 人数"),                                 \
    F(household, address, K_TEXT, OPT, 0, 0, "Address. 住址"),                                     \
    F(household, grid, K_TEXT, OPT, 0, 0, "Grid code. 网格"),                                      \
    F(household, group, K_ID, OPT, 0, 0, "Group id."),                                             \
    F(household, group_name, K_TEXT, OPT, 0, 0, "Group. 村民小组"),                                \
    F(household, pledged_on, K_DATE, OPT, 0, 0, "Signed up on. 承诺签约日期"),                     \
    F(household, tags, K_TEXTS, 0, 0, 0, "Tag codes. 标签"),                                       \
    F_ENUM(household, state, 0, household_states, "active 在册, merged 已并户, dissolved 已销户."), \
    F(household, merged_into, K_ID, OPT, 0, 0, "The household it went into. 并入户"),              \
    F(household, version, K_INT, OUT_ETAG, 0, 0, "Version for If-Match.")
static const struct field household_fields[] = { HOUSEHOLD_FIELDS, { 0 } };
RECORD(household);
static const struct field household_full_fields[] = {
    HOUSEHOLD_FIELDS,
    F_SUB(household, pledges, K_LIST, 0, 0, 0, pledge_row_record, "Sign-ups over time. 承诺签约"),
    { 0 }
};
const struct record household_full_record = { "household_full", sizeof(struct household), household_full_fields };

static void household_show(struct req *r, const struct household_row *h, struct list groups, struct household *out)
{
    *out = (struct household){
        .id = h->id, .version = h->version, .head = h->head, .group = h->village_group, .members = h->members,
        .pledged_on = h->pledged_on, .merged_into = h->merged_into, .number = h->number,
        .head_name = h->head_name ? text_mask_name(r->mem, h->head_name) : NULL, .address = h->address,
        .grid = h->grid, .group_name = people_group_name(groups, h->village_group), .state = h->state,
        .tags = tags_list(r->mem, h->tags),
    };
}

static const struct err *household_answer(struct req *r, int64_t village, int64_t id, enum perm p)
{
    struct household_row *row;
    struct list groups = { 0 };
    struct household *out = arena_new(r->mem, struct household);
    TRY(household_load(r, p, village, id, &row));
    TRY(region_groups(r, village, &groups));
    household_show(r, row, groups, out);
    TRY(db_all(r, &pledge_row_record, &out->pledges,
               "SELECT id, signed_on, signer, terms, ended_on, reason FROM pledge"
               " WHERE village = $1 AND household = $2 ORDER BY signed_on, id LIMIT 100",
               I64(village), I64(id)));
    r->out = out;
    return NULL;
}

struct households_in {
    int64_t village;
    PAGE_MEMBERS;
    const char *q, *grid, *tag, *state;
    int64_t group, pledged;
};
static const struct field households_in_fields[] = {
    F(households_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(households_in, q, K_TEXT, IN_QUERY | OPT, 0, 40, "Beginning of a household number or a member's name, last four digits of a phone. 搜索"),
    F(households_in, grid, K_TEXT, IN_QUERY | OPT, 2, 11, "In this grid or below. 网格"),
    F(households_in, group, K_ID, IN_QUERY | OPT, 0, 0, "Group id. 村民小组"),
    F(households_in, tag, K_TEXT, IN_QUERY | OPT, 1, 40, "Tag code. 标签"),
    F(households_in, pledged, K_BOOL, IN_QUERY | OPT, 0, 0, "Signed up or not. 已承诺签约"),
    F_ENUM(households_in, state, IN_QUERY | OPT, household_states, "active if absent. 状态"),
    PAGE_FIELDS(households_in),
    { 0 }
};
RECORD(households_in);

const struct err *get_households(struct req *r)
{
    const struct households_in *in = r->in;
    struct page *page = arena_new(r->mem, struct page);
    struct list groups = { 0 };
    const struct people_filter f = {
        .village = in->village, .after = in->after, .limit = in->limit, .q = in->q, .grid = in->grid,
        .tag = in->tag, .state = in->state, .group = in->group, .household = NONE, .minor = NONE,
        .pledged = in->pledged,
    };
    TRY(people_check_grid(r, in->grid));
    TRY(household_list(r, &f, page));
    if (page->rows.n) TRY(region_groups(r, in->village, &groups));
    struct household *rows = arena_array(r->mem, struct household, page->rows.n + 1);
    for (size_t i = 0; i < page->rows.n; i++)
        household_show(r, &LIST_AT(page->rows, struct household_row, i), groups, &rows[i]);
    page->rows.items = rows;
    r->out = page;
    return NULL;
}

struct household_key { int64_t village, household; };
static const struct field household_key_fields[] = {
    F(household_key, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(household_key, household, K_ID, IN_PATH, 0, 0, "Household id."),
    { 0 }
};
RECORD(household_key);

const struct err *get_household(struct req *r)
{
    const struct household_key *in = r->in;
    return household_answer(r, in->village, in->household, PERM_PEOPLE_READ);
}

struct household_new_in { int64_t village, group; const char *number, *grid, *address; struct list tags; };
static const struct field household_new_in_fields[] = {
    F(household_new_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(household_new_in, number, K_TEXT, 0, 1, 30, "Household number, unique in the village. 户号"),
    F(household_new_in, grid, K_TEXT, OPT, 2, 11, "Grid code. 网格"),
    F(household_new_in, group, K_ID, OPT, 0, 0, "Group id. 村民小组"),
    F(household_new_in, address, K_TEXT, OPT, 0, 100, "Address. 住址"),
    F(household_new_in, tags, K_TEXTS, OPT, 0, 50, "Tag codes. 标签"),
    { 0 }
};
RECORD(household_new_in);

const struct err *people_place(struct req *r, int64_t village, const char *grid, int64_t group)
{
    struct err *bad = NULL;
    if (grid) TRY(access_require_at(r, PERM_PEOPLE_WRITE, village, grid, NONE));
    struct grid *g;
    struct village_group *v;
    const struct err *e = grid && *grid ? region_grid(r, village, grid, &g) : NULL;
    if (e && e->code != ERR_NOT_FOUND) return e;
    if (e) {
        bad = fail(r, ERR_INVALID, NULL);
        err_finding(r->mem, bad, "grid", "没有这个网格。", "There is no such grid.");
    }
    e = group != NONE ? region_group(r, village, group, &v) : NULL;
    if (e && e->code != ERR_NOT_FOUND) return e;
    if (e) {
        if (!bad) bad = fail(r, ERR_INVALID, NULL);
        err_finding(r->mem, bad, "group", "没有这个村民小组。", "There is no such group.");
    }
    return bad;
}

const struct err *post_household(struct req *r)
{
    const struct household_new_in *in = r->in;
    struct region *v;
    struct household_new n = {
        .village = in->village, .id = id_new(), .number = text_normal(r->mem, in->number), .grid = in->grid,
        .address = in->address, .group = in->group, .head = NONE,
    };
    TRY(people_place(r, in->village, in->grid ? in->grid : "", in->group));
    TRY(region_village(r, in->village, &v));
    TRY(tags_set(r, in->village, n.id, "household", "", in->tags, &n.tags));
    const char *tags = n.tags;
    n.tags = ""; /* tags_set has begun them already */
    TRY(household_insert(r, &n));
    TRY(db_exec(r, "UPDATE household SET tags = $3 WHERE village = $1 AND id = $2", I64(in->village), I64(n.id), TEXT(tags)));
    r->audit_subject = n.id;
    return household_answer(r, in->village, n.id, PERM_PEOPLE_WRITE);
}

struct household_patch { int64_t village, household, version, head, group; const char *number, *grid, *address; struct list tags; };
static const struct field household_patch_fields[] = {
    F(household_patch, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(household_patch, household, K_ID, IN_PATH, 0, 0, "Household id."),
    F(household_patch, version, K_INT, IN_MATCH, 0, 0, "Version read before."),
    F(household_patch, number, K_TEXT, OPT, 1, 30, "Household number. 户号"),
    F(household_patch, head, K_ID, OPT, 0, 0, "New head: an active member. 户主"),
    F(household_patch, grid, K_TEXT, OPT, 2, 11, "Grid code. 网格"),
    F(household_patch, group, K_ID, OPT, 0, 0, "Group id. 村民小组"),
    F(household_patch, address, K_TEXT, OPT, 0, 100, "Address. 住址"),
    F(household_patch, tags, K_TEXTS, OPT, 0, 50, "All tags held from today on. 标签"),
    { 0 }
};
RECORD(household_patch);

const struct err *patch_household(struct req *r)
{
    const struct household_patch *in = r->in;
    struct household_row *h;
    int64_t changed, twin = NONE;
    const char *tags;

    TRY(household_load(r, PERM_PEOPLE_WRITE, in->village, in->household, &h));
    TRY(people_place(r, in->village, in->grid, in->group));
    const char *number = in->number ? text_normal(r->mem, in->number) : h->number;
    TRY(db_int(r, &twin, "SELECT id FROM household WHERE village = $1 AND number = $2 AND id <> $3",
               I64(in->village), TEXT(number), I64(in->household)));
    if (twin != NONE)
        return fail_say(r, ERR_DUPLICATE, "number", "本村已有这个户号。", "The village has a household of that number already.");
    const char *grid = in->grid ? in->grid : h->grid;
    int64_t grid_no = grid ? region_grid_range(grid).first : 0;
    int64_t group = in->group != NONE ? in->group : h->village_group;
    TRY(db_exec_n(r, &changed,
                  "UPDATE household SET number = $4, grid = $5, grid_no = $6, village_group = $7,"
                  " address = coalesce($8, address), version = version + 1"
                  " WHERE village = $1 AND id = $2 AND version = $3",
                  I64(in->village), I64(in->household), I64(in->version), TEXT(number), TEXT(grid), I64(grid_no),
                  I64(group), TEXT(in->address)));
    if (!changed) return fail(r, ERR_STALE, NULL);
    if (in->grid || in->group != NONE)
        TRY(db_exec(r,
                    "UPDATE resident SET grid_no = $3, village_group = $4 WHERE village = $1 AND household = $2",
                    I64(in->village), I64(in->household), I64(grid_no), I64(group)));
    if (in->head != NONE && in->head != h->head) TRY(household_set_head(r, in->village, in->household, in->head));
    if (in->tags.items) {
        TRY(tags_set(r, in->village, in->household, "household", h->tags, in->tags, &tags));
        TRY(db_exec(r, "UPDATE household SET tags = $3 WHERE village = $1 AND id = $2", I64(in->village),
                    I64(in->household), TEXT(tags)));
    }
    return household_answer(r, in->village, in->household, PERM_PEOPLE_READ);
}

struct split_in {
    int64_t village, household, head, on, group;
    const char *number, *note, *grid, *address;
    struct list residents;
};
static const struct field split_in_fields[] = {
    F(split_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(split_in, household, K_ID, IN_PATH, 0, 0, "Household id."),
    F(split_in, number, K_TEXT, 0, 1, 30, "Number of the new household. 新户号"),
    F(split_in, residents, K_IDS, 0, 1, 50, "Who leaves for it. 分出人员"),
    F(split_in, head, K_ID, OPT, 0, 0, "Its head; the first of them if absent. 新户主"),
    F(split_in, on, K_DATE, OPT, 0, 0, "Day; today if absent. 日期"),
    F(split_in, grid, K_TEXT, OPT, 2, 11, "Grid code; the old one's if absent. 网格"),
    F(split_in, group, K_ID, OPT, 0, 0, "Group id; the old one's if absent. 村民小组"),
    F(split_in, address, K_TEXT, OPT, 0, 100, "Address; the old one's if absent. 住址"),
    F(split_in, note, K_TEXT, OPT, 0, 200, "Note. 备注"),
    { 0 }
};
RECORD(split_in);

const struct err *post_split(struct req *r)
{
    const struct split_in *in = r->in;
    int64_t id;
    const struct split s = {
        .village = in->village, .from = in->household, .number = in->number, .residents = in->residents,
        .head = in->head, .on = in->on == NONE ? r->today : in->on, .note = in->note, .grid = in->grid,
        .address = in->address, .group = in->group,
    };
    struct household_row *from;
    TRY(household_load(r, PERM_PEOPLE_WRITE, in->village, in->household, &from));
    TRY(people_place(r, in->village, in->grid, in->group));
    TRY(household_split(r, &s, &id));
    r->audit_subject = in->household;
    return household_answer(r, in->village, id, PERM_PEOPLE_WRITE);
}

struct merge_in { int64_t village, household, into, on; const char *note; };
static const struct field merge_in_fields[] = {
    F(merge_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(merge_in, household, K_ID, IN_PATH, 0, 0, "Household id; it ends."),
    F(merge_in, into, K_ID, 0, 0, 0, "The household that takes its members. 并入户"),
    F(merge_in, on, K_DATE, OPT, 0, 0, "Day; today if absent. 日期"),
    F(merge_in, note, K_TEXT, OPT, 0, 200, "Note. 备注"),
    { 0 }
};
RECORD(merge_in);

const struct err *post_merge(struct req *r)
{
    const struct merge_in *in = r->in;
    struct household_row *h;
    TRY(household_load(r, PERM_PEOPLE_WRITE, in->village, in->household, &h));
    const struct err *e = household_load(r, PERM_PEOPLE_WRITE, in->village, in->into, &h);
    if (e && e->code == ERR_NOT_FOUND)
        return fail_say(r, ERR_INVALID, "into", "没有这一户。", "There is no such household.");
    if (e) return e;
    TRY(household_merge(r, in->village, in->household, in->into, in->on == NONE ? r->today : in->on, in->note));
    r->audit_subject = in->household;
    return household_answer(r, in->village, in->into, PERM_PEOPLE_WRITE);
}

struct pledge_in { int64_t village, household, on, signer; const char *terms; };
static const struct field pledge_in_fields[] = {
    F(pledge_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(pledge_in, household, K_ID, IN_PATH, 0, 0, "Household id."),
    F(pledge_in, on, K_DATE, OPT, 0, 0, "Signed on; today if absent. 签约日期"),
    F(pledge_in, signer, K_ID, OPT, 0, 0, "Who signed; the head if absent. 签约人"),
    F(pledge_in, terms, K_TEXT, OPT, 0, 200, "Which text was signed. 承诺书"),
    { 0 }
};
RECORD(pledge_in);

const struct err *post_pledge(struct req *r)
{
    const struct pledge_in *in = r->in;
    struct household_row *h;
    struct resident_row *signer;
    int64_t on = in->on == NONE ? r->today : in->on;
    TRY(household_load(r, PERM_PLEDGE_WRITE, in->village, in->household, &h));
    if (on > r->today)
        return fail_say(r, ERR_INVALID, "on", "日期不能晚于今天。", "The date lies in the future.");
    if (in->signer != NONE) {
        const struct err *e = resident_load(r, PERM_PLEDGE_WRITE, in->village, in->signer, &signer);
        if ((e && e->code == ERR_NOT_FOUND) || (!e && signer->household != in->household))
            return fail_say(r, ERR_INVALID, "signer", "签约人必须是本户成员。", "The signer must be a member of the household.");
        if (e) return e;
    }
    TRY(people_pledge(r, in->village, in->household, on, in->signer, in->terms));
    r->audit_subject = in->household;
    return household_answer(r, in->village, in->household, PERM_PLEDGE_WRITE);
}

struct unpledge_in { int64_t village, household; const char *reason; };
static const struct field unpledge_in_fields[] = {
    F(unpledge_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(unpledge_in, household, K_ID, IN_PATH, 0, 0, "Household id."),
    F(unpledge_in, reason, K_TEXT, 0, 1, 200, "Why. 原因"),
    { 0 }
};
RECORD(unpledge_in);

const struct err *post_unpledge(struct req *r)
{
    const struct unpledge_in *in = r->in;
    struct household_row *h;
    int64_t changed;
    TRY(household_load(r, PERM_PLEDGE_WRITE, in->village, in->household, &h));
    TRY(db_exec_n(r, &changed,
                  "UPDATE household SET pledged_on = NULL, version = version + 1"
                  " WHERE village = $1 AND id = $2 AND pledged_on IS NOT NULL",
                  I64(in->village), I64(in->household)));
    if (!changed)
        return fail_say(r, ERR_STATE, NULL, "本户没有签承诺书。", "The household has not signed.");
    TRY(db_exec(r,
                "UPDATE pledge SET ended_on = $3, reason = $4 WHERE village = $1 AND household = $2"
                " AND ended_on IS NULL",
                I64(in->village), I64(in->household), I64(r->today), TEXT(in->reason)));
    return household_answer(r, in->village, in->household, PERM_PLEDGE_WRITE);
}

/* ---- organisations ---- */

struct organisation { int64_t id, version; const char *name, *kind, *contact, *phone, *address, *grid, *state; struct list tags; };
static const struct field organisation_fields[] = {
    F(organisation, id, K_ID, 0, 0, 0, "Organisation id."),
    F(organisation, name, K_TEXT, 0, 0, 0, "Name. 名称"),
    F_ENUM(organisation, kind, 0, organisation_kinds, "shop 商户, association 社团, team 队伍, enterprise 企业, other 其他."),
    F(organisation, contact, K_TEXT, OPT, 0, 0, "Masked name of the contact. 联系人（脱敏）"),
    F(organisation, phone, K_TEXT, OPT, 0, 0, "Masked phone. 电话（脱敏）"),
    F(organisation, address, K_TEXT, OPT, 0, 0, "Address. 地址"),
    F(organisation, grid, K_TEXT, OPT, 0, 0, "Grid code. 网格"),
    F(organisation, tags, K_TEXTS, 0, 0, 0, "Tag codes. 标签"),
    F_ENUM(organisation, state, 0, organisation_states, "active 在册, dissolved 已注销."),
    F(organisation, version, K_INT, OUT_ETAG, 0, 0, "Version for If-Match."),
    { 0 }
};
RECORD(organisation);

static void organisation_show(struct req *r, const struct organisation_row *o, struct organisation *out)
{
    const char *phone = o->phone_sealed.p ? access_open_sealed(r, o->phone_sealed) : NULL;
    *out = (struct organisation){
        .id = o->id, .version = o->version, .name = o->name, .kind = o->kind,
        .contact = o->contact ? text_mask_name(r->mem, o->contact) : NULL,
        .phone = phone ? text_mask_phone(r->mem, phone) : NULL, .address = o->address, .grid = o->grid,
        .state = o->state, .tags = tags_list(r->mem, o->tags),
    };
}

static const struct err *organisation_answer(struct req *r, int64_t village, int64_t id, enum perm p)
{
    struct organisation_row *o;
    struct organisation *out = arena_new(r->mem, struct organisation);
    TRY(organisation_load(r, p, village, id, &o));
    organisation_show(r, o, out);
    r->out = out;
    return NULL;
}

struct organisations_in { int64_t village; PAGE_MEMBERS; const char *q, *grid, *tag, *state, *kind; };
static const struct field organisations_in_fields[] = {
    F(organisations_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(organisations_in, q, K_TEXT, IN_QUERY | OPT, 0, 40, "Beginning of the name. 搜索"),
    F(organisations_in, grid, K_TEXT, IN_QUERY | OPT, 2, 11, "In this grid or below. 网格"),
    F(organisations_in, tag, K_TEXT, IN_QUERY | OPT, 1, 40, "Tag code. 标签"),
    F_ENUM(organisations_in, kind, IN_QUERY | OPT, organisation_kinds, "Kind. 类别"),
    F_ENUM(organisations_in, state, IN_QUERY | OPT, organisation_states, "active if absent. 状态"),
    PAGE_FIELDS(organisations_in),
    { 0 }
};
RECORD(organisations_in);

const struct err *get_organisations(struct req *r)
{
    const struct organisations_in *in = r->in;
    struct page *page = arena_new(r->mem, struct page);
    const struct people_filter f = {
        .village = in->village, .after = in->after, .limit = in->limit, .q = in->q, .grid = in->grid,
        .tag = in->tag, .state = in->state, .kind = in->kind, .group = NONE, .household = NONE,
        .minor = NONE, .pledged = NONE,
    };
    TRY(people_check_grid(r, in->grid));
    TRY(organisation_list(r, &f, page));
    struct organisation *rows = arena_array(r->mem, struct organisation, page->rows.n + 1);
    for (size_t i = 0; i < page->rows.n; i++)
        organisation_show(r, &LIST_AT(page->rows, struct organisation_row, i), &rows[i]);
    page->rows.items = rows;
    r->out = page;
    return NULL;
}

struct organisation_new_in { int64_t village; const char *name, *kind, *contact, *phone, *address, *grid; struct list tags; };
static const struct field organisation_new_in_fields[] = {
    F(organisation_new_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(organisation_new_in, name, K_TEXT, 0, 1, 60, "Name, unique in the village. 名称"),
    F_ENUM(organisation_new_in, kind, 0, organisation_kinds, "Kind. 类别"),
    F(organisation_new_in, contact, K_TEXT, OPT, 0, 30, "Contact. 联系人"),
    F(organisation_new_in, phone, K_TEXT, OPT | OUT_SECRET, 0, 30, "Phone. 电话"),
    F(organisation_new_in, address, K_TEXT, OPT, 0, 100, "Address. 地址"),
    F(organisation_new_in, grid, K_TEXT, OPT, 2, 11, "Grid code. 网格"),
    F(organisation_new_in, tags, K_TEXTS, OPT, 0, 50, "Tag codes. 标签"),
    { 0 }
};
RECORD(organisation_new_in);

const struct err *post_organisation(struct req *r)
{
    const struct organisation_new_in *in = r->in;
    const struct organisation_new o = {
        in->village, in->name, in->kind, in->contact, in->phone, in->address, in->grid, in->tags,
    };
    int64_t id;
    TRY(people_place(r, in->village, in->grid ? in->grid : "", NONE));
    TRY(people_organisation_add(r, &o, &id));
    r->audit_subject = id;
    return organisation_answer(r, in->village, id, PERM_PEOPLE_WRITE);
}

struct organisation_key { int64_t village, organisation; };
static const struct field organisation_key_fields[] = {
    F(organisation_key, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(organisation_key, organisation, K_ID, IN_PATH, 0, 0, "Organisation id."),
    { 0 }
};
RECORD(organisation_key);

const struct err *get_organisation(struct req *r)
{
    const struct organisation_key *in = r->in;
    return organisation_answer(r, in->village, in->organisation, PERM_PEOPLE_READ);
}

struct organisation_patch { int64_t village, organisation, version; const char *name, *kind, *contact, *phone, *address, *grid, *state; struct list tags; };
static const struct field organisation_patch_fields[] = {
    F(organisation_patch, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(organisation_patch, organisation, K_ID, IN_PATH, 0, 0, "Organisation id."),
    F(organisation_patch, version, K_INT, IN_MATCH, 0, 0, "Version read before."),
    F(organisation_patch, name, K_TEXT, OPT, 1, 60, "Name. 名称"),
    F_ENUM(organisation_patch, kind, OPT, organisation_kinds, "Kind. 类别"),
    F(organisation_patch, contact, K_TEXT, OPT, 0, 30, "Contact. 联系人"),
    F(organisation_patch, phone, K_TEXT, OPT | OUT_SECRET, 0, 30, "Phone. 电话"),
    F(organisation_patch, address, K_TEXT, OPT, 0, 100, "Address. 地址"),
    F(organisation_patch, grid, K_TEXT, OPT, 2, 11, "Grid code. 网格"),
    F_ENUM(organisation_patch, state, OPT, organisation_states, "State. 状态"),
    F(organisation_patch, tags, K_TEXTS, OPT, 0, 50, "All tags held from today on. 标签"),
    { 0 }
};
RECORD(organisation_patch);

const struct err *patch_organisation(struct req *r)
{
    const struct organisation_patch *in = r->in;
    struct organisation_row *o;
    int64_t changed, twin;
    const char *phone = NULL, *tags;
    TRY(organisation_load(r, PERM_PEOPLE_WRITE, in->village, in->organisation, &o));
    TRY(people_place(r, in->village, in->grid, NONE));
    if (in->phone && *in->phone && !(phone = phone_normal(r->mem, in->phone)))
        return fail_say(r, ERR_INVALID, "phone", "电话应为 11 位手机号，或带区号的固定电话。",
                        "A phone number has 11 digits, or an area code and a number.");
    struct bytes sealed = phone ? access_seal(r, phone) : in->phone ? (struct bytes){ 0 } : o->phone_sealed;
    const char *name = in->name ? text_normal(r->mem, in->name) : o->name;
    const char *grid = in->grid ? in->grid : o->grid;
    TRY(db_int(r, &twin, "SELECT id FROM organisation WHERE village = $1 AND name = $2 AND id <> $3",
               I64(in->village), TEXT(name), I64(in->organisation)));
    if (twin != NONE) return fail(r, ERR_DUPLICATE, "name");
    TRY(db_exec_n(r, &changed,
                  "UPDATE organisation SET name = $4, name_key = $5, kind = $6, contact = $7, phone_sealed = $8,"
                  " address = $9, grid = $10, grid_no = $11, state = $12, version = version + 1"
                  " WHERE village = $1 AND id = $2 AND version = $3",
                  I64(in->village), I64(in->organisation), I64(in->version), TEXT(name), BLOB(name, strlen(name)),
                  TEXT(in->kind ? in->kind : o->kind), TEXT(in->contact ? in->contact : o->contact),
                  BLOB(sealed.p, sealed.n), TEXT(in->address ? in->address : o->address), TEXT(grid),
                  I64(grid ? region_grid_range(grid).first : 0), TEXT(in->state ? in->state : o->state)));
    if (!changed) return fail(r, ERR_STALE, NULL);
    if (in->tags.items) {
        TRY(tags_set(r, in->village, in->organisation, "organisation", o->tags, in->tags, &tags));
        TRY(db_exec(r, "UPDATE organisation SET tags = $3 WHERE village = $1 AND id = $2", I64(in->village),
                    I64(in->organisation), TEXT(tags)));
    }
    return organisation_answer(r, in->village, in->organisation, PERM_PEOPLE_READ);
}

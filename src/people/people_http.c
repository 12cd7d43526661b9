/* Routes of residents, tags, counts and the type-ahead. What leaves is masked; unmasking is its own
 * route, with its own permission, a reason, and an audit row.
 */
#include <string.h>

#include "kernel/date.h"
#include "kernel/id.h"
#include "kernel/text.h"
#include "people/people_http.h"

/* ---- what a client sees of a resident ---- */

struct past { const char *household_number, *relation, *began, *ended, *note; int64_t household, first, last; };
static const struct field past_fields[] = {
    F(past, household, K_ID, 0, 0, 0, "Household id."),
    F(past, household_number, K_TEXT, 0, 0, 0, "Household number. 户号"),
    F(past, relation, K_TEXT, 0, 0, 0, "Relation to the head. 与户主关系"),
    F(past, first, K_DATE, 0, 0, 0, "First day. 起"),
    F(past, began, K_TEXT, 0, 0, 0, "register 登记, birth 出生, move_in 迁入, split 分户, merge 并户."),
    F(past, last, K_DATE, OPT, 0, 0, "Last day; empty: still. 止"),
    F(past, ended, K_TEXT, OPT, 0, 0, "move_out 迁出, death 死亡, split 分户, merge 并户."),
    F(past, note, K_TEXT, OPT, 0, 0, "Note. 备注"),
    { 0 }
};
static RECORD(past);

struct resident {
    int64_t id, version, age, minor, household, group;
    const char *name, *sex, *household_number, *relation, *phone, *id_number, *grid, *group_name, *state;
    struct list tags, history;
};
#define RESIDENT_FIELDS                                                                            \
    F(resident, id, K_ID, 0, 0, 0, "Resident id."),                                                \
    F(resident, name, K_TEXT, 0, 0, 0, "Masked name. 姓名（脱敏）"),                               \
    F_ENUM(resident, sex, 0, sexes, "Sex. 性别"),                                                  \
    F(resident, age, K_INT, 0, 0, 150, "Whole years today. 年龄"),                                 \
    F(resident, minor, K_BOOL, 0, 0, 0, "Under 14: never named in public. 未满十四周岁"),          \
    F(resident, household, K_ID, 0, 0, 0, "Household id."),                                        \
    F(resident, household_number, K_TEXT, 0, 0, 0, "Household number. 户号"),                      \
    F_ENUM(resident, relation, 0, relations, "Relation to the head. 与户主关系"),                  \
    F(resident, phone, K_TEXT, OPT, 0, 0, "Masked phone. 手机号（脱敏）"),                         \
    F(resident, id_number, K_TEXT, OPT, 0, 0, "Masked ID number. 身份证号（脱敏）"),               \
    F(resident, grid, K_TEXT, OPT, 0, 0, "Grid code. 网格"),                                       \
    F(resident, group, K_ID, OPT, 0, 0, "Group id."),                                              \
    F(resident, group_name, K_TEXT, OPT, 0, 0, "Group. 村民小组"),                                 \
    F(resident, tags, K_TEXTS, 0, 0, 0, "Tag codes. 标签"),                                        \
    F_ENUM(resident, state, 0, resident_states, "active 在册, moved_out 已迁出, dead 已故."),      \
    F(resident, version, K_INT, OUT_ETAG, 0, 0, "Version for If-Match.")
static const struct field resident_fields[] = { RESIDENT_FIELDS, { 0 } };
static RECORD(resident);
static const struct field resident_full_fields[] = {
    RESIDENT_FIELDS,
    F_SUB(resident, history, K_LIST, 0, 0, 0, past_record, "Households over time. 户籍变动"),
    { 0 }
};
static const struct record resident_full_record = { "resident_full", sizeof(struct resident), resident_full_fields };

const char *people_mask_id(struct arena *mem, const char *id_number)
{
    size_t n = strlen(id_number);
    char *s = arena_strdup(mem, id_number);
    for (size_t i = 1; i + 1 < n; i++) s[i] = '*'; /* birth date and district stay hidden too */
    return s;
}

const char *people_group_name(struct list groups, int64_t id)
{
    for (size_t i = 0; i < groups.n; i++)
        if (LIST_AT(groups, struct village_group, i).id == id) return LIST_AT(groups, struct village_group, i).name;
    return NULL;
}

static void resident_show(struct req *r, const struct resident_row *s, struct list groups, struct resident *out)
{
    const char *phone = s->phone_sealed.p ? access_open_sealed(r, s->phone_sealed) : NULL;
    const char *id = s->id_sealed.p ? access_open_sealed(r, s->id_sealed) : NULL;
    *out = (struct resident){
        .id = s->id, .version = s->version, .name = text_mask_name(r->mem, s->name), .sex = s->sex,
        .age = people_age(s->birth, r->today), .minor = s->birth >= people_minor_since(r->today),
        .household = s->household, .household_number = s->number, .relation = s->relation,
        .phone = phone ? text_mask_phone(r->mem, phone) : NULL,
        .id_number = id ? people_mask_id(r->mem, id) : NULL, .grid = s->grid, .group = s->village_group,
        .group_name = people_group_name(groups, s->village_group), .tags = tags_list(r->mem, s->tags),
        .state = s->state,
    };
}

static const struct err *resident_answer(struct req *r, int64_t village, int64_t id, enum perm p)
{
    struct resident_row *row;
    struct list groups = { 0 };
    struct resident *out = arena_new(r->mem, struct resident);
    TRY(resident_load(r, p, village, id, &row));
    TRY(region_groups(r, village, &groups));
    resident_show(r, row, groups, out);
    TRY(db_all(r, &past_record, &out->history,
               "SELECT m.household, h.number AS household_number, m.relation, m.first, m.began, m.last,"
               " m.ended, m.note FROM membership m JOIN household h ON h.village = m.village AND h.id = m.household"
               " WHERE m.village = $1 AND m.resident = $2 ORDER BY m.first, m.id LIMIT 100",
               I64(village), I64(id)));
    r->out = out;
    return NULL;
}

/* ---- list and read ---- */

struct residents_in {
    int64_t village;
    PAGE_MEMBERS;
    const char *q, *grid, *tag, *state;
    int64_t group, household, minor;
};
static const struct field residents_in_fields[] = {
    F(residents_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(residents_in, q, K_TEXT, IN_QUERY | OPT, 0, 40, "Beginning of a name or given name, household number, last four digits of the phone, whole phone or ID number. 搜索"),
    F(residents_in, grid, K_TEXT, IN_QUERY | OPT, 2, 11, "In this grid or below. 网格"),
    F(residents_in, group, K_ID, IN_QUERY | OPT, 0, 0, "Group id. 村民小组"),
    F(residents_in, household, K_ID, IN_QUERY | OPT, 0, 0, "Household id. 户"),
    F(residents_in, tag, K_TEXT, IN_QUERY | OPT, 1, 40, "Tag code. 标签"),
    F(residents_in, minor, K_BOOL, IN_QUERY | OPT, 0, 0, "Only those under 14. 未满十四周岁"),
    F_ENUM(residents_in, state, IN_QUERY | OPT, resident_states, "active if absent. 状态"),
    PAGE_FIELDS(residents_in),
    { 0 }
};
static RECORD(residents_in);

const struct err *people_check_grid(struct req *r, const char *grid)
{
    if (!grid || region_grid_level(grid)) return NULL;
    return fail_say(r, ERR_INVALID, "grid", "网格编码不正确。", "That is not a grid code.");
}

static const struct err *get_residents(struct req *r)
{
    const struct residents_in *in = r->in;
    struct page *page = arena_new(r->mem, struct page);
    struct list groups = { 0 };
    const struct people_filter f = {
        .village = in->village, .after = in->after, .limit = in->limit, .q = in->q, .grid = in->grid,
        .tag = in->tag, .state = in->state, .group = in->group, .household = in->household,
        .minor = in->minor, .pledged = NONE,
    };
    TRY(people_check_grid(r, in->grid));
    TRY(resident_list(r, &f, page));
    if (page->rows.n) TRY(region_groups(r, in->village, &groups));
    struct resident *rows = arena_array(r->mem, struct resident, page->rows.n + 1);
    for (size_t i = 0; i < page->rows.n; i++)
        resident_show(r, &LIST_AT(page->rows, struct resident_row, i), groups, &rows[i]);
    page->rows.items = rows;
    r->out = page;
    return NULL;
}

struct resident_key { int64_t village, resident; };
static const struct field resident_key_fields[] = {
    F(resident_key, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(resident_key, resident, K_ID, IN_PATH, 0, 0, "Resident id."),
    { 0 }
};
static RECORD(resident_key);

static const struct err *get_resident(struct req *r)
{
    const struct resident_key *in = r->in;
    return resident_answer(r, in->village, in->resident, PERM_PEOPLE_READ);
}

/* ---- write ---- */

/* Findings of person_check under the JSON names. */
struct faults { struct req *r; struct err *bad; };
static void json_fault(void *arg, enum person_column c, const char *zh, const char *en)
{
    static const char *const names[PERSON_COLUMNS] = {
        [COL_NUMBER] = "household", [COL_NAME] = "name", [COL_ID] = "id_number", [COL_SEX] = "sex",
        [COL_BIRTH] = "birth", [COL_RELATION] = "relation", [COL_PHONE] = "phone", [COL_GROUP] = "group",
        [COL_GRID] = "grid", [COL_ADDRESS] = "address", [COL_TAGS] = "tags",
    };
    struct faults *f = arg;
    if (!f->bad) f->bad = fail(f->r, ERR_INVALID, NULL);
    err_finding(f->r->mem, f->bad, names[c], zh, en);
}

struct resident_new_in {
    int64_t village, household, birth, first;
    const char *name, *id_number, *sex, *phone, *relation, *began;
    struct list tags;
};
static const char *const begins[] = { "register", "birth", "move_in", NULL };
static const struct field resident_new_in_fields[] = {
    F(resident_new_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(resident_new_in, household, K_ID, 0, 0, 0, "Household id. 户"),
    F(resident_new_in, name, K_TEXT, 0, 1, 30, "Full name. 姓名"),
    F(resident_new_in, id_number, K_TEXT, OPT | OUT_SECRET, 0, 30, "ID number (GB 11643). 身份证号"),
    F_ENUM(resident_new_in, sex, OPT, sexes, "Sex; follows from the ID number. 性别"),
    F(resident_new_in, birth, K_DATE, OPT | OUT_SECRET, 0, 0, "Birth date; follows from the ID number. 出生日期"),
    F(resident_new_in, phone, K_TEXT, OPT | OUT_SECRET, 0, 30, "Phone. 手机号"),
    F_ENUM(resident_new_in, relation, OPT, relations, "Relation to the head, other if absent. 与户主关系"),
    F(resident_new_in, tags, K_TEXTS, OPT, 0, 50, "Tag codes. 标签"),
    F_ENUM(resident_new_in, began, OPT, begins, "How the person came: register if absent. 入户原因"),
    F(resident_new_in, first, K_DATE, OPT, 0, 0, "Since when; today if absent. 入户日期"),
    { 0 }
};
static RECORD(resident_new_in);

static const struct err *post_resident(struct req *r)
{
    const struct resident_new_in *in = r->in;
    struct household_row *h;
    struct faults faults = { .r = r };
    struct resident_new n = {
        .village = in->village, .id = id_new(), .household = in->household,
        .person = { in->name, in->id_number, in->sex, in->birth, in->phone, in->relation ? in->relation : "other" },
        .began = in->began ? in->began : "register", .first = in->first == NONE ? r->today : in->first,
    };

    const struct err *e = household_load(r, PERM_PEOPLE_WRITE, in->village, in->household, &h);
    if (e && e->code == ERR_NOT_FOUND)
        return fail_say(r, ERR_INVALID, "household", "没有这一户。", "There is no such household.");
    if (e) return e;
    if (!strcmp(h->state, "merged"))
        return fail_say(r, ERR_STATE, "household", "这一户已并入别户。", "That household was merged into another.");
    person_check(r, &n.person, json_fault, &faults);
    bool head = !strcmp(n.person.relation, "head");
    if (head && h->head != NONE)
        json_fault(&faults, COL_RELATION, "本户已有户主，请先在户信息中更换户主。",
                   "The household has a head already; change it on the household.");
    if (n.first > r->today) {
        if (!faults.bad) faults.bad = fail(r, ERR_INVALID, NULL);
        err_finding(r->mem, faults.bad, "first", "日期不能晚于今天。", "The date lies in the future.");
    }
    if (faults.bad) return faults.bad;
    n.grid_no = h->grid ? region_grid_range(h->grid).first : 0;
    n.group = h->village_group;
    TRY(tags_set(r, in->village, n.id, "resident", "", in->tags, &n.tags));
    TRY(resident_insert(r, &n));
    if (head || !strcmp(h->state, "dissolved"))
        TRY(db_exec(r, "UPDATE household SET state = 'active', head = coalesce($3, head), version = version + 1"
                       " WHERE village = $1 AND id = $2",
                    I64(in->village), I64(in->household), I64(head ? n.id : NONE)));
    r->audit_subject = n.id;
    return resident_answer(r, in->village, n.id, PERM_PEOPLE_WRITE);
}

struct resident_patch {
    int64_t village, resident, version, birth, keep_tags;
    const char *name, *id_number, *sex, *phone, *relation;
    struct list tags;
};
static const struct field resident_patch_fields[] = {
    F(resident_patch, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(resident_patch, resident, K_ID, IN_PATH, 0, 0, "Resident id."),
    F(resident_patch, version, K_INT, IN_MATCH, 0, 0, "Version read before."),
    F(resident_patch, name, K_TEXT, OPT, 1, 30, "Full name. 姓名"),
    F(resident_patch, id_number, K_TEXT, OPT | OUT_SECRET, 0, 30, "ID number; empty text removes it. 身份证号"),
    F_ENUM(resident_patch, sex, OPT, sexes, "Sex. 性别"),
    F(resident_patch, birth, K_DATE, OPT | OUT_SECRET, 0, 0, "Birth date. 出生日期"),
    F(resident_patch, phone, K_TEXT, OPT | OUT_SECRET, 0, 30, "Phone; empty text removes it. 手机号"),
    F_ENUM(resident_patch, relation, OPT, relations, "Relation to the head. 与户主关系"),
    F(resident_patch, tags, K_TEXTS, OPT, 0, 50, "All tags held from today on. 标签"),
    { 0 }
};
static RECORD(resident_patch);

static const struct err *patch_resident(struct req *r)
{
    const struct resident_patch *in = r->in;
    struct resident_row *s;
    struct faults faults = { .r = r };
    const char *tags;

    TRY(resident_load(r, PERM_PEOPLE_WRITE, in->village, in->resident, &s));
    if (s->version != in->version) return fail(r, ERR_STALE, NULL);
    const char *old_id = s->id_sealed.p ? access_open_sealed(r, s->id_sealed) : NULL;
    const char *old_phone = s->phone_sealed.p ? access_open_sealed(r, s->phone_sealed) : NULL;
    struct person p = {
        .name = in->name ? in->name : s->name, .id_number = in->id_number ? in->id_number : old_id,
        .sex = in->sex ? in->sex : s->sex, .birth = in->birth != NONE ? in->birth : s->birth,
        .phone = in->phone ? in->phone : old_phone, .relation = in->relation ? in->relation : s->relation,
    };
    if (in->id_number && *in->id_number) { /* a new number brings its own birth date and sex */
        p.birth = in->birth;
        p.sex = in->sex;
    }
    person_check(r, &p, json_fault, &faults);
    if (strcmp(p.relation, s->relation) && (!strcmp(p.relation, "head") || !strcmp(s->relation, "head")))
        json_fault(&faults, COL_RELATION, "更换户主请在户信息中办理。", "Change the head on the household.");
    if (faults.bad) return faults.bad;
    TRY(resident_update(r, in->village, in->resident, in->version, &p));
    if (in->tags.items) {
        TRY(tags_set(r, in->village, in->resident, "resident", s->tags, in->tags, &tags));
        TRY(db_exec(r, "UPDATE resident SET tags = $3 WHERE village = $1 AND id = $2", I64(in->village),
                    I64(in->resident), TEXT(tags)));
    }
    return resident_answer(r, in->village, in->resident, PERM_PEOPLE_WRITE);
}

/* ---- events ---- */

static const char *const event_kinds[] = { "move_out", "death", "move_in", NULL };
struct resident_event { int64_t village, resident, on, household; const char *kind, *note, *relation; };
static const struct field resident_event_fields[] = {
    F(resident_event, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(resident_event, resident, K_ID, IN_PATH, 0, 0, "Resident id."),
    F_ENUM(resident_event, kind, 0, event_kinds, "move_out 迁出, death 死亡, move_in 迁回."),
    F(resident_event, on, K_DATE, OPT, 0, 0, "Day it happened; today if absent. 日期"),
    F(resident_event, note, K_TEXT, OPT, 0, 200, "Note. 备注"),
    F(resident_event, household, K_ID, OPT, 0, 0, "move_in: into this household; the last one if absent."),
    F_ENUM(resident_event, relation, OPT, relations, "move_in: relation to the head."),
    { 0 }
};
static RECORD(resident_event);

static const struct err *post_resident_event(struct req *r)
{
    const struct resident_event *in = r->in;
    struct resident_row *s;
    int64_t on = in->on == NONE ? r->today : in->on;
    TRY(resident_load(r, PERM_PEOPLE_WRITE, in->village, in->resident, &s));
    if (!strcmp(in->kind, "move_in")) TRY(resident_return(r, s, in->household, in->relation, on, in->note));
    else TRY(resident_leave(r, s, !strcmp(in->kind, "death") ? LEAVE_DEATH : LEAVE_MOVE_OUT, on, in->note));
    r->audit_subject = in->resident;
    return resident_answer(r, in->village, in->resident, PERM_PEOPLE_WRITE);
}

/* ---- unmask ---- */

struct unmask_in { int64_t village, resident; const char *reason; };
static const struct field unmask_in_fields[] = {
    F(unmask_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(unmask_in, resident, K_ID, IN_PATH, 0, 0, "Resident id."),
    F(unmask_in, reason, K_TEXT, 0, 2, 200, "Why it is needed; kept in the audit trail. 查看理由"),
    { 0 }
};
static RECORD(unmask_in);
struct unmasked { int64_t id, birth; const char *name, *id_number, *phone; };
static const struct field unmasked_fields[] = {
    F(unmasked, id, K_ID, 0, 0, 0, "Resident id."),
    F(unmasked, name, K_TEXT, OUT_SECRET, 0, 0, "Full name. 姓名"),
    F(unmasked, birth, K_DATE, OUT_SECRET, 0, 0, "Birth date. 出生日期"),
    F(unmasked, id_number, K_TEXT, OPT | OUT_SECRET, 0, 0, "ID number. 身份证号"),
    F(unmasked, phone, K_TEXT, OPT | OUT_SECRET, 0, 0, "Phone. 手机号"),
    { 0 }
};
static RECORD(unmasked);

static const struct err *post_unmask(struct req *r)
{
    const struct unmask_in *in = r->in;
    struct resident_row *s;
    struct unmasked *out = arena_new(r->mem, struct unmasked);
    TRY(resident_load(r, PERM_PEOPLE_UNMASK, in->village, in->resident, &s));
    *out = (struct unmasked){
        .id = s->id, .name = s->name, .birth = s->birth,
        .id_number = s->id_sealed.p ? access_open_sealed(r, s->id_sealed) : NULL,
        .phone = s->phone_sealed.p ? access_open_sealed(r, s->phone_sealed) : NULL,
    };
    r->audit_subject = in->resident;
    r->audit_note = in->reason;
    r->out = out;
    return NULL;
}

/* ---- an account for a resident ---- */

struct account_in { int64_t village, resident; const char *name; };
static const struct field account_in_fields[] = {
    F(account_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(account_in, resident, K_ID, IN_PATH, 0, 0, "Resident id."),
    F(account_in, name, K_TEXT, OPT, 3, 40, "Sign-in name; made up if absent. 登录名"),
    { 0 }
};
static RECORD(account_in);
struct account_out { int64_t account; const char *name, *password; };
static const struct field account_out_fields[] = {
    F(account_out, account, K_ID, 0, 0, 0, "Account id."),
    F(account_out, name, K_TEXT, 0, 0, 0, "Sign-in name. 登录名"),
    F(account_out, password, K_TEXT, OUT_SECRET, 0, 0, "First password, shown once. 初始密码"),
    { 0 }
};
static RECORD(account_out);

const struct err *people_account(struct req *r, int64_t village, int64_t resident, const char *name,
                                 const char *password, bool one_time, int64_t *account)
{
    struct resident_row *s;
    TRY(resident_load(r, PERM_PEOPLE_READ, village, resident, &s));
    if (strcmp(s->state, "active"))
        return fail_say(r, ERR_STATE, NULL, "此人已不在册。", "This person is not active any more.");
    const char *phone = access_open_sealed(r, s->phone_sealed);
    struct account_new a = {
        .name = name, .display = s->name, .password = password,
        .phone = phone && *phone == '1' ? phone : NULL, /* nobody signs in by a fixed line */
        .village = village, .resident = resident, .household = s->household, .one_time = one_time,
    };
    const struct err *e = access_account_add(r, &a, account);
    if (e && text_equal(e->field, "phone")) {
        a.phone = NULL; /* a family shares one phone: the first account signs in by it, the others by name */
        e = access_account_add(r, &a, account);
    }
    return e; /* an account with a household has the villager's role for it */
}

static const struct err *post_account(struct req *r)
{
    const struct account_in *in = r->in;
    struct account_out *out = arena_new(r->mem, struct account_out);
    out->password = one_time_password(r->mem);
    out->name = in->name ? in->name : arena_printf(r->mem, "v%lld", (long long)in->resident);
    TRY(people_account(r, in->village, in->resident, out->name, out->password, true, &out->account));
    r->audit_subject = in->resident;
    r->out = out;
    return NULL;
}

/* ---- tags ---- */

struct village_page { int64_t village; PAGE_MEMBERS; };
static const struct field village_page_fields[] = {
    F(village_page, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    PAGE_FIELDS(village_page),
    { 0 }
};
static RECORD(village_page);

static const struct err *get_tags(struct req *r)
{
    const struct village_page *in = r->in;
    struct page *page = arena_new(r->mem, struct page);
    TRY(tags_of(r, in->village, &page->rows));
    page->total = (int64_t)page->rows.n;
    r->out = page;
    return NULL;
}

struct tag_new { int64_t village; const char *code, *name, *kind; };
static const struct field tag_new_fields[] = {
    F(tag_new, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(tag_new, code, K_TEXT, OPT, 2, 30, "Code: small letters, digits, underscores; made up if absent."),
    F(tag_new, name, K_TEXT, 0, 1, 20, "Name. 标签"),
    F_ENUM(tag_new, kind, 0, subject_kinds, "Whom it describes. 适用对象"),
    { 0 }
};
static RECORD(tag_new);

static const struct err *post_tag(struct req *r)
{
    const struct tag_new *in = r->in;
    struct tag *t = arena_new(r->mem, struct tag);
    *t = (struct tag){ .code = in->code, .name = text_normal(r->mem, in->name), .kind = in->kind };
    TRY(access_require(r, PERM_PEOPLE_WRITE, in->village));
    TRY(tag_add(r, in->village, t));
    r->out = t;
    return NULL;
}

/* ---- counts ---- */

struct count { const char *grid; int64_t group, residents, households, pledged; };
static const struct field count_fields[] = {
    F(count, grid, K_TEXT, OPT, 0, 0, "Grid code; the lowest grid of the households. 网格"),
    F(count, group, K_ID, OPT, 0, 0, "Group id. 村民小组"),
    F(count, residents, K_INT, 0, 0, 0, "Active residents. 人数"),
    F(count, households, K_INT, 0, 0, 0, "Active households. 户数"),
    F(count, pledged, K_INT, 0, 0, 0, "Of which signed up. 已承诺签约"),
    { 0 }
};
static RECORD(count);
struct counts { int64_t residents, households, pledged, organisations, minors; struct list cells; };
static const struct field counts_fields[] = {
    F(counts, residents, K_INT, 0, 0, 0, "Active residents. 人数"),
    F(counts, households, K_INT, 0, 0, 0, "Active households. 户数"),
    F(counts, pledged, K_INT, 0, 0, 0, "Households that signed up. 已承诺签约"),
    F(counts, organisations, K_INT, 0, 0, 0, "Active organisations. 单位"),
    F(counts, minors, K_INT, 0, 0, 0, "Residents under 14. 未满十四周岁"),
    F_SUB(counts, cells, K_LIST, 0, 0, 0, count_record, "By grid and group; a grid's total is the sum of codes it is a prefix of."),
    { 0 }
};
static RECORD(counts);

struct cell { int64_t grid_no, village_group, residents; };
static const struct field cell_fields[] = {
    F(cell, grid_no, K_INT, 0, 0, 0, ""), F(cell, village_group, K_ID, OPT, 0, 0, ""), F(cell, residents, K_INT, 0, 0, 0, ""),
    { 0 }
};
static RECORD(cell);

struct village_key { int64_t village; };
static const struct field village_key_fields[] = {
    F(village_key, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    { 0 }
};
static RECORD(village_key);

static const struct err *get_counts(struct req *r)
{
    const struct village_key *in = r->in;
    struct region *v;
    struct counts *out = arena_new(r->mem, struct counts);
    struct list heads = { 0 };
    TRY(region_village(r, in->village, &v));
    TRY(db_all(r, &count_record, &out->cells,
               "SELECT h.grid, h.village_group AS \"group\", count(*) AS households,"
               " coalesce(sum(CASE WHEN h.pledged_on IS NULL THEN 0 ELSE 1 END), 0) AS pledged,"
               " 0 AS residents FROM household h WHERE h.village = $1 AND h.state = 'active'"
               " GROUP BY h.grid, h.village_group"
               " ORDER BY h.grid IS NOT NULL, h.grid, h.village_group IS NOT NULL, h.village_group LIMIT 10000",
               I64(in->village)));
    TRY(db_all(r, &cell_record, &heads,
               "SELECT grid_no, village_group, count(*) AS residents FROM resident WHERE village = $1"
               " AND state = 'active' GROUP BY grid_no, village_group LIMIT 10000",
               I64(in->village)));
    for (size_t i = 0; i < out->cells.n; i++) { /* a few hundred cells each */
        struct count *c = &LIST_AT(out->cells, struct count, i);
        int64_t grid_no = c->grid ? region_grid_range(c->grid).first : 0;
        for (size_t k = 0; k < heads.n; k++) {
            const struct cell *one = &LIST_AT(heads, struct cell, k);
            if (one->grid_no == grid_no && one->village_group == c->group) c->residents = one->residents;
        }
    }
    out->residents = out->households = out->pledged = 0;
    for (size_t i = 0; i < out->cells.n; i++) {
        const struct count *c = &LIST_AT(out->cells, struct count, i);
        out->residents += c->residents;
        out->households += c->households;
        out->pledged += c->pledged;
    }
    TRY(db_int(r, &out->organisations, "SELECT count(*) FROM organisation WHERE village = $1 AND state = 'active'",
               I64(in->village)));
    TRY(db_int(r, &out->minors,
               "SELECT count(*) FROM resident WHERE village = $1 AND state = 'active' AND birth >= $2",
               I64(in->village), I64(people_minor_since(r->today))));
    r->out = out;
    return NULL;
}

struct village_public { int64_t code; const char *name, *official, *title; int64_t residents, households, pledged, active; };
static const struct field village_public_fields[] = {
    F(village_public, code, K_REGION, 0, 0, 0, "Village code. 村代码"),
    F(village_public, name, K_TEXT, 0, 0, 0, "Name. 村名"),
    F(village_public, official, K_TEXT, 0, 0, 0, "Name in the statistics. 全称"),
    F(village_public, title, K_TEXT, 0, 0, 0, "With its township. 镇村名"),
    F(village_public, residents, K_INT, 0, 0, 0, "Active residents. 人数"),
    F(village_public, households, K_INT, 0, 0, 0, "Active households. 户数"),
    F(village_public, pledged, K_INT, 0, 0, 0, "Households that signed up. 已承诺签约"),
    F(village_public, active, K_BOOL, 0, 0, 0, "It takes part. 已启用"),
    { 0 }
};
static RECORD(village_public);

static const struct err *get_public_village(struct req *r)
{
    const struct village_key *in = r->in;
    struct region *v;
    struct village_public *out = arena_new(r->mem, struct village_public);
    TRY(region_village(r, in->village, &v));
    *out = (struct village_public){ .code = v->code, .name = v->name, .official = v->official, .active = v->active };
    TRY(region_title(r, v->code, &out->title));
    TRY(people_population(r, v->code, &out->residents, &out->households));
    TRY(db_int(r, &out->pledged,
               "SELECT count(*) FROM household WHERE village = $1 AND state = 'active' AND pledged_on IS NOT NULL",
               I64(v->code)));
    r->out = out;
    return NULL;
}

/* ---- type-ahead ---- */

enum { SUBJECTS_MAX = 20 };
struct subjects_in { int64_t village; PAGE_MEMBERS; const char *q, *kind; };
static const struct field subjects_in_fields[] = {
    F(subjects_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(subjects_in, q, K_TEXT, IN_QUERY, 1, 40, "As for residents: name, household number, phone tail. 搜索"),
    F_ENUM(subjects_in, kind, IN_QUERY | OPT, subject_kinds, "Only this kind. 对象类别"),
    PAGE_FIELDS(subjects_in),
    { 0 }
};
static RECORD(subjects_in);
struct subject_row { const char *kind; int64_t id; const char *name, *household_number, *grid, *group_name; int64_t household, minor, pledged; };
static const struct field subject_row_fields[] = {
    F_ENUM(subject_row, kind, 0, subject_kinds, "resident 村民, household 户, organisation 单位."),
    F(subject_row, id, K_ID, 0, 0, 0, "Id of that kind."),
    F(subject_row, name, K_TEXT, 0, 0, 0, "Masked name; a household's is its head's. 名称（脱敏）"),
    F(subject_row, household, K_ID, OPT, 0, 0, "Household id."),
    F(subject_row, household_number, K_TEXT, OPT, 0, 0, "Household number. 户号"),
    F(subject_row, grid, K_TEXT, OPT, 0, 0, "Grid code. 网格"),
    F(subject_row, group_name, K_TEXT, OPT, 0, 0, "Group. 村民小组"),
    F(subject_row, minor, K_BOOL, 0, 0, 0, "Under 14. 未满十四周岁"),
    { 0 }
};
static RECORD(subject_row);

static const struct err *get_subjects(struct req *r)
{
    const struct subjects_in *in = r->in;
    struct page *page = arena_new(r->mem, struct page);
    struct page residents = { 0 }, households = { 0 }, organisations = { 0 };
    struct list groups = { 0 };
    const struct people_filter f = {
        .village = in->village, .limit = SUBJECTS_MAX, .q = in->q, .group = NONE, .household = NONE,
        .minor = NONE, .pledged = NONE,
    };
    if (!in->kind || !strcmp(in->kind, "resident")) TRY(resident_list(r, &f, &residents));
    if (!in->kind || !strcmp(in->kind, "household")) TRY(household_list(r, &f, &households));
    if (!in->kind || !strcmp(in->kind, "organisation")) TRY(organisation_list(r, &f, &organisations));
    TRY(region_groups(r, in->village, &groups));
    size_t n = 0;
    size_t most = residents.rows.n + households.rows.n + organisations.rows.n;
    struct subject_row *rows = arena_array(r->mem, struct subject_row, most + 1);
    for (size_t i = 0; i < households.rows.n; i++) {
        const struct household_row *h = &LIST_AT(households.rows, struct household_row, i);
        rows[n++] = (struct subject_row){
            .kind = "household", .id = h->id, .household = h->id, .household_number = h->number,
            .name = h->head_name ? arena_printf(r->mem, "%s户", text_mask_name(r->mem, h->head_name)) : h->number,
            .grid = h->grid, .group_name = people_group_name(groups, h->village_group),
        };
    }
    for (size_t i = 0; i < residents.rows.n; i++) {
        const struct resident_row *s = &LIST_AT(residents.rows, struct resident_row, i);
        rows[n++] = (struct subject_row){
            .kind = "resident", .id = s->id, .household = s->household, .household_number = s->number,
            .name = text_mask_name(r->mem, s->name), .grid = s->grid,
            .group_name = people_group_name(groups, s->village_group),
            .minor = s->birth >= people_minor_since(r->today),
        };
    }
    for (size_t i = 0; i < organisations.rows.n; i++) {
        const struct organisation_row *o = &LIST_AT(organisations.rows, struct organisation_row, i);
        rows[n++] = (struct subject_row){ .kind = "organisation", .id = o->id, .household = NONE, .name = o->name, .grid = o->grid };
    }
    page->rows = (struct list){ rows, n };
    page->total = NONE;
    r->out = page;
    return NULL;
}

/* ---- my household ---- */

struct member { int64_t id, age, minor; const char *name, *sex, *relation; struct list tags; };
static const struct field member_fields[] = {
    F(member, id, K_ID, 0, 0, 0, "Resident id."),
    F(member, name, K_TEXT, 0, 0, 0, "Full name: it is one's own family. 姓名"),
    F_ENUM(member, sex, 0, sexes, "Sex. 性别"),
    F(member, age, K_INT, 0, 0, 150, "Whole years today. 年龄"),
    F(member, minor, K_BOOL, 0, 0, 0, "Under 14. 未满十四周岁"),
    F_ENUM(member, relation, 0, relations, "Relation to the head. 与户主关系"),
    F(member, tags, K_TEXTS, 0, 0, 0, "Tag codes. 标签"),
    { 0 }
};
static RECORD(member);
struct my_household { int64_t id, pledged_on; const char *number, *address, *grid, *group_name; struct list tags, members; };
static const struct field my_household_fields[] = {
    F(my_household, id, K_ID, 0, 0, 0, "Household id."),
    F(my_household, number, K_TEXT, 0, 0, 0, "Household number. 户号"),
    F(my_household, address, K_TEXT, OPT, 0, 0, "Address. 住址"),
    F(my_household, grid, K_TEXT, OPT, 0, 0, "Grid code. 网格"),
    F(my_household, group_name, K_TEXT, OPT, 0, 0, "Group. 村民小组"),
    F(my_household, pledged_on, K_DATE, OPT, 0, 0, "Signed up on. 承诺签约日期"),
    F(my_household, tags, K_TEXTS, 0, 0, 0, "Tag codes. 标签"),
    F_SUB(my_household, members, K_LIST, 0, 0, 0, member_record, "Active members. 家庭成员"),
    { 0 }
};
static RECORD(my_household);

static const struct err *get_my_household(struct req *r)
{
    struct list rows = { 0 }, groups = { 0 };
    struct household_row *h;
    struct my_household *out = arena_new(r->mem, struct my_household);
    if (r->who->household == NONE)
        return fail_say(r, ERR_NOT_FOUND, NULL, "您的账号没有关联农户。", "Your account belongs to no household.");
    int64_t village = r->who->village;
    TRY(db_one(r, &household_row_record, &h,
               "SELECT id, number, address, grid, village_group, tags, pledged_on FROM household"
               " WHERE village = $1 AND id = $2",
               I64(village), I64(r->who->household)));
    TRY(db_all(r, &resident_row_record, &rows,
               "SELECT id, name, sex, birth, relation, tags FROM resident WHERE village = $1"
               " AND household = $2 AND state = 'active' ORDER BY id LIMIT 200",
               I64(village), I64(h->id)));
    TRY(region_groups(r, village, &groups));
    struct member *all = arena_array(r->mem, struct member, rows.n + 1);
    for (size_t i = 0; i < rows.n; i++) {
        const struct resident_row *s = &LIST_AT(rows, struct resident_row, i);
        all[i] = (struct member){
            .id = s->id, .name = s->name, .sex = s->sex, .age = people_age(s->birth, r->today),
            .minor = s->birth >= people_minor_since(r->today), .relation = s->relation,
            .tags = tags_list(r->mem, s->tags),
        };
    }
    *out = (struct my_household){
        .id = h->id, .number = h->number, .address = h->address, .grid = h->grid,
        .group_name = people_group_name(groups, h->village_group), .pledged_on = h->pledged_on,
        .tags = tags_list(r->mem, h->tags), .members = { all, rows.n },
    };
    r->out = out;
    return NULL;
}

static const enum err_code read_errors[] = { ERR_NOT_FOUND, ERR_NONE };
static const enum err_code write_errors[] = { ERR_NOT_FOUND, ERR_DUPLICATE, ERR_STATE, ERR_STALE, ERR_NONE };
static const enum err_code account_errors[] = { ERR_NOT_FOUND, ERR_DUPLICATE, ERR_STATE, ERR_NONE };

static const struct route people_routes[] = {
    { "GET", "/villages/{village}/residents", PERM_PEOPLE_READ, TX_READ, &residents_in_record, &resident_record,
      get_residents, NULL, ROUTE_PAGE, NULL, NULL, "Residents, masked; staff of a grid see their grid only." },
    { "POST", "/villages/{village}/residents", PERM_PEOPLE_WRITE, TX_WRITE, &resident_new_in_record,
      &resident_full_record, post_resident, write_errors, ROUTE_CREATED, NULL, NULL, "Add a resident to a household." },
    { "GET", "/villages/{village}/residents/{resident}", PERM_PEOPLE_READ, TX_READ, &resident_key_record,
      &resident_full_record, get_resident, read_errors, 0, NULL, NULL, "One resident, masked, with the households over time." },
    { "PATCH", "/villages/{village}/residents/{resident}", PERM_PEOPLE_WRITE, TX_WRITE, &resident_patch_record,
      &resident_full_record, patch_resident, write_errors, 0, NULL, NULL, "Change a resident's data or tags." },
    { "POST", "/villages/{village}/residents/{resident}/events", PERM_PEOPLE_WRITE, TX_WRITE,
      &resident_event_record, &resident_full_record, post_resident_event, write_errors, 0, NULL, NULL,
      "Moving out, death, moving in again; the history is kept." },
    { "POST", "/villages/{village}/residents/{resident}/unmask", PERM_PEOPLE_UNMASK, TX_WRITE, &unmask_in_record,
      &unmasked_record, post_unmask, read_errors, ROUTE_NO_IDEM, NULL, NULL,
      "Full name, phone and ID number of a resident; the reason goes to the audit trail." },
    { "POST", "/villages/{village}/residents/{resident}/account", PERM_ACCOUNT_WRITE, TX_WRITE, &account_in_record,
      &account_out_record, post_account, account_errors, ROUTE_CREATED | ROUTE_NO_IDEM, NULL, NULL,
      "Create a villager's account with a first password." },
    { "GET", "/villages/{village}/tags", PERM_PEOPLE_READ, TX_READ, &village_page_record, &tag_record, get_tags, NULL,
      ROUTE_PAGE, NULL, NULL, "Tags: the built-in ones and the village's own." },
    { "POST", "/villages/{village}/tags", PERM_PEOPLE_WRITE, TX_WRITE, &tag_new_record, &tag_record, post_tag,
      write_errors, ROUTE_CREATED, NULL, NULL, "Add a tag." },
    { "GET", "/villages/{village}/counts", PERM_PEOPLE_READ, TX_READ, &village_key_record, &counts_record, get_counts,
      read_errors, 0, NULL, NULL, "How many residents and households, by grid and group." },
    { "GET", "/public/villages/{village}", PERM_PUBLIC, TX_READ, &village_key_record, &village_public_record,
      get_public_village, read_errors, ROUTE_CACHE, NULL, NULL, "A village's name and size." },
    { "GET", "/villages/{village}/subjects", PERM_PEOPLE_READ, TX_READ, &subjects_in_record, &subject_row_record,
      get_subjects, NULL, ROUTE_PAGE, NULL, NULL, "Who may be meant: type-ahead over residents, households, organisations." },
    { "GET", "/me/household", PERM_SELF, TX_READ, NULL, &my_household_record, get_my_household, read_errors, 0, NULL,
      NULL, "One's own household with its members." },
    { "GET", "/villages/{village}/households", PERM_PEOPLE_READ, TX_READ, &households_in_record, &household_record,
      get_households, NULL, ROUTE_PAGE, NULL, NULL, "Households, masked; staff of a grid see their grid only." },
    { "POST", "/villages/{village}/households", PERM_PEOPLE_WRITE, TX_WRITE, &household_new_in_record,
      &household_full_record, post_household, write_errors, ROUTE_CREATED, NULL, NULL,
      "Add a household; its members are added as residents." },
    { "GET", "/villages/{village}/households/{household}", PERM_PEOPLE_READ, TX_READ, &household_key_record,
      &household_full_record, get_household, read_errors, 0, NULL, NULL, "One household with its sign-ups." },
    { "PATCH", "/villages/{village}/households/{household}", PERM_PEOPLE_WRITE, TX_WRITE, &household_patch_record,
      &household_full_record, patch_household, write_errors, 0, NULL, NULL,
      "Change a household: number, head, place, tags." },
    { "POST", "/villages/{village}/households/{household}/split", PERM_PEOPLE_WRITE, TX_WRITE, &split_in_record,
      &household_full_record, post_split, write_errors, ROUTE_CREATED, NULL, NULL,
      "Some members found a household of their own. 分户" },
    { "POST", "/villages/{village}/households/{household}/merge", PERM_PEOPLE_WRITE, TX_WRITE, &merge_in_record,
      &household_full_record, post_merge, write_errors, 0, NULL, NULL, "All members go into another household. 并户" },
    { "POST", "/villages/{village}/households/{household}/pledge", PERM_PLEDGE_WRITE, TX_WRITE, &pledge_in_record,
      &household_full_record, post_pledge, write_errors, 0, NULL, NULL, "The household signs up. 承诺签约" },
    { "POST", "/villages/{village}/households/{household}/unpledge", PERM_PLEDGE_WRITE, TX_WRITE,
      &unpledge_in_record, &household_full_record, post_unpledge, write_errors, 0, NULL, NULL,
      "The household withdraws its sign-up. 解除承诺" },
    { "GET", "/villages/{village}/organisations", PERM_PEOPLE_READ, TX_READ, &organisations_in_record,
      &organisation_record, get_organisations, NULL, ROUTE_PAGE, NULL, NULL, "Shops, associations, teams." },
    { "POST", "/villages/{village}/organisations", PERM_PEOPLE_WRITE, TX_WRITE, &organisation_new_in_record,
      &organisation_record, post_organisation, write_errors, ROUTE_CREATED, NULL, NULL, "Add an organisation." },
    { "GET", "/villages/{village}/organisations/{organisation}", PERM_PEOPLE_READ, TX_READ, &organisation_key_record,
      &organisation_record, get_organisation, read_errors, 0, NULL, NULL, "One organisation." },
    { "PATCH", "/villages/{village}/organisations/{organisation}", PERM_PEOPLE_WRITE, TX_WRITE,
      &organisation_patch_record, &organisation_record, patch_organisation, write_errors, 0, NULL, NULL,
      "Change an organisation." },
    { "POST", "/villages/{village}/residents/import", PERM_PEOPLE_WRITE, TX_WRITE, &register_import_record,
      &people_imported_record, post_register_import, write_errors, ROUTE_RAW, "text/csv", NULL,
      "Import a register from CSV; every bad cell is told, and nothing is written unless all rows are right." },
    { "GET", "/villages/{village}/residents/export", PERM_PEOPLE_EXPORT, TX_READ, &register_export_record, NULL,
      get_register_export, NULL, ROUTE_FILE, NULL, "text/csv", "The register as CSV, masked." },
    { "POST", "/villages/{village}/residents/export", PERM_PEOPLE_UNMASK, TX_WRITE, &register_full_export_record, NULL,
      post_register_export, NULL, ROUTE_FILE | ROUTE_NO_IDEM, NULL, "text/csv",
      "The register as CSV with full names, phones and ID numbers; the reason goes to the audit trail." },
    { 0 }
};

extern const struct migration people_migrations[];
const struct slice people_slice = { .name = "people", .routes = people_routes, .migrations = people_migrations };

/* What lists, searches, subjects and streams of the register answer: whole, in order, in each of two villages that hold the
 * same. */
#include "people/people_test.h"

/* ---- who asks ---- */
/* Somebody with people.read in grids of a village ("01.01 02"). */
static const struct actor *worker(int64_t village, const char *codes)
{
    static struct grant g[1500];
    static struct actor who;
    struct list list = tags_list(&house.mem, codes);
    memset(g, 0, sizeof g);
    for (size_t i = 0; i < list.n; i++) {
        g[i] = (struct grant){ .scope = GRANT_GRID, .region = village, .grid = LIST_AT(list, const char *, i), .household = NONE };
        g[i].perms[PERM_PEOPLE_READ / 64] |= UINT64_C(1) << PERM_PEOPLE_READ % 64;
    }
    who = (struct actor){ .account = 1, .name = "w", .village = NONE, .resident = NONE, .household = NONE,
                          .grants_n = (int)list.n, .grants = g };
    return &who;
}

/* ---- lists ---- */
struct asked {
    const char *q, *grid, *group, *household, *tag, *state, *kind; /* group, household: by name and number */
    int64_t minor, pledged, limit;                                 /* 0: not asked; minor, pledged: 1 yes, 2 no */
};
enum { YES = 1, NO = 2 };
typedef const struct err *list_fn(struct req *r, const struct people_filter *f, struct page *out);

static const char *name_at(list_fn *list, const struct page *p, size_t i)
{
    if (list == resident_list) return LIST_AT(p->rows, struct resident_row, i).name;
    if (list == household_list) return LIST_AT(p->rows, struct household_row, i).number;
    return LIST_AT(p->rows, struct organisation_row, i).name;
}

/* Names in order, "|" between pages, "/n" where the first page tells how many there are. */
static const char *answer(struct req *r, list_fn *list, int64_t village, const struct asked *a)
{
    struct people_filter f = { .village = village, .q = a->q, .grid = a->grid, .tag = a->tag, .state = a->state, .kind = a->kind,
                               .group = NONE, .household = NONE, .minor = a->minor ? a->minor == YES : NONE,
                               .pledged = a->pledged ? a->pledged == YES : NONE, .limit = a->limit ? a->limit : NONE };
    const struct err *e = NULL;
    const char *s = "", *total = "";
    if (a->group) e = db_int(r, &f.group, "SELECT id FROM village_group WHERE village = $1 AND name = $2", I64(village), TEXT(a->group));
    if (!e && a->household) e = house_household(r, village, a->household, &f.household);
    do {
        struct page p = { 0 };
        if (!e) e = list(r, &f, &p);
        if (e) return told(r, e);
        if (p.total != NONE) total = arena_printf(r->mem, "%s /%lld", total, (long long)p.total);
        if (f.after) s = arena_printf(r->mem, "%s |", s);
        for (size_t i = 0; i < p.rows.n; i++) s = arena_printf(r->mem, "%s%s%s", s, *s ? " " : "", name_at(list, &p, i));
        f.after = p.next;
    } while (f.after);
    return arena_printf(r->mem, "%s%s", s, total);
}

struct list_case {
    const char *what;
    struct asked a;
    const char *want;
};
static struct {
    list_fn *list;
    const struct list_case *cases;
    size_t n;
} asking;

static const struct err *ask(struct req *r)
{
    for (size_t i = 0; i < asking.n; i++)
        for (int64_t village = VILLAGE; village <= NEXT; village++)
            same(asking.cases[i].what, answer(r, asking.list, village, &asking.cases[i].a), asking.cases[i].want);
    return NULL;
}

#define ASK(fn, table, who)                                                                        \
    do {                                                                                           \
        asking.list = (fn), asking.cases = (table), asking.n = COUNT(table);                       \
        try_out(ask, who);                                                                         \
    } while (0)

#define EVERYBODY "张三丰 王梅 张豆 李大海 李三丰 李小妹 黄立 陈四 张三 赵留 周号"

static void test_residents(void **state)
{
    static const struct list_case cases[] = {
        { "all", { 0 }, EVERYBODY " /11" },
        { "moved out", { .state = "moved_out" }, "赵走 /1" },
        { "dead", { .state = "dead" }, "钱故 /1" },
        { "grid", { .grid = "01" }, "张三丰 王梅 张豆 李大海 李三丰 李小妹 张三 赵留 /8" },
        { "grid below", { .grid = "01.01" }, "张三丰 王梅 张豆 张三 /4" },
        { "lowest grid", { .grid = "01.01.02" }, "张三 /1" },
        { "last grid", { .grid = "02" }, "黄立 /1" },
        { "empty grid", { .grid = "03" }, " /0" },
        { "grid and state", { .grid = "01.02", .state = "moved_out" }, "赵走 /1" },
        { "group", { .group = "上屋" }, "张三丰 王梅 张豆 赵留" },
        { "other group", { .group = "下屋" }, "李大海 李三丰 李小妹 黄立" },
        { "tag", { .tag = "party_member" }, "张三丰 张三" },
        { "tag and grid", { .tag = "party_member", .grid = "01.01.02" }, "张三" },
        { "minors", { .minor = YES }, "张豆 李小妹" },
        { "minors or not", { .minor = NO }, EVERYBODY " /11" },
        { "household", { .household = "A02" }, "李大海 李三丰 李小妹" },
        { "household, minors", { .household = "A02", .minor = YES }, "李小妹" },
        { "household, moved out", { .household = "B03", .state = "moved_out" }, "赵走" },
        { "name", { .q = "张" }, "张三丰 张豆 张三" },
        { "longer name", { .q = " 张三 " }, "张三丰 张三" },
        { "given name", { .q = "三" }, "张三丰 李三丰 张三" },
        { "whole given name", { .q = "三丰" }, "张三丰 李三丰" },
        { "end of a name", { .q = "丰" }, "" },
        { "name and grid", { .q = "三", .grid = "01.02" }, "李三丰" },
        { "name and group", { .q = "张", .group = "上屋" }, "张三丰 张豆" },
        { "name and tag", { .q = "张", .tag = "student" }, "张豆" },
        { "name, active", { .q = "赵" }, "赵留" },
        { "name, moved out", { .q = "赵", .state = "moved_out" }, "赵走" },
        { "household number", { .q = "A01" }, "张三丰 王梅 张豆" },
        { "part of a number", { .q = "A0" }, "" },
        { "tail and number", { .q = "1111" }, "张三丰 李大海 陈四" },
        { "tail of somebody gone", { .q = "4444" }, "" },
        { "tail, moved out", { .q = "4444", .state = "moved_out" }, "赵走" },
        { "phone and number", { .q = "13800001111" }, "张三丰 周号" },
        { "another phone with that tail", { .q = "13900001111" }, "李大海" },
        { "ten digits", { .q = "1380000111" }, "" },
        { "not all digits", { .q = "1380000111x" }, "" },
        { "ID number", { .q = "441621198005010114" }, "张三丰" },
        { "ID number with x", { .q = "44162119800501019x" }, "黄立" },
        { "no ID number", { .q = "4416211980050101A4" }, "" },
        { "17 digits", { .q = "44162119800501011" }, "" },
        { "19 digits", { .q = "4416211980050101140" }, "" },
        { "no wild cards", { .q = "%" }, "" },
        { "nothing", { .q = " " }, EVERYBODY " /11" },
        { "pages", { .limit = 4 }, "张三丰 王梅 张豆 李大海 | 李三丰 李小妹 黄立 陈四 | 张三 赵留 周号 /11" },
        { "pages of a search", { .q = "张", .limit = 2 }, "张三丰 张豆 | 张三" },
        { "a full page is the last", { .q = "张", .limit = 3 }, "张三丰 张豆 张三" },
        { "pages of a grid", { .grid = "01.01", .limit = 3 }, "张三丰 王梅 张豆 | 张三 /4" },
    };
    static const struct list_case of_grid[] = {
        { "own grid", { 0 }, "张三丰 王梅 张豆 张三" },
        { "below it", { .grid = "01.01.02" }, "张三" },
        { "above it", { .grid = "01" }, "张三丰 王梅 张豆 张三" },
        { "another", { .grid = "01.02" }, "" },
        { "name", { .q = "三" }, "张三丰 张三" },
        { "household of another", { .household = "A02" }, "" },
    };
    static const struct list_case of_two[] = {
        { "both", { 0 }, "李大海 李三丰 李小妹 黄立 赵留" },
        { "one", { .grid = "01" }, "李大海 李三丰 李小妹 赵留" },
        { "the other", { .grid = "02" }, "黄立" },
    };
    static const struct list_case none[] = { { "nothing", { 0 }, "" }, { "by name", { .q = "张" }, "" } };
    (void)state;
    ASK(resident_list, cases, NULL);
    struct grant both[2];
    struct actor two = *worker(VILLAGE, "01.01");
    both[0] = two.grants[0];
    both[1] = worker(NEXT, "01.01")->grants[0];
    two.grants = both;
    two.grants_n = 2;
    ASK(resident_list, of_grid, &two); /* the same grid of both villages */
    struct grant four[4];
    for (int i = 0; i < 4; i++) four[i] = worker(i % 2 ? NEXT : VILLAGE, i < 2 ? "02" : "01.02")->grants[0];
    two.grants = four;
    two.grants_n = 4;
    ASK(resident_list, of_two, &two);
    ASK(resident_list, none, worker(INT64_C(441621102207), "01.01"));
    char codes[1500 * 12 + 1] = "";
    for (size_t i = 0; i < 1500; i++) memcpy(codes + 12 * i, "01.01.01.01 ", 12);
    ASK(resident_list, none, worker(VILLAGE, codes)); /* more grids than a person can have */
}

static void test_households(void **state)
{
    static const struct list_case cases[] = {
        { "all", { 0 }, "1111 13800001111 A01 A02 B01 B02 B03 /7" },
        { "dissolved", { .state = "dissolved" }, "B04 /1" },
        { "merged", { .state = "merged" }, " /0" },
        { "grid", { .grid = "01" }, "A01 A02 B02 B03 /4" },
        { "grid below", { .grid = "01.01" }, "A01 B02 /2" },
        { "group", { .group = "上屋" }, "A01 B03" },
        { "tag", { .tag = "elderly" }, "A01" },
        { "signed up", { .pledged = YES }, "A01 B01" },
        { "not signed up", { .pledged = NO }, "1111 13800001111 A02 B02 B03" },
        { "name", { .q = "张" }, "A01 B02" },
        { "given name", { .q = "三" }, "A01 A02 B02" },
        { "somebody gone", { .q = "赵走" }, "" },
        { "name and group", { .q = "三", .group = "下屋" }, "A02" },
        { "number", { .q = "A01" }, "A01" },
        { "begins so", { .q = "B0" }, "B01 B02 B03" },
        { "one digit", { .q = "1" }, "1111 13800001111" },
        { "tail and number", { .q = "1111" }, "1111 A01 A02" },
        { "phone and number", { .q = "13800001111" }, "13800001111 A01" },
        { "another phone with that tail", { .q = "13900001111" }, "A02" },
        { "ID number", { .q = "441621198005010114" }, "A01" },
        { "ID number with x", { .q = "44162119800501019x" }, "B01" },
        { "no wild cards", { .q = "_0_" }, "" },
        { "no wild cards either", { .q = "A%" }, "" },
        { "nothing", { .q = " " }, "1111 13800001111 A01 A02 B01 B02 B03 /7" },
        { "pages", { .limit = 3 }, "1111 13800001111 A01 | A02 B01 B02 | B03 /7" },
        { "pages of a search", { .q = "B0", .limit = 2 }, "B01 B02 | B03" },
    };
    static const struct list_case none[] = { { "nothing", { 0 }, "" }, { "by number", { .q = "A" }, "" } };
    (void)state;
    ASK(household_list, cases, NULL);
    ASK(household_list, none, worker(INT64_C(441621102207), "01.01"));
}

static void test_organisations(void **state)
{
    static const struct list_case cases[] = {
        { "all", { 0 }, "礼坑豆腐坊 礼坑舞狮队" },
        { "dissolved", { .state = "dissolved" }, "上屋商店" },
        { "kind", { .kind = "team" }, "礼坑舞狮队" },
        { "kind and state", { .kind = "shop", .state = "dissolved" }, "上屋商店" },
        { "grid", { .grid = "01" }, "礼坑豆腐坊" },
        { "tag", { .tag = "five_teams" }, "礼坑舞狮队" },
        { "name", { .q = "礼坑" }, "礼坑豆腐坊 礼坑舞狮队" },
        { "longer name", { .q = " 礼坑豆 " }, "礼坑豆腐坊" },
        { "another name", { .q = "上屋" }, "" },
        { "pages", { .limit = 1 }, "礼坑豆腐坊 | 礼坑舞狮队" },
    };
    static const struct list_case none[] = { { "nothing", { 0 }, "" } };
    (void)state;
    ASK(organisation_list, cases, NULL);
    ASK(organisation_list, none, worker(VILLAGE, "02"));
    ASK(organisation_list, none, worker(INT64_C(441621102207), "01.01"));
}

/* ---- one row, all of it ---- */
static const char *opened(struct req *r, struct bytes sealed)
{
    return sealed.p ? access_open_sealed(r, sealed) : "-";
}

static const char *group_of(struct req *r, int64_t village, int64_t id)
{
    struct list groups = { 0 };
    const char *name = region_groups(r, village, &groups) ? "?" : people_group_name(groups, id);
    return name ? name : "-";
}

static const char *or_none(const char *s)
{
    return s ? s : "-";
}

static const char *day(struct req *r, int64_t d)
{
    return d == NONE ? "-" : date_format(d, arena_alloc(r->mem, DATE_SIZE));
}

static const char *resident_all(struct req *r, const struct resident_row *s)
{
    return arena_printf(r->mem, "%s %s %s %s %s %s %s %s '%s' %s %lld %s %s", s->number, s->name, s->relation, s->sex, day(r, s->birth),
                        or_none(s->grid), group_of(r, s->village, s->village_group), s->state, s->tags,
                        s->village == VILLAGE ? "here" : "next", (long long)s->version, opened(r, s->id_sealed), opened(r, s->phone_sealed));
}

static const char *household_all(struct req *r, const struct household_row *h)
{
    return arena_printf(r->mem, "%s %s %s %s %s %s '%s' %s %lld %lld %s", h->number, or_none(h->head_name), or_none(h->address),
                        or_none(h->grid), group_of(r, h->village, h->village_group), h->state, h->tags, day(r, h->pledged_on),
                        (long long)h->members, (long long)h->version, h->village == VILLAGE ? "here" : "next");
}

static const char *organisation_all(struct req *r, const struct organisation_row *o)
{
    return arena_printf(r->mem, "%s %s %s %s %s %s '%s' %s %lld", o->name, o->kind, or_none(o->contact), opened(r, o->phone_sealed),
                        or_none(o->address), or_none(o->grid), o->tags, o->state, (long long)o->version);
}

static const struct err *rows_whole(struct req *r)
{
    static const char *const people[] = {
        "A01 张三丰 head male 1980-05-01 01.01 上屋 active ' party_member ' next 1 441621198005010114 13800001111",
        "A01 王梅 spouse female 1982-03-02 01.01 上屋 active ' volunteer ' next 1 - 13800002222",
    };
    static const char *const homes[] = {
        "1111 陈四 - - - active '' - 1 1 next",
        "13800001111 周号 - - - active '' - 1 1 next",
        "A01 张三丰 坑口1号 01.01 上屋 active ' elderly ' 2026-11-01 3 2 next",
    };
    struct people_filter f = { .village = NEXT, .group = NONE, .household = NONE, .minor = NONE, .pledged = NONE, .limit = NONE };
    struct page p = { 0 };
    TRY(resident_list(r, &f, &p));
    for (size_t i = 0; i < COUNT(people); i++) {
        struct resident_row *one, *listed = &LIST_AT(p.rows, struct resident_row, i);
        TRY(resident_load(r, PERM_PEOPLE_READ, NEXT, listed->id, &one));
        same("resident of a list", resident_all(r, listed), people[i]);
        same("resident", resident_all(r, one), people[i]);
        same_n("household", one->household, listed->household);
        same("elsewhere", told(r, resident_load(r, PERM_PEOPLE_READ, VILLAGE, listed->id, &one)), "not-found resident");
    }
    TRY(household_list(r, &f, &p));
    for (size_t i = 0; i < COUNT(homes); i++) {
        struct household_row *one, *listed = &LIST_AT(p.rows, struct household_row, i);
        TRY(household_load(r, PERM_PEOPLE_READ, NEXT, listed->id, &one));
        same("household of a list", household_all(r, listed), homes[i]);
        same("household", household_all(r, one), homes[i]);
        same_n("head", one->head, listed->head);
        same("elsewhere", told(r, household_load(r, PERM_PEOPLE_READ, VILLAGE, listed->id, &one)), "not-found household");
    }
    TRY(organisation_list(r, &f, &p));
    struct organisation_row *one, *listed = &LIST_AT(p.rows, struct organisation_row, 0);
    TRY(organisation_load(r, PERM_PEOPLE_READ, NEXT, listed->id, &one));
    same("organisation of a list", organisation_all(r, listed), "礼坑豆腐坊 shop 黄豆腐 12088880001 - 01.01 ' discount_shop ' active 1");
    same("organisation", organisation_all(r, one), "礼坑豆腐坊 shop 黄豆腐 12088880001 - 01.01 ' discount_shop ' active 1");
    same("elsewhere", told(r, organisation_load(r, PERM_PEOPLE_READ, VILLAGE, listed->id, &one)), "not-found organisation");
    return NULL;
}

static struct { int64_t resident[2], household[2], organisation[2]; } ids; /* of grids 01.01 and 01.02; the organisation without */

static const struct err *ids_find(struct req *r)
{
    struct resident_row *s;
    for (int i = 0; i < 2; i++) {
        TRY(house_resident(r, VILLAGE, i ? "李大海" : "张三丰", &s));
        ids.resident[i] = s->id;
        ids.household[i] = s->household;
        TRY(db_int(r, &ids.organisation[i], "SELECT id FROM organisation WHERE village = $1 AND name = $2", I64(VILLAGE),
                   TEXT(i ? "礼坑舞狮队" : "礼坑豆腐坊")));
    }
    return NULL;
}

static const struct err *loads_by_grid(struct req *r)
{
    struct resident_row *s;
    struct household_row *h;
    struct organisation_row *o;
    for (int i = 0; i < 2; i++) {
        const char *want = i ? "forbidden" : "fine";
        same("resident", told(r, resident_load(r, PERM_PEOPLE_READ, VILLAGE, ids.resident[i], &s)), want);
        same("household", told(r, household_load(r, PERM_PEOPLE_READ, VILLAGE, ids.household[i], &h)), want);
        same("organisation", told(r, organisation_load(r, PERM_PEOPLE_READ, VILLAGE, ids.organisation[i], &o)), want);
        same("another permission", told(r, resident_load(r, PERM_PEOPLE_WRITE, VILLAGE, ids.resident[i], &s)), "forbidden");
    }
    return NULL;
}

static const struct err *places(struct req *r)
{
    static const struct { const char *grid; bool group; const char *want; } cases[] = {
        { "01.01", false, "fine" }, { "01.01.02", false, "fine" }, { "01.02", false, "forbidden" }, { "", false, "forbidden" },
        { NULL, false, "fine" },    { "01.01", true, "invalid\ngroup 没有这个村民小组。" }, { "01.01.09", true, "invalid\ngrid 没有这个网格。\ngroup 没有这个村民小组。" },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        same(cases[i].grid, told(r, people_place(r, VILLAGE, cases[i].grid, cases[i].group ? 1 : NONE)), cases[i].want);
    return NULL;
}

static void test_rows(void **state)
{
    struct actor writer = *worker(VILLAGE, "01.01");
    struct grant may = writer.grants[0];
    may.perms[PERM_PEOPLE_WRITE / 64] |= UINT64_C(1) << PERM_PEOPLE_WRITE % 64;
    writer.grants = &may;
    try_out(places, &writer);
    (void)state;
    try_out(rows_whole, NULL);
    try_out(ids_find, NULL);
    try_out(loads_by_grid, worker(VILLAGE, "01.01"));
}

/* ---- subjects ---- */
static const char *subject_all(struct req *r, int64_t village, const char *kind, int64_t id)
{
    struct subject *s;
    const struct err *e = people_subject(r, village, kind, id, &s);
    if (e) return told(r, e);
    return arena_printf(r->mem, "%s %s %s %s %s %s%s%s%s%s%s", s->kind, s->name, s->masked, s->class_, or_none(s->number), or_none(s->grid),
                        s->minor ? " minor" : "", s->active ? " active" : "", s->pledged == 1 ? " pledged" : s->pledged ? " ?" : "",
                        s->id == id && s->village == village ? "" : " ?", s->household == NONE ? " homeless" : s->household == id ? " home" : "");
}

static const struct err *id_of(struct req *r, const char *kind, int64_t village, const char *name, int64_t *id)
{
    if (!strcmp(kind, "household")) return house_household(r, village, name, id);
    if (!strcmp(kind, "resident"))
        return db_int(r, id, "SELECT id FROM resident WHERE village = $1 AND name = $2", I64(village), TEXT(name));
    return db_int(r, id, "SELECT id FROM organisation WHERE village = $1 AND name = $2", I64(village), TEXT(name));
}

static const struct err *subjects(struct req *r)
{
    static const struct { const char *kind, *name, *want, *tags; } cases[] = {
        { "resident", "张三丰", "resident 张三丰 张*丰 party_member A01 01.01 active pledged", "党员" },
        { "resident", "张豆", "resident 张豆 张* resident A01 01.01 minor active pledged", "在校学生" },
        { "resident", "李三丰", "resident 李三丰 李*丰 resident A02 01.02 active", "" },
        { "resident", "李小妹", "resident 李小妹 李*妹 resident A02 01.02 minor active", "" },
        { "resident", "赵走", "resident 赵走 赵* resident B03 01.02", "志愿者" },
        { "resident", "陈四", "resident 陈四 陈* resident 1111 - active", "" },
        { "household", "A01", "household 张三丰 张*丰户 household A01 01.01 active pledged home", "老年户" },
        { "household", "A02", "household 李大海 李*海户 household A02 01.02 active home", "" },
        { "household", "B04", "household B04 B04户 household B04 - home", "" },
        { "organisation", "礼坑豆腐坊", "organisation 礼坑豆腐坊 礼坑豆腐坊 organisation - 01.01 active pledged homeless", "让利商户" },
        { "organisation", "上屋商店", "organisation 上屋商店 上屋商店 organisation - 02 pledged homeless", "" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t id;
        struct list tags;
        const char *names = "";
        TRY(id_of(r, cases[i].kind, NEXT, cases[i].name, &id));
        same(cases[i].name, subject_all(r, NEXT, cases[i].kind, id), cases[i].want);
        same(cases[i].name, subject_all(r, VILLAGE, cases[i].kind, id), "not-found subject");
        TRY(people_tag_names(r, NEXT, cases[i].kind, id, &tags));
        for (size_t k = 0; k < tags.n; k++) names = arena_printf(r->mem, "%s%s", names, LIST_AT(tags, const char *, k));
        same(cases[i].name, names, cases[i].tags);
        TRY(people_tag_names(r, VILLAGE, cases[i].kind, id, &tags));
        same_n("tags elsewhere", (int64_t)tags.n, 0);
    }
    same("no kind", subject_all(r, NEXT, "village", 1), "invalid kind");
    return NULL;
}

static const struct err *counted(struct req *r)
{
    int64_t people, homes, id, other;
    struct list members;
    const char *names = "";
    TRY(people_population(r, VILLAGE, &people, &homes));
    same_n("residents", people, 11);
    same_n("households", homes, 7);
    for (int64_t village = VILLAGE; village <= NEXT; village++) {
        TRY(people_household_by_number(r, village, "A01", &id));
        TRY(people_members(r, village, id, &members));
        for (size_t i = 0; i < members.n; i++) {
            const struct subject *s = &LIST_AT(members, struct subject, i);
            names = arena_printf(r->mem, "%s%s %s%s%s ", names, s->name, s->number, s->pledged ? " pledged" : "", s->minor ? " minor" : "");
        }
    }
    same("members", names, "张三丰 A01 pledged 王梅 A01 pledged 张豆 A01 pledged minor 张三丰 A01 pledged 王梅 A01 pledged 张豆 A01 pledged minor ");
    TRY(people_members(r, VILLAGE, id, &members));
    same_n("of another village", (int64_t)members.n, 0);
    same("no such number", told(r, people_household_by_number(r, VILLAGE, "A0", &id)), "not-found household");
    TRY(people_resident_by_id_number(r, VILLAGE, "441621198005010114", &id));
    TRY(people_resident_by_id_number(r, NEXT, "441621198005010114", &other));
    EXPECT(id != other, "one person in two villages");
    same("whose number", subject_all(r, VILLAGE, "resident", id), "resident 张三丰 张*丰 party_member A01 01.01 active pledged");
    same("nobody's number", told(r, people_resident_by_id_number(r, VILLAGE, "441621198005010115", &id)), "not-found id_number");
    return NULL;
}

static void test_subjects(void **state)
{
    (void)state;
    try_out(subjects, NULL);
    try_out(counted, NULL);
}

/* ---- the stream ---- */
static const char *stays_all(struct req *r, int64_t village, struct list rows)
{
    const char *s = "";
    for (size_t i = 0; i < rows.n; i++) {
        const struct people_stay *p = &LIST_AT(rows, struct people_stay, i);
        const char *tags = "";
        for (size_t k = 0; k < p->tags.n; k++) tags = arena_printf(r->mem, "%s%s", tags, LIST_AT(p->tags, const char *, k));
        s = arena_printf(r->mem, "%s%s %s %s %s %s %s '%s' %s %s%s%s\n", s, or_none(p->name), or_none(p->masked), p->class_,
                         or_none(p->number), or_none(p->grid), group_of(r, village, p->group), tags, day(r, p->since), day(r, p->until),
                         p->minor ? " minor" : "", p->active ? " active" : "");
    }
    return s;
}

static const struct err *stream(struct req *r)
{
    struct list rows;
    struct resident_row *s;
    int64_t first, last;
    TRY(people_roster(r, NEXT, "resident", 0, 3, &rows));
    same("residents", stays_all(r, NEXT, rows),
         "张三丰 张*丰 party_member A01 01.01 上屋 '党员' - - active\n王梅 王* resident A01 01.01 上屋 '志愿者' - - active\n"
         "张豆 张* resident A01 01.01 上屋 '在校学生' - - minor active\n");
    TRY(house_resident(r, NEXT, "赵走", &s));
    TRY(people_roster(r, NEXT, "resident", s->id - 1, 2, &rows));
    same("who left is there", stays_all(r, NEXT, rows),
         "赵走 赵* resident B03 01.02 上屋 '志愿者' - -\n赵留 赵* resident B03 01.02 上屋 '' - - active\n");
    TRY(people_roster(r, NEXT, "resident", s->id, 1, &rows));
    same("behind", stays_all(r, NEXT, rows), "赵留 赵* resident B03 01.02 上屋 '' - - active\n");
    TRY(people_roster(r, VILLAGE, "resident", 0, 1000, &rows));
    same_n("all of one village", (int64_t)rows.n, 13);
    TRY(house_household(r, NEXT, "13800001111", &first));
    TRY(people_roster(r, NEXT, "household", first, 2, &rows));
    same("households", stays_all(r, NEXT, rows),
         "张三丰 张*丰户 household A01 01.01 上屋 '老年户' - - active\n李大海 李*海户 household A02 01.02 下屋 '' - - active\n");
    TRY(house_household(r, NEXT, "B04", &first));
    TRY(people_roster(r, NEXT, "household", first - 1, 1, &rows));
    same("without a head", stays_all(r, NEXT, rows), "B04 B04户 household B04 - - '' - -\n");
    TRY(people_roster(r, VILLAGE, "household", 0, 1000, &rows));
    same_n("all of one village", (int64_t)rows.n, 8);
    TRY(people_roster(r, NEXT, "organisation", 0, 9, &rows));
    same("organisations", stays_all(r, NEXT, rows),
         "礼坑豆腐坊 礼坑豆腐坊 organisation - 01.01 - '让利商户' - - active\n礼坑舞狮队 礼坑舞狮队 organisation - - - '五支队伍' - - active\n"
         "上屋商店 上屋商店 organisation - 02 - '' - -\n");
    TRY(house_household(r, NEXT, "B02", &first));
    TRY(house_household(r, NEXT, "B04", &last));
    TRY(people_stays(r, NEXT, first, last, &rows));
    same("stays", stays_all(r, NEXT, rows),
         "张三 张* party_member - - - '党员' - - active\n赵走 赵* resident - - 上屋 '志愿者' - 2026-11-18\n"
         "赵留 赵* resident - - 上屋 '' - - active\n钱故 钱* resident - - - '' - 2026-11-18\n");
    TRY(people_stays(r, VILLAGE, first, last, &rows));
    same_n("stays elsewhere", (int64_t)rows.n, 0);
    return NULL;
}

static void test_stream(void **state)
{
    (void)state;
    try_out(stream, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_residents), cmocka_unit_test(test_households), cmocka_unit_test(test_organisations),
        cmocka_unit_test(test_rows),      cmocka_unit_test(test_subjects),   cmocka_unit_test(test_stream),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}

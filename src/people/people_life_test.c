/* A household's life: what each act leaves in the tables, and that it touches nothing else; tags and sign-up over time. */
#include "people/people_picture_test.h"

static const struct err *resident_id(struct req *r, const char *name, int64_t *id)
{
    struct resident_row *s;
    TRY(house_resident(r, VILLAGE, name, &s));
    *id = s->id;
    return NULL;
}

/* ---- leaving and coming back ---- */
static const struct err *leave(struct req *r, const char *name, enum leave how, int64_t on, const char *note, const struct err **e)
{
    struct resident_row *s;
    TRY(house_resident(r, VILLAGE, name, &s));
    *e = resident_leave(r, s, how, on, note);
    return NULL;
}

static const struct err *back(struct req *r, const char *name, const char *number, const char *relation, int64_t on, const char *note, const struct err **e)
{
    struct resident_row *s;
    int64_t household = NONE;
    TRY(house_resident(r, VILLAGE, name, &s));
    if (number) TRY(house_household(r, VILLAGE, number, &household));
    *e = resident_return(r, s, household, relation, on, note);
    return NULL;
}

static const struct err *head_leaves(struct req *r)
{
    struct seen before;
    const struct err *e;
    const struct actor *who;
    int64_t id, account;
    TRY(resident_id(r, "张三丰", &id));
    TRY(people_account(r, VILLAGE, id, "zhang", "correct-horse", false, &account));
    TRY(look(r, "A01", &before));
    TRY(leave(r, "张三丰", LEAVE_MOVE_OUT, r->today, "去深圳", &e));
    same("leaves", told(r, e), "fine");
    TRY(became(r, &before, "the spouse is the head",
               "A01 王梅 01.01 1010000 上屋 坑口1号  elderly  active - 2026-11-01 v3\n"
               "A01 张三丰 other male 1980-05-01 1010000 上屋  party_member  moved_out id phone v3\n"
               "A01 王梅 head female 1982-03-02 1010000 上屋  volunteer  active phone v2\n"
               "A01 张豆 son male 2018-09-01 1010000 上屋  student  active v1\n"
               "A01 张三丰 head register 2026-11-18 move_out 2026-11-18 去深圳\n"
               "A01 王梅 spouse register 2026-11-18 - - -\n"
               "A01 张豆 son register 2026-11-18 - - -\n"
               "A01 elderly 2026-11-18 -\n张三丰 party_member 2026-11-18 -\n王梅 volunteer 2026-11-18 -\n张豆 student 2026-11-18 -\n"
               "A01 2026-11-01 张三丰 甲版 - -"));
    same("signed out", told(r, access_actor(r, "zhang", &who)), "not-found account: 没有这个账号，或者已经停用。");
    TRY(look(r, "A01", &before));
    TRY(leave(r, "张三丰", LEAVE_DEATH, r->today, NULL, &e));
    same("leaves twice", told(r, e), "state: 此人已不在册。");
    TRY(leave(r, "张豆", LEAVE_MOVE_OUT, r->today + 1, NULL, &e));
    same("tomorrow", told(r, e), "invalid on: 日期不能晚于今天。");
    return NULL;
}

static const struct err *before_joining(struct req *r)
{
    const struct err *e;
    TRY(leave(r, "张豆", LEAVE_MOVE_OUT, r->today - 1, NULL, &e));
    same("before joining", told(r, e), "invalid on: 日期不能早于入户日期。");
    return NULL;
}

/* The spouse before whoever is older; without one the eldest; of the same age the first in the register. */
static const struct err *next_heads(struct req *r)
{
    static const char csv[] = CSV_HEAD "S1,林一,,男,1960-01-01,户主,,,,,\nS1,林母,,女,1930-01-01,母亲,,,,,\nS1,林妻,,女,1970-01-01,妻子,,,,,\n"
                                       "S1,林子,,男,1990-01-01,子,,,,,\nS1,林女,,女,1990-01-01,女,,,,,\n";
    static const char *const order[] = { "林一", "林妻", "林母", "林子", "林女" };
    struct people_imported n;
    struct household_row *h;
    const struct err *e;
    int64_t id;
    TRY(people_import(r, VILLAGE, csv, strlen(csv), EXISTING_REFUSE, false, &n));
    TRY(house_household(r, VILLAGE, "S1", &id));
    for (size_t i = 0; i <= COUNT(order); i++) {
        TRY(household_load(r, PERM_PEOPLE_READ, VILLAGE, id, &h));
        same("the head", h->head_name, i < COUNT(order) ? order[i] : NULL);
        same("the state", h->state, i < COUNT(order) ? "active" : "dissolved");
        same_n("members", h->members, (int64_t)(COUNT(order) - i));
        if (i < COUNT(order)) TRY(leave(r, order[i], i % 2 ? LEAVE_MOVE_OUT : LEAVE_DEATH, r->today, NULL, &e));
    }
    return NULL;
}

static const struct err *comes_back(struct req *r)
{
    const struct err *e;
    const struct actor *who;
    int64_t id, account;
    TRY(back(r, "赵走", NULL, NULL, r->today, "回来", &e));
    same("comes back", told(r, e), "fine");
    TRY(leave(r, "赵走", LEAVE_MOVE_OUT, r->today, NULL, &e));
    TRY(back(r, "赵走", NULL, "head", r->today - 3, NULL, &e));
    same("there is a head", told(r, e), "fine");
    TRY(leave(r, "赵走", LEAVE_MOVE_OUT, r->today, "又走", &e));
    TRY(back(r, "赵走", "A02", "sibling", r->today, NULL, &e));
    same("into another household", told(r, e), "fine");
    TRY(resident_id(r, "赵走", &id));
    TRY(people_account(r, VILLAGE, id, "zhao", "correct-horse", false, &account));
    TRY(leave(r, "赵走", LEAVE_MOVE_OUT, r->today, NULL, &e));
    TRY(back(r, "赵走", "B04", "sibling", r->today, NULL, &e));
    same("into an empty household", told(r, e), "fine");
    same("the account stays disabled", told(r, access_actor(r, "zhao", &who)), "not-found account: 没有这个账号，或者已经停用。");
    const char *now;
    TRY(picture(r, VILLAGE, "B0_", false, &now));
    same("after all", now,
         "B01 黄立 02 2000000 下屋 礼坑口  low_income  active - 2026-11-01 v2\n"
         "B02 张三 01.01.02 1010200 - -  active - - v1\n"
         "B03 赵留 01.02 1020000 上屋 -  active - - v6\n"
         "B04 赵走 - 0 - -  active - - v3\n"
         "B01 黄立 head male 1980-05-01 2000000 下屋  active id v1\n"
         "B02 张三 head male 1969-12-31 1010200 -  party_member  active phone v1\n"
         "B03 赵留 head male 1995-01-02 1020000 上屋  active v2\n"
         "B04 赵走 head female 1991-09-09 0 -  volunteer  active id phone v10\n"
         "B04 钱故 head male 1940-01-01 0 -  dead v2\n"
         "B01 黄立 head register 2026-11-18 - - -\n"
         "B02 张三 head register 2026-11-18 - - -\n"
         "B03 赵走 head register 2026-11-18 move_out 2026-11-18 -\n"
         "B03 赵走 other move_in 2026-11-18 move_out 2026-11-18 回来\n"
         "B03 赵走 other move_in 2026-11-15 move_out 2026-11-18 又走\n"
         "B03 赵留 son register 2026-11-18 - - -\n"
         "B04 赵走 head move_in 2026-11-18 - - -\n"
         "B04 钱故 head register 2026-11-18 death 2026-11-18 -\n"
         "B01 low_income 2026-11-18 -\n张三 party_member 2026-11-18 -\n赵走 volunteer 2026-11-18 -\n"
         "B01 2026-11-01 黄立 甲版 - -");
    return NULL;
}

static const struct err *in_another_grid(struct req *r)
{
    struct seen before;
    const struct err *e;
    TRY(look(r, "A02", &before));
    TRY(leave(r, "李小妹", LEAVE_MOVE_OUT, r->today, NULL, &e));
    TRY(back(r, "李小妹", NULL, "daughter", r->today, NULL, &e));
    TRY(became(r, &before, "away and back",
               "A02 李大海 01.02 1020000 下屋 -  active - - v3\n"
               "A02 李大海 head male 1975-01-15 1020000 下屋  active id phone v1\n"
               "A02 李三丰 son male 2012-11-17 1020000 下屋  active v1\n"
               "A02 李小妹 daughter female 2012-11-18 1020000 下屋  active v3\n"
               "A02 李大海 head register 2026-11-18 - - -\n"
               "A02 李三丰 son register 2026-11-18 - - -\n"
               "A02 李小妹 daughter register 2026-11-18 move_out 2026-11-18 -\n"
               "A02 李小妹 daughter move_in 2026-11-18 - - -\n\n"));
    TRY(leave(r, "李小妹", LEAVE_MOVE_OUT, r->today, NULL, &e));
    TRY(back(r, "李小妹", "B01", NULL, r->today, NULL, &e));
    const char *now;
    TRY(picture(r, VILLAGE, "B01", false, &now));
    same("it takes the place of the other household", now,
         "B01 黄立 02 2000000 下屋 礼坑口  low_income  active - 2026-11-01 v3\n"
         "B01 李小妹 other female 2012-11-18 2000000 下屋  active v5\n"
         "B01 黄立 head male 1980-05-01 2000000 下屋  active id v1\n"
         "B01 李小妹 other move_in 2026-11-18 - - -\n"
         "B01 黄立 head register 2026-11-18 - - -\n"
         "B01 low_income 2026-11-18 -\nB01 2026-11-01 黄立 甲版 - -");
    return NULL;
}

static const struct err *cannot_come_back(struct req *r)
{
    static const struct { const char *name, *number; int days; const char *want; } cases[] = {
        { "张三丰", NULL, 0, "state: 只有已迁出的人可以迁回。" },
        { "钱故", NULL, 0, "state: 只有已迁出的人可以迁回。" },
        { "赵走", NULL, 1, "invalid on: 日期不能晚于今天。" },
        { "赵走", "A02", 0, "state household: 这一户已并入别户，请选择别的户。" },
    };
    const struct err *e;
    int64_t from, into;
    TRY(house_household(r, VILLAGE, "A02", &from));
    TRY(house_household(r, VILLAGE, "B02", &into));
    TRY(household_merge(r, VILLAGE, from, into, r->today, NULL));
    for (size_t i = 0; i < COUNT(cases); i++) {
        TRY(back(r, cases[i].name, cases[i].number, NULL, r->today + cases[i].days, NULL, &e));
        same(cases[i].name, told(r, e), cases[i].want);
    }
    return NULL;
}

static void test_leaving(void **state)
{
    (void)state;
    try_out(head_leaves, NULL);
    try_out(before_joining, NULL);
    try_out(next_heads, NULL);
}

static void test_returning(void **state)
{
    (void)state;
    try_out(comes_back, NULL);
    try_out(in_another_grid, NULL);
    try_out(cannot_come_back, NULL);
}

/* ---- splitting and merging ---- */
/* `names` leave `from` for a new household S1. */
static const struct err *split(struct req *r, const char *from, const char *const *names, struct split s, const struct err **e)
{
    int64_t all[8], id;
    s.village = VILLAGE;
    s.number = s.number ? s.number : "S1";
    TRY(house_household(r, VILLAGE, from, &s.from));
    for (; names[s.residents.n]; s.residents.n++) TRY(resident_id(r, names[s.residents.n], &all[s.residents.n]));
    s.residents.items = all;
    *e = household_split(r, &s, &id);
    return NULL;
}

#define NAMES(...) ((const char *const[]){ __VA_ARGS__, NULL })

static const struct err *splits(struct req *r)
{
    struct seen before;
    const struct err *e;
    const struct actor *who;
    int64_t id, account, group;
    TRY(resident_id(r, "王梅", &id));
    TRY(people_account(r, VILLAGE, id, "mei", "correct-horse", false, &account));
    TRY(db_int(r, &group, "SELECT id FROM village_group WHERE village = $1 AND name = '下屋'", I64(VILLAGE)));
    TRY(look(r, "S1", &before));
    TRY(split(r, "A01", NAMES("王梅", "张豆"), (struct split){ .on = r->today, .head = NONE, .group = NONE, .note = "分家" }, &e));
    same("splits", told(r, e), "fine");
    const char *now;
    TRY(picture(r, VILLAGE, "S1", false, &now));
    same("the new one", now,
         "S1 王梅 01.01 1010000 上屋 坑口1号  active - - v1\n"
         "S1 王梅 head female 1982-03-02 1010000 上屋  volunteer  active phone v2\n"
         "S1 张豆 other male 2018-09-01 1010000 上屋  student  active v2\n"
         "S1 王梅 head split 2026-11-18 - - 分家\nS1 张豆 other split 2026-11-18 - - 分家\n"
         "王梅 volunteer 2026-11-18 -\n张豆 student 2026-11-18 -\n");
    TRY(picture(r, VILLAGE, "A01", false, &now));
    same("the old one", now,
         "A01 张三丰 01.01 1010000 上屋 坑口1号  elderly  active - 2026-11-01 v4\n"
         "A01 张三丰 head male 1980-05-01 1010000 上屋  party_member  active id phone v1\n"
         "A01 张三丰 head register 2026-11-18 - - -\n"
         "A01 王梅 spouse register 2026-11-18 split 2026-11-18 -\nA01 张豆 son register 2026-11-18 split 2026-11-18 -\n"
         "A01 elderly 2026-11-18 -\n张三丰 party_member 2026-11-18 -\nA01 2026-11-01 张三丰 甲版 - -");
    struct seen after;
    TRY(look(r, "S1", &after));
    same("the next village", after.next, before.next);
    TRY(house_household(r, VILLAGE, "S1", &id));
    TRY(access_actor(r, "mei", &who));
    same_n("the account goes along", who->household, id);
    TRY(resident_id(r, "张豆", &id));
    TRY(split(r, "S1", NAMES("张豆"), (struct split){ .number = "S2", .on = r->today, .head = id, .group = group, .grid = "02", .address = "新屋" }, &e));
    TRY(picture(r, VILLAGE, "S2", false, &now));
    same("elsewhere", now,
         "S2 张豆 02 2000000 下屋 新屋  active - - v1\nS2 张豆 head male 2018-09-01 2000000 下屋  student  active v3\n"
         "S2 张豆 head split 2026-11-18 - - -\n张豆 student 2026-11-18 -\n");
    return NULL;
}

static const struct split_case { const char *from, *names[4], *number, *head; int days; const char *want; } split_cases[] = {
    { "A01", { "张三丰", "王梅", "张豆" }, NULL, NULL, 0, "invalid residents: 分户后原户至少要留下一人。" },
    { "A01", { "王梅", "李大海" }, NULL, NULL, 0, "invalid residents: 所选人员不全是本户在册成员。" },
    { "A01", { "王梅" }, "A02", NULL, 0, "duplicate number: 本村已有这个户号。" },
    { "A01", { "王梅" }, " A02 ", NULL, 0, "duplicate number: 本村已有这个户号。" },
    { "A01", { "王梅" }, NULL, "张豆", 0, "invalid head: 新户户主必须在分出的人员中。" },
    { "A01", { "王梅" }, NULL, NULL, 1, "invalid on: 日期不能晚于今天。" },
    { "A01", { "王梅" }, NULL, NULL, -1, "invalid on: 日期不能早于入户日期。" },
    { "B04", { "钱故" }, NULL, NULL, 0, "state: 这一户已不在册。" },
    { "A01", { "王梅" }, NULL, NULL, 0, "fine" },
}, *split_case;

static const struct err *split_says(struct req *r)
{
    const struct err *e;
    struct split s = { .number = split_case->number, .on = r->today + split_case->days, .head = NONE, .group = NONE };
    if (split_case->head) TRY(resident_id(r, split_case->head, &s.head));
    TRY(split(r, split_case->from, split_case->names, s, &e));
    same(split_case->want, told(r, e), split_case->want);
    return NULL;
}

static const struct err *of_who_left(struct req *r)
{
    const struct err *e;
    TRY(back(r, "赵走", NULL, NULL, r->today, NULL, &e));
    TRY(leave(r, "赵留", LEAVE_MOVE_OUT, r->today, NULL, &e));
    TRY(back(r, "赵留", NULL, NULL, r->today, NULL, &e));
    TRY(leave(r, "赵走", LEAVE_MOVE_OUT, r->today, NULL, &e));
    TRY(split(r, "B03", NAMES("赵走"), (struct split){ .on = r->today, .head = NONE, .group = NONE }, &e));
    same("one member is left, and one left", told(r, e), "invalid residents: 分户后原户至少要留下一人。");
    return NULL;
}

static const struct err *merges(struct req *r)
{
    struct seen before;
    const struct err *e;
    const struct actor *who;
    int64_t from, into, id, account;
    const char *now;
    TRY(leave(r, "王梅", LEAVE_MOVE_OUT, r->today, NULL, &e));
    TRY(resident_id(r, "张三丰", &id));
    TRY(people_account(r, VILLAGE, id, "zhang", "correct-horse", false, &account));
    TRY(house_household(r, VILLAGE, "A01", &from));
    TRY(house_household(r, VILLAGE, "A02", &into));
    TRY(look(r, "A0_", &before));
    TRY(household_merge(r, VILLAGE, from, into, r->today, "合并"));
    TRY(became(r, &before, "merged",
               "A01 - 01.01 1010000 上屋 坑口1号  elderly  merged A02 - v4\n"
               "A02 李大海 01.02 1020000 下屋 -  active - - v3\n"
               "A01 王梅 spouse female 1982-03-02 1010000 上屋  volunteer  moved_out phone v2\n"
               "A02 张三丰 other male 1980-05-01 1020000 下屋  party_member  active id phone v2\n"
               "A02 张豆 other male 2018-09-01 1020000 下屋  student  active v2\n"
               "A02 李大海 head male 1975-01-15 1020000 下屋  active id phone v1\n"
               "A02 李三丰 son male 2012-11-17 1020000 下屋  active v1\n"
               "A02 李小妹 daughter female 2012-11-18 1020000 下屋  active v1\n"
               "A01 张三丰 head register 2026-11-18 merge 2026-11-18 -\n"
               "A01 王梅 spouse register 2026-11-18 move_out 2026-11-18 -\n"
               "A01 张豆 son register 2026-11-18 merge 2026-11-18 -\n"
               "A02 张三丰 other merge 2026-11-18 - - 合并\n"
               "A02 张豆 other merge 2026-11-18 - - 合并\n"
               "A02 李大海 head register 2026-11-18 - - -\n"
               "A02 李三丰 son register 2026-11-18 - - -\n"
               "A02 李小妹 daughter register 2026-11-18 - - -\n"
               "A01 elderly 2026-11-18 -\n王梅 volunteer 2026-11-18 -\n张三丰 party_member 2026-11-18 -\n张豆 student 2026-11-18 -\n"
               "A01 2026-11-01 张三丰 甲版 2026-11-18 并户"));
    TRY(access_actor(r, "zhang", &who));
    same_n("the account goes along", who->household, into);
    /* a sign-up that ended before keeps its end and its reason */
    TRY(db_exec(r, "UPDATE pledge SET ended_on = signed_on, reason = '早' WHERE village = $1 AND household = $2", I64(VILLAGE), I64(from)));
    TRY(db_exec(r, "UPDATE household SET state = 'active' WHERE village = $1 AND id = $2", I64(VILLAGE), I64(from)));
    TRY(household_merge(r, VILLAGE, from, into, r->today, NULL));
    TRY(picture(r, VILLAGE, "A01", false, &now));
    same("its sign-up", strstr(now, "甲版"), "甲版 2026-11-01 早");
    return NULL;
}

static const struct err *merge_refused(struct req *r)
{
    static const struct { const char *from, *into; int days; const char *want; } cases[] = {
        { "A01", "A01", 0, "invalid into: 不能并入本户自己。" },
        { "A01", "A02", 1, "invalid on: 日期不能晚于今天。" },
        { "B04", "A02", 0, "state: 这一户已不在册。" },
        { "A02", "B04", 0, "state: 这一户已不在册。" },
        { "A01", "A02", -1, "invalid on: 日期不能早于入户日期。" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t from, into;
        TRY(house_household(r, VILLAGE, cases[i].from, &from));
        TRY(house_household(r, VILLAGE, cases[i].into, &into));
        same(cases[i].want, told(r, household_merge(r, VILLAGE, from, into, r->today + cases[i].days, NULL)), cases[i].want);
    }
    return NULL;
}

static void test_splitting(void **state)
{
    (void)state;
    try_out(splits, NULL);
    for (split_case = split_cases; split_case < split_cases + COUNT(split_cases); split_case++) try_out(split_says, NULL);
    try_out(of_who_left, NULL);
}

static void test_merging(void **state)
{
    (void)state;
    try_out(merges, NULL);
    try_out(merge_refused, NULL);
}

/* ---- heads, sign-up, accounts ---- */
static const struct err *heads(struct req *r)
{
    struct seen before;
    int64_t household, id;
    TRY(house_household(r, VILLAGE, "A01", &household));
    TRY(look(r, "A01", &before));
    TRY(resident_id(r, "张豆", &id));
    TRY(household_set_head(r, VILLAGE, household, id));
    TRY(became(r, &before, "another head",
               "A01 张豆 01.01 1010000 上屋 坑口1号  elderly  active - 2026-11-01 v3\n"
               "A01 张三丰 other male 1980-05-01 1010000 上屋  party_member  active id phone v2\n"
               "A01 王梅 spouse female 1982-03-02 1010000 上屋  volunteer  active phone v1\n"
               "A01 张豆 head male 2018-09-01 1010000 上屋  student  active v2\n"
               "A01 张三丰 head register 2026-11-18 - - -\nA01 王梅 spouse register 2026-11-18 - - -\nA01 张豆 son register 2026-11-18 - - -\n"
               "A01 elderly 2026-11-18 -\n张三丰 party_member 2026-11-18 -\n王梅 volunteer 2026-11-18 -\n张豆 student 2026-11-18 -\n"
               "A01 2026-11-01 张三丰 甲版 - -"));
    TRY(household_set_head(r, VILLAGE, household, id)); /* is the head already */
    TRY(resident_id(r, "李大海", &id));
    same("of another household", told(r, household_set_head(r, VILLAGE, household, id)), "invalid head: 户主必须是本户在册的成员。");
    TRY(house_household(r, VILLAGE, "B03", &household));
    TRY(resident_id(r, "赵走", &id));
    same("who moved out", told(r, household_set_head(r, VILLAGE, household, id)), "invalid head: 户主必须是本户在册的成员。");
    return NULL;
}

static const struct err *signs(struct req *r)
{
    struct seen before;
    int64_t household, id;
    TRY(house_household(r, VILLAGE, "A02", &household));
    TRY(resident_id(r, "李三丰", &id));
    TRY(look(r, "A02", &before));
    TRY(people_pledge(r, VILLAGE, household, r->today, id, NULL));
    same("twice", told(r, people_pledge(r, VILLAGE, household, r->today, NONE, NULL)), "state: 本户已签承诺书，或已不在册。");
    const char *now;
    TRY(picture(r, VILLAGE, "A02", false, &now));
    same("signed", strstr(now, "\nA02 2026"), "\nA02 2026-11-18 李三丰 - - -");
    EXPECT(strstr(now, "A02 李大海 01.02 1020000 下屋 -  active - 2026-11-18 v2") == now, "%s", now);
    struct seen after;
    TRY(look(r, "A02", &after));
    same("the rest of the village", after.rest, before.rest);
    same("the next village", after.next, before.next);
    TRY(house_household(r, VILLAGE, "B04", &household));
    same("not active", told(r, people_pledge(r, VILLAGE, household, r->today, NONE, NULL)), "state: 本户已签承诺书，或已不在册。");
    return NULL;
}

/* A family shares one phone: the first account signs in by it, the others by name. */
static const struct err *accounts(struct req *r)
{
    static const char csv[] = CSV_HEAD "S1,林一,,男,1960-01-01,户主,13512345678,,,,\nS1,林妻,,女,1970-01-01,妻子,13512345678,,,,\n";
    struct people_imported n;
    const struct actor *who;
    int64_t one, two, id, household;
    TRY(people_import(r, VILLAGE, csv, strlen(csv), EXISTING_REFUSE, false, &n));
    TRY(house_household(r, VILLAGE, "S1", &household));
    TRY(resident_id(r, "林一", &id));
    TRY(people_account(r, VILLAGE, id, "lin-1", "correct-horse", false, &one));
    TRY(resident_id(r, "林妻", &id));
    TRY(people_account(r, VILLAGE, id, "lin-2", "correct-horse", false, &two));
    TRY(access_actor(r, "lin-2", &who));
    same("the name", who->name, "林妻");
    same_n("the account", who->account, two);
    same_n("the village", who->village, VILLAGE);
    same_n("the person", who->resident, id);
    same_n("the household", who->household, household);
    same("the role", who->grants_n == 1 ? who->grants[0].role : NULL, "villager");
    static const char fixed[] = CSV_HEAD "S2,林三,,男,1960-01-01,户主,0762-1234567,,,,\n"; /* nobody signs in by a fixed line */
    TRY(people_import(r, VILLAGE, fixed, strlen(fixed), EXISTING_REFUSE, false, &n));
    TRY(resident_id(r, "林三", &id));
    same("with a fixed line", told(r, people_account(r, VILLAGE, id, "lin-3", "correct-horse", false, &two)), "fine");
    same("the same name", told(r, people_account(r, VILLAGE, id, "lin-1", "correct-horse", false, &two)), "duplicate name: 账号名已被使用。\nname 账号名已被使用。");
    TRY(resident_id(r, "赵走", &id));
    same("who left", told(r, people_account(r, VILLAGE, id, "gone", "correct-horse", false, &two)), "state: 此人已不在册。");
    same("elsewhere", told(r, people_account(r, NEXT, id, "gone", "correct-horse", false, &two)), "not-found resident");
    return NULL;
}

static void test_heads(void **state)
{
    (void)state;
    try_out(heads, NULL);
    try_out(signs, NULL);
    try_out(accounts, NULL);
}

/* ---- tags ---- */
static const char *list_text(struct req *r, struct list l)
{
    const char *s = "";
    for (size_t i = 0; i < l.n; i++) s = arena_printf(r->mem, "%s%s%s", s, i ? "," : "", LIST_AT(l, const char *, i));
    return s;
}

static const struct err *tag_words(struct req *r)
{
    static const struct { const char *text, *list; bool has_ab; } cases[] = {
        { "", "", false },       { NULL, "", false },        { " ab ", "ab", true },         { " ab cd ", "ab,cd", true },
        { " cd ab ", "cd,ab", true }, { " abc ", "abc", false }, { " xab ", "xab", false }, { " xab abc ab ", "xab,abc,ab", true },
        { "ab ", "ab", false },  { " ab", "ab", false },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct list l = tags_list(r->mem, cases[i].text);
        same(cases[i].text, list_text(r, l), cases[i].list);
        same_n(cases[i].text, tags_have(cases[i].text, "ab"), cases[i].has_ab);
        if (i < 8) same("again", tags_text(r->mem, l), cases[i].text ? cases[i].text : "");
    }
    struct list all;
    TRY(tags_of(r, VILLAGE, &all));
    same("by code", tag_find(all, "veteran", "resident")->name, "退役军人");
    same("by name", tag_find(all, "退役军人", NULL)->code, "veteran");
    same("the last", tag_find(all, "五支队伍", NULL)->code, "five_teams");
    EXPECT(!tag_find(all, "退役军人", "household") && !tag_find(all, "没有", NULL), "tag_find");
    same("names in the order of the table", list_text(r, tags_names(r->mem, &all, " veteran party_member nothing ")), "党员,退役军人");
    return NULL;
}

static const struct err *own_tags(struct req *r)
{
    static const struct { const char *code, *name, *want; } cases[] = {
        { "lion_dance2", "舞狮队员", "fine" },
        { "lion_dance2", "别的", "duplicate code" },
        { "lion_3", "舞狮队员", "duplicate name" },
        { "veteran", "新兵", "duplicate code" },
        { "v3", "党员", "duplicate name" },
        { "X", "大写", "invalid code: 标签代码只能用小写字母、数字和下划线。" },
        { "a-b", "横线", "invalid code: 标签代码只能用小写字母、数字和下划线。" },
        { "a`", "反引号", "invalid code: 标签代码只能用小写字母、数字和下划线。" },
        { "a{", "括号", "invalid code: 标签代码只能用小写字母、数字和下划线。" },
        { "a/", "斜线", "invalid code: 标签代码只能用小写字母、数字和下划线。" },
        { "a:", "冒号", "invalid code: 标签代码只能用小写字母、数字和下划线。" },
        { "az09_", "两端", "fine" },
        { NULL, "无码", "fine" },
    };
    struct list all;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct tag t = { cases[i].code, cases[i].name, "resident", 1 };
        same(cases[i].name, told(r, tag_add(r, VILLAGE, &t)), cases[i].want);
        if (!strcmp(cases[i].want, "fine")) same_n("builtin", t.builtin, 0);
        if (!cases[i].code) EXPECT(t.code && t.code[0] == 't' && strlen(t.code) > 5, "%s", t.code);
    }
    same("no such village", told(r, tag_add(r, INT64_C(441621102299), &(struct tag){ "x1", "某", "resident", 0 })), "not-found village: 没有这个村，请检查村代码，或先导入区划。");
    TRY(tags_of(r, VILLAGE, &all));
    same_n("the village's", (int64_t)all.n, 19 + 3);
    const struct tag *t = &LIST_AT(all, struct tag, 20);
    same("by code", arena_printf(r->mem, "%s %s %s %lld", t->code, t->name, t->kind, (long long)t->builtin), "lion_dance2 舞狮队员 resident 0");
    t = &LIST_AT(all, struct tag, 18);
    same("built in", arena_printf(r->mem, "%s %s %s %lld", t->code, t->name, t->kind, (long long)t->builtin), "five_teams 五支队伍 organisation 1");
    TRY(tags_of(r, NEXT, &all));
    same_n("the next village's", (int64_t)all.n, 19);
    return NULL;
}

static const struct err *set_tags(struct req *r, const char *name, const char *const *words, const char **text)
{
    struct resident_row *s;
    struct list codes = { .items = (void *)(uintptr_t)words };
    while (words[codes.n]) codes.n++;
    TRY(house_resident(r, VILLAGE, name, &s));
    TRY(tags_set(r, VILLAGE, s->id, "resident", s->tags, codes, text));
    return db_exec(r, "UPDATE resident SET tags = $3 WHERE village = $1 AND id = $2", I64(VILLAGE), I64(s->id), TEXT(*text));
}

static const struct err *tags_over_time(struct req *r)
{
    struct seen before;
    const char *text, *now;
    struct people_filter f = { .village = VILLAGE, .tag = "volunteer", .group = NONE, .household = NONE, .minor = NONE, .pledged = NONE, .limit = NONE };
    struct page p;
    TRY(look(r, "A01", &before));
    r->today += 5;
    TRY(set_tags(r, "王梅", NAMES("veteran", "志愿者", "退役军人"), &text)); /* by code or name, once each */
    same("stored", text, " veteran volunteer ");
    r->today += 5;
    TRY(set_tags(r, "王梅", NAMES("veteran"), &text));
    same("stored", text, " veteran ");
    p = (struct page){ 0 };
    TRY(resident_list(r, &f, &p));
    same_n("nobody holds it any more", (int64_t)p.rows.n, 0);
    r->today += 5;
    TRY(set_tags(r, "王梅", NAMES("党员", "volunteer"), &text));
    TRY(set_tags(r, "王梅", NAMES("volunteer"), &text)); /* on the same day: party_member ends as it began */
    TRY(set_tags(r, "王梅", NAMES("volunteer", "party_member"), &text));
    TRY(picture(r, VILLAGE, "A01", false, &now));
    same("over time", strstr(now, "A01 elderly"),
         "A01 elderly 2026-11-18 -\n张三丰 party_member 2026-11-18 -\n王梅 party_member 2026-12-03 -\n王梅 veteran 2026-11-23 2026-12-03\n"
         "王梅 volunteer 2026-11-18 2026-11-28\n王梅 volunteer 2026-12-03 -\n张豆 student 2026-11-18 -\nA01 2026-11-01 张三丰 甲版 - -");
    struct seen after;
    TRY(look(r, "A01", &after));
    same("the rest of the village", after.rest, before.rest);
    same("the next village", after.next, before.next);
    return NULL;
}

static const struct err *wrong_tags(struct req *r)
{
    const char *text;
    same("unknown", told(r, set_tags(r, "王梅", NAMES("veteran", "没有的"), &text)), "invalid tags: 没有“没有的”这个标签。");
    same("of households", told(r, set_tags(r, "王梅", NAMES("elderly"), &text)), "invalid tags: 没有“elderly”这个标签。");
    return NULL;
}

static void test_tags(void **state)
{
    (void)state;
    try_out(tag_words, NULL);
    try_out(own_tags, NULL);
    try_out(tags_over_time, NULL);
    try_out(wrong_tags, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_leaving), cmocka_unit_test(test_returning), cmocka_unit_test(test_splitting),
        cmocka_unit_test(test_merging), cmocka_unit_test(test_heads),     cmocka_unit_test(test_tags),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}

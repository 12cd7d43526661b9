/* Import: what is said about every kind of wrong cell, what right files leave in the tables; and a person's data. */
#include "people/people_picture_test.h"

/* ---- a person's data ---- */
static struct { struct req *r; const char *said; } faults;

static void note(void *arg, enum person_column c, const char *zh, const char *en)
{
    EXPECT(zh && *zh && en && *en, "no words");
    (void)arg;
    faults.said = arena_printf(faults.r->mem, "%s %d%s", faults.said, (int)c, zh);
}

static const struct err *persons(struct req *r)
{
    static const char thirty[] = "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十";
    const struct {
        struct person p;
        const char *want;
    } cases[] = {
        { { "张　 三", NULL, "male", 3, NULL, NULL }, "张三 - male 3 -" },
        { { " 买买提·艾力 ", "", "female", 3, "", NULL }, "买买提·艾力 - female 3 -" },
        { { "John  Q Z", NULL, "male", 3, NULL, NULL }, "John  Q Z - male 3 -" },
        { { "张 A", NULL, "male", 3, NULL, NULL }, "张 A - male 3 -" },
        { { "张 a", NULL, "male", 3, NULL, NULL }, "张 a - male 3 -" },
        { { "张 Z", NULL, "male", 3, NULL, NULL }, "张 Z - male 3 -" },
        { { "张 z", NULL, "male", 3, NULL, NULL }, "张 z - male 3 -" },
        { { "张 @", NULL, "male", 3, NULL, NULL }, "张@ - male 3 -" },
        { { "张 [", NULL, "male", 3, NULL, NULL }, "张[ - male 3 -" },
        { { "张 `", NULL, "male", 3, NULL, NULL }, "张` - male 3 -" },
        { { "张 {", NULL, "male", 3, NULL, NULL }, "张{ - male 3 -" },
        { { NULL, NULL, "male", 3, NULL, NULL }, " 1请填写姓名。" },
        { { thirty, NULL, "male", 3, NULL, NULL }, arena_printf(r->mem, "%s - male 3 -", thirty) },
        { { arena_printf(r->mem, "%s多", thirty), NULL, "male", 3, NULL, NULL }, " 1姓名应为 1 到 30 个字。" },
        { { "张\x01三", NULL, "male", 3, NULL, NULL }, " 1姓名应为 1 到 30 个字。" },
        { { "张三", NULL, NULL, NONE, NULL, NULL }, " 4没有身份证号时，请填写出生日期。 3没有身份证号时，请填写性别。" },
        { { "张三", NULL, "male", r->today, NULL, NULL }, arena_printf(r->mem, "张三 - male %lld -", (long long)r->today) },
        { { "张三", NULL, "male", r->today + 1, NULL, NULL }, " 4出生日期不能晚于今天。" },
        { { "张三", NULL, "male", 3, "138 0000-1111", NULL }, "张三 - male 3 13800001111" },
        { { "张三", NULL, "male", 3, "123", NULL }, " 6电话应为 11 位手机号，或带区号的固定电话。" },
        { { "张三", " 44162119800501019x ", NULL, NONE, NULL, NULL }, "张三 44162119800501019X male 3773 -" },
        { { "张三", "４４１６２１１９８２０３０２０１２９", "female", 4443, NULL, NULL }, "张三 441621198203020129 female 4443 -" },
        { { "张三", "441621198203020129", "male", 4443, NULL, NULL }, " 3性别与身份证号不一致。" },
        { { "张三", "441621198203020129", NULL, 4444, NULL, NULL }, " 4出生日期与身份证号不一致。" },
        { { "张三", "441621198203020128", "male", 3, NULL, NULL }, " 2身份证号校验码不符，可能抄错了一位，请核对。" },
        { { "张三", "44162120261119002X", NULL, NONE, NULL, NULL }, " 2身份证号中的出生日期不正确，请核对。" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct person p = cases[i].p;
        faults.r = r;
        faults.said = "";
        person_check(r, &p, note, NULL);
        const char *got = *faults.said ? faults.said
                                       : arena_printf(r->mem, "%s %s %s %lld %s", p.name, p.id_number ? p.id_number : "-", p.sex,
                                                      (long long)p.birth, p.phone ? p.phone : "-");
        same("a person", got, cases[i].want);
    }
    return NULL;
}

static const struct err *phones(struct req *r)
{
    static const struct { const char *s, *want; } cases[] = {
        { "13800001111", "13800001111" }, { "+86 138-0000-1111", "13800001111" }, { "+8613800001111", "13800001111" },
        { "１３８００００１１１１", "13800001111" }, { "12000001111", "12000001111" }, { "11900001111", NULL }, { "1380000111", NULL },
        { "138000011112", NULL },         { "23800001111", NULL },                { "0762-1234567", "07621234567" },
        { "0762123456", "0762123456" },   { "076212345", NULL },                  { "076212345678", "076212345678" },
        { "0762123456789", NULL },        { "1380000111/", NULL },                { "1380000111:", NULL },
        { "", NULL },                     { "-", NULL },                          { "+87 13800001111", NULL },
        { "11111111111111111111111111111111111111111", NULL },
    };
    for (size_t i = 0; i < COUNT(cases); i++) same(cases[i].s, phone_normal(r->mem, cases[i].s), cases[i].want);
    return NULL;
}

static void test_persons(void **state)
{
    static const struct { int y, m, d, age; } ages[] = {
        { 2000, 11, 17, 26 }, { 2000, 11, 18, 26 }, { 2000, 11, 19, 25 }, { 2000, 10, 19, 26 }, { 2000, 12, 17, 25 }, { 2026, 11, 18, 0 }, { 2027, 1, 1, 0 },
    };
    (void)state;
    try_out(persons, NULL);
    try_out(phones, NULL);
    for (size_t i = 0; i < COUNT(ages); i++) assert_int_equal(people_age(date_of(ages[i].y, ages[i].m, ages[i].d), house_day()), ages[i].age);
    assert_true(people_minor_since(house_day()) == date_of(2012, 11, 18));
    assert_true(people_minor_since(date_of(2024, 2, 28)) == date_of(2010, 2, 28));
    assert_true(people_minor_since(date_of(2024, 2, 29)) == date_of(2010, 3, 1));
}

/* ---- what is said about a file ---- */
static const struct err *import(struct req *r, const char *csv, enum people_existing existing, bool dry, struct people_imported *n)
{
    return people_import(r, VILLAGE, csv, strlen(csv), existing, dry, n);
}

static const char *counts(struct req *r, const struct people_imported *n)
{
    return arena_printf(r->mem, "%lld rows, %lld households, %lld added, %lld updated, %lld unchanged%s", (long long)n->rows,
                        (long long)n->households, (long long)n->added, (long long)n->updated, (long long)n->unchanged, n->dry_run ? ", dry" : "");
}

/* What is said, or counted, about a dry run. */
static const char *tried(struct req *r, const char *csv, enum people_existing existing)
{
    struct people_imported n;
    const struct err *e = import(r, csv, existing, true, &n);
    return e ? told(r, e) : counts(r, &n);
}

#define FIFTY "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十"
#define ID_A "441621198812120168"
#define ID_B "441621199009090179"

static const struct err *says(struct req *r)
{
    static const struct { const char *csv; enum people_existing existing; const char *want; } cases[] = {
        /* cells */
        { ",甲,,男,1970-01-01,,,,,,\n", 0, "invalid\n2/户号 请填写户号。" },
        { "1234567890123456789012345678901,甲,,男,1970-01-01,,,,,,\n", 0, "invalid\n2/户号 户号太长。" },
        { "123456789012345678901234567890,甲,,男,1970-01-01,,,,,,\n", 0, "1 rows, 1 households, 1 added, 0 updated, 0 unchanged, dry" },
        { "1\x01,甲,,男,1970-01-01,,,,,,\n", 0, "invalid\n2/户号 户号太长。" },
        { "1,甲*,,x,,,,,,,\n1,甲,4416*,x,,,,,,,\n1,甲,,x,,,138*,,,,\n", 0,
          "invalid\n2/姓名 这是脱敏后的数据，不能导入。请用完整名册。\n3/姓名 这是脱敏后的数据，不能导入。请用完整名册。\n"
          "4/姓名 这是脱敏后的数据，不能导入。请用完整名册。" },
        { "1,甲,,中,1970-01-01,,,,,,\n", 0, "invalid\n2/性别 性别应填“男”或“女”。\n2/性别 没有身份证号时，请填写性别。" },
        { "1,甲,,male,1970-01-01,,,,,,\n1,乙,,female,1970-01-01,,,,,,\n", 0, "2 rows, 1 households, 2 added, 0 updated, 0 unchanged, dry" },
        { "1,甲,,男,昨天,,,,,,\n", 0, "invalid\n2/出生日期 日期应写成 1962-03-01 这样。" },
        { "1,甲,441621198812120169,男,昨天,,,,,,\n", 0,
          "invalid\n2/出生日期 日期应写成 1962-03-01 这样。\n2/身份证号 身份证号校验码不符，可能抄错了一位，请核对。" },
        { "1,甲,,男,1970-01-01,邻居,,,,,\n", 0,
          "invalid\n2/与户主关系 不认识“邻居”，请填户主、配偶、子、女、父母、孙子女、兄弟姐妹或其他。" },
        { "1,甲,,男,1970-01-01,,,,," FIFTY FIFTY ",\n", 0, "1 rows, 1 households, 1 added, 0 updated, 0 unchanged, dry" },
        { "1,甲,,男,1970-01-01,,,,," FIFTY FIFTY "多,\n", 0, "invalid\n2/住址 住址不能超过 100 个字。" },
        { "1,甲,,男,1970-01-01,,,,,某\x01处,\n", 0, "invalid\n2/住址 住址不能超过 100 个字。" },
        { "1,甲,,男,1970-01-01,,,上屋组,,,\n", 0, "invalid\n2/村民小组 没有“上屋组”，是不是“上屋”？" },
        { "1,甲,,男,1970-01-01,,,天边,,,\n", 0, "invalid\n2/村民小组 没有“天边”，请先建村民小组。" },
        { "1,甲,,男,1970-01-01,,,,09,,\n1,乙,,男,1970-01-01,,,,东边,,\n1,丙,,男,1970-01-01,,,,西边,,\n", 0,
          "invalid\n2/网格 没有网格“09”，请填已建网格的编码。\n3/网格 没有网格“东边”，请填已建网格的编码。" },
        { "1,甲,,男,1970-01-01,,,,,,党员;没有、 志愿者/让利商户\n", 0, "invalid\n2/标签 没有“没有”这个标签。\n2/标签 没有“让利商户”这个标签。" },
        /* against each other */
        { "2,乙," ID_A ",,,,,,,,\n1,甲," ID_A ",,,,,,,,\n", 0, "invalid\n3/身份证号 与第 2 行是同一个人。" },
        { "2,甲,,男,1970-01-01,,,,,,\n1,甲,,男,1970-01-01,,,,,,\n2,甲,,男,1970-01-02,,,,,,\n2,乙,,男,1970-01-01,,,,,,\n2,甲," ID_A ",,,,,,,,\n"
          "2,甲," ID_B ",,,,,,,,\n", 0, "6 rows, 2 households, 6 added, 0 updated, 0 unchanged, dry" },
        { "2,甲,,男,1970-01-01,,,,,,\n1,甲,,男,1970-01-01,,,,,,\n2,甲,,女,1970/1/1,,,,,,\n", 0, "invalid\n4/姓名 与第 2 行是同一个人。" },
        { "1,甲,,男,1970-01-01,,,,01.01,,\n2,乙,,男,1970-01-01,,,,01.02,,\n1,丙,,男,1970-01-01,,,,01.02,,\n1,丁,,男,1970-01-01,,,,01.01,,\n", 0,
          "invalid\n4/网格 与第 2 行同户不同网格。" },
        { "1,甲,,男,1970-01-01,,,上屋,,,\n2,乙,,男,1970-01-01,,,下屋,,,\n1,丙,,男,1970-01-01,,,下屋,,,\n1,丁,,男,1970-01-01,,,上屋,,,\n", 0,
          "invalid\n4/村民小组 与第 2 行同户不同小组。" },
        { "1,甲,,男,1970-01-01,户主,,,,,\n2,乙,,男,1970-01-01,户主,,,,,\n1,丙,,男,1970-01-01,本人,,,,,\n", 0,
          "invalid\n4/与户主关系 一户只能有一位户主，第 2 行已是户主。" },
        /* against the register */
        { "A01,改名,441621198005010114,,,,,,,,\n", EXISTING_REFUSE, "invalid\n2/身份证号 此人已登记（户号 A01）。" },
        { "A01,张豆,,女,2018-09-01,,,,,,\n", EXISTING_REFUSE, "invalid\n2/姓名 此人已登记（户号 A01）。" },
        { "A02,改名,441621198005010114,,,,,,,,\n", EXISTING_UPDATE, "invalid\n2/户号 此人登记在户号 A01，请用分户、并户或迁移办理。" },
        { "A02,改名,441621198005010114,,,,,,,,\n", EXISTING_SKIP, "1 rows, 0 households, 0 added, 0 updated, 1 unchanged, dry" },
        { "B03,赵走,441621199109090184,,,,,,,,\n", EXISTING_UPDATE, "invalid\n2/身份证号 此人已迁出或已故，请先在人员信息中办理迁回。" },
        { "B03,赵走,441621199109090184,,,,,,,,\n", EXISTING_SKIP, "1 rows, 0 households, 0 added, 0 updated, 1 unchanged, dry" },
        { "A01,新人,,男,1970-01-01,户主,,,,,\n", EXISTING_REFUSE, "invalid\n2/与户主关系 本户已有户主，请在户信息中更换户主。" },
        { "A01,新人,,男,1970-01-01,户主,,,,,\n", EXISTING_UPDATE, "invalid\n2/与户主关系 本户已有户主，请在户信息中更换户主。" },
        { "A01,张三丰,441621198005010114,,,户主,,,,,\n", EXISTING_SKIP, "1 rows, 0 households, 0 added, 0 updated, 1 unchanged, dry" },
        { "A01,张三丰,441621198005010114,,,户主,13800001111,,,,党员\n", EXISTING_UPDATE, "1 rows, 0 households, 0 added, 0 updated, 1 unchanged, dry" },
        { "B04,新人,,男,1970-01-01,户主,,,,,\n", EXISTING_REFUSE, "1 rows, 0 households, 1 added, 0 updated, 0 unchanged, dry" },
        { "A01,新人,,男,1970-01-01,,,下屋,01.02,,\n", EXISTING_REFUSE, "invalid\n2/网格 本户登记的网格是 01.01。\n2/村民小组 与本户登记的小组不同。" },
        { "A01,新人,,男,1970-01-01,,,下屋,01.02,,\n", EXISTING_SKIP, "invalid\n2/网格 本户登记的网格是 01.01。\n2/村民小组 与本户登记的小组不同。" },
        { "A01,新人,,男,1970-01-01,,,下屋,01.02,,\n", EXISTING_UPDATE, "1 rows, 0 households, 1 added, 0 updated, 0 unchanged, dry" },
        { "A01,新人,,男,1970-01-01,,,上屋,01.01,,\n", EXISTING_REFUSE, "1 rows, 0 households, 1 added, 0 updated, 0 unchanged, dry" },
        { "1111,新人,,男,1970-01-01,,,上屋,02,,\n", EXISTING_REFUSE, "1 rows, 0 households, 1 added, 0 updated, 0 unchanged, dry" },
        { "B02,新人,,男,1970-01-01,,,,,,\nB02,另人,,男,昨天,,,,,,\n", EXISTING_UPDATE,
          "invalid\n2/户号 这一户已并入别户。\n3/出生日期 日期应写成 1962-03-01 这样。" },
        /* rows */
        { "", 0, "invalid\n1/姓名 文件里没有数据行。" },
        { ",,,,,,,,,,\n\n1,甲,,男,1970-01-01,,,,,,\n,,,,,,,,,,\n", 0, "1 rows, 1 households, 1 added, 0 updated, 0 unchanged, dry" },
        { "7\n", 0, "invalid\n2/姓名 请填写姓名。\n2/出生日期 没有身份证号时，请填写出生日期。\n2/性别 没有身份证号时，请填写性别。" },
        { "1,甲,,男\n", 0, "invalid\n2/出生日期 没有身份证号时，请填写出生日期。" },
        { "1,甲,,男,1970-01-01,,,,,,,,\n", 0, "1 rows, 1 households, 1 added, 0 updated, 0 unchanged, dry" },
        { "1,\"没完", 0, "malformed 2/2: 第 2 行第 2 列：引号没有闭合。" },
    };
    TRY(region_grid_add(r, VILLAGE, "03", "东边"));
    TRY(region_grid_add(r, VILLAGE, "04", "东边"));
    TRY(region_grid_add(r, VILLAGE, "05", "西边"));
    int64_t from, into;
    TRY(house_household(r, VILLAGE, "B02", &from));
    TRY(house_household(r, VILLAGE, "B01", &into));
    TRY(household_merge(r, VILLAGE, from, into, r->today, NULL));
    for (size_t i = 0; i < COUNT(cases); i++)
        same(cases[i].csv, tried(r, arena_printf(r->mem, CSV_HEAD "%s", cases[i].csv), cases[i].existing), cases[i].want);
    return NULL;
}

static const struct err *heads_of_columns(struct req *r)
{
    static const struct { const char *csv, *want; } cases[] = {
        { "户号,姓 名,性别,出生日期\n", "invalid\n1/姓 名 不认识这一列，是不是“姓名”？\n1/姓名 缺少这一列。" },
        { "户号,姓名,备注说明文字\n", "invalid\n1/备注说明文字 不认识这一列，请删除或改名。" },
        { "户号,姓名,户编号\n", "invalid\n1/户编号 这一列出现了两次。" },
        { "性别,标签\n", "invalid\n1/户号 缺少这一列。\n1/姓名 缺少这一列。" },
        { "tags,户编号,,name,sex,birth\n党员,1,x,甲,男,1970-01-01\n", "1 rows, 1 households, 1 added, 0 updated, 0 unchanged, dry" },
        { "", "invalid\n1/姓名 文件里没有数据行。" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) same(cases[i].csv, tried(r, cases[i].csv, EXISTING_REFUSE), cases[i].want);
    struct people_imported n;
    same("no such village", told(r, people_import(r, INT64_C(441621102299), "x", 1, EXISTING_REFUSE, true, &n)),
         "not-found village: 没有这个村，请检查村代码，或先导入区划。");
    return NULL;
}

/* In English, where a sentence names something. */
static const struct err *says_in_english(struct req *r)
{
    static const char csv[] = CSV_HEAD "1,甲," ID_A ",,,户主,,上屋组,01.01,,没有\n1,乙,,男,1970-01-01,户主,,下屋,01.02,,\n"
                                       "1,丙,,男,1970-01-01,,,上屋,09,,\n2,丁," ID_B ",,,,,,,,\n3,戊," ID_B ",,,,,,,,\nA01,张豆,,男,2018-09-01,,,,,,\n"
                                       "A01,己,,男,1970-01-01,,,,02,,\n";
    static const char *const want[] = {
        "There is no group “上屋组”; add it first.", "There is no tag “没有”.", "Another grid than on line 2, in the same household.",
        "One head only; line 2 is the head already.", "There is no grid “09”; give the code of one that exists.",
        "Another group than on line 3, in the same household.", "The same person as on line 5.", "In the register already (household A01).",
        "The register has this household in grid 01.01.",
    };
    struct people_imported n;
    const struct err *e = import(r, csv, EXISTING_REFUSE, true, &n);
    const struct finding *f = e ? e->findings : NULL;
    for (size_t i = 0; i < COUNT(want); i++, f = f ? f->next : NULL) same(want[i], f ? f->en : NULL, want[i]);
    e = import(r, CSV_HEAD "A02,某,441621198005010114,,,,,,,,\n", EXISTING_UPDATE, true, &n);
    same("elsewhere", e && e->findings ? e->findings->en : NULL, "The register has this person in household A01.");
    return NULL;
}

static const struct err *dates(struct req *r)
{
    static const struct { const char *cell, *want; } cases[] = {
        { "1962-03-01", "1962-03-01" }, { "1962/3/1", "1962-03-01" }, { "1962.3.1", "1962-03-01" }, { "1962年3月1日", "1962-03-01" },
        { "19621231", "1962-12-31" },   { "1900-01-01", "1900-01-01" }, { "1899-12-31", NULL }, { "1962-13-01", NULL },
        { "1962-02-29", NULL },         { "1964-02-29", "1964-02-29" }, { "1962-3", NULL },     { "1962-3-", NULL },
        { "1962", NULL },               { "1962030", NULL },            { "196203011", NULL },  { "1962-3-1-1", NULL },
        { "1962-3-1-", "1962-03-01" },  { "1962-000000003-1", NULL },   { "2200-01-01", NULL }, { "62-3-1", NULL },
        { "1962:3:1", "1962-03-01" },   { "昨天", NULL },                 { "1962-00000003-1", "1962-03-01" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct people_imported n;
        struct resident_row *s;
        char text[DATE_SIZE];
        const struct err *e = import(r, arena_printf(r->mem, CSV_HEAD "D%zu,日%zu,,男,%s,,,,,,\n", i, i, cases[i].cell), EXISTING_REFUSE, false, &n);
        if (!e) TRY(house_resident(r, VILLAGE, arena_printf(r->mem, "日%zu", i), &s));
        same(cases[i].cell, e ? NULL : date_format(s->birth, text), cases[i].want);
        if (e) same(cases[i].cell, told(r, e), "invalid\n2/出生日期 日期应写成 1962-03-01 这样。");
    }
    same("2199", tried(r, CSV_HEAD "D,日,,男,2199-12-31,,,,,,\n", EXISTING_REFUSE), "invalid\n2/出生日期 出生日期不能晚于今天。");
    return NULL;
}

/* More lines than are made room for at first. */
static const struct err *many_lines(struct req *r)
{
    struct buf b = buf_in(r->mem, 1 << 20);
    struct people_imported n;
    buf_puts(&b, CSV_HEAD);
    for (int i = 0; i < 3000; i++) buf_printf(&b, "M%d,众%d,,男,1970-01-01,,,,,,\n", i / 3, i);
    TRY(people_import(r, VILLAGE, b.p, b.n, EXISTING_REFUSE, true, &n));
    same("all", counts(r, &n), "3000 rows, 1000 households, 3000 added, 0 updated, 0 unchanged, dry");
    buf_puts(&b, "M0,众0,,男,1970-01-01,,,,,,\nM341,众1025,,男,1970-01-01,,,,,,\nM682,众2048,,男,1970-01-01,,,,,,\n");
    same("each is known", told(r, people_import(r, VILLAGE, b.p, b.n, EXISTING_REFUSE, true, &n)),
         "invalid\n3002/姓名 与第 2 行是同一个人。\n3003/姓名 与第 1027 行是同一个人。\n3004/姓名 与第 2050 行是同一个人。");
    return NULL;
}

static void test_faults(void **state)
{
    (void)state;
    try_out(says, NULL);
    try_out(heads_of_columns, NULL);
    try_out(says_in_english, NULL);
    try_out(dates, NULL);
    try_out(many_lines, NULL);
}

/* ---- what a right file leaves ---- */
static const struct err *the_register(struct req *r)
{
    const char *now;
    TRY(picture(r, NEXT, "A0_", false, &now));
    same("of the next village", now,
         "A01 张三丰 01.01 1010000 上屋 坑口1号  elderly  active - 2026-11-01 v2\n"
         "A02 李大海 01.02 1020000 下屋 -  active - - v1\n"
         "A01 张三丰 head male 1980-05-01 1010000 上屋  party_member  active id phone v1\n"
         "A01 王梅 spouse female 1982-03-02 1010000 上屋  volunteer  active phone v1\n"
         "A01 张豆 son male 2018-09-01 1010000 上屋  student  active v1\n"
         "A02 李大海 head male 1975-01-15 1020000 下屋  active id phone v1\n"
         "A02 李三丰 son male 2012-11-17 1020000 下屋  active v1\n"
         "A02 李小妹 daughter female 2012-11-18 1020000 下屋  active v1\n"
         "A01 张三丰 head register 2026-11-18 - - -\nA01 王梅 spouse register 2026-11-18 - - -\nA01 张豆 son register 2026-11-18 - - -\n"
         "A02 李大海 head register 2026-11-18 - - -\nA02 李三丰 son register 2026-11-18 - - -\nA02 李小妹 daughter register 2026-11-18 - - -\n"
         "A01 elderly 2026-11-18 -\n张三丰 party_member 2026-11-18 -\n王梅 volunteer 2026-11-18 -\n张豆 student 2026-11-18 -\n"
         "A01 2026-11-01 张三丰 甲版 - -");
    return NULL;
}

/* Everybody again, in another order: all are known, nothing changes. */
static const struct err *all_known(struct req *r)
{
    static const char *const living[] = { "赵走", "钱故" };
    struct seen before;
    struct people_imported n;
    const char *csv = CSV_HEAD, *line = house_register + strlen(house_register);
    TRY(look(r, "?", &before));
    while (line > house_register + strlen(CSV_HEAD)) { /* from the last to the first */
        const char *end = line--;
        while (line > house_register && line[-1] != '\n') line--;
        bool lives = true;
        for (size_t i = 0; i < COUNT(living); i++) lives &= !strstr(arena_strndup(r->mem, line, (size_t)(end - line)), living[i]);
        if (lives) csv = arena_printf(r->mem, "%s%.*s", csv, (int)(end - line), line);
    }
    TRY(import(r, csv, EXISTING_SKIP, false, &n));
    same("skipped", counts(r, &n), "11 rows, 0 households, 0 added, 0 updated, 11 unchanged");
    csv = arena_printf(r->mem, "%s", csv);
    TRY(became(r, &before, "nothing", "\n\n\n\n"));
    TRY(import(r, csv, EXISTING_UPDATE, true, &n));
    same("the head of B03 is another now", counts(r, &n), "11 rows, 0 households, 0 added, 1 updated, 10 unchanged, dry");
    return NULL;
}

static const struct err *new_in_old(struct req *r)
{
    static const char csv[] = CSV_HEAD "1111,新一,,男,1970-01-01,,,上屋,01.02,一号,低保户\n"   /* it had no place */
                                       "A01,新二,,男,1970-01-01,,,,,二号,党员;低保户\n"     /* has an address and a tag */
                                       "B04,新三,,男,1970-01-01,户主,,,,,\n"                /* was dissolved */
                                       "B04,新四,,男,1970-01-02,子,,,,,\n"
                                       "B02,新五,,男,1970-01-01,,,,,,\n"; /* no group; nothing new about it */
    struct seen before;
    struct people_imported n;
    const char *now;
    TRY(import(r, csv, EXISTING_REFUSE, true, &n));
    same("dry", counts(r, &n), "5 rows, 0 households, 5 added, 0 updated, 0 unchanged, dry");
    TRY(look(r, "1111", &before));
    TRY(import(r, csv, EXISTING_REFUSE, false, &n));
    same("counts", counts(r, &n), "5 rows, 0 households, 5 added, 0 updated, 0 unchanged");
    TRY(picture(r, VILLAGE, "1111", false, &now));
    same("it takes the place that is told", now,
         "1111 陈四 01.02 1020000 上屋 一号  low_income  active - - v2\n"
         "1111 陈四 head male 1950-01-01 1020000 上屋  active v1\n1111 新一 other male 1970-01-01 1020000 上屋  active v1\n"
         "1111 陈四 head register 2026-11-18 - - -\n1111 新一 other register 2026-11-18 - - -\n1111 low_income 2026-11-18 -\n");
    TRY(picture(r, VILLAGE, "A01", false, &now));
    same("its own place stays, the tag is added", arena_strndup(r->mem, now, (size_t)(strchr(now, '\n') - now)),
         "A01 张三丰 01.01 1010000 上屋 坑口1号  low_income elderly  active - 2026-11-01 v3");
    same("who is new has it", strstr(now, "A01 新二"),
         "A01 新二 other male 1970-01-01 1010000 上屋  party_member  active v1\n"
         "A01 张三丰 head register 2026-11-18 - - -\nA01 王梅 spouse register 2026-11-18 - - -\nA01 张豆 son register 2026-11-18 - - -\n"
         "A01 新二 other register 2026-11-18 - - -\n"
         "A01 elderly 2026-11-18 -\nA01 low_income 2026-11-18 -\n张三丰 party_member 2026-11-18 -\n王梅 volunteer 2026-11-18 -\n张豆 student 2026-11-18 -\n"
         "新二 party_member 2026-11-18 -\nA01 2026-11-01 张三丰 甲版 - -");
    TRY(picture(r, VILLAGE, "B04", false, &now));
    same("it is there again", arena_strndup(r->mem, now, (size_t)(strchr(now, '\n') - now)), "B04 新三 - 0 - -  active - - v3");
    TRY(picture(r, VILLAGE, "B02", false, &now));
    same("nothing about the household", now,
         "B02 张三 01.01.02 1010200 - -  active - - v1\n"
         "B02 张三 head male 1969-12-31 1010200 -  party_member  active phone v1\nB02 新五 other male 1970-01-01 1010200 -  active v1\n"
         "B02 张三 head register 2026-11-18 - - -\nB02 新五 other register 2026-11-18 - - -\n张三 party_member 2026-11-18 -\n");
    struct seen after;
    TRY(look(r, "1111", &after));
    same("the next village", after.next, before.next);
    return NULL;
}

static const struct err *updates(struct req *r)
{
    static const char csv[] = CSV_HEAD "A01,张三峰,441621198005010114,,,户主,13800009999,下屋,02,新址,村干部\n"
                                       "A01,王梅,,女,1982-03-02,配偶,13800002222,,,,志愿者;低保户\n"
                                       "A01,张豆,,女,2018-09-01,女,,,,,在校学生\n"
                                       "A01,张丫,,女,2020-01-01,女,,,,,\n";
    struct seen before;
    struct people_imported n;
    struct resident_row *s;
    TRY(look(r, "A01", &before));
    TRY(import(r, csv, EXISTING_UPDATE, true, &n));
    same("dry", counts(r, &n), "4 rows, 0 households, 1 added, 2 updated, 1 unchanged, dry");
    TRY(import(r, csv, EXISTING_UPDATE, false, &n));
    same("counts", counts(r, &n), "4 rows, 0 households, 1 added, 2 updated, 1 unchanged");
    TRY(became(r, &before, "moved and changed",
               "A01 张三峰 02 2000000 下屋 新址  low_income  active - 2026-11-01 v3\n"
               "A01 张三峰 head male 1980-05-01 2000000 下屋  village_cadre  active id phone v2\n"
               "A01 王梅 spouse female 1982-03-02 2000000 下屋  volunteer  active phone v1\n"
               "A01 张豆 daughter female 2018-09-01 2000000 下屋  student  active v2\n"
               "A01 张丫 daughter female 2020-01-01 2000000 下屋  active v1\n"
               "A01 张三峰 head register 2026-11-18 - - -\nA01 王梅 spouse register 2026-11-18 - - -\n"
               "A01 张豆 son register 2026-11-18 - - -\nA01 张丫 daughter register 2026-11-18 - - -\n"
               "A01 elderly 2026-11-18 2026-11-18\nA01 low_income 2026-11-18 -\n"
               "张三峰 party_member 2026-11-18 2026-11-18\n张三峰 village_cadre 2026-11-18 -\n王梅 volunteer 2026-11-18 -\n张豆 student 2026-11-18 -\n"
               "A01 2026-11-01 张三峰 甲版 - -"));
    TRY(house_resident(r, VILLAGE, "张三峰", &s));
    same("the phone", access_open_sealed(r, s->phone_sealed), "13800009999");
    TRY(import(r, csv, EXISTING_UPDATE, false, &n));
    same("the same file again", counts(r, &n), "4 rows, 0 households, 0 added, 0 updated, 4 unchanged");
    static const char *const each[] = { /* one cell changed at a time */
        "A01,张三峰,441621198005010114,,,户主,13800009998,,,,村干部\n", "A01,张三峰,441621198005010114,,,户主,,,,,村干部\n",
        "A01,张三风,441621198005010114,,,户主,13800009999,,,,村干部\n", "A01,张三峰,441621198005010114,,,户主,13800009999,,,,党员\n",
        "A01,张三峰,441621198005010114,,,户主,13800009999,,,,村干部;党员\n", "A01,张三峰,441621198005010114,,,户主,13800009999,,,,\n",
        "A01,王梅,,男,1982-03-02,配偶,13800002222,,,,志愿者\n", "A01,王梅,,女,1982-03-02,母亲,13800002222,,,,志愿者\n",
    };
    for (size_t i = 0; i < COUNT(each); i++)
        same(each[i], tried(r, arena_printf(r->mem, CSV_HEAD "%s", each[i]), EXISTING_UPDATE), "1 rows, 0 households, 0 added, 1 updated, 0 unchanged, dry");
    return NULL;
}

/* What an update says about a household alone. */
static const struct err *households_update(struct req *r)
{
    static const struct { const char *csv, *want; } cases[] = {
        { "B01,黄立,44162119800501019X,男,,户主,,,,,\n", "B01 黄立 02 2000000 下屋 礼坑口  active - 2026-11-01 v3" },
        { "B01,黄立,44162119800501019X,男,,户主,,,,新址,低保户\n", "B01 黄立 02 2000000 下屋 新址  low_income  active - 2026-11-01 v4" },
        { "B01,黄立,44162119800501019X,男,,户主,,上屋,,,低保户\n", "B01 黄立 02 2000000 上屋 新址  low_income  active - 2026-11-01 v5" },
        { "B01,黄立,44162119800501019X,男,,户主,,上屋,02,新址,低保户\n", "B01 黄立 02 2000000 上屋 新址  low_income  active - 2026-11-01 v5" },
        { "B01,黄立,44162119800501019X,男,,户主,,,,,低保户;脱贫户\n", "B01 黄立 02 2000000 上屋 新址  low_income out_of_poverty  active - 2026-11-01 v6" },
        { "B01,黄立,44162119800501019X,男,,户主,,,,,脱贫户 低保户\n", "B01 黄立 02 2000000 上屋 新址  low_income out_of_poverty  active - 2026-11-01 v6" },
        { "B01,黄立,44162119800501019X,男,,户主,,,01,,脱贫户|低保户\n", "B01 黄立 01 1000000 上屋 新址  low_income out_of_poverty  active - 2026-11-01 v7" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct people_imported n;
        const char *now;
        TRY(import(r, arena_printf(r->mem, CSV_HEAD "%s", cases[i].csv), EXISTING_UPDATE, false, &n));
        TRY(picture(r, VILLAGE, "B01", false, &now));
        same(cases[i].csv, arena_strndup(r->mem, now, (size_t)(strchr(now, '\n') - now)), cases[i].want);
        same("the person stays", counts(r, &n), "1 rows, 0 households, 0 added, 0 updated, 1 unchanged");
    }
    return NULL;
}

static const struct err *separators(struct req *r)
{
    static const char *const between[] = { ";", "\",\"", "|", " ", "/", "；", "，", "、", " ; ", ";;" };
    for (size_t i = 0; i < COUNT(between); i++) {
        struct people_imported n;
        struct resident_row *s;
        const char *cell = arena_printf(r->mem, "党员%s脱贫户%s志愿者%s党员", between[i], between[i], between[i]);
        if (between[i][0] == '"') cell = "\"党员,脱贫户,志愿者,党员\"";
        TRY(import(r, arena_printf(r->mem, CSV_HEAD "T%zu,签%zu,,男,1970-01-01,,,,,,%s\n", i, i, cell), EXISTING_REFUSE, false, &n));
        TRY(house_resident(r, VILLAGE, arena_printf(r->mem, "签%zu", i), &s));
        same(between[i], s->tags, " party_member volunteer ");
    }
    return NULL;
}

static void test_writing(void **state)
{
    (void)state;
    try_out(the_register, NULL);
    try_out(all_known, NULL);
    try_out(new_in_old, NULL);
    try_out(updates, NULL);
    try_out(households_update, NULL);
    try_out(separators, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_persons), cmocka_unit_test(test_faults), cmocka_unit_test(test_writing) };
    return cmocka_run_group_tests(tests, house_open, house_close);
}

/* Registers of the nine pilot villages, from a generator with a fixed seed: each village becomes a CSV that
 * people_import reads, as a village's own file would be.
 */
#include <string.h>

#include "demo/demo.h"
#include "kernel/buf.h"
#include "kernel/csv.h"
#include "kernel/date.h"
#include "people/people.h"

extern const struct embedded embedded_share[];

enum { GROUPS = 9, CSV_MAX = 4 * 1024 * 1024, NUMBERS_MAX = 1 << 16, CADRES = 7 };

/* ---- chance: SplitMix64, the same on every machine ---- */

struct gen {
    struct req *r;
    struct demo_village *v;
    struct buf csv;
    uint64_t seed;
    uint32_t *taken;          /* birth and sequence of the ID numbers given out; open addressing */
    int64_t phones, people;
    int year;                 /* births are so many years before it */
    const char *const *clan;  /* the group's surnames, its main one first */
    const char *number, *grid, *group, *address; /* of the household being written */
    const char *household_tags;
    char cast[DEMO_PEOPLE][ID_NUMBER_SIZE];      /* who plays a part, by ID number */
    int cast_at[DEMO_PEOPLE];                    /* household index each comes from */
    int household;
};

static uint64_t chance(struct gen *g)
{
    uint64_t z = (g->seed += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static int below(struct gen *g, int n)
{
    return (int)(chance(g) % (uint64_t)n);
}

static bool percent(struct gen *g, int p)
{
    return below(g, 100) < p;
}

/* ---- names: surnames of the Hakka of 紫金, given names by generation ---- */

static const char *const surnames[] = { "黄", "陈", "刘", "钟", "叶", "张", "李", "邓", "温", "赖", "曾", "古",
                                        "罗", "邹", "廖", "朱", "彭", "范", "巫", "龚", "江", "贺", "甘", "欧阳" };
enum { SURNAMES = sizeof surnames / sizeof *surnames };
static const char *const old_men[] = { "火生", "观福", "亚水", "石养", "金华", "木森", "启贤", "国良", "佛添", "运来",
                                       "日新", "谭胜", "庚祥", "道明", "振声", "汉强" };
static const char *const old_women[] = { "秀英", "玉兰", "三妹", "桂招", "亚娣", "凤娇", "来娣", "月清", "运招", "银娣",
                                         "运娣", "水英", "五妹", "春招", "玉莲", "火娣" };
static const char *const men[] = { "志强", "伟忠", "国辉", "建明", "永新", "小军", "文锋", "俊良", "海平", "立新",
                                   "伟东", "振华", "志坚", "远平", "国雄", "日辉", "少武", "春生", "剑锋", "勇" };
static const char *const women[] = { "丽华", "小红", "惠芳", "雪梅", "秋香", "燕玲", "美珍", "春兰", "丽萍", "海燕",
                                     "素珍", "玉婷", "晓霞", "志芳", "小玲", "爱平", "菊香", "碧云", "翠珍", "敏" };
static const char *const boys[] = { "子轩", "浩然", "俊熙", "宇航", "家豪", "梓睿", "文博", "锦程", "子墨", "天佑",
                                    "铭泽", "伟杰", "嘉乐", "晨曦", "一鸣", "宇辰" };
static const char *const girls[] = { "梓涵", "雨欣", "诗琪", "欣怡", "思颖", "佳怡", "可馨", "语桐", "婉婷", "梦瑶",
                                     "子晴", "芷若", "心妍", "嘉琳", "雅雯", "一诺" };
#define ONE_OF(g, a) (a)[below((g), (int)(sizeof(a) / sizeof *(a)))]

static const char *given(struct gen *g, bool male, int age)
{
    if (age >= 58) return male ? ONE_OF(g, old_men) : ONE_OF(g, old_women);
    if (age >= 24) return male ? ONE_OF(g, men) : ONE_OF(g, women);
    return male ? ONE_OF(g, boys) : ONE_OF(g, girls);
}

/* ---- persons ---- */

static void id_number(struct gen *g, bool male, int age, char out[ID_NUMBER_SIZE])
{
    for (;;) {
        int month = 1 + below(g, 12), day = 1 + below(g, 28), sequence = below(g, 500) * 2 + (male ? 1 : 0);
        char *digits = arena_printf(g->r->mem, "441621%04d%02d%02d%03d", g->year - age, month, day, sequence);
        uint32_t key = (uint32_t)((g->year - age - 1900) * 372 + (month - 1) * 31 + day) * 1000u + (uint32_t)sequence + 1;
        uint32_t at = (key * 2654435761u) % NUMBERS_MAX;
        while (g->taken[at] && g->taken[at] != key) at = (at + 1) % NUMBERS_MAX;
        if (g->taken[at]) continue; /* given out already */
        g->taken[at] = key;
        memcpy(out, digits, 17);
        out[17] = id_number_check(digits);
        out[18] = 0;
        return;
    }
}

static const char *person_tags(struct gen *g, bool male, int age, const char *more)
{
    struct buf b = buf_in(g->r->mem, 512);
    const char *const maybe[] = {
        age >= 22 && percent(g, age >= 50 ? 8 : 4) ? "党员" : NULL,
        male && age >= 22 && percent(g, 3) ? "退役军人" : NULL,
        age >= 7 && age < 22 && percent(g, 90) ? "在校学生" : NULL,
        age >= 3 && age < 16 && percent(g, 12) ? "留守儿童" : NULL,
        age >= 60 && percent(g, 2) ? "五老一贤" : NULL,
        age >= 30 && percent(g, 1) ? "村民代表" : NULL,
        age >= 18 && age < 65 && percent(g, 4) ? "志愿者" : NULL,
        percent(g, 2) ? "残疾人" : NULL,
        more,
    };
    for (size_t i = 0; i < sizeof maybe / sizeof *maybe; i++) {
        if (!maybe[i] || (b.n && strstr(b.p, maybe[i]))) continue;
        if (b.n) buf_putc(&b, ';');
        buf_puts(&b, maybe[i]);
    }
    return b.n ? b.p : "";
}

/* One line of the register; part: the role this person plays, or -1. */
static void person(struct gen *g, const char *surname, const char *relation, bool male, int age, int part)
{
    char id[ID_NUMBER_SIZE];
    id_number(g, male, age, id);
    bool reachable = age >= 16 && age < 80 && (!strcmp(relation, "户主") || percent(g, 80));
    static const char *const part_tags[DEMO_PEOPLE] = {
        [DEMO_GRID] = "村干部", [DEMO_CADRE] = "党员;村干部", [DEMO_RECORDER] = "村干部", [DEMO_SUPERVISOR] = "村民代表",
        [DEMO_ADMIN] = "党员;村干部", [DEMO_INFO] = "志愿者",
    };
    const char *tags = person_tags(g, male, age, NULL);
    if (part >= 0) {
        memcpy(g->cast[part], id, sizeof id);
        reachable = true;
        tags = part_tags[part] ? part_tags[part] : "";
    }
    csv_cell(&g->csv, g->number);
    csv_cell(&g->csv, arena_printf(g->r->mem, "%s%s", surname, given(g, male, age)));
    csv_cell(&g->csv, id);
    csv_cell(&g->csv, male ? "男" : "女");
    csv_cell(&g->csv, relation);
    csv_cell(&g->csv, reachable ? arena_printf(g->r->mem, "120%08lld", (long long)++g->phones) : "");
    csv_cell(&g->csv, g->group);
    csv_cell(&g->csv, g->grid);
    csv_cell(&g->csv, g->address);
    bool head = !strcmp(relation, "户主");
    const char *both = head && *g->household_tags
                           ? arena_printf(g->r->mem, "%s%s%s", g->household_tags, *tags ? ";" : "", tags) : tags;
    csv_cell(&g->csv, both);
    csv_end_row(&g->csv);
    g->people++;
}

/* A household: an old couple or widow(er), a couple with children, or three generations. */
static void family(struct gen *g, const char *surname, int part)
{
    int kind = part >= 0 ? 50 : below(g, 100);
    if (kind < 14) { /* the old alone */
        int age = 62 + below(g, 24);
        bool male = percent(g, 55);
        g->household_tags = percent(g, 22) ? "老年户;低保户" : percent(g, 6) ? "老年户;特困供养户" : "老年户";
        person(g, surname, "户主", male, age, part);
        if (percent(g, 62)) person(g, ONE_OF(g, surnames), "配偶", !male, age - 4 + below(g, 7), -1);
        return;
    }
    int age = part >= 0 ? 38 + below(g, 14) : 28 + below(g, 34);
    bool male = part == DEMO_RECORDER || part == DEMO_VILLAGER2 ? false : percent(g, 90);
    g->household_tags = percent(g, 3) ? "低保户" : percent(g, 7) ? "脱贫户" : percent(g, 5) ? "党员户" : "";
    person(g, surname, "户主", male, age, part);
    bool married = percent(g, 90);
    if (married) person(g, male ? ONE_OF(g, surnames) : surname, "配偶", !male, age - 3 + below(g, 5), -1);
    int children = below(g, 100) < 20 ? 0 : below(g, 100) < 45 ? 1 : below(g, 100) < 75 ? 2 : 3;
    for (int i = 0; i < children && married; i++) {
        int born = 23 + below(g, 4) + i * 2;
        if (age - born < 0) break;
        bool boy = percent(g, 53);
        person(g, surname, boy ? "子" : "女", boy, age - born, -1);
        if (age - born >= 26 && boy && percent(g, 45)) {
            person(g, ONE_OF(g, surnames), "儿媳", false, age - born - 1, -1);
            if (percent(g, 85)) person(g, surname, percent(g, 52) ? "孙子" : "孙女", percent(g, 52), (age - born - 26) / 2, -1);
        }
    }
    if (kind >= 60 && age < 60) { /* a parent or both live with them */
        if (percent(g, 70)) person(g, surname, "父亲", true, age + 23 + below(g, 8), -1);
        if (percent(g, 80)) person(g, ONE_OF(g, surnames), "母亲", false, age + 21 + below(g, 8), -1);
    }
}

/* ---- a village ---- */

static const char *const group_names[][GROUPS] = {
    { "上屋", "下屋", "老围", "新屋", "塘背", "岭下", "河唇", "坳背", "石下" },
    { "大湖", "田心", "黄泥塘", "楼下", "径口", "松山", "水口", "围肚", "高排" },
    { "禾场", "井头", "坝心", "枫树下", "横坑", "石角", "凹下", "桥头", "长排" },
};

static const char *grid_code(struct gen *g, int micro)
{
    return arena_printf(g->r->mem, "01.%02d.%02d.%02d", micro / 12 + 1, micro / 4 % 3 + 1, micro % 4 + 1);
}

static const struct err *add_grids(struct gen *g, const char *const *groups)
{
    struct req *r = g->r;
    int64_t v = g->v->code;
    static const char *const middle[] = { "东片", "中片", "西片" };
    TRY(region_grid_add(r, v, "01", arena_printf(r->mem, "%s大网格", g->v->name)));
    for (int m = 0; m < 3; m++) {
        TRY(region_grid_add(r, v, arena_printf(r->mem, "01.%02d", m + 1), arena_printf(r->mem, "%s中网格", middle[m])));
        for (int s = 0; s < 3; s++) {
            const char *small = arena_printf(r->mem, "01.%02d.%02d", m + 1, s + 1);
            TRY(region_grid_add(r, v, small, arena_printf(r->mem, "%s小网格", groups[m * 3 + s])));
            for (int k = 0; k < 4; k++)
                TRY(region_grid_add(r, v, arena_printf(r->mem, "%s.%02d", small, k + 1),
                                    arena_printf(r->mem, "%s第%d微网格", groups[m * 3 + s], k + 1)));
        }
    }
    return NULL;
}

/* 一长三员: the large and middle grids have a head and an instructor from the township, the small ones a
 * full-time and a part-time worker too, the micro ones a head. */
static const struct err *add_staff(struct gen *g, struct list heads)
{
    struct req *r = g->r;
    struct list grids = { 0 };
    TRY(region_grids(r, g->v->code, &grids));
    for (size_t i = 0; i < grids.n; i++) {
        const struct grid *one = &LIST_AT(grids, struct grid, i);
        const char *const *names = heads.items;
        struct grid_staff staff[4] = {
            { .duty = "head", .name = names[i % heads.n], .resident = NONE },
            { .duty = "full_time", .name = names[(i + 7) % heads.n], .resident = NONE },
            { .duty = "part_time", .name = names[(i + 11) % heads.n], .resident = NONE },
            { .duty = "instructor", .name = "镇包片干部", .resident = NONE },
        };
        size_t n = one->level == 3 ? 4 : 1;
        if (one->level < 3) staff[1] = staff[3], n = 2;
        TRY(region_grid_staff(r, g->v->code, one->code, (struct list){ staff, n }));
    }
    return NULL;
}

static const struct err *add_organisations(struct gen *g, const char *surname)
{
    struct req *r = g->r;
    const char *tags[1] = { "five_teams" }, *shop[1] = { "discount_shop" };
    const struct list five = { tags, 1 }, discount = { shop, 1 };
    const char *v = g->v->name;
    const struct organisation_new all[] = {
        { .name = arena_printf(r->mem, "%s村民理事会", v), .kind = "association", .tags = five },
        { .name = arena_printf(r->mem, "%s五老一贤调解队", v), .kind = "team", .tags = five },
        { .name = arena_printf(r->mem, "%s妇女广场舞队", v), .kind = "team", .tags = five },
        { .name = arena_printf(r->mem, "%s党员志愿服务队", v), .kind = "team" },
        { .name = arena_printf(r->mem, "%s茶叶专业合作社", v), .kind = "enterprise" },
        { .name = arena_printf(r->mem, "%s%s记杂货店", v, surname), .kind = "shop", .tags = discount },
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct organisation_new o = all[i];
        o.village = g->v->code;
        o.grid = grid_code(g, below(g, DEMO_MICRO_GRIDS));
        o.contact = arena_printf(r->mem, "%s%s", surname, ONE_OF(g, men));
        o.phone = arena_printf(r->mem, "120%08lld", (long long)++g->phones);
        o.address = arena_printf(r->mem, "%s村委会旁", v);
        TRY(people_organisation_add(r, &o, &g->v->shop));
    }
    return NULL;
}

static void write_register(struct gen *g, const char *const *groups)
{
    buf_puts(&g->csv, "户号,姓名,身份证号,性别,与户主关系,手机号,村民小组,网格,住址,标签\n");
    for (int i = 0; i < g->v->households; i++) {
        int micro = i * DEMO_MICRO_GRIDS / g->v->households; /* neighbours stand together */
        int group = micro / 4, part = -1;
        for (int k = 0; k < DEMO_PEOPLE; k++)
            if (g->cast_at[k] == i) part = k;
        g->number = arena_printf(g->r->mem, "%03lld%04d", (long long)(g->v->code % 1000), i + 1);
        g->grid = grid_code(g, micro);
        g->group = arena_printf(g->r->mem, "%s小组", groups[group]);
        g->address = arena_printf(g->r->mem, "%s%s%d号", g->v->name, groups[group], i + 1);
        /* Seven of ten households of a group bear its clan's name. */
        const char *surname = percent(g, 70) ? g->clan[group % 3] : ONE_OF(g, surnames);
        family(g, surname, part);
    }
}

static const struct err *sign_up(struct gen *g)
{
    int64_t id;
    int64_t signed_on = date_of(2023, 3, 18);
    for (int i = 0; i < g->v->households; i++) {
        bool cast = false;
        for (int k = 0; k < DEMO_PEOPLE; k++) cast |= g->cast_at[k] == i;
        bool yes = percent(g, g->v->code == DEMO_MAIN ? 94 : 82);
        int64_t on = signed_on + below(g, 75);
        if (!yes && !cast) continue;
        TRY(people_household_by_number(g->r, g->v->code,
                                       arena_printf(g->r->mem, "%03lld%04d", (long long)(g->v->code % 1000), i + 1), &id));
        TRY(people_pledge(g->r, g->v->code, id, on, NONE, "《积分制管理承诺书》"));
    }
    return NULL;
}

static const struct err *find_cast(struct gen *g)
{
    for (int k = 0; k < DEMO_PEOPLE; k++) {
        struct demo_person *p = &g->v->people[k];
        struct subject *s;
        p->village = g->v->code;
        TRY(people_resident_by_id_number(g->r, g->v->code, g->cast[k], &p->resident));
        TRY(people_subject(g->r, g->v->code, "resident", p->resident, &s));
        p->household = s->household;
        p->grid = s->grid;
    }
    return NULL;
}

static const struct err *make_village(struct gen *g, int index, struct demo *d)
{
    struct people_imported done;
    struct region *v;
    const char *const *groups = group_names[index % 3];
    const char *clan[3];
    const char **heads = arena_array(g->r->mem, const char *, CADRES + 16);

    TRY(region_village(g->r, g->v->code, &v));
    g->v->name = v->name;
    for (int i = 0; i < 3; i++) clan[i] = surnames[(index * 5 + i * 3) % SURNAMES];
    g->clan = clan;
    /* The parts, in different households; the villagers and the grid worker in the first middle grid. */
    for (int k = 0; k < DEMO_PEOPLE; k++) g->cast_at[k] = k <= DEMO_GRID ? 11 + k * 17 : g->v->households / 2 + k * 9;
    TRY(add_grids(g, groups));
    for (int i = 0; i < GROUPS; i++) {
        int64_t id;
        TRY(region_group_add(g->r, g->v->code, arena_printf(g->r->mem, "%s小组", groups[i]),
                             arena_printf(g->r->mem, "%s%s", clan[i % 3], ONE_OF(g, men)), &id));
    }
    g->csv = buf_in(g->r->mem, CSV_MAX);
    write_register(g, groups);
    if (g->csv.over) BUG("demo register of %lld is too long", (long long)g->v->code);
    TRY(people_import(g->r, g->v->code, g->csv.p, g->csv.n, EXISTING_REFUSE, false, &done));
    for (int i = 0; i < CADRES + 16; i++)
        heads[i] = arena_printf(g->r->mem, "%s%s", clan[i % 3], i % 4 == 3 ? ONE_OF(g, women) : ONE_OF(g, men));
    TRY(add_staff(g, (struct list){ heads, CADRES + 16 }));
    TRY(add_organisations(g, clan[0]));
    TRY(sign_up(g));
    TRY(find_cast(g));
    d->residents += done.added;
    d->households += done.households;
    return NULL;
}

static const struct err *import_regions(struct req *r)
{
    int64_t rows;
    for (const struct embedded *f = embedded_share; f->path; f++)
        if (!strcmp(f->path, "regions/441621.csv")) return region_import(r, f->p, (size_t)(f->end - f->p), &rows);
    BUG("share/regions/441621.csv is not in the program");
}

const struct err *demo_register(struct req *r, struct demo *d)
{
    /* The pilot villages of seed 003; 3,500 households. */
    static const struct { int64_t code; const char *prefix; int households; } pilots[DEMO_VILLAGES] = {
        { DEMO_MAIN, "lk", 412 },               /* 礼坑村 */
        { DEMO_SECOND, "gt", 486 },             /* 官田村 */
        { INT64_C(441621102200), "my", 395 },   /* 梅园村 */
        { INT64_C(441621102217), "pf", 368 },   /* 彭坊村 */
        { INT64_C(441621102218), "zx", 352 },   /* 嶂下村 */
        { INT64_C(441621102206), "zj", 341 },   /* 竹径村 */
        { INT64_C(441621102229), "gm", 402 },   /* 光明村 */
        { INT64_C(441621102224), "qn", 377 },   /* 琴南村 */
        { INT64_C(441621102222), "qk", 367 },   /* 琴口村 */
    };
    struct gen g = { .r = r, .seed = 441621102, .taken = arena_array(r->mem, uint32_t, NUMBERS_MAX) };
    g.year = 2024; /* fixed: the same people on every day */
    TRY(import_regions(r));
    for (int i = 0; i < DEMO_VILLAGES; i++) {
        g.v = &d->villages[i];
        *g.v = (struct demo_village){ .code = pilots[i].code, .prefix = pilots[i].prefix, .households = pilots[i].households };
        TRY(make_village(&g, i, d));
    }
    return NULL;
}

/* For the unit tests of this slice: two villages with neighbouring codes and the same small register in both, on SQLite.
 * What is looked at in one village would be there twice if a statement crossed into the other. */
#ifndef PEOPLE_TEST_H
#define PEOPLE_TEST_H
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernel/date.h"
#include "kernel/text.h"
#include "people/people_http.h"

#include "kernel/test.h" /* after ours: cmocka has a macro fail() */

extern const struct migration access_migrations[], region_migrations[], people_migrations[];

#define VILLAGE INT64_C(441621102205)
#define NEXT INT64_C(441621102206)
#define CSV_HEAD "户号,姓名,身份证号,性别,出生日期,与户主关系,手机号,村民小组,网格,住址,标签\n"

static struct {
    struct arena mem;
    struct store *s;
    char dir[48];
    const char *wrong; /* the first thing that was not as expected */
} house;

static const char house_regions[] = "code,name\n440000000000,广东省\n441600000000,河源市\n441621000000,紫金县\n"
                                    "441621102000,龙窝镇\n441621102205,礼坑村\n441621102206,邻村\n";

/* 李三丰 is fourteen, 李小妹 from tomorrow on (a year of life is full on the day after the birthday); two phones end in 1111,
 * which is a household's number, too; so is a whole phone. An import makes the households in the order of their numbers. */
static const char house_register[] = CSV_HEAD
    "A01,张三丰,441621198005010114,男,1980-05-01,户主,13800001111,上屋,01.01,坑口1号,党员;老年户\n"
    "A01,王梅,,女,1982-03-02,配偶,13800002222,,,,志愿者\n"
    "A01,张豆,,男,2018-09-01,子,,,,,在校学生\n"
    "A02,李大海,441621197501150138,男,,户主,13900001111,下屋,01.02,,\n"
    "A02,李三丰,,男,2012-11-17,子,,,,,\n"
    "A02,李小妹,,女,2012-11-18,女,,,,,\n"
    "B01,黄立,44162119800501019X,男,,户主,,下屋,02,礼坑口,低保户\n"
    "1111,陈四,,男,1950-01-01,户主,,,,,\n"
    "B02,张三,,男,1969-12-31,户主,13700003333,,01.01.02,,党员\n"
    "B03,赵走,441621199109090184,女,,户主,13600004444,上屋,01.02,,志愿者\n"
    "B03,赵留,,男,1995-01-02,子,,,,,\n"
    "B04,钱故,,男,1940-01-01,户主,,,,,\n"
    "13800001111,周号,,女,1985-05-05,户主,,,,,\n";

static int64_t house_day(void)
{
    return date_of(2026, 11, 18);
}

/* ---- what was expected ---- */
/* Told after the transaction: a test that is left inside of it would keep the writer. */
static inline void same(const char *what, const char *got, const char *want)
{
    if (!house.wrong && !text_equal(got, want))
        house.wrong = arena_printf(&house.mem, "%s\n got: %s\nwant: %s", what, got ? got : "-", want ? want : "-");
}

static inline void same_n(const char *what, int64_t got, int64_t want)
{
    same(what, arena_printf(&house.mem, "%lld", (long long)got), arena_printf(&house.mem, "%lld", (long long)want));
}

/* "invalid on: the sentence", with every finding; "fine". */
static inline const char *told(struct req *r, const struct err *e)
{
    if (!e) return "fine";
    const char *s = arena_printf(r->mem, "%s%s%s", err_info(e->code)->code, e->field ? " " : "", e->field ? e->field : "");
    if (e->zh) s = arena_printf(r->mem, "%s: %s", s, e->zh);
    for (const struct finding *f = e->findings; f; f = f->next) s = arena_printf(r->mem, "%s\n%s %s", s, f->field, f->zh);
    return s;
}

struct house_line { const char *line; };
static const struct field house_line_fields[] = { F(house_line, line, K_TEXT, 0, 0, 0, ""), { 0 } };
static RECORD(house_line);

static inline const char *joined(struct req *r, struct list lines)
{
    const char *s = "";
    for (size_t i = 0; i < lines.n; i++) {
        const char *line = LIST_AT(lines, struct house_line, i).line;
        s = arena_printf(r->mem, "%s%s%s", s, i ? "\n" : "", line ? line : "-");
    }
    return s;
}

/* ---- transactions ---- */
typedef const struct err *house_fn(struct req *r);

static const struct err *house_undone(struct req *r, void *arg)
{
    r->today = house_day();
    const struct err *e = (*(house_fn **)arg)(r);
    same("the step", told(r, e), "fine");
    return err_new(r->mem, ERR_STATE, NULL);
}

static const struct err *house_kept(struct req *r, void *arg)
{
    r->today = house_day();
    return (*(house_fn **)arg)(r);
}

/* Runs fn as somebody (NULL: the operator) and undoes what it wrote. */
static inline void try_out(house_fn *fn, const struct actor *who)
{
    house.wrong = NULL;
    const struct err *e = store_run(house.s, TX_WRITE, &house.mem, who ? who : access_operator(&house.mem), house_undone, &fn);
    EXPECT(!house.wrong, "%s", house.wrong);
    EXPECT(e && e->code == ERR_STATE, "%s", err_text(e, LANG_EN));
}

/* ---- the register ---- */
static inline const struct err *house_resident(struct req *r, int64_t village, const char *name, struct resident_row **out)
{
    int64_t id;
    TRY(db_int(r, &id, "SELECT id FROM resident WHERE village = $1 AND name = $2", I64(village), TEXT(name)));
    return resident_load(r, PERM_PEOPLE_READ, village, id, out);
}

static const struct err *house_household(struct req *r, int64_t village, const char *number, int64_t *id)
{
    return people_household_by_number(r, village, number, id);
}

static const struct err *house_village(struct req *r, int64_t village)
{
    static const char *const grids[] = { "01", "01.01", "01.01.02", "01.02", "02" };
    static const struct { const char *name, *kind, *grid, *phone, *contact, *tag; } shops[] = {
        { "礼坑豆腐坊", "shop", "01.01", "12088880001", "黄豆腐", "discount_shop" },
        { "礼坑舞狮队", "team", NULL, NULL, NULL, "five_teams" },
        { "上屋商店", "shop", "02", NULL, NULL, NULL },
    };
    struct people_imported told_of;
    struct resident_row *s;
    int64_t id;
    for (size_t i = 0; i < COUNT(grids); i++) TRY(region_grid_add(r, village, grids[i], grids[i]));
    TRY(region_group_add(r, village, "上屋", NULL, &id));
    TRY(region_group_add(r, village, "下屋", NULL, &id));
    TRY(people_import(r, village, house_register, strlen(house_register), EXISTING_REFUSE, false, &told_of));
    TRY(house_resident(r, village, "赵走", &s));
    TRY(resident_leave(r, s, LEAVE_MOVE_OUT, r->today, NULL));
    TRY(house_resident(r, village, "钱故", &s));
    TRY(resident_leave(r, s, LEAVE_DEATH, r->today, NULL));
    for (size_t i = 0; i < 2; i++) {
        TRY(house_household(r, village, i ? "B01" : "A01", &id));
        TRY(people_pledge(r, village, id, r->today - 17, NONE, "甲版"));
    }
    for (size_t i = 0; i < COUNT(shops); i++) {
        struct organisation_new o = { .village = village, .name = shops[i].name, .kind = shops[i].kind, .grid = shops[i].grid,
                                      .phone = shops[i].phone, .contact = shops[i].contact,
                                      .tags = { &(const char *){ shops[i].tag }, shops[i].tag != NULL } };
        TRY(people_organisation_add(r, &o, &id));
    }
    return db_exec(r, "UPDATE organisation SET state = 'dissolved' WHERE village = $1 AND name = '上屋商店'", I64(village));
}

static const struct err *house_fill(struct req *r)
{
    int64_t rows;
    TRY(region_import(r, house_regions, strlen(house_regions), &rows));
    TRY(house_village(r, VILLAGE));
    return house_village(r, NEXT);
}

static inline int house_open(void **state)
{
    const struct migration *const each[] = { access_migrations, region_migrations, people_migrations };
    struct migration all[16];
    house_fn *fill = house_fill;
    size_t n = 0;
    (void)state;
    snprintf(house.dir, sizeof house.dir, "/tmp/shanzhi-people-XXXXXX");
    assert_non_null(mkdtemp(house.dir));
    const char *key = arena_printf(&house.mem, "%s/key", house.dir);
    assert_null(access_key_make(&house.mem, key, "test"));
    assert_null(access_key_load(&house.mem, key, "test"));
    assert_null(store_open(&house.mem, &(struct store_config){ .path = arena_printf(&house.mem, "%s/x.db", house.dir),
                                                                .sessions = 2, .create = true }, &house.s));
    for (size_t i = 0; i < COUNT(each); i++)
        for (const struct migration *m = each[i]; m->slice; m++) all[n++] = *m;
    assert_null(store_migrate(house.s, &house.mem, all, n, NULL));
    const struct err *e = store_run(house.s, TX_WRITE, &house.mem, access_operator(&house.mem), house_kept, &fill);
    EXPECT(!e, "%s", e ? err_text(e, LANG_EN) : "");
    return 0;
}

static inline int house_close(void **state)
{
    char cmd[80];
    (void)state;
    store_close(house.s);
    snprintf(cmd, sizeof cmd, "rm -rf %s", house.dir);
    assert_int_equal(system(cmd), 0);
    arena_clear(&house.mem);
    return 0;
}
#endif

/* Working days against the notices, day by day around each holiday, and the operator's file. */
#include "kernel/test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernel/date.h"

static void nth_working_day(void **state)
{
    static const struct { const char *from; int n; const char *want; } cases[] = {
        { "2024-03-04", 20, "2024-04-01" },
        { "2024-03-25", 20, "2024-04-23" }, /* Qingming 4–6 April off, Sunday 7 worked */
        { "2024-03-25", 0, "2024-03-25" },
        { "2024-04-06", 1, "2024-04-07" },
        { "2024-04-07", -1, "2024-04-03" },
        { "2026-02-13", 1, "2026-02-14" },  /* a Saturday worked before Spring Festival */
        { "2026-02-14", 1, "2026-02-24" },
        { "2026-09-30", 1, "2026-10-08" },
        { "2026-11-20", 5, "2026-11-27" },
        { "2026-11-21", 1, "2026-11-23" },
        { "2027-02-04", 1, "2027-02-09" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t from;
        char s[DATE_SIZE];
        assert_true(date_parse(cases[i].from, &from));
        date_format(workday_add(from, cases[i].n), s);
        EXPECT(strcmp(s, cases[i].want) == 0, "%s + %d gave %s", cases[i].from, cases[i].n, s);
    }
}

/* Working days of each month as an independent calendar has them (npm chinese-days 1.5.7). */
static void months(void **state)
{
    static const struct { int year; int days[12]; } cases[] = {
        { 2024, { 22, 18, 21, 22, 21, 19, 23, 22, 21, 19, 21, 22 } },
        { 2025, { 19, 19, 21, 22, 19, 20, 23, 21, 23, 18, 20, 23 } },
        { 2026, { 21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23 } },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        for (int m = 1; m <= 12; m++) {
            struct span s = period_span(PERIOD_MONTH, date_of(cases[i].year, m, 1));
            int n = 0;
            for (int64_t d = s.first; d <= s.last; d++) n += workday_is(d);
            EXPECT(n == cases[i].days[m - 1], "%d-%02d has %d", cases[i].year, m, n);
        }
    }
}

static void single_days(void **state)
{
    static const struct { const char *date; bool work; } cases[] = {
        { "2024-02-09", true },  { "2024-02-10", false }, { "2024-02-18", true },  { "2024-05-11", true },
        { "2025-01-28", false }, { "2025-01-27", true },  { "2025-05-02", false }, { "2025-05-05", false },
        { "2025-10-08", false }, { "2025-10-11", true },  { "2026-01-02", false }, { "2026-01-04", true },
        { "2026-09-25", false }, { "2027-02-05", false }, { "2027-02-06", false }, { "2027-02-08", false },
        { "2027-06-09", false }, { "2027-09-15", false }, { "2027-10-01", false }, { "2027-10-04", true },
        { "2023-10-02", true },  { "2030-01-05", false },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t d;
        assert_true(date_parse(cases[i].date, &d));
        EXPECT(workday_is(d) == cases[i].work, "%s", cases[i].date);
    }
    assert_true(workday_known(date_of(2027, 12, 31)));
    assert_false(workday_known(date_of(2028, 1, 1)));
    assert_false(workday_known(date_of(2023, 12, 31)));
}

static const char *file_of(struct arena *mem, const char *text)
{
    char *path = arena_strdup(mem, "/tmp/workday_test.XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    return path;
}

static const struct err *load(struct arena *mem, const char *text)
{
    const char *path = file_of(mem, text);
    const struct err *e = workday_load(mem, path);
    unlink(path);
    return e;
}

/* Does a finding of that line say these words? */
static bool says(const struct err *e, const char *line, const char *words)
{
    for (const struct finding *f = e->findings; f; f = f->next) {
        const char *at = strrchr(f->field, ':');
        if (at && strcmp(at + 1, line) == 0 && strstr(f->en, words)) return true;
    }
    return false;
}

static void file(void **state)
{
    struct arena *mem = *state;
    static const struct { const char *text, *line, *says; } bad[] = {
        { "2028-01-03 off\n2028-13-01 off\n", "2", "write" },
        { "2028-01-03 free\n", "1", "write" },
        { "2028-01-03\n", "1", "write" },
        { "off 2028-01-03\n", "1", "write" },
        { "2028-01-03 off\n\n2028-01-03 work\n", "3", "contradicts line 1" },
        { "1月3日（周一）放假。\n", "1", "before a title" },
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        const struct err *e = load(mem, bad[i].text);
        EXPECT(e && says(e, bad[i].line, bad[i].says), "case %zu: %s", i, e ? err_text(e, LANG_EN) : "fine");
        EXPECT(workday_is(date_of(2028, 1, 3)), "case %zu changed something", i);
    }
    const struct err *e = load(mem, "\xD6\xD0");
    assert_true(e && strstr(err_text(e, LANG_EN), "UTF-8"));
    assert_non_null(workday_load(mem, "/nonexistent/holidays"));

    assert_null(load(mem, "# 国务院办公厅通知\r\n\n2028-01-03 off 元旦\r\n2028-01-08 work\n2027-02-06 work 试\n"));
    assert_false(workday_is(date_of(2028, 1, 3)));
    assert_true(workday_is(date_of(2028, 1, 8)));
    assert_true(workday_known(date_of(2028, 6, 1)));
    /* 2027 is now the file's alone; 2026 is untouched. */
    assert_true(workday_is(date_of(2027, 2, 6)));
    assert_true(workday_is(date_of(2027, 2, 8)));
    assert_false(workday_is(date_of(2026, 10, 1)));
}

/* Whose notice is lacking: told before `file` loads 2027 and 2028. */
static void missing(void **state)
{
    static const struct { const char *today; int year; } cases[] = {
        { "2024-01-01", 0 }, { "2025-11-01", 0 }, { "2025-12-31", 0 }, { "2026-06-30", 0 },
        { "2026-10-31", 0 }, { "2026-11-01", 2027 }, { "2026-12-31", 2027 },
        { "2027-01-01", 2027 }, /* built in are its statutory days only */
        { "2027-12-31", 2027 }, { "2028-03-01", 2028 }, { "2023-05-01", 2023 }, { "2199-12-31", 2199 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t today;
        assert_true(date_parse(cases[i].today, &today));
        EXPECT(workday_missing(today) == cases[i].year, "%s: %d", cases[i].today, workday_missing(today));
    }
}

static void no_longer_missing(void **state)
{
    (void)state;
    assert_int_equal(workday_missing(date_of(2026, 11, 1)), 0);
    assert_int_equal(workday_missing(date_of(2027, 10, 31)), 0);
    assert_int_equal(workday_missing(date_of(2028, 10, 31)), 0);
    assert_int_equal(workday_missing(date_of(2028, 11, 1)), 2029);
}

/* ---- the notices as they were published ---- */

#define TITLE(year) "国务院办公厅关于" year "年\n部分节假日安排的通知\n"
#define TO "各省、自治区、直辖市人民政府，国务院各部委、各直属机构：\n"
#define ORDER(year) \
    "　　经国务院批准，现将" year \
    "年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。\n"
#define CLOSE(date) \
    "　　节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作，遇有重大突发事件，要按规定及时报告并妥善处置，确保人民群众祥和" \
    "平安度过节日假期。\n\n　　国务院办公厅\n　　" date "\n　　（此件公开发布）\n"

static const char notice_2024[] =
    TITLE("2024") "国办发明电〔2023〕7号\n" TO ORDER("2024")
    "　　一、元旦：1月1日放假，与周末连休。\n"
    "　　二、春节：2月10日至17日放假调休，共8天。2月4日（星期日）、2月18日（星期日）上班。鼓励各单位结合带薪年休假等制度落实，安排职工在除夕（2月9"
    "日）休息。\n"
    "　　三、清明节：4月4日至6日放假调休，共3天。4月7日（星期日）上班。\n"
    "　　四、劳动节：5月1日至5日放假调休，共5天。4月28日（星期日）、5月11日（星期六）上班。\n"
    "　　五、端午节：6月10日放假，与周末连休。\n"
    "　　六、中秋节：9月15日至17日放假调休，共3天。9月14日（星期六）上班。\n"
    "　　七、国庆节：10月1日至7日放假调休，共7天。9月29日（星期日）、10月12日（星期六）上班。\n"
    CLOSE("2023年10月25日");
static const char notice_2025[] =
    TITLE("2025") "国办发明电〔2024〕12号\n" TO
    "　　根据2024年11月修订的《全国年节及纪念日放假办法》，自2025年1月1日起，全体公民放假的假日增加2天，其中春节、劳动节各增加1天。\n" ORDER("2025")
    "　　一、元旦：1月1日（周三）放假1天，不调休。\n"
    "　　二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。1月26日（周日）、2月8日（周六）上班。\n"
    "　　三、清明节：4月4日（周五）至6日（周日）放假，共3天。\n"
    "　　四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。\n"
    "　　五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。\n"
    "　　六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。\n"
    CLOSE("2024年11月12日");
static const char notice_2026[] =
    TITLE("2026") "国办发明电〔2025〕7号\n" TO ORDER("2026")
    "　　一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。\n"
    "　　二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。\n"
    "　　三、清明节：4月4日（周六）至6日（周一）放假，共3天。\n"
    "　　四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。\n"
    "　　五、端午节：6月19日（周五）至21日（周日）放假，共3天。\n"
    "　　六、中秋节：9月25日（周五）至27日（周日）放假，共3天。\n"
    "　　七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。\n"
    CLOSE("2025年11月4日");
/* 2023 begins in the year before; its lines are broken as a web page's copy breaks them. */
static const char notice_2023[] =
    "标题：国务院办公厅关于2023年部分节假日安排的通知\n发布日期：2022年12月08日\n" TITLE("2023")
    "国办发明电〔2022〕16号\n" TO ORDER("2023")
    "一、元旦：2022年12月31日至2023年1月2日放假调休，\n共3天。\n"
    "二、春节：1月21日至27日放假调休，共7天。\n1月28日（星期六）、1月29日（星期日）上班。\n"
    "三、清明节：4月5日放假，共1天。\n"
    "四、劳动节：4月29日至5月3日放假调休，共5天。4月23日（星期日）、5月6日（星期六）上班。\n"
    "五、端午节：6月22日至24日放假调休，共3天。6月25日（星期日）上班。\n"
    "六、中秋节、国庆节：9月29日至10月6日放假调休，共8天。10月7日（星期六）、10月8日（星期日）上班。\n"
    CLOSE("2022年12月8日");

/* Every day of a built-in year, then its notice is read: the same days. */
static void built_in(void **state)
{
    struct arena *mem = *state;
    static const char *const notices[] = { notice_2024, notice_2025, notice_2026 };
    for (int i = 0; i < 3; i++) {
        bool was[366];
        int64_t first = date_of(2024 + i, 1, 1), last = date_of(2024 + i, 12, 31);
        for (int64_t d = first; d <= last; d++) was[d - first] = workday_is(d);
        const struct err *e = load(mem, notices[i]);
        EXPECT(!e, "%d: %s", 2024 + i, e && e->findings ? e->findings->en : "");
        for (int64_t d = first; d <= last; d++) {
            char s[DATE_SIZE];
            EXPECT(workday_is(d) == was[d - first], "%s", date_format(d, s));
        }
    }
}

/* 2023 is not built in; the days are written by hand from the calendar that hung on the walls. */
static void read_from_prose(void **state)
{
    struct arena *mem = *state;
    static const struct { int year, month, day; bool work; } days[] = {
        { 2022, 12, 30, true }, { 2022, 12, 31, false }, { 2023, 1, 2, false }, { 2023, 1, 3, true },
        { 2023, 1, 20, true }, { 2023, 1, 21, false }, { 2023, 1, 27, false }, { 2023, 1, 28, true },
        { 2023, 1, 29, true }, { 2023, 4, 4, true }, { 2023, 4, 5, false }, { 2023, 4, 6, true },
        { 2023, 4, 23, true }, { 2023, 4, 28, true }, { 2023, 5, 3, false }, { 2023, 5, 4, true },
        { 2023, 5, 6, true }, { 2023, 6, 21, true }, { 2023, 6, 22, false }, { 2023, 6, 23, false },
        { 2023, 6, 25, true }, { 2023, 9, 28, true }, { 2023, 9, 29, false }, { 2023, 10, 6, false },
        { 2023, 10, 7, true }, { 2023, 10, 8, true }, { 2023, 10, 9, true }, { 2023, 10, 14, false },
    };
    const struct err *e = load(mem, notice_2023);
    EXPECT(!e, "%s", e && e->findings ? e->findings->en : "");
    for (size_t i = 0; i < COUNT(days); i++) {
        int64_t d = date_of(days[i].year, days[i].month, days[i].day);
        EXPECT(workday_is(d) == days[i].work, "%d-%d-%d", days[i].year, days[i].month, days[i].day);
    }
    assert_true(workday_known(date_of(2023, 7, 1)));
    assert_false(workday_known(date_of(2022, 12, 31))); /* one day of it was said, no more */
    /* 2023 by prose and 2029 by lines in one file; full-width digits and ASCII punctuation of a copy. */
    e = load(mem, "2029-01-01 off\n国务院办公厅关于２０２３年部分节假日安排的通知\n一、元旦: 1月1日(周日)放假,与周末连休。\n");
    assert_non_null(e);
}

static char *replaced(struct arena *mem, const char *s, const char *from, const char *to)
{
    const char *at = strstr(s, from);
    assert_non_null(at);
    return arena_printf(mem, "%.*s%s%s", (int)(at - s), s, to, at + strlen(from));
}

/* The notice of 2026 with one mistake each: the line that holds it, and not one day taken. */
static void mistakes(void **state)
{
    struct arena *mem = *state;
    static const struct { const char *from, *to, *line, *says; } cases[] = {
        { "至3日（周六）", "至3日（周五）", "6", "another weekday" },
        { "共9天", "共8天", "7", "9 days" },
        { "5月9日（周六）上班", "5月8日（周五）上班", "9", "no weekend" },
        { "6月19日（周五）", "6月31日（周五）", "10", "no day of that year" },
        { "放假，共3天。\n　　六", "放假，共3天，另行通知。\n　　六", "10", "not understood" },
        { "9月25日（周五）至27日（周日）放假", "9月27日（周日）至25日（周五）放假", "11", "not understood" },
        { "10月10日（周六）上班", "10月10日（周六）办公", "12", "not understood" },
        { "　　七、国庆节：", "　　", "2", "2026年国庆" },
        { "　　七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。\n", "", "2",
          "2026年国庆" },
        { "2026年\n部分", "2027年\n部分", "6", "another weekday" },
        { "　　国务院办公厅\n", "　　国务院办公厅\n另：12月31日（周四）放假。\n", "16", "belongs to no holiday" },
        { "5月9日（周六）上班", "5月5日（周二）上班", "9", "no weekend" },
        { "1月4日（周日）上班", "1月3日（周六）上班", "6", "contradicts line 6" },
        { "四、劳动节：", "四、劳动节", "9", "no colon" },
        { "1月1日（周四）至", "1月1日（周四至", "6", "does not agree" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct err *e = load(mem, replaced(mem, notice_2026, cases[i].from, cases[i].to));
        EXPECT(e && says(e, cases[i].line, cases[i].says), "case %zu: %s: %s", i,
               e && e->findings ? e->findings->field : "fine", e && e->findings ? e->findings->en : "");
        EXPECT(workday_is(date_of(2026, 2, 14)) && !workday_is(date_of(2027, 2, 5)), "case %zu changed something", i);
    }
}

/* The example that the package installs is true of 2026. */
static void example(void **state)
{
    struct arena *mem = *state;
    bool was[365];
    int64_t first = date_of(2026, 1, 1);
    for (int i = 0; i < 365; i++) was[i] = workday_is(first + i);
    const struct err *e = workday_load(mem, "packaging/holidays.example");
    EXPECT(!e, "%s", e && e->findings ? e->findings->en : e ? err_text(e, LANG_EN) : "");
    for (int i = 0; i < 365; i++) EXPECT(workday_is(first + i) == was[i], "day %d", i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nth_working_day), TEST(months), TEST(single_days), TEST(missing), TEST(built_in), TEST(mistakes), TEST(example),
        TEST(read_from_prose), TEST(file), TEST(no_longer_missing), /* these change the table: last */
    };
    return cmocka_run_group_tests_name("workday", tests, NULL, NULL);
}

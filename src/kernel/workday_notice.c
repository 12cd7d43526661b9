/* Reads the State Council's yearly notice on public holidays as it is published
 * (国务院办公厅关于2026年部分节假日安排的通知), pasted into the file of --holidays.
 *
 * Its title gives the year; each holiday is one item 「一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。
 * 1月4日（周日）上班。」: spans that are off, days that are worked. What frames the items (number, addressees, the
 * closing words, the signature) holds no day and is passed over. Whatever holds a day and is not understood
 * is a finding, and so is what the notice proves wrong about itself: a weekday that is not that date's, a
 * count that is not the span's, a make-up day that is no weekend, a statutory holiday that is missing.
 */
#include "kernel/workday_in.h"

#include <string.h>

#include "kernel/text.h"

enum { LONGEST_SPAN = 15 }; /* days; the longest ever were nine, ten with Spring Festival of 2020 */

/* 全国年节及纪念日放假办法 (2024), article 2. */
static const char *const statutory[] = { "元旦", "春节", "清明", "劳动节", "端午", "中秋", "国庆" };
enum { STATUTORY = sizeof statutory / sizeof *statutory };

static bool eat(const char **s, const char *word)
{
    size_t n = strlen(word);
    if (strncmp(*s, word, n) != 0) return false;
    *s += n;
    return true;
}

static bool eat_number(const char **s, int *out)
{
    size_t n = strspn(*s, "0123456789");
    if (n == 0 || n > 4) return false;
    *out = 0;
    for (size_t i = 0; i < n; i++) *out = *out * 10 + ((*s)[i] - '0');
    *s += n;
    return true;
}

/* One of the words, counted from 1; 0: none stands there. */
static int eat_one(const char **s, const char *const *words, int n)
{
    for (int i = 0; i < n; i++)
        if (eat(s, words[i])) return i + 1;
    return 0;
}

/* 一、 … 十二、: the head of a holiday. */
static bool eat_head(const char **s)
{
    static const char *const digits[] = { "一", "二", "三", "四", "五", "六", "七", "八", "九", "十" };
    const char *p = *s;
    int n = 0;
    while (eat_one(&p, digits, 10)) n++;
    if (n == 0 || !eat(&p, "、")) return false;
    *s = p;
    return true;
}

static void bad(struct workday_notice *n, const char *what, const char *zh, const char *en)
{
    struct arena *mem = n->file->mem;
    workday_bad(n->file, n->item_line, arena_printf(mem, "“%s”%s", what, zh),
                arena_printf(mem, "“%s” %s", what, en));
}

/* ---- one day: "2月15日（农历腊月二十八、周日）", the month or year carried over from the day before ---- */

struct day { int year, month; int64_t date; };

/* "（周四）" "（星期日）" "（农历除夕、周二）"; the weekday, 0 when it says none. */
static bool eat_note(const char **s, int *weekday)
{
    static const char *const names[] = { "一", "二", "三", "四", "五", "六", "日" };
    *weekday = 0;
    if (!eat(s, "（") && !eat(s, "(")) return true;
    const char *p = *s, *end = strstr(p, "）"), *plain = strchr(p, ')');
    if (!end || (plain && plain < end)) end = plain;
    if (!end) return false;
    for (; p < end; p++) {
        if (!eat(&p, "星期") && !eat(&p, "周")) continue;
        *weekday = eat_one(&p, names, 7);
        break;
    }
    *s = end + (*end == ')' ? 1 : strlen("）"));
    return true;
}

static bool eat_day(struct workday_notice *n, const char **s, struct day *d)
{
    const char *from = *s;
    int number, day, weekday;
    if (!eat_number(s, &number)) return false;
    if (eat(s, "年")) {
        d->year = number;
        if (!eat_number(s, &number)) return false;
    }
    if (eat(s, "月")) {
        d->month = number;
        if (!eat_number(s, &number)) return false;
    }
    day = number;
    if (!eat(s, "日") || !eat_note(s, &weekday)) return false;
    const char *what = arena_strndup(n->file->mem, from, (size_t)(*s - from));
    bool near = d->year == n->year || (d->year == n->year - 1 && d->month == 12);
    if (!near || !date_valid(d->year, d->month, day)) {
        bad(n, what, "不是这一年的日期。", "is no day of that year.");
        return false;
    }
    d->date = date_of(d->year, d->month, day);
    if (weekday && weekday != date_weekday(d->date)) {
        char date[DATE_SIZE];
        date_format(d->date, date);
        bad(n, what, arena_printf(n->file->mem, "：%s 不是这个星期几，请核对标题的年份和日期。", date),
            arena_printf(n->file->mem, "%s is another weekday; check the year in the title and the date.", date));
        return false;
    }
    return true;
}

/* ---- one sentence of a holiday ---- */

/* 「2月4日（星期日）、2月18日（星期日）上班」 */
static bool worked(struct workday_notice *n, const char *s)
{
    struct day d = { .year = n->year };
    do {
        if (!eat_day(n, &s, &d)) return false;
        if (date_weekday(d.date) <= 5) {
            char date[DATE_SIZE];
            bad(n, date_format(d.date, date), "不是周末，不会是补班日。", "is no weekend, so not made up for.");
            return false;
        }
        workday_change_add(n->file, n->item_line, d.date, true);
    } while (eat(&s, "、") || eat(&s, "，") || eat(&s, "和"));
    (void)eat(&s, "正常");
    return eat(&s, "上班") && !*s;
}

/* 「9月15日至17日放假调休，共3天」「1月1日放假，与周末连休」「1月1日（周三）放假1天，不调休」 */
static bool off(struct workday_notice *n, const char *s)
{
    struct day from = { .year = n->year };
    if (!eat_day(n, &s, &from)) return false;
    struct day to = from;
    if (from.year < n->year) to.year = n->year; /* 2022年12月31日至1月2日 */
    if ((eat(&s, "至") || eat(&s, "—") || eat(&s, "-")) && !eat_day(n, &s, &to)) return false;
    if (to.date == from.date) to.year = from.year;
    int64_t days = to.date - from.date + 1;
    if (days < 1 || days > LONGEST_SPAN || !eat(&s, "放假")) return false;
    (void)eat(&s, "调休");
    int count = (int)days;
    if (eat_number(&s, &count) && !eat(&s, "天")) return false;
    if (eat(&s, "，共") && (!eat_number(&s, &count) || !eat(&s, "天"))) return false;
    if (count != days) {
        bad(n, arena_printf(n->file->mem, "共%d天", count),
            arena_printf(n->file->mem, "与起止日期的%d天不符。", (int)days),
            arena_printf(n->file->mem, "does not agree with its dates, which are %d days.", (int)days));
        return false;
    }
    if (!eat(&s, "，与周末连休") && !eat(&s, "，不调休")) (void)eat(&s, "，不需要调休");
    for (int64_t d = from.date; d <= to.date; d++) workday_change_add(n->file, n->item_line, d, false);
    return !*s;
}

/* 「鼓励各单位结合带薪年休假等制度落实，安排职工在除夕（2月9日）休息」: no holiday. */
static bool encouraged(const char *s)
{
    return strncmp(s, "鼓励", strlen("鼓励")) == 0;
}

/* The words of a finding come once: what eat_day has told is not told again. */
static void sentence(struct workday_notice *n, const char *s)
{
    const struct finding *told = n->file->bad ? n->file->bad->last : NULL;
    if (!*s || encouraged(s)) return;
    bool fine = strstr(s, "上班") ? worked(n, s) : off(n, s);
    if (!fine && (n->file->bad ? n->file->bad->last : NULL) == told)
        bad(n, s, "看不懂，应如“1月1日（周四）至3日（周六）放假调休，共3天”或“1月4日（周日）上班”。",
            "is not understood; it should read as “1月1日（周四）至3日（周六）放假调休，共3天” or “1月4日（周日）上班”.");
}

/* The holiday is whole: its names, then its sentences. */
static void item_end(struct workday_notice *n)
{
    const char *s = n->item;
    n->item = NULL;
    if (!s) return;
    const char *colon = strstr(s, "：");
    size_t mark = strlen("：");
    if (!colon) {
        colon = strchr(s, ':');
        mark = 1;
    }
    if (!colon) {
        bad(n, s, "缺少节日名称后的冒号。", "has no colon after the holiday's name.");
        return;
    }
    const char *name = arena_strndup(n->file->mem, s, (size_t)(colon - s));
    for (size_t i = 0; i < STATUTORY; i++)
        if (strstr(name, statutory[i])) n->seen |= 1u << i;
    for (s = colon + mark; *s;) {
        const char *stop = strstr(s, "。"), *semicolon = strstr(s, "；");
        if (!stop || (semicolon && semicolon < stop)) stop = semicolon;
        size_t len = stop ? (size_t)(stop - s) : strlen(s);
        sentence(n, arena_strndup(n->file->mem, s, len));
        s += len + (stop ? strlen("。") : 0);
    }
}

/* ---- lines ---- */

/* 「国务院办公厅关于2026年部分节假日安排的通知」 */
static bool title(const char *s, int *year)
{
    for (const char *p = s; (p = strstr(p, "关于")) != NULL;) {
        p += strlen("关于");
        const char *q = p;
        if (eat_number(&q, year) && eat(&q, "年部分节假日安排") && *year > 1900 && *year < 2199) return true;
    }
    return false;
}

static bool ends(const char *s, const char *with)
{
    size_t n = strlen(s), m = strlen(with);
    return n >= m && strcmp(s + n - m, with) == 0;
}

/* Does the line hold a day without a year ("1月4日")? 「2025年11月4日」 is a signature or a law's date. */
static bool holds_day(const char *s)
{
    for (const char *p = s; *p; p++) {
        int number;
        const char *q = p;
        if (!strchr("0123456789", *p) || (p > s && strchr("0123456789", p[-1]))) continue;
        if (!eat_number(&q, &number)) continue;
        if (eat(&q, "日")) return true;
        if (!eat(&q, "年")) continue;
        if (eat_number(&q, &number) && eat(&q, "月") && eat_number(&q, &number)) p = q - 1;
    }
    return false;
}

static bool title_line(struct workday_notice *n, int line, const char *s)
{
    int year;
    const char *joined = n->before ? arena_printf(n->file->mem, "%s%s", n->before, s) : s;
    n->before = s;
    if (!title(joined, &year)) return false;
    n->before = NULL;
    if (year == n->year) return true; /* a page's heading and the notice's own title */
    workday_notice_end(n);
    *n = (struct workday_notice){ .file = n->file, .year = year, .year_line = line, .item_line = line };
    workday_year_add(n->file, line, year);
    return true;
}

void workday_notice_line(struct workday_notice *n, int line, const char *s)
{
    const char *p = s;
    if (title_line(n, line, s)) return;
    if (n->year && eat_head(&p)) {
        item_end(n);
        n->item = arena_strdup(n->file->mem, p);
        n->item_line = line;
        return;
    }
    bool open = n->item && (!ends(n->item, "。") || strchr("0123456789", *s));
    if (open) {
        n->item = arena_printf(n->file->mem, "%s%s", n->item, s);
        return;
    }
    item_end(n);
    if (encouraged(s) || !holds_day(s)) return;
    n->item_line = line;
    bad(n, s, n->year ? "不在任何一个节日之下，看不懂。" : "之前没有通知的标题（国务院办公厅关于…年部分节假日安排的通知）。",
        n->year ? "belongs to no holiday and is not understood."
                : "stands before a title (国务院办公厅关于…年部分节假日安排的通知).");
}

void workday_notice_end(struct workday_notice *n)
{
    item_end(n);
    if (!n->year) return;
    n->item_line = n->year_line;
    for (size_t i = 0; i < STATUTORY; i++)
        if (!(n->seen & 1u << i))
            bad(n, arena_printf(n->file->mem, "%d年%s", n->year, statutory[i]), "没有安排，通知可能没有贴全。",
                "is not arranged: was the notice pasted whole?");
}

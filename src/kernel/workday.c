/* Working days 工作日: weekends are off unless the table says otherwise. The table is one byte per day
 * of the whole calendar, filled once from the notices below; so a question is one array read.
 *
 * Sources: the General Office of the State Council's yearly notices on public holidays
 * (国务院办公厅关于…年部分节假日安排的通知): 2024 国办发明电〔2023〕7号, 2025 国办发明电〔2024〕12号,
 * 2026 国办发明电〔2025〕7号. For 2027 the statutory days of 全国年节及纪念日放假办法 (as amended
 * 2024-11: Spring Festival's eve and 2 May are holidays since 2025); its make-up days come with the
 * notice, by file.
 */
#include "kernel/workday_in.h"

#include <pthread.h>
#include <string.h>

#include "kernel/file.h"
#include "kernel/limits.h"
#include "kernel/text.h"

enum { BY_WEEKDAY, OFF, WORK };

/* Both included. */
static const struct {
    short year;
    unsigned char month, day, to_month, to_day, what;
} notices[] = {
    /* 2024 */
    { 2024, 1, 1, 1, 1, OFF },     /* 元旦 */
    { 2024, 2, 4, 2, 4, WORK },
    { 2024, 2, 10, 2, 17, OFF },   /* 春节 */
    { 2024, 2, 18, 2, 18, WORK },
    { 2024, 4, 4, 4, 6, OFF },     /* 清明 */
    { 2024, 4, 7, 4, 7, WORK },
    { 2024, 4, 28, 4, 28, WORK },
    { 2024, 5, 1, 5, 5, OFF },     /* 劳动节 */
    { 2024, 5, 11, 5, 11, WORK },
    { 2024, 6, 8, 6, 10, OFF },    /* 端午 */
    { 2024, 9, 14, 9, 14, WORK },
    { 2024, 9, 15, 9, 17, OFF },   /* 中秋 */
    { 2024, 9, 29, 9, 29, WORK },
    { 2024, 10, 1, 10, 7, OFF },   /* 国庆 */
    { 2024, 10, 12, 10, 12, WORK },
    /* 2025 */
    { 2025, 1, 1, 1, 1, OFF },     /* 元旦 */
    { 2025, 1, 26, 1, 26, WORK },
    { 2025, 1, 28, 2, 4, OFF },    /* 春节 */
    { 2025, 2, 8, 2, 8, WORK },
    { 2025, 4, 4, 4, 6, OFF },     /* 清明 */
    { 2025, 4, 27, 4, 27, WORK },
    { 2025, 5, 1, 5, 5, OFF },     /* 劳动节 */
    { 2025, 5, 31, 6, 2, OFF },    /* 端午 */
    { 2025, 9, 28, 9, 28, WORK },
    { 2025, 10, 1, 10, 8, OFF },   /* 国庆, 中秋 */
    { 2025, 10, 11, 10, 11, WORK },
    /* 2026 */
    { 2026, 1, 1, 1, 3, OFF },     /* 元旦 */
    { 2026, 1, 4, 1, 4, WORK },
    { 2026, 2, 14, 2, 14, WORK },
    { 2026, 2, 15, 2, 23, OFF },   /* 春节 */
    { 2026, 2, 28, 2, 28, WORK },
    { 2026, 4, 4, 4, 6, OFF },     /* 清明 */
    { 2026, 5, 1, 5, 5, OFF },     /* 劳动节 */
    { 2026, 5, 9, 5, 9, WORK },
    { 2026, 6, 19, 6, 21, OFF },   /* 端午 */
    { 2026, 9, 20, 9, 20, WORK },
    { 2026, 9, 25, 9, 27, OFF },   /* 中秋 */
    { 2026, 10, 1, 10, 7, OFF },   /* 国庆 */
    { 2026, 10, 10, 10, 10, WORK },
    /* 2027, statutory days only */
    { 2027, 1, 1, 1, 1, OFF },     /* 元旦 */
    { 2027, 2, 5, 2, 8, OFF },     /* 除夕, 春节初一至初三 */
    { 2027, 4, 5, 4, 5, OFF },     /* 清明 */
    { 2027, 5, 1, 5, 2, OFF },     /* 劳动节 */
    { 2027, 6, 9, 6, 9, OFF },     /* 端午 */
    { 2027, 9, 15, 9, 15, OFF },   /* 中秋 */
    { 2027, 10, 1, 10, 3, OFF },   /* 国庆 */
};

static unsigned char table[DATE_MAX - DATE_MIN + 1];
static pthread_once_t filled = PTHREAD_ONCE_INIT;
enum { FIRST_YEAR = 1900, YEARS = 300, STATUTORY_ONLY = 2027, NEXT_FROM_MONTH = 11 };
/* How much of a year is known: nothing but weekends, statutory days, or its notice. */
static enum { WEEKENDS, STATUTORY, NOTICE } years[YEARS];

static void fill(void)
{
    for (size_t i = 0; i < sizeof notices / sizeof *notices; i++) {
        int64_t from = date_of(notices[i].year, notices[i].month, notices[i].day);
        int64_t to = date_of(notices[i].year, notices[i].to_month, notices[i].to_day);
        for (int64_t d = from; d <= to; d++) table[d - DATE_MIN] = notices[i].what;
        years[notices[i].year - FIRST_YEAR] = notices[i].year >= STATUTORY_ONLY ? STATUTORY : NOTICE;
    }
}

bool workday_is(int64_t date)
{
    pthread_once(&filled, fill);
    if (!date_in_range(date)) BUG("date %lld", (long long)date);
    unsigned char what = table[date - DATE_MIN];
    return what == BY_WEEKDAY ? date_weekday(date) <= 5 : what == WORK;
}

int64_t workday_add(int64_t date, int n)
{
    int step = n < 0 ? -1 : 1;
    while (n != 0) {
        date += step;
        if (workday_is(date)) n -= step;
    }
    return date;
}

bool workday_known(int64_t date)
{
    pthread_once(&filled, fill);
    return years[date_ymd(date).year - FIRST_YEAR] != WEEKENDS;
}

int workday_missing(int64_t today)
{
    struct ymd d = date_ymd(today);
    pthread_once(&filled, fill);
    if (years[d.year - FIRST_YEAR] != NOTICE) return d.year;
    if (d.month < NEXT_FROM_MONTH || d.year + 1 >= FIRST_YEAR + YEARS) return 0;
    return years[d.year + 1 - FIRST_YEAR] != NOTICE ? d.year + 1 : 0;
}

/* ---- the operator's file ---- */

void workday_bad(struct workday_file *f, int line, const char *zh, const char *en)
{
    if (!f->bad)
        f->bad = err_say(f->mem, ERR_INVALID, "holidays",
                         "节假日文件有误，没有采用其中任何一天：每行写“2028-01-01 off 元旦”（放假）或“2028-02-05 "
                         "work”（上班），或贴入国务院办公厅通知全文。",
                         "the file of holidays has mistakes, and none of it was taken: write lines \"2028-01-01 off "
                         "元旦\" and \"2028-02-05 work\", or paste the State Council's notice.");
    err_finding(f->mem, f->bad, arena_printf(f->mem, "%s:%d", f->path, line), zh, en);
}

void workday_change_add(struct workday_file *f, int line, int64_t date, bool work)
{
    struct workday_change *c = arena_new(f->mem, struct workday_change);
    for (const struct workday_change *was = f->days; was; was = was->next)
        if (was->date == date && was->work != work)
            workday_bad(f, line, arena_printf(f->mem, "与第%d行矛盾：同一天既放假又上班。", was->line),
                        arena_printf(f->mem, "contradicts line %d: the day is both off and worked", was->line));
    *c = (struct workday_change){ .date = date, .line = line, .work = work, .next = f->days };
    f->days = c;
}

void workday_year_add(struct workday_file *f, int line, int year)
{
    size_t i = 0;
    while (f->years[i] && f->years[i] != year) i++;
    if (i < WORKDAY_YEARS) f->years[i] = year;
    else workday_bad(f, line, "年份太多。", "too many years in one file");
}

/* "2028-01-01 off 元旦", "2028-02-05 work". */
static bool day_line(struct workday_file *f, int line, const char *s)
{
    int64_t date;
    size_t n = strcspn(s, " ");
    if (!date_parse(arena_strndup(f->mem, s, n), &date)) return false;
    s += n + strspn(s + n, " ");
    n = strcspn(s, " ");
    bool off = n == 3 && strncmp(s, "off", 3) == 0;
    if (!off && (n != 4 || strncmp(s, "work", 4) != 0)) return false;
    workday_year_add(f, line, date_ymd(date).year);
    workday_change_add(f, line, date, !off);
    return true;
}

static char *without_spaces(struct arena *mem, const char *s)
{
    char *out = arena_strdup(mem, s), *to = out;
    for (const char *p = s; *p; p++)
        if (*p != ' ') *to++ = *p;
    *to = 0;
    return out;
}

/* A line of ASCII is one of ours; whatever else may stand in the notice. */
static bool prose(const char *s)
{
    for (; *s; s++)
        if (*s & 0x80) return true;
    return false;
}

static void one_line(struct workday_file *f, struct workday_notice *notice, int line, const char *raw)
{
    const char *s = text_normal(f->mem, raw);
    if (!*s || *s == '#' || day_line(f, line, s)) return;
    bool dated = strlen(s) > 4 && s[4] == '-' && strspn(s, "0123456789") == 4;
    if (dated || !prose(s))
        workday_bad(f, line, "应写成：2028-01-01 off 元旦（放假），或 2028-02-05 work（上班）。",
                    "write \"2028-01-01 off 元旦\" or \"2028-02-05 work\"");
    else
        workday_notice_line(notice, line, without_spaces(f->mem, s));
}

/* A year that the file names is the file's alone: what was known of it before is forgotten. A notice may
 * begin on 31 December of the year before, of which the rest stays. */
static void apply(const struct workday_file *f)
{
    for (const int *year = f->years; *year; year++) {
        for (int64_t d = date_of(*year, 1, 1); d <= date_of(*year, 12, 31); d++)
            table[d - DATE_MIN] = BY_WEEKDAY;
        years[*year - FIRST_YEAR] = NOTICE;
    }
    for (const struct workday_change *c = f->days; c; c = c->next)
        table[c->date - DATE_MIN] = c->work ? WORK : OFF;
}

const struct err *workday_load(struct arena *mem, const char *path)
{
    const char *text;
    size_t n;
    struct workday_file f = { .mem = mem, .path = path };
    struct workday_notice notice = { .file = &f };
    pthread_once(&filled, fill);
    TRY(file_read(mem, path, LIMIT_CONFIG_BYTES, &text, &n));
    for (int line = 1; *text; line++) {
        size_t len = strcspn(text, "\n");
        one_line(&f, &notice, line, arena_strndup(mem, text, len));
        text += len + (text[len] == '\n');
    }
    workday_notice_end(&notice);
    if (f.bad) return f.bad;
    apply(&f);
    return NULL;
}

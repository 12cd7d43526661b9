/* Working days 工作日: weekends are off unless the table says otherwise. The table is one byte per day
 * of the whole calendar, filled once from the notices below; so a question is one array read.
 *
 * Sources: the General Office of the State Council's yearly notices on public holidays
 * (国务院办公厅关于…年部分节假日安排的通知): 2024 国办发明电〔2023〕7号, 2025 国办发明电〔2024〕12号,
 * 2026 国办发明电〔2025〕7号. For 2027 the statutory days of 全国年节及纪念日放假办法 (as amended
 * 2024-11: Spring Festival's eve and 2 May are holidays since 2025); its make-up days come with the
 * notice, by file.
 */
#include "kernel/date.h"

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
static int first_year = 2024, last_year = 2027;

static void fill(void)
{
    for (size_t i = 0; i < sizeof notices / sizeof *notices; i++) {
        int64_t from = date_of(notices[i].year, notices[i].month, notices[i].day);
        int64_t to = date_of(notices[i].year, notices[i].to_month, notices[i].to_day);
        for (int64_t d = from; d <= to; d++) table[d - DATE_MIN] = notices[i].what;
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
    int year = date_ymd(date).year;
    return year >= first_year && year <= last_year;
}

/* ---- the operator's file ---- */

struct change {
    int64_t date;
    unsigned char what;
    struct change *next;
};

static const struct err *bad_line(struct arena *mem, const char *path, int line)
{
    return err_say(mem, ERR_INVALID, "holidays",
                   arena_printf(mem, "%s 第 %d 行有误，应写成：2028-01-01 off 元旦（放假），或 2028-02-05 work（上班）。",
                                path, line),
                   arena_printf(mem, "%s:%d: write \"2028-01-01 off 元旦\" or \"2028-02-05 work\"", path, line));
}

/* "2028-01-01 off 元旦"; blank lines and # comments have what = BY_WEEKDAY. */
static bool parse_line(struct arena *mem, const char *s, struct change *out)
{
    s = text_normal(mem, s);
    *out = (struct change){ 0 };
    if (!*s || *s == '#') return true;
    size_t date = strcspn(s, " ");
    if (!date_parse(arena_strndup(mem, s, date), &out->date)) return false;
    s += date + strspn(s + date, " ");
    size_t word = strcspn(s, " ");
    if (word == 3 && strncmp(s, "off", 3) == 0)
        out->what = OFF;
    else if (word == 4 && strncmp(s, "work", 4) == 0)
        out->what = WORK;
    return out->what != BY_WEEKDAY;
}

/* A year that the file names is the file's alone: what was known of it before is forgotten. */
static void apply(const struct change *all)
{
    for (const struct change *c = all; c; c = c->next) {
        int year = date_ymd(c->date).year;
        for (int64_t d = date_of(year, 1, 1); d <= date_of(year, 12, 31); d++)
            table[d - DATE_MIN] = BY_WEEKDAY;
        if (year < first_year) first_year = year;
        if (year > last_year) last_year = year;
    }
    for (const struct change *c = all; c; c = c->next) table[c->date - DATE_MIN] = c->what;
}

const struct err *workday_load(struct arena *mem, const char *path)
{
    const char *text;
    size_t n;
    struct change *all = NULL;
    pthread_once(&filled, fill);
    TRY(file_read(mem, path, LIMIT_CONFIG_BYTES, &text, &n));
    for (int line = 1; *text; line++) {
        size_t len = strcspn(text, "\n");
        struct change *c = arena_new(mem, struct change);
        if (!parse_line(mem, arena_strndup(mem, text, len), c)) return bad_line(mem, path, line);
        if (c->what != BY_WEEKDAY) {
            c->next = all;
            all = c;
        }
        text += len + (text[len] == '\n');
    }
    apply(all);
    return NULL;
}

/* Inside the calendar of working days: what a file of holidays is read into. */
#ifndef KERNEL_WORKDAY_IN_H
#define KERNEL_WORKDAY_IN_H
#include "kernel/date.h"

/* One day that is not as its weekday says. */
struct workday_change {
    int64_t date;
    int line;
    bool work;
    struct workday_change *next;
};
/* What a file says: its days, and the years that are now its alone (closed by 0). */
enum { WORKDAY_YEARS = 64 }; /* more than a file within LIMIT_CONFIG_BYTES names in earnest */
struct workday_file {
    struct arena *mem;
    const char *path;
    struct workday_change *days;
    int years[WORKDAY_YEARS + 1];
    struct err *bad; /* every line that was not understood; NULL: none */
};
/* A day that the file says twice differently is a finding. */
void workday_change_add(struct workday_file *f, int line, int64_t date, bool work);
void workday_year_add(struct workday_file *f, int line, int year);
void workday_bad(struct workday_file *f, int line, const char *zh, const char *en);

/* The State Council's yearly notice as prose, fed line by line with white space taken out
 * ("一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。"). */
struct workday_notice {
    struct workday_file *file;
    int year, year_line;   /* of the title; 0: none yet */
    const char *before;    /* the line before, while the title is awaited: it may be broken in two */
    char *item;            /* text of the holiday being read, or NULL */
    int item_line;
    unsigned seen;         /* bit i: the i-th statutory holiday was read */
};
void workday_notice_line(struct workday_notice *n, int line, const char *s);
/* At the end of the file: a holiday that no line named is a finding, too. */
void workday_notice_end(struct workday_notice *n);
#endif

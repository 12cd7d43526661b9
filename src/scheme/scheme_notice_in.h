/* Inside: what the chapters of the notice (scheme_notice_*.c) write with. */
#ifndef SCHEME_NOTICE_IN_H
#define SCHEME_NOTICE_IN_H
#include "scheme/scheme_notice.h"

struct telling {
    struct arena *mem;
    const struct scheme *s;
    const struct notice_about *about;
    bool zh;
    struct notice_block *blocks;
    size_t n, room;
    int chapter;
};
/* The sentence of the notice's language; both are format strings of the same arguments. */
#define SAY(t, z, e) ((t)->zh ? (z) : (e))
const char *told(const struct telling *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void tell(struct telling *t, enum notice_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void tell_chapter(struct telling *t, const char *text); /* numbered */

/* A table under construction; a column that stays empty in all rows is left out. */
struct telling_table {
    struct telling *t;
    struct notice_column columns[8];
    int n;
    struct notice_row *rows;
    size_t rows_n, room;
};
/* heads: "做什么*5|得几分*3": head and weight. */
void table_open(struct telling *t, struct telling_table *table, const char *heads);
/* An array with as many texts as columns; NULL is empty. */
#define table_row(table, cells) table_row_of((table), (cells), (int)(sizeof(cells) / sizeof *(cells)))
void table_row_of(struct telling_table *table, const char *const *cells, int n);
void table_close(struct telling_table *table, const char *caption);

/* Words. */
const char *points_word(const struct telling *t, int64_t c);           /* "5分", "5 points" */
const char *yuan_word(const struct telling *t, int64_t c);             /* "5元" */
const char *bounds_word(const struct telling *t, const struct scheme_bounds *in, const char *unit);
const char *role_word(const struct telling *t, const char *role);      /* "网格员" */
const char *colour_word(const struct telling *t, const char *colour);  /* "红" */
const char *every_word(const struct telling *t, int64_t per);          /* "每月" */
const char *within_word(const struct telling *t, int64_t per);         /* "当月" "this month" */
const char *span_word(const struct telling *t, int64_t per, int64_t n); /* "3个月" */
const char *names_word(const struct telling *t, const struct list *names); /* const char *: "a、b" */
const char *class_word(const struct telling *t, const char *class_);
const char *cap_word(const struct telling *t, const struct scheme_cap *cap, const char *unit);
const char *board_word(const struct telling *t, const char *code);     /* "“红榜”"; NULL: none */
const char *bars_word(const struct telling *t, const char *bars);      /* "当年和次年" */
bool class_told(const struct telling *t, const char *class_);          /* by about->classes */
/* The same for what also holds for those within a class: rounds, assessments, payments. */
bool class_held(const struct telling *t, const char *class_);
bool kind_told(const struct telling *t, const char *kind);             /* "household" */
bool item_told(const struct telling *t, const struct scheme_item *item);
/* 3天, 3个工作日 */
const char *publicity_word(const struct telling *t);
void tell_steps(struct telling *t, const struct list *steps, const char *caption);

/* What a claim passes: as written, else what every claim passes in this program. */
struct list claim_steps(struct telling *t);
const char *item_name(struct telling *t, const struct scheme_item *item);  /* with its notes */
const char *item_worth(struct telling *t, const struct scheme_item *item); /* "每小时2分" */
const char *item_caps(struct telling *t, const struct scheme_item *item);  /* "每月4次"; NULL */
const char *window_word(struct telling *t, const struct scheme_round *r);  /* "，在当月20日至25日" */
const char *rung_word(struct telling *t, const struct scheme_rung *r, bool first); /* "前10%" */
const char *limit_word(struct telling *t, const struct scheme_limit_rule *l);
bool title_told(const struct telling *t, const struct scheme_title *title);

/* A rule in one line. */
const char *round_line(struct telling *t, const struct scheme_round *r);
const char *sheet_line(struct telling *t, const struct scheme_sheet *s);
const char *streak_line(struct telling *t, const struct scheme_streak *s);
const char *assessment_line(struct telling *t, const struct scheme_assessment *a);
const char *title_line(struct telling *t, const struct scheme_title *title);
const char *exchange_line(struct telling *t, const struct scheme_exchange *x);
const char *steps_line(struct telling *t);

/* The chapters, in the order of the wall. */
void tell_who(struct telling *t);
void tell_claims(struct telling *t);
void tell_items(struct telling *t);
void tell_sheets(struct telling *t);
void tell_rounds(struct telling *t);
void tell_streaks(struct telling *t);
void tell_assessments(struct telling *t);
void tell_household(struct telling *t);
void tell_rankings(struct telling *t);
void tell_boards(struct telling *t);
void tell_exchange(struct telling *t);
void tell_budget(struct telling *t);
void tell_dividend(struct telling *t);
void tell_payments(struct telling *t);
void tell_fairness(struct telling *t);
void tell_adoption(struct telling *t);
#endif

/* What a scheme says beyond single items: marking forms, rounds, bands, streaks, yearly
 * assessments, households, rankings, titles, boards, exchange, budget, dividend, workflow,
 * payments.
 *
 * Small parts that name each other by code, so that each is said once:
 *     sheet ─ round ─ bands → points ─┐
 *     items → points or yuan ─────────┼─ number ─ ranking ─ ladder of titles
 *     assessment (sections, periods) ─┤
 *     household (total, average) ─────┘          streak (round) → points, board
 * Amounts are hundredths, absent ones NONE. Every struct keeps its place in the file.
 */
#ifndef SCHEME_SCHEME_RULES_H
#define SCHEME_SCHEME_RULES_H
#include "kernel/date.h"
#include "kernel/record.h"

struct scheme_node;

/* 从 (≥), 高于 (>), 到 (≤), 低于 (<): at most one at each end. A day of the year ("10-31") is
 * DAY_BOUND + its number in a leap year, so that it never compares with a number. */
struct scheme_bounds {
    int64_t from_c, above_c, to_c, below_c;
};
#define DAY_BOUND INT64_C(1000000000000)

struct scheme_band {
    struct scheme_bounds in;
    int64_t points_c, amount_c;
    const char *label, *colour, *board;
    const struct scheme_node *node;
};
/* 分段: which band holds a number? Else: `otherwise`, when the file declares it. */
struct scheme_bands {
    const char *code, *label;
    struct list bands;     /* struct scheme_band */
    int64_t low_c, high_c; /* what can occur; NONE: anything */
    struct scheme_band *otherwise;
    const char *source, *choice;
    const struct scheme_node *node;
};

/* 评分表 */
struct scheme_line {
    const char *code, *label;
    int64_t max_c,
        per_fault_c;       /* per_fault: marks lost per fault, until nothing is left 扣完为止 */
    const char *veto, *of; /* 一票否决 of a "line" (of), its "section", the whole "sheet" */
    const char *note;
    const struct scheme_node *node;
};
struct scheme_section {
    const char *code, *label;
    int64_t max_c;     /* as written, must be the sum of its lines */
    struct list lines; /* struct scheme_line */
    const struct scheme_node *node;
};
struct scheme_sheet {
    const char *code, *label;
    int64_t max_c;
    struct list sections; /* struct scheme_section */
    const char *source, *choice;
    const struct scheme_node *node;
};

struct scheme_step {
    const char *label, *role, *objection;
    int64_t days;
    const struct scheme_node *node;
};
/* Days of the month (of a week: 1 Monday to 7 Sunday); of longer periods the month too, 1 the first. */
struct scheme_window {
    int64_t first, last, month;
    const struct scheme_node *node;
};
struct scheme_assessors {
    struct list roles;       /* const char * */
    int64_t at_least, cross; /* cross: not their own group 交叉 */
    const char *combine;     /* "mean", "trimmed" (without highest and lowest) */
    const struct scheme_node *node;
};
/* 评比: who is looked at, how often, on which days, by whom, with which sheet. */
struct scheme_round {
    const char *code, *label, *class_, *sheet, *bands;
    int64_t every;                /* enum period */
    struct scheme_window *window; /* days of the month */
    struct scheme_assessors *assessors;
    struct list steps; /* struct scheme_step */
    const char *source, *choice;
    const struct scheme_sheet *sheet_;
    const struct scheme_bands *bands_;
    const struct scheme_node *node;
};
/* 连续: N rounds in a row; windows do not overlap. */
struct scheme_streak {
    const char *code, *label, *round, *of; /* of: "points" or "mark" */
    int64_t in_a_row, equal_c, first, last, points_c, excused;
    struct scheme_bounds in;
    const char *board, *help, *clause;
    const char *source, *choice;
    const struct scheme_round *round_;
    const struct scheme_node *node;
};

struct scheme_part { /* a section of an assessment */
    const char *code, *label, *combine, *missing, *category, *round;
    int64_t base_c, every, floor_c, ceiling_c;
    const struct scheme_round *round_; /* its marks are the part's; NULL: they are told */
    const struct scheme_node *node;
};
struct scheme_assessment {
    const char *code, *label, *class_;
    int64_t per, floor_c, ceiling_c, base_c; /* base_c: the sections' sum */
    struct list parts;                       /* struct scheme_part */
    struct list steps;                       /* struct scheme_step */
    const char *source, *choice;
    const struct scheme_node *node;
};
/* 家庭: own + sum of members; average over participating members; accumulated over the years. */
struct scheme_household {
    const char *members; /* "participating" or "all": what the total is divided by */
    int64_t per, accumulate;
    const char *source, *choice;
    const struct scheme_node *node;
};

/* What can be ranked. */
enum number_kind {
    NUMBER_POINTS,
    NUMBER_TOTAL,
    NUMBER_AVERAGE,
    NUMBER_LIFETIME,
    NUMBER_ROUND,
    NUMBER_ASSESSMENT,
    NUMBER_MONEY
};
/* Of a round: its points, or its mark (the mean of the period's) when it has no bands or the
 * ranking says so. */
struct scheme_number {
    enum number_kind kind;
    const void *rule;
    bool mark;
};
struct scheme_ranking {
    const char *code, *label, *by, *of, *within, *ties, *order;
    const char *class_; /* who is ranked; NULL: all of whom the number can be asked */
    struct list tie_break; /* const char *: numbers */
    int64_t per, at_least; /* at_least: rounds or deeds that count as taking part */
    struct scheme_number number;
    struct list numbers; /* struct scheme_number, as tie_break */
    const char *source, *choice;
    const struct scheme_node *node;
};
/* One rung: a share or a number of places (added to those of the rungs above), or a threshold. */
struct scheme_rung {
    const char *code, *label, *colour;
    int64_t share_c, places, amount_c; /* amount_c: the prize in yuan for each; NONE */
    struct scheme_bounds in;
    struct list carries; /* const char *: plaque, perks, priority lists */
    const char *board;
    const struct scheme_node *node;
};
struct scheme_title {
    const char *code, *label, *ranking, *round, *ties, *floor;
    struct list ladder; /* struct scheme_rung */
    int64_t floor_c;    /* NONE: none */
    const struct scheme_ranking *ranking_;
    const char *source, *choice;
    const struct scheme_node *node;
};
struct scheme_board {
    const char *code, *label, *colour;
    int64_t days, appeal_days, masked, mentor;
    const char *note, *source, *choice;
    const struct scheme_node *node;
};
struct scheme_limit_rule {
    int64_t times, points_c, amount_c, per;
    const struct scheme_node *node;
};
/* 换服务: so many points for so many hours; where places are few, who comes first. */
struct scheme_service {
    const char *label, *priority; /* "first": the earlier request; "honour": the higher honour balance */
    int64_t points_c, hours_c, places, per; /* places: in all, per period; NONE: as many as ask */
    const struct scheme_node *node;
};
struct scheme_exchange {
    int64_t rate_c, deducts, minimum_c, earned_c;
    struct list limits;   /* struct scheme_limit_rule */
    struct list days;     /* const char *: days of the month */
    const char *barred;   /* who was penalised: "year", "this_and_next_year", NULL: may redeem */
    struct list services; /* struct scheme_service */
    const char *source, *choice;
    const struct scheme_node *node;
};
struct scheme_money_source {
    const char *label;
    int64_t per_resident_c, amount_c;
    const char *for_;
    const struct scheme_node *node;
};
struct scheme_budget {
    int64_t per_resident_c;
    const char *at_ceiling; /* "stop", "queue", "scale" */
    struct list sources;    /* struct scheme_money_source */
    const char *source, *choice;
    const struct scheme_node *node;
};
struct scheme_dividend {
    int64_t shares_c, points_c; /* percent; together 100 */
    const char *consent, *source, *choice;
    const struct scheme_node *node;
};
struct scheme_pay {
    const char *code, *label;
    const struct scheme_node *node;
};
/* 结算: items in yuan of some categories, and pays that an item may cost in part. */
struct scheme_payment {
    const char *code, *label, *class_;
    int64_t per, settle, floor_c;
    struct list categories; /* const char * */
    struct list rounds;     /* const char *: rounds whose bands' amounts it pays */
    struct list pays;       /* struct scheme_pay */
    struct list steps;      /* struct scheme_step */
    const char *source, *choice;
    const struct scheme_node *node;
};
/* 互斥: of a group's items one counts per period, the first or the best. */
struct scheme_group {
    const char *code, *label, *keep;
    int64_t per;
    const struct scheme_node *node;
};

struct scheme_rules {
    struct list bands, sheets, rounds, streaks, assessments, rankings, titles, boards, payments,
        groups;
    struct list caps;        /* struct scheme_cap: of the whole account */
    struct list claim_steps; /* struct scheme_step: what a claim passes */
    struct scheme_household *household;
    struct scheme_exchange *exchange;
    struct scheme_budget *budget;
    struct scheme_dividend *dividend;
};
#endif

/* 试算 A draft on real past facts, beside the scheme of today: who gains, who loses, which titles
 * change hands, what it costs, how the points are spread. Pure: no store, no clock.
 *
 * Public: slices above may include this header and, through it, runs, facts and findings.
 *
 *     struct fact_list list = fact_list_of(facts);          // or a village's rows
 * (trial/trial_source.h) struct simulation *sim; TRY(scheme_simulate(mem, now, draft, &list.source,
 * period_span(PERIOD_YEAR, day), &sim)); scheme_simulate_print(sim, LANG_ZH, 20, &out);
 *
 * Both schemes are applied to the same facts for the whole span, as if each had been in force from
 * the beginning: the comparison is between two sets of rules, not between two histories.
 *
 * What is compared. One number per subject, the headline: the first of `total` (the scheme adds up
 * households), `points`, an assessment, a payment or the mean mark of its rounds that both schemes
 * give; when they have none in common, each its own, and a note says so. Where only one adds up
 * households, the other's number of a household is what its members' accounts hold together, each
 * with its own limits. A subject for which a scheme has no accounts is `absent` there and is left
 * out of its distribution.
 *
 * What cost means. Yuan for the span: the exchange's rate times the points a subject gained in it,
 * where above zero (what the village would owe if everybody redeemed all they earned; minimum,
 * limits and bars are left out, for they only delay it), plus payments and their pays net of what
 * is charged, plus the prizes of titles. Rewards in money and services are decided by people, not
 * by rules: left out. NONE when points are given but the scheme states no rate. It is held against
 * the budget's ceiling, which is for a year.
 *
 * Facts a scheme cannot use are never dropped in silence. A deed whose item is gone, whose class is
 * not eligible, whose level is missing, is `lost` there; a deed that needs an assumption (a pick
 * outside the range counts at its edge, a missing pick at its least, several units of what is no
 * longer counted in units as one) is counted and told as `assumed`. So are marks of rounds and
 * parts of assessments.
 */
#ifndef SCHEME_SCHEME_SIMULATE_H
#define SCHEME_SCHEME_SIMULATE_H
#include "scheme/scheme_run.h"

enum { SIM_NOW, SIM_DRAFT, SIM_SIDES };

/* A title held in one of its periods. */
struct sim_held {
    const struct scheme_title *title;
    const struct scheme_rung *rung;
    struct span in;
};
struct sim_side {
    bool absent;             /* the scheme has no accounts for this subject */
    int64_t value_c, yuan_c; /* headline; cost (0 when the scheme states no rate) */
    int64_t rank, of;        /* in the scheme's first ranking, its latest period; 0: none */
    struct list titles;      /* struct sim_held */
};
struct sim_row {
    int64_t id, change_c; /* draft − now */
    const char *label, *class_, *group;
    struct sim_side side[SIM_SIDES];
};
/* Somebody's title in one period before and after; NULL: none. */
struct sim_title {
    const struct sim_row *row;
    const char *code, *label, *from, *to;
    struct span in;
};
/* How many hold a rung before and after. */
struct sim_rung {
    const char *code, *label, *rung, *rung_label;
    int64_t count[SIM_SIDES];
};
/* The spread of the headline over the subjects that are not absent. Quantiles are nearest-rank. */
struct sim_spread {
    int64_t n, zero; /* subjects; those with exactly 0 */
    int64_t sum_c, mean_c, least_c, p10_c, p25_c, median_c, p75_c, p90_c, most_c;
    int64_t top_tenth_c; /* percent of all points above zero that the tenth with the most holds;
                            NONE: no points */
};
/* from_c ≤ value < to_c; zeros are told apart. Edges are the same for both sides. */
struct sim_bin {
    int64_t from_c, to_c, count[SIM_SIDES];
};
struct sim_class {
    const char *code, *label;
    int64_t n, gain, lose, sum_c[SIM_SIDES];
};
/* Deeds of the span by item. */
struct sim_item {
    const char *code, *label;
    int64_t times[SIM_SIDES], points_c[SIM_SIDES], lost[SIM_SIDES];
    bool yuan;
};
struct sim_cost {
    int64_t points_c; /* spendable points gained in the span */
    int64_t rate_c;   /* points to yuan; NONE: the scheme states none */
    int64_t exchange_c, payments_c, prizes_c, total_c; /* total_c NONE: unknown */
    int64_t ceiling_c, funded_c; /* of a year; NONE: no budget, or no number of residents */
    bool over;                   /* the span is a year and the ceiling is passed */
    const char *at_ceiling;      /* stop, queue, scale; NULL */
};
enum sim_why {
    SIM_ITEM_GONE,
    SIM_CLASS,
    SIM_LEVEL,
    SIM_QUANTITY,
    SIM_DIFFICULTY,
    SIM_REVERSE,
    SIM_CLAIMANT,
    SIM_PICK_LOST,
    SIM_ROUND_GONE,
    SIM_MARK,
    SIM_PART_GONE,
    SIM_ASSUMED_LEAST,
    SIM_ASSUMED_EDGE,
    SIM_ASSUMED_ONE, /* from here on: assumed */
    SIM_WHYS,
};
struct sim_miss {
    int side;
    enum sim_why why;
    const char *code, *label; /* of the item, round or assessment */
    int64_t times, before;    /* in the span; before it (they may have filled caps) */
};
struct sim_note {
    const char *zh, *en;
};

struct simulation {
    const struct scheme *scheme[SIM_SIDES];
    struct span in, head_in[SIM_SIDES]; /* head_in: the span of the headline's latest period */
    const char *head[SIM_SIDES];        /* code of the headline; "mark": of rounds */
    const char *head_zh[SIM_SIDES], *head_en[SIM_SIDES];
    enum run_unit unit[SIM_SIDES];
    struct list rows; /* struct sim_row: the largest gain first, then by id */
    int64_t gain, lose, same;
    struct list titles; /* struct sim_title: only changed ones */
    struct list rungs;  /* struct sim_rung */
    struct sim_spread spread[SIM_SIDES];
    struct list bins;    /* struct sim_bin */
    struct list classes; /* struct sim_class */
    struct list items;   /* struct sim_item: the largest change of points first */
    struct sim_cost cost[SIM_SIDES];
    struct list misses; /* struct sim_miss: most frequent first */
    struct list notes;  /* struct sim_note: what is missing for a fair comparison */
};
/* Streams the source several times. ERR_INVALID as run_open; everything in mem: a few words per
 * subject. */
MUST_CHECK const struct err *scheme_simulate(struct arena *mem, const struct scheme *now,
                                             const struct scheme *draft, struct fact_source *source,
                                             struct span in, struct simulation **out);
/* One subject of it by both schemes, with trees: why this one gains or loses. ERR_NOT_FOUND. */
MUST_CHECK const struct err *scheme_simulate_one(struct arena *mem, const struct scheme *now,
                                                 const struct scheme *draft,
                                                 struct fact_source *source, struct span in,
                                                 int64_t id, struct run_result out[SIM_SIDES]);
/* As a text for people, at most `rows` gains and as many losses and titles by name. */
void scheme_simulate_print(struct arena *mem, const struct simulation *sim, enum lang lang,
                           size_t rows, struct buf *out);
/* "方案里没有这个项目", "the scheme has no such item". */
const char *sim_why_text(enum sim_why why, enum lang lang);
bool sim_is_assumed(enum sim_why why);
#endif

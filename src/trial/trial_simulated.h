/* Inside of trial/: a simulation as records, for its routes. */
#ifndef TRIAL_TRIAL_SIMULATED_H
#define TRIAL_TRIAL_SIMULATED_H
#include "trial/trial.h"

struct simulated_scheme {
    int64_t version, from;
    const char *name, *title, *headline, *unit;
};
struct simulated_row {
    int64_t id, now_c, draft_c, change_c, now_rank, draft_rank, now_absent, draft_absent,
        now_yuan_c, draft_yuan_c;
    const char *label, *class_, *group;
    struct list now_titles, draft_titles; /* const char * */
};
struct simulated_title {
    int64_t id;
    const char *label, *title, *from, *to;
    int64_t first, last;
};
struct simulated_cost {
    int64_t points_c, rate_c, exchange_c, payments_c, prizes_c, total_c, ceiling_c, funded_c, over;
    const char *at_ceiling;
};
struct simulated_item {
    const char *code, *label, *unit;
    int64_t now_times, draft_times, now_c, draft_c, now_lost, draft_lost;
};
struct simulated_miss {
    const char *scheme, *reason, *text, *code, *label;
    int64_t assumed, times, before;
};
struct simulated {
    int64_t from, to;
    struct simulated_scheme *now, *draft;
    int64_t subjects, gain, lose, same, titles_changed;
    struct sim_spread *now_spread, *draft_spread;
    struct list bins, classes; /* struct sim_bin, sim_class */
    struct simulated_cost *now_cost, *draft_cost;
    struct list rungs, titles, items, misses, notes; /* notes: const char * */
    struct list rows;
    const char *next;
    int64_t total;
};
extern const struct record simulated_record;
/* Without rows: titles, items and misses are cut at LIMIT_PAGE_ROWS. */
struct simulated *simulated_of(struct req *r, const struct simulation *sim);
struct simulated_row simulated_row_of(struct arena *mem, const struct simulation *sim,
                                      const struct sim_row *row);
#endif

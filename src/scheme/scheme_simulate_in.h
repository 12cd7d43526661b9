/* Inside of a simulation (scheme_simulate.h), for scheme_simulate*.c only. */
#ifndef SCHEME_SCHEME_SIMULATE_IN_H
#define SCHEME_SCHEME_SIMULATE_IN_H
#include "scheme/scheme_simulate.h"
#include "scheme/scheme_words.h"

struct simulating {
    struct arena *mem;
    struct simulation *out;
    struct words rows;   /* struct sim_row, in the order of the source */
    struct words misses; /* struct sim_miss */
    struct words items;  /* struct sim_item */
    struct names names;  /* classes and groups */
    /* What the facts brought of each kind in the span. */
    int64_t visits[SIM_SIDES], results[SIM_SIDES], pays[SIM_SIDES];
};
/* The source as one scheme can read it: without the facts it cannot place, which are counted while
 * `count`. */
struct placed {
    struct fact_source source; /* first */
    struct fact_source *from;
    struct simulating *sim;
    const struct scheme *s;
    int side;
    bool count;
    const char *group; /* of the latest subject */
    bool absent;
};
struct placed place_source(struct simulating *sim, int side, struct fact_source *from);
/* Everything that is counted over the rows. */
MUST_CHECK const struct err *sim_count(struct simulating *sim, const struct fact_source *source);
bool sim_gives_points(const struct scheme *s);
const char *sim_keep(struct simulating *sim, const char *text); /* once; NULL stays NULL */
struct err *sim_too_large(struct arena *mem);
#endif

/* The demo township 龙窝镇 (seed 003): nine pilot villages with registers of realistic size, made by the
 * same services that a village uses, the same on every run. Names, ID numbers and phones are invented: the ID
 * numbers are valid in form only, the phones begin with 120, a range no operator has.
 *
 * A further part of the story (claims, …) is a demo_step in its own file, added to steps[] in demo.c.
 */
#ifndef DEMO_DEMO_H
#define DEMO_DEMO_H
#include "people/people.h"

#define DEMO_PASSWORD "shanzhi-demo-2026"
#define DEMO_COUNTY INT64_C(441621000000)
#define DEMO_TOWNSHIP INT64_C(441621102000)
#define DEMO_MAIN INT64_C(441621102205)   /* 礼坑村: accounts lk-… */
#define DEMO_SECOND INT64_C(441621102232) /* 官田村: accounts gt-… */
enum { DEMO_VILLAGES = 9, DEMO_PEOPLE = 8, DEMO_MICRO_GRIDS = 36 };

/* Somebody who plays a part: a resident of a pilot village who has an account. */
struct demo_person {
    const char *account;     /* "lk-villager" */
    int64_t id;              /* account id */
    int64_t village, resident, household;
    const char *grid;        /* micro grid of the household */
};
struct demo_village {
    int64_t code;
    const char *name, *prefix; /* 礼坑村, "lk" */
    int households;
    struct demo_person people[DEMO_PEOPLE]; /* by enum demo_role; account NULL where there is none */
    int64_t shop;            /* an organisation: 让利商户 */
};
enum demo_role { DEMO_VILLAGER, DEMO_VILLAGER2, DEMO_GRID, DEMO_CADRE, DEMO_RECORDER, DEMO_SUPERVISOR, DEMO_ADMIN, DEMO_INFO };
struct demo {
    struct demo_village villages[DEMO_VILLAGES]; /* the main one first, the second one second */
    int64_t residents, households;
};
/* One step: r->who is the operator; a step may set r->who, r->now and r->today and puts them back. All
 * steps are one transaction: the demo is there as a whole or not at all. */
typedef const struct err *demo_step(struct req *r, struct demo *d);
demo_step demo_register, demo_accounts, demo_scheme, demo_story;
/* Creates everything in an empty database; ERR_STATE when there are accounts or regions in use. */
MUST_CHECK const struct err *demo_create(struct req *r, struct demo *out);
extern const struct slice demo_slice;
#endif

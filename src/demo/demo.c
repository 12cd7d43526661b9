/* `shanzhi demo`: the steps in their order, in one transaction. */
#include "demo/demo.h"

#include <inttypes.h>
#include <stdio.h>

#include "http/command.h"
#include "kernel/date.h"

/* Later parts of the story append themselves here. */
static demo_step *const steps[] = {
    demo_register,
    demo_accounts,
    demo_scheme,
    demo_story,
};

const struct err *demo_create(struct req *r, struct demo *d)
{
    int64_t residents, households;
    *d = (struct demo){ 0 };
    TRY(people_population(r, DEMO_MAIN, &residents, &households));
    if (residents)
        return fail_say(r, ERR_STATE, NULL, "这里已有数据，演示数据只能放进空库。",
                        "There are data already; the demo goes into an empty database only.");
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) TRY(steps[i](r, d));
    return NULL;
}

static const struct err *create(struct req *r, void *arg)
{
    return demo_create(r, arg);
}

static int cmd_demo(struct cli *c)
{
    struct demo *d = arena_new(c->mem, struct demo);
    int64_t began = clock_monotonic_us();
    const struct err *e = store_run(c->store, TX_WRITE, c->mem, access_operator(c->mem), create, d);
    if (e) return cli_fail(c, e);
    printf("龙窝镇 (441621102000): %d villages, %" PRId64 " households, %" PRId64 " residents, in %.1f s\n",
           DEMO_VILLAGES, d->households, d->residents, (double)(clock_monotonic_us() - began) / 1e6);
    printf("Demo sign-ins 演示账号, password 密码 %s\n", DEMO_PASSWORD);
    printf("  礼坑村  lk-villager 村民  lk-villager2 另一村民  lk-grid 网格员  lk-cadre 干部  lk-recorder 录入员\n"
           "          lk-supervisor 监督员  lk-admin 村管理员  lk-info 信息员\n"
           "  官田村  gt-… (as above 同上)\n"
           "  town 镇  county 县  sysadmin secadmin auditor 三员\n");
    return 0;
}

static const struct command demo_commands[] = {
    { "demo", "", "Create the demo township in a new or empty installation. 演示数据", CLI_CREATES, cmd_demo },
    { 0 }
};
const struct slice demo_slice = { .name = "demo", .commands = demo_commands };

/* The claims of the demo: a quarter of village life in the two villages that have staff, told
 * through the services with the clock set back. Everything is a fixed list: the same on every run
 * of a day. */
#include "claim/claim.h"
#include "demo/demo.h"
#include "kernel/text.h"

/* ---- the deeds ---- */
struct deed {
    const char *kind, *item, *place, *cause, *evidence, *level, *channel;
    int64_t chosen_c, quantity_c;
};
static const struct deed deeds[] = {
    { "resident", "C05", "村道三队路段", "清理村道两旁杂草和垃圾", NULL, NULL, "phone_page", NONE,
      300 },
    { "resident", "A03", "礼堂前", "捡到钱包，找到失主并归还", NULL, NULL, "wechat", 500, NONE },
    { "resident", "B01", "村口至小学", "夜间治安巡逻", NULL, NULL, "grid_worker", NONE, 200 },
    { "resident", "A04", "文化广场", "劝阻他人损坏健身器材", NULL, NULL, "oral", NONE, NONE },
    { "resident", "C03", "留守儿童之家", "辅导留守儿童写作业", NULL, NULL, "phone", NONE, 200 },
    { "resident", "B03", "五队晒谷场", "调解两户因排水发生的纠纷", "调解协议书", NULL, "paper",
      NONE, 100 },
    { "resident", "A05", "敬老院", "给孤寡老人理发、打扫房间", NULL, NULL, "qq", NONE, 200 },
    { "resident", "B02", "河堤", "报告河堤一处塌陷", NULL, NULL, "phone_page", 300, NONE },
    { "resident", "C07", "自来水站", "修好公用水管", "维修照片存村委会", NULL, "phone_page", 400,
      NONE },
    { "resident", "B07", "圩日集市", "参加反诈宣传", NULL, NULL, "sms", NONE, NONE },
    { "resident", "C02", "村文化室", "参加健康教育讲座", NULL, NULL, "oral", NONE, NONE },
    { "household", "C10", "自家院坝", "无偿提供场地给村里晒谷", NULL, NULL, "phone", NONE, NONE },
    { "household", "A07", "家中", "喜事新办，不摆大席", "红白理事会证明", NULL, "paper", NONE,
      NONE },
    { "resident", "D01", "镇政府", "被评为镇级优秀志愿者", "荣誉证书", "镇", "paper", NONE, NONE },
    { "resident", "C04", "村卫生站", "义务帮助残疾人做家务", NULL, NULL, "wechat", NONE, 150 },
    { "household", "C05", "河道", "全家参加清理河道", NULL, NULL, "phone_page", NONE, 400 },
};
enum { DEEDS = sizeof deeds / sizeof *deeds };

/* ---- how far each went ---- */
/* Days before today of the claim; the steps follow at the pace of a village. */
struct course {
    enum claim_state end;
    int first, step, n;
};
static const struct course courses[] = {
    { CLAIM_RECORDED, 12, 4, 17 }, { CLAIM_REVERSED, 40, 9, 1 }, { CLAIM_REJECTED, 25, 11, 2 },
    { CLAIM_WITHDRAWN, 18, 7, 1 }, { CLAIM_APPROVED, 8, 1, 2 },  { CLAIM_PUBLISHED, 9, 1, 1 },
    { CLAIM_PUBLISHED, 3, 0, 2 },  { CLAIM_OBJECTED, 4, 0, 1 },  { CLAIM_CHECKED, 2, 0, 1 },
    { CLAIM_RETURNED, 3, 0, 1 },   { CLAIM_SUBMITTED, 1, 0, 2 },
};
enum { COURSES = sizeof courses / sizeof *courses };

struct telling {
    const struct demo_village *v;
    int64_t now, today; /* the real ones */
    int household;      /* the next register number to take somebody from */
    int deed;
};

/* Nine in the morning of a day, or now when that is still to come. */
static void at_day(struct req *r, const struct telling *t, int days_ago, int minute)
{
    r->today = t->today - (days_ago > 0 ? days_ago : 0);
    r->now = instant_of_date(r->today) + (9 * 60 + minute) * INT64_C(60000);
    if (r->now > t->now) r->now = t->now;
}

static const struct err *as(struct req *r, const struct telling *t, enum demo_role role)
{
    return access_actor(r, t->v->people[role].account, &r->who);
}

/* The staff's own households stay out, so that nobody has to step aside. */
static bool staff_household(const struct telling *t, int64_t household)
{
    for (int i = DEMO_GRID; i < DEMO_PEOPLE; i++)
        if (t->v->people[i].household == household) return true;
    return false;
}

static const struct err *next_household(struct req *r, struct telling *t, int64_t *household)
{
    do {
        t->household += 3;
        TRY(people_household_by_number(
            r, t->v->code,
            arena_printf(r->mem, "%03lld%04d", (long long)(t->v->code % 1000), t->household),
            household));
    } while (staff_household(t, *household));
    return NULL;
}

/* Whose deed it is: an adult of the next household, or the household itself. */
static const struct err *subject_of(struct req *r, struct telling *t, const char *kind,
                                    int64_t *subject)
{
    int64_t household;
    struct list members;

    for (;;) {
        TRY(next_household(r, t, &household));
        *subject = household;
        if (text_equal(kind, "household")) return NULL;
        TRY(people_members(r, t->v->code, household, &members));
        for (size_t i = 0; i < members.n; i++) {
            const struct subject *s = &LIST_AT(members, struct subject, i);
            *subject = s->id;
            if (!s->minor) return NULL;
        }
    }
}

static const struct err *act(struct req *r, struct telling *t, enum demo_role role,
                             enum claim_action a, const char *reason, struct claim **c)
{
    TRY(as(r, t, role));
    return claim_do(r, a,
                    &(struct claim_do){
                        .village = t->v->code,
                        .claim = (*c)->id,
                        .version = NONE,
                        .reason = reason,
                        .deed_on = NONE,
                        .chosen_c = NONE,
                        .quantity_c = NONE,
                        .reverse = NONE,
                    },
                    c);
}

static const struct err *objection(struct req *r, struct telling *t, const struct claim *c)
{
    int64_t id;
    TRY(as(r, t, DEMO_VILLAGER2));
    return notice_object(r,
                         &(struct objection_new){
                             .village = t->v->code,
                             .notice = c->notice,
                             .reason = "那天我在场，没有看到，请核实",
                             .channel = "phone_page",
                             .resident = NONE,
                         },
                         &id);
}

/* From the claim to its end; each step on its day. */
static const struct err *run_course(struct req *r, struct telling *t, enum claim_state end, int day,
                                    struct claim *c)
{
    int minute = t->deed % 50;

    if (end == CLAIM_SUBMITTED) return NULL;
    at_day(r, t, day - 1, 60 + minute);
    if (end == CLAIM_RETURNED)
        return act(r, t, DEMO_INFO, ACT_RETURN, "请写清楚具体地点和时间", &c);
    if (end == CLAIM_WITHDRAWN) return act(r, t, DEMO_INFO, ACT_WITHDRAW, "与另一条重复", &c);
    TRY(act(r, t, DEMO_INFO, ACT_CHECK, NULL, &c));
    if (end == CLAIM_CHECKED) return NULL;
    at_day(r, t, day - 2, 120 + minute);
    TRY(act(r, t, DEMO_RECORDER, ACT_PUBLISH, NULL, &c));
    if (end == CLAIM_PUBLISHED) return NULL;
    if (end == CLAIM_OBJECTED) {
        at_day(r, t, day - 3, 180 + minute);
        return objection(r, t, c);
    }
    at_day(r, t, day - 6, 60 + minute);
    if (end == CLAIM_REJECTED)
        return act(r, t, DEMO_CADRE, ACT_REJECT, "核实后次数不足，不予计分", &c);
    TRY(act(r, t, DEMO_CADRE, ACT_APPROVE, "属实", &c));
    if (end == CLAIM_APPROVED) return NULL;
    at_day(r, t, day - 7, 90 + minute);
    TRY(act(r, t, DEMO_RECORDER, ACT_RECORD, NULL, &c));
    if (end == CLAIM_RECORDED) return NULL;
    at_day(r, t, day - 10, 90 + minute);
    return act(r, t, DEMO_SUPERVISOR, ACT_FALSE, "经核实，当天本人外出，事项不实", &c);
}

static const struct err *tell_one(struct req *r, struct telling *t, enum claim_state end, int day,
                                  enum demo_role by, int64_t subject)
{
    const struct deed *d = &deeds[t->deed % DEEDS];
    struct claim *c;
    bool self = by == DEMO_VILLAGER || by == DEMO_VILLAGER2;

    at_day(r, t, day, t->deed % 50);
    t->deed++;
    TRY(as(r, t, by));
    if (subject == NONE) TRY(subject_of(r, t, d->kind, &subject));
    TRY(claim_submit(r,
                     &(struct claim_new){
                         .village = t->v->code,
                         .subject_kind = self ? "resident" : d->kind,
                         .subject = subject,
                         .item = d->item,
                         .deed_on = r->today - (day > 0 ? 1 : 0),
                         .place = d->place,
                         .cause = d->cause,
                         .evidence = d->evidence,
                         .level = d->level,
                         .chosen_c = d->chosen_c,
                         .quantity_c = d->quantity_c,
                         .channel = self ? "phone_page" : d->channel,
                     },
                     &c));
    return run_course(r, t, end, day, c);
}

/* What the two villagers with accounts claimed themselves: something in every drawer of their page.
 */
static const struct err *tell_own(struct req *r, struct telling *t)
{
    static const struct {
        enum demo_role who;
        enum claim_state end;
        int day, deed;
    } own[] = {
        { DEMO_VILLAGER, CLAIM_RECORDED, 60, 0 },  { DEMO_VILLAGER, CLAIM_RECORDED, 33, 1 },
        { DEMO_VILLAGER, CLAIM_RECORDED, 15, 6 },  { DEMO_VILLAGER, CLAIM_PUBLISHED, 3, 8 },
        { DEMO_VILLAGER, CLAIM_RETURNED, 2, 3 },   { DEMO_VILLAGER2, CLAIM_RECORDED, 28, 4 },
        { DEMO_VILLAGER2, CLAIM_SUBMITTED, 0, 9 },
    };
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        t->deed = own[i].deed;
        TRY(tell_one(r, t, own[i].end, own[i].day, own[i].who, t->v->people[own[i].who].resident));
    }
    return NULL;
}

static const struct err *tell_village(struct req *r, struct telling *t)
{
    TRY(tell_own(r, t));
    for (int i = 0; i < COURSES; i++)
        for (int k = 0; k < courses[i].n; k++)
            TRY(tell_one(r, t, courses[i].end, courses[i].first + k * courses[i].step, DEMO_INFO,
                         NONE));
    return NULL;
}

const struct err *demo_story(struct req *r, struct demo *d)
{
    const struct actor *operator= r->who;
    struct telling t = { .now = r->now, .today = r->today };
    const struct err *e = NULL;

    for (int v = 0; v < 2 && !e; v++) {
        t.v = &d->villages[v];
        t.household = 1;
        t.deed = v;
        e = tell_village(r, &t);
    }
    r->now = t.now;
    r->today = t.today;
    r->who = operator;
    r->audit_subject = NONE;
    return e;
}

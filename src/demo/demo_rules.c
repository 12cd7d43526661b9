/* The rules of the demo: what nine villages adopted, the template of their township, three villages
 * that extend it, one that waits for its first day, and a draft. */
#include <string.h>

#include "demo/demo.h"
#include "kernel/text.h"
#include "scheme/scheme_preset.h"

enum {
    MAIN = 0,
    MEIYUAN = 2,
    PENGFANG = 3,
    ZHANGXIA = 4,
    ZHUJING = 5
}; /* places in demo.villages */

struct chapter {
    struct req *r;
    struct demo *d;
    int64_t now, today; /* the real ones */
    const char *template_, *narrower;
};

static void days_ago(struct chapter *c, int days)
{
    c->r->today = c->today - days;
    c->r->now = c->now - days * INT64_C(86400000);
}

/* A part of a text by another; it is there, or the demo is wrong. */
static const char *swap(struct arena *mem, const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    if (!at) BUG("demo: the preset has no \"%s\"", from);
    return arena_printf(mem, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static const char *preset(const char *name)
{
    const struct scheme_preset *p = scheme_preset_find(name);
    if (!p) BUG("demo: no preset %s", name);
    return p->text;
}

static const struct err *adopt(struct chapter *c, int64_t place, int64_t from,
                               const struct scheme_meeting *m, const char *text)
{
    int64_t version;
    return scheme_adopt_by(c->r, place, from, m, NONE, text, strlen(text), &version);
}

/* ---- the township ---- */

static const char rules[] =
    "\n# 各村可以改什么、增什么。没有写到的不能改；限制（上限、公示天数、证据、名额）只能更严。\n"
    "template:\n"
    "  change:\n"
    "    - {item: L01, points: 1..3}\n"
    "    - {item: L03, points: 5..30}\n"
    "    - {item: \"*\", key: label}\n"
    "    - {key: exchange/minimum, between: 10..20}\n"
    "  add:\n"
    "    - {what: items, at_most: 3, points: -5..10}\n"
    "    - {what: boards, at_most: 1}\n";

static const struct err *issue(struct chapter *c, int days, const char *text, int number)
{
    days_ago(c, days);
    const struct scheme_meeting m = { arena_printf(c->r->mem, "龙积办〔%d〕%d号",
                                                   date_ymd(c->r->today).year, number),
                                      NONE,
                                      NONE,
                                      NONE,
                                      NONE,
                                      NULL };
    return adopt(c, DEMO_TOWNSHIP, c->r->today, &m, text);
}

/* ---- the villages ---- */

static const struct scheme *parsed(struct arena *mem, const char *text)
{
    const struct scheme *s = scheme_parse(mem, "demo", text, strlen(text), NULL);
    if (!s) BUG("demo: the template does not pass the checker");
    return s;
}

static const char *begin(struct chapter *c, int v)
{
    const struct demo_village *village = &c->d->villages[v];
    struct arena *mem = c->r->mem;
    return scheme_begin(mem, parsed(mem, c->template_), c->template_,
                        arena_printf(mem, "longwo_%s", village->prefix), village->name);
}

static const struct err *extend(struct chapter *c, int v, int days, int votes_for, int against,
                                const char *text)
{
    const struct demo_village *village = &c->d->villages[v];
    struct scheme_meeting m = { "村民代表会议", 0, votes_for, against, 2, NULL };
    days_ago(c, days);
    m.on = c->r->today - 9;
    m.minutes = arena_printf(c->r->mem,
                             "%s村民代表会议，到会%"
                             "d人。村支书逐条说明与镇模板不同的地方和理由，代表提问后举手表决：赞成"
                             "%d人，反对%d人，弃权2人。方案通过，张榜公布。",
                             village->name, votes_for + against + 2, votes_for, against);
    return adopt(c, village->code, c->r->today, &m, text);
}

static const char *meiyuan(struct chapter *c)
{
    struct arena *mem = c->r->mem;
    const char *text =
        swap(mem, begin(c, MEIYUAN), "points: 2, per: 次, cap: {points: 20, per: month}",
             "points: 3, per: 次, cap: {points: 18, per: month}");
    return swap(mem, text, "minimum: 10", "minimum: 15");
}

static const char *pengfang(struct chapter *c)
{
    return swap(c->r->mem, begin(c, PENGFANG), "items:\n",
                "items:\n"
                "  - {code: P01, category: 人居环境, label: 参加护林防火巡山, points: 4, per: 次, "
                "cap: {times: 2, per: month}}\n"
                "  - {code: P02, category: 文明向善, label: 红白喜事简办, for: 家庭, points: 8, "
                "evidence: required, cap: {times: 1, per: year}}\n");
}

/* Within the first template; the second one is narrower. */
static const char *zhangxia(struct chapter *c)
{
    return swap(c->r->mem, begin(c, ZHANGXIA), "minimum: 10", "minimum: 20");
}

/* ---- one that waits, and a draft ---- */

static const struct err *waiting(struct chapter *c)
{
    const char *text = swap(c->r->mem, preset("zengxiang"), "times: 2\n", "times: 3\n");
    const struct demo_village *v = &c->d->villages[ZHUJING];
    int64_t next = date_of(date_ymd(c->today).year + 1, 1, 1);
    const struct scheme_meeting m = {
        "村民代表会议",
        c->today - 3,
        31,
        4,
        1,
        "竹径村村民代表会议，到会36人。虚假申报由加倍扣分改为三倍扣分，从明年1月1日起执行。"
    };
    days_ago(c, 2);
    return adopt(c, v->code, next, &m, text);
}

static const struct err *draft(struct chapter *c)
{
    const struct demo_village *v = &c->d->villages[MAIN];
    const char *text = swap(c->r->mem, preset("zengxiang"), "title: ", "title: 礼坑村修订稿：");
    int64_t id;
    days_ago(c, 1);
    text = swap(c->r->mem, text, "category: 思想政治",
                "category: 思想正治"); /* a slip, for the checker to find */
    return draft_add(c->r, v->code, &(struct draft_origin){ "preset", "zengxiang", NONE }, text,
                     strlen(text), &id);
}

static const struct err *tell(struct chapter *c)
{
    static const struct scheme_meeting unsaid = { NULL, NONE, NONE, NONE, NONE, NULL };
    int64_t first = date_of(date_ymd(c->today).year - 1, 1, 1);
    const char *text = preset("zengxiang");
    for (int v = 0; v < DEMO_VILLAGES; v++)
        TRY(adopt(c, c->d->villages[v].code, first, &unsaid, text));
    TRY(access_actor(c->r, "town", &c->r->who));
    TRY(issue(c, 90, c->template_, 1));
    TRY(extend(c, MEIYUAN, 60, 33, 2, meiyuan(c)));
    TRY(extend(c, PENGFANG, 55, 29, 5, pengfang(c)));
    TRY(extend(c, ZHANGXIA, 50, 30, 1, zhangxia(c)));
    TRY(issue(c, 10, c->narrower, 2));
    TRY(waiting(c));
    TRY(access_actor(c->r, "lk-admin", &c->r->who));
    return draft(c);
}

const struct err *demo_scheme(struct req *r, struct demo *d)
{
    const struct actor *operator= r->who;
    struct chapter c = { .r = r, .d = d, .now = r->now, .today = r->today };
    c.template_ = arena_printf(r->mem, "%s%s", preset("longwo"), rules);
    c.narrower = swap(r->mem, c.template_, "between: 10..20", "between: 10..15");
    const struct err *e = tell(&c);
    r->now = c.now;
    r->today = c.today;
    r->who = operator;
    return e;
}

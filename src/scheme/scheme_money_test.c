/* What a budget pays, redemptions beside the rules, places of a service, settlements, what is punished
 * once, what bars, classes by tags: small cases computed by hand.
 */
#include <stdio.h>
#include <string.h>

#include "kernel/buf.h"
#include "kernel/dec.h"
#include "kernel/text.h"
#include "scheme/scheme_run.h"

#include "kernel/test.h" /* after ours: cmocka has a macro fail() */

static const struct scheme *scheme_of(struct arena *mem, const char *part)
{
    static const char head[] =
        "scheme: t\ntitle: 测试\npublicity: {days: 3}\nfalse_claims: {times: 2, bars: year}\n"
        "classes:\n"
        "  - {code: household, label: 家庭, kind: household}\n"
        "  - {code: resident, label: 村民, kind: resident}\n"
        "  - {code: party_member, label: 党员, kind: resident, tag: 党员}\n"
        "  - {code: veteran, label: 退役军人党员, kind: resident, tag: [党员, 退役军人]}\n";
    struct scheme_finding *found;
    const char *text = arena_printf(mem, "%s%s", head, part);
    const struct scheme *s = scheme_parse(mem, "t", text, strlen(text), &found);
    EXPECT(s && !found, "line %d: %s\n%s", found ? found->line : 0, found ? found->en : "", text);
    return s;
}

static const struct scheme_facts *facts_of(struct arena *mem, const char *text)
{
    struct scheme_finding *found;
    const struct scheme_facts *f = scheme_facts_parse(mem, text, strlen(text), &found);
    EXPECT(f != NULL, "line %d: %s", found ? found->line : 0, found ? found->en : "");
    return f;
}

/* ---- the budget ---- */

struct wish {
    int64_t id, on, asked_c;
    const char *for_;
    int64_t want_c;
    enum spend_state state;
};
#define DAY(y, m, d) date_of(y, m, d)

static void spends(struct arena *mem, const char *name, const struct scheme_budget *b,
                   int64_t residents, int year, const struct wish *w, size_t n, int64_t paid_c,
                   int64_t queued_c)
{
    struct spend *v = arena_array(mem, struct spend, n + 1);
    struct eval_spending out;
    for (size_t i = 0; i < n; i++)
        v[i] = (struct spend){
            .id = w[i].id, .on = w[i].on, .asked_c = w[i].asked_c, .for_ = w[i].for_
        };
    assert_null(eval_spend(mem, b, residents, year, v, n, &out));
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < n && (v[k].id != w[i].id || v[k].on != w[i].on)) k++;
        EXPECT(v[k].paid_c == w[i].want_c && v[k].state == w[i].state,
               "%s: wish %d: %d in state %d", name, (int)w[i].id, (int)v[k].paid_c,
               (int)v[k].state);
    }
    EXPECT(out.paid_c == paid_c && out.queued_c == queued_c, "%s: paid %d, queued %d", name,
           (int)out.paid_c, (int)out.queued_c);
}

/* 50 residents at 2 yuan: 100.00 a year. */
static void budget_stops_queues_scales(void **state)
{
    struct arena *mem = *state;
    struct scheme_budget b = { .per_resident_c = 200, .at_ceiling = "stop" };
    /* The third does not fit, and the fourth, which would, does not overtake it. */
    const struct wish stop[] = {
        { 1, DAY(2026, 1, 5), 6000, NULL, 6000, SPEND_PAID },
        { 2, DAY(2026, 2, 1), 3000, NULL, 3000, SPEND_PAID },
        { 3, DAY(2026, 3, 1), 2000, NULL, 0, SPEND_REFUSED },
        { 4, DAY(2026, 3, 2), 500, NULL, 0, SPEND_REFUSED },
        { 5, DAY(2027, 1, 1), 500, NULL, 0, SPEND_LATER },
    };
    spends(mem, "stop", &b, 50, 2026, stop, 5, 9000, 0);
    /* Next year has its own ceiling. */
    const struct wish next[] = { { 5, DAY(2027, 1, 1), 10000, NULL, 10000, SPEND_PAID } };
    spends(mem, "the next year", &b, 50, 2027, next, 1, 10000, 0);
    b.at_ceiling = "queue";
    const struct wish queue[] = {
        { 1, DAY(2026, 1, 5), 9000, NULL, 9000, SPEND_PAID },
        { 2, DAY(2026, 2, 1), 3000, NULL, 0, SPEND_QUEUED },
        { 3, DAY(2026, 3, 1), 500, NULL, 0, SPEND_QUEUED },
    };
    spends(mem, "queue", &b, 50, 2026, queue, 3, 9000, 3500);
    /* They come first in 2027: 35 + 60 leave 5; 10 more waits again. */
    const struct wish waited[] = {
        { 1, DAY(2026, 1, 5), 9000, NULL, 9000, SPEND_PAID },
        { 2, DAY(2026, 2, 1), 3000, NULL, 3000, SPEND_PAID },
        { 3, DAY(2026, 3, 1), 500, NULL, 500, SPEND_PAID },
        { 4, DAY(2027, 1, 2), 6000, NULL, 6000, SPEND_PAID },
        { 5, DAY(2027, 1, 3), 1000, NULL, 0, SPEND_QUEUED },
    };
    spends(mem, "the queue's next year", &b, 50, 2027, waited, 5, 9500, 1000);
    b.at_ceiling = "scale";
    /* 150 asked, 100 there: two thirds each; 33.335 thrice by largest remainder, lower index first. */
    const struct wish scale[] = {
        { 1, DAY(2026, 1, 5), 5000, NULL, 3334, SPEND_SCALED },
        { 2, DAY(2026, 2, 1), 5000, NULL, 3333, SPEND_SCALED },
        { 3, DAY(2026, 3, 1), 5000, NULL, 3333, SPEND_SCALED },
    };
    spends(mem, "scale", &b, 50, 2026, scale, 3, 10000, 0);
    const struct wish enough[] = { { 1, DAY(2026, 1, 5), 5000, NULL, 5000, SPEND_PAID } };
    spends(mem, "enough", &b, 50, 2026, enough, 1, 5000, 0);
}

/* The township gives 60 for anything, the village 40 for 年终表彰 only. */
static void earmarks(void **state)
{
    struct arena *mem = *state;
    const struct scheme *s = scheme_of(
        mem, "budget: {per_resident: 2, at_ceiling: stop, sources: [{label: 镇, per_resident: "
             "1.2}, {label: 村, per_resident: 0.8, only_for: 年终表彰}]}\n");
    struct scheme_budget b = *s->rules.budget;
    /* Goods get at most the free 60; the prize takes its own money first and then free money. */
    const struct wish stop[] = {
        { 1, DAY(2026, 1, 5), 5500, NULL, 5500, SPEND_PAID },
        { 2, DAY(2026, 2, 1), 1000, NULL, 0, SPEND_REFUSED },
        { 3, DAY(2026, 12, 1), 4300, "年终表彰", 4300, SPEND_PAID },
        { 4, DAY(2026, 12, 2), 300, "年终表彰", 0, SPEND_REFUSED },
    };
    spends(mem, "stop", &b, 50, 2026, stop, 4, 9800, 0);
    b.at_ceiling = "scale";
    /* The prize gets its 40; of the 60 left 120 are asked for goods and 20 more for the prize: 51.43
     * and 8.57. */
    const struct wish scale[] = {
        { 1, DAY(2026, 1, 5), 12000, NULL, 5143, SPEND_SCALED },
        { 3, DAY(2026, 12, 1), 6000, "年终表彰", 4857, SPEND_SCALED },
    };
    spends(mem, "scale", &b, 50, 2026, scale, 2, 10000, 0);
    struct spend v[] = { { .id = 3, .on = DAY(2026, 12, 1), .asked_c = 4300, .for_ = "年终表彰" } };
    struct eval_spending out;
    assert_null(eval_spend(mem, s->rules.budget, 50, 2026, v, 1, &out));
    assert_int_equal(LIST_AT(out.sources, struct eval_source, 0).used_c, 300);
    assert_int_equal(LIST_AT(out.sources, struct eval_source, 1).used_c, 4000);
}

/* ---- exchange ---- */

static void redemptions(void **state)
{
    struct arena *mem = *state;
    const struct scheme *s = scheme_of(
        mem, "exchange: {rate: 0.5, minimum: 10, earned: 20, limits: [{times: 2, per: month}, "
             "{amount: 30, per: year}], days: [5, 20], barred: this_and_next_year, services: "
             "[{service: 代耕, points: 8, hours: 2}]}\n");
    const struct scheme_facts *f = facts_of(
        mem, "subjects:\n"
             "  - id: 1\n"
             "    earned: [{on: 2026-01-01, points: 15}, {on: 2026-02-01, points: 200}]\n"
             "    spent:\n"
             "      - {on: 2026-01-05, points: 10}\n"     /* only 15 earned */
             "      - {on: 2026-02-05, points: 9}\n"      /* below the minimum */
             "      - {on: 2026-02-06, points: 10}\n"     /* no day of exchange */
             "      - {on: 2026-03-05, points: 20}\n"     /* 10 yuan */
             "      - {on: 2026-03-20, service: 代耕}\n"  /* 8 points */
             "      - {on: 2026-03-20, points: 12}\n"     /* third time of the month */
             "      - {on: 2026-04-05, points: 42}\n"     /* 10 + 21 yuan are over 30 */
             "      - {on: 2026-04-20, service: 代耕车}\n" /* unknown */
             "      - {on: 2026-05-05, points: 16, service: 代耕}\n" /* twice the service */
             "  - {id: 2, earned: [{on: 2026-01-01, points: 50}], spent: [{on: "
             "2026-02-05, points: 60}]}\n");
    static const struct {
        int64_t points_c, yuan_c;
        const char *why;
    } want[] = {
        { 1000, 0, "累计积分达到20分才能兑换。" },
        { 900, 0, "一次至少兑10分。" },
        { 1000, 0, "今天不是兑换日。" },
        { 2000, 1000, NULL },
        { 800, 0, NULL },
        { 1200, 0, "超过本期限额。" },
        { 4200, 0, "超过本期限额。" },
        { 0, 0, "兑换分数要大于0。" },
        { 1600, 0, NULL },
    };
    struct eval e = { .mem = mem, .s = s };
    struct list out;
    assert_null(eval_redemptions(&e, f->subjects.items, &out));
    assert_int_equal(out.n, COUNT(want));
    for (size_t i = 0; i < COUNT(want); i++) {
        const struct eval_redemption *d = &LIST_AT(out, struct eval_redemption, i);
        EXPECT(d->points_c == want[i].points_c && d->yuan_c == want[i].yuan_c &&
                   text_equal(d->why_zh, want[i].why),
               "redemption %d: %d points, %d yuan, %s", (int)i, (int)d->points_c, (int)d->yuan_c,
               d->why_zh ? d->why_zh : "-");
    }
    /* More than the balance. */
    assert_null(eval_redemptions(&e, &LIST_AT(f->subjects, struct fact_subject, 1), &out));
    assert_string_equal(LIST_AT(out, struct eval_redemption, 0).why_zh, "可兑积分不够。");
}

/* Two places a month: by day, or by honour. */
static void places_of_a_service(void **state)
{
    struct scheme_service first = { .label = "代耕", .priority = "first", .points_c = 800,
                                    .places = 2, .per = PERIOD_MONTH };
    struct scheme_service honour = first;
    honour.priority = "honour";
    static const struct {
        int64_t id, day, honour_c;
        bool by_day, by_honour;
    } wishes[] = {
        { 1, 3, 100, true, false }, { 2, 1, 300, true, true },  { 3, 9, 900, false, true },
        { 4, 4, 200, false, false }, { 5, 40, 1, true, true }, /* the next month */
    };
    for (int way = 0; way < 2; way++) {
        struct service_wish v[COUNT(wishes)];
        for (size_t i = 0; i < COUNT(wishes); i++)
            v[i] = (struct service_wish){ .service = way ? &honour : &first,
                                          .id = wishes[i].id,
                                          .on = date_of(2026, 1, 1) + wishes[i].day,
                                          .honour_c = wishes[i].honour_c };
        eval_services(*state, v, COUNT(v));
        for (size_t i = 0; i < COUNT(v); i++) {
            bool want = way ? wishes[v[i].id - 1].by_honour : wishes[v[i].id - 1].by_day;
            EXPECT(v[i].served == want, "way %d: wish of %d", way, (int)v[i].id);
        }
    }
}

/* ---- penalties ---- */

static const char faults[] =
    "groups: [{code: waste, label: 同一堆垃圾, per: month, keep: best}]\n"
    "categories: [{code: c, label: 类}]\n"
    "items:\n"
    "  - {code: D1, category: c, label: 乱倒, points: -5..-2, clause: 第一条}\n"
    "  - {code: D2, category: c, label: 损坏设施, points: -10, clause: 第二条, bars: year}\n"
    "  - {code: D3, category: c, label: 乱停, points: -1, per: 辆, clause: 第三条}\n"
    "  - {code: D4, category: c, label: 堆垃圾, points: -3, clause: 第四条, one_of: waste}\n"
    "  - {code: D5, category: c, label: 烧垃圾, points: -8, clause: 第五条, one_of: waste}\n"
    "  - {code: P1, category: c, label: 扫路, points: 4, per: 次, cap: [{points: 6, per: event}]}\n";

static void one_deed_one_penalty(void **state)
{
    struct arena *mem = *state;
    const struct scheme *s = scheme_of(mem, faults);
    static const struct {
        const char *name, *deeds;
        int64_t want_c;
    } cases[] = {
        { "the same item on one day, the harder counts",
          "{item: D1, on: 2026-01-05, chosen: -2}, {item: D1, on: 2026-01-05, chosen: -5}", -500 },
        { "the same item on one day, the milder after",
          "{item: D1, on: 2026-01-05, chosen: -5}, {item: D1, on: 2026-01-05, chosen: -2}", -500 },
        { "on two days",
          "{item: D1, on: 2026-01-05, chosen: -2}, {item: D1, on: 2026-01-06, chosen: -2}", -400 },
        { "one case, two items, days apart",
          "{item: D1, on: 2026-01-05, chosen: -5, case: a}, {item: D2, on: 2026-01-09, case: a}",
          -1000 },
        { "two cases of one day",
          "{item: D1, on: 2026-01-05, chosen: -2, case: a}, {item: D1, on: 2026-01-05, chosen: -2, "
          "case: b}",
          -400 },
        { "units are counted, not deeds",
          "{item: D3, on: 2026-01-05, quantity: 2}, {item: D3, on: 2026-01-05, quantity: 3}",
          -500 },
        { "of a group the hardest",
          "{item: D4, on: 2026-01-05}, {item: D5, on: 2026-01-09}, {item: D4, on: 2026-01-20}",
          -800 },
        { "a group counts again in the next month",
          "{item: D5, on: 2026-01-09}, {item: D4, on: 2026-02-01}", -1100 },
        { "each deed has its own cap", "{item: P1, on: 2026-01-05, quantity: 3}, {item: P1, on: "
                                       "2026-01-05, quantity: 1}",
          1000 },
        { "a false claim is punished once with what it is about",
          "{item: P1, on: 2026-01-05, quantity: 1, false: before, case: a}, {item: D2, on: "
          "2026-01-06, case: a}",
          -1000 },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        for (int explain = 0; explain < 2; explain++) {
            const struct scheme_facts *f = facts_of(
                mem, arena_printf(mem, "subjects: [{id: 1, deeds: [%s]}]\n", cases[i].deeds));
            struct eval e = { .mem = mem, .s = s, .explain = explain };
            struct eval_sum v;
            assert_null(eval_points(&e, f->subjects.items,
                                    period_span(PERIOD_YEAR, date_of(2026, 1, 1)), &v));
            EXPECT(v.value_c == cases[i].want_c, "%s: %d", cases[i].name, (int)v.value_c);
        }
}

static void what_bars(void **state)
{
    struct arena *mem = *state;
    const struct scheme *s =
        scheme_of(mem, arena_printf(mem, "%sexchange: {rate: 1, barred: this_and_next_year}\n",
                                    faults));
    static const struct {
        const char *name, *subject;
        int year;
        bool titles, exchange;
    } cases[] = {
        { "nothing", "deeds: [{item: P1, on: 2026-01-05}]", 2026, false, false },
        { "an item that bars", "deeds: [{item: D2, on: 2026-01-05}]", 2026, true, true },
        { "for a year, from exchange for two", "deeds: [{item: D2, on: 2025-01-05}]", 2026, false,
          true },
        { "not before it happened", "deeds: [{item: D2, on: 2027-01-05}]", 2026, false, false },
        { "another deduction", "deeds: [{item: D1, on: 2026-01-05, chosen: -2}]", 2026, false,
          false },
        { "a false claim of a member",
          "members: [{id: 2, deeds: [{item: P1, on: 2026-01-05, false: after}]}]", 2026, true,
          true },
        { "the facts", "barred: yes", 2026, true, true },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct scheme_facts *f = facts_of(
            mem, arena_printf(mem, "subjects: [{id: 1, %s}]\n", cases[i].subject));
        int64_t on = date_of(cases[i].year, 12, 31);
        EXPECT(eval_barred(s, f->subjects.items, on, false) == cases[i].titles &&
                   eval_barred(s, f->subjects.items, on, true) == cases[i].exchange,
               "%s", cases[i].name);
    }
}

/* ---- classes ---- */

static void the_most_specific_class(void **state)
{
    struct arena *mem = *state;
    const struct scheme *s = scheme_of(mem, "");
    static const char *const tags[] = { "党员", "退役军人", "志愿者" };
    static const struct {
        const char *class_;
        unsigned tags;
        const char *want;
    } cases[] = {
        { "resident", 0, "resident" },
        { "resident", 1, "party_member" },
        { "resident", 2, "resident" },
        { "resident", 3, "veteran" },
        { "resident", 4, "resident" },
        { "resident", 7, "veteran" },
        { "party_member", 0, "party_member" },
        { "party_member", 2, "veteran" },
        { "household", 1, "household" },
        { "organisation", 0, NULL },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *own[3];
        struct list l = { own, 0 };
        for (size_t k = 0; k < 3; k++)
            if (cases[i].tags & (1u << k)) own[l.n++] = tags[k];
        const char *got = scheme_class_pick(s, cases[i].class_, &l);
        EXPECT(text_equal(got, cases[i].want), "%s with tags %u: %s", cases[i].class_,
               cases[i].tags, got ? got : "-");
    }
    assert_true(scheme_class_is(s, "veteran", "party_member"));
    assert_true(scheme_class_is(s, "veteran", "resident"));
    assert_false(scheme_class_is(s, "party_member", "veteran"));
    assert_false(scheme_class_is(s, "household", "resident"));
}

/* ---- rounds, payments ---- */

static void windows_and_amounts(void **state)
{
    struct arena *mem = *state;
    const struct scheme *s = scheme_of(
        mem,
        "bands: [{code: b, label: 段, bands: [{from: 80, amount: 50}, {below: 60, amount: -20}], "
        "else: {label: 平}}]\n"
        "rounds:\n"
        "  - {code: w, label: 周评, for: household, every: week, window: {from: 5, to: 7}, bands: b}\n"
        "  - {code: q, label: 季评, for: household, every: quarter, window: {month: 3, from: 1, to: "
        "10}}\n"
        "payments: [{code: p, label: 结算, for: household, per: month, settle: quarter, floor: -10, "
        "rounds: [w]}]\n");
    /* Friday 2 January counts, Thursday the 8th does not; the quarter is looked at in its third month. */
    const struct scheme_facts *f = facts_of(
        mem, "subjects: [{id: 1, visits: [{round: w, on: 2026-01-02, total: 90}, {round: w, on: "
             "2026-01-08, total: 90}, {round: w, on: 2026-01-18, total: 80}, {round: w, on: "
             "2026-02-06, total: 10}, {round: w, on: 2026-02-13, total: 10}, {round: w, on: "
             "2026-03-06, total: 70}, {round: q, on: 2026-02-05, total: 5}, {round: q, on: "
             "2026-06-05, total: 7}]}]\n");
    struct eval e = { .mem = mem, .s = s, .explain = true };
    struct eval_settlement quarter;
    struct list rounds;
    assert_null(eval_settlement(&e, s->rules.payments.items, f->subjects.items,
                                period_span(PERIOD_QUARTER, date_of(2026, 1, 1)), &quarter));
    assert_int_equal(quarter.months.n, 3);
    static const int64_t want[] = { 10000, -1000, 0 }; /* 50 + 50; −40 but not below −10; nothing */
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(LIST_AT(quarter.months, struct eval_payment, i).items.value_c, want[i]);
    assert_int_equal(quarter.items.value_c, 9000);
    assert_null(eval_rounds(&e, &LIST_AT(s->rules.rounds, struct scheme_round, 1),
                            f->subjects.items, &rounds));
    assert_false(LIST_AT(rounds, struct eval_round, 0).counted);
    assert_true(LIST_AT(rounds, struct eval_round, 1).counted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(budget_stops_queues_scales), TEST(earmarks),
        TEST(redemptions),                TEST(places_of_a_service),
        TEST(one_deed_one_penalty),       TEST(what_bars),
        TEST(the_most_specific_class),    TEST(windows_and_amounts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

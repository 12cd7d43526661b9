/* Simulations with results worked out by hand, and what must hold for any two schemes and any
 * facts. */
#include <stdio.h>
#include <string.h>

#include "kernel/dec.h"
#include "kernel/file.h"
#include "kernel/text.h"
#include "scheme/scheme_simulate.h"

#include "kernel/test.h" /* after ours: cmocka has a macro fail() */

static char *preset(struct arena *mem, const char *name)
{
    const char *text;
    size_t n;
    assert_null(file_read(mem, arena_printf(mem, "schemes/%s.yaml", name), 1 << 20, &text, &n));
    return arena_strndup(mem, text, n);
}

/* The text with one part replaced; the part must be there. */
static char *but(struct arena *mem, const char *text, const char *part, const char *by)
{
    const char *at = strstr(text, part);
    EXPECT(at != NULL, "the preset has no \"%s\"", part);
    return arena_printf(mem, "%.*s%s%s", (int)(at - text), text, by, at + strlen(part));
}

static const struct scheme *parse(struct arena *mem, const char *text)
{
    struct scheme_finding *found;
    const struct scheme *s = scheme_parse(mem, "test", text, strlen(text), &found);
    EXPECT(s != NULL, "line %d: %s", found ? found->line : 0, found ? found->en : "");
    return s;
}

static struct simulation *simulate(struct arena *mem, const char *now, const char *draft,
                                   const char *facts_text, const char *period)
{
    struct scheme_finding *found;
    const struct scheme_facts *facts =
        scheme_facts_parse(mem, facts_text, strlen(facts_text), &found);
    struct simulation *sim;
    enum period per;
    struct span in = { 0 };
    EXPECT(facts && period_parse(period, &per, &in), "facts: %s", found ? found->en : "");
    struct fact_list list = fact_list_of(facts);
    const struct err *e =
        scheme_simulate(mem, parse(mem, now), parse(mem, draft), &list.source, in, &sim);
    EXPECT(!e, "%s", e ? e->en : "");
    return sim;
}

static const struct sim_row *row(const struct simulation *sim, int64_t id)
{
    for (size_t i = 0; i < sim->rows.n; i++)
        if (LIST_AT(sim->rows, struct sim_row, i).id == id)
            return &LIST_AT(sim->rows, struct sim_row, i);
    fail_msg("no row %d", (int)id);
    return NULL;
}

static void expect_row(const struct simulation *sim, int64_t id, int64_t now_c, int64_t draft_c)
{
    const struct sim_row *r = row(sim, id);
    EXPECT(r->side[SIM_NOW].value_c == now_c && r->side[SIM_DRAFT].value_c == draft_c &&
               r->change_c == draft_c - now_c,
           "%d: %lld → %lld", (int)id, (long long)r->side[SIM_NOW].value_c,
           (long long)r->side[SIM_DRAFT].value_c);
}

static const struct sim_miss *miss(const struct simulation *sim, int side, enum sim_why why,
                                   const char *code)
{
    for (size_t i = 0; i < sim->misses.n; i++) {
        const struct sim_miss *m = &LIST_AT(sim->misses, struct sim_miss, i);
        if (m->side == side && m->why == why && text_equal(m->code, code)) return m;
    }
    return NULL;
}

static bool noted(const struct simulation *sim, const char *part)
{
    for (size_t i = 0; i < sim->notes.n; i++)
        if (strstr(LIST_AT(sim->notes, struct sim_note, i).zh, part)) return true;
    return false;
}

/* 宁河: the cap of voluntary labour halves from 40 to 20 points a year. Zhang: 15 hours (30 → 20),
 * a tidy yard twice (6), 4 for caring: 40 → 30. Li: 8 hours last year and this (16 each). The title
 * goes to the first of three by lifetime average (a share of 40 % rounded down is one): Zhang with
 * 40 before, Li with 16 + 16 = 32 after. 1 point is 1 yuan. */
static const char ninghe_facts[] =
    "residents: 12\n"
    "subjects:\n"
    "  - {id: 1, label: 张家, deeds: [{item: N04, on: 2026-01-05}, {item: N04, on: 2026-04-05}], "
    "members: [{id: 11, deeds: [{item: N03, on: 2026-02-01, quantity: 15}, {item: N05, on: "
    "2026-03-01, chosen: 4}]}]}\n"
    "  - {id: 2, label: 李家, members: [{id: 21, deeds: [{item: N03, on: 2026-02-01, quantity: 8}, "
    "{item: N03, on: 2025-12-01, quantity: 8}]}]}\n"
    "  - {id: 3, label: 王家, members: [{id: 31}]}\n";

static void a_cap_halves(void **state)
{
    struct arena *mem = *state;
    const char *now = but(mem, preset(mem, "ninghe"), "share: 10", "share: 40");
    const char *draft =
        but(mem, now, "cap: {points: 40, per: year}", "cap: {points: 20, per: year}");
    const struct simulation *sim = simulate(mem, now, draft, ninghe_facts, "2026");
    assert_string_equal(sim->head[SIM_NOW], "total");
    expect_row(sim, 1, 4000, 3000);
    expect_row(sim, 2, 1600, 1600);
    expect_row(sim, 3, 0, 0);
    assert_int_equal(sim->gain, 0);
    assert_int_equal(sim->lose, 1);
    assert_int_equal(sim->same, 2);
    assert_int_equal(sim->spread[SIM_NOW].sum_c, 5600);
    assert_int_equal(sim->spread[SIM_DRAFT].sum_c, 4600);
    assert_int_equal(sim->spread[SIM_DRAFT].mean_c, 1533);
    assert_int_equal(sim->spread[SIM_DRAFT].median_c, 1600);
    assert_int_equal(sim->spread[SIM_DRAFT].zero, 1);
    assert_int_equal(sim->cost[SIM_NOW].total_c, 5600);
    assert_int_equal(sim->cost[SIM_DRAFT].total_c, 4600);
    assert_int_equal(sim->titles.n, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct sim_title *t = &LIST_AT(sim->titles, struct sim_title, i);
        bool zhang = t->row->id == 1;
        assert_true(zhang || t->row->id == 2);
        assert_true(zhang ? t->from && !t->to : !t->from && t->to);
    }
    assert_int_equal(row(sim, 1)->side[SIM_DRAFT].rank, 2);
    struct scheme_finding *found;
    struct fact_list list =
        fact_list_of(scheme_facts_parse(mem, ninghe_facts, sizeof ninghe_facts - 1, &found));
    struct run_result both[SIM_SIDES];
    assert_null(scheme_simulate_one(mem, parse(mem, now), parse(mem, draft), &list.source, sim->in,
                                    1, both));
    for (int k = 0; k < SIM_SIDES; k++)
        for (size_t i = 0; i < both[k].numbers.n; i++) {
            const struct run_number *x = &LIST_AT(both[k].numbers, struct run_number, i);
            if (!text_equal(x->code, "total")) continue;
            assert_int_equal(x->value_c, row(sim, 1)->side[k].value_c);
            assert_int_equal(x->why->value_c, x->value_c);
        }
    const struct sim_item *first = sim->items.items;
    assert_string_equal(first->code, "N03");
    assert_int_equal(first->points_c[SIM_NOW], 4600);
    assert_int_equal(first->points_c[SIM_DRAFT], 3600);
    assert_int_equal(first->times[SIM_DRAFT], 2);
    assert_int_equal(sim->misses.n, 0);
}

/* What the draft cannot place is told with its count: an item that is gone (twice in the year), a
 * pick above the new range (5 → 3), a deed in no units any more, a class that is not eligible; the
 * deed of the year before apart. */
static void nothing_is_dropped_in_silence(void **state)
{
    struct arena *mem = *state;
    const char *now = preset(mem, "ninghe");
    char *draft = but(mem, now, "code: N04, category: 人居环境", "code: N44, category: 人居环境");
    draft = but(mem, draft, "points: 2..5", "points: 1..3");
    draft = but(mem, draft,
                "label: 参加村庄建设义务劳动, points: 2, per: 小时, cap: {points: 40, per: year}",
                "label: 参加村庄建设义务劳动, points: 2, for: 家庭");
    draft = but(mem, draft, "label: 志愿服务, points: 1, per: 小时, count: down",
                "label: 志愿服务, points: 1..2, per: 小时, count: down");
    const struct simulation *sim =
        simulate(mem, now, draft,
                 "subjects:\n"
                 "  - {id: 1, deeds: [{item: N04, on: 2025-01-05}, {item: N04, on: 2026-01-05}, "
                 "{item: N04, on: 2026-04-05}, {item: N03, on: 2026-05-01, quantity: 3}],\n"
                 "     members: [{id: 11, deeds: [{item: N05, on: 2026-02-01, chosen: 5}, {item: "
                 "N03, on: 2026-03-01, quantity: 3}, {item: N06, on: 2026-03-02, quantity: 2}, "
                 "{item: N99, on: 2026-03-03}]}]}\n",
                 "2026");
    const struct sim_miss *gone = miss(sim, SIM_DRAFT, SIM_ITEM_GONE, "N04");
    assert_non_null(gone);
    assert_int_equal(gone->times, 2);
    assert_int_equal(gone->before, 1);
    assert_string_equal(gone->label, "庭院整洁（季度检查）");
    assert_int_equal(miss(sim, SIM_DRAFT, SIM_ASSUMED_EDGE, "N05")->times, 1);
    assert_int_equal(miss(sim, SIM_DRAFT, SIM_CLASS, "N03")->times, 1);
    assert_int_equal(miss(sim, SIM_DRAFT, SIM_ASSUMED_ONE, "N03")->times, 1);
    assert_int_equal(miss(sim, SIM_DRAFT, SIM_ASSUMED_LEAST, "N06")->times, 1);
    assert_int_equal(miss(sim, SIM_NOW, SIM_ITEM_GONE, "N99")->times, 1);
    assert_int_equal(miss(sim, SIM_DRAFT, SIM_ITEM_GONE, "N99")->times, 1);
    assert_null(miss(sim, SIM_NOW, SIM_ITEM_GONE, "N04"));
    /* now: 3 + 3 + 6 + 5 + 6 + 2; draft: 2 + 3 + 2 */
    expect_row(sim, 1, 2500, 700);
}

#define MARKS                                                                                      \
    "hall: 9, kitchen: 9, bedroom: 8, toilet: 4, lead: 10, voice: 4, law: 5, support: 5, study: "  \
    "5, industrious: 4, job: 5, family: 5, neighbours: 5"
/* 中坪: 93 marks are 5 points, 82 are 1; three months of 5 in a row are 5 more. The draft gives 2
 * for 80 to 85 and 8 for the streak. */
static void monthly_rounds(void **state)
{
    struct arena *mem = *state;
    const char *now = preset(mem, "zhongping");
    char *draft = but(mem, now, "{from: 80, to: 85, points: 1}", "{from: 80, to: 85, points: 2}");
    draft = but(mem, draft, "equal: 5, points: 5", "equal: 5, points: 8");
    const char *facts =
        "subjects:\n"
        "  - {id: 1, visits: [{round: monthly, on: 2026-01-22, marks: {yard: 15, " MARKS
        "}}, {round: monthly, on: 2026-02-22, marks: {yard: 15, " MARKS
        "}}, {round: monthly, on: 2026-03-22, marks: {yard: 15, " MARKS "}}]}\n"
        "  - {id: 2, visits: [{round: monthly, on: 2026-01-22, marks: {yard: 4, " MARKS
        "}}, {round: monthly, on: 2026-02-22, marks: {yard: 4, " MARKS "}}]}\n";
    const struct simulation *sim = simulate(mem, now, draft, facts, "2026");
    expect_row(sim, 1, 2000, 2300);
    expect_row(sim, 2, 200, 400);
    assert_int_equal(sim->gain, 2);
    assert_int_equal(LIST_AT(sim->rows, struct sim_row, 0).id, 1);
    assert_false(noted(sim, "每月入户评比"));
    /* A sheet with another line: the marks on paper do not fit it, which is told, and the round is
     * missing. */
    sim = simulate(mem, now, but(mem, now, "{code: hall, label: 客厅", "{code: lobby, label: 客厅"),
                   facts, "2026");
    assert_int_equal(miss(sim, SIM_DRAFT, SIM_MARK, "monthly")->times, 5);
    expect_row(sim, 2, 200, 0);
    assert_true(noted(sim, "每月入户评比"));
}

/* W2's ceiling: 1,860 residents at 2 yuan a year. 3,720 points fit, 3,721 do not; without a rate
 * nobody knows. */
static void cost_against_the_budget(void **state)
{
    struct arena *mem = *state;
    char *now = preset(mem, "zengxiang"), *rate = strstr(now, "\nexchange:"),
         *budget = strstr(now, "\nbudget:");
    memmove(rate, budget, strlen(budget) + 1); /* without what a point is worth */
    const char *rated = arena_printf(mem, "%s\nexchange: {rate: 1}\n", now);
    const char *facts = "residents: 1860\nsubjects:\n  - {id: 1, earned: [{on: 2026-01-01, points: "
                        "3721}]}\n  - {id: 2, earned: [{on: 2026-01-01, points: -5}]}\n";
    const struct simulation *sim = simulate(mem, now, rated, facts, "2026");
    assert_true(sim->cost[SIM_NOW].total_c == NONE);
    assert_false(sim->cost[SIM_NOW].over);
    assert_true(noted(sim, "没有写1分兑多少元"));
    assert_int_equal(sim->cost[SIM_DRAFT].ceiling_c, 372000);
    assert_int_equal(sim->cost[SIM_DRAFT].total_c, 372100);
    assert_true(sim->cost[SIM_DRAFT].over);
    sim = simulate(
        mem, now, rated,
        "residents: 1860\nsubjects: [{id: 1, earned: [{on: 2026-01-01, points: 3720}]}]\n", "2026");
    assert_false(sim->cost[SIM_DRAFT].over);
    sim = simulate(mem, now, rated,
                   "subjects: [{id: 1, earned: [{on: 2026-01-01, points: 3720}]}]\n", "2026");
    assert_true(sim->cost[SIM_DRAFT].ceiling_c == NONE);
    assert_true(noted(sim, "常住人口"));
}

/* Paid in yuan: 500 for praise and a pay of 1,000 a month; the draft gives 400 and takes half of
 * the pay. What is settled by quarter is not counted twice. The title's prize goes to one in the
 * draft. */
static const char paid[] =
    "scheme: p\ntitle: p\npublicity: {days: 3}\nfalse_claims: {times: 2}\nclasses: [{code: "
    "village, label: 村, kind: village}]\n"
    "categories: [{code: clean, label: 卫生, yuan: yes}]\n"
    "items:\n  - {code: praise, category: 卫生, label: 表彰, points: 500, per: 次, clause: 一}\n  "
    "- {code: late, category: 卫生, label: 迟报, loses: {base: 10}, clause: 一}\n"
    "payments: [{code: month, label: 每月结算, for: village, per: month, settle: quarter, "
    "categories: [卫生], pays: [{code: base, label: 补助}]}]\n"
    "rankings: [{code: r, label: 排名, by: month, per: month}]\n"
    "titles: [{code: t, label: 先进, ranking: r, ladder: [{code: a, label: 第一, places: 1, "
    "amount: 60}]}]\n";
static void cost_in_yuan(void **state)
{
    struct arena *mem = *state;
    char *draft = but(mem, but(mem, paid, "points: 500", "points: 400"), "base: 10}", "base: 50}");
    const struct simulation *sim =
        simulate(mem, but(mem, paid, ", amount: 60", ""), draft,
                 "subjects:\n  - {id: 1, class: village, pays: {base: 1000}, deeds: [{item: "
                 "praise, on: 2026-01-03}, {item: late, on: 2026-01-04}]}\n  - {id: 2, class: "
                 "village, deeds: [{item: praise, on: 2026-01-05, quantity: 2}]}\n",
                 "2026-Q1");
    assert_string_equal(sim->head[SIM_NOW], "month");
    expect_row(sim, 1, 50000, 40000);
    expect_row(sim, 2, 100000, 80000);
    assert_int_equal(sim->cost[SIM_NOW].payments_c, 50000 + 90000 + 100000);
    assert_int_equal(sim->cost[SIM_NOW].prizes_c, 0);
    assert_int_equal(sim->cost[SIM_DRAFT].payments_c, 40000 + 50000 + 80000);
    assert_int_equal(sim->cost[SIM_DRAFT].prizes_c, 6000);
    assert_int_equal(sim->cost[SIM_DRAFT].total_c, 176000);
    assert_int_equal(sim->titles.n, 0);
}

/* Ten subjects with 0, 0, 1 … 8 points: nearest ranks, and the tenth with the most holds 8 of 36.
 */
static void the_spread(void **state)
{
    struct arena *mem = *state;
    struct buf facts = buf_in(mem, 1 << 16);
    buf_puts(&facts, "subjects:\n");
    for (int i = 0; i < 10; i++)
        buf_printf(&facts, "  - {id: %d, earned: [{on: 2026-01-01, points: %d}]}\n", i + 1,
                   i < 2 ? 0 : i - 1);
    const char *text = preset(mem, "zengxiang");
    const struct simulation *sim = simulate(mem, text, text, facts.p, "2026");
    const struct sim_spread *s = &sim->spread[SIM_NOW];
    assert_int_equal(s->n, 10);
    assert_int_equal(s->zero, 2);
    assert_int_equal(s->sum_c, 3600);
    assert_int_equal(s->mean_c, 360);
    assert_int_equal(s->least_c, 0);
    assert_int_equal(s->p10_c, 0);
    assert_int_equal(s->p25_c, 100);
    assert_int_equal(s->median_c, 300);
    assert_int_equal(s->p75_c, 600);
    assert_int_equal(s->p90_c, 700);
    assert_int_equal(s->most_c, 800);
    assert_int_equal(s->top_tenth_c, 2222);
    assert_int_equal(sim->bins.n, 8);
    for (size_t i = 0; i < 8; i++) {
        const struct sim_bin *b = &LIST_AT(sim->bins, struct sim_bin, i);
        assert_int_equal(b->from_c, 100 + 100 * (int)i);
        assert_int_equal(b->count[SIM_NOW], 1);
    }
}

/* Today every member has an account of their own with its own cap (宁河 without the household's
 * clause: 40 points of labour a year each); the draft adds up the household. The household is the
 * same 40 + 40 + 5 on both sides, not its own 5 alone. */
static void accounts_become_households(void **state)
{
    struct arena *mem = *state;
    const char *draft = preset(mem, "ninghe"), *now = draft;
    now = but(mem, now,
              "household: {average: participating, per: year, accumulate: yes, source: 000 篇5 "
              "（三）（五）}",
              "");
    now = but(mem, now, "by: lifetime", "by: points");
    const struct simulation *sim =
        simulate(mem, now, draft,
                 "subjects:\n  - {id: 1, earned: [{on: 2026-01-01, points: 5}], members: [{id: 11, "
                 "deeds: [{item: N03, on: 2026-02-01, quantity: 30}]}, {id: 12, deeds: [{item: "
                 "N03, on: 2026-02-01, quantity: 30}]}]}\n",
                 "2026");
    expect_row(sim, 1, 8500, 8500);
    assert_int_equal(sim->cost[SIM_NOW].total_c, 8500);
    assert_int_equal(LIST_AT(sim->items, struct sim_item, 0).points_c[SIM_NOW], 8000);
    assert_false(noted(sim, "不是同一个数"));
    assert_true(noted(simulate(mem, now, preset(mem, "anji"), "subjects: [{id: 1}]\n", "2026"),
                      "不是同一个数"));
}

/* Who has no account in one of the schemes is not in its spread, and a class that is new is told.
 */
static void a_class_without_accounts(void **state)
{
    struct arena *mem = *state;
    const char *now = preset(mem, "ninghe"), *draft = preset(mem, "zengxiang");
    const struct simulation *sim =
        simulate(mem, now, draft,
                 "subjects: [{id: 1, class: organisation, earned: [{on: 2026-01-01, points: 5}]}, "
                 "{id: 2, earned: [{on: 2026-01-01, points: 7}]}]\n",
                 "2026");
    assert_true(row(sim, 1)->side[SIM_NOW].absent);
    assert_false(row(sim, 1)->side[SIM_DRAFT].absent);
    assert_int_equal(sim->spread[SIM_NOW].n, 1);
    assert_int_equal(sim->spread[SIM_DRAFT].n, 2);
    assert_int_equal(sim->spread[SIM_DRAFT].sum_c, 1200);
    assert_string_equal(sim->head[SIM_NOW], "total");
    assert_string_equal(sim->head[SIM_DRAFT], "points");
}

/* The example of docs/scheme-language.md: every line it promises is printed. */
static char *block(struct arena *mem, const char *text, const char *kind)
{
    const char *mark = arena_printf(mem, "\n```%s\n", kind), *p = strstr(text, mark);
    EXPECT(p != NULL, "the manual has no block %s", kind);
    p += strlen(mark);
    return arena_strndup(mem, p, (size_t)(strstr(p, "\n```") + 1 - p));
}
static void the_manual(void **state)
{
    struct arena *mem = *state;
    const char *text;
    size_t n;
    int lines = 0;
    assert_null(file_read(mem, "docs/scheme-language.md", 1 << 20, &text, &n));
    const struct simulation *sim =
        simulate(mem, block(mem, text, "yaml now"), block(mem, text, "yaml draft"),
                 block(mem, text, "yaml past"), "2026");
    struct buf out = buf_in(mem, 1 << 16);
    scheme_simulate_print(mem, sim, LANG_ZH, 20, &out);
    for (char *line = block(mem, text, "text trial"), *nl; (nl = strchr(line, '\n')) != NULL;
         line = nl + 1, lines++) {
        *nl = 0;
        EXPECT(strstr(out.p, arena_printf(mem, "\n%s\n", line)) != NULL,
               "the manual promises: %s\n%s", line, out.p);
    }
    assert_int_equal(lines, 8);
}

/* ---- what must always hold ---- */

static uint64_t seed;
static int below(int n)
{
    uint64_t z = (seed += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return (int)((z ^ (z >> 31)) % (uint64_t)n);
}

/* Deeds of either scheme's items with whatever they need, or not. */
static void some_deeds(struct buf *b, const struct scheme *const s[2], int n)
{
    if (!s[0]->items.n && !s[1]->items.n) return;
    buf_puts(b, ", deeds: [");
    for (int i = 0; i < n; i++) {
        const struct scheme *of = s[below(2)];
        if (!of->items.n) of = s[0]->items.n ? s[0] : s[1];
        const struct scheme_item *item =
            &LIST_AT(of->items, struct scheme_item, below((int)of->items.n));
        buf_printf(b, "%s{item: %s, on: 202%d-%02d-%02d", i ? ", " : "", item->code, 5 + below(2),
                   1 + below(12), 1 + below(28));
        if (below(4)) buf_printf(b, ", quantity: %d.5", below(9));
        if (below(3)) buf_printf(b, ", chosen: %d", below(12));
        if (item->levels.n && below(4))
            buf_printf(b, ", level: %s",
                       LIST_AT(item->levels, struct scheme_level, below((int)item->levels.n)).name);
        if (!below(6)) buf_puts(b, below(2) ? ", false: before" : ", false: after");
        buf_puts(b, "}");
    }
    buf_puts(b, "]");
}

static char *some_facts(struct arena *mem, const struct scheme *const s[2])
{
    struct buf b = buf_in(mem, 1 << 20);
    buf_puts(&b, "residents: 100\nsubjects:\n");
    for (int i = 1; i <= 12; i++) {
        buf_printf(&b, "  - {id: %d, class: %s, group: 第%d组", i,
                   below(4) ? "household" : "organisation", below(3));
        some_deeds(&b, s, 1 + below(6));
        buf_printf(&b, ", earned: [{on: 2026-0%d-01, points: %d}]", 1 + below(9), below(30) - 5);
        buf_printf(&b, ", members: [{id: %d", 100 + i);
        some_deeds(&b, s, 1 + below(6));
        buf_puts(&b, "}]}\n");
    }
    return b.p;
}

static void holds_together(const struct simulation *sim, const char *name)
{
    int64_t sum[SIM_SIDES] = { 0 }, n[SIM_SIDES] = { 0 }, yuan[SIM_SIDES] = { 0 },
            in_bins[SIM_SIDES] = { 0 }, by_class[SIM_SIDES] = { 0 }, all[SIM_SIDES] = { 0 };
    for (size_t i = 0; i < sim->rows.n; i++)
        for (int k = 0; k < SIM_SIDES; k++) {
            const struct sim_side *x = &LIST_AT(sim->rows, struct sim_row, i).side[k];
            all[k] += x->value_c;
            yuan[k] += x->yuan_c;
            if (!x->absent) sum[k] += x->value_c, n[k]++;
        }
    for (size_t i = 0; i < sim->bins.n; i++)
        for (int k = 0; k < SIM_SIDES; k++)
            in_bins[k] += LIST_AT(sim->bins, struct sim_bin, i).count[k];
    for (size_t i = 0; i < sim->classes.n; i++)
        for (int k = 0; k < SIM_SIDES; k++)
            by_class[k] += LIST_AT(sim->classes, struct sim_class, i).sum_c[k];
    for (int k = 0; k < SIM_SIDES; k++) {
        EXPECT(sim->spread[k].sum_c == sum[k] && sim->spread[k].n == n[k], "%s: side %d's spread",
               name, k);
        EXPECT(in_bins[k] + sim->spread[k].zero == n[k], "%s: side %d's bins hold %d of %d", name,
               k, (int)in_bins[k], (int)n[k]);
        EXPECT(by_class[k] == all[k], "%s: side %d's classes", name, k);
        EXPECT(yuan[k] == sim->cost[k].exchange_c + sim->cost[k].payments_c + sim->cost[k].prizes_c,
               "%s: side %d's cost", name, k);
    }
    EXPECT(sim->gain + sim->lose + sim->same == (int64_t)sim->rows.n, "%s: the counts", name);
}

static const char *const presets[] = { "ninghe",  "zengxiang", "longwo",  "zhongping",
                                       "xingji",  "kunshan",   "zuolong", "weisheng17",
                                       "jiugeyi", "anji",      "huishan", "sanmen" };

static void against_itself_nothing_changes(void **state)
{
    struct arena *mem = *state;
    for (size_t p = 0; p < COUNT(presets); p++)
        for (seed = 1; seed < 200; seed += 40) {
            const char *text = preset(mem, presets[p]);
            const struct scheme *s[2] = { parse(mem, text), NULL };
            s[1] = s[0];
            const struct simulation *sim = simulate(mem, text, text, some_facts(mem, s), "2026");
            EXPECT(sim->gain == 0 && sim->lose == 0 && sim->titles.n == 0,
                   "%s: %d gain, %d lose, %d titles", presets[p], (int)sim->gain, (int)sim->lose,
                   (int)sim->titles.n);
            EXPECT(!memcmp(&sim->spread[SIM_NOW], &sim->spread[SIM_DRAFT], sizeof sim->spread[0]),
                   "%s: the spreads differ", presets[p]);
            for (size_t i = 0; i < sim->items.n; i++) {
                const struct sim_item *x = &LIST_AT(sim->items, struct sim_item, i);
                EXPECT(x->points_c[0] == x->points_c[1] && x->lost[0] == x->lost[1] &&
                           x->times[0] == x->times[1],
                       "%s: %s", presets[p], x->code);
            }
            holds_together(sim, presets[p]);
        }
}

static void any_two_hold_together(void **state)
{
    struct arena *mem = *state;
    int changed = 0;
    for (size_t p = 0; p < COUNT(presets); p++)
        for (size_t q = 0; q < COUNT(presets); q++) {
            const char *a = preset(mem, presets[p]), *b = preset(mem, presets[q]);
            const struct scheme *s[2] = { parse(mem, a), parse(mem, b) };
            struct buf out = buf_in(mem, 1 << 22);
            seed = 7 * p + 31 * q;
            const struct simulation *sim = simulate(mem, a, b, some_facts(mem, s), "2026");
            holds_together(sim, arena_printf(mem, "%s and %s", presets[p], presets[q]));
            changed += sim->gain + sim->lose > 0;
            scheme_simulate_print(mem, sim, LANG_ZH, 5, &out);
            scheme_simulate_print(mem, sim, LANG_EN, 5, &out);
            EXPECT(!out.over && out.n > 500, "the text is %zu bytes", out.n);
        }
    EXPECT(changed > 40, "only %d pairs differ: the facts are too poor", changed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_cap_halves),
        TEST(nothing_is_dropped_in_silence),
        TEST(monthly_rounds),
        TEST(cost_against_the_budget),
        TEST(cost_in_yuan),
        TEST(the_spread),
        TEST(accounts_become_households),
        TEST(a_class_without_accounts),
        TEST(the_manual),
        TEST(against_itself_nothing_changes),
        TEST(any_two_hold_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

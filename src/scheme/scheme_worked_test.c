/* The worked results W1–W7 of the language (seeds 000 and 004), exactly, from the presets in
 * schemes/. */
#include <stdio.h>
#include <string.h>

#include "kernel/dec.h"
#include "kernel/file.h"
#include "kernel/text.h"
#include "scheme/scheme_run.h"

#include "kernel/test.h" /* after ours: cmocka has a macro fail() */

static const struct scheme *preset(struct arena *mem, const char *name)
{
    struct scheme_finding *found;
    const char *text;
    size_t n;
    assert_null(file_read(mem, arena_printf(mem, "schemes/%s.yaml", name), 1 << 20, &text, &n));
    const struct scheme *s = scheme_parse(mem, name, text, n, &found);
    EXPECT(s && !found, "%s: %d %s", name, found ? found->line : 0, found ? found->en : "");
    return s;
}

static const struct scheme_facts *facts_of(struct arena *mem, const char *text)
{
    struct scheme_finding *found;
    const struct scheme_facts *f = scheme_facts_parse(mem, text, strlen(text), &found);
    EXPECT(f != NULL, "facts: %d %s\n%s", found ? found->line : 0, found ? found->en : "", text);
    return f;
}

/* The parts of a tree whose nodes are sums add up to it. */
static void adds_up(const struct scheme_why *w)
{
    int64_t sum = 0;
    for (const struct scheme_why *f = w->from; f; f = f->next) {
        sum += f->value_c;
        adds_up(f);
    }
    bool is_sum = !strcmp(w->op, "points") || !strcmp(w->op, "total") || !strcmp(w->op, "member") ||
                  !strcmp(w->op, "assessment") || !strcmp(w->op, "payment") ||
                  !strcmp(w->op, "sheet") || !strcmp(w->op, "section") ||
                  !strcmp(w->op, "lifetime");
    EXPECT(!is_sum || !w->from || sum == w->value_c, "%s: %lld from %lld", w->zh,
           (long long)w->value_c, (long long)sum);
}

static const struct fact_subject *subject(const struct scheme_facts *f, size_t i)
{
    return &LIST_AT(f->subjects, struct fact_subject, i);
}

static struct scheme_run *year_of(struct arena *mem, const struct scheme *s,
                                  const struct scheme_facts *f)
{
    struct fact_list *list = arena_new(mem, struct fact_list);
    struct scheme_run *run;
    *list = fact_list_of(f);
    assert_null(run_open(mem, s, &list->source, period_span(PERIOD_YEAR, date_of(2026, 1, 1)), &run));
    return run;
}

/* ---- W1 中坪村 ---- */

static void w1_sheet(void **state)
{
    struct arena *mem = *state;
    const struct scheme *s = preset(mem, "zhongping");
    const struct scheme_facts *f =
        facts_of(mem, "subjects:\n"
                      "  - id: 1\n"
                      "    visits:\n"
                      "      - round: monthly\n"
                      "        on: 2026-01-22\n"
                      "        marks: {yard: 15, hall: 9, kitchen: 9, bedroom: 8, toilet: 4, lead: "
                      "10, voice: 4, law: 5,\n"
                      "                support: 5, study: 5, industrious: 4, job: 5, family: 5, "
                      "neighbours: 5}\n");
    struct eval e = { mem, s, true, NULL };
    struct list rounds;
    struct eval_sum year;
    assert_null(eval_rounds(&e, s->rules.rounds.items, subject(f, 0), &rounds));
    assert_int_equal(rounds.n, 1);
    assert_int_equal(LIST_AT(rounds, struct eval_round, 0).mark_c, 9300);
    assert_int_equal(LIST_AT(rounds, struct eval_round, 0).points_c, 500);
    assert_null(
        eval_points(&e, subject(f, 0), period_span(PERIOD_YEAR, date_of(2026, 1, 1)), &year));
    assert_int_equal(year.value_c, 500);
    adds_up(year.why);
}

static void w1_bands(void **state)
{
    static const struct {
        int64_t mark_c, points_c;
    } cases[] = {
        { 7950, 0 },   { 7999, 0 },   { 8000, 100 },  { 8500, 100 }, { 8501, 300 },
        { 9000, 300 }, { 9001, 500 }, { 10000, 500 }, { 7000, 0 },   { 0, 0 },
    };
    struct arena *mem = *state;
    const struct scheme *s = preset(mem, "zhongping");
    const struct scheme_bands *b = s->rules.bands.items;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct scheme_band *band = scheme_band_of(&b->bands, cases[i].mark_c);
        if (!band) band = b->otherwise;
        EXPECT(band->points_c == cases[i].points_c, "mark %d: %d", (int)cases[i].mark_c,
               (int)band->points_c);
    }
}

/* Visits of one household with the marks that give these points, month by month from January; 0:
 * missed. */
static const char *months(struct arena *mem, const struct scheme *s, const int *points, int n)
{
    char *text = arena_strdup(mem, "");
    for (int m = 0; m < n; m++) {
        /* The sheet is filled so that the whole is 95, 88, 82 or 60. */
        int mark = points[m] == 5 ? 95 : points[m] == 3 ? 88 : points[m] == 1 ? 82 : 60;
        const struct scheme_sheet *sheet = s->rules.sheets.items;
        char *marks = arena_strdup(mem, "");
        if (!points[m]) continue;
        for (size_t i = 0; i < sheet->sections.n; i++) {
            const struct list *lines = &LIST_AT(sheet->sections, struct scheme_section, i).lines;
            for (size_t k = 0; k < lines->n; k++) {
                const struct scheme_line *l = &LIST_AT(*lines, struct scheme_line, k);
                int give = (int)(l->max_c / 100) < mark ? (int)(l->max_c / 100) : mark;
                mark -= give;
                marks = arena_printf(mem, "%s%s%s: %d", marks, *marks ? ", " : "", l->code, give);
            }
        }
        text = arena_printf(mem, "%s      - {round: monthly, on: 2026-%02d-21, marks: {%s}}\n",
                            text, m + 1, marks);
    }
    return text;
}

static void w1_streaks(void **state)
{
    static const struct {
        int points[6];
        int64_t want_c;
    } cases[] = {
        { { 5, 5, 5, 5, 5, 5 }, 4000 }, /* 6×5 + 2×5: windows do not overlap */
        { { 5, 5, 3, 5, 5, 5 }, 3300 }, /* 28 + 5 */
        { { 5, 5, 0, 5, 5, 5 }, 3000 }, /* a missed month breaks it: 25 + 5 */
        { { 5, 5, 5, 5, 5, 1 }, 3100 }, { { 3, 3, 3, 3, 3, 3 }, 1800 },
    };
    struct arena *mem = *state;
    const struct scheme *s = preset(mem, "zhongping");
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct scheme_facts *f =
            facts_of(mem, arena_printf(mem, "subjects:\n  - id: 1\n    visits:\n%s",
                                       months(mem, s, cases[i].points, 6)));
        struct eval e = { mem, s, true, NULL };
        struct eval_sum v;
        assert_null(
            eval_points(&e, subject(f, 0), period_span(PERIOD_YEAR, date_of(2026, 1, 1)), &v));
        EXPECT(v.value_c == cases[i].want_c, "case %d: %d", (int)i, (int)v.value_c);
        adds_up(v.why);
    }
}

static void w1_last_three_months(void **state)
{
    static const int good[] = { 5, 5, 5, 5 }, bad[] = { 1, 1, 1, 1 }, middle[] = { 3, 3, 3, 3 };
    struct arena *mem = *state;
    const struct scheme *s = preset(mem, "zhongping");
    const struct scheme_facts *f =
        facts_of(mem, arena_printf(mem,
                                   "subjects:\n  - id: 1\n    visits:\n%s  - id: 2\n    "
                                   "visits:\n%s  - id: 3\n    visits:\n%s",
                                   months(mem, s, good, 4), months(mem, s, bad, 4),
                                   months(mem, s, middle, 4)));
    static const size_t on_boards[] = { 0, 1, 0 };
    struct scheme_run *run = year_of(mem, s, f);
    struct run_result r[3];
    for (size_t i = 0; i < 3; i++) {
        assert_null(run_result(run, mem, subject(f, i), false, &r[i]));
        assert_int_equal(r[i].boards.n, on_boards[i]);
    }
    /* In the third month, and not again in the fourth. */
    const struct eval_board *b = r[1].boards.items;
    assert_int_equal(b->subject, 2);
    assert_int_equal(b->from, date_of(2026, 3, 31));
    assert_string_equal(b->board->code, "black");
    assert_int_equal(b->until, b->from + 29);
}

static void w1_exchange(void **state)
{
    struct arena *mem = *state;
    const struct scheme *s = preset(mem, "zhongping");
    int64_t yuan, left;
    assert_null(eval_redeem(
        mem, s, &(struct redeem_facts){ .points_c = 3750, .balance_c = 4000, .on = 20000 }, &yuan,
        &left));
    assert_int_equal(yuan, 3750);
    assert_int_equal(left, 250);
    assert_non_null(eval_redeem(
        mem, s, &(struct redeem_facts){ .points_c = 4001, .balance_c = 4000, .on = 20000 }, &yuan,
        &left));
}

/* ---- W2 曾巷村 ---- */

static void w2_false_claims(void **state)
{
    struct arena *mem = *state;
    const struct scheme *s = preset(mem, "zengxiang");
    static const struct {
        const char *when;
        int64_t want_c;
    } cases[] = { { "", 500 }, { ", false: before", -1000 }, { ", false: after", -1000 } };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct scheme_facts *f =
            facts_of(mem, arena_printf(mem,
                                       "subjects:\n  - {id: 1, class: resident, deeds: [{item: "
                                       "C08, on: 2026-03-01, chosen: 5%s}]}\n",
                                       cases[i].when));
        struct eval e = { mem, s, true, NULL };
        struct eval_sum v;
        const struct err *x =
            eval_points(&e, subject(f, 0), period_span(PERIOD_YEAR, date_of(2026, 1, 1)), &v);
        EXPECT(!x && v.value_c == cases[i].want_c, "%s: %d %s", cases[i].when,
               x ? 0 : (int)v.value_c, x ? x->en : "");
        if (i < 2) continue;
        /* After recording: +5, −5 (reversal), −10 (penalty). */
        const struct scheme_why *w = v.why->from->from;
        assert_int_equal(w->value_c, 500);
        assert_string_equal(w->next->op, "reversal");
        assert_int_equal(w->next->value_c, -500);
        assert_int_equal(w->next->next->value_c, -1000);
    }
}

static void w2_budget(void **state)
{
    struct arena *mem = *state;
    const struct scheme *s = preset(mem, "zengxiang");
    struct eval_budget b;
    assert_null(eval_budget(mem, s->rules.budget, 1860, &b));
    assert_int_equal(b.ceiling_c, 372000);
    assert_int_equal(LIST_AT(b.sources, struct eval_pay, 0).after_c, 279000);
    assert_int_equal(LIST_AT(b.sources, struct eval_pay, 1).after_c, 186000);
}

/* ---- W3 stars ---- */

static void w3_assessment(void **state)
{
    struct arena *mem = *state;
    const struct scheme *s = preset(mem, "xingji");
    const struct scheme_facts *f =
        facts_of(mem, "subjects:\n  - id: 1\n    results:\n"
                      "      - {assessment: annual, part: env, on: 2026-02-10, mark: 42}\n"
                      "      - {assessment: annual, part: env, on: 2026-05-10, mark: 37}\n"
                      "      - {assessment: annual, part: env, on: 2026-08-10, mark: 40}\n"
                      "      - {assessment: annual, part: env, on: 2026-11-10, mark: 45}\n"
                      "      - {assessment: annual, part: civil, on: 2026-02-10, mark: 40}\n"
                      "      - {assessment: annual, part: civil, on: 2026-05-10, mark: 40}\n"
                      "      - {assessment: annual, part: civil, on: 2026-08-10, mark: 41}\n"
                      "      - {assessment: annual, part: civil, on: 2026-11-10, mark: 40}\n"
                      "      - {assessment: annual, part: party, on: 2026-12-20, plus: 3}\n"
                      "      - {assessment: annual, part: law, on: 2026-12-20, minus: 5}\n");
    struct eval e = { mem, s, true, NULL };
    struct eval_sum v;
    const struct scheme_assessment *a = s->rules.assessments.items;
    static const int64_t parts[] = { 4100, 4025, 2300, 2000, 1500 };
    assert_null(eval_assessment(&e, a, subject(f, 0), date_of(2026, 6, 1), &v));
    assert_int_equal(v.value_c, 13925);
    assert_int_equal(a->base_c, 14000);
    const struct scheme_why *w = v.why->from;
    for (size_t i = 0; i < COUNT(parts); i++, w = w->next) assert_int_equal(w->value_c, parts[i]);
    adds_up(v.why);
    /* Alone in the village it ranks first, and still gets no star. */
    struct list ranked;
    assert_null(run_ranked(year_of(mem, s, f), mem, s->rules.rankings.items, date_of(2026, 6, 1),
                           &ranked));
    assert_int_equal(LIST_AT(ranked, struct rank_entry, 0).rank, 1);
    assert_null(LIST_AT(ranked, struct rank_entry, 0).rung);
}

static void stars(const struct scheme *s, const char *ties, struct rank_entry *v, size_t n,
                  int64_t out[3])
{
    struct scheme_title t = LIST_AT(s->rules.titles, struct scheme_title, 0);
    t.ties = ties;
    eval_rank(t.ranking_, v, n);
    eval_titles(&t, v, n);
    out[0] = out[1] = out[2] = 0;
    for (size_t i = 0; i < n; i++)
        if (v[i].rung) out[v[i].rung - (const struct scheme_rung *)t.ladder.items]++;
}

static void w3_stars(void **state)
{
    struct arena *mem = *state;
    const struct scheme *s = preset(mem, "xingji");
    struct rank_entry v[137];
    int64_t got[3];
    for (int tie = 0; tie < 2; tie++)
        for (int order = 0; order < 2; order++) {
            static const char *const ties[] = { "admit", "exclude" };
            static const int64_t want[2][2][3] = { { { 13, 14, 14 }, { 13, 14, 14 } },
                                                   { { 14, 13, 14 }, { 12, 15, 14 } } };
            for (int i = 0; i < 137; i++) {
                int k = (i * 59) % 137; /* in any order */
                v[i] = (struct rank_entry){ .id = k + 1, .value_c = 14000 + 100 * (137 - k) };
                if (tie && k == 13) v[i].value_c += 100; /* ranks 13 and 14 tie */
            }
            stars(s, ties[order], v, 137, got);
            for (int k = 0; k < 3; k++)
                EXPECT(got[k] == want[tie][order][k], "tie %d %s, %d stars: %d", tie, ties[order],
                       5 - k, (int)got[k]);
        }
    /* Below the base there is no star, but the places stay taken. */
    for (int i = 0; i < 137; i++)
        v[i] = (struct rank_entry){ .id = i + 1, .value_c = i < 20 ? 15000 - i : 13000 - i };
    stars(s, "admit", v, 137, got);
    assert_int_equal(got[0], 13);
    assert_int_equal(got[1], 7);
    assert_int_equal(got[2], 0);
}

/* ---- W4 宁河 ---- */

static void w4_household(void **state)
{
    struct arena *mem = *state;
    const struct scheme *s = preset(mem, "ninghe");
    const struct scheme_facts *f = facts_of(
        mem,
        "subjects:\n  - id: 7\n    members:\n"
        "      - {id: 1, earned: [{on: 2024-05-01, points: 12}, {on: 2025-05-01, points: 10}, {on: "
        "2026-05-01, points: 10}]}\n"
        "      - {id: 2, earned: [{on: 2024-05-01, points: 8}, {on: 2025-05-01, points: 12}]}\n"
        "      - {id: 3, until: 2024-12-31, earned: [{on: 2024-05-01, points: 0}]}\n"
        "      - {id: 4, earned: [{on: 2024-05-01, points: 5}, {on: 2025-05-01, points: 8}]}\n"
        "      - {id: 5, takes_part: no, earned: [{on: 2024-05-01, points: 99}]}\n"
        "    earned: [{on: 2024-06-01, points: 15}, {on: 2025-06-01, points: 6}]\n"
        "    spent: [{on: 2024-12-01, points: 25}]\n");
    static const int64_t total[] = { 4000, 3600, 1000 }, average[] = { 1000, 1200, 333 },
                         lifetime[] = { 1000, 2200, 2533 };
    static const int64_t members[] = { 4, 3, 3 };
    for (int y = 0; y < 3; y++) {
        struct eval e = { mem, s, true, NULL };
        struct eval_household h;
        assert_null(eval_household(&e, subject(f, 0), date_of(2024 + y, 12, 31), &h));
        assert_int_equal(h.total.value_c, total[y]);
        assert_int_equal(h.members, members[y]);
        assert_int_equal(h.average.value_c, average[y]);
        assert_int_equal(h.lifetime.value_c, lifetime[y]);
        adds_up(h.average.why);
        adds_up(h.lifetime.why);
    }
}

/* Spending and honour: 40 − 25 = 15, then + 36 = 51; honour keeps 76. */
static void w4_balances(void **state)
{
    struct arena *mem = *state;
    const struct scheme *s = preset(mem, "ninghe");
    const struct scheme_facts *f =
        facts_of(mem, "subjects:\n  - id: 7\n    members: [{id: 1, earned: [{on: 2024-05-01, "
                      "points: 25}, {on: 2025-05-01, points: 30}]}]\n"
                      "    earned: [{on: 2024-06-01, points: 15}, {on: 2025-06-01, points: 6}]\n   "
                      " spent: [{on: 2024-12-01, points: 25}]\n");
    struct eval e = { mem, s, false, NULL };
    static const struct {
        int balance, year;
        int64_t want_c;
    } cases[] = { { 1, 2024, 1500 }, { 1, 2025, 5100 }, { 0, 2024, 4000 }, { 0, 2025, 7600 } };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t c;
        assert_null(eval_balance(&e, &LIST_AT(s->accounts, struct scheme_balance, cases[i].balance),
                                 subject(f, 0), date_of(cases[i].year, 12, 31), &c));
        assert_int_equal(c, cases[i].want_c);
    }
}

/* ---- W5 dividend ---- */

static void w5_dividend(void **state)
{
    struct arena *mem = *state;
    const struct scheme *s = preset(mem, "longwo");
    struct dividend_share v[3] = { { 1, 300, 5000, 0 }, { 2, 200, 3000, 0 }, { 3, 100, 2000, 0 } };
    static const int64_t want[] = { 5000000, 3200000, 1800000 };
    assert_null(eval_dividend(mem, s->rules.dividend, 10000000, v, 3));
    for (int i = 0; i < 3; i++) assert_int_equal(v[i].amount_c, want[i]);
    struct scheme_dividend points = { .shares_c = 0, .points_c = 10000 };
    struct dividend_share w[3] = { { 1, 0, 100, 0 }, { 2, 0, 100, 0 }, { 3, 0, 100, 0 } };
    assert_null(eval_dividend(mem, &points, 10000, w, 3));
    assert_int_equal(w[0].amount_c, 3334);
    assert_int_equal(w[1].amount_c, 3333);
    assert_int_equal(w[2].amount_c, 3333);
}

/* ---- W6 seventeen villages ---- */

static void w6_month(void **state)
{
    struct arena *mem = *state;
    const struct scheme *s = preset(mem, "weisheng17");
    static const struct {
        const char *more;
        int64_t base_c, performance_c;
    } cases[] = {
        { "", 100000, 80000 },
        { "      - {item: exposed, on: 2026-03-09, what: 市级媒体曝光}\n", 0, 40000 },
        { "      - {item: exposed, on: 2026-03-09}\n      - {item: exposed, on: 2026-03-10}\n", 0,
          40000 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct scheme_facts *f =
            facts_of(mem, arena_printf(mem,
                                       "subjects:\n  - id: 1\n    class: village\n    tags: [县道沿线]\n    pays: {base: "
                                       "1000, performance: 800}\n    deeds:\n"
                                       "      - {item: commend, on: 2026-03-02, quantity: 1}\n     "
                                       " - {item: patrol, on: 2026-03-05, quantity: 3}\n"
                                       "      - {item: messy, on: 2026-03-05, quantity: 4}\n      "
                                       "- {item: pool, on: 2026-03-06, quantity: 2}\n"
                                       "      - {item: model, on: 2026-03-07, quantity: 2}\n      "
                                       "- {item: office, on: 2026-03-08, quantity: 1}\n"
                                       "      - {item: office, on: 2026-04-08, quantity: 1}\n%s",
                                       cases[i].more));
        struct eval e = { mem, s, true, NULL };
        struct eval_payment p;
        assert_null(
            eval_payment(&e, s->rules.payments.items, subject(f, 0), date_of(2026, 3, 31), &p));
        assert_int_equal(p.items.value_c, 40500);
        adds_up(p.items.why);
        assert_int_equal(LIST_AT(p.pays, struct eval_pay, 0).after_c, cases[i].base_c);
        assert_int_equal(LIST_AT(p.pays, struct eval_pay, 1).after_c, cases[i].performance_c);
    }
}

/* The township re-checks from the 16th to the 19th; a mark of the 20th does not count. */
static void w6_window(void **state)
{
    struct arena *mem = *state;
    const struct scheme *s = preset(mem, "weisheng17");
    const struct scheme_facts *f = facts_of(
        mem,
        "subjects:\n  - {id: 1, class: village, visits: [{round: recheck, on: 2026-03-16, total: "
        "91}]}\n"
        "  - {id: 2, class: village, visits: [{round: recheck, on: 2026-03-20, total: 99}]}\n"
        "  - {id: 3, class: village, visits: [{round: recheck, on: 2026-03-19, total: 88}]}\n");
    struct eval e = { mem, s, false, NULL };
    static const bool counted[] = { true, false, true };
    for (size_t i = 0; i < 3; i++) {
        struct list rounds;
        assert_null(eval_rounds(&e, s->rules.rounds.items, subject(f, i), &rounds));
        assert_int_equal(LIST_AT(rounds, struct eval_round, 0).counted, counted[i]);
    }
    assert_int_equal(LIST_AT(s->rules.payments, struct scheme_payment, 0).settle, PERIOD_QUARTER);
}

/* ---- W7 plaques and colours ---- */

static void w7_plaques(void **state)
{
    struct arena *mem = *state;
    const struct scheme *s = preset(mem, "kunshan");
    struct buf text = buf_in(mem, 1 << 20);
    buf_puts(&text, "subjects:\n");
    for (int i = 1; i <= 40; i++)
        buf_printf(
            &text,
            "  - {id: %d, results: [{assessment: year, part: patrol, on: 2026-03-05, plus: %d}]}\n",
            i, 50 - i);
    struct list ranked;
    assert_null(run_ranked(year_of(mem, s, facts_of(mem, text.p)), mem, s->rules.rankings.items,
                           date_of(2026, 12, 31), &ranked));
    assert_int_equal(LIST_AT(ranked, struct rank_entry, 0).value_c,
                     120000 + 4900);  /* twelve months of 100, and 49 */
    for (size_t i = 0; i < 40; i++) { /* 5 % of 40 is 2, 15 % is 6, 30 % is 12 */
        const struct rank_entry *e = &LIST_AT(ranked, struct rank_entry, i);
        const char *want = i < 2 ? "gold" : i < 6 ? "silver" : i < 12 ? "bronze" : NULL;
        assert_int_equal(e->id, i + 1);
        EXPECT(text_equal(e->rung ? e->rung->code : NULL, want), "place %d", (int)i + 1);
    }
}

static void w7_colours(void **state)
{
    struct arena *mem = *state;
    const struct scheme *s = preset(mem, "sanmen");
    static const struct {
        const char *marks[4];
        int64_t mark_c;
        const char *colour;
    } cases[] = {
        /* 30 − 5 + 30 − 6 + 18 + 19 = 86, 84 with two less; the highest and the lowest are left out
         */
        { { "visit: 1, report: 2, mediate: 18, serve: 19",
            "visit: 1, report: 2, mediate: 16, serve: 19",
            "mediate: 0, serve: 0, visit: 9, report: 99", "mediate: 20, serve: 20" },
          8500,
          "red" },
        { { "visit: 1, report: 2, mediate: 18, serve: 18",
            "visit: 1, report: 2, mediate: 16, serve: 19",
            "mediate: 0, serve: 0, visit: 9, report: 99", "mediate: 20, serve: 20" },
          8450,
          "yellow" },
        { { "mediate: 20, serve: 20, hide: 1", "mediate: 20, serve: 20, hide: 1",
            "mediate: 20, serve: 20, hide: 1", "mediate: 20, serve: 20" },
          0,
          "grey" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf text = buf_in(mem, 1 << 16);
        buf_puts(&text, "subjects:\n  - id: 1\n    class: grid_worker\n    visits:\n");
        for (int k = 0; k < 4; k++)
            buf_printf(&text, "      - {round: duty, on: 2026-03-0%d, role: cadre, marks: {%s}}\n",
                       k + 1, cases[i].marks[k]);
        const struct scheme_facts *f = facts_of(mem, text.p);
        struct eval e = { mem, s, true, NULL };
        struct list rounds;
        assert_null(eval_rounds(&e, s->rules.rounds.items, subject(f, 0), &rounds));
        const struct eval_round *r = rounds.items;
        EXPECT(r->counted && r->mark_c == cases[i].mark_c &&
                   text_equal(r->band->colour, cases[i].colour),
               "case %d: %d %s", (int)i, (int)r->mark_c, r->band ? r->band->colour : "-");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(w1_sheet),    TEST(w1_bands),        TEST(w1_streaks),  TEST(w1_last_three_months),
        TEST(w1_exchange), TEST(w2_false_claims), TEST(w2_budget),   TEST(w3_assessment),
        TEST(w3_stars),    TEST(w4_household),    TEST(w4_balances), TEST(w5_dividend),
        TEST(w6_month),    TEST(w6_window),       TEST(w7_plaques),  TEST(w7_colours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

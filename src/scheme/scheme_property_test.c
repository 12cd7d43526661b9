/* What holds for any scheme and any facts: schemes and facts are made by a seeded generator as the text
 * a village would write, so that the parser and the checker see them too.
 */
#include <stdio.h>
#include <string.h>

#include "kernel/buf.h"
#include "kernel/dec.h"
#include "kernel/text.h"
#include "scheme/scheme_run.h"

#include "kernel/test.h" /* after ours: cmocka has a macro fail() */

enum { SCHEMES = 120 };

static uint64_t seed = 20261122;
static int any(int below)
{
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return (int)(seed % (uint64_t)below);
}
static bool chance(int percent)
{
    return any(100) < percent;
}

static void right(const struct err *x)
{
    EXPECT(!x, "%s", x ? x->en : "");
}

/* ---- any scheme ---- */

static const char *const periods[] = { "day", "week", "month", "quarter", "half", "year" };

static void any_cap(struct buf *b, const char *before)
{
    buf_printf(b, "%scap: {", before);
    if (chance(50)) buf_printf(b, "times: %d, per: %s}", any(4) + 1, periods[any(6)]);
    else buf_printf(b, "points: %d.%d, per: %s}", any(30) + 6, any(10), periods[any(6)]);
}

/* limits: caps, groups, warnings. Without them deeds do not touch each other. */
static void any_item(struct buf *b, int i, bool limits)
{
    int kind = any(7);
    buf_printf(b, "  - {code: I%d, category: c%d, label: 第%d项", i, any(2), i);
    switch (kind) {
    case 0:
        buf_printf(b, ", points: %d..%d", any(3) + 1, any(5) + 5);
        break;
    case 1:
        buf_printf(b, ", points: %d.%d, per: 次, count: %s", any(4) + 1, any(10),
                   chance(50) ? "exact" : "down");
        break;
    case 2:
        buf_puts(b, ", levels: {村: 2, 镇: 4.5, 县: 9}");
        break;
    case 3:
        buf_puts(b, ", per: 棵, steps: [{from: 5, below: 20, points: 2}, {from: 20, points: 7}], else: 0");
        break;
    case 4:
        buf_printf(b, ", points: %d, multiplier: {易: 1, 难: 1.5}", any(5) + 1);
        break;
    case 5:
        buf_printf(b, ", points: -%d, clause: 第一条", any(5) + 1);
        if (limits && chance(50)) buf_printf(b, ", warnings: {times: %d, per: month}", any(2) + 1);
        break;
    default:
        buf_printf(b, ", points: %d", any(5) + 1);
    }
    if (limits && chance(25)) buf_puts(b, ", one_of: g");
    if (limits && kind != 5 && chance(60)) any_cap(b, ", ");
    buf_puts(b, "}\n");
}

/* Bands that rise: 0, then more for more. */
static void rising_bands(struct buf *b)
{
    int at = 40 + any(20), points = any(2);
    buf_printf(b, "bands:\n  - {code: b, label: 段, lowest: 0, highest: 100, bands: [{below: %d, points: %d}", at, points);
    while (at < 90) {
        int next = at + 5 + any(30);
        points += any(4);
        if (next >= 100) break;
        buf_printf(b, ", {from: %d, below: %d, points: %d}", at, next, points);
        at = next;
    }
    buf_printf(b, ", {from: %d, points: %d}]}\n", at, points + any(4));
}

static const char *any_text(struct arena *mem, bool limits)
{
    struct buf b = buf_in(mem, 1 << 16);
    buf_puts(&b, "scheme: p\ntitle: 任意\npublicity: {days: 3}\nfalse_claims: {times: 2, bars: year}\n"
                 "classes:\n  - {code: household, label: 家庭, kind: household}\n"
                 "  - {code: resident, label: 村民, kind: resident}\n");
    if (limits && chance(50)) any_cap(&b, ""), buf_puts(&b, "\n");
    buf_puts(&b, "categories:\n");
    for (int i = 0; i < 2; i++) {
        buf_printf(&b, "  - {code: c%d, label: 类%d", i, i);
        if (limits && chance(40)) any_cap(&b, ", ");
        buf_puts(&b, "}\n");
    }
    if (limits) buf_printf(&b, "groups: [{code: g, label: 组, per: %s, keep: %s}]\n", periods[any(6)], chance(50) ? "best" : "first");
    buf_puts(&b, "items:\n");
    for (int i = 0, n = 2 + any(6); i < n; i++) any_item(&b, i, limits);
    rising_bands(&b);
    buf_puts(&b, "sheets:\n  - {code: s, label: 表, sections: [{code: a, label: 甲, lines: [{code: x, label: 子, max: 60}, {code: y, label: 丑, max: 20}]}, "
                 "{code: z, label: 乙, lines: [{code: w, label: 寅, max: 20, per_fault: 3}, {code: v, label: 卯, veto: section}]}]}\n");
    buf_printf(&b, "rounds:\n  - {code: m, label: 评, for: household, every: month, sheet: s, bands: b, assessors: {roles: [grid], at_least: 1, combine: mean}}\n"
                   "streaks: [{code: k, label: 连, round: m, in_a_row: %d, of: mark, from: 60, points: 3}]\n", 2 + any(2));
    buf_puts(&b, "assessments:\n  - {code: a, label: 评议, for: household, per: year, floor: 0, parts: [{code: p, label: 甲, base: 40, every: quarter, round: m, floor: 0}, {code: q, label: 乙, base: 20, category: c0}]}\n");
    buf_printf(&b, "household: {average: %s, accumulate: yes}\n", chance(50) ? "all" : "participating");
    static const char *const by[] = { "points", "total", "lifetime", "m", "a" };
    static const char *const ties[] = { "competition", "dense", "shared" };
    buf_printf(&b, "rankings:\n  - {code: r, label: 排, by: %s, ties: %s, within: %s}\n", by[any(5)], ties[any(3)], chance(50) ? "village" : "group");
    buf_printf(&b, "titles:\n  - {code: t, label: 号, ranking: r, ties: %s, ladder: [{code: one, label: 一, share: %d}, {code: two, label: 二, places: 2}]}\n",
               chance(50) ? "admit" : "exclude", 10 + any(40));
    buf_puts(&b, "dividend: {shares: 60, points: 40}\nexchange: {rate: 1}\n");
    return b.p;
}

/* Many are refused, most for caps that could never bind: that is the checker's business. */
static const struct scheme *any_scheme(struct arena *mem, bool limits)
{
    struct scheme_finding *found = NULL;
    for (int tries = 0; tries < 400; tries++) {
        const char *text = any_text(mem, limits);
        const struct scheme *s = scheme_parse(mem, "p", text, strlen(text), &found);
        if (s) return s;
    }
    fail_msg("no scheme: %s", found ? found->en : "-");
    return NULL;
}

/* ---- any facts ---- */

static void any_deed(struct buf *b, const struct scheme *s, int i, int64_t on)
{
    const struct scheme_item *item = &LIST_AT(s->items, struct scheme_item, (size_t)i);
    char day[DATE_SIZE];
    buf_printf(b, "{item: %s, on: %s", item->code, date_format(on, day));
    if (item->levels.n) buf_printf(b, ", level: %s", LIST_AT(item->levels, struct scheme_level, (size_t)any(3)).name);
    else if (item->steps.n) buf_printf(b, ", quantity: %d", any(40));
    else if (item->unit) buf_printf(b, ", quantity: %d.%d", any(4) + 1, any(10));
    else if (item->points.min_c != item->points.max_c) buf_printf(b, ", chosen: %d", (int)(item->points.min_c / 100) + any(3));
    if (item->multipliers.n) buf_printf(b, ", difficulty: %s", chance(50) ? "易" : "难");
    buf_puts(b, "}");
}

static int64_t any_day(void)
{
    return date_of(2026, 1, 1) + any(365);
}

static void any_deeds(struct buf *b, const struct scheme *s, int most, bool lies)
{
    int n = any(most);
    if (!n) return;
    buf_puts(b, "deeds: [");
    for (int i = 0; i < n; i++) {
        if (i) buf_puts(b, ", ");
        any_deed(b, s, any((int)s->items.n), any_day());
        if (!lies || !chance(8)) continue;
        b->n--; /* the brace */
        buf_printf(b, ", false: %s}", chance(50) ? "before" : "after");
    }
    buf_puts(b, "], ");
}

static void any_subject(struct buf *b, const struct scheme *s, int id)
{
    char day[DATE_SIZE];
    buf_printf(b, "  - {id: %d, group: %s, shares: %d, ", id, chance(50) ? "甲" : "乙", any(4));
    any_deeds(b, s, 14, true);
    if (chance(70)) {
        buf_puts(b, "visits: [");
        for (int m = 1; m <= 12; m++)
            buf_printf(b, "%s{round: m, on: %s, marks: {x: %d, y: %d.%d, w: %d%s}}", m > 1 ? ", " : "",
                       date_format(date_of(2026, m, 1 + any(28)), day), any(61), any(20), any(10), any(9), chance(10) ? ", v: 1" : "");
        buf_puts(b, "], ");
    }
    if (chance(50)) buf_printf(b, "results: [{assessment: a, part: q, on: %s, plus: %d}], ", date_format(any_day(), day), any(9));
    if (chance(60)) {
        buf_puts(b, "members: [");
        for (int m = 0, n = 1 + any(3); m < n; m++) {
            buf_printf(b, "%s{id: %d, ", m ? ", " : "", id * 10 + m);
            any_deeds(b, s, 6, false);
            buf_printf(b, "takes_part: %s}", chance(80) ? "yes" : "no");
        }
        buf_puts(b, "], ");
    }
    if (chance(30)) buf_printf(b, "spent: [{on: %s, points: %d}], ", date_format(any_day(), day), 1 + any(9));
    buf_printf(b, "earned: [{on: %s, points: %d}]}\n", date_format(any_day(), day), any(20));
}

static const struct scheme_facts *parsed(struct arena *mem, const char *text)
{
    struct scheme_finding *found;
    const struct scheme_facts *f = scheme_facts_parse(mem, text, strlen(text), &found);
    EXPECT(f != NULL, "facts line %d: %s\n%s", found ? found->line : 0, found ? found->en : "", text);
    return f;
}

static const struct scheme_facts *any_facts(struct arena *mem, const struct scheme *s, int n)
{
    struct buf b = buf_in(mem, 1 << 18);
    buf_printf(&b, "pool: %d\nresidents: 100\nsubjects:\n", any(10000));
    for (int i = 1; i <= n; i++) any_subject(&b, s, i);
    return parsed(mem, b.p);
}

static const struct span year = { 20454, 20818 }; /* 2026 */

/* ---- the tree is the sum ---- */

static bool is_sum(const char *op)
{
    static const char *const sums[] = { "points", "member", "total", "lifetime", "assessment", "payment",
                                        "settlement", "sheet", "section", NULL };
    for (int i = 0; sums[i]; i++)
        if (!strcmp(op, sums[i])) return true;
    return false;
}

static int adds_up(const struct scheme_why *w)
{
    int64_t sum = 0;
    int seen = 0;
    for (const struct scheme_why *f = w->from; f; f = f->next) {
        sum += f->value_c;
        seen += adds_up(f);
    }
    if (!is_sum(w->op) || !w->from) return seen;
    EXPECT(sum == w->value_c, "%s %s: %d, its parts %d", w->op, w->zh, (int)w->value_c, (int)sum);
    return seen + 1;
}

static void trees_add_up(void **state)
{
    struct arena *mem = *state;
    int sums = 0;
    for (int t = 0; t < SCHEMES; t++) {
        const struct scheme *s = any_scheme(mem, true);
        const struct scheme_facts *f = any_facts(mem, s, 4);
        struct fact_list list = fact_list_of(f);
        struct scheme_run *run;
        right(run_open(mem, s, &list.source, year, &run));
        for (size_t i = 0; i < f->subjects.n; i++) {
            struct run_result told, bare;
            const struct fact_subject *one = &LIST_AT(f->subjects, struct fact_subject, i);
            right(run_result(run, mem, one, true, &told));
            right(run_result(run, mem, one, false, &bare));
            assert_int_equal(told.numbers.n, bare.numbers.n);
            for (size_t k = 0; k < told.numbers.n; k++) {
                const struct run_number *v = &LIST_AT(told.numbers, struct run_number, k);
                /* Telling why does not change what. */
                assert_int_equal(v->value_c, LIST_AT(bare.numbers, struct run_number, k).value_c);
                if (!v->why) continue;
                EXPECT(v->why->value_c == v->value_c, "%s: %d, its tree %d", v->code, (int)v->value_c, (int)v->why->value_c);
                sums += adds_up(v->why);
            }
        }
        arena_reset(mem);
    }
    assert_true(sums > 10 * SCHEMES); /* there was something to add */
}

/* ---- caps ---- */

static void hold(const struct list *worth, const struct scheme_cap *cap, const struct scheme_item *item, const char *category)
{
    if (cap->per == CAP_EVENT) return;
    for (size_t i = 0; i < worth->n; i++) {
        struct span in = period_span((enum period)cap->per, LIST_AT(*worth, struct eval_deed, i).deed->on);
        int64_t sum = 0, times = 0;
        for (size_t k = 0; k < worth->n; k++) {
            const struct eval_deed *d = &LIST_AT(*worth, struct eval_deed, k);
            if (d->points_c <= 0 || d->deed->on < in.first || d->deed->on > in.last) continue;
            if (item ? d->item != item : category && !text_equal(d->item->category, category)) continue;
            sum += d->points_c;
            times++;
        }
        EXPECT((cap->points_c == NONE || sum <= cap->points_c) && (cap->times == NONE || times <= cap->times),
               "%s: %d points in %d deeds", item ? item->code : category ? category : "all", (int)sum, (int)times);
    }
}

static void caps_hold(void **state)
{
    struct arena *mem = *state;
    for (int t = 0; t < SCHEMES; t++) {
        const struct scheme *s = any_scheme(mem, true);
        struct buf b = buf_in(mem, 1 << 18);
        struct list worth;
        buf_puts(&b, "subjects:\n  - {id: 1, ");
        any_deeds(&b, s, 60, true);
        buf_puts(&b, "shares: 1}\n");
        const struct scheme_facts *f = parsed(mem, b.p);
        struct eval e = { .mem = mem, .s = s };
        right(eval_deeds(&e, "household", &LIST_AT(f->subjects, struct fact_subject, 0).deeds, &worth));
        for (size_t i = 0; i < s->items.n; i++) {
            const struct scheme_item *item = &LIST_AT(s->items, struct scheme_item, i);
            for (size_t k = 0; k < item->caps.n; k++) hold(&worth, &LIST_AT(item->caps, struct scheme_cap, k), item, NULL);
        }
        for (size_t i = 0; i < s->categories.n; i++) {
            const struct scheme_category *c = &LIST_AT(s->categories, struct scheme_category, i);
            for (size_t k = 0; k < c->caps.n; k++) hold(&worth, &LIST_AT(c->caps, struct scheme_cap, k), NULL, c->code);
        }
        for (size_t k = 0; k < s->rules.caps.n; k++) hold(&worth, &LIST_AT(s->rules.caps, struct scheme_cap, k), NULL, NULL);
        arena_reset(mem);
    }
}

/* ---- monotone ---- */

static int64_t points_of(struct arena *mem, const struct scheme *s, const char *facts)
{
    const struct scheme_facts *f = parsed(mem, facts);
    struct eval e = { .mem = mem, .s = s };
    struct eval_sum v;
    right(eval_points(&e, f->subjects.items, year, &v));
    return v.value_c;
}

/* More marks never give fewer points, where bands rise. */
static void more_marks_never_cost(void **state)
{
    struct arena *mem = *state;
    for (int t = 0; t < SCHEMES; t++) {
        const struct scheme *s = any_scheme(mem, false);
        static const char *const lines[] = { "x", "y", "w" };
        int64_t before = -1;
        int mark[3] = { any(61), any(21), any(9) }, line = any(3);
        for (int step = 0; step < 8; step++) {
            const char *facts = arena_printf(mem, "subjects: [{id: 1, visits: [{round: m, on: 2026-03-05, marks: {x: %d, y: %d, w: %d}}]}]\n",
                                             mark[0], mark[1], mark[2]);
            int64_t now = points_of(mem, s, facts);
            EXPECT(now >= before, "%s: %d points, then %d", lines[line], (int)before, (int)now);
            before = now;
            if (line == 2) mark[2] = mark[2] > 0 ? mark[2] - 1 : 0; /* fewer faults */
            else mark[line] += mark[line] + 9 > (line ? 20 : 60) ? 0 : 9;
        }
        arena_reset(mem);
    }
}

/* One more deed of an item that gives never takes, where nothing is limited; and deeds of one day may
 * come in any order then. */
static void more_deeds_never_cost(void **state)
{
    struct arena *mem = *state;
    for (int t = 0; t < SCHEMES; t++) {
        const struct scheme *s = any_scheme(mem, false);
        struct buf deeds[2] = { buf_in(mem, 1 << 16), buf_in(mem, 1 << 16) };
        int n = 1 + any(12), item = any((int)s->items.n), i;
        for (i = 0; i < (int)s->items.n && LIST_AT(s->items, struct scheme_item, (size_t)item).points_min_c < 0; i++)
            item = (item + 1) % (int)s->items.n;
        if (LIST_AT(s->items, struct scheme_item, (size_t)item).points_min_c < 0) continue;
        const char *one[12];
        for (i = 0; i < n; i++) {
            struct buf d = buf_in(mem, 512);
            any_deed(&d, s, any((int)s->items.n), date_of(2026, 5, 1 + any(2)));
            one[i] = d.p;
        }
        for (i = 0; i < n; i++) buf_printf(&deeds[0], "%s%s", i ? ", " : "", one[i]), buf_printf(&deeds[1], "%s%s", i ? ", " : "", one[n - 1 - i]);
        int64_t before = points_of(mem, s, arena_printf(mem, "subjects: [{id: 1, deeds: [%s]}]\n", deeds[0].p));
        int64_t turned = points_of(mem, s, arena_printf(mem, "subjects: [{id: 1, deeds: [%s]}]\n", deeds[1].p));
        EXPECT(before == turned, "in another order %d, not %d", (int)turned, (int)before);
        buf_puts(&deeds[0], ", ");
        any_deed(&deeds[0], s, item, any_day());
        int64_t after = points_of(mem, s, arena_printf(mem, "subjects: [{id: 1, deeds: [%s]}]\n", deeds[0].p));
        EXPECT(after >= before, "%d points, with one deed more %d", (int)before, (int)after);
        arena_reset(mem);
    }
}

/* ---- order ---- */

/* Subjects in another order have the same numbers, ranks, titles and dividends. */
static void order_of_subjects_does_not_matter(void **state)
{
    struct arena *mem = *state;
    enum { N = 9 };
    for (int t = 0; t < SCHEMES / 2; t++) {
        const struct scheme *s = any_scheme(mem, true);
        const struct scheme_facts *f = any_facts(mem, s, N);
        struct scheme_facts turned = *f;
        struct fact_subject *other = arena_array(mem, struct fact_subject, N);
        for (size_t i = 0; i < N; i++) other[i] = LIST_AT(f->subjects, struct fact_subject, (i * 5 + 3) % N);
        turned.subjects = (struct list){ other, N };
        struct fact_list a = fact_list_of(f), b = fact_list_of(&turned);
        struct scheme_run *run[2];
        right(run_open(mem, s, &a.source, year, &run[0]));
        right(run_open(mem, s, &b.source, year, &run[1]));
        for (int64_t id = 1; id <= N; id++) {
            struct buf told[2];
            for (int k = 0; k < 2; k++) {
                struct run_result r;
                told[k] = buf_in(mem, 1 << 18);
                right(run_find(run[k], mem, id, true, &r));
                run_print(&r, LANG_ZH, &told[k]);
            }
            EXPECT(!strcmp(told[0].p, told[1].p), "subject %d:\n%s\n---\n%s", (int)id, told[0].p, told[1].p);
        }
        arena_reset(mem);
    }
}

/* ---- money adds up ---- */

static void budgets_add_up(void **state)
{
    static const char *const ways[] = { "stop", "queue", "scale" };
    static const char *const purposes[] = { NULL, "甲", "乙", "丙" };
    struct arena *mem = *state;
    for (int t = 0; t < 600; t++) {
        struct scheme_money_source sources[4];
        struct scheme_budget b = { .per_resident_c = 100 + any(400), .at_ceiling = ways[t % 3],
                                   .sources = { sources, (size_t)any(5) } };
        size_t n = 1 + (size_t)any(30);
        struct spend v[30];
        struct eval_spending out;
        int64_t residents = 1 + any(60), used = 0, paid = 0, asked = 0;
        for (size_t i = 0; i < b.sources.n; i++)
            sources[i] = (struct scheme_money_source){ .label = "源", .per_resident_c = any(3) ? any(300) : NONE,
                                                       .amount_c = any(9000), .for_ = purposes[any(3)] };
        for (size_t i = 0; i < n; i++)
            v[i] = (struct spend){ .id = (int64_t)i, .on = date_of(2025 + any(2), 1 + any(12), 1 + any(28)),
                                   .asked_c = any(3000), .for_ = purposes[any(4)] };
        right(eval_spend(mem, &b, residents, 2026, v, n, &out));
        for (size_t i = 0; i < n; i++) {
            if (v[i].paid_on == NONE || date_ymd(v[i].paid_on).year != 2026) continue;
            EXPECT(v[i].paid_c >= 0 && v[i].paid_c <= v[i].asked_c, "%s: paid %d of %d", b.at_ceiling, (int)v[i].paid_c, (int)v[i].asked_c);
            paid += v[i].paid_c;
            asked += v[i].asked_c;
        }
        for (size_t i = 0; i < out.sources.n; i++) {
            const struct eval_source *x = &LIST_AT(out.sources, struct eval_source, i);
            EXPECT(x->used_c >= 0 && x->used_c <= x->has_c, "%s: source %d", b.at_ceiling, (int)i);
            used += x->used_c;
        }
        EXPECT(paid == out.paid_c && paid <= out.ceiling_c, "%s: %d paid, %d said, ceiling %d", b.at_ceiling, (int)paid, (int)out.paid_c, (int)out.ceiling_c);
        EXPECT(!out.sources.n || used == paid, "%s: %d paid from sources of %d", b.at_ceiling, (int)paid, (int)used);
        /* What is scaled and has no earmarks is spent to the last fen. */
        if (t % 3 == 2 && !out.sources.n) assert_int_equal(paid, asked < out.ceiling_c ? asked : out.ceiling_c);
        arena_reset(mem);
    }
}

static void dividends_add_up(void **state)
{
    struct arena *mem = *state;
    for (int t = 0; t < 400; t++) {
        struct dividend_share v[40];
        size_t n = 1 + (size_t)any(40);
        int64_t pool = any(1000000), sum = 0, shares = 0, points = 0;
        struct scheme_dividend d = { .shares_c = 100 * any(101) };
        d.points_c = 10000 - d.shares_c;
        for (size_t i = 0; i < n; i++) {
            v[i] = (struct dividend_share){ .id = (int64_t)i, .shares_c = any(4) * 100, .points_c = any(9000) - 500 };
            shares += v[i].shares_c;
            points += v[i].points_c > 0 ? v[i].points_c : 0;
        }
        right(eval_dividend(mem, &d, pool, v, n));
        for (size_t i = 0; i < n; i++) sum += v[i].amount_c;
        int64_t by_shares;
        assert_true(dec_muldiv(pool, d.shares_c, 10000, DEC_NEAREST, &by_shares));
        assert_int_equal(sum, (shares ? by_shares : 0) + (points ? pool - by_shares : 0));
        arena_reset(mem);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(trees_add_up),          TEST(caps_hold),
        TEST(more_marks_never_cost), TEST(more_deeds_never_cost),
        TEST(order_of_subjects_does_not_matter), TEST(budgets_add_up),
        TEST(dividends_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

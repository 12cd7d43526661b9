/* Findings about what stands beside the items, word for word; and properties that hold for any facts. */
#include <stdio.h>
#include <string.h>

#include "kernel/dec.h"
#include "kernel/file.h"
#include "kernel/text.h"
#include "scheme/scheme_run.h"
#include "scheme/scheme_tell.h"
#include "kernel/test.h"

static const char head[] = "scheme: t\ntitle: 测试\npublicity: {days: 3}\nclasses: [{code: household, label: 家庭, kind: household}]\n"; /* 4 lines */

static void golden(void **state)
{
    static const struct { const char *name, *text, *want; } cases[] = {
        { "bands overlap", "bands: [{code: b, label: 段, else: {points: 0}, bands: [{from: 80, to: 85, points: 1}, {from: 85, to: 90, points: 3}]}]\n",
          "5:87 bands/0/bands/1 与第5行的一段重叠：85。 | overlaps the band on line 5 at 85\n" },
        { "a gap", "bands: [{code: b, label: 段, lowest: 0, highest: 100, bands: [{from: 0, below: 80, points: 0}, {above: 80, to: 100, points: 1}]}]\n",
          "5:95 bands/0/bands/1 与第5行的一段之间有空缺：80；请补上，或写“其他”（else）。 | a gap behind the band on line 5 at 80; close it or add \"else\"\n" },
        { "nothing below and above", "bands: [{code: b, label: 段, lowest: 0, highest: 100, bands: [{from: 80, to: 90, points: 1}]}]\n",
          "5:9 bands/0 低于80的没有着落；请补上，或写“其他”（else）。 | nothing is said below 80; close it or add \"else\"\n"
          "5:9 bands/0 高于90的没有着落；请补上，或写“其他”（else）。 | nothing is said above 90; close it or add \"else\"\n" },
        { "no gap between open and closed ends", "bands: [{code: b, label: 段, lowest: 0, highest: 100, bands: [{below: 80, points: 0}, {from: 80, to: 85, points: 1}, {above: 85, points: 3}]}]\n",
          "" },
        { "bounds upside down", "bands: [{code: b, label: 段, else: {points: 0}, bands: [{from: 90, to: 80, points: 1}]}]\n",
          "5:56 bands/0/bands/0 界限写反了，这一段什么都不包含。 | the bounds are the wrong way round: nothing is inside\n" },
        { "two bounds at one end", "bands: [{code: b, label: 段, else: {points: 0}, bands: [{from: 90, above: 80, points: 1}]}]\n",
          "5:56 bands/0/bands/0 一头只写一个界限：从或高于，到或低于。 | one bound at each end: from or above, to or below\n" },
        { "a band of nothing", "bands: [{code: b, label: 段, else: {points: 0}, bands: [{from: 90}]}]\n",
          "5:56 bands/0/bands/0 这一段要写得什么：分值、金额、名称或颜色。 | a band says what it gives: points, amount, label or colour\n" },
        { "a day that is none", "bands: [{code: b, label: 段, else: {points: 0}, bands: [{from: 02-30, points: 1}]}]\n",
          "5:56 bands/0/bands/0 要写界限：从、高于、到、低于。 | a band has bounds: from, above, to, below\n"
          "5:63 bands/0/bands/0/from “02-30”不是分数也不是日期；请写 85 或 10-31。 | \"02-30\" is neither a number nor a day: write 85 or 10-31\n" },
        { "a sheet that does not add up", "sheets: [{code: s, label: 表, max: 100, sections: [{code: a, label: 甲, max: 50, lines: [{code: x, label: 子, max: 40}]}]}]\n",
          "5:35 sheets/0/max 写的是100，各项加起来是40。 | 100 is written but the parts add up to 40\n"
          "5:76 sheets/0/sections/0/max 写的是50，各项加起来是40。 | 50 is written but the parts add up to 40\n" },
        { "lines of one name", "sheets: [{code: s, label: 表, sections: [{code: a, label: 甲, lines: [{code: x, label: 子, max: 40}]}, {code: b, label: 乙, lines: [{code: x, label: 丑, max: 4}]}]}]\n",
          "5:136 sheets/0/sections/1/lines/0/code 代号“x”重复，前一个在第5行。 | code \"x\" is used already, on line 5\n" },
        { "a line without maximum, a veto with one", "sheets: [{code: s, label: 表, sections: [{code: a, label: 甲, lines: [{code: x, label: 子}, {code: v, label: 否, max: 3, veto: sheet}]}]}]\n",
          "5:69 sheets/0/sections/0/lines/0 评分项要写满分（大于0）。 | a line has a maximum above 0\n"
          "5:90 sheets/0/sections/0/lines/1 一票否决项没有分，不写满分和每处扣。 | a veto line has no marks of its own\n" },
        { "a veto of no line", "sheets: [{code: s, label: 表, sections: [{code: a, label: 甲, lines: [{code: x, label: 子, max: 4}, {code: v, label: 否, veto: line, of: y}, {code: w, label: 否, veto: line}]}]}]\n",
          "5:134 sheets/0/sections/0/lines/1/of 没有“y”这个评分项。 | there is no line \"y\"\n"
          "5:138 sheets/0/sections/0/lines/2 否决单项（veto: line）要写是哪一项（of），其他不写。 | \"of\" goes with veto: line, and only with it\n" },
        { "a round of nobody with no sheet", "rounds: [{code: m, label: 评, for: 家亭, every: month, sheet: hom}]\n",
          "5:35 rounds/0/for 没有“家亭”这个积分对象，是不是“家庭”？ | there is no class \"家亭\"; did you mean \"家庭\"?\n"
          "5:60 rounds/0/sheet 没有“hom”这个评分表。 | there is no sheet \"hom\"\n" },
        { "a step without a role", "rounds: [{code: m, label: 评, for: household, every: month, steps: [{step: 审核}]}]\n",
          "5:68 rounds/0/steps/0 这一步没有写谁做（role）。 | a step without a role: nobody would do it\n" },
        { "a window the wrong way, too few to trim", "rounds: [{code: m, label: 评, for: household, every: month, window: {from: 25, to: 20}, assessors: {roles: [grid], combine: trimmed}}]\n",
          "5:68 rounds/0/window 时间写反了。 | the window ends before it begins\n"
          "5:99 rounds/0/assessors 去掉最高最低至少要3人评分。 | without highest and lowest there must be at least 3 assessors\n" },
        { "a streak without condition and reward", "rounds: [{code: m, label: 评, for: household, every: month}]\nstreaks: [{code: s, label: 连, round: m, in_a_row: 3}]\n",
          "6:11 streaks/0 要写一种条件：等于、界限、前几名或后几名。 | one condition: equal, bounds, first or last\n"
          "6:11 streaks/0 要写得什么：加分、上榜或帮教。 | say what it leads to: points, board or help\n"
          "6:11 streaks/0 这个评比没有分段，没有积分；请写 of: mark。 | this round has no bands and so no points; write of: mark\n" },
        { "a streak over points that are none", "rounds: [{code: m, label: 评, for: household, every: month}]\nstreaks: [{code: s, label: 连, round: m, in_a_row: 3, equal: 5, points: 5}]\n",
          "6:11 streaks/0 这个评比没有分段，没有积分；请写 of: mark。 | this round has no bands and so no points; write of: mark\n" },
        { "a streak over no round", "rounds: [{code: m, label: 评, for: household, every: month}]\nstreaks: [{code: s, label: 连, round: n, in_a_row: 3, last: 1, help: 帮}]\n",
          "6:38 streaks/0/round 没有“n”这个评比；有：m。 | there is no round \"n\"; there are: m\n" },
        { "a ceiling below the base", "assessments: [{code: a, label: 评, for: household, per: year, ceiling: 30, parts: [{code: p, label: 甲, base: 40}]}]\n",
          "5:71 assessments/0/ceiling 低于基础分之和40。 | below the sum of the bases, 40\n" },
        { "a part longer than its whole", "assessments: [{code: a, label: 评, for: household, per: month, parts: [{code: p, label: 甲, base: 40, every: year}]}]\n",
          "5:108 assessments/0/parts/0/every 比整个评议的周期还长。 | longer than the assessment's own period\n" },
        { "a ranking by nothing known", "assessments: [{code: a, label: 评, for: household, per: year, parts: [{code: p, label: 甲, base: 40}]}]\nrankings: [{code: k, label: 排, by: point}]\n",
          "6:36 rankings/0/by 没有“point”这个可排名的数，是不是“points”？ | there is no number to rank by \"point\"; did you mean \"points\"?\n" },
        { "a ranking by averages without households", "rankings: [{code: k, label: 排, by: average}]\n",
          "5:36 rankings/0/by 没有写家庭积分（household）。 | there is no \"household\" in this scheme\n" },
        { "a title nobody can reach: under the one above", "rankings: [{code: k, label: 排, by: points}]\ntitles: [{code: t, label: 号, ranking: k, ladder: [{code: a, label: 甲, from: 80}, {code: b, label: 乙, from: 90}]}]\n",
          "6:82 titles/0/ladder/1 上一级已经全部包含，没有人能得到这一级。 | the rung above takes all of these: nobody can reach it\n" },
        { "a title nobody can reach: below the floor", "rankings: [{code: k, label: 排, by: points}]\ntitles: [{code: t, label: 号, ranking: k, floor: 90, ladder: [{code: a, label: 甲, below: 80}]}]\n",
          "6:62 titles/0/ladder/0 低于称号的最低分，没有人能得到。 | below the title's floor: nobody can reach it\n" },
        { "a title nobody can reach: a share of 0", "rankings: [{code: k, label: 排, by: points}]\ntitles: [{code: t, label: 号, ranking: k, ladder: [{code: a, label: 甲, share: 0}]}]\n",
          "6:51 titles/0/ladder/0 比例是0，没有人能得到。 | a share of 0: nobody can reach it\n" },
        { "shares over 100", "rankings: [{code: k, label: 排, by: points}]\ntitles: [{code: t, label: 号, ranking: k, ladder: [{code: a, label: 甲, share: 60}, {code: b, label: 乙, share: 50}]}]\n",
          "6:110 titles/0/ladder/1/share 各级比例加起来超过100。 | the shares add up to more than 100\n" },
        { "a rung of two kinds, a base that is none", "rankings: [{code: k, label: 排, by: points}]\ntitles: [{code: t, label: 号, ranking: k, floor: base, ladder: [{code: a, label: 甲, share: 10, places: 3}]}]\n",
          "6:49 titles/0/floor 这个排名没有基础分，请写数字。 | this ranking has no base; write a number\n"
          "6:64 titles/0/ladder/0 每级写一种：比例、名额或界限。 | each rung has one of: share, places, bounds\n" },
        { "a black board that only exposes", "boards: [{code: b, label: 榜, colour: black, days: 30, masked: no}]\n",
          "5:10 warning boards/0 黑榜没有写申诉期（appeal）。 | a black board without a time for appeal\n"
          "5:10 warning boards/0 黑榜默认遮挡姓名；公开全名请再斟酌。 | a black board usually masks names; think again before showing them\n"
          "5:10 warning boards/0 黑榜没有帮教责任人（mentor）：上榜是为了帮助，不只是曝光。 | a black board without a mentor: it should lead to help, not only exposure\n" },
        { "a dividend of 90", "dividend: {shares: 60, points: 30}\n",
          "5:11 dividend 按股份和按积分加起来要等于100。 | shares and points together are 100\n" },
        { "an exchange day that is none", "exchange: {rate: 1, days: [5, 32]}\n",
          "5:27 exchange/days 兑换日要写1到31。 | a day of the month is from 1 to 31\n" },
        { "steps without else", "categories: [{code: c, label: 类}]\nfalse_claims: {times: 2}\nitems: [{code: A, category: c, label: 植树, steps: [{from: 10, points: 3}]}]\n",
          "7:50 items/0/steps 分档之外的情况要写明：其他（else）计多少分，例如 0。 | say what counts outside the steps: \"else\", such as 0\n" },
        { "a contrary that gives, warnings for awards", "categories: [{code: c, label: 类}]\nfalse_claims: {times: 2}\nitems: [{code: A, category: c, label: 植树, points: 2, reverse: 2}, {code: B, category: c, label: 扫路, points: 2, warnings: {times: 1, per: month}}]\n",
          "7:63 items/0/reverse 反之要写负数，项目本身是加分。 | the contrary costs points (a negative number) and the item itself gives them\n"
          "7:63 warning items/0/reverse 扣分没有写依据（clause）：请写明村规民约的哪一条。 | a deduction without the clause of the covenant it rests on\n"
          "7:122 items/1/warnings 先提醒只用于扣分项目。 | warnings belong to deductions\n" },
        { "a group that is none, a loss of points", "categories: [{code: c, label: 类}]\nfalse_claims: {times: 2}\nitems: [{code: A, category: c, label: 植树, points: 2, one_of: g, loses: {base: 100}}]\n",
          "7:62 items/0/one_of 没有“g”这个互斥组。 | there is no group \"g\"\n"
          "7:72 items/0/loses 扣减款项只用于以元计的类别（yuan: yes）。 | \"loses\" belongs to a category in yuan\n"
          "7:72 items/0/loses 没有“base”这个款项。 | there is no pay \"base\"\n" },
        { "items and no false_claims", "categories: [{code: c, label: 类}]\nitems: [{code: A, category: c, label: 植树, points: 2}]\n",
          "1:1 false_claims 缺少“虚假申报”（false_claims）：虚假申报的处罚 | \"false_claims\" is missing: what a false claim costs\n" },
        { "honour that expires, months without number", "balances: [{code: h, label: 荣誉, valid: year}, {code: s, label: 可兑, spend: yes, valid: months}]\n",
          "5:40 balances/0/valid 荣誉积分终身有效。 | the honour balance never expires\n"
          "5:87 balances/1/valid 按月失效要写月数（months），其他不写。 | \"months\" goes with valid: months, and only with it\n" },
    };
    struct arena *mem = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *text = arena_printf(mem, "%s%s", head, cases[i].text);
        struct scheme_finding *found;
        struct buf got = buf_in(mem, 1 << 16);
        scheme_parse(mem, "t", text, strlen(text), &found);
        buf_puts(&got, "");
        for (const struct scheme_finding *f = found; f; f = f->next)
            buf_printf(&got, "%d:%d%s%s%s %s | %s\n", f->line, f->column, f->warning ? " warning" : "", *f->path ? " " : "", f->path, f->zh, f->en);
        EXPECT(text_equal(got.p, cases[i].want), "%s:\n--- wanted\n%s--- got\n%s", cases[i].name, cases[i].want, got.p);
    }
}

/* ---- properties ---- */

static uint64_t seed = 20261122;
static int64_t any(int64_t below)
{
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return (int64_t)(seed % (uint64_t)below);
}

static void dividends_add_up(void **state)
{
    struct arena *mem = *state;
    for (int t = 0; t < 500; t++) {
        size_t n = (size_t)any(60) + 1;
        struct share v[60];
        int64_t pool = any(DEC_MAX / 1000), sum = 0, weights = 0;
        for (size_t i = 0; i < n; i++) v[i] = (struct share){ .id = (int64_t)i + 1, .weight_c = any(3) ? any(100000) : 0 }, weights += v[i].weight_c;
        assert_true(eval_split(mem, pool, v, n));
        for (size_t i = 0; i < n; i++) {
            sum += v[i].amount_c;
            /* Never more than a hundredth away from the exact part, never less for more weight. */
            __int128 exact = weights ? (__int128)pool * v[i].weight_c / weights : 0;
            assert_true(v[i].amount_c >= (int64_t)exact && v[i].amount_c <= (int64_t)exact + 1);
            for (size_t k = 0; k < i; k++) assert_true(v[k].weight_c <= v[i].weight_c || v[k].amount_c >= v[i].amount_c);
        }
        assert_int_equal(sum, weights ? pool : 0);
        arena_reset(mem);
    }
}

static void ranks_do_not_depend_on_order(void **state)
{
    static const char *const ties[] = { "competition", "dense", "shared" };
    (void)state;
    for (int t = 0; t < 300; t++) {
        struct scheme_ranking r = { .ties = ties[t % 3], .order = t % 2 ? "high" : "low", .at_least = NONE };
        struct rank_entry a[50], b[50];
        size_t n = (size_t)any(50) + 1;
        for (size_t i = 0; i < n; i++) a[i] = b[n - 1 - i] = (struct rank_entry){ .id = (int64_t)i, .value_c = any(12) };
        eval_rank(&r, a, n);
        eval_rank(&r, b, n);
        for (size_t i = 0; i < n; i++) {
            assert_true(a[i].id == b[i].id && a[i].rank == b[i].rank);
            if (i) assert_true((a[i].value_c == a[i - 1].value_c) == (a[i].rank == a[i - 1].rank));
            if (i) assert_true(a[i].rank >= a[i - 1].rank);
        }
        assert_true(a[n - 1].rank <= (int64_t)n);
    }
}

static const struct scheme *capped_scheme(struct arena *mem)
{
    static const char text[] =
        "cap: {points: 30, per: month}\nfalse_claims: {times: 2}\ncategories: [{code: a, label: 甲, cap: {points: 12, per: month}}, {code: b, label: 乙}]\n"
        "items:\n"
        "  - {code: A1, category: a, label: 巡逻, points: 5, cap: [{times: 1, per: day}, {points: 9, per: week}]}\n"
        "  - {code: A2, category: a, label: 扫路, points: 1.5, per: 小时}\n"
        "  - {code: B1, category: b, label: 调解, points: 4, multiplier: {易: 1, 难: 2.5}, cap: {times: 3, per: month}}\n"
        "  - {code: B2, category: b, label: 乱倒, points: -3, warnings: {times: 2, per: month}, clause: 第一条, cap: {points: 7, per: month}}\n";
    struct scheme_finding *found;
    const char *whole = arena_printf(mem, "%s%s", head, text);
    const struct scheme *s = scheme_parse(mem, "t", whole, strlen(whole), &found);
    EXPECT(s && !found, "%s", found ? found->en : "");
    return s;
}

static void caps_are_never_exceeded(void **state)
{
    static const char *const items[] = { "A1", "A2", "B1", "B2" };
    struct arena *mem = *state;
    for (int t = 0; t < 150; t++) {
        const struct scheme *s = capped_scheme(mem);
        size_t n = (size_t)any(40) + 1;
        struct fact_deed *d = arena_array(mem, struct fact_deed, n);
        int64_t month[12][4] = { 0 }, given[12] = { 0 };
        struct list worth;
        for (size_t i = 0; i < n; i++)
            d[i] = (struct fact_deed){ .item = items[any(4)], .on = date_of(2026, 1, 1) + any(60), .chosen_c = NONE, .quantity_c = NONE, .difficulty = any(2) ? "易" : "难" };
        for (size_t i = 0; i < n; i++) {
            if (d[i].item[0] == 'A' && d[i].item[1] == '2') d[i].quantity_c = any(900) + 1;
            if (d[i].item[0] != 'B' || d[i].item[1] != '1') d[i].difficulty = NULL;
        }
        struct eval e = { mem, s, t % 2 == 0, NULL };
        assert_null(eval_deeds(&e, "household", &(struct list){ d, n }, &worth));
        assert_int_equal(worth.n, n);
        for (size_t i = 0; i < n; i++) {
            const struct eval_deed *w = &LIST_AT(worth, struct eval_deed, i);
            int m = date_ymd(w->deed->on).month - 1, k = w->deed->item[0] == 'A' ? 0 : w->deed->item[1] == '1' ? 1 : 2;
            month[m][k] += w->points_c;
            if (w->points_c > 0) given[m] += w->points_c;
            if (w->why) assert_int_equal(w->why->value_c, w->points_c);
        }
        for (int m = 0; m < 3; m++) {
            assert_true(month[m][0] <= 1200 && month[m][1] <= 3000 && month[m][2] >= -700);
            assert_true(given[m] <= 3000);
        }
        arena_reset(mem);
    }
}

/* Facts of different days in any order of the file give the same sum. */
static void order_of_the_file_does_not_matter(void **state)
{
    static const char *const items[] = { "A1", "A2", "B2" };
    struct arena *mem = *state;
    for (int t = 0; t < 50; t++) {
        const struct scheme *s = capped_scheme(mem);
        struct fact_deed a[20], b[20];
        for (int i = 0; i < 20; i++) a[i] = b[19 - i] = (struct fact_deed){ .item = items[any(3)], .on = date_of(2026, 1, 1) + i * 2, .chosen_c = NONE, .quantity_c = NONE };
        struct eval e = { mem, s, false, NULL };
        struct fact_subject one = { .class_ = "household", .deeds = { a, 20 } }, other = { .class_ = "household", .deeds = { b, 20 } };
        struct eval_sum x, y;
        assert_null(eval_points(&e, &one, period_span(PERIOD_YEAR, date_of(2026, 1, 1)), &x));
        assert_null(eval_points(&e, &other, period_span(PERIOD_YEAR, date_of(2026, 1, 1)), &y));
        assert_int_equal(x.value_c, y.value_c);
        arena_reset(mem);
    }
}

/* Every preset passes the checker without a remark, names its source, and is its own copy. */
static void presets(void **state)
{
    static const char *const names[] = { "zengxiang", "zhongping", "xingji", "ninghe", "sanmen", "kunshan", "longwo", "weisheng17", "zuolong", "huishan", "jiugeyi", "anji" };
    struct arena *mem = *state;
    for (size_t i = 0; i < COUNT(names); i++) {
        struct scheme_finding *found;
        const char *text;
        size_t n;
        struct buf choices = buf_in(mem, 1 << 20), none = buf_in(mem, 1 << 20);
        assert_null(file_read(mem, arena_printf(mem, "schemes/%s.yaml", names[i]), 1 << 20, &text, &n));
        const struct scheme *s = scheme_parse(mem, names[i], text, n, &found);
        EXPECT(s && !found, "%s:%d: %s", names[i], found ? found->line : 0, found ? found->en : "");
        EXPECT(s->source && text_equal(s->name, names[i]), "%s: source and name", names[i]);
        scheme_tell_choices(mem, s, &choices);
        EXPECT(choices.n > 0, "%s: choices", names[i]);
        EXPECT(scheme_tell_diff(mem, s, s, LANG_ZH, &none) == 0, "%s differs from itself", names[i]);
    }
}

static void differences_in_sentences(void **state)
{
    struct arena *mem = *state;
    static const char before[] = "categories: [{code: a, label: 甲}]\nfalse_claims: {times: 2}\nitems: [{code: A1, category: a, label: 扫路, points: 2, per: 小时, cap: {times: 4, per: month}}, {code: A2, category: a, label: 植树, points: 1}]\n";
    static const char after[] = "categories: [{code: a, label: 甲}]\nfalse_claims: {times: 3}\nitems: [{code: A3, category: a, label: 巡逻, points: 1}, {code: A1, category: a, label: 扫路, points: 3, evidence: required, cap: {times: 4, per: week}}]\n";
    struct scheme_finding *found;
    const char *x = arena_printf(mem, "%s%s", head, before), *y = arena_printf(mem, "%s%s", head, after);
    const struct scheme *a = scheme_parse(mem, "a", x, strlen(x), &found), *b = scheme_parse(mem, "b", y, strlen(y), &found);
    struct buf out = buf_in(mem, 1 << 16);
    assert_non_null(a);
    assert_non_null(b);
    assert_int_equal(scheme_tell_diff(mem, a, b, LANG_ZH, &out), 8);
    assert_string_equal(out.p,
        "虚假申报的倍数由2改为3。\n"
        "积分项目“扫路”：分值由2改为3。\n"
        "积分项目“扫路”：删去“每”（原为小时）。\n"
        "积分项目“扫路”：删去上限（每月）。\n"
        "积分项目“扫路”：新增上限（每周）。\n"
        "积分项目“扫路”：证据由可选改为必须。\n"
        "删去积分项目“植树”。\n"
        "新增积分项目“巡逻”。\n");
    struct buf en = buf_in(mem, 1 << 16);
    assert_int_equal(scheme_tell_diff(mem, a, b, LANG_EN, &en), 8);
    assert_string_equal(en.p,
        "false_claims: times changed from 2 to 3.\n"
        "item \"扫路\": points changed from 2 to 3.\n"
        "item \"扫路\": \"per\" removed (was 小时).\n"
        "item \"扫路\": removed cap (per month).\n"
        "item \"扫路\": added cap (per week).\n"
        "item \"扫路\": evidence changed from optional to required.\n"
        "removed item \"植树\".\n"
        "added item \"巡逻\".\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(golden), TEST(dividends_add_up), TEST(ranks_do_not_depend_on_order), TEST(caps_are_never_exceeded),
        TEST(order_of_the_file_does_not_matter), TEST(presets), TEST(differences_in_sentences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

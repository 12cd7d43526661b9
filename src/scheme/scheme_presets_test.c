/* Cases computed by hand from the sources, for the presets that the worked results do not cover: facts, period, and
 * lines that `explain` must print ("1: …": of subject 1). */
#include <stdio.h>
#include <string.h>

#include "kernel/file.h"
#include "kernel/text.h"
#include "scheme/scheme_run.h"
#include "kernel/test.h"

struct preset_case { const char *preset, *name, *period, *facts, *lines[6]; };
static const struct preset_case cases[] = {
    { "zuolong", "three first of a group, the mean of three", "2026-03",
      "subjects:\n"
      "  - {id: 1, group: 一组, visits: [{round: clean, on: 2026-03-02, total: 96}, {round: clean, on: 2026-03-02, total: 95}, {round: clean, on: 2026-03-02, total: 97}]}\n"
      "  - {id: 2, group: 一组, visits: [{round: clean, on: 2026-03-02, total: 95}, {round: clean, on: 2026-03-02, total: 95}, {round: clean, on: 2026-03-02, total: 95}]}\n"
      "  - {id: 3, group: 一组, visits: [{round: clean, on: 2026-03-02, total: 94}, {round: clean, on: 2026-03-02, total: 94}, {round: clean, on: 2026-03-02, total: 94}]}\n"
      "  - {id: 4, group: 一组, visits: [{round: clean, on: 2026-03-02, total: 94}, {round: clean, on: 2026-03-02, total: 94}, {round: clean, on: 2026-03-02, total: 94}]}\n"
      "  - {id: 5, group: 一组, visits: [{round: clean, on: 2026-03-02, total: 93}, {round: clean, on: 2026-03-02, total: 93}, {round: clean, on: 2026-03-02, total: 93}]}\n",
      { "1: 本组每月排名: 96，第1名（共5）", "3: 卫生前三名: 前三名（组里发奖金）", "4: 卫生前三名: 前三名（组里发奖金）", "5: 卫生前三名: 无（名次在名额之外）" } },
    { "zuolong", "two marks are too few, another group has its own first", "2026-03",
      "subjects:\n"
      "  - {id: 1, group: 一组, visits: [{round: clean, on: 2026-03-02, total: 96}, {round: clean, on: 2026-03-02, total: 95}]}\n"
      "  - {id: 2, group: 二组, visits: [{round: clean, on: 2026-03-02, total: 59}, {round: clean, on: 2026-03-02, total: 59}, {round: clean, on: 2026-03-02, total: 59}]}\n",
      { "1: 本组每月排名: 未参加排名", "2: 本组每月排名: 59，第1名（共1）", "2: 卫生前三名: 无（低于60分）" } },
    { "zuolong", "6 yuan a month", "2026-03", "subjects: [{id: 1, deeds: [{item: due, on: 2026-03-01}, {item: due, on: 2026-04-01}]}, {id: 2, deeds: [{item: due, on: 2026-03-01, quantity: 3}]}]\n",
      { "1: 保洁费: -6", "2: 保洁费: -18" } },
    { "huishan", "the week's mean of three checks", "2026-W10",
      "subjects: [{id: 1, class: group, group: 一组, visits: [{round: week, on: 2026-03-02, marks: {road: 1}}, {round: week, on: 2026-03-03, marks: {yard: 2}}, {round: week, on: 2026-03-04, marks: {bins: 9}}]}]\n",
      { "1: 积分: 1", "每周考评 2026-W10：得分86.67，合格，积1分" } }, /* (95 + 90 + 75) ÷ 3 */
    { "huishan", "nobody marks their own group", "2026-W10",
      "subjects: [{id: 1, class: group, group: 一组, visits: [{round: week, on: 2026-03-02}, {round: week, on: 2026-03-03, group: 一组, marks: {yard: 2}}, {round: week, on: 2026-03-04, marks: {bins: 1}}]}]\n",
      { "不计：评分人评了自己的组", "只有2人评分，至少要3人，本次不计", "1: 积分: 0" } },
    { "huishan", "a clean week stands on the red list for seven days", "2026-03",
      "subjects: [{id: 1, class: group, visits: [{round: week, on: 2026-03-02, marks: {road: 0}}, {round: week, on: 2026-03-03, marks: {road: 1}}, {round: week, on: 2026-03-04, marks: {road: 2}}]}]\n",
      { "1: 积分: 2", "1: 卫生红榜: 优秀，2026-03-08至2026-03-14" } },
    { "jiugeyi", "nine of nine", "2026-03",
      "subjects: [{id: 1, class: village, visits: [{round: month, on: 2026-03-10, marks: {bin: 1, box: 1, fee: 1, cleaner: 1, team: 1, labour: 1, honour: 1, board: 1, covenant: 1}}]}]\n",
      { "每月检查 2026-03：得分9，红榜", "1: 红榜: 红榜，2026-03-31至2026-04-29" } },
    { "jiugeyi", "a covenant without the fee clause does not count", "2026-03",
      "subjects: [{id: 1, class: village, visits: [{round: month, on: 2026-03-10, marks: {bin: 1, box: 1, fee: 1, cleaner: 1, team: 1, labour: 1, honour: 1, board: 1, covenant: 1, nocovenant: 1}}]}]\n",
      { "每月检查 2026-03：得分8，不上榜", "村规民约：一票否决" } },
    { "jiugeyi", "the black list, and the year's best not below 80", "2026",
      "subjects:\n  - {id: 1, class: village, results: [{assessment: year, part: review, on: 2026-12-10, mark: 81}], visits: [{round: month, on: 2026-12-10, marks: {bin: 1, box: 1, fee: 1, cleaner: 1, team: 1, labour: 0, honour: 0, board: 0, covenant: 0}}]}\n"
      "  - {id: 2, class: village, results: [{assessment: year, part: review, on: 2026-12-10, mark: 79}]}\n",
      { "1: 黑榜: 黑榜，2026-12-31至2027-01-29", "1: 优秀村: 优秀村（涉农项目优先申报）", "2: 优秀村: 无（低于80分）" } },
    { "anji", "green from 90", "2026",
      "subjects: [{id: 1, class: resident, results: [{assessment: cadre, part: duty, on: 2026-02-01, mark: 52}, {assessment: cadre, part: duty, on: 2026-05-01, mark: 51}, {assessment: cadre, part: villagers, on: 2026-12-01, mark: 38.5}]}]\n",
      { "1: 年度履职: 90", "1: 三色: 绿色（评优优先）" } },
    { "anji", "yellow below 90", "2026",
      "subjects: [{id: 1, class: resident, results: [{assessment: cadre, part: duty, on: 2026-02-01, mark: 52}, {assessment: cadre, part: villagers, on: 2026-12-01, mark: 37.99}]}]\n",
      { "1: 年度履职: 89.99", "1: 三色: 黄色（谈话提醒）" } },
    { "anji", "red below 60; never above 120", "2026",
      "subjects:\n  - {id: 1, class: resident, results: [{assessment: cadre, part: duty, on: 2026-02-01, minus: 30}, {assessment: cadre, part: villagers, on: 2026-12-01, minus: 11}]}\n"
      "  - {id: 2, class: resident, results: [{assessment: cadre, part: duty, on: 2026-02-01, plus: 70}]}\n",
      { "1: 年度履职: 59", "1: 三色: 红色（歇职教育）", "2: 年度履职: 120" } },
    { "longwo", "the best of one honour counts", "2026", "subjects: [{id: 1, members: [{id: 2, deeds: [{item: L02, on: 2026-02-01, level: 镇}, {item: L02, on: 2026-03-01, level: 县}, {item: L02, on: 2026-04-01, level: 村}]}]}]\n",
      { "1: 户均: 20" } },
    { "longwo", "kept, warned, taken", "2026", "subjects: [{id: 1, deeds: [{item: L04, on: 2026-01-05}, {item: L04, on: 2026-02-05, reverse: yes}, {item: L04, on: 2026-02-15, reverse: yes}]}]\n",
      { "1: 积分: 0", "第1次提醒（前1次只提醒），不扣分" } },
    { "longwo", "twenty points a month of helping", "2026", "subjects: [{id: 1, members: [{id: 2, deeds: [{item: L01, on: 2026-01-05, quantity: 8}, {item: L01, on: 2026-01-20, quantity: 3}, {item: L01, on: 2026-02-01, quantity: 1}]}]}]\n",
      { "1: 户均: 22", "1: 兑换: 22分可兑22元" } },
    { "kunshan", "one warning, then two points", "2026", "subjects: [{id: 1, deeds: [{item: K02, on: 2026-03-01, quantity: 1}, {item: K02, on: 2026-03-08, quantity: 2}, {item: K01, on: 2026-03-09, quantity: 12}]}]\n",
      { "1: 积分: 16" } }, /* 0 − 4 + 20 of 24 */
    { "kunshan", "a month cannot fall below nothing", "2026", "subjects: [{id: 1, results: [{assessment: year, part: patrol, on: 2026-03-01, minus: 130}]}]\n", { "1: 年度积分: 1100" } },
    { "kunshan", "who is barred redeems nothing", "2026", "subjects: [{id: 1, barred: yes, earned: [{on: 2026-01-01, points: 50}]}]\n", { "1: 兑换: 受过处罚，停兑期内不能兑换。" } },
    { "kunshan", "a false claim bars from titles and exchange this year and the next", "2027",
      "subjects:\n  - {id: 1, deeds: [{item: K01, on: 2026-05-01, quantity: 1, false: before}], earned: [{on: 2026-01-01, points: 50}], results: [{assessment: year, part: patrol, on: 2027-03-01, plus: 30}]}\n"
      "  - {id: 2, deeds: [{item: K01, on: 2025-05-01, quantity: 1, false: before}], earned: [{on: 2026-01-01, points: 50}], results: [{assessment: year, part: patrol, on: 2027-03-01, plus: 30}]}\n",
      { "1: 兑换: 受过处罚，停兑期内不能兑换。", "2: 兑换: 46分可兑46元", "1: 年度积分排名: 1230，第1名（共2）" } },
};

static void by_hand(void **state)
{
    struct arena *mem = *state;
    for (size_t c = 0; c < COUNT(cases); c++) {
        const struct preset_case *k = &cases[c];
        struct scheme_finding *found;
        const char *text;
        size_t n;
        enum period per;
        struct span in;
        struct scheme_run *run;
        struct buf all = buf_in(mem, 1 << 20);
        assert_null(file_read(mem, arena_printf(mem, "schemes/%s.yaml", k->preset), 1 << 20, &text, &n));
        const struct scheme *s = scheme_parse(mem, k->preset, text, n, &found);
        const struct scheme_facts *f = scheme_facts_parse(mem, k->facts, strlen(k->facts), &found);
        EXPECT(s && f && period_parse(k->period, &per, &in), "%s, %s: %s", k->preset, k->name, found ? found->en : "");
        struct fact_list list = fact_list_of(f);
        const struct err *x = run_open(mem, s, &list.source, in, &run);
        buf_puts(&all, "\n");
        for (size_t i = 0; !x && i < f->subjects.n; i++) {
            struct buf one = buf_in(mem, 1 << 20);
            struct run_result r;
            x = run_result(run, mem, &LIST_AT(f->subjects, struct fact_subject, i), true, &r);
            if (x) break;
            run_print(&r, LANG_ZH, &one);
            for (char *p = one.p, *nl; p && (nl = strchr(p, '\n')) != NULL; p = nl + 1)
                buf_printf(&all, "%lld: %.*s\n", (long long)r.id, (int)(nl - p), p);
        }
        EXPECT(!x, "%s, %s: %s", k->preset, k->name, x ? x->en : "");
        for (size_t i = 0; i < COUNT(k->lines) && k->lines[i]; i++) {
            if (strstr(all.p, arena_printf(mem, "%s\n", k->lines[i]))) continue;
            fprintf(stderr, "%s", all.p);
            fail_msg("%s, %s: no line %s", k->preset, k->name, k->lines[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { TEST(by_hand) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Findings about the whole, word for word: what points may not decide, and what can never happen. Each
 * case is a whole scheme, one text per line, so that a finding's line is the line a person would look
 * at; both what must be found and what must not.
 */
#include <stdio.h>
#include <string.h>

#include "kernel/buf.h"
#include "kernel/text.h"
#include "scheme/scheme.h"

#include "kernel/test.h" /* after ours: cmocka has a macro fail() */

static void golden(void **state)
{
    static const struct {
        const char *name, *text, *want;
    } cases[] = {
        { "petitions, taken",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "categories: [{code: c, label: 类}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 越级上访, points: -10, clause: 第三条}\n",
          "8:36 items/0/label “上访”涉及法定权利，不能用积分奖罚，请删去：反映情况和信访是公民的权利，不得压制（《信访工作条例》）。 | \"上访\" is a statutory right: points may not be taken or given for it; petitions are everybody's right and may not be held down (Regulations on Petitions)\n" },
        { "petitions: order of the office is no excuse",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "categories: [{code: c, label: 类}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 扰乱信访秩序, points: -10, clause: 第三条}\n",
          "8:36 items/0/label “信访”涉及法定权利，不能用积分奖罚，请删去：反映情况和信访是公民的权利，不得压制（《信访工作条例》）。 | \"信访\" is a statutory right: points may not be taken or given for it; petitions are everybody's right and may not be held down (Regulations on Petitions)\n" },
        { "petitions: retaliation may be punished",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "categories: [{code: c, label: 类}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 打击报复信访人, points: -10, clause: 第三条}\n",
          "" },
        { "assistance, taken",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "categories: [{code: c, label: 类}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 低保户不参加劳动, points: -5, clause: 第三条}\n",
          "8:36 items/0/label “低保”涉及法定权利，不能用积分奖罚，请删去：低保和救助按收入和财产依法认定（《社会救助暂行办法》）。 | \"低保\" is a statutory right: points may not be taken or given for it; social assistance is decided by law, on means (Interim Measures for Social Assistance)\n" },
        { "assistance: fraud may be punished",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "categories: [{code: c, label: 类}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 骗取低保, points: -5, clause: 第三条}\n",
          "" },
        { "births, both ways",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "categories: [{code: c, label: 类}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 超生, points: -20, clause: 第三条}\n"
          "  - {code: A2, category: c, label: 响应计划生育, points: 10}\n",
          "8:36 items/0/label “超生”涉及法定权利，不能用积分奖罚，请删去：生育由家庭依法自主决定（《人口与计划生育法》）。 | \"超生\" is a statutory right: points may not be taken or given for it; births are the family's decision (Population and Family Planning Law)\n"
          "9:36 items/1/label “生育”涉及法定权利，不能用积分奖罚，请删去：生育由家庭依法自主决定（《人口与计划生育法》）。 | \"生育\" is a statutory right: points may not be taken or given for it; births are the family's decision (Population and Family Planning Law)\n" },
        { "medical care, taken",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "categories: [{code: c, label: 类}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 外出就医不报告, points: -1, clause: 第三条}\n",
          "8:36 items/0/label “就医”涉及法定权利，不能用积分奖罚，请删去：公民依法享有基本医疗服务（《基本医疗卫生与健康促进法》）。 | \"就医\" is a statutory right: points may not be taken or given for it; basic medical care is everybody's right (Basic Healthcare and Health Promotion Law)\n" },
        { "insurance: not paying is no fault, paying is praise with a warning",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "categories: [{code: c, label: 类}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 不缴医保, points: -5, clause: 第三条}\n"
          "  - {code: A2, category: c, label: 按时缴纳医保, points: 2}\n",
          "8:36 items/0/label “医保”涉及法定权利，不能用积分奖罚，请删去：社会保险依法参加、依法享受（《社会保险法》）。 | \"医保\" is a statutory right: points may not be taken or given for it; social insurance is joined and paid by law (Social Insurance Law)\n"
          "9:36 warning items/1/label “医保”涉及法定权利，积分不能影响应得的，请再斟酌：社会保险依法参加、依法享受（《社会保险法》）。 | \"医保\" is a statutory right that points may not touch, think again; social insurance is joined and paid by law (Social Insurance Law)\n" },
        { "schooling, taken; helping with it is welcome",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "categories: [{code: c, label: 类}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 子女未按时入学, points: -5, clause: 第三条}\n"
          "  - {code: A2, category: c, label: 接送邻居孩子入学, points: 2}\n"
          "  - {code: A3, category: c, label: 辅导义务教育阶段学生, points: 2, per: 小时}\n",
          "8:36 items/0/label “入学”涉及法定权利，不能用积分奖罚，请删去：适龄儿童少年平等接受义务教育（《义务教育法》）。 | \"入学\" is a statutory right: points may not be taken or given for it; all children have an equal right to schooling (Compulsory Education Law)\n" },
        { "certificates, taken",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "categories: [{code: c, label: 类}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 拖欠保洁费仍要求开证明, points: -5, clause: 第三条}\n",
          "8:36 items/0/label “开证明”涉及法定权利，不能用积分奖罚，请删去：应当出具的证明、办理的证照不得附加条件（《行政许可法》）。 | \"开证明\" is a statutory right: points may not be taken or given for it; certificates that are due may not be tied to conditions (Administrative License Law)\n" },
        { "an office's proof as evidence is no right",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "categories: [{code: c, label: 类}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 见义勇为, points: 20, evidence: required, note: 附派出所证明}\n",
          "" },
        { "elections: praise yes, force no",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "categories: [{code: c, label: 类}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 不参加选举, points: -2, clause: 第三条}\n"
          "  - {code: A2, category: c, label: 参加村委会选举, points: 2}\n"
          "  - {code: A3, category: c, label: 贿选, points: -20, clause: 第三条}\n",
          "8:36 items/0/label “选举”涉及法定权利，不能用积分奖罚，请删去：参加选举和投票是村民的权利，不能强迫（《村民委员会组织法》）。 | \"选举\" is a statutory right: points may not be taken or given for it; voting is a right and may not be forced (Organic Law of Villagers' Committees)\n" },
        { "giving up a right",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "categories: [{code: c, label: 类}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 全年无上访, points: 10}\n"
          "  - {code: A2, category: c, label: 主动退出低保, points: 10}\n"
          "  - {code: A3, category: c, label: 参与劝访, points: 5}\n",
          "8:36 items/0/label “上访”涉及法定权利，不能用积分奖罚，请删去：反映情况和信访是公民的权利，不得压制（《信访工作条例》）。 | \"上访\" is a statutory right: points may not be taken or given for it; petitions are everybody's right and may not be held down (Regulations on Petitions)\n"
          "9:36 items/1/label “低保”涉及法定权利，不能用积分奖罚，请删去：低保和救助按收入和财产依法认定（《社会救助暂行办法》）。 | \"低保\" is a statutory right: points may not be taken or given for it; social assistance is decided by law, on means (Interim Measures for Social Assistance)\n"
          "10:36 items/2/label “劝访”涉及法定权利，不能用积分奖罚，请删去：反映情况和信访是公民的权利，不得压制（《信访工作条例》）。 | \"劝访\" is a statutory right: points may not be taken or given for it; petitions are everybody's right and may not be held down (Regulations on Petitions)\n" },
        { "helping to a right",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "categories: [{code: c, label: 类}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 帮助低保户打扫, points: 2}\n"
          "  - {code: A2, category: c, label: 陪护老人就医, points: 2}\n"
          "  - {code: A3, category: c, label: 宣传医保政策, points: 1}\n"
          "  - {code: A4, category: c, label: 代办社保认证, points: 1}\n",
          "" },
        { "the contrary, a note, a category",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "categories: [{code: c, label: 信访维稳}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 依法办事, points: 1, reverse: -1, clause: 第一条, note: 不得上访}\n",
          "6:31 categories/0/label “信访”涉及法定权利，不能用积分奖罚，请删去：反映情况和信访是公民的权利，不得压制（《信访工作条例》）。 | \"信访\" is a statutory right: points may not be taken or given for it; petitions are everybody's right and may not be held down (Regulations on Petitions)\n"
          "8:85 items/0/note “上访”涉及法定权利，不能用积分奖罚，请删去：反映情况和信访是公民的权利，不得压制（《信访工作条例》）。 | \"上访\" is a statutory right: points may not be taken or given for it; petitions are everybody's right and may not be held down (Regulations on Petitions)\n" },
        { "what bars from titles takes too",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "categories: [{code: c, label: 类}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 信访登记, points: 1, bars: year}\n",
          "8:36 items/0/label “信访”涉及法定权利，不能用积分奖罚，请删去：反映情况和信访是公民的权利，不得压制（《信访工作条例》）。 | \"信访\" is a statutory right: points may not be taken or given for it; petitions are everybody's right and may not be held down (Regulations on Petitions)\n" },
        { "a title that carries a right",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "categories: [{code: c, label: 类}]\n"
          "rankings: [{code: k, label: 排, by: points}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 扫路, points: 1}\n"
          "titles: [{code: t, label: 号, ranking: k, ladder: [{code: a, label: 甲, share: 10, carries: [奖牌, 低保优先]}]}]\n",
          "10:91 titles/0/ladder/0/carries “低保”是法定权利，不能作为积分的礼遇，也不能用积分换：低保和救助按收入和财产依法认定（《社会救助暂行办法》）。 | \"低保\" is a statutory right: it is no perk and not for points; social assistance is decided by law, on means (Interim Measures for Social Assistance)\n" },
        { "a title that carries an extra",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "categories: [{code: c, label: 类}]\n"
          "rankings: [{code: k, label: 排, by: points}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 扫路, points: 1}\n"
          "titles: [{code: t, label: 号, ranking: k, ladder: [{code: a, label: 甲, share: 10, carries: [医保缴费补贴, 子女升学奖学金, 陪同就医]}]}]\n",
          "10:91 warning titles/0/ladder/0/carries “医保”涉及法定权利，积分不能影响应得的，请再斟酌：社会保险依法参加、依法享受（《社会保险法》）。 | \"医保\" is a statutory right that points may not touch, think again; social insurance is joined and paid by law (Social Insurance Law)\n" },
        { "a title of a right, a rung of one",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "categories: [{code: c, label: 类}]\n"
          "rankings: [{code: k, label: 排, by: points}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 扫路, points: 1}\n"
          "titles: [{code: t, label: 低保资格, ranking: k, ladder: [{code: a, label: 入学优先, share: 10}]}]\n",
          "10:27 titles/0/label “低保”是法定权利，不能作为积分的礼遇，也不能用积分换：低保和救助按收入和财产依法认定（《社会救助暂行办法》）。 | \"低保\" is a statutory right: it is no perk and not for points; social assistance is decided by law, on means (Interim Measures for Social Assistance)\n"
          "10:71 titles/0/ladder/0/label “入学”是法定权利，不能作为积分的礼遇，也不能用积分换：适龄儿童少年平等接受义务教育（《义务教育法》）。 | \"入学\" is a statutory right: it is no perk and not for points; all children have an equal right to schooling (Compulsory Education Law)\n" },
        { "services",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "categories: [{code: c, label: 类}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 扫路, points: 1}\n"
          "exchange: {rate: 1, services: [{service: 开证明, points: 5}, {service: 代办身份证, points: 2}, {service: 代耕, points: 2}]}\n",
          "9:42 exchange/services/0/service “开证明”是法定权利，不能作为积分的礼遇，也不能用积分换：应当出具的证明、办理的证照不得附加条件（《行政许可法》）。 | \"开证明\" is a statutory right: it is no perk and not for points; certificates that are due may not be tied to conditions (Administrative License Law)\n" },
        { "a black board about petitions",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "categories: [{code: c, label: 类}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 扫路, points: 1}\n"
          "boards: [{code: b, label: 上访户曝光, colour: black, days: 30, appeal: 7, mentor: yes, note: 重复信访的上榜}, {code: r, label: 助学红榜, colour: red, days: 30, masked: no}]\n",
          "9:27 boards/0/label “上访”涉及法定权利，不能用积分奖罚，请删去：反映情况和信访是公民的权利，不得压制（《信访工作条例》）。 | \"上访\" is a statutory right: points may not be taken or given for it; petitions are everybody's right and may not be held down (Regulations on Petitions)\n"
          "9:89 boards/0/note “信访”涉及法定权利，不能用积分奖罚，请删去：反映情况和信访是公民的权利，不得压制（《信访工作条例》）。 | \"信访\" is a statutory right: points may not be taken or given for it; petitions are everybody's right and may not be held down (Regulations on Petitions)\n" },
        { "marks for not petitioning",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "assessments: [{code: a, label: 评, for: household, per: year, parts: [{code: p, label: 居民零上访, base: 10}, {code: q, label: 按时参加医保, base: 10}]}]\n",
          "5:87 assessments/0/parts/0/label “上访”涉及法定权利，不能用积分奖罚，请删去：反映情况和信访是公民的权利，不得压制（《信访工作条例》）。 | \"上访\" is a statutory right: points may not be taken or given for it; petitions are everybody's right and may not be held down (Regulations on Petitions)\n"
          "5:122 warning assessments/0/parts/1/label “医保”涉及法定权利，积分不能影响应得的，请再斟酌：社会保险依法参加、依法享受（《社会保险法》）。 | \"医保\" is a statutory right that points may not touch, think again; social insurance is joined and paid by law (Social Insurance Law)\n" },
        { "a line of a sheet",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "sheets: [{code: s, label: 表, sections: [{code: a, label: 甲, lines: [{code: x, label: 信访情况, max: 5}, {code: y, label: 适龄儿童入学, max: 5}, {code: z, label: 关爱低保老人, max: 5}, {code: v, label: 违规生育, veto: sheet}]}]}]\n",
          "5:86 sheets/0/sections/0/lines/0/label “信访”涉及法定权利，不能用积分奖罚，请删去：反映情况和信访是公民的权利，不得压制（《信访工作条例》）。 | \"信访\" is a statutory right: points may not be taken or given for it; petitions are everybody's right and may not be held down (Regulations on Petitions)\n"
          "5:118 warning sheets/0/sections/0/lines/1/label “入学”涉及法定权利，积分不能影响应得的，请再斟酌：适龄儿童少年平等接受义务教育（《义务教育法》）。 | \"入学\" is a statutory right that points may not touch, think again; all children have an equal right to schooling (Compulsory Education Law)\n"
          "5:186 sheets/0/sections/0/lines/3/label “生育”涉及法定权利，不能用积分奖罚，请删去：生育由家庭依法自主决定（《人口与计划生育法》）。 | \"生育\" is a statutory right: points may not be taken or given for it; births are the family's decision (Population and Family Planning Law)\n" },
        { "a cap behind a shorter one",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "categories: [{code: c, label: 类}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 巡逻, points: 2, cap: [{times: 1, per: day}, {times: 400, per: year}]}\n",
          "8:79 items/0/cap/1 这条上限永远用不上：别的上限总是先到。请删去或改小。 | this cap can never bind: another one is always reached first\n" },
        { "a cap behind a longer one",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "categories: [{code: c, label: 类}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 巡逻, points: 2, cap: [{times: 5, per: day}, {times: 1, per: life}]}\n",
          "8:57 items/0/cap/0 这条上限永远用不上：别的上限总是先到。请删去或改小。 | this cap can never bind: another one is always reached first\n" },
        { "points behind times",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "categories: [{code: c, label: 类}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 巡逻, points: 2, cap: [{times: 2, per: week}, {points: 30, per: month}]}\n",
          "8:80 items/0/cap/1 这条上限永远用不上：别的上限总是先到。请删去或改小。 | this cap can never bind: another one is always reached first\n" },
        { "caps that all bind",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "categories: [{code: c, label: 类}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 巡逻, points: 2, per: 小时, cap: [{points: 6, per: event}, {points: 10, per: day}, {points: 40, per: month}]}\n",
          "" },
        { "a cap per event",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "categories: [{code: c, label: 类}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 巡逻, points: 2, cap: [{points: 2, per: event}, {times: 3, per: month}]}\n"
          "  - {code: A2, category: c, label: 站岗, points: 2, per: 小时, cap: {times: 3, per: event}}\n",
          "8:66 items/0/cap/0/points 这个上限永远用不上：一次最多2分。 | this cap can never bind: one award is at most 2\n"
          "9:73 items/1/cap/times 每次（event）的上限只写分数。 | a cap per event has points only\n" },
        { "a wide cap that does not bind",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "cap: {points: 100, per: year}\n"
          "categories: [{code: c, label: 类, cap: {points: 60, per: month}}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 巡逻, points: 2, cap: {times: 4, per: month}}\n"
          "  - {code: A2, category: c, label: 乱倒, points: -2, clause: 第一条}\n",
          "6:6 warning cap 这条上限用不上：各项加起来最多96分。 | this cap does not bind: all items give at most 96\n"
          "7:39 warning categories/0/cap 这条上限用不上：各项加起来最多8分。 | this cap does not bind: all items give at most 8\n" },
        { "a wide cap per event",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "categories: [{code: c, label: 类}]\n"
          "cap: {points: 5, per: event}\n"
          "items:\n"
          "  - {code: A1, category: c, label: 扫路, points: 1}\n",
          "7:23 cap/per 每次（event）的上限只写在项目里。 | a cap per event belongs to an item\n" },
        { "a threshold above a round's best",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "bands: [{code: b, label: 段, lowest: 0, highest: 100, bands: [{from: 80, points: 5}], else: {points: 0}}]\n"
          "rounds: [{code: m, label: 评, for: household, every: month, bands: b}]\n"
          "streaks: [{code: s, label: 连, round: m, in_a_row: 3, equal: 5, points: 5}]\n"
          "rankings: [{code: k, label: 排, by: m}]\n"
          "titles: [{code: t, label: 号, ranking: k, ladder: [{code: a, label: 甲, from: 81}, {code: b, label: 乙, from: 80, below: 81}]}]\n",
          "9:51 titles/0/ladder/0 最高只能到80，没有人能得到。 | at most 80 is possible: nobody can reach it\n" },
        { "a threshold above an assessment's best",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "assessments: [{code: a, label: 评, for: household, per: year, parts: [{code: p, label: 甲, base: 40, ceiling: 60}, {code: q, label: 乙, base: 20, ceiling: 30}]}]\n"
          "rankings: [{code: k, label: 排, by: a}]\n"
          "titles: [{code: t, label: 号, ranking: k, floor: 91, ladder: [{code: a, label: 甲, above: 90}]}]\n",
          "7:49 titles/0/floor 最高只能到90，没有人能得到。 | at most 90 is possible: nobody can reach it\n"
          "7:62 titles/0/ladder/0 最高只能到90，没有人能得到。 | at most 90 is possible: nobody can reach it\n" },
        { "a threshold above a mark's best",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "sheets: [{code: s, label: 表, sections: [{code: a, label: 甲, lines: [{code: x, label: 庭院, max: 60}]}]}]\n"
          "rounds: [{code: m, label: 评, for: household, every: month, sheet: s}]\n"
          "rankings: [{code: k, label: 排, by: m}]\n"
          "titles: [{code: t, label: 号, ranking: k, ladder: [{code: a, label: 甲, from: 61}]}]\n",
          "8:51 titles/0/ladder/0 最高只能到60，没有人能得到。 | at most 60 is possible: nobody can reach it\n" },
        { "places behind all of them",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "categories: [{code: c, label: 类}]\n"
          "rankings: [{code: k, label: 排, by: points}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 扫路, points: 1}\n"
          "titles: [{code: t, label: 号, ranking: k, ladder: [{code: a, label: 甲, share: 100}, {code: b, label: 乙, places: 3}]}]\n",
          "10:84 titles/0/ladder/1 上面各级已经占满，没有人能得到这一级。 | the rungs above take all places: nobody can reach it\n" },
        { "rankings over another period",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "rounds: [{code: m, label: 评, for: household, every: quarter}]\n"
          "assessments: [{code: a, label: 评, for: household, per: year, parts: [{code: p, label: 甲, base: 40}]}]\n"
          "household: {average: all}\n"
          "rankings:\n"
          "  - {code: k1, label: 排, by: m, per: month}\n"
          "  - {code: k2, label: 排, by: m, per: year, at_least: 5}\n"
          "  - {code: k3, label: 排, by: a, per: quarter}\n"
          "  - {code: k4, label: 排, by: average, per: month}\n",
          "9:38 rankings/0/per 排名的周期比评比的周期还短。 | the ranking's period is shorter than the round's\n"
          "10:54 rankings/1/at_least 排名期内没有这么多次评比，没有人能参加排名。 | there are not that many rounds in the period: nobody is ranked\n"
          "11:38 rankings/2/per 排名的周期要与评议的周期相同。 | the ranking's period must be the assessment's\n"
          "12:44 rankings/3/per 排名的周期要与家庭积分的周期相同。 | the ranking's period must be that of the household's points\n" },
        { "a ranking of payments over a shorter period",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "categories: [{code: c, label: 类, yuan: yes}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 奖励, points: 5}\n"
          "payments: [{code: p, label: 结, for: household, per: quarter, settle: month, categories: [c]}]\n"
          "rankings: [{code: k, label: 排, by: p, per: month}]\n",
          "9:70 payments/0/settle 兑现的周期比结算的周期还短。 | it is paid out more often than it is worked out\n"
          "10:44 rankings/0/per 排名的周期比结算的周期还短。 | the ranking's period is shorter than the payment's\n" },
        { "money over a lifetime",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "categories: [{code: c, label: 类, yuan: yes}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 奖励, points: 5}\n"
          "payments: [{code: p, label: 结, for: household, per: month, settle: life, categories: [c]}]\n"
          "rankings: [{code: k, label: 排, by: p, per: life}]\n",
          "9:68 payments/0/settle 兑现的周期最长一年。 | it is settled within a year at most\n"
          "10:44 rankings/0/per 结算的排名最长一年。 | a ranking of payments covers a year at most\n" },
        { "bands' amounts nobody pays",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "bands: [{code: b, label: 段, bands: [{from: 80, amount: 50}], else: {amount: 0}}]\n"
          "rounds: [{code: m, label: 评, for: household, every: month, bands: b}]\n",
          "5:9 warning bands/0 分段写了金额，但没有结算（payments 的 rounds）会付。 | the bands have amounts, but no payment (rounds) pays them\n" },
        { "payments of nothing, of a round without amounts, of none",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "bands: [{code: b, label: 段, bands: [{from: 80, points: 5}], else: {points: 0}}]\n"
          "rounds: [{code: week, label: 评, for: household, every: week, bands: b}]\n"
          "payments:\n"
          "  - {code: p, label: 结, for: household, per: month}\n"
          "  - {code: q, label: 结, for: household, per: month, rounds: [week]}\n"
          "  - {code: r, label: 结, for: household, per: month, rounds: [weeks]}\n",
          "8:5 payments/0 要写算什么：类别（categories）或评比（rounds）。 | say what it pays: categories or rounds\n"
          "9:61 payments/1/rounds “评”的分段没有金额（amount）。 | the bands of \"评\" have no amounts\n"
          "10:61 payments/2/rounds 没有“weeks”这个评比，是不是“week”？ | there is no round \"weeks\"; did you mean \"week\"?\n" },
        { "a budget whose sources do not reach it",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "budget: {per_resident: 2, sources: [{label: 镇, per_resident: 1}, {label: 村}]}\n",
          "5:36 warning budget/sources 来源人均合计1元，到不了上限2元。 | the sources are 1 yuan a head, less than the ceiling 2\n"
          "5:66 budget/sources/1 要写出多少钱：人均（per_resident）或金额（amount）。 | say how much: per_resident or amount\n" },
        { "a service twice",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "categories: [{code: c, label: 类}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 扫路, points: 1}\n"
          "exchange: {rate: 1, services: [{service: 代耕, points: 5}, {service: 代耕, points: 2}]}\n",
          "9:58 exchange/services/1 这项服务写了两次。 | this service is given twice\n" },
        { "windows",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "rounds:\n"
          "  - {code: w, label: 评, for: household, every: week, window: {from: 1, to: 8}}\n"
          "  - {code: q, label: 评, for: household, every: quarter, window: {month: 4, from: 1, to: 8}}\n"
          "  - {code: m, label: 评, for: household, every: month, window: {month: 1, from: 1, to: 8}}\n",
          "6:62 rounds/0/window 每周的评比写周几：1到7。 | a weekly round has days of the week, 1 to 7\n"
          "7:73 rounds/1/window/month 评比的周期里没有这个月；季度1到3，半年1到6，年1到12。 | the round's period has no such month: quarter 1 to 3, half-year 1 to 6, year 1 to 12\n"
          "8:71 rounds/2/window/month 评比的周期里没有这个月；季度1到3，半年1到6，年1到12。 | the round's period has no such month: quarter 1 to 3, half-year 1 to 6, year 1 to 12\n" },
        { "publicity said twice",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "categories: [{code: c, label: 类}]\n"
          "steps: [{step: 公示, role: cadre, days: 5}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 扫路, points: 1}\n",
          "7:39 steps/0/days 与公示期（publicity）的3天不同。 | differs from the 3 days of \"publicity\"\n" },
        { "a streak that takes",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "rounds: [{code: m, label: 评, for: household, every: month}]\n"
          "streaks: [{code: s, label: 连, round: m, in_a_row: 3, of: mark, below: 60, points: -5}]\n",
          "6:83 warning streaks/0/points 扣分没有写依据（clause）：请写明村规民约的哪一条。 | a deduction without the clause of the covenant it rests on\n" },
        { "a board that is none, of an item",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "classes: [{code: household, label: 家庭, kind: household}]\n"
          "categories: [{code: c, label: 类}]\n"
          "boards: [{code: red, label: 榜, colour: red, days: 30, masked: no}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 扫路, points: 1, board: read}\n",
          "9:58 items/0/board 没有“read”这个榜单，是不是“red”？ | there is no board \"read\"; did you mean \"red\"?\n" },
        { "items nobody may claim",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "categories: [{code: c, label: 类}]\n"
          "classes: [{code: household, label: 家庭, kind: household}, {code: group, label: 小组, kind: group}]\n"
          "items:\n"
          "  - {code: A1, category: c, label: 组扫路, points: 1, for: 小组, claim: [self, proxy]}\n"
          "  - {code: A2, category: c, label: 组扫路, points: 1, for: 小组, claim: [recorder]}\n"
          "  - {code: A3, category: c, label: 乱倒, points: -1, clause: 第一条, claim: self}\n",
          "8:68 items/0/claim 没有人可以申报：这些对象不能自己申报，请加上录入员（recorder）。 | nobody may claim it: such subjects do not sign in; add recorder\n"
          "10:72 warning items/2/claim 扣分只能由本人申报，等于没有人申报；请写录入员（recorder）。 | a deduction that only the subject may claim: nobody will; write recorder\n" },
        { "classes of the same people",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "categories: [{code: c, label: 类}]\n"
          "items: [{code: A, category: c, label: 扫路, points: 1}]\n"
          "classes: [{code: resident, label: 村民, kind: resident}, {code: people, label: 居民, kind: resident}, {code: dy, label: 党员, kind: resident, tag: 党员}, {code: party_member, label: 党员, kind: resident, tag: [党员]}]\n",
          "7:56 classes/1 与第7行的“村民”是同样的人，没有人属于这一类。 | the same people as on line 7: nobody belongs here\n"
          "7:147 classes/3 与第7行的“党员”是同样的人，没有人属于这一类。 | the same people as on line 7: nobody belongs here\n" },
        { "tags that one person may have both",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "categories: [{code: c, label: 类}]\n"
          "items: [{code: A, category: c, label: 扫路, points: 1}]\n"
          "classes: [{code: resident, label: 村民, kind: resident}, {code: party_member, label: 党员, kind: resident, tag: 党员}, {code: veteran, label: 退役军人, kind: resident, tag: 退役军人}]\n",
          "7:164 warning classes/2/tag 同时有两种标签的人，“党员”和“退役军人”都合适，按先写的“党员”算；要另算，请加一类，标签两个都写。 | who has both tags fits \"党员\" and \"退役军人\"; the first counts. Add a class with both tags to say otherwise\n" },
        { "tags with a class for both",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "categories: [{code: c, label: 类}]\n"
          "items: [{code: A, category: c, label: 扫路, points: 1}]\n"
          "classes: [{code: resident, label: 村民, kind: resident}, {code: party_member, label: 党员, kind: resident, tag: 党员}, {code: veteran, label: 退役军人, kind: resident, tag: 退役军人}, {code: both, label: 退役军人党员, kind: resident, tag: [退役军人, 党员]}]\n",
          "" },
        { "a code of another kind",
          "scheme: t\n"
          "title: 测试\n"
          "publicity: {days: 3}\n"
          "false_claims: {times: 2}\n"
          "categories: [{code: c, label: 类}]\n"
          "items: [{code: A, category: c, label: 扫路, points: 1}]\n"
          "classes: [{code: household, label: 家庭, kind: resident}]\n",
          "7:46 classes/0/kind 代号是household，种类也要是household。 | with the code household the kind is household\n" },
    };
    struct arena *mem = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct scheme_finding *found;
        struct buf got = buf_in(mem, 1 << 16);
        scheme_parse(mem, "t", cases[i].text, strlen(cases[i].text), &found);
        buf_puts(&got, "");
        for (const struct scheme_finding *f = found; f; f = f->next)
            buf_printf(&got, "%d:%d%s%s%s %s | %s\n", f->line, f->column,
                       f->warning ? " warning" : "", *f->path ? " " : "", f->path, f->zh, f->en);
        EXPECT(text_equal(got.p, cases[i].want), "%s:\n--- wanted\n%s--- got\n%s", cases[i].name,
               cases[i].want, got.p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { TEST(golden) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The keys of the scheme language. Sources: seed 000 篇2 for the first presets; the rows grow with the
 * table "What it must express" of the language.
 */
#include "scheme/scheme_key_rows.h"

static const struct scheme_word kind_words[] = {
    { "resident", "村民" }, { "household", "户" }, { "organisation", "单位" },
    { "group", "小组" }, { "grid_worker", "网格员" }, { "village", "村" }, { NULL, NULL },
};
static const struct scheme_key class_keys[] = {
    K(scheme_class, code, "code", "代号", KEY_CODE, KEY_REQUIRED, 0, 0, .example = "party_member", DOC("类别代号", "the class's code")),
    K(scheme_class, label, "label", "名称", KEY_TEXT, KEY_REQUIRED, 1, 20, .example = "党员", DOC("显示的名称", "how people call it")),
    K(scheme_class, kind, "kind", "种类", KEY_WORD, KEY_REQUIRED, 0, 0, .words = kind_words, .example = "resident",
      DOC("积分账户属于谁：村民、户或单位", "who holds the account")),
    K(scheme_class, tags, "tag", "标签", KEY_NAMES, 0, 1, 20, .example = "党员", DOC("有此标签（几个都要有）的人属于这一类；标签最多的一类算数", "who has the tag, or all of several, belongs here; the class with most tags wins")),
    { 0 },
};
static SHAPE(class_shape, "class", scheme_class, class_keys, "积分对象", "a class of subjects");

static const struct scheme_key category_keys[] = {
    K(scheme_category, code, "code", "代号", KEY_CODE, KEY_REQUIRED, 0, 0, .example = "ideology", DOC("类别代号", "the category's code")),
    K(scheme_category, label, "label", "名称", KEY_TEXT, KEY_REQUIRED, 1, 30, .example = "思想政治", DOC("类别名称", "the category's name")),
    K(scheme_category, yuan, "yuan", "以元计", KEY_BOOL, 0, 0, 0, .fallback = "no", .example = "yes", DOC("本类项目以元计，不计积分", "its items count yuan, not points")),
    K(scheme_category, caps, "cap", "上限", KEY_LIST, KEY_ONE, 1, 6, .sub = &cap_shape, .example = "{points: 50, per: year}", DOC("本类加分的上限", "caps of what its items give")),
    { 0 },
};
static SHAPE(category_shape, "category", scheme_category, category_keys, "项目类别", "a category of items");

static const struct scheme_word valid_words[] = {
    { "never", "永久" }, { "year", "当年" }, { "months", "按月" }, { NULL, NULL },
};
static const struct scheme_key balance_keys[] = {
    K(scheme_balance, code, "code", "代号", KEY_CODE, KEY_REQUIRED, 0, 0, .example = "honour", DOC("积分种类代号", "the balance's code")),
    K(scheme_balance, label, "label", "名称", KEY_TEXT, KEY_REQUIRED, 1, 20, .example = "荣誉积分", DOC("显示的名称", "how people call it")),
    K(scheme_balance, spend, "spend", "可兑换", KEY_BOOL, 0, 0, 0, .fallback = "no", .example = "yes",
      DOC("是否可以兑换；荣誉积分不因兑换减少", "whether it can be redeemed; the honour balance never is")),
    K(scheme_balance, valid, "valid", "有效期", KEY_WORD, 0, 0, 0, .words = valid_words, .fallback = "never", .example = "months",
      DOC("永久有效、年底清零，或得分后若干月失效（先得的先用）", "never expires, ends with the year, or some months after earning; the oldest is used first")),
    K(scheme_balance, months, "months", "月数", KEY_INT, 0, 1, 600, .example = "24", DOC("得分后几个月失效", "how many months it lasts")),
    { 0 },
};
static SHAPE(balance_shape, "balance", scheme_balance, balance_keys, "积分种类", "a balance");

static const struct scheme_key adopted_keys[] = {
    K(scheme_adopted, meeting, "meeting", "会议", KEY_TEXT, KEY_REQUIRED, 1, 60, .example = "村民代表会议", DOC("通过本细则的会议", "the meeting that adopted it")),
    K(scheme_adopted, date, "date", "日期", KEY_DATE, 0, 0, 0, .example = "2026-09-20", DOC("会议日期", "the day of the meeting")),
    K(scheme_adopted, votes_for, "for", "赞成", KEY_INT, 0, 0, 100000, .example = "41", DOC("赞成票", "votes for")),
    K(scheme_adopted, votes_against, "against", "反对", KEY_INT, 0, 0, 100000, .example = "2", DOC("反对票", "votes against")),
    K(scheme_adopted, votes_abstain, "abstain", "弃权", KEY_INT, 0, 0, 100000, .example = "1", DOC("弃权票", "abstentions")),
    { 0 },
};
static SHAPE(adopted_shape, "adopted", scheme_adopted, adopted_keys, "通过情况", "how it was adopted");

static const struct scheme_key publicity_keys[] = {
    K(file_publicity, days, "days", "天数", KEY_INT, KEY_REQUIRED, 1, 60, .example = "3", DOC("公示几天", "how many days it is public")),
    K(file_publicity, workdays, "workdays", "工作日", KEY_BOOL, 0, 0, 0, .fallback = "no", .example = "no", DOC("只数工作日", "count working days only")),
    { 0 },
};
static SHAPE(publicity_shape, "publicity", file_publicity, publicity_keys, "公示", "publicity");

const struct scheme_word scheme_bars_words[] = {
    { "year", "当年" }, { "this_and_next_year", "当年和次年" }, { NULL, NULL },
};
static const struct scheme_key false_keys[] = {
    K(file_false, times, "times", "倍数", KEY_INT, KEY_REQUIRED, 1, 10, .example = "2", DOC("虚假申报按申报分的几倍扣分", "a false claim costs this many times its points")),
    K(file_false, bars, "bars", "取消评选", KEY_WORD, 0, 0, 0, .words = scheme_bars_words, .example = "year", DOC("多长时间不得评称号", "how long it bars from titles")),
    { 0 },
};
static SHAPE(false_shape, "false_claims", file_false, false_keys, "虚假申报", "false claims");

static const struct scheme_word evidence_words[] = {
    { "required", "必须" }, { "optional", "可选" }, { "none", "不需要" }, { NULL, NULL },
};
static const struct scheme_word claim_words[] = {
    { "self", "本人" }, { "proxy", "代报" }, { "recorder", "录入员" }, { "document", "文书" }, { NULL, NULL },
};
static const struct scheme_word count_words[] = {
    { "exact", "按实" }, { "down", "舍去" }, { "up", "进一" }, { "nearest", "四舍五入" }, { NULL, NULL },
};
static const struct scheme_key item_keys[] = {
    K(scheme_item, code, "code", "代号", KEY_CODE, KEY_REQUIRED, 0, 0, .example = "C05", DOC("项目代号，不能重复", "the item's code, unique")),
    K(scheme_item, category, "category", "类别", KEY_TEXT, KEY_REQUIRED, 1, 30, .example = "村建设", DOC("所属类别（代号或名称）", "its category, by code or name")),
    K(scheme_item, label, "label", "名称", KEY_TEXT, KEY_REQUIRED, 1, 60, .example = "参加义务劳动", DOC("项目名称，村民看得懂的话", "what it is, in the words of the village")),
    K(scheme_item, classes, "for", "适用", KEY_NAMES, 0, 1, 32, .example = "[村民, 党员]", DOC("适用对象（代号或名称）；不写为全部", "which classes, by code or name; absent: all")),
    K(scheme_item, points, "points", "分值", KEY_RANGE, 0, 0, 0, .example = "2..10", DOC("分值：固定数、由初审人评定的范围（2..10），扣分写负数", "points: fixed, or a range the checker picks from; negative: a deduction")),
    K(scheme_item, levels, "levels", "级别", KEY_LEVELS, 0, 1, 20, .example = "{村: 5, 镇: 10}", DOC("按级别计分（代替分值）", "points by level, instead of points")),
    K(scheme_item, unit, "per", "每", KEY_TEXT, 0, 1, 10, .example = "小时", DOC("按单位计分，例如每小时、每次、每户", "points are per unit, such as an hour")),
    K(scheme_item, count, "count", "计数", KEY_WORD, 0, 0, 0, .words = count_words, .fallback = "exact", .example = "down", DOC("不足一个单位怎样计", "how part of a unit counts")),
    K(scheme_item, caps, "cap", "上限", KEY_LIST, KEY_ONE, 1, 6, .sub = &cap_shape, .example = "{times: 4, per: month}", DOC("上限，可写几条", "the cap, or several")),
    K(scheme_item, steps, "steps", "分档", KEY_LIST, 0, 1, 20, .sub = &band_shape, .example = "[{to: 10-31, points: 5}]", DOC("按数量或日期分档计分（代替分值）；没有写到的情况要写“其他”", "points by quantity or day of the year, instead of points; what is not covered needs \"else\"")),
    K(scheme_item, otherwise_c, "else", "其他", KEY_POINTS, 0, 0, 0, .example = "0", DOC("分档之外计多少分", "points outside all steps")),
    K(scheme_item, reverse_c, "reverse", "反之", KEY_POINTS, 0, 0, 0, .example = "-2", DOC("相反的行为扣多少分", "what the contrary costs")),
    K(scheme_item, warnings, "warnings", "先提醒", KEY_MAP, 0, 0, 0, .sub = &cap_shape, .example = "{times: 2, per: year}", DOC("前几次只提醒，不扣分", "the first faults only warn")),
    K(scheme_item, multipliers, "multiplier", "难度", KEY_LEVELS, 0, 1, 12, .example = "{一般: 1, 困难: 1.5}", DOC("按难度乘的倍数", "factor by difficulty")),
    K(scheme_item, one_of, "one_of", "互斥组", KEY_TEXT, 0, 1, 32, .example = "honours", DOC("属于哪个互斥组：同组只计一项", "the group of which one item counts")),
    K(scheme_item, short_of_c, "short_of", "应有", KEY_POINTS, 0, 0, 0, .example = "5", DOC("按比应有数量少多少计", "counts how many units fall short of this")),
    K(scheme_item, loses, "loses", "扣减款项", KEY_LEVELS, 0, 1, 12, .example = "{base: 100, performance: 50}", DOC("每笔款项扣百分之几", "percent of each pay that is lost")),
    K(scheme_item, board, "board", "上榜", KEY_TEXT, 0, 1, 32, .example = "honour", DOC("做了这件事上哪个榜", "which board the deed leads to")),
    K(scheme_item, bars, "bars", "取消评选", KEY_WORD, 0, 0, 0, .words = scheme_bars_words, .example = "year", DOC("有这件事多长时间不得评称号", "how long it bars from titles")),
    K(scheme_item, evidence, "evidence", "证据", KEY_WORD, 0, 0, 0, .words = evidence_words, .fallback = "optional", .example = "required", DOC("是否需要证据", "whether evidence is needed")),
    K(scheme_item, claimants, "claim", "申报人", KEY_WORDS, 0, 1, 3, .words = claim_words, .example = "[self, proxy]", DOC("谁可以申报；不写：加分为全部，扣分为录入员", "who may claim; absent: all, for deductions the recorder")),
    K(scheme_item, clause, "clause", "依据", KEY_TEXT, 0, 1, 60, .example = "村规民约第六条", DOC("扣分所依据的村规民约条款", "the clause of the village covenant a deduction rests on")),
    K(scheme_item, note, "note", "说明", KEY_TEXT, 0, 1, 300, .example = "由组织者登记时长", DOC("给村民的说明", "a note for the villager")),
    K(scheme_item, source, "source", "出处", KEY_TEXT, 0, 1, 200, .example = "000 篇2 村建设类", DOC("文件出处", "where it comes from")),
    K(scheme_item, choice, "choice", "取值理由", KEY_TEXT, 0, 1, 300, .example = "原文未给分值，取本村通行标准", DOC("原文未规定时本村的取值和理由", "what was chosen where the source is silent, and why")),
    { 0 },
};
static SHAPE(item_shape, "item", scheme_item, item_keys, "积分项目", "an item");

static const struct scheme_key file_keys[] = {
    K(scheme_file, s.name, "scheme", "方案", KEY_CODE, KEY_REQUIRED, 0, 0, .example = "zengxiang", DOC("方案代号", "the scheme's code")),
    K(scheme_file, s.title, "title", "标题", KEY_TEXT, KEY_REQUIRED, 1, 60, .example = "曾巷村社会治理积分细则", DOC("标题", "the title")),
    K(scheme_file, s.place, "place", "地区", KEY_TEXT, 0, 1, 60, .example = "沙洋县曾集镇曾巷村", DOC("适用地区", "where it applies")),
    K(scheme_file, s.source, "source", "出处", KEY_TEXT, 0, 1, 200, .example = "000 篇2", DOC("文件出处", "where it comes from")),
    K(scheme_file, s.choice, "choice", "取值理由", KEY_TEXT, 0, 1, 1000, .example = "各项分值均为本村自定", DOC("原文未规定时的取值和理由", "what was chosen where the source is silent")),
    K(scheme_file, s.covenant, "covenant", "村规民约", KEY_TEXT, 0, 1, 100, .example = "曾巷村村规民约", DOC("扣分所依据的村规民约", "the covenant that deductions rest on")),
    K(scheme_file, s.adopted, "adopted", "通过", KEY_MAP, 0, 0, 0, .sub = &adopted_shape, .example = "{meeting: 村民代表会议, date: 2026-09-20}", DOC("通过本细则的会议", "the meeting that adopted it")),
    K(scheme_file, s.extends, "extends", "依据模板", KEY_CODE, 0, 0, 0, .example = "longwo_town", DOC("依据哪个镇模板（代号）：只能在模板允许的范围内改", "the township's template it holds to, by code")),
    K(scheme_file, s.template_, "template", "模板", KEY_MAP, 0, 0, 0, .sub = &template_shape, .example = "{add: {what: items}}", DOC("这是镇模板：各村可以改什么、增什么", "this is a township's template: what villages may change and add")),
    K(scheme_file, s.accounts, "balances", "积分种类", KEY_LIST, 0, 2, 4, .sub = &balance_shape, DOC("积分种类；第一种是荣誉积分；不写为荣誉积分和可兑积分", "the balances; the first is honour; absent: honour and spendable")),
    K(scheme_file, s.classes, "classes", "积分对象", KEY_LIST, KEY_REQUIRED, 1, 16, .sub = &class_shape, DOC("谁有积分账户", "who holds accounts")),
    K(scheme_file, s.categories, "categories", "类别", KEY_LIST, 0, 1, 32, .sub = &category_shape, DOC("项目类别", "the categories of items")),
    K(scheme_file, publicity, "publicity", "公示", KEY_MAP, KEY_REQUIRED, 0, 0, .sub = &publicity_shape, .example = "{days: 3}", DOC("公示期", "how long claims are public")),
    K(scheme_file, false_claims, "false_claims", "虚假申报", KEY_MAP, 0, 0, 0, .sub = &false_shape, .example = "{times: 2}", DOC("虚假申报的处罚", "what a false claim costs")),
    K(scheme_file, s.items, "items", "项目", KEY_LIST, 0, 1, 1000, .sub = &item_shape, DOC("积分项目", "the items")),
    K(scheme_file, s.rules.claim_steps, "steps", "步骤", KEY_LIST, 0, 1, 12, .sub = &step_shape, DOC("申报经过的步骤", "the steps a claim passes")),
    K(scheme_file, s.rules.caps, "cap", "总上限", KEY_LIST, KEY_ONE, 1, 6, .sub = &cap_shape, DOC("一个账户所有加分的上限", "caps of all that one account is given")),
    K(scheme_file, s.rules.groups, "groups", "互斥组", KEY_LIST, 0, 1, 50, .sub = &group_shape, DOC("同组项目只计一项", "groups of items of which one counts")),
    K(scheme_file, s.rules.sheets, "sheets", "评分表", KEY_LIST, 0, 1, 20, .sub = &sheet_shape, DOC("评分表", "marking forms")),
    K(scheme_file, s.rules.bands, "bands", "分段", KEY_LIST, 0, 1, 50, .sub = &bands_shape, DOC("分数段", "bands")),
    K(scheme_file, s.rules.rounds, "rounds", "评比", KEY_LIST, 0, 1, 20, .sub = &round_shape, DOC("定期评比", "rounds")),
    K(scheme_file, s.rules.streaks, "streaks", "连续奖惩", KEY_LIST, 0, 1, 20, .sub = &streak_shape, DOC("连续几次的奖惩", "streaks")),
    K(scheme_file, s.rules.assessments, "assessments", "评议", KEY_LIST, 0, 1, 20, .sub = &assessment_shape, DOC("评议", "assessments")),
    K(scheme_file, s.rules.household, "household", "家庭积分", KEY_MAP, 0, 0, 0, .sub = &household_shape, DOC("家庭积分", "household points")),
    K(scheme_file, s.rules.payments, "payments", "结算", KEY_LIST, 0, 1, 20, .sub = &payment_shape, DOC("以元结算", "payments")),
    K(scheme_file, s.rules.rankings, "rankings", "排名", KEY_LIST, 0, 1, 30, .sub = &ranking_shape, DOC("排名", "rankings")),
    K(scheme_file, s.rules.titles, "titles", "称号", KEY_LIST, 0, 1, 20, .sub = &title_shape, DOC("称号", "titles")),
    K(scheme_file, s.rules.boards, "boards", "榜单", KEY_LIST, 0, 1, 20, .sub = &board_shape, DOC("红黑榜", "boards")),
    K(scheme_file, s.rules.exchange, "exchange", "兑换", KEY_MAP, 0, 0, 0, .sub = &exchange_shape, DOC("兑换", "exchange")),
    K(scheme_file, s.rules.budget, "budget", "经费", KEY_MAP, 0, 0, 0, .sub = &budget_shape, DOC("经费", "the budget")),
    K(scheme_file, s.rules.dividend, "dividend", "分红", KEY_MAP, 0, 0, 0, .sub = &dividend_shape, DOC("分红", "the dividend")),
    { 0 },
};
const struct scheme_shape scheme_shape = {
    "scheme", sizeof(struct scheme_file), offsetof(struct scheme_file, node), file_keys, "积分方案", "a scheme",
};

/* The keys of what stands beside the items: struct by struct as in scheme_rules.h. */
#include "scheme/scheme_key_rows.h"

const struct scheme_word scheme_period_words[] = {
    /* In the order of enum period. */
    { "day", "日" },       { "week", "周" },   { "month", "月" },   { "quarter", "季度" },
    { "half", "半年" },    { "year", "年" },   { "life", "终身" },  { NULL, NULL },
};
/* A cap may also be of each deed: CAP_EVENT. */
static const struct scheme_word cap_words[] = {
    { "day", "日" },       { "week", "周" },   { "month", "月" },   { "quarter", "季度" },
    { "half", "半年" },    { "year", "年" },   { "life", "终身" },  { "event", "次" }, { NULL, NULL },
};
static const struct scheme_word combine_words[] = {
    { "mean", "平均" }, { "sum", "合计" }, { "last", "最后一次" },
    { "best", "最高" }, { "worst", "最低" }, { NULL, NULL },
};
static const struct scheme_word assess_words[] = {
    { "mean", "平均" }, { "trimmed", "去掉最高最低" }, { NULL, NULL },
};
static const struct scheme_word veto_words[] = {
    { "line", "单项" }, { "section", "本类" }, { "sheet", "整表" }, { NULL, NULL },
};
static const struct scheme_word objection_words[] = {
    { "stops", "暂停" }, { "returns", "退回" }, { "recheck", "复核" }, { NULL, NULL },
};
/* access/roles.def, and people who hold no account of the system but assess. */
static const struct scheme_word role_words[] = {
    { "villager", "村民" },        { "grid", "网格员" },          { "cadre", "干部" },
    { "recorder", "录入员" },      { "supervisor", "监督员" },    { "assessor", "评议组" },
    { "group_head", "小组长" },    { "party_member", "党员" },    { "representative", "村民代表" },
    { "notable", "知名人士" },     { "township", "镇" },          { "county", "县" },
    { "meeting", "会议" },         { NULL, NULL },
};
static const struct scheme_word of_words[] = {
    { "points", "积分" }, { "mark", "得分" }, { NULL, NULL },
};
static const struct scheme_word missing_words[] = {
    { "skip", "不计" }, { "base", "基础分" }, { "zero", "零分" }, { NULL, NULL },
};
static const struct scheme_word within_words[] = {
    { "village", "村" },   { "group", "小组" },   { "class", "同类" },
    { "township", "镇" },  { "county", "县" },    { NULL, NULL },
};
static const struct scheme_word tie_words[] = {
    { "competition", "并列占位" }, { "dense", "并列不占位" }, { "shared", "并列从后" }, { NULL, NULL },
};
static const struct scheme_word order_words[] = {
    { "high", "从高到低" }, { "low", "从低到高" }, { NULL, NULL },
};
static const struct scheme_word round_words[] = {
    { "down", "舍去" }, { "up", "进一" }, { "nearest", "四舍五入" }, { NULL, NULL },
};
static const struct scheme_word cut_words[] = {
    { "admit", "全部入选" }, { "exclude", "全部不入选" }, { NULL, NULL },
};
static const struct scheme_word colour_words[] = {
    { "red", "红" },     { "black", "黑" },  { "yellow", "黄" }, { "grey", "灰" }, { "green", "绿" },
    { "gold", "金" },    { "silver", "银" }, { "bronze", "铜" }, { NULL, NULL },
};
static const struct scheme_word member_words[] = {
    { "participating", "参与成员" }, { "all", "全部成员" }, { NULL, NULL },
};
static const struct scheme_word ceiling_words[] = {
    { "stop", "停止" }, { "queue", "排队" }, { "scale", "按比例" }, { NULL, NULL },
};
static const struct scheme_word priority_words[] = {
    { "first", "先申请的先" }, { "honour", "荣誉积分高的先" }, { NULL, NULL },
};
static const struct scheme_word keep_words[] = {
    { "first", "先计" }, { "best", "最高" }, { NULL, NULL },
};

static const struct scheme_key cap_keys[] = {
    K(scheme_cap, times, "times", "次数", KEY_INT, 0, 1, 10000, .example = "4", DOC("最多计几次", "at most this many awards")),
    K(scheme_cap, points_c, "points", "分数", KEY_POINTS, 0, 0, 0, .example = "20", DOC("最多计多少分；超出部分不计", "at most this many points; the rest is not counted")),
    K(scheme_cap, per, "per", "每", KEY_NUMBERED, KEY_REQUIRED, 0, 0, .words = cap_words, .example = "month", DOC("在多长时间内；event：每做一次", "within which period; event: each single deed")),
    { 0 },
};
SHAPE(cap_shape, "cap", scheme_cap, cap_keys, "上限", "a cap");

static const struct scheme_key band_keys[] = {
    K_BOUNDS(scheme_band, in),
    K(scheme_band, points_c, "points", "分值", KEY_POINTS, 0, 0, 0, .example = "5", DOC("得多少分", "worth these points")),
    K(scheme_band, amount_c, "amount", "金额", KEY_POINTS, KEY_YUAN, 0, 0, .example = "100", DOC("得多少元", "worth these yuan")),
    K(scheme_band, label, "label", "名称", KEY_TEXT, 0, 1, 30, .example = "优秀", DOC("这一段叫什么", "what the band is called")),
    K(scheme_band, colour, "colour", "颜色", KEY_WORD, 0, 0, 0, .words = colour_words, .example = "red", DOC("颜色", "its colour")),
    K(scheme_band, board, "board", "上榜", KEY_TEXT, 0, 1, 32, .example = "red", DOC("上哪个榜", "which board it leads to")),
    { 0 },
};
SHAPE(band_shape, "band", scheme_band, band_keys, "一段", "a band");
static const struct scheme_key bands_keys[] = {
    K_CODE_LABEL(scheme_bands),
    K(scheme_bands, low_c, "lowest", "最低", KEY_POINTS, 0, 0, 0, .example = "0", DOC("可能出现的最低分", "the lowest number that can occur")),
    K(scheme_bands, high_c, "highest", "最高", KEY_POINTS, 0, 0, 0, .example = "100", DOC("可能出现的最高分", "the highest number that can occur")),
    K(scheme_bands, bands, "bands", "各段", KEY_LIST, KEY_REQUIRED, 1, 50, .sub = &band_shape, DOC("各段；不得重叠，空缺要写“其他”", "the bands; no overlap, gaps need \"else\"")),
    K(scheme_bands, otherwise, "else", "其他", KEY_MAP, 0, 0, 0, .sub = &band_shape, .example = "{points: 0}", DOC("不在任何一段时", "what holds outside all bands")),
    K_WHY(scheme_bands),
    { 0 },
};
SHAPE(bands_shape, "bands", scheme_bands, bands_keys, "分段", "bands");

static const struct scheme_key line_keys[] = {
    K_CODE_LABEL(scheme_line),
    K(scheme_line, max_c, "max", "满分", KEY_POINTS, 0, 0, 0, .example = "15", DOC("满分", "its maximum")),
    K(scheme_line, per_fault_c, "per_fault", "每处扣", KEY_POINTS, 0, 0, 0, .example = "2", DOC("每发现一处扣几分，扣完为止；不写：直接打分", "marks lost per fault until nothing is left; absent: marks are given")),
    K(scheme_line, veto, "veto", "一票否决", KEY_WORD, 0, 0, 0, .words = veto_words, .example = "section", DOC("有此情况时什么记零分", "what a case of this sets to zero")),
    K(scheme_line, of, "of", "对象", KEY_TEXT, 0, 1, 32, .example = "toilet", DOC("否决单项时：哪一项", "for a veto of one line: which")),
    K(scheme_line, note, "note", "说明", KEY_TEXT, 0, 1, 300, .example = "无垃圾、无杂物", DOC("标准", "what is looked at")),
    { 0 },
};
static SHAPE(line_shape, "line", scheme_line, line_keys, "评分项", "a line");
static const struct scheme_key section_keys[] = {
    K_CODE_LABEL(scheme_section),
    K(scheme_section, max_c, "max", "满分", KEY_POINTS, 0, 0, 0, .example = "50", DOC("本类满分；写了就要等于各项之和", "its maximum; when given, the sum of its lines")),
    K(scheme_section, lines, "lines", "各项", KEY_LIST, KEY_REQUIRED, 1, 100, .sub = &line_shape, DOC("各项", "its lines")),
    { 0 },
};
static SHAPE(section_shape, "section", scheme_section, section_keys, "评分类", "a section");
static const struct scheme_key sheet_keys[] = {
    K_CODE_LABEL(scheme_sheet),
    K(scheme_sheet, max_c, "max", "满分", KEY_POINTS, 0, 0, 0, .example = "100", DOC("满分；写了就要等于各类之和", "its maximum; when given, the sum of its sections")),
    K(scheme_sheet, sections, "sections", "各类", KEY_LIST, KEY_REQUIRED, 1, 50, .sub = &section_shape, DOC("各类", "its sections")),
    K_WHY(scheme_sheet),
    { 0 },
};
SHAPE(sheet_shape, "sheet", scheme_sheet, sheet_keys, "评分表", "a marking form");

static const struct scheme_key step_keys[] = {
    K(scheme_step, label, "step", "步骤", KEY_TEXT, KEY_REQUIRED, 1, 30, .example = "公示", DOC("这一步做什么", "what is done")),
    K(scheme_step, role, "role", "谁做", KEY_WORD, 0, 0, 0, .words = role_words, .example = "grid", DOC("由谁来做", "who does it")),
    K(scheme_step, days, "days", "天数", KEY_INT, 0, 0, 365, .example = "3", DOC("几天（公示期）", "how many days (of publicity)")),
    K(scheme_step, objection, "objection", "异议", KEY_WORD, 0, 0, 0, .words = objection_words, .example = "stops", DOC("有异议怎么办", "what an objection does")),
    { 0 },
};
SHAPE(step_shape, "step", scheme_step, step_keys, "步骤", "a step");
static const struct scheme_key window_keys[] = {
    K(scheme_window, first, "from", "从", KEY_INT, KEY_REQUIRED, 1, 31, .example = "20", DOC("从几日（每周的评比：从周几）", "first day of the month; of a weekly round: of the week")),
    K(scheme_window, last, "to", "到", KEY_INT, KEY_REQUIRED, 1, 31, .example = "25", DOC("到几日", "last day")),
    K(scheme_window, month, "month", "第几个月", KEY_INT, 0, 1, 12, .example = "3", DOC("季度、半年、年的评比：其中第几个月；不写：每个月", "of a quarter, half-year or year: which of its months; absent: any")),
    { 0 },
};
static SHAPE(window_shape, "window", scheme_window, window_keys, "时间", "a window of days");
static const struct scheme_key assessor_keys[] = {
    K(scheme_assessors, roles, "roles", "人员", KEY_WORDS, KEY_REQUIRED, 1, 12, .words = role_words, .example = "[grid, party_member]", DOC("由谁评", "who assesses")),
    K(scheme_assessors, at_least, "at_least", "至少", KEY_INT, 0, 1, 50, .fallback = "1", .example = "5", DOC("至少几人评才有效", "how many at least")),
    K(scheme_assessors, cross, "cross", "交叉", KEY_BOOL, 0, 0, 0, .fallback = "no", .example = "yes", DOC("不评自己所在的组", "not their own group")),
    K(scheme_assessors, combine, "combine", "合成", KEY_WORD, 0, 0, 0, .words = assess_words, .fallback = "mean", .example = "trimmed", DOC("几个人的分怎样合成", "how several marks become one")),
    { 0 },
};
static SHAPE(assessor_shape, "assessors", scheme_assessors, assessor_keys, "评分人", "the assessors");
static const struct scheme_key round_keys[] = {
    K_CODE_LABEL(scheme_round),
    K(scheme_round, class_, "for", "适用", KEY_TEXT, KEY_REQUIRED, 1, 32, .example = "household", DOC("评谁（代号或名称）", "who is assessed, by code or name")),
    K(scheme_round, every, "every", "周期", KEY_NUMBERED, KEY_REQUIRED, 0, 0, .words = scheme_period_words, .example = "month", DOC("多久一次", "how often")),
    K(scheme_round, window, "window", "时间", KEY_MAP, 0, 0, 0, .sub = &window_shape, .example = "{from: 20, to: 25}", DOC("每月几日到几日", "the days of the month")),
    K(scheme_round, sheet, "sheet", "评分表", KEY_TEXT, 0, 1, 32, .example = "home", DOC("用哪张评分表；不写：直接打总分", "which form; absent: a mark without a form")),
    K(scheme_round, bands, "bands", "分段", KEY_TEXT, 0, 1, 32, .example = "monthly", DOC("得分按哪个分段计", "which bands turn the mark into points")),
    K(scheme_round, assessors, "assessors", "评分人", KEY_MAP, 0, 0, 0, .sub = &assessor_shape, .example = "{roles: [grid], at_least: 1}", DOC("由谁评", "who assesses")),
    K(scheme_round, steps, "steps", "步骤", KEY_LIST, 0, 1, 12, .sub = &step_shape, DOC("评完到生效的步骤", "the steps until it counts")),
    K_WHY(scheme_round),
    { 0 },
};
SHAPE(round_shape, "round", scheme_round, round_keys, "评比", "a round");
static const struct scheme_key streak_keys[] = {
    K_CODE_LABEL(scheme_streak),
    K(scheme_streak, round, "round", "评比", KEY_TEXT, KEY_REQUIRED, 1, 32, .example = "monthly", DOC("看哪个评比", "which round")),
    K(scheme_streak, in_a_row, "in_a_row", "连续", KEY_INT, KEY_REQUIRED, 2, 60, .example = "3", DOC("连续几次；计过一次后重新数", "how many in a row; after it pays, the count starts again")),
    K(scheme_streak, of, "of", "看", KEY_WORD, 0, 0, 0, .words = of_words, .fallback = "points", .example = "mark", DOC("看积分还是看得分", "by points or by mark")),
    K(scheme_streak, equal_c, "equal", "等于", KEY_POINTS, 0, 0, 0, .example = "5", DOC("每次正好等于", "each time exactly this")),
    K_BOUNDS(scheme_streak, in),
    K(scheme_streak, first, "first", "前几名", KEY_INT, 0, 1, 1000, .example = "1", DOC("每次在前几名之内", "each time among the first")),
    K(scheme_streak, last, "last", "后几名", KEY_INT, 0, 1, 1000, .example = "1", DOC("每次在后几名之内", "each time among the last")),
    K(scheme_streak, excused, "excused", "请假不断", KEY_BOOL, 0, 0, 0, .fallback = "no", .example = "yes", DOC("请假的一次不打断连续", "an excused round does not break it")),
    K(scheme_streak, points_c, "points", "加分", KEY_POINTS, 0, 0, 0, .example = "5", DOC("另加几分", "points given for it")),
    K(scheme_streak, board, "board", "上榜", KEY_TEXT, 0, 1, 32, .example = "black", DOC("上哪个榜", "which board it leads to")),
    K(scheme_streak, clause, "clause", "依据", KEY_TEXT, 0, 1, 60, .example = "村规民约第六条", DOC("扣分所依据的村规民约条款", "the clause of the village covenant a deduction rests on")),
    K(scheme_streak, help, "help", "帮教", KEY_TEXT, 0, 1, 60, .example = "由网格员结对帮助", DOC("怎样帮助", "what help comes with it")),
    K_WHY(scheme_streak),
    { 0 },
};
SHAPE(streak_shape, "streak", scheme_streak, streak_keys, "连续奖惩", "a streak");

static const struct scheme_key part_keys[] = {
    K_CODE_LABEL(scheme_part),
    K(scheme_part, base_c, "base", "基础分", KEY_POINTS, 0, 0, 0, .fallback = "0", .example = "40", DOC("基础分", "the base")),
    K(scheme_part, every, "every", "周期", KEY_NUMBERED, 0, 0, 0, .words = scheme_period_words, .example = "quarter", DOC("多久评一次；不写与整个评议相同", "how often; absent: as the assessment")),
    K(scheme_part, combine, "combine", "合成", KEY_WORD, 0, 0, 0, .words = combine_words, .fallback = "mean", .example = "mean", DOC("几次怎样合成", "how several become one")),
    K(scheme_part, missing, "missing", "缺评", KEY_WORD, 0, 0, 0, .words = missing_words, .fallback = "skip", .example = "base", DOC("缺一次怎么算", "how a missing one counts")),
    K(scheme_part, round, "round", "评比", KEY_TEXT, 0, 1, 32, .example = "env", DOC("这项内容的得分来自哪个评比；不写：直接报得分", "the round whose marks are this part's; absent: marks are told")),
    K(scheme_part, category, "category", "类别", KEY_TEXT, 0, 1, 30, .example = "村建设", DOC("这一类积分项目也加减进来", "items of this category add to it and take from it")),
    K(scheme_part, floor_c, "floor", "最低", KEY_POINTS, 0, 0, 0, .example = "0", DOC("最低不少于", "never below")),
    K(scheme_part, ceiling_c, "ceiling", "最高", KEY_POINTS, 0, 0, 0, .example = "60", DOC("最高不超过", "never above")),
    { 0 },
};
static SHAPE(part_shape, "part", scheme_part, part_keys, "评议内容", "a part of an assessment");
static const struct scheme_key assessment_keys[] = {
    K_CODE_LABEL(scheme_assessment),
    K(scheme_assessment, class_, "for", "适用", KEY_TEXT, KEY_REQUIRED, 1, 32, .example = "household", DOC("评谁", "who is assessed")),
    K(scheme_assessment, per, "per", "每", KEY_NUMBERED, KEY_REQUIRED, 0, 0, .words = scheme_period_words, .example = "year", DOC("多久汇总一次", "the period it covers")),
    K(scheme_assessment, parts, "parts", "内容", KEY_LIST, KEY_REQUIRED, 1, 50, .sub = &part_shape, DOC("各项内容", "its parts")),
    K(scheme_assessment, floor_c, "floor", "最低", KEY_POINTS, 0, 0, 0, .example = "0", DOC("总分最低不少于", "never below")),
    K(scheme_assessment, ceiling_c, "ceiling", "最高", KEY_POINTS, 0, 0, 0, .example = "200", DOC("总分最高不超过", "never above")),
    K(scheme_assessment, steps, "steps", "步骤", KEY_LIST, 0, 1, 12, .sub = &step_shape, DOC("步骤", "the steps until it counts")),
    K_WHY(scheme_assessment),
    { 0 },
};
SHAPE(assessment_shape, "assessment", scheme_assessment, assessment_keys, "评议", "an assessment");
static const struct scheme_key household_keys[] = {
    K(scheme_household, members, "average", "户均", KEY_WORD, 0, 0, 0, .words = member_words, .fallback = "participating", .example = "participating", DOC("户均按哪些成员平均", "by which members the total is divided")),
    K(scheme_household, per, "per", "每", KEY_NUMBERED, 0, 0, 0, .words = scheme_period_words, .fallback = "year", .example = "year", DOC("多久算一次", "the period")),
    K(scheme_household, accumulate, "accumulate", "累计", KEY_BOOL, 0, 0, 0, .fallback = "no", .example = "yes", DOC("户均逐年累加，终身有效", "averages add up over the years, for life")),
    K_WHY(scheme_household),
    { 0 },
};
SHAPE(household_shape, "household", scheme_household, household_keys, "家庭积分", "household points");

static const struct scheme_key ranking_keys[] = {
    K_CODE_LABEL(scheme_ranking),
    K(scheme_ranking, by, "by", "按", KEY_TEXT, KEY_REQUIRED, 1, 32, .example = "annual", DOC("按什么排：points 积分、total 家庭总分、average 户均、lifetime 累计户均，或评比、评议、结算的代号", "what is ranked: points, total, average, lifetime, or the code of a round, assessment or payment")),
    K(scheme_ranking, class_, "for", "适用", KEY_TEXT, 0, 1, 32, .example = "resident", DOC("只排谁（代号或名称）；不写：有这个数的都排", "who is ranked, by code or name; absent: all who have the number")),
    K(scheme_ranking, of, "of", "看", KEY_WORD, 0, 0, 0, .words = of_words, .example = "mark", DOC("排评比时：按积分还是按得分；没有分段的评比按得分", "of a round: by points or by mark; without bands by mark")),
    K(scheme_ranking, per, "per", "每", KEY_NUMBERED, 0, 0, 0, .words = scheme_period_words, .fallback = "year", .example = "year", DOC("多久排一次", "the period")),
    K(scheme_ranking, within, "within", "范围", KEY_WORD, 0, 0, 0, .words = within_words, .fallback = "village", .example = "group", DOC("在什么范围内排", "among whom")),
    K(scheme_ranking, order, "order", "顺序", KEY_WORD, 0, 0, 0, .words = order_words, .fallback = "high", .example = "high", DOC("从高到低还是从低到高", "high or low first")),
    K(scheme_ranking, ties, "ties", "并列", KEY_WORD, 0, 0, 0, .words = tie_words, .fallback = "competition", .example = "dense", DOC("并列怎样排：1,2,2,4；1,2,2,3；1,3,3,4", "ties: 1,2,2,4; 1,2,2,3; 1,3,3,4")),
    K(scheme_ranking, tie_break, "tie_break", "再比", KEY_NAMES, 0, 1, 32, .example = "[points]", DOC("分数相同时再比什么", "what decides between equals")),
    K(scheme_ranking, at_least, "at_least", "至少", KEY_INT, 0, 1, 10000, .example = "2", DOC("至少参加几次才参加排名", "how often one must have taken part")),
    K_WHY(scheme_ranking),
    { 0 },
};
SHAPE(ranking_shape, "ranking", scheme_ranking, ranking_keys, "排名", "a ranking");
static const struct scheme_key rung_keys[] = {
    K_CODE_LABEL(scheme_rung),
    K(scheme_rung, share_c, "share", "比例", KEY_POINTS, 0, 0, 10000, .example = "10", DOC("占排名的百分之几（各级依次往下数）", "percent of the ranking; rungs follow each other")),
    K(scheme_rung, places, "places", "名额", KEY_INT, 0, 1, 100000, .example = "3", DOC("几名（各级依次往下数）", "how many places; rungs follow each other")),
    K_BOUNDS(scheme_rung, in),
    K(scheme_rung, amount_c, "amount", "奖金", KEY_POINTS, KEY_YUAN, 1, INT64_C(10000000000), .example = "50", DOC("每个得奖的发多少元", "the prize in yuan for each")),
    K(scheme_rung, colour, "colour", "颜色", KEY_WORD, 0, 0, 0, .words = colour_words, .example = "gold", DOC("颜色", "its colour")),
    K(scheme_rung, carries, "carries", "礼遇", KEY_NAMES, 0, 1, 60, .example = "[奖牌, 优先推荐]", DOC("随称号的奖牌、礼遇、优先", "plaque, perks, priorities that go with it")),
    K(scheme_rung, board, "board", "上榜", KEY_TEXT, 0, 1, 32, .example = "red", DOC("上哪个榜", "which board it leads to")),
    { 0 },
};
static SHAPE(rung_shape, "rung", scheme_rung, rung_keys, "一级", "a rung");
static const struct scheme_key title_keys[] = {
    K_CODE_LABEL(scheme_title),
    K(scheme_title, ranking, "ranking", "排名", KEY_TEXT, KEY_REQUIRED, 1, 32, .example = "annual", DOC("按哪个排名", "by which ranking")),
    K(scheme_title, round, "round", "取整", KEY_WORD, 0, 0, 0, .words = round_words, .fallback = "down", .example = "down", DOC("比例乘人数怎样取整", "how share × number is rounded")),
    K(scheme_title, ties, "ties", "并列", KEY_WORD, 0, 0, 0, .words = cut_words, .fallback = "admit", .example = "exclude", DOC("名额边上并列的怎么办", "what happens to equals at the cut")),
    K(scheme_title, floor, "floor", "最低", KEY_TEXT, 0, 1, 20, .example = "base", DOC("不低于多少分（base：不低于基础分）", "not below this number (base: the assessment's base)")),
    K(scheme_title, ladder, "ladder", "各级", KEY_LIST, KEY_REQUIRED, 1, 20, .sub = &rung_shape, DOC("各级称号，从高到低", "the titles, highest first")),
    K_WHY(scheme_title),
    { 0 },
};
SHAPE(title_shape, "title", scheme_title, title_keys, "称号", "titles");
static const struct scheme_key board_keys[] = {
    K_CODE_LABEL(scheme_board),
    K(scheme_board, colour, "colour", "颜色", KEY_WORD, KEY_REQUIRED, 0, 0, .words = colour_words, .example = "black", DOC("红榜还是黑榜", "red or black")),
    K(scheme_board, days, "days", "天数", KEY_INT, KEY_REQUIRED, 1, 366, .example = "30", DOC("公布几天后撤下", "how many days it is shown")),
    K(scheme_board, masked, "masked", "隐名", KEY_BOOL, 0, 0, 0, .fallback = "yes", .example = "yes", DOC("姓名是否遮挡", "whether names are masked")),
    K(scheme_board, appeal_days, "appeal", "申诉", KEY_INT, 0, 1, 60, .example = "7", DOC("几天内可以申诉", "within how many days one may appeal")),
    K(scheme_board, mentor, "mentor", "帮教", KEY_BOOL, 0, 0, 0, .fallback = "no", .example = "yes", DOC("是否指定帮教责任人", "whether a mentor is named")),
    K(scheme_board, note, "note", "说明", KEY_TEXT, 0, 1, 300, .example = "改好即撤下", DOC("说明", "a note")),
    K_WHY(scheme_board),
    { 0 },
};
SHAPE(board_shape, "board", scheme_board, board_keys, "榜单", "a board");
static const struct scheme_key limit_keys[] = {
    K(scheme_limit_rule, times, "times", "次数", KEY_INT, 0, 1, 10000, .example = "2", DOC("最多几次", "at most this often")),
    K(scheme_limit_rule, points_c, "points", "分数", KEY_POINTS, 0, 0, 0, .example = "50", DOC("最多兑多少分", "at most this many points")),
    K(scheme_limit_rule, amount_c, "amount", "金额", KEY_POINTS, KEY_YUAN, 0, 0, .example = "100", DOC("最多兑多少元", "at most this many yuan")),
    K(scheme_limit_rule, per, "per", "每", KEY_NUMBERED, KEY_REQUIRED, 0, 0, .words = scheme_period_words, .example = "month", DOC("在多长时间内", "within which period")),
    { 0 },
};
static SHAPE(limit_shape, "limit", scheme_limit_rule, limit_keys, "限额", "a limit");
static const struct scheme_key service_keys[] = {
    K(scheme_service, label, "service", "服务", KEY_TEXT, KEY_REQUIRED, 1, 30, .example = "代耕一小时", DOC("换什么服务", "which service")),
    K(scheme_service, points_c, "points", "分数", KEY_POINTS, KEY_REQUIRED, 0, 0, .example = "10", DOC("用多少分", "for how many points")),
    K(scheme_service, hours_c, "hours", "小时", KEY_POINTS, 0, 1, 100000, .example = "2", DOC("服务几小时", "how many hours of it")),
    K(scheme_service, places, "places", "名额", KEY_INT, 0, 1, 10000, .example = "4", DOC("全村一共几个名额", "how many places there are for all")),
    K(scheme_service, per, "per", "每", KEY_NUMBERED, 0, 0, 0, .words = scheme_period_words, .fallback = "month", .example = "month", DOC("名额是多长时间内的", "the period of the places")),
    K(scheme_service, priority, "priority", "优先", KEY_WORD, 0, 0, 0, .words = priority_words, .fallback = "first", .example = "honour", DOC("名额不够时谁先", "who comes first when places are few")),
    { 0 },
};
static SHAPE(service_shape, "service", scheme_service, service_keys, "服务", "a service");
static const struct scheme_key exchange_keys[] = {
    K(scheme_exchange, rate_c, "rate", "每分", KEY_POINTS, KEY_REQUIRED, 1, 100000, .example = "1", DOC("一分换多少元", "yuan per point")),
    K(scheme_exchange, deducts, "deducts", "扣减", KEY_BOOL, 0, 0, 0, .fallback = "yes", .example = "yes", DOC("兑换后是否扣减可兑积分", "whether it takes points from the spendable balance")),
    K(scheme_exchange, minimum_c, "minimum", "起兑", KEY_POINTS, 0, 0, 0, .example = "10", DOC("一次至少兑多少分", "at least this many points at a time")),
    K(scheme_exchange, earned_c, "earned", "累计达到", KEY_POINTS, 0, 0, 0, .example = "50", DOC("累计积分达到多少才能兑", "only who has earned this many")),
    K(scheme_exchange, limits, "limits", "限额", KEY_LIST, KEY_ONE, 1, 6, .sub = &limit_shape, .example = "{amount: 100, per: month}", DOC("每户限额", "limits per household")),
    K(scheme_exchange, days, "days", "兑换日", KEY_NAMES, 0, 1, 2, .example = "[5, 20]", DOC("每月几日可以兑", "the days of the month")),
    K(scheme_exchange, barred, "barred", "停兑", KEY_WORD, 0, 0, 0, .words = scheme_bars_words, .example = "this_and_next_year", DOC("受过处罚的停兑多久", "how long a penalty bars from it")),
    K(scheme_exchange, services, "services", "换服务", KEY_LIST, 0, 1, 50, .sub = &service_shape, DOC("积分换服务", "points for services")),
    K_WHY(scheme_exchange),
    { 0 },
};
SHAPE(exchange_shape, "exchange", scheme_exchange, exchange_keys, "兑换", "exchange");
static const struct scheme_key money_source_keys[] = {
    K(scheme_money_source, label, "label", "名称", KEY_TEXT, KEY_REQUIRED, 1, 30, .example = "镇财政", DOC("谁出钱", "who pays")),
    K(scheme_money_source, per_resident_c, "per_resident", "人均", KEY_POINTS, 0, 0, 0, .example = "1.5", DOC("按常住人口每人多少元", "yuan per resident")),
    K(scheme_money_source, amount_c, "amount", "金额", KEY_POINTS, KEY_YUAN, 0, 0, .example = "5000", DOC("固定多少元", "a fixed amount in yuan")),
    K(scheme_money_source, for_, "only_for", "专用于", KEY_TEXT, 0, 1, 30, .example = "年终表彰", DOC("专款专用", "what it may be spent on")),
    { 0 },
};
static SHAPE(money_source_shape, "source", scheme_money_source, money_source_keys, "资金来源", "a source of money");
static const struct scheme_key budget_keys[] = {
    K(scheme_budget, per_resident_c, "per_resident", "人均上限", KEY_POINTS, KEY_REQUIRED, 1, 100000, .example = "2", DOC("每年按常住人口人均不超过多少元", "at most this many yuan a year per resident")),
    K(scheme_budget, at_ceiling, "at_ceiling", "用完时", KEY_WORD, 0, 0, 0, .words = ceiling_words, .fallback = "stop", .example = "queue", DOC("用完时怎么办", "what happens at the ceiling")),
    K(scheme_budget, sources, "sources", "来源", KEY_LIST, 0, 1, 12, .sub = &money_source_shape, DOC("资金来源", "where the money comes from")),
    K_WHY(scheme_budget),
    { 0 },
};
SHAPE(budget_shape, "budget", scheme_budget, budget_keys, "经费", "the budget");
static const struct scheme_key dividend_keys[] = {
    K(scheme_dividend, shares_c, "shares", "按股份", KEY_POINTS, KEY_REQUIRED, 0, 10000, .example = "60", DOC("百分之几按股份分", "percent by shares")),
    K(scheme_dividend, points_c, "points", "按积分", KEY_POINTS, KEY_REQUIRED, 0, 10000, .example = "40", DOC("百分之几按积分分", "percent by points")),
    K(scheme_dividend, consent, "consent", "同意", KEY_TEXT, 0, 1, 60, .example = "全体成员同意", DOC("须经谁同意", "whose consent it needs")),
    K_WHY(scheme_dividend),
    { 0 },
};
SHAPE(dividend_shape, "dividend", scheme_dividend, dividend_keys, "分红", "the dividend");
static const struct scheme_key pay_keys[] = {
    K_CODE_LABEL(scheme_pay),
    { 0 },
};
static SHAPE(pay_shape, "pay", scheme_pay, pay_keys, "一笔钱", "a pay");
static const struct scheme_key payment_keys[] = {
    K_CODE_LABEL(scheme_payment),
    K(scheme_payment, class_, "for", "适用", KEY_TEXT, KEY_REQUIRED, 1, 32, .example = "village", DOC("结给谁", "who is paid")),
    K(scheme_payment, per, "per", "每", KEY_NUMBERED, KEY_REQUIRED, 0, 0, .words = scheme_period_words, .example = "month", DOC("多久算一次", "the period")),
    K(scheme_payment, settle, "settle", "兑现", KEY_NUMBERED, 0, 0, 0, .words = scheme_period_words, .example = "quarter", DOC("多久兑现一次", "how often it is paid out")),
    K(scheme_payment, categories, "categories", "类别", KEY_NAMES, 0, 1, 30, .example = "[环境卫生]", DOC("算哪些类别的项目（以元计）", "which categories of items count, in yuan")),
    K(scheme_payment, rounds, "rounds", "评比", KEY_NAMES, 0, 1, 32, .example = "[week]", DOC("算哪些评比的分段金额", "which rounds' band amounts are paid")),
    K(scheme_payment, pays, "pays", "款项", KEY_LIST, 0, 1, 12, .sub = &pay_shape, DOC("可能被扣减的补助、工资", "the pays that an item may cost in part")),
    K(scheme_payment, floor_c, "floor", "最低", KEY_POINTS, KEY_YUAN, 0, 0, .example = "0", DOC("结算最低不少于", "never below")),
    K(scheme_payment, steps, "steps", "步骤", KEY_LIST, 0, 1, 12, .sub = &step_shape, DOC("步骤", "the steps until it counts")),
    K_WHY(scheme_payment),
    { 0 },
};
SHAPE(payment_shape, "payment", scheme_payment, payment_keys, "结算", "a payment");
static const struct scheme_key group_keys[] = {
    K_CODE_LABEL(scheme_group),
    K(scheme_group, per, "per", "每", KEY_NUMBERED, KEY_REQUIRED, 0, 0, .words = scheme_period_words, .example = "year", DOC("在多长时间内", "within which period")),
    K(scheme_group, keep, "keep", "计", KEY_WORD, 0, 0, 0, .words = keep_words, .fallback = "first", .example = "best", DOC("计先到的一项还是最高的一项", "the first or the best counts")),
    { 0 },
};
SHAPE(group_shape, "group", scheme_group, group_keys, "互斥组", "a group of which one item counts");

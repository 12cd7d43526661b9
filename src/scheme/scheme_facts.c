/* The keys of facts, and reading them: the table of keys does the work. */
#include "scheme/scheme_facts.h"

#include "kernel/id.h"
#include "scheme/scheme_key_rows.h"

static const struct scheme_word false_words[] = {
    { "before", "入账前" }, { "after", "入账后" }, { NULL, NULL },
};
static const struct scheme_key deed_keys[] = {
    K(fact_deed, item, "item", "项目", KEY_TEXT, KEY_REQUIRED, 1, 60, DOC("项目代号", "the item's code")),
    K(fact_deed, on, "on", "日期", KEY_DATE, KEY_REQUIRED, 0, 0, DOC("哪一天", "the day")),
    K(fact_deed, class_, "class", "对象", KEY_TEXT, 0, 1, 32, DOC("以什么身份", "as what class")),
    K(fact_deed, claimant, "claim", "申报人", KEY_TEXT, 0, 1, 32, DOC("谁申报", "who claims")),
    K(fact_deed, chosen_c, "chosen", "评定", KEY_POINTS, 0, 0, 0, DOC("评定多少分", "the checker's pick")),
    K(fact_deed, quantity_c, "quantity", "数量", KEY_POINTS, 0, 0, 0, DOC("数量", "how many units")),
    K(fact_deed, level, "level", "级别", KEY_TEXT, 0, 1, 20, DOC("级别", "the level")),
    K(fact_deed, difficulty, "difficulty", "难度", KEY_TEXT, 0, 1, 20, DOC("难度", "the difficulty")),
    K(fact_deed, reverse, "reverse", "反之", KEY_BOOL, 0, 0, 0, .fallback = "no", DOC("相反的行为", "the contrary was done")),
    K(fact_deed, proved_false, "false", "虚假", KEY_WORD, 0, 0, 0, .words = false_words, DOC("查明虚假：入账前还是入账后", "found false: before or after recording")),
    K(fact_deed, case_, "case", "同一件事", KEY_TEXT, 0, 1, 32, DOC("同一件事的编号：同一件事只罚一次", "deeds of one case are one deed: punished once")),
    K(fact_deed, what, "what", "说明", KEY_TEXT, 0, 1, 200, DOC("说明", "a note")),
    { 0 },
};
static SHAPE(deed_shape, "deed", fact_deed, deed_keys, "一件事", "a deed");
static const struct scheme_key earned_keys[] = {
    K(fact_earned, on, "on", "日期", KEY_DATE, KEY_REQUIRED, 0, 0, DOC("哪一天", "the day")),
    K(fact_earned, points_c, "points", "分数", KEY_POINTS, KEY_REQUIRED, 0, 0, DOC("多少分", "points")),
    K(fact_earned, what, "what", "说明", KEY_TEXT, 0, 1, 200, DOC("说明", "a note")),
    { 0 },
};
static SHAPE(earned_shape, "earned", fact_earned, earned_keys, "一笔分", "points");
static const struct scheme_key spent_keys[] = {
    K(fact_earned, on, "on", "日期", KEY_DATE, KEY_REQUIRED, 0, 0, DOC("哪一天", "the day")),
    K(fact_earned, points_c, "points", "分数", KEY_POINTS, 0, 0, 0, DOC("兑多少分；换服务时不写", "points; absent for a service")),
    K(fact_earned, service, "service", "服务", KEY_TEXT, 0, 1, 30, DOC("换什么服务", "which service")),
    K(fact_earned, for_, "for", "用于", KEY_TEXT, 0, 1, 30, DOC("用在什么上（专款专用时）", "what it is spent on, where money is earmarked")),
    K(fact_earned, what, "what", "说明", KEY_TEXT, 0, 1, 200, DOC("说明", "a note")),
    { 0 },
};
static SHAPE(spent_shape, "spent", fact_earned, spent_keys, "一次兑换", "a redemption");
static const struct scheme_key reward_keys[] = {
    K(fact_earned, on, "on", "日期", KEY_DATE, KEY_REQUIRED, 0, 0, DOC("哪一天", "the day")),
    K(fact_earned, amount_c, "amount", "金额", KEY_POINTS, KEY_REQUIRED | KEY_YUAN, 0, 0, DOC("多少元", "yuan")),
    K(fact_earned, for_, "for", "用于", KEY_TEXT, 0, 1, 30, DOC("用在什么上（专款专用时）", "what it is spent on, where money is earmarked")),
    K(fact_earned, what, "what", "说明", KEY_TEXT, 0, 1, 200, DOC("说明", "a note")),
    { 0 },
};
static SHAPE(reward_shape, "reward", fact_earned, reward_keys, "一笔奖励", "a reward in money");
static const struct scheme_key appeal_keys[] = {
    K(fact_appeal, board, "board", "榜单", KEY_TEXT, KEY_REQUIRED, 1, 32, DOC("哪个榜", "which board")),
    K(fact_appeal, on, "on", "日期", KEY_DATE, KEY_REQUIRED, 0, 0, DOC("申诉日期", "the day of the appeal")),
    K(fact_appeal, upheld, "upheld", "成立", KEY_BOOL, 0, 0, 0, .fallback = "no", DOC("申诉是否成立", "whether it was upheld")),
    { 0 },
};
static SHAPE(appeal_shape, "appeal", fact_appeal, appeal_keys, "申诉", "an appeal");
static const struct scheme_key visit_keys[] = {
    K(fact_visit, round, "round", "评比", KEY_TEXT, KEY_REQUIRED, 1, 32, DOC("哪个评比", "which round")),
    K(fact_visit, on, "on", "日期", KEY_DATE, KEY_REQUIRED, 0, 0, DOC("哪一天", "the day")),
    K(fact_visit, assessor, "assessor", "评分人", KEY_TEXT, 0, 1, 32, DOC("谁评", "who assessed")),
    K(fact_visit, role, "role", "身份", KEY_TEXT, 0, 1, 32, DOC("以什么身份", "in which role")),
    K(fact_visit, group, "group", "小组", KEY_TEXT, 0, 1, 32, DOC("评分人所在的组", "the assessor's group")),
    K(fact_visit, total_c, "total", "总分", KEY_POINTS, 0, 0, 0, DOC("总分", "the whole mark")),
    K(fact_visit, excused, "excused", "请假", KEY_BOOL, 0, 0, 0, .fallback = "no", DOC("请假", "excused")),
    K(fact_visit, marks, "marks", "得分", KEY_LEVELS, 0, 1, 300, DOC("各项得分或处数", "marks or faults by line")),
    { 0 },
};
static SHAPE(visit_shape, "visit", fact_visit, visit_keys, "一次评比", "a visit");
static const struct scheme_key result_keys[] = {
    K(fact_result, assessment, "assessment", "评议", KEY_TEXT, KEY_REQUIRED, 1, 32, DOC("哪个评议", "which assessment")),
    K(fact_result, part, "part", "内容", KEY_TEXT, KEY_REQUIRED, 1, 32, DOC("哪项内容", "which part")),
    K(fact_result, on, "on", "日期", KEY_DATE, KEY_REQUIRED, 0, 0, DOC("哪一天", "the day")),
    K(fact_result, mark_c, "mark", "得分", KEY_POINTS, 0, 0, 0, DOC("得分", "the mark")),
    K(fact_result, plus_c, "plus", "加分", KEY_POINTS, 0, 0, 0, .fallback = "0", DOC("加分", "added to the base")),
    K(fact_result, minus_c, "minus", "减分", KEY_POINTS, 0, 0, 0, .fallback = "0", DOC("减分", "taken from the base")),
    { 0 },
};
static SHAPE(result_shape, "result", fact_result, result_keys, "评议结果", "a result");
static const struct scheme_key member_keys[] = {
    K(fact_member, id, "id", "编号", KEY_INT, KEY_REQUIRED, 1, ID_MAX, DOC("编号", "its number")),
    K(fact_member, label, "label", "姓名", KEY_TEXT, 0, 1, 60, DOC("姓名", "the name")),
    K(fact_member, class_, "class", "对象", KEY_TEXT, 0, 1, 32, .fallback = "resident", DOC("哪一类", "which class")),
    K(fact_member, tags, "tags", "标签", KEY_NAMES, 0, 1, 20, .example = "[党员]", DOC("标签", "their tags")),
    K(fact_member, takes_part, "takes_part", "参与", KEY_BOOL, 0, 0, 0, .fallback = "yes", DOC("是否参与积分", "whether they take part")),
    K(fact_member, since, "since", "从", KEY_DATE, 0, 0, 0, DOC("从哪天起参与", "takes part since")),
    K(fact_member, until, "until", "到", KEY_DATE, 0, 0, 0, DOC("到哪天为止", "takes part until")),
    K(fact_member, deeds, "deeds", "事项", KEY_LIST, 0, 1, 10000, .sub = &deed_shape, DOC("做的事", "deeds")),
    K(fact_member, earned, "earned", "得分", KEY_LIST, 0, 1, 10000, .sub = &earned_shape, DOC("已得的分", "points already given")),
    { 0 },
};
static SHAPE(member_shape, "member", fact_member, member_keys, "家庭成员", "a member");
static const struct scheme_key subject_keys[] = {
    K(fact_subject, id, "id", "编号", KEY_INT, KEY_REQUIRED, 1, ID_MAX, DOC("编号", "its number")),
    K(fact_subject, label, "label", "名称", KEY_TEXT, 0, 1, 60, DOC("名称", "the name")),
    K(fact_subject, class_, "class", "对象", KEY_TEXT, 0, 1, 32, .fallback = "household", DOC("哪一类", "which class")),
    K(fact_subject, tags, "tags", "标签", KEY_NAMES, 0, 1, 20, .example = "[党员]", DOC("标签", "its tags")),
    K(fact_subject, group, "group", "小组", KEY_TEXT, 0, 1, 32, DOC("小组", "the group")),
    K(fact_subject, township, "township", "镇", KEY_TEXT, 0, 1, 32, DOC("镇", "the township")),
    K(fact_subject, village, "village", "村", KEY_TEXT, 0, 1, 32, DOC("村（几个村一起算时）", "the village, when several are worked out together")),
    K(fact_subject, mentor, "mentor", "帮教人", KEY_TEXT, 0, 1, 30, DOC("帮教责任人", "who helps it, when it stands on a black board")),
    K(fact_subject, deeds, "deeds", "事项", KEY_LIST, 0, 1, 10000, .sub = &deed_shape, DOC("做的事", "deeds")),
    K(fact_subject, earned, "earned", "得分", KEY_LIST, 0, 1, 10000, .sub = &earned_shape, DOC("已得的分", "points already given")),
    K(fact_subject, visits, "visits", "评比", KEY_LIST, 0, 1, 10000, .sub = &visit_shape, DOC("评比", "visits")),
    K(fact_subject, results, "results", "评议", KEY_LIST, 0, 1, 10000, .sub = &result_shape, DOC("评议结果", "results of assessments")),
    K(fact_subject, members, "members", "成员", KEY_LIST, 0, 1, 100, .sub = &member_shape, DOC("家庭成员", "members")),
    K(fact_subject, spent, "spent", "兑换", KEY_LIST, 0, 1, 10000, .sub = &spent_shape, DOC("已兑换", "redeemed")),
    K(fact_subject, rewards, "rewards", "奖励", KEY_LIST, 0, 1, 10000, .sub = &reward_shape, DOC("以钱发的奖励", "rewards in money")),
    K(fact_subject, appeals, "appeals", "申诉", KEY_LIST, 0, 1, 100, .sub = &appeal_shape, DOC("对上榜的申诉", "appeals against a board")),
    K(fact_subject, pays, "pays", "款项", KEY_LEVELS, KEY_YUAN, 1, 12, DOC("当期款项", "the pays of the period")),
    K(fact_subject, shares_c, "shares", "股份", KEY_POINTS, 0, 0, 0, .fallback = "0", DOC("股份", "shares")),
    K(fact_subject, barred, "barred", "取消资格", KEY_BOOL, 0, 0, 0, .fallback = "no", DOC("受过处罚", "barred by a penalty")),
    { 0 },
};
static SHAPE(subject_shape, "subject", fact_subject, subject_keys, "积分对象", "a subject");
static const struct scheme_key facts_keys[] = {
    K(scheme_facts, subjects, "subjects", "对象", KEY_LIST, KEY_REQUIRED, 1, 20000, .sub = &subject_shape, DOC("对象", "the subjects")),
    K(scheme_facts, residents, "residents", "常住人口", KEY_INT, 0, 1, 100000000, DOC("常住人口", "how many residents")),
    K(scheme_facts, pool_c, "pool", "分红总额", KEY_POINTS, KEY_YUAN, 0, 0, DOC("分红总额", "the pool of the dividend")),
    { 0 },
};
SHAPE(facts_shape, "facts", scheme_facts, facts_keys, "事实", "facts");

struct scheme_facts *scheme_facts_of_tree(struct scheme_check *c, const struct scheme_node *root)
{
    struct scheme_facts *f = arena_new(c->mem, struct scheme_facts);
    if (root) scheme_bind(c, &facts_shape, root, f);
    return c->errors ? NULL : f;
}

static const struct scheme_key award_keys[] = {
    K(fact_award, class_, "class", "对象", KEY_TEXT, 0, 1, 32, .fallback = "resident", DOC("哪一类", "which class")),
    K(fact_award, tags, "tags", "标签", KEY_NAMES, 0, 1, 20, DOC("本人的标签", "the person's tags")),
    K(fact_award, deed, "deed", "事项", KEY_MAP, KEY_REQUIRED, 0, 0, .sub = &deed_shape, DOC("要试算的事", "the deed to be tried")),
    K(fact_award, earlier, "earlier", "以前", KEY_LIST, 0, 0, 10000, .sub = &deed_shape, DOC("以前做的事", "deeds before it")),
    { 0 },
};
static SHAPE(award_shape, "award", fact_award, award_keys, "试算", "a deed to be tried");

struct fact_award *scheme_award_of_tree(struct scheme_check *c, const struct scheme_node *root)
{
    struct fact_award *f = arena_new(c->mem, struct fact_award);
    if (root) scheme_bind(c, &award_shape, root, f);
    return c->errors || !f->deed ? NULL : f;
}

/* ---- a source of facts in memory ---- */

static const struct err *list_next(struct fact_source *self, struct arena *mem, const struct fact_subject **out)
{
    struct fact_list *l = (struct fact_list *)self;
    (void)mem;
    *out = l->at < l->facts->subjects.n ? &LIST_AT(l->facts->subjects, struct fact_subject, l->at++) : NULL;
    return NULL;
}

static const struct err *list_rewind(struct fact_source *self)
{
    ((struct fact_list *)self)->at = 0;
    return NULL;
}

struct fact_list fact_list_of(const struct scheme_facts *facts)
{
    return (struct fact_list){ .source = { list_next, list_rewind, facts->residents, facts->pool_c }, .facts = facts };
}

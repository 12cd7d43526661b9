/* The keys of templates: what the villages of a township may change and add (scheme_extend.h). */
#include "scheme/scheme_key_rows.h"

static const struct scheme_key change_keys[] = {
    K(scheme_may_change, item, "item", "项目", KEY_TEXT, 0, 1, 32, .example = "C05", DOC("哪个项目（代号），* 为所有项目", "which item, by code; * for every one")),
    K(scheme_may_change, key, "key", "内容", KEY_TEXT, 0, 1, 120, .example = "publicity/days", DOC("哪个键，下级用 / 连接；写了项目时是项目里的键", "which key, parts joined by /; within the item when one is named")),
    K(scheme_may_change, points, "points", "分值", KEY_RANGE, 0, 0, 0, .example = "1..3", DOC("项目的分值可以改成多少", "what an item's points may become")),
    K(scheme_may_change, between, "between", "范围", KEY_RANGE, 0, 0, 0, .example = "3..15", DOC("这个键的数可以改成多少", "what the number of the key may become")),
    K(scheme_may_change, allow, "allow", "可选", KEY_NAMES, 0, 1, 32, .example = "[optional, required]", DOC("这个键可以改成哪些词", "the words the key may have")),
    K_WHY(scheme_may_change),
    { 0 },
};
static SHAPE(change_shape, "change", scheme_may_change, change_keys, "可改的内容", "what villages may change");

/* Parts of the file that a village may add to. */
static const struct scheme_word add_words[] = {
    { "items", "项目" },      { "categories", "类别" }, { "classes", "积分对象" },   { "groups", "互斥组" },  { "sheets", "评分表" },
    { "bands", "分段" },      { "rounds", "评比" },     { "streaks", "连续奖惩" },   { "assessments", "评议" }, { "household", "家庭积分" },
    { "payments", "结算" },   { "rankings", "排名" },   { "titles", "称号" },        { "boards", "榜单" },    { "exchange", "兑换" },
    { "budget", "经费" },     { "dividend", "分红" },   { NULL, NULL },
};
static const struct scheme_key add_keys[] = {
    K(scheme_may_add, what, "what", "内容", KEY_WORD, KEY_REQUIRED, 0, 0, .words = add_words, .example = "items", DOC("可以新增什么", "what may be added")),
    K(scheme_may_add, at_most, "at_most", "最多", KEY_INT, 0, 1, 1000, .example = "10", DOC("最多新增几条", "at most this many")),
    K(scheme_may_add, points, "points", "分值", KEY_RANGE, 0, 0, 0, .example = "-5..10", DOC("新增项目的分值范围", "the points an added item may have")),
    K_WHY(scheme_may_add),
    { 0 },
};
static SHAPE(add_shape, "add", scheme_may_add, add_keys, "可增的内容", "what villages may add");

static const struct scheme_key template_keys[] = {
    K(scheme_template, change, "change", "可改", KEY_LIST, KEY_ONE, 1, 200, .sub = &change_shape, DOC("各村可以改什么、改到什么程度", "what villages may change, and within which bounds")),
    K(scheme_template, add, "add", "可增", KEY_LIST, KEY_ONE, 1, 30, .sub = &add_shape, DOC("各村可以新增什么", "what villages may add")),
    K_WHY(scheme_template),
    { 0 },
};
SHAPE(template_shape, "template", scheme_template, template_keys, "镇模板", "a township's template");

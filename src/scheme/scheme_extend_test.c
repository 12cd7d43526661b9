/* Templates: what a village may change, in which direction, and that every change beyond it is found. */
#include "kernel/test.h"

#include <string.h>

#include "kernel/dec.h"
#include "kernel/file.h"
#include "kernel/text.h"
#include "scheme/scheme_diff.h"
#include "scheme/scheme_extend.h"
#include "scheme/scheme_file.h"

static const char base[] =
    "scheme: town\n"
    "title: 镇积分细则\n"
    "classes: [{code: resident, label: 村民, kind: resident}, {code: household, label: 家庭, kind: household}]\n"
    "categories: [{code: a, label: 文明, cap: {points: 100, per: year}}, {code: b, label: 环境}]\n"
    "publicity: {days: 3}\n"
    "false_claims: {times: 2}\n"
    "cap: {points: 300, per: year}\n"
    "items:\n"
    "  - {code: A1, category: a, label: 义务劳动, points: 2, per: 小时, cap: {points: 20, per: month}}\n"
    "  - {code: A2, category: a, label: 好人好事, points: 2..10, evidence: optional}\n"
    "  - {code: A3, category: a, label: 获得荣誉, levels: {村: 5, 镇: 10}, evidence: required}\n"
    "  - {code: B1, category: b, label: 乱倒垃圾, points: -2, clause: 第三条, warnings: {times: 1, per: month}}\n"
    "  - {code: B2, category: b, label: 按时交费, steps: [{to: 10-31, points: 5}], else: 0}\n"
    "steps: [{step: 核实, role: grid, days: 3}, {step: 公示, role: cadre, objection: stops}, {step: 审核, role: cadre}, {step: 录入, role: recorder}]\n"
    "household: {average: participating, per: year}\n"
    "rankings: [{code: total, label: 家庭排名, by: total, per: year}]\n"
    "titles: [{code: star, label: 星级户, ranking: total, ladder: [{code: five, label: 五星, share: 10, board: red}]}]\n"
    "boards: [{code: red, label: 红榜, colour: red, days: 30, masked: no, appeal: 5}]\n"
    "exchange: {rate: 1, minimum: 10, limits: {amount: 100, per: month}}\n"
    "budget: {per_resident: 2}\n";
static const char rules[] =
    "template:\n"
    "  change:\n"
    "    - {item: A1, points: 1..3}\n"
    "    - {item: A3, points: 1..20}\n"
    "    - {item: B1, points: -5..-1}\n"
    "    - {item: \"*\", key: label}\n"
    "    - {key: exchange/rate, between: 0.5..1}\n"
    "    - {key: publicity/days, between: 3..7}\n"
    "    - {item: A2, key: 申报人, allow: [self, proxy]}\n"
    "    - {key: boards/red/days, between: 7..60}\n"
    "  add:\n"
    "    - {what: items, at_most: 2, points: -5..10}\n"
    "    - {what: boards}\n";

static const struct scheme *parse(struct arena *mem, const char *text)
{
    struct scheme_finding *found;
    const struct scheme *s = scheme_parse(mem, "t", text, strlen(text), &found);
    EXPECT(s, "%d:%d %s", found ? found->line : 0, found ? found->column : 0, found ? found->en : "");
    return s;
}

static const char *replaced(struct arena *mem, const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    EXPECT(at, "\"%s\" is not in the text", from);
    return arena_printf(mem, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

/* Of the base one text becomes another: what is said, or that nothing is wrong ("" and the kind). */
static const struct { const char *from, *to; enum difference_kind kind; const char *said; } cases[] = {
    { "title: 镇积分细则", "title: 某村细则", DIFFERENCE_CHANGED, NULL },
    { "scheme: town", "scheme: village", DIFFERENCE_CHANGED, NULL },
    { "clause: 第三条", "clause: 第九条", DIFFERENCE_CHANGED, NULL },
    { "points: 2, per: 小时", "points: 3, per: 小时", DIFFERENCE_CHANGED, "积分项目“义务劳动”：分值由2改为3。" },
    { "points: 2, per: 小时", "points: 1..3, per: 小时", DIFFERENCE_CHANGED, "积分项目“义务劳动”：分值由2改为1..3。" },
    { "points: 2, per: 小时", "points: 4, per: 小时", DIFFERENCE_BREACH, "积分项目“义务劳动”：分值由2改为4。镇模板允许的范围是1到3。" },
    { "points: 2, per: 小时", "points: 2..4, per: 小时", DIFFERENCE_BREACH, "积分项目“义务劳动”：分值由2改为2..4。镇模板允许的范围是1到3。" },
    { "points: 2, per: 小时", "points: 2, per: 次", DIFFERENCE_BREACH, "积分项目“义务劳动”：每由小时改为次。镇模板不允许改这一处。" },
    { "points: 2..10", "points: 3..8", DIFFERENCE_STRICTER, "积分项目“好人好事”：分值由2..10改为3..8。" },
    { "points: 2..10", "points: 2..11", DIFFERENCE_BREACH, "积分项目“好人好事”：分值由2..10改为2..11。要在镇模板的分值范围之内。" },
    { "镇: 10}", "镇: 12}", DIFFERENCE_CHANGED, "积分项目“获得荣誉”：级别“镇”由10改为12。" },
    { "镇: 10}", "镇: 30}", DIFFERENCE_BREACH, "积分项目“获得荣誉”：级别“镇”由10改为30。镇模板允许的范围是1到20。" },
    { "镇: 10}", "镇: 10, 县: 20}", DIFFERENCE_CHANGED, "积分项目“获得荣誉”：级别新增“县”20。" },
    { "points: -2", "points: -6", DIFFERENCE_BREACH, "积分项目“乱倒垃圾”：分值由-2改为-6。镇模板允许的范围是-5到-1。" },
    { "{points: 20, per: month}", "{points: 15, per: month}", DIFFERENCE_STRICTER, "积分项目“义务劳动”：上限（每月）：分数由20改为15。" },
    { "{points: 20, per: month}", "{points: 25, per: month}", DIFFERENCE_BREACH,
      "积分项目“义务劳动”：上限（每月）：分数由20改为25。镇模板的限制只能更严：这个数不能调高，也不能取消。" },
    { "{points: 20, per: month}", "{points: 20, times: 5, per: month}", DIFFERENCE_STRICTER, "积分项目“义务劳动”：上限（每月）：“次数”定为5。" },
    { ", cap: {points: 20, per: month}", "", DIFFERENCE_BREACH, "积分项目“义务劳动”：删去上限（每月）。镇模板里有的，村里不能删去。" },
    { "{points: 20, per: month}", "[{points: 20, per: month}, {points: 90, per: year}]", DIFFERENCE_STRICTER, "积分项目“义务劳动”：新增上限（每年）。" },
    { "evidence: optional", "evidence: required", DIFFERENCE_STRICTER, "积分项目“好人好事”：证据由可选改为必须。" },
    { "evidence: required", "evidence: optional", DIFFERENCE_BREACH, "积分项目“获得荣誉”：证据由必须改为可选。镇模板对证据的要求只能更严，不能放松。" },
    { "evidence: optional", "evidence: optional, claim: [proxy]", DIFFERENCE_CHANGED, "积分项目“好人好事”：申报人由本人、代报、录入员改为代报。" },
    { "evidence: optional", "evidence: optional, claim: [recorder]", DIFFERENCE_BREACH, "积分项目“好人好事”：申报人由本人、代报、录入员改为录入员。镇模板只允许：self、proxy。" },
    { "label: 好人好事", "label: 助人为乐", DIFFERENCE_CHANGED, "积分项目“好人好事”：名称由好人好事改为助人为乐。" },
    { "warnings: {times: 1, per: month}", "warnings: {times: 3, per: month}", DIFFERENCE_BREACH, NULL },
    { "points: 5}], else: 0", "points: 6}], else: 0", DIFFERENCE_BREACH, NULL },
    { "publicity: {days: 3}", "publicity: {days: 5}", DIFFERENCE_STRICTER, "公示的天数由3改为5。" },
    { "publicity: {days: 3}", "publicity: {days: 8}", DIFFERENCE_BREACH, "公示的天数由3改为8。镇模板允许的范围是3到7。" },
    { "publicity: {days: 3}", "publicity: {days: 2}", DIFFERENCE_BREACH, "公示的天数由3改为2。镇模板的限制只能更严：这个数不能调低，也不能取消。" },
    { "publicity: {days: 3}", "publicity: {days: 3, workdays: yes}", DIFFERENCE_STRICTER, "公示的工作日由否改为是。" },
    { "false_claims: {times: 2}", "false_claims: {times: 3}", DIFFERENCE_BREACH, "虚假申报的倍数由2改为3。镇模板不允许改这一处。" },
    { "role: grid, days: 3", "role: grid, days: 7", DIFFERENCE_STRICTER, "步骤“核实”：天数由3改为7。" },
    { "role: cadre, objection", "role: grid, objection", DIFFERENCE_BREACH, "步骤“公示”：谁做由干部改为网格员。镇模板不允许改这一处。" },
    { "{step: 审核, role: cadre}, ", "", DIFFERENCE_BREACH, "删去步骤“审核”。镇模板里有的，村里不能删去。" },
    { "cap: {points: 300, per: year}\n", "", DIFFERENCE_BREACH, "删去上限（每年）。镇模板里有的，村里不能删去。" },
    { "share: 10", "share: 5", DIFFERENCE_STRICTER, "称号“星级户”：一级“五星”：比例由10改为5。" },
    { "share: 10", "share: 20", DIFFERENCE_BREACH, NULL },
    { "days: 30, masked: no", "days: 14, masked: yes", DIFFERENCE_STRICTER, NULL },
    { "days: 30, masked: no", "days: 90, masked: no", DIFFERENCE_BREACH, "榜单“红榜”：天数由30改为90。镇模板允许的范围是7到60。" },
    { "appeal: 5", "appeal: 3", DIFFERENCE_BREACH, NULL },
    { "rate: 1,", "rate: 0.8,", DIFFERENCE_CHANGED, "兑换的每分由1改为0.8。" },
    { "rate: 1,", "rate: 2,", DIFFERENCE_BREACH, "兑换的每分由1改为2。镇模板允许的范围是0.5到1。" },
    { "amount: 100", "amount: 80", DIFFERENCE_STRICTER, NULL },
    { "amount: 100", "amount: 101", DIFFERENCE_BREACH, NULL },
    { "per_resident: 2", "per_resident: 1.5", DIFFERENCE_STRICTER, "经费的人均上限由2改为1.5。" },
    { "per_resident: 2", "per_resident: 2.5", DIFFERENCE_BREACH, NULL },
    { "per_resident: 2", "per_resident: 2, at_ceiling: queue", DIFFERENCE_BREACH, NULL },
    { "budget: {per_resident: 2}\n", "", DIFFERENCE_BREACH, "删去经费。镇模板里有的，村里不能删去。" },
    { "  - {code: B1", "  - {code: B9, category: b, label: 种树, points: 8}\n  - {code: B1", DIFFERENCE_ADDED, "新增积分项目“种树”。" },
    { "  - {code: B1", "  - {code: B9, category: b, label: 种树, points: 12}\n  - {code: B1", DIFFERENCE_BREACH, "新增积分项目“种树”。新增项目的分值要在-5到10之间。" },
    { "  - {code: B1",
      "  - {code: B7, category: b, label: 甲, points: 1}\n  - {code: B8, category: b, label: 乙, points: 1}\n  - {code: B9, category: b, label: 丙, points: 1}\n  - {code: B1",
      DIFFERENCE_BREACH, "新增积分项目“丙”。镇模板最多允许新增2条。" },
    { "boards: [", "boards: [{code: black, label: 曝光台, colour: black, days: 7}, ", DIFFERENCE_ADDED, "新增榜单“曝光台”。" },
    { "budget: {", "dividend: {shares: 60, points: 40}\nbudget: {", DIFFERENCE_BREACH, "新增分红。镇模板不允许新增。" },
};

static void changes_are_judged(void **state)
{
    struct arena *mem = *state;
    const char *text = arena_printf(mem, "%s%s", base, rules);
    const struct scheme *t = parse(mem, text);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct scheme *v = parse(mem, arena_printf(mem, "%sextends: town\n", replaced(mem, base, cases[i].from, cases[i].to)));
        struct list l = scheme_extend(mem, t, v);
        struct scheme_finding *found = NULL;
        bool fine = scheme_extend_check(mem, t, v, &found);
        if (!cases[i].said && cases[i].kind == DIFFERENCE_CHANGED) {
            EXPECT(!l.n && fine, "%s: free, but %zu differences", cases[i].to, l.n);
            continue;
        }
        EXPECT(l.n > 0, "%s: no difference", cases[i].to);
        const struct scheme_difference *d = &LIST_AT(l, struct scheme_difference, l.n - 1);
        EXPECT(d->kind == cases[i].kind, "%s: kind %d, %s", cases[i].to, (int)d->kind, d->zh);
        EXPECT(fine == (d->kind != DIFFERENCE_BREACH), "%s: findings", cases[i].to);
        EXPECT(!found == fine, "%s: a breach is a finding", cases[i].to);
        EXPECT(d->line > 0 && d->column > 0 && d->en && *d->en, "%s: place", cases[i].to);
        if (!cases[i].said) continue;
        const char *said = fine ? d->zh : found->zh;
        EXPECT(text_equal(said, cases[i].said), "%s\n  says  %s\n  wants %s", cases[i].to, said, cases[i].said);
    }
}

static void places_and_english(void **state)
{
    struct arena *mem = *state;
    const struct scheme *t = parse(mem, arena_printf(mem, "%s%s", base, rules));
    const char *text = arena_printf(mem, "%sextends: town\n", replaced(mem, base, "points: 2, per: 小时", "points: 4, per: 小时"));
    struct scheme_finding *found = NULL;
    assert_false(scheme_extend_check(mem, t, parse(mem, text), &found));
    assert_int_equal(found->line, 9);
    assert_int_equal(found->column, 50);
    assert_string_equal(found->path, "items/A1/points");
    assert_string_equal(found->en, "item \"义务劳动\": points changed from 2 to 4. The township's template allows 1 to 3.");
    assert_null(found->next);
}

/* The name has to be the one in force; a file that extends nothing is free. */
static void which_template(void **state)
{
    struct arena *mem = *state;
    const struct scheme *t = parse(mem, arena_printf(mem, "%s%s", base, rules));
    const struct scheme *own = parse(mem, replaced(mem, base, "rate: 1,", "rate: 9,"));
    const struct scheme *other = parse(mem, arena_printf(mem, "%sextends: twon\n", base));
    struct scheme_finding *found = NULL;
    assert_true(scheme_extend_check(mem, t, own, &found));
    assert_null(found);
    assert_false(scheme_extend_check(mem, t, other, &found));
    assert_string_equal(found->zh, "镇里没有生效的模板“twon”，现行的是“town”。");
    found = NULL;
    assert_false(scheme_extend_check(mem, NULL, other, &found));
    assert_string_equal(found->zh, "镇里没有生效的模板“twon”。");
}

/* ---- a template's own mistakes ---- */
static const struct { const char *rule, *zh; } mistakes[] = {
    { "change: [{item: A9, points: 1..3}]", "没有“A9”这个积分项目，是不是“A1”？" },
    { "change: [{key: publicity/day, between: 3..5}]", "没有“day”这个键，是不是“days”？" },
    { "change: [{key: publicity/days, between: 5..7}]", "模板自己的值不在允许的范围里。" },
    { "change: [{key: publicity/days, between: 2..7}]", "这是限制，只能更严：范围要从模板自己的值起。" },
    { "change: [{item: A1, key: cap/month/points, between: 10..30}]", "这是限制，只能更严：范围要从模板自己的值起。" },
    { "change: [{item: A1, points: 3..5}]", "模板自己的值不在允许的范围里。" },
    { "change: [{points: 3..5}]", "要写哪个项目（item）或哪个键（key）可以改。" },
    { "change: [{item: A1, points: 1..3, between: 1..3}]", "分值、范围和可选只能写一个。" },
    { "change: [{key: exchange/rate, points: 1..3}]", "分值（points）和项目（item）一起写；别的键写范围（between）。" },
    { "change: [{item: A1, key: label, between: 1..3}]", "这一项不是数，不能写范围。" },
    { "change: [{key: publicity/days, allow: [三]}]", "这一项是数，请写范围（between）。" },
    { "change: [{key: titles/moon/floor}]", "没有“moon”这个称号；有：star、星级户。" },
    { "add: [{what: item}]", "“item”不能用在这里，是不是“items”？" },
    { "add: [{what: boards, points: 1..3}]", "只有新增项目（items）才写分值。" },
    { "add: [{what: boards}, {what: 榜单}]", "前面已经写过。" },
};

static void template_mistakes(void **state)
{
    struct arena *mem = *state;
    for (size_t i = 0; i < COUNT(mistakes); i++) {
        struct scheme_finding *found;
        const char *text = arena_printf(mem, "%stemplate: {%s}\n", base, mistakes[i].rule);
        const struct scheme *s = scheme_parse(mem, "t", text, strlen(text), &found);
        EXPECT(!s && found, "%s passes", mistakes[i].rule);
        EXPECT(text_equal(found->zh, mistakes[i].zh), "%s: %s", mistakes[i].rule, found->zh);
        EXPECT(found->line > 19, "%s: line %d", mistakes[i].rule, found->line);
    }
    struct scheme_finding *found;
    const char *both = arena_printf(mem, "%stemplate: {add: {what: items}}\nextends: other\n", base);
    assert_null(scheme_parse(mem, "t", both, strlen(both), &found));
}

/* ---- properties ---- */

static const char *const presets[] = { "zengxiang", "zhongping", "xingji", "ninghe", "sanmen", "kunshan", "longwo", "weisheng17", "zuolong", "huishan", "jiugeyi", "anji" };

static const char *preset(struct arena *mem, const char *name)
{
    const char *text;
    size_t n;
    assert_null(file_read(mem, arena_printf(mem, "schemes/%s.yaml", name), 1 << 20, &text, &n));
    return arena_strndup(mem, text, n);
}

/* Every preset as a template that allows nothing: its copy holds to it. */
static void a_copy_holds(void **state)
{
    struct arena *mem = *state;
    for (size_t i = 0; i < COUNT(presets); i++) {
        const char *text = preset(mem, presets[i]);
        const struct scheme *t = parse(mem, text), *v = parse(mem, arena_printf(mem, "%s\nextends: %s\n", text, t->name));
        struct scheme_finding *found = NULL;
        EXPECT(scheme_extend_check(mem, t, v, &found) && !found, "%s: %s", presets[i], found ? found->en : "");
        EXPECT(scheme_extend(mem, t, v).n == 0, "%s differs from its copy", presets[i]);
    }
}

struct target { const char *path; const struct scheme_key *key; const char *level; void *p; };
struct targets { struct target *all; size_t n, room; };
static void collect(void *arg, const char *path, const struct scheme_shape *shape, const struct scheme_key *k, const char *level, const void *p)
{
    struct targets *t = arg;
    (void)shape;
    assert_true(t->n < t->room);
    t->all[t->n++] = (struct target){ path, k, level, (void *)(uintptr_t)p };
}

/* Which way a number may go, told apart from the table in scheme_extend.c: by the words of the language's page. */
static int way(const char *path)
{
    static const char *const lower[] = { "**/cap/*/times", "**/cap/*/points", "cap/*/points", "cap/*/times", "titles/*/ladder/*/share", "titles/*/ladder/*/places",
                                         "titles/*/ladder/*/amount", "exchange/limits/*/*", "budget/per_resident", NULL };
    static const char *const higher[] = { "publicity/days", "**/steps/*/days", "steps/*/days", "rounds/*/assessors/at_least", "boards/*/appeal",
                                          "exchange/minimum", "exchange/earned", NULL };
    for (int i = 0; lower[i]; i++)
        if (scheme_path_matches(lower[i], path)) return -1;
    for (int i = 0; higher[i]; i++)
        if (scheme_path_matches(higher[i], path)) return 1;
    return 0;
}

static bool is_free(const char *path)
{
    static const char *const free_[] = { "scheme", "title", "place", "covenant", "adopted/**", "source", "choice", "**/source", "**/choice", "**/note", "items/*/clause", NULL };
    for (int i = 0; free_[i]; i++)
        if (scheme_path_matches(free_[i], path)) return true;
    return false;
}

/* Changes one number; which: +1 up, -1 down. False: not a number, or an identity. */
static bool move(const struct target *x, int which)
{
    int64_t *v = (int64_t *)((char *)x->p + x->key->at);
    if (strstr(x->path, "warnings/")) return false;
    switch (x->key->kind) {
    case KEY_INT: case KEY_POINTS: *v += which; return true;
    case KEY_RANGE: v[0] += which * 100000, v[1] += which * 100000; return true;
    case KEY_LEVELS: {
        struct list *l = (struct list *)v;
        for (size_t i = 0; i < l->n; i++) {
            struct scheme_level *e = &LIST_AT(*l, struct scheme_level, i);
            if (text_equal(e->name, x->level)) e->points.min_c += which * 100000, e->points.max_c += which * 100000;
        }
        return true;
    }
    case KEY_BOOL: *v = !*v; return true;
    case KEY_END: case KEY_CODE: case KEY_TEXT: case KEY_DATE: case KEY_BOUND: case KEY_WORD: case KEY_NUMBERED: case KEY_WORDS:
    case KEY_NAMES: case KEY_MAP: case KEY_LIST: break;
    }
    return false;
}

/* Any single number of any preset, moved up or down: found unless it is free or moved to the stricter side. */
static void any_change_is_found(void **state)
{
    struct arena *mem = *state;
    int moved = 0, breaches = 0;
    for (size_t i = 0; i < COUNT(presets); i++) {
        const char *text = preset(mem, presets[i]);
        const struct scheme *t = parse(mem, text);
        struct scheme *v = (struct scheme *)(uintptr_t)parse(mem, text);
        struct targets all = { arena_array(mem, struct target, 8192), 0, 8192 };
        v->extends = t->name;
        scheme_visit(mem, v, collect, &all);
        for (size_t k = 0; k < 2 * all.n; k++) {
            const struct target *x = &all.all[k / 2];
            int which = k % 2 ? -1 : 1;
            struct scheme_finding *found = NULL;
            if (!strncmp(x->path, "balances/", 9) || is_free(x->path) || !move(x, which)) continue; /* unwritten balances are shared */
            bool holds = scheme_extend_check(mem, t, v, &found), strict = way(x->path) == which;
            if (x->key->kind == KEY_BOOL) {
                int64_t now = *(int64_t *)((char *)x->p + x->key->at);
                strict = now && (scheme_path_matches("publicity/workdays", x->path) || scheme_path_matches("rounds/*/assessors/cross", x->path) ||
                                 scheme_path_matches("boards/*/masked", x->path) || scheme_path_matches("boards/*/mentor", x->path));
            }
            EXPECT(holds == strict, "%s: %s %+d: %s", presets[i], x->path, which, found ? found->en : "nothing found");
            EXPECT(scheme_extend(mem, t, v).n == 1, "%s: %s: one change, %zu differences", presets[i], x->path, scheme_extend(mem, t, v).n);
            moved++;
            breaches += !holds;
            assert_true(move(x, -which));
        }
        EXPECT(scheme_extend(mem, t, v).n == 0, "%s: put back", presets[i]);
    }
    EXPECT(moved > 600 && breaches > 500, "%d moved, %d found", moved, breaches);
}

/* Bounds around every single number of every preset, and the number moved about: found exactly when it leaves them or loosens
 * a limit. */
static void bounds_hold(void **state)
{
    struct arena *mem = *state;
    int inside = 0, outside = 0;
    for (size_t i = 0; i < COUNT(presets); i++) {
        const char *text = preset(mem, presets[i]);
        struct scheme *t = (struct scheme *)(uintptr_t)parse(mem, text), *v = (struct scheme *)(uintptr_t)parse(mem, text);
        struct targets all = { arena_array(mem, struct target, 8192), 0, 8192 };
        v->extends = t->name;
        scheme_visit(mem, v, collect, &all);
        for (size_t k = 0; k < all.n; k++) {
            const struct target *x = &all.all[k];
            int64_t *at = (int64_t *)((char *)x->p + x->key->at), unit = x->key->kind == KEY_INT ? 1 : 100;
            bool range = x->key->kind == KEY_RANGE;
            if ((x->key->kind != KEY_INT && x->key->kind != KEY_POINTS && !range) || is_free(x->path) || strstr(x->path, "warnings/")) continue;
            int64_t own = at[0], top = range ? at[1] : own, c = 100 / unit;
            struct scheme_may_change rule = { .points = { NONE, NONE }, .between = { (own - 2 * unit) * c, (top + 3 * unit) * c },
                                              .paths = { (void *)(uintptr_t)&x->path, 1 } };
            struct scheme_template one = { .change = { &rule, 1 } };
            t->template_ = &one;
            for (int64_t d = -4; d <= 4; d++) {
                struct scheme_finding *found = NULL;
                at[0] = own + d * unit;
                if (range) at[1] = top + d * unit;
                bool fits = d >= -2 && d <= 3 && (!d || !way(x->path) || (d > 0) == (way(x->path) > 0));
                EXPECT(scheme_extend_check(mem, t, v, &found) == fits, "%s: %s %+d: %s", presets[i], x->path, (int)d, found ? found->en : "nothing found");
                inside += fits;
                outside += !fits;
            }
            at[0] = own;
            if (range) at[1] = top;
        }
    }
    EXPECT(inside > 1000 && outside > 1000, "%d inside, %d outside", inside, outside);
}

/* Any single entry of any list, taken out: found, whatever it was. */
static void nothing_is_left_out(void **state)
{
    struct arena *mem = *state;
    for (size_t i = 0; i < COUNT(presets); i++) {
        const char *text = preset(mem, presets[i]);
        const struct scheme *t = parse(mem, text);
        struct scheme *v = (struct scheme *)(uintptr_t)parse(mem, text);
        struct scheme_file *f = (struct scheme_file *)v;
        v->extends = t->name;
        for (const struct scheme_key *k = scheme_shape.keys; k->kind; k++) {
            struct list *l = (struct list *)((char *)f + k->at);
            struct scheme_finding *found = NULL;
            if (k->kind != KEY_LIST || !l->n) continue;
            l->n--;
            EXPECT(!scheme_extend_check(mem, t, v, &found), "%s: without its last of %s", presets[i], k->name);
            l->n++;
        }
    }
}

/* ---- the manual ---- */

static const char *block(struct arena *mem, const char **at, const char *kind)
{
    const char *mark = arena_printf(mem, "\n```%s\n", kind), *p = strstr(*at, mark);
    EXPECT(p, "docs/scheme-language.md has no ```%s", kind);
    p += strlen(mark);
    *at = strstr(p, "\n```");
    assert_non_null(*at);
    return arena_strndup(mem, p, (size_t)(*at + 1 - p));
}

static void the_manual_says_so(void **state)
{
    struct arena *mem = *state;
    static const char usual[] = "classes: [{code: resident, label: 村民, kind: resident}]\nfalse_claims: {times: 2}\n";
    static const char *const kinds[] = { "改动", "更严", "新增", "违反" };
    const char *text;
    size_t n;
    assert_null(file_read(mem, "docs/scheme-language.md", 1 << 20, &text, &n));
    const char *at = arena_strndup(mem, text, n);
    const struct scheme *t = parse(mem, arena_printf(mem, "%s%s", block(mem, &at, "yaml template"), usual));
    const struct scheme *v = parse(mem, arena_printf(mem, "%s%s", block(mem, &at, "yaml village"), usual));
    const char *said = "";
    struct list l = scheme_extend(mem, t, v);
    for (size_t i = 0; i < l.n; i++) {
        const struct scheme_difference *d = &LIST_AT(l, struct scheme_difference, i);
        said = arena_printf(mem, "%s%s: %s%s\n", said, kinds[d->kind], d->zh, d->why_zh ? d->why_zh : "");
    }
    assert_string_equal(said, block(mem, &at, "text"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(changes_are_judged), TEST(places_and_english), TEST(which_template), TEST(template_mistakes), TEST(a_copy_holds),
        TEST(any_change_is_found), TEST(bounds_hold), TEST(nothing_is_left_out), TEST(the_manual_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Awards computed by hand from schemes/zengxiang.yaml (seed 000 篇2), and worked result W2. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kernel/dec.h"
#include "kernel/text.h"
#include "scheme/scheme.h"
#include <cmocka.h> /* after ours: it has a macro fail() */

static struct arena mem;
static const struct scheme *zengxiang;

static char *slurp(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    char *p = arena_alloc(&mem, 1 << 20);
    *n = fread(p, 1, 1 << 20, f);
    fclose(f);
    return p;
}

static int setup(void **state)
{
    size_t n;
    struct scheme_finding *found;
    (void)state;
    const char *text = slurp("schemes/zengxiang.yaml", &n);
    zengxiang = scheme_parse(&mem, "zengxiang.yaml", text, n, &found);
    for (const struct scheme_finding *f = found; f; f = f->next) fprintf(stderr, "%d:%d %s\n", f->line, f->column, f->en);
    return zengxiang && !found ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_clear(&mem);
    return 0;
}

static void preset_is_whole(void **state)
{
    (void)state;
    assert_int_equal(zengxiang->items.n, 32);
    assert_int_equal(zengxiang->classes.n, 4);
    assert_int_equal(zengxiang->categories.n, 4);
    assert_int_equal(zengxiang->publicity_days, 3);
    assert_int_equal(zengxiang->false_claim_times, 2);
    assert_string_equal(LIST_AT(zengxiang->balances, const char *, 0), "honour");
    assert_string_equal(LIST_AT(zengxiang->balances, const char *, 1), "spendable");
    /* The source gives no prices: every item says so. */
    for (size_t i = 0; i < zengxiang->items.n; i++) {
        const struct scheme_item *item = &LIST_AT(zengxiang->items, struct scheme_item, i);
        assert_non_null(item->source);
        assert_non_null(item->choice);
    }
}

struct award_case {
    const char *name, *item, *class_, *claimant, *level;
    int64_t chosen_c, quantity_c, used_times, used_c;
    int64_t want_c;
    enum err_code code;
    const char *field, *zh;
};

static void awards_by_hand(void **state)
{
    static const struct award_case cases[] = {
        { "fixed", "A01", "resident", "self", NULL, NONE, NONE, 0, 0, 100, ERR_NONE, NULL, "参加理论宣讲、升国旗等集体学习（A01）：1分。" },
        { "fixed, chosen the same", "A01", "resident", "self", NULL, 100, NONE, 0, 0, 100, ERR_NONE, NULL, NULL },
        { "fixed, chosen otherwise", "A01", "resident", "self", NULL, 200, NONE, 0, 0, 0, ERR_INVALID, "chosen", "这个项目固定为1分。" },
        { "cap in times, last one", "A01", "resident", "self", NULL, NONE, NONE, 3, 300, 100, ERR_NONE, NULL, NULL },
        { "cap in times, over", "A01", "resident", "self", NULL, NONE, NONE, 4, 400, 0, ERR_OVER_CAP, "item", "“参加理论宣讲、升国旗等集体学习”本月已计4次，上限4次，不能再计。" },
        { "another class", "A02", "resident", "proxy", NULL, NONE, NONE, 0, 0, 0, ERR_INVALID, "class", "“党员参加组织生活和主题党日”只适用于党员。" },
        { "party member", "A02", "party_member", "proxy", NULL, NONE, NONE, 0, 0, 200, ERR_NONE, NULL, NULL },
        { "not by oneself", "A02", "party_member", "self", NULL, NONE, NONE, 0, 0, 0, ERR_INVALID, "claimant", NULL },
        { "range", "A03", "resident", "self", NULL, 750, NONE, 0, 0, 750, ERR_NONE, NULL, "助人为乐、拾金不昧等好人好事（A03）：评定7.5分。" },
        { "range, not picked", "A03", "resident", "self", NULL, NONE, NONE, 0, 0, 0, ERR_INVALID, "chosen", "请在2分至10分之间评定。" },
        { "range, above", "A03", "resident", "self", NULL, 1001, NONE, 0, 0, 0, ERR_INVALID, "chosen", "要在2分至10分之间。" },
        { "cap in points, part left", "A03", "resident", "self", NULL, 1000, NONE, 3, 2600, 400, ERR_NONE, NULL, "助人为乐、拾金不昧等好人好事（A03）：评定10分；本月已计26分，上限30分，计4分。" },
        { "cap in points, nothing left", "A03", "resident", "self", NULL, 1000, NONE, 3, 3000, 0, ERR_OVER_CAP, "item", NULL },
        { "units", "C05", "resident", "self", NULL, NONE, 350, 0, 0, 700, ERR_NONE, NULL, "参加义务劳动、清理村道河道（C05）：每小时2分×3.5小时=7分。" },
        { "units, one by default", "C05", "household", "self", NULL, NONE, NONE, 0, 0, 200, ERR_NONE, NULL, NULL },
        { "units, a third of an hour", "C05", "resident", "self", NULL, NONE, 33, 0, 0, 66, ERR_NONE, NULL, NULL },
        { "units down", "B01", "resident", "self", NULL, NONE, 299, 0, 0, 400, ERR_NONE, NULL, "参加治安巡逻、看家护院（B01）：每小时2分×2小时=4分。" },
        { "units down to nothing", "B01", "resident", "self", NULL, NONE, 99, 0, 0, 0, ERR_INVALID, "quantity", "不足1小时，不计分。" },
        { "units nearest, up", "B05", "resident", "self", NULL, NONE, 150, 0, 0, 600, ERR_NONE, NULL, NULL },
        { "units nearest, down", "B05", "resident", "self", NULL, NONE, 149, 0, 0, 300, ERR_NONE, NULL, NULL },
        { "units none", "C05", "resident", "self", NULL, NONE, 0, 0, 0, 0, ERR_INVALID, "quantity", NULL },
        { "units on an item without", "A01", "resident", "self", NULL, NONE, 200, 0, 0, 0, ERR_INVALID, "quantity", NULL },
        { "level", "D01", "organisation", "self", "省", NONE, NONE, 0, 0, 5000, ERR_NONE, NULL, "获得荣誉称号（D01）：省级50分。" },
        { "level not said", "D01", "resident", "self", NULL, NONE, NONE, 0, 0, 0, ERR_INVALID, "level", "请选择级别：村、镇、县、市、省、国家。" },
        { "level unknown", "D02", "resident", "self", "村", NONE, NONE, 0, 0, 0, ERR_INVALID, "level", "请选择级别：镇、县、市、省、国家。" },
        { "deduction", "D06", "household", "recorder", NULL, NONE, NONE, 0, 0, -1000, ERR_NONE, NULL, "损坏公共设施拒不恢复（D06）：-10分。" },
        { "deduction, not by oneself", "D06", "household", "self", NULL, NONE, NONE, 0, 0, 0, ERR_INVALID, "claimant", NULL },
        { "deduction capped", "D04", "household", "recorder", NULL, -500, NONE, 2, -700, -300, ERR_NONE, NULL, "乱倒垃圾、乱排污水，劝导不改（D04）：评定-5分；本月已计7分，上限10分，计-3分。" },
        { "no such item", "Z99", "resident", "self", NULL, NONE, NONE, 0, 0, 0, ERR_INVALID, "item", NULL },
        { "no such class", "A01", "visitor", "self", NULL, NONE, NONE, 0, 0, 0, ERR_INVALID, "class", NULL },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct award_case *c = &cases[i];
        struct award a = { 0 };
        const struct err *e = scheme_award(&mem, zengxiang, &(struct award_facts){
            .item = c->item, .class_ = c->class_, .chosen_c = c->chosen_c, .quantity_c = c->quantity_c, .level = c->level,
            .on = date_of(2026, 11, 21), .used_times = c->used_times, .used_c = c->used_c, .claimant = c->claimant }, &a);
        const char *said = e ? err_text(e, LANG_ZH) : a.explain_zh;
        if ((e ? e->code : ERR_NONE) != c->code || (!e && a.points_c != c->want_c) || (e && !text_equal(e->field, c->field)) ||
            (c->zh && !text_equal(said, c->zh)))
            fail_msg("%s: code %d, %d points, field %s, said %s", c->name, e ? (int)e->code : 0, (int)a.points_c,
                     e && e->field ? e->field : "-", said);
    }
}

static void tree_is_the_derivation(void **state)
{
    struct award a;
    (void)state;
    assert_null(scheme_award(&mem, zengxiang, &(struct award_facts){ .item = "C05", .class_ = "resident", .chosen_c = NONE,
        .quantity_c = 350, .on = 0, .used_c = 3500, .used_times = 5, .claimant = "self" }, &a));
    assert_int_equal(a.points_c, 500);
    assert_string_equal(a.explain_en, "参加义务劳动、清理村道河道 (C05): 2 points per 小时 × 3.5 = 7 points; 35 points counted this month, cap 40, so 5.");
    assert_string_equal(a.tree,
        "{\"op\":\"cap\",\"zh\":\"本月已计35分，上限40分，计5分\",\"en\":\"35 points counted this month, cap 40, so 5\",\"points\":\"5.00\",\"from\":["
        "{\"op\":\"units\",\"zh\":\"每小时2分×3.5小时=7分\",\"en\":\"2 points per 小时 × 3.5 = 7 points\",\"points\":\"7.00\",\"from\":["
        "{\"op\":\"item\",\"zh\":\"参加义务劳动、清理村道河道（C05）\",\"en\":\"参加义务劳动、清理村道河道 (C05)\",\"points\":\"2.00\"}]}]}");
}

/* W2: a claim of 5 points found false costs 10; the reversal of one already recorded is the ledger's. */
static void false_claim_w2(void **state)
{
    struct award a;
    (void)state;
    assert_null(scheme_false_claim(&mem, zengxiang, "C08", 500, &a));
    assert_int_equal(a.points_c, -1000);
    assert_string_equal(a.explain_zh, "举报违法建设和破坏环境行为（C08）：申报5分确认为虚假，按2倍扣分，-10分。");
    const struct err *e = scheme_false_claim(&mem, zengxiang, "Z99", 500, &a);
    assert_int_equal(e->code, ERR_INVALID);
    e = scheme_false_claim(&mem, zengxiang, "C08", INT64_MAX, &a);
    assert_int_equal(e->code, ERR_INVALID);
}

static void cap_spans(void **state)
{
    (void)state;
    struct span month = scheme_cap_span(zengxiang, scheme_item_find(zengxiang, "C05"), date_of(2026, 11, 21));
    assert_int_equal(month.first, date_of(2026, 11, 1));
    assert_int_equal(month.last, date_of(2026, 11, 30));
    struct span none = scheme_cap_span(zengxiang, scheme_item_find(zengxiang, "B05"), date_of(2026, 11, 21));
    assert_true(none.first > none.last);
    struct span quarter = scheme_cap_span(zengxiang, scheme_item_find(zengxiang, "B03"), date_of(2026, 11, 21));
    assert_int_equal(quarter.first, date_of(2026, 10, 1));
}

static void words_of_the_village(void **state)
{
    static const struct { const char *item, *points, *cap, *en; } cases[] = {
        { "A01", "1分", "每月最多4次", "1 points" },
        { "A03", "2分至10分，由初审人评定", "每月最多30分", "2 to 10 points, picked by the checker" },
        { "C05", "每小时2分", "每月最多40分", "2 points per 小时" },
        { "D01", "村级5分，镇级10分，县级20分，市级30分，省级50分，国家级100分", NULL, NULL },
        { "D04", "扣2分至5分，由初审人评定", "每月最多10分", "minus 2 to 5 points, picked by the checker" },
        { "D06", "扣10分", NULL, "minus 10 points" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct scheme_item *item = scheme_item_find(zengxiang, cases[i].item);
        assert_string_equal(scheme_points_text(&mem, item, LANG_ZH), cases[i].points);
        if (cases[i].en) assert_string_equal(scheme_points_text(&mem, item, LANG_EN), cases[i].en);
        const char *cap = scheme_cap_text(&mem, item, LANG_ZH);
        assert_true(text_equal(cap, cases[i].cap));
    }
}

static void party_member_without_class(void **state)
{
    (void)state;
    assert_string_equal(scheme_class_of(zengxiang, "party_member"), "party_member");
    struct scheme plain = *zengxiang;
    plain.classes.n = 1; /* 村民 only */
    assert_string_equal(scheme_class_of(&plain, "party_member"), "resident");
    assert_null(scheme_class_of(&plain, "household"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(preset_is_whole),       cmocka_unit_test(awards_by_hand),
        cmocka_unit_test(tree_is_the_derivation), cmocka_unit_test(false_claim_w2),
        cmocka_unit_test(cap_spans),             cmocka_unit_test(words_of_the_village),
        cmocka_unit_test(party_member_without_class),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

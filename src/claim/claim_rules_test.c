/* The table of moves, every state with every action; what comes next in words; what may hang on a wall. */
#include "claim/claim.h"
#include "kernel/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* cmocka has a macro fail: it comes last. */
#include <cmocka.h>


/* Written from seed 000 篇2 and W2, not from the table: row = state, column = action. A dot: refused. */
#define WANT_STATES (CLAIM_STATES - 1)
static const struct {
    enum claim_state from;
    const char *to[CLAIM_ACTIONS]; /* submit check return publish approve reject record withdraw false object uphold dismiss */
} want[WANT_STATES] = {
    { CLAIM_SUBMITTED, { ".", "checked", "returned", ".", ".", "rejected", ".", "withdrawn", "rejected", ".", ".", "." } },
    { CLAIM_RETURNED, { "submitted", ".", ".", ".", ".", ".", ".", "withdrawn", "rejected", ".", ".", "." } },
    { CLAIM_CHECKED, { ".", ".", "returned", "published", ".", "rejected", ".", "withdrawn", "rejected", ".", ".", "." } },
    { CLAIM_PUBLISHED, { ".", ".", "returned", ".", "approved", "rejected", ".", "withdrawn", "rejected", "objected", ".", "." } },
    { CLAIM_OBJECTED, { ".", ".", ".", ".", ".", ".", ".", "withdrawn", "rejected", ".", "rejected", "published" } },
    { CLAIM_APPROVED, { ".", ".", "returned", ".", ".", ".", "recorded", ".", "rejected", ".", ".", "." } },
    { CLAIM_RECORDED, { ".", ".", ".", ".", ".", ".", ".", ".", "reversed", ".", ".", "." } },
    { CLAIM_REJECTED, { ".", ".", ".", ".", ".", ".", ".", ".", ".", ".", ".", "." } },
    { CLAIM_WITHDRAWN, { ".", ".", ".", ".", ".", ".", ".", ".", ".", ".", ".", "." } },
    { CLAIM_REVERSED, { ".", ".", ".", ".", ".", ".", ".", ".", ".", ".", ".", "." } },
};

static void every_state_with_every_action(void **unused)
{
    (void)unused;
    int moves = 0, wanted = 0;
    for (size_t i = 0; i < WANT_STATES; i++)
        for (int a = 0; a < CLAIM_ACTIONS; a++) {
            const struct claim_move *m = claim_move_find(want[i].from, (enum claim_action)a);
            const char *to = m ? claim_states[m->to] : ".";
            if (!text_equal(to, want[i].to[a]))
                fail_msg("%s + %s: %s, wanted %s", claim_states[want[i].from], claim_actions[a], to, want[i].to[a]);
            wanted += want[i].to[a][0] != '.';
        }
    for (const struct claim_move *m = claim_moves; m->from; m++) moves++;
    assert_int_equal(moves, wanted); /* no row twice */
}

/* Who may not, by action. */
static void everybody_who_decides_is_not_involved(void **unused)
{
    (void)unused;
    for (const struct claim_move *m = claim_moves; m->from; m++) {
        const char *name = claim_actions[m->act];
        bool claimant = m->act == ACT_SUBMIT || m->act == ACT_WITHDRAW;
        bool decides = !claimant && m->act != ACT_OBJECT;
        if (decides != !!(m->rules & NOT_OWN)) fail_msg("%s: own household", name);
        if (claimant != !!(m->rules & ONLY_CLAIMANT)) fail_msg("%s: only the claimant", name);
        if (m->act == ACT_APPROVE && !((m->rules & NOT_CLAIMED) && (m->rules & NOT_CHECKED)))
            fail_msg("approve: not who claimed or checked");
        bool says_why = m->act == ACT_RETURN || m->act == ACT_REJECT || m->act == ACT_FALSE;
        if (says_why != !!(m->rules & WITH_REASON)) fail_msg("%s: reason", name);
        if (claimant && m->perm != PERM_SELF) fail_msg("%s: permission", name);
    }
    static const struct { enum claim_action act; enum perm perm; } perms[] = {
        { ACT_CHECK, PERM_CLAIM_CHECK }, { ACT_PUBLISH, PERM_CLAIM_PUBLISH }, { ACT_APPROVE, PERM_CLAIM_APPROVE },
        { ACT_RECORD, PERM_CLAIM_RECORD }, { ACT_FALSE, PERM_CLAIM_REVERSE },
    };
    for (size_t i = 0; i < sizeof perms / sizeof *perms; i++)
        for (const struct claim_move *m = claim_moves; m->from; m++)
            if (m->act == perms[i].act) assert_int_equal(m->perm, perms[i].perm);
}

static void words_for_what_comes_next(void **unused)
{
    (void)unused;
    struct arena mem = { 0 };
    int64_t day = date_of(2026, 11, 24);
    assert_string_equal(claim_next(&mem, CLAIM_PUBLISHED, day, NONE, LANG_ZH), "公示到11月24日(周二)，期满后由干部审核");
    assert_string_equal(claim_next(&mem, CLAIM_PUBLISHED, day, NONE, LANG_EN), "On the board until 2026-11-24; then a cadre approves it.");
    assert_string_equal(claim_next(&mem, CLAIM_SUBMITTED, NONE, day, LANG_ZH), "等待网格员初审，最迟11月24日(周二)");
    assert_string_equal(claim_next(&mem, CLAIM_RETURNED, NONE, NONE, LANG_ZH), "请申报人更正后重新提交");
    assert_string_equal(claim_next(&mem, CLAIM_CHECKED, NONE, NONE, LANG_ZH), "等待公示，最迟近日");
    assert_string_equal(claim_next(&mem, CLAIM_CHECKED, NONE, NONE, LANG_EN), "It goes on the board by soon.");
    assert_string_equal(claim_next(&mem, CLAIM_OBJECTED, date_of(2026, 1, 1), day, LANG_EN), "An objection is open; it is decided by 2026-11-24.");
    assert_null(claim_next(&mem, CLAIM_RECORDED, day, day, LANG_ZH));
    assert_null(claim_next(&mem, CLAIM_REJECTED, day, day, LANG_EN));
    arena_clear(&mem);
}

static void what_may_hang_on_a_wall(void **unused)
{
    (void)unused;
    struct arena mem = { 0 };
    static const struct { const char *text, *want; } cases[] = {
        { "张小丰扶李奶奶过河", "张*丰扶李奶奶过河" },
        { "张小丰和张小丰", "张*丰和张*丰" },
        { "电话13812345678", "电话138****" },
        { "电话１３８１２３４５６７８", "电话138****" },
        { "证号44162119800101123X，2026年11月21日", "证号441****，2026年11月21日" },
        { "证号44162119800101123x后", "证号441****后" },
        { "电话13812345678，家", "电话138****，家" },
        { "门牌123456", "门牌123456" },
        { "座机1234567", "座机123****" },
        { "捐款2000元", "捐款2000元" },
        { "", "" },
        { "<b>张小丰</b>'; DROP TABLE claim;--", "<b>张*丰</b>'; DROP TABLE claim;--" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(claim_public_text(&mem, cases[i].text, "张小丰", "张*丰"), cases[i].want);
    arena_clear(&mem);
}

static void names_fit_the_numbers(void **unused)
{
    (void)unused;
    for (int i = CLAIM_SUBMITTED; i < CLAIM_STATES; i++) {
        assert_int_equal(claim_state_of(claim_states[i]), i);
        assert_non_null(claim_states_zh[i]);
    }
    assert_null(claim_states[CLAIM_STATES]);
    assert_int_equal(text_place(claim_states, "nonsense"), -1);
    assert_null(claim_actions[CLAIM_ACTIONS]);
    assert_null(claim_actions_zh[CLAIM_ACTIONS]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_with_every_action), cmocka_unit_test(everybody_who_decides_is_not_involved),
        cmocka_unit_test(words_for_what_comes_next), cmocka_unit_test(what_may_hang_on_a_wall),
        cmocka_unit_test(names_fit_the_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The builder of trees: what it makes of calls in order, and that calls in any order do no harm
 * (the page's YAML reader makes them from outside). */
#include <string.h>

#include "kernel/test.h"
#include "kernel/text.h"
#include "scheme/scheme_tool.h"
#include "scheme/scheme_tree.h"

static void scalar(struct scheme_tree *t, const char *text, int line, int column)
{
    tree_scalar(t, text, false, line, column);
}

static void pairs(void **state)
{
    struct scheme_check c = { .mem = *state };
    struct scheme_tree t;
    tree_begin(&t, &c, 100);
    tree_map(&t, 1, 3); /* as libfyaml sees "[a: 1]": at the colon */
    scalar(&t, "a", 1, 2), scalar(&t, "1", 1, 5);
    scalar(&t, "empty", 2, 2), scalar(&t, "", 0, 0);
    scalar(&t, "list", 3, 2), tree_list(&t, 4, 4), scalar(&t, "", 0, 0), scalar(&t, "x", 5, 6),
        tree_end(&t);
    tree_list(&t, 6, 2), scalar(&t, "k", 6, 3), tree_end(&t), scalar(&t, "v", 6, 7);
    tree_end(&t);
    const struct scheme_node *root = tree_finish(&t), *list = node_get(root, "list");
    assert_int_equal(root->column, 2);
    assert_string_equal(node_get(root, "a")->text, "1");
    assert_int_equal(node_get(root, "empty")->line, 2);
    assert_int_equal(list->child->line, 4);
    assert_string_equal(node_path(*state, list->child->next), "list/1");
    assert_int_equal(c.errors, 1);
    assert_string_equal(c.first->en, "a key must be plain text");
    assert_int_equal(c.first->line, 6);
}

static const char *only_finding(void *mem, struct scheme_tree *t, struct scheme_check *c)
{
    (void)mem;
    assert_null(tree_finish(t));
    assert_int_equal(c->count, 1);
    return c->first->en;
}

static void limits(void **state)
{
    struct scheme_check deep = { .mem = *state }, many = { .mem = *state },
                        large = { .mem = *state }, nothing = { .mem = *state };
    struct scheme_tree t;
    tree_begin(&t, &deep, 0);
    for (int i = 0; i <= SCHEME_DEPTH; i++) tree_list(&t, i + 1, 1);
    for (int i = 0; i <= SCHEME_DEPTH; i++) tree_end(&t);
    assert_string_equal(only_finding(*state, &t, &deep), "nested too deeply: at most 12 levels");
    assert_int_equal(deep.first->line, SCHEME_DEPTH + 1);
    tree_begin(&t, &many, 0);
    tree_list(&t, 1, 1);
    for (int i = 0; i < SCHEME_NODES + 5; i++) scalar(&t, "1", 1, i + 2);
    tree_end(&t);
    assert_string_equal(only_finding(*state, &t, &many), "too much content: at most 40000 values");
    assert_int_equal(many.first->column, SCHEME_NODES + 1);
    tree_begin(&t, &large, SCHEME_BYTES + 1);
    tree_map(&t, 1, 1), tree_end(&t);
    assert_string_equal(only_finding(*state, &t, &large), "file too large: at most 512 KiB");
    tree_begin(&t, &nothing, 0);
    assert_string_equal(only_finding(*state, &t, &nothing), "the file is empty");
}

static uint32_t below(uint64_t *seed, uint32_t n)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33) % n;
}

/* Words that get far into the checker now and then. */
static const char *const texts[] = { "scheme",   "items",
                                     "code",     "for",
                                     "points",   "2..10",
                                     "cap",      "per",
                                     "month",    "rounds",
                                     "sheets",   "sections",
                                     "lines",    "max",
                                     "bands",    "titles",
                                     "ladder",   "share",
                                     "ranking",  "classes",
                                     "resident", "",
                                     "~",        "5",
                                     "-1",       "99999999999999999999",
                                     "代号",     "extends",
                                     "template", "change" };

static void any_order(void **state)
{
    uint64_t seed = 7;
    (void)state;
    for (int round = 0; round < 3000; round++) {
        struct arena mem = { 0 };
        struct scheme_check c = { .mem = &mem };
        struct scheme_tree t;
        tree_begin(&t, &c, below(&seed, 50) ? 10 : SCHEME_BYTES + 1);
        if (below(&seed, 4)) tree_map(&t, 1, 1);
        for (uint32_t n = below(&seed, 60); n > 0; n--) {
            int line = (int)below(&seed, 9) - 2, column = (int)below(&seed, 9) - 2;
            uint32_t what = below(&seed, 20);
            if (what < 3) tree_map(&t, line, column);
            else if (what < 5) tree_list(&t, line, column);
            else if (what < 8) tree_end(&t);
            else if (what == 8) tree_alias(&t, line, column);
            else if (what == 9) tree_anchor(&t, line, column);
            else tree_scalar(&t, texts[below(&seed, COUNT(texts))], what == 10, line, column);
        }
        if (!below(&seed, 40)) tree_syntax(&t, 1, 1, "x", "x");
        while (t.depth && below(&seed, 10)) tree_end(&t);
        const struct scheme_node *root = tree_finish(&t);
        EXPECT(root || c.errors, "round %d: nothing and no word about it", round);
        const struct scheme *s = scheme_of_tree(&c, root);
        EXPECT(!s == (c.errors > 0), "round %d: a scheme with an error", round);
        const struct checked *told = tool_check(&mem, s, c.first);
        EXPECT(told->ok == (s != NULL) && (told->ok || told->errors > 0), "round %d", round);
        arena_clear(&mem);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { TEST(pairs), TEST(limits), TEST(any_order) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What evaluation keeps from one visit to the next does not show in results; sorting keeps equals in place. */
#include <string.h>

#include "kernel/file.h"
#include "scheme/scheme_eval.h"
#include "scheme/scheme_sort.h"

#include "kernel/test.h" /* after ours: cmocka has a macro fail() */

/* xorshift64*: the same numbers everywhere. */
static uint64_t seed;
static int upto(int n)
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return (int)((seed * UINT64_C(2685821657736338717) >> 33) % (uint64_t)n);
}

/* ---- marks ---- */

/* Where a visit's marks belong is remembered from the visit before: that must not show, whatever
 * changes from one to the next. */
static void marks_are_found_as_if_every_visit_were_the_first(void **state)
{
    static const char *const names[] = {
        "yard",    "hall",  "kitchen",     "bedroom", "toilet", "lead",       "voice",   "law",
        "support", "study", "industrious", "job",     "family", "neighbours", "nonsense"
    };
    struct arena *mem = *state;
    struct scheme_finding *found;
    const char *text;
    size_t n;
    int wrong = 0, right = 0;
    assert_null(file_read(mem, "tests/bench/evaluation/village.yaml", 1 << 20, &text, &n));
    const struct scheme *s = scheme_parse(mem, "village", text, n, &found);
    const struct scheme_sheet *sheet = s->rules.sheets.items;
    struct eval_work *work = eval_work_new(mem, s);
    seed = 11;
    for (int turn = 0; turn < 400; turn++) {
        struct eval kept = { .mem = mem, .s = s };
        struct scheme_level marks[16];
        size_t order[16];
        eval_work_begin(work, &kept);
        for (size_t i = 0; i < 14; i++) order[i] = i;
        for (int visit = 0; visit < 6; visit++) {
            struct fact_visit v = { .marks = { marks, 14 } };
            if (upto(3) == 0)
                for (size_t i = 0; i < 3; i++) {
                    size_t a = (size_t)upto(14), b = (size_t)upto(14), t = order[a];
                    order[a] = order[b];
                    order[b] = t;
                }
            for (size_t i = 0; i < 14; i++) {
                int64_t c = 100 * upto(6);
                const char *name = names[order[i]];
                if (upto(8) == 0) name = arena_strdup(mem, name); /* the same text elsewhere */
                marks[i] = (struct scheme_level){ name, { c, c } };
            }
            switch (upto(12)) { /* now and then something is wrong with it */
            case 0:
                marks[upto(14)].points.min_c = 5000;
                break;
            case 1:
                marks[upto(14)].points.min_c = -100;
                break;
            case 2:
                v.marks.n = 13;
                break;
            case 3:
                marks[upto(14)].name = names[14];
                break;
            case 4:
                marks[3].name = marks[4].name;
                break;
            default:
                break;
            }
            struct eval fresh = { .mem = mem, .s = s, .explain = true };
            struct eval_sum a, b;
            const struct err *x = eval_mark(&kept, sheet, &v, &a),
                             *y = eval_mark(&fresh, sheet, &v, &b);
            EXPECT(!x == !y, "turn %d, visit %d: %s, %s", turn, visit, x ? x->en : "fine",
                   y ? y->en : "fine");
            if (x) assert_string_equal(x->en, y->en);
            else assert_int_equal(a.value_c, b.value_c);
            wrong += x != NULL;
            right += x == NULL;
        }
    }
    assert_true(wrong > 300 && right > 1000);
}

/* ---- sorting ---- */

struct card {
    int key, was;
};
static int by_key(const void *a, const void *b, const void *arg)
{
    const struct card *x = a, *y = b;
    (void)arg;
    return (x->key > y->key) - (x->key < y->key);
}

static void equals_stay_in_place(void **state)
{
    struct arena *mem = *state;
    seed = 5;
    for (int turn = 0; turn < 200; turn++) {
        int n = turn < 40 ? turn : upto(700), keys = 1 + upto(turn % 3 ? 10 : 1000);
        struct card *v = arena_array(mem, struct card, (size_t)n + 1);
        for (int i = 0; i < n; i++) v[i] = (struct card){ upto(keys), i };
        sort_stable(mem, v, (size_t)n, sizeof *v, by_key, NULL);
        for (int i = 1; i < n; i++)
            EXPECT(v[i - 1].key < v[i].key || (v[i - 1].key == v[i].key && v[i - 1].was < v[i].was),
                   "%d cards, at %d", n, i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(marks_are_found_as_if_every_visit_were_the_first),
        TEST(equals_stay_in_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Tree → scheme: struct by the table of keys (scheme_bind.c) → the whole is checked (scheme_check.c). A
 * scheme with an error is no scheme.
 */
#include <string.h>

#include "kernel/text.h"
#include "scheme/scheme_file.h"

struct scheme *scheme_of_tree(struct scheme_check *c, const struct scheme_node *root)
{
    struct scheme_file *f = arena_new(c->mem, struct scheme_file);
    struct scheme *s = &f->s;

    if (!root) return NULL;
    scheme_bind(c, &scheme_shape, root, f);
    s->from = NONE;
    s->root = root;
    if (f->publicity) {
        s->publicity_days = f->publicity->days;
        s->publicity_workdays = f->publicity->workdays == 1;
    }
    if (f->false_claims) {
        s->false_claim_times = f->false_claims->times;
        s->false_claim_bars = !f->false_claims->bars                      ? 0
                              : text_equal(f->false_claims->bars, "year") ? 1
                                                                          : 2;
    } else if (s->items.n) {
        check_error(c, root, "缺少“false_claims”（虚假申报）：虚假申报的处罚",
                    "\"false_claims\" is missing: what a false claim costs");
    }
    if (root->kind == NODE_MAP) scheme_check_whole(c, s);
    return c->errors ? NULL : s;
}

const struct scheme_item *scheme_item_find(const struct scheme *s, const char *code)
{
    for (size_t i = 0; i < s->items.n; i++) {
        const struct scheme_item *item = &LIST_AT(s->items, struct scheme_item, i);
        if (text_equal(item->code, code)) return item;
    }
    return NULL;
}

const char *scheme_balance_label(const struct scheme *s, const char *currency)
{
    for (size_t i = 0; i < s->accounts.n; i++) {
        const struct scheme_balance *b = &LIST_AT(s->accounts, struct scheme_balance, i);
        if (text_equal(b->code, currency)) return b->label;
    }
    return currency;
}

const char *scheme_category_label(const struct scheme *s, const char *category)
{
    for (size_t i = 0; i < s->categories.n; i++) {
        const struct scheme_category *k = &LIST_AT(s->categories, struct scheme_category, i);
        if (text_equal(k->code, category)) return k->label;
    }
    return category;
}

static const struct scheme_class *find_class(const struct scheme *s, const char *code)
{
    for (size_t i = 0; i < s->classes.n; i++) {
        const struct scheme_class *k = &LIST_AT(s->classes, struct scheme_class, i);
        if (text_equal(k->code, code)) return k;
    }
    return NULL;
}

const char *scheme_class_label(const struct scheme *s, const char *class_)
{
    const struct scheme_class *k = find_class(s, class_);
    return k ? k->label : class_;
}

const char *scheme_class_of(const struct scheme *s, const char *class_)
{
    if (find_class(s, class_)) return class_;
    if (text_equal(class_, "party_member") && find_class(s, "resident")) return "resident";
    return NULL;
}

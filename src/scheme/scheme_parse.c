/* Tree → scheme: struct by the table of keys (scheme_bind.c) → the whole is checked (scheme_check.c). A
 * scheme with an error is no scheme.
 */
#include <string.h>

#include "kernel/text.h"
#include "scheme/scheme_file.h"
#include "scheme/scheme_index.h"

struct scheme *scheme_of_tree(struct scheme_check *c, const struct scheme_node *root)
{
    struct scheme_file *f = arena_new(c->mem, struct scheme_file);
    struct scheme *s = &f->s;

    if (!root) return NULL;
    scheme_bind(c, &scheme_shape, root, f);
    s->from = NONE;
    s->file = f;
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
        check_at(c, false, root->line, root->column, "false_claims",
                 "缺少“虚假申报”（false_claims）：虚假申报的处罚",
                 "\"false_claims\" is missing: what a false claim costs");
    }
    if (root->kind == NODE_MAP) scheme_check_whole(c, s);
    if (c->errors) return NULL;
    s->index = scheme_index_new(c->mem, s);
    return s;
}

const struct scheme_item *scheme_item_find(const struct scheme *s, const char *code)
{
    if (s->index && s->index->items_at == s->items.items) {
        uint32_t at = names_find(&s->index->codes, code);
        return at ? &LIST_AT(s->items, struct scheme_item, at - 1) : NULL;
    }
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
    return scheme_class_pick(s, class_, NULL);
}

static bool has_tag(const struct list *tags, const char *tag)
{
    for (size_t i = 0; tags && i < tags->n; i++)
        if (text_equal(LIST_AT(*tags, const char *, i), tag)) return true;
    return false;
}

/* The register names members of the party by a class of their own; to a scheme they are residents
 * with a tag. */
static bool fits(const struct scheme_class *k, const char *kind, bool party,
                 const struct list *tags)
{
    if (!text_equal(k->kind, kind)) return false;
    for (size_t i = 0; i < k->tags.n; i++) {
        const char *tag = LIST_AT(k->tags, const char *, i);
        if (!(party && text_equal(tag, "党员")) && !has_tag(tags, tag)) return false;
    }
    return true;
}

const char *scheme_class_pick(const struct scheme *s, const char *class_, const struct list *tags)
{
    const struct scheme_class *named = find_class(s, class_), *best = named;
    bool party = text_equal(class_, "party_member");
    const char *kind = named ? named->kind : party ? "resident" : class_;
    for (size_t i = 0; i < s->classes.n; i++) {
        const struct scheme_class *k = &LIST_AT(s->classes, struct scheme_class, i);
        if (fits(k, kind, party, tags) && (!best || k->tags.n > best->tags.n)) best = k;
    }
    return best ? best->code : NULL;
}

const char *scheme_class_kind(const struct scheme *s, const char *code)
{
    const struct scheme_class *k = find_class(s, code);
    return k ? k->kind : NULL;
}

bool scheme_class_is(const struct scheme *s, const char *a, const char *b)
{
    const struct scheme_class *x = find_class(s, a), *y = find_class(s, b);
    if (!x || !y || !text_equal(x->kind, y->kind)) return text_equal(a, b);
    for (size_t i = 0; i < y->tags.n; i++)
        if (!has_tag(&x->tags, LIST_AT(y->tags, const char *, i))) return false;
    return true;
}

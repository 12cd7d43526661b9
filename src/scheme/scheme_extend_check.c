/* A template's own rules: what it lets villages change has to be there, and its bounds hold its own
 * values. */
#include "scheme/scheme_diff.h"
#include "scheme/scheme_extend.h"

#include <string.h>

#include "kernel/dec.h"
#include "kernel/text.h"
#include "scheme/scheme_file.h"

#define MEMBER(T, base, key) ((T const *)((const char *)(base) + (key)->at))

/* ---- a key as people write it → a pattern of paths ---- */

static const struct scheme_key *key_in(const struct scheme_shape *shape, const char *name)
{
    for (const struct scheme_key *k = shape->keys; k->kind; k++)
        if (text_equal(k->name, name) || text_equal(k->name_zh, name)) return k;
    return NULL;
}

static void unknown_part(struct scheme_check *c, const struct scheme_shape *shape, const char *part,
                         const struct scheme_node *at)
{
    const char *words[2 * 64 + 1];
    int w = 0;
    for (const struct scheme_key *k = shape->keys; k->kind && w < 2 * 63; k++) {
        words[w++] = k->name;
        if (k->name_zh) words[w++] = k->name_zh;
    }
    words[w] = NULL;
    unknown_reference(c, at, "键", "key", part, words);
}

/* The entry of a list as it stands in paths, by code or name; "*" stays; NULL: none, with a
 * finding. */
static const char *entry_part(struct scheme_check *c, const struct scheme *s,
                              const struct scheme_shape *shape, struct list l, const char *part,
                              const struct scheme_node *at)
{
    const struct scheme_key *id = scheme_identity(shape), *label = key_in(shape, "label");
    const char *words[2 * 64 + 1];
    int w = 0;
    if (!strcmp(part, "*") || !id || !l.items) return part;
    for (size_t i = 0; i < l.n; i++) {
        const void *p = (const char *)l.items + i * shape->size;
        const char *code = scheme_value_text(c->mem, s, id, p, LANG_EN),
                   *zh = scheme_value_text(c->mem, s, id, p, LANG_ZH);
        const char *name = label ? scheme_value_text(c->mem, s, label, p, LANG_ZH) : NULL;
        if (text_equal(code, part) || text_equal(zh, part) || text_equal(name, part)) return code;
        if (w < 2 * 63 && code) words[w++] = code;
        if (w < 2 * 63 && name) words[w++] = name;
    }
    words[w] = NULL;
    unknown_reference(c, at, shape->zh, shape->name, part, words);
    return NULL;
}

static const void *entry_of(struct arena *mem, const struct scheme *s,
                            const struct scheme_shape *shape, struct list l, const char *part)
{
    const struct scheme_key *id = scheme_identity(shape);
    for (size_t i = 0; id && l.items && i < l.n; i++) {
        const void *p = (const char *)l.items + i * shape->size;
        if (text_equal(scheme_value_text(mem, s, id, p, LANG_EN), part)) return p;
    }
    return NULL;
}

/* p NULL: below a "*", where nothing can be looked up. NULL: a finding. */
static const char *pattern_of(struct scheme_check *c, const struct scheme *s,
                              const struct scheme_shape *shape, const void *p, const char *text,
                              const struct scheme_node *at)
{
    const char *out = "", *rest = text;
    while (rest) {
        const char *part = arena_strndup(c->mem, rest, strcspn(rest, "/"));
        rest = strchr(rest, '/') ? strchr(rest, '/') + 1 : NULL;
        const struct scheme_key *k = shape ? key_in(shape, part) : NULL;
        if (!k) {
            if (shape) unknown_part(c, shape, part, at);
            else
                check_error(c, at, arena_printf(c->mem, "“%s”下面没有“%s”。", out, part),
                            arena_printf(c->mem, "there is nothing below \"%s\"", out));
            return NULL;
        }
        out = arena_printf(c->mem, "%s%s%s", out, *out ? "/" : "", k->name);
        if (k->kind == KEY_MAP) {
            p = p ? *MEMBER(void *, p, k) : NULL;
        } else if ((k->kind == KEY_LIST || k->kind == KEY_LEVELS) && rest) {
            struct list l =
                p && k->kind == KEY_LIST ? *MEMBER(struct list, p, k) : (struct list){ 0 };
            part = arena_strndup(c->mem, rest, strcspn(rest, "/"));
            bool key = k->kind == KEY_LIST && k->flags & KEY_ONE &&
                       key_in(k->sub, part); /* cap/points: of each cap */
            const char *e = key                   ? "*"
                            : k->kind == KEY_LIST ? entry_part(c, s, k->sub, l, part, at)
                                                  : part;
            if (!e) return NULL;
            if (!key) rest = strchr(rest, '/') ? strchr(rest, '/') + 1 : NULL;
            out = arena_printf(c->mem, "%s/%s", out, e);
            p = k->kind == KEY_LIST ? entry_of(c->mem, s, k->sub, l, e) : NULL;
        }
        shape = k->sub;
    }
    return out;
}

/* ---- one rule ---- */

static void add_path(struct scheme_check *c, struct scheme_may_change *m, const char *path)
{
    const char **all = arena_array(c->mem, const char *, m->paths.n + 1);
    for (size_t i = 0; i < m->paths.n; i++) all[i] = LIST_AT(m->paths, const char *, i);
    all[m->paths.n++] = path;
    m->paths.items = all;
}

static void item_paths(struct scheme_check *c, const struct scheme *s, struct scheme_may_change *m)
{
    const struct scheme_shape *item_shape = key_in(&scheme_shape, "items")->sub;
    const struct scheme_node *at = key_or_self(m->node, "item", "项目");
    const char *code = entry_part(c, s, item_shape, s->items, m->item, at);
    if (!code) return;
    if (m->key) {
        const char *path =
            pattern_of(c, s, item_shape, entry_of(c->mem, s, item_shape, s->items, code), m->key,
                       key_or_self(m->node, "key", "内容"));
        if (path) add_path(c, m, arena_printf(c->mem, "items/%s/%s", code, path));
    } else if (m->points.min_c != NONE) {
        add_path(c, m, arena_printf(c->mem, "items/%s/points", code));
        add_path(c, m, arena_printf(c->mem, "items/%s/levels/*", code));
        add_path(c, m, arena_printf(c->mem, "items/%s/steps/*/points", code));
    } else {
        add_path(c, m, arena_printf(c->mem, "items/%s", code));
    }
}

struct seen {
    struct scheme_check *c;
    const struct scheme *s;
    const struct scheme_may_change *m;
    int found, numbers, words, outside, loose;
};

static bool word_in(const struct seen *v, const struct scheme_key *k, const void *p)
{
    const char *zh = scheme_value_text(v->c->mem, v->s, k, p, LANG_ZH),
               *en = scheme_value_text(v->c->mem, v->s, k, p, LANG_EN);
    for (size_t i = 0; i < v->m->allow.n; i++) {
        const char *word = LIST_AT(v->m->allow, const char *, i);
        if (text_equal(word, zh) || text_equal(word, en)) return true;
    }
    return false;
}

static bool number_in(const struct scheme_key *k, const char *level, const void *p,
                      struct scheme_range in)
{
    struct scheme_range v = { 0, 0 };
    if (k->kind == KEY_RANGE) v = *MEMBER(struct scheme_range, p, k);
    else if (k->kind == KEY_LEVELS) {
        struct list l = *MEMBER(struct list, p, k);
        for (size_t i = 0; i < l.n; i++)
            if (text_equal(LIST_AT(l, struct scheme_level, i).name, level))
                v = LIST_AT(l, struct scheme_level, i).points;
    } else {
        v.min_c = v.max_c =
            *MEMBER(int64_t, p, k) * (k->kind == KEY_POINTS || k->kind == KEY_BOUND ? 1 : 100);
    }
    return v.min_c >= in.min_c && v.max_c <= in.max_c;
}

/* Is the template's own value the loose end of the bounds? */
static bool at_bound(const struct scheme_key *k, const void *p, struct scheme_range in, int way)
{
    int64_t v = *MEMBER(int64_t, p, k) * (k->kind == KEY_POINTS ? 1 : 100);
    return way > 0 ? in.min_c >= v : in.max_c <= v;
}

static bool is_number(const struct scheme_key *k)
{
    return k->kind == KEY_RANGE || k->kind == KEY_LEVELS || k->kind == KEY_POINTS ||
           k->kind == KEY_BOUND || k->kind == KEY_INT;
}

static void see(void *arg, const char *path, const struct scheme_shape *shape,
                const struct scheme_key *k, const char *level, const void *p)
{
    struct seen *v = arg;
    const struct scheme_may_change *m = v->m;
    (void)shape;
    for (size_t i = 0; i < m->paths.n; i++) {
        const char *pattern = LIST_AT(m->paths, const char *, i);
        bool exact = scheme_path_matches(pattern, path);
        if (!exact && !scheme_path_matches(arena_printf(v->c->mem, "%s/**", pattern), path))
            continue;
        v->found++;
        if (!exact) return;
        struct scheme_range in = m->points.min_c != NONE ? m->points : m->between;
        bool wild = strchr(pattern, '*') != NULL;
        v->numbers += is_number(k);
        v->words += k->kind == KEY_WORD || k->kind == KEY_WORDS || k->kind == KEY_NAMES ||
                    k->kind == KEY_TEXT;
        /* A rule for all entries need not hold each of them: equal to the template is always right.
         */
        if (in.min_c != NONE && is_number(k) && !wild) v->outside += !number_in(k, level, p, in);
        /* A limit only becomes stricter: the looser part of the bounds would never hold. */
        int way = scheme_stricter_way(path);
        if (in.min_c != NONE && way && is_number(k) && !wild && number_in(k, level, p, in))
            v->loose += !at_bound(k, p, in, way);
        if (m->allow.n && k->kind == KEY_WORD && !wild) v->outside += !word_in(v, k, p);
        return;
    }
}

/* The words of a rule in their English form, as values are kept. */
static void english_words(void *arg, const char *path, const struct scheme_shape *shape,
                          const struct scheme_key *k, const char *level, const void *p)
{
    struct scheme_may_change *m = arg;
    (void)shape, (void)level, (void)p;
    if (!k->words || !m->paths.n || !scheme_path_matches(LIST_AT(m->paths, const char *, 0), path))
        return;
    for (size_t i = 0; i < m->allow.n; i++)
        for (const struct scheme_word *w = k->words; w->name; w++)
            if (text_equal(w->zh, LIST_AT(m->allow, const char *, i)))
                LIST_AT(m->allow, const char *, i) = w->name;
}

static void check_change(struct scheme_check *c, const struct scheme *s,
                         struct scheme_may_change *m)
{
    int errors = c->errors,
        bounds = (m->points.min_c != NONE) + (m->between.min_c != NONE) + (m->allow.n > 0);
    if (!m->item && !m->key) {
        check_error(c, m->node, "要写哪个项目（item）或哪个键（key）可以改。",
                    "say which item or which key may change");
        return;
    }
    if (bounds > 1)
        check_error(c, m->node, "分值、范围和可选只能写一个。",
                    "points, between and allow exclude each other");
    if (m->points.min_c != NONE && (!m->item || m->key))
        check_error(c, m->node, "分值（points）和项目（item）一起写；别的键写范围（between）。",
                    "points goes with item alone; other keys have between");
    if (m->item) item_paths(c, s, m);
    else {
        const char *path =
            pattern_of(c, s, &scheme_shape, s->file, m->key, key_or_self(m->node, "key", "内容"));
        if (path) add_path(c, m, path);
    }
    if (c->errors > errors) return;
    scheme_visit(c->mem, s, english_words, m);
    struct seen v = { .c = c, .s = s, .m = m };
    scheme_visit(c->mem, s, see, &v);
    const struct scheme_node *at = m->key ? key_or_self(m->node, "key", "内容") : m->node;
    if (!v.found)
        check_warn(c, at, "模板里没有这一项，写了也没有作用。",
                   "the template has nothing of this kind: the rule does nothing");
    else if ((m->points.min_c != NONE || m->between.min_c != NONE) && !v.numbers)
        check_error(c, at, "这一项不是数，不能写范围。", "this is no number: bounds make no sense");
    else if (m->allow.n && !v.words)
        check_error(c, at, "这一项是数，请写范围（between）。", "this is a number: write between");
    if (v.loose)
        check_error(c, m->node, "这是限制，只能更严：范围要从模板自己的值起。",
                    "a limit only becomes stricter: the bounds begin at the template's own value");
    if (v.outside)
        check_error(c, m->node, "模板自己的值不在允许的范围里。",
                    "the template's own value is not within the bounds");
}

void scheme_check_template(struct scheme_check *c, struct scheme *s)
{
    struct scheme_template *t = s->template_;
    if (!t || c->errors) return;
    if (s->extends)
        check_error(c, key_or_self(s->root, "extends", "依据模板"), "镇模板不再依据别的模板。",
                    "a template extends no other");
    for (size_t i = 0; i < t->change.n; i++)
        check_change(c, s, &LIST_AT(t->change, struct scheme_may_change, i));
    for (size_t i = 0; i < t->add.n; i++) {
        const struct scheme_may_add *a = &LIST_AT(t->add, struct scheme_may_add, i);
        if (a->points.min_c != NONE && !text_equal(a->what, "items"))
            check_error(c, key_or_self(a->node, "points", "分值"),
                        "只有新增项目（items）才写分值。", "only added items have points");
        for (size_t k = 0; k < i; k++)
            if (text_equal(LIST_AT(t->add, struct scheme_may_add, k).what, a->what))
                check_error(c, a->node, "前面已经写过。", "said already above");
    }
}

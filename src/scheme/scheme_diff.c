/* Two schemes side by side: scheme_diff.h. */
#include "scheme/scheme_diff.h"

#include <string.h>

#include "kernel/buf.h"
#include "kernel/dec.h"
#include "kernel/text.h"
#include "scheme/scheme_file.h"

#define MEMBER(T, base, key) ((T const *)((const char *)(base) + (key)->at))
enum { WORDS_MAX = 8192 };

struct two {
    const char *zh, *en;
};
struct side {
    const void *p;
    const struct scheme *s;
};
struct walk {
    struct arena *mem;
    const struct scheme *before, *after;
    struct scheme_change *rows;
    size_t n, room;
};

static const char *zh(const struct scheme_key *k)
{
    return k->name_zh ? k->name_zh : k->name;
}

/* Where it stands in the newer file; what no file wrote (the usual balances) stands at its
 * beginning. */
static const struct scheme_node *node_of(const struct walk *w, const struct scheme_shape *shape,
                                         const void *p)
{
    const struct scheme_node *n =
        *(const struct scheme_node *const *)((const char *)p + shape->node_at);
    return n ? n : w->after->root;
}

/* ---- values in words ---- */

static const char *names_text(struct walk *w, const struct scheme *s, const struct scheme_key *k,
                              struct list l, enum lang lang)
{
    struct buf b = buf_in(w->mem, WORDS_MAX);
    buf_puts(&b, "");
    for (size_t i = 0; i < l.n; i++) {
        const char *name = LIST_AT(l, const char *, i);
        for (const struct scheme_word *x = k->words; x && x->name; x++)
            if (!strcmp(x->name, name) && x->zh && lang == LANG_ZH) name = x->zh;
        if (!strcmp(k->name, "for")) name = scheme_class_label(s, name);
        if (!strcmp(k->name, "categories")) name = scheme_category_label(s, name);
        buf_printf(&b, "%s%s", !i ? "" : lang == LANG_ZH ? "、" : ", ", name);
    }
    return b.p;
}

static const char *range_text(struct walk *w, struct scheme_range v)
{
    char low[DEC_SIZE], high[DEC_SIZE];
    dec_human(v.min_c, low);
    dec_human(v.max_c, high);
    return v.min_c == v.max_c ? arena_strdup(w->mem, low)
                              : arena_printf(w->mem, "%s..%s", low, high);
}

static const char *number_text(struct walk *w, const struct scheme_key *k, int64_t v,
                               enum lang lang)
{
    char s[DEC_SIZE];
    if (k->kind == KEY_BOOL)
        return v ? (lang == LANG_ZH ? "是" : "yes") : lang == LANG_ZH ? "否" : "no";
    if (k->kind == KEY_NUMBERED)
        return lang == LANG_ZH && k->words[v].zh ? k->words[v].zh : k->words[v].name;
    if (k->kind == KEY_INT) return arena_printf(w->mem, "%lld", (long long)v);
    if (k->kind == KEY_DATE) return date_format(v, arena_alloc(w->mem, DATE_SIZE));
    if (v > DAY_BOUND / 2)
        return date_format(date_of(2023, 12, 31) + v - DAY_BOUND, arena_alloc(w->mem, DATE_SIZE)) +
               5;
    return arena_strdup(w->mem, dec_human(v, s));
}

static const char *text_text(const struct scheme *s, const struct scheme_key *k, const char *v,
                             enum lang lang)
{
    if (!v) return NULL;
    for (const struct scheme_word *x = k->words; x && x->name; x++)
        if (!strcmp(x->name, v)) return lang == LANG_ZH && x->zh ? x->zh : v;
    if (!strcmp(k->name, "for")) return scheme_class_label(s, v);
    if (!strcmp(k->name, "category")) return scheme_category_label(s, v);
    return v;
}

/* NULL: absent. */
static const char *value_text(struct walk *w, const struct scheme *s, const struct scheme_key *k,
                              const void *p, enum lang lang)
{
    switch (k->kind) {
    case KEY_CODE:
    case KEY_TEXT:
    case KEY_WORD:
        return text_text(s, k, *MEMBER(char *, p, k), lang);
    case KEY_INT:
    case KEY_BOOL:
    case KEY_DATE:
    case KEY_POINTS:
    case KEY_BOUND:
    case KEY_NUMBERED: {
        int64_t v = *MEMBER(int64_t, p, k);
        return v == NONE ? NULL : number_text(w, k, v, lang);
    }
    case KEY_RANGE: {
        struct scheme_range v = *MEMBER(struct scheme_range, p, k);
        return v.min_c == NONE ? NULL : range_text(w, v);
    }
    case KEY_WORDS:
    case KEY_NAMES: {
        struct list l = *MEMBER(struct list, p, k);
        return l.n ? names_text(w, s, k, l, lang) : NULL;
    }
    case KEY_END:
    case KEY_MAP:
    case KEY_LIST:
    case KEY_LEVELS:
        break;
    }
    return NULL;
}

static bool names_equal(struct list a, struct list b)
{
    if (a.n != b.n) return false;
    for (size_t i = 0; i < a.n; i++) {
        bool found = false;
        for (size_t j = 0; j < b.n && !found; j++)
            found = text_equal(LIST_AT(a, const char *, i), LIST_AT(b, const char *, j));
        if (!found) return false;
    }
    return true;
}

static bool value_equal(const struct scheme_key *k, const void *a, const void *b)
{
    switch (k->kind) {
    case KEY_CODE:
    case KEY_TEXT:
    case KEY_WORD:
        return text_equal(*MEMBER(char *, a, k), *MEMBER(char *, b, k));
    case KEY_INT:
    case KEY_BOOL:
    case KEY_DATE:
    case KEY_POINTS:
    case KEY_BOUND:
    case KEY_NUMBERED:
        return *MEMBER(int64_t, a, k) == *MEMBER(int64_t, b, k);
    case KEY_RANGE: {
        struct scheme_range x = *MEMBER(struct scheme_range, a, k),
                            y = *MEMBER(struct scheme_range, b, k);
        return x.min_c == y.min_c && x.max_c == y.max_c;
    }
    case KEY_WORDS:
    case KEY_NAMES:
        return names_equal(*MEMBER(struct list, a, k), *MEMBER(struct list, b, k));
    case KEY_END:
    case KEY_MAP:
    case KEY_LIST:
    case KEY_LEVELS:
        break;
    }
    return true;
}

/* ---- who is who ---- */

static const struct scheme_key *key_named(const struct scheme_shape *shape, const char *name)
{
    for (const struct scheme_key *k = shape->keys; k->kind; k++)
        if (!strcmp(k->name, name)) return k;
    return NULL;
}

const struct scheme_key *scheme_identity(const struct scheme_shape *shape)
{
    const struct scheme_key *code = key_named(shape, "code"), *per = key_named(shape, "per");
    if (code) return code;
    for (const struct scheme_key *k = shape->keys; k->kind; k++)
        if (k->kind == KEY_TEXT && k->flags & KEY_REQUIRED) return k;
    return per && per->kind == KEY_NUMBERED ? per : NULL;
}

static const void *entry(const struct scheme_shape *shape, struct list l, size_t i)
{
    return (const char *)l.items + i * shape->size;
}

/* The entry of l that is entry i of `of`: of several with one period, the same in order. */
static const void *partner(const struct scheme_shape *shape, struct list l, struct list of,
                           size_t i)
{
    const struct scheme_key *id = scheme_identity(shape);
    if (!id) return i < l.n ? entry(shape, l, i) : NULL;
    const void *wanted = entry(shape, of, i);
    size_t nth = 0;
    for (size_t j = 0; j < i; j++) nth += value_equal(id, entry(shape, of, j), wanted);
    for (size_t j = 0; j < l.n; j++)
        if (value_equal(id, entry(shape, l, j), wanted) && !nth--) return entry(shape, l, j);
    return NULL;
}

/* “参加义务劳动”, "monthly cap", 第2条 */
static struct two entry_name(struct walk *w, const struct scheme *s,
                             const struct scheme_shape *shape, const void *p, size_t i)
{
    const struct scheme_key *label = key_named(shape, "label"), *id = scheme_identity(shape);
    if (!label) label = id && id->kind == KEY_TEXT ? id : NULL;
    const char *name = label ? value_text(w, s, label, p, LANG_ZH) : NULL;
    if (!name && id && id->kind != KEY_NUMBERED) name = value_text(w, s, id, p, LANG_ZH);
    if (name)
        return (struct two){ arena_printf(w->mem, "“%s”", name),
                             arena_printf(w->mem, " \"%s\"", name) };
    if (id && id->kind == KEY_NUMBERED)
        return (struct two){ arena_printf(w->mem, "（每%s）", value_text(w, s, id, p, LANG_ZH)),
                             arena_printf(w->mem, " (per %s)", value_text(w, s, id, p, LANG_EN)) };
    return (struct two){ arena_printf(w->mem, "第%zu条", i + 1),
                         arena_printf(w->mem, " %zu", i + 1) };
}

static const char *entry_path(struct walk *w, const struct scheme *s, const char *path,
                              const struct scheme_shape *shape, const void *p, size_t i)
{
    const struct scheme_key *id = scheme_identity(shape);
    const char *name = id ? value_text(w, s, id, p, LANG_EN) : NULL;
    if (name && strchr(name, '/')) { /* it parts the path */
        char *whole = arena_strdup(w->mem, name);
        for (char *c = whole; *c; c++)
            if (*c == '/') *c = '|';
        name = whole;
    }
    return name ? arena_printf(w->mem, "%s/%s", path, name)
                : arena_printf(w->mem, "%s/%zu", path, i + 1);
}

/* ---- the walk ---- */

static struct scheme_change *add(struct walk *w, const struct scheme_node *at, bool key)
{
    if (w->n == w->room) {
        size_t room = w->room ? 2 * w->room : 32;
        struct scheme_change *rows = arena_array(w->mem, struct scheme_change, room);
        if (w->n) memcpy(rows, w->rows, w->n * sizeof *rows);
        w->rows = rows;
        w->room = room;
    }
    struct scheme_change *c = &w->rows[w->n++];
    *c = (struct scheme_change){ .line = key && at->key_line ? at->key_line : at->line,
                                 .column = key && at->key_line ? at->key_column : at->column };
    return c;
}

static void value_changed(struct walk *w, const struct scheme_shape *shape,
                          const struct scheme_key *k, struct two where, const char *path,
                          const void *a, const void *b)
{
    const struct scheme_node *at = key_or_self(node_of(w, shape, b), k->name, k->name_zh);
    struct scheme_change *c = add(w, at, false);
    const char *x[2], *y[2];
    for (enum lang l = LANG_ZH; l <= LANG_EN; l++) {
        x[l] = value_text(w, w->before, k, a, l);
        y[l] = value_text(w, w->after, k, b, l);
    }
    c->kind = CHANGE_VALUE;
    c->path = path;
    c->shape = shape, c->key = k, c->before = a, c->after = b;
    if (x[0] && y[0]) {
        c->zh = arena_printf(w->mem, "%s%s由%s改为%s。", where.zh, zh(k), x[0], y[0]);
        c->en = arena_printf(w->mem, "%s%s changed from %s to %s.", where.en, k->name, x[1], y[1]);
        return;
    }
    c->zh = y[0]
                ? arena_printf(w->mem, "%s“%s”定为%s。", where.zh, zh(k), y[0])
                : arena_printf(w->mem, "%s删去“%s”（原为%s）。", where.zh, zh(k), x[0] ? x[0] : "");
    c->en = y[1] ? arena_printf(w->mem, "%s\"%s\" set to %s.", where.en, k->name, y[1])
                 : arena_printf(w->mem, "%s\"%s\" removed (was %s).", where.en, k->name,
                                x[1] ? x[1] : "");
}

static void came_or_went(struct walk *w, enum change_kind kind, const struct scheme_shape *shape,
                         const struct scheme_key *k, struct two where, const char *path,
                         struct two name, const struct scheme_node *at, const void *p)
{
    bool came = kind == CHANGE_ADDED;
    struct scheme_change *c = add(w, at, false);
    c->kind = kind;
    c->path = path;
    c->shape = shape, c->key = k;
    c->before = came ? NULL : p, c->after = came ? p : NULL;
    c->zh =
        arena_printf(w->mem, "%s%s%s%s。", where.zh, came ? "新增" : "删去", shape->zh, name.zh);
    c->en = arena_printf(w->mem, "%s%s %s%s.", where.en, came ? "added" : "removed", shape->name,
                         name.en);
}

static void walk_map(struct walk *w, const struct scheme_shape *shape, struct two where,
                     const char *path, const void *a, const void *b);

static void walk_list(struct walk *w, const struct scheme_shape *in, const struct scheme_key *k,
                      struct two where, const char *path, const void *a, const void *b)
{
    const struct scheme_shape *shape = k->sub;
    struct list x = *MEMBER(struct list, a, k), y = *MEMBER(struct list, b, k);
    const struct scheme_node *list = key_or_self(node_of(w, in, b), k->name, k->name_zh);
    for (size_t i = 0; i < x.n; i++) {
        const void *p = entry(shape, x, i), *q = partner(shape, y, x, i);
        struct two name = entry_name(w, w->before, shape, p, i);
        const char *here = entry_path(w, w->before, path, shape, p, i);
        if (!q) {
            came_or_went(w, CHANGE_REMOVED, shape, k, where, here, name, list, p);
            continue;
        }
        struct two inside = { arena_printf(w->mem, "%s%s%s：", where.zh, shape->zh, name.zh),
                              arena_printf(w->mem, "%s%s%s: ", where.en, shape->name, name.en) };
        walk_map(w, shape, inside, here, p, q);
    }
    for (size_t i = 0; i < y.n; i++) {
        const void *q = entry(shape, y, i);
        if (partner(shape, x, y, i)) continue;
        came_or_went(w, CHANGE_ADDED, shape, k, where, entry_path(w, w->after, path, shape, q, i),
                     entry_name(w, w->after, shape, q, i), node_of(w, shape, q), q);
    }
}

static const struct scheme_level *level_named(struct list l, const char *name)
{
    for (size_t i = 0; i < l.n; i++)
        if (text_equal(LIST_AT(l, struct scheme_level, i).name, name))
            return &LIST_AT(l, struct scheme_level, i);
    return NULL;
}

static void level_changed(struct walk *w, const struct scheme_shape *shape,
                          const struct scheme_key *k, struct two where, const char *path,
                          const void *a, const void *b, const char *name)
{
    const struct scheme_level *x = level_named(*MEMBER(struct list, a, k), name),
                              *y = level_named(*MEMBER(struct list, b, k), name);
    if (x && y && x->points.min_c == y->points.min_c && x->points.max_c == y->points.max_c) return;
    const struct scheme_node *map = key_or_self(node_of(w, shape, b), k->name, k->name_zh),
                             *n = map;
    for (const struct scheme_node *e = map->kind == NODE_MAP ? map->child : NULL; e; e = e->next)
        if (text_equal(e->key, name)) n = e;
    struct scheme_change *c = add(w, n, false);
    c->kind = CHANGE_VALUE;
    c->path = arena_printf(w->mem, "%s/%s", path, name);
    c->shape = shape, c->key = k, c->before = a, c->after = b, c->level = name;
    const char *u = x ? range_text(w, x->points) : "", *v = y ? range_text(w, y->points) : "";
    c->zh = arena_printf(w->mem,
                         x && y ? "%s%s“%s”由%s改为%s。"
                         : y    ? "%s%s新增“%s”%s%s。"
                                : "%s%s删去“%s”（原为%s）%s。",
                         where.zh, zh(k), name, u, v);
    c->en = arena_printf(w->mem,
                         x && y ? "%s%s \"%s\" changed from %s to %s."
                         : y    ? "%s%s \"%s\" added: %s%s."
                                : "%s%s \"%s\" removed (was %s)%s.",
                         where.en, k->name, name, u, v);
}

static void walk_levels(struct walk *w, const struct scheme_shape *shape,
                        const struct scheme_key *k, struct two where, const char *path,
                        const void *a, const void *b)
{
    struct list x = *MEMBER(struct list, a, k), y = *MEMBER(struct list, b, k);
    for (size_t i = 0; i < x.n; i++)
        level_changed(w, shape, k, where, path, a, b, LIST_AT(x, struct scheme_level, i).name);
    for (size_t i = 0; i < y.n; i++) {
        const char *name = LIST_AT(y, struct scheme_level, i).name;
        if (!level_named(x, name)) level_changed(w, shape, k, where, path, a, b, name);
    }
}

static void walk_map(struct walk *w, const struct scheme_shape *shape, struct two where,
                     const char *path, const void *a, const void *b)
{
    for (const struct scheme_key *k = shape->keys; k->kind; k++) {
        const char *here = *path ? arena_printf(w->mem, "%s/%s", path, k->name) : k->name;
        if (k->kind == KEY_LIST) {
            walk_list(w, shape, k, where, here, a, b);
        } else if (k->kind == KEY_LEVELS) {
            walk_levels(w, shape, k, where, here, a, b);
        } else if (k->kind == KEY_MAP) {
            const void *x = *MEMBER(void *, a, k), *y = *MEMBER(void *, b, k);
            struct two inside = { arena_printf(w->mem, "%s%s的", where.zh, zh(k)),
                                  arena_printf(w->mem, "%s%s: ", where.en, k->name) };
            if (x && y) walk_map(w, k->sub, inside, here, x, y);
            if (!x != !y)
                came_or_went(w, x ? CHANGE_REMOVED : CHANGE_ADDED, k->sub, k, where, here,
                             (struct two){ "", "" },
                             y ? node_of(w, k->sub, y) : node_of(w, shape, b), x ? x : y);
        } else if (!value_equal(k, a, b)) {
            value_changed(w, shape, k, where, here, a, b);
        }
    }
}

struct list scheme_changes(struct arena *mem, const struct scheme *before,
                           const struct scheme *after)
{
    struct walk w = { .mem = mem, .before = before, .after = after };
    walk_map(&w, &scheme_shape, (struct two){ "", "" }, "", before->file, after->file);
    return (struct list){ w.rows, w.n };
}

const char *scheme_value_text(struct arena *mem, const struct scheme *s, const struct scheme_key *k,
                              const void *p, enum lang lang)
{
    struct walk w = { .mem = mem };
    return value_text(&w, s, k, p, lang);
}

/* ---- one scheme ---- */

static void visit_map(struct walk *w, const struct scheme_shape *shape, const char *path,
                      const void *p, scheme_value_fn *fn, void *arg);

static void visit_list(struct walk *w, const struct scheme_shape *shape, const char *path,
                       struct list l, scheme_value_fn *fn, void *arg)
{
    for (size_t i = 0; i < l.n; i++) {
        const void *p = entry(shape, l, i);
        visit_map(w, shape, entry_path(w, w->before, path, shape, p, i), p, fn, arg);
    }
}

static void visit_map(struct walk *w, const struct scheme_shape *shape, const char *path,
                      const void *p, scheme_value_fn *fn, void *arg)
{
    for (const struct scheme_key *k = shape->keys; k->kind; k++) {
        const char *here = *path ? arena_printf(w->mem, "%s/%s", path, k->name) : k->name;
        if (k->kind == KEY_LIST) {
            visit_list(w, k->sub, here, *MEMBER(struct list, p, k), fn, arg);
        } else if (k->kind == KEY_LEVELS) {
            struct list l = *MEMBER(struct list, p, k);
            for (size_t i = 0; i < l.n; i++) {
                const char *name = LIST_AT(l, struct scheme_level, i).name;
                fn(arg, arena_printf(w->mem, "%s/%s", here, name), shape, k, name, p);
            }
        } else if (k->kind == KEY_MAP) {
            const void *sub = *MEMBER(void *, p, k);
            if (sub) visit_map(w, k->sub, here, sub, fn, arg);
        } else if (value_text(w, w->before, k, p, LANG_EN)) {
            fn(arg, here, shape, k, NULL, p);
        }
    }
}

void scheme_visit(struct arena *mem, const struct scheme *s, scheme_value_fn *fn, void *arg)
{
    struct walk w = { .mem = mem, .before = s, .after = s };
    visit_map(&w, &scheme_shape, "", s->file, fn, arg);
}

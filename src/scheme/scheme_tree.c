/* The builder of trees, findings and paths: scheme_tree.h. The limits hold while the text is read,
 * not afterwards.
 */
#include "scheme/scheme_tree.h"

#include "kernel/text.h"

void check_at(struct scheme_check *c, bool warning, int line, int column, const char *path,
              const char *zh, const char *en)
{
    if (!warning) c->errors++;
    if (c->count > SCHEME_FINDINGS) return;
    if (c->count++ == SCHEME_FINDINGS) {
        path = "";
        zh = "问题太多，其余的没有列出；请先改正以上各条。";
        en = "too many findings; the rest is not listed. Correct these first.";
        line = column = 0;
        warning = false;
    }
    struct scheme_finding *f = arena_new(c->mem, struct scheme_finding);
    *f = (struct scheme_finding){ line, column, warning, path, zh, en, NULL };
    /* In file order; the closing remark (line 0) stays last. */
    struct scheme_finding **at = &c->first;
    while (*at &&
           (line == 0 || ((*at)->line != 0 && ((*at)->line < line ||
                                               ((*at)->line == line && (*at)->column <= column)))))
        at = &(*at)->next;
    f->next = *at;
    *at = f;
}

const char *node_path(struct arena *mem, const struct scheme_node *n)
{
    if (!n || !n->parent) return "";
    const char *above = node_path(mem, n->parent);
    const char *slash = *above ? "/" : "";
    if (n->parent->kind == NODE_LIST) return arena_printf(mem, "%s%s%d", above, slash, n->index);
    return arena_printf(mem, "%s%s%s", above, slash, n->key ? n->key : "");
}

const struct scheme_node *node_get(const struct scheme_node *map, const char *key)
{
    if (!map || map->kind != NODE_MAP) return NULL;
    for (const struct scheme_node *n = map->child; n; n = n->next)
        if (text_equal(n->key, key)) return n;
    return NULL;
}

static void refuse(struct scheme_tree *t, int line, int column, const char *zh, const char *en)
{
    check_at(t->c, false, line, column, "", zh, en);
}

/* No tree comes of it. */
static void give_up(struct scheme_tree *t)
{
    t->root = NULL;
    t->depth = 0;
    t->closed = true;
}

void tree_begin(struct scheme_tree *t, struct scheme_check *c, size_t bytes)
{
    *t = (struct scheme_tree){ .c = c };
    if (bytes <= SCHEME_BYTES) return;
    refuse(t, 1, 1, arena_printf(c->mem, "文件太大，最多%dKB。", SCHEME_BYTES / 1024),
           arena_printf(c->mem, "file too large: at most %d KiB", SCHEME_BYTES / 1024));
    give_up(t);
}

void tree_not_utf8(struct scheme_tree *t)
{
    if (t->closed) return;
    refuse(t, 1, 1, "文件不是UTF-8编码，请另存为UTF-8。", "not UTF-8; save the file as UTF-8");
    give_up(t);
}

void tree_syntax(struct scheme_tree *t, int line, int column, const char *zh, const char *en)
{
    refuse(t, line, column, arena_printf(t->c->mem, "YAML 书写有误：%s。", zh),
           arena_printf(t->c->mem, "not valid YAML: %s", en));
    give_up(t);
}

void tree_too_deep(struct scheme_tree *t, int line, int column)
{
    if (t->closed) return;
    refuse(t, line, column, arena_printf(t->c->mem, "层次太深，最多%d层。", SCHEME_DEPTH),
           arena_printf(t->c->mem, "nested too deeply: at most %d levels", SCHEME_DEPTH));
    give_up(t);
}

/* A new node, unless the builder is closed or a limit closes it now. */
static struct scheme_node *enter(struct scheme_tree *t, int line, int column)
{
    struct arena *mem = t->c->mem;
    if (t->closed) return NULL;
    if (t->depth == 0 && t->root) {
        refuse(t, line, column, "一个文件只能写一个方案。", "one file holds one scheme");
        t->closed = true;
        return NULL;
    }
    if (t->depth >= SCHEME_DEPTH) {
        tree_too_deep(t, line, column);
        return NULL;
    }
    if (++t->nodes > SCHEME_NODES) {
        refuse(t, line, column, arena_printf(mem, "内容太多，最多%d个值。", SCHEME_NODES),
               arena_printf(mem, "too much content: at most %d values", SCHEME_NODES));
        give_up(t);
        return NULL;
    }
    struct scheme_node *n = arena_new(mem, struct scheme_node);
    n->line = line;
    n->column = column;
    return n;
}

/* A key and its value, both complete. */
static void add_pair(struct scheme_tree *t, struct tree_level *map, struct scheme_node *n)
{
    const struct scheme_node *key = map->key;
    map->key = NULL;
    if (key->kind != NODE_SCALAR) {
        refuse(t, key->line, key->column, "键必须是一个词。", "a key must be plain text");
        return;
    }
    n->key = key->text;
    n->key_line = key->line;
    n->key_column = key->column;
    /* "[key: value]": a reader may see the mapping only at the colon. */
    if (!map->node->child && key->line == map->node->line && key->column < map->node->column)
        map->node->column = key->column;
    n->parent = map->node;
    *map->tail = n;
    map->tail = &n->next;
}

/* A complete node into what is open. */
static void add(struct scheme_tree *t, struct scheme_node *n)
{
    if (t->depth == 0) {
        t->root = n;
        return;
    }
    struct tree_level *level = &t->open[t->depth - 1];
    if (level->node->kind == NODE_LIST) {
        n->parent = level->node;
        n->index = level->count++;
        *level->tail = n;
        level->tail = &n->next;
    } else if (!level->key) {
        level->key = n;
    } else {
        add_pair(t, level, n);
    }
}

static void open_level(struct scheme_tree *t, enum node_kind kind, int line, int column)
{
    struct scheme_node *n = enter(t, line, column);
    if (!n) return;
    n->kind = kind;
    t->open[t->depth++] = (struct tree_level){ .node = n, .tail = &n->child };
}

void tree_map(struct scheme_tree *t, int line, int column)
{
    open_level(t, NODE_MAP, line, column);
}

void tree_list(struct scheme_tree *t, int line, int column)
{
    open_level(t, NODE_LIST, line, column);
}

void tree_end(struct scheme_tree *t)
{
    if (t->closed || t->depth == 0) return;
    struct scheme_node *n = t->open[--t->depth].node;
    add(t, n);
}

/* What begins nowhere (nothing at all, or a block of lines) stands at its key, in a list where the
 * list begins. */
static void place(const struct scheme_tree *t, int *line, int *column)
{
    const struct tree_level *level = t->depth ? &t->open[t->depth - 1] : NULL;
    const struct scheme_node *at = !level ? NULL : level->key ? level->key : level->node;
    if (*line > 0) return;
    *line = at ? at->line : 1;
    *column = at ? at->column : 1;
}

void tree_scalar(struct scheme_tree *t, const char *text, bool quoted, int line, int column)
{
    struct arena *mem = t->c->mem;
    place(t, &line, &column);
    struct scheme_node *n = enter(t, line, column);
    if (!n) return;
    n->text = text;
    n->quoted = quoted;
    if (utf8_length(text) > SCHEME_TEXT_CHARS)
        refuse(t, line, column, arena_printf(mem, "文字太长，最多%d个字。", SCHEME_TEXT_CHARS),
               arena_printf(mem, "text too long: at most %d characters", SCHEME_TEXT_CHARS));
    add(t, n);
}

void tree_alias(struct scheme_tree *t, int line, int column)
{
    struct scheme_node *n = enter(t, line, column);
    if (!n) return;
    n->text = "";
    n->refused = true;
    refuse(t, line, column, "不能使用引用（*名称）；请把内容直接写在这里。",
           "aliases (*name) are not allowed; write the content out here");
    add(t, n);
}

/* Anchors and tags: nobody needs them in a scheme, and with them a text no longer means what it
 * shows. */
void tree_anchor(struct scheme_tree *t, int line, int column)
{
    if (t->closed) return;
    refuse(t, line, column, "不能使用锚点（&名称）；请把内容直接写在这里。",
           "anchors (&name) are not allowed; write the content out here");
}

void tree_tag(struct scheme_tree *t, int line, int column)
{
    if (t->closed) return;
    refuse(t, line, column, "不能使用类型标记（!标记）；请删去。",
           "tags (!tag) are not allowed; remove it");
}

const struct scheme_node *tree_finish(struct scheme_tree *t)
{
    if (t->depth > 0) give_up(t); /* the text broke off */
    if (!t->root && !t->c->errors) refuse(t, 1, 1, "文件是空的。", "the file is empty");
    t->closed = true;
    return t->root;
}

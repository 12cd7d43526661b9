/* Schemes in words, by the table of keys: scheme_tell.h. */
#include "scheme/scheme_tell.h"

#include <string.h>

#include "kernel/text.h"
#include "scheme/scheme_diff.h"

static const struct scheme_node *value_of(const struct scheme_node *map, const struct scheme_key *k)
{
    const struct scheme_node *n = node_get(map, k->name);
    return n || !k->name_zh ? n : node_get(map, k->name_zh);
}

static const char *scalar(const struct scheme_node *map, const char *key, const char *key_zh)
{
    const struct scheme_node *n = node_get(map, key);
    if (!n) n = node_get(map, key_zh);
    return n && n->kind == NODE_SCALAR ? n->text : NULL;
}

/* How people call an entry: its name with its code, or its place in the list. */
static void call(struct buf *out, const struct scheme_node *n)
{
    const char *label = scalar(n, "label", "名称"), *code = scalar(n, "code", "代号");
    if (!label) label = scalar(n, "step", "步骤");
    if (!label) label = scalar(n, "service", "服务");
    if (label) buf_printf(out, "“%s”", label);
    else if (code) buf_printf(out, "“%s”", code);
    else if (n->parent && n->parent->kind == NODE_LIST) buf_printf(out, "第%d条", n->index + 1);
}

/* ---- choices ---- */

static void choices(const struct scheme_shape *shape, const struct scheme_node *n, struct buf *out)
{
    if (!n) return;
    if (n->kind == NODE_LIST) {
        for (const struct scheme_node *e = n->child; e; e = e->next) choices(shape, e, out);
        return;
    }
    if (n->kind != NODE_MAP) return;
    const char *choice = scalar(n, "choice", "取值理由"), *source = scalar(n, "source", "出处");
    if (choice) {
        buf_printf(out, "  %d: %s", n->line, n->parent ? shape->zh : "全文");
        if (n->parent) call(out, n);
        buf_printf(out, "：%s（%s）\n", choice, source ? source : "-");
    }
    for (const struct scheme_key *k = shape->keys; k->kind; k++)
        if (k->sub) choices(k->sub, value_of(n, k), out);
}

void scheme_tell_choices(const struct scheme *s, struct buf *out)
{
    choices(&scheme_shape, s->root, out);
}

/* ---- differences ---- */

int scheme_tell_diff(struct arena *mem, const struct scheme *before, const struct scheme *after, enum lang lang, struct buf *out)
{
    struct list l = scheme_changes(mem, before, after);
    for (size_t i = 0; i < l.n; i++) {
        const struct scheme_change *c = &LIST_AT(l, struct scheme_change, i);
        buf_printf(out, "%s\n", lang == LANG_ZH ? c->zh : c->en);
    }
    return (int)l.n;
}

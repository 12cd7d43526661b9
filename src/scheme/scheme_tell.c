/* Schemes in words, by the table of keys: scheme_tell.h. */
#include "scheme/scheme_tell.h"

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

/* How people call an entry: its name, else its code, else its place in the list. */
static const char *call(struct arena *mem, const struct scheme_node *n, enum lang lang)
{
    const char *label = scalar(n, "label", "名称");
    if (!label) label = scalar(n, "step", "步骤");
    if (!label) label = scalar(n, "service", "服务");
    if (!label) label = scalar(n, "code", "代号");
    if (label) return arena_printf(mem, lang == LANG_ZH ? "“%s”" : " \"%s\"", label);
    if (n->parent->kind == NODE_LIST) return arena_printf(mem, lang == LANG_ZH ? "第%d条" : " %d", n->index + 1);
    return "";
}

/* ---- choices ---- */

static size_t count_nodes(const struct scheme_node *n)
{
    size_t count = 1;
    for (const struct scheme_node *e = n->child; e; e = e->next) count += count_nodes(e);
    return count;
}

static void choices(struct arena *mem, const struct scheme_shape *shape, const struct scheme_node *n, struct list *out)
{
    if (!n) return;
    if (n->kind == NODE_LIST) {
        for (const struct scheme_node *e = n->child; e; e = e->next) choices(mem, shape, e, out);
        return;
    }
    if (n->kind != NODE_MAP) return;
    const char *choice = scalar(n, "choice", "取值理由");
    if (choice)
        LIST_AT(*out, struct scheme_choice, out->n++) = (struct scheme_choice){
            .line = n->line,
            .path = node_path(mem, n),
            .zh = n->parent ? arena_printf(mem, "%s%s", shape->zh, call(mem, n, LANG_ZH)) : "全文",
            .en = n->parent ? arena_printf(mem, "%s%s", shape->en, call(mem, n, LANG_EN)) : "the whole",
            .choice = choice,
            .source = scalar(n, "source", "出处"),
        };
    for (const struct scheme_key *k = shape->keys; k->kind; k++)
        if (k->sub) choices(mem, k->sub, value_of(n, k), out);
}

struct list scheme_choices(struct arena *mem, const struct scheme *s)
{
    struct list l = { arena_array(mem, struct scheme_choice, count_nodes(s->root)), 0 };
    choices(mem, &scheme_shape, s->root, &l);
    return l;
}

void scheme_tell_choices(struct arena *mem, const struct scheme *s, struct buf *out)
{
    struct list l = scheme_choices(mem, s);
    for (size_t i = 0; i < l.n; i++) {
        const struct scheme_choice *c = &LIST_AT(l, struct scheme_choice, i);
        buf_printf(out, "  %d: %s：%s（%s）\n", (int)c->line, c->zh, c->choice, c->source ? c->source : "-");
    }
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

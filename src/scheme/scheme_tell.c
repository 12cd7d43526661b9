/* Schemes in words, by the table of keys: scheme_tell.h. */
#include "scheme/scheme_tell.h"

#include <string.h>

#include "kernel/text.h"
#include "scheme/scheme_keys.h"

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

/* ---- values in words ---- */

static void value_text(struct buf *out, const struct scheme_key *k, const struct scheme_node *n)
{
    if (n->kind == NODE_LIST) {
        for (const struct scheme_node *e = n->child; e; e = e->next) {
            if (e != n->child) buf_puts(out, "、");
            value_text(out, k, e);
        }
        return;
    }
    if (n->kind == NODE_MAP) {
        for (const struct scheme_node *e = n->child; e; e = e->next)
            buf_printf(out, "%s%s %s", e == n->child ? "" : "、", e->key, e->text ? e->text : "");
        return;
    }
    for (const struct scheme_word *w = k->words; w && w->name; w++)
        if (!strcmp(w->name, n->text) && w->zh) {
            buf_puts(out, w->zh);
            return;
        }
    if (k->kind == KEY_BOOL)
        buf_puts(out, !strcmp(n->text, "yes") || !strcmp(n->text, "true") || !strcmp(n->text, "是")
                          ? "是"
                          : "否");
    else buf_puts(out, n->text);
}

static const char *zh(const struct scheme_key *k)
{
    return k->name_zh ? k->name_zh : k->name;
}

/* ---- differences ---- */

struct differ {
    struct buf *out;
    int count;
    struct arena mem;
};

static bool same(const struct scheme_node *a, const struct scheme_node *b)
{
    if (a->kind != b->kind) return false;
    if (a->kind == NODE_SCALAR) return text_equal(a->text, b->text);
    const struct scheme_node *x = a->child, *y = b->child;
    for (; x && y; x = x->next, y = y->next)
        if (!text_equal(x->key, y->key) || !same(x, y)) return false;
    return !x && !y;
}

static void diff_map(struct differ *d, const struct scheme_shape *shape, const char *where,
                     const struct scheme_node *a, const struct scheme_node *b);

static const struct scheme_node *by_code(const struct scheme_node *list,
                                         const struct scheme_node *wanted)
{
    const char *code = scalar(wanted, "code", "代号");
    for (const struct scheme_node *e = list->child; e; e = e->next) {
        if (code ? text_equal(scalar(e, "code", "代号"), code) : e->index == wanted->index)
            return e;
    }
    return NULL;
}

static void diff_list(struct differ *d, const struct scheme_key *k, const char *where,
                      const struct scheme_node *a, const struct scheme_node *b)
{
    for (const struct scheme_node *e = b->child; e; e = e->next) {
        if (by_code(a, e)) continue;
        buf_printf(d->out, "%s新增%s", where, k->sub->zh);
        call(d->out, e);
        buf_puts(d->out, "。\n");
        d->count++;
    }
    for (const struct scheme_node *e = a->child; e; e = e->next) {
        const struct scheme_node *now = by_code(b, e);
        if (!now) {
            buf_printf(d->out, "%s删去%s", where, k->sub->zh);
            call(d->out, e);
            buf_puts(d->out, "。\n");
            d->count++;
            continue;
        }
        struct buf name = buf_in(&d->mem, 4096);
        buf_printf(&name, "%s%s", where, k->sub->zh);
        call(&name, e);
        buf_puts(&name, "：");
        diff_map(d, k->sub, name.p, e, now);
    }
}

static void diff_map(struct differ *d, const struct scheme_shape *shape, const char *where,
                     const struct scheme_node *a, const struct scheme_node *b)
{
    for (const struct scheme_key *k = shape->keys; k->kind; k++) {
        const struct scheme_node *x = value_of(a, k), *y = value_of(b, k);
        if ((!x && !y) || (x && y && same(x, y))) continue;
        if (x && y && k->sub && x->kind == y->kind) {
            if (x->kind == NODE_LIST) diff_list(d, k, where, x, y);
            else diff_map(d, k->sub, arena_printf(&d->mem, "%s%s的", where, zh(k)), x, y);
            continue;
        }
        d->count++;
        if (k->sub) {
            buf_printf(d->out, "%s%s%s。\n", where, !x ? "新增" : !y ? "删去" : "改写", zh(k));
            continue;
        }
        buf_printf(d->out, "%s%s", where, zh(k));
        if (x)
            buf_puts(d->out, y ? "由" : "（"), value_text(d->out, k, x),
                buf_puts(d->out, y ? "" : "）删去");
        if (y) buf_puts(d->out, x ? "改为" : "定为"), value_text(d->out, k, y);
        buf_puts(d->out, "。\n");
    }
}

int scheme_tell_diff(const struct scheme *before, const struct scheme *after, struct buf *out)
{
    struct differ d = { .out = out };
    diff_map(&d, &scheme_shape, "", before->root, after->root);
    arena_clear(&d.mem);
    return d.count;
}

/* libfyaml's events into a tree with positions: scheme_yaml.h. Events, not a document: no alias is ever
 * resolved, and the limits hold while reading, not afterwards. libfyaml prints to stderr by itself;
 * its diagnostics are collected instead and become findings.
 */
#include "scheme/scheme_yaml.h"

#include <libfyaml.h>
#include <string.h>
#include "kernel/text.h"

void check_at(struct scheme_check *c, bool warning, int line, int column, const char *path, const char *zh, const char *en)
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
    while (*at && (line == 0 || ((*at)->line != 0 && ((*at)->line < line || ((*at)->line == line && (*at)->column <= column)))))
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

struct reader {
    struct scheme_check *c;
    struct fy_parser *parser;
    int nodes;
};

static struct fy_event *next_event(struct reader *y)
{
    return fy_parser_parse(y->parser);
}

static char *token_text(struct reader *y, struct fy_token *t)
{
    size_t n = 0;
    const char *s = t ? fy_token_get_text(t, &n) : NULL;
    return s ? arena_strndup(y->c->mem, s, n) : arena_strdup(y->c->mem, "");
}

static void place(const struct fy_event *e, int *line, int *column)
{
    const struct fy_mark *m = fy_event_start_mark((struct fy_event *)e);
    *line = m ? m->line + 1 : 1;
    *column = m ? m->column + 1 : 1;
}

static void refuse_token(struct reader *y, struct fy_token *t, const char *zh, const char *en)
{
    const struct fy_mark *m = fy_token_start_mark(t);
    check_at(y->c, false, m ? m->line + 1 : 1, m ? m->column + 1 : 1, "", zh, en);
}

/* Anchors and tags: nobody needs them in a scheme, and with them a text no longer means what it shows. */
static void refuse_decoration(struct reader *y, const struct fy_event *e)
{
    struct fy_token *anchor = NULL, *tag = NULL;
    if (e->type == FYET_SCALAR) anchor = e->scalar.anchor, tag = e->scalar.tag;
    if (e->type == FYET_MAPPING_START) anchor = e->mapping_start.anchor, tag = e->mapping_start.tag;
    if (e->type == FYET_SEQUENCE_START) anchor = e->sequence_start.anchor, tag = e->sequence_start.tag;
    if (anchor)
        refuse_token(y, anchor, "不能使用锚点（&名称）；请把内容直接写在这里。",
                     "anchors (&name) are not allowed; write the content out here");
    if (tag) refuse_token(y, tag, "不能使用类型标记（!标记）；请删去。", "tags (!tag) are not allowed; remove it");
}

static void refuse_over(struct reader *y, int line, int column, const char *zh, const char *en)
{
    check_at(y->c, false, line, column, "", zh, en);
}

/* Reads the value whose first event is e (and frees it). NULL: a syntax error or a limit; reading stops. */
static struct scheme_node *read_value(struct reader *y, struct fy_event *e, int depth);

static struct scheme_node *read_scalar(struct reader *y, struct fy_event *e, struct scheme_node *n)
{
    enum fy_scalar_style style = fy_token_scalar_style(e->scalar.value);
    n->kind = NODE_SCALAR;
    n->quoted = style != FYSS_PLAIN;
    n->text = token_text(y, e->scalar.value);
    fy_parser_event_free(y->parser, e);
    if (utf8_length(n->text) > SCHEME_TEXT_CHARS)
        check_at(y->c, false, n->line, n->column, "",
                 arena_printf(y->c->mem, "文字太长，最多%d个字。", SCHEME_TEXT_CHARS),
                 arena_printf(y->c->mem, "text too long: at most %d characters", SCHEME_TEXT_CHARS));
    return n;
}

static struct scheme_node *read_list(struct reader *y, struct scheme_node *list, int depth)
{
    struct scheme_node **tail = &list->child;
    struct fy_event *e;
    list->kind = NODE_LIST;
    for (int i = 0; (e = next_event(y)) != NULL; i++) {
        if (e->type == FYET_SEQUENCE_END) {
            fy_parser_event_free(y->parser, e);
            return list;
        }
        struct scheme_node *n = read_value(y, e, depth + 1);
        if (!n) return NULL;
        n->parent = list;
        n->index = i;
        *tail = n;
        tail = &n->next;
    }
    return NULL;
}

static struct scheme_node *read_map(struct reader *y, struct scheme_node *map, int depth)
{
    struct scheme_node **tail = &map->child;
    struct fy_event *e;
    map->kind = NODE_MAP;
    while ((e = next_event(y)) != NULL) {
        if (e->type == FYET_MAPPING_END) {
            fy_parser_event_free(y->parser, e);
            return map;
        }
        struct scheme_node *key = read_value(y, e, depth + 1);
        if (!key || !(e = next_event(y))) return NULL;
        struct scheme_node *n = read_value(y, e, depth + 1);
        if (!n) return NULL;
        if (key->kind != NODE_SCALAR) {
            check_at(y->c, false, key->line, key->column, "", "键必须是一个词。", "a key must be plain text");
            continue;
        }
        n->key = key->text;
        n->key_line = key->line;
        n->key_column = key->column;
        /* An empty value sits at its key. */
        if (n->kind == NODE_SCALAR && !n->quoted && !*n->text) n->line = key->line, n->column = key->column;
        n->parent = map;
        *tail = n;
        tail = &n->next;
    }
    return NULL;
}

static struct scheme_node *read_value(struct reader *y, struct fy_event *e, int depth)
{
    struct arena *mem = y->c->mem;
    struct scheme_node *n = arena_new(mem, struct scheme_node);
    enum fy_event_type type = e->type;

    place(e, &n->line, &n->column);
    if (depth > SCHEME_DEPTH || ++y->nodes > SCHEME_NODES) {
        bool deep = depth > SCHEME_DEPTH;
        refuse_over(y, n->line, n->column,
                    deep ? arena_printf(mem, "层次太深，最多%d层。", SCHEME_DEPTH)
                         : arena_printf(mem, "内容太多，最多%d个值。", SCHEME_NODES),
                    deep ? arena_printf(mem, "nested too deeply: at most %d levels", SCHEME_DEPTH)
                         : arena_printf(mem, "too much content: at most %d values", SCHEME_NODES));
        fy_parser_event_free(y->parser, e);
        return NULL;
    }
    refuse_decoration(y, e);
    if (type == FYET_SCALAR) return read_scalar(y, e, n);
    if (type == FYET_ALIAS)
        check_at(y->c, false, n->line, n->column, "", "不能使用引用（*名称）；请把内容直接写在这里。",
                 "aliases (*name) are not allowed; write the content out here");
    fy_parser_event_free(y->parser, e);
    if (type == FYET_SEQUENCE_START) return read_list(y, n, depth);
    if (type == FYET_MAPPING_START) return read_map(y, n, depth);
    n->kind = NODE_SCALAR;
    n->text = "";
    n->refused = true;
    return n;
}

static void syntax_findings(struct reader *y, struct fy_diag *diag)
{
    struct arena *mem = y->c->mem;
    void *at = NULL;
    struct fy_diag_error *d;
    bool any = false;
    while ((d = fy_diag_errors_iterate(diag, &at)) != NULL) {
        if (d->type != FYET_ERROR) continue;
        any = true;
        const char *msg = arena_strdup(mem, d->msg ? d->msg : "");
        /* libfyaml counts lines from 1 and columns from 1 in collected errors. */
        check_at(y->c, false, d->line > 0 ? d->line : 1, d->column > 0 ? d->column : 1, "",
                 arena_printf(mem, "YAML 书写有误（%s）：请检查缩进、冒号后的空格和引号。", msg),
                 arena_printf(mem, "not valid YAML: %s", msg));
    }
    if (!any && !y->c->errors)
        check_at(y->c, false, 1, 1, "", "YAML 书写有误。", "not valid YAML");
}

/* The first document; anything after it is a finding. */
static struct scheme_node *read_stream(struct reader *y)
{
    struct scheme_node *root = NULL;
    struct fy_event *e;
    while ((e = next_event(y)) != NULL) {
        int line, column;
        place(e, &line, &column);
        switch ((int)e->type) {
        case FYET_SCALAR: case FYET_ALIAS: case FYET_MAPPING_START: case FYET_SEQUENCE_START:
            if (root) {
                check_at(y->c, false, line, column, "", "一个文件只能写一个方案。", "one file holds one scheme");
                fy_parser_event_free(y->parser, e);
                return root;
            }
            root = read_value(y, e, 1);
            if (!root) return NULL;
            break;
        case FYET_STREAM_END:
            fy_parser_event_free(y->parser, e);
            return root;
        default:
            fy_parser_event_free(y->parser, e);
        }
    }
    return fy_parser_get_stream_error(y->parser) ? NULL : root;
}

struct scheme_node *scheme_yaml(struct scheme_check *c, const char *text, size_t n)
{
    if (n > SCHEME_BYTES) {
        check_at(c, false, 1, 1, "", arena_printf(c->mem, "文件太大，最多%dKB。", SCHEME_BYTES / 1024),
                 arena_printf(c->mem, "file too large: at most %d KiB", SCHEME_BYTES / 1024));
        return NULL;
    }
    if (!utf8_valid(text, n)) {
        check_at(c, false, 1, 1, "", "文件不是UTF-8编码，请另存为UTF-8。", "not UTF-8; save the file as UTF-8");
        return NULL;
    }
    struct fy_diag_cfg dc;
    fy_diag_cfg_default(&dc);
    dc.fp = NULL;
    dc.output_fn = NULL;
    dc.level = FYET_ERROR;
    dc.colorize = false;
    struct fy_diag *diag = fy_diag_create(&dc);
    fy_diag_set_collect_errors(diag, true);
    struct fy_parse_cfg pc = { .search_path = "", .flags = FYPCF_QUIET | FYPCF_JSON_NONE, .diag = diag };
    struct reader y = { .c = c, .parser = fy_parser_create(&pc) };
    struct scheme_node *root = NULL;

    if (!y.parser || fy_parser_set_string(y.parser, text, n) != 0) BUG("libfyaml parser");
    root = read_stream(&y);
    if (!root && fy_parser_get_stream_error(y.parser)) syntax_findings(&y, diag);
    fy_parser_destroy(y.parser);
    fy_diag_destroy(diag);
    if (!root && !c->errors)
        check_at(c, false, 1, 1, "", "文件是空的。", "the file is empty");
    return root;
}

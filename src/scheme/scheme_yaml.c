/* libfyaml's events into the builder of trees: scheme_yaml.h. Events, not a document: no alias is
 * ever resolved. libfyaml prints to stderr by itself; its diagnostics are collected instead and
 * become findings.
 */
#include "scheme/scheme_yaml.h"

#include "kernel/text.h"
#include "scheme/scheme_facts.h"
#include <ctype.h>
#include <libfyaml.h>
#include <string.h>

struct reader {
    struct scheme_tree t;
    struct fy_diag *diag;
    struct fy_parser *parser;
    struct fy_event *event; /* read now */
    const char *text;
    size_t n;
};

static const char *token_text(struct reader *y, struct fy_token *token)
{
    struct arena *mem = y->t.c->mem;
    size_t n = 0;
    const char *s = token ? fy_token_get_text(token, &n) : NULL;
    return s ? arena_strndup(mem, s, n) : "";
}

struct place {
    int line, column;
};

/* libfyaml's marks stand behind a quote, `&` or `*`: back is how many characters. An empty value
 * has none: line 0. */
static struct place place(const struct fy_mark *m, int back)
{
    return m ? (struct place){ m->line + 1, m->column + 1 - back } : (struct place){ 0, 0 };
}

/* Beside the node that was added just before. */
static void decoration(struct reader *y, struct fy_token *anchor, struct fy_token *tag)
{
    if (anchor) {
        struct place at = place(fy_token_start_mark(anchor), 1);
        tree_anchor(&y->t, at.line, at.column);
    }
    if (tag) {
        struct place at = place(fy_token_start_mark(tag), 0);
        tree_tag(&y->t, at.line, at.column);
    }
}

/* libfyaml takes lines that are not indented for the text of an empty block ("label: |"). The mark
 * stands at the beginning of the text's first line. */
static bool block_swallows(const struct reader *y, const struct fy_mark *m)
{
    const struct tree_level *level = y->t.depth ? &y->t.open[y->t.depth - 1] : NULL;
    const char *end = y->text + y->n, *line = y->text + m->input_pos, *p;
    if (!level || !level->key || m->input_pos > y->n) return false;
    for (;; line = p + 1) {
        for (p = line; p < end && *p == ' '; p++) {}
        if (p == end) return false;
        if (*p == '\r' && p + 1 < end) p++;
        if (*p != '\n') return p - line < level->key->column;
    }
}

/* '''' within single quotes stands for two of them. libfyaml 0.7 leaks memory when asked for the
 * text of many such (8 KiB for eighty in a row), so it is never asked: nobody writes them, and
 * double quotes say the same. */
static bool quotes_in_a_row(const struct reader *y, const struct fy_mark *m)
{
    const char *end = y->text + y->n;
    bool pair = false;
    for (const char *p = y->text + m->input_pos; p < end; p++) {
        if (*p != '\'') {
            pair = false;
            continue;
        }
        if (p + 1 == end || p[1] != '\'') return false;
        if (pair) return true;
        pair = true;
        p++;
    }
    return false;
}

static void scalar(struct reader *y, struct fy_event *e)
{
    enum fy_scalar_style style = fy_token_scalar_style(e->scalar.value);
    bool block = style == FYSS_LITERAL || style == FYSS_FOLDED;
    if (style == FYSS_SINGLE_QUOTED && quotes_in_a_row(y, fy_event_start_mark(e))) {
        struct place from = place(fy_event_start_mark(e), 1);
        tree_syntax(&y->t, from.line, from.column, "单引号里不能连着写几个单引号，请改用双引号",
                    "several quotes in a row within single quotes: use double quotes");
        return;
    }
    const char *text = token_text(y, e->scalar.value);
    struct place at =
        place(fy_event_start_mark(e), style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED);
    if (block && *text && block_swallows(y, fy_event_start_mark(e)))
        tree_syntax(&y->t, at.line, at.column, "“|”和“>”下面的文字要比键多缩进",
                    "the lines of a block are indented more than its key");
    if (block || (style == FYSS_PLAIN && !*text)) at = (struct place){ 0, 0 };
    tree_scalar(&y->t, text, style != FYSS_PLAIN, at.line, at.column);
    decoration(y, e->scalar.anchor, e->scalar.tag);
}

/* One event; false: there is no more to read. */
static bool feed(struct reader *y, struct fy_event *e)
{
    struct place at = place(fy_event_start_mark(e), e->type == FYET_ALIAS);
    switch ((int)e->type) {
    case FYET_SCALAR:
        scalar(y, e);
        return true;
    case FYET_ALIAS:
        tree_alias(&y->t, at.line, at.column);
        return true;
    case FYET_MAPPING_START:
        tree_map(&y->t, at.line, at.column);
        decoration(y, e->mapping_start.anchor, e->mapping_start.tag);
        return true;
    case FYET_SEQUENCE_START:
        tree_list(&y->t, at.line, at.column);
        decoration(y, e->sequence_start.anchor, e->sequence_start.tag);
        return true;
    case FYET_MAPPING_END:
    case FYET_SEQUENCE_END:
        tree_end(&y->t);
        return true;
    default:
        return e->type != FYET_STREAM_END;
    }
}

static void read_events(struct reader *y)
{
    bool more = true;
    while (more && !y->t.closed && (y->event = fy_parser_parse(y->parser)) != NULL) {
        more = feed(y, y->event);
        fy_parser_event_free(y->parser, y->event);
        y->event = NULL;
    }
}

/* What people get wrong most, in Chinese; the rest in libfyaml's words. */
static const char *in_chinese(struct arena *mem, const char *message)
{
    static const struct {
        const char *part, *zh;
    } known[] = {
        { "tab ", "缩进用了制表符（Tab），请改用空格" },
        { "closing quote", "引号没有写完" },
        { "closing bracket", "方括号没有写完" },
        { "closing brace", "花括号没有写完" },
        { "nested block mapping", "一行里有两个冒号，后面的内容请加引号" },
        { "multiline plain key", "缩进不对，或冒号后面缺空格" },
        { "expected '-' indicator", "缩进不对，同一级的行要对齐" },
        { "missing comma", "括号里缺逗号，或括号没有写完" },
        { "did not find expected key", "这里应当写“键: 值”" },
        { "indendation", "缩进不对，同一级的行要对齐" },
        { "indentation", "缩进不对，同一级的行要对齐" },
        { "wrongly indented", "缩进不对，同一级的行要对齐" },
        { "cannot start with", "内容不能以这个符号开头，请加引号" },
        { "escape", "引号里的反斜杠写法不对" },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strstr(message, known[i].part)) return known[i].zh;
    return arena_printf(mem, "请检查缩进、冒号后的空格和引号（%s）", message);
}

/* What is most likely wrong with a line: typed with a Chinese keyboard or pasted from a table.
 * NULL: nothing seen. */
static const char *slip_of(const char *s, const char *end)
{
    static const struct {
        const char *sign, *zh;
    } wide[] = {
        { "：", "这一行有中文的“：”，键后面要用英文的“:”加一个空格" },
        { "，", "这一行有中文的“，”，花括号和方括号里要用英文的“,”加一个空格" },
        { "｛", "这一行有全角的“｛”，要用英文的“{”" },
        { "｝", "这一行有全角的“｝”，要用英文的“}”" },
        { "【", "这一行有“【”，列表要用英文的“[”和“]”" },
        { "　", "这一行有全角空格，请改成英文空格" },
        { "－", "这一行有全角的“－”，请改成英文的“-”加一个空格" },
        { "“", "这一行有中文引号，请改成英文引号或删去" },
    };
    char quote = 0;
    const char *first = s;
    while (first < end && *first == ' ') first++;
    if (end - first > 1 && *first == '-' &&
        (first[1] == '{' || (first[1] & 0x80) || isalpha((unsigned char)first[1])))
        return "列表的“-”后面要空一格";
    for (const char *p = first; p < end; p++) {
        if (*p == '"' || *p == '\'') quote = quote == *p ? 0 : quote ? quote : *p;
        if (quote) continue;
        if (*p == '#' && (p == s || p[-1] == ' ')) return NULL;
        if (*p == '\t') return "这一行有制表符（多半是从表格里粘贴来的），请照“键: 值”的样子写";
        for (size_t i = 0; i < sizeof wide / sizeof *wide; i++) {
            size_t n = strlen(wide[i].sign);
            if ((size_t)(end - p) >= n && !memcmp(p, wide[i].sign, n)) return wide[i].zh;
        }
    }
    return NULL;
}

/* The line that libfyaml names, or the one before it, where what was opened there shows only now.
 */
static const char *slip_near(const struct reader *y, int *line)
{
    const char *before = NULL, *s = y->text, *end = y->text + y->n;
    for (int i = 1; i < *line && s < end; i++) {
        const char *stop = memchr(s, '\n', (size_t)(end - s));
        if (!stop) break;
        before = s;
        s = stop + 1;
    }
    const char *stop = memchr(s, '\n', (size_t)(end - s));
    const char *zh = slip_of(s, stop ? stop : end);
    if (zh || !before) return zh;
    zh = slip_of(before, s - 1);
    if (zh) --*line;
    return zh;
}

static void syntax_findings(struct reader *y, struct fy_diag *diag)
{
    void *at = NULL;
    struct fy_diag_error *d;
    bool any = false;
    while ((d = fy_diag_errors_iterate(diag, &at)) != NULL) {
        if (d->type != FYET_ERROR) continue;
        any = true;
        /* libfyaml counts lines from 1 and columns from 1 in collected errors. */
        const char *message = arena_strdup(y->t.c->mem, d->msg ? d->msg : "");
        int line = d->line > 0 ? d->line : 1, named = line;
        const char *slip =
            strstr(message, "indentation") && strstr(message, "tab") ? NULL : slip_near(y, &line);
        tree_syntax(&y->t, line, line == named && d->column > 0 ? d->column : 1,
                    slip ? slip : in_chinese(y->t.c->mem, message), message);
    }
    if (!any && !y->t.c->errors) tree_syntax(&y->t, 1, 1, "读不懂", "unreadable");
}

/* libfyaml's own goes when the tree is read; or with the arena, when there was no memory for it (arena_try). */
static void parser_free(void *arg)
{
    struct reader *y = arg;
    if (y->event) fy_parser_event_free(y->parser, y->event);
    if (y->parser) fy_parser_destroy(y->parser);
    if (y->diag) fy_diag_destroy(y->diag);
    y->event = NULL;
    y->parser = NULL;
    y->diag = NULL;
}

const struct scheme_node *scheme_yaml(struct scheme_check *c, const char *text, size_t n)
{
    struct reader *y = arena_new(c->mem, struct reader);
    *y = (struct reader){ .text = text, .n = n };
    tree_begin(&y->t, c, n);
    if (!y->t.closed && !utf8_valid(text, n)) tree_not_utf8(&y->t);
    if (y->t.closed) return NULL;
    arena_on_clear(c->mem, parser_free, y);

    struct fy_diag_cfg dc;
    fy_diag_cfg_default(&dc);
    dc.fp = NULL;
    dc.output_fn = NULL;
    dc.level = FYET_ERROR;
    dc.colorize = false;
    y->diag = fy_diag_create(&dc);
    fy_diag_set_collect_errors(y->diag, true);
    struct fy_parse_cfg pc = { .search_path = "",
                               .flags = FYPCF_QUIET | FYPCF_JSON_NONE,
                               .diag = y->diag };
    y->parser = fy_parser_create(&pc);
    if (!y->parser || fy_parser_set_string(y->parser, text, n) != 0) BUG("libfyaml parser");
    read_events(y);
    if (!y->t.closed && fy_parser_get_stream_error(y->parser)) syntax_findings(y, y->diag);
    parser_free(y);
    return tree_finish(&y->t);
}

struct scheme *scheme_parse(struct arena *mem, const char *file, const char *text, size_t n,
                            struct scheme_finding **findings)
{
    struct scheme_check c = { .mem = mem };
    (void)file; /* who prints the findings knows it */
    struct scheme *s = scheme_of_tree(&c, scheme_yaml(&c, text, n));
    if (findings) *findings = c.first;
    return s;
}

struct scheme_facts *scheme_facts_parse(struct arena *mem, const char *text, size_t n,
                                        struct scheme_finding **findings)
{
    struct scheme_check c = { .mem = mem };
    struct scheme_facts *f = scheme_facts_of_tree(&c, scheme_yaml(&c, text, n));
    if (findings) *findings = c.first;
    return f;
}

struct fact_award *scheme_award_parse(struct arena *mem, const char *text, size_t n,
                                      struct scheme_finding **findings)
{
    struct scheme_check c = { .mem = mem };
    struct fact_award *f = scheme_award_of_tree(&c, scheme_yaml(&c, text, n));
    if (findings) *findings = c.first;
    return f;
}

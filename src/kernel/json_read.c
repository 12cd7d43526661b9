/* JSON body → struct by its record table. jansson parses, this file binds; nothing else sees a
 * json_t. All findings are collected so that a person corrects a form once. */
#include <jansson.h> /* first: json.h renames three of its names */

#include "kernel/json.h"

#include <string.h>

#include "kernel/date.h"
#include "kernel/dec.h"
#include "kernel/id.h"
#include "kernel/limits.h"
#include "kernel/text.h"

struct reader {
    struct arena *mem;
    struct err *err; /* NULL until the first finding */
    int findings;
};

static void find(struct reader *r, const char *field, struct why why)
{
    if (r->findings++ >= LIMIT_FINDINGS) return;
    if (!r->err) r->err = err_new(r->mem, ERR_INVALID, NULL);
    err_finding(r->mem, r->err, field, why.zh, why.en);
}

/* "items/3/points"; a key that a stranger chose is cut to a sane length. */
static const char *path_to(struct reader *r, const char *base, const char *name)
{
    int n = (int)utf8_clip(name, 100);
    return *base ? arena_printf(r->mem, "%s/%.*s", base, n, name) : arena_strndup(r->mem, name, (size_t)n);
}

static const char *path_at(struct reader *r, const char *base, size_t i)
{
    return arena_printf(r->mem, "%s/%zu", base, i);
}

static void bind_record(struct reader *r, const json_t *v, const struct record *rec, unsigned skip,
                        const char *path, void *out);

static bool wrong(struct why *why, const char *zh, const char *en)
{
    *why = (struct why){ zh, en };
    return false;
}

static bool bind_number(struct reader *r, const json_t *v, const struct field *f, int64_t *out,
                        struct why *why)
{
    if (f->kind == K_BOOL) {
        if (!json_is_boolean(v)) return wrong(why, "须是 true 或 false。", "must be true or false");
        *out = json_is_true(v);
        return true;
    }
    if (f->kind == K_INT || f->kind == K_ID) {
        if (!json_is_integer(v)) return wrong(why, "须是整数。", "must be a whole number");
        int64_t n = json_integer_value(v);
        if (n == NONE) return wrong(why, "数字太小。", "is too small");
        if (!field_check_number(r->mem, f, n, why)) return false;
        *out = n;
        return true;
    }
    if (!json_is_string(v)) return wrong(why, "须是文字（加引号）。", "must be a string");
    return field_number_from_text(r->mem, f, json_string_value(v), out, why);
}

static bool bind_text(struct reader *r, const json_t *v, const struct field *f, const char **out,
                      struct why *why)
{
    if (!json_is_string(v)) return wrong(why, "须是文字（加引号）。", "must be a string");
    const char *s = json_string_value(v);
    if (f->kind == K_ENUM) return field_check_enum(r->mem, f, s, out, why);
    if (!field_check_text(r->mem, f, s, why)) return false;
    *out = arena_strdup(r->mem, s);
    return true;
}

/* Findings of the items carry their own paths; only the list's own are in *why. */
static bool bind_list(struct reader *r, const json_t *v, const struct field *f, const char *path,
                      struct list *out, struct why *why)
{
    static const struct field id = { .name = "id", .kind = K_ID };
    if (!json_is_array(v)) return wrong(why, "须是列表。", "must be a list");
    size_t n = json_array_size(v), size = f->kind == K_LIST ? f->sub->size : sizeof(int64_t);
    if (!field_check_count(r->mem, f, n, why)) return false;
    char *items = arena_alloc_array(r->mem, n, size);
    for (size_t i = 0; i < n; i++) {
        const json_t *item = json_array_get(v, i);
        void *at = items + i * size;
        struct why bad = { 0 };
        if (f->kind == K_LIST) {
            bind_record(r, item, f->sub, 0, path_at(r, path, i), at);
        } else if (f->kind == K_IDS) {
            if (!bind_number(r, item, &id, at, &bad)) find(r, path_at(r, path, i), bad);
        } else if (!json_is_string(item)) {
            find(r, path_at(r, path, i), (struct why){ "须是文字（加引号）。", "must be a string" });
        } else if (!field_check_item(r->mem, json_string_value(item), &bad)) {
            find(r, path_at(r, path, i), bad);
        } else {
            *(const char **)at = arena_strdup(r->mem, json_string_value(item));
        }
    }
    *out = (struct list){ items, n };
    return true;
}

static void bind_field(struct reader *r, const json_t *v, const struct field *f, const char *path,
                       void *at)
{
    struct why why = { 0 };
    bool ok = true;
    if (json_is_null(v)) {
        if (!(f->flags & OPT)) find(r, path, (struct why){ "必须填写。", "is required" });
        return;
    }
    switch (f->kind) {
    case K_INT:
    case K_BOOL:
    case K_ID:
    case K_REGION:
    case K_POINTS:
    case K_DATE:
    case K_INSTANT: ok = bind_number(r, v, f, at, &why); break;
    case K_TEXT:
    case K_ENUM: ok = bind_text(r, v, f, at, &why); break;
    case K_OBJECT: {
        void *sub = arena_alloc(r->mem, f->sub->size);
        bind_record(r, v, f->sub, 0, path, sub);
        *(void **)at = sub;
        break;
    }
    case K_LIST:
    case K_TEXTS:
    case K_IDS: ok = bind_list(r, v, f, path, at, &why); break;
    case K_JSON:
    case K_BYTES:
    case K_END: BUG("%s is no input", f->name);
    }
    if (!ok) find(r, path, why);
}

/* K_JSON and K_BYTES never come from a JSON body. */
static bool is_input(const struct field *f, unsigned skip)
{
    return !(f->flags & skip) && f->kind != K_JSON && f->kind != K_BYTES;
}

static const struct field *field_named(const struct record *rec, unsigned skip, const char *name)
{
    for (const struct field *f = rec->fields; f->name; f++)
        if (is_input(f, skip) && strcmp(f->name, name) == 0) return f;
    return NULL;
}

static void find_unknown(struct reader *r, const struct record *rec, unsigned skip, const char *path,
                         const char *name)
{
    const char *known[64];
    size_t n = 0;
    for (const struct field *f = rec->fields; f->name && n < 63; f++)
        if (is_input(f, skip)) known[n++] = f->name;
    known[n] = NULL;
    const char *near = r->findings < LIMIT_FINDINGS ? text_nearest(name, known) : NULL;
    struct why why = { "没有这个字段。", "is not a known field" };
    if (near) {
        why.zh = arena_printf(r->mem, "没有这个字段，是否想写 %s？", near);
        why.en = arena_printf(r->mem, "is not a known field; did you mean %s?", near);
    }
    find(r, path_to(r, path, name), why);
}

static void bind_record(struct reader *r, const json_t *v, const struct record *rec, unsigned skip,
                        const char *path, void *out)
{
    const char *name;
    json_t *value;
    for (const struct field *f = rec->fields; f->name; f++)
        if (!(f->flags & skip)) field_blank(f, (char *)out + f->at);
    if (!json_is_object(v)) {
        find(r, path, (struct why){ "须是对象 {…}。", "must be an object {…}" });
        return;
    }
    /* The macro wants a non-const object but only reads it. */
    json_object_foreach((json_t *)(uintptr_t)v, name, value) {
        const struct field *f = field_named(rec, skip, name);
        if (f)
            bind_field(r, value, f, path_to(r, path, name), (char *)out + f->at);
        else
            find_unknown(r, rec, skip, path, name);
    }
    for (const struct field *f = rec->fields; f->name; f++)
        if (is_input(f, skip) && !(f->flags & OPT) && !json_object_get(v, f->name))
            find(r, path_to(r, path, f->name), (struct why){ "必须填写。", "is required" });
}

/* Brackets outside strings only: so that jansson neither recurses deeply nor builds a tree of a
 * million empty lists. Where the text is malformed jansson says so. */
static bool too_deep(const char *s, size_t n, size_t *at)
{
    int depth = 0;
    bool text = false;
    for (size_t i = 0; i < n; i++) {
        char c = s[i];
        if (text) {
            if (c == '\\')
                i++;
            else if (c == '"')
                text = false;
        } else if (c == '"') {
            text = true;
        } else if (c == '{' || c == '[') {
            if (++depth > LIMIT_JSON_DEPTH) {
                *at = i;
                return true;
            }
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return false;
}

static const struct err *malformed(struct arena *mem, int line, int column, const char *zh,
                                   const char *en)
{
    return err_say(mem, ERR_MALFORMED, NULL,
                   arena_printf(mem, "JSON 第 %d 行第 %d 列：%s", line, column, zh),
                   arena_printf(mem, "JSON line %d, column %d: %s", line, column, en));
}

static const struct err *deep_err(struct arena *mem, const char *s, size_t at)
{
    int line = 1, column = 1;
    for (size_t i = 0; i < at; i++) {
        column = s[i] == '\n' ? 1 : column + 1;
        line += s[i] == '\n';
    }
    return malformed(mem, line, column, arena_printf(mem, "嵌套超过 %d 层。", LIMIT_JSON_DEPTH),
                     arena_printf(mem, "nested deeper than %d", LIMIT_JSON_DEPTH));
}

static const struct err *parse_err(struct arena *mem, const json_error_t *e)
{
    struct why why = { "不是正确的 JSON，请检查引号、逗号和括号。", "is not JSON; check quotes, commas and brackets" };
    enum json_error_code code = json_error_code(e);
    if (code == json_error_invalid_utf8)
        why = (struct why){ "不是有效的 UTF-8 文字。", "is not valid UTF-8" };
    else if (code == json_error_premature_end_of_input)
        why = (struct why){ "内容不完整，可能传输中断，请重新发送。", "ends too early; send it again" };
    else if (code == json_error_numeric_overflow)
        why = (struct why){ "数字太大。", "the number is too large" };
    else if (code == json_error_null_character || code == json_error_null_byte_in_key)
        why = (struct why){ "不能含有 NUL 字符。", "NUL characters are not allowed" };
    return malformed(mem, e->line, e->column, why.zh, why.en);
}

/* jansson says: duplicate object key near '"name"'. */
static const char *repeated_name(struct arena *mem, const json_error_t *e)
{
    const char *from = strstr(e->text, "near '\""), *to = from ? strrchr(e->text, '"') : NULL;
    if (!from || to <= from + 7) return "";
    from += 7;
    return arena_strndup(mem, from, utf8_clip(from, to - from > 100 ? 100 : (size_t)(to - from)));
}

/* jansson's tree goes when it is bound; or with the arena, when there was no memory to bind it to (arena_try). */
static void tree_free(void *arg)
{
    json_t **tree = arg;
    json_decref(*tree);
    *tree = NULL;
}

const struct err *json_read(struct arena *mem, const char *text, size_t n, const struct record *rec,
                            unsigned skip_flags, void *out)
{
    struct reader r = { .mem = mem };
    json_error_t e;
    size_t at;
    if (n > LIMIT_BODY_BYTES) return err_new(mem, ERR_TOO_LARGE, NULL);
    if (n == 0) text = "{}", n = 2;
    if (too_deep(text, n, &at)) return deep_err(mem, text, at);
    json_t **tree = arena_new(mem, json_t *);
    arena_on_clear(mem, tree_free, tree);
    *tree = json_loadb(text, n, JSON_REJECT_DUPLICATES, &e);
    if (!*tree && json_error_code(&e) == json_error_duplicate_key) {
        /* Refused in any case; read once more only to tell about the other fields too. */
        find(&r, repeated_name(mem, &e),
             (struct why){ "重复出现，只能填写一次。", "is repeated; give it once" });
        *tree = json_loadb(text, n, 0, &e);
    }
    if (!*tree) return parse_err(mem, &e);
    bind_record(&r, *tree, rec, skip_flags, "", out);
    tree_free(tree);
    return r.err;
}

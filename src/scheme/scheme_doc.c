/* The JSON Schema of the language and its reference: loops over the table of keys. */
#include <string.h>
#include "kernel/buf.h"
#include "kernel/json.h"
#include "scheme/scheme_keys.h"

enum { DOC_MAX = 1024 * 1024 };

static void schema_shape(struct json *j, const struct scheme_shape *shape);

static void schema_words(struct json *j, const struct scheme_word *words)
{
    json_key(j, "enum");
    json_array(j);
    for (; words->name; words++) {
        json_text(j, words->name);
        if (words->zh) json_text(j, words->zh);
    }
    json_end(j);
}

static void schema_type(struct json *j, const char *type)
{
    json_key(j, "type");
    json_text(j, type);
}

/* A points value is a number or a text; a range is text. */
static void schema_pattern(struct json *j, const char *pattern)
{
    json_key(j, "type");
    json_array(j);
    json_text(j, "number");
    json_text(j, "string");
    json_end(j);
    json_key(j, "pattern");
    json_text(j, pattern);
}

#define NUMBER "[+-]?[0-9]+([.][0-9]{1,2})?"

static void schema_one_or_list(struct json *j, const struct scheme_key *k)
{
    json_key(j, "oneOf");
    json_array(j);
    for (int list = 0; list < 2; list++) {
        json_object(j);
        if (list) {
            schema_type(j, "array");
            json_key(j, "items");
            json_object(j);
        }
        schema_type(j, "string");
        if (k->kind == KEY_WORDS) schema_words(j, k->words);
        if (list) json_end(j);
        json_end(j);
    }
    json_end(j);
}

static void schema_list(struct json *j, const struct scheme_key *k)
{
    schema_type(j, "array");
    json_key(j, "minItems"), json_int(j, k->min);
    json_key(j, "maxItems"), json_int(j, k->max);
    json_key(j, "items");
    json_object(j);
    schema_shape(j, k->sub);
    json_end(j);
}

static void schema_value(struct json *j, const struct scheme_key *k)
{
    switch (k->kind) {
    case KEY_END: return;
    case KEY_CODE: schema_type(j, "string"), json_key(j, "pattern"), json_text(j, "^[A-Za-z0-9_-]{1,32}$"); return;
    case KEY_TEXT:
        schema_type(j, "string");
        json_key(j, "minLength"), json_int(j, k->min);
        json_key(j, "maxLength"), json_int(j, k->max);
        return;
    case KEY_INT:
        schema_type(j, "integer");
        json_key(j, "minimum"), json_int(j, k->min);
        json_key(j, "maximum"), json_int(j, k->max);
        return;
    case KEY_BOOL:
        json_key(j, "enum");
        json_array(j);
        json_bool(j, true), json_bool(j, false), json_text(j, "yes"), json_text(j, "no"), json_text(j, "是"), json_text(j, "否");
        json_end(j);
        return;
    case KEY_DATE: schema_type(j, "string"), json_key(j, "format"), json_text(j, "date"); return;
    case KEY_POINTS: schema_pattern(j, "^" NUMBER "$"); return;
    case KEY_BOUND: schema_pattern(j, "^(" NUMBER "|[0-9]{2}-[0-9]{2})$"); return;
    case KEY_RANGE: schema_pattern(j, "^" NUMBER "([.][.]" NUMBER ")?$"); return;
    case KEY_WORD: case KEY_NUMBERED: schema_words(j, k->words); return;
    case KEY_WORDS: case KEY_NAMES: schema_one_or_list(j, k); return;
    case KEY_MAP: schema_shape(j, k->sub); return;
    case KEY_LIST:
        if (k->flags & KEY_ONE) {
            json_key(j, "oneOf");
            json_array(j);
            json_object(j), schema_shape(j, k->sub), json_end(j);
            json_object(j), schema_list(j, k), json_end(j);
            json_end(j);
        } else {
            schema_list(j, k);
        }
        return;
    case KEY_LEVELS:
        schema_type(j, "object");
        json_key(j, "additionalProperties");
        json_object(j);
        schema_pattern(j, "^" NUMBER "([.][.]" NUMBER ")?$");
        json_end(j);
        return;
    }
}

static void schema_shape(struct json *j, const struct scheme_shape *shape)
{
    schema_type(j, "object");
    json_key(j, "additionalProperties"), json_bool(j, false);
    json_key(j, "properties");
    json_object(j);
    for (const struct scheme_key *k = shape->keys; k->kind; k++)
        for (int zh = 0; zh < (k->name_zh ? 2 : 1); zh++) {
            json_key(j, zh ? k->name_zh : k->name);
            json_object(j);
            json_key(j, "description");
            json_text(j, zh ? k->zh : k->en);
            schema_value(j, k);
            json_end(j);
        }
    json_end(j);
    /* A required key may be given by either of its names. */
    json_key(j, "allOf");
    json_array(j);
    for (const struct scheme_key *k = shape->keys; k->kind; k++) {
        if (!(k->flags & KEY_REQUIRED)) continue;
        json_object(j);
        json_key(j, "anyOf");
        json_array(j);
        for (int zh = 0; zh < (k->name_zh ? 2 : 1); zh++) {
            json_object(j);
            json_key(j, "required");
            json_array(j), json_text(j, zh ? k->name_zh : k->name), json_end(j);
            json_end(j);
        }
        json_end(j);
        json_end(j);
    }
    json_end(j);
}

const char *scheme_json_schema(struct arena *mem)
{
    struct buf b = buf_in(mem, DOC_MAX);
    struct json j = json_to(&b);
    json_object(&j);
    json_key(&j, "$schema");
    json_text(&j, "https://json-schema.org/draft/2020-12/schema");
    json_key(&j, "title");
    json_text(&j, "Shanzhi scheme 积分方案");
    schema_shape(&j, &scheme_shape);
    json_end(&j);
    if (b.over) BUG("schema of more than %d bytes", DOC_MAX);
    return b.p;
}

/* ---- the reference ---- */

static const char *kind_words(const struct scheme_key *k)
{
    switch (k->kind) {
    case KEY_END: return "";
    case KEY_CODE: return "代号 code";
    case KEY_TEXT: return "文字 text";
    case KEY_INT: return "整数 whole number";
    case KEY_BOOL: return "是/否 yes or no";
    case KEY_DATE: return "日期 date";
    case KEY_POINTS: return "分数 points";
    case KEY_BOUND: return "分数或月日 number or day";
    case KEY_RANGE: return "分数或范围 points or range";
    case KEY_WORD: case KEY_NUMBERED: return "选一 one of";
    case KEY_WORDS: return "选一或多 one or a list of";
    case KEY_NAMES: return "名称或列表 a name or a list";
    case KEY_MAP: return "下级 mapping";
    case KEY_LIST: return "列表 list";
    case KEY_LEVELS: return "级别: 分数 level: points";
    }
    return "";
}

static void reference_shape(struct buf *b, const struct scheme_shape *shape, const char *path)
{
    buf_printf(b, "## %s%s%s（%s）\n\n| 键 key | 值 value | 说明 | meaning | 例 example |\n|---|---|---|---|---|\n", *path ? path : "", *path ? ": " : "", shape->zh, shape->en);
    for (const struct scheme_key *k = shape->keys; k->kind; k++) {
        buf_printf(b, "| `%s` %s%s | %s", k->name, k->name_zh ? k->name_zh : "", k->flags & KEY_REQUIRED ? " *" : "", kind_words(k));
        for (const struct scheme_word *w = k->words; w && w->name; w++) buf_printf(b, "%s`%s`%s%s", w == k->words ? ": " : ", ", w->name, w->zh ? " " : "", w->zh ? w->zh : "");
        buf_printf(b, " | %s | %s%s%s%s | %s%s%s |\n", k->zh, k->en, k->fallback ? " (default `" : "", k->fallback ? k->fallback : "", k->fallback ? "`)" : "",
                   k->example ? "`" : "", k->example ? k->example : "", k->example ? "`" : "");
    }
    buf_puts(b, "\n");
    for (const struct scheme_key *k = shape->keys; k->kind; k++)
        if (k->sub) reference_shape(b, k->sub, k->name);
}

const char *scheme_reference(struct arena *mem)
{
    struct buf b = buf_in(mem, DOC_MAX);
    buf_puts(&b, "# 积分方案的键 Keys of a scheme\n\n每个键有英文名和中文名，两个都可以写；带 * 的必须写。Each key has an English and a Chinese name, both are accepted; * is required.\n\n");
    reference_shape(&b, &scheme_shape, "");
    return b.p;
}

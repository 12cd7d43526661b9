/* The JSON Schema of the language, and of facts: a loop over the table of keys. Editors check and
 * complete by it; the pages make their forms from it. Every mapping stands once under $defs. A
 * key's Chinese name is a property that refers to the English one. What JSON Schema has no word
 * for: title         the key's Chinese name; `description` is English, x-zh Chinese x-kind code
 * text int bool date points bound range word words names map list levels x-required    must be
 * written; x-one: a list that may stand as a single mapping x-words [{"name":"month","zh":"月"}]:
 * what may be chosen x-same-as     on a Chinese name: the English one
 */
#include "kernel/buf.h"
#include "kernel/json.h"
#include "scheme/scheme_keys.h"
#include <stdio.h>
#include <string.h>

enum { DOC_MAX = 1024 * 1024, SHAPES_MAX = 100 };

static void schema_ref(struct json *j, const struct scheme_shape *shape)
{
    char ref[80];
    snprintf(ref, sizeof ref, "#/$defs/%s", shape->name);
    json_key(j, "$ref");
    json_text(j, ref);
}

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

/* Text without quotes may look like a number or a yes to other readers of YAML; ours takes it as
 * written. */
static void schema_text(struct json *j)
{
    json_key(j, "not");
    json_object(j);
    json_key(j, "type");
    json_array(j);
    json_text(j, "array"), json_text(j, "object"), json_text(j, "null");
    json_end(j);
    json_end(j);
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
        schema_text(j);
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
    schema_ref(j, k->sub);
    json_end(j);
}

static void schema_value(struct json *j, const struct scheme_key *k)
{
    switch (k->kind) {
    case KEY_END:
        return;
    case KEY_CODE:
        schema_text(j), json_key(j, "pattern"), json_text(j, "^[A-Za-z0-9_-]{1,32}$");
        return;
    case KEY_TEXT:
        schema_text(j);
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
        json_bool(j, true), json_bool(j, false), json_text(j, "yes"), json_text(j, "no"),
            json_text(j, "是"), json_text(j, "否");
        json_end(j);
        return;
    case KEY_DATE:
        schema_type(j, "string"), json_key(j, "format"), json_text(j, "date");
        return;
    case KEY_POINTS:
        schema_pattern(j, "^" NUMBER "$");
        return;
    case KEY_BOUND:
        schema_pattern(j, "^(" NUMBER "|[0-9]{2}-[0-9]{2})$");
        return;
    case KEY_RANGE:
        schema_pattern(j, "^" NUMBER "([.][.]" NUMBER ")?$");
        return;
    case KEY_WORD:
    case KEY_NUMBERED:
        schema_words(j, k->words);
        return;
    case KEY_WORDS:
    case KEY_NAMES:
        schema_one_or_list(j, k);
        return;
    case KEY_MAP:
        schema_ref(j, k->sub);
        return;
    case KEY_LIST:
        if (k->flags & KEY_ONE) {
            json_key(j, "oneOf");
            json_array(j);
            json_object(j), schema_ref(j, k->sub), json_end(j);
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

static void schema_x(struct json *j, const struct scheme_key *k)
{
    static const char *const kinds[] = {
        [KEY_END] = "",          [KEY_CODE] = "code",     [KEY_TEXT] = "text",
        [KEY_INT] = "int",       [KEY_BOOL] = "bool",     [KEY_DATE] = "date",
        [KEY_POINTS] = "points", [KEY_BOUND] = "bound",   [KEY_RANGE] = "range",
        [KEY_WORD] = "word",     [KEY_NUMBERED] = "word", [KEY_WORDS] = "words",
        [KEY_NAMES] = "names",   [KEY_MAP] = "map",       [KEY_LIST] = "list",
        [KEY_LEVELS] = "levels",
    };
    json_key(j, "x-kind"), json_text(j, kinds[k->kind]);
    json_key(j, "x-required"), json_bool(j, (k->flags & KEY_REQUIRED) != 0);
    if (k->flags & KEY_ONE) json_key(j, "x-one"), json_bool(j, true);
    if (k->fallback) json_key(j, "default"), json_text(j, k->fallback);
    if (k->example) {
        json_key(j, "examples");
        json_array(j), json_text(j, k->example), json_end(j);
    }
    if (!k->words) return;
    json_key(j, "x-words");
    json_array(j);
    for (const struct scheme_word *w = k->words; w->name; w++) {
        json_object(j);
        json_key(j, "name"), json_text(j, w->name);
        json_key(j, "zh"), json_text(j, w->zh);
        json_end(j);
    }
    json_end(j);
}

static void schema_key(struct json *j, const struct scheme_shape *shape, const struct scheme_key *k)
{
    char ref[160];
    json_key(j, k->name);
    json_object(j);
    json_key(j, "title"), json_text(j, k->name_zh ? k->name_zh : k->name);
    json_key(j, "description"), json_text(j, k->en);
    json_key(j, "x-zh"), json_text(j, k->zh);
    schema_x(j, k);
    schema_value(j, k);
    json_end(j);
    if (!k->name_zh) return;
    snprintf(ref, sizeof ref, "#/$defs/%s/properties/%s", shape->name, k->name);
    json_key(j, k->name_zh);
    json_object(j);
    json_key(j, "$ref"), json_text(j, ref);
    json_key(j, "description"), json_text(j, k->zh);
    json_key(j, "x-same-as"), json_text(j, k->name);
    json_end(j);
}

/* A required key may be given by either of its names. */
static void schema_required(struct json *j, const struct scheme_shape *shape)
{
    bool any = false;
    for (const struct scheme_key *k = shape->keys; k->kind; k++) {
        if (!(k->flags & KEY_REQUIRED)) continue;
        if (!any) json_key(j, "allOf"), json_array(j);
        any = true;
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
    if (any) json_end(j);
}

static void schema_shape(struct json *j, const struct scheme_shape *shape)
{
    json_key(j, "title"), json_text(j, shape->zh);
    json_key(j, "description"), json_text(j, shape->en);
    schema_type(j, "object");
    json_key(j, "additionalProperties"), json_bool(j, false);
    json_key(j, "properties");
    json_object(j);
    for (const struct scheme_key *k = shape->keys; k->kind; k++) schema_key(j, shape, k);
    json_end(j);
    schema_required(j, shape);
}

/* Every mapping that can be reached, once. Two of one name would be one definition for both. */
static void collect(const struct scheme_shape *shape, const struct scheme_shape **all, size_t *n)
{
    for (size_t i = 0; i < *n; i++) {
        if (all[i] == shape) return;
        if (!strcmp(all[i]->name, shape->name)) BUG("two mappings called %s", shape->name);
    }
    if (*n == SHAPES_MAX) BUG("more than %d mappings", SHAPES_MAX);
    all[(*n)++] = shape;
    for (const struct scheme_key *k = shape->keys; k->kind; k++)
        if (k->sub) collect(k->sub, all, n);
}

static const char *schema_of(struct arena *mem, const char *title, const struct scheme_shape *root)
{
    struct buf b = buf_in(mem, DOC_MAX);
    struct json j = json_to(&b);
    const struct scheme_shape *all[SHAPES_MAX];
    size_t n = 0;
    collect(root, all, &n);
    json_object(&j);
    json_key(&j, "$schema");
    json_text(&j, "https://json-schema.org/draft/2020-12/schema");
    json_key(&j, "title");
    json_text(&j, title);
    schema_ref(&j, root);
    json_key(&j, "$defs");
    json_object(&j);
    for (size_t i = 0; i < n; i++) {
        json_key(&j, all[i]->name);
        json_object(&j), schema_shape(&j, all[i]), json_end(&j);
    }
    json_end(&j);
    json_end(&j);
    if (b.over) BUG("schema of more than %d bytes", DOC_MAX);
    return b.p;
}

const char *scheme_json_schema(struct arena *mem)
{
    return schema_of(mem, "Shanzhi scheme 积分方案", &scheme_shape);
}

const char *scheme_facts_json_schema(struct arena *mem)
{
    return schema_of(mem, "Shanzhi facts 事实", &facts_shape);
}

/* The API document (OpenAPI 3.1), from the same tables that bind, authorise and dispatch: what stands
 * here is what the program does. A record becomes one schema for input and one for output, because
 * they promise different things: input may leave out what is OPT; output always has every field, and
 * null only where OPT says so.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "http/inside.h"
#include "kernel/id.h"

enum { SCHEMAS_MAX = 1000 };
enum side { SIDE_IN, SIDE_OUT };

struct schema { const struct record *rec; enum side side; const char *name; bool page; };
struct doc {
    struct arena *mem;
    struct json j;
    struct schema schemas[SCHEMAS_MAX]; /* referred to; written at the end, which may add more */
    int n;
};

/* ---- writing ---- */

static void text(struct json *j, const char *key, const char *value)
{
    json_key(j, key);
    json_text(j, value);
}

static void number(struct json *j, const char *key, int64_t value)
{
    json_key(j, key);
    json_int(j, value);
}

static void flag(struct json *j, const char *key, bool value)
{
    json_key(j, key);
    json_bool(j, value);
}

static void object(struct json *j, const char *key)
{
    json_key(j, key);
    json_object(j);
}

static void array(struct json *j, const char *key)
{
    json_key(j, key);
    json_array(j);
}

static void ref(struct json *j, const char *kind, const char *name)
{
    char path[200];
    snprintf(path, sizeof path, "#/components/%s/%s", kind, name);
    text(j, "$ref", path);
}

/* ---- schemas ---- */

static bool taken(const struct doc *d, const char *name)
{
    for (int i = 0; i < d->n; i++)
        if (!strcmp(d->schemas[i].name, name)) return true;
    return false;
}

static const char *schema_of(struct doc *d, const struct record *rec, enum side side, bool page)
{
    for (int i = 0; i < d->n; i++)
        if (d->schemas[i].rec == rec && d->schemas[i].side == side && d->schemas[i].page == page)
            return d->schemas[i].name;
    if (d->n == SCHEMAS_MAX) BUG("more than %d schemas", SCHEMAS_MAX);
    size_t n = strlen(rec->name);
    bool has = n > 3 && !strcmp(rec->name + n - 3, "_in");
    const char *name = arena_printf(d->mem, "%s%s", rec->name, page ? "_page" : side == SIDE_IN && !has ? "_in" : "");
    const char *base = name;
    for (int i = 2; taken(d, name); i++) name = arena_printf(d->mem, "%s_%d", base, i);
    d->schemas[d->n++] = (struct schema){ .rec = rec, .side = side, .name = name, .page = page };
    return name;
}

static void type(struct json *j, const char *name, bool nullable)
{
    if (!nullable) {
        text(j, "type", name);
        return;
    }
    array(j, "type");
    json_text(j, name);
    json_text(j, "null");
    json_end(j);
}

static void bounds(struct json *j, const struct field *f, const char *lo, const char *hi)
{
    if (!f->min && !f->max) return;
    if (f->min || f->kind == K_INT) number(j, lo, f->min);
    if (f->max || f->kind == K_INT) number(j, hi, f->max);
}

/* Hundredths as text; whole places as many as the largest allowed value has. */
static void points(struct json *j, const struct field *f, enum side side)
{
    int64_t most = f->min || f->max ? (f->max > -f->min ? f->max : -f->min) / 100 : INT64_C(999999999999);
    int places = 1;
    for (; most >= 10; most /= 10) places++;
    bool minus = side == SIDE_OUT || (!f->min && !f->max) || f->min < 0;
    char pattern[80];
    snprintf(pattern, sizeof pattern, side == SIDE_OUT ? "^%s[0-9]{1,%d}\\.[0-9]{2}$" : "^%s(0|[1-9][0-9]{0,%d})(\\.[0-9]{1,2})?$",
             minus ? "-?" : "", side == SIDE_OUT ? 14 : places - 1);
    text(j, "pattern", pattern);
}

/* No control characters but newline and tab, no bidi overrides, no noncharacters (kernel/text.c). */
#define CLEAN "[^\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufdd0-\\ufdef\\ufffe\\uffff]*"

static void strings(struct json *j, const struct field *f, enum side side)
{
    if (side == SIDE_IN) text(j, "pattern", "^" CLEAN "$");
    if (f->min > 0) number(j, "minLength", f->min);
    if (f->max > 0) number(j, "maxLength", f->max);
}

static void options(struct json *j, const struct field *f, bool nullable)
{
    array(j, "enum");
    for (const char *const *o = f->options; *o; o++) json_text(j, *o);
    if (nullable) json_null(j);
    json_end(j);
}

static void field_schema(struct doc *d, const struct field *f, enum side side, bool nullable);

static void items(struct doc *d, const struct field *f, enum side side)
{
    struct json *j = &d->j;
    object(j, "items");
    if (f->kind == K_LIST) {
        ref(j, "schemas", schema_of(d, f->sub, side, false));
    } else if (f->kind == K_IDS) {
        text(j, "type", "integer");
        number(j, "minimum", 1);
        number(j, "maximum", ID_MAX);
    } else {
        text(j, "type", "string");
        if (side == SIDE_IN) number(j, "minLength", 1);
        if (side == SIDE_IN) number(j, "maxLength", LIMIT_LIST_TEXT);
    }
    json_end(j);
    bounds(j, f, "minItems", "maxItems");
}

/* The members of a schema object that is already open. */
static void field_members(struct doc *d, const struct field *f, enum side side, bool nullable)
{
    struct json *j = &d->j;
    switch (f->kind) {
    case K_INT:
        type(j, "integer", nullable);
        if (!f->min && !f->max) text(j, "format", "int64");
        bounds(j, f, "minimum", "maximum");
        break;
    case K_ID:
        type(j, "integer", nullable);
        number(j, "minimum", 1);
        number(j, "maximum", ID_MAX);
        break;
    case K_BOOL: type(j, "boolean", nullable); break;
    case K_REGION:
        type(j, "string", nullable);
        /* all zeros: everywhere, the scope above the provinces */
        text(j, "pattern", side == SIDE_IN ? "^[1-9][0-9]{11}$" : "^[0-9]{12}$");
        break;
    case K_POINTS:
        type(j, "string", nullable);
        points(j, f, side);
        break;
    case K_DATE:
        type(j, "string", nullable);
        text(j, "format", "date");
        if (side == SIDE_IN) text(j, "pattern", "^(19|20|21)[0-9]{2}-");
        break;
    case K_INSTANT:
        type(j, "string", nullable);
        text(j, "format", "date-time");
        if (side == SIDE_IN) text(j, "pattern", "^(19|20|21)[0-9]{2}-");
        break;
    case K_TEXT:
        type(j, "string", nullable);
        strings(j, f, side);
        break;
    case K_ENUM:
        type(j, "string", nullable);
        options(j, f, nullable);
        break;
    case K_TEXTS:
    case K_IDS:
    case K_LIST:
        type(j, "array", nullable && side == SIDE_IN);
        items(d, f, side);
        break;
    case K_JSON:
    case K_OBJECT:
    case K_BYTES:
    case K_END: break;
    }
}

static void field_schema(struct doc *d, const struct field *f, enum side side, bool nullable)
{
    struct json *j = &d->j;
    json_object(j);
    if (f->kind == K_OBJECT && nullable) {
        array(j, "anyOf");
        json_object(j);
        ref(j, "schemas", schema_of(d, f->sub, side, false));
        json_end(j);
        json_object(j);
        text(j, "type", "null");
        json_end(j);
        json_end(j);
    } else if (f->kind == K_OBJECT) {
        ref(j, "schemas", schema_of(d, f->sub, side, false));
    }
    field_members(d, f, side, nullable);
    if (f->doc && *f->doc) text(j, "description", f->doc);
    json_end(j);
}

static bool in_schema(const struct field *f, enum side side)
{
    if (f->kind == K_BYTES) return false;
    return side == SIDE_OUT || !(f->flags & (IN_PATH | IN_QUERY | IN_RAW | IN_MATCH));
}

static void record_schema(struct doc *d, const struct record *rec, enum side side)
{
    struct json *j = &d->j;
    text(j, "type", "object");
    flag(j, "additionalProperties", false);
    object(j, "properties");
    for (const struct field *f = rec->fields; f->name; f++) {
        if (!in_schema(f, side)) continue;
        json_key(j, f->name);
        field_schema(d, f, side, (f->flags & OPT) != 0);
    }
    json_end(j);
    bool any = false;
    for (const struct field *f = rec->fields; f->name; f++) {
        if (!in_schema(f, side) || (side == SIDE_IN && (f->flags & OPT))) continue;
        if (!any) array(j, "required");
        any = true;
        json_text(j, f->name);
    }
    if (any) json_end(j);
}

static void page_schema(struct doc *d, const struct record *rec)
{
    struct json *j = &d->j;
    text(j, "type", "object");
    flag(j, "additionalProperties", false);
    object(j, "properties");
    object(j, "rows");
    text(j, "type", "array");
    number(j, "maxItems", LIMIT_PAGE_ROWS);
    object(j, "items");
    ref(j, "schemas", schema_of(d, rec, SIDE_OUT, false));
    json_end(j);
    json_end(j);
    object(j, "next");
    type(j, "string", true);
    text(j, "description", "Cursor of the next page, for `after`; null at the end.");
    json_end(j);
    object(j, "total");
    type(j, "integer", true);
    text(j, "description", "Rows in all pages; null where counting would be dear.");
    json_end(j);
    json_end(j);
    json_raw(((void)json_key(j, "required"), j), "[\"rows\",\"next\",\"total\"]");
}

/* ---- operations ---- */

static void parameter(struct doc *d, const struct field *f, const char *in, bool required)
{
    struct json *j = &d->j;
    json_object(j);
    text(j, "name", f->name);
    text(j, "in", in);
    if (required) flag(j, "required", true);
    if (f->doc && *f->doc) text(j, "description", f->doc);
    if (f->kind == K_TEXTS || f->kind == K_IDS) {
        text(j, "style", "form");
        flag(j, "explode", false);
    }
    json_key(j, "schema");
    json_object(j);
    field_members(d, f, SIDE_IN, false);
    json_end(j);
    json_end(j);
}

static void parameter_ref(struct json *j, const char *name)
{
    json_object(j);
    ref(j, "parameters", name);
    json_end(j);
}

static void parameters(struct doc *d, const struct endpoint *e)
{
    struct json *j = &d->j;
    array(j, "parameters");
    for (int i = 0; i < e->params_n; i++) parameter(d, e->params[i], "path", true);
    for (int i = 0; e->query[i]; i++) parameter(d, e->query[i], "query", !(e->query[i]->flags & OPT));
    if (e->match) parameter_ref(j, e->match->flags & OPT ? "IfMatchOptional" : "IfMatch");
    if (e->idem) parameter_ref(j, "IdempotencyKey");
    if (!e->write && (e->etag || (e->route->flags & ROUTE_CACHE))) parameter_ref(j, "IfNoneMatch");
    parameter_ref(j, "AcceptLanguage");
    json_end(j);
}

static void request_body(struct doc *d, const struct endpoint *e)
{
    struct json *j = &d->j;
    if (!e->type) return;
    bool required = e->raw ? !(e->raw->flags & OPT) : false;
    for (const struct field *f = e->body ? e->route->in->fields : NULL; f && f->name; f++)
        required = required || (in_schema(f, SIDE_IN) && !(f->flags & OPT));
    object(j, "requestBody");
    flag(j, "required", required);
    object(j, "content");
    for (const char *p = e->type; *p;) {
        p += strspn(p, ", ");
        size_t n = strcspn(p, ", ");
        object(j, arena_strndup(d->mem, p, n));
        object(j, "schema");
        if (e->raw) text(j, "type", "string");
        else ref(j, "schemas", schema_of(d, e->route->in, SIDE_IN, false));
        json_end(j);
        json_end(j);
        p += n;
    }
    json_end(j);
    json_end(j);
}

static void header_ref(struct json *j, const char *name, const char *component)
{
    object(j, name);
    ref(j, "headers", component);
    json_end(j);
}

static void usual_headers(struct json *j)
{
    header_ref(j, "X-Request-Id", "RequestId");
    header_ref(j, "RateLimit-Policy", "RateLimitPolicy");
    header_ref(j, "RateLimit", "RateLimit");
}

static void success(struct doc *d, const struct endpoint *e)
{
    struct json *j = &d->j;
    const struct route *r = e->route;
    const char *file = r->flags & ROUTE_FILE ? r->produces : r->flags & ROUTE_STREAM ? "text/event-stream" : NULL;
    bool empty = !file && !r->out;
    object(j, r->flags & ROUTE_CREATED ? "201" : empty ? "204" : "200");
    text(j, "description", r->flags & ROUTE_CREATED ? "Made." : empty ? "Done." : "The answer.");
    object(j, "headers");
    usual_headers(j);
    if (e->etag || (r->flags & ROUTE_CACHE)) header_ref(j, "ETag", "ETag");
    if (r->flags & ROUTE_PAGE) header_ref(j, "Link", "Link");
    if (e->idem) header_ref(j, "Idempotency-Replayed", "IdempotencyReplayed");
    json_end(j);
    if (!empty) {
        object(j, "content");
        for (const char *p = file ? file : "application/json"; *p;) { /* "image/jpeg, image/png" */
            p += strspn(p, ", ");
            size_t n = strcspn(p, ", ");
            object(j, arena_strndup(d->mem, p, n));
            object(j, "schema");
            if (!file) ref(j, "schemas", schema_of(d, r->out, SIDE_OUT, (r->flags & ROUTE_PAGE) != 0));
            json_end(j);
            json_end(j);
            p += n;
        }
        json_end(j);
    }
    json_end(j);
}

/* Which errors an operation may answer with: the usual ones by its table row, then its own. */
static void errors_of(const struct endpoint *e, bool out[ERR_COUNT])
{
    const struct route *r = e->route;
    static const enum err_code always[] = { ERR_INVALID, ERR_MALFORMED, ERR_TIMEOUT, ERR_TOO_LARGE, ERR_URI_TOO_LONG,
        ERR_MEDIA_TYPE, ERR_TOO_MANY, ERR_HEADERS_TOO_LARGE, ERR_INTERNAL, ERR_BUSY, ERR_DATABASE, ERR_NONE };
    for (int i = 0; always[i]; i++) out[always[i]] = true;
    out[ERR_NOT_FOUND] = e->params_n > 0;
    if (r->allow != PERM_PUBLIC) out[ERR_SIGN_IN] = out[ERR_FORBIDDEN] = out[ERR_PASSWORD_CHANGE] = true;
    if (r->allow != PERM_PUBLIC && e->write) out[ERR_CSRF] = true;
    if (r->tx == TX_WRITE) out[ERR_CONFLICT] = out[ERR_DUPLICATE] = out[ERR_DISK_FULL] = true;
    if (r->tx == TX_NONE && strcmp(r->method, "GET")) out[ERR_DISK_FULL] = true; /* opens its own */
    if (e->idem) out[ERR_IN_PROGRESS] = out[ERR_IDEMPOTENCY] = true;
    if (e->match) out[ERR_STALE] = true;
    if (e->match && !(e->match->flags & OPT)) out[ERR_PRECONDITION] = true;
    for (const enum err_code *c = r->errors; c && *c; c++) out[*c] = true;
}

/* What errors of this status mean; NULL: there is none. */
static const char *meanings(struct arena *mem, const bool may[], int status)
{
    const char *all = NULL;
    for (int i = 1; i < ERR_COUNT; i++) {
        const struct err_info *info = err_info((enum err_code)i);
        if (may[i] && info->status == status)
            all = arena_printf(mem, "%s%s`%s` %s", all ? all : "", all ? "\n\n" : "", info->code, info->en);
    }
    return all;
}

static void problems(struct doc *d, const struct endpoint *e)
{
    struct json *j = &d->j;
    bool may[ERR_COUNT] = { false };
    errors_of(e, may);
    for (int status = 400; status < 600; status++) {
        const char *said = meanings(d->mem, may, status);
        if (!said) continue;
        object(j, arena_printf(d->mem, "%d", status));
        text(j, "description", said);
        object(j, "headers");
        usual_headers(j);
        if (status == 429 || status == 503 || status == 409) header_ref(j, "Retry-After", "RetryAfter");
        json_end(j);
        object(j, "content");
        object(j, "application/problem+json");
        object(j, "schema");
        ref(j, "schemas", "problem");
        json_end(j);
        json_end(j);
        json_end(j);
        json_end(j);
    }
}

static void security(struct json *j, const struct endpoint *e)
{
    array(j, "security");
    if (e->route->allow != PERM_PUBLIC) {
        json_object(j);
        json_raw(((void)json_key(j, "session"), j), "[]");
        if (e->write) json_raw(((void)json_key(j, "csrf"), j), "[]");
        json_end(j);
        json_object(j);
        json_raw(((void)json_key(j, "bearer"), j), "[]");
        json_end(j);
    }
    json_end(j);
}

/* "get_villages_village_claims" */
static const char *operation_id(struct arena *mem, const struct route *r)
{
    struct buf b = buf_in(mem, 400);
    for (const char *p = r->method; *p; p++) buf_putc(&b, (char)(*p | 0x20));
    for (const char *p = r->path; *p; p++)
        if (*p != '{' && *p != '}') buf_putc(&b, *p == '/' || *p == '-' ? '_' : *p);
    return b.p;
}

static void operation(struct doc *d, const struct endpoint *e)
{
    struct json *j = &d->j;
    const struct route *r = e->route;
    char method[8] = { 0 };
    for (int i = 0; r->method[i] && i < 7; i++) method[i] = (char)(r->method[i] | 0x20);
    object(j, method);
    text(j, "operationId", operation_id(d->mem, r));
    text(j, "summary", r->summary);
    array(j, "tags");
    json_text(j, e->slice->name);
    json_end(j);
    const struct perm_info *perm = perm_info(r->allow);
    text(j, "description", arena_printf(d->mem, "Permission: `%s` (%s): %s.", perm->name, perm->zh, perm->en));
    text(j, "x-permission", perm->name);
    parameters(d, e);
    request_body(d, e);
    object(j, "responses");
    success(d, e);
    if (!e->write && (e->etag || (r->flags & ROUTE_CACHE))) {
        object(j, "304");
        text(j, "description", "Unchanged since the answer with this ETag.");
        json_end(j);
    }
    problems(d, e);
    json_end(j);
    security(j, e);
    json_end(j);
}

/* Operations of one path stand together, paths in the tables' order. */
static void paths(struct doc *d, const struct routes *t)
{
    object(&d->j, "paths");
    bool *done = arena_array(d->mem, bool, (size_t)t->n + 1);
    for (int i = 0; i < t->n; i++) {
        if (done[i]) continue;
        object(&d->j, t->all[i]->route->path);
        for (int k = i; k < t->n; k++) {
            if (strcmp(t->all[i]->route->path, t->all[k]->route->path)) continue;
            operation(d, t->all[k]);
            done[k] = true;
        }
        json_end(&d->j);
    }
    json_end(&d->j);
}

/* ---- components ---- */

static void components(struct doc *d)
{
    struct json *j = &d->j;
    object(j, "components");
    json_raw(((void)json_key(j, "securitySchemes"), j),
        "{\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"shanzhi_session\","
        "\"description\":\"Set by POST /session.\"},"
        "\"csrf\":{\"type\":\"apiKey\",\"in\":\"header\",\"name\":\"X-CSRF-Token\","
        "\"description\":\"With the session cookie, for everything that writes: `csrf` of GET /session.\"},"
        "\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\",\"description\":\"An access token for programs.\"}}");
    json_raw(((void)json_key(j, "parameters"), j),
        "{\"IdempotencyKey\":{\"name\":\"Idempotency-Key\",\"in\":\"header\",\"required\":true,"
        "\"description\":\"A string in double quotes, new for each thing to do; sending it again is safe and gives the stored answer.\","
        "\"schema\":{\"type\":\"string\",\"pattern\":\"^\\\"[!#-\\\\[\\\\]-~]{1,128}\\\"$\"},\"example\":\"\\\"3f1c2a9e-5b7d-4c1a-9a64-2f6f0f6c1d11\\\"\"},"
        "\"IfMatch\":{\"name\":\"If-Match\",\"in\":\"header\",\"required\":true,"
        "\"description\":\"The ETag as it was read.\",\"schema\":{\"type\":\"string\",\"pattern\":\"^\\\"[0-9]{1,15}\\\"$\"},\"example\":\"\\\"3\\\"\"},"
        "\"IfMatchOptional\":{\"name\":\"If-Match\",\"in\":\"header\","
        "\"description\":\"The ETag as it was read.\",\"schema\":{\"type\":\"string\",\"pattern\":\"^\\\"[0-9]{1,15}\\\"$\"},\"example\":\"\\\"3\\\"\"},"
        "\"IfNoneMatch\":{\"name\":\"If-None-Match\",\"in\":\"header\",\"description\":\"ETag of the answer one has: 304 if it still holds.\","
        "\"schema\":{\"type\":\"string\"}},"
        "\"AcceptLanguage\":{\"name\":\"Accept-Language\",\"in\":\"header\",\"description\":\"Language of messages: zh or en.\","
        "\"schema\":{\"type\":\"string\",\"enum\":[\"zh-CN\",\"en\"]}}}");
    json_raw(((void)json_key(j, "headers"), j),
        "{\"RequestId\":{\"description\":\"Names the request in the server's log.\",\"schema\":{\"type\":\"string\",\"pattern\":\"^[0-9a-f]{16}$\"}},"
        "\"RateLimitPolicy\":{\"description\":\"The quota: requests per window of seconds.\",\"schema\":{\"type\":\"string\"}},"
        "\"RateLimit\":{\"description\":\"What is left of it.\",\"schema\":{\"type\":\"string\"}},"
        "\"RetryAfter\":{\"description\":\"Seconds to wait before trying again.\",\"schema\":{\"type\":\"integer\",\"minimum\":1}},"
        "\"ETag\":{\"description\":\"Version of the answer, for If-None-Match and If-Match.\",\"schema\":{\"type\":\"string\"}},"
        "\"Link\":{\"description\":\"The next page, rel=next.\",\"schema\":{\"type\":\"string\"}},"
        "\"IdempotencyReplayed\":{\"description\":\"true: the stored answer of an earlier request with this key.\",\"schema\":{\"type\":\"string\",\"enum\":[\"true\"]}}}");
    object(j, "schemas");
    json_raw(((void)json_key(j, "problem"), j),
        "{\"type\":\"object\",\"additionalProperties\":false,\"description\":\"RFC 9457 problem details.\",\"properties\":{"
        "\"type\":{\"type\":\"string\",\"pattern\":\"^/problems/[a-z0-9-]+$\",\"description\":\"What kind of error; a page that says what to do.\"},"
        "\"title\":{\"type\":\"string\"},\"status\":{\"type\":\"integer\",\"minimum\":400,\"maximum\":599},"
        "\"detail\":{\"type\":\"string\"},\"instance\":{\"type\":\"string\"},"
        "\"request_id\":{\"type\":\"string\",\"pattern\":\"^[0-9a-f]{16}$\"},"
        "\"errors\":{\"type\":\"array\",\"description\":\"Every invalid field.\",\"items\":{\"type\":\"object\",\"additionalProperties\":false,"
        "\"properties\":{\"field\":{\"type\":\"string\",\"description\":\"Path of the field: `items/3/points`.\"},\"detail\":{\"type\":\"string\"}},"
        "\"required\":[\"field\",\"detail\"]}}},"
        "\"required\":[\"type\",\"title\",\"status\",\"detail\",\"instance\",\"request_id\",\"errors\"]}");
    for (int i = 0; i < d->n; i++) { /* grows while it runs */
        struct schema s = d->schemas[i];
        object(j, s.name);
        if (s.page) page_schema(d, s.rec);
        else record_schema(d, s.rec, s.side);
        json_end(j);
    }
    json_end(j);
    json_end(j);
}

const char *http_openapi(struct arena *mem, const struct slice *const *slices)
{
    struct buf b = buf_in(mem, 32 * 1024 * 1024);
    struct doc *d = arena_new(mem, struct doc);
    d->mem = mem;
    d->j = json_to(&b);
    struct json *j = &d->j;
    const struct routes *t = routes_build(mem, slices);
    json_object(j);
    text(j, "openapi", "3.1.0");
    object(j, "info");
    text(j, "title", "Shanzhi 善治");
    text(j, "version", SHANZHI_VERSION);
    text(j, "description",
         "Points of villages: registers, claims, publicity, passbooks. Ids are numbers, division codes strings of 12 digits, "
         "points and money strings with two decimals, dates 2026-11-21, instants RFC 3339 in UTC. Lists come in pages: "
         "pass `next` as `after`. Errors are problem documents (RFC 9457) in Chinese or English by Accept-Language.");
    object(j, "license");
    text(j, "name", "Apache-2.0");
    text(j, "identifier", "Apache-2.0");
    json_end(j);
    json_end(j);
    array(j, "servers");
    json_object(j);
    text(j, "url", "/api/v1");
    json_end(j);
    json_end(j);
    array(j, "tags");
    for (const struct slice *const *s = slices; *s; s++) {
        if (!(*s)->routes) continue;
        json_object(j);
        text(j, "name", (*s)->name);
        json_end(j);
    }
    json_end(j);
    paths(d, t);
    components(d);
    json_end(j);
    if (b.over) BUG("the API document is too long");
    return b.p;
}

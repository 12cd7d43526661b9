/* The writer: appends straight to the buffer, no printf, no tree. One bit per depth remembers
 * whether a comma is due and whether the innermost value is an array. */
#include "kernel/json.h"

#include <string.h>

#include "kernel/date.h"
#include "kernel/dec.h"
#include "kernel/text.h"

enum { DEPTH_MAX = 31 };

struct json json_to(struct buf *b)
{
    return (struct json){ .b = b };
}

static uint32_t bit(const struct json *j)
{
    return UINT32_C(1) << j->depth;
}

/* Before any value: the comma, unless a key stands before it. */
static void before(struct json *j)
{
    if (j->after_key) {
        j->after_key = false;
        return;
    }
    if (j->comma & bit(j)) buf_putc(j->b, ',');
    j->comma |= bit(j);
}

static void open(struct json *j, char c, bool array)
{
    before(j);
    if (j->depth == DEPTH_MAX) BUG("JSON deeper than %d", DEPTH_MAX);
    buf_putc(j->b, c);
    j->depth++;
    j->comma &= ~bit(j);
    if (array)
        j->array |= bit(j);
    else
        j->array &= ~bit(j);
}

void json_object(struct json *j)
{
    open(j, '{', false);
}

void json_array(struct json *j)
{
    open(j, '[', true);
}

void json_end(struct json *j)
{
    if (j->depth == 0 || j->after_key) BUG("json_end without a beginning");
    buf_putc(j->b, j->array & bit(j) ? ']' : '}');
    j->depth--;
}

/* 0: as it is; 'u': \u00xx; else the letter after the backslash. */
static const char escapes[256] = {
    ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r', ['"'] = '"', ['\\'] = '\\',
    [0] = 'u',    [1] = 'u',    [2] = 'u',    [3] = 'u',    [4] = 'u',    [5] = 'u',   [6] = 'u',
    [7] = 'u',    [11] = 'u',   [14] = 'u',   [15] = 'u',   [16] = 'u',   [17] = 'u',  [18] = 'u',
    [19] = 'u',   [20] = 'u',   [21] = 'u',   [22] = 'u',   [23] = 'u',   [24] = 'u',  [25] = 'u',
    [26] = 'u',   [27] = 'u',   [28] = 'u',   [29] = 'u',   [30] = 'u',   [31] = 'u',  [127] = 'u',
};

static void escape(struct buf *b, unsigned char c)
{
    static const char digit[] = "0123456789abcdef";
    char out[6] = { '\\', escapes[c], '0', '0', digit[c >> 4], digit[c & 15] };
    buf_add(b, out, escapes[c] == 'u' ? 6 : 2);
}

/* Bytes of the character at s, 0 when it must be escaped or is no UTF-8. Nearly all text here is ASCII or
 * three-byte Chinese (U+4000…U+9FFF), so those are looked at before the full check. */
static inline size_t ordinary(const char *s, const char *end)
{
    unsigned char c = (unsigned char)*s;
    uint32_t cp;
    if (c < 0x80) return !escapes[c];
    if (c >= 0xE4 && c <= 0xE9 && end - s >= 3 && (s[1] & 0xC0) == 0x80 && (s[2] & 0xC0) == 0x80) return 3;
    return utf8_step(s, (size_t)(end - s), &cp);
}

/* Runs of ordinary bytes are copied at once. Bytes that are no UTF-8 become U+FFFD: what we write
 * is valid JSON whatever a log line or a foreign message holds. */
void json_quote(struct buf *b, const char *s, size_t n)
{
    const char *end = s + n, *run = s;
    buf_putc(b, '"');
    while (s < end) {
        unsigned char c = (unsigned char)*s;
        size_t len = ordinary(s, end);
        if (len) {
            s += len;
            continue;
        }
        buf_add(b, run, (size_t)(s - run));
        if (c < 0x80)
            escape(b, c);
        else
            buf_add(b, "\xEF\xBF\xBD", 3);
        run = ++s;
    }
    buf_add(b, run, (size_t)(s - run));
    buf_putc(b, '"');
}

/* "key": as it is. */
static void bare_key(struct json *j, const char *key, size_t n)
{
    char *p = buf_reserve(j->b, n + 3);
    if (!p) return;
    p[0] = '"';
    memcpy(p + 1, key, n);
    memcpy(p + 1 + n, "\":", 3);
    j->b->n += n + 3;
}

static void before_key(struct json *j, const char *key)
{
    if (j->after_key || !j->depth || j->array & bit(j)) BUG("key %s outside an object", key);
    before(j);
    j->after_key = true;
}

void json_key(struct json *j, const char *key)
{
    size_t n = 0;
    before_key(j, key);
    while (!escapes[(unsigned char)key[n]] && (unsigned char)key[n] < 0x80) n++;
    if (!key[n]) { /* nearly every key is a C identifier */
        bare_key(j, key, n);
        return;
    }
    json_quote(j->b, key, strlen(key));
    buf_putc(j->b, ':');
}

void json_int(struct json *j, int64_t v)
{
    before(j);
    buf_int(j->b, v);
}

void json_bool(struct json *j, bool v)
{
    before(j);
    if (v)
        buf_add(j->b, "true", 4);
    else
        buf_add(j->b, "false", 5);
}

void json_null(struct json *j)
{
    before(j);
    buf_add(j->b, "null", 4);
}

void json_text(struct json *j, const char *s)
{
    if (!s) {
        json_null(j);
        return;
    }
    json_quote_value(j, s, strlen(s));
}

void json_quote_value(struct json *j, const char *s, size_t n)
{
    before(j);
    json_quote(j->b, s, n);
}

void json_raw(struct json *j, const char *json)
{
    before(j);
    buf_puts(j->b, json);
}

/* A short string that needs no escaping. */
static void plain(struct json *j, const char *s)
{
    size_t n = strlen(s);
    before(j);
    char *p = buf_reserve(j->b, n + 2);
    if (!p) return;
    p[0] = '"';
    memcpy(p + 1, s, n);
    memcpy(p + 1 + n, "\"", 2);
    j->b->n += n + 2;
}

/* ---- records ---- */

char *region_format(int64_t region, char out[REGION_SIZE])
{
    for (int i = 11; i >= 0; i--, region /= 10) out[i] = (char)('0' + region % 10);
    out[12] = 0;
    return out;
}

static void write_number(struct json *j, enum kind kind, int64_t v)
{
    char s[INSTANT_SIZE];
    if (v == NONE) {
        json_null(j);
        return;
    }
    if (kind == K_BOOL)
        json_bool(j, v != 0);
    else if (kind == K_REGION)
        plain(j, region_format(v, s));
    else if (kind == K_POINTS)
        plain(j, dec_format(v, s));
    else if (kind == K_DATE)
        plain(j, date_format(v, s));
    else if (kind == K_INSTANT)
        plain(j, instant_format(v, s));
    else
        json_int(j, v);
}

static void write_list(struct json *j, const struct field *f, const struct list *l, bool hide)
{
    json_array(j);
    for (size_t i = 0; i < l->n; i++) {
        if (f->kind == K_LIST)
            json_record(j, f->sub, (const char *)l->items + i * f->sub->size, hide);
        else if (f->kind == K_TEXTS)
            json_text(j, LIST_AT(*l, const char *, i));
        else
            json_int(j, LIST_AT(*l, int64_t, i));
    }
    json_end(j);
}

static void write_field(struct json *j, const struct field *f, const void *at, bool hide)
{
    switch (f->kind) {
    case K_INT:
    case K_BOOL:
    case K_ID:
    case K_REGION:
    case K_POINTS:
    case K_DATE:
    case K_INSTANT: write_number(j, f->kind, *(const int64_t *)at); return;
    case K_TEXT:
    case K_ENUM: json_text(j, *(const char *const *)at); return;
    case K_JSON: {
        const char *raw = *(const char *const *)at;
        json_raw(j, raw ? raw : "null");
        return;
    }
    case K_OBJECT: {
        const void *sub = *(const void *const *)at;
        if (sub)
            json_record(j, f->sub, sub, hide);
        else
            json_null(j);
        return;
    }
    case K_LIST:
    case K_TEXTS:
    case K_IDS: write_list(j, f, at, hide); return;
    case K_BYTES:
    case K_END: return;
    }
}

void json_record(struct json *j, const struct record *rec, const void *p, bool hide)
{
    json_object(j);
    for (const struct field *f = rec->fields; f->name; f++) {
        if (f->kind == K_BYTES) continue;
        before_key(j, f->name);
        bare_key(j, f->name, strlen(f->name)); /* names of fields are C identifiers */
        if (hide && f->flags & OUT_SECRET)
            json_text(j, "…");
        else
            write_field(j, f, (const char *)p + f->at, hide);
    }
    json_end(j);
}

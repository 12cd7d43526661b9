/* Binding: path, query, If-Match and body of an exchange into the route's input struct, with every
 * finding at once, so that a form can mark all its fields after one round trip. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http/inside.h"

struct binding {
    struct exchange *x;
    void *in;
    struct err *e; /* collects the findings */
};

static void found(struct binding *b, const char *field, const char *zh, const char *en)
{
    if (!b->e) b->e = err_new(b->x->mem, ERR_INVALID, NULL);
    err_finding(b->x->mem, b->e, field, zh ? zh : "填写有误。", en ? en : "not valid");
}

static void bind_text(struct binding *b, const struct field *f, const char *s)
{
    const char *zh = NULL, *en = NULL;
    if (!field_from_text(b->x->mem, f, s, b->in, &zh, &en)) found(b, f->name, zh, en);
}

/* "a=1&b=2": unknown and repeated names are findings. */
static void bind_query(struct binding *b)
{
    const struct endpoint *at = b->x->at;
    bool seen[FIELDS_MAX] = { false };
    for (const char *p = b->x->gate.query; p && *p;) {
        size_t n = strcspn(p, "&"), name_n = strcspn(p, "=&");
        const char *name = gate_decode(b->x->mem, p, name_n, true);
        const char *value =
            name_n < n ? gate_decode(b->x->mem, p + name_n + 1, n - name_n - 1, true) : "";
        int i = 0;
        while (name && at->query[i] && strcmp(at->query[i]->name, name)) i++;
        if (!n) {
            ; /* "&&" says nothing */
        } else if (!name || !at->query[i]) {
            found(b, name ? name : "?", "没有这个参数。", "no such parameter");
        } else if (!value) {
            found(b, name, "不是有效的 UTF-8 文字。", "not valid percent-encoded UTF-8");
        } else if (seen[i]) {
            found(b, name, "参数重复。", "given twice");
        } else {
            seen[i] = true;
            bind_text(b, at->query[i], value);
        }
        p += n + (p[n] == '&');
    }
    for (int i = 0; at->query[i]; i++)
        if (!seen[i] && !(at->query[i]->flags & OPT))
            found(b, at->query[i]->name, "必须填写。", "is required");
}

/* The opaque part of an entity tag: "7" or "7-br" (the coding's own tag, see reply.c). */
static const char *etag_opaque(struct arena *mem, const char *s)
{
    size_t n = strlen(s);
    if (n < 2 || s[0] != '"' || s[n - 1] != '"') return NULL;
    char *out = arena_strndup(mem, s + 1, n - 2);
    if (strchr(out, '"')) return NULL;
    char *dash = strrchr(out, '-');
    if (dash && (!strcmp(dash, "-br") || !strcmp(dash, "-gz"))) *dash = 0;
    return out;
}

static const struct err *bind_match(struct binding *b)
{
    struct exchange *x = b->x;
    const struct field *f = x->at->match;
    const char *header = gate_find(&x->gate, "if-match");
    if (!header) return f->flags & OPT ? NULL : err_new(x->mem, ERR_PRECONDITION, "If-Match");
    const char *tag = etag_opaque(x->mem, header), *zh, *en;
    bool version = tag && (f->kind == K_TEXT || strspn(tag, "0123456789") == strlen(tag));
    if (!version || !field_from_text(x->mem, f, tag, b->in, &zh, &en))
        found(b, "If-Match", "请填写读取时得到的 ETag，例如 \"3\"",
              "send the ETag as it was read, such as \"3\"");
    return NULL;
}

static bool blank(const char *p, size_t n)
{
    return strspn(p, " \t\r\n") >= n;
}

static const struct err *bind_body(struct binding *b)
{
    struct exchange *x = b->x;
    if (x->at->raw) {
        struct bytes *to = (struct bytes *)((char *)b->in + x->at->raw->at);
        *to = (struct bytes){ x->body.p, x->body.n };
        if (!x->body.n && !(x->at->raw->flags & OPT))
            found(b, "", "内容为空。", "the body is empty");
        return NULL;
    }
    if (!x->at->body) {
        if (x->body.n && !blank(x->body.p, x->body.n) && strcmp(x->body.p, "{}"))
            found(b, "", "此操作不需要提交内容。", "this takes no body");
        return NULL;
    }
    const struct err *e = json_read(x->mem, x->body.p, x->body.n, x->at->route->in,
                                    IN_PATH | IN_QUERY | IN_RAW | IN_MATCH, b->in);
    if (!e || e->code != ERR_INVALID || !e->findings) return e;
    for (const struct finding *f = e->findings; f; f = f->next) found(b, f->field, f->zh, f->en);
    return NULL;
}

const struct err *bind_input(struct exchange *x, void *in, bool *bad_path)
{
    struct binding b = { .x = x, .in = in };
    *bad_path = false;
    if (x->at->route->in) record_blank(x->at->route->in, in);
    for (int i = 0; i < x->at->params_n; i++) bind_text(&b, x->at->params[i], x->params[i]);
    *bad_path = b.e != NULL;
    bind_query(&b);
    const struct err *match = x->at->match ? bind_match(&b) : NULL;
    const struct err *body = bind_body(&b);
    if (body) return body;
    return b.e ? b.e : match;
}

/* ---- single headers ---- */

/* RFC 9110 12.5.4; only the language's first subtag counts. Without a wish: Chinese. */
enum lang lang_of(const char *s)
{
    double zh = 0, en = 0, any = 0;
    for (const char *p = s ? s : ""; *p;) {
        p += strspn(p, " \t,");
        size_t n = strcspn(p, ",");
        const char *q = memmem(p, n, "q=", 2);
        double weight = q ? strtod(q + 2, NULL) : 1;
        if (!strncasecmp(p, "zh", 2) && weight > zh) zh = weight;
        if (!strncasecmp(p, "en", 2) && weight > en) en = weight;
        if (*p == '*' && weight > any) any = weight;
        p += n;
    }
    return en > zh && en > any ? LANG_EN : LANG_ZH;
}

/* draft-ietf-httpapi-idempotency-key-header: an RFC 8941 string. Escapes are not taken: no key
 * needs a quote or a backslash. */
bool idem_key_of(const char *s, struct arena *mem, const char **key)
{
    size_t n = strlen(s);
    if (n < 3 || n > 130 || s[0] != '"' || s[n - 1] != '"') return false;
    for (size_t i = 1; i < n - 1; i++)
        if (s[i] < ' ' || s[i] > '~' || s[i] == '"' || s[i] == '\\') return false;
    *key = arena_strndup(mem, s + 1, n - 2);
    return true;
}

/* If-None-Match: weak comparison over a list. */
bool etag_matches(const char *header, const char *etag)
{
    size_t want = strlen(etag);
    for (const char *p = header; *p;) {
        p += strspn(p, " \t,");
        if (*p == '*') return true;
        if (p[0] == 'W' && p[1] == '/') p += 2;
        if (*p != '"') return false;
        const char *end = strchr(p + 1, '"');
        if (!end) return false;
        size_t n = (size_t)(end - p - 1);
        if (n > 3 && (!memcmp(end - 3, "-br", 3) || !memcmp(end - 3, "-gz", 3))) n -= 3;
        if (n == want && !memcmp(p + 1, etag, n)) return true;
        p = end + 1;
    }
    return false;
}

/* The strict gate. A recursive-free, byte-at-a-time reader: short enough to be read whole, and a
 * fuzz target (http_fuzz.c). libevent's own evhttp is not used: every answer it gives to malformed
 * input would have to be caught before it (see README.md), which takes a reader like this one. */
#include "http/gate.h"

#include <string.h>
#include <strings.h>

#include "kernel/limits.h"
#include "kernel/text.h"

enum { TARGET_BYTES = 8 * 1024, TRAILER_BYTES = 4 * 1024 };

static enum gate_state bad(struct gate *g, enum err_code code, const char *why)
{
    g->refusal = code;
    g->why = why;
    return GATE_BAD;
}

/* RFC 9110 5.6.2 token */
static bool is_token(unsigned char c)
{
    static const char marks[] = "!#$%&'*+-.^_`|~";
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c && strchr(marks, c));
}

static int hex(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

const char *gate_find(const struct gate *g, const char *name)
{
    for (int i = 0; i < g->headers_n; i++)
        if (!strcmp(g->headers[i].name, name)) return g->headers[i].value;
    return NULL;
}

const char *gate_find_before(const struct gate *g, const char *name, int *before)
{
    while (*before > 0)
        if (!strcmp(g->headers[--*before].name, name)) return g->headers[*before].value;
    return NULL;
}

/* "GET /path?query HTTP/1.1", closed by a NUL. */
static enum gate_state request_line(struct gate *g, char *s)
{
    char *p = s;
    while (is_token((unsigned char)*p)) p++;
    if (p == s || p - s > 24 || *p != ' ') return bad(g, ERR_MALFORMED, "method");
    *p++ = 0;
    g->method = s;

    char *target = p;
    while ((unsigned char)*p > ' ' && (unsigned char)*p < 0x7f) p++;
    if (p - target > TARGET_BYTES) return bad(g, ERR_URI_TOO_LONG, "target");
    if (p == target || *p != ' ') return bad(g, ERR_MALFORMED, "target");
    *p++ = 0;
    if (!strcmp(p, "HTTP/1.0"))
        g->http10 = true;
    else if (strcmp(p, "HTTP/1.1"))
        return bad(g, strncmp(p, "HTTP/", 5) ? ERR_MALFORMED : ERR_VERSION, "version");

    /* absolute form, as sent to proxies: RFC 9112 3.2.2 asks servers to take it */
    if (!strncasecmp(target, "http://", 7) || !strncasecmp(target, "https://", 8)) {
        target = strchr(target + 8, '/');
        if (!target) return bad(g, ERR_MALFORMED, "target");
    }
    if (*target != '/' && strcmp(target, "*")) return bad(g, ERR_MALFORMED, "target");
    if (strchr(target, '#')) return bad(g, ERR_MALFORMED, "fragment in the target");
    char *mark = strchr(target, '?');
    if (mark) {
        *mark = 0;
        g->query = mark + 1;
    }
    g->path = target;
    return GATE_DONE;
}

/* "Name: value", closed by a NUL. */
static enum gate_state header_line(struct gate *g, char *s)
{
    if (g->headers_n == GATE_HEADERS) return bad(g, ERR_HEADERS_TOO_LARGE, "too many headers");
    char *p = s;
    for (; is_token((unsigned char)*p); p++)
        if (*p >= 'A' && *p <= 'Z') *p = (char)(*p | 0x20);
    if (p == s || *p != ':') return bad(g, ERR_MALFORMED, "header name");
    *p++ = 0;
    while (*p == ' ' || *p == '\t') p++;
    char *value = p;
    for (; *p; p++)
        if (((unsigned char)*p < ' ' && *p != '\t') || *p == 0x7f)
            return bad(g, ERR_MALFORMED, "header value");
    while (p > value && (p[-1] == ' ' || p[-1] == '\t')) *--p = 0;
    g->headers[g->headers_n++] = (struct gate_header){ .name = s, .value = value };
    return GATE_DONE;
}

static bool has_word(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = list; *p;) {
        while (*p == ' ' || *p == '\t' || *p == ',') p++;
        size_t len = strcspn(p, ", \t");
        if (len == n && !strncasecmp(p, word, n)) return true;
        p += len;
    }
    return false;
}

static bool host_ok(const char *s)
{
    if (!*s) return false;
    for (; *s; s++)
        if (!is_token((unsigned char)*s) && !strchr(":[]", *s)) return false;
    return true;
}

/* How the body is framed, and who is asked: RFC 9112 3.2, 6.3, 11.2. */
static enum gate_state framing(struct gate *g)
{
    const char *length = NULL, *coding = NULL, *host = NULL;
    g->keep_alive = !g->http10;
    for (int i = 0; i < g->headers_n; i++) {
        const char *name = g->headers[i].name, *value = g->headers[i].value;
        if (!strcmp(name, "content-length")) {
            if (length) return bad(g, ERR_MALFORMED, "two Content-Length");
            length = value;
        } else if (!strcmp(name, "transfer-encoding")) {
            if (coding) return bad(g, ERR_MALFORMED, "two Transfer-Encoding");
            coding = value;
        } else if (!strcmp(name, "host")) {
            if (host) return bad(g, ERR_MALFORMED, "two Host");
            host = value;
        } else if (!strcmp(name, "connection")) {
            if (has_word(value, "close")) g->keep_alive = false;
        } else if (!strcmp(name, "expect")) {
            g->expect_continue = !g->http10 && !strcasecmp(value, "100-continue");
        }
    }
    if (host ? !host_ok(host) : !g->http10) return bad(g, ERR_MALFORMED, "Host");
    if (coding) {
        if (length) return bad(g, ERR_MALFORMED, "Content-Length beside Transfer-Encoding");
        if (g->http10 || strcasecmp(coding, "chunked"))
            return bad(g, ERR_MALFORMED, "Transfer-Encoding");
        g->chunked = true;
        return GATE_DONE;
    }
    if (!length) return GATE_DONE;
    size_t n = strlen(length);
    if (!n || n > 15 || strspn(length, "0123456789") != n)
        return bad(g, ERR_MALFORMED, "Content-Length");
    for (const char *p = length; *p; p++) g->length = g->length * 10 + (*p - '0');
    g->left = g->length;
    return GATE_DONE;
}

static enum gate_state lines(struct gate *g, char *p, size_t end)
{
    char *stop = p + end;
    bool first = true;
    while (p < stop) {
        char *lf = memchr(p, '\n', (size_t)(stop - p));
        if (!lf) BUG("head without its end");
        lf[-1] = 0;
        if (memchr(p, 0, (size_t)(lf - 1 - p))) return bad(g, ERR_MALFORMED, "NUL");
        if (lf - 1 == p) break;
        enum gate_state s = first ? request_line(g, p) : header_line(g, p);
        if (s == GATE_BAD) return s;
        first = false;
        p = lf + 1;
    }
    return framing(g);
}

enum gate_state gate_head(struct gate *g, char *p, size_t n)
{
    size_t start = 0; /* empty lines before a request are forgiven: RFC 9112 2.2 */
    while (start + 1 < n && start < 8 && p[start] == '\r' && p[start + 1] == '\n') start += 2;
    if (g->seen < start) g->seen = start;
    for (;;) {
        size_t most = n < LIMIT_HEADER_BYTES ? n : LIMIT_HEADER_BYTES;
        char *lf = g->seen < most ? memchr(p + g->seen, '\n', most - g->seen) : NULL;
        if (!lf) {
            if (n >= LIMIT_HEADER_BYTES) return bad(g, ERR_HEADERS_TOO_LARGE, "head");
            return GATE_MORE; /* seen stays at the line's start: lines are short */
        }
        size_t at = (size_t)(lf - p);
        if (at == start || p[at - 1] != '\r') return bad(g, ERR_MALFORMED, "line end");
        if (at - 1 == g->seen) { /* an empty line closes the head; of nothing else it lacks a Host */
            g->head_n = at + 1;
            return lines(g, p + start, at + 1 - start);
        }
        g->seen = at + 1;
    }
}

/* One byte of chunk framing; data is taken in runs by the caller. */
static enum gate_state chunk_byte(struct gate *g, char c)
{
    switch (g->chunk) {
    case CHUNK_SIZE: {
        int h = hex(c);
        if (h >= 0) {
            if (++g->digits > 8) return bad(g, ERR_TOO_LARGE, "chunk size");
            g->left = g->left * 16 + h;
            return GATE_MORE;
        }
        if (!g->digits) return bad(g, ERR_MALFORMED, "chunk size");
        if (c == '\r') g->chunk = CHUNK_SIZE_LF;
        else if (c == ';') g->chunk = CHUNK_EXT;
        else return bad(g, ERR_MALFORMED, "chunk size");
        return GATE_MORE;
    }
    case CHUNK_EXT: /* extensions are read over, within a bound */
        if (++g->extra > TRAILER_BYTES) return bad(g, ERR_MALFORMED, "chunk extension");
        if (c == '\r') g->chunk = CHUNK_SIZE_LF;
        else if ((unsigned char)c < ' ' && c != '\t') return bad(g, ERR_MALFORMED, "chunk extension");
        return GATE_MORE;
    case CHUNK_SIZE_LF:
        if (c != '\n') return bad(g, ERR_MALFORMED, "chunk line");
        g->chunk = g->left ? CHUNK_DATA : CHUNK_TRAILER;
        g->digits = 0;
        return GATE_MORE;
    case CHUNK_CR:
        if (c != '\r') return bad(g, ERR_MALFORMED, "chunk end");
        g->chunk = CHUNK_LF;
        return GATE_MORE;
    case CHUNK_LF:
        if (c != '\n') return bad(g, ERR_MALFORMED, "chunk end");
        g->chunk = CHUNK_SIZE;
        return GATE_MORE;
    case CHUNK_TRAILER: /* trailers mean nothing here; digits counts the line's bytes */
        if (++g->extra > TRAILER_BYTES) return bad(g, ERR_MALFORMED, "trailer");
        if (c == '\r') g->chunk = CHUNK_TRAILER_LF;
        else if ((unsigned char)c < ' ' && c != '\t') return bad(g, ERR_MALFORMED, "trailer");
        else g->digits++;
        return GATE_MORE;
    case CHUNK_TRAILER_LF:
        if (c != '\n') return bad(g, ERR_MALFORMED, "trailer");
        if (!g->digits) return GATE_DONE;
        g->digits = 0;
        g->chunk = CHUNK_TRAILER;
        return GATE_MORE;
    case CHUNK_DATA:
        break;
    }
    BUG("chunk data is not framing");
}

static size_t take(struct gate *g, struct buf *b, const char *p, size_t n)
{
    if ((int64_t)n > g->left) n = (size_t)g->left;
    buf_add(b, p, n);
    g->left -= (int64_t)n;
    return n;
}

enum gate_state gate_body(struct gate *g, struct buf *b, const char *p, size_t n, size_t *used)
{
    size_t i = 0;
    enum gate_state s = GATE_MORE;
    if (!g->chunked) {
        if (g->length > (int64_t)b->max) return bad(g, ERR_TOO_LARGE, "body");
        i = take(g, b, p, n);
        s = g->left ? GATE_MORE : GATE_DONE;
    }
    while (g->chunked && i < n && s == GATE_MORE) {
        if (g->chunk != CHUNK_DATA) {
            s = chunk_byte(g, p[i++]);
            continue;
        }
        i += take(g, b, p + i, n - i);
        if (b->over) return bad(g, ERR_TOO_LARGE, "body");
        if (!g->left) g->chunk = CHUNK_CR;
    }
    *used = i;
    return s;
}

char *gate_decode(struct arena *mem, const char *s, size_t n, bool plus)
{
    char *out = arena_alloc(mem, n + 1), *w = out;
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '%') {
            if (n - i < 3) return NULL;
            int hi = hex(s[i + 1]), lo = hex(s[i + 2]);
            if (hi < 0 || lo < 0 || (!hi && !lo)) return NULL;
            *w++ = (char)(hi * 16 + lo);
            i += 2;
        } else {
            *w++ = plus && s[i] == '+' ? ' ' : s[i];
        }
    }
    return utf8_valid(out, (size_t)(w - out)) ? out : NULL;
}

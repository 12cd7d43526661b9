/* Replies: headers, problem documents, compression, and the bytes of the head. */
#include <brotli/encode.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

#include "http/inside.h"
#include "kernel/text.h"

enum {
    COMPRESS_FROM = 1024, /* below, one packet either way */
    GZIP_LEVEL = 5,
    BROTLI_LEVEL = 4,     /* better than gzip 6 at half its time */
};

void reply_header(struct exchange *x, const char *name, const char *value)
{
    struct header_line *h = arena_new(x->mem, struct header_line);
    *h = (struct header_line){ .name = arena_strdup(x->mem, name),
                               .value = arena_strdup(x->mem, value) };
    for (char *p = (char *)h->value; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f) *p = ' '; /* no header splitting, ever */
    if (!x->headers_end) x->headers_end = &x->headers;
    *x->headers_end = h;
    x->headers_end = &h->next;
}

/* Forgets what an attempt has said. */
void reply_reset(struct exchange *x)
{
    x->status = 0;
    x->type = x->reply = NULL;
    x->reply_n = 0;
    x->headers = NULL;
    x->headers_end = &x->headers;
    x->file = false;
    x->coding = CODING_NONE;
    x->topics = NULL;
    x->subscribe = NULL;
}

static void finding_json(struct json *j, const struct finding *f, enum lang lang)
{
    json_object(j);
    json_key(j, "field");
    json_text(j, f->field ? f->field : "");
    json_key(j, "detail");
    json_text(j, lang == LANG_EN ? f->en : f->zh);
    json_end(j);
}

/* RFC 9457 problem details. */
void reply_err(struct exchange *x, const struct err *e)
{
    enum lang lang = x->lang;
    const struct err_info *info = err_info(e->code);
    reply_reset(x);
    x->status = info->status;
    x->type = "application/problem+json";
    struct buf b = buf_in(x->mem, LIMIT_REPLY_BYTES);
    struct json j = json_to(&b);
    json_object(&j);
    json_key(&j, "type");
    json_text(&j, arena_printf(x->mem, "/problems/%s", info->code));
    json_key(&j, "title");
    json_text(&j, lang == LANG_EN ? info->en : info->zh);
    json_key(&j, "status");
    json_int(&j, info->status);
    json_key(&j, "detail");
    json_text(&j, err_text(e, lang));
    json_key(&j, "instance");
    json_text(&j, x->gate.path && utf8_valid(x->gate.path, strlen(x->gate.path)) ? x->gate.path : "/");
    json_key(&j, "request_id");
    json_text(&j, arena_printf(x->mem, "%016" PRIx64, x->id));
    json_key(&j, "errors");
    json_array(&j);
    if (!e->findings && e->field)
        finding_json(&j, &(struct finding){ .field = e->field, .zh = err_text(e, LANG_ZH),
                                            .en = err_text(e, LANG_EN) }, lang);
    for (const struct finding *f = e->findings; f; f = f->next) finding_json(&j, f, lang);
    json_end(&j);
    json_end(&j);
    x->reply = b.p;
    x->reply_n = b.n;
    reply_header(x, "Content-Language", lang == LANG_EN ? "en" : "zh-CN");
    int wait = e->retry_after_s > 0 ? e->retry_after_s : info->status == 503 ? 1 : 0;
    if (wait) reply_header(x, "Retry-After", arena_printf(x->mem, "%d", wait));
    if (info->status == 401)
        reply_header(x, "WWW-Authenticate", "Bearer realm=\"shanzhi\"");
    if (e->cause || info->status >= 500)
        log_at(info->status >= 500 ? LOG_ERROR : LOG_INFO, "http", "problem",
               LS("id", arena_printf(x->mem, "%016" PRIx64, x->id)), LS("code", info->code),
               LS("cause", e->cause ? e->cause : ""));
}

void reply_code(struct exchange *x, enum err_code code)
{
    reply_err(x, err_new(x->mem, code, NULL));
}

/* ---- compression ---- */

bool compress_gzip(struct arena *mem, const void *p, size_t n, struct bytes *out)
{
    z_stream z = { .zalloc = Z_NULL }; /* its own memory: an arena would clear 256 KiB that deflate does not read */
    enum { GZIP_MORE = 12 }; /* than the zlib head and tail that the bound counts */
    uLong bound = deflateBound(NULL, (uLong)n) + GZIP_MORE;
    unsigned char *to = arena_alloc(mem, bound); /* first: it may not come back (arena_try) */
    if (n > INT32_MAX || deflateInit2(&z, GZIP_LEVEL, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    z.next_in = (z_const Bytef *)p;
    z.avail_in = (uInt)n;
    z.next_out = to;
    z.avail_out = (uInt)bound;
    bool ok = deflate(&z, Z_FINISH) == Z_STREAM_END;
    *out = (struct bytes){ to, z.total_out };
    deflateEnd(&z);
    return ok;
}

bool compress_br(struct arena *mem, const void *p, size_t n, struct bytes *out)
{
    size_t bound = BrotliEncoderMaxCompressedSize(n);
    if (!bound) return false;
    unsigned char *to = arena_alloc(mem, bound);
    bool ok = BrotliEncoderCompress(BROTLI_LEVEL, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, n, p, &bound, to);
    *out = (struct bytes){ to, bound };
    return ok;
}

/* The best coding a client takes: br, gzip or none. RFC 9110 12.5.3; q=0 refuses. */
int coding_of(const char *s)
{
    int best = CODING_NONE;
    for (const char *p = s ? s : ""; *p;) {
        p += strspn(p, " \t,");
        size_t n = strcspn(p, ","), name = strcspn(p, " \t,;");
        const char *q = memmem(p, n, "q=0", 3);
        bool refused = q && strspn(q + 2, "0.") == strcspn(q + 2, ", \t;");
        if (!refused && name == 2 && !strncasecmp(p, "br", 2)) best = CODING_BR;
        if (!refused && name == 4 && !strncasecmp(p, "gzip", 4) && best != CODING_BR)
            best = CODING_GZIP;
        p += n;
    }
    return best;
}

static bool compressible(const char *type)
{
    return type && (strstr(type, "json") || !strncmp(type, "text/", 5) || strstr(type, "xml"));
}

void reply_compress(struct exchange *x)
{
    if (x->reply_n <= COMPRESS_FROM || !compressible(x->type) || x->subscribe) return;
    int coding = coding_of(gate_find(&x->gate, "accept-encoding"));
    struct bytes out = { 0 };
    if (coding == CODING_BR && compress_br(x->mem, x->reply, x->reply_n, &out))
        x->coding = CODING_BR;
    else if (coding == CODING_GZIP && compress_gzip(x->mem, x->reply, x->reply_n, &out))
        x->coding = CODING_GZIP;
    if (x->coding == CODING_NONE) return;
    x->reply = out.p;
    x->reply_n = out.n;
}

/* ---- the head ---- */

const char *status_text(int status)
{
    switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 204: return "No Content";
    case 304: return "Not Modified";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 422: return "Unprocessable Content";
    case 428: return "Precondition Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    case 507: return "Insufficient Storage";
    }
    return "Status";
}

/* For everything that is not a page: nothing in it may run or be framed. */
#define API_HEADERS \
    "X-Content-Type-Options: nosniff\r\n" \
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n" \
    "Referrer-Policy: same-origin\r\n" \
    "Cross-Origin-Resource-Policy: same-origin\r\n"

/* Appended piece by piece: every answer has a head, and printf was half of what a cached board costs. */
static void line(struct buf *b, const char *name, const char *value)
{
    buf_puts(b, name);
    buf_puts(b, value);
    buf_add(b, "\r\n", 2);
}

static void number(struct buf *b, const char *name, int64_t value)
{
    buf_puts(b, name);
    buf_int(b, value);
}

static const char *id_hex(uint64_t id, char out[17])
{
    for (int i = 15; i >= 0; i--, id >>= 4) out[i] = "0123456789abcdef"[id & 15];
    out[16] = '\0';
    return out;
}

static void rate_lines(struct buf *b, const struct rate *r) /* draft-ietf-httpapi-ratelimit-headers */
{
    buf_puts(b, "RateLimit-Policy: \"");
    buf_puts(b, r->policy);
    number(b, "\";q=", r->limit);
    buf_puts(b, ";w=60\r\nRateLimit: \"");
    buf_puts(b, r->policy);
    number(b, "\";r=", r->left);
    number(b, ";t=", r->reset_s);
    buf_puts(b, "\r\n");
}

/* The ETag says which coding it is of. */
static void own_line(struct buf *b, const struct exchange *x, const struct header_line *h)
{
    size_t n = strlen(h->value);
    bool tagged = x->coding && !strcmp(h->name, "ETag") && n > 1;
    buf_puts(b, h->name);
    buf_puts(b, ": ");
    buf_add(b, h->value, tagged ? n - 1 : n);
    line(b, !tagged ? "" : x->coding == CODING_BR ? "-br\"" : "-gz\"", "");
}

void reply_head(struct exchange *x, struct buf *b, const char *date)
{
    bool empty = x->status == 204 || x->status == 304;
    char id[17];
    number(b, "HTTP/1.1 ", x->status);
    line(b, " ", status_text(x->status));
    line(b, "Date: ", date);
    line(b, "X-Request-Id: ", id_hex(x->id, id));
    if (x->subscribe) {
        buf_puts(b, "Transfer-Encoding: chunked\r\nX-Accel-Buffering: no\r\n");
    } else if (!empty) {
        number(b, "Content-Length: ", (int64_t)x->reply_n);
        buf_puts(b, "\r\n");
    }
    if (x->ready_head) buf_puts(b, x->ready_head);
    else buf_puts(b, API_HEADERS);
    if (x->type && !empty) line(b, "Content-Type: ", x->type);
    if (x->coding) line(b, "Content-Encoding: ", x->coding == CODING_BR ? "br" : "gzip");
    if (compressible(x->type)) buf_puts(b, "Vary: Accept-Encoding, Accept-Language\r\n");
    if (x->secure) buf_puts(b, "Strict-Transport-Security: max-age=31536000\r\n");
    if (x->rate.limit) rate_lines(b, &x->rate);
    bool caching = x->ready_head != NULL;
    for (const struct header_line *h = x->headers; h; h = h->next) {
        if (!strcasecmp(h->name, "cache-control")) caching = true;
        own_line(b, x, h);
    }
    if (!caching) buf_puts(b, "Cache-Control: no-store\r\n");
    buf_puts(b, x->close ? "Connection: close\r\n\r\n" : "\r\n");
}

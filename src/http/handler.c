/* What a handler may ask of its exchange, and what it may say besides its answer. Outside HTTP
 * (commands, jobs) the questions have empty answers and the sayings are kept for who runs it. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "http/inside.h"
#include "kernel/date.h"

static struct exchange *of(const struct req *r)
{
    if (!r->http) BUG("not in an exchange");
    return r->http;
}

const char *http_header(const struct req *r, const char *name)
{
    char lower[64];
    size_t n = strlen(name);
    if (!r->http || n >= sizeof lower) return NULL;
    for (size_t i = 0; i <= n; i++)
        lower[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] | 0x20) : name[i];
    return gate_find(&of(r)->gate, lower);
}

const char *http_cookie(const struct req *r, const char *name)
{
    size_t n = strlen(name);
    const char *p = r->http ? gate_find(&of(r)->gate, "cookie") : NULL;
    while (p && *p) {
        p += strspn(p, "; \t");
        size_t len = strcspn(p, ";");
        if (len > n && p[n] == '=' && !memcmp(p, name, n))
            return arena_strndup(of(r)->mem, p + n + 1, len - n - 1);
        p += len;
    }
    return NULL;
}

const char *http_address(const struct req *r)
{
    return r->http ? of(r)->address : "";
}

const char *http_network(const struct req *r)
{
    unsigned char n[16] = { 0 };
    char text[INET6_ADDRSTRLEN];
    const char *address = http_address(r);
    size_t size = network_of(address, n);
    if (!size) return address;
    memset(n + size, 0, sizeof n - size);
    inet_ntop(size == 4 ? AF_INET : AF_INET6, n, text, sizeof text);
    return size == 4 ? arena_strdup(r->mem, text) : arena_printf(r->mem, "%s/64", text);
}

void http_session(struct req *r, const char *token, int64_t account)
{
    if (!r->http) return;
    struct limiter *l = of(r)->server->limiter;
    limiter_know(l, limiter_token(l, token), account, clock_monotonic_us() / 1000000);
}

const char *http_path(const struct req *r)
{
    return r->http ? of(r)->gate.path : "";
}

bool http_secure(const struct req *r)
{
    return r->http && of(r)->secure;
}

const char *http_public_url(const struct req *r)
{
    const char *url = r->http ? of(r)->server->config.public_url : NULL;
    const char *host = r->http ? http_header(r, "Host") : NULL;
    if (url) {
        size_t n = strlen(url);
        while (n && url[n - 1] == '/') n--;
        return arena_strndup(r->mem, url, n);
    }
    return arena_printf(r->mem, "%s://%s", http_secure(r) ? "https" : "http",
                        host ? host : "localhost");
}

void http_set_header(struct req *r, const char *name, const char *value)
{
    if (r->http) reply_header(of(r), name, value);
}

/* RFC 6266: a plain name for old clients, the real one in UTF-8. PDFs open in the page. */
void http_send_file(struct req *r, const char *type, const char *filename, const void *p, size_t n)
{
    struct exchange *x = of(r);
    x->file = true;
    x->type = type;
    x->reply = p;
    x->reply_n = n;
    if (!filename) return;
    struct buf plain = buf_in(x->mem, 512), full = buf_in(x->mem, 2048);
    for (const unsigned char *c = (const unsigned char *)filename; *c; c++) {
        bool simple = (*c >= '0' && *c <= '9') || (*c >= 'A' && *c <= 'Z') ||
                      (*c >= 'a' && *c <= 'z') || *c == '.' || *c == '-' || *c == '_';
        if (*c < 0x80) buf_putc(&plain, simple ? (char)*c : '_');
        if (simple) buf_putc(&full, (char)*c);
        else buf_printf(&full, "%%%02X", *c);
    }
    reply_header(x, "Content-Disposition",
                 arena_printf(x->mem, "%s; filename=\"%s\"; filename*=UTF-8''%s",
                              !strcmp(type, "application/pdf") ? "inline" : "attachment", plain.p,
                              full.p));
}

void http_subscribe(struct req *r, const char *topic)
{
    struct exchange *x = of(r);
    x->subscribe = arena_strdup(x->mem, topic);
    x->type = "text/event-stream";
    x->reply = "";
    x->reply_n = 0;
}

void http_publish(struct req *r, const char *topic)
{
    if (!r->http) {
        publish_aside(r, topic);
        return;
    }
    struct exchange *x = of(r);
    struct topic *t = arena_new(x->mem, struct topic);
    *t = (struct topic){ .name = arena_strdup(x->mem, topic),
                         .village = x->village,
                         .next = x->topics };
    x->topics = t;
}

/* Connections. One belongs to its loop for life and carries one exchange at a time; what a
 * pipelining client sends meanwhile waits in the kernel.
 *
 *   HEAD -> BODY -> BUSY (a worker has it) -> WRITE -> HEAD …          WRITE -> STREAM (SSE)
 *                                             WRITE -> LINGER (refused with bytes still coming)
 *
 * Every state has a deadline that progress does not move, so a slow client cannot hold on.
 */
#include "http/conn.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kernel/date.h"
#include "kernel/memory.h"
#include "kernel/text.h"

static void conn_run(struct conn *c);
static void on_readable(evutil_socket_t fd, short what, void *arg);
static void on_writable(evutil_socket_t fd, short what, void *arg);

/* ---- connections ---- */

static void take_mem(struct conn *c)
{
    struct loop *l = c->loop;
    if (l->pool_n) c->mem = l->pool[--l->pool_n];
    else c->mem = (struct arena){ 0 };
    c->has_mem = true;
}

static void give_mem(struct loop *l, struct arena *mem)
{
    arena_reset(mem);
    if (l->pool_n < POOL) l->pool[l->pool_n++] = *mem;
    else arena_clear(mem);
    *mem = (struct arena){ 0 };
}

static struct exchange *exchange_new(struct conn *c)
{
    struct exchange *x = arena_new(&c->mem, struct exchange);
    struct server *s = c->loop->server;
    x->server = s;
    x->conn = c;
    x->mem = &c->mem;
    x->village = NONE;
    x->id = atomic_fetch_add(&s->next_id, 1) * UINT64_C(0x9e3779b97f4a7c15);
    x->headers_end = &x->headers;
    memcpy(x->address, c->peer, sizeof x->address);
    return x;
}

static void conn_free(struct conn *c)
{
    struct loop *l = c->loop;
    event_free(c->reading);
    event_free(c->writing);
    close(c->fd);
    struct limiter *limits = l->server->limiter;
    if (c->topic) atomic_fetch_sub(&l->server->streams, 1);
    if (c->streamer) limiter_release(limits, HELD_STREAM, c->streamer);
    if (c->counted) limiter_release(limits, HELD_CONNECTION, limiter_address(limits, c->peer));
    if (c->x && c->x->cached) cache_release(c->x->cached);
    if (c->has_mem) give_mem(l, &c->mem);
    if (c->prev) c->prev->next = c->next;
    else l->conns = c->next;
    if (c->next) c->next->prev = c->prev;
    l->conns_n--;
    atomic_fetch_sub(&l->server->connections, 1);
    *c = (struct conn){ .next = l->spare };
    l->spare = c;
}

/* A worker may still be at it: then the memory stays until its note arrives. */
static void conn_close(struct conn *c)
{
    if (c->state == S_BUSY) {
        c->gone = true;
        event_del(c->reading);
        return;
    }
    conn_free(c);
}

void conn_new(struct loop *l, int fd, const char *peer)
{
    struct conn *c = l->spare;
    if (c) l->spare = c->next;
    else c = arena_new(&l->mem, struct conn);
    *c = (struct conn){ .loop = l, .fd = fd };
    memcpy(c->peer, peer, sizeof c->peer);
    c->reading = event_new(l->base, fd, EV_READ | EV_PERSIST, on_readable, c);
    c->writing = event_new(l->base, fd, EV_WRITE | EV_PERSIST, on_writable, c);
    if (!c->reading || !c->writing) { /* no memory: the client tries again */
        if (c->reading) event_free(c->reading);
        if (c->writing) event_free(c->writing);
        close(fd);
        *c = (struct conn){ .next = l->spare };
        l->spare = c;
        return;
    }
    c->next = l->conns;
    if (l->conns) l->conns->prev = c;
    l->conns = c;
    l->conns_n++;
    atomic_fetch_add(&l->server->connections, 1);
    c->proxied = networks_hold(&l->server->proxies, peer);
    if (!c->proxied) { /* behind a proxy everybody has its address */
        struct limiter *limits = l->server->limiter;
        c->counted = limiter_hold(limits, HELD_CONNECTION, limiter_address(limits, peer));
        if (!c->counted) {
            log_info("http", "too many connections", LS("address", peer));
            conn_free(c);
            return;
        }
    }
    c->deadline = l->now + l->server->config.request_s * 1000;
    event_add(c->reading, NULL);
}

/* ---- the reply's way out ---- */

/* May this answer become a stream? There are so many at most, in all and for one address. */
static void let_stream(struct conn *c)
{
    struct exchange *x = c->x;
    struct server *s = c->loop->server;
    if (!x->subscribe || x->status != 200) return;
    if (c->loop->draining || atomic_load(&s->streams) >= STREAMS_MAX) {
        reply_code(x, ERR_BUSY);
        return;
    }
    uint64_t who = limiter_address(s->limiter, x->address);
    if (x->head) return;
    if (limiter_hold(s->limiter, HELD_STREAM, who)) c->streamer = who;
    else reply_code(x, ERR_TOO_MANY);
}

static void begin_write(struct conn *c)
{
    struct exchange *x = c->x;
    struct loop *l = c->loop;
    if (l->draining) x->close = true;
    let_stream(c);
    struct buf head = buf_in(x->mem, 64 * 1024);
    reply_head(x, &head, l->date);
    bool empty = x->head || x->status == 204 || x->status == 304;
    c->out[0] = (struct iovec){ head.p, head.n };
    c->out[1] = (struct iovec){ (void *)x->reply, empty ? 0 : x->reply_n };
    c->out_n = 2;
    c->sent = 0;
    c->state = S_WRITE;
    c->deadline = l->now + l->server->config.request_s * 1000 +
                  (int64_t)(x->reply_n / SLOWEST_BYTES_S) * 1000;
}

/* The next request of a keep-alive connection, from what is there already. */
static void next_request(struct conn *c)
{
    struct loop *l = c->loop;
    struct exchange *x = c->x;
    char *rest = NULL;
    size_t rest_n = 0;
    if (x) {
        size_t used = x->gate.head_n;
        bool body = x->gate.chunked || x->gate.length;
        rest = body ? c->rest.p : c->in + used;
        rest_n = body ? c->rest.n : c->in_n - used;
        if (x->cached) cache_release(x->cached);
    }
    struct arena old = c->mem;
    bool had = c->has_mem;
    c->has_mem = false;
    c->x = NULL;
    c->in = NULL;
    c->in_n = c->in_cap = 0;
    c->rest = (struct buf){ 0 };
    c->state = S_HEAD;
    c->deadline = l->now + l->server->config.idle_s * 1000;
    if (rest_n) {
        take_mem(c);
        c->in_cap = rest_n > FIRST_BYTES ? rest_n : FIRST_BYTES;
        c->in = arena_alloc(&c->mem, c->in_cap);
        memcpy(c->in, rest, rest_n);
        c->in_n = rest_n;
        c->deadline = l->now + l->server->config.request_s * 1000;
    }
    if (had) give_mem(l, &old);
}

static void stream_begin(struct conn *c)
{
    c->state = S_STREAM;
    c->topic = c->x->subscribe;
    c->pending = arena_alloc(&c->mem, STREAM_BYTES);
    atomic_fetch_add(&c->loop->server->streams, 1);
    event_add(c->reading, NULL); /* notices when the client leaves */
}

/* True: written to the end and the connection lives. */
static bool written(struct conn *c)
{
    struct exchange *x = c->x;
    exchange_count(x, c->sent);
    event_del(c->writing);
    if (x->subscribe && x->status == 200 && !x->head) {
        stream_begin(c);
        return false;
    }
    if (x->close) {
        bool unread =
            c->x->gate.refusal || c->x->body.n < (size_t)c->x->gate.length || x->gate.chunked;
        if (!unread) {
            conn_free(c);
            return false;
        }
        shutdown(c->fd, SHUT_WR);
        c->state = S_LINGER;
        c->deadline = c->loop->now + LINGER_S * 1000;
        event_add(c->reading, NULL);
        return false;
    }
    next_request(c);
    return true;
}

/* True when everything is out and the next request may begin. */
static bool write_some(struct conn *c)
{
    while (c->out[0].iov_len + c->out[1].iov_len) {
        ssize_t n = writev(c->fd, c->out, c->out_n);
        if (n < 0) {
            if (errno == EINTR) continue;
            if (errno == EAGAIN || errno == EWOULDBLOCK) {
                event_add(c->writing, NULL);
                return false;
            }
            exchange_count(c->x, c->sent);
            conn_free(c);
            return false;
        }
        c->sent += (size_t)n;
        for (int i = 0; i < 2; i++) {
            size_t step = (size_t)n < c->out[i].iov_len ? (size_t)n : c->out[i].iov_len;
            c->out[i].iov_base = (char *)c->out[i].iov_base + step;
            c->out[i].iov_len -= step;
            n -= (ssize_t)step;
        }
    }
    return written(c);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct conn *c = arg;
    c->loop->now = loop_now();
    if (write_some(c)) conn_run(c);
}

/* ---- the request's way in ---- */

static void refuse_bytes(struct conn *c, enum err_code code)
{
    struct exchange *x = c->x;
    x->close = true;
    if (!x->start_us) x->start_us = clock_monotonic_us();
    x->lang = lang_of(x->gate.headers_n ? gate_find(&x->gate, "accept-language") : NULL);
    reply_code(x, code);
    begin_write(c);
}

/* From the right, each address of a list is the word of the proxy behind it. False: this one is the client, or no address. */
static bool follow(struct exchange *x, const char *list)
{
    for (size_t end = strlen(list);; end--) {
        struct address a;
        size_t at = end;
        while (at && list[at - 1] != ',') at--;
        const char *hop = text_normal(x->mem, arena_strndup(x->mem, list + at, end - at));
        if (strlen(hop) >= sizeof x->address || !address_read(hop, &a)) return false;
        memcpy(x->address, hop, strlen(hop) + 1);
        bool proxy = networks_hold(&x->server->proxies, hop);
        if (!at || !proxy) return proxy;
        end = at;
    }
}

/* The client behind trusted proxies: the last address of X-Forwarded-For (of its last line: some proxies add one of
 * their own below the client's) that is no trusted proxy's. What stands before it anybody may have written. */
static void see_proxy(struct conn *c)
{
    struct exchange *x = c->x;
    int at = x->gate.headers_n, proto_at = at;
    if (!c->proxied) return;
    const char *proto = gate_find_before(&x->gate, "x-forwarded-proto", &proto_at);
    x->secure = proto && !strcmp(proto, "https");
    for (const char *list; (list = gate_find_before(&x->gate, "x-forwarded-for", &at)) && follow(x, list);) {}
}

/* The body is there: answer or queue. True: answered. */
static bool ready(struct conn *c)
{
    c->state = S_BUSY;
    if (!exchange_ready(c->x)) return false;
    begin_write(c);
    return true;
}

static void head_done(struct conn *c)
{
    struct exchange *x = c->x;
    x->start_us = clock_monotonic_us();
    see_proxy(c);
    if (exchange_head(x) == HEAD_ANSWERED) {
        begin_write(c);
        return;
    }
    /* A body is kept twice while its buffer doubles. What answers from memory goes on. */
    if (x->at && !memory_make_room((size_t)x->gate.length * 2)) {
        x->close = true;
        reply_code(x, ERR_NO_MEMORY);
        begin_write(c);
        return;
    }
    c->state = S_BODY;
    c->rest = buf_in(x->mem, SCRATCH_BYTES * 2);
    if (x->at && x->at->raw) c->deadline += x->gate.length / SLOWEST_BYTES_S * 1000;
    size_t got = c->in_n - x->gate.head_n;
    if (x->gate.expect_continue && !got && (x->gate.length || x->gate.chunked)) {
        static const char go[] = "HTTP/1.1 100 Continue\r\n\r\n";
        if (write(c->fd, go, sizeof go - 1) < 0)
            log_debug("http", "continue", LS("error", strerror(errno)));
    }
}

/* Takes body bytes; true when the exchange has moved on (answered or refused). */
static bool body_bytes(struct conn *c, const char *p, size_t n)
{
    struct exchange *x = c->x;
    size_t used = 0;
    enum gate_state s = gate_body(&x->gate, &x->body, p, n, &used);
    if (memory_watch(n) && !memory_make_room(x->body.n * 2)) {
        refuse_bytes(c, ERR_NO_MEMORY);
        return true;
    }
    if (s == GATE_BAD) {
        refuse_bytes(c, x->gate.refusal);
        return true;
    }
    if (s == GATE_MORE) return false;
    buf_add(&c->rest, p + used, n - used);
    return ready(c);
}

/* Parses what has been read. True: go on with conn_run's turn. */
static bool parse(struct conn *c)
{
    struct exchange *x = c->x;
    enum gate_state s = gate_head(&x->gate, c->in, c->in_n);
    if (s == GATE_MORE) return false;
    if (s == GATE_BAD) {
        log_debug("http", "refused", LS("why", x->gate.why), LS("address", c->peer));
        refuse_bytes(c, x->gate.refusal);
        return true;
    }
    head_done(c);
    if (c->state == S_WRITE) return true;
    if (!x->gate.chunked && !x->gate.length) return ready(c);
    return body_bytes(c, c->in + x->gate.head_n, c->in_n - x->gate.head_n);
}

/* Goes on as long as there is something to do without waiting. */
static void conn_run(struct conn *c)
{
    for (;;) {
        if (c->state == S_WRITE) {
            if (!write_some(c)) return;
            continue;
        }
        if (c->state != S_HEAD) return;
        if (!c->in_n) {
            if (c->loop->draining) conn_free(c);
            else event_add(c->reading, NULL);
            return;
        }
        if (!c->x) c->x = exchange_new(c);
        if (!parse(c)) {
            if (c->state == S_HEAD || c->state == S_BODY) event_add(c->reading, NULL);
            return;
        }
    }
}

static void read_head(struct conn *c)
{
    if (!c->has_mem) {
        take_mem(c);
        c->deadline = c->loop->now + c->loop->server->config.request_s * 1000;
    }
    if (c->in_cap - c->in_n < FIRST_BYTES / 2) {
        size_t cap = c->in_cap ? c->in_cap * 2 : FIRST_BYTES;
        char *p = arena_alloc(&c->mem, cap);
        if (c->in_n) memcpy(p, c->in, c->in_n);
        c->in = p;
        c->in_cap = cap;
    }
    ssize_t n = read(c->fd, c->in + c->in_n, c->in_cap - c->in_n);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        if (!c->in_n) next_request(c); /* nothing came: no arena for the idle */
        return;
    }
    if (n <= 0) {
        conn_free(c);
        return;
    }
    c->in_n += (size_t)n;
    conn_run(c);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct conn *c = arg;
    struct loop *l = c->loop;
    l->now = loop_now();
    if (c->state == S_HEAD) {
        read_head(c);
        return;
    }
    if (c->state == S_BUSY || c->state == S_WRITE) {
        event_del(c->reading); /* the next request waits; until one comes early, reading stays on */
        return;
    }
    ssize_t n = read(c->fd, l->scratch, sizeof l->scratch);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) {
        conn_close(c);
        return;
    }
    if (c->state == S_BODY && body_bytes(c, l->scratch, (size_t)n)) conn_run(c);
    else if (c->state == S_LINGER && (c->lingered += (size_t)n) > LINGER_BYTES) conn_free(c);
}

/* ---- streams ---- */

static void stream_flush(struct conn *c)
{
    while (c->pending_n) {
        ssize_t n = write(c->fd, c->pending, c->pending_n);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) return; /* tried again with the next event or heartbeat */
        if (n <= 0) {
            conn_free(c);
            return;
        }
        memmove(c->pending, c->pending + n, c->pending_n - (size_t)n);
        c->pending_n -= (size_t)n;
    }
}

/* One chunk. A client too far behind is dropped: it reconnects and reads the present. */
static void stream_send(struct conn *c, const char *p, size_t n)
{
    char size[16];
    int size_n = snprintf(size, sizeof size, "%zx\r\n", n);
    if (c->pending_n + (size_t)size_n + n + 2 > STREAM_BYTES) {
        conn_free(c);
        return;
    }
    memcpy(c->pending + c->pending_n, size, (size_t)size_n);
    c->pending_n += (size_t)size_n;
    memcpy(c->pending + c->pending_n, p, n);
    c->pending_n += n;
    memcpy(c->pending + c->pending_n, "\r\n", 2);
    c->pending_n += 2;
    stream_flush(c);
}

void streams_publish(struct loop *l, const char *topic)
{
    struct arena mem = { 0 };
    struct buf b = buf_in(&mem, 1024);
    struct json j = json_to(&b);
    buf_puts(&b, "event: change\ndata: ");
    json_object(&j);
    json_key(&j, "topic");
    json_text(&j, topic);
    json_end(&j);
    buf_puts(&b, "\n\n");
    for (struct conn *c = l->conns, *next; c; c = next) {
        next = c->next;
        if (c->state == S_STREAM && !strcmp(c->topic, topic)) stream_send(c, b.p, b.n);
    }
    arena_clear(&mem);
}

void stream_beat(struct conn *c)
{
    stream_send(c, ": beat\n\n", 8);
}

/* ---- what the loop asks ---- */

/* A request that is in the kernel already is answered, with `Connection: close`: closing now would reset
 * it. */
static bool nothing_came(const struct conn *c)
{
    char first;
    return recv(c->fd, &first, 1, MSG_PEEK | MSG_DONTWAIT) != 1;
}

void conns_close_idle(struct loop *l)
{
    for (struct conn *c = l->conns, *next; c; c = next) {
        next = c->next;
        if (c->state == S_STREAM) {
            memcpy(c->pending, "0\r\n\r\n", 5);
            c->pending_n = 5;
            if (write(c->fd, c->pending, 5) < 0)
                log_debug("http", "stream", LS("error", strerror(errno)));
            conn_free(c);
        } else if (c->state == S_HEAD && !c->in_n && nothing_came(c)) {
            conn_free(c);
        }
    }
}

void conn_answered(struct exchange *x)
{
    struct conn *c = x->conn;
    if (c->gone) {
        c->state = S_WRITE;
        exchange_count(x, 0);
        conn_free(c);
        return;
    }
    begin_write(c);
    conn_run(c);
}

void conn_overdue(struct conn *c)
{
    switch (c->state) {
    case S_HEAD:
        if (!c->in_n) {
            conn_free(c);
            return;
        }
        if (!c->x) c->x = exchange_new(c);
        break;
    case S_BODY:
        break;
    case S_WRITE:
    case S_LINGER:
        conn_free(c);
        return;
    case S_BUSY:
    case S_STREAM:
        return;
    }
    refuse_bytes(c, ERR_TIMEOUT);
    conn_run(c);
}

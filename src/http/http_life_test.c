/* A server's connections, streams, jobs and files over its life, byte by byte as a client sees them. No database is asked. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http/inside.h"
#include "kernel/date.h"

static _Atomic bool busy, leave; /* a handler that waits until it may leave */
static _Atomic int ticks;

static const struct err *events(struct req *r)
{
    http_subscribe(r, "news");
    return NULL;
}

static const struct err *others(struct req *r)
{
    http_subscribe(r, "other");
    return NULL;
}

static const struct err *say(struct req *r)
{
    http_publish(r, "news");
    return NULL;
}

static const struct err *wait_for(struct req *r)
{
    (void)r;
    atomic_store(&busy, true);
    while (!atomic_load(&leave)) usleep(1000);
    return NULL;
}

static const struct err *tick(struct req *r, void *arg)
{
    (void)arg;
    atomic_fetch_add(&ticks, 1);
    http_publish(r, "other");
    return NULL;
}

struct given { const char *q; struct bytes body; };
static const struct field given_fields[] = {
    F(given, q, K_TEXT, IN_QUERY | OPT, 0, 100, "Q."), F(given, body, K_BYTES, IN_RAW | OPT, 0, 0, "Body."), { 0 }
};
static RECORD(given);
static const struct err *back(struct req *r)
{
    const struct given *in = r->in;
    const char *text = arena_printf(r->mem, "%s %zu", in->q ? in->q : "-", in->body.n);
    http_send_file(r, "text/plain", NULL, text, strlen(text));
    return NULL;
}

static const struct route routes[] = {
    { "GET", "/events", PERM_PUBLIC, TX_NONE, NULL, NULL, events, NULL, ROUTE_STREAM, NULL, NULL, "Events." },
    { "GET", "/others", PERM_PUBLIC, TX_NONE, NULL, NULL, others, NULL, ROUTE_STREAM, NULL, NULL, "Others." },
    { "PUT", "/say", PERM_PUBLIC, TX_WRITE, NULL, NULL, say, NULL, 0, NULL, NULL, "Say." },
    { "GET", "/wait", PERM_PUBLIC, TX_NONE, NULL, NULL, wait_for, NULL, 0, NULL, NULL, "Wait." },
    { "PUT", "/back", PERM_PUBLIC, TX_NONE, &given_record, NULL, back, NULL, ROUTE_RAW | ROUTE_FILE, "text/plain", "text/plain", "Back." },
    { 0 }
};
static const struct job jobs[] = { { "never", 3600, tick, "Once." }, { "tick", 1, tick, "Each second." }, { 0 } };
static const struct slice slice = { .name = "life", .routes = routes, .jobs = jobs };
static const struct slice *const slices[] = { &slice, NULL };

#define FILE_ROW(path, text) { path, text, text + sizeof text - 1 }
static const struct embedded files[] = {
    FILE_ROW("both.html", "plain both"), FILE_ROW("both.html.gz", "gz"), FILE_ROW("both.html.br", "br"),
    FILE_ROW("gz.css", "plain gz"), FILE_ROW("gz.css.gz", "gz"), FILE_ROW("br.svg", "plain br"), FILE_ROW("br.svg.br", "br"),
    FILE_ROW("long.txt", "l"), FILE_ROW("long.txt.gz", "longer"), FILE_ROW("same.txt", "ab"), FILE_ROW("same.txt.br", "cd"),
    FILE_ROW("alone.js.gz", "gz"), FILE_ROW(".gz", "a name of its own"), FILE_ROW(".html", "no type"), FILE_ROW("screen/index.html", "screen"),
    { 0 }
};

#include "http/http_test.h" /* below the handlers: it defines fail() */

struct world { struct arena mem; struct store *store; struct server *server; char dir[64]; };

static struct world *started(int port)
{
    struct world *w = calloc(1, sizeof *w);
    snprintf(w->dir, sizeof w->dir, "/tmp/shanzhi-life-XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    struct store_config config = { .path = arena_printf(&w->mem, "%s/t.db", w->dir), .sessions = 6, .create = true };
    int applied;
    assert_null(store_open(&w->mem, &config, &w->store));
    assert_null(store_migrate(w->store, &w->mem, NULL, 0, &applied));
    struct http_config http = { .address = "127.0.0.1", .port = port, .loops = 2, .workers = 2, .files = files };
    assert_null(http_start(&w->mem, &http, w->store, slices, NULL, &w->server));
    log_set_level(LOG_ERROR);
    return w;
}

static void ended(struct world *w)
{
    http_stop(w->server);
    store_close(w->store);
    for (const char *const *end = (const char *const[]){ "", "-wal", "-shm", NULL }; *end; end++)
        unlink(arena_printf(&w->mem, "%s/t.db%s", w->dir, *end));
    rmdir(w->dir);
    arena_clear(&w->mem);
    free(w);
}

static int set_up(void **state)
{
    *state = started(0);
    return 0;
}

static int tear_down(void **state)
{
    ended(*state);
    return 0;
}

static int say_on(const struct server *s, const char *bytes)
{
    int fd = dial(s);
    assert_int_equal(write(fd, bytes, strlen(bytes)), (ssize_t)strlen(bytes));
    return fd;
}

/* Exactly these bytes come next. */
static void expect_bytes(int fd, const char *want)
{
    char got[200] = { 0 };
    size_t n = 0;
    while (n < strlen(want)) {
        ssize_t more = read(fd, got + n, strlen(want) - n);
        EXPECT(more > 0, "the connection ended behind %s", got);
        n += (size_t)more;
    }
    assert_string_equal(got, want);
}

static void until(_Atomic int *counter, int value)
{
    for (int i = 0; i < 20000 && atomic_load(counter) != value; i++) usleep(1000);
    assert_int_equal(atomic_load(counter), value);
}

/* Everything up to the end of a head, byte by byte: what follows is still to be read. */
static const char *head_of(struct arena *mem, int fd)
{
    struct buf b = buf_in(mem, 1 << 16);
    for (char c; !strstr(b.p, "\r\n\r\n"); buf_putc(&b, c)) EXPECT(read(fd, &c, 1) == 1, "no head: %s", b.p);
    return b.p;
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: t\r\n\r\n"
#define CHUNK(topic, n) n "\r\nevent: change\ndata: {\"topic\":\"" topic "\"}\n\n\r\n"

static void streams(void **state)
{
    struct world *w = *state;
    struct arena mem = { 0 };
    int news = say_on(w->server, GET("/api/v1/events")), other = say_on(w->server, GET("/api/v1/others"));
    const char *head = head_of(&mem, news);
    SEE(head, "HTTP/1.1 200 OK\r\n");
    SEE(head, "\r\nTransfer-Encoding: chunked\r\n");
    NOT(head, "Content-Length");
    head_of(&mem, other);
    until(&w->server->streams, 2);
    for (int i = 0; i < 2; i++) SEE(ask(w->server, &mem, "PUT", "/api/v1/say", "", ""), "204 No Content");
    expect_bytes(news, CHUNK("news", "26") CHUNK("news", "26"));
    int before = atomic_load(&ticks);
    expect_bytes(other, CHUNK("other", "27")); /* a job's; none of the news */
    assert_true(atomic_load(&ticks) >= before);
    /* all there may be */
    atomic_fetch_add(&w->server->streams, 1997);
    int last = say_on(w->server, GET("/api/v1/events"));
    SEE(head_of(&mem, last), "200 OK");
    until(&w->server->streams, 2000);
    const char *a = ask(w->server, &mem, "GET", "/api/v1/events", "", "");
    SEE(a, "503 Service Unavailable");
    SEE(a, "/problems/busy");
    atomic_fetch_sub(&w->server->streams, 1997);
    close(last);
    close(news);
    close(other);
    until(&w->server->streams, 0);
    until(&w->server->connections, 0);
    arena_clear(&mem);
}

/* HEAD asks about a stream and holds none: more often than an address may hold streams, on one connection. */
static void asked_about(void **state)
{
    struct world *w = *state;
    struct arena mem = { 0 };
    int fd = dial(w->server);
    for (int i = 0; i < 201; i++) {
        static const char bytes[] = "HEAD /api/v1/events HTTP/1.1\r\nHost: t\r\n\r\n";
        assert_int_equal(write(fd, bytes, sizeof bytes - 1), sizeof bytes - 1);
        SEE(head_of(&mem, fd), "200 OK");
    }
    assert_int_equal(atomic_load(&w->server->streams), 0);
    close(fd);
    until(&w->server->connections, 0); /* who leaves between two requests is noticed */
    arena_clear(&mem);
}

/* A job runs at once and each second; what it wrote is in no cached answer any more. */
static void works(void **state)
{
    struct world *w = *state;
    int64_t began = clock_monotonic_us();
    uint32_t village = cache_generation(w->server->cache, 441621102205), all = cache_generation(w->server->cache, NONE);
    int now = atomic_load(&ticks);
    for (int i = 0; i < 20000 && atomic_load(&ticks) < now + 2; i++) usleep(1000);
    assert_in_range(atomic_load(&ticks), now + 2, now + 3 + (int)((clock_monotonic_us() - began) / 1000000));
    for (int i = 0; i < 20000 && cache_generation(w->server->cache, NONE) < all + 1; i++) usleep(1000);
    assert_true(cache_generation(w->server->cache, 441621102205) >= village + 1);
    assert_true(cache_generation(w->server->cache, NONE) >= all + 1);
}

/* Who leaves while a worker has the request: it is counted, and the connection's place is free again. */
static void left(void **state)
{
    struct world *w = *state;
    struct arena mem = { 0 };
    atomic_store(&busy, false);
    atomic_store(&leave, false);
    int fd = say_on(w->server, GET("/api/v1/wait"));
    while (!atomic_load(&busy)) usleep(1000);
    close(fd);
    SEE(ask(w->server, &mem, "GET", "/healthz", "", ""), "ok\n"); /* both loops turn */
    SEE(ask(w->server, &mem, "GET", "/healthz", "", ""), "ok\n");
    atomic_store(&leave, true);
    until(&w->server->connections, 0);
    size_t n;
    SEE(metrics_text(w->server, w->server->metrics, &mem, &n), "shanzhi_http_requests_total{method=\"GET\",route=\"/api/v1/wait\",status=\"204\"} 1\n");
    arena_clear(&mem);
}

/* What stands behind a body of the same reading: more than the buffer of a head holds. */
static void behind_a_body(void **state)
{
    struct world *w = *state;
    struct arena mem = { 0 };
    enum { BODY = 9000, MANY = 100 };
    struct buf b = buf_in(&mem, 1 << 20);
    buf_puts(&b, "PUT /api/v1/back?q=a HTTP/1.1\r\nHost: t\r\nContent-Type: text/plain\r\nContent-Length: 9000\r\n\r\n");
    for (int i = 0; i < BODY; i++) buf_putc(&b, 'x');
    for (int i = 0; i < MANY; i++) buf_printf(&b, "GET /healthz HTTP/1.1\r\nHost: t\r\nX-Number: %d\r\n\r\n", i);
    buf_puts(&b, "PUT /api/v1/back HTTP/1.1\r\nHost: t\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx");
    int fd = dial(w->server);
    assert_int_equal(write(fd, b.p, b.n), (ssize_t)b.n);
    struct buf got = buf_in(&mem, 1 << 20);
    char part[4096];
    for (ssize_t n; (n = read(fd, part, sizeof part)) > 0;) buf_add(&got, part, (size_t)n);
    close(fd);
    SEE(got.p, "\r\n\r\na 9000HTTP/1.1 200 OK");
    SEE(got.p, "\r\n\r\n- 1");
    int healthy = 0;
    for (const char *p = got.p; (p = strstr(p, "\r\n\r\nok\n")); p++) healthy++;
    assert_int_equal(healthy, MANY);
    arena_clear(&mem);
}

/* A refusal closes when a body is on its way, be it of one byte; else the connection goes on. */
static void refusals(void **state)
{
    struct world *w = *state;
    struct arena mem = { 0 };
    static const struct { const char *line, *headers, *status; } cases[] = {
        { "PUT /api/v1/none", "", "404" }, { "PUT /api/v1/events", "", "405" }, { "BREW /", "", "501" },
        { "PUT /api/v1/back", "Content-Encoding: gzip\r\n", "415" },
    };
    static const struct { const char *headers; bool closes; } bodies[] = {
        { "", false }, { "Content-Length: 0\r\n", false }, { "Content-Length: 1\r\n", true }, { "Transfer-Encoding: chunked\r\n", true },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        for (size_t k = 0; k < COUNT(bodies); k++) {
            int fd = say_on(w->server, arena_printf(&mem, "%s HTTP/1.1\r\nHost: t\r\n%s%s\r\n", cases[i].line, cases[i].headers, bodies[k].headers));
            const char *head = head_of(&mem, fd);
            SEE(head, arena_printf(&mem, "HTTP/1.1 %s ", cases[i].status));
            EXPECT(!strstr(head, "Connection: close") == !bodies[k].closes, "%s %s: %s", cases[i].line, bodies[k].headers, head);
            close(fd);
        }
    arena_clear(&mem);
}

static void pages(void **state)
{
    struct world *w = *state;
    struct arena mem = { 0 };
    static const struct { const char *path, *accept, *body, *coding; bool vary; } cases[] = {
        { "/both.html", "", "plain both", NULL, true }, { "/both.html", "gzip", "gz", "gzip", true }, { "/both.html", "gzip, br", "br", "br", true },
        { "/gz.css", "br", "gz", "gzip", true }, { "/gz.css", "gzip", "gz", "gzip", true }, { "/gz.css", "", "plain gz", NULL, true },
        { "/br.svg", "gzip", "plain br", NULL, true }, { "/br.svg", "br", "br", "br", true }, { "/long.txt", "gzip", "l", NULL, false },
        { "/same.txt", "br", "ab", NULL, false }, { "/.gz", "", "a name of its own", NULL, false }, { "/.html", "br", "no type", NULL, false },
        { "/screen/", "", "screen", NULL, false }, { "/scree%6e/", "", "screen", NULL, false },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *a = ask(w->server, &mem, "GET", cases[i].path, arena_printf(&mem, "Accept-Encoding: %s\r\n", cases[i].accept), "");
        SEE(a, "HTTP/1.1 200 OK");
        EXPECT(!strcmp(strstr(a, "\r\n\r\n") + 4, cases[i].body), "%s, %s: %s", cases[i].path, cases[i].accept, a);
        const char *coding = strstr(a, "Content-Encoding: ");
        EXPECT(!coding == !cases[i].coding && (!coding || !strncmp(coding + 18, cases[i].coding, strlen(cases[i].coding))), "%zu: %s", i, a);
        EXPECT(!strstr(a, "Vary: Accept-Encoding\r\n") == !cases[i].vary, "%zu: %s", i, a);
        const char *mark = strstr(a, "ETag: ") + 6 + 17;
        const char *want = !cases[i].coding ? "\"\r\n" : *cases[i].coding == 'b' ? "-br\"\r\n" : "-gz\"\r\n";
        EXPECT(!strncmp(mark, want, strlen(want)), "%zu: %s", i, a);
    }
    SEE(ask(w->server, &mem, "GET", "/.html", "", ""), "application/octet-stream"); /* an ending is no name */
    SEE(ask(w->server, &mem, "GET", "/both.html", "", ""), "Content-Type: text/html; charset=utf-8\r\nCache-Control: no-cache\r\n");
    for (const char *const *p = (const char *const[]){ "/alone.js", "/alone.js.gz", "/both.html.gz", "/desk/", "/", "/screen/x", NULL }; *p; p++)
        SEE(ask(w->server, &mem, "GET", *p, "", ""), "404 Not Found");
    SEE(ask(w->server, &mem, "GET", "/screen", "", ""), "Location: /screen/\r\n");
    SEE(ask(w->server, &mem, "GET", "/desk", "", ""), "Location: /desk/\r\n");
    arena_clear(&mem);
}

/* Each sample has its kind and what it means before it; a histogram's buckets add up. */
static void metrics(void **state)
{
    struct world *w = *state;
    struct arena mem = { 0 };
    SEE(ask(w->server, &mem, "PUT", "/api/v1/back", "Content-Type: text/plain\r\n", ""), "200 OK");
    const struct { int64_t us; const char *le; } times[] = { { 250, "0.000250" }, { 251, "0.000500" }, { 10000000, "10.000000" }, { 10000001, "+Inf" } };
    struct metrics *m = metrics_new(&mem, w->server->routes->n); /* the server itself counts elsewhere */
    for (size_t i = 0; i < COUNT(times); i++) metrics_count(m, 0, 200, times[i].us);
    metrics_count(m, -1, 404, 1);
    metrics_count(m, 1, 599, 1);
    metrics_count(m, 1, 600, 1); /* no status: only its time */
    metrics_count(m, 1, 0, 1);
    size_t n;
    const char *text = metrics_text(w->server, m, &mem, &n);
    assert_int_equal(strlen(text), n);
#define EVENTS "{method=\"GET\",route=\"/api/v1/events\""
    static const char *const lines[] = {
        "shanzhi_http_requests_total" EVENTS ",status=\"200\"} 4\n", "shanzhi_http_requests_total{method=\"\",route=\"other\",status=\"404\"} 1\n",
        "shanzhi_http_requests_total{method=\"GET\",route=\"/api/v1/others\",status=\"599\"} 1\n",
        "shanzhi_http_request_seconds_bucket" EVENTS ",le=\"0.000250\"} 1\n", "shanzhi_http_request_seconds_bucket" EVENTS ",le=\"0.000500\"} 2\n",
        "shanzhi_http_request_seconds_bucket" EVENTS ",le=\"2.500000\"} 2\n", "shanzhi_http_request_seconds_bucket" EVENTS ",le=\"10.000000\"} 3\n",
        "shanzhi_http_request_seconds_bucket" EVENTS ",le=\"+Inf\"} 4\n", "shanzhi_http_request_seconds_sum" EVENTS "} 20.000502\n",
        "shanzhi_http_request_seconds_count" EVENTS "} 4\n", "shanzhi_http_request_seconds_count{method=\"GET\",route=\"/api/v1/others\"} 3\n",
        "shanzhi_http_queue_limit 1024\n", "shanzhi_http_workers 2\n", "shanzhi_http_limited_total{by=\"streams\"} 0\n",
    };
    for (size_t i = 0; i < COUNT(lines); i++) EXPECT(strstr(text, arena_printf(&mem, "\n%s", lines[i])), "no %s in %s", lines[i], text);
    NOT(text, "status=\"600\"");
    NOT(text, "status=\"0\"");
    NOT(text, "route=\"/api/v1/say\""); /* nobody asked */
    for (const char *p = text; *p; p += strcspn(p, "\n") + 1) {
        if (*p == '#') continue;
        const char *name = arena_strndup(&mem, p, strcspn(p, "{ "));
        char *cut = strstr(name, "seconds_");
        if (cut) cut[7] = 0; /* of a histogram */
        const char *type = strstr(text, arena_printf(&mem, "# TYPE %s ", name)), *help = strstr(text, arena_printf(&mem, "# HELP %s ", name));
        EXPECT(type && help && help < type && type < p, "%s is not explained: %s", name, text);
    }
    arena_clear(&mem);
}

/* What is not set is as in limits.h; a stop ends streams as they should; the port is free at once. */
static void ends(void **state)
{
    (void)state;
    struct world *w = started(0);
    struct arena mem = { 0 };
    assert_int_equal(w->server->config.request_s, 15);
    assert_int_equal(w->server->config.idle_s, 60);
    assert_int_equal(w->server->queue_cap, 1024);
    uint64_t id = atomic_load(&w->server->next_id);
    int port = http_port(w->server), stream = say_on(w->server, GET("/api/v1/events")), idle = dial(w->server);
    head_of(&mem, stream);
    until(&w->server->streams, 1);
    ended(w);
    SEE(read_until(&mem, stream, "0\r\n\r\n"), "0\r\n\r\n");
    char rest;
    assert_int_equal(read(stream, &rest, 1), 0);
    assert_int_equal(read(idle, &rest, 1), 0);
    w = started(port);
    assert_int_equal(http_port(w->server), port);
    assert_true(atomic_load(&w->server->next_id) > id + 1000 || atomic_load(&w->server->next_id) < id); /* requests have other names than before */
    ended(w);
    close(stream);
    close(idle);
    arena_clear(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streams), cmocka_unit_test(asked_about), cmocka_unit_test(works), cmocka_unit_test(left), cmocka_unit_test(behind_a_body),
        cmocka_unit_test(refusals), cmocka_unit_test(pages), cmocka_unit_test(metrics), cmocka_unit_test(ends),
    };
    return cmocka_run_group_tests_name("life", tests, set_up, tear_down);
}

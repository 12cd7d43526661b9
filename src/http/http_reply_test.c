/* What goes out, whole: heads, problem documents, compression; and what a handler may ask of its exchange. */
#include <stdio.h>
#include <string.h>

#include "http/health.h"
#include "http/inside.h"

#include "kernel/test.h" /* last: it defines fail() */

#define API \
    "X-Content-Type-Options: nosniff\r\n" \
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n" \
    "Referrer-Policy: same-origin\r\n" \
    "Cross-Origin-Resource-Policy: same-origin\r\n"
#define TOP(status) "HTTP/1.1 " status "\r\nDate: D\r\nX-Request-Id: 00123456789abcdf\r\n"

static void heads(void **state)
{
    struct arena *mem = *state;
    static const struct { struct exchange x; const char *name, *value, *want; } cases[] = {
        { { .status = 200, .type = "application/json", .reply_n = 5 }, "ETag", "\"7\"",
          TOP("200 OK") "Content-Length: 5\r\n" API "Content-Type: application/json\r\nVary: Accept-Encoding, Accept-Language\r\n"
          "ETag: \"7\"\r\nCache-Control: no-store\r\n\r\n" },
        { { .status = 201, .type = "text/csv", .reply_n = 1234567, .coding = CODING_BR, .secure = true, .close = true,
            .rate = { .policy = "address", .limit = 9, .left = 8, .reset_s = 7 } }, "ETag", "\"7\"",
          TOP("201 Created") "Content-Length: 1234567\r\n" API "Content-Type: text/csv\r\nContent-Encoding: br\r\n"
          "Vary: Accept-Encoding, Accept-Language\r\nStrict-Transport-Security: max-age=31536000\r\n"
          "RateLimit-Policy: \"address\";q=9;w=60\r\nRateLimit: \"address\";r=8;t=7\r\n"
          "ETag: \"7-br\"\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n" },
        { { .status = 304, .type = "application/json", .reply_n = 5, .coding = CODING_GZIP }, "cache-control", "private",
          TOP("304 Not Modified") API "Content-Encoding: gzip\r\nVary: Accept-Encoding, Accept-Language\r\ncache-control: private\r\n\r\n" },
        { { .status = 204, .type = "application/pdf", .reply_n = 5, .coding = CODING_GZIP }, "ETag", "\"a\"",
          TOP("204 No Content") API "Content-Encoding: gzip\r\nETag: \"a-gz\"\r\nCache-Control: no-store\r\n\r\n" },
        { { .status = 200, .type = "text/event-stream", .subscribe = "t" }, "X-A", "b\r\nc\x7f",
          TOP("200 OK") "Transfer-Encoding: chunked\r\nX-Accel-Buffering: no\r\n" API
          "Content-Type: text/event-stream\r\nVary: Accept-Encoding, Accept-Language\r\nX-A: b  c \r\nCache-Control: no-store\r\n\r\n" },
        { { .status = 200, .ready_head = "Ready: yes\r\n" }, "X-A", "", TOP("200 OK") "Content-Length: 0\r\nReady: yes\r\nX-A: \r\n\r\n" },
        { { .status = 404, .type = "image/png", .coding = CODING_BR }, "X-ETag", "\"a\"",
          TOP("404 Not Found") "Content-Length: 0\r\n" API "Content-Type: image/png\r\nContent-Encoding: br\r\nX-ETag: \"a\"\r\nCache-Control: no-store\r\n\r\n" },
        { { .status = 200, .type = "application/atom+xml", .coding = CODING_BR }, "ETag", "\"",
          TOP("200 OK") "Content-Length: 0\r\n" API "Content-Type: application/atom+xml\r\nContent-Encoding: br\r\n"
          "Vary: Accept-Encoding, Accept-Language\r\nETag: \"\r\nCache-Control: no-store\r\n\r\n" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct exchange x = cases[i].x;
        struct buf b = buf_in(mem, 1 << 16);
        x.mem = mem;
        x.id = UINT64_C(0x00123456789abcdf);
        reply_header(&x, cases[i].name, cases[i].value);
        reply_head(&x, &b, "D");
        EXPECT(!strcmp(b.p, cases[i].want), "is %s\nnot %s", b.p, cases[i].want);
    }
}

static void statuses(void **state)
{
    (void)state;
    static const struct { int status; const char *text; } cases[] = {
        { 200, "OK" }, { 201, "Created" }, { 204, "No Content" }, { 304, "Not Modified" }, { 308, "Permanent Redirect" },
        { 400, "Bad Request" }, { 401, "Unauthorized" }, { 403, "Forbidden" }, { 404, "Not Found" }, { 405, "Method Not Allowed" },
        { 406, "Not Acceptable" }, { 408, "Request Timeout" }, { 409, "Conflict" }, { 412, "Precondition Failed" },
        { 413, "Content Too Large" }, { 414, "URI Too Long" }, { 415, "Unsupported Media Type" }, { 422, "Unprocessable Content" },
        { 428, "Precondition Required" }, { 429, "Too Many Requests" }, { 431, "Request Header Fields Too Large" },
        { 500, "Internal Server Error" }, { 501, "Not Implemented" }, { 503, "Service Unavailable" },
        { 505, "HTTP Version Not Supported" }, { 507, "Insufficient Storage" }, { 299, "Status" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) assert_string_equal(status_text(cases[i].status), cases[i].text);
    for (int i = 1; i < ERR_COUNT; i++) assert_string_not_equal(status_text(err_info((enum err_code)i)->status), "Status");
}

#define PROBLEM(type, title, status, detail, instance, errors) \
    "{\"type\":\"/problems/" type "\",\"title\":\"" title "\",\"status\":" #status ",\"detail\":\"" detail "\",\"instance\":\"" instance \
    "\",\"request_id\":\"00000000000000ff\",\"errors\":[" errors "]}"

static void problems(void **state)
{
    struct arena *mem = *state;
    struct finding two = { .field = NULL, .zh = "乙", .en = "two" }, one = { .field = "a/0", .zh = "甲", .en = "one", .next = &two };
    const struct { struct err e; enum lang lang; const char *path, *want, *headers; } cases[] = {
        { { .code = ERR_FORBIDDEN }, LANG_ZH, "/a", PROBLEM("forbidden", "您没有办理此事的权限，请联系村管理员。", 403, "您没有办理此事的权限，请联系村管理员。", "/a", ""),
          "Content-Language=zh-CN " },
        { { .code = ERR_SIGN_IN }, LANG_EN, "/a", PROBLEM("sign-in", "Please sign in first.", 401, "Please sign in first.", "/a", ""),
          "Content-Language=en WWW-Authenticate=Bearer realm=\"shanzhi\" " },
        { { .code = ERR_SIGN_IN, .field = "who", .zh = "谁？", .en = "Who?", .retry_after_s = 9 }, LANG_ZH, NULL,
          PROBLEM("sign-in", "请先登录。", 401, "谁？", "/", "{\"field\":\"who\",\"detail\":\"谁？\"}"),
          "Content-Language=zh-CN Retry-After=9 WWW-Authenticate=Bearer realm=\"shanzhi\" " },
        { { .code = ERR_SIGN_IN, .field = "who", .zh = "谁？", .en = "Who?", .findings = &one }, LANG_EN, "/\xff",
          PROBLEM("sign-in", "Please sign in first.", 401, "Who?", "/", "{\"field\":\"a/0\",\"detail\":\"one\"},{\"field\":\"\",\"detail\":\"two\"}"),
          "Content-Language=en WWW-Authenticate=Bearer realm=\"shanzhi\" " },
        { { .code = ERR_BUSY }, LANG_EN, "/", NULL, "Content-Language=en Retry-After=1 " },
        { { .code = ERR_DATABASE, .retry_after_s = 1 }, LANG_EN, "/", NULL, "Content-Language=en Retry-After=1 " },
        { { .code = ERR_DISK_FULL }, LANG_EN, "/", NULL, "Content-Language=en " },
    };
    log_set_level(LOG_ERROR + 1);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct exchange x = { .mem = mem, .lang = cases[i].lang, .gate.path = cases[i].path, .id = 255, .file = true, .coding = CODING_BR,
                              .subscribe = "t", .topics = (struct topic[]){ { 0 } } };
        reply_header(&x, "X-Before", "forgotten");
        reply_err(&x, &cases[i].e);
        assert_int_equal(x.status, err_info(cases[i].e.code)->status);
        assert_string_equal(x.type, "application/problem+json");
        assert_int_equal(x.reply_n, strlen(x.reply));
        if (cases[i].want) assert_string_equal(x.reply, cases[i].want);
        struct buf b = buf_in(mem, 1000);
        for (const struct header_line *h = x.headers; h; h = h->next) buf_printf(&b, "%s=%s ", h->name, h->value);
        assert_string_equal(b.p, cases[i].headers);
        assert_false(x.file || x.coding || x.subscribe || x.topics);
    }
    log_set_level(LOG_INFO);
}

static void compressed(void **state)
{
    struct arena *mem = *state;
    static const struct { size_t n; const char *type, *accept; bool stream; int want; } cases[] = {
        { 1024, "application/json", "br", false, CODING_NONE }, { 1025, "application/json", "br", false, CODING_BR },
        { 1025, "application/problem+json", "gzip", false, CODING_GZIP }, { 1025, "text/csv", "gzip, br", false, CODING_BR },
        { 1025, "application/xml", "gzip", false, CODING_GZIP }, { 1025, "image/png", "gzip, br", false, CODING_NONE },
        { 1025, NULL, "gzip, br", false, CODING_NONE }, { 1025, "text/plain", "identity", false, CODING_NONE },
        { 1025, "text/plain", "br", true, CODING_NONE }, { 1025, "x-text/plain", "br", false, CODING_NONE },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct exchange x = { .mem = mem, .type = cases[i].type, .reply = arena_alloc(mem, 2000), .reply_n = cases[i].n,
                              .subscribe = cases[i].stream ? "t" : NULL,
                              .gate = { .headers_n = 1, .headers = { { "accept-encoding", cases[i].accept } } } };
        const char *before = x.reply;
        reply_compress(&x);
        EXPECT((int)x.coding == cases[i].want, "%zu: %d", i, (int)x.coding);
        if (x.coding) assert_true(x.reply_n > 4 && x.reply_n < 100 && x.reply != before);
        else assert_true(x.reply == before && x.reply_n == cases[i].n);
        if (x.coding == CODING_GZIP) assert_memory_equal(x.reply, "\x1f\x8b", 2);
    }
}

/* ---- what a handler asks ---- */

static void questions(void **state)
{
    struct arena *mem = *state;
    struct server s = { 0 };
    struct exchange x = { .mem = mem, .server = &s, .gate = { .path = "/p", .headers_n = 2, .headers = { { "cookie", "" }, { "host", "h:1" } } } };
    struct req r = { .mem = mem, .http = &x }, none = { .mem = mem };
    static const struct { const char *cookie, *name, *want; } cookies[] = {
        { "a=1; b=2", "a", "1" }, { "a=1; b=2", "b", "2" }, { "a=1;b=2;\tc=3", "c", "3" }, { "ab=1", "a", NULL }, { "ba=1", "a", NULL }, { "a", "a", NULL },
        { "a=", "a", "" }, { "a=x=y", "a", "x=y" }, { "b; a=1", "a", "1" }, { "", "a", NULL }, { "a=1; a=2", "a", "1" }, { "b=a=1", "a", NULL },
    };
    for (size_t i = 0; i < COUNT(cookies); i++) {
        x.gate.headers[0].value = cookies[i].cookie;
        const char *got = http_cookie(&r, cookies[i].name);
        EXPECT(!got == !cookies[i].want && (!got || !strcmp(got, cookies[i].want)), "%s: %s", cookies[i].cookie, got ? got : "NULL");
    }
    assert_string_equal(http_header(&r, "HOST"), "h:1");
    assert_string_equal(http_header(&r, "Host"), "h:1");
    assert_null(http_header(&r, "Hos"));
    assert_null(http_header(&r, "A-name-of-sixty-four-characters-which-is-one-more-than-there-is-"));
    assert_string_equal(http_path(&r), "/p");
    static const struct { const char *address, *network; } networks[] = {
        { "203.0.113.7", "203.0.113.7" }, { "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64" }, { "::ffff:203.0.113.7", "203.0.113.7" }, { "?", "?" },
    };
    for (size_t i = 0; i < COUNT(networks); i++) {
        snprintf(x.address, sizeof x.address, "%s", networks[i].address);
        assert_string_equal(http_address(&r), networks[i].address);
        assert_string_equal(http_network(&r), networks[i].network);
    }
    static const struct { const char *url, *want; bool tls; } urls[] = {
        { NULL, "http://h:1", false }, { NULL, "https://h:1", true }, { "https://x.example", "https://x.example", false },
        { "https://x.example//", "https://x.example", false }, { "https://x.example/a/", "https://x.example/a", true }, { "/", "", false },
    };
    for (size_t i = 0; i < COUNT(urls); i++) {
        s.config.public_url = urls[i].url;
        x.secure = urls[i].tls;
        assert_int_equal(http_secure(&r), urls[i].tls);
        assert_string_equal(http_public_url(&r), urls[i].want);
    }
    /* outside an exchange: a command, a job */
    assert_null(http_cookie(&none, "a"));
    assert_null(http_header(&none, "Host"));
    assert_string_equal(http_path(&none), "");
    assert_string_equal(http_address(&none), "");
    assert_string_equal(http_public_url(&none), "http://localhost");
    assert_false(http_secure(&none));
    http_session(&none, "token", 1);
    http_set_header(&none, "a", "b");
}

static void files(void **state)
{
    struct arena *mem = *state;
    static const struct { const char *type, *name, *want; } cases[] = {
        { "application/pdf", "a.pdf", "inline; filename=\"a.pdf\"; filename*=UTF-8''a.pdf" },
        { "text/csv", "甲 \"1\".csv", "attachment; filename=\"__1_.csv\"; filename*=UTF-8''%E7%94%B2%20%221%22.csv" },
        { "image/png", NULL, NULL },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct exchange x = { .mem = mem };
        struct req r = { .mem = mem, .http = &x };
        http_send_file(&r, cases[i].type, cases[i].name, "abc", 2);
        assert_true(x.file && x.reply_n == 2 && !strcmp(x.reply, "abc") && !strcmp(x.type, cases[i].type));
        if (!cases[i].want) assert_null(x.headers);
        else assert_true(!strcmp(x.headers->name, "Content-Disposition") && !strcmp(x.headers->value, cases[i].want));
    }
    struct exchange x = { .mem = mem, .village = 7 };
    struct req r = { .mem = mem, .http = &x };
    http_publish(&r, "one");
    http_publish(&r, "two");
    assert_true(!strcmp(x.topics->name, "two") && x.topics->village == 7 && !strcmp(x.topics->next->name, "one") && !x.topics->next->next);
    http_subscribe(&r, "here");
    assert_true(!strcmp(x.subscribe, "here") && !x.reply_n && !strcmp(x.type, "text/event-stream"));
}

/* ---- what a round of checks makes of what it saw ---- */

static void checks(void **state)
{
    struct arena *mem = *state;
    enum { MIB = 1024 * 1024 };
    static const struct { const char *name; struct store_look look; enum health want; const char *zh, *en; } cases[] = {
        { "disk", { .disk_free = NONE }, HEALTH_PASS, "数据库在别的机器上，请在那里监测。", "the database is elsewhere: watch its disk there" },
        { "disk", { .disk_free = 100 * (int64_t)MIB - 1 }, HEALTH_FAIL, "剩余 99 MiB，低于 100 MiB 即不可用（disk-free-mib）", "99 MiB free; below 100 (disk-free-mib) is a failure" },
        { "disk", { .disk_free = 100 * (int64_t)MIB }, HEALTH_WARN, "剩余 100 MiB，低于 100 MiB 即不可用（disk-free-mib）", "100 MiB free; below 100 (disk-free-mib) is a failure" },
        { "disk", { .disk_free = 400 * (int64_t)MIB - 1 }, HEALTH_WARN, NULL, NULL },
        { "disk", { .disk_free = 400 * (int64_t)MIB }, HEALTH_PASS, NULL, NULL },
        { "log", { .wal_bytes = NONE }, HEALTH_PASS, NULL, NULL },
        { "log", { .wal_bytes = 256 * (int64_t)MIB }, HEALTH_PASS, "日志 256 MiB；过大说明有读者一直占用", "256 MiB; it grows when something reads the database for hours" },
        { "log", { .wal_bytes = 256 * (int64_t)MIB + 1 }, HEALTH_WARN, NULL, NULL },
        { "log", { .wal_bytes = 2048 * (int64_t)MIB }, HEALTH_WARN, NULL, NULL },
        { "log", { .wal_bytes = 2048 * (int64_t)MIB + 1 }, HEALTH_FAIL, NULL, NULL },
        { "engine", { .pooler_untold = true, .unsafe = true }, HEALTH_FAIL, "数据库前有连接池（PgBouncer），请设置 pooled = yes。",
          "a pooler (PgBouncer) stands before PostgreSQL: set pooled = yes" },
        { "engine", { .unsafe = true }, HEALTH_WARN, "PostgreSQL 关闭了 fsync 或 synchronous_commit，断电会丢失已确认的数据。",
          "PostgreSQL runs with fsync or synchronous_commit off: a power cut loses acknowledged data" },
    };
    static const struct health_limits limits = { .disk_free_mib = 100 };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct health_seen seen = { .look = cases[i].look };
        struct checkup c = { .mem = mem, .limits = &limits, .seen = &seen };
        const struct check *k = health_checks;
        while (strcmp(k->name, cases[i].name)) k++;
        enum health got = k->run(&c);
        EXPECT(got == cases[i].want, "%zu: %d", i, (int)got);
        if (cases[i].zh) assert_string_equal(c.zh, cases[i].zh);
        if (cases[i].en) assert_string_equal(c.en, cases[i].en);
    }
    struct checkup c = { .mem = mem };
    assert_int_equal(check_err(&c, NULL), HEALTH_PASS);
    assert_null(c.zh);
    assert_int_equal(check_err(&c, &(struct err){ .code = ERR_SIGN_IN, .cause = "why" }), HEALTH_FAIL);
    assert_string_equal(c.zh, "请先登录。 (why)");
    assert_string_equal(c.en, "Please sign in first. (why)");
    assert_int_equal(check_err(&c, &(struct err){ .code = ERR_SIGN_IN }), HEALTH_FAIL);
    assert_string_equal(c.zh, "请先登录。");
}

/* ---- the keys that are being handled, and the queue ---- */

static void in_flight(void **state)
{
    struct server *s = arena_new(*state, struct server);
    pthread_mutex_init(&s->in_flight_lock, NULL);
    assert_true(inflight_enter(s, 5));
    assert_false(inflight_enter(s, 5));
    assert_true(inflight_enter(s, 5 + IN_FLIGHT)); /* the same place */
    assert_true(inflight_enter(s, 5 + 2 * IN_FLIGHT));
    inflight_leave(s, 5);
    assert_false(inflight_enter(s, 5 + IN_FLIGHT)); /* behind an empty place */
    assert_false(inflight_enter(s, 5 + 2 * IN_FLIGHT));
    assert_true(inflight_enter(s, 5));
    inflight_leave(s, 5 + 2 * IN_FLIGHT);
    assert_false(inflight_enter(s, 5 + IN_FLIGHT));
    assert_true(inflight_enter(s, 5 + 2 * IN_FLIGHT));
    inflight_leave(s, 77); /* not there: nothing */
    for (uint64_t i = 3; i < 64; i++) assert_true(inflight_enter(s, 5 + i * IN_FLIGHT)); /* the last place that is looked at */
    assert_false(inflight_enter(s, 5 + 63 * IN_FLIGHT));
    assert_true(inflight_enter(s, 5 + 64 * IN_FLIGHT)); /* no room: let through, the database decides */
    assert_true(inflight_enter(s, 5 + 64 * IN_FLIGHT));
    inflight_leave(s, 5 + 63 * IN_FLIGHT);
    assert_true(inflight_enter(s, 5 + 63 * IN_FLIGHT));
    assert_true(inflight_enter(s, IN_FLIGHT - 1));
    assert_true(inflight_enter(s, 2 * IN_FLIGHT - 1)); /* round the table's end */
    assert_false(inflight_enter(s, 2 * IN_FLIGHT - 1));
    for (uint64_t i = 0; i < 64; i++) inflight_leave(s, 5 + i * IN_FLIGHT);
    inflight_leave(s, IN_FLIGHT - 1);
    inflight_leave(s, 2 * IN_FLIGHT - 1);
    for (int i = 0; i < IN_FLIGHT; i++) assert_int_equal(s->in_flight[i], 0);
    pthread_mutex_destroy(&s->in_flight_lock);
}

static void queue(void **state)
{
    struct server *s = arena_new(*state, struct server);
    struct exchange x[4] = { 0 };
    struct exchange *places[3] = { 0 };
    pthread_mutex_init(&s->queue_lock, NULL);
    pthread_cond_init(&s->queue_more, NULL);
    s->queue = places;
    s->queue_cap = 3;
    s->queue_head = 2;
    for (int i = 0; i < 3; i++) assert_true(queue_push(s, &x[i]));
    assert_false(queue_push(s, &x[3]));
    assert_true(places[2] == &x[0] && places[0] == &x[1] && places[1] == &x[2] && s->queue_n == 3);
    pthread_cond_destroy(&s->queue_more);
    pthread_mutex_destroy(&s->queue_lock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(heads), TEST(statuses), TEST(problems), TEST(compressed), TEST(questions), TEST(files), TEST(checks), TEST(in_flight), TEST(queue),
    };
    return cmocka_run_group_tests_name("reply", tests, NULL, NULL);
}

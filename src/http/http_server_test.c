/* The server as a whole, with a slice of its own on SQLite: what no real slice does on purpose.
 * Streams, cached answers, handlers the database asks to run again, answers that keep what they wrote. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http/inside.h"
#include "kernel/date.h"

/* ---- the slice ---- */

struct note { int64_t village, id, version; const char *text; };
static const struct field note_fields[] = {
    F(note, village, K_REGION, 0, 0, 0, "Village."), F(note, id, K_ID, 0, 0, 0, "Id."),
    F(note, version, K_INT, OUT_ETAG, 0, 0, "Version."), F(note, text, K_TEXT, 0, 1, 100, "Text."), { 0 }
};
static RECORD(note);
struct which { int64_t village, id; };
static const struct field which_fields[] = {
    F(which, village, K_REGION, IN_PATH, 0, 0, "Village."), F(which, id, K_ID, IN_PATH, 0, 0, "Id."), { 0 }
};
static RECORD(which);
struct edit { int64_t village, id, version; const char *text; };
static const struct field edit_fields[] = {
    F(edit, village, K_REGION, IN_PATH, 0, 0, "Village."), F(edit, id, K_ID, IN_PATH, 0, 0, "Id."),
    F(edit, version, K_INT, IN_MATCH, 0, 0, "Version."), F(edit, text, K_TEXT, 0, 1, 100, "Text."), { 0 }
};
static RECORD(edit);
struct place { int64_t village; };
static const struct field place_fields[] = { F(place, village, K_REGION, IN_PATH, 0, 0, "Village."), { 0 } };
static RECORD(place);

static _Atomic int runs, attempts;

static const struct err *answer(struct req *r, int64_t village, int64_t id)
{
    struct note *n;
    TRY(db_one(r, &note_record, &n, "SELECT village, id, version, text FROM test_note WHERE village = $1 AND id = $2",
               I64(village), I64(id)));
    r->out = n;
    return NULL;
}

static const struct err *note_get(struct req *r)
{
    const struct which *in = r->in;
    atomic_fetch_add(&runs, 1);
    return answer(r, in->village, in->id);
}

static const struct err *note_put(struct req *r)
{
    const struct edit *in = r->in;
    int64_t n;
    TRY(db_exec_n(r, &n, "UPDATE test_note SET text = $4, version = version + 1 WHERE village = $1 AND id = $2 AND version = $3",
                  I64(in->village), I64(in->id), I64(in->version), TEXT(in->text)));
    if (!n) return fail(r, ERR_STALE, NULL);
    http_publish(r, "notes");
    return answer(r, in->village, in->id);
}

/* Says "again" twice before it lets itself be done; its first attempts leave headers and rows behind. */
static const struct err *again(struct req *r)
{
    const struct place *in = r->in;
    TRY(db_exec(r, "INSERT INTO test_note (village, id, version, text) VALUES ($1, 500, 1, 'again')", I64(in->village)));
    http_set_header(r, "X-Attempt", "said");
    if (atomic_fetch_add(&attempts, 1) < 2) return fail(r, ERR_RETRY, NULL);
    return NULL;
}

static const struct err *kept(struct req *r)
{
    const struct place *in = r->in;
    TRY(db_exec(r, "INSERT INTO test_note (village, id, version, text) VALUES ($1, 600, 1, 'kept')", I64(in->village)));
    r->keep = true;
    return fail(r, ERR_FORBIDDEN, NULL);
}

static const struct err *dropped(struct req *r)
{
    const struct place *in = r->in;
    TRY(db_exec(r, "INSERT INTO test_note (village, id, version, text) VALUES ($1, 700, 1, 'dropped')", I64(in->village)));
    return fail(r, ERR_STATE, NULL);
}

static const struct err *events(struct req *r)
{
    http_subscribe(r, "notes");
    return NULL;
}

static const struct err *paper(struct req *r)
{
    http_send_file(r, "application/pdf", "通知单\r\nX: 09AZaz-_/@[`{.pdf", "%PDF", 4);
    return NULL;
}

/* A write that ends after the stop began and the loops without a connection are through: what it publishes
 * goes to them, too. The wait has a bound, because a right server never closes a loop meanwhile. */
static _Atomic(struct server *) stopping;
static _Atomic int handling;

static const struct err *late(struct req *r)
{
    http_publish(r, "notes");
    atomic_fetch_add(&handling, 1);
    while (!atomic_load(&stopping)) usleep(1000);
    for (int i = 0; i < 300; i++) {
        if (!loop_is_open(atomic_load(&stopping), 0) || !loop_is_open(atomic_load(&stopping), 1)) break;
        usleep(1000);
    }
    return NULL;
}

/* Runs out of memory between two rows of a statement, in the middle of a write. */
static const struct err *greedy_row(struct req *r, void *row, void *arg)
{
    (void)row, (void)arg;
    arena_alloc(r->mem, SIZE_MAX / 2 + 1);
    return NULL;
}

static const struct err *greedy(struct req *r)
{
    const struct place *in = r->in;
    TRY(db_exec(r, "INSERT INTO test_note (village, id, version, text) VALUES ($1, 800, 1, 'greedy')", I64(in->village)));
    http_set_header(r, "X-Greedy", "yes");
    arena_alloc(r->mem, 1 << 20);
    return db_each(r, &note_record, greedy_row, NULL, "SELECT village, id, version, text FROM test_note");
}

static const enum err_code usual[] = { ERR_NOT_FOUND, ERR_STALE, ERR_STATE, ERR_FORBIDDEN, ERR_NONE };
static const struct route test_routes[] = {
    { "GET", "/villages/{village}/notes/{id}", PERM_PUBLIC, TX_READ, &which_record, &note_record, note_get, usual, 0, NULL, NULL, "One." },
    { "PUT", "/villages/{village}/notes/{id}", PERM_PUBLIC, TX_WRITE, &edit_record, &note_record, note_put, usual, 0, NULL, NULL, "Edit." },
    { "GET", "/public/{village}/notes/{id}", PERM_PUBLIC, TX_READ, &which_record, &note_record, note_get, usual, ROUTE_CACHE, NULL, NULL, "Cached." },
    { "POST", "/again/{village}", PERM_PUBLIC, TX_WRITE, &place_record, NULL, again, usual, ROUTE_NO_IDEM, NULL, NULL, "Again." },
    { "POST", "/kept/{village}", PERM_PUBLIC, TX_WRITE, &place_record, NULL, kept, usual, ROUTE_NO_IDEM, NULL, NULL, "Kept." },
    { "POST", "/dropped/{village}", PERM_PUBLIC, TX_WRITE, &place_record, NULL, dropped, usual, ROUTE_NO_IDEM, NULL, NULL, "Dropped." },
    { "POST", "/greedy/{village}", PERM_PUBLIC, TX_WRITE, &place_record, NULL, greedy, usual, ROUTE_NO_IDEM, NULL, NULL, "Greedy." },
    { "POST", "/late/{village}", PERM_PUBLIC, TX_WRITE, &place_record, NULL, late, usual, ROUTE_NO_IDEM, NULL, NULL, "Late." },
    { "GET", "/events", PERM_PUBLIC, TX_NONE, NULL, NULL, events, NULL, ROUTE_STREAM, NULL, NULL, "Events." },
    { "GET", "/paper", PERM_PUBLIC, TX_NONE, NULL, NULL, paper, NULL, ROUTE_FILE, NULL, "application/pdf", "Paper." },
    { "GET", "/private", PERM_SELF, TX_READ, NULL, NULL, events, NULL, ROUTE_STREAM, NULL, NULL, "Nobody's." },
    { 0 }
};
static const struct migration test_migrations[] = {
    { "test", 1, "001_test", "CREATE TABLE test_note (village BIGINT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL,"
      " text TEXT NOT NULL, PRIMARY KEY (village, id));"
      " INSERT INTO test_note (village, id, version, text) VALUES (441621102205, 1, 1, 'first');" },
};
static _Atomic bool hungry;
static enum health hunger(struct checkup *c)
{
    (void)c;
    if (atomic_load(&hungry)) arena_exhausted(1);
    return HEALTH_PASS;
}
static const struct check test_checks[] = { { "hunger", "饥饿", "hunger", hunger }, { 0 } };
static const struct slice test_slice = { .name = "test", .routes = test_routes, .checks = test_checks };
static const struct slice *const test_slices[] = { &test_slice, NULL };

static const char app_js[] = "console.log(1)", app_js_br[] = "br", page[] = "<!doctype html>phone", desk[] = "<!doctype html>desk";
#define FILE_ROW(path, bytes) { path, bytes, bytes + sizeof bytes - 1 }
static const struct embedded test_files[] = {
    FILE_ROW("assets/app-1a2b3c4d.js", app_js), FILE_ROW("assets/app-1a2b3c4d.js.br", app_js_br),
    FILE_ROW("desk/index.html", desk), FILE_ROW("index.html", page), FILE_ROW("sw.js", app_js),
    FILE_ROW("manifest.webmanifest", app_js), { 0 },
};

#include "http/http_test.h" /* below the handlers: it defines fail() */

/* ---- the fixture ---- */

struct world { struct arena mem; struct store *store; struct server *server; char dir[64]; };

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    snprintf(w->dir, sizeof w->dir, "/tmp/shanzhi-http-XXXXXX");
    if (!mkdtemp(w->dir)) return -1;
    struct store_config config = { .path = arena_printf(&w->mem, "%s/t.db", w->dir), .sessions = 8, .create = true };
    int applied;
    if (store_open(&w->mem, &config, &w->store)) return -1;
    if (store_migrate(w->store, &w->mem, test_migrations, 1, &applied)) return -1;
    struct http_config http = { .address = "127.0.0.1", .loops = 2, .workers = 3, .files = test_files };
    if (http_start(&w->mem, &http, w->store, test_slices, NULL, &w->server)) return -1;
    log_set_level(LOG_ERROR);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    http_stop(w->server);
    store_close(w->store);
    char command[100];
    static const char *const ends[] = { "", "-wal", "-shm" };
    for (int i = 0; i < 3; i++) {
        snprintf(command, sizeof command, "%s/t.db%s", w->dir, ends[i]);
        unlink(command);
    }
    rmdir(w->dir);
    arena_clear(&w->mem);
    free(w);
    return 0;
}

#define NOTE "/api/v1/villages/441621102205/notes/1"
#define CACHED "/api/v1/public/441621102205/notes/1"
#define JSON_TYPE "Content-Type: application/json\r\n"

/* ---- tests ---- */

static void test_match(void **state)
{
    struct world *w = *state;
    struct arena mem = { 0 };
    char *a = ask(w->server, &mem, "GET", NOTE, "", "");
    SEE(a, "200 OK");
    SEE(a, "ETag: \"1\"");
    SEE(ask(w->server, &mem, "GET", NOTE, "If-None-Match: \"1\"\r\n", ""), "304 Not Modified");
    SEE(ask(w->server, &mem, "PUT", NOTE, JSON_TYPE, "{\"text\":\"x\"}"), "428 Precondition Required");
    SEE(ask(w->server, &mem, "PUT", NOTE, JSON_TYPE "If-Match: \"9\"\r\n", "{\"text\":\"x\"}"), "412 Precondition Failed");
    SEE(ask(w->server, &mem, "PUT", NOTE, JSON_TYPE "If-Match: 1\r\n", "{\"text\":\"x\"}"), "400 Bad Request");
    a = ask(w->server, &mem, "PUT", NOTE, JSON_TYPE "If-Match: \"1\"\r\n", "{\"text\":\"second\"}");
    SEE(a, "200 OK");
    SEE(a, "ETag: \"2\"");
    SEE(ask(w->server, &mem, "GET", NOTE, "If-None-Match: \"1\"\r\n", ""), "second");
    arena_clear(&mem);
}

static void test_cache(void **state)
{
    struct world *w = *state;
    struct arena mem = { 0 };
    char *a = ask(w->server, &mem, "GET", CACHED, "", "");
    SEE(a, "200 OK");
    char *tag = strstr(a, "ETag: ");
    tag = arena_strndup(&mem, tag + 6, strcspn(tag + 6, "\r"));
    int before = atomic_load(&runs);
    int64_t started = clock_monotonic_us();
    for (int i = 0; i < 20; i++) SEE(ask(w->server, &mem, "GET", CACHED, "", ""), "200 OK");
    SEE(ask(w->server, &mem, "GET", CACHED, arena_printf(&mem, "If-None-Match: %s\r\n", tag), ""), "304 Not");
    /* once more for each second that has gone by on a slow machine */
    int seconds = (int)((clock_monotonic_us() - started) / 1000000);
    assert_in_range(atomic_load(&runs) - before, 0, seconds + 1);
    /* a write to the village is seen at once */
    for (int i = 0; i < 20; i++) {
        a = ask(w->server, &mem, "GET", NOTE, "", "");
        char *version = strstr(a, "ETag: ") + 6;
        const char *text = arena_printf(&mem, "turn %d", i);
        a = ask(w->server, &mem, "PUT", NOTE, arena_printf(&mem, JSON_TYPE "If-Match: %.*s\r\n", (int)strcspn(version, "\r"), version),
                arena_printf(&mem, "{\"text\":\"%s\"}", text));
        SEE(a, "200 OK");
        SEE(ask(w->server, &mem, "GET", CACHED, "", ""), text);
    }
    arena_clear(&mem);
}

static void test_again(void **state)
{
    struct world *w = *state;
    struct arena mem = { 0 };
    atomic_store(&attempts, 0);
    char *a = ask(w->server, &mem, "POST", "/api/v1/again/441621102205", "", "");
    SEE(a, "204 No Content");
    assert_int_equal(atomic_load(&attempts), 3);
    char *first = strstr(a, "X-Attempt: ");
    assert_non_null(first);
    assert_null(strstr(first + 1, "X-Attempt: ")); /* the attempts before are forgotten */
    SEE(ask(w->server, &mem, "GET", "/api/v1/villages/441621102205/notes/500", "", ""), "again");
    atomic_store(&attempts, -1000); /* never lets itself be done */
    a = ask(w->server, &mem, "POST", "/api/v1/again/441621102206", "", "");
    SEE(a, "503 Service Unavailable");
    SEE(a, "Retry-After: ");
    SEE(ask(w->server, &mem, "GET", "/api/v1/villages/441621102206/notes/500", "", ""), "404 Not Found");
    arena_clear(&mem);
}

static void test_keep(void **state)
{
    struct world *w = *state;
    struct arena mem = { 0 };
    SEE(ask(w->server, &mem, "POST", "/api/v1/kept/441621102205", "", ""), "403 Forbidden");
    SEE(ask(w->server, &mem, "GET", "/api/v1/villages/441621102205/notes/600", "", ""), "kept");
    SEE(ask(w->server, &mem, "POST", "/api/v1/dropped/441621102205", "", ""), "409 Conflict");
    SEE(ask(w->server, &mem, "GET", "/api/v1/villages/441621102205/notes/700", "", ""), "404 Not Found");
    arena_clear(&mem);
}

static void test_stream(void **state)
{
    struct world *w = *state;
    struct arena mem = { 0 };
    static const char get[] = "GET /api/v1/events HTTP/1.1\r\nHost: t\r\n\r\n";
    int fds[4];
    for (int i = 0; i < 4; i++) { /* on both loops */
        fds[i] = dial(w->server);
        assert_int_equal(write(fds[i], get, sizeof get - 1), sizeof get - 1);
        SEE(read_until(&mem, fds[i], "\r\n\r\n"), "Content-Type: text/event-stream");
    }
    while (atomic_load(&w->server->streams) < 4) usleep(1000); /* the head is sent just before it counts */
    char *a = ask(w->server, &mem, "GET", NOTE, "", "");
    char *version = strstr(a, "ETag: ") + 6;
    ask(w->server, &mem, "PUT", NOTE, arena_printf(&mem, JSON_TYPE "If-Match: %.*s\r\n", (int)strcspn(version, "\r"), version), "{\"text\":\"news\"}");
    for (int i = 0; i < 4; i++) SEE(read_until(&mem, fds[i], "\n\n"), "event: change\ndata: {\"topic\":\"notes\"}");
    SEE(ask(w->server, &mem, "GET", "/api/v1/private", "", ""), "401 Unauthorized");
    close(fds[0]);
    while (atomic_load(&w->server->streams) > 3) usleep(1000); /* its going is noticed */
    for (int i = 1; i < 4; i++) close(fds[i]);
    arena_clear(&mem);
}

static void test_pages(void **state)
{
    struct world *w = *state;
    struct arena mem = { 0 };
    char *a = ask(w->server, &mem, "GET", "/assets/app-1a2b3c4d.js", "", "");
    SEE(a, "Content-Type: text/javascript");
    SEE(a, "immutable");
    SEE(a, "console.log(1)");
    a = ask(w->server, &mem, "GET", "/assets/app-1a2b3c4d.js", "Accept-Encoding: gzip, br\r\n", "");
    SEE(a, "Content-Encoding: br");
    SEE(a, "\r\n\r\nbr");
    static const struct { const char *path, *part; } pages[] = {
        { "/", "phone" }, { "/passbook", "404 Not Found" }, { "/desk/", "desk" }, { "/desk/claims", "404 Not Found" },
        { "/desk", "308 Permanent" }, { "/sw.js", "no-cache" }, { "/manifest.webmanifest", "application/manifest+json" },
        { "/screen/", "404 Not Found" }, { "/assets/none.js", "404 Not Found" }, { "/assets/app-1a2b3c4d.js.br", "404 Not Found" },
        { "/%2e%2e/etc/passwd", "404 Not Found" },
    };
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        a = ask(w->server, &mem, "GET", pages[i].path, "", "");
        if (!strstr(a, pages[i].part)) fail_msg("%s: %s", pages[i].path, a);
    }
    a = ask(w->server, &mem, "GET", "/", "", "");
    SEE(a, "script-src 'self' 'wasm-unsafe-eval';");
    SEE(a, "no-cache");
    char *tag = strstr(a, "ETag: ") + 6;
    SEE(ask(w->server, &mem, "GET", "/", arena_printf(&mem, "If-None-Match: %.*s\r\n", (int)strcspn(tag, "\r"), tag), ""), "304 Not Modified");
    a = ask(w->server, &mem, "GET", "/api/v1/paper", "", "");
    SEE(a, "Content-Disposition: inline; filename=\"__X__09AZaz-______.pdf\"; "
           "filename*=UTF-8''%E9%80%9A%E7%9F%A5%E5%8D%95%0D%0AX%3A%2009AZaz-_%2F%40%5B%60%7B.pdf");
    NOT(a, "\nX:");
    arena_clear(&mem);
}

/* A request that needs more memory than there is: told so, undone, and the next write has its turn. */
static void test_greedy(void **state)
{
    struct world *w = *state;
    struct arena mem = { 0 };
    for (int i = 0; i < 5; i++) {
        char *a = ask(w->server, &mem, "POST", "/api/v1/greedy/441621102205", "", "");
        SEE(a, "503 Service Unavailable");
        SEE(a, "/problems/no-memory");
        SEE(a, "Retry-After: 5");
        NOT(a, "X-Greedy");
        SEE(ask(w->server, &mem, "POST", "/api/v1/dropped/441621102205", "", ""), "409 Conflict");
    }
    SEE(ask(w->server, &mem, "GET", "/api/v1/villages/441621102205/notes/800", "", ""), "404 Not Found");
    arena_clear(&mem);
}

/* What stands when a round of checks is left for want of memory is not called ready. */
static void test_hungry_checks(void **state)
{
    struct world *w = *state;
    struct arena mem = { 0 };
    char *a = ask(w->server, &mem, "GET", "/readyz", "", "");
    SEE(a, "200 OK");
    SEE(a, "\"failed\":[]");
    int64_t until = clock_monotonic_us() + 20 * 1000000;
    atomic_store(&hungry, true);
    do a = ask(w->server, &mem, "GET", "/readyz", "", ""); /* the last round is good for a second */
    while (strstr(a, "200 OK") && clock_monotonic_us() < until);
    SEE(a, "503 Service Unavailable");
    SEE(a, "\"failed\":[\"checks\"]");
    atomic_store(&hungry, false);
    do a = ask(w->server, &mem, "GET", "/readyz", "", "");
    while (strstr(a, "503 Service") && clock_monotonic_us() < until + 20 * 1000000);
    SEE(a, "\"failed\":[]");
    arena_clear(&mem);
}

/* The listener's going is the sign that the stop has begun. */
static void *watch_stop(void *arg)
{
    struct server *s = arg;
    while (!atomic_load(&s->draining)) usleep(1000);
    atomic_store(&stopping, s);
    return NULL;
}

/* Stops while a write is under way: it is answered, and it publishes to loops that have nothing left to do. */
static void test_stop(void **state)
{
    (void)state;
    for (int turn = 0; turn < 2; turn++) { /* once on each loop */
        void *own;
        assert_int_equal(set_up(&own), 0);
        struct world *w = own;
        struct arena mem = { 0 };
        atomic_store(&stopping, NULL);
        atomic_store(&handling, 0);
        int fds[2] = { dial(w->server), dial(w->server) };
        static const char post[] = "POST /api/v1/late/441621102205 HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\n\r\n";
        assert_int_equal(write(fds[turn], post, sizeof post - 1), sizeof post - 1);
        while (!atomic_load(&handling)) usleep(1000);
        pthread_t watcher;
        assert_int_equal(pthread_create(&watcher, NULL, watch_stop, w->server), 0);
        tear_down(&own);
        pthread_join(watcher, NULL);
        char *a = read_until(&mem, fds[turn], "\r\n\r\n");
        SEE(a, "204 No Content");
        SEE(a, "Connection: close");
        char rest;
        assert_int_equal(read(fds[1 - turn], &rest, 1), 0); /* the idle one was closed */
        close(fds[0]);
        close(fds[1]);
        arena_clear(&mem);
    }
}

/* With no guard nobody can be recognised: what is not public stays shut. */
static void test_no_guard(void **state)
{
    struct world *w = *state;
    struct arena mem = { 0 };
    SEE(ask(w->server, &mem, "GET", "/api/v1/private", "Authorization: Bearer x\r\n", ""), "401 Unauthorized");
    arena_clear(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_match), cmocka_unit_test(test_cache), cmocka_unit_test(test_again), cmocka_unit_test(test_keep),
        cmocka_unit_test(test_stream), cmocka_unit_test(test_pages), cmocka_unit_test(test_no_guard),
        cmocka_unit_test(test_greedy), cmocka_unit_test(test_hungry_checks), cmocka_unit_test(test_stop),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

/* From a request's parts to the struct a handler gets, with every finding; and answers kept in memory. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "http/inside.h"
#include "kernel/date.h"

#include "kernel/test.h" /* last: it defines fail() */

struct put_in { int64_t village, id, version, limit; const char *q, *text; };
static const struct field put_in_fields[] = {
    F(put_in, village, K_REGION, IN_PATH, 0, 0, "Village."), F(put_in, id, K_ID, IN_PATH, 0, 0, "Id."), F(put_in, version, K_INT, IN_MATCH, 0, 0, "Version."),
    F(put_in, q, K_TEXT, IN_QUERY | OPT, 0, 9, "Q."), F(put_in, limit, K_INT, IN_QUERY, 1, 9, "Limit."), F(put_in, text, K_TEXT, 0, 1, 9, "Text."), { 0 }
};
static RECORD(put_in);
struct drop_in { int64_t id; const char *tag; };
static const struct field drop_in_fields[] = { F(drop_in, id, K_ID, IN_PATH, 0, 0, "Id."), F(drop_in, tag, K_TEXT, IN_MATCH | OPT, 0, 0, "Tag."), { 0 } };
static RECORD(drop_in);
struct raw_in { struct bytes body; };
static const struct field raw_in_fields[] = { F(raw_in, body, K_BYTES, IN_RAW, 0, 0, "Body."), { 0 } };
static RECORD(raw_in);
static const struct field opt_in_fields[] = { F(raw_in, body, K_BYTES, IN_RAW | OPT, 0, 0, "Body."), { 0 } };
static const struct record opt_in_record = { "opt_in", sizeof(struct raw_in), opt_in_fields };

static const struct err *never(struct req *r)
{
    (void)r;
    return NULL;
}

enum { PUT, DROP, RAW, RAW_OPT };
static const struct route routes[] = {
    [PUT] = { "PUT", "/v/{village}/t/{id}", PERM_PUBLIC, TX_WRITE, &put_in_record, NULL, never, NULL, 0, NULL, NULL, "Put." },
    [DROP] = { "DELETE", "/t/{id}", PERM_PUBLIC, TX_WRITE, &drop_in_record, NULL, never, NULL, 0, NULL, NULL, "Drop." },
    [RAW] = { "PUT", "/raw", PERM_PUBLIC, TX_WRITE, &raw_in_record, NULL, never, NULL, ROUTE_RAW, "text/csv", NULL, "Raw." },
    [RAW_OPT] = { "PUT", "/opt", PERM_PUBLIC, TX_WRITE, &opt_in_record, NULL, never, NULL, ROUTE_RAW, "text/csv", NULL, "Raw, or none." },
    { 0 }
};
static const struct slice slice = { .name = "bind", .routes = routes };
static const struct slice *const slices[] = { &slice, NULL };

union any { struct put_in put; struct drop_in drop; struct raw_in raw; };

static const char *read_as(struct arena *mem, int route, const union any *in)
{
    const struct put_in *p = &in->put;
    if (route == PUT) return arena_printf(mem, "%lld %lld %lld %s %lld %s", (long long)p->village, (long long)p->id, (long long)p->version, p->q ? p->q : "-", (long long)p->limit, p->text);
    if (route == DROP) return arena_printf(mem, "%lld %s", (long long)in->drop.id, in->drop.tag ? in->drop.tag : "-");
    return arena_printf(mem, "%.*s", (int)in->raw.body.n, (const char *)in->raw.body.p);
}

#define V "441621102205"
#define TEXT_X "{\"text\":\"x\"}"
static void inputs(void **state)
{
    struct arena *mem = *state;
    static const struct { int route; const char *a, *b, *query, *match, *body, *want; bool bad_path; } cases[] = {
        { PUT, V, "7", "limit=3&q=a+b%2B", "\"5\"", TEXT_X, V " 7 5 a b+ 3 x", false }, { PUT, V, "7", "limit=3", "\"5-br\"", TEXT_X, V " 7 5 - 3 x", false },
        { PUT, V, "7", "&&limit=3&", "\"5-gz\"", TEXT_X, V " 7 5 - 3 x", false }, { PUT, V, "7", "q=&limit=3", "\"5\"", TEXT_X, V " 7 5 - 3 x", false },
        { PUT, V, "7", "limit=3&q", "\"5\"", TEXT_X, V " 7 5 - 3 x", false }, { PUT, V, "7", "limit=3&q=a=b", "\"5\"", TEXT_X, V " 7 5 a=b 3 x", false },
        { PUT, V, "7", "limit=3", NULL, TEXT_X, "precondition", false }, { PUT, V, "7", NULL, NULL, TEXT_X, "invalid limit/必须填写。/is required", false },
        { PUT, V, "7", "limit=3", "\"5-xx\"", TEXT_X, "invalid If-Match/请填写读取时得到的 ETag，例如 \"3\"/send the ETag as it was read, such as \"3\"", false },
        { PUT, V, "7", "limit=3&limit=4", "\"5\"", TEXT_X, "invalid limit/参数重复。/given twice", false },
        { PUT, V, "7", "limit=3&z=1", "\"5\"", TEXT_X, "invalid z/没有这个参数。/no such parameter", false },
        { PUT, V, "7", "limit=3&=1", "\"5\"", TEXT_X, "invalid /没有这个参数。/no such parameter", false },
        { PUT, V, "7", "limit=3&%zz=1", "\"5\"", TEXT_X, "invalid ?/没有这个参数。/no such parameter", false },
        { PUT, V, "7", "limit=3&q=%ff", "\"5\"", TEXT_X, "invalid q/不是有效的 UTF-8 文字。/not valid percent-encoded UTF-8", false },
        { PUT, V, "7", "limit=3&text=x", "\"5\"", TEXT_X, "invalid text/没有这个参数。/no such parameter", false },
        { PUT, "1", "7", "limit=3", "\"5\"", TEXT_X, "invalid village", true }, { PUT, V, "0", "limit=0", "5", "{}", "invalid id limit If-Match text", true },
        { PUT, V, "7", "limit=3", NULL, "{}", "invalid text", false }, { PUT, V, "7", "limit=3", NULL, "{", "malformed", false },
        { DROP, "7", NULL, NULL, NULL, "", "7 -", false }, { DROP, "7", NULL, NULL, "\"a-b\"", "", "7 a-b", false }, { DROP, "7", NULL, NULL, "\"a-br\"", "", "7 a", false },
        { DROP, "7", NULL, NULL, "\"a\"b\"", "", "invalid If-Match", false }, { DROP, "7", NULL, NULL, "a\"", "", "invalid If-Match", false },
        { DROP, "7", NULL, NULL, "\"", "", "invalid If-Match", false }, { DROP, "7", NULL, NULL, "\"a", "", "invalid If-Match", false },
        { DROP, "7", NULL, NULL, NULL, " \t\r\n", "7 -", false }, { DROP, "7", NULL, NULL, NULL, "{}", "7 -", false },
        { DROP, "7", NULL, NULL, NULL, "{} ", "invalid /此操作不需要提交内容。/this takes no body", false },
        { DROP, "7", NULL, NULL, NULL, " x", "invalid ", false }, { DROP, "7", NULL, "a=1", NULL, "x", "invalid a ", false },
        { RAW, NULL, NULL, NULL, NULL, "a,b", "a,b", false }, { RAW, NULL, NULL, NULL, NULL, "", "invalid /内容为空。/the body is empty", false },
        { RAW_OPT, NULL, NULL, NULL, NULL, "", "", false }, { RAW_OPT, NULL, NULL, NULL, NULL, "x", "x", false },
    };
    const struct routes *all = routes_build(mem, slices);
    for (size_t i = 0; i < COUNT(cases); i++) {
        union any in;
        bool bad_path = !cases[i].bad_path;
        struct exchange x = { .mem = mem, .at = all->all[cases[i].route], .params = { cases[i].a, cases[i].b },
                              .gate = { .query = cases[i].query, .headers_n = cases[i].match ? 1 : 0, .headers = { { "if-match", cases[i].match } } } };
        x.body = buf_in(mem, 1000);
        buf_puts(&x.body, cases[i].body);
        const struct err *e = bind_input(&x, &in, &bad_path);
        const char *got = e ? err_info(e->code)->code : read_as(mem, cases[i].route, &in);
        bool whole = strchr(cases[i].want, '/') != NULL;
        for (const struct finding *f = e ? e->findings : NULL; f; f = f->next)
            got = whole ? arena_printf(mem, "%s %s/%s/%s", got, f->field, f->zh, f->en) : arena_printf(mem, "%s %s", got, f->field);
        EXPECT(!strcmp(got, cases[i].want), "%zu: is %s, not %s", i, got, cases[i].want);
        EXPECT(bad_path == cases[i].bad_path, "%zu: the path", i);
    }
}

/* ---- addresses ---- */

static void addresses(void **state)
{
    struct arena *mem = *state;
    const struct routes *t = routes_build(mem, slices);
    static const struct { const char *path, *allow, *a, *b; } cases[] = {
        { "/v/" V "/t/7", "PUT, OPTIONS", V, "7" }, { "/t/%37", "DELETE, OPTIONS", "7", NULL }, { "/raw", "PUT, OPTIONS", NULL, NULL }, { "/rawx", NULL, NULL, NULL },
        { "/ra", NULL, NULL, NULL }, { "/raw/", NULL, NULL, NULL }, { "/", NULL, NULL, NULL }, { "", NULL, NULL, NULL }, { "/t", NULL, NULL, NULL }, { "/t/", NULL, NULL, NULL },
        { "/t/%zz", NULL, NULL, NULL }, { "/v/1/t", NULL, NULL, NULL }, { "/v//t/7", NULL, NULL, NULL }, { "/v/1/t/7/8", NULL, NULL, NULL }, { "//raw", NULL, NULL, NULL },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *params[PARAMS_MAX] = { 0 };
        const struct node *n = routes_find(t, mem, cases[i].path, params);
        EXPECT(!n == !cases[i].allow && (!n || !strcmp(n->allow, cases[i].allow)), "%s: %s", cases[i].path, n ? n->allow : "NULL");
        if (!n) continue;
        EXPECT(!cases[i].a || !strcmp(params[0], cases[i].a), "%s", cases[i].path);
        EXPECT(!cases[i].b || !strcmp(params[1], cases[i].b), "%s", cases[i].path);
    }
    for (int i = 0; i < METHODS; i++) assert_int_equal(method_index(method_names[i]), i);
    assert_int_equal(method_index("HEAD"), -1);
    assert_int_equal(method_index("get"), -1);
}

/* ---- answers from memory ---- */

enum { KIB = 1024, HERE = 441621102, ELSEWHERE = 441621103 };

static struct exchange asked(struct arena *mem, struct server *s, const char *path, const char *accept)
{
    return (struct exchange){ .mem = mem, .server = s, .village = HERE, .gate = { .path = path, .headers_n = 2,
                              .headers = { { "accept-encoding", accept }, { "if-none-match", "\"x\"" } } } };
}

static bool answered(struct arena *mem, struct server *s, const char *path)
{
    struct exchange x = asked(mem, s, path, "");
    bool yes = cache_answer(&x);
    if (yes) cache_release(x.cached);
    return yes;
}

static void kept(struct arena *mem, struct server *s, const char *path, int64_t village, size_t n)
{
    struct exchange x = asked(mem, s, path, "");
    x.village = village;
    x.generation = cache_generation(s->cache, village);
    x.type = "application/json";
    x.reply = arena_alloc(mem, n + 1);
    x.reply_n = n;
    cache_store(&x);
    assert_true(x.status == 200 && x.reply_n == n && !strcmp(x.headers->name, "ETag") && !strcmp(x.headers->next->value, "public, max-age=0, must-revalidate"));
    cache_release(x.cached);
}

static void memory(void **state)
{
    struct arena *mem = *state;
    struct server *s = arena_new(mem, struct server);
    s->cache = cache_new(mem);
    assert_false(answered(mem, s, "/a"));
    kept(mem, s, "/a", HERE, KIB);
    assert_true(answered(mem, s, "/a"));
    assert_false(answered(mem, s, "/b"));
    struct exchange x = asked(mem, s, "/a", "br");
    assert_true(cache_answer(&x)); /* a kibibyte is not worth it */
    assert_true(x.status == 200 && x.reply_n == KIB && x.coding == CODING_NONE && !strcmp(x.type, "application/json"));
    const char *tag = x.headers->value;
    cache_release(x.cached);
    x = asked(mem, s, "/a", "");
    x.gate.headers[1].value = tag;
    assert_true(cache_answer(&x) && x.status == 304);
    cache_release(x.cached);
    x = asked(mem, s, "/a", "");
    x.lang = LANG_EN;
    assert_false(cache_answer(&x));
    x = asked(mem, s, "/a", "");
    x.gate.query = "b=1";
    assert_false(cache_answer(&x));
    /* one byte more is kept in all codings */
    kept(mem, s, "/coded", HERE, KIB + 1);
    static const struct { const char *accept; int coding; } codings[] = { { "br, gzip", CODING_BR }, { "gzip", CODING_GZIP }, { "", CODING_NONE } };
    for (size_t i = 0; i < COUNT(codings); i++) {
        x = asked(mem, s, "/coded", codings[i].accept);
        assert_true(cache_answer(&x));
        assert_int_equal(x.coding, codings[i].coding);
        assert_true(x.coding ? x.reply_n < 100 : x.reply_n == KIB + 1);
        cache_release(x.cached);
    }
    /* a write to another village; to this one; to some */
    cache_bump(s->cache, ELSEWHERE);
    assert_true(answered(mem, s, "/a"));
    cache_bump(s->cache, HERE);
    assert_false(answered(mem, s, "/a"));
    kept(mem, s, "/a", HERE, 10);
    kept(mem, s, "/all", NONE, 10);
    assert_true(answered(mem, s, "/a") && answered(mem, s, "/all"));
    cache_bump(s->cache, ELSEWHERE); /* what belongs to no village may be about any */
    assert_true(answered(mem, s, "/a") && !answered(mem, s, "/all"));
    cache_bump(s->cache, NONE);
    assert_false(answered(mem, s, "/a"));
    /* what is large, and what is much */
    kept(mem, s, "/a", HERE, 10);
    size_t before = cache_bytes(s->cache);
    kept(mem, s, "/a", HERE, 10);
    assert_int_equal(cache_bytes(s->cache), before);
    kept(mem, s, "/large", HERE, 512 * KIB + 1);
    assert_true(cache_bytes(s->cache) == before && !answered(mem, s, "/large"));
    kept(mem, s, "/large", HERE, 512 * KIB);
    assert_true(cache_bytes(s->cache) > before + 512 * KIB && answered(mem, s, "/large"));
    for (int i = 0; i < 24; i++) kept(mem, s, arena_printf(mem, "/%d", i), HERE, 512 * KIB);
    assert_in_range(cache_bytes(s->cache), 29 * KIB * KIB, 32 * KIB * KIB);
    cache_clear(s->cache);
}

/* After a second one request makes it anew, and the others have the old one for one second more. */
static void age(void **state)
{
    struct arena *mem = *state;
    struct server *s = arena_new(mem, struct server);
    s->cache = cache_new(mem);
    int64_t made = clock_monotonic_us();
    kept(mem, s, "/a", HERE, 10);
    for (; answered(mem, s, "/a"); usleep(5000)) assert_true(clock_monotonic_us() - made < 20 * 1000000);
    assert_true(clock_monotonic_us() - made >= 1000000);
    bool old = answered(mem, s, "/a");
    assert_true(old || clock_monotonic_us() - made >= 2000000); /* on a machine that stood still for a second */
    for (; answered(mem, s, "/a"); usleep(5000)) assert_true(clock_monotonic_us() - made < 20 * 1000000);
    assert_true(clock_monotonic_us() - made >= 2000000);
    cache_clear(s->cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = { TEST(inputs), TEST(addresses), TEST(memory), TEST(age) };
    return cmocka_run_group_tests_name("bind", tests, NULL, NULL);
}

/* The gate and the small readers of headers, by case tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "http/inside.h"

#include <cmocka.h> /* last: it defines fail() */

static enum gate_state read_whole(struct arena *mem, const char *s, struct gate *g, struct buf *body, size_t *used)
{
    size_t n = strlen(s);
    char *p = arena_strndup(mem, s, n);
    *g = (struct gate){ 0 };
    *body = buf_in(mem, 1000);
    enum gate_state state = gate_head(g, p, n);
    if (state != GATE_DONE) return state;
    state = gate_body(g, body, p + g->head_n, n - g->head_n, used);
    *used += g->head_n;
    return state;
}

#define H "POST /a?b=1 HTTP/1.1\r\nHost: x\r\n"

static void test_framing(void **state)
{
    (void)state;
    static const struct { const char *name, *bytes; enum gate_state want; enum err_code refusal; const char *body; } cases[] = {
        { "no body", H "\r\n", GATE_DONE, ERR_NONE, "" },
        { "half a head", H, GATE_MORE, ERR_NONE, NULL },
        { "length", H "Content-Length: 3\r\n\r\nabcGET", GATE_DONE, ERR_NONE, "abc" },
        { "length, not all there", H "Content-Length: 3\r\n\r\nab", GATE_MORE, ERR_NONE, "ab" },
        { "length over the limit", H "Content-Length: 1001\r\n\r\nab", GATE_BAD, ERR_TOO_LARGE, NULL },
        { "two lengths", H "Content-Length: 3\r\ncontent-length: 3\r\n\r\nabc", GATE_BAD, ERR_MALFORMED, NULL },
        { "chunks", H "Transfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n002;x=\"y\"\r\nde\r\n0\r\nT: 1\r\n\r\nGET", GATE_DONE, ERR_NONE, "abcde" },
        { "chunks without the last", H "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", GATE_MORE, ERR_NONE, "abc" },
        { "chunks over the limit", H "Transfer-Encoding: chunked\r\n\r\n3e9\r\n", GATE_MORE, ERR_NONE, "" },
        { "chunk size too long", H "Transfer-Encoding: chunked\r\n\r\n000000001\r\n", GATE_BAD, ERR_TOO_LARGE, NULL },
        { "chunk without its end", H "Transfer-Encoding: chunked\r\n\r\n1\r\nabc", GATE_BAD, ERR_MALFORMED, NULL },
        { "chunked in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", GATE_BAD, ERR_MALFORMED, NULL },
        { "1.0 without Host", "GET / HTTP/1.0\r\n\r\n", GATE_DONE, ERR_NONE, "" },
        { "1.1 without Host", "GET / HTTP/1.1\r\n\r\n", GATE_BAD, ERR_MALFORMED, NULL },
        { "2.0", "GET / HTTP/2.0\r\nHost: x\r\n\r\n", GATE_BAD, ERR_VERSION, NULL },
        { "only empty lines", "\r\n\r\n\r\n\r\n\r\n\r\n", GATE_BAD, ERR_MALFORMED, NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena mem = { 0 };
        struct gate g;
        struct buf body;
        size_t used = 0;
        enum gate_state got = read_whole(&mem, cases[i].bytes, &g, &body, &used);
        if (got != cases[i].want || g.refusal != cases[i].refusal) fail_msg("%s: %d, %d", cases[i].name, got, g.refusal);
        if (cases[i].body && strcmp(body.p, cases[i].body)) fail_msg("%s: body %s", cases[i].name, body.p);
        if (got == GATE_DONE && strstr(cases[i].bytes, "GET") > cases[i].bytes &&
            strcmp(cases[i].bytes + used, "GET")) fail_msg("%s: ends at %zu", cases[i].name, used);
        arena_clear(&mem);
    }
}

static void test_parts(void **state)
{
    (void)state;
    struct arena mem = { 0 };
    struct gate g;
    struct buf body;
    size_t used = 0;
    assert_int_equal(read_whole(&mem, "\r\nGET http://h/p%20q?x=%31&y HTTP/1.1\r\nHOST:h\r\nX-A: \t v w \t\r\nConnection: Keep-Alive, CLOSE\r\n\r\n",
                                &g, &body, &used), GATE_DONE);
    assert_string_equal(g.method, "GET");
    assert_string_equal(g.path, "/p%20q");
    assert_string_equal(g.query, "x=%31&y");
    assert_string_equal(gate_find(&g, "x-a"), "v w");
    assert_string_equal(gate_find(&g, "host"), "h");
    assert_null(gate_find(&g, "x-b"));
    assert_false(g.keep_alive);
    arena_clear(&mem);
}

static void test_decode(void **state)
{
    (void)state;
    static const struct { const char *in, *out; bool plus; } cases[] = {
        { "abc", "abc", false }, { "a%20b", "a b", false }, { "a+b", "a+b", false }, { "a+b", "a b", true },
        { "%E5%96%84", "善", false }, { "%e5%96", NULL, false }, { "%", NULL, false }, { "%2", NULL, false },
        { "%zz", NULL, false }, { "%00", NULL, false }, { "", "", false }, { "%C0%AF", NULL, false },
    };
    struct arena mem = { 0 };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *got = gate_decode(&mem, cases[i].in, strlen(cases[i].in), cases[i].plus);
        if (!got != !cases[i].out || (got && strcmp(got, cases[i].out))) fail_msg("%s: %s", cases[i].in, got ? got : "NULL");
    }
    arena_clear(&mem);
}

static void test_headers(void **state)
{
    (void)state;
    static const struct { const char *s; int want; } codings[] = {
        { NULL, CODING_NONE }, { "", CODING_NONE }, { "gzip", CODING_GZIP }, { "gzip, deflate, br", CODING_BR },
        { "br;q=0, gzip;q=0.5", CODING_GZIP }, { "gzip;q=0", CODING_NONE }, { "gzip;q=0.000", CODING_NONE },
        { "brx", CODING_NONE }, { "identity", CODING_NONE }, { "BR", CODING_BR },
    };
    for (size_t i = 0; i < sizeof codings / sizeof *codings; i++)
        if (coding_of(codings[i].s) != codings[i].want) fail_msg("Accept-Encoding: %s", codings[i].s);
    static const struct { const char *s; enum lang want; } langs[] = {
        { NULL, LANG_ZH }, { "", LANG_ZH }, { "en", LANG_EN }, { "en-GB,en;q=0.9,zh;q=0.8", LANG_EN },
        { "zh-CN,zh;q=0.9,en;q=0.8", LANG_ZH }, { "en;q=0.1,zh;q=0.9", LANG_ZH }, { "fr", LANG_ZH }, { "*", LANG_ZH },
    };
    for (size_t i = 0; i < sizeof langs / sizeof *langs; i++)
        if (lang_of(langs[i].s) != langs[i].want) fail_msg("Accept-Language: %s", langs[i].s);
    static const struct { const char *s, *tag; bool want; } tags[] = {
        { "\"7\"", "7", true }, { "W/\"7\"", "7", true }, { "\"6\", \"7\"", "7", true }, { "\"7-br\"", "7", true },
        { "\"77\"", "7", false }, { "*", "7", true }, { "7", "7", false }, { "\"7", "7", false }, { "", "7", false },
    };
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (etag_matches(tags[i].s, tags[i].tag) != tags[i].want) fail_msg("If-None-Match: %s", tags[i].s);
}

static void test_cursor(void **state)
{
    (void)state;
    struct arena mem = { 0 };
    struct req r = { .mem = &mem };
    int64_t a, b;
    const char *s;
    const char *c = page_cursor(&r, 7, NONE, "张");
    assert_null(page_after(&r, c, &a, &b, &s));
    assert_int_equal(a, 7);
    assert_true(b == NONE);
    assert_string_equal(s, "张");
    assert_null(page_after(&r, NULL, &a, &b, &s));
    assert_true(a == NONE && b == NONE && !s);
    char *forged = arena_strdup(&mem, c);
    for (size_t i = 0; forged[i]; i++) { /* whichever digit is changed */
        char was = forged[i];
        forged[i] = was == '0' ? '1' : '0';
        const struct err *e = page_after(&r, forged, &a, &b, &s);
        assert_non_null(e);
        assert_int_equal(e->code, ERR_INVALID);
        forged[i] = was;
    }
    arena_clear(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_framing), cmocka_unit_test(test_parts), cmocka_unit_test(test_decode),
        cmocka_unit_test(test_headers), cmocka_unit_test(test_cursor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

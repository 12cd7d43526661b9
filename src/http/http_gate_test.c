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

/* The same, but for one byte after the other. */
static enum gate_state read_bytes(struct arena *mem, const char *s, struct gate *g, struct buf *body, size_t *used)
{
    size_t n = strlen(s), k = 0, one;
    char *p = arena_strndup(mem, s, n);
    enum gate_state state = GATE_MORE;
    *g = (struct gate){ 0 };
    *body = buf_in(mem, 1000);
    while (state == GATE_MORE && k < n) state = gate_head(g, p, ++k);
    if (state != GATE_DONE) return state;
    *used = g->head_n;
    state = gate_body(g, body, "", 0, &one);
    for (; state == GATE_MORE && k < n; k++) {
        state = gate_body(g, body, p + k, 1, &one);
        *used += one;
    }
    return state;
}

#define H "POST /a?b=1 HTTP/1.1\r\nHost: x\r\n"
#define C "Transfer-Encoding: chunked\r\n"

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
        { "four empty lines before", "\r\n\r\n\r\n\r\n" H "\r\n", GATE_DONE, ERR_NONE, "" },
        { "five empty lines before", "\r\n\r\n\r\n\r\n\r\n" H "\r\n", GATE_BAD, ERR_MALFORMED, NULL },
        { "a length of nothing", H "Content-Length: 0\r\n\r\nGET", GATE_DONE, ERR_NONE, "" },
        { "the longest length", H "Content-Length: 1000\r\n\r\nab", GATE_MORE, ERR_NONE, "ab" },
        { "a length of 15 digits", H "Content-Length: 000000000000001\r\n\r\na", GATE_DONE, ERR_NONE, "a" },
        { "a length of 16 digits", H "Content-Length: 0000000000000001\r\n\r\na", GATE_BAD, ERR_MALFORMED, NULL },
        { "a length of letters", H "Content-Length: 1a\r\n\r\na", GATE_BAD, ERR_MALFORMED, NULL },
        { "two codings", H C C "\r\n0\r\n\r\n", GATE_BAD, ERR_MALFORMED, NULL },
        { "a length behind the coding", H C "Content-Length: 3\r\n\r\n0\r\n\r\n", GATE_BAD, ERR_MALFORMED, NULL },
        { "another coding", H "Transfer-Encoding: chunkedx\r\n\r\n0\r\n\r\n", GATE_BAD, ERR_MALFORMED, NULL },
        { "a chunk size of 8 digits", H C "\r\n00000003\r\nabc\r\n0\r\n\r\nGET", GATE_DONE, ERR_NONE, "abc" },
        { "sizes of 5 digits each", H C "\r\n00003\r\nabc\r\n00002\r\nde\r\n00000\r\n\r\n", GATE_DONE, ERR_NONE, "abcde" },
        { "sizes in hex", H C "\r\na\r\n0123456789\r\nF\r\nabcdefghijklmno\r\n9\r\n123456789\r\n0\r\n\r\n", GATE_DONE, ERR_NONE,
          "0123456789abcdefghijklmno123456789" },
        { "more sizes in hex", H C "\r\nA\r\n0123456789\r\nf\r\nabcdefghijklmno\r\n10\r\nABCDEFGHIJKLMNOP\r\n0\r\n\r\n", GATE_DONE, ERR_NONE,
          "0123456789abcdefghijklmnoABCDEFGHIJKLMNOP" },
        { "a size of /", H C "\r\n/\r\n", GATE_BAD, ERR_MALFORMED, NULL },
        { "a size of :", H C "\r\n:\r\n", GATE_BAD, ERR_MALFORMED, NULL },
        { "a size of @", H C "\r\n@\r\n", GATE_BAD, ERR_MALFORMED, NULL },
        { "a size of G", H C "\r\nG\r\n", GATE_BAD, ERR_MALFORMED, NULL },
        { "a size of `", H C "\r\n`\r\n", GATE_BAD, ERR_MALFORMED, NULL },
        { "a size of g", H C "\r\n1g\r\n", GATE_BAD, ERR_MALFORMED, NULL },
        { "no size", H C "\r\n\r\n", GATE_BAD, ERR_MALFORMED, NULL },
        { "no size but an extension", H C "\r\n;a\r\n", GATE_BAD, ERR_MALFORMED, NULL },
        { "no second size", H C "\r\n3\r\nabc\r\n\r\n", GATE_BAD, ERR_MALFORMED, NULL },
        { "a size line without its line feed", H C "\r\n1\rx", GATE_BAD, ERR_MALFORMED, NULL },
        { "a chunk's end without its line feed", H C "\r\n1\r\na\rx", GATE_BAD, ERR_MALFORMED, NULL },
        { "a control in an extension", H C "\r\n1;\x1f\r\na\r\n0\r\n\r\n", GATE_BAD, ERR_MALFORMED, NULL },
        { "a tab, a space, an é in an extension", H C "\r\n1;\t \xc3\xa9\r\na\r\n0\r\n\r\n", GATE_DONE, ERR_NONE, "a" },
        { "an extension without its line feed", H C "\r\n1;a\rx", GATE_BAD, ERR_MALFORMED, NULL },
        { "a control in a trailer", H C "\r\n0\r\nT: \x1f\r\n\r\n", GATE_BAD, ERR_MALFORMED, NULL },
        { "a tab, a space, an é in a trailer", H C "\r\n0\r\nT:\t \xc3\xa9\r\n\r\nGET", GATE_DONE, ERR_NONE, "" },
        { "two trailers", H C "\r\n0\r\nT: 1\r\nU: 2\r\n\r\nGET", GATE_DONE, ERR_NONE, "" },
        { "a trailer without its line feed", H C "\r\n0\r\nT: 1\rx", GATE_BAD, ERR_MALFORMED, NULL },
        { "a trailer that is not over", H C "\r\n0\r\nT: 1\r\n", GATE_MORE, ERR_NONE, "" },
        { "HTTX/1.1", "GET / HTTX/1.1\r\nHost: x\r\n\r\n", GATE_BAD, ERR_MALFORMED, NULL },
        { "HTTP-1.1", "GET / HTTP-1.1\r\nHost: x\r\n\r\n", GATE_BAD, ERR_MALFORMED, NULL },
        { "a chunk's end without its carriage return", H C "\r\n1\r\nax\n", GATE_BAD, ERR_MALFORMED, NULL },
        { "a line feed alone", "\n", GATE_BAD, ERR_MALFORMED, NULL },
        { "a line feed alone in the head", "GET / HTTP/1.1\nHost: x\r\n\r\n", GATE_BAD, ERR_MALFORMED, NULL },
    };
    for (size_t k = 0; k < 2 * (sizeof cases / sizeof *cases); k++) {
        size_t i = k / 2;
        struct arena mem = { 0 };
        struct gate g;
        struct buf body;
        size_t used = 0;
        enum gate_state got = (k & 1 ? read_bytes : read_whole)(&mem, cases[i].bytes, &g, &body, &used);
        if (got != cases[i].want || g.refusal != cases[i].refusal) fail_msg("%s: %d, %d", cases[i].name, got, g.refusal);
        if (got == GATE_BAD && !g.why) fail_msg("%s: no reason", cases[i].name);
        if (cases[i].body && strcmp(body.p, cases[i].body)) fail_msg("%s: body %s", cases[i].name, body.p);
        if (got == GATE_DONE && strstr(cases[i].bytes, "GET") > cases[i].bytes &&
            strcmp(cases[i].bytes + used, "GET")) fail_msg("%s: ends at %zu", cases[i].name, used);
        arena_clear(&mem);
    }
}

/* ---- as much as is allowed, and one more ---- */

static const char *times(struct arena *mem, size_t n, const char *s)
{
    struct buf b = buf_in(mem, 1 << 20);
    while (n--) buf_puts(&b, s);
    return b.p;
}

static void test_bounds(void **state)
{
    (void)state;
    struct arena mem = { 0 };
    static const char end[] = " HTTP/1.1\r\nHost: x\r\n";
    size_t around = strlen("GET /") + strlen(end) + strlen("X: \r\n\r\n");
    const struct { const char *bytes; enum gate_state want; enum err_code refusal; } cases[] = {
        { arena_printf(&mem, "%s /%s\r\n", times(&mem, 24, "M"), end), GATE_DONE, ERR_NONE },
        { arena_printf(&mem, "%s /%s\r\n", times(&mem, 25, "M"), end), GATE_BAD, ERR_MALFORMED },
        { arena_printf(&mem, "GET /%s%s\r\n", times(&mem, 8191, "a"), end), GATE_DONE, ERR_NONE },
        { arena_printf(&mem, "GET /%s%s\r\n", times(&mem, 8192, "a"), end), GATE_BAD, ERR_URI_TOO_LONG },
        { arena_printf(&mem, "GET /%s%s\r\n", end, times(&mem, 63, "X: 1\r\n")), GATE_DONE, ERR_NONE },
        { arena_printf(&mem, "GET /%s%s\r\n", end, times(&mem, 64, "X: 1\r\n")), GATE_BAD, ERR_HEADERS_TOO_LARGE },
        { arena_printf(&mem, "GET /%sX: %s\r\n\r\n", end, times(&mem, 16 * 1024 - around, "a")), GATE_DONE, ERR_NONE },
        { arena_printf(&mem, "GET /%sX: %s\r\n\r\n", end, times(&mem, 16 * 1024 - around + 1, "a")), GATE_BAD, ERR_HEADERS_TOO_LARGE },
        { arena_printf(&mem, H C "\r\n3e8\r\n%s\r\n0\r\n\r\n", times(&mem, 1000, "a")), GATE_DONE, ERR_NONE },
        { arena_printf(&mem, H C "\r\n3e9\r\n%s\r\n0\r\n\r\n", times(&mem, 1001, "a")), GATE_BAD, ERR_TOO_LARGE },
        { arena_printf(&mem, H C "\r\n0;%s\r\n\r\n", times(&mem, 4095, "a")), GATE_BAD, ERR_MALFORMED }, /* the trailer's CR is one more */
        { arena_printf(&mem, H C "\r\n1;%s\r\na", times(&mem, 4095, "a")), GATE_MORE, ERR_NONE },
        { arena_printf(&mem, H C "\r\n1;%s\r\na", times(&mem, 4096, "a")), GATE_BAD, ERR_MALFORMED },
        { arena_printf(&mem, H C "\r\n0\r\n%s\r\n\r\n", times(&mem, 4094, "a")), GATE_DONE, ERR_NONE },
        { arena_printf(&mem, H C "\r\n0\r\n%s\r\n\r\n", times(&mem, 4095, "a")), GATE_BAD, ERR_MALFORMED },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gate g;
        struct buf body;
        size_t used = 0;
        enum gate_state got = read_whole(&mem, cases[i].bytes, &g, &body, &used);
        if (got != cases[i].want || g.refusal != cases[i].refusal) fail_msg("%zu: %d, %d", i, got, g.refusal);
    }
    arena_clear(&mem);
}

/* Every byte in a method, a target, a header's name, its value and a Host: which are let through. */
static void test_bytes(void **state)
{
    (void)state;
    static const char token[] = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    for (int c = 1; c < 256; c++) {
        bool in_token = strchr(token, c) != NULL;
        const struct { const char *form; bool ok; } cases[] = {
            { "G%cT / HTTP/1.1\r\nHost: x\r\n\r\n", in_token },
            { "GET /a%cb HTTP/1.1\r\nHost: x\r\n\r\n", c > ' ' && c < 0x7f && c != '#' },
            { "GET / HTTP/1.1\r\nHost: x\r\nX%cA: 1\r\n\r\n", in_token || c == ':' },
            { "GET / HTTP/1.1\r\nHost: x\r\nX: a%cb\r\n\r\n", c == '\t' || (c >= ' ' && c != 0x7f) },
            { "GET / HTTP/1.1\r\nHost: a%cb\r\n\r\n", in_token || strchr(":[]", c) },
        };
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            struct arena mem = { 0 };
            struct gate g;
            struct buf body;
            size_t used = 0;
            enum gate_state got = read_whole(&mem, arena_printf(&mem, cases[i].form, c), &g, &body, &used);
            if ((got == GATE_DONE) != cases[i].ok) fail_msg("%d in the place %zu: %d", c, i, got);
            if (i == 2 && in_token && got == GATE_DONE) {
                char name[] = { 'x', (char)(c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c), 'a', 0 };
                assert_string_equal(g.headers[1].name, name);
            }
            arena_clear(&mem);
        }
    }
}

static void test_parts(void **state)
{
    (void)state;
    static const struct { const char *bytes, *method, *path, *query; bool keep, waits; int headers; } cases[] = {
        { "\r\nGET http://h/p%20q?x=%31&y HTTP/1.1\r\nHOST:h\r\nX-A: \t v w \t\r\nConnection: Keep-Alive, CLOSE\r\n\r\n",
          "GET", "/p%20q", "x=%31&y", false, false, 3 },
        { "GET HTTPS://h:1/ HTTP/1.1\r\nHost: h\r\nConnection: closed\r\n\r\n", "GET", "/", NULL, true, false, 2 },
        { "PUT /? HTTP/1.1\r\nHost: h\r\nConnection: xclose\r\nExpect: 100-Continue\r\n\r\n", "PUT", "/", "", true, true, 3 },
        { "PUT /?a?b HTTP/1.0\r\nExpect: 100-continue\r\n\r\n", "PUT", "/", "a?b", false, false, 1 },
        { "PUT / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "PUT", "/", NULL, false, false, 1 },
        { "PUT / HTTP/1.1\r\nHost: h\r\nConnection: a,\tclose\r\nExpect: 200-ok\r\n\r\n", "PUT", "/", NULL, false, false, 3 },
        { "OPTIONS * HTTP/1.1\r\nHost: [::1]:80\r\nConnection: close \r\n\r\n", "OPTIONS", "*", NULL, false, false, 2 },
    };
    static const char *const bad[] = { "http://h", "https://h", "https:/h/x", "ftp://h/x", "**", "a/b", "http:///", "/a#b" };
    struct arena mem = { 0 };
    struct gate g;
    struct buf body;
    size_t used = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(read_whole(&mem, cases[i].bytes, &g, &body, &used), GATE_DONE);
        assert_string_equal(g.method, cases[i].method);
        assert_string_equal(g.path, cases[i].path);
        if (!cases[i].query) assert_null(g.query);
        else assert_string_equal(g.query, cases[i].query);
        if (g.keep_alive != cases[i].keep || g.expect_continue != cases[i].waits || g.headers_n != cases[i].headers)
            fail_msg("%s: %d, %d, %d", cases[i].bytes, g.keep_alive, g.expect_continue, g.headers_n);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        enum gate_state got = read_whole(&mem, arena_printf(&mem, "GET %s HTTP/1.1\r\nHost: h\r\n\r\n", bad[i]), &g, &body, &used);
        if (got != GATE_BAD || g.refusal != ERR_MALFORMED) fail_msg("%s", bad[i]);
    }
    read_whole(&mem, "GET / HTTP/1.1\r\nHOST:h\r\nX-A: \t v w \t\r\nX-A: 2\r\nx-a:\r\n\r\n", &g, &body, &used);
    assert_string_equal(gate_find(&g, "x-a"), "v w");
    assert_string_equal(gate_find(&g, "host"), "h");
    assert_null(gate_find(&g, "x-b"));
    int at = g.headers_n;
    assert_string_equal(gate_find_before(&g, "x-a", &at), "");
    assert_int_equal(at, 3);
    assert_string_equal(gate_find_before(&g, "x-a", &at), "2");
    assert_string_equal(gate_find_before(&g, "host", &at), "h");
    assert_int_equal(at, 0);
    assert_null(gate_find_before(&g, "host", &at));
    arena_clear(&mem);
}

static void test_decode(void **state)
{
    (void)state;
    static const struct { const char *in, *out; bool plus; } cases[] = {
        { "abc", "abc", false }, { "a%20b", "a b", false }, { "a+b", "a+b", false }, { "a+b", "a b", true },
        { "%E5%96%84", "善", false }, { "%e5%96", NULL, false }, { "%", NULL, false }, { "%2", NULL, false },
        { "%zz", NULL, false }, { "%1z", NULL, false }, { "%z1", NULL, false }, { "%01%7F%10", "\001\177\020", false },
        { "a%", NULL, false }, { "a%41", "aA", false }, { "%+1", NULL, true }, { "%2B", "+", true }, { "%4a%4A%4f%4F%49%40", "JJOOI@", false }, { "%00", NULL, false }, { "", "", false }, { "%C0%AF", NULL, false },
    };
    struct arena mem = { 0 };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *got = gate_decode(&mem, cases[i].in, strlen(cases[i].in), cases[i].plus);
        if (!got != !cases[i].out || (got && strcmp(got, cases[i].out))) fail_msg("%s: %s", cases[i].in, got ? got : "NULL");
    }
    assert_null(gate_decode(&mem, "%41", 2, false)); /* what stands behind the end is nobody's */
    arena_clear(&mem);
}

static void test_headers(void **state)
{
    (void)state;
    static const struct { const char *s; int want; } codings[] = {
        { NULL, CODING_NONE }, { "", CODING_NONE }, { "gzip", CODING_GZIP }, { "gzip, deflate, br", CODING_BR },
        { "br;q=0, gzip;q=0.5", CODING_GZIP }, { "gzip;q=0", CODING_NONE }, { "gzip;q=0.000", CODING_NONE },
        { "br, gzip", CODING_BR }, { "br;q=0.1", CODING_BR }, { "gzip;q=0.01, br;q=0.0", CODING_GZIP }, { "gzip;q=0 , br", CODING_BR },
        { " gzip\t;q=1", CODING_GZIP }, { "br;q=0", CODING_NONE }, { "gzipx", CODING_NONE }, { "gzi", CODING_NONE }, { "xr", CODING_NONE },
        { "brx", CODING_NONE }, { "gzip;q=", CODING_GZIP }, { "identity", CODING_NONE }, { "BR", CODING_BR },
    };
    for (size_t i = 0; i < sizeof codings / sizeof *codings; i++)
        if (coding_of(codings[i].s) != codings[i].want) fail_msg("Accept-Encoding: %s", codings[i].s);
    static const struct { const char *s; enum lang want; } langs[] = {
        { NULL, LANG_ZH }, { "", LANG_ZH }, { "en", LANG_EN }, { "en-GB,en;q=0.9,zh;q=0.8", LANG_EN },
        { "zh-CN,zh;q=0.9,en;q=0.8", LANG_ZH }, { "en;q=0.1,zh;q=0.9", LANG_ZH }, { "fr", LANG_ZH }, { "*", LANG_ZH },
        { "zh;q=1, en", LANG_ZH }, { "en, zh;q=1", LANG_ZH }, { "en;q=0.5, zh;q=0.5", LANG_ZH }, { "en;q=0.6, zh;q=0.5", LANG_EN },
        { "en;q=0.9, *", LANG_ZH }, { "en, *;q=0.5", LANG_EN }, { "*;q=0.5, en;q=0.5", LANG_ZH }, { "EN", LANG_EN }, { " \t, en", LANG_EN },
        { "en;q=0", LANG_ZH }, { "en, en;q=0.1, zh;q=0.5", LANG_EN }, { "zh, zh;q=0.1, en;q=0.5", LANG_ZH }, { "zh;q=0.2, en;q=0.3, zh", LANG_ZH },
        { "*, *;q=0.1, en;q=0.5", LANG_ZH },
    };
    for (size_t i = 0; i < sizeof langs / sizeof *langs; i++)
        if (lang_of(langs[i].s) != langs[i].want) fail_msg("Accept-Language: %s", langs[i].s);
    static const struct { const char *s, *tag; bool want; } tags[] = {
        { "\"7\"", "7", true }, { "W/\"7\"", "7", true }, { "\"6\", \"7\"", "7", true }, { "\"7-br\"", "7", true },
        { "\"77\"", "7", false }, { "*", "7", true }, { "7", "7", false }, { "\"7", "7", false }, { "", "7", false },
        { "\"7-gz\"", "7", true }, { "\"7-xx\"", "7", false }, { "\"7-gx\"", "7", false }, { "\"7-bx\"", "7", false }, { "\"-br\"", "", false }, { "\"8\" , \"7\"", "7", true }, { "X/\"7\"", "7", false },
        { "W\"7\"", "7", false }, { "\"8\", *", "7", true }, { "\"8\", 7", "7", false }, { "\"8\"", "7", false }, { "\"\"", "", true },
    };
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (etag_matches(tags[i].s, tags[i].tag) != tags[i].want) fail_msg("If-None-Match: %s", tags[i].s);
    struct arena mem = { 0 };
    static const struct { const char *s, *key; } keys[] = {
        { "\"a\"", "a" }, { "\"\"", NULL }, { "a", NULL }, { "\"a", NULL }, { "a\"", NULL }, { "\"a\"b\"", NULL }, { "\"a\\b\"", NULL },
        { "\"!~ \"", "!~ " }, { "\"a\tb\"", NULL }, { "\"a\x7f\"", NULL }, { "\"\xc3\xa9\"", NULL }, { "\"", NULL }, { "xab\"", NULL },
    };
    const char *key = NULL;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (idem_key_of(keys[i].s, &mem, &key) != !!keys[i].key || (keys[i].key && strcmp(key, keys[i].key))) fail_msg("Idempotency-Key: %s", keys[i].s);
    assert_true(idem_key_of(arena_printf(&mem, "\"%s\"", times(&mem, 128, "a")), &mem, &key));
    assert_int_equal(strlen(key), 128);
    assert_false(idem_key_of(arena_printf(&mem, "\"%s\"", times(&mem, 129, "a")), &mem, &key));
    arena_clear(&mem);
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
    /* without a text; too short; half a byte more; of another address; and a text where none is asked for */
    const char *plain = page_cursor(&r, -1, INT64_MAX, NULL);
    assert_int_equal(strlen(plain), 48);
    assert_null(page_after(&r, plain, &a, &b, &s));
    assert_true(a == -1 && b == INT64_MAX && !s);
    assert_null(page_after(&r, plain, &a, &b, NULL));
    assert_non_null(page_after(&r, arena_strndup(&mem, plain, 46), &a, &b, &s));
    assert_true(a == NONE && b == NONE && !s);
    assert_non_null(page_after(&r, arena_printf(&mem, "%s0", plain), &a, &b, &s));
    assert_non_null(page_after(&r, "", &a, &b, &s));
    struct exchange x = { .gate.path = "/elsewhere" };
    r.http = &x;
    assert_non_null(page_after(&r, plain, &a, &b, &s));
    assert_string_not_equal(page_cursor(&r, -1, INT64_MAX, NULL), plain);
    arena_clear(&mem);
}

/* One row more than wanted shows that there are more. */
static void test_page(void **state)
{
    (void)state;
    static const struct { int64_t limit; size_t rows, kept; bool more; } cases[] = {
        { NONE, 51, 50, true }, { NONE, 50, 50, false }, { NONE, 0, 0, false }, { 1, 2, 1, true }, { 1, 1, 1, false }, { 200, 201, 200, true },
    };
    assert_int_equal(page_limit(NONE), 51);
    assert_int_equal(page_limit(200), 201);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct page p = { .rows.n = cases[i].rows };
        assert_int_equal(page_cut(&p, cases[i].limit), cases[i].more);
        assert_int_equal(p.rows.n, cases[i].kept);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_framing), cmocka_unit_test(test_bounds), cmocka_unit_test(test_bytes), cmocka_unit_test(test_parts), cmocka_unit_test(test_decode),
        cmocka_unit_test(test_headers), cmocka_unit_test(test_cursor), cmocka_unit_test(test_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

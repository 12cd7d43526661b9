/* Fuzz target: what a stranger's bytes go through before any handler: the gate (head, body framing,
 * once whole and once in pieces), the route, and the binder with every kind of field. Bytes after the
 * first are the request; the first says where the pieces are cut. */
#include <stdlib.h>
#include <string.h>

#include "http/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct sub { int64_t n; const char *name; };
static const struct field sub_fields[] = {
    F(sub, n, K_INT, 0, -5, 5, "n"), F(sub, name, K_TEXT, OPT, 0, 10, "name"), { 0 }
};
static RECORD(sub);
static const char *const colours[] = { "red", "green", NULL };
struct every {
    int64_t village, id, version, number, points, date, instant, yes, after_n, limit;
    const char *q, *text, *colour, *after;
    struct list subs, texts, ids;
    struct sub *sub;
};
static const struct field every_fields[] = {
    F(every, village, K_REGION, IN_PATH, 0, 0, "village"), F(every, id, K_ID, IN_PATH, 0, 0, "id"),
    F(every, q, K_TEXT, IN_QUERY | OPT, 1, 20, "q"), F(every, limit, K_INT, IN_QUERY | OPT, 1, 200, "limit"),
    F(every, version, K_INT, IN_MATCH, 0, 0, "version"), F(every, number, K_INT, 0, 0, 100, "number"),
    F(every, points, K_POINTS, OPT, 0, 1000, "points"), F(every, date, K_DATE, OPT, 0, 0, "date"),
    F(every, instant, K_INSTANT, OPT, 0, 0, "instant"), F(every, yes, K_BOOL, OPT, 0, 0, "yes"),
    F(every, text, K_TEXT, 0, 1, 50, "text"), F_ENUM(every, colour, OPT, colours, "colour"),
    F_SUB(every, sub, K_OBJECT, OPT, 0, 0, sub_record, "sub"), F_SUB(every, subs, K_LIST, OPT, 0, 3, sub_record, "subs"),
    F(every, texts, K_TEXTS, OPT, 0, 3, "texts"), F(every, ids, K_IDS, OPT, 0, 3, "ids"), { 0 }
};
static RECORD(every);

static const struct err *never(struct req *r)
{
    (void)r;
    return NULL;
}
static const struct route fuzz_routes[] = {
    { "PATCH", "/villages/{village}/things/{id}", PERM_PUBLIC, TX_WRITE, &every_record, NULL, never, NULL, 0, NULL, NULL, "Fuzz." },
    { "GET", "/things", PERM_PUBLIC, TX_READ, NULL, NULL, never, NULL, 0, NULL, NULL, "Fuzz." },
    { 0 }
};
static const struct slice fuzz_slice = { .name = "fuzz", .routes = fuzz_routes };
static const struct slice *const fuzz_slices[] = { &fuzz_slice, NULL };

/* The head read in steps must give what it gives at once. */
static enum gate_state head_in_steps(struct gate *g, char *p, size_t n, size_t step)
{
    enum gate_state s = GATE_MORE;
    for (size_t have = 0; s == GATE_MORE && have < n;) {
        have = n - have < step ? n : have + step;
        s = gate_head(g, p, have);
    }
    return s;
}

static void bind(struct exchange *x, const struct routes *routes)
{
    const char *path = x->gate.path;
    if (strncmp(path, "/api/v1", 7)) return;
    x->node = routes_find(routes, x->mem, path + 7, x->params);
    int m = method_index(x->gate.method);
    x->at = x->node && m >= 0 ? x->node->methods[m] : NULL;
    if (!x->at) return;
    struct every in = { 0 };
    bool bad_path;
    const struct err *e = bind_input(x, &in, &bad_path);
    if (!e && x->at->route->in && (in.number < 0 || in.number > 100 || !in.text)) BUG("bound what is out of bounds");
    if (e) reply_err(x, e);
    else reply_code(x, ERR_NOT_FOUND);
    struct buf head = buf_in(x->mem, 64 * 1024);
    reply_head(x, &head, "Sat, 21 Nov 2026 00:00:00 GMT");
    /* whatever came in, no line of the head is anyone's but ours */
    for (const char *p = head.p; (p = strchr(p, '\n')); p++)
        if (p[-1] != '\r') BUG("a bare line feed in the head");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena forever;
    static const struct routes *routes;
    if (!routes) routes = routes_build(&forever, fuzz_slices);
    if (size < 2) return 0;
    struct arena mem = { 0 };
    size_t n = size - 1, step = (size_t)(data[0] % 64) + 1, used = 0;
    char *whole = arena_copy(&mem, data + 1, n), *pieces = arena_copy(&mem, data + 1, n);
    struct exchange *x = arena_new(&mem, struct exchange), *y = arena_new(&mem, struct exchange);
    x->mem = &mem;
    x->headers_end = &x->headers;
    x->body = buf_in(&mem, 64 * 1024);
    y->body = buf_in(&mem, 64 * 1024);
    enum gate_state a = gate_head(&x->gate, whole, n), b = head_in_steps(&y->gate, pieces, n, step);
    if (a != b || x->gate.head_n != y->gate.head_n) BUG("pieces make a difference");
    if (a == GATE_DONE) {
        size_t rest = n - x->gate.head_n, at = 0;
        a = gate_body(&x->gate, &x->body, whole + x->gate.head_n, rest, &used);
        b = GATE_MORE;
        do {
            size_t now = rest - at < step ? rest - at : step, took = 0;
            b = gate_body(&y->gate, &y->body, pieces + y->gate.head_n + at, now, &took);
            at += took;
        } while (b == GATE_MORE && at < rest);
        if (a != b && !(a == GATE_BAD || b == GATE_BAD)) BUG("pieces of the body make a difference");
        if (a == GATE_DONE && (used != at || x->body.n != y->body.n)) BUG("the body ends elsewhere");
        if (a == GATE_DONE) bind(x, routes);
    }
    lang_of(x->gate.headers_n ? x->gate.headers[0].value : "");
    coding_of(x->gate.headers_n ? x->gate.headers[0].value : "");
    arena_clear(&mem);
    return 0;
}

/* The route tables, checked and turned into a tree once: a request costs one walk over its path. */
#include "http/inside.h"

#include <string.h>

const char *const method_names[METHODS] = { "GET", "POST", "PUT", "PATCH", "DELETE" };

int method_index(const char *method)
{
    for (int i = 0; i < METHODS; i++)
        if (!strcmp(method, method_names[i])) return i;
    return -1;
}

static const struct field *find_field(const struct record *rec, const char *name, size_t n)
{
    for (const struct field *f = rec ? rec->fields : NULL; f && f->kind; f++)
        if (strlen(f->name) == n && !memcmp(f->name, name, n)) return f;
    return NULL;
}

static bool one_of(enum kind k)
{
    return k != K_OBJECT && k != K_LIST && k != K_BYTES && k != K_JSON;
}

/* Sorts the input fields by where they come from. */
static void sort_fields(struct endpoint *e)
{
    const struct route *r = e->route;
    int queries = 0;
    for (const struct field *f = r->in ? r->in->fields : NULL; f && f->kind; f++) {
        bool query =
            (f->flags & IN_QUERY) || (!(f->flags & (IN_PATH | IN_RAW | IN_MATCH)) &&
                                      (!strcmp(r->method, "GET") || !strcmp(r->method, "DELETE")));
        if (f->flags & IN_PATH) {
            continue; /* found by the path's {name} */
        } else if (f->flags & IN_RAW) {
            if (f->kind != K_BYTES || !(r->flags & ROUTE_RAW))
                BUG("%s %s: IN_RAW wants K_BYTES and ROUTE_RAW", r->method, r->path);
            e->raw = f;
        } else if (f->flags & IN_MATCH) {
            e->match = f;
        } else if (query) {
            if (!one_of(f->kind))
                BUG("%s %s: %s cannot be in a query", r->method, r->path, f->name);
            if (queries == FIELDS_MAX - 1) BUG("%s %s: too many fields", r->method, r->path);
            e->query[queries++] = f;
        } else {
            e->body = true;
        }
    }
}

static void check(const struct route *r)
{
    if (method_index(r->method) < 0) BUG("%s %s: unknown method", r->method, r->path);
    if (r->path[0] != '/') BUG("%s %s: a path starts with /", r->method, r->path);
    if (r->allow == PERM_UNSET) BUG("%s %s: no permission declared", r->method, r->path);
    if (r->tx == TX_UNSET) BUG("%s %s: no transaction mode", r->method, r->path);
    if (!r->summary || !*r->summary) BUG("%s %s: no summary", r->method, r->path);
    if (!r->run) BUG("%s %s: no handler", r->method, r->path);
    if (!strcmp(r->method, "GET") && r->tx == TX_WRITE)
        BUG("GET %s: a GET does not write", r->path);
    if ((r->flags & ROUTE_RAW) && !r->accepts) BUG("%s %s: no media type", r->method, r->path);
    if ((r->flags & ROUTE_FILE) && !r->produces) BUG("%s %s: produces what?", r->method, r->path);
    if ((r->flags & ROUTE_PAGE) && !r->out) BUG("%s %s: a page of what?", r->method, r->path);
    if ((r->flags & ROUTE_CACHE) && (r->allow != PERM_PUBLIC || strcmp(r->method, "GET")))
        BUG("%s %s: only a public GET may be cached", r->method, r->path);
}

static struct endpoint *endpoint_new(struct arena *mem, const struct slice *slice,
                                     const struct route *r)
{
    check(r);
    struct endpoint *e = arena_new(mem, struct endpoint);
    *e = (struct endpoint){ .route = r, .slice = slice };
    e->write = strcmp(r->method, "GET") != 0;
    e->post = !strcmp(r->method, "POST");
    e->idem = e->post && r->tx == TX_WRITE && !(r->flags & ROUTE_NO_IDEM);
    sort_fields(e);
    if (e->body && e->raw) BUG("%s %s: a raw body beside fields", r->method, r->path);
    e->type = e->raw ? r->accepts : e->body ? "application/json" : NULL;
    if (!(r->flags & (ROUTE_PAGE | ROUTE_FILE | ROUTE_STREAM)))
        for (const struct field *f = r->out ? r->out->fields : NULL; f && f->kind; f++)
            if (f->flags & OUT_ETAG) e->etag = f;
    return e;
}

static struct node *step(struct arena *mem, struct node *at, const char *s, size_t n)
{
    struct node **list = *s == '{' ? &at->param : &at->child;
    for (; *list; list = &(*list)->sibling)
        if (*s == '{' || (strlen((*list)->literal) == n && !memcmp((*list)->literal, s, n)))
            return *list;
    *list = arena_new(mem, struct node);
    (*list)->literal = arena_strndup(mem, s, n);
    return *list;
}

static void add(struct arena *mem, struct routes *t, struct endpoint *e)
{
    const struct route *r = e->route;
    struct node *at = &t->root;
    for (const char *p = r->path; *p == '/';) {
        size_t n = strcspn(++p, "/");
        at = step(mem, at, p, n);
        if (*p == '{') {
            if (p[n - 1] != '}') BUG("%s %s: a {name} fills its segment", r->method, r->path);
            const struct field *f = find_field(r->in, p + 1, n - 2);
            if (!f || !(f->flags & IN_PATH) || !one_of(f->kind))
                BUG("%s %s: no IN_PATH field for %.*s", r->method, r->path, (int)n, p);
            if (e->params_n == PARAMS_MAX) BUG("%s %s: too many {…}", r->method, r->path);
            e->params[e->params_n++] = f;
            if (f->kind == K_REGION && !e->village) e->village = f;
        }
        p += n;
    }
    for (const struct field *f = r->in ? r->in->fields : NULL; f && f->kind; f++)
        if ((f->flags & IN_PATH) && !strstr(r->path, arena_printf(mem, "{%s}", f->name)))
            BUG("%s %s: %s is not in the path", r->method, r->path, f->name);
    int m = method_index(r->method);
    if (at->methods[m]) BUG("%s %s: declared twice", r->method, r->path);
    at->methods[m] = e;
}

static void allow(struct arena *mem, struct node *n)
{
    for (; n; n = n->sibling) {
        struct buf b = buf_in(mem, 200);
        for (int m = 0; m < METHODS; m++)
            if (n->methods[m]) buf_printf(&b, "%s%s, ", method_names[m], m ? "" : ", HEAD");
        buf_puts(&b, "OPTIONS");
        n->allow = b.p;
        allow(mem, n->child);
        allow(mem, n->param);
    }
}

struct routes *routes_build(struct arena *mem, const struct slice *const *slices)
{
    struct routes *t = arena_new(mem, struct routes);
    for (const struct slice *const *s = slices; *s; s++)
        for (const struct route *r = (*s)->routes; r && r->path; r++) t->n++;
    t->all = arena_array(mem, struct endpoint *, (size_t)t->n + 1);
    int i = 0;
    for (const struct slice *const *s = slices; *s; s++)
        for (const struct route *r = (*s)->routes; r && r->path; r++) {
            struct endpoint *e = endpoint_new(mem, *s, r);
            e->index = i;
            add(mem, t, e);
            t->all[i++] = e;
        }
    allow(mem, &t->root);
    return t;
}

static bool served(const struct node *n)
{
    for (int m = 0; m < METHODS; m++)
        if (n->methods[m]) return true;
    return false;
}

const struct node *routes_find(const struct routes *t, struct arena *mem, const char *path,
                               const char *params[PARAMS_MAX])
{
    const struct node *at = &t->root;
    int n = 0;
    for (const char *p = path; *p == '/';) {
        size_t len = strcspn(++p, "/");
        const struct node *next = at->child;
        while (next && (strlen(next->literal) != len || memcmp(next->literal, p, len)))
            next = next->sibling;
        if (!next && at->param && len) {
            next = at->param;
            params[n] = gate_decode(mem, p, len, false);
            if (!params[n++]) return NULL;
        }
        if (!next) return NULL;
        at = next;
        p += len;
    }
    return served(at) ? at : NULL;
}

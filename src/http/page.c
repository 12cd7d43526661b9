/* Pages of lists. A cursor names the last row seen; it is opaque, works on every server, and is
 * bound to its address by a check value, so that a typed or transplanted one is an error instead of
 * a wrong page. It grants nothing: each page is checked like the first. */
#include <string.h>

#include "http/inside.h"
#include "kernel/text.h"

enum { CURSOR_BYTES = 8 + 8 + 8 };

static uint64_t check_of(const struct req *r, const unsigned char *p, size_t n)
{
    const char *path = http_path(r);
    return hash64(p, n, hash64(path, strlen(path), 0x63757273));
}

const char *page_cursor(struct req *r, int64_t a, int64_t b, const char *s)
{
    size_t text = s ? strlen(s) + 1 : 0, n = CURSOR_BYTES + text;
    unsigned char *p = arena_alloc(r->mem, n);
    memcpy(p + 8, &a, 8);
    memcpy(p + 16, &b, 8);
    if (s) memcpy(p + 24, s, text);
    uint64_t check = check_of(r, p + 8, n - 8);
    memcpy(p, &check, 8);
    return hex_encode(r->mem, p, n);
}

const struct err *page_after(struct req *r, const char *after, int64_t *a, int64_t *b,
                             const char **s)
{
    *a = *b = NONE;
    if (s) *s = NULL;
    if (!after) return NULL;
    size_t n = strlen(after) / 2;
    unsigned char *p = arena_alloc(r->mem, n + 1);
    uint64_t check;
    bool ok = n >= CURSOR_BYTES && strlen(after) == 2 * n && hex_decode(after, p, n);
    if (ok) {
        memcpy(&check, p, 8);
        ok = check == check_of(r, p + 8, n - 8);
    }
    if (!ok)
        return fail_say(r, ERR_INVALID, "after", "翻页位置无效，请从第一页重新开始。",
                        "This is not a cursor of this list; start again from the first page.");
    memcpy(a, p + 8, 8);
    memcpy(b, p + 16, 8);
    if (s && n > CURSOR_BYTES) *s = (const char *)p + 24;
    return NULL;
}

int64_t page_limit(int64_t limit)
{
    return (limit == NONE ? LIMIT_PAGE_DEFAULT : limit) + 1;
}

bool page_cut(struct page *p, int64_t limit)
{
    size_t wanted = (size_t)page_limit(limit) - 1;
    if (p->rows.n <= wanted) return false;
    p->rows.n = wanted;
    return true;
}

/* Raising errors from a unit of work, and what it remembers. */
#include "store/req.h"

#include <stddef.h>

struct err *fail(struct req *r, enum err_code code, const char *field)
{
    return err_new(r->mem, code, field);
}

struct err *fail_say(struct req *r, enum err_code code, const char *field, const char *zh,
                     const char *en)
{
    return err_say(r->mem, code, field, zh, en);
}

const void *req_recall(const struct req *r, const void *what, int64_t a, int64_t b)
{
    for (unsigned i = 0; i < REQ_REMEMBERS; i++) {
        const struct remembered *m = &r->remembered[i];
        if (m->what == what && m->a == a && m->b == b) return m->value;
    }
    return NULL;
}

void req_remember(struct req *r, const void *what, int64_t a, int64_t b, const void *value)
{
    r->remembered[r->remembered_n++ % REQ_REMEMBERS] = (struct remembered){ what, a, b, value };
}

void req_forget(struct req *r, const void *what)
{
    for (unsigned i = 0; i < REQ_REMEMBERS; i++)
        if (!what || r->remembered[i].what == what) r->remembered[i].what = NULL;
}

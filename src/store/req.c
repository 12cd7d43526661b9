/* Raising errors from a unit of work. */
#include "store/req.h"

struct err *fail(struct req *r, enum err_code code, const char *field)
{
    return err_new(r->mem, code, field);
}

struct err *fail_say(struct req *r, enum err_code code, const char *field, const char *zh,
                     const char *en)
{
    return err_say(r->mem, code, field, zh, en);
}

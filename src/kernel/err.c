/* Errors: the registry and its constructors. */
#include "kernel/err.h"

#include <stdio.h>
#include <stdlib.h>

#include "kernel/log.h"

static const struct err_info infos[ERR_COUNT] = {
    [ERR_NONE] = { "NONE", 200, "none", "", "" },
#define ERR(id, status, code, zh, en) [ERR_##id] = { #id, status, code, zh, en },
#include "kernel/errors.def"
#undef ERR
};

const struct err_info *err_info(enum err_code code)
{
    return &infos[code];
}

struct err *err_new(struct arena *mem, enum err_code code, const char *field)
{
    return err_say(mem, code, field, NULL, NULL);
}

struct err *err_say(struct arena *mem, enum err_code code, const char *field, const char *zh,
                    const char *en)
{
    struct err *e = arena_new(mem, struct err);
    *e = (struct err){ .code = code, .field = field, .zh = zh, .en = en };
    return e;
}

void err_finding(struct arena *mem, struct err *e, const char *field, const char *zh,
                 const char *en)
{
    struct finding *f = arena_new(mem, struct finding);
    *f = (struct finding){ .field = field, .zh = zh, .en = en };
    if (e->last)
        e->last->next = f;
    else
        e->findings = f;
    e->last = f;
}

const char *err_text(const struct err *e, enum lang lang)
{
    const struct err_info *info = err_info(e->code);
    if (lang == LANG_EN) return e->en ? e->en : info->en;
    return e->zh ? e->zh : info->zh;
}

void bug_at(const char *file, int line, const char *fmt, ...)
{
    char msg[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(msg, sizeof msg, fmt, ap);
    va_end(ap);
    log_error("bug", msg, LS("file", file), LI("line", line));
    abort();
}

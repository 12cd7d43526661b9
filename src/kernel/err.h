/* Errors: a function that can fail returns `const struct err *`; NULL is fine. The registry in
 * errors.def gives each code its HTTP status, stable problem type, and Chinese and English text.
 *
 *     TRY(claim_load(r, in->claim, &c));
 *     if (c->decided) return fail(r, ERR_CLAIM_CLOSED, "claim");
 *
 * Errors live in the arena of whoever raised them.
 */
#ifndef KERNEL_ERR_H
#define KERNEL_ERR_H
#include <stddef.h>
#include "kernel/arena.h"

enum lang { LANG_ZH, LANG_EN };

enum err_code {
    ERR_NONE,
#define ERR(id, status, code, zh, en) ERR_##id,
#include "kernel/errors.def"
#undef ERR
    ERR_COUNT
};

/* One finding about one place in the input; `field` is a JSON pointer without the leading slash
 * ("name", "items/3/points"), or a row and column for tables ("12/身份证号"). */
struct finding {
    const char *field;
    const char *zh, *en;
    struct finding *next;
};

struct err {
    enum err_code code;
    const char *field;         /* the input at fault, or NULL */
    const char *zh, *en;       /* what happened here and what to do; NULL: the registry's text */
    struct finding *findings;  /* every invalid field, in input order */
    struct finding *last;      /* the newest of them */
    const char *cause;         /* for the log only (SQL text, errno): never sent to a client */
    int retry_after_s;         /* > 0: Retry-After */
};

struct err_info { const char *name; int status; const char *code, *zh, *en; };
const struct err_info *err_info(enum err_code code);

struct err *err_new(struct arena *mem, enum err_code code, const char *field);
/* With its own sentences instead of the registry's. */
struct err *err_say(struct arena *mem, enum err_code code, const char *field, const char *zh,
                    const char *en);
/* Appends a finding; keeps order. */
void err_finding(struct arena *mem, struct err *e, const char *field, const char *zh,
                 const char *en);
const char *err_text(const struct err *e, enum lang lang);

#define MUST_CHECK __attribute__((warn_unused_result))
#define TRY(expr) do { const struct err *e_ = (expr); if (e_) return e_; } while (0)

/* The impossible: logs and aborts. Never for input. */
_Noreturn void bug_at(const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
#define BUG(...) bug_at(__FILE__, __LINE__, __VA_ARGS__)
#endif

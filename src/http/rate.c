/* Which allowance a request uses (limit.c keeps them). */
#include "http/inside.h"
#include "kernel/date.h"

/* What a session is recognised by, as access/ reads it; NULL: none. */
static const char *token_of(struct exchange *x)
{
    x->r.http = x;
    const char *bearer = gate_find(&x->gate, "authorization");
    return bearer ? bearer : http_cookie(&x->r, "shanzhi_session");
}

/* Strangers are counted by address, who is signed in by account, and answers from memory apart. */
bool rate_ok(struct exchange *x, bool from_memory)
{
    struct limiter *l = x->server->limiter;
    const char *token = from_memory ? NULL : token_of(x);
    uint64_t who = token ? limiter_known(l, limiter_token(l, token)) : 0;
    enum allowance kind = from_memory ? FROM_MEMORY : who ? BY_ACCOUNT : BY_ADDRESS;
    if (!who) who = limiter_address(l, x->address);
    if (limiter_request(l, kind, who, clock_monotonic_us() / 1000000, &x->rate)) return true;
    struct err *e = err_new(x->mem, ERR_TOO_MANY, NULL);
    e->retry_after_s = x->rate.reset_s;
    reply_err(x, e);
    x->close = x->close || x->gate.length > 0 || x->gate.chunked;
    return false;
}

/* The next request with this token is counted by account, or, when it is no good, by address. */
void rate_remember(struct exchange *x)
{
    struct limiter *l = x->server->limiter;
    const char *token = token_of(x);
    if (!token) return;
    uint64_t key = limiter_token(l, token);
    if (x->r.who) limiter_know(l, key, x->server->guard->account(x->r.who), clock_monotonic_us() / 1000000);
    else limiter_forget(l, key);
}

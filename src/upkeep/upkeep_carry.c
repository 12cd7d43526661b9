/* A whole installation from one open store into another, empty one: the target's schema, its rows, the proof that
 * they are the source's, and the books, all in one transaction of the target. On PostgreSQL an interrupted one
 * leaves nothing; on SQLite a file that has not got its name yet. */
#include <inttypes.h>
#include <stdio.h>

#include "kernel/text.h"
#include "ledger/ledger_verify.h"
#include "upkeep/upkeep_in.h"

void say_line(void *arg, const char *line)
{
    (void)arg;
    fprintf(stderr, "%s\n", line);
}

static const struct err *not_empty(struct req *r)
{
    return fail_say(r, ERR_DUPLICATE, "to", "目标数据库不是空的，不会写入；请另建一个空数据库。",
                    "The target database is not empty and is left as it is; make an empty one.");
}

static const struct err *count_books(struct req *to, struct books *out)
{
    struct ledger_verdict v = { .village = NONE, .say = say_line };
    TRY(ledger_verify(to, &v));
    *out = (struct books){ v.postings, v.entries, v.accounts, v.faults };
    return NULL;
}

struct into { struct carry *c; struct req *from; const struct migration *all; size_t n; };

static const struct err *carry_in(struct req *to, void *arg)
{
    struct into *i = arg;
    bool empty;
    TRY(store_is_empty(to, &empty));
    if (!empty) return not_empty(to);
    TRY(store_migrate_within(to, i->all, i->n));
    TRY(store_copy(i->from, to, &i->c->tables));
    if (i->c->books) TRY(count_books(to, &i->c->sums));
    if (!i->c->sums.faults) return store_unserve(to);
    return fail_say(to, ERR_CONFLICT, NULL, "账目不符（见上），未写入目标；请先用 shanzhi ledger verify 查清源数据。",
                    "The books do not agree (above), and nothing was written; look into the source with `shanzhi ledger verify` first.");
}

static const struct err *served(struct req *r, int64_t ms)
{
    int64_t wait = ms / 1000 + 1;
    return fail_say(r, ERR_STATE, "data",
                    arena_printf(r->mem, "还有服务在使用这个数据库。请先停止（systemctl stop shanzhi）；若它是被强行终止的，请在 %" PRId64 " 秒后再试。", wait),
                    arena_printf(r->mem, "A server is using this database. Stop it first (systemctl stop shanzhi); if it was killed, try again in %" PRId64 " s.", wait));
}

/* Of a SQLite file we hold the lock. */
static const struct err *unserved(struct carry *c, struct req *from)
{
    int64_t ms;
    if (!text_equal(store_engine(c->from), "postgresql")) return NULL;
    TRY(store_served(from, &ms));
    return ms == NONE ? NULL : served(from, ms);
}

static const struct err *carry_out(struct req *from, void *arg)
{
    struct carry *c = arg;
    struct into i = { .c = c, .from = from };
    size_t n;
    const struct migration *all = cli_migrations(c->cli, &n);
    struct migration *some;
    if (c->alone) {
        TRY(unserved(c, from)); /* said at once */
        TRY(store_hold(from));
        TRY(unserved(c, from)); /* one that came meanwhile; from here on nobody comes */
    }
    TRY(store_migrated(from, all, n, &some, &i.n));
    i.all = some;
    TRY(store_run(c->to, TX_WRITE, from->mem, NULL, carry_in, &i));
    if (c->finish) TRY(c->finish(from->mem, c->arg));
    return c->alone ? store_set_moved(from, c->closed_for) : NULL;
}

const struct err *carry_over(struct carry *c)
{
    return store_run(c->from, c->alone ? TX_WRITE : TX_READ, c->cli->mem, NULL, carry_out, c);
}

void carry_print(const struct list *tables)
{
    for (size_t i = 0; i < tables->n; i++) {
        const struct copied *t = &LIST_AT(*tables, struct copied, i);
        if (t->rows) printf("%-24s %10" PRId64 "  sha256 %.16s\n", t->table, t->rows, t->digest);
    }
}

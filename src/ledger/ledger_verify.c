/* `shanzhi ledger verify`: asks the engine whether its files are sound, then recomputes everything from the entries and
 * says what does not agree. Every check is one query that returns only what is wrong; the database does the sums, this
 * program holds one row at a time.
 */
#include <inttypes.h>
#include <stdio.h>
#include "http/command.h"
#include "kernel/dec.h"
#include "kernel/text.h"
#include "ledger/ledger_verify.h"
#include "store/copy.h"

struct fault { int64_t village, posting, subject, have, want; const char *kind, *currency; };
static const struct field fault_fields[] = {
    F(fault, village, K_REGION, 0, 0, 0, ""),
    F(fault, posting, K_INT, 0, 0, 0, ""),
    F(fault, kind, K_TEXT, 0, 0, 0, ""),
    F(fault, subject, K_INT, 0, 0, 0, ""),
    F(fault, currency, K_TEXT, 0, 0, 0, ""),
    F(fault, have, K_INT, 0, 0, 0, ""),
    F(fault, want, K_INT, 0, 0, 0, ""),
    { 0 }
};
static RECORD(fault);

/* A broken table can have a million wrong rows; the first ones say what happened. */
enum { SHOWN = 20 };
struct audit { struct ledger_verdict *v; const char *what; int64_t shown; };

static const struct err *found(struct req *r, void *row, void *arg)
{
    const struct fault *f = row;
    struct audit *a = arg;
    char have[DEC_SIZE] = "-", want[DEC_SIZE] = "-";

    a->v->faults++;
    if (++a->shown > SHOWN || !a->v->say) return NULL;
    if (f->have != NONE) dec_format(f->have, have);
    if (f->want != NONE) dec_format(f->want, want);
    a->v->say(a->v->arg, arena_printf(r->mem, "%s: village %" PRId64 "%s%s%s%s%s%s: %s instead of %s", a->what, f->village,
              f->posting == NONE ? "" : arena_printf(r->mem, ", posting %" PRId64, f->posting),
              f->kind ? ", " : "", f->kind ? f->kind : "", f->subject == NONE ? "" : arena_printf(r->mem, " %" PRId64, f->subject),
              f->currency ? ", " : "", f->currency ? f->currency : "", have, want));
    return NULL;
}

#define CHECK(r, v, name, sql) \
    TRY(db_each((r), &fault_record, found, (&(struct audit){ (v), (name), 0 }), sql, I64((v)->village == NONE ? 0 : (v)->village)))

const struct err *ledger_verify(struct req *r, void *arg)
{
    struct ledger_verdict *v = arg;
    int64_t village = v->village == NONE ? 0 : v->village;

    v->faults = 0;
    TRY(store_patient(r));
    CHECK(r, v, "posting out of balance",
          "SELECT village, posting, currency, CAST(SUM(amount_c) AS BIGINT) AS have, 0 AS want FROM ledger_entry"
          " WHERE ($1 = 0 OR village = $1) GROUP BY village, posting, currency HAVING SUM(amount_c) <> 0");
    CHECK(r, v, "currency does not sum to zero",
          "SELECT village, currency, CAST(SUM(amount_c) AS BIGINT) AS have, 0 AS want FROM ledger_entry"
          " WHERE ($1 = 0 OR village = $1) GROUP BY village, currency HAVING SUM(amount_c) <> 0");
    CHECK(r, v, "balance is not the sum of its entries",
          "SELECT a.village, a.kind, a.subject, a.currency, a.balance AS have, COALESCE(s.total, 0) AS want FROM ledger_account a"
          " LEFT JOIN (SELECT village, kind, subject, currency, CAST(SUM(amount_c) AS BIGINT) AS total FROM ledger_entry"
          " WHERE ($1 = 0 OR village = $1) GROUP BY village, kind, subject, currency) s"
          " ON s.village = a.village AND s.kind = a.kind AND s.subject = a.subject AND s.currency = a.currency"
          " WHERE ($1 = 0 OR a.village = $1) AND a.balance <> COALESCE(s.total, 0)"); /* the system's have none */
    CHECK(r, v, "entries are missing (their numbers have a gap)",
          "SELECT a.village, a.kind, a.subject, a.currency, 100 * COALESCE(s.n, 0) AS have, 100 * a.entries AS want FROM ledger_account a"
          " LEFT JOIN (SELECT village, kind, subject, currency, COUNT(*) AS n, MAX(seq) AS last FROM ledger_entry"
          " WHERE ($1 = 0 OR village = $1) AND kind <> 'system' GROUP BY village, kind, subject, currency) s"
          " ON s.village = a.village AND s.kind = a.kind AND s.subject = a.subject AND s.currency = a.currency"
          " WHERE ($1 = 0 OR a.village = $1) AND a.kind <> 'system' AND (a.entries <> COALESCE(s.n, 0) OR a.entries <> COALESCE(s.last, 0))");
    CHECK(r, v, "the balance written in an entry is wrong",
          "SELECT village, posting, kind, subject, currency, after_c AS have, running AS want FROM"
          " (SELECT village, posting, kind, subject, currency, after_c, CAST(SUM(amount_c) OVER"
          " (PARTITION BY village, kind, subject, currency ORDER BY seq) AS BIGINT) AS running FROM ledger_entry"
          " WHERE ($1 = 0 OR village = $1) AND kind <> 'system') t WHERE after_c <> running");
    CHECK(r, v, "posting and entries disagree",
          "SELECT p.village, p.id AS posting, p.kind, p.subject, e.amount_c AS have, p.points_c AS want FROM ledger_posting p"
          " LEFT JOIN ledger_entry e ON e.village = p.village AND e.posting = p.id AND e.kind = p.kind AND e.subject = p.subject"
          " WHERE ($1 = 0 OR p.village = $1) AND (e.amount_c IS NULL OR e.amount_c <> p.points_c)");
    CHECK(r, v, "reversal does not cancel what it names",
          "SELECT x.village, x.id AS posting, x.kind, x.subject, x.points_c AS have, 0 - p.points_c AS want FROM ledger_posting x"
          " JOIN ledger_posting p ON p.village = x.village AND p.id = x.reverses"
          " WHERE ($1 = 0 OR x.village = $1) AND (x.points_c <> 0 - p.points_c OR x.kind <> p.kind OR x.subject <> p.subject)");
    TRY(db_int(r, &v->postings, "SELECT COUNT(*) FROM ledger_posting WHERE ($1 = 0 OR village = $1)", I64(village)));
    TRY(db_int(r, &v->entries, "SELECT COUNT(*) FROM ledger_entry WHERE ($1 = 0 OR village = $1)", I64(village)));
    TRY(db_int(r, &v->accounts, "SELECT COUNT(*) FROM ledger_account WHERE ($1 = 0 OR village = $1) AND kind <> 'system'", I64(village)));
    return NULL;
}

static void say(void *arg, const char *line)
{
    (void)arg;
    printf("%s\n", line);
}

/* On a damaged file the sums mean nothing, and may not even end. */
struct whole { struct store_integrity engine; struct ledger_verdict *books; };

static const struct err *verify_all(struct req *r, void *arg)
{
    struct whole *w = arg;
    TRY(store_integrity(r, &w->engine));
    return w->engine.faults ? NULL : ledger_verify(r, w->books);
}

static int damaged(int64_t faults)
{
    printf("the database file is damaged: %" PRId64 " faults. Stop the server, keep the file for inquiry, and restore the last good backup"
           " (shanzhi restore). 数据库文件已损坏：请停止服务，留存该文件，并从最近的完好备份恢复。\n", faults);
    return 1;
}

static int verify_command(struct cli *c)
{
    struct ledger_verdict v = { .village = NONE, .say = say };
    struct whole w = { .engine.say = say, .books = &v };
    const struct err *e = cli_village(c, &v.village);
    if (e) return cli_misuse(c, e);
    e = store_run(c->store, TX_READ, c->mem, NULL, verify_all, &w);
    if (e) return cli_fail(c, e);
    if (w.engine.faults) return damaged(w.engine.faults);
    printf("%s%s", w.engine.note ? w.engine.note : "", w.engine.note ? "\n" : "");
    printf("postings 记账 %" PRId64 ", entries 分录 %" PRId64 ", accounts 账户 %" PRId64 ": ", v.postings, v.entries, v.accounts);
    if (v.faults) printf("%" PRId64 " faults 不符\n", v.faults);
    else printf("all balances agree with the entries, the sum is zero 账实相符，合计为零\n");
    return v.faults ? 1 : 0;
}

int ledger_open_command(struct cli *c); /* ledger_open.c */
extern const struct command ledger_commands[];
const struct command ledger_commands[] = {
    { "ledger open", "FILE.csv --village CODE [--on DATE] [--dry-run]", "Enter the points households had on paper before (户号, 积分, 说明).", true, ledger_open_command },
    { "ledger verify", "[--village CODE]", "Recompute every balance from the entries and report what disagrees.", true, verify_command },
    { 0 }
};

/* The node number in this process's ids (kernel/id.h), leased in the database, so that servers and commands
 * that write at the same time never make the same id.
 *
 * The first write transaction takes a number; later ones renew it when a third of its time is over, so an
 * idle server gives its number up by doing nothing, and a command that only reads takes none. What makes it
 * safe is the end of a write: a transaction commits only if the number it began with is still this process's,
 * by its own clock, or else by asking the row inside the transaction; if somebody else has taken it over, the
 * transaction is run again with another number. The times in the table are the database's.
 *
 * A clock that is set back, or a machine that starts in 1970, must not make old ids again either. So the row
 * also keeps a time that the ids made with the number have not reached, some seconds ahead of them; who takes
 * the number next begins there. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kernel/date.h"
#include "kernel/file.h"
#include "kernel/id.h"
#include "kernel/log.h"
#include "kernel/text.h"
#include "store/driver.h"

enum {
    LEASE_MS = 60 * 1000,  /* a server that was killed keeps its number so long */
    RENEWALS = 3,          /* of a lease: a third of it may pass before it is renewed */
    RESERVE_MS = LEASE_MS / 2, /* how far ahead of the ids the table is */
    BOOT_ID_MAX = 64,      /* the kernel's has 37 bytes */
    WAIT_MS = 250,         /* between tries for a number when all are held: commands are short */
};

struct lease_row { int64_t node, until, ids_to; const char *holder; };
static const struct field lease_row_fields[] = {
    F(lease_row, node, K_INT, 0, 0, 0, "Number."),
    F(lease_row, until, K_INT, 0, 0, 0, "Until when."),
    F(lease_row, ids_to, K_INT, 0, 0, 0, "No id has this time."),
    F(lease_row, holder, K_TEXT, 0, 0, 0, "Whose, or '' when given back."),
    { 0 }
};
static RECORD(lease_row);

/* A test may make it short: it has to outlive it. */
static int64_t lease_ms(void)
{
#ifdef SHANZHI_TESTING
    int64_t ms;
    if (text_int(getenv("SHANZHI_TEST_LEASE_MS"), 1, LEASE_MS, &ms)) return ms;
#endif
    return LEASE_MS;
}

static const struct err *clock_ms(struct req *r, int64_t *now)
{
    return db_int_(r, now, r->db->s->d->clock_ms, DB_ARGS());
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Ahead of the ids that were made with a number so far, and those to come. */
static int64_t reserve(int64_t floor_ms)
{
    return later(later(clock_now(), id_last_ms()), floor_ms) + RESERVE_MS;
}

/* Is it still ours? Then for longer. Nobody holds two. */
static const struct err *renew(struct req *r, int64_t now, bool *ours)
{
    struct lease *l = &r->db->s->lease;
    int64_t n;
    TRY(db_exec_n(r, &n, "UPDATE node_lease SET until = $2, ids_to = $3 WHERE holder = $1", TEXT(l->holder), I64(now + lease_ms()),
                  I64(reserve(0))));
    *ours = n == 1;
    return NULL;
}

static const char *noise(struct arena *mem)
{
    uint8_t bytes[8];
    random_bytes(bytes, sizeof bytes);
    return hex_encode(mem, bytes, sizeof bytes);
}

/* "BOOT.NAMESPACE.PID.NOISE": whether a process of this machine still runs can be asked; another's cannot. A machine that
 * does not say which it is, is another one each time. */
static const char *machine(struct arena *mem)
{
    char space[64] = "";
    const char *boot;
    size_t n;
    if (file_read(mem, "/proc/sys/kernel/random/boot_id", BOOT_ID_MAX, &boot, &n)) boot = noise(mem);
    if (readlink("/proc/self/ns/pid", space, sizeof space - 1) < 0) boot = noise(mem);
    return arena_printf(mem, "%.15s.%s.", boot, space);
}

static const char *new_holder(struct arena *mem)
{
    return arena_printf(mem, "%s%ld.%s", machine(mem), (long)getpid(), noise(mem));
}

/* A server of this machine that was killed need not be waited for. */
static bool dead(struct arena *mem, const char *holder)
{
    const char *here = machine(mem);
    int64_t pid;
    if (!text_starts(holder, here)) return false;
    const char *at = holder + strlen(here);
    if (!text_int(arena_strndup(mem, at, strcspn(at, ".")), 1, INT32_MAX, &pid)) return false;
    errno = 0;
    (void)kill((pid_t)pid, 0);
    return errno == ESRCH;
}

/* Of two who want the same, the second finds no row to change and goes on to the next: who takes it or has it changes `until`. */
static const struct err *take_free(struct req *r, int64_t now, int64_t node, const struct lease_row *row, bool *taken)
{
    struct lease *l = &r->db->s->lease;
    int64_t n = 0, floor_ms = row ? row->ids_to : 0, ahead = reserve(floor_ms);
    if (!row)
        TRY(db_exec_n(r, &n, "INSERT INTO node_lease (node, holder, until, ids_to) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                      I64(node), TEXT(l->holder), I64(now + lease_ms()), I64(ahead)));
    else if (!*row->holder || row->until < now || dead(r->mem, row->holder))
        TRY(db_exec_n(r, &n, "UPDATE node_lease SET holder = $2, until = $3, ids_to = $4 WHERE node = $1 AND until = $5", I64(node),
                      TEXT(l->holder), I64(now + lease_ms()), I64(ahead), I64(row->until)));
    *taken = n == 1;
    if (!*taken) return NULL;
    l->taken = node;
    l->floor_ms = floor_ms;
    l->reserved_ms = ahead;
    return NULL;
}

static const struct err *number_taken(struct req *r, struct lease *l)
{
    struct list rows;
    int64_t now;
    bool ours = false;
    l->taken = NONE;
    TRY(clock_ms(r, &now));
    l->reserved_ms = reserve(0);
    if (l->node != NONE) TRY(renew(r, now, &ours));
    if (ours) return NULL;
    TRY(db_all(r, &lease_row_record, &rows, "SELECT node, until, ids_to, holder FROM node_lease ORDER BY node"));
    for (int64_t node = 0, at = 0; node < ID_NODES && !ours; node++) {
        const struct lease_row *row = (size_t)at < rows.n ? &LIST_AT(rows, struct lease_row, at) : NULL;
        if (row && row->node == node) at++;
        else row = NULL;
        TRY(take_free(r, now, node, row, &ours));
    }
    if (ours) return NULL;
    return fail_say(r, ERR_BUSY, "node", "全部 16 个节点号都在使用：同一个数据库上的服务和命令太多，请稍后再试。",
                    "All 16 node numbers are in use: too many servers and commands on one database; try again in a minute.");
}

/* Asked when the number is ours: who waited for it while the installation was moved must not write here any more. */
static const struct err *lease_run(struct req *r, void *arg)
{
    const char *id;
    TRY(number_taken(r, arg));
    return installation_here(r, &id);
}

/* In a transaction of its own, before the caller's, on the same session. */
static const struct err *lease_tx(struct req *r)
{
    struct store *s = r->db->s;
    struct lease *l = &s->lease;
    struct req own = { .mem = r->mem, .db = r->db, .now = r->now, .id = r->id };
    int64_t began_us = clock_monotonic_us();
    if (!l->holder) l->holder = new_holder(&s->mem);
    r->db->leasing = true;
    fault_pause(true);
    const struct err *e = tx_run(&own, TX_WRITE, lease_run, l);
    fault_pause(false);
    r->db->leasing = false;
    TRY(e);
    if (l->taken != NONE) {
        if (l->node != NONE) log_warn("store", "the node number was taken over; another one is used", LI("lost", l->node), LI("node", l->taken));
        l->node = l->taken;
        id_set_node((int)l->node, l->floor_ms);
        l->generation++; /* last: who begins with it makes its ids with the number */
    }
    atomic_store(&l->ids_to, l->reserved_ms);
    atomic_store(&l->until_us, began_us + 1000 * lease_ms());
    atomic_store(&l->renew_us, began_us + 1000 * lease_ms() / RENEWALS);
    return NULL;
}

static bool due(const struct lease *l, int64_t now_us)
{
    return now_us >= atomic_load(&l->renew_us) || id_last_ms() >= atomic_load(&l->ids_to);
}

static const struct err *hold_locked(struct req *r)
{
    struct lease *l = &r->db->s->lease;
    int64_t until = clock_monotonic_us() + INT64_C(1000) * patience_ms();
    for (;;) {
        if (!due(l, clock_monotonic_us())) return NULL; /* another thread did it */
        const struct err *e = lease_tx(r);
        if (!e || e->code != ERR_BUSY || clock_monotonic_us() >= until) return e;
        nanosleep(&(struct timespec){ .tv_nsec = WAIT_MS * 1000000L }, NULL);
    }
}

const struct err *lease_hold(struct req *r)
{
    struct store *s = r->db->s;
    struct lease *l = &s->lease;
    if (atomic_load(&s->migrations) == UNMIGRATED || r->db->leasing) return NULL; /* no table yet, or no ids */
    int64_t now_us = clock_monotonic_us();
    if (due(l, now_us)) {
        bool valid = now_us < atomic_load(&l->until_us);
        const struct err *e = NULL;
        arena_hold(); /* nobody leaves with the lock, or with the session marked as leasing */
        int got = valid ? pthread_mutex_trylock(&l->mu) : pthread_mutex_lock(&l->mu);
        if (got == 0) {
            e = hold_locked(r);
            pthread_mutex_unlock(&l->mu);
        }
        arena_let_go();
        if (e && !valid) return e; /* a renewal that failed is tried again by the next */
    }
    r->db->generation = atomic_load(&l->generation);
    return NULL;
}

static const struct err *lost(struct req *r)
{
    struct err *e = err_new(r->mem, ERR_RETRY, NULL);
    e->cause = "the node number of its ids was taken over";
    return e;
}

const struct err *lease_confirm(struct req *r)
{
    struct lease *l = &r->db->s->lease;
    int64_t now, generation = r->db->generation;
    bool ours;
    if (!generation) return NULL; /* the lease's own, or none is needed */
    if (generation != atomic_load(&l->generation)) return lost(r);
    if (clock_monotonic_us() < atomic_load(&l->until_us) && id_last_ms() < atomic_load(&l->ids_to)) return NULL;
    fault_pause(true);
    const struct err *e = clock_ms(r, &now);
    if (!e) e = renew(r, now, &ours); /* holds the row until the commit */
    fault_pause(false);
    TRY(e);
    return ours ? NULL : lost(r);
}

static const struct err *give_back(struct req *r, void *arg)
{
    struct lease *l = arg;
    return db_exec(r, "UPDATE node_lease SET holder = '', ids_to = $2 WHERE holder = $1", TEXT(l->holder), I64(id_last_ms() + 1));
}

void lease_end(struct store *s)
{
    struct lease *l = &s->lease;
    struct arena mem = { 0 };
    if (clock_monotonic_us() < atomic_load(&l->until_us)) { /* otherwise it is anybody's already */
        struct req r = { .mem = &mem, .db = db_open(s), .now = clock_now() };
        r.db->leasing = true;
        fault_pause(true);
        const struct err *e = tx_run(&r, TX_WRITE, give_back, l);
        fault_pause(false);
        if (e) log_warn("store", "the node number was not given back; it is free in a minute", LS("cause", e->cause));
        db_close(r.db);
    }
    arena_clear(&mem);
    pthread_mutex_destroy(&l->mu);
}

const struct err *store_served(struct req *r, int64_t *ms)
{
    const char *own = r->db->s->lease.holder;
    int64_t now;
    TRY(clock_ms(r, &now));
    return db_int(r, ms, "SELECT MAX(until) - $1 FROM node_lease WHERE holder <> '' AND holder <> $2 AND until > $1", I64(now),
                  TEXT(own ? own : ""));
}

void store_without_ids(struct store *s)
{
    atomic_store(&s->migrations, UNMIGRATED); /* lease_hold: as before there is a table */
}

const struct err *store_unserve(struct req *r)
{
    return db_exec(r, "UPDATE node_lease SET holder = ''");
}

static const struct err *nothing(struct req *r, void *arg)
{
    (void)r, (void)arg;
    return NULL;
}

const struct err *store_lease(struct store *s, struct arena *mem)
{
    return store_run(s, TX_WRITE, mem, NULL, nothing, NULL);
}

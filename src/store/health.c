/* What the store can tell about itself: see store.h. */
#include "store/driver.h"

/* By the database's clock: those of the servers may differ, and be set. */
static const struct err *beat(struct req *r, void *arg)
{
    int64_t node = *(const int *)arg, now;
    TRY(db_int_(r, &now, r->db->s->d->clock_ms, DB_ARGS()));
    return db_exec(r, "INSERT INTO heartbeat (node, at) VALUES ($1, $2) ON CONFLICT (node) DO UPDATE SET at = $2",
                   I64(node), I64(now));
}

const struct err *store_beat(struct store *s, struct arena *mem, int node)
{
    return store_run(s, TX_WRITE, mem, NULL, beat, &node);
}

static const struct err *backups(struct req *r, void *arg)
{
    struct store_backups *b = arg;
    TRY(db_int(r, &b->last_at, "SELECT max(at) FROM backup_made"));
    return db_int(r, &b->made_at, "SELECT made_at FROM installation");
}

const struct err *store_backups(struct store *s, struct arena *mem, struct store_backups *out)
{
    return store_run(s, TX_READ, mem, NULL, backups, out);
}

const struct err *store_look(struct store *s, struct arena *mem, struct store_look *out)
{
    *out = (struct store_look){ .disk_free = NONE, .disk_size = NONE, .database_bytes = NONE, .wal_bytes = NONE,
                                .connections = NONE, .connections_max = NONE };
    return s->d->look(s, mem, out);
}

struct others { int64_t node, count; };

static const struct err *others(struct req *r, void *arg)
{
    enum { LATELY_MS = 60 * 1000 };
    struct others *o = arg;
    int64_t now;
    TRY(db_int_(r, &now, r->db->s->d->clock_ms, DB_ARGS()));
    /* One that lies ahead is of before the clock was set back; who lives writes it anew. */
    return db_int(r, &o->count, "SELECT count(*) FROM heartbeat WHERE node <> $1 AND at > $2 AND at <= $3", I64(o->node),
                  I64(now - LATELY_MS), I64(now + LATELY_MS));
}

const struct err *store_servers(struct store *s, struct arena *mem, int node, int64_t *out)
{
    struct others o = { .node = node };
    TRY(store_run(s, TX_READ, mem, NULL, others, &o));
    *out = o.count + 1;
    return NULL;
}

void store_share(struct store *s, int connections)
{
    if (s->d->share) s->d->share(s, connections);
}

void store_refuse_writes(struct store *s, bool refuse)
{
    atomic_store(&s->refuse_writes, refuse);
}

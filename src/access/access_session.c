/* Sessions between requests: when each was last used is remembered in memory and written by a job
 * twice a minute, so that reading a page never writes. Also the job that forgets what is over. */
#include <pthread.h>
#include <string.h>

#include "access/access_own.h"
#include "kernel/limits.h"
#include "kernel/log.h"

enum { SEEN_SLOTS = 4096, DAY_MS = 86400 * 1000 };

/* A direct-mapped table: a collision forgets the older use, which ends a session up to a minute
 * early at worst, and only if it is at its very limit. */
static struct seen {
    uint8_t session[HASH_SIZE];
    int64_t at;
    bool fresh;
} seen[SEEN_SLOTS];
static pthread_mutex_t seen_lock = PTHREAD_MUTEX_INITIALIZER;

static struct seen *slot(const uint8_t session[HASH_SIZE])
{
    uint32_t h;
    memcpy(&h, session, sizeof h);
    return &seen[h % SEEN_SLOTS];
}

void seen_note(const uint8_t session[HASH_SIZE], int64_t now)
{
    pthread_mutex_lock(&seen_lock);
    struct seen *s = slot(session);
    memcpy(s->session, session, HASH_SIZE);
    s->at = now;
    s->fresh = true;
    pthread_mutex_unlock(&seen_lock);
}

int64_t seen_last(const uint8_t session[HASH_SIZE])
{
    pthread_mutex_lock(&seen_lock);
    const struct seen *s = slot(session);
    int64_t at = memcmp(s->session, session, HASH_SIZE) == 0 ? s->at : NONE;
    pthread_mutex_unlock(&seen_lock);
    return at;
}

/* Copies out what is unwritten. It stays marked until it is known to be written: a transaction
 * that fails is tried again with the next run. */
static size_t seen_take(struct arena *mem, struct seen **out)
{
    size_t n = 0;
    *out = arena_array(mem, struct seen, SEEN_SLOTS);
    pthread_mutex_lock(&seen_lock);
    for (size_t i = 0; i < SEEN_SLOTS; i++)
        if (seen[i].fresh) (*out)[n++] = seen[i];
    pthread_mutex_unlock(&seen_lock);
    return n;
}

static void seen_written(const struct seen *done, size_t n)
{
    pthread_mutex_lock(&seen_lock);
    for (size_t i = 0; i < n; i++) {
        struct seen *s = slot(done[i].session);
        if (s->at == done[i].at) s->fresh = false;
    }
    pthread_mutex_unlock(&seen_lock);
}

const struct err *seen_flush(struct req *r, void *arg)
{
    struct seen *take;
    size_t n = seen_take(r->mem, &take);
    (void)arg;
    for (size_t i = 0; i < n; i++)
        TRY(db_exec(r, "UPDATE access_session SET seen_at = $2 WHERE id = $1 AND seen_at < $2",
                    BLOB(take[i].session, HASH_SIZE), I64(take[i].at)));
    /* Losing these to a failing commit costs a minute of idle time, no more. */
    seen_written(take, n);
    return NULL;
}

const struct err *sessions_end(struct req *r, int64_t account, const uint8_t *but)
{
    static const uint8_t none[HASH_SIZE];
    return db_exec(r, "DELETE FROM access_session WHERE account = $1 AND id <> $2", I64(account),
                   BLOB(but ? but : none, HASH_SIZE));
}

/* Ended sessions and tokens, old lock-outs, stored replies, and audit rows past their time. In
 * pieces, so that no run holds the writer for long. */
const struct err *access_prune(struct req *r, void *arg)
{
    const struct access_settings *s = &access_settings;
    int64_t replies, audits;
    (void)arg;
    TRY(db_exec(r, "DELETE FROM access_session WHERE expires_at < $1 OR seen_at < $2", I64(r->now),
                I64(r->now - 1000 * s->villager_idle_s)));
    TRY(db_exec(r, "DELETE FROM access_token WHERE expires_at < $1",
                I64(r->now - 30 * (int64_t)DAY_MS)));
    TRY(db_exec(r, "DELETE FROM access_throttle WHERE locked_until < $1 AND first_at < $2",
                I64(r->now), I64(r->now - 1000 * s->lock_s)));
    TRY(db_exec_n(r, &replies,
                  "DELETE FROM access_idempotency WHERE (village, account, key) IN"
                  " (SELECT village, account, key FROM access_idempotency WHERE at < $1 ORDER BY "
                  "at LIMIT 5000)",
                  I64(r->now - s->replay_keep_days * DAY_MS)));
    TRY(db_exec_n(r, &audits,
                  "DELETE FROM access_audit WHERE (village, id) IN"
                  " (SELECT village, id FROM access_audit WHERE at < $1 ORDER BY id LIMIT 5000)",
                  I64(r->now - s->audit_keep_days * DAY_MS)));
    if (audits)
        log_info("access", "audit rows past retention removed", LI("rows", audits),
                 LI("days", s->audit_keep_days));
    return NULL;
}

/* One transaction, waited for: on the request's own session (what a TX_NONE handler uses) or on one of
 * the store's (CLI, jobs, tests). */
#include <pthread.h>

#include "kernel/date.h"
#include "kernel/id.h"
#include "store/driver.h"

struct waiting {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool done;
    const struct err *err;
};

static void finished(void *arg, const struct err *e)
{
    struct waiting *w = arg;
    pthread_mutex_lock(&w->lock);
    w->done = true;
    w->err = e;
    pthread_cond_signal(&w->changed);
    pthread_mutex_unlock(&w->lock);
}

/* The durable end of the open transaction, waited for. */
static const struct err *end_and_wait(struct req *r, bool commit)
{
    struct waiting w = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };
    tx_end(r, commit, finished, &w);
    pthread_mutex_lock(&w.lock);
    while (!w.done) pthread_cond_wait(&w.changed, &w.lock);
    pthread_mutex_unlock(&w.lock);
    pthread_cond_destroy(&w.changed);
    pthread_mutex_destroy(&w.lock);
    return w.err;
}

struct work { struct req *r; tx_fn *fn; void *arg; const struct err *e; };

static void work(void *arg)
{
    struct work *w = arg;
    w->e = w->fn(w->r, w->arg);
}

static const struct err *run_once(struct req *r, enum tx mode, tx_fn *fn, void *arg)
{
    static const struct err no_memory = { .code = ERR_NO_MEMORY, .retry_after_s = 5 };
    TRY(tx_begin(r, mode));
    r->keep = false;
    struct work w = { .r = r, .fn = fn, .arg = arg };
    struct arena *mem = r->mem;
    if (!arena_try(work, &w)) {
        r->mem = mem; /* it may have been another one for a while */
        tx_abandon(r);
        return &no_memory;
    }
    const struct err *end = end_and_wait(r, !w.e || r->keep);
    return end ? end : w.e;
}

const struct err *tx_run(struct req *r, enum tx mode, tx_fn *fn, void *arg)
{
    const struct err *e;
    int tries = 0;
    do {
        e = run_once(r, mode, fn, arg);
    } while (tx_again(r, e, ++tries));
    return e;
}

static struct db *idle_take(struct store *s)
{
    pthread_mutex_lock(&s->mu);
    struct db *db = s->idle;
    if (db) s->idle = db->next;
    pthread_mutex_unlock(&s->mu);
    return db ? db : db_open(s);
}

static void idle_give(struct store *s, struct db *db)
{
    pthread_mutex_lock(&s->mu);
    db->next = s->idle;
    s->idle = db;
    pthread_mutex_unlock(&s->mu);
}

const struct err *store_run(struct store *s, enum tx mode, struct arena *mem, const struct actor *who,
                            tx_fn *fn, void *arg)
{
    struct req r = {
        .mem = mem,
        .db = idle_take(s),
        .now = clock_now(),
        .id = (uint64_t)id_new(),
        .who = who,
        .village = NONE,
        .audit_subject = NONE,
        .audit_village = NONE,
    };
    r.today = date_of_instant(r.now);
    const struct err *e = tx_run(&r, mode, fn, arg);
    idle_give(s, r.db);
    return e;
}

/* One transaction on the request's own session, waited for: what a TX_NONE handler uses. */
#include <pthread.h>

#include "store/store.h"

enum { RUN_ATTEMPTS = 5 };

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

static const struct err *run_once(struct req *r, enum tx mode, tx_fn *fn, void *arg)
{
    TRY(tx_begin(r, mode));
    r->keep = false;
    const struct err *e = fn(r, arg);
    const struct err *end = end_and_wait(r, !e || r->keep);
    return e && !(end && r->keep) ? e : end;
}

const struct err *tx_run(struct req *r, enum tx mode, tx_fn *fn, void *arg)
{
    const struct err *e = NULL;
    for (int i = 0; i < RUN_ATTEMPTS; i++) {
        e = run_once(r, mode, fn, arg);
        if (!e || e->code != ERR_RETRY) return e;
    }
    return e;
}

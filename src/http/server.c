/* The server: loops, the bounded queue, workers with a database session each, the jobs' thread. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "http/health.h"
#include "http/inside.h"
#include "kernel/date.h"
#include "kernel/id.h"
#include "kernel/memory.h"

/* ---- the queue ---- */

bool queue_push(struct server *s, struct exchange *x)
{
    pthread_mutex_lock(&s->queue_lock);
    bool room = s->queue_n < s->queue_cap;
    if (room) {
        s->queue[(s->queue_head + s->queue_n++) % s->queue_cap] = x;
        pthread_cond_signal(&s->queue_more);
    }
    pthread_mutex_unlock(&s->queue_lock);
    return room;
}

static struct exchange *queue_pop(struct server *s)
{
    struct exchange *x = NULL;
    pthread_mutex_lock(&s->queue_lock);
    while (!s->queue_n && !s->queue_closed) pthread_cond_wait(&s->queue_more, &s->queue_lock);
    if (s->queue_n) {
        x = s->queue[s->queue_head];
        s->queue_head = (s->queue_head + 1) % s->queue_cap;
        s->queue_n--;
    }
    pthread_mutex_unlock(&s->queue_lock);
    return x;
}

static void *worker_main(void *arg)
{
    struct server *s = arg;
    struct db *db = db_open(s->store);
    for (struct exchange *x; (x = queue_pop(s));) {
        atomic_fetch_add(&s->busy, 1);
        log_set_request(x->id); /* every line, a BUG's too, until the next */
        exchange_run(x, db);
        log_set_request(0);
        atomic_fetch_sub(&s->busy, 1);
    }
    db_close(db);
    return NULL;
}

/* ---- commits under way ---- */

/* A commit ends on the store's thread, which outlives the server: from commit_handed to commit_done
 * the server stays. */
void commit_handed(struct server *s)
{
    pthread_mutex_lock(&s->commits_lock);
    s->commits++;
    pthread_mutex_unlock(&s->commits_lock);
}

void commit_done(struct server *s)
{
    pthread_mutex_lock(&s->commits_lock);
    if (!--s->commits) pthread_cond_signal(&s->commits_none);
    pthread_mutex_unlock(&s->commits_lock);
}

static void commits_wait(struct server *s)
{
    pthread_mutex_lock(&s->commits_lock);
    while (s->commits) pthread_cond_wait(&s->commits_none, &s->commits_lock);
    pthread_mutex_unlock(&s->commits_lock);
}

/* ---- events ---- */

void server_publish(struct server *s, const struct topic *topics)
{
    for (const struct topic *t = topics; t; t = t->next) {
        if (t->village != NONE) cache_bump(s->cache, t->village);
        loops_publish(s, t->name);
    }
}

/* What a job publishes waits here, in its arena, until its transaction is through. */
static _Thread_local struct topic *aside;

void publish_aside(struct req *r, const char *topic)
{
    struct topic *t = arena_new(r->mem, struct topic);
    *t = (struct topic){ .name = arena_strdup(r->mem, topic), .village = NONE, .next = aside };
    aside = t;
}

/* ---- jobs ---- */

struct due {
    const struct job *job;
    int64_t at_us;
};

static void run_job(struct server *s, const struct job *job)
{
    struct arena mem = { 0 };
    aside = NULL;
    const struct err *e = store_run(s->store, TX_WRITE, &mem, NULL, job->run, NULL);
    if (e) {
        log_error("job", err_text(e, LANG_EN), LS("job", job->name), LS("cause", e->cause));
    } else {
        cache_bump(s->cache, NONE);
        server_publish(s, aside);
    }
    aside = NULL;
    arena_clear(&mem);
}

static int jobs_of(struct server *s, struct due *out)
{
    int n = 0;
    for (const struct slice *const *sl = s->slices; *sl; sl++)
        for (const struct job *j = (*sl)->jobs; j && j->name; j++, n++)
            if (out) out[n] = (struct due){ .job = j, .at_us = clock_monotonic_us() };
    return n;
}

static void *jobs_main(void *arg)
{
    struct server *s = arg;
    struct arena mem = { 0 };
    int n = jobs_of(s, NULL);
    struct due *all = arena_array(&mem, struct due, (size_t)n);
    jobs_of(s, all);
    pthread_mutex_lock(&s->jobs_lock);
    while (!s->jobs_stop) {
        struct due *next = &all[0];
        for (int i = 1; i < n; i++)
            if (all[i].at_us < next->at_us) next = &all[i];
        int64_t wait_us = next->at_us - clock_monotonic_us();
        if (wait_us > 0) {
            struct timespec until;
            clock_gettime(CLOCK_MONOTONIC, &until);
            until.tv_sec += wait_us / 1000000;
            until.tv_nsec += wait_us % 1000000 * 1000;
            if (until.tv_nsec >= 1000000000) {
                until.tv_nsec -= 1000000000;
                until.tv_sec++;
            }
            pthread_cond_timedwait(&s->jobs_wake, &s->jobs_lock, &until);
            continue;
        }
        pthread_mutex_unlock(&s->jobs_lock);
        run_job(s, next->job);
        next->at_us = clock_monotonic_us() + (int64_t)next->job->every_s * 1000000;
        pthread_mutex_lock(&s->jobs_lock);
    }
    pthread_mutex_unlock(&s->jobs_lock);
    arena_clear(&mem);
    return NULL;
}

static void jobs_start(struct server *s)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&s->jobs_wake, &attr);
    pthread_condattr_destroy(&attr);
    pthread_mutex_init(&s->jobs_lock, NULL);
    if (!jobs_of(s, NULL)) return;
    s->jobs_started = true;
    if (memory_thread(&s->jobs, jobs_main, s)) BUG("no thread");
}

static void jobs_end(struct server *s)
{
    if (!s->jobs_started) return;
    pthread_mutex_lock(&s->jobs_lock);
    s->jobs_stop = true;
    pthread_cond_signal(&s->jobs_wake);
    pthread_mutex_unlock(&s->jobs_lock);
    pthread_join(s->jobs, NULL);
}

/* ---- counting and logging what was answered ---- */

void exchange_count(struct exchange *x, size_t sent)
{
    int64_t us = clock_monotonic_us() - x->start_us;
    metrics_count(x->server->metrics, x->at ? x->at->index : -1, x->status, us);
    char hex[20];
    const char *id = hex;
    snprintf(hex, sizeof hex, "%016llx", (unsigned long long)x->id);
    log_info("access", "request", LS("id", id), LS("method", x->gate.method),
             LS("path", x->gate.path), LI("status", x->status), LI("us", us), LI("bytes", sent),
             LS("address", x->address));
}

/* ---- start and stop ---- */

static int cores(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > 64 ? 64 : (int)n;
}

static int default_workers(const struct server *s)
{
    int n = cores();
    if (!strcmp(store_engine(s->store), "postgresql"))
        return n * 4 > 16 ? n * 4 : 16; /* they wait on the network */
    return n * 2 > 4 ? n * 2 : 4;
}

const struct err *http_start(struct arena *mem, const struct http_config *c, struct store *store,
                             const struct slice *const *slices, const struct guard *guard,
                             struct server **out)
{
    struct server *s = arena_new(mem, struct server);
    *s = (struct server){
        .mem = mem, .config = *c, .store = store, .slices = slices, .guard = guard
    };
    if (!s->config.request_s) s->config.request_s = LIMIT_REQUEST_S;
    if (!s->config.idle_s) s->config.idle_s = LIMIT_IDLE_S;
    s->queue_cap = c->queue ? c->queue : LIMIT_QUEUE;
    s->loops_n = c->loops ? c->loops : cores();
    s->workers_n = c->workers ? c->workers : default_workers(s);
    s->routes = routes_build(mem, slices);
    s->assets = assets_build(mem, c->files);
    s->cache = cache_new(mem);
    const char *wrong = networks_read(mem, "127.0.0.0/8, 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, ::1, fd00::/8", &s->inside);
    if (!wrong && c->trusted_proxy) wrong = networks_read(mem, c->trusted_proxy, &s->proxies);
    if (wrong) BUG("networks: %s", wrong); /* the settings were held against it */
    s->limiter = limiter_new(mem, c->rate_per_minute, c->account_per_minute);
    s->metrics = metrics_new(mem, s->routes->n);
    uint64_t first;
    random_bytes(&first, sizeof first);
    atomic_store(&s->next_id, first);
    pthread_mutex_init(&s->queue_lock, NULL);
    pthread_cond_init(&s->queue_more, NULL);
    pthread_mutex_init(&s->in_flight_lock, NULL);
    pthread_mutex_init(&s->commits_lock, NULL);
    pthread_cond_init(&s->commits_none, NULL);
    s->queue = arena_array(mem, struct exchange *, (size_t)s->queue_cap);
    health_start(s);
    const struct err *e = loops_start(s);
    if (e) {
        health_stop(s);
        return e;
    }
    s->workers = arena_array(mem, pthread_t, (size_t)s->workers_n);
    for (int i = 0; i < s->workers_n; i++)
        if (memory_thread(&s->workers[i], worker_main, s)) BUG("no thread");
    jobs_start(s);
    *out = s;
    return NULL;
}

int http_port(const struct server *s)
{
    return s->port;
}

void http_stop(struct server *s)
{
    atomic_store(&s->draining, true);
    jobs_end(s);
    loops_stop(s);
    health_stop(s);
    pthread_mutex_lock(&s->queue_lock);
    s->queue_closed = true;
    pthread_cond_broadcast(&s->queue_more);
    pthread_mutex_unlock(&s->queue_lock);
    for (int i = 0; i < s->workers_n; i++) pthread_join(s->workers[i], NULL);
    commits_wait(s);
    loops_close(s);
    cache_clear(s->cache);
    limiter_clear(s->limiter);
    assets_free(s->assets);
}

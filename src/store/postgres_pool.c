/* The connections to PostgreSQL, shared by all threads of the process. There are at most as many as this
 * server's part of what PostgreSQL allows (health: store_share); whoever finds none waits for one, as a
 * writer waits for its turn on SQLite. When PostgreSQL refuses a connection all the same, because other
 * servers or programs were first, we make do with those we have and try again later. */
#include <time.h>

#include "kernel/date.h"
#include "store/postgres.h"

enum { REFUSED_WAIT_US = 200 * 1000 };

void pool_open(struct pg_pool *p, int most)
{
    pthread_condattr_t a;
    *p = (struct pg_pool){ .most = most > 0 ? most : 1 };
    pthread_mutex_init(&p->lock, NULL);
    pthread_condattr_init(&a);
    pthread_condattr_setclock(&a, CLOCK_MONOTONIC);
    pthread_cond_init(&p->changed, &a);
    pthread_condattr_destroy(&a);
}

static void wait_until(struct pg_pool *p, int64_t until_us)
{
    struct timespec at = { .tv_sec = until_us / 1000000, .tv_nsec = until_us % 1000000 * 1000 };
    pthread_cond_timedwait(&p->changed, &p->lock, &at);
}

struct pg_conn *pool_take(struct pg_pool *p, int64_t until_us)
{
    struct pg_conn *conn = NULL;
    pthread_mutex_lock(&p->lock);
    bool waits = !p->idle && p->open >= p->most;
    if (waits) atomic_fetch_add(&p->waited, 1);
    while (!p->idle && p->open >= p->most && clock_monotonic_us() < until_us)
        wait_until(p, until_us);
    if (p->idle) {
        conn = p->idle;
        p->idle = conn->next;
    } else if (clock_monotonic_us() < until_us) { /* there is room; who was refused again and again ends, too */
        struct arena mem = { 0 };
        conn = arena_new(&mem, struct pg_conn);
        conn->mem = mem;
        p->open++;
    }
    if (!conn) pthread_cond_signal(&p->changed); /* the room that a refused one left is the next one's to try */
    pthread_mutex_unlock(&p->lock);
    return conn;
}

/* With the lock held, or alone. */
static void drop(struct pg_pool *p, struct pg_conn *conn)
{
    p->open--;
    struct arena mem = conn->mem; /* conn lives in it */
    arena_clear(&mem);
}

void pool_give(struct pg_pool *p, struct pg_conn *conn)
{
    pthread_mutex_lock(&p->lock);
    bool surplus = p->open > p->most;
    if (!surplus && conn->c) {
        conn->next = p->idle;
        p->idle = conn;
    }
    pthread_cond_signal(&p->changed);
    pthread_mutex_unlock(&p->lock);
    if (!surplus && conn->c) return; /* it may be somebody else's already */
    pg_disconnect(conn);
    pthread_mutex_lock(&p->lock);
    drop(p, conn);
    pthread_cond_signal(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

void pool_refused(struct pg_pool *p, struct pg_conn *conn, int64_t until_us)
{
    int64_t wake = clock_monotonic_us() + REFUSED_WAIT_US;
    pg_disconnect(conn);
    pthread_mutex_lock(&p->lock);
    drop(p, conn);
    if (!p->idle) wait_until(p, wake < until_us ? wake : until_us);
    pthread_mutex_unlock(&p->lock);
}

void pool_most(struct pg_pool *p, int most)
{
    pthread_mutex_lock(&p->lock);
    if (most > p->most) pthread_cond_broadcast(&p->changed);
    p->most = most;
    struct pg_conn *surplus = NULL;
    for (int over = p->open - most; over > 0 && p->idle; over--) {
        struct pg_conn *conn = p->idle;
        p->idle = conn->next;
        conn->next = surplus;
        surplus = conn;
    }
    while (surplus) { /* rare, and closing takes no answer */
        struct pg_conn *conn = surplus;
        surplus = conn->next;
        pg_disconnect(conn);
        drop(p, conn);
    }
    pthread_mutex_unlock(&p->lock);
}

void pool_close(struct pg_pool *p)
{
    while (p->idle) {
        struct pg_conn *conn = p->idle;
        p->idle = conn->next;
        pg_disconnect(conn);
        drop(p, conn);
    }
    if (p->open) BUG("%d connections are still in use", p->open);
    pthread_cond_destroy(&p->changed);
    pthread_mutex_destroy(&p->lock);
}

/* Counters for /metrics, in the Prometheus text format. */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "http/health.h"
#include "http/inside.h"
#include "kernel/date.h"

enum { STATUSES = 6 * 100 };
static const int64_t bounds_us[BUCKETS] = { 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000,
                                            250000, 500000, 1000000, 2500000, 10000000 };

struct per_route {
    _Atomic uint64_t by_status[STATUSES];
    _Atomic uint64_t buckets[BUCKETS + 1];
    _Atomic uint64_t sum_us;
};
struct metrics { int n; struct per_route *routes; }; /* the last row: everything outside the API */

struct metrics *metrics_new(struct arena *mem, int routes)
{
    struct metrics *m = arena_new(mem, struct metrics);
    m->n = routes + 1;
    m->routes = arena_array(mem, struct per_route, (size_t)m->n);
    return m;
}

#define ADD(c, v) atomic_fetch_add_explicit(&(c), (uint64_t)(v), memory_order_relaxed)
#define GET(c) atomic_load_explicit(&(c), memory_order_relaxed)

void metrics_count(struct metrics *m, int route, int status, int64_t us)
{
    struct per_route *r = &m->routes[route < 0 ? m->n - 1 : route];
    int b = 0;
    while (b < BUCKETS && us > bounds_us[b]) b++;
    if (status > 0 && status < STATUSES) ADD(r->by_status[status], 1);
    ADD(r->buckets[b], 1);
    ADD(r->sum_us, us);
}

static void label(const struct server *s, int i, char *out, size_t n)
{
    const struct route *r = i < s->routes->n ? s->routes->all[i]->route : NULL;
    if (r) snprintf(out, n, "method=\"%s\",route=\"/api/v1%s\"", r->method, r->path);
    else snprintf(out, n, "method=\"\",route=\"other\"");
}

static void by_route(const struct server *s, struct metrics *m, struct buf *b)
{
    char l[256];
    buf_puts(b, "# HELP shanzhi_http_requests_total Answered requests.\n"
                "# TYPE shanzhi_http_requests_total counter\n");
    for (int i = 0; i < m->n; i++) {
        label(s, i, l, sizeof l);
        for (int status = 100; status < STATUSES; status++) {
            uint64_t n = GET(m->routes[i].by_status[status]);
            if (n) buf_printf(b, "shanzhi_http_requests_total{%s,status=\"%d\"} %" PRIu64 "\n", l, status, n);
        }
    }
    buf_puts(b, "# HELP shanzhi_http_request_seconds Time from the complete head to the last byte sent.\n"
                "# TYPE shanzhi_http_request_seconds histogram\n");
    for (int i = 0; i < m->n; i++) {
        struct per_route *r = &m->routes[i];
        uint64_t sum = 0;
        label(s, i, l, sizeof l);
        for (int k = 0; k <= BUCKETS; k++) sum += GET(r->buckets[k]);
        if (!sum) continue;
        uint64_t total = sum;
        sum = 0;
        for (int k = 0; k < BUCKETS; k++) {
            sum += GET(r->buckets[k]);
            buf_printf(b, "shanzhi_http_request_seconds_bucket{%s,le=\"%" PRId64 ".%06" PRId64 "\"} %" PRIu64 "\n", l,
                       bounds_us[k] / 1000000, bounds_us[k] % 1000000, sum);
        }
        uint64_t us = GET(r->sum_us);
        buf_printf(b, "shanzhi_http_request_seconds_bucket{%s,le=\"+Inf\"} %" PRIu64 "\n", l, total);
        buf_printf(b, "shanzhi_http_request_seconds_sum{%s} %" PRIu64 ".%06" PRIu64 "\n", l, us / 1000000, us % 1000000);
        buf_printf(b, "shanzhi_http_request_seconds_count{%s} %" PRIu64 "\n", l, total);
    }
}

static uint64_t resident_bytes(void)
{
    uint64_t size = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (!f) return 0;
    if (fscanf(f, "%" SCNu64 " %" SCNu64, &size, &resident) != 2) resident = 0;
    fclose(f);
    return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void one(struct buf *b, const char *name, const char *type, const char *help, uint64_t v)
{
    buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n%s %" PRIu64 "\n", name, help, name, type, name, v);
}

/* NONE: the engine does not know. */
static void known(struct buf *b, const char *name, const char *help, int64_t v)
{
    if (v != NONE && v >= 0) one(b, name, "gauge", help, (uint64_t)v);
}

static void refused(const struct server *s, struct buf *b)
{
    static const char *const allowances[ALLOWANCES] = { "address", "account", "cached" },
                      *const held[HELD_KINDS] = { "connections", "streams" };
    struct limiter_stats st;
    limiter_stats(s->limiter, &st);
    buf_puts(b, "# HELP shanzhi_http_limited_total Requests and connections refused by a limit per address or account.\n"
                "# TYPE shanzhi_http_limited_total counter\n");
    for (int i = 0; i < ALLOWANCES; i++)
        buf_printf(b, "shanzhi_http_limited_total{by=\"%s\"} %" PRIu64 "\n", allowances[i], st.refused[i]);
    for (int i = 0; i < HELD_KINDS; i++)
        buf_printf(b, "shanzhi_http_limited_total{by=\"%s\"} %" PRIu64 "\n", held[i], st.refused_held[i]);
}

struct sample { const char *name, *help; size_t at; };
#define SEEN(name, member, help) { "shanzhi_store_" name, help, offsetof(struct health_seen, member) }
static const struct sample of_look[] = {
    SEEN("disk_free_bytes", look.disk_free, "Free on the database's file system."),
    SEEN("disk_size_bytes", look.disk_size, "Size of the database's file system."),
    SEEN("database_bytes", look.database_bytes, "Size of the database."),
    SEEN("wal_bytes", look.wal_bytes, "Size of SQLite's log."),
    SEEN("connections", look.connections, "Connections to PostgreSQL, of everybody."),
    SEEN("connections_limit", look.connections_max, "Connections that PostgreSQL allows."),
    SEEN("connections_share", connections_share, "Of these, how many this server may use."),
    { 0 }
};
#define COUNTED(member, help) { "shanzhi_store_" #member "_total", help, offsetof(struct store_stats, member) }
static const struct sample of_store[] = {
    COUNTED(reads, "Read transactions."), COUNTED(writes, "Write transactions."), COUNTED(rollbacks, "Transactions rolled back."),
    COUNTED(statements, "SQL statements."), COUNTED(groups, "Commit groups."), COUNTED(grouped, "Writes committed in groups."),
    COUNTED(retries, "Transactions run again."), COUNTED(reconnects, "Connections made anew."), { 0 }
};

/* What the last round of checks saw: asking for metrics costs the database nothing. */
static void seen_last(struct server *s, struct buf *b)
{
    struct health_seen seen;
    int64_t age_ms, now = clock_now();
    buf_printf(b, "# HELP shanzhi_build_info The program and the engine.\n# TYPE shanzhi_build_info gauge\n"
                  "shanzhi_build_info{version=\"" SHANZHI_VERSION "\",engine=\"%s\"} 1\n",
               s->store ? store_engine(s->store) : "");
    refused(s, b);
    if (!health_last(s, &seen, &age_ms)) return;
    health_metrics(s, b);
    one(b, "shanzhi_health_age_seconds", "gauge", "Since the last round of checks.", (uint64_t)(age_ms / 1000));
    for (const struct sample *k = of_look; k->name; k++) known(b, k->name, k->help, *(const int64_t *)((const char *)&seen + k->at));
    if (seen.beat_at_us > 0) {
        known(b, "shanzhi_store_heartbeat_age_seconds", "Since the last durable heartbeat.", (clock_monotonic_us() - seen.beat_at_us) / 1000000);
        buf_printf(b, "# HELP shanzhi_store_heartbeat_seconds How long it took.\n# TYPE shanzhi_store_heartbeat_seconds gauge\n"
                      "shanzhi_store_heartbeat_seconds %" PRId64 ".%06" PRId64 "\n", seen.beat_us / 1000000, seen.beat_us % 1000000);
    }
    if (seen.backup_at > 0) known(b, "shanzhi_backup_age_seconds", "Since the last good backup.", (now - seen.backup_at) / 1000);
}

const char *metrics_text(struct server *s, struct metrics *m, struct arena *mem, size_t *n)
{
    struct buf b = buf_in(mem, 16 * 1024 * 1024);
    struct store_stats st = { 0 };
    if (s->store) store_stats(s->store, &st);
    pthread_mutex_lock(&s->queue_lock);
    int waiting = s->queue_n;
    pthread_mutex_unlock(&s->queue_lock);
    by_route(s, m, &b);
    one(&b, "shanzhi_http_connections", "gauge", "Open connections.", (uint64_t)atomic_load(&s->connections));
    one(&b, "shanzhi_http_streams", "gauge", "Open event streams.", (uint64_t)atomic_load(&s->streams));
    one(&b, "shanzhi_http_queue", "gauge", "Requests waiting for a worker.", (uint64_t)waiting);
    one(&b, "shanzhi_http_queue_limit", "gauge", "Requests that may wait.", (uint64_t)s->queue_cap);
    one(&b, "shanzhi_http_workers", "gauge", "Worker threads.", (uint64_t)s->workers_n);
    one(&b, "shanzhi_http_workers_busy", "gauge", "Workers with a request.", (uint64_t)atomic_load(&s->busy));
    one(&b, "shanzhi_http_cache_bytes", "gauge", "Cached public answers.", cache_bytes(s->cache));
    for (const struct sample *k = of_store; k->name; k++) one(&b, k->name, "counter", k->help, *(const uint64_t *)((const char *)&st + k->at));
    seen_last(s, &b);
    one(&b, "process_resident_memory_bytes", "gauge", "Memory.", resident_bytes());
    *n = b.n;
    return b.p;
}

/* Inside http/: what its files share. Nobody else includes this.
 *
 * Life of an exchange: loop.c reads a head → exchange_head() finds the route and the body's limit →
 * loop.c reads the body → exchange_ready() answers at once (bytes in memory, refusals) or queues it →
 * a worker runs exchange_run() → loop_reply() hands it back to the loop that owns the connection. An
 * exchange belongs to exactly one thread at a time; every hand-over goes through a lock.
 */
#ifndef HTTP_INSIDE_H
#define HTTP_INSIDE_H
#include <pthread.h>
#include <stdatomic.h>

#include "http/gate.h"
#include "http/http.h"
#include "kernel/json.h"
#include "kernel/limits.h"
#include "kernel/log.h"
#include "kernel/network.h"

enum { PARAMS_MAX = 4, FIELDS_MAX = 64, BUCKETS = 14 };

/* ---- routes.c: the tables, prepared once ---- */
struct endpoint {
    const struct route *route;
    const struct slice *slice;
    int index;                     /* for the counters */
    int params_n;
    const struct field *params[PARAMS_MAX]; /* of the path, in order */
    const struct field *query[FIELDS_MAX];  /* closed by NULL */
    const struct field *match, *raw, *etag; /* IN_MATCH, IN_RAW, OUT_ETAG */
    const struct field *village;   /* the path's {village} or {region}; the permission's scope */
    bool write, post, body;        /* not GET; POST; has fields in a JSON body */
    bool idem;                     /* asks for an Idempotency-Key */
    const char *type;              /* of the body it takes */
};
enum { METHODS = 5 }; /* GET POST PUT PATCH DELETE */
struct node {
    const char *literal;
    struct node *child, *sibling, *param;
    struct endpoint *methods[METHODS];
    const char *allow;             /* "GET, HEAD, OPTIONS" */
};
struct routes {
    struct node root;
    int n;
    struct endpoint **all;
};
/* Checks every row (a mistake there is a BUG) and builds the tree. */
struct routes *routes_build(struct arena *mem, const struct slice *const *slices);
/* path: below /api/v1, still encoded. NULL: no such address. Values of {…} are decoded into params. */
const struct node *routes_find(const struct routes *t, struct arena *mem, const char *path,
                               const char *params[PARAMS_MAX]);
int method_index(const char *method); /* -1: none of the five */
extern const char *const method_names[METHODS];

/* ---- the exchange ---- */
struct conn;
struct loop;
struct cached;
struct header_line { const char *name, *value; struct header_line *next; };
struct rate { const char *policy; int limit, left, reset_s; };
struct topic { const char *name; int64_t village; struct topic *next; };

struct exchange {
    struct server *server;
    struct conn *conn;
    struct arena *mem;         /* the connection's; everything below lives in it */
    struct gate gate;
    struct buf body;
    char address[46];
    bool secure, head;         /* came by TLS; HEAD */
    uint64_t id;
    int64_t start_us;
    enum lang lang;

    const struct node *node;
    const struct endpoint *at; /* NULL: not an API route */
    const char *params[PARAMS_MAX];
    int64_t village;           /* NONE */
    struct rate rate;
    uint32_t generation;       /* of the village's data, before the snapshot began */

    struct req r;
    const char *idem_key;
    unsigned char idem_hash[32]; /* of what must be the same when the key comes again */
    uint64_t in_flight;        /* entry in the in-flight table, 0: none */

    /* the reply */
    int status;
    const char *type;          /* NULL: no Content-Type */
    const char *reply;
    size_t reply_n;
    struct header_line *headers, **headers_end;
    const char *ready_head;    /* prepared header lines (static files), instead of type and the usual */
    struct cached *cached;     /* keeps `reply` alive until it is sent */
    bool close, file;
    struct exchange *next_waiting; /* for the answer to /readyz */
    enum { CODING_NONE, CODING_GZIP, CODING_BR } coding;
    struct topic *topics;      /* to publish after the commit */
    _Atomic int halves;        /* of a write that are through: dispatch.c */
    const struct err *end;     /* how its commit ended */
    const char *subscribe;     /* becomes a stream */
};

/* dispatch.c */
enum head_verdict { HEAD_READ_BODY, HEAD_ANSWERED };
enum head_verdict exchange_head(struct exchange *x); /* sets body.max */
bool exchange_ready(struct exchange *x);             /* true: answered; false: queued */
void exchange_run(struct exchange *x, struct db *db); /* calls loop_reply, perhaps later */
void exchange_count(struct exchange *x, size_t sent); /* sent or lost: metrics and access log */

/* bind.c */
const struct err *bind_input(struct exchange *x, void *in, bool *bad_path);
enum lang lang_of(const char *accept_language);
bool idem_key_of(const char *header, struct arena *mem, const char **key);
/* The ETag in If-None-Match or If-Match without quotes and coding suffix; *: "*". */
bool etag_matches(const char *header, const char *etag);

/* reply.c */
void reply_header(struct exchange *x, const char *name, const char *value);
void reply_err(struct exchange *x, const struct err *e);
void reply_code(struct exchange *x, enum err_code code);
void reply_reset(struct exchange *x);
/* Compresses when it pays and the client takes it; sets coding. */
void reply_compress(struct exchange *x);
int coding_of(const char *accept_encoding);
const char *status_text(int status);
/* Bytes of the head, ready to send. */
void reply_head(struct exchange *x, struct buf *b, const char *date);
bool compress_gzip(struct arena *mem, const void *p, size_t n, struct bytes *out);
bool compress_br(struct arena *mem, const void *p, size_t n, struct bytes *out);

/* static.c: files of the binary, the problem pages, /healthz, /metrics */
struct assets;
struct assets *assets_build(struct arena *mem, const struct embedded *files);
void assets_free(struct assets *all);
bool assets_answer(struct exchange *x);
void problem_page(struct exchange *x, const char *code);
bool from_inside(const struct exchange *x); /* the operator's own machines */

/* cache.c: answers of ROUTE_CACHE */
struct cache;
struct cache *cache_new(struct arena *mem);
void cache_clear(struct cache *c);
bool cache_answer(struct exchange *x);
void cache_store(struct exchange *x);
void cache_release(struct cached *e);
uint32_t cache_generation(struct cache *c, int64_t village);
void cache_bump(struct cache *c, int64_t village); /* NONE: everything */
size_t cache_bytes(const struct cache *c);

/* limit.c: requests and connections of an account or an address */
enum allowance { BY_ADDRESS, BY_ACCOUNT, FROM_MEMORY, ALLOWANCES };
enum held { HELD_CONNECTION, HELD_STREAM, HELD_KINDS };
struct limiter;
struct limiter *limiter_new(struct arena *mem, int address_per_minute, int account_per_minute);
void limiter_clear(struct limiter *l);
/* The part of an address that is one client's: an IPv4 address, of IPv6 the /64 that a household gets.
 * Its length; 0: no address. */
size_t network_of(const char *address, unsigned char out[16]);
uint64_t limiter_address(const struct limiter *l, const char *address);
uint64_t limiter_token(const struct limiter *l, const char *token);
/* Whose allowance a token uses, 0: not recognised yet, or no longer. */
uint64_t limiter_known(struct limiter *l, uint64_t token);
void limiter_know(struct limiter *l, uint64_t token, int64_t account, int64_t now_s);
void limiter_forget(struct limiter *l, uint64_t token);
bool limiter_request(struct limiter *l, enum allowance kind, uint64_t who, int64_t now_s, struct rate *out);
bool limiter_hold(struct limiter *l, enum held kind, uint64_t who);
void limiter_release(struct limiter *l, enum held kind, uint64_t who);
/* rate.c: false: answered with 429. from_memory: the cost of an answer that is there already. */
bool rate_ok(struct exchange *x, bool from_memory);
void rate_remember(struct exchange *x); /* after the guard identified, or did not */
struct limiter_stats { uint64_t refused[ALLOWANCES], refused_held[HELD_KINDS]; };
void limiter_stats(const struct limiter *l, struct limiter_stats *out);
/* Keys that are being handled; false: it is already there. */
bool inflight_enter(struct server *s, uint64_t key);
void inflight_leave(struct server *s, uint64_t key);

/* metrics.c */
struct metrics;
struct metrics *metrics_new(struct arena *mem, int routes);
void metrics_count(struct metrics *m, int route, int status, int64_t us);
const char *metrics_text(struct server *s, struct metrics *m, struct arena *mem, size_t *n); /* m: what was counted */

/* loop.c, conn.c: the only files that know libevent */
MUST_CHECK const struct err *loops_start(struct server *s);
void loops_stop(struct server *s);  /* drains: returns when every accepted request is answered */
bool loop_is_open(const struct server *s, int i); /* for a test of the stop */
void loops_close(struct server *s); /* when nobody can post to them any more */
void loop_reply(struct exchange *x);
void loops_publish(struct server *s, const char *topic);

/* server.c */
enum { IN_FLIGHT = 4096 };
struct server {
    struct arena *mem;
    struct http_config config;
    struct store *store;
    const struct slice *const *slices;
    const struct guard *guard;
    struct routes *routes;
    struct assets *assets;
    struct cache *cache;
    struct limiter *limiter;
    struct metrics *metrics;
    struct networks proxies, inside; /* whose X-Forwarded-For counts; the operator's own */
    int port;
    struct loop *loops;
    int loops_n;
    _Atomic uint64_t next_id;
    _Atomic int connections, streams;
    _Atomic bool draining;

    pthread_mutex_t queue_lock;
    pthread_cond_t queue_more;
    struct exchange **queue;
    int queue_cap, queue_n, queue_head;
    bool queue_closed;
    pthread_t *workers;
    int workers_n;
    _Atomic int busy;

    pthread_mutex_t commits_lock;
    pthread_cond_t commits_none;
    int commits;               /* handed to the store and not through with their answer */

    pthread_mutex_t in_flight_lock;
    uint64_t in_flight[IN_FLIGHT];

    struct health_desk *health;
    pthread_t jobs;
    pthread_mutex_t jobs_lock;
    pthread_cond_t jobs_wake;
    bool jobs_stop, jobs_started;
};
bool queue_push(struct server *s, struct exchange *x); /* false: full */
void commit_handed(struct server *s);
void commit_done(struct server *s);
void server_publish(struct server *s, const struct topic *topics);
/* Topics published outside an exchange (jobs) wait here until the transaction is through. */
void publish_aside(struct req *r, const char *topic);
uint64_t hash64(const void *p, size_t n, uint64_t seed);
#endif

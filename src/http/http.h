/* What a slice declares to be served, and what a handler may ask of its exchange. The dispatcher
 * owns everything that is the same for all requests; see docs/architecture.md for the path.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H
#include "kernel/limits.h"
#include "store/store.h"

enum perm {
    PERM_UNSET,
#define PERM(id, name, zh, en) PERM_##id,
#include "http/perm.def"
#undef PERM
    PERM_COUNT
};
struct perm_info { const char *id, *name, *zh, *en; };
const struct perm_info *perm_info(enum perm p);

/* ---- routes ---- */
enum {
    ROUTE_PAGE = 1,      /* r->out is struct page; in has `after` and `limit` (PAGE_FIELDS) */
    ROUTE_CREATED = 2,   /* 201 instead of 200 */
    ROUTE_FILE = 4,      /* the handler calls http_send_file */
    ROUTE_RAW = 8,       /* body is raw (IN_RAW field), media types in `accepts` */
    ROUTE_STREAM = 16,   /* server-sent events: the handler calls http_subscribe */
    ROUTE_NO_IDEM = 32,  /* POST without Idempotency-Key (sign-in only) */
    ROUTE_QUIET = 64,    /* no audit row (a POST that changes nothing, such as a dry run or sign-in
                            that writes its own) */
    ROUTE_CACHE = 128,   /* public GET: the encoded answer may be cached until a write to its village */
};

typedef const struct err *handler(struct req *r);
struct route {
    const char *method, *path; /* below /api/v1; {name} is a field with IN_PATH */
    enum perm allow;
    enum tx tx;
    const struct record *in;   /* NULL: takes nothing */
    const struct record *out;  /* NULL: 204, or ROUTE_FILE/ROUTE_STREAM */
    handler *run;
    const enum err_code *errors; /* expected besides the usual; closed by ERR_NONE; may be NULL */
    unsigned flags;
    const char *accepts;       /* ROUTE_RAW: "text/csv" */
    const char *produces;      /* ROUTE_FILE: "application/pdf"; several: "image/jpeg, image/png" */
    const char *summary;       /* one line, shown in the API document */
};
/* TX_NONE: no transaction is open while the handler runs; r->db is the worker's session, so that the
 * handler may tx_run. Unless the route is PERM_PUBLIC, identify and allow run in a short read
 * transaction before (a PERM_PUBLIC TX_NONE route is not identified). No audit row and no
 * Idempotency-Key: the handler sees to both.
 * Scope: when the path has {village} or {region}, the permission must be held for that region (or
 * an ancestor of it); otherwise it must be held somewhere, and the handler narrows by access_*. */

/* One page of a list, newest or smallest key first. `next` is the opaque cursor, NULL at the end. */
struct page {
    struct list rows;
    const char *next;
    int64_t total; /* NONE when counting would be dear */
};
#define PAGE_MEMBERS const char *after; int64_t limit
#define PAGE_FIELDS(T) \
    F(T, after, K_TEXT, IN_QUERY | OPT, 0, 400, "Cursor: `next` of the page before."), \
    F(T, limit, K_INT, IN_QUERY | OPT, 1, LIMIT_PAGE_ROWS, "Rows per page, 50 if absent.")
/* The cursor is made of up to two integers and a text, opaque to clients. */
const char *page_cursor(struct req *r, int64_t a, int64_t b, const char *s);
/* Reads it back; absent: all NONE/NULL. A forged one: ERR_INVALID on "after". */
MUST_CHECK const struct err *page_after(struct req *r, const char *after, int64_t *a, int64_t *b, const char **s);
/* The bound to put in LIMIT: one more than wanted, so that page_cut knows whether there is more. */
int64_t page_limit(int64_t limit);
/* True when there are more rows than wanted; cuts the list. The caller then sets `next`. */
bool page_cut(struct page *p, int64_t limit);

/* ---- inside a handler ---- */
const char *http_header(const struct req *r, const char *name); /* NULL when absent */
const char *http_cookie(const struct req *r, const char *name);
const char *http_address(const struct req *r);                 /* the client, behind a trusted proxy too */
const char *http_path(const struct req *r);
/* What of it is one client's, for counting: "203.0.113.7", of IPv6 "2001:db8:1:2::/64". */
const char *http_network(const struct req *r);
/* A session has begun: requests with this token are the account's from now on (limit.c). */
void http_session(struct req *r, const char *token, int64_t account);
bool http_secure(const struct req *r);                         /* came by TLS at the proxy */
/* "https://jf.example.gov.cn" for links on paper: as configured, else from the request's Host. No
 * closing slash. */
const char *http_public_url(const struct req *r);
void http_set_header(struct req *r, const char *name, const char *value);
void http_send_file(struct req *r, const char *type, const char *filename, const void *p, size_t n);
/* ROUTE_STREAM: events on this topic go to the client until it leaves. */
void http_subscribe(struct req *r, const char *topic);
/* After the commit, sends an event {"topic":…} to subscribers and drops cached answers of the village. */
void http_publish(struct req *r, const char *topic);

/* ---- what access/ gives the dispatcher (installed by main.c; calls stay downward) ---- */
struct stored_reply { int status; const char *headers; const char *body; size_t body_n; };
struct guard {
    /* Who is it? By cookie or bearer; sets r->who, or leaves NULL. Wrong or expired: ERR_SIGN_IN.
     * For writes by cookie checks the CSRF header. Runs inside the request's transaction. */
    const struct err *(*identify)(struct req *r, const struct route *route);
    /* Whose allowance of requests this is: the same number in all sessions of a person. */
    int64_t (*account)(const struct actor *who);
    /* May r->who do this in this region (NONE: anywhere)? Held in only a grid or a household of that
     * village is enough here: the handler narrows. PERM_PUBLIC never gets here. */
    const struct err *(*allow)(struct req *r, enum perm p, int64_t region);
    /* One audit row for a write, in its transaction; body as JSON with secrets left out. */
    const struct err *(*audit)(struct req *r, const struct route *route, int status, const char *body);
    /* Idempotency-Key (already unquoted). *replay non-NULL: answer that instead of running. */
    const struct err *(*idem_begin)(struct req *r, const struct route *route, const char *key,
                                    const void *hash32, struct stored_reply **replay);
    const struct err *(*idem_finish)(struct req *r, const char *key, const struct stored_reply *reply);
};

/* ---- slices ---- */
struct job { const char *name; int every_s; tx_fn *run; const char *summary; };
struct command; /* main.h */
/* A file carried in the binary (generated by cmake/embed.cmake); closed by { 0 }. */
struct embedded { const char *path; const char *p, *end; };
/* What /readyz asks of a room. A check runs outside any transaction, at most once a second, on one thread;
 * it may take a look at the database and must not wait for long. */
enum health { HEALTH_PASS, HEALTH_WARN, HEALTH_FAIL }; /* a failure takes the server out of service */
struct health_limits {
    int64_t disk_free_mib;               /* less is a failure */
    int64_t backup_max_age_h;            /* 0: not watched */
    bool backup_age_fails;               /* else it is a warning */
};
struct health_seen {                     /* also what /metrics shows */
    struct store_look look;
    int64_t connections_share;           /* of PostgreSQL's, this server's part */
    int64_t beat_at_us, beat_us, backup_at; /* the last write (monotonic), how long it took; the last backup, NONE */
};
struct checkup {
    struct arena *mem;                   /* of this round */
    struct store *store;
    const struct health_limits *limits;
    int sessions;                        /* as many connections are of use to this server */
    struct health_seen *seen;
    const char *zh, *en;                 /* what was found, for the operator */
};
typedef enum health check_fn(struct checkup *c);
struct check { const char *name, *zh, *en; check_fn *run; };
enum health check_say(struct checkup *c, enum health h, const char *zh, const char *en);
/* NULL: passed; else failed, with what the error says. */
enum health check_err(struct checkup *c, const struct err *e);

struct slice {
    const char *name;
    const struct route *routes;          /* closed by {0}; may be NULL */
    const struct migration *migrations;  /* generated from the folder's .sql; may be NULL */
    const struct command *commands;      /* closed by {0}; may be NULL */
    const struct job *jobs;              /* closed by {0}; may be NULL */
    const struct check *checks;          /* of /readyz, closed by {0}; may be NULL */
};

/* ---- server ---- */
struct http_config {
    const char *address; int port;        /* port 0: any; http_port tells */
    int loops, workers;                   /* 0: from the cores */
    const char *public_url;               /* for links on paper; NULL: from Host */
    const char *trusted_proxy;            /* networks whose X-Forwarded-For counts (kernel/network.h), by commas; NULL: none */
    int rate_per_minute;                  /* per address of strangers, 0: no limit */
    int account_per_minute;               /* per account that is signed in */
    int request_s, idle_s, queue;         /* 0: as in limits.h */
    const struct embedded *files;         /* the pages; NULL: none */
    struct health_limits health;
};
struct server;
MUST_CHECK const struct err *http_start(struct arena *mem, const struct http_config *c, struct store *s,
                                        const struct slice *const *slices, const struct guard *g,
                                        struct server **out);
int http_port(const struct server *s);
/* Finishes what was accepted, then returns. */
void http_stop(struct server *s);
/* The API document; also `shanzhi openapi`. */
const char *http_openapi(struct arena *mem, const struct slice *const *slices);
#endif

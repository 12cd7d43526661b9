/* Inside loop.c and conn.c: the loop and its connections. Everything here is touched by the loop's own
 * thread only, but for the inbox. */
#ifndef HTTP_CONN_H
#define HTTP_CONN_H
#include <event2/event.h>
#include <sys/uio.h>
#include <time.h>

#include "http/inside.h"

enum {
    POOL = 128,                    /* arenas kept for the next requests, per loop */
    FIRST_BYTES = 2048,            /* of a head: most fit */
    SCRATCH_BYTES = 64 * 1024,
    SLOWEST_BYTES_S = 8 * 1024,    /* a reply or an upload may take 15 s plus its size at this rate */
    LINGER_S = 2,                  /* reading on after a refusal, so that the reply is not lost */
    LINGER_BYTES = 4 * 1024 * 1024,
    HEARTBEAT_S = 15,              /* proxies drop what is silent for longer */
    STREAM_BYTES = 16 * 1024,      /* events a client may be behind; then it is dropped and reconnects */
    STREAMS_MAX = 2000,
};

enum state { S_HEAD, S_BODY, S_BUSY, S_WRITE, S_STREAM, S_LINGER };

struct conn {
    struct loop *loop;
    struct conn *next, *prev;
    int fd;
    enum state state;
    struct event *reading, *writing;
    int64_t deadline;              /* ms, monotonic */
    char peer[46];
    bool counted;                  /* in the limiter */
    bool proxied;                  /* the peer is a trusted proxy */
    bool gone;                     /* closed while a worker has the exchange */

    bool has_mem;                  /* mem and x are those of a request */
    struct arena mem;
    struct exchange *x;
    char *in;                      /* bytes read and not yet consumed */
    size_t in_n, in_cap;
    struct buf rest;               /* read beyond the end of the body */

    struct iovec out[2];
    int out_n;
    size_t sent, lingered;

    const char *topic;
    uint64_t streamer;             /* whose stream it is, to the limiter */
    char *pending;                 /* of a stream */
    size_t pending_n;
};

enum note_kind { NOTE_REPLY, NOTE_CONN, NOTE_PUBLISH, NOTE_STOP };
struct note {
    struct note *next;
    enum note_kind kind;
    struct exchange *x;
    int fd;
    char peer[46];
    char topic[128];
};

struct loop {
    struct server *server;
    int index;
    pthread_t thread;
    struct event_base *base;
    struct event *wake, *tick, *accept;
    int wake_fd, listen_fd;
    int64_t now;                   /* ms, monotonic; taken once a turn */
    char date[40];
    time_t date_at;
    int64_t beat;

    struct conn *conns, *spare;
    int conns_n, turn;
    struct arena pool[POOL];
    int pool_n;
    struct arena mem;              /* conns */
    bool draining;
    char scratch[SCRATCH_BYTES];

    pthread_mutex_t lock;          /* the inbox */
    struct note *inbox, **inbox_end, *free_notes;
    struct arena note_mem;
};

int64_t loop_now(void); /* ms, monotonic */

void conn_new(struct loop *l, int fd, const char *peer);
/* A worker has answered: writes it and goes on. */
void conn_answered(struct exchange *x);
/* The deadline of its state is over. */
void conn_overdue(struct conn *c);
/* Ends streams and connections that wait for their next request. */
void conns_close_idle(struct loop *l);
/* An event, or a heartbeat. The connection may be gone afterwards. */
void stream_beat(struct conn *c);
void streams_publish(struct loop *l, const char *topic);
#endif

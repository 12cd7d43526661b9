/* The event loops: with conn.c the only files that know libevent and sockets. One loop per core,
 * each with its own event base; loop 0 accepts and deals the connections out in turn, so that the
 * load is even and a second server on the port is refused. Other threads reach a loop by notes in
 * its inbox. Each loop looks at its connections' deadlines once a second.
 */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/conn.h"
#include "kernel/date.h"
#include "kernel/memory.h"

enum { BACKLOG = 1024 }; /* connections the kernel keeps until they are accepted */

int64_t loop_now(void)
{
    return clock_monotonic_us() / 1000;
}

/* ---- notes to a loop, from any thread ---- */

static void post(struct loop *l, const struct note *n)
{
    pthread_mutex_lock(&l->lock);
    struct note *copy = l->free_notes;
    if (copy) l->free_notes = copy->next;
    else copy = arena_new(&l->note_mem, struct note);
    *copy = *n;
    copy->next = NULL;
    bool first = !l->inbox;
    *l->inbox_end = copy;
    l->inbox_end = &copy->next;
    pthread_mutex_unlock(&l->lock);
    uint64_t one = 1;
    if (first && write(l->wake_fd, &one, sizeof one) < 0 && errno != EAGAIN)
        BUG("eventfd: %s", strerror(errno));
}

void loop_reply(struct exchange *x)
{
    post(x->conn->loop, &(struct note){ .kind = NOTE_REPLY, .x = x });
}

void loops_publish(struct server *s, const char *topic)
{
    struct note n = { .kind = NOTE_PUBLISH };
    size_t len = strlen(topic);
    if (len >= sizeof n.topic) BUG("topic %s is too long", topic);
    memcpy(n.topic, topic, len); /* what is behind it is 0 */
    for (int i = 0; i < s->loops_n; i++) post(&s->loops[i], &n);
}

/* ---- the loop ---- */

static void refresh_date(struct loop *l)
{
    int64_t now = clock_now();
    if (now / 1000 == l->date_at) return;
    l->date_at = now / 1000;
    instant_http(now, l->date);
}

static void deal_out(struct loop *l);

/* Loop 0 hears of the stop first and tells the others when it has dealt out who connected before it:
 * their inboxes keep the order, so no connection comes to a loop that has ended. */
static void drain(struct loop *l)
{
    l->draining = true;
    if (l->accept) {
        struct server *s = l->server;
        deal_out(l);
        event_free(l->accept);
        l->accept = NULL;
        close(l->listen_fd);
        for (int i = 1; i < s->loops_n; i++) post(&s->loops[i], &(struct note){ .kind = NOTE_STOP });
    }
    conns_close_idle(l);
}

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
    (void)what;
    struct loop *l = arg;
    uint64_t count;
    if (read(fd, &count, sizeof count) < 0 && errno != EAGAIN) BUG("eventfd: %s", strerror(errno));
    l->now = loop_now();
    pthread_mutex_lock(&l->lock);
    struct note *all = l->inbox;
    l->inbox = NULL;
    l->inbox_end = &l->inbox;
    pthread_mutex_unlock(&l->lock);
    struct note *last = NULL;
    for (struct note *n = all; n; n = n->next) {
        last = n;
        switch (n->kind) {
        case NOTE_REPLY:
            conn_answered(n->x);
            break;
        case NOTE_CONN:
            conn_new(l, n->fd, n->peer);
            break;
        case NOTE_PUBLISH:
            streams_publish(l, n->topic);
            break;
        case NOTE_STOP:
            drain(l);
            break;
        }
    }
    if (last) {
        pthread_mutex_lock(&l->lock);
        last->next = l->free_notes;
        l->free_notes = all;
        pthread_mutex_unlock(&l->lock);
    }
    if (l->draining && !l->conns) event_base_loopbreak(l->base);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct loop *l = arg;
    l->now = loop_now();
    refresh_date(l);
    bool beat = l->now - l->beat >= HEARTBEAT_S * 1000;
    if (beat) l->beat = l->now;
    for (struct conn *c = l->conns, *next; c; c = next) {
        next = c->next;
        if (c->state == S_STREAM && beat) stream_beat(c);
        else if (l->now > c->deadline) conn_overdue(c);
    }
    if (l->draining) conns_close_idle(l);
    if (l->accept) event_add(l->accept, NULL); /* after a pause for want of descriptors */
    if (l->draining && !l->conns) event_base_loopbreak(l->base);
}

/* Accepts all that wait and deals them out in turn. */
static void deal_out(struct loop *l)
{
    struct server *s = l->server;
    for (;;) {
        struct sockaddr_storage from;
        socklen_t from_n = sizeof from;
        int fd =
            accept4(l->listen_fd, (struct sockaddr *)&from, &from_n, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno == EINTR || errno == ECONNABORTED) continue;
            if (errno != EAGAIN && errno != EWOULDBLOCK) {
                log_warn("http", "accept", LS("error", strerror(errno)));
                event_del(l->accept);
            }
            return;
        }
        int yes = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        struct note n = { .kind = NOTE_CONN, .fd = fd };
        if (getnameinfo((struct sockaddr *)&from, from_n, n.peer, sizeof n.peer, NULL, 0,
                        NI_NUMERICHOST))
            n.peer[0] = '?';
        if (!strncmp(n.peer, "::ffff:", 7) && strchr(n.peer, '.'))
            memmove(n.peer, n.peer + 7, strlen(n.peer + 7) + 1);
        struct loop *to = &s->loops[l->turn++ % s->loops_n];
        if (to == l) conn_new(l, fd, n.peer);
        else post(to, &n);
    }
}

static void on_accept(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct loop *l = arg;
    l->now = loop_now();
    deal_out(l);
}

static void *loop_main(void *arg)
{
    struct loop *l = arg;
    event_base_loop(l->base, EVLOOP_NO_EXIT_ON_EMPTY);
    return NULL;
}

static void loop_open(struct loop *l, struct server *s, int index)
{
    *l = (struct loop){ .server = s, .index = index, .listen_fd = -1 };
    pthread_mutex_init(&l->lock, NULL);
    l->inbox_end = &l->inbox;
    struct event_config *config = event_config_new();
    if (!config) BUG("event_config");
    event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK); /* one thread; others post notes */
    l->base = event_base_new_with_config(config);
    event_config_free(config);
    l->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (!l->base || l->wake_fd < 0) BUG("no event loop: %s", strerror(errno));
    l->wake = event_new(l->base, l->wake_fd, EV_READ | EV_PERSIST, on_wake, l);
    l->tick = event_new(l->base, -1, EV_PERSIST, on_tick, l);
    event_add(l->wake, NULL);
    event_add(l->tick, &(struct timeval){ .tv_sec = 1 });
    l->now = l->beat = loop_now();
    refresh_date(l);
}

static const struct err *cannot_listen(struct server *s, const char *why)
{
    struct err *e = err_say(
        s->mem, ERR_INTERNAL, "port",
        arena_printf(s->mem,
                     "无法在 %s 端口 %d 上提供服务：%s。请换一个端口（--port）或停止占用它的程序。",
                     s->config.address, s->config.port, why),
        arena_printf(s->mem,
                     "Cannot listen on %s port %d: %s. Choose another --port or stop what uses it.",
                     s->config.address, s->config.port, why));
    return e;
}

static const struct err *listen_on(struct server *s, int *out)
{
    char port[16];
    snprintf(port, sizeof port, "%d", s->config.port);
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV },
                    *found;
    int bad = getaddrinfo(s->config.address, port, &hints, &found);
    if (bad) return cannot_listen(s, gai_strerror(bad));
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), yes = 1;
    bool ok = fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) &&
              !bind(fd, found->ai_addr, found->ai_addrlen) && !listen(fd, BACKLOG);
    int why = errno;
    freeaddrinfo(found);
    if (!ok) {
        if (fd >= 0) close(fd);
        return cannot_listen(s, strerror(why));
    }
    struct sockaddr_storage at;
    socklen_t at_n = sizeof at;
    if (getsockname(fd, (struct sockaddr *)&at, &at_n)) BUG("getsockname");
    s->port = ntohs(at.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&at)->sin6_port
                                             : ((struct sockaddr_in *)&at)->sin_port);
    *out = fd;
    return NULL;
}

const struct err *loops_start(struct server *s)
{
    int fd = -1;
    TRY(listen_on(s, &fd));
    s->loops = arena_array(s->mem, struct loop, (size_t)s->loops_n);
    for (int i = 0; i < s->loops_n; i++) loop_open(&s->loops[i], s, i);
    struct loop *l = &s->loops[0];
    l->listen_fd = fd;
    l->accept = event_new(l->base, fd, EV_READ | EV_PERSIST, on_accept, l);
    event_add(l->accept, NULL);
    for (int i = 0; i < s->loops_n; i++)
        if (memory_thread(&s->loops[i].thread, loop_main, &s->loops[i])) BUG("no thread");
    return NULL;
}

void loops_stop(struct server *s)
{
    post(&s->loops[0], &(struct note){ .kind = NOTE_STOP });
    for (int i = 0; i < s->loops_n; i++) pthread_join(s->loops[i].thread, NULL);
}

bool loop_is_open(const struct server *s, int i)
{
    return fcntl(s->loops[i].wake_fd, F_GETFD) >= 0;
}

/* A loop's thread may end long before its inbox does: who writes for a connection of one loop tells
 * the streams of all. So what others reach goes when the last worker and the last commit are through. */
void loops_close(struct server *s)
{
    for (int i = 0; i < s->loops_n; i++) {
        struct loop *l = &s->loops[i];
        event_free(l->wake);
        event_free(l->tick);
        event_base_free(l->base);
        close(l->wake_fd);
        while (l->pool_n) arena_clear(&l->pool[--l->pool_n]);
        arena_clear(&l->mem);
        arena_clear(&l->note_mem);
        pthread_mutex_destroy(&l->lock);
    }
}

/* What the tests of a running server share: a client on plain sockets. Included below the handlers, because cmocka
 * defines fail(). */
#ifndef HTTP_TEST_H
#define HTTP_TEST_H
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/inside.h"

#include "kernel/test.h" /* last: it defines fail() */

static inline int dial(const struct server *s)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)http_port(s)),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct timeval patience = { .tv_sec = 20 };
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    assert_return_code(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    return fd;
}

/* Reads until `want` has been seen; fails when the connection ends before. */
static inline char *read_until(struct arena *mem, int fd, const char *want)
{
    struct buf b = buf_in(mem, 1 << 20);
    char part[4096];
    while (!strstr(b.p, want)) {
        ssize_t n = read(fd, part, sizeof part);
        if (n <= 0) fail_msg("the connection ended before %s: %s", want, b.p);
        buf_add(&b, part, (size_t)n);
    }
    return b.p;
}

/* One request on a connection of its own; the whole answer. */
static inline char *ask(const struct server *s, struct arena *mem, const char *method, const char *path, const char *headers, const char *body)
{
    int fd = dial(s);
    const char *bytes = arena_printf(mem, "%s %s HTTP/1.1\r\nHost: t\r\nConnection: close\r\n%sContent-Length: %zu\r\n\r\n%s", method, path,
                                     headers, strlen(body), body);
    assert_int_equal(write(fd, bytes, strlen(bytes)), (ssize_t)strlen(bytes));
    struct buf b = buf_in(mem, 1 << 20);
    char part[4096];
    for (ssize_t n; (n = read(fd, part, sizeof part)) > 0;) buf_add(&b, part, (size_t)n);
    close(fd);
    return b.p;
}

#define SEE(text, part) do { if (!strstr((text), (part))) fail_msg("no %s in: %s", (part), (text)); } while (0)
#define NOT(text, part) do { if (strstr((text), (part))) fail_msg("%s in: %s", (part), (text)); } while (0)
#endif

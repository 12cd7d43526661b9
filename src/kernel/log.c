/* Log: a line is composed on the stack and goes out in one write(), so lines of threads and of
 * several processes never mix. A line that does not fit loses its fields, never its message. */
#include "kernel/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernel/date.h"
#include "kernel/json.h"
#include "kernel/text.h"

enum { LINE_BYTES = 8192, VALUE_BYTES = 2048 };

static _Atomic int lowest = LOG_INFO;
static _Atomic int log_fd = STDERR_FILENO;
static _Thread_local uint64_t request_id;

void log_set_level(enum log_level min)
{
    atomic_store(&lowest, (int)min);
}

void log_set_fd(int fd)
{
    atomic_store(&log_fd, fd);
}

static const char *log_path; /* set once, before the threads */

static int open_log(const char *path)
{
    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0640);
}

int log_open(const char *path)
{
    int fd = open_log(path);
    if (fd < 0) return errno;
    log_path = path;
    atomic_store(&log_fd, fd);
    return 0;
}

/* The number of the descriptor stays, so that who writes meanwhile writes into one file or the other. */
int log_reopen(void)
{
    if (!log_path) return -1;
    int fd = open_log(log_path);
    if (fd < 0) return errno;
    int bad = dup3(fd, atomic_load(&log_fd), O_CLOEXEC) < 0 ? errno : 0;
    close(fd);
    return bad;
}

void log_set_request(uint64_t id)
{
    request_id = id;
}

bool log_level_parse(const char *s, enum log_level *out)
{
    static const char *const names[] = { "debug", "info", "warn", "error" };
    for (int i = 0; i < 4; i++) {
        if (!text_equal(s, names[i])) continue;
        *out = (enum log_level)i;
        return true;
    }
    return false;
}

static const char *level_name(enum log_level level)
{
    switch (level) {
    case LOG_DEBUG: return "debug";
    case LOG_INFO: return "info";
    case LOG_WARN: return "warn";
    case LOG_ERROR: return "error";
    }
    return "error";
}

/* Foreign text may end in half a character; json_quote repairs that. */
static void put(struct json *j, const char *key, const char *s)
{
    json_key(j, key);
    size_t n = strlen(s);
    json_quote_value(j, s, n < VALUE_BYTES ? n : VALUE_BYTES);
}

static void compose(struct buf *b, enum log_level level, const char *where, const char *msg,
                    const struct log_field *fields)
{
    char now[INSTANT_SIZE];
    struct json j = json_to(b);
    json_object(&j);
    put(&j, "time", instant_format(clock_now(), now));
    put(&j, "level", level_name(level));
    put(&j, "where", where);
    if (request_id) {
        json_key(&j, "request");
        char id[17]; /* as in X-Request-Id */
        snprintf(id, sizeof id, "%016" PRIx64, request_id);
        json_text(&j, id);
    }
    put(&j, "msg", msg);
    for (; fields && fields->key; fields++) {
        if (fields->s) {
            put(&j, fields->key, fields->s);
        } else {
            json_key(&j, fields->key);
            json_int(&j, fields->i);
        }
    }
    json_end(&j);
    buf_putc(b, '\n');
}

void log_write(enum log_level level, const char *where, const char *msg,
               const struct log_field *fields)
{
    if ((int)level < atomic_load(&lowest)) return;
    char line[LINE_BYTES];
    /* Never grows: cap is above max, so the buffer asks no arena. */
    struct buf b = { .p = line, .cap = sizeof line, .max = sizeof line - 1 };
    compose(&b, level, where, msg, fields);
    if (b.over) {
        static const struct log_field cut[] = { LI("fields_dropped", 1), { 0 } };
        b = (struct buf){ .p = line, .cap = sizeof line, .max = sizeof line - 1 };
        compose(&b, level, where, msg, cut);
    }
    const char *p = line;
    for (size_t n = b.over ? 0 : b.n; n > 0;) {
        ssize_t done = write(atomic_load(&log_fd), p, n);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return; /* there is nobody left to tell */
        p += done;
        n -= (size_t)done;
    }
}

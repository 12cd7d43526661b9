/* Structured log: one JSON line per event on stderr, or in a file, by one write(), safe from any thread. Values are
 * cut at 2 KiB. Never log what a record marks OUT_SECRET.
 *     log_info("http", "listening", LI("port", 8600), LS("engine", "sqlite")); */
#ifndef KERNEL_LOG_H
#define KERNEL_LOG_H
#include <stdbool.h>
#include <stdint.h>
enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
struct log_field { const char *key; const char *s; int64_t i; };
static inline const char *log_text(const char *s)
{
    return s ? s : "";
}
#define LS(k, v) { .key = (k), .s = log_text(v) }
#define LI(k, v) { .key = (k), .i = (int64_t)(v) }
void log_set_level(enum log_level min);
bool log_level_parse(const char *s, enum log_level *out); /* "debug" "info" "warn" "error" */
/* The request this thread works on: it is in every line until set to 0, also in the last one of BUG(). */
void log_set_request(uint64_t id);
void log_set_fd(int fd); /* for tests */
/* From now on into this file (appended to; made with mode 0640). 0, or errno: then it stays where it is. */
int log_open(const char *path);
/* Opens the file anew, after somebody moved it away. 0; errno: it goes on as it was; -1: it is no file. */
int log_reopen(void);
void log_write(enum log_level level, const char *where, const char *msg, const struct log_field *fields);
#define log_at(level, where, msg, ...) \
    log_write(level, where, msg, (const struct log_field[]){ __VA_ARGS__ __VA_OPT__(,) { 0 } })
#define log_info(where, msg, ...) log_at(LOG_INFO, where, msg, __VA_ARGS__)
#define log_warn(where, msg, ...) log_at(LOG_WARN, where, msg, __VA_ARGS__)
#define log_error(where, msg, ...) log_at(LOG_ERROR, where, msg, __VA_ARGS__)
#define log_debug(where, msg, ...) log_at(LOG_DEBUG, where, msg, __VA_ARGS__)
#endif

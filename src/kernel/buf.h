/* Growable byte buffer in an arena, always closed by a NUL, with a hard maximum: writing past it
 * sets `over` and drops the rest, so callers append freely and check once at the end.
 *
 *     struct buf b = buf_in(mem, BUF_MAX);
 *     buf_printf(&b, "hello %s", name);
 *     if (b.over) return fail(r, ERR_TOO_LARGE, NULL);
 */
#ifndef KERNEL_BUF_H
#define KERNEL_BUF_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kernel/arena.h"

struct buf {
    char *p;
    size_t n, cap, max;
    bool over;
    struct arena *mem;
};

struct buf buf_in(struct arena *mem, size_t max);
void buf_add(struct buf *b, const void *p, size_t n);
void buf_puts(struct buf *b, const char *s);
/* For hot paths: room for n more bytes and a NUL, to be written at the result; then b->n += what was
 * written, with the NUL behind it. NULL: over. */
char *buf_reserve(struct buf *b, size_t n);
void buf_putc(struct buf *b, char c);
void buf_int(struct buf *b, int64_t v);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
#endif

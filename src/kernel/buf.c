/* Append-only buffer; doubles inside its arena up to a hard maximum. */
#include "kernel/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct buf buf_in(struct arena *mem, size_t max)
{
    struct buf b = { .mem = mem, .max = max, .cap = 256 };
    b.p = arena_alloc(mem, b.cap);
    return b;
}

static bool room(struct buf *b, size_t n)
{
    if (b->over || n > b->max - b->n) {
        b->over = true;
        return false;
    }
    if (b->n + n + 1 > b->cap) {
        size_t cap = b->cap * 2;
        while (cap < b->n + n + 1) cap *= 2;
        char *p = arena_alloc(b->mem, cap);
        memcpy(p, b->p, b->n);
        b->p = p;
        b->cap = cap;
    }
    return true;
}

char *buf_reserve(struct buf *b, size_t n)
{
    return room(b, n) ? b->p + b->n : NULL;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
    if (!n || !room(b, n)) return;
    memcpy(b->p + b->n, p, n);
    b->n += n;
    b->p[b->n] = 0;
}

void buf_puts(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

void buf_putc(struct buf *b, char c)
{
    if (!room(b, 1)) return;
    b->p[b->n++] = c;
    b->p[b->n] = 0;
}

void buf_int(struct buf *b, int64_t v)
{
    char s[24], *p = s + sizeof s; /* by hand: this is the hot path of every JSON answer */
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do *--p = (char)('0' + u % 10);
    while (u /= 10);
    if (v < 0) *--p = '-';
    buf_add(b, p, (size_t)(s + sizeof s - p));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char small[256];
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(small, sizeof small, fmt, ap);
    va_end(ap);
    if (n >= 0 && (size_t)n < sizeof small) buf_add(b, small, (size_t)n);
    else buf_puts(b, arena_vprintf(b->mem, fmt, again));
    va_end(again);
}

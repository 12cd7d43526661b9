/* Arena: memory by lifespan. A request, a transaction or a whole process owns one; everything
 * allocated from it goes away together. Allocation never returns NULL (out of memory ends the
 * process with a message) and returns zeroed, max-aligned bytes. Not thread-safe: one owner.
 *
 *     struct arena mem = { 0 };
 *     struct claim *c = arena_new(&mem, struct claim);
 *     char *s = arena_printf(&mem, "%s-%d", c->code, 7);
 *     arena_clear(&mem);                       // c and s are gone
 */
#ifndef KERNEL_ARENA_H
#define KERNEL_ARENA_H
#include <stdarg.h>
#include <stddef.h>

struct arena_chunk;
struct arena_hook;
struct arena {
    struct arena_chunk *chunks;
    struct arena_hook *hooks;
    size_t used, size; /* of the newest chunk */
    size_t total;      /* bytes held in all chunks */
};

void *arena_alloc(struct arena *a, size_t n);
void *arena_copy(struct arena *a, const void *p, size_t n);
/* Copy of n bytes plus a closing NUL; s may hold NULs. */
char *arena_strndup(struct arena *a, const char *s, size_t n);
/* NULL stays NULL. */
char *arena_strdup(struct arena *a, const char *s);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/* Runs fn(arg) when the arena is cleared, newest first: for files, statements, foreign memory. */
void arena_on_clear(struct arena *a, void (*fn)(void *), void *arg);
/* Frees everything. The arena can be used again. */
void arena_clear(struct arena *a);
/* As clear, but keeps one chunk of ordinary size for the next user. */
void arena_reset(struct arena *a);

#define arena_new(a, T) ((T *)arena_alloc((a), sizeof(T)))
#define arena_array(a, T, n) ((T *)arena_alloc_array((a), (n), sizeof(T)))
void *arena_alloc_array(struct arena *a, size_t n, size_t size);
#endif

/* Arena: memory by lifespan. A request, a transaction or a whole process owns one; everything
 * allocated from it goes away together. Allocation never returns NULL (when there is no memory it leaves
 * the arena_try around it, else it ends the process with a message) and returns zeroed, max-aligned bytes.
 * Not thread-safe: one owner.
 *
 *     struct arena mem = { 0 };
 *     struct claim *c = arena_new(&mem, struct claim);
 *     char *s = arena_printf(&mem, "%s-%d", c->code, 7);
 *     arena_clear(&mem);                       // c and s are gone
 */
#ifndef KERNEL_ARENA_H
#define KERNEL_ARENA_H
#include <stdarg.h>
#include <stdbool.h>
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
/* An arena that is cleared with its parent at the latest: for scratch memory of a function that may be
 * left by arena_try, which `struct arena mem = { 0 };` would lose. What is made in it to stay moves out:
 * *mine = *child, then *child = { 0 }. */
struct arena *arena_child(struct arena *parent);

/* Everything allocated since the mark is freed, hooks run. */
struct arena_mark { struct arena_chunk *head, *behind; struct arena_hook *hooks; size_t used, total; };
struct arena_mark arena_mark(const struct arena *a);
void arena_back(struct arena *a, const struct arena_mark *m);

/* Runs fn(arg). False: memory ran out in it, or the process came near its limit (kernel/memory.h): fn was
 * left where it stood. What it held (statements, a transaction) is the caller's to undo. May be nested. */
bool arena_try(void (*fn)(void *), void *arg);
/* From arena_hold to its arena_let_go nothing is left by a jump: for calls into libraries that call back and
 * keep state, and under locks. The reserve stands in; arena_let_go tells whether it had to. */
void arena_hold(void);
bool arena_let_go(void);
bool arena_short(void); /* it had to already */
/* Leaves the arena_try (or ends the process), as an allocation of n bytes does that cannot be had. */
_Noreturn void arena_exhausted(size_t n);

#ifdef SHANZHI_TESTING
/* The nth allocation of this thread from now on cannot be had, where it may leave the arena_try; 0: all can. */
void arena_fail_at(long n);
long arena_held(void); /* chunks this thread took and did not free */
#endif

#define arena_new(a, T) ((T *)arena_alloc((a), sizeof(T)))
#define arena_array(a, T, n) ((T *)arena_alloc_array((a), (n), sizeof(T)))
void *arena_alloc_array(struct arena *a, size_t n, size_t size);
#endif

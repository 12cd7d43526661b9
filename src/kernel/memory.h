/* How much memory there is, by what the operator allowed: RLIMIT_AS (ulimit -v) and the cgroup's memory.max
 * (systemd's MemoryMax, a container). Without a limit everything here says yes and costs nothing.
 *
 * The rule: whatever a request does goes on only while MEMORY_RESERVE stays free beside it (arena_try). The
 * reserve is for what cannot be given up in the middle: the loops, a commit, libraries that end the process
 * when malloc fails.
 */
#ifndef KERNEL_MEMORY_H
#define KERNEL_MEMORY_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MEMORY_RESERVE = 24 * 1024 * 1024, /* 16 workers between two looks, answers in writing, SQLite's pages */
    MEMORY_STACK = 2 * 1024 * 1024,    /* of a thread; 8 MiB each would be most of a small limit */
};

/* Before the first thread: finds the limits, and under one keeps malloc to a single arena, because each
 * thread's own takes 64 MiB of address space. */
void memory_start(void);
/* Bytes until the nearest limit, INT64_MAX when there is none. A look costs some microseconds. */
int64_t memory_room(void);
/* Can n bytes be had beside the reserve and what others were promised? */
bool memory_has(size_t n);
/* The same, but before it says no, what is kept only for speed is given back (memory_spare). */
bool memory_make_room(size_t n);
/* As memory_make_room, and nobody else is told yes for them until memory_done(n). */
bool memory_promise(size_t n);
void memory_done(size_t n);
/* Should n more bytes of an arena be looked at? Every megabyte or so, when there is a limit. */
bool memory_watch(size_t n);
/* Who keeps something dear only because it is quicker to have it again says so once, before it keeps any:
 * give_back frees one of those that nobody uses now, and returns false when there is none. It is called on any
 * thread, without a lock of this room, never under arena_hold; it allocates nothing. */
void memory_spare(bool (*give_back)(void));
/* Asks them: true, something was given back, and it is worth trying once more. */
bool memory_give_back(void);
/* A thread with MEMORY_STACK. 0 or what pthread_create says. */
int memory_thread(unsigned long *out, void *(*run)(void *), void *arg);
#endif

/* The few words that a run keeps per subject: arrays that grow without being copied (the arena
 * would keep every old copy), and texts that are kept once.
 */
#ifndef SCHEME_SCHEME_WORDS_H
#define SCHEME_SCHEME_WORDS_H
#include "kernel/arena.h"
#include <stdint.h>

/* Start with { .mem = mem, .size = sizeof(struct thing) }. */
struct words {
    struct arena *mem;
    size_t size, n, cap;
    char **blocks;
};
enum { WORDS_BLOCK = 128 };
void *words_add(struct words *w); /* zeroed */
#define WORDS_AT(w, T, i) ((T *)((w)->blocks[(i) / WORDS_BLOCK] + (i) % WORDS_BLOCK * (w)->size))

/* A text by its number; NULL is number 0. Start with { .mem = mem }. */
struct names {
    struct arena *mem;
    const char **text;
    uint32_t *table;
    uint32_t n, cap;
};
uint32_t names_of(struct names *v, const char *text);
uint32_t names_find(const struct names *v, const char *text); /* 0: not among them */
uint32_t text_hash(const char *s);
#endif

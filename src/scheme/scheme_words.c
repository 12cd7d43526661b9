/* Growing arrays and interned texts: scheme_words.h. */
#include "scheme/scheme_words.h"

#include <string.h>

void *words_add(struct words *w)
{
    if (w->n / WORDS_BLOCK == w->cap) {
        size_t cap = w->cap ? 2 * w->cap : 16;
        char **blocks = arena_array(w->mem, char *, cap);
        if (w->cap) memcpy(blocks, w->blocks, w->cap * sizeof *blocks);
        w->blocks = blocks;
        w->cap = cap;
    }
    char **block = &w->blocks[w->n / WORDS_BLOCK];
    if (!*block) *block = arena_alloc_array(w->mem, WORDS_BLOCK, w->size);
    return *block + w->n++ % WORDS_BLOCK * w->size;
}

/* FNV-1a: codes are a few bytes long. */
uint32_t text_hash(const char *s)
{
    uint32_t h = 2166136261u;
    for (; *s; s++) h = (h ^ (unsigned char)*s) * 16777619u;
    return h ^ h >> 15;
}

static uint32_t *place(const struct names *v, const char *text)
{
    uint32_t i = text_hash(text) & (v->cap - 1);
    while (v->table[i] && strcmp(v->text[v->table[i]], text) != 0) i = (i + 1) & (v->cap - 1);
    return &v->table[i];
}

static void grow(struct names *v)
{
    struct names old = *v;
    v->cap = old.cap ? 2 * old.cap : 64;
    v->table = arena_array(v->mem, uint32_t, v->cap);
    v->text = arena_array(v->mem, const char *, v->cap / 2 + 1);
    for (uint32_t i = 1; i <= old.n; i++) {
        v->text[i] = old.text[i];
        *place(v, v->text[i]) = i;
    }
}

uint32_t names_of(struct names *v, const char *text)
{
    if (!text) return 0;
    if (!v->cap || v->n + 1 > v->cap / 2) grow(v);
    uint32_t *at = place(v, text);
    if (*at) return *at;
    v->text[++v->n] = arena_strdup(v->mem, text);
    return *at = v->n;
}

uint32_t names_find(const struct names *v, const char *text)
{
    return text && v->n ? *place(v, text) : 0;
}

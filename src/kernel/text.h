/* UTF-8 text as people write it. */
#ifndef KERNEL_TEXT_H
#define KERNEL_TEXT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kernel/arena.h"
/* Valid UTF-8 without NUL, surrogates, overlong forms. */
bool utf8_valid(const char *s, size_t n);
/* Code points; s is valid. */
size_t utf8_length(const char *s);
/* Length in bytes of the first code point of s[0..n), 0 when it is malformed or NUL. */
size_t utf8_step(const char *s, size_t n, uint32_t *cp);
/* Bytes of the longest prefix of at most max bytes that cuts no character; s is valid. */
size_t utf8_clip(const char *s, size_t max);
/* Valid UTF-8, no control characters but newline and tab, no bidi overrides, no non-characters. */
bool text_clean(const char *s);
/* Nothing but white space (full-width space too). */
bool text_blank(const char *s);
/* Trims, and folds full-width digits, Latin letters and every white space to ASCII: for names,
 * numbers, codes. NULL stays NULL. */
char *text_normal(struct arena *mem, const char *s);
/* The place of s in a list closed by NULL; -1: it is not there. */
int text_place(const char *const *words, const char *s);
bool text_equal(const char *a, const char *b);    /* NULL-safe */
bool text_starts(const char *s, const char *prefix);
/* "张三丰" → "张*丰", "张三" → "张*", "欧阳春雪" → "欧**雪"; a single character becomes "*",
 * an empty one stays. 姓名脱敏 */
char *text_mask_name(struct arena *mem, const char *name);
/* 138****5678; below 11 characters only the last two show, below 7 none. */
char *text_mask_phone(struct arena *mem, const char *phone);
/* Decimal integer within bounds; the whole string, no "+", no spaces. NULL is false. */
bool text_int(const char *s, int64_t min, int64_t max, int64_t *out);
/* Edit distance for "did you mean"; the nearest of words (closed by NULL), or NULL if all are far. */
const char *text_nearest(const char *s, const char *const *words);
char *hex_encode(struct arena *mem, const void *p, size_t n);
bool hex_decode(const char *s, void *out, size_t n);
#endif

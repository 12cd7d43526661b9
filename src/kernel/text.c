/* UTF-8 text: validation, folding, masking, small parsers. */
#include "kernel/text.h"

#include <string.h>

#include "kernel/buf.h"

/* Reads one code point of at most n bytes; 0 when it is malformed, overlong, a surrogate, beyond
 * U+10FFFF, or NUL. The bounds of the second byte are Unicode table 3-7. */
static size_t take(const unsigned char *s, size_t n, uint32_t *cp)
{
    unsigned c = s[0];
    if (c < 0x80) {
        *cp = c;
        return c ? 1 : 0;
    }
    if (c < 0xC2 || c > 0xF4) return 0;
    size_t len = c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    if (n < len) return 0;
    unsigned lo = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
    unsigned hi = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
    if (s[1] < lo || s[1] > hi) return 0;
    uint32_t v = c & (0x7Fu >> len);
    v = v << 6 | (s[1] & 0x3Fu);
    for (size_t i = 2; i < len; i++) {
        if ((s[i] & 0xC0) != 0x80) return 0;
        v = v << 6 | (s[i] & 0x3Fu);
    }
    *cp = v;
    return len;
}

size_t utf8_step(const char *s, size_t n, uint32_t *cp)
{
    return n ? take((const unsigned char *)s, n, cp) : 0;
}

bool utf8_valid(const char *s, size_t n)
{
    uint32_t cp;
    while (n) {
        size_t len = take((const unsigned char *)s, n, &cp);
        if (!len) return false;
        s += len;
        n -= len;
    }
    return true;
}

size_t utf8_length(const char *s)
{
    size_t n = 0;
    for (; *s; s++) n += ((unsigned char)*s & 0xC0) != 0x80;
    return n;
}

size_t utf8_clip(const char *s, size_t max)
{
    size_t n = strnlen(s, max + 1);
    if (n <= max) return n;
    n = max;
    while (n && ((unsigned char)s[n] & 0xC0) == 0x80) n--;
    return n;
}

/* Overrides and isolates can make a name or an amount read differently from what it is
 * (CVE-2021-42574); the non-characters break XML and PDF readers. */
static bool forbidden(uint32_t cp)
{
    return (cp < 0x20 && cp != '\n' && cp != '\t') || (cp >= 0x7F && cp < 0xA0) ||
           (cp >= 0x202A && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069) ||
           (cp & 0xFFFE) == 0xFFFE;
}

bool text_clean(const char *s)
{
    size_t n = strlen(s);
    uint32_t cp;
    while (n) {
        size_t len = take((const unsigned char *)s, n, &cp);
        if (!len || forbidden(cp)) return false;
        s += len;
        n -= len;
    }
    return true;
}

static bool is_space(uint32_t cp)
{
    return cp == ' ' || (cp >= '\t' && cp <= '\r') || cp == 0xA0 || cp == 0x3000 || cp == 0xFEFF;
}

bool text_blank(const char *s)
{
    size_t n = strlen(s), len;
    uint32_t cp;
    for (; n && (len = take((const unsigned char *)s, n, &cp)); s += len, n -= len)
        if (!is_space(cp)) return false;
    return n == 0;
}

char *text_normal(struct arena *mem, const char *s)
{
    if (!s) return NULL;
    size_t n = strlen(s), at = 0, end = 0; /* end: after the last character that is no space */
    char *out = arena_alloc(mem, n + 1);
    while (n) {
        uint32_t cp;
        size_t len = take((const unsigned char *)s, n, &cp);
        if (!len) { /* not ours to judge: keep the byte */
            len = 1;
            cp = 0;
        }
        if (is_space(cp)) {
            if (at) out[at++] = ' ';
        } else if ((cp >= 0xFF10 && cp <= 0xFF19) || (cp >= 0xFF21 && cp <= 0xFF3A) ||
                   (cp >= 0xFF41 && cp <= 0xFF5A)) {
            out[at++] = (char)(cp - 0xFEE0);
            end = at;
        } else {
            memcpy(out + at, s, len);
            at += len;
            end = at;
        }
        s += len;
        n -= len;
    }
    out[end] = 0;
    return out;
}

bool text_equal(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

int text_place(const char *const *words, const char *s)
{
    for (int i = 0; words[i]; i++)
        if (text_equal(words[i], s)) return i;
    return -1;
}

bool text_starts(const char *s, const char *prefix)
{
    return s && strncmp(s, prefix, strlen(prefix)) == 0;
}

char *text_mask_name(struct arena *mem, const char *name)
{
    if (!name) return NULL;
    size_t n = utf8_length(name), i = 0;
    struct buf b = buf_in(mem, strlen(name) + 1);
    for (const char *s = name; *s; i++) {
        size_t len = 1;
        while (((unsigned char)s[len] & 0xC0) == 0x80) len++;
        bool shown = n > 1 && (i == 0 || (n > 2 && i == n - 1));
        if (shown)
            buf_add(&b, s, len);
        else
            buf_putc(&b, '*');
        s += len;
    }
    return b.p;
}

char *text_mask_phone(struct arena *mem, const char *phone)
{
    if (!phone) return NULL;
    size_t n = strlen(phone);
    char *out = arena_strndup(mem, phone, n);
    size_t head = n >= 11 ? 3 : 0, tail = n >= 11 ? 4 : n >= 7 ? 2 : 0;
    for (size_t i = head; i < n - tail; i++) out[i] = '*';
    return out;
}

bool text_int(const char *s, int64_t min, int64_t max, int64_t *out)
{
    if (!s) return false;
    bool minus = *s == '-';
    int64_t v = 0;
    s += minus;
    if (!*s) return false;
    for (; *s; s++) {
        if (*s < '0' || *s > '9') return false;
        int digit = *s - '0'; /* counted downwards so that INT64_MIN fits */
        if (__builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, digit, &v)) return false;
    }
    if (!minus && __builtin_sub_overflow(INT64_C(0), v, &v)) return false;
    if (v < min || v > max) return false;
    *out = v;
    return true;
}

enum { NEAR_BYTES = 64 };

/* Levenshtein over bytes with one row; both at most NEAR_BYTES. */
static size_t distance(const char *a, size_t na, const char *b, size_t nb)
{
    size_t row[NEAR_BYTES + 1];
    for (size_t j = 0; j <= nb; j++) row[j] = j;
    for (size_t i = 1; i <= na; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            if (row[j] + 1 < best) best = row[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            diagonal = row[j];
            row[j] = best;
        }
    }
    return row[nb];
}

const char *text_nearest(const char *s, const char *const *words)
{
    size_t n = strlen(s), best = n / 3 + 2; /* farther is no typing mistake */
    const char *near = NULL;
    if (n > NEAR_BYTES) return NULL;
    for (; *words; words++) {
        size_t m = strlen(*words);
        if (m > NEAR_BYTES) continue;
        size_t d = distance(s, n, *words, m);
        if (d < best && d < m) {
            best = d;
            near = *words;
        }
    }
    return near;
}

char *hex_encode(struct arena *mem, const void *p, size_t n)
{
    static const char digit[] = "0123456789abcdef";
    const unsigned char *in = p;
    char *out = arena_alloc(mem, 2 * n + 1);
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digit[in[i] >> 4];
        out[2 * i + 1] = digit[in[i] & 15];
    }
    return out;
}

static int nibble(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool hex_decode(const char *s, void *out, size_t n)
{
    unsigned char *p = out;
    if (!s || strlen(s) != 2 * n) return false;
    for (size_t i = 0; i < n; i++) {
        int hi = nibble(s[2 * i]), lo = nibble(s[2 * i + 1]);
        if (hi < 0 || lo < 0) return false;
        p[i] = (unsigned char)(hi << 4 | lo);
    }
    return true;
}

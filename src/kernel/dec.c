/* Decimal hundredths: every result is checked against DEC_MAX, so that whatever can be computed
 * can also be written and read back. */
#include "kernel/dec.h"

#include <string.h>

static bool within(int64_t c)
{
    return c >= -DEC_MAX && c <= DEC_MAX;
}

bool dec_parse(const char *s, int64_t *out)
{
    if (!s) return false;
    bool minus = *s == '-';
    s += minus;
    if (*s < '0' || *s > '9' || (*s == '0' && s[1] >= '0' && s[1] <= '9')) return false;
    int64_t c = 0;
    for (; *s >= '0' && *s <= '9'; s++) {
        c = c * 10 + (*s - '0');
        if (c > DEC_MAX / 100) return false;
    }
    c *= 100;
    if (*s == '.') {
        s++;
        if (*s < '0' || *s > '9') return false;
        c += (*s++ - '0') * 10;
        if (*s >= '0' && *s <= '9') c += *s++ - '0';
    }
    if (*s || !within(c)) return false;
    *out = minus ? -c : c;
    return true;
}

/* Digits of c from the back of a DEC_SIZE buffer; returns their start. 21 characters at most. */
static char *digits(int64_t c, char tmp[DEC_SIZE])
{
    uint64_t v = c < 0 ? 0 - (uint64_t)c : (uint64_t)c;
    char *p = tmp + DEC_SIZE - 1;
    *p = 0;
    *--p = (char)('0' + v % 10);
    v /= 10;
    *--p = (char)('0' + v % 10);
    v /= 10;
    *--p = '.';
    do {
        *--p = (char)('0' + v % 10);
        v /= 10;
    } while (v);
    if (c < 0) *--p = '-';
    return p;
}

char *dec_format(int64_t c, char out[DEC_SIZE])
{
    char tmp[DEC_SIZE];
    char *p = digits(c, tmp);
    return memcpy(out, p, (size_t)(tmp + DEC_SIZE - p));
}

char *dec_human(int64_t c, char out[DEC_SIZE])
{
    size_t n = strlen(dec_format(c, out));
    if (out[n - 1] == '0') {
        out[n - 1] = 0;
        if (out[n - 2] == '0') out[n - 3] = 0;
    }
    return out;
}

bool dec_mul(int64_t c, int64_t times, int64_t *out)
{
    int64_t v;
    if (__builtin_mul_overflow(c, times, &v) || !within(v)) return false;
    *out = v;
    return true;
}

bool dec_muldiv(int64_t c, int64_t num, int64_t den, enum dec_round how, int64_t *out)
{
    if (den <= 0) return false;
    int64_t narrow;
    /* The ordinary case needs no division in 128 bits, which is ten times slower. */
    if (!__builtin_mul_overflow(c, num, &narrow) && den <= DEC_MAX) {
        int64_t v = narrow / den, over = narrow % den;
        if (how == DEC_DOWN) v -= over < 0;
        if (how == DEC_UP) v += over > 0;
        if (how == DEC_NEAREST && (over < 0 ? -over : over) * 2 >= den) v += narrow < 0 ? -1 : 1;
        if (!within(v)) return false;
        *out = v;
        return true;
    }
    __int128 product = (__int128)c * num;
    __int128 q = product / den, rest = product % den;
    int sign = product < 0 ? -1 : 1;
    switch (how) {
    case DEC_DOWN:
        if (rest < 0) q--;
        break;
    case DEC_UP:
        if (rest > 0) q++;
        break;
    case DEC_NEAREST:
        if (rest * sign * 2 >= den) q += sign;
        break;
    }
    if (q < -DEC_MAX || q > DEC_MAX) return false;
    *out = (int64_t)q;
    return true;
}

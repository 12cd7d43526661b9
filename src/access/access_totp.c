/* One-time codes by time: RFC 6238 (HMAC-SHA1, 30 s, 6 digits), as every authenticator app has
 * them. */
#include <string.h>

#include "access/access_own.h"

int totp_code(const void *key, size_t n, int64_t step, int digits)
{
    static const int modulus[] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000 };
    uint8_t message[8], mac[20];
    for (int i = 0; i < 8; i++) message[i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
    if (!hmac_sha1(key, n, message, sizeof message, mac)) BUG("HMAC-SHA1 failed");
    /* RFC 4226 section 5.3: the last nibble chooses four bytes. */
    int at = mac[19] & 15;
    int32_t bits = (int32_t)((uint32_t)(mac[at] & 127) << 24 | (uint32_t)mac[at + 1] << 16 |
                             (uint32_t)mac[at + 2] << 8 | mac[at + 3]);
    return bits % modulus[digits];
}

int64_t totp_match(const void *key, size_t n, int64_t now_ms, const char *code)
{
    int given = 0;
    if (strlen(code) != TOTP_DIGITS) return -1;
    for (const char *p = code; *p; p++) {
        if (*p < '0' || *p > '9') return -1;
        given = given * 10 + (*p - '0');
    }
    int64_t now = now_ms / 1000 / TOTP_STEP_S;
    for (int64_t step = now - 1; step <= now + 1; step++)
        if (totp_code(key, n, step, TOTP_DIGITS) == given) return step;
    return -1;
}

/* RFC 4648 section 6, without padding. */
char *base32_encode(struct arena *mem, const void *p, size_t n)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    const uint8_t *in = p;
    char *out = arena_alloc(mem, (n * 8 + 4) / 5 + 1);
    uint32_t bits = 0;
    unsigned held = 0;
    size_t o = 0;
    for (size_t i = 0; i < n; i++) {
        bits = bits << 8 | in[i];
        for (held += 8; held >= 5; held -= 5) out[o++] = letters[bits >> (held - 5) & 31];
    }
    if (held) out[o++] = letters[bits << (5 - held) & 31];
    return out;
}

/* Secrets: what the installation's key (access_install.c reads it) is used for: sealing of small texts (libsodium secretbox), blind indexes and
 * hashes of random tokens (keyed BLAKE2b), and the random texts themselves. One master key; a key
 * per purpose is derived from it. */
#include <sodium.h>
#include <string.h>

#include "access/access_own.h"
#include "kernel/id.h"
#include "kernel/log.h"
#include "kernel/text.h"

enum { SEAL_VERSION = 1, BLIND_SIZE = 16 };

static struct {
    uint8_t bytes[KEY_SIZE];
    bool loaded;
} master;

static void key_for(const char *purpose, uint8_t out[KEY_SIZE])
{
    if (!master.loaded) BUG("access: a secret is needed before access_key_load");
    crypto_generichash(out, KEY_SIZE, (const uint8_t *)purpose, strlen(purpose), master.bytes,
                       KEY_SIZE);
}

void master_set(const uint8_t key[KEY_SIZE])
{
    memcpy(master.bytes, key, KEY_SIZE);
    master.loaded = true;
}

struct bytes seal_bytes(struct arena *mem, const void *p, size_t n)
{
    uint8_t key[KEY_SIZE];
    size_t size = 1 + crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + n;
    uint8_t *out = arena_alloc(mem, size);
    uint8_t *nonce = out + 1;
    out[0] = SEAL_VERSION;
    random_bytes(nonce, crypto_secretbox_NONCEBYTES);
    key_for("seal", key);
    crypto_secretbox_easy(nonce + crypto_secretbox_NONCEBYTES, p, n, nonce, key);
    sodium_memzero(key, sizeof key);
    return (struct bytes){ .p = out, .n = size };
}

bool open_bytes(struct arena *mem, struct bytes sealed, struct bytes *out)
{
    enum { HEAD = 1 + crypto_secretbox_NONCEBYTES };
    uint8_t key[KEY_SIZE];
    const uint8_t *p = sealed.p;
    if (!p || sealed.n < HEAD + crypto_secretbox_MACBYTES || p[0] != SEAL_VERSION) return false;
    size_t n = sealed.n - HEAD - crypto_secretbox_MACBYTES;
    uint8_t *plain = arena_alloc(mem, n + 1);
    key_for("seal", key);
    int bad = crypto_secretbox_open_easy(plain, p + HEAD, sealed.n - HEAD, p + 1, key);
    sodium_memzero(key, sizeof key);
    if (bad) log_error("access", "a sealed value does not open: another key file, or damaged");
    *out = (struct bytes){ .p = plain, .n = n };
    return !bad;
}

struct bytes access_seal(struct req *r, const char *plain)
{
    if (!plain) return (struct bytes){ 0 };
    return seal_bytes(r->mem, plain, strlen(plain));
}

const char *access_open_sealed(struct req *r, struct bytes sealed)
{
    struct bytes out;
    return open_bytes(r->mem, sealed, &out) ? out.p : NULL;
}

static void keyed_hash(const char *purpose, const void *p, size_t n, uint8_t *out, size_t size)
{
    uint8_t key[KEY_SIZE];
    key_for(purpose, key);
    crypto_generichash(out, size, p, n, key, KEY_SIZE);
    sodium_memzero(key, sizeof key);
}

void secret_hash(const char *purpose, const void *p, size_t n, uint8_t out[HASH_SIZE])
{
    keyed_hash(purpose, p, n, out, HASH_SIZE);
}

struct bytes access_blind(struct req *r, const char *purpose, const char *plain)
{
    if (!plain) return (struct bytes){ 0 };
    uint8_t *out = arena_alloc(r->mem, BLIND_SIZE);
    keyed_hash(arena_printf(r->mem, "blind %s", purpose), plain, strlen(plain), out, BLIND_SIZE);
    return (struct bytes){ .p = out, .n = BLIND_SIZE };
}

char *secret_text(struct arena *mem, size_t bytes)
{
    uint8_t raw[64];
    if (bytes > sizeof raw) BUG("secret_text: %zu bytes", bytes);
    random_bytes(raw, bytes);
    size_t size = sodium_base64_encoded_len(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *out = arena_alloc(mem, size);
    sodium_bin2base64(out, size, raw, bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(raw, sizeof raw);
    return out;
}

char *one_time_password(struct arena *mem)
{
    /* Without 0 o 1 l i: nobody should have to guess at a printed letter. */
    static const char letters[] = "23456789abcdefghjkmnpqrstuvwxyz";
    char out[15];
    for (size_t i = 0; i < 14; i++)
        out[i] = i % 5 == 4 ? '-' : letters[randombytes_uniform(sizeof letters - 1)];
    out[14] = '\0';
    return arena_strdup(mem, out);
}

bool secret_equal(const char *a, const char *b)
{
    size_t n = strlen(a);
    return n == strlen(b) && sodium_memcmp(a, b, n) == 0;
}

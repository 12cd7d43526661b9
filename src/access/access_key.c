/* Secrets: the installation's key, sealing of small texts (libsodium secretbox), blind indexes and
 * hashes of random tokens (keyed BLAKE2b), and the random texts themselves. One master key; a key
 * per purpose is derived from it. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access/access_own.h"
#include "kernel/id.h"
#include "kernel/log.h"
#include "kernel/text.h"

enum { KEY_SIZE = 32, SEAL_VERSION = 1, BLIND_SIZE = 16 };

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

/* Writes a fresh key beside the place and links it there, so that of two processes one wins and
 * nobody ever reads half a key. */
static int key_create(struct arena *mem, const char *path)
{
    uint8_t key[KEY_SIZE];
    random_bytes(key, sizeof key);
    const char *hex = hex_encode(mem, key, sizeof key);
    const char *temporary = arena_printf(mem, "%s.%ld", path, (long)getpid());
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return -1;
    size_t n = strlen(hex);
    bool written = write(fd, hex, n) == (ssize_t)n && write(fd, "\n", 1) == 1 && fsync(fd) == 0;
    close(fd);
    bool linked = written && (link(temporary, path) == 0 || errno == EEXIST);
    unlink(temporary);
    sodium_memzero(key, sizeof key);
    return linked ? 0 : -1;
}

static const struct err *key_error(struct arena *mem, const char *path, const char *zh,
                                   const char *en)
{
    struct err *e =
        err_say(mem, ERR_INTERNAL, "key", arena_printf(mem, "密钥文件 %s：%s", path, zh),
                arena_printf(mem, "key file %s: %s", path, en));
    e->cause = strerror(errno);
    return e;
}

const struct err *access_key_load(struct arena *mem, const char *path, bool create)
{
    char text[2 * KEY_SIZE + 2] = "";
    struct stat st;
    if (sodium_init() < 0) BUG("libsodium does not start");
    if (create && access(path, F_OK) != 0 && key_create(mem, path) != 0)
        return key_error(mem, path, "无法创建。", "cannot be created.");
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0) {
        if (fd >= 0) close(fd);
        return key_error(mem, path, "无法读取；请从备份恢复，或先运行 shanzhi init。",
                         "cannot be read; restore it from the backup, or run shanzhi init first.");
    }
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    if (st.st_mode & (S_IRWXG | S_IRWXO))
        return key_error(mem, path, "其他用户可以读取，请执行 chmod 600。",
                         "others may read it; chmod 600 it.");
    if (n < 2 * KEY_SIZE) return key_error(mem, path, "内容不完整。", "is cut short.");
    text[2 * KEY_SIZE] = '\0';
    if (!hex_decode(text, master.bytes, KEY_SIZE))
        return key_error(mem, path, "内容有误。", "is not a key.");
    sodium_memzero(text, sizeof text);
    master.loaded = true;
    return NULL;
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

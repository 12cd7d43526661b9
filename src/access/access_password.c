/* Passwords: the rules, argon2id by libsodium, and one-time passwords. */
#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <sodium.h>
#include <string.h>

#include "access/access_own.h"
#include "kernel/memory.h"
#include "kernel/text.h"

/* argon2id. 19 MiB and two passes is OWASP's first recommendation (Password Storage Cheat Sheet):
 * 30 to 70 ms on a village office's PC; HASH_AT_ONCE bounds the memory when everybody signs in on
 * the first morning. Tests sign in hundreds of times. */
#ifdef SHANZHI_TESTING
#define HASH_PASSES crypto_pwhash_OPSLIMIT_MIN
#define HASH_BYTES crypto_pwhash_MEMLIMIT_MIN
#else
#define HASH_PASSES 2
#define HASH_BYTES (19 * 1024 * 1024)
#endif
enum { HASH_AT_ONCE = 2, PASSWORD_MIN = 8, PASSWORD_MAX = 128, DIGITS_ONLY_MIN = 12 };
/* "k7mq-4r9t-2xwd": three groups of four letters; stored as "one-time$SALT$HASH", both in hex. */
enum { GROUP = 4, LETTERS = 3 * GROUP, ONE_TIME_LENGTH = LETTERS + 2, SALT_SIZE = 16 };

static sem_t hashing;
static pthread_once_t hashing_once = PTHREAD_ONCE_INIT;

static void hashing_init(void)
{
    if (sodium_init() < 0) BUG("libsodium does not start");
    sem_init(&hashing, 0, HASH_AT_ONCE);
}

struct hashing { char *out; const char *stored, *password; };

/* Runs one, a few of them at a time. libsodium says no alike for a wrong password and for memory that it could not have;
 * only errno tells. Then what is kept for speed is given back, and it is tried again. */
static int hashing_run(int (*hash)(const struct hashing *), const struct hashing *h)
{
    pthread_once(&hashing_once, hashing_init);
    while (sem_wait(&hashing) != 0) continue; /* a signal came */
    bool room = memory_promise(HASH_BYTES);
    int bad = -1;
    if (room) {
        do {
            errno = 0;
            bad = hash(h);
            room = !bad || errno != ENOMEM;
        } while (!room && memory_give_back());
        memory_done(HASH_BYTES);
    }
    sem_post(&hashing);
    if (!room) arena_exhausted(HASH_BYTES);
    return bad;
}

static int hash_new(const struct hashing *h)
{
    return crypto_pwhash_str_alg(h->out, h->password, strlen(h->password), HASH_PASSES, HASH_BYTES,
                                 crypto_pwhash_ALG_ARGON2ID13);
}

static int hash_compare(const struct hashing *h)
{
    return crypto_pwhash_str_verify(h->stored, h->password, strlen(h->password));
}

char *password_hash(struct arena *mem, const char *password)
{
    char *out = arena_alloc(mem, crypto_pwhash_STRBYTES);
    if (hashing_run(hash_new, &(struct hashing){ .out = out, .password = password })) BUG("argon2id refuses to hash");
    return out;
}

#define ONE_TIME "one-time$"

/* Forgives what goes wrong when a printed password is typed: upper case, spaces, missing dashes. */
static size_t one_time_fold(const char *s, char *out, size_t size)
{
    size_t n = 0;
    for (; *s && n < size; s++)
        if (isalnum((unsigned char)*s)) out[n++] = (char)tolower((unsigned char)*s);
    return n;
}

bool one_time_shaped(const char *password)
{
    static const char shape[] = "aaaa-aaaa-aaaa";
    if (strlen(password) != strlen(shape)) return false;
    for (size_t i = 0; shape[i]; i++) {
        bool letter = (password[i] >= '0' && password[i] <= '9') ||
                      (password[i] >= 'a' && password[i] <= 'z');
        if (shape[i] == '-' ? password[i] != '-' : !letter) return false;
    }
    return true;
}

bool one_time_stored(const char *stored)
{
    return strncmp(stored, ONE_TIME, strlen(ONE_TIME)) == 0;
}

/* Salt and password, as they are hashed. */
struct salted {
    uint8_t salt[SALT_SIZE];
    char password[ONE_TIME_LENGTH];
};

char *one_time_hash(struct arena *mem, const char *password)
{
    if (!one_time_shaped(password)) BUG("not a one-time password of ours");
    struct salted s;
    uint8_t hash[HASH_SIZE];
    randombytes_buf(s.salt, sizeof s.salt);
    memcpy(s.password, password, sizeof s.password);
    secret_hash("one-time password", &s, sizeof s, hash);
    return arena_printf(mem, ONE_TIME "%s$%s", hex_encode(mem, s.salt, sizeof s.salt),
                        hex_encode(mem, hash, HASH_SIZE));
}

static bool one_time_right(const char *stored, const char *password)
{
    struct salted s;
    uint8_t want[HASH_SIZE], hash[HASH_SIZE];
    char letters[LETTERS + 1], salt[2 * SALT_SIZE + 1];
    if (one_time_fold(password, letters, sizeof letters) != LETTERS) return false;
    const char *p = stored + strlen(ONE_TIME), *dollar = strchr(p, '$');
    if (!dollar || dollar - p != 2 * SALT_SIZE) return false;
    memcpy(salt, p, sizeof salt - 1);
    salt[2 * SALT_SIZE] = '\0';
    if (!hex_decode(salt, s.salt, SALT_SIZE) || !hex_decode(dollar + 1, want, HASH_SIZE)) return false;
    for (size_t i = 0, k = 0; i < ONE_TIME_LENGTH; i++) s.password[i] = i % (GROUP + 1) == GROUP ? '-' : letters[k++];
    secret_hash("one-time password", &s, sizeof s, hash);
    return sodium_memcmp(hash, want, HASH_SIZE) == 0;
}

bool password_right(const char *stored, const char *password)
{
    if (one_time_stored(stored)) return one_time_right(stored, password);
    return !hashing_run(hash_compare, &(struct hashing){ .stored = stored, .password = password });
}

bool password_old(const char *stored)
{
    return crypto_pwhash_str_needs_rehash(stored, HASH_PASSES, HASH_BYTES) != 0;
}

/* What people choose first, in China and elsewhere; folded to lower case. */
static const char *const common[] = {
    "password",    "password1",  "password123", "passw0rd",    "p@ssw0rd",
    "p@ssword",    "admin123",   "admin888",    "admin1234",   "administrator",
    "qwertyui",    "qwertyuiop", "qwerty123",   "qwer1234",    "1q2w3e4r",
    "1q2w3e4r5t",  "1qaz2wsx",   "qazwsxedc",   "zaq12wsx",    "q1w2e3r4",
    "abc12345",    "abcd1234",   "abc123456",   "a1234567",    "a12345678",
    "a123456789",  "aa123456",   "aa12345678",  "asd12345",    "asdf1234",
    "asdfghjk",    "asdfghjkl",  "zxcvbnm1",    "zxcvbnm123",  "iloveyou",
    "iloveyou1",   "woaini520",  "woaini1314",  "5201314a",    "a5201314",
    "woaini123",   "1314520a",   "nihao123",    "nihao123456", "zhang123",
    "wang1234",    "sunshine",   "princess",    "football",    "baseball",
    "superman",    "batman123",  "trustno1",    "letmein1",    "welcome1",
    "welcome123",  "monkey123",  "dragon123",   "michael1",    "master123",
    "shadow123",   "hello123",   "hello1234",   "test1234",    "test12345",
    "changeme",    "changeme1",  "secret123",   "default1",    "guest123",
    "root1234",    "toor1234",   "system123",   "manager1",    "shanzhi123",
    "shanzhi2026", "shanzhi888", "cunmin123",   "cunwei123",   "jifen123",
    "mima1234",    "mima123456", "qq123456",    "qq123456789", "wx123456",
    "weixin123",   "china123",   "zhongguo",    "beijing1",    "guangdong",
    "heyuan123",   "zijin123",   "longwo123",   NULL
};

/* Of at least one character. */
static bool all_same_or_run(const char *s)
{
    bool same = true, up = true, down = true;
    for (; s[1]; s++) {
        same = same && s[1] == s[0];
        up = up && s[1] == s[0] + 1;
        down = down && s[1] == s[0] - 1;
    }
    return same || up || down;
}

static char *lower(struct arena *mem, const char *s)
{
    char *out = arena_strdup(mem, s);
    for (char *p = out; *p; p++)
        if (*p >= 'A' && *p <= 'Z') *p = (char)(*p - 'A' + 'a');
    return out;
}

static bool is_common(const char *low)
{
    for (const char *const *w = common; *w; w++)
        if (strcmp(low, *w) == 0) return true;
    return false;
}

static const char *weakness(struct arena *mem, const char *password, const char *name,
                            const char *phone, const char **en)
{
    const char *low = lower(mem, password);
    size_t n = utf8_length(password);
#define SAY(z, e) return *en = (e), (z)
    if (n < PASSWORD_MIN) SAY("密码至少 8 个字符。", "Use at least 8 characters.");
    if (n > PASSWORD_MAX)
        SAY("密码最多 128 个字符。", "Use at most 128 characters.");
    if (name && *name && strstr(low, lower(mem, name)))
        SAY("密码不能包含账号名。", "The password must not contain the name.");
    if (phone && *phone && strstr(low, phone))
        SAY("密码不能包含手机号。", "The password must not contain the phone number.");
    if (all_same_or_run(low))
        SAY("密码不能是重复或连续的字符。", "Repeated or running characters are too easy.");
    if (strspn(low, "0123456789") == strlen(low) && n < DIGITS_ONLY_MIN)
        SAY("只有数字的密码至少 12 位，或请加入字母。",
            "Digits alone need 12 of them; or add letters.");
    if (is_common(low)) SAY("这个密码太常见。", "This password is among the most common.");
#undef SAY
    return NULL;
}

bool password_ok(struct arena *mem, const char *password, const char *name, const char *phone, const char **zh,
                 const char **en)
{
    *zh = weakness(mem, password, name, phone, en);
    return !*zh;
}

const struct err *password_rules(struct req *r, const char *field, const char *password,
                                 const char *name, const char *phone)
{
    const char *zh, *en = NULL;
    if (password_ok(r->mem, password, name, phone, &zh, &en)) return NULL;
    struct err *e = fail_say(r, ERR_WEAK_PASSWORD, field, zh, en);
    err_finding(r->mem, e, field, zh, en);
    return e;
}

char *name_fold(struct arena *mem, const char *name)
{
    return lower(mem, text_normal(mem, name));
}

char *phone_fold(struct arena *mem, const char *phone)
{
    const char *s = text_normal(mem, phone);
    char *out = arena_alloc(mem, strlen(s) + 1);
    size_t n = 0;
    if (strncmp(s, "+86", 3) == 0) s += 3;
    for (; *s; s++) {
        if (*s == ' ' || *s == '-') continue;
        if (*s < '0' || *s > '9') return NULL;
        out[n++] = *s;
    }
    return n == 11 && out[0] == '1' ? out : NULL;
}

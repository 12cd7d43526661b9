/* Lock-out: failed sign-ins are counted per account (or per name, when there is no such account, so
 * that both look the same from outside) and per address. `limit` failures within the window lock
 * the subject for its length; a success clears the account's count. Rows in the database: a restart
 * forgives nothing. */
#include "access/access_own.h"
#include "kernel/text.h"

char *throttle_account(struct arena *mem, int64_t account)
{
    return arena_printf(mem, "account %lld", (long long)account);
}

char *throttle_name(struct arena *mem, const char *folded)
{
    uint8_t hash[HASH_SIZE]; /* people type their password here; and names have any length */
    secret_hash("throttle", folded, __builtin_strlen(folded), hash);
    return arena_printf(mem, "name %s", hex_encode(mem, hash, sizeof hash));
}

char *throttle_address(struct arena *mem, const char *address)
{
    return arena_printf(mem, "address %s", address ? address : "-");
}

const struct err *throttle_check(struct req *r, const char *subject)
{
    int64_t until;
    TRY(db_int(r, &until, "SELECT locked_until FROM access_throttle WHERE subject = $1",
               TEXT(subject)));
    if (until <= r->now) return NULL;
    struct err *e = fail(r, ERR_LOCKED_OUT, NULL);
    e->retry_after_s = (int)((until - r->now + 999) / 1000);
    return e;
}

const struct err *throttle_count(struct req *r, const char *subject, int64_t limit)
{
    int64_t window_ms = access_settings.lock_s * 1000;
    /* One statement, so that parallel failures on several servers all count. */
    return db_exec(r,
                   "INSERT INTO access_throttle (subject, failures, first_at, locked_until)"
                   " VALUES ($1, 1, $2, CASE WHEN $4 <= 1 THEN $2 + $3 ELSE 0 END)"
                   " ON CONFLICT (subject) DO UPDATE SET"
                   "  failures = CASE WHEN access_throttle.first_at + $3 <= $2 THEN 1 ELSE "
                   "access_throttle.failures + 1 END,"
                   "  first_at = CASE WHEN access_throttle.first_at + $3 <= $2 THEN $2 ELSE "
                   "access_throttle.first_at END,"
                   "  locked_until = CASE WHEN access_throttle.first_at + $3 > $2 AND "
                   "access_throttle.failures + 1 >= $4"
                   "   THEN $2 + $3 ELSE access_throttle.locked_until END",
                   TEXT(subject), I64(r->now), I64(window_ms), I64(limit));
}

const struct err *throttle_clear(struct req *r, const char *subject)
{
    return db_exec(r, "DELETE FROM access_throttle WHERE subject = $1", TEXT(subject));
}

/* What the files of this slice share. Nobody else includes it. */
#ifndef ACCESS_OWN_H
#define ACCESS_OWN_H
#include "access/access.h"
#include "http/command.h"

/* ---- roles (access_roles.c) ---- */
enum duty { DUTY_NONE, DUTY_SYSTEM, DUTY_SECURITY, DUTY_AUDIT };
enum { ROLE_REGION = 1, ROLE_GRID = 2, ROLE_HOUSEHOLD = 4 };
enum { PERM_WORDS = 2, ROLE_PERMS_MAX = 40 };
struct role {
    const char *name, *zh, *en;
    unsigned scopes;
    int widest, narrowest; /* levels of a region grant */
    int rank, gives;
    enum duty duty;
    enum perm perms[ROLE_PERMS_MAX]; /* closed by PERM_UNSET */
};
extern const struct role roles[];               /* closed by { 0 } */
const struct role *role_find(const char *name); /* NULL: no such role */
void role_bits(const struct role *role, uint64_t bits[PERM_WORDS]);
/* The separated duties: may one account hold both? */
bool role_compatible(const struct role *a, const struct role *b);
static inline bool perm_in(const uint64_t bits[PERM_WORDS], enum perm p)
{
    return bits[p / 64] >> (p % 64) & 1;
}
static inline void perm_set(uint64_t bits[PERM_WORDS], enum perm p)
{
    bits[p / 64] |= UINT64_C(1) << (p % 64);
}
enum perm perm_find(const char *name); /* "claim.read"; PERM_UNSET: none */

/* ---- settings (access_settings.c) ---- */
struct access_settings {
    int64_t staff_idle_s, staff_life_s;       /* a session of somebody with a staff role */
    int64_t villager_idle_s, villager_life_s; /* elder mode has no time-outs, so these are long */
    int64_t lock_after, lock_s; /* failures in a row per account, and how long it is locked */
    int64_t address_after;      /* failures per address in lock_s: a village behind one NAT */
    int64_t one_time_s;         /* a one-time password dies unused */
    int64_t audit_keep_days, replay_keep_days;
};
extern struct access_settings access_settings; /* set once at start, then read only */
struct config;
void access_configure(const struct config *c);

/* ---- who is signed in (access_guard.c) ---- */
enum { HASH_SIZE = 32 };
/* What identify leaves in r->who: the actor, and how they came. */
struct visitor {
    struct actor actor; /* first: struct actor * is struct visitor * for requests over HTTP */
    const char *login;
    int64_t unit;
    bool cookie;      /* by session cookie; otherwise by token */
    bool must_change; /* the one-time password is still to be replaced */
    bool totp, staff;
    int64_t expires_at;
    uint8_t session[HASH_SIZE];
    const char *csrf;
    uint64_t perms[PERM_WORDS]; /* of all grants; what a token leaves of them */
    bool self;                  /* PERM_SELF: always by cookie, by choice for tokens */
};
const struct visitor *visitor(const struct req *r); /* NULL: a stranger, or not over HTTP */
/* What only the person may do, never a program: ERR_FORBIDDEN for tokens. */
MUST_CHECK const struct err *in_person(struct req *r);
/* The visitor of a session just made. */
MUST_CHECK const struct err *session_visitor(struct req *r, const char *cookie,
                                             struct visitor **out);
/* An audit row outside the dispatcher's (sign-in, CLI, jobs). */
struct audit_row {
    int64_t village, account, subject; /* NONE: none */
    const char *who, *action, *note, *body;
    int64_t status;
};
MUST_CHECK const struct err *audit_add(struct req *r, const struct audit_row *a);

/* ---- secrets (access_key.c) ---- */
enum { KEY_SIZE = 32 };
void master_set(const uint8_t key[KEY_SIZE]); /* before any other secret */
void secret_hash(const char *purpose, const void *p, size_t n, uint8_t out[HASH_SIZE]);
char *secret_text(struct arena *mem, size_t bytes); /* random, base64url */
bool secret_equal(const char *a, const char *b);    /* constant time */
struct bytes seal_bytes(struct arena *mem, const void *p, size_t n);
bool open_bytes(struct arena *mem, struct bytes sealed, struct bytes *out);

/* ---- passwords (access_password.c) ---- */
/* NULL: fine. Otherwise what is wrong, in both languages. */
bool password_ok(struct arena *mem, const char *password, const char *name, const char *phone, const char **zh,
                 const char **en);
MUST_CHECK const struct err *password_rules(struct req *r, const char *field, const char *password,
                                            const char *name, const char *phone);
/* Slow by intent: never inside a write transaction that others wait for. */
char *password_hash(struct arena *mem, const char *password);
/* One-time passwords carry 59 random bits and live for days: a fast keyed hash is enough, so that a
 * village's worth of accounts is made in a moment. */
char *one_time_hash(struct arena *mem, const char *password);
bool one_time_shaped(const char *password); /* as one_time_password makes them */
bool one_time_stored(const char *stored);
bool password_right(const char *stored, const char *password);
bool password_old(const char *stored); /* made with other cost parameters: hash again */
/* Sign-in names: folded, lower case. */
char *name_fold(struct arena *mem, const char *name);
char *phone_fold(struct arena *mem, const char *phone); /* digits only; NULL: no phone number */

/* ---- lock-out (access_throttle.c) ---- */
char *throttle_account(struct arena *mem, int64_t account);
char *throttle_name(struct arena *mem, const char *folded);
char *throttle_address(struct arena *mem, const char *address);
MUST_CHECK const struct err *throttle_check(struct req *r, const char *subject);
MUST_CHECK const struct err *throttle_count(struct req *r, const char *subject, int64_t limit);
MUST_CHECK const struct err *throttle_clear(struct req *r, const char *subject);

/* ---- one-time codes (access_totp.c) ---- */
enum { TOTP_SECRET = 20, TOTP_STEP_S = 30, TOTP_DIGITS = 6 };
bool hmac_sha1(const void *key, size_t n, const void *message, size_t size,
               uint8_t out[20]); /* access_hmac.c */
int totp_code(const void *key, size_t n, int64_t step, int digits);
/* The step whose code this is, within one step either side of now; -1: none. */
int64_t totp_match(const void *key, size_t n, int64_t now_ms, const char *code);
char *base32_encode(struct arena *mem, const void *p, size_t n);

/* ---- accounts (access_account.c) ---- */
struct account {
    int64_t id, unit, village, resident, household, must_change, password_until, totp_step,
        created_at, signed_in_at, version;
    const char *name, *display, *password, *state;
    struct bytes phone, totp, totp_pending;
    struct list grants; /* of struct grant_row */
};
extern const struct record account_row_record; /* SQL columns of struct account */
struct grant_row {
    int64_t id, account, region, household, granted_at;
    const char *role, *role_zh, *role_en, *scope, *grid;
};
extern const struct record grant_row_record;
MUST_CHECK const struct err *account_load(struct req *r, int64_t id, struct account **out);
MUST_CHECK const struct err *account_named(struct req *r, const char *name_or_phone,
                                           struct account **out); /* *out NULL: none */
MUST_CHECK const struct err *grants_load(struct req *r, int64_t account, struct list *out);
/* May r->who manage this account: in scope, not above them, not one of the three. */
MUST_CHECK const struct err *account_managed(struct req *r, enum perm p, const struct account *a);
MUST_CHECK const struct err *account_one_time(struct req *r, int64_t account, bool drop_totp,
                                              const char *password);
MUST_CHECK const struct err *totp_drop(struct req *r, int64_t account);
MUST_CHECK const struct err *account_state(struct req *r, int64_t account, const char *state);
MUST_CHECK const struct err *account_change(struct req *r, const struct account *a,
                                            const char *display, const char *phone,
                                            const char *state, int64_t version);
void grants_named(struct list *grants); /* fills role_zh, role_en */
/* "%q%" with % _ ! in q escaped by '!'; all for NULL. */
char *like_pattern(struct arena *mem, const char *s);
MUST_CHECK const struct err *span_of(struct req *r, enum perm p, int64_t wanted, int64_t *first,
                                     int64_t *last);
MUST_CHECK const struct err *grant_remove(struct req *r, int64_t account, int64_t grant);
MUST_CHECK const struct err *sessions_end(struct req *r, int64_t account, const uint8_t *but);

/* ---- sessions (access_session.c) ---- */
/* The last time a session was used, remembered in memory and written by a job. */
void seen_note(const uint8_t session[HASH_SIZE], int64_t now);
int64_t seen_last(const uint8_t session[HASH_SIZE]); /* NONE: not here */
MUST_CHECK const struct err *seen_flush(struct req *r, void *arg);
MUST_CHECK const struct err *access_prune(struct req *r, void *arg);

/* ---- handlers, by the table in access.c ---- */
handler session_open, session_get, session_close, sessions_close, me_password, me_totp_new,
    me_totp_confirm, me_totp_remove, me_tokens, me_token_add, me_token_remove, roles_list,
    accounts_list, account_add, account_get, account_patch, account_reset, account_unlock,
    account_grant, account_revoke, audit_list, audit_export;
extern const struct record session_in_record, session_view_record, password_in_record,
    totp_view_record, totp_code_in_record, recovery_view_record, tokens_in_record,
    token_view_record, token_in_record, token_new_record, token_path_record, role_view_record,
    accounts_in_record, account_view_record, account_in_record, account_new_view_record,
    account_path_record, account_patch_in_record, reset_in_record, one_time_view_record,
    grant_in_record, grant_path_record, audit_in_record, audit_view_record;
extern const struct command access_commands[];
/* The database holds a mark of its key: is it that of the key in memory? */
MUST_CHECK const struct err *access_key_belongs(struct arena *mem, struct store *s);
/* access_health.c: where the key file is, for /readyz */
void access_key_watch(const char *path);
extern const struct check access_checks[];
#endif

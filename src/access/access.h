/* Who acts, and what they may do where. Roles are sets of permissions (roles.def); a grant gives an
 * account a role in a scope: a region and all below it, a grid of a village and all below it, or
 * one household.
 */
#ifndef ACCESS_ACCESS_H
#define ACCESS_ACCESS_H
#include "http/http.h"

struct grant {
    enum { GRANT_REGION, GRANT_GRID, GRANT_HOUSEHOLD } scope;
    int64_t region;   /* 12 digits; village of a grid or household */
    const char *grid; /* grid code; covers codes it is a prefix of */
    int64_t household;
    uint64_t perms[2]; /* bit set over enum perm */
    const char *role;
};
struct actor {
    int64_t account;
    const char *name;            /* display name */
    int64_t village;             /* home village of the person, NONE */
    int64_t resident, household; /* whose person this account is, NONE for program accounts */
    int grants_n;
    const struct grant *grants;
};

/* Does scope 441621102000 (township) cover 441621102205? Trailing zero groups widen; 0 covers all.
 */
bool access_covers(int64_t scope, int64_t region);
/* Level of a code: 1 province … 5 village; 0 not a code. */
int access_level(int64_t region);
/* The same cover as a range of codes, for SQL: region BETWEEN first AND last. Scope 0 is
 * everything. */
void access_span(int64_t scope, int64_t *first, int64_t *last);
bool access_grant_holds(const struct grant *g, enum perm p);
/* "01" covers "01" and "01.02", not "011". */
bool access_grid_covers(const char *scope, const char *grid);
/* A route with {village} lets pass whoever holds its permission for the village, an ancestor of it,
 * or only a grid or household in it: a handler that answers with less than public things narrows by
 * access_grids (lists) or access_require_at (one thing). An account that is tied to a household
 * holds the role `villager` there by itself; staff roles are granted. */
/* Held for the region as a whole. */
bool access_may(const struct req *r, enum perm p, int64_t region);
/* Held for the region, or for this grid of it, or for this household of it. grid NULL / household
 * NONE: unknown. */
bool access_may_at(const struct req *r, enum perm p, int64_t village, const char *grid,
                   int64_t household);
/* The same as errors: ERR_SIGN_IN, ERR_FORBIDDEN. First lines of a handler. */
MUST_CHECK const struct err *access_require(struct req *r, enum perm p, int64_t region);
MUST_CHECK const struct err *access_require_at(struct req *r, enum perm p, int64_t village,
                                               const char *grid, int64_t household);
/* The actor's own household (ids are unique over all villages); never NONE. */
bool access_own(const struct req *r, int64_t household);
/* 回避: the actor's own household is at stake → ERR_CONFLICT_OF_INTEREST. */
MUST_CHECK const struct err *access_not_own(struct req *r, int64_t household);
/* The widest region the actor holds p in (0: everywhere); NONE when only in grids/households or not
 * at all. */
int64_t access_region(const struct req *r, enum perm p);
/* For SQL filters of lists in a village: NULL when p is held for the whole village; otherwise the
 * list of grid codes (const char *) within which it is held. Empty list: nowhere. */
struct list *access_grids(const struct req *r, enum perm p, int64_t village);

/* Services for other slices, the CLI and the demo. All passwords meet the rules. */
struct account_new {
    const char *name, *display, *password, *phone; /* phone may be NULL */
    int64_t village, resident, household;          /* NONE if not a villager */
    int64_t unit;  /* the office it belongs to, whose administrators manage it; 0: the village, or
                      else  the creator's own region */
    bool one_time; /* the password must be changed at first sign-in */
};
/* A password for one_time accounts, "k7mq-4r9t-2xwd": easy to read aloud, forgiving when typed from
 * paper. */
char *one_time_password(struct arena *mem);
MUST_CHECK const struct err *access_account_add(struct req *r, const struct account_new *a,
                                                int64_t *id);
MUST_CHECK const struct err *access_grant_add(struct req *r, int64_t account, const char *role,
                                              int64_t region, const char *grid, int64_t household);
/* A resident moved to another household (split, merge), or left (household NONE: the account is
 * disabled and signed out). Called by people/; no account of theirs: nothing happens. */
MUST_CHECK const struct err *access_resident_moved(struct req *r, int64_t village, int64_t resident,
                                                   int64_t household);
/* An audit row for what did not come over HTTP (commands, jobs); dispatch writes those of requests.
 */
MUST_CHECK const struct err *access_audit(struct req *r, const char *action, int64_t village,
                                          int64_t subject, const char *note);
/* Seal and open small secrets at rest (phones, ID numbers): libsodium secretbox with the
 * installation's key (data/key, created by init; SHANZHI_KEY_FILE). blind: keyed hash for equality
 * look-up. */
struct bytes access_seal(struct req *r, const char *plain);
const char *access_open_sealed(struct req *r,
                               struct bytes sealed); /* NULL: nothing sealed, or another key's */
struct bytes access_blind(struct req *r, const char *purpose, const char *plain); /* 16 bytes */
/* ---- the installation (access_install.c) ----
 * One id in the database, the key file and every backup; they are held against each other. The key file
 * (`key` in the data folder, or key-file) holds 32 random bytes that seal phones and ID numbers: without
 * them those are lost. It is made once, with the id, and never replaced. */
struct config;
/* Makes a key file of this installation; refuses to write over a file. */
MUST_CHECK const struct err *access_key_make(struct arena *mem, const char *path,
                                             const char *installation);
/* The secrets are usable after this. Missing, or of another installation: ERR_NO_INSTALLATION. */
MUST_CHECK const struct err *access_key_load(struct arena *mem, const char *path,
                                             const char *installation);
/* Whose key it is, for backup and restore; *out NULL: of the time before installations had an id. */
MUST_CHECK const struct err *access_key_installation(struct arena *mem, const char *path,
                                                     const char **out);
/* Tells keys apart without giving one away: of the key that belongs to the database, 16 hex digits; NULL before
 * there is one. */
MUST_CHECK const struct err *access_key_fingerprint(struct req *r, const char **out);
/* Where the key file of these settings is. */
const char *access_key_path(struct arena *mem, const struct config *c);
/* init and demo, before they make anything where no database is: a key of another installation is in its place, which a
 * restore wants, and an empty database would be in that one's way. */
MUST_CHECK const struct err *access_unfounded(struct arena *mem, const struct config *c);
/* init and demo, after migrations: id, key and the key's mark in a database that has none. One that
 * has is left as it is. */
MUST_CHECK const struct err *access_found(struct arena *mem, const struct config *c,
                                          struct store *s);
/* migrate: gives an id to a database and key file that were made before there were ids. */
MUST_CHECK const struct err *access_adopt(struct arena *mem, const struct config *c,
                                          struct store *s);
/* For main.c, on a migrated database: settings (time-outs, lock-out, retention) and the key, which must
 * be this database's. ERR_NO_INSTALLATION says what is missing and what to do. */
MUST_CHECK const struct err *access_start(struct arena *mem, const struct config *c,
                                          struct store *s);
/* An actor that may do everything, for the CLI of the operator and for the demo; named in the audit
 * trail. */
const struct actor *access_operator(struct arena *mem);
/* A person by sign-in name, with what they may do now: for commands that act for somebody (the
 * operator of the machine stands outside the roles and names whom). None or disabled:
 * ERR_NOT_FOUND. */
MUST_CHECK const struct err *access_actor(struct req *r, const char *login,
                                          const struct actor **out);
extern const struct guard access_guard;
extern const struct slice access_slice;
#endif

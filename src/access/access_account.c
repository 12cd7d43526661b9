/* Accounts and grants: the logic and its SQL. Who may give what to whom is decided in grant_allowed
 * and account_managed, whether the wish comes over HTTP, from the command line or from the demo. */
#include <string.h>

#include "access/access_own.h"
#include "kernel/id.h"
#include "kernel/text.h"

enum { NAME_MIN = 2, NAME_MAX = 32, RANK_OPERATOR = 99 };

static const struct field account_fields[] = { F(account, id, K_ID, 0, 0, 0, ""),
                                               F(account, unit, K_INT, 0, 0, 0, ""),
                                               F(account, village, K_INT, 0, 0, 0, ""),
                                               F(account, resident, K_ID, 0, 0, 0, ""),
                                               F(account, household, K_ID, 0, 0, 0, ""),
                                               F(account, must_change, K_INT, 0, 0, 0, ""),
                                               F(account, password_until, K_INT, 0, 0, 0, ""),
                                               F(account, totp_step, K_INT, 0, 0, 0, ""),
                                               F(account, created_at, K_INT, 0, 0, 0, ""),
                                               F(account, signed_in_at, K_INT, 0, 0, 0, ""),
                                               F(account, version, K_INT, 0, 0, 0, ""),
                                               F(account, name, K_TEXT, 0, 0, 0, ""),
                                               F(account, display, K_TEXT, 0, 0, 0, ""),
                                               F(account, password, K_TEXT, OUT_SECRET, 0, 0, ""),
                                               F(account, state, K_TEXT, 0, 0, 0, ""),
                                               F(account, phone, K_BYTES, OUT_SECRET, 0, 0, ""),
                                               F(account, totp, K_BYTES, OUT_SECRET, 0, 0, ""),
                                               F(account, totp_pending, K_BYTES, OUT_SECRET, 0, 0,
                                                 ""),
                                               { 0 } };
const struct record account_row_record = { "account_row", sizeof(struct account), account_fields };

static const struct field grant_row_fields[] = {
    F(grant_row, id, K_ID, 0, 0, 0, "Grant id, to revoke it. 授权"),
    F(grant_row, account, K_ID, 0, 0, 0, "Account."),
    F(grant_row, role, K_TEXT, 0, 0, 0, "Role. 角色"),
    F(grant_row, role_zh, K_TEXT, OPT, 0, 0, "Its Chinese name."),
    F(grant_row, role_en, K_TEXT, OPT, 0, 0, "Its English name."),
    F(grant_row, scope, K_TEXT, 0, 0, 0, "region, grid or household. 范围"),
    F(grant_row, region, K_REGION, 0, 0, 0,
      "The region; the village of a grid or household; 000000000000 is everywhere."),
    F(grant_row, grid, K_TEXT, OPT, 0, 0, "Grid code; covers the grids below it. 网格"),
    F(grant_row, household, K_ID, OPT, 0, 0, "Household. 户"),
    F(grant_row, granted_at, K_INSTANT, 0, 0, 0, "When it was given."),
    { 0 }
};
const struct record grant_row_record = { "account_grant", sizeof(struct grant_row),
                                         grant_row_fields };

#define ACCOUNT_COLUMNS                                                                            \
    "id, unit, village, resident, household, must_change, password_until, totp_step, created_at, " \
    "signed_in_at,"                                                                                \
    " version, name, display, password, state, phone, totp, totp_pending"

void grants_named(struct list *grants)
{
    for (size_t i = 0; i < grants->n; i++) {
        struct grant_row *g = &LIST_AT(*grants, struct grant_row, i);
        const struct role *role = role_find(g->role);
        g->role_zh = role ? role->zh : g->role;
        g->role_en = role ? role->en : g->role;
    }
}

const struct err *grants_load(struct req *r, int64_t account, struct list *out)
{
    TRY(db_all(r, &grant_row_record, out,
               "SELECT id, account, role, scope, region, NULLIF(grid, '') AS grid, "
               "NULLIF(household, 0) AS household, granted_at"
               " FROM access_grant WHERE account = $1 ORDER BY id",
               I64(account)));
    grants_named(out);
    return NULL;
}

const struct err *account_load(struct req *r, int64_t id, struct account **out)
{
    TRY(db_find(r, &account_row_record, out,
                "SELECT " ACCOUNT_COLUMNS " FROM access_account WHERE id = $1", I64(id)));
    if (!*out) return fail(r, ERR_NOT_FOUND, "account");
    return grants_load(r, id, &(*out)->grants);
}

const struct err *account_named(struct req *r, const char *name_or_phone, struct account **out)
{
    const char *phone = phone_fold(r->mem, name_or_phone);
    struct bytes blind = access_blind(r, "phone", phone);
    TRY(db_find(r, &account_row_record, out,
                "SELECT " ACCOUNT_COLUMNS " FROM access_account WHERE name = $1",
                TEXT(name_fold(r->mem, name_or_phone))));
    if (!*out && phone)
        TRY(db_find(r, &account_row_record, out,
                    "SELECT " ACCOUNT_COLUMNS " FROM access_account WHERE phone_blind = $1",
                    BLOB(blind.p, blind.n)));
    if (!*out) return NULL;
    return grants_load(r, (*out)->id, &(*out)->grants);
}

/* ---- who may manage whom ---- */
/* The rank by which the actor holds p for this region; -1: not at all. */
static int rank_for(const struct req *r, enum perm p, int64_t region, bool gives)
{
    int best = -1;
    for (int i = 0; i < r->who->grants_n; i++) {
        const struct grant *g = &r->who->grants[i];
        if (g->scope != GRANT_REGION || !perm_in(g->perms, p) || !access_covers(g->region, region))
            continue;
        const struct role *role = role_find(g->role);
        int rank = !role ? RANK_OPERATOR : gives ? role->gives : role->rank;
        if (rank > best) best = rank;
    }
    return best;
}

const struct err *account_managed(struct req *r, enum perm p, const struct account *a)
{
    TRY(access_require(r, p, a->unit));
    for (size_t i = 0; i < a->grants.n; i++) {
        const struct grant_row *g = &LIST_AT(a->grants, struct grant_row, i);
        const struct role *role = role_find(g->role);
        if (role && role->rank > 0 && rank_for(r, p, g->region, false) <= role->rank)
            return fail_say(r, ERR_FORBIDDEN, "account",
                            "该账号的职务不低于您，或超出您的范围；请由运维人员用命令行办理。",
                            "This account stands no lower than yours or reaches beyond your scope; "
                            "the operator can do it on the command line.");
    }
    return NULL;
}

/* ---- accounts ---- */
static const struct err *name_rules(struct req *r, const char *name)
{
    bool digits = strspn(name, "0123456789") == strlen(name);
    size_t n = utf8_length(name);
    if (n >= NAME_MIN && n <= NAME_MAX && !strpbrk(name, " \t\n\"'<>\\/@:;,") && !digits &&
        text_clean(name))
        return NULL;
    struct err *e = fail(r, ERR_INVALID, NULL);
    err_finding(r->mem, e, "name", "账号名为 2 到 32 个字，不含空格和标点，不能全是数字。",
                "A name has 2 to 32 letters or digits, no spaces, and is not a number.");
    return e;
}

static const struct err *taken(struct req *r, const char *field, const char *zh, const char *en)
{
    struct err *e = fail_say(r, ERR_DUPLICATE, field, zh, en);
    err_finding(r->mem, e, field, zh, en);
    return e;
}

static const struct err *phone_free(struct req *r, int64_t account, struct bytes blind)
{
    int64_t other;
    if (!blind.p) return NULL;
    TRY(db_int(r, &other, "SELECT id FROM access_account WHERE phone_blind = $1 AND id <> $2",
               BLOB(blind.p, blind.n), I64(account)));
    if (other == NONE) return NULL;
    return taken(r, "phone", "这个手机号已用于另一个账号。",
                 "This phone number belongs to another account.");
}

static const struct err *phone_rules(struct req *r, const char *phone, const char **out)
{
    *out = phone && *phone ? phone_fold(r->mem, phone) : NULL;
    if (*out || !phone || !*phone) return NULL;
    struct err *e = fail(r, ERR_INVALID, NULL);
    err_finding(r->mem, e, "phone", "手机号为 1 开头的 11 位数字。",
                "A mobile number has 11 digits and begins with 1.");
    return e;
}

static int64_t unit_of(const struct req *r, const struct account_new *a)
{
    if (a->unit > 0) return a->unit;
    if (a->village > 0) return a->village;
    return access_region(r, PERM_ACCOUNT_WRITE); /* NONE is no place where an account may be made */
}

const struct err *access_account_add(struct req *r, const struct account_new *a, int64_t *id)
{
    const char *name = name_fold(r->mem, a->name), *phone;
    int64_t unit = unit_of(r, a), other;
    TRY(access_require(r, PERM_ACCOUNT_WRITE, unit));
    if (a->village > 0) TRY(access_require(r, PERM_ACCOUNT_WRITE, a->village));
    TRY(name_rules(r, name));
    TRY(phone_rules(r, a->phone, &phone));
    if (!a->one_time) TRY(password_rules(r, "password", a->password, name, phone)); /* ours has the name in it by chance */
    TRY(db_int(r, &other, "SELECT id FROM access_account WHERE name = $1", TEXT(name)));
    if (other != NONE) return taken(r, "name", "账号名已被使用。", "This name is taken.");
    struct bytes sealed = access_seal(r, phone), blind = access_blind(r, "phone", phone);
    TRY(phone_free(r, 0, blind));
    *id = id_new();
    r->audit_subject = *id;
    return db_exec(
        r,
        "INSERT INTO access_account (id, name, display, unit, village, resident, household, phone, "
        "phone_blind, password,"
        " must_change, password_until, totp_step, state, created_at, version)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, 'active', $13, 1)",
        I64(*id), TEXT(name), TEXT(a->display), I64(unit), I64(a->village > 0 ? a->village : NONE),
        I64(a->resident > 0 ? a->resident : NONE), I64(a->household > 0 ? a->household : NONE),
        BLOB(sealed.p, sealed.n), BLOB(blind.p, blind.n),
        TEXT(a->one_time && one_time_shaped(a->password) ? one_time_hash(r->mem, a->password)
                                                         : password_hash(r->mem, a->password)),
        I64(a->one_time), I64(a->one_time ? r->now + 1000 * access_settings.one_time_s : NONE),
        I64(r->now));
}

const struct err *account_change(struct req *r, const struct account *a, const char *display,
                                 const char *phone, const char *state, int64_t version)
{
    int64_t changed;
    const char *folded;
    TRY(phone_rules(r, phone, &folded));
    struct bytes sealed = phone ? access_seal(r, folded) : a->phone,
                 blind = access_blind(r, "phone", folded);
    if (!phone) blind = access_blind(r, "phone", access_open_sealed(r, a->phone));
    TRY(phone_free(r, a->id, blind));
    TRY(db_exec_n(r, &changed,
                  "UPDATE access_account SET display = $2, phone = $3, phone_blind = $4, state = "
                  "$5, version = version + 1"
                  " WHERE id = $1 AND version = $6",
                  I64(a->id), TEXT(display ? display : a->display), BLOB(sealed.p, sealed.n),
                  BLOB(blind.p, blind.n), TEXT(state ? state : a->state), I64(version)));
    if (!changed) return fail(r, ERR_STALE, NULL);
    return state && strcmp(state, "disabled") == 0 ? sessions_end(r, a->id, NULL) : NULL;
}

const struct err *account_state(struct req *r, int64_t account, const char *state)
{
    TRY(db_exec(r, "UPDATE access_account SET state = $2, version = version + 1 WHERE id = $1",
                I64(account), TEXT(state)));
    TRY(throttle_clear(r, throttle_account(r->mem, account)));
    return strcmp(state, "disabled") == 0 ? sessions_end(r, account, NULL) : NULL;
}

const struct err *totp_drop(struct req *r, int64_t account)
{
    TRY(db_exec(r, "DELETE FROM access_recovery WHERE account = $1", I64(account)));
    return db_exec(r,
                   "UPDATE access_account SET totp = NULL, totp_pending = NULL, version = version "
                   "+ 1 WHERE id = $1",
                   I64(account));
}

const struct err *account_one_time(struct req *r, int64_t account, bool drop_totp,
                                   const char *password)
{
    TRY(db_exec(r,
                "UPDATE access_account SET password = $2, must_change = 1, password_until = $3, "
                "version = version + 1 WHERE id = $1",
                I64(account), TEXT(one_time_hash(r->mem, password)),
                I64(r->now + 1000 * access_settings.one_time_s)));
    TRY(throttle_clear(r, throttle_account(r->mem, account)));
    TRY(sessions_end(r, account, NULL));
    return drop_totp ? totp_drop(r, account) : NULL;
}

/* Tied to a household the account is a villager there by itself; a villager's grant for the
 * household that was left would go on opening its passbook. */
static const struct err *household_grants_end(struct req *r, int64_t village, int64_t resident)
{
    return db_exec(r,
                   "DELETE FROM access_grant WHERE scope = 'household' AND account IN"
                   " (SELECT id FROM access_account WHERE village = $1 AND resident = $2)",
                   I64(village), I64(resident));
}

const struct err *access_resident_moved(struct req *r, int64_t village, int64_t resident,
                                        int64_t household)
{
    TRY(household_grants_end(r, village, resident));
    if (household != NONE)
        return db_exec(r,
                       "UPDATE access_account SET household = $3, version = version + 1 WHERE "
                       "village = $1 AND resident = $2",
                       I64(village), I64(resident), I64(household));
    TRY(db_exec(r,
                "DELETE FROM access_session WHERE account IN (SELECT id FROM access_account WHERE "
                "village = $1 AND resident = $2)",
                I64(village), I64(resident)));
    return db_exec(r,
                   "UPDATE access_account SET household = NULL, state = 'disabled', version = "
                   "version + 1 WHERE village = $1 AND resident = $2",
                   I64(village), I64(resident));
}

/* ---- grants ---- */
struct wish {
    const struct role *role;
    unsigned scope;
    int64_t region, household;
    const char *grid;
};

static const struct err *bad_grant(struct req *r, const char *field, const char *zh, const char *en)
{
    struct err *e = fail(r, ERR_INVALID, NULL);
    err_finding(r->mem, e, field, zh, en);
    return e;
}

static const struct err *grant_shape(struct req *r, const struct wish *w)
{
    int level = access_level(w->region);
    if (!w->role) return bad_grant(r, "role", "没有这个角色。", "There is no such role.");
    if (!(w->role->scopes & w->scope))
        return bad_grant(r, "role", "这个角色不能用于这种范围（区域、网格或户）。",
                         "This role is not given for that kind of scope.");
    if (w->region != 0 && level == 0)
        return bad_grant(r, "region", "区划代码不正确。", "Not a division code.");
    if (w->scope != ROLE_REGION && level != 5)
        return bad_grant(r, "region", "网格和户须指明所在的村。",
                         "A grid or a household needs its village.");
    if (level < w->role->widest || level > w->role->narrowest)
        return bad_grant(r, "region", "这个角色不能用于这一级区划。",
                         "This role is not given at that level.");
    return NULL;
}

/* Nobody gives to themselves, beyond their own scope, or a role above what their role may hand out.
 */
static const struct err *grant_allowed(struct req *r, int64_t account, const struct role *role,
                                       int64_t region)
{
    TRY(access_region(r, PERM_GRANT_WRITE) == NONE ? fail(r, ERR_FORBIDDEN, NULL) : NULL);
    if (r->who->account == account) return fail(r, ERR_GRANT_SCOPE, "account");
    if (rank_for(r, PERM_GRANT_WRITE, region, true) < role->rank)
        return fail(r, ERR_GRANT_SCOPE, "region");
    return NULL;
}

static const struct err *duties_separate(struct req *r, const struct list *grants,
                                         const struct role *role)
{
    for (size_t i = 0; i < grants->n; i++) {
        const struct role *other = role_find(LIST_AT(*grants, struct grant_row, i).role);
        if (other && !role_compatible(other, role)) return fail(r, ERR_DUTIES, "role");
    }
    return NULL;
}

const struct err *access_grant_add(struct req *r, int64_t account, const char *role, int64_t region,
                                   const char *grid, int64_t household)
{
    int64_t found, id = id_new();
    struct list grants;
    struct wish w = { .role = role_find(role), .scope = ROLE_REGION, .region = region, .grid = "" };
    if (grid && *grid) w.scope = ROLE_GRID, w.grid = grid;
    if (household != NONE) w.scope = ROLE_HOUSEHOLD, w.household = household, w.grid = "";
    TRY(grant_shape(r, &w));
    TRY(grant_allowed(r, account, w.role, region));
    /* Takes the account's row first, so that two grants at once cannot bring two duties together.
     */
    TRY(db_exec_n(r, &found, "UPDATE access_account SET version = version + 1 WHERE id = $1",
                  I64(account)));
    if (!found) return fail(r, ERR_NOT_FOUND, "account");
    TRY(grants_load(r, account, &grants));
    TRY(duties_separate(r, &grants, w.role));
    TRY(db_exec_n(r, &found,
                  "INSERT INTO access_grant (account, id, role, scope, region, grid, household, "
                  "granted_by, granted_at)"
                  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
                  I64(account), I64(id), TEXT(role),
                  TEXT(w.scope == ROLE_GRID        ? "grid"
                       : w.scope == ROLE_HOUSEHOLD ? "household"
                                                   : "region"),
                  I64(region), TEXT(w.grid), I64(w.household), I64(r->who->account), I64(r->now)));
    if (!found)
        return fail_say(r, ERR_DUPLICATE, "role", "已有这项授权。", "This grant is there already.");
    r->audit_subject = account;
    return NULL;
}

const struct err *grant_remove(struct req *r, int64_t account, int64_t grant)
{
    struct grant_row *g;
    TRY(db_find(r, &grant_row_record, &g,
                "SELECT id, account, role, region FROM access_grant WHERE account = $1 AND id = $2",
                I64(account), I64(grant)));
    if (!g) return fail(r, ERR_NOT_FOUND, "grant");
    const struct role *role = role_find(g->role), none = { .rank = 0 };
    TRY(grant_allowed(r, account, role ? role : &none, g->region));
    r->audit_subject = account;
    r->audit_village = g->region;
    TRY(db_exec(r, "UPDATE access_account SET version = version + 1 WHERE id = $1", I64(account)));
    return db_exec(r, "DELETE FROM access_grant WHERE account = $1 AND id = $2", I64(account),
                   I64(grant));
}

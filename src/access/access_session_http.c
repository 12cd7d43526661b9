/* Signing in and out, and what somebody does about their own account: password, one-time codes,
 * access tokens for programs.
 *
 * Sign-in and password change are TX_NONE: argon2id takes tens of milliseconds and must not hold
 * SQLite's only writer. They read, hash, and then write in a second transaction. */
#include <stdio.h>
#include <string.h>

#include "access/access_own.h"
#include "kernel/buf.h"
#include "kernel/id.h"
#include "kernel/limits.h"
#include "kernel/text.h"

/* ---- GET /session: who am I ---- */
struct grant_view {
    const char *role, *role_zh, *role_en, *scope, *grid;
    int64_t region, household;
};
static const struct field grant_brief_fields[] = {
    F(grant_view, role, K_TEXT, 0, 0, 0, "Name of the role. 角色"),
    F(grant_view, role_zh, K_TEXT, 0, 0, 0, "Its Chinese name."),
    F(grant_view, role_en, K_TEXT, 0, 0, 0, "Its English name."),
    F(grant_view, scope, K_TEXT, 0, 0, 0, "region, grid or household: what it holds for. 范围"),
    F(grant_view, region, K_REGION, 0, 0, 0,
      "The region; the village of a grid or household. 000000000000 is everywhere."),
    F(grant_view, grid, K_TEXT, OPT, 0, 0, "Grid code; covers the grids below it. 网格"),
    F(grant_view, household, K_ID, OPT, 0, 0, "Household. 户"),
    { 0 }
};
static const struct record grant_brief_record = { "grant_brief", sizeof(struct grant_view),
                                                  grant_brief_fields };

struct session_view {
    int64_t account, unit, village, resident, household, must_change, totp, staff, expires_at;
    const char *name, *login, *csrf;
    struct list permissions, grants;
};
static const struct field session_view_fields[] = {
    F(session_view, account, K_ID, 0, 0, 0, "Account id. 账号"),
    F(session_view, name, K_TEXT, 0, 0, 0, "Display name. 姓名"),
    F(session_view, login, K_TEXT, 0, 0, 0, "Sign-in name. 登录名"),
    F(session_view, unit, K_REGION, 0, 0, 0, "The office the account belongs to. 所属单位"),
    F(session_view, village, K_REGION, OPT, 0, 0,
      "The person's village; null for accounts of offices. 村"),
    F(session_view, resident, K_ID, OPT, 0, 0, "The person in the register. 村民"),
    F(session_view, household, K_ID, OPT, 0, 0, "The person's household. 户"),
    F(session_view, csrf, K_TEXT, OPT, 0, 0,
      "Send as X-CSRF-Token with every write; null for tokens."),
    F(session_view, must_change, K_BOOL, 0, 0, 0,
      "A one-time password is to be changed before anything else. 须先改密码"),
    F(session_view, totp, K_BOOL, 0, 0, 0, "Sign-in asks for a one-time code. 动态验证码"),
    F(session_view, staff, K_BOOL, 0, 0, 0, "Holds a staff role. 工作人员"),
    F(session_view, expires_at, K_INSTANT, OPT, 0, 0, "When the session ends at the latest."),
    F(session_view, permissions, K_TEXTS, 0, 0, 200,
      "Names of everything the account may do somewhere. 权限"),
    F_SUB(session_view, grants, K_LIST, 0, 0, 200, grant_brief_record,
          "Roles and where they hold. 角色与范围"),
    { 0 }
};
RECORD(session_view);

static struct list permission_names(struct arena *mem, const uint64_t bits[PERM_WORDS])
{
    const char **names = arena_array(mem, const char *, PERM_COUNT);
    struct list out = { .items = names };
    for (enum perm p = PERM_PUBLIC; p < PERM_COUNT; p++)
        if (perm_in(bits, p)) names[out.n++] = perm_info(p)->name;
    return out;
}

static struct list grant_views(struct arena *mem, const struct actor *who)
{
    static const char *const scopes[] = { "region", "grid", "household" };
    struct grant_view *items = arena_array(mem, struct grant_view, (size_t)who->grants_n);
    for (int i = 0; i < who->grants_n; i++) {
        const struct grant *g = &who->grants[i];
        const struct role *role = role_find(g->role);
        items[i] = (struct grant_view){ .role = g->role,
                                        .role_zh = role->zh,
                                        .role_en = role->en,
                                        .scope = scopes[g->scope],
                                        .region = g->region,
                                        .grid = g->grid,
                                        .household = g->household };
    }
    return (struct list){ .items = items, .n = (size_t)who->grants_n };
}

static const struct session_view *session_view_of(struct req *r, const struct visitor *v)
{
    struct session_view *out = arena_new(r->mem, struct session_view);
    *out = (struct session_view){
        .account = v->actor.account,
        .unit = v->unit,
        .village = v->actor.village,
        .resident = v->actor.resident,
        .household = v->actor.household,
        .must_change = v->must_change,
        .totp = v->totp,
        .staff = v->staff,
        .expires_at = v->expires_at,
        .name = v->actor.name,
        .login = v->login,
        .csrf = v->csrf,
        .permissions = permission_names(r->mem, v->perms),
        .grants = grant_views(r->mem, &v->actor),
    };
    return out;
}

const struct err *session_get(struct req *r)
{
    r->out = session_view_of(r, visitor(r));
    return NULL;
}

/* ---- POST /session: sign in ---- */
struct session_in {
    const char *name, *password, *code;
};
static const struct field session_in_fields[] = {
    F(session_in, name, K_TEXT, 0, 1, 64, "Sign-in name or mobile number. 账号或手机号"),
    F(session_in, password, K_TEXT, OUT_SECRET, 1, 128, "Password. 密码"),
    F(session_in, code, K_TEXT, OPT | OUT_SECRET, 0, 20,
      "One-time code or recovery code, when asked for (code-needed). 动态验证码"),
    { 0 }
};
RECORD(session_in);

enum { SESSIONS_MAX = 200 }; /* of one account: a demo's shared account has as many visitors */

struct sign_in {
    const struct session_in *in;
    struct account *account; /* NULL: no such name */
    const char *subject;     /* of the throttle */
    bool right;
    const char *rehash; /* new hash at the present cost, or NULL */
    const char *cookie;
    struct visitor *visitor;
};

static const struct err *sign_in_read(struct req *r, void *arg)
{
    struct sign_in *s = arg;
    TRY(account_named(r, s->in->name, &s->account));
    s->subject = s->account ? throttle_account(r->mem, s->account->id)
                            : throttle_name(r->mem, name_fold(r->mem, s->in->name));
    TRY(throttle_check(r, throttle_address(r->mem, http_network(r))));
    return throttle_check(r, s->subject);
}

/* Takes the time of one argon2id in any case, so that it does not tell whether the name exists.
 * Parallel guesses pass sign_in_read together before the first of them counts: a worker's number of
 * them at most. */
static void sign_in_verify(struct req *r, struct sign_in *s)
{
    bool active = s->account && strcmp(s->account->state, "active") == 0;
    if (!active || one_time_stored(s->account->password))
        password_hash(r->mem, "one moment, please");
    if (!active) return;
    s->right = password_right(s->account->password, s->in->password);
    if (s->right && !one_time_stored(s->account->password) && password_old(s->account->password))
        s->rehash = password_hash(r->mem, s->in->password);
}

static const struct err *sign_in_audit(struct req *r, const struct sign_in *s, int status,
                                       const char *note)
{
    const struct account *a = s->account;
    struct audit_row row = { .village = a ? a->unit : NONE,
                             .account = a ? a->id : NONE,
                             .subject = a ? a->id : NONE,
                             .who = a ? a->display : "",
                             .action = "POST /session",
                             .status = status,
                             .note = note };
    return audit_add(r, &row);
}

/* Refused: counted against account and address, audited, and kept although the answer is an error.
 */
static const struct err *sign_in_refuse(struct req *r, struct sign_in *s, const struct err *e,
                                        const char *note)
{
    TRY(throttle_count(r, s->subject, access_settings.lock_after));
    TRY(throttle_count(r, throttle_address(r->mem, http_network(r)),
                       access_settings.address_after));
    TRY(sign_in_audit(r, s, err_info(e->code)->status, note));
    r->keep = true;
    return e;
}

/* A code works once: the step only moves forward, a recovery code is deleted. */
static const struct err *code_take(struct req *r, const struct account *a, const char *code,
                                   bool *good)
{
    struct bytes secret;
    int64_t taken = 0;
    *good = false;
    if (!open_bytes(r->mem, a->totp, &secret)) return fail(r, ERR_INTERNAL, NULL);
    int64_t step = totp_match(secret.p, secret.n, r->now, code);
    if (step >= 0) {
        TRY(db_exec_n(r, &taken,
                      "UPDATE access_account SET totp_step = $2 WHERE id = $1 AND totp_step < $2",
                      I64(a->id), I64(step)));
    } else {
        struct bytes hash = access_blind(r, "recovery", name_fold(r->mem, code));
        TRY(db_exec_n(r, &taken, "DELETE FROM access_recovery WHERE account = $1 AND hash = $2",
                      I64(a->id), BLOB(hash.p, hash.n)));
    }
    *good = taken == 1;
    return NULL;
}

static bool holds_staff_role(const struct account *a)
{
    for (size_t i = 0; i < a->grants.n; i++) {
        const struct role *role = role_find(LIST_AT(a->grants, struct grant_row, i).role);
        if (role && role->rank > 0) return true;
    }
    return false;
}

static const struct err *session_start(struct req *r, struct sign_in *s)
{
    uint8_t hash[HASH_SIZE];
    bool staff = holds_staff_role(s->account);
    int64_t life_s = staff ? access_settings.staff_life_s : access_settings.villager_life_s;
    s->cookie = secret_text(r->mem, 32);
    secret_hash("session", s->cookie, strlen(s->cookie), hash);
    const char *address = http_address(r);
    TRY(db_exec(r,
                "INSERT INTO access_session (id, account, created_at, seen_at, expires_at, "
                "address) VALUES ($1, $2, $3, $3, $4, $5)",
                BLOB(hash, HASH_SIZE), I64(s->account->id), I64(r->now),
                I64(r->now + 1000 * life_s), TEXT(address ? address : "")));
    /* The oldest make room: a script that signs in for every call does not fill the table. */
    TRY(db_exec(r,
                "DELETE FROM access_session WHERE account = $1 AND created_at <"
                " (SELECT MIN(created_at) FROM (SELECT created_at FROM access_session WHERE "
                "account = $1 ORDER BY created_at DESC LIMIT $2) AS newest)",
                I64(s->account->id), I64(SESSIONS_MAX)));
    TRY(db_exec(r, "UPDATE access_account SET signed_in_at = $2 WHERE id = $1", I64(s->account->id),
                I64(r->now)));
    if (s->rehash)
        TRY(db_exec(r, "UPDATE access_account SET password = $2 WHERE id = $1 AND password = $3",
                    I64(s->account->id), TEXT(s->rehash), TEXT(s->account->password)));
    return session_visitor(r, s->cookie, &s->visitor);
}

static const struct err *sign_in_write(struct req *r, void *arg)
{
    struct sign_in *s = arg;
    const struct account *a = s->account;
    bool good = true;
    if (!s->right)
        return sign_in_refuse(r, s, fail(r, ERR_BAD_CREDENTIALS, NULL), "wrong name or password");
    if (a->password_until != NONE && a->password_until <= r->now)
        return sign_in_refuse(
            r, s,
            fail_say(r, ERR_BAD_CREDENTIALS, NULL, "一次性密码已过期，请联系管理员重新发放。",
                     "The one-time password has expired; ask the administrator for a new one."),
            "one-time password expired");
    if (a->totp.p && (!s->in->code || !*s->in->code)) return fail(r, ERR_CODE_NEEDED, "code");
    if (a->totp.p) TRY(code_take(r, a, s->in->code, &good));
    if (!good) return sign_in_refuse(r, s, fail(r, ERR_BAD_CREDENTIALS, "code"), "wrong code");
    TRY(throttle_clear(r, s->subject));
    TRY(session_start(r, s));
    return sign_in_audit(r, s, 201, NULL);
}

/* Villagers stay signed in for months on their own phone; a staff session ends with the browser. */
static void session_cookie(struct req *r, const char *value, const struct visitor *v)
{
    const char *age = "";
    if (!v) age = "; Max-Age=0";
    if (v && !v->staff)
        age = arena_printf(r->mem, "; Max-Age=%lld", (long long)access_settings.villager_life_s);
    http_set_header(r, "Set-Cookie",
                    arena_printf(r->mem, "shanzhi_session=%s; Path=/; HttpOnly; SameSite=Lax%s%s",
                                 value, age, http_secure(r) ? "; Secure" : ""));
}

const struct err *session_open(struct req *r)
{
    struct sign_in s = { .in = r->in };
    TRY(tx_run(r, TX_READ, sign_in_read, &s));
    sign_in_verify(r, &s);
    TRY(tx_run(r, TX_WRITE, sign_in_write, &s));
    session_cookie(r, s.cookie, s.visitor);
    http_session(r, s.cookie, s.visitor->actor.account);
    r->out = session_view_of(r, s.visitor);
    return NULL;
}

/* ---- DELETE /session, /sessions: sign out, here or everywhere ---- */
const struct err *session_close(struct req *r)
{
    TRY(in_person(r));
    const struct visitor *v = visitor(r);
    session_cookie(r, "", NULL);
    return db_exec(r, "DELETE FROM access_session WHERE id = $1", BLOB(v->session, HASH_SIZE));
}

const struct err *sessions_close(struct req *r)
{
    TRY(in_person(r));
    session_cookie(r, "", NULL);
    return sessions_end(r, r->who->account, NULL);
}

/* ---- POST /me/password ---- */
struct password_in {
    const char *current, *password;
};
static const struct field password_in_fields[] = {
    F(password_in, current, K_TEXT, OUT_SECRET, 1, 128, "The present password. 原密码"),
    F(password_in, password, K_TEXT, OUT_SECRET, 1, 128,
      "The new one: 8 characters or more, not the name, not a common one. 新密码"),
    { 0 }
};
RECORD(password_in);

struct change {
    const struct password_in *in;
    struct account *account;
    const char *hash;
    bool right;
};

static const struct err *change_read(struct req *r, void *arg)
{
    struct change *c = arg;
    TRY(account_load(r, r->who->account, &c->account));
    return throttle_check(r, throttle_account(r->mem, c->account->id));
}

static const struct err *change_write(struct req *r, void *arg)
{
    struct change *c = arg;
    int64_t changed;
    struct audit_row row = { .village = c->account->unit,
                             .account = r->who->account,
                             .subject = r->who->account,
                             .who = r->who->name,
                             .action = "POST /me/password",
                             .status = c->right ? 204 : 401 };
    TRY(audit_add(r, &row));
    if (!c->right) {
        TRY(throttle_count(r, throttle_account(r->mem, c->account->id),
                           access_settings.lock_after));
        r->keep = true;
        return fail_say(r, ERR_BAD_CREDENTIALS, "current", "原密码不正确。",
                        "The present password is not right.");
    }
    TRY(db_exec_n(r, &changed,
                  "UPDATE access_account SET password = $2, must_change = 0, password_until = "
                  "NULL, version = version + 1"
                  " WHERE id = $1 AND password = $3",
                  I64(c->account->id), TEXT(c->hash), TEXT(c->account->password)));
    if (!changed) return fail(r, ERR_CONFLICT, NULL);
    return sessions_end(r, c->account->id, visitor(r)->session);
}

/* The other sessions end: whoever knows the old password is out. */
const struct err *me_password(struct req *r)
{
    struct change c = { .in = r->in };
    TRY(in_person(r));
    TRY(tx_run(r, TX_READ, change_read, &c));
    const char *phone = access_open_sealed(r, c.account->phone);
    TRY(password_rules(r, "password", c.in->password, c.account->name, phone));
    c.right = password_right(c.account->password, c.in->current);
    if (c.right && strcmp(c.in->current, c.in->password) == 0)
        return fail_say(r, ERR_WEAK_PASSWORD, "password", "新密码不能与原密码相同。",
                        "The new password must be another one.");
    if (c.right) c.hash = password_hash(r->mem, c.in->password);
    return tx_run(r, TX_WRITE, change_write, &c);
}

/* ---- one-time codes ---- */
struct totp_view {
    const char *secret, *uri;
};
static const struct field totp_view_fields[] = {
    F(totp_view, secret, K_TEXT, OUT_SECRET, 0, 0, "Base32 secret, to type into the app. 密钥"),
    F(totp_view, uri, K_TEXT, OUT_SECRET, 0, 0, "otpauth:// address, to show as a QR code."),
    { 0 }
};
RECORD(totp_view);
struct totp_code_in {
    const char *code;
};
static const struct field totp_code_in_fields[] = {
    F(totp_code_in, code, K_TEXT, OUT_SECRET, 6, 20,
      "A code of the app, or a recovery code to switch off. 动态验证码"),
    { 0 }
};
RECORD(totp_code_in);
struct recovery_view {
    struct list codes;
};
static const struct field recovery_view_fields[] = {
    F(recovery_view, codes, K_TEXTS, OUT_SECRET, 0, 20,
      "Each signs in once without the app: print and keep them. 恢复码"),
    { 0 }
};
RECORD(recovery_view);

const struct err *me_totp_new(struct req *r)
{
    uint8_t secret[TOTP_SECRET];
    struct account *a;
    TRY(in_person(r));
    TRY(account_load(r, r->who->account, &a));
    if (a->totp.p)
        return fail_say(r, ERR_STATE, NULL, "已开启动态验证码，请先关闭。",
                        "One-time codes are on already; switch them off first.");
    random_bytes(secret, sizeof secret);
    struct bytes sealed = seal_bytes(r->mem, secret, sizeof secret);
    struct totp_view *out = arena_new(r->mem, struct totp_view);
    out->secret = base32_encode(r->mem, secret, sizeof secret);
    out->uri = arena_printf(
        r->mem,
        "otpauth://totp/Shanzhi:%lld?secret=%s&issuer=Shanzhi&algorithm=SHA1&digits=6&period=30",
        (long long)a->id, out->secret);
    r->out = out;
    return db_exec(r, "UPDATE access_account SET totp_pending = $2 WHERE id = $1", I64(a->id),
                   BLOB(sealed.p, sealed.n));
}

enum { RECOVERY_CODES = 10 };

static const struct err *recovery_new(struct req *r, int64_t account, struct list *out)
{
    const char **codes = arena_array(r->mem, const char *, RECOVERY_CODES);
    for (size_t i = 0; i < RECOVERY_CODES; i++) {
        codes[i] = one_time_password(r->mem);
        struct bytes hash = access_blind(r, "recovery", codes[i]);
        TRY(db_exec(r, "INSERT INTO access_recovery (account, hash) VALUES ($1, $2)", I64(account),
                    BLOB(hash.p, hash.n)));
    }
    *out = (struct list){ .items = codes, .n = RECOVERY_CODES };
    return NULL;
}

const struct err *me_totp_confirm(struct req *r)
{
    const struct totp_code_in *in = r->in;
    struct account *a;
    struct bytes secret;
    TRY(in_person(r));
    TRY(account_load(r, r->who->account, &a));
    if (!a->totp_pending.p) return fail(r, ERR_STATE, NULL);
    if (!open_bytes(r->mem, a->totp_pending, &secret)) return fail(r, ERR_INTERNAL, NULL);
    int64_t step = totp_match(secret.p, secret.n, r->now, in->code);
    if (step < 0)
        return fail_say(r, ERR_INVALID, "code", "验证码不正确，请核对手机时间。",
                        "That code is not right; check the phone's clock.");
    struct recovery_view *out = arena_new(r->mem, struct recovery_view);
    TRY(recovery_new(r, a->id, &out->codes));
    r->out = out;
    return db_exec(r,
                   "UPDATE access_account SET totp = totp_pending, totp_pending = NULL, totp_step "
                   "= $2, version = version + 1 WHERE id = $1",
                   I64(a->id), I64(step));
}

const struct err *me_totp_remove(struct req *r)
{
    const struct totp_code_in *in = r->in;
    struct account *a;
    bool good;
    TRY(in_person(r));
    TRY(account_load(r, r->who->account, &a));
    if (!a->totp.p) return fail(r, ERR_STATE, NULL);
    TRY(throttle_check(r, throttle_account(r->mem, a->id)));
    TRY(code_take(r, a, in->code, &good));
    if (!good) {
        TRY(throttle_count(r, throttle_account(r->mem, a->id), access_settings.lock_after));
        r->keep = true;
        return fail_say(r, ERR_INVALID, "code", "验证码不正确。", "That code is not right.");
    }
    return totp_drop(r, a->id);
}

/* ---- access tokens for programs ---- */
struct tokens_in {
    PAGE_MEMBERS;
};
static const struct field tokens_in_fields[] = { PAGE_FIELDS(tokens_in), { 0 } };
RECORD(tokens_in);
struct token_view {
    int64_t id, created_at, expires_at;
    const char *name, *permissions;
};
static const struct field token_view_fields[] = {
    F(token_view, id, K_ID, 0, 0, 0, "Token id, to revoke it. 令牌"),
    F(token_view, name, K_TEXT, 0, 0, 0, "What it is for. 用途"),
    F(token_view, permissions, K_TEXT, 0, 0, 0,
      "Names of its permissions, separated by spaces. 权限"),
    F(token_view, created_at, K_INSTANT, 0, 0, 0, "Made."),
    F(token_view, expires_at, K_INSTANT, 0, 0, 0, "Ends."),
    { 0 }
};
RECORD(token_view);
struct token_in {
    const char *name;
    struct list permissions;
    int64_t days;
};
static const struct field token_in_fields[] = {
    F(token_in, name, K_TEXT, 0, 1, 60, "What it is for. 用途"),
    F(token_in, permissions, K_TEXTS, 0, 1, 100, "Names of permissions, all held by oneself. 权限"),
    F(token_in, days, K_INT, 0, 1, 366, "Days until it ends. 有效天数"),
    { 0 }
};
RECORD(token_in);
struct token_new {
    int64_t id, expires_at;
    const char *token;
};
static const struct field token_new_fields[] = {
    F(token_new, id, K_ID, 0, 0, 0, "Token id, to revoke it."),
    F(token_new, token, K_TEXT, OUT_SECRET, 0, 0,
      "The token, shown this once: Authorization: Bearer …"),
    F(token_new, expires_at, K_INSTANT, 0, 0, 0, "Ends."),
    { 0 }
};
RECORD(token_new);
struct token_path {
    int64_t token;
};
static const struct field token_path_fields[] = {
    F(token_path, token, K_ID, IN_PATH, 0, 0, "Token id."), { 0 }
};
RECORD(token_path);

const struct err *me_tokens(struct req *r)
{
    const struct tokens_in *in = r->in;
    struct page *p = arena_new(r->mem, struct page);
    int64_t after, b;
    const char *s;
    TRY(page_after(r, in->after, &after, &b, &s));
    TRY(db_all(r, &token_view_record, &p->rows,
               "SELECT id, name, permissions, created_at, expires_at FROM access_token WHERE "
               "account = $1 AND id > $2 ORDER BY id LIMIT $3",
               I64(r->who->account), I64(after == NONE ? 0 : after), I64(page_limit(in->limit))));
    p->total = NONE;
    if (page_cut(p, in->limit))
        p->next = page_cursor(r, LIST_AT(p->rows, struct token_view, p->rows.n - 1).id, NONE, NULL);
    r->out = p;
    return NULL;
}

/* The names, joined; every one known and held. */
static const struct err *token_permissions(struct req *r, const struct token_in *in,
                                           const char **out)
{
    const struct visitor *v = visitor(r);
    struct err *e = NULL;
    struct buf b = buf_in(r->mem, 8192);
    for (size_t i = 0; i < in->permissions.n; i++) {
        const char *name = LIST_AT(in->permissions, const char *, i);
        enum perm p = perm_find(name);
        if (i) buf_putc(&b, ' ');
        buf_puts(&b, name);
        if (perm_in(v->perms, p)) continue; /* PERM_UNSET is never held */
        if (!e) e = fail(r, ERR_INVALID, NULL);
        err_finding(r->mem, e, arena_printf(r->mem, "permissions/%zu", i), "没有这项权限。",
                    "Not a permission you hold.");
    }
    *out = b.p;
    return e;
}

const struct err *me_token_add(struct req *r)
{
    enum { DAY_MS = 86400000 };
    const struct token_in *in = r->in;
    uint8_t hash[HASH_SIZE];
    const char *permissions;
    TRY(in_person(r));
    TRY(token_permissions(r, in, &permissions));
    struct token_new *out = arena_new(r->mem, struct token_new);
    out->id = id_new();
    out->expires_at = r->now + in->days * DAY_MS;
    out->token = arena_printf(r->mem, "szt_%s", secret_text(r->mem, 32));
    secret_hash("token", out->token, strlen(out->token), hash);
    r->audit_subject = out->id;
    r->out = out;
    return db_exec(r,
                   "INSERT INTO access_token (hash, id, account, name, permissions, created_at, "
                   "expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                   BLOB(hash, HASH_SIZE), I64(out->id), I64(r->who->account), TEXT(in->name),
                   TEXT(permissions), I64(r->now), I64(out->expires_at));
}

const struct err *me_token_remove(struct req *r)
{
    const struct token_path *in = r->in;
    int64_t gone;
    TRY(in_person(r));
    r->audit_subject = in->token;
    TRY(db_exec_n(r, &gone, "DELETE FROM access_token WHERE account = $1 AND id = $2",
                  I64(r->who->account), I64(in->token)));
    return gone ? NULL : fail(r, ERR_NOT_FOUND, "token");
}

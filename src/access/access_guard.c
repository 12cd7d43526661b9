/* The guard: what the dispatcher asks on every request. Who is it, may they, the audit row, and
 * stored replies by Idempotency-Key. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "access/access_own.h"
#include "kernel/id.h"
#include "kernel/text.h"

/* ---- identify ---- */
/* One row per grant of the account; the rest repeats. */
struct identity {
    int64_t account, seen_at, expires_at, unit, village, resident, household, must_change, totp;
    const char *login, *display, *permissions;
    int64_t grant_region, grant_household;
    const char *role, *scope, *grid;
};
static const struct field identity_fields[] = { F(identity, account, K_ID, 0, 0, 0, ""),
                                                F(identity, seen_at, K_INSTANT, 0, 0, 0, ""),
                                                F(identity, expires_at, K_INSTANT, 0, 0, 0, ""),
                                                F(identity, unit, K_INT, 0, 0, 0, ""),
                                                F(identity, village, K_INT, 0, 0, 0, ""),
                                                F(identity, resident, K_ID, 0, 0, 0, ""),
                                                F(identity, household, K_ID, 0, 0, 0, ""),
                                                F(identity, must_change, K_BOOL, 0, 0, 0, ""),
                                                F(identity, totp, K_BOOL, 0, 0, 0, ""),
                                                F(identity, login, K_TEXT, 0, 0, 0, ""),
                                                F(identity, display, K_TEXT, 0, 0, 0, ""),
                                                F(identity, permissions, K_TEXT, 0, 0, 0, ""),
                                                F(identity, grant_region, K_INT, 0, 0, 0, ""),
                                                F(identity, grant_household, K_INT, 0, 0, 0, ""),
                                                F(identity, role, K_TEXT, 0, 0, 0, ""),
                                                F(identity, scope, K_TEXT, 0, 0, 0, ""),
                                                F(identity, grid, K_TEXT, 0, 0, 0, ""),
                                                { 0 } };
static RECORD(identity);

static void add_grant(struct visitor *v, struct grant *g, const struct role *role)
{
    g->role = role->name;
    role_bits(role, g->perms);
    if (role->rank > 0) v->staff = true;
    v->actor.grants_n++;
}

/* Actor and grants from the rows. A role that roles.def no longer knows gives nothing. */
static struct visitor *visitor_of(struct req *r, const struct list *rows)
{
    const struct identity *first = &LIST_AT(*rows, struct identity, 0);
    struct visitor *v = arena_new(r->mem, struct visitor);
    struct grant *grants = arena_array(r->mem, struct grant, rows->n + 1);
    v->actor = (struct actor){ .account = first->account,
                               .name = first->display,
                               .village = first->village,
                               .resident = first->resident,
                               .household = first->household,
                               .grants = grants };
    v->login = first->login;
    v->unit = first->unit;
    v->must_change = first->must_change;
    v->totp = first->totp;
    v->expires_at = first->expires_at;
    if (first->household != NONE) {
        struct grant *g = &grants[v->actor.grants_n];
        *g = (struct grant){ .scope = GRANT_HOUSEHOLD,
                             .region = first->village,
                             .household = first->household };
        add_grant(v, g, role_find("villager"));
    }
    for (size_t i = 0; i < rows->n; i++) {
        const struct identity *row = &LIST_AT(*rows, struct identity, i);
        const struct role *role = role_find(row->role);
        if (!role) continue;
        struct grant *g = &grants[v->actor.grants_n];
        *g =
            (struct grant){ .region = row->grant_region, .household = NONE, .scope = GRANT_REGION };
        if (strcmp(row->scope, "grid") == 0) g->scope = GRANT_GRID, g->grid = row->grid;
        if (strcmp(row->scope, "household") == 0)
            g->scope = GRANT_HOUSEHOLD, g->household = row->grant_household;
        add_grant(v, g, role);
    }
    return v;
}

static void visitor_perms(struct visitor *v)
{
    for (int i = 0; i < v->actor.grants_n; i++)
        for (int w = 0; w < PERM_WORDS; w++) v->perms[w] |= v->actor.grants[i].perms[w];
    if (v->self) perm_set(v->perms, PERM_SELF);
}

/* A use is noted a minute after the one noted before at the soonest, and four times within the limit. */
enum { NOTED_EVERY_MS = 60000, NOTED_PARTS = 4 };

/* Idle for too long? What this process saw since the row was written counts too. */
static bool idle(const struct visitor *v, const uint8_t session[HASH_SIZE], int64_t seen_at,
                 int64_t now)
{
    int64_t limit_ms =
        1000 * (v->staff ? access_settings.staff_idle_s : access_settings.villager_idle_s);
    int64_t step_ms = limit_ms / NOTED_PARTS;
    if (step_ms > NOTED_EVERY_MS) step_ms = NOTED_EVERY_MS;
    if (now - seen_at < step_ms) return false;
    int64_t memory = seen_last(session);
    if (memory > seen_at) seen_at = memory;
    if (now - seen_at >= limit_ms) return true;
    seen_note(session, now);
    return false;
}

static const struct err *by_cookie(struct req *r, const char *cookie, struct visitor **out)
{
    uint8_t hash[HASH_SIZE];
    struct list rows;
    secret_hash("session", cookie, strlen(cookie), hash);
    TRY(db_all(r, &identity_record, &rows,
               "SELECT s.account, s.seen_at, s.expires_at, a.unit, a.village, a.resident, "
               "a.household, a.must_change,"
               " CASE WHEN a.totp IS NULL THEN 0 ELSE 1 END AS totp, a.name AS login, a.display,"
               " g.region AS grant_region, g.household AS grant_household, g.role, g.scope, g.grid"
               " FROM access_session s JOIN access_account a ON a.id = s.account"
               " LEFT JOIN access_grant g ON g.account = s.account"
               " WHERE s.id = $1 AND a.state = 'active'",
               BLOB(hash, HASH_SIZE)));
    if (!rows.n) return fail(r, ERR_SIGN_IN, NULL);
    const struct identity *first = &LIST_AT(rows, struct identity, 0);
    struct visitor *v = visitor_of(r, &rows);
    if (first->expires_at <= r->now || idle(v, hash, first->seen_at, r->now))
        return fail_say(r, ERR_SIGN_IN, NULL, "登录已过期，请重新登录。",
                        "The session has ended; sign in again.");
    uint8_t csrf[HASH_SIZE];
    secret_hash("csrf", cookie, strlen(cookie), csrf);
    v->csrf = hex_encode(r->mem, csrf, 16);
    v->cookie = v->self = true;
    memcpy(v->session, hash, HASH_SIZE);
    visitor_perms(v);
    *out = v;
    return NULL;
}

const struct err *session_visitor(struct req *r, const char *cookie, struct visitor **out)
{
    return by_cookie(r, cookie, out);
}

const struct err *access_actor(struct req *r, const char *login, const struct actor **out)
{
    struct list rows;
    TRY(db_all(r, &identity_record, &rows,
               "SELECT a.id AS account, a.unit, a.village, a.resident, a.household, a.must_change, "
               "a.name AS login, a.display,"
               " g.region AS grant_region, g.household AS grant_household, g.role, g.scope, g.grid"
               " FROM access_account a LEFT JOIN access_grant g ON g.account = a.id"
               " WHERE a.name = $1 AND a.state = 'active'",
               TEXT(name_fold(r->mem, login))));
    if (!rows.n)
        return fail_say(r, ERR_NOT_FOUND, "account", "没有这个账号，或者已经停用。",
                        "There is no such account, or it is disabled.");
    struct visitor *v = visitor_of(r, &rows);
    *out = &v->actor;
    return NULL;
}

/* A token keeps, of what its owner may do now, only what it was made for. */
static void narrow(struct req *r, struct visitor *v, const char *names)
{
    uint64_t mask[PERM_WORDS] = { 0 };
    char *rest = arena_strdup(r->mem, names);
    for (char *name = strsep(&rest, " "); name; name = strsep(&rest, " ")) {
        enum perm p = perm_find(name);
        if (p == PERM_SELF) v->self = true;
        perm_set(mask, p);
    }
    struct grant *g = (struct grant *)v->actor.grants; /* our own array, not yet handed out */
    for (int i = 0; i < v->actor.grants_n; i++)
        for (int w = 0; w < PERM_WORDS; w++) g[i].perms[w] &= mask[w];
}

static const struct err *by_token(struct req *r, const char *token, struct visitor **out)
{
    uint8_t hash[HASH_SIZE];
    struct list rows;
    secret_hash("token", token, strlen(token), hash);
    TRY(db_all(r, &identity_record, &rows,
               "SELECT t.account, t.expires_at, t.permissions, a.unit, a.village, a.resident, "
               "a.household, a.must_change,"
               " CASE WHEN a.totp IS NULL THEN 0 ELSE 1 END AS totp, a.name AS login, a.display,"
               " g.region AS grant_region, g.household AS grant_household, g.role, g.scope, g.grid"
               " FROM access_token t JOIN access_account a ON a.id = t.account"
               " LEFT JOIN access_grant g ON g.account = t.account"
               " WHERE t.hash = $1 AND a.state = 'active'",
               BLOB(hash, HASH_SIZE)));
    if (!rows.n) return fail(r, ERR_SIGN_IN, NULL);
    const struct identity *first = &LIST_AT(rows, struct identity, 0);
    if (first->expires_at <= r->now)
        return fail_say(r, ERR_SIGN_IN, NULL, "访问令牌已过期。", "The access token has expired.");
    struct visitor *v = visitor_of(r, &rows);
    narrow(r, v, first->permissions);
    visitor_perms(v);
    *out = v;
    return NULL;
}

static bool writes(const struct route *route)
{
    return strcmp(route->method, "GET") != 0;
}

static const struct err *csrf_check(struct req *r, const struct visitor *v)
{
    const char *given = http_header(r, "X-CSRF-Token");
    return given && secret_equal(given, v->csrf) ? NULL : fail(r, ERR_CSRF, NULL);
}

/* With a one-time password one may look at oneself, change it, and leave. */
static bool before_change(const struct route *route)
{
    return strcmp(route->path, "/session") == 0 || strcmp(route->path, "/sessions") == 0 ||
           strcmp(route->path, "/me/password") == 0;
}

static const struct err *find_visitor(struct req *r, const struct route *route,
                                      struct visitor **out)
{
    const char *bearer = http_header(r, "Authorization");
    const char *cookie = http_cookie(r, "shanzhi_session");
    *out = NULL;
    if (bearer) {
        if (strncasecmp(bearer, "Bearer ", 7) != 0) return fail(r, ERR_SIGN_IN, NULL);
        TRY(by_token(r, bearer + 7, out));
    } else if (cookie) {
        TRY(by_cookie(r, cookie, out));
        if (writes(route)) TRY(csrf_check(r, *out));
    } else {
        return NULL;
    }
    if ((*out)->must_change && !before_change(route)) return fail(r, ERR_PASSWORD_CHANGE, NULL);
    return NULL;
}

static int64_t account_of(const struct actor *who)
{
    return who->account;
}

static const struct err *identify(struct req *r, const struct route *route)
{
    struct visitor *v;
    const struct err *e = find_visitor(r, route, &v);
    /* A public page is there for everybody: whoever cannot be recognised is a stranger to it. */
    if (e && route->allow == PERM_PUBLIC && err_info(e->code)->status < 500) return NULL;
    if (e) return e;
    r->who = v ? &v->actor : NULL;
    return NULL;
}

const struct visitor *visitor(const struct req *r)
{
    return r->http ? (const struct visitor *)r->who : NULL;
}

const struct err *in_person(struct req *r)
{
    const struct visitor *v = visitor(r);
    if (!v) return fail(r, ERR_SIGN_IN, NULL);
    if (v->cookie) return NULL;
    return fail_say(r, ERR_FORBIDDEN, NULL, "此操作须本人登录办理，不能使用访问令牌。",
                    "This needs a person who is signed in, not an access token.");
}

/* ---- allow ---- */
static bool held(const struct grant *g, enum perm p, int64_t region)
{
    if (!perm_in(g->perms, p)) return false;
    if (region == NONE) return true;
    return g->scope == GRANT_REGION ? access_covers(g->region, region) : g->region == region;
}

static const struct err *allow(struct req *r, enum perm p, int64_t region)
{
    const struct visitor *v = visitor(r);
    if (!v) return fail(r, ERR_SIGN_IN, NULL);
    if (p == PERM_SELF && v->self) return NULL;
    for (int i = 0; i < v->actor.grants_n; i++)
        if (held(&v->actor.grants[i], p, region)) return NULL;
    return fail(r, ERR_FORBIDDEN, NULL);
}

/* ---- audit ---- */
enum { AUDIT_BODY_MAX = 4000 };

/* Long bodies (an imported register) are cut at a character: the trail says what was done, the
 * data is in its tables. */
static const char *cut(struct arena *mem, const char *s)
{
    if (!s) return NULL;
    size_t n = utf8_clip(s, AUDIT_BODY_MAX);
    return s[n] ? arena_printf(mem, "%.*s…", (int)n, s) : s;
}

const struct err *audit_add(struct req *r, const struct audit_row *a)
{
    const char *address = r->http ? http_address(r) : NULL;
    int64_t village = a->village == NONE ? 0 : a->village;
    return db_exec(r,
                   "INSERT INTO access_audit (village, id, at, account, who, action, status, "
                   "subject, address, request, note, body)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                   I64(village), I64(id_new()), I64(r->now), I64(a->account), TEXT(a->who),
                   TEXT(a->action), I64(a->status), I64(a->subject), TEXT(address ? address : ""),
                   TEXT(arena_printf(r->mem, "%016llx", (unsigned long long)r->id)), TEXT(a->note),
                   TEXT(cut(r->mem, a->body)));
}

/* The place of a deed: what the handler said, the path's village, or where the actor belongs. */
static int64_t audit_place(const struct req *r)
{
    const struct visitor *v = visitor(r);
    if (r->audit_village > 0) return r->audit_village;
    if (r->village > 0) return r->village;
    return v ? v->unit : 0;
}

static const struct err *audit(struct req *r, const struct route *route, int status,
                               const char *body)
{
    const struct visitor *v = visitor(r);
    struct audit_row a = {
        .village = audit_place(r),
        .account = v ? v->actor.account : NONE,
        .who = v ? v->actor.name : "",
        .action = arena_printf(r->mem, "%s %s", route->method, route->path),
        .status = status,
        .subject = r->audit_subject,
        .note = r->audit_note,
        .body = body,
    };
    return audit_add(r, &a);
}

const struct err *access_audit(struct req *r, const char *action, int64_t village, int64_t subject,
                               const char *note)
{
    struct audit_row a = {
        .village = village,
        .account = r->who && r->who->account ? r->who->account : NONE, /* the operator has none */
        .who = r->who ? r->who->name : "system",
        .action = action,
        .status = 200,
        .subject = subject,
        .note = note,
    };
    return audit_add(r, &a);
}

/* ---- stored replies ---- */
struct replay_row {
    struct bytes hash, body;
    int64_t status;
    const char *headers;
};
static const struct field replay_row_fields[] = { F(replay_row, hash, K_BYTES, 0, 0, 0, ""),
                                                  F(replay_row, body, K_BYTES, 0, 0, 0, ""),
                                                  F(replay_row, status, K_INT, 0, 0, 0, ""),
                                                  F(replay_row, headers, K_TEXT, 0, 0, 0, ""),
                                                  { 0 } };
static RECORD(replay_row);

static int64_t tenant(const struct req *r)
{
    return r->village == NONE ? 0 : r->village;
}

static int64_t owner(const struct req *r)
{
    return r->who ? r->who->account : 0;
}

static const struct err *stored(struct req *r, const struct replay_row *row,
                                struct stored_reply **replay)
{
    struct bytes body = { 0 };
    if (row->body.p && !open_bytes(r->mem, row->body, &body)) return fail(r, ERR_INTERNAL, NULL);
    *replay = arena_new(r->mem, struct stored_reply);
    **replay = (struct stored_reply){
        .status = (int)row->status, .headers = row->headers, .body = body.p, .body_n = body.n
    };
    return NULL;
}

/* The row is written before the handler runs and filled after it, in the one transaction: on
 * PostgreSQL a second request with the key waits here for the first, and then finds its reply. */
static const struct err *idem_begin(struct req *r, const struct route *route, const char *key,
                                    const void *hash32, struct stored_reply **replay)
{
    struct replay_row *row;
    int64_t fresh;
    (void)route;
    *replay = NULL;
    TRY(db_exec_n(r, &fresh,
                  "INSERT INTO access_idempotency (village, account, key, hash, at) VALUES ($1, "
                  "$2, $3, $4, $5)"
                  " ON CONFLICT DO NOTHING",
                  I64(tenant(r)), I64(owner(r)), TEXT(key), BLOB(hash32, HASH_SIZE), I64(r->now)));
    if (fresh) return NULL;
    TRY(db_one(r, &replay_row_record, &row,
               "SELECT hash, status, headers, body FROM access_idempotency WHERE village = $1 AND "
               "account = $2 AND key = $3",
               I64(tenant(r)), I64(owner(r)), TEXT(key)));
    if (memcmp(row->hash.p, hash32, HASH_SIZE) != 0)
        return fail(r, ERR_IDEMPOTENCY, "Idempotency-Key");
    if (row->status == NONE) return fail(r, ERR_IN_PROGRESS, "Idempotency-Key");
    return stored(r, row, replay);
}

/* Sealed: an answer may hold a one-time password or a token. */
static const struct err *idem_finish(struct req *r, const char *key,
                                     const struct stored_reply *reply)
{
    struct bytes body = { 0 };
    if (reply->body) body = seal_bytes(r->mem, reply->body, reply->body_n);
    return db_exec(r,
                   "UPDATE access_idempotency SET status = $4, headers = $5, body = $6"
                   " WHERE village = $1 AND account = $2 AND key = $3",
                   I64(tenant(r)), I64(owner(r)), TEXT(key), I64(reply->status),
                   TEXT(reply->headers), BLOB(body.p, body.n));
}

const struct guard access_guard = {
    .identify = identify,
    .account = account_of,
    .allow = allow,
    .audit = audit,
    .idem_begin = idem_begin,
    .idem_finish = idem_finish,
};

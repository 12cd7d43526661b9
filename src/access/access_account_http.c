/* Accounts, roles and grants over HTTP. The routes' permission is held somewhere; which account it
 * reaches is decided here, by the unit the account belongs to. */
#include <string.h>

#include "access/access_own.h"
#include "kernel/limits.h"
#include "kernel/text.h"

/* ---- GET /roles ---- */
struct permission_view {
    const char *name, *zh, *en;
};
static const struct field permission_view_fields[] = {
    F(permission_view, name, K_TEXT, 0, 0, 0, "Name of the permission. 权限"),
    F(permission_view, zh, K_TEXT, 0, 0, 0, "In Chinese."),
    F(permission_view, en, K_TEXT, 0, 0, 0, "In English."),
    { 0 }
};
static RECORD(permission_view);
struct role_view {
    const char *name, *zh, *en;
    int64_t rank, region, grid, household, widest, narrowest, grantable;
    struct list permissions;
};
static const struct field role_view_fields[] = {
    F(role_view, name, K_TEXT, 0, 0, 0, "Name of the role. 角色"),
    F(role_view, zh, K_TEXT, 0, 0, 0, "In Chinese."),
    F(role_view, en, K_TEXT, 0, 0, 0, "In English."),
    F(role_view, rank, K_INT, 0, 0, 0,
      "Standing: nobody manages accounts of their own rank or above."),
    F(role_view, region, K_BOOL, 0, 0, 0, "Can be granted for a region."),
    F(role_view, grid, K_BOOL, 0, 0, 0, "Can be granted for a grid."),
    F(role_view, household, K_BOOL, 0, 0, 0, "Can be granted for a household."),
    F(role_view, widest, K_INT, 0, 0, 0,
      "Widest level: 0 everywhere, 3 county, 4 township, 5 village."),
    F(role_view, narrowest, K_INT, 0, 0, 0, "Narrowest level."),
    F(role_view, grantable, K_BOOL, 0, 0, 0, "You may grant it somewhere."),
    F_SUB(role_view, permissions, K_LIST, 0, 0, 200, permission_view_record, "What it may do."),
    { 0 }
};
RECORD(role_view);

static struct list role_permissions(struct arena *mem, const struct role *role)
{
    struct permission_view *items = arena_array(mem, struct permission_view, ROLE_PERMS_MAX);
    struct list out = { .items = items };
    for (const enum perm *p = role->perms; *p; p++) {
        const struct perm_info *info = perm_info(*p);
        items[out.n++] = (struct permission_view){ info->name, info->zh, info->en };
    }
    return out;
}

static int gives(const struct req *r)
{
    int best = -1;
    for (int i = 0; i < r->who->grants_n; i++) {
        const struct role *role = role_find(r->who->grants[i].role);
        if (perm_in(r->who->grants[i].perms, PERM_GRANT_WRITE) && role->gives > best)
            best = role->gives;
    }
    return best;
}

const struct err *roles_list(struct req *r)
{
    size_t n = 0;
    while (roles[n].name) n++;
    struct role_view *items = arena_array(r->mem, struct role_view, n);
    for (size_t i = 0; i < n; i++)
        items[i] = (struct role_view){
            .name = roles[i].name,
            .zh = roles[i].zh,
            .en = roles[i].en,
            .rank = roles[i].rank,
            .region = (roles[i].scopes & ROLE_REGION) != 0,
            .grid = (roles[i].scopes & ROLE_GRID) != 0,
            .household = (roles[i].scopes & ROLE_HOUSEHOLD) != 0,
            .widest = roles[i].widest,
            .narrowest = roles[i].narrowest,
            .grantable = roles[i].rank <= gives(r),
            .permissions = role_permissions(r->mem, &roles[i]),
        };
    struct page *p = arena_new(r->mem, struct page);
    *p = (struct page){ .rows = { .items = items, .n = n }, .total = (int64_t)n };
    r->out = p;
    return NULL;
}

/* ---- accounts ---- */
static const char *const states[] = { "active", "disabled", NULL };
struct account_view {
    int64_t id, unit, village, resident, household, must_change, totp, created_at, signed_in_at,
        locked_until, version;
    const char *name, *display, *phone, *state;
    struct list grants;
};
static const struct field account_view_fields[] = {
    F(account_view, id, K_ID, 0, 0, 0, "Account id. 账号"),
    F(account_view, name, K_TEXT, 0, 0, 0, "Sign-in name. 登录名"),
    F(account_view, display, K_TEXT, 0, 0, 0, "Name shown to others. 姓名"),
    F(account_view, phone, K_TEXT, OPT, 0, 0, "Mobile number, masked: 138****5678. 手机号"),
    F(account_view, unit, K_REGION, 0, 0, 0,
      "The office it belongs to, whose administrators manage it. 所属单位"),
    F(account_view, village, K_REGION, OPT, 0, 0, "The person's village. 村"),
    F(account_view, resident, K_ID, OPT, 0, 0, "The person in the register. 村民"),
    F(account_view, household, K_ID, OPT, 0, 0, "The person's household. 户"),
    F_ENUM(account_view, state, 0, states, "active, or disabled: cannot sign in. 状态"),
    F(account_view, must_change, K_BOOL, 0, 0, 0, "Has not yet changed the one-time password."),
    F(account_view, totp, K_BOOL, 0, 0, 0, "Signs in with a one-time code."),
    F(account_view, created_at, K_INSTANT, 0, 0, 0, "Made."),
    F(account_view, signed_in_at, K_INSTANT, OPT, 0, 0, "Last sign-in."),
    F(account_view, locked_until, K_INSTANT, OPT, 0, 0,
      "Locked after failed sign-ins until then. 锁定至"),
    F(account_view, version, K_INT, OUT_ETAG, 0, 0, "Version, for If-Match."),
    F_SUB(account_view, grants, K_LIST, 0, 0, 200, grant_row_record,
          "Its roles and where they hold. 授权"),
    { 0 }
};
RECORD(account_view);

static struct account_view view_of(struct req *r, const struct account *a)
{
    const char *phone = access_open_sealed(r, a->phone);
    return (struct account_view){
        .id = a->id,
        .unit = a->unit,
        .village = a->village,
        .resident = a->resident,
        .household = a->household,
        .must_change = a->must_change,
        .totp = a->totp.p != NULL,
        .created_at = a->created_at,
        .signed_in_at = a->signed_in_at,
        .locked_until = NONE,
        .version = a->version,
        .name = a->name,
        .display = a->display,
        .phone = phone ? text_mask_phone(r->mem, phone) : NULL,
        .state = a->state,
        .grants = a->grants,
    };
}

static const struct err *show(struct req *r, int64_t id)
{
    struct account *a;
    struct account_view *out = arena_new(r->mem, struct account_view);
    int64_t until;
    TRY(account_load(r, id, &a));
    TRY(db_int(r, &until, "SELECT locked_until FROM access_throttle WHERE subject = $1",
               TEXT(throttle_account(r->mem, id))));
    *out = view_of(r, a);
    if (until > r->now) out->locked_until = until;
    r->out = out;
    return NULL;
}

/* The account, if the actor holds p where it belongs. */
static const struct err *reach(struct req *r, enum perm p, int64_t id, struct account **out)
{
    TRY(account_load(r, id, out));
    r->audit_subject = id;
    r->audit_village = (*out)->unit;
    return access_require(r, p, (*out)->unit);
}

struct accounts_in {
    PAGE_MEMBERS;
    const char *q, *role, *state;
    int64_t region;
};
static const struct field accounts_in_fields[] = {
    PAGE_FIELDS(accounts_in),
    F(accounts_in, q, K_TEXT, OPT, 1, 40, "Part of the name. 姓名或账号"),
    F(accounts_in, role, K_TEXT, OPT, 1, 30, "Holds this role. 角色"),
    F_ENUM(accounts_in, state, OPT, states, "State. 状态"),
    F(accounts_in, region, K_REGION, OPT, 0, 0, "Belongs to this region or below. 区划"),
    { 0 }
};
RECORD(accounts_in);

char *like_pattern(struct arena *mem, const char *s)
{
    if (!s || !*s) return arena_strdup(mem, "%");
    char *out = arena_alloc(mem, 2 * strlen(s) + 3), *p = out;
    *p++ = '%';
    for (; *s; s++) {
        if (*s == '%' || *s == '_' || *s == '!') *p++ = '!';
        *p++ = *s;
    }
    *p = '%';
    return out;
}

/* The part of `wanted` that the actor may see by p; wanted NONE: all of it. */
const struct err *span_of(struct req *r, enum perm p, int64_t wanted, int64_t *first, int64_t *last)
{
    int64_t own = access_region(r, p);
    if (own == NONE) return fail(r, ERR_FORBIDDEN, NULL);
    if (wanted != NONE) TRY(access_require(r, p, wanted));
    access_span(wanted == NONE ? own : wanted, first, last);
    return NULL;
}

/* Grants of all accounts of a page in one statement, given out to their rows. */
static const struct err *page_grants(struct req *r, struct account_view *rows, size_t n,
                                     int64_t first, int64_t last)
{
    struct list all;
    size_t at = 0;
    if (!n) return NULL;
    TRY(db_all(
        r, &grant_row_record, &all,
        "SELECT g.id, g.account, g.role, g.scope, g.region, NULLIF(g.grid, '') AS grid, "
        "NULLIF(g.household, 0) AS household,"
        " g.granted_at FROM access_grant g JOIN access_account a ON a.id = g.account"
        " WHERE g.account BETWEEN $1 AND $2 AND a.unit BETWEEN $3 AND $4 ORDER BY g.account, g.id",
        I64(rows[0].id), I64(rows[n - 1].id), I64(first), I64(last)));
    grants_named(&all);
    for (size_t i = 0; i < n; i++) {
        while (at < all.n && LIST_AT(all, struct grant_row, at).account < rows[i].id) at++;
        rows[i].grants.items = &LIST_AT(all, struct grant_row, at);
        while (at < all.n && LIST_AT(all, struct grant_row, at).account == rows[i].id)
            at++, rows[i].grants.n++;
    }
    return NULL;
}

const struct err *accounts_list(struct req *r)
{
    const struct accounts_in *in = r->in;
    int64_t first, last, after, b;
    const char *s;
    struct list list;
    TRY(span_of(r, PERM_ACCOUNT_READ, in->region, &first, &last));
    TRY(page_after(r, in->after, &after, &b, &s));
    TRY(db_all(r, &account_row_record, &list,
               "SELECT id, unit, village, resident, household, must_change, created_at, "
               "signed_in_at, version, name, display, state, phone, totp"
               " FROM access_account a WHERE unit BETWEEN $1 AND $2 AND id > $3 AND (name LIKE $4 "
               "ESCAPE '!' OR display LIKE $5 ESCAPE '!')"
               " AND ($6 = '' OR state = $6)"
               " AND ($7 = '' OR EXISTS (SELECT 1 FROM access_grant g WHERE g.account = a.id AND "
               "g.role = $7)) ORDER BY id LIMIT $8",
               I64(first), I64(last), I64(after == NONE ? 0 : after),
               TEXT(like_pattern(r->mem, in->q ? name_fold(r->mem, in->q) : NULL)),
               TEXT(like_pattern(r->mem, in->q)), TEXT(in->state ? in->state : ""),
               TEXT(in->role ? in->role : ""), I64(page_limit(in->limit))));
    struct account_view *rows = arena_array(r->mem, struct account_view, list.n + 1);
    for (size_t i = 0; i < list.n; i++) rows[i] = view_of(r, &LIST_AT(list, struct account, i));
    struct page *p = arena_new(r->mem, struct page);
    *p = (struct page){ .rows = { .items = rows, .n = list.n }, .total = NONE };
    if (page_cut(p, in->limit)) p->next = page_cursor(r, rows[p->rows.n - 1].id, NONE, NULL);
    TRY(page_grants(r, rows, p->rows.n, first, last));
    r->out = p;
    return NULL;
}

struct account_path {
    int64_t account;
};
static const struct field account_path_fields[] = {
    F(account_path, account, K_ID, IN_PATH, 0, 0, "Account id."), { 0 }
};
RECORD(account_path);

const struct err *account_get(struct req *r)
{
    const struct account_path *in = r->in;
    struct account *a;
    TRY(reach(r, PERM_ACCOUNT_READ, in->account, &a));
    return show(r, in->account);
}

struct account_in {
    const char *name, *display, *phone;
    int64_t unit, village, resident, household;
};
static const struct field account_in_fields[] = {
    F(account_in, name, K_TEXT, 0, 2, 32, "Sign-in name: no spaces, not a number. 登录名"),
    F(account_in, display, K_TEXT, 0, 1, 40, "Name shown to others. 姓名"),
    F(account_in, phone, K_TEXT, OPT | OUT_SECRET, 0, 20, "Mobile number: also signs in. 手机号"),
    F(account_in, unit, K_REGION, OPT, 0, 0,
      "The office it belongs to; absent: the village, or your own. 所属单位"),
    F(account_in, village, K_REGION, OPT, 0, 0, "The person's village, for villagers. 村"),
    F(account_in, resident, K_ID, OPT, 0, 0, "The person in the register. 村民"),
    F(account_in, household, K_ID, OPT, 0, 0, "The person's household. 户"),
    { 0 }
};
RECORD(account_in);
struct account_new_view {
    int64_t id;
    const char *name, *one_time_password;
};
static const struct field account_new_view_fields[] = {
    F(account_new_view, id, K_ID, 0, 0, 0, "Account id."),
    F(account_new_view, name, K_TEXT, 0, 0, 0, "Sign-in name as stored."),
    F(account_new_view, one_time_password, K_TEXT, OUT_SECRET, 0, 0,
      "Shown this once; to be changed at the first sign-in. 一次性密码"),
    { 0 }
};
RECORD(account_new_view);

const struct err *account_add(struct req *r)
{
    const struct account_in *in = r->in;
    struct account_new_view *out = arena_new(r->mem, struct account_new_view);
    out->one_time_password = one_time_password(r->mem);
    struct account_new a = { .name = in->name,
                             .display = in->display,
                             .phone = in->phone,
                             .password = out->one_time_password,
                             .village = in->village,
                             .resident = in->resident,
                             .household = in->household,
                             .unit = in->unit == NONE ? 0 : in->unit,
                             .one_time = true };
    if ((in->resident != NONE && in->village == NONE) ||
        (in->household != NONE && in->resident == NONE)) {
        struct err *e = fail(r, ERR_INVALID, NULL);
        err_finding(r->mem, e, in->village == NONE ? "village" : "resident",
                    "村民账号须同时填写村、人和户。",
                    "A villager's account needs village, resident and household.");
        return e;
    }
    TRY(access_account_add(r, &a, &out->id));
    r->audit_village = in->unit == NONE ? in->village : in->unit;
    out->name = name_fold(r->mem, in->name);
    r->out = out;
    return NULL;
}

struct account_patch_in {
    int64_t account, version;
    const char *display, *phone, *state;
};
static const struct field account_patch_in_fields[] = {
    F(account_patch_in, account, K_ID, IN_PATH, 0, 0, "Account id."),
    F(account_patch_in, version, K_INT, IN_MATCH, 0, 0, "The version read before."),
    F(account_patch_in, display, K_TEXT, OPT, 1, 40, "Name shown to others. 姓名"),
    F(account_patch_in, phone, K_TEXT, OPT | OUT_SECRET, 0, 20,
      "Mobile number; empty removes it. 手机号"),
    F_ENUM(account_patch_in, state, OPT, states,
           "disabled: signed out everywhere and cannot sign in. 状态"),
    { 0 }
};
RECORD(account_patch_in);

static const struct err *not_oneself(struct req *r, int64_t account)
{
    if (r->who->account != account) return NULL;
    return fail_say(r, ERR_FORBIDDEN, "account", "不能对自己的账号办理此事。",
                    "Not on your own account.");
}

const struct err *account_patch(struct req *r)
{
    const struct account_patch_in *in = r->in;
    struct account *a;
    TRY(reach(r, PERM_ACCOUNT_WRITE, in->account, &a));
    TRY(not_oneself(r, in->account));
    TRY(account_managed(r, PERM_ACCOUNT_WRITE, a));
    TRY(account_change(r, a, in->display, in->phone, in->state, in->version));
    return show(r, in->account);
}

struct reset_in {
    int64_t account, totp;
};
static const struct field reset_in_fields[] = {
    F(reset_in, account, K_ID, IN_PATH, 0, 0, "Account id."),
    F(reset_in, totp, K_BOOL, OPT, 0, 0,
      "Also switch one-time codes off (lost phone). 同时关闭动态验证码"),
    { 0 }
};
RECORD(reset_in);
struct one_time_view {
    const char *one_time_password;
};
static const struct field one_time_view_fields[] = {
    F(one_time_view, one_time_password, K_TEXT, OUT_SECRET, 0, 0, "Shown this once. 一次性密码"),
    { 0 }
};
RECORD(one_time_view);

const struct err *account_reset(struct req *r)
{
    const struct reset_in *in = r->in;
    struct one_time_view *out = arena_new(r->mem, struct one_time_view);
    struct account *a;
    TRY(reach(r, PERM_ACCOUNT_WRITE, in->account, &a));
    TRY(not_oneself(r, in->account));
    TRY(account_managed(r, PERM_ACCOUNT_WRITE, a));
    r->out = out;
    out->one_time_password = one_time_password(r->mem);
    return account_one_time(r, in->account, in->totp == 1, out->one_time_password);
}

const struct err *account_unlock(struct req *r)
{
    const struct account_path *in = r->in;
    struct account *a;
    TRY(reach(r, PERM_ACCOUNT_UNLOCK, in->account, &a));
    return throttle_clear(r, throttle_account(r->mem, in->account));
}

/* ---- grants ---- */
struct grant_in {
    int64_t account, region, household;
    const char *role, *grid;
};
static const struct field grant_in_fields[] = {
    F(grant_in, account, K_ID, IN_PATH, 0, 0, "Account id."),
    F(grant_in, role, K_TEXT, 0, 1, 30, "Role (GET /roles). 角色"),
    F(grant_in, region, K_REGION, OPT, 0, 0,
      "Where it holds, with everything below; the village of a grid or household; absent: "
      "everywhere (the three administrators only). 区划"),
    F(grant_in, grid, K_TEXT, OPT, 0, 40, "Only in this grid and those below it. 网格"),
    F(grant_in, household, K_ID, OPT, 0, 0, "Only for this household. 户"),
    { 0 }
};
RECORD(grant_in);
struct grant_path {
    int64_t account, grant;
};
static const struct field grant_path_fields[] = {
    F(grant_path, account, K_ID, IN_PATH, 0, 0, "Account id."),
    F(grant_path, grant, K_ID, IN_PATH, 0, 0, "Grant id."),
    { 0 }
};
RECORD(grant_path);

const struct err *account_grant(struct req *r)
{
    const struct grant_in *in = r->in;
    struct account *a;
    TRY(account_load(r, in->account, &a));
    TRY(access_require(r, PERM_ACCOUNT_READ, a->unit));
    int64_t region = in->region == NONE ? 0 : in->region;
    r->audit_village = region;
    TRY(access_grant_add(r, in->account, in->role, region, in->grid, in->household));
    return show(r, in->account);
}

const struct err *account_revoke(struct req *r)
{
    const struct grant_path *in = r->in;
    TRY(grant_remove(r, in->account, in->grant));
    return NULL;
}

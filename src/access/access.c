/* The slice: its routes, commands, jobs and migrations. */
#include "access/access_own.h"

extern const struct migration access_migrations[];

#define ERRORS(...) ((const enum err_code[]){ __VA_ARGS__, ERR_NONE })

static const struct route access_routes[] = {
    { "POST", "/session", PERM_PUBLIC, TX_NONE, &session_in_record, &session_view_record,
      session_open, ERRORS(ERR_BAD_CREDENTIALS, ERR_LOCKED_OUT, ERR_CODE_NEEDED),
      ROUTE_CREATED | ROUTE_NO_IDEM | ROUTE_QUIET,
      .summary = "Sign in by name or phone; sets the session cookie. 登录" },
    { "GET", "/session", PERM_SELF, TX_READ, NULL, &session_view_record, session_get,
      .summary = "Who is signed in, and what they may do. 当前用户" },
    { "DELETE", "/session", PERM_SELF, TX_WRITE, NULL, NULL, session_close,
      .summary = "Sign out. 退出登录" },
    { "DELETE", "/sessions", PERM_SELF, TX_WRITE, NULL, NULL, sessions_close,
      .summary = "Sign out everywhere. 退出所有设备" },
    { "POST", "/me/password", PERM_SELF, TX_NONE, &password_in_record, NULL, me_password,
      ERRORS(ERR_BAD_CREDENTIALS, ERR_WEAK_PASSWORD, ERR_LOCKED_OUT, ERR_CONFLICT),
      ROUTE_NO_IDEM | ROUTE_QUIET,
      .summary = "Change one's password; other sessions end. 修改密码" },
    { "POST", "/me/totp", PERM_SELF, TX_WRITE, NULL, &totp_view_record, me_totp_new,
      ERRORS(ERR_STATE), .summary = "Begin to sign in with one-time codes. 开启动态验证码" },
    { "POST", "/me/totp/confirm", PERM_SELF, TX_WRITE, &totp_code_in_record, &recovery_view_record,
      me_totp_confirm, ERRORS(ERR_STATE),
      .summary =
          "Switch one-time codes on by a first code; answers recovery codes. 确认动态验证码" },
    { "DELETE", "/me/totp", PERM_SELF, TX_WRITE, &totp_code_in_record, NULL, me_totp_remove,
      ERRORS(ERR_STATE, ERR_LOCKED_OUT),
      .summary = "Switch one-time codes off, by a code. 关闭动态验证码" },
    { "GET", "/me/tokens", PERM_SELF, TX_READ, &tokens_in_record, &token_view_record, me_tokens,
      .flags = ROUTE_PAGE, .summary = "One's access tokens for programs. 访问令牌" },
    { "POST", "/me/tokens", PERM_SELF, TX_WRITE, &token_in_record, &token_new_record, me_token_add,
      .flags = ROUTE_CREATED,
      .summary = "Make an access token with some of one's permissions. 新建访问令牌" },
    { "DELETE", "/me/tokens/{token}", PERM_SELF, TX_WRITE, &token_path_record, NULL,
      me_token_remove, ERRORS(ERR_NOT_FOUND), .summary = "Revoke an access token. 撤销访问令牌" },
    { "GET", "/roles", PERM_ACCOUNT_READ, TX_READ, NULL, &role_view_record, roles_list,
      .flags = ROUTE_PAGE, .summary = "Roles and what they may do. 角色" },
    { "GET", "/accounts", PERM_ACCOUNT_READ, TX_READ, &accounts_in_record, &account_view_record,
      accounts_list, .flags = ROUTE_PAGE, .summary = "Accounts of one's scope. 账号" },
    { "POST", "/accounts", PERM_ACCOUNT_WRITE, TX_WRITE, &account_in_record,
      &account_new_view_record, account_add, ERRORS(ERR_DUPLICATE, ERR_FORBIDDEN), ROUTE_CREATED,
      .summary = "Make an account; answers its one-time password. 新建账号" },
    { "GET", "/accounts/{account}", PERM_ACCOUNT_READ, TX_READ, &account_path_record,
      &account_view_record, account_get, ERRORS(ERR_NOT_FOUND),
      .summary = "One account with its grants. 账号详情" },
    { "PATCH", "/accounts/{account}", PERM_ACCOUNT_WRITE, TX_WRITE, &account_patch_in_record,
      &account_view_record, account_patch, ERRORS(ERR_NOT_FOUND, ERR_STALE, ERR_DUPLICATE),
      .summary = "Change an account, or disable it. 修改账号" },
    { "POST", "/accounts/{account}/reset", PERM_ACCOUNT_WRITE, TX_WRITE, &reset_in_record,
      &one_time_view_record, account_reset, ERRORS(ERR_NOT_FOUND),
      .summary = "A new one-time password; sessions end. 重置密码" },
    { "POST", "/accounts/{account}/unlock", PERM_ACCOUNT_UNLOCK, TX_WRITE, &account_path_record,
      NULL, account_unlock, ERRORS(ERR_NOT_FOUND),
      .summary = "End a lock-out after failed sign-ins. 解除锁定" },
    { "POST", "/accounts/{account}/grants", PERM_GRANT_WRITE, TX_WRITE, &grant_in_record,
      &account_view_record, account_grant,
      ERRORS(ERR_NOT_FOUND, ERR_GRANT_SCOPE, ERR_DUTIES, ERR_DUPLICATE), ROUTE_CREATED,
      .summary = "Give a role in a scope. 授权" },
    { "DELETE", "/accounts/{account}/grants/{grant}", PERM_GRANT_WRITE, TX_WRITE,
      &grant_path_record, NULL, account_revoke, ERRORS(ERR_NOT_FOUND, ERR_GRANT_SCOPE),
      .summary = "Take a role back. 撤销授权" },
    { "GET", "/audit", PERM_AUDIT_READ, TX_READ, &audit_in_record, &audit_view_record, audit_list,
      .flags = ROUTE_PAGE, .summary = "Search the audit trail. 操作日志" },
    { "GET", "/audit/export", PERM_AUDIT_READ, TX_READ, &audit_in_record, NULL, audit_export,
      .flags = ROUTE_FILE, .produces = "text/csv",
      .summary = "The same as CSV, 100,000 rows at most. 导出操作日志" },
    { 0 }
};

static const struct job access_jobs[] = {
    { "access.seen", 30, seen_flush, "Write when sessions were last used." },
    { "access.prune", 3600, access_prune,
      "Remove ended sessions, old replies, and audit rows past retention." },
    { 0 }
};

const struct slice access_slice = {
    .name = "access",
    .routes = access_routes,
    .migrations = access_migrations,
    .commands = access_commands,
    .jobs = access_jobs,
    .checks = access_checks,
};

/* Accounts on the command line: what the operator of the machine does, who stands outside the
 * roles. */
#include <stdio.h>
#include <string.h>

#include "access/access_own.h"
#include "kernel/buf.h"
#include "kernel/config.h"
#include "kernel/id.h"
#include "kernel/json.h"
#include "kernel/text.h"

/* fn in one write transaction as the operator. */
static int run_as_operator(struct cli *c, tx_fn *fn, void *arg)
{
    const struct err *e = store_run(c->store, TX_WRITE, c->mem, access_operator(c->mem), fn, arg);
    return e ? cli_fail(c, e) : 0;
}

static const struct err *usage(struct arena *mem, const char *field, const char *zh, const char *en)
{
    struct err *e = err_new(mem, ERR_INVALID, field);
    err_finding(mem, e, field, zh, en);
    return e;
}

static const struct err *number_option(struct cli *c, const char *name, int64_t fallback,
                                       int64_t *out)
{
    const char *s = cli_option(c, name);
    *out = fallback;
    if (!s || text_int(s, 0, ID_MAX, out)) return NULL;
    return usage(c->mem, arena_printf(c->mem, "--%s", name), "应为数字。", "should be a number.");
}

/* A new password is said inside the transaction, so that one nobody could read is not set; once, though the transaction may
 * run again: it is made before. */
static const struct err *say_password(struct req *r, bool *said, const char *name, const char *password)
{
    if (*said) return NULL;
    *said = true;
    return cli_print(r->mem, "%s\t%s\n", name, password);
}

/* One line from standard input, for scripts that bring the password. */
static const struct err *password_line(struct cli *c, const char **out)
{
    char line[512];
    if (!fgets(line, sizeof line, stdin))
        return usage(c->mem, "--password-stdin", "没有读到密码。",
                     "there is no password on standard input.");
    line[strcspn(line, "\r\n")] = '\0';
    *out = arena_strdup(c->mem, line);
    return NULL;
}

static const struct err *named(struct req *r, const char *name, struct account **out)
{
    TRY(account_named(r, name, out));
    return *out ? NULL
                : fail_say(r, ERR_NOT_FOUND, "NAME", arena_printf(r->mem, "没有账号 %s。", name),
                           arena_printf(r->mem, "there is no account %s", name));
}

/* ---- account add ---- */
struct adding {
    struct account_new account;
    int64_t id;
    bool said;
};

static const struct err *add_run(struct req *r, void *arg)
{
    struct adding *a = arg;
    TRY(access_account_add(r, &a->account, &a->id));
    TRY(access_audit(r, "account add", a->account.unit ? a->account.unit : a->account.village,
                        a->id, a->account.name));
    return a->account.one_time ? say_password(r, &a->said, a->account.name, a->account.password) : NULL;
}

static const struct err *add_options(struct cli *c, struct adding *a)
{
    struct account_new *n = &a->account;
    n->name = cli_arg(c, 0);
    n->display = cli_option(c, "display") ? cli_option(c, "display") : n->name;
    n->phone = cli_option(c, "phone");
    TRY(number_option(c, "unit", 0, &n->unit));
    TRY(number_option(c, "village", NONE, &n->village));
    TRY(number_option(c, "resident", NONE, &n->resident));
    TRY(number_option(c, "household", NONE, &n->household));
    n->one_time = !cli_option(c, "password-stdin");
    n->password = one_time_password(c->mem);
    return n->one_time ? NULL : password_line(c, &n->password);
}

static int cmd_add(struct cli *c)
{
    struct adding a = { 0 };
    const struct err *e = add_options(c, &a);
    if (e) return cli_misuse(c, e);
    return run_as_operator(c, add_run, &a);
}

/* ---- account list ---- */
struct listing {
    const char *q;
    struct buf text;
};

static const struct err *list_row(struct req *r, void *row, void *arg)
{
    const struct account *a = row;
    struct listing *l = arg;
    struct list grants;
    TRY(grants_load(r, a->id, &grants));
    buf_printf(&l->text, "%s\t%s\t%012lld\t%s\t", a->name, a->display, (long long)a->unit,
               a->state);
    for (size_t i = 0; i < grants.n; i++) {
        const struct grant_row *g = &LIST_AT(grants, struct grant_row, i);
        buf_printf(&l->text, "%s%s@%012lld%s%s", i ? " " : "", g->role, (long long)g->region,
                   g->grid ? "/" : "", g->grid ? g->grid : "");
    }
    buf_putc(&l->text, '\n');
    return NULL;
}

static const struct err *list_run(struct req *r, void *arg)
{
    struct listing *l = arg;
    l->text = buf_in(r->mem, 64 << 20);
    return db_each(r, &account_row_record, list_row, l,
                   "SELECT id, name, display, unit, state FROM access_account WHERE name LIKE $1 "
                   "ESCAPE '!' OR display LIKE $1 ESCAPE '!' ORDER BY name",
                   TEXT(like_pattern(r->mem, l->q)));
}

static int cmd_list(struct cli *c)
{
    struct listing l = { .q = cli_arg(c, 0) };
    int rc = run_as_operator(c, list_run, &l);
    if (rc == 0) fputs(l.text.p ? l.text.p : "", stdout);
    return rc;
}

/* ---- account passwd, lock, unlock ---- */
struct change {
    const char *name, *password, *state;
    bool given, drop_totp; /* given: the password came with the command */
    bool said;
};

static const struct err *passwd_run(struct req *r, void *arg)
{
    struct change *ch = arg;
    struct account *a;
    TRY(named(r, ch->name, &a));
    TRY(access_audit(r, "account passwd", a->unit, a->id, a->name));
    if (!ch->given) {
        TRY(account_one_time(r, a->id, ch->drop_totp, ch->password));
        return say_password(r, &ch->said, ch->name, ch->password);
    }
    TRY(password_rules(r, "password", ch->password, a->name, access_open_sealed(r, a->phone)));
    TRY(db_exec(r,
                "UPDATE access_account SET password = $2, must_change = 0, password_until = NULL, "
                "version = version + 1 WHERE id = $1",
                I64(a->id), TEXT(password_hash(r->mem, ch->password))));
    if (ch->drop_totp) TRY(totp_drop(r, a->id));
    TRY(throttle_clear(r, throttle_account(r->mem, a->id)));
    return sessions_end(r, a->id, NULL);
}

static int cmd_passwd(struct cli *c)
{
    struct change ch = { .name = cli_arg(c, 0), .drop_totp = cli_option(c, "drop-totp") != NULL, .password = one_time_password(c->mem) };
    ch.given = cli_option(c, "password-stdin") != NULL;
    const struct err *e = ch.given ? password_line(c, &ch.password) : NULL;
    return e ? cli_misuse(c, e) : run_as_operator(c, passwd_run, &ch);
}

static const struct err *state_run(struct req *r, void *arg)
{
    struct change *ch = arg;
    struct account *a;
    TRY(named(r, ch->name, &a));
    TRY(access_audit(r, strcmp(ch->state, "active") == 0 ? "account unlock" : "account lock",
                     a->unit, a->id, a->name));
    return account_state(r, a->id, ch->state);
}

static int cmd_lock(struct cli *c)
{
    struct change ch = { .name = cli_arg(c, 0), .state = "disabled" };
    return run_as_operator(c, state_run, &ch);
}

static int cmd_unlock(struct cli *c)
{
    struct change ch = { .name = cli_arg(c, 0), .state = "active" };
    return run_as_operator(c, state_run, &ch);
}

/* ---- account grant, revoke ---- */
struct granting {
    const char *name, *role, *grid;
    int64_t region, household;
    bool any;
};

static const struct err *granting_options(struct cli *c, struct granting *g)
{
    g->name = cli_arg(c, 0);
    g->role = cli_arg(c, 1);
    g->grid = cli_option(c, "grid");
    g->any = !cli_option(c, "region");
    TRY(number_option(c, "region", 0, &g->region));
    return number_option(c, "household", NONE, &g->household);
}

static const struct err *grant_run(struct req *r, void *arg)
{
    const struct granting *g = arg;
    struct account *a;
    TRY(named(r, g->name, &a));
    TRY(access_audit(r, "account grant", g->region, a->id,
                     arena_printf(r->mem, "%s %s", a->name, g->role)));
    return access_grant_add(r, a->id, g->role, g->region, g->grid, g->household);
}

static const struct err *revoke_run(struct req *r, void *arg)
{
    const struct granting *g = arg;
    struct account *a;
    int done = 0;
    TRY(named(r, g->name, &a));
    for (size_t i = 0; i < a->grants.n; i++) {
        const struct grant_row *row = &LIST_AT(a->grants, struct grant_row, i);
        if (strcmp(row->role, g->role) != 0 || (!g->any && row->region != g->region)) continue;
        if (g->grid && !text_equal(g->grid, row->grid)) continue;
        TRY(grant_remove(r, a->id, row->id));
        done++;
    }
    if (!done) return fail(r, ERR_NOT_FOUND, "ROLE");
    return access_audit(r, "account revoke", g->region, a->id,
                        arena_printf(r->mem, "%s %s", a->name, g->role));
}

static int grant_or_revoke(struct cli *c, tx_fn *fn)
{
    struct granting g = { 0 };
    const struct err *e = granting_options(c, &g);
    return e ? cli_misuse(c, e) : run_as_operator(c, fn, &g);
}

static int cmd_grant(struct cli *c)
{
    return grant_or_revoke(c, grant_run);
}

static int cmd_revoke(struct cli *c)
{
    return grant_or_revoke(c, revoke_run);
}

/* ---- init: the three administrators, each with a one-time password ---- */
enum { FIRST = 3 };
struct first {
    const char *password[FIRST];
    int64_t unit;
    bool there;
    bool said;
};
static const char *const duties[FIRST] = { "sysadmin", "secadmin", "auditor" };

static const struct err *init_run(struct req *r, void *arg)
{
    struct first *f = arg;
    int64_t n, id;
    TRY(db_int(r, &n, "SELECT COUNT(*) AS n FROM access_account"));
    f->there = n > 0;
    if (f->there) return NULL;
    for (int i = 0; i < FIRST; i++) {
        struct account_new a = { .name = duties[i],
                                 .display = role_find(duties[i])->zh,
                                 .password = f->password[i],
                                 .village = NONE,
                                 .resident = NONE,
                                 .household = NONE,
                                 .unit = f->unit,
                                 .one_time = true };
        TRY(access_account_add(r, &a, &id));
        TRY(access_grant_add(r, id, duties[i], f->unit, NULL, NONE));
    }
    TRY(access_audit(r, "init", f->unit, NONE, NULL));
    if (f->said) return NULL;
    f->said = true;
    TRY(cli_print(r->mem, "三员一次性密码（首次登录须修改；请分别交给三个人）\n"
                          "One-time passwords of the three administrators: hand them to three people.\n"));
    for (int i = 0; i < FIRST; i++) TRY(cli_print(r->mem, "%s\t%s\n", duties[i], f->password[i]));
    return NULL;
}

static int cmd_init(struct cli *c)
{
    struct first f = { 0 };
    if (cli_option(c, "no-accounts")) return 0;
    const struct err *e = number_option(c, "unit", 0, &f.unit);
    if (e) return cli_misuse(c, e);
    for (int i = 0; i < FIRST; i++) f.password[i] = one_time_password(c->mem);
    int rc = run_as_operator(c, init_run, &f);
    if (rc == 0 && f.there) puts("已有账号，未作改动。 There are accounts already; nothing was changed.");
    return rc;
}

/* ---- roles ---- */
static void roles_json(struct cli *c)
{
    struct buf b = buf_in(c->mem, 1 << 20);
    struct json j = json_to(&b);
    json_array(&j);
    for (const struct role *role = roles; role->name; role++) {
        json_object(&j);
        json_key(&j, "name"), json_text(&j, role->name);
        json_key(&j, "zh"), json_text(&j, role->zh);
        json_key(&j, "en"), json_text(&j, role->en);
        json_key(&j, "rank"), json_int(&j, role->rank);
        json_key(&j, "widest"), json_int(&j, role->widest);
        json_key(&j, "narrowest"), json_int(&j, role->narrowest);
        json_key(&j, "region"), json_bool(&j, (role->scopes & ROLE_REGION) != 0);
        json_key(&j, "grid"), json_bool(&j, (role->scopes & ROLE_GRID) != 0);
        json_key(&j, "household"), json_bool(&j, (role->scopes & ROLE_HOUSEHOLD) != 0);
        json_key(&j, "permissions"), json_array(&j);
        for (const enum perm *p = role->perms; *p; p++) json_text(&j, perm_info(*p)->name);
        json_end(&j);
        json_end(&j);
    }
    json_end(&j);
    puts(b.p);
}

static int cmd_roles(struct cli *c)
{
    if (cli_option(c, "json")) {
        roles_json(c);
        return 0;
    }
    for (const struct role *role = roles; role->name; role++) {
        printf("%s\t%s\t%s\n", role->name, role->zh, role->en);
        for (const enum perm *p = role->perms; *p; p++)
            printf("\t%s\t%s\n", perm_info(*p)->name, perm_info(*p)->zh);
    }
    return 0;
}

const struct command access_commands[] = {
    { "init", "[--unit CODE] [--no-accounts]",
      "Make the data folder, the key and the first three administrators (--no-accounts: not these; "
      "`account add` does). 初始化",
      CLI_CREATES, cmd_init },
    { "account add",
      "NAME [--display TEXT] [--phone N] [--unit CODE] [--village CODE --resident ID --household "
      "ID] [--password-stdin]",
      "Make an account; prints its one-time password. 新建账号", true, cmd_add },
    { "account list", "[PART]", "Accounts with their roles. 账号列表", true, cmd_list },
    { "account passwd", "NAME [--password-stdin] [--drop-totp]",
      "A new password; prints a one-time one. 重置密码", true, cmd_passwd },
    { "account lock", "NAME", "Disable an account and sign it out. 停用账号", true, cmd_lock },
    { "account unlock", "NAME", "Enable an account, and forget its failed sign-ins. 启用账号", true,
      cmd_unlock },
    { "account grant", "NAME ROLE [--region CODE] [--grid CODE] [--household ID]",
      "Give a role; without --region everywhere. 授权", true, cmd_grant },
    { "account revoke", "NAME ROLE [--region CODE] [--grid CODE]", "Take a role back. 撤销授权",
      true, cmd_revoke },
    { "roles", "[--json]", "Roles and their permissions. 角色表", false, cmd_roles },
    { 0 }
};

/* `shanzhi move`: the installation from SQLite to PostgreSQL or back, its id and key with it; the source is left
 * whole and closed. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "access/access.h"
#include "kernel/config.h"
#include "kernel/text.h"
#include "upkeep/upkeep_in.h"

struct moving {
    struct cli *c;
    struct carry carry;
    const char *database, *data;  /* the target: one of them */
    struct new_file file;
};

/* "postgres://user:password@host/db?more" without what is secret. */
static const char *without_password(struct arena *mem, const char *url)
{
    const char *at = strchr(url, '@'), *name = strstr(url, "://");
    const char *rest = at ? at + 1 : name ? name + 3 : url;
    return arena_printf(mem, "postgres://%.*s", (int)strcspn(rest, "?"), rest);
}

static bool is_postgres(const char *to)
{
    return text_starts(to, "postgres://") || text_starts(to, "postgresql://");
}

static const struct err *target(struct moving *m, const char *to)
{
    if (is_postgres(to)) {
        m->database = to;
        m->carry.closed_for = without_password(m->c->mem, to);
        return NULL;
    }
    m->data = to + strlen("sqlite:");
    TRY(new_file_begin(m->c->mem, m->data, &m->file));
    m->carry.closed_for = arena_printf(m->c->mem, "sqlite:%s", file_whole(m->c->mem, m->data));
    return NULL;
}

/* The target's folder gets the key, unless it has it. */
static const struct err *carry_key(struct moving *m)
{
    const char *from = access_key_path(m->c->mem, m->c->config), *to = arena_printf(m->c->mem, "%s/key", m->data), *id, *whose, *sum;
    TRY(store_installation(m->c->store, m->c->mem, &id));
    if (file_there(to)) {
        TRY(access_key_installation(m->c->mem, to, &whose));
        if (text_equal(whose, id)) return NULL;
        return err_say(m->c->mem, ERR_DUPLICATE, "to", arena_printf(m->c->mem, "%s 是另一个安装的密钥，不会覆盖。", to),
                       arena_printf(m->c->mem, "%s is the key of another installation and is not written over.", to));
    }
    const char *part = arena_printf(m->c->mem, "%s.part", to);
    TRY(file_copy(m->c->mem, from, part, &sum));
    return file_name(m->c->mem, part, to);
}

static const struct err *finish(struct arena *mem, void *arg)
{
    struct moving *m = arg;
    if (m->database) return NULL;
    store_close(m->carry.to);
    m->carry.to = NULL;
    return new_file_end(mem, &m->file);
}

static const struct err *move(struct moving *m, const char *word)
{
    struct cli *c = m->c;
    TRY(upkeep_open(c, true));
    TRY(cli_store_lock(c));
    store_without_ids(c->store);
    TRY(target(m, word));
    struct store_config to = { .database = m->database, .sessions = 1, .pooled = m->database && config_on(c->config, "pooled") };
    if (m->data) {
        TRY(carry_key(m));
        to.use = STORE_BUILD;
        to.path = m->file.part;
        to.create = true;
    }
    m->carry.from = c->store;
    TRY(store_open(c->mem, &to, &m->carry.to));
    return carry_over(&m->carry);
}

static int reopen(struct cli *c)
{
    const struct err *e = cli_store_open(c, false);
    if (!e) e = store_reopen(c->store, c->mem);
    if (e) return cli_fail(c, e);
    puts("this installation may be used again; see that nobody uses the other one 已重新启用；请确认另一处已停用");
    return EXIT_DONE;
}

int cmd_move(struct cli *c)
{
    struct moving m = { .c = c, .file.fd = -1 };
    m.carry = (struct carry){ .cli = c, .alone = true, .books = true, .finish = finish, .arg = &m };
    signal(SIGXFSZ, SIG_IGN);
    if (cli_option(c, "reopen")) return reopen(c);
    const char *to = cli_option(c, "to");
    if (!to || (!is_postgres(to) && (!text_starts(to, "sqlite:") || !to[strlen("sqlite:")])))
        return cli_misuse(c, err_say(c->mem, ERR_INVALID, "--to", "--to 后面写 postgres://… 或 sqlite:目录。", "--to takes postgres://… or sqlite:DIR."));
    const struct err *e = move(&m, to);
    if (m.carry.to) store_close(m.carry.to);
    if (e) {
        new_file_drop(c->mem, &m.file);
        return cli_fail(c, e);
    }
    carry_print(&m.carry.tables);
    printf("%" PRId64 " postings, %" PRId64 " entries, %" PRId64 " accounts: all balances agree at the target 账实相符\n", m.carry.sums.postings,
           m.carry.sums.entries, m.carry.sums.accounts);
    if (m.data) printf("moved to %s, with the key. From now on 今后使用: --data %s, without --database\n", m.data, m.data);
    else printf("moved to %s. The key stays at %s. From now on 今后使用: --database with this address\n", m.carry.closed_for, access_key_path(c->mem, c->config));
    return EXIT_DONE;
}

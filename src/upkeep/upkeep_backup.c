/* `shanzhi backup`: a consistent copy while the server runs, opened and checked before it gets its name. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "access/access.h"
#include "kernel/config.h"
#include "kernel/date.h"
#include "kernel/text.h"
#include "upkeep/upkeep_in.h"

const struct err *upkeep_open(struct cli *c, bool current)
{
    enum store_state state;
    int pending;
    TRY(cli_store_open(c, false));
    TRY(cli_store_state(c, &state, &pending));
    if (current && state == STORE_BEHIND)
        return err_say(c->mem, ERR_NOT_MIGRATED, "database", "数据库还有升级尚未执行：请先备份，再运行 shanzhi migrate。",
                       "Migrations are pending: back up, then run `shanzhi migrate` first.");
    return access_start(c->mem, c->config, c->store);
}

enum { KEEP_MAX = 1000 }; /* more than that in one folder nobody looks through */

/* From PostgreSQL the same file, through the copier, out of one snapshot. */
static const struct err *copy_rows(struct cli *c, const char *file)
{
    struct carry carry = { .cli = c, .from = c->store };
    TRY(store_open(c->mem, &(struct store_config){ .use = STORE_BUILD, .path = file, .sessions = 1, .create = true }, &carry.to));
    const struct err *e = carry_over(&carry);
    store_close(carry.to);
    return e ? e : file_sync(c->mem, file);
}

static const struct err *write_copy(struct cli *c, struct place *p, bool books, struct manifest *m)
{
    const char *file = arena_printf(c->mem, "%s/" BACKUP_FILE, p->part), *id;
    bool sqlite = text_equal(store_engine(c->store), "sqlite");
    *m = (struct manifest){ .format = MANIFEST_FORMAT, .program = SHANZHI_VERSION, .engine = store_engine(c->store), .made_at = clock_now() };
    TRY(sqlite ? store_backup(c->store, c->mem, file) : copy_rows(c, file));
    TRY(manifest_of_file(c, file, books, m));
    TRY(store_installation(c->store, c->mem, &id));
    if (!text_equal(id, m->installation)) BUG("the copy of installation %s says that it is %s", id, m->installation);
    TRY(file_hash(c->mem, file, &m->bytes, &m->sha256));
    TRY(manifest_write(c->mem, p->part, m));
    return place_end(c->mem, p);
}

struct noting { const char *place; const struct manifest *m; };

static const struct err *note(struct req *r, void *arg)
{
    const struct noting *n = arg;
    return store_note_backup(r, n->m->made_at, n->place, n->m->bytes, n->m->books && !n->m->books->faults);
}

/* The monitoring reads the age of the last good backup from the database: what cannot be noted is said. */
static const struct err *note_it(struct cli *c, const char *path, const struct manifest *m)
{
    struct noting n = { .place = file_whole(c->mem, path), .m = m };
    const struct err *e = store_run(c->store, TX_WRITE, c->mem, NULL, note, &n);
    if (!e) return NULL;
    struct err *said = err_say(c->mem, e->code, NULL, arena_printf(c->mem, "备份 %s 完好，但未能记入数据库（%s），监控看不到它。", path, err_text(e, LANG_ZH)),
                               arena_printf(c->mem, "The backup %s is good but could not be noted in the database (%s): monitoring does not see it.",
                                            path, err_text(e, LANG_EN)));
    said->cause = e->cause;
    return said;
}

static const struct err *prune(struct cli *c, const struct place *p, const struct manifest *m, int64_t keep)
{
    int removed;
    if (!keep) return NULL;
    TRY(place_prune(c->mem, p->folder, m->installation, keep, &removed));
    if (removed) printf("%d older backups removed 已删除较早的备份\n", removed);
    return NULL;
}

static const struct err *make(struct cli *c, const char *word, bool books, int64_t keep, struct manifest *m)
{
    struct place p;
    TRY(upkeep_open(c, false));
    TRY(place_begin(c->mem, word, clock_now(), &p));
    const struct err *e = NULL;
    if (keep && !p.dated)
        e = err_say(c->mem, ERR_INVALID, "--keep", arena_printf(c->mem, "目录 %s 不存在；--keep 要写已有的备份目录（磁盘挂载了吗？）。", word),
                    arena_printf(c->mem, "There is no folder %s; --keep wants the folder that holds the backups (is its disk mounted?).", word));
    if (!e) e = write_copy(c, &p, books, m);
    if (e) {
        place_drop(c->mem, &p);
        return e;
    }
    printf("%s\n", p.path);
    TRY(note_it(c, p.path, m));
    if (m->books && m->books->faults)
        return err_say(c->mem, ERR_CONFLICT, NULL, "备份与数据库一致，但账目不符（见上）。请运行 shanzhi ledger verify；较早的备份都没有删除。",
                       "The backup is what the database is, but the books in it do not agree (above). Run `shanzhi ledger verify`; no older backup was removed.");
    return prune(c, &p, m, keep);
}

int cmd_backup(struct cli *c)
{
    struct manifest m = { 0 };
    const char *word = cli_arg(c, 0), *many = cli_option(c, "keep");
    int64_t keep = 0;
    signal(SIGXFSZ, SIG_IGN); /* a file at its limit is a full disk */
    if (!word || !*word) return cli_misuse(c, err_say(c->mem, ERR_INVALID, "PLACE", "请写备份放在哪里：已有的目录，或一个新名字。", "Say where: a folder that is there, or a new name."));
    if (many && !text_int(many, 1, KEEP_MAX, &keep))
        return cli_misuse(c, err_say(c->mem, ERR_INVALID, "--keep", "--keep 后面写保留几份（1 到 1000）。", "--keep takes how many to keep, 1 to 1000."));
    const struct err *e = make(c, word, cli_option(c, "verify") != NULL, keep, &m);
    if (e) return cli_fail(c, e);
    printf("installation 安装 %s, %" PRId64 " bytes, sha256 %s: sound%s\n", m.installation, m.bytes, m.sha256,
           m.books ? ", all balances agree 完好，账实相符" : " 完好");
    return EXIT_DONE;
}

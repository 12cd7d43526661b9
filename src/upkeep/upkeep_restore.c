/* `shanzhi restore`: a backup back into an empty data folder or an empty PostgreSQL database; --check looks only. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "access/access.h"
#include "kernel/config.h"
#include "kernel/date.h"
#include "kernel/text.h"
#include "upkeep/upkeep_in.h"

struct returning {
    struct cli *c;
    const char *place, *file;
    struct manifest m, seen;
    struct store *sealed;
};

static const struct err *not_good(struct arena *mem, const char *place, const char *zh, const char *en)
{
    return err_say(mem, ERR_INVALID, NULL, arena_printf(mem, "备份 %s 不可用：%s。请用另一份。", place, zh),
                   arena_printf(mem, "The backup %s cannot be used: %s. Take another one.", place, en));
}

/* Manifest, hash, the engine's check, the rows, the books. */
static const struct err *check(struct returning *r)
{
    struct arena *mem = r->c->mem;
    const char *sum;
    int64_t bytes;
    TRY(manifest_read(mem, r->place, &r->m));
    r->file = arena_printf(mem, "%s/" BACKUP_FILE, r->place);
    TRY(file_hash(mem, r->file, &bytes, &sum));
    if (bytes != r->m.bytes)
        return not_good(mem, r->place, arena_printf(mem, "文件应有 %" PRId64 " 字节，实有 %" PRId64, r->m.bytes, bytes),
                        arena_printf(mem, "the file should have %" PRId64 " bytes and has %" PRId64, r->m.bytes, bytes));
    if (!text_equal(sum, r->m.sha256)) return not_good(mem, r->place, "内容与清单的 SHA-256 不符", "its content is not what its SHA-256 says");
    TRY(manifest_of_file(r->c, r->file, true, &r->seen));
    const char *what = manifest_differs(mem, &r->m, &r->seen);
    if (!what) return NULL;
    return not_good(mem, r->place, arena_printf(mem, "与清单不符（%s）", what), arena_printf(mem, "it is not what its manifest says (%s)", what));
}

static void describe(const struct returning *r)
{
    char at[INSTANT_SIZE];
    printf("%s: installation 安装 %s, made %s by %s on %s, %" PRId64 " bytes, key 密钥 %s\n", r->place, r->m.installation,
           instant_format(r->m.made_at, at), r->m.program, r->m.engine, r->m.bytes, r->m.key);
    if (!r->seen.books) puts("its schema is older than this program: the books are checked after migrate 架构较旧，升级后再核对账目");
    else if (r->seen.books->faults) printf("books 账目: %" PRId64 " faults 不符\n", r->seen.books->faults);
    else printf("books 账目: %" PRId64 " postings, %" PRId64 " entries, %" PRId64 " accounts, all balances agree 账实相符\n", r->seen.books->postings,
                r->seen.books->entries, r->seen.books->accounts);
}

/* The key in its place must be this backup's, or nobody could read the ID numbers. */
static const struct err *key_fits(struct returning *r)
{
    struct store *sealed;
    TRY(store_open(r->c->mem, &(struct store_config){ .use = STORE_SEALED, .path = r->file, .sessions = 1 }, &sealed));
    const struct err *e = access_start(r->c->mem, r->c->config, sealed);
    store_close(sealed);
    if (!e) return NULL;
    const char *path = access_key_path(r->c->mem, r->c->config);
    struct err *said = err_say(r->c->mem, ERR_NO_INSTALLATION, "key-file",
        arena_printf(r->c->mem, "%s\n  密钥不在备份里。请把安装 %s 的密钥（指纹 %s）放到 %s（权限 600），再试。", err_text(e, LANG_ZH), r->m.installation, r->m.key, path),
        arena_printf(r->c->mem, "%s\n  The key is not in the backup: put the key of installation %s (fingerprint %s) at %s, mode 600, and try again.",
                     err_text(e, LANG_EN), r->m.installation, r->m.key, path));
    said->cause = e->cause;
    return said;
}

static const struct err *into_folder(struct returning *r)
{
    struct arena *mem = r->c->mem;
    struct new_file f;
    const char *sum;
    const struct err *e = new_file_begin(mem, config_get(r->c->config, "data"), &f);
    if (!e) e = key_fits(r);
    if (!e) e = file_copy(mem, r->file, f.part, &sum);
    if (!e && !text_equal(sum, r->m.sha256)) e = not_good(mem, r->place, "复制后内容不符", "what was written is not what was read");
    if (!e) e = new_file_end(mem, &f);
    if (e) new_file_drop(mem, &f);
    return e;
}

static const struct err *into_postgres(struct returning *r)
{
    struct carry carry = { .cli = r->c, .books = r->seen.books != NULL && !r->seen.books->faults };
    TRY(key_fits(r));
    TRY(cli_store_open(r->c, false));
    carry.to = r->c->store;
    TRY(store_open(r->c->mem, &(struct store_config){ .use = STORE_SEALED, .path = r->file, .sessions = 1 }, &carry.from));
    const struct err *e = carry_over(&carry);
    store_close(carry.from);
    if (!e) carry_print(&carry.tables);
    return e;
}

static int end_check(struct returning *r)
{
    const struct err *e = key_fits(r);
    if (e) return cli_fail(r->c, e);
    puts("the key at hand fits 现有密钥相符");
    return r->seen.books && r->seen.books->faults ? EXIT_FAILED : EXIT_DONE;
}

int cmd_restore(struct cli *c)
{
    struct returning r = { .c = c, .place = cli_arg(c, 0) };
    signal(SIGXFSZ, SIG_IGN);
    if (!r.place || !*r.place)
        return cli_misuse(c, err_say(c->mem, ERR_INVALID, "BACKUP", "请写是哪一份备份（一个目录）。", "Say which backup, a folder."));
    const struct err *e = check(&r);
    if (e) return cli_fail(c, e);
    describe(&r);
    if (cli_option(c, "check")) return end_check(&r);
    bool postgres = config_get(c->config, "database") != NULL;
    e = postgres ? into_postgres(&r) : into_folder(&r);
    if (e) return cli_fail(c, e);
    printf("restored into %s 已恢复。%s\n", postgres ? "the PostgreSQL database" : config_get(c->config, "data"),
           r.seen.books ? "Next 下一步: start the server 启动服务" : "Next 下一步: shanzhi migrate, then start the server 先升级再启动");
    return EXIT_DONE;
}

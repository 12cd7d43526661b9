/* The installation: its id and its key file, made together and once.
 *
 * A key seals what only it can open, so the order is: in one transaction the database takes the id and
 * the key's mark while the key lies in KEY.new, durable; after the commit KEY.new is linked as KEY. Whoever
 * comes after a crash in between finds KEY.new with the database's id and links it. A KEY.new without a
 * database that knows its id has sealed nothing. KEY itself is never written over. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access/access_own.h"
#include "kernel/config.h"
#include "kernel/file.h"
#include "kernel/id.h"
#include "kernel/log.h"
#include "kernel/text.h"

enum { ID_BYTES = 10, KEY_FILE_BYTES = 4096 };

struct key_file {
    const char *installation; /* NULL: a file of the time before there were ids */
    uint8_t key[KEY_SIZE];
};

/* ---- the file ---- */
static const struct err *key_error(struct arena *mem, enum err_code code, const char *path,
                                   const char *zh, const char *en)
{
    return err_say(mem, code, "key-file", arena_printf(mem, "密钥文件 %s：%s", path, zh),
                   arena_printf(mem, "key file %s: %s", path, en));
}

static const struct err *key_parse(struct arena *mem, const char *path, char *text,
                                   struct key_file *out)
{
    const char *hex = NULL;
    while (*text) {
        char *line = text;
        text += strcspn(text, "\n");
        if (*text) *text++ = '\0';
        if (text_starts(line, "installation = ")) out->installation = arena_strdup(mem, line + 15);
        else if (text_starts(line, "key = ")) hex = line + 6;
        else if (*line && *line != '#') hex = line; /* before there were ids: the key alone */
    }
    if (hex && strlen(hex) == 2 * KEY_SIZE && hex_decode(hex, out->key, KEY_SIZE)) return NULL;
    return key_error(mem, ERR_NO_INSTALLATION, path, "内容不完整或有误，请从备份恢复。",
                     "is cut short or no key; restore it from your copy.");
}

static const struct err *key_read(struct arena *mem, const char *path, struct key_file *out)
{
    struct stat st;
    const char *text;
    size_t n;
    *out = (struct key_file){ 0 };
    bool there = stat(path, &st) == 0;
    if (!there && errno != EACCES)
        return key_error(mem, ERR_NO_INSTALLATION, path,
                         arena_printf(mem, "无法读取（%s）。请核对 --data 和 --key-file，或从备份恢复密钥；没有它，证件号和手机号无法读取。",
                                      strerror(errno)),
                         arena_printf(mem, "cannot be read (%s). Check --data and --key-file, or restore your copy of the key; "
                                           "ID numbers and phones cannot be read without it.", strerror(errno)));
    if (there && st.st_mode & (S_IRWXG | S_IRWXO))
        return key_error(mem, ERR_INVALID, path, "其他用户可以读取，请执行 chmod 600。",
                         "others may read it; chmod 600 it.");
    TRY(file_read(mem, path, KEY_FILE_BYTES, &text, &n));
    const struct err *e = key_parse(mem, path, (char *)(uintptr_t)text, out);
    sodium_memzero((char *)(uintptr_t)text, n);
    return e;
}

static const struct err *cannot_write(struct arena *mem, const char *path)
{
    struct file_why why = file_why(mem, path, errno);
    return key_error(mem, ERR_INVALID, path, arena_printf(mem, "无法写入：%s", why.zh),
                     arena_printf(mem, "cannot be written: %s", why.en));
}

static const struct err *key_write(struct arena *mem, const char *path, const char *installation,
                                   const uint8_t key[KEY_SIZE])
{
    char *text = arena_printf(mem,
        "# 善治的密钥：证件号和手机号靠它读取。请另存一份，与数据备份分开保管。\n"
        "# The key of this Shanzhi installation: it seals ID numbers and phones. Keep a copy apart from the backups.\n"
        "installation = %s\nkey = %s\n", installation, hex_encode(mem, key, KEY_SIZE));
    size_t n = strlen(text);
    unlink(path); /* a KEY.new that sealed nothing */
    struct stat st;
    const struct err *e = file_make(path, text, n) && stat(path, &st) == 0 ? NULL : cannot_write(mem, path);
    if (!e && st.st_mode & (S_IRWXG | S_IRWXO)) {
        unlink(path);
        e = key_error(mem, ERR_INVALID, path, "所在的文件系统不保存权限，其他用户都能读取。请换一个目录（--data 或 --key-file）。",
                      "is on a file system that keeps no permissions, so others may read it. Choose another folder (--data or --key-file).");
    }
    sodium_memzero(text, n);
    return e;
}

static const char *key_new_path(struct arena *mem, const char *path)
{
    return arena_printf(mem, "%s.new", path);
}

static const struct err *folder_sync(struct arena *mem, const char *path)
{
    return file_synced(file_folder(mem, path)) ? NULL : cannot_write(mem, path);
}

/* KEY.new becomes KEY where there is none; of two who do it, one does and both are content. A file system without hard
 * links has only the renaming. */
static const struct err *key_put(struct arena *mem, const char *path)
{
    const char *made = key_new_path(mem, path);
    if (link(made, path) != 0 && renameat2(AT_FDCWD, made, AT_FDCWD, path, RENAME_NOREPLACE) != 0 && errno != EEXIST && errno != ENOENT)
        return cannot_write(mem, path);
    unlink(made);
    return folder_sync(mem, path);
}

const struct err *access_key_make(struct arena *mem, const char *path, const char *installation)
{
    uint8_t key[KEY_SIZE];
    if (access(path, F_OK) == 0)
        return key_error(mem, ERR_DUPLICATE, path, "已存在，不会覆盖。", "exists and is not written over.");
    random_bytes(key, sizeof key);
    const struct err *e = key_write(mem, key_new_path(mem, path), installation, key);
    sodium_memzero(key, sizeof key);
    return e ? e : key_put(mem, path);
}

const struct err *access_key_installation(struct arena *mem, const char *path, const char **out)
{
    struct key_file k;
    const struct err *e = key_read(mem, path, &k);
    sodium_memzero(k.key, sizeof k.key);
    *out = k.installation;
    return e;
}

/* After a crash between the commit and the link. */
static const struct err *key_finish(struct arena *mem, const char *path, const char *installation)
{
    const char *made = key_new_path(mem, path), *whose;
    if (access(path, F_OK) == 0 || access(made, F_OK) != 0) return NULL;
    TRY(access_key_installation(mem, made, &whose));
    return text_equal(whose, installation) ? key_put(mem, path) : NULL;
}

static const struct err *load(struct arena *mem, const char *path, const char *installation,
                              struct key_file *k)
{
    if (sodium_init() < 0) BUG("libsodium does not start");
    TRY(key_finish(mem, path, installation));
    TRY(key_read(mem, path, k));
    if (!k->installation)
        return key_error(mem, ERR_NOT_MIGRATED, path, "没有安装编号（旧格式）。请先备份，再运行 shanzhi migrate。",
                         "carries no installation id (an old file). Back up, then run `shanzhi migrate`.");
    if (text_equal(k->installation, installation)) return NULL;
    return key_error(mem, ERR_NO_INSTALLATION, path,
                     arena_printf(mem, "属于安装 %s，而数据库属于安装 %s。请核对 --data、--database 和 --key-file，或恢复这个数据库的密钥。",
                                  k->installation, installation),
                     arena_printf(mem, "belongs to installation %s, the database to installation %s. Check --data, --database and "
                                       "--key-file, or restore this database's key.", k->installation, installation));
}

const struct err *access_key_load(struct arena *mem, const char *path, const char *installation)
{
    struct key_file k = { 0 };
    const struct err *e = load(mem, path, installation, &k);
    if (!e) master_set(k.key);
    sodium_memzero(k.key, sizeof k.key);
    return e;
}

const char *access_key_path(struct arena *mem, const struct config *c)
{
    const char *path = config_get(c, "key-file");
    return path ? path : arena_printf(mem, "%s/key", config_get(c, "data"));
}

/* ---- the key belongs to the database ---- */
struct key_row {
    struct bytes mark;
};
static const struct field key_row_fields[] = { F(key_row, mark, K_BYTES, 0, 0, 0, ""), { 0 } };
static RECORD(key_row);

/* The database holds a mark of its key: the right id with other bytes stops here, before it seals what
 * the right key could not open. */
static const struct err *key_belongs(struct req *r, void *arg)
{
    uint8_t mark[HASH_SIZE];
    struct key_row *row;
    (void)arg;
    secret_hash("mark", "", 0, mark);
    TRY(db_find(r, &key_row_record, &row, "SELECT mark FROM access_key"));
    if (row && memcmp(row->mark.p, mark, HASH_SIZE) == 0) return NULL;
    return fail_say(
        r, ERR_NO_INSTALLATION, "key-file", "密钥文件与数据库不匹配，请恢复原来的密钥文件。",
        "The key file is not the one this database was filled with; restore the right one.");
}

const struct err *access_key_fingerprint(struct req *r, const char **out)
{
    enum { SHOWN_BYTES = 8 };
    struct key_row *row;
    TRY(db_find(r, &key_row_record, &row, "SELECT mark FROM access_key"));
    *out = row ? hex_encode(r->mem, row->mark.p, SHOWN_BYTES) : NULL;
    return NULL;
}

const struct err *access_key_belongs(struct arena *mem, struct store *s)
{
    return store_run(s, TX_READ, mem, NULL, key_belongs, NULL);
}

static const struct err *no_installation(struct arena *mem, const struct config *c)
{
    const char *database = config_get(c, "database"), *data = config_get(c, "data");
    const char *en = database ? "the PostgreSQL database" : data;
    const char *zh = database ? "PostgreSQL 数据库" : data;
    return err_say(mem, ERR_NO_INSTALLATION, database ? "database" : "data",
                   arena_printf(mem, "%s 里没有安装。请核对 --data、--database 和配置文件；数据丢失的请用备份恢复；新安装请运行 shanzhi init。", zh),
                   arena_printf(mem, "no installation in %s. Check --data, --database and the configuration; restore a backup if "
                                     "it was lost; `shanzhi init` makes a new installation.", en));
}

const struct err *access_start(struct arena *mem, const struct config *c, struct store *s)
{
    const char *id;
    access_configure(c);
    TRY(store_installation(s, mem, &id));
    if (!id) return no_installation(mem, c);
    TRY(access_key_load(mem, access_key_path(mem, c), id));
    access_key_watch(access_key_path(mem, c));
    return access_key_belongs(mem, s);
}

/* ---- making one ---- */
struct founding {
    const char *path;
    struct key_file k;
    bool mine;
};

static const struct err *found(struct req *r, void *arg)
{
    struct founding *f = arg;
    uint8_t mark[HASH_SIZE];
    int64_t older;
    TRY(store_found(r, f->k.installation, &f->mine));
    if (!f->mine) return NULL;
    TRY(db_int(r, &older, "SELECT count(*) FROM access_key"));
    if (older)
        return fail_say(r, ERR_NOT_MIGRATED, "database", "数据库是旧版本建立的。请先备份，再运行 shanzhi migrate。",
                        "The database was made by an older version. Back up, then run `shanzhi migrate`.");
    TRY(key_write(r->mem, key_new_path(r->mem, f->path), f->k.installation, f->k.key));
    master_set(f->k.key);
    secret_hash("mark", "", 0, mark);
    return db_exec(r, "INSERT INTO access_key (id, mark) VALUES (1, $1)", BLOB(mark, HASH_SIZE));
}

static const char *new_id(struct arena *mem)
{
    uint8_t id[ID_BYTES];
    random_bytes(id, sizeof id);
    return hex_encode(mem, id, sizeof id);
}

const struct err *access_unfounded(struct arena *mem, const struct config *c)
{
    const char *path = access_key_path(mem, c), *whose;
    if (access(path, F_OK) != 0) return NULL;
    TRY(access_key_installation(mem, path, &whose));
    return key_error(mem, ERR_NO_INSTALLATION, path,
                     arena_printf(mem, "已有安装 %s 的密钥，而数据库是空的。数据丢失的请用备份恢复；新安装请另选空的数据目录。", whose ? whose : "（旧格式）"),
                     arena_printf(mem, "is the key of installation %s, but the database is empty. Restore a backup if it was "
                                       "lost; for a new installation choose an empty folder.", whose ? whose : "(an old file)"));
}

const struct err *access_found(struct arena *mem, const struct config *c, struct store *s)
{
    struct founding f = { .path = access_key_path(mem, c), .k = { .installation = new_id(mem) } };
    const char *id;
    const struct err *keyed = access_unfounded(mem, c); /* before we ask: a key is made after its database */
    TRY(store_installation(s, mem, &id));
    if (id) return NULL;
    TRY(keyed);
    if (sodium_init() < 0) BUG("libsodium does not start");
    random_bytes(f.k.key, sizeof f.k.key);
    const struct err *e = store_run(s, TX_WRITE, mem, NULL, found, &f);
    sodium_memzero(f.k.key, sizeof f.k.key);
    return e || !f.mine ? e : key_put(mem, f.path);
}

static const struct err *adopt(struct req *r, void *arg)
{
    struct founding *f = arg;
    TRY(key_belongs(r, NULL));
    return store_found(r, f->k.installation, &f->mine);
}

/* The same key with an id takes the old file's place in one step; interrupted, it is done again. */
const struct err *access_adopt(struct arena *mem, const struct config *c, struct store *s)
{
    struct founding f = { .path = access_key_path(mem, c) };
    const char *id, *made = key_new_path(mem, f.path);
    TRY(key_read(mem, f.path, &f.k));
    if (f.k.installation) return NULL; /* access_start looks at it */
    if (sodium_init() < 0) BUG("libsodium does not start");
    master_set(f.k.key);
    TRY(store_installation(s, mem, &id));
    f.k.installation = id ? id : new_id(mem);
    TRY(store_run(s, TX_WRITE, mem, NULL, adopt, &f));
    TRY(key_write(mem, made, f.k.installation, f.k.key));
    sodium_memzero(f.k.key, sizeof f.k.key);
    if (rename(made, f.path) != 0) return cannot_write(mem, f.path);
    log_info("access", "the key file carries the installation's id now", LS("installation", f.k.installation));
    return folder_sync(mem, f.path);
}

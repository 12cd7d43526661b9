/* Files and folders that are there whole or not at all: written aside, synced, then named. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/date.h"
#include "kernel/text.h"
#include "upkeep/upkeep_in.h"

const struct err *file_fail(struct arena *mem, const char *path)
{
    int why = errno;
    bool full = why == ENOSPC || why == EDQUOT || why == EFBIG;
    struct file_why w = file_why(mem, path, why);
    return err_say(mem, full ? ERR_DISK_FULL : ERR_INVALID, NULL, arena_printf(mem, "%s：%s%s", path, w.zh, full ? "（磁盘已满，未留下任何文件）" : ""),
                   arena_printf(mem, "%s: %s%s", path, w.en, full ? " (the disk is full; nothing was left behind)" : ""));
}

const struct err *file_sync(struct arena *mem, const char *path)
{
    return file_synced(path) ? NULL : file_fail(mem, path);
}

static bool write_all(int fd, const char *p, size_t n)
{
    while (n) {
        ssize_t did = write(fd, p, n);
        if (did < 0 && errno == EINTR) continue;
        if (did <= 0) return false;
        p += did;
        n -= (size_t)did;
    }
    return true;
}

/* Reads `in` to its end, into `out` when that is a file, with the sum of both. */
static bool stream(struct arena *mem, int in, int out, int64_t *bytes, const char **sha256)
{
    crypto_hash_sha256_state h;
    unsigned char md[crypto_hash_sha256_BYTES];
    char *p = arena_alloc(mem, COPY_BYTES);
    ssize_t n;
    if (sodium_init() < 0) BUG("libsodium does not start");
    crypto_hash_sha256_init(&h);
    for (*bytes = 0; (n = read(in, p, COPY_BYTES)) != 0; *bytes += n) {
        if (n < 0 && errno == EINTR) n = 0;
        if (n < 0) return false;
        crypto_hash_sha256_update(&h, (const unsigned char *)p, (size_t)n);
        if (out >= 0 && !write_all(out, p, (size_t)n)) return false;
    }
    crypto_hash_sha256_final(&h, md);
    *sha256 = hex_encode(mem, md, sizeof md);
    return true;
}

static const struct err *open_plain(struct arena *mem, const char *path, int *fd)
{
    struct stat st;
    *fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (*fd < 0) return file_fail(mem, path);
    if (fstat(*fd, &st) == 0 && S_ISREG(st.st_mode)) return NULL;
    close(*fd);
    return err_say(mem, ERR_INVALID, NULL, arena_printf(mem, "%s 不是普通文件。", path), arena_printf(mem, "%s is not a plain file.", path));
}

const struct err *file_hash(struct arena *mem, const char *path, int64_t *bytes, const char **sha256)
{
    int fd;
    TRY(open_plain(mem, path, &fd));
    const struct err *e = stream(mem, fd, -1, bytes, sha256) ? NULL : file_fail(mem, path);
    close(fd);
    return e;
}

const struct err *file_copy(struct arena *mem, const char *from, const char *to, const char **sha256)
{
    int in, out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    int64_t bytes;
    if (out < 0) return file_fail(mem, to);
    const struct err *e = open_plain(mem, from, &in);
    if (!e) {
        if (!stream(mem, in, out, &bytes, sha256) || fsync(out) != 0) e = file_fail(mem, to);
        close(in);
    }
    if (close(out) != 0 && !e) e = file_fail(mem, to);
    return e;
}

static const struct err *exists(struct arena *mem, const char *path)
{
    return err_say(mem, ERR_DUPLICATE, NULL, arena_printf(mem, "%s 已存在，不会覆盖；请换一个名字。", path),
                   arena_printf(mem, "%s exists and is not written over; choose another name.", path));
}

const struct err *file_name(struct arena *mem, const char *from, const char *to)
{
    int rc = renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
    if (rc != 0 && errno == EEXIST) return exists(mem, to);
    if (rc != 0 && (errno == EINVAL || errno == ENOSYS)) { /* a file system that cannot say "unless there is one" */
        if (file_there(to)) return exists(mem, to);
        rc = rename(from, to);
    }
    if (rc != 0) return file_fail(mem, to);
    return file_sync(mem, file_folder(mem, to));
}

/* ---- a backup's folder ---- */
bool place_is_dated(const char *name)
{
    static const char form[] = "shanzhi-dddddddd-dddddd";
    size_t n = sizeof form - 1;
    if (strlen(name) < n) return false;
    for (size_t i = 0; i < n; i++)
        if (form[i] == 'd' ? name[i] < '0' || name[i] > '9' : name[i] != form[i]) return false;
    return !name[n] || (name[n] == '-' && text_int(name + n + 1, 2, 99, &(int64_t){ 0 }));
}

/* In the time of the village's clock: shanzhi-20261130-020304. */
static const char *dated_name(struct arena *mem, int64_t now)
{
    struct ymd d = date_ymd(date_of_instant(now));
    int64_t s = (now - instant_of_date(date_of_instant(now))) / 1000;
    return arena_printf(mem, "shanzhi-%04d%02d%02d-%02d%02d%02d", d.year, d.month, d.day, (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
}

/* The lock goes with the process: a .part that nobody holds was left by one that was killed. */
static bool hold(const char *part, int *fd)
{
    *fd = open(part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (*fd < 0) return false;
    if (flock(*fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return true;
    close(*fd);
    return false;
}

/* The manifest first: without it nobody takes the rest for a backup. */
static void empty_folder(struct arena *mem, const char *folder)
{
    unlink(arena_printf(mem, "%s/" BACKUP_MANIFEST, folder));
    DIR *d = opendir(folder);
    if (!d) return;
    for (struct dirent *f; (f = readdir(d));)
        if (text_starts(f->d_name, BACKUP_FILE)) unlink(arena_printf(mem, "%s/%s", folder, f->d_name)); /* SQLite's own, too */
    closedir(d);
}

static void remove_files(struct arena *mem, const char *folder)
{
    empty_folder(mem, folder);
    rmdir(folder); /* something else in it: it stays */
}

/* What a killed backup left in the folder. */
static void sweep(struct arena *mem, const char *folder)
{
    DIR *d = opendir(folder);
    if (!d) return;
    for (struct dirent *f; (f = readdir(d));) {
        size_t n = strlen(f->d_name);
        int fd;
        if (n < 5 || !text_equal(f->d_name + n - 5, ".part") || !place_is_dated(arena_strndup(mem, f->d_name, n - 5))) continue;
        const char *part = arena_printf(mem, "%s/%s", folder, f->d_name);
        if (!hold(part, &fd)) continue;
        remove_files(mem, part);
        close(fd);
    }
    closedir(d);
}

static const struct err *make_part(struct arena *mem, struct place *p)
{
    if (mkdir(p->part, 0700) != 0 && errno != EEXIST) return file_fail(mem, p->part);
    if (!hold(p->part, &p->fd))
        return err_say(mem, ERR_BUSY, NULL, arena_printf(mem, "%s 正在由另一个备份写入。", p->part),
                       arena_printf(mem, "Another backup is being written to %s.", p->part));
    empty_folder(mem, p->part);
    return NULL;
}

const struct err *place_begin(struct arena *mem, const char *word, int64_t now, struct place *out)
{
    struct stat st;
    bool folder = stat(word, &st) == 0 && S_ISDIR(st.st_mode);
    *out = (struct place){ .path = word, .fd = -1 };
    if (!folder && file_there(word)) return exists(mem, word);
    if (folder && file_there(arena_printf(mem, "%s/" BACKUP_MANIFEST, word)))
        return err_say(mem, ERR_DUPLICATE, NULL, arena_printf(mem, "%s 本身就是一份备份，不会覆盖；请写备份所在的目录或一个新名字。", word),
                       arena_printf(mem, "%s is a backup itself and is not written over; name the folder that holds backups, or a new one.", word));
    if (folder) {
        const char *name = dated_name(mem, now);
        sweep(mem, word);
        out->dated = true;
        out->path = arena_printf(mem, "%s/%s", word, name);
        for (int i = 2; i < 100 && file_there(out->path); i++) out->path = arena_printf(mem, "%s/%s-%d", word, name, i);
    }
    out->folder = folder ? word : file_folder(mem, word);
    TRY(file_owner(mem, out->folder));
    size_t n = strlen(out->path);
    while (n > 1 && out->path[n - 1] == '/') n--;
    out->path = arena_strndup(mem, out->path, n);
    out->part = arena_printf(mem, "%s.part", out->path);
    return make_part(mem, out);
}

const struct err *place_end(struct arena *mem, struct place *p)
{
    TRY(file_sync(mem, p->part));
    TRY(file_name(mem, p->part, p->path));
    close(p->fd);
    p->fd = -1;
    return NULL;
}

void place_drop(struct arena *mem, struct place *p)
{
    if (p->fd < 0) return;
    remove_files(mem, p->part);
    close(p->fd);
    p->fd = -1;
}

const struct err *place_remove(struct arena *mem, const char *path)
{
    const char *part = arena_printf(mem, "%s.part", path);
    if (rename(path, part) != 0) return file_fail(mem, path);
    remove_files(mem, part);
    return file_there(part) ? err_say(mem, ERR_INVALID, NULL, arena_printf(mem, "%s 中还有别的文件，未能删除。", part),
                                      arena_printf(mem, "%s holds other files and stays.", part))
                            : NULL;
}

/* ---- which are kept ---- */
struct kept { const char *path; int64_t made_at; };

/* Whole as far as can be seen without reading it: its manifest is, its file has the size it says, its books agreed. */
static bool is_good(struct arena *mem, const char *path, const char *installation, int64_t *made_at)
{
    struct manifest m;
    struct stat st;
    if (lstat(path, &st) != 0 || !S_ISDIR(st.st_mode) || manifest_read(mem, path, &m)) return false;
    if (lstat(arena_printf(mem, "%s/" BACKUP_FILE, path), &st) != 0 || !S_ISREG(st.st_mode) || st.st_size != m.bytes) return false;
    *made_at = m.made_at;
    return text_equal(m.installation, installation) && (!m.books || m.books->faults == 0);
}

const struct err *place_prune(struct arena *mem, const char *folder, const char *installation, int64_t keep, int *removed)
{
    enum { MANY = 4096 };
    struct kept *all = arena_array(mem, struct kept, MANY);
    size_t n = 0;
    DIR *d = opendir(folder);
    *removed = 0;
    if (!d) return file_fail(mem, folder);
    for (struct dirent *f; n < MANY && (f = readdir(d));) {
        struct kept k = { .path = arena_printf(mem, "%s/%s", folder, f->d_name) };
        if (!place_is_dated(f->d_name) || !is_good(mem, k.path, installation, &k.made_at)) continue;
        size_t at = n++;
        for (; at > 0 && all[at - 1].made_at < k.made_at; at--) all[at] = all[at - 1]; /* the newest first */
        all[at] = k;
    }
    closedir(d);
    const struct err *first = NULL;
    for (size_t i = (size_t)keep; i < n; i++) {
        const struct err *e = place_remove(mem, all[i].path);
        if (!e) ++*removed;
        else if (!first) first = e;
    }
    return first ? first : file_sync(mem, folder);
}

/* ---- a database in a data folder ---- */
const struct err *new_file_begin(struct arena *mem, const char *data, struct new_file *out)
{
    static const char *const tails[] = { "", "-wal", "-shm", "-journal" };
    int lock; /* never closed: until the process ends */
    *out = (struct new_file){ .data = data, .path = arena_printf(mem, "%s/shanzhi.db", data), .part = arena_printf(mem, "%s/shanzhi.db.part", data), .fd = -1 };
    if (mkdir(data, 0700) != 0 && errno != EEXIST) return file_fail(mem, data);
    TRY(file_owner(mem, data));
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        const char *there = arena_printf(mem, "%s%s", out->path, tails[i]);
        if (file_there(there))
            return err_say(mem, ERR_DUPLICATE, "data", arena_printf(mem, "%s 已存在，不会覆盖。请另选一个空目录，或在确认不再需要后自行移走它。", there),
                           arena_printf(mem, "%s exists and is not written over. Choose an empty folder, or move it away yourself once it is not needed.", there));
    }
    /* A server whose file was taken away may still be there, and so may another restore. Before the .part is opened: it may be the database
     * that the other has just named. */
    TRY(store_lock(mem, out->path, &lock));
    out->fd = open(out->part, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    return out->fd < 0 ? file_fail(mem, out->part) : NULL;
}

const struct err *new_file_end(struct arena *mem, struct new_file *f)
{
    TRY(file_sync(mem, f->part));
    TRY(file_name(mem, f->part, f->path));
    close(f->fd);
    f->fd = -1;
    return NULL;
}

void new_file_drop(struct arena *mem, struct new_file *f)
{
    if (f->fd < 0) return;
    unlink(f->part);
    unlink(arena_printf(mem, "%s-journal", f->part));
    close(f->fd);
    f->fd = -1;
}

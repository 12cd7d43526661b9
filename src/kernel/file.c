/* Small files: read whole, made durable; whose a file is. */
#include "kernel/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/text.h"

bool file_there(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

static bool closed(int fd, bool fine)
{
    int why = errno;
    if (fd >= 0) close(fd);
    errno = why;
    return fine;
}

bool file_synced(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    return closed(fd, fd >= 0 && fsync(fd) == 0);
}

bool file_make(const char *path, const void *p, size_t n)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    return closed(fd, fd >= 0 && write(fd, p, n) == (ssize_t)n && fsync(fd) == 0);
}

const char *file_whole(struct arena *mem, const char *path)
{
    char whole[PATH_MAX];
    return arena_strdup(mem, realpath(path, whole) ? whole : path);
}

const char *file_folder(struct arena *mem, const char *path)
{
    char *folder = arena_strdup(mem, path);
    size_t n = strlen(folder);
    while (n > 1 && folder[n - 1] == '/') folder[--n] = '\0';
    char *slash = strrchr(folder, '/');
    if (!slash) return ".";
    slash[slash == folder] = '\0';
    return folder;
}

int file_barred(struct arena *mem, const char *path)
{
    const char *folder = file_folder(mem, file_whole(mem, path));
    if (access(path, R_OK | W_OK) != 0 && errno != ENOENT) return errno;
    return access(folder, W_OK | X_OK) == 0 ? 0 : errno;
}

static const char *account(struct arena *mem, uid_t id)
{
    char room[4096];
    struct passwd row, *found = NULL;
    if (getpwuid_r(id, &row, room, sizeof room, &found) == 0 && found) return arena_strdup(mem, row.pw_name);
    return arena_printf(mem, "%lu", (unsigned long)id);
}

/* Of path and what it lies in, the first that is there and bars us. */
static const char *bar(struct arena *mem, const char *path, struct stat *st)
{
    while (stat(path, st) != 0 && strcmp(path, "/") != 0 && strcmp(path, ".") != 0) path = file_folder(mem, path);
    if (S_ISDIR(st->st_mode) || access(path, R_OK | W_OK) != 0) return path;
    path = file_folder(mem, path);
    return stat(path, st) == 0 ? path : "/";
}

static struct file_why denied(struct arena *mem, const char *path, int why)
{
    struct stat st = { 0 };
    const char *at = bar(mem, path, &st), *whose = account(mem, st.st_uid), *who = account(mem, geteuid());
    if (st.st_uid == geteuid())
        return (struct file_why){ arena_printf(mem, "没有权限：%s 是 %s 自己的，但不可写，请执行 chmod u+rwX %s", at, who, at),
                                  arena_printf(mem, "%s: %s is %s's own and not open to it; chmod u+rwX %s", strerror(why), at, who, at) };
    const char *by_whom = st.st_uid ? arena_printf(mem, "runuser -u %s -- shanzhi …", whose) : "sudo -i";
    return (struct file_why){
        arena_printf(mem, "没有权限：%s 属于 %s，而本命令以 %s 运行；请用 %s；若是善治专用的，也可把它改归 %s（chown）", at, whose, who, by_whom, who),
        arena_printf(mem, "%s: %s belongs to %s, and this runs as %s; use `%s`, or give it to %s if it is Shanzhi's own (chown)", strerror(why), at, whose, who,
                     by_whom, who) };
}

struct file_why file_why(struct arena *mem, const char *path, int why)
{
    if (why == EACCES || why == EPERM) return denied(mem, path, why);
    if (why == EROFS)
        return (struct file_why){ "所在的盘是只读挂载的，请改为可写（mount -o remount,rw）", "its file system is mounted for reading only; mount it for writing (mount -o remount,rw)" };
    if (why == ENOSPC || why == EDQUOT || why == EFBIG)
        return (struct file_why){ "磁盘已满，请先腾出空间", arena_printf(mem, "%s: make room first", strerror(why)) };
    const char *folder = file_folder(mem, path);
    if (why == ENOENT && !file_there(folder))
        return (struct file_why){ arena_printf(mem, "没有目录 %s（磁盘挂载了吗？）", folder), arena_printf(mem, "there is no folder %s (is its disk mounted?)", folder) };
    return (struct file_why){ strerror(why), strerror(why) };
}

const struct err *file_owner(struct arena *mem, const char *folder)
{
    struct stat st;
    if (geteuid() != 0 || stat(folder, &st) != 0 || st.st_uid == 0) return NULL;
    const char *whose = account(mem, st.st_uid);
    return err_say(mem, ERR_STATE, NULL,
                   arena_printf(mem, "%s 属于 %s，而本命令以 root 运行，建立的文件 %s 无法使用。请执行：runuser -u %s -- shanzhi …", folder, whose, whose, whose),
                   arena_printf(mem, "%s belongs to %s, and this runs as root: %s could not use what root makes there. Use `runuser -u %s -- shanzhi …`",
                                folder, whose, whose, whose));
}

static const struct err *unreadable(struct arena *mem, const char *path, const char *zh, const char *en)
{
    return err_say(mem, ERR_INVALID, path, arena_printf(mem, "无法读取文件 %s：%s", path, zh),
                   arena_printf(mem, "cannot read %s: %s", path, en));
}

static const struct err *unreadable_why(struct arena *mem, const char *path, int why)
{
    struct file_why w = file_why(mem, path, why);
    return unreadable(mem, path, w.zh, w.en);
}

const struct err *file_bytes(struct arena *mem, const char *path, size_t max, const char **out, size_t *n)
{
    char *p = arena_alloc(mem, max + 2); /* first: it may not come back (arena_try) */
    FILE *f = fopen(path, "rbe");
    if (!f) return unreadable_why(mem, path, errno);
    size_t got = fread(p, 1, max + 1, f);
    int bad = ferror(f) ? errno : 0;
    fclose(f);
    if (bad) return unreadable_why(mem, path, bad);
    if (got > max)
        return unreadable(mem, path, arena_printf(mem, "超过 %zu 字节。", max),
                          arena_printf(mem, "larger than %zu bytes", max));
    *out = p;
    *n = got;
    return NULL;
}

const struct err *file_read(struct arena *mem, const char *path, size_t max, const char **out, size_t *n)
{
    TRY(file_bytes(mem, path, max, out, n));
    if (!utf8_valid(*out, *n)) return unreadable(mem, path, "不是 UTF-8 文字文件。", "not a UTF-8 text file");
    size_t bom = text_starts(*out, "\xEF\xBB\xBF") ? 3 : 0;
    *out += bom;
    *n -= bom;
    return NULL;
}

/* The lock of a SQLite installation, for who must be alone with its file: a server, a migration, a restore. It is
 * the kernel's, on an open file description, so it goes with the process, however that ends. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernel/file.h"
#include "store/store.h"

static const struct err *locked(struct arena *mem, const char *path, int fd)
{
    char pid[24] = { 0 };
    if (pread(fd, pid, sizeof pid - 1, 0) < 0) *pid = '?';
    pid[strcspn(pid, "\n")] = '\0';
    return err_say(mem, ERR_STATE, "data",
                   arena_printf(mem, "%s 正由另一个善治进程（%s）使用，一个数据目录只能有一个服务。请先停止它，或另用一个 --data。", path, pid),
                   arena_printf(mem, "%s is in use by another Shanzhi process (%s): one server per data folder. Stop it first, or use another --data.", path, pid));
}

const struct err *store_lock(struct arena *mem, const char *path, int *fd)
{
    /* Of the file that a link leads to: two folders may name one database. */
    const char *name = arena_printf(mem, "%s.lock", file_whole(mem, path));
    *fd = -1;
    TRY(file_owner(mem, file_folder(mem, name)));
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    *fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (*fd >= 0 && fcntl(*fd, F_OFD_SETLK, &whole) == 0) {
        char pid[24];
        int n = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
        if (pwrite(*fd, pid, (size_t)n, 0) != n) { /* only told to others, who read one line */ }
        return NULL;
    }
    bool taken = *fd >= 0 && (errno == EAGAIN || errno == EACCES); /* its description is there: EACCES is a lock's, too */
    struct file_why why = file_why(mem, name, errno);
    const struct err *e = taken ? locked(mem, name, *fd)
                                : err_say(mem, ERR_DATABASE, "data", arena_printf(mem, "无法锁定 %s：%s", name, why.zh),
                                          arena_printf(mem, "cannot lock %s: %s", name, why.en));
    close(*fd);
    *fd = -1;
    return e;
}

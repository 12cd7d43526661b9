/* A power cut, for tests: with SHANZHI_TEST_POWER=DIR in the environment of a testing build, SQLite's files go
 * through a VFS that remembers what was written and not yet synced. Files in DIR steer it:
 *
 *     hold      while it exists, a sync of the log waits; DIR/waiting exists meanwhile
 *     cut       "N SEED": after N more writes and syncs the power goes: of each file only what was synced
 *               stays for sure; of the rest, by SEED, each write is there, is not, or ends at a sector's
 *               border, whatever came before or after it. Then the process dies.
 *
 * So a process that acknowledges before the sync, or never syncs, loses what it promised; kill -9 alone does not
 * show that, because the system's cache outlives the process. */
#include "store/sqlite.h"

#ifdef SHANZHI_TESTING
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kernel/text.h"

enum { SECTOR = 512, FOLDER_MAX = 200 };

/* A write, or a cut of the end (`now` is NULL), with what it replaced. */
struct change {
    struct change *prev, *next;
    const char *path;
    int64_t at, size_before;
    int n, n_before;
    void *now, *before;
};

struct file {
    sqlite3_file common;
    const char *path;             /* SQLite keeps it until the file is closed; NULL: a temporary file */
    bool log;                     /* the write-ahead log */
    sqlite3_file real[];
};

static sqlite3_vfs *real_vfs, vfs;
static char folder[FOLDER_MAX];
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER; /* guards all below */
static struct arena mem;          /* of the changes; reset when there is none */
static struct change *oldest, *newest;
static int64_t written, synced;   /* writes to the log, and how many of them a sync covers */
static int64_t left;              /* operations to the cut; 0: none asked for */
static uint64_t seed;

static struct file *file(sqlite3_file *f)
{
    return (struct file *)f;
}

static sqlite3_file *real(sqlite3_file *f)
{
    return file(f)->real;
}

static const char *steering(char *out, size_t n, const char *name)
{
    snprintf(out, n, "%s/%s", folder, name);
    return out;
}

/* ---- the cut ---- */
static unsigned dice(unsigned n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % n;
}

static void put(const struct change *c, const void *p, int n)
{
    int fd = open(c->path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return; /* deleted meanwhile */
    if (n && pwrite(fd, p, (size_t)n, c->at) != n) abort();
    if (p == c->before && ftruncate(fd, c->size_before) != 0) abort();
    if (!c->now && p != c->before && ftruncate(fd, c->at) != 0) abort();
    close(fd);
}

/* Back to what was synced, then some of the rest again. */
static _Noreturn void cut(void)
{
    for (const struct change *c = newest; c; c = c->prev) put(c, c->before, c->n_before);
    for (const struct change *c = oldest; c; c = c->next) {
        unsigned kind = dice(3);
        int torn = (int)dice((unsigned)c->n / SECTOR + 1) * SECTOR;
        if (kind > 0) put(c, c->now, kind == 1 ? c->n : torn);
    }
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

/* Counts one operation; with mu held. */
static void count(void)
{
    char path[FOLDER_MAX + 16], s[64] = { 0 };
    int fd = left ? -1 : open(steering(path, sizeof path, "cut"), O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        if (read(fd, s, sizeof s - 1) <= 0) abort();
        close(fd);
        char *space = strchr(s, ' ');
        int64_t number;
        if (!space) abort();
        *space = '\0';
        if (!text_int(s, 1, INT32_MAX, &left) || !text_int(space + 1, 0, INT64_MAX, &number)) abort();
        seed = (uint64_t)number;
    }
    if (left && !--left) cut();
}

/* ---- what is not synced ---- */
static void remember(sqlite3_file *f, int64_t at, const void *now, int n)
{
    sqlite3_int64 size = 0;
    struct change *c = arena_new(&mem, struct change);
    real(f)->pMethods->xFileSize(real(f), &size);
    int64_t end = now ? at + n : size;
    if (end > size) end = size;
    *c = (struct change){ .prev = newest, .path = arena_strdup(&mem, file(f)->path), .at = at, .size_before = size, .n = n };
    c->now = now ? arena_copy(&mem, now, (size_t)n) : NULL;
    c->n_before = end > at ? (int)(end - at) : 0;
    c->before = arena_alloc(&mem, (size_t)c->n_before + 1);
    if (c->n_before && real(f)->pMethods->xRead(real(f), c->before, c->n_before, at) != SQLITE_OK) abort();
    if (newest) newest->next = c;
    else oldest = c;
    newest = c;
}

/* The changes of a file up to `last` can no longer be lost. */
static void keep(const char *path, const struct change *last)
{
    for (struct change *c = last ? oldest : NULL, *next; c; c = next) {
        next = c == last ? NULL : c->next;
        if (strcmp(c->path, path) != 0) continue;
        *(c->prev ? &c->prev->next : &oldest) = c->next;
        *(c->next ? &c->next->prev : &newest) = c->prev;
    }
    if (!oldest) arena_reset(&mem);
}

/* ---- the methods ---- */
static int file_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
    pthread_mutex_lock(&mu);
    if (file(f)->path) {
        count();
        remember(f, at, p, n);
        if (file(f)->log) written++;
    }
    int rc = real(f)->pMethods->xWrite(real(f), p, n, at);
    pthread_mutex_unlock(&mu);
    return rc;
}

static int file_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    pthread_mutex_lock(&mu);
    if (file(f)->path) {
        count();
        remember(f, size, NULL, 0);
    }
    int rc = real(f)->pMethods->xTruncate(real(f), size);
    pthread_mutex_unlock(&mu);
    return rc;
}

static void wait_while_held(void)
{
    char hold[FOLDER_MAX + 16], waiting[FOLDER_MAX + 16];
    const struct timespec pause = { .tv_nsec = 1000 * 1000 };
    if (access(steering(hold, sizeof hold, "hold"), F_OK) != 0) return;
    int fd = open(steering(waiting, sizeof waiting, "waiting"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0) close(fd);
    while (access(hold, F_OK) == 0) nanosleep(&pause, NULL);
    unlink(waiting);
}

static int file_sync(sqlite3_file *f, int flags)
{
    if (!file(f)->path) return real(f)->pMethods->xSync(real(f), flags);
    if (file(f)->log) wait_while_held();
    pthread_mutex_lock(&mu);
    count();
    const struct change *last = newest; /* what is written during the sync may be too late for it */
    int64_t covered = written;
    pthread_mutex_unlock(&mu);
    int rc = real(f)->pMethods->xSync(real(f), flags);
    pthread_mutex_lock(&mu);
    if (rc == SQLITE_OK) keep(file(f)->path, last);
    if (rc == SQLITE_OK && file(f)->log && covered > synced) synced = covered;
    pthread_mutex_unlock(&mu);
    return rc;
}

static int file_close(sqlite3_file *f) { return real(f)->pMethods->xClose(real(f)); }
static int file_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at) { return real(f)->pMethods->xRead(real(f), p, n, at); }
static int file_size(sqlite3_file *f, sqlite3_int64 *n) { return real(f)->pMethods->xFileSize(real(f), n); }
static int file_lock(sqlite3_file *f, int how) { return real(f)->pMethods->xLock(real(f), how); }
static int file_unlock(sqlite3_file *f, int how) { return real(f)->pMethods->xUnlock(real(f), how); }
static int file_reserved(sqlite3_file *f, int *yes) { return real(f)->pMethods->xCheckReservedLock(real(f), yes); }
static int file_control(sqlite3_file *f, int op, void *arg) { return real(f)->pMethods->xFileControl(real(f), op, arg); }
static int file_sector(sqlite3_file *f) { return real(f)->pMethods->xSectorSize(real(f)); }
static int file_traits(sqlite3_file *f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); }
static int shm_map(sqlite3_file *f, int i, int n, int extend, void volatile **p) { return real(f)->pMethods->xShmMap(real(f), i, n, extend, p); }
static int shm_lock(sqlite3_file *f, int at, int n, int flags) { return real(f)->pMethods->xShmLock(real(f), at, n, flags); }
static void shm_barrier(sqlite3_file *f) { real(f)->pMethods->xShmBarrier(real(f)); }
static int shm_unmap(sqlite3_file *f, int delete) { return real(f)->pMethods->xShmUnmap(real(f), delete); }

/* Version 2: without xFetch, so that no page is written through a map. */
static const sqlite3_io_methods methods = {
    2, file_close, file_read, file_write, file_truncate, file_sync, file_size, file_lock, file_unlock, file_reserved,
    file_control, file_sector, file_traits, shm_map, shm_lock, shm_barrier, shm_unmap, NULL, NULL,
};

static int vfs_open(sqlite3_vfs *v, const char *path, sqlite3_file *f, int flags, int *out)
{
    (void)v;
    *file(f) = (struct file){ .path = path, .log = flags & SQLITE_OPEN_WAL };
    int rc = real_vfs->xOpen(real_vfs, path, real(f), flags, out);
    if (real(f)->pMethods) f->pMethods = &methods;
    return rc;
}

static int vfs_delete(sqlite3_vfs *v, const char *path, int sync_folder)
{
    (void)v;
    pthread_mutex_lock(&mu);
    keep(path, newest);
    int rc = real_vfs->xDelete(real_vfs, path, sync_folder);
    pthread_mutex_unlock(&mu);
    return rc;
}

static void start(void)
{
    const char *path = getenv("SHANZHI_TEST_POWER");
    real_vfs = path ? sqlite3_vfs_find(NULL) : NULL;
    if (!real_vfs) return;
    if (strlen(path) >= sizeof folder) BUG("SHANZHI_TEST_POWER is too long");
    snprintf(folder, sizeof folder, "%s", path);
    vfs = *real_vfs; /* what is not replaced works on the file system's names alone */
    vfs.zName = "power";
    vfs.szOsFile = (int)sizeof(struct file) + real_vfs->szOsFile;
    vfs.xOpen = vfs_open;
    vfs.xDelete = vfs_delete;
    if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK) BUG("the test's VFS cannot be registered");
}

void power_start(void)
{
    pthread_once(&once, start);
}

void power_counts(int64_t *written_out, int64_t *synced_out)
{
    pthread_mutex_lock(&mu);
    *written_out = written;
    *synced_out = synced;
    pthread_mutex_unlock(&mu);
}
#endif

/* The limits on memory and how near they are. */
#include "kernel/memory.h"

#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "kernel/err.h"
#include "kernel/text.h"

enum { WATCH_BYTES = 1024 * 1024, LARGE_BYTES = 256 * 1024, CGROUPS_MAX = 16, PATH_BYTES = 512, SPARES_MAX = 4 /* one uses it */ };

static struct { char dir[PATH_BYTES]; } cgroups[CGROUPS_MAX]; /* those with a limit, innermost first */
static int cgroups_n;
static _Atomic bool limited;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic(bool (*)(void)) spares[SPARES_MAX];
static int64_t promised, promised_at; /* to all; the room when the first of them was given */

/* A small file as text. */
static bool slurp(const char *path, char *out, size_t cap)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    ssize_t n = read(fd, out, cap - 1);
    close(fd);
    out[n > 0 ? n : 0] = '\0';
    return n > 0;
}

/* The number behind `key` in a file of lines "key number"; key "": the file is the number. */
static int64_t number_in(const char *dir, const char *file, const char *key)
{
    char path[PATH_BYTES + 32], text[8192];
    int64_t v;
    snprintf(path, sizeof path, "%s/%s", dir, file);
    if (!slurp(path, text, sizeof text)) return -1;
    for (char *line = text; *line;) {
        size_t n = strcspn(line, "\n"), k = strlen(key);
        bool last = !line[n];
        line[n] = '\0';
        if (!k || (!strncmp(line, key, k) && line[k] == ' '))
            return text_int(line + k + (k > 0), 0, INT64_MAX, &v) ? v : -1;
        if (last) break;
        line += n + 1;
    }
    return -1;
}

/* cgroup v2: the process's group and those above it. */
static void find_cgroups(void)
{
    char text[PATH_BYTES], dir[PATH_BYTES];
    if (!slurp("/proc/self/cgroup", text, sizeof text)) return;
    char *at = strstr(text, "0::/");
    if (!at || (at != text && at[-1] != '\n')) return;
    at += 3;
    at[strcspn(at, "\n")] = '\0';
    if (snprintf(dir, sizeof dir, "/sys/fs/cgroup%s", at) >= (int)sizeof dir) return;
    while (strlen(dir) >= strlen("/sys/fs/cgroup") && cgroups_n < CGROUPS_MAX) {
        if (number_in(dir, "memory.max", "") >= 0) memcpy(cgroups[cgroups_n++].dir, dir, sizeof dir);
        char *slash = strrchr(dir, '/');
        *slash = '\0';
    }
}

static int64_t address_limit(void)
{
    struct rlimit l;
    if (getrlimit(RLIMIT_AS, &l) || l.rlim_cur == RLIM_INFINITY) return INT64_MAX;
    return l.rlim_cur < INT64_MAX ? (int64_t)l.rlim_cur : INT64_MAX;
}

void memory_start(void)
{
    find_cgroups();
    bool address = address_limit() != INT64_MAX;
#ifdef __GLIBC__
    if (address) {
        mallopt(M_ARENA_MAX, 1);
        /* Addresses of a large block go back when it is freed. Else glibc takes the next ones from the heap as soon as one was
         * freed, and the heap cannot shrink below what was put above them (122 MB with 50 in use, after an import). */
        mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
    }
#endif
    atomic_store(&limited, address || cgroups_n > 0);
}

static int64_t address_room(void)
{
    int64_t limit = address_limit(), pages;
    char text[64];
    if (limit == INT64_MAX || !slurp("/proc/self/statm", text, sizeof text)) return INT64_MAX;
    text[strcspn(text, " ")] = '\0';
    if (!text_int(text, 0, INT64_MAX / 65536, &pages)) return INT64_MAX;
    return limit - pages * sysconf(_SC_PAGESIZE);
}

/* What the page cache holds of files is given up before anything fails. */
static int64_t cgroup_room(const char *dir)
{
    int64_t max = number_in(dir, "memory.max", ""), used = number_in(dir, "memory.current", "");
    int64_t cold = number_in(dir, "memory.stat", "inactive_file"), warm = number_in(dir, "memory.stat", "active_file");
    if (max < 0 || used < 0) return INT64_MAX;
    return max - used + (cold > 0 ? cold : 0) + (warm > 0 ? warm : 0);
}

int64_t memory_room(void)
{
    if (!atomic_load(&limited)) return INT64_MAX;
    int64_t room = address_room();
    for (int i = 0; i < cgroups_n; i++) {
        int64_t n = cgroup_room(cgroups[i].dir);
        if (n < room) room = n;
    }
    return room;
}

/* With the lock held: what was promised and is not in use yet, as far as the room tells: it shrank by
 * what those who were promised have taken. */
static int64_t outstanding(int64_t room)
{
    int64_t taken = promised_at > room ? promised_at - room : 0;
    return promised > taken ? promised - taken : 0;
}

static bool has(size_t n)
{
    int64_t want = (int64_t)n + MEMORY_RESERVE, room = memory_room();
    if (room - outstanding(room) >= want) return true;
#ifdef __GLIBC__
    malloc_trim(0); /* what was freed and kept counts against the limit, too */
#endif
    room = memory_room();
    return room - outstanding(room) >= want;
}

bool memory_has(size_t n)
{
    if (!atomic_load(&limited)) return true;
    pthread_mutex_lock(&lock);
    bool yes = has(n);
    pthread_mutex_unlock(&lock);
    return yes;
}

void memory_spare(bool (*ask)(void))
{
    for (int i = 0; i < SPARES_MAX; i++) {
        bool (*none)(void) = NULL;
        if (atomic_compare_exchange_strong(&spares[i], &none, ask)) return;
    }
    BUG("memory_spare: more than %d", SPARES_MAX);
}

static bool give_back(void)
{
    for (int i = 0; i < SPARES_MAX; i++) {
        bool (*ask)(void) = atomic_load(&spares[i]);
        if (ask && ask()) return true;
    }
    return false;
}

bool memory_give_back(void)
{
    static pthread_mutex_t giving = PTHREAD_MUTEX_INITIALIZER;
    bool waited = pthread_mutex_trylock(&giving) != 0; /* for another one who asks: he may have got it */
    if (waited) pthread_mutex_lock(&giving);
    bool given = waited || give_back();
    pthread_mutex_unlock(&giving);
    return given;
}

/* The last look is for what another one was given meanwhile. */
bool memory_make_room(size_t n)
{
    while (!memory_has(n))
        if (!memory_give_back()) return memory_has(n);
    return true;
}

static bool promise(size_t n)
{
    pthread_mutex_lock(&lock);
    bool yes = has(n);
    if (yes && !promised) promised_at = memory_room();
    if (yes) promised += (int64_t)n;
    pthread_mutex_unlock(&lock);
    return yes;
}

bool memory_promise(size_t n)
{
    if (!atomic_load(&limited)) return true;
    while (!promise(n))
        if (!memory_give_back()) return promise(n);
    return true;
}

void memory_done(size_t n)
{
    if (!atomic_load(&limited)) return;
    pthread_mutex_lock(&lock);
    int64_t room = memory_room(), taken = promised_at > room ? promised_at - room : 0;
    promised -= (int64_t)n;
    promised_at -= taken < (int64_t)n ? taken : (int64_t)n;
    pthread_mutex_unlock(&lock);
}

bool memory_watch(size_t n)
{
    static _Thread_local size_t since;
    if (!atomic_load_explicit(&limited, memory_order_relaxed)) return false;
    since += n;
    if (since < WATCH_BYTES) return false;
    since = 0;
    return true;
}

int memory_thread(unsigned long *out, void *(*run)(void *), void *arg)
{
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, MEMORY_STACK);
    int bad = pthread_create(out, &attr, run, arg);
    pthread_attr_destroy(&attr);
    return bad;
}

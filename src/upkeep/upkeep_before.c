/* The copy of a SQLite database as it was, beside it, before a migration changes anything in it. The caller holds the
 * folder's lock, so what is half there was left by one that was killed. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/config.h"
#include "kernel/date.h"
#include "kernel/log.h"
#include "kernel/text.h"
#include "upkeep/upkeep_in.h"

enum {
    KEPT = 2, /* the last upgrade's, and the one before it: that was interrupted half-way, or whose fault shows late */
    MANY = 256,
};
#define HEAD "before-"

static const char *folder_of(struct cli *c)
{
    return config_get(c->config, "data");
}

/* "before-0.2.0-1795000000000" + tail: when it was made, or NONE. */
static int64_t made_at(struct arena *mem, const char *name, const char *tail)
{
    size_t n = strlen(name), cut = strlen(tail);
    int64_t at;
    if (!text_starts(name, HEAD) || n <= cut || !text_equal(name + n - cut, tail)) return NONE;
    const char *number = strrchr(arena_strndup(mem, name, n - cut), '-') + 1;
    return text_int(number, 0, INT64_MAX, &at) ? at : NONE;
}

struct copy_made { const char *path; int64_t at; };

/* Those of the folder with this tail, plain files only, the newest first. */
static size_t copies(struct cli *c, const char *tail, struct copy_made *all)
{
    size_t n = 0;
    DIR *d = opendir(folder_of(c));
    if (!d) return 0;
    for (struct dirent *f; n < MANY && (f = readdir(d));) {
        struct stat st;
        struct copy_made k = { arena_printf(c->mem, "%s/%s", folder_of(c), f->d_name), made_at(c->mem, f->d_name, tail) };
        if (k.at == NONE || lstat(k.path, &st) != 0 || !S_ISREG(st.st_mode)) continue;
        size_t at = n++;
        for (; at > 0 && all[at - 1].at < k.at; at--) all[at] = all[at - 1];
        all[at] = k;
    }
    closedir(d);
    return n;
}

static void remove_copy(const char *path, const char *why)
{
    if (unlink(path) == 0) log_info("store", why, LS("file", path));
    else log_warn("store", "a copy made before an upgrade cannot be removed", LS("file", path));
}

const struct err *upkeep_before(struct cli *c, const char **copy)
{
    struct copy_made half[MANY];
    *copy = NULL;
    if (!text_equal(store_engine(c->store), "sqlite")) {
        log_warn("store", "migrating a PostgreSQL database: its backup is yours to make (shanzhi backup)");
        return NULL;
    }
    size_t n = copies(c, ".db.part", half);
    for (size_t i = 0; i < n; i++) remove_copy(half[i].path, "half a copy of an upgrade that was killed is removed");
    const char *path = arena_printf(c->mem, "%s/" HEAD "%s-%lld.db", folder_of(c), SHANZHI_VERSION, (long long)clock_now());
    TRY(store_backup(c->store, c->mem, path));
    log_info("store", "the database as it was before the migration", LS("file", path));
    *copy = path;
    return NULL;
}

void upkeep_after(struct cli *c, const char *copy, int applied, bool whole)
{
    struct copy_made all[MANY];
    size_t kept = 1;
    if (!copy) return;
    if (!whole) {
        /* Tried again every few seconds by the unit: each try would leave a copy of what did not change. */
        if (!applied) remove_copy(copy, "the migration changed nothing: the copy made before it is removed");
        return;
    }
    size_t n = copies(c, ".db", all);
    for (size_t i = 0; i < n; i++) {
        if (text_equal(all[i].path, copy)) continue;
        if (kept == KEPT) remove_copy(all[i].path, "an older copy, made before an earlier upgrade, is removed");
        else kept++;
    }
}

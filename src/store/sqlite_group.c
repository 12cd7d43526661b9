/* Group commit. There is one connection that writes, and its turn goes round in the order of asking.
 * Who has the turn runs its transaction as a savepoint inside the one open SQLite transaction, the
 * group; at its end it becomes a member of the group and passes the turn on. The committer, a thread,
 * takes the turn when nobody asks for it (or the group is old or full) and does the one COMMIT, that
 * is the one fsync, for all members; then it calls their `done`. While it waits for the disk, readers
 * read and the next writers queue up: they are the next group. So groups grow with the load.
 *
 * A client that was just answered needs a moment to come back. The committer therefore remembers how
 * many wrote around the last commit (its members and those who queued meanwhile) and gives as many a
 * short chance to join, at most half the time of a commit. With one client that number is one and the
 * commit starts at once.
 *
 * Nobody but the members sees what is not durable: readers see committed data only, and a member is
 * answered after the commit. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "kernel/date.h"
#include "kernel/file.h"
#include "kernel/log.h"
#include "kernel/memory.h"
#include "kernel/text.h"
#include "store/sqlite.h"

static struct timespec at_us(int64_t us)
{
    return (struct timespec){ .tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000 };
}

static void cond_init(pthread_cond_t *cv)
{
    pthread_condattr_t a;
    pthread_condattr_init(&a);
    pthread_condattr_setclock(&a, CLOCK_MONOTONIC);
    pthread_cond_init(cv, &a);
    pthread_condattr_destroy(&a);
}

/* ---- the turn ---- */
static _Thread_local const struct sqlite_store *writing; /* this thread's turn, to find who waits for itself */

static bool take_turn(struct sqlite_store *w, struct turn *t)
{
    if (writing == w) BUG("a write transaction inside another on one thread");
    int64_t until = clock_monotonic_us() + INT64_C(1000) * patience_ms();
    pthread_mutex_lock(&w->mu);
    if (!w->taken) { /* then nobody waits either */
        w->taken = true;
    } else {
        t->next = NULL;
        t->granted = false;
        if (w->tail) w->tail->next = t;
        else w->head = t;
        w->tail = t;
        w->waiting++;
        struct timespec ts = at_us(until);
        int rc = 0;
        while (!t->granted && rc != ETIMEDOUT) rc = pthread_cond_timedwait(&t->cv, &w->mu, &ts);
        if (!t->granted) {
            struct turn **at = &w->head;
            struct turn *last = NULL;
            while (*at != t) last = *at, at = &(*at)->next;
            *at = t->next;
            if (w->tail == t) w->tail = last;
            w->waiting--;
            pthread_mutex_unlock(&w->mu);
            return false;
        }
    }
    pthread_mutex_unlock(&w->mu);
    writing = w;
    return true;
}

/* With mu held, by who has the turn: to the committer when the group is due, else to the next in the
 * queue, else it lies free and the committer sees whether to wait for more members. */
static void pass_turn(struct sqlite_store *w)
{
    writing = NULL;
    if (w->n == GROUP_MEMBERS_MAX || (w->n && clock_monotonic_us() - w->opened_us > GROUP_AGE_US)) {
        w->due = true;
        pthread_cond_signal(&w->commit_cv);
    } else if (w->head) {
        struct turn *t = w->head;
        w->head = t->next;
        if (!w->head) w->tail = NULL;
        w->waiting--;
        t->granted = true;
        pthread_cond_signal(&t->cv);
    } else {
        w->taken = false;
        if (w->n && (!w->gathering || w->n >= w->expected)) pthread_cond_signal(&w->commit_cv);
    }
}

/* ---- the group ---- */
/* Errors that reach members after their arenas may be gone. */
static const struct err *static_err(enum err_code code)
{
    static const struct err full = { .code = ERR_DISK_FULL, .cause = "commit: disk full" },
                            other = { .code = ERR_DATABASE, .cause = "commit failed" };
    return code == ERR_DISK_FULL ? &full : &other;
}

/* Takes all members out; for who has the turn. */
static int take_members(struct sqlite_store *w, struct member *out)
{
    pthread_mutex_lock(&w->mu);
    int n = w->n;
    memcpy(out, w->members, (size_t)n * sizeof *out);
    w->n = 0;
    pthread_mutex_unlock(&w->mu);
    return n;
}

static void tell(const struct member *m, int n, const struct err *e)
{
    for (int i = 0; i < n; i++) m[i].done(m[i].arg, e);
}

/* Ends SQLite's transaction for all members; for who has the turn. */
static const struct err *commit_all(struct sqlite_store *w)
{
    if (!sqlite_in_place(w)) {
        log_error("store", "the database file was moved or deleted under this program: nothing is written; stop it and restore the file",
                  LS("file", w->s->config.path));
        sqlite_do(&w->conn, CTL_ROLLBACK);
        return static_err(ERR_DATABASE);
    }
    int rc = sqlite_do(&w->conn, CTL_COMMIT);
    if (rc == SQLITE_OK) return NULL;
    enum err_code code = sqlite_code(w->conn.h, rc);
    log_error("store", "a commit failed", LS("cause", sqlite3_errmsg(w->conn.h)), LI("code", rc));
    if (!sqlite3_get_autocommit(w->conn.h)) sqlite_do(&w->conn, CTL_ROLLBACK);
    return static_err(code);
}

/* The committer, with the turn. */
static void commit_group(struct sqlite_store *w)
{
    static _Thread_local struct member m[GROUP_MEMBERS_MAX];
    int64_t start = clock_monotonic_us();
    const struct err *e = commit_all(w);
    int n = take_members(w, m);
    atomic_fetch_add(&w->s->groups, 1);
    atomic_fetch_add(&w->s->grouped, (uint64_t)n);
    pthread_mutex_lock(&w->mu);
    int64_t took = clock_monotonic_us() - start;
    w->fsync_us += (took - w->fsync_us) / COMMITS_REMEMBERED;
    w->expected = n + w->waiting;
    w->due = false;
    pass_turn(w);
    pthread_mutex_unlock(&w->mu);
    tell(m, n, e);
}

static void *committer(void *arg)
{
    struct sqlite_store *w = arg;
    pthread_mutex_lock(&w->mu);
    for (;;) {
        bool go = w->due;
        int64_t until = 0;
        if (!go && w->n && !w->taken) {
            int64_t half = w->fsync_us / GATHER_PART, gather = half < GATHER_MAX_US ? half : GATHER_MAX_US;
            until = w->opened_us + gather;
            go = w->n >= w->expected || clock_monotonic_us() >= until || w->stop;
        }
        if (go) {
            w->taken = true;
            pthread_mutex_unlock(&w->mu);
            commit_group(w);
            pthread_mutex_lock(&w->mu);
        } else if (w->stop && !w->n && !w->taken) {
            break;
        } else if (until) {
            struct timespec ts = at_us(until);
            w->gathering = true;
            pthread_cond_timedwait(&w->commit_cv, &w->mu, &ts);
            w->gathering = false;
        } else {
            pthread_cond_wait(&w->commit_cv, &w->mu);
        }
    }
    pthread_mutex_unlock(&w->mu);
    return NULL;
}

/* ---- a writer ---- */
static void leave(struct sqlite_store *w, struct sqlite_session *s)
{
    s->writing = false;
    pthread_mutex_lock(&w->mu);
    pass_turn(w);
    pthread_mutex_unlock(&w->mu);
}

const struct err *group_begin(struct sqlite_store *w, struct sqlite_session *s, struct arena *mem)
{
    if (!s->turn_ready) {
        cond_init(&s->turn.cv);
        s->turn_ready = true;
    }
    if (!take_turn(w, &s->turn)) {
        struct err *e = err_new(mem, ERR_BUSY, NULL);
        e->cause = "waited too long for the turn to write";
        e->retry_after_s = 1;
        return e;
    }
    int rc = SQLITE_OK;
    if (sqlite3_get_autocommit(w->conn.h)) {
        sqlite3_busy_timeout(w->conn.h, patience_ms()); /* another program has the file locked */
        rc = sqlite_do(&w->conn, CTL_BEGIN_WRITE);
    }
    if (rc == SQLITE_OK) rc = sqlite_do(&w->conn, CTL_SAVE);
    if (rc == SQLITE_OK) {
        s->writing = true;
        return NULL;
    }
    const struct err *e = sqlite_fail(mem, w->conn.h, rc, "begin write");
    group_rollback(w, s);
    return e;
}

/* Undoes this member alone, unless the engine gave up the whole transaction (disk full, I/O error):
 * then the members before it are lost too and are told so. */
void group_rollback(struct sqlite_store *w, struct sqlite_session *s)
{
    struct member m[GROUP_MEMBERS_MAX];
    int lost = 0;
    if (!sqlite3_get_autocommit(w->conn.h)) {
        int rc = sqlite_do(&w->conn, CTL_BACK);
        if (rc == SQLITE_OK) rc = sqlite_do(&w->conn, CTL_RELEASE);
        if (rc != SQLITE_OK && !sqlite3_get_autocommit(w->conn.h)) sqlite_do(&w->conn, CTL_ROLLBACK);
    }
    if (sqlite3_get_autocommit(w->conn.h)) {
        lost = take_members(w, m);
    } else if (!w->n) { /* only who has the turn changes n: nothing to commit, let go of the file */
        sqlite_do(&w->conn, CTL_ROLLBACK);
    }
    enum err_code why = s->common.failed ? s->common.failed->code : ERR_DATABASE;
    leave(w, s);
    if (lost) log_error("store", "a group of writes was lost before its commit", LI("members", lost));
    tell(m, lost, static_err(why));
}

void group_commit(struct sqlite_store *w, struct sqlite_session *s, struct arena *mem, tx_done_fn *done, void *arg)
{
    /* A deferred foreign key would fail the whole group's COMMIT: it counts against its member. */
    int open_keys, high;
    sqlite3_db_status(w->conn.h, SQLITE_DBSTATUS_DEFERRED_FKS, &open_keys, &high, false);
    int rc = open_keys ? SQLITE_CONSTRAINT_FOREIGNKEY : sqlite_do(&w->conn, CTL_RELEASE);
    if (rc != SQLITE_OK) {
        const struct err *e = sqlite_fail(mem, w->conn.h, rc, "end of a write");
        group_rollback(w, s);
        done(arg, e);
        return;
    }
    s->writing = false;
    pthread_mutex_lock(&w->mu);
    if (!w->n) w->opened_us = clock_monotonic_us();
    w->members[w->n++] = (struct member){ done, arg };
    pass_turn(w);
    pthread_mutex_unlock(&w->mu);
}

void group_session_close(struct sqlite_session *s)
{
    if (s->turn_ready) pthread_cond_destroy(&s->turn.cv);
}

/* ---- the log ---- */
/* Copies the log into the database file beside the work. Passive: it disturbs nobody; and when it got
 * to the end and no reader needs the log, the next writer starts it over. What it leaves behind is a
 * few pages written meanwhile, or all that came after an old reader's snapshot. */
static int checkpoint(struct sqlite_store *w, int mode)
{
    int log, copied; /* -1 after an error */
    int rc = sqlite3_wal_checkpoint_v2(w->checkpoint.h, NULL, mode, &log, &copied);
    if (rc != SQLITE_OK && rc != SQLITE_BUSY)
        log_error("store", "checkpoint failed", LS("cause", sqlite3_errmsg(w->checkpoint.h)), LI("code", rc));
    else if (log - copied > CHECKPOINT_PAGES || (rc == SQLITE_BUSY && mode != SQLITE_CHECKPOINT_PASSIVE))
        log_warn("store", "checkpoint busy: a reader holds the log", LI("pages", log), LI("copied", copied));
    return log;
}

/* The log grew far although it was copied: under steady writes it never ends. Stops the writers for
 * as long as it takes to start it over. */
static void checkpoint_alone(struct sqlite_store *w, struct turn *t)
{
    static _Thread_local struct member m[GROUP_MEMBERS_MAX];
    if (!take_turn(w, t)) return;
    const struct err *e = sqlite3_get_autocommit(w->conn.h) ? NULL : commit_all(w);
    int n = take_members(w, m);
    log_info("store", "the log is long: writers wait for a checkpoint");
    checkpoint(w, SQLITE_CHECKPOINT_TRUNCATE);
    pthread_mutex_lock(&w->mu);
    pass_turn(w);
    pthread_mutex_unlock(&w->mu);
    tell(m, n, e);
}

static void *checkpointer(void *arg)
{
    struct sqlite_store *w = arg;
    struct turn turn = { 0 };
    cond_init(&turn.cv);
    pthread_mutex_lock(&w->mu);
    while (!w->stop) {
        struct timespec ts = at_us(clock_monotonic_us() + INT64_C(1000000) * CHECKPOINT_EVERY_S);
        int rc = 0;
        while (!w->stop && w->log_pages < CHECKPOINT_PAGES && rc != ETIMEDOUT)
            rc = pthread_cond_timedwait(&w->checkpoint_cv, &w->mu, &ts);
        if (w->stop) break;
        w->log_pages = 0;
        pthread_mutex_unlock(&w->mu);
        int log = checkpoint(w, SQLITE_CHECKPOINT_PASSIVE);
        if (log > w->force_pages) checkpoint_alone(w, &turn);
        pthread_mutex_lock(&w->mu);
    }
    pthread_mutex_unlock(&w->mu);
    pthread_cond_destroy(&turn.cv);
    return NULL;
}

static int on_log(void *arg, sqlite3 *h, const char *name, int pages)
{
    struct sqlite_store *w = arg;
    (void)h, (void)name;
    pthread_mutex_lock(&w->mu);
    w->log_pages = pages;
    if (pages >= CHECKPOINT_PAGES) pthread_cond_signal(&w->checkpoint_cv);
    pthread_mutex_unlock(&w->mu);
    return SQLITE_OK;
}

/* ---- life ---- */
static const struct err *cannot_open(struct arena *mem, const char *path, const char *zh, const char *en)
{
    return err_say(mem, ERR_DATABASE, "database", arena_printf(mem, "无法打开数据库文件 %s：%s", path, zh),
                   arena_printf(mem, "Cannot open the database file %s: %s", path, en));
}

/* said: what SQLite has to say, when nothing else explains it. */
static const struct err *barred(struct arena *mem, const char *path, const char *said)
{
    int why = file_barred(mem, path);
    struct file_why w = why ? file_why(mem, path, why) : (struct file_why){ said, said };
    return cannot_open(mem, path, w.zh, w.en);
}

static const struct err *no_installation(struct arena *mem, const char *path)
{
    if (access(arena_printf(mem, "%s.part", path), F_OK) == 0)
        return err_say(mem, ERR_NO_INSTALLATION, "data", arena_printf(mem, "还没有安装：到 %s 的恢复或迁移没有完成，请重新执行一次。", path),
                       arena_printf(mem, "no installation yet: a restore or a move to %s did not end. Do it again.", path));
    return err_say(mem, ERR_NO_INSTALLATION, "data",
                   arena_printf(mem, "没有数据库文件 %s。请核对 --data（或配置文件里的 data）、磁盘是否已挂载；数据丢失的请用备份恢复；新安装请运行 shanzhi init。", path),
                   arena_printf(mem, "no installation: there is no %s. Check --data (or data in the configuration) and that its disk is mounted; "
                                     "restore a backup if it was lost; `shanzhi init` makes a new installation.", path));
}

/* On a file system without shared memory (a network share) SQLite stays in another mode without a word. */
static bool is_wal(sqlite3 *h)
{
    sqlite3_stmt *q;
    bool yes = false;
    if (sqlite3_prepare_v2(h, "PRAGMA journal_mode", WHOLE_TEXT, &q, NULL) != SQLITE_OK) return false;
    if (sqlite3_step(q) == SQLITE_ROW) yes = text_equal((const char *)sqlite3_column_text(q, 0), "wal");
    sqlite3_finalize(q);
    return yes;
}

static struct file_id file_at(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? (struct file_id){ st.st_dev, st.st_ino } : (struct file_id){ 0 };
}

bool sqlite_is(const struct file_id *id, const char *path, struct stat *there)
{
    if (stat(path, there) != 0) *there = (struct stat){ 0 };
    return id->dev == there->st_dev && id->ino == there->st_ino;
}

bool sqlite_in_place(const struct sqlite_store *w)
{
    if (!w->checkpoints) return true; /* a copy, or being built: its maker sees to it */
    struct stat st;
    return sqlite_is(&w->file, w->s->config.path, &st) && sqlite_is(&w->log, w->log_path, &st);
}

const struct err *sqlite_gone(struct arena *mem, const char *path)
{
    struct err *e = err_new(mem, ERR_DATABASE, NULL);
    e->cause = arena_printf(mem, "the database file %s was moved or deleted under this program", path);
    return e;
}

static const struct err *connections(struct sqlite_store *w, struct arena *mem, const struct store_config *c)
{
    if (c->use == STORE_SEALED) return NULL; /* sessions read; nobody writes */
    const struct err *e = sqlite_connect(mem, c->path, c->use == STORE_BUILD ? MODE_BUILD : MODE_WRITE, &w->conn);
    if (!e && c->use == STORE_LIVE && !is_wal(w->conn.h))
        e = cannot_open(mem, c->path, "文件系统不支持 SQLite 日志（WAL）所需的共享内存，请用本机硬盘",
                        "the file system has no shared memory for SQLite's log (WAL); use a local disk");
    if (!e && c->use == STORE_LIVE) e = sqlite_connect(mem, c->path, MODE_WRITE, &w->checkpoint);
    if (!e) return NULL;
    sqlite_disconnect(&w->conn);
    return e->en ? e : barred(mem, c->path, e->cause);
}

const struct err *group_open(struct store *s, struct arena *mem, const struct store_config *c)
{
    struct sqlite_store *w = arena_new(mem, struct sqlite_store);
    bool create = c->create || c->use == STORE_BUILD;
    int flags = c->use == STORE_SEALED ? O_RDONLY : O_RDWR;
    if (create) flags |= O_CREAT;
    int fd = open(c->path, flags | O_CLOEXEC, 0600); /* people's data: nobody else reads it */
    if (fd < 0 && errno == ENOENT && c->use == STORE_LIVE && !create) return no_installation(mem, c->path);
    if (fd < 0) return barred(mem, c->path, strerror(errno));
    close(fd);
    TRY(connections(w, mem, c));
    w->s = s;
    s->engine = w;
    pthread_mutex_init(&w->mu, NULL);
    cond_init(&w->commit_cv);
    cond_init(&w->checkpoint_cv);
    w->writes = c->use != STORE_SEALED;
    w->checkpoints = c->use == STORE_LIVE;
    w->force_pages = CHECKPOINT_FORCE_PAGES;
    w->file = file_at(c->path);
    w->log_path = arena_printf(mem, "%s-wal", file_whole(mem, c->path)); /* beside the file that a link leads to */
    w->log = file_at(w->log_path); /* is_wal has opened it */
    if (w->checkpoints) {
        sqlite3_busy_timeout(w->checkpoint.h, 1000);
        sqlite3_wal_hook(w->conn.h, on_log, w);
    }
    if ((w->writes && memory_thread(&w->committer, committer, w) != 0) ||
        (w->checkpoints && memory_thread(&w->checkpointer, checkpointer, w) != 0))
        BUG("no thread: %s", strerror(errno));
    return NULL;
}

void group_close(struct store *s)
{
    struct sqlite_store *w = s->engine;
    pthread_mutex_lock(&w->mu);
    w->stop = true;
    pthread_cond_signal(&w->commit_cv);
    pthread_cond_signal(&w->checkpoint_cv);
    pthread_mutex_unlock(&w->mu);
    if (w->writes) pthread_join(w->committer, NULL);
    if (w->checkpoints) pthread_join(w->checkpointer, NULL);
    sqlite_disconnect(&w->checkpoint);
    sqlite_disconnect(&w->conn); /* the last one out copies the log into the file */
    pthread_cond_destroy(&w->commit_cv);
    pthread_cond_destroy(&w->checkpoint_cv);
    pthread_mutex_destroy(&w->mu);
}

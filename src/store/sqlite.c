/* SQLite. Readers: a query_only connection per session, each read transaction a WAL snapshot.
 * Writers: one connection of the store, whose turn goes round (sqlite_group.c). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "kernel/file.h"
#include "store/sqlite.h"

struct sqlite_stmt {
    struct stmt common;
    sqlite3_stmt *h;
    int index[PARAMS_MAX]; /* of $1, $2 …: names to SQLite, not numbers */
    bool ready;                /* stepped to the first row by run */
    bool row;
};

/* ---- errors ---- */
static bool no_space(int why)
{
    return why == ENOSPC || why == EDQUOT || why == EFBIG;
}

/* A failed COMMIT leaves no sqlite3_system_errno, so errno counts too: steps clear it before. */
enum err_code sqlite_code(sqlite3 *h, int rc)
{
    switch (rc) { /* extended codes are on */
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
        return ERR_DUPLICATE;
    case SQLITE_BUSY_SNAPSHOT:
        return ERR_RETRY;
    case SQLITE_CONSTRAINT_DATATYPE: /* a real number after an overflow; PostgreSQL: 22003 */
        return ERR_INTERNAL;
    }
    switch (rc & 0xff) {
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
        return ERR_CONFLICT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_INTERRUPT:
        return ERR_BUSY;
    case SQLITE_FULL:
        return ERR_DISK_FULL;
    case SQLITE_IOERR:
        return no_space(errno) || no_space(sqlite3_system_errno(h)) ? ERR_DISK_FULL : ERR_DATABASE;
    case SQLITE_NOMEM:
        return ERR_NO_MEMORY;
    case SQLITE_CANTOPEN:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_PERM:
        return ERR_DATABASE;
    case SQLITE_TOOBIG:
        return ERR_TOO_LARGE;
    }
    return ERR_INTERNAL;
}

const struct err *sqlite_fail(struct arena *mem, sqlite3 *h, int rc, const char *sql)
{
    struct err *e = err_new(mem, sqlite_code(h, rc), NULL);
    if (e->code == ERR_BUSY) e->retry_after_s = 1;
    e->cause = arena_printf(mem, "sqlite %d: %s: %s", rc, h ? sqlite3_errmsg(h) : sqlite3_errstr(rc), sql);
    return e;
}

/* ---- connections ---- */
#define LIVE_SETUP \
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;" \
    "PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 67108864; PRAGMA case_sensitive_like = ON;"
/* None creates: a file that went away under a running server must not come back empty. */
static const struct { int flags; const char *setup; } modes[] = {
    [MODE_READ] = { SQLITE_OPEN_READWRITE, LIVE_SETUP "PRAGMA query_only = ON" },
    [MODE_WRITE] = { SQLITE_OPEN_READWRITE, LIVE_SETUP },
    [MODE_SEALED] = { SQLITE_OPEN_READONLY, "PRAGMA temp_store = FILE; PRAGMA case_sensitive_like = ON" },
    /* 64 MiB of cache: the indexes of a large table are written in another order than its rows. */
    [MODE_BUILD] = { SQLITE_OPEN_READWRITE, "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF;"
                     "PRAGMA temp_store = FILE; PRAGMA cache_size = -65536; PRAGMA case_sensitive_like = ON" },
};

/* Before the library's first use. Its own books about memory take a lock at every allocation and nobody reads
 * them. A member of a group is a savepoint, whose undo copies of some thirty pages (a claim) are more than
 * the 64 KiB that SQLite would keep in memory before it opens a file for them. */
enum { UNDO_BYTES = 1024 * 1024 };
static void configure(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, false);
    sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, UNDO_BYTES);
}

const struct err *sqlite_connect(struct arena *mem, const char *path, enum sqlite_mode mode, struct sqlite_conn *c)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, configure);
    power_start();
    /* Every connection is used by one thread at a time, which our own locks see to. */
    int rc = sqlite3_open_v2(path, &c->h, modes[mode].flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_extended_result_codes(c->h, true);
        sqlite3_busy_timeout(c->h, WRITER_WAIT_MS);
        rc = sqlite3_exec(c->h, modes[mode].setup, NULL, NULL, NULL);
    }
    for (int i = 0; rc == SQLITE_OK && i < CTL_COUNT; i++)
        rc = sqlite3_prepare_v3(c->h, sqlite_ctl_text[i], WHOLE_TEXT, SQLITE_PREPARE_PERSISTENT, &c->ctl[i], NULL);
    if (rc == SQLITE_OK) return NULL;
    const struct err *e = sqlite_fail(mem, c->h, rc, path);
    sqlite_disconnect(c);
    return e;
}

void sqlite_disconnect(struct sqlite_conn *c)
{
    statements_drop(&sqlite_driver, &c->statements);
    for (int i = 0; i < CTL_COUNT; i++) sqlite3_finalize(c->ctl[i]);
    if (sqlite3_close(c->h) != SQLITE_OK) BUG("a statement was left open: %s", sqlite3_sql(sqlite3_next_stmt(c->h, NULL)));
    *c = (struct sqlite_conn){ 0 };
}

const char *const sqlite_ctl_text[CTL_COUNT] = {
    [CTL_BEGIN_READ] = "BEGIN",
    [CTL_BEGIN_WRITE] = "BEGIN IMMEDIATE",
    [CTL_SAVE] = "SAVEPOINT member",
    [CTL_RELEASE] = "RELEASE member",
    [CTL_BACK] = "ROLLBACK TO member",
    [CTL_COMMIT] = "COMMIT",
    [CTL_ROLLBACK] = "ROLLBACK",
};

int sqlite_do(struct sqlite_conn *c, enum sqlite_ctl what)
{
    errno = 0;
    sqlite3_step(c->ctl[what]);
    int why = errno, rc = sqlite3_reset(c->ctl[what]);
    errno = why;
    return rc;
}

/* ---- sessions and transactions ---- */
static struct sqlite_session *session(struct db *db)
{
    return (struct sqlite_session *)db;
}

struct sqlite_conn *sqlite_conn_of(struct db *db)
{
    struct sqlite_session *s = session(db);
    return s->writing ? &((struct sqlite_store *)db->s->engine)->conn : &s->reader;
}

static const struct err *begin(struct db *db, struct arena *mem, enum tx mode)
{
    struct sqlite_session *s = session(db);
    struct sqlite_store *store = db->s->engine;
    enum store_use use = db->s->config.use;
    if (mode == TX_WRITE && use == STORE_SEALED) BUG("a write to a sealed copy: %s", db->s->config.path);
    if (mode == TX_WRITE) return group_begin(store, s, mem);
    if (!sqlite_in_place(store)) return sqlite_gone(mem, db->s->config.path);
    if (!s->reader.h) TRY(sqlite_connect(mem, db->s->config.path, use == STORE_LIVE ? MODE_READ : MODE_SEALED, &s->reader));
    int rc = sqlite_do(&s->reader, CTL_BEGIN_READ);
    return rc == SQLITE_OK ? NULL : sqlite_fail(mem, s->reader.h, rc, "begin read");
}

static void end_read(struct sqlite_session *s)
{
    int rc = sqlite_do(&s->reader, CTL_COMMIT); /* an error may have ended it */
    if (rc != SQLITE_OK && !sqlite3_get_autocommit(s->reader.h)) BUG("a read transaction cannot end: %s", sqlite3_errmsg(s->reader.h));
}

static void commit(struct db *db, struct arena *mem, tx_done_fn *done, void *arg)
{
    if (session(db)->writing) {
        group_commit(db->s->engine, session(db), mem, done, arg);
        return;
    }
    end_read(session(db));
    done(arg, NULL);
}

static void rollback(struct db *db)
{
    if (session(db)->writing)
        group_rollback(db->s->engine, session(db));
    else
        end_read(session(db));
}

static void session_close(struct db *db)
{
    sqlite_disconnect(&session(db)->reader);
    group_session_close(session(db));
}

/* ---- statements ---- */
static struct statements *statements(struct db *db)
{
    return &sqlite_conn_of(db)->statements;
}

static const struct err *prepare(struct db *db, struct arena *mem, struct stmt *st, const struct db_arg *args, int n)
{
    struct sqlite_stmt *q = (struct sqlite_stmt *)st;
    sqlite3 *h = sqlite_conn_of(db)->h;
    const char *tail;
    (void)args;
    int rc = sqlite3_prepare_v3(h, st->sql, WHOLE_TEXT, SQLITE_PREPARE_PERSISTENT, &q->h, &tail);
    if (rc != SQLITE_OK) return sqlite_fail(mem, h, rc, st->sql);
    if (!q->h || *tail) BUG("not exactly one statement: %s", st->sql);
    for (int i = 0; i < n; i++) {
        char name[16];
        snprintf(name, sizeof name, "$%d", i + 1);
        q->index[i] = sqlite3_bind_parameter_index(q->h, name);
    }
    return NULL;
}

static void forget(struct stmt *st)
{
    struct sqlite_stmt *q = (struct sqlite_stmt *)st;
    sqlite3_finalize(q->h);
    q->h = NULL;
}

static int bind(struct sqlite_stmt *q, int i, const struct db_arg *a)
{
    if (!i) return SQLITE_OK; /* a number the text skips */
    switch (a->type) {
    case DB_I64:
        return sqlite3_bind_int64(q->h, i, a->i);
    case DB_TEXT:
        return sqlite3_bind_text(q->h, i, a->p, WHOLE_TEXT, SQLITE_STATIC);
    case DB_BLOB:
        return sqlite3_bind_blob64(q->h, i, a->p, (sqlite3_uint64)a->i, SQLITE_STATIC);
    case DB_NULL_I64:
    case DB_NULL_TEXT:
    case DB_NULL_BLOB:
        return sqlite3_bind_null(q->h, i);
    case DB_END:
        break;
    }
    BUG("argument type %d", (int)a->type);
}

static const struct err *step(struct db *db, struct arena *mem, struct sqlite_stmt *q)
{
    errno = 0;
    int rc = sqlite3_step(q->h);
    q->row = rc == SQLITE_ROW;
    if (rc == SQLITE_ROW || rc == SQLITE_DONE) return NULL;
    return sqlite_fail(mem, sqlite_conn_of(db)->h, rc, q->common.sql);
}

/* The first step is taken here: it is where a statement that changes something does all of it. */
static const struct err *run(struct db *db, struct arena *mem, struct stmt *st, const struct db_arg *args, int n,
                             bool stream)
{
    struct sqlite_stmt *q = (struct sqlite_stmt *)st;
    (void)stream;
    for (int i = 0; i < n; i++) {
        int rc = bind(q, q->index[i], &args[i]);
        if (rc != SQLITE_OK) return sqlite_fail(mem, sqlite_conn_of(db)->h, rc, st->sql);
    }
    q->ready = true;
    return step(db, mem, q);
}

static const struct err *next(struct db *db, struct arena *mem, struct stmt *st, bool *row)
{
    struct sqlite_stmt *q = (struct sqlite_stmt *)st;
    *row = false;
    if (!q->ready) TRY(step(db, mem, q));
    q->ready = false;
    *row = q->row; /* false: nobody asks again, which would run it again */
    return NULL;
}

static int columns(struct stmt *st)
{
    return sqlite3_column_count(((struct sqlite_stmt *)st)->h);
}

static const char *column_name(struct stmt *st, int i)
{
    return sqlite3_column_name(((struct sqlite_stmt *)st)->h, i);
}

struct cell sqlite_cell(sqlite3_stmt *h, int i)
{
    struct cell c = { 0 };
    switch (sqlite3_column_type(h, i)) {
    case SQLITE_INTEGER:
        c.type = CELL_I64;
        c.i = sqlite3_column_int64(h, i);
        break;
    case SQLITE_TEXT:
        c.type = CELL_TEXT;
        c.p = (const char *)sqlite3_column_text(h, i);
        c.n = (size_t)sqlite3_column_bytes(h, i);
        break;
    case SQLITE_BLOB:
        c.type = CELL_BLOB;
        c.p = sqlite3_column_blob(h, i);
        c.n = (size_t)sqlite3_column_bytes(h, i);
        break;
    case SQLITE_FLOAT:
        c.type = CELL_REAL;
        break;
    }
    return c;
}

static struct cell cell(struct stmt *st, int i)
{
    return sqlite_cell(((struct sqlite_stmt *)st)->h, i);
}

static void finish(struct db *db, struct stmt *st, int64_t *changed)
{
    struct sqlite_stmt *q = (struct sqlite_stmt *)st;
    if (changed) *changed = sqlite3_changes64(sqlite_conn_of(db)->h);
    sqlite3_reset(q->h);
}

/* ---- migrations and backup ---- */
static const struct err *script(struct db *db, struct arena *mem, const char *sql)
{
    sqlite3 *h = sqlite_conn_of(db)->h;
    int rc = sqlite3_exec(h, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? NULL : sqlite_fail(mem, h, rc, sql);
}

static const struct err *migration_lock(struct db *db, struct arena *mem)
{
    (void)db, (void)mem; /* BEGIN IMMEDIATE is one */
    return NULL;
}

static char *translate(struct arena *mem, const char *sql)
{
    static const char *const swap[] = { "BIGINT", "INTEGER", "BYTEA", "BLOB", NULL };
    return sql_translate(mem, sql, swap, "STRICT");
}

static const struct err *sync_path(struct arena *mem, const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC, 0600);
    if (fd >= 0 && fsync(fd) == 0) {
        close(fd);
        return NULL;
    }
    int why = errno;
    close(fd);
    struct err *e = err_new(mem, no_space(why) ? ERR_DISK_FULL : ERR_DATABASE, NULL);
    e->cause = arena_printf(mem, "%s: %s", path, strerror(why));
    return e;
}

/* SQLite goes on with the files it has open, whatever becomes of their names: what it writes then is seen
 * by nobody who opens them later. */
static const struct err *look(struct store *s, struct arena *mem, struct store_look *out)
{
    struct sqlite_store *w = s->engine;
    struct stat db, log;
    struct statvfs fs;
    bool db_same = sqlite_is(&w->file, s->config.path, &db), log_same = sqlite_is(&w->log, w->log_path, &log);
    const char *lost = !db_same ? s->config.path : !log_same ? w->log_path : NULL;
    if (lost) {
        bool there = (db_same ? log : db).st_nlink;
        out->lost_zh = arena_printf(mem, "%s 在运行中被%s", lost, there ? "替换" : "删除");
        out->lost_en = arena_printf(mem, "%s was %s while the server runs", lost, there ? "replaced" : "removed");
    }
    if (db.st_nlink) out->database_bytes = db.st_size;
    if (log.st_nlink) out->wal_bytes = log.st_size;
    if (statvfs(file_folder(mem, s->config.path), &fs) == 0) {
        out->disk_free = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
        out->disk_size = (int64_t)fs.f_blocks * (int64_t)fs.f_frsize;
    }
    return NULL;
}

/* Into a file beside it first, so that `path` is either absent or a whole database. */
static const struct err *backup(struct store *s, struct arena *mem, const char *path)
{
    if (access(path, F_OK) == 0)
        return err_say(mem, ERR_DUPLICATE, "path", "备份文件已存在，请换一个文件名。",
                       "The backup file exists; choose another name.");
    const char *part = arena_printf(mem, "%s.part", path);
    unlink(part);
    TRY(sync_path(mem, part, O_RDWR | O_CREAT | O_EXCL)); /* VACUUM INTO takes an empty file: mode 0600 */
    struct sqlite_conn c = { 0 };
    TRY(sqlite_connect(mem, s->config.path, MODE_WRITE, &c));
    char *sql = sqlite3_mprintf("VACUUM INTO %Q", part);
    int rc = sqlite3_exec(c.h, sql, NULL, NULL, NULL);
    const struct err *e = rc == SQLITE_OK ? NULL : sqlite_fail(mem, c.h, rc, sql);
    sqlite3_free(sql);
    sqlite_disconnect(&c);
    if (!e) e = sync_path(mem, part, O_RDONLY);
    if (!e && rename(part, path) != 0) {
        struct err *renamed = err_new(mem, ERR_DATABASE, "path");
        renamed->cause = arena_printf(mem, "%s: %s", path, strerror(errno));
        e = renamed;
    }
    if (e) {
        unlink(part);
        return e;
    }
    return sync_path(mem, file_folder(mem, path), O_RDONLY | O_DIRECTORY);
}

const struct driver sqlite_driver = {
    .name = "sqlite",
    .open = group_open,
    .close = group_close,
    .session_size = sizeof(struct sqlite_session),
    .statement_size = sizeof(struct sqlite_stmt),
    .session_close = session_close,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .statements = statements,
    .prepare = prepare,
    .forget = forget,
    .run = run,
    .next = next,
    .columns = columns,
    .column_name = column_name,
    .cell = cell,
    .finish = finish,
    .script = script,
    .migration_lock = migration_lock,
    .translate = translate,
    .clock_ms = "SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)",
    .has_table = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = $1",
    .look = look,
    .backup = backup,
    COPIER(sqlite),
};

/* Inside the SQLite driver only. */
#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H
#include <sqlite3.h>
#include <sys/stat.h>
#include "store/driver.h"

enum sqlite_ctl {
    CTL_BEGIN_READ, CTL_BEGIN_WRITE, CTL_SAVE, CTL_RELEASE, CTL_BACK, CTL_COMMIT, CTL_ROLLBACK,
    CTL_COUNT
};
extern const char *const sqlite_ctl_text[CTL_COUNT];

struct sqlite_conn {
    sqlite3 *h;
    sqlite3_stmt *ctl[CTL_COUNT];
    struct statements statements;
};

/* A place in the queue for the turn to write. */
struct turn {
    struct turn *next;
    pthread_cond_t cv;
    bool granted;
};

struct sqlite_session {
    struct db common;
    struct sqlite_conn reader; /* opened at the first read */
    bool writing;
    bool turn_ready;           /* turn.cv is initialised */
    struct turn turn;
};

enum { WHOLE_TEXT = -1 }; /* to SQLite: as long as it is */

enum {
    GROUP_MEMBERS_MAX = 1024,
    GROUP_AGE_US = 20 * 1000,      /* nobody waits longer than this and one fsync for others */
    GATHER_PART = 2,               /* of a commit's time the committer waits for members it expects: half */
    GATHER_MAX_US = 3 * 1000,      /* at the longest */
    COMMITS_REMEMBERED = 8,        /* in the average of a commit's time */
    CHECKPOINT_PAGES = 1000,       /* 4 MiB of log: wake the checkpointer */
    CHECKPOINT_EVERY_S = 30,
    CHECKPOINT_FORCE_PAGES = 16 * 1024, /* 64 MiB: stop the writers until the log is empty */
};

/* A file by what it is, not by its name. */
struct file_id { dev_t dev; ino_t ino; };

struct member { tx_done_fn *done; void *arg; };

struct sqlite_store {
    struct store *s;
    struct sqlite_conn conn;       /* the writer's; used by who has the turn */
    bool writes, checkpoints;      /* which threads there are: enum store_use */
    struct file_id file, log;      /* as opened */
    const char *log_path;

    pthread_mutex_t mu;            /* guards all below */
    bool taken;                    /* somebody has the turn */
    struct turn *head, *tail;      /* who waits for it, in order */
    int waiting;

    struct member members[GROUP_MEMBERS_MAX];
    int n;
    int64_t opened_us;             /* when the first member joined */
    pthread_cond_t commit_cv;      /* the committer sleeps here */
    bool gathering;                /* the committer waits for more members, with a time-out */
    bool due;                      /* the turn was handed to the committer */
    int expected;                  /* how many wrote around the last commit */
    int64_t fsync_us;              /* moving average of a commit */
    bool stop;
    pthread_t committer;

    pthread_cond_t checkpoint_cv;
    int log_pages, force_pages;
    pthread_t checkpointer;
    struct sqlite_conn checkpoint;

};

enum err_code sqlite_code(sqlite3 *h, int rc);
const struct err *sqlite_fail(struct arena *mem, sqlite3 *h, int rc, const char *sql);
/* What a connection is for. SEALED and BUILD: see enum store_use. */
enum sqlite_mode { MODE_READ, MODE_WRITE, MODE_SEALED, MODE_BUILD };
const struct err *sqlite_connect(struct arena *mem, const char *path, enum sqlite_mode mode, struct sqlite_conn *c);
void sqlite_disconnect(struct sqlite_conn *c);
int sqlite_do(struct sqlite_conn *c, enum sqlite_ctl what);
struct sqlite_conn *sqlite_conn_of(struct db *db); /* the connection in use */
struct cell sqlite_cell(sqlite3_stmt *q, int i);

/* Is `path` what was opened? What is there now goes into *there; st_nlink 0: nothing is. */
bool sqlite_is(const struct file_id *id, const char *path, struct stat *there);
/* Are the file and its log still those that were opened? What is written to deleted files is lost, and a new connection
 * would make a new log. */
bool sqlite_in_place(const struct sqlite_store *w);
const struct err *sqlite_gone(struct arena *mem, const char *path);

const struct err *group_open(struct store *s, struct arena *mem, const struct store_config *c);
void group_close(struct store *s);
const struct err *group_begin(struct sqlite_store *w, struct sqlite_session *s, struct arena *mem);
void group_commit(struct sqlite_store *w, struct sqlite_session *s, struct arena *mem, tx_done_fn *done, void *arg);
void group_rollback(struct sqlite_store *w, struct sqlite_session *s);
void group_session_close(struct sqlite_session *s);

/* power.c */
#ifdef SHANZHI_TESTING
void power_start(void);
/* Writes to the log so far, and how many of them a sync covers. */
void power_counts(int64_t *written, int64_t *synced);
#else
static inline void power_start(void)
{
}
#endif
#endif

/* struct req: one request = one transaction = one arena. It is what every function of a slice that
 * reads or writes receives, whether it was called over HTTP, by the CLI, by a job or by a test.
 * The dispatcher (or store_run) opens the transaction, runs the function, and commits or rolls
 * back; the function may run twice (retry), so it has no effect but the database.
 */
#ifndef STORE_REQ_H
#define STORE_REQ_H
#include <stdbool.h>
#include <stdint.h>
#include "kernel/arena.h"
#include "kernel/err.h"
#include "kernel/record.h"

struct db;    /* a session with its open transaction: store/store.h */
struct actor; /* who acts: access/access.h; NULL: nobody signed in */
struct exchange; /* the HTTP side: http/http.h; NULL outside HTTP */

/* What a request asks twice (the scheme of a day) is remembered until its transaction ends; who changes it
 * forgets it. `what` is an address of who asks; values live at least as long as the transaction. */
enum { REQ_REMEMBERS = 4 };
struct remembered {
    const void *what;
    int64_t a, b;
    const void *value;
};

struct req {
    struct arena *mem;
    struct db *db;
    int64_t now;     /* UTC milliseconds; tests set it */
    int64_t today;   /* business date in Asia/Shanghai, days since 1970 */
    int64_t village; /* the path's {village} or {region}, set by the dispatcher before it asks the
                        guard; 0 or NONE: the path has none */
    enum lang lang;
    uint64_t id;     /* in the log, in X-Request-Id and on BUG lines */
    const struct actor *who;
    const void *in;  /* the validated input record */
    const void *out; /* the handler's answer: a struct of the route's output record */
    struct exchange *http;
    /* Commit although the answer is an error (failed sign-ins count, attempts are audited). */
    bool keep;
    /* For the audit row; the dispatcher derives the rest from the route. */
    int64_t audit_subject; /* id of the main thing touched, NONE */
    int64_t audit_village; /* NONE: the path's village */
    const char *audit_note;
    struct remembered remembered[REQ_REMEMBERS];
    unsigned remembered_n; /* ever; the oldest gives way */
};

const void *req_recall(const struct req *r, const void *what, int64_t a, int64_t b); /* NULL: not known */
void req_remember(struct req *r, const void *what, int64_t a, int64_t b, const void *value);
void req_forget(struct req *r, const void *what); /* NULL: everything */

struct err *fail(struct req *r, enum err_code code, const char *field);
struct err *fail_say(struct req *r, enum err_code code, const char *field, const char *zh,
                     const char *en);
#endif

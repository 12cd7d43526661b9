/* PostgreSQL through libpq. A session is a connection, made when a transaction begins and made anew
 * after it was lost: the request in flight gets ERR_DATABASE, the next one works. Values go in typed
 * (int8 and bytea in binary), results come as text. Behind a transaction pooler no statement is
 * prepared on the server and every setting is local to its transaction; `pooled` says that there is one, and a
 * connection that finds one without being told keeps to it as well (two clients' statements would meet on one
 * backend), while /readyz asks for the setting. */
#include <endian.h>
#include <stdio.h>
#include <string.h>

#include "kernel/date.h"
#include "kernel/log.h"
#include "kernel/text.h"
#include "store/postgres.h"

enum { OID_INT8 = 20, OID_TEXT = 25, OID_BYTEA = 17 };
enum { OID_BOOL = 16, OID_INT2 = 21, OID_INT4 = 23, OID_NUMERIC = 1700 };

struct pg_stmt {
    struct stmt common;
    char name[24];        /* "" when not prepared */
    char cursor[24];
    bool streams;         /* from the cursor */
    PGresult *res;
    int row, rows;
    unsigned char *blob;  /* the decoded bytes of the newest cell */
};

static struct pg_conn *session(struct db *db)
{
    return ((struct pg_session *)db)->conn;
}

/* ---- errors ---- */
static const struct { const char *state; enum err_code code; } codes[] = { /* a prefix each; first match */
    { "40001", ERR_RETRY },     /* serialization_failure */
    { "40P01", ERR_RETRY },     /* deadlock_detected */
    { "23505", ERR_DUPLICATE },
    { "23", ERR_CONFLICT },
    { "53100", ERR_DISK_FULL },
    { "57014", ERR_BUSY },      /* statement_timeout */
    { "55P03", ERR_BUSY },      /* lock_not_available */
    { "0A000", ERR_RETRY },     /* "cached plan must not change result type" after a migration beside us */
    { "26000", ERR_RETRY },     /* the prepared statement is gone (a pooler gave us another backend) */
    { "53", ERR_DATABASE },     /* out of memory, too many connections */
    { "57", ERR_DATABASE },     /* shutdown, terminated, starting up */
    { "58", ERR_DATABASE },     /* I/O error */
    { "08", ERR_DATABASE },
    { "25P03", ERR_DATABASE },  /* idle_in_transaction_session_timeout */
    { "28", ERR_DATABASE },     /* sign-in to the database */
    { "3D", ERR_DATABASE },     /* no such database */
};

static enum err_code code_of(const PGconn *c, const char *state)
{
    if (!c || PQstatus(c) != CONNECTION_OK) return ERR_DATABASE;
    for (size_t i = 0; state && i < sizeof codes / sizeof *codes; i++)
        if (text_starts(state, codes[i].state)) return codes[i].code;
    return state ? ERR_INTERNAL : ERR_DATABASE;
}

const struct err *pg_fail(struct db *db, struct arena *mem, PGresult *res, const char *sql)
{
    struct pg_conn *s = session(db);
    const char *state = res ? PQresultErrorField(res, PG_DIAG_SQLSTATE) : NULL;
    const char *said = res ? PQresultErrorMessage(res) : PQerrorMessage(s->c);
    arena_hold(); /* whoever leaves here leaves res behind */
    struct err *e = err_new(mem, code_of(s->c, state), NULL);
    e->cause = arena_printf(mem, "postgresql %s: %.*s: %s", state ? state : "-", (int)strcspn(said, "\n"), said, sql);
    if (e->code == ERR_DATABASE || e->code == ERR_BUSY) e->retry_after_s = 1;
    if (state && (text_equal(state, "0A000") || text_equal(state, "26000"))) s->stale = true;
    arena_let_go();
    PQclear(res);
    return e;
}

static bool succeeded(const PGresult *res)
{
    ExecStatusType t = PQresultStatus(res);
    return t == PGRES_COMMAND_OK || t == PGRES_TUPLES_OK;
}

const struct err *pg_command(struct db *db, struct arena *mem, const char *sql)
{
    PGresult *res = PQexec(session(db)->c, sql);
    if (!succeeded(res)) return pg_fail(db, mem, res, sql);
    PQclear(res);
    return NULL;
}

/* ---- connections ---- */
static void notice(void *arg, const char *msg)
{
    (void)arg;
    log_debug("postgresql", msg);
}

void pg_disconnect(struct pg_conn *s)
{
    statements_drop(&postgres_driver, &s->statements);
    PQfinish(s->c);
    s->c = NULL;
    s->stale = false;
}

static const char *settings_sql(struct arena *mem, bool local)
{
    const char *set = local ? "SET LOCAL" : "SET";
    return arena_printf(mem, "%s statement_timeout = %d; %s idle_in_transaction_session_timeout = %d; %s lock_timeout = %d", set,
                        STATEMENT_TIMEOUT_MS, set, IDLE_IN_TX_TIMEOUT_MS, set, local ? patience_ms() : WRITER_WAIT_MS);
}

/* A pooler makes up the number of the backend that a connection is told: it gives it a real one at each transaction. */
static const struct err *find_pooler(struct db *db, struct arena *mem)
{
    static const char sql[] = "SELECT pg_backend_pid()";
    struct pg_conn *s = session(db);
    const char *told = arena_printf(mem, "%d", PQbackendPID(s->c));
    PGresult *res = PQexec(s->c, sql);
    if (!succeeded(res)) return pg_fail(db, mem, res, sql);
    s->pooled = !text_equal(PQgetvalue(res, 0, 0), told);
    PQclear(res);
    return NULL;
}

static const struct err *connect_to(struct db *db, struct arena *mem)
{
    struct pg_conn *s = session(db);
    /* What the operator writes in the URL goes before what stands here. */
    static const char *const keys[] = { "connect_timeout", "client_encoding", "fallback_application_name", "dbname", NULL };
    const char *const values[] = { "10", "UTF8", "shanzhi", db->s->config.database, NULL };
    pg_disconnect(s);
    s->c = PQconnectdbParams(keys, values, true);
    if (s->c) PQsetNoticeProcessor(s->c, notice, NULL);
    const struct err *e = PQstatus(s->c) == CONNECTION_OK ? NULL : pg_fail(db, mem, NULL, "connect");
    s->pooled = db->s->config.pooled;
    if (!e && !s->pooled) e = find_pooler(db, mem);
    if (!e && !s->pooled) e = pg_command(db, mem, settings_sql(mem, false));
    if (e) pg_disconnect(s);
    return e;
}

/* ---- transactions ---- */
static const char *begin_sql(struct db *db, struct arena *mem, enum tx mode)
{
    const char *begin = mode == TX_READ ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
                                        : "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
    if (session(db)->pooled) return arena_printf(mem, "%s; %s", begin, settings_sql(mem, true));
    return patience_ms() == WRITER_WAIT_MS ? begin : arena_printf(mem, "%s; SET LOCAL lock_timeout = %d", begin, patience_ms());
}

static const struct err *begin_on(struct db *db, struct arena *mem, enum tx mode)
{
    struct pg_conn *s = session(db);
    if (s->stale) pg_disconnect(s);
    if (s->c) {
        const struct err *e = pg_command(db, mem, begin_sql(db, mem, mode));
        if (!e) return NULL;
        /* The connection was lost since its last use: nothing was under way, so try a new one. */
        atomic_fetch_add(&db->s->reconnects, 1);
    }
    TRY(connect_to(db, mem));
    return pg_command(db, mem, begin_sql(db, mem, mode));
}

/* "53300" of a connection attempt: libpq gives no state for it, only the server's text, in the language of its lc_messages. */
static bool too_many(const struct err *e)
{
    static const char *const said[] = { "too many clients", "remaining connection slots", "too many connections", "no more connections allowed",
                                        "已经有太多的客户", "保留的连接位置", "连接太多了", NULL };
    for (int i = 0; said[i]; i++)
        if (strstr(e->cause, said[i])) return true;
    return false;
}

static const struct err *begin(struct db *db, struct arena *mem, enum tx mode)
{
    struct pg_session *me = (struct pg_session *)db;
    struct pg_pool *pool = db->s->engine;
    int64_t until = clock_monotonic_us() + INT64_C(1000) * patience_ms();
    for (;;) {
        me->conn = pool_take(pool, until);
        if (!me->conn) {
            struct err *busy = err_new(mem, ERR_BUSY, NULL);
            busy->cause = "waited too long for a connection to PostgreSQL";
            busy->retry_after_s = 1;
            return busy;
        }
        const struct err *e = begin_on(db, mem, mode);
        if (!e) return NULL;
        if (!too_many(e)) {
            pool_give(pool, me->conn);
            me->conn = NULL;
            return e;
        }
        pool_refused(pool, me->conn, until);
        me->conn = NULL;
    }
}

/* The transaction is over: the connection is the next one's. */
static void give_back(struct db *db)
{
    struct pg_session *me = (struct pg_session *)db;
    pool_give(db->s->engine, me->conn);
    me->conn = NULL;
}

static void rollback(struct db *db)
{
    struct pg_conn *s = session(db);
    PGresult *res = PQexec(s->c, "ROLLBACK");
    bool fine = succeeded(res);
    PQclear(res);
    if (!fine) {
        pg_disconnect(s); /* whatever state it is in, the server undoes it */
        atomic_fetch_add(&db->s->reconnects, 1);
    }
    give_back(db);
}

static void commit(struct db *db, struct arena *mem, tx_done_fn *done, void *arg)
{
    struct pg_conn *s = session(db);
    PGresult *res = PQexec(s->c, "COMMIT");
    const struct err *e = NULL;
    if (!succeeded(res)) {
        e = pg_fail(db, mem, res, "COMMIT");
        if (e->code == ERR_DATABASE) {
            struct err *unknown = err_say(mem, ERR_DATABASE, NULL, "保存时与数据库的连接中断，请先核对是否已经保存，再决定是否重试。",
                                          "The connection to the database was lost while saving; check whether it was saved before you try again.");
            unknown->cause = e->cause;
            e = unknown;
        }
    } else {
        /* A spoiled transaction answers COMMIT with ROLLBACK and no error. */
        if (strcmp(PQcmdStatus(res), "COMMIT") != 0) {
            struct err *undone = err_new(mem, ERR_INTERNAL, NULL);
            undone->cause = "COMMIT was answered with ROLLBACK";
            e = undone;
        }
        PQclear(res);
    }
    if (PQstatus(s->c) != CONNECTION_OK) {
        pg_disconnect(s);
        atomic_fetch_add(&db->s->reconnects, 1);
    }
    if (e && e->code != ERR_RETRY && e->code != ERR_CONFLICT && e->code != ERR_DUPLICATE) log_error("store", e->cause);
    give_back(db);
    done(arg, e);
}

static void session_close(struct db *db)
{
    (void)db; /* between transactions it has no connection */
}

/* ---- statements ---- */
static struct statements *statements(struct db *db)
{
    return &session(db)->statements;
}

static Oid type_of(const struct db_arg *a)
{
    switch (a->type) {
    case DB_I64:
    case DB_NULL_I64:
        return OID_INT8;
    case DB_TEXT:
    case DB_NULL_TEXT:
        return OID_TEXT;
    case DB_BLOB:
    case DB_NULL_BLOB:
        return OID_BYTEA;
    case DB_END:
        break;
    }
    BUG("argument type %d", (int)a->type);
}

struct params {
    Oid type[PARAMS_MAX];
    const char *value[PARAMS_MAX];
    int length[PARAMS_MAX], format[PARAMS_MAX];
    uint64_t number[PARAMS_MAX];
};

static void set_params(struct params *p, const struct db_arg *args, int n)
{
    for (int i = 0; i < n; i++) {
        p->type[i] = type_of(&args[i]);
        p->value[i] = args[i].p;
        p->format[i] = args[i].type == DB_I64 || args[i].type == DB_BLOB;
        p->length[i] = (int)args[i].i;
        if (args[i].type != DB_I64) continue;
        p->number[i] = htobe64((uint64_t)args[i].i);
        p->value[i] = (const char *)&p->number[i];
        p->length[i] = sizeof p->number[i];
    }
}

/* Only names it: the server sees it at the first run, so that a statement used once as a stream is
 * not prepared for nothing. */
static const struct err *prepare(struct db *db, struct arena *mem, struct stmt *st, const struct db_arg *args, int n)
{
    (void)db, (void)mem, (void)st, (void)args, (void)n;
    return NULL;
}

/* Prepared statements go away with the connection; the cache only empties when it is full or the
 * connection ends, and a full one is rare enough to let the server keep the old names. */
static void forget(struct stmt *st)
{
    struct pg_stmt *q = (struct pg_stmt *)st;
    PQclear(q->res);
    q->res = NULL;
    PQfreemem(q->blob);
    q->blob = NULL;
}

static const struct err *fetch(struct db *db, struct arena *mem, struct pg_stmt *q)
{
    PQclear(q->res);
    char sql[80];
    snprintf(sql, sizeof sql, "FETCH FORWARD %d FROM %s", STREAM_ROWS, q->cursor);
    q->res = PQexec(session(db)->c, sql);
    if (succeeded(q->res)) {
        q->row = -1;
        q->rows = PQntuples(q->res);
        return NULL;
    }
    PGresult *res = q->res;
    q->res = NULL;
    return pg_fail(db, mem, res, q->common.sql);
}

static const struct err *run_stream(struct db *db, struct arena *mem, struct pg_stmt *q, const struct params *p, int n)
{
    struct pg_conn *s = session(db);
    snprintf(q->cursor, sizeof q->cursor, "c%lld", (long long)++s->names);
    const char *sql = arena_printf(mem, "DECLARE %s NO SCROLL CURSOR FOR %s", q->cursor, q->common.sql);
    PGresult *res = PQexecParams(s->c, sql, n, p->type, p->value, p->length, p->format, 0);
    if (!succeeded(res)) return pg_fail(db, mem, res, sql);
    PQclear(res);
    q->streams = true;
    return fetch(db, mem, q);
}

static const struct err *name_it(struct db *db, struct arena *mem, struct pg_stmt *q, const struct params *p, int n)
{
    struct pg_conn *s = session(db);
    char name[sizeof q->name];
    snprintf(name, sizeof name, "s%lld", (long long)++s->names);
    PGresult *res = PQprepare(s->c, name, q->common.sql, n, p->type);
    if (!succeeded(res)) return pg_fail(db, mem, res, q->common.sql);
    PQclear(res);
    memcpy(q->name, name, sizeof name);
    return NULL;
}

static const struct err *run(struct db *db, struct arena *mem, struct stmt *st, const struct db_arg *args, int n,
                             bool stream)
{
    struct pg_conn *s = session(db);
    struct pg_stmt *q = (struct pg_stmt *)st;
    struct params p;
    set_params(&p, args, n);
    if (stream) return run_stream(db, mem, q, &p, n);
    bool named = !s->pooled && !st->single;
    if (named && !q->name[0]) TRY(name_it(db, mem, q, &p, n));
    PGresult *res = named ? PQexecPrepared(s->c, q->name, n, p.value, p.length, p.format, 0)
                          : PQexecParams(s->c, st->sql, n, p.type, p.value, p.length, p.format, 0);
    if (!succeeded(res)) return pg_fail(db, mem, res, st->sql);
    q->res = res;
    q->row = -1;
    q->rows = PQntuples(res);
    return NULL;
}

static const struct err *next(struct db *db, struct arena *mem, struct stmt *st, bool *row)
{
    struct pg_stmt *q = (struct pg_stmt *)st;
    *row = false;
    if (q->streams && q->row + 1 == STREAM_ROWS) TRY(fetch(db, mem, q));
    if (q->row + 1 < q->rows) {
        q->row++;
        *row = true;
    }
    return NULL;
}

static int columns(struct stmt *st)
{
    return PQnfields(((struct pg_stmt *)st)->res);
}

static const char *column_name(struct stmt *st, int i)
{
    return PQfname(((struct pg_stmt *)st)->res, i);
}

static struct cell number_cell(const char *text)
{
    struct cell c = { .type = CELL_I64 };
    if (!text_int(text, INT64_MIN, INT64_MAX, &c.i)) c.type = CELL_REAL; /* avg(): the caller refuses it */
    return c;
}

static struct cell cell(struct stmt *st, int i)
{
    struct pg_stmt *q = (struct pg_stmt *)st;
    struct cell c = { 0 };
    if (PQgetisnull(q->res, q->row, i)) return c;
    const char *p = PQgetvalue(q->res, q->row, i);
    switch (PQftype(q->res, i)) {
    case OID_INT2:
    case OID_INT4:
    case OID_INT8:
    case OID_NUMERIC: /* sum() of bigint */
        return number_cell(p);
    case OID_BOOL:
        return (struct cell){ .type = CELL_I64, .i = *p == 't' };
    case OID_BYTEA:
        PQfreemem(q->blob);
        c.type = CELL_BLOB;
        c.p = (const char *)(q->blob = PQunescapeBytea((const unsigned char *)p, &c.n));
        if (!c.p) arena_exhausted(c.n);
        return c;
    }
    return (struct cell){ .type = CELL_TEXT, .p = p, .n = (size_t)PQgetlength(q->res, q->row, i) };
}

static void finish(struct db *db, struct stmt *st, int64_t *changed)
{
    struct pg_stmt *q = (struct pg_stmt *)st;
    struct pg_conn *s = session(db);
    if (changed && !text_int(PQcmdTuples(q->res), INT64_MIN, INT64_MAX, changed)) BUG("rows of what changes none: %s", st->sql);
    if (q->streams) {
        char sql[40];
        snprintf(sql, sizeof sql, "CLOSE %s", q->cursor);
        PQclear(PQexec(s->c, sql)); /* a spoiled transaction refuses it and closes it at its end */
    }
    q->streams = false;
    forget(st);
}

/* ---- migrations and backup ---- */
static const struct err *script(struct db *db, struct arena *mem, const char *sql)
{
    return pg_command(db, mem, sql);
}

static const struct err *migration_lock(struct db *db, struct arena *mem)
{
    /* Building an index of a county takes longer than a request may. */
    return pg_command(db, mem, "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SELECT pg_advisory_xact_lock(5427000)");
}

/* Texts compare by bytes, as on SQLite: the same order and the same cursors on both engines whatever
 * the cluster's locale, and an index serves LIKE 'prefix%'. */
static char *translate(struct arena *mem, const char *sql)
{
    static const char *const swap[] = { "TEXT", "TEXT COLLATE \"C\"", NULL };
    return sql_translate(mem, sql, swap, "");
}

static const struct err *backup(struct store *s, struct arena *mem, const char *path)
{
    (void)s, (void)path;
    return err_say(mem, ERR_DATABASE, NULL, "PostgreSQL 数据库请用 pg_dump 备份。", "Back up a PostgreSQL database with pg_dump.");
}

/* ---- health ---- */
static const struct err *see(struct req *r, void *arg)
{
    struct store_look *out = arg;
    int64_t off;
    TRY(db_int(r, &out->connections, "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"));
    TRY(db_int(r, &out->connections_max,
               "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int"));
    TRY(db_int(r, &out->database_bytes, "SELECT pg_database_size(current_database())"));
    TRY(db_int(r, &off, "SELECT count(*) FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit') AND setting = 'off'"));
    out->unsafe = off > 0;
    out->pooler_untold = session(r->db)->pooled && !r->db->s->config.pooled;
    return NULL;
}

static const struct err *look(struct store *s, struct arena *mem, struct store_look *out)
{
    return store_run(s, TX_READ, mem, NULL, see, out);
}

static const struct err *open_store(struct store *s, struct arena *mem, const struct store_config *c)
{
    struct pg_pool *pool = arena_new(mem, struct pg_pool);
    pool_open(pool, c->sessions); /* connected when they are needed */
    s->engine = pool;
    return NULL;
}

static void close_store(struct store *s)
{
    pool_close(s->engine);
}

static void share(struct store *s, int connections)
{
    pool_most(s->engine, connections);
}

const struct driver postgres_driver = {
    .name = "postgresql",
    .open = open_store,
    .close = close_store,
    .session_size = sizeof(struct pg_session),
    .statement_size = sizeof(struct pg_stmt),
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
    .clock_ms = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)",
    .has_table = "SELECT to_regclass($1) IS NOT NULL",
    .look = look,
    .share = share,
    .backup = backup,
    COPIER(postgres),
};

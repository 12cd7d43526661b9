/* The common half of the store: sessions, the statement cache, rows to structs, retries. What
 * differs between the engines is behind struct driver.
 *
 * A transaction in which a statement failed is spoiled on both engines: every later statement gives
 * the same error and the end rolls back. PostgreSQL demands it; doing the same on SQLite lets the
 * tests there find what would fail on PostgreSQL. */
#include "store/store.h"

#include <string.h>
#include <time.h>

#include "kernel/date.h"
#include "kernel/id.h"
#include "kernel/log.h"
#include "kernel/text.h"
#include "store/driver.h"

/* ---- fault injection ---- */
static _Thread_local int patience;

void store_patience(int ms)
{
    patience = ms;
}

int patience_ms(void)
{
    return patience ? patience : WRITER_WAIT_MS;
}

#ifdef SHANZHI_TESTING
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
static _Thread_local int64_t fail_at;
static _Thread_local bool armed; /* by the file, for one transaction */
static _Thread_local bool paused;
static _Thread_local int64_t calls;
static _Atomic int64_t process_calls;
static pthread_once_t env_once = PTHREAD_ONCE_INIT;
static int64_t env_at;

static void read_env(void)
{
    const char *s = getenv("SHANZHI_FAIL_DB");
    if (!text_int(s, 1, INT64_MAX, &env_at)) env_at = 0;
}

void store_test_fail_at(int64_t n)
{
    fail_at = n > 0 ? calls + n : 0;
}

int64_t store_test_calls(void)
{
    return calls;
}

/* SHANZHI_TEST_FAIL_DB names a file that a test writes while the program runs: the number n in it makes
 * the n-th call of the transaction that begins next fail, once; the file is taken away by then. */
static void fault_arm(void)
{
    char s[24] = { 0 };
    if (paused) return;
    const char *path = getenv("SHANZHI_TEST_FAIL_DB");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0) return;
    ssize_t n = read(fd, s, sizeof s - 1);
    close(fd);
    int64_t at;
    if (n <= 0 || !text_int(s, 1, INT32_MAX, &at) || unlink(path) != 0) return;
    store_test_fail_at(at);
    armed = true;
}

/* What was asked for one transaction does not reach into the next. */
static void fault_disarm(void)
{
    if (paused) return;
    if (armed) fail_at = 0;
    armed = false;
}

void fault_pause(bool on)
{
    paused = on;
}

const struct err *fault(struct arena *mem)
{
    if (paused) return NULL;
    pthread_once(&env_once, read_env);
    calls++;
    int64_t all = atomic_fetch_add(&process_calls, 1) + 1;
    if (calls != fail_at && all != env_at) return NULL;
    struct err *e = err_new(mem, ERR_DATABASE, NULL);
    e->cause = "fault injection";
    return e;
}

/* SHANZHI_TEST_TWICE: whatever writes runs twice, as after a deadlock: its first end is refused. What stayed of a first run
 * shows then. */
static const struct err *twice(struct arena *mem)
{
    static _Thread_local bool second;
    if (paused || !getenv("SHANZHI_TEST_TWICE")) return NULL;
    second = !second;
    return second ? err_new(mem, ERR_RETRY, NULL) : NULL;
}
#else
static void fault_arm(void)
{
}
static void fault_disarm(void)
{
}
static const struct err *twice(struct arena *mem)
{
    (void)mem;
    return NULL;
}
#endif

/* ---- statement cache ---- */
int count_params(const char *sql)
{
    int max = 0;
    for (const char *p = sql; *p; p++) {
        if (*p == '\'') { /* a doubled quote opens the next literal: same walk */
            p = strchr(p + 1, '\'');
            if (!p) BUG("open quote in %s", sql);
        } else if (*p == '$' && p[1] >= '1' && p[1] <= '9') {
            int n = 0;
            while (p[1] >= '0' && p[1] <= '9' && n < PARAMS_MAX) n = n * 10 + (*++p - '0');
            if (n > max) max = n;
        }
    }
    return max;
}

/* SQL is literal text, so that its address finds it; the text itself is compared all the same. */
static uint64_t hash_address(const char *sql)
{
    return (uint64_t)(uintptr_t)sql * 0x9E3779B97F4A7C15u;
}

void statements_drop(const struct driver *d, struct statements *c)
{
    for (size_t i = 0; i < sizeof c->bucket / sizeof *c->bucket; i++)
        for (struct stmt *st = c->bucket[i]; st; st = st->next) d->forget(st);
    arena_clear(&c->mem);
    *c = (struct statements){ 0 };
}

static bool any_busy(const struct statements *c)
{
    for (size_t i = 0; i < sizeof c->bucket / sizeof *c->bucket; i++)
        for (const struct stmt *st = c->bucket[i]; st; st = st->next)
            if (st->busy) return true;
    return false;
}

/* The statement of this text on the connection in use. One that is running already (a row callback
 * that runs the same text) and texts beyond the cache's size get a statement of their own. */
static const struct err *statement(struct req *r, const char *sql, const struct db_arg *args, int n,
                                   struct stmt **out)
{
    struct db *db = r->db;
    const struct driver *d = db->s->d;
    struct statements *c = d->statements(db);
    uint64_t hash = hash_address(sql);
    struct stmt **chain = &c->bucket[hash >> 56], *st = *chain;
    while (st && (st->hash != hash || strcmp(st->sql, sql) != 0)) st = st->next;
    if (st && !st->busy) {
        *out = st;
        return NULL;
    }
    bool single = st != NULL;
    if (c->n >= STATEMENTS_MAX) {
        if (any_busy(c))
            single = true;
        else
            statements_drop(d, c);
    }
    struct arena *mem = single ? r->mem : &c->mem;
    st = arena_alloc(mem, d->statement_size);
    *st = (struct stmt){ .sql = arena_strdup(mem, sql), .hash = hash, .params = count_params(sql), .single = single };
    TRY(d->prepare(db, r->mem, st, args, n));
    if (single) {
        st->next = db->singles;
        db->singles = st;
    } else {
        st->next = *chain;
        *chain = st;
        c->n++;
    }
    *out = st;
    return NULL;
}

/* ---- rows to structs ---- */
static bool is_integer(enum kind k)
{
    return k == K_INT || k == K_BOOL || k == K_ID || k == K_REGION || k == K_POINTS || k == K_DATE ||
           k == K_INSTANT;
}

static bool is_text(enum kind k)
{
    return k == K_TEXT || k == K_ENUM || k == K_JSON;
}

static void map_record(const struct driver *d, struct arena *mem, struct stmt *st, const struct record *rec)
{
    st->rec = NULL; /* half a map is none, when it is left here (arena_try) */
    st->columns = d->columns(st);
    st->map = arena_array(mem, const struct field *, (size_t)st->columns);
    for (int i = 0; i < st->columns; i++) {
        const char *name = d->column_name(st, i);
        for (const struct field *f = rec->fields; f->kind != K_END; f++)
            if (strcmp(f->name, name) == 0) st->map[i] = f;
        if (!st->map[i]) BUG("record %s has no field %s, a column of: %s", rec->name, name, st->sql);
        if (!is_integer(st->map[i]->kind) && !is_text(st->map[i]->kind) && st->map[i]->kind != K_BYTES)
            BUG("record %s: field %s cannot be a column", rec->name, name);
    }
    st->blank = arena_alloc(mem, rec->size);
    for (const struct field *f = rec->fields; f->kind != K_END; f++)
        if (is_integer(f->kind)) *(int64_t *)(void *)((char *)st->blank + f->at) = NONE;
    st->rec = rec;
}

/* Fills `row`, a struct of the record; texts and bytes are copied into mem. */
static void fill(const struct driver *d, struct arena *mem, struct stmt *st, void *row)
{
    memcpy(row, st->blank, st->rec->size);
    for (int i = 0; i < st->columns; i++) {
        const struct field *f = st->map[i];
        struct cell c = d->cell(st, i);
        void *at = (char *)row + f->at;
        if (c.type == CELL_NULL) continue;
        if (is_integer(f->kind)) {
            if (c.type != CELL_I64) BUG("column %s is no integer: %s", f->name, st->sql);
            *(int64_t *)at = c.i;
        } else if (is_text(f->kind)) {
            if (c.type != CELL_TEXT) BUG("column %s is no text: %s", f->name, st->sql);
            *(const char **)at = arena_strndup(mem, c.p, c.n);
        } else {
            if (c.type != CELL_BLOB) BUG("column %s is no bytes: %s", f->name, st->sql);
            *(struct bytes *)at = (struct bytes){ arena_strndup(mem, c.p, c.n), c.n };
        }
    }
}

/* ---- statements ---- */
static const struct err *spoil(struct req *r, const struct err *e)
{
    r->db->failed = e;
    if (e->code == ERR_INTERNAL || e->code == ERR_DATABASE || e->code == ERR_DISK_FULL)
        log_error("store", e->cause ? e->cause : err_text(e, LANG_EN));
    return e;
}

/* The statement's end, whatever came of it. */
static void finish(struct db *db, struct stmt *st, int64_t *changed)
{
    db->s->d->finish(db, st, changed);
    st->busy = false;
    if (!st->single) return;
    db->s->d->forget(st);
    struct stmt **at = &db->singles;
    while (*at != st) at = &(*at)->next;
    *at = st->next;
}

static const struct err *start(struct req *r, const char *sql, const struct db_arg *args, bool stream,
                               struct stmt **out)
{
    struct db *db = r->db;
    if (!db || db->mode == TX_UNSET || db->mode == TX_NONE) BUG("outside a transaction: %s", sql);
    if (db->failed) return db->failed;
    const struct err *e = fault(r->mem);
    if (e) return spoil(r, e);
    int n = 0;
    while (args[n].type != DB_END) n++;
    if (n > PARAMS_MAX) BUG("%d arguments: %s", n, sql);
    struct stmt *st;
    e = statement(r, sql, args, n, &st);
    if (e) return spoil(r, e);
    if (st->params != n) BUG("%d arguments for %d parameters: %s", n, st->params, sql);
    st->busy = true;
    db->statements++;
    trace_statement(db, sql, args, n);
    e = db->s->d->run(db, r->mem, st, args, n, stream);
    if (!e) {
        *out = st;
        return NULL;
    }
    finish(db, st, NULL);
    return spoil(r, e);
}

/* Ends the statement; keeps the first error. */
static const struct err *stop(struct req *r, struct stmt *st, int64_t *changed, const struct err *e)
{
    finish(r->db, st, e ? NULL : changed);
    return e;
}

static const struct err *next(struct req *r, struct stmt *st, bool *row)
{
    const struct err *e = r->db->s->d->next(r->db, r->mem, st, row);
    return e ? spoil(r, e) : NULL;
}

static void use_record(struct req *r, struct stmt *st, const struct record *rec)
{
    if (st->rec == rec) return;
    struct statements *c = r->db->s->d->statements(r->db);
    map_record(r->db->s->d, st->single ? r->mem : &c->mem, st, rec);
}

const struct err *db_exec_(struct req *r, const char *sql, int64_t *changed, const struct db_arg *args)
{
    struct stmt *st;
    const struct err *e;
    bool row;
    TRY(start(r, sql, args, false, &st));
    do {
        e = next(r, st, &row);
    } while (!e && row);
    return stop(r, st, changed, e);
}

const struct err *db_find_(struct req *r, const struct record *rec, void **out, const char *sql,
                           const struct db_arg *args)
{
    struct stmt *st;
    bool row;
    *out = NULL;
    TRY(start(r, sql, args, false, &st));
    const struct err *e = next(r, st, &row);
    if (!e && row) {
        use_record(r, st, rec);
        *out = arena_alloc(r->mem, rec->size);
        fill(r->db->s->d, r->mem, st, *out);
        e = next(r, st, &row);
        if (!e && row) {
            struct err *many = fail(r, ERR_INTERNAL, NULL);
            many->cause = arena_printf(r->mem, "more than one row: %s", sql);
            e = spoil(r, many);
        }
    }
    return stop(r, st, NULL, e);
}

const struct err *db_one_(struct req *r, const struct record *rec, void **out, const char *sql,
                          const struct db_arg *args)
{
    TRY(db_find_(r, rec, out, sql, args));
    return *out ? NULL : fail(r, ERR_NOT_FOUND, NULL);
}

const struct err *db_all_(struct req *r, const struct record *rec, struct list *out, const char *sql,
                          const struct db_arg *args)
{
    struct stmt *st;
    size_t cap = 0;
    bool row;
    *out = (struct list){ 0 };
    TRY(start(r, sql, args, false, &st));
    const struct err *e = next(r, st, &row);
    for (; !e && row; e = next(r, st, &row)) {
        if (out->n == cap) {
            cap = cap ? cap * 2 : 8;
            void *bigger = arena_alloc_array(r->mem, cap, rec->size);
            if (out->n) memcpy(bigger, out->items, out->n * rec->size);
            out->items = bigger;
        }
        use_record(r, st, rec);
        fill(r->db->s->d, r->mem, st, (char *)out->items + out->n++ * rec->size);
    }
    return stop(r, st, NULL, e);
}

const struct err *db_int_(struct req *r, int64_t *out, const char *sql, const struct db_arg *args)
{
    struct stmt *st;
    bool row;
    *out = NONE;
    TRY(start(r, sql, args, false, &st));
    const struct err *e = next(r, st, &row);
    if (!e && row) {
        struct cell c = r->db->s->d->cell(st, 0);
        if (c.type != CELL_I64 && c.type != CELL_NULL) BUG("no integer: %s", sql);
        if (c.type == CELL_I64) *out = c.i;
        while (!e && row) e = next(r, st, &row);
    }
    return stop(r, st, NULL, e);
}

const struct err *db_each_(struct req *r, const struct record *rec, db_row_fn *fn, void *arg,
                           const char *sql, const struct db_arg *args)
{
    struct stmt *st;
    struct arena *mem = r->mem, *rows = arena_child(mem);
    bool row;
    TRY(start(r, sql, args, true, &st));
    void *p = arena_alloc(r->mem, rec->size);
    const struct err *e = next(r, st, &row);
    for (; !e && row; e = e ? e : next(r, st, &row)) {
        use_record(r, st, rec);
        arena_reset(rows);
        fill(r->db->s->d, rows, st, p);
        r->mem = mem;
        e = fn(r, p, arg);
    }
    arena_clear(rows);
    return stop(r, st, NULL, e);
}

/* ---- transactions ---- */
const struct err *tx_begin(struct req *r, enum tx mode)
{
    struct db *db = r->db;
    if (!db) BUG("tx_begin without a session");
    if (db->mode != TX_UNSET) BUG("a transaction is open already");
    if (mode == TX_UNSET) BUG("no transaction mode");
    if (mode == TX_NONE) return NULL;
    db->generation = 0;
    if (mode == TX_WRITE) TRY(lease_hold(r));
    db->confirmed = false; /* the lease's own transaction was */
    db->failed = NULL;
    req_forget(r, NULL);
    if (mode == TX_WRITE && atomic_load(&db->s->refuse_writes))
        return fail_say(r, ERR_DATABASE, NULL, "数据库文件或其日志在运行中被删除或替换，为免丢失数据已停止写入；请管理员恢复文件并重新启动服务。",
                        "The database file or its log was removed or replaced while the server runs, so nothing is written any more; "
                        "the operator must put it back and restart the server.");
    if (r->http) fault_arm(); /* a test asks for a request's transaction, not for a job's */
    TRY(fault(r->mem));
    arena_hold(); /* a connection half made, or a turn taken, is nothing to leave behind */
    const struct err *e = db->s->d->begin(db, r->mem, mode);
    arena_let_go();
    if (e) {
        log_warn("store", e->cause ? e->cause : err_text(e, LANG_EN));
        return e;
    }
    db->mode = mode;
    return NULL;
}

const struct err *tx_confirm(struct req *r)
{
    struct db *db = r->db;
    if (db->mode != TX_WRITE || db->confirmed) return NULL;
    TRY(lease_confirm(r));
    TRY(twice(r->mem));
    db->confirmed = true;
    return NULL;
}

/* What was left running: by arena_try, from the middle of this transaction or of another one around it. */
static void finish_all(struct db *db)
{
    struct statements *c = db->s->d->statements(db);
    while (db->singles) finish(db, db->singles, NULL);
    for (size_t i = 0; i < sizeof c->bucket / sizeof *c->bucket; i++)
        for (struct stmt *st = c->bucket[i]; st; st = st->next)
            if (st->busy) finish(db, st, NULL);
}

static void end(struct req *r, bool commit, tx_done_fn *done, void *arg)
{
    struct db *db = r->db;
    struct store *s = db->s;
    enum tx mode = db->mode;
    if (commit && !db->failed) db->failed = tx_confirm(r);
    trace_end(db, commit && !db->failed);
    db->mode = TX_UNSET;
    atomic_fetch_add(&s->statements, db->statements);
    db->statements = 0;
    if (mode == TX_UNSET) { /* begun as TX_NONE */
        done(arg, NULL);
        return;
    }
    const struct err *e = NULL;
    if (commit && !db->failed) db->failed = fault(r->mem);
    fault_disarm();
    if (commit) e = db->failed;
    if (commit && !e) {
        atomic_fetch_add(mode == TX_READ ? &s->reads : &s->writes, 1);
        s->d->commit(db, r->mem, done, arg);
        return;
    }
    atomic_fetch_add(&s->rollbacks, 1);
    finish_all(db);
    s->d->rollback(db);
    done(arg, e);
}

void tx_end(struct req *r, bool commit, tx_done_fn *done, void *arg)
{
    arena_hold(); /* half an end is none */
    end(r, commit, done, arg);
    arena_let_go();
}

static void ended(void *arg, const struct err *e)
{
    (void)arg, (void)e;
}

void tx_abandon(struct req *r)
{
    if (r->db && r->db->mode != TX_UNSET) tx_end(r, false, ended, NULL);
}

/* Doubling with jitter, so that two that collided do not collide again: 1…2, 2…4 … 32…64 ms. */
static void back_off(int tries)
{
    uint32_t noise;
    random_bytes(&noise, sizeof noise);
    long base_us = 1000L << (tries - 1);
    long us = base_us + (long)(noise % (uint32_t)base_us);
    nanosleep(&(struct timespec){ us / 1000000, us % 1000000 * 1000 }, NULL);
}

bool tx_again(struct req *r, const struct err *e, int tries)
{
    if (!e || e->code != ERR_RETRY || tries >= RETRY_MAX) return false;
    back_off(tries);
    atomic_fetch_add(&r->db->s->retries, 1);
    return true;
}

/* ---- life ---- */
const struct err *store_open(struct arena *mem, const struct store_config *c, struct store **out)
{
    struct store *s = arena_new(mem, struct store);
    s->d = c->database ? &postgres_driver : &sqlite_driver;
    s->config = *c;
    s->config.database = arena_strdup(mem, c->database);
    s->config.path = arena_strdup(mem, c->path);
    s->migrations = UNMIGRATED;
    trace_open();
    pthread_mutex_init(&s->mu, NULL);
    pthread_mutex_init(&s->lease.mu, NULL);
    s->lease.node = NONE;
    TRY(s->d->open(s, mem, &s->config));
    *out = s;
    return NULL;
}

void store_close(struct store *s)
{
    lease_end(s);
    while (s->idle) {
        struct db *db = s->idle;
        s->idle = db->next;
        db_close(db);
    }
    s->d->close(s);
    pthread_mutex_destroy(&s->mu);
    arena_clear(&s->mem);
}

const char *store_engine(const struct store *s)
{
    return s->d->name;
}

struct db *db_open(struct store *s)
{
    struct arena mem = { 0 };
    struct db *db = arena_alloc(&mem, s->d->session_size);
    db->s = s;
    db->mem = mem;
    return db;
}

void db_close(struct db *db)
{
    if (db->mode != TX_UNSET) BUG("session closed inside a transaction");
    db->s->d->session_close(db);
    struct arena mem = db->mem; /* db lives in it */
    arena_clear(&mem);
}

void store_stats(const struct store *s, struct store_stats *out)
{
    *out = (struct store_stats){
        .reads = s->reads, .writes = s->writes,
        .rollbacks = s->rollbacks, .statements = s->statements, .groups = s->groups,
        .grouped = s->grouped, .retries = s->retries, .reconnects = s->reconnects,
    };
}

const struct err *store_backup(struct store *s, struct arena *mem, const char *path)
{
    return s->d->backup(s, mem, path);
}

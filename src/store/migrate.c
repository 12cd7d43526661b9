/* Migrations: numbered SQL texts of the slices, applied in slice order, forward only, each in its own
 * transaction. The table schema_migration remembers what was applied and the text's SHA-256, so that
 * a text changed afterwards, or a database newer than the program, is refused instead of guessed at. */
#include <ctype.h>
#include <sodium.h>
#include <string.h>
#include <strings.h>

#include "kernel/buf.h"
#include "kernel/date.h"
#include "kernel/id.h"
#include "kernel/log.h"
#include "kernel/text.h"
#include "store/driver.h"

enum { SQL_MAX = 1024 * 1024 };

/* ---- portable SQL to an engine's ---- */
static bool word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* The end of the quoted text, comment, word or single character at p. */
static const char *token_end(const char *p)
{
    if (*p == '\'' || *p == '"') {
        const char *end = strchr(p + 1, *p);
        return end ? end + 1 : p + strlen(p);
    }
    if (p[0] == '-' && p[1] == '-') return p + strcspn(p, "\n");
    if (p[0] == '/' && p[1] == '*') {
        const char *end = strstr(p + 2, "*/");
        return end ? end + 2 : p + strlen(p);
    }
    if (!word_char(*p)) return p + 1;
    while (word_char(*p)) p++;
    return p;
}

static bool word_is(const char *p, const char *end, const char *word)
{
    return (size_t)(end - p) == strlen(word) && strncasecmp(p, word, strlen(word)) == 0;
}

char *sql_translate(struct arena *mem, const char *sql, const char *const *swap, const char *table_suffix)
{
    struct buf b = buf_in(mem, SQL_MAX);
    int words = 0;      /* of the statement so far */
    bool create = false, table = false, declares = false, option = false, cast = false;
    for (const char *p = sql, *end; *p; p = end) {
        end = token_end(p);
        if (!word_char(*p)) {
            if (*p == ')') option = false;
            if (*p == ';') {
                if (table && *table_suffix) buf_printf(&b, option ? ", %s" : " %s", table_suffix);
                words = 0;
                create = table = declares = option = cast = false;
            }
            if (!isspace((unsigned char)*p)) cast = *p == ':';
            buf_add(&b, p, (size_t)(end - p));
            continue;
        }
        words++;
        if (words == 1) create = word_is(p, end, "CREATE");
        if (words == 2) declares = word_is(p, end, "TABLE"), table = create && declares; /* ALTER TABLE declares columns, too */
        option = true; /* a word behind the last parenthesis: WITHOUT ROWID */
        const char *to = NULL;
        for (size_t i = 0; swap[i]; i += 2)
            if (word_is(p, end, swap[i])) to = swap[i + 1];
        /* A type is swapped where a column is declared, and everywhere if its name is. */
        if (to && (!strchr(to, ' ') || (declares && !cast)))
            buf_puts(&b, to);
        else
            buf_add(&b, p, (size_t)(end - p));
        cast = word_is(p, end, "AS");
    }
    if (table && *table_suffix) buf_printf(&b, option ? ", %s" : " %s", table_suffix);
    if (b.over) BUG("migration of more than %d bytes", SQL_MAX);
    return b.p;
}

/* Lines below "-- sqlite:" or "-- postgresql:" are for that engine only, up to "-- both:". For what has no portable
 * form: triggers. The other lines are left empty, so that an error's line number stays right. */
static const char *engine_part(struct arena *mem, const char *sql, const char *engine)
{
    static const struct { const char *line, *engine; } parts[] = {
        { "-- both:", NULL }, { "-- sqlite:", "sqlite" }, { "-- postgresql:", "postgresql" },
    };
    struct buf b = buf_in(mem, SQL_MAX);
    bool mine = true;
    for (const char *p = sql; *p;) {
        size_t n = strcspn(p, "\n");
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
            if (text_starts(p, parts[i].line)) mine = !parts[i].engine || text_equal(parts[i].engine, engine);
        if (mine) buf_add(&b, p, n);
        if (p[n]) buf_putc(&b, p[n++]);
        p += n;
    }
    if (b.over) BUG("migration of more than %d bytes", SQL_MAX);
    return b.p ? b.p : "";
}

/* ---- what is applied ---- */
static const struct field applied_fields[] = {
    F(applied, slice, K_TEXT, 0, 0, 0, "Slice."),
    F(applied, number, K_INT, 0, 0, 0, "Number in the slice."),
    F(applied, name, K_TEXT, 0, 0, 0, "File name."),
    F(applied, checksum, K_TEXT, 0, 0, 0, "SHA-256 of the text."),
    { 0 }
};
static RECORD(applied);

static const char *checksum(struct arena *mem, const char *sql)
{
    unsigned char md[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(md, (const unsigned char *)sql, strlen(sql));
    return hex_encode(mem, md, sizeof md);
}

struct plan {
    const struct migration *all;
    size_t n, at;
    bool did;
};

static const struct err *prepare_table(struct req *r, void *arg)
{
    (void)arg;
    const struct driver *d = r->db->s->d;
    TRY(d->migration_lock(r->db, r->mem));
    return d->script(r->db, r->mem, d->translate(r->mem,
        "CREATE TABLE IF NOT EXISTS schema_migration (slice TEXT NOT NULL, number BIGINT NOT NULL, "
        "name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL, PRIMARY KEY (slice, number));"));
}

static const struct migration *known(const struct plan *p, const struct applied *a)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->all[i].number == a->number && strcmp(p->all[i].slice, a->slice) == 0) return &p->all[i];
    return NULL;
}

/* Refuses what the program does not know. */
static const struct err *check(struct req *r, void *arg)
{
    const struct plan *p = arg;
    struct list rows;
    TRY(db_all(r, &applied_record, &rows,
               "SELECT slice, number, name, checksum FROM schema_migration ORDER BY slice, number"));
    for (size_t i = 0; i < rows.n; i++) {
        const struct applied *a = &LIST_AT(rows, struct applied, i);
        const struct migration *m = known(p, a);
        if (!m)
            return fail_say(r, ERR_NOT_MIGRATED, "database",
                            arena_printf(r->mem, "数据库比程序新（含有 %s 的第 %d 号升级），请先升级程序。", a->slice, (int)a->number),
                            arena_printf(r->mem, "The database is newer than this program (it has %s migration %d); upgrade the program.",
                                         a->slice, (int)a->number));
        if (strcmp(checksum(r->mem, m->sql), a->checksum) != 0)
            return fail_say(r, ERR_NOT_MIGRATED, "database",
                            arena_printf(r->mem, "升级脚本 %s/%s 在应用之后被改动，拒绝启动。", a->slice, a->name),
                            arena_printf(r->mem, "Migration %s/%s was changed after it had been applied; refusing.", a->slice, a->name));
    }
    return NULL;
}

static const struct err *apply(struct req *r, void *arg)
{
    struct plan *p = arg;
    const struct migration *m = &p->all[p->at];
    const struct driver *d = r->db->s->d;
    int64_t there;
    p->did = false;
    TRY(d->migration_lock(r->db, r->mem));
    TRY(db_int(r, &there, "SELECT count(*) FROM schema_migration WHERE slice = $1 AND number = $2",
               TEXT(m->slice), I64(m->number)));
    if (there) return NULL;
    const struct err *e = fault(r->mem);
    if (!e) e = d->script(r->db, r->mem, d->translate(r->mem, engine_part(r->mem, m->sql, store_engine(r->db->s))));
    if (e) {
        r->db->failed = e;
        log_error("store", "migration failed", LS("slice", m->slice), LS("name", m->name), LS("cause", e->cause));
        return e;
    }
    TRY(db_exec(r, "INSERT INTO schema_migration (slice, number, name, checksum, applied_at) VALUES ($1, $2, $3, $4, $5)",
                TEXT(m->slice), I64(m->number), TEXT(m->name), TEXT(checksum(r->mem, m->sql)), I64(r->now)));
    p->did = true;
    return NULL;
}

/* The store's own tables stand below those of the slices. */
extern const struct migration store_migrations[];

static struct plan plan_of(struct arena *mem, const struct migration *all, size_t n)
{
    size_t own = 0;
    while (store_migrations[own].slice) own++;
    struct migration *rows = arena_array(mem, struct migration, own + n);
    memcpy(rows, store_migrations, own * sizeof *rows);
    if (n) memcpy(rows + own, all, n * sizeof *rows);
    return (struct plan){ .all = rows, .n = own + n };
}

const struct err *store_migrate(struct store *s, struct arena *mem, const struct migration *all, size_t n, int *applied)
{
    struct plan p = plan_of(mem, all, n);
    int unasked;
    if (!applied) applied = &unasked;
    *applied = 0;
    TRY(store_run(s, TX_WRITE, mem, NULL, prepare_table, NULL));
    TRY(store_run(s, TX_READ, mem, NULL, check, &p));
    for (p.at = 0; p.at < p.n; p.at++) {
        TRY(store_run(s, TX_WRITE, mem, NULL, apply, &p));
        if (!p.did) continue;
        ++*applied;
        log_info("store", "migrated", LS("slice", p.all[p.at].slice), LS("name", p.all[p.at].name));
    }
    atomic_store(&s->migrations, (int64_t)p.n);
    return NULL;
}

static const struct err *has_table(struct req *r, const char *name, bool *yes)
{
    int64_t n;
    TRY(db_int_(r, &n, r->db->s->d->has_table, DB_ARGS(TEXT(name))));
    *yes = n == 1;
    return NULL;
}

static const struct err *look(struct req *r, void *arg)
{
    struct plan *p = arg;
    int64_t have = 0;
    bool ours;
    TRY(has_table(r, "schema_migration", &ours));
    if (ours) TRY(check(r, p));
    if (ours) TRY(db_int(r, &have, "SELECT count(*) FROM schema_migration"));
    p->at = (size_t)have;
    return NULL;
}

const struct err *store_state(struct store *s, struct arena *mem, const struct migration *all, size_t n,
                              enum store_state *out, int *pending)
{
    struct plan p = plan_of(mem, all, n);
    TRY(store_run(s, TX_READ, mem, NULL, look, &p));
    *out = p.at == p.n ? STORE_CURRENT : p.at ? STORE_BEHIND : STORE_BARE;
    *pending = (int)(p.n - p.at);
    if (*out == STORE_CURRENT) atomic_store(&s->migrations, (int64_t)p.n);
    return NULL;
}

/* ---- the installation ---- */
struct installed { const char *id, *moved_to; };
static const struct field installed_fields[] = {
    F(installed, id, K_TEXT, 0, 0, 0, "Id."),
    F(installed, moved_to, K_TEXT, OPT, 0, 0, "Where it is now."),
    { 0 }
};
static RECORD(installed);

const struct err *store_set_moved(struct req *r, const char *to)
{
    return db_exec(r, "UPDATE installation SET moved_to = $1", TEXT(to));
}

static const struct err *reopen(struct req *r, void *arg)
{
    int64_t n;
    (void)arg;
    TRY(db_exec_n(r, &n, "UPDATE installation SET moved_to = NULL WHERE moved_to IS NOT NULL"));
    return n ? NULL : fail_say(r, ERR_STATE, NULL, "这个安装没有迁移过，未作改动。", "This installation was not moved; nothing was changed.");
}

const struct err *store_reopen(struct store *s, struct arena *mem)
{
    return store_run(s, TX_WRITE, mem, NULL, reopen, NULL);
}

enum { BACKUPS_NOTED = 100 }; /* the newest is what is looked at; the others tell a story */

const struct err *store_note_backup(struct req *r, int64_t at, const char *place, int64_t bytes, bool verified)
{
    TRY(db_exec(r, "INSERT INTO backup_made (id, at, place, bytes, verified) VALUES ($1, $2, $3, $4, $5)", I64(id_new()), I64(at), TEXT(place),
                I64(bytes), I64(verified)));
    return db_exec(r, "DELETE FROM backup_made WHERE id NOT IN (SELECT id FROM backup_made ORDER BY at DESC, id DESC LIMIT $1)", I64(BACKUPS_NOTED));
}

const struct err *installation_here(struct req *r, void *arg)
{
    const char **id = arg;
    struct installed *row = NULL;
    bool there;
    *id = NULL;
    TRY(has_table(r, "installation", &there));
    if (there) TRY(db_find(r, &installed_record, &row, "SELECT id, moved_to FROM installation"));
    if (row) *id = row->id;
    if (!row || !row->moved_to) return NULL;
    return fail_say(r, ERR_NO_INSTALLATION, "data",
                    arena_printf(r->mem, "这个安装已迁移到 %s，请使用那里的。若要放弃迁移、继续用这里的，请先停用那里，再运行 shanzhi move --reopen。", row->moved_to),
                    arena_printf(r->mem, "This installation was moved to %s: use that. To give the move up and go on here, stop using that one and run "
                                         "`shanzhi move --reopen`.", row->moved_to));
}

const struct err *store_installation(struct store *s, struct arena *mem, const char **id)
{
    return store_run(s, TX_READ, mem, NULL, installation_here, id);
}

const struct err *store_found(struct req *r, const char *id, bool *mine)
{
    int64_t n;
    TRY(db_exec_n(r, &n, "INSERT INTO installation (one, id, made_at) VALUES (1, $1, $2) ON CONFLICT DO NOTHING",
                  TEXT(id), I64(r->now)));
    *mine = n == 1;
    return NULL;
}

const struct err *store_migrate_within(struct req *r, const struct migration *all, size_t n)
{
    struct plan p = { .all = all, .n = n };
    TRY(prepare_table(r, NULL));
    for (p.at = 0; p.at < n; p.at++) TRY(apply(r, &p));
    return NULL;
}

const struct err *store_migrated(struct req *r, const struct migration *all, size_t n, struct migration **out, size_t *out_n)
{
    struct plan p = plan_of(r->mem, all, n);
    TRY(check(r, &p));
    *out = arena_array(r->mem, struct migration, p.n + 1);
    *out_n = 0;
    for (size_t i = 0; i < p.n; i++) {
        int64_t there;
        TRY(db_int(r, &there, "SELECT count(*) FROM schema_migration WHERE slice = $1 AND number = $2", TEXT(p.all[i].slice),
                   I64(p.all[i].number)));
        if (there) (*out)[(*out_n)++] = p.all[i];
    }
    return NULL;
}

const struct err *store_applied(struct req *r, struct list *out)
{
    return db_all(r, &applied_record, out, "SELECT slice, number, name, checksum FROM schema_migration ORDER BY slice, number");
}

static const struct err *ready(struct req *r, void *arg)
{
    int64_t want = *(const int64_t *)arg, have;
    if (want == UNMIGRATED)
        return fail_say(r, ERR_DATABASE, NULL, "数据库尚未升级到本程序的版本。", "The database has not been migrated yet.");
    TRY(db_int(r, &have, "SELECT count(*) FROM schema_migration"));
    if (have == want) return NULL;
    return fail_say(r, ERR_DATABASE, NULL, "数据库的版本与程序不一致。", "The database is of another version than the program.");
}

const struct err *store_ready(struct store *s, struct arena *mem)
{
    int64_t want = atomic_load(&s->migrations);
    return store_run(s, TX_READ, mem, NULL, ready, &want);
}

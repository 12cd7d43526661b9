/* Versions per village, and the cache of parsed schemes. */
#include "scheme/scheme_store.h"

#include <pthread.h>
#include <sodium.h>
#include <string.h>
#include "kernel/id.h"
#include "kernel/text.h"

static const struct field scheme_version_fields[] = {
    F(scheme_version, id, K_ID, 0, 0, 0, "Version id."),
    F_AS(scheme_version, first_day, "from", K_DATE, 0, 0, 0, "In force from this date until the next version's. 生效日期"),
    F(scheme_version, in_force, K_BOOL, 0, 0, 0, "In force today. 现行"),
    F(scheme_version, name, K_TEXT, 0, 0, 0, "Code of the scheme."),
    F(scheme_version, title, K_TEXT, 0, 0, 0, "Title. 标题"),
    F(scheme_version, checksum, K_TEXT, 0, 0, 0, "SHA-256 of the text."),
    F(scheme_version, meeting, K_TEXT, OPT, 0, 0, "The meeting that adopted it. 通过会议"),
    F(scheme_version, meeting_on, K_DATE, OPT, 0, 0, "The day of the meeting. 会议日期"),
    F(scheme_version, votes_for, K_INT, OPT, 0, 0, "Votes for. 赞成"),
    F(scheme_version, votes_against, K_INT, OPT, 0, 0, "Votes against. 反对"),
    F(scheme_version, votes_abstain, K_INT, OPT, 0, 0, "Abstentions. 弃权"),
    F(scheme_version, adopted_at, K_INSTANT, 0, 0, 0, "When it was entered. 录入时间"),
    F(scheme_version, adopted_by_name, K_TEXT, OPT, 0, 0, "Who entered it. 录入人"),
    F(scheme_version, text, K_TEXT, OPT, 0, 0, "The YAML text; with a single version only. 原文"),
    { 0 }
};
RECORD(scheme_version);

/* ---- the cache ----
 * Two levels: the parsed text by checksum (34 villages of a township with one text share it), and per
 * version a copy of its head with the version's id. Versions never change, so nothing is ever stale;
 * nothing is dropped before the process ends (about 60 KiB per distinct text). */
struct parsed { const char *checksum; const struct scheme *scheme; struct parsed *next; };
struct known { int64_t id; const struct scheme *scheme; struct known *next; };
enum { BUCKETS = 1024 };
static struct {
    pthread_mutex_t lock;
    struct arena mem;
    struct parsed *texts;
    struct known *versions[BUCKETS];
} cache = { .lock = PTHREAD_MUTEX_INITIALIZER };

static const struct scheme *cache_find(int64_t id)
{
    const struct scheme *s = NULL;
    pthread_mutex_lock(&cache.lock);
    for (const struct known *k = cache.versions[(uint64_t)id % BUCKETS]; k && !s; k = k->next)
        if (k->id == id) s = k->scheme;
    pthread_mutex_unlock(&cache.lock);
    return s;
}

/* Under the lock. NULL: the stored text does not pass this program's checks. */
static const struct scheme *cache_text(const struct scheme_version *v)
{
    for (const struct parsed *p = cache.texts; p; p = p->next)
        if (text_equal(p->checksum, v->checksum)) return p->scheme;
    const struct scheme *s = scheme_parse(&cache.mem, v->name, v->text, strlen(v->text), NULL);
    if (!s) return NULL;
    struct parsed *p = arena_new(&cache.mem, struct parsed);
    *p = (struct parsed){ arena_strdup(&cache.mem, v->checksum), s, cache.texts };
    cache.texts = p;
    return s;
}

static const struct scheme *cache_add(const struct scheme_version *v)
{
    struct scheme *mine = NULL;
    pthread_mutex_lock(&cache.lock);
    const struct scheme *s = cache_text(v);
    if (s) {
        struct known *k = arena_new(&cache.mem, struct known);
        mine = arena_new(&cache.mem, struct scheme);
        *mine = *s;
        mine->version = v->id;
        mine->from = v->first_day;
        struct known **bucket = &cache.versions[(uint64_t)v->id % BUCKETS];
        *k = (struct known){ v->id, mine, *bucket };
        *bucket = k;
    }
    pthread_mutex_unlock(&cache.lock);
    return mine;
}

/* ---- reading ---- */

const struct err *scheme_version_load(struct req *r, int64_t village, int64_t id, struct scheme_version **out)
{
    TRY(db_find(r, &scheme_version_record, out,
                "SELECT id, first_day AS \"from\", name, title, yaml AS \"text\", checksum, meeting, meeting_on, votes_for, votes_against,"
                " votes_abstain, adopted_at, adopted_by_name FROM scheme_version WHERE village = $1 AND id = $2",
                I64(village), I64(id)));
    return *out ? NULL : fail(r, ERR_NOT_FOUND, "scheme");
}

const struct err *scheme_versions(struct req *r, int64_t village, int64_t before_day, int64_t limit, struct list *out)
{
    return db_all(r, &scheme_version_record, out,
                  "SELECT id, first_day AS \"from\", name, title, checksum, meeting, meeting_on, votes_for, votes_against,"
                  " votes_abstain, adopted_at, adopted_by_name FROM scheme_version WHERE village = $1 AND first_day < $2"
                  " ORDER BY first_day DESC LIMIT $3",
                  I64(village), I64(before_day), I64(limit));
}

const struct err *scheme_by_version(struct req *r, int64_t village, int64_t version, const struct scheme **out)
{
    struct scheme_version *v;
    *out = cache_find(version);
    if (*out) return NULL;
    TRY(scheme_version_load(r, village, version, &v));
    *out = cache_add(v);
    if (*out) return NULL;
    return fail_say(r, ERR_SCHEME, "scheme", "已生效的方案不能被本程序读取，请检查程序版本。",
                    "The scheme in force cannot be read by this program; check the program's version.");
}

const struct err *scheme_in_force(struct req *r, int64_t village, int64_t on, const struct scheme **out)
{
    int64_t version;
    TRY(db_int(r, &version, "SELECT id FROM scheme_version WHERE village = $1 AND first_day <= $2 ORDER BY first_day DESC LIMIT 1",
               I64(village), I64(on)));
    if (version == NONE) return fail(r, ERR_NO_SCHEME, NULL);
    return scheme_by_version(r, village, version, out);
}

/* ---- adopting ---- */

struct err *scheme_error(struct arena *mem, const struct scheme_finding *findings)
{
    struct err *e = err_new(mem, ERR_SCHEME, NULL);
    for (const struct scheme_finding *f = findings; f; f = f->next)
        if (!f->warning) err_finding(mem, e, arena_printf(mem, "%d:%d %s", f->line, f->column, f->path), f->zh, f->en);
    return e;
}

/* A new version begins after every other, and (once there is one) not in the past: results already given
 * stay as they were computed. */
static const struct err *check_from(struct req *r, int64_t village, int64_t from)
{
    int64_t last;
    TRY(db_int(r, &last, "SELECT MAX(first_day) FROM scheme_version WHERE village = $1", I64(village)));
    if (last == NONE) return NULL;
    if (from == last) return fail_say(r, ERR_DUPLICATE, "from", "这一天已经有一个方案生效。", "Another version takes force on that day already.");
    if (from > last && from >= r->today) return NULL;
    return fail(r, ERR_SCHEME_FROM, "from");
}

static int64_t either(int64_t a, int64_t b)
{
    return a == NONE ? b : a;
}

const struct err *scheme_adopt_by(struct req *r, int64_t village, int64_t from, const struct scheme_meeting *m,
                                  const char *text, size_t n, int64_t *version)
{
    static const struct scheme_adopted unsaid = { NULL, NONE, NONE, NONE, NONE, NULL };
    struct scheme_finding *findings;
    unsigned char hash[crypto_hash_sha256_BYTES];
    const struct scheme *s = scheme_parse(r->mem, "scheme", text, n, &findings);

    if (!s) return scheme_error(r->mem, findings);
    const struct scheme_adopted *said = s->adopted ? s->adopted : &unsaid;
    if (either(m->on, said->date) != NONE && either(m->on, said->date) > r->today)
        return fail_say(r, ERR_INVALID, "meeting_on", "会议日期不能晚于今天。", "The meeting cannot be in the future.");
    TRY(check_from(r, village, from));
    crypto_hash_sha256(hash, (const unsigned char *)text, n);
    *version = id_new();
    return db_exec(r,
                   "INSERT INTO scheme_version (village, id, first_day, name, title, yaml, checksum, meeting, meeting_on,"
                   " votes_for, votes_against, votes_abstain, adopted_at, adopted_by, adopted_by_name)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
                   I64(village), I64(*version), I64(from), TEXT(s->name), TEXT(s->title), TEXT(arena_strndup(r->mem, text, n)),
                   TEXT(hex_encode(r->mem, hash, sizeof hash)), TEXT(m->meeting ? m->meeting : said->meeting),
                   I64(either(m->on, said->date)), I64(either(m->votes_for, said->votes_for)),
                   I64(either(m->votes_against, said->votes_against)), I64(either(m->votes_abstain, said->votes_abstain)),
                   I64(r->now), I64(r->who ? r->who->account : NONE), TEXT(r->who ? r->who->name : NULL));
}

const struct err *scheme_adopt(struct req *r, int64_t village, int64_t from, const char *text, size_t n, int64_t *version)
{
    return scheme_adopt_by(r, village, from, &(struct scheme_meeting){ NULL, NONE, NONE, NONE, NONE }, text, n, version);
}

/* Versions per village, and the cache of parsed schemes. */
#include "scheme/scheme_store.h"
#include "scheme/scheme_extend.h"

#include "kernel/id.h"
#include "kernel/text.h"
#include <pthread.h>
#include <sodium.h>
#include <string.h>

static const char *const version_states[] = { "waiting", "in_force", "replaced", "withdrawn",
                                              NULL };
static const struct field scheme_version_fields[] = {
    F(scheme_version, id, K_ID, 0, 0, 0, "Version id."),
    F_AS(scheme_version, first_day, "from", K_DATE, 0, 0, 0, "In force from this date. 生效日期"),
    F(scheme_version, until, K_DATE, OPT, 0, 0,
      "Its last day, when a next version is adopted. 截止日期"),
    F_ENUM(scheme_version, state, 0, version_states,
           "waiting 待生效, in_force 现行, replaced 已替代, withdrawn 已撤回."),
    F(scheme_version, in_force, K_BOOL, 0, 0, 0, "In force today. 现行"),
    F(scheme_version, name, K_TEXT, 0, 0, 0, "Code of the scheme."),
    F(scheme_version, title, K_TEXT, 0, 0, 0, "Title. 标题"),
    F(scheme_version, checksum, K_TEXT, 0, 0, 0, "SHA-256 of the text."),
    F(scheme_version, extends, K_TEXT, OPT, 0, 0,
      "Name of the township's template it extends. 依据模板"),
    F(scheme_version, meeting, K_TEXT, OPT, 0, 0, "The meeting that adopted it. 通过会议"),
    F(scheme_version, meeting_on, K_DATE, OPT, 0, 0, "The day of the meeting. 会议日期"),
    F(scheme_version, votes_for, K_INT, OPT, 0, 0, "Votes for. 赞成"),
    F(scheme_version, votes_against, K_INT, OPT, 0, 0, "Votes against. 反对"),
    F(scheme_version, votes_abstain, K_INT, OPT, 0, 0, "Abstentions. 弃权"),
    F(scheme_version, minutes, K_TEXT, OPT, 0, 0,
      "The record of the meeting; with a single version only. 会议记录"),
    F(scheme_version, draft, K_ID, OPT, 0, 0, "The draft it was."),
    F(scheme_version, adopted_at, K_INSTANT, 0, 0, 0, "When it was entered. 录入时间"),
    F(scheme_version, adopted_by_name, K_TEXT, OPT, 0, 0, "Who entered it. 录入人"),
    F(scheme_version, withdrawn_at, K_INSTANT, OPT, 0, 0, "When it was withdrawn. 撤回时间"),
    F(scheme_version, withdrawn_by_name, K_TEXT, OPT, 0, 0, "Who withdrew it. 撤回人"),
    F(scheme_version, withdrawn_reason, K_TEXT, OPT, 0, 0, "Why. 撤回原因"),
    F(scheme_version, text, K_TEXT, OPT, 0, 0, "The YAML text; with a single version only. 原文"),
    { 0 }
};
RECORD(scheme_version);

/* ---- the cache ----
 * Two levels: the parsed text by checksum (34 villages of a township with one text share it), and
 * per version a copy of its head with the version's id. Versions never change, so nothing is ever
 * stale; nothing is dropped before the process ends (about 60 KiB per distinct text). */
struct parsed {
    struct arena mem;
    const char *checksum;
    const struct scheme *scheme;
    struct parsed *next;
};
struct known {
    int64_t village, id;
    const struct scheme *scheme;
    struct known *next;
};
enum { BUCKETS = 1024 };
static struct {
    pthread_mutex_t lock;
    struct arena mem;
    struct parsed *texts;
    struct known *versions[BUCKETS];
} cache = { .lock = PTHREAD_MUTEX_INITIALIZER };

static const struct scheme *cache_find(int64_t village, int64_t id)
{
    const struct scheme *s = NULL;
    pthread_mutex_lock(&cache.lock);
    for (const struct known *k = cache.versions[(uint64_t)id % BUCKETS]; k && !s; k = k->next)
        if (k->id == id && k->village == village) s = k->scheme;
    pthread_mutex_unlock(&cache.lock);
    return s;
}

/* With the lock held. */
static const struct scheme *text_find(const char *checksum)
{
    for (const struct parsed *p = cache.texts; p; p = p->next)
        if (text_equal(p->checksum, checksum)) return p->scheme;
    return NULL;
}

/* Of two requests that parse one text the first one's stays. */
static const struct scheme *text_keep(const char *checksum, const struct scheme *s, struct arena *parsed)
{
    arena_hold(); /* nobody leaves with the lock, or with half an entry */
    pthread_mutex_lock(&cache.lock);
    const struct scheme *there = text_find(checksum);
    if (!there) {
        struct parsed *p = arena_new(&cache.mem, struct parsed);
        *p = (struct parsed){ *parsed, arena_strdup(&cache.mem, checksum), s, cache.texts };
        *parsed = (struct arena){ 0 };
        cache.texts = p;
    }
    pthread_mutex_unlock(&cache.lock);
    arena_let_go();
    return there ? there : s;
}

/* Parsed in the request's memory, so that it may be left for want of it; NULL: the stored text does not pass this
 * program's checks. */
static const struct scheme *cache_text(struct arena *mem, const struct scheme_version *v)
{
    pthread_mutex_lock(&cache.lock);
    const struct scheme *s = text_find(v->checksum);
    pthread_mutex_unlock(&cache.lock);
    if (s) return s;
    struct arena *parsed = arena_child(mem);
    s = scheme_parse(parsed, v->name, v->text, strlen(v->text), NULL);
    return s ? text_keep(v->checksum, s, parsed) : NULL;
}

static const struct scheme *cache_add(struct arena *mem, int64_t village, const struct scheme_version *v)
{
    const struct scheme *s = cache_text(mem, v);
    if (!s) return NULL;
    arena_hold();
    pthread_mutex_lock(&cache.lock);
    struct known *k = arena_new(&cache.mem, struct known), **bucket = &cache.versions[(uint64_t)v->id % BUCKETS];
    struct scheme *mine = arena_new(&cache.mem, struct scheme);
    *mine = *s;
    mine->version = v->id;
    mine->from = v->first_day;
    *k = (struct known){ village, v->id, mine, *bucket };
    *bucket = k;
    pthread_mutex_unlock(&cache.lock);
    arena_let_go();
    return mine;
}

/* ---- reading ---- */

/* `until` and `state` follow from the days of all versions. */
#define VERSION_COLUMNS                                                                            \
    "v.id, v.first_day AS \"from\", v.name, v.title, v.checksum, v.extends, v.meeting, "           \
    "v.meeting_on, v.votes_for, v.votes_against,"                                                  \
    " v.votes_abstain, v.draft, v.adopted_at, v.adopted_by_name, v.withdrawn_at, "                 \
    "v.withdrawn_by_name, v.withdrawn_reason,"                                                     \
    " CASE WHEN v.withdrawn_at IS NULL THEN (SELECT MIN(n.first_day) - 1 FROM scheme_version n "   \
    "WHERE n.village = v.village"                                                                  \
    " AND n.first_day > v.first_day AND n.withdrawn_at IS NULL) END AS until"

static void version_state(const struct req *r, struct scheme_version *v)
{
    v->state = v->withdrawn_at != NONE                   ? "withdrawn"
               : v->first_day > r->today                 ? "waiting"
               : v->until != NONE && v->until < r->today ? "replaced"
                                                         : "in_force";
    v->in_force = text_equal(v->state, "in_force");
}

const struct err *scheme_version_load(struct req *r, int64_t village, int64_t id,
                                      struct scheme_version **out)
{
    TRY(db_find(
        r, &scheme_version_record, out,
        "SELECT " VERSION_COLUMNS
        ", v.minutes, v.yaml AS \"text\" FROM scheme_version v WHERE v.village = $1 AND v.id = $2",
        I64(village), I64(id)));
    if (!*out) return fail(r, ERR_NOT_FOUND, "scheme");
    version_state(r, *out);
    return NULL;
}

const struct err *scheme_version_on(struct req *r, int64_t village, int64_t on,
                                    struct scheme_version **out)
{
    TRY(db_find(
        r, &scheme_version_record, out,
        "SELECT " VERSION_COLUMNS
        ", v.minutes, v.yaml AS \"text\" FROM scheme_version v WHERE v.village = $1"
        " AND v.first_day <= $2 AND v.withdrawn_at IS NULL ORDER BY v.first_day DESC LIMIT 1",
        I64(village), I64(on)));
    if (*out) version_state(r, *out);
    return NULL;
}

const struct err *scheme_versions(struct req *r, int64_t village, int64_t before_day,
                                  int64_t before_id, int64_t limit, struct list *out)
{
    TRY(db_all(r, &scheme_version_record, out,
               "SELECT " VERSION_COLUMNS " FROM scheme_version v WHERE v.village = $1"
               " AND (v.first_day < $2 OR (v.first_day = $2 AND v.id < $3)) ORDER BY v.first_day "
               "DESC, v.id DESC LIMIT $4",
               I64(village), I64(before_day == NONE ? INT64_MAX : before_day),
               I64(before_id == NONE ? INT64_MAX : before_id), I64(limit)));
    for (size_t i = 0; i < out->n; i++) version_state(r, &LIST_AT(*out, struct scheme_version, i));
    return NULL;
}

const struct err *scheme_by_version(struct req *r, int64_t village, int64_t version,
                                    const struct scheme **out)
{
    struct scheme_version *v;
    *out = cache_find(village, version);
    if (*out) return NULL;
    TRY(scheme_version_load(r, village, version, &v));
    *out = cache_add(r->mem, village, v);
    if (*out) return NULL;
    return fail_say(
        r, ERR_SCHEME, "scheme", "已生效的方案不能被本程序读取，请检查程序版本。",
        "The scheme in force cannot be read by this program; check the program's version.");
}

/* Its address stands for the question "which scheme is in force" among what a request remembers. */
static const char in_force;

const struct err *scheme_in_force(struct req *r, int64_t village, int64_t on,
                                  const struct scheme **out)
{
    int64_t version;
    *out = req_recall(r, &in_force, village, on);
    if (*out) return NULL;
    TRY(db_int(r, &version,
               "SELECT id FROM scheme_version WHERE village = $1 AND first_day <= $2 AND "
               "withdrawn_at IS NULL"
               " ORDER BY first_day DESC LIMIT 1",
               I64(village), I64(on)));
    if (version == NONE) return fail(r, ERR_NO_SCHEME, NULL);
    TRY(scheme_by_version(r, village, version, out));
    req_remember(r, &in_force, village, on, *out);
    return NULL;
}

struct version_id {
    int64_t id;
};
static const struct field version_id_fields[] = { F(version_id, id, K_ID, 0, 0, 0, ""), { 0 } };
static RECORD(version_id);

const struct err *scheme_in_force_over(struct req *r, int64_t village, struct span in,
                                       struct list *out)
{
    struct list ids;
    TRY(db_all(r, &version_id_record, &ids,
               "SELECT id FROM scheme_version WHERE village = $1 AND withdrawn_at IS NULL AND "
               "first_day <= $3 AND first_day >="
               " COALESCE((SELECT MAX(first_day) FROM scheme_version WHERE village = $1 AND "
               "withdrawn_at IS NULL AND first_day <= $2), $2)"
               " ORDER BY first_day LIMIT 10000",
               I64(village), I64(in.first), I64(in.last)));
    *out = (struct list){ arena_array(r->mem, const struct scheme *, ids.n + 1), ids.n };
    for (size_t i = 0; i < ids.n; i++)
        TRY(scheme_by_version(r, village, LIST_AT(ids, struct version_id, i).id,
                              &LIST_AT(*out, const struct scheme *, i)));
    return NULL;
}

/* ---- the township's template ---- */

static bool is_village(int64_t code)
{
    return code % 1000 != 0;
}

const struct err *scheme_template_on(struct req *r, int64_t village, int64_t on,
                                     const struct scheme **out)
{
    *out = NULL;
    if (village == NONE || !is_village(village)) return NULL;
    const struct err *e = scheme_in_force(r, village / 1000 * 1000, on, out);
    return e && e->code == ERR_NO_SCHEME ? NULL : e;
}

const struct err *scheme_read_at(struct req *r, int64_t village, int64_t on, const char *text,
                                 size_t n, const struct scheme **out, struct scheme_finding **found)
{
    const struct scheme *s = *out = scheme_parse(r->mem, "scheme", text, n, found), *template_;
    struct scheme_check c = { .mem = r->mem, .first = *found };
    if (!s || village == NONE) return NULL;
    if (!is_village(village) && !s->template_)
        check_error(
            &c, s->root, "镇的方案是模板：要写各村可以改什么、增什么（template）。",
            "a township's scheme is a template: say what villages may change and add (template)");
    if (is_village(village) && s->template_)
        check_error(&c, key_or_self(s->root, "template", "模板"),
                    "只有镇才写模板（template）；村里写依据模板（extends）。",
                    "only a township writes a template; a village says which it extends");
    *found = c.first;
    if (c.errors) *out = NULL;
    if (c.errors || !s->extends) return NULL;
    TRY(scheme_template_on(r, village, on, &template_));
    if (!scheme_extend_check(r->mem, template_, s, found)) *out = NULL;
    return NULL;
}

/* ---- adopting ---- */

struct err *scheme_error(struct arena *mem, const struct scheme_finding *findings)
{
    struct err *e = err_new(mem, ERR_SCHEME, NULL);
    for (const struct scheme_finding *f = findings; f; f = f->next)
        if (!f->warning)
            err_finding(mem, e, arena_printf(mem, "%d:%d %s", f->line, f->column, f->path), f->zh,
                        f->en);
    return e;
}

/* A new version begins after every other, and (once there is one) not in the past: results already
 * given stay as they were computed. */
static const struct err *check_from(struct req *r, int64_t village, int64_t from)
{
    int64_t last;
    TRY(db_int(
        r, &last,
        "SELECT MAX(first_day) FROM scheme_version WHERE village = $1 AND withdrawn_at IS NULL",
        I64(village)));
    if (last == NONE) return NULL;
    if (from == last)
        return fail_say(r, ERR_DUPLICATE, "from", "这一天已经有一个方案生效。",
                        "Another version takes force on that day already.");
    if (from > last && from >= r->today) return NULL;
    return fail(r, ERR_SCHEME_FROM, "from");
}

static int64_t either(int64_t a, int64_t b)
{
    return a == NONE ? b : a;
}

/* 村民委员会组织法 第二十六条: a decision of the representatives' meeting needs more than half of
 * those present; 第二十二条 says the same of the villagers' meeting. */
static const struct err *check_meeting(struct req *r, int64_t from, const struct scheme_meeting *m)
{
    int64_t against = either(m->votes_against, 0) + either(m->votes_abstain, 0);
    if (m->on != NONE && m->on > r->today)
        return fail_say(r, ERR_MEETING, "meeting_on", "会议日期不能晚于今天。",
                        "The meeting cannot be in the future.");
    if (m->on != NONE && m->on > from)
        return fail_say(r, ERR_MEETING, "meeting_on", "会议要在生效之前开。",
                        "The meeting comes before the first day in force.");
    if (m->votes_for == NONE || m->votes_for > against) return NULL;
    return fail_say(r, ERR_MEETING, "votes_for", "赞成票要超过到会人数的一半，方案才算通过。",
                    "A scheme is adopted when more than half of those present vote for it.");
}

const struct err *scheme_meeting_complete(struct req *r, const struct region *place,
                                          const struct scheme_meeting *m)
{
    const struct {
        const char *field;
        bool absent;
    } parts[] = {
        { "meeting", !m->meeting },
        { "meeting_on", m->on == NONE },
        { "votes_for", m->votes_for == NONE },
        { "votes_against", m->votes_against == NONE },
        { "votes_abstain", m->votes_abstain == NONE },
        { "minutes", !m->minutes },
    };
    struct err *e = NULL;
    if (place->level != 5) return NULL;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!parts[i].absent) continue;
        if (!e) e = err_new(r->mem, ERR_MEETING, NULL);
        err_finding(r->mem, e, parts[i].field, "必须填写：方案要由村的会议通过。",
                    "required: a village's scheme is adopted by its meeting");
    }
    return e;
}

static const struct err *check_new(struct req *r, int64_t village, int64_t from,
                                   const char *checksum)
{
    struct scheme_version *before;
    TRY(scheme_version_on(r, village, from, &before));
    if (!before || !text_equal(before->checksum, checksum)) return NULL;
    return fail_say(r, ERR_DUPLICATE, "text", "内容和现行的方案完全相同，不用再通过一次。",
                    "The text is the one in force already; there is nothing to adopt.");
}

const struct err *scheme_adopt_by(struct req *r, int64_t village, int64_t from,
                                  const struct scheme_meeting *given, int64_t draft,
                                  const char *text, size_t n, int64_t *version)
{
    static const struct scheme_adopted unsaid = { NULL, NONE, NONE, NONE, NONE, NULL };
    struct scheme_finding *findings;
    unsigned char hash[crypto_hash_sha256_BYTES];
    const struct scheme *s;

    TRY(scheme_read_at(r, village, from > r->today ? from : r->today, text, n, &s, &findings));
    if (!s) return scheme_error(r->mem, findings);
    const struct scheme_adopted *said = s->adopted ? s->adopted : &unsaid;
    const struct scheme_meeting m = { given->meeting ? given->meeting : said->meeting,
                                      either(given->on, said->date),
                                      either(given->votes_for, said->votes_for),
                                      either(given->votes_against, said->votes_against),
                                      either(given->votes_abstain, said->votes_abstain),
                                      given->minutes };
    TRY(check_meeting(r, from, &m));
    TRY(check_from(r, village, from));
    crypto_hash_sha256(hash, (const unsigned char *)text, n);
    const char *checksum = hex_encode(r->mem, hash, sizeof hash);
    TRY(check_new(r, village, from, checksum));
    *version = id_new();
    req_forget(r, &in_force);
    return db_exec(
        r,
        "INSERT INTO scheme_version (village, id, first_day, name, title, yaml, checksum, extends, "
        "meeting, meeting_on,"
        " votes_for, votes_against, votes_abstain, minutes, draft, adopted_at, adopted_by, "
        "adopted_by_name)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
        I64(village), I64(*version), I64(from), TEXT(s->name), TEXT(s->title),
        TEXT(arena_strndup(r->mem, text, n)), TEXT(checksum), TEXT(s->extends), TEXT(m.meeting),
        I64(m.on), I64(m.votes_for), I64(m.votes_against), I64(m.votes_abstain), TEXT(m.minutes),
        I64(draft), I64(r->now), I64(r->who ? r->who->account : NONE),
        TEXT(r->who ? r->who->name : NULL));
}

const struct err *scheme_adopt(struct req *r, int64_t village, int64_t from, const char *text,
                               size_t n, int64_t *version)
{
    return scheme_adopt_by(r, village, from,
                           &(struct scheme_meeting){ NULL, NONE, NONE, NONE, NONE, NULL }, NONE,
                           text, n, version);
}

const struct err *scheme_withdraw(struct req *r, int64_t village, int64_t id, const char *reason)
{
    int64_t changed;
    struct scheme_version *v;
    req_forget(r, &in_force);
    TRY(db_exec_n(r, &changed,
                  "UPDATE scheme_version SET withdrawn_at = $4, withdrawn_by = $5, "
                  "withdrawn_by_name = $6, withdrawn_reason = $7"
                  " WHERE village = $1 AND id = $2 AND first_day > $3 AND withdrawn_at IS NULL",
                  I64(village), I64(id), I64(r->today), I64(r->now),
                  I64(r->who ? r->who->account : NONE), TEXT(r->who ? r->who->name : NULL),
                  TEXT(reason)));
    if (changed) return NULL;
    TRY(scheme_version_load(r, village, id, &v));
    return fail_say(r, ERR_STATE, "scheme", "只有还没到生效日期的方案才能撤回。",
                    "Only a version whose first day is still to come can be withdrawn.");
}

const struct err *scheme_place(struct req *r, int64_t code, struct region **out)
{
    const struct err *e = region_load(r, code, out);
    if (!e && ((*out)->level == 4 || (*out)->level == 5)) return NULL;
    if (e && e->code != ERR_NOT_FOUND) return e;
    return fail_say(r, ERR_NOT_FOUND, "village", "没有这个村（或镇），请检查代码，或先导入区划。",
                    "No such village (or township); check the code, or import the regions first.");
}

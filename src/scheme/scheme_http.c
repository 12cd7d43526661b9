/* The rules as people read them, the versions of a village, adoption. Checking, explaining and comparing
 * texts is in scheme_http_tool.c. */
#include "http/command.h"
#include "kernel/limits.h"
#include "scheme/scheme_http_tool.h"
#include "scheme/scheme_store.h"
#include "scheme/scheme_tool.h"

/* ---- the rules in words ---- */

struct rules_in { int64_t village, on; };
static const struct field rules_in_fields[] = {
    F(rules_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(rules_in, on, K_DATE, IN_QUERY | OPT, 0, 0, "The rules in force on this date; today if absent."),
    { 0 }
};
static RECORD(rules_in);

static const struct err *get_rules(struct req *r)
{
    const struct rules_in *in = r->in;
    const struct scheme *s;
    struct scheme_version *v;

    TRY(scheme_in_force(r, in->village, in->on == NONE ? r->today : in->on, &s));
    TRY(scheme_version_load(r, in->village, s->version, &v));
    struct rules *out = tool_rules(r->mem, s);
    out->village = in->village;
    out->meeting = v->meeting;
    out->meeting_on = v->meeting_on;
    out->votes_for = v->votes_for;
    out->votes_against = v->votes_against;
    out->votes_abstain = v->votes_abstain;
    r->out = out;
    return NULL;
}

/* ---- versions ---- */

struct schemes_in { int64_t village; PAGE_MEMBERS; };
static const struct field schemes_in_fields[] = {
    F(schemes_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    PAGE_FIELDS(schemes_in),
    { 0 }
};
static RECORD(schemes_in);

static const struct err *mark_in_force(struct req *r, int64_t village, struct scheme_version *v, size_t n)
{
    const struct scheme *now;
    const struct err *e = scheme_in_force(r, village, r->today, &now);
    if (e && e->code != ERR_NO_SCHEME) return e;
    for (size_t i = 0; i < n; i++) v[i].in_force = !e && v[i].id == now->version;
    return NULL;
}

static const struct err *get_schemes(struct req *r)
{
    const struct schemes_in *in = r->in;
    struct page *page = arena_new(r->mem, struct page);
    int64_t before, unused;
    const char *text;

    TRY(page_after(r, in->after, &before, &unused, &text));
    TRY(scheme_versions(r, in->village, before == NONE ? INT64_MAX : before, page_limit(in->limit), &page->rows));
    page->total = NONE;
    if (page_cut(page, in->limit))
        page->next = page_cursor(r, LIST_AT(page->rows, struct scheme_version, page->rows.n - 1).first_day, NONE, NULL);
    TRY(mark_in_force(r, in->village, page->rows.items, page->rows.n));
    r->out = page;
    return NULL;
}

struct scheme_key_in { int64_t village, scheme; };
static const struct field scheme_key_in_fields[] = {
    F(scheme_key_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(scheme_key_in, scheme, K_ID, IN_PATH, 0, 0, "Version id."),
    { 0 }
};
static RECORD(scheme_key_in);

static const struct err *get_scheme(struct req *r)
{
    const struct scheme_key_in *in = r->in;
    struct scheme_version *v;
    TRY(scheme_version_load(r, in->village, in->scheme, &v));
    TRY(mark_in_force(r, in->village, v, 1));
    r->out = v;
    return NULL;
}

struct adopt_in { int64_t village, from; struct scheme_meeting m; struct bytes body; };
static const struct field adopt_in_fields[] = {
    F(adopt_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(adopt_in, from, K_DATE, IN_QUERY, 0, 0, "In force from this date: today or later, except a village's first scheme. 生效日期"),
    F_AS(adopt_in, m.meeting, "meeting", K_TEXT, IN_QUERY | OPT, 1, 60, "The meeting; absent: as the text says. 通过会议"),
    F_AS(adopt_in, m.on, "meeting_on", K_DATE, IN_QUERY | OPT, 0, 0, "The day of the meeting. 会议日期"),
    F_AS(adopt_in, m.votes_for, "votes_for", K_INT, IN_QUERY | OPT, 0, 100000, "Votes for. 赞成"),
    F_AS(adopt_in, m.votes_against, "votes_against", K_INT, IN_QUERY | OPT, 0, 100000, "Votes against. 反对"),
    F_AS(adopt_in, m.votes_abstain, "votes_abstain", K_INT, IN_QUERY | OPT, 0, 100000, "Abstentions. 弃权"),
    F(adopt_in, body, K_BYTES, IN_RAW, 0, 0, "The scheme, YAML."),
    { 0 }
};
static RECORD(adopt_in);

static const struct err *post_scheme(struct req *r)
{
    const struct adopt_in *in = r->in;
    struct region *village;
    struct scheme_version *v;
    int64_t version;

    TRY(region_load(r, in->village, &village));
    TRY(scheme_adopt_by(r, in->village, in->from, &in->m, in->body.p, in->body.n, &version));
    TRY(scheme_version_load(r, in->village, version, &v));
    TRY(mark_in_force(r, in->village, v, 1));
    r->audit_subject = version;
    r->out = v;
    return NULL;
}

static const enum err_code rules_errors[] = { ERR_NO_SCHEME, ERR_NONE };
static const enum err_code read_errors[] = { ERR_NOT_FOUND, ERR_NONE };
static const enum err_code adopt_errors[] = { ERR_NOT_FOUND, ERR_SCHEME, ERR_SCHEME_FROM, ERR_DUPLICATE, ERR_NONE };

static const struct route scheme_routes[] = {
    { "GET", "/public/villages/{village}/scheme", PERM_PUBLIC, TX_READ, &rules_in_record, &rules_record, get_rules, rules_errors,
      ROUTE_CACHE, NULL, NULL, "The rules in force, in words, by category." },
    { "GET", "/villages/{village}/schemes", PERM_SELF, TX_READ, &schemes_in_record, &scheme_version_record, get_schemes, NULL,
      ROUTE_PAGE, NULL, NULL, "Versions of a village's scheme, newest first." },
    { "GET", "/villages/{village}/schemes/{scheme}", PERM_SELF, TX_READ, &scheme_key_in_record, &scheme_version_record, get_scheme,
      read_errors, 0, NULL, NULL, "One version with its text." },
    { "POST", "/villages/{village}/schemes", PERM_SCHEME_WRITE, TX_WRITE, &adopt_in_record, &scheme_version_record, post_scheme,
      adopt_errors, ROUTE_RAW | ROUTE_CREATED, "text/yaml", NULL, "Put a scheme in force from a date, with the meeting that adopted it." },
    { "POST", "/schemes/check", PERM_SELF, TX_READ, &check_in_record, &checked_record, scheme_post_check, NULL,
      ROUTE_RAW | ROUTE_QUIET, "text/yaml", NULL, "Check a scheme: all findings with line and column, and the rules in words." },
    { "POST", "/schemes/print", PERM_SELF, TX_READ, &check_in_record, &noticed_record, scheme_post_print, NULL,
      ROUTE_RAW | ROUTE_QUIET, "text/yaml", NULL, "The notice of a scheme for the wall, as text." },
    { "GET", "/schemes/schema", PERM_SELF, TX_NONE, NULL, NULL, scheme_get_schema, NULL, ROUTE_FILE, NULL,
      "application/schema+json", "The JSON Schema of the scheme language, for editors." },
    { 0 }
};

extern const struct migration scheme_migrations[];
extern const struct command scheme_commands[];
const struct slice scheme_slice = {
    .name = "scheme", .routes = scheme_routes, .migrations = scheme_migrations, .commands = scheme_commands,
};

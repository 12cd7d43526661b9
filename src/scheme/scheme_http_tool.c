/* Tools over HTTP: the answers of scheme_tool.h about texts that nobody has adopted yet. */
#include <string.h>

#include "http/http.h"
#include "scheme/scheme_http_tool.h"
#include "scheme/scheme_store.h"
#include "scheme/scheme_tool.h"
#include "scheme/scheme_tree.h"

/* Two texts fit in a body, even if all of it is Chinese. */
enum { TEXT_CHARS = SCHEME_BYTES / 3 };

struct check_in {
    struct bytes body;
};
static const struct field check_in_fields[] = {
    F(check_in, body, K_BYTES, IN_RAW, 0, 0, "The scheme, YAML."), { 0 }
};
RECORD(check_in);

struct check_at_in {
    int64_t village;
    struct bytes body;
};
static const struct field check_at_in_fields[] = {
    F(check_at_in, village, K_REGION, IN_QUERY | OPT, 0, 0,
      "For this village (or township): also against the township's template in force today, when "
      "the text extends it. 村代码"),
    F(check_at_in, body, K_BYTES, IN_RAW, 0, 0, "The scheme, YAML."),
    { 0 }
};
RECORD(check_at_in);

const struct err *scheme_post_check(struct req *r)
{
    const struct check_at_in *in = r->in;
    struct scheme_finding *found;
    const struct scheme *s;
    TRY(scheme_read_at(r, in->village, r->today, in->body.p, in->body.n, &s, &found));
    r->out = tool_check(r->mem, s, found);
    return NULL;
}

const struct err *scheme_post_print(struct req *r)
{
    const struct check_in *in = r->in;
    struct scheme_finding *found;
    const struct scheme *s = scheme_parse(r->mem, "scheme", in->body.p, in->body.n, &found);
    r->out = tool_notice(r->mem, s, found, r->lang);
    return NULL;
}

const struct err *scheme_post_choices(struct req *r)
{
    const struct check_in *in = r->in;
    struct scheme_finding *found;
    const struct scheme *s = scheme_parse(r->mem, "scheme", in->body.p, in->body.n, &found);
    r->out = tool_choices(r->mem, s, found);
    return NULL;
}

struct explain_in {
    const char *scheme, *facts, *period;
    int64_t subject;
};
static const struct field explain_in_fields[] = {
    F(explain_in, scheme, K_TEXT, 0, 0, TEXT_CHARS, "The scheme, YAML; lines end with \\n."),
    F(explain_in, facts, K_TEXT, 0, 0, TEXT_CHARS,
      "What happened, YAML: subjects with their deeds, visits, results."),
    F(explain_in, period, K_TEXT, 0, 1, 16, "2026, 2026-Q1, 2026-03 … 时段"),
    F(explain_in, subject, K_ID, OPT, 0, 0,
      "One subject of the facts; absent: all, and the village."),
    { 0 }
};
RECORD(explain_in);

static const struct scheme *read_scheme(struct req *r, const char *text,
                                        struct scheme_finding **found)
{
    return scheme_parse(r->mem, "scheme", text, strlen(text), found);
}

const struct err *scheme_post_explain(struct req *r)
{
    const struct explain_in *in = r->in;
    struct scheme_finding *found, *facts_found;
    const struct scheme *s = read_scheme(r, in->scheme, &found);
    const struct scheme_facts *f =
        scheme_facts_parse(r->mem, in->facts, strlen(in->facts), &facts_found);
    r->out = tool_explain(r->mem, s, found, f, facts_found, in->period, in->subject);
    return NULL;
}

struct award_in {
    const char *scheme, *facts;
};
static const struct field award_in_fields[] = {
    F(award_in, scheme, K_TEXT, 0, 0, TEXT_CHARS, "The scheme, YAML."),
    F(award_in, facts, K_TEXT, 0, 0, TEXT_CHARS,
      "The deed, YAML or JSON: {class, deed: {item, on, …}, earlier: […]}."),
    { 0 }
};
RECORD(award_in);

const struct err *scheme_post_award(struct req *r)
{
    const struct award_in *in = r->in;
    struct scheme_finding *found, *facts_found;
    const struct scheme *s = read_scheme(r, in->scheme, &found);
    const struct fact_award *f =
        scheme_award_parse(r->mem, in->facts, strlen(in->facts), &facts_found);
    r->out = tool_award(r->mem, s, found, f, facts_found);
    return NULL;
}

struct diff_in {
    const char *before, *after;
};
static const struct field diff_in_fields[] = {
    F(diff_in, before, K_TEXT, 0, 0, TEXT_CHARS, "The older scheme, YAML."),
    F(diff_in, after, K_TEXT, 0, 0, TEXT_CHARS, "The newer scheme, YAML."),
    { 0 }
};
RECORD(diff_in);

const struct err *scheme_post_diff(struct req *r)
{
    const struct diff_in *in = r->in;
    struct scheme_finding *before_found, *after_found;
    const struct scheme *before = read_scheme(r, in->before, &before_found),
                        *after = read_scheme(r, in->after, &after_found);
    r->out = tool_diff(r->mem, before, before_found, after, after_found);
    return NULL;
}

const struct err *scheme_get_schema(struct req *r)
{
    const char *schema = scheme_json_schema(r->mem);
    http_send_file(r, "application/schema+json", "scheme.schema.json", schema, strlen(schema));
    return NULL;
}

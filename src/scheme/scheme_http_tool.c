/* Tools over HTTP: the answers of scheme_tool.h about texts that nobody has adopted yet. */
#include <string.h>

#include "http/http.h"
#include "scheme/scheme_http_tool.h"
#include "scheme/scheme_tool.h"

struct check_in { struct bytes body; };
static const struct field check_in_fields[] = {
    F(check_in, body, K_BYTES, IN_RAW, 0, 0, "The scheme, YAML."),
    { 0 }
};
RECORD(check_in);

const struct err *scheme_post_check(struct req *r)
{
    const struct check_in *in = r->in;
    struct scheme_finding *found;
    const struct scheme *s = scheme_parse(r->mem, "scheme", in->body.p, in->body.n, &found);
    r->out = tool_check(r->mem, s, found);
    return NULL;
}

const struct err *scheme_post_print(struct req *r)
{
    const struct check_in *in = r->in;
    struct scheme_finding *found;
    const struct scheme *s = scheme_parse(r->mem, "scheme", in->body.p, in->body.n, &found);
    r->out = tool_notice(r->mem, s, found);
    return NULL;
}

const struct err *scheme_get_schema(struct req *r)
{
    const char *schema = scheme_json_schema(r->mem);
    http_send_file(r, "application/schema+json", "scheme.schema.json", schema, strlen(schema));
    return NULL;
}

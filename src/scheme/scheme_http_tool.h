/* Handlers of the tools, for the slice's one table of routes (scheme_http.c). */
#ifndef SCHEME_HTTP_TOOL_H
#define SCHEME_HTTP_TOOL_H
#include "http/http.h"
extern const struct record check_in_record, check_at_in_record, explain_in_record, award_in_record,
    diff_in_record;
MUST_CHECK const struct err *scheme_post_check(struct req *r);
MUST_CHECK const struct err *scheme_post_print(struct req *r);
MUST_CHECK const struct err *scheme_post_choices(struct req *r);
MUST_CHECK const struct err *scheme_post_explain(struct req *r);
MUST_CHECK const struct err *scheme_post_award(struct req *r);
MUST_CHECK const struct err *scheme_post_diff(struct req *r);
MUST_CHECK const struct err *scheme_get_schema(struct req *r);
#endif

/* What a file binds to: the scheme and the parts that become plain members of it. */
#ifndef SCHEME_FILE_H
#define SCHEME_FILE_H
#include "scheme/scheme_keys.h"
struct file_publicity { int64_t days, workdays; const struct scheme_node *node; };
struct file_false { int64_t times; const char *bars; const struct scheme_node *node; };
struct scheme_file {
    struct scheme s;
    struct file_publicity *publicity;
    struct file_false *false_claims;
    const struct scheme_node *node;
};
#endif

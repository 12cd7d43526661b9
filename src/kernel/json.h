/* JSON: an append-only writer (never reals), and records in and out. Reading uses jansson with
 * duplicate keys rejected, depth and size limited; only json_read touches it.
 *     struct json j = json_to(&b); json_object(&j); json_key(&j, "a"); json_int(&j, 1); json_end(&j);
 */
#ifndef KERNEL_JSON_H
#define KERNEL_JSON_H
#include <stdbool.h>
#include "kernel/buf.h"
#include "kernel/err.h"
#include "kernel/record.h"
/* jansson exports three of these names: ours get symbols of their own, or it would call them. */
#define json_object json_write_object
#define json_array json_write_array
#define json_null json_write_null
struct json { struct buf *b; uint32_t comma; int depth; bool after_key; uint32_t array; };
struct json json_to(struct buf *b);
void json_object(struct json *j);
void json_array(struct json *j);
void json_end(struct json *j);                    /* closes the innermost */
void json_key(struct json *j, const char *key);
void json_int(struct json *j, int64_t v);
void json_bool(struct json *j, bool v);
void json_null(struct json *j);
void json_text(struct json *j, const char *s);    /* NULL writes null */
void json_quote_value(struct json *j, const char *s, size_t n); /* the first n bytes of s */
void json_raw(struct json *j, const char *json);  /* text that is JSON already */
/* One JSON string, quoted and escaped; bytes that are no UTF-8 become U+FFFD. */
void json_quote(struct buf *b, const char *s, size_t n);
/* One struct by its record. Absent fields are written as null, an absent list as [], K_BYTES not
 * at all. Secrets (OUT_SECRET) as "…" when hide is set (audit rows). */
void json_record(struct json *j, const struct record *rec, const void *p, bool hide);

/* Body → struct: fields that have none of skip_flags (IN_PATH | IN_QUERY | IN_RAW | IN_MATCH). Every
 * invalid, missing, unknown and repeated field is a finding of one ERR_INVALID, at most
 * LIMIT_FINDINGS; text that is not JSON at all, or nests deeper than LIMIT_JSON_DEPTH, is
 * ERR_MALFORMED with line and column, over LIMIT_BODY_BYTES is ERR_TOO_LARGE. An empty body counts
 * as {}. The struct's other members are left alone. */
MUST_CHECK const struct err *json_read(struct arena *mem, const char *text, size_t n,
                                       const struct record *rec, unsigned skip_flags, void *out);
#endif

/* Records: one table describes a C struct once and drives JSON in (every invalid field at once),
 * JSON out, SQL rows to struct, and the OpenAPI schema.
 *
 *     struct approve { int64_t village, claim, points_c; const char *note; };
 *     static const struct field approve_fields[] = {
 *         F(approve, village,  K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
 *         F(approve, claim,    K_ID,     IN_PATH, 0, 0, "Claim id."),
 *         F_AS(approve, points_c, "points", K_POINTS, 0, 0, 1000000, "Points granted. 审核分值"),
 *         F(approve, note,     K_TEXT,   OPT,     0, 500, "Reason shown to the villager."),
 *         { 0 }
 *     };
 *     RECORD(approve);            // defines  const struct record approve_record
 *
 * C types by kind: int64_t for all but those below; absent is NONE. K_TEXT, K_ENUM: const char *
 * (NUL-closed UTF-8 without control characters other than newline and tab; NULL is absent).
 * K_BYTES: struct bytes. K_OBJECT: pointer to the sub-struct, NULL is absent. K_LIST: struct list
 * of sub-structs; K_TEXTS: struct list of const char *; K_IDS: struct list of int64_t.
 * Bounds 0, 0 mean none. A text with min > 0 must not be blank; each text of a K_TEXTS has 1 to
 * LIMIT_LIST_TEXT characters.
 */
#ifndef KERNEL_RECORD_H
#define KERNEL_RECORD_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kernel/arena.h"

#define NONE INT64_MIN /* an absent number, date or instant */

enum kind {
    K_END,
    K_INT,     /* JSON integer, min..max */
    K_BOOL,    /* JSON true/false; 0/1 */
    K_ID,      /* JSON integer 1..2^53-1 */
    K_REGION,  /* JSON string of 12 digits; BIGINT in SQL */
    K_POINTS,  /* JSON string "37.50"; hundredths. Also money in yuan (fen) */
    K_DATE,    /* JSON "2026-11-21"; days since 1970-01-01. 业务日期 */
    K_INSTANT, /* JSON RFC 3339 in UTC; milliseconds since 1970 */
    K_TEXT,    /* min..max bounds characters (code points), not bytes */
    K_ENUM,    /* text out of options */
    K_BYTES,   /* the raw body (IN_RAW) or a BYTEA/BLOB column; never in JSON */
    K_JSON,    /* out only: text that is JSON already */
    K_OBJECT, K_LIST, K_TEXTS, K_IDS, /* for lists min..max bounds the count */
};

/* Where an input field comes from. Without one: the query for GET and DELETE, else the body. */
enum {
    IN_PATH = 1, IN_QUERY = 2, IN_RAW = 4, /* the raw body, any of the route's media types */
    IN_MATCH = 8,    /* If-Match: the version the client read; missing is 428 */
    OPT = 16,        /* may be absent or null */
    OUT_ETAG = 32,   /* this field's value is the ETag of the answer */
    OUT_SECRET = 64, /* never logged, never in the audit row (passwords, id numbers) */
};

struct bytes { const void *p; size_t n; };
struct list { void *items; size_t n; };
/* One item of a list. */
#define LIST_AT(l, T, i) (((T *)(l).items)[i])

struct record;
struct field {
    const char *name; /* in JSON and as SQL column */
    enum kind kind;
    unsigned flags;
    size_t at;
    int64_t min, max;
    const struct record *sub;     /* K_OBJECT, K_LIST */
    const char *const *options;   /* K_ENUM, closed by NULL */
    const char *doc;              /* one line, English with the Chinese term */
};
struct record { const char *name; size_t size; const struct field *fields; };

#define F(T, m, k, fl, lo, hi, d) \
    { .name = #m, .kind = k, .flags = fl, .at = offsetof(struct T, m), .min = lo, .max = hi, .doc = d }
#define F_AS(T, m, nm, k, fl, lo, hi, d) \
    { .name = nm, .kind = k, .flags = fl, .at = offsetof(struct T, m), .min = lo, .max = hi, .doc = d }
#define F_ENUM(T, m, fl, opts, d) \
    { .name = #m, .kind = K_ENUM, .flags = fl, .at = offsetof(struct T, m), .options = opts, .doc = d }
#define F_SUB(T, m, k, fl, lo, hi, rec, d) \
    { .name = #m, .kind = k, .flags = fl, .at = offsetof(struct T, m), .min = lo, .max = hi, .sub = &rec, .doc = d }
#define RECORD(T) const struct record T##_record = { #T, sizeof(struct T), T##_fields }

/* Sets every field of a fresh struct to absent (NONE, NULL, empty). */
void record_blank(const struct record *rec, void *p);
void field_blank(const struct field *f, void *at);

/* One field from text (path, query, CSV cell) into the struct `out`: checks kind and limits. NULL
 * and "" are absent: fine with OPT, else "required". K_TEXTS and K_IDS take "a,b,c". On false *zh and
 * *en say why (either may be NULL). */
bool field_from_text(struct arena *mem, const struct field *f, const char *s, void *out,
                     const char **zh, const char **en);

/* The checks behind it, shared with the JSON reader: false tells why. */
struct why { const char *zh, *en; };
bool field_number_from_text(struct arena *mem, const struct field *f, const char *s, int64_t *out,
                            struct why *why);
bool field_check_number(struct arena *mem, const struct field *f, int64_t v, struct why *why);
bool field_check_text(struct arena *mem, const struct field *f, const char *s, struct why *why);
bool field_check_enum(struct arena *mem, const struct field *f, const char *s, const char **out,
                      struct why *why);
bool field_check_count(struct arena *mem, const struct field *f, size_t n, struct why *why);
bool field_check_item(struct arena *mem, const char *s, struct why *why); /* of a K_TEXTS */

/* Division codes 区划代码: 12 digits, the first not 0. */
enum { REGION_SIZE = 16 };
bool region_parse(const char *s, int64_t *out);
char *region_format(int64_t region, char out[REGION_SIZE]);
#endif

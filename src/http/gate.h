/* Gate: the one strict reader of HTTP/1.1 requests. Pure: bytes in, a request or a refusal out; no
 * socket, no clock, no allocation of its own but the body's buffer. What is ambiguous is refused,
 * because a proxy in front may have read it differently (request smuggling): two Content-Length,
 * Content-Length beside Transfer-Encoding, any coding but plain "chunked", bare CR or LF, folded
 * lines, a space before the colon, a missing or repeated Host.
 *
 *     struct gate g;
 *     enum gate_state s = gate_head(&g, p, n);      // again with more bytes while GATE_MORE
 *     … choose the limit by the route …
 *     s = gate_body(&g, &body, p, n, &used);        // again with the next bytes while GATE_MORE
 */
#ifndef HTTP_GATE_H
#define HTTP_GATE_H
#include "kernel/buf.h"
#include "kernel/err.h"

enum { GATE_HEADERS = 64 };
enum gate_state { GATE_MORE, GATE_DONE, GATE_BAD };

struct gate_header { const char *name, *value; }; /* the name in lower case */
struct gate {
    const char *method;
    const char *path;       /* starts with '/', still percent-encoded; "*" for OPTIONS */
    const char *query;      /* after '?', NULL without */
    bool http10, keep_alive, chunked, expect_continue;
    int64_t length;         /* Content-Length, 0 when absent */
    size_t head_n;          /* bytes of the head, once it is complete */
    int headers_n;
    struct gate_header headers[GATE_HEADERS];
    enum err_code refusal;  /* with GATE_BAD: MALFORMED, HEADERS_TOO_LARGE, URI_TOO_LONG, VERSION, TOO_LARGE */
    const char *why;        /* one phrase for the log */
    size_t seen;            /* how far the search for the end of the head has come */
    enum { CHUNK_SIZE, CHUNK_EXT, CHUNK_SIZE_LF, CHUNK_DATA, CHUNK_CR, CHUNK_LF, CHUNK_TRAILER,
           CHUNK_TRAILER_LF } chunk;
    int64_t left;           /* of the body, or of the chunk */
    int digits, extra;      /* of the chunk's size line; bytes of extension and trailer */
};

/* Reads the head from p[0..n). Writes NULs into it: the strings of *g point there, so the bytes
 * must stay where they are. Call again with the same start and more bytes while GATE_MORE. */
enum gate_state gate_head(struct gate *g, char *p, size_t n);
/* Reads body bytes that follow the head; *used tells how many of them belong to this request. A
 * body over b->max is GATE_BAD with TOO_LARGE. */
enum gate_state gate_body(struct gate *g, struct buf *b, const char *p, size_t n, size_t *used);
/* The first of the name, in lower case; NULL when absent. */
const char *gate_find(const struct gate *g, const char *name);
/* The last of the name before the *before-th header, whose place it becomes; from headers_n on downwards. */
const char *gate_find_before(const struct gate *g, const char *name, int *before);
/* Decodes %XX (and '+' when `plus`) in place of s[0..n) into a NUL-closed copy; NULL when malformed,
 * not UTF-8 or with a NUL inside. */
char *gate_decode(struct arena *mem, const char *s, size_t n, bool plus);
#endif

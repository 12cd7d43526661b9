/* Public: facts of a county from one file: YAML documents divided by lines "---", each like the facts
 * of a village (`subjects`, `residents`, `pool`) and each within the limits of one file. One document
 * is in memory at a time. What comes from a pipe is put aside in a temporary file as it is read, since a
 * run reads facts more than once.
 *
 *     struct fact_stream in;
 *     TRY(fact_stream_open(mem, "county.yaml", &in));   // "-": standard input; closed with mem
 *     e = run_open(mem, scheme, &in.source, year, &run);
 *     if (in.findings) … print them: line and column count in the whole file …
 *
 * Residents of several documents add up; a pool is told once.
 */
#ifndef SCHEME_SCHEME_STREAM_H
#define SCHEME_SCHEME_STREAM_H
#include "scheme/scheme_facts.h"

struct fact_stream {
    struct fact_source source;             /* first: next and rewind find the rest by it */
    const struct scheme_finding *findings; /* of the document that is wrong; NULL: none */
    struct stream_state *state;
};
/* ERR_INVALID when it cannot be opened. A document that is wrong is an ERR_INVALID of next. */
MUST_CHECK const struct err *fact_stream_open(struct arena *mem, const char *path,
                                              struct fact_stream *out);
#endif

/* A scheme told to people: what was chosen where the source is silent, and what two versions do
 * differently. Both walk the file by the table of keys, so a new construct is told without a line
 * here. The notice for the wall is scheme_notice.h.
 */
#ifndef SCHEME_SCHEME_TELL_H
#define SCHEME_SCHEME_TELL_H
#include "kernel/buf.h"
#include "scheme/scheme.h"
/* One line per `choice`: where, what was chosen, the source. */
void scheme_tell_choices(const struct scheme *s, struct buf *out);
/* Sentences: what was added, removed, changed; nothing when they say the same. Returns how many. */
int scheme_tell_diff(struct arena *mem, const struct scheme *before, const struct scheme *after, enum lang lang, struct buf *out);
#endif

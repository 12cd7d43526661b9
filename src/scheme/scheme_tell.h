/* A scheme told to people: what was chosen where the source is silent, and what two versions do
 * differently. Both walk the file by the table of keys, so a new construct is told without a line
 * here. The notice for the wall is scheme_notice.h.
 */
#ifndef SCHEME_SCHEME_TELL_H
#define SCHEME_SCHEME_TELL_H
#include "kernel/buf.h"
#include "scheme/scheme.h"
/* Every `choice`, in the order of the table: struct scheme_choice. */
struct scheme_choice {
    int64_t line;
    const char *path, *zh, *en; /* what it is about; path "": the whole */
    const char *choice, *source; /* source NULL: none named */
};
struct list scheme_choices(struct arena *mem, const struct scheme *s);
/* One line per `choice`: where, what was chosen, the source. */
void scheme_tell_choices(struct arena *mem, const struct scheme *s, struct buf *out);
/* Sentences: what was added, removed, changed; nothing when they say the same. Returns how many. */
int scheme_tell_diff(struct arena *mem, const struct scheme *before, const struct scheme *after, enum lang lang, struct buf *out);
#endif

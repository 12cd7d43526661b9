/* A stream of documents of facts, one in memory at a time: scheme_stream.h. */
#include "scheme/scheme_stream.h"

#include <stdio.h>
#include <string.h>

#include "kernel/buf.h"
#include "scheme/scheme_tree.h"

/* What is read at once; a line that is longer comes in pieces. */
enum { BLOCK = 64 * 1024 };

struct stream_state {
    struct arena *mem;
    FILE *in, *aside; /* aside: what was read of a pipe */
    bool copied;      /* aside has all of it */
    char block[BLOCK];
    size_t from, to;       /* what of the block is not looked at yet */
    struct arena document; /* text, tree and subjects of the document in hand */
    const struct scheme_facts *facts;
    size_t at;
    int line; /* the last one that was read */
    bool any, pool_seen;
    int64_t residents, pool_c;
};

static void close_stream(void *arg)
{
    struct stream_state *s = arg;
    if (s->in && s->in != stdin) fclose(s->in);
    if (s->aside) fclose(s->aside);
    arena_clear(&s->document);
}

static const struct err *bad(struct stream_state *s, const char *zh, const char *en)
{
    return err_say(s->mem, ERR_INVALID, "facts", zh, en);
}

/* ---- the text of one document ---- */

/* A line with its end, or as much of it as fits; n 0: the end of the file. */
static const struct err *read_piece(struct stream_state *s, const char **out, size_t *n)
{
    FILE *in = s->copied ? s->aside : s->in;
    const char *end = memchr(s->block + s->from, '\n', s->to - s->from);
    if (!end) {
        memmove(s->block, s->block + s->from, s->to - s->from);
        s->to -= s->from;
        s->from = 0;
        size_t more = fread(s->block + s->to, 1, sizeof s->block - s->to, in);
        if (s->aside && !s->copied) fwrite(s->block + s->to, 1, more, s->aside);
        if (ferror(in) || (s->aside && ferror(s->aside)))
            return bad(s, "读取失败。", "cannot read");
        s->to += more;
        end = memchr(s->block, '\n', s->to);
    }
    *out = s->block + s->from;
    *n = end ? (size_t)(end + 1 - *out) : s->to - s->from;
    s->from += *n;
    return NULL;
}

/* Nothing but white space and a comment. */
static bool blank(const char *p, size_t n)
{
    while (n && strchr(" \t\r\n", *p)) p++, n--;
    return !n || *p == '#';
}

static bool divides(const char *p, size_t n)
{
    return n >= 3 && !memcmp(p, "---", 3) && (n == 3 || strchr(" \t\r\n", p[3]));
}

static const struct err *too_long(struct stream_state *s, int first)
{
    return bad(s,
               arena_printf(s->mem, "从第%d行起的一份数据超过%dKB，请用单独一行“---”分成几份。",
                            first, SCHEME_BYTES / 1024),
               arena_printf(s->mem,
                            "the document from line %d is larger than %d KiB: divide it by lines "
                            "\"---\"",
                            first, SCHEME_BYTES / 1024));
}

/* The next document that says anything; *first: the number of its first line. Empty: none. */
static const struct err *read_document(struct stream_state *s, struct buf *text, int *first)
{
    bool begins = true, says = false;
    *first = s->line + 1;
    for (;;) {
        const char *p = NULL;
        size_t n = 0;
        TRY(read_piece(s, &p, &n));
        if (!n) break;
        s->line += begins;
        if (begins && divides(p, n)) {
            if (!blank(p + 3, n - 3))
                return bad(
                    s, arena_printf(s->mem, "第%d行：“---”要单独一行。", s->line),
                    arena_printf(s->mem, "line %d: \"---\" stands on a line of its own", s->line));
            if (says) return NULL;
            text->n = 0;
            *first = s->line + 1;
            continue;
        }
        says |= !begins || !blank(p, n);
        begins = p[n - 1] == '\n';
        buf_add(text, p, n);
        if (text->over) return too_long(s, *first);
    }
    if (!says) text->n = 0;
    return NULL;
}

/* ---- its facts ---- */

static void keep_findings(struct fact_stream *f, const struct scheme_finding *found, int first)
{
    struct arena *mem = f->state->mem;
    const struct scheme_finding **at = &f->findings;
    for (; found; found = found->next) {
        struct scheme_finding *x = arena_new(mem, struct scheme_finding);
        *x = (struct scheme_finding){ .line = found->line ? found->line + first - 1 : 0,
                                      .column = found->column,
                                      .warning = found->warning,
                                      .path = arena_strdup(mem, found->path),
                                      .zh = arena_strdup(mem, found->zh),
                                      .en = arena_strdup(mem, found->en) };
        *at = x;
        at = (const struct scheme_finding **)&x->next;
    }
}

static const struct err *add_village(struct stream_state *s, const struct scheme_facts *facts)
{
    if (facts->residents != NONE)
        s->residents = s->residents == NONE ? facts->residents : s->residents + facts->residents;
    if (facts->pool_c == NONE) return NULL;
    if (s->pool_seen)
        return bad(s, "分红总额（pool）写了两次，只能写一次。", "the pool is told twice");
    s->pool_seen = true;
    s->pool_c = facts->pool_c;
    return NULL;
}

/* The facts of the next document; state->facts NULL: there is none. */
static const struct err *next_document(struct fact_stream *f)
{
    struct stream_state *s = f->state;
    struct scheme_finding *found = NULL;
    int first;
    arena_reset(&s->document);
    s->facts = NULL;
    s->at = 0;
    struct buf text = buf_in(&s->document, SCHEME_BYTES);
    TRY(read_document(s, &text, &first));
    if (!text.n) return NULL;
    s->facts = scheme_facts_parse(&s->document, text.p, text.n, &found);
    if (s->facts) return add_village(s, s->facts);
    keep_findings(f, found, first);
    return bad(s, arena_printf(s->mem, "从第%d行起的一份数据有错。", first),
               arena_printf(s->mem, "the document from line %d is not valid", first));
}

static const struct err *stream_next(struct fact_source *self, struct arena *mem,
                                     const struct fact_subject **out)
{
    struct fact_stream *f = (struct fact_stream *)self;
    struct stream_state *s = f->state;
    (void)mem; /* a document holds many subjects; it lives until the next one */
    while (!s->facts || s->at == s->facts->subjects.n) {
        TRY(next_document(f));
        if (s->facts) continue;
        *out = NULL;
        self->residents = s->residents;
        self->pool_c = s->pool_c;
        if (s->any) return NULL;
        return bad(s, "没有数据。", "there are no facts");
    }
    s->any = true;
    *out = &LIST_AT(s->facts->subjects, struct fact_subject, s->at++);
    return NULL;
}

/* ---- from the beginning ---- */

/* What of a pipe was not read yet is put aside too. */
static const struct err *copy_rest(struct stream_state *s)
{
    size_t n;
    while ((n = fread(s->block, 1, sizeof s->block, s->in)) > 0) fwrite(s->block, 1, n, s->aside);
    s->copied = true;
    if (ferror(s->in) || fflush(s->aside)) return bad(s, "读取失败。", "cannot read");
    return NULL;
}

static const struct err *stream_rewind(struct fact_source *self)
{
    struct fact_stream *f = (struct fact_stream *)self;
    struct stream_state *s = f->state;
    f->findings = NULL;
    s->residents = s->pool_c = NONE;
    s->pool_seen = s->any = false;
    s->from = s->to = 0;
    s->facts = NULL;
    s->at = 0;
    bool fresh = s->line == 0;
    s->line = 0;
    if (fresh) return NULL; /* nothing was read yet */
    if (s->aside && !s->copied) TRY(copy_rest(s));
    FILE *from = s->copied ? s->aside : s->in;
    if (fseek(from, 0, SEEK_SET)) return bad(s, "读取失败。", "cannot read");
    return NULL;
}

const struct err *fact_stream_open(struct arena *mem, const char *path, struct fact_stream *out)
{
    struct stream_state *s = arena_new(mem, struct stream_state);
    *s = (struct stream_state){ .mem = mem, .residents = NONE, .pool_c = NONE };
    *out = (struct fact_stream){ .source = { stream_next, stream_rewind, NONE, NONE }, .state = s };
    arena_on_clear(mem, close_stream, s);
    s->in = strcmp(path, "-") ? fopen(path, "rb") : stdin;
    if (!s->in)
        return err_say(mem, ERR_INVALID, "facts", arena_printf(mem, "%s：打不开文件。", path),
                       arena_printf(mem, "%s: cannot open", path));
    if (fseek(s->in, 0, SEEK_SET) == 0) return NULL;
    s->aside = tmpfile();
    return s->aside ? NULL : bad(s, "不能建临时文件。", "cannot make a temporary file");
}

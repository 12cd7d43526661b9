/* The engine as a WebAssembly module, so that a page checks, tells and works out a scheme with this
 * same code, without a server. It has no imports: no files, no clock, no printing. The page reads
 * YAML itself, hands over its nodes one by one and asks a tool; the answer is JSON, the same bytes
 * that the server gives (scheme_tool.h).
 *
 *     reset(); doc(0, bytes); map(1, 1); scalar(text("title"), 0, 1, 1); … end(); check() → JSON,
 * length()
 *
 * Input never traps: limits are findings (scheme_tree.h). What is left is memory: its maximum is
 * given to the linker, and going over it ends the instance as BUG() does. The loader then makes a
 * fresh one, reads last_words() of the old and answers too_much().
 */
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include "kernel/json.h"
#include "kernel/log.h"
#include "kernel/text.h"
#include "scheme/scheme_extend.h"
#include "scheme/scheme_tool.h"
#include "scheme/scheme_tree.h"

#define EXPORT(name) __attribute__((export_name(#name)))

enum { DOCS = 2, ANSWER_MAX = 32 * 1024 * 1024 };

static struct arena mem;
static struct doc {
    struct scheme_check check;
    struct scheme_tree tree;
} docs[DOCS];
static struct doc *now = docs; /* the one that is fed */
static size_t answer_n;
static char words[256];

/* All that is left of the log. */
void log_write(enum log_level level, const char *where, const char *msg,
               const struct log_field *fields)
{
    (void)level;
    (void)fields;
    snprintf(words, sizeof words, "%s: %s", where, msg);
}

/* wasi-libc's vsnprintf can say on stderr that it prints no long double. It is never asked to, but
 * the sentence brings stdio along, and with it imports; these stand in for its three ways out. */
size_t __stdio_write(FILE *f, const unsigned char *p, size_t n);
size_t __stdio_write(FILE *f, const unsigned char *p, size_t n)
{
    (void)f, (void)p;
    return n;
}
int __stdio_close(FILE *f);
int __stdio_close(FILE *f)
{
    (void)f;
    return 0;
}
off_t __stdio_seek(FILE *f, off_t by, int from);
off_t __stdio_seek(FILE *f, off_t by, int from)
{
    (void)f, (void)by, (void)from;
    return -1;
}

EXPORT(last_words) const char *last_words(void);
const char *last_words(void)
{
    return words;
}

/* ---- documents in ---- */

/* Forgets everything; pointers given out are void. */
EXPORT(reset) void reset(void);
void reset(void)
{
    arena_reset(&mem);
    memset(docs, 0, sizeof docs);
    now = docs;
}

/* Room for n bytes of text and a closing NUL, until reset. */
EXPORT(room) char *room(size_t n);
char *room(size_t n)
{
    return arena_alloc(&mem, n + 1);
}

/* Begins document `which` (0, 1) of so many bytes. 0: it is too large, nothing more is taken. */
EXPORT(doc) int doc(int which, size_t bytes);
int doc(int which, size_t bytes)
{
    now = &docs[which == 1];
    *now = (struct doc){ .check = { .mem = &mem } };
    tree_begin(&now->tree, &now->check, bytes);
    return !now->tree.closed;
}

/* 0: a limit was reached, the rest need not be handed over. */
EXPORT(more) int more(void);
int more(void)
{
    return !now->tree.closed;
}

EXPORT(map) void map(int line, int column);
void map(int line, int column)
{
    tree_map(&now->tree, line, column);
}

EXPORT(list) void list(int line, int column);
void list(int line, int column)
{
    tree_list(&now->tree, line, column);
}

EXPORT(scalar) void scalar(const char *text, int quoted, int line, int column);
void scalar(const char *text, int quoted, int line, int column)
{
    tree_scalar(&now->tree, text, quoted != 0, line, column);
}

EXPORT(end) void end(void);
void end(void)
{
    tree_end(&now->tree);
}

EXPORT(alias) void alias(int line, int column);
void alias(int line, int column)
{
    tree_alias(&now->tree, line, column);
}

EXPORT(anchor) void anchor(int line, int column);
void anchor(int line, int column)
{
    tree_anchor(&now->tree, line, column);
}

EXPORT(tag) void tag(int line, int column);
void tag(int line, int column)
{
    tree_tag(&now->tree, line, column);
}

EXPORT(syntax) void syntax(const char *zh, const char *en, int line, int column);
void syntax(const char *zh, const char *en, int line, int column)
{
    tree_syntax(&now->tree, line, column, zh, en);
}

EXPORT(not_utf8) void not_utf8(void);
void not_utf8(void)
{
    tree_not_utf8(&now->tree);
}

EXPORT(too_deep) void too_deep(void);
void too_deep(void)
{
    tree_too_deep(&now->tree, 1, 1);
}

/* ---- answers out ---- */

static const char *answer(const struct record *rec, const void *p)
{
    struct buf b = buf_in(&mem, ANSWER_MAX);
    struct json j = json_to(&b);
    json_record(&j, rec, p, false);
    if (b.over) BUG("an answer of more than %d bytes", ANSWER_MAX);
    answer_n = b.n;
    return b.p;
}

/* Bytes of the last answer. */
EXPORT(length) size_t length(void);
size_t length(void)
{
    return answer_n;
}

static const struct scheme *scheme_in(struct doc *d)
{
    return scheme_of_tree(&d->check, tree_finish(&d->tree));
}

/* lang, everywhere: 0 Chinese, 1 English. */
static enum lang lang_of(int lang)
{
    return lang == 1 ? LANG_EN : LANG_ZH;
}

/* Document 1, when there is one: the template of the township that document 0 is held to. */
EXPORT(check) const char *check(void);
const char *check(void)
{
    const struct scheme *s = scheme_in(&docs[0]),
                        *template_ = docs[1].tree.c ? scheme_in(&docs[1]) : NULL;
    if (s && template_ && !scheme_extend_check(&mem, template_, s, &docs[0].check.first)) s = NULL;
    return answer(&checked_record, tool_check(&mem, s, docs[0].check.first));
}

EXPORT(notice) const char *notice(int lang);
const char *notice(int lang)
{
    const struct scheme *s = scheme_in(&docs[0]);
    return answer(&noticed_record, tool_notice(&mem, s, docs[0].check.first, lang_of(lang)));
}

EXPORT(choices) const char *choices(void);
const char *choices(void)
{
    const struct scheme *s = scheme_in(&docs[0]);
    return answer(&choices_told_record, tool_choices(&mem, s, docs[0].check.first));
}

/* Documents 0 and 1: before and after. */
EXPORT(diff) const char *diff(void);
const char *diff(void)
{
    const struct scheme *before = scheme_in(&docs[0]), *after = scheme_in(&docs[1]);
    return answer(&compared_record,
                  tool_diff(&mem, before, docs[0].check.first, after, docs[1].check.first));
}

/* Documents 0 and 1: scheme and facts. subject: digits, or "" for all. */
EXPORT(explain) const char *explain(const char *period, const char *subject);
const char *explain(const char *period, const char *subject)
{
    int64_t id = NONE;
    const struct scheme *s = scheme_in(&docs[0]);
    const struct scheme_facts *f = scheme_facts_of_tree(&docs[1].check, tree_finish(&docs[1].tree));
    if (*subject && !text_int(subject, 1, INT64_MAX, &id)) id = 0; /* nobody */
    return answer(&explained_record,
                  tool_explain(&mem, s, docs[0].check.first, f, docs[1].check.first, period, id));
}

/* Documents 0 and 1: the scheme, and the deed with the earlier ones (struct fact_award). */
EXPORT(award) const char *award(void);
const char *award(void)
{
    const struct scheme *s = scheme_in(&docs[0]);
    const struct fact_award *f = scheme_award_of_tree(&docs[1].check, tree_finish(&docs[1].tree));
    return answer(&awarded_record,
                  tool_award(&mem, s, docs[0].check.first, f, docs[1].check.first));
}

/* of: 0 of schemes, 1 of facts. */
EXPORT(schema) const char *schema(int of);
const char *schema(int of)
{
    const char *text = of == 1 ? scheme_facts_json_schema(&mem) : scheme_json_schema(&mem);
    answer_n = strlen(text);
    return text;
}

/* What to say when an instance ran out of memory, asked of a fresh one: every answer begins with
 * `ok` and `findings`. */
EXPORT(too_much) const char *too_much(void);
const char *too_much(void)
{
    struct scheme_check c = { .mem = &mem };
    check_at(&c, false, 1, 1, "", "内容太多，本机内存不够，请分开处理。",
             "too much for this machine's memory; take it in parts");
    return answer(&checked_record, tool_check(&mem, NULL, c.first));
}

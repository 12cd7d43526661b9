/* A scheme as villagers read it on the wall: chapters of sentences and tables, no key names and no
 * codes but those of items that a form needs. One list of blocks drives the text, the PDF, the
 * phone's page and the editor's preview. Pure: also compiled to WebAssembly.
 *
 *     struct list blocks = scheme_notice(mem, s, &(struct notice_about){ .lang = LANG_ZH });
 *     struct buf out = buf_in(mem, NOTICE_TEXT_MAX);
 *     notice_text(&out, &blocks);
 */
#ifndef SCHEME_NOTICE_H
#define SCHEME_NOTICE_H
#include "kernel/buf.h"
#include "scheme/scheme.h"

enum notice_kind {
    NOTICE_TITLE,    /* once, first */
    NOTICE_SUBTITLE, /* where it applies */
    NOTICE_HEADING,  /* "三、加分项目" */
    NOTICE_SUBHEAD,  /* of a part of a chapter */
    NOTICE_TEXT,
    NOTICE_POINT,    /* one entry of an enumeration */
    NOTICE_TABLE,
    NOTICE_SIGN,     /* who signs: stands at the right, room for the stamp */
};
extern const char *const notice_kinds[]; /* "title", …: as in JSON; closed by NULL */
/* weight: its share of the width. */
struct notice_column { const char *head; int64_t weight; };
struct notice_row { struct list cells; /* const char *, one per column, "" when empty */ };
struct notice_block {
    enum notice_kind kind;
    const char *name;     /* notice_kinds[kind] */
    const char *text;     /* of a table: its caption, read aloud and above it; may be NULL */
    struct list columns;  /* struct notice_column; of tables */
    struct list rows;     /* struct notice_row */
};
/* What the text itself does not say; everything may be absent (NULL, NONE as in NOTICE_ABOUT). */
struct notice_about {
    enum lang lang;              /* sentences; names stay as the village wrote them */
    const char *village;         /* "曾集镇曾巷村"; else the text's place */
    const char *signer;          /* "曾巷村村民委员会": who stamps it */
    int64_t from;                /* first day in force */
    const char *meeting;         /* as recorded at adoption; else the text's */
    int64_t meeting_on, votes_for, votes_against, votes_abstain;
    const struct list *classes;  /* const char *: only what applies to one of these */
};
#define NOTICE_ABOUT .from = NONE, .meeting_on = NONE, .votes_for = NONE, .votes_against = NONE, .votes_abstain = NONE
enum { NOTICE_TEXT_MAX = 4 * 1024 * 1024 };

/* struct notice_block: every rule of the scheme. */
struct list scheme_notice(struct arena *mem, const struct scheme *s, const struct notice_about *about);
/* Plain text, tables as lines "做什么：…｜得几分：…". */
void notice_text(struct buf *out, const struct list *blocks);
/* {"kind","text","columns":[{"head","weight"}],"rows":[{"cells":[…]}]}: one block as the API and the
 * pages have it. */
extern const struct record notice_block_record;
#endif

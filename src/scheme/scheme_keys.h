/* The table of keys: for each mapping of the language, which keys it has, what their values are, where
 * they land, and one line of documentation. Reading (scheme_bind.c), the JSON Schema and the
 * reference (scheme_doc.c) are loops over it; a new construct is new rows.
 */
#ifndef SCHEME_KEYS_H
#define SCHEME_KEYS_H
#include "scheme/scheme_tree.h"

enum key_kind {
    KEY_END,
    KEY_CODE,   /* letters, digits, - and _; up to 32 */
    KEY_TEXT,   /* min..max characters */
    KEY_INT,
    KEY_BOOL,   /* yes/no 是/否; int64_t 0/1 */
    KEY_DATE,
    KEY_POINTS, /* 5, 2.5, -10: hundredths; min < max: bounds, in hundredths */
    KEY_BOUND,  /* as KEY_POINTS, or a day of the year "10-31" (DAY_BOUND + its number) */
    KEY_RANGE,  /* a KEY_POINTS or "2..10": struct scheme_range */
    KEY_WORD,   /* one of words: const char * (its English name) */
    KEY_NUMBERED, /* one of words: int64_t, its place in the list */
    KEY_WORDS,  /* one or a list of words: struct list of const char * */
    KEY_NAMES,  /* one or a list of texts that name something: struct list of const char * */
    KEY_MAP,    /* a mapping: pointer to the sub-struct */
    KEY_LIST,   /* a list of mappings: struct list of sub-structs; min..max its length */
    KEY_LEVELS, /* name: range, …: struct list of struct scheme_level */
};
enum {
    KEY_REQUIRED = 1,
    KEY_YUAN = 4, /* KEY_POINTS, KEY_LEVELS: an amount of money, which may be large */
    KEY_ONE = 2, /* KEY_LIST: a single mapping may stand without the list around it */
};
struct scheme_word { const char *name, *zh; };
struct scheme_shape;
struct scheme_key {
    const char *name, *name_zh; /* both are accepted */
    enum key_kind kind;
    unsigned flags;
    size_t at;
    int64_t min, max;
    const struct scheme_shape *sub;
    const struct scheme_word *words;
    const char *fallback;       /* written as in the file; what holds when the key is absent */
    const char *example;        /* for the reference */
    const char *zh, *en;
};
struct scheme_shape {
    const char *name;
    size_t size, node_at;       /* node_at: where the struct keeps its const struct scheme_node * */
    const struct scheme_key *keys;
    const char *zh, *en;
};
extern const struct scheme_shape scheme_shape, facts_shape;

/* Reads a mapping by its shape; every finding goes to c. Fields of absent keys have their fallback,
 * or are absent (NONE, NULL, empty). */
void scheme_bind(struct scheme_check *c, const struct scheme_shape *shape, const struct scheme_node *map, void *out);
/* The rules about the whole: references, duplicates, reachability (scheme_check*.c). */
void scheme_check_whole(struct scheme_check *c, struct scheme *s);
void scheme_check_rules(struct scheme_check *c, struct scheme *s);
void scheme_check_money(struct scheme_check *c, struct scheme *s);
void scheme_check_reach(struct scheme_check *c, const struct scheme *s);  /* what can never happen */
void scheme_check_rights(struct scheme_check *c, const struct scheme *s); /* what points may not decide */
/* Bands that overlap, or leave a gap without `otherwise`, from low to high (NONE: open). */
void check_bands(struct scheme_check *c, const struct list *bands, int64_t low_c, int64_t high_c, bool otherwise,
                 const struct scheme_node *at);
/* Shared by both. */
void unknown_reference(struct scheme_check *c, const struct scheme_node *at, const char *what_zh, const char *what_en,
                       const char *text, const char *const *words);
const struct scheme_node *key_or_self(const struct scheme_node *map, const char *key, const char *key_zh);
void check_codes(struct scheme_check *c, const struct list *l, size_t size, size_t code_at, size_t node_at);
#define CHECK_CODES(c, l, T) check_codes((c), (l), sizeof(struct T), offsetof(struct T, code), offsetof(struct T, node))
/* The element of a list of structs that begin with their code; else a finding at the key that named it. */
const void *check_find(struct scheme_check *c, const struct list *l, size_t size, const char *code, const struct scheme_node *at,
                       const char *zh, const char *en);
#define FIND(c, l, T, code, at, zh, en) ((const struct T *)check_find((c), (l), sizeof(struct T), (code), (at), (zh), (en)))
void check_steps(struct scheme_check *c, const struct list *steps);
void check_class(struct scheme_check *c, const struct scheme *s, const char **class_, const struct scheme_node *node);
/* The code of a class or category by code or label, else a finding at `at` and NULL. */
const char *resolve_class(struct scheme_check *c, const struct scheme *s, const char *name, const struct scheme_node *at);
const char *resolve_category(struct scheme_check *c, const struct scheme *s, const char *name, const struct scheme_node *at);
#endif

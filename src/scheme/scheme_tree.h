/* The tree of a file, with the position of every key and value, and its builder. Whoever reads YAML
 * feeds the builder in the order of the text: libfyaml's events in the program (scheme_yaml.c), the
 * nodes of the page's own YAML reader in the WebAssembly module (scheme_wasm.c). All limits and
 * what is refused are here, so both say the same about the same file.
 *
 *     struct scheme_tree t;
 *     tree_begin(&t, &check, bytes);
 *     tree_map(&t, 1, 1);
 *     tree_scalar(&t, "scheme", false, 1, 1), tree_scalar(&t, "zengxiang", false, 1, 9);
 *     tree_end(&t);
 *     const struct scheme_node *root = tree_finish(&t);   // NULL: findings say why
 */
#ifndef SCHEME_TREE_H
#define SCHEME_TREE_H
#include "scheme/scheme.h"

enum node_kind { NODE_SCALAR, NODE_MAP, NODE_LIST };
struct scheme_node {
    enum node_kind kind;
    int line, column; /* of the value, from 1; columns are characters */
    const char *text; /* scalar */
    bool quoted;      /* scalar in quotes or a block */
    bool refused;     /* an alias: a finding already */
    const char *key;  /* in a map */
    int key_line, key_column;
    struct scheme_node *child, *next;
    const struct scheme_node *parent;
    int index; /* in a list */
};

/* Limits, with reasons: the largest real scheme known has about 150 items (60 KiB, 3,000 nodes). */
#define SCHEME_BYTES (512 * 1024)
#define SCHEME_DEPTH 12
#define SCHEME_NODES 40000
#define SCHEME_TEXT_CHARS 2000 /* one value */
#define SCHEME_FINDINGS 200    /* nobody reads more; the last one says that there are more */

/* Collects findings in file order. */
struct scheme_check {
    struct arena *mem;
    struct scheme_finding *first;
    int count, errors;
};
void check_at(struct scheme_check *c, bool warning, int line, int column, const char *path,
              const char *zh, const char *en);
#define check_error(c, node, zh, en)                                                               \
    check_at((c), false, (node)->line, (node)->column, node_path((c)->mem, (node)), (zh), (en))
#define check_warn(c, node, zh, en)                                                                \
    check_at((c), true, (node)->line, (node)->column, node_path((c)->mem, (node)), (zh), (en))

struct tree_level {
    struct scheme_node *node, *key, **tail; /* key: of a map, waiting for its value */
    int count;
};
struct scheme_tree {
    struct scheme_check *c;
    struct scheme_node *root;
    struct tree_level open[SCHEME_DEPTH];
    int depth, nodes;
    bool closed; /* a limit, a syntax error or the end: what follows is not looked at */
};
/* bytes: how long the text is. */
void tree_begin(struct scheme_tree *t, struct scheme_check *c, size_t bytes);
/* The next node: the root, the next entry of the open list, or in turn a key and its value of the
 * open map. Texts live in the check's arena. A scalar without a place of its own (an empty one, a
 * block of lines) has line 0: it stands at its key. */
void tree_map(struct scheme_tree *t, int line, int column);
void tree_list(struct scheme_tree *t, int line, int column);
void tree_scalar(struct scheme_tree *t, const char *text, bool quoted, int line, int column);
/* Closes the open map or list. */
void tree_end(struct scheme_tree *t);
/* *name in the place of a node; &name and !tag beside one: findings. */
void tree_alias(struct scheme_tree *t, int line, int column);
void tree_anchor(struct scheme_tree *t, int line, int column);
void tree_tag(struct scheme_tree *t, int line, int column);
/* What the reader of YAML says about text that is none, in a few words. There is no tree then. */
void tree_syntax(struct scheme_tree *t, int line, int column, const char *zh, const char *en);
void tree_not_utf8(struct scheme_tree *t);
/* For a reader that gives up on nesting by itself. */
void tree_too_deep(struct scheme_tree *t, int line, int column);
/* NULL: a limit, a syntax error, or nothing at all; findings say which. */
const struct scheme_node *tree_finish(struct scheme_tree *t);

/* A tree into a scheme or facts; NULL when there is an error. */
struct scheme_facts;
struct scheme *scheme_of_tree(struct scheme_check *c, const struct scheme_node *root);
struct scheme_facts *scheme_facts_of_tree(struct scheme_check *c, const struct scheme_node *root);

/* "items/3/points" */
const char *node_path(struct arena *mem, const struct scheme_node *n);
const struct scheme_node *node_get(const struct scheme_node *map, const char *key);
#endif

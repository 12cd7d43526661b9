/* YAML into a small tree in the arena, with the position of every key and value. libfyaml is used here
 * only. Refused as findings: aliases, anchors, tags, keys that are not plain text, a second document,
 * and what goes over the limits. The tree is complete for everything before a syntax error.
 */
#ifndef SCHEME_YAML_H
#define SCHEME_YAML_H
#include "scheme/scheme.h"

enum node_kind { NODE_SCALAR, NODE_MAP, NODE_LIST };
struct scheme_node {
    enum node_kind kind;
    int line, column;           /* of the value, from 1 */
    const char *text;           /* scalar */
    bool quoted;                /* scalar in quotes or a block */
    bool refused;               /* an alias: a finding already */
    const char *key;            /* in a map */
    int key_line, key_column;
    struct scheme_node *child, *next;
    const struct scheme_node *parent;
    int index;                  /* in a list */
};

/* Limits, with reasons: the largest real scheme known has about 150 items (60 KiB, 3,000 nodes). */
#define SCHEME_BYTES (512 * 1024)
#define SCHEME_DEPTH 12
#define SCHEME_NODES 40000
#define SCHEME_TEXT_CHARS 2000   /* one value */
#define SCHEME_FINDINGS 200      /* nobody reads more; the last one says that there are more */

/* Collects findings in file order. */
struct scheme_check {
    struct arena *mem;
    struct scheme_finding *first;
    int count, errors;
};
void check_at(struct scheme_check *c, bool warning, int line, int column, const char *path, const char *zh, const char *en);
#define check_error(c, node, zh, en) check_at((c), false, (node)->line, (node)->column, node_path((c)->mem, (node)), (zh), (en))
#define check_warn(c, node, zh, en) check_at((c), true, (node)->line, (node)->column, node_path((c)->mem, (node)), (zh), (en))

struct scheme_node *scheme_yaml(struct scheme_check *c, const char *text, size_t n);
/* "items/3/points" */
const char *node_path(struct arena *mem, const struct scheme_node *n);
const struct scheme_node *node_get(const struct scheme_node *map, const char *key);
#endif

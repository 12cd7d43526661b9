/* YAML text into a tree by libfyaml, which is used here only. Refused as findings: aliases,
 * anchors, tags, keys that are not plain text, a second document, and what goes over the limits.
 */
#ifndef SCHEME_YAML_H
#define SCHEME_YAML_H
#include "scheme/scheme_tree.h"

/* NULL: a finding says why. */
const struct scheme_node *scheme_yaml(struct scheme_check *c, const char *text, size_t n);
#endif

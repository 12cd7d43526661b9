/* Configuration: flags > environment SHANZHI_… > file (key = value) > default. One table names every
 * setting; `shanzhi help` prints it. Unknown keys in the file are fatal and name the nearest known one; in the
 * environment only those that look like a slip of the pen, others are logged (SHANZHI_TEST… is the tests').
 * An empty flag is refused; an empty value in a file or variable is the default. A file that holds the database's password must
 * not be readable by others.
 *     config_get(c, "port")   --port 8600   --port=8600   SHANZHI_PORT=8600   port = 8600
 *     config_get(c, "public-url")   SHANZHI_PUBLIC_URL=…       a switch: --pooled, SHANZHI_POOLED=1, pooled = yes
 */
#ifndef KERNEL_CONFIG_H
#define KERNEL_CONFIG_H
#include <stdbool.h>
#include <stdint.h>
#include "kernel/err.h"
struct config;
enum setting_kind {
    SETTING_TEXT,
    SETTING_NETWORKS,  /* addresses and networks (kernel/network.h), no names */
    SETTING_URL,       /* http:// or https:// */
    SETTING_DATABASE,  /* postgres:// or postgresql:// */
    SETTING_INT,
    SETTING_SWITCH,
    SETTING_LOG_LEVEL,
};
struct setting {
    const char *name, *fallback, *doc; /* fallback NULL: unset */
    enum setting_kind kind;
    int64_t min, max; /* SETTING_INT */
};
extern const struct setting settings[]; /* closed by {0} */
/* Takes flags it knows out of argv (compacting it, argv[0] stays); leaves the rest to the command, and
 * everything after "--". A value that does not fit its setting: ERR_INVALID that names the source. */
MUST_CHECK const struct err *config_load(struct arena *mem, int *argc, char **argv, struct config **out);
/* NULL when unset or empty without a default. BUG on an unknown name, here and below. */
const char *config_get(const struct config *c, const char *name);
int64_t config_int(const struct config *c, const char *name);
bool config_on(const struct config *c, const char *name);            /* a switch */
const char *config_source(const struct config *c, const char *name); /* "flag", "environment", "file x:3", "default" */
#endif

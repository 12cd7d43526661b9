/* Configuration: flags > environment SHANZHI_… > file (key = value) > default. One table names every
 * setting; `shanzhi help` prints it. Unknown keys are fatal and name the nearest known one.
 *     config_get(c, "port")   --port 8600   SHANZHI_PORT=8600   port = 8600
 */
#ifndef KERNEL_CONFIG_H
#define KERNEL_CONFIG_H
#include <stdint.h>
#include "kernel/err.h"
struct config;
struct setting { const char *name, *fallback, *doc; };
extern const struct setting settings[]; /* closed by {0} */
/* Takes flags it knows out of argv (compacting it); leaves the rest to the command. */
MUST_CHECK const struct err *config_load(struct arena *mem, int *argc, char **argv, struct config **out);
const char *config_get(const struct config *c, const char *name);   /* BUG on an unknown name */
int64_t config_int(const struct config *c, const char *name);
const char *config_source(const struct config *c, const char *name); /* "flag", "environment", "file x:3", "default" */
#endif

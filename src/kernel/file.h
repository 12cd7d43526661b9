/* Small text files of the operator: settings, holidays, schemes. */
#ifndef KERNEL_FILE_H
#define KERNEL_FILE_H
#include "kernel/err.h"
/* The whole file, closed by a NUL, without a UTF-8 BOM. Cannot be read, larger than max, or holds a NUL or
 * anything that is not UTF-8: ERR_INVALID that names path and reason. */
MUST_CHECK const struct err *file_read(struct arena *mem, const char *path, size_t max,
                                       const char **out, size_t *n);
#endif

/* Files and folders of the operator: small text files read whole, and what to say when one cannot be used. */
#ifndef KERNEL_FILE_H
#define KERNEL_FILE_H
#include <stdbool.h>
#include "kernel/err.h"
/* The whole file, closed by a NUL, without a UTF-8 BOM. Cannot be read, larger than max, or holds a NUL or
 * anything that is not UTF-8: ERR_INVALID that names path and reason. */
MUST_CHECK const struct err *file_read(struct arena *mem, const char *path, size_t max,
                                       const char **out, size_t *n);
/* The same, whatever its bytes are, with a BOM. */
MUST_CHECK const struct err *file_bytes(struct arena *mem, const char *path, size_t max, const char **out, size_t *n);
bool file_there(const char *path);                            /* anything, a dangling link too; else errno */
/* Durable when it says true, else errno: a file or folder as it is; a new file (0600) with these bytes. */
bool file_synced(const char *path);
bool file_make(const char *path, const void *p, size_t n);
const char *file_folder(struct arena *mem, const char *path); /* of which it is in */
const char *file_whole(struct arena *mem, const char *path);  /* absolute and without links, as far as it can be told */
/* errno of what keeps this process from working with the file: the file itself or its folder; 0: nothing. */
int file_barred(struct arena *mem, const char *path);
/* What errno says of a path, and the remedy where whoever runs the command has one: whose it is and who we are, a disk that
 * is full or mounted for reading. For the end of a sentence. */
struct file_why { const char *zh, *en; };
struct file_why file_why(struct arena *mem, const char *path, int why);
/* Root makes no files in a folder of another account, which could not use them: ERR_STATE with the remedy, or NULL. */
MUST_CHECK const struct err *file_owner(struct arena *mem, const char *folder);
#endif

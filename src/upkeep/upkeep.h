/* What keeps an installation: backups, their check and return, and the move between the engines. Commands of the
 * operator only, and the copy before an upgrade; nothing here is served. The backup is a folder with a SQLite file and a manifest, from either
 * engine: see README.md. */
#ifndef UPKEEP_UPKEEP_H
#define UPKEEP_UPKEEP_H
#include "http/command.h"
extern const struct slice upkeep_slice;
/* Around a migration, by who holds the folder's lock. First a copy of the SQLite database beside it, before-VERSION-….db
 * (*copy NULL on PostgreSQL); then, told how many migrations were applied and whether that was all of them, the copies that
 * are not needed any more go: of a migration that changed nothing its own, after one that is whole all but the last two. */
MUST_CHECK const struct err *upkeep_before(struct cli *c, const char **copy);
void upkeep_after(struct cli *c, const char *copy, int applied, bool whole);
#endif

/* What keeps an installation: backups, their check and return, and the move between the engines. Commands of the
 * operator only; nothing here is served. The backup is a folder with a SQLite file and a manifest, from either
 * engine: see README.md. */
#ifndef UPKEEP_UPKEEP_H
#define UPKEEP_UPKEEP_H
#include "http/http.h"
extern const struct slice upkeep_slice;
#endif

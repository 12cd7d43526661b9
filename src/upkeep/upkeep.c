/* The commands of this room. They open the store themselves: a backup is made of an old schema, too, and a restore
 * and a move look at two stores. */
#include "upkeep/upkeep_in.h"

static const struct command upkeep_commands[] = {
    { "backup", "PLACE [--verify] [--keep N]",
      "Copy the installation as of now, while the server runs: a folder with the data and a manifest; PLACE: a new name, or a folder that holds backups."
      " --verify: recompute the books in it, too; --keep: then remove all but the newest N of that folder. 备份",
      CLI_NO_STORE, cmd_backup, NULL },
    { "restore", "BACKUP [--check]",
      "Put a backup into an empty data folder or PostgreSQL database; --check: only see whether it is good and the key fits. 恢复", CLI_NO_STORE,
      cmd_restore, NULL },
    { "move", "[--to TARGET] [--reopen]",
      "Carry the installation over to postgres://… or sqlite:DIR, which must be empty, and close this one; --reopen: use this one again. 迁移",
      CLI_NO_STORE, cmd_move, NULL },
    { 0 }
};
const struct slice upkeep_slice = { .name = "upkeep", .commands = upkeep_commands };

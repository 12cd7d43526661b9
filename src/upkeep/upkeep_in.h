/* Inside upkeep only. */
#ifndef UPKEEP_UPKEEP_IN_H
#define UPKEEP_UPKEEP_IN_H
#include "http/command.h"
#include "kernel/file.h"
#include "kernel/record.h"
#include "store/copy.h"
#include "upkeep/upkeep.h"

#define BACKUP_FILE "shanzhi.db"
#define BACKUP_MANIFEST "manifest.json"
enum {
    MANIFEST_FORMAT = 1,
    MANIFEST_BYTES = 256 * 1024,  /* some tables and migrations: a real one has about 6 kB */
    COPY_BYTES = 1024 * 1024,     /* read and written at a time */
};

/* ---- the manifest (upkeep_manifest.c) ---- */
struct books { int64_t postings, entries, accounts, faults; }; /* as ledger_verify counted */
struct table_rows { const char *name; int64_t rows; };
struct manifest {
    int64_t format;
    const char *installation, *program, *engine; /* the engine it was made from */
    int64_t made_at;
    const char *key;               /* fingerprint of the key that belongs to it; the key is not in a backup */
    int64_t bytes;
    const char *sha256;            /* of the SQLite file */
    struct list migrations;        /* struct applied */
    struct list tables;            /* struct table_rows */
    const struct books *books;     /* NULL: not recomputed when it was made */
};
MUST_CHECK const struct err *manifest_read(struct arena *mem, const char *place, struct manifest *out);
MUST_CHECK const struct err *manifest_write(struct arena *mem, const char *place, const struct manifest *m);
/* What a whole SQLite file says of itself: the engine's check, what it holds, and the books when asked and its schema
 * is this program's. Faults are told on stderr and are an error, but those of the books, which are counted. */
MUST_CHECK const struct err *manifest_of_file(struct cli *c, const char *file, bool books, struct manifest *out);
/* The first difference that matters, or NULL. */
const char *manifest_differs(struct arena *mem, const struct manifest *a, const struct manifest *b);

/* ---- files (upkeep_files.c) ---- */
/* "cannot write /x/y: why", ERR_DISK_FULL when that is why; errno tells. */
const struct err *file_fail(struct arena *mem, const char *path);
MUST_CHECK const struct err *file_sync(struct arena *mem, const char *path); /* a folder too */
/* A plain file, not a link. */
MUST_CHECK const struct err *file_hash(struct arena *mem, const char *path, int64_t *bytes, const char **sha256);
MUST_CHECK const struct err *file_copy(struct arena *mem, const char *from, const char *to, const char **sha256);
/* Takes the name of what nobody has yet; what stands at `to` is left. */
MUST_CHECK const struct err *file_name(struct arena *mem, const char *from, const char *to);

/* A backup being written: a folder PLACE.part, held by a lock, that becomes PLACE when it is whole. */
struct place {
    const char *path, *part, *folder;
    bool dated;                  /* a name was given to it in a folder of backups */
    int fd;
};
MUST_CHECK const struct err *place_begin(struct arena *mem, const char *word, int64_t now, struct place *out);
MUST_CHECK const struct err *place_end(struct arena *mem, struct place *p);
void place_drop(struct arena *mem, struct place *p);
/* Folders of this form are made by the program, and by its --keep taken away. */
bool place_is_dated(const char *name);
/* Removes a backup's two files and its folder; it is no backup any more from the first step on. */
MUST_CHECK const struct err *place_remove(struct arena *mem, const char *path);
/* Removes the dated backups of this installation in the folder but for the newest `keep` good ones. */
MUST_CHECK const struct err *place_prune(struct arena *mem, const char *folder, const char *installation, int64_t keep, int *removed);

/* ---- from one store into another (upkeep_carry.c) ---- */
struct carry {
    struct cli *cli;
    struct store *from, *to;
    bool alone;                          /* nobody may write to the source meanwhile, and it is left closed */
    const char *closed_for;              /* alone: where it went */
    bool books;                          /* recompute them at the target */
    /* When the target holds everything and its transaction is over, before the source is closed. */
    const struct err *(*finish)(struct arena *mem, void *arg);
    void *arg;
    struct list tables;                  /* struct copied */
    struct books sums;
    struct req *source;                  /* its open transaction */
};
MUST_CHECK const struct err *carry_over(struct carry *c);
/* "ledger_entry  2000000 rows  sha256 …", one line per table that has rows. */
void carry_print(const struct list *tables);

/* A SQLite file in a data folder that becomes shanzhi.db when it is whole. The folder's lock is held from here on. */
struct new_file { const char *data, *path, *part; int fd; };
MUST_CHECK const struct err *new_file_begin(struct arena *mem, const char *data, struct new_file *out);
MUST_CHECK const struct err *new_file_end(struct arena *mem, struct new_file *f);
void new_file_drop(struct arena *mem, struct new_file *f);

int cmd_backup(struct cli *c);
int cmd_restore(struct cli *c);
int cmd_move(struct cli *c);
void say_line(void *arg, const char *line); /* to stderr, for faults */
/* Opens c->store as the settings say, of any schema that this program knows, with the key that belongs to it. */
MUST_CHECK const struct err *upkeep_open(struct cli *c, bool current);
#endif

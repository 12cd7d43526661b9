/* The command table: `shanzhi help` lists the same rows that dispatch it. Slices add rows. */
#ifndef HTTP_COMMAND_H
#define HTTP_COMMAND_H
#include "http/http.h"

/* What a row says of the database: none; an installation, whole and migrated (CLI_STORE, also written
 * `true`); or that it makes one where there is none. No other command makes a database or a key. */
enum cli_store { CLI_NO_STORE, CLI_STORE, CLI_CREATES };

/* What a command gets: its arguments and the configuration; c->store is open when its row says so. */
struct cli_given { const char *name, *value; };
struct cli {
    struct arena *mem;
    const struct command *row;
    struct cli_given *options; /* as given; a flag's value is "" */
    int options_n;
    const char **args;         /* what is not an option */
    int args_n;
    const struct config *config;
    const struct slice *const *slices;
    struct store *store;     /* NULL unless the row says otherwise */
};
struct command {
    const char *name;        /* "account add" */
    const char *args;        /* "NAME [--village CODE] [--json]": printed by help, and the grammar (command_line.c) */
    const char *summary;
    enum cli_store store;
    int (*run)(struct cli *c);
    const char *store_with;  /* or only when this option is given; NULL */
};
/* Exit codes, the same for every command; `shanzhi help` and docs/deploy.md list them. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_NO_INSTALLATION = 3 };
/* Prints an error in the terminal's language, with its findings, to stderr; returns the exit code. */
int cli_fail(struct cli *c, const struct err *e);
int cli_misuse(struct cli *c, const struct err *e); /* a value that is none: EXIT_USAGE */
/* Opens c->store as the settings say. create: make a missing SQLite file. */
MUST_CHECK const struct err *cli_store_open(struct cli *c, bool create);
/* The slices' migrations, in their order. */
struct migration *cli_migrations(struct cli *c, size_t *n);
/* For who must be alone with a SQLite file (store_lock), until the process ends; PostgreSQL: nothing. */
MUST_CHECK const struct err *cli_store_lock(struct cli *c);
/* How far the open store is, and what brings it to this program's version. */
MUST_CHECK const struct err *cli_store_state(struct cli *c, enum store_state *state, int *pending);
MUST_CHECK const struct err *cli_migrate(struct cli *c, int *applied);
/* Takes the words behind the command's name as its row says: unknown options, words too many, missing values,
 * options and arguments are refused by EXIT_USAGE with the nearest name. */
int cli_parse(struct cli *c, const struct command *row, int argc, char **argv);
/* Value of --name, or NULL. A flag without value is "". */
const char *cli_option(const struct cli *c, const char *name);
/* --village, a code of 12 digits; absent: *out stays. ERR_INVALID is for cli_misuse. */
MUST_CHECK const struct err *cli_village(const struct cli *c, int64_t *out);
/* The i-th argument that is not an option, or NULL. */
const char *cli_arg(const struct cli *c, int i);
/* Prints at once and says when that fails. For what is lost if nobody reads it, such as a new password: print it
 * inside the transaction that makes it, which an error then rolls back. */
MUST_CHECK const struct err *cli_print(struct arena *mem, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The exit code: a failure when what was printed did not all arrive. */
int cli_end(struct cli *c, int code);
#endif

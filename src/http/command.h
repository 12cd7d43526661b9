/* The command table: `shanzhi help` lists the same rows that dispatch it. Slices add rows. */
#ifndef HTTP_COMMAND_H
#define HTTP_COMMAND_H
#include "http/http.h"

/* What a command gets: its arguments and the configuration; it opens the store when it needs it. */
struct cli {
    struct arena *mem;
    int argc;
    char **argv;             /* argv[0] is the command's last word */
    const struct config *config;
    const struct slice *const *slices;
    struct store *store;     /* set when the row says `store` */
};
struct command {
    const char *name;        /* "account add" */
    const char *args;        /* "--name NAME --village CODE" */
    const char *summary;
    bool store;              /* open and migrate the store before */
    int (*run)(struct cli *c);
    const char *store_with;  /* or only when this option is given; NULL */
};
/* Prints an error in the terminal's language, with its findings, to stderr; returns exit code 1. */
int cli_fail(struct cli *c, const struct err *e);
/* Value of --name, or NULL. A flag without value is "". */
const char *cli_option(const struct cli *c, const char *name);
/* The i-th argument that is not an option, or NULL. */
const char *cli_arg(const struct cli *c, int i);
#endif

/* What commands share: their arguments and how they fail. */
#include "http/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kernel/config.h"

static enum lang terminal_lang(void)
{
    const char *s = getenv("LC_ALL");
    if (!s || !*s) s = getenv("LC_MESSAGES");
    if (!s || !*s) s = getenv("LANG");
    return s && !strncmp(s, "zh", 2) ? LANG_ZH : LANG_EN;
}

int cli_fail(struct cli *c, const struct err *e)
{
    (void)c;
    enum lang lang = terminal_lang();
    fprintf(stderr, "shanzhi: %s%s%s%s\n", err_text(e, lang), e->field ? " (" : "",
            e->field ? e->field : "", e->field ? ")" : "");
    for (const struct finding *f = e->findings; f; f = f->next)
        fprintf(stderr, "  %s: %s\n", f->field, lang == LANG_EN ? f->en : f->zh);
    if (e->cause) fprintf(stderr, "  %s\n", e->cause);
    return e->code == ERR_NO_INSTALLATION || e->code == ERR_NOT_MIGRATED ? EXIT_NO_INSTALLATION : EXIT_FAILED;
}

/* ---- the store ---- */

const struct err *cli_store_open(struct cli *c, bool create)
{
    const char *data = config_get(c->config, "data");
    if (create) mkdir(data, 0700); /* there already: fine; otherwise opening the file says why not */
    struct store_config config = {
        .database = config_get(c->config, "database"),
        .path = arena_printf(c->mem, "%s/shanzhi.db", data),
        .sessions = (int)config_int(c->config, "workers") + 4,
        .pooled = config_on(c->config, "pooled"),
        .create = create,
    };
    return store_open(c->mem, &config, &c->store);
}

/* The slices' migrations, in their order. */
static struct migration *migrations(struct cli *c, size_t *n)
{
    *n = 0;
    for (const struct slice *const *s = c->slices; *s; s++)
        for (const struct migration *m = (*s)->migrations; m && m->slice; m++) ++*n;
    struct migration *all = arena_array(c->mem, struct migration, *n + 1);
    *n = 0;
    for (const struct slice *const *s = c->slices; *s; s++)
        for (const struct migration *m = (*s)->migrations; m && m->slice; m++) all[(*n)++] = *m;
    return all;
}

const struct err *cli_store_state(struct cli *c, enum store_state *state, int *pending)
{
    size_t n;
    const struct migration *all = migrations(c, &n);
    return store_state(c->store, c->mem, all, n, state, pending);
}

const struct err *cli_migrate(struct cli *c, int *applied)
{
    size_t n;
    const struct migration *all = migrations(c, &n);
    return store_migrate(c->store, c->mem, all, n, applied);
}

/* ---- arguments ---- */

/* "--name value", "--name=value" or "--name". */
const char *cli_option(const struct cli *c, const char *name)
{
    size_t n = strlen(name);
    for (int i = 1; i < c->argc; i++) {
        const char *s = c->argv[i];
        if (strncmp(s, "--", 2) || strncmp(s + 2, name, n)) continue;
        if (s[2 + n] == '=') return s + 3 + n;
        if (s[2 + n]) continue;
        return i + 1 < c->argc && strncmp(c->argv[i + 1], "--", 2) ? c->argv[i + 1] : "";
    }
    return NULL;
}

/* An option's value is the word after it, so words after "--x" are not counted. */
const char *cli_arg(const struct cli *c, int want)
{
    for (int i = 1; i < c->argc; i++) {
        if (strncmp(c->argv[i], "--", 2)) {
            if (!want--) return c->argv[i];
        } else if (!strchr(c->argv[i], '=') && i + 1 < c->argc &&
                   strncmp(c->argv[i + 1], "--", 2)) {
            i++;
        }
    }
    return NULL;
}

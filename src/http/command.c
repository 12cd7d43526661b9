/* What commands share: how they fail, the store, and what they print. */
#include "http/command.h"

#include <errno.h>
#include <stdarg.h>
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

int cli_misuse(struct cli *c, const struct err *e)
{
    cli_fail(c, e);
    return EXIT_USAGE;
}

const struct err *cli_village(const struct cli *c, int64_t *out)
{
    const char *code = cli_option(c, "village");
    if (!code || region_parse(code, out)) return NULL;
    return err_say(c->mem, ERR_INVALID, "village", "村代码是12位数字。", "A village code has 12 digits.");
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

const struct err *cli_store_lock(struct cli *c)
{
    int fd; /* never closed: the lock is the process's */
    if (config_get(c->config, "database")) return NULL;
    return store_lock(c->mem, arena_printf(c->mem, "%s/shanzhi.db", config_get(c->config, "data")), &fd);
}

struct migration *cli_migrations(struct cli *c, size_t *n)
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
    const struct migration *all = cli_migrations(c, &n);
    return store_state(c->store, c->mem, all, n, state, pending);
}

const struct err *cli_migrate(struct cli *c, int *applied)
{
    size_t n;
    const struct migration *all = cli_migrations(c, &n);
    return store_migrate(c->store, c->mem, all, n, applied);
}

/* ---- output ---- */

static const struct err *unwritten(struct arena *mem, const char *zh, const char *en)
{
    const char *why = strerror(errno);
    return err_say(mem, ERR_INTERNAL, NULL, arena_printf(mem, "标准输出无法写入（%s），%s", why, zh),
                   arena_printf(mem, "standard output cannot be written (%s); %s", why, en));
}

const struct err *cli_print(struct arena *mem, const char *format, ...)
{
    va_list more;
    va_start(more, format);
    int n = vprintf(format, more);
    va_end(more);
    if (n >= 0 && fflush(stdout) == 0) return NULL;
    return unwritten(mem, "未作任何改动。", "nothing was changed.");
}

int cli_end(struct cli *c, int code)
{
    if ((fflush(stdout) == 0 && !ferror(stdout)) || code) return code;
    return cli_fail(c, unwritten(c->mem, "输出不完整；命令所作的改动已经保存。", "the output is not complete; what the command changed stays."));
}

/* What commands share: their arguments and how they fail. */
#include "http/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    return 1;
}

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

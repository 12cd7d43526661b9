/* A command's words against its row. The text of `args` that help prints is the grammar:
 *
 *     NAME ROLE [--region CODE] [--json] (--now FILE | --village CODE) FILE…
 *
 * A word is an argument and "…" repeats it; "--x" is an option and the word behind it, inside the same
 * brackets, its value. What stands in [ ] or ( ) may be left out; of what is in ( ) the command itself says
 * what it needs. An option without a value therefore always stands in brackets. */
#include <stdio.h>
#include <string.h>

#include "http/command.h"
#include "kernel/config.h"
#include "kernel/text.h"

enum { OPTIONS_MAX = 24, ARGUMENTS_MAX = 8 }; /* of a row */

struct option { const char *name; const char *value; bool needed; }; /* value NULL: takes none */
struct grammar {
    struct option options[OPTIONS_MAX + 1]; /* closed by a NULL name */
    const char *arguments[ARGUMENTS_MAX];
    int options_n, arguments_n, needed_n;   /* needed_n of the arguments */
    bool repeats;                           /* the last argument */
};

static void grammar_word(struct grammar *g, const char *word, bool needed, bool behind_option)
{
    if (text_starts(word, "--")) {
        if (g->options_n == OPTIONS_MAX) BUG("more than %d options", OPTIONS_MAX);
        g->options[g->options_n++] = (struct option){ .name = word + 2, .needed = needed };
    } else if (behind_option) {
        g->options[g->options_n - 1].value = word;
    } else {
        size_t n = strlen(word), dots = strlen("…");
        if (g->arguments_n == ARGUMENTS_MAX) BUG("more than %d arguments", ARGUMENTS_MAX);
        g->arguments[g->arguments_n++] = word;
        g->needed_n += needed;
        g->repeats = n > dots && !strcmp(word + n - dots, "…");
    }
}

static void grammar_of(struct arena *mem, const char *args, struct grammar *g)
{
    int depth = 0;
    bool behind_option = false; /* since the last bracket or bar */
    *g = (struct grammar){ 0 };
    for (const char *p = args; *p;) {
        size_t n = strcspn(p, " []()");
        if (n) {
            const char *word = arena_strndup(mem, p, n);
            bool bar = text_equal(word, "|");
            if (!bar) grammar_word(g, word, !depth, behind_option);
            behind_option = !bar && text_starts(word, "--");
            p += n;
            continue;
        }
        if (*p == '[' || *p == '(') depth++;
        if (*p == ']' || *p == ')') depth--;
        if (*p != ' ') behind_option = false;
        p++;
    }
}

/* ---- what is wrong with it ---- */
static int wrong(const struct command *row, const char *zh, const char *en)
{
    fprintf(stderr, "shanzhi %s: %s %s\n用法 usage: shanzhi %s%s%s\n", row->name, zh, en, row->name, *row->args ? " " : "", row->args);
    return EXIT_USAGE;
}

static const char *nearest_option(const struct grammar *g, const char *name)
{
    const char *names[OPTIONS_MAX + 128] = { "help" };
    size_t n = 1;
    for (int i = 0; i < g->options_n; i++) names[n++] = g->options[i].name;
    for (const struct setting *s = settings; s->name && n < sizeof names / sizeof *names - 1; s++) names[n++] = s->name;
    return text_nearest(name, names);
}

static int unknown_option(struct cli *c, const struct grammar *g, const char *word)
{
    const char *name = arena_strndup(c->mem, word, strcspn(word, "=")), *near;
    near = nearest_option(g, name + strspn(name, "-"));
    if (!near)
        return wrong(c->row, arena_printf(c->mem, "没有选项 %s。", name), arena_printf(c->mem, "There is no option %s.", name));
    return wrong(c->row, arena_printf(c->mem, "没有选项 %s，是否想写 --%s？", name, near),
                 arena_printf(c->mem, "There is no option %s; did you mean --%s?", name, near));
}

static struct option *find_option(struct grammar *g, const char *name, size_t n)
{
    for (int i = 0; i < g->options_n; i++)
        if (strlen(g->options[i].name) == n && !strncmp(g->options[i].name, name, n)) return &g->options[i];
    return NULL;
}

static int take_option(struct cli *c, struct grammar *g, char **argv, int argc, int *at)
{
    const char *word = argv[*at], *value = "";
    size_t n = strcspn(word, "=");
    static const struct option help = { .name = "help" };
    const struct option *o = find_option(g, word + 2, n - 2);
    if (!o && text_equal(word, "--help")) o = &help;
    if (!o) return unknown_option(c, g, word);
    if (!o->value && word[n])
        return wrong(c->row, arena_printf(c->mem, "--%s 不带值。", o->name), arena_printf(c->mem, "--%s takes no value.", o->name));
    if (o->value && word[n]) value = word + n + 1;
    else if (o->value && *at + 1 < argc && !text_starts(argv[*at + 1], "--")) value = argv[++*at];
    if (o->value && !*value)
        return wrong(c->row, arena_printf(c->mem, "--%s 后面须写 %s。", o->name, o->value),
                     arena_printf(c->mem, "--%s wants a value: %s.", o->name, o->value));
    if (cli_option(c, o->name))
        return wrong(c->row, arena_printf(c->mem, "--%s 写了两次。", o->name), arena_printf(c->mem, "--%s is given twice.", o->name));
    c->options[c->options_n++] = (struct cli_given){ o->name, value };
    return EXIT_DONE;
}

static int missing(struct cli *c, const struct grammar *g)
{
    if (c->args_n < g->needed_n) {
        const char *name = g->arguments[c->args_n];
        return wrong(c->row, arena_printf(c->mem, "还须写 %s。", name), arena_printf(c->mem, "%s is missing.", name));
    }
    for (int i = 0; i < g->options_n; i++)
        if (g->options[i].needed && !cli_option(c, g->options[i].name))
            return wrong(c->row, arena_printf(c->mem, "还须写 --%s %s。", g->options[i].name, g->options[i].value),
                         arena_printf(c->mem, "--%s %s is missing.", g->options[i].name, g->options[i].value));
    return EXIT_DONE;
}

int cli_parse(struct cli *c, const struct command *row, int argc, char **argv)
{
    struct grammar g;
    bool all = false; /* behind "--" */
    grammar_of(c->mem, row->args, &g);
    c->row = row;
    c->options = arena_array(c->mem, struct cli_given, OPTIONS_MAX + 1);
    c->args = arena_array(c->mem, const char *, (size_t)argc + 1);
    for (int i = 0; i < argc; i++) {
        const char *word = argv[i];
        if (!all && text_equal(word, "--")) {
            all = true;
        } else if (!all && text_starts(word, "--")) {
            int code = take_option(c, &g, argv, argc, &i);
            if (code) return code;
        } else if (!all && word[0] == '-' && word[1]) {
            return unknown_option(c, &g, word);
        } else if (c->args_n == g.arguments_n && !g.repeats) {
            return wrong(row, arena_printf(c->mem, "多余的词“%s”。", word), arena_printf(c->mem, "One word too many: %s.", word));
        } else {
            c->args[c->args_n++] = word;
        }
    }
    return cli_option(c, "help") ? EXIT_DONE : missing(c, &g);
}

const char *cli_option(const struct cli *c, const char *name)
{
    for (int i = 0; i < c->options_n; i++)
        if (text_equal(c->options[i].name, name)) return c->options[i].value;
    return NULL;
}

const char *cli_arg(const struct cli *c, int i)
{
    return i < c->args_n ? c->args[i] : NULL;
}

/* A command's words against its row, and what is said of wrong ones: whole, as it stands on the terminal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/command.h"
#include "kernel/buf.h"

#include "kernel/test.h" /* last: it defines fail() */

/* What fn writes to standard error. */
static const char *said(struct arena *mem, int (*fn)(void *), void *arg, int *code)
{
    char *text = NULL;
    size_t n;
    FILE *real = stderr, *own = open_memstream(&text, &n);
    stderr = own;
    *code = fn(arg);
    stderr = real;
    fclose(own);
    const char *out = arena_strdup(mem, text);
    free(text);
    return out;
}

#define WORDS_MAX 12
struct call { struct cli *c; const struct command *row; char *words[WORDS_MAX]; };
static int parse(void *arg)
{
    struct call *k = arg;
    int n = 0;
    while (k->words[n]) n++;
    return cli_parse(k->c, k->row, n, k->words);
}

#define GRAMMAR "NAME [ROLE] [--region CODE] [--json] --as WHO (--now FILE | --village CODE)"
static const struct command do_it = { .name = "do it", .args = GRAMMAR }, many = { .name = "many", .args = "KIND FILE…" }, bare = { .name = "bare", .args = "" };

#define WRONG(zh, en) "shanzhi do it: " zh " " en "\n用法 usage: shanzhi do it " GRAMMAR "\n"

static void words(void **state)
{
    struct arena *mem = *state;
    /* what is taken, in order: options as name=value, then arguments; or what is said */
    static const struct { const struct command *row; const char *words, *taken, *said; } cases[] = {
        { &do_it, "a --as b", "as=b a", "" }, { &do_it, "a --as=b --json", "as=b json= a", "" }, { &do_it, "--json a r --region 1 --as b", "json= region=1 as=b a r", "" },
        { &do_it, "a --as b -- --json", "as=b a --json", "" }, { &do_it, "a --as b -- --", "as=b a --", "" }, { &do_it, "a --as b -", "as=b a -", "" },
        { &do_it, "a --as b=c --now=d=e --village f", "as=b=c now=d=e village=f a", "" }, { &do_it, "a -- -x --as b", NULL, NULL },
        { &do_it, "--help", "help=", "" }, { &do_it, "--help --json", "help= json=", "" }, { &do_it, "a --as -b", "as=-b a", "" },
        { &do_it, "", NULL, WRONG("还须写 NAME。", "NAME is missing.") }, { &do_it, "--as b", NULL, WRONG("还须写 NAME。", "NAME is missing.") },
        { &do_it, "a", NULL, WRONG("还须写 --as WHO。", "--as WHO is missing.") },
        { &do_it, "a r x --as b", NULL, WRONG("多余的词“x”。", "One word too many: x.") },
        { &do_it, "a --as", NULL, WRONG("--as 后面须写 WHO。", "--as wants a value: WHO.") },
        { &do_it, "a --as=", NULL, WRONG("--as 后面须写 WHO。", "--as wants a value: WHO.") },
        { &do_it, "a --as --json", NULL, WRONG("--as 后面须写 WHO。", "--as wants a value: WHO.") },
        { &do_it, "a --json=1 --as b", NULL, WRONG("--json 不带值。", "--json takes no value.") },
        { &do_it, "a --as b --as c", NULL, WRONG("--as 写了两次。", "--as is given twice.") },
        { &do_it, "a --json --json --as b", NULL, WRONG("--json 写了两次。", "--json is given twice.") },
        { &do_it, "a --regoin=3", NULL, WRONG("没有选项 --regoin，是否想写 --region？", "There is no option --regoin; did you mean --region?") },
        { &do_it, "a --jso", NULL, WRONG("没有选项 --jso，是否想写 --json？", "There is no option --jso; did you mean --json?") },
        { &do_it, "a --jsonn", NULL, WRONG("没有选项 --jsonn，是否想写 --json？", "There is no option --jsonn; did you mean --json?") },
        { &do_it, "a --villages", NULL, WRONG("没有选项 --villages，是否想写 --village？", "There is no option --villages; did you mean --village?") },
        { &do_it, "a --hlep", NULL, WRONG("没有选项 --hlep，是否想写 --help？", "There is no option --hlep; did you mean --help?") },
        { &do_it, "a --prot 1", NULL, WRONG("没有选项 --prot，是否想写 --port？", "There is no option --prot; did you mean --port?") },
        { &do_it, "a -json", NULL, WRONG("没有选项 -json，是否想写 --json？", "There is no option -json; did you mean --json?") },
        { &do_it, "a --zzzzzzzzzz=1", NULL, WRONG("没有选项 --zzzzzzzzzz。", "There is no option --zzzzzzzzzz.") },
        { &many, "k a", "k a", "" }, { &many, "k a b c d e", "k a b c d e", "" },
        { &many, "k", NULL, "shanzhi many: 还须写 FILE…。 FILE… is missing.\n用法 usage: shanzhi many KIND FILE…\n" },
        { &bare, "", "", "" }, { &bare, "a", NULL, "shanzhi bare: 多余的词“a”。 One word too many: a.\n用法 usage: shanzhi bare\n" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct cli c = { .mem = mem };
        struct call k = { .c = &c, .row = cases[i].row };
        char *rest = arena_strdup(mem, cases[i].words), *word;
        for (int n = 0; (word = strsep(&rest, " "));)
            if (*word) k.words[n++] = word;
        int code;
        const char *text = said(mem, parse, &k, &code);
        EXPECT(code == (cases[i].taken ? EXIT_DONE : EXIT_USAGE), "%s: %d", cases[i].words, code);
        if (cases[i].said) EXPECT(!strcmp(text, cases[i].said), "%s: %s", cases[i].words, text);
        if (!cases[i].taken) continue;
        struct buf b = buf_in(mem, 1000);
        for (int n = 0; n < c.options_n; n++) buf_printf(&b, " %s=%s", c.options[n].name, c.options[n].value);
        for (int n = 0; cli_arg(&c, n); n++) buf_printf(&b, " %s", cli_arg(&c, n));
        assert_string_equal(b.n ? b.p + 1 : "", cases[i].taken);
        assert_null(cli_arg(&c, c.args_n));
        assert_null(cli_option(&c, "none"));
        assert_ptr_equal(c.row, cases[i].row);
    }
}

/* ---- how a command fails ---- */

struct failure { struct cli c; struct err e; bool misuse; };
static int failing(void *arg)
{
    struct failure *f = arg;
    return f->misuse ? cli_misuse(&f->c, &f->e) : cli_fail(&f->c, &f->e);
}

static void failures(void **state)
{
    struct arena *mem = *state;
    static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
    static const struct { const char *vars[3]; bool zh; } langs[] = {
        { { NULL, NULL, NULL }, false }, { { "zh_CN.UTF-8", "en_GB", "en_GB" }, true }, { { "en_GB", "zh_CN", "zh_CN" }, false },
        { { "", "zh_CN", "en_GB" }, true }, { { NULL, "en_GB", "zh_CN" }, false }, { { NULL, "", "zh" }, true }, { { NULL, NULL, "z" }, false },
    };
    struct finding two = { .field = "b", .zh = "乙", .en = "two" }, one = { .field = "a", .zh = "甲", .en = "one", .next = &two };
    for (size_t i = 0; i < COUNT(langs); i++) {
        for (int k = 0; k < 3; k++)
            if (langs[i].vars[k]) setenv(names[k], langs[i].vars[k], 1);
            else unsetenv(names[k]);
        struct failure f = { .e = { .code = ERR_INVALID, .field = "x", .zh = "不对。", .en = "Wrong.", .findings = &one, .cause = "why" } };
        int code;
        assert_string_equal(said(mem, failing, &f, &code), langs[i].zh ? "shanzhi: 不对。 (x)\n  a: 甲\n  b: 乙\n  why\n" : "shanzhi: Wrong. (x)\n  a: one\n  b: two\n  why\n");
        assert_int_equal(code, 1);
    }
    static const struct { enum err_code code; bool misuse; int exit; } codes[] = {
        { ERR_DATABASE, false, 1 }, { ERR_NO_INSTALLATION, false, 3 }, { ERR_NOT_MIGRATED, false, 3 }, { ERR_NOT_MIGRATED, true, 2 }, { ERR_INVALID, true, 2 },
    };
    for (size_t i = 0; i < COUNT(codes); i++) {
        struct failure f = { .e = { .code = codes[i].code, .zh = "不对。", .en = "Wrong." }, .misuse = codes[i].misuse };
        int code;
        assert_string_equal(said(mem, failing, &f, &code), "shanzhi: Wrong.\n");
        assert_int_equal(code, codes[i].exit);
    }
}

static void migrations(void **state)
{
    static const struct migration a[] = { { "a", 1, "001", "" }, { "a", 2, "002", "" }, { 0 } }, b[] = { { "b", 1, "001", "" }, { 0 } };
    static const struct slice first = { .migrations = a }, none = { 0 }, second = { .migrations = b };
    static const struct slice *const slices[] = { &first, &none, &second, NULL };
    struct cli c = { .mem = *state, .slices = slices };
    size_t n;
    const struct migration *all = cli_migrations(&c, &n);
    assert_int_equal(n, 3);
    assert_true(!strcmp(all[0].slice, "a") && all[0].number == 1 && all[1].number == 2 && !strcmp(all[2].slice, "b"));
}

int main(void)
{
    const struct CMUnitTest tests[] = { TEST(words), TEST(failures), TEST(migrations) };
    return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}

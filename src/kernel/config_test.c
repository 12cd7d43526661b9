/* Settings: which source wins, and what a mistake is told. */
#include "kernel/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/config.h"
#include "kernel/text.h"

static char path[] = "/tmp/config_test.XXXXXX";

static int open_file(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    if (fd >= 0) close(fd);
    return fd < 0;
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

/* Words of `line` as argv, "@" standing for the file; env is "NAME=value NAME=value". */
struct source { const char *file, *env, *line; };

static const struct err *load(struct arena *mem, const struct source *s, struct config **c, int *argc, char **argv)
{
    FILE *f = fopen(path, "w");
    fputs(s->file ? s->file : "", f);
    fclose(f);
    char *line = arena_strdup(mem, s->line), *env = arena_strdup(mem, s->env ? s->env : ""), *save;
    *argc = 0;
    argv[(*argc)++] = "shanzhi";
    for (char *w = strtok_r(line, " ", &save); w; w = strtok_r(NULL, " ", &save))
        argv[(*argc)++] = strcmp(w, "@") == 0 ? path : w;
    argv[*argc] = NULL;
    char *vars[8], n = 0;
    for (char *w = strtok_r(env, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
        putenv(w);
        vars[(int)n++] = w;
    }
    const struct err *e = config_load(mem, argc, argv, c);
    while (n--) unsetenv(arena_strndup(mem, vars[(int)n], strcspn(vars[(int)n], "=")));
    return e;
}

static void precedence(void **state)
{
    static const struct { struct source s; const char *name, *value, *source; } cases[] = {
        { { NULL, NULL, "" }, "port", "8600", "default" },
        { { "port = 1\n", NULL, "--config @" }, "port", "1", "file /" },
        { { "port = 1\n", "SHANZHI_PORT=2", "--config @" }, "port", "2", "environment" },
        { { "port = 1\n", "SHANZHI_PORT=2", "--config @ --port 3" }, "port", "3", "flag" },
        { { NULL, NULL, "--port=4" }, "port", "4", "flag" },
        { { NULL, NULL, "--port 4 --port 5" }, "port", "5", "flag" },
        { { "\xEF\xBB\xBF# 注释\r\n\r\n  public-url =  https://a.example/x=1  \r\n", NULL, "--config @" },
          "public-url", "https://a.example/x=1", ":3" },
        { { NULL, "SHANZHI_PUBLIC_URL=http://x", "" }, "public-url", "http://x", "environment" },
        { { NULL, "SHANZHI_PUBLIC_URL=", "" }, "public-url", NULL, "environment" },
        { { "public-url = http://x", "SHANZHI_PUBLIC_URL=", "--config @" }, "public-url", NULL, "environment" },
        { { NULL, "SHANZHI_TEST_PG=postgres://x", "" }, "database", NULL, "default" },
        { { NULL, "SHANZHI_PROGRAM=/x", "" }, "port", "8600", "default" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct config *c;
        int argc;
        char *argv[16];
        const struct err *e = load(*state, &cases[i].s, &c, &argc, argv);
        EXPECT(!e, "case %zu: %s", i, e ? err_text(e, LANG_EN) : "");
        EXPECT(text_equal(config_get(c, cases[i].name), cases[i].value), "case %zu: %s", i,
               config_get(c, cases[i].name) ? config_get(c, cases[i].name) : "NULL");
        EXPECT(strstr(config_source(c, cases[i].name), cases[i].source), "case %zu: %s", i,
               config_source(c, cases[i].name));
        EXPECT(argc == 1 && !argv[1], "case %zu left flags", i);
    }
}

static void types(void **state)
{
    struct config *c;
    int argc;
    char *argv[16];
    struct source s = { "pooled = on", NULL, "--config @ --workers 7" };
    assert_null(load(*state, &s, &c, &argc, argv));
    assert_int_equal(config_int(c, "workers"), 7);
    assert_int_equal(config_int(c, "loops"), 0);
    assert_true(config_on(c, "pooled"));
    s = (struct source){ NULL, "SHANZHI_POOLED=1", "--pooled=no" };
    assert_null(load(*state, &s, &c, &argc, argv));
    assert_false(config_on(c, "pooled"));
}

static void the_rest_stays(void **state)
{
    struct config *c;
    int argc;
    char *argv[16];
    struct source s = { NULL, NULL, "account add --name x --port 5 --pooled y -- --port 6 z" };
    assert_null(load(*state, &s, &c, &argc, argv));
    static const char *const want[] = { "shanzhi", "account", "add", "--name", "x", "y", "--", "--port", "6", "z" };
    assert_int_equal(argc, COUNT(want));
    for (int i = 0; i < argc; i++) assert_string_equal(argv[i], want[i]);
    assert_null(argv[argc]);
    assert_string_equal(config_get(c, "port"), "5");
}

static void mistakes(void **state)
{
    static const struct { struct source s; const char *says; } cases[] = {
        { { NULL, NULL, "--port x" }, "port (flag): \"x\"" },
        { { "trusted-proxy = 10.0.0.0/8, fd00::/8\ntrusted-proxy = 10.0.0.0/8 fd00::/8\n", NULL, "--config @" }, ":2): \"10.0.0.0/8 fd00::/8\" should be" },
        { { NULL, NULL, "--port 65536" }, "0…65535" },
        { { NULL, NULL, "--port" }, "--port wants a value" },
        { { NULL, NULL, "--port --pooled" }, "--port wants a value" },
        { { NULL, NULL, "--pooled=perhaps" }, "yes | no" },
        { { NULL, "SHANZHI_LOG_LEVEL=loud", "" }, "debug | info" },
        { { NULL, "SHANZHI_PROT=1", "" }, "SHANZHI_PROT" },
        { { NULL, "SHANZHI_PROT=1", "" }, "did you mean port?" },
        { { "zzzzzzzz = 1\n", NULL, "--config @" }, "shanzhi help" },
        { { "ok = 1\n", NULL, "--config @" }, ":1" },
        { { "port = 1\nadress = x\n", NULL, "--config @" }, "did you mean address?" },
        { { "port = 1\nadress = x\n", NULL, "--config @" }, ":2" },
        { { "port 1\n", NULL, "--config @" }, "write name = value" },
        { { "port = many\n", "SHANZHI_PORT=5", "--config @" }, "\"many\"" },
        { { "config = other\n", NULL, "--config @" }, "cannot name another" },
        { { "address = \xD6\xD0\n", NULL, "--config @" }, "UTF-8" },
        { { NULL, NULL, "--config /nonexistent.conf" }, "No such file" },
        { { NULL, NULL, "--config /nonexistent/shanzhi.conf" }, "there is no folder /nonexistent (is its disk mounted?)" },
        { { NULL, NULL, "--config /tmp" }, "directory" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct config *c;
        int argc;
        char *argv[16];
        const struct err *e = load(*state, &cases[i].s, &c, &argc, argv);
        EXPECT(e && e->code == ERR_INVALID, "case %zu was accepted", i);
        EXPECT(strstr(err_text(e, LANG_EN), cases[i].says), "case %zu says %s", i, err_text(e, LANG_EN));
        EXPECT(*err_text(e, LANG_ZH), "case %zu", i);
    }
}

static void table(void **state)
{
    struct config *c;
    int argc;
    char *argv[16];
    struct source s = { NULL, NULL, "" };
    assert_null(load(*state, &s, &c, &argc, argv));
    for (const struct setting *x = settings; x->name; x++) {
        EXPECT(*x->doc, "%s without a line of documentation", x->name);
        if (x->kind == SETTING_INT) config_int(c, x->name); /* a default that fits, or BUG */
        if (x->kind == SETTING_SWITCH) config_on(c, x->name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(precedence), TEST(types), TEST(the_rest_stays), TEST(mistakes), TEST(table),
    };
    return cmocka_run_group_tests_name("config", tests, open_file, remove_file);
}

/* The log: every line is one JSON object, whatever goes in; BUG leaves one too. */
#include "kernel/test.h"

#include <jansson.h>
#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/err.h"
#include "kernel/log.h"

/* Runs fn with the log going into a pipe (64 KiB) and returns what was written. */
static const char *logged(struct arena *mem, void (*fn)(void))
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    log_set_fd(ends[1]);
    fn();
    log_set_fd(STDERR_FILENO);
    close(ends[1]);
    char *text = arena_alloc(mem, 65537);
    size_t n = 0;
    for (ssize_t got; (got = read(ends[0], text + n, 65536 - n)) > 0;) n += (size_t)got;
    close(ends[0]);
    return text;
}

static json_t *parsed(const char *line)
{
    json_error_t e;
    json_t *v = json_loads(line, JSON_REJECT_DUPLICATES, &e);
    EXPECT(v, "not JSON: %s: %s", e.text, line);
    return v;
}

static void write_ordinary(void)
{
    log_set_request(77);
    log_info("http", "listening \"here\"\n", LI("port", 8600), LS("engine", "sq\xFFlite"), LS("null", NULL));
    log_set_request(0);
    log_debug("http", "not shown");
    log_set_level(LOG_WARN);
    log_info("http", "not shown");
    log_error("http", "bare");
    log_set_level(LOG_INFO);
}

static void ordinary(void **state)
{
    const char *text = logged(*state, write_ordinary);
    const char *second = strchr(text, '\n') + 1;
    assert_string_equal(strchr(second, '\n') + 1, "");
    json_t *v = parsed(arena_strndup(*state, text, (size_t)(second - text)));
    assert_string_equal(json_string_value(json_object_get(v, "level")), "info");
    assert_string_equal(json_string_value(json_object_get(v, "where")), "http");
    assert_string_equal(json_string_value(json_object_get(v, "msg")), "listening \"here\"\n");
    assert_int_equal(json_integer_value(json_object_get(v, "port")), 8600);
    assert_string_equal(json_string_value(json_object_get(v, "request")), "000000000000004d");
    assert_string_equal(json_string_value(json_object_get(v, "engine")), "sq\xEF\xBF\xBDlite");
    assert_string_equal(json_string_value(json_object_get(v, "null")), "");
    assert_int_equal(strlen(json_string_value(json_object_get(v, "time"))), 24);
    json_decref(v);
    v = parsed(second);
    assert_null(json_object_get(v, "request"));
    assert_string_equal(json_string_value(json_object_get(v, "level")), "error");
    json_decref(v);
}

static char huge[20001];

static void write_huge(void)
{
    memset(huge, '\n', sizeof huge - 1);
    log_info("x", "one long value", LS("v", huge));
    log_info("x", "many long values", LS("a", huge), LS("b", huge), LS("c", huge));
}

static void too_long(void **state)
{
    const char *text = logged(*state, write_huge);
    json_t *v = parsed(arena_strndup(*state, text, strcspn(text, "\n")));
    assert_int_equal(json_string_length(json_object_get(v, "v")), 2048);
    json_decref(v);
    v = parsed(text + strcspn(text, "\n") + 1);
    assert_string_equal(json_string_value(json_object_get(v, "msg")), "many long values");
    assert_int_equal(json_integer_value(json_object_get(v, "fields_dropped")), 1);
    json_decref(v);
}

static void *write_many(void *arg)
{
    for (int i = 0; i < 100; i++) log_info("thread", "line", LI("i", i), LS("who", arg));
    return NULL;
}

static void write_threads(void)
{
    pthread_t t[3];
    for (int i = 0; i < 3; i++) assert_int_equal(pthread_create(&t[i], NULL, write_many, "a thread"), 0);
    for (int i = 0; i < 3; i++) pthread_join(t[i], NULL);
}

static void threads(void **state)
{
    const char *text = logged(*state, write_threads);
    int n = 0;
    for (; *text; n++) {
        size_t len = strcspn(text, "\n");
        json_decref(parsed(arena_strndup(*state, text, len)));
        text += len + 1;
    }
    assert_int_equal(n, 300);
}

static void write_bug(void)
{
    pid_t child = fork();
    if (child == 0) {
        log_set_request(5);
        BUG("impossible \"%d\"", 7);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT(WIFSIGNALED(status), "BUG did not end the process");
}

static void bug(void **state)
{
    const char *text = logged(*state, write_bug);
    json_t *v = parsed(arena_strndup(*state, text, strcspn(text, "\n")));
    assert_string_equal(json_string_value(json_object_get(v, "msg")), "impossible \"7\"");
    assert_string_equal(json_string_value(json_object_get(v, "request")), "0000000000000005");
    assert_non_null(json_object_get(v, "line"));
    json_decref(v);
}

static void levels(void **state)
{
    enum log_level l;
    (void)state;
    assert_true(log_level_parse("warn", &l));
    assert_int_equal(l, LOG_WARN);
    assert_false(log_level_parse("WARN", &l));
    assert_false(log_level_parse(NULL, &l));
}

static void errors(void **state)
{
    struct err *e = err_new(*state, ERR_NOT_FOUND, "claim");
    assert_string_equal(err_text(e, LANG_EN), err_info(ERR_NOT_FOUND)->en);
    assert_string_equal(err_text(e, LANG_ZH), err_info(ERR_NOT_FOUND)->zh);
    e = err_say(*state, ERR_STATE, NULL, "甲", "a");
    assert_string_equal(err_text(e, LANG_EN), "a");
    assert_string_equal(err_text(e, LANG_ZH), "甲");
    err_finding(*state, e, "x", "一", "1");
    err_finding(*state, e, "y", "二", "2");
    assert_string_equal(e->findings->field, "x");
    assert_string_equal(e->findings->next->field, "y");
    assert_null(e->findings->next->next);
    for (int i = 1; i < ERR_COUNT; i++) {
        const struct err_info *info = err_info((enum err_code)i);
        EXPECT(info->status >= 400 && info->status < 600 && *info->zh && *info->en, "%s", info->name);
        for (int k = 1; k < i; k++)
            EXPECT(strcmp(info->code, err_info((enum err_code)k)->code) != 0 || i == ERR_RETRY || k == ERR_RETRY,
                   "%s and %s share a type", info->name, err_info((enum err_code)k)->name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ordinary), TEST(too_long), TEST(threads), TEST(bug), TEST(levels), TEST(errors),
    };
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}

/* The program: the slices in their order, and the command table. `shanzhi help` prints the same rows
 * that are dispatched here; slices bring rows of their own. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access/access.h"
#include "claim/claim.h"
#include "demo/demo.h"
#include "http/command.h"
#include "kernel/config.h"
#include "kernel/date.h"
#include "kernel/file.h"
#include "kernel/json.h"
#include "kernel/log.h"
#include "kernel/memory.h"
#include "kernel/text.h"
#include "people/people.h"
#include "ledger/ledger.h"
#include "region/region.h"
#include "scheme/scheme.h"
#include "trial/trial.h"
#include "upkeep/upkeep.h"

extern const struct embedded embedded_web[];
#ifdef SHANZHI_NEXT
extern const struct slice next_slice;
#endif

/* One line per capability, lower ones first: migrations run in this order. */
static const struct slice *const slices[] = {
    &access_slice,
    &region_slice,
    &people_slice,
    &scheme_slice,
    &ledger_slice,
    &notice_slice,
    &claim_slice,
    &trial_slice,
    &demo_slice,
    &upkeep_slice,
#ifdef SHANZHI_NEXT
    &next_slice, /* tests/deploy/next.c: a version with one migration more */
#endif
    NULL,
};

static int cmd_serve(struct cli *c);
static int cmd_migrate(struct cli *c);
static int cmd_openapi(struct cli *c);
static int cmd_routes(struct cli *c);
static int cmd_help(struct cli *c);
static int cmd_version(struct cli *c);

static const struct command commands[] = {
    { "serve", "[--migrate]", "Serve the pages and the API; --migrate: after bringing the database to this version. 启动服务", true, cmd_serve },
    { "migrate", "", "Bring the database to this program's version; SQLite is copied before. 升级数据库", false, cmd_migrate },
    { "openapi", "", "Print the API document (OpenAPI 3.1). 接口文档", false, cmd_openapi },
    { "routes", "[--json]", "Print every route with its permission. 接口清单", false, cmd_routes },
    { "version", "", "Print the version. 版本", false, cmd_version },
    { "help", "[COMMAND…]", "Print this, or what one command takes. 帮助", false, cmd_help },
    { 0 },
};

/* ---- the installation ---- */

static const struct err *not_migrated(struct cli *c, int pending, const char *more_zh, const char *more_en)
{
    return err_say(c->mem, ERR_NOT_MIGRATED, "database",
                   arena_printf(c->mem, "数据库有 %d 项升级尚未执行：请先用原来的程序备份，再运行 shanzhi migrate%s。", pending, more_zh),
                   arena_printf(c->mem, "%d migrations are pending: back up with the program you had, then run `shanzhi migrate`%s.", pending, more_en));
}

/* Brings an installation to this program's version. alone: lock it first. */
static const struct err *upgrade(struct cli *c, bool alone, int *applied)
{
    enum store_state state;
    int pending;
    *applied = 0;
    TRY(cli_store_state(c, &state, &pending));
    if (state == STORE_BARE) return access_start(c->mem, c->config, c->store); /* it says: no installation */
    if (state == STORE_BEHIND) {
        if (alone) TRY(cli_store_lock(c)); /* a server of the old version must not work on */
        const char *copy;
        TRY(upkeep_before(c, &copy));
        const struct err *e = cli_migrate(c, applied);
        upkeep_after(c, copy, *applied, !e);
        TRY(e);
    }
    TRY(access_adopt(c->mem, c->config, c->store)); /* one that was killed before it was through with the key comes here again */
    return access_start(c->mem, c->config, c->store);
}

static int cmd_migrate(struct cli *c)
{
    int applied = 0;
    const struct err *e = cli_store_open(c, false);
    if (!e) e = upgrade(c, true, &applied);
    if (e) return cli_fail(c, e);
    printf("%d applied (%s)\n", applied, store_engine(c->store));
    return EXIT_DONE;
}

/* Before init and demo make anything. Of a PostgreSQL database it is asked whether there is an installation first. */
static const struct err *may_create(struct cli *c)
{
    const char *data = config_get(c->config, "data");
    TRY(file_owner(c->mem, data));
    const struct err *e = access_unfounded(c->mem, c->config); /* before we look: a key is made after its database */
    return config_get(c->config, "database") || access(arena_printf(c->mem, "%s/shanzhi.db", data), F_OK) == 0 ? NULL : e;
}

/* Before a command that works on an installation: it is there, whole, of this version, with its key. */
static const struct err *enter(struct cli *c, const struct command *row)
{
    bool creates = row->store == CLI_CREATES, serves = row->run == cmd_serve;
    enum store_state state;
    int pending, applied;
    const char *id;
    if (creates) TRY(may_create(c));
    TRY(cli_store_open(c, creates));
    if (serves) TRY(cli_store_lock(c));
    if (serves && cli_option(c, "migrate")) return upgrade(c, false, &applied); /* serve has locked it */
    TRY(cli_store_state(c, &state, &pending));
    const struct err *keyed = creates ? access_unfounded(c->mem, c->config) : NULL; /* before we ask: a key is made after its database */
    TRY(store_installation(c->store, c->mem, &id));
    if (keyed && !id && state != STORE_BEHIND) return keyed;
    if (creates && !keyed && !id && state != STORE_CURRENT) { /* new, or an init that was interrupted; with a key: of an older version */
        TRY(cli_migrate(c, &applied));
        state = STORE_CURRENT;
    }
    if (state == STORE_BEHIND) return not_migrated(c, pending, "（或 serve --migrate）", " (or `serve --migrate`)");
    if (creates) TRY(access_found(c->mem, c->config, c->store));
    return access_start(c->mem, c->config, c->store);
}

/* ---- commands ---- */

static void more_files(void)
{
    struct rlimit l;
    if (getrlimit(RLIMIT_NOFILE, &l)) return;
    l.rlim_cur = l.rlim_max;
    setrlimit(RLIMIT_NOFILE, &l);
}

static sigset_t signals(void)
{
    static const int all[] = { SIGTERM, SIGINT, SIGHUP };
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) sigaddset(&set, all[i]);
    return set;
}

/* SIGHUP: the log was moved away (logrotate). */
static void reopen_log(void)
{
    int bad = log_reopen();
    if (bad < 0) log_info("log", "SIGHUP: the log goes to standard error, there is nothing to reopen");
    else if (bad) log_error("log", "SIGHUP: the log file cannot be opened anew; the old one goes on", LS("error", strerror(bad)));
    else log_info("log", "SIGHUP: the log file is opened anew");
}

/* Waits so long for a signal that ends the program; its number, or 0. wait_s < 0: for ever. */
static int await_stop(int wait_s)
{
    sigset_t set = signals();
    struct timespec wait = { .tv_sec = wait_s };
    for (;;) {
        int sig = wait_s < 0 ? sigwaitinfo(&set, NULL) : sigtimedwait(&set, NULL, &wait);
        if (sig == SIGHUP) reopen_log();
        else if (sig > 0) return sig;
        else if (errno != EINTR) return 0;
    }
}

/* Before the store is open: its threads and all others inherit what is blocked, so that a signal is always
 * waited for in await_stop and never ends the server in the middle. */
static const struct err *serve_begins(struct cli *c)
{
    sigset_t set = signals();
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file at its limit is a full disk (EFBIG), not the end of the server */
    more_files();
    const char *path = config_get(c->config, "log-file");
    int bad = path ? log_open(path) : 0;
    if (!bad) return NULL;
    struct file_why why = file_why(c->mem, path, bad);
    return err_say(c->mem, ERR_INVALID, "log-file", arena_printf(c->mem, "日志文件 %s 无法打开：%s", path, why.zh),
                   arena_printf(c->mem, "the log file %s cannot be opened: %s", path, why.en));
}

/* A PostgreSQL that starts later than we do (a power cut, another machine) is waited for, ever longer
 * between tries. What SQLite says is final. stopped: told to end meanwhile. */
static const struct err *enter_patiently(struct cli *c, const struct command *row, bool *stopped)
{
    enum { LONGEST_S = 8 };
    int64_t until = clock_monotonic_us() + config_int(c->config, "database-wait-s") * 1000000;
    for (int wait_s = 1;; wait_s = wait_s * 2 < LONGEST_S ? wait_s * 2 : LONGEST_S) {
        const struct err *e = enter(c, row);
        bool late = e && e->code == ERR_DATABASE && e->cause && config_get(c->config, "database");
        if (!late || clock_monotonic_us() >= until) return e;
        log_warn("store", "waiting for the database", LS("cause", e->cause), LI("again_in_s", wait_s));
        if (c->store) store_close(c->store);
        c->store = NULL;
        *stopped = await_stop(wait_s) != 0;
        if (*stopped) return NULL;
    }
}

static int cmd_serve(struct cli *c)
{
    struct http_config config = {
        .address = config_get(c->config, "address"),
        .port = (int)config_int(c->config, "port"),
        .loops = (int)config_int(c->config, "loops"),
        .workers = (int)config_int(c->config, "workers"),
        .public_url = config_get(c->config, "public-url"),
        .trusted_proxy = config_get(c->config, "trusted-proxy"),
        .rate_per_minute = (int)config_int(c->config, "rate-per-minute"),
        .account_per_minute = (int)config_int(c->config, "account-rate-per-minute"),
        .queue = (int)config_int(c->config, "queue"),
        .request_s = (int)config_int(c->config, "request-seconds"),
        .files = embedded_web,
        .health = { .disk_free_mib = config_int(c->config, "disk-free-mib"),
                    .backup_max_age_h = config_int(c->config, "backup-max-age-hours"),
                    .backup_age_fails = config_on(c->config, "backup-age-fails") },
    };
    struct server *server;
    const struct err *e = store_lease(c->store, c->mem);
    if (!e) e = http_start(c->mem, &config, c->store, c->slices, &access_guard, &server);
    if (e) return cli_fail(c, e);
    log_info("http", "listening", LS("address", config.address), LI("port", http_port(server)),
             LS("engine", store_engine(c->store)));
    int sig = await_stop(-1);
    log_info("http", "stopping", LS("signal", sig == SIGTERM ? "TERM" : "INT"));
    http_stop(server);
    log_info("http", "stopped");
    return 0;
}

static int cmd_openapi(struct cli *c)
{
    puts(http_openapi(c->mem, c->slices));
    return 0;
}

static int cmd_version(struct cli *c)
{
    (void)c;
    puts("shanzhi " SHANZHI_VERSION);
    return 0;
}

static void routes_json(struct cli *c)
{
    struct buf b = buf_in(c->mem, LIMIT_REPLY_BYTES);
    struct json j = json_to(&b);
    json_array(&j);
    for (const struct slice *const *s = c->slices; *s; s++)
        for (const struct route *r = (*s)->routes; r && r->path; r++) {
            json_object(&j);
            json_key(&j, "slice");
            json_text(&j, (*s)->name);
            json_key(&j, "method");
            json_text(&j, r->method);
            json_key(&j, "path");
            json_text(&j, r->path);
            json_key(&j, "permission");
            json_text(&j, perm_info(r->allow)->name);
            json_key(&j, "writes");
            json_bool(&j, r->tx == TX_WRITE);
            json_key(&j, "summary");
            json_text(&j, r->summary);
            json_end(&j);
        }
    json_end(&j);
    puts(b.p);
}

static int cmd_routes(struct cli *c)
{
    if (cli_option(c, "json")) {
        routes_json(c);
        return 0;
    }
    for (const struct slice *const *s = c->slices; *s; s++)
        for (const struct route *r = (*s)->routes; r && r->path; r++)
            printf("%-6s %-62s %-18s %s\n", r->method, r->path, perm_info(r->allow)->name, r->summary);
    return 0;
}

/* ---- the table, read twice: to print and to dispatch ---- */

typedef bool visit(const struct command *row, void *arg);

static void each_command(visit *fn, void *arg)
{
    for (const struct command *row = commands; row->name; row++)
        if (!fn(row, arg)) return;
    for (const struct slice *const *s = slices; *s; s++)
        for (const struct command *row = (*s)->commands; row && row->name; row++)
            if (!fn(row, arg)) return;
}

static void print_row(const struct command *row)
{
    printf("  %-28s %s\n", row->name, row->summary);
    if (*row->args) printf("  %-28s   %s\n", "", row->args);
}

/* "scheme" names its commands, "scheme check" one of them; NULL all. */
struct naming { const char *what; int shown; bool exact; };

static bool print_named(const struct command *row, void *arg)
{
    struct naming *n = arg;
    size_t length = n->what ? strlen(n->what) : 0;
    if (length && strncmp(row->name, n->what, length)) return true;
    if (length && row->name[length] && (n->exact || row->name[length] != ' ')) return true;
    print_row(row);
    n->shown++;
    return true;
}

struct names { struct arena *mem; const char *list[256]; size_t n; };

/* The commands and the words they begin with. */
static bool collect(const struct command *row, void *arg)
{
    struct names *names = arg;
    if (names->n + 2 >= sizeof names->list / sizeof *names->list) BUG("more commands than names");
    names->list[names->n++] = row->name;
    names->list[names->n++] = arena_strndup(names->mem, row->name, strcspn(row->name, " "));
    return true;
}

/* Names the nearest command of one or two words, and where all are listed. */
static int unknown(struct arena *mem, const char *first, const char *second)
{
    struct names names = { .mem = mem };
    each_command(collect, &names);
    const char *both = second ? arena_printf(mem, "%s %s", first, second) : first;
    const char *near = text_nearest(both, names.list);
    if (!near) near = text_nearest(first, names.list);
    fprintf(stderr, "没有这个命令 / no such command: %s\n", both);
    if (near) fprintf(stderr, "您是想用 / did you mean: shanzhi %s\n", near);
    fputs("全部命令 / all commands: shanzhi help\n", stderr);
    return EXIT_USAGE;
}

static int cmd_help(struct cli *c)
{
    const char *first = cli_arg(c, 0), *second = cli_arg(c, 1);
    struct naming n = { .what = second ? arena_printf(c->mem, "%s %s", first, second) : first, .exact = second != NULL };
    if (!first) puts("shanzhi 善治 " SHANZHI_VERSION "\n\nshanzhi COMMAND [--setting value]\n");
    each_command(print_named, &n);
    if (!n.shown) return unknown(c->mem, first, second);
    if (first) return EXIT_DONE;
    puts("\nSettings (flag --name, environment SHANZHI_NAME, or a line in the file of --config):");
    for (const struct setting *s = settings; s->name; s++)
        printf("  --%-18s %s%s%s%s\n", s->name, s->doc, s->fallback ? " [" : "",
               s->fallback ? s->fallback : "", s->fallback ? "]" : "");
    puts("\nExit codes 退出码: 0 done 完成; 1 failed 失败; 2 wrong command, option, value or setting 用法或配置有误;\n"
         "3 no installation, another version of it, or another one's key 没有安装、版本不符或密钥不符");
    return EXIT_DONE;
}

struct search { int argc; char **argv; const struct command *best; int words; };

/* The row whose words stand first in argv; the longest wins. */
static bool match_row(const struct command *row, void *arg)
{
    struct search *f = arg;
    int words = 0;
    for (const char *p = row->name; *p; words++) {
        size_t n = strcspn(p, " ");
        if (words >= f->argc || strlen(f->argv[words]) != n || memcmp(f->argv[words], p, n)) return true;
        p += n + (p[n] == ' ');
    }
    if (words > f->words) {
        f->best = row;
        f->words = words;
    }
    return true;
}

/* No command stands first in argv: a group's name alone lists it. */
static int no_command(struct arena *mem, int argc, char **argv)
{
    struct cli c = { .mem = mem, .slices = slices };
    if (!argc || text_equal(argv[0], "--help") || text_equal(argv[0], "-h")) return cli_end(&c, cmd_help(&c));
    struct naming group = { .what = argv[0] };
    if (argc == 1) each_command(print_named, &group); /* "shanzhi scheme": what it can do */
    return group.shown ? EXIT_USAGE : unknown(mem, argv[0], argc > 1 ? argv[1] : NULL);
}

/* What settings change in the kernel, before any thread starts. */
static const struct err *apply(struct arena *mem, const struct config *config)
{
    enum log_level level = LOG_INFO;
    const char *holidays = config_get(config, "holidays");
    if (log_level_parse(config_get(config, "log-level"), &level)) log_set_level(level);
    if (holidays) TRY(workday_load(mem, holidays));
    if (!workday_known(date_of_instant(clock_now())))
        log_warn("date", "this year's public holidays are unknown; give them with --holidays");
    return NULL;
}

/* A closed descriptor 0, 1 or 2 would be given to the next file opened, and messages would go into it. */
static void standard_files(void)
{
    int fd;
    do fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0) close(fd);
}

static int dispatch(struct cli *c, const struct command *row, int argc, char **argv)
{
    int code = cli_parse(c, row, argc, argv);
    if (code) return code;
    if (cli_option(c, "help")) {
        print_row(row);
        return EXIT_DONE;
    }
    bool serves = row->run == cmd_serve, stopped = false;
    const struct err *e = serves ? serve_begins(c) : NULL;
    if (!e && serves) e = enter_patiently(c, row, &stopped);
    else if (!e && (row->store || (row->store_with && cli_option(c, row->store_with))))
        e = enter(c, row);
    code = e ? cli_fail(c, e) : stopped ? EXIT_DONE : row->run(c);
    if (c->store) store_close(c->store);
    return code;
}

int main(int argc, char **argv)
{
    memory_start();
    static struct arena mem; /* static: whatever way we leave, it is not lost */
    struct config *config;
    struct cli c = { .mem = &mem, .slices = slices };
    standard_files();
    const struct err *e = config_load(&mem, &argc, argv, &config);
    if (!e) e = apply(&mem, config);
    if (e) return cli_misuse(&c, e);
    argc--; /* the program's own name; config_load leaves it */
    argv++;
    c.config = config;
    struct search f = { .argc = argc, .argv = argv };
    each_command(match_row, &f);
    int code = f.best ? cli_end(&c, dispatch(&c, f.best, argc - f.words, argv + f.words)) : no_command(&mem, argc, argv);
    arena_clear(&mem);
    return code;
}

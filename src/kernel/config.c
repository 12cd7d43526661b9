/* Configuration: the table of settings and the four places their values come from. */
#include "kernel/config.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/file.h"
#include "kernel/limits.h"
#include "kernel/log.h"
#include "kernel/network.h"
#include "kernel/text.h"

const struct setting settings[] = {
    { "address", "127.0.0.1", "Address to listen on; 0.0.0.0 for all. 监听地址", SETTING_TEXT, 0, 0 },
    { "port", "8600", "Port to listen on; 0 takes a free one. 端口", SETTING_INT, 0, 65535 },
    { "data", "data", "Folder of the database and the keys. 数据目录", SETTING_TEXT, 0, 0 },
    { "database", NULL, "postgres://… ; without it SQLite in the data folder. 数据库", SETTING_DATABASE, 0, 0 },
    { "pooled", "no", "The database is behind a pooler such as PgBouncer.", SETTING_SWITCH, 0, 0 },
    { "config", NULL, "File of settings, one `name = value` per line. 配置文件", SETTING_TEXT, 0, 0 },
    { "log-level", "info", "debug, info, warn or error. 日志级别", SETTING_LOG_LEVEL, 0, 0 },
    { "workers", "0", "Threads that run requests; 0: from the cores.", SETTING_INT, 0, 256 },
    { "loops", "0", "Threads that talk to the network; 0: from the cores.", SETTING_INT, 0, 64 },
    { "queue", "0", "Requests that may wait for a worker, then 503; 0: 1024.", SETTING_INT, 0, 100000 },
    { "request-seconds", "0", "Time for a request to arrive whole; 0: 15.", SETTING_INT, 0, 3600 },
    { "public-url", NULL, "Address that people type, for links on paper. 对外网址", SETTING_URL, 0, 0 },
    { "trusted-proxy", NULL, "Addresses and networks of proxies whose X-Forwarded-For counts, by commas. 可信代理", SETTING_NETWORKS, 0, 0 },
    { "rate-per-minute", "1200", "Requests a minute of an address, without sign-in; 0: no limit for anybody. 限流", SETTING_INT, 0, 1000000 },
    { "account-rate-per-minute", "600", "Requests a minute of an account that is signed in. 每账号限流", SETTING_INT, 1, 1000000 },
    { "disk-free-mib", "200", "Less free disk than this fails /readyz. 磁盘剩余下限", SETTING_INT, 0, 1000000000 },
    { "backup-max-age-hours", "48", "An older last backup is a warning in /readyz; 0: not watched. 备份时限", SETTING_INT, 0, 100000 },
    { "backup-age-fails", "no", "A backup that is too old fails /readyz instead of warning.", SETTING_SWITCH, 0, 0 },
    { "log-file", NULL, "File of the log; SIGHUP opens it anew. Without it standard error. 日志文件", SETTING_TEXT, 0, 0 },
    { "database-wait-s", "60", "serve waits so long for a PostgreSQL that is not there yet. 等待数据库", SETTING_INT, 0, 86400 },
    { "key-file", NULL, "Key that seals ID numbers; without it made in the data folder. 密钥文件", SETTING_TEXT, 0, 0 },
    { "holidays", NULL, "File of public holidays and make-up workdays. 节假日表", SETTING_TEXT, 0, 0 },
    { "session-idle-s", "1800", "A staff session ends after so many seconds without use. 工作人员闲置退出", SETTING_INT, 1, 86400 },
    { "session-life-s", "43200", "A staff session lasts so many seconds at most.", SETTING_INT, 1, 604800 },
    { "villager-session-idle-s", "7776000", "A villager's session ends after so many seconds without use. 村民闲置退出", SETTING_INT, 1, 31536000 },
    { "villager-session-life-s", "15552000", "A villager's session lasts so many seconds at most.", SETTING_INT, 1, 31536000 },
    { "lock-after", "5", "Failed sign-ins in a row that lock an account. 连续输错锁定", SETTING_INT, 1, 1000 },
    { "lock-address-after", "50", "Failed sign-ins that lock an address: a village may share one.", SETTING_INT, 1, 1000000 },
    { "lock-s", "900", "Seconds that a lock-out lasts. 锁定时长", SETTING_INT, 1, 86400 },
    /* Six months is the least that the law asks for (网络安全法第二十一条). */
    { "audit-keep-days", "1095", "Days that the audit trail is kept. 操作日志保留天数", SETTING_INT, 184, 36500 },
    { 0 }
};

enum { SETTINGS = sizeof settings / sizeof *settings - 1 };

struct config {
    struct arena *mem;
    const char *value[SETTINGS];
    const char *source[SETTINGS]; /* "default" until set */
    int rank[SETTINGS];           /* who set it: a lower rank does not overwrite a higher one */
    bool secret;                  /* the file has the database's password, used or not */
};

enum { RANK_DEFAULT, RANK_FILE, RANK_ENVIRONMENT, RANK_FLAG };

static int find_setting(const char *name, size_t n)
{
    for (int i = 0; i < SETTINGS; i++)
        if (strlen(settings[i].name) == n && strncmp(settings[i].name, name, n) == 0) return i;
    return -1;
}

static int known(const char *name)
{
    int i = find_setting(name, strlen(name));
    if (i < 0) BUG("no setting %s", name);
    return i;
}

static bool parse_switch(const char *s, bool *on)
{
    static const char *const words[] = { "no", "yes", "0", "1", "false", "true", "off", "on" };
    for (int i = 0; i < 8; i++) {
        if (strcmp(s, words[i]) != 0) continue;
        *on = i & 1;
        return true;
    }
    return false;
}

/* Behind one of two beginnings something stands. */
static bool begins(const char *value, const char *a, const char *b)
{
    const char *rest = text_starts(value, a) ? value + strlen(a) : text_starts(value, b) ? value + strlen(b) : "";
    return *rest && *rest != '/' && text_clean(value) && !strchr(value, ' ');
}

/* What a value of this setting looks like, or NULL when s is one. */
static const char *misfit(struct arena *mem, const struct setting *s, const char *value)
{
    int64_t v;
    enum log_level level;
    bool on;
    struct networks networks;
    switch (s->kind) {
    case SETTING_TEXT: return text_clean(value) ? NULL : "text without control characters";
    case SETTING_NETWORKS: return networks_read(mem, value, &networks);
    case SETTING_URL:
        return begins(value, "https://", "http://") ? NULL : "https://… | http://…";
    case SETTING_DATABASE:
        /* postgres:///name is the local socket's. */
        if (text_clean(value) && (text_starts(value, "postgres://") || text_starts(value, "postgresql://"))) return NULL;
        return "postgres://USER@HOST/NAME (SQLite: leave it out 用 SQLite 时不写)";
    case SETTING_INT:
        if (text_int(value, s->min, s->max, &v)) return NULL;
        return arena_printf(mem, "%lld…%lld", (long long)s->min, (long long)s->max);
    case SETTING_SWITCH: return parse_switch(value, &on) ? NULL : "yes | no";
    case SETTING_LOG_LEVEL: return log_level_parse(value, &level) ? NULL : "debug | info | warn | error";
    }
    BUG("setting %s", s->name);
}

static const struct err *set(struct config *c, int i, const char *value, int rank, const char *source)
{
    if (!*value && rank == RANK_FLAG)
        return err_say(c->mem, ERR_INVALID, settings[i].name, arena_printf(c->mem, "--%s 后面须写它的值。", settings[i].name),
                       arena_printf(c->mem, "--%s wants a value, and it is empty", settings[i].name));
    if (!*value) value = settings[i].fallback; /* of a file or a variable: the default again */
    const char *want = value ? misfit(c->mem, &settings[i], value) : NULL;
    if (want) {
        /* An address of a database may hold its password, and errors end in logs. */
        const char *shown = settings[i].kind == SETTING_DATABASE
                                ? arena_printf(c->mem, "%.*s…", (int)strcspn(value, "@?:"), value)
                                : value;
        return err_say(c->mem, ERR_INVALID, settings[i].name,
                       arena_printf(c->mem, "配置项 %s（%s）的值“%s”不正确，应为：%s", settings[i].name,
                                    source, shown, want),
                       arena_printf(c->mem, "setting %s (%s): \"%s\" should be %s", settings[i].name,
                                    source, shown, want));
    }
    if (rank < c->rank[i]) return NULL;
    c->value[i] = value;
    c->source[i] = source;
    c->rank[i] = rank;
    return NULL;
}

static const char *nearest_setting(const char *name)
{
    const char *names[SETTINGS + 1] = { 0 };
    for (int i = 0; i < SETTINGS; i++) names[i] = settings[i].name;
    return text_nearest(name, names);
}

static const struct err *unknown(struct config *c, const char *name, const char *source)
{
    const char *near = nearest_setting(name);
    if (!near)
        return err_say(c->mem, ERR_INVALID, name,
                       arena_printf(c->mem, "没有配置项 %s（%s）；全部配置项见 shanzhi help。", name, source),
                       arena_printf(c->mem, "no setting %s (%s); `shanzhi help` lists them", name, source));
    return err_say(c->mem, ERR_INVALID, name,
                   arena_printf(c->mem, "没有配置项 %s（%s），是否想写 %s？", name, source, near),
                   arena_printf(c->mem, "no setting %s (%s); did you mean %s?", name, source, near));
}

/* ---- flags ---- */

static const struct err *take_flags(struct config *c, int *argc, char **argv)
{
    int kept = 1, at = 1;
    if (*argc < 1) return NULL; /* execve allows it */
    while (at < *argc && strcmp(argv[at], "--") != 0) {
        char *word = argv[at++];
        size_t n = strcspn(word, "=");
        int i = text_starts(word, "--") ? find_setting(word + 2, n - 2) : -1;
        if (i < 0) {
            argv[kept++] = word;
            continue;
        }
        const char *value = "yes";
        if (word[n] == '=') {
            value = word + n + 1;
        } else if (settings[i].kind != SETTING_SWITCH) {
            if (at == *argc || text_starts(argv[at], "--"))
                return err_say(c->mem, ERR_INVALID, settings[i].name,
                               arena_printf(c->mem, "%s 后面须写它的值。", word),
                               arena_printf(c->mem, "%s wants a value", word));
            value = argv[at++];
        }
        TRY(set(c, i, value, RANK_FLAG, "flag"));
    }
    while (at < *argc) argv[kept++] = argv[at++];
    argv[kept] = NULL;
    *argc = kept;
    return NULL;
}

/* ---- environment ---- */

/* A slip of the pen is fatal; other variables may be meant for scripts around the program. */
static const struct err *unknown_variable(struct config *c, const char *name, const char *variable)
{
    if (nearest_setting(name)) return unknown(c, name, variable);
    log_warn("config", "unknown setting in the environment", LS("variable", variable));
    return NULL;
}

static const struct err *take_environment(struct config *c)
{
    static const char prefix[] = "SHANZHI_";
    for (char **e = environ; *e; e++) {
        if (!text_starts(*e, prefix) || text_starts(*e, "SHANZHI_TEST")) continue;
        const char *from = *e + sizeof prefix - 1;
        size_t n = strcspn(from, "=");
        char *name = arena_strndup(c->mem, from, n);
        for (char *p = name; *p; p++) {
            if (*p == '_') *p = '-';
            if (*p >= 'A' && *p <= 'Z') *p = (char)(*p + 'a' - 'A');
        }
        int i = find_setting(name, n);
        if (i < 0) {
            TRY(unknown_variable(c, name, arena_strndup(c->mem, *e, n + sizeof prefix - 1)));
            continue;
        }
        TRY(set(c, i, from + n + (from[n] == '='), RANK_ENVIRONMENT, "environment"));
    }
    return NULL;
}

/* ---- file ---- */

/* postgres://name:PASSWORD@host/…, or …?password=… */
static bool has_password(const char *url)
{
    if (!url) return false;
    const char *who = strstr(url, "://");
    if (strstr(url, "password=") || !who) return strstr(url, "password=") != NULL;
    who += 3;
    const char *at = memchr(who, '@', strcspn(who, "/?")), *colon = at ? memchr(who, ':', (size_t)(at - who)) : NULL;
    return colon && colon + 1 < at;
}

static const struct err *take_line(struct config *c, const char *line, const char *source)
{
    line = text_normal(c->mem, line);
    if (!*line || *line == '#') return NULL;
    size_t n = strcspn(line, "=");
    if (!line[n])
        return err_say(c->mem, ERR_INVALID, "config",
                       arena_printf(c->mem, "%s 有误，应写成：名称 = 值", source),
                       arena_printf(c->mem, "%s: write name = value", source));
    const char *name = text_normal(c->mem, arena_strndup(c->mem, line, n));
    const char *value = text_normal(c->mem, line + n + 1);
    int i = find_setting(name, strlen(name));
    if (i < 0) return unknown(c, name, source);
    if (text_equal(name, "config"))
        return err_say(c->mem, ERR_INVALID, "config",
                       arena_printf(c->mem, "%s：配置文件里不能再指定 config。", source),
                       arena_printf(c->mem, "%s: a file of settings cannot name another", source));
    c->secret = c->secret || (text_equal(name, "database") && has_password(value));
    return set(c, i, value, RANK_FILE, source);
}

static const struct err *keeps_secret(struct config *c, const char *path)
{
    struct stat st;
    if (!c->secret || stat(path, &st) != 0 || !(st.st_mode & S_IRWXO)) return NULL;
    return err_say(c->mem, ERR_INVALID, "config",
                   arena_printf(c->mem, "配置文件 %s 里有数据库密码，而其他用户可以读取。请执行 chmod 640 %s（属组为服务账号）。", path, path),
                   arena_printf(c->mem, "%s holds the database's password and others may read it: chmod 640 %s (its group the service's)", path, path));
}

static const struct err *take_file(struct config *c, const char *path)
{
    const char *text;
    size_t n;
    TRY(file_read(c->mem, path, LIMIT_CONFIG_BYTES, &text, &n));
    for (int line = 1; *text; line++) {
        size_t len = strcspn(text, "\n");
        TRY(take_line(c, arena_strndup(c->mem, text, len), arena_printf(c->mem, "file %s:%d", path, line)));
        text += len + (text[len] == '\n');
    }
    return keeps_secret(c, path);
}

const struct err *config_load(struct arena *mem, int *argc, char **argv, struct config **out)
{
    struct config *c = arena_new(mem, struct config);
    c->mem = mem;
    for (int i = 0; i < SETTINGS; i++) {
        c->value[i] = settings[i].fallback;
        c->source[i] = "default";
    }
    TRY(take_flags(c, argc, argv));
    TRY(take_environment(c));
    const char *path = config_get(c, "config");
    if (path) TRY(take_file(c, path));
    *out = c;
    return NULL;
}

const char *config_get(const struct config *c, const char *name)
{
    return c->value[known(name)];
}

int64_t config_int(const struct config *c, const char *name)
{
    int i = known(name);
    int64_t v;
    if (settings[i].kind != SETTING_INT || !text_int(c->value[i], settings[i].min, settings[i].max, &v))
        BUG("setting %s is no number", name);
    return v;
}

bool config_on(const struct config *c, const char *name)
{
    int i = known(name);
    bool on;
    if (settings[i].kind != SETTING_SWITCH || !parse_switch(c->value[i], &on))
        BUG("setting %s is no switch", name);
    return on;
}

const char *config_source(const struct config *c, const char *name)
{
    return c->source[known(name)];
}

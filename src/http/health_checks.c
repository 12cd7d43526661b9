/* What the store's health is, as rows of /readyz. A check that fails takes the server out of service; what
 * only wants to be seen to is a warning. */
#include "http/health.h"

#include <inttypes.h>

#include "kernel/date.h"
#include "kernel/id.h"

enum { MIB = 1024 * 1024, WAL_WARN_MIB = 256, WAL_FAIL_MIB = 2048, DISK_WARN_TIMES = 4, HOUR_MS = 3600 * 1000, AHEAD_MS = 5 * 60 * 1000 /* two machines' clocks differ */,
       KEPT_CONNECTIONS = 3 /* for psql, a backup, a command */ };

/* Each server's part of what PostgreSQL allows: more than its workers need, none takes; two it has always. */
static const struct err *share_connections(struct checkup *c)
{
    int64_t servers, most = c->seen->look.connections_max;
    if (most == NONE) return NULL;
    TRY(store_servers(c->store, c->mem, id_node(), &servers));
    int64_t part = (most - KEPT_CONNECTIONS) / servers;
    if (part > c->sessions) part = c->sessions;
    if (part < 2) part = 2;
    store_share(c->store, (int)part);
    c->seen->connections_share = part;
    return NULL;
}

/* First: the others read what it looked up. */
static enum health database_there(struct checkup *c)
{
    const struct err *e = store_look(c->store, c->mem, &c->seen->look);
    if (e) return check_err(c, e);
    const struct store_look *look = &c->seen->look;
    e = share_connections(c);
    if (e) return check_err(c, e);
    store_refuse_writes(c->store, look->lost_en != NULL);
    if (!look->lost_en) return HEALTH_PASS;
    return check_say(c, HEALTH_FAIL, arena_printf(c->mem, "%s；已停止写入。请恢复文件并重新启动服务。", look->lost_zh),
                     arena_printf(c->mem, "%s; nothing is written any more. Put it back and restart the server.", look->lost_en));
}

static enum health migrated(struct checkup *c)
{
    return check_err(c, store_ready(c->store, c->mem));
}

static enum health writes(struct checkup *c)
{
    int64_t began = clock_monotonic_us();
    const struct err *e = store_beat(c->store, c->mem, id_node());
    if (e) return check_err(c, e);
    c->seen->beat_at_us = clock_monotonic_us();
    c->seen->beat_us = c->seen->beat_at_us - began;
    return HEALTH_PASS;
}

static enum health disk(struct checkup *c)
{
    int64_t free = c->seen->look.disk_free, least = c->limits->disk_free_mib;
    if (free == NONE) return check_say(c, HEALTH_PASS, "数据库在别的机器上，请在那里监测。", "the database is elsewhere: watch its disk there");
    enum health h = free < least * MIB ? HEALTH_FAIL : free < least * MIB * DISK_WARN_TIMES ? HEALTH_WARN : HEALTH_PASS;
    return check_say(c, h, arena_printf(c->mem, "剩余 %" PRId64 " MiB，低于 %" PRId64 " MiB 即不可用（disk-free-mib）", free / MIB, least),
                     arena_printf(c->mem, "%" PRId64 " MiB free; below %" PRId64 " (disk-free-mib) is a failure", free / MIB, least));
}

static enum health log_size(struct checkup *c)
{
    int64_t bytes = c->seen->look.wal_bytes;
    if (bytes == NONE) return HEALTH_PASS;
    enum health h = bytes > (int64_t)WAL_FAIL_MIB * MIB ? HEALTH_FAIL : bytes > (int64_t)WAL_WARN_MIB * MIB ? HEALTH_WARN : HEALTH_PASS;
    return check_say(c, h, arena_printf(c->mem, "日志 %" PRId64 " MiB；过大说明有读者一直占用", bytes / MIB),
                     arena_printf(c->mem, "%" PRId64 " MiB; it grows when something reads the database for hours", bytes / MIB));
}

static enum health engine(struct checkup *c)
{
    const struct store_look *look = &c->seen->look;
    if (look->pooler_untold)
        return check_say(c, HEALTH_FAIL, "数据库前有连接池（PgBouncer），请设置 pooled = yes。",
                         "a pooler (PgBouncer) stands before PostgreSQL: set pooled = yes");
    if (look->unsafe)
        return check_say(c, HEALTH_WARN, "PostgreSQL 关闭了 fsync 或 synchronous_commit，断电会丢失已确认的数据。",
                         "PostgreSQL runs with fsync or synchronous_commit off: a power cut loses acknowledged data");
    return check_say(c, HEALTH_PASS, store_engine(c->store), store_engine(c->store));
}

/* From the installation on, so that a new one has as long for its first backup as between any two. */
static enum health backup(struct checkup *c)
{
    struct store_backups b;
    int64_t hours = c->limits->backup_max_age_h;
    const struct err *e = store_backups(c->store, c->mem, &b);
    if (e) return check_err(c, e);
    c->seen->backup_at = b.last_at;
    if (!hours) return check_say(c, HEALTH_PASS, "不监测（backup-max-age-hours = 0）", "not watched (backup-max-age-hours = 0)");
    int64_t since = b.last_at != NONE ? b.last_at : b.made_at;
    int64_t age_ms = since == NONE ? 0 : clock_now() - since, age = age_ms / HOUR_MS;
    if (age_ms < -AHEAD_MS)
        return check_say(c, HEALTH_WARN, "上次备份的时间晚于现在：时钟被调过。请核对时间，并重新备份一次。",
                         "the last backup lies in the future: the clock was set. Look at the clock, and make a new backup.");
    enum health h = age <= hours ? HEALTH_PASS : c->limits->backup_age_fails ? HEALTH_FAIL : HEALTH_WARN;
    return check_say(c, h, arena_printf(c->mem, b.last_at == NONE ? "还没有备份，安装已 %" PRId64 " 小时，应不超过 %" PRId64 " 小时" : "上次备份在 %" PRId64 " 小时前，应不超过 %" PRId64 " 小时", age, hours),
                     arena_printf(c->mem, b.last_at == NONE ? "no backup yet, %" PRId64 " hours after the installation; at most %" PRId64 "" : "the last backup is %" PRId64 " hours old; at most %" PRId64 "", age, hours));
}

static enum health holidays(struct checkup *c)
{
    int year = workday_missing(date_of_instant(clock_now()));
    if (!year) return HEALTH_PASS;
    return check_say(c, HEALTH_WARN, arena_printf(c->mem, "%d 年的节假日安排还没有（--holidays）", year),
                     arena_printf(c->mem, "the public holidays of %d are not known yet (--holidays)", year));
}

const struct check health_checks[] = {
    { "database", "数据库在原处，可以连接", "the database is there and the same as at the start", database_there },
    { "migrations", "数据库与程序同一版本", "the database is of the program's version", migrated },
    { "write", "能写入并落盘", "a row can be written and made durable", writes },
    { "disk", "磁盘剩余空间", "free disk", disk },
    { "log", "数据库日志大小", "size of the database's log (WAL)", log_size },
    { "engine", "数据库的运行方式", "how the database is run", engine },
    { "backup", "备份的时间", "age of the last good backup", backup },
    { "holidays", "节假日安排", "the calendar of working days", holidays },
    { 0 },
};

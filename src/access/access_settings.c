/* Settings of this slice, read once at start. */
#include <string.h>

#include "access/access_own.h"
#include "kernel/config.h"

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400 };

struct access_settings access_settings = {
    .staff_idle_s = 30 * MINUTE_S,
    .staff_life_s = 12 * HOUR_S,
    .villager_idle_s = 90 * DAY_S,
    .villager_life_s = 180 * DAY_S,
    .lock_after = 5,
    .lock_s = 15 * MINUTE_S,
    .address_after = 50,
    .one_time_s = 30 * DAY_S,
    .audit_keep_days = 1095,
    .replay_keep_days = 14,
};

void access_configure(const struct config *c)
{
    struct access_settings *s = &access_settings;
    s->staff_idle_s = config_int(c, "session-idle-s");
    s->staff_life_s = config_int(c, "session-life-s");
    s->villager_idle_s = config_int(c, "villager-session-idle-s");
    s->villager_life_s = config_int(c, "villager-session-life-s");
    s->lock_after = config_int(c, "lock-after");
    s->lock_s = config_int(c, "lock-s");
    s->address_after = config_int(c, "lock-address-after");
    s->audit_keep_days = config_int(c, "audit-keep-days");
}

/* ---- the key belongs to the database ---- */
struct key_row {
    struct bytes mark;
};
static const struct field key_row_fields[] = { F(key_row, mark, K_BYTES, 0, 0, 0, ""), { 0 } };
static RECORD(key_row);

/* The first start leaves a mark of the key in the database; a start with another key stops here,
 * before it seals phones and ID numbers that the right key could not open. */
static const struct err *key_belongs(struct req *r, void *arg)
{
    uint8_t mark[HASH_SIZE];
    struct key_row *row;
    (void)arg;
    secret_hash("mark", "", 0, mark);
    TRY(db_exec(r, "INSERT INTO access_key (id, mark) VALUES (1, $1) ON CONFLICT DO NOTHING",
                BLOB(mark, HASH_SIZE)));
    TRY(db_one(r, &key_row_record, &row, "SELECT mark FROM access_key WHERE id = 1"));
    if (row->mark.n == HASH_SIZE && memcmp(row->mark.p, mark, HASH_SIZE) == 0) return NULL;
    return fail_say(
        r, ERR_INTERNAL, "key-file", "密钥文件与数据库不匹配，请恢复原来的密钥文件。",
        "The key file is not the one this database was filled with; restore the right one.");
}

const struct err *access_start(struct arena *mem, const struct config *c, struct store *s)
{
    const char *path = config_get(c, "key-file");
    if (!path) path = arena_printf(mem, "%s/key", config_get(c, "data"));
    access_configure(c);
    TRY(access_key_load(mem, path, true));
    return store_run(s, TX_WRITE, mem, NULL, key_belongs, NULL);
}

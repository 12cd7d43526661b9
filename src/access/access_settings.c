/* Settings of this slice, read once at start. */
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

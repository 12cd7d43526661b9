/* The key, as /readyz sees it: is the database still the one that this server's key belongs to, and will the
 * next start find the key? */
#include "access/access_own.h"
#include "kernel/text.h"

static const char *key_path;

void access_key_watch(const char *path)
{
    key_path = path;
}

static enum health key(struct checkup *c)
{
    const char *id, *whose;
    const struct err *e = access_key_belongs(c->mem, c->store);
    if (!e) e = store_installation(c->store, c->mem, &id);
    if (e) return check_err(c, e);
    e = access_key_installation(c->mem, key_path, &whose);
    if (e) {
        enum health h = check_err(c, e);
        return h == HEALTH_FAIL ? HEALTH_WARN : h; /* this server has it in memory; the next start would not */
    }
    if (text_equal(whose, id)) return HEALTH_PASS;
    return check_say(c, HEALTH_FAIL, "数据库和密钥文件属于不同的安装。", "the database and the key file belong to different installations");
}

const struct check access_checks[] = {
    { "key", "密钥与数据库相符，密钥文件在原处", "the key is this database's, and its file is there", key },
    { 0 },
};

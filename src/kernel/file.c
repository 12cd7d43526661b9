/* Reading a small file whole. */
#include "kernel/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kernel/text.h"

static const struct err *unreadable(struct arena *mem, const char *path, const char *zh, const char *en)
{
    return err_say(mem, ERR_INVALID, path, arena_printf(mem, "无法读取文件 %s：%s", path, zh),
                   arena_printf(mem, "cannot read %s: %s", path, en));
}

const struct err *file_read(struct arena *mem, const char *path, size_t max, const char **out, size_t *n)
{
    FILE *f = fopen(path, "rbe");
    if (!f) {
        const char *why = strerrordesc_np(errno);
        return unreadable(mem, path, why, why);
    }
    char *p = arena_alloc(mem, max + 2);
    size_t got = fread(p, 1, max + 1, f);
    int bad = ferror(f) ? errno : 0;
    fclose(f);
    if (bad) return unreadable(mem, path, strerrordesc_np(bad), strerrordesc_np(bad));
    if (got > max)
        return unreadable(mem, path, arena_printf(mem, "超过 %zu 字节。", max),
                          arena_printf(mem, "larger than %zu bytes", max));
    if (!utf8_valid(p, got)) return unreadable(mem, path, "不是 UTF-8 文字文件。", "not a UTF-8 text file");
    size_t bom = text_starts(p, "\xEF\xBB\xBF") ? 3 : 0;
    *out = p + bom;
    *n = got - bom;
    return NULL;
}

/* The reference of the language: a loop over the table of keys. */
#include "kernel/buf.h"
#include "scheme/scheme_keys.h"

enum { DOC_MAX = 1024 * 1024 };

static const char *kind_words(const struct scheme_key *k)
{
    switch (k->kind) {
    case KEY_END: return "";
    case KEY_CODE: return "代号 code";
    case KEY_TEXT: return "文字 text";
    case KEY_INT: return "整数 whole number";
    case KEY_BOOL: return "是/否 yes or no";
    case KEY_DATE: return "日期 date";
    case KEY_POINTS: return "分数 points";
    case KEY_BOUND: return "分数或月日 number or day";
    case KEY_RANGE: return "分数或范围 points or range";
    case KEY_WORD: case KEY_NUMBERED: return "选一 one of";
    case KEY_WORDS: return "选一或多 one or a list of";
    case KEY_NAMES: return "名称或列表 a name or a list";
    case KEY_MAP: return "下级 mapping";
    case KEY_LIST: return "列表 list";
    case KEY_LEVELS: return "级别: 分数 level: points";
    }
    return "";
}

static void reference_shape(struct buf *b, const struct scheme_shape *shape, const char *path)
{
    buf_printf(b, "## %s%s%s（%s）\n\n| 键 key | 值 value | 说明 | meaning | 例 example |\n|---|---|---|---|---|\n", *path ? path : "", *path ? ": " : "", shape->zh, shape->en);
    for (const struct scheme_key *k = shape->keys; k->kind; k++) {
        buf_printf(b, "| `%s` %s%s | %s", k->name, k->name_zh ? k->name_zh : "", k->flags & KEY_REQUIRED ? " *" : "", kind_words(k));
        for (const struct scheme_word *w = k->words; w && w->name; w++) buf_printf(b, "%s`%s`%s%s", w == k->words ? ": " : ", ", w->name, w->zh ? " " : "", w->zh ? w->zh : "");
        buf_printf(b, " | %s | %s%s%s%s | %s%s%s |\n", k->zh, k->en, k->fallback ? " (default `" : "", k->fallback ? k->fallback : "", k->fallback ? "`)" : "",
                   k->example ? "`" : "", k->example ? k->example : "", k->example ? "`" : "");
    }
    buf_puts(b, "\n");
    for (const struct scheme_key *k = shape->keys; k->kind; k++)
        if (k->sub) reference_shape(b, k->sub, k->name);
}

const char *scheme_reference(struct arena *mem)
{
    struct buf b = buf_in(mem, DOC_MAX);
    buf_puts(&b, "# 积分方案的键 Keys of a scheme\n\n每个键有英文名和中文名，两个都可以写；带 * 的必须写。Each key has an English and a Chinese name, both are accepted; * is required.\n\n");
    reference_shape(&b, &scheme_shape, "");
    return b.p;
}

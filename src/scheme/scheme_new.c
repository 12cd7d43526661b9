/* The file a village begins with: scheme_preset.h. */
#include "scheme/scheme_preset.h"

#include <string.h>

#include "kernel/buf.h"
#include "kernel/text.h"
#include "scheme/scheme_tree.h"

enum { NEW_MAX = 2 * SCHEME_BYTES };

/* %1$s: its code; %2$s: the village, or a word in its place. */
/* clang-format off: a line of the file is a line here */
static const char blank[] =
    "# 积分细则。井号后面是说明，计算时不看。每行“键: 值”，下级内容往右缩进两格。\n"
    "# 改好后点“检查”，或运行 shanzhi scheme check 文件名：有错会指出在哪一行、怎么改。\n"
    "scheme: %1$s                 # 代号：字母、数字、- 和 _\n"
    "title: %2$s积分细则\n"
    "place: %2$s\n"
    "covenant: %2$s村规民约        # 扣分要有依据：写明哪一份村规民约\n"
    "\n"
    "# 哪些人有积分账户。不用的整行删去。\n"
    "classes:\n"
    "  - {code: resident, label: 村民, kind: resident}\n"
    "  - {code: household, label: 家庭, kind: household}\n"
    "\n"
    "# 项目分几类\n"
    "categories:\n"
    "  - {code: civility, label: 文明新风}\n"
    "  - {code: village, label: 村庄建设}\n"
    "  - {code: order, label: 平安法治}\n"
    "\n"
    "publicity: {days: 3}          # 公示几天，没有异议才记分\n"
    "false_claims: {times: 2}      # 虚假申报：按申报分的几倍扣分\n"
    "\n"
    "# 积分项目。分值写法：5（固定）；2..10（由初审人在范围内评定）；per: 小时（按单位计）；扣分写负数。\n"
    "items:\n"
    "  - code: A01\n"
    "    category: 文明新风\n"
    "    label: 助人为乐、拾金不昧\n"
    "    points: 2..5\n"
    "    cap: {times: 4, per: month}     # 每月最多计几次\n"
    "  - code: B01\n"
    "    category: 村庄建设\n"
    "    label: 参加义务劳动\n"
    "    points: 2\n"
    "    per: 小时\n"
    "    cap: {points: 20, per: month}   # 每月最多计多少分\n"
    "  - code: C01\n"
    "    category: 平安法治\n"
    "    label: 参加治安巡逻\n"
    "    points: 2\n"
    "    per: 次\n"
    "    cap: {times: 4, per: month}\n"
    "  - code: C02\n"
    "    category: 平安法治\n"
    "    label: 乱倒垃圾，经提醒不改\n"
    "    points: -2\n"
    "    clause: 村规民约第三条          # 扣分的依据；不写会有提醒\n"
    "    evidence: required\n"
    "\n"
    "# 申报要经过的步骤，谁来做\n"
    "steps:\n"
    "  - {step: 初审, role: grid}\n"
    "  - {step: 公示, role: cadre, days: 3, objection: stops}\n"
    "  - {step: 审核, role: cadre}\n"
    "  - {step: 录入, role: recorder}\n"
    "\n"
    "# 一分换多少元，每户每月最多换多少元\n"
    "exchange:\n"
    "  rate: 1\n"
    "  limits: {amount: 100, per: month}\n"
    "budget: {per_resident: 2}     # 每年按常住人口人均最多花多少元\n";
/* clang-format on */

const char *scheme_blank(struct arena *mem, const char *name, const char *village)
{
    return arena_printf(mem, blank, name ? name : "village", village ? village : "本村");
}

/* ---- another place's text ---- */

/* Lines of a text, from 1; the last ends with the text. */
static const char *line_at(const char *text, int line)
{
    while (--line > 0 && *text) text += strcspn(text, "\n"), text += *text == '\n';
    return text;
}

static bool own_line(const char *line)
{
    return *line == '#' || *line == '\n' || !*line;
}

/* The lines of a key of the file: up to the next key, whose comments stand before it. */
static void lines_of(const char *text, const struct scheme_node *key, int *first, int *last)
{
    int count = 1;
    for (const char *p = text; *p; p++) count += *p == '\n';
    *first = key->key_line;
    *last = (key->next ? key->next->key_line : count + 1) - 1;
    while (*last > *first && own_line(line_at(text, *last))) --*last;
}

/* What stands in the place of a key; NULL: its lines stay; "": they go. */
static const char *instead(struct arena *mem, const struct scheme *s, const struct scheme_node *key,
                           const char *name, const char *village)
{
    static const struct {
        const char *key, *zh;
    } keys[] = {
        { "scheme", "方案" },       { "title", "标题" },   { "place", "地区" },
        { "covenant", "村规民约" }, { "adopted", "通过" }, { "template", "模板" },
    };
    size_t k = 0;
    while (k < sizeof keys / sizeof *keys && !text_equal(key->key, keys[k].key) &&
           !text_equal(key->key, keys[k].zh))
        k++;
    switch (k) {
    case 0:
        return arena_printf(mem, "%s: %s\n", key->key, name);
    case 1:
        return arena_printf(mem, "%s: %s积分细则\n", key->key, village);
    case 2:
        return arena_printf(mem, "%s: %s\n", key->key, village);
    case 3:
        return arena_printf(mem, "%s: %s村规民约\n", key->key, village);
    case 4:
        return "";
    case 5:
        return arena_printf(
            mem, "# 依据镇模板：只能在模板允许的范围内改，限制只能更严。\nextends: %s\n", s->name);
    }
    return NULL;
}

/* Clauses name the covenant they stand in. */
static const char *rename_covenant(struct arena *mem, const struct scheme *s, const char *text,
                                   const char *village)
{
    struct buf b = buf_in(mem, NEW_MAX);
    size_t n = s->covenant ? strlen(s->covenant) : 0;
    if (!n || text_equal(s->covenant, "村规民约")) return text;
    for (const char *at; (at = strstr(text, s->covenant)); text = at + n) {
        buf_add(&b, text, (size_t)(at - text));
        buf_printf(&b, "%s村规民约", village);
    }
    buf_puts(&b, text);
    return b.p;
}

const char *scheme_begin(struct arena *mem, const struct scheme *s, const char *text,
                         const char *name, const char *village)
{
    struct buf b = buf_in(mem, NEW_MAX);
    int from = 1, first, last;
    for (const struct scheme_node *key = s->root->child; key; key = key->next) {
        const char *line = instead(mem, s, key, name, village);
        lines_of(text, key, &first, &last);
        /* Keys that share a line ({scheme: x, title: y}) stay as they are. */
        if (!line || key->key_column != 1 || first < from) continue;
        const char *p = line_at(text, from);
        buf_add(&b, p, (size_t)(line_at(text, first) - p));
        buf_puts(&b, line);
        from = last + 1;
    }
    buf_puts(&b, line_at(text, from));
    return rename_covenant(mem, s, b.p, village);
}

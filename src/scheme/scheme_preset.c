/* Presets and the blank file: scheme_preset.h. */
#include "scheme/scheme_preset.h"

#include <pthread.h>
#include <string.h>

#include "http/http.h"
#include "kernel/text.h"
#include "scheme/scheme_tree.h"

extern const struct embedded embedded_schemes[];
enum { PRESETS_MAX = 64 };
static struct arena preset_mem;
static struct scheme_preset presets[PRESETS_MAX];
static size_t presets_n;

static int64_t choices_in(const struct scheme_node *n)
{
    int64_t count = 0;
    for (const struct scheme_node *e = n->child; e; e = e->next)
        count += text_equal(e->key, "choice") || text_equal(e->key, "取值理由") ? 1 : choices_in(e);
    return count;
}

static void read_presets(void)
{
    for (const struct embedded *f = embedded_schemes; f->path && presets_n < PRESETS_MAX; f++) {
        size_t n = (size_t)(f->end - f->p);
        const struct scheme *s = scheme_parse(&preset_mem, f->path, f->p, n, NULL);
        if (!s) BUG("%s does not pass the checker", f->path);
        presets[presets_n++] = (struct scheme_preset){
            .name = arena_strndup(&preset_mem, f->path, strcspn(f->path, ".")), .title = s->title, .place = s->place,
            .source = s->source, .text = arena_strndup(&preset_mem, f->p, n), .items = (int64_t)s->items.n,
            .choices = choices_in(s->root), .bytes = (int64_t)n,
        };
    }
}

struct list scheme_presets(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, read_presets);
    return (struct list){ presets, presets_n };
}

const struct scheme_preset *scheme_preset_find(const char *name)
{
    struct list all = scheme_presets();
    for (size_t i = 0; i < all.n; i++)
        if (text_equal(LIST_AT(all, struct scheme_preset, i).name, name)) return &LIST_AT(all, struct scheme_preset, i);
    return NULL;
}

/* %1$s: its code; %2$s: the village, or a word in its place. */
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

const char *scheme_blank(struct arena *mem, const char *name, const char *village)
{
    return arena_printf(mem, blank, name ? name : "village", village ? village : "本村");
}

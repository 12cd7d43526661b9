/* What a village may not decide by points: rights that the law gives. Points must neither cost such
 * a right nor buy it nor pay for giving it up. Looked for in everything a villager gains or loses by:
 * items, sheets, assessments, titles and what they carry, boards, services.
 *
 * Words cannot tell everything apart, so the context decides: helping somebody to a right (陪护就医)
 * is welcome; doing harm to one (克扣低保) may be punished; the rest is an error where points take
 * or gate, and a warning where they only praise.
 */
#include <string.h>

#include "kernel/text.h"
#include "scheme/scheme_keys.h"

struct right {
    const char *words[12];
    const char *why_zh, *why_en;
    bool praised;  /* points for using it are no worry (elections) */
    bool never;    /* nor may points be given for it (births) */
    bool expected; /* lines of a marking form may name it, with a warning: schooling, insurance */
    const char *harm[8]; /* a deduction for one of these protects it; empty: the general words */
};

static const struct right rights[] = {
    { .words = { "低保", "五保", "特困供养", "特困人员", "社会救助", "临时救助" },
      .why_zh = "低保和救助按收入和财产依法认定（《社会救助暂行办法》）",
      .why_en = "social assistance is decided by law, on means (Interim Measures for Social "
                "Assistance)" },
    { .words = { "上访", "信访", "闹访", "缠访", "进京访", "越级访", "息访", "截访", "劝访",
                 "拦访" },
      .why_zh = "反映情况和信访是公民的权利，不得压制（《信访工作条例》）",
      .why_en = "petitions are everybody's right and may not be held down (Regulations on "
                "Petitions)",
      .harm = { "打击报复", "阻挠", "刁难" } },
    { .words = { "生育", "超生", "二孩", "三孩", "结扎", "节育", "准生" },
      .why_zh = "生育由家庭依法自主决定（《人口与计划生育法》）",
      .why_en = "births are the family's decision (Population and Family Planning Law)",
      .never = true },
    { .words = { "就医", "看病", "住院", "医疗救助" },
      .why_zh = "公民依法享有基本医疗服务（《基本医疗卫生与健康促进法》）",
      .why_en = "basic medical care is everybody's right (Basic Healthcare and Health Promotion "
                "Law)" },
    { .words = { "医保", "新农合", "合作医疗", "养老金", "社保", "养老保险", "退休金" },
      .why_zh = "社会保险依法参加、依法享受（《社会保险法》）",
      .why_en = "social insurance is joined and paid by law (Social Insurance Law)",
      .expected = true },
    { .words = { "入学", "升学", "转学", "学籍", "学位" },
      .why_zh = "适龄儿童少年平等接受义务教育（《义务教育法》）",
      .why_en = "all children have an equal right to schooling (Compulsory Education Law)",
      .expected = true },
    { .words = { "开证明", "出具证明", "开具证明", "证明优先", "盖章", "办证", "落户", "迁户",
                 "上户口", "身份证" },
      .why_zh = "应当出具的证明、办理的证照不得附加条件（《行政许可法》）",
      .why_en = "certificates that are due may not be tied to conditions (Administrative License "
                "Law)" },
    { .words = { "选举", "投票" },
      .why_zh = "参加选举和投票是村民的权利，不能强迫（《村民委员会组织法》）",
      .why_en = "voting is a right and may not be forced (Organic Law of Villagers' Committees)",
      .praised = true },
};

static const char *const general_harm[] = { "骗取",     "冒领", "虐待", "侵占", "克扣", "挪用",
                                            "歧视",     "阻碍", "阻挠", "妨碍", "破坏", "贿",
                                            "打击报复", "刁难", "伪造", "干扰", NULL };
static const char *const helping[] = { "帮",   "助",   "陪",   "送",   "照料", "照顾", "看护",
                                       "护理", "关爱", "服务", "宣传", "讲解", "代办", "辅导",
                                       "捐",   "慰问", "看望", "探望", "接待", "走访", "督促", NULL };
/* What may come with a title, or for points, beside a right, not instead of it. */
static const char *const extra[] = { "陪",   "接送", "代办", "代跑", "助学",
                                     "奖学", "慰问", "帮",   NULL };
static const char *const extra_money[] = { "补贴", "补助", "代缴", "资助", "奖励", NULL };
/* An award for not using a right is the same thing from the other side. */
static const char *const giving_up[] = { "不上访",   "零上访", "无上访", "未上访", "不信访",
                                         "零信访",   "无信访", "息访",   "截访",   "劝访",
                                         "拦访",     "劝返",   "放弃",   "不申请", "退出",
                                         "主动取消", NULL };

static const char *first_of(const char *text, const char *const *words)
{
    for (int i = 0; words[i]; i++)
        if (strstr(text, words[i])) return words[i];
    return NULL;
}

/* The text without the right's own word: "社会救助" is no help by itself. */
static const char *without(struct arena *mem, const char *text, const char *word)
{
    const char *at = strstr(text, word);
    return arena_printf(mem, "%.*s %s", (int)(at - text), text, at + strlen(word));
}

enum context { TAKES, PRAISES, MARKS, GATES };

static void error_at(struct scheme_check *c, const struct scheme_node *at, const char *word,
                     const struct right *r, bool gate)
{
    check_error(
        c, at,
        arena_printf(c->mem,
                     gate ? "“%s”是法定权利，不能作为积分的礼遇，也不能用积分换：%s。"
                          : "“%s”涉及法定权利，不能用积分奖罚，请删去：%s。",
                     word, r->why_zh),
        arena_printf(c->mem,
                     gate ? "\"%s\" is a statutory right: it is no perk and not for points; %s"
                          : "\"%s\" is a statutory right: points may not be taken or given for "
                            "it; %s",
                     word, r->why_en));
}

static void warn_at(struct scheme_check *c, const struct scheme_node *at, const char *word,
                    const struct right *r)
{
    check_warn(c, at,
               arena_printf(c->mem, "“%s”涉及法定权利，积分不能影响应得的，请再斟酌：%s。", word,
                            r->why_zh),
               arena_printf(c->mem,
                            "\"%s\" is a statutory right that points may not touch, think again; "
                            "%s",
                            word, r->why_en));
}

static void one_right(struct scheme_check *c, const struct scheme_node *at, const char *text,
                      const char *word, const struct right *r, enum context context)
{
    const char *rest = without(c->mem, text, word);
    switch (context) {
    case TAKES:
        if (!first_of(rest, r->harm[0] ? r->harm : general_harm)) error_at(c, at, word, r, false);
        return;
    case PRAISES:
        if (r->never || first_of(text, giving_up)) error_at(c, at, word, r, false);
        else if (!r->praised && !first_of(rest, helping)) warn_at(c, at, word, r);
        return;
    case MARKS:
        if (first_of(text, giving_up)) error_at(c, at, word, r, false);
        else if (first_of(rest, helping)) return;
        else if (r->expected) warn_at(c, at, word, r);
        else error_at(c, at, word, r, false);
        return;
    case GATES:
        if (first_of(rest, extra)) return;
        if (first_of(rest, extra_money)) warn_at(c, at, word, r);
        else error_at(c, at, word, r, true);
        return;
    }
}

static void look(struct scheme_check *c, const struct scheme_node *at, const char *text,
                 enum context context)
{
    for (size_t i = 0; text && i < sizeof rights / sizeof *rights; i++) {
        const char *word = first_of(text, rights[i].words);
        if (!word) continue;
        one_right(c, at, text, word, &rights[i], context);
        return; /* one finding for a text is enough */
    }
}

static void look_key(struct scheme_check *c, const struct scheme_node *map, const char *key,
                     const char *key_zh, const char *text, enum context context)
{
    look(c, key_or_self(map, key, key_zh), text, context);
}
#define LABEL(c, x, context) look_key((c), (x)->node, "label", "名称", (x)->label, (context))
#define NOTE(c, x, context) look_key((c), (x)->node, "note", "说明", (x)->note, (context))

static bool takes(const struct scheme_item *item)
{
    return item->points_min_c < 0 || item->reverse_c != NONE || item->loses.n || item->bars;
}

static void items(struct scheme_check *c, const struct scheme *s)
{
    for (size_t i = 0; i < s->items.n; i++) {
        const struct scheme_item *item = &LIST_AT(s->items, struct scheme_item, i);
        LABEL(c, item, takes(item) ? TAKES : PRAISES);
        if (takes(item)) NOTE(c, item, TAKES);
        else if (item->note && first_of(item->note, giving_up)) NOTE(c, item, PRAISES);
    }
    for (size_t k = 0; k < s->categories.n; k++) {
        const struct scheme_category *category = &LIST_AT(s->categories, struct scheme_category, k);
        bool any = false;
        for (size_t i = 0; i < s->items.n && !any; i++) {
            const struct scheme_item *item = &LIST_AT(s->items, struct scheme_item, i);
            any = takes(item) && text_equal(item->category, category->code);
        }
        if (any) LABEL(c, category, TAKES);
    }
}

static void marks(struct scheme_check *c, const struct scheme_rules *r)
{
    for (size_t i = 0; i < r->sheets.n; i++) {
        const struct list *sections = &LIST_AT(r->sheets, struct scheme_sheet, i).sections;
        for (size_t k = 0; k < sections->n; k++) {
            const struct list *lines = &LIST_AT(*sections, struct scheme_section, k).lines;
            for (size_t l = 0; l < lines->n; l++) {
                const struct scheme_line *line = &LIST_AT(*lines, struct scheme_line, l);
                LABEL(c, line, line->veto || line->per_fault_c != NONE ? TAKES : MARKS);
                NOTE(c, line, MARKS);
            }
        }
    }
    for (size_t i = 0; i < r->assessments.n; i++) {
        const struct list *parts = &LIST_AT(r->assessments, struct scheme_assessment, i).parts;
        for (size_t k = 0; k < parts->n; k++)
            LABEL(c, &LIST_AT(*parts, struct scheme_part, k), MARKS);
    }
    for (size_t i = 0; i < r->rounds.n; i++)
        LABEL(c, &LIST_AT(r->rounds, struct scheme_round, i), MARKS);
    for (size_t i = 0; i < r->streaks.n; i++)
        LABEL(c, &LIST_AT(r->streaks, struct scheme_streak, i), MARKS);
}

static void gates(struct scheme_check *c, const struct scheme_rules *r)
{
    for (size_t i = 0; i < r->titles.n; i++) {
        const struct scheme_title *t = &LIST_AT(r->titles, struct scheme_title, i);
        LABEL(c, t, GATES);
        for (size_t k = 0; k < t->ladder.n; k++) {
            const struct scheme_rung *g = &LIST_AT(t->ladder, struct scheme_rung, k);
            LABEL(c, g, GATES);
            for (size_t n = 0; n < g->carries.n; n++)
                look_key(c, g->node, "carries", "礼遇", LIST_AT(g->carries, const char *, n),
                         GATES);
        }
    }
    for (size_t i = 0; i < r->boards.n; i++) {
        const struct scheme_board *b = &LIST_AT(r->boards, struct scheme_board, i);
        if (!text_equal(b->colour, "black")) continue;
        LABEL(c, b, TAKES);
        NOTE(c, b, TAKES);
    }
    for (size_t i = 0; r->exchange && i < r->exchange->services.n; i++) {
        const struct scheme_service *x = &LIST_AT(r->exchange->services, struct scheme_service, i);
        look_key(c, x->node, "service", "服务", x->label, GATES);
    }
}

void scheme_check_rights(struct scheme_check *c, const struct scheme *s)
{
    items(c, s);
    marks(c, &s->rules);
    gates(c, &s->rules);
}

/* A simulation as a text for people: what the meeting asks first stands first. */
#include "kernel/dec.h"
#include "kernel/text.h"
#include "scheme/scheme_simulate.h"

struct page {
    struct arena *mem;
    const struct simulation *sim;
    bool zh;
    struct buf *out;
};

static const char *num(const struct page *p, int64_t c)
{
    char s[DEC_SIZE];
    return arena_strdup(p->mem, dec_human(c, s));
}

static const char *more(const struct page *p, int64_t c)
{
    return c > 0 ? arena_printf(p->mem, "+%s", num(p, c)) : num(p, c);
}

bool sim_is_assumed(enum sim_why why)
{
    return why >= SIM_ASSUMED_LEAST;
}

const char *sim_why_text(enum sim_why why, enum lang lang)
{
    static const char *const text[SIM_WHYS][2] = {
        [SIM_ITEM_GONE] = { "方案里没有这个项目", "the scheme has no such item" },
        [SIM_CLASS] = { "这个项目不适用于做这件事的对象", "the item does not apply to who did it" },
        [SIM_LEVEL] = { "没有这个级别，或者没有记级别",
                        "the level is unknown or was not recorded" },
        [SIM_QUANTITY] = { "没有记数量，或者数量不能计",
                           "the quantity was not recorded or cannot count" },
        [SIM_DIFFICULTY] = { "没有记难度", "the difficulty was not recorded" },
        [SIM_REVERSE] = { "这个项目没有写反之扣分", "the item has no contrary" },
        [SIM_CLAIMANT] = { "不能由当时的申报人申报", "cannot be claimed by who claimed it" },
        [SIM_PICK_LOST] = { "评定分不能用", "the checker's pick cannot be used" },
        [SIM_ROUND_GONE] = { "方案里没有这个评比", "the scheme has no such round" },
        [SIM_MARK] = { "评分表改了，原来的打分对不上",
                       "the sheet has changed and the marks do not fit" },
        [SIM_PART_GONE] = { "方案里没有这项评议", "the scheme has no such part of an assessment" },
        [SIM_ASSUMED_LEAST] = { "原来没有评定分，按最低分算",
                                "no pick was recorded: counted at the least" },
        [SIM_ASSUMED_EDGE] = { "评定分超出范围，按最近的界限算",
                               "the pick is outside the range: counted at its edge" },
        [SIM_ASSUMED_ONE] = { "不再按数量计分，按一次算",
                              "no longer counted in units: counted once" },
    };
    return text[why][lang == LANG_EN];
}

static void head(const struct page *p)
{
    const struct simulation *s = p->sim;
    char first[DATE_SIZE], last[DATE_SIZE];
    const struct sim_spread *a = &s->spread[SIM_NOW], *b = &s->spread[SIM_DRAFT];
    buf_printf(p->out,
               p->zh ? "试算 %s至%s\n现行：%s\n草案：%s\n\n"
                     : "Simulation %s to %s\nnow:   %s\ndraft: %s\n\n",
               date_format(s->in.first, first), date_format(s->in.last, last),
               s->scheme[SIM_NOW]->title, s->scheme[SIM_DRAFT]->title);
    buf_printf(p->out,
               p->zh ? "共%lld个对象：增加%lld，减少%lld，不变%lld（按%s）\n"
                     : "%lld subjects: %lld gain, %lld lose, %lld stay (by %s)\n",
               (long long)s->rows.n, (long long)s->gain, (long long)s->lose, (long long)s->same,
               p->zh ? s->head_zh[SIM_DRAFT] : s->head_en[SIM_DRAFT]);
    buf_printf(p->out,
               p->zh ? "合计 %s → %s（%s），平均 %s → %s，排在中间的 %s → %s，0分的 %lld → %lld个\n"
                     : "sum %s → %s (%s), mean %s → %s, median %s → %s, at 0: %lld → %lld\n",
               num(p, a->sum_c), num(p, b->sum_c), more(p, b->sum_c - a->sum_c), num(p, a->mean_c),
               num(p, b->mean_c), num(p, a->median_c), num(p, b->median_c), (long long)a->zero,
               (long long)b->zero);
    if (a->top_tenth_c != NONE && b->top_tenth_c != NONE)
        buf_printf(p->out,
                   p->zh ? "得分最多的一成对象占全部得分的 %s%% → %s%%\n"
                         : "the tenth with the most holds %s%% → %s%% of all points\n",
                   num(p, a->top_tenth_c), num(p, b->top_tenth_c));
}

static void money(const struct page *p)
{
    static const struct {
        const char *code, *zh, *en;
    } at[] = {
        { "stop", "到上限就停兑", "then redeeming stops" },
        { "queue", "超出的排到下一年", "what is over waits for the next year" },
        { "scale", "按比例折减", "then all is scaled down" },
    };
    const struct sim_cost *c = p->sim->cost;
    buf_puts(p->out, p->zh ? "\n花费\n" : "\nCost\n");
    for (int k = 0; k < SIM_SIDES; k++) {
        buf_printf(p->out, "  %s ", p->zh ? (k ? "草案" : "现行") : k ? "draft" : "now");
        if (c[k].total_c == NONE)
            buf_printf(p->out,
                       p->zh ? "不知道：方案没有写1分兑多少元（挣得%s分）"
                             : "unknown: no rate is stated (%s points gained)",
                       num(p, c[k].points_c));
        else
            buf_printf(p->out,
                       p->zh ? "%s元（积分全部兑换%s元，结算%s元，奖金%s元）"
                             : "%s yuan (all points redeemed %s, payments %s, prizes %s)",
                       num(p, c[k].total_c), num(p, c[k].exchange_c), num(p, c[k].payments_c),
                       num(p, c[k].prizes_c));
        if (c[k].ceiling_c != NONE)
            buf_printf(p->out, p->zh ? "；全年上限%s元" : "; ceiling of a year %s",
                       num(p, c[k].ceiling_c));
        if (c[k].over) {
            buf_printf(p->out, p->zh ? "，超出%s元" : ", passed by %s",
                       num(p, c[k].total_c - c[k].ceiling_c));
            for (size_t i = 0; i < sizeof at / sizeof *at; i++)
                if (text_equal(at[i].code, c[k].at_ceiling))
                    buf_printf(p->out, p->zh ? "，%s" : ", %s", p->zh ? at[i].zh : at[i].en);
        }
        buf_puts(p->out, "\n");
    }
}

static void at_zero(const struct page *p)
{
    const struct sim_spread *s = p->sim->spread;
    buf_printf(p->out, "  %s: %lld → %lld\n", p->zh ? "正好0" : "exactly 0",
               (long long)s[SIM_NOW].zero, (long long)s[SIM_DRAFT].zero);
}

static void distribution(const struct page *p)
{
    const struct list *bins = &p->sim->bins;
    bool zero = false;
    if (!bins->n) return;
    buf_puts(p->out,
             p->zh ? "\n分布（个数，现行 → 草案）\n" : "\nDistribution (how many, now → draft)\n");
    for (size_t i = 0; i < bins->n; i++) {
        const struct sim_bin *b = &LIST_AT(*bins, struct sim_bin, i);
        const char *from = num(p, b->from_c), *to = num(p, b->to_c);
        if (!zero && b->from_c >= 0) at_zero(p);
        zero |= b->from_c >= 0;
        if (b->from_c) buf_printf(p->out, p->zh ? "  %s至不到%s" : "  %s to below %s", from, to);
        else buf_printf(p->out, p->zh ? "  大于0不到%s" : "  above 0 and below %s", to);
        buf_printf(p->out, ": %lld → %lld\n", (long long)b->count[SIM_NOW],
                   (long long)b->count[SIM_DRAFT]);
    }
    if (!zero) at_zero(p);
}

static void one_row(const struct page *p, const struct sim_row *r)
{
    buf_printf(p->out, "  %s %s → %s (%s)\n",
               r->label ? r->label : arena_printf(p->mem, "%lld", (long long)r->id),
               num(p, r->side[SIM_NOW].value_c), num(p, r->side[SIM_DRAFT].value_c),
               more(p, r->change_c));
}

static void who(const struct page *p, size_t most)
{
    const struct simulation *s = p->sim;
    size_t gain = (size_t)s->gain, lose = (size_t)s->lose;
    if (gain)
        buf_printf(p->out, p->zh ? "\n增加的（最多的%zu个）\n" : "\nWho gains (the first %zu)\n",
                   gain < most ? gain : most);
    for (size_t i = 0; i < gain && i < most; i++) one_row(p, &LIST_AT(s->rows, struct sim_row, i));
    if (lose)
        buf_printf(p->out, p->zh ? "\n减少的（最多的%zu个）\n" : "\nWho loses (the first %zu)\n",
                   lose < most ? lose : most);
    for (size_t i = 0; i < lose && i < most; i++)
        one_row(p, &LIST_AT(s->rows, struct sim_row, s->rows.n - 1 - i));
}

static void honours(const struct page *p, size_t most)
{
    const struct simulation *s = p->sim;
    const char *none = p->zh ? "无" : "none";
    if (s->rungs.n)
        buf_puts(p->out,
                 p->zh ? "\n称号（个数，现行 → 草案）\n" : "\nTitles (how many, now → draft)\n");
    for (size_t i = 0; i < s->rungs.n; i++) {
        const struct sim_rung *r = &LIST_AT(s->rungs, struct sim_rung, i);
        buf_printf(p->out, "  %s %s: %lld → %lld\n", r->label, r->rung_label,
                   (long long)r->count[SIM_NOW], (long long)r->count[SIM_DRAFT]);
    }
    if (s->titles.n) buf_printf(p->out, p->zh ? "称号有变的%zu个\n" : "%zu change\n", s->titles.n);
    for (size_t i = 0; i < s->titles.n && i < 2 * most; i++) {
        const struct sim_title *t = &LIST_AT(s->titles, struct sim_title, i);
        buf_printf(p->out, "  %s %s: %s → %s\n",
                   t->row->label ? t->row->label
                                 : arena_printf(p->mem, "%lld", (long long)t->row->id),
                   t->label, t->from ? t->from : none, t->to ? t->to : none);
    }
}

static void items(const struct page *p)
{
    const struct simulation *s = p->sim;
    bool any = false;
    for (size_t i = 0; i < s->items.n; i++) {
        const struct sim_item *x = &LIST_AT(s->items, struct sim_item, i);
        const char *unit = p->zh ? x->yuan ? "元" : "分" : x->yuan ? " yuan" : " points";
        if (x->points_c[SIM_NOW] == x->points_c[SIM_DRAFT]) continue;
        if (!any)
            buf_puts(p->out, p->zh ? "\n是哪些项目变了\n" : "\nWhich items make the change\n");
        any = true;
        buf_printf(p->out,
                   p->zh ? "  %s %s: %s → %s%s，%lld → %lld件\n"
                         : "  %s %s: %s → %s%s, %lld → %lld deeds\n",
                   x->code, x->label, num(p, x->points_c[SIM_NOW]), num(p, x->points_c[SIM_DRAFT]),
                   unit, (long long)x->times[SIM_NOW], (long long)x->times[SIM_DRAFT]);
    }
}

static void lost(const struct page *p)
{
    const struct simulation *s = p->sim;
    if (s->misses.n)
        buf_puts(p->out, p->zh ? "\n没有照原样算的\n" : "\nNot counted as they were\n");
    for (size_t i = 0; i < s->misses.n; i++) {
        const struct sim_miss *m = &LIST_AT(s->misses, struct sim_miss, i);
        buf_printf(p->out, p->zh ? "  %s %s: %s，%lld件" : "  %s %s: %s, %lld",
                   p->zh     ? (m->side ? "草案" : "现行")
                   : m->side ? "draft"
                             : "now",
                   m->label, sim_why_text(m->why, p->zh ? LANG_ZH : LANG_EN), (long long)m->times);
        if (m->before)
            buf_printf(p->out, p->zh ? "，之前%lld件" : ", %lld before that", (long long)m->before);
        buf_puts(p->out, "\n");
    }
    if (s->notes.n) buf_puts(p->out, p->zh ? "\n说明\n" : "\nNotes\n");
    for (size_t i = 0; i < s->notes.n; i++)
        buf_printf(p->out, "  %s\n",
                   p->zh ? LIST_AT(s->notes, struct sim_note, i).zh
                         : LIST_AT(s->notes, struct sim_note, i).en);
}

void scheme_simulate_print(struct arena *mem, const struct simulation *sim, enum lang lang,
                           size_t rows, struct buf *out)
{
    struct page p = { mem, sim, lang == LANG_ZH, out };
    head(&p);
    money(&p);
    honours(&p, rows);
    who(&p, rows);
    items(&p);
    distribution(&p);
    lost(&p);
}

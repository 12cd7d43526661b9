/* The rules about the whole, for what stands beside the items: codes that name each other, bands
 * without gaps, titles somebody can reach, steps with a role.
 */
#include <string.h>

#include "kernel/dec.h"
#include "kernel/text.h"
#include "scheme/scheme_keys.h"

static const char *human(struct arena *mem, int64_t c)
{
    char s[DEC_SIZE];
    if (c < DAY_BOUND) return arena_strdup(mem, dec_human(c, s));
    struct ymd d = date_ymd(date_of(2023, 12, 31) + c - DAY_BOUND);
    return arena_printf(mem, "%02d-%02d", d.month, d.day);
}

/* Finds the element of a list by its code; else a finding at the key that named it. */
const void *check_find(struct scheme_check *c, const struct list *l, size_t size, const char *code,
                        const struct scheme_node *at, const char *zh, const char *en)
{
    const char *words[60 + 1];
    size_t w = 0;
    if (!code) return NULL;
    for (size_t i = 0; i < l->n; i++) {
        const char *p = (const char *)l->items + i * size;
        const char *own = *(const char *const *)p; /* every struct begins with its code */
        if (text_equal(own, code)) return p;
        if (own && w < 60) words[w++] = own;
    }
    words[w] = NULL;
    unknown_reference(c, at, zh, en, code, words);
    return NULL;
}
/* ---- bands ---- */

struct interval {
    int64_t low, high;
    const struct scheme_node *node;
};

static bool interval_of(struct scheme_check *c, const struct scheme_band *b, struct interval *out)
{
    const struct scheme_bounds *in = &b->in;
    *out = (struct interval){ INT64_MIN, INT64_MAX, b->node };
    if ((in->from_c != NONE && in->above_c != NONE) || (in->to_c != NONE && in->below_c != NONE)) {
        check_error(c, b->node, "一头只写一个界限：从或高于，到或低于。",
                    "one bound at each end: from or above, to or below");
        return false;
    }
    if (in->from_c != NONE) out->low = in->from_c;
    if (in->above_c != NONE) out->low = in->above_c + 1;
    if (in->to_c != NONE) out->high = in->to_c;
    if (in->below_c != NONE) out->high = in->below_c - 1;
    if (out->low == INT64_MIN && out->high == INT64_MAX) {
        check_error(c, b->node, "要写界限：从、高于、到、低于。",
                    "a band has bounds: from, above, to, below");
        return false;
    }
    if (out->low <= out->high) return true;
    check_error(c, b->node, "界限写反了，这一段什么都不包含。",
                "the bounds are the wrong way round: nothing is inside");
    return false;
}

void check_bands(struct scheme_check *c, const struct list *bands, int64_t low_c, int64_t high_c,
                 bool otherwise, const struct scheme_node *at)
{
    struct interval v[50];
    size_t n = 0;
    for (size_t i = 0; i < bands->n && n < 50; i++) {
        const struct scheme_band *b = &LIST_AT(*bands, struct scheme_band, i);
        if (!b->node || b->node->kind != NODE_MAP || !interval_of(c, b, &v[n])) continue;
        size_t k = n++;
        for (; k > 0 && v[k - 1].low > v[k].low; k--) {
            struct interval t = v[k];
            v[k] = v[k - 1];
            v[k - 1] = t;
        }
    }
    if (n < bands->n) return;
    for (size_t i = 1; i < n; i++) {
        if (v[i].low <= v[i - 1].high)
            check_error(c, v[i].node,
                        arena_printf(c->mem, "与第%d行的一段重叠：%s。", v[i - 1].node->line,
                                     human(c->mem, v[i].low)),
                        arena_printf(c->mem, "overlaps the band on line %d at %s",
                                     v[i - 1].node->line, human(c->mem, v[i].low)));
        else if (!otherwise && v[i].low > v[i - 1].high + 1)
            check_error(
                c, v[i].node,
                arena_printf(c->mem, "与第%d行的一段之间有空缺：%s；请补上，或写“其他”（else）。",
                             v[i - 1].node->line, human(c->mem, v[i - 1].high + 1)),
                arena_printf(c->mem,
                             "a gap behind the band on line %d at %s; close it or add \"else\"",
                             v[i - 1].node->line, human(c->mem, v[i - 1].high + 1)));
    }
    if (otherwise || !n) return;
    if (v[0].low > (low_c == NONE ? INT64_MIN : low_c))
        check_error(c, at,
                    arena_printf(c->mem, "低于%s的没有着落；请补上，或写“其他”（else）。",
                                 human(c->mem, v[0].low)),
                    arena_printf(c->mem, "nothing is said below %s; close it or add \"else\"",
                                 human(c->mem, v[0].low)));
    if (v[n - 1].high < (high_c == NONE ? INT64_MAX : high_c))
        check_error(c, at,
                    arena_printf(c->mem, "高于%s的没有着落；请补上，或写“其他”（else）。",
                                 human(c->mem, v[n - 1].high)),
                    arena_printf(c->mem, "nothing is said above %s; close it or add \"else\"",
                                 human(c->mem, v[n - 1].high)));
}

static void check_board(struct scheme_check *c, const struct scheme *s, const char *board,
                        const struct scheme_node *node)
{
    FIND(c, &s->rules.boards, scheme_board, board, key_or_self(node, "board", "上榜"), "榜单",
         "board");
}

static void check_all_bands(struct scheme_check *c, struct scheme *s)
{
    for (size_t i = 0; i < s->rules.bands.n; i++) {
        const struct scheme_bands *b = &LIST_AT(s->rules.bands, struct scheme_bands, i);
        check_bands(c, &b->bands, b->low_c, b->high_c, b->otherwise != NULL, b->node);
        for (size_t k = 0; k < b->bands.n; k++) {
            const struct scheme_band *one = &LIST_AT(b->bands, struct scheme_band, k);
            check_board(c, s, one->board, one->node);
            if (one->node->kind == NODE_MAP && one->points_c == NONE && one->amount_c == NONE &&
                !one->label && !one->colour)
                check_error(c, one->node, "这一段要写得什么：分值、金额、名称或颜色。",
                            "a band says what it gives: points, amount, label or colour");
        }
    }
}

/* ---- sheets and rounds ---- */

static void sum_max(struct scheme_check *c, int64_t *written, int64_t sum,
                    const struct scheme_node *node)
{
    if (*written != NONE && *written != sum)
        check_error(c, key_or_self(node, "max", "满分"),
                    arena_printf(c->mem, "写的是%s，各项加起来是%s。", human(c->mem, *written),
                                 human(c->mem, sum)),
                    arena_printf(c->mem, "%s is written but the parts add up to %s",
                                 human(c->mem, *written), human(c->mem, sum)));
    *written = sum;
}

static const struct scheme_line *find_line(const struct scheme_sheet *sheet, const char *code)
{
    for (size_t i = 0; i < sheet->sections.n; i++) {
        const struct list *lines = &LIST_AT(sheet->sections, struct scheme_section, i).lines;
        for (size_t k = 0; k < lines->n; k++)
            if (text_equal(LIST_AT(*lines, struct scheme_line, k).code, code))
                return &LIST_AT(*lines, struct scheme_line, k);
    }
    return NULL;
}

static void check_line(struct scheme_check *c, const struct scheme_sheet *sheet,
                       const struct scheme_line *l)
{
    if (l->node->kind != NODE_MAP) return;
    const struct scheme_line *first = find_line(sheet, l->code);
    if (l->code && first != l)
        check_error(
            c, key_or_self(l->node, "code", "代号"),
            arena_printf(c->mem, "代号“%s”重复，前一个在第%d行。", l->code, first->node->line),
            arena_printf(c->mem, "code \"%s\" is used already, on line %d", l->code,
                         first->node->line));
    if (!l->veto && (l->max_c == NONE || l->max_c <= 0))
        check_error(c, key_or_self(l->node, "max", "满分"), "评分项要写满分（大于0）。",
                    "a line has a maximum above 0");
    if (l->veto && (l->max_c != NONE || l->per_fault_c != NONE))
        check_error(c, l->node, "一票否决项没有分，不写满分和每处扣。",
                    "a veto line has no marks of its own");
    if (l->per_fault_c != NONE && l->per_fault_c <= 0)
        check_error(c, key_or_self(l->node, "per_fault", "每处扣"), "要写正数：每处扣几分。",
                    "a positive number: the marks lost per fault");
    bool one = l->veto && !strcmp(l->veto, "line");
    if (one != (l->of != NULL))
        check_error(c, l->node, "否决单项（veto: line）要写是哪一项（of），其他不写。",
                    "\"of\" goes with veto: line, and only with it");
    if (one && l->of) {
        const struct scheme_line *of = find_line(sheet, l->of);
        if (!of || of->veto)
            unknown_reference(c, key_or_self(l->node, "of", "对象"), "评分项", "line", l->of,
                              (const char *const[]){ NULL });
    }
}

static void check_sheets(struct scheme_check *c, struct scheme *s)
{
    for (size_t i = 0; i < s->rules.sheets.n; i++) {
        struct scheme_sheet *sheet = &LIST_AT(s->rules.sheets, struct scheme_sheet, i);
        int64_t total = 0;
        for (size_t k = 0; k < sheet->sections.n; k++) {
            struct scheme_section *section = &LIST_AT(sheet->sections, struct scheme_section, k);
            int64_t sum = 0;
            for (size_t l = 0; l < section->lines.n; l++) {
                const struct scheme_line *line = &LIST_AT(section->lines, struct scheme_line, l);
                check_line(c, sheet, line);
                if (line->max_c > 0) sum += line->max_c;
            }
            sum_max(c, &section->max_c, sum, section->node);
            total += sum;
        }
        sum_max(c, &sheet->max_c, total, sheet->node);
    }
}

void check_steps(struct scheme_check *c, const struct list *steps)
{
    for (size_t i = 0; i < steps->n; i++) {
        const struct scheme_step *step = &LIST_AT(*steps, struct scheme_step, i);
        if (step->node->kind == NODE_MAP && !step->role)
            check_error(c, step->node, "这一步没有写谁做（role）。",
                        "a step without a role: nobody would do it");
    }
}

/* How long a claim is public stands in two places: they must say the same. */
static void check_publicity(struct scheme_check *c, const struct scheme *s)
{
    for (size_t i = 0; i < s->rules.claim_steps.n; i++) {
        const struct scheme_step *step = &LIST_AT(s->rules.claim_steps, struct scheme_step, i);
        if (!step->label || !strstr(step->label, "公示") || step->days == NONE) continue;
        if (step->days != s->publicity_days)
            check_error(c, key_or_self(step->node, "days", "天数"),
                        arena_printf(c->mem, "与公示期（publicity）的%d天不同。",
                                     (int)s->publicity_days),
                        arena_printf(c->mem, "differs from the %d days of \"publicity\"",
                                     (int)s->publicity_days));
    }
}

void check_class(struct scheme_check *c, const struct scheme *s, const char **class_,
                        const struct scheme_node *node)
{
    if (!*class_) return;
    const char *code = resolve_class(c, s, *class_, key_or_self(node, "for", "适用"));
    if (code) *class_ = code;
}

static void check_window(struct scheme_check *c, const struct scheme_round *r)
{
    static const int64_t months[] = { 0, 0, 0, 3, 6, 12, 0 };
    const struct scheme_window *w = r->window;
    if (!w || w->first == NONE || w->last == NONE || r->every == NONE) return;
    if (w->first > w->last)
        check_error(c, w->node, "时间写反了。", "the window ends before it begins");
    if (r->every == PERIOD_WEEK && w->last > 7)
        check_error(c, w->node, "每周的评比写周几：1到7。",
                    "a weekly round has days of the week, 1 to 7");
    if (w->month != NONE && w->month > months[r->every])
        check_error(c, key_or_self(w->node, "month", "第几个月"),
                    "评比的周期里没有这个月；季度1到3，半年1到6，年1到12。",
                    "the round's period has no such month: quarter 1 to 3, half-year 1 to 6, year "
                    "1 to 12");
}

static void check_rounds(struct scheme_check *c, struct scheme *s)
{
    for (size_t i = 0; i < s->rules.rounds.n; i++) {
        struct scheme_round *r = &LIST_AT(s->rules.rounds, struct scheme_round, i);
        if (r->node->kind != NODE_MAP) continue;
        check_class(c, s, &r->class_, r->node);
        r->sheet_ = FIND(c, &s->rules.sheets, scheme_sheet, r->sheet,
                         key_or_self(r->node, "sheet", "评分表"), "评分表", "sheet");
        r->bands_ = FIND(c, &s->rules.bands, scheme_bands, r->bands,
                         key_or_self(r->node, "bands", "分段"), "分段", "bands");
        check_steps(c, &r->steps);
        check_window(c, r);
        if (r->assessors && r->assessors->at_least != NONE && r->assessors->at_least < 3 &&
            text_equal(r->assessors->combine, "trimmed"))
            check_error(c, r->assessors->node, "去掉最高最低至少要3人评分。",
                        "without highest and lowest there must be at least 3 assessors");
    }
    for (size_t i = 0; i < s->rules.streaks.n; i++) {
        struct scheme_streak *k = &LIST_AT(s->rules.streaks, struct scheme_streak, i);
        if (k->node->kind != NODE_MAP) continue;
        k->round_ = FIND(c, &s->rules.rounds, scheme_round, k->round,
                         key_or_self(k->node, "round", "评比"), "评比", "round");
        check_board(c, s, k->board, k->node);
        int ways = (k->equal_c != NONE) + (k->first != NONE) + (k->last != NONE) +
                   (k->in.from_c != NONE || k->in.above_c != NONE || k->in.to_c != NONE ||
                    k->in.below_c != NONE);
        if (ways != 1)
            check_error(c, k->node, "要写一种条件：等于、界限、前几名或后几名。",
                        "one condition: equal, bounds, first or last");
        if (k->points_c != NONE && k->points_c < 0 && !k->clause)
            check_warn(c, key_or_self(k->node, "points", "加分"),
                       "扣分没有写依据（clause）：请写明村规民约的哪一条。",
                       "a deduction without the clause of the covenant it rests on");
        if (k->points_c == NONE && !k->board && !k->help)
            check_error(c, k->node, "要写得什么：加分、上榜或帮教。",
                        "say what it leads to: points, board or help");
        if (k->of && !strcmp(k->of, "points") && k->round_ && !k->round_->bands_ &&
            k->first == NONE && k->last == NONE)
            check_error(c, k->node, "这个评比没有分段，没有积分；请写 of: mark。",
                        "this round has no bands and so no points; write of: mark");
    }
}

/* ---- assessments, rankings, titles ---- */

static void check_assessments(struct scheme_check *c, struct scheme *s)
{
    for (size_t i = 0; i < s->rules.assessments.n; i++) {
        struct scheme_assessment *a = &LIST_AT(s->rules.assessments, struct scheme_assessment, i);
        if (a->node->kind != NODE_MAP) continue;
        check_class(c, s, &a->class_, a->node);
        CHECK_CODES(c, &a->parts, scheme_part);
        check_steps(c, &a->steps);
        a->base_c = 0;
        for (size_t k = 0; k < a->parts.n; k++) {
            struct scheme_part *p = &LIST_AT(a->parts, struct scheme_part, k);
            if (p->every == NONE) p->every = a->per;
            if (p->base_c != NONE) a->base_c += p->base_c;
            if (p->category) {
                const char *code =
                    resolve_category(c, s, p->category, key_or_self(p->node, "category", "类别"));
                if (code) p->category = code;
            }
            p->round_ = FIND(c, &s->rules.rounds, scheme_round, p->round,
                             key_or_self(p->node, "round", "评比"), "评比", "round");
            if (p->round_ && p->round_->every != NONE && p->every != NONE &&
                p->round_->every > p->every)
                check_error(c, key_or_self(p->node, "round", "评比"), "评比的周期比这项内容还长。",
                            "the round's period is longer than the part's");
            if (p->every != NONE && a->per != NONE && p->every > a->per)
                check_error(c, key_or_self(p->node, "every", "周期"), "比整个评议的周期还长。",
                            "longer than the assessment's own period");
            if (p->floor_c != NONE && p->ceiling_c != NONE && p->floor_c > p->ceiling_c)
                check_error(c, p->node, "最低比最高还高。", "the floor is above the ceiling");
        }
        if (a->ceiling_c != NONE && a->ceiling_c < a->base_c)
            check_error(
                c, key_or_self(a->node, "ceiling", "最高"),
                arena_printf(c->mem, "低于基础分之和%s。", human(c->mem, a->base_c)),
                arena_printf(c->mem, "below the sum of the bases, %s", human(c->mem, a->base_c)));
    }
}

static bool resolve_number(struct scheme_check *c, const struct scheme *s, const char *by,
                           const struct scheme_node *at, struct scheme_number *out)
{
    static const struct {
        const char *name, *zh;
        enum number_kind kind;
    } words[] = {
        { "points", "积分", NUMBER_POINTS },
        { "total", "家庭总分", NUMBER_TOTAL },
        { "average", "户均", NUMBER_AVERAGE },
        { "lifetime", "累计户均", NUMBER_LIFETIME },
    };
    const char *near[4 + 60 + 1];
    size_t w = 0;
    for (size_t i = 0; i < 4; i++) {
        near[w++] = words[i].name;
        if (!text_equal(by, words[i].name) && !text_equal(by, words[i].zh)) continue;
        *out = (struct scheme_number){ words[i].kind, NULL, false };
        if (words[i].kind == NUMBER_POINTS || s->rules.household) return true;
        check_error(c, at, "没有写家庭积分（household）。",
                    "there is no \"household\" in this scheme");
        return false;
    }
    const struct list *lists[] = { &s->rules.rounds, &s->rules.assessments, &s->rules.payments };
    static const size_t sizes[] = { sizeof(struct scheme_round), sizeof(struct scheme_assessment),
                                    sizeof(struct scheme_payment) };
    static const enum number_kind kinds[] = { NUMBER_ROUND, NUMBER_ASSESSMENT, NUMBER_MONEY };
    for (int l = 0; l < 3; l++)
        for (size_t i = 0; i < lists[l]->n; i++) {
            const char *p = (const char *)lists[l]->items + i * sizes[l],
                       *code = *(const char *const *)p;
            if (text_equal(code, by)) {
                *out = (struct scheme_number){
                    kinds[l], p,
                    kinds[l] == NUMBER_ROUND &&
                        !((const struct scheme_round *)(const void *)p)->bands
                };
                return true;
            }
            if (code && w < 64) near[w++] = code;
        }
    near[w] = NULL;
    unknown_reference(c, at, "可排名的数", "number to rank by", by, near);
    return false;
}

static void check_rankings(struct scheme_check *c, struct scheme *s)
{
    for (size_t i = 0; i < s->rules.rankings.n; i++) {
        struct scheme_ranking *r = &LIST_AT(s->rules.rankings, struct scheme_ranking, i);
        if (r->node->kind != NODE_MAP) continue;
        if (r->by) resolve_number(c, s, r->by, key_or_self(r->node, "by", "按"), &r->number);
        check_class(c, s, &r->class_, r->node);
        if (r->of && r->number.kind != NUMBER_ROUND)
            check_error(c, key_or_self(r->node, "of", "看"), "看（of）只用于排评比。",
                        "\"of\" goes with a round");
        if (r->of && !strcmp(r->of, "mark")) r->number.mark = true;
        r->numbers.items = arena_array(c->mem, struct scheme_number, r->tie_break.n + 1);
        for (size_t k = 0; k < r->tie_break.n; k++) {
            struct scheme_number number;
            if (resolve_number(c, s, LIST_AT(r->tie_break, const char *, k),
                               key_or_self(r->node, "tie_break", "再比"), &number))
                LIST_AT(r->numbers, struct scheme_number, r->numbers.n++) = number;
        }
    }
}

static bool bounded(const struct scheme_bounds *in)
{
    return in->from_c != NONE || in->above_c != NONE || in->to_c != NONE || in->below_c != NONE;
}

static void check_ladder(struct scheme_check *c, const struct scheme *s,
                         const struct scheme_title *t)
{
    const struct scheme_rung *above = NULL;
    int64_t share = 0;
    CHECK_CODES(c, &t->ladder, scheme_rung);
    for (size_t k = 0; k < t->ladder.n; k++) {
        const struct scheme_rung *g = &LIST_AT(t->ladder, struct scheme_rung, k);
        if (g->node->kind != NODE_MAP) continue;
        check_board(c, s, g->board, g->node);
        if ((g->share_c != NONE) + (g->places != NONE) + bounded(&g->in) != 1) {
            check_error(c, g->node, "每级写一种：比例、名额或界限。",
                        "each rung has one of: share, places, bounds");
            continue;
        }
        if (g->share_c != NONE) share += g->share_c;
        if (g->share_c == 0)
            check_error(c, g->node, "比例是0，没有人能得到。", "a share of 0: nobody can reach it");
        if (share > 10000)
            check_error(c, key_or_self(g->node, "share", "比例"), "各级比例加起来超过100。",
                        "the shares add up to more than 100");
        struct interval one, before;
        struct scheme_band band = { .in = g->in, .node = g->node };
        if (!bounded(&g->in) || !interval_of(c, &band, &one)) continue;
        int64_t top = t->floor_c == NONE ? INT64_MIN : t->floor_c;
        struct scheme_band upper =
            above ? (struct scheme_band){ .in = above->in, .node = above->node } : band;
        if (one.high < top)
            check_error(c, g->node, "低于称号的最低分，没有人能得到。",
                        "below the title's floor: nobody can reach it");
        if (above && interval_of(c, &upper, &before) && one.low >= before.low &&
            one.high <= before.high)
            check_error(c, g->node, "上一级已经全部包含，没有人能得到这一级。",
                        "the rung above takes all of these: nobody can reach it");
        above = g;
    }
}

static void check_titles(struct scheme_check *c, struct scheme *s)
{
    for (size_t i = 0; i < s->rules.titles.n; i++) {
        struct scheme_title *t = &LIST_AT(s->rules.titles, struct scheme_title, i);
        if (t->node->kind != NODE_MAP) continue;
        const struct scheme_node *at = key_or_self(t->node, "floor", "最低");
        t->ranking_ = FIND(c, &s->rules.rankings, scheme_ranking, t->ranking,
                           key_or_self(t->node, "ranking", "排名"), "排名", "ranking");
        t->floor_c = NONE;
        if (t->floor && (!strcmp(t->floor, "base") || !strcmp(t->floor, "基础分"))) {
            if (t->ranking_ && t->ranking_->number.kind == NUMBER_ASSESSMENT)
                t->floor_c = ((const struct scheme_assessment *)t->ranking_->number.rule)->base_c;
            else
                check_error(c, at, "这个排名没有基础分，请写数字。",
                            "this ranking has no base; write a number");
        } else if (t->floor && !dec_parse(t->floor, &t->floor_c)) {
            check_error(c, at, "要写分数，或 base（基础分）。", "a number, or base");
        }
        const struct scheme_assessment *a =
            t->ranking_ && t->ranking_->number.kind == NUMBER_ASSESSMENT ? t->ranking_->number.rule
                                                                         : NULL;
        if (a && a->ceiling_c != NONE && t->floor_c != NONE && t->floor_c > a->ceiling_c)
            check_error(c, at, "高于评议的最高分，没有人能得到。",
                        "above the assessment's ceiling: nobody can reach it");
        check_ladder(c, s, t);
    }
}

static void check_boards(struct scheme_check *c, const struct scheme *s)
{
    for (size_t i = 0; i < s->rules.boards.n; i++) {
        const struct scheme_board *b = &LIST_AT(s->rules.boards, struct scheme_board, i);
        if (!text_equal(b->colour, "black")) continue;
        if (b->appeal_days == NONE)
            check_warn(c, b->node, "黑榜没有写申诉期（appeal）。",
                       "a black board without a time for appeal");
        if (b->masked == 0)
            check_warn(c, b->node, "黑榜默认遮挡姓名；公开全名请再斟酌。",
                       "a black board usually masks names; think again before showing them");
        if (b->mentor != 1)
            check_warn(c, b->node, "黑榜没有帮教责任人（mentor）：上榜是为了帮助，不只是曝光。",
                       "a black board without a mentor: it should lead to help, not only exposure");
    }
}

void scheme_check_rules(struct scheme_check *c, struct scheme *s)
{
    struct scheme_rules *r = &s->rules;
    CHECK_CODES(c, &r->bands, scheme_bands);
    CHECK_CODES(c, &r->sheets, scheme_sheet);
    CHECK_CODES(c, &r->rounds, scheme_round);
    CHECK_CODES(c, &r->streaks, scheme_streak);
    CHECK_CODES(c, &r->assessments, scheme_assessment);
    CHECK_CODES(c, &r->rankings, scheme_ranking);
    CHECK_CODES(c, &r->titles, scheme_title);
    CHECK_CODES(c, &r->boards, scheme_board);
    CHECK_CODES(c, &r->payments, scheme_payment);
    check_steps(c, &r->claim_steps);
    check_publicity(c, s);
    for (size_t i = 0; i < s->items.n; i++) {
        const struct scheme_item *item = &LIST_AT(s->items, struct scheme_item, i);
        if (item->node->kind == NODE_MAP) check_board(c, s, item->board, item->node);
    }
    check_all_bands(c, s);
    check_sheets(c, s);
    check_rounds(c, s);
    check_assessments(c, s);
    check_rankings(c, s);
    check_titles(c, s);
    check_boards(c, s);
    scheme_check_money(c, s);
}

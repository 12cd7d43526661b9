/* A simulation as records. */
#include "trial/trial_simulated.h"
#include "kernel/text.h"

static const struct field simulated_scheme_fields[] = {
    F(simulated_scheme, version, K_ID, OPT, 0, 0,
      "Version of the scheme; null for a text that is not adopted."),
    F(simulated_scheme, from, K_DATE, OPT, 0, 0, "In force from. 生效日期"),
    F(simulated_scheme, name, K_TEXT, 0, 0, 0, "Code of the scheme."),
    F(simulated_scheme, title, K_TEXT, 0, 0, 0, "Title. 标题"),
    F(simulated_scheme, headline, K_TEXT, 0, 0, 0,
      "What the numbers of the subjects are: 积分, 家庭总积分, an assessment, a payment."),
    F(simulated_scheme, unit, K_TEXT, 0, 0, 0, "points, yuan or marks."),
    { 0 }
};
static RECORD(simulated_scheme);

static const struct field simulated_row_fields[] = {
    F(simulated_row, id, K_ID, 0, 0, 0, "Id of the resident, household or organisation."),
    F(simulated_row, label, K_TEXT, OPT, 0, 0, "Masked name. 姓名(脱敏)"),
    F_AS(simulated_row, class_, "class", K_TEXT, OPT, 0, 0,
         "Class: household, resident, party_member …"),
    F(simulated_row, group, K_TEXT, OPT, 0, 0, "Village group. 村民小组"),
    F_AS(simulated_row, now_c, "now", K_POINTS, 0, 0, 0, "By the present scheme. 现行"),
    F_AS(simulated_row, draft_c, "draft", K_POINTS, 0, 0, 0, "By the draft. 草案"),
    F_AS(simulated_row, change_c, "change", K_POINTS, 0, 0, 0, "Draft less present. 增减"),
    F(simulated_row, now_rank, K_INT, OPT, 0, 0,
      "Place in the scheme's first ranking; null: not ranked. 现行名次"),
    F(simulated_row, draft_rank, K_INT, OPT, 0, 0, "The same by the draft. 草案名次"),
    F(simulated_row, now_absent, K_BOOL, 0, 0, 0, "The present scheme has no account for them."),
    F(simulated_row, draft_absent, K_BOOL, 0, 0, 0, "The draft has none."),
    F(simulated_row, now_titles, K_TEXTS, 0, 0, 0, "Titles by the present scheme. 现行称号"),
    F(simulated_row, draft_titles, K_TEXTS, 0, 0, 0, "Titles by the draft. 草案称号"),
    F_AS(simulated_row, now_yuan_c, "now_yuan", K_POINTS, 0, 0, 0,
         "What they would cost in yuan at most. 现行花费"),
    F_AS(simulated_row, draft_yuan_c, "draft_yuan", K_POINTS, 0, 0, 0,
         "The same by the draft. 草案花费"),
    { 0 }
};
static RECORD(simulated_row);

static const struct field sim_spread_fields[] = {
    F(sim_spread, n, K_INT, 0, 0, 0, "Subjects that the scheme has accounts for. 对象数"),
    F(sim_spread, zero, K_INT, 0, 0, 0, "Those with exactly 0. 0分的"),
    F_AS(sim_spread, sum_c, "sum", K_POINTS, 0, 0, 0, "All together. 合计"),
    F_AS(sim_spread, mean_c, "mean", K_POINTS, 0, 0, 0, "Mean. 平均"),
    F_AS(sim_spread, least_c, "least", K_POINTS, 0, 0, 0, "Least. 最低"),
    F_AS(sim_spread, p10_c, "p10", K_POINTS, 0, 0, 0, "A tenth has this or less."),
    F_AS(sim_spread, p25_c, "p25", K_POINTS, 0, 0, 0, "A quarter has this or less."),
    F_AS(sim_spread, median_c, "median", K_POINTS, 0, 0, 0, "Half has this or less. 中位数"),
    F_AS(sim_spread, p75_c, "p75", K_POINTS, 0, 0, 0, "Three quarters have this or less."),
    F_AS(sim_spread, p90_c, "p90", K_POINTS, 0, 0, 0, "Nine tenths have this or less."),
    F_AS(sim_spread, most_c, "most", K_POINTS, 0, 0, 0, "Most. 最高"),
    F_AS(sim_spread, top_tenth_c, "top_tenth_percent", K_POINTS, OPT, 0, 0,
         "Percent of all points above 0 that the tenth with the most holds; null: no points. "
         "前一成占比"),
    { 0 }
};
static RECORD(sim_spread);

static const struct field sim_bin_fields[] = {
    F_AS(sim_bin, from_c, "from", K_POINTS, 0, 0, 0, "From this."),
    F_AS(sim_bin, to_c, "to", K_POINTS, 0, 0, 0, "To below this."),
    F_AS(sim_bin, count[SIM_NOW], "now", K_INT, 0, 0, 0,
         "Subjects in it now; those with exactly 0 are told apart. 现行个数"),
    F_AS(sim_bin, count[SIM_DRAFT], "draft", K_INT, 0, 0, 0, "By the draft. 草案个数"),
    { 0 }
};
static RECORD(sim_bin);

static const struct field sim_class_fields[] = {
    F(sim_class, code, K_TEXT, 0, 0, 0, "Class code."),
    F(sim_class, label, K_TEXT, 0, 0, 0, "Class. 对象类别"),
    F(sim_class, n, K_INT, 0, 0, 0, "How many."),
    F(sim_class, gain, K_INT, 0, 0, 0, "How many gain. 增加的"),
    F(sim_class, lose, K_INT, 0, 0, 0, "How many lose. 减少的"),
    F_AS(sim_class, sum_c[SIM_NOW], "now", K_POINTS, 0, 0, 0, "Their sum now. 现行合计"),
    F_AS(sim_class, sum_c[SIM_DRAFT], "draft", K_POINTS, 0, 0, 0,
         "Their sum by the draft. 草案合计"),
    { 0 }
};
static RECORD(sim_class);

static const struct field simulated_cost_fields[] = {
    F_AS(simulated_cost, points_c, "points", K_POINTS, 0, 0, 0,
         "Points gained that can be redeemed. 可兑积分"),
    F_AS(simulated_cost, rate_c, "rate", K_POINTS, OPT, 0, 0,
         "Yuan for a point; null: the scheme does not say. 兑换比例"),
    F_AS(simulated_cost, exchange_c, "exchange", K_POINTS, 0, 0, 0,
         "Yuan if everybody redeemed all of them. 全部兑换"),
    F_AS(simulated_cost, payments_c, "payments", K_POINTS, 0, 0, 0,
         "Yuan paid by payments, less what is charged. 结算"),
    F_AS(simulated_cost, prizes_c, "prizes", K_POINTS, 0, 0, 0, "Prizes of titles. 奖金"),
    F_AS(simulated_cost, total_c, "total", K_POINTS, OPT, 0, 0,
         "All of it; null: not known. 花费合计"),
    F_AS(simulated_cost, ceiling_c, "ceiling", K_POINTS, OPT, 0, 0,
         "The budget's ceiling for a year; null: none. 全年上限"),
    F_AS(simulated_cost, funded_c, "funded", K_POINTS, OPT, 0, 0,
         "What the budget's sources bring in a year. 经费来源合计"),
    F(simulated_cost, over, K_BOOL, 0, 0, 0,
      "The span is a year and its cost passes the ceiling. 超上限"),
    F(simulated_cost, at_ceiling, K_TEXT, OPT, 0, 0, "What happens then: stop, queue, scale."),
    { 0 }
};
static RECORD(simulated_cost);

static const struct field sim_rung_fields[] = {
    F(sim_rung, code, K_TEXT, 0, 0, 0, "Code of the title."),
    F(sim_rung, label, K_TEXT, 0, 0, 0, "Title. 称号"),
    F(sim_rung, rung, K_TEXT, 0, 0, 0, "Code of its rung."),
    F(sim_rung, rung_label, K_TEXT, 0, 0, 0, "Rung. 等次"),
    F_AS(sim_rung, count[SIM_NOW], "now", K_INT, 0, 0, 0, "How many hold it now."),
    F_AS(sim_rung, count[SIM_DRAFT], "draft", K_INT, 0, 0, 0, "By the draft."),
    { 0 }
};
static RECORD(sim_rung);

static const struct field simulated_title_fields[] = {
    F(simulated_title, id, K_ID, 0, 0, 0, "Whose."),
    F(simulated_title, label, K_TEXT, OPT, 0, 0, "Masked name. 姓名(脱敏)"),
    F(simulated_title, title, K_TEXT, 0, 0, 0, "Title. 称号"),
    F_AS(simulated_title, from, "was", K_TEXT, OPT, 0, 0,
         "Held by the present scheme; null: none."),
    F_AS(simulated_title, to, "becomes", K_TEXT, OPT, 0, 0, "Held by the draft; null: none."),
    F_AS(simulated_title, first, "from", K_DATE, 0, 0, 0, "The title's period, from."),
    F_AS(simulated_title, last, "to", K_DATE, 0, 0, 0, "To."),
    { 0 }
};
static RECORD(simulated_title);

static const struct field simulated_item_fields[] = {
    F(simulated_item, code, K_TEXT, 0, 0, 0, "Item code. 项目代号"),
    F(simulated_item, label, K_TEXT, 0, 0, 0, "What it is. 项目名称"),
    F(simulated_item, unit, K_TEXT, 0, 0, 0, "points or yuan."),
    F(simulated_item, now_times, K_INT, 0, 0, 0, "Deeds counted now. 现行件数"),
    F(simulated_item, draft_times, K_INT, 0, 0, 0, "By the draft. 草案件数"),
    F_AS(simulated_item, now_c, "now", K_POINTS, 0, 0, 0, "What they are worth now. 现行"),
    F_AS(simulated_item, draft_c, "draft", K_POINTS, 0, 0, 0, "By the draft. 草案"),
    F(simulated_item, now_lost, K_INT, 0, 0, 0, "Deeds the present scheme cannot place."),
    F(simulated_item, draft_lost, K_INT, 0, 0, 0, "Deeds the draft cannot place. 草案算不进去的"),
    { 0 }
};
static RECORD(simulated_item);

static const struct field simulated_miss_fields[] = {
    F(simulated_miss, scheme, K_TEXT, 0, 0, 0,
      "Which scheme cannot count them as they were: now or draft."),
    F(simulated_miss, reason, K_TEXT, 0, 0, 0,
      "item_gone, class, level, quantity, difficulty, reverse, claimant, pick, round_gone, mark, "
      "part_gone; least, edge, one."),
    F(simulated_miss, text, K_TEXT, 0, 0, 0, "The reason in words. 原因"),
    F(simulated_miss, assumed, K_BOOL, 0, 0, 0,
      "Counted under this assumption; else not counted. 按假设计入"),
    F(simulated_miss, code, K_TEXT, 0, 0, 0, "Code of the item, round or part."),
    F(simulated_miss, label, K_TEXT, 0, 0, 0, "Its name."),
    F(simulated_miss, times, K_INT, 0, 0, 0, "How many in the span. 件数"),
    F(simulated_miss, before, K_INT, 0, 0, 0, "How many before it."),
    { 0 }
};
static RECORD(simulated_miss);

static const struct field simulated_fields[] = {
    F(simulated, from, K_DATE, 0, 0, 0, "First day of the span."),
    F(simulated, to, K_DATE, 0, 0, 0, "Last day."),
    F_SUB(simulated, now, K_OBJECT, 0, 0, 0, simulated_scheme_record,
          "The scheme in force. 现行方案"),
    F_SUB(simulated, draft, K_OBJECT, 0, 0, 0, simulated_scheme_record, "The draft. 草案"),
    F(simulated, subjects, K_INT, 0, 0, 0, "How many subjects."),
    F(simulated, gain, K_INT, 0, 0, 0, "How many gain. 增加的"),
    F(simulated, lose, K_INT, 0, 0, 0, "How many lose. 减少的"),
    F(simulated, same, K_INT, 0, 0, 0, "How many stay. 不变的"),
    F_SUB(simulated, now_spread, K_OBJECT, 0, 0, 0, sim_spread_record,
          "How the points are spread now."),
    F_SUB(simulated, draft_spread, K_OBJECT, 0, 0, 0, sim_spread_record, "By the draft."),
    F_SUB(simulated, bins, K_LIST, 0, 0, 0, sim_bin_record,
          "Histogram with the same edges for both. 分布"),
    F_SUB(simulated, classes, K_LIST, 0, 0, 0, sim_class_record, "By class of subjects."),
    F_SUB(simulated, now_cost, K_OBJECT, 0, 0, 0, simulated_cost_record, "Cost now. 现行花费"),
    F_SUB(simulated, draft_cost, K_OBJECT, 0, 0, 0, simulated_cost_record,
          "Cost by the draft. 草案花费"),
    F_SUB(simulated, rungs, K_LIST, 0, 0, 0, sim_rung_record, "How many hold each title."),
    F(simulated, titles_changed, K_INT, 0, 0, 0, "How many titles change hands. 称号变动"),
    F_SUB(simulated, titles, K_LIST, 0, 0, 0, simulated_title_record, "The first 200 of them."),
    F_SUB(simulated, items, K_LIST, 0, 0, 0, simulated_item_record,
          "Deeds by item, the largest change first. 项目"),
    F_SUB(simulated, misses, K_LIST, 0, 0, 0, simulated_miss_record,
          "Facts that a scheme cannot count as they were. 没有照原样算的"),
    F(simulated, notes, K_TEXTS, 0, 0, 0, "What is missing for a fair comparison. 说明"),
    F_SUB(simulated, rows, K_LIST, 0, 0, 0, simulated_row_record,
          "Subjects: the largest gain first, or the largest loss with show=lose."),
    F(simulated, next, K_TEXT, OPT, 0, 0, "Cursor of the page after, null at the end."),
    F(simulated, total, K_INT, 0, 0, 0, "How many subjects match."),
    { 0 }
};
RECORD(simulated);

static const char *const units[] = {
    [RUN_POINTS] = "points", [RUN_YUAN] = "yuan", [RUN_MARKS] = "marks"
};

static struct simulated_scheme *scheme_of(struct req *r, const struct simulation *sim, int side)
{
    const struct scheme *s = sim->scheme[side];
    struct simulated_scheme *out = arena_new(r->mem, struct simulated_scheme);
    *out = (struct simulated_scheme){ s->version ? s->version : NONE,
                                      s->version ? s->from : NONE,
                                      s->name,
                                      s->title,
                                      r->lang == LANG_ZH ? sim->head_zh[side] : sim->head_en[side],
                                      units[sim->unit[side]] };
    return out;
}

static struct sim_spread *spread_of(struct req *r, const struct simulation *sim, int side)
{
    return arena_copy(r->mem, &sim->spread[side], sizeof sim->spread[side]);
}

static struct simulated_cost *cost_of(struct req *r, const struct simulation *sim, int side)
{
    const struct sim_cost *c = &sim->cost[side];
    struct simulated_cost *out = arena_new(r->mem, struct simulated_cost);
    *out = (struct simulated_cost){ c->points_c, c->rate_c,    c->exchange_c, c->payments_c,
                                    c->prizes_c, c->total_c,   c->ceiling_c,  c->funded_c,
                                    c->over,     c->at_ceiling };
    return out;
}

static size_t at_most(size_t n)
{
    return n < LIMIT_PAGE_ROWS ? n : LIMIT_PAGE_ROWS;
}

static struct list titles_of(struct req *r, const struct simulation *sim)
{
    struct list out = { arena_array(r->mem, struct simulated_title, sim->titles.n + 1),
                        at_most(sim->titles.n) };
    for (size_t i = 0; i < out.n; i++) {
        const struct sim_title *t = &LIST_AT(sim->titles, struct sim_title, i);
        LIST_AT(out, struct simulated_title, i) =
            (struct simulated_title){ t->row->id, t->row->label, t->label,  t->from,
                                      t->to,      t->in.first,   t->in.last };
    }
    return out;
}

static struct list items_of(struct req *r, const struct simulation *sim)
{
    struct list out = { arena_array(r->mem, struct simulated_item, sim->items.n + 1),
                        at_most(sim->items.n) };
    for (size_t i = 0; i < out.n; i++) {
        const struct sim_item *x = &LIST_AT(sim->items, struct sim_item, i);
        LIST_AT(out, struct simulated_item, i) =
            (struct simulated_item){ x->code,
                                     x->label,
                                     x->yuan ? "yuan" : "points",
                                     x->times[SIM_NOW],
                                     x->times[SIM_DRAFT],
                                     x->points_c[SIM_NOW],
                                     x->points_c[SIM_DRAFT],
                                     x->lost[SIM_NOW],
                                     x->lost[SIM_DRAFT] };
    }
    return out;
}

static struct list misses_of(struct req *r, const struct simulation *sim)
{
    static const char *const reasons[SIM_WHYS] = { "item_gone",  "class",   "level",     "quantity",
                                                   "difficulty", "reverse", "claimant",  "pick",
                                                   "round_gone", "mark",    "part_gone", "least",
                                                   "edge",       "one" };
    struct list out = { arena_array(r->mem, struct simulated_miss, sim->misses.n + 1),
                        at_most(sim->misses.n) };
    for (size_t i = 0; i < out.n; i++) {
        const struct sim_miss *m = &LIST_AT(sim->misses, struct sim_miss, i);
        LIST_AT(out, struct simulated_miss, i) =
            (struct simulated_miss){ m->side == SIM_NOW ? "now" : "draft",
                                     reasons[m->why],
                                     sim_why_text(m->why, r->lang),
                                     m->code,
                                     m->label,
                                     sim_is_assumed(m->why),
                                     m->times,
                                     m->before };
    }
    return out;
}

static struct list notes_of(struct req *r, const struct simulation *sim)
{
    struct list out = { arena_array(r->mem, const char *, sim->notes.n + 1), sim->notes.n };
    for (size_t i = 0; i < out.n; i++) {
        const struct sim_note *n = &LIST_AT(sim->notes, struct sim_note, i);
        LIST_AT(out, const char *, i) = r->lang == LANG_ZH ? n->zh : n->en;
    }
    return out;
}

struct simulated *simulated_of(struct req *r, const struct simulation *sim)
{
    struct simulated *out = arena_new(r->mem, struct simulated);
    *out = (struct simulated){
        .from = sim->in.first,
        .to = sim->in.last,
        .now = scheme_of(r, sim, SIM_NOW),
        .draft = scheme_of(r, sim, SIM_DRAFT),
        .subjects = (int64_t)sim->rows.n,
        .gain = sim->gain,
        .lose = sim->lose,
        .same = sim->same,
        .now_spread = spread_of(r, sim, SIM_NOW),
        .draft_spread = spread_of(r, sim, SIM_DRAFT),
        .bins = sim->bins,
        .classes = sim->classes,
        .now_cost = cost_of(r, sim, SIM_NOW),
        .draft_cost = cost_of(r, sim, SIM_DRAFT),
        .rungs = sim->rungs,
        .titles_changed = (int64_t)sim->titles.n,
        .titles = titles_of(r, sim),
        .items = items_of(r, sim),
        .misses = misses_of(r, sim),
        .notes = notes_of(r, sim),
    };
    return out;
}

static struct list held(struct arena *mem, const struct list *titles)
{
    struct list out = { arena_array(mem, const char *, titles->n + 1), titles->n };
    for (size_t i = 0; i < titles->n; i++)
        LIST_AT(out, const char *, i) = LIST_AT(*titles, struct sim_held, i).rung->label;
    return out;
}

struct simulated_row simulated_row_of(struct arena *mem, const struct simulation *sim,
                                      const struct sim_row *row)
{
    const struct sim_side *a = &row->side[SIM_NOW], *b = &row->side[SIM_DRAFT];
    (void)sim;
    return (struct simulated_row){ .id = row->id,
                                   .label = row->label,
                                   .class_ = row->class_,
                                   .group = row->group,
                                   .now_c = a->value_c,
                                   .draft_c = b->value_c,
                                   .change_c = row->change_c,
                                   .now_rank = a->rank ? a->rank : NONE,
                                   .draft_rank = b->rank ? b->rank : NONE,
                                   .now_absent = a->absent,
                                   .draft_absent = b->absent,
                                   .now_yuan_c = a->yuan_c,
                                   .draft_yuan_c = b->yuan_c,
                                   .now_titles = held(mem, &a->titles),
                                   .draft_titles = held(mem, &b->titles) };
}

/* A run's results as an answer: scheme_tool.h. The structs of scheme_run.h point into the scheme;
 * these say it in codes and labels. */
#include "kernel/text.h"
#include "scheme/scheme_run.h"
#include "scheme/scheme_tool.h"

/* ---- one subject ---- */

struct told_number {
    const char *code, *zh, *en, *unit, *tree;
    int64_t from, until, value_c, count;
};
static const char *const unit_names[] = { "points", "yuan", "marks", NULL };
static const struct field told_number_fields[] = {
    F(told_number, code, K_TEXT, 0, 0, 0,
      "points, total, average, lifetime, or the code of an assessment or payment."),
    F(told_number, zh, K_TEXT, 0, 0, 0, "What it is, Chinese."),
    F(told_number, en, K_TEXT, 0, 0, 0, "What it is, English."),
    F_ENUM(told_number, unit, 0, unit_names, "points, yuan or marks."),
    F(told_number, from, K_DATE, 0, 0, 0, "First day of its period."),
    F(told_number, until, K_DATE, 0, 0, 0, "Last day of its period."),
    F_AS(told_number, value_c, "value", K_POINTS, 0, 0, 0, "The number, two decimals."),
    F(told_number, count, K_INT, 0, 0, 0, "How many things it rests on."),
    F(told_number, tree, K_JSON, OPT, 0, 0, "How it came about: {op, zh, en, points, from: […]}."),
    { 0 }
};
static RECORD(told_number);

struct told_round {
    const char *code, *label, *band, *tree;
    int64_t from, until, counted, excused, mark_c, points_c, from_first, from_last;
};
static const struct field told_round_fields[] = {
    F(told_round, code, K_TEXT, 0, 0, 0, "Code of the round."),
    F(told_round, label, K_TEXT, 0, 0, 0, "Its name. 评比"),
    F(told_round, from, K_DATE, 0, 0, 0, "First day of the period."),
    F(told_round, until, K_DATE, 0, 0, 0, "Last day of the period."),
    F(told_round, counted, K_BOOL, 0, 0, 0, "False: too few assessors, or outside the window."),
    F(told_round, excused, K_BOOL, 0, 0, 0, "Excused. 请假"),
    F_AS(told_round, mark_c, "mark", K_POINTS, OPT, 0, 0, "The mark; null: excused. 得分"),
    F_AS(told_round, points_c, "points", K_POINTS, 0, 0, 0, "The points it gives. 积分"),
    F(told_round, band, K_TEXT, OPT, 0, 0, "The band that holds the mark."),
    F(told_round, from_first, K_INT, OPT, 0, 0,
      "Place from the first, where a streak needs places."),
    F(told_round, from_last, K_INT, OPT, 0, 0, "Place from the last."),
    F(told_round, tree, K_JSON, OPT, 0, 0, "How it came about."),
    { 0 }
};
static RECORD(told_round);

struct told_pay {
    const char *payment, *code, *label, *why_zh, *why_en;
    int64_t from, until, before_c, after_c;
};
static const struct field told_pay_fields[] = {
    F(told_pay, payment, K_TEXT, 0, 0, 0, "Code of the payment it belongs to."),
    F(told_pay, code, K_TEXT, 0, 0, 0, "Code of the pay."),
    F(told_pay, label, K_TEXT, 0, 0, 0, "Its name. 款项"),
    F(told_pay, from, K_DATE, 0, 0, 0, "First day of the period."),
    F(told_pay, until, K_DATE, 0, 0, 0, "Last day of the period."),
    F_AS(told_pay, before_c, "before", K_POINTS, 0, 0, 0, "Yuan before deductions."),
    F_AS(told_pay, after_c, "after", K_POINTS, 0, 0, 0, "Yuan that remain."),
    F(told_pay, why_zh, K_TEXT, OPT, 0, 0, "What cost part of it, Chinese."),
    F(told_pay, why_en, K_TEXT, OPT, 0, 0, "The same in English."),
    { 0 }
};
static RECORD(told_pay);

struct told_balance {
    const char *code, *label;
    int64_t value_c;
};
static const struct field told_balance_fields[] = {
    F(told_balance, code, K_TEXT, 0, 0, 0, "Code of the balance."),
    F(told_balance, label, K_TEXT, 0, 0, 0, "Its name. 积分种类"),
    F_AS(told_balance, value_c, "value", K_POINTS, 0, 0, 0, "On the last day of the period."),
    { 0 }
};
static RECORD(told_balance);

struct told_rank {
    const char *code, *label, *set;
    int64_t from, until, rank, of, value_c, barred;
};
static const struct field told_rank_fields[] = {
    F(told_rank, code, K_TEXT, 0, 0, 0, "Code of the ranking."),
    F(told_rank, label, K_TEXT, 0, 0, 0, "Its name. 排名"),
    F(told_rank, from, K_DATE, 0, 0, 0, "First day of its period."),
    F(told_rank, until, K_DATE, 0, 0, 0, "Last day of its period."),
    F(told_rank, set, K_TEXT, OPT, 0, 0, "The group, class or township it is ranked within."),
    F(told_rank, rank, K_INT, OPT, 0, 0, "The place; null: took part too seldom. 名次"),
    F(told_rank, of, K_INT, 0, 0, 0, "How many are ranked."),
    F_AS(told_rank, value_c, "value", K_POINTS, 0, 0, 0, "The number it is ranked by."),
    F(told_rank, barred, K_BOOL, 0, 0, 0, "Keeps the place but gets no title. 取消评选资格"),
    { 0 }
};
static RECORD(told_rank);

struct told_title {
    const char *code, *label, *ranking, *rung, *name, *colour, *why_zh, *why_en;
    struct list carries;
    int64_t from, until, amount_c;
};
static const struct field told_title_fields[] = {
    F(told_title, code, K_TEXT, 0, 0, 0, "Code of the title."),
    F(told_title, label, K_TEXT, 0, 0, 0, "Its name. 称号"),
    F(told_title, ranking, K_TEXT, 0, 0, 0, "Code of the ranking it goes by."),
    F(told_title, from, K_DATE, 0, 0, 0, "First day of its period."),
    F(told_title, until, K_DATE, 0, 0, 0, "Last day of its period."),
    F(told_title, rung, K_TEXT, OPT, 0, 0, "Code of what was reached; null: nothing."),
    F(told_title, name, K_TEXT, OPT, 0, 0, "Its name: 五星级文明户."),
    F(told_title, colour, K_TEXT, OPT, 0, 0, "Its colour."),
    F_AS(told_title, amount_c, "amount", K_POINTS, OPT, 0, 0, "The prize in yuan. 奖金"),
    F(told_title, carries, K_TEXTS, 0, 0, 0, "What goes with it: plaque, perks. 礼遇"),
    F(told_title, why_zh, K_TEXT, OPT, 0, 0, "Why nothing was reached, Chinese."),
    F(told_title, why_en, K_TEXT, OPT, 0, 0, "The same in English."),
    { 0 }
};
static RECORD(told_title);

struct told_board {
    const char *code, *label, *name, *why, *help, *mentor;
    int64_t from, until, appeal_until, upheld;
};
static const struct field told_board_fields[] = {
    F(told_board, code, K_TEXT, 0, 0, 0, "Code of the board."),
    F(told_board, label, K_TEXT, 0, 0, 0, "Its name. 榜单"),
    F(told_board, name, K_TEXT, OPT, 0, 0, "The name as the board shows it."),
    F(told_board, why, K_TEXT, OPT, 0, 0, "For what."),
    F(told_board, help, K_TEXT, OPT, 0, 0, "What help comes with it. 帮教"),
    F(told_board, mentor, K_TEXT, OPT, 0, 0, "Who helps. 帮教责任人"),
    F(told_board, from, K_DATE, 0, 0, 0, "Shown from."),
    F(told_board, until, K_DATE, 0, 0, 0, "Shown until."),
    F(told_board, appeal_until, K_DATE, OPT, 0, 0, "An appeal is in time until then. 申诉期"),
    F(told_board, upheld, K_BOOL, 0, 0, 0, "An appeal was upheld: it was taken down."),
    { 0 }
};
static RECORD(told_board);

struct told_redemption {
    const char *service, *why_zh, *why_en;
    int64_t on, points_c, yuan_c;
};
static const struct field told_redemption_fields[] = {
    F(told_redemption, on, K_DATE, 0, 0, 0, "The day. 兑换日期"),
    F_AS(told_redemption, points_c, "points", K_POINTS, 0, 0, 0, "Points spent."),
    F_AS(told_redemption, yuan_c, "yuan", K_POINTS, 0, 0, 0, "Worth in yuan; 0.00 for a service."),
    F(told_redemption, service, K_TEXT, OPT, 0, 0, "The service."),
    F(told_redemption, why_zh, K_TEXT, OPT, 0, 0, "Why the rules do not allow it, Chinese."),
    F(told_redemption, why_en, K_TEXT, OPT, 0, 0, "The same in English."),
    { 0 }
};
static RECORD(told_redemption);

static const struct field run_exchange_fields[] = {
    F_AS(run_exchange, points_c, "points", K_POINTS, 0, 0, 0,
         "All that can be spent on the last day."),
    F_AS(run_exchange, yuan_c, "yuan", K_POINTS, 0, 0, 0, "What it would fetch. 可兑金额"),
    F_AS(run_exchange, left_c, "left", K_POINTS, 0, 0, 0, "Points that would remain."),
    F(run_exchange, why_zh, K_TEXT, OPT, 0, 0, "Why nothing, Chinese."),
    F(run_exchange, why_en, K_TEXT, OPT, 0, 0, "The same in English."),
    { 0 }
};
static RECORD(run_exchange);

struct told_subject {
    int64_t id, dividend_c;
    const char *label, *class_;
    struct list numbers, rounds, pays, balances, ranks, titles, boards, redeemed;
    struct run_exchange *exchange;
};
static const struct field told_subject_fields[] = {
    F(told_subject, id, K_ID, 0, 0, 0, "As in the facts."),
    F(told_subject, label, K_TEXT, OPT, 0, 0, "Name, as in the facts."),
    F_AS(told_subject, class_, "class", K_TEXT, OPT, 0, 0, "Class. 积分对象"),
    F_SUB(told_subject, numbers, K_LIST, 0, 0, 0, told_number_record, "What the scheme adds up."),
    F_SUB(told_subject, rounds, K_LIST, 0, 0, 0, told_round_record, "Rounds of the period. 评比"),
    F_SUB(told_subject, pays, K_LIST, 0, 0, 0, told_pay_record, "Pays and what they lost. 款项"),
    F_SUB(told_subject, balances, K_LIST, 0, 0, 0, told_balance_record, "Balances. 积分余额"),
    F_SUB(told_subject, ranks, K_LIST, 0, 0, 0, told_rank_record, "Places. 名次"),
    F_SUB(told_subject, titles, K_LIST, 0, 0, 0, told_title_record, "Titles, or why none. 称号"),
    F_SUB(told_subject, boards, K_LIST, 0, 0, 0, told_board_record, "Boards. 红黑榜"),
    F_SUB(told_subject, redeemed, K_LIST, 0, 0, 0, told_redemption_record,
          "What was redeemed. 已兑换"),
    F_SUB(told_subject, exchange, K_OBJECT, OPT, 0, 0, run_exchange_record,
          "What can be redeemed. 可兑换"),
    F_AS(told_subject, dividend_c, "dividend", K_POINTS, OPT, 0, 0, "Dividend in yuan. 分红"),
    { 0 }
};
RECORD(told_subject);

/* Rows of one list into those of another: `a` is the run's, `o` what is told. */
#define TELL(mem, from, A, to, O, ...)                                                             \
    do {                                                                                           \
        struct O *rows_ = arena_array((mem), struct O, (from).n + 1);                              \
        for (size_t i_ = 0; i_ < (from).n; i_++) {                                                 \
            const struct A *a = &LIST_AT((from), struct A, i_);                                    \
            rows_[i_] = (struct O){ __VA_ARGS__ };                                                 \
        }                                                                                          \
        (to) = (struct list){ rows_, (from).n };                                                   \
    } while (0)

static const char *tree(struct arena *mem, const struct scheme_why *why)
{
    return why ? why_json(mem, why) : NULL;
}

static int64_t some(int64_t place)
{
    return place > 0 ? place : NONE;
}

static void tell_places(struct arena *mem, const struct run_result *r, struct told_subject *o)
{
    TELL(mem, r->ranks, run_rank, o->ranks, told_rank, .code = a->ranking->code,
         .label = a->ranking->label, .set = a->set, .from = a->in.first, .until = a->in.last,
         .rank = some(a->rank), .of = a->of, .value_c = a->value_c, .barred = a->barred);
    TELL(mem, r->titles, run_title, o->titles, told_title, .code = a->title->code,
         .label = a->title->label, .ranking = a->title->ranking_->code, .from = a->in.first,
         .until = a->in.last, .rung = a->rung ? a->rung->code : NULL,
         .name = a->rung ? a->rung->label : NULL, .colour = a->rung ? a->rung->colour : NULL,
         .amount_c = a->rung ? a->rung->amount_c : NONE,
         .carries = a->rung ? a->rung->carries : (struct list){ 0 },
         .why_zh = a->rung ? NULL : a->why_zh, .why_en = a->rung ? NULL : a->why_en);
    TELL(mem, r->boards, eval_board, o->boards, told_board, .code = a->board->code,
         .label = a->board->label, .name = a->name, .why = a->why, .help = a->help,
         .mentor = a->mentor, .from = a->from, .until = a->until, .appeal_until = a->appeal_until,
         .upheld = a->upheld);
}

static void tell_subject(struct arena *mem, const struct run_result *r, struct told_subject *o)
{
    *o = (struct told_subject){ .id = r->id,
                                .label = r->label,
                                .class_ = r->class_,
                                .dividend_c = r->dividend_c,
                                .exchange = r->exchange };
    TELL(mem, r->numbers, run_number, o->numbers, told_number, .code = a->code, .zh = a->zh,
         .en = a->en, .unit = unit_names[a->unit], .tree = tree(mem, a->why), .from = a->in.first,
         .until = a->in.last, .value_c = a->value_c, .count = a->count);
    TELL(mem, r->rounds, run_round, o->rounds, told_round, .code = a->round->code,
         .label = a->round->label, .band = a->result.band ? a->result.band->label : NULL,
         .tree = tree(mem, a->result.why), .from = a->result.in.first, .until = a->result.in.last,
         .counted = a->result.counted, .excused = a->result.excused, .mark_c = a->result.mark_c,
         .points_c = a->result.points_c, .from_first = some(a->result.from_first),
         .from_last = some(a->result.from_last));
    TELL(mem, r->pays, run_pay, o->pays, told_pay, .payment = a->payment->code, .code = a->code,
         .label = a->label, .why_zh = a->why_zh, .why_en = a->why_en, .from = a->in.first,
         .until = a->in.last, .before_c = a->before_c, .after_c = a->after_c);
    TELL(mem, r->balances, run_balance, o->balances, told_balance, .code = a->balance->code,
         .label = a->balance->label, .value_c = a->value_c);
    TELL(mem, r->redeemed, eval_redemption, o->redeemed, told_redemption,
         .service = a->spent->service, .why_zh = a->why_zh, .why_en = a->why_en, .on = a->spent->on,
         .points_c = a->points_c, .yuan_c = a->yuan_c);
    tell_places(mem, r, o);
}

struct told_subject *tool_subject(struct arena *mem, const struct run_result *r)
{
    struct told_subject *o = arena_new(mem, struct told_subject);
    tell_subject(mem, r, o);
    return o;
}

/* ---- the village ---- */

struct told_source {
    const char *label;
    int64_t has_c, used_c;
};
static const struct field told_source_fields[] = {
    F(told_source, label, K_TEXT, 0, 0, 0, "Where the money comes from. 经费来源"),
    F_AS(told_source, has_c, "has", K_POINTS, 0, 0, 0, "Yuan of the year."),
    F_AS(told_source, used_c, "used", K_POINTS, 0, 0, 0, "Yuan paid from it."),
    { 0 }
};
static RECORD(told_source);

struct told_spend {
    const char *state;
    int64_t id, on, asked_c, paid_c, paid_on;
};
static const char *const spend_states[] = { "later", "paid", "scaled", "queued", "refused", NULL };
static const struct field told_spend_fields[] = {
    F(told_spend, id, K_ID, 0, 0, 0, "The subject."),
    F(told_spend, on, K_DATE, 0, 0, 0, "The day."),
    F_AS(told_spend, asked_c, "asked", K_POINTS, 0, 0, 0, "Yuan asked for."),
    F_AS(told_spend, paid_c, "paid", K_POINTS, 0, 0, 0, "Yuan paid."),
    F(told_spend, paid_on, K_DATE, OPT, 0, 0, "The day it was paid; null: not."),
    F_ENUM(told_spend, state, 0, spend_states,
           "paid, scaled, queued, refused, or later than the year."),
    { 0 }
};
static RECORD(told_spend);

static const struct field dividend_share_fields[] = {
    F(dividend_share, id, K_ID, 0, 0, 0, "The subject."),
    F_AS(dividend_share, shares_c, "shares", K_POINTS, 0, 0, 0, "Shares. 股份"),
    F_AS(dividend_share, points_c, "points", K_POINTS, 0, 0, 0, "Points. 积分"),
    F_AS(dividend_share, amount_c, "amount", K_POINTS, 0, 0, 0, "Yuan. 分红"),
    { 0 }
};
static RECORD(dividend_share);

struct told_wish {
    const char *service;
    int64_t id, on, place, served;
};
static const struct field told_wish_fields[] = {
    F(told_wish, service, K_TEXT, 0, 0, 0, "The service. 服务"),
    F(told_wish, id, K_ID, 0, 0, 0, "The subject."),
    F(told_wish, on, K_DATE, 0, 0, 0, "The day it was asked for."),
    F(told_wish, place, K_INT, 0, 0, 0, "From 1, within the service and its period."),
    F(told_wish, served, K_BOOL, 0, 0, 0, "There is a place left. 名额"),
    { 0 }
};
static RECORD(told_wish);

struct told_village {
    int64_t ceiling_c, funded_c, paid_c, queued_c, refused_c;
    struct list sources, spends, services, dividend;
};
static const struct field told_village_fields[] = {
    F_AS(told_village, ceiling_c, "ceiling", K_POINTS, OPT, 0, 0,
         "The year's ceiling in yuan; null: no budget. 经费上限"),
    F_AS(told_village, funded_c, "funded", K_POINTS, OPT, 0, 0, "What the sources give."),
    F_AS(told_village, paid_c, "paid", K_POINTS, OPT, 0, 0, "Paid within the year."),
    F_AS(told_village, queued_c, "queued", K_POINTS, OPT, 0, 0, "Waiting for the next year."),
    F_AS(told_village, refused_c, "refused", K_POINTS, OPT, 0, 0,
         "Not paid: the budget was spent."),
    F_SUB(told_village, sources, K_LIST, 0, 0, 0, told_source_record,
          "Where the money comes from."),
    F_SUB(told_village, spends, K_LIST, 0, 0, 0, told_spend_record,
          "What was asked, by day, and what became of it."),
    F_SUB(told_village, services, K_LIST, 0, 0, 0, told_wish_record,
          "Who gets the places of services."),
    F_SUB(told_village, dividend, K_LIST, 0, 0, 0, dividend_share_record,
          "The dividend by subject. 分红"),
    { 0 }
};
static RECORD(told_village);

static struct told_village *tell_village(struct arena *mem, const struct run_village *v)
{
    struct told_village *o = arena_new(mem, struct told_village);
    *o = (struct told_village){ NONE, NONE, NONE, NONE, NONE, { 0 }, { 0 }, { 0 }, v->dividend };
    TELL(mem, v->services, service_wish, o->services, told_wish, a->service->label, a->id, a->on,
         a->place, a->served);
    if (v->budget) {
        o->ceiling_c = v->budget->ceiling_c;
        o->funded_c = v->budget->funded_c;
        TELL(mem, v->budget->sources, eval_pay, o->sources, told_source, a->label, a->after_c, 0);
    }
    if (!v->spending) return o;
    o->paid_c = v->spending->paid_c;
    o->queued_c = v->spending->queued_c;
    o->refused_c = v->spending->refused_c;
    TELL(mem, v->spending->sources, eval_source, o->sources, told_source, a->source->label,
         a->has_c, a->used_c);
    TELL(mem, v->spends, spend, o->spends, told_spend, spend_states[a->state], a->id, a->on,
         a->asked_c, a->paid_c, a->paid_on);
    return o;
}

/* ---- the answer ---- */

static const struct field told_problem_fields[] = {
    F(told_problem, field, K_TEXT, OPT, 0, 0,
      "What is at fault: period, subject, item, quantity …"),
    F(told_problem, zh, K_TEXT, 0, 0, 0, "What is wrong and what to do, Chinese."),
    F(told_problem, en, K_TEXT, 0, 0, 0, "The same in English."),
    { 0 }
};
static RECORD(told_problem);

struct told_problem *tool_problem(struct arena *mem, const struct err *e)
{
    struct told_problem *p = arena_new(mem, struct told_problem);
    *p = (struct told_problem){ e->field, err_text(e, LANG_ZH), err_text(e, LANG_EN) };
    return p;
}

static const struct field explained_fields[] = {
    F(explained, ok, K_BOOL, 0, 0, 0, "Scheme and facts have no errors and the results are here."),
    F_SUB(explained, findings, K_LIST, 0, 0, 0, finding_out_record, "Findings in the scheme."),
    F_SUB(explained, facts_findings, K_LIST, 0, 0, 0, finding_out_record, "Findings in the facts."),
    F_SUB(explained, problem, K_OBJECT, OPT, 0, 0, told_problem_record,
          "Why the facts could not be worked out by this scheme."),
    F(explained, from, K_DATE, OPT, 0, 0, "First day of the period."),
    F(explained, until, K_DATE, OPT, 0, 0, "Last day of the period."),
    F_SUB(explained, subjects, K_LIST, 0, 0, 0, told_subject_record,
          "Results of each subject in the order of the facts, or of the one asked for."),
    F_SUB(explained, village, K_OBJECT, OPT, 0, 0, told_village_record,
          "Budget and dividend; when all subjects are asked for."),
    { 0 }
};
RECORD(explained);

static const struct err *explain(struct arena *mem, const struct scheme *s,
                                 const struct scheme_facts *facts, const char *period,
                                 int64_t subject, struct explained *out)
{
    struct fact_list list = fact_list_of(facts);
    struct told_subject *rows = arena_array(mem, struct told_subject, facts->subjects.n + 1);
    struct scheme_run *run;
    struct run_result r;
    struct run_village v;
    enum period per;
    struct span in;
    if (!period_parse(period, &per, &in))
        return err_say(mem, ERR_INVALID, "period", "时段要写成 2026、2026-Q1、2026-03 这样。",
                       "a period is written 2026, 2026-Q1 or 2026-03");
    out->from = in.first;
    out->until = in.last;
    TRY(run_open(mem, s, &list.source, in, &run));
    out->subjects.items = rows;
    if (subject != NONE) {
        TRY(run_find(run, mem, subject, true, &r));
        tell_subject(mem, &r, &rows[out->subjects.n++]);
        return NULL;
    }
    for (size_t i = 0; i < facts->subjects.n; i++) {
        TRY(run_result(run, mem, &LIST_AT(facts->subjects, struct fact_subject, i), true, &r));
        tell_subject(mem, &r, &rows[out->subjects.n++]);
    }
    TRY(run_village(run, mem, &v));
    out->village = tell_village(mem, &v);
    return NULL;
}

struct explained *tool_explain(struct arena *mem, const struct scheme *s,
                               const struct scheme_finding *found, const struct scheme_facts *facts,
                               const struct scheme_finding *facts_found, const char *period,
                               int64_t subject)
{
    struct explained *out = arena_new(mem, struct explained);
    *out = (struct explained){ .findings = tool_findings(mem, found),
                               .facts_findings = tool_findings(mem, facts_found),
                               .from = NONE,
                               .until = NONE };
    if (!s || !facts) return out;
    const struct err *e = explain(mem, s, facts, period, subject, out);
    if (e) {
        out->problem = tool_problem(mem, e);
        out->subjects = (struct list){ 0 };
        out->village = NULL;
    }
    out->ok = !e;
    return out;
}

/* ---- one deed ---- */

static const struct field awarded_fields[] = {
    F(awarded, ok, K_BOOL, 0, 0, 0,
      "It could be worked out; 0.00 points when a limit is reached or a fault only warns."),
    F_SUB(awarded, findings, K_LIST, 0, 0, 0, finding_out_record, "Findings in the scheme."),
    F_SUB(awarded, facts_findings, K_LIST, 0, 0, 0, finding_out_record, "Findings in the deed."),
    F_SUB(awarded, problem, K_OBJECT, OPT, 0, 0, told_problem_record,
          "What is missing or wrong about the deed."),
    F_AS(awarded, points_c, "points", K_POINTS, OPT, 0, 0,
         "What it is worth beside the earlier ones. 得分"),
    F(awarded, zh, K_TEXT, OPT, 0, 0, "How it came about in a sentence, Chinese."),
    F(awarded, en, K_TEXT, OPT, 0, 0, "The same in English."),
    F(awarded, tree, K_JSON, OPT, 0, 0, "How it came about: {op, zh, en, points, from: […]}."),
    { 0 }
};
RECORD(awarded);

/* Beside the earlier deeds, exactly as a run counts them. */
static const struct err *award(struct arena *mem, const struct scheme *s,
                               const struct fact_award *f, struct awarded *out)
{
    struct eval e = { .mem = mem, .s = s, .explain = true };
    struct list deeds = { arena_array(mem, struct fact_deed, f->earlier.n + 1), f->earlier.n + 1 },
                worth;
    for (size_t i = 0; i < f->earlier.n; i++)
        LIST_AT(deeds, struct fact_deed, i) = LIST_AT(f->earlier, struct fact_deed, i);
    const struct fact_deed *asked = &LIST_AT(deeds, struct fact_deed, f->earlier.n);
    LIST_AT(deeds, struct fact_deed, f->earlier.n) = *f->deed;
    TRY(eval_deeds(&e, scheme_class_pick(s, f->class_, &f->tags), &deeds, &worth));
    for (size_t i = 0; i < worth.n; i++) {
        const struct eval_deed *d = &LIST_AT(worth, struct eval_deed, i);
        if (d->deed != asked) continue;
        out->points_c = d->points_c;
        out->zh = d->why->zh;
        out->en = d->why->en;
        out->tree = tree(mem, d->why);
    }
    return NULL;
}

struct awarded *tool_award(struct arena *mem, const struct scheme *s,
                           const struct scheme_finding *found, const struct fact_award *f,
                           const struct scheme_finding *facts_found)
{
    struct awarded *out = arena_new(mem, struct awarded);
    *out = (struct awarded){ .findings = tool_findings(mem, found),
                             .facts_findings = tool_findings(mem, facts_found),
                             .points_c = NONE };
    if (!s || !f) return out;
    const struct err *e = award(mem, s, f, out);
    if (e) out->problem = tool_problem(mem, e);
    out->ok = !e;
    return out;
}

/* Trying a draft on a village's past. A page is found by computing all again from the same text: a
 * cursor is the change and id of the last row shown, so that nothing is kept and nothing can be
 * stale. */
#include <string.h>

#include "access/access.h"
#include "http/command.h"
#include "kernel/limits.h"
#include "kernel/text.h"
#include "scheme/scheme_tool.h"
#include "trial/trial_explain.h"
#include "trial/trial_simulated.h"

static const char *const shows[] = { "all", "gain", "lose", "same", "titles", NULL };
struct simulate_in {
    int64_t village, from, to;
    const char *period, *show, *q, *class_, *group;
    struct bytes body;
    PAGE_MEMBERS;
};
#define QUESTION_FIELDS                                                                            \
    F(simulate_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),                      \
        F(simulate_in, period, K_TEXT, IN_QUERY | OPT, 1, 16,                                      \
          "2026, 2026-H1, 2026-Q3, 2026-08, 2026-W47 or a day; this year if absent. 期间"),        \
        F(simulate_in, from, K_DATE, IN_QUERY | OPT, 0, 0,                                         \
          "First day, instead of the period's. 起"),                                               \
        F(simulate_in, to, K_DATE, IN_QUERY | OPT, 0, 0, "Last day, instead of the period's. 止"), \
        F(simulate_in, body, K_BYTES, IN_RAW, 0, 0, "The draft's YAML text. 草案原文")
static const struct field simulate_in_fields[] = {
    QUESTION_FIELDS,
    F_ENUM(simulate_in, show, IN_QUERY | OPT, shows,
           "Which subjects: all, gain 增加, lose 减少, same 不变, titles 称号有变."),
    F(simulate_in, q, K_TEXT, IN_QUERY | OPT, 1, 60,
      "Part of a name; a full name finds its masked form. 姓名"),
    F_AS(simulate_in, class_, "class", K_TEXT, IN_QUERY | OPT, 1, 32,
         "Only this class: household, resident …"),
    F(simulate_in, group, K_TEXT, IN_QUERY | OPT, 1, 60, "Only this village group. 村民小组"),
    PAGE_FIELDS(simulate_in),
    { 0 }
};
static const struct field simulate_export_fields[] = { QUESTION_FIELDS, { 0 } };
static RECORD(simulate_in);
static const struct record simulate_export_record = { "simulate_export", sizeof(struct simulate_in),
                                                      simulate_export_fields };

/* The period, or the days that replace an end of it; this year if nothing is said. */
static const struct err *trial_span(struct req *r, const char *period, int64_t from, int64_t to,
                                    struct span *out)
{
    enum period per = PERIOD_YEAR;
    *out = period_span(PERIOD_YEAR, to != NONE ? to : r->today);
    bool good = !period || (period_parse(period, &per, out) && per != PERIOD_LIFE);
    if (from != NONE) out->first = from;
    if (to != NONE) out->last = to;
    if (good && out->first <= out->last) return NULL;
    struct err *e = fail(r, ERR_INVALID, good ? "from" : "period");
    err_finding(r->mem, e, e->field,
                good ? "开始日期晚于结束日期。" : "期间要写成 2026、2026-Q3、2026-08 这样。",
                good ? "The first day is after the last."
                     : "A period is written 2026, 2026-Q3 or 2026-08.");
    return e;
}

static const struct err *simulate(struct req *r, struct simulation **out)
{
    const struct simulate_in *in = r->in;
    struct span span;
    TRY(access_require(r, PERM_LEDGER_READ, in->village));
    TRY(trial_span(r, in->period, in->from, in->to, &span));
    return trial_simulate(r, in->village, in->body.p, in->body.n, span, out);
}

/* ---- which rows ---- */

static bool title_changes(const struct simulation *sim, const struct sim_row *row)
{
    for (size_t i = 0; i < sim->titles.n; i++)
        if (LIST_AT(sim->titles, struct sim_title, i).row == row) return true;
    return false;
}

static bool wanted(const struct simulation *sim, const struct simulate_in *in, const char *masked,
                   const struct sim_row *row)
{
    if (text_equal(in->show, "gain") && row->change_c <= 0) return false;
    if (text_equal(in->show, "lose") && row->change_c >= 0) return false;
    if (text_equal(in->show, "same") && row->change_c != 0) return false;
    if (text_equal(in->show, "titles") && !title_changes(sim, row)) return false;
    if (in->class_ && !text_equal(in->class_, row->class_)) return false;
    if (in->group && !text_equal(in->group, row->group)) return false;
    return !in->q || (row->label && (strstr(row->label, in->q) || strstr(row->label, masked)));
}

/* Is a row behind the last one shown, in this order? */
static bool behind(const struct sim_row *row, int64_t change_c, int64_t id, bool losses)
{
    if (row->change_c != change_c)
        return losses ? row->change_c > change_c : row->change_c < change_c;
    return losses ? row->id < id : row->id > id;
}

static const struct err *page_of(struct req *r, const struct simulation *sim, struct simulated *out)
{
    const struct simulate_in *in = r->in;
    int64_t change_c, id, limit = in->limit == NONE ? LIMIT_PAGE_DEFAULT : in->limit;
    const char *text, *masked = in->q ? text_mask_name(r->mem, in->q) : NULL;
    bool losses = text_equal(in->show, "lose");
    const struct sim_row *last = NULL;
    TRY(page_after(r, in->after, &change_c, &id, &text));
    struct simulated_row *rows = arena_array(r->mem, struct simulated_row, (size_t)limit);
    out->rows.items = rows;
    out->total = 0;
    for (size_t i = 0; i < sim->rows.n; i++) {
        const struct sim_row *row =
            &LIST_AT(sim->rows, struct sim_row, losses ? sim->rows.n - 1 - i : i);
        if (!wanted(sim, in, masked, row)) continue;
        out->total++;
        if (in->after && !behind(row, change_c, id, losses)) continue;
        if (out->rows.n < (size_t)limit)
            rows[out->rows.n++] = simulated_row_of(r->mem, sim, last = row);
        else if (!out->next) out->next = page_cursor(r, last->change_c, last->id, NULL);
    }
    return NULL;
}

static const struct err *post_simulate(struct req *r)
{
    struct simulation *sim;
    TRY(simulate(r, &sim));
    struct simulated *out = simulated_of(r, sim);
    TRY(page_of(r, sim, out));
    r->out = out;
    return NULL;
}

/* ---- one subject of it ---- */

struct simulate_one_in {
    int64_t village, subject, from, to;
    const char *period;
    struct bytes body;
};
static const struct field simulate_one_in_fields[] = {
    F(simulate_one_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(simulate_one_in, subject, K_ID, IN_PATH, 0, 0, "Id of a row of the trial."),
    F(simulate_one_in, period, K_TEXT, IN_QUERY | OPT, 1, 16, "As for the trial. 期间"),
    F(simulate_one_in, from, K_DATE, IN_QUERY | OPT, 0, 0, "As for the trial. 起"),
    F(simulate_one_in, to, K_DATE, IN_QUERY | OPT, 0, 0, "As for the trial. 止"),
    F(simulate_one_in, body, K_BYTES, IN_RAW, 0, 0, "The draft's YAML text. 草案原文"),
    { 0 }
};
static RECORD(simulate_one_in);

struct simulated_one {
    int64_t from, to;
    struct told_subject *now, *draft;
};
static const struct field simulated_one_fields[] = {
    F(simulated_one, from, K_DATE, 0, 0, 0, "First day of the span."),
    F(simulated_one, to, K_DATE, 0, 0, 0, "Last day."),
    F_SUB(simulated_one, now, K_OBJECT, 0, 0, 0, told_subject_record,
          "By the present scheme, with trees. 现行"),
    F_SUB(simulated_one, draft, K_OBJECT, 0, 0, 0, told_subject_record,
          "By the draft, with trees. 草案"),
    { 0 }
};
static RECORD(simulated_one);

static const struct err *post_one(struct req *r)
{
    const struct simulate_one_in *in = r->in;
    struct simulated_one *out = arena_new(r->mem, struct simulated_one);
    struct run_result both[SIM_SIDES];
    struct span span;
    TRY(access_require(r, PERM_LEDGER_READ, in->village));
    TRY(trial_span(r, in->period, in->from, in->to, &span));
    TRY(trial_simulate_one(r, in->village, in->body.p, in->body.n, span, in->subject, both));
    *out = (struct simulated_one){ span.first, span.last, tool_subject(r->mem, &both[SIM_NOW]),
                                   tool_subject(r->mem, &both[SIM_DRAFT]) };
    r->out = out;
    return NULL;
}

static const struct err *post_export(struct req *r)
{
    struct simulation *sim;
    TRY(simulate(r, &sim));
    struct buf b = buf_in(r->mem, LIMIT_REPLY_BYTES);
    trial_csv(sim, r->lang, &b);
    if (b.over) return fail(r, ERR_TOO_LARGE, NULL);
    http_send_file(r, "text/csv; charset=utf-8", "simulation.csv", b.p, b.n);
    return NULL;
}

/* ---- a real subject ---- */

struct explain_in {
    int64_t village, subject, from, to;
    const char *kind, *period;
};
static const struct field explain_in_fields[] = {
    F(explain_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F_ENUM(explain_in, kind, IN_PATH, subject_kinds, "resident, household or organisation."),
    F(explain_in, subject, K_ID, IN_PATH, 0, 0, "Whose."),
    F(explain_in, period, K_TEXT, IN_QUERY | OPT, 1, 16,
      "2026, 2026-H1, 2026-Q3, 2026-08, 2026-W47 or a day; this year if absent. 期间"),
    F(explain_in, from, K_DATE, IN_QUERY | OPT, 0, 0, "First day, instead of the period's. 起"),
    F(explain_in, to, K_DATE, IN_QUERY | OPT, 0, 0, "Last day, instead of the period's. 止"),
    { 0 }
};
static RECORD(explain_in);

static const struct err *get_explain(struct req *r)
{
    const struct explain_in *in = r->in;
    struct explained_real *out;
    struct subject *who;
    struct span span;
    TRY(people_subject(r, in->village, in->kind, in->subject, &who));
    TRY(access_require_at(r, PERM_PASSBOOK_READ, in->village, who->grid, who->household));
    TRY(trial_span(r, in->period, in->from, in->to, &span));
    TRY(trial_explain(r, who, span, &out));
    r->out = out;
    return NULL;
}

static const enum err_code explain_errors[] = { ERR_NOT_FOUND, ERR_NO_SCHEME, ERR_NONE };
static const enum err_code simulate_errors[] = { ERR_NOT_FOUND, ERR_SCHEME, ERR_NO_SCHEME,
                                                 ERR_NONE };
static const enum err_code export_errors[] = { ERR_NOT_FOUND, ERR_SCHEME, ERR_NO_SCHEME,
                                               ERR_TOO_LARGE, ERR_NONE };

static const struct route trial_routes[] = {
    { "POST", "/villages/{village}/simulations", PERM_LEDGER_READ, TX_READ, &simulate_in_record,
      &simulated_record, post_simulate, simulate_errors, ROUTE_RAW | ROUTE_QUIET, "text/yaml", NULL,
      "Try a draft on the village's real past: who gains and loses, titles, cost, spread. Nothing "
      "is kept." },
    { "POST", "/villages/{village}/simulations/export", PERM_LEDGER_READ, TX_READ,
      &simulate_export_record, NULL, post_export, export_errors,
      ROUTE_RAW | ROUTE_QUIET | ROUTE_FILE, "text/yaml", "text/csv",
      "All subjects of a trial as CSV." },
    { "POST", "/villages/{village}/simulations/subjects/{subject}", PERM_LEDGER_READ, TX_READ,
      &simulate_one_in_record, &simulated_one_record, post_one, simulate_errors,
      ROUTE_RAW | ROUTE_QUIET, "text/yaml", NULL,
      "One subject of a trial by both schemes, with trees: why it gains or loses." },
    { "GET", "/villages/{village}/explain/{kind}/{subject}", PERM_PASSBOOK_READ, TX_READ,
      &explain_in_record, &explained_real_record, get_explain, explain_errors, 0, NULL, NULL,
      "How a real subject came to its points, places and titles, deed by deed, beside what the "
      "books hold." },
    { 0 }
};

extern const struct command trial_commands[];
const struct slice trial_slice = { .name = "trial",
                                   .routes = trial_routes,
                                   .commands = trial_commands };

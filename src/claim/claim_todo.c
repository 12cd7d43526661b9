/* What waits for me, and many at once. */
#include "claim/claim.h"

#include "claim/claim_rows.h"
#include "kernel/text.h"

/* ---- to-do ---- */
struct todo_row {
    const char *step, *label;
    int64_t count, overdue, oldest_due, village;
};
static const struct field todo_row_fields[] = {
    F(todo_row, step, K_TEXT, 0, 0, 0,
      "check, publish, approve, record, objection, correct, publicity."),
    F(todo_row, label, K_TEXT, 0, 0, 0, "The step in words. 环节"),
    F(todo_row, count, K_INT, 0, 0, 0, "How many wait for me. 件数"),
    F(todo_row, overdue, K_INT, 0, 0, 0, "Of these past their date. 已超期"),
    F(todo_row, oldest_due, K_DATE, OPT, 0, 0, "The earliest date. 最早期限"),
    F(todo_row, village, K_REGION, OPT, 0, 0, "When all are of one village: which."),
    { 0 }
};
static RECORD(todo_row);
struct todo {
    int64_t total;
    struct list rows;
};
static const struct field todo_fields[] = { F(todo, total, K_INT, 0, 0, 0,
                                              "All that I can act on now."),
                                            F_SUB(todo, rows, K_LIST, 0, 0, 0, todo_row_record,
                                                  "By step; steps with nothing are left out."),
                                            { 0 } };
RECORD(todo);

struct count {
    int64_t count, overdue, oldest_due, first, last;
};
static const struct field count_fields[] = {
    F(count, count, K_INT, 0, 0, 0, ""),       F(count, overdue, K_INT, 0, 0, 0, ""),
    F(count, oldest_due, K_DATE, 0, 0, 0, ""), F(count, first, K_INT, 0, 0, 0, ""),
    F(count, last, K_INT, 0, 0, 0, ""),        { 0 }
};
static RECORD(count);

/* Villages lo..hi, and of them only this grid and below ("" all). */
struct scope {
    int64_t lo, hi;
    const char *grid;
};

static struct scope scope_of(const struct grant *g)
{
    struct scope s = { .grid = g->scope == GRANT_GRID ? g->grid : "" };
    access_span(g->region, &s.lo, &s.hi);
    return s;
}

static bool inside(const struct scope *a, const struct scope *b)
{
    return a->lo >= b->lo && a->hi <= b->hi && (!*b->grid || access_grid_covers(b->grid, a->grid));
}

/* The actor's scopes for a permission, none inside another. */
static struct list scopes(struct req *r, enum perm p)
{
    struct scope *all = arena_array(r->mem, struct scope, (size_t)r->who->grants_n + 1);
    size_t n = 0;
    for (int i = 0; i < r->who->grants_n; i++) {
        const struct grant *g = &r->who->grants[i];
        if (g->scope == GRANT_HOUSEHOLD || !access_grant_holds(g, p)) continue;
        struct scope s = scope_of(g);
        size_t kept = 0;
        bool known = false;
        for (size_t k = 0; k < n; k++) known = known || inside(&s, &all[k]);
        if (known) continue;
        for (size_t k = 0; k < n; k++)
            if (!inside(&all[k], &s)) all[kept++] = all[k];
        all[kept++] = s;
        n = kept;
    }
    return (struct list){ all, n };
}

struct todo_step {
    const char *step, *zh, *en;
    enum claim_action act;
    enum claim_state state;
};
static const struct todo_step todo_steps[] = {
    { "check", "待初审", "To check", ACT_CHECK, CLAIM_SUBMITTED },
    { "publish", "待公示", "To publish", ACT_PUBLISH, CLAIM_CHECKED },
    { "approve", "待审核", "To approve", ACT_APPROVE, CLAIM_PUBLISHED },
    { "record", "待录入", "To record", ACT_RECORD, CLAIM_APPROVED },
};

static void merge(struct todo_row *to, const struct count *c)
{
    if (!c->count) return;
    to->village =
        c->first == c->last && (to->count == 0 || to->village == c->first) ? c->first : NONE;
    to->count += c->count;
    to->overdue += c->overdue == NONE ? 0 : c->overdue;
    if (c->oldest_due != NONE && (to->oldest_due == NONE || c->oldest_due < to->oldest_due))
        to->oldest_due = c->oldest_due;
}

static const struct err *count_step(struct req *r, const struct todo_step *t, struct todo_row *row)
{
    const struct claim_move *m = claim_move_find(t->state, t->act);
    struct list where = scopes(r, m->perm);
    struct count *c;

    for (size_t i = 0; i < where.n; i++) {
        const struct scope *s = &LIST_AT(where, struct scope, i);
        TRY(db_one(
            r, &count_record, &c,
            "SELECT count(*) AS count, sum(CASE WHEN due_on < $6 THEN 1 ELSE 0 END) AS overdue,"
            " min(due_on) AS oldest_due, min(village) AS first, max(village) AS last FROM claim"
            " WHERE state = $1 AND village BETWEEN $2 AND $3"
            " AND ($4 = '' OR grid = $4 OR grid LIKE $4 || '.%')"
            " AND (household IS NULL OR household <> $5)"
            " AND ($7 = 0 OR (last_day < $6 AND claimed_by <> $8 AND (checked_by IS NULL OR "
            "checked_by <> $8)))",
            TEXT(claim_states[t->state]), I64(s->lo), I64(s->hi), TEXT(s->grid),
            I64(claim_home(r)), I64(r->today),
            I64(t->act == ACT_APPROVE), I64(claim_me(r))));
        merge(row, c);
    }
    return NULL;
}

static const struct err *count_objections(struct req *r, struct todo_row *row)
{
    struct list where = scopes(r, PERM_OBJECTION_DECIDE);

    for (size_t i = 0; i < where.n; i++) {
        const struct scope *s = &LIST_AT(where, struct scope, i);
        struct count c = { .oldest_due = NONE, .first = s->lo, .last = s->hi };
        int64_t filed;
        TRY(notice_waiting(r, s->lo, s->hi, r->who->household, &c.count, &filed));
        if (filed != NONE) c.oldest_due = workday_add(filed, CLAIM_APPROVE_DAYS);
        c.overdue = c.oldest_due != NONE && c.oldest_due < r->today; /* at least the oldest */
        merge(row, &c);
    }
    return NULL;
}

/* What I put forward myself: sent back to me, or still on the board. */
static const struct err *count_mine(struct req *r, enum claim_state state, struct todo_row *row)
{
    struct count *c;
    int64_t lo, hi;
    access_span(r->who->village == NONE ? 0 : r->who->village, &lo, &hi);
    TRY(db_one(r, &count_record, &c,
               "SELECT count(*) AS count, 0 AS overdue, min(last_day) AS oldest_due, min(village) "
               "AS first,"
               " max(village) AS last FROM claim WHERE state = $1 AND claimed_by = $2 AND village "
               "BETWEEN $3 AND $4",
               TEXT(claim_states[state]), I64(claim_me(r)), I64(lo), I64(hi)));
    merge(row, c);
    return NULL;
}

static struct todo_row *row_new(struct req *r, const char *step, const char *zh, const char *en)
{
    struct todo_row *row = arena_new(r->mem, struct todo_row);
    *row = (struct todo_row){
        .step = step, .label = r->lang == LANG_EN ? en : zh, .oldest_due = NONE, .village = NONE
    };
    return row;
}

const struct err *claim_todo(struct req *r)
{
    enum { STEPS = sizeof todo_steps / sizeof *todo_steps };
    struct todo *out = arena_new(r->mem, struct todo);
    struct todo_row *rows = arena_array(r->mem, struct todo_row, STEPS + 3);
    size_t n = 0;

    for (size_t i = 0; i < STEPS; i++) {
        struct todo_row *row = row_new(r, todo_steps[i].step, todo_steps[i].zh, todo_steps[i].en);
        TRY(count_step(r, &todo_steps[i], row));
        if (row->count) rows[n++] = *row;
    }
    struct todo_row *row = row_new(r, "objection", "待处理异议", "Objections to decide");
    TRY(count_objections(r, row));
    if (row->count) rows[n++] = *row;
    row = row_new(r, "correct", "待更正", "To correct");
    TRY(count_mine(r, CLAIM_RETURNED, row));
    if (row->count) rows[n++] = *row;
    for (size_t i = 0; i < n; i++) out->total += rows[i].count;
    /* For information: nothing to do but wait. */
    row = row_new(r, "publicity", "我的申报公示中", "Mine on the board");
    TRY(count_mine(r, CLAIM_PUBLISHED, row));
    if (row->count) rows[n++] = *row;
    out->rows = (struct list){ rows, n };
    r->out = out;
    return NULL;
}

/* ---- batch ---- */
static const char *const batch_actions[] = { "check",  "publish", "approve", "record",
                                             "return", "reject",  NULL };
struct batch_in {
    int64_t village;
    const char *action, *reason;
    struct list claims;
};
static const struct field batch_in_fields[] = {
    F(batch_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F_ENUM(batch_in, action, 0, batch_actions, "What to do with each."),
    F(batch_in, reason, K_TEXT, OPT, 2, 500, "Reason, for return and reject. 理由"),
    { .name = "claims",
      .kind = K_IDS,
      .at = offsetof(struct batch_in, claims),
      .min = 1,
      .max = CLAIM_BATCH,
      .doc = "Claim ids." },
    { 0 }
};
RECORD(batch_in);
struct batch_row {
    int64_t claim, ok;
    const char *state, *error, *detail;
};
static const struct field batch_row_fields[] = {
    F(batch_row, claim, K_ID, 0, 0, 0, "Claim id."),
    F(batch_row, ok, K_BOOL, 0, 0, 0, "Done."),
    F(batch_row, state, K_TEXT, OPT, 0, 0, "State afterwards."),
    F(batch_row, error, K_TEXT, OPT, 0, 0, "Problem type when it was not done."),
    F(batch_row, detail, K_TEXT, OPT, 0, 0, "Why it was not done."),
    { 0 }
};
static RECORD(batch_row);
struct batch_out {
    int64_t done, failed;
    struct list rows;
};
static const struct field batch_out_fields[] = {
    F(batch_out, done, K_INT, 0, 0, 0, "Rows done."),
    F(batch_out, failed, K_INT, 0, 0, 0, "Rows not done."),
    F_SUB(batch_out, rows, K_LIST, 0, 0, 0, batch_row_record, "In the order of the request."),
    { 0 }
};
RECORD(batch_out);

bool claim_row_error(const struct err *e)
{
    return err_info(e->code)->status < 500 && !e->cause;
}

const struct err *claim_batch(struct req *r)
{
    const struct batch_in *in = r->in;
    struct batch_out *out = arena_new(r->mem, struct batch_out);
    struct batch_row *rows = arena_array(r->mem, struct batch_row, in->claims.n);

    for (size_t i = 0; i < in->claims.n; i++) {
        struct batch_row *row = &rows[i];
        struct claim *c;
        row->claim = LIST_AT(in->claims, int64_t, i);
        TRY(db_exec(r, "SAVEPOINT claim_row"));
        const struct err *e = claim_do(r, (enum claim_action)text_place(claim_actions, in->action),
                                       &(struct claim_do){
                                           .village = in->village,
                                           .claim = row->claim,
                                           .version = NONE,
                                           .reason = in->reason,
                                           .deed_on = NONE,
                                           .chosen_c = NONE,
                                           .quantity_c = NONE,
                                           .reverse = NONE,
                                       },
                                       &c);
        if (e && !claim_row_error(e)) return e;
        if (e) {
            TRY(db_exec(r, "ROLLBACK TO SAVEPOINT claim_row"));
            row->error = err_info(e->code)->code;
            row->detail = e->findings ? (r->lang == LANG_EN ? e->findings->en : e->findings->zh)
                                      : err_text(e, r->lang);
            out->failed++;
        } else {
            row->ok = 1;
            row->state = c->state;
            out->done++;
        }
        TRY(db_exec(r, "RELEASE SAVEPOINT claim_row"));
    }
    r->audit_subject = NONE;
    out->rows = (struct list){ rows, in->claims.n };
    r->out = out;
    return NULL;
}

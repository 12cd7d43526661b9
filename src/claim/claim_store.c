/* Claims: the services behind HTTP, CLI, batches and demo. Each reads the claim, asks the table of
 * moves, and writes by compare-and-set on the version; the step row and every effect (notice,
 * posting) are in the same transaction. */
#include "claim/claim.h"

#include "claim/claim_rows.h"
#include "kernel/dec.h"
#include "kernel/id.h"
#include "kernel/json.h"
#include "kernel/text.h"

#define COLUMNS                                                                                    \
    "village, id, number, state, version, subject_kind, subject, subject_name, subject_masked,"    \
    " subject_public, class, household, grid, item, item_label, category, scheme_version, "        \
    "deed_on,"                                                                                     \
    " place, cause, evidence, level, difficulty, reverse, chosen, quantity, points, explain_zh,"   \
    " explain_en, tree, channel,"                                                                  \
    " claimant, reporter, claimed_by, claimed_by_name, checked_by, approved_by, decided_by_name,"  \
    " decided_on, notice, first_day, last_day, due_on, posting, reversal, penalty, false_claim,"   \
    " created_at, updated_at"

static const struct field claim_row_fields[] = {
    F(claim, village, K_REGION, 0, 0, 0, "Village code. 村代码"),
    F(claim, id, K_ID, 0, 0, 0, ""),
    F(claim, number, K_TEXT, 0, 0, 0, ""),
    F(claim, state, K_TEXT, 0, 0, 0, ""),
    F(claim, version, K_INT, 0, 0, 0, ""),
    F(claim, subject_kind, K_TEXT, 0, 0, 0, ""),
    F(claim, subject, K_ID, 0, 0, 0, ""),
    F(claim, subject_name, K_TEXT, 0, 0, 0, ""),
    F(claim, subject_masked, K_TEXT, 0, 0, 0, ""),
    F(claim, subject_public, K_TEXT, 0, 0, 0, ""),
    F_AS(claim, class_, "class", K_TEXT, 0, 0, 0, ""),
    F(claim, household, K_ID, 0, 0, 0, ""),
    F(claim, grid, K_TEXT, 0, 0, 0, ""),
    F(claim, item, K_TEXT, 0, 0, 0, ""),
    F(claim, item_label, K_TEXT, 0, 0, 0, ""),
    F(claim, category, K_TEXT, 0, 0, 0, ""),
    F(claim, scheme_version, K_INT, 0, 0, 0, ""),
    F(claim, deed_on, K_DATE, 0, 0, 0, ""),
    F(claim, place, K_TEXT, 0, 0, 0, ""),
    F(claim, cause, K_TEXT, 0, 0, 0, ""),
    F(claim, evidence, K_TEXT, 0, 0, 0, ""),
    F(claim, level, K_TEXT, 0, 0, 0, ""),
    F(claim, difficulty, K_TEXT, 0, 0, 0, ""),
    F(claim, reverse, K_INT, 0, 0, 0, ""),
    F_AS(claim, chosen_c, "chosen", K_POINTS, 0, 0, 0, ""),
    F_AS(claim, quantity_c, "quantity", K_POINTS, 0, 0, 0, ""),
    F_AS(claim, points_c, "points", K_POINTS, 0, 0, 0, ""),
    F(claim, explain_zh, K_TEXT, 0, 0, 0, ""),
    F(claim, explain_en, K_TEXT, 0, 0, 0, ""),
    F(claim, tree, K_TEXT, 0, 0, 0, ""),
    F(claim, channel, K_TEXT, 0, 0, 0, ""),
    F(claim, claimant, K_TEXT, 0, 0, 0, ""),
    F(claim, reporter, K_TEXT, 0, 0, 0, ""),
    F(claim, claimed_by, K_INT, 0, 0, 0, ""),
    F(claim, claimed_by_name, K_TEXT, 0, 0, 0, ""),
    F(claim, checked_by, K_INT, 0, 0, 0, ""),
    F(claim, approved_by, K_INT, 0, 0, 0, ""),
    F(claim, decided_by_name, K_TEXT, 0, 0, 0, ""),
    F(claim, decided_on, K_DATE, 0, 0, 0, ""),
    F(claim, notice, K_ID, 0, 0, 0, ""),
    F(claim, first_day, K_DATE, 0, 0, 0, ""),
    F(claim, last_day, K_DATE, 0, 0, 0, ""),
    F(claim, due_on, K_DATE, 0, 0, 0, ""),
    F(claim, posting, K_ID, 0, 0, 0, ""),
    F(claim, reversal, K_ID, 0, 0, 0, ""),
    F(claim, penalty, K_ID, 0, 0, 0, ""),
    F(claim, false_claim, K_INT, 0, 0, 0, ""),
    F(claim, created_at, K_INSTANT, 0, 0, 0, ""),
    F(claim, updated_at, K_INSTANT, 0, 0, 0, ""),
    { 0 }
};
const struct record claim_row_record = { "claim_row", sizeof(struct claim), claim_row_fields };

const struct err *claim_load(struct req *r, int64_t village, int64_t id, struct claim **out)
{
    return db_one(r, &claim_row_record, out,
                  "SELECT " COLUMNS " FROM claim WHERE village = $1 AND id = $2", I64(village),
                  I64(id));
}

const struct err *claim_by_number(struct req *r, int64_t village, const char *number,
                                  struct claim **out)
{
    return db_one(r, &claim_row_record, out,
                  "SELECT " COLUMNS " FROM claim WHERE village = $1 AND number = $2", I64(village),
                  TEXT(number));
}

int64_t claim_me(const struct req *r)
{
    return r->who ? r->who->account : 0;
}

int64_t claim_home(const struct req *r)
{
    return r->who->household != NONE ? r->who->household : 0;
}

bool claim_is_mine(const struct req *r, const struct claim *c)
{
    return c->claimed_by == claim_me(r) || access_own(r, c->household);
}

bool claim_is_visible(const struct req *r, const struct claim *c)
{
    return claim_is_mine(r, c) ||
           access_may_at(r, PERM_CLAIM_READ, c->village, c->grid, c->household);
}

/* ---- steps ---- */
static void change_text(struct json *j, const char *key, const char *a, const char *b)
{
    if (text_equal(a, b)) return;
    json_key(j, key);
    json_array(j);
    json_text(j, a);
    json_text(j, b);
    json_end(j);
}

static void change_points(struct json *j, const char *key, int64_t a, int64_t b)
{
    char from[DEC_SIZE], to[DEC_SIZE];
    if (a == b) return;
    change_text(j, key, a == NONE ? NULL : dec_format(a, from),
                b == NONE ? NULL : dec_format(b, to));
}

enum { CHANGES_MAX = 64 * 1024 };
/* {"points":["3.00","5.00"],…}: what this step made different. */
static const char *changes(struct req *r, const struct claim *a, const struct claim *b)
{
    struct buf buf = buf_in(r->mem, CHANGES_MAX);
    struct json j = json_to(&buf);
    char from[DATE_SIZE], to[DATE_SIZE];

    json_object(&j);
    if (a->deed_on != b->deed_on)
        change_text(&j, "deed_on", date_format(a->deed_on, from), date_format(b->deed_on, to));
    change_text(&j, "place", a->place, b->place);
    change_text(&j, "cause", a->cause, b->cause);
    change_text(&j, "evidence", a->evidence, b->evidence);
    change_text(&j, "level", a->level, b->level);
    change_text(&j, "difficulty", a->difficulty, b->difficulty);
    if (a->reverse != b->reverse)
        change_text(&j, "reverse", a->reverse ? "yes" : "no", b->reverse ? "yes" : "no");
    change_points(&j, "chosen", a->chosen_c, b->chosen_c);
    change_points(&j, "quantity", a->quantity_c, b->quantity_c);
    change_points(&j, "points", a->points_c, b->points_c);
    json_end(&j);
    return text_equal(buf.p, "{}") ? NULL : buf.p;
}

static const struct err *step(struct req *r, const struct claim *c, const char *action,
                              const char *from, const char *reason, const char *changed)
{
    if (c->posting != NONE || c->penalty != NONE) /* the points board has changed too */
        http_publish(r, arena_printf(r->mem, "village/%012lld/board", (long long)c->village));
    return db_exec(r,
                   "INSERT INTO claim_step (village, claim, seq, action, from_state, to_state,"
                   " by_account, by_name, at, reason, changes)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                   I64(c->village), I64(c->id), I64(c->version), TEXT(action), TEXT(from),
                   TEXT(c->state), I64(claim_me(r)),
                   TEXT(r->who && r->who->name ? r->who->name : "系统"), I64(r->now), TEXT(reason),
                   TEXT(changed));
}

/* ---- 1 申报 ---- */
static const struct err *who_claims(struct req *r, struct claim *c, const struct subject *s,
                                    const char *wanted)
{
    bool own = access_own(r, s->household);
    bool staff = access_may_at(r, PERM_CLAIM_PROXY, c->village, s->grid, s->household);

    c->claimant = wanted ? wanted : own ? "self" : "proxy";
    if (text_equal(c->claimant, "recorder"))
        return access_require_at(r, PERM_CLAIM_RECORD, c->village, s->grid, s->household);
    if (text_equal(c->claimant, "self")) {
        if (!own)
            return claim_bad(
                r, "claimant", "只能为本人或本户自行申报，为别人申报请选择代报。",
                "Only one's own household is claimed for as oneself; choose proxy for others.");
        return access_require_at(r, PERM_CLAIM_SELF, c->village, s->grid, s->household);
    }
    if (staff) return NULL;
    /* 也可由他人代为申报: any villager may speak for another of the same village. */
    if (r->who->village == c->village &&
        access_may_at(r, PERM_CLAIM_SELF, c->village, NULL, r->who->household))
        return NULL;
    return fail(r, ERR_FORBIDDEN, NULL);
}

static const struct err *number_next(struct req *r, struct claim *c)
{
    int64_t year = date_ymd(r->today).year, n;

    TRY(db_int(
        r, &n,
        "INSERT INTO claim_counter (village, year, last) VALUES ($1, $2, 1)"
        " ON CONFLICT (village, year) DO UPDATE SET last = claim_counter.last + 1 RETURNING last",
        I64(c->village), I64(year)));
    c->number = arena_printf(r->mem, "%lld-%06lld", (long long)year, (long long)n);
    return NULL;
}

static const struct err *insert(struct req *r, const struct claim *c)
{
    return db_exec(
        r,
        "INSERT INTO claim (village, id, number, state, version, subject_kind, subject,"
        " subject_name, subject_masked, subject_public, class, household, grid, item,"
        " item_label, category, scheme_version, deed_on, place, place_key, cause, evidence,"
        " level, chosen, quantity, points, explain_zh, explain_en, tree, channel, claimant,"
        " reporter, claimed_by, claimed_by_name, due_on, false_claim, created_at, updated_at,"
        " difficulty, reverse)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,"
        " $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34,"
        " $35, 0, $36, $36, $37, $38)",
        I64(c->village), I64(c->id), TEXT(c->number), TEXT(c->state), I64(c->version),
        TEXT(c->subject_kind), I64(c->subject), TEXT(c->subject_name), TEXT(c->subject_masked),
        TEXT(c->subject_public), TEXT(c->class_), I64(c->household), TEXT(c->grid), TEXT(c->item),
        TEXT(c->item_label), TEXT(c->category), I64(c->scheme_version), I64(c->deed_on),
        TEXT(c->place), TEXT(claim_place_key(r, c->place)), TEXT(c->cause), TEXT(c->evidence),
        TEXT(c->level), I64(c->chosen_c), I64(c->quantity_c), I64(c->points_c), TEXT(c->explain_zh),
        TEXT(c->explain_en), TEXT(c->tree), TEXT(c->channel), TEXT(c->claimant), TEXT(c->reporter),
        I64(c->claimed_by), TEXT(c->claimed_by_name), I64(c->due_on), I64(r->now),
        TEXT(c->difficulty), I64(c->reverse));
}

/* A deduction is not for neighbours to ask for. */
static const struct err *may_deduct(struct req *r, const struct claim *c)
{
    if (c->points_c >= 0 && !c->reverse) return NULL;
    if (access_may_at(r, PERM_CLAIM_PROXY, c->village, c->grid, NONE)) return NULL;
    return fail_say(r, ERR_FORBIDDEN, "item", "扣分事项由网格员或村干部登记。",
                    "Deductions are entered by grid workers or cadres.");
}

const struct err *claim_submit(struct req *r, const struct claim_new *n, struct claim **out)
{
    struct subject *s;
    struct claim *c = arena_new(r->mem, struct claim);

    record_blank(&claim_row_record, c);
    TRY(people_subject(r, n->village, n->subject_kind, n->subject, &s));
    c->village = n->village;
    TRY(who_claims(r, c, s, n->claimant));
    if (!s->active)
        return claim_bad(r, "subject", "该对象已迁出、注销或已故，不能申报。",
                         "They moved away, died or were dissolved.");
    c->id = id_new();
    c->state = claim_states[CLAIM_SUBMITTED];
    c->version = 1;
    c->subject_kind = n->subject_kind;
    c->subject = n->subject;
    c->subject_name = s->name;
    c->subject_masked = s->masked;
    c->subject_public = s->minor ? "未成年人" : s->masked; /* minors are never named in public */
    c->class_ = s->class_;
    c->household = s->household;
    c->grid = s->grid;
    c->item = n->item;
    c->deed_on = n->deed_on;
    c->place = n->place;
    c->cause = n->cause;
    c->evidence = n->evidence;
    c->level = n->level;
    c->difficulty = n->difficulty;
    c->reverse = n->reverse == 1;
    c->chosen_c = n->chosen_c;
    c->quantity_c = n->quantity_c;
    c->channel = n->channel;
    c->reporter = n->reporter;
    c->claimed_by = claim_me(r);
    c->claimed_by_name = r->who->name ? r->who->name : "系统";
    c->due_on = workday_add(r->today, CLAIM_CHECK_DAYS);
    c->false_claim = 0;
    c->created_at = c->updated_at = r->now;
    TRY(claim_check_day(r, c->deed_on));
    TRY(claim_class(r, c));
    TRY(claim_value(r, c, false));
    TRY(may_deduct(r, c));
    TRY(claim_twice(r, c));
    TRY(number_next(r, c));
    TRY(insert(r, c));
    TRY(step(r, c, "submit", NULL, NULL, NULL));
    r->audit_subject = c->id;
    *out = c;
    return NULL;
}

/* ---- who may do what now ---- */
const struct err *claim_may(struct req *r, enum claim_action act, const struct claim *c)
{
    enum claim_state s = claim_state_of(c->state);
    const struct claim_move *m = claim_move_find(s, act);

    /* For the last three the notice has checked who asks. */
    bool by_notice = act >= ACT_OBJECT;
    if (!by_notice && !claim_is_visible(r, c)) return fail(r, ERR_FORBIDDEN, NULL);
    if (!m)
        return s == CLAIM_REJECTED || s == CLAIM_WITHDRAWN || s == CLAIM_REVERSED
                   ? fail(r, ERR_CLAIM_CLOSED, NULL)
                   : fail(r, ERR_STATE, NULL);
    if (m->perm != PERM_UNSET && m->perm != PERM_SELF)
        TRY(access_require_at(r, m->perm, c->village, c->grid, c->household));
    if ((m->rules & ONLY_CLAIMANT) && !claim_is_mine(r, c)) return fail(r, ERR_FORBIDDEN, NULL);
    if (m->rules & NOT_OWN) TRY(access_not_own(r, c->household));
    /* Whoever claims for himself is caught by the household; an operator without one is not exempt.
     */
    if ((m->rules & NOT_CLAIMED) && c->claimed_by == claim_me(r))
        return fail_say(r, ERR_CONFLICT_OF_INTEREST, NULL,
                        "这条由您申报或代报，须由他人办理（回避）。",
                        "You put this claim forward; somebody else must decide it.");
    if ((m->rules & NOT_CHECKED) && c->checked_by == claim_me(r))
        return fail_say(r, ERR_CONFLICT_OF_INTEREST, NULL, "这条由您初审，须由他人办理（回避）。",
                        "You checked this claim; somebody else must decide it.");
    return NULL;
}

/* ---- the acts ---- */
static void amend(struct claim *c, const struct claim_do *in)
{
    if (in->deed_on != NONE) c->deed_on = in->deed_on;
    if (in->place) c->place = in->place;
    if (in->cause) c->cause = in->cause;
    if (in->evidence) c->evidence = in->evidence;
    if (in->level) c->level = in->level;
    if (in->difficulty) c->difficulty = in->difficulty;
    /* What was picked for the one is no pick for the other. */
    if (in->reverse != NONE && in->reverse != c->reverse) c->chosen_c = NONE;
    if (in->reverse != NONE) c->reverse = in->reverse;
    if (in->chosen_c != NONE) c->chosen_c = in->chosen_c;
    if (in->quantity_c != NONE) c->quantity_c = in->quantity_c;
}

static const struct err *act_submit(struct req *r, struct claim *c, const struct claim_do *in)
{
    amend(c, in);
    TRY(claim_check_day(r, c->deed_on));
    TRY(claim_value(r, c, false));
    TRY(may_deduct(r, c));
    c->checked_by = NONE;
    c->due_on = workday_add(r->today, CLAIM_CHECK_DAYS);
    return claim_twice(r, c);
}

static const struct err *act_check(struct req *r, struct claim *c, const struct claim_do *in)
{
    amend(c, in);
    /* Only a day the checker changes is measured against today: waiting must not kill a claim. */
    if (in->deed_on != NONE) TRY(claim_check_day(r, c->deed_on));
    TRY(claim_value(r, c, true));
    TRY(claim_needs_evidence(r, c));
    TRY(claim_twice(r, c));
    c->checked_by = claim_me(r);
    c->due_on = workday_add(r->today, CLAIM_PUBLISH_DAYS);
    return NULL;
}

static const struct err *act_publish(struct req *r, struct claim *c, const struct claim_do *in)
{
    const struct scheme *s;
    char points[DEC_SIZE], day[DATE_ZH_SIZE];

    TRY(scheme_in_force(r, c->village, c->deed_on, &s));
    c->first_day = r->today;
    c->last_day = notice_last_day(r->today, s->publicity_days, s->publicity_workdays);
    c->due_on = workday_add(c->last_day, CLAIM_APPROVE_DAYS);
    const char *text = claim_public_text(r->mem, in->public_text ? in->public_text : c->cause,
                                         c->subject_name, c->subject_public);
    const char *place = claim_public_text(r->mem, c->place, c->subject_name, c->subject_public);
    const char *title =
        arena_printf(r->mem, c->points_c ? "%s · %s · %s分" : "%s · %s · 提醒，不扣分",
                     c->subject_public, c->item_label, dec_human(c->points_c, points));
    const char *body = arena_printf(r->mem, "%s，%s：%s", date_zh(c->deed_on, day), place, text);
    return notice_publish(r,
                          &(struct notice_new){
                              .village = c->village,
                              .about_kind = "claim",
                              .about = c->id,
                              .title = title,
                              .body = body,
                              .household = c->household,
                              .first = c->first_day,
                              .last = c->last_day,
                          },
                          &c->notice);
}

static void decided(struct req *r, struct claim *c)
{
    c->decided_by_name = r->who && r->who->name ? r->who->name : "系统";
    c->decided_on = r->today;
}

static const struct err *act_approve(struct req *r, struct claim *c)
{
    TRY(notice_over(r, c->village, c->notice));
    TRY(claim_value_again(r, c));
    c->approved_by = claim_me(r);
    c->due_on = workday_add(r->today, CLAIM_RECORD_DAYS);
    decided(r, c);
    return NULL;
}

static const struct err *post(struct req *r, const struct claim *c, int64_t points_c,
                              const char *part, const char *rule, const char *memo,
                              const char *tree, int64_t on, bool locked, int64_t *posting)
{
    return ledger_post(r,
                       &(struct ledger_award){
                           .village = c->village,
                           .subject_kind = c->subject_kind,
                           .subject = c->subject,
                           .points_c = points_c,
                           .on = on,
                           .cause_kind = "claim",
                           .cause = c->id,
                           .part = part,
                           .scheme_version = c->scheme_version,
                           .rule = rule,
                           .memo = memo,
                           .tree = tree,
                           .locked = locked,
                       },
                       posting);
}

static const struct err *act_record(struct req *r, struct claim *c)
{
    TRY(claim_value_again(r, c));
    c->due_on = NONE;
    if (c->points_c == 0) { /* a warning */
        c->posting = CLAIM_NOTHING_POSTED;
        return NULL;
    }
    return post(r, c, c->points_c, "award", c->item,
                arena_printf(r->mem, "%s（%s）", c->item_label, c->place), c->tree, c->deed_on,
                true, &c->posting); /* claim_value_again holds them */
}

/* W2: N times the points as a deduction; what was recorded is reversed besides. */
static const struct err *act_false(struct req *r, struct claim *c, const char *reason)
{
    const struct scheme *s;
    struct award a;

    c->false_claim = 1;
    c->due_on = NONE;
    decided(r, c);
    if (c->posting == CLAIM_NOTHING_POSTED) c->reversal = CLAIM_NOTHING_POSTED;
    else if (c->posting != NONE)
        TRY(ledger_reverse(r, c->village, c->posting, reason, r->today, &c->reversal));
    if (c->points_c <= 0) return NULL;
    TRY(scheme_by_version(r, c->village, c->scheme_version, &s));
    TRY(scheme_false_claim(r->mem, s, c->item, c->points_c, &a));
    if (a.points_c == 0) return NULL;
    return post(r, c, a.points_c, "penalty", "false_claim", a.explain_zh, a.tree, r->today,
                false, &c->penalty);
}

static bool on_board(enum claim_state s)
{
    return s == CLAIM_PUBLISHED || s == CLAIM_OBJECTED;
}

static const struct err *effects(struct req *r, enum claim_action act, enum claim_state from,
                                 struct claim *c, const struct claim_do *in)
{
    bool leaves = act == ACT_RETURN || act == ACT_REJECT || act == ACT_WITHDRAW || act == ACT_FALSE;

    if (leaves && on_board(from))
        TRY(notice_withdraw(r, c->village, c->notice,
                            in->reason ? in->reason : claim_actions_zh[act]));
    switch (act) {
    case ACT_SUBMIT:
        return act_submit(r, c, in);
    case ACT_CHECK:
        return act_check(r, c, in);
    case ACT_PUBLISH:
        return act_publish(r, c, in);
    case ACT_APPROVE:
        return act_approve(r, c);
    case ACT_RECORD:
        return act_record(r, c);
    case ACT_FALSE:
        return act_false(r, c, in->reason);
    case ACT_RETURN:
        c->notice = c->first_day = c->last_day = c->approved_by = c->due_on = NONE;
        c->decided_by_name = NULL;
        c->decided_on = NONE;
        return NULL;
    case ACT_REJECT:
    case ACT_UPHOLD:
    case ACT_WITHDRAW:
        c->due_on = NONE;
        decided(r, c);
        return NULL;
    case ACT_OBJECT:
        c->due_on = workday_add(r->today, CLAIM_APPROVE_DAYS);
        return NULL;
    case ACT_DISMISS:
        c->due_on =
            workday_add(c->last_day > r->today ? c->last_day : r->today, CLAIM_APPROVE_DAYS);
        return NULL;
    case CLAIM_ACTIONS:
        break;
    }
    BUG("claim: action %d", act);
}

/* The claim's row is taken by its version before anything else is touched. */
static const struct err *take(struct req *r, const struct claim *c)
{
    int64_t done;

    TRY(db_exec_n(
        r, &done,
        "UPDATE claim SET version = version + 1 WHERE village = $1 AND id = $2 AND version = $3",
        I64(c->village), I64(c->id), I64(c->version)));
    if (done) return NULL;
    return fail_say(r, ERR_STATE, NULL, "别人刚办理了这条申报，请刷新查看。",
                    "Somebody has just acted on this claim; reload it.");
}

static const struct err *save(struct req *r, const struct claim *c)
{
    return db_exec(
        r,
        "UPDATE claim SET state = $3, deed_on = $4, place = $5, place_key = $6, cause = $7,"
        " evidence = $8, level = $9, chosen = $10, quantity = $11, points = $12,"
        " explain_zh = $13, explain_en = $14, tree = $15, item_label = $16, category = $17,"
        " scheme_version = $18, checked_by = $19, approved_by = $20, decided_by_name = $21,"
        " decided_on = $22, notice = $23, first_day = $24, last_day = $25, due_on = $26,"
        " posting = $27, reversal = $28, penalty = $29, false_claim = $30, updated_at = $31,"
        " difficulty = $32, reverse = $33"
        " WHERE village = $1 AND id = $2",
        I64(c->village), I64(c->id), TEXT(c->state), I64(c->deed_on), TEXT(c->place),
        TEXT(claim_place_key(r, c->place)), TEXT(c->cause), TEXT(c->evidence), TEXT(c->level),
        I64(c->chosen_c), I64(c->quantity_c), I64(c->points_c), TEXT(c->explain_zh),
        TEXT(c->explain_en), TEXT(c->tree), TEXT(c->item_label), TEXT(c->category),
        I64(c->scheme_version), I64(c->checked_by), I64(c->approved_by), TEXT(c->decided_by_name),
        I64(c->decided_on), I64(c->notice), I64(c->first_day), I64(c->last_day), I64(c->due_on),
        I64(c->posting), I64(c->reversal), I64(c->penalty), I64(c->false_claim), I64(r->now),
        TEXT(c->difficulty), I64(c->reverse));
}

const struct err *claim_do(struct req *r, enum claim_action act, const struct claim_do *in,
                           struct claim **out)
{
    struct claim *c;

    r->audit_subject = in->claim;
    TRY(claim_load(r, in->village, in->claim, &c));
    TRY(claim_may(r, act, c));
    if (in->version != NONE && in->version != c->version) return fail(r, ERR_STALE, NULL);
    enum claim_state from = claim_state_of(c->state);
    const struct claim_move *m = claim_move_find(from, act);
    if ((m->rules & WITH_REASON) && !in->reason)
        return claim_bad(r, "reason", "请说明理由。", "Say why.");
    TRY(take(r, c));
    struct claim was = *c;
    TRY(effects(r, act, from, c, in));
    c->state = claim_states[m->to];
    c->version++;
    c->updated_at = r->now;
    TRY(save(r, c));
    TRY(step(r, c, claim_actions[act], was.state, in->reason, changes(r, &was, c)));
    *out = c;
    return NULL;
}

/* ---- what the notice tells us ---- */
static const struct err *objected(struct req *r, int64_t village, int64_t about, bool open,
                                  bool upheld, const char *reason)
{
    struct claim *c;
    enum claim_action act = open ? ACT_OBJECT : upheld ? ACT_UPHOLD : ACT_DISMISS;
    int64_t subject = r->audit_subject;
    const struct err *e = claim_do(r, act,
                                   &(struct claim_do){
                                       .village = village,
                                       .claim = about,
                                       .version = NONE,
                                       .reason = reason,
                                       .deed_on = NONE,
                                       .chosen_c = NONE,
                                       .quantity_c = NONE,
                                       .reverse = NONE,
                                   },
                                   &c);
    r->audit_subject = subject; /* the row is about the objection */
    return e;
}
const struct notice_hook claim_notice_hook = { "claim", objected };

/* Publicity: the services. A notice's counters of objections decide whether its item may go on;
 * they change by compare-and-set in the transaction that files or decides, so that an approval and
 * an objection at the same moment cannot both win. */
#include "notice/notice.h"

#include "kernel/id.h"
#include "kernel/text.h"
#include "notice/notice_rows.h"

const char *const notice_channels[] = { "phone_page", "oral",  "phone",       "sms", "qq",
                                        "wechat",     "paper", "grid_worker", NULL };
const char *const notice_states[] = { "public", "withdrawn", "upheld", NULL };
const char *const objection_states[] = { "open", "upheld", "dismissed", "closed", NULL };

enum { HOOKS_MAX = 16 }; /* one per slice that publishes */
static const struct notice_hook *hooks[HOOKS_MAX];

void notice_hook_add(const struct notice_hook *h)
{
    for (int i = 0; i < HOOKS_MAX; i++) {
        if (hooks[i] == h) return;
        if (!hooks[i]) {
            hooks[i] = h;
            return;
        }
    }
    BUG("notice: more than %d hooks", HOOKS_MAX);
}

static const struct err *tell(struct req *r, const struct notice *n, bool open, bool upheld,
                              const char *reason)
{
    for (int i = 0; i < HOOKS_MAX && hooks[i]; i++)
        if (text_equal(hooks[i]->about_kind, n->about_kind))
            TRY(hooks[i]->objected(r, n->village, n->about, open, upheld, reason));
    return NULL;
}

int64_t notice_last_day(int64_t first, int64_t days, bool workdays)
{
    if (days <= 0) return first;
    return workdays ? workday_add(first, (int)days) : first + days;
}

/* Live screens and cached boards of the village. */
static void changed(struct req *r, int64_t village)
{
    http_publish(r, arena_printf(r->mem, "village/%012lld/board", (long long)village));
}

const struct err *notice_publish(struct req *r, const struct notice_new *n, int64_t *id)
{
    int64_t done;

    *id = id_new();
    TRY(db_exec_n(
        r, &done,
        "INSERT INTO notice (village, id, about_kind, about, title, body, household,"
        " first_day, last_day, state, objections, open_objections, created_by, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'public', 0, 0, $10, $11)"
        " ON CONFLICT DO NOTHING",
        I64(n->village), I64(*id), TEXT(n->about_kind), I64(n->about), TEXT(n->title),
        TEXT(n->body), I64(n->household), I64(n->first), I64(n->last),
        I64(r->who ? r->who->account : NONE), I64(r->now)));
    if (!done)
        return fail_say(r, ERR_DUPLICATE, NULL, "这一事项已在公示中。",
                        "This is on the board already.");
    changed(r, n->village);
    return NULL;
}

const struct err *notice_load(struct req *r, int64_t village, int64_t id, struct notice **out)
{
    return db_one(r, &notice_record, out,
                  "SELECT village, id, about_kind, about, title, body, household, first_day,"
                  " last_day, state, objections, open_objections, end_reason, created_at"
                  " FROM notice WHERE village = $1 AND id = $2",
                  I64(village), I64(id));
}

const struct err *notice_over(struct req *r, int64_t village, int64_t id)
{
    struct notice *n;
    char day[DATE_ZH_SIZE], iso[DATE_SIZE];

    TRY(notice_load(r, village, id, &n));
    if (!text_equal(n->state, "public")) return fail(r, ERR_STATE, NULL);
    if (n->open_objections > 0) return fail(r, ERR_OBJECTION_OPEN, NULL);
    if (r->today > n->last_day) return NULL;
    return fail_say(
        r, ERR_IN_PUBLICITY, NULL,
        arena_printf(r->mem, "公示到%s为止，期满后方可审核。", date_zh(n->last_day, day)),
        arena_printf(r->mem, "It is on the board until %s; approve it after that day.",
                     date_format(n->last_day, iso)));
}

const struct err *notice_withdraw(struct req *r, int64_t village, int64_t id, const char *reason)
{
    int64_t done;

    TRY(db_exec_n(r, &done,
                  "UPDATE notice SET state = 'withdrawn', open_objections = 0, end_reason = $3"
                  " WHERE village = $1 AND id = $2 AND state = 'public'",
                  I64(village), I64(id), TEXT(reason)));
    if (!done) return fail(r, ERR_STATE, NULL);
    TRY(db_exec(r,
                "UPDATE objection SET state = 'closed', decision = $3, decided_by = $4,"
                " decided_by_name = $5, decided_at = $6"
                " WHERE village = $1 AND notice = $2 AND state = 'open'",
                I64(village), I64(id), TEXT(reason), I64(r->who ? r->who->account : NONE),
                TEXT(r->who ? r->who->name : NULL), I64(r->now)));
    changed(r, village);
    return NULL;
}

/* Who objects: the actor, or the person a grid worker writes it down for. */
static const struct err *objector(struct req *r, const struct objection_new *n, const char **name,
                                  int64_t *resident, int64_t *household)
{
    struct subject *s;

    *resident = n->resident;
    *household = NONE;
    *name = n->objector;
    if (n->resident != NONE) {
        TRY(people_subject(r, n->village, "resident", n->resident, &s));
        *household = s->household;
        *name = s->name;
        return NULL;
    }
    if (n->objector) return NULL;
    *name = r->who->name;
    *resident = r->who->resident;
    *household = r->who->household;
    return NULL;
}

const struct err *notice_object(struct req *r, const struct objection_new *n, int64_t *id)
{
    struct notice *it;
    const char *name;
    int64_t resident, household, done;

    TRY(notice_load(r, n->village, n->notice, &it));
    if (!text_equal(it->state, "public") || r->today > it->last_day)
        return fail_say(r, ERR_STATE, NULL, "公示已经结束，不能再提异议；如有意见请向村委会申诉。",
                        "Publicity is over; take an appeal to the village committee instead.");
    TRY(objector(r, n, &name, &resident, &household));
    *id = id_new();
    TRY(db_exec_n(r, &done,
                  "INSERT INTO objection (village, id, notice, reason, channel, objector,"
                  " objector_masked, resident, household, filed_by, filed_at, state)"
                  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'open')"
                  " ON CONFLICT DO NOTHING",
                  I64(n->village), I64(*id), I64(n->notice), TEXT(n->reason), TEXT(n->channel),
                  TEXT(name), TEXT(text_mask_name(r->mem, name)), I64(resident), I64(household),
                  I64(r->who ? r->who->account : NONE), I64(r->now)));
    if (!done)
        return fail_say(r, ERR_DUPLICATE, NULL, "您对这条公示的异议正在处理，请等待结果。",
                        "Your objection to this is open already; wait for the decision.");
    TRY(db_exec_n(
        r, &done,
        "UPDATE notice SET objections = objections + 1, open_objections = open_objections + 1"
        " WHERE village = $1 AND id = $2 AND state = 'public'",
        I64(n->village), I64(n->notice)));
    if (!done) return fail(r, ERR_STATE, NULL);
    /* The counter's row is ours until the commit: what we read now is what we wrote. */
    TRY(notice_load(r, n->village, n->notice, &it));
    if (it->open_objections == 1) TRY(tell(r, it, true, false, n->reason));
    changed(r, n->village);
    return NULL;
}

const struct err *objection_load(struct req *r, int64_t village, int64_t id, struct objection **out)
{
    return db_one(
        r, &objection_record, out,
        "SELECT o.village, o.id, o.notice, n.title, n.about_kind, n.about, o.reason, o.channel,"
        " o.objector_masked AS objector, o.resident, o.household, o.filed_by, o.filed_at,"
        " o.state, o.decision, o.decided_by_name, o.decided_at"
        " FROM objection o JOIN notice n ON n.village = o.village AND n.id = o.notice"
        " WHERE o.village = $1 AND o.id = $2",
        I64(village), I64(id));
}

static const struct err *involved(struct req *r, const struct notice *n, const struct objection *o)
{
    TRY(access_not_own(r, n->household));
    TRY(access_not_own(r, o->household));
    if (r->who && o->filed_by == r->who->account)
        return fail_say(r, ERR_CONFLICT_OF_INTEREST, NULL,
                        "这条异议由您提交或登记，须由他人处理（回避）。",
                        "You filed this objection; somebody else must decide it.");
    return NULL;
}

/* The others that object to the same thing are answered by the same decision. */
static const struct err *uphold_all(struct req *r, const struct objection *o, const char *reason)
{
    TRY(db_exec(r,
                "UPDATE objection SET state = 'upheld', decision = $3, decided_by = $4,"
                " decided_by_name = $5, decided_at = $6"
                " WHERE village = $1 AND notice = $2 AND state = 'open'",
                I64(o->village), I64(o->notice), TEXT(reason), I64(r->who ? r->who->account : NONE),
                TEXT(r->who ? r->who->name : NULL), I64(r->now)));
    return db_exec(r,
                   "UPDATE notice SET state = 'upheld', open_objections = 0, end_reason = $3"
                   " WHERE village = $1 AND id = $2",
                   I64(o->village), I64(o->notice), TEXT(reason));
}

const struct err *notice_decide(struct req *r, int64_t village, int64_t objection, bool uphold,
                                const char *reason)
{
    struct objection *o;
    struct notice *n;
    int64_t done;

    TRY(objection_load(r, village, objection, &o));
    TRY(notice_load(r, village, o->notice, &n));
    TRY(involved(r, n, o));
    TRY(db_exec_n(r, &done,
                  "UPDATE objection SET state = $3, decision = $4, decided_by = $5,"
                  " decided_by_name = $6, decided_at = $7"
                  " WHERE village = $1 AND id = $2 AND state = 'open'",
                  I64(village), I64(objection), TEXT(uphold ? "upheld" : "dismissed"), TEXT(reason),
                  I64(r->who ? r->who->account : NONE), TEXT(r->who ? r->who->name : NULL),
                  I64(r->now)));
    if (!done)
        return fail_say(r, ERR_STATE, NULL, "这条异议已经处理。",
                        "This objection is already decided.");
    changed(r, village);
    if (uphold) {
        TRY(uphold_all(r, o, reason));
        return tell(r, n, false, true, reason);
    }
    TRY(db_exec_n(r, &done,
                  "UPDATE notice SET open_objections = open_objections - 1"
                  " WHERE village = $1 AND id = $2 AND open_objections > 0",
                  I64(village), I64(o->notice)));
    if (!done) return fail(r, ERR_STATE, NULL);
    TRY(notice_load(r, village, o->notice, &n));
    if (n->open_objections > 0) return NULL;
    return tell(r, n, false, false, reason);
}

const struct err *notice_waiting(struct req *r, int64_t lo, int64_t hi, int64_t household,
                                 int64_t *open, int64_t *oldest)
{
    int64_t at;

    TRY(db_int(r, open,
               "SELECT count(*) FROM objection o JOIN notice n ON n.village = o.village AND n.id = "
               "o.notice"
               " WHERE o.village BETWEEN $1 AND $2 AND o.state = 'open'"
               " AND (n.household IS NULL OR n.household <> $3)"
               " AND (o.household IS NULL OR o.household <> $3)",
               I64(lo), I64(hi), I64(household == NONE ? 0 : household)));
    TRY(db_int(r, &at,
               "SELECT min(o.filed_at) FROM objection o JOIN notice n ON n.village = o.village AND "
               "n.id = o.notice"
               " WHERE o.village BETWEEN $1 AND $2 AND o.state = 'open'"
               " AND (n.household IS NULL OR n.household <> $3)"
               " AND (o.household IS NULL OR o.household <> $3)",
               I64(lo), I64(hi), I64(household == NONE ? 0 : household)));
    *oldest = at == NONE ? NONE : date_of_instant(at);
    return NULL;
}

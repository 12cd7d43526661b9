/* Publicity over HTTP: the board that needs no sign-in, objections, decisions, counts. */
#include "kernel/limits.h"
#include "kernel/text.h"
#include "notice/notice_rows.h"

static const struct field notice_fields[] = {
    F(notice, village, K_REGION, 0, 0, 0, "Village code. 村代码"),
    F(notice, id, K_ID, 0, 0, 0, "Notice id."),
    F(notice, about_kind, K_TEXT, 0, 0, 0, "What is published: claim 申报."),
    F(notice, about, K_ID, 0, 0, 0, "Id of what is published."),
    F(notice, title, K_TEXT, 0, 0, 0, "Title, names masked. 标题"),
    F(notice, body, K_TEXT, 0, 0, 0, "Text, names masked. 内容"),
    F(notice, household, K_ID, 0, 0, 0, "Household at stake."),
    F(notice, first_day, K_DATE, 0, 0, 0, "First day on the board. 公示起"),
    F(notice, last_day, K_DATE, 0, 0, 0, "Last day on the board. 公示止"),
    F(notice, state, K_TEXT, 0, 0, 0, "public, withdrawn or upheld."),
    F(notice, objections, K_INT, 0, 0, 0, "Objections so far. 异议数"),
    F(notice, open_objections, K_INT, 0, 0, 0, "Objections not yet decided."),
    F(notice, end_reason, K_TEXT, 0, 0, 0, "Why it left the board."),
    F(notice, created_at, K_INSTANT, 0, 0, 0, "When it was published."),
    { 0 }
};
RECORD(notice);

static const struct field objection_fields[] = {
    F(objection, village, K_REGION, 0, 0, 0, "Village code. 村代码"),
    F(objection, id, K_ID, 0, 0, 0, "Objection id."),
    F(objection, notice, K_ID, 0, 0, 0, "The notice objected to."),
    F(objection, title, K_TEXT, 0, 0, 0, "Title of the notice."),
    F(objection, about_kind, K_TEXT, 0, 0, 0, "What was published: claim 申报."),
    F(objection, about, K_ID, 0, 0, 0, "Id of what was published."),
    F(objection, reason, K_TEXT, 0, 0, 0, "Why. 异议理由"),
    F(objection, channel, K_TEXT, 0, 0, 0, "How it came. 渠道"),
    F(objection, objector, K_TEXT, 0, 0, 0, "Who objects, masked. 异议人"),
    F(objection, resident, K_ID, OPT, 0, 0, "The objector, when a resident of the register."),
    F(objection, household, K_ID, OPT, 0, 0, "The objector's household."),
    F(objection, filed_by, K_ID, 0, 0, 0, "Account that filed it."),
    F(objection, filed_at, K_INSTANT, 0, 0, 0, "When."),
    F(objection, state, K_TEXT, 0, 0, 0, "open 待处理, upheld 成立, dismissed 不成立, closed 已终止."),
    F(objection, decision, K_TEXT, OPT, 0, 0, "Reason of the decision. 处理意见"),
    F(objection, decided_by_name, K_TEXT, OPT, 0, 0, "Who decided. 处理人"),
    F(objection, decided_at, K_INSTANT, OPT, 0, 0, "When it was decided."),
    { 0 }
};
RECORD(objection);

/* ---- the board ---- */
struct notice_public {
    int64_t id;
    const char *about_kind, *title, *body;
    int64_t first_day, last_day;
    const char *state;
    int64_t objections;
};
static const char *const public_states[] = { "public", "objected", "ended", "withdrawn", "upheld", NULL };
static const struct field notice_public_fields[] = {
    F(notice_public, id, K_ID, 0, 0, 0, "Notice id."),
    F(notice_public, about_kind, K_TEXT, 0, 0, 0, "What is published: claim 申报."),
    F(notice_public, title, K_TEXT, 0, 0, 0, "Title, names masked. 标题"),
    F(notice_public, body, K_TEXT, 0, 0, 0, "Text, names masked. 内容"),
    F(notice_public, first_day, K_DATE, 0, 0, 0, "First day on the board. 公示起"),
    F(notice_public, last_day, K_DATE, 0, 0, 0, "Last day on the board. 公示止"),
    F_ENUM(notice_public, state, 0, public_states,
           "public 公示中, objected 有异议, ended 期满, withdrawn 已撤下, upheld 异议成立."),
    F(notice_public, objections, K_INT, 0, 0, 0, "Objections so far. 异议数"),
    { 0 }
};
RECORD(notice_public);

struct notice_list {
    int64_t village, open;
    const char *q;
    PAGE_MEMBERS;
};
static const struct field notice_list_fields[] = {
    F(notice_list, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(notice_list, open, K_BOOL, IN_QUERY | OPT, 0, 0, "Only what is in publicity today. 仅公示中"),
    F(notice_list, q, K_TEXT, IN_QUERY | OPT, 1, 60, "Text in the title."),
    PAGE_FIELDS(notice_list),
    { 0 }
};
RECORD(notice_list);

static const char *shown_state(const struct req *r, const struct notice *n)
{
    if (!text_equal(n->state, "public")) return n->state;
    if (n->open_objections > 0) return "objected";
    return r->today > n->last_day ? "ended" : "public";
}

static struct notice_public *shown(struct req *r, const struct notice *n)
{
    struct notice_public *p = arena_new(r->mem, struct notice_public);
    *p = (struct notice_public){
        .id = n->id, .about_kind = n->about_kind, .title = n->title, .body = n->body,
        .first_day = n->first_day, .last_day = n->last_day, .state = shown_state(r, n),
        .objections = n->objections,
    };
    return p;
}

static struct list shown_all(struct req *r, struct list rows)
{
    struct notice_public *to = arena_array(r->mem, struct notice_public, rows.n ? rows.n : 1);
    for (size_t i = 0; i < rows.n; i++) to[i] = *shown(r, &LIST_AT(rows, struct notice, i));
    return (struct list){ to, rows.n };
}

static const struct err *board(struct req *r)
{
    const struct notice_list *in = r->in;
    struct page *page = arena_new(r->mem, struct page);
    int64_t before, unused;
    const char *none;
    struct region *village;

    TRY(region_load(r, in->village, &village));
    TRY(page_after(r, in->after, &before, &unused, &none));
    TRY(db_all(r, &notice_record, &page->rows,
               "SELECT id, about_kind, title, body, first_day, last_day, state, objections,"
               " open_objections FROM notice WHERE village = $1"
               " AND ($2 = 0 OR (state = 'public' AND last_day >= $3))"
               " AND ($4 = '' OR title LIKE '%' || $4 || '%')"
               " AND id < $5 ORDER BY id DESC LIMIT $6",
               I64(in->village), I64(in->open == 1 ? 1 : 0), I64(r->today),
               TEXT(in->q ? in->q : ""), I64(before == NONE ? INT64_MAX : before),
               I64(page_limit(in->limit))));
    if (page_cut(page, in->limit))
        page->next = page_cursor(r, LIST_AT(page->rows, struct notice, page->rows.n - 1).id, NONE, NULL);
    page->rows = shown_all(r, page->rows);
    page->total = NONE;
    r->out = page;
    return NULL;
}

struct notice_get { int64_t village, notice; };
static const struct field notice_get_fields[] = {
    F(notice_get, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(notice_get, notice, K_ID, IN_PATH, 0, 0, "Notice id."),
    { 0 }
};
RECORD(notice_get);

static const struct err *board_one(struct req *r)
{
    const struct notice_get *in = r->in;
    struct notice *n;

    TRY(notice_load(r, in->village, in->notice, &n));
    r->out = shown(r, n);
    return NULL;
}

/* For the hall's screen: says that the board is to be read again. */
static const struct err *events(struct req *r)
{
    const struct notice_sheet_in *in = r->in;
    http_subscribe(r, arena_printf(r->mem, "village/%012lld/board", (long long)in->village));
    return NULL;
}

/* ---- objections ---- */
struct object_in {
    int64_t village, notice;
    const char *reason, *channel, *objector;
    int64_t resident;
};
static const struct field object_in_fields[] = {
    F(object_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(object_in, notice, K_ID, IN_PATH, 0, 0, "Notice id."),
    F(object_in, reason, K_TEXT, 0, 2, 500, "Why. 异议理由"),
    F_ENUM(object_in, channel, OPT, notice_channels, "How it came; phone_page if absent. 渠道"),
    F(object_in, objector, K_TEXT, OPT, 1, 40,
      "Written down for somebody: the name; needs claim.proxy. 代为登记的异议人"),
    F(object_in, resident, K_ID, OPT, 0, 0, "And the resident, when of the register."),
    { 0 }
};
RECORD(object_in);

static const struct err *object(struct req *r)
{
    const struct object_in *in = r->in;
    bool proxy = in->objector || in->resident != NONE;
    int64_t id;
    struct objection *o;

    if (!r->who) return fail(r, ERR_SIGN_IN, NULL);
    if (proxy && !access_may_at(r, PERM_CLAIM_PROXY, in->village, NULL, NONE) &&
        !access_grids(r, PERM_CLAIM_PROXY, in->village)->n)
        return fail(r, ERR_FORBIDDEN, "objector");
    /* Objections come from the village and from those who supervise it. */
    if (!proxy && r->who->village != in->village &&
        !access_may(r, PERM_CLAIM_READ, in->village))
        return fail_say(r, ERR_FORBIDDEN, NULL, "只有本村村民可以对本村公示提出异议。",
                        "Only people of this village may object to its notices.");
    TRY(notice_object(r, &(struct objection_new){
        .village = in->village, .notice = in->notice, .reason = in->reason,
        .channel = in->channel ? in->channel : "phone_page",
        .objector = in->objector, .resident = in->resident,
    }, &id));
    TRY(objection_load(r, in->village, id, &o));
    r->audit_subject = id;
    r->out = o;
    return NULL;
}

struct objection_list {
    int64_t village, notice;
    const char *state;
    PAGE_MEMBERS;
};
static const struct field objection_list_fields[] = {
    F(objection_list, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(objection_list, notice, K_ID, IN_QUERY | OPT, 0, 0, "Only those against this notice."),
    F_ENUM(objection_list, state, IN_QUERY | OPT, objection_states, "Only those in this state."),
    PAGE_FIELDS(objection_list),
    { 0 }
};
RECORD(objection_list);

/* Who decides or reads all claims sees all; everybody else what they filed. */
static const struct err *objections(struct req *r)
{
    const struct objection_list *in = r->in;
    struct page *page = arena_new(r->mem, struct page);
    int64_t before, unused;
    const char *none;

    if (!r->who) return fail(r, ERR_SIGN_IN, NULL);
    bool all = access_may(r, PERM_OBJECTION_DECIDE, in->village) ||
               access_may(r, PERM_CLAIM_READ, in->village);
    TRY(page_after(r, in->after, &before, &unused, &none));
    TRY(db_all(r, &objection_record, &page->rows,
               "SELECT o.village, o.id, o.notice, n.title, n.about_kind, n.about, o.reason, o.channel,"
               " o.objector_masked AS objector, o.resident, o.household, o.filed_by, o.filed_at,"
               " o.state, o.decision, o.decided_by_name, o.decided_at"
               " FROM objection o JOIN notice n ON n.village = o.village AND n.id = o.notice"
               " WHERE o.village = $1 AND ($2 = 1 OR o.filed_by = $3 OR o.resident = $4)"
               " AND ($5 = '' OR o.state = $5) AND ($6 = 0 OR o.notice = $6)"
               " AND o.id < $7 ORDER BY o.id DESC LIMIT $8",
               I64(in->village), I64(all), I64(r->who->account),
               I64(r->who->resident == NONE ? 0 : r->who->resident), TEXT(in->state ? in->state : ""),
               I64(in->notice == NONE ? 0 : in->notice), I64(before == NONE ? INT64_MAX : before),
               I64(page_limit(in->limit))));
    if (page_cut(page, in->limit))
        page->next = page_cursor(r, LIST_AT(page->rows, struct objection, page->rows.n - 1).id, NONE, NULL);
    page->total = NONE;
    r->out = page;
    return NULL;
}

struct decide_in {
    int64_t village, objection;
    int64_t uphold;
    const char *reason;
};
static const struct field decide_in_fields[] = {
    F(decide_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(decide_in, objection, K_ID, IN_PATH, 0, 0, "Objection id."),
    F(decide_in, uphold, K_BOOL, 0, 0, 0, "true: the objection is right 成立; false: it is not 不成立."),
    F(decide_in, reason, K_TEXT, 0, 2, 500, "Reason, shown to the objector. 处理意见"),
    { 0 }
};
RECORD(decide_in);

static const struct err *decide(struct req *r)
{
    const struct decide_in *in = r->in;
    struct objection *o;

    TRY(access_require(r, PERM_OBJECTION_DECIDE, in->village));
    r->audit_subject = in->objection;
    TRY(notice_decide(r, in->village, in->objection, in->uphold == 1, in->reason));
    TRY(objection_load(r, in->village, in->objection, &o));
    r->out = o;
    return NULL;
}

/* ---- counts ---- */
struct notice_stats { int64_t in_publicity, published, withdrawn, objections, open, upheld, dismissed; };
static const struct field notice_stats_fields[] = {
    F(notice_stats, in_publicity, K_INT, 0, 0, 0, "On the board today. 公示中"),
    F(notice_stats, published, K_INT, 0, 0, 0, "Published in the span. 已公示"),
    F(notice_stats, withdrawn, K_INT, 0, 0, 0, "Taken down before the end. 已撤下"),
    F(notice_stats, objections, K_INT, 0, 0, 0, "Objections against them. 异议"),
    F(notice_stats, open, K_INT, 0, 0, 0, "Not yet decided. 待处理"),
    F(notice_stats, upheld, K_INT, 0, 0, 0, "Found right. 成立"),
    F(notice_stats, dismissed, K_INT, 0, 0, 0, "Found not right. 不成立"),
    { 0 }
};
RECORD(notice_stats);

struct stats_in { int64_t village, from, to; };
static const struct field stats_in_fields[] = {
    F(stats_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(stats_in, from, K_DATE, IN_QUERY | OPT, 0, 0, "Published from this day; the year's first if absent."),
    F(stats_in, to, K_DATE, IN_QUERY | OPT, 0, 0, "Published until this day; today if absent."),
    { 0 }
};
RECORD(stats_in);

static const struct err *stats(struct req *r)
{
    const struct stats_in *in = r->in;
    struct notice_stats *s;
    int64_t from = in->from == NONE ? period_span(PERIOD_YEAR, r->today).first : in->from;
    int64_t to = in->to == NONE ? r->today : in->to;

    TRY(db_one(r, &notice_stats_record, &s,
               "SELECT"
               " (SELECT count(*) FROM notice WHERE village = $1 AND state = 'public' AND last_day >= $4) AS in_publicity,"
               " (SELECT count(*) FROM notice WHERE village = $1 AND first_day BETWEEN $2 AND $3) AS published,"
               " (SELECT count(*) FROM notice WHERE village = $1 AND first_day BETWEEN $2 AND $3 AND state = 'withdrawn') AS withdrawn,"
               " (SELECT count(*) FROM objection o JOIN notice n ON n.village = o.village AND n.id = o.notice WHERE o.village = $1 AND n.first_day BETWEEN $2 AND $3) AS objections,"
               " (SELECT count(*) FROM objection o JOIN notice n ON n.village = o.village AND n.id = o.notice WHERE o.village = $1 AND n.first_day BETWEEN $2 AND $3 AND o.state = 'open') AS open,"
               " (SELECT count(*) FROM objection o JOIN notice n ON n.village = o.village AND n.id = o.notice WHERE o.village = $1 AND n.first_day BETWEEN $2 AND $3 AND o.state = 'upheld') AS upheld,"
               " (SELECT count(*) FROM objection o JOIN notice n ON n.village = o.village AND n.id = o.notice WHERE o.village = $1 AND n.first_day BETWEEN $2 AND $3 AND o.state = 'dismissed') AS dismissed",
               I64(in->village), I64(from), I64(to), I64(r->today)));
    r->out = s;
    return NULL;
}

static const enum err_code object_errors[] = { ERR_NOT_FOUND, ERR_STATE, ERR_DUPLICATE, ERR_NONE };
static const enum err_code decide_errors[] = { ERR_NOT_FOUND, ERR_STATE, ERR_CONFLICT_OF_INTEREST, ERR_NONE };
static const enum err_code get_errors[] = { ERR_NOT_FOUND, ERR_NONE };

static const struct route notice_routes[] = {
    { "GET", "/public/villages/{village}/notices", PERM_PUBLIC, TX_READ, &notice_list_record,
      &notice_public_record, board, get_errors, ROUTE_PAGE | ROUTE_CACHE, NULL, NULL,
      "The village's publicity board, newest first, names masked. 公示栏" },
    { "GET", "/public/villages/{village}/notices/{notice}", PERM_PUBLIC, TX_READ, &notice_get_record,
      &notice_public_record, board_one, get_errors, ROUTE_CACHE, NULL, NULL,
      "One notice of the board. 公示详情" },
    { "GET", "/public/villages/{village}/board.pdf", PERM_PUBLIC, TX_READ, &notice_sheet_in_record, NULL,
      notice_sheet, get_errors, ROUTE_FILE, NULL, "application/pdf",
      "What is in publicity today as an A4 sheet for the wall. 公示单" },
    { "GET", "/public/villages/{village}/events", PERM_PUBLIC, TX_NONE, &notice_sheet_in_record, NULL,
      events, NULL, ROUTE_STREAM, NULL, NULL,
      "Events when the village's boards have changed, for live screens. 实时通知" },
    { "POST", "/villages/{village}/notices/{notice}/objections", PERM_SELF, TX_WRITE, &object_in_record,
      &objection_record, object, object_errors, ROUTE_CREATED, NULL, NULL,
      "Object to a notice; the item stops until it is decided. 提出异议" },
    { "GET", "/villages/{village}/objections", PERM_SELF, TX_READ, &objection_list_record,
      &objection_record, objections, NULL, ROUTE_PAGE, NULL, NULL,
      "Objections: all for those who decide, else one's own. 异议列表" },
    { "POST", "/villages/{village}/objections/{objection}/decide", PERM_OBJECTION_DECIDE, TX_WRITE,
      &decide_in_record, &objection_record, decide, decide_errors, 0, NULL, NULL,
      "Decide an objection with a reason; not by anyone involved. 处理异议" },
    { "GET", "/villages/{village}/notices/stats", PERM_CLAIM_READ, TX_READ, &stats_in_record,
      &notice_stats_record, stats, NULL, 0, NULL, NULL,
      "Counts of notices and objections. 公示统计" },
    { 0 }
};

extern const struct migration notice_migrations[];
const struct slice notice_slice = {
    .name = "notice", .routes = notice_routes, .migrations = notice_migrations,
};

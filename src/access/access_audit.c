/* The audit trail: searched by who, what, when and where, newest first; and exported as CSV. */
#include <string.h>

#include "access/access_own.h"
#include "kernel/csv.h"
#include "kernel/date.h"
#include "kernel/limits.h"

enum { DAY_MS = 86400000, ZONE_MS = 8 * 3600 * 1000 };

#define AUDIT_MEMBERS                                                                              \
    int64_t region, account, subject, from, to;                                                    \
    const char *who, *what
#define AUDIT_FIELDS(T)                                                                            \
    F(T, region, K_REGION, OPT, 0, 0, "Deeds in this region or below. 区划"),                      \
        F(T, account, K_ID, OPT, 0, 0, "By this account. 账号"),                                   \
        F(T, who, K_TEXT, OPT, 1, 40, "Part of the name of who acted. 操作人"),                    \
        F(T, subject, K_ID, OPT, 0, 0, "About this record. 对象"),                                 \
        F(T, what, K_TEXT, OPT, 1, 80,                                                             \
          "Part of the method and address: \"POST /villages\". 操作"),                             \
        F(T, from, K_DATE, OPT, 0, 0, "First day. 起"),                                            \
        F(T, to, K_DATE, OPT, 0, 0, "Last day. 止")
struct audit_in {
    AUDIT_MEMBERS;
    PAGE_MEMBERS;
};
static const struct field audit_in_fields[] = { AUDIT_FIELDS(audit_in),
                                                PAGE_FIELDS(audit_in),
                                                { 0 } };
RECORD(audit_in);

struct audit_view {
    int64_t id, at, account, status, subject, village;
    const char *who, *action, *address, *request, *note, *body;
};
static const struct field audit_view_fields[] = {
    F(audit_view, id, K_ID, 0, 0, 0, "Row id, ordered by time."),
    F(audit_view, at, K_INSTANT, 0, 0, 0, "When. 时间"),
    F(audit_view, account, K_ID, OPT, 0, 0,
      "Who: the account; null for strangers, commands and jobs. 账号"),
    F(audit_view, who, K_TEXT, 0, 0, 0, "Who: the name at that time. 操作人"),
    F(audit_view, action, K_TEXT, 0, 0, 0, "What: method and address. 操作"),
    F(audit_view, status, K_INT, 0, 0, 0, "How it was answered. 结果"),
    F(audit_view, village, K_REGION, 0, 0, 0, "Where; 000000000000: nowhere in particular. 区划"),
    F(audit_view, subject, K_ID, OPT, 0, 0, "The record it was about. 对象"),
    F(audit_view, address, K_TEXT, 0, 0, 0, "Network address. 地址"),
    F(audit_view, request, K_TEXT, 0, 0, 0, "Request id, as in the log."),
    F(audit_view, note, K_TEXT, OPT, 0, 0, "Reason given. 说明"),
    F(audit_view, body, K_TEXT, OPT, 0, 0,
      "The request as JSON, passwords and numbers left out. 内容"),
    { 0 }
};
RECORD(audit_view);

/* Days are the village's; rows carry instants. */
static int64_t day_start(int64_t date)
{
    return date * DAY_MS - ZONE_MS;
}

#define AUDIT_COLUMNS                                                                              \
    "SELECT id, at, account, who, action, status, village, subject, address, request, note, body " \
    "FROM access_audit"
#define AUDIT_WHERE                                                                                \
    " WHERE village BETWEEN $1 AND $2 AND id < $3 AND at >= $4 AND at < $5 AND who LIKE $6 "       \
    "ESCAPE '!' AND action LIKE $7 ESCAPE '!'"                                                     \
    " AND ($8 = 0 OR account = $8) AND ($9 = 0 OR subject = $9)"

const struct err *audit_list(struct req *r)
{
    const struct audit_in *in = r->in;
    int64_t first, last, before, b;
    const char *s;
    struct page *p = arena_new(r->mem, struct page);
    TRY(span_of(r, PERM_AUDIT_READ, in->region, &first, &last));
    TRY(page_after(r, in->after, &before, &b, &s));
    TRY(db_all(r, &audit_view_record, &p->rows,
               AUDIT_COLUMNS AUDIT_WHERE " ORDER BY id DESC LIMIT $10", I64(first), I64(last),
               I64(before == NONE ? INT64_MAX : before), I64(day_start(in->from == NONE ? DATE_MIN : in->from)),
               I64(day_start((in->to == NONE ? DATE_MAX : in->to) + 1)),
               TEXT(like_pattern(r->mem, in->who)), TEXT(like_pattern(r->mem, in->what)),
               I64(in->account == NONE ? 0 : in->account),
               I64(in->subject == NONE ? 0 : in->subject), I64(page_limit(in->limit))));
    p->total = NONE;
    if (page_cut(p, in->limit))
        p->next = page_cursor(r, LIST_AT(p->rows, struct audit_view, p->rows.n - 1).id, NONE, NULL);
    r->out = p;
    return NULL;
}

static const struct err *export_row(struct req *r, void *row, void *arg)
{
    const struct audit_view *a = row;
    struct buf *b = arg;
    char at[INSTANT_SIZE];
    (void)r;
    csv_cell(b, instant_format(a->at, at));
    csv_cell(b, a->who);
    csv_cell(b, a->account == NONE ? "" : arena_printf(r->mem, "%lld", (long long)a->account));
    csv_cell(b, a->action);
    csv_cell(b, arena_printf(r->mem, "%lld", (long long)a->status));
    csv_cell(b, arena_printf(r->mem, "%012lld", (long long)a->village));
    csv_cell(b, a->subject == NONE ? "" : arena_printf(r->mem, "%lld", (long long)a->subject));
    csv_cell(b, a->address);
    csv_cell(b, a->note ? a->note : "");
    csv_cell(b, a->body ? a->body : "");
    csv_end_row(b);
    return b->over ? fail(r, ERR_TOO_LARGE, NULL) : NULL;
}

const struct err *audit_export(struct req *r)
{
    static const char *const heads[] = { "时间", "操作人", "账号", "操作", "结果",
                                         "区划", "对象",   "地址", "说明", "内容" };
    const struct audit_in *in = r->in;
    int64_t first, last;
    struct buf b = buf_in(r->mem, LIMIT_REPLY_BYTES);
    TRY(span_of(r, PERM_AUDIT_READ, in->region, &first, &last));
    buf_puts(&b, "\xEF\xBB\xBF"); /* Excel takes it for UTF-8 only with the mark */
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) csv_cell(&b, heads[i]);
    csv_end_row(&b);
    TRY(db_each(r, &audit_view_record, export_row, &b,
                AUDIT_COLUMNS AUDIT_WHERE " ORDER BY id DESC LIMIT $10", I64(first), I64(last),
                I64(INT64_MAX), I64(day_start(in->from == NONE ? DATE_MIN : in->from)),
                I64(day_start((in->to == NONE ? DATE_MAX : in->to) + 1)),
                TEXT(like_pattern(r->mem, in->who)), TEXT(like_pattern(r->mem, in->what)),
                I64(in->account == NONE ? 0 : in->account),
                I64(in->subject == NONE ? 0 : in->subject), I64(LIMIT_IMPORT_ROWS)));
    http_send_file(r, "text/csv; charset=utf-8", "audit.csv", b.p, b.n);
    return NULL;
}

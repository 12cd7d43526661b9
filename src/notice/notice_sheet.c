/* The sheet for the wall 公示单: what is in publicity today, with a QR code to the board. */
#include "notice/notice_rows.h"

#include "paper/paper.h"

static const struct field notice_sheet_in_fields[] = {
    F(notice_sheet_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"), { 0 }
};
RECORD(notice_sheet_in);

/* More than hangs on any wall; the sheet says when there are more. */
enum { SHEET_ROWS = 500, SHEET_COLUMNS = 4 };
static const struct paper_column columns[SHEET_COLUMNS] = {
    { "序号", 1 }, { "公示事项", 5 }, { "情况", 8 }, { "公示至", 3 }
};

const struct err *notice_sheet(struct req *r)
{
    const struct notice_sheet_in *in = r->in;
    const char *village;
    struct list rows;
    struct bytes pdf;
    char day[DATE_ZH_SIZE], iso[DATE_SIZE];

    TRY(region_title(r, in->village, &village));
    TRY(db_all(r, &notice_record, &rows,
               "SELECT id, title, body, last_day, open_objections FROM notice WHERE village = $1"
               " AND state = 'public' AND last_day >= $2 ORDER BY id LIMIT $3",
               I64(in->village), I64(r->today), I64(SHEET_ROWS)));
    const char **cells = arena_array(r->mem, const char *, rows.n *SHEET_COLUMNS + 1);
    for (size_t i = 0; i < rows.n; i++) {
        const struct notice *n = &LIST_AT(rows, struct notice, i);
        const char **c = cells + i * SHEET_COLUMNS;
        c[0] = arena_printf(r->mem, "%zu", i + 1);
        c[1] = n->title;
        c[2] = n->body;
        c[3] = arena_printf(r->mem, "%s%s", date_zh(n->last_day, day),
                            n->open_objections ? "\n有异议，暂停" : "");
    }
    struct paper *p = paper_new(r->mem, PAPER_A4, "积分公示",
                                arena_printf(r->mem, "%sT00:00:00Z", date_format(r->today, iso)));
    paper_title(p, "积分公示");
    paper_subtitle(
        p, arena_printf(r->mem, "%s　%s　共%zu项", village, date_zh_full(r->today, day), rows.n));
    if (!rows.n) paper_text(p, "今天没有公示中的事项。");
    if (rows.n) paper_table(p, columns, SHEET_COLUMNS, cells, rows.n);
    if (rows.n == SHEET_ROWS) paper_small(p, "另有更多事项，请扫码查看。");
    paper_space(p, 4);
    paper_text(p, "对以上事项有异议的村民，请在公示期内扫码提出，或者告诉网格员、村干部代为登记。");
    const char *url =
        arena_printf(r->mem, "%s/#/v/%012lld", http_public_url(r), (long long)in->village);
    paper_qr(p, url, arena_printf(r->mem, "扫码查看公示栏\n%s", url));
    paper_footer(p, arena_printf(r->mem, "%s 乡村治理积分制", village));
    TRY(paper_close(p, &pdf));
    http_send_file(r, "application/pdf",
                   arena_printf(r->mem, "board-%012lld-%s.pdf", (long long)in->village,
                                date_format(r->today, iso)),
                   pdf.p, pdf.n);
    return NULL;
}

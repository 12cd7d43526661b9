/* The slip 奖分通知单 of a recorded claim, and photos. */
#include "claim/claim.h"

#include <string.h>

#include "claim/claim_rows.h"
#include "kernel/dec.h"
#include "kernel/id.h"
#include "kernel/text.h"
#include "paper/paper.h"

static const struct err *slip(struct req *r, const char *name, const struct claim *c)
{
    char points[DEC_SIZE], day[DATE_ZH_SIZE], at[INSTANT_SIZE];
    const char *village;
    struct bytes pdf;

    TRY(region_title(r, c->village, &village));
    /* Dated by the claim's last step: printing it again gives the same bytes. */
    struct paper *p = paper_new(r->mem, PAPER_A5, arena_printf(r->mem, "奖分通知单 %s", c->number),
                                instant_format(c->updated_at, at));
    const char *url = arena_printf(r->mem, "%s/#/v/%012lld/n/%lld?slip=%s", http_public_url(r),
                                   (long long)c->village, (long long)c->notice, c->number);
    paper_title(p, c->points_c < 0   ? "扣分通知单"
                   : c->points_c == 0 ? "提醒通知单"
                                      : "奖分通知单");
    paper_subtitle(p, village);
    paper_rule(p);
    paper_pair(p, "编号", c->number);
    paper_pair(p, "对象", name);
    paper_pair(p, "项目", arena_printf(r->mem, "%s（%s）", c->item_label, c->category));
    if (c->difficulty) paper_pair(p, "难度", c->difficulty);
    paper_pair(p, "时间", arena_strdup(r->mem, date_zh_full(c->deed_on, day)));
    paper_pair(p, "地点", c->place);
    paper_pair(p, "事由", c->cause);
    paper_pair_big(
        p, "积分",
        arena_printf(r->mem, "%s%s分", c->points_c > 0 ? "+" : "", dec_human(c->points_c, points)));
    paper_pair(p, "说明", c->explain_zh);
    if (c->false_claim) paper_pair(p, "更正", "本单已冲正：经核实事项不实。");
    paper_rule(p);
    paper_pair(p, "审核人", c->decided_by_name);
    if (c->decided_on != NONE)
        paper_pair(p, "审核日期", arena_strdup(r->mem, date_zh_full(c->decided_on, day)));
    paper_space(p, 6);
    paper_text(p, "村民委员会（盖章）：　　　　　　　　　领单人签名：");
    paper_space(p, 10);
    paper_qr(p, url, arena_printf(r->mem, "扫码核验本单真伪\n编号 %s", c->number));
    paper_footer(p, arena_printf(r->mem, "%s 乡村治理积分制", village));
    TRY(paper_close(p, &pdf));
    http_send_file(r, "application/pdf", arena_printf(r->mem, "slip-%s.pdf", c->number), pdf.p,
                   pdf.n);
    return NULL;
}

static const struct err *recorded(struct req *r, struct claim **c)
{
    const struct claim_get *in = r->in;

    TRY(claim_load(r, in->village, in->claim, c));
    if (!claim_is_visible(r, *c)) return fail(r, ERR_FORBIDDEN, NULL);
    if ((*c)->posting != NONE) return NULL;
    return fail_say(r, ERR_STATE, NULL, "录入以后才有奖分通知单。",
                    "There is a slip once the points are recorded.");
}

const struct err *claim_slip(struct req *r)
{
    struct claim *c;

    TRY(recorded(r, &c));
    return slip(r, access_own(r, c->household) ? c->subject_name : c->subject_masked, c);
}

const struct err *claim_slip_full(struct req *r)
{
    struct claim *c;

    TRY(recorded(r, &c));
    TRY(access_require_at(r, PERM_PEOPLE_UNMASK, c->village, c->grid, c->household));
    r->audit_subject = c->id;
    r->audit_note = "打印实名奖分通知单";
    return slip(r, c->subject_name, c);
}

/* ---- photos ---- */
struct photo_in {
    int64_t village, claim;
    struct bytes body;
};
static const struct field photo_in_fields[] = {
    F(photo_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(photo_in, claim, K_ID, IN_PATH, 0, 0, "Claim id."),
    F(photo_in, body, K_BYTES, IN_RAW, 1, CLAIM_PHOTO_BYTES, "The picture, JPEG or PNG."),
    { 0 }
};
RECORD(photo_in);
struct photo_out {
    int64_t id;
};
static const struct field photo_out_fields[] = { F(photo_out, id, K_ID, 0, 0, 0, "Photo id."),
                                                 { 0 } };
RECORD(photo_out);
struct photo_get {
    int64_t village, claim, photo;
};
static const struct field photo_get_fields[] = {
    F(photo_get, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(photo_get, claim, K_ID, IN_PATH, 0, 0, "Claim id."),
    F(photo_get, photo, K_ID, IN_PATH, 0, 0, "Photo id."),
    { 0 }
};
RECORD(photo_get);

/* By its first bytes, whatever the header says: nothing else is ever served from here. */
static const char *picture_type(struct bytes b)
{
    if (b.n > 3 && memcmp(b.p, "\xff\xd8\xff", 3) == 0) return "image/jpeg";
    if (b.n > 8 && memcmp(b.p, "\x89PNG\r\n\x1a\n", 8) == 0) return "image/png";
    return NULL;
}

const struct err *claim_photo_add(struct req *r)
{
    const struct photo_in *in = r->in;
    struct claim *c;
    int64_t n;

    TRY(claim_load(r, in->village, in->claim, &c));
    if (!claim_is_mine(r, c) &&
        !access_may_at(r, PERM_CLAIM_CHECK, c->village, c->grid, c->household))
        return fail(r, ERR_FORBIDDEN, NULL);
    enum claim_state s = claim_state_of(c->state);
    if (s != CLAIM_SUBMITTED && s != CLAIM_RETURNED) return fail(r, ERR_STATE, NULL);
    if (in->body.n > CLAIM_PHOTO_BYTES) return fail(r, ERR_TOO_LARGE, "body");
    const char *type = picture_type(in->body);
    if (!type)
        return fail_say(r, ERR_MEDIA_TYPE, "body", "只收 JPEG 或 PNG 照片。",
                        "Only JPEG and PNG pictures.");
    TRY(db_int(r, &n, "SELECT count(*) FROM claim_photo WHERE village = $1 AND claim = $2",
               I64(c->village), I64(c->id)));
    if (n >= CLAIM_PHOTOS)
        return fail_say(r, ERR_CONFLICT, "body", "每条申报最多4张照片。",
                        "A claim has at most four photos.");
    struct photo_out *out = arena_new(r->mem, struct photo_out);
    out->id = id_new();
    r->audit_subject = c->id;
    r->out = out;
    return db_exec(r,
                   "INSERT INTO claim_photo (village, claim, id, media_type, bytes, by_account, at)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                   I64(c->village), I64(c->id), I64(out->id), TEXT(type),
                   BLOB(in->body.p, in->body.n), I64(claim_me(r)), I64(r->now));
}

struct photo {
    const char *media_type;
    struct bytes bytes;
};
static const struct field photo_fields[] = { F(photo, media_type, K_TEXT, 0, 0, 0, ""),
                                             F(photo, bytes, K_BYTES, 0, 0, 0, ""),
                                             { 0 } };
static RECORD(photo);

const struct err *claim_photo_get(struct req *r)
{
    const struct photo_get *in = r->in;
    struct claim *c;
    struct photo *p;

    TRY(claim_load(r, in->village, in->claim, &c));
    if (!claim_is_visible(r, c)) return fail(r, ERR_FORBIDDEN, NULL);
    TRY(db_one(
        r, &photo_record, &p,
        "SELECT media_type, bytes FROM claim_photo WHERE village = $1 AND claim = $2 AND id = $3",
        I64(in->village), I64(in->claim), I64(in->photo)));
    http_send_file(r, p->media_type, NULL, p->bytes.p, p->bytes.n);
    return NULL;
}

/* 这件事能得几分, for somebody in particular: as the scheme's estimate, beside what their limits have let through
 * already. */
#include "claim/claim_rows.h"
#include "kernel/text.h"

static const struct field claim_estimate_in_fields[] = {
    F(estimate_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F_ENUM(estimate_in, subject_kind, IN_QUERY, subject_kinds,
           "Whose deed: resident 村民, household 户, organisation 单位."),
    F(estimate_in, subject, K_ID, IN_QUERY, 0, 0, "Their id."),
    ESTIMATE_FIELDS(estimate_in),
    { 0 }
};
const struct record claim_estimate_in_record = { "claim_estimate_in", sizeof(struct estimate_in),
                                                 claim_estimate_in_fields };

const struct err *claim_estimate(struct req *r)
{
    const struct estimate_in *in = r->in;
    int64_t on = in->on == NONE ? r->today : in->on;
    const struct scheme *s;
    struct scheme_estimate *out;
    struct subject *who;
    struct claim c;

    TRY(people_subject(r, in->village, in->subject_kind, in->subject, &who));
    if (!access_own(r, who->household))
        TRY(access_require_at(r, PERM_CLAIM_READ, in->village, who->grid, who->household));
    TRY(scheme_in_force(r, in->village, on, &s));
    const struct scheme_item *i = scheme_item_find(s, in->item);
    if (!i)
        return claim_bad(r, "item", "当时的积分方案中没有这个项目。",
                         "The scheme of that day has no such item.");
    record_blank(&claim_row_record, &c);
    c.village = in->village;
    c.subject_kind = in->subject_kind;
    c.subject = in->subject;
    c.item = in->item;
    c.reverse = in->reverse == 1;
    struct list limits = scheme_limits(r->mem, s, i, on);
    TRY(claim_count_used(r, &c, s, i, &limits));
    const struct award_facts f = {
        .item = in->item,
        .class_ = who->class_,
        .chosen_c = NONE,
        .quantity_c = in->quantity_c,
        .level = in->level,
        .on = on,
        .limits = limits.items,
        .limits_n = limits.n,
        .reverse = in->reverse == 1,
        .difficulty = in->difficulty,
    };
    TRY(scheme_estimate(r->mem, s, &f, true, &out));
    r->out = out;
    return NULL;
}

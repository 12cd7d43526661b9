/* What a claim is worth, and whether it may be put forward at all. Reads only, but for the hold on
 * the subject's accounts. */
#include "claim/claim.h"

#include "claim/claim_rows.h"
#include "kernel/dec.h"
#include "kernel/text.h"

const struct err *claim_bad(struct req *r, const char *field, const char *zh, const char *en)
{
    struct err *e = fail(r, ERR_INVALID, field);
    err_finding(r->mem, e, field, zh, en);
    return e;
}

const struct err *claim_check_day(struct req *r, int64_t day)
{
    if (day > r->today)
        return claim_bad(r, "deed_on", "日期不能晚于今天。", "The day must not be after today.");
    if (day < r->today - CLAIM_AGE_DAYS)
        return claim_bad(r, "deed_on", "只能申报最近三个月内的事项。",
                         "Only deeds of the last three months can be claimed.");
    return NULL;
}

/* Who puts a deed forward need not mark it: until the check, the least that the range allows
 * counts. */
static int64_t least(const struct scheme_item *i, const char *level)
{
    for (size_t k = 0; k < i->levels.n; k++) {
        const struct scheme_level *l = &LIST_AT(i->levels, struct scheme_level, k);
        if (text_equal(l->name, level)) return l->points.min_c;
    }
    return i->levels.n ? NONE : i->points_min_c;
}

/* Classes by other tags than the party's, which the subject's class tells already. */
static bool by_tags(const struct scheme *s)
{
    for (size_t i = 0; i < s->classes.n; i++) {
        const struct list *tags = &LIST_AT(s->classes, struct scheme_class, i).tags;
        for (size_t k = 0; k < tags->n; k++)
            if (!text_equal(LIST_AT(*tags, const char *, k), "党员")) return true;
    }
    return false;
}

const struct err *claim_class(struct req *r, struct claim *c)
{
    const struct scheme *s;
    struct list tags;
    TRY(scheme_in_force(r, c->village, c->deed_on, &s));
    if (!by_tags(s)) return NULL;
    TRY(people_tag_names(r, c->village, c->subject_kind, c->subject, &tags));
    const char *class_ = scheme_class_pick(s, c->class_, &tags);
    if (class_) c->class_ = class_;
    return NULL;
}

/* A warning costs nothing and so is not in the books: the recorded claims without a posting are. */
static const struct err *count_warnings(struct req *r, const struct claim *c,
                                        struct scheme_limit *l)
{
    int64_t times;
    TRY(db_int(r, &times,
               "SELECT COUNT(*) FROM claim WHERE village = $1 AND subject_kind = $2 AND subject = $3"
               " AND item = $4 AND state = 'recorded' AND posting = 0 AND deed_on BETWEEN $5 AND $6",
               I64(c->village), TEXT(c->subject_kind), I64(c->subject), TEXT(c->item),
               I64(l->span.first), I64(l->span.last)));
    l->used_times += times;
    return NULL;
}

/* What a limit counts of an item. An item with a contrary counts what is given and what is taken
 * apart. Wider limits are about what is given; of a group also one fault counts. */
static int64_t sign_of(enum limit_scope scope, const struct scheme_item *item, bool fault)
{
    switch (scope) {
    case LIMIT_ITEM:
        return item->reverse_c == NONE ? USED_BOTH : fault ? USED_TAKEN : USED_GIVEN;
    case LIMIT_WARNING:
        return item->reverse_c == NONE ? USED_BOTH : USED_TAKEN;
    case LIMIT_GROUP:
        return fault ? USED_TAKEN : USED_GIVEN;
    case LIMIT_CATEGORY:
    case LIMIT_ACCOUNT:
        return USED_GIVEN;
    }
    BUG("claim: limit %d", scope);
}

const struct err *claim_count_used(struct req *r, const struct claim *c, const struct scheme *s,
                                   const struct scheme_item *own, struct list *limits)
{
    bool fault = c->reverse == 1 || own->points_max_c < 0;
    for (size_t k = 0; k < limits->n; k++) {
        struct scheme_limit *l = &LIST_AT(*limits, struct scheme_limit, k);
        for (size_t i = 0; i < s->items.n; i++) {
            const struct scheme_item *item = &LIST_AT(s->items, struct scheme_item, i);
            int64_t times, used_c;
            if (!scheme_limit_counts(l, item)) continue;
            TRY(ledger_used(r, c->village, c->subject_kind, c->subject, item->code, l->span,
                            sign_of(l->scope, item, fault), &times, &used_c));
            l->used_times += times;
            l->used_c += used_c;
        }
        if (l->scope == LIMIT_WARNING) TRY(count_warnings(r, c, l));
    }
    return NULL;
}

const struct err *claim_value(struct req *r, struct claim *c, bool checked)
{
    const struct scheme *s;
    struct award_facts f = {
        .item = c->item,
        .class_ = c->class_,
        .chosen_c = c->chosen_c,
        .quantity_c = c->quantity_c,
        .level = c->level,
        .difficulty = c->difficulty,
        .reverse = c->reverse == 1,
        .on = c->deed_on,
        .claimant = c->claimant,
    };
    struct award a;

    TRY(scheme_in_force(r, c->village, c->deed_on, &s));
    const struct scheme_item *i = scheme_item_find(s, c->item);
    if (!i)
        return claim_bad(r, "item", "当时的积分方案中没有这个项目。",
                         "The scheme of that day has no such item.");
    if (c->difficulty && !i->multipliers.n)
        return claim_bad(r, "difficulty", "这个项目不分难度。", "This item has no difficulties.");
    if (!checked && f.chosen_c == NONE && !f.reverse) f.chosen_c = least(i, c->level);
    if (i->yuan)
        return claim_bad(r, "item", "以元结算的项目不能申报积分。",
                         "An item in yuan is not claimed for points.");
    struct list limits = scheme_limits(r->mem, s, i, c->deed_on);
    TRY(claim_count_used(r, c, s, i, &limits));
    f.limits = limits.items;
    f.limits_n = limits.n;
    TRY(scheme_award(r->mem, s, &f, &a));
    /* A warning is worth recording: the next fault counts it. */
    if (a.points_c == 0 && !a.warned)
        return claim_bad(r, "item", a.explain_zh, a.explain_en);
    c->item_label = f.reverse ? arena_printf(r->mem, "没有做到：%s", i->label) : i->label;
    c->category = scheme_category_label(s, i->category);
    c->scheme_version = s->version;
    c->points_c = a.points_c;
    c->explain_zh = a.explain_zh;
    c->explain_en = a.explain_en;
    c->tree = a.tree;
    return NULL;
}

/* Between check and ledger the value must not move silently: what was published is what counts. */
const struct err *claim_value_again(struct req *r, const struct claim *c)
{
    struct claim now = *c;
    char before[DEC_SIZE], after[DEC_SIZE];

    /* Caps are counted and used by one transaction at a time. */
    TRY(ledger_lock(r, c->village, c->subject_kind, c->subject));
    TRY(claim_value(r, &now, true));
    if (now.points_c == c->points_c) return NULL;
    dec_human(c->points_c, before);
    dec_human(now.points_c, after);
    return fail_say(
        r, ERR_OVER_CAP, "points",
        arena_printf(r->mem, "公示的是%s分，按上限现在只能计%s分，请退回更正。", before, after),
        arena_printf(r->mem, "%s points were published but the cap now leaves %s; send it back.",
                     before, after));
}

const struct err *claim_needs_evidence(struct req *r, const struct claim *c)
{
    const struct scheme *s;
    int64_t photos;

    TRY(scheme_in_force(r, c->village, c->deed_on, &s));
    const struct scheme_item *i = scheme_item_find(s, c->item);
    if (!i || !text_equal(i->evidence, "required") || (c->evidence && *c->evidence)) return NULL;
    TRY(db_int(r, &photos, "SELECT count(*) FROM claim_photo WHERE village = $1 AND claim = $2",
               I64(c->village), I64(c->id)));
    if (photos > 0) return NULL;
    return claim_bad(r, "evidence", "本项目须有佐证：请写明凭据或附照片。",
                     "This item needs evidence: say what proves it, or add a photo.");
}

/* ---- once ---- */
const char *claim_place_key(struct req *r, const char *place)
{
    return text_normal(r->mem, place);
}

const struct err *claim_twice(struct req *r, const struct claim *c)
{
    struct claim *other;

    TRY(db_find(
        r, &claim_row_record, &other,
        "SELECT number, state FROM claim WHERE village = $1 AND subject_kind = $2 AND subject = $3"
        " AND item = $4 AND deed_on = $5 AND place_key = $6 AND id <> $7"
        " AND state <> 'rejected' AND state <> 'withdrawn' AND state <> 'reversed'",
        I64(c->village), TEXT(c->subject_kind), I64(c->subject), TEXT(c->item), I64(c->deed_on),
        TEXT(claim_place_key(r, c->place)), I64(c->id)));
    if (!other) return NULL;
    return fail_say(
        r, ERR_DUPLICATE, "deed_on",
        arena_printf(r->mem, "同一天、同一地点的这件事已经申报过（编号 %s）。", other->number),
        arena_printf(r->mem, "This deed of that day and place is claimed already (number %s).",
                     other->number));
}

/* The versions of a village's scheme: list, text, adoption of a text, withdrawal, differences. A
 * township's template is kept the same way, on the township's code. */
#include "scheme/scheme_http.h"

#include <string.h>

#include "kernel/text.h"
#include "scheme/scheme_preset.h"

struct schemes_in {
    int64_t village;
    PAGE_MEMBERS;
};
static const struct field schemes_in_fields[] = {
    F(schemes_in, village, K_REGION, IN_PATH, 0, 0,
      "Village code; a township's for its template. 村代码"),
    PAGE_FIELDS(schemes_in),
    { 0 }
};
RECORD(schemes_in);

static const struct err *get_versions(struct req *r, int64_t village, const char *after,
                                      int64_t limit, struct page **out)
{
    struct page *page = arena_new(r->mem, struct page);
    int64_t day, id;
    const char *text;

    TRY(page_after(r, after, &day, &id, &text));
    TRY(scheme_versions(r, village, day, id, page_limit(limit), &page->rows));
    page->total = NONE;
    if (page_cut(page, limit)) {
        const struct scheme_version *last =
            &LIST_AT(page->rows, struct scheme_version, page->rows.n - 1);
        page->next = page_cursor(r, last->first_day, last->id, NULL);
    }
    *out = page;
    return NULL;
}

const struct err *get_schemes(struct req *r)
{
    const struct schemes_in *in = r->in;
    struct page *page;
    TRY(get_versions(r, in->village, in->after, in->limit, &page));
    r->out = page;
    return NULL;
}

struct scheme_key_in {
    int64_t village, scheme;
};
static const struct field scheme_key_in_fields[] = {
    F(scheme_key_in, village, K_REGION, IN_PATH, 0, 0,
      "Village code; a township's for its template. 村代码"),
    F(scheme_key_in, scheme, K_ID, IN_PATH, 0, 0, "Version id."),
    { 0 }
};
RECORD(scheme_key_in);

const struct err *get_scheme(struct req *r)
{
    const struct scheme_key_in *in = r->in;
    struct scheme_version *v;
    TRY(scheme_version_load(r, in->village, in->scheme, &v));
    r->out = v;
    return NULL;
}

struct adopt_in {
    int64_t village, from;
    struct scheme_meeting m;
    struct bytes body;
};
static const struct field adopt_in_fields[] = {
    F(adopt_in, village, K_REGION, IN_PATH, 0, 0,
      "Village code; a township's for its template. 村代码"),
    F(adopt_in, from, K_DATE, IN_QUERY, 0, 0,
      "In force from this date: today or later, except a village's first scheme. 生效日期"),
    F_AS(adopt_in, m.meeting, "meeting", K_TEXT, IN_QUERY | OPT, 1, 60,
         "The meeting; needed from the second version of a village on. 通过会议"),
    F_AS(adopt_in, m.on, "meeting_on", K_DATE, IN_QUERY | OPT, 0, 0,
         "The day of the meeting. 会议日期"),
    F_AS(adopt_in, m.votes_for, "votes_for", K_INT, IN_QUERY | OPT, 0, 100000, "Votes for. 赞成"),
    F_AS(adopt_in, m.votes_against, "votes_against", K_INT, IN_QUERY | OPT, 0, 100000,
         "Votes against. 反对"),
    F_AS(adopt_in, m.votes_abstain, "votes_abstain", K_INT, IN_QUERY | OPT, 0, 100000,
         "Abstentions. 弃权"),
    F_AS(adopt_in, m.minutes, "minutes", K_TEXT, IN_QUERY | OPT, 1, 2000,
         "The record of the meeting. 会议记录"),
    F(adopt_in, body, K_BYTES, IN_RAW, 0, 0, "The scheme, YAML."),
    { 0 }
};
RECORD(adopt_in);

const struct err *post_scheme(struct req *r)
{
    const struct adopt_in *in = r->in;
    struct region *village;
    struct scheme_version *v;
    struct list before;
    int64_t version;

    TRY(scheme_place(r, in->village, &village));
    TRY(scheme_versions(r, in->village, NONE, NONE, 1, &before));
    TRY(scheme_adopt_by(r, in->village, in->from, &in->m, NONE, in->body.p, in->body.n, &version));
    /* The first one may be older than the records of the village. */
    if (before.n) TRY(scheme_meeting_complete(r, village, &in->m));
    TRY(scheme_version_load(r, in->village, version, &v));
    r->audit_subject = version;
    r->out = v;
    return NULL;
}

struct withdraw_in {
    int64_t village, scheme;
    const char *reason;
};
static const struct field withdraw_in_fields[] = {
    F(withdraw_in, village, K_REGION, IN_PATH, 0, 0,
      "Village code; a township's for its template. 村代码"),
    F(withdraw_in, scheme, K_ID, IN_PATH, 0, 0, "Version id."),
    F(withdraw_in, reason, K_TEXT, 0, 1, 500, "Why; kept in the record. 撤回原因"),
    { 0 }
};
RECORD(withdraw_in);

const struct err *post_withdraw(struct req *r)
{
    const struct withdraw_in *in = r->in;
    struct scheme_version *v;
    TRY(scheme_withdraw(r, in->village, in->scheme, in->reason));
    r->audit_note = in->reason;
    TRY(scheme_version_load(r, in->village, in->scheme, &v));
    r->audit_subject = v->id;
    r->out = v;
    return NULL;
}

/* ---- what everybody may know ---- */

struct public_version {
    int64_t id, first_day, until, meeting_on, votes_for, votes_against, votes_abstain;
    const char *state, *title, *meeting;
};
static const char *const public_states[] = { "waiting", "in_force", "replaced", NULL };
static const struct field public_version_fields[] = {
    F(public_version, id, K_ID, 0, 0, 0, "Version id."),
    F_AS(public_version, first_day, "from", K_DATE, 0, 0, 0,
         "In force from this date; the rules of any day: scheme?on=. 生效日期"),
    F(public_version, until, K_DATE, OPT, 0, 0,
      "Its last day, when a next version is adopted. 截止日期"),
    F_ENUM(public_version, state, 0, public_states,
           "waiting 待生效, in_force 现行, replaced 已替代."),
    F(public_version, title, K_TEXT, 0, 0, 0, "Title. 标题"),
    F(public_version, meeting, K_TEXT, OPT, 0, 0, "The meeting that adopted it. 通过会议"),
    F(public_version, meeting_on, K_DATE, OPT, 0, 0, "The day of the meeting. 会议日期"),
    F(public_version, votes_for, K_INT, OPT, 0, 0, "Votes for. 赞成"),
    F(public_version, votes_against, K_INT, OPT, 0, 0, "Votes against. 反对"),
    F(public_version, votes_abstain, K_INT, OPT, 0, 0, "Abstentions. 弃权"),
    { 0 }
};
RECORD(public_version);
struct public_schemes_in {
    int64_t village;
    PAGE_MEMBERS;
};
static const struct field public_schemes_in_fields[] = { F(public_schemes_in, village, K_REGION,
                                                           IN_PATH, 0, 0, "Village code. 村代码"),
                                                         PAGE_FIELDS(public_schemes_in),
                                                         { 0 } };
RECORD(public_schemes_in);

/* Withdrawn ones never were rules of the village. */
const struct err *get_public_schemes(struct req *r)
{
    const struct public_schemes_in *in = r->in;
    struct page *page;
    TRY(get_versions(r, in->village, in->after, in->limit, &page));
    struct public_version *rows = arena_array(r->mem, struct public_version, page->rows.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < page->rows.n; i++) {
        const struct scheme_version *v = &LIST_AT(page->rows, struct scheme_version, i);
        if (v->withdrawn_at != NONE) continue;
        rows[n++] = (struct public_version){
            v->id,        v->first_day,     v->until,         v->meeting_on,
            v->votes_for, v->votes_against, v->votes_abstain, v->state,
            v->title,     v->meeting
        };
    }
    page->rows = (struct list){ rows, n };
    r->out = page;
    return NULL;
}

/* ---- differences ---- */

static const struct field diff_side_fields[] = {
    F(diff_side, scheme, K_ID, OPT, 0, 0, "The version; absent: a draft."),
    F(diff_side, title, K_TEXT, 0, 0, 0, "Title. 标题"),
    F_AS(diff_side, first_day, "from", K_DATE, OPT, 0, 0, "In force from. 生效日期"),
    { 0 }
};
RECORD(diff_side);
static const struct field scheme_diff_fields[] = {
    F_SUB(scheme_diff, before, K_OBJECT, 0, 0, 0, diff_side_record, "What it is compared with."),
    F_SUB(scheme_diff, after, K_OBJECT, 0, 0, 0, diff_side_record, "What is told."),
    F_SUB(scheme_diff, changes, K_LIST, 0, 0, 0, change_out_record,
          "Every difference; empty: they say the same."),
    { 0 }
};
RECORD(scheme_diff);

const struct err *scheme_diff_of(struct req *r, int64_t village, int64_t against,
                                 const struct scheme *after, struct diff_side *side)
{
    struct scheme_diff *out = arena_new(r->mem, struct scheme_diff);
    const struct scheme *before;
    TRY(scheme_by_version(r, village, against, &before));
    out->before = arena_new(r->mem, struct diff_side);
    *out->before = (struct diff_side){ before->version, before->from, before->title };
    out->after = side;
    out->changes = tool_changes(r->mem, before, after);
    r->out = out;
    return NULL;
}

struct scheme_diff_in {
    int64_t village, scheme, against;
};
static const struct field scheme_diff_in_fields[] = {
    F(scheme_diff_in, village, K_REGION, IN_PATH, 0, 0,
      "Village code; a township's for its template. 村代码"),
    F(scheme_diff_in, scheme, K_ID, IN_PATH, 0, 0, "Version id."),
    F(scheme_diff_in, against, K_ID, IN_QUERY | OPT, 0, 0,
      "The version to compare with; absent: the one it replaces."),
    { 0 }
};
RECORD(scheme_diff_in);

const struct err *get_scheme_diff(struct req *r)
{
    const struct scheme_diff_in *in = r->in;
    const struct scheme *after;
    struct scheme_version *before = NULL;
    TRY(scheme_by_version(r, in->village, in->scheme, &after));
    if (in->against == NONE) TRY(scheme_version_on(r, in->village, after->from - 1, &before));
    if (in->against == NONE && !before)
        return fail_say(r, ERR_NOT_FOUND, "against", "这是第一个方案，没有可比较的。",
                        "This is the first version; there is nothing to compare it with.");
    struct diff_side *side = arena_new(r->mem, struct diff_side);
    *side = (struct diff_side){ after->version, after->from, after->title };
    return scheme_diff_of(r, in->village, before ? before->id : in->against, after, side);
}

/* ---- what comes with the program ---- */

static const struct field scheme_preset_fields[] = {
    F(scheme_preset, name, K_TEXT, 0, 0, 0, "Name, to begin a draft with. 范本代号"),
    F(scheme_preset, title, K_TEXT, 0, 0, 0, "Title. 标题"),
    F(scheme_preset, place, K_TEXT, OPT, 0, 0, "Where it was written for. 地区"),
    F(scheme_preset, source, K_TEXT, OPT, 0, 0, "Where it comes from. 出处"),
    F(scheme_preset, items, K_INT, 0, 0, 0, "How many items it has. 项目数"),
    F(scheme_preset, choices, K_INT, 0, 0, 0,
      "How many values were chosen where the source is silent. 自定取值数"),
    F(scheme_preset, bytes, K_INT, 0, 0, 0, "Size of the text in bytes."),
    F(scheme_preset, text, K_TEXT, OPT, 0, 0, "The YAML text; with a single preset only. 原文"),
    { 0 }
};
RECORD(scheme_preset);
struct presets_in {
    PAGE_MEMBERS;
};
static const struct field presets_in_fields[] = { PAGE_FIELDS(presets_in), { 0 } };
RECORD(presets_in);
struct preset_in {
    const char *preset;
};
static const struct field preset_in_fields[] = {
    F(preset_in, preset, K_TEXT, IN_PATH, 1, 40, "Name of the preset. 范本代号"), { 0 }
};
RECORD(preset_in);

/* Two dozen at most: after and limit are there because every list has them. */
const struct err *get_presets(struct req *r)
{
    const struct presets_in *in = r->in;
    struct page *page = arena_new(r->mem, struct page);
    struct list all = scheme_presets();
    int64_t skip, unused;
    const char *text;
    TRY(page_after(r, in->after, &skip, &unused, &text));
    size_t from = skip == NONE || skip < 0 ? 0 : (size_t)skip, want = (size_t)page_limit(in->limit);
    struct scheme_preset *rows = arena_array(r->mem, struct scheme_preset, all.n + 1);
    for (size_t i = from; i < all.n && page->rows.n < want; i++) {
        rows[page->rows.n] = LIST_AT(all, struct scheme_preset, i);
        rows[page->rows.n++].text = NULL;
    }
    page->rows.items = rows;
    page->total = (int64_t)all.n;
    if (page_cut(page, in->limit))
        page->next = page_cursor(r, (int64_t)(from + page->rows.n), NONE, NULL);
    r->out = page;
    return NULL;
}

const struct err *get_preset(struct req *r)
{
    const struct preset_in *in = r->in;
    r->out = scheme_preset_find(in->preset);
    return r->out ? NULL : fail(r, ERR_NOT_FOUND, "preset");
}

/* Drafts over HTTP: begin, save, compare, adopt. */
#include "scheme/scheme_http.h"

#include <string.h>

#include "kernel/text.h"
#include "scheme/scheme_preset.h"

#define PLACE(T)                                                                                   \
    F(T, village, K_REGION, IN_PATH, 0, 0, "Village code; a township's for its template. 村代码")
#define DRAFT(T) F(T, draft, K_ID, IN_PATH, 0, 0, "Draft id.")

static const char *const list_states[] = { "open", "adopted", "deleted", NULL };
struct drafts_in {
    int64_t village;
    const char *state;
    PAGE_MEMBERS;
};
static const struct field drafts_in_fields[] = {
    PLACE(drafts_in),
    F_ENUM(drafts_in, state, IN_QUERY | OPT, list_states,
           "open 草稿 (if absent), adopted 已通过, deleted 已删除."),
    PAGE_FIELDS(drafts_in),
    { 0 }
};
RECORD(drafts_in);

const struct err *get_drafts(struct req *r)
{
    const struct drafts_in *in = r->in;
    struct page *page = arena_new(r->mem, struct page);
    int64_t at, id;
    const char *text;
    TRY(page_after(r, in->after, &at, &id, &text));
    TRY(drafts_list(r, in->village, in->state ? in->state : "open", at, id, page_limit(in->limit),
                    &page->rows));
    page->total = NONE;
    if (page_cut(page, in->limit)) {
        const struct scheme_draft *last =
            &LIST_AT(page->rows, struct scheme_draft, page->rows.n - 1);
        page->next = page_cursor(r, last->changed_at, last->id, NULL);
    }
    r->out = page;
    return NULL;
}

/* One draft, with what the checker says today. */
static const struct err *answer(struct req *r, int64_t village, int64_t id, bool with_text)
{
    struct scheme_draft *d;
    struct scheme_finding *found;
    const struct scheme *s;
    TRY(draft_load(r, village, id, &d));
    TRY(scheme_read_at(r, village, r->today, d->text, strlen(d->text), &s, &found));
    d->findings = tool_findings(r->mem, found);
    if (!with_text) d->text = NULL;
    r->audit_subject = id;
    r->out = d;
    return NULL;
}

/* ---- begin ---- */

static const char *const origins[] = { "blank", "preset", "version", "template",
                                       "draft", "text",   NULL };
struct draft_new_in {
    int64_t village, id;
    const char *from, *preset, *text;
};
static const struct field draft_new_in_fields[] = {
    PLACE(draft_new_in),
    F_ENUM(draft_new_in, from, 0, origins,
           "blank 空白, preset 范本, version (the one in force unless id names another) 现行方案, "
           "template 镇模板, draft 另一份草稿, text 已有文本."),
    F(draft_new_in, preset, K_TEXT, OPT, 1, 40, "With preset: its name. 范本代号"),
    F(draft_new_in, id, K_ID, OPT, 0, 0, "With version or draft: which."),
    F(draft_new_in, text, K_TEXT, OPT, 0, 0, "With text: the YAML, lines ended by a newline."),
    { 0 }
};
RECORD(draft_new_in);

static const struct err *missing(struct req *r, const char *field)
{
    return fail_say(r, ERR_INVALID, field, "请写明从哪一份开始。", "Say which one to begin with.");
}

static const struct err *origin_version(struct req *r, const struct draft_new_in *in,
                                        struct draft_origin *from, const char **text)
{
    struct scheme_version *v;
    if (in->id == NONE) TRY(scheme_version_on(r, in->village, r->today, &v));
    else TRY(scheme_version_load(r, in->village, in->id, &v));
    if (!v) return fail(r, ERR_NO_SCHEME, NULL);
    from->id = v->id;
    *text = v->text;
    return NULL;
}

/* "longwo" in 441621102205: longwo_205 */
static const char *code_of(struct arena *mem, const char *name, int64_t village)
{
    return arena_printf(mem, "%.28s_%03d", name, (int)(village % 1000));
}

static const struct err *origin_template(struct req *r, const struct draft_new_in *in,
                                         const char *name, struct draft_origin *from,
                                         const char **text)
{
    const struct scheme *t;
    struct scheme_version *v;
    TRY(scheme_template_on(r, in->village, r->today, &t));
    if (!t)
        return fail_say(r, ERR_NO_SCHEME, NULL, "镇里还没有生效的模板。",
                        "The township has no template in force.");
    TRY(scheme_version_load(r, in->village / 1000 * 1000, t->version, &v));
    from->id = v->id;
    *text = scheme_begin(r->mem, t, v->text, code_of(r->mem, t->name, in->village), name);
    return NULL;
}

static const struct err *origin_text(struct req *r, const struct draft_new_in *in, const char *name,
                                     struct draft_origin *from, const char **text)
{
    if (text_equal(in->from, "version")) return origin_version(r, in, from, text);
    if (text_equal(in->from, "template")) return origin_template(r, in, name, from, text);
    if (text_equal(in->from, "preset")) {
        if (!in->preset) return missing(r, "preset");
        const struct scheme_preset *p = scheme_preset_find(in->preset);
        if (!p) return fail(r, ERR_NOT_FOUND, "preset");
        const struct scheme *s = scheme_parse(r->mem, p->name, p->text, (size_t)p->bytes, NULL);
        from->name = p->name;
        *text = scheme_begin(r->mem, s, p->text, code_of(r->mem, p->name, in->village), name);
        return NULL;
    }
    if (text_equal(in->from, "draft")) {
        struct scheme_draft *d;
        if (in->id == NONE) return missing(r, "id");
        TRY(draft_load(r, in->village, in->id, &d));
        from->id = d->id;
        *text = d->text;
        return NULL;
    }
    if (text_equal(in->from, "text") && !in->text) return missing(r, "text");
    *text = in->text;
    return NULL;
}

const struct err *post_draft(struct req *r)
{
    const struct draft_new_in *in = r->in;
    struct draft_origin from = { .from = in->from, .id = NONE };
    struct region *place;
    const char *text = NULL;
    int64_t id;
    TRY(scheme_place(r, in->village, &place));
    if (text_equal(in->from, "blank"))
        text = scheme_blank(r->mem, code_of(r->mem, "village", in->village), place->name);
    else TRY(origin_text(r, in, place->name, &from, &text));
    TRY(draft_add(r, in->village, &from, text, strlen(text), &id));
    return answer(r, in->village, id, true);
}

/* ---- one draft ---- */

struct draft_key_in {
    int64_t village, draft;
};
static const struct field draft_key_in_fields[] = { PLACE(draft_key_in),
                                                    DRAFT(draft_key_in),
                                                    { 0 } };
RECORD(draft_key_in);

const struct err *get_draft(struct req *r)
{
    const struct draft_key_in *in = r->in;
    return answer(r, in->village, in->draft, true);
}

const struct err *post_draft_restore(struct req *r)
{
    const struct draft_key_in *in = r->in;
    TRY(draft_restore(r, in->village, in->draft));
    return answer(r, in->village, in->draft, true);
}

struct draft_match_in {
    int64_t village, draft, version;
};
static const struct field draft_match_in_fields[] = { PLACE(draft_match_in),
                                                      DRAFT(draft_match_in),
                                                      F(draft_match_in, version, K_INT, IN_MATCH, 0,
                                                        0, "Version read before."),
                                                      { 0 } };
RECORD(draft_match_in);

const struct err *delete_draft(struct req *r)
{
    const struct draft_match_in *in = r->in;
    r->audit_subject = in->draft;
    return draft_delete(r, in->village, in->draft, in->version);
}

struct draft_save_in {
    int64_t village, draft, version;
    struct bytes body;
};
static const struct field draft_save_in_fields[] = {
    PLACE(draft_save_in),
    DRAFT(draft_save_in),
    F(draft_save_in, version, K_INT, IN_MATCH, 0, 0, "Version read before."),
    F(draft_save_in, body, K_BYTES, IN_RAW, 0, 0, "The whole text, YAML, at most 512 KiB."),
    { 0 }
};
RECORD(draft_save_in);

const struct err *put_draft(struct req *r)
{
    const struct draft_save_in *in = r->in;
    TRY(draft_save(r, in->village, in->draft, in->version, in->body.p, in->body.n));
    return answer(r, in->village, in->draft, false);
}

struct draft_diff_in {
    int64_t village, draft, against;
};
static const struct field draft_diff_in_fields[] = {
    PLACE(draft_diff_in),
    DRAFT(draft_diff_in),
    F(draft_diff_in, against, K_ID, IN_QUERY | OPT, 0, 0,
      "The version to compare with; absent: the one in force."),
    { 0 }
};
RECORD(draft_diff_in);

const struct err *get_draft_diff(struct req *r)
{
    const struct draft_diff_in *in = r->in;
    struct scheme_draft *d;
    struct scheme_version *now = NULL;
    struct scheme_finding *found;
    TRY(draft_load(r, in->village, in->draft, &d));
    const struct scheme *after = scheme_parse(r->mem, "draft", d->text, strlen(d->text), &found);
    if (!after) return scheme_error(r->mem, found);
    if (in->against == NONE) TRY(scheme_version_on(r, in->village, r->today, &now));
    if (in->against == NONE && !now) return fail(r, ERR_NO_SCHEME, NULL);
    struct diff_side *side = arena_new(r->mem, struct diff_side);
    *side = (struct diff_side){ NONE, NONE, after->title };
    return scheme_diff_of(r, in->village, now ? now->id : in->against, after, side);
}

/* ---- the village meeting ---- */

struct draft_adopt_in {
    int64_t village, draft, version, from;
    struct scheme_meeting m;
};
static const struct field draft_adopt_in_fields[] = {
    PLACE(draft_adopt_in),
    DRAFT(draft_adopt_in),
    F(draft_adopt_in, version, K_INT, IN_MATCH, 0, 0, "Version read before: what the meeting saw."),
    F(draft_adopt_in, from, K_DATE, 0, 0, 0,
      "In force from this date: today or later, after the meeting, and after every other version. "
      "生效日期"),
    F_AS(draft_adopt_in, m.meeting, "meeting", K_TEXT, OPT, 1, 60,
         "The meeting; a township's template needs none. 通过会议"),
    F_AS(draft_adopt_in, m.on, "meeting_on", K_DATE, OPT, 0, 0, "The day of the meeting. 会议日期"),
    F_AS(draft_adopt_in, m.votes_for, "votes_for", K_INT, OPT, 0, 100000,
         "Votes for: more than half of those present. 赞成"),
    F_AS(draft_adopt_in, m.votes_against, "votes_against", K_INT, OPT, 0, 100000,
         "Votes against. 反对"),
    F_AS(draft_adopt_in, m.votes_abstain, "votes_abstain", K_INT, OPT, 0, 100000,
         "Abstentions. 弃权"),
    F_AS(draft_adopt_in, m.minutes, "minutes", K_TEXT, OPT, 1, 20000,
         "The record of the meeting. 会议记录"),
    { 0 }
};
RECORD(draft_adopt_in);

const struct err *post_draft_adopt(struct req *r)
{
    const struct draft_adopt_in *in = r->in;
    struct region *place;
    struct scheme_version *v;
    int64_t scheme;
    TRY(scheme_place(r, in->village, &place));
    TRY(scheme_meeting_complete(r, place, &in->m));
    TRY(draft_adopt(r, in->village, in->draft, in->version, in->from, &in->m, &scheme));
    TRY(scheme_version_load(r, in->village, scheme, &v));
    r->audit_subject = scheme;
    r->out = v;
    return NULL;
}

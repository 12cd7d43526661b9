/* What a township sees of its villages: who extends its template, who differs and how. */
#include "scheme/scheme_http.h"

#include <string.h>

#include "kernel/text.h"
#include "scheme/scheme_extend.h"

/* ---- one village's file beside the template ---- */

static const char *const kinds[] = { "changed", "stricter", "added", "breach",
                                     NULL }; /* in the order of enum difference_kind */
struct difference_out {
    const char *kind, *path, *zh, *en, *why_zh, *why_en;
    int64_t line, column;
};
static const struct field difference_out_fields[] = {
    F_ENUM(difference_out, kind, 0, kinds,
           "changed 允许的改动, stricter 更严, added 新增, breach 超出模板允许的范围."),
    F(difference_out, path, K_TEXT, 0, 0, 0, "What: items/C05/points (English keys, codes)."),
    F(difference_out, line, K_INT, 0, 0, 0, "Line in the village's text, from 1. 行"),
    F(difference_out, column, K_INT, 0, 0, 0, "Column, from 1. 列"),
    F(difference_out, zh, K_TEXT, 0, 0, 0, "The sentence, Chinese."),
    F(difference_out, en, K_TEXT, 0, 0, 0, "The sentence, English."),
    F(difference_out, why_zh, K_TEXT, OPT, 0, 0,
      "With a breach: what the template allows, Chinese."),
    F(difference_out, why_en, K_TEXT, OPT, 0, 0, "The same in English."),
    { 0 }
};
static RECORD(difference_out);

/* What a file is to a template. */
static const char *const states[] = { "none", "own", "follows", "breaks", "no_template", NULL };
#define STATE_DOC                                                                                                       \
    "none 没有方案, own 自定方案（不依据模板）, follows 依据模板, breaks 超出模板, no_template " \
    "所依据的模板未生效."

struct beside {
    const char *state, *extends;
    struct diff_side *template_;
    int64_t differences, breaches;
    struct list rows;
};
static const struct field beside_fields[] = {
    F_ENUM(beside, state, 0, states, STATE_DOC),
    F(beside, extends, K_TEXT, OPT, 0, 0, "Name of the template the text extends. 依据模板"),
    { .name = "template",
      .kind = K_OBJECT,
      .flags = OPT,
      .at = offsetof(struct beside, template_),
      .sub = &diff_side_record,
      .doc = "The template it is compared with." },
    F(beside, differences, K_INT, 0, 0, 0, "How many differences, breaches among them."),
    F(beside, breaches, K_INT, 0, 0, 0, "How many of them the template does not allow. 违反数"),
    F_SUB(beside, rows, K_LIST, 0, 0, 0, difference_out_record,
          "The differences, in the order of the language."),
    { 0 }
};
RECORD(beside);

static void compare(struct arena *mem, const struct scheme *s, const struct scheme *template_,
                    struct beside *out)
{
    *out = (struct beside){ .state = "none" };
    if (!s) return;
    out->state = "own";
    out->extends = s->extends;
    if (!s->extends) return;
    out->state = "no_template";
    if (!template_ || !text_equal(template_->name, s->extends)) return;
    struct list l = scheme_extend(mem, template_, s);
    struct difference_out *rows = arena_array(mem, struct difference_out, l.n + 1);
    for (size_t i = 0; i < l.n; i++) {
        const struct scheme_difference *d = &LIST_AT(l, struct scheme_difference, i);
        rows[i] = (struct difference_out){ kinds[d->kind], d->path,   d->zh,   d->en,
                                           d->why_zh,      d->why_en, d->line, d->column };
        out->breaches += d->kind == DIFFERENCE_BREACH;
    }
    out->rows = (struct list){ rows, l.n };
    out->differences = (int64_t)l.n;
    out->state = out->breaches ? "breaks" : "follows";
    out->template_ = arena_new(mem, struct diff_side);
    *out->template_ = (struct diff_side){ template_->version, template_->from, template_->title };
}

/* The template to compare with: one version of the township, or the one in force today. */
static const struct err *wanted_template(struct req *r, int64_t village, int64_t version,
                                         const struct scheme **out)
{
    if (version == NONE) return scheme_template_on(r, village, r->today, out);
    return scheme_by_version(r, village / 1000 * 1000, version, out);
}

struct beside_in {
    int64_t village, scheme, template_;
};
static const struct field beside_in_fields[] = {
    F(beside_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(beside_in, scheme, K_ID, IN_PATH, 0, 0, "Version id."),
    F_AS(beside_in, template_, "template", K_ID, IN_QUERY | OPT, 0, 0,
         "A version of the township's template; absent: the one in force today."),
    { 0 }
};
RECORD(beside_in);

const struct err *get_scheme_template(struct req *r)
{
    const struct beside_in *in = r->in;
    struct beside *out = arena_new(r->mem, struct beside);
    const struct scheme *s, *template_;
    TRY(scheme_by_version(r, in->village, in->scheme, &s));
    TRY(wanted_template(r, in->village, in->template_, &template_));
    compare(r->mem, s, template_, out);
    r->out = out;
    return NULL;
}

struct draft_beside_in {
    int64_t village, draft, template_;
};
static const struct field draft_beside_in_fields[] = {
    F(draft_beside_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(draft_beside_in, draft, K_ID, IN_PATH, 0, 0, "Draft id."),
    F_AS(draft_beside_in, template_, "template", K_ID, IN_QUERY | OPT, 0, 0,
         "A version of the township's template; absent: the one in force today."),
    { 0 }
};
RECORD(draft_beside_in);

const struct err *get_draft_template(struct req *r)
{
    const struct draft_beside_in *in = r->in;
    struct beside *out = arena_new(r->mem, struct beside);
    struct scheme_finding *found;
    struct scheme_draft *d;
    const struct scheme *template_;
    TRY(draft_load(r, in->village, in->draft, &d));
    const struct scheme *s = scheme_parse(r->mem, "draft", d->text, strlen(d->text), &found);
    if (!s) return scheme_error(r->mem, found);
    TRY(wanted_template(r, in->village, in->template_, &template_));
    compare(r->mem, s, template_, out);
    r->out = out;
    return NULL;
}

/* ---- all villages ---- */

struct village_scheme {
    int64_t village, scheme, from, template_, differences, breaches;
    const char *name, *state, *title, *extends;
};
static const struct field village_scheme_fields[] = {
    F(village_scheme, village, K_REGION, 0, 0, 0, "Village code. 村代码"),
    F(village_scheme, name, K_TEXT, 0, 0, 0, "Village. 村"),
    F_ENUM(village_scheme, state, 0, states, STATE_DOC),
    F(village_scheme, scheme, K_ID, OPT, 0, 0, "Its version in force."),
    F(village_scheme, title, K_TEXT, OPT, 0, 0, "Title. 标题"),
    F(village_scheme, from, K_DATE, OPT, 0, 0, "In force from. 生效日期"),
    F(village_scheme, extends, K_TEXT, OPT, 0, 0,
      "Name of the template the text extends. 依据模板"),
    F_AS(village_scheme, template_, "template", K_ID, OPT, 0, 0,
         "The version of the template it was compared with."),
    F(village_scheme, differences, K_INT, 0, 0, 0, "How many differences, breaches among them."),
    F(village_scheme, breaches, K_INT, 0, 0, 0,
      "How many of them the template does not allow. 违反数"),
    { 0 }
};
RECORD(village_scheme);

struct region_schemes_in {
    int64_t region, template_, draft;
    PAGE_MEMBERS;
};
static const struct field region_schemes_in_fields[] = {
    F(region_schemes_in, region, K_REGION, IN_PATH, 0, 0, "Township or county. 乡镇或县"),
    F_AS(region_schemes_in, template_, "template", K_ID, IN_QUERY | OPT, 0, 0,
         "Of a township: compare with this version of its template, such as one that waits; "
         "absent: the one in force today."),
    F(region_schemes_in, draft, K_ID, IN_QUERY | OPT, 0, 0,
      "Of a township: compare with this draft of a template: who would break it?"),
    PAGE_FIELDS(region_schemes_in),
    { 0 }
};
RECORD(region_schemes_in);

/* The template asked for by name; none asked for: *out = NULL. */
static const struct err *asked_template(struct req *r, const struct region_schemes_in *in,
                                        const struct scheme **out)
{
    struct scheme_finding *found;
    struct scheme_draft *d;
    *out = NULL;
    if (in->template_ != NONE) return scheme_by_version(r, in->region, in->template_, out);
    if (in->draft == NONE) return NULL;
    TRY(access_require(r, PERM_SCHEME_WRITE, in->region));
    TRY(draft_load(r, in->region, in->draft, &d));
    *out = scheme_parse(r->mem, "draft", d->text, strlen(d->text), &found);
    return *out ? NULL : scheme_error(r->mem, found);
}

static const struct err *village_row(struct req *r, const struct region *v,
                                     const struct scheme *asked, struct village_scheme *out)
{
    const struct scheme *s = NULL, *template_ = asked;
    struct beside b;
    const struct err *e = scheme_in_force(r, v->code, r->today, &s);
    if (e && e->code != ERR_NO_SCHEME) return e;
    if (!asked) TRY(scheme_template_on(r, v->code, r->today, &template_));
    compare(r->mem, s, template_, &b);
    *out = (struct village_scheme){
        .village = v->code,
        .name = v->name,
        .state = b.state,
        .scheme = s ? s->version : NONE,
        .title = s ? s->title : NULL,
        .from = s ? s->from : NONE,
        .extends = b.extends,
        .differences = b.differences,
        .breaches = b.breaches,
        .template_ = b.template_ && template_->version ? template_->version : NONE,
    };
    return NULL;
}

const struct err *get_region_schemes(struct req *r)
{
    const struct region_schemes_in *in = r->in;
    struct page *page = arena_new(r->mem, struct page);
    const struct scheme *asked;
    struct list villages;
    int64_t after, unused;
    const char *text;
    TRY(page_after(r, in->after, &after, &unused, &text));
    TRY(asked_template(r, in, &asked));
    TRY(region_villages(r, in->region, after, page_limit(in->limit), &villages));
    struct village_scheme *rows = arena_array(r->mem, struct village_scheme, villages.n + 1);
    for (size_t i = 0; i < villages.n; i++)
        TRY(village_row(r, &LIST_AT(villages, struct region, i), asked, &rows[i]));
    page->rows = (struct list){ rows, villages.n };
    page->total = NONE;
    if (page_cut(page, in->limit))
        page->next = page_cursor(r, rows[page->rows.n - 1].village, NONE, NULL);
    r->out = page;
    return NULL;
}

/* The rules for people over HTTP: the notice as blocks and as PDF, what a deed would earn, and the card of each
 * household. */
#include <string.h>

#include "kernel/text.h"
#include "scheme/scheme_http.h"
#include "scheme/scheme_paper.h"

static const char *const papers[] = { "a3", "a4", NULL }, *const card_papers[] = { "a4", "a5", NULL };
static const char *const langs[] = { "zh", "en", NULL };

static enum lang lang_of(const char *name)
{
    return text_equal(name, "en") ? LANG_EN : LANG_ZH;
}

/* ---- the notice ---- */

struct notice_in { int64_t village, scheme; const char *paper, *lang, *class_; };
#define NOTICE_VILLAGE F(notice_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码")
#define NOTICE_PAPER F_ENUM(notice_in, paper, IN_QUERY | OPT, papers, "Paper; a4 if absent. 纸张")
#define NOTICE_LANG F_ENUM(notice_in, lang, IN_QUERY | OPT, langs, "Language of the sentences; zh if absent.")
static const struct field notice_in_fields[] = {
    NOTICE_VILLAGE, NOTICE_LANG,
    F_AS(notice_in, class_, "class", K_TEXT, IN_QUERY | OPT, 1, 32, "Only what applies to this class. 适用对象"),
    { 0 }
};
const struct record notice_in_record = { "notice_in", sizeof(struct notice_in), notice_in_fields };
static const struct field notice_pdf_in_fields[] = { NOTICE_VILLAGE, NOTICE_PAPER, NOTICE_LANG, { 0 } };
const struct record notice_pdf_in_record = { "notice_pdf_in", sizeof(struct notice_in), notice_pdf_in_fields };
static const struct field version_pdf_in_fields[] = {
    NOTICE_VILLAGE, F(notice_in, scheme, K_ID, IN_PATH, 0, 0, "Version id."), NOTICE_PAPER, NOTICE_LANG, { 0 }
};
const struct record version_pdf_in_record = { "version_pdf_in", sizeof(struct notice_in), version_pdf_in_fields };

struct scheme_notice { int64_t village, version, from; const char *title, *place; struct list blocks; };
static const struct field scheme_notice_fields[] = {
    F(scheme_notice, village, K_REGION, 0, 0, 0, "Village code. 村代码"),
    F(scheme_notice, version, K_ID, 0, 0, 0, "Version of the scheme."),
    F(scheme_notice, from, K_DATE, 0, 0, 0, "In force from. 生效日期"),
    F(scheme_notice, title, K_TEXT, 0, 0, 0, "Title. 标题"),
    F(scheme_notice, place, K_TEXT, 0, 0, 0, "Where it applies."),
    F_SUB(scheme_notice, blocks, K_LIST, 0, 0, 0, notice_block_record, "Headings, sentences and tables in order."),
    { 0 }
};
RECORD(scheme_notice);

/* What the notice says of the village and of the meeting that adopted this version. */
static const struct err *about(struct req *r, const struct notice_in *in, const struct scheme_version *v, struct notice_about *out)
{
    struct region *village;
    TRY(region_load(r, in->village, &village));
    *out = (struct notice_about){
        .lang = lang_of(in->lang), .signer = village->official ? village->official : village->name, .from = v->first_day,
        .meeting = v->meeting, .meeting_on = v->meeting_on, .votes_for = v->votes_for, .votes_against = v->votes_against,
        .votes_abstain = v->votes_abstain,
    };
    return region_title(r, in->village, &out->village);
}

static const struct err *in_force(struct req *r, int64_t village, const struct scheme **s, struct scheme_version **v)
{
    TRY(scheme_in_force(r, village, r->today, s));
    return scheme_version_load(r, village, (*s)->version, v);
}

const struct err *get_notice(struct req *r)
{
    const struct notice_in *in = r->in;
    const struct scheme *s;
    struct scheme_version *v;
    struct notice_about a;
    struct scheme_notice *out = arena_new(r->mem, struct scheme_notice);

    TRY(in_force(r, in->village, &s, &v));
    TRY(about(r, in, v, &a));
    const char *class_ = in->class_ ? scheme_class_of(s, in->class_) : NULL;
    const struct list only = { &class_, 1 };
    if (class_) a.classes = &only;
    *out = (struct scheme_notice){
        .village = in->village, .version = v->id, .from = v->first_day, .title = s->title, .place = a.village,
        .blocks = scheme_notice(r->mem, s, &a),
    };
    r->out = out;
    return NULL;
}

/* Where the code on the paper leads: the page of the rules in force. */
static const char *rules_url(struct req *r, int64_t village)
{
    return arena_printf(r->mem, "%s/#/v/%012lld/rules", http_public_url(r), (long long)village);
}

static const struct err *notice_pdf(struct req *r, const struct scheme *s, const struct scheme_version *v)
{
    const struct notice_in *in = r->in;
    struct notice_about a;
    struct bytes pdf;
    char at[INSTANT_SIZE];

    TRY(about(r, in, v, &a));
    const struct list blocks = scheme_notice(r->mem, s, &a);
    struct scheme_print how = { .lang = a.lang, .created = instant_format(v->adopted_at, at), .url = rules_url(r, in->village),
                                .footer = arena_printf(r->mem, "%s　%s", a.village, s->title) };
    if (!scheme_paper_size(in->paper ? in->paper : "a4", &how.size)) return fail(r, ERR_INVALID, "paper");
    TRY(scheme_notice_pdf(r->mem, s, &blocks, &how, &pdf));
    http_send_file(r, "application/pdf", arena_printf(r->mem, "rules-%012lld.pdf", (long long)in->village), pdf.p, pdf.n);
    return NULL;
}

const struct err *get_notice_pdf(struct req *r)
{
    const struct notice_in *in = r->in;
    const struct scheme *s;
    struct scheme_version *v;
    TRY(in_force(r, in->village, &s, &v));
    return notice_pdf(r, s, v);
}

const struct err *get_version_pdf(struct req *r)
{
    const struct notice_in *in = r->in;
    const struct scheme *s;
    struct scheme_version *v;
    TRY(scheme_version_load(r, in->village, in->scheme, &v));
    TRY(scheme_by_version(r, in->village, in->scheme, &s));
    return notice_pdf(r, s, v);
}

/* ---- what a deed would earn ---- */

static const struct field estimate_in_fields[] = {
    F(estimate_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    ESTIMATE_FIELDS(estimate_in),
    F_AS(estimate_in, class_, "class", K_TEXT, IN_QUERY | OPT, 1, 32, "Whose deed: a class of the scheme; the item's first if absent. 适用对象"),
    { 0 }
};
RECORD(estimate_in);

const struct err *get_estimate(struct req *r)
{
    const struct estimate_in *in = r->in;
    const struct scheme *s;
    struct scheme_estimate *out;

    TRY(scheme_in_force(r, in->village, r->today, &s));
    const struct scheme_item *i = scheme_item_find(s, in->item);
    const struct list *classes = i ? &i->classes : NULL;
    const char *class_ = in->class_ ? in->class_
                         : classes && classes->n ? LIST_AT(*classes, const char *, 0)
                         : s->classes.n ? LIST_AT(s->classes, struct scheme_class, 0).code : NULL;
    struct award_facts f = { .item = in->item, .class_ = class_, .picked = class_ && scheme_class_of(s, class_) ? class_ : NULL,
                             .chosen_c = NONE, .quantity_c = in->quantity_c, .level = in->level, .on = in->on == NONE ? r->today : in->on,
                             .reverse = in->reverse == 1, .difficulty = in->difficulty };
    TRY(scheme_estimate(r->mem, s, &f, false, &out));
    r->out = out;
    return NULL;
}

/* ---- which rules are mine ---- */

struct my_classes { int64_t village; const char *resident, *household; };
static const struct field my_classes_fields[] = {
    F(my_classes, village, K_REGION, OPT, 0, 0, "The village whose register knows the account; null: none does. 村代码"),
    F(my_classes, resident, K_TEXT, OPT, 0, 0, "One's own class in the rules in force. 本人是哪一类"),
    F(my_classes, household, K_TEXT, OPT, 0, 0, "The household's. 本户是哪一类"),
    { 0 }
};
RECORD(my_classes);

static const struct err *class_in(struct req *r, const struct scheme *s, const char *kind, int64_t id, const char **out)
{
    struct list one;
    if (id == NONE) return NULL;
    TRY(people_roster(r, r->who->village, kind, id - 1, 1, &one));
    const struct people_stay *p = one.items;
    if (one.n && p->subject == id) *out = scheme_class_pick(s, p->class_, &p->tags);
    return NULL;
}

const struct err *get_my_classes(struct req *r)
{
    struct my_classes *out = arena_new(r->mem, struct my_classes);
    const struct scheme *s;

    r->out = out;
    out->village = r->who->village;
    if (out->village == NONE) return NULL;
    const struct err *e = scheme_in_force(r, out->village, r->today, &s);
    if (e) return e->code == ERR_NO_SCHEME ? NULL : e;
    TRY(class_in(r, s, "resident", r->who->resident, &out->resident));
    return class_in(r, s, "household", r->who->household, &out->household);
}

/* ---- cards ---- */

struct card_in { int64_t village, household, group; const char *paper, *lang, *grid; };
static const struct field card_in_fields[] = {
    F(card_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(card_in, household, K_ID, IN_PATH, 0, 0, "Household id."),
    F_ENUM(card_in, paper, IN_QUERY | OPT, card_papers, "Paper; a5 if absent. 纸张"),
    F_ENUM(card_in, lang, IN_QUERY | OPT, langs, "Language of the sentences; zh if absent."),
    { 0 }
};
RECORD(card_in);
static const struct field cards_in_fields[] = {
    F(card_in, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(card_in, group, K_ID, IN_QUERY | OPT, 0, 0, "Only this group. 村民小组"),
    F(card_in, grid, K_TEXT, IN_QUERY | OPT, 2, 11, "Only this grid and those below. 网格"),
    F_ENUM(card_in, paper, IN_QUERY | OPT, card_papers, "Paper; a5 if absent. 纸张"),
    F_ENUM(card_in, lang, IN_QUERY | OPT, langs, "Language of the sentences; zh if absent."),
    { 0 }
};
const struct record cards_in_record = { "cards_in", sizeof(struct card_in), cards_in_fields };

/* What the cards of a request share. */
struct card_run {
    struct req *r;
    const struct card_in *in;
    const struct scheme *s;
    struct scheme_version *v;
    struct list groups, grids;
    const char **staff; /* by grid, as it is asked for */
    struct scheme_card *cards;
    size_t n;
};

static const char *group_name(const struct card_run *c, int64_t id)
{
    for (size_t i = 0; i < c->groups.n; i++)
        if (LIST_AT(c->groups, struct village_group, i).id == id) return LIST_AT(c->groups, struct village_group, i).name;
    return NULL;
}

static const struct grid *grid_of(const struct card_run *c, const char *code)
{
    for (size_t i = 0; code && i < c->grids.n; i++)
        if (text_equal(LIST_AT(c->grids, struct grid, i).code, code)) return &LIST_AT(c->grids, struct grid, i);
    return NULL;
}

/* Who claims for those without a phone: the first who answers for the grid; NULL when nobody does. */
static const struct err *staff_of(struct card_run *c, const struct grid *g, const char **out)
{
    struct grid *whole;
    *out = NULL;
    if (!g) return NULL;
    const char **known = &c->staff[g - (const struct grid *)c->grids.items];
    if (!*known) {
        TRY(region_grid(c->r, c->in->village, g->code, &whole));
        const char *name = whole->staff.n ? LIST_AT(whole->staff, struct grid_staff, 0).name : whole->head;
        *known = name ? arena_printf(c->r->mem, "网格员%s", name) : "";
    }
    *out = **known ? *known : NULL;
    return NULL;
}

static void class_add(struct list *classes, const char *class_)
{
    if (!class_) return;
    for (size_t i = 0; i < classes->n; i++)
        if (text_equal(LIST_AT(*classes, const char *, i), class_)) return;
    LIST_AT(*classes, const char *, classes->n++) = class_;
}

/* The classes of a household and of those who live in it now. stays: ordered by household. */
static struct list classes_of(const struct card_run *c, const struct people_stay *home, const struct list *stays)
{
    struct list out = { arena_array(c->r->mem, const char *, c->s->classes.n + 1), 0 };
    class_add(&out, scheme_class_pick(c->s, home->class_, &home->tags));
    for (size_t i = 0; i < stays->n; i++) {
        const struct people_stay *p = &LIST_AT(*stays, struct people_stay, i);
        if (p->household != home->subject || !p->active || (p->until != NONE && p->until < c->r->today)) continue;
        class_add(&out, scheme_class_pick(c->s, p->class_, &p->tags));
    }
    return out;
}

static const struct err *card_add(struct card_run *c, const struct people_stay *home, const struct list *stays, const char *name)
{
    struct arena *mem = c->r->mem;
    const char *group = group_name(c, home->group), *staff;
    const struct grid *grid = grid_of(c, home->grid);
    TRY(staff_of(c, grid, &staff));
    c->cards[c->n++] = (struct scheme_card){
        .household = arena_printf(mem, "%s号　%s", home->number ? home->number : "", name),
        .place = group || grid
                     ? arena_printf(mem, "%s%s%s", group ? group : "", group && grid ? "　" : "", grid ? grid->name : "")
                     : NULL,
        .grid_staff = staff,
        .classes = classes_of(c, home, stays),
    };
    return NULL;
}

/* Those of one batch that are asked for and whom the asker may see. */
static const struct err *cards_of(struct card_run *c, const struct list *homes)
{
    const struct people_stay *first = homes->items, *last = first + homes->n - 1;
    struct grid_range grids = region_grid_range(c->in->grid);
    struct list stays;
    TRY(people_stays(c->r, c->in->village, first->subject, last->subject, &stays));
    for (size_t i = 0; i < homes->n; i++) {
        const struct people_stay *h = &LIST_AT(*homes, struct people_stay, i);
        if (!h->active || (c->in->group != NONE && h->group != c->in->group)) continue;
        struct grid_range own = region_grid_range(h->grid);
        if (c->in->grid && (!h->grid || own.first < grids.first || own.last > grids.last)) continue;
        if (!access_may_at(c->r, PERM_PEOPLE_READ, c->in->village, h->grid, h->subject)) continue;
        if (c->n == SCHEME_CARDS)
            return fail_say(c->r, ERR_TOO_LARGE, "group", "一次最多打印500户，请选一个小组或网格。",
                            "At most 500 households at a time: choose a group or a grid.");
        TRY(card_add(c, h, &stays, h->masked));
    }
    return NULL;
}

static const struct err *card_begin(struct req *r, struct card_run *c)
{
    *c = (struct card_run){ .r = r, .in = r->in, .cards = arena_array(r->mem, struct scheme_card, SCHEME_CARDS) };
    TRY(in_force(r, c->in->village, &c->s, &c->v));
    TRY(region_groups(r, c->in->village, &c->groups));
    TRY(region_grids(r, c->in->village, &c->grids));
    c->staff = arena_array(r->mem, const char *, c->grids.n + 1);
    return NULL;
}

static const struct err *card_send(struct card_run *c, const char *file)
{
    struct req *r = c->r;
    struct bytes pdf;
    char at[INSTANT_SIZE];
    struct scheme_print how = { .lang = lang_of(c->in->lang), .created = instant_format(c->v->adopted_at, at), .url = rules_url(r, c->in->village) };
    if (!scheme_paper_size(c->in->paper ? c->in->paper : "a5", &how.size)) return fail(r, ERR_INVALID, "paper");
    TRY(scheme_cards_pdf(r->mem, c->s, c->cards, c->n, &how, &pdf));
    http_send_file(r, "application/pdf", file, pdf.p, pdf.n);
    return NULL;
}

/* One's own household sees its name; staff get it masked, as everything that is printed. */
const struct err *get_card(struct req *r)
{
    const struct card_in *in = r->in;
    struct card_run c;
    struct subject *home;
    struct list homes, stays;

    TRY(people_subject(r, in->village, "household", in->household, &home));
    bool own = r->who->village == in->village && r->who->household == in->household;
    if (!own) TRY(access_require_at(r, PERM_PEOPLE_READ, in->village, home->grid, in->household));
    TRY(card_begin(r, &c));
    TRY(people_roster(r, in->village, "household", in->household - 1, 1, &homes));
    TRY(people_stays(r, in->village, in->household, in->household, &stays));
    if (!homes.n) return fail(r, ERR_NOT_FOUND, "household");
    TRY(card_add(&c, homes.items, &stays, own ? arena_printf(r->mem, "%s户", home->name) : home->masked));
    return card_send(&c, arena_printf(r->mem, "card-%s.pdf", home->number));
}

const struct err *get_cards(struct req *r)
{
    enum { BATCH = 200 };
    struct card_run c;
    int64_t after = 0;

    TRY(card_begin(r, &c));
    for (;;) {
        struct list homes;
        TRY(people_roster(r, c.in->village, "household", after, BATCH, &homes));
        if (homes.n) TRY(cards_of(&c, &homes));
        if (homes.n < BATCH) break;
        after = LIST_AT(homes, struct people_stay, homes.n - 1).subject;
    }
    if (!c.n) return fail_say(r, ERR_NOT_FOUND, "group", "没有可以打印的户。", "There are no households to print.");
    return card_send(&c, arena_printf(r->mem, "cards-%012lld.pdf", (long long)c.in->village));
}

/* The card per household 明白卡: the rules that apply to it, on one page. What does not fit at the
 * usual type is set smaller, and below the smallest type that old eyes can read the least usual
 * deeds go, with a line that says how many more there are and where. */
#include <string.h>

#include "kernel/text.h"
#include "paper/paper.h"
#include "scheme/scheme_notice_in.h"
#include "scheme/scheme_paper.h"

/* Type in points: usual and smallest. Deeds: usual, and fewest before the page is allowed to break.
 */
enum { CARD_DEEDS = 12, CARD_DEEDS_MIN = 4 };
#define CARD_TYPE_A4 16.0
#define CARD_TYPE_A5 12.0
#define CARD_TYPE_GOOD 8.5 /* below it a shorter list is better than smaller type */
#define CARD_TYPE_MIN 7.5

static bool deduction(const struct scheme_item *i)
{
    return i->points_min_c < 0 && i->points_max_c <= 0;
}

/* ---- the most usual deeds ---- */

static int usual(const struct scheme_item *i)
{
    int n = 0;
    for (size_t k = 0; k < i->claimants.n; k++)
        n += text_equal(LIST_AT(i->claimants, const char *, k), "self") ? 8 : 0;
    if (!text_equal(i->evidence, "required")) n += 4;
    if (i->unit) n += 2;
    if (i->cap && i->cap->per <= PERIOD_MONTH) n += 1;
    return n;
}

struct list scheme_card_classes(struct arena *mem, const struct scheme *s)
{
    const char **codes = arena_array(mem, const char *, s->classes.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s->classes.n; i++) {
        const struct scheme_class *k = &LIST_AT(s->classes, struct scheme_class, i);
        if (text_equal(k->kind, "household") || text_equal(k->kind, "resident"))
            codes[n++] = k->code;
    }
    return (struct list){ codes, n };
}

struct list scheme_card_items(struct arena *mem, const struct scheme *s, const struct list *classes,
                              size_t most, size_t *all)
{
    const struct notice_about about = { NOTICE_ABOUT, .classes = classes };
    const struct telling t = { .mem = mem, .s = s, .about = &about, .zh = true };
    const struct scheme_item **items = arena_array(mem, const struct scheme_item *, s->items.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s->items.n; i++) {
        const struct scheme_item *item = &LIST_AT(s->items, struct scheme_item, i);
        if (!item->yuan && !deduction(item) && item_told(&t, item)) items[n++] = item;
    }
    *all = n;
    while (n > most) { /* the last of the least usual goes */
        size_t worst = 0;
        for (size_t i = 1; i < n; i++)
            if (usual(items[i]) <= usual(items[worst])) worst = i;
        memmove(items + worst, items + worst + 1, (n - worst - 1) * sizeof *items);
        n--;
    }
    return (struct list){ items, n };
}

/* ---- the page ---- */

struct card {
    struct arena *mem;
    const struct scheme *s;
    const struct scheme_card *of;
    const struct scheme_print *how;
    struct telling t;
    double type;
    size_t deeds;
};

static void put_deeds(struct paper *p, struct card *c)
{
    static const struct paper_column zh[] = { { "做什么", 6 }, { "得几分", 4 }, { "最多", 3 } },
                                     en[] = { { "Deed", 6 }, { "Points", 4 }, { "At most", 3 } };
    size_t all;
    struct list items = scheme_card_items(c->mem, c->s, &c->of->classes, c->deeds, &all);
    if (!items.n) return;
    const char **cells = arena_array(c->mem, const char *, items.n * 3);
    for (size_t i = 0; i < items.n; i++) {
        const struct scheme_item *item = LIST_AT(items, const struct scheme_item *, i);
        cells[3 * i] = item_name(&c->t, item);
        cells[3 * i + 1] = item_worth(&c->t, item);
        const char *caps = item_caps(&c->t, item);
        cells[3 * i + 2] = caps ? caps : SAY(&c->t, "不限", "no limit");
    }
    paper_subheading(p, SAY(&c->t, "这些事能得分", "What earns points"));
    paper_table(p, c->t.zh ? zh : en, 3, cells, items.n);
    if (all > items.n)
        paper_small(p, told(&c->t,
                            c->how->url ? SAY(&c->t, "还有%d项，扫码看，或看村里墙上的公示。",
                                              "%d more: scan the code or see the wall.")
                                        : SAY(&c->t, "还有%d项，看村里墙上的公示。",
                                              "%d more: see the wall."),
                            (int)(all - items.n)));
}

/* "乱倒垃圾，扣2分；没有做到：门前三包，扣2分。" yuan: what counts in yuan instead, also what it
 * gives. */
static void put_costs(struct paper *p, struct card *c, int64_t yuan)
{
    struct telling *t = &c->t;
    struct buf b = buf_in(c->mem, 64 * 1024);
    for (size_t i = 0; i < c->s->items.n; i++) {
        const struct scheme_item *item = &LIST_AT(c->s->items, struct scheme_item, i);
        bool minus = yuan || deduction(item);
        if (item->yuan != yuan || !item_told(t, item)) continue;
        if (!minus && item->reverse_c == NONE) continue;
        buf_printf(&b, "%s%s%s%s%s", b.n ? SAY(t, "；", "; ") : "",
                   minus ? "" : SAY(t, "没有做到：", "not done: "), item->label,
                   minus ? SAY(t, "，", ", ") : SAY(t, "，扣", ", minus "),
                   minus ? item_worth(t, item) : points_word(t, -item->reverse_c));
    }
    if (!b.n) return;
    paper_subheading(p, yuan ? SAY(t, "这些事算钱", "What counts in yuan")
                             : SAY(t, "这些事要扣分", "What costs points"));
    paper_text(p, told(t, "%s%s", b.p, SAY(t, "。", ".")));
}

/* "每月入户评比：每月一次，在当月20日至25日；80分到85分得1分，…" */
static void put_rounds(struct paper *p, struct card *c)
{
    bool open = false;
    for (size_t i = 0; i < c->s->rules.rounds.n; i++) {
        const struct scheme_round *r = &LIST_AT(c->s->rules.rounds, struct scheme_round, i);
        if (!class_held(&c->t, r->class_)) continue;
        if (!open) paper_subheading(p, SAY(&c->t, "定期评比", "Rounds"));
        open = true;
        paper_point(p, round_line(&c->t, r));
        if (r->sheet_) paper_point(p, sheet_line(&c->t, r->sheet_));
    }
    for (size_t i = 0; i < c->s->rules.streaks.n; i++) {
        const struct scheme_streak *s = &LIST_AT(c->s->rules.streaks, struct scheme_streak, i);
        if (s->round_ && class_held(&c->t, s->round_->class_))
            paper_point(p, streak_line(&c->t, s));
    }
    for (size_t i = 0; i < c->s->rules.assessments.n; i++) {
        const struct scheme_assessment *a =
            &LIST_AT(c->s->rules.assessments, struct scheme_assessment, i);
        if (!class_held(&c->t, a->class_)) continue;
        if (!open) paper_subheading(p, SAY(&c->t, "评议", "Assessments"));
        open = true;
        paper_point(p, assessment_line(&c->t, a));
    }
}

static void put_use(struct paper *p, struct card *c)
{
    const struct scheme_exchange *x = c->s->rules.exchange;
    bool open = false;
    struct telling *t = &c->t;
    for (size_t i = 0; i < c->s->rules.titles.n; i++) {
        const struct scheme_title *title = &LIST_AT(c->s->rules.titles, struct scheme_title, i);
        if (!title_told(t, title)) continue;
        if (!open) paper_subheading(p, SAY(t, "积分有什么用", "What points are good for"));
        open = true;
        paper_point(p, title_line(t, title));
    }
    if (!x) return;
    if (!open) paper_subheading(p, SAY(t, "积分有什么用", "What points are good for"));
    paper_point(p, exchange_line(t, x));
}

static void put_ways(struct paper *p, struct card *c)
{
    struct telling *t = &c->t;
    size_t all;
    scheme_card_items(c->mem, c->s, &c->of->classes, 1, &all);
    if (all) {
        paper_subheading(p, SAY(t, "怎样申报", "How to claim"));
        paper_point(p, told(t,
                            c->how->url ? SAY(t, "手机：扫下面的码，点“申报”。申报以后：%s。",
                                              "By phone: scan the code below. Then: %s.")
                                        : SAY(t, "手机：打开村里的页面，点“申报”。申报以后：%s。",
                                              "By phone: open the village's page. Then: %s."),
                            steps_line(t)));
        paper_point(
            p, told(t,
                    SAY(t, "没有手机：告诉%s，当面、打电话、写条子都行，由他们代报，一样得分。",
                        "Without a phone: tell %s, in person, by call or on paper; they claim it."),
                    c->of->grid_staff ? c->of->grid_staff
                                      : SAY(t, "网格员或村干部", "the grid worker or a cadre")));
    } else {
        paper_subheading(p, SAY(t, "公示和异议", "Publicity"));
    }
    paper_point(p, told(t,
                        SAY(t, "有不同意见：公示%s内告诉网格员或村委会，查清以后答复你。",
                            "Objections: within the %s of publicity; you get an answer."),
                        publicity_word(t)));
}

static void put_card(struct paper *p, struct card *c)
{
    struct telling *t = &c->t;
    paper_type(p, c->type);
    paper_title(p, SAY(t, "积分明白卡", "Points at a glance"));
    paper_subtitle(p, c->s->title);
    paper_pair(p, SAY(t, "户", "Household"),
               c->of->household ? c->of->household : "＿＿＿＿＿＿＿＿＿＿＿＿");
    paper_pair(p, SAY(t, "地方", "Place"), c->of->place);
    put_deeds(p, c);
    put_rounds(p, c);
    put_costs(p, c, 0);
    put_costs(p, c, 1);
    put_use(p, c);
    put_ways(p, c);
    if (!c->how->url) return;
    paper_space(p, 2);
    paper_qr_of(
        p, c->how->url,
        SAY(t, "扫码看全部办法，查一件事能得几分。", "Scan for all rules and what a deed earns."),
        c->how->size == PAPER_A5 ? 22 : 28);
}

static struct paper *sheet(struct card *c)
{
    struct paper *p = paper_new(c->mem, c->how->size,
                                SAY(&c->t, "积分明白卡", "Points at a glance"), c->how->created);
    paper_numbers(p, false);
    return p;
}

static bool fits(struct card *c, double most, double least)
{
    for (c->type = most; c->type >= least; c->type -= 0.5) {
        struct paper *p = sheet(c);
        put_card(p, c);
        if (paper_pages(p) == 1) return true;
    }
    return false;
}

/* The largest type and the most deeds that fit one page: good type first, then the deeds. */
static void fit(struct card *c)
{
    double most = c->how->size == PAPER_A5 ? CARD_TYPE_A5 : CARD_TYPE_A4;
    static const double least[] = { CARD_TYPE_GOOD, CARD_TYPE_MIN };
    for (int i = 0; i < 2; i++)
        for (c->deeds = CARD_DEEDS; c->deeds >= CARD_DEEDS_MIN; c->deeds -= 2)
            if (fits(c, most, least[i])) return;
    c->deeds = CARD_DEEDS_MIN;
    c->type = CARD_TYPE_MIN;
}

/* Does anything of this card take more room than it did on the one that was fitted? */
static bool longer(const char *a, const char *b)
{
    return a && (!b || utf8_length(a) > utf8_length(b));
}

static bool same_classes(const struct list *a, const struct list *b)
{
    if (a->n != b->n) return false;
    for (size_t i = 0; i < a->n; i++)
        if (!text_equal(LIST_AT(*a, const char *, i), LIST_AT(*b, const char *, i))) return false;
    return true;
}

/* Households of the same classes have the same rules, so what fitted one fits the next, unless its
 * name, place or helper takes more room. */
enum { CARD_KINDS = 32 };
struct fitted {
    const struct scheme_card *card;
    double type;
    size_t deeds;
};

static void fit_as_before(struct card *c, struct fitted *known, size_t *n)
{
    size_t i = 0;
    while (i < *n && !same_classes(&known[i].card->classes, &c->of->classes)) i++;
    const struct scheme_card *before = i < *n ? known[i].card : NULL;
    if (before && !longer(c->of->household, before->household) &&
        !longer(c->of->place, before->place) && !longer(c->of->grid_staff, before->grid_staff)) {
        c->type = known[i].type;
        c->deeds = known[i].deeds;
        return;
    }
    fit(c);
    if (i == CARD_KINDS) return;
    known[i] = (struct fitted){ c->of, c->type, c->deeds };
    if (i == *n) ++*n;
}

const struct err *scheme_cards_pdf(struct arena *mem, const struct scheme *s,
                                   const struct scheme_card *cards, size_t n,
                                   const struct scheme_print *how, struct bytes *out)
{
    struct card c = { .mem = mem, .s = s, .how = how };
    struct fitted fitted[CARD_KINDS];
    size_t kinds = 0;
    struct paper *p;

    if (n > SCHEME_CARDS) return err_new(mem, ERR_TOO_LARGE, NULL);
    c.t = (struct telling){ .mem = mem, .s = s, .zh = how->lang == LANG_ZH };
    p = sheet(&c);
    for (size_t i = 0; i < n; i++) {
        struct notice_about about = { NOTICE_ABOUT, .lang = how->lang,
                                      .classes = &cards[i].classes };
        c.of = &cards[i];
        c.t.about = &about;
        fit_as_before(&c, fitted, &kinds);
        if (i) paper_break(p);
        put_card(p, &c);
    }
    return paper_close(p, out);
}

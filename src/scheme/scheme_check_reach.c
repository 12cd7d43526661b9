/* What can never happen: caps that nothing reaches, numbers above all that can be got, rankings over
 * a period that their number does not have, classes nobody belongs to, items nobody may claim.
 */
#include <string.h>

#include "kernel/dec.h"
#include "kernel/text.h"
#include "scheme/scheme_keys.h"

#define ANY INT64_MAX /* no bound is known */

static const char *human(struct arena *mem, int64_t c)
{
    char s[DEC_SIZE];
    return arena_strdup(mem, dec_human(c, s));
}

static int64_t times(int64_t a, int64_t b)
{
    return a == ANY || b == ANY || (b && a > DEC_MAX / b) ? ANY : a * b;
}
static int64_t plus(int64_t a, int64_t b)
{
    return a == ANY || b == ANY || a > DEC_MAX - b ? ANY : a + b;
}
static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* At most how many periods of one length touch one of another. */
static int64_t periods_in(int64_t small, int64_t large)
{
    static const int64_t most[PERIOD_LIFE][PERIOD_LIFE] = {
        /* within: day week month quarter half year */
        [PERIOD_DAY] = { 1, 7, 31, 92, 184, 366 },
        [PERIOD_WEEK] = { 1, 1, 6, 15, 28, 54 },
        [PERIOD_MONTH] = { 1, 2, 1, 3, 6, 12 },
        [PERIOD_QUARTER] = { 1, 2, 1, 1, 2, 4 },
        [PERIOD_HALF] = { 1, 2, 1, 1, 1, 2 },
        [PERIOD_YEAR] = { 1, 2, 1, 1, 1, 1 },
    };
    if (small == large || small == PERIOD_LIFE) return 1;
    return small > PERIOD_LIFE || large >= PERIOD_LIFE ? ANY : most[small][large];
}

/* ---- caps ---- */

/* The most that one award of the item is; ANY: by quantity. */
static int64_t most_once(const struct scheme_item *item)
{
    int64_t low = item->points_min_c < 0 ? -item->points_min_c : item->points_min_c;
    int64_t high = item->points_max_c < 0 ? -item->points_max_c : item->points_max_c;
    int64_t most = low > high ? low : high, factor = 100, c;
    if (item->unit && !item->steps.n) return ANY;
    for (size_t i = 0; i < item->multipliers.n; i++) {
        int64_t f = LIST_AT(item->multipliers, struct scheme_level, i).points.max_c;
        if (f > factor) factor = f;
    }
    return dec_muldiv(most, factor, 100, DEC_UP, &c) ? c : ANY;
}

static int64_t most_by(const struct scheme_item *item, const struct scheme_cap *cap)
{
    int64_t most = cap->points_c == NONE ? ANY : cap->points_c;
    return cap->times == NONE ? most : smaller(most, times(cap->times, most_once(item)));
}

/* The most that an item gives in a period, by its caps but one; ANY: no bound. */
static int64_t most_in(const struct scheme_item *item, int64_t per, const struct scheme_cap *but)
{
    int64_t most = ANY;
    for (size_t i = 0; i < item->caps.n; i++) {
        const struct scheme_cap *cap = &LIST_AT(item->caps, struct scheme_cap, i);
        if (cap == but || cap->per == NONE || cap->per == CAP_EVENT) continue;
        most = smaller(most, times(periods_in(cap->per, per), most_by(item, cap)));
    }
    return most;
}

static int64_t most_times(const struct scheme_item *item, int64_t per, const struct scheme_cap *but)
{
    int64_t most = ANY;
    for (size_t i = 0; i < item->caps.n; i++) {
        const struct scheme_cap *cap = &LIST_AT(item->caps, struct scheme_cap, i);
        if (cap == but || cap->per == NONE || cap->per == CAP_EVENT || cap->times == NONE) continue;
        most = smaller(most, times(periods_in(cap->per, per), cap->times));
    }
    return most;
}

static void event_cap(struct scheme_check *c, const struct scheme_item *item,
                      const struct scheme_cap *cap)
{
    if (cap->times != NONE)
        check_error(c, key_or_self(cap->node, "times", "次数"),
                    "每次（event）的上限只写分数。", "a cap per event has points only");
    else if (cap->points_c != NONE && most_once(item) <= cap->points_c)
        check_error(c, key_or_self(cap->node, "points", "分数"),
                    arena_printf(c->mem, "这个上限永远用不上：一次最多%s分。",
                                 human(c->mem, most_once(item))),
                    arena_printf(c->mem, "this cap can never bind: one award is at most %s",
                                 human(c->mem, most_once(item))));
}

static void item_caps(struct scheme_check *c, const struct scheme_item *item)
{
    for (size_t i = 0; i < item->caps.n; i++) {
        const struct scheme_cap *cap = &LIST_AT(item->caps, struct scheme_cap, i);
        if (!cap->node || cap->node->kind != NODE_MAP || cap->per == NONE) continue;
        if (cap->per == CAP_EVENT) {
            event_cap(c, item, cap);
            continue;
        }
        /* Of two that say the same only the later is superfluous. */
        bool first = true;
        for (size_t k = 0; k < i; k++) {
            const struct scheme_cap *x = &LIST_AT(item->caps, struct scheme_cap, k);
            first &= x->per != cap->per || x->times != cap->times || x->points_c != cap->points_c;
        }
        const struct scheme_cap *twin = NULL;
        for (size_t k = i + 1; k < item->caps.n && first; k++) {
            const struct scheme_cap *x = &LIST_AT(item->caps, struct scheme_cap, k);
            if (x->per == cap->per && x->times == cap->times && x->points_c == cap->points_c)
                twin = x;
        }
        if (twin) continue;
        int64_t points = most_in(item, cap->per, cap), often = most_times(item, cap->per, cap);
        bool by_times = cap->times == NONE || often <= cap->times;
        bool by_points = cap->points_c == NONE || points <= cap->points_c;
        if (item->caps.n > 1 && by_times && by_points)
            check_error(c, cap->node, "这条上限永远用不上：别的上限总是先到。请删去或改小。",
                        "this cap can never bind: another one is always reached first");
    }
}

/* All that items of a category (NULL: any) give in a period. */
static int64_t most_of(const struct scheme *s, const char *category, int64_t per)
{
    int64_t sum = 0;
    for (size_t i = 0; i < s->items.n; i++) {
        const struct scheme_item *item = &LIST_AT(s->items, struct scheme_item, i);
        if (item->yuan || (category && !text_equal(item->category, category))) continue;
        if (item->points_max_c <= 0) continue;
        sum = plus(sum, most_in(item, per, NULL));
    }
    return sum;
}

static void wide_caps(struct scheme_check *c, const struct scheme *s, const struct list *caps,
                      const char *category)
{
    for (size_t i = 0; i < caps->n; i++) {
        const struct scheme_cap *cap = &LIST_AT(*caps, struct scheme_cap, i);
        if (!cap->node || cap->node->kind != NODE_MAP || cap->per == NONE) continue;
        if (cap->per == CAP_EVENT)
            check_error(c, key_or_self(cap->node, "per", "每"), "每次（event）的上限只写在项目里。",
                        "a cap per event belongs to an item");
        else if (cap->times == NONE && cap->points_c != NONE &&
                 most_of(s, category, cap->per) <= cap->points_c)
            check_warn(c, cap->node,
                       arena_printf(c->mem, "这条上限用不上：各项加起来最多%s分。",
                                    human(c->mem, most_of(s, category, cap->per))),
                       arena_printf(c->mem, "this cap does not bind: all items give at most %s",
                                    human(c->mem, most_of(s, category, cap->per))));
    }
}

/* ---- numbers ---- */

static int64_t most_part(const struct scheme_assessment *a, const struct scheme_part *p)
{
    if (p->ceiling_c == NONE) return ANY;
    return text_equal(p->combine, "sum") ? times(periods_in(p->every, a->per), p->ceiling_c)
                                         : p->ceiling_c;
}

static int64_t most_points(const struct scheme *s, const struct scheme_round *r, int64_t per)
{
    int64_t most = 0, n = periods_in(r->every, per);
    if (!r->bands_) return ANY;
    for (size_t i = 0; i < r->bands_->bands.n; i++) {
        int64_t c = LIST_AT(r->bands_->bands, struct scheme_band, i).points_c;
        if (c > most) most = c;
    }
    if (r->bands_->otherwise && r->bands_->otherwise->points_c > most)
        most = r->bands_->otherwise->points_c;
    most = times(n, most);
    for (size_t i = 0; i < s->rules.streaks.n; i++) {
        const struct scheme_streak *k = &LIST_AT(s->rules.streaks, struct scheme_streak, i);
        if (k->round_ == r && k->points_c > 0 && k->in_a_row > 0)
            most = plus(most, times(n == ANY ? ANY : (n + k->in_a_row - 1) / k->in_a_row,
                                    k->points_c));
    }
    return most;
}

/* The most that a number can be over the ranking's period. */
static int64_t most_number(const struct scheme *s, const struct scheme_ranking *r)
{
    const struct scheme_round *round = r->number.rule;
    const struct scheme_assessment *a = r->number.rule;
    int64_t sum = 0;
    switch (r->number.kind) {
    case NUMBER_ROUND:
        if (!round) return ANY;
        if (!r->number.mark) return most_points(s, round, r->per);
        if (round->sheet_) return round->sheet_->max_c;
        return round->bands_ && round->bands_->high_c != NONE ? round->bands_->high_c : ANY;
    case NUMBER_ASSESSMENT:
        if (!a) return ANY;
        for (size_t i = 0; i < a->parts.n; i++)
            sum = plus(sum, most_part(a, &LIST_AT(a->parts, struct scheme_part, i)));
        return a->ceiling_c == NONE ? sum : smaller(sum, a->ceiling_c);
    case NUMBER_POINTS:
    case NUMBER_TOTAL:
    case NUMBER_AVERAGE:
    case NUMBER_LIFETIME:
    case NUMBER_MONEY:
        break;
    }
    return ANY;
}

static int64_t lowest_of(const struct scheme_bounds *in)
{
    return in->from_c != NONE ? in->from_c : in->above_c != NONE ? in->above_c + 1 : INT64_MIN;
}

static void titles(struct scheme_check *c, const struct scheme *s)
{
    for (size_t i = 0; i < s->rules.titles.n; i++) {
        const struct scheme_title *t = &LIST_AT(s->rules.titles, struct scheme_title, i);
        if (t->node->kind != NODE_MAP || !t->ranking_) continue;
        int64_t most = most_number(s, t->ranking_), share = 0;
        if (most == ANY) most = INT64_MAX;
        if (t->floor_c != NONE && t->floor_c > most)
            check_error(c, key_or_self(t->node, "floor", "最低"),
                        arena_printf(c->mem, "最高只能到%s，没有人能得到。", human(c->mem, most)),
                        arena_printf(c->mem, "at most %s is possible: nobody can reach it",
                                     human(c->mem, most)));
        for (size_t k = 0; k < t->ladder.n; k++) {
            const struct scheme_rung *g = &LIST_AT(t->ladder, struct scheme_rung, k);
            if (g->node->kind != NODE_MAP) continue;
            if (lowest_of(&g->in) > most)
                check_error(
                    c, g->node,
                    arena_printf(c->mem, "最高只能到%s，没有人能得到。", human(c->mem, most)),
                    arena_printf(c->mem, "at most %s is possible: nobody can reach it",
                                 human(c->mem, most)));
            if (share >= 10000 && (g->share_c != NONE || g->places != NONE))
                check_error(c, g->node, "上面各级已经占满，没有人能得到这一级。",
                            "the rungs above take all places: nobody can reach it");
            if (g->share_c > 0) share += g->share_c;
        }
    }
}

/* ---- rankings ---- */

static void wrong_period(struct scheme_check *c, const struct scheme_ranking *r, const char *zh,
                         const char *en)
{
    check_error(c, key_or_self(r->node, "per", "每"), zh, en);
}

static void rankings(struct scheme_check *c, const struct scheme *s)
{
    for (size_t i = 0; i < s->rules.rankings.n; i++) {
        const struct scheme_ranking *r = &LIST_AT(s->rules.rankings, struct scheme_ranking, i);
        const struct scheme_round *round = r->number.rule;
        const struct scheme_assessment *a = r->number.rule;
        const struct scheme_payment *p = r->number.rule;
        const struct scheme_household *h = s->rules.household;
        if (r->node->kind != NODE_MAP || r->per == NONE) continue;
        switch (r->number.kind) {
        case NUMBER_ROUND:
            if (!round || round->every == NONE) break;
            if (round->every > r->per)
                wrong_period(c, r, "排名的周期比评比的周期还短。",
                             "the ranking's period is shorter than the round's");
            else if (r->at_least != NONE && r->at_least > periods_in(round->every, r->per))
                check_error(c, key_or_self(r->node, "at_least", "至少"),
                            "排名期内没有这么多次评比，没有人能参加排名。",
                            "there are not that many rounds in the period: nobody is ranked");
            break;
        case NUMBER_ASSESSMENT:
            if (a && a->per != NONE && a->per != r->per)
                wrong_period(c, r, "排名的周期要与评议的周期相同。",
                             "the ranking's period must be the assessment's");
            break;
        case NUMBER_MONEY:
            if (p && r->per == PERIOD_LIFE)
                wrong_period(c, r, "结算的排名最长一年。",
                             "a ranking of payments covers a year at most");
            else if (p && p->per != NONE && p->per > r->per)
                wrong_period(c, r, "排名的周期比结算的周期还短。",
                             "the ranking's period is shorter than the payment's");
            break;
        case NUMBER_TOTAL:
        case NUMBER_AVERAGE:
            if (h && h->per != NONE && h->per != r->per)
                wrong_period(c, r, "排名的周期要与家庭积分的周期相同。",
                             "the ranking's period must be that of the household's points");
            break;
        case NUMBER_LIFETIME:
        case NUMBER_POINTS:
            break;
        }
    }
}

/* ---- classes and claimants ---- */

static bool has_all(const struct list *in, const struct list *tags)
{
    for (size_t i = 0; i < tags->n; i++) {
        bool found = false;
        for (size_t k = 0; k < in->n && !found; k++)
            found = text_equal(LIST_AT(*in, const char *, k), LIST_AT(*tags, const char *, i));
        if (!found) return false;
    }
    return true;
}

/* A class that decides for who belongs to both. */
static bool decided(const struct scheme *s, const struct scheme_class *a,
                    const struct scheme_class *b)
{
    for (size_t i = 0; i < s->classes.n; i++) {
        const struct scheme_class *k = &LIST_AT(s->classes, struct scheme_class, i);
        if (text_equal(k->kind, a->kind) && k->tags.n > a->tags.n && has_all(&k->tags, &a->tags) &&
            has_all(&k->tags, &b->tags))
            return true;
    }
    return false;
}

static void classes(struct scheme_check *c, const struct scheme *s)
{
    for (size_t i = 0; i < s->classes.n; i++) {
        const struct scheme_class *b = &LIST_AT(s->classes, struct scheme_class, i);
        if (!b->node || b->node->kind != NODE_MAP || !b->kind) continue;
        static const char *const kinds[] = { "resident",    "household", "organisation", "group",
                                             "grid_worker", "village",   NULL };
        for (int k = 0; kinds[k]; k++)
            if (text_equal(b->code, kinds[k]) && strcmp(b->kind, kinds[k]))
                check_error(c, key_or_self(b->node, "kind", "种类"),
                            arena_printf(c->mem, "代号是%s，种类也要是%s。", kinds[k], kinds[k]),
                            arena_printf(c->mem, "with the code %s the kind is %s", kinds[k],
                                         kinds[k]));
        for (size_t k = 0; k < i; k++) {
            const struct scheme_class *a = &LIST_AT(s->classes, struct scheme_class, k);
            if (!text_equal(a->kind, b->kind) || a->tags.n != b->tags.n) continue;
            if (has_all(&a->tags, &b->tags)) {
                check_error(c, b->node,
                            arena_printf(c->mem, "与第%d行的“%s”是同样的人，没有人属于这一类。",
                                         a->node->line, a->label),
                            arena_printf(c->mem, "the same people as on line %d: nobody belongs here",
                                         a->node->line));
                break;
            }
            if (decided(s, a, b)) continue;
            check_warn(c, key_or_self(b->node, "tag", "标签"),
                       arena_printf(c->mem,
                                    "同时有两种标签的人，“%s”和“%s”都合适，按先写的“%s”算；"
                                    "要另算，请加一类，标签两个都写。",
                                    a->label, b->label, a->label),
                       arena_printf(c->mem,
                                    "who has both tags fits \"%s\" and \"%s\"; the first counts. "
                                    "Add a class with both tags to say otherwise",
                                    a->label, b->label));
            break;
        }
    }
}

static bool claims(const struct scheme_item *item, const char *who)
{
    for (size_t i = 0; i < item->claimants.n; i++)
        if (text_equal(LIST_AT(item->claimants, const char *, i), who)) return true;
    return false;
}

/* Residents, households and organisations sign in; for groups, grid workers and villages somebody
 * else must put deeds forward. */
static void claimants(struct scheme_check *c, const struct scheme *s,
                      const struct scheme_item *item)
{
    if (!item->claimants.n || item->node->kind != NODE_MAP) return;
    const struct scheme_node *at = key_or_self(item->node, "claim", "申报人");
    bool people = false;
    size_t n = item->classes.n ? item->classes.n : s->classes.n;
    for (size_t i = 0; i < n; i++) {
        const char *code = item->classes.n ? LIST_AT(item->classes, const char *, i)
                                           : LIST_AT(s->classes, struct scheme_class, i).code;
        const char *kind = scheme_class_kind(s, code);
        people |= text_equal(kind, "resident") || text_equal(kind, "household") ||
                  text_equal(kind, "organisation");
    }
    bool office = claims(item, "recorder") || claims(item, "document");
    if (!people && !office)
        check_error(c, at, "没有人可以申报：这些对象不能自己申报，请加上录入员（recorder）。",
                    "nobody may claim it: such subjects do not sign in; add recorder");
    else if (item->points_min_c < 0 && !office && !claims(item, "proxy"))
        check_warn(c, at, "扣分只能由本人申报，等于没有人申报；请写录入员（recorder）。",
                   "a deduction that only the subject may claim: nobody will; write recorder");
}

void scheme_check_reach(struct scheme_check *c, const struct scheme *s)
{
    classes(c, s);
    for (size_t i = 0; i < s->items.n; i++) {
        const struct scheme_item *item = &LIST_AT(s->items, struct scheme_item, i);
        item_caps(c, item);
        claimants(c, s, item);
    }
    for (size_t i = 0; i < s->categories.n; i++) {
        const struct scheme_category *k = &LIST_AT(s->categories, struct scheme_category, i);
        wide_caps(c, s, &k->caps, k->code);
    }
    /* Rounds give points that an account's cap holds down too. */
    if (!s->rules.rounds.n) wide_caps(c, s, &s->rules.caps, NULL);
    rankings(c, s);
    titles(c, s);
}

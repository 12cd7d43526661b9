/* A village's file beside the template it extends: scheme_extend.h. */
#include "scheme/scheme_extend.h"

#include <string.h>

#include "kernel/dec.h"
#include "kernel/text.h"
#include "scheme/scheme_diff.h"
#include "scheme/scheme_file.h"

/* ---- which way is stricter ----
 * First match counts. What is not here is fixed: it changes only where the template says so. Fixed
 * on purpose: penalties (how hard a false claim is punished is for the township), who may claim,
 * whom an item is for, warnings before a deduction (they protect the villager). */
enum may { MAY_NOT, MAY_FREE, MAY_LOWER, MAY_HIGHER, MAY_INSIDE, MAY_YES, MAY_EVIDENCE, MAY_ADD };
static const struct {
    const char *pattern;
    enum may may;
} directions[] = {
    { "scheme", MAY_FREE },
    { "title", MAY_FREE },
    { "place", MAY_FREE },
    { "covenant", MAY_FREE },
    { "adopted", MAY_FREE },
    { "adopted/**", MAY_FREE },
    { "extends", MAY_FREE },
    { "template", MAY_FREE },
    { "template/**", MAY_FREE },
    { "**/source", MAY_FREE },
    { "**/choice", MAY_FREE },
    { "source", MAY_FREE },
    { "choice", MAY_FREE },
    { "**/note", MAY_FREE },
    { "items/*/clause", MAY_FREE }, /* clauses are numbered by each covenant */
    { "items/*/warnings/**", MAY_NOT },
    /* The checker picks within a range: a narrower one is within it. */
    { "items/*/points", MAY_INSIDE },
    { "items/*/levels/*", MAY_INSIDE },
    { "items/*/evidence", MAY_EVIDENCE },
    { "**/cap/*/times", MAY_LOWER },
    { "**/cap/*/points", MAY_LOWER },
    { "cap/*/times", MAY_LOWER },
    { "cap/*/points", MAY_LOWER },
    { "items/*/cap/*", MAY_ADD },
    { "categories/*/cap/*", MAY_ADD },
    { "cap/*", MAY_ADD },
    { "publicity/days", MAY_HIGHER },
    { "publicity/workdays", MAY_YES },
    { "steps/*/days", MAY_HIGHER },
    { "**/steps/*/days", MAY_HIGHER },
    { "rounds/*/assessors/at_least", MAY_HIGHER },
    { "rounds/*/assessors/cross", MAY_YES },
    /* Honours are scarce: fewer places are stricter. */
    { "titles/*/ladder/*/share", MAY_LOWER },
    { "titles/*/ladder/*/places", MAY_LOWER },
    { "titles/*/ladder/*/amount", MAY_LOWER },
    { "boards/*/masked", MAY_YES },
    { "boards/*/appeal", MAY_HIGHER },
    { "boards/*/mentor", MAY_YES },
    { "exchange/minimum", MAY_HIGHER },
    { "exchange/earned", MAY_HIGHER },
    { "exchange/limits/*/times", MAY_LOWER },
    { "exchange/limits/*/points", MAY_LOWER },
    { "exchange/limits/*/amount", MAY_LOWER },
    { "exchange/limits/*", MAY_ADD },
    { "budget/per_resident", MAY_LOWER },
};

static bool matches(const char *pattern, const char *path)
{
    for (;;) {
        size_t a = strcspn(pattern, "/"), b = strcspn(path, "/");
        if (a == 2 && !strncmp(pattern, "**", 2)) {
            const char *rest = pattern[2] ? pattern + 3 : NULL;
            if (!rest) return true;
            for (const char *p = path; p; p = strchr(p, '/') ? strchr(p, '/') + 1 : NULL)
                if (matches(rest, p)) return true;
            return false;
        }
        if (!(a == 1 && *pattern == '*') && (a != b || strncmp(pattern, path, a))) return false;
        if (!pattern[a] || !path[b]) return !pattern[a] && !path[b];
        pattern += a + 1;
        path += b + 1;
    }
}

bool scheme_path_matches(const char *pattern, const char *path)
{
    return matches(pattern, path);
}

static enum may direction(const char *path)
{
    for (size_t i = 0; i < sizeof directions / sizeof *directions; i++)
        if (matches(directions[i].pattern, path)) return directions[i].may;
    return MAY_NOT;
}

int scheme_stricter_way(const char *path)
{
    enum may may = direction(path);
    return may == MAY_LOWER ? -1 : may == MAY_HIGHER ? 1 : 0;
}

/* ---- values ---- */

#define MEMBER(T, base, key) ((T const *)((const char *)(base) + (key)->at))

/* A number or range in hundredths; false: absent, or no number. */
static bool number_of(const struct scheme_change *c, const void *p, struct scheme_range *out)
{
    int64_t v;
    switch (c->key->kind) {
    case KEY_INT:
    case KEY_BOOL:
    case KEY_NUMBERED:
        v = *MEMBER(int64_t, p, c->key);
        if (v == NONE) return false;
        *out = (struct scheme_range){ v * 100, v * 100 };
        return true;
    case KEY_POINTS:
    case KEY_BOUND:
        v = *MEMBER(int64_t, p, c->key);
        *out = (struct scheme_range){ v, v };
        return v != NONE;
    case KEY_RANGE:
        *out = *MEMBER(struct scheme_range, p, c->key);
        return out->min_c != NONE;
    case KEY_LEVELS: {
        struct list l = *MEMBER(struct list, p, c->key);
        for (size_t i = 0; i < l.n; i++)
            if (text_equal(LIST_AT(l, struct scheme_level, i).name, c->level)) {
                *out = LIST_AT(l, struct scheme_level, i).points;
                return true;
            }
        return false;
    }
    case KEY_END:
    case KEY_CODE:
    case KEY_TEXT:
    case KEY_DATE:
    case KEY_WORD:
    case KEY_WORDS:
    case KEY_NAMES:
    case KEY_MAP:
    case KEY_LIST:
        break;
    }
    return false;
}

static bool inside(struct scheme_range v, struct scheme_range in)
{
    return v.min_c >= in.min_c && v.max_c <= in.max_c;
}

static int evidence_rank(const struct scheme_change *c, const void *p)
{
    const char *word = *MEMBER(char *, p, c->key);
    return text_equal(word, "required") ? 2 : text_equal(word, "optional") ? 1 : 0;
}

/* Is the change towards the stricter side? A limit that was absent is stricter when it comes,
 * looser when it goes. */
static bool stricter(enum may may, const struct scheme_change *c)
{
    struct scheme_range a, b;
    bool was = number_of(c, c->before, &a), is = number_of(c, c->after, &b);
    switch (may) {
    case MAY_LOWER:
        return is && (!was || b.max_c < a.max_c);
    case MAY_HIGHER:
        return is && (!was || b.min_c > a.min_c);
    case MAY_INSIDE:
        return was && is && inside(b, a);
    case MAY_YES:
        return is && b.min_c == 100;
    case MAY_EVIDENCE:
        return evidence_rank(c, c->after) > evidence_rank(c, c->before);
    case MAY_NOT:
    case MAY_FREE:
    case MAY_ADD:
        break;
    }
    return false;
}

/* ---- what the template allows ---- */

struct judge {
    struct arena *mem;
    const struct scheme_template *t;
    struct scheme_difference *rows;
    size_t n;
};

static bool bounded(const struct scheme_may_change *m)
{
    return m->points.min_c != NONE || m->between.min_c != NONE || m->allow.n;
}

static struct scheme_range bounds_of(const struct scheme_may_change *m)
{
    return m->points.min_c != NONE ? m->points : m->between;
}

static bool word_allowed(const struct scheme_may_change *m, const char *word)
{
    for (size_t i = 0; i < m->allow.n; i++)
        if (text_equal(LIST_AT(m->allow, const char *, i), word)) return true;
    return false;
}

static bool allows(const struct scheme_may_change *m, const struct scheme_change *c)
{
    struct scheme_range v;
    if (!bounded(m)) return true;
    if (!m->allow.n) return number_of(c, c->after, &v) && inside(v, bounds_of(m));
    if (c->key->kind == KEY_WORDS || c->key->kind == KEY_NAMES) {
        struct list l = *MEMBER(struct list, c->after, c->key);
        bool all = l.n > 0;
        for (size_t i = 0; i < l.n; i++) all &= word_allowed(m, LIST_AT(l, const char *, i));
        return all;
    }
    return (c->key->kind == KEY_WORD || c->key->kind == KEY_TEXT) &&
           word_allowed(m, *MEMBER(char *, c->after, c->key));
}

/* Without bounds a pattern stands for all below it, too. */
static bool concerns(const struct judge *j, const struct scheme_may_change *m, const char *path)
{
    for (size_t i = 0; i < m->paths.n; i++) {
        const char *pattern = LIST_AT(m->paths, const char *, i);
        if (matches(pattern, path)) return true;
        if (!bounded(m) && matches(arena_printf(j->mem, "%s/**", pattern), path)) return true;
    }
    return false;
}

static const char *range_words(struct arena *mem, struct scheme_range r, const char *to)
{
    char low[DEC_SIZE], high[DEC_SIZE];
    dec_human(r.min_c, low);
    dec_human(r.max_c, high);
    return r.min_c == r.max_c ? arena_strdup(mem, low) : arena_printf(mem, "%s%s%s", low, to, high);
}

static const char *allow_words(struct arena *mem, struct list allow, const char *between)
{
    const char *s = "";
    for (size_t i = 0; i < allow.n; i++)
        s = arena_printf(mem, "%s%s%s", s, i ? between : "", LIST_AT(allow, const char *, i));
    return s;
}

static void say(struct judge *j, const struct scheme_change *c, enum difference_kind kind,
                const char *zh, const char *en)
{
    j->rows[j->n++] =
        (struct scheme_difference){ kind, c->path, c->zh, c->en, zh, en, c->line, c->column };
}

static void breach(struct judge *j, const struct scheme_change *c, const char *zh, const char *en)
{
    say(j, c, DIFFERENCE_BREACH, zh, en);
}

static void breach_bounds(struct judge *j, const struct scheme_change *c,
                          const struct scheme_may_change *m)
{
    if (m->allow.n)
        breach(j, c,
               arena_printf(j->mem, "镇模板只允许：%s。", allow_words(j->mem, m->allow, "、")),
               arena_printf(j->mem, "The township's template allows: %s.",
                            allow_words(j->mem, m->allow, ", ")));
    else
        breach(
            j, c,
            arena_printf(j->mem, "镇模板允许的范围是%s。", range_words(j->mem, bounds_of(m), "到")),
            arena_printf(j->mem, "The township's template allows %s.",
                         range_words(j->mem, bounds_of(m), " to ")));
}

static void breach_direction(struct judge *j, const struct scheme_change *c, enum may may)
{
    static const struct {
        const char *zh, *en;
    } words[] = {
        [MAY_NOT] = { "镇模板不允许改这一处。",
                      "The township's template does not let this change." },
        [MAY_LOWER] = { "镇模板的限制只能更严：这个数不能调高，也不能取消。",
                        "A limit of the township's template may only be stricter: not raised, not "
                        "removed." },
        [MAY_HIGHER] = { "镇模板的限制只能更严：这个数不能调低，也不能取消。",
                         "A limit of the township's template may only be stricter: not lowered, "
                         "not removed." },
        [MAY_INSIDE] = { "要在镇模板的分值范围之内。",
                         "It has to stay within the points of the township's template." },
        [MAY_YES] = { "镇模板规定为“是”，不能改成“否”。",
                      "The township's template says yes; it cannot become no." },
        [MAY_EVIDENCE] = { "镇模板对证据的要求只能更严，不能放松。",
                           "The evidence asked for may only be stricter than the township's "
                           "template." },
    };
    breach(j, c, words[may].zh, words[may].en);
}

static void judge_value(struct judge *j, const struct scheme_change *c)
{
    enum may may = direction(c->path);
    const struct scheme_may_change *bounds = NULL;
    bool said = false;
    for (size_t i = 0; i < j->t->change.n && !said; i++) {
        const struct scheme_may_change *m = &LIST_AT(j->t->change, struct scheme_may_change, i);
        if (!concerns(j, m, c->path)) continue;
        said = allows(m, c);
        if (!said && !bounds) bounds = m;
    }
    bool tight = stricter(may, c);
    /* A range of points is a choice that the template may widen; every other direction is a limit,
     * which nothing loosens. */
    bool limit = may != MAY_NOT && may != MAY_INSIDE;
    if (limit && !tight) breach_direction(j, c, may);
    else if (said) say(j, c, tight ? DIFFERENCE_STRICTER : DIFFERENCE_CHANGED, NULL, NULL);
    else if (bounds) breach_bounds(j, c, bounds);
    else if (tight) say(j, c, DIFFERENCE_STRICTER, NULL, NULL);
    else breach_direction(j, c, may);
}

static bool free_below(const struct judge *j, const char *path)
{
    for (size_t i = 0; i < j->t->change.n; i++) {
        const struct scheme_may_change *m = &LIST_AT(j->t->change, struct scheme_may_change, i);
        if (!bounded(m) && concerns(j, m, path)) return true;
    }
    return false;
}

static const struct scheme_may_add *addable(const struct judge *j, const char *what)
{
    for (size_t i = 0; i < j->t->add.n; i++)
        if (text_equal(LIST_AT(j->t->add, struct scheme_may_add, i).what, what))
            return &LIST_AT(j->t->add, struct scheme_may_add, i);
    return NULL;
}

static bool root_key(const struct scheme_key *k)
{
    for (const struct scheme_key *r = scheme_shape.keys; r->kind; r++)
        if (r == k) return true;
    return false;
}

/* `nth`: how many of its kind were added before it. */
static void judge_added(struct judge *j, const struct scheme_change *c, int64_t nth)
{
    const struct scheme_may_add *add = root_key(c->key) ? addable(j, c->key->name) : NULL;
    if (direction(c->path) == MAY_ADD) {
        say(j, c, DIFFERENCE_STRICTER, NULL, NULL);
        return;
    }
    if (!add) {
        if (free_below(j, c->path)) say(j, c, DIFFERENCE_CHANGED, NULL, NULL);
        else
            breach(j, c, "镇模板不允许新增。",
                   "The township's template does not allow this to be added.");
        return;
    }
    if (add->at_most != NONE && nth >= add->at_most) {
        breach(j, c, arena_printf(j->mem, "镇模板最多允许新增%lld条。", (long long)add->at_most),
               arena_printf(j->mem, "The township's template allows at most %lld to be added.",
                            (long long)add->at_most));
        return;
    }
    const struct scheme_item *item =
        add->points.min_c != NONE && !strcmp(c->shape->name, "item") ? c->after : NULL;
    if (item &&
        !inside((struct scheme_range){ item->points_min_c, item->points_max_c }, add->points))
        breach(j, c,
               arena_printf(j->mem, "新增项目的分值要在%s之间。",
                            range_words(j->mem, add->points, "到")),
               arena_printf(j->mem, "An added item is worth %s points.",
                            range_words(j->mem, add->points, " to ")));
    else say(j, c, DIFFERENCE_ADDED, NULL, NULL);
}

struct list scheme_extend(struct arena *mem, const struct scheme *template_,
                          const struct scheme *village)
{
    static const struct scheme_template nothing = { .node = NULL };
    struct list changes = scheme_changes(mem, template_, village);
    struct judge j = { .mem = mem, .t = template_->template_ ? template_->template_ : &nothing };
    const struct scheme_key *added = NULL;
    int64_t nth = 0;

    j.rows = arena_array(mem, struct scheme_difference, changes.n + 1);
    for (size_t i = 0; i < changes.n; i++) {
        const struct scheme_change *c = &LIST_AT(changes, struct scheme_change, i);
        if (direction(c->path) == MAY_FREE) continue;
        if (c->kind == CHANGE_VALUE) {
            judge_value(&j, c);
        } else if (c->kind == CHANGE_ADDED) {
            nth = c->key == added ? nth + 1 : 0;
            added = c->key;
            judge_added(&j, c, nth);
        } else if (free_below(&j, c->path)) {
            say(&j, c, DIFFERENCE_CHANGED, NULL, NULL);
        } else {
            breach(&j, c, "镇模板里有的，村里不能删去。",
                   "What the township's template has cannot be removed.");
        }
    }
    return (struct list){ j.rows, j.n };
}

bool scheme_extend_check(struct arena *mem, const struct scheme *template_,
                         const struct scheme *village, struct scheme_finding **findings)
{
    struct scheme_check c = { .mem = mem, .first = *findings };
    if (!village->extends) return true;
    const struct scheme_node *at = key_or_self(village->root, "extends", "依据模板");
    if (!template_) {
        check_error(
            &c, at, arena_printf(mem, "镇里没有生效的模板“%s”。", village->extends),
            arena_printf(mem, "the township has no template \"%s\" in force", village->extends));
    } else if (!text_equal(template_->name, village->extends)) {
        check_error(&c, at,
                    arena_printf(mem, "镇里没有生效的模板“%s”，现行的是“%s”。", village->extends,
                                 template_->name),
                    arena_printf(mem, "the township has no template \"%s\" in force; it is \"%s\"",
                                 village->extends, template_->name));
    } else {
        struct list l = scheme_extend(mem, template_, village);
        for (size_t i = 0; i < l.n; i++) {
            const struct scheme_difference *d = &LIST_AT(l, struct scheme_difference, i);
            if (d->kind != DIFFERENCE_BREACH) continue;
            check_at(&c, false, d->line, d->column, d->path,
                     arena_printf(mem, "%s%s", d->zh, d->why_zh),
                     arena_printf(mem, "%s %s", d->en, d->why_en));
        }
    }
    *findings = c.first;
    return !c.errors;
}

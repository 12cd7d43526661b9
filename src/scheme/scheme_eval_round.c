/* Marks on a sheet, several assessors into one, bands, streaks. */
#include <string.h>

#include "kernel/dec.h"
#include "kernel/text.h"
#include "scheme/scheme_eval.h"
#include "scheme/scheme_index.h"
#include "scheme/scheme_sort.h"

static const char *human(struct arena *mem, int64_t c)
{
    char s[DEC_SIZE];
    return arena_strdup(mem, dec_human(c, s));
}

#define WHY(e, op, v, zh, en) ((e)->explain ? why_new((e)->mem, (op), (v), (zh), (en)) : NULL)

static struct err *bad_fact(struct arena *mem, const char *field, const char *zh, const char *en)
{
    struct err *x = err_say(mem, ERR_INVALID, field, zh, en);
    err_finding(mem, x, field, zh, en);
    return x;
}

/* ---- one sheet ---- */

/* The mark of a plain sheet whose marks come as those of the visit before; NONE: not so, or one of
 * them is wrong. */
static int64_t plain_sum(const struct eval_marks *k, const struct fact_visit *v)
{
    const struct scheme_level *l = v->marks.items;
    int64_t sum = 0;
    if (!k->whole || v->marks.n != k->seen) return NONE;
    for (size_t m = 0; m < v->marks.n; m++) {
        int64_t c = l[m].points.min_c;
        /* Below 0 is large without its sign. */
        if (l[m].name != k->as[m].name || (uint64_t)c > (uint64_t)k->as[m].most) return NONE;
        sum += c;
    }
    return sum;
}

/* The slot of a name; the lines mostly come in the order of the form. */
static uint32_t slot_of(const struct index_sheet *x, const char *name, uint32_t expected)
{
    if (expected < x->slots.n && !strcmp(x->slots.text[expected + 1], name)) return expected;
    return names_find(&x->slots, name) - 1;
}

static const struct err *marks_of(struct eval *e, const struct index_sheet *x,
                                  const struct fact_visit *v, const int64_t **out)
{
    struct eval_marks *k = eval_marks_of(e, x);
    uint32_t next = 0;
    size_t different = 0;
    for (uint32_t i = 0; i < x->slots.n; i++) k->marks[i] = NONE;
    for (size_t m = 0; m < v->marks.n; m++) {
        const struct scheme_level *l = &LIST_AT(v->marks, struct scheme_level, m);
        if (m < k->seen && k->as[m].name == l->name) {
            next = (uint32_t)k->as[m].slot;
        } else {
            next = slot_of(x, l->name, next);
            if (next == UINT32_MAX)
                return bad_fact(e->mem, l->name,
                                arena_printf(e->mem, "评分表没有“%s”这一项。", l->name),
                                arena_printf(e->mem, "the sheet has no line \"%s\"", l->name));
            if (m < k->cap && m <= k->seen) {
                k->as[m].name = l->name;
                k->as[m].slot = next;
                k->as[m].most = x->most[next];
                k->seen = m + 1;
            }
        }
        if (k->marks[next] == NONE) k->marks[next] = l->points.min_c, different++;
        next++;
    }
    k->whole = different == x->slots.n && k->seen == different && v->marks.n == different;
    *out = k->marks;
    return NULL;
}

/* Is the line, its section or the sheet (by what) vetoed within this section? */
static bool vetoed(const struct index_section *x, const int64_t *marks, enum index_veto what,
                   uint32_t slot)
{
    if (!x->vetoes) return false;
    for (size_t i = 0; i < x->lines.n; i++) {
        const struct index_line *l = &LIST_AT(x->lines, struct index_line, i);
        if (l->veto == what && (what != VETO_LINE || l->of == slot) && marks[l->slot] > 0)
            return true;
    }
    return false;
}

static const struct err *line_mark(struct eval *e, const struct scheme_line *l, int64_t m,
                                   int64_t *out)
{
    int64_t lost;
    if (l->per_fault_c != NONE) {
        if (m == NONE) m = 0;
        if (m < 0 || !dec_muldiv(l->per_fault_c, m, 100, DEC_NEAREST, &lost))
            return bad_fact(e->mem, l->code, arena_printf(e->mem, "“%s”的处数不对。", l->label),
                            arena_printf(e->mem, "faults of \"%s\" are wrong", l->label));
        *out = lost > l->max_c ? 0 : l->max_c - lost; /* 扣完为止 */
        return NULL;
    }
    if (m == NONE)
        return bad_fact(e->mem, l->code, arena_printf(e->mem, "“%s”没有打分。", l->label),
                        arena_printf(e->mem, "\"%s\" has no mark", l->label));
    if (m < 0 || m > l->max_c)
        return bad_fact(e->mem, l->code,
                        arena_printf(e->mem, "“%s”满分%s，打了%s。", l->label,
                                     human(e->mem, l->max_c), human(e->mem, m)),
                        arena_printf(e->mem, "\"%s\" is marked %s of at most %s", l->label,
                                     human(e->mem, m), human(e->mem, l->max_c)));
    *out = m;
    return NULL;
}

static const struct err *section_mark(struct eval *e, const struct index_section *x,
                                      const int64_t *marks, int64_t *sum, struct scheme_why *under)
{
    struct scheme_why *part = WHY(e, "section", 0, x->section->label, x->section->label);
    bool zero = vetoed(x, marks, VETO_SECTION, 0);
    *sum = 0;
    for (size_t k = 0; k < x->lines.n; k++) {
        const struct index_line *i = &LIST_AT(x->lines, struct index_line, k);
        const struct scheme_line *l = i->line;
        int64_t m = 0;
        if (i->veto != VETO_NONE) continue;
        TRY(line_mark(e, l, marks[i->slot], &m));
        bool veto = vetoed(x, marks, VETO_LINE, i->slot) || zero;
        if (veto) m = 0;
        *sum += m;
        if (!e->explain) continue;
        why_under(part, why_new(e->mem, veto ? "veto" : "line", m,
                                veto ? arena_printf(e->mem, "%s：一票否决", l->label) : l->label,
                                veto ? arena_printf(e->mem, "%s: vetoed", l->label) : l->label));
    }
    if (part) part->value_c = *sum;
    why_under(under, part);
    return NULL;
}

const struct err *eval_mark(struct eval *e, const struct scheme_sheet *sheet,
                            const struct fact_visit *v, struct eval_sum *out)
{
    *out = (struct eval_sum){ 0 };
    if (!sheet) {
        if (v->total_c == NONE)
            return bad_fact(e->mem, "total", "没有打总分。", "there is no mark");
        out->value_c = v->total_c;
        out->why = WHY(e, "mark", out->value_c, "打分", "the mark given");
        return NULL;
    }
    const struct index_sheet *x =
        &eval_index(e)->sheets[sheet - (const struct scheme_sheet *)e->s->rules.sheets.items];
    const int64_t *marks = NULL;
    bool none = false;
    if (x->plain && !e->explain && (out->value_c = plain_sum(eval_marks_of(e, x), v)) != NONE)
        return NULL;
    out->value_c = 0;
    TRY(marks_of(e, x, v, &marks));
    if (x->plain && !e->explain && (out->value_c = plain_sum(eval_marks_of(e, x), v)) != NONE)
        return NULL;
    out->value_c = 0;
    out->why = WHY(e, "sheet", 0, sheet->label, sheet->label);
    for (size_t i = 0; i < x->sections.n; i++) {
        const struct index_section *section = &LIST_AT(x->sections, struct index_section, i);
        int64_t sum;
        none |= vetoed(section, marks, VETO_SHEET, 0);
        TRY(section_mark(e, section, marks, &sum, out->why));
        out->value_c += sum;
    }
    if (none) {
        out->value_c = 0;
        out->why = WHY(e, "veto", 0, "一票否决，整表记零分", "vetoed: the whole sheet is 0");
    }
    if (out->why) out->why->value_c = out->value_c;
    return NULL;
}

/* ---- one round ---- */

/* Days of the month; of a weekly round, of the week; of a longer one also which of its months. */
static bool in_window(const struct scheme_round *r, int64_t on)
{
    const struct scheme_window *w = r->window;
    if (!w) return true;
    struct ymd d = date_ymd(on);
    int day = r->every == PERIOD_WEEK ? date_weekday(on) : d.day;
    if (w->month != NONE) {
        struct ymd first = date_ymd(period_span((enum period)r->every, on).first);
        if (d.month - first.month + 1 != w->month) return false;
    }
    return day >= w->first && day <= w->last;
}

/* Why a visit does not count; NULL: it does. */
static const char *not_counted(const struct scheme_round *r, const struct fact_subject *f,
                               const struct fact_visit *v)
{
    if (!in_window(r, v->on)) return "不在评比时间内";
    if (!r->assessors) return NULL;
    if (r->assessors->cross == 1 && f->group && text_equal(f->group, v->group))
        return "评分人评了自己的组";
    if (!v->role) return NULL;
    for (size_t i = 0; i < r->assessors->roles.n; i++)
        if (text_equal(LIST_AT(r->assessors->roles, const char *, i), v->role)) return NULL;
    return "不是规定的评分人";
}

/* Mean, or mean without highest and lowest; half a hundredth away from zero. */
static bool combine(const int64_t *marks, size_t n, bool trimmed, int64_t *out)
{
    int64_t sum = 0, low = INT64_MAX, high = INT64_MIN;
    if (n == 1) {
        *out = marks[0];
        return *out >= -DEC_MAX && *out <= DEC_MAX;
    }
    for (size_t i = 0; i < n; i++) {
        if (!dec_add(&sum, marks[i])) return false;
        if (marks[i] < low) low = marks[i];
        if (marks[i] > high) high = marks[i];
    }
    if (!trimmed || n < 3) return dec_muldiv(sum, 1, (int64_t)n, DEC_NEAREST, out);
    return dec_muldiv(sum - low - high, 1, (int64_t)n - 2, DEC_NEAREST, out);
}

/* A visit with the period that it is in. */
struct seen {
    struct span in;
    const struct fact_visit *visit;
};

static void explain_round(struct eval *e, const struct scheme_round *r, struct eval_round *x)
{
    char name[DATE_SIZE];
    period_name((enum period)r->every, x->in.first, name);
    if (!x->counted) {
        x->why->zh = x->why->en = arena_printf(e->mem, "%s %s", r->label, name);
        return;
    }
    const char *label = x->band && x->band->label ? x->band->label : "";
    bool pays = x->band && x->band->points_c != NONE;
    x->why->zh =
        arena_printf(e->mem, "%s %s：得分%s%s%s%s%s", r->label, name, human(e->mem, x->mark_c),
                     *label ? "，" : "", label, pays ? "，积" : "",
                     pays ? arena_printf(e->mem, "%s分", human(e->mem, x->points_c)) : "");
    x->why->en = arena_printf(e->mem, "%s %s: mark %s, %s points", r->label, name,
                              human(e->mem, x->mark_c), human(e->mem, x->points_c));
    x->why->value_c = x->points_c;
}

/* The marks of those visits that count; the others say why not. */
static const struct err *period_marks(struct eval *e, const struct scheme_round *r,
                                      const struct fact_subject *f, const struct seen *v, size_t n,
                                      struct eval_round *out, int64_t *marks, size_t *marks_n)
{
    *marks_n = 0;
    for (size_t i = 0; i < n; i++) {
        struct eval_sum one;
        if (v[i].visit->excused == 1) {
            out->excused = true;
            continue;
        }
        const char *why = not_counted(r, f, v[i].visit);
        if (why) {
            if (e->explain)
                why_under(out->why, why_new(e->mem, "ignored", 0,
                                            arena_printf(e->mem, "不计：%s", why), "not counted"));
            continue;
        }
        TRY(eval_mark(e, r->sheet_, v[i].visit, &one));
        marks[(*marks_n)++] = one.value_c;
        why_under(out->why, one.why);
    }
    return NULL;
}

static const struct scheme_band *band_of(struct eval *e, const struct scheme_bands *bands,
                                         int64_t mark_c)
{
    const struct list *l =
        &eval_index(e)->bands[bands - (const struct scheme_bands *)e->s->rules.bands.items];
    for (size_t i = 0; i < l->n; i++) {
        const struct index_band *b = &LIST_AT(*l, struct index_band, i);
        if (mark_c >= b->from && mark_c <= b->to) return b->band;
    }
    return bands->otherwise;
}

static const struct err *one_period(struct eval *e, const struct scheme_round *r,
                                    const struct fact_subject *f, const struct seen *v, size_t n,
                                    struct eval_round *out)
{
    int64_t few[8], *marks = n <= 8 ? few : arena_array(e->mem, int64_t, n);
    size_t marks_n;
    int64_t least = r->assessors ? r->assessors->at_least : 1;

    out->why = WHY(e, "round", 0, NULL, NULL);
    TRY(period_marks(e, r, f, v, n, out, marks, &marks_n));
    out->counted = (int64_t)marks_n >= least && marks_n;
    if (!out->counted) {
        if (e->explain && !out->excused)
            why_under(out->why,
                      why_new(e->mem, "too_few", (int64_t)marks_n * 100,
                              arena_printf(e->mem, "只有%d人评分，至少要%d人，本次不计",
                                           (int)marks_n, (int)least),
                              arena_printf(e->mem, "%d assessors, %d are needed: not counted",
                                           (int)marks_n, (int)least)));
        if (e->explain) explain_round(e, r, out);
        return NULL;
    }
    if (!combine(marks, marks_n, r->assessors && text_equal(r->assessors->combine, "trimmed"),
                 &out->mark_c))
        return bad_fact(e->mem, "marks", "分数太大。", "marks are too large");
    out->points_c = 0;
    if (r->bands_) {
        out->band = band_of(e, r->bands_, out->mark_c);
        if (out->band && out->band->points_c != NONE) out->points_c = out->band->points_c;
    }
    if (e->explain) explain_round(e, r, out);
    return NULL;
}

static int by_period(const void *pa, const void *pb, const void *arg)
{
    const struct seen *a = pa, *b = pb;
    (void)arg;
    return (a->in.first > b->in.first) - (a->in.first < b->in.first);
}

const struct err *eval_rounds(struct eval *e, const struct scheme_round *r,
                              const struct fact_subject *f, struct list *out)
{
    struct seen *v = arena_array(e->mem, struct seen, f->visits.n + 1);
    size_t n = 0, periods = 0;
    const char *same = r->code; /* a text that was found equal */
    for (size_t i = 0; i < f->visits.n; i++) {
        const struct fact_visit *visit = &LIST_AT(f->visits, struct fact_visit, i);
        if (visit->round != same && !text_equal(visit->round, r->code)) continue;
        same = visit->round;
        v[n++] = (struct seen){ eval_period(e, (enum period)r->every, visit->on), visit };
    }
    sort_stable(e->mem, v, n, sizeof *v, by_period, NULL);
    for (size_t i = 0; i < n; i++) periods += i == 0 || v[i].in.first != v[i - 1].in.first;
    *out = (struct list){ arena_array(e->mem, struct eval_round, periods + 1), 0 };
    for (size_t i = 0, end; i < n; i = end) {
        struct eval_round *x = &LIST_AT(*out, struct eval_round, out->n++);
        *x = (struct eval_round){ .in = v[i].in, .mark_c = NONE };
        for (end = i + 1; end < n && v[end].in.first == v[i].in.first;) end++;
        TRY(one_period(e, r, f, v + i, end - i, x));
    }
    return NULL;
}

/* ---- streaks ---- */

static bool meets(const struct scheme_streak *k, const struct eval_round *r, bool of_mark)
{
    if (!r->counted) return false;
    if (k->first != NONE) return r->from_first > 0 && r->from_first <= k->first;
    if (k->last != NONE) return r->from_last > 0 && r->from_last <= k->last;
    int64_t v = of_mark ? r->mark_c : r->points_c;
    if (k->equal_c != NONE) return v == k->equal_c;
    return scheme_within(&k->in, v);
}

struct list eval_streaks(struct eval *e, const struct scheme_streak *k, const struct list *rounds)
{
    struct list out = { arena_array(e->mem, struct eval_streak, rounds->n + 1), 0 };
    bool of_mark = text_equal(k->of, "mark");
    int64_t row = 0, expect = NONE;
    for (size_t i = 0; i < rounds->n; i++) {
        const struct eval_round *r = &LIST_AT(*rounds, struct eval_round, i);
        bool adjacent = expect == NONE || r->in.first == expect;
        expect = r->in.last + 1;
        if (!adjacent) row = 0; /* a missed round breaks it */
        if (r->excused && !r->counted) {
            if (k->excused != 1) row = 0;
            continue;
        }
        row = meets(k, r, of_mark) ? row + 1 : 0;
        if (row < k->in_a_row) continue;
        LIST_AT(out, struct eval_streak, out.n++) =
            (struct eval_streak){ r->in, k->points_c == NONE ? 0 : k->points_c };
        row = 0;
    }
    return out;
}

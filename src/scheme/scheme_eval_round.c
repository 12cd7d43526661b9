/* Marks on a sheet, several assessors into one, bands, streaks. */
#include <string.h>

#include "kernel/dec.h"
#include "kernel/text.h"
#include "scheme/scheme_eval.h"
#include "scheme/scheme_keys.h"

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

static int64_t given(const struct fact_visit *v, const char *line)
{
    for (size_t i = 0; i < v->marks.n; i++)
        if (text_equal(LIST_AT(v->marks, struct scheme_level, i).name, line))
            return LIST_AT(v->marks, struct scheme_level, i).points.min_c;
    return NONE;
}

static bool vetoed(const struct scheme_section *section, const struct fact_visit *v,
                   const char *what, const char *line)
{
    for (size_t i = 0; i < section->lines.n; i++) {
        const struct scheme_line *l = &LIST_AT(section->lines, struct scheme_line, i);
        if (l->veto && !strcmp(l->veto, what) && (!line || text_equal(l->of, line)) &&
            given(v, l->code) > 0)
            return true;
    }
    return false;
}

static const struct err *line_mark(struct eval *e, const struct scheme_line *l,
                                   const struct fact_visit *v, int64_t *out)
{
    int64_t m = given(v, l->code), lost;
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

static const struct err *known_lines(struct eval *e, const struct scheme_sheet *sheet,
                                     const struct fact_visit *v)
{
    for (size_t m = 0; m < v->marks.n; m++) {
        const char *code = LIST_AT(v->marks, struct scheme_level, m).name;
        bool found = false;
        for (size_t i = 0; i < sheet->sections.n && !found; i++) {
            const struct list *lines = &LIST_AT(sheet->sections, struct scheme_section, i).lines;
            for (size_t k = 0; k < lines->n && !found; k++)
                found = text_equal(LIST_AT(*lines, struct scheme_line, k).code, code);
        }
        if (!found)
            return bad_fact(e->mem, code, arena_printf(e->mem, "评分表没有“%s”这一项。", code),
                            arena_printf(e->mem, "the sheet has no line \"%s\"", code));
    }
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
    TRY(known_lines(e, sheet, v));
    out->why = WHY(e, "sheet", 0, sheet->label, sheet->label);
    bool none = false;
    for (size_t i = 0; i < sheet->sections.n; i++) {
        const struct scheme_section *section = &LIST_AT(sheet->sections, struct scheme_section, i);
        struct scheme_why *part = WHY(e, "section", 0, section->label, section->label);
        bool zero = vetoed(section, v, "section", NULL);
        int64_t sum = 0;
        none |= vetoed(section, v, "sheet", NULL);
        for (size_t k = 0; k < section->lines.n; k++) {
            const struct scheme_line *l = &LIST_AT(section->lines, struct scheme_line, k);
            int64_t m = 0;
            if (l->veto) continue;
            TRY(line_mark(e, l, v, &m));
            bool veto = vetoed(section, v, "line", l->code) || zero;
            if (veto) m = 0;
            sum += m;
            if (e->explain)
                why_under(part,
                          why_new(e->mem, veto ? "veto" : "line", m,
                                  veto ? arena_printf(e->mem, "%s：一票否决", l->label) : l->label,
                                  l->label));
        }
        out->value_c += sum;
        if (part) part->value_c = sum;
        why_under(out->why, part);
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
    for (size_t i = 0; i < n; i++) {
        if (!dec_add(&sum, marks[i])) return false;
        if (marks[i] < low) low = marks[i];
        if (marks[i] > high) high = marks[i];
    }
    if (!trimmed || n < 3) return dec_muldiv(sum, 1, (int64_t)n, DEC_NEAREST, out);
    return dec_muldiv(sum - low - high, 1, (int64_t)n - 2, DEC_NEAREST, out);
}

static const struct err *one_period(struct eval *e, const struct scheme_round *r,
                                    const struct fact_subject *f, struct eval_round *out)
{
    int64_t *marks = arena_array(e->mem, int64_t, f->visits.n + 1);
    size_t n = 0;
    int64_t least = r->assessors ? r->assessors->at_least : 1;
    char name[DATE_SIZE];

    period_name((enum period)r->every, out->in.first, name);
    out->why = WHY(e, "round", 0, arena_printf(e->mem, "%s %s", r->label, name),
                   arena_printf(e->mem, "%s %s", r->label, name));
    for (size_t i = 0; i < f->visits.n; i++) {
        const struct fact_visit *v = &LIST_AT(f->visits, struct fact_visit, i);
        struct eval_sum one;
        if (!text_equal(v->round, r->code) || v->on < out->in.first || v->on > out->in.last)
            continue;
        if (v->excused == 1) {
            out->excused = true;
            continue;
        }
        const char *why = not_counted(r, f, v);
        if (why) {
            if (e->explain)
                why_under(out->why, why_new(e->mem, "ignored", 0,
                                            arena_printf(e->mem, "不计：%s", why), "not counted"));
            continue;
        }
        TRY(eval_mark(e, r->sheet_, v, &one));
        marks[n++] = one.value_c;
        why_under(out->why, one.why);
    }
    if ((int64_t)n < least || !n) {
        if (e->explain && !out->excused)
            why_under(out->why,
                      why_new(e->mem, "too_few", (int64_t)n * 100,
                              arena_printf(e->mem, "只有%d人评分，至少要%d人，本次不计", (int)n,
                                           (int)least),
                              arena_printf(e->mem, "%d assessors, %d are needed: not counted",
                                           (int)n, (int)least)));
        return NULL;
    }
    if (!combine(marks, n, r->assessors && text_equal(r->assessors->combine, "trimmed"),
                 &out->mark_c))
        return bad_fact(e->mem, "marks", "分数太大。", "marks are too large");
    out->counted = true;
    out->points_c = 0;
    if (r->bands_) {
        out->band = scheme_band_of(&r->bands_->bands, out->mark_c);
        if (!out->band) out->band = r->bands_->otherwise;
        if (out->band && out->band->points_c != NONE) out->points_c = out->band->points_c;
    }
    if (!e->explain) return NULL;
    const char *label = out->band && out->band->label ? out->band->label : "";
    bool pays = out->band && out->band->points_c != NONE;
    out->why->zh =
        arena_printf(e->mem, "%s %s：得分%s%s%s%s%s", r->label, name, human(e->mem, out->mark_c),
                     *label ? "，" : "", label, pays ? "，积" : "",
                     pays ? arena_printf(e->mem, "%s分", human(e->mem, out->points_c)) : "");
    out->why->en = arena_printf(e->mem, "%s %s: mark %s, %s points", r->label, name,
                                human(e->mem, out->mark_c), human(e->mem, out->points_c));
    out->why->value_c = out->points_c;
    return NULL;
}

const struct err *eval_rounds(struct eval *e, const struct scheme_round *r,
                              const struct fact_subject *f, struct list *out)
{
    *out = (struct list){ arena_array(e->mem, struct eval_round, f->visits.n + 1), 0 };
    for (size_t i = 0; i < f->visits.n; i++) {
        const struct fact_visit *v = &LIST_AT(f->visits, struct fact_visit, i);
        if (!text_equal(v->round, r->code)) continue;
        struct span in = period_span((enum period)r->every, v->on);
        size_t k = 0;
        while (k < out->n && LIST_AT(*out, struct eval_round, k).in.first < in.first) k++;
        if (k < out->n && LIST_AT(*out, struct eval_round, k).in.first == in.first) continue;
        for (size_t m = out->n++; m > k; m--)
            LIST_AT(*out, struct eval_round, m) = LIST_AT(*out, struct eval_round, m - 1);
        LIST_AT(*out, struct eval_round, k) = (struct eval_round){ .in = in, .mark_c = NONE };
    }
    for (size_t i = 0; i < out->n; i++)
        TRY(one_period(e, r, f, &LIST_AT(*out, struct eval_round, i)));
    return NULL;
}

/* ---- streaks ---- */

static bool meets(const struct scheme_streak *k, const struct eval_round *r)
{
    if (!r->counted) return false;
    if (k->first != NONE) return r->from_first > 0 && r->from_first <= k->first;
    if (k->last != NONE) return r->from_last > 0 && r->from_last <= k->last;
    int64_t v = text_equal(k->of, "mark") ? r->mark_c : r->points_c;
    if (k->equal_c != NONE) return v == k->equal_c;
    return scheme_within(&k->in, v);
}

struct list eval_streaks(struct eval *e, const struct scheme_streak *k, const struct list *rounds)
{
    struct list out = { arena_array(e->mem, struct eval_streak, rounds->n + 1), 0 };
    enum period every = k->round_ ? (enum period)k->round_->every : PERIOD_MONTH;
    int64_t row = 0, expect = NONE;
    for (size_t i = 0; i < rounds->n; i++) {
        const struct eval_round *r = &LIST_AT(*rounds, struct eval_round, i);
        bool adjacent = expect == NONE || r->in.first == expect;
        expect = period_step(every, r->in.first, 1).first;
        if (!adjacent) row = 0; /* a missed round breaks it */
        if (r->excused && !r->counted) {
            if (k->excused != 1) row = 0;
            continue;
        }
        row = meets(k, r) ? row + 1 : 0;
        if (row < k->in_a_row) continue;
        LIST_AT(out, struct eval_streak, out.n++) =
            (struct eval_streak){ r->in, k->points_c == NONE ? 0 : k->points_c };
        row = 0;
    }
    return out;
}

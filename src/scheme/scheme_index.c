/* Lookups of a scheme, made once (scheme_index.h), and what limits an award. */
#include "scheme/scheme_index.h"

#include <string.h>

#include "kernel/text.h"

/* ---- what limits an award ---- */

static void limit_add(struct list *out, const struct scheme_cap *cap, enum limit_scope scope,
                      const char *code, bool best, int64_t on)
{
    LIST_AT(*out, struct scheme_limit, out->n++) = (struct scheme_limit){
        .scope = scope,
        .code = code,
        .per = cap->per,
        .times = cap->times,
        .points_c = cap->points_c,
        .best = best,
        /* Of one deed: nothing came before it. */
        .span =
            cap->per == CAP_EVENT ? (struct span){ 1, 0 } : period_span((enum period)cap->per, on),
    };
}

struct list scheme_limits(struct arena *mem, const struct scheme *s, const struct scheme_item *i,
                          int64_t on)
{
    const struct scheme_category *category = NULL;
    for (size_t k = 0; k < s->categories.n; k++)
        if (text_equal(LIST_AT(s->categories, struct scheme_category, k).code, i->category))
            category = &LIST_AT(s->categories, struct scheme_category, k);
    struct list out = { arena_array(mem, struct scheme_limit,
                                    i->caps.n + (category ? category->caps.n : 0) +
                                        s->rules.caps.n + 2),
                        0 };

    if (i->warnings) limit_add(&out, i->warnings, LIMIT_WARNING, i->code, false, on);
    for (size_t k = 0; i->one_of && k < s->rules.groups.n; k++) {
        const struct scheme_group *g = &LIST_AT(s->rules.groups, struct scheme_group, k);
        if (text_equal(g->code, i->one_of))
            limit_add(&out, &(struct scheme_cap){ .times = 1, .points_c = NONE, .per = g->per },
                      LIMIT_GROUP, g->code, text_equal(g->keep, "best"), on);
    }
    for (size_t k = 0; k < i->caps.n; k++)
        limit_add(&out, &LIST_AT(i->caps, struct scheme_cap, k), LIMIT_ITEM, i->code, false, on);
    for (size_t k = 0; category && k < category->caps.n; k++)
        limit_add(&out, &LIST_AT(category->caps, struct scheme_cap, k), LIMIT_CATEGORY,
                  category->code, false, on);
    for (size_t k = 0; k < s->rules.caps.n && !i->yuan; k++)
        limit_add(&out, &LIST_AT(s->rules.caps, struct scheme_cap, k), LIMIT_ACCOUNT, "", false,
                  on);
    return out;
}

bool scheme_limit_counts(const struct scheme_limit *l, const struct scheme_item *other)
{
    switch (l->scope) {
    case LIMIT_ITEM:
    case LIMIT_WARNING:
        return text_equal(l->code, other->code);
    case LIMIT_CATEGORY:
        return text_equal(l->code, other->category);
    case LIMIT_ACCOUNT:
        return !other->yuan;
    case LIMIT_GROUP:
        return text_equal(l->code, other->one_of);
    }
    return false;
}

/* ---- the index ---- */

/* A limit is the same for all items that it is about, so its place in the item's list does not name
 * it; the scope, the code and which of several caps do. */
static void index_limits(struct arena *mem, const struct scheme *s, const struct scheme_item *item,
                         struct names *counters, struct index_item *out)
{
    out->limits = scheme_limits(mem, s, item, 0);
    uint32_t *ids = arena_array(mem, uint32_t, out->limits.n + 1);
    int nth = 0;
    for (size_t i = 0; i < out->limits.n; i++) {
        const struct scheme_limit *l = &LIST_AT(out->limits, struct scheme_limit, i);
        nth = i > 0 && l[-1].scope == l->scope ? nth + 1 : 0;
        ids[i] = names_of(counters, arena_printf(mem, "%d %d %s", (int)l->scope, nth, l->code)) - 1;
    }
    out->counters = ids;
}

static enum index_veto veto_of(const struct scheme_line *l)
{
    if (!l->veto) return VETO_NONE;
    if (!strcmp(l->veto, "line")) return VETO_LINE;
    return !strcmp(l->veto, "section") ? VETO_SECTION : VETO_SHEET;
}

static void index_sheet(struct arena *mem, const struct scheme_sheet *sheet,
                        struct index_sheet *out)
{
    out->slots.mem = mem;
    out->sections = (struct list){ arena_array(mem, struct index_section, sheet->sections.n + 1),
                                   sheet->sections.n };
    out->plain = true;
    for (size_t i = 0; i < sheet->sections.n; i++) {
        const struct scheme_section *from = &LIST_AT(sheet->sections, struct scheme_section, i);
        struct index_section *to = &LIST_AT(out->sections, struct index_section, i);
        struct index_line *v = arena_array(mem, struct index_line, from->lines.n + 1);
        to->section = from;
        to->lines = (struct list){ v, from->lines.n };
        for (size_t k = 0; k < from->lines.n; k++) {
            const struct scheme_line *l = &LIST_AT(from->lines, struct scheme_line, k);
            v[k] = (struct index_line){ l, names_of(&out->slots, l->code) - 1, 0, veto_of(l) };
            to->vetoes |= v[k].veto != VETO_NONE;
            out->plain &= v[k].veto == VETO_NONE && l->per_fault_c == NONE;
        }
        for (size_t k = 0; k < from->lines.n; k++)
            if (v[k].veto == VETO_LINE && v[k].line->of)
                v[k].of = names_of(&out->slots, v[k].line->of) - 1;
    }
}

static void index_full_marks(struct arena *mem, struct index_sheet *x)
{
    x->most = arena_array(mem, int64_t, x->slots.n + 1);
    for (size_t i = 0; i < x->sections.n; i++) {
        const struct list *lines = &LIST_AT(x->sections, struct index_section, i).lines;
        for (size_t k = 0; k < lines->n; k++) {
            const struct index_line *l = &LIST_AT(*lines, struct index_line, k);
            x->most[l->slot] = l->line->max_c;
        }
    }
}

static void index_bands(struct arena *mem, const struct scheme_bands *from, struct list *out)
{
    *out = (struct list){ arena_array(mem, struct index_band, from->bands.n + 1), from->bands.n };
    for (size_t i = 0; i < from->bands.n; i++) {
        const struct scheme_band *b = &LIST_AT(from->bands, struct scheme_band, i);
        struct index_band *x = &LIST_AT(*out, struct index_band, i);
        *x = (struct index_band){ INT64_MIN, INT64_MAX, b };
        if (b->in.above_c != NONE) x->from = b->in.above_c + 1;
        if (b->in.from_c != NONE && b->in.from_c > x->from) x->from = b->in.from_c;
        if (b->in.below_c != NONE) x->to = b->in.below_c - 1;
        if (b->in.to_c != NONE && b->in.to_c < x->to) x->to = b->in.to_c;
    }
}

static void index_classes(struct arena *mem, const struct scheme *s, struct scheme_index *x)
{
    x->classes.mem = mem;
    x->picks = arena_array(mem, const char *, s->classes.n + 1);
    for (size_t i = 0; i < s->classes.n; i++) {
        const char *code = LIST_AT(s->classes, struct scheme_class, i).code;
        x->picks[names_of(&x->classes, code) - 1] = scheme_class_pick(s, code, NULL);
    }
}

const struct scheme_index *scheme_index_new(struct arena *mem, const struct scheme *s)
{
    struct scheme_index *x = arena_new(mem, struct scheme_index);
    struct names counters = { .mem = mem };
    *x = (struct scheme_index){ .items_at = s->items.items,
                                .sheets_at = s->rules.sheets.items,
                                .codes = { .mem = mem },
                                .items = arena_array(mem, struct index_item, s->items.n + 1),
                                .sheets =
                                    arena_array(mem, struct index_sheet, s->rules.sheets.n + 1) };
    for (size_t i = 0; i < s->items.n; i++) {
        const struct scheme_item *item = &LIST_AT(s->items, struct scheme_item, i);
        names_of(&x->codes, item->code);
        x->bars |= item->bars != NULL;
        index_limits(mem, s, item, &counters, &x->items[i]);
        if (x->items[i].limits.n > x->limits_most) x->limits_most = x->items[i].limits.n;
    }
    for (size_t i = 0; i < s->rules.sheets.n; i++)
        index_sheet(mem, &LIST_AT(s->rules.sheets, struct scheme_sheet, i), &x->sheets[i]);
    for (size_t i = 0; i < s->rules.sheets.n; i++) index_full_marks(mem, &x->sheets[i]);
    x->bands = arena_array(mem, struct list, s->rules.bands.n + 1);
    for (size_t i = 0; i < s->rules.bands.n; i++)
        index_bands(mem, &LIST_AT(s->rules.bands, struct scheme_bands, i), &x->bands[i]);
    index_classes(mem, s, x);
    x->counters = counters.n;
    return x;
}

const struct scheme_index *scheme_index_of(struct arena *mem, const struct scheme *s)
{
    if (s->index && s->index->items_at == s->items.items &&
        s->index->sheets_at == s->rules.sheets.items)
        return s->index;
    return scheme_index_new(mem, s);
}

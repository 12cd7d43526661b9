/* Random facts: facts.h. */
#include "facts.h"

#include "kernel/date.h"

static const char *const items[] = { "H1", "H2", "H3", "W1", "W2", "W3",
                                     "W4", "O1", "O2", "O3", "O4", "O5" };
/* How often each is done, of 64. */
static const int often[] = { 8, 4, 4, 10, 8, 8, 3, 2, 9, 4, 2, 2 };
static const struct {
    const char *code;
    int max;
} lines[] = {
    { "yard", 15 },       { "hall", 10 }, { "kitchen", 10 }, { "bedroom", 10 },   { "toilet", 5 },
    { "lead", 10 },       { "voice", 5 }, { "law", 5 },      { "support", 5 },    { "study", 5 },
    { "industrious", 5 }, { "job", 5 },   { "family", 5 },   { "neighbours", 5 },
};
enum { LINES = sizeof lines / sizeof *lines };

/* xorshift64* */
static uint64_t next(uint64_t *s)
{
    *s ^= *s >> 12;
    *s ^= *s << 25;
    *s ^= *s >> 27;
    return *s * UINT64_C(2685821657736338717);
}

static int64_t up_to(uint64_t *s, int64_t n)
{
    return (int64_t)(next(s) >> 33) % n;
}

static size_t pick_item(uint64_t *s)
{
    int64_t at = up_to(s, 64);
    size_t i = 0;
    while (at >= often[i]) at -= often[i++];
    return i;
}

/* Days differ, but for a second 垃圾分类 of one day, which its cap refuses. */
static struct list deeds_of(struct arena *mem, uint64_t *s, int64_t most)
{
    int64_t n = up_to(s, most + 1), day = date_of(2026, 1, 1), step = 365 / (most + 1);
    struct list out = { arena_array(mem, struct fact_deed, 2 * (size_t)n + 1), 0 };
    for (int64_t i = 0; i < n; i++) {
        size_t item = pick_item(s);
        struct fact_deed *d = &LIST_AT(out, struct fact_deed, out.n++);
        day += step > 1 ? 1 + up_to(s, step - 1) : 1;
        *d = (struct fact_deed){ .item = items[item],
                                 .on = day > date_of(2026, 12, 31) ? date_of(2026, 12, 31) : day,
                                 .chosen_c = NONE,
                                 .quantity_c = NONE };
        if (item == 3) d->quantity_c = 50 * (1 + up_to(s, 12));
        if (item == 6) d->quantity_c = 100 * (1 + up_to(s, 10));
        if (item == 8 && up_to(s, 4) == 0) LIST_AT(out, struct fact_deed, out.n++) = *d;
    }
    return out;
}

/* Most households are tidy: 15 of 16 lines get the full mark. */
static struct list visits_of(struct arena *mem, uint64_t *s)
{
    struct list out = { arena_array(mem, struct fact_visit, 12), 0 };
    int64_t care = 3 + up_to(s, 14);
    for (int month = 1; month <= 12; month++) {
        struct fact_visit *v = &LIST_AT(out, struct fact_visit, out.n);
        if (up_to(s, 32) == 0) continue; /* nobody came */
        out.n++;
        *v = (struct fact_visit){ .round = "monthly",
                                  .on = date_of(2026, month, 20 + (int)up_to(s, 6)),
                                  .total_c = NONE };
        v->marks = (struct list){ arena_array(mem, struct scheme_level, LINES), LINES };
        for (size_t i = 0; i < LINES; i++) {
            int64_t lost = up_to(s, care) ? 0 : up_to(s, lines[i].max + 1), c;
            c = 100 * (lines[i].max - lost);
            LIST_AT(v->marks, struct scheme_level, i) =
                (struct scheme_level){ lines[i].code, { c, c } };
        }
    }
    return out;
}

struct scheme_facts *bench_year(struct arena *mem, uint64_t seed, size_t households, int deeds)
{
    struct scheme_facts *f = arena_new(mem, struct scheme_facts);
    uint64_t s = seed * 2 + 1;
    *f = (struct scheme_facts){ .residents = NONE, .pool_c = NONE };
    f->subjects = (struct list){ arena_array(mem, struct fact_subject, households), households };
    for (size_t i = 0; i < households; i++) {
        struct fact_subject *h = &LIST_AT(f->subjects, struct fact_subject, i);
        size_t members = 1 + (size_t)up_to(&s, 5);
        /* Half of the deeds on average: up to twice as many for each of four. */
        int64_t most = deeds / 2;
        *h = (struct fact_subject){ .id = (int64_t)i + 1, .class_ = "household" };
        h->deeds = deeds_of(mem, &s, most);
        h->visits = visits_of(mem, &s);
        h->members = (struct list){ arena_array(mem, struct fact_member, members), members };
        for (size_t m = 0; m < members; m++) {
            struct fact_member *p = &LIST_AT(h->members, struct fact_member, m);
            *p = (struct fact_member){ .id = (int64_t)(i * 10 + m) + 1,
                                       .takes_part = m == 0 || up_to(&s, 4) > 0,
                                       .since = NONE,
                                       .until = NONE,
                                       .class_ = "resident" };
            p->deeds = deeds_of(mem, &s, most);
        }
    }
    return f;
}

static void result(struct list *out, const char *part, int month, int64_t mark_c, int64_t plus_c,
                   int64_t minus_c)
{
    LIST_AT(*out, struct fact_result, out->n++) =
        (struct fact_result){ .assessment = "annual",
                              .part = part,
                              .on = date_of(2026, month, 10),
                              .mark_c = mark_c,
                              .plus_c = plus_c,
                              .minus_c = minus_c };
}

struct scheme_facts *bench_assessment(struct arena *mem, uint64_t seed, size_t households)
{
    static const char *const once[] = { "party", "welfare", "law" };
    struct scheme_facts *f = arena_new(mem, struct scheme_facts);
    uint64_t s = seed * 2 + 1;
    *f = (struct scheme_facts){ .residents = NONE, .pool_c = NONE };
    f->subjects = (struct list){ arena_array(mem, struct fact_subject, households), households };
    for (size_t i = 0; i < households; i++) {
        struct fact_subject *h = &LIST_AT(f->subjects, struct fact_subject, i);
        *h = (struct fact_subject){ .id = (int64_t)i + 1, .class_ = "household" };
        h->results = (struct list){ arena_array(mem, struct fact_result, 14), 0 };
        for (int q = 0; q < 4; q++) {
            result(&h->results, "env", 3 * q + 2, 100 * (34 + up_to(&s, 12)), 0, 0);
            result(&h->results, "civil", 3 * q + 2, NONE, 100 * up_to(&s, 3), 50 * up_to(&s, 4));
        }
        for (size_t k = 0; k < 3; k++)
            result(&h->results, once[k], 12, NONE, 100 * up_to(&s, 4),
                   up_to(&s, 3) ? 0 : 100 * up_to(&s, 6));
    }
    return f;
}

/* Runs over many subjects: the same results however they come (one file, a stream, another order),
 * memory that does not grow with facts, running counts that say what counting anew says. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernel/file.h"
#include "kernel/text.h"
#include "scheme/scheme_run.h"
#include "scheme/scheme_stream.h"

#include "kernel/test.h" /* after ours: cmocka has a macro fail() */

static const char rules[] =
    "scheme: run\ntitle: 试\npublicity: {days: 3}\nfalse_claims: {times: 2, bars: year}\n"
    "adopted: {meeting: 村民代表会议}\ncovenant: 村规民约\n"
    "classes:\n  - {code: resident, label: 村民, kind: resident}\n"
    "  - {code: household, label: 家庭, kind: household}\n"
    "categories:\n  - {code: a, label: 甲, cap: {points: 12, per: month}}\n"
    "  - {code: b, label: 乙}\n"
    "groups: [{code: g, label: 同一荣誉, per: year, keep: best}]\n"
    "cap: [{points: 40, per: quarter}]\n"
    "items:\n  - {code: A1, category: a, label: 甲一, points: 4, cap: {times: 2, per: week}}\n"
    "  - {code: A2, category: a, label: 甲二, points: 1..9, cap: [{points: 15, per: quarter}, "
    "{times: "
    "9, per: year}]}\n"
    "  - {code: B1, category: b, label: 乙一, points: 0.5, per: 小时, cap: {points: 6, per: "
    "month}}\n"
    "  - {code: B2, category: b, label: 乙二, points: 3, one_of: g}\n"
    "  - {code: B3, category: b, label: 乙三, points: 7, one_of: g}\n"
    "  - {code: B4, category: b, label: 乙四, points: 2, reverse: -2, clause: 第一条, warnings: "
    "{times: "
    "1, per: quarter}, cap: {points: 4, per: month}}\n"
    "  - {code: B5, category: b, label: 乙五, points: -3, clause: 第二条, cap: {points: 9, per: "
    "year}}\n"
    "bands:\n  - {code: m, label: 段, lowest: 0, highest: 100, bands: [{from: 90, to: 100, points: "
    "5}], "
    "else: {points: 1}}\n"
    "rounds:\n  - {code: r, label: 月评, for: household, every: month, bands: m, steps: [{step: "
    "评, "
    "role: grid}]}\n"
    "streaks:\n  - {code: last, label: 连续垫底, round: r, in_a_row: 2, last: 1, points: -1, "
    "board: "
    "black, clause: 第三条}\n"
    "  - {code: good, label: 连续好, round: r, in_a_row: 3, equal: 5, points: 5}\n"
    "household: {average: participating, per: year}\n"
    "rankings:\n  - {code: total, label: 年排名, by: total, per: year, tie_break: [points]}\n"
    "  - {code: month, label: 月排名, by: points, per: month, within: group}\n"
    "titles:\n  - {code: star, label: 星级户, ranking: total, ladder: [{code: s, label: 一星, "
    "share: "
    "30}]}\n"
    "boards: [{code: black, label: 曝光台, colour: black, days: 30, appeal: 7, mentor: yes}]\n"
    "dividend: {shares: 50, points: 50}\n";

static const struct scheme *scheme_of(struct arena *mem)
{
    struct scheme_finding *found;
    const struct scheme *s = scheme_parse(mem, "run", rules, strlen(rules), &found);
    EXPECT(s != NULL, "rules: %d:%d %s", found ? found->line : 0, found ? found->column : 0,
           found ? found->en : "");
    return s;
}

/* xorshift64*: the same numbers everywhere. */
static uint64_t seed;
static int upto(int n)
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return (int)((seed * UINT64_C(2685821657736338717) >> 33) % (uint64_t)n);
}

static const struct span year = { 20454, 20818 }; /* 2026 */

/* ---- facts as text, a household at a time ---- */

static void put_deeds(struct buf *b, int n)
{
    static const char *const codes[] = { "A1", "A2", "B1", "B2", "B3", "B4", "B5" };
    char day[DATE_SIZE];
    buf_puts(b, "deeds: [");
    for (int i = 0, on = 0; i < n; i++) {
        int item = upto(7);
        on += upto(360 / n);
        buf_printf(b, "%s{item: %s, on: %s", i ? ", " : "", codes[item],
                   date_format(year.first + on, day));
        if (item == 1) buf_printf(b, ", chosen: %d", 1 + upto(9));
        if (item == 2) buf_printf(b, ", quantity: %d.5", 1 + upto(6));
        if (item == 5 && upto(2)) buf_puts(b, ", reverse: yes");
        if (item < 2 && upto(20) == 0) buf_puts(b, ", false: after");
        buf_puts(b, "}");
    }
    buf_puts(b, "]");
}

static const char *household(struct arena *mem, int id, int deeds)
{
    struct buf b = buf_in(mem, 1 << 20);
    buf_printf(&b, "  - {id: %d, label: 第%d户, group: 第%d组, shares: %d, ", id, id, id % 3,
               id % 4);
    if (deeds) put_deeds(&b, deeds);
    buf_puts(&b, deeds ? ", visits: [" : "visits: [");
    for (int m = 1; m <= 12; m++)
        if (upto(10))
            buf_printf(&b, "{round: r, on: 2026-%02d-1%d, total: %d}, ", m, upto(9), 80 + upto(21));
    buf_puts(&b, "], members: [");
    for (int k = 0; k < 3; k++) {
        buf_printf(&b, "{id: %d, takes_part: %s, ", 10 * id + k, upto(4) ? "yes" : "no");
        put_deeds(&b, 1 + upto(4));
        buf_puts(&b, "}, ");
    }
    buf_puts(&b, "]}\n");
    return b.p;
}

enum { HOUSEHOLDS = 40 };

static const char **households(struct arena *mem)
{
    const char **v = arena_array(mem, const char *, HOUSEHOLDS);
    seed = 7;
    for (int i = 0; i < HOUSEHOLDS; i++) v[i] = household(mem, i + 1, upto(12));
    return v;
}

/* In documents of `each` households; 0: one document. */
static const char *text_of(struct arena *mem, const char **v, int each)
{
    struct buf b = buf_in(mem, 1 << 22);
    for (int i = 0; i < HOUSEHOLDS; i++) {
        if (i == 0 || (each && i % each == 0))
            buf_printf(&b, "%ssubjects:\n", i ? "---\n" : "# 数据\npool: 1000\nresidents: 100\n");
        buf_puts(&b, v[i]);
    }
    return b.p;
}

static struct fact_list *list_of(struct arena *mem, const char *text)
{
    struct scheme_finding *found;
    struct fact_list *list = arena_new(mem, struct fact_list);
    const struct scheme_facts *f = scheme_facts_parse(mem, text, strlen(text), &found);
    EXPECT(f != NULL, "facts: %d:%d %s", found ? found->line : 0, found ? found->column : 0,
           found ? found->en : "");
    *list = fact_list_of(f);
    return list;
}

/* ---- all results as texts by id ---- */

struct told {
    struct arena *mem;
    const char *by_id[HOUSEHOLDS + 1];
};

static const struct err *keep(void *arg, const struct run_result *r)
{
    struct told *t = arg;
    struct buf b = buf_in(t->mem, 1 << 20);
    run_print(r, LANG_ZH, &b);
    run_print(r, LANG_EN, &b);
    assert_in_range(r->id, 1, HOUSEHOLDS);
    assert_null(t->by_id[r->id]);
    t->by_id[r->id] = b.p;
    return NULL;
}

static void tell(struct arena *mem, struct fact_source *source, struct told *out)
{
    struct scheme_run *run;
    const struct err *x = run_open(mem, scheme_of(mem), source, year, &run);
    EXPECT(!x, "open: %s", x ? err_text(x, LANG_EN) : "");
    *out = (struct told){ .mem = mem };
    assert_int_equal(run_subjects(run), HOUSEHOLDS);
    assert_null(run_each(run, true, keep, out));
}

static void same(const struct told *a, const struct told *b)
{
    for (int id = 1; id <= HOUSEHOLDS; id++) {
        EXPECT(a->by_id[id] && b->by_id[id], "household %d is missing", id);
        EXPECT(!strcmp(a->by_id[id], b->by_id[id]), "household %d:\n%s\nor\n%s", id, a->by_id[id],
               b->by_id[id]);
    }
}

static const char *file_of(struct arena *mem, const char *text)
{
    char path[] = "/tmp/scheme-run-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    return arena_strdup(mem, path);
}

static void a_stream_says_what_one_file_says(void **state)
{
    struct arena *mem = *state;
    const char **v = households(mem);
    struct told whole, parts, piped;
    struct fact_stream stream;
    tell(mem, &list_of(mem, text_of(mem, v, 0))->source, &whole);
    assert_non_null(strstr(whole.by_id[1], "分红"));
    assert_non_null(strstr(whole.by_id[1], "2026-03"));

    const char *path = file_of(mem, text_of(mem, v, 7));
    assert_null(fact_stream_open(mem, path, &stream));
    tell(mem, &stream.source, &parts);
    same(&whole, &parts);
    assert_int_equal(stream.source.residents, 100);
    assert_int_equal(stream.source.pool_c, 100000);
    unlink(path);

    /* A pipe cannot go back: what was read is put aside. */
    int ends[2];
    const char *text = text_of(mem, v, 5);
    assert_int_equal(pipe(ends), 0);
    pid_t writer = fork();
    if (writer == 0) _exit(write(ends[1], text, strlen(text)) < 0);
    close(ends[1]);
    assert_null(fact_stream_open(mem, arena_printf(mem, "/dev/fd/%d", ends[0]), &stream));
    tell(mem, &stream.source, &piped);
    close(ends[0]);
    same(&whole, &piped);
}

static void one_is_found_as_among_all(void **state)
{
    struct arena *mem = *state;
    const char **v = households(mem);
    struct told whole, one = { .mem = mem };
    struct scheme_run *run;
    struct run_result r;
    struct fact_list *list = list_of(mem, text_of(mem, v, 0));
    tell(mem, &list->source, &whole);
    assert_null(run_open(mem, scheme_of(mem), &list->source, year, &run));
    for (int id = HOUSEHOLDS; id >= 1; id -= 3) {
        assert_null(run_find(run, mem, id, true, &r));
        assert_null(keep(&one, &r));
        assert_string_equal(one.by_id[id], whole.by_id[id]);
    }
    assert_int_equal(run_find(run, mem, 4711, true, &r)->code, ERR_NOT_FOUND);
    /* Without trees the numbers are the same. */
    struct run_result quiet;
    assert_null(run_find(run, mem, 5, true, &r));
    assert_null(run_find(run, mem, 5, false, &quiet));
    assert_int_equal(r.numbers.n, quiet.numbers.n);
    for (size_t i = 0; i < r.numbers.n; i++) {
        assert_int_equal(LIST_AT(r.numbers, struct run_number, i).value_c,
                         LIST_AT(quiet.numbers, struct run_number, i).value_c);
        assert_null(LIST_AT(quiet.numbers, struct run_number, i).why);
    }
}

static void the_order_of_subjects_does_not_matter(void **state)
{
    struct arena *mem = *state;
    const char **v = households(mem);
    struct told before, after;
    tell(mem, &list_of(mem, text_of(mem, v, 0))->source, &before);
    for (int turn = 0; turn < 3; turn++) {
        for (int i = HOUSEHOLDS - 1; i > 0; i--) {
            int k = upto(i + 1);
            const char *t = v[i];
            v[i] = v[k];
            v[k] = t;
        }
        tell(mem, &list_of(mem, text_of(mem, v, 0))->source, &after);
        same(&before, &after);
    }
}

static void shuffle(struct list *deeds)
{
    for (size_t i = deeds->n; i-- > 1;) {
        size_t k = (size_t)upto((int)i + 1);
        struct fact_deed t = LIST_AT(*deeds, struct fact_deed, i);
        LIST_AT(*deeds, struct fact_deed, i) = LIST_AT(*deeds, struct fact_deed, k);
        LIST_AT(*deeds, struct fact_deed, k) = t;
    }
}

static bool one_a_day(const struct list *deeds)
{
    for (size_t i = 1; i < deeds->n; i++)
        if (LIST_AT(*deeds, struct fact_deed, i).on == LIST_AT(*deeds, struct fact_deed, i - 1).on)
            return false;
    return true;
}

static void deeds_of_different_days_may_come_in_any_order(void **state)
{
    struct arena *mem = *state;
    struct told before, after;
    struct fact_list *list = list_of(mem, text_of(mem, households(mem), 0));
    int shuffled = 0;
    tell(mem, &list->source, &before);
    for (size_t i = 0; i < HOUSEHOLDS; i++) {
        struct fact_subject *f = &LIST_AT(list->facts->subjects, struct fact_subject, i);
        if (f->deeds.n > 1 && one_a_day(&f->deeds)) shuffle(&f->deeds), shuffled++;
        for (size_t m = 0; m < f->members.n; m++) {
            struct list *deeds = &LIST_AT(f->members, struct fact_member, m).deeds;
            if (one_a_day(deeds)) shuffle(deeds);
        }
    }
    assert_true(shuffled > 10);
    tell(mem, &list->source, &after);
    same(&before, &after);
}

/* ---- running counts ---- */

static void count_anew(const struct list *done, struct list *limits, const struct eval_deed *now)
{
    bool fault_now = now->deed->reverse == 1 || now->item->points_max_c < 0;
    for (size_t l = 0; l < limits->n; l++) {
        struct scheme_limit *limit = &LIST_AT(*limits, struct scheme_limit, l);
        for (size_t i = 0; i < done->n; i++) {
            const struct eval_deed *d = &LIST_AT(*done, struct eval_deed, i);
            bool fault = d->deed->reverse == 1 || d->item->points_max_c < 0;
            if (d->deed->proved_false || d->deed->on < limit->span.first ||
                d->deed->on > limit->span.last || !scheme_limit_counts(limit, d->item))
                continue;
            if (limit->scope == LIMIT_WARNING ? !fault : fault != fault_now || !d->points_c)
                continue;
            limit->used_times++;
            limit->used_c += d->points_c;
        }
    }
}

static void running_counts_say_what_counting_anew_says(void **state)
{
    struct arena *mem = *state;
    const struct scheme *s = scheme_of(mem);
    int refused = 0, cut = 0;
    seed = 99;
    for (int turn = 0; turn < 60; turn++) {
        const char *text = arena_printf(mem, "subjects:\n%s", household(mem, 1, 60));
        const struct fact_subject *f = list_of(mem, text)->facts->subjects.items;
        struct eval e = { .mem = mem, .s = s, .explain = turn % 2 };
        struct list worth;
        assert_null(eval_deeds(&e, "household", &f->deeds, &worth));
        assert_int_equal(worth.n, f->deeds.n);
        for (size_t i = 0; i < worth.n; i++) {
            struct eval_deed d = LIST_AT(worth, struct eval_deed, i);
            struct list done = { worth.items, i },
                        limits = scheme_limits(mem, s, d.item, d.deed->on);
            struct award a = { 0 };
            count_anew(&done, &limits, &d);
            struct award_facts facts = { .item = d.deed->item,
                                         .class_ = "household",
                                         .chosen_c = d.deed->chosen_c,
                                         .quantity_c = d.deed->quantity_c,
                                         .on = d.deed->on,
                                         .reverse = d.deed->reverse == 1,
                                         .limits = limits.items,
                                         .limits_n = limits.n };
            const struct err *x = scheme_award(mem, s, &facts, &a);
            int64_t want = x ? 0 : a.points_c;
            refused += x != NULL;
            cut += !x && strstr(a.tree, "\"cap\"");
            if (d.deed->proved_false) assert_null(scheme_false_points(mem, s, want, &want));
            struct eval_deed again = { d.deed, d.item, want, NULL };
            eval_once(&e, &done, &again);
            EXPECT(again.points_c == d.points_c, "turn %d, deed %d, %s: %lld or %lld", turn, (int)i,
                   d.item->code, (long long)again.points_c, (long long)d.points_c);
        }
        arena_reset(mem);
        s = scheme_of(mem);
    }
    assert_true(refused > 100 && cut > 50);
}

/* ---- memory ---- */

struct made {
    struct fact_source source;
    int n, at, deeds;
    size_t most; /* bytes of the arena that subjects are put in */
};
static const struct err *made_next(struct fact_source *self, struct arena *mem,
                                   const struct fact_subject **out)
{
    struct made *m = (struct made *)self;
    *out = NULL;
    if (mem->total > m->most) m->most = mem->total;
    if (m->at == m->n) return NULL;
    struct fact_subject *f = arena_new(mem, struct fact_subject);
    *f = (struct fact_subject){ .id = ++m->at, .class_ = "household", .group = "一组" };
    f->deeds =
        (struct list){ arena_array(mem, struct fact_deed, (size_t)m->deeds), (size_t)m->deeds };
    for (int i = 0; i < m->deeds; i++)
        LIST_AT(f->deeds, struct fact_deed, i) = (struct fact_deed){
            .item = "A1", .on = year.first + i % 365, .chosen_c = NONE, .quantity_c = NONE
        };
    f->visits = (struct list){ arena_array(mem, struct fact_visit, 1), 1 };
    LIST_AT(f->visits, struct fact_visit, 0) =
        (struct fact_visit){ .round = "r", .on = year.first + 40, .total_c = 100 * (m->at % 100) };
    *out = f;
    return NULL;
}
static const struct err *made_rewind(struct fact_source *self)
{
    ((struct made *)self)->at = 0;
    return NULL;
}
static const struct err *look(void *arg, const struct run_result *r)
{
    *(int64_t *)arg += r->id;
    return NULL;
}

/* Bytes that the run keeps, and what it needs while it goes on. */
static void needs(int subjects, int deeds, size_t *keeps, size_t *works)
{
    struct arena rules_mem = { 0 }, mem = { 0 };
    struct made m = { { made_next, made_rewind, NONE, NONE }, subjects, 0, deeds, 0 };
    struct scheme_run *run;
    int64_t sum = 0;
    assert_null(run_open(&mem, scheme_of(&rules_mem), &m.source, year, &run));
    assert_null(run_each(run, false, look, &sum));
    assert_int_equal(sum, (int64_t)subjects * (subjects + 1) / 2);
    *keeps = mem.total;
    *works = m.most;
    arena_clear(&mem);
    arena_clear(&rules_mem);
}

static void memory_grows_with_subjects_alone(void **state)
{
    size_t few, many, long_, works_few, works_many, works_long;
    (void)state;
    needs(1000, 5, &few, &works_few);
    needs(20000, 5, &many, &works_many);
    needs(1000, 500, &long_, &works_long);
    assert_int_equal(works_few, works_many);
    assert_int_equal(few, long_);
    /* Per subject: its id twice, a place, shares, a number in each of 13 rankings' periods. */
    size_t each = (many - few) / 19000;
    EXPECT(each < 800, "%zu bytes for each subject", each);
}

/* ---- what is refused ---- */

static const struct err *open_text(struct arena *mem, const char *text, struct fact_stream *stream,
                                   struct span in)
{
    struct scheme_run *run;
    const char *path = file_of(mem, text);
    assert_null(fact_stream_open(mem, path, stream));
    const struct err *x = run_open(mem, scheme_of(mem), &stream->source, in, &run);
    unlink(path);
    return x;
}

static void refused(void **state)
{
    struct arena *mem = *state;
    char *large = arena_alloc(mem, 600 * 1024 + 64);
    memset(large, 'x', 600 * 1024);
    memcpy(large, "---\nsubjects: ", 14);
    const struct {
        const char *text, *says;
        int line; /* of the finding */
    } cases[] = {
        { "subjects:\n  - {id: 1}\n---\nsubjects:\n  - {id: 1}\n", "id 1 occurs twice", 0 },
        { "subjects:\n  - {id: 1}\n---\n\nsubjects:\n  - {id: 2, nonsense: 3}\n",
          "from line 4 is not valid", 6 },
        { "pool: 1\nsubjects: [{id: 1}]\n---\npool: 2\nsubjects: [{id: 2}]\n",
          "the pool is told twice", 0 },
        { "--- # one\nsubjects: [{id: 1}]\n--- subjects: [{id: 2}]\n", "line 3: \"---\" stands",
          0 },
        { "# nothing\n---\n\n", "there are no facts", 0 },
        { "", "there are no facts", 0 },
        { large, "larger than 512 KiB", 0 },
        { "subjects:\n  - {id: 77, deeds: [{item: A9, on: 2026-01-01}]}\n", "(id 77)", 0 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct fact_stream stream;
        const struct err *x = open_text(mem, cases[i].text, &stream, year);
        EXPECT(x && strstr(err_text(x, LANG_EN), cases[i].says), "case %d: %s", (int)i,
               x ? err_text(x, LANG_EN) : "accepted");
        assert_int_equal(stream.findings ? stream.findings->line : 0, cases[i].line);
    }
    struct fact_stream stream;
    assert_non_null(fact_stream_open(mem, "/nowhere/facts.yaml", &stream));
    /* A month's ranking over all of time. */
    const struct err *x =
        open_text(mem, "subjects: [{id: 1}]\n", &stream, period_span(PERIOD_LIFE, year.first));
    EXPECT(x && strstr(err_text(x, LANG_EN), "too long"), "all of time");
}

/* ---- periods within the span ---- */

static void months_of_a_year(void **state)
{
    struct arena *mem = *state;
    struct fact_list *list = list_of(
        mem, "subjects:\n"
             "  - {id: 1, group: 一组, earned: [{on: 2026-02-03, points: 5}, {on: 2026-07-01, "
             "points: 1}]}\n"
             "  - {id: 2, group: 一组, earned: [{on: 2026-02-28, points: 7}, {on: 2026-12-31, "
             "points: 1}]}\n"
             "  - {id: 3, group: 二组}\n");
    struct scheme_run *run;
    struct run_result r;
    assert_null(run_open(mem, scheme_of(mem), &list->source, year, &run));
    assert_null(run_find(run, mem, 1, false, &r));
    /* The year; February, July and December, in which somebody earned something. */
    static const struct {
        int month, rank, of;
    } want[] = { { 0, 2, 3 }, { 2, 2, 2 }, { 7, 1, 2 }, { 12, 2, 2 } };
    assert_int_equal(r.ranks.n, COUNT(want));
    for (size_t i = 0; i < COUNT(want); i++) {
        const struct run_rank *k = &LIST_AT(r.ranks, struct run_rank, i);
        assert_int_equal(k->rank, want[i].rank);
        assert_int_equal(k->of, want[i].of);
        if (want[i].month) assert_int_equal(date_ymd(k->in.first).month, want[i].month);
    }
}

/* Items alone make an assessment's quarters count, rank and explain themselves down to the deed. */
static void quarters_fed_by_items(void **state)
{
    static const char text[] =
        "scheme: q\ntitle: 季\npublicity: {days: 3}\nfalse_claims: {times: 2}\n"
        "classes: [{code: household, label: 家庭, kind: household}]\n"
        "categories: [{code: b, label: 建设}]\n"
        "items: [{code: A1, category: b, label: 劳动, points: 10}]\n"
        "assessments: [{code: q, label: 季评, for: household, per: quarter, parts: [{code: p, "
        "label: 建设, base: 60, category: b, ceiling: 75}]}]\n"
        "rankings: [{code: r, label: 排名, by: q, per: quarter}]\n"
        "titles: [{code: t, label: 红榜, ranking: r, ladder: [{code: g, label: 前一, places: "
        "1}]}]\n";
    struct arena *mem = *state;
    struct scheme_finding *found;
    const struct scheme *s = scheme_parse(mem, "q", text, strlen(text), &found);
    assert_non_null(s);
    struct fact_list *list = list_of(
        mem, "subjects:\n"
             "  - {id: 1, class: household, deeds: [{item: A1, on: 2026-02-03}]}\n"
             "  - {id: 2, class: household, deeds: [{item: A1, on: 2026-02-03}, {item: A1, on: "
             "2026-02-05}]}\n");
    struct scheme_run *run;
    struct run_result r;
    assert_null(run_open(mem, s, &list->source, year, &run));
    assert_null(run_find(run, mem, 2, true, &r));
    assert_int_equal(r.ranks.n, 1); /* the first quarter; nothing happened in the others */
    assert_int_equal(LIST_AT(r.ranks, struct run_rank, 0).rank, 1);
    assert_int_equal(LIST_AT(r.ranks, struct run_rank, 0).count, 2);
    assert_non_null(LIST_AT(r.titles, struct run_title, 0).rung);
    const struct scheme_why *w = NULL;
    for (size_t i = 0; i < r.numbers.n; i++)
        if (text_equal(LIST_AT(r.numbers, struct run_number, i).code, "q"))
            w = LIST_AT(r.numbers, struct run_number, i).why;
    assert_non_null(w);
    w = w->from->from; /* the assessment, its part, the quarter */
    assert_int_equal(w->value_c, 7500);
    int64_t sum = 0, deeds = 0;
    for (const struct scheme_why *k = w->from; k; k = k->next) {
        sum += k->value_c;
        deeds += text_equal(k->op, "deed");
    }
    assert_string_equal(w->from->op, "base");
    assert_int_equal(deeds, 2);
    assert_int_equal(sum, 7500); /* 60 + 10 + 10 − 5 beyond the ceiling */
}

/* `for`: who is ranked. Without it everybody who has the number meets in one ranking. */
static void only_of_a_class(void **state)
{
    static const char head[] =
        "scheme: q\ntitle: 季\npublicity: {days: 3}\nfalse_claims: {times: 2}\n"
        "classes: [{code: resident, label: 村民, kind: resident}, {code: party_member, label: "
        "党员, kind: resident, tag: 党员}, {code: household, label: 家庭, kind: household}]\n"
        "categories: [{code: b, label: 建设}]\n"
        "items: [{code: A1, category: b, label: 劳动, points: 10}]\n"
        "rankings: [{code: r, label: 排名, by: points, per: year";
    static const struct {
        const char *who;
        int64_t of;
    } cases[] = { { "", 4 }, { ", for: 村民", 3 }, { ", for: party_member", 1 }, { ", for: 家庭", 1 } };
    struct arena *mem = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *text = arena_printf(mem, "%s%s}]\n", head, cases[i].who);
        struct scheme_finding *found;
        const struct scheme *s = scheme_parse(mem, "q", text, strlen(text), &found);
        EXPECT(s != NULL, "%s: %s", cases[i].who, found ? found->en : "");
        struct fact_list *list = list_of(
            mem, "subjects:\n  - {id: 1, class: resident}\n  - {id: 2, class: resident}\n"
                 "  - {id: 3, class: party_member, deeds: [{item: A1, on: 2026-02-03}]}\n"
                 "  - {id: 4, class: household}\n");
        struct scheme_run *run;
        struct list ranked;
        assert_null(run_open(mem, s, &list->source, year, &run));
        assert_null(run_ranked(run, mem, s->rules.rankings.items, year.first, &ranked));
        EXPECT((int64_t)ranked.n == cases[i].of, "%s: %zu are ranked", cases[i].who, ranked.n);
    }
}

/* A place among the first is not for nothing. */
static void no_title_for_nothing(void **state)
{
    struct arena *mem = *state;
    struct fact_list *list =
        list_of(mem, "subjects:\n"
                     "  - {id: 1, class: household}\n  - {id: 2, class: household}\n"
                     "  - {id: 3, class: household, earned: [{on: 2026-02-03, points: 5}]}\n"
                     "  - {id: 4, class: household}\n  - {id: 5, class: household}\n"
                     "  - {id: 6, class: household}\n  - {id: 7, class: household}\n");
    struct scheme_run *run;
    struct run_result r;
    assert_null(run_open(mem, scheme_of(mem), &list->source, year, &run));
    for (int64_t id = 1; id <= 7; id++) { /* 30 % of 7: two places, one of them among the zeros */
        assert_null(run_find(run, mem, id, false, &r));
        const struct run_title *t = &LIST_AT(r.titles, struct run_title, 0);
        EXPECT((t->rung != NULL) == (id == 3), "%d: %s", (int)id, t->why_en ? t->why_en : "title");
    }
}

struct leaving { struct arena *mem; const struct scheme *s; struct fact_source *source; bool one; };
static const struct err *nothing(void *arg, const struct run_result *r)
{
    (void)arg, (void)r;
    return NULL;
}

static void run_all(void *arg)
{
    struct leaving *l = arg;
    struct scheme_run *run;
    struct run_result r;
    const struct err *e = run_open(l->mem, l->s, l->source, year, &run);
    if (!e) e = run_each(run, true, nothing, NULL);
    if (!e) e = run_find(run, l->mem, 1, true, &r);
    EXPECT(!e, "%s", err_text(e, LANG_EN));
}

static void parse_all(void *mem)
{
    scheme_of(mem);
}

/* The rules and the facts live in an arena of their own; what a run takes goes with the run's. */
static void left_for_want_of_memory(void **state)
{
    struct arena *mem = arena_child(*state);
    struct buf b = buf_in(*state, 1 << 20);
    seed = 5;
    buf_puts(&b, "subjects:\n");
    for (int i = 1; i <= 4; i++) buf_puts(&b, household(*state, i, 6));
    test_left_anywhere(mem, run_all, &(struct leaving){ .mem = mem, .s = scheme_of(*state), .source = &list_of(*state, b.p)->source });
    test_left_anywhere(mem, parse_all, mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_stream_says_what_one_file_says),
        TEST(one_is_found_as_among_all),
        TEST(the_order_of_subjects_does_not_matter),
        TEST(deeds_of_different_days_may_come_in_any_order),
        TEST(running_counts_say_what_counting_anew_says),
        TEST(memory_grows_with_subjects_alone),
        TEST(refused),
        TEST(left_for_want_of_memory),
        TEST(months_of_a_year),
        TEST(quarters_fed_by_items),
        TEST(no_title_for_nothing),
        TEST(only_of_a_class),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Measures the engine on random facts and leaves facts and results for the references.
 *     evaluate DIR HOUSEHOLDS SECONDS [NAME]       NAME: only that one
 * Writes DIR/year.jsonl, DIR/year.results, DIR/assessment.jsonl, DIR/assessment.results, and prints
 * lines "name households-per-second". One thread. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "facts.h"
#include "kernel/file.h"

static struct arena mem;
static double limit_s;

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "evaluate: %s\n", what);
    exit(1);
}
#define MUST(x)                                                                                    \
    do {                                                                                           \
        const struct err *x_ = (x);                                                                \
        if (x_) die(err_text(x_, LANG_EN));                                                        \
    } while (0)

static const struct scheme *load(const char *path)
{
    struct scheme_finding *found;
    const char *text;
    size_t n;
    MUST(file_read(&mem, path, 1 << 20, &text, &n));
    const struct scheme *s = scheme_parse(&mem, path, text, n, &found);
    if (!s) die(found->en);
    return s;
}

static FILE *open_file(const char *dir, const char *name)
{
    FILE *f = fopen(arena_printf(&mem, "%s/%s", dir, name), "w");
    if (!f) die(name);
    return f;
}

/* ---- facts as text ---- */

static void put_deeds(FILE *out, const struct list *deeds)
{
    char day[DATE_SIZE];
    fprintf(out, "[");
    for (size_t i = 0; i < deeds->n; i++) {
        const struct fact_deed *d = &LIST_AT(*deeds, struct fact_deed, i);
        fprintf(out, "%s{\"item\":\"%s\",\"on\":\"%s\",\"quantity\":%lld}", i ? "," : "", d->item,
                date_format(d->on, day), (long long)(d->quantity_c == NONE ? 100 : d->quantity_c));
    }
    fprintf(out, "]");
}

static void put_year(FILE *out, const struct fact_subject *h)
{
    char day[DATE_SIZE];
    fprintf(out, "{\"id\":%lld,\"deeds\":", (long long)h->id);
    put_deeds(out, &h->deeds);
    fprintf(out, ",\"members\":[");
    for (size_t i = 0; i < h->members.n; i++) {
        const struct fact_member *m = &LIST_AT(h->members, struct fact_member, i);
        fprintf(out, "%s{\"id\":%lld,\"takesPart\":%s,\"deeds\":", i ? "," : "", (long long)m->id,
                m->takes_part ? "true" : "false");
        put_deeds(out, &m->deeds);
        fprintf(out, "}");
    }
    fprintf(out, "],\"visits\":[");
    for (size_t i = 0; i < h->visits.n; i++) {
        const struct fact_visit *v = &LIST_AT(h->visits, struct fact_visit, i);
        fprintf(out, "%s{\"on\":\"%s\",\"marks\":{", i ? "," : "", date_format(v->on, day));
        for (size_t k = 0; k < v->marks.n; k++) {
            const struct scheme_level *l = &LIST_AT(v->marks, struct scheme_level, k);
            fprintf(out, "%s\"%s\":%lld", k ? "," : "", l->name, (long long)l->points.min_c);
        }
        fprintf(out, "}}");
    }
    fprintf(out, "]}\n");
}

static void put_assessment(FILE *out, const struct fact_subject *h)
{
    char day[DATE_SIZE];
    fprintf(out, "{\"id\":%lld,\"results\":[", (long long)h->id);
    for (size_t i = 0; i < h->results.n; i++) {
        const struct fact_result *r = &LIST_AT(h->results, struct fact_result, i);
        fprintf(out, "%s{\"part\":\"%s\",\"on\":\"%s\",\"mark\":", i ? "," : "", r->part,
                date_format(r->on, day));
        if (r->mark_c == NONE) fprintf(out, "null");
        else fprintf(out, "%lld", (long long)r->mark_c);
        fprintf(out, ",\"plus\":%lld,\"minus\":%lld}", (long long)r->plus_c, (long long)r->minus_c);
    }
    fprintf(out, "]}\n");
}

/* ---- what is measured ---- */

enum { TURNS = 10 };

static double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Repeats a pass over all households until the time is up, ten times over, and takes the best:
 * others use the machine too. Time of the processor, which is what a core gives. */
static double rate(void (*pass)(void *), void *arg, size_t households)
{
    double best = 0;
    for (int turn = 0; turn < TURNS; turn++) {
        double start = cpu_s(), end;
        size_t n = 0;
        do {
            pass(arg);
            n += households;
            end = cpu_s();
        } while (end - start < limit_s / TURNS);
        if ((double)n / (end - start) > best) best = (double)n / (end - start);
    }
    return best;
}

struct job {
    const struct scheme *s;
    const struct scheme_facts *facts;
    FILE *out; /* results; NULL: only work them out */
    int64_t sum;
};

/* The household's own points, its total and its average. */
static void year(void *arg)
{
    struct job *j = arg;
    struct arena setup = { 0 }, scratch = { 0 };
    struct eval_work *work = eval_work_new(&setup, j->s);
    for (size_t i = 0; i < j->facts->subjects.n; i++) {
        const struct fact_subject *h = &LIST_AT(j->facts->subjects, struct fact_subject, i);
        struct eval e = { .mem = &scratch, .s = j->s };
        struct eval_household home;
        eval_work_begin(work, &e);
        MUST(eval_household(&e, h, date_of(2026, 12, 31), &home));
        j->sum += home.total.value_c + home.average.value_c;
        if (j->out)
            fprintf(j->out, "%lld %lld %lld\n", (long long)h->id, (long long)home.total.value_c,
                    (long long)home.average.value_c);
        arena_reset(&scratch);
    }
    arena_clear(&scratch);
    arena_clear(&setup);
}

/* Household after household, each month of it on its own: what a village works out when a month
 * closes. */
static void month(void *arg)
{
    struct job *j = arg;
    struct arena setup = { 0 }, scratch = { 0 };
    struct eval_work *work = eval_work_new(&setup, j->s);
    struct span in = period_span(PERIOD_MONTH, date_of(2026, 6, 1));
    for (size_t i = 0; i < j->facts->subjects.n; i++) {
        const struct fact_subject *h = &LIST_AT(j->facts->subjects, struct fact_subject, i);
        struct eval e = { .mem = &scratch, .s = j->s };
        struct eval_sum v;
        eval_work_begin(work, &e);
        MUST(eval_points(&e, h, in, &v));
        j->sum += v.value_c;
        arena_reset(&scratch);
    }
    arena_clear(&scratch);
    arena_clear(&setup);
}

static const struct err *look(void *arg, const struct run_result *r)
{
    struct job *j = arg;
    for (size_t i = 0; i < r->numbers.n; i++)
        j->sum += LIST_AT(r->numbers, struct run_number, i).value_c;
    return NULL;
}

static void all_results(struct job *j, bool explain)
{
    struct arena words = { 0 };
    struct fact_list list = fact_list_of(j->facts);
    struct scheme_run *run;
    MUST(run_open(&words, j->s, &list.source, period_span(PERIOD_YEAR, date_of(2026, 1, 1)), &run));
    MUST(run_each(run, explain, look, j));
    arena_clear(&words);
}
static void results(void *arg)
{
    all_results(arg, false);
}
static void trees(void *arg)
{
    all_results(arg, true);
}

static const struct err *put_star(void *arg, const struct run_result *r)
{
    struct job *j = arg;
    const struct run_rank *rank = r->ranks.items;
    const struct run_title *title = r->titles.items;
    if (j->out)
        fprintf(j->out, "%lld %lld %lld %s\n", (long long)r->id, (long long)rank->value_c,
                (long long)rank->rank, title->rung ? title->rung->code : "-");
    return NULL;
}

/* The year's mark of each household, its rank, its stars. */
static void assessment(void *arg)
{
    struct job *j = arg;
    struct arena words = { 0 };
    struct fact_list list = fact_list_of(j->facts);
    struct scheme_run *run;
    MUST(run_open(&words, j->s, &list.source, period_span(PERIOD_YEAR, date_of(2026, 1, 1)), &run));
    struct list ranked;
    MUST(run_ranked(run, &words, j->s->rules.rankings.items, date_of(2026, 12, 31), &ranked));
    for (size_t i = 0; i < ranked.n; i++) {
        const struct rank_entry *e = &LIST_AT(ranked, struct rank_entry, i);
        j->sum += e->rank + (e->rung != NULL);
    }
    if (j->out) MUST(run_each(run, false, put_star, j));
    arena_clear(&words);
}

static void measure(const char *only, const char *name, void (*pass)(void *), struct job *j)
{
    if (only && strcmp(only, name) != 0) return;
    printf("%s %.0f\n", name, rate(pass, j, j->facts->subjects.n));
    fflush(stdout);
}

int main(int argc, char **argv)
{
    if (argc < 4 || argc > 5) die("DIR HOUSEHOLDS SECONDS [NAME]");
    const char *only = argc == 5 ? argv[4] : NULL;
    size_t n = (size_t)strtoul(argv[2], NULL, 10);
    limit_s = strtod(argv[3], NULL);
    struct job village = { load("tests/bench/evaluation/village.yaml"), bench_year(&mem, 42, n, 8),
                           open_file(argv[1], "year.results"), 0 };
    struct job stars = { load("schemes/xingji.yaml"), bench_assessment(&mem, 7, n),
                         open_file(argv[1], "assessment.results"), 0 };
    size_t deeds = 0, visits = 0;

    FILE *out = open_file(argv[1], "year.jsonl");
    for (size_t i = 0; i < n; i++) {
        const struct fact_subject *h = &LIST_AT(village.facts->subjects, struct fact_subject, i);
        put_year(out, h);
        deeds += h->deeds.n;
        for (size_t m = 0; m < h->members.n; m++)
            deeds += LIST_AT(h->members, struct fact_member, m).deeds.n;
        visits += h->visits.n;
    }
    fclose(out);
    out = open_file(argv[1], "assessment.jsonl");
    for (size_t i = 0; i < n; i++)
        put_assessment(out, &LIST_AT(stars.facts->subjects, struct fact_subject, i));
    fclose(out);
    year(&village);
    assessment(&stars);
    fclose(village.out);
    fclose(stars.out);
    village.out = stars.out = NULL;

    printf("deeds_per_household %.2f\nvisits_per_household %.2f\n", (double)deeds / (double)n,
           (double)visits / (double)n);
    measure(only, "year", year, &village);
    measure(only, "month", month, &village);
    measure(only, "results", results, &village);
    measure(only, "trees", trees, &village);
    measure(only, "assessment", assessment, &stars);
    arena_clear(&mem);
    return village.sum == 1 ? 1 : 0;
}

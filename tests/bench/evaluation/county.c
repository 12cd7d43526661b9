/* A county as a stream of YAML documents, and what a program that reads it needs.
 *     county write HOUSEHOLDS          50 households a document, to the standard output
 *     county peak CMD ARG…             runs it; prints "seconds peak-KiB", its output goes nowhere
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "facts.h"

enum { DOCUMENT = 50 };

static void put_deeds(const struct list *deeds)
{
    char day[DATE_SIZE];
    for (size_t i = 0; i < deeds->n; i++) {
        const struct fact_deed *d = &LIST_AT(*deeds, struct fact_deed, i);
        printf("%s{item: %s, on: %s", i ? ", " : "deeds: [", d->item, date_format(d->on, day));
        if (d->quantity_c != NONE)
            printf(", quantity: %lld.%02d", (long long)(d->quantity_c / 100),
                   (int)(d->quantity_c % 100));
        printf("}");
    }
    if (deeds->n) printf("], ");
}

static void put_visits(const struct list *visits)
{
    char day[DATE_SIZE];
    for (size_t i = 0; i < visits->n; i++) {
        const struct fact_visit *v = &LIST_AT(*visits, struct fact_visit, i);
        printf("%s{round: monthly, on: %s, marks: {", i ? ", " : "visits: [",
               date_format(v->on, day));
        for (size_t k = 0; k < v->marks.n; k++) {
            const struct scheme_level *l = &LIST_AT(v->marks, struct scheme_level, k);
            printf("%s%s: %d", k ? ", " : "", l->name, (int)(l->points.min_c / 100));
        }
        printf("}}");
    }
    if (visits->n) printf("], ");
}

static void put_household(const struct fact_subject *h, size_t id)
{
    printf("  - {id: %zu, ", id);
    put_deeds(&h->deeds);
    put_visits(&h->visits);
    printf("members: [");
    for (size_t i = 0; i < h->members.n; i++) {
        const struct fact_member *m = &LIST_AT(h->members, struct fact_member, i);
        printf("%s{", i ? ", " : "");
        put_deeds(&m->deeds);
        printf("id: %zu%s}", id * 10 + i, m->takes_part ? "" : ", takes_part: no");
    }
    printf("]}\n");
}

static int write_county(size_t households)
{
    for (size_t done = 0; done < households; done += DOCUMENT) {
        size_t n = households - done < DOCUMENT ? households - done : DOCUMENT;
        struct arena mem = { 0 };
        const struct scheme_facts *f = bench_year(&mem, 1000 + done, n, 8);
        printf("---\nsubjects:\n");
        for (size_t i = 0; i < n; i++)
            put_household(&LIST_AT(f->subjects, struct fact_subject, i), done + i + 1);
        arena_clear(&mem);
    }
    return fflush(stdout) ? 1 : 0;
}

static int peak(char **argv)
{
    int64_t start = clock_monotonic_us();
    struct rusage used;
    int status;
    pid_t child = fork();
    if (child == 0) {
        int nowhere = open("/dev/null", O_WRONLY);
        dup2(nowhere, 1);
        execvp(argv[0], argv);
        perror(argv[0]);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &used) != child) return 1;
    printf("%.2f %ld\n", (double)(clock_monotonic_us() - start) / 1e6, used.ru_maxrss);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int main(int argc, char **argv)
{
    if (argc == 3 && !strcmp(argv[1], "write")) return write_county(strtoul(argv[2], NULL, 10));
    if (argc > 2 && !strcmp(argv[1], "peak")) return peak(argv + 2);
    fprintf(stderr, "county write HOUSEHOLDS | county peak CMD ARG…\n");
    return 2;
}

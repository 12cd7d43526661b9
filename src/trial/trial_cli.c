/* `shanzhi scheme simulate`: a draft on a file of facts (no store is opened), or on a village's
 * real past. */
#include <stdio.h>

#include "http/command.h"
#include "kernel/file.h"
#include "kernel/text.h"
#include "scheme/scheme_stream.h"
#include "trial/trial.h"

enum { OUT_MAX = 64 * 1024 * 1024, SCHEME_MAX = 1024 * 1024 };

struct ask {
    int64_t village;
    struct span in;
    const char *text;
    size_t n;
    struct simulation *sim;
};

static void findings(const char *path, const struct scheme_finding *found, bool warnings)
{
    for (const struct scheme_finding *f = found; f; f = f->next)
        if (warnings || !f->warning)
            fprintf(stderr, "%s:%d:%d: %s%s%s %s | %s\n", path, f->line, f->column,
                    f->warning ? "warning 提醒" : "error 错误", *f->path ? " " : "", f->path, f->zh,
                    f->en);
}

/* NULL: told already. */
static const struct scheme *scheme_of(struct cli *c, const char *path, const char **text, size_t *n)
{
    struct scheme_finding *found;
    const struct err *e = file_read(c->mem, path, SCHEME_MAX, text, n);
    if (e) {
        cli_fail(c, e);
        return NULL;
    }
    const struct scheme *s = scheme_parse(c->mem, path, *text, *n, &found);
    findings(path, found, s == NULL);
    return s;
}

static const struct err *of_village(struct req *r, void *arg)
{
    struct ask *a = arg;
    return trial_simulate(r, a->village, a->text, a->n, a->in, &a->sim);
}

static int usage(void)
{
    fprintf(stderr, "用法 usage: shanzhi scheme simulate DRAFT --now FILE --against FACTS --period "
                    "2026 [--lang en] [--rows 20] [--csv]\n"
                    "                  shanzhi scheme simulate DRAFT --village CODE --period 2026 "
                    "[--lang en] [--rows 20] [--csv]\n");
    return 2;
}

/* From files. 0: a->sim is there. */
static int of_files(struct cli *c, struct ask *a, const struct scheme *draft)
{
    const char *now_path = cli_option(c, "now"), *facts_path = cli_option(c, "against"), *text;
    size_t n;
    const struct scheme *now = scheme_of(c, now_path, &text, &n);
    if (!now) return 1;
    struct fact_stream in = { 0 };
    const struct err *e = fact_stream_open(c->mem, facts_path, &in);
    if (!e) e = scheme_simulate(c->mem, now, draft, &in.source, a->in, &a->sim);
    if (e && in.findings) {
        findings(facts_path, in.findings, true);
        return 1;
    }
    return e ? cli_fail(c, e) : 0;
}

static int simulate_command(struct cli *c)
{
    const char *path = cli_arg(c, 0), *village = cli_option(c, "village"),
               *when = cli_option(c, "period"), *rows_text = cli_option(c, "rows");
    struct ask a = { 0 };
    enum period per;
    int64_t rows = 20;
    if (!path || !when || !period_parse(when, &per, &a.in) ||
        (rows_text && !text_int(rows_text, 0, 1000000, &rows)) ||
        (village ? !region_parse(village, &a.village)
                 : !cli_option(c, "now") || !cli_option(c, "against")))
        return usage();
    const struct scheme *draft = scheme_of(c, path, &a.text, &a.n);
    if (!draft) return 1;
    if (village) {
        const struct err *e =
            store_run(c->store, TX_READ, c->mem, access_operator(c->mem), of_village, &a);
        if (e) return cli_fail(c, e);
    } else {
        int code = of_files(c, &a, draft);
        if (code) return code;
    }
    enum lang lang = text_equal(cli_option(c, "lang"), "en") ? LANG_EN : LANG_ZH;
    struct buf out = buf_in(c->mem, OUT_MAX);
    if (cli_option(c, "csv")) trial_csv(a.sim, lang, &out);
    else scheme_simulate_print(c->mem, a.sim, lang, (size_t)rows, &out);
    fwrite(out.p, 1, out.n, stdout);
    if (!out.over) return 0;
    fprintf(stderr, "结果太长 the result is too long\n");
    return 1;
}

extern const struct command trial_commands[];
const struct command trial_commands[] = {
    { "scheme simulate",
      "DRAFT (--now FILE --against FACTS | --village CODE) --period 2026 [--lang en] [--rows 20] "
      "[--csv]",
      "Try a draft on past facts: who gains and loses, titles, cost, distribution.", false,
      simulate_command, "village" },
    { 0 }
};

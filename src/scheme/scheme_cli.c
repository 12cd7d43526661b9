/* `shanzhi scheme check | choices | schema | reference | adopt`. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "http/command.h"
#include "kernel/text.h"
#include "scheme/scheme_store.h"

/* The file as text; one byte more than the limit is enough to be refused by the parser. */
static const char *read_text(struct cli *c, const char *path, size_t *n)
{
    FILE *f = strcmp(path, "-") ? fopen(path, "rb") : stdin;
    char *p = arena_alloc(c->mem, 1024 * 1024);
    if (!f) {
        fprintf(stderr, "%s: 打不开文件 cannot open\n", path);
        return NULL;
    }
    *n = fread(p, 1, 1024 * 1024, f);
    bool bad = ferror(f);
    if (f != stdin) fclose(f);
    if (!bad) return p;
    fprintf(stderr, "%s: 读取失败 cannot read\n", path);
    return NULL;
}

static const struct scheme *check_file(struct cli *c, const char *path)
{
    struct scheme_finding *found;
    size_t n;
    const char *text = read_text(c, path, &n);
    if (!text) return NULL;
    const struct scheme *s = scheme_parse(c->mem, path, text, n, &found);
    for (const struct scheme_finding *f = found; f; f = f->next)
        printf("%s:%d:%d: %s%s%s %s | %s\n", path, f->line, f->column, f->warning ? "warning 提醒" : "error 错误", *f->path ? " " : "", f->path, f->zh, f->en);
    return s;
}

static int check_command(struct cli *c)
{
    int bad = 0, files = 0;
    bool choices = cli_option(c, "choices") != NULL;
    /* --choices takes no value, so the word behind it is a file too. */
    for (int a = 1; a < c->argc; a++) {
        const char *path = c->argv[a];
        if (!strncmp(path, "--", 2)) continue;
        files++;
        const struct scheme *s = check_file(c, path);
        if (!s) { bad++; continue; }
        printf("%s: %s, %zu items 项, ok\n", path, s->title, s->items.n);
        for (size_t i = 0; choices && i < s->items.n; i++) {
            const struct scheme_item *item = &LIST_AT(s->items, struct scheme_item, i);
            if (item->choice) printf("  %s %s: %s —— %s（%s）\n", item->code, item->label, scheme_points_text(c->mem, item, LANG_ZH), item->choice, item->source ? item->source : "-");
        }
        if (choices && s->choice) printf("  * %s（%s）\n", s->choice, s->source ? s->source : "-");
    }
    if (!files) {
        fprintf(stderr, "用法 usage: shanzhi scheme check [--choices] FILE…\n");
        return 2;
    }
    return bad ? 1 : 0;
}

static int schema_command(struct cli *c)
{
    printf("%s\n", scheme_json_schema(c->mem));
    return 0;
}

static int reference_command(struct cli *c)
{
    printf("%s", scheme_reference(c->mem));
    return 0;
}

struct adopt { int64_t village, from, version; const char *text; size_t n; };
static const struct err *adopt(struct req *r, void *arg)
{
    struct adopt *a = arg;
    struct region *village;
    TRY(region_load(r, a->village, &village));
    return scheme_adopt(r, a->village, a->from, a->text, a->n, &a->version);
}

static int adopt_command(struct cli *c)
{
    struct adopt a = { 0 };
    const char *village = cli_option(c, "village"), *from = cli_option(c, "from"), *path = cli_arg(c, 0);
    if (!path || !village || !region_parse(village, &a.village) || !from || !date_parse(from, &a.from)) {
        fprintf(stderr, "用法 usage: shanzhi scheme adopt --village CODE --from 2026-01-01 FILE\n");
        return 2;
    }
    a.text = read_text(c, path, &a.n);
    if (!a.text) return 1;
    const struct err *e = store_run(c->store, TX_WRITE, c->mem, access_operator(c->mem), adopt, &a);
    if (e) return cli_fail(c, e);
    printf("version 版本 %" PRId64 "\n", a.version);
    return 0;
}

extern const struct command scheme_commands[];
const struct command scheme_commands[] = {
    { "scheme check", "[--choices] FILE…", "Check schemes: every finding with file:line:column; --choices lists what a village chose.", false, check_command },
    { "scheme schema", "", "Print the JSON Schema of the language, for editors.", false, schema_command },
    { "scheme reference", "", "Print the reference of all keys.", false, reference_command },
    { "scheme adopt", "--village CODE --from DATE FILE", "Put a scheme in force in a village.", true, adopt_command },
    { 0 }
};

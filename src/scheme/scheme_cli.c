/* `shanzhi scheme check | explain | diff | print | schema | reference | new | adopt`. */
#include "http/command.h"
#include "kernel/id.h"
#include "kernel/json.h"
#include "kernel/text.h"
#include "scheme/scheme_extend.h"
#include "scheme/scheme_paper.h"
#include "scheme/scheme_preset.h"
#include "scheme/scheme_run.h"
#include "scheme/scheme_store.h"
#include "scheme/scheme_stream.h"
#include "scheme/scheme_tell.h"
#include "scheme/scheme_tool.h"
#include "scheme/scheme_tree.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Twice what a scheme or a document of facts may have: more than that is the wrong file. */
enum { FILE_MAX = 2 * SCHEME_BYTES };
enum { TEXT_MAX = 8 * 1024 * 1024, JSON_MAX = 64 * 1024 * 1024 };

/* The file as text. */
static const char *read_text(struct cli *c, const char *path, size_t *n)
{
    FILE *f = strcmp(path, "-") ? fopen(path, "rb") : stdin;
    char *p = arena_alloc(c->mem, FILE_MAX);
    if (!f) {
        fprintf(stderr, "%s: 打不开文件 cannot open\n", path);
        return NULL;
    }
    *n = fread(p, 1, FILE_MAX, f);
    bool bad = ferror(f), more = !bad && *n == FILE_MAX;
    if (f != stdin) fclose(f);
    if (bad) fprintf(stderr, "%s: 读取失败 cannot read\n", path);
    if (more)
        fprintf(stderr, "%s: 文件有%d KB以上，太大 %d KiB or more: too large\n", path, FILE_MAX / 1024, FILE_MAX / 1024);
    return bad || more ? NULL : p;
}

/* A scheme, with what it says against the template it extends. */
static const struct scheme *parse_with(struct cli *c, const char *path, const char *text, size_t n, const struct scheme *template_,
                                       struct scheme_finding **found)
{
    const struct scheme *s = scheme_parse(c->mem, path, text, n, found);
    return s && template_ && !scheme_extend_check(c->mem, template_, s, found) ? NULL : s;
}

static const struct scheme *check_with(struct cli *c, const char *path, const struct scheme *template_)
{
    struct scheme_finding *found;
    size_t n;
    const char *text = read_text(c, path, &n);
    if (!text) return NULL;
    const struct scheme *s = parse_with(c, path, text, n, template_, &found);
    for (const struct scheme_finding *f = found; f; f = f->next)
        printf("%s:%d:%d: %s%s%s %s | %s\n", path, f->line, f->column,
               f->warning ? "warning 提醒" : "error 错误", *f->path ? " " : "", f->path, f->zh,
               f->en);
    return s;
}

static const struct scheme *check_file(struct cli *c, const char *path)
{
    return check_with(c, path, NULL);
}

/* One answer of scheme_tool.h on a line of its own. */
static void print_json(struct cli *c, const struct record *rec, const void *p)
{
    struct buf b = buf_in(c->mem, JSON_MAX);
    struct json j = json_to(&b);
    json_record(&j, rec, p, false);
    printf("%s\n", b.p);
}

static bool check_json(struct cli *c, const char *path, const struct scheme *template_)
{
    struct scheme_finding *found;
    size_t n;
    const char *text = read_text(c, path, &n);
    if (!text) return false;
    const struct scheme *s = parse_with(c, path, text, n, template_, &found);
    print_json(c, &checked_record, tool_check(c->mem, s, found));
    return s != NULL;
}

static void tell_extend(struct cli *c, const char *path, const struct scheme *s, const struct scheme *template_)
{
    static const char *const kinds[] = { "改动 changed", "更严 stricter", "新增 added", "违反 breach" };
    struct list l = scheme_extend(c->mem, template_, s);
    if (!s->extends) {
        printf("%s: 没有写依据模板，不受模板约束 extends no template\n", path);
        return;
    }
    for (size_t i = 0; i < l.n; i++) {
        const struct scheme_difference *d = &LIST_AT(l, struct scheme_difference, i);
        printf("  %d: %s: %s | %s\n", d->line, kinds[d->kind], d->zh, d->en);
    }
}

static int check_command(struct cli *c)
{
    int bad = 0;
    bool choices = cli_option(c, "choices") != NULL, json = cli_option(c, "json") != NULL;
    const char *template_path = cli_option(c, "template");
    const struct scheme *template_ = template_path ? check_file(c, template_path) : NULL;
    if (template_path && !template_) return 1;
    for (int i = 0; i < c->args_n; i++) {
        const char *path = cli_arg(c, i);
        if (json) {
            bad += !check_json(c, path, template_);
            continue;
        }
        const struct scheme *s = check_with(c, path, template_);
        if (!s) {
            bad++;
            continue;
        }
        printf("%s: %s, %zu items 项, ok\n", path, s->title, s->items.n);
        if (template_) tell_extend(c, path, s, template_);
        if (!choices) continue;
        struct buf out = buf_in(c->mem, TEXT_MAX);
        scheme_tell_choices(c->mem, s, &out);
        printf("%s", out.p ? out.p : "");
    }
    return bad ? 1 : 0;
}

static int schema_command(struct cli *c)
{
    bool facts = cli_option(c, "facts") != NULL;
    printf("%s\n", facts ? scheme_facts_json_schema(c->mem) : scheme_json_schema(c->mem));
    return 0;
}

static int reference_command(struct cli *c)
{
    printf("%s", scheme_reference(c->mem));
    return 0;
}

struct telling {
    struct arena *mem;
    const char *when;
    enum lang lang;
    bool more;
};
static const struct err *tell(void *arg, const struct run_result *r)
{
    struct telling *t = arg;
    struct arena_mark before = arena_mark(t->mem);
    struct buf out = buf_in(t->mem, TEXT_MAX);
    run_print(r, t->lang, &out);
    printf("%s%" PRId64 " %s %s\n%s", t->more ? "\n" : "", r->id, r->label ? r->label : "", t->when,
           out.p ? out.p : "");
    t->more = true;
    arena_back(t->mem, &before);
    return NULL;
}

static const struct err *tell_village(struct cli *c, struct scheme_run *run, enum lang lang)
{
    struct buf out = buf_in(c->mem, TEXT_MAX);
    struct run_village v;
    TRY(run_village(run, c->mem, &v));
    run_print_village(&v, lang, &out);
    printf("%s", out.p ? out.p : "");
    return NULL;
}

/* --lang zh|en; false: neither. */
static bool read_lang(struct cli *c, enum lang *out)
{
    const char *in = cli_option(c, "lang");
    *out = in && !strcmp(in, "en") ? LANG_EN : LANG_ZH;
    return !in || !strcmp(in, "en") || !strcmp(in, "zh");
}

struct parsed {
    const struct scheme *scheme;
    struct scheme_finding *found;
};

/* For --json, where findings are part of the answer. false: there is no such file. */
static bool parse_file(struct cli *c, const char *path, struct parsed *out)
{
    size_t n;
    const char *text = read_text(c, path, &n);
    if (text) out->scheme = scheme_parse(c->mem, path, text, n, &out->found);
    return text != NULL;
}

static int explain_json(struct cli *c, const char *path, const char *facts_path, const char *when, int64_t id)
{
    struct parsed p;
    struct scheme_finding *facts_found;
    size_t n;
    const char *text = parse_file(c, path, &p) ? read_text(c, facts_path, &n) : NULL;
    if (!text) return 1;
    const struct scheme_facts *facts = scheme_facts_parse(c->mem, text, n, &facts_found);
    const struct explained *x = tool_explain(c->mem, p.scheme, p.found, facts, facts_found, when, id);
    print_json(c, &explained_record, x);
    return x->ok ? 0 : 1;
}

/* Facts may be a county in many documents (scheme_stream.h); answers are written as they come. */
static int explain_stream(struct cli *c, const struct scheme *s, const char *path, struct span in,
                          int64_t id, struct telling *telling)
{
    struct fact_stream facts;
    struct scheme_run *run;
    struct run_result one;
    const struct err *e = fact_stream_open(c->mem, path, &facts);
    if (e) return cli_fail(c, e);
    e = run_open(c->mem, s, &facts.source, in, &run);
    if (!e && id == NONE) e = run_each(run, true, tell, telling);
    if (!e && id != NONE) e = run_find(run, c->mem, id, true, &one);
    if (!e && id != NONE) e = tell(telling, &one);
    if (!e && id == NONE) e = tell_village(c, run, telling->lang);
    for (const struct scheme_finding *f = facts.findings; f; f = f->next)
        printf("%s:%d:%d: %s %s | %s\n", path, f->line, f->column, f->path, f->zh, f->en);
    return e ? cli_fail(c, e) : 0;
}

static int explain_command(struct cli *c)
{
    const char *path = cli_arg(c, 0), *facts_path = cli_option(c, "facts"),
               *who = cli_option(c, "subject"), *when = cli_option(c, "period");
    struct telling telling = { c->mem, when, LANG_ZH, false };
    enum period per;
    struct span in;
    int64_t id = NONE;
    if (when && !period_parse(when, &per, &in))
        fprintf(stderr, "期间“%s”不对：写 2026、2026-H1、2026-Q3 或 2026-08。 not a period: %s\n", when, when);
    if (!path || !facts_path || !when || !period_parse(when, &per, &in) || !read_lang(c, &telling.lang) ||
        (who && !id_read(who, &id))) {
        fprintf(stderr, "用法 usage: shanzhi scheme explain FILE --facts FACTS --period 2026 [--subject 12] [--lang zh|en] [--json]\n");
        return 2;
    }
    if (cli_option(c, "json")) return explain_json(c, path, facts_path, when, id);
    const struct scheme *s = check_file(c, path);
    return s ? explain_stream(c, s, facts_path, in, id, &telling) : 1;
}

static int diff_json(struct cli *c, const char *before, const char *after)
{
    struct parsed a, b;
    if (!parse_file(c, before, &a) || !parse_file(c, after, &b)) return 1;
    const struct compared *x = tool_diff(c->mem, a.scheme, a.found, b.scheme, b.found);
    print_json(c, &compared_record, x);
    return x->ok ? 0 : 1;
}

static int diff_command(struct cli *c)
{
    const char *before = cli_arg(c, 0), *after = cli_arg(c, 1);
    struct buf out = buf_in(c->mem, TEXT_MAX);
    enum lang lang;
    if (!before || !after || !read_lang(c, &lang)) {
        fprintf(stderr, "用法 usage: shanzhi scheme diff OLD NEW [--lang zh|en] [--json]\n");
        return 2;
    }
    if (cli_option(c, "json")) return diff_json(c, before, after);
    const struct scheme *a = check_file(c, before), *b = check_file(c, after);
    if (!a || !b) return 1;
    if (!scheme_tell_diff(c->mem, a, b, lang, &out))
        buf_puts(&out, lang == LANG_ZH ? "两个版本内容相同。\n" : "They say the same.\n");
    printf("%s", out.p);
    return 0;
}

static int print_usage(void)
{
    fprintf(stderr, "用法 usage: shanzhi scheme print FILE [--lang zh|en] [--json] [--card] [--pdf OUT.pdf] "
                    "[--paper a3|a4|a5] [--url ADDRESS]\n");
    return 2;
}

static int write_pdf(const char *path, struct bytes pdf)
{
    FILE *f = fopen(path, "wb");
    bool done = f && fwrite(pdf.p, 1, pdf.n, f) == pdf.n;
    if (f && fclose(f)) done = false;
    if (!done) fprintf(stderr, "%s: 写不进去 cannot write\n", path);
    return done ? 0 : 1;
}

static int notice_json(struct cli *c, const char *path, enum lang lang)
{
    struct parsed p;
    if (!parse_file(c, path, &p)) return 1;
    print_json(c, &noticed_record, tool_notice(c->mem, p.scheme, p.found, lang));
    return p.scheme ? 0 : 1;
}

static int print_command(struct cli *c)
{
    const char *path = cli_arg(c, 0), *pdf = cli_option(c, "pdf"), *paper = cli_option(c, "paper");
    bool card = cli_option(c, "card") != NULL;
    struct scheme_print how = { .created = "2000-01-01T00:00:00Z", .url = cli_option(c, "url") };
    struct buf out = buf_in(c->mem, TEXT_MAX);
    struct bytes bytes;

    if (!path || !read_lang(c, &how.lang) || (card && !pdf)) return print_usage();
    if (cli_option(c, "json")) return notice_json(c, path, how.lang);
    if (!scheme_paper_size(paper ? paper : card ? "a5" : "a4", &how.size)) return print_usage();
    const struct scheme *s = check_file(c, path);
    if (!s) return 1;
    const struct list blocks =
        scheme_notice(c->mem, s, &(struct notice_about){ NOTICE_ABOUT, .lang = how.lang });
    if (!pdf) {
        notice_text(&out, &blocks);
        printf("%s", out.p);
        return 0;
    }
    struct scheme_card all = { .classes = scheme_card_classes(c->mem, s) };
    const struct err *e = card ? scheme_cards_pdf(c->mem, s, &all, 1, &how, &bytes)
                               : scheme_notice_pdf(c->mem, s, &blocks, &how, &bytes);
    return e ? cli_fail(c, e) : write_pdf(pdf, bytes);
}

/* What other text to begin with; NULL: told why. */
static const char *new_text(struct cli *c, const char *from, const char *name, const char *village)
{
    const struct scheme_preset *preset = scheme_preset_find(from);
    const char *text = preset ? preset->text : NULL;
    struct scheme_finding *found;
    size_t n;
    if (!preset) {
        const char *p = read_text(c, from, &n);
        if (!p) {
            fprintf(stderr, "可用的范本 presets:");
            struct list all = scheme_presets();
            for (size_t i = 0; i < all.n; i++)
                fprintf(stderr, " %s", LIST_AT(all, struct scheme_preset, i).name);
            fprintf(stderr, "\n");
            return NULL;
        }
        text = arena_strndup(c->mem, p, n);
    }
    const struct scheme *s = scheme_parse(c->mem, from, text, strlen(text), &found);
    if (s)
        return scheme_begin(c->mem, s, text, name ? name : arena_printf(c->mem, "%.27s_new", s->name), village);
    fprintf(stderr, "%s:%d:%d: %s | %s\n", from, found->line, found->column, found->zh, found->en);
    return NULL;
}

/* A file to begin with: blank, a preset by name, or another file (a township's template becomes a file that extends it). */
static int new_command(struct cli *c)
{
    const char *from = cli_option(c, "from"), *name = cli_option(c, "name"), *village = cli_option(c, "village");
    struct scheme_finding *found;
    if (cli_arg(c, 0) || (from && !*from) || (name && !*name) || (village && !*village)) {
        fprintf(stderr, "用法 usage: shanzhi scheme new [--from PRESET|FILE] [--name CODE] [--village NAME] > FILE\n");
        return 2;
    }
    if (!village) village = "本村";
    const char *text = from ? new_text(c, from, name, village) : scheme_blank(c->mem, name, village);
    if (!text) return 1;
    /* A name or a code that YAML or the language does not take. */
    if (!scheme_parse(c->mem, "new", text, strlen(text), &found)) {
        fprintf(stderr, "%s | %s\n", found->zh, found->en);
        return 1;
    }
    printf("%s", text);
    return 0;
}

struct adopt {
    int64_t village, from, version;
    struct scheme_meeting m;
    const char *text;
    size_t n;
};
static const struct err *adopt(struct req *r, void *arg)
{
    struct adopt *a = arg;
    struct region *place;
    TRY(scheme_place(r, a->village, &place));
    return scheme_adopt_by(r, a->village, a->from, &a->m, NONE, a->text, a->n, &a->version);
}

/* "41/2/1": for, against, abstentions. */
static bool votes_parse(struct arena *mem, const char *s, struct scheme_meeting *m)
{
    const char *a = strchr(s, '/'), *b = a ? strchr(a + 1, '/') : NULL;
    return b && text_int(arena_strndup(mem, s, (size_t)(a - s)), 0, 100000, &m->votes_for) &&
           text_int(arena_strndup(mem, a + 1, (size_t)(b - a - 1)), 0, 100000, &m->votes_against) &&
           text_int(b + 1, 0, 100000, &m->votes_abstain);
}

static int adopt_command(struct cli *c)
{
    struct adopt a = { .m = { NULL, NONE, NONE, NONE, NONE, NULL } };
    const char *village = cli_option(c, "village"), *from = cli_option(c, "from"), *on = cli_option(c, "meeting-on");
    const char *votes = cli_option(c, "votes"), *minutes = cli_option(c, "minutes"), *path = cli_arg(c, 0);
    size_t n;
    a.m.meeting = cli_option(c, "meeting");
    if (!path || !village || !region_parse(village, &a.village) || !from || !date_parse(from, &a.from) ||
        (on && !date_parse(on, &a.m.on)) || (votes && !votes_parse(c->mem, votes, &a.m)) || (minutes && !*minutes)) {
        fprintf(stderr, "用法 usage: shanzhi scheme adopt --village CODE --from 2026-01-01 [--meeting NAME] [--meeting-on 2025-12-20]"
                        " [--votes 41/2/1] [--minutes FILE] FILE\n");
        return 2;
    }
    if (minutes) {
        const char *p = read_text(c, minutes, &n);
        if (!p || !utf8_valid(p, n) || !text_clean(a.m.minutes = arena_strndup(c->mem, p, n))) {
            fprintf(stderr, "%s: 会议记录要是文本文件 the minutes are a text file\n", minutes);
            return 1;
        }
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
    { "scheme check", "[--choices | --json] [--template TEMPLATE] FILE…",
      "Check schemes: every finding with file:line:column; --choices lists what a village chose, --json one answer a line, --template what it does differently from its township's template.",
      false, check_command },
    { "scheme explain", "FILE --facts FACTS --period 2026 [--subject 12] [--lang zh|en] [--json]",
      "Work out facts by a scheme and tell how every number came about. FACTS may be many documents divided by lines ---; - reads the standard input.", false, explain_command },
    { "scheme diff", "OLD NEW [--lang zh|en] [--json]", "Tell in sentences what two versions do differently.", false,
      diff_command },
    { "scheme print", "FILE [--lang zh|en] [--json] [--card] [--pdf OUT.pdf] [--paper a3|a4|a5] [--url ADDRESS]", "Print the notice that hangs on the wall, or the cards of households.",
      false, print_command },
    { "scheme schema", "[--facts]", "Print the JSON Schema of schemes or of facts, for editors.", false,
      schema_command },
    { "scheme reference", "", "Print the reference of all keys.", false, reference_command },
    { "scheme new", "[--from PRESET|FILE] [--name CODE] [--village NAME]",
      "Print a commented file to begin with: blank, from a preset or another file, or extending a township's template.", false, new_command },
    { "scheme adopt", "--village CODE --from DATE [--meeting NAME] [--meeting-on DATE] [--votes 41/2/1] [--minutes FILE] FILE",
      "Put a scheme in force in a village (a template in a township), with the meeting that adopted it.", true, adopt_command },
    { 0 }
};

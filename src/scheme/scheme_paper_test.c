/* The notice and the cards on paper, read back with other people's programs: words and pages with pdftotext, the
 * code with pdftoppm and zbarimg. */
#include "scheme/scheme_paper.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernel/file.h"
#include "kernel/test.h"
#include "kernel/text.h"
#include "scheme/scheme_yaml.h"

#define URL "https://jf.example.cn/#/v/420822104205/rules"

static const char *shell(struct arena *mem, const char *cmd)
{
    struct buf b = buf_in(mem, 4 * 1024 * 1024);
    char part[4096];
    size_t n;
    FILE *f = popen(cmd, "r");
    assert_non_null(f);
    while ((n = fread(part, 1, sizeof part, f)) > 0) buf_add(&b, part, n);
    assert_int_equal(pclose(f), 0);
    return b.p ? b.p : "";
}

static const char *file(struct arena *mem, struct bytes b)
{
    char *path = arena_strdup(mem, "/tmp/shanzhi-scheme-paper-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, b.p, b.n), (ssize_t)b.n);
    close(fd);
    return path;
}

static const char *without_spaces(struct arena *mem, const char *s)
{
    char *out = arena_strdup(mem, s), *to = out;
    for (const char *p = s; *p; p++)
        if (*p != ' ' && *p != '\n' && *p != '\f') *to++ = *p;
    *to = '\0';
    return out;
}

/* A sheet as pdftotext reads it. */
struct sheet {
    const char *words; /* without the breaks between lines and columns */
    const char *last;  /* the last page */
    int pages;
};

static struct sheet sheet_read(struct arena *mem, const char *path)
{
    const char *text = shell(mem, arena_printf(mem, "pdftotext -raw %s -", path));
    struct sheet out = { .words = without_spaces(mem, text), .last = text };
    for (const char *end; (end = strchr(text, '\f')); text = end + 1) {
        out.last = arena_strndup(mem, text, (size_t)(end - text));
        out.pages++;
    }
    return out;
}

/* What the code on this page says; grey without compression, which nobody has to undo. */
static const char *code_read(struct arena *mem, const char *path, int page, int dpi)
{
    const char *said = shell(mem, arena_printf(mem, "pdftoppm -f %d -singlefile -r %d -gray %s %s && exec zbarimg --nodbus -q --raw %s.pgm", page, dpi, path, path, path));
    unlink(arena_printf(mem, "%s.pgm", path));
    return said;
}

static const struct scheme *parsed(struct arena *mem, const char *name, const char *text, size_t n)
{
    struct scheme_finding *found;
    const struct scheme *s = scheme_parse(mem, name, text, n, &found);
    EXPECT(s, "%s:%d: %s", name, found ? found->line : 0, found ? found->en : "");
    return s;
}

static const struct scheme *read_scheme(struct arena *mem, const char *path)
{
    const char *text;
    size_t n;
    assert_null(file_read(mem, path, SCHEME_BYTES, &text, &n));
    return parsed(mem, path, text, n);
}

static const struct scheme_print print = { .created = "2026-11-21T00:00:00Z", .url = URL };

static const char *notice_pdf(struct arena *mem, const struct scheme *s, enum paper_size size)
{
    struct scheme_print how = print;
    struct bytes a, b;
    how.size = size;
    const struct list blocks = scheme_notice(mem, s, &(struct notice_about){ NOTICE_ABOUT });
    assert_null(scheme_notice_pdf(mem, s, &blocks, &how, &a));
    assert_null(scheme_notice_pdf(mem, s, &blocks, &how, &b));
    assert_int_equal(a.n, b.n);
    assert_memory_equal(a.p, b.p, a.n);
    return file(mem, a);
}

/* Every cell and sentence of every preset's notice stands on its sheets, and the last page is not only a stamp. */
static void every_preset_on_the_wall(void **state)
{
    struct arena *mem = *state;
    glob_t files;
    assert_int_equal(glob("schemes/*.yaml", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        const struct scheme *s = read_scheme(mem, files.gl_pathv[i]);
        const char *path = notice_pdf(mem, s, i % 2 ? PAPER_A3 : PAPER_A4);
        const struct sheet sheet = sheet_read(mem, path);
        const struct list blocks = scheme_notice(mem, s, &(struct notice_about){ NOTICE_ABOUT });
        for (size_t k = 0; k < blocks.n; k++) {
            const struct notice_block *b = &LIST_AT(blocks, struct notice_block, k);
            for (size_t r = 0; r < b->rows.n; r++) {
                const struct list cells = LIST_AT(b->rows, struct notice_row, r).cells;
                for (size_t c = 0; c < cells.n; c++) {
                    const char *cell = without_spaces(mem, LIST_AT(cells, const char *, c));
                    EXPECT(strstr(sheet.words, cell), "%s: %s is not on paper\n%s", files.gl_pathv[i], cell, sheet.words);
                }
            }
            if (b->kind != NOTICE_TABLE && b->kind != NOTICE_SIGN)
                EXPECT(strstr(sheet.words, without_spaces(mem, b->text)), "%s: %s is not on paper", files.gl_pathv[i], b->text);
        }
        EXPECT(strlen(sheet.last) > 300, "%s: the last page says only: %s", files.gl_pathv[i], sheet.last);
        const char *code = code_read(mem, path, sheet.pages, 100);
        EXPECT(text_equal(code, URL "\n"), "%s: the code says %s", files.gl_pathv[i], code);
        unlink(path);
        arena_reset(mem);
    }
    globfree(&files);
}

static void every_card_is_one_page(void **state)
{
    struct arena *mem = *state;
    glob_t files;
    assert_int_equal(glob("schemes/*.yaml", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc * 2; i++) {
        const char *name = files.gl_pathv[i / 2];
        const struct scheme *s = read_scheme(mem, name);
        struct scheme_print how = print;
        struct scheme_card card = { "001号 张*丰户", "三组 01.02.03网格", "网格员王小明", scheme_card_classes(mem, s) };
        struct bytes pdf;
        how.size = i % 2 ? PAPER_A4 : PAPER_A5;
        assert_null(scheme_cards_pdf(mem, s, &card, 1, &how, &pdf));
        const char *path = file(mem, pdf);
        const struct sheet sheet = sheet_read(mem, path);
        const char *text = sheet.words;
        EXPECT(sheet.pages == 1, "%s: %d pages", name, sheet.pages);
        EXPECT(strstr(text, "张*丰户") && strstr(text, "三组01.02.03网格") && strstr(text, without_spaces(mem, s->title)), "%s: %s", name, text);
        if (s->items.n && scheme_card_classes(mem, s).n && !LIST_AT(s->items, struct scheme_item, 0).yuan)
            EXPECT(strstr(text, "王小明"), "%s: who helps: %s", name, text);
        const char *code = code_read(mem, path, 1, 150);
        EXPECT(text_equal(code, URL "\n"), "%s: the code says %s", name, code);
        unlink(path);
        arena_reset(mem);
    }
    globfree(&files);
}

/* 300 items with the longest names, deductions too: still one page, and it says how much more there is. */
static void the_largest_scheme_fits(void **state)
{
    struct arena *mem = *state;
    struct buf b = buf_in(mem, SCHEME_BYTES);
    struct bytes pdf;
    struct scheme_print how = print;
    buf_puts(&b, "scheme: big\ntitle: 一个名字特别长的村民委员会社会治理积分管理办法实施细则（试行）\npublicity: {days: 3}\nfalse_claims: {times: 2}\n"
                 "classes: [{code: household, label: 家庭, kind: household}]\ncategories: [{code: a, label: 甲}]\nitems:\n");
    for (int i = 0; i < 300; i++)
        buf_printf(&b, "  - {code: A%03d, category: 甲, label: 第%d件好事，名字写得很长很长很长很长很长很长很长很长很长很长很长很长很长很长, points: %d..%d, per: 小时, cap: {points: 100, per: month}, note: 说明也写得很长，很长，很长，很长，很长，很长，很长，很长，很长}\n", i, i, i % 7 + 1, i % 7 + 9);
    for (int i = 0; i < 30; i++)
        buf_printf(&b, "  - {code: B%03d, category: 甲, label: 第%d件坏事，名字也长, points: -%d, clause: 第%d条}\n", i, i, i % 7 + 1, i);
    const struct scheme *s = parsed(mem, "big", b.p, b.n);
    struct scheme_card card = { .household = "123号 欧阳**雪户", .classes = scheme_card_classes(mem, s) };
    how.size = PAPER_A5;
    assert_null(scheme_cards_pdf(mem, s, &card, 1, &how, &pdf));
    const char *path = file(mem, pdf);
    const struct sheet sheet = sheet_read(mem, path);
    EXPECT(sheet.pages == 1, "%d pages", sheet.pages);
    EXPECT(strstr(sheet.words, "还有") && strstr(sheet.words, "第0件好事") && strstr(sheet.words, "第29件坏事"), "%s", sheet.words);
    unlink(path);
}

/* A village's cards in one document: each household once, on a page of its own. */
static void many_cards(void **state)
{
    struct arena *mem = *state;
    const struct scheme *s = read_scheme(mem, "schemes/zengxiang.yaml");
    static const char *plain[] = { "household", "resident" }, *party[] = { "household", "party_member", "resident" };
    struct scheme_card cards[SCHEME_CARDS + 1];
    struct scheme_print how = print;
    struct bytes pdf;
    for (int i = 0; i < SCHEME_CARDS + 1; i++)
        cards[i] = (struct scheme_card){ arena_printf(mem, "%03d号 %s户", i, i == 30 ? "买买提·阿卜杜热合曼（户主外出）" : "张*丰"), "一组", NULL,
                                         i % 10 == 5 ? (struct list){ party, 3 } : (struct list){ plain, 2 } };
    how.size = PAPER_A5;
    assert_null(scheme_cards_pdf(mem, s, cards, 60, &how, &pdf));
    const char *path = file(mem, pdf);
    const struct sheet sheet = sheet_read(mem, path);
    assert_int_equal(sheet.pages, 60);
    for (int i = 0; i < 60; i++) EXPECT(strstr(sheet.words, arena_printf(mem, "%03d号", i)), "%d is missing", i);
    const char *fifth = shell(mem, arena_printf(mem, "pdftotext -f 6 -l 6 %s - | head -30", path));
    EXPECT(strstr(fifth, "005号"), "the sixth page is the sixth household: %s", fifth);
    unlink(path);
    const struct err *e = scheme_cards_pdf(mem, s, cards, SCHEME_CARDS + 1, &how, &pdf);
    assert_non_null(e);
    assert_int_equal(e->code, ERR_TOO_LARGE);
}

/* What a household can do itself, without papers and often, comes before what the village enters. */
static void the_usual_deeds(void **state)
{
    struct arena *mem = *state;
    const struct scheme *s = read_scheme(mem, "schemes/zengxiang.yaml");
    const char *only[] = { "household" };
    const struct list classes = { only, 1 };
    size_t all;
    const struct list items = scheme_card_items(mem, s, &classes, 3, &all);
    struct buf codes = buf_in(mem, 4096);
    for (size_t i = 0; i < items.n; i++) buf_printf(&codes, "%s ", LIST_AT(items, const struct scheme_item *, i)->code);
    assert_int_equal(all, 14);
    assert_string_equal(codes.p, "A05 C05 C10 ");
}

/* A round for residents is also for the party members among them; items are for the classes they name. */
static void classes_within_classes(void **state)
{
    struct arena *mem = *state;
    static const char text[] =
        "scheme: w\ntitle: 甲\npublicity: {days: 3}\nfalse_claims: {times: 2}\nclasses: [{code: resident, label: 村民, kind: resident}, {code: pm, label: 党员, kind: resident, tag: 党员}]\n"
        "categories: [{code: a, label: 乙}]\nitems: [{code: A1, category: a, label: 修桥, points: 1, for: 村民}, {code: A2, category: a, label: 讲课, points: 1, for: pm}]\n"
        "rounds: [{code: r, label: 月评, for: 村民, every: month, assessors: {roles: [grid]}}]\n";
    const struct scheme *s = parsed(mem, "w", text, sizeof text - 1);
    const char *only[] = { "pm" };
    const struct list classes = { only, 1 };
    struct buf out = buf_in(mem, NOTICE_TEXT_MAX);
    const struct list blocks = scheme_notice(mem, s, &(struct notice_about){ NOTICE_ABOUT, .classes = &classes });
    notice_text(&out, &blocks);
    EXPECT(strstr(out.p, "月评") && strstr(out.p, "讲课") && !strstr(out.p, "修桥"), "%s", out.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = { TEST(every_preset_on_the_wall), TEST(every_card_is_one_page), TEST(the_largest_scheme_fits), TEST(many_cards), TEST(the_usual_deeds), TEST(classes_within_classes) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

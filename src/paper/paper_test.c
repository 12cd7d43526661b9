/* Paper is read back by other people's programs: pdfinfo and pdftotext for the words, pdftoppm and
 * zbarimg for the QR code. The same calls give the same bytes. */
#include "kernel/buf.h"
#include "paper/paper.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* cmocka has a macro fail: it comes last. */
#include <cmocka.h>

static const struct paper_column columns[] = { { "序号", 1 }, { "事项", 6 } };

static struct bytes sheet(struct arena *mem, enum paper_size size, size_t rows)
{
    struct paper *p = paper_new(mem, size, "奖分通知单", "2026-11-21T00:00:00Z");
    struct bytes out = { 0 };
    const char **cells = arena_array(mem, const char *, rows * 2 + 1);
    for (size_t i = 0; i < rows; i++) {
        cells[2 * i] = arena_printf(mem, "%zu", i + 1);
        cells[2 * i + 1] = "主动参加村里的环境卫生整治，清理村道两旁的垃圾和杂草，带动邻居一起参加"
                           "，受到大家好评。";
    }
    paper_footer(p, "龙窝镇礼坑村");
    paper_title(p, "奖分通知单");
    paper_pair(p, "姓名", "张*丰");
    paper_pair(p, "空", "");
    paper_pair_big(p, "积分", "+5分");
    paper_text(p, "生僻字：䶮㛃，<b>不是标记</b>");
    if (rows) paper_table(p, columns, 2, cells, rows);
    paper_qr(p, "https://example.cn/v/441621102205/claims/2026-000123", "扫码核验");
    assert_null(paper_close(p, &out));
    return out;
}

/* What a shell line prints. */
static const char *shell(struct arena *mem, const char *cmd)
{
    struct buf b = buf_in(mem, 1024 * 1024);
    char part[4096];
    size_t n;
    FILE *f = popen(cmd, "r");
    assert_non_null(f);
    while ((n = fread(part, 1, sizeof part, f)) > 0) buf_add(&b, part, n);
    assert_int_equal(pclose(f), 0);
    return b.p;
}

static const char *file(struct arena *mem, struct bytes b)
{
    char *path = arena_strdup(mem, "/tmp/shanzhi-paper-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, b.p, b.n), (ssize_t)b.n);
    close(fd);
    return path;
}

static void words_and_code_can_be_read_back(void **unused)
{
    (void)unused;
    struct arena mem = { 0 };
    const char *path = file(&mem, sheet(&mem, PAPER_A5, 0));
    const char *text = shell(&mem, arena_printf(&mem, "pdftotext -layout %s -", path));
    assert_non_null(strstr(text, "奖分通知单"));
    assert_non_null(strstr(text, "张*丰"));
    assert_non_null(strstr(text, "+5分"));
    assert_non_null(strstr(text, "<b>不是标记</b>"));
    assert_null(strstr(text, "空"));
    const char *info = shell(&mem, arena_printf(&mem, "pdfinfo %s", path));
    assert_non_null(strstr(info, "Pages:           1"));
    assert_non_null(strstr(info, "419.528 x 595.276 pts"));
    const char *code = shell(
        &mem,
        arena_printf(
            &mem, "pdftoppm -r 150 -png %s %s && zbarimg --nodbus -q --raw %s-1.png && rm %s-1.png",
            path, path, path, path));
    assert_string_equal(code, "https://example.cn/v/441621102205/claims/2026-000123\n");
    unlink(path);
    arena_clear(&mem);
}

static void long_tables_break_and_repeat_their_head(void **unused)
{
    (void)unused;
    struct arena mem = { 0 };
    const char *path = file(&mem, sheet(&mem, PAPER_A4, 100));
    const char *info =
        shell(&mem, arena_printf(&mem, "pdfinfo %s | grep Pages: | tr -dc 0-9", path));
    int pages = info[0] - '0';
    assert_true(pages >= 3);
    const char *text = shell(&mem, arena_printf(&mem, "pdftotext -layout %s -", path));
    int heads = 0;
    for (const char *p = text; (p = strstr(p, "序号")); p++) heads++;
    assert_in_range(heads, pages - 1, pages); /* the last page may hold only the code */
    assert_non_null(strstr(text, arena_printf(&mem, "%d/%d", pages, pages)));
    assert_non_null(strstr(text, "100"));
    unlink(path);
    arena_clear(&mem);
}

static void the_same_calls_give_the_same_bytes(void **unused)
{
    (void)unused;
    struct arena mem = { 0 };
    struct bytes a = sheet(&mem, PAPER_A5, 3), b = sheet(&mem, PAPER_A5, 3);
    assert_int_equal(a.n, b.n);
    assert_memory_equal(a.p, b.p, a.n);
    arena_clear(&mem);
}

/* U+10FFFD is for private use: no font has it. */
static void a_character_without_a_font_is_marked(void **unused)
{
    (void)unused;
    struct arena mem = { 0 };
    struct bytes out;
    struct paper *p = paper_new(&mem, PAPER_A5, "卡", "2026-11-21T00:00:00Z");
    paper_text(p, "户主：\xf4\x8f\xbf\xbd小丰");
    assert_null(paper_close(p, &out));
    const char *path = file(&mem, out);
    assert_non_null(strstr(shell(&mem, arena_printf(&mem, "pdftotext %s -", path)), "户主：〓小丰"));
    unlink(path);
    arena_clear(&mem);
}

/* Sheets of their own characters; in long rounds so many that the libraries' cache of glyphs is full before the last thread ends. */
enum { THREADS = 4, CHARACTERS = 300, CHARACTERS_LONG = 3000, FIRST_CHARACTER = 0x4E00 };

struct printing { int n; struct arena mem; struct bytes out; };

static void *many_characters(void *arg)
{
    struct printing *me = arg;
    int n = getenv("SHANZHI_LONG") ? CHARACTERS_LONG : CHARACTERS;
    struct buf b = buf_in(&me->mem, CHARACTERS_LONG * 4);
    for (int i = 0; i < n; i++) {
        unsigned c = (unsigned)(FIRST_CHARACTER + me->n * n + i);
        const char utf8[] = { (char)(0xE0 | c >> 12), (char)(0x80 | (c >> 6 & 0x3F)), (char)(0x80 | (c & 0x3F)), '\0' };
        buf_puts(&b, utf8);
    }
    struct paper *p = paper_new(&me->mem, PAPER_A4, "字", "2026-11-21T00:00:00Z");
    paper_text(p, b.p);
    paper_small(p, b.p);
    paper_heading(p, b.p);
    assert_null(paper_close(p, &me->out));
    return NULL;
}

/* cairo's threads can wait for each other for ever: with four font maps they did here, in every second of the long rounds. */
static void threads_print_at_the_same_time(void **unused)
{
    (void)unused;
    struct printing alone[THREADS] = { 0 }, together[THREADS] = { 0 };
    pthread_t thread[THREADS];
    for (int i = 0; i < THREADS; i++) alone[i].n = together[i].n = i;
    for (int i = 0; i < THREADS; i++) many_characters(&alone[i]);
    for (int i = 0; i < THREADS; i++) assert_int_equal(pthread_create(&thread[i], NULL, many_characters, &together[i]), 0);
    for (int i = 0; i < THREADS; i++) pthread_join(thread[i], NULL);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(together[i].out.n, alone[i].out.n);
        assert_memory_equal(together[i].out.p, alone[i].out.p, alone[i].out.n);
        arena_clear(&alone[i].mem);
        arena_clear(&together[i].mem);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_and_code_can_be_read_back),
        cmocka_unit_test(long_tables_break_and_repeat_their_head),
        cmocka_unit_test(the_same_calls_give_the_same_bytes), cmocka_unit_test(a_character_without_a_font_is_marked),
        cmocka_unit_test(threads_print_at_the_same_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

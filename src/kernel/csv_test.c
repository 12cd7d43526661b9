/* CSV in and out. */
#include "kernel/test.h"

#include <string.h>

#include "kernel/csv.h"
#include "kernel/limits.h"
#include "kernel/text.h"

/* Rows as "line:a|b|c;line:…", so that a case is one line. */
static const char *shown(struct arena *mem, const char *p, size_t n, const struct err **err)
{
    struct csv csv = csv_open(mem, p, n);
    struct csv_row row;
    struct buf b = buf_in(mem, 1 << 20);
    while (csv_next(&csv, &row)) {
        if (b.n) buf_putc(&b, ';');
        buf_printf(&b, "%d:", row.line);
        for (int i = 0; i < row.n; i++) {
            if (i) buf_putc(&b, '|');
            buf_puts(&b, row.cells[i]);
        }
        EXPECT(!row.cells[row.n], "cells are not closed by NULL");
    }
    *err = csv.err;
    return b.p;
}

static void reads(void **state)
{
    static const struct { const char *name, *text, *want; } cases[] = {
        { "plain", "a,b\n1,2\n", "1:a|b;2:1|2" },
        { "no last line end", "a,b\n1,2", "1:a|b;2:1|2" },
        { "CRLF", "a,b\r\n1,2\r\n", "1:a|b;2:1|2" },
        { "CR", "a,b\r1,2\r", "1:a|b;2:1|2" },
        { "BOM", "\xEF\xBB\xBF姓名,分\n张三,1\n", "1:姓名|分;2:张三|1" },
        { "tabs", "a\tb,c\n1\t2\n", "1:a|b,c;2:1|2" },
        { "semicolons", "a;b\n1;2,5\n", "1:a|b;2:1|2,5" },
        { "separator hidden in quotes", "\"a;b;c\",d\n", "1:a;b;c|d" },
        { "quotes", "\"a\",\"b\"\"c\"\n", "1:a|b\"c" },
        { "line end in a cell", "\"a\r\nb\",c\nd,e\n", "1:a\nb|c;3:d|e" },
        { "empty cells", "a,,c\n,,\n1,2,\n", "1:a||c;3:1|2|" },
        { "blank lines", "a,b\n\n\n1,2\n\n", "1:a|b;4:1|2" },
        { "quote inside plain cell", "5\" pipe,b\n", "1:5\" pipe|b" },
        { "quoted empty", "\"\",b\n", "1:|b" },
        { "one column", "a\nb\n", "1:a;2:b" },
        { "nothing", "", "" },
        { "only line ends", "\n\r\n\n", "" },
        { "guarded formula", "'=1+1,'@x,'abc,'\n", "1:=1+1|@x|'abc|'" },
        { "GB 18030", "\xD0\xD5\xC3\xFB,b\n\xD5\xC5\xC8\xFD,1\n", "1:姓名|b;2:张三|1" },
        { "GB 18030, four bytes", "\x95\x32\x82\x36,\xD5\xC5\n", "1:𠀀|张" },
        { "ends with the separator", "a,b,", "1:a|b|" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct err *e;
        const char *got = shown(*state, cases[i].text, strlen(cases[i].text), &e);
        EXPECT(!e, "%s: %s", cases[i].name, e ? err_text(e, LANG_EN) : "");
        EXPECT(strcmp(got, cases[i].want) == 0, "%s: %s", cases[i].name, got);
    }
    const struct err *e;
    assert_string_equal(shown(*state, "\xFF\xFE" "a\0\t\0" "\x20\x5F\n\0", 10, &e), "1:a|张");
    assert_null(e);
    assert_string_equal(shown(*state, "\xFE\xFF\0a\0\t\x5F\x20", 8, &e), "1:a|张");
    assert_null(e);
}

static void refuses(void **state)
{
    static const struct { const char *name, *text; size_t n; const char *says; } cases[] = {
        { "open quote", "a,b\n1,\"2\n3", 10, "line 2, column 2: the quote" },
        { "text behind a quote", "a,b\n\"1\"x,2\n", 11, "line 2, column 1: text follows" },
        { "neither encoding", "a,b\n\xFF\xFF,c\n", 9, "line 2: the encoding" },
        { "cut in a character", "a,b\n\xD6", 5, "line 2: the encoding" },
        { "NUL", "a,\0b\n", 5, "the encoding" },
        { "binary", "PK\x03\x04\x00\x00\x88\x99", 8, "the encoding" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct err *e;
        shown(*state, cases[i].text, cases[i].n, &e);
        EXPECT(e && e->code == ERR_MALFORMED, "%s was accepted", cases[i].name);
        EXPECT(strstr(err_text(e, LANG_EN), cases[i].says), "%s: %s", cases[i].name, err_text(e, LANG_EN));
    }
}

static void limits(void **state)
{
    const struct err *e;
    char *p = arena_alloc(*state, 3 * LIMIT_IMPORT_ROWS + 100);
    memset(p, ',', LIMIT_CSV_COLUMNS);
    shown(*state, p, LIMIT_CSV_COLUMNS - 1, &e);
    assert_null(e);
    shown(*state, p, LIMIT_CSV_COLUMNS, &e);
    assert_int_equal(e->code, ERR_MALFORMED);
    for (int i = 0; i <= LIMIT_IMPORT_ROWS + 1; i++) memcpy(p + 2 * i, "a\n", 2);
    struct csv csv = csv_open(*state, p, 2 * (LIMIT_IMPORT_ROWS + 1));
    struct csv_row row;
    while (csv_next(&csv, &row)) continue;
    assert_null(csv.err);
    csv = csv_open(*state, p, 2 * (LIMIT_IMPORT_ROWS + 2));
    while (csv_next(&csv, &row)) continue;
    assert_int_equal(csv.err->code, ERR_TOO_LARGE);
    csv = csv_open(*state, p, LIMIT_RAW_BODY_BYTES + 1);
    assert_false(csv_next(&csv, &row));
    assert_int_equal(csv.err->code, ERR_TOO_LARGE);
}

static void beyond_the_end(void **state)
{
    struct csv csv = csv_open(*state, "a,b\n", 4);
    struct csv_row row;
    assert_true(csv_next(&csv, &row));
    assert_string_equal(csv_at(&row, 1), "b");
    assert_string_equal(csv_at(&row, 2), "");
    assert_string_equal(csv_at(&row, -1), "");
}

static void writes(void **state)
{
    static const struct { const char *cell, *want; } cases[] = {
        { "a", "a" }, { "张三", "张三" }, { "a,b", "\"a,b\"" }, { "a\"b", "\"a\"\"b\"" }, { "a\nb", "\"a\nb\"" },
        { "=1+1", "'=1+1" }, { "+86138", "'+86138" }, { "-3.50", "-3.50" }, { "-3", "-3" }, { "-", "'-" },
        { "-3-4", "'-3-4" }, { "@x", "'@x" }, { "\tx", "\"'\tx\"" }, { "＝1", "'＝1" }, { "=\"a\"", "\"'=\"\"a\"\"\"" },
        { "'=x", "''=x" }, { "'x", "'x" }, { "", "\"\"" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf b = buf_in(*state, 1000);
        csv_cell(&b, cases[i].cell);
        EXPECT(strcmp(b.p, cases[i].want) == 0, "%s became %s", cases[i].cell, b.p);
    }
    struct buf b = buf_in(*state, 1000);
    buf_puts(&b, CSV_BOM);
    csv_cell(&b, NULL);
    csv_cell(&b, "");
    csv_cell(&b, "x");
    csv_end_row(&b);
    csv_cell(&b, "y");
    csv_cell(&b, NULL);
    csv_end_row(&b);
    assert_string_equal(b.p, CSV_BOM "\"\",,x\r\ny,\r\n");
}

static void round_trip(void **state)
{
    static const char *const cells[] = {
        "", "a", "'", "''", "'=", "''=", "=1", "-5", "-5-", "+", "a,b", "a;b", "a\tb", "\"", "\"\"", "a\nb", "\n",
        " x ", "张三", "＠x", "'＠x", "\tx", "'\tx", CSV_BOM "x",
    };
    struct buf b = buf_in(*state, 1 << 16);
    for (size_t i = 0; i < COUNT(cells); i++) {
        for (size_t k = 0; k < COUNT(cells); k++) {
            csv_cell(&b, cells[i]);
            csv_cell(&b, cells[k]);
            csv_cell(&b, "end");
            csv_end_row(&b);
        }
    }
    struct csv csv = csv_open(*state, b.p, b.n);
    struct csv_row row;
    for (size_t i = 0; i < COUNT(cells); i++) {
        for (size_t k = 0; k < COUNT(cells); k++) {
            EXPECT(csv_next(&csv, &row), "row %zu %zu: %s", i, k, csv.err ? err_text(csv.err, LANG_EN) : "end");
            EXPECT(row.n == 3 && strcmp(row.cells[0], cells[i]) == 0 && strcmp(row.cells[1], cells[k]) == 0,
                   "\"%s\" \"%s\" came back as \"%s\" \"%s\"", cells[i], cells[k], row.cells[0], csv_at(&row, 1));
        }
    }
    assert_false(csv_next(&csv, &row));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reads), TEST(refuses), TEST(limits), TEST(beyond_the_end), TEST(writes), TEST(round_trip),
    };
    return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}

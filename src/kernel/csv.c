/* CSV in and out. The text is made UTF-8 first; then one pass cuts it into cells. */
#include "kernel/csv.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

#include "kernel/limits.h"
#include "kernel/text.h"

static const struct err *at_line(struct arena *mem, int line, const char *zh, const char *en)
{
    return err_say(mem, ERR_MALFORMED, arena_printf(mem, "%d", line),
                   arena_printf(mem, "第 %d 行：%s", line, zh), arena_printf(mem, "line %d: %s", line, en));
}

static const struct err *at_cell(struct csv *c, int line, int column, const char *zh, const char *en)
{
    return err_say(c->mem, ERR_MALFORMED, arena_printf(c->mem, "%d/%d", line, column),
                   arena_printf(c->mem, "第 %d 行第 %d 列：%s", line, column, zh),
                   arena_printf(c->mem, "line %d, column %d: %s", line, column, en));
}

/* ---- encodings ---- */

static int lines_before(const char *p, size_t n)
{
    int line = 1;
    for (size_t i = 0; i < n; i++) line += p[i] == '\n';
    return line;
}

/* Converts all of it; malformed or cut off: false, with the line reached. */
static bool convert(struct arena *mem, const char *from, const char *p, size_t n, struct csv *out, int *line)
{
    iconv_t cd = iconv_open("UTF-8", from);
    if (cd == (iconv_t)-1) BUG("iconv knows no %s", from);
    size_t cap = n / 2 * 3 + 16, left = cap; /* two bytes become at most three; ASCII stays one */
    char *to = arena_alloc(mem, cap), *start = to, *in = (char *)(uintptr_t)p;
    size_t rest = n;
    size_t done = iconv(cd, &in, &rest, &to, &left);
    bool ok = done != (size_t)-1 && iconv(cd, NULL, NULL, &to, &left) != (size_t)-1;
    if (!ok && errno == E2BIG) BUG("%s grew by more than half", from);
    iconv_close(cd);
    *line = lines_before(start, (size_t)(to - start));
    out->p = start;
    out->end = to;
    return ok;
}

static bool starts_with(const char *p, size_t n, const char *mark, size_t len)
{
    return n >= len && memcmp(p, mark, len) == 0;
}

static void decode(struct csv *c, const char *p, size_t n)
{
    int line = 1;
    bool ok;
    if (starts_with(p, n, "\xFF\xFE", 2)) {
        ok = convert(c->mem, "UTF-16LE", p + 2, n - 2, c, &line);
    } else if (starts_with(p, n, "\xFE\xFF", 2)) {
        ok = convert(c->mem, "UTF-16BE", p + 2, n - 2, c, &line);
    } else {
        size_t bom = starts_with(p, n, CSV_BOM, 3) ? 3 : 0;
        c->p = p + bom;
        c->end = p + n;
        if (utf8_valid(c->p, n - bom)) return;
        ok = convert(c->mem, "GB18030", p, n, c, &line);
    }
    if (starts_with(c->p, (size_t)(c->end - c->p), CSV_BOM, 3)) c->p += 3; /* GB 18030's BOM, converted */
    if (ok && utf8_valid(c->p, (size_t)(c->end - c->p))) return;
    if (ok) line = 1;
    c->err = at_line(c->mem, line, "文字编码不正确，请另存为 UTF-8 编码的 CSV 文件。",
                     "the encoding is neither UTF-8 nor GB 18030; save it as CSV in UTF-8");
    c->p = c->end;
}

/* The commonest of the three outside quotes in the first line; on a tie the tab, which nobody types
 * into a heading. */
static char find_separator(const char *p, const char *end)
{
    static const char marks[] = { ',', '\t', ';' };
    int count[3] = { 0 };
    bool quoted = false;
    for (; p < end && (quoted || (*p != '\n' && *p != '\r')); p++) {
        if (*p == '"') quoted = !quoted;
        for (int i = 0; i < 3; i++) count[i] += !quoted && *p == marks[i];
    }
    int best = count[1] && count[1] >= count[0] ? 1 : 0;
    return marks[count[2] > count[best] ? 2 : best];
}

struct csv csv_open(struct arena *mem, const void *p, size_t n)
{
    if (n > LIMIT_RAW_BODY_BYTES)
        return (struct csv){ .mem = mem, .line = 1, .separator = ',', .err = err_new(mem, ERR_TOO_LARGE, NULL) };
    struct csv c = csv_open_any(mem, p, n);
    c.any = false;
    return c;
}

struct csv csv_open_any(struct arena *mem, const void *p, size_t n)
{
    struct csv c = { .mem = mem, .line = 1, .separator = ',', .any = true };
    decode(&c, p, n);
    c.separator = find_separator(c.p, c.end);
    return c;
}

/* ---- reading ---- */

static bool at_line_end(const struct csv *c)
{
    return c->p == c->end || *c->p == '\n' || *c->p == '\r';
}

static void skip_line_end(struct csv *c)
{
    if (c->p < c->end && *c->p == '\r') c->p++;
    if (c->p < c->end && *c->p == '\n') c->p++;
    c->line++;
}

/* Would a spreadsheet take this for a formula? The full-width forms count in Chinese Excel. */
static bool is_formula(const char *s)
{
    static const char *const begin[] = { "=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠" };
    for (size_t i = 0; i < sizeof begin / sizeof *begin; i++)
        if (text_starts(s, begin[i])) return true;
    return false;
}

/* A quote mark of ours: before a formula, or before another such mark, so that reading undoes
 * exactly what writing did. */
static bool is_guarded(const char *s)
{
    s += strspn(s, "'");
    return is_formula(s);
}

static const char *unguard(const char *s)
{
    return *s == '\'' && is_guarded(s) ? s + 1 : s;
}

static const char *plain_cell(struct csv *c)
{
    const char *from = c->p;
    while (!at_line_end(c) && *c->p != c->separator) c->p++;
    return unguard(arena_strndup(c->mem, from, (size_t)(c->p - from)));
}

/* Starts behind the opening quote. NULL: never closed, or followed by more text. */
static const char *quoted_cell(struct csv *c, int column)
{
    int line = c->line;
    size_t n = 0;
    const char *from = c->p;
    while (c->p < c->end && !(*c->p == '"' && (c->p + 1 == c->end || c->p[1] != '"')))
        c->p += *c->p == '"' ? 2 : 1;
    if (c->p == c->end) {
        c->err = at_cell(c, line, column, "引号没有闭合。", "the quote is never closed");
        return NULL;
    }
    char *out = arena_alloc(c->mem, (size_t)(c->p - from) + 1);
    for (const char *s = from; s < c->p; s++) {
        if (*s == '"') s++;
        if (*s == '\r') {
            if (s + 1 < c->p && s[1] == '\n') s++;
            out[n++] = '\n';
        } else {
            out[n++] = *s;
        }
        c->line += out[n - 1] == '\n';
    }
    c->p++;
    if (!at_line_end(c) && *c->p != c->separator) {
        c->err = at_cell(c, c->line, column, "引号后面还有文字，请检查引号。", "text follows the closing quote");
        return NULL;
    }
    return unguard(out);
}

static bool read_row(struct csv *c, struct csv_row *row)
{
    const char *cells[LIMIT_CSV_COLUMNS];
    int n = 0;
    bool blank = true;
    row->line = c->line;
    for (;;) {
        if (n == LIMIT_CSV_COLUMNS) {
            c->err = at_cell(c, row->line, n + 1, "列太多。", "too many columns");
            return false;
        }
        bool quote = c->p < c->end && *c->p == '"';
        c->p += quote;
        cells[n] = quote ? quoted_cell(c, n + 1) : plain_cell(c);
        if (!cells[n]) return false;
        blank = blank && !*cells[n];
        n++;
        if (at_line_end(c)) break;
        c->p++; /* the separator */
    }
    if (c->p < c->end) skip_line_end(c);
    row->n = blank ? 0 : n;
    row->cells = arena_array(c->mem, const char *, (size_t)n + 1);
    memcpy(row->cells, cells, (size_t)n * sizeof *cells);
    return true;
}

bool csv_next(struct csv *c, struct csv_row *row)
{
    while (!c->err && c->p < c->end) {
        if (!read_row(c, row)) return false;
        if (!row->n) continue;
        if (++c->rows > LIMIT_IMPORT_ROWS + 1 && !c->any) { /* and the heading */
            c->err = err_say(c->mem, ERR_TOO_LARGE, NULL,
                             arena_printf(c->mem, "超过 %d 行，请分成几个文件。", LIMIT_IMPORT_ROWS),
                             arena_printf(c->mem, "more than %d rows; split the file", LIMIT_IMPORT_ROWS));
            return false;
        }
        return true;
    }
    return false;
}

const char *csv_at(const struct csv_row *row, int i)
{
    return i >= 0 && i < row->n ? row->cells[i] : "";
}

/* ---- writing ---- */

/* "-3.50" is a number, not a formula. */
static bool is_number(const char *s)
{
    s += *s == '-';
    size_t n = strspn(s, "0123456789");
    if (!n) return false;
    s += n;
    if (*s == '.') {
        n = strspn(s + 1, "0123456789");
        if (!n) return false;
        s += n + 1;
    }
    return !*s;
}

static bool first_in_line(const struct buf *b)
{
    return b->n == 0 || b->p[b->n - 1] == '\n' || (b->n == 3 && memcmp(b->p, CSV_BOM, 3) == 0);
}

void csv_cell(struct buf *b, const char *s)
{
    bool first = first_in_line(b);
    if (!s) s = "";
    if (!first) buf_putc(b, ',');
    bool guard = (is_formula(s) && !is_number(s)) || (*s == '\'' && is_guarded(s));
    /* An empty first cell is written as "" so that the next one knows it is not the first. */
    /* A cell that begins with U+FEFF would be taken for the file's BOM. */
    bool quote = s[strcspn(s, "\",\t;\r\n")] || (first && !*s) || text_starts(s, CSV_BOM);
    if (!quote) {
        if (guard) buf_putc(b, '\'');
        buf_puts(b, s);
        return;
    }
    buf_putc(b, '"');
    if (guard) buf_putc(b, '\'');
    for (const char *at; (at = strchr(s, '"')); s = at + 1) {
        buf_add(b, s, (size_t)(at - s) + 1);
        buf_putc(b, '"');
    }
    buf_puts(b, s);
    buf_putc(b, '"');
}

void csv_end_row(struct buf *b)
{
    buf_add(b, "\r\n", 2);
}

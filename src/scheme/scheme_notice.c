/* The notice: its order, its blocks, and how blocks become text or JSON (scheme_notice.h). */
#include "scheme/scheme_notice_in.h"

#include <stdarg.h>
#include <string.h>

const char *const notice_kinds[] = { "title", "subtitle", "heading", "subhead", "text",
                                     "point", "table",    "sign",    NULL };

/* ---- writing blocks ---- */

const char *told(const struct telling *t, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    const char *s = arena_vprintf(t->mem, fmt, ap);
    va_end(ap);
    return s;
}

static struct notice_block *block(struct telling *t, enum notice_kind kind, const char *text)
{
    if (t->n == t->room) {
        size_t room = t->room ? t->room * 2 : 64;
        struct notice_block *more = arena_array(t->mem, struct notice_block, room);
        if (t->n) memcpy(more, t->blocks, t->n * sizeof *more);
        t->blocks = more;
        t->room = room;
    }
    struct notice_block *b = &t->blocks[t->n++];
    *b = (struct notice_block){ .kind = kind, .name = notice_kinds[kind], .text = text };
    return b;
}

void tell(struct telling *t, enum notice_kind kind, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    block(t, kind, arena_vprintf(t->mem, fmt, ap));
    va_end(ap);
}

void tell_chapter(struct telling *t, const char *text)
{
    static const char *const ones[] = { "", "一", "二", "三", "四", "五", "六", "七", "八", "九" };
    int n = ++t->chapter;
    const char *ten = n < 10 ? "" : n < 20 ? "十" : told(t, "%s十", ones[n / 10 % 10]);
    if (t->zh) tell(t, NOTICE_HEADING, "%s%s、%s", ten, ones[n % 10], text);
    else tell(t, NOTICE_HEADING, "%d. %s", n, text);
}

void table_open(struct telling *t, struct telling_table *table, const char *heads)
{
    *table = (struct telling_table){ .t = t };
    while (*heads) {
        const char *star = strchr(heads, '*');
        struct notice_column *c = &table->columns[table->n++];
        c->head = arena_strndup(t->mem, heads, (size_t)(star - heads));
        c->weight = star[1] - '0';
        heads = star + 2 + (star[2] == '|');
    }
}

void table_row_of(struct telling_table *table, const char *const *cells, int n)
{
    if (n != table->n) BUG("notice: a row of %d cells in a table of %d", n, table->n);
    if (table->rows_n == table->room) {
        size_t room = table->room ? table->room * 2 : 32;
        struct notice_row *more = arena_array(table->t->mem, struct notice_row, room);
        if (table->rows_n) memcpy(more, table->rows, table->rows_n * sizeof *more);
        table->rows = more;
        table->room = room;
    }
    const char **copy = arena_array(table->t->mem, const char *, (size_t)table->n);
    for (int i = 0; i < table->n; i++) copy[i] = cells[i] ? cells[i] : "";
    table->rows[table->rows_n++] = (struct notice_row){ { copy, (size_t)table->n } };
}

/* An empty cell beside others that are not says what empty means: no limit, everybody. */
static void fill(struct telling_table *table)
{
    static const struct {
        const char *zh, *en, *empty_zh, *empty_en;
    } words[] = {
        { "最多", "At most", "不限", "no limit" },
        { "最多扣", NULL, "不限", NULL },
        { "谁能得", "Who", "都能得", "all" },
        { "谁", NULL, "都一样", NULL },
    };
    for (int c = 0; c < table->n; c++) {
        const char *empty = "", *head = table->columns[c].head;
        bool used = false;
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
            const char *word = SAY(table->t, words[i].zh, words[i].en);
            if (word && !strcmp(word, head))
                empty = SAY(table->t, words[i].empty_zh, words[i].empty_en);
        }
        for (size_t r = 0; r < table->rows_n; r++)
            used |= *LIST_AT(table->rows[r].cells, const char *, c) != '\0';
        for (size_t r = 0; r < table->rows_n && used; r++)
            if (!*LIST_AT(table->rows[r].cells, const char *, c))
                LIST_AT(table->rows[r].cells, const char *, c) = empty;
    }
}

void table_close(struct telling_table *table, const char *caption)
{
    if (!table->rows_n) return;
    fill(table);
    struct notice_column *columns =
        arena_array(table->t->mem, struct notice_column, (size_t)table->n);
    size_t kept = 0;
    for (int c = 0; c < table->n; c++) {
        bool used = false;
        for (size_t r = 0; r < table->rows_n && !used; r++)
            used = *LIST_AT(table->rows[r].cells, const char *, c) != '\0';
        if (!used) continue;
        for (size_t r = 0; r < table->rows_n; r++)
            LIST_AT(table->rows[r].cells, const char *, kept) =
                LIST_AT(table->rows[r].cells, const char *, c);
        columns[kept++] = table->columns[c];
    }
    for (size_t r = 0; r < table->rows_n; r++) table->rows[r].cells.n = kept;
    struct notice_block *b = block(table->t, NOTICE_TABLE, caption);
    b->columns = (struct list){ columns, kept };
    b->rows = (struct list){ table->rows, table->rows_n };
}

/* ---- the whole ---- */

struct list scheme_notice(struct arena *mem, const struct scheme *s,
                          const struct notice_about *about)
{
    struct telling t = { .mem = mem, .s = s, .about = about, .zh = about->lang == LANG_ZH };
    const char *place = about->village ? about->village : s->place;

    tell(&t, NOTICE_TITLE, "%s", s->title);
    if (place) tell(&t, NOTICE_SUBTITLE, "%s", place);
    tell_who(&t);
    tell_claims(&t);
    tell_items(&t);
    tell_rounds(&t);
    tell_sheets(&t);
    tell_streaks(&t);
    tell_assessments(&t);
    tell_household(&t);
    tell_rankings(&t);
    tell_boards(&t);
    tell_exchange(&t);
    tell_payments(&t);
    tell_dividend(&t);
    tell_budget(&t);
    tell_fairness(&t);
    tell_adoption(&t);
    return (struct list){ t.blocks, t.n };
}

/* ---- as text ---- */

static void table_text(struct buf *out, const struct notice_block *b)
{
    if (b->text) buf_printf(out, "%s\n", b->text);
    for (size_t r = 0; r < b->rows.n; r++) {
        const struct notice_row *row = &LIST_AT(b->rows, struct notice_row, r);
        bool first = true;
        buf_puts(out, "  ");
        for (size_t c = 0; c < b->columns.n; c++) {
            const char *cell = LIST_AT(row->cells, const char *, c);
            if (!*cell) continue;
            if (!first) buf_puts(out, "｜");
            buf_printf(out, "%s：", LIST_AT(b->columns, struct notice_column, c).head);
            for (; *cell; cell++) buf_putc(out, *cell == '\n' ? ' ' : *cell);
            first = false;
        }
        buf_putc(out, '\n');
    }
}

void notice_text(struct buf *out, const struct list *blocks)
{
    for (size_t i = 0; i < blocks->n; i++) {
        const struct notice_block *b = &LIST_AT(*blocks, struct notice_block, i);
        switch (b->kind) {
        case NOTICE_TITLE:
        case NOTICE_SUBTITLE:
        case NOTICE_TEXT:
            buf_printf(out, "%s\n", b->text);
            break;
        case NOTICE_HEADING:
            buf_printf(out, "\n%s\n", b->text);
            break;
        case NOTICE_SUBHEAD:
            buf_printf(out, "【%s】\n", b->text);
            break;
        case NOTICE_POINT:
            buf_printf(out, "  · %s\n", b->text);
            break;
        case NOTICE_TABLE:
            table_text(out, b);
            break;
        case NOTICE_SIGN:
            buf_printf(out, "\n%40s%s\n", "", b->text);
            break;
        }
    }
}

/* ---- as JSON ---- */

static const struct field notice_column_fields[] = {
    F(notice_column, head, K_TEXT, 0, 0, 0, "What stands above the column."),
    F(notice_column, weight, K_INT, 0, 0, 0, "Its share of the width."),
    { 0 }
};
static RECORD(notice_column);
static const struct field notice_row_fields[] = {
    F(notice_row, cells, K_TEXTS, 0, 0, 0,
      "One text per column, empty when there is nothing to say."),
    { 0 }
};
static RECORD(notice_row);
static const struct field notice_block_fields[] = {
    { .name = "kind",
      .kind = K_ENUM,
      .at = offsetof(struct notice_block, name),
      .options = notice_kinds,
      .doc = "What it is." },
    F(notice_block, text, K_TEXT, OPT, 0, 0, "The words; of a table its caption."),
    F_SUB(notice_block, columns, K_LIST, 0, 0, 0, notice_column_record, "Of a table."),
    F_SUB(notice_block, rows, K_LIST, 0, 0, 0, notice_row_record, "Of a table."),
    { 0 }
};
RECORD(notice_block);

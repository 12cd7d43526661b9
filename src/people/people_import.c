/* A register as CSV, in and out with the same columns. Coming in, every cell of every row is checked
 * first; a wrong file is told all its faults by line and column, and nothing of it is written.
 */
#include <stdlib.h>
#include <string.h>

#include "kernel/csv.h"
#include "kernel/date.h"
#include "kernel/id.h"
#include "kernel/limits.h"
#include "kernel/text.h"
#include "people/people_http.h"

static const char *const columns[PERSON_COLUMNS] = {
    [COL_NUMBER] = "户号", [COL_NAME] = "姓名", [COL_ID] = "身份证号", [COL_SEX] = "性别",
    [COL_BIRTH] = "出生日期", [COL_RELATION] = "与户主关系", [COL_PHONE] = "手机号", [COL_GROUP] = "村民小组",
    [COL_GRID] = "网格", [COL_ADDRESS] = "住址", [COL_TAGS] = "标签",
};
/* Other words for the same columns, as village tables have them. */
static const struct { enum person_column column; const char *word; } column_words[] = {
    { COL_NUMBER, "household_number" }, { COL_NUMBER, "户编号" }, { COL_NAME, "name" }, { COL_NAME, "成员姓名" },
    { COL_ID, "id_number" }, { COL_ID, "身份证" }, { COL_ID, "身份证号码" }, { COL_ID, "公民身份号码" },
    { COL_SEX, "sex" }, { COL_BIRTH, "birth" }, { COL_BIRTH, "出生年月日" }, { COL_BIRTH, "出生年月" },
    { COL_RELATION, "relation" }, { COL_RELATION, "关系" }, { COL_RELATION, "与户主的关系" },
    { COL_PHONE, "phone" }, { COL_PHONE, "电话" }, { COL_PHONE, "联系电话" }, { COL_PHONE, "手机" },
    { COL_PHONE, "手机号码" }, { COL_GROUP, "group" }, { COL_GROUP, "小组" }, { COL_GROUP, "组别" },
    { COL_GRID, "grid" }, { COL_GRID, "网格编码" }, { COL_ADDRESS, "address" }, { COL_ADDRESS, "地址" },
    { COL_ADDRESS, "家庭住址" }, { COL_TAGS, "tags" },
};
/* GB/T 4761 in the words people use; the first of each code is what the export says. */
static const struct { const char *code, *word; } relation_words[] = {
    { "head", "户主" }, { "head", "本人" }, { "spouse", "配偶" }, { "spouse", "妻" }, { "spouse", "妻子" },
    { "spouse", "夫" }, { "spouse", "丈夫" }, { "son", "子" }, { "son", "儿子" }, { "son", "独生子" },
    { "son", "长子" }, { "son", "次子" }, { "son", "三子" }, { "daughter", "女" }, { "daughter", "女儿" },
    { "daughter", "独生女" }, { "daughter", "长女" }, { "daughter", "次女" }, { "daughter", "三女" },
    { "grandchild", "孙子女" }, { "grandchild", "孙子" }, { "grandchild", "孙女" }, { "grandchild", "外孙" },
    { "grandchild", "外孙子" }, { "grandchild", "外孙女" }, { "parent", "父母" }, { "parent", "父亲" },
    { "parent", "母亲" }, { "parent", "父" }, { "parent", "母" }, { "parent", "岳父" }, { "parent", "岳母" },
    { "parent", "公公" }, { "parent", "婆婆" }, { "grandparent", "祖父母" }, { "grandparent", "祖父" },
    { "grandparent", "祖母" }, { "grandparent", "外祖父" }, { "grandparent", "外祖母" }, { "sibling", "兄弟姐妹" },
    { "sibling", "兄" }, { "sibling", "弟" }, { "sibling", "姐" }, { "sibling", "妹" }, { "sibling", "哥哥" },
    { "sibling", "弟弟" }, { "sibling", "姐姐" }, { "sibling", "妹妹" }, { "other", "其他" }, { "other", "儿媳" },
    { "other", "女婿" }, { "other", "非亲属" },
};
enum {
    COLUMN_WORDS = sizeof column_words / sizeof *column_words,
    RELATION_WORDS = sizeof relation_words / sizeof *relation_words,
};

/* ---- what is in the register already ---- */

struct known {
    int64_t id, household, birth, version;
    struct bytes id_blind;
    const char *name, *relation, *sex, *tags, *state;
    struct bytes phone_sealed, id_sealed;
    const char *number;
};
static const struct field known_fields[] = {
    F(known, id, K_ID, 0, 0, 0, ""), F(known, household, K_ID, 0, 0, 0, ""), F(known, birth, K_DATE, 0, 0, 0, ""),
    F(known, version, K_INT, 0, 0, 0, ""), F(known, id_blind, K_BYTES, OPT, 0, 0, ""),
    F(known, name, K_TEXT, 0, 0, 0, ""), F(known, relation, K_TEXT, 0, 0, 0, ""), F(known, sex, K_TEXT, 0, 0, 0, ""),
    F(known, tags, K_TEXT, 0, 0, 0, ""), F(known, state, K_TEXT, 0, 0, 0, ""),
    F(known, phone_sealed, K_BYTES, OPT, 0, 0, ""), F(known, id_sealed, K_BYTES, OPT, 0, 0, ""),
    F(known, number, K_TEXT, 0, 0, 0, ""),
    { 0 }
};
static RECORD(known);

/* A household of the file, new or known. */
struct family {
    const char *number, *grid, *address, *tags; /* tags: what its lines say together */
    int64_t id, group, head;
    bool there;
    int head_line;                     /* the line that names a head, 0 */
    const char *old_grid, *old_address, *old_tags, *old_state;
    int64_t old_group, old_head;
    int at_line[PERSON_COLUMNS];       /* which line said grid, group, address first */
};

struct line {
    int line;
    struct person person;
    const char *number, *grid, *address, *tags, *family_tags, *phone_raw;
    int64_t group;
    struct bytes blind;
    struct family *family;
    const struct known *known;
    bool bad;
};

struct import {
    struct req *r;
    int64_t village;
    enum people_existing existing;
    struct csv_faults faults;
    struct line *lines;
    size_t n;
    struct family *families; /* by number */
    size_t families_n;
    struct list groups, grids, tags, known, households;
    struct line *now; /* the line person_check speaks of */
};

static void find(struct import *im, int line, const char *column, const char *zh, const char *en)
{
    csv_fault(&im->faults, line, column, zh, en);
}

static void fault(void *arg, enum person_column c, const char *zh, const char *en)
{
    struct import *im = arg;
    im->now->bad = true;
    find(im, im->now->line, columns[c], zh, en);
}

/* ---- cells ---- */

static bool read_header(struct import *im, const struct csv_row *row, int at[PERSON_COLUMNS])
{
    struct arena *mem = im->r->mem;
    for (int c = 0; c < PERSON_COLUMNS; c++) at[c] = -1;
    for (int i = 0; i < row->n; i++) {
        const char *cell = text_normal(mem, row->cells[i]);
        int found = -1;
        if (!*cell) continue;
        for (int c = 0; c < PERSON_COLUMNS; c++)
            if (!strcmp(cell, columns[c])) found = c;
        for (int k = 0; k < COLUMN_WORDS && found < 0; k++)
            if (!strcmp(cell, column_words[k].word)) found = (int)column_words[k].column;
        if (found < 0) {
            const char *words[PERSON_COLUMNS + 1] = { 0 };
            for (int c = 0; c < PERSON_COLUMNS; c++) words[c] = columns[c];
            const char *near = text_nearest(cell, words);
            find(im, row->line, cell,
                 near ? arena_printf(mem, "不认识这一列，是不是“%s”？", near) : "不认识这一列，请删除或改名。",
                 "This column is not known; rename or remove it.");
        } else if (at[found] >= 0) {
            find(im, row->line, cell, "这一列出现了两次。", "This column stands there twice.");
        } else {
            at[found] = i;
        }
    }
    if (at[COL_NUMBER] < 0) find(im, row->line, columns[COL_NUMBER], "缺少这一列。", "This column is missing.");
    if (at[COL_NAME] < 0) find(im, row->line, columns[COL_NAME], "缺少这一列。", "This column is missing.");
    return !im->faults.n;
}

static const char *cell_of(struct import *im, const struct csv_row *row, int at)
{
    return at >= 0 && at < row->n ? text_normal(im->r->mem, row->cells[at]) : "";
}

/* 1962-03-01, 1962/3/1, 1962.3.1, 1962年3月1日, 19620301 */
static bool date_read(const char *s, int64_t *out)
{
    int part[3] = { 0 }, n = 0, digits = 0, eight = 1;
    for (const char *p = s; *p; p++) {
        if (*p >= '0' && *p <= '9') {
            if (n > 2 || ++digits > 8) return false;
            part[n] = part[n] * 10 + (*p - '0');
            continue;
        }
        eight = 0;
        if (!digits) continue; /* the rest of a 年 */
        n++;
        digits = 0;
    }
    if (eight && digits == 8) {
        int v = part[0];
        part[0] = v / 10000, part[1] = v / 100 % 100, part[2] = v % 100;
    } else if (n < 2 || (n == 2 && !digits)) {
        return false;
    }
    if (!date_valid(part[0], part[1], part[2])) return false;
    *out = date_of(part[0], part[1], part[2]);
    return true;
}

static const char *relation_of(const char *word)
{
    for (int i = 0; i < RELATION_WORDS; i++)
        if (!strcmp(word, relation_words[i].word) || !strcmp(word, relation_words[i].code)) return relation_words[i].code;
    return NULL;
}

static const char *relation_word(const char *code)
{
    for (int i = 0; i < RELATION_WORDS; i++)
        if (!strcmp(code, relation_words[i].code)) return relation_words[i].word;
    return code;
}

static int64_t group_of(struct import *im, const char *name)
{
    for (size_t i = 0; i < im->groups.n; i++)
        if (!strcmp(LIST_AT(im->groups, struct village_group, i).name, name))
            return LIST_AT(im->groups, struct village_group, i).id;
    return NONE;
}

static const char *grid_of(struct import *im, const char *word)
{
    const char *found = NULL;
    for (size_t i = 0; i < im->grids.n; i++) {
        const struct grid *g = &LIST_AT(im->grids, struct grid, i);
        if (!strcmp(g->code, word)) return g->code;
        if (strcmp(g->name, word)) continue;
        if (found) return NULL; /* two grids of that name */
        found = g->code;
    }
    return found;
}

static void read_place(struct import *im, struct line *l, const char *group, const char *grid)
{
    struct arena *mem = im->r->mem;
    if (*group && (l->group = group_of(im, group)) == NONE) {
        const char **names = arena_array(mem, const char *, im->groups.n + 1);
        for (size_t i = 0; i < im->groups.n; i++) names[i] = LIST_AT(im->groups, struct village_group, i).name;
        const char *near = text_nearest(group, names);
        fault(im, COL_GROUP,
              near ? arena_printf(mem, "没有“%s”，是不是“%s”？", group, near)
                   : arena_printf(mem, "没有“%s”，请先建村民小组。", group),
              arena_printf(mem, "There is no group “%s”; add it first.", group));
    }
    if (*grid && !(l->grid = grid_of(im, grid)))
        fault(im, COL_GRID, arena_printf(mem, "没有网格“%s”，请填已建网格的编码。", grid),
              arena_printf(mem, "There is no grid “%s”; give the code of one that exists.", grid));
}

static void read_tags(struct import *im, struct line *l, const char *cell)
{
    struct arena *mem = im->r->mem;
    static const char *const between[] = { ";", ",", "|", " ", "/", "；", "，", "、" };
    size_t n = strlen(cell) + 1;
    const char **own = arena_array(mem, const char *, n);
    const char **family = arena_array(mem, const char *, n);
    struct list owns = { own, 0 }, families = { family, 0 };
    for (const char *p = cell; *p;) {
        size_t len = strlen(p), skip = 0;
        for (size_t i = 0; i < sizeof between / sizeof *between; i++) {
            const char *cut = strstr(p, between[i]);
            if (!cut || (size_t)(cut - p) >= len) continue;
            len = (size_t)(cut - p);
            skip = strlen(between[i]);
        }
        const char *word = arena_strndup(mem, p, len);
        p += len + skip;
        if (!*word) continue;
        const struct tag *t = tag_find(im->tags, word, NULL);
        if (!t || !strcmp(t->kind, "organisation")) {
            fault(im, COL_TAGS, arena_printf(mem, "没有“%s”这个标签。", word),
                  arena_printf(mem, "There is no tag “%s”.", word));
            continue;
        }
        struct list *to = !strcmp(t->kind, "household") ? &families : &owns;
        bool twice = false;
        for (size_t i = 0; i < to->n; i++) twice |= !strcmp(LIST_AT(*to, const char *, i), t->code);
        if (!twice) ((const char **)to->items)[to->n++] = t->code;
    }
    l->tags = tags_text(mem, owns);
    l->family_tags = tags_text(mem, families);
}

static void read_line(struct import *im, const struct csv_row *row, const int at[PERSON_COLUMNS])
{
    struct arena *mem = im->r->mem;
    struct line *l = &im->lines[im->n++];
    *l = (struct line){ .line = row->line, .group = NONE, .tags = "", .family_tags = "" };
    struct person *p = &l->person;
    im->now = l;

    l->number = cell_of(im, row, at[COL_NUMBER]);
    size_t chars = utf8_length(l->number);
    if (!chars || chars > 30 || !text_clean(l->number))
        fault(im, COL_NUMBER, chars ? "户号太长。" : "请填写户号。", chars ? "The number is too long." : "The household number is missing.");
    *p = (struct person){ .name = cell_of(im, row, at[COL_NAME]), .id_number = cell_of(im, row, at[COL_ID]),
                          .birth = NONE, .phone = cell_of(im, row, at[COL_PHONE]), .relation = "other" };
    if (strchr(p->name, '*') || strchr(p->id_number, '*') || strchr(p->phone, '*')) {
        fault(im, COL_NAME, "这是脱敏后的数据，不能导入。请用完整名册。", "This row is masked and cannot be imported.");
        return;
    }
    const char *sex = cell_of(im, row, at[COL_SEX]);
    if (!strcmp(sex, "男") || !strcmp(sex, "male")) p->sex = "male";
    else if (!strcmp(sex, "女") || !strcmp(sex, "female")) p->sex = "female";
    else if (*sex) fault(im, COL_SEX, "性别应填“男”或“女”。", "The sex is 男 or 女.");
    const char *birth = cell_of(im, row, at[COL_BIRTH]);
    bool dated = !*birth || date_read(birth, &p->birth);
    if (!dated) fault(im, COL_BIRTH, "日期应写成 1962-03-01 这样。", "Write the date like 1962-03-01.");
    const char *relation = cell_of(im, row, at[COL_RELATION]);
    if (*relation && !(p->relation = relation_of(relation))) {
        p->relation = "other";
        fault(im, COL_RELATION, arena_printf(mem, "不认识“%s”，请填户主、配偶、子、女、父母、孙子女、兄弟姐妹或其他。", relation),
              "That relation is not known.");
    }
    l->address = cell_of(im, row, at[COL_ADDRESS]);
    if (utf8_length(l->address) > 100 || !text_clean(l->address))
        fault(im, COL_ADDRESS, "住址不能超过 100 个字。", "An address has at most 100 characters.");
    if (!*l->address) l->address = NULL;
    read_place(im, l, cell_of(im, row, at[COL_GROUP]), cell_of(im, row, at[COL_GRID]));
    read_tags(im, l, cell_of(im, row, at[COL_TAGS]));
    if (!dated && !*p->id_number) return; /* its date was told already */
    person_check(im->r, p, fault, im);
    if (!l->bad && p->id_number) l->blind = blind_id(im->r, p->id_number);
}

/* ---- against each other and against the register ---- */

static int compare_bytes(struct bytes a, struct bytes b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    if (c) return c;
    return a.n < b.n ? -1 : a.n > b.n;
}

/* Who somebody is: by ID number; without one by household, name and birth date. */
static int compare_person(struct bytes blind_a, const char *number_a, const char *name_a, int64_t birth_a,
                          struct bytes blind_b, const char *number_b, const char *name_b, int64_t birth_b)
{
    int c = compare_bytes(blind_a, blind_b);
    if (c || blind_a.n) return c;
    if ((c = strcmp(number_a, number_b))) return c;
    if ((c = strcmp(name_a, name_b))) return c;
    return birth_a < birth_b ? -1 : birth_a > birth_b;
}

static int by_person(const void *a, const void *b)
{
    const struct line *x = *(struct line *const *)a, *y = *(struct line *const *)b;
    int c = compare_person(x->blind, x->number, x->person.name, x->person.birth, y->blind, y->number,
                           y->person.name, y->person.birth);
    return c ? c : x->line - y->line;
}

static int known_by_person(const void *a, const void *b)
{
    const struct known *x = a, *y = b;
    return compare_person(x->id_blind, x->number, x->name, x->birth, y->id_blind, y->number, y->name, y->birth);
}

static const struct known *known_of(struct import *im, const struct line *l)
{
    struct known key = { .id_blind = l->blind, .number = l->number, .name = l->person.name, .birth = l->person.birth };
    return im->known.n ? bsearch(&key, im->known.items, im->known.n, sizeof key, known_by_person) : NULL;
}

static void check_known(struct import *im, struct line *l)
{
    struct arena *mem = im->r->mem;
    enum person_column c = l->blind.n ? COL_ID : COL_NAME;
    l->known = known_of(im, l);
    if (!l->known || im->existing == EXISTING_SKIP) return;
    im->now = l;
    if (strcmp(l->known->state, "active"))
        fault(im, c, "此人已迁出或已故，请先在人员信息中办理迁回。", "This person moved out or died; record the moving in first.");
    else if (im->existing == EXISTING_REFUSE)
        fault(im, c, arena_printf(mem, "此人已登记（户号 %s）。", l->known->number),
              arena_printf(mem, "In the register already (household %s).", l->known->number));
    else if (strcmp(l->known->number, l->number))
        fault(im, COL_NUMBER, arena_printf(mem, "此人登记在户号 %s，请用分户、并户或迁移办理。", l->known->number),
              arena_printf(mem, "The register has this person in household %s.", l->known->number));
}

static void check_people(struct import *im)
{
    struct line **sorted = arena_array(im->r->mem, struct line *, im->n + 1);
    size_t n = 0;
    for (size_t i = 0; i < im->n; i++)
        if (!im->lines[i].bad) sorted[n++] = &im->lines[i];
    if (n) qsort(sorted, n, sizeof *sorted, by_person);
    for (size_t i = 1; i < n; i++) {
        struct line *a = sorted[i - 1], *b = sorted[i];
        if (compare_person(a->blind, a->number, a->person.name, a->person.birth, b->blind, b->number,
                           b->person.name, b->person.birth))
            continue;
        im->now = b;
        fault(im, b->blind.n ? COL_ID : COL_NAME, arena_printf(im->r->mem, "与第 %d 行是同一个人。", a->line),
              arena_printf(im->r->mem, "The same person as on line %d.", a->line));
    }
    if (im->known.n)
        for (size_t i = 0; i < im->n; i++)
            if (!im->lines[i].bad) check_known(im, &im->lines[i]);
}

static int line_by_number(const void *a, const void *b)
{
    const struct line *x = *(struct line *const *)a, *y = *(struct line *const *)b;
    int c = strcmp(x->number, y->number);
    return c ? c : x->line - y->line;
}

static int household_by_number(const void *a, const void *b)
{
    const struct household_row *x = a, *y = b;
    return strcmp(x->number, y->number);
}

static struct family family_of(struct import *im, const char *number)
{
    struct household_row key = { .number = number };
    const struct household_row *h = im->households.n ? bsearch(&key, im->households.items, im->households.n, sizeof key, household_by_number) : NULL;
    struct family f = { .number = number, .tags = "", .group = NONE, .head = NONE, .old_group = NONE, .old_head = NONE };
    if (!h) return f;
    f.there = true;
    f.id = h->id;
    f.old_grid = h->grid;
    f.old_group = h->village_group;
    f.old_address = h->address;
    f.old_tags = h->tags;
    f.old_head = h->head;
    f.old_state = h->state;
    return f;
}

/* Lines of one household must agree about where it is. */
static void join_place(struct import *im, struct family *f, struct line *l)
{
    im->now = l;
    if (l->grid) {
        if (f->grid && strcmp(f->grid, l->grid))
            fault(im, COL_GRID, arena_printf(im->r->mem, "与第 %d 行同户不同网格。", f->at_line[COL_GRID]),
                  arena_printf(im->r->mem, "Another grid than on line %d, in the same household.", f->at_line[COL_GRID]));
        else if (!f->grid) f->grid = l->grid, f->at_line[COL_GRID] = l->line;
    }
    if (l->group != NONE) {
        if (f->group != NONE && f->group != l->group)
            fault(im, COL_GROUP, arena_printf(im->r->mem, "与第 %d 行同户不同小组。", f->at_line[COL_GROUP]),
                  arena_printf(im->r->mem, "Another group than on line %d, in the same household.", f->at_line[COL_GROUP]));
        else if (f->group == NONE) f->group = l->group, f->at_line[COL_GROUP] = l->line;
    }
    if (l->address && !f->address) f->address = l->address;
    struct list more = tags_list(im->r->mem, l->family_tags);
    for (size_t i = 0; i < more.n; i++) {
        const char *code = LIST_AT(more, const char *, i);
        if (!tags_have(f->tags, code)) f->tags = arena_printf(im->r->mem, "%s%s ", *f->tags ? f->tags : " ", code);
    }
}

static void check_head(struct import *im, struct family *f, struct line *l)
{
    if (strcmp(l->person.relation, "head")) return;
    im->now = l;
    bool itself = l->known && l->known->id == f->old_head;
    if (f->head_line)
        fault(im, COL_RELATION, arena_printf(im->r->mem, "一户只能有一位户主，第 %d 行已是户主。", f->head_line),
              arena_printf(im->r->mem, "One head only; line %d is the head already.", f->head_line));
    else if (f->there && f->old_head != NONE && !itself && im->existing != EXISTING_SKIP)
        fault(im, COL_RELATION, "本户已有户主，请在户信息中更换户主。", "The household has a head already; change it on the household.");
    f->head_line = l->line;
}

static void check_families(struct import *im)
{
    struct line **sorted = arena_array(im->r->mem, struct line *, im->n + 1);
    size_t n = 0;
    for (size_t i = 0; i < im->n; i++)
        if (*im->lines[i].number) sorted[n++] = &im->lines[i];
    if (n) qsort(sorted, n, sizeof *sorted, line_by_number);
    im->families = arena_array(im->r->mem, struct family, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct line *l = sorted[i];
        if (!i || strcmp(sorted[i - 1]->number, l->number)) im->families[im->families_n++] = family_of(im, l->number);
        struct family *f = &im->families[im->families_n - 1];
        l->family = f;
        im->now = l;
        if (f->there && !strcmp(f->old_state, "merged") && !l->bad)
            fault(im, COL_NUMBER, "这一户已并入别户。", "That household was merged into another.");
        join_place(im, f, l);
        check_head(im, f, l);
    }
    /* Where a known household is: only an update may move it. */
    if (im->existing == EXISTING_UPDATE) return;
    for (size_t i = 0; i < im->families_n; i++) {
        struct family *f = &im->families[i];
        if (!f->there) continue;
        if (f->grid && f->old_grid && strcmp(f->grid, f->old_grid))
            find(im, f->at_line[COL_GRID], columns[COL_GRID], arena_printf(im->r->mem, "本户登记的网格是 %s。", f->old_grid),
                 arena_printf(im->r->mem, "The register has this household in grid %s.", f->old_grid));
        if (f->group != NONE && f->old_group != NONE && f->group != f->old_group)
            find(im, f->at_line[COL_GROUP], columns[COL_GROUP], "与本户登记的小组不同。", "Not the group of this household in the register.");
    }
}

/* ---- writing ---- */

static const struct err *write_family(struct import *im, struct family *f)
{
    struct req *r = im->r;
    if (!f->there) {
        const struct household_new n = {
            .village = im->village, .id = f->id, .number = f->number, .grid = f->grid, .address = f->address,
            .group = f->group, .head = f->head, .tags = f->tags,
        };
        return household_insert(r, &n);
    }
    bool update = im->existing == EXISTING_UPDATE;
    const char *grid = f->grid ? f->grid : f->old_grid; /* only an update may say another place than the register: check_families */
    int64_t group = f->group != NONE ? f->group : f->old_group;
    const char *address = f->address && (update || !f->old_address) ? f->address : f->old_address;
    int64_t head = f->head != NONE ? f->head : f->old_head;
    struct list wanted = tags_list(r->mem, f->tags);
    const char *tags = f->tags;
    if (!update) { /* only what is new */
        struct list old = tags_list(r->mem, f->old_tags);
        for (size_t i = 0; i < old.n; i++)
            if (!tags_have(tags, LIST_AT(old, const char *, i)))
                tags = arena_printf(r->mem, "%s%s ", *tags ? tags : " ", LIST_AT(old, const char *, i));
        wanted = tags_list(r->mem, tags);
    }
    bool same_tags = true;
    struct list old = tags_list(r->mem, f->old_tags);
    for (size_t i = 0; i < wanted.n; i++) same_tags &= tags_have(f->old_tags, LIST_AT(wanted, const char *, i));
    same_tags &= old.n == wanted.n;
    bool moved = !text_equal(grid, f->old_grid) || group != f->old_group;
    if (!moved && same_tags && text_equal(address, f->old_address) && head == f->old_head && !strcmp(f->old_state, "active"))
        return NULL;
    if (!same_tags) TRY(tags_set(r, im->village, f->id, "household", f->old_tags, wanted, &tags));
    else tags = f->old_tags;
    int64_t grid_no = grid ? region_grid_range(grid).first : 0;
    TRY(db_exec(r,
                "UPDATE household SET grid = $3, grid_no = $4, village_group = $5, address = $6, head = $7,"
                " tags = $8, state = 'active', version = version + 1 WHERE village = $1 AND id = $2",
                I64(im->village), I64(f->id), TEXT(grid), I64(grid_no), I64(group), TEXT(address), I64(head), TEXT(tags)));
    f->grid = grid;
    f->group = group;
    if (!moved) return NULL;
    return db_exec(r, "UPDATE resident SET grid_no = $3, village_group = $4 WHERE village = $1 AND household = $2",
                   I64(im->village), I64(f->id), I64(grid_no), I64(group));
}

static bool line_differs(struct req *r, const struct line *l)
{
    const struct known *k = l->known;
    const struct person *p = &l->person;
    const char *phone = k->phone_sealed.p ? access_open_sealed(r, k->phone_sealed) : NULL;
    struct list want = tags_list(r->mem, l->tags), have = tags_list(r->mem, k->tags);
    bool same = want.n == have.n;
    for (size_t i = 0; i < want.n; i++) same &= tags_have(k->tags, LIST_AT(want, const char *, i));
    return !same || strcmp(k->name, p->name) || strcmp(k->relation, p->relation) || strcmp(k->sex, p->sex) ||
           k->birth != p->birth || !text_equal(phone, p->phone);
}

static const struct err *write_known(struct import *im, const struct line *l)
{
    struct req *r = im->r;
    const struct known *k = l->known;
    const char *tags;
    TRY(resident_update(r, im->village, k->id, k->version, &l->person));
    TRY(tags_set(r, im->village, k->id, "resident", k->tags, tags_list(r->mem, l->tags), &tags));
    return db_exec(r, "UPDATE resident SET tags = $3 WHERE village = $1 AND id = $2", I64(im->village), I64(k->id), TEXT(tags));
}

static const struct err *write_new(struct import *im, const struct line *l, int64_t id)
{
    const struct family *f = l->family;
    const char *grid = f->grid ? f->grid : f->old_grid;
    const struct resident_new n = {
        .village = im->village, .id = id, .household = f->id, .person = l->person,
        .grid_no = grid ? region_grid_range(grid).first : 0,
        .group = f->group != NONE ? f->group : f->old_group, .tags = l->tags, .began = "register",
        .first = im->r->today,
    };
    return resident_insert(im->r, &n);
}

static const struct err *write_all(struct import *im, bool dry, struct people_imported *out)
{
    int64_t *ids = arena_array(im->r->mem, int64_t, im->n + 1);
    for (size_t i = 0; i < im->families_n; i++) {
        struct family *f = &im->families[i];
        if (f->there) continue;
        f->id = id_new();
        out->households++;
    }
    for (size_t i = 0; i < im->n; i++) {
        struct line *l = &im->lines[i];
        if (!l->known) ids[i] = id_new();
        if (!l->known && !strcmp(l->person.relation, "head")) l->family->head = ids[i];
    }
    if (!dry)
        for (size_t i = 0; i < im->families_n; i++) TRY(write_family(im, &im->families[i]));
    for (size_t i = 0; i < im->n; i++) {
        const struct line *l = &im->lines[i];
        if (!l->known) {
            out->added++;
            if (!dry) TRY(write_new(im, l, ids[i]));
        } else if (im->existing == EXISTING_UPDATE && line_differs(im->r, l)) {
            out->updated++;
            if (!dry) TRY(write_known(im, l));
        } else {
            out->unchanged++;
        }
    }
    return NULL;
}

static const struct err *load_register(struct import *im)
{
    struct req *r = im->r;
    TRY(region_groups(r, im->village, &im->groups));
    TRY(region_grids(r, im->village, &im->grids));
    TRY(tags_of(r, im->village, &im->tags));
    /* Bounded by the register's own limit; a file is compared with all of it at once. */
    TRY(db_all(r, &known_record, &im->known,
               "SELECT s.id, s.household, s.birth, s.version, s.id_blind, s.name, s.relation, s.sex, s.tags,"
               " s.state, s.phone_sealed, s.id_sealed, h.number FROM resident s"
               " JOIN household h ON h.village = s.village AND h.id = s.household WHERE s.village = $1",
               I64(im->village)));
    if (im->known.n) qsort(im->known.items, im->known.n, sizeof(struct known), known_by_person);
    TRY(db_all(r, &household_row_record, &im->households,
               "SELECT id, number, head, address, grid, village_group, tags, state FROM household WHERE village = $1",
               I64(im->village)));
    if (im->households.n)
        qsort(im->households.items, im->households.n, sizeof(struct household_row), household_by_number);
    return NULL;
}

static bool row_empty(const struct csv_row *row)
{
    for (int i = 0; i < row->n; i++)
        if (row->cells[i][0]) return false;
    return true;
}

const struct err *people_import(struct req *r, int64_t village, const void *p, size_t n,
                                enum people_existing existing, bool dry, struct people_imported *out)
{
    struct import im = { .r = r, .faults = { .mem = r->mem }, .village = village, .existing = existing };
    struct csv csv = csv_open(r->mem, p, n);
    struct csv_row row;
    struct region *v;
    int at[PERSON_COLUMNS];
    size_t cap = 0;

    *out = (struct people_imported){ .dry_run = dry };
    TRY(region_village(r, village, &v));
    TRY(load_register(&im));
    if (csv_next(&csv, &row) && !read_header(&im, &row, at)) return csv_faults_err(&im.faults);
    while (csv_next(&csv, &row)) {
        if (row_empty(&row)) continue;
        if (++out->rows > LIMIT_IMPORT_ROWS) return fail(r, ERR_TOO_LARGE, NULL);
        if (im.n == cap) {
            cap = cap ? cap * 2 : 1024;
            struct line *more = arena_array(r->mem, struct line, cap);
            if (im.n) memcpy(more, im.lines, im.n * sizeof *more);
            im.lines = more;
        }
        read_line(&im, &row, at);
    }
    if (csv.err) return csv.err;
    if (!out->rows) find(&im, 1, columns[COL_NAME], "文件里没有数据行。", "The file has no rows.");
    check_people(&im);
    check_families(&im);
    if (im.faults.n) return csv_faults_err(&im.faults);
    return write_all(&im, dry, out);
}

/* ---- routes ---- */

struct register_import { int64_t village, dry_run; const char *existing; struct bytes body; };
static const char *const existings[] = { "refuse", "skip", "update", NULL };
static const struct field register_import_fields[] = {
    F(register_import, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(register_import, dry_run, K_BOOL, IN_QUERY | OPT, 0, 0, "Check only, write nothing. 仅校验"),
    F_ENUM(register_import, existing, IN_QUERY | OPT, existings,
           "People who are in the register already: refuse (if absent) makes them faults, skip leaves them, update changes them. 已有人员"),
    F(register_import, body, K_BYTES, IN_RAW, 1, 0,
      "CSV: 户号,姓名,身份证号,性别,出生日期,与户主关系,手机号,村民小组,网格,住址,标签; UTF-8 or GB 18030."),
    { 0 }
};
RECORD(register_import);
static const struct field people_imported_fields[] = {
    F(people_imported, rows, K_INT, 0, 0, 0, "Rows in the file. 行数"),
    F(people_imported, households, K_INT, 0, 0, 0, "New households. 新增户"),
    F(people_imported, added, K_INT, 0, 0, 0, "New residents. 新增人"),
    F(people_imported, updated, K_INT, 0, 0, 0, "Changed residents. 变更人"),
    F(people_imported, unchanged, K_INT, 0, 0, 0, "Residents left as they are. 未变人"),
    F(people_imported, dry_run, K_BOOL, 0, 0, 0, "Nothing was written. 仅校验"),
    { 0 }
};
RECORD(people_imported);

const struct err *post_register_import(struct req *r)
{
    const struct register_import *in = r->in;
    struct people_imported *out = arena_new(r->mem, struct people_imported);
    enum people_existing existing = EXISTING_REFUSE;
    if (in->existing && !strcmp(in->existing, "skip")) existing = EXISTING_SKIP;
    if (in->existing && !strcmp(in->existing, "update")) existing = EXISTING_UPDATE;
    TRY(access_require(r, PERM_PEOPLE_WRITE, in->village));
    TRY(people_import(r, in->village, in->body.p, in->body.n, existing, in->dry_run == 1, out));
    r->audit_note = arena_printf(r->mem, "rows %lld, added %lld, updated %lld%s", (long long)out->rows,
                                 (long long)out->added, (long long)out->updated, out->dry_run ? ", dry run" : "");
    r->out = out;
    return NULL;
}

/* ---- export ---- */

struct export { struct buf b; struct list groups, tags; bool full; int64_t household; };
struct exported {
    int64_t household, birth, village_group;
    const char *number, *name, *sex, *relation, *grid, *address, *tags, *household_tags;
    struct bytes id_sealed, phone_sealed;
};
static const struct field exported_fields[] = {
    F(exported, household, K_ID, 0, 0, 0, ""), F(exported, birth, K_DATE, 0, 0, 0, ""),
    F(exported, village_group, K_ID, OPT, 0, 0, ""), F(exported, number, K_TEXT, 0, 0, 0, ""),
    F(exported, name, K_TEXT, 0, 0, 0, ""), F(exported, sex, K_TEXT, 0, 0, 0, ""),
    F(exported, relation, K_TEXT, 0, 0, 0, ""), F(exported, grid, K_TEXT, OPT, 0, 0, ""),
    F(exported, address, K_TEXT, OPT, 0, 0, ""), F(exported, tags, K_TEXT, 0, 0, 0, ""),
    F(exported, household_tags, K_TEXT, 0, 0, 0, ""), F(exported, id_sealed, K_BYTES, OPT, 0, 0, ""),
    F(exported, phone_sealed, K_BYTES, OPT, 0, 0, ""),
    { 0 }
};
static RECORD(exported);

static void tag_names(struct arena *mem, struct buf *b, struct list tags, const char *text)
{
    struct list codes = tags_list(mem, text);
    for (size_t i = 0; i < codes.n; i++) {
        const struct tag *t = tag_find(tags, LIST_AT(codes, const char *, i), NULL);
        if (b->n) buf_puts(b, ";");
        buf_puts(b, t ? t->name : LIST_AT(codes, const char *, i));
    }
}

static const struct err *export_one(struct req *r, void *row, void *arg)
{
    const struct exported *s = row;
    struct export *x = arg;
    char date[DATE_SIZE];
    const char *id = s->id_sealed.p ? access_open_sealed(r, s->id_sealed) : "";
    const char *phone = s->phone_sealed.p ? access_open_sealed(r, s->phone_sealed) : "";
    const char *group = people_group_name(x->groups, s->village_group);
    struct buf tags = buf_in(r->mem, 4096);

    tag_names(r->mem, &tags, x->tags, s->tags);
    if (s->household != x->household) tag_names(r->mem, &tags, x->tags, s->household_tags); /* once per household */
    x->household = s->household;
    csv_cell(&x->b, s->number);
    csv_cell(&x->b, x->full ? s->name : text_mask_name(r->mem, s->name));
    csv_cell(&x->b, x->full || !*id ? id : people_mask_id(r->mem, id));
    csv_cell(&x->b, !strcmp(s->sex, "male") ? "男" : "女");
    csv_cell(&x->b, x->full ? date_format(s->birth, date) : arena_printf(r->mem, "%d", date_ymd(s->birth).year));
    csv_cell(&x->b, relation_word(s->relation));
    csv_cell(&x->b, x->full || !*phone ? phone : text_mask_phone(r->mem, phone));
    csv_cell(&x->b, group ? group : "");
    csv_cell(&x->b, s->grid ? s->grid : "");
    csv_cell(&x->b, s->address ? s->address : "");
    csv_cell(&x->b, tags.n ? tags.p : "");
    csv_end_row(&x->b);
    return x->b.over ? fail(r, ERR_TOO_LARGE, NULL) : NULL;
}

static const struct err *export_register(struct req *r, int64_t village, enum perm p, const char *grid, int64_t group)
{
    struct export x = { .b = buf_in(r->mem, LIMIT_REPLY_BYTES), .full = p == PERM_PEOPLE_UNMASK };
    struct region *v;
    TRY(people_check_grid(r, grid));
    TRY(region_village(r, village, &v));
    struct people_scope at = people_scope(r, p, village, grid);
    if (at.none) return fail(r, ERR_FORBIDDEN, NULL);
    TRY(region_groups(r, village, &x.groups));
    TRY(tags_of(r, village, &x.tags));
    buf_puts(&x.b, "\xEF\xBB\xBF"); /* Excel takes it for UTF-8 only with the mark */
    for (int c = 0; c < PERSON_COLUMNS; c++) {
        if (c) buf_putc(&x.b, ',');
        buf_puts(&x.b, columns[c]);
    }
    buf_puts(&x.b, "\r\n");
    TRY(db_each(r, &exported_record, export_one, &x,
                "SELECT s.household, s.birth, s.village_group, h.number, s.name, s.sex, s.relation, h.grid,"
                " h.address, s.tags, h.tags AS household_tags, s.id_sealed, s.phone_sealed"
                " FROM resident s JOIN household h ON h.village = s.village AND h.id = s.household"
                " WHERE s.village = $1 AND s.state = 'active' AND s.grid_no >= $2 AND s.grid_no <= $3"
                " AND (s.village_group = $4 OR $4 = 0)"
                " AND ($5 = '' OR $5 LIKE '%,' || substr(h.grid, 1, 2) || ',%'"
                " OR $5 LIKE '%,' || substr(h.grid, 1, 5) || ',%'"
                " OR $5 LIKE '%,' || substr(h.grid, 1, 8) || ',%'"
                " OR $5 LIKE '%,' || substr(h.grid, 1, 11) || ',%')"
                " ORDER BY s.household, s.id",
                I64(village), I64(at.first), I64(at.last), I64(group == NONE ? 0 : group), TEXT(at.codes)));
    http_send_file(r, "text/csv; charset=utf-8",
                   arena_printf(r->mem, "%012lld-%s%s.csv", (long long)village, v->name, x.full ? "名册" : "名册（脱敏）"), x.b.p, x.b.n);
    return NULL;
}

struct register_export { int64_t village, group; const char *grid; };
static const struct field register_export_fields[] = {
    F(register_export, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(register_export, grid, K_TEXT, IN_QUERY | OPT, 2, 11, "In this grid or below. 网格"),
    F(register_export, group, K_ID, IN_QUERY | OPT, 0, 0, "Group id. 村民小组"),
    { 0 }
};
RECORD(register_export);

const struct err *get_register_export(struct req *r)
{
    const struct register_export *in = r->in;
    return export_register(r, in->village, PERM_PEOPLE_EXPORT, in->grid, in->group);
}

struct register_full_export { int64_t village, group; const char *grid, *reason; };
static const struct field register_full_export_fields[] = {
    F(register_full_export, village, K_REGION, IN_PATH, 0, 0, "Village code. 村代码"),
    F(register_full_export, grid, K_TEXT, OPT, 2, 11, "In this grid or below. 网格"),
    F(register_full_export, group, K_ID, OPT, 0, 0, "Group id. 村民小组"),
    F(register_full_export, reason, K_TEXT, 0, 2, 200, "Why it is needed; kept in the audit trail. 导出理由"),
    { 0 }
};
RECORD(register_full_export);

const struct err *post_register_export(struct req *r)
{
    const struct register_full_export *in = r->in;
    r->audit_note = in->reason;
    TRY(export_register(r, in->village, PERM_PEOPLE_UNMASK, in->grid, in->group));
    return NULL;
}

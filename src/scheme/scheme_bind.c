/* A mapping into a struct by the table of keys. Every problem is a finding; reading goes on. */
#include "scheme/scheme_keys.h"

#include <string.h>

#include "kernel/dec.h"
#include "kernel/text.h"

#define MEMBER(T, base, key) ((T *)((char *)(base) + (key)->at))

static bool same_key(const struct scheme_key *k, const char *name)
{
    return strcmp(k->name, name) == 0 || (k->name_zh && strcmp(k->name_zh, name) == 0);
}

static const struct scheme_key *key_find(const struct scheme_shape *shape, const char *name)
{
    for (const struct scheme_key *k = shape->keys; k->kind; k++)
        if (same_key(k, name)) return k;
    return NULL;
}

/* "a、b、c" of the words or keys that would be right here. */
static const char *join(struct arena *mem, const char *const *words, const char *between)
{
    char *s = arena_strdup(mem, "");
    for (int i = 0; words[i]; i++) s = arena_printf(mem, "%s%s%s", s, i ? between : "", words[i]);
    return s;
}

/* "per 每": both names, since people write either. */
static const char *in_both(struct arena *mem, const char *name, const char *zh)
{
    return zh && strcmp(name, zh) ? arena_printf(mem, "%s %s", name, zh) : name;
}

static void unknown_key(struct scheme_check *c, const struct scheme_shape *shape,
                        const struct scheme_node *n)
{
    const char *words[2 * 64 + 1], *names[64 + 1], *both[64 + 1];
    int w = 0, m = 0;
    if (c->count > SCHEME_FINDINGS) { /* nobody is told; looking for near words takes time */
        c->errors++;
        return;
    }
    for (const struct scheme_key *k = shape->keys; k->kind && m < 64; k++) {
        both[m] = in_both(c->mem, k->name, k->name_zh);
        names[m++] = words[w++] = k->name;
        if (k->name_zh) words[w++] = k->name_zh;
    }
    words[w] = names[m] = both[m] = NULL;
    if (strstr(n->key, "：")) {
        check_at(
            c, false, n->key_line, n->key_column, node_path(c->mem, n),
            arena_printf(c->mem, "“%s”里是中文的“：”，键后面要用英文的“:”加一个空格。", n->key),
            arena_printf(c->mem, "\"%s\" has a full-width colon: write \": \" after a key",
                         n->key));
        return;
    }
    const char *near = text_nearest(n->key, words);
    check_at(c, false, n->key_line, n->key_column, node_path(c->mem, n),
             near ? arena_printf(c->mem, "没有“%s”这个键，是不是“%s”？", n->key, near)
                  : arena_printf(c->mem, "没有“%s”这个键；这里可以写：%s。", n->key,
                                 join(c->mem, both, "、")),
             near ? arena_printf(c->mem, "unknown key \"%s\"; did you mean \"%s\"?", n->key, near)
                  : arena_printf(c->mem, "unknown key \"%s\"; possible here: %s", n->key,
                                 join(c->mem, names, ", ")));
}

/* Told at the place where the key would stand, so that a form shows it beside the field. */
static void missing_key(struct scheme_check *c, const struct scheme_node *map,
                        const struct scheme_key *k)
{
    const char *above = node_path(c->mem, map);
    const char *path = *above ? arena_printf(c->mem, "%s/%s", above, k->name) : k->name;
    check_at(c, false, map->line, map->column, path,
             arena_printf(c->mem, "缺少“%s”（%s）：%s", k->name_zh ? k->name_zh : k->name, k->name,
                          k->zh),
             arena_printf(c->mem, "\"%s\" is missing: %s", k->name, k->en));
}

static bool empty(const struct scheme_node *n)
{
    return n->kind == NODE_SCALAR && !n->quoted &&
           (!*n->text || !strcmp(n->text, "~") || !strcmp(n->text, "null"));
}

static bool want_scalar(struct scheme_check *c, const struct scheme_node *n)
{
    if (n->kind == NODE_SCALAR) return true;
    check_error(c, n, "这里要写一个值，不是列表或下级内容。",
                "a single value is wanted here, not a list or mapping");
    return false;
}

static void bad_number(struct scheme_check *c, const struct scheme_node *n, const char *zh,
                       const char *en)
{
    check_error(c, n, arena_printf(c->mem, "“%s”%s", n->text, zh),
                arena_printf(c->mem, "\"%s\" %s", n->text, en));
}

/* "２": typed with a Chinese keyboard. */
static bool wide_digits(const char *s)
{
    for (; (s = strstr(s, "\xEF\xBC")) != NULL; s += 2)
        if ((unsigned char)s[2] >= 0x90 && (unsigned char)s[2] <= 0x99) return true;
    return false;
}

static bool points_parse(const char *s, int64_t *out)
{
    /* "+5" reads well beside "-5". */
    if (*s == '+') s++;
    return *s != '+' && dec_parse(s, out);
}

/* A single award beyond this is a slip of the pen: the yearly totals in the sources are below
 * 1,000. */
#define POINTS_LIMIT_C INT64_C(1000000)
/* A village's money of a year: 1,000 million yuan is a slip of the pen too. */
#define YUAN_LIMIT_C INT64_C(100000000000)

static bool points_value(struct scheme_check *c, const struct scheme_node *n, bool yuan,
                         const char *s, int64_t *out)
{
    int64_t limit_c = yuan ? YUAN_LIMIT_C : POINTS_LIMIT_C;
    if (!points_parse(s, out)) {
        if (wide_digits(s)) {
            bad_number(c, n, "里是全角数字，请改成半角，例如 5、2.5、-10。",
                       "has full-width digits: write 5, 2.5, -10");
            return false;
        }
        bad_number(c, n, "不是分值；请写数字，最多两位小数，例如 5、2.5、-10，或范围 2..10。",
                   "is not a number of points: write 5, 2.5, -10, or a range 2..10");
        return false;
    }
    if (*out > limit_c || *out < -limit_c) {
        bad_number(c, n, yuan ? "太大；不超过10亿元。" : "太大；单项分值不超过10000分。",
                   yuan ? "is too large: at most 1000 million yuan"
                        : "is too large: at most 10000 points");
        return false;
    }
    return true;
}

static void bind_points(struct scheme_check *c, const struct scheme_key *k,
                        const struct scheme_node *n, int64_t *out)
{
    char low[DEC_SIZE], high[DEC_SIZE];
    int64_t v;
    if (!points_value(c, n, k->flags & KEY_YUAN, n->text, &v)) return;
    *out = v;
    if (k->min >= k->max || (v >= k->min && v <= k->max)) return;
    dec_human(k->min, low);
    dec_human(k->max, high);
    bad_number(c, n, arena_printf(c->mem, "不对；要在%s到%s之间。", low, high),
               arena_printf(c->mem, "is not from %s to %s", low, high));
}

/* "10-31" is a day of every year, as its number in a leap year. */
static void bind_bound(struct scheme_check *c, const struct scheme_node *n, int64_t *out)
{
    int64_t day;
    if (strlen(n->text) == 5 && n->text[2] == '-' &&
        date_parse(arena_printf(c->mem, "2024-%s", n->text), &day))
        *out = DAY_BOUND + day - date_of(2023, 12, 31);
    else if (points_parse(n->text, &day)) points_value(c, n, false, n->text, out);
    else
        bad_number(c, n, "不是分数也不是日期；请写 85 或 10-31。",
                   "is neither a number nor a day: write 85 or 10-31");
}

static void bind_range(struct scheme_check *c, const struct scheme_node *n, bool yuan,
                       struct scheme_range *out)
{
    if (!want_scalar(c, n)) return;
    const char *dots = strstr(n->text, "..");
    struct scheme_range v;
    if (!dots) {
        if (!points_value(c, n, yuan, n->text, &v.min_c)) return;
        *out = (struct scheme_range){ v.min_c, v.min_c };
        return;
    }
    const char *low = arena_strndup(c->mem, n->text, (size_t)(dots - n->text));
    if (!points_value(c, n, yuan, low, &v.min_c) || !points_value(c, n, yuan, dots + 2, &v.max_c))
        return;
    if (v.min_c >= v.max_c) {
        check_error(c, n, "范围要从小到大写，例如 2..10。",
                    "a range goes from the smaller to the larger, such as 2..10");
        return;
    }
    *out = v;
}

/* Which of the words is it? -1: none, with a finding. */
static int word_index(struct scheme_check *c, const struct scheme_key *k,
                      const struct scheme_node *n)
{
    const char *all[2 * 32 + 1], *names[32 + 1], *both[32 + 1];
    int w = 0, m = 0;
    for (int i = 0; k->words[i].name && m < 32; i++) {
        if (!strcmp(n->text, k->words[i].name) ||
            (k->words[i].zh && !strcmp(n->text, k->words[i].zh)))
            return i;
        both[m] = in_both(c->mem, k->words[i].name, k->words[i].zh);
        names[m++] = all[w++] = k->words[i].name;
        if (k->words[i].zh) all[w++] = k->words[i].zh;
    }
    all[w] = names[m] = both[m] = NULL;
    const char *near = text_nearest(n->text, all);
    check_error(c, n,
                near ? arena_printf(c->mem, "“%s”不能用在这里，是不是“%s”？", n->text, near)
                     : arena_printf(c->mem, "“%s”不能用在这里；可以写：%s。", n->text,
                                    join(c->mem, both, "、")),
                near ? arena_printf(c->mem, "\"%s\" is not possible here; did you mean \"%s\"?",
                                    n->text, near)
                     : arena_printf(c->mem, "\"%s\" is not possible here; one of: %s", n->text,
                                    join(c->mem, names, ", ")));
    return -1;
}

static void bind_text(struct scheme_check *c, const struct scheme_key *k,
                      const struct scheme_node *n, const char **out)
{
    int64_t length = (int64_t)utf8_length(n->text);
    if (!text_clean(n->text)) {
        check_error(c, n, "含有不可见的控制字符，请删去。",
                    "contains invisible control characters; remove them");
        return;
    }
    if (k->kind == KEY_CODE) {
        size_t good =
            strspn(n->text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");
        if (!length || length > 32 || n->text[good]) {
            check_error(c, n, "代号只能用字母、数字、- 和 _，最多32个。",
                        "a code has letters, digits, - and _, at most 32");
            return;
        }
    } else if (length < k->min || length > k->max) {
        check_error(c, n,
                    arena_printf(c->mem, "要写%d到%d个字，现在是%d个。", (int)k->min, (int)k->max,
                                 (int)length),
                    arena_printf(c->mem, "%d to %d characters, this has %d", (int)k->min,
                                 (int)k->max, (int)length));
        return;
    }
    *out = n->text;
}

static void bind_int(struct scheme_check *c, const struct scheme_key *k,
                     const struct scheme_node *n, int64_t *out)
{
    if (text_int(n->text, k->min, k->max, out)) return;
    *out = NONE;
    bad_number(
        c, n, arena_printf(c->mem, "不对；请写%d到%d的整数。", (int)k->min, (int)k->max),
        arena_printf(c->mem, "is not a whole number from %d to %d", (int)k->min, (int)k->max));
}

static void bind_bool(struct scheme_check *c, const struct scheme_node *n, int64_t *out)
{
    static const struct {
        const char *word;
        int64_t value;
    } words[] = {
        { "yes", 1 }, { "no", 0 }, { "true", 1 }, { "false", 0 },
        { "是", 1 },  { "否", 0 }, { NULL, 0 },
    };
    for (int i = 0; words[i].word; i++)
        if (!strcmp(words[i].word, n->text)) {
            *out = words[i].value;
            return;
        }
    bad_number(c, n, "不对；请写 yes（是）或 no（否）。", "is not yes or no");
}

static void bind_list(struct scheme_check *c, const struct scheme_key *k,
                      const struct scheme_node *n, struct list *out)
{
    size_t count = 0;
    if (n->kind == NODE_MAP && (k->flags & KEY_ONE)) {
        out->items = arena_alloc_array(c->mem, 1, k->sub->size);
        out->n = 1;
        scheme_bind(c, k->sub, n, out->items);
        return;
    }
    if (n->kind != NODE_LIST) {
        check_error(c, n, "这里要写列表，每行以“- ”开头。",
                    "a list is wanted here, each entry begins with \"- \"");
        return;
    }
    for (const struct scheme_node *e = n->child; e; e = e->next) count++;
    if ((int64_t)count < k->min || (int64_t)count > k->max) {
        check_error(c, n,
                    arena_printf(c->mem, "要写%d到%d条，现在是%d条。", (int)k->min, (int)k->max,
                                 (int)count),
                    arena_printf(c->mem, "%d to %d entries, this has %d", (int)k->min, (int)k->max,
                                 (int)count));
        if ((int64_t)count > k->max) return;
    }
    out->items = arena_alloc_array(c->mem, count ? count : 1, k->sub->size);
    out->n = count;
    char *p = out->items;
    for (const struct scheme_node *e = n->child; e; e = e->next, p += k->sub->size)
        scheme_bind(c, k->sub, e, p);
}

static void bind_names(struct scheme_check *c, const struct scheme_key *k,
                       const struct scheme_node *n, struct list *out)
{
    size_t count = 1;
    if (n->kind == NODE_MAP) {
        check_error(c, n, "这里要写一个词或列表。", "a word or a list is wanted here");
        return;
    }
    if (n->kind == NODE_LIST) {
        count = 0;
        for (const struct scheme_node *e = n->child; e; e = e->next) count++;
    }
    if (!count) {
        bool nobody = k->kind == KEY_WORDS && !strcmp(k->name, "claim");
        check_error(c, n,
                    nobody ? "没有人可以申报这个项目；请写谁可以申报，或删去这个键。"
                           : "列表是空的；不用就删去这个键。",
                    nobody ? "nobody may claim this item; say who may, or leave the key out"
                           : "the list is empty; leave the key out instead");
        return;
    }
    const char **items = arena_array(c->mem, const char *, count);
    out->items = items;
    for (const struct scheme_node *e = n->kind == NODE_LIST ? n->child : n; e;
         e = n->kind == NODE_LIST ? e->next : NULL) {
        const char *text = NULL;
        if (!want_scalar(c, e)) continue;
        if (k->kind == KEY_WORDS) {
            int w = word_index(c, k, e);
            if (w >= 0) text = k->words[w].name;
        } else {
            bind_text(c, k, e, &text);
        }
        if (!text) continue;
        for (size_t i = 0; i < out->n; i++)
            if (!strcmp(items[i], text)) {
                check_error(c, e, "重复了。", "repeated");
                text = NULL;
                break;
            }
        if (text) items[out->n++] = text;
    }
}

static void bind_levels(struct scheme_check *c, const struct scheme_key *k,
                        const struct scheme_node *n, struct list *out)
{
    size_t count = 0;
    if (n->kind != NODE_MAP || !n->child) {
        check_error(c, n, "这里要按级别写，每行“级别: 分值”，例如“村: 2”。",
                    "levels are wanted here, one \"level: points\" per line");
        return;
    }
    for (const struct scheme_node *e = n->child; e; e = e->next) count++;
    if ((int64_t)count > k->max) {
        check_error(c, n, "级别太多。", "too many levels");
        return;
    }
    struct scheme_level *levels = arena_array(c->mem, struct scheme_level, count);
    out->items = levels;
    for (const struct scheme_node *e = n->child; e; e = e->next) {
        struct scheme_level l = { .name = e->key, .points = { NONE, NONE } };
        for (size_t i = 0; i < out->n; i++)
            if (!strcmp(levels[i].name, e->key))
                check_at(c, false, e->key_line, e->key_column, node_path(c->mem, e),
                         "这个级别写了两次。", "this level is given twice");
        if (!*l.name || utf8_length(l.name) > 20)
            check_at(c, false, e->key_line, e->key_column, node_path(c->mem, e),
                     "级别名称要写1到20个字。", "a level's name has 1 to 20 characters");
        bind_range(c, e, k->flags & KEY_YUAN, &l.points);
        if (l.points.min_c != NONE) levels[out->n++] = l;
    }
}

static void bind_value(struct scheme_check *c, const struct scheme_key *k,
                       const struct scheme_node *n, void *out)
{
    int w;
    switch (k->kind) {
    case KEY_END:
        BUG("a value of no kind");
    case KEY_LIST:
        bind_list(c, k, n, MEMBER(struct list, out, k));
        return;
    case KEY_WORDS:
    case KEY_NAMES:
        bind_names(c, k, n, MEMBER(struct list, out, k));
        return;
    case KEY_LEVELS:
        bind_levels(c, k, n, MEMBER(struct list, out, k));
        return;
    case KEY_RANGE:
        bind_range(c, n, k->flags & KEY_YUAN, MEMBER(struct scheme_range, out, k));
        return;
    case KEY_MAP: {
        void *sub = arena_alloc(c->mem, k->sub->size);
        scheme_bind(c, k->sub, n, sub);
        *MEMBER(void *, out, k) = sub;
        return;
    }
    case KEY_CODE:
    case KEY_TEXT:
    case KEY_INT:
    case KEY_BOOL:
    case KEY_DATE:
    case KEY_POINTS:
    case KEY_BOUND:
    case KEY_WORD:
    case KEY_NUMBERED:
        break;
    }
    if (!want_scalar(c, n)) return;
    switch (k->kind) {
    case KEY_CODE:
    case KEY_TEXT:
        bind_text(c, k, n, MEMBER(const char *, out, k));
        return;
    case KEY_INT:
        bind_int(c, k, n, MEMBER(int64_t, out, k));
        return;
    case KEY_BOOL:
        bind_bool(c, n, MEMBER(int64_t, out, k));
        return;
    case KEY_DATE:
        if (date_parse(n->text, MEMBER(int64_t, out, k))) return;
        *MEMBER(int64_t, out, k) = NONE;
        bad_number(c, n, "不是日期；请写成 2026-11-21。", "is not a date; write 2026-11-21");
        return;
    case KEY_POINTS:
        bind_points(c, k, n, MEMBER(int64_t, out, k));
        return;
    case KEY_BOUND:
        bind_bound(c, n, MEMBER(int64_t, out, k));
        return;
    case KEY_WORD:
    case KEY_NUMBERED:
        if ((w = word_index(c, k, n)) < 0) return;
        if (k->kind == KEY_WORD) *MEMBER(const char *, out, k) = k->words[w].name;
        else *MEMBER(int64_t, out, k) = w;
        return;
    case KEY_END:
    case KEY_RANGE:
    case KEY_WORDS:
    case KEY_NAMES:
    case KEY_MAP:
    case KEY_LIST:
    case KEY_LEVELS:
        break;
    }
}

/* Absent: numbers are NONE, the rest is zero already. */
static void blank(const struct scheme_key *k, void *out)
{
    switch (k->kind) {
    case KEY_INT:
    case KEY_BOOL:
    case KEY_DATE:
    case KEY_POINTS:
    case KEY_BOUND:
    case KEY_NUMBERED:
        *MEMBER(int64_t, out, k) = NONE;
        return;
    case KEY_RANGE:
        *MEMBER(struct scheme_range, out, k) = (struct scheme_range){ NONE, NONE };
        return;
    case KEY_END:
    case KEY_CODE:
    case KEY_TEXT:
    case KEY_WORD:
    case KEY_WORDS:
    case KEY_NAMES:
    case KEY_MAP:
    case KEY_LIST:
    case KEY_LEVELS:
        return;
    }
}

void scheme_bind(struct scheme_check *c, const struct scheme_shape *shape,
                 const struct scheme_node *map, void *out)
{
    for (const struct scheme_key *k = shape->keys; k->kind; k++) blank(k, out);
    *(const struct scheme_node **)((char *)out + shape->node_at) = map;
    if (map->refused) return;
    if (map->kind != NODE_MAP) {
        check_error(c, map, arena_printf(c->mem, "这里要写“键: 值”（%s）。", shape->zh),
                    arena_printf(c->mem, "\"key: value\" lines are wanted here (%s)", shape->en));
        return;
    }
    const struct scheme_node *seen[64] = { 0 };
    for (const struct scheme_node *n = map->child; n; n = n->next) {
        const struct scheme_key *k = key_find(shape, n->key);
        if (!k) {
            unknown_key(c, shape, n);
            continue;
        }
        size_t i = (size_t)(k - shape->keys);
        if (seen[i]) {
            check_at(
                c, false, n->key_line, n->key_column, node_path(c->mem, n),
                arena_printf(c->mem, "“%s”写了两次，前一次在第%d行。", n->key, seen[i]->key_line),
                arena_printf(c->mem, "\"%s\" is given twice, before on line %d", n->key,
                             seen[i]->key_line));
            continue;
        }
        seen[i] = n;
        if (n->refused) continue;
        if (empty(n))
            check_error(c, n, arena_printf(c->mem, "“%s”没有写内容。", n->key),
                        arena_printf(c->mem, "\"%s\" has no value", n->key));
        else bind_value(c, k, n, out);
    }
    for (const struct scheme_key *k = shape->keys; k->kind; k++) {
        if (seen[k - shape->keys]) continue;
        if (k->flags & KEY_REQUIRED) missing_key(c, map, k);
        else if (k->fallback)
            bind_value(c, k, &(struct scheme_node){ .kind = NODE_SCALAR, .text = k->fallback },
                       out);
    }
}

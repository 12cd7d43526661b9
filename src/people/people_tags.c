/* Tags: the common ones are built in, a village adds its own; who held which when is kept. */
#include <string.h>

#include "kernel/id.h"
#include "kernel/text.h"
#include "people/people_store.h"

static const struct tag builtin[] = {
    { "party_member", "党员", "resident", 1 },
    { "village_cadre", "村干部", "resident", 1 },
    { "representative", "村民代表", "resident", 1 },
    { "council", "村民理事会成员", "resident", 1 },
    { "five_elders", "五老一贤", "resident", 1 },
    { "volunteer", "志愿者", "resident", 1 },
    { "veteran", "退役军人", "resident", 1 },
    { "student", "在校学生", "resident", 1 },
    { "disabled", "残疾人", "resident", 1 },
    { "left_behind", "留守儿童", "resident", 1 },
    { "newcomer", "外来常住", "resident", 1 },
    { "elderly", "老年户", "household", 1 },
    { "low_income", "低保户", "household", 1 },
    { "out_of_poverty", "脱贫户", "household", 1 },
    { "five_guarantees", "特困供养户", "household", 1 },
    { "party_household", "党员户", "household", 1 },
    { "own_yard", "独立院落", "household", 1 },
    { "discount_shop", "让利商户", "organisation", 1 },
    { "five_teams", "五支队伍", "organisation", 1 },
};
enum { BUILTIN_N = sizeof builtin / sizeof *builtin };

static const char *const kinds[] = { "resident", "household", "organisation", NULL };
static const struct field tag_fields[] = {
    F(tag, code, K_TEXT, 0, 0, 0, "Code, as filters and schemes name it."),
    F(tag, name, K_TEXT, 0, 0, 0, "Name. 标签"),
    F_ENUM(tag, kind, 0, kinds, "Whom it describes. 适用对象"),
    F(tag, builtin, K_BOOL, OPT, 0, 0, "The same in every village. 内置"),
    { 0 }
};
RECORD(tag);

const struct err *tags_of(struct req *r, int64_t village, struct list *out)
{
    struct list own = { 0 };
    TRY(db_all(r, &tag_record, &own, "SELECT code, name, kind FROM tag WHERE village = $1 ORDER BY code",
               I64(village)));
    struct tag *all = arena_array(r->mem, struct tag, BUILTIN_N + own.n);
    memcpy(all, builtin, sizeof builtin);
    for (size_t i = 0; i < own.n; i++) {
        all[BUILTIN_N + i] = LIST_AT(own, struct tag, i);
        all[BUILTIN_N + i].builtin = 0;
    }
    *out = (struct list){ all, BUILTIN_N + own.n };
    return NULL;
}

const struct tag *tag_find(struct list tags, const char *word, const char *kind)
{
    for (size_t i = 0; i < tags.n; i++) {
        const struct tag *t = &LIST_AT(tags, struct tag, i);
        if (kind && strcmp(t->kind, kind)) continue;
        if (!strcmp(t->code, word) || !strcmp(t->name, word)) return t;
    }
    return NULL;
}

const struct err *tag_add(struct req *r, int64_t village, struct tag *t)
{
    struct region *v;
    struct list all = { 0 };
    int64_t added;
    TRY(region_village(r, village, &v));
    if (!t->code) t->code = arena_printf(r->mem, "t%lld", (long long)id_new());
    for (const char *p = t->code; *p; p++)
        if (!((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p == '_'))
            return fail_say(r, ERR_INVALID, "code", "标签代码只能用小写字母、数字和下划线。",
                            "A code has small letters, digits and underscores only.");
    TRY(tags_of(r, village, &all));
    if (tag_find(all, t->code, NULL)) return fail(r, ERR_DUPLICATE, "code");
    if (tag_find(all, t->name, NULL)) return fail(r, ERR_DUPLICATE, "name");
    TRY(db_exec_n(r, &added,
                  "INSERT INTO tag (village, code, name, kind) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                  I64(village), TEXT(t->code), TEXT(t->name), TEXT(t->kind)));
    t->builtin = 0;
    return added ? NULL : fail(r, ERR_DUPLICATE, "name");
}

const char *tags_text(struct arena *mem, struct list codes)
{
    struct buf b = buf_in(mem, 8192);
    for (size_t i = 0; i < codes.n; i++) {
        if (!b.n) buf_putc(&b, ' ');
        buf_puts(&b, LIST_AT(codes, const char *, i));
        buf_putc(&b, ' ');
    }
    return b.n ? b.p : "";
}

struct list tags_list(struct arena *mem, const char *text)
{
    if (!text) text = "";
    const char **codes = arena_array(mem, const char *, strlen(text) / 2 + 1);
    size_t k = 0;
    for (const char *p = text; *p;) {
        size_t len = strcspn(p, " ");
        if (len) codes[k++] = arena_strndup(mem, p, len);
        p += len;
        if (*p) p++;
    }
    return (struct list){ codes, k };
}

bool tags_have(const char *text, const char *code)
{
    size_t n = strlen(code);
    for (const char *p = text ? strstr(text, code) : NULL; p; p = strstr(p + 1, code))
        if (p > text && p[-1] == ' ' && p[n] == ' ') return true;
    return false;
}

const struct err *tags_begin(struct req *r, int64_t village, int64_t subject, const char *text, int64_t on)
{
    struct list codes = tags_list(r->mem, text);
    for (size_t i = 0; i < codes.n; i++)
        TRY(db_exec(r,
                    "INSERT INTO subject_tag (village, subject, tag, first) VALUES ($1, $2, $3, $4)"
                    " ON CONFLICT (village, subject, tag, first) DO UPDATE SET last = NULL",
                    I64(village), I64(subject), TEXT(LIST_AT(codes, const char *, i)), I64(on)));
    return NULL;
}

const struct err *tags_set(struct req *r, int64_t village, int64_t subject, const char *kind,
                           const char *held, struct list codes, const char **text)
{
    struct list all = { 0 };
    const char **wanted = arena_array(r->mem, const char *, codes.n + 1);
    struct list want = { wanted, 0 };

    TRY(tags_of(r, village, &all));
    for (size_t i = 0; i < codes.n; i++) {
        const struct tag *t = tag_find(all, LIST_AT(codes, const char *, i), kind);
        if (!t)
            return fail_say(r, ERR_INVALID, "tags",
                            arena_printf(r->mem, "没有“%s”这个标签。", LIST_AT(codes, const char *, i)),
                            arena_printf(r->mem, "There is no tag “%s”.", LIST_AT(codes, const char *, i)));
        bool twice = false;
        for (size_t k = 0; k < want.n; k++) twice |= !strcmp(wanted[k], t->code);
        if (!twice) wanted[want.n++] = t->code;
    }
    *text = tags_text(r->mem, want);
    struct list old = tags_list(r->mem, held);
    for (size_t i = 0; i < old.n; i++) {
        const char *code = LIST_AT(old, const char *, i);
        if (tags_have(*text, code)) continue;
        TRY(db_exec(r,
                    "UPDATE subject_tag SET last = $4 WHERE village = $1 AND subject = $2 AND tag = $3"
                    " AND last IS NULL",
                    I64(village), I64(subject), TEXT(code), I64(r->today)));
    }
    const char **fresh = arena_array(r->mem, const char *, want.n + 1);
    struct list begin = { fresh, 0 };
    for (size_t i = 0; i < want.n; i++)
        if (!tags_have(held, wanted[i])) fresh[begin.n++] = wanted[i];
    return tags_begin(r, village, subject, tags_text(r->mem, begin), r->today);
}

struct list tags_names(struct arena *mem, const struct list *tags, const char *text)
{
    struct list out = { 0 };
    if (!text || !*text) return out;
    out.items = arena_array(mem, const char *, strlen(text) / 2 + 1);
    for (size_t i = 0; i < tags->n; i++) {
        const struct tag *t = &LIST_AT(*tags, struct tag, i);
        if (tags_have(text, t->code)) LIST_AT(out, const char *, out.n++) = t->name;
    }
    return out;
}

struct tagged { const char *tags; };
static const struct field tagged_fields[] = {
    F(tagged, tags, K_TEXT, 0, 0, 0, ""),
    { 0 }
};
static RECORD(tagged);

const struct err *people_tag_names(struct req *r, int64_t village, const char *kind, int64_t id, struct list *out)
{
    struct tagged *t = NULL;
    struct list all;
    *out = (struct list){ 0 };
    if (!strcmp(kind, "resident"))
        TRY(db_find(r, &tagged_record, &t, "SELECT tags FROM resident WHERE village = $1 AND id = $2", I64(village), I64(id)));
    else if (!strcmp(kind, "household"))
        TRY(db_find(r, &tagged_record, &t, "SELECT tags FROM household WHERE village = $1 AND id = $2", I64(village), I64(id)));
    else
        TRY(db_find(r, &tagged_record, &t, "SELECT tags FROM organisation WHERE village = $1 AND id = $2", I64(village), I64(id)));
    if (!t || !t->tags || !*t->tags) return NULL;
    TRY(tags_of(r, village, &all));
    *out = tags_names(r->mem, &all, t->tags);
    return NULL;
}

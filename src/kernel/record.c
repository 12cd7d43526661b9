/* Records: values from text, and their limits with the sentence that says what to do. The JSON
 * reader (json_read.c) uses the same checks, so a field behaves alike in path, query, CSV and body. */
#include "kernel/record.h"

#include <string.h>

#include "kernel/buf.h"
#include "kernel/date.h"
#include "kernel/dec.h"
#include "kernel/id.h"
#include "kernel/json.h"
#include "kernel/limits.h"
#include "kernel/text.h"

/* Tells why; always false, so that a check reads `return no(why, …)`. */
static bool no(struct why *why, const char *zh, const char *en)
{
    *why = (struct why){ zh, en };
    return false;
}

static bool no_range(struct arena *mem, struct why *why, const char *lo, const char *hi)
{
    return no(why, arena_printf(mem, "须在 %s 到 %s 之间。", lo, hi),
              arena_printf(mem, "must be between %s and %s", lo, hi));
}

/* min = max = 0 means no bounds (record.h). */
static bool unbounded(const struct field *f)
{
    return f->min == 0 && f->max == 0;
}

bool field_check_number(struct arena *mem, const struct field *f, int64_t v, struct why *why)
{
    char lo[INSTANT_SIZE], hi[INSTANT_SIZE];
    if (f->kind == K_ID) {
        if (v >= 1 && v <= ID_MAX) return true;
        return no(why, "编号不正确。", "is not an id");
    }
    if (unbounded(f) || (v >= f->min && v <= f->max)) return true;
    if (f->kind == K_POINTS)
        return no_range(mem, why, dec_human(f->min, lo), dec_human(f->max, hi));
    if (f->kind == K_DATE) return no_range(mem, why, date_format(f->min, lo), date_format(f->max, hi));
    if (f->kind == K_INSTANT)
        return no_range(mem, why, instant_format(f->min, lo), instant_format(f->max, hi));
    return no(why, arena_printf(mem, "须在 %lld 到 %lld 之间。", (long long)f->min, (long long)f->max),
              arena_printf(mem, "must be between %lld and %lld", (long long)f->min, (long long)f->max));
}

bool field_check_text(struct arena *mem, const struct field *f, const char *s, struct why *why)
{
    if (!text_clean(s))
        return no(why, "含有不可见的控制字符，请删除后重新填写。", "holds control characters; remove them");
    int64_t n = (int64_t)utf8_length(s);
    if (f->min > 0 && text_blank(s)) return no(why, "不能为空。", "must not be empty");
    if (f->max > 0 && n > f->max)
        return no(why, arena_printf(mem, "最多 %lld 个字，现有 %lld 个。", (long long)f->max, (long long)n),
                  arena_printf(mem, "has %lld characters, at most %lld", (long long)n, (long long)f->max));
    if (n < f->min)
        return no(why, arena_printf(mem, "至少 %lld 个字。", (long long)f->min),
                  arena_printf(mem, "must have at least %lld characters", (long long)f->min));
    return true;
}

bool field_check_enum(struct arena *mem, const struct field *f, const char *s, const char **out,
                      struct why *why)
{
    for (const char *const *o = f->options; *o; o++) {
        if (strcmp(*o, s) != 0) continue;
        *out = *o;
        return true;
    }
    struct buf b = buf_in(mem, 4096);
    for (const char *const *o = f->options; *o; o++) {
        if (o != f->options) buf_puts(&b, ", ");
        buf_puts(&b, *o);
    }
    return no(why, arena_printf(mem, "只能是：%s。", b.p), arena_printf(mem, "must be one of: %s", b.p));
}

bool field_check_count(struct arena *mem, const struct field *f, size_t n, struct why *why)
{
    if (unbounded(f) || ((int64_t)n >= f->min && (int64_t)n <= f->max)) return true;
    return no(why,
              arena_printf(mem, "须有 %lld 到 %lld 项，现有 %zu 项。", (long long)f->min, (long long)f->max, n),
              arena_printf(mem, "has %zu items, must have %lld to %lld", n, (long long)f->min, (long long)f->max));
}

bool field_check_item(struct arena *mem, const char *s, struct why *why)
{
    static const struct field item = { .kind = K_TEXT, .min = 1, .max = LIMIT_LIST_TEXT };
    return field_check_text(mem, &item, s, why);
}

bool region_parse(const char *s, int64_t *out)
{
    return s && strlen(s) == 12 && text_int(s, INT64_C(100000000000), INT64_C(999999999999), out);
}

bool field_number_from_text(struct arena *mem, const struct field *f, const char *s, int64_t *out,
                            struct why *why)
{
    int64_t v = 0;
    switch (f->kind) {
    case K_INT:
        if (!text_int(s, INT64_MIN + 1, INT64_MAX, &v)) return no(why, "须是整数。", "must be a whole number");
        break;
    case K_ID:
        if (!id_read(s, &v)) return no(why, "编号不正确。", "is not an id");
        break;
    case K_BOOL:
        if (text_equal(s, "true") || text_equal(s, "1"))
            v = 1;
        else if (!text_equal(s, "false") && !text_equal(s, "0"))
            return no(why, "须是 true 或 false。", "must be true or false");
        break;
    case K_REGION:
        if (!region_parse(s, &v))
            return no(why, "须是12位区划代码。", "must be a division code of 12 digits");
        break;
    case K_POINTS:
        if (!dec_parse(s, &v))
            return no(why, "须是数字，最多两位小数，例如 37.50。", "must be a number with at most two decimals, such as \"37.50\"");
        break;
    case K_DATE:
        if (!date_parse(s, &v))
            return no(why, "须是日期，例如 2026-11-21。", "must be a date such as 2026-11-21");
        break;
    case K_INSTANT:
        if (!instant_parse(s, &v))
            return no(why, "须是带时区的时间，例如 2026-11-21T08:30:00+08:00。",
                      "must be a time with zone such as 2026-11-21T08:30:00+08:00");
        break;
    case K_END:
    case K_TEXT:
    case K_ENUM:
    case K_BYTES:
    case K_JSON:
    case K_OBJECT:
    case K_LIST:
    case K_TEXTS:
    case K_IDS: BUG("%s is no number", f->name);
    }
    if (f->kind != K_BOOL && !field_check_number(mem, f, v, why)) return false;
    *out = v;
    return true;
}

void field_blank(const struct field *f, void *at)
{
    switch (f->kind) {
    case K_INT:
    case K_BOOL:
    case K_ID:
    case K_REGION:
    case K_POINTS:
    case K_DATE:
    case K_INSTANT: *(int64_t *)at = NONE; return;
    case K_TEXT:
    case K_ENUM:
    case K_JSON: *(const char **)at = NULL; return;
    case K_OBJECT: *(void **)at = NULL; return;
    case K_BYTES: *(struct bytes *)at = (struct bytes){ 0 }; return;
    case K_LIST:
    case K_TEXTS:
    case K_IDS: *(struct list *)at = (struct list){ 0 }; return;
    case K_END: return;
    }
}

void record_blank(const struct record *rec, void *p)
{
    for (const struct field *f = rec->fields; f->name; f++) field_blank(f, (char *)p + f->at);
}

/* "a,b,c" for K_TEXTS and K_IDS in a query. */
static bool list_from_text(struct arena *mem, const struct field *f, const char *s, struct list *out,
                           struct why *why)
{
    static const struct field id = { .name = "id", .kind = K_ID };
    size_t n = 1, i = 0;
    for (const char *c = s; *c; c++) n += *c == ',';
    if (!field_check_count(mem, f, n, why)) return false;
    const char **texts = arena_array(mem, const char *, n);
    int64_t *ids = arena_array(mem, int64_t, n);
    for (const char *at = s; i < n; i++) {
        size_t len = strcspn(at, ",");
        texts[i] = arena_strndup(mem, at, len);
        at += len + (i + 1 < n);
        if (f->kind == K_TEXTS ? !field_check_item(mem, texts[i], why)
                               : !field_number_from_text(mem, &id, texts[i], &ids[i], why))
            return false;
    }
    *out = (struct list){ f->kind == K_TEXTS ? (void *)texts : (void *)ids, n };
    return true;
}

bool field_from_text(struct arena *mem, const struct field *f, const char *s, void *out,
                     const char **zh, const char **en)
{
    void *at = (char *)out + f->at;
    struct why why = { 0 };
    bool ok = true;
    field_blank(f, at);
    if (!s || !*s) {
        if (!(f->flags & OPT)) ok = no(&why, "必须填写。", "is required");
    } else if (!utf8_valid(s, strlen(s))) {
        ok = no(&why, "不是有效的 UTF-8 文字。", "is not valid UTF-8");
    } else if (f->kind == K_TEXT) {
        ok = field_check_text(mem, f, s, &why);
        if (ok) *(const char **)at = arena_strdup(mem, s);
    } else if (f->kind == K_ENUM) {
        ok = field_check_enum(mem, f, s, at, &why);
    } else if (f->kind == K_TEXTS || f->kind == K_IDS) {
        ok = list_from_text(mem, f, s, at, &why);
    } else {
        ok = field_number_from_text(mem, f, s, at, &why);
    }
    if (ok) return true;
    if (zh) *zh = why.zh;
    if (en) *en = why.en;
    return false;
}

/* Bytes from a stranger → json_read → struct → json_record → json_read: never crashes, every refusal
 * has a text, and what was accepted once is accepted again and means the same. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "kernel/json.h"
#include "kernel/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct part { const char *name; int64_t points_c; };
static const struct field part_fields[] = {
    F(part, name, K_TEXT, 0, 1, 20, ""),
    F_AS(part, points_c, "points", K_POINTS, OPT, -1000, 100000, ""),
    { 0 }
};
static RECORD(part);

struct form {
    int64_t id, num, yes, region, day, at;
    const char *note, *kind;
    struct part *one;
    struct list many, tags, ids;
};
static const char *const kinds[] = { "plus", "minus", NULL };
static const struct field form_fields[] = {
    F(form, id, K_ID, OPT, 0, 0, ""),
    F(form, num, K_INT, OPT, 0, 0, ""),
    F(form, yes, K_BOOL, OPT, 0, 0, ""),
    F(form, region, K_REGION, OPT, 0, 0, ""),
    F(form, day, K_DATE, OPT, 0, 0, ""),
    F(form, at, K_INSTANT, OPT, 0, 0, ""),
    F(form, note, K_TEXT, OPT, 0, 500, ""),
    F_ENUM(form, kind, OPT, kinds, ""),
    F_SUB(form, one, K_OBJECT, OPT, 0, 0, part_record, ""),
    F_SUB(form, many, K_LIST, OPT, 0, 20, part_record, ""),
    F(form, tags, K_TEXTS, OPT, 0, 20, ""),
    F(form, ids, K_IDS, OPT, 0, 20, ""),
    { 0 }
};
static RECORD(form);

static const char *written(struct arena *mem, const struct form *f)
{
    struct buf b = buf_in(mem, 16 << 20);
    struct json j = json_to(&b);
    json_record(&j, &form_record, f, false);
    if (b.over) BUG("output over 16 MiB");
    return b.p;
}

static void check_err(const struct err *e)
{
    if (!*err_text(e, LANG_ZH) || !*err_text(e, LANG_EN)) BUG("an error without text");
    if (!text_clean(err_text(e, LANG_ZH)) || !text_clean(err_text(e, LANG_EN))) BUG("an unclean error text");
    for (const struct finding *f = e->findings; f; f = f->next)
        if (!*f->zh || !*f->en || !utf8_valid(f->field, strlen(f->field))) BUG("a bad finding");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct arena mem;
    struct form f, again;
    const struct err *e = json_read(&mem, (const char *)data, n, &form_record, 0, &f);
    if (e) {
        check_err(e);
    } else {
        const char *once = written(&mem, &f);
        e = json_read(&mem, once, strlen(once), &form_record, 0, &again);
        if (e) BUG("refused its own output: %s", err_text(e, LANG_EN));
        if (strcmp(once, written(&mem, &again)) != 0) BUG("changed on the way");
    }
    arena_reset(&mem);
    return 0;
}

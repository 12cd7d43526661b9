/* Trees of results: scheme_why.h. */
#include "scheme/scheme_why.h"

#include "kernel/dec.h"
#include "kernel/json.h"

/* The largest facts that are read (512 KiB, 8,000 deeds) make about 8 MiB. */
enum { TREE_MAX = 32 * 1024 * 1024 };

struct scheme_why *why_new(struct arena *mem, const char *op, int64_t value_c, const char *zh,
                           const char *en)
{
    struct scheme_why *w = arena_new(mem, struct scheme_why);
    *w = (struct scheme_why){ .op = op, .zh = zh, .en = en, .value_c = value_c };
    return w;
}

void why_under(struct scheme_why *w, struct scheme_why *cause)
{
    if (!w || !cause) return;
    if (w->last) w->last->next = cause;
    else w->from = cause;
    w->last = cause;
}

static void write_node(struct json *j, const struct scheme_why *w)
{
    char s[DEC_SIZE];
    json_object(j);
    json_key(j, "op"), json_text(j, w->op);
    json_key(j, "zh"), json_text(j, w->zh);
    json_key(j, "en"), json_text(j, w->en);
    json_key(j, "points"), json_text(j, dec_format(w->value_c, s));
    if (w->from) {
        json_key(j, "from");
        json_array(j);
        for (const struct scheme_why *f = w->from; f; f = f->next) write_node(j, f);
        json_end(j);
    }
    json_end(j);
}

const char *why_json(struct arena *mem, const struct scheme_why *w)
{
    struct buf b = buf_in(mem, TREE_MAX);
    struct json j = json_to(&b);
    write_node(&j, w);
    return b.p;
}

void why_print(struct buf *b, const struct scheme_why *w, enum lang lang, int depth)
{
    char s[DEC_SIZE];
    buf_printf(b, "%*s%s  %s\n", depth * 2, "", dec_human(w->value_c, s),
               lang == LANG_ZH ? w->zh : w->en);
    for (const struct scheme_why *f = w->from; f; f = f->next) why_print(b, f, lang, depth + 1);
}

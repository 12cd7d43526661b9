/* The presets, from the bytes of the program: scheme_preset.h. */
#include "scheme/scheme_preset.h"

#include <pthread.h>
#include <string.h>

#include "http/http.h"
#include "kernel/text.h"
#include "scheme/scheme_tree.h"

extern const struct embedded embedded_schemes[];
enum { PRESETS_MAX = 64 };
static struct arena preset_mem;
static struct scheme_preset presets[PRESETS_MAX];
static size_t presets_n;

static int64_t choices_in(const struct scheme_node *n)
{
    int64_t count = 0;
    for (const struct scheme_node *e = n->child; e; e = e->next)
        count += text_equal(e->key, "choice") || text_equal(e->key, "取值理由") ? 1 : choices_in(e);
    return count;
}

static void read_presets(void)
{
    for (const struct embedded *f = embedded_schemes; f->path && presets_n < PRESETS_MAX; f++) {
        size_t n = (size_t)(f->end - f->p);
        const struct scheme *s = scheme_parse(&preset_mem, f->path, f->p, n, NULL);
        if (!s) BUG("%s does not pass the checker", f->path);
        presets[presets_n++] = (struct scheme_preset){
            .name = arena_strndup(&preset_mem, f->path, strcspn(f->path, ".")),
            .title = s->title,
            .place = s->place,
            .source = s->source,
            .text = arena_strndup(&preset_mem, f->p, n),
            .items = (int64_t)s->items.n,
            .choices = choices_in(s->root),
            .bytes = (int64_t)n,
        };
    }
}

struct list scheme_presets(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, read_presets);
    return (struct list){ presets, presets_n };
}

const struct scheme_preset *scheme_preset_find(const char *name)
{
    struct list all = scheme_presets();
    for (size_t i = 0; i < all.n; i++)
        if (text_equal(LIST_AT(all, struct scheme_preset, i).name, name))
            return &LIST_AT(all, struct scheme_preset, i);
    return NULL;
}

/* Numbers from text, and fields from text by every kind. The first byte picks the kind. */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "kernel/dec.h"
#include "kernel/record.h"
#include "kernel/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct in { int64_t v; const char *s; struct list l; };
static const char *const words[] = { "red", "black", NULL };
static const struct field fields[] = {
    F(in, v, K_INT, OPT, -100, 100, ""), F(in, v, K_BOOL, OPT, 0, 0, ""), F(in, v, K_ID, OPT, 0, 0, ""),
    F(in, v, K_REGION, OPT, 0, 0, ""), F(in, v, K_POINTS, 0, 0, 100000, ""), F(in, v, K_DATE, OPT, 0, 0, ""),
    F(in, v, K_INSTANT, OPT, 0, 0, ""), F(in, s, K_TEXT, 0, 2, 9, ""), F_ENUM(in, s, OPT, words, ""),
    F(in, l, K_TEXTS, OPT, 0, 5, ""), F(in, l, K_IDS, OPT, 1, 5, ""),
};

static void numbers(const char *s)
{
    char text[DEC_SIZE];
    int64_t c, again;
    if (dec_parse(s, &c)) {
        if (c > DEC_MAX || c < -DEC_MAX) BUG("%s out of range", s);
        if (!dec_parse(dec_format(c, text), &again) || again != c) BUG("%s became %s", s, text);
        if (!dec_parse(dec_human(c, text), &again) || again != c) BUG("%s became %s", s, text);
        for (int how = DEC_DOWN; how <= DEC_NEAREST; how++)
            if (dec_muldiv(c, 7, 7, (enum dec_round)how, &again) && again != c) BUG("%s * 7 / 7", s);
    }
    if (text_int(s, INT64_MIN, INT64_MAX, &c)) {
        char *end;
        if ((errno = 0, strtoimax(s, &end, 10) != c) || *end || errno) BUG("%s as an integer", s);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct arena mem;
    if (n == 0) return 0;
    const char *s = arena_strndup(&mem, (const char *)data + 1, n - 1), *zh = NULL, *en = NULL;
    struct in in = { 0 };
    numbers(s);
    if (!field_from_text(&mem, &fields[data[0] % (sizeof fields / sizeof *fields)], s, &in, &zh, &en))
        if (!zh || !en || !text_clean(zh) || !text_clean(en)) BUG("a refusal without a clean text");
    if (!utf8_valid(text_normal(&mem, s), strlen(text_normal(&mem, s))) && utf8_valid(s, strlen(s))) BUG("normal broke %s", s);
    if (utf8_valid(s, strlen(s))) {
        if (utf8_length(text_mask_name(&mem, s)) != utf8_length(s)) BUG("mask changed the length of %s", s);
        if (!utf8_valid(s, utf8_clip(s, 7))) BUG("clip cut %s", s);
    }
    text_mask_phone(&mem, s);
    arena_reset(&mem);
    return 0;
}

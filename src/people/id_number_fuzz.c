/* Any text: the parser reads no further than its end, and what it accepts is what it says. */
#include <stdlib.h>
#include <string.h>

#include "kernel/date.h"
#include "people/id_number.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct id_number id;
    if (n > 64) return 0;
    char *s = malloc(n + 1); /* exact size, so that the sanitizer sees one byte too far */
    if (!s) abort();
    memcpy(s, data, n);
    s[n] = 0;
    int64_t today = date_of(2026, 11, 21);
    if (id_number_parse(s, today, &id) == ID_NUMBER_OK) {
        if (strlen(s) != 18 || id.birth > today) abort();
        if (id_number_check(s) != id.text[17]) abort();
    }
    free(s);
    return 0;
}

/* Checked decimal hundredths (points, yuan): int64, two decimals, never floating point.
 *     int64_t c; if (!dec_parse("37.50", &c)) …;   // 3750
 *     dec_format(c, s)                              // "37.50"
 */
#ifndef KERNEL_DEC_H
#define KERNEL_DEC_H
#include <stdbool.h>
#include <stdint.h>
#include "kernel/err.h"
enum { DEC_SIZE = 24 };
#define DEC_MAX INT64_C(99999999999999) /* 999,999,999,999.99 */
/* "-3", "3.5", "3.50"; at most two decimals, no sign "+", no leading zeros, no exponent,
 * |value| <= DEC_MAX. NULL is false. As a pattern: ^-?(0|[1-9][0-9]*)(\.[0-9]{1,2})?$ */
MUST_CHECK bool dec_parse(const char *s, int64_t *out);
/* Always two decimals, for machines and JSON; returns out. */
char *dec_format(int64_t c, char out[DEC_SIZE]);
/* As people read it: "3", "37.5", "-10". */
char *dec_human(int64_t c, char out[DEC_SIZE]);
/* All arithmetic is false, and changes nothing, when the result leaves -DEC_MAX … DEC_MAX. */
MUST_CHECK static inline bool dec_add(int64_t *sum, int64_t more)
{
    int64_t v;
    if (__builtin_add_overflow(*sum, more, &v) || v < -DEC_MAX || v > DEC_MAX) return false;
    *sum = v;
    return true;
}
MUST_CHECK bool dec_mul(int64_t c, int64_t times, int64_t *out);
/* Down and up are towards minus and plus infinity; nearest: half away from zero. */
enum dec_round { DEC_DOWN, DEC_UP, DEC_NEAREST };
/* c * num / den with the named rounding; den > 0 (else false); 128-bit inside. */
MUST_CHECK bool dec_muldiv(int64_t c, int64_t num, int64_t den, enum dec_round how, int64_t *out);
#endif

/* Citizen identity numbers 公民身份号码 (GB 11643-1999): 6 digits of district, 8 of birth, 3 of sequence
 * (odd: male), one check character by ISO 7064 MOD 11-2.
 *     struct id_number id; if (id_number_parse("11010519491231002X", today, &id)) … id.birth …
 */
#ifndef PEOPLE_ID_NUMBER_H
#define PEOPLE_ID_NUMBER_H
#include <stdbool.h>
#include <stdint.h>
enum { ID_NUMBER_SIZE = 19 };
enum id_number_fault { ID_NUMBER_OK, ID_NUMBER_SHAPE, ID_NUMBER_DISTRICT, ID_NUMBER_BIRTH, ID_NUMBER_CHECK };
struct id_number { char text[ID_NUMBER_SIZE]; int64_t birth; bool male; };
/* The whole string, lower-case x accepted; born after `today` is a fault of the birth date. */
enum id_number_fault id_number_parse(const char *s, int64_t today, struct id_number *out);
/* The check character of 17 digits. */
char id_number_check(const char *digits17);
/* What is wrong and what to do, for a finding. */
const char *id_number_fault_zh(enum id_number_fault f);
const char *id_number_fault_en(enum id_number_fault f);
#endif

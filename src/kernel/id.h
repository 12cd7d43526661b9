/* 53-bit, time-ordered ids, safe in JavaScript: milliseconds since 2024 (41 bits), node (4), sequence (8).
 * Thread-safe; never repeats within a process; node (leased in the database: store/lease.c) keeps servers on one database apart. */
#ifndef KERNEL_ID_H
#define KERNEL_ID_H
#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>
#define ID_MAX ((INT64_C(1) << 53) - 1)
enum { ID_NODES = 16 };
/* Later ids carry this node, and times not before `floor_ms` (since 1970), behind what was made with it. */
void id_set_node(int node, int64_t floor_ms);
int64_t id_last_ms(void); /* the time in the newest id, since 1970; 0: none was made */
int id_node(void);
int64_t id_new(void);
/* A written id: digits, 1..ID_MAX. NULL or anything else: false. */
bool id_read(const char *text, int64_t *out);
/* For qsort: the smaller first, which of ids is the older. */
static inline int id_order(int64_t a, int64_t b) { return (a > b) - (a < b); }
/* Bytes from the system's generator; its failure ends the process. */
void random_bytes(void *p, size_t n);
#endif

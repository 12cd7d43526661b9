/* 53-bit, time-ordered ids, safe in JavaScript: milliseconds since 2024 (41 bits), node (4), sequence (8).
 * Thread-safe; never repeats within a process; node keeps servers on one database apart. */
#ifndef KERNEL_ID_H
#define KERNEL_ID_H
#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>
#define ID_MAX ((INT64_C(1) << 53) - 1)
void id_set_node(int node);                       /* 0..15 */
int id_node(void);
int64_t id_new(void);
/* Bytes from the system's generator; its failure ends the process. */
void random_bytes(void *p, size_t n);
#endif

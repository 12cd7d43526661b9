/* Addresses and networks of IPv4 and IPv6, as operators write them: "10.0.0.0/8, fd00::/8, 192.0.2.7".
 * An IPv4 address in IPv6's clothes (::ffff:192.0.2.7) is the IPv4 address everywhere.
 *
 *     struct networks proxies;
 *     const char *wrong = networks_read(mem, "10.0.0.0/8, ::1", &proxies);   // NULL: fine
 *     networks_hold(&proxies, "10.1.2.3")                                    // true
 */
#ifndef KERNEL_NETWORK_H
#define KERNEL_NETWORK_H
#include <stdbool.h>
#include <stddef.h>
#include "kernel/arena.h"
struct address { unsigned char bytes[16]; int n; /* 4 or 16 */ };
/* No name, no port, no zone. */
bool address_read(const char *text, struct address *out);
struct network { struct address first; int bits; };
struct networks { const struct network *all; size_t n; };
/* Separated by commas. What is wrong with the first bad one and how it is written, for people; NULL: nothing. A network
 * with bits behind its mask is a slip, and one that holds every address would make the list pointless: both are wrong. */
const char *networks_read(struct arena *mem, const char *list, struct networks *out);
/* False of what is no address. */
bool networks_hold(const struct networks *all, const char *address);
#endif

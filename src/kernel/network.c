/* Addresses and networks; what a text means is inet_pton's word. */
#include "kernel/network.h"

#include <arpa/inet.h>
#include <string.h>

#include "kernel/text.h"

enum { NETWORKS_MAX = 64, MAPPED_BITS = 96 /* of ::ffff:0:0/96, all of IPv4 */ };

static const unsigned char mapped[MAPPED_BITS / 8] = { [10] = 0xff, [11] = 0xff };

static bool is_mapped(const struct address *a)
{
    return a->n == 16 && !memcmp(a->bytes, mapped, sizeof mapped);
}

static void unclothe(struct address *a)
{
    memmove(a->bytes, a->bytes + sizeof mapped, 4);
    a->n = 4;
}

static bool read_as_written(const char *text, struct address *out)
{
    out->n = inet_pton(AF_INET, text, out->bytes) == 1 ? 4 : inet_pton(AF_INET6, text, out->bytes) == 1 ? 16 : 0;
    return out->n != 0;
}

bool address_read(const char *text, struct address *out)
{
    if (!read_as_written(text, out)) return false;
    if (is_mapped(out)) unclothe(out);
    return true;
}

/* Clears what stands behind the first `bits`; was anything there? */
static bool clear_behind(struct address *a, int bits)
{
    bool any = false;
    for (int i = 0; i < a->n; i++) {
        int keep = bits - i * 8 >= 8 ? 8 : bits - i * 8 <= 0 ? 0 : bits - i * 8;
        unsigned char mask = (unsigned char)(0xff << (8 - keep));
        any |= (a->bytes[i] & ~mask) != 0;
        a->bytes[i] &= mask;
    }
    return any;
}

static const char *of_mask(struct arena *mem, const char *text, const struct network *n)
{
    char right[INET6_ADDRSTRLEN];
    inet_ntop(n->first.n == 4 ? AF_INET : AF_INET6, n->first.bytes, right, sizeof right);
    return arena_printf(mem, "%s/%d (%s has bits behind its mask 掩码之后还有数位)", right, n->bits, text);
}

/* "10.0.0.0/8" or "10.1.2.3". */
static const char *read_one(struct arena *mem, const char *text, struct network *out)
{
    static const char form[] = "127.0.0.1 | ::1 | 10.0.0.0/8 | fd00::/8 (addresses or networks, no names, separated by commas 地址或网段，不是名称，用逗号分隔)";
    size_t n = strcspn(text, "/");
    if (!read_as_written(arena_strndup(mem, text, n), &out->first)) return form;
    int64_t bits = out->first.n * 8;
    if (text[n] && !text_int(text + n + 1, 0, bits, &bits)) return form;
    if (is_mapped(&out->first) && bits >= MAPPED_BITS) {
        unclothe(&out->first);
        bits -= MAPPED_BITS;
    }
    out->bits = (int)bits;
    if (!bits) return "the proxies' own networks: this one holds every address 只写代理所在的网段，不能是全部地址";
    return clear_behind(&out->first, out->bits) ? of_mask(mem, text, out) : NULL;
}

const char *networks_read(struct arena *mem, const char *list, struct networks *out)
{
    struct network *all = arena_array(mem, struct network, NETWORKS_MAX);
    *out = (struct networks){ .all = all };
    for (const char *p = list;; p++) {
        size_t n = strcspn(p, ",");
        if (out->n == NETWORKS_MAX) return arena_printf(mem, "%d addresses and networks at most 最多这么多", NETWORKS_MAX);
        const char *wrong = read_one(mem, text_normal(mem, arena_strndup(mem, p, n)), &all[out->n++]);
        if (wrong) return wrong;
        p += n;
        if (!*p) return NULL;
    }
}

bool networks_hold(const struct networks *all, const char *address)
{
    struct address a;
    if (!address_read(address, &a)) return false;
    for (size_t i = 0; i < all->n; i++) {
        const struct network *n = &all->all[i];
        struct address part = a;
        clear_behind(&part, n->bits);
        if (n->first.n == a.n && !memcmp(n->first.bytes, part.bytes, (size_t)a.n)) return true;
    }
    return false;
}

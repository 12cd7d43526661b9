/* The next version, for the tests of upgrades: this one and a slice with one migration (target shanzhi_next). */
#include "http/http.h"

extern const struct slice next_slice;
static const struct migration next_migrations[] = {
    { .slice = "next", .number = 1, .name = "001_next", .sql = "CREATE TABLE next_thing (id BIGINT NOT NULL PRIMARY KEY, words TEXT NOT NULL);\n" },
    { 0 },
};
const struct slice next_slice = { .name = "next", .migrations = next_migrations };

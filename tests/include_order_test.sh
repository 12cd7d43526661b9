#!/bin/sh
# Does tests/include_order.sh see what it should? A small tree with one breach of each kind, and its
# lawful neighbours that must pass.
set -eu
check=$(cd "$(dirname "$0")" && pwd)/include_order.sh
real=$(cd "$(dirname "$0")/.." && pwd)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

fresh() {
    rm -rf "$root"/*
    for s in kernel store http access people claim; do mkdir -p "$root/src/$s"; done
    echo 'set(SLICES kernel store http access people claim scheme)' >"$root/CMakeLists.txt"
    cp "$real/src/kernel/banned.h" "$root/src/kernel/"
    echo 'CREATE TABLE resident (village BIGINT);' >"$root/src/people/001_people.sql"
    cat >"$root/src/claim/001_claim.sql" <<'SQL'
-- FROM resident in a comment is fine
CREATE TABLE claim (village BIGINT, resident BIGINT, FOREIGN KEY (village, resident) REFERENCES resident (village, id));
CREATE INDEX claim_by ON claim (village);
SQL
    cat >"$root/src/claim/claim.c" <<'C'
/* strcpy(a, b) and FROM resident in a comment */
#include "claim/inner.h"
#include "access/roles.def"
#include "people/people.h"
#include "people/people_pure.h"
#include "store/req.h"
#include <string.h>
static const char *s = "strcpy(a, b)"; // atoi(x)
static const char *t = "we asked FROM resident";
static const char *q = "SELECT id FROM claim WHERE x = 'resident' "
                       "UPDATE claim SET resident = 1";
void f(struct x *x) { x->free(1); x.free(2); claim_free(3); evaluate(); }
C
    printf '/* Pure.\n * Public: slices above may include it. */\nint p;\n' >"$root/src/people/people_pure.h"
    printf '/* Inner. */\n/* Public: too late */\n' >"$root/src/people/people_in.h"
    echo 'void *f(void) { return malloc(3); }' >"$root/src/http/loop.c"
    echo '#include "claim/claim.h"' >"$root/src/main.c"
    echo 'void f(char *p) { free(p); }' >"$root/src/claim/claim_test.c"
}

failed=0
case_is() { # name, pattern that must appear (empty: the tree must pass)
    if out=$("$check" "$root" 2>&1); then code=0; else code=1; fi
    if [ -z "$2" ]; then
        [ $code -eq 0 ] || { echo "FAIL $1: $out"; failed=1; }
    elif [ $code -eq 0 ] || ! printf '%s\n' "$out" | grep -qF -- "$2" || [ "$(printf '%s\n' "$out" | wc -l)" -gt 3 ]; then
        echo "FAIL $1: wanted only \"$2\", got: $out"
        failed=1
    fi
}
breach() { # name, pattern, file, line to append
    fresh
    printf '%s\n' "$4" >>"$root/$3"
    case_is "$1" "$2"
}

fresh
case_is 'a lawful tree' ''
breach 'include upwards' 'src/people/p.c:1: people may not include "claim/claim.h"' src/people/p.c '#include "claim/claim.h"'
breach 'include an inner header' 'inside people' src/claim/claim.c '#include "people/people_store.h"'
breach 'a header that is not public' 'inside people' src/claim/claim.c '#include "people/people_in.h"'
breach 'include without a slice' 'is not slice/header' src/claim/claim.c '#include "claim.h"'
breach 'foreign library' '<sqlite3.h> belongs to store' src/claim/claim.c '#include <sqlite3.h>'
breach 'banned everywhere' 'strcpy is banned' src/kernel/k.c 'void f(void) { strcpy(a, b); }'
breach 'banned in tests too' 'atoi is banned' src/claim/claim_test.c 'int g = atoi("5");'
breach 'free in a slice' 'free is banned' src/claim/claim.c 'void g(void) { free(p); }'
breach 'free as a callback' 'free is banned' src/claim/claim.c 'void g(void) { on_clear(a, free, p); }'
breach 'prefix' 'sqlite3_* is banned' src/http/loop.c 'int g = sqlite3_step(s);'
breach 'in main.c' 'system is banned' src/main.c 'int g = system("x");'
breach 'foreign table' 'src/claim/claim.c:13: table resident belongs to people' src/claim/claim.c 'static char *w = "SELECT a FROM resident";'
breach 'foreign table over two literals' 'table resident belongs to people' src/claim/claim.c 'char *w = "SELECT a FROM "
    "resident";'
breach 'foreign table in a list' 'table resident belongs to people' src/claim/claim.c 'char *w = "SELECT a FROM claim c, resident r";'
breach 'foreign table joined' 'table resident belongs to people' src/claim/claim.c 'char *w = "SELECT a FROM claim c JOIN resident r ON 1";'
breach 'foreign table written' 'table resident belongs to people' src/claim/claim.c 'char *w = "UPDATE resident SET a = 1";'
breach 'foreign table in a migration' 'table resident belongs to people' src/claim/001_claim.sql 'ALTER TABLE resident ADD x BIGINT;'
breach 'foreign key upwards' 'a table of claim above' src/people/001_people.sql 'CREATE TABLE x (y BIGINT REFERENCES claim);'
breach 'two owners' 'table claim belongs to claim' src/people/002_again.sql 'CREATE TABLE IF NOT EXISTS claim (y BIGINT);'
fresh
mkdir "$root/src/stray"
case_is 'a folder that is no slice' 'src/stray: not in SLICES'
[ $failed -eq 0 ] && echo 'ok'
exit $failed

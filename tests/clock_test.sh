#!/bin/sh
# Does tests/clock.sh see what it should? One breach of each kind, and lawful neighbours that must pass.
set -eu
check=$(cd "$(dirname "$0")" && pwd)/clock.sh
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/tests/api" "$root/tests/browser" "$root/tests/bench" "$root/web/tests" "$root/src/kernel"
lawful() {
    cat >"$root/tests/api/a.test.mjs" <<'JS'
const at = new Date(now()), start = performance.now(), d = new Date(`${day}T00:00:00Z`), u = Date.UTC(2026, 1, 1);
const real = Date.now(); // the machine's clock: the log of another program
JS
    echo 'const made = Date.now();' >"$root/tests/bench/bench.mjs"
    echo 'int main(void) { return (int)clock_now() + strtime (0) + clock_gettime(CLOCK_MONOTONIC, &t); }' >"$root/src/kernel/a_test.c"
    echo 'int main(void) { return time(NULL); }' >"$root/src/kernel/a.c"
    echo >"$root/web/tests/a.test.ts"
    echo >"$root/tests/a.c"
}
lawful
sh "$check" "$root" || { echo "refuses what is lawful"; exit 1; }
sees() { # file line
    lawful
    echo "$2" >>"$root/$1"
    ! sh "$check" "$root" >"$root/out" && grep -q "^$1:" "$root/out" || { echo "does not see in $1: $2"; exit 1; }
}
sees tests/api/a.test.mjs 'const t = Date.now();'
sees tests/api/a.test.mjs 'const t = Date.now() + 5; // duration'
sees tests/api/a.test.mjs 'const t = new Date();'
sees tests/api/a.test.mjs 'const ask = Date.now;'
sees tests/browser/b.mjs 'await page.clock.install();'
sees web/tests/a.test.ts 'const t = new Date();'
sees src/kernel/a_test.c 'long t = time(NULL);'
sees src/kernel/a_test.c 'clock_gettime(CLOCK_REALTIME, &t);'
sees tests/a.c 'gettimeofday(&t, 0);'
echo "clock: lawful lines pass, 9 breaches seen"

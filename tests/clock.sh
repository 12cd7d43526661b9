#!/bin/sh
# Tests live on a day that is set (tests/now, tests/api/clock.mjs): none asks the machine what time it is. Durations are
# measured with performance.now() or clock_monotonic_us(). Where the machine's clock is the very thing that is wanted, the
# line says so in a comment: "the machine's clock: why".
# Usage: tests/clock.sh [root]. Prints one line per breach; exit 1 when there is any.
set -eu
cd "${1:-$(dirname "$0")/..}"
found=$(
    {
        grep -nE 'Date\.now\b|new Date\(\)|(^|[^.[:alnum:]_])Date\(\)|Temporal\.Now|\bclock\.(install|setSystemTime|setFixedTime)' -r tests web/tests \
            --include='*.mjs' --include='*.ts' --exclude-dir=bench --exclude-dir=node_modules
        grep -nE '\b(time|gettimeofday|clock_gettime|timespec_get) *\(|CLOCK_REALTIME' src/*/*_test.c tests/*.c
    } | grep -v "the machine's clock: \|clock_gettime(CLOCK_MONOTONIC" || true
)
[ -z "$found" ] || {
    echo "$found"
    echo "tests take the day from tests/api/clock.mjs (C: clock_now()), never from the machine; see tests/clock.sh"
    exit 1
}

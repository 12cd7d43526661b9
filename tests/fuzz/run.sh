#!/bin/sh
# Builds every src/*/*_fuzz.c with clang and libFuzzer and runs each for some seconds (10 by default) from
# its seeds in tests/fuzz/corpus/. New inputs stay in build/fuzz/corpus; a crash prints the input's path.
# Usage: tests/fuzz/run.sh [seconds [target…]]
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-10}
[ $# -eq 0 ] || shift
if [ $# -eq 0 ]; then
    for f in src/*/*_fuzz.c; do set -- "$@" "$(basename "$f" .c)"; done
fi
cmake --preset fuzz >/dev/null
ninja -C build/fuzz "$@" >build/fuzz/log || { cat build/fuzz/log; exit 1; }
for t; do
    mkdir -p "build/fuzz/corpus/$t" "build/fuzz/crashes/$t" "tests/fuzz/corpus/$t"
    if ! "build/fuzz/$t" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
        -artifact_prefix="build/fuzz/crashes/$t/" "build/fuzz/corpus/$t" "tests/fuzz/corpus/$t" >build/fuzz/log 2>&1; then
        cat build/fuzz/log
        echo "$t: failed; the input is in build/fuzz/crashes/$t"
        exit 1
    fi
    echo "$t: $(sed -n 's/^stat::number_of_executed_units: *//p' build/fuzz/log) inputs, no finding"
done
echo "# pass $#"

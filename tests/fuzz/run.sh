#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh DIRECTORY [TARGET...]: runs the fuzz targets that were built into DIRECTORY, two at a time, each until
# FUZZ_RUNS inputs were tried or FUZZ_TIME seconds have passed, whichever is first. What a target finds is left in
# DIRECTORY/found, its new inputs in DIRECTORY/corpus. Prints a line for each; the last is `N passed, N failed`.
#
# FUZZ_SEED=N: begins with that; 0 is another one each time.
#
# FUZZ_MERGE=yes: instead, takes from the new inputs those that reach what the kept ones don't into tests/fuzz/corpus.
set -uo pipefail
export LC_ALL=C

built=$1
shift
here=$(dirname "$0")
runs=${FUZZ_RUNS:-1000000} time=${FUZZ_TIME:-600}
[ $# -gt 0 ] || { mapfile -t all < <(cd "$here" && ls fuzz_*.c); all=("${all[@]#fuzz_}"); set -- "${all[@]%.c}"; }
mkdir -p "$built/found"
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0

# The words of the tables are what inputs are made of.
grep -ohE '"[^"\\]{2,40}"' "$here"/../../config/{schema.def,signame.c,capname.c,value*.c} | sort -u >"$built/words"

# mountinfo has real tables to begin with.
seeds() {
    printf '%s\n' "$here/corpus/$1"
    [ "$1" != mountinfo ] || printf '%s\n' "$here/../data/mountinfo"
}

one() { # TARGET
    local log=$built/$1.log status=0 tried
    mapfile -t folders < <(seeds "$1")
    mkdir -p "$built/corpus/$1"
    "$built/fuzz_$1" -seed="${FUZZ_SEED:-0}" -runs="$runs" -max_total_time="$time" -timeout=10 -rss_limit_mb=1024 -max_len=8192 -print_final_stats=1 \
        -dict="$built/words" -artifact_prefix="$built/found/$1-" "$built/corpus/$1" "${folders[@]}" >"$log" 2>&1 || status=$?
    tried=$(sed -nE 's/^stat::number_of_executed_units: +([0-9]+)/\1/p' "$log")
    if [ "$status" = 0 ] && [ "${tried:-0}" -gt 0 ]; then
        echo "fuzz_$1: $tried inputs, $(sed -nE 's/.*DONE +(cov: [0-9]+) .*/\1/p' "$log"): passed"
    else
        tail -40 "$log"
        echo "fuzz_$1: FAILED (status $status), the input is in $built/found"
        return 1
    fi
}

merge() { # TARGET
    "$built/fuzz_$1" -merge=1 -max_len=4096 "$here/corpus/$1" "$built/corpus/$1" 2>&1 | tail -1
}

failed=0
if [ "${FUZZ_MERGE:-}" = yes ]; then
    for target; do merge "$target"; done
    exit
fi
running=()
for target; do
    one "$target" &
    running+=($!)
    if [ "${#running[@]}" = 2 ]; then
        wait "${running[0]}" || failed=$((failed + 1))
        running=("${running[@]:1}")
    fi
done
for pid in "${running[@]}"; do wait "$pid" || failed=$((failed + 1)); done
echo "$(($# - failed)) passed, $failed failed"
[ "$failed" = 0 ]

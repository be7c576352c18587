#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh OUT ROINIT ROINIT_MUSL: roinit beside what users would take instead, and beside the least that a supervisor can
# do (a loop of posix_spawn), each as PID 1 of a namespace of its own on a read-only root, in turn in one run. Medians.
# Writes docs/bench/table.md and docs/bench/picture.svg, and the table into README.md (BENCH_DOCS=no: figures alone, in
# OUT/results.tsv). What is not installed is left out by name; DINIT=/path/to/dinit adds that one. Root only; nothing of
# the machine's own mounts is touched. A block that fails or takes too long is told as failed, and the rest goes on.
#
# ROUNDS (15), ORPHANS (100000), BURST (20000), IDLE_SECONDS (60), STALL_SECONDS (10), FORK_SECONDS (10), LINES (400000),
# FILES (200000), BENCH_SIZES ("1 10 100 1000"), BENCH_MOUNTS make it shorter or longer, BENCH_PEERS=tini,s6-svscan leaves
# out the other installed ones; BENCH_ONLY=stop,memory runs those blocks alone,
# and leaves the figures of the others as they are.
set -euo pipefail
export LC_ALL=C

out=$1 roinit=$(realpath "$2") musl=$(realpath "$3")
here=$(realpath "$(dirname "$0")")
export ROUNDS=${ROUNDS:-15} ORPHANS=${ORPHANS:-100000} BURST=${BURST:-20000} IDLE_SECONDS=${IDLE_SECONDS:-60} \
    STALL_SECONDS=${STALL_SECONDS:-10} FORK_SECONDS=${FORK_SECONDS:-10} LINES=${LINES:-400000} FILES=${FILES:-200000} \
    BENCH_SIZES=${BENCH_SIZES:-1 10 100 1000}
# In the order of the table: the cheap ones first.
blocks=(size start signal restart log mounts seize stall fork burst orphans all memory stop idle walk inits)
limit=${BENCH_LIMIT:-600} # seconds for one block
mkdir -p "$out"
out=$(realpath "$out")

is_wanted() { case ",${BENCH_ONLY:-$1}," in *",$1,"*) ;; *) return 1 ;; esac; }
# One block with a clock: what it did not do is a row of the table.
block() { # NAME COMMAND...
    local name=$1 began=$SECONDS
    shift
    is_wanted "$name" || return 0
    sed -i "/\t$name$/d" "$out/results.tsv"
    if [ "$1" = to ]; then # FILE COMMAND...: what it prints
        timeout -k 5 "$limit" "${@:3}" >"$out/new" && mv "$out/new" "$out/$2"
    else
        timeout -k 5 "$limit" "$@"
    fi || {
        echo "bench: the block $name FAILED" >&2
        printf 'the block "%s"\troinit\tfailed\t\t%s\n' "$name" "$name" >>"$out/results.tsv"
    }
    echo "bench: $name: $((SECONDS - began)) s" >&2
}

if [ "${BENCH_INSIDE:-}" != yes ]; then
    [ "$(id -u)" = 0 ] || { echo "bench: root is needed, for namespaces" >&2; exit 1; }
    cc -std=gnu17 -D_GNU_SOURCE -O2 -static -o "$out/stopwatch" "$here"/stopwatch*.c
    [ -n "${BENCH_ONLY:-}" ] || rm -f "$out"/{results.tsv,walk.md,inits.md,said}
    touch "$out/results.tsv"
    BENCH_INSIDE=yes unshare -m "$0" "$out" "$roinit" "$musl" || echo "bench: the stage FAILED" >&2
    least() { [ "$1" -lt "$2" ] && echo "$1" || echo "$2"; }
    block walk to walk.md env ROUNDS="$(least "$ROUNDS" 5)" "$here/walk.sh" "$musl" "$FILES"
    block inits to inits.md env ROUNDS=$((ROUNDS * 5)) ORPHANS=$((ORPHANS / 20)) ORPHAN_ROUNDS="$(least "$ROUNDS" 3)" \
        "$here/inits.sh" "$out" "$roinit" "$musl"
    [ "${BENCH_DOCS:-yes}" = no ] || "$here/publish.sh" "$out"
    exit
fi

"$here/stage.sh" "$out" "$roinit" "$musl"
for name in "${blocks[@]}"; do
    case $name in walk | inits) continue ;; esac
    block "$name" "$here/block.sh" "$out" "$name"
done

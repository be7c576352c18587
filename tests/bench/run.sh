#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh OUT ROINIT ROINIT_MUSL: roinit beside what users would take instead, each as PID 1 of a namespace of its own
# on a read-only root, in turn in one run. Prints a table in Markdown: medians, and ratios to the first of each block.
# What is not installed is left out by name. Root only; nothing of the machine's own mounts is touched.
set -euo pipefail
export LC_ALL=C

out=$1 roinit=$(realpath "$2") musl=$(realpath "$3")
rounds=${ROUNDS:-31}
mkdir -p "$out"
cc -std=gnu17 -D_GNU_SOURCE -O2 -static -o "$out/stopwatch" "$(dirname "$0")/stopwatch.c"
watch=$(realpath "$out/stopwatch")

if [ "${BENCH_INSIDE:-}" != yes ]; then
    BENCH_INSIDE=yes exec unshare -m "$0" "$out" "$roinit" "$musl"
fi
mount --make-rprivate /
mount -t tmpfs -o mode=0755 bench /mnt
cp "$watch" /mnt/stopwatch
cp "$roinit" /mnt/roinit-glibc
cp "$musl" /mnt/roinit
for n in 1 100; do
    {
        printf '[require]\nundeclared-mounts = allow\n'
        for i in $(seq "$n"); do printf '[service s%d]\ncommand = /mnt/stopwatch service /mnt/fifo\n' "$i"; done
    } >"/mnt/$n.ini"
done
printf '[require]\nundeclared-mounts = warn\n[task t]\ncommand = /bin/true\n' >/mnt/task.ini
chmod 644 /mnt/*.ini
mount -o bind,remount,ro /

# Reads lines "NAME MEDIAN MINIMUM" and prints rows with the ratio to the first.
rows() { # UNIT
    awk -v unit="$1" '{ n = $1; sub(/.*\//, "", n); if (!base) base = $2; printf "| %s | %d %s | %.2f |\n", n, $2, unit, $2 / base }'
}
head_of() { printf '\n### %s\n\n| | median | ratio |\n| --- | --- | --- |\n' "$1"; }
candidates() { # INIT-WITH-ARGUMENTS...: those that are installed
    local one
    for one; do [ ! -x "${one%% *}" ] || printf '%s\n' "$one"; done
}

head_of "A lone command: from the start of PID 1 to its end, \`true\` in between"
mapfile -t inits < <(candidates "/usr/bin/dumb-init /bin/true" "/usr/bin/tini -- /bin/true" "/usr/bin/catatonit -- /bin/true" \
    "/mnt/roinit -- /bin/true" "/mnt/roinit-glibc -- /bin/true")
/mnt/stopwatch start $((rounds * 8)) "${inits[@]}" | rows µs

for n in 1 100; do
    head_of "Until $n service(s) run, beside a bare posix_spawn loop"
    /mnt/stopwatch all "$rounds" "$n" /mnt/fifo "/mnt/stopwatch spawn $n /mnt/stopwatch service /mnt/fifo" \
        "/mnt/roinit -c /mnt/$n.ini" "/mnt/roinit-glibc -c /mnt/$n.ini" | rows µs
    head_of "Proportional set size of PID 1 with $n service(s)"
    /mnt/stopwatch memory "$n" /mnt/fifo "/mnt/roinit -c /mnt/$n.ini" "/mnt/roinit-glibc -c /mnt/$n.ini" | rows kB
done

# The boot with many mounts: the same task, in a namespace that has them.
for kind in distinct:5000 stacked:20000; do
    head_of "A boot with ${kind#*:} ${kind%:*} mounts, beside one with none more"
    {
        /mnt/stopwatch mounts "${kind%:*}" 0 /mnt/stopwatch start 9 "/mnt/roinit -c /mnt/task.ini"
        /mnt/stopwatch mounts "${kind%:*}" "${kind#*:}" /mnt/stopwatch start 9 "/mnt/roinit -c /mnt/task.ini"
    } 2>/dev/null | rows µs # what it says of the mounts is not the point
done

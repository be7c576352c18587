#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# checks.sh ROINIT PUPPET [COUNT [SECONDS]]: what do COUNT services (1000), each with a tcp check every 10 s, cost PID 1?
# The limit for memory is meant for the program that images ship (make musl). Prints CPU in percent of one core over SECONDS (20), and memory; fails above 2 % and 4 MB.
set -euo pipefail
export LC_ALL=C

roinit=$(realpath "$1")
puppet=$(realpath "$2")
count=${3:-1000}
seconds=${4:-20}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

{
    printf '[require]\nroot = any\nundeclared-mounts = allow\n[init]\nstate-dir = none\n[defaults]\nlog = raw\n'
    printf '[service listener]\ncommand = %s serve:18399/close sleep\n' "$puppet"
    for ((i = 0; i < count; i++)); do
        printf '[service s%d]\ncommand = %s sleep\n' "$i" "$puppet"
        printf '[check c%d]\nservice = s%d\nprobe = tcp:127.0.0.1:18399\ninterval = 10s\n' "$i" "$i"
    done
} >"$work/roinit.ini"

# A network and processes of its own.
unshare -pfmn --kill-child --mount-proc sh -c "ip link set lo up; exec \"$roinit\" -c \"$work/roinit.ini\" run" >"$work/log" 2>&1 &
outer=$!
trap 'kill -KILL "$outer" 2>/dev/null || true; rm -rf "$work"' EXIT
sleep 15 # the boot is over, and every check has said something
pid=$(pgrep -P "$outer" | head -1)
ticks() { awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$pid/stat"; }
before=$(ticks)
sleep "$seconds"
after=$(ticks)
memory=$(awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup")
hertz=$(getconf CLK_TCK)
awk -v used="$((after - before))" -v hertz="$hertz" -v seconds="$seconds" -v kb="$memory" -v count="$count" 'BEGIN {
    percent = 100 * used / hertz / seconds
    ok = percent < 2 && kb < 4096
    printf "%d checks every 10 s: %.2f %% of a core (limit 2), %d kB (limit 4096): %s\n", count, percent, kb, ok ? "ok" : "FAIL"
    exit !ok
}'

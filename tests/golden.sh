#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# golden.sh ROINIT [--write]: output that people read, byte by byte. Each line of the table below is a file of
# tests/golden, the exit code, and the words that the program is given.
set -uo pipefail
export LC_ALL=C NO_COLOR=1

roinit=$(realpath "$1")
write=${2:-}
cd "$(dirname "$0")/golden" || exit
bad=0

while read -r name code words; do
    [ -n "$name" ] || continue
    read -ra argv <<<"$words"
    said=$("$roinit" "${argv[@]}" 2>&1)
    got=$?
    if [ "$got" != "$code" ]; then
        echo "golden: roinit $words: exit code $got, want $code" >&2
        bad=1
    fi
    if [ "$write" = --write ]; then
        printf '%s\n' "$said" >"$name"
    elif ! diff -u "$name" <(printf '%s\n' "$said") >&2; then
        bad=1
    fi
done <cases.txt
[ "$bad" = 0 ] && echo "golden: $(wc -l <cases.txt) outputs as they were"
exit "$bad"

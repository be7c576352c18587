#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# coverage.sh BUILD: which lines and branches do rings 1 to 3 and the golden outputs reach? Runs those of BUILD/cov,
# merges what they counted, and writes BUILD/coverage.txt: each file, the least reached last, then the pure core
# (tests/pure.txt) and the whole beside their aims (T48). Fails below an aim. Whether a test passes is not its business:
# it says so, and goes on.
#
# Ring 4 is left out: counters need a place to be written to, and a container with one more writable mount, or a fatter
# and slower program, is not the container that its tests are about. Its lines are those of ring 3.
set -uo pipefail
export LC_ALL=C.UTF-8

# One table: of whom, what, at least how many percent.
aims='whole lines 90
whole branches 80
pure branches 95'

build=$1
cd "$(dirname "$0")/.." || exit
cov=$build/cov boxes=$build/cov-boxes
rm -rf "$boxes"
find "$cov" -name '*.gcda' -delete

# Whoever counts in a box, under whatever uid, finds the files there.
(cd / && find ".$cov" -name '*.gcno' ! -path '*/tests/*') | while IFS= read -r object; do
    file=$boxes/${object%.gcno}.gcda
    mkdir -p "${file%/*}"
    : >"$file"
    chmod 666 "$file"
done

for ring in unit sim proc; do
    began=$SECONDS
    ROINIT=$cov/roinit PUPPET=$cov/puppet ROINIT_GCOV=$boxes "$cov/$ring" >"$cov/$ring.log" 2>&1 ||
        grep -E ':[FE]:' "$cov/$ring.log"
    echo "$ring: $(tail -1 "$cov/$ring.log") ($((SECONDS - began)) s)"
done
tests/golden.sh "$cov/roinit"
packaging/docs.sh "$cov/roinit" --check
find "$boxes" -name '*.gcda' -empty -delete
gcov-tool merge -o "$build/cov-all" "$cov" "$boxes$cov" && cp -r "$build/cov-all/." "$cov/" || exit

gcovr --object-directory "$cov" --exclude tests --csv | tr -d '\r' | tail -n +2 |
    awk -F, -v OFS='\t' '{ print $1, $2, $3, $5, $6 }' >"$cov/figures.tsv"
tests/pure.sh --which <"$cov/figures.tsv" >"$cov/pure.tsv"
{
    printf '%-36s %9s %9s\n' file lines branches
    awk -F '\t' 'function share(of, all) { return all ? 100 * of / all : 100 }
        { printf "%-36s %8.1f%% %8.1f%%\n", $1, share($3, $2), share($5, $4) }' "$cov/figures.tsv" | sort -k3,3nr -k2,2nr
    echo
    for what in pure whole; do
        [ $what = pure ] && figures=$cov/pure.tsv || figures=$cov/figures.tsv
        awk -F '\t' -v what=$what '{ l += $2; r += $3; b += $4; t += $5 }
            END { printf "%s lines: %.1f%% (%d of %d)\n%s branches: %.1f%% (%d of %d)\n",
                  what, l ? 100 * r / l : 0, r, l, what, b ? 100 * t / b : 0, t, b }' "$figures"
    done
} | tee "$build/coverage.txt"

bad=0
while read -r what kind aim; do
    figure=$(sed -nE "s/^$what $kind: ([0-9.]+)%.*/\1/p" "$build/coverage.txt")
    if awk "BEGIN { exit !(${figure:-0} < $aim) }"; then
        echo "coverage: $what $kind: $figure%, want $aim%" >&2
        bad=1
    fi
done <<<"$aims"
exit "$bad"

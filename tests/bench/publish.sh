#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# publish.sh OUT [DOCS [README]]: from OUT/results.tsv, OUT/walk.md and OUT/inits.md, which run.sh left there, DOCS/table.md
# (docs/bench), DOCS/picture.svg and the table in README.md, with the machine and the day. Where a peer does better than
# roinit a reason must stand in reasons.txt: what has none is said loudly.
set -euo pipefail
export LC_ALL=C

out=$1
cd "$(dirname "$0")/../.."
docs=${2:-docs/bench} readme=${3:-README.md} here=tests/bench
mkdir -p "$docs"
machine="$(nproc) cores of $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), Linux $(uname -r | cut -d. -f1,2)"
packages() {
    dpkg-query -W -f '${Package} ${Version}\n' tini dumb-init catatonit s6 runit supervisor 2>/dev/null | sed 's/+.*//; s/-[0-9.+b]*$//' | paste -sd, | sed 's/,/, /g'
}
dinit() { # that was named, not packaged
    [ ! -x "${DINIT:-}" ] || "$DINIT" --version | sed -nE '1s/.*version ([0-9]+\.[0-9]+\.[0-9]+[a-z]*).*/, dinit \1 (built from its source)/p'
}
head_line="Measured $(date -u +%Y-%m-%d) on $machine; $(packages)$(dinit); roinit $(cat VERSION) from musl and from glibc."
words='Medians; in brackets the ratio to roinit (of musl). Each is PID 1 of a namespace of its own, in turn in one run. The bare loop is a
loop of `posix_spawn` (for logs: `cat`): the least that can be done. s6 is `s6-svscan` with its `s6-supervise`, which is what
s6-overlay runs (not in Debian, it was not run itself); runit is `runsvdir`. s6 and supervisor let a second
pass before they start a killed service again. A dash: it has no such thing.'
table() { awk "$@" -f "$here/table.awk" "$out/results.tsv"; }

{
    printf '# Benchmarks\n\n%s `make bench` takes them anew.\n%s\n\n' "$head_line" "$words"
    table
    printf '## Where somebody does better\n\n'
    table -v better=yes -v reasons="$here/reasons.txt"
    if [ -s "$out/walk.md" ]; then
        printf '\n## A volume that changes its owner\n\n'
        cat "$out/walk.md"
    fi
    if [ -s "$out/inits.md" ]; then
        printf '\n## Under the names of others\n\nroinit as a copy that is called tini, dumb-init or catatonit, and under its own name, beside the three.\n'
        cat "$out/inits.md"
    fi
} >"$out/table.md"
cp "$out/table.md" "$docs/table.md"
awk -f "$here/picture.awk" "$out/results.tsv" >"$docs/picture.svg"

# README.md between its marks.
if grep -q '<!-- bench: begin' "$readme"; then
    {
        printf '%s\n%s\n\n' "$head_line" "$words"
        table
    } >"$out/readme.md"
    awk -v file="$out/readme.md" '
        /<!-- bench: end/ { skip = 0 }
        !skip { print }
        /<!-- bench: begin/ { skip = 1; print ""; while ((getline line < file) > 0) print line }' "$readme" >"$out/README.md"
    cp "$out/README.md" "$readme"
fi

#!/bin/sh
# SPDX-License-Identifier: MIT
# docs.sh ROINIT [--check]: puts into README.md and the manual pages what the program says of itself. A document marks
# each place by a comment that is the command, "roinit explain FORM PART", and one that says "end". With --check nothing
# is written: it fails where a document differs, and where a contract of the README is none.
set -eu
roinit=$1
mode=${2:-}
bad=0
new=$(mktemp)
trap 'rm -f "$new" "$new.ini"' EXIT

for document in README.md man/roinit.8 man/roinit.ini.5; do
    awk -v roinit="$roinit" '
        /^(<!--|\.\\") end/ { is_inside = 0 }
        !is_inside { print }
        /^(<!--|\.\\") roinit explain (markdown|man) [a-z]+/ {
            is_inside = 1
            command = roinit " explain " $4 "." $5
            if ($1 == "<!--") print ""
            while ((command | getline line) > 0) print line
            if (close(command) != 0) exit 1
            if ($1 == "<!--" && line != "") print ""
        }
        END { if (is_inside) exit 1 }' "$document" >"$new" || { echo "docs.sh: $document: a mark is wrong" >&2; exit 1; }
    if [ "$mode" != --check ]; then
        cat "$new" >"$document"
    elif ! diff -u "$document" "$new" >&2; then
        echo "docs.sh: $document is not what the program says: run make docs" >&2
        bad=1
    fi
done
[ "$mode" = --check ] || exit 0

# Each contract that the README shows must be one.
count=$(grep -c '^```ini$' README.md)
for n in $(seq "$count"); do
    awk -v want="$n" '/^```ini$/ { n++; is_inside = n == want; next } /^```$/ { is_inside = 0 } is_inside' README.md >"$new.ini"
    "$roinit" -c "$new.ini" show >/dev/null || bad=1
done
[ "$bad" = 0 ] && echo "docs: README.md and the manual pages are what the program says; $count contracts are well"
exit "$bad"

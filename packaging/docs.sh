#!/bin/sh
# SPDX-License-Identifier: MIT
# docs.sh ROINIT [--check]: writes the reference in README.md anew, from what the program says of itself. With --check
# it writes nothing and fails where they differ.
set -eu
roinit=$1
new=$(mktemp)
trap 'rm -f "$new"' EXIT
awk -v command="$roinit explain markdown" '
    /^<!-- reference: / { print; print ""; while ((command | getline line) > 0) print line; print ""; skipping = 1; next }
    /^<!-- \/reference -->/ { skipping = 0 }
    !skipping { print }' README.md >"$new"
if [ "${2:-}" = --check ]; then
    cmp -s "$new" README.md || { echo "docs.sh: README.md is not what the program says: run make docs" >&2; exit 1; }
else
    cat "$new" >README.md
fi

#!/bin/sh
# SPDX-License-Identifier: MIT
# tidy.sh FILE...: clang-tidy, silent where it finds nothing (it counts the warnings of system headers otherwise).
set -eu
if out=$(clang-tidy --quiet --warnings-as-errors='*' "$@" -- \
    -std=gnu17 -D_GNU_SOURCE -DROINIT_VERSION='"tidy"' -I. 2>/dev/null); then
    exit 0
fi
printf '%s\n' "$out"
exit 1

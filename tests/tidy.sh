#!/bin/sh
# SPDX-License-Identifier: MIT
# tidy.sh FILE: clang-tidy, silent where it finds nothing (it counts the warnings of system headers otherwise). One
# file a run: clang 14 takes each va_list of a second one for uninitialised.
set -eu
if out=$(clang-tidy --quiet --warnings-as-errors='*' "$1" -- \
    -std=gnu17 -D_GNU_SOURCE -DROINIT_VERSION='"tidy"' -I. 2>/dev/null); then
    exit 0
fi
printf '%s\n' "$out"
exit 1

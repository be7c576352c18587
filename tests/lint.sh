#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# lint.sh: what reads the sources without running them, but for the compilers and clang-tidy. All must be silent.
set -uo pipefail
export LC_ALL=C.UTF-8

bad=0
step() { # NAME COMMAND...
    local name=$1 said
    shift
    command -v "$1" >/dev/null || { echo "lint: $name: $1 is not there (make packages)" >&2; bad=1; return; }
    if said=$("$@" 2>&1) && [ -z "$said" ]; then
        echo "lint: $name: silent"
    else
        printf '%s\nlint: %s: see above\n' "$said" "$name" >&2
        bad=1
    fi
}
exists() { local f; for f; do [ ! -e "$f" ] || echo "$f"; done; }

mapfile -t scripts < <(grep -rlIE '^#!.*\b(sh|bash)$' .ci packaging tests examples 2>/dev/null)
mapfile -t bats < <(exists tests/e2e/*.bats tests/e2e/*.bash)
mapfile -t pages < <(exists man/*.[58])
mapfile -t words < <(exists config supervisor init tests packaging examples man .ci Makefile README.md NEWS.md)

step cppcheck cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 -D_GNU_SOURCE -DROINIT_VERSION='"lint"' -I. \
    --enable=warning,style,performance,portability --inconclusive \
    --suppressions-list=tests/cppcheck.txt --library=gnu config supervisor init
step shellcheck shellcheck "${scripts[@]}" "${bats[@]}"
step codespell codespell --skip '*.tar.gz,*/data/*,*/corpus/*,*.o' --ignore-words tests/codespell.txt "${words[@]}"
[ "${#pages[@]}" = 0 ] || step mandoc mandoc -T lint -W warning "${pages[@]}"
exit "$bad"

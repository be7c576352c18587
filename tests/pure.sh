#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# pure.sh OUT: what do the objects under OUT need? A pure one needs roinit's own functions and what pure.txt allows,
# so that no system call, no clock, no environment and no output can slip into the core.
# pure.sh --which: of the lines of standard input that begin with a source file, those of the core.
set -euo pipefail
export LC_ALL=C

out=$1
words() { awk -v kind="$1" '$1 == kind { for (i = 2; i <= NF; i++) print $i }' tests/pure.txt; }
mapfile -t shells < <(words shell)

is_shell() {
    local pattern
    for pattern in "${shells[@]}"; do
        # shellcheck disable=SC2053 # the right side is a pattern on purpose
        [[ $1 == $pattern ]] && return 0
    done
    return 1
}

if [ "$out" = --which ]; then
    while IFS=$'\t' read -r file rest; do is_shell "${file%.?}" || printf '%s\t%s\n' "$file" "$rest"; done
    exit
fi

mapfile -t objects < <(cd "$out" && find config supervisor init -name '*.o' | sort)
# Ours are what the pure objects define among themselves, and the arena; a call into another shell is not pure.
ours=$(for object in "${objects[@]}"; do
    if [ "$object" = config/arena.o ] || ! is_shell "${object%.o}"; then nm -g "$out/$object"; fi
done | awk 'NF == 3 { print $3 }')
allowed=$(printf '%s\n' "$ours" "$(words allow)" | sort -u)

bad=0
pure=0
for object in "${objects[@]}"; do
    is_shell "${object%.o}" && continue
    pure=$((pure + 1))
    extra=$(comm -23 <(nm -u "$out/$object" | awk '{ print $2 }' | sort -u) <(printf '%s\n' "$allowed"))
    if [ -n "$extra" ]; then
        echo "pure: ${object%.o}.c must not call: ${extra//$'\n'/ }" >&2
        bad=1
    fi
done
[ "$bad" = 0 ] && echo "pure: $pure objects make no system call"
exit "$bad"

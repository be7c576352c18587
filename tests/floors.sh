#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# floors.sh OUT SOURCE...: holds the sources against floors.txt. OUT has the archives; the sources are those that
# the Makefile lists, so that a file that stands in a folder and in no list is found as well.
set -euo pipefail
export LC_ALL=C

out=$1
shift
rules=tests/floors.txt
bad=0
complain() { echo "floors: $*" >&2; bad=1; }

rule() { awk -v kind="$1" -v key="${2:-}" '$1 == kind && (key == "" || $2 == key) { print }' "$rules"; }

floors=$(rule order | cut -d' ' -f2-)
max=$(rule lines | awk '{ print $2 }')
declare -A only
while read -r _ header file; do only[$header]=$file; done < <(rule only)

check_includes() {
    local file=$1 allowed=$2 line kind header number=0
    while IFS= read -r line; do
        number=${line%%:*}
        kind=${line#*:}
        header=${kind:1:-1}
        case $kind in
            \"*)
                [[ " $allowed " == *" ${header%%/*} "* && $header == */* ]] ||
                    complain "$file:$number includes \"$header\"; it may include only: $allowed"
                ;;
            \<*)
                [ -z "${only[$header]:-}" ] || [ "${only[$header]}" = "$file" ] ||
                    complain "$file:$number includes <$header>; only ${only[$header]} may"
                ;;
        esac
    done < <(grep -nE '^[[:space:]]*#[[:space:]]*include' "$file" |
        sed -nE 's/^([0-9]+):[[:space:]]*#[[:space:]]*include[[:space:]]+("[^"]*"|<[^>]*>).*/\1:\2/p')
}

# A header that stands alone is included first by its own source: that proves it.
check_own_header() {
    local own=${1%.c}.h first
    [ -e "$own" ] || return 0
    first=$(sed -nE 's/^#include[[:space:]]+["<]([^">]*)[">].*/\1/p' "$1" | head -1)
    [ "$first" = "$own" ] || complain "$1 includes $first first; its own header, $own, comes first"
}

for floor in $floors; do
    allowed=$(rule floor "$floor" | awk '{ $1 = $2 = ""; sub(/^ +/, ""); print }')
    for file in "$floor"/*.[ch] "$floor"/*.def; do
        [ -e "$file" ] || continue
        check_includes "$file" "$allowed"
        length=$(wc -l <"$file")
        [ "$length" -le "$max" ] || complain "$file has $length lines; $max are the most"
        head -1 "$file" | grep -q 'SPDX-License-Identifier: MIT' || complain "$file has no SPDX line at its top"
        case $file in
            *.c)
                check_own_header "$file"
                [[ " $* " == *" $file "* ]] || complain "$file stands in no list of the Makefile"
                ;;
        esac
    done
done
for file; do [ -e "$file" ] || complain "the Makefile lists $file, which is not there"; done

# symbols ARCHIVE TYPE: what it defines (TYPE d) or needs and does not define itself (TYPE u)
symbols() {
    nm -g "$1" 2>/dev/null | awk -v want="$2" '
        NF == 3 && $2 ~ /^[A-TV-Z]$/ { defined[$3] = 1 }
        NF == 2 && $1 == "U" { used[$2] = 1 }
        END {
            if (want == "d") { for (s in defined) print s }
            else { for (s in used) if (!(s in defined)) print s }
        }' | sort
}
below=""
for floor in $floors; do
    for lower in $below; do
        for symbol in $(comm -12 <(symbols "$out/lib$lower.a" u) <(symbols "$out/lib$floor.a" d)); do
            complain "$lower/ calls $symbol(), which stands in $floor/ above it"
        done
    done
    below="$below $floor"
done

[ "$bad" = 0 ] && echo "floors: all includes and calls lead down"
exit "$bad"

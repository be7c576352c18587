#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# scoreboard.sh BUILD: writes docs/reliability.md from tests/scoreboard.txt: every promise, its target, its test, its figure,
# the day.
# Parts are run anew: the rings 1 to 3, faults, soak, kernel, fuzz (FUZZ_TIME seconds each, here 10), bench (the rows that compare:
# T01, T02, T12, T32, T43, where make bench has not left them), and lint; each by itself and with a limit of time, so that
# one that fails is told by its rows and the rest goes on. SCOREBOARD_PARTS="rings soak" runs those alone, and
# SCOREBOARD_PARTS=none nothing: the figures of the others, of make bench and of make coverage are those that were left in
# BUILD. What was not run is said to be open.
set -uo pipefail
export LC_ALL=C.UTF-8

build=$1
cd "$(dirname "$0")/.." || exit
dir=$build/scoreboard
mkdir -p "$dir"

part() { # NAME LIMIT COMMAND...: into NAME.log
    local name=$1 limit=$2 began=$SECONDS status=0
    shift 2
    timeout -k 10 "$limit" "$@" >"$dir/$name.log" 2>&1 || status=$?
    [ "$status" = 0 ] || echo "scoreboard: $name ended with $status, see $dir/$name.log" >&2
    echo "scoreboard: $name: $((SECONDS - began)) s" >&2
    return "$status"
}
run_part() {
    local name missing=''
    case $1 in
        none) ;;
        rings)
            for name in unit sim proc; do
                rm -f "$dir/$name.tap"
                ROINIT=$build/roinit PUPPET=$build/release/puppet CK_TAP_LOG_FILE_NAME=$dir/$name.tap part "$name" 900 "$build/release/$name"
            done
            ;;
        faults) part faults 3600 make faults ;;
        soak) part soak 3600 make soak ;;
        kernel)
            rm -f "$dir/kernel.tap"
            part kernel 1800 make kernel
            cp "$build/kernel/results" "$dir/kernel.tap"
            ;;
        fuzz) FUZZ_TIME=${FUZZ_TIME:-10} part fuzz 3600 make fuzz ;;
        bench)
            for name in orphans burst seize stall fork; do
                grep -q $'\t'"$name\$" "$build/bench/results.tsv" 2>/dev/null || missing=$missing${missing:+,}$name
            done
            [ -z "$missing" ] || BENCH_DOCS=no BENCH_ONLY=$missing part bench 1800 \
                tests/bench/run.sh "$build/bench" "$build/roinit" "$build/musl/roinit"
            ;;
        lint)
            part lint 1800 make lint tidy && echo "silent" >>"$dir/lint.log"
            ;;
        *) echo "scoreboard: no part \"$1\"" >&2; exit 64 ;;
    esac
}
for name in ${SCOREBOARD_PARTS:-rings faults soak kernel fuzz bench lint}; do run_part "$name"; done

last() { # LOG PATTERN: the last line that matches, or that there is none
    sed -nE "s/$2/\1/p" "$1" 2>/dev/null | tail -1 | grep . || echo "open: not run"
}

figure_of() { # TEST: what it measured, of many cases the slowest
    local lines
    mapfile -t lines < <(sed -n "s/^figure $1: //p" "$dir"/*.log 2>/dev/null)
    case ${#lines[@]} in
        0) ;;
        1) printf '; %s' "${lines[0]}" ;;
        *) printf '; of %s cases the slowest: %s' "${#lines[@]}" \
            "$(printf '%s\n' "${lines[@]}" | awk '{ match($0, /then [0-9]+/); print substr($0, RSTART + 5, RLENGTH - 5) "\t" $0 }' | sort -n | tail -1 | cut -f2)" ;;
    esac
}

# What the page of promises aims at, in its own words.
target_of() { awk -F ' *\\| *' -v id="$1" '$2 == id { print $4 }' docs/spec/promises.md; } # ID

# One way of showing it, as words for the two last columns: TEST<tab>FIGURE.
show() {
    local kind=${1%% *} rest=${1#* } name figure
    case $kind in
        test)
            for name in $rest; do
                if grep -qhE "^ok .*:$name: " "$dir"/*.tap; then figure=passes$(figure_of "$name")
                elif grep -qhE "^not ok .*:$name: " "$dir"/*.tap; then figure=FAILS
                else figure="open: there is no such test"
                fi
                printf '%s\t%s\n' "${name//_/ }" "$figure"
            done
            ;;
        e2e)
            if [ -s "$build/results/e2e.tap" ]; then
                figure=$(grep -F "$rest" "$build/results/e2e.tap" | sed -E 's/^ok .*/passes/; s/^not ok .*/FAILS/' | sort -u | tail -1)
            fi
            printf 'ring 4: %s\t%s\n' "$rest" "${figure:-open: not run}"
            ;;
        bench) # ROW = NAME, NAME...
            figure=$(awk -F '\t' -v row="${rest% = *}" -v names="${rest#* = }" '
                function told(v, unit) {
                    if (v !~ /^[0-9.]+$/) return v
                    if (unit == "µs" && v >= 10000) return sprintf("%.0f ms", v / 1000)
                    if (unit == "ns") return sprintf("%.1f µs", v / 1000)
                    if (unit == "bytes") return sprintf("%d kB", v / 1000)
                    return v (unit == "" ? "" : " " unit)
                }
                BEGIN { split(names, name, ", ") }
                $1 == row { value[$2] = told($3, $4) }
                END { for (i = 1; i in name; i++) if (name[i] in value) line = line (line == "" ? "" : ", ") name[i] " " value[name[i]]
                      if (line != "") print line }' "$build/bench/results.tsv" 2>/dev/null)
            printf '`make bench`: %s\t%s\n' "${rest% = *}" "${figure:-open: not run}"
            ;;
        faults) printf '`make faults`\t%s%s\n' "$(last "$dir/faults.log" '^([0-9]+ passed, [0-9]+ failed.*)$')" "${FAULTS_SHARE:+, of one fault in $FAULTS_SHARE}" ;;
        fuzz) printf '`make fuzz`\t%s targets, %s\n' "$(grep -c ': passed' "$dir/fuzz.log" 2>/dev/null)" \
            "$(sed -nE 's/^fuzz_.*: ([0-9]+) inputs.*/\1/p' "$dir/fuzz.log" 2>/dev/null | awk '{ sum += $1 } END { print sum+0 " inputs" }'), $(last "$dir/fuzz.log" '^([0-9]+ passed, [0-9]+ failed)$')" ;;
        soak) printf '`make soak`\t%s; %s\n' "$(last "$dir/soak.log" '^soak: ([0-9]+ s, .*)$')" "$(last "$dir/soak.log" '^soak: (descriptors .*)$')" ;;
        coverage) printf '`make coverage`\t%s\n' "$(grep -E '^(whole lines|whole branches|pure branches): ' "$build/coverage.txt" 2>/dev/null | sed -E 's/ \(.*//' | paste -sd, | sed 's/,/, /g' | grep . || echo 'open: not run')" ;;
        lint) printf '`make lint tidy`\t%s\n' "$(last "$dir/lint.log" '^(silent)$')" ;;
        walk) printf '`tests/bench/walk.sh`\t%s\n' "$(sed -nE 's/^\| (tmpfs \| (all|none)[^|]*) \|.*\| ([0-9.]+) \|$/\1: \3 of chown -R/p' "$build/bench/walk.md" 2>/dev/null | sed 's/ |/,/g' | paste -sd';' | grep . || echo 'open: not run')" ;;
        asan) # what tests/run left
            figure=$(cat "$build"/results/{unit,sim,proc}-asan.numbers 2>/dev/null | awk '{ p += $1; f += $2; s += $3 }
                END { if (NR == 3) print p " passed, " f " failed, " s " skipped" }')
            printf '`tests/run unit-asan sim-asan proc-asan`\t%s\n' "${figure:-open: not run}"
            ;;
        open) printf -- '-\topen: %s\n' "$rest" ;;
        short) printf 'short of it\t%s\n' "$rest" ;;
    esac
}

{
    printf '# Reliability\n\nWhat roinit promises ([docs/spec/promises.md](spec/promises.md)), what it aims at, the test that shows it, and what it said on %s\n' "$(date -u +%Y-%m-%d)"
    printf '(%s cores, Linux %s, roinit %s). `make scoreboard` writes this page. "open" is a promise that nothing shows yet, or whose\n' \
        "$(nproc)" "$(uname -r | cut -d. -f1,2)" "$(cat VERSION)"
    printf 'figure was not taken in this run.\n\n| | promise | target | shown by | figure |\n| --- | --- | --- | --- | --- |\n'
    while IFS= read -r line; do
        case $line in '#'* | '') continue ;; esac
        id=${line%% |*} how=${line##* | } what=${line#* | }
        what=${what% | *} target=$(target_of "$id")
        while IFS= read -r one; do show "$one"; done <<<"${how// + /$'\n'}" >"$dir/shown"
        while IFS=$'\t' read -r test figure; do
            printf '| %s | %s | %s | %s | %s |\n' "$id" "$what" "$target" "$test" "$figure"
            id='' what='' target=''
        done <"$dir/shown"
    done <tests/scoreboard.txt
} >docs/reliability.md
printf '%s rows, %s open, %s FAIL\n' "$(grep -c '^|' docs/reliability.md)" "$(grep -c '| open:' docs/reliability.md)" "$(grep -c 'FAILS' docs/reliability.md)"
! grep -q 'FAILS' docs/reliability.md

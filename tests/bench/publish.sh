#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# publish.sh OUT: from OUT/results.tsv and OUT/walk.md, which run.sh left there, docs/bench/table.md, docs/bench/picture.svg
# and the table in README.md, with the machine and the day.
set -euo pipefail
export LC_ALL=C

out=$1
cd "$(dirname "$0")/../.."
mkdir -p docs/bench
machine="$(nproc) cores of $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), Linux $(uname -r | cut -d. -f1,2)"
packages() {
    dpkg-query -W -f '${Package} ${Version}\n' tini dumb-init catatonit s6 runit supervisor 2>/dev/null | sed 's/+.*//; s/-[0-9.+b]*$//' | paste -sd, | sed 's/,/, /g'
}
head_line="Measured $(date -u +%Y-%m-%d) on $machine; $(packages); roinit $(cat VERSION) from musl and from glibc."

# Rows by figure, a column for each program; "–" where it has no such thing.
table() {
    awk -F '\t' '
        function told(value, unit) {
            if (unit == "µs" && value >= 10000) return sprintf("%.1f ms", value / 1000)
            if (unit == "bytes") return sprintf("%d kB", value / 1000)
            if (unit == "ns") return sprintf("%.1f µs", value / 1000)
            return value (unit == "" ? "" : " " unit)
        }
        !($1 in seen_row) { seen_row[$1] = 1; row[++rows] = $1 }
        !($2 in seen_name) { seen_name[$2] = 1 }
        { cell[$1, $2] = told($3, $4) }
        END {
            names = split("roinit,roinit-glibc,bare loop,tini,dumb-init,catatonit,s6,runit,supervisor,dinit", name, ",")
            printf "| |"
            for (i = 1; i <= names; i++) if (name[i] in seen_name) printf " %s |", name[i]
            printf "\n| --- |"
            for (i = 1; i <= names; i++) if (name[i] in seen_name) printf " ---: |"
            printf "\n"
            for (r = 1; r <= rows; r++) {
                printf "| %s |", row[r]
                for (i = 1; i <= names; i++) if (name[i] in seen_name) printf " %s |", ((row[r], name[i]) in cell) ? cell[row[r], name[i]] : "–"
                printf "\n"
            }
        }' "$1"
}

{
    printf '# Benchmarks\n\n%s `make bench` takes them anew. Medians; every program as PID 1 of a namespace of its own, in turn in one\n' "$head_line"
    printf 'run. The bare loop is a loop of `posix_spawn`: the least that a supervisor can do. A dash: it has no such thing.\n\n'
    table "$out/results.tsv"
    if [ -s "$out/walk.md" ]; then
        printf '\n## A volume that changes its owner\n\n'
        cat "$out/walk.md"
    fi
} >docs/bench/table.md

# Bars: a panel for each of a few rows, each bar in the share of the longest.
awk -F '\t' '
    BEGIN {
        wanted = split("until 100 run;memory (PSS) with 100;until a killed service is back;a forwarded signal;until 100 are stopped", want, ";")
        print "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"760\" height=\"HEIGHT\" font-family=\"sans-serif\" font-size=\"12\">"
        print "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>"
    }
    { for (w = 1; w <= wanted; w++) if ($1 == want[w]) { n = ++count[w]; name[w, n] = $2; value[w, n] = $3; unit[w] = $4; if ($3 + 0 > most[w]) most[w] = $3 + 0 } }
    END {
        y = 10
        for (w = 1; w <= wanted; w++) {
            if (!count[w]) continue
            y += 18
            printf "<text x=\"10\" y=\"%d\" font-weight=\"bold\">%s</text>\n", y, want[w]
            y += 8
            for (i = 1; i <= count[w]; i++) {
                width = most[w] > 0 ? 480 * value[w, i] / most[w] : 0
                printf "<text x=\"130\" y=\"%d\" text-anchor=\"end\">%s</text>", y + 12, name[w, i]
                printf "<rect x=\"136\" y=\"%d\" width=\"%.1f\" height=\"13\" fill=\"%s\"/>", y + 2, width < 1 ? 1 : width, name[w, i] ~ /roinit/ ? "#2a6fb0" : "#b0b0b0"
                printf "<text x=\"%.1f\" y=\"%d\">%s %s</text>\n", 142 + width, y + 12, value[w, i], unit[w]
                y += 17
            }
        }
        print "</svg>"
        print y + 14 > "/dev/stderr"
    }' "$out/results.tsv" 2>"$out/height" >"$out/picture.svg"
sed "s/HEIGHT/$(cat "$out/height")/" "$out/picture.svg" >docs/bench/picture.svg

# README.md between its marks.
if grep -q '<!-- bench: begin' README.md; then
    {
        printf '%s\n\n' "$head_line"
        table "$out/results.tsv"
    } >"$out/readme.md"
    awk -v file="$out/readme.md" '
        /<!-- bench: end/ { skip = 0 }
        !skip { print }
        /<!-- bench: begin/ { skip = 1; print ""; while ((getline line < file) > 0) print line; print "" }' README.md >"$out/README.md"
    cp "$out/README.md" README.md
fi

# SPDX-License-Identifier: MIT
# table.awk: of results.tsv (ROW NAME VALUE UNIT BLOCK, tabs between) a table in Markdown for each group of blocks, with
# a column for each program that has a figure there; "–" where it has no such thing, in brackets its ratio to roinit.
# With -v better=yes: the rows in which somebody does better than roinit, and the reason by -v reasons=FILE; a row
# without one is told on standard error, too.
BEGIN {
    FS = "\t"
    titles = split("One command;Services;A hard day;Orphans;Logs;Mounts;Idling;Size", title, ";")
    split("start signal;all memory restart stop;seize stall fork burst;orphans;log;mounts;idle;size", of, ";")
    for (t = 1; t <= titles; t++) { n = split(of[t], block, " "); for (b = 1; b <= n; b++) group[block[b]] = t }
    names = split("roinit,roinit-glibc,bare loop,tini,dumb-init,catatonit,s6,runit,supervisor,dinit", name, ",")
    while (reasons != "" && (getline line < reasons) > 0) {
        if (line ~ /^#/ || (cut = index(line, " | ")) == 0) continue
        key[++keys] = substr(line, 1, cut - 1)
        why[key[keys]] = substr(line, cut + 3)
    }
}
function is_figure(value) { return value ~ /^[0-9.]+$/ }
function told(value, unit) {
    if (!is_figure(value)) return value
    if (unit == "µs" && value >= 10000) return sprintf("%.1f ms", value / 1000)
    if (unit == "bytes") return sprintf("%d kB", value / 1000)
    if (unit == "ns") return sprintf("%.1f µs", value / 1000)
    return value (unit == "" ? "" : " " unit)
}
# Its ratio to roinit.
function ratio(r, who) {
    if (who == "roinit" || !is_figure(cell[r, who]) || !is_figure(cell[r, "roinit"]) || cell[r, "roinit"] + 0 == 0) return ""
    return sprintf("%.2f", cell[r, who] / cell[r, "roinit"])
}
function bracketed(text) { return text == "" ? "" : " (" text ")" }
{
    if (!($1 in at)) { at[$1] = ++rows; row[rows] = $1; unit[rows] = $4; in_group[rows] = ($5 in group) ? group[$5] : titles + 1 }
    cell[at[$1], $2] = $3
}
function show_group(t, i, r, has, any) {
    for (r = 1; r <= rows; r++) if (in_group[r] == t) {
        any = 1
        for (i = 1; i <= names; i++) if ((r, name[i]) in cell) has[i] = 1
    }
    if (!any) return
    printf "%s\n\n| |", t <= titles ? "**" title[t] "**" : "**What failed**"
    for (i = 1; i <= names; i++) if (i in has) printf " %s |", name[i]
    printf "\n| --- |"
    for (i = 1; i <= names; i++) if (i in has) printf " ---: |"
    printf "\n"
    for (r = 1; r <= rows; r++) if (in_group[r] == t) {
        printf "| %s |", row[r]
        for (i = 1; i <= names; i++) if (i in has)
            printf " %s |", ((r, name[i]) in cell) ? told(cell[r, name[i]], unit[r]) bracketed(ratio(r, name[i])) : "–"
        printf "\n"
    }
    printf "\n"
}
# Less is better, but of starts.
function is_better(r, who, share) {
    share = ratio(r, who)
    if (who ~ /roinit/ || share == "") return 0
    return row[r] ~ /starts a second/ ? share > 1.05 : share < 0.95
}
function reason_of(r, k, plain) {
    plain = row[r]
    gsub(/[0-9]+/, "N", plain)
    for (k = 1; k <= keys; k++) if (plain == key[k]) return why[key[k]]
    print "bench: NO REASON is given where a peer does better: " plain " (tests/bench/reasons.txt)" > "/dev/stderr"
    return "**no reason is given**"
}
function show_better(r, i, who) {
    printf "| | roinit | does better (ratio) | reason |\n| --- | ---: | --- | --- |\n"
    for (r = 1; r <= rows; r++) {
        who = ""
        for (i = 1; i <= names; i++) if (is_better(r, name[i])) who = who (who == "" ? "" : ", ") name[i] bracketed(ratio(r, name[i]))
        if (who != "") printf "| %s | %s | %s | %s |\n", row[r], told(cell[r, "roinit"], unit[r]), who, reason_of(r)
    }
}
END {
    if (better == "yes") show_better()
    else for (t = 1; t <= titles + 1; t++) show_group(t)
}

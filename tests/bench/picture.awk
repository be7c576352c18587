# SPDX-License-Identifier: MIT
# picture.awk: of results.tsv an SVG: a panel for each of a few rows, a point for each program on a logarithmic scale,
# since one column may be a thousand times another. Its height, which stands at the top, is known last: lines are kept.
BEGIN {
    FS = "\t"
    wanted = split("until 100 run;memory (PSS) with 100;until 100 are stopped;until a killed service is back;a lone `true`, from start to end;a forwarded signal;CPU for each of ORPHANS orphans", want, ";")
    left = 120; width = 520; right = 20
    ours = "#2a6fb0"; theirs = "#8a8a8a"
}
function put(line) { text = text line "\n" }
function log10(x) { return log(x) / log(10) }
function told(value, unit) {
    if (unit == "ns") return sprintf("%.1f µs", value / 1000)
    if (unit == "µs" && value >= 1000000) return sprintf("%.2f s", value / 1000000)
    if (unit == "µs" && value >= 1000) return sprintf("%.*f ms", value < 10000 ? 2 : value < 100000 ? 1 : 0, value / 1000)
    if (unit == "kB" && value >= 10000) return sprintf("%.1f MB", value / 1000)
    return value " " unit
}
# A power of ten.
function tick(value, unit) {
    if (unit == "ns") return value / 1000 " µs"
    if (unit == "µs" && value >= 1000000) return value / 1000000 " s"
    if (unit == "µs" && value >= 1000) return value / 1000 " ms"
    if (unit == "kB" && value >= 1000) return value / 1000 " MB"
    return value " " unit
}
{
    row = $1
    sub(/^CPU for each of [0-9]+ orphans/, "CPU for each of ORPHANS orphans", row)
    if ($3 !~ /^[0-9.]+$/ || $3 + 0 <= 0) next
    for (w = 1; w <= wanted; w++) if (row == want[w]) { n = ++count[w]; name[w, n] = $2; value[w, n] = $3; unit[w] = $4; title[w] = $1 }
}
END {
    y = 24
    put(sprintf("<text x=\"10\" y=\"%d\">Logarithmic scales: each line is ten times the one to its left. Less is better.</text>", y))
    for (w = 1; w <= wanted; w++) {
        if (!count[w]) continue
        low = high = value[w, 1]
        for (i = 2; i <= count[w]; i++) { if (value[w, i] < low) low = value[w, i]; if (value[w, i] > high) high = value[w, i] }
        first = int(log10(low)); last = int(log10(high)); if (10 ^ last < high) last++
        if (last - first < 1) last = first + 1
        y += 34
        put(sprintf("<text x=\"10\" y=\"%d\" font-weight=\"bold\">%s</text>", y, title[w]))
        top = y + 8
        bottom = top + 18 * count[w] + 2
        for (d = first; d <= last; d++) {
            x = left + width * (d - first) / (last - first)
            put(sprintf("<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#dddddd\"/>", x, top, x, bottom))
            put(sprintf("<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" font-size=\"10\" fill=\"#666666\">%s</text>", x, bottom + 12, tick(10 ^ d, unit[w])))
        }
        for (i = 1; i <= count[w]; i++) {
            line = top + 18 * i - 8
            x = left + width * (log10(value[w, i]) - first) / (last - first)
            colour = name[w, i] ~ /roinit/ ? ours : theirs
            put(sprintf("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>", left - 10, line + 4, name[w, i]))
            put(sprintf("<line x1=\"%d\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#eeeeee\"/>", left, line, x, line))
            put(sprintf("<circle cx=\"%.1f\" cy=\"%d\" r=\"5\" fill=\"%s\"/>", x, line, colour))
            # The words stand on a ground of their own, so that no line runs through them.
            put(sprintf("<text x=\"%.1f\" y=\"%d\" stroke=\"#ffffff\" stroke-width=\"4\" paint-order=\"stroke\">%s</text>", x + 10, line + 4, told(value[w, i], unit[w])))
        }
        y = bottom + 12
    }
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">\n", left + width + right + 80, y + 14
    print "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>"
    printf "%s</svg>\n", text
}

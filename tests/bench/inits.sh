#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# inits.sh OUT ROINIT ROINIT_MUSL: tini, dumb-init and catatonit, and roinit under their names and its own, in one run.
# Prints tables in Markdown; the ratio is to the best of the three. What is not installed is left out. Root only.
#   ROUNDS (200), ORPHANS (20000) and ORPHAN_ROUNDS (3) may be set: the goal is for 100000 orphans.
set -euo pipefail
export LC_ALL=C

out=$1 roinit=$(realpath "$2") musl=$(realpath "$3")
mkdir -p "$out"
cc -std=gnu17 -D_GNU_SOURCE -O2 -static -o "$out/inits" "$(dirname "$0")/inits.c"
if [ "${BENCH_INSIDE:-}" != yes ]; then
    BENCH_INSIDE=yes exec unshare -m "$0" "$out" "$roinit" "$musl"
fi
mount --make-rprivate /
mount -t tmpfs -o mode=0755 bench /mnt
mkdir /mnt/musl /mnt/glibc
for name in tini dumb-init catatonit roinit; do
    cp "$musl" "/mnt/musl/$name"
    cp "$roinit" "/mnt/glibc/$name"
done
cp "$out/inits" /mnt/inits
mount -o bind,remount,ro /

candidates=()
theirs=0
for one in "/usr/bin/tini --" "/usr/bin/tini-static --" /usr/bin/dumb-init "/usr/bin/catatonit --"; do
    if [ -x "${one%% *}" ]; then candidates+=("$one") theirs=$((theirs + 1)); fi
done
for libc in musl glibc; do
    candidates+=("/mnt/$libc/tini --" "/mnt/$libc/dumb-init" "/mnt/$libc/catatonit --" "/mnt/$libc/roinit --")
done

table() { # TITLE COLUMN: lines "CANDIDATE... FIGURE [ZOMBIES]"
    printf '\n### %s\n\n| | %s | to the best of theirs |\n| --- | --- | --- |\n' "$1" "$2"
    awk -v theirs="$theirs" '
        { value[NR] = $2 == "--" ? $3 : $2; more[NR] = $2 == "--" ? $4 : $3; name[NR] = $1
          sub("^/usr/bin/", "", name[NR]); sub("^/mnt/", "roinit, ", name[NR]); sub("/", ": ", name[NR])
          if (NR <= theirs && (best == 0 || value[NR] < best)) best = value[NR] }
        END { for (i = 1; i <= NR; i++)
            printf "| %s | %s%s | %.2f |\n", name[i], value[i], more[i] == "" ? "" : ", " more[i] " zombies", best ? value[i] / best : 0 }'
}
/mnt/inits exec "${ROUNDS:-200}" "${candidates[@]}" | table "From the start of PID 1 to the first line of the command" "median, µs"
/mnt/inits signal "${ROUNDS:-200}" "${candidates[@]}" | table "A signal, from kill(2) to the command's answer" "median, µs"
/mnt/inits orphans "${ORPHANS:-20000}" "${ORPHAN_ROUNDS:-3}" "${candidates[@]}" |
    table "Processor time of PID 1 for each of ${ORPHANS:-20000} orphans" "median, ns"

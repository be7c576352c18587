#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# walk.sh ROINIT [FILES]: `roinit prepare` beside GNU chown -R on a volume of 200,000 files, in turn in one run, on tmpfs
# and on the file system of $TMPDIR. Prints a table in Markdown: medians, and ratios to chown -R. Root only; all of it in
# a mount namespace of its own.
set -euo pipefail
export LC_ALL=C

roinit=$(realpath "$1") files=${2:-200000}
rounds=${ROUNDS:-5}
if [ "${BENCH_INSIDE:-}" != yes ]; then
    BENCH_INSIDE=yes exec unshare -m "$0" "$@"
fi
mount --make-rprivate /
scratch=$(mktemp -d "${TMPDIR:-/tmp}/roinit-walk.XXXXXX")
trap 'umount -l "$scratch/tmpfs" /srv 2>/dev/null || true; rm -rf "$scratch"' EXIT
mkdir "$scratch/tmpfs" "$scratch/disk"
mount -t tmpfs -o mode=0755,size=2g,nr_inodes=2m bench "$scratch/tmpfs"

fill() { # FOLDER: 100 files a folder
    (cd "$1" && seq "$((files / 100))" | sed 's/^/d/' | xargs mkdir &&
        seq "$((files / 100))" | awk '{ for (i = 0; i < 100; i++) print "d" $1 "/f" i }' | xargs touch)
}
contract() { # UID MODE
    printf '[require]\nroot = any\nundeclared-mounts = allow\n[volume /srv]\nowner = %s:%s\nchown = %s\n' "$1" "$1" "$2" \
        >"$scratch/contract.ini"
    chmod 644 "$scratch/contract.ini"
}
# Milliseconds that the command takes, to the microsecond.
clock() {
    local start=${EPOCHREALTIME/./}
    "$@" >/dev/null
    local end=${EPOCHREALTIME/./}
    awk -v us="$((end - start))" 'BEGIN { printf "%.2f\n", us / 1000 }'
}
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

uid=30000
printf '| file system | needs change | chown -R | roinit prepare | ratio |\n| --- | --- | --- | --- | --- |\n'
for where in tmpfs disk; do
    fill "$scratch/$where"
    mount --bind "$scratch/$where" /srv
    : >"$scratch/times"
    for _ in $(seq "$rounds"); do
        uid=$((uid + 1))
        echo "gnu-all $(clock chown -R "$uid:$uid" /srv)" >>"$scratch/times"
        echo "gnu-none $(clock chown -R "$uid:$uid" /srv)" >>"$scratch/times"
        uid=$((uid + 1))
        contract "$uid" on-mismatch
        echo "roinit-all $(clock "$roinit" -c "$scratch/contract.ini" prepare)" >>"$scratch/times"
        contract "$uid" always
        echo "roinit-none $(clock "$roinit" -c "$scratch/contract.ini" prepare)" >>"$scratch/times"
        contract "$uid" on-mismatch
        echo "roinit-right $(clock "$roinit" -c "$scratch/contract.ini" prepare)" >>"$scratch/times"
        contract "$uid" never
        echo "roinit-never $(clock "$roinit" -c "$scratch/contract.ini" prepare)" >>"$scratch/times"
    done
    of() { awk -v name="$1" '$1 == name { print $2 }' "$scratch/times" | median; }
    for what in all none; do
        awk -v where="$where" -v what="$what" -v gnu="$(of "gnu-$what")" -v roinit="$(of "roinit-$what")" \
            'BEGIN { printf "| %s | %s | %.0f ms | %.0f ms | %.2f |\n", where, what, gnu, roinit, roinit / gnu }'
    done
    awk -v where="$where" -v right="$(of roinit-right)" -v never="$(of roinit-never)" \
        'BEGIN { printf "| %s | on-mismatch, right | - | %.2f ms (chown = never: %.2f ms) | - |\n", where, right, never }'
    umount /srv
done

#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh OUT ROINIT ROINIT_MUSL: roinit beside what users would take instead, and beside the least that a supervisor can
# do (a loop of posix_spawn), each as PID 1 of a namespace of its own on a read-only root, in turn in one run. Medians.
# Writes docs/bench/table.md and docs/bench/picture.svg, and the table into README.md (BENCH_DOCS=no: prints alone).
# What is not installed is left out by name; DINIT=/path/to/dinit adds that one. Root only; nothing of the machine's own
# mounts is touched.
#
# ROUNDS (31), ORPHANS (100000), IDLE_SECONDS (60), LINES (400000), FILES (200000) make it shorter or longer;
# BENCH_ONLY=stop,memory runs those blocks alone.
set -euo pipefail
export LC_ALL=C

out=$1 roinit=$(realpath "$2") musl=$(realpath "$3")
here=$(realpath "$(dirname "$0")")
rounds=${ROUNDS:-31} orphans=${ORPHANS:-100000} idle=${IDLE_SECONDS:-60} lines=${LINES:-400000} files=${FILES:-200000}
mkdir -p "$out"
out=$(realpath "$out")
cc -std=gnu17 -D_GNU_SOURCE -O2 -static -o "$out/stopwatch" "$here"/stopwatch*.c

if [ "${BENCH_INSIDE:-}" != yes ]; then
    only=${BENCH_ONLY:-walk}
    [ "$only" = "${only#*walk}" ] || "$here/walk.sh" "$musl" "$files" >"$out/walk.md"
    BENCH_INSIDE=yes unshare -m "$0" "$out" "$roinit" "$musl"
    [ "${BENCH_DOCS:-yes}" = no ] || "$here/publish.sh" "$out"
    exit
fi

# ---- the stage: everything lies on a tmpfs, the root is read-only
mount --make-rprivate /
mount -t tmpfs -o mode=0755 bench /mnt
cp "$out/stopwatch" /mnt/stopwatch
cp "$roinit" /mnt/roinit-glibc
cp "$musl" /mnt/roinit
for link in roinit roinit-glibc; do ln "/mnt/$link" "/mnt/$link-lone"; done
export TMPDIR=/mnt # for supervisor
dinit=${DINIT:-/nowhere/dinit}

service="/mnt/stopwatch service /mnt/fifo"
dirs() { # KIND N: service folders of s6 and runit
    local i
    for i in $(seq "$2"); do mkdir -p "/mnt/$1-$2/s$i" && ln /mnt/stopwatch "/mnt/$1-$2/s$i/run"; done
}
for n in 1 10 100 1000; do
    {
        printf '[require]\nundeclared-mounts = allow\n[defaults]\nlog = raw\nrestart = always\nrestart-delay = 0\nstart-limit = 0\n'
        for i in $(seq "$n"); do printf '[service s%d]\ncommand = %s\n' "$i" "$service"; done
    } >"/mnt/$n.ini"
    {
        printf '[supervisord]\nnodaemon=true\nuser=root\nlogfile=/dev/null\nlogfile_maxbytes=0\npidfile=/mnt/supervisord.pid\nminfds=8192\nsilent=true\n'
        printf '[program:s]\ncommand=%s\nnumprocs=%d\nprocess_name=%%(process_num)d\nautorestart=true\nstartsecs=0\n' "$service" "$n"
        printf 'stdout_logfile=NONE\nstderr_logfile=NONE\n'
    } >"/mnt/$n.conf"
    dirs s6 "$n"
    dirs runit "$n"
    mkdir -p "/mnt/dinit-$n"
    printf 'type = internal\n' >"/mnt/dinit-$n/boot"
    for i in $(seq "$n"); do
        printf 'type = process\ncommand = %s\nrestart = true\nrestart-delay = 0\nrestart-limit-count = 0\n' "$service" >"/mnt/dinit-$n/s$i"
        printf 'waits-for: s%d\n' "$i" >>"/mnt/dinit-$n/boot"
    done
done
printf '[require]\nundeclared-mounts = warn\n[task t]\ncommand = /bin/true\n' >/mnt/task.ini
printf '[require]\nundeclared-mounts = allow\n[service storm]\ncommand = /mnt/stopwatch orphaned /mnt/fifo %d\n' "$orphans" >/mnt/orphans.ini
printf '[require]\nundeclared-mounts = allow\n[task web]\nlog = text\ncommand = /mnt/stopwatch lines %d\n' "$lines" >/mnt/lines.ini
for kind in s6 runit; do
    mkdir -p "/mnt/orphans-$kind/storm"
    printf '#!/bin/sh\nexec /mnt/stopwatch orphaned /mnt/fifo %d\n' "$orphans" >"/mnt/orphans-$kind/storm/run"
    chmod 755 "/mnt/orphans-$kind/storm/run"
done
# The loggers, each with what it is given by a pipe; cat is the least that can be done.
script() { printf '#!/bin/sh\n%s\n' "$2" >"/mnt/$1" && chmod 755 "/mnt/$1"; }
mkdir -p /mnt/svlog && printf 'pweb: \n' >/mnt/svlog/config
script cat "/mnt/stopwatch lines $lines | /bin/cat >/dev/null"
script s6-log "/mnt/stopwatch lines $lines | /usr/bin/s6-log -b -- 'pweb: ' 1 >/dev/null"
script svlogd "/mnt/stopwatch lines $lines | /usr/bin/svlogd /mnt/svlog 2>/dev/null"
script roinit-log "exec /mnt/roinit -c /mnt/lines.ini >/dev/null"
script roinit-glibc-log "exec /mnt/roinit-glibc -c /mnt/lines.ini >/dev/null"
chmod 644 /mnt/*.ini
mount --bind "$out" "$out" && mount -o bind,remount,ro /

# ---- results: a line `ROW NAME VALUE UNIT`, tabs between
results=$out/results.tsv
: >"$results"
rows() { # ROW UNIT [COLUMN]: of lines `NAME FIGURE FIGURE`
    local name a b
    while read -r name a b; do
        case ${3:-1} in 1) b=$a ;; esac
        name=${name##*/}
        case $name in
            stopwatch | cat) name="bare loop" ;;
            s6-svscan | s6-log) name=s6 ;;
            runsvdir | svlogd) name=runit ;;
            supervisord) name=supervisor ;;
            *) name=${name%-lone} name=${name%-log} ;;
        esac
        printf '%s\t%s\t%s\t%s\n' "$1" "$name" "$b" "$2" | tee -a "$results"
    done
}
is_wanted() { case ",${BENCH_ONLY:-$1}," in *",$1,"*) ;; *) return 1 ;; esac; }
pick() { # CANDIDATE...: those that are installed, into `chosen`; a leading number is a signal
    local one program
    chosen=()
    for one; do
        program=${one#[0-9]* }
        if [ -x "${program%% *}" ]; then chosen+=("$one"); else echo "bench: ${program%% *} is not there" >&2; fi
    done
}
watch() { /mnt/stopwatch "$@" 2>>"$out/said"; }
supervisors() { # N
    printf '%s\n' "/mnt/stopwatch spawn $1 $service" "/mnt/roinit -c /mnt/$1.ini" "/mnt/roinit-glibc -c /mnt/$1.ini" \
        "/usr/bin/s6-svscan -c 2000 /mnt/s6-$1"
    echo "/usr/bin/runsvdir /mnt/runit-$1"
    [ "$1" = 1000 ] || echo "/usr/bin/supervisord -c /mnt/$1.conf" # with 1,000 it takes the most part of a minute
    [ ! -x "$dinit" ] || echo "$dinit -m -d /mnt/dinit-$1"
}
lone() { # COMMAND
    printf '%s\n' "/usr/bin/dumb-init $1" "/usr/bin/tini -- $1" "/usr/bin/catatonit -- $1" "/mnt/roinit-lone -- $1" "/mnt/roinit-glibc-lone -- $1"
}
of() { mapfile -t list < <("$@"); pick "${list[@]}"; }
fewer() { local n=$((rounds / $1)); echo $((n > 3 ? n : 3)); }

if is_wanted start; then
    of lone /bin/true
    watch start $((rounds * 8)) "${chosen[@]}" | rows "a lone \`true\`, from start to end" µs
fi
for n in 1 10 100 1000; do
    of supervisors "$n"
    case $n in 1000) some=$(fewer 10) ;; 100) some=$(fewer 3) ;; *) some=$rounds ;; esac
    if is_wanted all; then watch all "$some" "$n" /mnt/fifo "${chosen[@]}" | rows "until $n run" µs; fi
    if is_wanted memory; then
        watch memory "$n" /mnt/fifo "${chosen[@]}" >"$out/memory"
        rows "memory (PSS) with $n" kB <"$out/memory"
        rows "processes beside $n services" "" 2 <"$out/memory"
    fi
done
if is_wanted restart; then
    of supervisors 1
    watch restart "$(fewer 3)" /mnt/fifo "${chosen[@]:1}" | rows "until a killed service is back" µs
fi
if is_wanted signal; then
    of lone "/mnt/stopwatch echo /mnt/fifo"
    watch signal $((rounds * 30)) /mnt/fifo "${chosen[@]}" | rows "a forwarded signal" µs
fi
if is_wanted orphans; then
    of lone "/mnt/stopwatch orphaned /mnt/fifo $orphans"
    pick "${chosen[@]}" "/usr/bin/s6-svscan /mnt/orphans-s6" "/usr/bin/runsvdir /mnt/orphans-runit"
    watch orphans "$orphans" /mnt/fifo "${chosen[@]}" >"$out/orphans"
    rows "CPU for each of $orphans orphans" ns <"$out/orphans"
    rows "zombies a second after" "" 2 <"$out/orphans"
    pick "/mnt/roinit -c /mnt/orphans.ini" "/mnt/roinit-glibc -c /mnt/orphans.ini"
    watch orphans "$orphans" /mnt/fifo "${chosen[@]}" | rows "the same, by a contract" ns
fi
if is_wanted stop; then
    for n in 1 100 1000; do
        # Not runit: runsvdir ends without waiting for its services.
        pick "15 /mnt/stopwatch spawn $n $service" "15 /mnt/roinit -c /mnt/$n.ini" "15 /mnt/roinit-glibc -c /mnt/$n.ini" \
            "15 /usr/bin/s6-svscan -c 2000 /mnt/s6-$n"
        [ "$n" = 1000 ] || pick "${chosen[@]}" "15 /usr/bin/supervisord -c /mnt/$n.conf"
        watch stop "$(fewer $((n > 10 ? 10 : 3)))" "$n" /mnt/fifo "${chosen[@]}" | rows "until $n are stopped" µs
    done
fi
if is_wanted idle; then
    of supervisors 10
    watch idle "$idle" 10 /mnt/fifo "${chosen[@]}" >"$out/idle"
    rows "wake-ups in $idle idle seconds" "" <"$out/idle"
    rows "CPU in $idle idle seconds" µs 2 <"$out/idle"
fi
if is_wanted log; then
    pick /mnt/cat /mnt/roinit-log /mnt/roinit-glibc-log /mnt/s6-log /mnt/svlogd
    watch start "$(fewer 4)" "${chosen[@]}" | rows "$lines lines of 100 bytes, with a name in front" µs
fi
if is_wanted mounts; then
    for kind in distinct:0 distinct:10 distinct:1000 distinct:5000 stacked:20000; do
        watch mounts "${kind%:*}" "${kind#*:}" /mnt/stopwatch start "$(fewer 3)" "/mnt/roinit -c /mnt/task.ini" "/mnt/roinit-glibc -c /mnt/task.ini" |
            rows "a boot with ${kind#*:} ${kind%:*} mounts more" µs
    done
fi
if is_wanted size; then
    while read -r name paths; do
        # shellcheck disable=SC2086 # a list
        if size=$(stat -L -c %s $paths 2>/dev/null); then
            echo "$name $(awk '{ sum += $1 } END { print sum }' <<<"$size")"
        fi
    done <<SIZES | rows "size of the programs" bytes
roinit /mnt/roinit
roinit-glibc /mnt/roinit-glibc
dumb-init /usr/bin/dumb-init
tini /usr/bin/tini
catatonit /usr/bin/catatonit
s6 /usr/bin/s6-svscan /usr/bin/s6-supervise
runit /usr/bin/runsvdir /usr/bin/runsv
SIZES
fi

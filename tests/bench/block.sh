#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# block.sh OUT NAME: one block of the bench, on the stage that stage.sh put up; run.sh calls it. Adds to OUT/results.tsv
# lines `ROW NAME VALUE UNIT BLOCK`, tabs between.
set -euo pipefail
export LC_ALL=C TMPDIR=/mnt # for supervisor

out=$1 block=$2
dinit=${DINIT:-/nowhere/dinit}
service="/mnt/stopwatch service /mnt/fifo"
is_of_size() { case " $BENCH_SIZES " in *" $1 "*) ;; *) return 1 ;; esac; }

rows() { # ROW UNIT [COLUMN]: of lines `NAME FIGURE FIGURE...`
    local words name value
    while read -ra words; do
        name=${words[0]##*/} value=${words[${3:-1}]:-failed}
        case $name in
            stopwatch | cat) name="bare loop" ;;
            s6-svscan | s6-log) name=s6 ;;
            runsvdir | svlogd) name=runit ;;
            supervisord) name=supervisor ;;
            *) name=${name%-lone} name=${name%-log} ;;
        esac
        printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$name" "$value" "$2" "$block" | tee -a "$out/results.tsv"
    done
}
pick() { # CANDIDATE...: those that are installed, into `chosen`; a leading number is a signal, a leading word is `lone`
    local one program
    chosen=()
    for one; do
        program=${one#[0-9]* } program=${program#lone } program=${program%% *}
        case $program in /usr/*) case ",${BENCH_PEERS:-${program##*/}}," in *",${program##*/},"*) ;; *) continue ;; esac ;; esac
        if [ -x "$program" ]; then chosen+=("$one"); else echo "bench: $program is not there" >&2; fi
    done
}
watch() { /mnt/stopwatch "$@" 2> >(tail -n 40 >>"$out/said"); }
supervisors() { # N: supervisor takes 15 s for 1,000
    printf '%s\n' "/mnt/stopwatch spawn $1 $service" "/mnt/roinit -c /mnt/$1.ini" "/mnt/roinit-glibc -c /mnt/$1.ini" \
        "/usr/bin/s6-svscan -c 2000 /mnt/$1-s6" "/usr/bin/runsvdir /mnt/$1-runit"
    [ "$1" = 1000 ] || echo "/usr/bin/supervisord -c /mnt/$1.conf"
    [ ! -x "$dinit" ] || echo "$dinit -o -d /mnt/dinit-$1 -p /mnt/dinitctl"
}
peers() { # COMMAND
    printf '%s\n' "/usr/bin/tini -- $1" "/usr/bin/dumb-init $1" "/usr/bin/catatonit -- $1"
}
lone() { # COMMAND
    printf '%s\n' "/mnt/roinit-lone -- $1" "/mnt/roinit-glibc-lone -- $1"
    peers "$1"
}
of() { mapfile -t list < <("$@"); pick "${list[@]}"; }
fewer() { local n=$((ROUNDS / $1)) least=3; [ "$ROUNDS" -ge 3 ] || least=$ROUNDS; echo $((n > least ? n : least)); }
some() { case $1 in 1000) fewer 7 ;; 100) fewer 2 ;; *) echo "$ROUNDS" ;; esac; } # rounds for N services

block_size() {
    local name paths size
    while read -r name paths; do
        # shellcheck disable=SC2086 # a list
        if size=$(stat -L -c %s $paths 2>/dev/null); then
            echo "$name $(awk '{ sum += $1 } END { print sum }' <<<"$size")"
        fi
    done <<SIZES | rows "size of the programs (roinit: static)" bytes
roinit /mnt/roinit
roinit-glibc /mnt/roinit-glibc
tini /usr/bin/tini
dumb-init /usr/bin/dumb-init
catatonit /usr/bin/catatonit
s6 /usr/bin/s6-svscan /usr/bin/s6-supervise
runit /usr/bin/runsvdir /usr/bin/runsv
dinit $dinit
SIZES
}
block_start() {
    of lone /bin/true
    watch start $((ROUNDS * 10)) "${chosen[@]}" | rows "a lone \`true\`, from start to end" µs
}
block_signal() {
    of lone "/mnt/stopwatch echo /mnt/fifo"
    watch signal $((ROUNDS * 40)) /mnt/fifo "${chosen[@]}" | rows "a forwarded signal" µs
}
block_restart() {
    of supervisors 1
    watch restart "$ROUNDS" /mnt/fifo "${chosen[@]:1}" | rows "until a killed service is back" µs
}
block_log() {
    pick /mnt/cat /mnt/roinit-log /mnt/roinit-glibc-log /mnt/s6-log /mnt/svlogd
    watch start "$(fewer 2)" "${chosen[@]}" | rows "$LINES lines of 100 bytes, with a name in front" µs
}
block_mounts() {
    local kind
    for kind in ${BENCH_MOUNTS:-distinct:0 distinct:10 distinct:1000 distinct:5000 stacked:20000}; do
        watch mounts "${kind%:*}" "${kind#*:}" /mnt/stopwatch start "$(fewer 2)" "/mnt/roinit -c /mnt/task.ini" "/mnt/roinit-glibc -c /mnt/task.ini" |
            rows "a boot with ${kind#*:} ${kind%:*} mounts more" µs
    done
}
# The comparing rows of the scoreboard: T12, T32, T43, T02, T01.
block_seize() {
    of lone "/mnt/stopwatch seize /mnt/fifo"
    pick "${chosen[@]}" "/usr/bin/s6-svscan /mnt/seize-s6"
    watch seize 3 /mnt/fifo "${chosen[@]}" | rows "a process of its uid traces PID 1 and ends" ""
    pick "/mnt/roinit -c /mnt/seize.ini" "/mnt/roinit-glibc -c /mnt/seize.ini"
    watch seize 3 /mnt/fifo "${chosen[@]}" | rows "the same, by a contract" ""
}
block_stall() {
    of lone "/mnt/stopwatch talks /mnt/fifo /mnt/steady"
    watch stalled "$STALL_SECONDS" /mnt/fifo /mnt/steady "${chosen[@]/#/lone }" >"$out/lone"
    pick "/mnt/roinit -c /mnt/stall.ini" "/mnt/roinit-glibc -c /mnt/stall.ini" "/usr/bin/s6-svscan /mnt/stall-s6" "/usr/bin/runsvdir /mnt/stall-runit"
    watch stalled "$STALL_SECONDS" /mnt/fifo /mnt/steady "${chosen[@]}" >"$out/services"
    rows "nobody reads the output: starts a second of a service that crashes in a loop" "" <"$out/services"
    rows "meanwhile: until a killed service is back, the longest" µs 2 <"$out/services"
    rows "meanwhile: a forwarded signal to a lone command, the longest" µs 2 <"$out/lone"
    { cat "$out/services"; grep -v roinit "$out/lone"; } | rows "meanwhile: how often PID 1 was found waiting in a write" "" 3
}
block_fork() {
    of peers "$service"
    pick "/mnt/roinit -c /mnt/fork.ini" "/mnt/roinit-glibc -c /mnt/fork.ini" "${chosen[@]}" \
        "/usr/bin/s6-svscan /mnt/fork-s6" "/usr/bin/runsvdir /mnt/fork-runit"
    watch fork "$FORK_SECONDS" /mnt/fifo "${chosen[@]}" | rows "fork fails for $FORK_SECONDS s: from its end until the service is up" µs
}
block_burst() {
    of lone "/mnt/stopwatch crowd /mnt/fifo $BURST"
    pick "${chosen[@]}" "/usr/bin/s6-svscan /mnt/burst-s6" "/usr/bin/runsvdir /mnt/burst-runit"
    watch burst "$BURST" /mnt/fifo - "${chosen[@]}" >"$out/burst"
    rows "until $BURST orphans that die at once are gone" µs <"$out/burst"
    rows "of them left after a second" "" 2 <"$out/burst"
    : >"$out/burst"
    for one in roinit roinit-glibc; do
        watch burst "$BURST" /mnt/fifo /mnt/state/control "/mnt/$one -c /mnt/burst.ini" >>"$out/burst"
    done
    rows "the same, by a contract that is asked for its status" µs <"$out/burst"
    rows "and the longest answer meanwhile" µs 3 <"$out/burst"
}
block_orphans() {
    of lone "/mnt/stopwatch orphaned /mnt/fifo $((ORPHANS / 10))"
    pick "${chosen[@]}" "/usr/bin/s6-svscan /mnt/orphans-s6" "/usr/bin/runsvdir /mnt/orphans-runit" \
        "/mnt/roinit -c /mnt/orphans.ini" "/mnt/roinit-glibc -c /mnt/orphans.ini"
    watch orphans "$ORPHANS" /mnt/fifo "${chosen[@]}" >"$out/both"
    head -n -2 "$out/both" >"$out/orphans"
    rows "CPU for each of $ORPHANS orphans" ns <"$out/orphans"
    rows "zombies a second after" "" 2 <"$out/orphans"
    rows "the most processes at once" "" 3 <"$out/orphans"
    tail -n 2 "$out/both" | rows "CPU for each, by a contract" ns
}
block_all() {
    local n
    for n in $BENCH_SIZES; do
        of supervisors "$n"
        watch all "$(some "$n")" "$n" /mnt/fifo "${chosen[@]}" >"$out/all"
        if [ "$n" = 1000 ] && pick "/usr/bin/supervisord -c /mnt/$n.conf" && [ "${#chosen[@]}" != 0 ]; then
            watch all 1 "$n" /mnt/fifo "${chosen[@]}" >>"$out/all"
        fi
        [ "$n" = 1 ] || rows "until the first of $n runs" µs 2 <"$out/all"
        rows "until $n run" µs <"$out/all"
    done
}
block_memory() {
    local n
    for n in $BENCH_SIZES; do
        of supervisors "$n"
        [ "$n" != 1000 ] || pick "${chosen[@]}" "/usr/bin/supervisord -c /mnt/$n.conf"
        watch memory "$n" /mnt/fifo "${chosen[@]}" >"$out/memory"
        rows "memory (PSS) with $n" kB <"$out/memory"
        rows "processes beside $n services" "" 2 <"$out/memory"
    done
}
block_stop() {
    local n
    for n in $BENCH_SIZES; do
        [ "$n" != 10 ] || continue
        # Not runit: runsvdir ends without waiting for its services.
        pick "15 /mnt/stopwatch spawn $n $service" "15 /mnt/roinit -c /mnt/$n.ini" "15 /mnt/roinit-glibc -c /mnt/$n.ini" \
            "15 /usr/bin/s6-svscan -c 2000 /mnt/$n-s6"
        [ "$n" = 1000 ] || pick "${chosen[@]}" "15 /usr/bin/supervisord -c /mnt/$n.conf"
        [ ! -x "$dinit" ] || pick "${chosen[@]}" "15 $dinit -o -d /mnt/dinit-$n -p /mnt/dinitctl"
        watch stop "$(some "$n")" "$n" /mnt/fifo "${chosen[@]}" >"$out/stop"
        if [ "$n" = 1000 ] && pick "15 /usr/bin/supervisord -c /mnt/$n.conf" && [ "${#chosen[@]}" != 0 ]; then
            watch stop 1 "$n" /mnt/fifo "${chosen[@]}" >>"$out/stop"
        fi
        rows "until $n are stopped" µs <"$out/stop"
    done
}
block_idle() {
    local n=1
    ! is_of_size 10 || n=10
    of supervisors "$n"
    watch idle "$IDLE_SECONDS" "$n" /mnt/fifo "${chosen[@]}" >"$out/idle"
    rows "wake-ups in $IDLE_SECONDS idle seconds" "" <"$out/idle"
    rows "CPU in $IDLE_SECONDS idle seconds" µs 2 <"$out/idle"
}
"block_$block"

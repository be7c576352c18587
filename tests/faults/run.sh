#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh DIRECTORY ROINIT PUPPET INJECT OOM SIEGE CLOCK: each system call of a boot and of a restart fails once, with each error that it
# documents (errnos.txt). The real program, as PID 1 of namespaces of its own, with strace outside of them; which calls
# there are is recorded first. Root only.
#
#   boot     from main() on (what the C library calls before it is not ours: its answer to a brk that fails there is a
#            crash), in a box that keeps its contract, and in boxes that break it in one point each; in the first, each
#            call also fails from then on, always (N+; but for waitid, without which nothing ends)
#   volume   a boot that prepares a volume: PID 1, and the processes that walk through it
#   running  from the moment when the service is up: it fails, is started again, and ends the container
#   asked    the same, with clients who ask for all that there is, checks, schedules and notify messages; a stop at the end
#
#   memory   each allocation of a boot and a restart fails once (OOM is the program with oom.c before its allocator)
#
#   sieges   what lasts (siege.c): SIEGE_SECONDS, SIEGE_STUCK_SECONDS, OOM_RUNS say how long; CLOCK is the program with
#            clock.c before the C library
#
# What must hold: never a hang, never a signal; a code of `roinit explain`, and where it isn't 0 a sentence; in a box that
# breaks its contract the service never runs; and after the boot no call of PID 1 that fails ends it.
# Prints what doesn't hold; the last line is `N passed, N failed`, and how many sieges were left out. FAULTS_ONLY=openat,read: those calls alone.
# FAULTS_SHARE=N: one of N faults, FAULTS_PART says which (another one each time); of those of "asked", which are many and slow, always one of 10 N.
set -uo pipefail
export LC_ALL=C

out=$(realpath -m "$1") roinit=$(realpath "$2") puppet=$(realpath "$3") injector=$(realpath "$4") oom=$(realpath "$5")
siege=$(realpath "$6") clock=$(realpath "$7")
here=$(realpath "$(dirname "$0")")
boxes=(well writable missing undeclared noexec read-only)
seconds=${FAULTS_SECONDS:-60} # longer is never

if [ "${FAULTS_INSIDE:-}" != yes ]; then
    [ "$(id -u)" = 0 ] || { echo "faults: root is needed, for namespaces and strace" >&2; exit 1; }
    command -v strace >/dev/null || { echo "faults: strace is not there (make packages)" >&2; exit 1; }
    FAULTS_INSIDE=yes exec unshare -m "$0" "$out" "$roinit" "$puppet" "$injector" "$oom" "$siege" "$clock"
fi

# ---- two roots, one for each contract
mount --make-rprivate /
mkdir -p "$out"
for when in boot volume running asked oom; do
    root=$out/$when
    mkdir -p "$root"
    mount -t tmpfs -o mode=755 faults "$root"
    mkdir -p "$root"/{etc,proc,dev,run,tmp,srv,seed}
    echo seeded >"$root/seed/seeded"
    program=$roinit
    [ "$when" != oom ] || program=$oom
    cp "$program" "$root/roinit" && cp "$puppet" "$root/puppet" && cp "$here/$when.ini" "$root/etc/roinit.ini" || exit
    mount -t tmpfs -o mode=755,size=64k faults "$root/dev"
    for node in null zero full tty random urandom; do
        : >"$root/dev/$node"
        mount --bind "/dev/$node" "$root/dev/$node"
    done
    mount -o remount,bind,ro "$root"
done

inject() { # BOX WHEN STRACE-WORD...
    local moment=$2
    [ "$2" != volume ] || moment=boot
    "$injector" "$out/$2" "$1" "$moment" "$seconds" "${@:3}"
}

# one BOX WHEN WHO CALL ERRNO N: a line `ok|FAIL BOX WHEN CALL ERRNO N: CODE UPS MS SENTENCE`
one() {
    local said code ups ms sentence verdict=ok follow=() fault="error=$5"
    # Children are followed until they are what they shall become. (strace counts for each process: all of them fail.)
    [ "$3" = 1 ] || follow=(-f -b execve)
    [ "$2" != volume ] || follow=(-f) # PID 1's own exec comes first
    # The kernel's brk has no errors: it returns where the break stands (brk(2)).
    [ "$4" != brk ] || fault=retval=0
    said=$(inject "$1" "$2" "${follow[@]}" -o /dev/null -e "trace=$4" -e "inject=$4:$fault:when=$6" 2>&1)
    read -r code ups ms sentence <<<"$said"
    case $code in # where a write failed, it was the sentence that could not be written
        0) ;;
        98 | 99) [ "$2" = volume ] || verdict=FAIL ;; # the puppet, whose calls fail as well
        64 | 69 | 70 | 71 | 75 | 77 | 78 | 126 | 127) [ -n "$sentence" ] || [ "$4" = write ] || verdict=FAIL ;;
        *) verdict=FAIL ;;
    esac
    case $1 in
        volume) [ "$code" != 0 ] || [ "$ups" -gt 0 ] || [ "$4" = write ] || verdict=FAIL ;; # the puppet's own "up"
        well) [ "$code" != 0 ] || [ "$ups" -gt 0 ] || verdict=FAIL ;;
        *) [ "$code" != 0 ] && [ "$ups" = 0 ] || verdict=FAIL ;;
    esac
    [ "$2" != asked ] || { [ "$code" = 0 ] && [ "$ups" -gt 0 ]; } || verdict=FAIL
    [ "$2$3" != running1 ] || { [ "$code" = 0 ] && [ "$ups" -ge 2 ]; } || verdict=FAIL
    echo "$verdict $1 $2 $4 $5 $6: $code $ups $ms $sentence"
}
# allocation N: the N-th one fails. Before anything was started that may end the boot, with a sentence; after it, nothing.
allocation() {
    local code ups ms sentence verdict=ok
    read -r code ups ms sentence < <(FAIL_ALLOC=$1 "$injector" "$out/oom" well boot "$seconds" -o /dev/null -e trace=none 2>&1)
    case $code:$ups in
        0:1) ;;
        71:0 | 77:0 | 78:0) [ -n "$sentence" ] || verdict=FAIL ;;
        *) verdict=FAIL ;;
    esac
    echo "$verdict memory allocation $1: $code $ups $ms $sentence"
}
export -f one inject allocation
export out seconds injector

# ---- which calls there are. A line of the plan is `BOX WHEN WHO CALL ERRNO N`; WHO is 1 for PID 1.
record() { # BOX WHEN
    local log=$out/$1-$2.log
    local follow=()
    case $2 in
        boot) ;;
        volume) follow=(-f) ;;
        *) follow=(-f -b execve) ;;
    esac
    inject "$1" "$2" "${follow[@]}" -o "$log" >"$log.said" 2>&1 || { cat "$log.said"; return 1; }
    awk -v box="$1" -v when="$2" -v only=",${FAULTS_ONLY:-}," '
        FILENAME ~ /errnos/ { if ($1 !~ /^#/ && NF) row[$1] = $0; next }
        { pid = 1 }
        when != "boot" { if (!first) first = $1; pid = ($1 == first) ? 1 : $1; sub(/^[0-9]+ +/, "") }
        !match($0, /^[a-z_0-9]+\(/) || /^restart_syscall/ { next }
        { call = substr($0, 1, RLENGTH - 1); n = ++count[pid, call] }
        pid == 1 && (when == "boot" || when == "volume") && /^execve\("\/roinit"/ { is_exec = 1 }
        pid == 1 && is_exec && call == "getpid" { is_on = 1 }
        (when == "boot" || when == "volume") && pid == 1 && !is_on { begun[call] = n; next }
        !is_on && (when == "boot" || when == "volume") { next }
        pid != 1 && when == "volume" && n <= begun[call] { next } # strace fails those of the start, too
        only != ",," && index(only, "," call ",") == 0 { next }
        !(call in row) { print "faults: " call " has no row in errnos.txt" > "/dev/stderr"; bad = 1; next }
        {
            if (pid != 1 && when == "asked") next; # children: as in running
            # strace leaves open what it lets fail, as the kernel never does: whoever waits for its end waits on.
            if (call == "close" && when == "asked") next;
            who = pid == 1 ? 1 : "child"
            words = split(row[call], errno, " ")
            for (i = 2; i <= words; i++)
                if (errno[i] != "-" && !seen[who, call, errno[i], n]++) {
                    print box, when, who, call, errno[i], n
                    if (box == "well" && when == "boot" && call != "waitid" && !lasts[call, errno[i]]++) print box, when, who, call, errno[i], n "+"
                }
        }
        END { exit bad }' "$here/errnos.txt" "$log"
}

failed=0
plan=$out/plan
: >"$plan"
for box in "${boxes[@]}"; do record "$box" boot >>"$plan" || failed=1; done
record volume volume >>"$plan" || failed=1
record well running >>"$plan" || failed=1
record well asked >>"$plan" || failed=1
share=${FAULTS_SHARE:-1} part=${FAULTS_PART:-$RANDOM}
awk -v share="$share" -v first=$((part % share)) -v tenth=$((part % (share * 10))) \
    '$2 == "asked" ? NR % (share * 10) == tenth : NR % share == first' "$plan" >"$plan.some" && mv "$plan.some" "$plan"
# Sieges wait more than they work: they go on beside the rest.
if [ -z "${FAULTS_ONLY:-}" ]; then
    ROINIT=$roinit PUPPET=$puppet ROINIT_CLOCK=$clock "$siege" >"$out/sieges" &
    sieges=$!
fi
# shellcheck disable=SC2016 # for the inner shell
xargs -P "$(nproc)" -L 1 bash -c 'one "$@"' one <"$plan" >"$out/results"
if [ -z "${FAULTS_ONLY:-}" ]; then
    all=$(FAIL_ALLOC=0 "$injector" "$out/oom" well boot "$seconds" -e trace=none -o /dev/null 2>&1 | sed -nE 's/.*roinit: ([0-9]+) allocations$/\1/p')
    [ "${all:-0}" -gt 0 ] || { echo "faults: no allocation was counted"; failed=1; }
    # shellcheck disable=SC2016 # for the inner shell
    seq "${all:-0}" | xargs -P "$(nproc)" -L 1 bash -c 'allocation "$@"' allocation >>"$out/results"
    seq "${all:-0}" >>"$plan"
fi
grep '^FAIL' "$out/results"
passed=$(grep -c '^ok' "$out/results")
failed=$((failed + $(wc -l <"$plan") - passed))
if [ -z "${FAULTS_ONLY:-}" ]; then
    wait "$sieges" || failed=$((failed + 1))
    cat "$out/sieges"
    well=$(sed -nE 's/^([0-9]+) passed, [0-9]+ failed$/\1/p' "$out/sieges" | tail -1)
    left=$(grep -c 'LEFT OUT: [a-z_0-9]*:' "$out/sieges")
    passed=$((passed + ${well:-0} - left))
fi
echo "$passed passed, $failed failed$([ "${left:-0}" = 0 ] || echo ", $left left out")"
[ "$failed" = 0 ]

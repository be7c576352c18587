#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# stage.sh OUT ROINIT ROINIT_MUSL: what the blocks of the bench run on, in the mount namespace that run.sh made: all lies
# on a tmpfs at /mnt, and the root is read-only.
set -euo pipefail

out=$1 roinit=$2 musl=$3
mount --make-rprivate /
mount -t tmpfs -o mode=0755 bench /mnt
cp "$out/stopwatch" /mnt/stopwatch
cp "$roinit" /mnt/roinit-glibc
cp "$musl" /mnt/roinit
for link in roinit roinit-glibc; do ln "/mnt/$link" "/mnt/$link-lone"; done
siege_uid=2000

contract() { # NAME: of standard input
    { printf '[require]\nundeclared-mounts = allow\n'; cat; } >"/mnt/$1.ini"
}
folder() { # SET NAME WORD...: a service of s6's and runit's, which keep their state beside it
    local kind name=$2
    for kind in s6 runit; do
        mkdir -p "/mnt/$1-$kind/$name"
        printf '#!/bin/sh\nexec /mnt/stopwatch %s\n' "${*:3}" >"/mnt/$1-$kind/$name/run"
        chmod 755 "/mnt/$1-$kind/$name/run"
    done
}
ends_never=$'[defaults]\nrestart = always\nrestart-delay = 0\nstart-limit = 0'

# ---- N services
service="/mnt/stopwatch service /mnt/fifo"
for n in $BENCH_SIZES; do
    {
        printf '%s\nlog = raw\n' "$ends_never"
        for i in $(seq "$n"); do printf '[service s%d]\ncommand = %s\n' "$i" "$service"; done
    } | contract "$n"
    {
        printf '[supervisord]\nnodaemon=true\nuser=root\nlogfile=/dev/null\nlogfile_maxbytes=0\npidfile=/mnt/supervisord.pid\nminfds=8192\nsilent=true\n'
        printf '[program:s]\ncommand=%s\nnumprocs=%d\nprocess_name=%%(process_num)d\nautorestart=true\nstartsecs=0\n' "$service" "$n"
        printf 'stdout_logfile=NONE\nstderr_logfile=NONE\n'
    } >"/mnt/$n.conf"
    mkdir -p "/mnt/dinit-$n"
    printf 'type = internal\n' >"/mnt/dinit-$n/boot"
    for i in $(seq "$n"); do
        for kind in s6 runit; do # the stopwatch is called `run` there: no shell stands between
            mkdir -p "/mnt/$n-$kind/s$i" && ln /mnt/stopwatch "/mnt/$n-$kind/s$i/run"
        done
        printf 'type = process\ncommand = %s\nrestart = true\nrestart-delay = 0\nrestart-limit-count = 0\n' "$service" >"/mnt/dinit-$n/s$i"
        printf 'waits-for: s%d\n' "$i" >>"/mnt/dinit-$n/boot"
    done
done

# ---- under siege
turn=$((ORPHANS / 10))
printf '[service storm]\ncommand = /mnt/stopwatch orphaned /mnt/fifo %d\n' "$turn" | contract orphans
folder orphans storm orphaned /mnt/fifo "$turn"
mkdir -m 755 /mnt/state
printf '[init]\nstate-dir = /mnt/state\n[volume /mnt]\n[service crowd]\ncommand = /mnt/stopwatch crowd /mnt/fifo %d\n' "$BURST" | contract burst
folder burst crowd crowd /mnt/fifo "$BURST"
printf '[service seize]\ncommand = /mnt/stopwatch seize /mnt/fifo\n' | contract seize
folder seize seize seize /mnt/fifo
printf '%s\nlog = text\n[service talk]\ncommand = /mnt/stopwatch talk /mnt/fifo\n[service steady]\ncommand = /mnt/stopwatch service /mnt/steady\n' \
    "$ends_never" | contract stall
folder stall talk talk /mnt/fifo
folder stall steady service /mnt/steady
printf '%s\n[service one]\ncommand = %s\n' "$ends_never" "$service" | contract fork
folder fork one service /mnt/fifo
chown -R "$siege_uid:$siege_uid" /mnt/{seize,fork}-{s6,runit}

# ---- logs: each logger with what it is given by a pipe; cat is the least that can be done
printf '[task web]\nlog = text\ncommand = /mnt/stopwatch lines %d\n' "$LINES" | contract lines
script() { printf '#!/bin/sh\n%s\n' "$2" >"/mnt/$1" && chmod 755 "/mnt/$1"; }
mkdir -p /mnt/svlog && printf 'pweb: \n' >/mnt/svlog/config
script cat "/mnt/stopwatch lines $LINES | /bin/cat >/dev/null"
script s6-log "/mnt/stopwatch lines $LINES | /usr/bin/s6-log -b -- 'pweb: ' 1 >/dev/null"
script svlogd "/mnt/stopwatch lines $LINES | /usr/bin/svlogd /mnt/svlog 2>/dev/null"
script roinit-log "exec /mnt/roinit -c /mnt/lines.ini >/dev/null"
script roinit-glibc-log "exec /mnt/roinit-glibc -c /mnt/lines.ini >/dev/null"

printf '[require]\nundeclared-mounts = warn\n[task t]\ncommand = /bin/true\n' >/mnt/task.ini
chmod 644 /mnt/*.ini
mount --bind "$out" "$out" && mount -o bind,remount,ro /

#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# demo.sh ROINIT: boots examples/nginx as a container with nothing but the kernel: a mount, pid, ipc, uts and network
# namespace of its own, and a root made of this machine's programs. Shows a verified boot, a page, the status, a
# write that fails and an ordered stop with code 0; then the same with a writable root, refused with code 77.
#
# demo.sh --inside DIR ROINIT ro|rw is the part that runs in the namespaces and becomes PID 1.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
example=$(cd "$here/../../examples/nginx" && pwd)
places=(/tmp /run /var/cache/nginx)

# The image: a small file system of its own, the machine's programs and libraries bound into it, and what the
# example's Dockerfile copies. Nothing of the machine is writable in it.
make_image() { # ROOT ROINIT
    local root=$1 name
    mount -t tmpfs -o mode=0755,size=64m image "$root"
    mkdir -p "$root"/{etc/nginx,proc,sys,dev,tmp,run,srv/www,var/cache/nginx,var/lib/nginx,var/log/nginx,old}
    for name in usr bin sbin lib lib32 lib64 libx32; do
        if [ -L "/$name" ]; then
            cp -a "/$name" "$root/$name"
        elif [ -d "/$name" ]; then
            mkdir "$root/$name"
            mount --bind "/$name" "$root/$name"
            mount -o remount,bind,ro "$root/$name"
        fi
    done
    cp -a /etc/passwd /etc/group /etc/ld.so.cache /etc/nsswitch.conf "$root/etc/" 2>/dev/null || true
    cp -a /etc/nginx/mime.types "$root/etc/nginx/"
    [ ! -d /etc/alternatives ] || cp -a /etc/alternatives "$root/etc/"
    install -m 755 "$2" "$root/roinit"
    install -m 644 "$example/roinit.ini" "$root/etc/roinit.ini"
    install -m 644 "$example/nginx.conf" "$root/etc/nginx/nginx.conf"
    install -m 644 "$example/index.html" "$root/srv/www/index.html"
}

# What an engine mounts into every container, and what `--tmpfs` asks for.
mount_surfaces() { # ROOT
    local root=$1 name place
    mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
    mount -t tmpfs -o nosuid,mode=0755,size=64k dev "$root/dev"
    for name in null zero full random urandom tty; do
        : >"$root/dev/$name"
        mount --bind "/dev/$name" "$root/dev/$name"
    done
    ln -s /proc/self/fd "$root/dev/fd"
    for name in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${name%%:*}" "$root/dev/${name#*:}"; done
    for place in "${places[@]}"; do
        mount -t tmpfs -o rw,nosuid,nodev,noexec,mode=0755,size=16m,uid=10001,gid=10001 tmpfs "$root$place"
    done
}

if [ "${1:-}" = --inside ]; then
    root=$2
    make_image "$root" "$3"
    mount_surfaces "$root"
    [ "$4" = rw ] || mount -o remount,bind,ro "$root"
    ip link set lo up
    cd "$root"
    pivot_root . old
    umount -l /old
    exec chroot . /usr/bin/setpriv --reuid 10001 --regid 10001 --clear-groups --bounding-set -all --no-new-privs \
        /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin /roinit
fi

exec 2>&1 # what is told and what is refused, in order
roinit=$(realpath "$1")
fail() { echo "demo: FAILED: $*" >&2; exit 1; }
[ "$(id -u)" = 0 ] || fail "the demo makes namespaces and mounts; run it as root"
work=$(mktemp -d)
mkdir "$work/root"
outer=
# shellcheck disable=SC2317 # called by the trap
finish() {
    [ -z "$outer" ] || kill -KILL "$outer" 2>/dev/null || true
    rm -rf --one-file-system "$work"
}
trap finish EXIT

boot() { # ro|rw: starts the container; it dies with us
    unshare --mount --pid --ipc --uts --net --fork --kill-child --propagation private \
        "$here/demo.sh" --inside "$work/root" "$roinit" "$1" >"$work/log" 2>&1 &
    outer=$!
}
inside() { nsenter --target "$pid1" --mount --pid --net --ipc --uts "$@"; }
as_user() { inside setpriv --reuid 10001 --regid 10001 --clear-groups --bounding-set -all --no-new-privs "$@"; }
title() { printf '\n\033[1m%s\033[0m\n' "$*"; }

title "1. A read-only root: verified, then started"
boot ro
pid1=
for _ in $(seq 1 100); do
    pid1=$(cat "/proc/$outer/task/$outer/children" 2>/dev/null || true)
    pid1=${pid1%% *}
    [ -z "$pid1" ] || ! inside curl -fsS http://127.0.0.1:8080/ >"$work/page" 2>/dev/null || break
    kill -0 "$outer" 2>/dev/null || { cat "$work/log"; fail "the container ended at once"; }
    sleep 0.1
done
[ -s "$work/page" ] || { cat "$work/log"; fail "no page within 10 s"; }
as_user /roinit verify || fail "roinit verify: $?"
echo "PID 1 runs as uid $(awk '/^Uid/ { print $2 }' "/proc/$pid1/status"), capabilities $(awk '/^CapBnd/ { print $2 }' "/proc/$pid1/status")"

title "2. A page, from the container's own network"
cat "$work/page"

title "3. roinit status"
as_user /roinit status || fail "roinit status: $?"

title "4. A write where the contract grants none"
if as_user touch /srv/www/defaced; then fail "the write succeeded"; fi
if inside touch /srv/www/defaced; then fail "root's write succeeded"; fi

title "5. TERM: an ordered stop"
kill -TERM "$pid1"
code=0
wait "$outer" || code=$?
outer=
cat "$work/log"
[ "$code" = 0 ] || fail "the exit code is $code, want 0"
echo "exit code $code"

title "6. The same container with a writable root: nothing is started"
boot rw
code=0
wait "$outer" || code=$?
outer=
cat "$work/log"
[ "$code" = 77 ] || fail "the exit code is $code, want 77"
echo "exit code $code"

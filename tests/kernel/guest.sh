#!/bin/sh
# SPDX-License-Identifier: MIT
# guest.sh: what the machine that run.sh boots does. At first as its PID 1, which hands the machine to roinit; then, as
# roinit's task (guest.ini), the tests. What they say goes to the console, their TAP to the second serial line.
set -u
export PATH=/usr/bin:/bin

boot() {
    mount -t proc proc /proc
    mount -t sysfs sysfs /sys
    mount -t devtmpfs devtmpfs /dev
    # A root that can be left by pivot_root(2), as the first one cannot.
    mount --bind / /new
    for name in proc sys dev; do mount --move "/$name" "/new/$name"; done
    cd /new && mount --move . / && exec chroot . "$0" machine
}

machine() {
    while read -r module; do insmod "/modules/$module" || echo "guest: no $module"; done </modules/order
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
    ip link set lo up
    serve
    mount -t tmpfs -o nosuid,nodev,noexec,mode=1777 tmpfs /tmp
    mount -t tmpfs -o nosuid,nodev,noexec,mode=755 tmpfs /run
    mount -o remount,bind,ro /
    exec /roinit -c /guest.ini
}

# The kernel's file server: /export squashes root, /export/trusting does not. What exportfs(8) and mountd(8) tell the
# kernel is told here: whose address it is, the exports with their flags, and which path a file handle is of.
serve() {
    always=2147483647
    exported=$((0x2002 | 0x410)) # with a number of its own, any port; async, no_subtree_check
    squashed=$((exported | 4))
    mount -t tmpfs -o mode=755 export /export
    mkdir /export/trusting
    mount -t tmpfs -o mode=755 trusting /export/trusting
    mount -t nfsd nfsd /proc/fs/nfsd
    echo "-3 +4.2" >/proc/fs/nfsd/versions
    echo "tcp 2049" >/proc/fs/nfsd/portlist
    echo 2 >/proc/fs/nfsd/threads
    echo Y >/proc/fs/nfsd/v4_end_grace
    echo "nfsd 127.0.0.1 $always all" >/proc/net/rpc/auth.unix.ip/channel
    echo "all /export $always $squashed 65534 65534 0" >/proc/net/rpc/nfsd.export/channel
    echo "all /export/trusting $always $exported 65534 65534 1" >/proc/net/rpc/nfsd.export/channel
    printf 'all 1 \\x00000000 %s /export\n' "$always" >/proc/net/rpc/nfsd.fh/channel
    printf 'all 1 \\x01000000 %s /export/trusting\n' "$always" >/proc/net/rpc/nfsd.fh/channel
}

tests() {
    # Out of the group that roinit has made for this task: the tests make their own below the top.
    echo 0 >/sys/fs/cgroup/cgroup.procs
    export ROINIT=/roinit PUPPET=/puppet CI=true CK_VERBOSITY=normal CK_TAP_LOG_FILE_NAME=/tmp/tap
    failed=0
    while read -r program suites; do
        for suite in $suites; do
            CK_RUN_SUITE=$suite "/programs/$program" || failed=1
            cat /tmp/tap >/dev/ttyS1
            rm -f /tmp/tap
        done
    done </suites
    return "$failed"
}

"${1:-boot}"

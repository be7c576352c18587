#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh BUILD ROINIT PUPPET PROGRAM...: what this machine's kernel may not show: boots Debian's kernel for cloud
# machines in QEMU, emulated, so that no /dev/kvm is needed, with roinit as the machine's PID 1, and runs suites of the
# PROGRAMs in it: cgroups of version 2 that are ours, volumes on the kernel's own file server. Prints TAP; the last line
# is `N passed, N failed`. Downloads 45 MB once (Debian's packages), into BUILD/kernel; takes one to two minutes. amd64 only.
#
# KERNEL_PACKAGE names another kernel; KERNEL_SUITES="proc strays watch" runs those suites of that PROGRAM instead;
# KERNEL_SECONDS: when QEMU is ended (600).
set -euo pipefail
export LC_ALL=C

out=$(realpath -m "$1")/kernel roinit=$2 puppet=$3
shift 3
here=$(realpath "$(dirname "$0")")
package=${KERNEL_PACKAGE:-linux-image-cloud-amd64}
kernel=$out/$package
seconds=${KERNEL_SECONDS:-600}

# Which suites, and of which program: `PROGRAM SUITE...`, a line each.
suites() {
    if [ -n "${KERNEL_SUITES:-}" ]; then
        echo "$KERNEL_SUITES"
        return
    fi
    echo "kernel cgroup nfs"
    echo "proc strays watch siege"
}

# What the suites call, and what guest.sh does; the rest is busybox.
programs=(sh dd env mount nsenter setsid sleep tail umount)
applets=(cat chroot insmod ip mkdir rm)
# In the order in which they need each other.
modules=(net/sunrpc/sunrpc net/sunrpc/auth_gss/auth_rpcgss fs/nfs_common/grace fs/nfs_common/nfs_acl fs/lockd/lockd
    fs/netfs/netfs fs/fscache/fscache net/dns_resolver/dns_resolver fs/nfs/nfs fs/nfs/nfsv4 fs/nfsd/nfsd)

# The package is unpacked and not installed: this machine boots what it booted before.
fetch_kernel() {
    local name
    [ ! -e "$kernel" ] || return 0
    apt-cache show "$package" >/dev/null 2>&1 || apt-get -q update >&2
    # The one that is always the newest has nothing in it but the name of the real one.
    name=$(apt-cache depends "$package" | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -1)
    rm -rf "$out/deb" "$kernel.new"
    mkdir -p "$out/deb"
    (cd "$out/deb" && apt-get -q -o APT::Sandbox::User=root download "${name:-$package}" >&2)
    dpkg-deb -x "$out/deb"/*.deb "$kernel.new"
    mv "$kernel.new" "$kernel"
}

put() { # FILE AS: with the libraries that it needs
    local library
    cp -L "$1" "$root$2"
    ldd "$1" 2>/dev/null | grep -o '/[^ ]*' | while read -r library; do
        mkdir -p "$root${library%/*}"
        cp -Lu "$library" "$root$library"
    done
}

build_root() {
    local name program
    root=$out/root
    rm -rf "$root"
    mkdir -p "$root"/{dev,proc,sys,run,tmp,new,export,etc,modules,programs,usr/{bin,lib,lib64},var/lib/nfs/v4recovery}
    for name in bin lib lib64; do ln -s "usr/$name" "$root/$name"; done
    cp "$(type -P busybox)" "$root/bin/busybox"
    for name in "${applets[@]}"; do ln -s busybox "$root/bin/$name"; done
    for name in "${programs[@]}"; do put "$(type -P "$name")" "/bin/$name"; done
    for program; do put "$program" "/programs/${program##*/}"; done
    cp "$roinit" "$root/roinit"
    cp "$puppet" "$root/puppet"
    cp "$here/guest.sh" "$root/init"
    cp "$here/guest.sh" "$here/guest.ini" "$root/"
    suites >"$root/suites"
    for name in "${modules[@]}"; do
        cp "$kernel"/lib/modules/*/kernel/"$name.ko" "$root/modules/"
        echo "${name##*/}.ko" >>"$root/modules/order"
    done
    echo 'root:x:0:0::/:/bin/sh' >"$root/etc/passwd"
    (cd "$root" && find . | busybox cpio -o -H newc 2>/dev/null | gzip -1) >"$out/root.cpio.gz"
}

boot() {
    rm -f "$out/tap" "$out/console"
    timeout -k 5 "$seconds" qemu-system-x86_64 -M q35 -accel tcg -m 1024 -smp 2 -nodefaults -no-user-config \
        -display none -no-reboot -serial "file:$out/console" -serial "file:$out/tap" \
        -kernel "$kernel"/boot/vmlinuz-* -initrd "$out/root.cpio.gz" \
        -append "console=ttyS0 loglevel=1 panic=-1" </dev/null &
    qemu=$!
    trap 'kill "$qemu" 2>/dev/null || true' EXIT
    trap 'exit 1' HUP INT TERM
    wait "$qemu"
}

fetch_kernel
build_root "$@"
boot || echo "kernel: QEMU ended with $?"

tr -d '\r' <"$out/tap" | grep -E '^(not )?ok |^1\.\.' | tee "$out/results" || true
passed=$(grep -c '^ok ' "$out/results" || true)
failed=$(grep -c '^not ok ' "$out/results" || true)
planned=$(sed -n 's/^1\.\.//p' "$out/results" | awk '{ sum += $1 } END { print sum + 0 }')
# The kernel tells how its PID 1 has ended; with 0 every program has.
if ! grep -q 'Attempted to kill init! exitcode=0x00000000' "$out/console"; then
    failed=$((failed + 1))
    echo "kernel: the machine's PID 1 did not end with 0"
fi
if [ "$planned" = 0 ] || [ "$planned" != "$(grep -cE '^(not )?ok ' "$out/results")" ]; then
    failed=$((failed + 1))
    echo "kernel: the tests did not come to their end"
fi
left_out=$(grep -c 'LEFT OUT: ' "$out/console" || true)
[ "$failed$left_out" = 00 ] || tr -d '\r' <"$out/console" | sed '/Kernel panic/q' | head -c 100000
echo "$passed passed, $((failed + left_out)) failed"
[ "$failed$left_out" = 00 ]

#!/bin/sh
# SPDX-License-Identifier: MIT
# dev-packages.sh GROUP...: what building and testing need, from the machine's own apt. Says nothing and changes
# nothing where all is there; where something is missing and it may not install, names it and fails.
set -eu
export LC_ALL=C DEBIAN_FRONTEND=noninteractive

# One table: what each group needs.
packages() {
    case $1 in
        build) echo gcc libc6-dev make binutils libev-dev libinih-dev ;;
        musl) echo musl-tools linux-libc-dev ;;
        test) echo check pkg-config strace util-linux procps bsdutils libxml2-utils prometheus bash zsh fish ;;
        e2e) echo bats jq curl iproute2 python3-minimal bindfs ;;
        checks) echo clang libclang-rt-14-dev clang-format clang-tidy cppcheck shellcheck codespell mandoc gcovr ;;
        kernel) echo qemu-system-x86 busybox-static util-linux ;;
        bench) echo tini dumb-init catatonit s6 runit supervisor ;;
        demo) echo nginx-light curl iproute2 util-linux ;;
        docker) echo docker.io containerd runc iptables ;;
        podman) echo podman runc conmon containernetworking-plugins golang-github-containers-common ;;
        runc) echo runc jq ;;
        images) echo debootstrap busybox-static util-linux tar ;;
        *) echo "dev-packages.sh: no group \"$1\"" >&2; return 1 ;;
    esac
}

# nginx-light and nginx-full do the same for us; a package counts as there if what it provides is installed.
is_installed() {
    case $1 in nginx-light) ! command -v nginx >/dev/null || return 0 ;; esac
    [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null || true)" = "ii " ]
}

if ! command -v dpkg-query >/dev/null; then
    echo "dev-packages.sh: not a Debian machine; going on with what there is" >&2
    exit 0
fi
missing=""
for group; do
    names=$(packages "$group")
    for name in $names; do
        is_installed "$name" || missing="$missing $name"
    done
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ]; then
    echo "dev-packages.sh: not root, and these are missing:$missing" >&2
    exit 1
fi

# No daemon of a package may start: the machine's own policy stays, a temporary one fills the gap.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi
echo "dev-packages.sh: installing$missing" >&2
log=$(mktemp)
# shellcheck disable=SC2086 # a list
if ! { apt-get -q install -y --no-install-recommends $missing ||
    { apt-get -q update && apt-get -q install -y --no-install-recommends $missing; }; } >"$log" 2>&1; then
    tail -5 "$log" >&2
    rm -f "$log"
    echo "dev-packages.sh: apt-get could not install$missing" >&2
    exit 1
fi
rm -f "$log"

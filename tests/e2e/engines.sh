#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# engines.sh: Docker, Podman and runc for the e2e ring, from Debian's packages alone; no registry is asked.
#
#   engines.sh up [docker|podman|runc]...   put up what is missing; prints the file to source
#   engines.sh down                         stop what `up` started, by its own pid file; images stay
#   engines.sh status                       is a daemon of ours up (exit status)
#   engines.sh purge                        and delete all that it made
#
# A Docker Engine that already answers (`docker info`) is used as it is, and never stopped. Else a daemon of our own
# starts beside whatever the machine has: own data, own socket, no bridge, no firewall rules. Root and Debian only.
#
# The file to source sets DOCKER_HOST, CONTAINERS_CONF, CONTAINERS_STORAGE_CONF, CT_RUNC_ROOT, CT_ROOTFS_DEBIAN,
# CT_ROOTFS_BUSYBOX and CT_ENGINES, and puts `docker` and `runc-run` in front of PATH. Images: debian:SUITE-slim and
# busybox, for Docker and for Podman.
#
# You may set: CT_STATE (where all of it lies; keep it short, a socket's path ends at 108 bytes), CT_SUITE (a suite
# that this machine's apt serves), CT_STORAGE (a storage driver; overlay2, and vfs where that fails).
set -Eeuo pipefail
export LC_ALL=C DEBIAN_FRONTEND=noninteractive

RECIPE=1 # of the base images; another number makes them anew
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

say() { echo "engines.sh: $*" >&2; }
fail() { trap - ERR; say "cannot go on: $*"; exit 1; }
trap 'fail "line $LINENO: $BASH_COMMAND"' ERR
last() { grep -m1 -E 'level=(error|fatal)|^E:|[Ff]ailed' "$1" || tail -1 "$1"; }

state=${CT_STATE:-${XDG_CACHE_HOME:-${HOME:?set HOME or CT_STATE}/.cache}/roinit-e2e}
[ "$(id -u)" = 0 ] || fail "not root"
case $state in *[[:space:]]*) fail "no white space in CT_STATE, please: \"$state\"" ;; esac

lock() {
    exec 9>"$state/.lock"
    flock -w 600 9 || fail "another engines.sh holds $state/.lock"
}

# ---- base images: one tar and one directory each

# Debian, as small as debootstrap makes it. Apt's sources, keys and Acquire settings are this machine's own, so that
# an `apt-get install` in a Dockerfile asks whom the machine asks.
make_debian() {
    local new=$state/base/new mirror proxy etc part
    targets() { apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(LABEL)' 'Created-By: Packages' 2>/dev/null || true; }
    [ -n "$(targets)" ] || apt-get -q update >"$state/log/apt.log" 2>&1 || fail "apt-get update: $(last "$state/log/apt.log")"
    mirror=$(targets | awk -v suite="$suite" '$2 == suite { if (!any) any = $1; if ($3 == "Debian") { print $1; found = 1; exit } }
        END { if (!found) print any }')
    [ -n "$mirror" ] || fail "apt has no source for \"$suite\"; set CT_SUITE"
    proxy=$(apt-config dump Acquire::http::Proxy | sed -n 's/^Acquire::http::Proxy "\(.*\)";$/\1/p')
    rm -rf --one-file-system "$new"
    mkdir -p "$new"
    http_proxy=${proxy:-${http_proxy:-}} debootstrap --variant=minbase "$suite" "$new" "$mirror" >"$state/log/debootstrap.log" 2>&1 ||
        fail "debootstrap $suite: $(last "$state/log/debootstrap.log")"
    etc=$(apt-config shell dir Dir::Etc/d | sed "s/^dir='\(.*\)'$/\1/")
    rm -f "$new/etc/apt/sources.list"
    for part in sources.list sources.list.d trusted.gpg trusted.gpg.d keyrings; do
        [ ! -e "$etc/$part" ] || cp -aL "$etc/$part" "$new/etc/apt/"
    done
    apt-config dump | grep -E '^Acquire::(http|https|Check-Valid-Until|Check-Date|ForceIPv[46]|Retries)' >"$new/etc/apt/apt.conf.d/00machine" || true
    echo 'Acquire::Languages "none";' >"$new/etc/apt/apt.conf.d/01small"
    printf 'path-exclude /usr/share/%s/*\n' doc man locale >"$new/etc/dpkg/dpkg.cfg.d/small"
    printf '#!/bin/sh\nexit 101\n' >"$new/usr/sbin/policy-rc.d"
    chmod 755 "$new/usr/sbin/policy-rc.d"
    rm -rf "$new"/usr/share/{doc,man,locale}/* "$new"/var/cache/apt/archives/*.deb "$new"/var/lib/apt/lists/* "$new"/etc/{resolv.conf,hostname}
    finish_image "$new" "$debian"
}

make_busybox() {
    local new=$state/base/new binary applet
    binary=$(dpkg -L busybox-static | grep -E '/busybox$' | head -1)
    rm -rf --one-file-system "$new"
    mkdir -p "$new"/{bin,sbin,etc,dev,proc,sys,root,run,tmp,usr,var/tmp}
    chmod 1777 "$new/tmp" "$new/var/tmp"
    ln -s ../run "$new/var/run"
    cp -L "$binary" "$new/bin/busybox"
    "$binary" --list | while read -r applet; do [ "$applet" = busybox ] || ln -sf busybox "$new/bin/$applet"; done
    printf 'root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' >"$new/etc/passwd"
    printf 'root:x:0:\nnogroup:x:65534:\n' >"$new/etc/group"
    finish_image "$new" "$busybox"
}

finish_image() { # DIRECTORY NAME
    tar -C "$1" --sort=name -cf "$2.tar.new" .
    rm -rf --one-file-system "$2"
    mv "$1" "$2"
    mv "$2.tar.new" "$2.tar"
    say "made ${2##*/}"
}

# import ENGINE NAME DIRECTORY COMMAND: an image of that name stays as it is, unless it is an older recipe's
import() {
    local base=${3##*/} label
    if label=$("$1" image inspect -f '{{index .Config.Labels "roinit.e2e-base"}}' "$2" 2>/dev/null); then
        case $label in "$base" | '' | '<no value>') return 0 ;; esac
    fi
    "$1" import -c "CMD $4" -c "LABEL roinit.e2e-base=$base" "$3.tar" "$2" >/dev/null 2>"$state/log/import.log" ||
        fail "$1 import $2: $(last "$state/log/import.log")"
    say "$1 has $2"
}

# ---- Docker

docker_pid() { # prints the pid of our own daemon, if it lives
    local pid
    pid=$(cat "$state/docker/pid" 2>/dev/null) || return 0
    ! { tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null | grep -qF -- "--data-root $state/docker/data" || echo "$pid"
}

start_dockerd() { # DRIVER
    local _
    rm -f "$state/docker/pid" "$socket"
    echo '{}' >"$state/docker/daemon.json"
    setsid dockerd --config-file "$state/docker/daemon.json" --data-root "$state/docker/data" \
        --exec-root "$state/docker/exec" -p "$state/docker/pid" -H "unix://$socket" \
        --iptables=false --ip6tables=false --bridge=none -s "$1" </dev/null >"$state/log/dockerd.log" 2>&1 9>&- &
    for _ in $(seq 1 120); do
        ! timeout 10 docker info >/dev/null 2>&1 || return 0
        kill -0 $! 2>/dev/null || return 1
        sleep 0.5
    done
    return 1
}

up_docker() {
    local client
    if [ -z "$(docker_pid)" ] && timeout 10 docker info >/dev/null 2>&1; then
        say "a Docker Engine answers already; using it"
    else
        "$root/packaging/dev-packages.sh" docker
        socket=$state/docker/s
        [ "${#socket}" -le 100 ] || fail "CT_STATE is too long for a socket: $state"
        # Debian's own client: a newer one earlier in PATH may want a newer daemon.
        client=$(dpkg -L docker.io docker-cli 2>/dev/null | grep -m1 -E '/bin/docker$' || true)
        [ -x "$client" ] || fail "Debian's packages brought no docker client"
        ln -sf "$client" "$state/bin/docker"
        export PATH=$state/bin:$PATH DOCKER_HOST=unix://$socket
        if [ -z "$(docker_pid)" ]; then
            start_dockerd "${CT_STORAGE:-overlay2}" || { [ -z "${CT_STORAGE:-}" ] && start_dockerd vfs; } ||
                fail "dockerd does not come up: $(last "$state/log/dockerd.log")"
            say "dockerd runs (pid $(docker_pid)): $(docker info --format '{{.ServerVersion}}, {{.Driver}}')"
        fi
        lines+=("export DOCKER_HOST='$DOCKER_HOST'")
    fi
    import docker "debian:$suite-slim" "$debian" '["bash"]'
    import docker busybox:latest "$busybox" '["sh"]'
    timeout 60 docker run --rm --network none --read-only busybox true || fail "docker cannot run busybox"
}

# ---- Podman

up_podman() {
    local dir=$state/podman files procs
    "$root/packaging/dev-packages.sh" podman
    # Podman asks for higher limits than a machine without CAP_SYS_RESOURCE may set; ask for those that there are.
    files=$(ulimit -Hn)
    procs=$(ulimit -Hu)
    [ "$files" != unlimited ] && [ "$files" -le 1048576 ] || files=1048576
    [ "$procs" != unlimited ] && [ "$procs" -le 30000 ] || procs=30000
    cat >"$dir/containers.conf" <<CONF
[containers]
default_ulimits = ["nofile=$files:$files", "nproc=$procs:$procs"]
netns = "none"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
lock_type = "file"
tmp_dir = "$dir/tmp"
CONF
    printf '[storage]\ndriver = "overlay"\ngraphroot = "%s/store"\nrunroot = "%s/run"\n' "$dir" "$dir" >"$dir/storage.conf"
    export CONTAINERS_CONF=$dir/containers.conf CONTAINERS_STORAGE_CONF=$dir/storage.conf
    lines+=("export CONTAINERS_CONF='$CONTAINERS_CONF' CONTAINERS_STORAGE_CONF='$CONTAINERS_STORAGE_CONF'")
    import podman "docker.io/library/debian:$suite-slim" "$debian" '["bash"]'
    import podman docker.io/library/busybox:latest "$busybox" '["sh"]'
    timeout 60 podman run --rm --read-only docker.io/library/busybox:latest true >/dev/null 2>"$state/log/podman.log" ||
        fail "podman cannot run busybox: $(last "$state/log/podman.log")"
}

# ---- bare runc

up_runc() {
    "$root/packaging/dev-packages.sh" runc
    ln -sf "$here/runc-run" "$state/bin/runc-run"
    CT_RUNC_ROOT=$state/runc timeout 60 "$here/runc-run" -t /tmp:nosuid,nodev,noexec,size=1m "$busybox" true ||
        fail "runc cannot run busybox"
}

# ---- what the user asked for

up() {
    local engine arch
    [ $# -gt 0 ] || set -- docker podman runc
    mkdir -p "$state"/{base,bin,log,docker,podman,runc}
    state=$(cd "$state" && pwd -P)
    lock
    "$root/packaging/dev-packages.sh" images
    arch=$(dpkg --print-architecture)
    # shellcheck disable=SC1091 # the machine's own
    suite=${CT_SUITE:-$(. /etc/os-release && echo "${VERSION_CODENAME:-}")}
    [ -n "$suite" ] || fail "cannot tell this machine's Debian suite; set CT_SUITE"
    debian=$state/base/debian-$suite-$arch.$RECIPE
    busybox=$state/base/busybox-$arch.$RECIPE
    [ -s "$debian.tar" ] || make_debian
    [ -s "$busybox.tar" ] || make_busybox
    lines=("export CT_STATE='$state' CT_RUNC_ROOT='$state/runc' CT_SUITE='$suite' CT_ENGINES='$*'"
        "export CT_ROOTFS_DEBIAN='$debian' CT_ROOTFS_BUSYBOX='$busybox'"
        "export PATH='$state/bin':\"\$PATH\"")
    for engine; do "up_$engine"; done
    printf '%s\n' "# written by engines.sh; source it" "${lines[@]}" >"$state/env.sh"
    echo "$state/env.sh"
}

down() {
    local pid ids id mount _
    [ -d "$state/base" ] || return 0
    state=$(cd "$state" && pwd -P)
    lock
    if pid=$(docker_pid) && [ -n "$pid" ]; then
        export DOCKER_HOST=unix://$state/docker/s
        mapfile -t ids < <(timeout 20 "$state/bin/docker" ps -aq 2>/dev/null)
        [ "${#ids[@]}" = 0 ] || timeout 60 "$state/bin/docker" rm -f "${ids[@]}" >/dev/null 2>&1 || true
        kill -TERM "$pid"
        for _ in $(seq 1 60); do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.5
        done
        ! kill -KILL "$pid" 2>/dev/null || say "dockerd had to be killed"
    fi
    rm -f "$state/docker/pid"
    if [ -e "$state/podman/containers.conf" ] && command -v podman >/dev/null; then
        export CONTAINERS_CONF=$state/podman/containers.conf CONTAINERS_STORAGE_CONF=$state/podman/storage.conf
        timeout 60 podman rm -af >/dev/null 2>&1 || true
    fi
    for id in $(runc --root "$state/runc" list -q 2>/dev/null || true); do
        runc --root "$state/runc" delete -f "$id" >/dev/null 2>&1 || true
    done
    awk -v below="$state/" 'index($5, below) == 1 { print $5 }' /proc/self/mountinfo | sort -r |
        while read -r mount; do umount -l "$mount" 2>/dev/null || true; done
}

case ${1:-} in
    up)
        shift
        for engine; do case $engine in docker | podman | runc) ;; *) fail "no engine \"$engine\"; docker, podman, runc" ;; esac; done
        up "$@"
        ;;
    status) [ -n "$(docker_pid)" ] ;;
    down) down ;;
    purge)
        down
        rm -rf --one-file-system "$state"
        ;;
    *) sed -n '3,17s/^# \{0,1\}//p' "$0" >&2; exit 64 ;;
esac

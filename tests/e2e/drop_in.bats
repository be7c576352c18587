#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# roinit in the place of tini, docker-init and catatonit, by real engines (examples/drop-in).
# shellcheck disable=SC2030,SC2031,SC2034,SC2154,SC2164
load lib

# A daemon of the test's own, with its own data, as `dockerd --init-path FILE`.
own_daemon() { # FILE
    OWN=$(mktemp -d /tmp/roinit-init.XXXXXX)
    echo '{}' >"$OWN/daemon.json"
    setsid dockerd --config-file "$OWN/daemon.json" --data-root "$OWN/data" --exec-root "$OWN/exec" -p "$OWN/pid" \
        -H "unix://$OWN/s" --iptables=false --ip6tables=false --bridge=none -s vfs --init-path "$1" \
        </dev/null >"$OWN/log" 2>&1 3>&- 4>&- &
    export DOCKER_HOST=unix://$OWN/s
    eventually docker info || { tail -5 "$OWN/log" >&2; return 1; }
    tar -C "$CT_ROOTFS_BUSYBOX" -c . | docker import -c 'CMD ["sh"]' - busybox:latest >/dev/null
}
setup() {
    [ -n "${CT_ROOTFS_BUSYBOX:-}" ] || need "root of busybox"
    OWN=''
}
teardown() {
    local pid
    [ -z "${CONTAINER:-}" ] || docker rm -f "$CONTAINER" >/dev/null 2>&1 || true
    [ -n "${OWN:-}" ] || return 0
    pid=$(cat "$OWN/pid" 2>/dev/null) && kill "$pid" && eventually sh -c "! kill -0 $pid"
    umount -R "$OWN"/data "$OWN"/exec/netns/* 2>/dev/null || true
    rm -rf --one-file-system "$OWN"
}
# Until its command runs the kernel may keep a TERM from PID 1.
sleeps() { "$1" exec "$2" sh -c 'cat /proc/[0-9]*/comm | grep -qx sleep'; } # ENGINE CONTAINER

@test "an ordinary image with tini: the last COPY puts roinit in its place" {
    need docker
    USED_IMAGE=roinit-example-drop-in:$RUN
    start --
    eventually sleeps docker "$CONTAINER"
    run docker exec "$CONTAINER" /usr/bin/tini --version
    expect 0
    says 'tini version 0.19.0_roinit'
    docker stop -t 8 "$CONTAINER" >/dev/null
    [ "$(exit_code)" = 0 ] # -e 143
}

@test "dockerd --init-path: --init runs roinit as docker-init" {
    need docker
    cp "$ROINIT_MUSL" "$BATS_TEST_TMPDIR/docker-init"
    chmod 755 "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/docker-init"
    own_daemon "$BATS_TEST_TMPDIR/docker-init"
    run docker info --format '{{.InitCommit.ID}}' # asks the file for its version
    expect 0
    run docker version --format '{{range .Server.Components}}{{.Name}}={{.Version}} {{end}}'
    says 'docker-init=0.19.0_roinit'
    for row in '3 sh -c "exit 3"' '137 sh -c "kill -KILL \$\$"' '127 /no/such/thing' '126 /etc'; do
        eval "set -- $row"
        code=$1
        shift
        run "-$code" docker run --rm --init --network none busybox "$@"
    done
    run docker run --rm --init --network none busybox sh -c 'tr "\0" " " </proc/1/cmdline'
    says '/sbin/docker-init -- sh -c'
    # Orphans are reaped, and what is left hears TERM when the command ends.
    run timeout 60 docker run --rm --init --network none busybox sh -c '
        (sh -c "trap \"echo heard; exit\" TERM; touch /tmp/up; while :; do sleep 0.1; done" &)
        for i in 1 2 3; do (sh -c true &); done
        until test -e /tmp/up && ! cat /proc/[0-9]*/stat 2>/dev/null | grep -q ") Z "; do sleep 0.1; done; echo reaped'
    says reaped
    says heard
    CONTAINER=drop-in-$$
    docker run -d --init --name "$CONTAINER" --network none busybox sleep 1000 >/dev/null
    eventually sleeps docker "$CONTAINER"
    docker stop -t 8 "$CONTAINER" >/dev/null
    [ "$(exit_code)" = 143 ]
}

@test "dockerd --init-path: a read-only container needs nothing that tini did not need" {
    need docker
    cp "$ROINIT_MUSL" "$BATS_TEST_TMPDIR/roinit"
    chmod 755 "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/roinit"
    own_daemon "$BATS_TEST_TMPDIR/roinit" # Docker mounts it as docker-init, whatever it is called
    run docker run --rm --init --network none "${HARD[@]}" busybox sh -c 'exit 5'
    expect 5
    run docker run --rm --init --network none busybox sh -c 'exit 6' # a writable root
    expect 6
    [ "$output" = '' ]
}

@test "podman run --init --init-path: roinit as podman-init" {
    need podman
    cp "$ROINIT_MUSL" "$BATS_TEST_TMPDIR/init"
    chmod 755 "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/init"
    by_init() { podman run --rm --network none --init --init-path "$BATS_TEST_TMPDIR/init" "$@"; }
    run by_init docker.io/library/busybox:latest sh -c 'tr "\0" " " </proc/1/cmdline; exit 3'
    expect 3
    says 'init -- sh -c'
    run by_init "${HARD[@]}" docker.io/library/busybox:latest sh -c 'kill -TERM $$'
    expect 143
    run by_init docker.io/library/busybox:latest /no/such/thing
    [ "$status" = 1 ] || [ "$status" = 127 ] # catatonit's 1, or Podman's own
    name=drop-in-$$
    podman run -d --name "$name" --network none --init --init-path "$BATS_TEST_TMPDIR/init" docker.io/library/busybox:latest sleep 1000
    eventually sleeps podman "$name"
    run podman stop -t 8 "$name"
    expect 0
    run podman inspect -f '{{.State.ExitCode}}' "$name"
    podman rm -f "$name"
    says 143
}

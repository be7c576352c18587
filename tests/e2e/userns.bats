#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A Docker Engine that maps users (--userns-remap): a daemon of this file's own beside the one of engines.sh, with its own
# data. Its map (container root is 100000) lies over /etc/subuid in the daemon's mount namespace alone.
load lib

FIRST=100000

setup_file() {
    need docker
    need root
    if ! command -v dockerd >/dev/null || ! unshare -U true; then
        [ "${CI:-}" != true ] || { echo "no dockerd or no user namespace here, and with CI=true nothing may be left out" >&2; return 1; }
        skip "no dockerd, or no user namespace, here"
    fi
    export DIR=$BATS_FILE_TMPDIR
    chmod o+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/* "$DIR" # for whom the map makes of root
    echo '{}' >"$DIR/daemon.json"
    echo "nobody:$FIRST:65536" >"$DIR/map"
    [ -e /etc/subuid ] || : >/etc/subuid
    [ -e /etc/subgid ] || : >/etc/subgid
    docker save roinit-e2e:"$RUN" -o "$DIR/image.tar"
    # shellcheck disable=SC2016
    setsid unshare -m --propagation slave sh -c 'mount --bind "$0" /etc/subuid && mount --bind "$0" /etc/subgid && exec "$@"' \
        "$DIR/map" dockerd --config-file "$DIR/daemon.json" --data-root "$DIR/data" --exec-root "$DIR/exec" -p "$DIR/pid" \
        -H "unix://$DIR/s" --iptables=false --ip6tables=false --bridge=none --userns-remap=nobody:nogroup \
        </dev/null >"$DIR/log" 2>&1 3>&- &
    export DOCKER_HOST=unix://$DIR/s
    for _ in $(seq 120); do
        ! timeout 10 docker info >/dev/null 2>&1 || break
        kill -0 $! 2>/dev/null || break
        sleep 0.5
    done
    docker info --format '{{.SecurityOptions}}' | grep -q userns || { tail -5 "$DIR/log" >&2; return 1; }
    docker load -qi "$DIR/image.tar" >/dev/null
}

teardown_file() {
    [ -s "$DIR/pid" ] || return 0
    local pid
    pid=$(cat "$DIR/pid")
    docker ps -aq | xargs -r docker rm -f >/dev/null 2>&1 || true
    kill -TERM "$pid"
    for _ in $(seq 60); do
        kill -0 "$pid" 2>/dev/null || return 0
        sleep 0.5
    done
    kill -KILL "$pid"
}

setup() {
    chmod o+x "$BATS_RUN_TMPDIR"/* "$BATS_TEST_TMPDIR"
    contract <<'INI'
[volume /data]
owner = 10001:10001
[service app]
user = 10001:10001
command = sh -c 'touch /data/a/written && stat -c "%n %u:%g" /data /data/a /data/a/f && cat /proc/self/uid_map'
INI
}

# As the container's root.
box() { docker run --rm --network none -v "vol-$BATS_TEST_NUMBER:/data" --entrypoint sh "$IMAGE" -c "$1"; }

@test "with --userns-remap, root gives a named volume to its owner" {
    box 'mkdir /data/a && touch /data/a/f'
    run run_in --read-only -v "vol-$BATS_TEST_NUMBER:/data" --
    expect 0
    says "$FIRST"
    says '/data 10001:10001'
    says '/data/a/f 10001:10001'
    # And from outside it is the one that the map makes of him.
    [ "$(stat -c %u:%g "$DIR"/data/*/volumes/"vol-$BATS_TEST_NUMBER"/_data/a/f)" = $((FIRST + 10001)):$((FIRST + 10001)) ]
}

@test "with --userns-remap, nobody is told the mend, which mends word for word" {
    box 'mkdir /data/a && touch /data/a/f'
    run run_in "${HARD[@]}" -v "vol-$BATS_TEST_NUMBER:/data" --
    expect 77
    says 'prepare'
    run run_in --read-only -v "vol-$BATS_TEST_NUMBER:/data" --entrypoint /usr/bin/roinit -- prepare
    expect 0
    run run_in "${HARD[@]}" -v "vol-$BATS_TEST_NUMBER:/data" --
    expect 0
    says '/data/a/f 10001:10001'
}

@test "with --userns-remap, what belongs to nobody of the map stays, and is told" {
    mkdir -p "$DIR/host/a"
    touch "$DIR/host/a/f"
    chmod -R go+rX "$DIR/host"
    run run_in --read-only -v "$DIR/host:/data" --
    expect 77
    says 'not map'
    [ "$(stat -c %u:%g "$DIR/host" "$DIR/host/a/f" | sort -u)" = 0:0 ]
    # The top alone is the container's root's, and what lies in it is not: it is named, and the top stays as the mark.
    chown $FIRST:$FIRST "$DIR/host"
    run run_in --read-only -v "$DIR/host:/data" --
    expect 77
    says '/data/a'
    [ "$(stat -c %u:%g "$DIR/host")" = $FIRST:$FIRST ]
    [ "$(stat -c %u:%g "$DIR/host/a/f")" = 0:0 ]
}

@test "with --userns-remap, PID 1 keeps what it needs and the service nothing" {
    contract <<'INI'
[service app]
user = 10001:10001
command = sh -c 'grep -E "^(Uid|Cap|NoNew)" /proc/self/status; for i in $(seq 100); do grep "CapEff.*1e0$" /proc/1/status && break; sleep 0.1; done'
INI
    run run_in --read-only --
    expect 0
    says 'CapBnd:	0000000000000000'
    says 'CapEff:	0000000000000000'
    says 'CapEff:	00000000000001e0'
    says 'NoNewPrivs:	1'
}

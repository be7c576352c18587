#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What differs from engine to engine: Podman's own mounts, runc's bare ones, a kubelet's, and not being PID 1.
# shellcheck disable=SC2119,SC2120,SC2153,SC2016,SC2030,SC2031,SC2034,SC2164
load lib

setup() { # one end of whatever a test began
    PODMAN='' RUNC='' MOUNTED='' LISTENER=''
}
teardown() {
    local name
    for name in "${CONTAINER:-}" "pause-$RUN-$BATS_SUITE_TEST_NUMBER"; do
        [ -z "$name" ] || docker rm -vf "$name" >/dev/null 2>&1 || true
    done
    [ -z "$LISTENER" ] || kill "$LISTENER" 2>/dev/null || true
    [ -z "$PODMAN" ] || podman rm -f "$PODMAN" >/dev/null 2>&1 || true
    [ -z "$RUNC" ] || runc --root "$CT_RUNC_ROOT" delete -f "$RUNC" >/dev/null 2>&1 || true
    [ -z "$MOUNTED" ] || umount "$MOUNTED"
}
to_podman() { # IMAGE
    docker save "$1" >"$BATS_TEST_TMPDIR/image.tar"
    podman load -q -i "$BATS_TEST_TMPDIR/image.tar" >/dev/null
}
pause() { # OPTIONS...: a pod's pause container
    PAUSE=pause-$RUN-$BATS_SUITE_TEST_NUMBER
    docker run -d --name "$PAUSE" --network none --read-only "$@" busybox sleep 1000 >/dev/null
}

@test "Podman: exit codes as with Docker" {
    need podman
    to_podman "$IMAGE"
    for row in '3 sh -c "exit 3"' '137 sh -c "kill -KILL \$\$"' '127 /no/such/thing' '126 /etc/passwd'; do
        eval "set -- $row"
        code=$1
        shift
        run "-$code" podman run --rm --network none "${HARD[@]}" "$IMAGE" "$@"
    done
}

@test "Podman: nginx with mounts that are its user's, a status by exec, an end with 0" {
    need podman
    image=roinit-example-nginx:$RUN
    to_podman "$image"
    PODMAN=roinit-e2e-nginx-$RUN
    podman run -d --name "$PODMAN" --network none "${HARD[@]}" --read-only-tmpfs=false \
        --mount type=tmpfs,dst=/tmp,tmpfs-size=16m,chown=true --mount type=tmpfs,dst=/run,tmpfs-size=16m,chown=true \
        --mount type=tmpfs,dst=/var/cache/nginx,tmpfs-size=64m,chown=true "$image" >/dev/null
    page() { podman exec "$PODMAN" bash -c 'exec 3<>/dev/tcp/127.0.0.1/8080; printf "GET / HTTP/1.0\r\n\r\n" >&3; grep -m1 "200 OK" <&3'; }
    eventually page
    run podman exec "$PODMAN" roinit status nginx
    expect 0
    podman stop -t 9 "$PODMAN" >/dev/null
    [ "$(podman inspect -f '{{.State.ExitCode}}' "$PODMAN")" = 0 ]
}

@test "Podman's --read-only leaves places writable that a strict contract does not allow" {
    need podman
    to_podman "$IMAGE"
    contract <<'INI'
[require]
undeclared-mounts = deny
[tmpfs /tmp]
[tmpfs /run]
[service app]
command = echo it ran
INI
    run podman run --rm --network none "${MOUNT[@]}" --read-only "$IMAGE"
    expect 77
    says /var/tmp
    says_not 'it ran'
    run podman run --rm --network none "${MOUNT[@]}" --read-only --read-only-tmpfs=false --tmpfs /tmp --tmpfs /run "$IMAGE"
    expect 0
    says 'it ran'
}

# A listener as systemd's, at $outer; what it hears is in $outer.said.
listen() {
    outer=$BATS_TEST_TMPDIR/outer
    python3 - "$outer" >"$outer.said" 3>&- <<'PYTHON' &
import socket, sys
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1])
while True:
    print(listener.recv(4096).decode(), flush=True)
PYTHON
    LISTENER=$!
    eventually test -S "$outer"
}

@test "Podman --sdnotify=container: whoever runs Podman hears READY=1 when all units are ready, and not before" {
    need podman
    to_podman "$IMAGE"
    contract <<'INI'
[tmpfs /tmp]
[tmpfs /run]
[service db]
command = sh -c 'echo "db sees: ${NOTIFY_SOCKET:-none}"; until test -e /tmp/go; do sleep 0.1; done; touch /tmp/ready; exec sleep 1000'
ready = file:/tmp/ready
[service web]
command = sleep 1000
INI
    listen # Podman is told of it, and passes on what the container says
    PODMAN=roinit-e2e-sdnotify-$RUN
    NOTIFY_SOCKET=$outer podman run -d --sdnotify=container --name "$PODMAN" --network none "${MOUNT[@]}" --read-only \
        --read-only-tmpfs=false --tmpfs /tmp --tmpfs /run "$IMAGE" >/dev/null 3>&-
    up() { podman exec "$PODMAN" roinit status web; }
    eventually up
    run grep -c READY "$outer.said"
    [ "$output" = 0 ]
    podman exec "$PODMAN" touch /tmp/go
    eventually grep -qx READY=1 "$outer.said"
    # The socket is roinit's own: no unit can speak for the container.
    seen() { podman logs "$PODMAN" 2>&1 | grep -F 'db sees: none'; }
    eventually seen
}

@test "Podman with the host's socket in the container: READY=1 when it is up, STOPPING=1 as soon as it stops" {
    need podman
    to_podman "$IMAGE"
    contract <<'INI'
[tmpfs /tmp]
[tmpfs /run]
[service db]
command = sh -c 'trap "until test -e /tmp/go; do sleep 0.1; done; exit 0" TERM; touch /tmp/ready; while :; do sleep 0.1; done'
ready = file:/tmp/ready
[service web]
command = sleep 1000
INI
    listen # runc's own relay, of --sdnotify=container, passes on READY alone
    chmod 666 "$outer"
    PODMAN=roinit-e2e-sdnotify-$RUN
    podman run -d --sdnotify=ignore -v "$outer:/outer" -e NOTIFY_SOCKET=/outer --name "$PODMAN" --network none "${MOUNT[@]}" \
        --read-only --read-only-tmpfs=false --tmpfs /tmp --tmpfs /run "$IMAGE" >/dev/null 3>&-
    eventually grep -qx READY=1 "$outer.said"
    run cat "$outer.said"
    says_not STOPPING
    podman kill -s TERM "$PODMAN" >/dev/null
    eventually grep -qx STOPPING=1 "$outer.said"
    podman exec "$PODMAN" roinit status db | grep -q stopping # said while it stops, and not after
    podman exec "$PODMAN" touch /tmp/go
    [ "$(podman wait "$PODMAN")" = 0 ]
}

@test "runc: units, a status by exec, a TERM to runc ends it in order" {
    need runc
    contract <<'INI'
[tmpfs /run]
[service app]
command = sh -c 'trap "echo ends; exit 0" TERM; echo up; while :; do sleep 0.05; done'
[service side]
command = sleep 1000
INI
    cp -a "$ROOTFS" "$BATS_TEST_TMPDIR/root"
    cp "$BATS_TEST_TMPDIR/roinit.ini" "$BATS_TEST_TMPDIR/root/etc/roinit.ini"
    RUNC=roinit-e2e-$RUN-$BATS_SUITE_TEST_NUMBER
    CT_ID=$RUNC runc-run -u 10001:10001 -c none -t /run:nosuid,nodev,noexec,uid=10001 "$BATS_TEST_TMPDIR/root" /roinit \
        >"$BATS_TEST_TMPDIR/log" 2>&1 3>&- &
    container=$!
    answers() { runc --root "$CT_RUNC_ROOT" exec "$RUNC" /roinit status app; }
    eventually answers
    eventually grep -q 'app: up' "$BATS_TEST_TMPDIR/log"
    kill -TERM "$container"
    wait "$container"
    grep -q 'app: ends' "$BATS_TEST_TMPDIR/log"
}

@test "a pod: the reason of the end is in the termination log, of a crash and of a broken contract" {
    : >"$BATS_TEST_TMPDIR/term"
    chmod 666 "$BATS_TEST_TMPDIR/term"
    POD=("${HARD[@]}" -e KUBERNETES_SERVICE_HOST=10.0.0.1 -v "$BATS_TEST_TMPDIR/term:/dev/termination-log")
    contract <<'INI'
[service app]
command = sh -c 'exit 9'
[service other]
command = sleep 1000
INI
    run run_in "${POD[@]}" --
    expect 9
    grep -q 'container ends with 9: app exited with 9' "$BATS_TEST_TMPDIR/term"
    contract < <(for i in $(seq 60); do printf '[tmpfs /a/long/path/that/is/not/mounted/%s]\nowner = 10001\n' "$i"; done; printf '[service app]\ncommand = true\n')
    run run_in "${POD[@]}" --
    expect 77
    [ "$(stat -c %s "$BATS_TEST_TMPDIR/term")" -le 4096 ]
    grep -qE 'and [0-9]+ more' "$BATS_TEST_TMPDIR/term"
}

@test "a pod's shared process namespace: not PID 1, and it reaps, ends in order and leaves the neighbours alone" {
    pause
    contract <<'INI'
[tmpfs /run]
[service app]
command = sh -c 'trap "echo ends; exit 0" TERM; (sleep 0.2 &); (sleep 1000 &); echo up; while :; do sleep 0.05; done'
INI
    start "${HARD[@]}" --pid "container:$PAUSE" --tmpfs /run:size=1m,uid=10001 --
    eventually logs_say up
    sleep 0.5
    eventually no_zombies
    docker stop -t 9 "$CONTAINER" >/dev/null
    [ "$(exit_code)" = 0 ]
    logs_say ends
    [ "$(docker inspect -f '{{.State.Running}}' "$PAUSE")" = true ]
    run docker exec "$PAUSE" sh -c 'cat /proc/[0-9]*/comm | grep -c sleep'
    [ "$output" = 1 ]
}

@test "below another init it is no PID 1 and does its work all the same" {
    contract <<'INI'
[tmpfs /tmp]
redirect = home
[service app]
command = sh -c 'echo $HOME; exit 6'
INI
    run run_in --init "${HARD[@]}" --tmpfs /tmp:size=1m,mode=1777 --
    expect 6
    says /tmp/home-10001
    run run_in --init --
    expect 77
}

@test "a /run that outlives the container: stale state is no obstacle, and a live one is left alone" {
    need root
    mkdir -m 777 "$BATS_TEST_TMPDIR/run"
    chown 10001 "$BATS_TEST_TMPDIR/run"
    contract <<'INI'
[volume /run]
[service app]
command = sleep 1000
INI
    for round in first second; do
        start "${HARD[@]}" -v "$BATS_TEST_TMPDIR/run:/run" --
        eventually docker exec "$CONTAINER" roinit status app
        docker kill "$CONTAINER" >/dev/null
        docker rm "$CONTAINER" >/dev/null
    done
    start "${HARD[@]}" -v "$BATS_TEST_TMPDIR/run:/run" --
    eventually docker exec "$CONTAINER" roinit status app
    run run_in "${HARD[@]}" -v "$BATS_TEST_TMPDIR/run:/run" --entrypoint timeout -- 2 /usr/bin/roinit
    run docker exec "$CONTAINER" roinit status app
    expect 0
}

#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Control over the socket, as people have it: by an engine's exec, and from inside of a unit, where it is refused.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034
load lib

ask() { # CODE WORDS...
    local want=$1
    shift
    run timeout 60 docker exec "$CONTAINER" roinit "$@"
    expect "$want"
}

trio() { # ENGINE OPTIONS...
    contract <<'INI'
[tmpfs /run]
optional = yes
[tmpfs /tmp]
optional = yes
[service app]
command = sleep 1000
[service db]
command = sh -c 'trap "echo reloaded" HUP; echo up; while :; do sleep 0.1; done'
stop-timeout = 2s
[service web]
requires = db
command = sleep 1000
[task job]
when = manual
command = sh -c 'echo at work; exit ${CODE:-0}'
[task inner]
when = manual
log = text
command = sh -c 'roinit status web && roinit stop web; echo "and was told $?"'
INI
    start "$@" --
    eventually docker exec "$CONTAINER" roinit wait --timeout 5s
    eventually logs_say 'db: up' # and has set its trap
}

@test "stop, start, restart, reload, signal and wait by docker exec, whoever the container runs as" {
    for user in 0:0 10001:10001; do
        trio --read-only --user "$user" --cap-drop ALL --cap-add KILL --tmpfs "/run:size=1m,uid=${user%:*}" --tmpfs /tmp
        ask 0 stop db
        says 'web: stops first, for it requires what is to stop'
        says 'db: stopped'
        ask 3 status web
        ask 0 start web
        says 'web: ready'
        ask 0 status db
        ask 0 restart db --timeout 20s
        eventually logs_count 3 'db: up'
        ask 0 reload db
        eventually logs_say 'db: reloaded'
        ask 0 signal CONT web
        ask 0 start job
        says 'job: done'
        eventually logs_say 'job: at work'
        ask 75 wait web --for stopped --timeout 100ms
        ask 4 stop nosuch
        ask 64 stop
        docker rm -f "$CONTAINER" >/dev/null
    done
}

@test "a unit may look, and change nothing, though it is root" {
    trio --read-only --tmpfs /run --tmpfs /tmp
    ask 0 start inner
    eventually logs_say 'inner: and was told 77'
    eventually logs_say 'inner: roinit: uid 0, from inside of a unit, may not stop' # of the other stream
    ask 0 status web
}

@test "another user may look, and change nothing, though he comes from outside" {
    trio --read-only --tmpfs /run --tmpfs /tmp
    for words in 'stop web' 'restart web' 'reload db' 'signal TERM web' 'shutdown' 'logs db'; do
        # shellcheck disable=SC2086
        run docker exec --user 54321:54321 "$CONTAINER" roinit $words
        expect 77
        says '[init] admin'
    done
    for words in 'status' 'wait web' 'events'; do
        # shellcheck disable=SC2086
        run docker exec --user 54321:54321 "$CONTAINER" roinit $words
        expect 0
    done
}

@test "logs and events, and those to come" {
    trio --read-only --tmpfs /run --tmpfs /tmp
    ask 0 logs db
    says 'db: up'
    ask 0 logs app
    ask 0 events --json
    jq -es 'map(select(.event == "unit" and .unit == "web" and .to == "ready")) | length == 1' <<<"$output" >/dev/null
    timeout 300 docker exec "$CONTAINER" roinit events -f --json >"$BATS_TEST_TMPDIR/events" &
    timeout 300 docker exec "$CONTAINER" roinit logs -f db >"$BATS_TEST_TMPDIR/logs" &
    eventually grep -q '"to":"running"' "$BATS_TEST_TMPDIR/events"
    ask 0 reload db
    ask 0 stop web
    eventually grep -q 'db: reloaded' "$BATS_TEST_TMPDIR/logs"
    eventually grep -q '"from":"stopping","to":"stopped"' "$BATS_TEST_TMPDIR/events"
    grep -q '"event":"control".*stop web: asked for by uid 0' "$BATS_TEST_TMPDIR/events"
    docker rm -f "$CONTAINER" >/dev/null
    wait
}

@test "shutdown ends the container with the code that it is given, and is answered before" {
    trio --read-only --tmpfs /run --tmpfs /tmp
    ask 0 shutdown 42
    [ "$(timeout 60 docker wait "$CONTAINER")" = 42 ]
    logs_say 'shutdown 42: asked for by uid 0'
    logs_say 'container ends with 42: shutdown was asked for'
}

@test "under Podman, too" {
    need podman
    contract <<'INI'
[tmpfs /run]
[service app]
command = sleep 1000
[service web]
command = sleep 1000
INI
    CONTAINER=
    local name=roinit-e2e-podman-$$
    docker save "$IMAGE" -o "$BATS_TEST_TMPDIR/image.tar"
    podman load -q -i "$BATS_TEST_TMPDIR/image.tar" >/dev/null
    podman run -d --name "$name" --network none --read-only --read-only-tmpfs=false --tmpfs /run "${MOUNT[@]}" "$IMAGE" >/dev/null
    eventually podman exec "$name" roinit wait --timeout 5s
    run podman exec "$name" roinit stop web
    podman exec "$name" roinit shutdown 5 || true # Podman may find its container gone
    code=$(timeout 60 podman wait "$name")
    podman rm -f "$name" >/dev/null
    expect 0
    says 'web: stopped'
    [ "$code" = 5 ]
}

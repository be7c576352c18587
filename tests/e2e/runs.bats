#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Good runs, exit codes, and the end, in real containers.
# shellcheck disable=SC2030,SC2031,SC2034,SC2164
load lib

@test "a lone command runs on a read-only root with nothing writable and no privilege" {
    run run_in "${HARD[@]}" -- sh -c 'echo hello; id -u'
    expect 0
    [ "$output" = $'hello\n10001' ]
}

@test "both builds, musl's and glibc's, run it" {
    run docker run --rm --network none "${HARD[@]}" "roinit-e2e-glibc:$RUN" echo hello
    expect 0
    [ "$output" = hello ]
}

@test "a lone command's exit code is exactly the container's" {
    for code in 0 1 42 125 255; do
        run run_in --read-only -- sh -c "exit $code"
        expect "$code"
    done
}

@test "a command that dies of a signal gives 128 and its number" {
    run run_in --read-only -- sh -c 'kill -KILL $$'
    expect 137
    run run_in --read-only -- sh -c 'kill -SEGV $$'
    expect 139
}

@test "a command that is not there gives 127, one that cannot be executed 126, before anything starts" {
    run run_in --read-only -- /no/such/thing
    expect 127
    says '"/no/such/thing" is not found'
    run run_in --read-only -- /etc/passwd
    expect 126
    run run_in --read-only -- /etc
    expect 126
    says 'is a directory'
}

@test "no command and no contract is wrong usage" {
    run run_in --read-only --
    expect 64
    says 'there is nothing to run'
}

@test "docker stop reaches the command at once" {
    # Beside a bare program that ends at TERM, as PID 1 by itself, in the same run: the difference is roinit's.
    measure() {
        local began
        eventually logs_say up
        began=$(now_ms)
        docker stop -t 8 "$CONTAINER" >/dev/null
        echo $(($(now_ms) - began))
    }
    STEADY='trap "exit 0" TERM; echo up; while :; do sleep 0.02; done'
    for round in 1 2 3 4 5; do
        CONTAINER=roinit-e2e-bare-$$
        docker run -d --name "$CONTAINER" --network none --read-only busybox sh -c "$STEADY" >/dev/null
        bare=$(measure)
        docker rm -f "$CONTAINER" >/dev/null
        start --read-only -- sh -c "$STEADY"
        ours=$(measure)
        [ "$(exit_code)" = 0 ]
        docker rm -f "$CONTAINER" >/dev/null
        echo "bare $bare ms, under roinit $ours ms" >&2
        [ $((ours - bare)) -ge 300 ] || break # what is roinit's is there each time
    done
    [ $((ours - bare)) -lt 300 ]
}

@test "a contract: units in order, restart, status by exec, an ordered end with 0" {
    contract <<'INI'
[tmpfs /tmp]
[tmpfs /run]
[task first]
command = sh -c 'echo first >&2'
[service web]
requires = first
command = sh -c 'trap "echo web ends; exit 0" TERM; echo web is up; while :; do sleep 0.05; done'
[service flaky]
after = web
essential = no
restart = on-failure
restart-delay = 50ms
command = sh -c 'sleep 0.2; exit 3'
INI
    start --read-only --tmpfs /tmp --tmpfs /run --
    eventually docker exec "$CONTAINER" roinit status web
    run docker exec "$CONTAINER" roinit status
    expect 0
    says 'web'
    says 'ready'
    says 'contract kept'
    eventually logs_say 'flaky (pid'
    eventually logs_say 'web: web is up' # and has set its trap
    run docker exec "$CONTAINER" roinit status --json
    expect 0
    [ "$(jq -r '.units[] | select(.name == "first") | .state' <<<"$output")" = 'done' ]
    [ "$(jq -r '.root.ro, .verdict.kept' <<<"$output" | tr '\n' ' ')" = 'true true ' ]
    run docker exec "$CONTAINER" roinit status nobody
    expect 4
    docker stop -t 8 "$CONTAINER" >/dev/null
    [ "$(exit_code)" = 0 ]
    logs_say 'web: web ends'
    logs_say 'container ends with 0: TERM from outside the container'
}

@test "the container ends with the code of the unit that caused it" {
    contract <<'INI'
[tmpfs /tmp]
[service steady]
command = sleep 1000
[service crash]
command = sh -c 'sleep 0.3; exit 7'
INI
    run run_in --read-only --tmpfs /tmp --
    expect 7
    says 'container ends with 7: crash exited with 7'
}

@test "several users: started as root with SETUID, SETGID and KILL alone, each unit is who it should be" {
    contract <<'INI'
[tmpfs /tmp]
mode = 1777
[task a]
user = 1001:1002
command = sh -c 'id; grep -E "^(Cap(Inh|Prm|Eff|Amb)|NoNewPrivs)" /proc/self/status'
[task b]
user = 2001
after = a
command = id
INI
    run run_in --read-only --cap-drop ALL --cap-add SETUID --cap-add SETGID --cap-add KILL --tmpfs /tmp:mode=1777 --
    expect 0
    says 'a: uid=1001 gid=1002'
    says 'b: uid=2001 gid=2001'
    says $'a: CapEff:\t0000000000000000'
    says $'a: NoNewPrivs:\t1'
}

@test "several users started as a plain uid are refused: their separation was promised" {
    contract <<'INI'
[tmpfs /tmp]
[task a]
user = 1001
command = true
[task b]
user = 2001
command = true
INI
    run run_in "${HARD[@]}" --tmpfs /tmp --
    expect 77
    says 'SETUID'
}

@test "HOME, TMPDIR and XDG_* point into the declared mount, for any uid without a passwd entry" {
    contract <<'INI'
[tmpfs /tmp]
redirect = tmp home xdg
[service app]
command = "$@"
user = 10001:10001
INI
    run run_in --read-only --user 4242:0 --cap-drop ALL --tmpfs /tmp:mode=1777 -- \
        sh -c 'echo "$HOME $TMPDIR $XDG_CACHE_HOME"; touch "$HOME/x" "$TMPDIR/y" && stat -c "%a %u" "$HOME"'
    expect 0
    says '/tmp/home-4242 /tmp /tmp/home-4242/.cache'
    says '700 4242'
}

@test "PUID, PGID and UMASK serve images that promise them" {
    contract <<'INI'
[tmpfs /tmp]
[service app]
command = sh -c 'id; umask'
user = ${PUID:-911}:${PGID:-911}
umask = ${UMASK:-022}
INI
    run run_in --read-only --tmpfs /tmp -e PUID=1234 -e PGID=4321 -e UMASK=077 --
    expect 0
    says 'uid=1234 gid=4321'
    says '0077'
    run run_in --read-only --tmpfs /tmp -e PUID=abc --
    expect 77
    says 'PUID'
}

@test "passwd = NAME gives an arbitrary uid a name" {
    printf 'FROM %s\nRUN mv /etc/passwd /etc/passwd.image && mv /etc/group /etc/group.image && ln -s /run/roinit/passwd /etc/passwd && ln -s /run/roinit/group /etc/group\n' "$IMAGE" >"$BATS_TEST_TMPDIR/Dockerfile"
    docker build -q -t "roinit-e2e-named:$RUN" "$BATS_TEST_TMPDIR" >/dev/null
    contract <<'INI'
[init]
passwd = worker
[tmpfs /tmp]
redirect = home
[tmpfs /run]
[service app]
command = sh -c 'id -un; echo ~worker'
INI
    run docker run --rm --network none "${MOUNT[@]}" --read-only --user 54321:0 --cap-drop ALL \
        --tmpfs /tmp:mode=1777 --tmpfs /run:mode=0755,uid=54321 "roinit-e2e-named:$RUN"
    expect 0
    says worker
    says /tmp/home-54321
}

@test "orphans are reaped" {
    start --read-only -- sh -c 'for i in 1 2 3 4 5 6 7 8 9; do (sleep 0.1 &) ; done; echo up; exec sleep 1000'
    eventually logs_say up
    one_sleeps() { [ "$(docker exec "$CONTAINER" sh -c 'cat /proc/[0-9]*/comm' | grep -c sleep)" = 1 ]; } # zombies have a name, too
    eventually one_sleeps
}

@test "a reader that does not read blocks nothing" {
    need runc
    contract <<'INI'
[init]
stop-timeout = 5m
[tmpfs /run]
[service flood]
command = sh -c 'while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done'
[service side]
command = sleep 1000
INI
    mkfifo "$BATS_TEST_TMPDIR/pipe"
    # shellcheck disable=SC2217 # it holds the pipe open and reads nothing: that is the point
    sleep 300 <"$BATS_TEST_TMPDIR/pipe" 3>&- &
    reader=$!
    cp -a "$ROOTFS" "$BATS_TEST_TMPDIR/root"
    cp "$BATS_TEST_TMPDIR/roinit.ini" "$BATS_TEST_TMPDIR/root/etc/roinit.ini"
    id=roinit-e2e-flood-$RUN
    CT_ID=$id runc-run -t /run:nosuid,nodev,noexec,mode=0755 "$BATS_TEST_TMPDIR/root" /roinit >"$BATS_TEST_TMPDIR/pipe" 2>/dev/null 3>&- &
    container=$!
    answers() { runc --root "$CT_RUNC_ROOT" exec "$id" /roinit status side; }
    eventually answers
    sleep 0.5
    run answers
    kill -TERM "$container"
    # runc itself copies the output and waits for the reader; PID 1 must not.
    gone() { ! runc --root "$CT_RUNC_ROOT" state "$id"; }
    eventually gone
    kill "$reader"
    wait "$container" || true
    expect 0
    says side
}

@test "closed standard streams are no trouble" {
    need runc
    run sh -c 'exec runc-run "$ROOTFS" /roinit -- sh -c "exec 0<&- 1>&- 2>&-; /roinit -- sh -c \"exit 5\""'
    expect 5
}

@test "when roinit itself is refused /run it goes on without" {
    contract <<'INI'
[tmpfs /tmp]
optional = yes
[service app]
command = echo up
INI
    run run_in "${HARD[@]}" --
    expect 0
    says up
    run run_in --read-only --user 10001 --tmpfs /run:size=4k,nr_inodes=2,uid=10001,mode=0755 --
    expect 0
    says up
}

@test "a schedule goes by the zone that TZ names, whose file the image has, in both builds" {
    local zoneinfo=$BATS_TEST_TMPDIR/zoneinfo noon=''
    CONTAINER=$(docker create debian:bookworm-slim)
    docker cp "$CONTAINER:/usr/share/zoneinfo" "$zoneinfo"
    docker rm "$CONTAINER" >/dev/null
    contract <<'INI'
[tmpfs /run]
[task noon]
command = true
schedule = 0 12 * * *
INI
    # musl knows no rules for EST5EDT but those of the file.
    for zone in Europe/Berlin :Asia/Kathmandu EST5EDT America/New_York; do
        for USED_IMAGE in "$IMAGE" "roinit-e2e-glibc:$RUN"; do
            start --read-only --tmpfs /run -e "TZ=$zone" -v "$zoneinfo:/usr/share/zoneinfo:ro"
            next() { docker exec "$CONTAINER" roinit status --json | grep -o '"next":"[^"]*'; }
            eventually next
            noon=$(next | cut -d'"' -f4)
            run env TZDIR="$zoneinfo" TZ="$zone" date -d "$noon" +%H:%M
            docker rm -f "$CONTAINER" >/dev/null
            [ "$output" = 12:00 ] || { echo "$zone in $USED_IMAGE: $noon" >&2; return 1; }
        done
    done
}

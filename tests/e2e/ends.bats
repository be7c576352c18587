#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# How containers end: codes, signals, order, the clock, restarts, and who is left behind.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2164
load lib

ended() { # waits for the end; a limit only so that a broken run does not hang
    CODE=$(timeout 60 docker wait "$CONTAINER") || { docker logs "$CONTAINER" >&2; return 1; }
}
logs() { output=$(docker logs "$CONTAINER" 2>&1); }

STUBBORN="sh -c 'trap \"echo no\" TERM; echo up; while :; do sleep 0.05; done'"

# stop_ms IMAGE OPTIONS...: how long `docker stop` takes, from a container that is up for a second.
stop_ms() {
    local began
    USED_IMAGE=$1
    shift
    start "$@" || return
    sleep 0.7
    began=$(now_ms)
    docker stop -t 9 "$CONTAINER" >/dev/null
    echo $(($(now_ms) - began))
    docker rm -vf "$CONTAINER" >/dev/null
}

# What differs from time to time is the machine's; the best of all times is ours.
@test "docker stop costs at most 300 ms more than a bare program that ends at TERM: the best of three to nine, each example" {
    run_flags=(--tmpfs "/run:size=16m,uid=10001,gid=10001" --tmpfs "/tmp:size=16m,mode=1777")
    best() { sort -n "$BATS_TEST_TMPDIR/$1" | head -1; }
    for round in 1 2 3 4 5 6 7 8 9; do
        stop_ms "roinit-example-distroless:$RUN" "${HARD[@]}" --entrypoint /server -- >>"$BATS_TEST_TMPDIR/bare"
        stop_ms "roinit-example-distroless:$RUN" "${HARD[@]}" "${run_flags[@]}" -- >>"$BATS_TEST_TMPDIR/distroless"
        stop_ms "roinit-example-one-app:$RUN" "${HARD[@]}" "${run_flags[@]}" -- >>"$BATS_TEST_TMPDIR/one-app"
        stop_ms "roinit-example-nginx:$RUN" "${HARD[@]}" "${run_flags[@]}" --tmpfs /var/cache/nginx:size=64m,uid=10001,gid=10001 -- >>"$BATS_TEST_TMPDIR/nginx"
        stop_ms "roinit-example-app-with-redis:$RUN" "${HARD[@]}" "${run_flags[@]}" -v /data -- >>"$BATS_TEST_TMPDIR/app-with-redis"
        [ "$round" -ge 3 ] || continue
        dear=
        for example in distroless one-app nginx app-with-redis; do
            echo "$example: $(best "$example") ms, bare: $(best bare) ms" >&2
            [ $(($(best "$example") - $(best bare))) -lt 300 ] || dear=$example
        done
        [ -n "$dear" ] || break
    done
    [ -z "$dear" ]
}

@test "a unit that dies of a signal gives 128 and its number, and one line says so" {
    contract < <(printf '[service app]\ncommand = sh -c "kill -SEGV $$$$"\n')
    run run_in "${HARD[@]}" --
    expect 139
    says 'container ends with 139'
    says 'SEGV'
}

@test "with a contract as well: not found is 127, not executable and a folder are 126, and nothing else starts" {
    for row in '127 /no/such/thing' '126 /etc/passwd' '126 /etc'; do
        read -r code command <<<"$row"
        contract < <(printf '[task first]\ncommand = echo it ran\n[service app]\nafter = first\ncommand = %s\n' "$command")
        run "-$code" run_in "${HARD[@]}" --
        says "$command"
        says_not 'first: it ran'
    done
}

@test "a lone command that ends at TERM by its default gives 143" {
    start "${HARD[@]}" -- sh -c 'echo up; exec sleep 1000'
    eventually logs_say up
    docker stop -t 9 "$CONTAINER" >/dev/null
    [ "$(exit_code)" = 143 ]
}

@test "a lone command gets the signals as they came, and real-time ones" {
    start "${HARD[@]}" -- sh -c 'trap "echo usr1" USR1; trap "echo hup" HUP; trap "echo rt" 37; echo up; while :; do sleep 0.05; done'
    eventually logs_say up
    docker kill -s USR1 "$CONTAINER" >/dev/null
    eventually logs_say usr1
    docker kill -s HUP "$CONTAINER" >/dev/null
    eventually logs_say hup
    docker kill -s 37 "$CONTAINER" >/dev/null
    eventually logs_say rt
}

@test "stop signals: RTMIN+3 ends in order, stop-signal is what the unit gets, others are forwarded to main" {
    contract <<'INI'
[service main]
command = sh -c 'trap "echo usr1" USR1; trap "echo quit; exit 0" QUIT; echo up; while :; do sleep 0.05; done'
stop-signal = QUIT
INI
    start "${HARD[@]}" --stop-signal RTMIN+3 --
    eventually logs_say up
    docker kill -s USR1 "$CONTAINER" >/dev/null
    eventually logs_say usr1
    docker stop -t 9 "$CONTAINER" >/dev/null
    [ "$(exit_code)" = 0 ]
    logs_say quit
}

@test "units end in reverse order, those that require first" {
    contract <<'INI'
[service base]
command = sh -c 'trap "echo ends; exit 0" TERM; echo up; while :; do sleep 0.02; done'
[service middle]
requires = base
command = sh -c 'trap "sleep 0.3; echo ends; exit 0" TERM; echo up; while :; do sleep 0.02; done'
[service top]
requires = middle
command = sh -c 'trap "sleep 0.3; echo ends; exit 0" TERM; echo up; while :; do sleep 0.02; done'
INI
    start "${HARD[@]}" --
    eventually logs_say 'top: up'
    docker stop -t 9 "$CONTAINER" >/dev/null
    [ "$(exit_code)" = 0 ]
    logs
    [ "$(grep -E '^[a-z]+: ends$' <<<"$output" | tr '\n' ' ')" = 'top: ends middle: ends base: ends ' ]
}

@test "the clock runs out: KILL, long before the runtime's own" {
    contract < <(printf '[init]\nstop-timeout = 1s\n[service app]\ncommand = %s\n' "$STUBBORN")
    start "${HARD[@]}" --
    eventually logs_say up
    began=$(now_ms)
    docker stop -t 60 "$CONTAINER" >/dev/null
    took=$(($(now_ms) - began))
    [ "$(exit_code)" = 137 ]
    [ "$took" -ge 900 ]
    [ "$took" -lt 30000 ]
    logs_say no
}

@test "ROINIT_STOP_TIMEOUT sets the clock, for a lone command as well" {
    start "${HARD[@]}" -e ROINIT_STOP_TIMEOUT=500ms -- sh -c 'trap "echo no" TERM; echo up; while :; do sleep 0.05; done'
    eventually logs_say up
    docker kill -s TERM "$CONTAINER" >/dev/null
    ended
    [ "$CODE" = 137 ]
    run run_in "${HARD[@]}" -e ROINIT_STOP_TIMEOUT=soon -- echo it ran
    [ "$status" != 0 ]
    says ROINIT_STOP_TIMEOUT
}

@test "a second TERM, a second later, is a KILL" {
    contract < <(printf '[init]\nstop-timeout = 5m\n[service app]\ncommand = %s\n' "$STUBBORN")
    start "${HARD[@]}" --
    eventually logs_say up
    docker kill -s TERM "$CONTAINER" >/dev/null
    eventually logs_say no
    sleep 1.2
    docker kill -s TERM "$CONTAINER" >/dev/null
    ended
    [ "$CODE" = 137 ]
}

@test "restart = on-failure starts again, and what ends well ends the container with 0" {
    contract <<'INI'
[tmpfs /tmp]
[service app]
command = sh -c 'echo x >>/tmp/starts; echo start; [ $(wc -l </tmp/starts) -ge 3 ] || exit 9'
restart = on-failure
restart-delay = 10ms
INI
    run run_in "${HARD[@]}" --tmpfs /tmp:size=1m,mode=1777 --
    expect 0
    [ "$(grep -c '^start$' <<<"$output")" = 3 ]
}

@test "start-limit bounds the restarts; then the unit is lost with its last code" {
    contract <<'INI'
[service app]
command = sh -c 'echo start; exit 9'
restart = always
restart-delay = 0
start-limit = 4/1m
[service other]
command = sleep 1000
INI
    run run_in "${HARD[@]}" --
    expect 9
    [ "$(grep -c '^app: start$' <<<"$output")" = 4 ]
    says 'container ends with 9'
}

@test "a unit whose requirement is lost goes with it, and the code is the first one's" {
    contract <<'INI'
[tmpfs /tmp]
[service base]
command = sh -c 'until test -e /tmp/up; do sleep 0.05; done; exit 11'
[service top]
requires = base
command = sh -c 'trap "echo ends; exit 0" TERM; touch /tmp/up; while :; do sleep 0.02; done'
INI
    run run_in "${HARD[@]}" --tmpfs /tmp:size=1m,mode=1777 --
    expect 11
    says 'top: ends'
}

@test "stop tasks run before the first unit is told" {
    contract <<'INI'
[task farewell]
when = stop
command = echo farewell
[service app]
command = sh -c 'trap "echo ends; exit 0" TERM; echo up; while :; do sleep 0.02; done'
log = text
INI
    start "${HARD[@]}" --
    eventually logs_say 'app: up'
    docker stop -t 9 "$CONTAINER" >/dev/null
    [ "$(exit_code)" = 0 ]
    logs
    [ "$(grep -E '^(farewell|app): (farewell|ends)$' <<<"$output" | tr '\n' ' ')" = 'farewell: farewell app: ends ' ]
}

@test "what a unit leaves behind ends with it, and docker exec's orphans are reaped" {
    start "${HARD[@]}" -- sh -c 'trap "exit 3" TERM; (trap "" TERM; sleep 1000) & echo up; while :; do sleep 0.05; done'
    eventually logs_say up
    docker exec "$CONTAINER" sh -c 'for i in 1 2 3 4 5 6 7 8 9; do (sleep 0.2 &); done'
    sleep 0.5
    eventually no_zombies
    docker stop -t 9 "$CONTAINER" >/dev/null
    [ "$(exit_code)" = 3 ]
}

@test "as a program with a terminal would: the lone command has the foreground" {
    run run_in -t "${HARD[@]}" -- sh -c '[ -t 0 ] && set -- $(cat /proc/$$/stat) && echo pgrp $5 foreground $8'
    expect 0
    read -r _ group _ foreground <<<"${output%$'\r'}"
    [ "$group" = "$foreground" ]
}

@test "each standard stream may be closed: the unit has all three, the code is passed on, a refusal is one" {
    mkdir -m 777 "$BATS_TEST_TMPDIR/data"
    for closed in '<&-' '>&-' '2>&-' '<&- >&- 2>&-'; do
        run run_in "${HARD[@]}" -v "$BATS_TEST_TMPDIR/data:/data" --entrypoint sh -- \
            -c "exec /usr/bin/roinit -- sh -c 'ls /proc/\$\$/fd >/data/fds; exit 5' $closed"
        expect 5
        [ "$(grep -cx '[012]' "$BATS_TEST_TMPDIR/data/fds")" = 3 ] # 10 is the shell's own, for its redirection
        run run_in --entrypoint sh -- -c "exec /usr/bin/roinit -- sh -c 'exit 5' $closed"
        expect 77
    done
}

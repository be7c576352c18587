#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Readiness by clients that others wrote, checks as Docker's HEALTHCHECK and a kubelet's exec probes call them, and probes.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2164
load lib

setup_file() {
    local context=$BATS_FILE_TMPDIR/health
    cp -r "$BATS_TEST_DIRNAME/health" "$context"
    cp "$ROINIT_MUSL" "$context/roinit"
    # The second name keeps the layers of the packages for the next run.
    docker build -q --label roinit-e2e -t "roinit-e2e-health:$RUN" -t roinit-e2e-health-layers --network=host "$context" >/dev/null
}

clients() { USED_IMAGE=roinit-e2e-health:$RUN; }
state_of() { docker exec "$CONTAINER" roinit status --json | jq -r ".units[] | select(.name == \"$1\") | .state"; }
is_state() { [ "$(state_of "$1")" = "$2" ]; }
# shellcheck disable=SC2054 # the commas are options of a mount
TMPFS=(--tmpfs /tmp:rw,nosuid,nodev,noexec,mode=1777 --tmpfs /run:rw,nosuid,nodev,noexec,uid=10001,gid=10001)

@test "systemd-notify makes a service ready, and its status and reload are seen" {
    clients
    contract <<'END'
[tmpfs /tmp]
[tmpfs /run]
[service db]
command = sh -c 'until test -e /tmp/go; do sleep 0.1; done; systemd-notify --ready --status="serving 3 clients"; until test -e /tmp/reload; do sleep 0.1; done; systemd-notify RELOADING=1; exec sleep 1000'
ready = notify
[service web]
command = sh -c 'echo web starts; exec sleep 1000'
requires = db
END
    start "${HARD[@]}" "${TMPFS[@]}" --
    eventually is_state db starting
    is_state web waiting
    docker exec "$CONTAINER" touch /tmp/go
    eventually logs_say 'web starts'
    is_state db ready
    run docker exec "$CONTAINER" roinit status --json
    [ "$(jq -r '.units[0].status' <<<"$output")" = 'serving 3 clients' ]
    docker exec "$CONTAINER" touch /tmp/reload
    eventually is_state db reloading
}

@test "systemd-notify is heard with no writable path at all" {
    clients
    contract <<'END'
[service db]
command = sh -c 'systemd-notify --ready; exec sleep 1000'
ready = notify
start-timeout = 20s
[service web]
command = sh -c 'echo "web starts"; exec sleep 1000'
requires = db
END
    start "${HARD[@]}" --
    eventually logs_say 'web starts'
}

@test "python3-sdnotify makes a service ready, and its watchdog keeps it alive until it stops feeding it" {
    clients
    contract <<'END'
[tmpfs /tmp]
[tmpfs /run]
[service app]
command = /usr/bin/python3 -c 'import os, sdnotify, time; n = sdnotify.SystemdNotifier(); n.notify("READY=1"); print("usec", os.environ["WATCHDOG_USEC"], flush=True); [(n.notify("WATCHDOG=1"), time.sleep(0.3)) for i in range(16)]; print("starves", flush=True); time.sleep(1000)'
ready = notify
watchdog = 4s
END
    start "${HARD[@]}" "${TMPFS[@]}" --
    eventually logs_say starves
    logs_say 'usec 4000000'
    eventually logs_say 'its watchdog of 4s ran out: ABRT'
    run timeout 60 docker wait "$CONTAINER"
    [ "$output" = 134 ]
}

@test "a real s6 program makes itself ready by its descriptor" {
    clients
    contract <<'END'
[tmpfs /tmp]
[tmpfs /run]
[service log]
command = sh -c 'until test -e /tmp/go; do sleep 0.1; done; sleep 1000 | exec s6-log -d 3 T /tmp/log'
ready = fd:3
[service web]
command = sh -c 'echo "web starts"; ls /tmp/log; exec sleep 1000'
requires = log
END
    start "${HARD[@]}" "${TMPFS[@]}" --
    eventually is_state log starting
    docker exec "$CONTAINER" touch /tmp/go
    eventually logs_say 'web starts'
    eventually logs_say 'current'
}

@test "s6-notifyoncheck makes its daemon ready when its check succeeds, and not before" {
    clients
    # It wants a folder that s6-supervise looks after: here with nothing to run but what roinit starts.
    contract <<'END'
[tmpfs /tmp]
[tmpfs /run]
mkdir = svc
[task folder]
command = touch /run/svc/run /run/svc/down
[service supervisor]
requires = folder
command = s6-supervise /run/svc
ready = exec:s6-svok /run/svc
[service db]
requires = supervisor
working-dir = /run/svc
ready = fd:4
command = s6-notifyoncheck -d -3 4 -s 200 -w 100 -n 0 -c "test -e /tmp/well" sh -c 'echo "db is pid $$"; exec sleep 1000'
[service web]
requires = db
command = sh -c 'echo "web starts"; exec sleep 1000'
END
    start "${HARD[@]}" "${TMPFS[@]}" --
    eventually logs_say 'db is pid'
    sleep 1
    is_state db starting
    is_state web waiting
    docker exec "$CONTAINER" touch /tmp/well
    eventually logs_say 'web starts'
    is_state db ready
    docker logs "$CONTAINER" 2>&1 | grep -F "db is pid $(docker exec "$CONTAINER" roinit status --json | jq '.units[] | select(.name == "db") | .pid')"
    docker stop -t 9 "$CONTAINER" >/dev/null
    [ "$(exit_code)" = 0 ]
}

@test "a daemon that speaks sd_notify: redis-server is ready when it says so, and its status is shown" {
    clients
    contract <<'END'
[tmpfs /tmp]
redirect = tmp
[tmpfs /run]
[service redis]
command = redis-server --supervised systemd --daemonize no --port 0 --unixsocket /run/redis.sock --dir /tmp --save ''
ready = notify
[service web]
requires = redis
command = sh -c 'redis-cli -s /run/redis.sock ping; exec sleep 1000'
END
    start "${HARD[@]}" "${TMPFS[@]}" --
    eventually logs_say PONG
    is_state redis ready
    run docker exec "$CONTAINER" roinit status --json
    [ "$(jq -r '.units[] | select(.name == "redis") | .status' <<<"$output")" = 'Ready to accept connections' ]
    docker stop -t 9 "$CONTAINER" >/dev/null
    [ "$(exit_code)" = 0 ]
}

@test "python3-systemd makes a service ready, names its main process and says that it stops" {
    clients
    contract <<'END'
[tmpfs /tmp]
[tmpfs /run]
[service app]
command = /usr/bin/python3 -c 'import os, time; from systemd import daemon; daemon.notify("READY=1\nSTATUS=up\nMAINPID=%d" % os.getpid()); [time.sleep(0.05) for i in iter(lambda: os.path.exists("/tmp/go"), True)]; daemon.notify("STOPPING=1\nSTATUS=leaves"); [time.sleep(0.05) for i in iter(lambda: os.path.exists("/tmp/end"), True)]; os._exit(7)'
ready = notify
END
    start "${HARD[@]}" "${TMPFS[@]}" --
    eventually is_state app ready
    run docker exec "$CONTAINER" roinit status --json
    [ "$(jq -r '.units[0].status' <<<"$output")" = up ]
    docker exec "$CONTAINER" touch /tmp/go
    eventually is_state app stopping
    docker exec "$CONTAINER" touch /tmp/end
    run timeout 60 docker wait "$CONTAINER"
    [ "$output" = 7 ]
}

health() { docker inspect -f '{{.State.Health.Status}}' "$CONTAINER"; }
is_health() { [ "$(health)" = "$1" ]; }

web() {
    contract <<'END'
[tmpfs /tmp]
[tmpfs /run]
[service web]
command = sh -c 'mkdir -p /tmp/www; echo well >/tmp/www/ping; exec httpd -f -p 127.0.0.1:8080 -h /tmp/www'
ready = tcp:127.0.0.1:8080
[check ping]
probe = http://127.0.0.1:8080/ping
service = web
interval = 200ms
retries = 2
level = ready
END
}

@test "Docker's HEALTHCHECK by roinit check turns healthy and unhealthy" {
    web
    start "${HARD[@]}" "${TMPFS[@]}" --health-cmd 'roinit check --level ready' --health-interval 1s --health-retries 1 --health-timeout 5s --
    eventually is_health healthy
    docker exec "$CONTAINER" rm /tmp/www/ping
    eventually is_health unhealthy
    reason() { docker inspect -f '{{json .State.Health.Log}}' "$CONTAINER" | grep -F "$1"; }
    eventually reason 'check ping is down: http://127.0.0.1:8080/ping: status 404' # or first that it took too long
    docker exec "$CONTAINER" sh -c 'echo well >/tmp/www/ping'
    eventually is_health healthy
}

@test "exec probes as a kubelet runs them: without an environment, in parallel, killed half way" {
    web
    start "${HARD[@]}" "${TMPFS[@]}" --
    eventually docker exec "$CONTAINER" roinit check --level ready
    run docker exec "$CONTAINER" env -i /usr/bin/roinit check --level ready
    expect 0
    [ "$output" = ready ]
    run docker exec "$CONTAINER" env -i /usr/bin/roinit check
    expect 0
    [ "$output" = alive ]
    # The level ready says nothing about being alive: a pod must not be killed for it.
    docker exec "$CONTAINER" rm /tmp/www/ping
    not_ready() { ! docker exec "$CONTAINER" roinit check --level ready; }
    eventually not_ready
    docker exec "$CONTAINER" roinit check --level alive
    # Probes that are stopped half way, and killed, as at their timeout.
    docker exec "$CONTAINER" sh -c 'for i in 1 2 3 4 5 6 7 8; do roinit check >/dev/null & kill -STOP $!; kill -KILL $!; done; wait'
    docker exec "$CONTAINER" roinit check
    eventually no_zombies
}

@test "while it drains the level ready fails, and the service still serves" {
    web
    printf '[init]\ndrain = 8s\nstop-timeout = 50s\n' >>"$BATS_TEST_TMPDIR/roinit.ini"
    start "${HARD[@]}" "${TMPFS[@]}" --
    eventually docker exec "$CONTAINER" roinit check --level ready
    # Looks from inside, where it costs nothing: an exec may take longer than it drains.
    docker exec "$CONTAINER" sh -c 'echo looks; while roinit check --level ready; do sleep 0.1; done
        roinit check --level ready; echo "code $?"; roinit probe http://127.0.0.1:8080/ping && echo serves' >"$BATS_TEST_TMPDIR/seen" 2>&1 3>&- &
    eventually grep -q looks "$BATS_TEST_TMPDIR/seen"
    docker kill -s TERM "$CONTAINER" >/dev/null
    run timeout 60 docker wait "$CONTAINER"
    [ "$output" = 0 ]
    wait
    run cat "$BATS_TEST_TMPDIR/seen"
    says 'the container is stopping'
    says 'code 1'
    says serves
}

@test "roinit probe is curl for images that have none" {
    web
    start "${HARD[@]}" "${TMPFS[@]}" --
    eventually docker exec "$CONTAINER" roinit probe http://127.0.0.1:8080/ping
    run docker exec "$CONTAINER" roinit probe http://127.0.0.1:8080/none
    expect 1
    says 'status 404'
    run docker exec "$CONTAINER" roinit probe tcp:8081 --timeout 1s
    expect 1
    says 'connection refused'
    run run_in --entrypoint roinit -- probe tcp:1
    expect 1
}

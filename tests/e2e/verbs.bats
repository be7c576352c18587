#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The verbs, as people call them: by --entrypoint, in a Dockerfile's RUN, and by docker exec.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2164
load lib

verb() { # OPTIONS... -- VERB...
    MOUNT+=(--entrypoint /usr/bin/roinit)
    run --separate-stderr run_in "$@"
    MOUNT=("${MOUNT[@]:0:${#MOUNT[@]}-2}")
}

@test "lint in a Dockerfile's RUN lets a good contract pass and fails the build at a bad one, with all errors" {
    mkdir "$BATS_TEST_TMPDIR/build"
    printf 'FROM %s\nCOPY roinit.ini /etc/roinit.ini\nRUN ["/usr/bin/roinit", "lint"]\n' "$IMAGE" >"$BATS_TEST_TMPDIR/build/Dockerfile"
    printf '[tmpfs /tmp]\nredirect = tmp home\n[service app]\ncommand = "$@"\n' >"$BATS_TEST_TMPDIR/build/roinit.ini"
    run docker build --no-cache "$BATS_TEST_TMPDIR/build"
    expect 0
    printf '[tmpfs /tmp]\nredirect = tmp hoem\n[service app]\ncommnad = sleep 1\nrequires = other\n' >"$BATS_TEST_TMPDIR/build/roinit.ini"
    run docker build --no-cache "$BATS_TEST_TMPDIR/build"
    [ "$status" != 0 ]
    says '/etc/roinit.ini:2'
    says hoem
    says '/etc/roinit.ini:4'
    says 'did you mean'
    says '/etc/roinit.ini:5'
    says 'code: 78'
}

@test "lint --json has one row a mistake: file, line, key" {
    contract <<'INI'
[init]
drane = 5s
[service app]
command = sleep 1
stop-timeout = 5
restart = maybe
INI
    verb -- lint --json
    expect 78
    [ "$(jq -c '[.v, .kept, ([.findings[] | select(.level == "error") | [.file, .line, .key]] | sort)]' <<<"$output")" = \
        '[1,false,[["/etc/roinit.ini",2,"drane"],["/etc/roinit.ini",5,"stop-timeout"],["/etc/roinit.ini",6,"restart"]]]' ]
}

@test "show, shown again, is the same bytes; drop-ins are in it and variables stand as written" {
    mkdir "$BATS_TEST_TMPDIR/d"
    printf '[require]\nenv += B\n[service app]\nuser = ${PUID:-911}\n' >"$BATS_TEST_TMPDIR/d/10.ini"
    contract <<'INI'
[require]
env = A
[tmpfs /tmp]
redirect = tmp home
mkdir =
    a 0700
    b 2775 0:0
[env]
GREETING = "a ; b # c"
[service app]
command = sh -c 'echo "$GREETING" ; exit 0' "$@"
INI
    MOUNT+=(-v "$BATS_TEST_TMPDIR/d:/etc/roinit.d:ro")
    verb -- show
    expect 0
    first=$output
    says 'env = A B'
    says '${PUID:-911}'
    contract <<<"$first"
    verb -- show
    expect 0
    [ "$output" = "$first" ]
    verb -- show --json
    jq -e . <<<"$output" >/dev/null
}

@test "verify changes nothing, prepare does what verify announced and starts nothing" {
    mkdir -m 777 "$BATS_TEST_TMPDIR/data"
    contract <<'INI'
[volume /data]
mkdir =
    made 0700
[service app]
command = echo it ran
INI
    verb --read-only -v "$BATS_TEST_TMPDIR/data:/data" -- verify
    expect 0
    [ -z "$(ls "$BATS_TEST_TMPDIR/data")" ]
    verb --read-only -v "$BATS_TEST_TMPDIR/data:/data" -- prepare
    expect 0
    says_not 'it ran'
    [ "$(stat -c %a "$BATS_TEST_TMPDIR/data/made")" = 700 ]
    verb -v "$BATS_TEST_TMPDIR/data:/data" -- prepare
    expect 77
}

@test "status: a table, JSON, one unit, an unknown one, and nobody there" {
    contract <<'INI'
[tmpfs /run]
[tmpfs /tmp]
size-max = 1M
[task done]
command = true
[task skipped]
command = true
only-if = env:NEVER_SET
[service app]
command = sleep 1000
[service idle]
command = sleep 1000
autostart = no
INI
    start "${HARD[@]}" --tmpfs /run:size=1m,uid=10001 --tmpfs /tmp:size=1m,mode=1777 --
    eventually docker exec "$CONTAINER" roinit wait --timeout 5s
    run --separate-stderr docker exec "$CONTAINER" roinit status --json
    expect 0
    jq -e '.v == 1 and .pid == 1 and .phase == "running" and .ready and .root == {path: "/", ro: true}
        and .verdict.kept and .verdict.enforced and (.contract | startswith("sha256:"))
        and (.mounts | map(select(.path == "/tmp")) | .[0] | .kind == "tmpfs" and .size == 1048576 and .ok and (.options | index("noexec") != null))
        and (.units | map({(.name): .state}) | add | .done == "done" and .skipped == "skipped" and .app == "ready")
        and (.units | map(select(.name == "app")) | .[0] | .pid > 1 and .restarts == 0 and .essential and .last_exit == null)
        and (.units | map(select(.name == "done")) | .[0] | .pid == null and .last_exit.code == 0)' <<<"$output" >/dev/null ||
        { echo "$output" >&2; return 1; }
    live=$(jq -cS 'del(.uptime_ms) | del(.mounts[].used)' <<<"$output")
    same() { [ "$(docker exec "$CONTAINER" cat /run/roinit/status.json | jq -cS 'del(.uptime_ms) | del(.mounts[].used)')" = "$live" ]; }
    eventually same # it is written a moment later
    run docker exec "$CONTAINER" roinit status
    expect 0
    says ready
    says skipped
    [[ "$output" != *$'\e'* ]]
    run docker exec "$CONTAINER" roinit status idle
    expect 3
    run docker exec "$CONTAINER" roinit status ap
    expect 4
    says ap
    run docker exec "$CONTAINER" roinit staus
    expect 64
    says 'did you mean'
    run docker exec --user 54321:54321 "$CONTAINER" roinit status app
    expect 0
    MOUNT=()
    run run_in --read-only -- sh -c 'roinit status'
    expect 69
}

@test "the state directory is nobody else's to write, and holds no secret" {
    printf '[tmpfs /run]\n[service app]\ncommand = sh -c "sleep 1000" hush\nenv =\n    PASSWORD=sesame\n' >"$BATS_TEST_TMPDIR/roinit.ini"
    MOUNT=(-v "$BATS_TEST_TMPDIR/roinit.ini:/etc/roinit.ini:ro")
    start --read-only --tmpfs /run:size=1m,mode=755 --
    eventually docker exec "$CONTAINER" test -e /run/roinit/status.json # the last of what it writes there
    [ "$(docker exec "$CONTAINER" stat -c '%a %u' /run/roinit /run/roinit/status.json /run/roinit/control | tr '\n' ' ')" = '755 0 644 0 666 0 ' ]
    run docker exec "$CONTAINER" sh -c 'cat /run/roinit/status.json; roinit status --json'
    says_not sesame
}

@test "as PID 1 a command that is called like a verb is a command" {
    for word in start status stop check; do
        run -127 run_in --read-only -- "$word"
        says "$word"
    done
    run run_in --read-only -- echo verify
    expect 0
    [ "$output" = verify ]
}

@test "usage: help, --version, explain, and words that it does not know" {
    for verb in run lint show verify prepare status explain; do
        verb -- help "$verb"
        expect 0
        says "$verb"
    done
    verb -- --version
    expect 0
    [[ "$output" =~ ^roinit\ [0-9]+\.[0-9]+ ]]
    for key in init.stop-timeout tmpfs.options service.command volume 127; do
        verb -- explain "$key"
        expect 0
        [ -n "$output" ]
    done
    verb -- explain tmpfs.optons
    expect 64
    verb -- --no-such-option
    expect 64
    verb -- verify --no-such-option
    expect 64
    verb -- learn
    expect 64
}

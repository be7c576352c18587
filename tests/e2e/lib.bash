# SPDX-License-Identifier: MIT
# lib.bash: what the files of the e2e ring share. The engines, the images and the programs come from
# tests/run and setup_suite.bash; here are only short words for them.
# shellcheck shell=bash disable=SC2034,SC2154

bats_require_minimum_version 1.5.0

IMAGE=roinit-e2e:$RUN

# need ENGINE|root: where it is missing the test says loudly what was left out; with CI=true that is a failure.
need() {
    [ "$1$(id -u)" != root0 ] || return 0
    case " ${CT_ENGINES:-docker podman runc} " in *" $1 "*) return 0 ;; esac
    [ "${CI:-}" != true ] || { echo "no $1 here, and with CI=true nothing may be left out" >&2; return 1; }
    skip "no $1 here" # tests/run tells it at the end
}

# The contract of the test, from standard input; seen in the container as /etc/roinit.ini.
contract() {
    cat >"$BATS_TEST_TMPDIR/roinit.ini"
    chmod 644 "$BATS_TEST_TMPDIR/roinit.ini"
    MOUNT=(-v "$BATS_TEST_TMPDIR/roinit.ini:/etc/roinit.ini:ro")
}
MOUNT=()

# A container as an image of ours is meant to be run: read-only, nobody, no capability. `run_in` passes engine
# options up to a lone --, the rest is the command.
HARD=(--read-only --user 10001:10001 --cap-drop ALL --security-opt no-new-privileges)
run_in() {
    local options=()
    while [ $# -gt 0 ] && [ "$1" != -- ]; do options+=("$1"); shift; done
    shift || true
    timeout -k 5 300 docker run --rm --network none "${MOUNT[@]}" "${options[@]}" "$IMAGE" "$@"
}

# Starts a container in the background and remembers it, so that teardown removes it.
start() {
    CONTAINER=roinit-e2e-$BATS_SUITE_TEST_NUMBER-$$
    local options=()
    while [ $# -gt 0 ] && [ "$1" != -- ]; do options+=("$1"); shift; done
    shift || true
    docker run -d --name "$CONTAINER" --network none "${MOUNT[@]}" "${options[@]}" "${USED_IMAGE:-$IMAGE}" "$@" >/dev/null
}
teardown() {
    [ -z "${CONTAINER:-}" ] || docker rm -f "$CONTAINER" >/dev/null 2>&1 || true
}

# Waits until a command succeeds: every tenth of a second, a minute at most: longer is never.
eventually() {
    local limit=$((SECONDS + 60))
    while [ "$SECONDS" -lt "$limit" ]; do
        "$@" >/dev/null 2>&1 && return 0
        sleep 0.1
    done
    echo "never came true: $*" >&2
    return 1
}
logs_say() { docker logs "$CONTAINER" 2>&1 | grep -F -- "$1" >/dev/null; }
# Whether its logs say it so often. Where a shell sets a trap first, it says that it is up.
logs_count() { [ "$(docker logs "$CONTAINER" 2>&1 | grep -cF -- "$2")" = "$1" ]; } # COUNT TEXT
# An engine's exec is a zombie for a moment, until the engine has heard of its end.
no_zombies() { docker exec "$CONTAINER" sh -c '! cat /proc/[0-9]*/stat 2>/dev/null | grep ") Z " >/dev/null'; }
exit_code() { docker inspect -f '{{.State.ExitCode}}' "$CONTAINER"; }
now_ms() { date +%s%3N; }

# `expect CODE` after `run`: the status, and the output where it differs.
expect() {
    [ "$status" = "$1" ] && return 0
    printf 'status %s, want %s; it said:\n%s\n' "$status" "$1" "$output" >&2
    return 1
}
says() {
    case $output in *"$1"*) return 0 ;; esac
    printf 'not said: "%s"; it said:\n%s\n' "$1" "$output" >&2
    return 1
}
says_not() {
    case $output in *"$1"*) printf 'said: "%s"; all of it:\n%s\n' "$1" "$output" >&2; return 1 ;; esac
}

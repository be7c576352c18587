#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The examples, run as their pages say: uid 10001, read-only root, all capabilities dropped.
# shellcheck disable=SC2030,SC2031,SC2034,SC2164
load lib

serves() { docker exec "$CONTAINER" "$@"; }

@test "one-app: python serves, writes its bytecode where it should, and nothing on the root" {
    USED_IMAGE=roinit-example-one-app:$RUN
    start "${HARD[@]}" --tmpfs /tmp:size=16m,mode=1777 --
    eventually serves python3 -c 'import urllib.request; urllib.request.urlopen("http://127.0.0.1:8080/", timeout=1)'
    [ -z "$(docker diff "$CONTAINER")" ]
    run docker exec "$CONTAINER" sh -c 'find /tmp -name "*.pyc" | head -1'
    says .pyc
    docker stop -t 8 "$CONTAINER" >/dev/null
    [ "$(exit_code)" != 137 ]
}

@test "nginx: a page, a status, an end with 0" {
    USED_IMAGE=roinit-example-nginx:$RUN
    start "${HARD[@]}" --tmpfs /tmp:size=16m,mode=1777 --tmpfs /run:size=16m,uid=10001,gid=10001 \
        --tmpfs /var/cache/nginx:size=64m,uid=10001,gid=10001 --
    page() { docker exec "$CONTAINER" bash -c 'exec 3<>/dev/tcp/127.0.0.1/8080; printf "GET / HTTP/1.0\r\n\r\n" >&3; grep -m1 "200 OK" <&3'; }
    eventually page
    run docker exec "$CONTAINER" roinit status nginx
    expect 0
    [ -z "$(docker diff "$CONTAINER")" ]
    docker stop -t 8 "$CONTAINER" >/dev/null
    [ "$(exit_code)" = 0 ]
}

@test "nginx: the same image without its tmpfs is refused, with the flags that mend it" {
    run docker run --rm --network none "${HARD[@]}" "roinit-example-nginx:$RUN"
    expect 77
    says '--tmpfs /var/cache/nginx:rw,nosuid,nodev,noexec,size=64M,uid=10001,gid=10001'
}

@test "app-with-redis: both run, the data lies in the volume, redis ends well" {
    USED_IMAGE=roinit-example-app-with-redis:$RUN
    start "${HARD[@]}" --tmpfs /tmp:size=16m,mode=1777 --tmpfs /run:size=16m,uid=10001,gid=10001 -v /data --
    eventually serves python3 -c 'import urllib.request; urllib.request.urlopen("http://127.0.0.1:8080/", timeout=1)'
    run docker exec "$CONTAINER" roinit status
    expect 0
    says redis
    docker stop -t 8 "$CONTAINER" >/dev/null
    [ "$(exit_code)" = 0 ]
}

@test "distroless: FROM scratch, a static program and no shell" {
    USED_IMAGE=roinit-example-distroless:$RUN
    start "${HARD[@]}" --tmpfs /tmp:size=16m,mode=1777 --
    eventually docker exec "$CONTAINER" /usr/bin/roinit status server
    run docker exec "$CONTAINER" /usr/bin/roinit verify
    expect 0
    run docker exec "$CONTAINER" sh -c true
    [ "$status" != 0 ]
    docker stop -t 8 "$CONTAINER" >/dev/null
    [ "$(exit_code)" = 0 ]
}

@test "Dockerfile.test is a full check by itself, and its image runs read-only with roinit as its entry point" {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    git -C "$root" archive HEAD 2>/dev/null | docker build -q --network=host -t "roinit-e2e-check:$RUN" -f Dockerfile.test - >/dev/null
    IMAGE=roinit-e2e-check:$RUN
    run run_in "${HARD[@]}" -- puppet print:up exit:7
    expect 7
    says up
}

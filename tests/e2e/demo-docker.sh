#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# demo-docker.sh ROINIT: what demo.sh shows, with the Docker Engine that answers.
set -euo pipefail

exec 2>&1 # what is told and what is refused, in order
roinit=$(realpath "$1")
cd "$(dirname "$0")/../.."
name=roinit-demo-$$
fail() { echo "demo-docker: FAILED: $*" >&2; exit 1; }
title() { printf '\n\033[1m%s\033[0m\n' "$*"; }
timeout 10 docker info >/dev/null 2>&1 || fail "no Docker Engine answers; make demo needs none"
work=$(mktemp -d)
# shellcheck disable=SC2317 # called by the trap
finish() {
    docker rm -f "$name" >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap finish EXIT

place="rw,nosuid,nodev,noexec,size=16m,uid=10001,gid=10001"
flags=(--tmpfs "/tmp:$place" --tmpfs "/run:$place" --tmpfs "/var/cache/nginx:$place" --user 10001:10001
    --cap-drop ALL --security-opt no-new-privileges --network none)

title "0. The image"
cp -r examples/nginx "$work/nginx"
cp "$roinit" "$work/nginx/roinit"
docker build -q --network=host -t roinit-demo-nginx "$work/nginx" || fail "docker build"

title "1. --read-only: verified, then started"
docker run -d --name "$name" --read-only "${flags[@]}" roinit-demo-nginx >/dev/null
for _ in $(seq 1 100); do
    pid=$(docker inspect -f '{{.State.Pid}}' "$name")
    [ "$pid" != 0 ] || { docker logs "$name"; fail "the container ended at once"; }
    ! nsenter --target "$pid" --net curl -fsS -o "$work/page" http://127.0.0.1:8080/ 2>/dev/null || break
    sleep 0.1
done
[ -s "$work/page" ] || { docker logs "$name"; fail "no page within 10 s"; }
docker exec "$name" roinit verify || fail "roinit verify"

title "2. A page, from the container's own network"
cat "$work/page"

title "3. roinit status"
docker exec "$name" roinit status || fail "roinit status"

title "4. A write where the contract grants none"
if docker exec "$name" touch /srv/www/defaced; then fail "the write succeeded"; fi

title "5. docker stop: an ordered stop"
docker stop "$name" >/dev/null
docker logs "$name"
code=$(docker inspect -f '{{.State.ExitCode}}' "$name")
[ "$code" = 0 ] || fail "the exit code is $code, want 0"
echo "exit code $code"
docker rm "$name" >/dev/null

title "6. The same without --read-only: nothing is started"
code=0
docker run --name "$name" "${flags[@]}" roinit-demo-nginx || code=$?
[ "$code" = 77 ] || fail "the exit code is $code, want 77"
echo "exit code $code"

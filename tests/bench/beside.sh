#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# beside.sh ROINIT: tini, s6 and roinit as PID 1 of real containers from one image, case by case: the exit code, and
# the first line that was said. Needs a Docker Engine that answers, apt in its builds, and root (for smaps_rollup).
# s6 is started as s6-overlay's engine is: s6-svscan on a copy of the services in /run.
set -euo pipefail
export LC_ALL=C

roinit=$(realpath "$1")
context=$(mktemp -d)
image=roinit-beside-$$
# shellcheck disable=SC2317 # called by the trap
finish() {
    docker rm -vf "$image-up" >/dev/null 2>&1 || true
    docker rmi -f "$image" >/dev/null 2>&1 || true
    rm -rf "$context"
}
trap finish EXIT

cp "$roinit" "$context/roinit"
cat >"$context/Dockerfile" <<'DOCKERFILE'
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends tini s6 && rm -rf /var/lib/apt/lists/*
COPY roinit /usr/bin/roinit
COPY s6 ends /usr/local/bin/
COPY volume.ini /etc/
DOCKERFILE
# The application's ends, and s6 with the application as its one service, which ends the container when it ends.
printf '#!/bin/sh\n[ "$1" != signal ] || kill -SEGV $$\nexit "$1"\n' >"$context/ends"
cat >"$context/s6" <<'SCRIPT'
#!/bin/sh
mkdir -p /run/s6/app && printf '#!/bin/sh\nexec %s\n' "$*" >/run/s6/app/run && chmod 755 /run/s6/app/run &&
    printf '#!/bin/sh\ns6-svscanctl -t /run/s6\n' >/run/s6/app/finish && chmod 755 /run/s6/app/finish
exec s6-svscan /run/s6
SCRIPT
printf '[tmpfs /run]\noptions = exec\n[volume /data]\nowner = 10001\n[service app]\ncommand = "$@"\n' >"$context/volume.ini"
chmod 755 "$context/s6" "$context/ends"
docker build -q --network=host -t "$image" "$context" >/dev/null

declare -A init=([tini]="tini --" [s6]=s6 [roinit]="roinit --")
names=(tini s6 roinit)
run_flags=(--tmpfs "/run:exec,size=16m,uid=10001,gid=10001")

row() { # CASE FLAGS... -- COMMAND...
    local case=$1 flags=() name said code
    shift
    while [ "$1" != -- ]; do flags+=("$1"); shift; done
    shift
    for name in "${names[@]}"; do
        code=0
        # shellcheck disable=SC2086 # words
        said=$(timeout 30 docker run --rm --network none --user 10001:10001 --cap-drop ALL "${flags[@]}" "$image" \
            ${init[$name]} "$@" 2>&1) || code=$?
        printf '| %s | %s | %s | %s |\n' "$case" "$name" "$code" "$(head -2 <<<"$said" | tr -s ' \n' ' ' | cut -c1-150)"
    done
}

printf '| case | PID 1 | code | said |\n| --- | --- | --- | --- |\n'
row "writable root" "${run_flags[@]}" -- echo it ran
row "no writable path" --read-only -- echo it ran
row "noexec /run" --read-only --tmpfs /run:uid=10001,gid=10001 -- echo it ran
row "volume of root" --read-only "${run_flags[@]}" -v /data -e ROINIT_CONFIG=/etc/volume.ini -- touch /data/file
row "exit 7" --read-only "${run_flags[@]}" -- ends 7
row "SEGV" --read-only "${run_flags[@]}" -- ends signal
row "not found" --read-only "${run_flags[@]}" -- /no/such/program
row "not executable" --read-only "${run_flags[@]}" -- /etc/passwd

# The memory of PID 1, and of all that stands beside the service.
pss() { awk '/^Pss:/ { sum += $2 } END { print sum " kB" }' "$@"; }
printf '\n| PID 1 | its PSS | with its helpers | its program |\n| --- | --- | --- | --- |\n'
for name in "${names[@]}"; do
    # shellcheck disable=SC2086 # words
    docker run -d --name "$image-up" --network none --user 10001:10001 --cap-drop ALL --read-only "${run_flags[@]}" "$image" \
        ${init[$name]} sleep 1000 >/dev/null
    sleep 2
    pid=$(docker inspect -f '{{.State.Pid}}' "$image-up")
    mapfile -t all < <(docker top "$image-up" -eo pid,comm | awk 'NR > 1 && $2 != "sleep" { print "/proc/" $1 "/smaps_rollup" }')
    size=$(stat -L -c %s "/proc/$pid/exe")
    printf '| %s | %s | %s | %s bytes |\n' "$name" "$(pss "/proc/$pid/smaps_rollup")" "$(pss "${all[@]}")" "$size"
    docker rm -vf "$image-up" >/dev/null
done

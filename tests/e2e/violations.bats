#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Each kind of violation: its finding, its mend, 77, and nothing of the user's run before.
# shellcheck disable=SC2030,SC2031,SC2034,SC2164
load lib

setup() {
    contract <<'INI'
[tmpfs /tmp]
[service app]
command = echo it ran
INI
}

broken() { # TEXT...: 77, all texts said, nothing run
    expect 77
    for text; do says "$text"; done
    says_not 'it ran'
}

@test "a writable root" {
    run run_in --tmpfs /tmp --
    broken 'mounted read-write, want read-only' 'docker: --read-only' 'compose: read_only: true'
}

@test "a missing tmpfs" {
    run run_in --read-only --
    broken '/tmp' 'not a mount, want tmpfs rw' '--tmpfs /tmp:rw,nosuid,nodev,noexec'
}

@test "all findings at once" {
    run run_in --
    broken 'mounted read-write' 'not a mount'
}

@test "flags that differ" {
    contract <<'INI'
[tmpfs /tmp]
options = exec
[service app]
command = echo it ran
INI
    run run_in --read-only --tmpfs /tmp --
    broken 'noexec, want exec'
    run run_in --read-only --tmpfs /tmp:exec --
    expect 0
    run run_in --read-only --tmpfs /tmp:ro,exec --
    broken 'ro, want rw'
}

@test "a tmpfs that is too large, or has no limit" {
    contract <<'INI'
[tmpfs /tmp]
size-max = 1M
[service app]
command = echo it ran
INI
    run run_in --read-only --tmpfs /tmp --
    broken 'no size limit, want at most 1M' 'size=1M'
    run run_in --read-only --tmpfs /tmp:size=2m --
    broken 'a size of 2M, want at most 1M'
    run run_in --read-only --tmpfs /tmp:size=0 --
    broken 'no size limit'
    run run_in --read-only --tmpfs /tmp:size=1m --
    expect 0
}

@test "too little room" {
    contract <<'INI'
[volume /data]
min-free = 1M
[service app]
command = echo it ran
INI
    run run_in --read-only --tmpfs /data:size=64k --
    broken 'want at least 1M'
}

@test "an owner who cannot write" {
    contract <<'INI'
[volume /data]
owner = 10001
[service app]
command = echo it ran
INI
    run run_in "${HARD[@]}" --tmpfs /data:mode=0755 --
    broken 'want writable for 10001:10001' 'chown'
    run run_in "${HARD[@]}" --tmpfs /data:mode=0755,uid=10001 --
    expect 0
}

@test "an undeclared writable mount: told, or denied" {
    run run_in --read-only --tmpfs /tmp --tmpfs /srv/upload --
    expect 0
    says '/srv/upload'
    says 'writable, and not in the contract'
    contract <<'INI'
[require]
undeclared-mounts = deny
[tmpfs /tmp]
[service app]
command = echo it ran
INI
    run run_in --read-only --tmpfs /tmp --tmpfs /srv/upload --
    broken '/srv/upload'
    run run_in --read-only --tmpfs /tmp --
    expect 0
}

@test "[require]: user, env, files, capabilities, seccomp" {
    contract <<'INI'
[require]
user = non-root
env = TOKEN
files = /etc/secret
capabilities = none
seccomp = yes
[tmpfs /tmp]
[service app]
command = echo it ran
INI
    run run_in --read-only --tmpfs /tmp --security-opt seccomp=unconfined --
    broken 'uid 0, want non-root' 'TOKEN' '/etc/secret' 'CHOWN' 'no filter'
    echo secret >"$BATS_TEST_TMPDIR/secret"
    chmod 644 "$BATS_TEST_TMPDIR/secret"
    run run_in "${HARD[@]}" --tmpfs /tmp -e TOKEN=x -v "$BATS_TEST_TMPDIR/secret:/etc/secret:ro" --
    expect 0
    says 'it ran'
}

@test "on-violation = warn, by the one who runs the image, goes on" {
    run run_in -e ROINIT_ON_VIOLATION=warn --
    expect 0
    says 'mounted read-write'
    says 'it ran'
    run run_in -e ROINIT_ON_VIOLATION=wran --
    expect 77
    says ROINIT_ON_VIOLATION
}

@test "a mount under a symbolic link, and two on one path: the last one counts" {
    printf 'FROM %s\nRUN mkdir -p /run && rm -rf /var/run && ln -s /run /var/run\n' "$IMAGE" >"$BATS_TEST_TMPDIR/Dockerfile"
    docker build -q -t "roinit-e2e-link:$RUN" "$BATS_TEST_TMPDIR" >/dev/null
    contract <<'INI'
[tmpfs /var/run]
size-max = 2M
[service app]
command = sh -c 'echo it ran; echo size $(df -k /run | tail -1 | tr -s " " | cut -d" " -f2)'
INI
    IMAGE=roinit-e2e-link:$RUN
    run run_in --read-only --tmpfs /var/run:size=1m --
    expect 0
    # Two on one path: which is on top is the engine's business; what can be reached is what counts.
    for sizes in "1m 8m" "8m 1m"; do
        read -r one other <<<"$sizes"
        stacked=(--read-only --tmpfs "/var/run:size=$one" --tmpfs "/run:size=$other")
        reached=$(run_in "${stacked[@]}" -e ROINIT_ON_VIOLATION=warn -- 2>/dev/null | sed -n 's/^size //p')
        run run_in "${stacked[@]}" --
        case $reached in
            1024) expect 0 ;;
            8192) broken 'want at most 2M' ;;
            *) echo "the container said: size \"$reached\"" >&2; return 1 ;;
        esac
    done
}

@test "verify says it as JSON, with the flag that mends it" {
    run docker run --rm --network none "${MOUNT[@]}" --entrypoint /usr/bin/roinit "$IMAGE" verify --json
    expect 77
    [ "$(jq -r '.kept, (.findings[] | select(.subject == "/") | .fix.docker)' <<<"$output" | tr '\n' ' ')" = 'false --read-only ' ]
    run docker run --rm --network none "${MOUNT[@]}" --read-only --tmpfs /tmp:size=1m --entrypoint /usr/bin/roinit "$IMAGE" verify --json
    expect 0
    [ "$(jq -r '.kept' <<<"$output")" = true ]
}

@test "Podman: its own read-only, with and without its tmpfs" {
    need podman
    docker save "$IMAGE" >"$BATS_TEST_TMPDIR/image.tar"
    podman load -q -i "$BATS_TEST_TMPDIR/image.tar" >/dev/null
    run podman run --rm --network none "${MOUNT[@]}" --read-only "$IMAGE"
    expect 0
    says 'it ran'
    run podman run --rm --network none "${MOUNT[@]}" --read-only --read-only-tmpfs=false "$IMAGE"
    broken 'not a mount'
    run podman run --rm --network none "${MOUNT[@]}" "$IMAGE"
    broken 'mounted read-write'
}

@test "runc alone: read-only by the spec, refused without" {
    need runc
    cp -a "$ROOTFS" "$BATS_TEST_TMPDIR/root"
    cp "$BATS_TEST_TMPDIR/roinit.ini" "$BATS_TEST_TMPDIR/root/etc/roinit.ini"
    bare() { runc-run "$@" "$BATS_TEST_TMPDIR/root" /roinit; }
    run bare -t /tmp:nosuid,nodev,noexec
    expect 0
    says 'it ran'
    run bare -w -t /tmp:nosuid,nodev,noexec
    broken 'mounted read-write'
}

@test "Kubernetes' mounts: emptyDir, fsGroup, hosts and the termination log" {
    need root
    v=$BATS_TEST_TMPDIR/kubelet
    mkdir -p "$v/mem"
    mount -t tmpfs -o size=8388608 tmpfs "$v/mem"
    chmod 0777 "$v/mem"
    chown :20001 "$v/mem"
    chmod g+rwxs "$v/mem"
    : >"$v/term"
    chmod 666 "$v/term"
    cp /etc/hosts "$v/hosts"
    kube() { docker run --rm --network none "${MOUNT[@]}" "${HARD[@]}" --group-add 20001 -e KUBERNETES_SERVICE_HOST=10.0.0.1 \
        -v "$v/mem:/tmp" -v "$v/term:/dev/termination-log" -v "$v/hosts:/etc/hosts" "$@"; }
    run kube "$IMAGE"
    umount_later() { umount "$v/mem"; }
    expect 0 || { umount_later; return 1; }
    says 'it ran' || { umount_later; return 1; }
    contract <<'INI'
[volume /data]
[service app]
command = echo it ran
INI
    run kube "$IMAGE"
    umount_later
    broken 'kubernetes:'
    grep -q 'breaks its contract' "$v/term"
}

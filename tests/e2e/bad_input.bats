#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Bad input: a clear sentence and a documented code, never a crash, a hang or a silent default.
# shellcheck disable=SC2030,SC2031,SC2034,SC2164
load lib

file=
setup() {
    file=$BATS_TEST_TMPDIR/roinit.ini
    MOUNT=(-v "$file:/etc/roinit.ini:ro")
}
wrong() { # CODE TEXT: run it, and hold it
    run run_in --read-only --tmpfs /tmp --
    expect "$1"
    says "$2"
    says '/etc/roinit.ini'
}

@test "an empty contract" {
    : >"$file"
    wrong 78 'empty'
}
@test "a binary contract" {
    head -c 4096 /dev/urandom >"$file"
    printf '\0' >>"$file"
    run run_in --read-only --tmpfs /tmp --
    expect 78
}
@test "a contract over 1 MiB" {
    { echo '[tmpfs /tmp]'; yes '# 0123456789012345678901234567890123456789' | head -c 1100000; } >"$file"
    wrong 78 '1 MiB'
}
@test "a half-written contract" {
    printf '[tmpfs /tmp]\n[service app' >"$file"
    wrong 78 'error'
}
@test "a contract that cannot be read" {
    echo '[tmpfs /tmp]' >"$file"
    chmod 000 "$file"
    run run_in "${HARD[@]}" --tmpfs /tmp --
    expect 78
    says '/etc/roinit.ini'
}
@test "a contract that is a loop of links" {
    mkdir "$BATS_TEST_TMPDIR/etc"
    ln -s loop "$BATS_TEST_TMPDIR/etc/loop"
    MOUNT=(-v "$BATS_TEST_TMPDIR/etc:/conf:ro" -e ROINIT_CONFIG=/conf/loop)
    run run_in --read-only --tmpfs /tmp --
    expect 78
    says '/conf/loop'
}
@test "a contract that is not there, though it was named" {
    MOUNT=(-e ROINIT_CONFIG=/conf/none.ini)
    run run_in --read-only --tmpfs /tmp -- true
    expect 78
    says '/conf/none.ini'
}
@test "a contract on a writable mount that others may write" {
    printf '[tmpfs /tmp]\n[service app]\ncommand = echo it ran\n' >"$file"
    chmod 666 "$file"
    MOUNT=(-v "$file:/etc/roinit.ini")
    run run_in --read-only --tmpfs /tmp --
    expect 78
    says_not 'it ran'
}
@test "a drop-in folder with 10,000 files, and one that adds" {
    printf '[tmpfs /tmp]\n[service app]\ncommand = env\n[env]\nA = main\n' >"$file"
    mkdir "$BATS_TEST_TMPDIR/d"
    printf '[env]\nA = drop-in\n' >"$BATS_TEST_TMPDIR/d/10.ini"
    MOUNT+=(-v "$BATS_TEST_TMPDIR/d:/etc/roinit.d:ro")
    run run_in --read-only --tmpfs /tmp --
    expect 0
    says 'A=drop-in'
    (cd "$BATS_TEST_TMPDIR/d" && seq -f '%05g.ini' 10000 | xargs touch)
    run run_in --read-only --tmpfs /tmp --
    expect 78
    says '/etc/roinit.d'
}
@test "an unknown key, section and user are told together, with what was meant" {
    printf '[tmpfs /tmp]\n[servce app]\ncommand = true\n[service web]\ncomand = true\nRestart = yes\n' >"$file"
    run run_in --read-only --tmpfs /tmp --
    expect 78
    says 'did you mean'
    says ':2:'
    says ':5:'
    says ':6:'
    printf '[tmpfs /tmp]\n[service app]\ncommand = true\nuser = nosuchuser\n' >"$file"
    run run_in --read-only --tmpfs /tmp --
    expect 78
    says 'nosuchuser'
}
@test "a long line is not cut, and its tail is no key" {
    long=$(printf 'x%.0s' $(seq 191))
    printf '[tmpfs /tmp]\n[service app]\nuser = 10001\ncommand = echo %suser=root ; #tail\n' "$long" >"$file"
    run run_in --read-only --tmpfs /tmp --
    expect 0
    says "${long}user=root ; #tail"
}
@test "lint in an image finds it at build time" {
    printf '[service app]\ncommand = /no/such/program\n' >"$file"
    MOUNT=(-v "$file:/etc/roinit.ini:ro" --entrypoint /usr/bin/roinit)
    run run_in --read-only -- lint
    expect 78
    says '/no/such/program'
    run run_in --read-only -- lint --json
    expect 78
    [ "$(jq -r '.kept' <<<"$output")" = false ]
}
@test "show, explain, help and --version answer without a container's contract being kept" {
    printf '[service app]\ncommand = sh -c "x ; y # z"\n' >"$file"
    MOUNT=(-v "$file:/etc/roinit.ini:ro" --entrypoint /usr/bin/roinit)
    run run_in -- show
    expect 0
    says 'x ; y # z'
    run run_in -- explain service.restart
    expect 0
    says 'on-failure'
    run run_in -- explain 77
    expect 0
    says 'broken by whoever runs the image'
    run run_in -- help
    expect 0
    says 'usage: roinit'
    run run_in -- --version
    expect 0
    says 'roinit '
}
@test "without /proc it says what it cannot see, and starts nothing it cannot vouch for" {
    need runc
    printf '[require]\nundeclared-mounts = deny\n[tmpfs /tmp]\n[service app]\ncommand = echo it ran\n' >"$file"
    root=$BATS_TEST_TMPDIR/root
    cp -a "$ROOTFS" "$root"
    cp "$file" "$root/etc/roinit.ini"
    # No engine goes without /proc: the kernel alone, in namespaces of its own.
    run unshare -mpf sh -c 'mount --make-rprivate / && mount --bind "$1" "$1" && mount -t tmpfs -o nosuid,nodev,noexec tmpfs "$1/tmp" &&
        mount -o remount,bind,ro "$1" && exec chroot "$1" /roinit' sh "$root"
    expect 77
    says '/proc/self/mountinfo'
    says_not 'it ran'
}

@test "a /run that is read-only, and a state directory that cannot be made where it was set: on without" {
    printf '[service app]\ncommand = echo it ran\n' >"$file"
    run run_in "${HARD[@]}" --tmpfs /run:ro --
    expect 0
    says 'it ran'
    says_not warn
    printf '[init]\nstate-dir = /run/roinit\n[tmpfs /run]\noptions = ro\n[service app]\ncommand = echo it ran\n' >"$file"
    run run_in "${HARD[@]}" --tmpfs /run:ro --
    expect 0
    says 'it ran'
    says /run/roinit
}
@test "a state directory that somebody else could have planted is not used" {
    need root
    printf '[tmpfs /run]\n[service app]\ncommand = echo it ran\n' >"$file"
    for plant in 'mkdir -m 777 roinit' 'ln -s /tmp roinit' 'touch roinit' 'mkfifo roinit'; do
        rm -rf "$BATS_TEST_TMPDIR/run"
        mkdir -m 1777 "$BATS_TEST_TMPDIR/run"
        (cd "$BATS_TEST_TMPDIR/run" && $plant && chown -h 10002 roinit)
        run run_in "${HARD[@]}" -v "$BATS_TEST_TMPDIR/run:/run" --
        expect 0
        says 'it ran'
        [ -z "$(find "$BATS_TEST_TMPDIR/run" -mindepth 2)" ]
    done
}
@test "a command that is a folder: lint says so, and so does the boot, with 126" {
    printf '[service app]\ncommand = /etc\n' >"$file"
    run run_in --read-only --entrypoint /usr/bin/roinit -- lint
    expect 78
    says '/etc'
    run run_in --read-only --
    expect 126
    says 'is a directory'
}
@test "a contract that somebody else owns, on a mount that is writable here, holds nobody" {
    printf '[service app]\ncommand = echo it ran\n' >"$file"
    chown 10002 "$file"
    MOUNT=(-v "$file:/etc/roinit.ini")
    run run_in --read-only --
    expect 78
    says_not 'it ran'
    chown 0 "$file"
    chmod 644 "$file"
    run run_in --read-only --
    expect 0
    says 'it ran'
}

# SPDX-License-Identifier: MIT
# setup_suite.bash: builds the images once, before the first file of the ring.
# shellcheck shell=bash

setup_suite() {
    : "${ROINIT:?run it by make test, or set ROINIT, ROINIT_MUSL and the engines of engines.sh}"
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    context=$BATS_SUITE_TMPDIR/context
    mkdir -p "$context"
    cp "$ROINIT" "$context/roinit-glibc"
    cp "$ROINIT_MUSL" "$context/roinit"
    for base in busybox debian:bookworm-slim; do
        name=roinit-e2e
        [ "$base" = busybox ] || name=roinit-e2e-debian
        printf 'FROM %s\nCOPY roinit /usr/bin/roinit\nENTRYPOINT ["/usr/bin/roinit", "--"]\n' "$base" >"$context/Dockerfile"
        docker build -q -t "$name" "$context" >/dev/null
    done
    # The same built with glibc.
    printf 'FROM busybox\nCOPY roinit-glibc /usr/bin/roinit\nENTRYPOINT ["/usr/bin/roinit", "--"]\n' >"$context/Dockerfile"
    docker build -q -t roinit-e2e-glibc "$context" >/dev/null
    # A root for runc, which makes the targets of its mounts in it.
    export ROOTFS=$BATS_SUITE_TMPDIR/rootfs
    cp -a "$CT_ROOTFS_BUSYBOX" "$ROOTFS"
    rm -f "$ROOTFS/etc/roinit.ini"
    cp "$ROINIT_MUSL" "$ROOTFS/roinit"
    for example in one-app nginx app-with-redis distroless; do
        cp -r "$root/examples/$example" "$context/$example"
        cp "$ROINIT_MUSL" "$context/$example/roinit"
        docker build -q --network=host -t "roinit-example-$example" "$context/$example" >/dev/null
    done
}

teardown_suite() {
    docker rmi -f roinit-e2e roinit-e2e-debian roinit-e2e-glibc >/dev/null 2>&1 || true
}

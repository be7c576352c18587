# SPDX-License-Identifier: MIT
# setup_suite.bash: builds the images once, before the first file of the ring. They bear this run's tag, so that two runs
# on one engine leave each other alone; the examples also keep a name of their own, which keeps their layers cached.
# shellcheck shell=bash

build() { # NAME CONTEXT [FLAGS]
    local name=$1 context=$2
    shift 2
    docker build -q --label roinit-e2e -t "$name:$RUN" "$@" "$context" >/dev/null
}

setup_suite() {
    : "${ROINIT:?run it by make test, or set ROINIT, ROINIT_MUSL and the engines of engines.sh}"
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    context=$BATS_SUITE_TMPDIR/context
    export RUN=$$
    mkdir -p "$context"
    cp "$ROINIT" "$context/roinit-glibc"
    cp "$ROINIT_MUSL" "$context/roinit"
    printf 'FROM busybox\nCOPY roinit /usr/bin/roinit\nENTRYPOINT ["/usr/bin/roinit", "--"]\n' >"$context/Dockerfile"
    build roinit-e2e "$context"
    # The same built with glibc.
    sed -i 's/COPY roinit /COPY roinit-glibc /' "$context/Dockerfile"
    build roinit-e2e-glibc "$context"
    # A root for runc, which makes the targets of its mounts in it.
    export ROOTFS=$BATS_SUITE_TMPDIR/rootfs
    if [ -n "${CT_ROOTFS_BUSYBOX:-}" ]; then
        cp -a "$CT_ROOTFS_BUSYBOX" "$ROOTFS"
        rm -f "$ROOTFS/etc/roinit.ini"
        cp "$ROINIT_MUSL" "$ROOTFS/roinit"
    fi
    for example in one-app nginx app-with-redis distroless drop-in; do
        cp -r "$root/examples/$example" "$context/$example"
        cp "$ROINIT_MUSL" "$context/$example/roinit"
        build "roinit-example-$example" "$context/$example" --network=host -t "roinit-example-$example"
    done
}

teardown_suite() {
    local engine
    for engine in docker podman; do
        "$engine" images --format '{{.Repository}}:{{.Tag}}' 2>/dev/null | grep ":$RUN\$" | xargs -r "$engine" rmi -f >/dev/null 2>&1
    done
    docker image prune -f --filter label=roinit-e2e >/dev/null 2>&1 || true
}

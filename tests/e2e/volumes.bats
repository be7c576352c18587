#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Volumes that belong to somebody else: given to their owner with the privilege, told with the mend without it.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2164
load lib

# A named volume as a first container of root's leaves it.
volume() {
    VOLUME=roinit-e2e-$BATS_SUITE_TEST_NUMBER-$$
    docker volume create --label roinit-e2e "$VOLUME" >/dev/null
    # The engine gives an empty volume what the image has there: so it is not empty.
    box 'mkdir -p /data/a/b && touch /data/f /data/a/b/f && ln -s /etc/shadow /data/a/link && mkfifo /data/pipe &&
        chown -hR 0:0 /data && chmod 755 /data'
}
box() { docker run --rm --network none --user 0:0 -v "$VOLUME:/data" busybox sh -c "$1"; }
owners() { box 'find /data -exec stat -c "%u:%g %n" {} \; | sort -k 2'; }
teardown() {
    [ -z "${CONTAINER:-}" ] || docker rm -f "$CONTAINER" >/dev/null 2>&1 || true
    [ -z "${SHARE:-}" ] || umount -l "$SHARE" >/dev/null 2>&1 || true
    [ -z "${VOLUME:-}" ] || docker volume rm -f "$VOLUME" >/dev/null 2>&1 || true
}

app() { # [LINES of the volume's section]
    contract <<INI
[volume /data]
owner = 10001:10001
${1:-}
[service app]
user = 10001:10001
command = sh -c 'touch /data/a/b/written && echo it ran'
INI
}

HIS='10001:10001 /data
10001:10001 /data/a
10001:10001 /data/a/b
10001:10001 /data/a/b/f
10001:10001 /data/a/link
10001:10001 /data/f
0:0 /data/pipe'
ROOTS='0:0 /data
0:0 /data/a
0:0 /data/a/b
0:0 /data/a/b/f
0:0 /data/a/link
0:0 /data/f
0:0 /data/pipe'

@test "root gives a named volume to its owner, once" {
    volume
    app
    run run_in --read-only -v "$VOLUME:/data" --
    expect 0
    says 'it ran'
    [ "$(owners | grep -v written)" = "$HIS" ]
    before=$(box 'stat -c %z /data/a/b/f')
    run run_in --read-only -v "$VOLUME:/data" --
    expect 0
    [ "$(box 'stat -c %z /data/a/b/f')" = "$before" ]
    # Only the top is looked at, and only `always` goes further.
    box 'chown 0:0 /data/a/b/f'
    run run_in --read-only -v "$VOLUME:/data" --
    expect 0
    owners | grep -q '^0:0 /data/a/b/f'
    app 'chown = always'
    run run_in --read-only -v "$VOLUME:/data" --
    expect 0
    [ "$(owners | grep -v written)" = "$HIS" ]
}

@test "as nobody it tries nothing and names the mend, which mends word for word" {
    volume
    app
    run run_in "${HARD[@]}" -v "$VOLUME:/data" --
    expect 77
    says "error  /data          owned by 0:0 with mode 0755, want writable for 10001:10001"
    says 'prepare'
    says_not 'it ran'
    [ "$(owners)" = "$ROOTS" ]
    run run_in "${HARD[@]}" -v "$VOLUME:/data" --entrypoint /usr/bin/roinit -- verify --json
    mend=$(jq -r '.findings[] | select(.subject == "/data") | .fix.docker' <<<"$output")
    mend=${mend%%, or *}
    # What stands for the image, and the contract that the image would have.
    mend=${mend/docker run/docker run --network none ${MOUNT[*]}}
    mend=${mend/IMAGE/$IMAGE}
    $mend
    run run_in "${HARD[@]}" -v "$VOLUME:/data" --
    expect 0
    says 'it ran'
    [ "$(owners | grep -v written)" = "$HIS" ]
}

@test "the other mend of Docker, compose and Kubernetes" {
    volume
    app
    run run_in "${HARD[@]}" -v "$VOLUME:/data" --entrypoint /usr/bin/roinit -- verify
    says 'compose: docker compose run --rm --no-deps --user 0:0 --entrypoint "/usr/bin/roinit prepare" SERVICE'
    says 'kubernetes: securityContext.fsGroup: 10001, or initContainers: [{name: prepare, image: IMAGE, command: [/usr/bin/roinit, prepare]'
    run run_in "${HARD[@]}" -v "$VOLUME:/data" --entrypoint /usr/bin/roinit -- verify --json
    mend=$(jq -r '.findings[] | select(.subject == "/data") | .fix.docker' <<<"$output")
    ${mend#*, or }
    run run_in "${HARD[@]}" -v "$VOLUME:/data" --
    expect 0
}

@test "root without the capability is told which" {
    volume
    app
    run run_in --read-only --cap-drop ALL --cap-add SETUID --cap-add SETGID --cap-add KILL -v "$VOLUME:/data" --
    expect 77
    says '--cap-add CHOWN'
    [ "$(owners)" = "$ROOTS" ]
    run run_in --read-only --cap-drop ALL --cap-add SETUID --cap-add SETGID --cap-add KILL --cap-add CHOWN \
        --cap-add DAC_OVERRIDE --cap-add FOWNER -v "$VOLUME:/data" --
    expect 0
    says 'it ran'
}

@test "what Kubernetes' fsGroup and OpenShift make is right as it is" {
    volume
    box 'chgrp -R 20001 /data && chmod -R g+rwX /data && chmod 2777 /data && chmod 2770 /data/a/b'
    app
    run run_in "${HARD[@]}" --group-add 20001 -v "$VOLUME:/data" --
    expect 0
    says 'it ran'
    owners | grep -q '^0:20001 /data$'
    # An arbitrary uid with gid 0.
    box 'rm /data/a/b/written; chgrp -R 0 /data && chmod -R g=u /data && chmod g+w /data /data/a/b'
    run run_in "${HARD[@]}" --user 1000650000:0 -v "$VOLUME:/data" --
    expect 0
    says 'it ran'
}

@test "a read-only volume is verified and not changed" {
    volume
    contract <<'INI'
[volume /data]
owner = 10001:10001
options = ro
chown = always
[service app]
user = 10001:10001
command = echo it ran
INI
    run run_in --read-only -v "$VOLUME:/data:ro" --
    expect 0
    [ "$(owners)" = "$ROOTS" ]
    run run_in --read-only -v "$VOLUME:/data" --
    expect 77
    [ "$(owners)" = "$ROOTS" ]
}

@test "a seed brings owners, times, links and special files, and an interrupted one is finished" {
    VOLUME=roinit-e2e-$BATS_SUITE_TEST_NUMBER-$$
    docker volume create --label roinit-e2e "$VOLUME" >/dev/null
    cat >"$BATS_TEST_TMPDIR/Dockerfile" <<DOCKER
FROM $IMAGE
RUN mkdir -p /seed/sub && echo one >/seed/one && ln /seed/one /seed/sub/again && ln -s one /seed/link && \
    mkfifo /seed/pipe && chown 10002:10002 /seed/one && chmod 0640 /seed/one && touch -d '2001-02-03 00:00:00' /seed/one && \
    chmod 0711 /seed/sub
DOCKER
    docker build -q --label roinit-e2e -t "roinit-e2e-seed:$RUN" "$BATS_TEST_TMPDIR" >/dev/null
    contract <<'INI'
[volume /data]
owner = 10001:10001
seed = /seed
[service app]
user = 10001:10001
command = sh -c 'touch /data/his && cat /data/link 2>&1; stat -c "%u:%g %a %h %Y" /data/one; stat -c %a /data/sub; stat -c %F /data/pipe'
INI
    IMAGE=roinit-e2e-seed:$RUN
    seeded() {
        run run_in --read-only -v "$VOLUME:/data" --
        expect 0
        says '10002:10002 640 2 981158400'
        says '711'
        says 'fifo'
        [ "$(box 'ls -a /data | grep -c roinit')" = 0 ]
    }
    seeded
    # As a kill in the middle leaves it.
    box 'rm -rf /data/* && touch /data/.roinit-seed && echo half >/data/.roinit-seed.new && chown 0:0 /data'
    seeded
}

# The kernels of build machines have no NFS. bindfs stands in for a server that squashes root: it lets nobody change an owner,
# whatever his capabilities; where there is no FUSE, a filter of the engine's does.
@test "a file server that does not trust root: nothing is changed, the mend is named, and who may write runs" {
    need root
    local real=$BATS_TEST_TMPDIR/real share=$BATS_TEST_TMPDIR/share options=()
    mkdir -p "$real/a" "$share"
    touch "$real/a/f"
    chmod o+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/* "$BATS_TEST_TMPDIR"
    if bindfs --chown-deny --chgrp-deny -o allow_other "$real" "$share"; then
        SHARE=$share
    else
        share=$real
        echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["chown", "lchown", "fchown", "fchownat"],
            "action": "SCMP_ACT_ERRNO", "errnoRet": 1}]}' >"$BATS_TEST_TMPDIR/profile.json"
        options=(--security-opt "seccomp=$BATS_TEST_TMPDIR/profile.json")
    fi
    contract <<'INI'
[volume /data]
owner = 10001:10001
[service app]
user = 10001:10001
command = sh -c 'touch /data/a/written && echo it ran'
INI
    run run_in --read-only "${options[@]}" -v "$share:/data" --
    expect 77
    says 'cannot set its owner'
    says 'root_squash'
    says_not 'it ran'
    [ "$(stat -c %u "$real" "$real/a" "$real/a/f" | sort -u)" = 0 ]
    # The same share when the server has given it to him.
    chown -R 10001:10001 "$real"
    run run_in --read-only "${options[@]}" -v "$share:/data" --
    expect 0
    says 'it ran'
    run run_in "${HARD[@]}" "${options[@]}" -v "$share:/data" --
    expect 0
    says 'it ran'
}

@test "Podman's uid maps: what is mapped is given, what is not is told" {
    need podman
    mkdir -p "$BATS_TEST_TMPDIR/data/a"
    touch "$BATS_TEST_TMPDIR/data/a/f"
    podman import -q - "roinit-e2e-volumes:$RUN" < <(docker create "$IMAGE" | { read -r id; docker export "$id"; docker rm "$id" >/dev/null; }) \
        >/dev/null
    mapped() { # FROM COUNT [OPTIONS]
        chown -R "$1:$1" "$BATS_TEST_TMPDIR/data"
        chmod 755 "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/data"
        timeout -k 5 90 podman run --rm --network none --uidmap "0:$1:$2" --gidmap "0:$1:$2" --read-only "${MOUNT[@]}" \
            -v "$BATS_TEST_TMPDIR/data:/data" --entrypoint /usr/bin/roinit "roinit-e2e-volumes:$RUN"
    }
    contract <<'INI'
[volume /data]
owner = 10001:10001
[service app]
user = 10001:10001
command = sh -c 'touch /data/a/written && echo it ran'
INI
    run mapped 100000 20000
    expect 0
    says 'it ran'
    [ "$(stat -c %u:%g "$BATS_TEST_TMPDIR/data/a/f")" = 110001:110001 ]
    printf '[volume /data]\nowner = 10001:10001\n[service app]\nuser = 0\ncommand = echo it ran\n' >"$BATS_TEST_TMPDIR/roinit.ini"
    run mapped 200000 1000
    expect 77
    says 'this user namespace does not map its owner'
    [ "$(stat -c %u:%g "$BATS_TEST_TMPDIR/data/a/f")" = 200000:200000 ]
}

#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Identities that no image knows: postgres and Java under a uid without an entry, PUID and PGID, the groups of
# the runtime, and what a unit holds.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2164
load lib

UID_OF_OPENSHIFT=1000650000

setup_file() {
    local context=$BATS_FILE_TMPDIR/named
    cp -r "$BATS_TEST_DIRNAME/named" "$context"
    cp "$ROINIT_MUSL" "$context/roinit"
    # The second name keeps the layers of the packages for the next run.
    docker build -q --label roinit-e2e -t "roinit-e2e-named:$RUN" -t roinit-e2e-named-layers --network=host "$context" >/dev/null
}

AS_OPENSHIFT=(--read-only --user "$UID_OF_OPENSHIFT:0" --cap-drop ALL --security-opt no-new-privileges
    --tmpfs "/tmp:size=64m,mode=1777" --tmpfs "/run:size=16m,uid=$UID_OF_OPENSHIFT")

query() { docker exec "$CONTAINER" psql -h /run/postgresql -U postgres -Atqc "$1" postgres; }

@test "postgres makes its cluster and serves under an OpenShift uid, and finds it again at the next start" {
    USED_IMAGE=roinit-e2e-named:$RUN
    start "${AS_OPENSHIFT[@]}" -v /var/lib/postgresql/data --
    eventually query 'select 1'
    query 'create table kept as select 42 as n'
    run docker exec "$CONTAINER" sh -c 'id -un; id -gn; stat -c "%u %a" /var/lib/postgresql/data/pgdata; getent passwd www-data'
    [ "$output" = "postgres
postgres
$UID_OF_OPENSHIFT 700
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin" ]
    [ -z "$(docker diff "$CONTAINER")" ]
    docker restart -t 30 "$CONTAINER" >/dev/null
    eventually query 'select 1'
    [ "$(query 'select n from kept')" = 42 ]
    run docker exec "$CONTAINER" roinit status initdb
    expect 3
    says skipped
    docker stop -t 30 "$CONTAINER" >/dev/null
    [ "$(exit_code)" = 0 ]
    logs_say 'database system is shut down'
}

@test "without [init] passwd the same initdb refuses: so it is the view that it takes" {
    contract < <(sed "/^passwd/d" "$BATS_TEST_DIRNAME/named/roinit.ini")
    IMAGE=roinit-e2e-named:$RUN
    run run_in "${AS_OPENSHIFT[@]}" -v /var/lib/postgresql/data --
    [ "$status" != 0 ]
    says 'could not look up effective user ID'
}

@test "Java finds its user and his home in the view, and ? without it" {
    IMAGE=roinit-e2e-named:$RUN
    contract <<'INI'
[init]
passwd = worker
[tmpfs /tmp]
redirect = tmp home
[tmpfs /run]
[task app]
command = java -XshowSettings:properties -version
INI
    run run_in "${AS_OPENSHIFT[@]}" --
    expect 0
    says 'user.name = worker'
    says "user.home = /tmp/home-$UID_OF_OPENSHIFT"
    sed -i '/^passwd/d' "$BATS_TEST_TMPDIR/roinit.ini"
    run run_in "${AS_OPENSHIFT[@]}" --
    expect 0
    says 'user.home = ?'
}

@test "PUID, PGID and UMASK by expansion: a read-only root, no usermod, no entry in passwd" {
    contract <<'INI'
[tmpfs /data]
owner = ${PUID:-911}:${PGID:-911}
[task app]
user = ${PUID:-911}:${PGID:-911}
umask = ${UMASK:-022}
command = sh -c 'touch /data/x && stat -c "%u:%g %a" /data/x /data'
INI
    run run_in --read-only --tmpfs /data:size=1m,mode=755 --
    expect 0
    [ "${output//app: /}" = '911:911 644
911:911 755' ]
    run run_in --read-only --tmpfs /data:size=1m,mode=755 -e PUID=1234 -e PGID=5678 -e UMASK=027 --
    expect 0
    [ "${output//app: /}" = '1234:5678 640
1234:5678 755' ]
    run run_in --read-only --tmpfs /data:size=1m,mode=755 -e PUID=abc --
    expect 77
    says 'user = ${PUID:-911}:${PGID:-911}: PUID is "abc", want a number'
    run run_in --read-only --tmpfs /data:size=1m,mode=755 -e UMASK=x --
    expect 77
    says 'umask = ${UMASK:-022}: UMASK is "x"'
    run run_in --read-only --tmpfs /data:size=1m,mode=755 -e PUID=abc -e PGID=xyz -e UMASK=x --
    expect 77
    says 'PUID is "abc", want a number'
    says 'PGID is "xyz", want a number'
    says 'UMASK is "x"'
    MOUNT+=(--entrypoint /usr/bin/roinit)
    run run_in --read-only -- lint
    expect 0
}

@test "the groups of fsGroup and --group-add reach the units, as any uid and as root" {
    contract <<'INI'
[task app]
user = 10001:10001
command = sh -c 'id -G; touch /data/x && stat -c %g /data/x'
INI
    # As the kubelet does with fsGroup: 20001.
    mkdir "$BATS_TEST_TMPDIR/volume"
    chown :20001 "$BATS_TEST_TMPDIR/volume"
    chmod 2775 "$BATS_TEST_TMPDIR/volume"
    for as in 10001:10001 0:0; do
        rm -f "$BATS_TEST_TMPDIR/volume/x"
        run run_in --read-only --user "$as" --group-add 20001 -v "$BATS_TEST_TMPDIR/volume:/data" --
        expect 0
        [ "$(grep '^app: ' <<<"$output" | tr '\n' ' ')" = 'app: 10001 20001 app: 20001 ' ]
    done
}

@test "capabilities: a unit listens on port 80 as nobody, and status shows what each holds" {
    contract <<'INI'
[tmpfs /run]
[service web]
user = 10001:10001
capabilities = NET_BIND_SERVICE
guard = yes
command = nc -ll -p 80 -e cat
[service side]
user = 10002:10002
command = sh -c 'grep -E "^Cap(Prm|Bnd)" /proc/self/status; nc -l -p 81 -e cat; exec sleep 1000'
INI
    # Docker lets everybody have low ports; here only who may.
    start --read-only --tmpfs /run:size=1m --sysctl net.ipv4.ip_unprivileged_port_start=1024 --
    eventually logs_say 'side: nc: bind: Permission denied'
    eventually docker exec "$CONTAINER" sh -c 'echo hello | nc -w 1 127.0.0.1 80 | grep hello'
    eventually logs_say 'side: CapBnd:	0000000000000000'
    kept() { [ "$(docker exec "$CONTAINER" grep -E '^Cap(Eff|Prm|Bnd)' /proc/1/status | awk '{print $2}' | sort -u)" = "$1" ]; }
    eventually kept 00000000000005e0
    run docker exec "$CONTAINER" roinit status --json
    [ "$(jq -c '.units[0] | [.uid, .gid, .groups, .capabilities, .no_new_privs, .guard]' <<<"$output")" = '[10001,10001,[],["NET_BIND_SERVICE"],true,true]' ]
}

@test "a capability that the container has not got is a finding with its flag" {
    contract <<'INI'
[service web]
user = 10001:10001
capabilities = NET_ADMIN
command = sleep 1000
INI
    run run_in --read-only --
    expect 77
    says '--cap-add NET_ADMIN'
    run run_in --read-only --cap-add NET_ADMIN -e ROINIT_STOP_TIMEOUT=1s --entrypoint /usr/bin/roinit -- verify
    says_not 'NET_ADMIN for web'
}

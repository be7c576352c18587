#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Who runs, with what rights, and where his HOME is.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2164
load lib

RIGHTS='grep -E "^(Uid|Gid|Groups|Cap(Inh|Prm|Eff|Amb)|NoNewPrivs):" /proc/self/status'

accounts() { # a passwd and a group file for the container, for those tests that need names
    printf 'root:x:0:0::/root:/bin/sh\nweb:x:10002:10003::/home/web:/bin/sh\n' >"$BATS_TEST_TMPDIR/passwd"
    printf 'root:x:0:\nweb:x:10003:\nshared:x:10100:web\n' >"$BATS_TEST_TMPDIR/group"
    MOUNT+=(-v "$BATS_TEST_TMPDIR/passwd:/etc/passwd:ro" -v "$BATS_TEST_TMPDIR/group:/etc/group:ro")
}

@test "a user by name: uid, gid and groups from the image's files, USER and HOME in the environment" {
    contract <<'INI'
[task app]
user = web
command = sh -c 'id -u; id -g; id -G; echo $USER $LOGNAME $HOME'
INI
    accounts
    run run_in --read-only --
    expect 0
    [ "$(tr '\n' ' ' <<<"${output//app: /}")" = '10002 10003 10003 10100 web web /home/web ' ]
    printf '[task app]\nuser = nobody-knows\ncommand = echo it ran\n' >"$BATS_TEST_TMPDIR/roinit.ini"
    run run_in --read-only --
    expect 78
    says 'nobody-knows'
    says_not 'it ran'
}

@test "no spelling of a user becomes root by mistake" {
    for user in 0x0 -1 +0 00 4294967295 1a '10001:' ':0'; do
        printf '[task app]\nuser = %s\ncommand = echo it ran\n' "$user" >"$BATS_TEST_TMPDIR/roinit.ini"
        MOUNT=(-v "$BATS_TEST_TMPDIR/roinit.ini:/etc/roinit.ini:ro")
        run run_in --read-only --
        expect 78
        says_not 'it ran'
    done
    printf '[task app]\nuser = ${WHO}\ncommand = echo it ran\n' >"$BATS_TEST_TMPDIR/roinit.ini"
    for who in '' 0x0 -1 ' 0' abc; do
        run run_in --read-only -e "WHO=$who" --
        [ "$status" = 77 ] || [ "$status" = 78 ]
        says_not 'it ran'
    done
}

@test "started as root without SETUID it never runs a unit as root instead" {
    printf '[tmpfs /tmp]\n[task app]\nuser = 10001:10001\ncommand = echo it ran\n' >"$BATS_TEST_TMPDIR/roinit.ini"
    MOUNT=(-v "$BATS_TEST_TMPDIR/roinit.ini:/etc/roinit.ini:ro")
    for missing in 'SETGID KILL' 'SETUID KILL' 'SETUID SETGID'; do
        caps=(--cap-drop ALL)
        for cap in $missing; do caps+=(--cap-add "$cap"); done
        run run_in --read-only --tmpfs /tmp "${caps[@]}" --
        expect 77
        says_not 'it ran'
        says SETUID
    done
}

@test "PID 1 keeps four capabilities after boot, units none, and they can be stopped" {
    contract <<'INI'
[tmpfs /run]
[service a]
user = 10001:10001
command = sh -c 'trap "echo ends; exit 0" TERM; echo up; while :; do sleep 0.05; done'
[service b]
user = 10002:10002
command = sh -c 'grep -E "^(Cap|NoNewPrivs)" /proc/self/status; exec sleep 1000'
INI
    start --read-only --tmpfs /run:size=1m --
    eventually logs_say 'a: up'
    eventually logs_say 'b: NoNewPrivs'
    # KILL, SETGID, SETUID, SETPCAP: bits 5 to 8.
    kept() { [ "$(docker exec "$CONTAINER" grep -E '^Cap(Eff|Prm|Bnd)' /proc/1/status | awk '{print $2}' | sort -u)" = "$1" ]; }
    eventually kept 00000000000001e0
    for set in Inh Prm Eff Amb; do logs_say "b: Cap$set:	0000000000000000"; done
    docker stop -t 9 "$CONTAINER" >/dev/null
    [ "$(exit_code)" = 0 ]
    logs_say 'a: ends'
}

@test "a unit has the descriptors 0, 1 and 2, and a session of its own" {
    contract <<'INI'
[task app]
command = sh -c 'for n in $(seq 0 63); do [ ! -e /proc/$$/fd/$n ] || echo fd $n; done; cut -d" " -f1,6 /proc/$$/stat'
INI
    run run_in "${HARD[@]}" --
    expect 0
    read -r f0 f1 f2 pid session <<<"$(sed 's/^app: //; s/^fd //' <<<"$output" | tr '\n' ' ')"
    [ "$f0 $f1 $f2" = '0 1 2' ]
    [ "$pid" = "$session" ]
}

@test "started as root it gives the mount to its user, makes the folders with their modes and fills them from the image" {
    contract <<'INI'
[tmpfs /data]
owner = 10001:10001
mode = 0750
mkdir =
    cache 0700
    shared 2775 10001:20001
seed = /etc
[task app]
user = 10001:10001
command = sh -c 'stat -c "%a %u:%g" /data /data/cache /data/shared; test -s /data/passwd && touch /data/cache/x && echo filled'
INI
    run run_in --read-only --tmpfs /data:size=1m,mode=755 --
    expect 0
    [ "$(tr '\n' ' ' <<<"${output//app: /}")" = '750 10001:10001 700 10001:10001 2775 10001:20001 filled ' ]
}

@test "each user has folders of his own, and can't look into the other's" {
    contract <<'INI'
[tmpfs /tmp]
redirect = tmp home xdg
[task a]
user = 10001:10001
command = sh -c 'umask 0; echo secret >$HOME/x; stat -c "%a %u" $HOME'
[task b]
after = a
user = 10002:10002
command = sh -c 'echo $HOME; cat /tmp/home-10001/x || echo refused'
INI
    run run_in --read-only --tmpfs /tmp:size=1m,mode=1777 --
    expect 0
    says 'a: 700 10001'
    says 'b: /tmp/home-10002'
    says 'b: refused'
    says_not 'b: secret'
}

@test "the order of the environment's sources, and what stays of an inherited one" {
    printf 'F=file\nG=file\n' >"$BATS_TEST_TMPDIR/env"
    printf 'sesame\n' >"$BATS_TEST_TMPDIR/secret"
    contract <<'INI'
[init]
env-file = /data/env
file-env = PASSWORD
[tmpfs /tmp]
redirect = tmp home
[env]
G = env
H = env $F
GONE =
[task app]
env =
    I=unit
    G=unit
command = sh -c 'echo $F $G $H $I $PASSWORD [$GONE] $TMPDIR $ROINIT_UNIT'
INI
    chmod 644 "$BATS_TEST_TMPDIR/env" "$BATS_TEST_TMPDIR/secret"
    MOUNT+=(-v "$BATS_TEST_TMPDIR/env:/data/env:ro" -v "$BATS_TEST_TMPDIR/secret:/data/secret:ro" -e PASSWORD_FILE=/data/secret -e GONE=x -e F=inherited)
    run run_in "${HARD[@]}" --tmpfs /tmp:mode=1777,size=1m -e TMPDIR=/tmp/mine --
    expect 0
    [ "$output" = 'app: file unit env file unit sesame [] /tmp/mine app' ]
    run run_in "${HARD[@]}" --tmpfs /tmp:mode=1777,size=1m -e TMPDIR=/var/mine -e ROINIT_UNIT=x --
    [ "$output" = 'app: file unit env file unit sesame [] /tmp app' ]
    run run_in "${HARD[@]}" --tmpfs /tmp:mode=1777,size=1m -e PASSWORD=x --
    [ "$status" != 0 ]
    says PASSWORD
}

@test "python, under a uid that nobody knows: temporary files, cache, HOME and bytecode lie in /tmp, the root stays as it was" {
    USED_IMAGE=roinit-example-one-app:$RUN
    start --read-only --user 123456:0 --cap-drop ALL --security-opt no-new-privileges --tmpfs /tmp:size=16m,mode=1777 --
    where() { docker exec "$CONTAINER" python3 -c 'import urllib.request as u; print(u.urlopen("http://127.0.0.1:8080/where").read().decode())'; }
    eventually where
    run where
    expect 0
    [ "$(jq -r .home <<<"$output")" = /tmp/home-123456 ]
    [ "$(jq -r .cache <<<"$output")" = /tmp/home-123456/.cache/last ]
    [[ "$(jq -r .scratch <<<"$output")" = /tmp/* ]]
    bytecode=$(jq -r .bytecode <<<"$output")
    [[ "$bytecode" = /tmp/* ]]
    docker exec "$CONTAINER" test -s "$bytecode"
    [ -z "$(docker diff "$CONTAINER")" ]
}

@test "passwd = NAME: getpwuid finds it, through the link that the image has" {
    printf 'FROM %s\nUSER root\nRUN mv /etc/passwd /etc/passwd.image && ln -s /run/roinit/passwd /etc/passwd\nCMD []\n' "roinit-example-one-app:$RUN" >"$BATS_TEST_TMPDIR/Dockerfile"
    docker build -q -t "roinit-e2e-named-python:$RUN" "$BATS_TEST_TMPDIR" >/dev/null
    IMAGE=roinit-e2e-named-python:$RUN
    contract <<'INI'
[init]
passwd = worker
[tmpfs /tmp]
redirect = tmp home
[tmpfs /run]
[task app]
command = python3 -c 'import getpass, os, pwd; me = pwd.getpwuid(os.getuid()); print(getpass.getuser(), me.pw_dir, pwd.getpwuid(33).pw_name)'
INI
    run run_in --read-only --user 123456:0 --cap-drop ALL --tmpfs /tmp:size=16m,mode=1777 --tmpfs /run:size=1m,uid=123456 --
    expect 0
    [ "$output" = 'app: worker /tmp/home-123456 www-data' ]
}

@test "noexec everywhere, nothing writable, no capability, no new privilege: units run all the same" {
    contract <<'INI'
[require]
undeclared-mounts = deny
user = non-root
capabilities = none
[service a]
command = sh -c 'echo up; exec sleep 1000'
[service b]
requires = a
command = sh -c 'touch /tmp/x /run/x /var/tmp/x 2>/dev/null || echo nowhere; exec sleep 1000'
INI
    start "${HARD[@]}" --
    eventually logs_say 'b: nowhere'
    [ "$(docker diff "$CONTAINER" | grep -cv /etc)" = 0 ]
    docker stop -t 9 "$CONTAINER" >/dev/null
    [ "$(exit_code)" = 0 ]
}

#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Each clause of the contract by itself, kept and broken: one finding of verify --json, and what the boot makes of it.
# shellcheck disable=SC2030,SC2031,SC2034,SC2164
load lib

setup() {
    DATA=$BATS_TEST_TMPDIR/data
    mkdir -m 755 "$DATA"
}

app() { # SECTIONS: a contract of these, their \n's as line ends, and a unit
    contract < <(printf '%b\n[task app]\ncommand = echo it ran\n' "$1")
}

# verdict OPTIONS...: what verify says, warnings as well; `finding LEVEL SUBJECT KEY` asks for one, `no_finding` for none.
verdict() {
    MOUNT+=(--entrypoint /usr/bin/roinit)
    run --separate-stderr run_in "$@" -- verify --json
    MOUNT=("${MOUNT[@]:0:${#MOUNT[@]}-2}")
}
finding() {
    jq -e --arg l "$1" --arg s "$2" --arg k "$3" \
        '.findings | map(select(.level == $l and .subject == $s and .key == $k)) | length == 1' <<<"$output" >/dev/null ||
        { echo "no $1 about $3 of $2 in: $output" >&2; return 1; }
}
no_finding() {
    [ "$(jq '.findings | length' <<<"$output")" = 0 ] || { echo "$output" >&2; return 1; }
}

# breaks SUBJECT KEY OPTIONS...: verify has the finding and says 77, and so does the boot, which runs nothing.
breaks() {
    local subject=$1 key=$2
    shift 2
    verdict "$@"
    expect 77
    finding error "$subject" "$key"
    run run_in "$@" --
    expect 77
    says 'breaks its contract'
    says_not 'it ran'
}
keeps() { # OPTIONS...: a clean verdict, and the unit's output is all that is said
    verdict "$@"
    expect 0
    no_finding
    run run_in "$@" --
    expect 0
    [ "$output" = 'app: it ran' ]
}

@test "each flag that a contract insists on" {
    for pair in noexec:exec nosuid:suid nodev:dev; do
        app "[tmpfs /tmp]\noptions = ${pair%:*}"
        breaks /tmp options "${HARD[@]}" --tmpfs "/tmp:size=1m,${pair#*:}"
        keeps "${HARD[@]}" --tmpfs /tmp:size=1m
    done
}

@test "a wish that is not met is a warning of verify, and the boot is silent about it" {
    app '[tmpfs /tmp]'
    verdict "${HARD[@]}" --tmpfs /tmp:size=1m,exec
    expect 0
    finding warn /tmp options
    run run_in "${HARD[@]}" --tmpfs /tmp:size=1m,exec --
    expect 0
    [ "$output" = 'app: it ran' ]
    app '[init]\nlog-level = info\n[tmpfs /tmp]'
    run run_in "${HARD[@]}" --tmpfs /tmp:size=1m,exec --
    expect 0
    says 'noexec'
}

@test "the type of file system" {
    app '[volume /data]\nfs = tmpfs'
    breaks /data fs "${HARD[@]}" -v "$DATA:/data"
    keeps "${HARD[@]}" --tmpfs /data:size=1m
}

@test "a volume that is read-only, where writing was declared, and one that may be" {
    app '[volume /data]'
    breaks /data options "${HARD[@]}" -v "$DATA:/data:ro"
    app '[volume /data]\noptions = ro'
    keeps "${HARD[@]}" -v "$DATA:/data:ro"
}

@test "an optional mount may be missing, and is judged where it is there" {
    app '[tmpfs /data]\noptional = yes\nsize-max = 1M'
    keeps "${HARD[@]}"
    breaks /data size-max "${HARD[@]}" --tmpfs /data:size=2m
}

@test "room: enough, and too little" {
    app '[tmpfs /data]\nmin-free = 1M'
    keeps "${HARD[@]}" --tmpfs /data:size=2m
    breaks /data min-free "${HARD[@]}" --tmpfs /data:size=512k
}

@test "an owner who cannot write is an error where he was named, and a warning where a default named him" {
    chmod 700 "$DATA"
    app '[volume /data]\nowner = 10001:10001'
    breaks /data owner "${HARD[@]}" -v "$DATA:/data"
    contract <<'INI'
[volume /data]
redirect = home
[task app]
command = sh -c 'echo home $HOME'
user = 10001:10001
INI
    run run_in "${HARD[@]}" -v "$DATA:/data" --
    expect 0
    says '/data'
    says_not 'home /data'
    chown 10001:10001 "$DATA"
    run run_in "${HARD[@]}" -v "$DATA:/data" --
    expect 0
    [ "$output" = 'app: home /data/home-10001' ]
}

@test "write access by a group that the runtime adds is write access" {
    chown 0:20001 "$DATA"
    chmod 2775 "$DATA"
    app '[volume /data]\nowner = 10001:10001'
    breaks /data owner "${HARD[@]}" -v "$DATA:/data"
    keeps "${HARD[@]}" --group-add 20001 -v "$DATA:/data"
}

@test "what runtimes add by themselves is no surprise, even where all surprises are denied" {
    app '[require]\nundeclared-mounts = deny'
    keeps "${HARD[@]}"
    keeps --read-only --cap-drop ALL
    breaks /srv undeclared-mounts "${HARD[@]}" -v "$DATA:/srv"
    keeps "${HARD[@]}" -v "$DATA:/srv:ro"
    app '[require]\nundeclared-mounts = allow'
    keeps "${HARD[@]}" -v "$DATA:/srv"
}

@test "a writable mount below a read-only one is seen, whatever its name" {
    mkdir -p "$DATA/outer/a b" "$DATA/inner"
    app '[require]\nundeclared-mounts = deny'
    breaks '/srv/a b' undeclared-mounts "${HARD[@]}" -v "$DATA/outer:/srv:ro" -v "$DATA/inner:/srv/a b"
    app '[volume long]\npath = /srv/a b\n[require]\nundeclared-mounts = deny'
    keeps --read-only --cap-drop ALL -v "$DATA/outer:/srv:ro" -v "$DATA/inner:/srv/a b"
}

@test "[require] user: a uid, a range, anybody but root" {
    for wish in non-root 10001 10000-10010; do
        app "[require]\nuser = $wish"
        keeps "${HARD[@]}"
        breaks user user "${HARD[@]}" --user 0:0
    done
    app '[require]\nuser = 10000-10010'
    breaks user user "${HARD[@]}" --user 10011
}

@test "[require] capabilities bounds the bounding set" {
    app '[require]\ncapabilities = none'
    keeps "${HARD[@]}"
    breaks capabilities capabilities "${HARD[@]}" --cap-add NET_BIND_SERVICE
    app '[require]\ncapabilities = NET_BIND_SERVICE CHOWN'
    keeps "${HARD[@]}" --cap-add NET_BIND_SERVICE
    breaks capabilities capabilities "${HARD[@]}" --cap-add KILL
}

@test "[require] seccomp wants a filter" {
    app '[require]\nseccomp = yes'
    keeps "${HARD[@]}"
    breaks seccomp seccomp "${HARD[@]}" --security-opt seccomp=unconfined
}

@test "[require] env wants a value, not just a name" {
    app '[require]\nenv = TOKEN'
    breaks TOKEN env "${HARD[@]}"
    breaks TOKEN env "${HARD[@]}" -e TOKEN=
    keeps "${HARD[@]}" -e TOKEN=x
}

@test "[require] files wants them readable for whom it runs as" {
    app '[require]\nfiles = /data/key'
    breaks /data/key files "${HARD[@]}"
    echo key >"$DATA/key"
    chmod 600 "$DATA/key"
    breaks /data/key files "${HARD[@]}" -v "$DATA:/data:ro"
    keeps --read-only --cap-drop ALL -v "$DATA:/data:ro"
}

@test "a root that can be remounted is told by verify, and root = any asks for nothing" {
    app ''
    verdict --read-only --cap-drop ALL --cap-add SYS_ADMIN
    expect 0
    finding warn CAP_SYS_ADMIN root
    app '[require]\nroot = any'
    run run_in --
    expect 0
    [ "$output" = 'app: it ran' ]
}

@test "the image's on-violation = warn goes on, and status says that the contract is not kept" {
    contract <<'INI'
[require]
on-violation = warn
[tmpfs /run]
[tmpfs /data]
[service app]
command = sleep 1000
INI
    start --read-only --tmpfs /run --
    eventually docker exec "$CONTAINER" roinit status app
    run --separate-stderr docker exec "$CONTAINER" roinit status --json
    [ "$(jq -c '[.verdict.kept, .verdict.enforced, (.verdict.findings | map(.subject) | index("/data") != null)]' <<<"$output")" = '[false,false,true]' ]
    eventually logs_say 'breaks its contract'
}

@test "a mend that is followed word for word mends: uid, size and all" {
    contract <<'INI'
[tmpfs /data]
size-max = 2M
owner = 10001:10001
options = exec
[task app]
command = sh -c 'cp /bin/busybox /data/ && /data/busybox echo it ran'
INI
    verdict "${HARD[@]}"
    expect 77
    mend=$(jq -r '.findings[] | select(.subject == "/data") | .fix.docker' <<<"$output")
    # shellcheck disable=SC2086 # the words of the mend
    run run_in "${HARD[@]}" $mend --
    expect 0
    [ "$output" = 'app: it ran' ]
}

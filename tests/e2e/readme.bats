#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# README.md, "One minute": its commands as they stand there, and what it says comes out. A block of code whose line
# before is a comment "test: NAME CODE" is run; the block after it is what is said.
# shellcheck disable=SC2030,SC2031,SC2094,SC2154
load lib

README=$BATS_TEST_DIRNAME/../../README.md

blocks() { # NAME NTH: the nth block of code after that mark
    awk -v mark="<!-- test: $1" -v want="$2" '
        index($0, mark) == 1 { is_marked = 1 }
        is_marked && /^```/ { n += !is_inside; is_inside = !is_inside; next }
        is_inside && n == want' "$README"
}
# What differs from run to run.
even() { sed -E 's/pid [0-9]+/pid N/; s/after [0-9.]+m?s/after T/' | sort; }

# The README's own folder, built: where its reader stands.
setup() {
    mkdir "$BATS_TEST_TMPDIR/build"
    cp "${ROINIT_MUSL:-$ROINIT}" "$BATS_TEST_TMPDIR/build/roinit"
    cp "$BATS_TEST_TMPDIR/build/roinit" "$BATS_TEST_TMPDIR/roinit"
    cd "$BATS_TEST_TMPDIR" || return
}

as_written() { # NAME: runs the block as a shell would; `make` has been run, and the image is this run's
    local code
    code=$(sed -nE "s/^<!-- test: $1 ([0-9]+) -->/\1/p" "$README")
    { echo 'make() { :; }' && blocks "$1" 1; } >script
    [ "$1" != image ] || sed -i "s/ hello\( \.\)\{0,1\}\$/ roinit-readme:$RUN\1/; s/docker build /&-q /" script
    run sh -c '. ./script' <<<""
    expect "$code"
    diff <(blocks "$1" 2 | even) <(grep -v '^sha256:' <<<"$output" | even) >&2
}

@test "README: one command in a container that keeps its promise" {
    as_written keeps
}
@test "README: the same without --read-only is refused" {
    as_written breaks
}
@test "README: an image with a contract" {
    blocks roinit.ini 1 >roinit.ini
    blocks Dockerfile 1 >Dockerfile
    as_written image
}

#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The scripts of make bench and make scoreboard, with the smallest numbers, so that they cannot rot: each block says
# something about roinit, and nothing failed. Their figures mean nothing here.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154,SC2164
load lib

@test "make bench: each block runs, and what it leaves becomes a table and a picture" {
    need root
    "$BATS_TEST_DIRNAME/../../packaging/dev-packages.sh" bench
    out=$BATS_TEST_TMPDIR/out
    BENCH_DOCS=no ROUNDS=1 ORPHANS=200 BURST=200 IDLE_SECONDS=1 STALL_SECONDS=1 FORK_SECONDS=1 LINES=4000 FILES=200 BENCH_SIZES=1 \
        BENCH_MOUNTS="distinct:0 stacked:10" BENCH_PEERS=tini BENCH_HASTE=10 "$BATS_TEST_DIRNAME/../bench/run.sh" "$out" "$ROINIT" "$ROINIT_MUSL" >"$BATS_TEST_TMPDIR/said" 2>&1
    for block in size start signal restart log mounts seize stall fork burst orphans all memory stop idle; do
        grep -qP "\troinit\t[^\t]+\t[^\t]*\t$block$" "$out/results.tsv" || { echo "nothing of $block"; cat "$BATS_TEST_TMPDIR/said"; false; }
    done
    if grep -P '\t(failed|never)\t' "$out/results.tsv"; then tail -20 "$out/said" && false; fi
    grep -q '^| tmpfs | all |' "$out/walk.md"
    grep -q '^### A signal' "$out/inits.md"

    # What is published: a table with a column for roinit, the rows with a reason, a picture that is well-formed.
    printf 'before\n<!-- bench: begin -->\nold\n<!-- bench: end -->\nafter\n' >"$BATS_TEST_TMPDIR/README.md"
    "$BATS_TEST_DIRNAME/../bench/publish.sh" "$out" "$BATS_TEST_TMPDIR/docs" "$BATS_TEST_TMPDIR/README.md" 2>/dev/null
    grep -q '^| | roinit | roinit-glibc |' "$BATS_TEST_TMPDIR/docs/table.md"
    grep -q '^| | roinit | does better (ratio) | reason |' "$BATS_TEST_TMPDIR/docs/table.md"
    run ! grep -q '^old$' "$BATS_TEST_TMPDIR/README.md"
    grep -q '^after$' "$BATS_TEST_TMPDIR/README.md"
    xmllint --noout "$BATS_TEST_TMPDIR/docs/picture.svg"
}

@test "make bench: a row in which a peer does better and that has no reason is told" {
    printf 'a new row\troinit\t100\tµs\tstart\na new row\ttini\t50\tµs\tstart\n' >"$BATS_TEST_TMPDIR/results.tsv"
    : >"$BATS_TEST_TMPDIR/README.md"
    run "$BATS_TEST_DIRNAME/../bench/publish.sh" "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/docs" "$BATS_TEST_TMPDIR/README.md"
    [ "$status" = 0 ]
    [[ $output == *'NO REASON is given where a peer does better: a new row'* ]]
    grep -qF '| a new row | 100 µs | tini (0.50) | **no reason is given** |' "$BATS_TEST_TMPDIR/docs/table.md"
}

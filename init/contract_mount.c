/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "config/doc.h"
#include "config/err.h"
#include "config/text.h"
#include "init/judge.h"
#include "init/mend.h"
#include "init/options_want.h"
#include "init/place.h"

/* The clauses about a declared path. */

enum { WORDS_BYTES = 256 };

static struct finding
begin(const struct judge *judge, size_t m, enum mount_key key, const char *name)
{
    const struct mount_config *mount = &judge->config->mount[m];
    return (struct finding){
        .level = FINDING_ERROR,
        .subject = mount->path,
        .place = judge_place(mount->from[key], mount->section, name),
    };
}

static const char *
joined(const struct judge *judge, const struct words *words, const char *between)
{
    char bytes[WORDS_BYTES];
    struct text text = TEXT_OVER(bytes);
    for (size_t i = 0; i < words->count; i++) {
        text_addf(&text, "%s%s", i == 0 ? "" : between, words->item[i]);
    }
    return arena_strdup(judge->findings->arena, bytes);
}

void
judge_mounted(const struct judge *judge, size_t m)
{
    const struct mount_config *mount = &judge->config->mount[m];
    const struct path_facts *path = &judge->facts->mount[m];
    char expected[WORDS_BYTES];
    struct text text = TEXT_OVER(expected);
    if (mount->optional) {
        return; /* the section is as if it weren't there */
    }
    struct finding finding = begin(judge, m, MOUNT_path, NULL);
    text_addf(&text, "%s ", mount->is_tmpfs ? "tmpfs" : "a volume,");
    options_want_text(&mount->options, mount->is_tmpfs, ",", &text);
    finding.found = path->errnum == 0 ? "not a mount"
                                      : arena_printf(judge->findings->arena, "not there (%s)",
                                                     err_errno_text(path->errnum));
    finding.expected = arena_strdup(judge->findings->arena, expected);
    mend_mount(judge, m, &finding);
    findings_add(judge->findings, &finding);
}

void
judge_fs(const struct judge *judge, size_t m)
{
    const struct mount_config *mount = &judge->config->mount[m];
    const struct path_facts *path = &judge->facts->mount[m];
    bool will_do = mount->fs.count == 0;
    bool is_wish = true; /* as long as every word is one */
    for (size_t i = 0; i < mount->fs.count; i++) {
        const char *word = mount->fs.item[i];
        size_t length = strcspn(word, "?");
        is_wish &= word[length] == '?';
        will_do |= text_equal(word, "any") ||
                   (strlen(path->fs) == length && strncmp(word, path->fs, length) == 0);
    }
    if (will_do) {
        return;
    }
    struct finding finding = begin(judge, m, MOUNT_fs, "fs");
    finding.level = is_wish ? FINDING_WISH : FINDING_ERROR;
    finding.found = arena_printf(judge->findings->arena, "%s", path->fs);
    finding.expected = joined(judge, &mount->fs, " or ");
    mend_mount(judge, m, &finding);
    findings_add(judge->findings, &finding);
}

void
judge_options(const struct judge *judge, size_t m)
{
    const struct mount_config *mount = &judge->config->mount[m];
    const struct path_facts *path = &judge->facts->mount[m];
    struct option_want want[OPTION_PAIRS];
    options_want(&mount->options, mount->is_tmpfs, want);
    for (size_t pair = 0; pair < OPTION_PAIRS; pair++) {
        if (want[pair].word == NULL || options_have(path, pair) == want[pair].is_on) {
            continue;
        }
        struct finding finding = begin(judge, m, MOUNT_options, "options");
        finding.level = want[pair].is_wish ? FINDING_WISH : FINDING_ERROR;
        finding.found = options_word(pair, !want[pair].is_on);
        finding.expected = want[pair].word;
        mend_mount(judge, m, &finding);
        findings_add(judge->findings, &finding);
    }
}

static const char *
size_words(const struct judge *judge, const char *before, uint64_t bytes)
{
    char buffer[64];
    struct text text = TEXT_OVER(buffer);
    text_add(&text, before);
    text_add_size(&text, (long long)bytes);
    return arena_strdup(judge->findings->arena, buffer);
}

/* A tmpfs without a limit is memory without a limit: an unmet wish, or, with size-max, an error. */
void
judge_size(const struct judge *judge, size_t m)
{
    const struct mount_config *mount = &judge->config->mount[m];
    const struct path_facts *path = &judge->facts->mount[m];
    bool has_max = mount->from[MOUNT_size_max_bytes] != NULL && mount->size_max_bytes > 0;
    bool is_unbounded = !path->has_limit || path->size_bytes == 0;
    bool is_too_large = has_max && path->size_bytes > (uint64_t)mount->size_max_bytes;
    if (path->is_read_only || (!is_unbounded && !is_too_large)) {
        return;
    }
    struct finding finding = begin(judge, m, MOUNT_size_max_bytes, "size-max");
    finding.level = has_max ? FINDING_ERROR : FINDING_WISH;
    finding.found =
        is_unbounded ? "no size limit" : size_words(judge, "a size of ", path->size_bytes);
    finding.expected = has_max
                           ? size_words(judge, "at most ", (uint64_t)mount->size_max_bytes)
                           : "a size limit (size=...): without one it is memory without a limit";
    mend_mount(judge, m, &finding);
    findings_add(judge->findings, &finding);
}

void
judge_free(const struct judge *judge, size_t m)
{
    const struct mount_config *mount = &judge->config->mount[m];
    const struct path_facts *path = &judge->facts->mount[m];
    if (mount->min_free_bytes <= 0 || path->free_bytes >= (uint64_t)mount->min_free_bytes) {
        return;
    }
    struct finding finding = begin(judge, m, MOUNT_min_free_bytes, "min-free");
    finding.found = size_words(judge, "free room of ", path->free_bytes);
    finding.expected = size_words(judge, "at least ", (uint64_t)mount->min_free_bytes);
    finding.mend[MEND_DOCKER] = finding.mend[MEND_COMPOSE] = finding.mend[MEND_KUBERNETES] =
        mount->is_tmpfs ? "a larger size=" : "a larger volume, or remove files from it";
    findings_add(judge->findings, &finding);
}

void
judge_mode(const struct judge *judge, size_t m)
{
    const struct mount_config *mount = &judge->config->mount[m];
    const struct path_facts *path = &judge->facts->mount[m];
    if (mount->mode < 0 || path->mode == (mode_t)mount->mode) {
        return;
    }
    struct place after = place_after(judge->config, judge->facts, judge->identities, m);
    struct finding finding = begin(judge, m, MOUNT_mode, "mode");
    finding.is_mended_by_prepare = after.changes_mode;
    finding.level = after.changes_mode ? FINDING_WISH : FINDING_ERROR;
    finding.found = arena_printf(judge->findings->arena, "mode %04o", (unsigned)path->mode);
    finding.expected = arena_printf(judge->findings->arena, "mode %04o", (unsigned)mount->mode);
    mend_mount(judge, m, &finding);
    findings_add(judge->findings, &finding);
}

static struct identity
owner_identity(const struct judge *judge, const struct mount_owner *owner)
{
    struct identity who = {.uid = owner->uid, .gid = owner->gid};
    for (size_t u = 0; u < judge->config->unit_count; u++) {
        if (judge->identities->unit[u].uid == owner->uid) {
            who = judge->identities->unit[u];
        }
    }
    return who;
}

/* Whether he *can* write, never who owns it. */
void
judge_owner(const struct judge *judge, size_t m)
{
    const struct path_facts *path = &judge->facts->mount[m];
    const struct mount_owner *owner = &judge->identities->mount[m];
    struct option_want want[OPTION_PAIRS];
    options_want(&judge->config->mount[m].options, judge->config->mount[m].is_tmpfs, want);
    bool is_exempt = (path->mode & 01777) == 01777 || want[0].is_on || !path->is_directory ||
                     (owner->is_default && place_holds_state(judge->config, judge->facts, m));
    if (!owner->is_known || is_exempt || path->is_read_only) {
        return;
    }
    struct identity who = owner_identity(judge, owner);
    struct place now = place_now(judge->facts, m);
    if (place_may_identity(judge->facts, &now, &who, PLACE_WRITE | PLACE_SEARCH)) {
        return;
    }
    struct place after = place_after(judge->config, judge->facts, judge->identities, m);
    struct finding finding = begin(judge, m, MOUNT_owner, "owner");
    finding.is_mended_by_prepare =
        (after.changes_owner || after.changes_mode) &&
        place_may_identity(judge->facts, &after, &who, PLACE_WRITE | PLACE_SEARCH);
    finding.level = finding.is_mended_by_prepare ? FINDING_WISH
                    : owner->is_default          ? FINDING_WARN
                                                 : FINDING_ERROR;
    finding.found = arena_printf(judge->findings->arena, "owned by %u:%u with mode %04o",
                                 (unsigned)path->uid, (unsigned)path->gid, (unsigned)path->mode);
    finding.expected = arena_printf(judge->findings->arena, "writable for %u:%u",
                                    (unsigned)owner->uid, (unsigned)owner->gid);
    mend_owner(judge, m, &finding);
    findings_add(judge->findings, &finding);
}

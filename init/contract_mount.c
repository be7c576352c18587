/* SPDX-License-Identifier: MIT */
#include <errno.h>
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
        .level = judge->level,
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
        size_t length = strcspn(words->item[i], "?");
        text_add(&text, i == 0 ? "" : between);
        text_add_bytes(&text, words->item[i], length);
    }
    return arena_strdup(judge->findings->arena, bytes);
}

/* "tmpfs rw", "a volume, ro": what has to be, so without the wishes. */
static const char *
wanted(const struct judge *judge, const struct mount_config *mount)
{
    char bytes[WORDS_BYTES];
    struct text text = TEXT_OVER(bytes);
    struct option_want want[OPTION_PAIRS];
    const char *before = mount->is_tmpfs ? "tmpfs " : "a volume, ";
    options_want(&mount->options, mount->is_tmpfs, want);
    for (size_t pair = 0; pair < OPTION_PAIRS; pair++) {
        if (want[pair].word != NULL && !want[pair].is_wish) {
            text_addf(&text, "%s%s", before, want[pair].word);
            before = ",";
        }
    }
    return arena_strdup(judge->findings->arena, text.length > 0 ? bytes : "a mount");
}

void
judge_mounted(const struct judge *judge, size_t m)
{
    const struct mount_config *mount = &judge->config->mount[m];
    const struct path_facts *path = &judge->facts->mount[m];
    bool is_absent = path->errnum == ENOENT || path->errnum == ENOTDIR;
    if (mount->optional) {
        return; /* the section is as if it weren't there */
    }
    struct finding finding = begin(judge, m, MOUNT_path, NULL);
    finding.found = path->errnum == 0
                        ? "not a mount"
                        : arena_printf(judge->findings->arena, "%s (%s)",
                                       is_absent ? "not there" : "not to be looked at",
                                       err_errno_text(path->errnum));
    finding.expected = wanted(judge, mount);
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
    finding.level = is_wish ? FINDING_WISH : judge->level;
    finding.found = path->fs;
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
        finding.level = want[pair].is_wish ? FINDING_WISH : judge->level;
        finding.found = options_word(pair, !want[pair].is_on);
        finding.expected = want[pair].word;
        mend_option(judge, m, want[pair].word, &finding);
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

/* A tmpfs without a limit is memory without a limit: an unmet wish, or, with size-max, an error. Of
 * other file systems only size-max is asked. */
void
judge_size(const struct judge *judge, size_t m)
{
    const struct mount_config *mount = &judge->config->mount[m];
    const struct path_facts *path = &judge->facts->mount[m];
    bool has_max = mount->from[MOUNT_size_max_bytes] != NULL && mount->size_max_bytes > 0;
    bool is_memory = text_equal(path->fs, "tmpfs") || text_equal(path->fs, "ramfs");
    bool is_unbounded = (has_max || is_memory) && (!path->has_limit || path->size_bytes == 0);
    bool is_too_large = has_max && path->size_bytes > (uint64_t)mount->size_max_bytes;
    if (path->is_read_only || (!is_unbounded && !is_too_large)) {
        return;
    }
    struct finding finding = begin(judge, m, MOUNT_size_max_bytes, "size-max");
    finding.level = has_max ? judge->level : FINDING_WISH;
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
    mend_free(judge, m, &finding);
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
    finding.level = finding.is_mended_by_prepare ? FINDING_WISH : judge->level;
    finding.found = arena_printf(judge->findings->arena, "mode %04o", (unsigned)path->mode);
    finding.expected = arena_printf(judge->findings->arena, "mode %04o", (unsigned)mount->mode);
    mend_mode(judge, m, &finding);
    findings_add(judge->findings, &finding);
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
    struct identity who = place_owner(judge->config, judge->identities, m);
    if (place_may_owner(judge->config, judge->facts, judge->identities, m)) {
        return;
    }
    struct place after = place_after(judge->config, judge->facts, judge->identities, m);
    struct finding finding = begin(judge, m, MOUNT_owner, "owner");
    finding.is_mended_by_prepare =
        (after.changes_owner || after.changes_mode) &&
        place_may_identity(judge->facts, &after, &who, PLACE_WRITE | PLACE_SEARCH);
    finding.level = finding.is_mended_by_prepare ? FINDING_WISH
                    : owner->is_default          ? FINDING_WARN
                                                 : judge->level;
    const char *why = place_is_owner_mapped(judge->facts, judge->identities, m)
                          ? ""
                          : ", and this user namespace does not map its owner";
    finding.found =
        arena_printf(judge->findings->arena, "owned by %u:%u with mode %04o%s", (unsigned)path->uid,
                     (unsigned)path->gid, (unsigned)path->mode, why);
    finding.expected = arena_printf(judge->findings->arena, "writable for %u:%u",
                                    (unsigned)owner->uid, (unsigned)owner->gid);
    mend_owner(judge, m, &finding);
    findings_add(judge->findings, &finding);
}

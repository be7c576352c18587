/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "config/resolve_parts.h"
#include "config/schema.h"
#include "config/text.h"

/* What is wrong with the declared places, each for itself and beside each other. */

static struct diag_place
mount_place(const struct mount_config *mount, enum mount_key key)
{
    return doc_place(mount->from[key], mount->section);
}

/* Each word of redirect once in a contract, and each path. */
static void
check_mount_pair(struct diags *diags, const struct mount_config *one,
                 const struct mount_config *other)
{
    if (one->path != NULL && text_equal(one->path, other->path)) {
        diag_add(diags, DIAG_ERROR, CODE_CONFIG, mount_place(other, MOUNT_path),
                 "keep one section for it", "\"%s\" is declared twice", other->path);
    }
    for (size_t i = 0; i < other->redirect.count; i++) {
        for (size_t k = 0; k < one->redirect.count; k++) {
            if (text_equal(one->redirect.item[k], other->redirect.item[i])) {
                diag_add(diags, DIAG_ERROR, CODE_CONFIG, mount_place(other, MOUNT_redirect),
                         "keep one of them", "\"%s\" is redirected to \"%s\" already",
                         other->redirect.item[i], one->path);
            }
        }
    }
}

/* Which of the pairs of the schema's column (rw ro, exec noexec, ...) the word is of. */
static size_t
pair_of(const char *pairs, const char *word)
{
    size_t length = strcspn(word, "?");
    size_t index = 0;
    while (*pairs != '\0' && (strcspn(pairs, " ") != length || strncmp(pairs, word, length) != 0)) {
        pairs += strcspn(pairs, " ");
        pairs += strspn(pairs, " ");
        index++;
    }
    return index / 2;
}

/* A drop-in may add the contrary of what stands there, so it is no error. */
static void
check_options(struct diags *diags, const struct mount_config *mount)
{
    const char *pairs = schema_find(SECTION_TMPFS, "options")->limits;
    const struct words *words = &mount->options;
    for (size_t i = 0; i < words->count; i++) {
        for (size_t k = 0; k < i; k++) {
            size_t length = strcspn(words->item[i], "?");
            bool is_same = strcspn(words->item[k], "?") == length &&
                           strncmp(words->item[k], words->item[i], length) == 0;
            if (!is_same && pair_of(pairs, words->item[k]) == pair_of(pairs, words->item[i])) {
                diag_add(diags, DIAG_WARN, CODE_CONFIG, mount_place(mount, MOUNT_options),
                         "take one of them out", "of \"%s\" and \"%s\" the last counts",
                         words->item[k], words->item[i]);
            }
        }
    }
}

static void
check_sizes(struct diags *diags, const struct mount_config *mount)
{
    bool has_max = mount->size_max_bytes > 0;
    if (has_max && mount->min_free_bytes > mount->size_max_bytes) {
        diag_add(diags, DIAG_ERROR, CODE_CONFIG, mount_place(mount, MOUNT_min_free_bytes),
                 "raise size-max, or ask for less",
                 "no file system has that much free room, and "
                 "is no larger than its size-max");
    }
}

bool
resolve_may_walk(const char *top)
{
    static const char *const never[] = {"/", "/run", "/tmp", "/etc"};
    static const char *const never_below[] = {"/proc", "/sys", "/dev"};
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) {
        if (text_equal(top, never[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < sizeof never_below / sizeof never_below[0]; i++) {
        if (text_is_within(top, never_below[i])) {
            return false;
        }
    }
    return true;
}

/* What is asked for in so many words and does not happen: the top alone is given. */
static void
check_chown(struct diags *diags, const struct mount_config *mount)
{
    bool walks = mount->chown == CHOWN_ON_MISMATCH || mount->chown == CHOWN_ALWAYS;
    if (walks && mount->from[MOUNT_chown] != NULL && mount->path != NULL &&
        !resolve_may_walk(mount->path)) {
        diag_add(diags, DIAG_WARN, CODE_CONFIG, mount_place(mount, MOUNT_chown),
                 "say `chown = top`, or mount a folder of its own below it",
                 "%s itself is given to its owner and nothing below: the system's own things lie "
                 "there",
                 mount->path);
    }
}

void
resolve_judge_mounts(const struct config *config, struct diags *diags)
{
    for (size_t m = 0; m < config->mount_count; m++) {
        check_options(diags, &config->mount[m]);
        check_sizes(diags, &config->mount[m]);
        check_chown(diags, &config->mount[m]);
        for (size_t k = 0; k < m; k++) {
            check_mount_pair(diags, &config->mount[k], &config->mount[m]);
        }
    }
}

/* SPDX-License-Identifier: MIT */
#include "init/mend.h"

#include <stdio.h>
#include <string.h>

#include "config/text.h"
#include "init/options_want.h"

enum { MEND_BYTES = 512 };

void
mend_fixed(struct finding *finding, enum mend_kind kind)
{
    /* clang-format off */
    static const char *const fixed[MEND_KINDS][MEND_COUNT] = {
        [MEND_READ_ONLY_ROOT] = {
            [MEND_DOCKER]     = "--read-only",
            [MEND_COMPOSE]    = "read_only: true",
            [MEND_KUBERNETES] = "securityContext.readOnlyRootFilesystem: true",
        },
        [MEND_DROP_ADMIN] = {
            [MEND_DOCKER]     = "--cap-drop ALL, without --privileged",
            [MEND_COMPOSE]    = "cap_drop: [ALL]",
            [MEND_KUBERNETES] = "securityContext.capabilities.drop: [ALL]",
        },
        [MEND_SECCOMP] = {
            [MEND_DOCKER]     = "without --security-opt seccomp=unconfined and --privileged",
            [MEND_COMPOSE]    = "without security_opt: [seccomp=unconfined]",
            [MEND_KUBERNETES] = "securityContext.seccompProfile: {type: RuntimeDefault}",
        },
    };
    /* clang-format on */
    for (int i = 0; i < MEND_COUNT; i++) {
        finding->mend[i] = fixed[kind][i];
    }
}

const char *
mend_volume_name(const struct judge *judge, size_t m)
{
    static const char folder[] = "/volumes/";
    static const char inside[] = "/_data";
    const char *path = judge->config->mount[m].path;
    const struct mount_entry *entry =
        mountinfo_by_id(&judge->facts->table, judge->facts->mount[m].mount_id);
    const char *name = entry != NULL ? strstr(entry->root, folder) : NULL;
    if (name != NULL) {
        name += strlen(folder);
        size_t length = strcspn(name, "/");
        if (text_equal(name + length, inside)) {
            return arena_strndup(judge->findings->arena, name, length);
        }
    }
    const char *base = strrchr(path, '/') + 1;
    return *base != '\0' ? base : "data";
}

/* The size that the mend asks for: the contract's, else one that does for most. */
static long long
size_of(const struct mount_config *mount)
{
    const long long usual = 64LL * 1024 * 1024;
    if (mount->size_max_bytes > 0) {
        return (long long)mount->size_max_bytes;
    }
    return mount->min_free_bytes > usual ? (long long)mount->min_free_bytes : usual;
}

/* Whether the flags have to name him: not for root, and not where anybody may write. Runtimes give
 * a tmpfs the mode of the image's directory (platforms.md, part 2). */
static bool
has_to_own(const struct judge *judge, size_t m)
{
    const struct path_facts *path = &judge->facts->mount[m];
    const struct mount_owner *owner = &judge->identities->mount[m];
    bool is_for_all = (path->mode & 01777) == 01777;
    return owner->is_known && owner->uid != 0 && (!is_for_all || judge->config->mount[m].mode >= 0);
}

/* Podman refuses uid= on a tmpfs, but gives it to the container's user; to another one the boot
 * gives it. */
static void
mend_podman(const struct judge *judge, size_t m, const char *words, struct finding *finding)
{
    const struct mount_config *mount = &judge->config->mount[m];
    bool is_own = judge->identities->mount[m].uid == judge->facts->self.uid;
    char mode[32] = "";
    char size[32];
    struct text limit = TEXT_OVER(size);
    text_add_size(&limit, size_of(mount));
    if (mount->mode >= 0) {
        (void)snprintf(mode, sizeof mode, ",%smode=%04o", is_own ? "tmpfs-" : "",
                       (unsigned)mount->mode);
    }
    finding->mend[MEND_PODMAN] =
        is_own ? arena_printf(judge->findings->arena,
                              "--mount type=tmpfs,dst=%s,U=true,%s,tmpfs-size=%s%s", mount->path,
                              words, size, mode)
               : arena_printf(judge->findings->arena, "--tmpfs %s:%s,size=%s%s", mount->path, words,
                              size, mode);
}

/* "rw,nosuid,nodev,noexec,size=16M,uid=10001,gid=10001": as Docker's --tmpfs takes it. */
static void
mend_tmpfs(const struct judge *judge, size_t m, struct finding *finding)
{
    const struct mount_config *mount = &judge->config->mount[m];
    const struct mount_owner *owner = &judge->identities->mount[m];
    struct arena *arena = judge->findings->arena;
    char words[64];
    char options[MEND_BYTES];
    char size[64];
    struct text word = TEXT_OVER(words);
    struct text text = TEXT_OVER(options);
    struct text limit = TEXT_OVER(size);
    options_want_text(&mount->options, mount->is_tmpfs, ",", &word);
    text_addf(&text, "%s,size=", words);
    text_add_size(&text, size_of(mount));
    if (mount->mode >= 0) {
        text_addf(&text, ",mode=%04o", (unsigned)mount->mode);
    }
    if (has_to_own(judge, m)) {
        text_addf(&text, ",uid=%u,gid=%u", (unsigned)owner->uid, (unsigned)owner->gid);
        mend_podman(judge, m, words, finding);
    }
    text_add_size(&limit, size_of(mount));
    bool is_whole = strchr("KMGT", size[limit.length - 1]) != NULL;
    text_add(&limit, is_whole ? "i" : "");
    finding->mend[MEND_DOCKER] = arena_printf(arena, "--tmpfs %s:%s", mount->path, options);
    finding->mend[MEND_COMPOSE] = arena_printf(arena, "tmpfs: [\"%s:%s\"]", mount->path, options);
    finding->mend[MEND_KUBERNETES] =
        arena_printf(arena, "emptyDir {medium: Memory, sizeLimit: %s} at %s", size, mount->path);
}

/* Adds the flags that a volume has to be mounted with: `word` (NULL: none), and those that restrict
 * and are no wish. */
static void
add_volume_flags(const struct mount_config *mount, const char *word, struct text *out)
{
    struct option_want want[OPTION_PAIRS];
    options_want(&mount->options, mount->is_tmpfs, want);
    for (size_t pair = 1; pair < OPTION_PAIRS; pair++) {
        bool is_asked = want[pair].word != NULL && (text_equal(want[pair].word, word) ||
                                                    (want[pair].is_on && !want[pair].is_wish));
        if (is_asked) {
            text_addf(out, "%s%s", out->length == 0 ? "" : ",", want[pair].word);
        }
    }
}

/* What stands before the colon of -v. */
static const char *
volume_word(const struct judge *judge, size_t m, bool is_of_host)
{
    const struct path_facts *path = &judge->facts->mount[m];
    if (path->errnum == 0 && !path->is_directory) {
        return "FILE";
    }
    return is_of_host ? "FOLDER" : mend_volume_name(judge, m);
}

/* Docker sets no flags on a volume, but takes those of the host's mount along (platforms.md, 2). */
static void
mend_volume(const struct judge *judge, size_t m, const char *word, struct finding *finding)
{
    const struct mount_config *mount = &judge->config->mount[m];
    struct arena *arena = judge->findings->arena;
    char flags[64];
    struct text text = TEXT_OVER(flags);
    add_volume_flags(mount, word, &text);
    bool has_flags = text.length > 0;
    const char *name = volume_word(judge, m, has_flags);
    const char *access = options_want_read_only(&mount->options) ? ":ro" : "";
    const char *host =
        has_flags ? arena_printf(arena, ", where the host has mounted %s %s", name, flags) : "";
    bool is_ro = *access != '\0';
    finding->mend[MEND_DOCKER] =
        arena_printf(arena, "-v %s:%s%s%s", name, mount->path, access, host);
    finding->mend[MEND_COMPOSE] =
        arena_printf(arena, "volumes: [\"%s:%s%s\"]%s", name, mount->path, access, host);
    finding->mend[MEND_KUBERNETES] = arena_printf(arena, "a persistentVolumeClaim, mounted at %s%s",
                                                  mount->path, is_ro ? " readOnly" : "");
    if (has_flags) {
        finding->mend[MEND_PODMAN] =
            arena_printf(arena, "-v %s:%s:%s,%s", volume_word(judge, m, false), mount->path,
                         is_ro ? "ro" : "rw", flags);
        finding->mend[MEND_KUBERNETES] =
            arena_printf(arena, "%s, mountOptions: [%s] of the PersistentVolume",
                         finding->mend[MEND_KUBERNETES], flags);
    }
}

/* By the first of its file systems, where it names one. */
static bool
wants_tmpfs(const struct mount_config *mount)
{
    const char *first = mount->fs.count > 0 ? mount->fs.item[0] : "any";
    size_t length = strcspn(first, "?");
    bool is_any = length == 3 && strncmp(first, "any", length) == 0;
    return is_any ? mount->is_tmpfs : length == 5 && strncmp(first, "tmpfs", length) == 0;
}

/* An emptyDir takes no flags: nobody there can mend it but by the contract. */
void
mend_option(const struct judge *judge, size_t m, const char *word, struct finding *finding)
{
    struct arena *arena = judge->findings->arena;
    bool is_access = strcmp(word, "rw") == 0 || strcmp(word, "ro") == 0;
    if (!wants_tmpfs(&judge->config->mount[m])) {
        mend_volume(judge, m, word, finding);
        return;
    }
    mend_tmpfs(judge, m, finding);
    if (!is_access) {
        finding->mend[MEND_KUBERNETES] = arena_printf(
            arena, "an emptyDir takes no flags: let the contract say %s?, as a wish", word);
    }
}

void
mend_mount(const struct judge *judge, size_t m, struct finding *finding)
{
    if (wants_tmpfs(&judge->config->mount[m])) {
        mend_tmpfs(judge, m, finding);
    } else {
        mend_volume(judge, m, NULL, finding);
    }
}

const char *
mend_mount_flag(const struct judge *judge, size_t m)
{
    struct finding scratch = {0};
    const struct mount_config *mount = &judge->config->mount[m];
    if (wants_tmpfs(mount)) {
        mend_tmpfs(judge, m, &scratch);
        return scratch.mend[MEND_DOCKER];
    }
    return arena_printf(judge->findings->arena, "-v %s:%s%s", volume_word(judge, m, false),
                        mount->path, options_want_read_only(&mount->options) ? ":ro" : "");
}

/* What root has to run on a volume once. Not in the image, which may hold no such program, and
 * whose entry point would verify its contract first. */
static void
mend_once(const struct judge *judge, size_t m, const char *command, struct finding *finding)
{
    const char *path = judge->config->mount[m].path;
    const char *name = mend_volume_name(judge, m);
    struct arena *arena = judge->findings->arena;
    finding->mend[MEND_DOCKER] =
        arena_printf(arena, "docker run --rm -v %s:%s busybox %s %s", name, path, command, path);
    finding->mend[MEND_PODMAN] =
        arena_printf(arena, "podman run --rm -v %s:%s busybox %s %s", name, path, command, path);
    finding->mend[MEND_KUBERNETES] =
        arena_printf(arena, "an init container as root that runs: %s %s", command, path);
}

void
mend_mode(const struct judge *judge, size_t m, struct finding *finding)
{
    const struct mount_config *mount = &judge->config->mount[m];
    if (mount->is_tmpfs) {
        mend_tmpfs(judge, m, finding);
    } else {
        mend_once(judge, m,
                  arena_printf(judge->findings->arena, "chmod %04o", (unsigned)mount->mode),
                  finding);
    }
}

void
mend_free(const struct judge *judge, size_t m, struct finding *finding)
{
    struct arena *arena = judge->findings->arena;
    if (judge->config->mount[m].is_tmpfs) {
        mend_tmpfs(judge, m, finding);
        return;
    }
    finding->mend[MEND_DOCKER] = arena_printf(
        arena, "remove files from volume %s, or give it a larger disk", mend_volume_name(judge, m));
    finding->mend[MEND_KUBERNETES] =
        "remove files, or raise resources.requests.storage of its persistentVolumeClaim";
}

void
mend_owner(const struct judge *judge, size_t m, struct finding *finding)
{
    const struct mount_config *mount = &judge->config->mount[m];
    const struct mount_owner *owner = &judge->identities->mount[m];
    struct arena *arena = judge->findings->arena;
    if (mount->is_tmpfs) {
        mend_tmpfs(judge, m, finding);
    } else {
        bool is_walked = mount->chown == CHOWN_ON_MISMATCH || mount->chown == CHOWN_ALWAYS;
        mend_once(judge, m,
                  arena_printf(arena, "chown %s%u:%u", is_walked ? "-R " : "", (unsigned)owner->uid,
                               (unsigned)owner->gid),
                  finding);
        if (owner->uid == judge->facts->self.uid) {
            finding->mend[MEND_PODMAN] =
                arena_printf(arena, "-v %s:%s:U", mend_volume_name(judge, m), mount->path);
        }
    }
    finding->mend[MEND_KUBERNETES] =
        arena_printf(arena, "securityContext.fsGroup: %u", (unsigned)owner->gid);
    if (!mount->is_tmpfs) {
        mend_prepare(judge, m, finding);
    }
}

void
mend_user(const struct judge *judge, const char *user, struct finding *finding)
{
    struct arena *arena = judge->findings->arena;
    finding->mend[MEND_DOCKER] = arena_printf(arena, "--user %s:%s", user, user);
    finding->mend[MEND_COMPOSE] = arena_printf(arena, "user: \"%s:%s\"", user, user);
    finding->mend[MEND_KUBERNETES] = arena_printf(arena, "securityContext.runAsUser: %s", user);
}

void
mend_env(const struct judge *judge, const char *name, struct finding *finding)
{
    struct arena *arena = judge->findings->arena;
    finding->mend[MEND_DOCKER] = arena_printf(arena, "-e %s=...", name);
    finding->mend[MEND_COMPOSE] = arena_printf(arena, "environment: {%s: ...}", name);
    finding->mend[MEND_KUBERNETES] = arena_printf(arena, "env: [{name: %s, value: ...}]", name);
}

void
mend_memory(const struct judge *judge, const char *size, struct finding *finding)
{
    struct arena *arena = judge->findings->arena;
    finding->mend[MEND_DOCKER] =
        arena_printf(arena, "a --memory of more than %s, or a smaller size= of a --tmpfs", size);
    finding->mend[MEND_COMPOSE] =
        arena_printf(arena, "a mem_limit of more than %s, or a smaller size= of a tmpfs", size);
    finding->mend[MEND_KUBERNETES] = arena_printf(
        arena, "a resources.limits.memory of more than %s, or a smaller sizeLimit", size);
}

void
mend_capabilities(const struct judge *judge, const char *keep, struct finding *finding)
{
    struct arena *arena = judge->findings->arena;
    bool is_none = keep[0] == '\0';
    finding->mend[MEND_DOCKER] =
        is_none ? "--cap-drop ALL" : arena_printf(arena, "--cap-drop ALL --cap-add %s", keep);
    finding->mend[MEND_COMPOSE] =
        is_none ? "cap_drop: [ALL]" : arena_printf(arena, "cap_drop: [ALL], cap_add: [%s]", keep);
    finding->mend[MEND_KUBERNETES] =
        is_none
            ? "securityContext.capabilities: {drop: [ALL]}"
            : arena_printf(arena, "securityContext.capabilities: {drop: [ALL], add: [%s]}", keep);
}

void
mend_held(const struct judge *judge, const char *more, struct finding *finding)
{
    struct arena *arena = judge->findings->arena;
    /* As another uid the engines give a container its capabilities in the bounding set alone. */
    bool is_root = judge->facts->self.uid == 0;
    finding->mend[MEND_DOCKER] =
        arena_printf(arena, "%s--cap-add %s", is_root ? "" : "--user 0 ", more);
    finding->mend[MEND_COMPOSE] =
        arena_printf(arena, "%scap_add: [%s]", is_root ? "" : "user: \"0\", ", more);
    finding->mend[MEND_KUBERNETES] =
        arena_printf(arena, "securityContext: {%scapabilities: {add: [%s]}}",
                     is_root ? "" : "runAsUser: 0, ", more);
}

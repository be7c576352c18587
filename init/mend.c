/* SPDX-License-Identifier: MIT */
#include "init/mend.h"

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

/* The volume's name where none is known: the last component of its path. */
static const char *
volume_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : "data";
}

/* The size that the mend asks for: the contract's, else one that does for most. */
static long long
size_of(const struct mount_config *mount)
{
    return mount->size_max_bytes > 0 ? (long long)mount->size_max_bytes : 64LL * 1024 * 1024;
}

/* "rw,nosuid,nodev,noexec,size=16M,uid=10001,gid=10001": as Docker's --tmpfs takes it. */
static void
add_tmpfs_options(const struct judge *judge, size_t m, struct text *out)
{
    const struct mount_config *mount = &judge->config->mount[m];
    const struct mount_owner *owner = &judge->identities->mount[m];
    options_want_text(&mount->options, mount->is_tmpfs, ",", out);
    text_add(out, ",size=");
    text_add_size(out, size_of(mount));
    if (mount->mode >= 0) {
        text_addf(out, ",mode=%04o", (unsigned)mount->mode);
    }
    if (owner->is_known && owner->uid != 0) {
        text_addf(out, ",uid=%u,gid=%u", (unsigned)owner->uid, (unsigned)owner->gid);
    }
}

static void
mend_tmpfs(const struct judge *judge, size_t m, struct finding *finding)
{
    const struct mount_config *mount = &judge->config->mount[m];
    struct arena *arena = judge->findings->arena;
    char options[MEND_BYTES];
    char size[64] = "";
    struct text text = TEXT_OVER(options);
    struct text limit = TEXT_OVER(size);
    add_tmpfs_options(judge, m, &text);
    text_add_size(&limit, size_of(mount));
    finding->mend[MEND_DOCKER] = arena_printf(arena, "--tmpfs %s:%s", mount->path, options);
    finding->mend[MEND_COMPOSE] = arena_printf(arena, "tmpfs: [\"%s:%s\"]", mount->path, options);
    finding->mend[MEND_KUBERNETES] =
        arena_printf(arena, "emptyDir {medium: Memory, sizeLimit: %si} at %s", size, mount->path);
}

static void
mend_volume(const struct judge *judge, size_t m, struct finding *finding)
{
    const struct mount_config *mount = &judge->config->mount[m];
    struct arena *arena = judge->findings->arena;
    const char *name = volume_name(mount->path);
    bool is_ro = options_want_read_only(&mount->options);
    finding->mend[MEND_DOCKER] =
        arena_printf(arena, "-v %s:%s%s", name, mount->path, is_ro ? ":ro" : "");
    finding->mend[MEND_COMPOSE] =
        arena_printf(arena, "volumes: [\"%s:%s%s\"]", name, mount->path, is_ro ? ":ro" : "");
    finding->mend[MEND_KUBERNETES] = arena_printf(arena, "a persistentVolumeClaim, mounted at %s%s",
                                                  mount->path, is_ro ? " readOnly" : "");
}

void
mend_mount(const struct judge *judge, size_t m, struct finding *finding)
{
    if (judge->config->mount[m].is_tmpfs) {
        mend_tmpfs(judge, m, finding);
    } else {
        mend_volume(judge, m, finding);
    }
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
        const char *name = volume_name(mount->path);
        finding->mend[MEND_DOCKER] =
            arena_printf(arena, "docker run --rm --user 0 -v %s:%s IMAGE chown %u:%u %s", name,
                         mount->path, (unsigned)owner->uid, (unsigned)owner->gid, mount->path);
        finding->mend[MEND_COMPOSE] =
            arena_printf(arena, "docker compose run --rm --user 0 SERVICE chown %u:%u %s",
                         (unsigned)owner->uid, (unsigned)owner->gid, mount->path);
    }
    finding->mend[MEND_KUBERNETES] =
        arena_printf(arena, "securityContext.fsGroup: %u", (unsigned)owner->gid);
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

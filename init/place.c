/* SPDX-License-Identifier: MIT */
#include "init/place.h"

#include <linux/capability.h>
#include <string.h>

#include "config/resolve.h"
#include "config/text.h"
#include "init/sys_state.h"

/* Declared by sys_state.h; here, since the pure core asks which mount will hold it. */
const char *const state_folders[] = {"/run/roinit", "/tmp/.roinit"};
const size_t state_folder_count = sizeof state_folders / sizeof state_folders[0];

enum { STICKY_FOR_ALL = 01777, OWNER_ALL = 0700 };

bool
place_has_capability(const struct facts *facts, unsigned capability)
{
    return ((facts->cap_effective >> capability) & 1) != 0;
}

/* By the bits alone; `groups` are his supplementary ones. */
static bool
may(const struct place *place, uid_t uid, gid_t gid, const gid_t *groups, size_t count,
    unsigned want)
{
    bool is_group = gid == place->gid;
    for (size_t i = 0; i < count; i++) {
        is_group = is_group || groups[i] == place->gid;
    }
    unsigned shift = 0;
    if (uid == place->uid) {
        shift = 6;
    } else if (is_group) {
        shift = 3;
    }
    return ((place->mode >> shift) & want) == want;
}

bool
place_may_identity(const struct facts *facts, const struct place *place, const struct identity *who,
                   unsigned want)
{
    if (who->uid == 0 && place_has_capability(facts, CAP_DAC_OVERRIDE)) {
        return true;
    }
    return may(place, who->uid, who->gid, who->group, who->group_count, want);
}

bool
place_may_self(const struct facts *facts, const struct place *place, unsigned want)
{
    const struct self *self = &facts->self;
    return place_has_capability(facts, CAP_DAC_OVERRIDE) ||
           may(place, self->uid, self->gid, self->group, self->group_count, want);
}

bool
place_is_local(const char *fs)
{
    static const char *const local[] = {"ext4",    "ext3", "ext2", "xfs",  "btrfs",
                                        "overlay", "f2fs", "zfs",  "tmpfs"};
    for (size_t i = 0; i < sizeof local / sizeof local[0]; i++) {
        if (text_equal(fs, local[i])) {
            return true;
        }
    }
    return false;
}

bool
place_holds_names(const struct facts *facts, size_t mount)
{
    const struct path_facts *top = &facts->mount[mount];
    const struct mount_table *table = &facts->table;
    if (!place_is_local(top->fs) || top->mount_id == 0 || !table->is_complete) {
        return false;
    }
    for (size_t i = 0; i < table->count; i++) {
        if (table->entry[i].parent == top->mount_id) {
            return false;
        }
    }
    return true;
}

struct place
place_now(const struct facts *facts, size_t mount)
{
    const struct path_facts *top = &facts->mount[mount];
    return (struct place){
        .is_there =
            top->errnum == 0 && top->is_mount_root && top->is_directory && !top->is_read_only,
        .uid = top->uid,
        .gid = top->gid,
        .mode = top->mode,
    };
}

size_t
place_of_path(const struct config *config, const struct facts *facts, const char *path)
{
    size_t found = config->mount_count;
    for (size_t m = 0; m < config->mount_count; m++) {
        const char *declared = config->mount[m].path;
        if (declared == NULL || !place_now(facts, m).is_there || !text_is_within(path, declared)) {
            continue;
        }
        if (found == config->mount_count || strlen(declared) > strlen(config->mount[found].path)) {
            found = m;
        }
    }
    return found;
}

bool
place_holds_state(const struct config *config, const struct facts *facts, size_t mount)
{
    bool is_set = config->init.from[INIT_state_dir] != NULL;
    size_t count = is_set ? config->init.state_dir.count : state_folder_count;
    if (!is_set && facts->self.pid != 1) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const char *folder = is_set ? config->init.state_dir.item[i] : state_folders[i];
        size_t holder = place_of_path(config, facts, folder);
        if (holder == config->mount_count) {
            continue;
        }
        struct place top = place_now(facts, holder);
        if (place_may_self(facts, &top, PLACE_WRITE | PLACE_SEARCH)) {
            return holder == mount; /* the first that can be made */
        }
    }
    return false;
}

struct identity
place_owner(const struct config *config, const struct identities *identities, size_t mount)
{
    const struct mount_owner *owner = &identities->mount[mount];
    for (size_t u = 0; u < config->unit_count; u++) {
        if (identities->unit[u].uid == owner->uid) {
            return identities->unit[u];
        }
    }
    return (struct identity){.uid = owner->uid, .gid = owner->gid};
}

bool
place_may_owner(const struct config *config, const struct facts *facts,
                const struct identities *identities, size_t mount)
{
    struct identity who = place_owner(config, identities, mount);
    struct place now = place_now(facts, mount);
    if (facts->mount[mount].owner_access != ACCESS_UNASKED) {
        return facts->mount[mount].owner_access == ACCESS_YES;
    }
    return place_may_identity(facts, &now, &who, PLACE_WRITE | PLACE_SEARCH);
}

bool
place_is_owner_mapped(const struct facts *facts, const struct identities *identities, size_t mount)
{
    const struct mount_owner *owner = &identities->mount[mount];
    return idmap_holds(&facts->uid_map, owner->uid) && idmap_holds(&facts->gid_map, owner->gid);
}

/* Whether roinit may give the place to its owner: CHOWN reaches only inodes and ids that its user
 * namespace knows. */
static bool
may_give(const struct facts *facts, const struct identities *identities, size_t mount)
{
    const struct path_facts *top = &facts->mount[mount];
    return place_has_capability(facts, CAP_CHOWN) &&
           place_is_owner_mapped(facts, identities, mount) &&
           idmap_holds(&facts->uid_map, top->uid) && idmap_holds(&facts->gid_map, top->gid);
}

struct place
place_after(const struct config *config, const struct facts *facts,
            const struct identities *identities, size_t mount)
{
    const struct mount_config *declared = &config->mount[mount];
    const struct mount_owner *owner = &identities->mount[mount];
    struct place place = place_now(facts, mount);
    if (!place.is_there) {
        return place;
    }
    mode_t was = place.mode;
    struct identity who = place_owner(config, identities, mount);
    bool may_chmod = facts->self.uid == place.uid || place_has_capability(facts, CAP_FOWNER);
    if (declared->mode >= 0 && may_chmod) {
        place.mode = (mode_t)declared->mode;
    }
    bool is_writable = place.mode == was
                           ? place_may_owner(config, facts, identities, mount)
                           : place_may_identity(facts, &place, &who, PLACE_WRITE | PLACE_SEARCH);
    bool is_always = declared->chown == CHOWN_ALWAYS;
    bool acts = owner->is_known && declared->chown != CHOWN_NEVER && (!is_writable || is_always);
    if (acts && (place.mode & STICKY_FOR_ALL) != STICKY_FOR_ALL &&
        may_give(facts, identities, mount) && !place_holds_state(config, facts, mount)) {
        place.changes_owner = place.uid != owner->uid || place.gid != owner->gid;
        place.uid = owner->uid;
        place.gid = owner->gid;
        place.is_walked = (place.changes_owner || is_always) && declared->chown != CHOWN_TOP &&
                          resolve_may_walk(facts->mount[mount].resolved);
        if (declared->mode < 0 && !is_writable) {
            place.mode |= OWNER_ALL;
        }
    }
    place.changes_mode = place.mode != was;
    return place;
}

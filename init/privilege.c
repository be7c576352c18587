/* SPDX-License-Identifier: MIT */
#include "init/privilege.h"

#include <linux/capability.h>

#include "config/capname.h"
#include "config/text.h"

#define CAP_BIT(number_) (1ULL << (number_))

struct privilege
privilege_of(const struct config *config, const struct identities *identities, size_t u)
{
    const struct unit_config *unit = &config->unit[u];
    const struct words *words = &unit->capabilities;
    bool is_root = identities->unit[u].uid == 0;
    struct privilege ret = {
        /* A lone command has no contract that could take anything from it. */
        .keeps = words->count == 0 && (is_root || config->is_lone),
        .is_written = words->count > 0,
        /* Without it the kernel takes no filter from a process without SYS_ADMIN. */
        .has_no_new_privs = config->init.no_new_privileges || unit->guard,
        .is_guarded = unit->guard,
        .capabilities = capname_set(words),
    };
    for (size_t i = 0; i < words->count; i++) {
        ret.keeps |= text_equal(words->item[i], "keep");
    }
    return ret;
}

bool
privilege_is_strict(const struct config *config, const struct identities *identities, size_t u)
{
    struct privilege privilege = privilege_of(config, identities, u);
    return !privilege.keeps && !privilege.has_no_new_privs &&
           (privilege.is_written || identities->self->can_switch);
}

uint64_t
privilege_held(const struct config *config, const struct identities *identities,
               const struct facts *facts, size_t u)
{
    struct privilege privilege = privilege_of(config, identities, u);
    if (!privilege.keeps) {
        return privilege.capabilities;
    }
    if (identities->unit[u].uid == 0) {
        return facts->cap_bounding & facts->cap_permitted; /* as an exec by root has it */
    }
    return identities->unit[u].uid == identities->self->uid ? facts->cap_ambient : 0;
}

uint64_t
privilege_kept(const struct config *config, const struct identities *identities)
{
    uint64_t kept =
        CAP_BIT(CAP_KILL) | CAP_BIT(CAP_SETUID) | CAP_BIT(CAP_SETGID) | CAP_BIT(CAP_SETPCAP);
    for (size_t u = 0; u < config->unit_count; u++) {
        const struct unit_config *unit = &config->unit[u];
        struct privilege privilege = privilege_of(config, identities, u);
        if (privilege.keeps) {
            return UINT64_MAX;
        }
        kept |= privilege.capabilities;
        kept |= unit->limits.count > 0 ? CAP_BIT(CAP_SYS_RESOURCE) : 0;
        kept |= unit->oom_score_adj < 0 ? CAP_BIT(CAP_SYS_RESOURCE) : 0;
        kept |= unit->remove.count > 0 ? CAP_BIT(CAP_DAC_OVERRIDE) : 0;
        kept |= unit->env_file.count > 0 ? CAP_BIT(CAP_DAC_READ_SEARCH) : 0;
    }
    return kept;
}

/* SPDX-License-Identifier: MIT */
#include <linux/capability.h>

#include "config/capname.h"
#include "config/doc.h"
#include "config/resolve.h"
#include "init/judge.h"
#include "init/mend.h"
#include "init/privilege.h"

/* The clauses about what the container has to have so that the units can be what they are. */

enum { NAME_BYTES = 1024 };

void
judge_held(const struct judge *judge)
{
    struct arena *arena = judge->findings->arena;
    for (size_t u = 0; u < judge->config->unit_count && judge->facts->has_proc; u++) {
        const struct unit_config *unit = &judge->config->unit[u];
        struct privilege privilege = privilege_of(judge->config, judge->identities, u);
        uint64_t missing = privilege.capabilities & ~judge->facts->cap_permitted;
        bool is_larger = (judge->facts->cap_bounding & ~privilege.capabilities) != 0 &&
                         privilege_is_strict(judge->config, judge->identities, u);
        if (is_larger) {
            missing |= 1ULL << CAP_SETPCAP & ~judge->facts->cap_effective; /* makes it smaller */
        }
        char told[NAME_BYTES];
        char more[NAME_BYTES];
        struct text names = TEXT_OVER(told);
        struct text list = TEXT_OVER(more);
        if (privilege.keeps || missing == 0) {
            continue;
        }
        capname_add_set(missing, "", " ", &names);
        capname_add_set(missing, "", ",", &list);
        struct finding finding = {
            .level = judge->level,
            .subject = "capabilities",
            .place = judge_place(unit_from(unit, UNIT_capabilities), unit->section, "capabilities"),
        };
        finding.found = arena_printf(arena, "roinit does not hold %s", told);
        finding.expected = arena_printf(arena, "%s for %s", told, unit->name);
        mend_held(judge, more, &finding);
        findings_add(judge->findings, &finding);
    }
}

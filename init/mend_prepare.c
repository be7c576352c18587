/* SPDX-License-Identifier: MIT */
#include <linux/capability.h>

#include "config/text.h"
#include "init/judge.h"
#include "init/mend.h"
#include "init/place.h"

/* `roinit prepare`, run once by root: a one-off container, or an init container. */

enum { FLAGS_BYTES = 2048 };

/* Whether `prepare` as root would do it: the contract lets roinit act there and run as root, and
 * means the same user then. */
static bool
would_do(const struct judge *judge, size_t m)
{
    const struct words *users = &judge->config->require.user;
    const struct identities *identities = judge->identities;
    bool is_same = !identities->is_mapped || identities->mount[m].uid != judge->facts->self.uid;
    bool may_be_root = users->count == 0 || text_equal(users->item[0], "any");
    return judge->config->mount[m].chown != CHOWN_NEVER && judge->facts->self.uid != 0 && is_same &&
           may_be_root;
}

/* What the container has to have so that its contract holds: `prepare` looks at all of it. */
static void
add_flags(const struct judge *judge, struct text *out)
{
    if (judge->config->require.root == ROOT_RO) {
        text_add(out, "--read-only ");
    }
    for (size_t i = 0; i < judge->config->require.env.count; i++) {
        text_addf(out, "-e %s ", judge->config->require.env.item[i]);
    }
    for (size_t i = 0; i < judge->config->mount_count; i++) {
        if (!judge->config->mount[i].optional) {
            text_addf(out, "%s ", mend_mount_flag(judge, i));
        }
    }
}

static const char *
both(struct arena *arena, const char *first, const char *second)
{
    return arena_printf(arena, "%s, or %s", first, second);
}

/* Root without the capabilities that it takes. */
static void
mend_capability(struct arena *arena, struct finding *finding)
{
    finding->mend[MEND_DOCKER] =
        both(arena, "--cap-add CHOWN --cap-add DAC_OVERRIDE --cap-add FOWNER",
             finding->mend[MEND_DOCKER]);
    finding->mend[MEND_COMPOSE] = "cap_add: [CHOWN, DAC_OVERRIDE, FOWNER]";
    finding->mend[MEND_KUBERNETES] =
        both(arena, "securityContext.capabilities.add: [CHOWN, DAC_OVERRIDE, FOWNER]",
             finding->mend[MEND_KUBERNETES]);
}

void
mend_prepare(const struct judge *judge, size_t m, struct finding *finding)
{
    struct arena *arena = judge->findings->arena;
    const char *program = judge->facts->program != NULL ? judge->facts->program : "/usr/bin/roinit";
    const char *file = judge->config->file;
    bool is_usual = text_equal(file, "/etc/roinit.ini");
    const char *name = mend_volume_name(judge, m);
    const char *contract = is_usual ? "" : arena_printf(arena, "-c %s ", file);
    char flags[FLAGS_BYTES];
    struct text text = TEXT_OVER(flags);
    bool is_weak_root =
        judge->facts->self.uid == 0 && !place_has_capability(judge->facts, CAP_CHOWN);
    if (is_weak_root && judge->config->mount[m].chown != CHOWN_NEVER) {
        mend_capability(arena, finding);
    }
    if (!would_do(judge, m)) {
        return;
    }
    add_flags(judge, &text);
    finding->mend[MEND_DOCKER] =
        both(arena,
             arena_printf(arena, "docker run --rm --user 0:0 %s--entrypoint %s IMAGE %sprepare",
                          flags, program, contract),
             finding->mend[MEND_DOCKER]);
    finding->mend[MEND_COMPOSE] = arena_printf(
        arena, "docker compose run --rm --no-deps --user 0:0 --entrypoint \"%s %sprepare\" SERVICE",
        program, contract);
    const char *words = is_usual ? "" : arena_printf(arena, "-c, %s, ", file);
    finding->mend[MEND_KUBERNETES] = arena_printf(
        arena,
        "%s, or initContainers: [{name: prepare, image: IMAGE, command: [%s, %sprepare], "
        "securityContext: {runAsUser: 0, runAsNonRoot: false}, volumeMounts: [{name: %s, "
        "mountPath: %s}]}]",
        finding->mend[MEND_KUBERNETES], program, words, name, judge->config->mount[m].path);
}

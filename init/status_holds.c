/* SPDX-License-Identifier: MIT */
#include "init/status_holds.h"

#include <string.h>

#include "config/capname.h"
#include "init/identity.h"
#include "init/privilege.h"

enum {
    GROUP_BYTES = 11,      /* a number and what is between two */
    CAPABILITY_BYTES = 24, /* a name, quoted */
    FIXED_BYTES = 256,
    IDS_WIDTH = 13,
    GROUPS_WIDTH = 16,
};

static size_t
index_of(const struct status *status, const struct fleet_unit *unit)
{
    return (size_t)(unit - status->fleet->unit);
}

static int
count_bits(uint64_t set)
{
    int count = 0;
    for (; set != 0; set &= set - 1) {
        count++;
    }
    return count;
}

size_t
status_holds_size(const struct status *status)
{
    size_t bytes = FIXED_BYTES;
    for (size_t u = 0; status->identities != NULL && u < status->fleet->count; u++) {
        uint64_t held = privilege_held(status->config, status->identities, status->facts, u);
        bytes += FIXED_BYTES + status->identities->unit[u].group_count * GROUP_BYTES +
                 (size_t)count_bits(held) * CAPABILITY_BYTES;
    }
    return bytes;
}

static void
add_groups(const struct identity *who, const char *between, struct text *out)
{
    for (size_t i = 0; i < who->group_count; i++) {
        text_addf(out, "%s%u", i == 0 ? "" : between, (unsigned)who->group[i]);
    }
}

void
status_holds_json(const struct status *status, const struct fleet_unit *unit, struct text *out)
{
    if (status->identities == NULL) {
        return;
    }
    size_t u = index_of(status, unit);
    const struct identity *who = &status->identities->unit[u];
    struct privilege privilege = privilege_of(status->config, status->identities, u);
    uint64_t held = privilege_held(status->config, status->identities, status->facts, u);
    text_addf(out, ",\"uid\":%u,\"gid\":%u,\"groups\":[", (unsigned)who->uid, (unsigned)who->gid);
    add_groups(who, ",", out);
    text_add(out, "],\"capabilities\":[");
    capname_add_set(held, "\"", ",", out);
    text_addf(out, "],\"no_new_privs\":%s,\"guard\":%s",
              privilege.has_no_new_privs ? "true" : "false",
              privilege.is_guarded ? "true" : "false");
}

static void
add_padded(struct text *out, const char *cell, size_t width)
{
    text_add(out, cell);
    for (size_t at = strlen(cell); at < width; at++) {
        text_add(out, " ");
    }
    text_add(out, "  ");
}

void
status_holds_row(const struct status *status, const struct fleet_unit *unit, size_t name_width,
                 struct text *out)
{
    char cell[IDENTITY_GROUPS_MAX * GROUP_BYTES + 1];
    struct text text = TEXT_OVER(cell);
    if (unit == NULL) {
        add_padded(out, "UNIT", name_width);
        add_padded(out, "UID:GID", IDS_WIDTH);
        add_padded(out, "GROUPS", GROUPS_WIDTH);
        text_add(out, "NEW PRIVS  GUARD  CAPABILITIES\n");
        return;
    }
    size_t u = index_of(status, unit);
    const struct identity *who = &status->identities->unit[u];
    struct privilege privilege = privilege_of(status->config, status->identities, u);
    uint64_t held = privilege_held(status->config, status->identities, status->facts, u);
    add_padded(out, unit->config->name, name_width);
    text_addf(&text, "%u:%u", (unsigned)who->uid, (unsigned)who->gid);
    add_padded(out, cell, IDS_WIDTH);
    text = TEXT_OVER(cell);
    add_groups(who, ",", &text);
    add_padded(out, who->group_count == 0 ? "-" : cell, GROUPS_WIDTH);
    text_addf(out, "%-9s  %-5s  ", privilege.has_no_new_privs ? "none" : "possible",
              privilege.is_guarded ? "yes" : "no");
    if (held == 0) {
        text_add(out, "none");
    } else if (privilege.keeps) {
        text_addf(out, "all %d of the container", count_bits(held));
    } else {
        capname_add_set(held, "", " ", out);
    }
    text_add(out, "\n");
}

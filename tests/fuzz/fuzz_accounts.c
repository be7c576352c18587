/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "init/accounts.h"
#include "tests/fuzz/fuzz.h"

/* passwd and group of an image: up to a NUL byte the one, behind it the other. */

enum { GROUPS_MAX = 8 };

static void
look(const struct accounts *accounts, struct arena *arena)
{
    for (size_t i = 0; i < accounts->user_count; i++) {
        const struct account *user = &accounts->user[i];
        gid_t group[GROUPS_MAX];
        MUST(user->uid != (uid_t)-1 && user->gid != (gid_t)-1); /* nobody is "leave it" */
        MUST(user->name[0] != '\0' && user->home != NULL);
        MUST(strpbrk(user->name, ":\n") == NULL);
        MUST(accounts_user(accounts, user->name) != NULL);
        MUST(accounts_user_by_uid(accounts, user->uid)->uid == user->uid);
        size_t count = accounts_groups_of(accounts, user->name, user->gid, group, GROUPS_MAX);
        MUST(count <= GROUPS_MAX);
        for (size_t j = 0; j < count; j++) {
            MUST(group[j] != user->gid && group[j] != (gid_t)-1);
        }
    }
    for (size_t i = 0; i < accounts->group_count; i++) {
        MUST(accounts_group(accounts, accounts->group[i].name) != NULL);
    }
    (void)accounts_groups_of(accounts, NULL, 0, NULL, 0);
    MUST(arena != NULL);
}

/* In the view, the name has the number that it was given, and everybody else has his own. */
static void
look_at_view(const struct accounts *accounts, const char *name, struct arena *arena)
{
    struct accounts view;
    const char *passwd = accounts_passwd_view(accounts, name, 4242, 4243, "/home", arena);
    const char *group = accounts_group_view(accounts, name, 4243, arena);
    accounts_parse(passwd, group, arena, &view);
    const struct account *user = accounts_user(&view, name);
    MUST(user != NULL && user->uid == 4242 && user->gid == 4243);
    MUST(accounts_user_by_uid(&view, 4242) == user);
    MUST(accounts_group(&view, name)->gid == 4243);
    for (size_t i = 0; i < accounts->user_count; i++) {
        const struct account *other = accounts_user(accounts, accounts->user[i].name);
        const struct account *same = accounts_user(&view, other->name);
        MUST(same != NULL && (same->uid == other->uid || strcmp(other->name, name) == 0));
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT;
    struct accounts accounts;
    const uint8_t *nul = size == 0 ? NULL : memchr(data, '\0', size);
    size_t first = nul == NULL ? size : (size_t)(nul - data);
    size_t second = nul == NULL ? 0 : strnlen((const char *)nul + 1, size - first - 1);
    const char *passwd = arena_strndup(&arena, (const char *)data, first);
    const char *group = nul == NULL ? NULL : arena_strndup(&arena, (const char *)nul + 1, second);
    accounts_parse(passwd, group, &arena, &accounts);
    look(&accounts, &arena);
    look_at_view(&accounts, "app", &arena);
    arena_free(&arena);
    return 0;
}

/* SPDX-License-Identifier: MIT */
#include "tests/unit/stage.h"

#include <string.h>

struct stage stage;

static const char passwd[] = "root:x:0:0:root:/root:/bin/sh\n"
                             "app:x:10001:20001::/home/app:/bin/sh\n"
                             "web:x:10002:10002::/srv/web:/bin/sh\n";
static const char group[] = "root:x:0:\napp:x:20001:\nmedia:x:44:app,web\naudio:x:29:app\n"
                            "disk:x:6:root\n";

static struct path_facts
mount_facts(const char *path, mode_t mode, uint64_t id)
{
    return (struct path_facts){.path = path,
                               .resolved = path,
                               .is_mount_root = true,
                               .is_directory = true,
                               .mount_id = id,
                               .mode = mode};
}

void
stage_init(void)
{
    stage = (struct stage){.self = {.pid = 1, .can_switch = true}};
    accounts_parse(passwd, group, &stage.arena, &stage.accounts);
    stage.setting = (struct setting){.name = "key", .text = "value", .file = "FILE", .line = 7};
    stage.path[STAGE_TMP] = mount_facts("/tmp", 01777, 101);
    stage.path[STAGE_RUN] = mount_facts("/run", 0755, 102);
    stage.path[STAGE_DATA] = mount_facts("/data", 0755, 103);
    for (size_t m = 0; m < STAGE_MOUNTS; m++) {
        stage.mount[m] = (struct mount_config){
            .path = stage.path[m].path,
            .mode = -1,
            .chown = m == STAGE_DATA ? CHOWN_NEVER : CHOWN_TOP,
            .is_tmpfs = m != STAGE_DATA,
        };
    }
    static const char *all[] = {"*", NULL};
    static const char *const names[STAGE_UNITS] = {"one", "two", "three"};
    for (size_t u = 0; u < STAGE_UNITS; u++) {
        stage.unit[u].name = names[u];
    }
    stage.config = (struct config){
        .file = "FILE",
        .init = {.env_pass = {1, all}},
        .mount = stage.mount,
        .mount_count = STAGE_MOUNTS,
        .unit = stage.unit,
        .unit_count = 1,
    };
    stage.facts = (struct facts){.mount = stage.path, .cap_effective = UINT64_MAX};
    stage.diags.arena = &stage.arena;
}

void
stage_init_app(void)
{
    stage_init();
    stage_set_user(0, "app", NULL);
}

void
stage_free(void)
{
    arena_free(&stage.arena);
}

void
stage_start_as(uid_t uid, gid_t gid)
{
    stage.self.uid = uid;
    stage.self.gid = gid;
    stage.self.can_switch = false;
    stage.facts.cap_effective = 0;
}

void
stage_set_user(size_t unit, const char *user, const char *group_name)
{
    stage.unit[unit].user = (struct user_spec){user, group_name};
    stage_write(unit, UNIT_user);
}

void
stage_write(size_t unit, enum unit_key key)
{
    size_t count;
    struct setting *setting = &stage.written[key];
    if (setting->key == NULL) {
        *setting = stage.setting;
        setting->key = &schema_keys(SECTION_TASK, &count)[key];
        setting->name = setting->key->name;
        setting->next = stage.defaults.settings;
        stage.defaults.settings = setting;
    }
    stage.unit[unit].defaults = &stage.defaults;
    stage.unit[unit].given |= UINT64_C(1) << key;
}

struct words
stage_words(const char **item)
{
    size_t count = 0;
    while (item[count] != NULL) {
        count++;
    }
    return (struct words){count, item};
}

void
stage_inherit(char *const *items)
{
    stage.environment.inherited = items;
}

void
stage_resolve(enum exit_code code)
{
    stage.facts.self = stage.self;
    identities_resolve(&stage.config, &stage.self, &stage.accounts, &stage.arena, &stage.identities,
                       &stage.diags);
    stage.environment.config = &stage.config;
    stage.environment.identities = &stage.identities;
    stage.environment.facts = &stage.facts;
    ck_assert_msg(diag_code(&stage.diags) == code, "%s", stage_first());
}

const char *
stage_first(void)
{
    return stage.diags.count == 0 ? "" : stage.diags.item[0].text;
}

const char *
stage_variable(size_t unit, const char *name)
{
    struct vars vars;
    int result = environ_unit(&stage.environment, unit, NULL, &stage.arena, &vars, &stage.diags);
    ck_assert_msg(result == 0, "%s", stage_first());
    return vars_get(&vars, name);
}

struct environ_text
stage_file(const char *text)
{
    return (struct environ_text){"/etc/app.env", text, strlen(text)};
}

const char *
stage_wrong(const struct environ_text *unit_files)
{
    struct vars vars;
    int result = environ_unit(&stage.environment, 0, unit_files, &stage.arena, &vars, &stage.diags);
    ck_assert_int_eq(result, stage.diags.errors == 0 ? 0 : -1);
    return stage_first();
}

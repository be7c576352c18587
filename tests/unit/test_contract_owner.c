/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <linux/capability.h>

#include "tests/unit/judged.h"
#include "tests/unit/sample.h"
#include "tests/unit/suites.h"

/* The mode and the owner of a declared path: who has to be able to write there, and the mend. */

/* Root's own 0755, which app cannot write to. */
static void
take_away(size_t m)
{
    stage.path[m].uid = 0;
    stage.path[m].gid = 0;
    stage.path[m].mode = 0755;
    stage.config.init.from[INIT_state_dir] = &stage.setting; /* elsewhere */
}

static void
name_owner(size_t m)
{
    stage.mount[m].owner = (struct user_spec){"10001", "20001"};
    stage.mount[m].from[MOUNT_owner] = &stage.setting;
}

/* Root's, and to be the named owner's; roinit is root with these capabilities. */
static void
is_anothers(size_t m, uint64_t capabilities)
{
    take_away(m);
    name_owner(m);
    stage.self.uid = 0;
    stage.self.can_switch = true;
    stage.facts.cap_effective = capabilities;
}

START_TEST(a_named_owner_has_to_be_able_to_write_a_default_one_is_warned_of)
{
    take_away(STAGE_RUN);
    take_away(STAGE_DATA);
    name_owner(STAGE_DATA);
    judged_findings_are(
        "warn /run: owned by 0:0 with mode 0755, want writable for 10001:20001\n"
        "error /data: owned by 0:0 with mode 0755, want writable for 10001:20001\n");
    judged_mend_is(MEND_DOCKER, "--tmpfs /run:rw,nosuid,nodev,noexec,size=64M,uid=10001,gid=20001");
    judged_mend_is(MEND_PODMAN,
                   "--mount type=tmpfs,dst=/run,U=true,rw,nosuid,nodev,noexec,tmpfs-size=64M");
    judged_mend_is(MEND_KUBERNETES, "securityContext.fsGroup: 20001");
    ck_assert_str_eq(judged.findings.item[1].mend[MEND_DOCKER],
                     "docker run --rm -v data:/data busybox chown 10001:20001 /data");
    ck_assert_str_eq(judged.findings.item[1].mend[MEND_PODMAN], "-v data:/data:U");
}
END_TEST

START_TEST(without_the_privilege_prepare_as_root_is_the_mend)
{
    take_away(STAGE_DATA);
    name_owner(STAGE_DATA);
    stage.mount[STAGE_DATA].chown = CHOWN_ON_MISMATCH;
    stage.facts.program = "/usr/bin/roinit";
    stage.config.file = "/etc/roinit.ini";
    stage.config.require.root = ROOT_RO;
    judged_findings_are(
        "error /data: owned by 0:0 with mode 0755, want writable for 10001:20001\n");
    judged_mend_is(MEND_DOCKER,
                   "docker run --rm --user 0:0 --read-only --tmpfs /tmp:rw,nosuid,nodev,noexec,"
                   "size=64M --tmpfs /run:rw,nosuid,nodev,noexec,size=64M,"
                   "uid=10001,gid=20001 -v data:/data --entrypoint /usr/bin/roinit IMAGE prepare, "
                   "or docker run --rm -v data:/data busybox chown -R 10001:20001 /data");
    judged_mend_is(MEND_COMPOSE, "docker compose run --rm --no-deps --user 0:0 --entrypoint "
                                 "\"/usr/bin/roinit prepare\" SERVICE");
    judged_mend_is(
        MEND_KUBERNETES,
        "securityContext.fsGroup: 20001, or initContainers: [{name: prepare, image: IMAGE, "
        "command: [/usr/bin/roinit, prepare], securityContext: {runAsUser: 0, runAsNonRoot: "
        "false}, volumeMounts: [{name: data, mountPath: /data}]}]");
    /* Who may not be root, or would be another then, is not sent there. */
    stage.config.require.user = WORDS("non-root");
    judged_findings_are(
        "error /data: owned by 0:0 with mode 0755, want writable for 10001:20001\n");
    judged_mend_is(MEND_DOCKER, "docker run --rm -v data:/data busybox chown -R 10001:20001 /data");
}
END_TEST

START_TEST(root_without_the_capability_is_told_of_it)
{
    is_anothers(STAGE_DATA, CAPABILITY(SETUID));
    stage.mount[STAGE_DATA].chown = CHOWN_ON_MISMATCH;
    judged_findings_are(
        "error /data: owned by 0:0 with mode 0755, want writable for 10001:20001\n");
    judged_mend_is(MEND_COMPOSE, "cap_add: [CHOWN, DAC_OVERRIDE, FOWNER]");
}
END_TEST

START_TEST(what_the_kernel_answers_counts_more_than_the_mode)
{
    name_owner(STAGE_DATA);
    stage.path[STAGE_DATA].owner_access = ACCESS_NO; /* a server that squashes, an ACL */
    judged_findings_are(
        "error /data: owned by 10001:20001 with mode 0755, want writable for 10001:20001\n");
    take_away(STAGE_DATA);
    stage.path[STAGE_DATA].owner_access = ACCESS_YES;
    judged_findings_are("");
}
END_TEST

START_TEST(an_owner_that_is_not_mapped_is_told_and_not_tried)
{
    is_anothers(STAGE_DATA, UINT64_MAX);
    stage.mount[STAGE_DATA].chown = CHOWN_ON_MISMATCH;
    idmap_parse("         0     100000       1000\n", &stage.facts.uid_map);
    judged_findings_are(
        "error /data: owned by 0:0 with mode 0755, and this user namespace does not "
        "map its owner, want writable for 10001:20001\n");
}
END_TEST

START_TEST(a_place_of_an_owner_that_is_not_mapped_is_not_tried_either)
{
    is_anothers(STAGE_DATA, UINT64_MAX);
    stage.mount[STAGE_DATA].chown = CHOWN_ALWAYS;
    stage.path[STAGE_DATA].uid = 65534;
    idmap_parse("0 100000 1000\n10001 10001 1\n", &stage.facts.uid_map);
    judged_findings_are(
        "error /data: owned by 65534:0 with mode 0755, want writable for 10001:20001\n");
}
END_TEST

START_TEST(the_mend_names_the_volume_that_is_there)
{
    sample_read("docker-ro-volumes", &stage.arena, &stage.facts.table);
    take_away(STAGE_DATA);
    name_owner(STAGE_DATA);
    stage.path[STAGE_DATA].mount_id = 112;
    judged_findings_are(
        "error /data: owned by 0:0 with mode 0755, want writable for 10001:20001\n");
    judged_mend_is(MEND_DOCKER, "docker run --rm -v nv1:/data busybox chown 10001:20001 /data");
}
END_TEST

/* clang-format off */
static const struct {
    const char *why;
    uid_t uid;
    gid_t gid;
    mode_t mode;
    bool can_write;
} writable[] = {
    {"the owner",                       10001, 0,     0700,  true},
    {"the owner's bits come first",     10001, 20001, 0077,  false},
    {"his group",                       0,     20001, 0770,  true},
    {"the group's bits before others'", 0,     20001, 0707,  false},
    {"a supplementary group",           0,     44,    02770, true},
    {"somebody else's group",           0,     6,     0770,  false},
    {"anybody",                         0,     0,     0777,  true},
    {"fsGroup's emptyDir",              0,     1,     02777, true},
    {"write without search",            0,     0,     0776,  false},
    {"sticky, for all",                 0,     0,     01777, true},
};
/* clang-format on */

START_TEST(owner_asks_whether_he_can_write_never_who_owns_it)
{
    name_owner(STAGE_DATA);
    stage.path[STAGE_DATA].uid = writable[_i].uid;
    stage.path[STAGE_DATA].gid = writable[_i].gid;
    stage.path[STAGE_DATA].mode = writable[_i].mode;
    stage_resolve(CODE_OK);
    stage.identities.unit[0].group_count = 1;
    stage.identities.unit[0].group = (const gid_t[]){44};
    judged_check();
    ck_assert_msg((judged.findings.count == 0) == writable[_i].can_write, "%s", writable[_i].why);
}
END_TEST

START_TEST(root_may_write_everywhere_only_with_dac_override)
{
    stage_set_user(0, "root", NULL);
    stage.self.uid = 0;
    stage.self.gid = 0;
    stage.self.can_switch = true;
    stage.facts.cap_effective = CAPABILITY(DAC_OVERRIDE);
    judged_findings_are("");
    stage.facts.cap_effective = 0;
    judged_findings_are("warn /run: owned by 10001:20001 with mode 0755, want writable for 0:0\n"
                        "warn /data: owned by 10001:20001 with mode 0755, want writable for 0:0\n");
}
END_TEST

START_TEST(what_the_boot_gives_to_its_owner_is_no_error)
{
    is_anothers(STAGE_RUN, CAPABILITY(CHOWN) | CAPABILITY(FOWNER));
    judged_findings_are(
        "mended /run: owned by 0:0 with mode 0755, want writable for 10001:20001\n");
    ck_assert_uint_eq(judged.findings.errors, 0);
    stage.mount[STAGE_RUN].chown = CHOWN_NEVER;
    judged_findings_are("error /run: owned by 0:0 with mode 0755, want writable for 10001:20001\n");
    judged_mend_is(MEND_PODMAN, "--tmpfs /run:rw,nosuid,nodev,noexec,size=64M");
}
END_TEST

START_TEST(the_recursive_walks_mend_it)
{
    is_anothers(STAGE_DATA, UINT64_MAX);
    stage.mount[STAGE_DATA].chown = _i == 0 ? CHOWN_ON_MISMATCH : CHOWN_ALWAYS;
    judged_findings_are(
        "mended /data: owned by 0:0 with mode 0755, want writable for 10001:20001\n");
}
END_TEST

START_TEST(the_mount_of_the_state_directory_needs_no_owner_by_default)
{
    take_away(STAGE_RUN);
    stage.config.init.from[INIT_state_dir] = NULL;
    stage.self.uid = 0;
    stage.self.can_switch = true;
    judged_findings_are("");
    name_owner(STAGE_RUN);
    judged_findings_are("error /run: owned by 0:0 with mode 0755, want writable for 10001:20001\n");
}
END_TEST

START_TEST(the_mode_is_mended_by_the_boot_only_where_it_may)
{
    stage.mount[STAGE_DATA].mode = 0700;
    judged_findings_are("mended /data: mode 0755, want mode 0700\n");
    stage.path[STAGE_DATA].uid = 0;
    stage.path[STAGE_DATA].mode = 0777;
    judged_findings_are("error /data: mode 0777, want mode 0700\n");
    judged_mend_is(MEND_DOCKER, "docker run --rm -v data:/data busybox chmod 0700 /data");
    stage.path[STAGE_DATA].mode = 0700;
    stage.path[STAGE_DATA].uid = STAGE_APP;
    judged_findings_are("");
}
END_TEST

Suite *
contract_owner_suite(void)
{
    Suite *suite = suite_create("contract_owner");
    TCase *path = judged_case(suite, "owner");
    tcase_add_test(path, a_named_owner_has_to_be_able_to_write_a_default_one_is_warned_of);
    tcase_add_test(path, without_the_privilege_prepare_as_root_is_the_mend);
    tcase_add_test(path, root_without_the_capability_is_told_of_it);
    tcase_add_test(path, what_the_kernel_answers_counts_more_than_the_mode);
    tcase_add_test(path, an_owner_that_is_not_mapped_is_told_and_not_tried);
    tcase_add_test(path, a_place_of_an_owner_that_is_not_mapped_is_not_tried_either);
    tcase_add_test(path, the_mend_names_the_volume_that_is_there);
    tcase_add_loop_test(path, owner_asks_whether_he_can_write_never_who_owns_it, 0,
                        sizeof writable / sizeof writable[0]);
    tcase_add_test(path, root_may_write_everywhere_only_with_dac_override);
    tcase_add_test(path, what_the_boot_gives_to_its_owner_is_no_error);
    tcase_add_loop_test(path, the_recursive_walks_mend_it, 0, 2);
    tcase_add_test(path, the_mount_of_the_state_directory_needs_no_owner_by_default);
    tcase_add_test(path, the_mode_is_mended_by_the_boot_only_where_it_may);
    return suite;
}

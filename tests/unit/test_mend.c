/* SPDX-License-Identifier: MIT */
#include "tests/runner.h"

#include <errno.h>
#include <linux/capability.h>

#include "init/mend.h"
#include "tests/unit/judged.h"
#include "tests/unit/sample.h"
#include "tests/unit/suites.h"

/* Fails the test unless the first finding has these mends. */
static void
mends_are(const char *docker, const char *podman, const char *compose, const char *kubernetes)
{
    stage_resolve(CODE_OK);
    judged_check();
    judged_mend_is(MEND_DOCKER, docker);
    judged_mend_is(MEND_PODMAN, podman);
    judged_mend_is(MEND_COMPOSE, compose);
    judged_mend_is(MEND_KUBERNETES, kubernetes);
}

/* ---------------------------------------------------------------- a tmpfs */

START_TEST(the_mode_is_asked_for_with_the_tmpfs)
{
    stage.path[STAGE_RUN].is_mount_root = false;
    stage.mount[STAGE_RUN].mode = 0750;
    mends_are("--tmpfs /run:rw,nosuid,nodev,noexec,size=64M,mode=0750,uid=10001,gid=20001",
              "--mount type=tmpfs,dst=/run,U=true,rw,nosuid,nodev,noexec,tmpfs-size=64M,"
              "tmpfs-mode=0750",
              "tmpfs: [\"/run:rw,nosuid,nodev,noexec,size=64M,mode=0750,uid=10001,gid=20001\"]",
              "emptyDir {medium: Memory, sizeLimit: 64Mi} at /run");
    /* For another one, whom Podman cannot name. */
    stage.mount[STAGE_RUN].owner.user = "web";
    mends_are("--tmpfs /run:rw,nosuid,nodev,noexec,size=64M,mode=0750,uid=10002,gid=10002",
              "--tmpfs /run:rw,nosuid,nodev,noexec,size=64M,mode=0750",
              "tmpfs: [\"/run:rw,nosuid,nodev,noexec,size=64M,mode=0750,uid=10002,gid=10002\"]",
              "emptyDir {medium: Memory, sizeLimit: 64Mi} at /run");
}
END_TEST

START_TEST(a_place_for_all_has_an_owner_only_where_its_mode_is_set)
{
    stage.path[STAGE_TMP].is_mount_root = false;
    stage.path[STAGE_TMP].mode = 01777;
    stage_resolve(CODE_OK);
    judged_check();
    judged_mend_is(MEND_DOCKER, "--tmpfs /tmp:rw,nosuid,nodev,noexec,size=64M");
    stage.mount[STAGE_TMP].mode = 0700;
    judged_check();
    judged_mend_is(MEND_DOCKER,
                   "--tmpfs /tmp:rw,nosuid,nodev,noexec,size=64M,mode=0700,uid=10001,gid=20001");
}
END_TEST

START_TEST(a_wrong_mode_too_little_room_and_wrong_access_are_mended_by_the_flags)
{
    static const char docker[] = "--tmpfs /tmp:ro,nosuid,nodev,noexec,size=128M,mode=1770,uid=10001"
                                 ",gid=20001";
    stage.mount[STAGE_TMP].options = WORDS("ro");
    stage.mount[STAGE_TMP].min_free_bytes = 128 * 1024 * 1024;
    stage.mount[STAGE_TMP].mode = 01770;
    stage.path[STAGE_TMP].uid = 0;
    judged_findings_are("error /tmp: rw, want ro\n"
                        "error /tmp: free room of 16M, want at least 128M\n"
                        "error /tmp: mode 1777, want mode 1770\n");
    for (size_t i = 0; i < 3; i++) {
        ck_assert_str_eq(judged.findings.item[i].mend[MEND_DOCKER], docker);
        ck_assert_str_eq(judged.findings.item[i].mend[MEND_KUBERNETES],
                         "emptyDir {medium: Memory, sizeLimit: 128Mi} at /tmp");
    }
}
END_TEST

/* ---------------------------------------------------------------- a volume */

START_TEST(a_volume_that_lacks_room_needs_a_larger_disk)
{
    stage.mount[STAGE_DATA].min_free_bytes = 32 * 1024 * 1024;
    mends_are("remove files from volume data, or give it a larger disk", NULL, NULL,
              "remove files, or raise resources.requests.storage of its persistentVolumeClaim");
}
END_TEST

/* clang-format off */
static const struct {
    const char *options[4];
    bool is_file;
    const char *docker, *podman, *compose, *kubernetes;
} volumes[] = {
    {{NULL}, false, "-v data:/data", NULL, "volumes: [\"data:/data\"]",
     "a persistentVolumeClaim, mounted at /data"},
    {{"ro"}, false, "-v data:/data:ro", NULL, "volumes: [\"data:/data:ro\"]",
     "a persistentVolumeClaim, mounted at /data readOnly"},
    {{"ro"}, true, "-v FILE:/data:ro", NULL, "volumes: [\"FILE:/data:ro\"]",
     "a persistentVolumeClaim, mounted at /data readOnly"},
    {{"ro", "nosuid", "noexec?"}, false,
     "-v FOLDER:/data:ro, where the host has mounted FOLDER nosuid",
     "-v data:/data:ro,nosuid",
     "volumes: [\"FOLDER:/data:ro\"], where the host has mounted FOLDER nosuid",
     "a persistentVolumeClaim, mounted at /data readOnly, mountOptions: [nosuid] of the "
     "PersistentVolume"},
    {{"nosuid", "dev", "noexec"}, false,
     "-v FOLDER:/data, where the host has mounted FOLDER nosuid,noexec",
     "-v data:/data:rw,nosuid,noexec",
     "volumes: [\"FOLDER:/data\"], where the host has mounted FOLDER nosuid,noexec",
     "a persistentVolumeClaim, mounted at /data, mountOptions: [nosuid,noexec] of the "
     "PersistentVolume"},
};
/* clang-format on */

START_TEST(a_volume_that_is_not_mounted_is_asked_for_with_its_options)
{
    stage.mount[STAGE_DATA].options =
        stage_words((const char *[]){volumes[_i].options[0], volumes[_i].options[1],
                                     volumes[_i].options[2], volumes[_i].options[3]});
    stage.path[STAGE_DATA].is_mount_root = false;
    stage.path[STAGE_DATA].is_directory = !volumes[_i].is_file;
    mends_are(volumes[_i].docker, volumes[_i].podman, volumes[_i].compose, volumes[_i].kubernetes);
}
END_TEST

START_TEST(a_volume_is_called_as_the_engine_calls_it_or_as_its_path_ends)
{
    static const struct {
        const char *path, *root, *name;
    } names[] = {
        {"/data", "/var/lib/docker/volumes/nv1/_data", "nv1"},
        {"/data", "/volumes/nv1/other", "data"}, /* a bind that looks like one */
        {"/data", "/volumes/nv1", "data"},
        {"/srv/app", "/srv/app", "app"},
        {"/", "/", "data"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char table[256];
        struct text text = TEXT_OVER(table);
        text_addf(&text, "103 1 0:1 %s /data rw - ext4 d rw\n", names[i].root);
        sample_parse(table, &stage.arena, &stage.facts.table);
        stage.mount[STAGE_DATA].path = names[i].path;
        const struct judge judge = {
            .config = &stage.config, .facts = &stage.facts, .findings = &judged.findings};
        judged.findings.arena = &stage.arena;
        ck_assert_str_eq(mend_volume_name(&judge, STAGE_DATA), names[i].name);
    }
}
END_TEST

START_TEST(a_file_system_that_is_no_tmpfs_is_a_volume_whatever_the_section)
{
    stage.mount[STAGE_TMP].fs = WORDS("btrfs?", "tmpfs");
    stage.path[STAGE_TMP].is_mount_root = false;
    stage_resolve(CODE_OK);
    judged_check();
    judged_mend_is(MEND_DOCKER, "-v tmp:/tmp");
    stage.mount[STAGE_TMP].fs = (struct words){0};
    judged_check();
    judged_mend_is(MEND_DOCKER, "--tmpfs /tmp:rw,nosuid,nodev,noexec,size=64M");
}
END_TEST

/* ---------------------------------------------------------------- prepare */

/* Root's own /data, that app is to have. */
static void
take_away_data(void)
{
    stage.path[STAGE_DATA].uid = stage.path[STAGE_DATA].gid = 0;
    stage.mount[STAGE_DATA].owner = (struct user_spec){"app", NULL};
    stage.mount[STAGE_DATA].from[MOUNT_owner] = &stage.setting;
    stage.mount[STAGE_DATA].chown = CHOWN_ON_MISMATCH;
}

#define CHOWN_BUSYBOX "docker run --rm -v data:/data busybox chown -R 10001:20001 /data"

START_TEST(prepare_is_given_what_the_contract_asks_for)
{
    take_away_data();
    stage.config.require.root = ROOT_ANY;
    stage.config.require.env = WORDS("TOKEN", "MODE");
    stage.config.require.user = WORDS("any");
    stage.config.file = "/srv/app.ini";
    stage.mount[STAGE_TMP].optional = true;
    stage.mount[STAGE_RUN].fs = WORDS("any");
    stage.mount[STAGE_RUN].is_tmpfs = false;
    stage.mount[STAGE_RUN].options = WORDS("ro");
    stage.path[STAGE_RUN].is_read_only = true;
    vars_set(&judged.inherited, "TOKEN", "x");
    vars_set(&judged.inherited, "MODE", "x");
    mends_are("docker run --rm --user 0:0 -e TOKEN -e MODE -v run:/run:ro -v data:/data "
              "--entrypoint /usr/bin/roinit IMAGE -c /srv/app.ini prepare, or " CHOWN_BUSYBOX,
              "-v data:/data:U",
              "docker compose run --rm --no-deps --user 0:0 --entrypoint "
              "\"/usr/bin/roinit -c /srv/app.ini prepare\" SERVICE",
              "securityContext.fsGroup: 20001, or initContainers: [{name: prepare, image: IMAGE, "
              "command: [/usr/bin/roinit, -c, /srv/app.ini, prepare], securityContext: {runAsUser: "
              "0, runAsNonRoot: false}, volumeMounts: [{name: data, mountPath: /data}]}]");
}
END_TEST

START_TEST(as_another_uid_prepare_would_mean_another_user)
{
    take_away_data();
    stage_set_user(0, "app", NULL);
    stage_start_as(1000650000, 0);
    judged_findings_are(
        "warn /run: owned by 10001:20001 with mode 0755, want writable for 1000650000:0\n"
        "error /data: owned by 0:0 with mode 0755, want writable for 1000650000:0\n");
    ck_assert_ptr_null(judged.findings.item[1].mend[MEND_COMPOSE]);
    /* But who is not the one that all units name stays who he is. */
    stage.mount[STAGE_DATA].owner.user = "web";
    stage_resolve(CODE_OK);
    judged_check();
    ck_assert_str_eq(judged.findings.item[1].mend[MEND_COMPOSE],
                     "docker compose run --rm --no-deps --user 0:0 --entrypoint "
                     "\"/usr/bin/roinit -c FILE prepare\" SERVICE");
}
END_TEST

Suite *
mend_suite(void)
{
    Suite *suite = suite_create("mend");
    TCase *tests = judged_case(suite, "mend");
    tcase_add_test(tests, the_mode_is_asked_for_with_the_tmpfs);
    tcase_add_test(tests, a_place_for_all_has_an_owner_only_where_its_mode_is_set);
    tcase_add_test(tests, a_wrong_mode_too_little_room_and_wrong_access_are_mended_by_the_flags);
    tcase_add_test(tests, a_volume_that_lacks_room_needs_a_larger_disk);
    tcase_add_loop_test(tests, a_volume_that_is_not_mounted_is_asked_for_with_its_options, 0,
                        sizeof volumes / sizeof volumes[0]);
    tcase_add_test(tests, a_volume_is_called_as_the_engine_calls_it_or_as_its_path_ends);
    tcase_add_test(tests, a_file_system_that_is_no_tmpfs_is_a_volume_whatever_the_section);
    tcase_add_test(tests, prepare_is_given_what_the_contract_asks_for);
    tcase_add_test(tests, as_another_uid_prepare_would_mean_another_user);
    return suite;
}

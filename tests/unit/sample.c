/* SPDX-License-Identifier: MIT */
#include "tests/unit/sample.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */
const struct sample samples[] = {
    {"containerd-ctr-ro",               16, SAMPLE_ROOT_RO, NULL, {"/run"}},
    {"docker-ro-cgroup2",               21, SAMPLE_ROOT_RO, NULL, {"/data", "/tmp"}},
    {"docker-ro-escaped-paths",         30, SAMPLE_ROOT_RO, NULL, {"/sp ace", "/ta\tb"}},
    {"docker-ro-init",                  29, SAMPLE_ROOT_RO, NULL, {NULL}},
    {"docker-ro-overlay2",              28, SAMPLE_ROOT_RO, NULL, {NULL}},
    {"docker-ro-systempaths-unconfined",20, SAMPLE_ROOT_RO, NULL, {NULL}},
    {"docker-ro-tmpfs-flags",           31, SAMPLE_ROOT_RO, NULL, {"/run", "/tmp", "/home/app"}},
    {"docker-ro-tmpfs-nosize",          30, SAMPLE_ROOT_RO, NULL, {"/run", "/tmp"}},
    {"docker-ro-tty",                   29, SAMPLE_ROOT_RO, NULL, {NULL}},
    {"docker-ro-userns-remap",          36, SAMPLE_ROOT_RO, NULL, {"/data", "/tmp"}},
    {"docker-ro-varrun-symlink-stacked",30, SAMPLE_ROOT_RO, "112", {"/run"}},
    {"docker-ro-vfs",                   28, SAMPLE_ROOT_RO, NULL, {NULL}},
    {"docker-ro-volumes",               31, SAMPLE_ROOT_RO, NULL, {"/data"}},
    {"docker-rw-overlay2",              28, SAMPLE_ROOT_RW, NULL, {NULL}},
    {"escapes",                          5, SAMPLE_NO_ROOT, NULL,
        {"/srv/e/a b\tc#d\\e,f=g\"h:\xc3\xa9", "/srv/e/nl\nx", "/srv/e/dst"}},
    {"k8s-emulated",                    32, SAMPLE_ROOT_RO, NULL, {"/work", "/tmp"}},
    {"podman-ro-notmpfs",               29, SAMPLE_ROOT_RO, NULL, {NULL}},
    {"podman-ro-privileged",            22, SAMPLE_ROOT_RO, NULL, {"/tmp", "/run", "/var/tmp"}},
    {"podman-ro-systemd",               35, SAMPLE_ROOT_RO, "119",
        {"/tmp", "/run", "/var/tmp", "/run/lock", "/var/log/journal"}},
    {"podman-ro-uidmap",                37, SAMPLE_ROOT_RO, NULL, {"/tmp", "/run", "/var/tmp"}},
    {"podman-ro-user",                  33, SAMPLE_ROOT_RO, NULL, {"/run", "/tmp", "/var/tmp"}},
    {"podman-ro",                       31, SAMPLE_ROOT_RO, NULL, {"/tmp", "/run", "/var/tmp"}},
    {"runc-ro",                         26, SAMPLE_ROOT_RO, NULL, {"/tmp"}},
    {"runc-superblock-ro",              25, SAMPLE_ROOT_RO, NULL, {NULL}},
};
/* clang-format on */
const int sample_count = sizeof samples / sizeof samples[0];

void
sample_parse(const char *text, struct arena *arena, struct mount_table *ret_table)
{
    mountinfo_parse(text, strlen(text), arena, ret_table);
}

void
sample_read(const char *name, struct arena *arena, struct mount_table *ret_table)
{
    static char bytes[64 * 1024];
    char path[128];
    (void)snprintf(path, sizeof path, "tests/data/mountinfo/%s.txt", name);
    FILE *file = fopen(path, "re");
    ck_assert_msg(file != NULL, "%s cannot be opened; tests run in the repository's top", path);
    size_t length = fread(bytes, 1, sizeof bytes, file);
    (void)fclose(file);
    ck_assert_uint_lt(length, sizeof bytes);
    mountinfo_parse(bytes, length, arena, ret_table);
}

/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <sys/stat.h>

#include "config/arena.h"
#include "config/pages.h"
#include "init/boot.h"

/* The boot checks and the preparation of the volumes, then the end: for an init container. */
int
cmd_prepare(const struct options *options)
{
    struct boot *boot = boot_line();
    static OWN_PAGES char bytes[65536];
    struct text text = TEXT_OVER(bytes);
    (void)umask(0);
    int code = boot_walk(boot, options, BOOT_PREPARE, false);
    if (code == CODE_OK) {
        plan_text(&boot->plan, &text);
        (void)fputs(bytes, stdout);
    }
    return code;
}

/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "config/arena.h"
#include "config/dump.h"
#include "config/pages.h"
#include "init/boot.h"
#include "init/contract.h"

enum { SHOW_BYTES = 4 * 1024 * 1024 };

/* The effective contract, after drop-ins and defaults, variables as written. */
int
cmd_show(const struct options *options)
{
    struct boot *boot = boot_line();
    static OWN_PAGES char bytes[SHOW_BYTES];
    struct text text = TEXT_OVER(bytes);
    int code = boot_walk(boot, options, BOOT_VALIDATE, false);
    if (code != CODE_OK) {
        return code;
    }
    if (options->is_json) {
        dump_json(&boot->doc, &text);
    } else {
        dump_contract(&boot->doc, &text);
        contract_surfaces(&text);
    }
    (void)fputs(bytes, stdout);
    return CODE_OK;
}

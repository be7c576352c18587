/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "config/arena.h"
#include "config/pages.h"
#include "init/boot.h"

enum { REPORT_BYTES = 1024 * 1024 };

/* The boot checks now; changes nothing. All mends, those of every platform. */
int
cmd_verify(const struct options *options)
{
    struct boot *boot = boot_line();
    static OWN_PAGES char bytes[REPORT_BYTES];
    struct text text = TEXT_OVER(bytes);
    int code = boot_walk(boot, options, BOOT_VERIFY, true);
    if (code == CODE_OK && boot->findings.errors > 0) {
        code = CODE_BROKEN; /* on-violation = warn: told all the same */
    }
    if (options->is_json) {
        bool is_enforced = boot->config.require.on_violation == VIOLATION_FAIL;
        findings_json(&boot->findings, &boot->diags, is_enforced, &text);
        text_add(&text, "\n");
        (void)fputs(bytes, stdout);
        return code;
    }
    struct report how = {.file = boot->config.file, .shows_wishes = true};
    diags_text(&boot->diags, &text);
    findings_text(&boot->findings, &how, &text);
    (void)fputs(bytes, stderr);
    if (code == CODE_OK) {
        (void)puts("the container keeps its contract");
    }
    return code;
}

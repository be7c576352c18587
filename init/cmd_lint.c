/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "config/arena.h"
#include "config/pages.h"
#include "init/boot_units.h"

enum { REPORT_BYTES = 256 * 1024 };

/* Checks the contract without a container: as the boot does, up to where a container is needed. */
int
cmd_lint(const struct options *options)
{
    struct boot *boot = boot_line();
    static OWN_PAGES char bytes[REPORT_BYTES];
    struct options lint = *options;
    struct err err = {0};
    struct text text = TEXT_OVER(bytes);
    if (options->usage.word_count > 0) {
        lint.file = options->usage.word[0];
    }
    int code = boot_walk(boot, &lint, BOOT_VALIDATE, true);
    bool is_read = code == CODE_OK || boot->diags.errors > 0; /* what can be judged is, in one go */
    if (is_read) {
        boot_lint_commands(boot);
        boot_lint_seeds(boot);
        if (boot_lint_users(boot, &err) != 0) {
            struct diag_place nowhere = {0};
            diag_add(&boot->diags, DIAG_ERROR, err.code, nowhere, NULL, "%s", err.text);
        }
        diag_sort(&boot->diags);
        code = (int)diag_code(&boot->diags);
    }
    if (options->is_json) {
        bool is_enforced = boot->config.require.on_violation == VIOLATION_FAIL;
        findings_json(NULL, &boot->diags, is_enforced, &text);
        text_add(&text, "\n");
        (void)fputs(bytes, stdout);
        return code;
    }
    diags_text(&boot->diags, &text);
    (void)fputs(bytes, stderr);
    if (code == CODE_OK) {
        (void)printf("%s: well\n",
                     boot->doc.file != NULL ? boot->doc.file : "the built-in contract");
    }
    return code;
}

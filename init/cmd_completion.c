/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "config/arena.h"
#include "config/pages.h"
#include "config/text.h"
#include "init/completion.h"
#include "init/options.h"

enum { SCRIPT_BYTES = 65536 };

/* A script for a shell: `source <(roinit completion bash)`. */
int
cmd_completion(const struct options *options)
{
    static OWN_PAGES char bytes[SCRIPT_BYTES];
    struct text out = TEXT_OVER(bytes);
    if (!completion_add(options->usage.word[0], &out) || out.is_cut) {
        (void)fprintf(stderr, "roinit: no completions for \"%s\"; want bash, zsh or fish\n",
                      options->usage.word[0]);
        return CODE_USAGE;
    }
    (void)fwrite(bytes, 1, out.length, stdout);
    return CODE_OK;
}
